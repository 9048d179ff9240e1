"""Recovery: what a wobble costs, which rung is due, and whether it may be taken now.

The charts take each failing thing down by themselves, at once. What is left to decide is counted
in the `Ladder`: when a socket may be built up again, when the next bigger thing is reset, and
when a costly rung must wait. No code is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import inf
from typing import Final

from atfsm.at.facts import LineFact, ModemFact, PdpFact, RecoveryFact, TcpFact, UdpFact
from atfsm.charts import LineState, ModemState, PdpState, RecoveryState, TcpState, UdpState
from atfsm.fact import Fact
from atfsm.machine import table
from atfsm.stack.coupling import TABLED
from atfsm.stack.ladder import LINE, MODEM, Ladder
from atfsm.stack.memory import Memory
from atfsm.stack.outputs import (
    AskReset,
    Cause,
    CutPower,
    InService,
    NeedsHuman,
    Remember,
    Reset,
    Rung,
    Unsent,
    Waiting,
)
from atfsm.stack.rig import Rig
from atfsm.stack.sockets import Socket
from atfsm.stack.whole import Move

#: Where each chart's full reset begins.
FALLS: Final = {name: str(chart.resets[0].name) for name, chart in TABLED.items() if chart.wobbles}
DUE: Final = {
    Rung.SOCKET: RecoveryFact.SOCKET_RESET_DUE,
    Rung.CONTEXT: RecoveryFact.CONTEXT_RESET_DUE,
    Rung.MODEM: RecoveryFact.MODEM_RESTART_DUE,
    Rung.POWER: RecoveryFact.POWER_CUT_DUE,
}
#: The last step of each full reset: whoever leaves it has completed the reset.
LAST_STEPS: Final[frozenset[tuple[str, str]]] = frozenset(
    {
        ("modem", ModemState.FULL_RESET_CUTTING_POWER),
        ("modem", ModemState.FULL_RESET_BOOTING),
        ("pdp", PdpState.FULL_RESET_AWAITING_CLOSED),
        ("tcp", TcpState.FULL_RESET_READING_BACK),
        ("udp", UdpState.FULL_RESET_READING_BACK),
    }
)
PASSED_DATA: Final[frozenset[Fact]] = frozenset(
    {TcpFact.SENT, TcpFact.RECEIVED, UdpFact.SENT, UdpFact.RECEIVED}
)


class Recovery:
    """Climbs the ladder.

    Args:
        rig: The shared parts.
        memory: What an earlier process left.
        chance: Where jitter comes from.
    """

    def __init__(self, rig: Rig, memory: Memory, chance: Callable[[], float]) -> None:
        self._rig = rig
        self._ladder = Ladder(
            rig.config.spacing, memory, chance, has_power=rig.config.has_power_hook
        )
        self._causes: dict[tuple[str, str], Cause] = {}
        self._permit: bool | None = None  # None: not asked
        self._veto_until_s = -inf
        self._waiting: tuple[Rung, float] | None = None
        self._told_human = False
        self._last_cause: Cause | None = None

    # ------------------------------------------------------------------ what moves

    def look(self, move: Move, line: str) -> None:
        """Look at one move, and do what follows from it."""
        rules = table(TABLED[move.machine])
        at = (move.machine, move.key)
        if move.before != move.after and rules.is_wobble[move.after]:
            self._causes[at] = self._cause(move, line)
        elif rules.states[move.after] == FALLS.get(move.machine) and move.before != move.after:
            cause = self._causes.pop(at, None) or self._cause(move, line)
            self._fall(move, cause)
        if move.fact in PASSED_DATA and move.before != move.after:
            self._passed_data(move)
        self._look_further(move, rules.states[move.before], rules.states[move.after])

    def _cause(self, move: Move, line: str) -> Cause:
        rules = table(TABLED[move.machine])
        kind = "climbed"
        if rules.is_wobble[move.after]:
            kind = rules.states[move.after].removeprefix("wobble_")
        lines = self._rig.talk.lines
        before = rules.states[move.before]
        return Cause(move.machine, move.key, before, kind, str(move.fact), line, lines)

    def _fall(self, move: Move, cause: Cause) -> None:
        match move.machine:
            case "tcp" | "udp":
                self._socket_falls(move, cause)
            case "pdp":
                self._context_falls(move, cause)
            case "modem":
                self._modem_falls(cause)
            case _:
                self._line_falls(cause)

    def _socket_falls(self, move: Move, cause: Cause) -> None:
        socket = self._rig.socket_of(move.machine, move.key)
        if socket is None:
            return
        self.give_up(socket, cause)
        if cause.kind == "swept":
            return
        used_up = self._ladder.failed(socket.name)
        wait_s = self._ladder.wait_s(socket.name, self._rig.config.spacing.socket_s)
        socket.not_before_s = max(socket.not_before_s, self._rig.now_s + wait_s)
        self._remember()
        self._announce(Rung.SOCKET, cause, (socket,))
        if used_up and not self._context_is_proved(socket):
            rung = self._ladder.rung_above(self._context)
            if rung is Rung.CONTEXT:
                self._climb("pdp", str(self._rig.config.context), PdpFact.FULL_RESET, cause)
            else:
                self._climb("modem", "", ModemFact.FULL_RESET, cause)

    def _context_falls(self, move: Move, cause: Cause) -> None:
        if cause.kind == "swept":
            return
        used_up = self._ladder.failed(self._context)
        wait_s = self._ladder.wait_s(self._context, self._rig.config.spacing.context_s)
        sockets = self._rig.on_context(move.key)
        for socket in sockets:
            socket.not_before_s = max(socket.not_before_s, self._rig.now_s + wait_s)
        self._remember()
        self._announce(Rung.CONTEXT, cause, sockets)
        if used_up:
            self._climb("modem", "", ModemFact.FULL_RESET, cause)

    def _modem_falls(self, cause: Cause) -> None:
        used_up = self._ladder.failed(MODEM)
        self._remember()
        self._announce(Rung.MODEM, cause, self._rig.sockets.values())
        if self._ladder.is_exhausted:
            self._call_for_help(cause)
        if used_up and self._rig.config.has_power_hook:
            self._climb("modem", "", ModemFact.POWER_CUT_DUE, cause)

    def _line_falls(self, cause: Cause) -> None:
        if self._rig.machines.is_resetting("modem") or cause.kind == "climbed":
            return
        used_up = self._ladder.failed(LINE)
        self._remember()
        if used_up:
            self._climb("modem", "", ModemFact.FULL_RESET, cause)

    def _climb(self, machine: str, key: str, fact: Fact, cause: Cause) -> None:
        """Go on to a bigger thing, for the same cause."""
        self._causes[machine, key] = replace(cause, kind="climbed")
        self._rig.inject(machine, key, fact, cause.line)

    def _look_further(self, move: Move, before: str, after: str) -> None:
        """What follows from leaving or entering a state, beside falling."""
        if before == after:
            return
        if (move.machine, before) in LAST_STEPS:
            self.tell(RecoveryFact.RESET_COMPLETED)
        if after == ModemState.REGISTERED and not self._rig.sockets:
            self.served("")
        if before == LineState.QUARANTINED and move.fact is LineFact.LIMIT_PASSED:
            # No result came, so a late one may still come: the line is made sure of.
            why = "no result in quarantine"
            self._rig.inject("line", "", LineFact.FULL_RESET, why)
            self._line_falls(replace(self._cause(move, why), kind="silent"))

    # ------------------------------------------------------------------ sockets

    def give_up(self, socket: Socket, cause: Cause | None) -> None:
        """What a socket was about to send is given up, as far as it may not be sent again.

        A datagram of which nothing was written is sent again: it cannot have left. A stream
        is another one after a reset, so what was meant for the old one is given up.
        """
        socket.opened_s = None
        socket.unread_bytes = 0
        socket.asks_unread = False
        for parcel in list(socket.parcels):
            is_free = socket.machine == "udp" or not parcel.was_open
            if socket.is_wanted and is_free and not parcel.may_have_left:
                continue
            socket.parcels.remove(parcel)
            self._rig.out.append(Unsent(socket.handle, parcel.ticket, parcel.may_have_left, cause))

    def _context_is_proved(self, failing: Socket) -> bool:
        """Whether a neighbour shows that the context works: then it is not torn down.

        One peer that is gone must not cost the others a byte (pain of Z#104133).
        """
        fresh_s = self._rig.now_s - 2 * self._rig.config.poll_s
        return any(
            s.opened_s is not None and (s.machine == "tcp" or s.served_s >= fresh_s)
            for s in self._rig.sockets.values()
            if s is not failing
        )

    def _passed_data(self, move: Move) -> None:
        socket = self._rig.socket_of(move.machine, move.key)
        if socket is not None:
            socket.served_s = self._rig.now_s
            self.served(socket.name)

    def served(self, name: str) -> None:
        """Service: data passed, or a socket stayed open long enough."""
        if self._ladder.served(name):
            self._remember()
        self._told_human = False
        if self._rig.machines.state("recovery") != RecoveryState.IN_SERVICE:
            self.tell(RecoveryFact.SERVICE_RETURNED)
            if self._rig.machines.state("recovery") == RecoveryState.IN_SERVICE:
                self._rig.out.append(InService())

    def prove(self) -> float:
        """Take sockets that stayed open for service; say when to look again."""
        look_s = inf
        for socket in self._rig.sockets.values():
            if socket.opened_s is None or not self._ladder.counts(socket.name):
                continue
            proved_s = socket.opened_s + self._rig.config.spacing.proof_s
            if proved_s <= self._rig.now_s:
                self.served(socket.name)
            else:
                look_s = min(look_s, proved_s)
        return look_s

    # ------------------------------------------------------------------ costly rungs

    def may(self, rung: Rung) -> float | None:
        """Whether a costly rung may be taken now: None; else when to ask again.

        Infinity: when the application has answered.
        """
        now_s = self._rig.now_s
        ladder = self._ladder
        from_s = (
            ladder.power_cut_from_s(now_s) if rung is Rung.POWER else ladder.restart_from_s(now_s)
        )
        if from_s > now_s:
            self._wait(rung, from_s, "ration")
            return from_s
        if not self._rig.config.asks_before_reset or self._permit:
            return None
        if self._veto_until_s > now_s:
            self._wait(rung, self._veto_until_s, "veto")
            return self._veto_until_s
        if self._permit is None:
            self._permit = False
            self._rig.out.append(AskReset(rung, self._cause_of_modem()))
        return inf

    def permit(self, *, granted: bool, wait_s: float | None) -> None:
        """The application has answered."""
        if self._permit is not False:
            return
        self._permit = True if granted else None
        if not granted:
            veto_s = self._rig.config.spacing.veto_s if wait_s is None else max(wait_s, 0.0)
            self._veto_until_s = self._rig.now_s + veto_s

    def spend(self, rung: Rung) -> None:
        """A costly rung is taken now. What is written down is durable before it is."""
        now_s = self._rig.now_s
        if rung is Rung.POWER:
            self._ladder.spend_power_cut(now_s)
        else:
            self._ladder.spend_restart(now_s)
        self._permit = None
        self._veto_until_s = -inf
        self._waiting = None
        self._remember()

    def cut_power(self) -> None:
        """The power is cut, or, without a hook, said to be needed."""
        cause = self._cause_of_modem()
        if not self._rig.config.has_power_hook:
            self._call_for_help(cause)
            self._rig.inject("modem", "", ModemFact.POWER_CUT, "there is no power hook")
            return
        self.spend(Rung.POWER)
        self.tell(DUE[Rung.POWER])
        if self._ladder.is_exhausted:
            self._call_for_help(cause)
        self._rig.out.append(CutPower(cause))

    def _cause_of_modem(self) -> Cause:
        return self._last_cause or Cause("modem", "", "unknown", "asked", "", "", ())

    def _call_for_help(self, cause: Cause) -> None:
        self.tell(RecoveryFact.HUMAN_DUE)
        if not self._told_human:
            self._told_human = True
            self._rig.out.append(NeedsHuman(cause))

    def _wait(self, rung: Rung, until_s: float, why: str) -> None:
        if self._waiting == (rung, until_s):
            return
        self._waiting = (rung, until_s)
        self.tell(RecoveryFact.SPACING_DUE)
        self._rig.out.append(Waiting(rung, until_s, why))

    @property
    def trusts_line(self) -> bool:
        """Whether the line itself never failed since there was service.

        Where it did, the modem is restarted first, and the sockets are closed after that.
        """
        return not self._ladder.memory.resets.get(LINE, 0)

    # ------------------------------------------------------------------ small words

    @property
    def _context(self) -> str:
        return f"context {self._rig.config.context}"

    def _announce(self, rung: Rung, cause: Cause, sockets: Iterable[Socket]) -> None:
        self._last_cause = cause
        self._rig.out.append(Reset(rung, cause, tuple(s.handle for s in sockets)))
        self.tell(DUE[rung])

    def _remember(self) -> None:
        self._rig.out.append(Remember(self._ladder.memory))

    def tell(self, fact: RecoveryFact) -> None:
        """Tell the ladder's own chart."""
        self._rig.inject("recovery", "", fact, str(fact))
