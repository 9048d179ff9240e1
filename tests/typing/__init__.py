"""Call sites as users write them: read by mypy in ``make lint``, never run."""
