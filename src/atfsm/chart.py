"""A chart: one literal table that says what may happen, filled to the last cell.

The author of a chart writes what may happen: ``row(state, fact, next_state)``, and what may be
overheard: ``ignore(state, fact, why)``. Nobody writes the rest. On construction the chart decides
every remaining (state, fact) cell by the kind of the fact (closed world), checks itself, and
raises one `ChartError` that names chart, state and row if anything in the table is amiss.

There are no guards: what would be a guard on a field is a different fact, named where the line
is parsed. So the matrix is finite and everything about it can be checked exhaustively.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from itertools import pairwise
from math import inf
from typing import Final

from atfsm.errors import ChartError
from atfsm.fact import WOBBLE_OF, Fact, FactKind


class Wait(Enum):
    """What stands in place of a limit in seconds."""

    RESTING = "rests"  #: nothing is owed; the state may last for ever
    OF_COMMAND = "limit of the command in flight"  #: seconds come from the dialect
    AT_ONCE = "left at once"  #: a wobble state: the full reset follows in the same step


RESTING: Final = Wait.RESTING
OF_COMMAND: Final = Wait.OF_COMMAND


class Role(Enum):
    """What a state is for."""

    HAPPY = "happy"
    WOBBLE = "wobble"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class State:
    """One state: its name, how long it may last, and what is true there.

    Attributes:
        name: Member of the chart's state enum.
        limit_s: Seconds until the limit passes, or a `Wait`.
        about: One line on what is true there; in a reset state, the command that it sends.
        source: Where the limit comes from ("ours: ..." where we chose it).
        role: Happy path, wobble or full reset.
        kind: For a wobble state, the kind of deviation that leads there.
        catches: For a wobble state, the facts that it takes before others of its kind do.
        goes_on_at: For a reset state, the only facts that it hears, besides its limit.
    """

    name: StrEnum
    limit_s: float | Wait
    about: str
    source: str = ""
    role: Role = Role.HAPPY
    kind: FactKind | None = None
    catches: tuple[Fact, ...] = ()
    goes_on_at: tuple[Fact, ...] = ()

    @property
    def timed_limit_s(self) -> float | None:
        """The limit in seconds, or None where the state has none of its own."""
        return None if isinstance(self.limit_s, Wait) else self.limit_s


def state(name: StrEnum, limit_s: float | Wait, about: str, source: str = "") -> State:
    """Declare a state of the happy path."""
    return State(name, limit_s, about, source)


def wobble(name: StrEnum, kind: FactKind, about: str, *, catches: tuple[Fact, ...] = ()) -> State:
    """Declare a wobble state: where unlisted facts of *kind* lead, and nothing else does."""
    return State(name, Wait.AT_ONCE, about, role=Role.WOBBLE, kind=kind, catches=catches)


def reset(
    name: StrEnum, limit_s: float, about: str, source: str, *, goes_on_at: tuple[Fact, ...]
) -> State:
    """Declare a step of the full reset, deaf to everything but *goes_on_at* and its limit."""
    return State(name, limit_s, about, source, role=Role.RESET, goes_on_at=goes_on_at)


@dataclass(frozen=True, slots=True)
class Row:
    """In *state*, *fact* leads to *target*. Target equal to state: nothing is entered anew."""

    state: StrEnum
    fact: Fact
    target: StrEnum

    def __str__(self) -> str:
        return f"row({self.state}, {self.fact}, {self.target})"


@dataclass(frozen=True, slots=True)
class Ignore:
    """In *state*, *fact* changes nothing, and *why* says how we know."""

    state: StrEnum
    fact: Fact
    why: str

    def __str__(self) -> str:
        return f"ignore({self.state}, {self.fact})"


def row(state: StrEnum, fact: Fact, target: StrEnum) -> tuple[Row, ...]:
    """List one thing that may happen."""
    return (Row(state, fact, target),)


def ignore(states: StrEnum | tuple[StrEnum, ...], fact: Fact, why: str) -> tuple[Ignore, ...]:
    """List one thing that may be overheard, in one state or in several for the same reason."""
    return tuple(
        Ignore(s, fact, why) for s in (states if isinstance(states, tuple) else (states,))
    )


class CellKind(Enum):
    """Who decided a cell of the matrix, and how."""

    ROW = "row"  #: the author: it leads on
    IGNORED = "ignored"  #: the author: it changes nothing
    WOBBLE = "wobble"  #: closed world: it leads to a wobble state
    REQUEST = "request"  #: closed world: the modem's answer will decide
    RESET = "reset"  #: the way into the full reset
    DEAF = "deaf"  #: the full reset, and the wobble states on the way to it, hear nothing else


@dataclass(frozen=True, slots=True)
class Cell:
    """One decided (state, fact) pair.

    Attributes:
        target: The state afterwards; the same state where nothing changes.
        kind: Who decided it.
        why: The reason of an ignored cell.
    """

    target: StrEnum
    kind: CellKind
    why: str = ""


@dataclass(frozen=True)
class Chart:
    """One table, filled and checked.

    Attributes:
        name: Name in reports and file names.
        title: Heading of its drawing.
        about: One sentence on what one object of this chart is.
        facts: The enum of everything it can be told.
        initial: State in which every object starts.
        happy_path: The states that the drawing puts on a straight line, in order.
        states: In drawing order.
        table: Rows and ignored cells, in drawing order.
        matrix: Every (state, fact) cell.

    Raises:
        ChartError: The table contradicts itself.
    """

    name: str
    title: str
    about: str
    facts: type[Fact]
    initial: StrEnum
    happy_path: tuple[StrEnum, ...]
    states: tuple[State, ...]
    table: tuple[tuple[Row, ...] | tuple[Ignore, ...], ...]
    matrix: Mapping[tuple[StrEnum, Fact], Cell] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        listed = _listed(self)
        _check_states(self)
        matrix = {
            (s.name, fact): listed.get((s.name, fact)) or _fill(self, s, fact)
            for s in self.states
            for fact in self.facts
        }
        object.__setattr__(self, "matrix", matrix)
        _check_ways(self)

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def rows(self) -> Iterator[Row]:
        """The rows, in table order."""
        return (entry for group in self.table for entry in group if isinstance(entry, Row))

    @property
    def ignored(self) -> Iterator[Ignore]:
        """The ignored cells, in table order."""
        return (entry for group in self.table for entry in group if isinstance(entry, Ignore))

    @property
    def wobbles(self) -> tuple[State, ...]:
        """The wobble states, in table order."""
        return tuple(s for s in self.states if s.role is Role.WOBBLE)

    @property
    def resets(self) -> tuple[State, ...]:
        """The steps of the full reset, in order."""
        return tuple(s for s in self.states if s.role is Role.RESET)

    @property
    def limit_passed(self) -> Fact:
        """The fact that says that a limit passed."""
        return _only(self, FactKind.SILENCE)

    @property
    def full_reset(self) -> Fact:
        """The fact that leads from a wobble state into the full reset."""
        return _only(self, FactKind.RESET)

    def state(self, name: StrEnum) -> State:
        """Look a state up by its name."""
        return next(s for s in self.states if s.name == name)

    def counts(self) -> Counter[CellKind]:
        """How many cells were decided how."""
        return Counter(cell.kind for cell in self.matrix.values())

    def summary(self) -> str:
        """The sentence that counts the cells, as the legend of the drawing has it."""
        n = self.counts()
        parts = [f"{n[CellKind.ROW]} rows", f"{n[CellKind.IGNORED]} ignored"]
        if self.wobbles:
            parts += [
                f"{n[CellKind.REQUEST]} left to the modem's answer",
                f"{n[CellKind.DEAF]} deaf",
                f"{n[CellKind.RESET]} straight to the full reset",
                f"{n[CellKind.WOBBLE]} wobble",
            ]
        return (
            f"{len(self.states)} states × {len(self.facts)} facts = "
            f"{len(self.matrix)} cells: {', '.join(parts)}"
        )


def _only(chart: Chart, kind: FactKind) -> Fact:
    found = [fact for fact in chart.facts if fact.kind is kind]
    if len(found) != 1:
        raise ChartError(chart.name, "facts", f"one fact of kind {kind.name} is needed")
    return found[0]


def _listed(chart: Chart) -> dict[tuple[StrEnum, Fact], Cell]:
    """Read the author's cells; refuse unknown names and second words about one cell."""
    names = {s.name for s in chart.states}
    if len(names) != len(chart.states):
        twice = next(n for n, c in Counter(s.name for s in chart.states).items() if c > 1)
        raise ChartError(chart.name, f"state {twice}", "is declared twice: keep one")
    cells: dict[tuple[StrEnum, Fact], Cell] = {}
    for entry in (entry for group in chart.table for entry in group):
        ends = {entry.state, entry.target} if isinstance(entry, Row) else {entry.state}
        for unknown in sorted(ends - names):
            raise ChartError(chart.name, str(entry), f"state {unknown} is not declared")
        if not isinstance(entry.fact, chart.facts):
            raise ChartError(chart.name, str(entry), "the fact belongs to another chart")
        if (entry.state, entry.fact) in cells:
            raise ChartError(chart.name, str(entry), "the cell is decided twice: keep one row")
        cells[entry.state, entry.fact] = (
            Cell(entry.target, CellKind.ROW)
            if isinstance(entry, Row)
            else Cell(entry.state, CellKind.IGNORED, entry.why)
        )
    return cells


def _fill(chart: Chart, at: State, fact: Fact) -> Cell:
    """Decide a cell that the author left out: the closed world."""
    if not chart.wobbles:
        raise ChartError(
            chart.name, f"state {at.name}", f"nothing is said of {fact}, and no wobble state can"
        )
    if fact.kind is FactKind.RESET and at.role is not Role.RESET:
        return Cell(chart.resets[0].name, CellKind.RESET)
    if at.role is not Role.HAPPY:
        return Cell(at.name, CellKind.DEAF)
    if fact.kind is FactKind.REQUEST:
        return Cell(at.name, CellKind.REQUEST)
    kind = WOBBLE_OF[fact.kind]
    candidates = [w for w in chart.wobbles if fact in w.catches] or [
        w for w in chart.wobbles if w.kind is kind and not w.catches
    ]
    if not candidates:
        raise ChartError(chart.name, f"fact {fact}", f"no wobble state takes {kind.name}")
    return Cell(candidates[0].name, CellKind.WOBBLE)


def _check_states(chart: Chart) -> None:
    """A state by itself: limit, source, wobble states without rows, deaf reset states."""
    for s in chart.states:
        where = f"state {s.name}"
        if s.role is Role.HAPPY and not isinstance(s.limit_s, Wait | float):
            raise ChartError(chart.name, where, "has neither a limit in seconds nor RESTING")
        if isinstance(s.limit_s, float) and not 0 < s.limit_s < inf:
            raise ChartError(chart.name, where, "a limit is a positive number of seconds")
        if s.role is Role.RESET and not isinstance(s.limit_s, float):
            raise ChartError(
                chart.name, where, "a step of the full reset needs a limit in seconds"
            )
        if isinstance(s.limit_s, float) and not s.source:
            raise ChartError(chart.name, where, "its limit cites no source")
        if not s.about:
            raise ChartError(chart.name, where, "has no about line")
    if chart.wobbles and not chart.resets:
        raise ChartError(chart.name, "states", "wobble states need a full reset to go to")
    if chart.wobbles:
        _only(chart, FactKind.SILENCE)
        _only(chart, FactKind.RESET)
    for entry in (entry for group in chart.table for entry in group):
        at = chart.state(entry.state)
        if isinstance(entry, Ignore) and not entry.why:
            raise ChartError(chart.name, str(entry), "says not why: cite what shows it")
        if at.role is Role.WOBBLE:
            raise ChartError(
                chart.name,
                str(entry),
                f"wobble state {at.name} has one exit, the full reset: remove the row",
            )
        if isinstance(entry, Row) and chart.state(entry.target).role is Role.WOBBLE:
            raise ChartError(
                chart.name, str(entry), "no row leads to a wobble state: closed world does"
            )
        heard = (*at.goes_on_at, *(f for f in chart.facts if f.kind is FactKind.SILENCE))
        if at.role is Role.RESET and (isinstance(entry, Ignore) or entry.fact not in heard):
            raise ChartError(
                chart.name,
                str(entry),
                f"reset state {at.name} must be deaf to {entry.fact}: the noise of a reset "
                "would restart it for ever",
            )


def _check_ways(chart: Chart) -> None:
    """The states together: every one is reached, every wait ends, the happy path is joined."""
    ways: dict[StrEnum, set[StrEnum]] = {s.name: set() for s in chart.states}
    for (source, _), cell in chart.matrix.items():
        ways[source].add(cell.target)
    seen, front = {chart.initial}, [chart.initial]
    while front:
        fresh = ways[front.pop()] - seen
        seen |= fresh
        front += fresh
    for s in chart.states:
        where = f"state {s.name}"
        if s.name not in seen:
            raise ChartError(chart.name, where, f"cannot be reached from {chart.initial}")
        for fact in s.goes_on_at:
            if chart.matrix[s.name, fact].kind is not CellKind.ROW:
                raise ChartError(chart.name, where, f"goes on at {fact}, but no row says where to")
        silent = chart.matrix.get((s.name, chart.limit_passed)) if chart.wobbles else None
        if s.role is Role.RESET and silent is not None and silent.target == s.name:
            raise ChartError(chart.name, where, "its limit leads nowhere: it would wait for ever")
    joined = {(r.state, r.target) for r in chart.rows}
    for before, after in pairwise(chart.happy_path):
        if (before, after) not in joined:
            raise ChartError(chart.name, f"happy path {before} to {after}", "no row joins them")
