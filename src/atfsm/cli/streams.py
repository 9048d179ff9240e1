"""Standard streams: they can say everything, and where they cannot be used it is said why.

A pipe on Windows, or an old locale, has no arrows. A disk may be full; a stream may be closed.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from typing import Final, TextIO

from atfsm.errors import AtfsmError

# fmt: off
#: How characters of ours read where they cannot be written; all others become escapes.
SPELLED: Final = {
    "→": "->", "←": "<-", "…": "...", "·": "-", "×": "x", "≤": "<=",
    "“": '"', "”": '"', "–": "-", "—": "-",
    "─": "-", "│": "|", "┼": "+", "⋮": ":", "█": "#", "░": ".", "◆": "*", "◇": "o",
}
# fmt: on
#: What only something that is written to can say.
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_FIRST_BYTE: Final = 0xDC00  # PEP 383: a byte of a file's name that is no UTF-8
_NAME: Final = "atfsm.spelled"


def make_safe(*streams: TextIO) -> None:
    """See that writing to *streams* cannot fail over a character."""
    codecs.register_error(_NAME, _spell)
    for stream in streams:
        # What stands in for a stream (a notebook's, a test's) takes any text.
        if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
            stream.reconfigure(errors=_NAME)


def is_of_output(error: OSError, stream: TextIO) -> bool:
    """Whether *error* says that *stream* cannot be written: no file is named, and it is full."""
    if error.filename is None and error.errno in _FULL:
        return True
    try:
        stream.flush()  # what could not be written is still there
    except OSError:
        return True
    return False


def discard(stream: TextIO) -> None:
    """Write nothing more to *stream*, not even what waits to be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def say(line: str) -> None:
    """Print a line; once its reader (head, less) has gone, to nobody: the exit code counts."""
    try:
        print(line)
    except BrokenPipeError:
        discard(sys.stdout)


def standard_input() -> TextIO:
    """Standard input; bytes that are no text come as those of an argument do (PEP 383).

    Raises:
        AtfsmError: It is closed.
    """
    if sys.stdin is None:
        raise AtfsmError("standard input is closed: there is nothing to read")
    # What stands in for a stream (a notebook's, a test's) has text already.
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="surrogateescape")
    return sys.stdin


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
