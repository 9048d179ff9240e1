"""What the machines of one capture did: every move, in columns.

A capture of a million lines has some hundred thousand moves, so a `Course` keeps them in arrays.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from itertools import islice
from math import isnan, nan
from typing import Final, NamedTuple

from atfsm.charts import LINE
from atfsm.fact import Fact
from atfsm.machine import table
from atfsm.replay.automaton import Edge
from atfsm.replay.compare.codes import GONE, INFERRED, MEANINGS, OFFSETS, SESSIONS, flags_of
from atfsm.replay.formats import Format
from atfsm.replay.records import Direction
from atfsm.replay.report import Report, Wobble
from atfsm.replay.session import WOBBLES_AT_MOST
from atfsm.replay.trace import Seen
from atfsm.stack import NEW, TABLED

#: Edges of which it is remembered what they do; ours, as many as an automaton remembers.
REMEMBERED_AT_MOST: Final = 60_000
#: Bytes of a line that are kept; ours.
TEXT_BYTES: Final = 200


class Step(NamedTuple):
    """One move, taken out of the columns.

    Attributes:
        line: Physical line.
        time_s: On the clock of the capture; None where it has none.
        machine: Number of the machine in its course.
        name: What it is called: chart and key.
        before: State before.
        fact: The fact.
        after: State after.
        direction: Who wrote the line.
        text: The line, or what passed in silence.
        is_wobble: Whether the table does not list it.
    """

    line: int
    time_s: float | None
    machine: int
    name: str
    before: str
    fact: Fact
    after: str
    direction: Direction
    text: bytes
    is_wobble: bool


class Course:
    """What the machines of one capture did.

    Attributes:
        name: The capture.
        format: How it is written; None where no format fits.
        report: What `replay` says of it, complete once it was read.
        codes: Of each move, its code.
        machines: Of each move, the number of its machine. A definition begins another machine.
        parts: Of each move, the number of the part that its machine plays.
        lines: Of each move, the physical line.
        states_before: Of each move, the state before, by number.
        flags: Of each move, whether it was inferred, or is a consequence of a neighbour's.
        charts: Of each machine, its chart.
        keys: Of each machine, its key: the last one that the capture showed.
        part_of: Of each machine, its part. A session takes over the part of one that is deleted
            or has fallen, whatever its number.
        causes: Of each move into a wobble state, the code of its cause.
        wobbles: Of the first of these, all that is said of it.
        end_s: Time at the end; None where there is no clock.
    """

    def __init__(self, name: str, capture_format: Format | None, *, verbose: bool = False) -> None:
        self.name = name
        self.format = capture_format
        self.report = Report(name)
        self.codes = array("H")
        self.machines = array("L")
        self.parts = array("L")
        self.lines = array("L")
        self.states_before = array("B")
        self.flags = array("B")
        self.charts: list[str] = []
        self.keys: list[str] = []
        self.part_of: list[int] = []
        self.causes: dict[int, str] = {}
        self.wobbles: dict[int, Wobble] = {}
        self.end_s: float | None = None
        self._times = array("d")
        self._texts: list[bytes] = []
        self._directions: list[Direction] = []
        self._verbose = verbose
        self._at: dict[tuple[str, str], int] = {}
        self._states: list[int] = []
        self._player: dict[int, int] = {}  # of each part, the machine that plays it now
        self._part_names: list[str] = []
        self._known: dict[Edge, tuple[_Known, ...]] = {}

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def is_decided(self) -> bool:
        """Whether there was AT traffic at all."""
        return self.report.events > 0

    @property
    def has_clock(self) -> bool:
        """Whether its moves have times."""
        return any(not isnan(time_s) for time_s in self._times)

    def time_s(self, index: int) -> float | None:
        """When a move was made; None where that is not known."""
        time_s = self._times[index]
        return None if isnan(time_s) else time_s

    def step(self, index: int) -> Step:
        """One move."""
        rules, fact, after = MEANINGS[self.codes[index]]
        machine = self.machines[index]
        return Step(
            line=self.lines[index],
            time_s=self.time_s(index),
            machine=machine,
            name=self.name_of(machine),
            before=rules.states[self.states_before[index]],
            fact=fact,
            after=rules.states[after],
            direction=self._directions[index],
            text=self._texts[index],
            is_wobble=rules.is_wobble[after],
        )

    def name_of(self, machine: int) -> str:
        """What a machine is called."""
        return f"{self.charts[machine]} {self.keys[machine]}".rstrip()

    @property
    def part_names(self) -> list[str]:
        """What plays each part first; known once the capture was read."""
        if len(self._part_names) != len(self._player):
            first = dict(
                zip(reversed(self.part_of), reversed(range(len(self.part_of))), strict=True)
            )
            self._part_names = [self.name_of(first[part]) for part in range(len(self._player))]
        return self._part_names

    def is_wobble(self, index: int) -> bool:
        """Whether a move leads into a wobble state."""
        return MEANINGS[self.codes[index]].is_wobble

    def is_inferred(self, index: int) -> bool:
        """Whether a move says what was so before: seen for the first time, or proved."""
        return bool(self.flags[index] & INFERRED)

    def moves(self, edge: Edge) -> tuple[_Known, ...]:
        """What an edge does that is compared, or that begins or names a machine."""
        known = self._known.get(edge)
        if known is None:
            if len(self._known) >= REMEMBERED_AT_MOST:
                self._known.clear()
            known = self._known[edge] = tuple(self._read(edge))
        return known

    def add(self, line: int, edge: Edge, wobbles: tuple[Wobble, ...], time_s: float) -> None:
        """Add what one line did.

        Args:
            line: Its number.
            edge: What it did.
            wobbles: The wobbles on it.
            time_s: Its time; not a number where there is none.
        """
        told = (wobble for wobble in wobbles if wobble.machine in OFFSETS)
        for each in self.moves(edge):
            wobble = next(told, None) if each.is_wobble else None
            machine = self._machine(each)
            if not each.is_step:
                continue
            if wobble is not None:
                self.causes[len(self)] = wobble.cause
                if len(self.wobbles) < WOBBLES_AT_MOST:
                    self.wobbles[len(self)] = wobble
            self.codes.append(each.code)
            self.machines.append(machine)
            self.parts.append(self.part_of[machine])
            self.lines.append(line)
            self.states_before.append(each.before)
            self.flags.append(each.flags)
            self._times.append(time_s)
            self._texts.append(each.text)
            self._directions.append(edge.direction)

    def _read(self, edge: Edge) -> Iterator[_Known]:
        text = (edge.text or f"({edge.what.value})".encode())[:TEXT_BYTES]
        for move in edge.moves:
            if move.machine not in OFFSETS:
                continue
            rules = table(TABLED[move.machine])
            is_unusual = rules.is_wobble[move.before] or rules.is_wobble[move.after]
            if move.machine == LINE.name and not (self._verbose or is_unusual):
                continue  # plumbing
            if move.before == move.after and not move.origin:
                continue
            fact_number = rules.fact_number[move.fact]
            yield _Known(
                chart=move.machine,
                key=move.key,
                origin=move.origin,
                before=move.before,
                after=move.after,
                code=OFFSETS[move.machine] + fact_number * len(rules.states) + move.after,
                flags=flags_of(move, rules),
                is_step=move.before != move.after,
                is_wobble=rules.is_wobble[move.after],
                text=text,
            )

    def _machine(self, each: _Known) -> int:
        """The number of the machine that moves."""
        at = (each.chart, each.key)
        if each.origin and each.origin != NEW:
            former = self._at.pop((each.chart, each.origin), None)
            if former is not None:
                self._at[at] = former
                self.keys[former] = each.key
        machine = self._at.get(at)
        # Where a journal begins a run, machines are put back, and no line moves them there.
        is_put_back = machine is not None and self._states[machine] != each.before
        begins = each.origin == NEW or (is_put_back and not each.origin)
        if machine is None or (begins and each.chart in SESSIONS):
            machine = self._at[at] = len(self.charts)
            self.part_of.append(self._part(each.chart))
            self._player[self.part_of[machine]] = machine
            self.charts.append(each.chart)
            self.keys.append(each.key)
            self._states.append(each.after)
        self._states[machine] = each.after
        return machine

    def _part(self, chart: str) -> int:
        """The part of a machine that begins: the first that is free, or a new one."""
        for part, machine in self._player.items() if chart in SESSIONS else ():
            if self.charts[machine] == chart and self._states[machine] in GONE[chart]:
                return part
        return len(self._player)

    def follow(self, seen: Seen) -> None:
        """Add what was seen on one line, where the capture is traced."""
        told = (wobble for wobble in seen.wobbles if wobble.machine in OFFSETS)
        for edge in seen.edges:
            moves = self.moves(edge)
            if moves:
                wobbles = tuple(islice(told, sum(each.is_wobble for each in moves)))
                self.add(seen.line, edge, wobbles, nan if seen.time_s is None else seen.time_s)
        self.end_s = self.end_s if seen.time_s is None else seen.time_s


class _Known(NamedTuple):
    """What an edge does to one machine."""

    chart: str
    key: str
    origin: str
    before: int
    after: int
    code: int
    flags: int
    is_step: bool
    is_wobble: bool
    text: bytes
