"""What the application's sockets want of the modem: to be opened, fed, read, polled and closed."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Final

from atfsm.at.dialect import NAMELESS, is_plausible
from atfsm.at.facts import TcpFact, UdpFact
from atfsm.at.grammar import InformationText, parse_information
from atfsm.charts import TcpState, UdpState
from atfsm.fact import Fact
from atfsm.stack.asks import GOING, LISTS, Ask, Purpose
from atfsm.stack.outputs import Closed, Opened, PeerClosed, Received, Sent, Unsent
from atfsm.stack.payload import cut
from atfsm.stack.recovery import Recovery
from atfsm.stack.rig import Rig
from atfsm.stack.sockets import Socket
from atfsm.stack.whole import Move

#: Most bytes asked for by one KTCPRCV; no driver asks for more (open point 8).
RECEIVE_AT_MOST: Final = 1500
USABLE: Final = frozenset({TcpState.CONNECTED, UdpState.READY})
GONE: Final = frozenset({TcpState.UNDEFINED, UdpState.UNDEFINED})
DATA: Final = frozenset({b"+KTCP_DATA", b"+KUDP_DATA"})
NAMES: Final[frozenset[Fact]] = frozenset({TcpFact.NAMED, UdpFact.NAMED})
#: A step of the way out is not begun twice, but a socket that the peer closed is asked first.
PEER_GONE: Final = frozenset({TcpState.PEER_CLOSED, TcpState.DRAINING})


class Work:
    """Looks after the sockets.

    Args:
        rig: The shared parts.
        recovery: Who knows what is given up when a socket is.
    """

    def __init__(self, rig: Rig, recovery: Recovery) -> None:
        self._rig = rig
        self._recovery = recovery
        self._listed_udp_s = -inf
        self._incoming = bytearray()
        self._first = 0  # handle whose turn is past: the others come first
        self._read_last = False

    def _in_turn(self) -> list[Socket]:
        """The sockets, beginning behind the one that was served last."""
        sockets = list(self._rig.sockets.values())
        at = next((i for i, s in enumerate(sockets) if s.handle > self._first), 0)
        return sockets[at:] + sockets[:at]

    def _state(self, socket: Socket) -> str:
        return "" if socket.key is None else self._rig.machines.state(socket.machine, socket.key)

    # ------------------------------------------------------------------ what is due

    def closing(self) -> Iterator[Ask]:
        """Close and delete what is not wanted any more, in order."""
        for socket in self._in_turn():
            state = self._state(socket)
            if socket.key is None or socket.key == NAMELESS:
                continue
            if socket.is_wanted and state not in {TcpState.CLOSED, UdpState.CLOSED}:
                continue
            step = GOING.get((socket.machine, state))
            if step is not None and not (state == TcpState.PEER_CLOSED and self._holds(socket)):
                yield self._ask(socket, step.format(key=socket.key))

    def _holds(self, socket: Socket) -> bool:
        """Whether the modem may still hold bytes for a socket that wants them."""
        return socket.wanted and (socket.asks_unread or socket.unread_bytes > 0)

    def opening(self) -> Iterator[Ask | float]:
        """Define and connect what is wanted and not there."""
        machines, config = self._rig.machines, self._rig.config
        for socket in self._in_turn():
            state = self._state(socket)
            if not socket.is_wanted:
                continue
            if socket.key is None:
                if socket.not_before_s > self._rig.now_s:
                    yield socket.not_before_s
                elif machines.is_resetting(socket.machine, NAMELESS):
                    continue
                elif socket.machine == "tcp":
                    yield self._ask(
                        socket, f'AT+KTCPCFG={config.context},0,"{socket.host}",{socket.port}'
                    )
                else:
                    yield self._ask(socket, f"AT+KUDPCFG={config.context},0")
            elif state == TcpState.DEFINED and socket.key != NAMELESS:
                yield self._ask(socket, f"AT+KTCPCNX={socket.key}")

    def data(self) -> Iterator[Ask]:
        """Read what is there, write what is wanted: by turns, and every socket in its turn."""
        for socket in self._in_turn():
            state = self._state(socket)
            reads = list(self._reading(socket, state))
            writes = [] if reads and not self._read_last else list(self._writing(socket, state))
            yield from writes or reads

    def _reading(self, socket: Socket, state: str) -> Iterator[Ask]:
        if state not in USABLE and state != TcpState.PEER_CLOSED:
            return
        if socket.machine == "tcp" and socket.asks_unread:
            yield self._ask(socket, f"AT+KTCPSTAT={socket.key}")
        elif socket.unread_bytes > 0 and socket.credit_bytes > 0 and socket.wanted:
            count = min(socket.unread_bytes, RECEIVE_AT_MOST)
            if socket.machine == "tcp":
                count = min(count, socket.credit_bytes)
            yield self._ask(socket, f"AT+K{socket.machine.upper()}RCV={socket.key},{count}")

    def _writing(self, socket: Socket, state: str) -> Iterator[Ask]:
        if state not in USABLE or not socket.parcels:
            return
        piece = self._piece(socket)
        if socket.machine == "tcp":
            yield self._ask(socket, f"AT+KTCPSND={socket.key},{len(piece)}")
        else:
            peer = f'"{socket.host}",{socket.port}'
            yield self._ask(socket, f"AT+KUDPSND={socket.key},{peer},{len(piece)}")

    def _piece(self, socket: Socket) -> bytes:
        """What is sent next; `Stack.send` has made sure that it can be."""
        config, parcel = self._rig.config, socket.parcels[0]
        if socket.machine == "udp":
            return parcel.data
        piece = cut(parcel.data, parcel.done_bytes, config.chunk_bytes, config.end_pattern)
        assert piece is not None
        return piece

    def polls(self) -> Iterator[Ask | float]:
        """Make up for lost URCs: ask about every open session once a period."""
        period_s, now_s = self._rig.config.poll_s, self._rig.now_s
        states = (TcpState.CONNECTED, TcpState.CONNECTING)
        for socket in self._in_turn():
            if socket.machine == "tcp" and self._state(socket) in states:
                due_s = socket.polled_s + period_s
                yield self._ask(socket, f"AT+KTCPSTAT={socket.key}") if due_s <= now_s else due_s
        if any(self._state(s) == UdpState.READY for s in self._rig.sockets.values()):
            due_s = self._listed_udp_s + period_s
            text, _ = LISTS["udp"]
            yield Ask(text.encode(), Purpose.WORK, "udp") if due_s <= now_s else due_s

    def poll_all(self) -> None:
        """Ask about every session at the next opportunity."""
        self._listed_udp_s = -inf
        for socket in self._rig.sockets.values():
            socket.polled_s = -inf

    def _ask(self, socket: Socket, text: str) -> Ask:
        return Ask(
            text.encode("ascii", "replace"),
            Purpose.WORK,
            socket.machine,
            socket.key or NAMELESS,
            handle=socket.handle,
        )

    # ------------------------------------------------------------------ what came of it

    def written(self, ask: Ask) -> None:
        """A command of ours was written."""
        if ask.text == LISTS["udp"][0].encode():
            self._listed_udp_s = self._rig.now_s
        socket = self._rig.sockets.get(ask.handle)
        if socket is None:
            return
        if ask.key == NAMELESS and socket.key is None:
            socket.key = NAMELESS
        socket.polled_s = self._rig.now_s
        self._incoming.clear()
        is_read = b"RCV=" in ask.text
        if is_read or b"SND=" in ask.text:
            self._first = socket.handle
            self._read_last = is_read

    def payload_due(self, ask: Ask) -> bytes:
        """The payload for a CONNECT; from now on it may have left."""
        socket = self._rig.sockets[ask.handle]
        if self._state(socket) not in {TcpState.SENDING, UdpState.SENDING} or not socket.parcels:
            return b""  # given up since: nothing is sent, and the pattern ends the data mode
        piece = self._piece(socket)
        socket.parcels[0].on_wire_bytes = len(piece)
        return piece

    def payload_came(self, data: bytes) -> None:
        """Payload came; it is handed over when its end is known to be good."""
        self._incoming += data

    def answered(self, ask: Ask, lines: tuple[bytes, ...]) -> None:
        """A command of ours was answered."""
        if ask.text == LISTS["udp"][0].encode():
            self.miss_udp(listed(lines))
            return
        socket = self._rig.sockets.get(ask.handle)
        if socket is None:
            return
        is_definition = b"CFG=" in ask.text
        if (
            is_definition
            and socket.key == NAMELESS
            and not self._rig.machines.is_resetting(socket.machine, NAMELESS)
        ):
            full_reset = TcpFact.FULL_RESET if socket.machine == "tcp" else UdpFact.FULL_RESET
            self._rig.inject(socket.machine, NAMELESS, full_reset, "no session id was given")

    def heard(self, text: InformationText, ask: Ask | None) -> None:
        """An information text came: it may count unread bytes."""
        if text.name in DATA:
            machine = "tcp" if text.name == b"+KTCP_DATA" else "udp"
            sid, count = text.integer(0), text.integer(1)
            socket = self._rig.socket_of(machine, str(sid))
            if socket is not None and count is not None:
                socket.unread_bytes = max(socket.unread_bytes, min(count, 1 << 31))
        elif text.name == b"+KTCPSTAT" and ask is not None:
            socket = self._rig.sockets.get(ask.handle)
            unread = text.integer(len(text.fields) - 1)
            if socket is not None and unread is not None and len(text.fields) >= 4:
                socket.unread_bytes = max(unread, 0)

    def miss_udp(self, there: set[str]) -> None:
        """A UDP session of ours that the modem does not list is lost."""
        self._listed_udp_s = self._rig.now_s
        for socket in list(self._rig.sockets.values()):
            if (
                socket.machine == "udp"
                and socket.key not in {None, NAMELESS, *there}
                and (self._state(socket) == UdpState.READY)
            ):
                assert socket.key is not None
                self._rig.inject("udp", socket.key, UdpFact.FAILED, "KUDPCFG? does not list it")

    def look(self, move: Move) -> None:
        """Look at one move of a socket's machine, and tell the application what it means."""
        if move.origin == NAMELESS:
            self._name(move)
        socket = self._rig.socket_of(move.machine, move.key)
        if socket is None:
            return
        state = self._state(socket)
        match move.fact:
            case TcpFact.CONNECTED | TcpFact.STATUS_CONNECTED | UdpFact.OPENED:
                if state in USABLE and socket.opened_s is None and socket.is_wanted:
                    self._open(socket)
            case TcpFact.SENT | UdpFact.SENT if state in USABLE:
                self._sent(socket)
            case TcpFact.RECEIVED | UdpFact.RECEIVED if state in USABLE or state in PEER_GONE:
                self._received(socket)
            case TcpFact.READ_BACK if state in USABLE or state in PEER_GONE:
                socket.asks_unread = False
            case TcpFact.CLOSE_REQUESTED if socket.peer_closed:
                self._say_that_peer_closed(socket)
            case TcpFact.PEER_CLOSED if state in PEER_GONE and move.before != move.after:
                socket.peer_closed = True
                self._recovery.give_up(socket, None)
                socket.asks_unread = True
            case _:
                pass
        if state in GONE and move.before != move.after:
            self._gone(socket)

    def _name(self, move: Move) -> None:
        """The modem gave a session its id."""
        for socket in self._rig.sockets.values():
            if socket.machine == move.machine and socket.key == NAMELESS:
                socket.key = move.key

    def _open(self, socket: Socket) -> None:
        socket.generation += 1
        socket.opened_s = socket.polled_s = self._rig.now_s
        self._rig.out.append(Opened(socket.handle, socket.generation))

    def _sent(self, socket: Socket) -> None:
        parcel = socket.parcels[0] if socket.parcels else None
        if parcel is None or not parcel.on_wire_bytes:
            return
        parcel.done_bytes += parcel.on_wire_bytes
        parcel.on_wire_bytes = 0
        if parcel.done_bytes >= len(parcel.data):
            socket.parcels.popleft()
            self._rig.out.append(Sent(socket.handle, parcel.ticket))

    def _received(self, socket: Socket) -> None:
        data = bytes(self._incoming)
        self._incoming.clear()
        socket.credit_bytes = max(0, socket.credit_bytes - len(data))
        socket.unread_bytes = max(0, socket.unread_bytes - len(data)) if data else 0
        # The URC is not repeated before a read, so what came since is asked for (3.3).
        socket.asks_unread = socket.machine == "tcp" and socket.unread_bytes == 0
        if data:
            self._rig.out.append(Received(socket.handle, data))

    def _gone(self, socket: Socket) -> None:
        """The modem holds the session no more."""
        socket.key = None
        socket.opened_s = None
        if socket.peer_closed:
            self._say_that_peer_closed(socket)
        self.let_go(socket)

    def _say_that_peer_closed(self, socket: Socket) -> None:
        """Once: what it had sent before was handed over."""
        if socket.wanted:
            socket.wanted = False
            self._rig.out.append(PeerClosed(socket.handle))

    def let_go(self, socket: Socket) -> None:
        """Forget a socket that nobody wants and the modem does not hold."""
        if socket.wanted or socket.key is not None:
            return
        for parcel in socket.parcels:
            self._rig.out.append(Unsent(socket.handle, parcel.ticket, parcel.may_have_left, None))
        del self._rig.sockets[socket.handle]
        self._rig.out.append(Closed(socket.handle))


def listed(lines: tuple[bytes, ...]) -> set[str]:
    """The session ids of ``+KTCPCFG: <sid>,…`` and ``+KUDPCFG: <sid>,…`` lines (3.1, 4)."""
    found = set()
    for line in lines:
        text = parse_information(line)
        if text is not None and text.name in {b"+KTCPCFG", b"+KUDPCFG"}:
            sid = text.integer(0)
            if sid is not None and is_plausible(str(sid)):
                found.add(str(sid))
    return found
