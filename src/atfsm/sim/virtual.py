"""A network in memory, on the virtual clock of its modem: echo, sink, and whoever is served.

>>> network = VirtualNetwork()
>>> sink = network.serve_udp("192.0.2.1", 7, Sink())
>>> link = network.open_udp(0, now_s=0.0)
>>> link.send(b"hello", ("192.0.2.1", 7), now_s=0.0)
>>> network.advance(1.0)
>>> sink.received
[b'hello']
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Final

from atfsm.sim.agenda import Agenda, Later
from atfsm.sim.network import Connected, Data, Failed, LinkEvent, PeerClosed

__all__ = ["Echo", "Page", "Server", "Silence", "Sink", "VirtualLink", "VirtualNetwork"]

NETWORK_ERROR, DNS_ERROR, CONNECTION_ERROR, TIMED_OUT = 0, 3, 5, 12  # 3.4 [M207, ZN]
CONNECT_LIMIT_S: Final = 20.0  # ours: as with real sockets


@dataclass
class Server:
    """Somebody at an address. What it returns for a piece of data goes back to the sender.

    Attributes:
        received: What came, in order; of a stream, piece by piece.
        links: The links that were opened to it.
    """

    received: list[bytes] = field(default_factory=list)
    links: list[VirtualLink] = field(default_factory=list)

    def answer(self, data: bytes) -> bytes:
        """What goes back."""
        del data
        return b""

    @property
    def stream(self) -> bytes:
        """Everything that came."""
        return b"".join(self.received)

    @property
    def closes(self) -> bool:
        """Whether it closes a connection after it has answered."""
        return False


class Sink(Server):
    """Keeps what comes and says nothing."""


class Echo(Server):
    """Sends back what comes."""

    def answer(self, data: bytes) -> bytes:
        """The same."""
        return data


class Page(Server):
    """Answers a request that ends in an empty line with a page, and closes: HTTP, nearly."""

    def answer(self, data: bytes) -> bytes:
        """The page, once the request is complete."""
        del data
        if not self.stream.endswith(b"\r\n\r\n"):
            return b""
        request = self.received[-1]
        return b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(request), request)

    @property
    def closes(self) -> bool:
        """It closes after its page."""
        return True


class Silence(Server):
    """Accepts no connection and answers nothing: a peer behind a firewall."""


@dataclass(eq=False)
class VirtualLink:
    """One link of a `VirtualNetwork`."""

    network: VirtualNetwork
    server: Server | None
    is_stream: bool
    events: list[LinkEvent] = field(default_factory=list)
    is_open: bool = True

    def send(self, data: bytes, to: tuple[str, int] | None, now_s: float) -> None:
        """Send; it arrives a latency later."""
        server = self.server if self.is_stream else self.network.server_at("udp", to)
        if server is not None and self.is_open:
            self.network.later(now_s, lambda at_s: self._arrive(server, data, to, at_s))

    def poll(self, now_s: float) -> list[LinkEvent]:
        """Tell what happened since the last time."""
        self.network.advance(now_s)
        events, self.events = self.events, []
        return events

    def close(self, now_s: float) -> None:
        """Close it."""
        del now_s
        self.is_open = False

    def close_by_peer(self, now_s: float) -> None:
        """The peer closes in order."""
        self.network.later(now_s, lambda _: self.put(PeerClosed()))

    def push(self, data: bytes, now_s: float) -> None:
        """The peer sends."""
        self.network.later(now_s, lambda _: self.put(Data(data)))

    def put(self, event: LinkEvent) -> None:
        """Something happens here."""
        if self.is_open:
            self.events.append(event)

    def _arrive(
        self, server: Server, data: bytes, to: tuple[str, int] | None, now_s: float
    ) -> None:
        server.received.append(data)
        answer = server.answer(data)
        if answer:
            self.network.later(now_s, lambda _: self.put(Data(answer, to)))
            if server.closes and self.is_stream:
                self.close_by_peer(now_s)


class VirtualNetwork:
    """A network in memory.

    Args:
        seed: Of the latencies.
        latency_s: The shortest and the longest.
    """

    def __init__(self, *, seed: int = 0, latency_s: tuple[float, float] = (0.05, 0.2)) -> None:
        self._chance = random.Random(seed)  # noqa: S311  latencies, not secrets
        self._latency_s = latency_s
        self._servers: dict[tuple[str, str, int], Server] = {}
        self._agenda = Agenda()
        self._last_s = 0.0
        self._links: list[VirtualLink] = []
        self._is_out = False

    @property
    def is_out(self) -> bool:
        """Whether there is an outage: connections are lost, and nothing connects or arrives."""
        return self._is_out

    @is_out.setter
    def is_out(self, is_out: bool) -> None:
        self._is_out = is_out
        if is_out:
            self._agenda.clear()
            for link in self._links:
                link.put(Failed(NETWORK_ERROR))
                link.is_open = False
            self._links.clear()

    def serve_tcp(self, host: str, port: int, server: Server) -> Server:
        """Let somebody accept connections."""
        self._servers["tcp", host, port] = server
        return server

    def serve_udp(self, host: str, port: int, server: Server) -> Server:
        """Let somebody take datagrams."""
        self._servers["udp", host, port] = server
        return server

    def server_at(self, kind: str, address: tuple[str, int] | None) -> Server | None:
        """Who is at an address."""
        return None if address is None else self._servers.get((kind, *address))

    def open_tcp(self, host: str, port: int, now_s: float) -> VirtualLink:
        """Begin to connect."""
        server = self._servers.get(("tcp", host, port))
        link = VirtualLink(self, server, is_stream=True)
        self._links = [each for each in self._links if each.is_open]
        if self._is_out:
            link.put(Failed(NETWORK_ERROR))
            return link
        self._links.append(link)
        is_name = not host.replace(".", "").isdigit()
        if server is not None:
            server.links.append(link)
        if isinstance(server, Silence):
            self._agenda.add(now_s + CONNECT_LIMIT_S, lambda _: link.put(Failed(TIMED_OUT)))
            return link
        if server is not None:
            event: LinkEvent = Connected()
        else:
            event = Failed(DNS_ERROR if is_name else CONNECTION_ERROR)
        self.later(now_s, lambda _: link.put(event))
        return link

    def open_udp(self, local_port: int, now_s: float) -> VirtualLink:
        """Open a socket for datagrams."""
        del local_port, now_s
        return VirtualLink(self, None, is_stream=False)

    def later(self, now_s: float, do: Later) -> None:
        """Do something a latency later, in the order in which it was asked for."""
        if not self._is_out:
            self._last_s = max(self._last_s, now_s + self._chance.uniform(*self._latency_s))
            self._agenda.add(self._last_s, do)

    def advance(self, now_s: float) -> None:
        """Let everything happen that is due."""
        self._agenda.advance(now_s)

    def deadline_s(self) -> float | None:
        """When the next thing happens."""
        return self._agenda.deadline_s()
