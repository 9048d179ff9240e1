"""Two captures row by row: what stands beside what."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple

from atfsm.replay.compare.alignment import align
from atfsm.replay.compare.course import Course
from atfsm.replay.compare.pairing import Pair
from atfsm.replay.trace import Seen, Trace
from atfsm.view.pack import Log
from atfsm.view.review import Reading
from atfsm.view.veil import Veil

#: What stands in a stretch of rows: the same on both sides, one side alone, or what differs.
BESIDE, ALONE_A, ALONE_B, FACING = range(4)
#: Numbers are not looked at where rows are put beside one another: signal strengths, clocks.
_NUMBER: Final = re.compile(r"\d+")
#: Kinds of rows that are told apart, at most; two more stand for rows that differ.
KINDS_AT_MOST: Final = (1 << 16) - 2
DIFFERS: Final = (KINDS_AT_MOST, KINDS_AT_MOST + 1)


class Half(Reading):
    """One of two captures, as it is read for a page.

    Args:
        trace: What replay sees.
        veil: What hides secrets, of both captures; None shows them.
        lines_at_most: Rows that the page holds whole.
        verbose: Whether the AT line's own moves are compared, too.

    Attributes:
        course: What its machines did.
        rows: Of each move, its row; of those on lines that are left out, the row before.
    """

    def __init__(
        self, trace: Trace, *, veil: Veil | None, lines_at_most: int, verbose: bool = False
    ) -> None:
        self.course = Course(trace.capture.name, trace.format, verbose=verbose)
        self.rows = array("L")
        self._spans: dict[int, tuple[int, int]] = {}
        super().__init__(trace, veil=veil, lines_at_most=lines_at_most)
        self.course.report = trace.report
        self._fill(len(self.course))

    def watch(self, seen: Seen) -> None:
        """Learn from what is seen, whether it gets a row or not."""
        super().watch(seen)
        start = len(self.course)
        self.course.follow(seen)
        self._spans.pop(id(seen), None)  # of one that got no row, and is gone
        if len(self.course) > start:
            self._spans[id(seen)] = start, len(self.course)

    def added(self, seen: Seen, row: int) -> None:
        """Learn which row something got."""
        super().added(seen, row)
        start, end = self._spans.pop(id(seen), (0, 0))
        if start < end:
            self._fill(start)
            self.rows.extend([row] * (end - start))

    def _fill(self, until: int) -> None:
        """Moves on lines without a row stand on the row before."""
        last = self.rows[-1] if self.rows else 0
        self.rows.extend([last] * (until - len(self.rows)))


class Stretch(NamedTuple):
    """So many rows, of one sort."""

    sort: int
    rows: int


@dataclass(slots=True)
class Stretches:
    """Stretches of rows, as they are found; those of one sort that touch are one."""

    found: list[Stretch] = field(default_factory=list)

    def add(self, sort: int, rows: int) -> None:
        """Add some rows."""
        if not rows:
            return
        if self.found and self.found[-1].sort == sort:
            rows += self.found.pop().rows
        self.found.append(Stretch(sort, rows))


def beside(
    a: Half, b: Half, chain_of_pairs: Iterable[Pair], alone: tuple[set[int], set[int]]
) -> list[Stretch]:
    """Put the rows of two captures beside one another.

    Args:
        a: The one.
        b: The other.
        chain_of_pairs: Moves that both have, in order.
        alone: Rows on which something differs, by side.
    """
    kinds: dict[tuple[int, str], int] = {}
    kinds_a = _kinds(a.log, kinds, alone[0], DIFFERS[0])
    kinds_b = _kinds(b.log, kinds, alone[1], DIFFERS[1])
    stretches = Stretches()
    x = y = 0
    end = (len(kinds_a), len(kinds_b))
    for row_a, row_b in chain(_anchors(a, b, chain_of_pairs), [end]):
        _between(stretches, kinds_a[x:row_a], kinds_b[y:row_b])
        if (row_a, row_b) != end:
            stretches.add(BESIDE, 1)
        x, y = row_a + 1, row_b + 1
    return stretches.found


def _anchors(a: Half, b: Half, pairs: Iterable[Pair]) -> Iterator[tuple[int, int]]:
    """The rows of common moves, each row once."""
    last_a = last_b = -1
    for i, j in pairs:
        row_a, row_b = a.rows[i], b.rows[j]
        if row_a > last_a and row_b > last_b:
            yield row_a, row_b
            last_a, last_b = row_a, row_b


def _kinds(
    log: Log, kinds: dict[tuple[int, str], int], alone: set[int], differs: int
) -> Sequence[int]:
    """What each row says, as a number."""
    looks = array(
        "L",
        (
            kinds.setdefault((direction, _NUMBER.sub("0", text)), len(kinds) % KINDS_AT_MOST)
            for direction, text in log.said()
        ),
    )
    found = array("L", (looks[look] for look in log.looks()))
    for row in alone:
        found[row] = differs
    return found


def _find(kind: int, kinds: Sequence[int], start: int, end: int) -> int:
    """The first row of a kind; the end where there is none."""
    return next((row for row in range(start, end) if kinds[row] == kind), end)


def _between(stretches: Stretches, a: Sequence[int], b: Sequence[int]) -> None:
    """Put rows beside one another between two common moves."""
    x = y = 0
    for at_a, at_b, size in (*align(a, b).blocks, (len(a), len(b), 0)):
        start_a = _find(DIFFERS[0], a, x, at_a)
        start_b = _find(DIFFERS[1], b, y, at_b)
        stretches.add(ALONE_A, start_a - x)
        stretches.add(ALONE_B, start_b - y)
        facing = min(at_a - start_a, at_b - start_b)
        stretches.add(FACING, facing)
        x, y = start_a + facing, start_b + facing
        stretches.add(ALONE_A, at_a - x)
        stretches.add(ALONE_B, at_b - y)
        stretches.add(BESIDE, size)
        x, y = at_a + size, at_b + size
