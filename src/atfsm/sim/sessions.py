"""The TCP and UDP sessions of a simulated modem (3, 4)."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from atfsm.sim.answers import Answer, Port
from atfsm.sim.contexts import Contexts
from atfsm.sim.faults import Fault
from atfsm.sim.network import Connected, Data, Failed, Link, LinkEvent, Network, PeerClosed
from atfsm.sim.profiles import Profile
from atfsm.sim.transfer import Transfer

__all__ = ["Session", "Sessions"]

DEFINED, CONNECTING, UP, CLOSING, CLOSED = 1, 2, 3, 4, 5  # 3.2
NETWORK_ERROR, CLOSED_BY_PEER, MISCOUNTED, RUNNING = 0, 4, 8, 10  # 3.4
NOT_FATAL: Final = frozenset({MISCOUNTED, RUNNING})
OF_THE_PEER: Final = frozenset({3, 5})  # 3.4, 11.4: no such name, unreachable
INBOX_BYTES: Final = 32_000  # 0.2 [M192]: data-mode RX buffer; more is left to the peer
INBOX_PIECES: Final = 64  # ours: the same for datagrams, which may be empty
INLINE_BYTES: Final = 1500  # 4 [M220]: longest data in a data URC
CLOSING_S: Final = 0.1  # ours: how long KTCPSTAT says 4
DATAGRAM_BYTES: Final = 1020  # 2.1 [QA-TCP]: KIPOPT of UDPC


@dataclass(eq=False)
class Session:
    """One session id.

    Attributes:
        sid: The id.
        kind: TCP or UDP.
        cnx: The profile under it.
        host: Address of the peer (TCP).
        port: Its port (TCP), or the local one (UDP).
        source_port: The local one (TCP), which is kept and of no effect here.
        data_mode: 0: the URC says how much came; 1: it carries it.
        says_ack: Whether ``+KTCP_ACK`` is wanted.
        is_direct: Whether KTCPSTART waits for it.
        attempt: Which attempt to connect runs; an older one ends in nothing.
        status: As KTCPSTAT says it (3.2).
        closing_until_s: Until when it says 4.
        notif: Its last ``tcp_notif``; -1: none.
        link: Where it leads.
        pending: What happened on the link since, and waits for room.
        inbox: What came and was not read: pieces of a stream, or datagrams.
        is_announced: Whether a data URC stands that no read has answered.
        source: Where the last datagram that was read came from.
        has_sent: Whether anything was.
    """

    sid: int
    kind: bytes
    cnx: int
    host: str = ""
    port: int = 0
    source_port: int = 0
    data_mode: int = 0
    says_ack: bool = False
    is_direct: bool = False
    attempt: int = 0
    status: int = DEFINED
    closing_until_s: float = 0.0
    notif: int = -1
    link: Link | None = None
    pending: deque[LinkEvent] = field(default_factory=deque)
    inbox: deque[tuple[bytes, tuple[str, int] | None]] = field(default_factory=deque)
    is_announced: bool = False
    source: tuple[str, int] | None = None
    has_sent: bool = False

    @property
    def is_live(self) -> bool:
        """Whether it is up or about to be."""
        return self.status in {CONNECTING, UP}

    @property
    def unread_bytes(self) -> int:
        """How much can be read."""
        return sum(len(data) for data, _ in self.inbox)

    @property
    def has_room(self) -> bool:
        """Whether more may come."""
        return len(self.inbox) < INBOX_PIECES and self.unread_bytes < INBOX_BYTES

    def read(self, at_most: int) -> bytes:
        """Take what can be read: of datagrams no more than one, and what is left of it is lost."""
        taken = bytearray()
        while self.inbox and len(taken) < at_most:
            data, self.source = self.inbox.popleft()
            room_bytes = at_most - len(taken)
            taken += data[:room_bytes]
            if self.kind == b"UDP":
                break
            if len(data) > room_bytes:
                self.inbox.appendleft((data[room_bytes:], self.source))
        return bytes(taken)

    def stat(self, now_s: float) -> bytes:
        """``<status>,<tcp_notif>,<rem_data>,<rcv_data>``."""
        status = CLOSING if now_s < self.closing_until_s else self.status
        return b"%d,%d,0,%d" % (status, self.notif, self.unread_bytes)


class Sessions:
    """All of them.

    Args:
        profile: The family.
        network: Where they lead.
        contexts: What they stand on.
        port: Where changes are said.

    Attributes:
        known: By id, those that are defined.
        reports: Whether state URCs and data URCs are said, for each kind (KURCCFG).
        datagram_bytes: Longest datagram: longer payload is cut (KIPOPT).
        says_data: Whether data URCs are said at all; a fault ends it.
    """

    def __init__(self, profile: Profile, network: Network, contexts: Contexts, port: Port) -> None:
        self._profile = profile
        self._network = network
        self._contexts = contexts
        self._port = port
        self.known: dict[int, Session] = {}
        self.reports: dict[bytes, tuple[bool, bool]] = {}
        self.datagram_bytes = DATAGRAM_BYTES
        self.says_data = True

    def restart(self, now_s: float, *, leaves_ghosts: bool) -> None:
        """Lose what is volatile."""
        for session in self.known.values():
            self._unlink(session, now_s)
            session.status = CLOSED
            session.is_direct = False
            session.inbox.clear()
        if not leaves_ghosts:
            self.known.clear()
        self.reports.clear()
        self.datagram_bytes = DATAGRAM_BYTES
        self.says_data = True

    def define(self, kind: bytes, cnx: int) -> Session | None:
        """Make one with the lowest free id (q19); None: there is none."""
        for sid in self._profile.session_ids:
            if sid not in self.known:
                session = self.known[sid] = Session(sid, kind, cnx)
                return session
        return None

    def of(self, kind: bytes) -> list[Session]:
        """All of one kind."""
        return [session for _, session in sorted(self.known.items()) if session.kind == kind]

    def has_live(self, cnx: int) -> bool:
        """Whether one on this profile is up or about to be."""
        return any(session.cnx == cnx and session.is_live for session in self.known.values())

    # ------------------------------------------------------------------ up and down

    def connect(self, session: Session, now_s: float) -> None:
        """Raise the profile, then connect (TCP) or open a socket (UDP)."""
        session.attempt += 1
        attempt = session.attempt

        def dial(at_s: float) -> None:
            is_known = self.known.get(session.sid) is session
            if session.status != CONNECTING or attempt != session.attempt or not is_known:
                self.settle(session.cnx, at_s)  # it was closed meanwhile
                return
            if session.kind == b"TCP":
                session.link = self._network.open_tcp(session.host, session.port, at_s)
            else:
                session.link = self._network.open_udp(session.port, at_s)
                session.status = UP
                self._say_state(session, b"IND: %d,1" % session.sid, at_s)

        session.inbox.clear()
        session.is_announced, session.closing_until_s = False, 0.0
        self._contexts.raise_(session.cnx, now_s, dial)

    def close(self, session: Session, now_s: float) -> None:
        """The host closes one."""
        if session.is_live and session.kind == b"TCP":
            session.closing_until_s = now_s + CLOSING_S
        self._unlink(session, now_s)
        self._port.drop_data_mode(session.sid, now_s)
        session.status = CLOSED

    def forget(self, session: Session, now_s: float) -> None:
        """The host deletes one; its id is free."""
        self._unlink(session, now_s)
        self._port.drop_data_mode(session.sid, now_s)
        del self.known[session.sid]

    def settle(self, cnx: int, now_s: float) -> None:
        """One is gone: the profile counts its idle time if it was the last (2.1)."""
        if cnx in self._contexts.known and not self.has_live(cnx):
            self._contexts.count_idle(cnx, now_s)

    def fail(self, session: Session, code: int, now_s: float) -> None:
        """One is lost, and says why (3.4)."""
        self._unlink(session, now_s)
        session.status, session.notif = CLOSED, code
        self._port.drop_data_mode(session.sid, now_s)
        if session.is_direct:
            session.is_direct = False
            self._port.finish(Answer(final=b""), now_s)
        self.notify(session, code, now_s)
        self.settle(session.cnx, now_s)

    def fail_on(self, cnx: int, now_s: float) -> None:
        """The profile is gone, and with it all that stood on it."""
        for session in list(self.known.values()):
            if session.cnx == cnx and session.is_live:
                self.fail(session, NETWORK_ERROR, now_s)

    def notify(self, session: Session, code: int, now_s: float) -> None:
        """``+KTCP_NOTIF`` or ``+KUDP_NOTIF``."""
        self._say_state(session, b"NOTIF: %d,%d" % (session.sid, code), now_s)

    def _unlink(self, session: Session, now_s: float) -> None:
        if session.link is not None:
            session.link.close(now_s)
            session.link = None
            session.pending.clear()

    # ------------------------------------------------------------------ what comes

    def advance(self, now_s: float) -> None:
        """Look what happened on the links."""
        self._network.advance(now_s)
        for session in list(self.known.values()):
            while session.link is not None and session.has_room:
                session.pending.extend(session.link.poll(now_s) if not session.pending else ())
                if not session.pending:
                    break
                self._happen(session, session.pending.popleft(), now_s)

    def deadline_s(self) -> float | None:
        """Say when the network has something."""
        return self._network.deadline_s()

    def _happen(self, session: Session, event: LinkEvent, now_s: float) -> None:
        match event:
            case Connected() if session.status == CONNECTING:
                session.status = UP
                if session.is_direct:
                    session.is_direct = False
                    self._port.finish(
                        Answer(transfer=Transfer(session.sid, is_direct=True)), now_s
                    )
                else:
                    self._say_state(session, b"IND: %d,1" % session.sid, now_s)
            case Failed(code) if session.kind == b"UDP" and code in OF_THE_PEER:
                self._unlink(session, now_s)
                session.link = self._network.open_udp(session.port, now_s)
                self.notify(session, code, now_s)
            case Failed(code) if session.is_live:
                self.fail(session, code, now_s)
            case Data(data, source):
                session.inbox.append((data, source))
                self.announce(session, now_s)
            case PeerClosed() if session.status == UP:
                session.status, session.notif = CLOSED, CLOSED_BY_PEER
                self._port.drop_data_mode(session.sid, now_s)
                self.notify(session, CLOSED_BY_PEER, now_s)
                self.settle(session.cnx, now_s)
            case _:
                pass

    def announce(self, session: Session, now_s: float) -> None:
        """``+KTCP_DATA`` or ``+KUDP_DATA``: once, until it is read (3.3); or with the data."""
        while session.inbox and not session.is_announced and self.says_data:
            name = b"DATA: %d," % session.sid
            if session.data_mode == 0:
                session.is_announced = True
                is_stream = session.kind == b"TCP"
                size_bytes = session.unread_bytes if is_stream else len(session.inbox[0][0])
                self._say_data(session, name + b"%d" % size_bytes, now_s)
            elif self._port.is_free(now_s):
                data = session.read(INLINE_BYTES)
                source = b""
                if session.source is not None:
                    source = b',"%b",%d' % (session.source[0].encode(), session.source[1])
                text = name + b"%d%b,%b" % (len(data), source, data)
                self._say_data(session, text, now_s)
            else:
                return  # until the port is free: `announce_all`

    def announce_all(self, now_s: float) -> None:
        """Say what waited for the port."""
        for session in self.known.values():
            if session.data_mode:
                self.announce(session, now_s)

    def _say_state(self, session: Session, text: bytes, now_s: float) -> None:
        if self.reports.get(session.kind, (True, True))[0]:
            self._port.say_unasked(b"+K%b_%b" % (session.kind, text), now_s)

    def _say_data(self, session: Session, text: bytes, now_s: float) -> None:
        if self.reports.get(session.kind, (True, True))[1]:
            self._port.say_unasked(b"+K%b_%b" % (session.kind, text), now_s)

    # ------------------------------------------------------------------ what goes

    def pass_on(self, transfer: Transfer, kept_bytes: int, now_s: float) -> None:
        """Send payload before its end is known, except its last bytes."""
        session = self.known.get(transfer.sid)
        data = transfer.pass_on(kept_bytes)
        if session is not None and session.link is not None:
            self._send(session, data, transfer.to, now_s)

    def complete(self, transfer: Transfer, faults: Mapping[str, Fault], now_s: float) -> Answer:
        """The payload is complete: it goes out, and the count is judged (1.6 [M207])."""
        session = self.known.get(transfer.sid)
        if session is None or session.link is None:
            return Answer(final=b"NO CARRIER")
        payload = transfer.pass_on(0)
        sent_bytes = transfer.passed_bytes
        if "byte_dropped_after_plus" in faults:
            plus = payload.index(b"+")
            payload = payload[: plus + 1] + payload[plus + 3 :]
            sent_bytes -= 2
        self._send(session, payload, transfer.to, now_s)
        is_wrong = sent_bytes != transfer.count or "length_mismatch_notif8" in faults

        def then(at_s: float) -> None:
            if is_wrong:
                self.notify(session, MISCOUNTED, at_s)
            if session.says_ack:
                self._say_state(session, b"ACK: %d,1" % session.sid, at_s)

        return Answer(then=then, after_payload=True)

    def _send(
        self, session: Session, data: bytes, to: tuple[str, int] | None, now_s: float
    ) -> None:
        assert session.link is not None
        step_bytes = self.datagram_bytes if to is not None else max(1, len(data))
        for start in range(0, len(data), step_bytes):
            session.has_sent = True
            session.link.send(data[start : start + step_bytes], to, now_s)
