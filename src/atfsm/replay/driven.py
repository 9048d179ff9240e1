"""The observer of a journal: nothing is hidden, so nothing is inferred.

A journal holds all that ever moved a machine: the bytes, the limits that passed, and what machines
were told beside the wire. So the replay takes none of the liberties of an observer: limits pass
where the journal says so and not by a clock, a full reset ends by its own rows, and machines start
anew only where a run begins. Live and replay are the same code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from atfsm.at.dialect import EVERY, NAMELESS, DataMode, Dialect, Told, is_plausible
from atfsm.at.dialects import DIALECTS
from atfsm.at.exchange import Exchange, What
from atfsm.fact import Fact
from atfsm.replay.agreement import Agreement
from atfsm.replay.automaton import Automaton, Edge, slot_of
from atfsm.replay.ledger import Ledger, Passed
from atfsm.replay.observer import Observer, Witness
from atfsm.replay.records import Direction, Record
from atfsm.stack.coupling import TABLED
from atfsm.stack.outputs import (
    CutPower,
    Injected,
    InService,
    LimitPassed,
    Moved,
    NeedsHuman,
    Output,
    Reset,
)
from atfsm.stack.whole import start
from atfsm.stack.written import FORM, Run

#: Charts of which there is one machine.
SINGLE: Final = frozenset({"line", "modem", "recovery"})


class DrivenObserver(Observer):
    """Follows a journal.

    Args:
        dialect: What commands mean, until a run names its own.
        witness: Told of each line that changed a machine.
        learn: What an edge calls for an unknown tail.
        make: What makes an `Automaton`.
    """

    def __init__(
        self,
        dialect: Dialect,
        witness: Witness,
        learn: Callable[[Edge, bytes], Edge],
        make: Callable[..., Automaton] = Automaton,
    ) -> None:
        super().__init__(dialect, witness, learn, make)
        self._agreement = Agreement()
        self._notes: list[str] = []
        self._start(dialect, echo=False)

    def read(self, record: Record) -> None:
        """Follow one record."""
        if self._follower is not None:
            self._follower.see_record(record, self.node)
        self.now_s = record.time_s
        self.fresh_edge()
        if record.said is not None:
            self._follow(record.said, record.line)
        elif record.direction is Direction.TX:
            self._write(record.data, record.line)
        else:
            self._read_bytes(record)

    def _write(self, data: bytes, line: int) -> None:
        """What is written at once is one command line, or payload with its end pattern."""
        opened = self.node.exchange.data
        if opened is not None and opened.mode is DataMode.OUT and data.endswith(opened.pattern):
            passed = Passed(line, len(data) - len(opened.pattern), has_end=True)
            self._pass_payload(Direction.TX, passed)
        else:
            text = data.removesuffix(b"\r")
            self._take(self.automaton.step(self.node, Direction.TX, text), line)
        self._set_framers()

    @property
    def notes(self) -> list[str]:
        """What a reader of the report should know."""
        return [*self._notes, *self._agreement.notes()]

    def _follow(self, said: Output | Run, line: int) -> None:
        match said:
            case Run():
                self._begin(said, line)
            case LimitPassed():
                if _is_machine(said.machine, said.key):
                    slot = slot_of(self.node, said.machine, said.key, said.limit_s)
                    self._take(self.automaton.pass_limit(self.node, slot), line)
            case Injected():
                told = _told(said)
                if told is not None:
                    text = told.fact.wire.encode()
                    self._take(self.automaton.tell(self.node, told, text), line)
            case Moved():
                self._agreement.record(line, said)
            case Reset() | CutPower() | NeedsHuman() | InService():
                self._remark(line, words_of(said))
            case _:
                pass

    def _take(self, edge: Edge, line: int) -> None:
        for move in edge.moves:
            self._agreement.find(line, move)
        super()._take(edge, line)

    def _begin(self, run: Run, line: int) -> None:
        """A run begins: everything starts anew."""
        dialect = next((d for d in DIALECTS if d.name == run.dialect), None)
        if dialect is None:
            self._note(f"The dialect {run.dialect!r:.40} is not known; the widest is taken.")
        if run.form != FORM:
            self._note(f"Line {line} has the form {run.form!r:.40}; this version reads {FORM}.")
        self._agreement.begin(complete=run.complete and run.form == FORM)
        self.ledger = Ledger()
        self._start(dialect or self._dialect, echo=run.echo)
        self._remark(line, f"run of atfsm {run.version:.20} at {run.port:.60}")

    def _start(self, dialect: Dialect, *, echo: bool) -> None:
        if dialect is not self._dialect:
            self._dialect = dialect
            self.automaton = self._new_automaton()
        self.edge = self.automaton.edge_to(first_exchange(dialect, echo=echo), start())
        self._renew_wires()

    def _new_automaton(self) -> Automaton:
        return self._make(self._dialect, timed=True, learn=self._learn, reentry=None)

    def _remark(self, line: int, text: str) -> None:
        """Show something in the time line that is no move."""
        if self._wants_all:
            edge = Edge(self.node, Direction.UNMARKED, text.encode(), What.NOISE, (), self._learn)
            self._witness(line, edge, self.ledger)

    def _note(self, note: str) -> None:
        if note not in self._notes and len(self._notes) < 8:  # ours: runs may be many
            self._notes.append(note)


def first_exchange(dialect: Dialect, *, echo: bool) -> Exchange:
    """What is known before anything was said, as the live stack begins."""
    return Exchange(dialect.end_pattern, verifies_echo=echo)


def _is_machine(machine: str, key: str) -> bool:
    """Whether there can be such a machine: a journal is input like any other."""
    if machine not in TABLED or (machine in SINGLE) is not (key == ""):
        return False
    is_number = key.isascii() and key.isdigit() and len(key) <= 2
    return (is_number or key in {"", NAMELESS}) and is_plausible(key)


def _told(injected: Injected) -> Told | None:
    """What a machine was told; None where there is no such machine or fact."""
    machine, key, name = injected.machine, injected.key, injected.fact
    context = injected.context
    if not _is_machine(machine, key) and (key != EVERY or machine not in TABLED):
        return None
    if context and not _is_machine("pdp", context):
        return None
    fact: Fact | None = next((f for f in TABLED[machine].facts if str(f) == name), None)
    return None if fact is None else Told(machine, key, fact, context)


def words_of(said: Output) -> str:
    """What an output says, as a time line shows it; empty for what a time line does not show."""
    match said:
        case Reset():
            return f"RESET of the {said.rung.value}: {said.cause}"
        case CutPower():
            return f"POWER CUT: {said.cause}"
        case NeedsHuman():
            return f"NEEDS A HUMAN: {said.cause}"
        case InService():
            return "in service"
        case _:
            return ""
