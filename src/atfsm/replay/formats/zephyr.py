"""Reads logs of Zephyr's drivers whose lines a mail program has broken.

Lines of these logs are long, and mail programs break them at a blank. Where the break stands
before the text of the wire, the line looks whole and has no text. No driver logs that: so what
follows without a head of its own is the rest. Breaks within a text cannot be told from its end.
"""

from __future__ import annotations

import re
from typing import Final

from atfsm.replay.formats.marks import BLANK, LINE_AT_MOST
from atfsm.replay.formats.reader import Reader
from atfsm.replay.formats.shape import Shape
from atfsm.replay.formats.times import moment_of
from atfsm.replay.records import Record

#: What a line of a driver cannot end with: its names, an answer without its length. All that is of
#: the wire is at this level, and only there the name of a function is logged.
_BROKEN: Final = re.compile(
    rb"[^<]{0,160}+<dbg>[^<]{1,20}?modem_(?:chat|hl7800)(?::|\.(?=\w))"
    rb"(?: ?\w{1,60}:)?(?: sending:| OUT:| HANDLE(?: [^(]{1,40})?)?"
)
_LEVEL: Final = re.compile(rb"[ \t]*+<\w{1,8}> ")


class ZephyrReader(Reader):
    """Puts broken lines together; whatever the bytes, it never raises."""

    __slots__ = ("_broken", "_missing")

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self._stateless = False
        self._broken: tuple[int, bytes] | None = None  # a line of which the rest has to follow
        self._missing = 0  # lines of which it did not

    @property
    def notes(self) -> list[str]:
        """What a reader of the report should know about the lines themselves."""
        if not self._missing:
            return super().notes
        lines = "one line" if self._missing == 1 else f"{self._missing} lines"
        return [*super().notes, f"Lines were broken, and the rest of {lines} is missing."]

    @property
    def is_damaged(self) -> bool:
        """Whether text that belongs to a line was not found."""
        return bool(self._missing)

    @property
    def held_from(self) -> int | None:
        """The line of which the rest has to follow."""
        return None if self._broken is None else self._broken[0]

    def read(self, line: bytes, number: int) -> tuple[Record, ...]:
        """Read a physical line, its line feed taken off."""
        line = line[:LINE_AT_MOST]
        if self._broken is not None:
            if not line.strip(BLANK):
                return ()
            (begun, head), self._broken = self._broken, None
            if self._has_head(line):
                self._missing += 1
            else:
                number, line = begun, head + b" " + line.strip(BLANK)
        if _BROKEN.fullmatch(line.rstrip(BLANK)):
            self._broken = number, line.rstrip(BLANK)
            return ()
        return super().read(line, number)

    def close(self) -> tuple[Record, ...]:
        """Say that the capture ends."""
        self._missing += self._broken is not None
        self._broken = None
        return super().close()

    def _has_head(self, line: bytes) -> bool:
        return moment_of(self._format.stamps, line) is not None or bool(_LEVEL.match(line))
