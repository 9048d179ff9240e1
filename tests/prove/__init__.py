"""The large numbers: what ``make prove`` runs. CI runs samples of the same functions."""
