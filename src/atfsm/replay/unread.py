"""Lines that look like AT and that the format of the capture does not read.

Two loggers may have written one file, or somebody pasted a second log behind the first: what is
read of it may be clean, and the rest is not. What is read once more in another way (the decoded
copy of a dump, a system log beside the one of the modem) says nothing new, and is not counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from atfsm.replay.formats import FORMATS, Format, Reader, Unmarked, format_named
from atfsm.replay.formats.looks import is_at
from atfsm.replay.formats.marks import LINE_AT_MOST
from atfsm.replay.line_numbers import LineNumbers
from atfsm.replay.records import Record

SUSPECTS_AT_MOST: Final = 1_000  # ours: texts that wait for the end, to see whether they were read
_MARKED: Final = tuple(e for e in FORMATS if e.marks is not None or e.stamp_required)
_NOTHING: Final[frozenset[bytes]] = frozenset()

#: No line without one of these is of the AT language.
_HINT: Final = re.compile(
    rb"A[Tt]|at[+&]|\+CM[ES] ERROR|[+^#*$%!][A-Z]\w+:"
    rb"|(?:OK|ERROR|CONNECT(?: \d+)?|CARRIER|BUSY|ANSWER|DIAL ?TONE|FAIL)[ \t\r]*(?:$|['\"<\\^])"
)
_ENDS: Final = re.compile(rb"[\r\n]+")
_PLAIN: Final = format_named("bare")
#: What loggers change within a text: blanks for commas, quotes.
_LOOSE: Final = re.compile(rb"[^0-9A-Za-z+]+")


class Unread:
    """Counts them, for one capture.

    Args:
        capture_format: How it is written.
    """

    def __init__(self, capture_format: Format) -> None:
        self._own = capture_format
        self._watches = capture_format.colours is None and not capture_format.takes_all
        self._reads_all = capture_format.says_no_side
        self._may_hold = capture_format.unmarked in (Unmarked.OTHER_SIDE, Unmarked.WRAPPED)
        self._suspects: list[tuple[int, frozenset[bytes]]] = []

    def is_suspect(self, tail: bytes, *, is_read: bool) -> bool:
        """Whether a line has to be looked at.

        Args:
            tail: The line, behind its stamp if it has one.
            is_read: Whether the format makes a record of it.
        """
        if not self._watches or (is_read and not self._reads_all) or not _HINT.search(tail):
            return False
        return bool(self._noise_of(tail) if is_read else self._rest_of(tail))

    def look(self, line: bytes, number: int, records: Sequence[Record], reader: Reader) -> None:
        """Look at a line that was read the exact way, and at the records that came of it."""
        if not self._watches:
            return
        is_read = bool(records) and records[-1].line == number
        if is_read and (not self._reads_all or any(is_at(record.data) for record in records)):
            return
        if _HINT.search(line) is None or (self._may_hold and reader.held_from is not None):
            return
        texts = (
            self._noise_of(line[self._own.stamp_end(line) or 0 :])
            if is_read
            else self._rest_of(line)
        )
        if texts and len(self._suspects) < SUSPECTS_AT_MOST:
            self._suspects.append((number, texts))

    def lines(self, read: Iterable[bytes]) -> LineNumbers:
        """The lines that nobody read, of a capture of which these texts were read."""
        found = LineNumbers()
        known = set(map(_loose, read)) if self._suspects else set()
        for number, texts in self._suspects:
            if not known.issuperset(map(_loose, texts)):
                found.add(number)
        return found

    def _noise_of(self, tail: bytes) -> frozenset[bytes]:
        """What of AT stands behind a mark in a line that is read, and makes noise of it."""
        tail = tail[:LINE_AT_MOST]
        is_clear = any(map(is_at, _ENDS.split(self._own.tidy(tail))))
        return _NOTHING if is_clear else self._marked(tail)

    def _rest_of(self, line: bytes) -> frozenset[bytes]:
        """What of AT a line holds that bears no mark of this format."""
        line = line[:LINE_AT_MOST]
        if self._own.marks is not None and self._own.marked_text_of(line) is not None:
            return _NOTHING
        return self._marked(line) or _at_in(_PLAIN.tidy(line))

    def _marked(self, line: bytes) -> frozenset[bytes]:
        """What of AT bears the marks of another format."""
        for entry in _MARKED:
            if entry is not self._own and entry.may_mark(line):
                said = entry.marked_text_of(line)
                if said is not None and (texts := _at_in(said[1])):
                    return texts
        return _NOTHING


def _at_in(text: bytes) -> frozenset[bytes]:
    return frozenset(filter(is_at, map(bytes.strip, _ENDS.split(text))))


def _loose(text: bytes) -> bytes:
    return _LOOSE.sub(b"", text)
