"""Reads a capture line by line, and remembers what a line needs of the lines before it."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from typing import Final

from atfsm.replay.formats.marks import BLANK, LINE_AT_MOST, OTHER, Unmarked, side_of
from atfsm.replay.formats.shape import Shape
from atfsm.replay.formats.times import Clock, moment_of
from atfsm.replay.records import Direction, Record

WAITING_AT_MOST: Final = 400  # ours: lines kept until the first mark says whose side is marked
WRAPPED_AT_MOST: Final = 65_536  # ours: bytes of one record that was wrapped over lines


class Reader:
    """Reads one capture of one format, line by line; whatever the bytes, it never raises."""

    __slots__ = (
        *("_clock", "_first_mark", "_format", "_held", "_last_line", "_open", "_side"),
        *("_stateless", "_time_s", "_waiting", "_whole", "_written"),
    )

    def __init__(self, shape: Shape) -> None:
        self._format = shape
        self._stateless = shape.memoryless
        self._whole = shape.whole
        self._clock = Clock()
        self._side: Direction | None = None  # of the record that unmarked lines continue
        self._time_s: float | None = None  # its time
        self._open: tuple[int, bytes] | None = None  # its line and text, while it may be torn
        self._first_mark: Direction | None = None  # the side that this capture marks
        self._waiting: deque[tuple[int, float | None, bytes]] = deque()
        self._last_line: bytes | None = None
        self._written: Record | None = None  # the last piece of the wire that was given
        self._held: int | None = None  # number of a line that repeats the one before it

    @property
    def notes(self) -> list[str]:
        """What a reader of the report should know about the lines themselves."""
        return [self._format.note] if self._format.note else []

    @property
    def is_damaged(self) -> bool:
        """Whether lines that belong to the capture could not be read."""
        return False

    @property
    def held_from(self) -> int | None:
        """The first line of which a record may still come; None: all were given."""
        lines = (
            self._waiting[0][0] if self._waiting else None,
            None if self._open is None else self._open[0],
            self._held,
        )
        return min((at for at in lines if at is not None), default=None)

    def read(self, line: bytes, number: int) -> tuple[Record, ...]:
        """Read a physical line, its line feed taken off, and give the records that are complete.

        Args:
            line: The bytes of the line; more than 64 KiB of it are not looked at.
            number: Its number in the capture, the first being 1.
        """
        if not self._format.last_twice:
            return self._read(line, number)
        line = line[:LINE_AT_MOST]
        if moment_of(self._format.stamps, line) is None:
            return ()  # neither a record nor the end of the capture
        records: tuple[Record, ...] = ()
        if self._held is not None and self._last_line is not None:
            records = self._read(self._last_line, self._held)
            self._held = None
        if line == self._last_line:
            self._held = number
            return records
        self._last_line = line
        return records + self._read(line, number)

    def close(self) -> tuple[Record, ...]:
        """Say that the capture ends, and give the records that were not complete before."""
        self._held = None  # a last line that repeats the one before it is the logger's
        rest = self._flush() + self._settle(Direction.UNMARKED)
        return rest + self._ended(self._written, None)

    def _read(self, line: bytes, number: int) -> tuple[Record, ...]:
        way = self._format
        if way.colours is not None:
            return self._coloured(way.colours, line, number)
        moment = moment_of(way.stamps, line)
        time_s: float | None = None
        tail = line[:LINE_AT_MOST]
        if moment is not None:
            time_s = self._clock.time_s(moment)
            tail = line[moment.end : moment.end + LINE_AT_MOST]
        elif way.stamp_required:
            return self._unmarked(tail, number, time_s)
        if self._stateless:
            read = way.text_of(tail)
            return () if read is None else self._records(number, time_s, *read)
        found = None if way.marks is None else way.marks.match(tail)
        if found is not None:
            return self._marked(found, number, time_s)
        if way.rows is not None and self._side is not None and (row := way.rows.match(tail)):
            when_s = self._time_s if time_s is None else time_s
            return self._records(number, when_s, self._side, way.restored(row["text"]))
        if moment is not None and way.unmarked in _BELOW:
            # A stamp, but no mark: another sort of record.
            done = self._flush()
            self._side = None
            return done
        return self._unmarked(tail, number, time_s)

    def _marked(
        self, found: re.Match[bytes], number: int, time_s: float | None
    ) -> tuple[Record, ...]:
        way = self._format
        done = self._flush()
        self._side = side = way.side_of(found)
        self._time_s = time_s
        match way.unmarked:
            case Unmarked.WRAPPED if way.wrap is not None and way.wrap.is_torn(
                side, found["text"]
            ):
                self._open = number, found["text"]
                return done
            case Unmarked.ROWS if way.unended:
                done += self._ended(self._written, None)  # each dump is a line of its own
                self._written = None
            case Unmarked.OTHER_SIDE if self._first_mark is None:
                self._first_mark = side
                done += self._settle(OTHER[side])
            case Unmarked.OTHER_SIDE if self._first_mark is not side:
                self._first_mark = Direction.UNMARKED  # both are marked: the rest is anybody's
            case _:
                pass
        return done + self._records(number, time_s, side, way.text_in(found))

    def _unmarked(self, line: bytes, number: int, time_s: float | None) -> tuple[Record, ...]:
        way = self._format
        match way.unmarked:
            case Unmarked.CONTINUES if self._side is not None:
                return self._records(
                    number, self._time_s, self._side, way.restored(line.strip(b" \t"))
                )
            case Unmarked.WRAPPED if self._open is not None:
                return self._wrapped(line.strip(BLANK))
            case Unmarked.OTHER_SIDE if self._first_mark is not None:
                side = OTHER[self._first_mark]
                return self._records(number, time_s, side, way.tidy(line))
            case Unmarked.OTHER_SIDE:
                self._waiting.append((number, time_s, way.tidy(line)))
                if len(self._waiting) > WAITING_AT_MOST:
                    return self._settle(Direction.UNMARKED)
            case _:
                pass
        return ()

    def _wrapped(self, line: bytes) -> tuple[Record, ...]:
        """Put the rest of a record to its beginning: pages and loggers wrap what is long."""
        assert self._open is not None
        assert self._side is not None
        assert self._format.wrap is not None
        number, text = self._open
        wrap = self._format.wrap
        if not line or len(text) > WRAPPED_AT_MOST or not wrap.is_torn(self._side, text):
            return self._flush()
        in_escape = text.rfind(b"<") > text.rfind(b">")
        self._open = number, text.rstrip() + (b"" if in_escape else wrap.joint) + line
        return ()

    def _flush(self) -> tuple[Record, ...]:
        """Give the record that was open for its rest."""
        if self._open is None or self._side is None:
            return ()
        (number, text), self._open = self._open, None
        return self._records(number, self._time_s, self._side, self._format.restored(text))

    def _settle(self, side: Direction) -> tuple[Record, ...]:
        """Give the lines that waited for the first mark, as written by *side*."""
        records: tuple[Record, ...] = ()
        for number, time_s, text in self._waiting:
            records += self._records(number, time_s, side, text)
        self._waiting.clear()
        return records

    def _coloured(
        self, colours: re.Pattern[bytes], line: bytes, number: int
    ) -> tuple[Record, ...]:
        records = []
        start = 0
        line = line[:LINE_AT_MOST] + b"\n"
        for found in (*colours.finditer(line), None):
            piece = line[start : len(line) if found is None else found.start()]
            if piece and self._side is not None:
                records.append(Record(number, self._side, piece, None, whole=False))
            if found is not None:
                start = found.end()
                self._side = side_of(found)
        return tuple(records)

    def _bytes(self, record: Record) -> tuple[Record, ...]:
        """Give a piece of the wire, and before it the end of a line that the logger left out."""
        if not self._format.unended:
            return (record,)
        before, self._written = self._written, record
        return (*self._ended(before, record.direction), record)

    @staticmethod
    def _ended(before: Record | None, direction: Direction | None) -> tuple[Record, ...]:
        """The line end that is missing where the other side speaks, or nobody any more."""
        if before is None or before.direction is direction or before.data.endswith((b"\r", b"\n")):
            return ()
        return (replace(before, data=b"\r"),)

    def _records(
        self, number: int, time_s: float | None, side: Direction, text: bytes
    ) -> tuple[Record, ...]:
        if not self._whole:
            return self._bytes(Record(number, side, text, time_s, whole=False)) if text else ()
        if b"\r" not in text:
            return (Record(number, side, text, time_s),) if text else ()
        lines = (line.strip(BLANK) for line in text.split(b"\r"))
        return tuple(Record(number, side, line, time_s) for line in lines if line)


#: What lines without a mark are part of the record before them.
_BELOW: Final = (Unmarked.CONTINUES, Unmarked.WRAPPED, Unmarked.ROWS)
