"""How a line of a format is read without memory: its stamp, its mark, its text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from atfsm.replay.formats.comments import without_notes
from atfsm.replay.formats.looks import is_answer, is_command
from atfsm.replay.formats.marks import BLANK, LINE_AT_MOST, Unmarked, Wrap, side_of
from atfsm.replay.formats.times import Stamp, moment_of, stamp_end
from atfsm.replay.records import Direction

TRIMMED_AT_MOST: Final = 8  # ours: blanks at the end of a record that a page took away

_DRESS: Final = re.compile(rb"\x1b\[[\d;]*[A-Za-z]|^\xef\xbb\xbf")
#: Blanks of a page that a log was copied from: no-break space, zero-width space, a mark in a line.
_PAGE_BLANKS: Final = " \t\r\n\v\f\xa0\u200b\ufeff"
_NO_BREAK: Final = b"\xc2\xa0"
_FENCE: Final = re.compile(rb"(?:```|~~~)[\w+-]*|\[/?(?:code|quote|pre)\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shape:
    """What a logger writes around the wire.

    Attributes:
        stamps: The stamps that may stand at the head of a line.
        stamp_begin: What every one of them begins with, where they are many; for speed only.
        stamp_required: Whether a line without stamp is unmarked.
        separator: What may stand between the stamp and the text.
        marks: What follows the stamp on a marked line: groups ``tx`` or ``rx``, ``text``, and
            ``length`` where the logger gives the number of bytes. None: the stamp is the mark.
        unmarked: What other lines are.
        rows: For `Unmarked.ROWS`: a row of the dump below a marked line, with a group ``text``.
        wrap: For `Unmarked.WRAPPED`: which records may go on below.
        restore: Gets the wire bytes out of the text. None: control characters are gone, and a
            record is the text of one line.
        spelling: Puts right what the logger changed within the text of a line.
        noise: Marked or unmarked lines, without their stamp, that the logger added.
        notes: Whether people annotate this format, so that notes have to be taken out.
        breaks: What stands for a line break within a text.
        echoes: Whether what the modem echoed may be the only trace of what the host wrote.
        last_twice: Whether the logger writes the last line of a file twice.
        colours: Marks that stand anywhere and hold until the next one (``tx`` and ``rx``).
        note: What every report on such a capture has to say of its lines.
        aligned: Whether it fills columns with blanks, which a page shows as no-break spaces, and
            writes none of its own.
        unended: Whether the logger may leave out the end of a line, so that the next record, or
            the other side's next word, has to say where it was.
    """

    stamps: tuple[Stamp, ...] = ()
    stamp_begin: re.Pattern[bytes] | None = None
    stamp_required: bool = False
    separator: re.Pattern[bytes] | None = None
    marks: re.Pattern[bytes] | None = None
    unmarked: Unmarked = Unmarked.NOISE
    rows: re.Pattern[bytes] | None = None
    wrap: Wrap | None = None
    restore: Callable[[bytes], bytes] | None = None
    spelling: Callable[[bytes], bytes] | None = None
    noise: re.Pattern[bytes] | None = None
    notes: bool = False
    breaks: re.Pattern[bytes] | None = None
    echoes: bool = False
    last_twice: bool = False
    colours: re.Pattern[bytes] | None = None
    aligned: bool = False
    unended: bool = False
    note: str = ""

    @property
    def whole(self) -> bool:
        """Whether a record is the text of one line, its control characters gone."""
        return self.restore is None and self.colours is None

    @property
    def has_marks(self) -> bool:
        """Whether anything at all stands around the text."""
        return self.marks is not None or self.stamp_required or self.colours is not None

    @property
    def says_no_side(self) -> bool:
        """Whether nothing in the capture says who wrote a line."""
        return self.marks is None and self.colours is None and self.unmarked is Unmarked.TEXT

    @property
    def memoryless(self) -> bool:
        """Whether a line reads the same wherever it stands, but for the day of its time."""
        return (
            self.unmarked in (Unmarked.NOISE, Unmarked.TEXT, Unmarked.BY_LOOKS, Unmarked.MODEM)
            and not self.last_twice
            and self.colours is None
        )

    def as_logged(self, lines: list[bytes]) -> list[bytes]:
        """Take back what a page has made of the blanks of *lines*."""
        if not self.aligned:
            return lines
        return [line.replace(_NO_BREAK, b" ") for line in lines]

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
            side, text = self.side_of(found), self.text_in(found)
        elif self.unmarked is Unmarked.TEXT:
            side, text = Direction.UNMARKED, self.tidy(tail)
        elif self.unmarked is Unmarked.MODEM:
            side, text = Direction.RX, self.tidy(tail)
        elif self.unmarked is Unmarked.BY_LOOKS:
            text = self.tidy(tail)
            side = Direction.TX if is_command(text) else Direction.UNMARKED
            if side is Direction.UNMARKED and not is_answer(text):
                return None
        else:
            return None
        return (side, text) if text else None

    def side_of(self, found: re.Match[bytes]) -> Direction:
        """Whose a marked line is; of an echo that may stand for the command, nobody can say."""
        side = side_of(found)
        return Direction.UNMARKED if self.echoes and side is Direction.RX else side

    def text_in(self, found: re.Match[bytes]) -> bytes:
        """Get the text, or the wire bytes, out of a marked line."""
        text = found["text"]
        if self.restore is None:
            return self.tidy(text)
        text = self.restored(text)
        if "length" in found.re.groupindex:
            # Pages trim lines, or fill them: what the logger counted and is not there any more
            # was blank, and blanks that it did not count are not its own.
            length = int(found["length"])
            if not text[length:].strip(b" \t"):
                text = text[:length]
            text = text.ljust(min(length, len(text) + TRIMMED_AT_MOST), b" ")
        return text

    def restored(self, text: bytes) -> bytes:
        """Get the wire bytes out of the text of a record."""
        if self.restore is None:
            return self.tidy(text)
        return self.restore(text.rstrip(b"\r\n"))

    def tidy(self, text: bytes) -> bytes:
        """Take everything off a text that is not the wire's: blanks, colours, notes, markup."""
        if b"\x1b" in text or b"\xef" in text:
            text = _DRESS.sub(b"", text)
        text = text.strip(BLANK)
        if b"\xc2\xa0" in text or b"\xe2\x80\x8b" in text:
            whole = text.decode("utf-8", "surrogateescape").strip(_PAGE_BLANKS)
            text = whole.encode("utf-8", "surrogateescape")
        if not text:
            return text
        if self.separator is not None:
            text = self.separator.sub(b"", text)
        if self.noise is not None and self.noise.match(text):
            return b""
        if self.spelling is not None:
            text = self.spelling(text)
        if self.breaks is not None:
            text = self.breaks.sub(b"\r", text)
        if self.notes:
            text = without_notes(text)
        text = text.strip(BLANK)
        return b"" if text[:1] in b"`~[" and _FENCE.fullmatch(text) else text

    def stamp_end(self, line: bytes) -> int | None:
        """Where the stamp at the head of *line* ends; None where there is none."""
        if self.stamp_begin is not None and not self.stamp_begin.match(line):
            return None
        return stamp_end(self.stamps, line)

    def marked_text_of(self, line: bytes) -> tuple[Direction, bytes] | None:
        """Read *line* where it bears the marks of this format, otherwise None."""
        end = self.stamp_end(line)
        if end is None and self.stamp_required:
            return None
        return self.marked_tail(line[end or 0 :][:LINE_AT_MOST])

    def marked_tail(self, tail: bytes) -> tuple[Direction, bytes] | None:
        """Read what follows the stamp where it bears the marks of this format, otherwise None."""
        if self.marks is None:
            return self.text_of(tail) if self.has_marks else None
        found = self.marks.match(tail)
        return None if found is None else (self.side_of(found), self.text_in(found))
