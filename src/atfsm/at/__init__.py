"""The AT language: bytes to lines, lines to facts. Knows no clock and no wire."""
