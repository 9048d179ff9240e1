"""Text of a capture, or of whoever named it, as a line that no terminal and no page obeys."""

from __future__ import annotations


def printable(text: str | bytes) -> str:
    r"""Write what does not print as an escape.

    Args:
        text: Anything; bytes that are no UTF-8 become escapes, too, also those of a file's name.

    >>> printable("two\nlines"), printable(b"\x1b[2J\xff"), printable("\udcff"), printable("→")
    ('two\\nlines', '\\x1b[2J\\xff', '\\xff', '→')
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escape(c) for c in text)


def _escape(character: str) -> str:
    byte = ord(character) - 0xDC00  # PEP 383
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else ascii(character)[1:-1]
