"""What each machine went through: since when it is where it is, and which lines touched it.

Bounded by the number of machines and facts, whatever the length of the capture: of each fact
the last line that carried it is kept, which is what an explanation needs to prove itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from atfsm.fact import Fact
from atfsm.replay.automaton import Edge
from atfsm.stack import NEW


class Mark(NamedTuple):
    """The last line that carried a fact."""

    line: int
    text: bytes


@dataclass(slots=True)
class Chronicle:
    """One machine's history, as far as an explanation may need it.

    Attributes:
        since_line: Line on which it entered its present state; 0 before the first.
        marks: The last line of each fact of this generation.
        generation: How often its key was given out: 1 for the first.
    """

    since_line: int = 0
    marks: dict[Fact, Mark] = field(default_factory=dict)
    generation: int = 1


class Ledger:
    """The chronicles of all machines of one capture."""

    def __init__(self) -> None:
        self._chronicles: dict[tuple[str, str], Chronicle] = {}

    def of(self, machine: str, key: str) -> Chronicle:
        """The chronicle of one machine; an empty one where it was never touched."""
        return self._chronicles.get((machine, key)) or Chronicle()

    def keys(self, machine: str) -> list[str]:
        """Which machines of a chart were touched."""
        return [key for name, key in self._chronicles if name == machine]

    def note(self, line: int, edge: Edge, times: int = 1) -> None:
        """Write down what one line did (*times* over, where only its last time matters)."""
        for move in edge.moves:
            at = (move.machine, move.key)
            if move.origin == NEW:
                before = self._chronicles.get(at)
                count = times if before is None else before.generation + times
                self._chronicles[at] = Chronicle(since_line=line, generation=count)
            elif move.origin:
                former = self._chronicles.pop((move.machine, move.origin), Chronicle())
                before = self._chronicles.get(at)
                former.generation = times if before is None else before.generation + times
                self._chronicles[at] = former
            chronicle = self._chronicles.setdefault(at, Chronicle(since_line=line))
            chronicle.marks[move.fact] = Mark(line, edge.text)
            if move.before != move.after or move.origin == NEW:
                chronicle.since_line = line

    def note_run(self, last_lines: Iterable[tuple[Edge, int]], counts: dict[Edge, int]) -> None:
        """Write down a run of lines, given the last line on which each edge was taken."""
        for edge, line in sorted(last_lines, key=lambda item: item[1]):
            if edge.moves:
                self.note(line, edge, counts.get(edge, 1))
