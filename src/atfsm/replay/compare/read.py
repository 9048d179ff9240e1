"""Reads a capture for a comparison: run by run, with the times of the lines that matter only."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from math import nan
from typing import Final

from atfsm.at.exchange import What
from atfsm.replay.automaton import Edge
from atfsm.replay.capture import Capture
from atfsm.replay.compare.course import Course
from atfsm.replay.formats import Format
from atfsm.replay.formats.times import Midnight, moment_of
from atfsm.replay.report import Wobble
from atfsm.replay.session import AUTO, Session, open_capture, undecided

#: Lines that are kept to read their stamps; ours: payload is held for 4,096 lines at most.
KEPT_LINES: Final = 8_192
#: Lines between two stamps that are read though nothing moved; ours: so no midnight is missed.
SAMPLED_LINES: Final = 256


class _Clock:
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


def read_course(
    name: str,
    *,
    format_name: str = AUTO,
    verbose: bool = False,
    progress: Callable[[Capture], None] | None = None,
) -> Course:
    """Replay one capture and keep what its machines did.

    Args:
        name: A path (``.gz`` and ``.zst`` are unpacked), or ``-`` for standard input.
        format_name: Name of a format, or ``auto``.
        verbose: Whether the AT line's own moves count, too.
        progress: Told after each chunk.

    Raises:
        CaptureError: It cannot be opened, or there is no such format.
    """
    opened = open_capture(name, format_name)
    course = Course(name, opened.format, verbose=verbose)
    if opened.format is None:
        course.report = undecided(opened.capture, sum(map(len, opened.chunks)))
        return course
    clock = _Clock(opened.format)

    def tell(line: int, edge: Edge, wobbles: tuple[Wobble, ...]) -> None:
        if not course.moves(edge):
            return
        stamp_s = None if edge.what is What.SILENCE else clock.time_s(line)
        time_s = session.now_s if stamp_s is None else stamp_s
        course.add(line, edge, wobbles, nan if time_s is None else time_s)

    session = Session(name, opened.format, tell, timeline=True)
    for chunk in opened.chunks:
        clock.feed(session.report.lines + 1, chunk)
        session.feed(chunk)
        if progress is not None:
            progress(opened.capture)
    course.report = session.close(opened.capture)
    course.end_s = session.now_s
    return course
