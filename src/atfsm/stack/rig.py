"""What the parts of a live stack share: the machines, the conversation, the clock, the outputs.

The rig tells facts and keeps time. It decides nothing: `atfsm.stack.agenda` says what is written
next, `atfsm.stack.recovery` what a wobble costs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from math import inf
from typing import Final

from atfsm.at.dialect import Told
from atfsm.at.exchange import Exchange, What
from atfsm.charts import LineState
from atfsm.fact import Fact, FactKind
from atfsm.machine import table
from atfsm.stack.asks import STEPS
from atfsm.stack.config import Config
from atfsm.stack.conversation import Conversation, Piece
from atfsm.stack.coupling import TABLED
from atfsm.stack.limits import Slot, slots
from atfsm.stack.outputs import Injected, LimitPassed, Moved, Output
from atfsm.stack.residents import Residents
from atfsm.stack.sockets import Socket
from atfsm.stack.whole import Move, follow_name, start

#: Steps of the line's own full reset, which are written and not asked.
WRITTEN: Final = frozenset({("line", LineState.FULL_RESET_ENDING_DATA)})


class Rig:
    """The shared parts.

    Attributes:
        config: What the application decided.
        talk: The conversation on the line.
        machines: Every machine.
        sockets: The application's sockets, by handle.
        now_s: The time of the present call.
        port_gone_s: Since when there is no port; None: there is one.
        out: What was not taken yet.
        moved: Moves that nobody has looked at yet, with the line that made them.
    """

    def __init__(self, config: Config, now_s: float) -> None:
        self.config = config
        self.now_s = now_s
        self.talk = Conversation(
            config.dialect, end_pattern=config.end_pattern, verifies_echo=config.echo
        )
        self.machines = Residents(start())
        self.sockets: dict[int, Socket] = {}
        self.port_gone_s: float | None = None
        self.out: list[Output] = []
        self.moved: deque[tuple[Move, str]] = deque()
        self._armed_s: dict[tuple[str, str], float] = {}
        self._deadlines: list[tuple[float, Slot]] | None = None
        self._deadlines_for: Exchange | None = None
        self._taken: set[tuple[str, str]] = set()

    # ------------------------------------------------------------------ facts

    def tell(self, told: Iterable[Told], line: str) -> None:
        """Tell facts that *line* carried."""
        for fact in told:
            self.machines.tell(fact)
        moves = self.machines.take_moves()
        self.talk.exchange = follow_name(self.talk.exchange, moves)
        for move in moves:
            self._note(move, line)

    def hear(self, piece: Piece) -> None:
        """Tell what a piece of the wire told."""
        if piece.told:
            text = piece.text if piece.what is not What.PAYLOAD else b"payload"
            self.tell(piece.told, text.decode("utf-8", "backslashreplace"))

    def inject(self, machine: str, key: str, fact: Fact, why: str, context: str = "") -> None:
        """Tell one fact that the wire does not carry."""
        self.out.append(Injected(machine, key, str(fact), context))
        self.tell((Told(machine, key, fact, context),), why)

    def _note(self, move: Move, line: str) -> None:
        self._deadlines = None
        at = (move.machine, move.key)
        changed = move.before != move.after or bool(move.origin)
        rules = table(TABLED[move.machine])
        is_command = move.machine == "line" and move.fact.kind is FactKind.REQUEST
        if changed or (is_command and not rules.is_reset[move.after]):
            self._armed_s[at] = self.now_s
        if changed:
            self._taken.discard(at)
            self.out.append(
                Moved(
                    machine=move.machine,
                    key=move.key,
                    generation=self.machines.generation(move),
                    before=rules.states[move.before],
                    fact=str(move.fact),
                    state=rules.states[move.after],
                    is_wobble=rules.is_wobble[move.after],
                    swept_by=move.swept_by,
                )
            )
        self.moved.append((move, line))

    # ------------------------------------------------------------------ steps of full resets

    def step_due(self, machine: str, key: str) -> str | None:
        """The command that a machine's step waits for; None where it was written already."""
        if (machine, key) in self._taken:
            return None
        return STEPS.get((machine, self.machines.state(machine, key)))

    def take_step(self, machine: str, key: str) -> None:
        """The command of a step is written now: its limit counts from here."""
        self._deadlines = None
        self._taken.add((machine, key))
        self._armed_s[machine, key] = self.now_s

    def is_taken(self, machine: str, key: str) -> bool:
        """Whether the present step of a machine was written already."""
        return (machine, key) in self._taken

    # ------------------------------------------------------------------ time

    def since_s(self, machine: str, key: str = "") -> float:
        """Since when a machine is in its state."""
        return self._armed_s.get((machine, key), self.now_s)

    def deadlines(self) -> list[tuple[float, Slot]]:
        """Every limit that runs, and when it passes.

        A step whose command was not written yet has none: the close is never skipped because
        the line was busy.
        """
        # Most lines move nothing, so what was worked out before them still holds.
        if self._deadlines is None or self._deadlines_for is not self.talk.exchange:
            self._deadlines = list(self._work_out_deadlines())
            self._deadlines_for = self.talk.exchange
        return self._deadlines

    def _work_out_deadlines(self) -> Iterator[tuple[float, Slot]]:
        for slot in slots(self.talk.exchange, self.machines.standing, resets=True):
            at = (slot.machine, slot.key)
            step = (slot.machine, self.machines.state(*at))
            if (step in STEPS or step in WRITTEN) and at not in self._taken:
                continue
            yield self._armed_s.setdefault(at, self.now_s) + slot.limit_s, slot

    def deadline_s(self) -> float:
        """When the next limit passes; infinity for never."""
        return min((at_s for at_s, _ in self.deadlines()), default=inf)

    def pass_limit(self, at_s: float, slot: Slot, now_s: float) -> None:
        """A limit passed at *at_s*: tell whom it is charged to."""
        self._deadlines = None
        self.now_s = max(self.now_s, at_s)
        self.out.append(LimitPassed(slot.machine, slot.key, at_s, slot.limit_s))
        before = self.machines.places
        line = f"nothing within {slot.limit_s:g} s"
        if slot.is_command:
            sent = self.talk.exchange.in_flight
            asked = b"" if sent is None else sent.text
            line = f"{line} of {asked.decode('utf-8', 'backslashreplace')}"
            self.tell(self.talk.silence().told, line)
        else:
            fact = TABLED[slot.machine].limit_passed
            self.tell((Told(slot.machine, slot.key, fact),), line)
        if self.machines.places == before:
            self._deadlines = None
            self._armed_s[slot.machine, slot.key] = now_s

    # ------------------------------------------------------------------ who is who

    def socket_of(self, machine: str, key: str) -> Socket | None:
        """The application's socket that a machine stands for."""
        return next(
            (s for s in self.sockets.values() if s.machine == machine and s.key == key), None
        )

    def on_context(self, context: str) -> list[Socket]:
        """The sockets that stand on a profile: all of them, since there is one profile."""
        return list(self.sockets.values()) if context == str(self.config.context) else []
