"""Serves one simulated modem on one port: the loop between the wire, the modem and the network.

Everything waits in one selector: the host's side, the sessions' sockets, and a bell for whoever
wants the loop to stop or the power to be cut. The loop sleeps until one of them is ready or the
modem has something to do.
"""

from __future__ import annotations

import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final, Protocol

from atfsm.sim.ports import Port
from atfsm.sim.sockets import SocketNetwork
from atfsm.sim.wirelog import WireLog

__all__ = ["Modem", "Server", "obeying_signals"]

HOST_BACKLOG_BYTES: Final = 1 << 20  # ours: a host that reads nothing is read no more after that
PEER_BACKLOG_BYTES: Final = 1 << 20  # ours: the same where the peers take nothing


class Modem(Protocol):
    """What a server asks of a modem."""

    def write(self, data: bytes, now_s: float) -> None:
        """Take what the host wrote."""
        ...

    def advance(self, now_s: float) -> None:
        """Let the time pass."""
        ...

    def read(self, now_s: float) -> list[bytes]:
        """Give what the host is to read, in chunks."""
        ...

    def deadline_s(self) -> float | None:
        """Say when the modem has something to do by itself."""
        ...

    def cut_power(self, now_s: float) -> None:
        """Lose the power, and get it back."""
        ...

    def port_present(self, now_s: float) -> bool:
        """Tell whether the host finds a port."""
        ...


class Server:
    """Connects a modem, a port and a network until it is told to stop.

    Only :meth:`stop` and :meth:`cut_power` may be called from another thread or from a handler of
    a signal.

    Args:
        modem: The modem.
        port: Where the host finds it.
        network: Where its sessions lead. All three wait in the network's selector.
        clock: The time in seconds, ever rising.
        log: Where to write what crosses the wire; None for nowhere.
        after: What to call after each round, such as what tells about faults.
    """

    def __init__(
        self,
        modem: Modem,
        port: Port,
        network: SocketNetwork,
        *,
        clock: Callable[[], float] = time.monotonic,
        log: WireLog | None = None,
        after: Callable[[], None] | None = None,
    ) -> None:
        self._modem = modem
        self._port = port
        self._network = network
        self._selector = network.selector
        self._clock = clock
        self._log = log
        self._after = after
        self._stopping = False
        self._power_cuts_due = 0
        self._bell, self._clapper = socket.socketpair()
        self._bell.settimeout(0)
        self._clapper.settimeout(0)
        self._selector.register(self._bell, selectors.EVENT_READ, self._hear)

    def run(self) -> None:
        """Serve until told to stop.

        Raises:
            AtfsmError: The port had vanished, and cannot come back.
        """
        while not self._stopping:
            self._turn()
            self._wait()

    def close(self) -> None:
        """Let the port vanish; whoever opened the network closes it."""
        self._port.vanish()
        self._selector.unregister(self._bell)
        self._bell.close()
        self._clapper.close()
        if self._log is not None:
            self._log.flush()

    def stop(self) -> None:
        """End :meth:`run` soon."""
        self._stopping = True
        self._ring()

    def cut_power(self) -> None:
        """Cut the power of the modem soon."""
        self._power_cuts_due += 1
        self._ring()

    def fileno(self) -> int:
        """Whatever is written there ends the sleep of :meth:`run`."""
        return self._clapper.fileno()

    def _turn(self) -> None:
        """Let the modem do what is due, and show the host what came of it."""
        now_s = self._clock()
        if self._power_cuts_due:
            self._power_cuts_due = 0
            self._modem.cut_power(now_s)
        wire = self._port.wire
        if wire is not None and (data := wire.take()):
            if self._log is not None:
                self._log.host_wrote(data, now_s)
            self._modem.write(data, now_s)
        self._modem.advance(now_s)
        chunks = self._modem.read(now_s)
        if wire is not None and chunks:
            if self._log is not None:
                for chunk in chunks:
                    self._log.modem_wrote(chunk, now_s)
            wire.put(chunks)
        if self._modem.port_present(now_s):
            self._port.appear()
        else:
            self._port.vanish()
        if self._after is not None:
            self._after()

    def _wait(self) -> None:
        """Sleep until something is ready, or due."""
        self._settle()
        limits_s = (self._modem.deadline_s(), self._network.deadline_s())
        due_s = min((limit_s for limit_s in limits_s if limit_s is not None), default=None)
        if self._log is not None:
            self._log.flush()
        timeout_s = None if due_s is None else max(0.0, due_s - self._clock())
        for key, mask in self._selector.select(timeout_s):
            key.data(mask)
        self._port.settle()

    def _settle(self) -> None:
        """Read nobody who would have to be kept in memory."""
        self._port.settle()
        wire = self._port.wire
        backlog_bytes = 0 if wire is None else wire.backlog_bytes
        host_is_slow = backlog_bytes >= HOST_BACKLOG_BYTES
        peers_are_slow = self._network.backlog_bytes >= PEER_BACKLOG_BYTES
        self._network.hold(held=host_is_slow)
        if wire is not None:
            wire.hold(held=host_is_slow or peers_are_slow)

    def _ring(self) -> None:
        try:
            self._clapper.send(b"\0")
        except OSError:  # it rings already, or nobody listens any more
            return

    def _hear(self, mask: int) -> None:
        del mask
        self._bell.recv(4096)


@contextmanager
def obeying_signals(server: Server) -> Iterator[None]:
    """Let SIGINT and SIGTERM stop the server, and SIGUSR1 cut the power of its modem."""

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        server.stop()

    def cut_power(number: int, frame: FrameType | None) -> None:
        del number, frame
        server.cut_power()

    # A handler runs between two steps of the interpreter. A signal that comes behind the last of
    # them, just before the loop sleeps, rings here, and so the loop wakes up and handles it.
    bell_before = signal.set_wakeup_fd(server.fileno(), warn_on_full_buffer=False)
    before = {
        number: signal.signal(number, obey)
        for number, obey in (
            (signal.SIGINT, stop),
            (signal.SIGTERM, stop),
            (signal.SIGUSR1, cut_power),
        )
    }
    try:
        yield
    finally:
        for number, obeyed in before.items():
            signal.signal(number, obeyed)
        signal.set_wakeup_fd(bell_before)
