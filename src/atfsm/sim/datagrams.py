"""One socket for datagrams of a simulated modem."""

from __future__ import annotations

import socket
from collections import deque
from typing import Final

from atfsm.sim.links import (
    BLOCK_BYTES,
    CONNECTION_ERROR,
    DNS_ERROR,
    GENERIC_ERROR,
    INBOX_BYTES,
    READ,
    WRITE,
    Found,
    SocketLink,
    Surroundings,
    addresses_of,
)
from atfsm.sim.network import Data

__all__ = ["UdpLink"]

NAMES_AT_MOST: Final = 64  # ours: peers whose address a link remembers
LOOPBACK: Final = "127.0.0.1"


class UdpLink(SocketLink):
    """One socket for datagrams of IPv4."""

    def __init__(self, network: Surroundings, local_port: int) -> None:
        super().__init__(network, None)
        self._local_port = local_port
        self._outgoing: deque[tuple[bytes, tuple[str, int]]] = deque()
        self._known: dict[tuple[str, int], Found] = {}
        self._asked: tuple[str, int] | None = None
        self._full = False  # the socket takes no more for now

    def begin(self) -> None:
        """Open the socket."""
        try:
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._socket.settimeout(0)
            if self._local_port:
                self._socket.bind((LOOPBACK, self._local_port))
        except OSError:
            self._fail(GENERIC_ERROR)
            return
        self._reads = True
        self.settle()

    def send(self, data: bytes, to: tuple[str, int] | None, now_s: float) -> None:
        """Send *data* as one datagram; datagrams leave in the order in which they were sent."""
        del now_s
        if self._socket is None or to is None:
            return
        self._outgoing.append((data, to))
        self.backlog_bytes += len(data)
        self._flush()
        self.settle()

    def close(self, now_s: float) -> None:
        """Close the socket."""
        del now_s
        self._outgoing.clear()
        self.shut()

    def ready(self, mask: int) -> None:
        """Do what the selector said can be done."""
        if mask & WRITE:
            self._full = False
            self._flush()
        if mask & READ and self._socket is not None:
            self._receive()
        self.settle()

    def expire(self) -> None:
        """Nothing: a datagram is waited for by nobody."""

    def _wants_write(self) -> bool:
        return self._full

    def _flush(self) -> None:
        while self._outgoing and self._socket is not None:
            data, to = self._outgoing[0]
            found = self._addresses_of(to)
            if found is None:
                return
            if not found:
                self._fail(DNS_ERROR)
                return
            try:
                self._socket.sendto(data, found[0][1])
            except BlockingIOError:
                self._full = True
                return
            except OSError:
                self._fail(CONNECTION_ERROR)
                return
            self._outgoing.popleft()
            self.backlog_bytes -= len(data)

    def _addresses_of(self, peer: tuple[str, int]) -> Found | None:
        """Find the addresses of *peer*; None while they are looked up."""
        if peer in self._known:
            return self._known[peer]
        if self._asked is not None:
            return None
        kind, family = socket.SOCK_DGRAM, socket.AF_INET
        found = addresses_of(*peer, kind, family, socket.AI_NUMERICHOST)
        if found:
            self._remember(peer, found)
            return found
        self._asked = peer
        self._network.look_up(*peer, kind, family, self._found)
        return None

    def _remember(self, peer: tuple[str, int], found: Found) -> None:
        if len(self._known) >= NAMES_AT_MOST:
            self._known.clear()
        self._known[peer] = found

    def _found(self, found: Found) -> None:
        if self._asked is not None:
            self._remember(self._asked, found)
            self._asked = None
        self._flush()
        self.settle()

    def _receive(self) -> None:
        assert self._socket is not None
        while self._inbox_bytes < INBOX_BYTES:
            try:
                data, source = self._socket.recvfrom(BLOCK_BYTES)
            except BlockingIOError:
                return
            except OSError:  # an earlier datagram could not be delivered
                self._fail(CONNECTION_ERROR)
                return
            self._events.append(Data(data, source))
            self._inbox_bytes += max(len(data), 1)
