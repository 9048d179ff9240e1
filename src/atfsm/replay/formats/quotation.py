"""A log that somebody quoted: ``>`` in front of each line, as mail and forums write it.

A mark that stands before answers as it does before commands says nothing of who wrote them. It is
taken off before anything else is looked at, as often as it was put there, so that any format may
be quoted. Before commands alone it may be the prompt of a shell, and stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

DEPTH_AT_MOST: Final = 8  # ours: of a thread in which everybody quotes everybody

#: One level, and a blank behind it.
_MARK: Final = re.compile(rb"(?:\xef\xbb\xbf)?[ \t]{0,8}>[ \t]?")
_ANYWHERE: Final = re.compile(b"^" + _MARK.pattern, re.MULTILINE)
#: What asks and what answers, whatever a logger writes around it: AT> and AT< are Android's marks.
_ASKS: Final = re.compile(
    rb"(?<![A-Za-z])(?:AT|at(?=[+&]))(?:[+&#$%!*^\\][A-Za-z]|[A-Z]\d|[EIZ]?(?![\w <>]))"
)
_ANSWERS: Final = re.compile(
    rb"(?<![\w ]\w)(?:OK|ERROR|CONNECT|NO CARRIER)(?!\w)|(?<!AT)[+^#*$%!][A-Z][A-Z0-9_]{1,20}:"
)


def depth_of(head: Sequence[bytes]) -> int:
    """How many times a log was quoted, judged by its head.

    >>> depth_of([b"On Monday she wrote:", b"> AT+CSQ", b"> +CSQ: 20,99", b"> OK"])
    1
    >>> depth_of([b"> AT+CSQ", b"+CSQ: 20,99", b"OK"])  # a prompt
    0
    """
    lines = list(head)
    if _ANYWHERE.search(b"\n".join(lines)) is None:
        return 0
    for depth in range(DEPTH_AT_MOST):
        if not _is_quoted(lines):
            return depth
        lines = [_MARK.sub(b"", line, count=1) for line in lines if _MARK.match(line)]
    return DEPTH_AT_MOST


def unquoted(lines: Iterable[bytes], depth: int) -> list[bytes]:
    """Take the marks of a quotation off, up to *depth* of each line."""
    marks = re.compile(b"(?:%b){1,%d}" % (_MARK.pattern, depth))
    return [line[found.end() :] if (found := marks.match(line)) else line for line in lines]


def _is_quoted(lines: Sequence[bytes]) -> bool:
    """Whether most of what looks like AT is marked, and not only what asks."""
    asking = answering = unmarked = 0
    for line in lines:
        is_marked = _MARK.match(line) is not None
        asks = _ASKS.search(line) is not None
        answers = not asks and _ANSWERS.search(line) is not None
        asking += asks and is_marked
        answering += answers and is_marked
        unmarked += (asks or answers) and not is_marked
    return bool(answering) and asking + answering > unmarked
