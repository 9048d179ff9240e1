"""The simulated modem: the other end of the AT line.

It is an implementation of its own: it shares nothing with what drives a modem, so that the two can
find each other wrong. Bytes of the host go in with the time, and come out with the time; it knows
no clock and no wire.

Source:
    Sections of at-protocol as cited in ``docs/sources.md``; 1.2 [LEG-S] for who may speak when.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Sequence
from itertools import count
from math import inf
from typing import Final

from atfsm.sim.answers import Answer
from atfsm.sim.faults import Fault, Fired, Injector, Point
from atfsm.sim.network import Network
from atfsm.sim.output import Chunks, Output
from atfsm.sim.profiles import Profile
from atfsm.sim.state import State
from atfsm.sim.transfer import Transfer

__all__ = ["SimulatedModem"]

LATENCY_S: Final = 0.012  # 6.4: CONNECT about 15 ms, OK about 10 ms
ESCAPE: Final = b"+++"
GUARD_S: Final = 1.0  # 1.6: silence on either side of an escape


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
        latency_s: How long it takes for an answer; half of that varies.

    Attributes:
        fired: The faults that happened so far.
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
    ) -> None:
        self._chance = random.Random(seed)  # noqa: S311  a simulation, no secret
        self._latency_s = latency_s
        self._injector = Injector(faults, self._chance)
        self._output = Output(chunks, random.Random(seed + 1), self._injector)  # noqa: S311
        self._agenda: list[tuple[float, int, Callable[[float], None]]] = []
        self._number = count()
        self._line = bytearray()
        self._transfer: Transfer | None = None
        self._suspended: Transfer | None = None
        self._busy_until_s = -inf
        self._held: list[bytes] = []
        self._reordered: bytes | None = None
        self._nudged: bytes | None = None
        self._last_write_s = -inf
        self._gone_until_s = -inf
        self._dead: str = ""
        self._state = State(profile, network, self._chance, self)
        if booted:
            self._state.come_up(now_s)
        else:
            self.restart(now_s, says_banner=True)

    # ------------------------------------------------------------------ what the host sees

    @property
    def fired(self) -> list[Fired]:
        """The faults that happened so far."""
        return self._injector.fired

    def write(self, data: bytes, now_s: float) -> None:
        """Take bytes from the host; they are lost where nobody is there to take them."""
        self.advance(now_s)
        if not data or not self.port_present(now_s) or self._state.is_booting or self._is_mute():
            return
        if self._nudged is not None:
            nudged, self._nudged = self._nudged, None
            self._output.say(nudged, now_s)
        quiet_s, self._last_write_s = now_s - self._last_write_s, now_s
        while data:
            if self._transfer is not None:
                data = self._take_payload(data, quiet_s, now_s)
            else:
                data = self._take_command(data, now_s)

    def advance(self, now_s: float) -> None:
        """Let the time pass."""
        while self._agenda and self._agenda[0][0] <= now_s:
            at_s, _, do = heapq.heappop(self._agenda)
            do(at_s)
        self._state.poll(now_s)

    def read(self, now_s: float) -> list[bytes]:
        """Give what is due to the host, in the pieces in which it is read."""
        return self._output.read(now_s)

    def deadline_s(self) -> float | None:
        """When something happens by itself; None: never."""
        times = [self._output.deadline_s(), self._state.deadline_s()]
        if self._agenda:
            times.append(self._agenda[0][0])
        return min((t for t in times if t is not None), default=None)

    def cut_power(self, now_s: float) -> None:
        """Lose the power and get it back: everything volatile is lost, and it boots."""
        self.advance(now_s)
        if self._dead == "for ever":
            return
        self._dead = ""
        self._state.forget_restarts()
        self.restart(now_s, says_banner=True)

    def inject(self, fault: Fault) -> None:
        """Let one more thing go wrong from now on."""
        self._injector.add(fault)

    def port_present(self, now_s: float) -> bool:
        """Whether the host finds a port."""
        return now_s >= self._gone_until_s

    # ------------------------------------------------------------------ time

    def later(self, at_s: float, do: Callable[[float], None]) -> None:
        """Do something at a time."""
        heapq.heappush(self._agenda, (at_s, next(self._number), do))

    def _delay_s(self) -> float:
        return self._latency_s * self._chance.uniform(0.75, 1.25) if self._latency_s else 0.0

    def restart(self, now_s: float, *, says_banner: bool, keeps_sessions: bool = False) -> None:
        """Restart: what was not said yet is lost, and so is everything volatile."""
        self._agenda.clear()
        self._output.clear()
        self._line.clear()
        self._held.clear()
        self._transfer = self._suspended = None
        self._nudged = self._reordered = None
        self._busy_until_s = -inf
        if self._dead == "half deaf":
            self._dead = ""
        faults = self._injector.at(Point.BOOT, now_s)
        ghosts = keeps_sessions or "session_ghost_after_reboot" in faults
        if self._state.begin_boot(now_s, faults, says_banner=says_banner, keeps_sessions=ghosts):
            self._dead = "boot-hold"

    # ------------------------------------------------------------------ command lines

    def _take_command(self, data: bytes, now_s: float) -> bytes:
        """Take bytes up to the end of a command line; return the rest."""
        end = data.find(b"\r")
        piece = data if end < 0 else data[: end + 1]
        if self._state.echo:
            self._output.say(piece, now_s)
        self._line += piece
        if end < 0:
            if len(self._line) > self._state.profile.line_bytes:
                self._line.clear()
                self.answer(Answer(final=b"ERROR"), now_s)
            return b""
        line = bytes(self._line[:-1])
        self._line.clear()
        text = _command_in(line)
        if text is not None:
            self._command(text, now_s)
        return data[end + 1 :]

    def _command(self, text: bytes, now_s: float) -> None:
        if now_s < self._busy_until_s:
            self._output.say(self._state.framing.final(b"ERROR"), now_s)  # 1.1: busy, dropped
            return
        if self._spoil_command(text, now_s):
            return
        delay_s = self._delay_s()
        if delay_s:
            self._busy_until_s = now_s + delay_s
            self.later(now_s + delay_s, lambda at_s: self._execute(text, at_s))
        else:
            self._execute(text, now_s)

    def _spoil_command(self, text: bytes, now_s: float) -> bool:
        """What goes wrong before a command is executed; whether it is not executed at all."""
        happens = self._injector.at(Point.COMMAND, now_s)
        is_stopped = False
        for name, fault in happens.items():
            match name:
                case "echo_only":
                    self._dead, is_stopped = "echo only", True
                case "silent":
                    self._dead = "for ever" if fault.param("for_ever") else "silent"
                    is_stopped = True
                case "half_deaf_families":
                    self._dead = "half deaf"
                case "echo_off_silently":
                    self._state.echo = False
                case "error_instead":
                    self.answer(Answer(final=b"ERROR"), now_s + self._delay_s())
                    is_stopped = True
                case "cme_random":
                    code = self._chance.randrange(901, 933)
                    self.answer(self._state.refused(code), now_s + self._delay_s())
                    is_stopped = True
                case "restart_refused" if text.upper().startswith(b"AT+CFUN=1,1"):
                    self.answer(Answer(final=b"ERROR"), now_s + self._delay_s())
                    is_stopped = True
                case "reboot_banner":
                    self.restart(now_s, says_banner=True)
                    is_stopped = True
                case "reboot_without_banner":
                    self.restart(now_s, says_banner=False)
                    is_stopped = True
                case "port_vanish_and_return":
                    self.restart(now_s, says_banner=True)
                    self._gone_until_s = now_s + fault.param("gone_s")
                    self.later(self._gone_until_s, lambda _: None)
                    is_stopped = True
                case _:
                    pass
        if self._dead == "half deaf" and b"+K" in text.upper():
            return True
        return is_stopped or self._dead in {"echo only", "silent", "for ever"}

    def _is_mute(self) -> bool:
        return self._dead in {"silent", "for ever", "boot-hold"}

    def _execute(self, text: bytes, now_s: float) -> None:
        self._busy_until_s = -inf
        if text == ESCAPE:
            return
        self.answer(self._state.execute(text, now_s, self._injector), now_s)

    # ------------------------------------------------------------------ answers

    def answer(self, answer: Answer, now_s: float) -> None:
        """Give an answer: information text, the result, and what follows from it."""
        if answer.transfer is not None:
            self._begin(answer.transfer, now_s)
            return
        pieces = self._state.framing.answer(answer)
        if pieces:
            pieces, at_s = self._spoil_reply(pieces, now_s)
            for piece in pieces:
                self._output.say(piece, at_s)
        if answer.then is not None:
            answer.then(now_s)
        self._flush(now_s)

    def _spoil_reply(self, pieces: list[bytes], now_s: float) -> tuple[list[bytes], float]:
        at_s = now_s
        noise = self._state.framing.urc(b"+CREG: 1")
        for name, fault in self._injector.at(Point.REPLY, now_s).items():
            match name:
                case "reply_lost":
                    pieces = []
                case "reply_late":
                    at_s = now_s + fault.param("delay_s")
                    self._busy_until_s = at_s
                case "reply_duplicated":
                    pieces = pieces * 2
                case "final_missing":
                    pieces = pieces[:-1]
                case "urc_inside_reply":
                    pieces = [*pieces[:-1], noise, *pieces[-1:]]
                case _:  # urc_before_reply
                    pieces = [noise, *pieces]
        return pieces, at_s

    # ------------------------------------------------------------------ data mode

    def _begin(self, transfer: Transfer, now_s: float) -> None:
        """CONNECT: data mode."""
        connect = self._state.framing.final(b"CONNECT")
        happens = self._injector.at(Point.CONNECT, now_s)
        if transfer.outgoing is not None:  # to the host: CONNECT, payload, pattern, result
            if "connect_missing" not in happens:
                self._say_connect(connect, happens, now_s)
                self._output.say_payload(transfer.outgoing + self._state.pattern, now_s)
                self.answer(Answer(final=b"OK", then=transfer.then), now_s)
            return
        self._transfer = transfer
        if "connect_missing" not in happens:
            self._say_connect(connect, happens, now_s)

    def _say_connect(self, connect: bytes, happens: dict[str, Fault], now_s: float) -> None:
        split = happens.get("prompt_split")
        if "connect_after_nudge" in happens:
            self._nudged = connect
        elif split is not None:
            self._output.say(connect[:5], now_s)
            self._output.say(connect[5:], now_s + split.param("delay_s"))
        else:
            self._output.say(connect, now_s)

    def _take_payload(self, data: bytes, quiet_s: float, now_s: float) -> bytes:
        """Take payload up to its end pattern; return the rest."""
        transfer = self._transfer
        assert transfer is not None
        if data == ESCAPE and quiet_s >= GUARD_S and not transfer.has_part_of_pattern:
            self.later(now_s + GUARD_S, lambda at_s: self._escape(transfer, now_s, at_s))
            return b""
        rest = transfer.take(data, None if transfer.is_direct else self._state.pattern)
        if transfer.is_direct:
            self._state.pass_on(transfer, now_s)
            return b""
        if rest is None:
            return b""
        self._transfer = None
        happens = self._injector.at(Point.PAYLOAD, now_s)
        answer = self._state.payload_came(transfer, happens, now_s)
        delay_s = self._delay_s()
        if delay_s:
            self._busy_until_s = now_s + delay_s
            self.later(now_s + delay_s, lambda at_s: self._done(answer, at_s))
        else:
            self._done(answer, now_s)
        return rest

    def _done(self, answer: Answer, now_s: float) -> None:
        self._busy_until_s = -inf
        self.answer(answer, now_s)

    def _escape(self, transfer: Transfer, written_s: float, now_s: float) -> None:
        """``+++`` with silence on either side suspends the data mode (1.6 [M302])."""
        if self._transfer is transfer and self._last_write_s == written_s:
            self._transfer, self._suspended = None, transfer
            self.answer(Answer(final=b"OK"), now_s)

    def resume(self) -> Transfer | None:
        """ATO: what was suspended goes on."""
        suspended, self._suspended = self._suspended, None
        return suspended

    def drop_data_mode(self, sid: int, now_s: float) -> None:
        """The link failed under a data mode: NO CARRIER (1.6 [M302])."""
        if self._transfer is not None and self._transfer.sid == sid:
            self._transfer = None
            self._output.say(self._state.framing.final(b"NO CARRIER"), now_s)
            self._flush(now_s)

    # ------------------------------------------------------------------ unsolicited

    def say_unasked(self, text: bytes, now_s: float) -> None:
        """An unsolicited result code: at once, or after the result that is due."""
        if self._dead or self._state.is_booting:
            return
        for name in self._injector.at(Point.URC, now_s):
            match name:
                case "urc_lost":
                    return
                case "urc_duplicated":
                    self._queue(text, now_s)
                case "urc_reordered":
                    self._reordered = text
                    return
                case "urc_malformed":
                    text = text.replace(b",", b";", 1)[: max(4, len(text) - 1)]
                case _:
                    if b"_DATA" in text:
                        self._state.says_data = False
                        return
        self._queue(text, now_s)
        if self._reordered is not None:
            overtaken, self._reordered = self._reordered, None
            self._queue(overtaken, now_s)

    def _queue(self, text: bytes, now_s: float) -> None:
        is_busy = now_s < self._busy_until_s or self._transfer is not None
        if self._transfer is not None or (is_busy and self._state.profile.holds_urcs):
            self._held.append(text)
        else:
            self._output.say(self._state.framing.urc(text), now_s)

    def _flush(self, now_s: float) -> None:
        held, self._held = self._held, []
        for text in held:
            self._output.say(self._state.framing.urc(text), now_s)

    def say_banner(self, text: bytes, now_s: float) -> None:
        """What is said at the end of a boot."""
        self._output.say(self._state.framing.urc(text), now_s)


def _command_in(line: bytes) -> bytes | None:
    """The command of a line: what stands from the first AT on, 0x7F deletes (1.1 [LEG-S])."""
    kept = bytearray()
    for byte in line:
        if byte == 0x7F:
            del kept[-1:]
        else:
            kept.append(byte)
    at = bytes(kept).upper().find(b"AT")
    return bytes(kept[at:]) if at >= 0 else None
