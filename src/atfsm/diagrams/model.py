"""What is drawn of a chart, and what is said in words instead: the folding is decided here.

Every row of the table ends up in exactly one place of the `Picture`. These are the places, in
the order in which they are tried; the legend of the drawing states each one that was used:

1. a row of a reset step: an arrow of the full reset, whatever it is that goes on;
2. a row that changes nothing: a line inside the box of its state;
3. a row out of ``unknown``, or whatever the initial state off the happy path is called:
   evidence, one arrow for all of them;
4. one of many rows at which one fact leads to one state: a note under the drawing, and
   a numbered mark at that state. A state keeps its step of the happy path as an arrow, or its
   first row where it has none, so that no box is left without a way out;
5. any other row: an arrow. Rows between the same two states share one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from atfsm.chart import CellKind, Chart, Role, Row
from atfsm.diagrams.traffic import NOTHING_COUNTED, Traffic
from atfsm.fact import Fact

#: A fact that leads to one state from so many others is told in a note.
MANY: Final = 4


@dataclass(frozen=True, slots=True)
class Arrow:
    """The rows that lead from one state to another.

    Attributes:
        rows: Never empty, in table order.
        any_answer: They are all that the state hears: every answer, and its limit.
    """

    rows: tuple[Row, ...]
    any_answer: bool = False

    @property
    def source(self) -> StrEnum:
        """The state that the arrow leaves."""
        return self.rows[0].state

    @property
    def target(self) -> StrEnum:
        """The state that the arrow enters."""
        return self.rows[0].target


@dataclass(frozen=True, slots=True)
class Note:
    """Rows told in words: what leads to one state from many.

    Attributes:
        number: Mark on the drawing.
        rows: Every fact from every state. Never empty, in table order.
        more: The same facts lead there by an arrow, too.
    """

    number: int
    rows: tuple[Row, ...]
    more: bool

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts, each of which leads from every one of the states."""
        return tuple(dict.fromkeys(row.fact for row in self.rows))

    @property
    def states(self) -> tuple[StrEnum, ...]:
        """The states, from each of which every one of the facts leads on."""
        return tuple(dict.fromkeys(row.state for row in self.rows))

    @property
    def target(self) -> StrEnum:
        """The state that it leads to."""
        return self.rows[0].target


@dataclass(frozen=True, slots=True)
class Picture:
    """One chart, folded. Every row of the table is in exactly one of the five.

    Attributes:
        chart: The chart.
        arrows: Between states of the happy path and beside it.
        inside: Rows that change nothing.
        evidence: Rows out of an initial state off the happy path.
        notes: Rows that are told in words.
        reset_arrows: Out of the steps of the full reset.
        traffic: How often each row was taken, where that is to be shown.
    """

    chart: Chart
    arrows: tuple[Arrow, ...]
    inside: tuple[Row, ...]
    evidence: tuple[Row, ...]
    notes: tuple[Note, ...]
    reset_arrows: tuple[Arrow, ...]
    traffic: Traffic = NOTHING_COUNTED

    def reset_arrow(self, source: str, target: str) -> Arrow:
        """The arrow that leads from a step of the full reset to another state."""
        return next(a for a in self.reset_arrows if (a.source, a.target) == (source, target))

    def rows(self) -> Iterator[Row]:
        """Every row that the picture accounts for, by an arrow or in words."""
        for arrow in (*self.arrows, *self.reset_arrows):
            yield from arrow.rows
        yield from self.inside
        yield from self.evidence
        for note in self.notes:
            yield from note.rows


def fold(chart: Chart, traffic: Traffic = NOTHING_COUNTED) -> Picture:
    """Decide for every row of *chart* where it is drawn or told."""
    resets = {s.name for s in chart.states if s.role is Role.RESET}
    inside, evidence, rest, reset_rows = [], [], [], []
    for row in chart.rows:
        if row.state in resets:
            reset_rows.append(row)
        elif row.state == row.target:
            inside.append(row)
        elif row.state == chart.initial and chart.initial not in chart.happy_path:
            evidence.append(row)
        else:
            rest.append(row)
    notes = _notes(chart, rest)
    told = {row for note in notes for row in note.rows}
    return Picture(
        chart=chart,
        arrows=_arrows(chart, [row for row in rest if row not in told]),
        inside=tuple(inside),
        evidence=tuple(evidence),
        notes=notes,
        reset_arrows=_arrows(chart, reset_rows),
        traffic=traffic,
    )


def _arrows(chart: Chart, rows: list[Row]) -> tuple[Arrow, ...]:
    """Merge the rows between the same two states."""
    between: dict[tuple[StrEnum, StrEnum], list[Row]] = {}
    for row in rows:
        between.setdefault((row.state, row.target), []).append(row)
    return tuple(Arrow(tuple(group), _is_any_answer(chart, group)) for group in between.values())


def _is_any_answer(chart: Chart, rows: list[Row]) -> bool:
    at = chart.state(rows[0].state)
    told = {row.fact for row in rows}
    return bool(at.goes_on_at) and told == {*at.goes_on_at, chart.limit_passed}


def _notes(chart: Chart, rows: list[Row]) -> tuple[Note, ...]:
    """Find the facts that lead to one state from many, less the ways that have to be seen."""
    steps = set(zip(chart.happy_path, chart.happy_path[1:], strict=False))
    with_step = {source for source, _ in steps}
    seen: set[StrEnum] = set()
    keep: set[Row] = set()
    groups: dict[tuple[Fact, StrEnum], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.fact, row.target), []).append(row)
        if row.state in with_step:
            if (row.state, row.target) in steps:
                keep.add(row)
        elif row.state not in seen:
            keep.add(row)
        seen.add(row.state)
    # Facts that lead there from the very same states are told in one note.
    told: dict[tuple[StrEnum, frozenset[StrEnum], bool], list[Row]] = {}
    for (_, target), group in groups.items():
        folded = [row for row in group if row not in keep]
        if len(group) >= MANY and len(folded) > 1:
            states = frozenset(row.state for row in folded)
            told.setdefault((target, states, len(folded) < len(group)), []).extend(folded)
    return tuple(
        Note(number, tuple(rows), more)
        for number, ((_, _, more), rows) in enumerate(told.items(), start=1)
    )


def filled(chart: Chart, kind: CellKind, target: StrEnum | None = None) -> tuple[Row, ...]:
    """The cells that closed world decided, as if they were rows: of one kind, to one state."""
    return tuple(
        Row(at, fact, cell.target)
        for (at, fact), cell in chart.matrix.items()
        if cell.kind is kind and target in {None, cell.target}
    )
