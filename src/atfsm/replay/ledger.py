"""What each machine went through: since when it is where it is, and which lines touched it.

Bounded by the number of machines and facts, whatever the length of the capture: of each fact
the last line that carried it is kept, which is what an explanation needs to prove itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from atfsm.at.exchange import What
from atfsm.at.facts import ModemFact
from atfsm.at.grammar import Form, parse_command_line
from atfsm.fact import Fact
from atfsm.replay.automaton import Edge
from atfsm.stack import NEW

#: Settings that explain something later: which of them were asked for, and where.
SETTINGS: Final = frozenset({b"+CMEE", b"+KPATTERN", b"+CPSMS", b"+CEDRXS", b"+KSLEEP"})


class Mark(NamedTuple):
    """The last line that carried a fact."""

    line: int
    text: bytes


class Passed(NamedTuple):
    """A payload of the host that went by.

    Attributes:
        line: Physical line on which it ended.
        size_bytes: Its length, the end pattern not counted.
        has_end: Whether the end pattern came behind it.
        pattern_at: How many bytes stand before an end pattern within it; None where none is.
    """

    line: int
    size_bytes: int
    has_end: bool
    pattern_at: int | None = None


@dataclass(slots=True)
class Chronicle:
    """One machine's history, as far as an explanation may need it.

    Attributes:
        since_line: Line on which it entered its present state; 0 before the first.
        marks: The last line of each fact of this generation.
        generation: How often its key was given out: 1 for the first.
        sends: How many sends of this generation ended well.
    """

    since_line: int = 0
    marks: dict[Fact, Mark] = field(default_factory=dict)
    generation: int = 1
    sends: int = 0

    def latest(self, facts: tuple[Fact, ...]) -> Mark | None:
        """The last line that carried one of *facts*."""
        return max((m for f in facts if (m := self.marks.get(f))), default=None)


class Ledger:
    """The chronicles of all machines of one capture, and what no machine is told.

    Attributes:
        echo: The last echo of a command.
        payload: The last payload of the host, in a capture that shows bytes.
        settings: The last command line that asked for each of `SETTINGS`.
        remarks: The last line of each sort that is worth a note (`atfsm.replay.remarks`).
    """

    def __init__(self) -> None:
        self._chronicles: dict[tuple[str, str], Chronicle] = {}
        self.echo: Mark | None = None
        self.payload: Passed | None = None
        self.settings: dict[bytes, Mark] = {}
        self.remarks: dict[str, Mark] = {}

    def of(self, machine: str, key: str) -> Chronicle:
        """The chronicle of one machine; an empty one where it was never touched."""
        return self._chronicles.get((machine, key)) or Chronicle()

    def is_touched_behind(self, line: int) -> bool:
        """Whether any machine was told anything behind a line."""
        return any(
            mark.line > line
            for chronicle in self._chronicles.values()
            for mark in chronicle.marks.values()
        )

    def keys(self, machine: str) -> list[str]:
        """Which machines of a chart were touched."""
        return [key for name, key in self._chronicles if name == machine]

    def note(self, line: int, edge: Edge, times: int = 1, sends: int = 1) -> None:
        """Write down what one line did.

        Args:
            line: Its number.
            edge: What it did.
            times: How often, where only its last time matters.
            sends: How many sends it ended, where it ends sends.
        """
        mark = Mark(line, edge.text)
        if edge.what is What.ECHO:
            self.echo = mark
        if edge.remark:
            self.remarks[edge.remark] = mark
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
            chronicle = self._chronicles.get(at)
            if chronicle is None:
                chronicle = self._chronicles[at] = Chronicle(since_line=line)
            chronicle.marks[move.fact] = mark
            if move.before != move.after or move.origin == NEW:
                chronicle.since_line = line
            if move.fact is ModemFact.SETUP_REQUESTED:
                self._note_setting(line, edge.text)
        for at in edge.sends:
            self._chronicles[at].sends += sends

    def note_run(
        self,
        last_lines: Mapping[Edge, int],
        sends: Mapping[Edge, int],
        times: Mapping[Edge, int],
    ) -> None:
        """Write down a run of lines.

        Args:
            last_lines: The last line on which each edge was taken.
            sends: How many sends each edge ended, of those that end any.
            times: How often each edge was taken, of those that begin something anew.
        """
        for edge, line in sorted(last_lines.items(), key=lambda item: item[1]):
            if edge.is_noted:
                self.note(line, edge, times.get(edge, 1), sends.get(edge, 1))

    def _note_setting(self, line: int, text: bytes) -> None:
        command = parse_command_line(text)
        for member in () if command is None else command.members:
            if member.name in SETTINGS and member.form is Form.SET:
                self.settings[member.name] = Mark(line, text)
