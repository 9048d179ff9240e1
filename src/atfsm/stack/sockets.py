"""The application's sockets: what they want, and what they are owed."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from math import inf


@dataclass(slots=True)
class Parcel:
    """Bytes that the application wants sent.

    Attributes:
        ticket: Its number.
        data: All of it.
        done_bytes: How much of it the modem took.
        on_wire_bytes: How much was written to the modem that it has not taken yet.
        was_open: Whether it was meant for a connection that stood when it was sent.
    """

    ticket: int
    data: bytes
    done_bytes: int = 0
    on_wire_bytes: int = 0
    was_open: bool = False

    @property
    def may_have_left(self) -> bool:
        """Whether the modem may hold some of it."""
        return self.done_bytes > 0 or self.on_wire_bytes > 0


@dataclass(slots=True)
class Socket:
    """One socket of the application, through all its generations on the modem.

    Attributes:
        handle: Its number.
        machine: tcp or udp.
        host: Address or name of the peer.
        port: Port of the peer.
        key: Its session id on the modem; `NAMELESS` while it is being defined; None: none.
        generation: How often it was open.
        wanted: Whether the application has not closed it.
        parcels: What it wants sent, in order.
        credit_bytes: How much more the application has room for.
        unread_bytes: How much the modem has for it, as far as we know.
        asks_unread: Whether the number of unread bytes has to be asked for.
        opened_s: Since when it is open; None: it is not.
        not_before_s: It is not opened before that.
        polled_s: When it was last heard of.
        served_s: When data passed last.
        peer_closed: Whether the peer closed in order.
    """

    handle: int
    machine: str
    host: str
    port: int
    key: str | None = None
    generation: int = 0
    wanted: bool = True
    parcels: deque[Parcel] = field(default_factory=deque)
    credit_bytes: int = 0
    unread_bytes: int = 0
    asks_unread: bool = False
    opened_s: float | None = None
    not_before_s: float = -inf
    polled_s: float = -inf
    served_s: float = -inf
    peer_closed: bool = False

    @property
    def name(self) -> str:
        """Its name in the memory of the ladder: stable over processes."""
        return f"{self.machine} {self.host}:{self.port}"

    @property
    def is_wanted(self) -> bool:
        """Whether it is to be open."""
        return self.wanted and not self.peer_closed
