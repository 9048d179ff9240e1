"""What is kept for one socket until the application asks for it.

Nothing here waits or locks: a shell guards it with what it has. Whoever waits is woken by the
callbacks that the shell passes in, and looks for itself, so that to give up waiting loses
nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, Generic, TypeVar, cast

from atfsm.errors import SocketClosed, SocketReset
from atfsm.stack.outputs import Cause

#: Bytes that may wait for an application that does not read; ours: a TCP window of a small host.
WINDOW_BYTES: Final = 1 << 16
#: Room is told to the modem from this on; ours: so that not every read costs a request.
TOP_UP_BYTES: Final = WINDOW_BYTES // 4

T = TypeVar("T")


class Pending(Generic[T]):
    """One outcome that is waited for; it comes once.

    Attributes:
        ticket: What the stack calls it, once it knows of it.
        error: How it failed.
        is_awaited: Whether somebody still waits, and will raise what it comes to.
    """

    __slots__ = ("_is_settled", "_value", "_wake", "error", "is_awaited", "ticket")

    def __init__(self, wake: Callable[[], None], *, is_awaited: bool = True) -> None:
        self._wake = wake
        self._value: T | None = None
        self.error: Exception | None = None
        self._is_settled = False
        self.is_awaited = is_awaited
        self.ticket: int | None = None

    def is_settled(self) -> bool:
        """Whether the outcome is there."""
        return self._is_settled

    def settle(self, value: T) -> None:
        """It came to this."""
        if not self._is_settled:
            self._value = value
            self._is_settled = True
            self._wake()

    def fail(self, error: Exception) -> None:
        """It failed."""
        if not self._is_settled:
            self.error = error
            self._is_settled = True
            self._wake()

    def outcome(self) -> T:
        """What it came to; raises how it failed."""
        assert self._is_settled
        if self.error is not None:
            raise self.error
        return cast("T", self._value)


class Mailbox:
    """One socket of the application.

    Args:
        machine: tcp or udp.
        host: Address or name of the peer.
        port: Its port.
        wake: Called when something changed that a call may wait for.

    Attributes:
        handle: What the stack calls it; None until the stack knows of it.
        generation: How often it was opened.
        is_open: Whether it is open now.
        ended: Why nothing can be sent any more; None: it can.
        peer_closed: Whether that is since the peer closed in order.
        is_gone: Whether the modem holds it no more, after a close.
    """

    def __init__(self, machine: str, host: str, port: int, wake: Callable[[], None]) -> None:
        self.machine = machine
        self.host = host
        self.port = port
        self.handle: int | None = None
        self.generation = 0
        self.is_open = False
        self.ended: str | None = None
        self.peer_closed = False
        self.is_gone = False
        self._wake = wake
        self._items: deque[bytes | Cause] = deque()  # a Cause: the end of a connection
        self._held_bytes = 0
        self._credit_bytes = 0
        self._waiting = 0
        self._untold: Cause | None = None  # a loss that a call which waits is about to raise

    @property
    def name(self) -> str:
        """What it is called in an outbox and in a log: stable over processes."""
        return f"{self.machine} {self.host}:{self.port}"

    # ------------------------------------------------------------------ what happens to it

    def opened(self, generation: int) -> None:
        """It is usable."""
        self.generation = generation
        self.is_open = True
        self._wake()

    def came(self, data: bytes) -> None:
        """Bytes came: a piece of a stream, or a datagram."""
        self._items.append(data)
        self._held_bytes += len(data)
        self._credit_bytes = max(0, self._credit_bytes - len(data))
        self._wake()

    def lost(self, cause: Cause) -> None:
        """Its connection was lost; of a socket that was not open, nothing was."""
        was_open, self.is_open = self.is_open, False
        if not was_open or self.machine == "udp":
            return
        if self._waiting and not self._items and self._untold is None:
            self._untold = cause
        else:
            self._items.append(cause)
        self._wake()

    def told(self) -> bytes:
        """A send raises the last loss, so nobody else does; give what was unread before it."""
        unread = b""
        while any(isinstance(item, Cause) for item in self._items):
            _, piece = self._next_loss()
            unread += piece
        return unread

    def untold(self, error: Exception | None) -> None:
        """A send that was to raise *error* was given up: the next call raises it."""
        if isinstance(error, SocketReset) and isinstance(error.cause, Cause):
            if self.machine == "tcp":
                self._items.appendleft(error.cause)
            if error.unread:
                self._items.appendleft(error.unread)
                self._held_bytes += len(error.unread)
            self._wake()

    def end(self, why: str, *, peer_closed: bool = False) -> None:
        """Nothing can be sent any more, and nothing comes."""
        self.is_open = False
        self.ended = why
        self.peer_closed = peer_closed
        self._wake()

    def gone(self) -> None:
        """The modem holds it no more."""
        self.is_open = False
        self.ended = self.ended or "the socket is closed"
        self.is_gone = True
        self._wake()

    # ------------------------------------------------------------------ what is asked of it

    def check(self) -> None:
        """Make sure that something can be sent.

        Raises:
            SocketReset: A connection was lost, and nobody was told.
            SocketClosed: It is closed.
        """
        if any(isinstance(item, Cause) for item in self._items):
            cause, unread = self._next_loss()
            raise SocketReset(cause, may_have_left=False, unread=unread)
        if self.ended is not None:
            raise SocketClosed(self.ended)

    def enter(self) -> None:
        """A call begins to wait for bytes: a loss is told to it."""
        self._waiting += 1

    def leave(self) -> None:
        """A call waits no more; a loss that it was to raise, and did not, the next call does."""
        self._waiting -= 1
        if not self._waiting and self._untold is not None:
            self._items.appendleft(self._untold)
            self._untold = None

    def take(self, count_bytes: int) -> bytes | None:
        """What can be handed over now; None: nothing yet.

        Args:
            count_bytes: At most so many; the rest of a datagram is dropped, as sockets do.

        Raises:
            SocketReset: The connection was lost here, between what came before and after.
            SocketClosed: The application closed it.
        """
        if self._untold is not None:
            cause, self._untold = self._untold, None
            raise SocketReset(cause)
        if self.ended is not None and not self.peer_closed:
            raise SocketClosed(self.ended)
        if not self._items:
            return b"" if self.peer_closed else None
        first = self._items.popleft()
        if isinstance(first, Cause):
            raise SocketReset(first)
        if self.machine == "udp":
            self._held_bytes -= len(first)
            return first[:count_bytes]
        data = bytearray(first)
        while len(data) < count_bytes and self._items and isinstance(self._items[0], bytes):
            data += self._items[0]
            self._items.popleft()
        if len(data) > count_bytes:
            self._items.appendleft(bytes(data[count_bytes:]))
            del data[count_bytes:]
        self._held_bytes -= len(data)
        return bytes(data)

    @property
    def wants_room(self) -> bool:
        """Whether it is time to tell the modem that there is room."""
        room_bytes = WINDOW_BYTES - self._held_bytes - self._credit_bytes
        return self.ended is None and room_bytes >= TOP_UP_BYTES

    def room(self) -> int:
        """How many bytes more the modem may hand over; they are counted as granted."""
        room_bytes = max(0, WINDOW_BYTES - self._held_bytes - self._credit_bytes)
        self._credit_bytes += room_bytes
        return room_bytes

    def _next_loss(self) -> tuple[Cause, bytes]:
        """Take everything up to the first loss out."""
        unread = bytearray()
        while True:
            item = self._items.popleft()
            if isinstance(item, Cause):
                return item, bytes(unread)
            self._held_bytes -= len(item)
            unread += item
