"""Reads logs of Zephyr's drivers whose lines a mail program has broken.

Lines of these logs are long, and mail programs break them at a blank. A line that ends before its
text, or within a pair of quotes, is no whole line: what follows without a head of its own is the
rest. Another break within a text cannot be told from its end; where the capture has been broken
elsewhere, what could be such a rest is said to be left out.
"""

from __future__ import annotations

import re
from typing import Final

from atfsm.replay.formats.marks import BLANK, LINE_AT_MOST
from atfsm.replay.formats.ports import counted_lines
from atfsm.replay.formats.reader import Reader
from atfsm.replay.formats.shape import Shape
from atfsm.replay.formats.times import moment_of
from atfsm.replay.records import Record

#: What a line of a driver cannot end with: its names, an answer without its length. All that is of
#: the wire is at this level, and only there the name of a function is logged.
_HEAD: Final = rb"[^<]{0,160}+<dbg>[^<]{1,20}?modem_"
_BROKEN: Final = re.compile(
    _HEAD + rb"(?:chat|hl7800)(?::|\.(?=\w))"
    rb"(?: ?\w{1,60}:)?(?: sending:| OUT:(?: \[[^\]]*)?| HANDLE(?: [^(]{1,40})?)?"
)
#: What it seldom ends with: a name without values, one quote of a pair.
_PERHAPS: Final = re.compile(
    _HEAD + rb'chat: \w{1,60}: (?:sending: )?(?:[^"]*:|[^"]*"(?:[^"]*"[^"]*")*[^"]*)'
)
_LEVEL: Final = re.compile(rb"[ \t]*+<\w{1,8}> ")


class ZephyrReader(Reader):
    """Puts broken lines together; whatever the bytes, it never raises."""

    __slots__ = ("_broken", "_has_text", "_joined", "_loose", "_missing")

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self._stateless = False
        self._broken: tuple[int, bytes] | None = None  # a line of which the rest has to follow
        self._joined = False  # whether any line was broken
        self._missing = 0  # lines of which no rest followed
        self._has_text = False  # whether the last line said something of the wire
        self._loose = 0  # lines without a head, behind such a line

    @property
    def notes(self) -> list[str]:
        """What a reader of the report should know about the lines themselves."""
        notes = super().notes
        if self._missing:
            lines = counted_lines(self._missing)
            notes.append(f"Lines were broken, and the rest of {lines} is missing.")
        if self._joined and self._loose:
            lines = counted_lines(self._loose)
            notes.append(
                f"Lines were broken; what may be the rest of a text is left out ({lines})."
            )
        return notes

    @property
    def is_damaged(self) -> bool:
        """Whether text that belongs to a line was not found, or not read."""
        return bool(self._missing or (self._joined and self._loose))

    @property
    def held_from(self) -> int | None:
        """The line of which the rest has to follow."""
        return None if self._broken is None else self._broken[0]

    def read(self, line: bytes, number: int) -> tuple[Record, ...]:
        """Read a physical line, its line feed taken off."""
        line = line[:LINE_AT_MOST].rstrip(BLANK)
        if not line:
            return ()
        has_head = self._has_head(line)
        records: tuple[Record, ...] = ()
        if self._broken is not None:
            if has_head:
                records = self._as_it_is()
            else:
                (number, head), self._broken = self._broken, None
                line = head + b" " + line.lstrip(BLANK)
                self._joined = True
        elif not has_head:
            self._loose += self._has_text
        self._has_text = False
        if _BROKEN.fullmatch(line) or _PERHAPS.fullmatch(line):
            self._broken = number, line
            return records
        said = super().read(line, number)
        self._has_text = bool(said)
        return records + said

    def close(self) -> tuple[Record, ...]:
        """Say that the capture ends."""
        return self._as_it_is() + super().close()

    def _as_it_is(self) -> tuple[Record, ...]:
        """Read the line of which no rest followed."""
        if self._broken is None:
            return ()
        (number, line), self._broken = self._broken, None
        self._missing += _BROKEN.fullmatch(line) is not None
        return super().read(line, number)

    def _has_head(self, line: bytes) -> bool:
        return moment_of(self._format.stamps, line) is not None or bool(_LEVEL.match(line))
