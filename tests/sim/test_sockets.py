"""The network of real sockets: what a session sends arrives, and what goes wrong has its code."""

from __future__ import annotations

import errno
import random
import resource
import selectors
import socket
from collections.abc import Iterator

import pytest

from atfsm.sim import datagrams, links, streams
from atfsm.sim.network import Connected, Data, Failed, LinkEvent, PeerClosed
from tests.sim import serving
from tests.sim.serving import LOOPBACK, Waiting


@pytest.fixture
def wait() -> Iterator[Waiting]:
    """Provide a network, and the means to wait for it."""
    with serving.waiting() as wait:
        yield wait


def some(events: list[LinkEvent]) -> bool:
    """Something happened."""
    return bool(events)


def ended(events: list[LinkEvent]) -> bool:
    """The peer closed, or the link failed."""
    return any(isinstance(event, PeerClosed | Failed) for event in events)


def port_of(listener: socket.socket) -> int:
    """The port of a socket."""
    port: int = listener.getsockname()[1]
    return port


def payload(events: list[LinkEvent]) -> bytes:
    """What the peer sent."""
    return b"".join(event.data for event in events if isinstance(event, Data))


# ------------------------------------------------------------------------------------------ TCP


@pytest.mark.parametrize("host", [LOOPBACK, "localhost"])
def test_a_session_connects_to_an_address_and_to_a_name(host: str, wait: Waiting) -> None:
    """An address is used as it is, a name is looked up; both lead to the same peer."""
    with serving.listening() as listener:
        link = wait.network.open_tcp(host, port_of(listener), 0.0)

        assert [Connected()] == wait.events(link, some)
        assert None is wait.network.deadline_s()


def test_what_is_sent_comes_back_from_an_echo_server(wait: Waiting) -> None:
    """Bytes of every value cross in both directions, in order, more than any buffer holds."""
    sent = random.Random(1).randbytes(3_000_000)
    for port in serving.echo_server():
        link = wait.network.open_tcp(LOOPBACK, port, 0.0)
        assert [Connected()] == wait.events(link, some)

        link.send(sent[:1_000_000], None, 0.0)
        link.send(sent[1_000_000:], None, 0.0)
        events = wait.events(link, lambda events: len(payload(events)) >= len(sent))

        assert sent == payload(events)
        assert 0 == wait.network.backlog_bytes


def test_a_refused_connection_is_a_connection_error(wait: Waiting) -> None:
    """Nobody listens: +KTCP_NOTIF with 5."""
    link = wait.network.open_tcp(LOOPBACK, serving.free_port(), 0.0)

    assert [Failed(5)] == wait.events(link, some)
    assert None is wait.network.deadline_s()


@pytest.mark.parametrize("host", ["no-such-host.invalid", "label-" + "x" * 64, "a..b", ""])
def test_a_name_that_is_not_known_is_a_dns_error(
    host: str, wait: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The resolver has no answer: +KTCP_NOTIF with 3. No question leaves this host."""
    asked = socket.getaddrinfo

    def answer(host: str, port: int, *rest: int) -> object:
        if host == "no-such-host.invalid" or not host:
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return asked(host, port, *rest)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    link = wait.network.open_tcp(host, 80, 0.0)

    assert [Failed(3)] == wait.events(link, some)


def test_a_connection_that_takes_too_long_has_timed_out() -> None:
    """A peer that never answers: +KTCP_NOTIF with 12, at the limit and not before."""
    with serving.waiting(connect_limit_s=20.0) as wait, serving.listening() as listener:
        listener.listen(0)
        port = port_of(listener)
        crowd = [wait.network.open_tcp(LOOPBACK, port, 100.0) for _ in range(8)]
        link = crowd[-1]  # the queue of the listener is full, so that the kernel drops its SYN

        assert 120.0 == wait.network.deadline_s()
        wait.network.advance(119.9)
        assert [] == link.poll(119.9)
        wait.network.advance(120.0)
        assert [Failed(12)] == link.poll(120.0)


def test_what_the_peer_sent_comes_before_its_close(wait: Waiting) -> None:
    """A peer that sends and closes at once has its bytes read first."""
    with serving.listening() as listener:
        link = wait.network.open_tcp(LOOPBACK, port_of(listener), 0.0)
        peer, _ = listener.accept()
        with peer:
            peer.sendall(b"all there is")
        events = wait.events(link, ended)

        assert b"all there is" == payload(events)
        assert (Connected(), PeerClosed()) == (events[0], events[-1])


def test_a_peer_that_resets_the_connection_has_closed_it(wait: Waiting) -> None:
    """The modem's manual knows one word for it: disconnected by the remote client."""
    with serving.listening() as listener:
        link = wait.network.open_tcp(LOOPBACK, port_of(listener), 0.0)
        peer, _ = listener.accept()
        assert [Connected()] == wait.events(link, some)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        peer.close()

        assert [PeerClosed()] == wait.events(link, some)
        link.send(b"into the void", None, 0.0)
        assert 0 == wait.network.backlog_bytes


def test_a_session_that_is_not_read_makes_its_peer_wait(wait: Waiting) -> None:
    """Memory is bounded: a peer that floods the modem is stopped by TCP, and loses nothing."""
    flood = random.Random(2).randbytes(1 << 16) * 512  # 32 MiB: more than all buffers together
    with serving.listening() as listener:
        link = wait.network.open_tcp(LOOPBACK, port_of(listener), 0.0)
        peer, _ = listener.accept()
        with peer:
            assert [Connected()] == wait.events(link, some)
            peer.setblocking(False)
            sent_bytes = 0
            while True:  # until neither the peer can write nor the network wants to read
                try:
                    sent_bytes += peer.send(flood[sent_bytes : sent_bytes + (1 << 16)])
                except BlockingIOError:
                    if not wait.turn(0.2):
                        break
            assert sent_bytes < len(flood)
            assert links.INBOX_BYTES <= link._inbox_bytes < links.INBOX_BYTES + links.BLOCK_BYTES

            events = wait.events(link, lambda events: len(payload(events)) >= sent_bytes)
            assert flood[:sent_bytes] == payload(events)


def test_a_held_network_reads_nothing(wait: Waiting) -> None:
    """While the host takes nothing, the peers wait as well."""
    with serving.listening() as listener:
        link = wait.network.open_tcp(LOOPBACK, port_of(listener), 0.0)
        peer, _ = listener.accept()
        with peer:
            assert [Connected()] == wait.events(link, some)
            wait.network.hold(held=True)
            peer.sendall(b"later")
            assert not wait.turn(0.05)
            wait.network.hold(held=False)

            assert [Data(b"later", None)] == wait.events(link, some)


def test_a_peer_that_takes_nothing_is_a_backlog(wait: Waiting) -> None:
    """What no peer has taken is counted, so that the host can be made to wait."""
    with serving.listening() as listener:
        link = wait.network.open_tcp(LOOPBACK, port_of(listener), 0.0)
        peer, _ = listener.accept()
        with peer:
            assert [Connected()] == wait.events(link, some)
            link.send(bytes(32 << 20), None, 0.0)

            assert 0 < wait.network.backlog_bytes < 32 << 20


def test_a_close_delivers_what_was_sent_before(wait: Waiting) -> None:
    """Closing a session loses nothing that the modem had accepted, and ends in an orderly way."""
    sent = random.Random(3).randbytes(8 << 20)
    with serving.listening() as listener:
        link = wait.network.open_tcp(LOOPBACK, port_of(listener), 0.0)
        peer, _ = listener.accept()
        with peer:
            assert [Connected()] == wait.events(link, some)
            link.send(sent, None, 0.0)
            link.close(0.0)
            link.close(0.0)
            link.send(b"too late", None, 0.0)
            peer.setblocking(False)
            received = b""
            while len(received) < len(sent):
                wait.turn(0)
                try:
                    received += peer.recv(1 << 20)
                except BlockingIOError:
                    continue
            wait.turn(0)
            peer.setblocking(True)

            assert sent == received
            assert b"" == peer.recv(1)
        until = wait.network.deadline_s()
        assert until is not None
        wait.turn()
        assert None is wait.network.deadline_s()


def test_a_peer_that_never_closes_does_not_keep_the_socket(wait: Waiting) -> None:
    """A closed session waits a little for its peer, throws away what comes, and then ends."""
    with serving.listening() as listener:
        link = wait.network.open_tcp(LOOPBACK, port_of(listener), 0.0)
        peer, _ = listener.accept()
        with peer:
            assert [Connected()] == wait.events(link, some)
            link.close(100.0)
            peer.sendall(b"nobody reads this")
            wait.turn()
            assert [] == link.poll(100.0)
            limit_s = wait.network.deadline_s()
            assert limit_s == 100.0 + streams.LINGER_LIMIT_S
            wait.network.advance(limit_s)

            assert None is wait.network.deadline_s()


def test_a_close_while_connecting_is_silent(wait: Waiting) -> None:
    """A session that is closed before it was connected is heard of no more."""
    with serving.listening() as listener:
        link = wait.network.open_tcp(LOOPBACK, port_of(listener), 0.0)
        link.close(0.0)

        assert [] == link.poll(0.0)
        assert None is wait.network.deadline_s()


def test_a_name_that_is_found_too_late_is_not_connected_to(wait: Waiting) -> None:
    """The resolver answers when it likes; the session has timed out by then."""
    link = wait.network.open_tcp("localhost", serving.free_port(), 0.0)
    wait.network.advance(1_000.0)
    assert [Failed(12)] == link.poll(0.0)
    assert wait.turn()

    assert [] == link.poll(0.0)


def test_the_next_address_is_tried(wait: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with several addresses is connected if any of them answers."""
    with serving.listening() as listener:
        addresses = [(LOOPBACK, serving.free_port()), listener.getsockname()]
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", address) for address in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found)
        link = wait.network.open_tcp("two-addresses", 1, 0.0)

        assert [Connected()] == wait.events(link, some)


def test_no_descriptor_left_is_no_socket_left(wait: Waiting) -> None:
    """Where this host has no more descriptors: +KTCP_NOTIF with 1, and the simulator lives on."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    spare = socket.socket()
    resource.setrlimit(resource.RLIMIT_NOFILE, (spare.fileno(), hard))
    try:
        link = wait.network.open_tcp(LOOPBACK, 1, 0.0)
        sessions = [wait.network.open_udp(0, 0.0) for _ in range(2)]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        spare.close()

    assert [Failed(1)] == link.poll(0.0)
    assert [Failed(6)] == sessions[-1].poll(0.0)


# ------------------------------------------------------------------------------------------ UDP


def test_datagrams_keep_their_boundaries(wait: Waiting) -> None:
    """One send is one datagram, in both directions, and says where it came from."""
    with serving.datagram_sink() as sink:
        link = wait.network.open_udp(0, 0.0)
        for data in (b"one", b"", b"three" * 200):
            link.send(data, sink.getsockname(), 0.0)
        received = [sink.recvfrom(2048) for _ in range(3)]
        assert [b"one", b"", b"three" * 200] == [data for data, _ in received]

        source = received[0][1]
        for data in (b"eins", b"", b"drei"):
            sink.sendto(data, (LOOPBACK, source[1]))
        events = wait.events(link, lambda events: len(events) >= 3)

        assert [Data(d, sink.getsockname()) for d in (b"eins", b"", b"drei")] == events
        link.close(0.0)
        assert [] == link.poll(0.0)


def test_datagrams_to_a_name_leave_in_order(wait: Waiting) -> None:
    """A datagram that waits for a name is not overtaken by one that need not."""
    with serving.datagram_sink() as sink:
        port = sink.getsockname()[1]
        link = wait.network.open_udp(0, 0.0)
        link.send(b"to a name", ("localhost", port), 0.0)
        link.send(b"to an address", (LOOPBACK, port), 0.0)
        link.send(b"to a name again", ("localhost", port), 0.0)
        assert wait.turn()

        received = [sink.recv(100) for _ in range(3)]
        assert [b"to a name", b"to an address", b"to a name again"] == received
        assert 0 == wait.network.backlog_bytes


@pytest.mark.parametrize(
    ("data", "host", "code"),
    [(b"lost", "no-such-host.invalid", 3), (b"x" * 70_000, LOOPBACK, 5)],
)
def test_a_datagram_to_nowhere_is_a_failure(
    data: bytes, host: str, code: int, wait: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name without address is 3, what the system refuses to send is 5; nothing is kept."""
    asked = socket.getaddrinfo

    def answer(host: str, port: int, *rest: int) -> object:
        if host == "no-such-host.invalid":
            raise socket.gaierror(socket.EAI_NONAME, "not known")
        return asked(host, port, *rest)

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    link = wait.network.open_udp(0, 0.0)
    link.send(data, (host, 7), 0.0)
    link.send(b"too late", (LOOPBACK, 7), 0.0)

    assert [Failed(code)] == wait.events(link, some)
    assert 0 == wait.network.backlog_bytes


def test_a_local_port_is_bound_on_this_host_only(wait: Waiting) -> None:
    """A session with a port of its own is reached there; one that is taken is an error."""
    with serving.datagram_sink() as sink:
        taken = wait.network.open_udp(sink.getsockname()[1], 0.0)
        assert [Failed(6)] == taken.poll(0.0)
        taken.send(b"nothing", sink.getsockname(), 0.0)
    port = sink_port()
    link = wait.network.open_udp(port, 0.0)
    assert (LOOPBACK, port) == bound_to(link)
    with serving.datagram_sink() as sink:
        sink.sendto(b"hello", (LOOPBACK, port))
        events = wait.events(link, some)

        assert [Data(b"hello", sink.getsockname())] == events


def sink_port() -> int:
    """A UDP port that nobody has."""
    with serving.datagram_sink() as sink:
        return port_of(sink)


def bound_to(link: datagrams.UdpLink) -> object:
    """Where a link receives."""
    assert link._socket is not None
    return link._socket.getsockname()


def test_a_socket_that_is_full_is_waited_for(
    wait: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A datagram that does not fit now is sent when the socket takes it again."""
    with serving.datagram_sink() as sink:
        link = wait.network.open_udp(0, 0.0)
        real = link._socket
        assert real is not None
        number = real.fileno()

        class Full:
            """A socket without room."""

            def sendto(self, *_: object) -> int:
                raise BlockingIOError(errno.EAGAIN, "full")

            def fileno(self) -> int:
                return number

        monkeypatch.setattr(link, "_socket", Full())
        link.send(b"waits", sink.getsockname(), 0.0)
        assert 5 == wait.network.backlog_bytes
        monkeypatch.setattr(link, "_socket", real)
        assert wait.turn()

        assert b"waits" == sink.recv(100)
        assert 0 == wait.network.backlog_bytes


def test_an_event_of_a_link_that_is_closed_already_is_nothing(wait: Waiting) -> None:
    """What one round of the selector found may be gone before its turn comes."""
    with serving.listening() as listener:
        stream = wait.network.open_tcp(LOOPBACK, port_of(listener), 0.0)
        datagrams_link = wait.network.open_udp(0, 0.0)
        for link in (stream, datagrams_link):
            link.close(0.0)
            link.ready(selectors.EVENT_READ | selectors.EVENT_WRITE)
            assert [] == link.poll(0.0)
