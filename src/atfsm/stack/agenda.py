"""The agenda: what is written next, given where every machine stands.

It is read from the top each time the line is free, so nothing has to remember where it was: the
first thing that is due is said. The order is the promise: the line first, then the settings of a
modem that has lost them, then tearing down from the top of the stack, then building up from the
bottom, then the application's data, then polls.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from math import inf
from typing import Final

from atfsm.at.dialect import NAMELESS
from atfsm.at.facts import LineFact, ModemFact, TcpFact, UdpFact
from atfsm.charts import LineState, ModemState, PdpState, TcpState, UdpState
from atfsm.fact import Fact
from atfsm.stack.asks import LISTS, Ask, Purpose, configuration, settings
from atfsm.stack.outputs import Rung
from atfsm.stack.recovery import Recovery
from atfsm.stack.rig import Rig
from atfsm.stack.work import Work, listed

PROBE_S: Final = 1.0  # 6.1: AT every 1 s (KR)
PORT_S: Final = 30.0  # 6.4: boot 30 s (STM); a port that is gone longer is a line that is dead
QUIET_S: Final = 0.5  # ours: twice the gap that let no late answer pass (peers 1.5: 0.3 s)
BANNER_S: Final = 16.0  # 6.1: typical 7 s (KR), 12 s (ZN); after that the modem is asked
SIM_POLL_S: Final = 1.0  # 6.4: CPIN READY after boot 15 s, poll 1 s
SIM_S: Final = 30.0  # ours: twice that
REGISTRATION_POLL_S: Final = 3.0  # 6.2: every 3 s (KR)
#: Seconds after which a line that was just proved dead is not waited for any more; ours.
DEAD_LINE_S: Final = 5.0

#: States of the line in which nothing may be said.
BUSY: Final = frozenset(
    {
        *(LineState.COMMAND_IN_FLIGHT, LineState.DATA_MODE_OUT, LineState.DATA_MODE_IN),
        *(LineState.ONLINE, LineState.QUARANTINED),
    }
)
#: States of a context in which its profile can be stored.
DOWN: Final = frozenset({PdpState.UNKNOWN, PdpState.UNCONFIGURED, PdpState.CONFIGURED})
#: Steps of a reset that need a session id, and how they end where there is none.
WITHOUT_NAME: Final[Mapping[str, tuple[tuple[str, Fact], ...]]] = {
    "tcp": (
        (TcpState.FULL_RESET_CLOSING, TcpFact.CLOSE_ANSWERED),
        (TcpState.FULL_RESET_DELETING, TcpFact.DELETE_ANSWERED),
    ),
    "udp": (
        (UdpState.FULL_RESET_CLOSING, UdpFact.CLOSE_ANSWERED),
        (UdpState.FULL_RESET_DELETING, UdpFact.DELETE_ANSWERED),
    ),
}
#: A thing to say, or the time at which to look again.
Next = Ask | float


class Agenda:
    """Says what is written next.

    Args:
        rig: The shared parts.
        recovery: Who grants the costly rungs.
        work: What the sockets want.
    """

    def __init__(self, rig: Rig, recovery: Recovery, work: Work) -> None:
        self._rig = rig
        self._recovery = recovery
        self._work = work
        self._settings: deque[Ask] = deque()
        self._lists: deque[Ask] = deque()
        self._configured = False
        self._probed_s = -inf
        self._asked_sim_s = -inf
        self._pin = rig.config.pin
        self._sent_pin = False
        self._asked_network_s = -inf
        self._network = b"AT+CEREG?"
        self._quiet_until_s = 0.0
        self._restart_on_dead_line_s: float | None = None
        self.commands: deque[Ask] = deque()

    # ------------------------------------------------------------------ in order

    def next(self) -> Iterator[Next]:
        """Everything that is due, the most urgent first, among times to look again."""
        rig = self._rig
        line = rig.machines.state("line")
        if rig.port_gone_s is not None and rig.now_s < rig.port_gone_s + PORT_S:
            yield rig.port_gone_s + PORT_S
            return
        if line == LineState.FULL_RESET_ENDING_DATA:
            if not rig.is_taken("line", ""):
                yield Ask(rig.config.end_pattern, Purpose.STEP, "line")
            return
        if line == LineState.FULL_RESET_PROBING:
            yield from self._probe()
            return
        if line in BUSY:
            yield from self._hurry_past_a_dead_line()
            return
        if rig.now_s < self._quiet_until_s:
            yield self._quiet_until_s
            return
        modem = rig.machines.state("modem")
        if modem in {ModemState.BOOTING, ModemState.FULL_RESET_BOOTING}:
            yield from self._await_banner(modem)
            return
        if modem == ModemState.FULL_RESET_CUTTING_POWER:
            yield from self._cut_power()
            return
        if line == LineState.UNKNOWN and rig.machines.is_resetting("modem"):
            yield from self._restart(dead=True)
            return
        if rig.machines.is_resetting("modem"):
            if self._recovery.trusts_line:
                yield from self._tear_down()
            yield from self.commands
            yield from self._restart(dead=False)
            return
        yield from self._settings
        yield from self._tear_down()
        yield from self.commands
        yield from self._lists
        yield from self._bring_into_service(modem)
        yield from self._work.closing()
        if modem == ModemState.REGISTERED:
            yield from self._configure()
            if self._context_is_ready():
                yield from self._work.opening()
            yield from self._work.data()
            yield from self._work.polls()
            yield from self._poll_network(rig.config.poll_s)
        yield self._recovery.prove()

    # ------------------------------------------------------------------ the line

    def _probe(self) -> Iterator[Next]:
        due_s = self._probed_s + PROBE_S
        yield Ask(b"AT", Purpose.PROBE) if due_s <= self._rig.now_s else due_s

    def _await_banner(self, modem: str) -> Iterator[Next]:
        """The banner is due; where it does not come, the modem is asked whether it is there."""
        rig = self._rig
        ask_s = rig.since_s("modem") + BANNER_S
        if ask_s > rig.now_s:
            yield ask_s
        elif rig.machines.state("line") != LineState.UNKNOWN or self._probed_s < ask_s:
            rig.inject("line", "", LineFact.FULL_RESET, f"no banner in {modem}")
            yield rig.now_s

    # ------------------------------------------------------------------ tearing down

    def _tear_down(self) -> Iterator[Next]:
        """Sockets, then contexts. Each close is written, whatever it is answered."""
        rig = self._rig
        for machine in ("tcp", "udp", "pdp"):
            for key in rig.machines.keys(machine):
                if key == NAMELESS and rig.machines.is_resetting(machine, key):
                    yield from self._tear_down_nameless(machine)
                    continue
                step = rig.step_due(machine, key)
                if step is not None:
                    text = step.format(key=key).encode("ascii")
                    yield Ask(text, Purpose.STEP, machine, key)

    def _tear_down_nameless(self, machine: str) -> Iterator[Next]:
        """A session that never got a name cannot be closed by it: it is looked for by listing."""
        rig = self._rig
        for state, fact in WITHOUT_NAME[machine]:
            if rig.machines.state(machine, NAMELESS) == state:
                rig.inject(machine, NAMELESS, fact, "no session id was given")
        if not rig.is_taken(machine, NAMELESS):
            text, purpose = LISTS[machine]
            yield Ask(text.encode("ascii"), purpose, machine, NAMELESS)

    def _restart(self, *, dead: bool) -> Iterator[Next]:
        step = self._rig.step_due("modem", "")
        if step is None:
            return
        later_s = self._recovery.may(Rung.MODEM)
        if later_s is not None:
            yield later_s
            return
        self._restart_on_dead_line_s = self._rig.now_s if dead else None
        yield Ask(step.encode("ascii"), Purpose.STEP, "modem")

    def _hurry_past_a_dead_line(self) -> Iterator[Next]:
        """A restart was written to a line that was silent already: little is waited for."""
        written_s = self._restart_on_dead_line_s
        if written_s is None:
            return
        if self._rig.machines.state("modem") != ModemState.FULL_RESET_RESTARTING:
            self._restart_on_dead_line_s = None
        elif written_s + DEAD_LINE_S <= self._rig.now_s:
            self._restart_on_dead_line_s = None
            self._rig.inject("modem", "", ModemFact.POWER_CUT_DUE, "the line stays silent")
            yield from self._cut_power()
        else:
            yield written_s + DEAD_LINE_S

    def _cut_power(self) -> Iterator[Next]:
        if self._rig.is_taken("modem", ""):
            return
        later_s = self._recovery.may(Rung.POWER) if self._rig.config.has_power_hook else None
        if later_s is not None:
            yield later_s
            return
        self._rig.take_step("modem", "")
        self._recovery.cut_power()
        yield self._rig.now_s

    # ------------------------------------------------------------------ building up

    def _bring_into_service(self, modem: str) -> Iterator[Next]:
        rig = self._rig
        match modem:
            case ModemState.UNKNOWN | ModemState.SETTING_UP | ModemState.CHECKING_SIM:
                if modem == ModemState.CHECKING_SIM and rig.since_s("modem") + SIM_S <= rig.now_s:
                    rig.inject("modem", "", ModemFact.LIMIT_PASSED, f"no SIM within {SIM_S:g} s")
                    yield rig.now_s
                    return
                due_s = self._asked_sim_s + SIM_POLL_S
                yield Ask(b"AT+CPIN?", Purpose.SIM) if due_s <= rig.now_s else due_s
            case ModemState.REGISTERING | ModemState.ATTACHING:
                yield from self._poll_network(REGISTRATION_POLL_S)
            case ModemState.REGISTERED if self._asked_network_s == -inf:
                # Whatever silenced the line may have restarted the modem: is it still registered?
                yield from self._poll_network(REGISTRATION_POLL_S)
            case _:
                pass

    def _poll_network(self, period_s: float) -> Iterator[Next]:
        due_s = self._asked_network_s + period_s
        ask = Ask(self._network, Purpose.REGISTRATION)
        yield ask if due_s <= self._rig.now_s else due_s

    def _configure(self) -> Iterator[Next]:
        config = self._rig.config
        key = str(config.context)
        is_down = self._rig.machines.state("pdp", key) in DOWN
        if self._rig.sockets and config.apn and is_down and not self._configured:
            yield configuration(config)

    def _context_is_ready(self) -> bool:
        machines, config = self._rig.machines, self._rig.config
        key = str(config.context)
        state = machines.state("pdp", key)
        if state in DOWN:
            return self._configured or not config.apn
        return state in {PdpState.ACTIVATING, PdpState.UP, PdpState.IDLE_COUNTDOWN}

    # ------------------------------------------------------------------ what came of it

    def written(self, ask: Ask) -> None:
        """A command was written now."""
        now_s = self._rig.now_s
        match ask.purpose:
            case Purpose.PROBE:
                self._probed_s = now_s
            case Purpose.SIM:
                self._asked_sim_s = now_s
            case Purpose.REGISTRATION:
                self._asked_network_s = now_s
            case Purpose.SETTING | Purpose.WISH | Purpose.PIN:
                self._settings.popleft()
            case Purpose.LIST_TCP | Purpose.LIST_UDP:
                if ask.key == NAMELESS:
                    self._rig.take_step(ask.machine, NAMELESS)
                else:
                    self._lists.popleft()
            case Purpose.COMMAND:
                self.commands.popleft()
            case Purpose.STEP:
                if ask.machine == "modem":
                    self._recovery.spend(Rung.MODEM)
                self._rig.take_step(ask.machine, ask.key)
            case _:
                pass

    def answered(self, ask: Ask, lines: tuple[bytes, ...], *, ok: bool) -> None:
        """The final result of a command came."""
        match ask.purpose:
            case Purpose.SETTING if not ok:
                text = ask.text.decode("latin-1")
                self._rig.inject("modem", "", ModemFact.FULL_RESET, f"{text} was refused")
            case Purpose.SIM:
                self._offer_pin(lines)
            case Purpose.PIN if not ok:
                self._pin = ""  # three wrong ones lock the SIM: this one is not tried again
            case Purpose.REGISTRATION if not ok:
                self._network = b"AT+CGREG?" if self._network == b"AT+CEREG?" else b"AT+CEREG?"
            case Purpose.CONFIGURE:
                self._configured = True
            case Purpose.LIST_TCP | Purpose.LIST_UDP:
                self._sweep(ask, lines, ok=ok)
            case Purpose.WORK:
                self._work.answered(ask, lines)
            case Purpose.STEP if ask.machine == "udp" and ok:
                self._sweep(Ask(ask.text, Purpose.LIST_UDP, "udp"), lines, ok=True)
            case _:
                pass

    def _offer_pin(self, lines: tuple[bytes, ...]) -> None:
        if self._pin and not self._sent_pin and b"+CPIN: SIM PIN" in lines:
            self._sent_pin = True
            text = f'AT+CPIN="{self._pin}"'.encode("ascii", "replace")
            self._settings.append(Ask(text, Purpose.PIN, "modem"))

    def _sweep(self, ask: Ask, lines: tuple[bytes, ...], *, ok: bool) -> None:
        """Reset every session that is there and not ours; miss every one of ours that is not."""
        rig, machine = self._rig, ask.machine
        there = listed(lines)
        if not ok:  # 8 [NBI]: close and delete 1 to 6 where they cannot be listed
            there = {str(sid) for sid in rig.config.dialect.session_ids if sid <= 6}
        full_reset, read_back = (
            (TcpFact.FULL_RESET, TcpFact.READ_BACK)
            if machine == "tcp"
            else (UdpFact.FULL_RESET, UdpFact.READ_BACK)
        )
        for sid in sorted(there):
            ours = rig.socket_of(machine, sid) is not None
            if not ours and not rig.machines.is_resetting(machine, sid):
                rig.inject(machine, sid, full_reset, f"session {sid} is nobody's")
        if ask.key == NAMELESS and rig.machines.is_resetting(machine, NAMELESS):
            rig.inject(machine, NAMELESS, read_back, "the sessions were listed")
        if machine == "udp" and ok:
            self._work.miss_udp(there)

    def made_sure_of(self) -> None:
        """The line was reset and answers: its settings are made again, what is there is listed."""
        self._quiet_until_s = self._rig.now_s + QUIET_S
        self._begin_anew()

    def heard_stray(self) -> None:
        """A result that answers nothing: until there are none for a while, more may come."""
        if self._rig.now_s < self._quiet_until_s:
            self._quiet_until_s = self._rig.now_s + QUIET_S

    def booted(self) -> None:
        """The modem has started: nothing of what it was told holds."""
        self._configured = False
        self._sent_pin = False
        self._begin_anew()

    def context_fell(self) -> None:
        """The profile went down: it is configured again before it is used."""
        self._configured = False

    def _begin_anew(self) -> None:
        self._settings = deque(settings(self._rig.config))
        self._lists = deque(
            Ask(text.encode("ascii"), purpose, machine)
            for machine, (text, purpose) in LISTS.items()
        )
        self._asked_sim_s = self._asked_network_s = -inf
        self._work.poll_all()
