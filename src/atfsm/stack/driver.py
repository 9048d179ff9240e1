r"""The live stack: bytes go in, things to do come out.

    >>> from atfsm.stack import Config, Stack, Written
    >>> stack = Stack(Config(apn="internet"))
    >>> stack.start(now_s=0.0)
    >>> [output.data for output in stack.take() if isinstance(output, Written)]
    [b'--EOF--Pattern--\r']

It knows no clock, thread, log or wire. Whoever drives it passes the time (seconds on a clock that
never goes back), feeds what the port reads, calls `Stack.advance` no later than
`Stack.deadline_s`, and after every call carries out what `Stack.take` returns, in order.

The application asks for sockets and never for recovery. A socket is opened, and opened again
after every reset, until it is closed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Final

from atfsm.at.dialect import NAMELESS
from atfsm.at.exchange import What
from atfsm.at.facts import LineFact, ModemFact, TcpFact, UdpFact
from atfsm.at.grammar import parse_command_line, parse_information
from atfsm.charts import LineState
from atfsm.machine import table
from atfsm.stack.agenda import Agenda
from atfsm.stack.asks import Ask, Purpose
from atfsm.stack.config import Config
from atfsm.stack.conversation import Piece
from atfsm.stack.coupling import TABLED
from atfsm.stack.memory import Memory
from atfsm.stack.outputs import Answered, Output, Read, Written
from atfsm.stack.recovery import Recovery
from atfsm.stack.requests import check_payload, check_peer
from atfsm.stack.rig import Rig
from atfsm.stack.sockets import Parcel, Socket
from atfsm.stack.whole import Move
from atfsm.stack.work import Work

BOOTED: Final = frozenset({ModemFact.BOOT_REPORTED, ModemFact.BOOT_CODE_AWAITED})
LINES_AT_MOST: Final = 1000  # ours: information lines kept of one answer


class Stack:
    """One modem, its context and its sockets, on one AT port.

    Args:
        config: What the application decided.
        now_s: The time now.
        memory: What the ladder of an earlier process left; its times are on this clock.
        chance: Where jitter comes from: a number from 0 to 1 at each call. Without it waits
            have their full length.
    """

    def __init__(
        self,
        config: Config,
        *,
        now_s: float = 0.0,
        memory: Memory | None = None,
        chance: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._rig = Rig(config, now_s)
        self._recovery = Recovery(self._rig, memory or Memory(), chance)
        self._work = Work(self._rig, self._recovery)
        self._agenda = Agenda(self._rig, self._recovery, self._work)
        self._ask: Ask | None = None
        self._lines: list[bytes] = []
        self._look_s = inf
        self._tickets = 0
        self._handles = 0
        self._started = False

    # ------------------------------------------------------------------ time and wire

    def start(self, now_s: float) -> None:
        """Begin: make sure of the line, set the modem up, sweep what others left."""
        self._rig.now_s = now_s
        self._started = True
        self._rig.inject("line", "", LineFact.FULL_RESET, "the stack starts")
        self._go_on()

    def receive(self, data: bytes, now_s: float) -> None:
        """Take bytes that came from the port, however they are cut."""
        self._pass_limits(now_s, inclusive=False)
        told_bytes = 0
        for piece in self._rig.talk.hear(data):
            # Bytes are reported piece by piece, each before what it does: so the journal has
            # them in the order in which they mattered.
            heard_bytes = max(told_bytes, len(data) - self._rig.talk.buffered_bytes)
            self._report(data[told_bytes:heard_bytes])
            told_bytes = heard_bytes
            self._hear(piece)
        self._report(data[told_bytes:])
        self._go_on()

    def _report(self, data: bytes) -> None:
        if data:
            self._rig.out.append(Read(data))

    def advance(self, now_s: float) -> None:
        """Let time pass: to be called at `deadline_s` at the latest, and as often as one likes."""
        self._pass_limits(now_s, inclusive=True)
        self._go_on()

    def deadline_s(self) -> float | None:
        """When `advance` has something to do; None: only bytes or requests change anything."""
        deadline_s = min(self._rig.deadline_s(), self._look_s)
        return None if deadline_s == inf else deadline_s

    def take(self) -> list[Output]:
        """What is to be done and what has happened since the last call, in order."""
        out, self._rig.out = self._rig.out, []
        return out

    def port_lost(self, now_s: float) -> None:
        """The port vanished: whoever comes back may be another."""
        self._rig.now_s = self._rig.port_gone_s = now_s
        self._rig.inject("line", "", LineFact.PORT_LOST, "the port is gone")
        self._go_on()

    def port_returned(self, now_s: float) -> None:
        """The port is back: the line is made sure of at once."""
        self._rig.now_s = now_s
        self._rig.port_gone_s = None
        if not self._rig.machines.is_resetting("line"):
            self._rig.inject("line", "", LineFact.FULL_RESET, "the port is back")
        self._go_on()

    # ------------------------------------------------------------------ requests

    def open_tcp(self, host: str, port: int, now_s: float) -> int:
        """Open a TCP socket, and open it again after every reset; return its handle."""
        return self._open("tcp", host, port, now_s)

    def open_udp(self, host: str, port: int, now_s: float) -> int:
        """Open a UDP socket that sends to one peer; return its handle."""
        return self._open("udp", host, port, now_s)

    def _open(self, machine: str, host: str, port: int, now_s: float) -> int:
        check_peer(host, port)
        self._rig.now_s = now_s
        self._handles += 1
        self._rig.sockets[self._handles] = Socket(self._handles, machine, host, port)
        self._go_on()
        return self._handles

    def send(self, handle: int, data: bytes, now_s: float) -> int:
        """Send bytes; return the ticket that `Sent` or `Unsent` will name.

        Raises:
            KeyError: There is no such socket.
            ValueError: The data cannot be sent: empty, a datagram too long, or it holds the end
                pattern in a way that no cutting helps.
        """
        socket = self._rig.sockets[handle]
        check_payload(self._rig.config, socket.machine, data)
        self._rig.now_s = now_s
        self._tickets += 1
        is_open = socket.opened_s is not None
        socket.parcels.append(Parcel(self._tickets, data, was_open=is_open))
        self._go_on()
        return self._tickets

    def grant(self, handle: int, count_bytes: int, now_s: float) -> None:
        """The application has room for so many bytes more; no more is read from the modem."""
        self._rig.now_s = now_s
        socket = self._rig.sockets.get(handle)
        if socket is not None:
            socket.credit_bytes += count_bytes
            self._go_on()

    def close(self, handle: int, now_s: float) -> None:
        """Close a socket in order; `Closed` follows when the modem holds it no more."""
        self._rig.now_s = now_s
        socket = self._rig.sockets.get(handle)
        if socket is not None:
            socket.wanted = False
            self._work.let_go(socket)
            self._go_on()

    def cancel(self, handle: int, ticket: int) -> bool:
        """Take a send back, if the modem was not told of it yet; say whether that went well."""
        socket = self._rig.sockets.get(handle)
        if socket is None:
            return False
        announced = self._ask is not None and self._ask.handle == handle
        for index, parcel in enumerate(socket.parcels):
            if parcel.ticket == ticket and not parcel.may_have_left:
                if index == 0 and announced and self._ask and b"SND=" in self._ask.text:
                    return False
                socket.parcels.remove(parcel)
                return True
        return False

    def command(self, text: bytes, now_s: float, limit_s: float | None = None) -> int:
        """Write a command of the application's when the line is free; `Answered` follows.

        Raises:
            ValueError: It is no command line, or one that would take the line away: KTCPSTART,
                ATD, or a data mode that the stack knows nothing of.
        """
        line = parse_command_line(text)
        if line is None or any(c in text for c in b"\r\n\0"):
            raise ValueError(f"{text!r} is no AT command line")
        for member in line.members:
            declared = self._rig.config.dialect.command(member)
            if declared is not None and declared.data is not None:
                raise ValueError(f"{text!r} opens a data mode: use a socket")
        self._rig.now_s = now_s
        self._tickets += 1
        self._agenda.commands.append(
            Ask(text, Purpose.COMMAND, ticket=self._tickets, limit_s=limit_s)
        )
        self._go_on()
        return self._tickets

    def report_dead(self, handle: int, now_s: float) -> None:
        """The application knows better: its peer is not reached, whatever the modem says."""
        self._rig.now_s = now_s
        socket = self._rig.sockets.get(handle)
        if socket is not None and socket.key not in {None, NAMELESS}:
            assert socket.key is not None
            failed = TcpFact.FAILED if socket.machine == "tcp" else UdpFact.FAILED
            self._rig.inject(socket.machine, socket.key, failed, "the application says it is dead")
            self._go_on()

    def permit(self, *, granted: bool, now_s: float, wait_s: float | None = None) -> None:
        """Answer `AskReset`: granted, or ask again after *wait_s* seconds."""
        self._rig.now_s = now_s
        self._recovery.permit(granted=granted, wait_s=wait_s)
        self._go_on()

    def power_returned(self, now_s: float) -> None:
        """The power hook has returned."""
        self._rig.now_s = now_s
        self._rig.inject("modem", "", ModemFact.POWER_CUT, "the power hook has returned")
        self._go_on()

    def shut_down(self, now_s: float) -> None:
        """Close every socket in order; then `is_idle`."""
        for handle in list(self._rig.sockets):
            self.close(handle, now_s)

    @property
    def is_idle(self) -> bool:
        """Whether no socket is left and the line owes nothing."""
        return not self._rig.sockets and self._ask is None

    @property
    def states(self) -> Mapping[tuple[str, str], str]:
        """Where every machine stands, by chart and key."""
        machines = self._rig.machines
        ladder = {("recovery", ""): machines.state("recovery")}
        return ladder | {
            (p.machine, p.key): machines.state(p.machine, p.key) for p in machines.places
        }

    # ------------------------------------------------------------------ what comes

    def _hear(self, piece: Piece) -> None:
        ask = self._ask
        if piece.payload:
            self._work.payload_came(piece.payload)
        text = parse_information(piece.text) if piece.text else None
        if ask is not None and piece.what is What.INFORMATION and len(self._lines) < LINES_AT_MOST:
            self._lines.append(piece.text)
        if text is not None:
            self._work.heard(text, ask if piece.what is What.INFORMATION else None)
        self._rig.hear(piece)
        if piece.what is What.STRAY:
            self._agenda.heard_stray()
        if piece.what is What.CONNECT and self._rig.talk.takes_payload:
            self._write_payload(ask)
        self._react()
        exchange = self._rig.talk.exchange
        if ask is not None and ask is self._ask and exchange.in_flight is None:
            self._end(ask, piece.text if piece.what is What.RESULT else b"")

    def _write_payload(self, ask: Ask | None) -> None:
        """CONNECT came: the payload goes out, and nothing but the payload."""
        payload = b"" if ask is None else self._work.payload_due(ask)
        self._rig.hear(self._rig.talk.say_payload(payload))
        self._rig.out.append(Written(payload + self._rig.talk.exchange.pattern))

    def _end(self, ask: Ask, result: bytes) -> None:
        """The command in flight is over; *result* is empty where none came."""
        self._ask = None
        lines, self._lines = tuple(self._lines), []
        if ask.purpose is Purpose.COMMAND:
            self._rig.out.append(Answered(ask.ticket, lines, result))
        elif result:
            self._agenda.answered(ask, lines, ok=result == b"OK")
        self._react()

    def _pass_limits(self, now_s: float, *, inclusive: bool) -> None:
        """Pass every limit on the way to *now_s*, in order."""
        while True:
            due = min(self._rig.deadlines(), default=None, key=lambda d: (d[0], d[1][:2]))
            if due is None or due[0] > now_s or (due[0] == now_s and not inclusive):
                break
            at_s, slot = due
            self._rig.pass_limit(at_s, slot, now_s)
            if slot.machine == "line" and self._ask is not None:
                self._end(self._ask, b"")
            self._react()
        self._rig.now_s = max(now_s, self._rig.now_s)

    def _react(self) -> None:
        """Look at everything that moved, and at what moves by that."""
        while self._rig.moved:
            move, line = self._rig.moved.popleft()
            self._work.look(move)
            self._recovery.look(move, line)
            self._look(move)

    def _look(self, move: Move) -> None:
        rules = table(TABLED[move.machine])
        before, after = rules.states[move.before], rules.states[move.after]
        match move.machine:
            case "line" if before == LineState.FULL_RESET_PROBING and after == LineState.IDLE:
                self._agenda.made_sure_of()
            case "line" if rules.is_reset[move.after] and self._ask is not None:
                self._end(self._ask, b"")
            case "modem" if move.fact in BOOTED:
                self._agenda.booted()
            case "pdp" if rules.is_reset[move.after]:
                self._agenda.context_fell()
            case _:
                pass

    # ------------------------------------------------------------------ what is said

    def _go_on(self) -> None:
        """Say what is due, as long as the line is free."""
        self._react()
        while self._started:
            ask = self._next()
            if ask is None:
                break
            self._say(ask)
            self._react()

    def _next(self) -> Ask | None:
        """The first thing to say; or when to look again."""
        self._look_s = inf
        for item in self._agenda.next():
            if isinstance(item, Ask):
                return item
            self._look_s = min(self._look_s, item)
        self._react()
        return None

    def _say(self, ask: Ask) -> None:
        rig = self._rig
        if self._ask is not None:
            self._end(self._ask, b"")
        self._lines = []
        self._agenda.written(ask)
        self._work.written(ask)
        is_pattern = ask.machine == "line"
        self._ask = None if is_pattern else ask
        rig.out.append(Written(ask.text + b"\r"))
        rig.hear(rig.talk.say(ask.text))
        if ask.limit_s is not None:
            rig.talk.limit(ask.limit_s)
