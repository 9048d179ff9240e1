"""Measurements, run by ``make bench`` and never by ``make test``: no test looks at a clock."""
