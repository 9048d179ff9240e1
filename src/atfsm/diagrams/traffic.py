"""Traffic: how often each cell of a chart was taken, shown on its drawing.

The drawing is the same with traffic and without: every place that shows a row asks here what to
add. Where nothing was counted, nothing is added.

A line is wider the more it was taken: by the same for every ten times as many, on every drawing
alike. What was never taken is pale, and dashed, since colour never stands alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log10
from typing import Final

from atfsm.chart import CellKind, Chart, Row
from atfsm.diagrams import style
from atfsm.diagrams.style import Block, Text
from atfsm.fact import Fact

#: Of a line that was taken once, and how much wider one is that was taken ten times as often.
THIN: Final = 1.2
WIDER: Final = 0.5
WIDEST: Final = 4.0
#: Keeps the text of a level arrow off a wide line below it.
BELOW_PT: Final = 2
#: Rows that a tooltip lists; ours: more would not fit a screen.
TOLD: Final = 40
LINE_END: Final = "\\n"  # as Graphviz reads it in a tooltip

LEGEND: Final = (
    "A number with × says how often; a line is wider by the same for every ten times as many. "
    "Dashed and pale: never. Grey on an arrow: this was never taken, others there were."
)


@dataclass(frozen=True, slots=True)
class Traffic:
    """How often each cell of one chart was taken.

    Attributes:
        counts: By state and fact; a cell that is missing was never taken. None: nothing was
            counted, and the drawing shows the chart alone.
        source: What was counted, for the heading: "3 captures".
    """

    counts: Mapping[tuple[str, Fact], int] | None = None
    source: str = ""

    @property
    def is_counted(self) -> bool:
        """Whether anything is shown at all."""
        return self.counts is not None

    def count(self, rows: Iterable[Row]) -> int:
        """How often *rows* were taken together."""
        return sum(self._of(row) for row in rows)

    def _of(self, row: Row) -> int:
        return self.counts.get((row.state, row.fact), 0) if self.counts else 0

    def heading(self, chart: Chart) -> str:
        """The sentence above the drawing: what was counted, and how much of the chart it took."""
        if self.counts is None:
            return ""
        there = chart.counts()
        parts = []
        for kind, name in ((CellKind.ROW, "rows"), (CellKind.WOBBLE, "wobble cells")):
            taken = sum(
                1 for at, cell in chart.matrix.items() if cell.kind is kind and self.counts.get(at)
            )
            if there[kind]:
                parts.append(f"{taken} of {there[kind]} {name}")
        return (
            f"Coverage of {self.source or 'what was counted'}: {' and '.join(parts)} were taken, "
            f"in {sum(self.counts.values()):,} moves."
        )

    def on(
        self, rows: Sequence[Row], text: Block, color: str = style.BLUE, name: str = "rows"
    ) -> Block:
        """The *text* of an arrow for *rows*, by that *name*, with its number above it."""
        if self.counts is None:
            return text
        if not self.count(rows):
            return faded(text)
        part = self.part(rows) if name else ""
        number = f"{self.number(rows)}{part and f' · {part} {name}'}"
        below = (Text(" ", BELOW_PT),) if text else ()
        return (Text(number, bold=True, color=color), *text, *below)

    def taken(self, rows: Iterable[Row]) -> list[Row]:
        """Those of *rows* that were taken at least once."""
        return [row for row in rows if self._of(row)]

    def part(self, rows: Sequence[Row]) -> str:
        """How many of several rows were taken, where it is not all of them."""
        taken = len(self.taken(rows))
        return "" if taken == len(rows) else f"{taken} of {len(rows)}"

    def number(self, rows: Iterable[Row]) -> str:
        """How often *rows* were taken, as it is written."""
        return f"{self.count(rows):,}×"

    def fades(self, rows: Sequence[Row], wire: str) -> bool:
        """Whether, of *rows*, none that this AT text carries was taken."""
        if self.counts is None:
            return False
        return not self.count(row for row in rows if row.fact.wire == wire)

    def times(self, rows: Iterable[Row]) -> str:
        """The number before what is said in a box."""
        return "" if self.counts is None else f"{self.number(rows)} "

    def color(self, rows: Iterable[Row]) -> str:
        """The colour of what is said in a box: grey, unless it was taken."""
        return style.INK if self.count(rows) else style.GREY

    def line(self, rows: Sequence[Row], **attributes: str) -> dict[str, str]:
        """How the arrow for *rows* looks; *attributes* are its looks without traffic."""
        if self.counts is None:
            return attributes
        count = self.count(rows)
        attributes["tooltip"] = LINE_END.join(self.told(rows))
        if not count:
            color = style.PALER[attributes.get("color", style.BLUE)]
            return attributes | {"style": "dashed", "color": color, "penwidth": "1.2"}
        width = min(THIN + WIDER * log10(count), WIDEST)
        return attributes | {"style": "solid", "penwidth": f"{width:.1f}"}

    def told(self, rows: Iterable[Row]) -> list[str]:
        """What a pointer is told: a line for each row, what was taken most first."""
        counted = sorted(((self._of(row), row) for row in rows), key=lambda each: -each[0])
        lines = [f"{n:,}× {row.state}, {row.fact} → {row.target}" for n, row in counted[:TOLD]]
        if len(counted) > TOLD:
            lines.append(f"and {len(counted) - TOLD} more")
        return lines

    def is_entered(self, chart: Chart, name: str) -> bool:
        """Whether a machine was ever in a state; so it is where nothing was counted."""
        if self.counts is None:
            return True
        return any(
            name in {at[0], cell.target}
            for at, cell in chart.matrix.items()
            if self.counts.get(at)
        )

    def box(self, chart: Chart, name: str, color: str = style.BLUE) -> dict[str, str]:
        """How the box of a state looks beside its usual looks: pale where nobody was."""
        if self.is_entered(chart, name):
            return {}
        pale = {"style": "rounded,filled,dashed", "fillcolor": "white"}
        return pale | {"color": style.PALER[color]}


#: What a drawing shows of the chart alone.
NOTHING_COUNTED: Final = Traffic()


def faded(text: Block) -> Block:
    """The same text in grey."""
    return tuple(replace(line, color=style.GREY) for line in text)
