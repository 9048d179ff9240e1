"""Reads what logcat -v long shows: a head in brackets, and the message on lines of its own."""

from __future__ import annotations

import re
from typing import Final

from atfsm.replay.formats.marks import side_of
from atfsm.replay.formats.reader import Reader
from atfsm.replay.formats.shape import Shape
from atfsm.replay.records import Record

#: What the radio interface writes before each line of the wire.
SIDES: Final = rb"AT ?(?:(?P<tx>>)|(?P<rx><)) ?(?P<text>.*)"
_SAID: Final = re.compile(rb"[ \t]*+" + SIDES, re.DOTALL)


class LongReader(Reader):
    """Reads one log of which the mark is on a head, and the side on the lines below it."""

    __slots__ = ("_is_ours",)

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self._stateless = False
        self._is_ours = False  # whether the last head was of the tag that says what was said

    def _marked(
        self, found: re.Match[bytes], number: int, time_s: float | None
    ) -> tuple[Record, ...]:
        del found, number
        self._is_ours, self._time_s = True, time_s
        return ()

    def _unmarked(self, line: bytes, number: int, time_s: float | None) -> tuple[Record, ...]:
        if time_s is not None:
            self._is_ours = False  # the head of another tag
        said = _SAID.match(line) if self._is_ours else None
        if said is None:
            return ()
        return self._records(number, self._time_s, side_of(said), self._format.tidy(said["text"]))
