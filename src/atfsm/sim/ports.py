"""The host's side of a simulated modem: a pseudo-terminal, or one TCP client at a time.

Both are a :class:`Wire` while somebody can be at the other end of it. They wait in a selector
whose keys carry what has to be called, ``key.data(mask)``, and do nothing on their own.
"""

from __future__ import annotations

import os
import selectors
import socket
import termios
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Protocol

from atfsm.errors import AtfsmError

__all__ = ["Port", "PtyPort", "TcpPort", "Wire"]

BLOCK_BYTES: Final = 1 << 16  # ours: so much is read before the modem is asked
LOOPBACK: Final = "127.0.0.1"

_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


class Wire:
    """One open descriptor: what comes is kept until taken, what goes is kept until it fits.

    Attributes:
        backlog_bytes: How much was put and did not fit yet.
        ended: Whether the other end said that it writes no more.
        broken: Whether the other end is gone: what is put is lost.
    """

    def __init__(self, descriptor: int, selector: selectors.BaseSelector) -> None:
        os.set_blocking(descriptor, False)
        self.backlog_bytes = 0
        self.ended = False
        self.broken = False
        self._descriptor = descriptor
        self._selector = selector
        self._incoming: list[bytes] = []
        self._outgoing: deque[memoryview] = deque()
        self._held = False
        self._events = 0
        self._settle()

    def take(self) -> bytes:
        """Give what came since the last time."""
        data = b"".join(self._incoming)
        self._incoming.clear()
        return data

    def put(self, chunks: Iterable[bytes]) -> None:
        """Write *chunks*, each with a system call of its own, now or as soon as they fit."""
        for chunk in chunks:
            self._outgoing.append(memoryview(chunk))
            self.backlog_bytes += len(chunk)
        self._flush()
        self._settle()

    def hold(self, *, held: bool) -> None:
        """Read no more, or read again: what is not read makes the other end wait."""
        if held is not self._held:
            self._held = held
            self._settle()

    def ready(self, mask: int) -> None:
        """Do what the selector said can be done."""
        if self.broken:  # closed by what was ready before it
            return
        if mask & _WRITE:
            self._flush()
        if mask & _READ:
            self._receive()
        self._settle()

    def close(self) -> None:
        """Forget the descriptor; whoever opened it closes it."""
        self.broken = True
        self._settle()

    def _receive(self) -> None:
        room_bytes = BLOCK_BYTES
        while room_bytes > 0:
            try:
                data = os.read(self._descriptor, BLOCK_BYTES)
            except BlockingIOError:
                return
            except OSError:  # EIO of a terminal, ECONNRESET of a socket
                self.broken = True
                return
            if not data:
                self.ended = True
                return
            self._incoming.append(data)
            room_bytes -= len(data)

    def _flush(self) -> None:
        while self._outgoing and not self.broken:
            chunk = self._outgoing[0]
            try:
                written_bytes = os.write(self._descriptor, chunk)
            except BlockingIOError:
                return
            except OSError:
                self.broken = True
                return
            self.backlog_bytes -= written_bytes
            if written_bytes == len(chunk):
                self._outgoing.popleft()
            else:
                self._outgoing[0] = chunk[written_bytes:]

    def _settle(self) -> None:
        """Wait for what is wanted, and for nothing else: a ready descriptor never stops being."""
        if self.broken:
            self._outgoing.clear()
            self.backlog_bytes = 0
        wants_read = not (self._held or self.ended or self.broken)
        events = (_READ if wants_read else 0) | (_WRITE if self._outgoing else 0)
        if events == self._events:
            return
        if not self._events:
            self._selector.register(self._descriptor, events, self.ready)
        elif not events:
            self._selector.unregister(self._descriptor)
        else:
            self._selector.modify(self._descriptor, events, self.ready)
        self._events = events


class Port(Protocol):
    """A place where a host finds the modem.

    Attributes:
        wire: The line to the host; None while there cannot be one.
    """

    wire: Wire | None

    @property
    def where(self) -> str:
        """Say where the port is, for a person."""
        ...

    def appear(self) -> None:
        """Be there, from now on."""
        ...

    def vanish(self) -> None:
        """Be gone: whoever is connected gets a hang-up."""
        ...

    def settle(self) -> None:
        """Look whether the other end came or went; call it after each round of events."""
        ...


class PtyPort:
    """A pseudo-terminal, found through a symbolic link that lives as long as the port.

    The terminal is raw, so that the kernel neither echoes nor translates, and its slave stays
    open here, so that a client may close it and open it again.

    Args:
        link: The symbolic link to make. One that leads nowhere, as a server that was killed
            leaves behind, is replaced; anything else is somebody's and stays.
        selector: Where the port waits.
    """

    def __init__(self, link: str | Path, selector: selectors.BaseSelector) -> None:
        self.wire: Wire | None = None
        self.slave_name = ""
        self._link = Path(link)
        self._name = str(link)  # as the user wrote it
        self._selector = selector
        self._descriptors: tuple[int, ...] = ()

    @property
    def where(self) -> str:
        """The link, and the terminal that it leads to."""
        return f"{self._name} -> {self.slave_name}"

    def appear(self) -> None:
        """Open a terminal and point the link to it.

        Raises:
            AtfsmError: The name of the link is taken, or there is no folder for it.
        """
        if self._descriptors:
            return
        self._make_room()  # before the terminal is opened: it might get the stale link's number
        master, slave = os.openpty()
        self._descriptors = (master, slave)
        _make_raw(slave)
        self.slave_name = os.ttyname(slave)
        try:
            self._link.symlink_to(self.slave_name)
        except OSError as error:
            self.vanish()
            raise AtfsmError(f"{self._name}: cannot be made: {error.strerror}") from error
        self.wire = Wire(master, self._selector)

    def vanish(self) -> None:
        """Remove the link, if it is still this port's, and hang up."""
        if not self._descriptors:
            return
        if self._link.is_symlink() and str(self._link.readlink()) == self.slave_name:
            self._link.unlink()
        if self.wire is not None:
            self.wire.close()
            self.wire = None
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors = ()

    def settle(self) -> None:
        """Nothing: who has the slave open cannot be seen from here, and makes no difference."""

    def _make_room(self) -> None:
        if self._link.is_symlink() and not self._link.exists():
            self._link.unlink()
        elif self._link.is_symlink():
            target = self._link.readlink()
            raise AtfsmError(
                f"{self._name}: leads to {target}, which is there; remove the link if nothing "
                "uses it, or name another"
            )
        elif self._link.exists():
            raise AtfsmError(f"{self._name}: is there already, and is not a link; name another")


def _make_raw(descriptor: int) -> None:
    """Let the kernel pass every byte as it is, both ways, and at once."""
    iflag, oflag, cflag, lflag, ispeed, ospeed, characters = termios.tcgetattr(descriptor)
    iflag = oflag = lflag = 0
    cflag = (cflag & ~(termios.CSIZE | termios.PARENB)) | (
        termios.CS8 | termios.CREAD | termios.CLOCAL
    )
    ispeed = ospeed = termios.B115200
    characters[termios.VMIN], characters[termios.VTIME] = 1, 0
    attributes = [iflag, oflag, cflag, lflag, ispeed, ospeed, characters]
    termios.tcsetattr(descriptor, termios.TCSANOW, attributes)


class TcpPort:
    """A TCP port of this host that serves one client at a time; the next one waits its turn.

    A client that shuts down its writing side only still gets its answers, until it is gone or
    another one comes. What the modem says while nobody is connected is lost, as on a cable.

    Args:
        port: The number of the port; 0 takes any that is free, and keeps it.
        selector: Where the port waits.
    """

    def __init__(self, port: int, selector: selectors.BaseSelector) -> None:
        self.wire: Wire | None = None
        self.port = port
        self._selector = selector
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None
        self._accepting = False

    @property
    def where(self) -> str:
        """The address, as pyserial wants it."""
        return f"socket://{LOOPBACK}:{self.port}"

    def appear(self) -> None:
        """Listen.

        Raises:
            AtfsmError: The port is taken, or this user may not have it.
        """
        if self._listener is not None:
            return
        listener = socket.socket()
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((LOOPBACK, self.port))
            listener.listen()
            listener.settimeout(0)
        except OSError as error:
            listener.close()
            raise AtfsmError(
                f"cannot listen on {LOOPBACK}:{self.port}: {error.strerror}"
            ) from error
        self.port = listener.getsockname()[1]
        self._listener = listener
        self.settle()

    def vanish(self) -> None:
        """Close the connection, and refuse new ones."""
        self._hang_up()
        if self._listener is not None:
            self._accept_from_now_on(accepting=False)
            self._listener.close()
            self._listener = None

    def settle(self) -> None:
        """Drop a client that is gone, and let the next one in when there is room."""
        wire = self.wire
        if wire is not None and wire.broken:
            self._hang_up()
        if self._listener is not None:
            self._accept_from_now_on(accepting=self.wire is None or self.wire.ended)

    def _accept_from_now_on(self, *, accepting: bool) -> None:
        if accepting is self._accepting or self._listener is None:
            return
        self._accepting = accepting
        if accepting:
            self._selector.register(self._listener, _READ, self._accept)
        else:
            self._selector.unregister(self._listener)

    def _accept(self, mask: int) -> None:
        del mask
        assert self._listener is not None
        try:
            client, _ = self._listener.accept()
        except OSError:  # it left before it was let in
            return
        self._hang_up()
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client
        self.wire = Wire(client.fileno(), self._selector)
        self.settle()

    def _hang_up(self) -> None:
        if self.wire is not None:
            self.wire.close()
            self.wire = None
        if self._client is not None:
            self._client.close()
            self._client = None
