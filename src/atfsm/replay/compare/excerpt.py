"""The lines of a capture around the place where two part, read once more."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

from atfsm.at.exchange import What
from atfsm.errors import CaptureError
from atfsm.replay.automaton import Edge, Node
from atfsm.replay.capture import STDIN
from atfsm.replay.compare.course import TEXT_BYTES
from atfsm.replay.records import Direction, Record
from atfsm.replay.session import AUTO, Session, open_capture

#: Lines shown before the last common state, behind it, before what was done next, and behind that.
BEFORE, BEHIND, LEADING, TRAILING = 3, 2, 6, 4
#: What is no word of the wire by itself.
_DULL: Final = frozenset({What.NOISE, What.SILENCE, What.ECHO})


class Said(NamedTuple):
    """A line of the wire."""

    line: int
    direction: Direction
    text: bytes


class Excerpt:
    """Sees what is said on a few lines of a capture; a `Follower`.

    Attributes:
        said: What was said, in order.
    """

    def __init__(self, ranges: Sequence[range]) -> None:
        self._ranges = sorted(ranges, key=lambda lines: lines.start)
        self._starts = [lines.start for lines in self._ranges]
        self.said: list[Said] = []

    def see_record(self, record: Record, node: Node) -> None:
        """A record is read next; its edge says more."""

    def see_payload(self, line: int, data: bytes) -> None:
        """Payload passed; nobody reads it."""

    def see_run(self, edges: Sequence[Edge], first: int) -> None:
        """Edges are taken, one a line."""
        for lines in self._ranges:
            for line in range(max(lines.start, first), min(lines.stop, first + len(edges))):
                self._say(edges[line - first], line)

    def see_edge(self, edge: Edge, line: int) -> None:
        """An edge is taken."""
        at = bisect_right(self._starts, line) - 1
        if at >= 0 and line in self._ranges[at]:
            self._say(edge, line)

    def _say(self, edge: Edge, line: int) -> None:
        if edge.what is What.PAYLOAD:
            self.said.append(Said(line, edge.direction, b"(payload)"))
        elif edge.text and edge.what not in _DULL:
            self.said.append(Said(line, edge.direction, edge.text[:TEXT_BYTES]))


def excerpt(name: str, ranges: Sequence[range], *, format_name: str = AUTO) -> list[Said]:
    """Read a few lines of a capture once more; none of one that can be read only once.

    Args:
        name: The capture.
        ranges: The lines, as numbers.
        format_name: Name of its format, or ``auto``.
    """
    last = max((lines.stop for lines in ranges), default=0)
    if name == STDIN or not last:
        return []
    try:
        opened = open_capture(name, format_name)
    except CaptureError:
        return []  # it is gone by now
    if opened.format is None:
        return []
    reader = Excerpt(ranges)
    session = Session(name, opened.format, follower=reader)
    for chunk in opened.chunks:
        session.feed(chunk)
        held = session.held_from
        if min(session.report.lines, held or last) >= last:
            return reader.said
    session.close()
    return reader.said


def ranges_of(common: int | None, move: int | None, end: int) -> list[range]:
    """Which lines are shown of a capture.

    Args:
        common: The line of the last common state.
        move: The line of what was done next; None where nothing was.
        end: The last line of the capture.
    """
    until = end if move is None else min(move + TRAILING, end)
    if common is None:
        start = 1 if move is None else max(move - LEADING, 1)
        return [range(start, min(until, start + LEADING + TRAILING) + 1)]
    first = max(common - BEFORE, 1)
    if until - common <= BEHIND + LEADING + TRAILING:
        return [range(first, until + 1)]
    return [range(first, common + BEHIND + 1), range((move or end) - LEADING + 1, until + 1)]
