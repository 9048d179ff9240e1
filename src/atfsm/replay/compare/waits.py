"""Waits that take much longer in one capture than in the other."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from atfsm.replay.compare.codes import MEANINGS
from atfsm.replay.compare.course import Course
from atfsm.replay.compare.pairing import NONE, Pairing

#: What is "much": so many seconds and so many times; ours: less is the network's daily mood.
MUCH_S: Final = 1.0
MUCH_TIMES: Final = 3.0
#: Waits that are listed.
LISTED_AT_MOST: Final = 8


@dataclass(slots=True)
class Wait:
    """How long a state lasts in the two captures, until it ends in the same way.

    Attributes:
        chart: The chart.
        state: The state.
        wire: What ends it.
        count: How often both captures show it.
        differing: How often it takes much longer in one of them.
        a_s: Where it differs most, how long it takes in A.
        b_s: And in B.
        line_a: The line that ends it there in A.
        line_b: And in B.
    """

    chart: str
    state: str
    wire: str
    count: int = 0
    differing: int = 0
    a_s: float = 0.0
    b_s: float = 0.0
    line_a: int = 0
    line_b: int = 0

    @property
    def difference_s(self) -> float:
        """By how much it differs."""
        return abs(self.a_s - self.b_s)


def waits(a: Course, b: Course, pairing: Pairing) -> list[Wait]:
    """Find the waits that differ much, those that differ most first.

    A wait is a state with a limit, between two common moves of its machine.
    """
    found: dict[tuple[int, int], Wait] = {}
    for part_a, part_b in pairing.parts.items():
        next_b = dict(pairwise(pairing.moves_b[part_b]))
        for begin, end in pairwise(pairing.moves_a[part_a]):
            other = pairing.other_a[begin]
            other_end = pairing.other_a[end]
            if NONE in {other, other_end} or next_b.get(other) != other_end:
                continue
            begun = MEANINGS[a.codes[begin]]
            if begun.rules.limits_s[begun.after] is None:
                continue
            a_s, b_s = _lasts_s(a, begin, end), _lasts_s(b, other, other_end)
            if a_s is None or b_s is None:
                continue
            ended = MEANINGS[a.codes[end]]
            wait = found.setdefault(
                (a.codes[begin], a.codes[end]),
                Wait(begun.chart, begun.rules.states[begun.after], ended.fact.wire),
            )
            wait.count += 1
            longer, shorter = max(a_s, b_s), min(a_s, b_s)
            if longer - shorter < MUCH_S or longer < MUCH_TIMES * shorter:
                continue
            wait.differing += 1
            if longer - shorter > wait.difference_s:
                wait.a_s, wait.b_s = a_s, b_s
                wait.line_a, wait.line_b = a.lines[end], b.lines[other_end]
    much = [wait for wait in found.values() if wait.differing]
    return sorted(much, key=lambda w: (-w.difference_s, w.chart, w.state, w.wire))


def _lasts_s(course: Course, begin: int, end: int) -> float | None:
    begin_s, end_s = course.time_s(begin), course.time_s(end)
    if begin_s is None or end_s is None or end_s < begin_s:
        return None
    return end_s - begin_s
