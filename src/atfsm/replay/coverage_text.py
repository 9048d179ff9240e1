"""The coverage for a terminal: a line a chart, what was never taken, and what the tests lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from atfsm.chart import CellKind, Chart
from atfsm.charts import CHARTS
from atfsm.replay.coverage import Counts, Coverage, Taken, cells_of, never_taken, only_in, taken_of
from atfsm.replay.printable import printable
from atfsm.replay.saved_cells import Saved

#: Cells of one list that are shown unless all are wanted; ours.
SHOWN: Final = 8
COUNT_WIDTH: Final = 9
STRANGER_AT_MOST: Final = 120  # characters of a cell that a file of cells names
#: What the lists name one by one; of the rest, only the number is told.
LISTED: Final = (CellKind.WOBBLE, CellKind.ROW)
#: What a number of cells is called, for one of them and for several.
NAMES: Final = {
    CellKind.WOBBLE: ("wobble cell", "wobble cells"),
    CellKind.ROW: ("row", "rows"),
    CellKind.REQUEST: ("request left to its answer", "requests left to their answers"),
    CellKind.IGNORED: ("ignored cell", "ignored cells"),
    CellKind.RESET: ("way into the full reset", "ways into the full reset"),
    CellKind.DEAF: ("deaf cell", "deaf cells"),
}


class CoverageText:
    """Writes what some captures took.

    Args:
        write: Takes one line, without its end.
        verbose: Whether every list is written to its end.
    """

    def __init__(self, write: Callable[[str], object], *, verbose: bool = False) -> None:
        self._write = write
        self._verbose = verbose

    def tell(self, coverage: Coverage, against: Saved) -> None:
        """Write all of it."""
        cells = coverage.cells
        touched = [chart for chart in CHARTS if cells.get(chart.name)]
        self._sum_up(coverage, touched)
        if not touched:
            return
        for chart in touched:
            self._tell_chart(chart, cells[chart.name])
        self._compare(f"Taken here, never in {against.name}", only_in(cells, against.cells))
        self._compare(f"Taken in {against.name}, never here", only_in(against.cells, cells))
        if against.strangers:
            self._write("")
            left_out = _counted(len(against.strangers), "cell", "cells")
            self._write(
                f"Left out of {against.name}: {left_out} that the charts of this version do not "
                f"have, the first of them {printable(against.strangers[0])[:STRANGER_AT_MOST]}"
            )

    def _sum_up(self, coverage: Coverage, touched: Sequence[Chart]) -> None:
        lines = sum(counted.lines for counted in coverage.captures)
        events = sum(counted.events for counted in coverage.captures)
        captures = _counted(len(coverage.captures), "capture", "captures")
        self._write(f"{captures}, {lines:,} lines, {events:,} events")
        for chart in touched:
            counts = coverage.cells[chart.name]
            taken, there = taken_of(chart, counts), chart.counts()
            parts = []
            for kind in (CellKind.ROW, CellKind.WOBBLE, CellKind.IGNORED):
                part = f"{taken[kind]:>3} of {there[kind]:>3} {NAMES[kind][1]}, "
                parts.append(part if there[kind] else " " * len(part))
            moves = sum(counts.values())
            said = f"{moves:>{COUNT_WIDTH},} {'move' if moves == 1 else 'moves'}"
            self._write(f"  {chart.name:<9}{''.join(parts)}{said}")
        rest = [chart.name for chart in CHARTS if chart not in touched]
        if rest:
            self._write(f"  not touched: {', '.join(rest)}")

    def _tell_chart(self, chart: Chart, counts: Counts) -> None:
        found = sorted(cells_of(chart, counts), key=lambda taken: -taken.times)
        rows = [t for t in found if t.kind is CellKind.ROW and t.times]
        wobbles = [t for t in found if t.kind is CellKind.WOBBLE and t.times]
        never = never_taken(chart, counts)
        self._write("")
        self._write(f"{chart.name}: {chart.title}")
        if never:
            self._write(f"  never taken: {len(never)} of {chart.counts()[CellKind.ROW]} rows")
            self._list(never)
        if rows:
            self._write(f"  taken most, of {_counted(len(rows), 'row', 'rows')}")
            self._list(rows)
        if wobbles:
            self._write(f"  wobbled at {_counted(len(wobbles), 'cell', 'cells')}")
            self._list(wobbles)

    def _compare(self, title: str, found: Sequence[Taken]) -> None:
        self._write("")
        kinds = Counter(taken.kind for taken in found)
        numbers = [_counted(kinds[kind], *NAMES[kind]) for kind in NAMES if kinds[kind]]
        self._write(f"{title}: {', '.join(numbers) or 'nothing'}")
        for kind in LISTED:
            self._list([taken for taken in found if taken.kind is kind], with_chart=True)

    def _list(self, found: Sequence[Taken], *, with_chart: bool = False) -> None:
        shown = found if self._verbose or len(found) <= SHOWN + 1 else found[:SHOWN]
        for taken in shown:
            count = f"{taken.times:,}" if taken.times else "-"
            chart = f"{taken.chart}: " if with_chart else ""
            self._write(
                f"{count:>{COUNT_WIDTH}}  {chart}{taken.state}, {taken.fact} → {taken.target}"
            )
        if len(shown) < len(found):
            rest = len(found) - len(shown)
            self._write(f"{'':>{COUNT_WIDTH}}  … and {rest} more: --verbose lists them")


def _counted(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
