"""What the links of a network of real sockets have in common: a socket, and an inbox."""

from __future__ import annotations

import selectors
import socket
from collections.abc import Callable
from typing import Any, Final, Protocol, TypeAlias

from atfsm.sim.network import Failed, LinkEvent

__all__ = ["Found", "Heard", "Resident", "SocketLink", "Surroundings", "addresses_of"]

BLOCK_BYTES: Final = 1 << 16  # ours: so much is read at once
INBOX_BYTES: Final = 1 << 18  # ours: so much of a peer's data is kept before it has to wait

#: Codes of +KTCP_NOTIF and +KUDP_NOTIF [M207].
NETWORK_ERROR, NO_SOCKET, DNS_ERROR, CONNECTION_ERROR, GENERIC_ERROR, TIMED_OUT = 0, 1, 3, 5, 6, 12

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE

Address: TypeAlias = tuple[Any, ...]  # as the socket module has it: its parts depend on the family
Found: TypeAlias = list[tuple[socket.AddressFamily, Address]]
Heard: TypeAlias = Callable[[Found], None]


class Resident(Protocol):
    """What a network asks of its links.

    Attributes:
        backlog_bytes: How much was sent that the peer has not taken yet.
        limit_at_s: When `expire` has to be called; None for never.
    """

    backlog_bytes: int
    limit_at_s: float | None

    def settle(self) -> None:
        """Wait in the selector for what is wanted now."""
        ...

    def expire(self) -> None:
        """Give up what has a limit."""
        ...

    def shut(self) -> None:
        """Close at once."""
        ...


class Surroundings(Protocol):
    """What a link asks of its network."""

    selector: selectors.BaseSelector

    @property
    def held(self) -> bool:
        """Whether no socket is read."""
        ...

    def leave(self, link: Resident) -> None:
        """Forget a link that has closed its socket."""
        ...

    def look_up(
        self, host: str, port: int, kind: int, family: socket.AddressFamily, heard: Heard
    ) -> None:
        """Find the addresses of a name, and call *heard* with them later, or with none."""
        ...


def addresses_of(
    host: str, port: int, kind: int, family: socket.AddressFamily, flags: int = 0
) -> Found:
    """Find the addresses of *host*; there are none where it is not known."""
    try:
        answers = socket.getaddrinfo(host, port, family, kind, 0, flags)
    except (OSError, UnicodeError):  # a label of a name may be too long to be encoded
        return []
    return [(family, address) for family, _, _, _, address in answers]


class SocketLink:
    """A socket in a selector, and an inbox with a bound."""

    def __init__(self, network: Surroundings, limit_at_s: float | None) -> None:
        self.backlog_bytes = 0
        self.limit_at_s = limit_at_s
        self._network = network
        self._socket: socket.socket | None = None
        self._waits_for = 0  # the events for which the socket is registered
        self._events: list[LinkEvent] = []
        self._inbox_bytes = 0
        self._reads = False  # whether there may be something to come
        self._closed = False  # by the modem

    def poll(self, now_s: float) -> list[LinkEvent]:
        """Give what happened since the last time, in order."""
        del now_s
        events, self._events = self._events, []
        if self._inbox_bytes:
            self._inbox_bytes = 0
            self.settle()
        return events

    def settle(self) -> None:
        """Wait for what is wanted, and for nothing else: a ready socket never stops being."""
        if self._socket is None:
            return
        has_room = self._closed or (self._inbox_bytes < INBOX_BYTES and not self._network.held)
        wanted = READ if self._reads and has_room else 0
        wanted |= WRITE if self._wants_write() else 0
        if wanted == self._waits_for:
            return
        selector = self._network.selector
        if not self._waits_for:
            selector.register(self._socket, wanted, self.ready)
        elif not wanted:
            selector.unregister(self._socket)
        else:
            selector.modify(self._socket, wanted, self.ready)
        self._waits_for = wanted

    def shut(self) -> None:
        """Close the socket and leave the network."""
        self._drop_socket()
        self.limit_at_s = None
        self.backlog_bytes = 0
        self._network.leave(self)

    def ready(self, mask: int) -> None:
        """Do what the selector said can be done."""
        raise NotImplementedError

    def expire(self) -> None:
        """Give up what has a limit."""
        raise NotImplementedError

    def _wants_write(self) -> bool:
        raise NotImplementedError

    def _drop_socket(self) -> None:
        if self._socket is None:
            return
        if self._waits_for:
            self._network.selector.unregister(self._socket)
            self._waits_for = 0
        self._socket.close()
        self._socket = None

    def _fail(self, code: int) -> None:
        self._events.append(Failed(code))
        self.shut()
