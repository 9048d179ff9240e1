r"""Reads what ``socat -x``, ``-v`` and ``-x -v`` write: a head with the length, then the bytes.

Which side is the host's, the order of the addresses on socat's command line decides, and the log
does not show it: whoever writes the first command is the host.

With ``-v`` the bytes are text, in which a line feed is a line feed and ``\r`` is written out: a
record without a line feed at its end has the next head on its last line.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from typing import Final

from atfsm.replay.formats.escapes import Escapes, hex_cells
from atfsm.replay.formats.looks import is_answer, is_command
from atfsm.replay.formats.marks import LINE_AT_MOST, OTHER
from atfsm.replay.formats.reader import WAITING_AT_MOST, Reader
from atfsm.replay.formats.shape import Shape
from atfsm.replay.formats.times import ISO, moment_of, stamps
from atfsm.replay.records import Direction, Record

_HEAD: Final = re.compile(
    rb"([<>]) (?=(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d{1,9}))[^=]{1,60}length=(\d{1,9}) from=\d+ to=\d+"
)
_ENDS: Final = re.compile(rb"[\r\n]+")
_STAMP: Final = stamps(rb"%b", ISO)
_HEX: Final = re.compile(rb"[ \t]*((?: [0-9a-f]{2})+)(?:  +(.*))?", re.DOTALL)
#: What socat writes out (xioprint in its source); other bytes that cannot be shown are dots.
_ESCAPES: Final = Escapes(
    re.compile(rb"\\[abvfr\\]"),
    {b"\\a": b"\a", b"\\b": b"\b", b"\\v": b"\v", b"\\f": b"\f", b"\\r": b"\r", b"\\\\": b"\\"},
)


class SocatReader(Reader):
    """Reads one log of socat; whatever the bytes, it never raises."""

    __slots__ = ("_early", "_host", "_is_hex", "_left")

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self._host: Direction | None = (
            None  # as `>` is read: TX, or RX where the sides are swapped
        )
        self._early: deque[Record] = deque()  # what was said before that was known
        self._left = 0  # bytes of the record that are still to come
        self._is_hex: bool | None = None  # not known before its first line

    @property
    def held_from(self) -> int | None:
        """The first line of what was said before a side was known."""
        return self._early[0].line if self._early else None

    def close(self) -> tuple[Record, ...]:
        """Say that the capture ends: where no side was known, the first one is the host's."""
        return self._known(self._host or Direction.TX)

    def read(self, line: bytes, number: int) -> tuple[Record, ...]:
        """Read a physical line, its line feed taken off."""
        records = self._read_line(line, number)
        if self._host is Direction.TX or not records:
            return tuple(records)
        self._early.extend(records)
        if self._host is None:
            self._host = next(filter(None, map(_host_by, records)), None)
        if self._host is None and len(self._early) <= WAITING_AT_MOST:
            return ()
        return self._known(self._host or Direction.TX)

    def _known(self, host: Direction) -> tuple[Record, ...]:
        """Give what was said early, now that the sides are known."""
        self._host = host
        early, self._early = self._early, deque()
        if host is Direction.TX:
            return tuple(early)
        return tuple(replace(record, direction=OTHER[record.direction]) for record in early)

    def _read_line(self, line: bytes, number: int) -> list[Record]:
        line = line[:LINE_AT_MOST].removesuffix(b"\r")
        records: list[Record] = []
        start = 0
        for found in _HEAD.finditer(line):
            before = line[start : found.start()]
            if before.strip() or start:
                records += self._row(before, number, feed=False)
            self._begin(found)
            start = found.end()
        rest = line[start:]
        if not start or rest.strip():
            records += self._row(rest, number, feed=True)
        return records

    def _begin(self, found: re.Match[bytes]) -> None:
        self._side = Direction.TX if found[1] == b">" else Direction.RX
        moment = moment_of(_STAMP, found[2])
        self._time_s = None if moment is None else moment.whole_s + moment.fraction_s
        self._left = int(found[3])
        self._is_hex = None

    def _row(self, row: bytes, number: int, *, feed: bool) -> list[Record]:
        """Read what stands below a head, or before the next one; *feed*: a line feed followed."""
        if self._side is None or self._left <= 0:
            return []
        found = _HEX.fullmatch(row)
        if self._is_hex is None:
            self._is_hex = found is not None
        if self._is_hex:
            data = b"" if found is None else hex_cells(found[1])
        else:
            data = _ESCAPES.undo(row) + b"\n" * feed
        data = data[: self._left]
        self._left -= len(data)
        return [Record(number, self._side, data, self._time_s, whole=False)] if data else []


def _host_by(record: Record) -> Direction | None:
    """Which side is the host's by what it says; None: that does not tell."""
    texts = [text for text in _ENDS.split(record.data) if text]
    if any(map(is_command, texts)):
        return record.direction
    return OTHER[record.direction] if any(map(is_answer, texts)) else None
