"""Contexts and sessions of a simulated modem: its own book of what the host made."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import inf

from atfsm.sim.network import Link

__all__ = ["Context", "Session"]


@dataclass(eq=False)
class Context:
    """One connection profile.

    Attributes:
        apn: Access point name.
        is_up: Whether it is raised.
        idle_until_s: When the idle timer takes it down; infinity: it does not run.
        idle_s: What KCNXTIMER says.
    """

    apn: bytes = b""
    is_up: bool = False
    idle_until_s: float = inf
    idle_s: float = 30.0


@dataclass(eq=False)
class Session:
    """One session id.

    Attributes:
        sid: The id.
        kind: TCP or UDP.
        cnx: The profile under it.
        host: Address of the peer (TCP).
        port: Its port (TCP), or the local one (UDP).
        data_mode: 0: the URC says how much came; 1: it carries it.
        says_ack: Whether ``+KTCP_ACK`` is wanted.
        status: As KTCPSTAT says it (3.2): 1 defined, 2 connecting, 3 up, 4 closing, 5 closed.
        notif: Its last ``tcp_notif``; -1: none.
        link: Where it leads.
        inbox: What came and was not read: pieces of a stream, or datagrams.
        is_announced: Whether a data URC stands that no read has answered.
        source: Where the last datagram that was read came from.
    """

    sid: int
    kind: bytes
    cnx: int
    host: str = ""
    port: int = 0
    data_mode: int = 0
    says_ack: bool = False
    status: int = 1
    notif: int = -1
    link: Link | None = None
    inbox: deque[tuple[bytes, tuple[str, int] | None]] = field(default_factory=deque)
    is_announced: bool = False
    source: tuple[str, int] | None = None

    @property
    def unread_bytes(self) -> int:
        """How much can be read."""
        return sum(len(data) for data, _ in self.inbox)

    def read(self, at_most: int) -> bytes:
        """Take what can be read: of datagrams, no more than one."""
        taken = bytearray()
        while self.inbox and len(taken) < at_most:
            data, self.source = self.inbox.popleft()
            room = at_most - len(taken)
            taken += data[:room]
            if len(data) > room and self.kind == b"TCP":
                self.inbox.appendleft((data[room:], self.source))
            if self.kind == b"UDP":
                break
        return bytes(taken)
