"""A network of real sockets: the sessions of a simulated modem reach what this host reaches.

Nothing here blocks. A :class:`SocketNetwork` waits in a selector whose keys carry what has to be
called, ``key.data(mask)``; names are looked up in a thread of their own, since the resolver of
the system knows no other way. What a peer sends is kept up to a bound; then it is not read any
more, so that TCP makes the peer wait.
"""

from __future__ import annotations

import queue
import selectors
import socket
import threading
from typing import Final

from atfsm.sim.datagrams import UdpLink
from atfsm.sim.links import Found, Heard, Resident, addresses_of
from atfsm.sim.streams import TcpLink

__all__ = ["SocketNetwork"]

CONNECT_LIMIT_S: Final = 20.0  # ours: well below the 90 s that hosts wait for +KTCP_IND


class SocketNetwork:
    """Sockets of this host, as the network of a simulated modem.

    Args:
        selector: Where the sockets wait. Whoever waits calls ``key.data(mask)`` for each key that
            is ready, and then :meth:`advance`.
        connect_limit_s: How long a connection may take before it has timed out.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        *,
        connect_limit_s: float = CONNECT_LIMIT_S,
    ) -> None:
        self.selector = selector
        self.connect_limit_s = connect_limit_s
        self._links: list[Resident] = []
        self._answers: queue.SimpleQueue[tuple[Heard, Found]] = queue.SimpleQueue()
        self._bell, self._clapper = socket.socketpair()
        self._bell.settimeout(0)
        self._held = False
        selector.register(self._bell, selectors.EVENT_READ, self._hear)

    @property
    def backlog_bytes(self) -> int:
        """How much the modem sent that no peer has taken yet."""
        return sum(link.backlog_bytes for link in self._links)

    @property
    def held(self) -> bool:
        """Whether no socket is read, as while the host does not take what the modem says."""
        return self._held

    def hold(self, *, held: bool) -> None:
        """Read no socket any more, or read again: what is not read makes the peers wait."""
        if held is not self._held:
            self._held = held
            for link in self._links:
                link.settle()

    def open_tcp(self, host: str, port: int, now_s: float) -> TcpLink:
        """Begin to connect to *port* of *host*, a name or an address."""
        link = TcpLink(self, host, port, now_s + self.connect_limit_s)
        self._links.append(link)
        link.begin()
        return link

    def open_udp(self, local_port: int, now_s: float) -> UdpLink:
        """Open a socket for datagrams.

        Args:
            local_port: The port to receive on; 0 takes any. With a port of its own the socket
                is bound to 127.0.0.1: a simulator offers nothing to other hosts.
            now_s: The time.
        """
        del now_s
        link = UdpLink(self, local_port)
        self._links.append(link)
        link.begin()
        return link

    def deadline_s(self) -> float | None:
        """Say when :meth:`advance` has to be called even if nothing happens."""
        limits_s = [link.limit_at_s for link in self._links if link.limit_at_s is not None]
        return min(limits_s, default=None)

    def advance(self, now_s: float) -> None:
        """Let the time pass."""
        for link in [*self._links]:
            if link.limit_at_s is not None and link.limit_at_s <= now_s:
                link.expire()

    def close(self) -> None:
        """Close every socket at once."""
        for link in [*self._links]:
            link.shut()
        self.selector.unregister(self._bell)
        self._bell.close()
        self._clapper.close()

    def leave(self, link: Resident) -> None:
        """Forget a link that has closed its socket."""
        if link in self._links:
            self._links.remove(link)

    def look_up(
        self, host: str, port: int, kind: int, family: socket.AddressFamily, heard: Heard
    ) -> None:
        """Find the addresses of a name, and call *heard* with them, or with none."""
        arguments = (host, port, kind, family, heard)
        threading.Thread(target=self._look_up, args=arguments, daemon=True).start()

    def _look_up(
        self, host: str, port: int, kind: int, family: socket.AddressFamily, heard: Heard
    ) -> None:
        self._answers.put((heard, addresses_of(host, port, kind, family)))
        try:
            self._clapper.send(b"\0")
        except OSError:  # the network was closed in the meantime
            return

    def _hear(self, mask: int) -> None:
        del mask
        self._bell.recv(1)
        heard, found = self._answers.get_nowait()
        heard(found)
