"""Standard streams that can say everything: a pipe on Windows, or an old locale, has no arrows."""

from __future__ import annotations

import codecs
import io
from typing import Final, TextIO

# fmt: off
#: How characters of ours read where they cannot be written; all others become escapes.
SPELLED: Final = {
    "→": "->", "←": "<-", "…": "...", "·": "-", "×": "x", "≤": "<=",
    "“": '"', "”": '"', "–": "-", "—": "-",
    "─": "-", "│": "|", "┼": "+", "⋮": ":", "█": "#", "░": ".", "◆": "*", "◇": "o",
}
# fmt: on
_FIRST_BYTE: Final = 0xDC00  # PEP 383: a byte of a file's name that is no UTF-8
_NAME: Final = "atfsm.spelled"


def make_safe(*streams: TextIO) -> None:
    """See that writing to *streams* cannot fail over a character."""
    codecs.register_error(_NAME, _spell)
    for stream in streams:
        # What stands in for a stream (a notebook's, a test's) takes any text.
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors=_NAME)


def _spell(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(SPELLED.get(c) or _escape(c) for c in text), error.end


def _escape(character: str) -> str:
    code = ord(character)
    if _FIRST_BYTE <= code <= _FIRST_BYTE + 0xFF:
        return f"\\x{code - _FIRST_BYTE:02x}"
    return character.encode("ascii", "backslashreplace").decode("ascii")
