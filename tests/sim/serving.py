"""Both ends of a served modem: a host that reads and writes, and peers on real sockets.

Nothing here sleeps: every wait is for a descriptor, and has an end.
"""

from __future__ import annotations

import http.server
import os
import select
import selectors
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from atfsm.sim.network import Link, LinkEvent
from atfsm.sim.sockets import SocketNetwork

LIMIT_S = 20.0  # no test waits longer for anything; a busy machine is slow
LOOPBACK = "127.0.0.1"


class Host:
    """A client of the modem's port: reads what it waits for, and keeps the rest."""

    def __init__(self, descriptor: int, writes_to: int | None = None) -> None:
        self.descriptor = descriptor
        self.writes_to = descriptor if writes_to is None else writes_to
        self._kept = b""

    def write(self, data: bytes) -> None:
        """Write all of *data*."""
        os.set_blocking(self.writes_to, True)
        left = memoryview(data)
        while left:
            left = left[os.write(self.writes_to, left) :]

    def read_until(self, end: bytes) -> bytes:
        """Read up to and including *end*."""
        until_s = time.monotonic() + LIMIT_S
        while end not in self._kept:
            self._kept += self._some(until_s, f"{end!r} after {self._kept[-200:]!r}")
        data, _, self._kept = self._kept.partition(end)
        return data + end

    def read_exactly(self, size_bytes: int) -> bytes:
        """Read so many bytes."""
        pieces = [self._kept]
        missing_bytes = size_bytes - len(self._kept)
        until_s = time.monotonic() + LIMIT_S
        while missing_bytes > 0:
            pieces.append(self._some(until_s, f"{missing_bytes} more bytes"))
            missing_bytes -= len(pieces[-1])
        data = b"".join(pieces)
        self._kept = data[size_bytes:]
        return data[:size_bytes]

    def ask(self, line: bytes, end: bytes = b"\r\nOK\r\n") -> bytes:
        """Write a command line, and read up to *end*."""
        self.write(line + b"\r")
        return self.read_until(end)

    def read_to_the_end(self) -> bytes:
        """Read until the port hangs up."""
        until_s = time.monotonic() + LIMIT_S
        pieces, self._kept = [self._kept], b""
        try:
            while piece := self._some(until_s, "a hang-up"):
                pieces.append(piece)
        except (EOFError, OSError):
            pass
        return b"".join(pieces)

    def _some(self, until_s: float, what: str) -> bytes:
        left_s = max(0.0, until_s - time.monotonic())
        if not select.select([self.descriptor], [], [], left_s)[0]:
            raise TimeoutError(f"waited in vain for {what}")
        data = os.read(self.descriptor, 1 << 16)
        if not data:
            raise EOFError(f"hung up instead of {what}")
        return data


@contextmanager
def opened(link: Path) -> Iterator[Host]:
    """Open the slave of a pseudo-terminal."""
    descriptor = os.open(link, os.O_RDWR | os.O_NOCTTY)
    try:
        yield Host(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def connected(port: int) -> Iterator[Host]:
    """Connect to a TCP port of this host."""
    with socket.create_connection((LOOPBACK, port), LIMIT_S) as client:
        yield Host(client.fileno())


class Simulated:
    """``atfsm sim`` as a process of its own, once it is ready.

    Attributes:
        ready: The line that said so.
        said: Everything on stderr up to that line, and after the end all of it.
        process: The process.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stderr is not None
        self.process = process
        self._stderr = Host(process.stderr.fileno())
        self.said = self._stderr.read_until(b"Ctrl-C stops\n").decode()
        self.ready = self.said.splitlines()[-1]

    @property
    def port(self) -> int:
        """The TCP port."""
        return int(self.ready.partition(";")[0].rpartition(":")[2])

    def hears(self, end: str) -> str:
        """Read stderr up to *end*."""
        more = self._stderr.read_until(end.encode()).decode()
        self.said += more
        return more

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal, and give the exit code."""
        self.process.send_signal(number)
        self.said += self._stderr.read_to_the_end().decode()
        return self.process.wait(LIMIT_S)


@contextmanager
def simulated(*arguments: str) -> Iterator[Simulated]:
    """Run ``atfsm sim`` until the block ends; it has to end cleanly."""
    command = [sys.executable, "-m", "atfsm", "sim", *arguments]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        try:
            sim = Simulated(process)
            yield sim
            if process.poll() is None:
                code = sim.stop()
                assert code == 0, sim.said
            assert "Traceback" not in sim.said
            assert "bug of atfsm" not in sim.said
        finally:
            process.kill()


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until *holds*, looking often: for what no descriptor tells, such as a link's coming."""
    until_s = time.monotonic() + LIMIT_S
    while not holds():
        if time.monotonic() > until_s:
            raise TimeoutError(f"waited in vain for {what}")
        select.select([], [], [], 0.002)


# --------------------------------------------------------------------------------------- peers


class _Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        while data := self.request.recv(1 << 16):
            self.request.sendall(data)


class _Threads(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def served(server: socketserver.TCPServer) -> Iterator[int]:
    """Let *server* run in a thread; give its port."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server.socket.getsockname()[1]
        finally:
            server.shutdown()
            thread.join(LIMIT_S)


def echo_server() -> Iterator[int]:
    """A TCP server that sends back what it gets; gives its port."""
    with served(_Threads((LOOPBACK, 0), _Echo)) as port:
        yield port


class _Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"served at " + self.path.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  its name upstream
        """Say nothing."""


def http_server() -> Iterator[int]:
    """An HTTP server; gives its port."""
    with served(http.server.ThreadingHTTPServer((LOOPBACK, 0), _Page)) as port:
        yield port


@contextmanager
def listening() -> Iterator[socket.socket]:
    """A TCP socket that listens."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        listener.settimeout(LIMIT_S)
        yield listener


@contextmanager
def datagram_sink() -> Iterator[socket.socket]:
    """A UDP socket that receives."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sink:
        sink.bind((LOOPBACK, 0))
        sink.settimeout(LIMIT_S)
        yield sink


def free_port() -> int:
    """A TCP port on which nobody listens."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


# ------------------------------------------------------------------------- a network by itself


class Waiting:
    """A network with its selector: waits for the events of a link."""

    def __init__(self, network: SocketNetwork) -> None:
        self.network = network

    def turn(self, limit_s: float = LIMIT_S) -> bool:
        """Wait until something is ready; tell whether something was."""
        ready = self.network.selector.select(limit_s)
        for key, mask in ready:
            key.data(mask)
        return bool(ready)

    def events(
        self, link: Link, enough: Callable[[list[LinkEvent]], bool], now_s: float = 0.0
    ) -> list[LinkEvent]:
        """Gather the events of *link* until there are *enough*."""
        events: list[LinkEvent] = link.poll(now_s)
        until_s = time.monotonic() + LIMIT_S
        while not enough(events):
            assert self.turn(until_s - time.monotonic()), f"waited in vain after {events}"
            events += link.poll(now_s)
        return events


@contextmanager
def waiting(**settings: float) -> Iterator[Waiting]:
    """A network on a selector of its own."""
    with selectors.DefaultSelector() as selector:
        network = SocketNetwork(selector, **settings)
        try:
            yield Waiting(network)
        finally:
            network.close()
