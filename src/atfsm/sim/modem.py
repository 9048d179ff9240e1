r"""The simulated modem: the other end of the AT line.

It is an implementation of its own: it shares nothing with what drives a modem, so that the two can
find each other wrong. Bytes of the host go in with the time, and come out with the time; it knows
no clock and no wire. This module is the AT port: who may speak, and when. Of a port's lines there
is none: DTR is not simulated, whatever AT&D says, nor are CMUX and PPP.

Memory is bounded, whatever the host writes and does not read. A command line is as long as its
family allows; payload is passed on before its end is known; unread data stays with the peer; and
what is not read of the output is lost beyond a mebibyte.

>>> from atfsm.sim.profiles import PROFILES
>>> from atfsm.sim.virtual import VirtualNetwork
>>> modem = SimulatedModem(PROFILES["hl78"], VirtualNetwork(), latency_s=0.0)
>>> modem.write(b"AT\r", now_s=0.0)
>>> modem.read(now_s=0.0)
[b'AT\r', b'\r\nOK\r\n']
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from math import inf
from typing import Final

from atfsm.sim.agenda import Agenda, Later, earliest
from atfsm.sim.answers import Answer
from atfsm.sim.collector import OVERLONG, Collector
from atfsm.sim.commands import execute
from atfsm.sim.escape import Escape
from atfsm.sim.faults import Fault, Fired, Injector, Point
from atfsm.sim.network import Network
from atfsm.sim.output import Chunks, Output
from atfsm.sim.presence import Phase, Presence
from atfsm.sim.profiles import Profile
from atfsm.sim.spoiling import Unasked, spoil_reply
from atfsm.sim.state import SEARCH_BEFORE_S, State
from atfsm.sim.transfer import Transfer

__all__ = ["SimulatedModem"]

LATENCY_S: Final = 0.012  # 6.4: CONNECT about 15 ms, OK about 10 ms
PAYLOAD_BYTES: Final = 32_000  # ours: more is passed on before its end is known


class SimulatedModem:
    """One modem on one AT port.

    Args:
        profile: Its family.
        network: Where its sessions lead.
        faults: What goes wrong.
        seed: Of everything that is left to chance: the same seed gives the same bytes.
        chunks: How its output is cut.
        now_s: The time now.
        booted: Whether it is up and registered; otherwise it begins to boot now.
        latency_s: How long it takes for an answer, more or less a quarter; 0: no time.
        sim_code: What the SIM wants to be told with ``AT+CPIN`` after a start; empty: nothing.
    """

    def __init__(
        self,
        profile: Profile,
        network: Network,
        *,
        faults: Sequence[Fault] = (),
        seed: int = 0,
        chunks: Chunks = Chunks.WHOLE,
        now_s: float = 0.0,
        booted: bool = True,
        latency_s: float = LATENCY_S,
        sim_code: bytes = b"",
    ) -> None:
        self._chance = random.Random(f"latencies {seed}")  # noqa: S311  a simulation, no secret
        self._latency_s = latency_s
        self._injector = Injector(faults, random.Random(f"faults {seed}"))  # noqa: S311  as above
        self._output = Output(chunks, seed, self._injector)
        self._collector = Collector(profile.line_bytes)
        self._escape = Escape()
        self._agenda = Agenda()
        self._busy_until_s = -inf
        self._transfer: Transfer | None = None
        self._suspended: Transfer | None = None
        self._unasked = Unasked(self._injector)
        self._nudged: Later | None = None
        self._presence = Presence()
        self._profile = profile
        self._state = State(profile, network, self, self._injector)
        self._state.sim_code = sim_code
        if booted:
            self._state.radio.come_up()
        else:
            self.restart(now_s)

    # ------------------------------------------------------------------ what the host sees

    @property
    def fired(self) -> Sequence[Fired]:
        """The faults that happened so far."""
        return self._injector.fired

    def write(self, data: bytes, now_s: float) -> None:
        """Take bytes from the host; they are lost where nobody is there to take them."""
        self.advance(now_s)
        if not self._presence.takes(now_s) or not data:
            return
        if self._nudged is not None:
            nudged, self._nudged = self._nudged, None
            nudged(now_s)
        if self._transfer is None:
            self._escape.note(now_s)
        while data and self._presence.takes(now_s):
            if self._transfer is None:
                data = self._take_command(data, now_s)
            else:
                data = self._take_payload(self._transfer, data, now_s)
        self._state.advance(now_s)

    def advance(self, now_s: float) -> None:
        """Let the time pass, from event to event: a long step is as good as many short ones."""
        last_s = -inf
        parts = (self._state, self._agenda, self._presence)
        while (due_s := earliest(*parts)) is not None and last_s < due_s < now_s:
            last_s = due_s
            self._pass(due_s)
        self._pass(now_s)

    def _pass(self, now_s: float) -> None:
        self._presence.advance(now_s)
        self._agenda.advance(now_s)
        self._state.advance(now_s)

    def read(self, now_s: float) -> list[bytes]:
        """Give what is due to the host, in the pieces in which it is read."""
        return self._output.read(now_s)

    def deadline_s(self) -> float | None:
        """Say when something happens by itself; None: never."""
        return earliest(self._output, self._state, self._agenda, self._presence)

    def cut_power(self, now_s: float) -> None:
        """Lose the power and get it back: everything volatile is lost, and it boots."""
        self.advance(now_s)
        self._state.forget_restarts(now_s)
        self._presence.cut_power()
        self._output.clear(-inf)
        self.restart(now_s)

    def inject(self, fault: Fault) -> None:
        """Let one more thing go wrong from now on."""
        self._injector.add(fault)

    def port_present(self, now_s: float) -> bool:
        """Tell whether the host finds a port."""
        return self._presence.has_port(now_s)

    def cover(self, now_s: float, *, present: bool) -> None:
        """Take the mobile network away, or give it back."""
        self.advance(now_s)
        if not present:
            self._state.contexts.lose(now_s)
        self._state.radio.cover(now_s, present=present, is_up=self._presence.phase is Phase.UP)

    # ------------------------------------------------------------------ start and end

    def restart(self, now_s: float, *, says_banner: bool = True) -> None:
        """Restart: what was not said yet is lost, and so is everything volatile."""
        self._fall_silent(now_s)
        self._presence.restart()
        ends_s = self._state.restart(now_s)
        self._presence.phase = Phase.OFF if ends_s is None else Phase.STARTING
        if ends_s is None:
            return
        if not self._state.code_left:
            self.later(ends_s - SEARCH_BEFORE_S, self._state.radio.search)
        self.later(ends_s, lambda at_s: self._end_start(at_s, says_banner=says_banner))

    def switch_off(self, now_s: float) -> None:
        """Be off, until the power is cut."""
        self._fall_silent(now_s)
        self._state.switch_off(now_s)
        self._presence.phase = Phase.OFF

    def _end_start(self, now_s: float, *, says_banner: bool) -> None:
        self._presence.phase = Phase.UP
        if says_banner and self._state.reports_start:
            self.say_unasked(b"+KSUP: %d" % bool(self._state.code_left), now_s)

    def _fall_silent(self, now_s: float) -> None:
        self._agenda.clear()
        self._output.clear(now_s)
        self._collector.clear()
        self._escape.clear()
        self._unasked.clear()
        self._transfer = self._suspended = None
        self._nudged = None
        self._busy_until_s = -inf

    # ------------------------------------------------------------------ time

    def later(self, at_s: float, do: Later) -> None:
        """Do something at a time, unless it restarts before."""
        self._agenda.add(at_s, do)

    def _soon(self, now_s: float, do: Later) -> None:
        """Be busy as long as an answer takes, and then do something."""
        if not self._latency_s:
            do(now_s)
            return
        self._busy_until_s = now_s + self._latency_s * self._chance.uniform(0.75, 1.25)
        self.later(self._busy_until_s, do)

    # ------------------------------------------------------------------ command lines (1.1)

    def _take_command(self, data: bytes, now_s: float) -> bytes:
        """Take bytes up to the end of a command line; give the rest."""
        line, taken_bytes = self._collector.take(data)
        if self._state.echo:
            self._say(data[:taken_bytes], now_s)
        if line is not None:
            self._command(line, now_s)
        return data[taken_bytes:]

    def _command(self, line: bytes, now_s: float) -> None:
        if line is OVERLONG or now_s < self._busy_until_s:
            if self._presence.hears(line):
                self._say(self._state.framing.result(b"ERROR"), now_s)
            return
        instead = self._spoil_command(now_s)
        if not self._presence.hears(line) or not self._presence.takes(now_s):
            return
        self._soon(now_s, lambda at_s: self._execute(line, instead, at_s))

    def _spoil_command(self, now_s: float) -> Answer | None:
        """Let go wrong what goes wrong with a command; give what is said instead of its answer."""
        instead = None
        for name, fault in self._injector.at(Point.COMMAND, now_s).items():
            match name:
                case "echo_only" | "silent" | "half_deaf_families":
                    self._presence.fall_ill(fault)
                case "echo_off_silently":
                    self._state.echo = False
                case "error_instead":
                    instead = Answer(final=b"ERROR")
                case "cme_random":
                    instead = self._state.refused(self._chance.randint(902, 932))
                case "reboot_banner" | "reboot_without_banner":
                    self.restart(now_s, says_banner=name == "reboot_banner")
                case _:  # port_vanish_and_return
                    self.restart(now_s)
                    self._output.clear(-inf)  # what was not read is gone with it
                    self._presence.gone_until_s = now_s + fault.param("gone_s")
        return instead

    def _execute(self, line: bytes, instead: Answer | None, now_s: float) -> None:
        self._busy_until_s = inf  # what is said meanwhile waits for the result
        self.finish(instead or execute(self._state, line, now_s), now_s)

    # ------------------------------------------------------------------ answers (1.2)

    def finish(self, answer: Answer, now_s: float) -> None:
        """Give an answer: information text, the result, and what follows from it."""
        if answer.transfer is not None or answer.is_open:
            for piece in self._state.framing.answer(Answer(answer.lines, final=b"")):
                self._say(piece, now_s)
            if answer.transfer is not None:
                self._begin(answer.transfer, answer.then, now_s)
            elif answer.then is not None:
                answer.then(now_s)
            return
        pieces = self._state.framing.answer(answer)
        late_s = 0.0
        if pieces:
            noise = self._state.framing.urc(b"+CREG: 1")
            pieces, late_s = spoil_reply(pieces, noise, self._injector.at(Point.REPLY, now_s))

        def say(at_s: float) -> None:
            for piece in pieces:
                self._say(piece, at_s)
            self._end_answer(answer, at_s)

        if late_s:
            self._busy_until_s = now_s + late_s
            self.later(self._busy_until_s, say)
        else:
            say(now_s)

    def _end_answer(self, answer: Answer, now_s: float) -> None:
        self._busy_until_s = -inf
        for text in self._unasked.release():
            self._say(self._state.framing.urc(text), now_s)
        if answer.then is not None:
            answer.then(now_s)
        self._state.book.announce_all(now_s)

    # ------------------------------------------------------------------ data mode (1.6)

    def _begin(self, transfer: Transfer, then: Later | None, now_s: float) -> None:
        """CONNECT, and what follows it."""
        faults = self._injector.at(Point.CONNECT, now_s)
        if transfer.outgoing is None:
            self._busy_until_s, self._transfer = -inf, transfer
        if then is not None:
            then(now_s)
        if "connect_missing" in faults:
            self._busy_until_s = -inf
        elif "connect_after_nudge" in faults:
            self._nudged = lambda at_s: self._say_connect(transfer, {}, at_s)
        else:
            self._say_connect(transfer, faults, now_s)

    def _say_connect(self, transfer: Transfer, faults: Mapping[str, Fault], now_s: float) -> None:
        connect = self._state.framing.result(b"CONNECT")
        if split := faults.get("prompt_split"):
            self._say(connect[:5], now_s)
            self._say(connect[5:], now_s + split.param("delay_s"))
        else:
            self._say(connect, now_s)
        if transfer.outgoing is not None:
            self._output.say_payload(transfer.outgoing + self._state.pattern, now_s)
            self.finish(Answer(then=transfer.then), now_s)

    def _take_payload(self, transfer: Transfer, data: bytes, now_s: float) -> bytes:
        """Take payload up to its end pattern; give the rest."""
        data = self._escape.take(data, now_s)
        if self._escape.is_begun:
            self.later(self._escape.ends_s, self._end_escape)
        return self._feed(transfer, data, now_s)

    def _feed(self, transfer: Transfer, data: bytes, now_s: float) -> bytes:
        pattern = self._state.pattern
        rest = transfer.take(data, pattern)
        if rest is None:
            if transfer.is_direct or len(transfer.payload) > PAYLOAD_BYTES + len(pattern):
                kept_bytes = 0 if transfer.is_direct else len(pattern) - 1
                self._state.book.pass_on(transfer, kept_bytes, now_s)
            return b""
        self._transfer = None
        faults = self._injector.at(Point.PAYLOAD, now_s)
        plus = transfer.payload.find(b"+")
        if 0 <= plus < len(transfer.payload) - 2:
            faults |= self._injector.at(Point.PLUS, now_s)
        answer = self._state.book.complete(transfer, faults, now_s)
        self._soon(now_s, lambda at_s: self.finish(answer, at_s))
        return rest

    def _end_escape(self, now_s: float) -> None:
        """The silence behind ``+++`` is over: data mode is suspended (1.6 [M302])."""
        begun = self._escape.end(now_s)
        if self._transfer is None or not begun:
            return
        if begun != Escape.SIGN:
            self._feed(self._transfer, begun, now_s)
            return
        self._suspended, self._transfer = self._transfer, None
        self.finish(Answer(), now_s)

    def resume(self, sid: int | None) -> Transfer | None:
        """ATO: what was suspended goes on."""
        suspended = self._suspended
        if suspended is None or sid not in {0, suspended.sid}:
            return None
        self._suspended = None
        return suspended

    def drop_data_mode(self, sid: int, now_s: float) -> None:
        """The link failed under a data mode: NO CARRIER (1.6 [M302])."""
        if self._suspended is not None and self._suspended.sid == sid:
            self._suspended = None
        if self._transfer is not None and self._transfer.sid == sid:
            self._transfer = None
            self._nudged = None
            self.finish(Answer(final=b"NO CARRIER"), now_s)

    # ------------------------------------------------------------------ unsolicited (1.2)

    def is_free(self, now_s: float) -> bool:
        """Tell whether an unsolicited result code would be said at once."""
        is_busy = now_s < self._busy_until_s and self._profile.holds_urcs
        return self._transfer is None and not is_busy

    def say_unasked(self, text: bytes, now_s: float) -> None:
        """Say an unsolicited result code: at once, or after the result that is due."""
        if not self._presence.speaks:
            return
        if b"_DATA: " in text and self._injector.at(Point.DATA_URC, now_s):
            self._state.book.says_data = False
            return
        for spoiled in self._unasked.spoil(text, now_s):
            if self.is_free(now_s):
                self._say(self._state.framing.urc(spoiled), now_s)
            else:
                self._unasked.hold(spoiled)

    def _say(self, data: bytes, at_s: float) -> None:
        if self.port_present(at_s):
            self._output.say(data, at_s)
