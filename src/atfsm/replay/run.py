"""Runs of lines: the fast way through a capture that says one thing a line.

A run is followed in C: the stamps of its lines are cut off and looked up, and the tails walk from
edge to edge (`atfsm.replay.automaton`). Python looks only at what is rare: a line that was never
seen in its configuration, a second in which a limit may pass, a wobble. Wherever a line is not
what the fast way expects, it stops before that line, and the observer reads it the exact way; so
both ways say the same, line for line.
"""

from __future__ import annotations

from itertools import accumulate, compress
from math import inf
from operator import getitem, ne
from typing import Final

from atfsm.replay.automaton import REMEMBERED_BYTES, Edge, takes_payload
from atfsm.replay.formats import Format, Reader
from atfsm.replay.observer import Observer, resolve
from atfsm.replay.records import Direction

#: Lines followed at once; ours: doubled after each run that went to its end, from the first on.
SHORTEST_RUN: Final = 64
LONGEST_RUN: Final = 8_192
#: Stamps remembered before they are forgotten; ours: more than a run can hold.
STAMPS_AT_MOST: Final = 20_000


class _StopError(Exception):
    """The next line is not for the fast way."""


class _Clock(dict[bytes, float]):
    """Whole seconds by the head of a line; minus infinity for what is no stamp."""

    def __init__(self, capture_format: Format) -> None:
        super().__init__()
        self._format = capture_format
        self.fits: tuple[int, int] = (0, 0)
        self.rest = b""

    def fit(self, line: bytes) -> bool:
        """Learn from *line* where stamps end in this capture."""
        moment = self._format.stamp_of(line)
        if moment is None:
            return False
        if self.fits != moment[:2]:
            self.clear()
            self.fits = moment[:2]
            self.rest = line[moment[0] : moment[1]]
        return True

    def __missing__(self, head: bytes) -> float:
        if len(self) > STAMPS_AT_MOST:
            self.clear()
        moment = self._format.stamp_of(head + self.rest)
        self[head] = seconds = -inf if moment is None or moment[:2] != self.fits else moment[2]
        return seconds


class Runner:
    """Follows runs of lines for an observer.

    Args:
        capture_format: How the capture is written.
        reader: Its reader, which reads the lines that are not for the fast way.
    """

    def __init__(self, capture_format: Format, reader: Reader) -> None:
        self._format = capture_format
        self._reader = reader
        self._is_fast = capture_format.stateless and capture_format.whole
        self._clock = _Clock(capture_format)
        self._length = SHORTEST_RUN

    def follow(self, observer: Observer, lines: list[bytes], first: int) -> None:
        """Have *observer* follow *lines*, of which the first is physical line *first*."""
        at = 0
        while at < len(lines):
            before = at
            if self._is_fast and not observer.held:
                at += self._run(observer, lines[at : at + self._length], first + at)
            if at == before:
                for record in self._reader.read(lines[at], first + at):
                    observer.read(record)
                at += 1

    def learn(self, observer: Observer, edge: Edge, tail: bytes) -> Edge:
        """Work out what the line with *tail* does behind *edge*, and have *edge* remember it.

        Raises:
            _StopError: The line takes more than itself to understand.
        """
        said = self._format.text_of(tail)
        automaton = observer.automaton_in_run
        if said is None:  # a blank line, a comment, another logger
            edge[tail] = follows = automaton.skip(edge.node)
            automaton.remembered()
            return follows
        direction, text = said
        if b"\r" in text:
            raise _StopError
        data = edge.node.exchange.data
        if data is not None and not takes_payload(edge.node.exchange, Direction.RX):
            if direction is Direction.TX and observer.held.end_in(text, data.pattern) == b"":
                return automaton.end_payload(edge.node, direction)
            if direction is not Direction.RX:
                raise _StopError
        elif data is not None:
            if direction is Direction.RX and observer.held.end_in(text, data.pattern) == b"":
                return automaton.end_payload(edge.node, direction)
            raise _StopError
        follows = automaton.step(edge.node, resolve(direction, text, edge.node), text)
        if len(tail) <= REMEMBERED_BYTES:
            edge[tail] = follows
            automaton.remembered()
        return follows

    def _run(self, observer: Observer, lines: list[bytes], first: int) -> int:
        """Follow as many of *lines* as the fast way can; return how many."""
        seconds: list[float] = []
        tails = lines
        is_timed = self._clock.fit(lines[0])
        if is_timed:
            seconds_end, stamp_end = self._clock.fits
            seconds = list(map(self._clock.__getitem__, [line[:seconds_end] for line in lines]))
            if min(seconds) == -inf:
                seconds = seconds[: seconds.index(-inf)]
                lines = lines[: len(seconds)]
            tails = [line[stamp_end:] for line in lines]
            if observer.now_s is None or not lines:
                return 0  # the first stamp decides how silence is judged
        elif self._format.stamp_required or observer.now_s is not None:
            return 0
        edges: list[Edge] = []
        observer.automaton  # noqa: B018  forgets, if it is time to, before the run, not within
        try:
            # On an exception, what was followed so far stays in the list.
            edges.extend(accumulate(tails, getitem, initial=observer.edge))
        except _StopError:
            self._length = SHORTEST_RUN
        else:
            self._length = min(2 * self._length, LONGEST_RUN)
        edges = edges[1:]
        time_s = None
        if is_timed and edges:
            edges, time_s = self._keep_time(observer, edges, lines, seconds, first)
        if edges:
            observer.take_run(edges, first, time_s)
        return len(edges)

    def _keep_time(
        self,
        observer: Observer,
        edges: list[Edge],
        lines: list[bytes],
        seconds: list[float],
        first: int,
    ) -> tuple[list[Edge], float | None]:
        """Cut a run before the first second in which a limit may pass; arm what waits at its end.

        Returns:
            The edges that stay, and the exact time of the last.
        """
        opening = self._exact(lines[0], first)
        assert observer.now_s is not None
        if opening is None or opening < observer.now_s:
            return [], None
        day_s = opening - opening % 1 - seconds[0] if opening - seconds[0] > 1 else 0.0
        waits = _Waits(observer, edges, seconds, day_s)
        count = len(edges)
        changes = compress(range(1, count), map(ne, seconds[1:count], seconds))
        for at in (0, *changes):
            if at and seconds[at] < seconds[at - 1]:
                count = at
                break
            if waits.may_end_at(at):
                count = at
                break
        edges = edges[:count]
        if not edges:
            return [], None
        armed = {
            (slot.machine, slot.key): waits.armed_at(slot, count) for slot in edges[-1].node.slots
        }
        exact: dict[tuple[str, str], float] = {}
        for at_key, index in armed.items():
            moment = None if index is None else self._exact(lines[index], first + index)
            exact[at_key] = observer.armed_s.get(at_key, opening) if moment is None else moment
        closing = self._exact(lines[count - 1], first + count - 1)
        observer.armed_s = exact
        return edges, closing

    def _exact(self, line: bytes, number: int) -> float | None:
        """The exact time of a line."""
        records = self._reader.read(line, number)
        return records[0].time_s if records else None


class _Waits:
    """Which machines wait along a run, and since when."""

    def __init__(
        self, observer: Observer, edges: list[Edge], seconds: list[float], day_s: float
    ) -> None:
        self._start = observer.edge
        self._armed_s = observer.armed_s
        self._edges = edges
        self._seconds = seconds
        self._day_s = day_s
        self._known: dict[tuple[str, str], tuple[int, int | None]] = {}

    def may_end_at(self, at: int) -> bool:
        """Whether a limit may pass within the second of line *at*."""
        node = (self._edges[at - 1] if at else self._start).node
        for slot in node.slots:
            index = self.armed_at(slot, at)
            since_s = (
                self._armed_s.get((slot.machine, slot.key), -inf) - self._day_s
                if index is None
                else self._seconds[index]
            )
            if self._seconds[at] + 1 - since_s > slot.limit_s:
                return True
        return False

    def armed_at(self, slot: tuple[str, str, float], before: int) -> int | None:
        """The last line before *before* that armed *slot*; None: before the run."""
        at_key = slot[:2]
        looked, found = self._known.get(at_key, (0, None))
        for index in range(before - 1, looked - 1, -1):
            if at_key in self._edges[index].armed:
                found = index
                break
        self._known[at_key] = (before, found)
        return found
