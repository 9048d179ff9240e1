"""Text of a capture, or of whoever named it, as a line that no terminal and no page obeys."""

from __future__ import annotations


def printable(text: str | bytes) -> str:
    r"""Write what does not print as an escape.

    Args:
        text: Anything; bytes that are no UTF-8 become escapes, too.

    >>> printable("two\nlines"), printable(b"\x1b[2J\xff"), printable("→")
    ('two\\nlines', '\\x1b[2J\\xff', '→')
    """
    if isinstance(text, bytes):
        text = text.decode("utf-8", "backslashreplace")
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
