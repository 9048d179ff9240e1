"""Runs of lines: the fast way through a capture that says one thing a line.

A run is followed in C: the stamps of its lines are cut off and looked up, and the tails walk from
edge to edge (`atfsm.replay.automaton`). Python looks only at what is rare: a line that was never
seen in its configuration, a second in which a limit may pass, a wobble. Wherever a line is not
what the fast way expects, it stops before that line, and the observer reads it the exact way; so
both ways say the same, line for line.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from contextlib import suppress
from itertools import accumulate, compress, islice
from math import inf
from operator import getitem, itemgetter, ne
from typing import Final

from atfsm.at.dialect import DataMode
from atfsm.replay.automaton import REMEMBERED_BYTES, Edge
from atfsm.replay.formats import Format, Reader
from atfsm.replay.formats.times import DAY_S, HALF_DAY_S
from atfsm.replay.observer import Observer, resolve
from atfsm.replay.payload_tails import payloads_like
from atfsm.replay.records import Direction
from atfsm.replay.unanswered import Unanswered
from atfsm.replay.unread import Unread
from atfsm.replay.wire import LINE_BYTES_AT_MOST

#: Lines followed at once; ours: twice as many as the run before went through.
SHORTEST_RUN: Final = 64
LONGEST_RUN: Final = 8_192
#: Two digits of seconds, as every layout ends.
DIGITS_S: Final = {b"%02d" % number: float(number) for number in range(100)}
#: Minutes remembered before they are forgotten; ours.
MINUTES_AT_MOST: Final = 1_000


class _StopError(Exception):
    """The next line is not for the fast way."""


class _Clock:
    """Reads the stamps of a capture in which all of them are written alike."""

    def __init__(self, capture_format: Format) -> None:
        self._format = capture_format
        self._minutes: dict[bytes, float] = {}
        self.fits: tuple[int, int] = (0, 0)
        self._rest = b""

    def fit(self, line: bytes) -> bool:
        """Learn from *line* where the whole seconds and the whole stamp end in this capture."""
        moment = self._format.stamp_of(line)
        if moment is None:
            return False
        rest = line[moment[0] : moment[1]]
        # What stands behind the seconds may say which half of the day it is.
        if self.fits != moment[:2] or rest.translate(_SHAPE) != self._rest.translate(_SHAPE):
            self._minutes.clear()
            self.fits = moment[:2]
            self._rest = rest
        return True

    def seconds(self, head: bytes) -> float:
        """The whole seconds that *head* says; minus infinity where it is no such stamp."""
        # Every layout ends its whole seconds with two digits of them, so the rest repeats.
        minute = head[:-2]
        digits_s = DIGITS_S.get(head[-2:], -inf)
        base_s = self._minutes.get(minute)
        if base_s is None:
            moment = self._format.stamp_of(head + self._rest)
            if moment is None or moment[:2] != self.fits:
                return -inf
            if len(self._minutes) > MINUTES_AT_MOST:
                self._minutes.clear()
            base_s = self._minutes[minute] = moment[2] - digits_s
        return base_s + digits_s

    def alike(self, lines: list[bytes]) -> int:
        """How many of *lines* begin with a stamp of the shape of the first one's.

        Where nothing closes it, what follows has to be alike, too: a stamp may have more digits.
        """
        end = self.fits[1]
        end += lines[0][end - 1 : end].isdigit()
        shape = lines[0][:end].translate(_SHAPE)
        shapes = b"\n".join(lines).translate(_SHAPE)
        if len(shape) == end and shapes.count(b"\n" + shape) == len(lines) - 1:
            return len(lines)
        unlike = (at for at, line in enumerate(lines) if line[:end].translate(_SHAPE) != shape)
        return next(unlike, len(lines))

    def knows(self, heads: list[bytes]) -> bool:
        """Whether all *heads*, alike in shape, are such stamps in order; no is only perhaps."""
        minutes = set(map(_MINUTE, heads))
        for minute in minutes - self._minutes.keys():
            if self.seconds(minute + b"00") == -inf:
                return False
        by_time = sorted(minutes, key=lambda minute: self._minutes.get(minute, -inf))
        if by_time != sorted(minutes) or sorted(heads) != heads:
            return False
        return not _leads_over_midnight(self.seconds(heads[0]), self.seconds(heads[-1]))


def _leads_over_midnight(first_s: float, last_s: float) -> bool:
    """Whether times of day may step back over midnight between two: the reader has to tell."""
    return last_s < DAY_S and last_s - first_s > HALF_DAY_S


#: Makes all digits alike: two stamps of one shape differ in digits only.
_SHAPE: Final = bytes.maketrans(b"123456789", b"000000000")
#: What a stamp may go on with: a fraction, half of the day, a zone, a bracket.
_GOES_ON: Final = re.compile(rb"[.,:]?\d|[\])Z]|[ ]?(?:[+-]\d\d:?\d\d|[AaPp]\.?[Mm]\b|UTC|GMT)")
_MINUTE: Final = itemgetter(slice(None, -2))


class _Stamps:
    """The stamps of a run, by the lines on which the second changes.

    Attributes:
        changes: Indexes of the lines on which the stamp differs from the line before, from 0 on.
        count: How many lines there are.
    """

    def __init__(self, clock: _Clock, lines: list[bytes]) -> None:
        self._clock = clock
        heads = list(map(itemgetter(slice(clock.fits[0])), lines))
        self.changes = [0, *compress(range(1, len(heads)), map(ne, islice(heads, 1, None), heads))]
        self._heads = [heads[at] for at in self.changes]
        self.count = len(heads)
        if not clock.knows(self._heads):
            self._cut_where_wrong()

    def _cut_where_wrong(self) -> None:
        """Cut before the first line without such a stamp, with an earlier one, or one far off."""
        before_s = -inf
        first_s = self._clock.seconds(self._heads[0])
        for at, head in zip(self.changes, self._heads, strict=True):
            seconds = self._clock.seconds(head)
            is_back = seconds < before_s
            if seconds == -inf or is_back or _leads_over_midnight(first_s, seconds):
                self.cut(at)
                return
            before_s = seconds

    def cut(self, count: int) -> None:
        """Keep the first *count* lines only."""
        kept = bisect_left(self.changes, count)
        del self.changes[kept:], self._heads[kept:]
        self.count = count

    def at(self, index: int) -> float:
        """Whole seconds of line *index*."""
        return self._clock.seconds(self._heads[bisect_right(self.changes, index) - 1])

    def latest(self, lines: list[bytes], index: int) -> int:
        """Which of *lines* up to *index* has the latest stamp: perhaps one before, of its second.

        Stamps are alike in shape, so that their fractions are in order as they are written.
        """
        fraction = slice(*self._clock.fits)
        change = bisect_right(self.changes, index) - 1
        second = self._clock.seconds(self._heads[change])
        while change and self._clock.seconds(self._heads[change - 1]) == second:
            change -= 1
        return max(range(self.changes[change], index + 1), key=lambda at: lines[at][fraction])


class Runner:
    """Follows runs of lines for an observer.

    Args:
        capture_format: How the capture is written.
        reader: Its reader, which reads the lines that are not for the fast way.

    Attributes:
        unanswered: What is not judged until an answer is read.
        unread: What looks like AT, and this format does not read.
    """

    def __init__(self, capture_format: Format, reader: Reader) -> None:
        self._format = capture_format
        self._reader = reader
        self.unanswered = Unanswered(capture_format)
        self.unread = Unread(capture_format)
        self._reads_all = capture_format.says_no_side
        self._is_fast = capture_format.stateless and capture_format.whole
        self._clock = _Clock(capture_format)
        self._length = SHORTEST_RUN
        self._stamp_end = 0

    def follow(self, observer: Observer, lines: list[bytes], first: int) -> None:
        """Have *observer* follow *lines*, of which the first is physical line *first*."""
        at = 0
        while at < len(lines):
            before = at
            if self._is_fast and self.unanswered.is_over and not observer.held:
                at += self._run(observer, lines[at : at + self._length], first + at)
            if at == before:
                records = self._reader.read(lines[at], first + at)
                if (self._reads_all or not records) and observer.node.exchange.data is None:
                    self.unread.look(lines[at], first + at, records, self._reader)
                if not self.unanswered.is_over:
                    records = tuple(self.unanswered.passed(records))
                for record in records:
                    observer.read(record)
                at += 1

    def close(self, observer: Observer) -> None:
        """Have *observer* read what is left where the lines end."""
        for record in self.unanswered.passed(self._reader.close()):
            observer.read(record)
        for record in self.unanswered.close():
            observer.read(record)
        observer.finish()

    def learn(self, observer: Observer, edge: Edge, tail: bytes) -> Edge:
        """Work out what the line with *tail* does behind *edge*, and have *edge* remember it.

        Raises:
            _StopError: The line takes more than itself to understand.
        """
        if not self._stamp_end and self._format.stamp_of(tail) is not None:
            raise _StopError  # from here on there are stamps
        if self._stamp_end and _GOES_ON.match(tail):
            raise _StopError  # a longer stamp than that of the line which opened the run
        said = self._format.text_of(tail)
        automaton = observer.automaton
        if said is None and self._stamp_end:
            raise _StopError  # perhaps a stamp of another width, which the reader will tell
        if edge.node.exchange.data is None and self.unread.is_suspect(
            tail, is_read=said is not None
        ):
            raise _StopError
        if said is None:  # a blank line, a comment, another logger
            edge[tail] = follows = automaton.skip(edge.node)
            automaton.remembered()
            return follows
        direction, text = said
        if b"\r" in text:
            raise _StopError
        data = edge.node.exchange.data
        if data is not None and data.mode is not DataMode.ONLINE:
            writer = Direction.TX if data.mode is DataMode.OUT else Direction.RX
            if direction is writer and observer.held.end_in(text, data.pattern) == b"":
                follows = automaton.end_payload(edge.node, direction)
                if (alike := payloads_like(tail, text, data.pattern, self._format)) is not None:
                    edge.payload = alike, follows
                return follows
            if direction is not Direction.RX or data.mode is not DataMode.OUT:
                raise _StopError
        text = text[:LINE_BYTES_AT_MOST]
        follows = automaton.step(edge.node, resolve(direction, text, edge.node), text)
        if len(tail) <= REMEMBERED_BYTES:
            edge[tail] = follows
            automaton.remembered()
        return follows

    def _run(self, observer: Observer, lines: list[bytes], first: int) -> int:
        """Follow as many of *lines* as the fast way can; return how many."""
        stamps = opening_s = None
        tails: Iterable[bytes] = lines
        self._stamp_end = 0
        if self._clock.fit(lines[0]):
            opening_s = self._opening_s(observer, lines[0], first)
            if opening_s is None:
                self._length = SHORTEST_RUN
                return 0
            alike = self._clock.alike(lines)
            stamps = _Stamps(self._clock, lines if alike == len(lines) else lines[:alike])
            if not stamps.count:
                return 0
            self._stamp_end = self._clock.fits[1]
            # Cut as they are looked up: a tail lives no longer than that.
            tails = map(itemgetter(slice(self._stamp_end, None)), islice(lines, stamps.count))
        elif self._format.stamp_required or observer.now_s is not None:
            return 0
        edges: list[Edge] = []
        start = observer.fresh_edge()
        # On an exception, what was followed so far stays in the list.
        with suppress(_StopError):
            edges.extend(accumulate(tails, getitem, initial=start))
        del edges[0]
        time_s = None
        if stamps is not None and opening_s is not None and edges:
            stamps.cut(min(stamps.count, len(edges)))
            time_s = self._keep_time(observer, edges, lines, stamps, first, opening_s=opening_s)
        if edges:
            observer.take_run(edges, first, time_s)
        # A capture in which much stops the fast way is not looked ahead into far.
        self._length = min(max(2 * len(edges), SHORTEST_RUN), LONGEST_RUN)
        return len(edges)

    def _opening_s(self, observer: Observer, line: bytes, number: int) -> float | None:
        """The exact time of the *line* that opens a run; None where none can begin with it."""
        if observer.now_s is None:
            return None  # the first stamp decides how silence is judged
        time_s = self._exact(line, number)
        return None if time_s is None or time_s // 1 < observer.now_s // 1 else time_s

    def _keep_time(
        self,
        observer: Observer,
        edges: list[Edge],
        lines: list[bytes],
        stamps: _Stamps,
        first: int,
        *,
        opening_s: float,
    ) -> float | None:
        """Cut *edges* before the first second in which a limit may pass, and arm what waits then.

        Within a run no second comes before another, so that what steps back is a late print, over
        which the clock of the observer stands still.

        Returns:
            The exact time of the clock at the last edge that stays.
        """
        now_s = observer.now_s
        assert now_s is not None
        # The reader counts days up over midnight; the stamps of a run do not know the day.
        day_s = opening_s - opening_s % 1 - stamps.at(0)
        waits = _Waits(observer, edges, stamps, day_s)
        for at in stamps.changes:
            if (edges[at - 1] if at else observer.edge).waits and waits.may_end_at(at):
                del edges[at:]
                break
        if not edges:
            return None

        def clock_s(index: int) -> float:
            latest = stamps.latest(lines, index)
            time_s = self._exact(lines[latest], first + latest)
            return now_s if time_s is None else max(time_s, now_s)

        armed_s: dict[tuple[str, str], float] = {}
        for machine, key, *_ in edges[-1].node.slots:
            index = waits.armed_at((machine, key), len(edges))
            armed_s[machine, key] = (
                observer.armed_s.get((machine, key), now_s) if index is None else clock_s(index)
            )
        observer.armed_s = armed_s
        last = len(edges) - 1
        last_s = clock_s(last)
        if stamps.latest(lines, last) != last:
            self._exact(lines[last], first + last)  # the reader counts days from line to line
        return last_s

    def _exact(self, line: bytes, number: int) -> float | None:
        """The exact time of a line."""
        records = self._reader.read(line, number)
        return records[0].time_s if records else None


class _Waits:
    """Which machines wait along a run, and since when."""

    def __init__(
        self, observer: Observer, edges: list[Edge], stamps: _Stamps, day_s: float
    ) -> None:
        self._start = observer.edge
        self._armed_s = observer.armed_s
        self._edges = edges
        self._stamps = stamps
        self._day_s = day_s
        self._known: dict[tuple[str, str], tuple[int, int | None]] = {}

    def may_end_at(self, at: int) -> bool:
        """Whether a limit may pass within the second of line *at*."""
        node = (self._edges[at - 1] if at else self._start).node
        for machine, key, limit_s, _ in node.slots:
            index = self.armed_at((machine, key), at)
            since_s = (
                self._armed_s.get((machine, key), -inf) - self._day_s
                if index is None
                else self._stamps.at(index)
            )
            if self._stamps.at(at) + 1 - since_s > limit_s:
                return True
        return False

    def armed_at(self, machine: tuple[str, str], before: int) -> int | None:
        """The last line before *before* that armed *machine*; None: before the run."""
        looked, found = self._known.get(machine, (0, None))
        for index in range(before - 1, looked - 1, -1):
            if machine in self._edges[index].armed:
                found = index
                break
        self._known[machine] = (before, found)
        return found
