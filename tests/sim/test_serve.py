"""A modem on a port: what the kernel adds, what a client may do, how it ends."""

from __future__ import annotations

import errno
import os
import random
import selectors
import signal
import socket
import stat
import termios
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path

import pytest

from atfsm.errors import AtfsmError
from atfsm.sim import ports, serve
from atfsm.sim.ports import Port, PtyPort, TcpPort
from atfsm.sim.serve import Server, obeying_signals
from atfsm.sim.sockets import SocketNetwork
from tests.sim import serving
from tests.sim.serving import LIMIT_S, LOOPBACK, Host

EVERY_BYTE = bytes(range(256))


class Parrot:
    """Says what it hears; its port is there or not as the test wants it."""

    def __init__(self) -> None:
        self.present = True
        self.power_cuts = 0
        self.due_s: float | None = None
        self.heard_bytes = 0
        self.says: list[bytes] = []

    def write(self, data: bytes, now_s: float) -> None:
        """Take what the host wrote."""
        del now_s
        self.heard_bytes += len(data)
        self.says.append(data)

    def advance(self, now_s: float) -> None:
        """Say something by itself when it is due."""
        if self.due_s is not None and self.due_s <= now_s:
            self.due_s = None
            self.says.append(b"+DUE")

    def read(self, now_s: float) -> list[bytes]:
        """Say it."""
        del now_s
        said, self.says = self.says, []
        return said

    def deadline_s(self) -> float | None:
        """When it speaks by itself."""
        return self.due_s

    def cut_power(self, now_s: float) -> None:
        """Count."""
        del now_s
        self.power_cuts += 1
        self.says.append(b"+BOOT")

    def port_present(self, now_s: float) -> bool:
        """Whether the port is there."""
        del now_s
        return self.present


class Served:
    """A parrot that is served in a thread."""

    def __init__(self, parrot: Parrot, server: Server, port: Port) -> None:
        self.parrot = parrot
        self.server = server
        self.port = port

    def show_port(self, present: bool) -> None:
        """Let the port vanish or come back, and let the server notice."""
        self.parrot.present = present
        self.server._ring()


@contextmanager
def running(
    make_port: Callable[[selectors.BaseSelector], Port],
    parrot: Parrot | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Served]:
    """Serve a parrot."""
    parrot = Parrot() if parrot is None else parrot
    with selectors.DefaultSelector() as selector:
        network = SocketNetwork(selector)
        port = make_port(selector)
        server = Server(parrot, port, network, clock=clock)
        try:
            if parrot.present:
                port.appear()
            thread = threading.Thread(target=server.run, daemon=True)
            thread.start()
            yield Served(parrot, server, port)
            server.stop()
            thread.join(LIMIT_S)
            assert not thread.is_alive()
        finally:
            server.close()
            network.close()


@pytest.fixture
def link(tmp_path: Path) -> Path:
    """Where the modem is to be found."""
    return tmp_path / "modem"


@pytest.fixture
def pty(link: Path) -> Iterator[Served]:
    """Serve a parrot on a pseudo-terminal."""
    with running(lambda selector: PtyPort(link, selector)) as served:
        yield served


@pytest.fixture
def tcp() -> Iterator[Served]:
    """Serve a parrot on a TCP port."""
    with running(lambda selector: TcpPort(0, selector)) as served:
        yield served


def port_of(served: Served) -> int:
    """The TCP port."""
    assert isinstance(served.port, TcpPort)
    return served.port.port


# ------------------------------------------------------------------------- the pseudo-terminal


def test_the_kernel_adds_nothing(pty: Served, link: Path) -> None:
    """No echo, no translation of CR or LF, no byte with a meaning: XOFF, EOF and ^C pass."""
    del pty
    with serving.opened(link) as host:
        host.write(EVERY_BYTE)

        assert EVERY_BYTE == host.read_exactly(256)


def test_the_link_leads_to_a_terminal_while_it_is_served(link: Path) -> None:
    """The link is there when the server is, and gone when it is not."""
    with running(lambda selector: PtyPort(link, selector)) as served:
        assert stat.S_ISCHR(link.stat().st_mode)
        assert f"{link} -> {link.readlink()}" == served.port.where

    assert not link.is_symlink()


def test_a_client_may_close_and_open_again(pty: Served, link: Path) -> None:
    """Neither the modem nor the link minds how often a client comes."""
    del pty
    before = link.readlink()
    for word in (b"first", b"second", b"third"):
        with serving.opened(link) as host:
            host.write(word)
            assert word == host.read_exactly(len(word))

    assert before == link.readlink()


def test_much_crosses_in_both_directions(pty: Served, link: Path) -> None:
    """Megabytes come back as they went, with a host that writes and reads by turns."""
    del pty
    sent = random.Random(4).randbytes(8 << 20)
    with serving.opened(link) as host:
        received = bytearray()
        writer = threading.Thread(target=host.write, args=(sent,), daemon=True)
        writer.start()
        reader = Host(host.descriptor)
        received += reader.read_exactly(len(sent))
        writer.join(LIMIT_S)

        assert sent == received


def test_a_host_that_reads_nothing_is_made_to_wait(pty: Served, link: Path) -> None:
    """What the host does not read is kept up to a bound; then the host cannot write any more."""
    with serving.opened(link) as host:
        os.set_blocking(host.descriptor, False)
        block = b"x" * (1 << 16)
        sent_bytes = 0
        while sent_bytes < 64 << 20:
            try:
                sent_bytes += os.write(host.descriptor, block)
            except BlockingIOError:
                wire = pty.port.wire
                assert wire is not None
                if wire.backlog_bytes >= serve.HOST_BACKLOG_BYTES:
                    break
        assert sent_bytes < 64 << 20

        assert sent_bytes == len(Host(host.descriptor).read_exactly(sent_bytes))
        host.write(b"and on it goes")
        assert b"and on it goes" == host.read_exactly(14)


def test_a_vanished_terminal_hangs_up_and_a_new_one_comes(pty: Served, link: Path) -> None:
    """As when USB enumerates anew: the client gets a hang-up, the link leads to a new terminal."""
    with serving.opened(link) as host:
        pty.show_port(False)
        assert b"" == host.read_to_the_end()
        with pytest.raises(OSError, match=os.strerror(errno.EIO)):
            os.write(host.descriptor, b"AT\r")
        serving.until(lambda: not link.is_symlink(), "the link to go")

        pty.show_port(True)
        serving.until(link.exists, "the link to come back")
        with serving.opened(link) as again:
            again.write(b"back")
            assert b"back" == again.read_exactly(4)


def test_a_stale_link_is_replaced(link: Path) -> None:
    """A server that was killed leaves a link that leads nowhere; the next one takes its place."""
    link.symlink_to(link.parent / "gone")
    with running(lambda selector: PtyPort(link, selector)), serving.opened(link) as host:
        host.write(b"AT")
        assert b"AT" == host.read_exactly(2)


@pytest.mark.parametrize("what", ["file", "folder", "live link"])
def test_nothing_else_is_overwritten(what: str, link: Path) -> None:
    """A file, a folder or a link that leads somewhere is somebody's: one line says so."""
    match what:
        case "file":
            link.write_text("precious")
        case "folder":
            link.mkdir()
        case _:
            (link.parent / "here").write_text("precious")
            link.symlink_to(link.parent / "here")
    before = link.lstat()
    with selectors.DefaultSelector() as selector, pytest.raises(AtfsmError) as caught:
        PtyPort(link, selector).appear()

    assert before == link.lstat()
    assert str(caught.value).startswith(f"{link}: ")
    assert "\n" not in str(caught.value)


def open_descriptors() -> int:
    """How many descriptors this process has."""
    return len([*Path("/proc/self/fd").iterdir()])


def test_a_link_into_nowhere_cannot_be_made(tmp_path: Path) -> None:
    """A folder that does not exist is said in one line, and no terminal stays open."""
    open_before = open_descriptors()
    with selectors.DefaultSelector() as selector:
        port = PtyPort(tmp_path / "no" / "modem", selector)
        with pytest.raises(AtfsmError, match="cannot be made: No such file"):
            port.appear()

    assert open_before == open_descriptors()
    assert None is port.wire


def test_a_link_that_is_not_ours_any_more_stays(link: Path) -> None:
    """Whoever replaced the link in the meantime keeps it."""
    with running(lambda selector: PtyPort(link, selector)):
        link.unlink()
        link.symlink_to("elsewhere")

    assert Path("elsewhere") == link.readlink()


def test_a_client_may_set_its_own_speed(pty: Served, link: Path) -> None:
    """Settings of a line that a serial program makes are taken, and change nothing."""
    del pty
    with serving.opened(link) as host:
        attributes = termios.tcgetattr(host.descriptor)
        attributes[4] = attributes[5] = termios.B9600
        termios.tcsetattr(host.descriptor, termios.TCSAFLUSH, attributes)
        host.write(b"\r\n\x11\x13")

        assert b"\r\n\x11\x13" == host.read_exactly(4)


# ------------------------------------------------------------------------------------ TCP


def test_a_tcp_client_is_served(tcp: Served) -> None:
    """Every byte passes, and the address is the one that pyserial takes."""
    assert f"socket://{LOOPBACK}:{port_of(tcp)}" == tcp.port.where
    with serving.connected(port_of(tcp)) as host:
        host.write(EVERY_BYTE)

        assert EVERY_BYTE == host.read_exactly(256)


def test_the_next_client_waits_its_turn(tcp: Served) -> None:
    """One client at a time: a second one is served when the first has left."""
    with serving.connected(port_of(tcp)) as first:
        first.write(b"first")
        assert b"first" == first.read_exactly(5)
        second = socket.create_connection((LOOPBACK, port_of(tcp)), LIMIT_S)
        second.sendall(b"second")
        first.write(b"still first")
        assert b"still first" == first.read_exactly(11)
    with second:
        assert b"second" == Host(second.fileno()).read_exactly(6)


def test_a_client_that_only_reads_any_more_is_answered(tcp: Served) -> None:
    """A client that shut down its writing side, as ``nc`` does, still gets its answers."""
    with socket.create_connection((LOOPBACK, port_of(tcp)), LIMIT_S) as client:
        client.sendall(b"AT")
        client.shutdown(socket.SHUT_WR)
        host = Host(client.fileno())
        assert b"AT" == host.read_exactly(2)
        tcp.server.cut_power()
        assert b"+BOOT" == host.read_exactly(5)


def test_a_client_that_resets_is_forgotten(tcp: Served) -> None:
    """A client that is killed makes room for the next one."""
    for _ in range(3):
        client = socket.create_connection((LOOPBACK, port_of(tcp)), LIMIT_S)
        client.sendall(b"AT")
        assert b"AT" == Host(client.fileno()).read_exactly(2)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.close()
    with serving.connected(port_of(tcp)) as host:
        host.write(b"OK")
        assert b"OK" == host.read_exactly(2)


def test_a_client_that_leaves_while_it_is_written_to_is_forgotten(tcp: Served) -> None:
    """What it did not read is thrown away with it."""
    client = socket.create_connection((LOOPBACK, port_of(tcp)), LIMIT_S)
    client.setblocking(False)
    block = b"x" * (1 << 16)
    with pytest.raises(BlockingIOError):
        [*map(client.send, repeat(block))]
    client.close()
    with serving.connected(port_of(tcp)) as host:
        host.write(b"OK")
        assert b"OK" == host.read_exactly(2)


def test_a_vanished_tcp_port_refuses_until_it_is_back(tcp: Served) -> None:
    """The connection closes, new ones are refused, and the same number serves again."""
    port = port_of(tcp)

    def refused() -> bool:
        with socket.socket() as client:
            return client.connect_ex((LOOPBACK, port)) == errno.ECONNREFUSED

    with serving.connected(port) as host:
        tcp.show_port(False)
        assert b"" == host.read_to_the_end()
        serving.until(refused, "a refusal")
        tcp.show_port(True)
        serving.until(lambda: not refused(), "the port")
    with serving.connected(port) as host:
        host.write(b"back")
        assert b"back" == host.read_exactly(4)


def test_a_port_that_is_taken_is_said(tcp: Served) -> None:
    """One line, with the address; nothing stays open."""
    with (
        selectors.DefaultSelector() as selector,
        pytest.raises(AtfsmError, match=r"cannot listen on 127\.0\.0\.1:\d+: Address already"),
    ):
        TcpPort(port_of(tcp), selector).appear()


def test_only_this_host_is_served(tcp: Served) -> None:
    """A simulator offers nothing to other hosts."""
    assert isinstance(tcp.port, TcpPort)
    assert tcp.port._listener is not None

    assert LOOPBACK == tcp.port._listener.getsockname()[0]


# ------------------------------------------------------------------------------- the loop


def test_the_power_is_cut_on_demand(pty: Served, link: Path) -> None:
    """A script that cycles the power has a hand on the switch."""
    with serving.opened(link) as host:
        pty.server.cut_power()

        assert b"+BOOT" == host.read_exactly(5)
    assert 1 == pty.parrot.power_cuts


def test_the_modem_speaks_when_it_is_due(link: Path) -> None:
    """The loop sleeps until the deadline and no longer; the clock is the one that it was given."""
    parrot = Parrot()
    parrot.due_s = 5_000.01
    began_s = time.monotonic()

    def clock() -> float:
        return 5_000.0 + time.monotonic() - began_s

    with (
        running(lambda selector: PtyPort(link, selector), parrot, clock),
        serving.opened(link) as host,
    ):
        assert b"+DUE" == host.read_exactly(4)
    assert clock() >= 5_000.01


def test_a_port_that_is_absent_at_first_appears_later(link: Path) -> None:
    """A modem that is booting need not have a port yet."""
    parrot = Parrot()
    parrot.present = False
    with running(lambda selector: PtyPort(link, selector), parrot) as served:
        assert not link.is_symlink()
        served.show_port(True)
        serving.until(link.exists, "the link")


def test_a_port_that_cannot_come_back_ends_the_loop(link: Path) -> None:
    """Whoever took the name while the port was away keeps it, and the server says so."""
    with selectors.DefaultSelector() as selector:
        network = SocketNetwork(selector)
        parrot = Parrot()
        server = Server(parrot, PtyPort(link, selector), network)
        try:
            server._turn()
            parrot.present = False
            server._turn()
            link.write_text("precious")
            parrot.present = True
            with pytest.raises(AtfsmError, match="is there already"):
                server.run()
        finally:
            server.close()
            network.close()

    assert "precious" == link.read_text()


def test_bells_of_a_closed_server_are_not_heard(link: Path) -> None:
    """A signal that comes too late does no harm."""
    with selectors.DefaultSelector() as selector:
        network = SocketNetwork(selector)
        server = Server(Parrot(), PtyPort(link, selector), network)
        server.close()
        network.close()
        server.stop()
        server.cut_power()


def test_an_idle_loop_sleeps(link: Path) -> None:
    """A modem that has nothing to do takes no processor time, not even when a client has left."""
    with selectors.DefaultSelector() as selector:
        network = SocketNetwork(selector)
        server = Server(Parrot(), PtyPort(link, selector), network)
        server._turn()
        with serving.opened(link) as host:
            host.write(b"AT")
            server._wait()
            server._turn()
            assert b"AT" == host.read_exactly(2)
        server._settle()
        asleep = [] == selector.select(0)
        server.close()
        network.close()

    assert asleep


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_are_obeyed(number: signal.Signals, link: Path) -> None:
    """SIGUSR1 cuts the power, the others end the loop; the handlers before it are restored."""

    class Impatient(Parrot):
        """Has enough when its power is cut."""

        def cut_power(self, now_s: float) -> None:
            super().cut_power(now_s)
            os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    with selectors.DefaultSelector() as selector:
        parrot = Impatient()
        network = SocketNetwork(selector)
        server = Server(parrot, PtyPort(link, selector), network)
        with obeying_signals(server):
            os.kill(os.getpid(), signal.SIGUSR1)
            server.run()
        server.close()
        network.close()

    assert 1 == parrot.power_cuts
    assert before == signal.getsignal(number)
    assert not link.is_symlink()


def test_a_signal_that_no_step_of_python_follows_wakes_the_loop(link: Path) -> None:
    """What the interpreter itself writes at a signal ends the sleep, before a handler ran."""
    with selectors.DefaultSelector() as selector:
        network = SocketNetwork(selector)
        server = Server(Parrot(), PtyPort(link, selector), network)
        fd_before = signal.set_wakeup_fd(-1)
        with obeying_signals(server):
            rings = signal.set_wakeup_fd(-1)
            os.write(rings, bytes([signal.SIGTERM]))
            awake = [key.data for key, _ in selector.select(0)]
        after = signal.set_wakeup_fd(fd_before)
        server.close()
        network.close()

    assert [server._hear] == awake
    assert fd_before == after


def test_a_wire_that_breaks_loses_what_it_had() -> None:
    """A descriptor that cannot be written any more keeps no memory and is waited for no more."""
    reader, writer = os.pipe()
    with selectors.DefaultSelector() as selector:
        wire = ports.Wire(writer, selector)
        wire.hold(held=True)
        wire.put([bytes(1 << 20)])
        assert 0 < wire.backlog_bytes < 1 << 20
        os.close(reader)
        wire.ready(selectors.EVENT_WRITE)

        assert wire.broken
        assert 0 == wire.backlog_bytes
        assert {} == dict(selector.get_map())
    os.close(writer)
