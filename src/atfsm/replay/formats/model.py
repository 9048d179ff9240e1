"""What a capture format is: one entry of a table, and the reader that follows the table."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from atfsm.replay.formats.comments import without_notes
from atfsm.replay.formats.looks import is_answer, is_command
from atfsm.replay.formats.times import Midnight, Stamp, moment_of
from atfsm.replay.records import Direction, Record

LINE_AT_MOST: Final = 65_536  # ours: bytes of one physical line that are looked at
WAITING_AT_MOST: Final = 400  # ours: lines kept until the first mark says whose side is marked
WRAPPED_AT_MOST: Final = 65_536  # ours: bytes of one record that was wrapped over lines

TRIMMED_AT_MOST: Final = 8  # ours: blanks at the end of a record that a page took away

_BLANK: Final = b" \t\r\n\v\f"
_DRESS: Final = re.compile(rb"\x1b\[[\d;]*[A-Za-z]|^\xef\xbb\xbf")
_FENCE: Final = re.compile(rb"(?:```|~~~)[\w+-]*|\[/?(?:code|quote|pre)\]", re.IGNORECASE)
_OTHER: Final = {
    Direction.TX: Direction.RX,
    Direction.RX: Direction.TX,
    Direction.UNMARKED: Direction.UNMARKED,
}


class Unmarked(Enum):
    """What a line is that bears no mark of this format."""

    NOISE = "noise"  #: something else: prose, another logger, a heading
    TEXT = "text"  #: a line of the wire whose direction the capture does not say
    BY_LOOKS = "by looks"  #: a command or an answer where it looks like one, else noise
    CONTINUES = "continues"  #: a further line of the record before it
    WRAPPED = "wrapped"  #: the rest of the record before it, where that is torn, else noise
    OTHER_SIDE = "other side"  #: written by the side that is not the marked one


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Format:
    """One shape of capture: a row of the table that the reader follows.

    Attributes:
        name: What the user calls it.
        about: Where it comes from, with the number of its shape.
        stamps: The stamps that may stand at the head of a line.
        stamp_required: Whether a line without stamp is unmarked.
        separator: What may stand between the stamp and the text.
        marks: What follows the stamp on a marked line: groups ``tx`` or ``rx``, ``text``, and
            ``length`` where the logger gives the number of bytes. None: the stamp is the mark.
        unmarked: What other lines are.
        restore: Gets the wire bytes out of the text. None: control characters are gone, and a
            record is the text of one line.
        noise: Marked or unmarked lines, without their stamp, that the logger added.
        notes: Whether people annotate this format, so that notes have to be taken out.
        breaks: What stands for a line break within a text.
        last_twice: Whether the logger writes the last line of a file twice.
        colours: Marks that stand anywhere and hold until the next one (``tx`` and ``rx``).
        unended: Whether the logger may leave out the end of a line, so that the other side's
            next word has to say where it was.
        distinct: Whether the marks alone prove the format, whatever the text.
        complete: Whether nothing of the run is hidden, since whoever drove the modem wrote it.
        reads: Makes the reader, where a line says more than a row can; the marks then only tell
            its lines from others.
    """

    name: str
    about: str
    stamps: tuple[Stamp, ...] = ()
    stamp_required: bool = False
    separator: re.Pattern[bytes] | None = None
    marks: re.Pattern[bytes] | None = None
    unmarked: Unmarked = Unmarked.NOISE
    restore: Callable[[bytes], bytes] | None = None
    noise: re.Pattern[bytes] | None = None
    notes: bool = False
    breaks: re.Pattern[bytes] | None = None
    last_twice: bool = False
    colours: re.Pattern[bytes] | None = None
    distinct: bool = False
    unended: bool = False
    complete: bool = False
    reads: Callable[[Format], Reader] | None = None

    @property
    def whole(self) -> bool:
        """Whether a record is the text of one line, its control characters gone."""
        return self.restore is None and self.colours is None and self.reads is None

    @property
    def has_marks(self) -> bool:
        """Whether anything at all stands around the text."""
        return self.marks is not None or self.stamp_required or self.colours is not None

    @property
    def stateless(self) -> bool:
        """Whether a line reads the same wherever it stands, but for the day of its time."""
        return (
            self.unmarked in (Unmarked.NOISE, Unmarked.TEXT, Unmarked.BY_LOOKS)
            and not self.last_twice
            and self.colours is None
            and self.reads is None
        )

    def reader(self) -> Reader:
        """Start to read a capture of this format."""
        return Reader(self) if self.reads is None else self.reads(self)

    def stamp_of(self, line: bytes) -> tuple[int, int, float] | None:
        """Read the stamp at the head of *line*.

        Returns:
            Where the part down to whole seconds ends; where the whole stamp ends and `text_of`
            goes on; and the whole seconds. Times of day begin anew at midnight. None where
            there is no stamp; if `stamp_required`, the line is then unmarked.
        """
        moment = moment_of(self.stamps, line)
        return None if moment is None else moment[:3]

    def text_of(self, tail: bytes) -> tuple[Direction, bytes] | None:
        """Read what follows the stamp, without memory.

        Returns:
            Who wrote it and the text or, where the format has kept them, the wire bytes; None
            where the line is no record. A text that holds more than one line, as a terminal
            log of a modem that ends lines with CR alone does, has them parted by CR.
        """
        tail = tail[:LINE_AT_MOST]
        found = None if self.marks is None else self.marks.match(tail)
        if found is not None:
            side, text = _side_of(found), self.text_in(found)
        elif self.unmarked is Unmarked.TEXT:
            side, text = Direction.UNMARKED, self.tidy(tail)
        elif self.unmarked is Unmarked.BY_LOOKS:
            text = self.tidy(tail)
            side = Direction.TX if is_command(text) else Direction.UNMARKED
            if side is Direction.UNMARKED and not is_answer(text):
                return None
        else:
            return None
        return (side, text) if text else None

    def text_in(self, found: re.Match[bytes]) -> bytes:
        """Get the text, or the wire bytes, out of a marked line."""
        text = found["text"]
        if self.restore is None:
            return self.tidy(text)
        text = self.restored(text)
        if "length" in found.re.groupindex:
            # Pages trim lines: what the logger counted and is not there any more was blank.
            text = text.ljust(min(int(found["length"]), len(text) + TRIMMED_AT_MOST), b" ")
        return text

    def restored(self, text: bytes) -> bytes:
        """Get the wire bytes out of the text of a record."""
        text = text.rstrip(b"\r\n")
        return text if self.restore is None else self.restore(text)

    def tidy(self, text: bytes) -> bytes:
        """Take everything off a text that is not the wire's: blanks, colours, notes, markup."""
        if b"\x1b" in text or b"\xef" in text:
            text = _DRESS.sub(b"", text)
        text = text.strip(_BLANK)
        if not text:
            return text
        if self.separator is not None:
            text = self.separator.sub(b"", text)
        if self.breaks is not None:
            text = self.breaks.sub(b"\r", text)
        if self.notes:
            text = without_notes(text)
        text = text.strip(_BLANK)
        if self.noise is not None and self.noise.match(text):
            return b""
        return b"" if text[:1] in b"`~[" and _FENCE.fullmatch(text) else text

    def marked_text_of(self, line: bytes) -> tuple[Direction, bytes] | None:
        """Read *line* where it bears the marks of this format, otherwise None."""
        moment = moment_of(self.stamps, line)
        if moment is None and self.stamp_required:
            return None
        tail = (line if moment is None else line[moment.end :])[:LINE_AT_MOST]
        if self.marks is None:
            return self.text_of(tail) if self.has_marks else None
        found = self.marks.match(tail)
        return None if found is None else (_side_of(found), self.text_in(found))


def _side_of(found: re.Match[bytes]) -> Direction:
    return Direction.RX if found["tx"] is None else Direction.TX


class Reader:
    """Reads one capture of one format, line by line; whatever the bytes, it never raises."""

    __slots__ = (
        *("_first_mark", "_format", "_held", "_last_line", "_midnight", "_open", "_side"),
        *("_stateless", "_time_s", "_waiting", "_whole", "_written"),
    )

    def __init__(self, capture_format: Format) -> None:
        self._format = capture_format
        self._stateless = capture_format.stateless
        self._whole = capture_format.whole
        self._midnight = Midnight()
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
        return []

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
            time_s = moment.whole_s + moment.fraction_s
            if moment.daily:
                time_s = self._midnight.unrolled(time_s)
            tail = line[moment.end : moment.end + LINE_AT_MOST]
        elif way.stamp_required:
            return self._unmarked(tail, number, time_s)
        if self._stateless:
            read = way.text_of(tail)
            return () if read is None else self._records(number, time_s, *read)
        found = None if way.marks is None else way.marks.match(tail)
        if found is not None:
            return self._marked(found, number, time_s)
        if moment is not None and way.unmarked in (Unmarked.CONTINUES, Unmarked.WRAPPED):
            # A stamp, but no mark: another sort of record.
            done = self._flush()
            self._side = None
            return done
        return self._unmarked(tail, number, time_s)

    def _marked(
        self, found: re.Match[bytes], number: int, time_s: float | None
    ) -> tuple[Record, ...]:
        done = self._flush()
        self._side = side = _side_of(found)
        self._time_s = time_s
        match self._format.unmarked:
            case Unmarked.WRAPPED:
                self._open = number, found["text"]
                return done
            case Unmarked.OTHER_SIDE if self._first_mark is None:
                self._first_mark = side
                done += self._settle(_OTHER[side])
            case Unmarked.OTHER_SIDE if self._first_mark is not side:
                self._first_mark = Direction.UNMARKED  # both are marked: the rest is anybody's
            case _:
                pass
        return done + self._records(number, time_s, side, self._format.text_in(found))

    def _unmarked(self, line: bytes, number: int, time_s: float | None) -> tuple[Record, ...]:
        way = self._format
        match way.unmarked:
            case Unmarked.CONTINUES if self._side is not None:
                return self._records(number, self._time_s, self._side, way.tidy(line))
            case Unmarked.WRAPPED if self._open is not None:
                return self._wrapped(line.strip(_BLANK))
            case Unmarked.OTHER_SIDE if self._first_mark is not None:
                side = _OTHER[self._first_mark]
                return self._records(number, time_s, side, way.tidy(line))
            case Unmarked.OTHER_SIDE:
                self._waiting.append((number, time_s, way.tidy(line)))
                if len(self._waiting) > WAITING_AT_MOST:
                    return self._settle(Direction.UNMARKED)
            case _:
                pass
        return ()

    def _wrapped(self, line: bytes) -> tuple[Record, ...]:
        """Put the rest of a record to its beginning (shape 14: web pages wrap what is long)."""
        assert self._open is not None
        number, text = self._open
        if not line or text.rstrip().endswith(b">") or len(text) > WRAPPED_AT_MOST:
            return self._flush()
        in_escape = text.rfind(b"<") > text.rfind(b">")
        self._open = number, text.rstrip() + (b"" if in_escape else b" ") + line
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
                self._side = _side_of(found)
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
        lines = (line.strip(_BLANK) for line in text.split(b"\r"))
        return tuple(Record(number, side, line, time_s) for line in lines if line)
