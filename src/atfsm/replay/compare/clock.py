"""The times of a few lines of a capture, read when they are asked for."""

from __future__ import annotations

from collections import deque
from typing import Final

from atfsm.replay.formats import Format
from atfsm.replay.formats.times import Midnight, moment_of

#: Lines that are kept to read their stamps; ours: payload is held for 4,096 lines at most.
KEPT_LINES: Final = 8_192
#: Lines between two stamps that are read though nothing moved; ours: so no midnight is missed.
SAMPLED_LINES: Final = 256


class Clock:
    """Reads the times of the lines on which something moved."""

    def __init__(self, capture_format: Format) -> None:
        self._format = capture_format
        self._chunks: deque[tuple[int, list[bytes]]] = deque()
        self._midnight = Midnight()
        self._sampled = 1

    def feed(self, first: int, lines: list[bytes]) -> None:
        """Take the next lines."""
        self._chunks.append((first, lines))
        while len(self._chunks) > 1 and self._chunks[1][0] <= first - KEPT_LINES:
            self._chunks.popleft()

    def time_s(self, line: int) -> float | None:
        """The time of a line; None where it has no stamp."""
        if not self._format.stamps or self._format.complete:
            return None
        for sampled in range(self._sampled, line, SAMPLED_LINES):
            self._stamp_s(sampled)
            self._sampled = sampled + SAMPLED_LINES
        return self._stamp_s(line)

    def _stamp_s(self, line: int) -> float | None:
        raw = self._raw(line)
        moment = None if raw is None else moment_of(self._format.stamps, raw)
        if moment is None:
            return None
        time_s = moment.whole_s + moment.fraction_s
        return self._midnight.unrolled(time_s) if moment.daily else time_s

    def _raw(self, line: int) -> bytes | None:
        for first, lines in reversed(self._chunks):
            if line >= first:
                return lines[line - first]
        return None
