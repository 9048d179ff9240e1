"""The network in memory: who is reached, when, in which order, and what an outage does."""

from __future__ import annotations

import pytest

from atfsm.sim import (
    Connected,
    Data,
    Echo,
    Failed,
    LinkEvent,
    Page,
    PeerClosed,
    Silence,
    Sink,
    VirtualNetwork,
)
from atfsm.sim.virtual import VirtualLink

HOST = "192.0.2.1"


def happened(link: VirtualLink, until_s: float) -> list[tuple[float, LinkEvent]]:
    """Let the time pass to each thing that happens; give what happened on a link, and when."""
    events: list[tuple[float, LinkEvent]] = []
    while True:
        due_s = link.network.deadline_s()
        if due_s is None or due_s > until_s:
            return events
        events += [(due_s, event) for event in link.poll(due_s)]


@pytest.mark.parametrize(
    ("host", "port", "event"),
    [
        (HOST, 7, Connected()),
        (HOST, 8, Failed(5)),
        ("192.0.2.2", 7, Failed(5)),
        ("no.such.name", 7, Failed(3)),
    ],
)
def test_who_is_reached(host: str, port: int, event: LinkEvent) -> None:
    """Whoever is served; 5 where nobody listens, 3 where a name is not known [M207]."""
    network = VirtualNetwork(latency_s=(0.1, 0.1))
    network.serve_tcp(HOST, 7, Sink())

    assert [(0.1, event)] == happened(network.open_tcp(host, port, 0.0), 60.0)


def test_silence_times_out() -> None:
    """12, after the limit of real sockets; it delays nothing else."""
    network = VirtualNetwork(latency_s=(0.1, 0.1))
    network.serve_tcp(HOST, 7, Silence())
    network.serve_tcp(HOST, 9, Sink())
    silent = network.open_tcp(HOST, 7, 0.0)
    heard = network.open_tcp(HOST, 9, 0.0)

    network.advance(0.1)
    assert [Connected()] == heard.poll(0.1)
    assert [(20.0, Failed(12))] == happened(silent, 60.0)


def test_a_stream_comes_back_in_its_order() -> None:
    """Latencies differ; nothing overtakes anything."""
    network = VirtualNetwork(seed=3, latency_s=(0.01, 5.0))
    network.serve_tcp(HOST, 7, Echo())
    link = network.open_tcp(HOST, 7, 0.0)
    for number in range(50):
        link.send(b"%d" % number, None, 0.0)
    events = happened(link, 1000.0)

    assert [Connected(), *(Data(b"%d" % n) for n in range(50))] == [event for _, event in events]


def test_a_datagram_goes_to_its_address() -> None:
    """What is sent to nobody is lost, and what comes back says where it is from."""
    network = VirtualNetwork()
    sink = network.serve_udp(HOST, 9, Sink())
    network.serve_udp(HOST, 7, Echo())
    link = network.open_udp(1234, 0.0)
    link.send(b"lost", (HOST, 8), 0.0)
    link.send(b"kept", (HOST, 9), 0.0)
    link.send(b"echoed", (HOST, 7), 0.0)

    assert [Data(b"echoed", (HOST, 7))] == [event for _, event in happened(link, 5.0)]
    assert [b"kept"] == sink.received


def test_nothing_happens_on_a_link_that_was_closed() -> None:
    """Neither what was on its way to it, nor what the peer sends later."""
    network = VirtualNetwork()
    sink = network.serve_tcp(HOST, 7, Echo())
    link = network.open_tcp(HOST, 7, 0.0)
    network.advance(1.0)
    link.send(b"on its way", None, 1.0)
    link.close(1.0)
    link.send(b"too late", None, 1.0)
    link.push(b"later", 1.0)
    link.close_by_peer(1.0)
    network.advance(9.0)

    assert [Connected()] == link.poll(9.0)
    assert [b"on its way"] == sink.received
    assert [link] == sink.links


def test_a_page_is_given_once_the_request_is_complete() -> None:
    """A request in two pieces, one page, and the end."""
    network = VirtualNetwork()
    network.serve_tcp(HOST, 80, Page())
    link = network.open_tcp(HOST, 80, 0.0)
    link.send(b"GET / HTTP/1.0\r\n", None, 0.0)
    link.send(b"\r\n", None, 0.0)
    connected, page, closed = (event for _, event in happened(link, 9.0))

    assert (Connected(), PeerClosed()) == (connected, closed)
    assert isinstance(page, Data)
    assert page.data.startswith(b"HTTP/1.0 200 OK\r\n")


def test_an_outage_loses_everything() -> None:
    """Connections fail with 0, at once or when they are opened; datagrams go nowhere."""
    network = VirtualNetwork()
    network.serve_tcp(HOST, 7, Echo())
    sink = network.serve_udp(HOST, 9, Sink())
    link = network.open_tcp(HOST, 7, 0.0)
    network.advance(1.0)
    link.send(b"hello", None, 1.0)
    network.is_out = True
    assert [Connected(), Failed(0)] == link.poll(2.0)
    assert [Failed(0)] == network.open_tcp(HOST, 7, 2.0).poll(2.0)
    network.open_udp(0, 2.0).send(b"x", (HOST, 9), 2.0)
    assert None is network.deadline_s()
    network.is_out = False
    network.open_udp(0, 3.0).send(b"y", (HOST, 9), 3.0)
    network.advance(9.0)

    assert [b"y"] == sink.received


def test_the_same_seed_gives_the_same_latencies() -> None:
    """Of two networks with one seed; another seed is another network."""

    def times_s(seed: int) -> list[float]:
        network = VirtualNetwork(seed=seed)
        network.serve_tcp(HOST, 7, Echo())
        link = network.open_tcp(HOST, 7, 0.0)
        for _ in range(5):
            link.send(b"x", None, 0.0)
        return [time_s for time_s, _ in happened(link, 9.0)]

    assert times_s(1) == times_s(1)
    assert times_s(1) != times_s(2)
