"""Coverage: how often captures took each cell of each chart.

Every move is counted, whether it changed anything or not. The automaton makes that cheap: an edge
carries its moves, so a capture is counted edge by edge, and only the sum is taken apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from atfsm.chart import CellKind, Chart
from atfsm.charts import CHARTS
from atfsm.fact import Fact
from atfsm.machine import table
from atfsm.replay.automaton import Automata, Edge
from atfsm.replay.capture import Capture
from atfsm.replay.report import Report, Verdict
from atfsm.replay.session import AUTO, replay
from atfsm.stack import TABLED

SCHEMA: Final = "atfsm.coverage/1"
#: Edges counted before they are taken apart; ours: an edge keeps what it leads to in memory.
EDGES_AT_MOST: Final = 10_000

#: In which order kinds of cells are told: what says most comes first.
ORDER: Final = (
    CellKind.WOBBLE,
    CellKind.ROW,
    CellKind.REQUEST,
    CellKind.IGNORED,
    CellKind.RESET,
    CellKind.DEAF,
)

#: How often each cell of one chart was taken, by state and fact; what is missing was never.
Counts = Mapping[tuple[str, Fact], int]
#: The counts of each chart, by its name; a chart without any is missing.
Cells = Mapping[str, Counts]


class Tally:
    """Counts edges as they are taken, and gives the cells that their moves took."""

    def __init__(self) -> None:
        self._edges: Counter[Edge] = Counter()
        self._cells: dict[str, Counter[tuple[str, Fact]]] = {}

    def __call__(self, edges: Sequence[Edge]) -> None:
        """Count *edges*, each of them once."""
        self._edges.update(edges)
        if len(self._edges) > EDGES_AT_MOST:
            self._settle()

    def cells(self) -> dict[str, Counter[tuple[str, Fact]]]:
        """Every cell that was taken until now, and how often."""
        self._settle()
        return self._cells

    def _settle(self) -> None:
        for edge, times in self._edges.items():
            for machine, _, before, fact, *_ in edge.moves:
                counts = self._cells.setdefault(machine, Counter())
                counts[table(TABLED[machine]).states[before], fact] += times
        self._edges.clear()


class Taken(NamedTuple):
    """One cell of a chart, and how often it was taken."""

    chart: str
    state: str
    fact: Fact
    target: str
    kind: CellKind
    times: int = 0


class Counted(NamedTuple):
    """A capture that was counted: what its report says of it as a whole."""

    capture: str
    format: str
    lines: int
    events: int
    verdict: Verdict


@dataclass(slots=True)
class Coverage:
    """What some captures took of the charts.

    Attributes:
        captures: Those that were counted, in order.
        tally: What counts them.
        automata: What captures before have taught.
    """

    captures: list[Counted] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    automata: Automata = field(default_factory=Automata)

    def add(
        self,
        name: str,
        *,
        format_name: str = AUTO,
        progress: Callable[[Capture], None] | None = None,
    ) -> Report:
        """Replay one capture and count what it takes.

        Args:
            name: A path, or ``-`` for standard input.
            format_name: Name of a format, or ``auto``.
            progress: Told after each chunk.

        Returns:
            The report of the capture; one that no format fits adds nothing.

        Raises:
            CaptureError: It cannot be opened, or there is no such format.
        """
        report = replay(
            name,
            format_name=format_name,
            tally=self.tally,
            automata=self.automata,
            progress=progress,
        )
        if report.format:
            self.captures.append(
                Counted(name, report.format, report.lines, report.events, report.verdict)
            )
        return report

    @property
    def cells(self) -> Cells:
        """Every cell that was taken, and how often."""
        return self.tally.cells()


def cells_of(chart: Chart, counts: Counts) -> Iterator[Taken]:
    """Every cell of *chart* in table order, with its count, be it 0."""
    for (state, fact), cell in chart.matrix.items():
        times = counts.get((state, fact), 0)
        yield Taken(chart.name, state, fact, cell.target, cell.kind, times)


def taken_of(chart: Chart, counts: Counts) -> Counter[CellKind]:
    """How many cells of each kind were taken at least once."""
    return Counter(taken.kind for taken in cells_of(chart, counts) if taken.times)


def never_taken(chart: Chart, counts: Counts) -> list[Taken]:
    """The rows of *chart* that were never taken, in table order.

    Those out of the initial state come last: each of them stands for a capture that begins in the
    middle, and says less than a row of the happy path does.
    """
    rows = [t for t in cells_of(chart, counts) if t.kind is CellKind.ROW and not t.times]
    return sorted(rows, key=lambda taken: taken.state == chart.initial)


def only_in(these: Cells, those: Cells) -> list[Taken]:
    """The cells that *these* counts have and *those* have not, and how often they were taken.

    Wobbles come first, then rows, then what changes nothing; each in the order of the charts.
    """
    found = [
        taken
        for chart in CHARTS
        for taken in cells_of(chart, these.get(chart.name, {}))
        if taken.times and not those.get(chart.name, {}).get((taken.state, taken.fact))
    ]
    return sorted(found, key=lambda taken: ORDER.index(taken.kind))
