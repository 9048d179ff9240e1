"""One TCP connection of a simulated modem, over a real socket."""

from __future__ import annotations

import errno
import socket
from collections import deque
from typing import Final

from atfsm.sim.links import (
    BLOCK_BYTES,
    CONNECTION_ERROR,
    DNS_ERROR,
    INBOX_BYTES,
    NETWORK_ERROR,
    NO_SOCKET,
    READ,
    TIMED_OUT,
    WRITE,
    Found,
    SocketLink,
    Surroundings,
    addresses_of,
)
from atfsm.sim.network import Connected, Data, Failed, LinkEvent, PeerClosed

__all__ = ["TcpLink"]

LINGER_LIMIT_S: Final = 5.0  # ours: so long a closed session may still deliver what it took


class TcpLink(SocketLink):
    """One TCP connection."""

    def __init__(self, network: Surroundings, host: str, port: int, limit_at_s: float) -> None:
        super().__init__(network, limit_at_s)
        self._peer = host, port
        self._addresses: Found = []
        self._connected = False
        self._outgoing: deque[memoryview] = deque()

    def begin(self) -> None:
        """Look the peer up, and connect to it."""
        kind, family = socket.SOCK_STREAM, socket.AF_UNSPEC
        found = addresses_of(*self._peer, kind, family, socket.AI_NUMERICHOST)
        if found:
            self._found(found)
        else:
            self._network.look_up(*self._peer, kind, family, self._found)

    def send(self, data: bytes, to: tuple[str, int] | None, now_s: float) -> None:
        """Send *data* to the peer, now or as soon as it takes it."""
        del to, now_s
        if self._closed or not self._connected or self._socket is None:
            return
        self._outgoing.append(memoryview(data))
        self.backlog_bytes += len(data)
        self._flush()
        self.settle()

    def close(self, now_s: float) -> None:
        """Close in an orderly way: deliver what was sent, and wait a little for the peer."""
        if self._closed:
            return
        self._closed = True
        if not self._connected or self._socket is None:
            self.shut()
            return
        self.limit_at_s = now_s + LINGER_LIMIT_S
        self._flush()
        self._settle_or_leave()

    def ready(self, mask: int) -> None:
        """Do what the selector said can be done."""
        if self._socket is None:  # closed by what was ready before it
            return
        if not self._connected:
            self._connect()
            return
        if mask & WRITE:
            self._flush()
        if mask & READ:
            self._receive()
        self._settle_or_leave()

    def expire(self) -> None:
        """Give up: on the connection, or on a peer that does not close its side."""
        self._fail(TIMED_OUT)

    def _wants_write(self) -> bool:
        return bool(self._outgoing) or not self._connected

    def _settle_or_leave(self) -> None:
        if self._closed and not self._reads and not self._outgoing:
            self.shut()
        else:
            self.settle()

    def _found(self, found: Found) -> None:
        if self.limit_at_s is None:  # it is too late for an answer
            return
        self._addresses = found
        if found:
            self._try_next(CONNECTION_ERROR)
        else:
            self._fail(DNS_ERROR)

    def _try_next(self, code: int) -> None:
        while self._addresses:
            family, address = self._addresses.pop(0)
            try:
                self._socket = socket.socket(family, socket.SOCK_STREAM)
            except OSError:
                code = NO_SOCKET
                continue
            self._socket.settimeout(0)
            answer = self._socket.connect_ex(address)
            if answer in (0, errno.EINPROGRESS):
                self.settle()
                return
            self._drop_socket()
            code = _code_of(answer)
        self._fail(code)

    def _connect(self) -> None:
        assert self._socket is not None
        answer = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if answer:
            self._drop_socket()
            self._try_next(_code_of(answer))
            return
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connected = self._reads = True
        self.limit_at_s = None
        self._events.append(Connected())
        self.settle()

    def _receive(self) -> None:
        assert self._socket is not None
        taken_bytes = 0
        while taken_bytes < INBOX_BYTES and self._inbox_bytes < INBOX_BYTES:
            try:
                data = self._socket.recv(BLOCK_BYTES)
            except BlockingIOError:
                return
            except OSError as error:
                self._forget_outgoing()
                reset = error.errno in (errno.ECONNRESET, errno.EPIPE)
                self._end(PeerClosed() if reset else Failed(NETWORK_ERROR))
                return
            if not data:
                self._end(PeerClosed())
                return
            taken_bytes += len(data)
            if not self._closed:  # otherwise nobody reads it any more
                self._events.append(Data(data, None))
                self._inbox_bytes += len(data)

    def _end(self, event: LinkEvent) -> None:
        self._reads = False
        self._events.append(event)

    def _flush(self) -> None:
        assert self._socket is not None
        while self._outgoing:
            chunk = self._outgoing[0]
            try:
                sent_bytes = self._socket.send(chunk)
            except BlockingIOError:
                return
            except OSError:  # reading tells what happened, after the data that came before it
                self._forget_outgoing()
                break
            self.backlog_bytes -= sent_bytes
            if sent_bytes == len(chunk):
                self._outgoing.popleft()
            else:
                self._outgoing[0] = chunk[sent_bytes:]
        if self._closed:
            try:
                self._socket.shutdown(socket.SHUT_WR)
            except OSError:
                self._reads = False

    def _forget_outgoing(self) -> None:
        self._outgoing.clear()
        self.backlog_bytes = 0


def _code_of(number: int) -> int:
    return TIMED_OUT if number == errno.ETIMEDOUT else CONNECTION_ERROR
