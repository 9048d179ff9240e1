"""Sockets for threads: blocking calls, each with a time-out."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self

from atfsm.errors import ModemError, SendTimeoutError, SocketClosed, SocketReset
from atfsm.live.engine import Engine, end_s_of
from atfsm.live.mailbox import Mailbox, Pending
from atfsm.live.session import Session
from atfsm.stack.requests import check_payload

#: How long a call that timed out waits to learn whether its bytes were taken back.
TAKE_BACK_S: Final = 0.25


class Socket:
    """One socket to one peer, through all resets; made by `tcp` and `udp` of a modem."""

    def __init__(self, engine: Engine, box: Mailbox, modem: object) -> None:
        self._engine = engine
        self._box = box
        self._modem = modem  # so that whoever holds a socket keeps its modem

    def __repr__(self) -> str:
        return f"<Socket {self._box.name}, generation {self._box.generation}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether the modem says that it is open; the way to the peer may be dead all the same."""
        return self._box.is_open

    @property
    def generation(self) -> int:
        """How often it was opened: grows with each new connection."""
        return self._box.generation

    def send(self, data: bytes, timeout_s: float | None = None) -> None:
        """Send bytes: a piece of the TCP stream, or one datagram.

        When it returns, the modem took the bytes: that and no more.

        Args:
            data: At least one byte; of UDP, at most `Config.datagram_bytes`.
            timeout_s: How long to wait; None: as long as it takes, resets included.

        Raises:
            SocketReset: TCP: the connection was lost, with this send or, untold, before it. UDP:
                a reset came while the datagram may have been on its way. ``may_have_left`` says
                whether the modem may have taken bytes of it.
            SendTimeoutError: Time is up. ``may_have_left`` says whether it was taken back. What
                was not goes on, and what becomes of it is not told.
            SocketClosed: The socket was closed, by the application or by its peer.
            ModemClosed: The modem is closed.
            ValueError: The bytes cannot be sent.
        """
        engine, box = self._engine, self._box
        data = bytes(data)
        end_s = end_s_of(timeout_s)
        with engine.changed:
            box.check()
        pending: Pending[None] = Pending(engine.wake)
        try:
            engine.submit(lambda session: session.send(box, data, pending))
            with engine.changed:
                engine.until(pending.is_settled, end_s)
        except TimeoutError:
            self._take_back(pending)
        except BaseException:
            with engine.changed:
                pending.is_awaited = False
                box.untold(pending.error)
            self._submit(lambda session: session.cancel(box, pending))
            raise
        pending.outcome()

    def _take_back(self, pending: Pending[None]) -> None:
        """Time is up: take a send back, or say that it is too late; return if it was sent."""
        engine, box = self._engine, self._box
        taken: Pending[bool] = Pending(engine.wake)

        def take_back(session: Session) -> None:
            is_back = session.cancel(box, pending)
            with engine.changed:
                taken.settle(is_back)

        with engine.changed:
            if pending.is_settled():
                return
            pending.is_awaited = False
        engine.submit(take_back)
        with engine.changed:
            try:
                engine.until(taken.is_settled, time.monotonic() + TAKE_BACK_S)
            except TimeoutError:
                raise SendTimeoutError(True) from None  # noqa: FBT003  its one field
            if not pending.is_settled():
                raise SendTimeoutError(not taken.outcome())
            if isinstance(pending.error, SocketReset):
                box.told()

    def recv(self, count_bytes: int = 65_536, timeout_s: float | None = None) -> bytes:
        """Receive bytes: what there is of the TCP stream, or one datagram.

        Args:
            count_bytes: At most so many. The rest of a longer datagram is dropped.
            timeout_s: How long to wait; None: as long as it takes.

        Returns:
            At least one byte; or nothing, where the peer closed in order and all that it had
            sent was returned before.

        Raises:
            SocketReset: TCP: the connection was lost behind what was returned before; what comes
                next is of the next connection. Each loss is raised once.
            TimeoutError: Nothing came; nothing is lost by that.
            SocketClosed: The application closed the socket.
            ModemClosed: The modem is closed.
            ValueError: *count_bytes* is less than 1.
        """
        if count_bytes < 1:
            raise ValueError(f"{count_bytes} is no number of bytes to receive")
        engine, box = self._engine, self._box
        end_s = end_s_of(timeout_s)
        got: list[bytes] = []

        def is_there() -> bool:
            data = box.take(count_bytes)
            if data is not None:
                got.append(data)
            return data is not None

        with engine.changed:
            box.enter()
            try:
                engine.until(is_there, end_s)
            finally:
                box.leave()
            is_time = box.wants_room
        if is_time:
            self._submit(lambda session: session.grant(box))
        return got[0]

    def post(self, data: bytes) -> int:
        """Store a message durably; it is sent, in order, until the modem took it.

        It is sent again after a reset, and by the next process that opens a socket to the same
        peer: at least once, so a peer may see it twice.

        Args:
            data: As for `send`, and at most 1 MiB.

        Returns:
            Its id in the outbox.

        Raises:
            ModemError: The modem has no outbox.
            OutboxError: It cannot be stored.
            SocketClosed, ModemClosed, ValueError: As for `send`.
        """
        engine, box = self._engine, self._box
        if engine.outbox is None or engine.courier is None:
            raise ModemError("there is no outbox: give one to atfsm.open")
        if engine.session.end is not None:
            raise engine.ended()
        if box.ended is not None:
            raise SocketClosed(box.ended)
        check_payload(engine.session.config, box.machine, data)
        message_id = engine.outbox.put(box.name, data)
        engine.courier.posted(box)
        return message_id

    def report_dead(self) -> None:
        """Reset this socket: the application knows that its peer is not reached.

        Raises:
            ModemClosed: The modem is closed.
        """
        box = self._box
        self._engine.submit(lambda session: session.report_dead(box))

    def close(self, timeout_s: float = 0.0) -> bool:
        """Close it: at once for the application, in order on the modem.

        Sends that wait end with `SocketClosed`. May be called again.

        Args:
            timeout_s: How long to wait for the modem to be rid of it.

        Returns:
            Whether it is.
        """
        engine, box = self._engine, self._box
        self._submit(lambda session: session.close(box))
        with engine.changed:
            if not box.is_gone:
                box.end("the socket is closed")
            try:
                engine.until(lambda: box.is_gone, time.monotonic() + timeout_s)
            except (TimeoutError, ModemError):
                return box.is_gone
        return True

    def _submit(self, request: Callable[[Session], object]) -> None:
        """Ask for something that is no use any more when the modem is closed."""
        try:
            self._engine.submit(request)
        except ModemError:
            return
