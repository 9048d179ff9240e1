"""The shell for asyncio: the same calls as coroutines, in the loop that runs.

    async with atfsm.aio.open("/dev/ttyUSB2", Config(apn="internet")) as modem:
        async with modem.udp("192.0.2.7", 7000) as uplink:
            await uplink.send(b"21.5")

Any call may be cancelled at any point: it ends at once, and a send of which nothing was written
is taken back. All calls are for the task's loop, none of them for other threads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType
from typing import Final, Self

from atfsm.errors import ModemError, SendTimeoutError, SocketClosed
from atfsm.live.clocks import SYSTEM, Clock
from atfsm.live.contract import Driver
from atfsm.live.journal import Journal
from atfsm.live.loop import LoopEngine
from atfsm.live.mailbox import Mailbox, Pending
from atfsm.live.outbox import Outbox
from atfsm.live.requests import Answer, closed
from atfsm.live.session import stack_of
from atfsm.live.stores import FilePath
from atfsm.stack.config import Config
from atfsm.stack.memory import Memory
from atfsm.stack.outputs import Cause, Rung
from atfsm.stack.requests import check_payload, check_peer

#: How long `Modem.close` gives the modem, and the end of ``async with`` does.
CLOSE_S: Final = 5.0

__all__ = ["Answer", "Modem", "Socket", "open"]


def open(  # noqa: A001  read as atfsm.aio.open
    url: str,
    config: Config | None = None,
    *,
    baudrate: int = 115_200,
    rtscts: bool = False,
    power_cycle: Callable[[Cause], object] | None = None,
    may_reset: Callable[[Rung, Cause], object] | None = None,
    hooks: object | None = None,
    journal: Journal | FilePath | None = None,
    outbox: Outbox | FilePath | None = None,
    memory: FilePath | None = None,
) -> Modem:
    """A modem to be driven inside ``async with``; the arguments are those of `atfsm.open`.

    Hooks, ``power_cycle`` and ``may_reset`` may be coroutines. Those that are not: hooks are
    called in the loop, and must not wait; the two others have threads of their own.
    """
    return Modem(
        url,
        config,
        baudrate=baudrate,
        rtscts=rtscts,
        power_cycle=power_cycle,
        may_reset=may_reset,
        hooks=hooks,
        journal=journal,
        outbox=outbox,
        memory=memory,
    )


class Modem:
    """A modem that is driven inside ``async with``; made by `open`."""

    def __init__(
        self,
        url: str,
        config: Config | None = None,
        *,
        baudrate: int = 115_200,
        rtscts: bool = False,
        power_cycle: Callable[[Cause], object] | None = None,
        may_reset: Callable[[Rung, Cause], object] | None = None,
        hooks: object | None = None,
        journal: Journal | FilePath | None = None,
        outbox: Outbox | FilePath | None = None,
        memory: FilePath | None = None,
        clock: Clock = SYSTEM,
        make_stack: Callable[[Config, float, Memory], Driver] = stack_of,
    ) -> None:
        self._make = partial(
            LoopEngine,
            url,
            config,
            baudrate=baudrate,
            rtscts=rtscts,
            power_cycle=power_cycle,
            may_reset=may_reset,
            hooks=hooks,
            journal=journal,
            outbox=outbox,
            memory=memory,
            clock=clock,
            make_stack=make_stack,
        )
        self._made: LoopEngine | None = None

    @property
    def _engine(self) -> LoopEngine:
        if self._made is None:
            raise closed()
        return self._made

    async def __aenter__(self) -> Self:
        if self._made is not None:
            raise closed()
        self._made = self._make()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        is_hurried = error is not None and not isinstance(error, Exception)
        await self.close(0.0 if is_hurried else CLOSE_S)

    def tcp(self, host: str, port: int) -> Socket:
        """A TCP socket to a peer; it returns at once, and connects meanwhile.

        Args:
            host: Address or name, which the modem resolves.
            port: 1 to 65535.

        Raises:
            ValueError: That is no peer.
            ModemClosed: The modem is closed, or not entered yet.
        """
        return self._open("tcp", host, port)

    def udp(self, host: str, port: int) -> Socket:
        """A UDP socket to a peer; otherwise as `tcp`."""
        return self._open("udp", host, port)

    def _open(self, machine: str, host: str, port: int) -> Socket:
        check_peer(host, port)
        engine = self._engine
        box = Mailbox(machine, host, port, engine.wake)
        engine.do(lambda session: session.open(box))
        if engine.courier is not None:
            engine.courier.add(box)
        return Socket(engine, box)

    async def command(
        self, text: str | bytes, *, timeout_s: float | None = None, limit_s: float | None = None
    ) -> Answer:
        """Write a command when the line is free, and wait for its final result.

        A command that is cancelled here is not taken back from the modem. Arguments, result and
        errors: `atfsm.live.threads.Modem.command`.
        """
        engine = self._engine
        data = text.encode("utf-8") if isinstance(text, str) else bytes(text)
        pending: Pending[Answer] = Pending(engine.wake)
        engine.do(lambda session: session.command(data, limit_s, pending))
        await engine.until(pending.is_settled, timeout_s)
        answer = pending.outcome()
        if not answer.result:
            raise TimeoutError(f"no final result to {data.decode('utf-8', 'backslashreplace')}")
        return answer

    @property
    def state(self) -> str:
        """The state of the modem, such as ``registered``."""
        return self._engine.session.states.get(("modem", ""), "unknown")

    @property
    def recovery(self) -> str:
        """The state of the recovery ladder, such as ``in_service``."""
        return self._engine.session.states.get(("recovery", ""), "unknown")

    @property
    def states(self) -> Mapping[tuple[str, str], str]:
        """Where every machine stands: by name of its chart, and key (a session id, a profile)."""
        return self._engine.session.states

    @property
    def port_trouble(self) -> str | None:
        """Why the port is not open; None: it is."""
        return self._engine.port.trouble

    async def close(self, timeout_s: float = CLOSE_S) -> None:
        """Close every socket in order, then let go of the port; may be called again.

        Args:
            timeout_s: How long the modem has for the first of the two. What is left on it then
                is swept by whoever drives it next. 0: return at once.
        """
        if self._made is not None:
            await self._made.close(timeout_s)


class Socket:
    """One socket to one peer, through all resets; made by `Modem.tcp` and `Modem.udp`.

    What its calls promise, and what they raise, is what `atfsm.live.sockets.Socket` does.
    """

    def __init__(self, engine: LoopEngine, box: Mailbox) -> None:
        self._engine = engine
        self._box = box

    def __repr__(self) -> str:
        return f"<Socket {self._box.name}, generation {self._box.generation}>"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    @property
    def is_open(self) -> bool:
        """Whether the modem says that it is open; the way to the peer may be dead all the same."""
        return self._box.is_open

    @property
    def generation(self) -> int:
        """How often it was opened: grows with each new connection."""
        return self._box.generation

    async def send(self, data: bytes, timeout_s: float | None = None) -> None:
        """Send bytes: a piece of the TCP stream, or one datagram.

        When it returns, the modem took the bytes: that and no more. When it is cancelled, the
        send is taken back if nothing of it was written, and else goes on.

        Raises:
            SocketReset, SendTimeoutError, SocketClosed, ModemClosed, ValueError: As for threads.
        """
        engine, box = self._engine, self._box
        data = bytes(data)
        box.check()
        pending: Pending[None] = Pending(engine.wake)
        engine.do(lambda session: session.send(box, data, pending))
        try:
            await engine.until(pending.is_settled, timeout_s)
        except TimeoutError:
            pending.is_awaited = False
            is_back = self._take_back(pending)
            raise SendTimeoutError(not is_back) from None
        except BaseException:
            pending.is_awaited = False
            box.untold(pending.error)
            self._take_back(pending)
            raise
        pending.outcome()

    def _take_back(self, pending: Pending[None]) -> bool:
        """Take a send back; say whether that went well."""
        taken: list[bool] = []
        try:
            self._engine.do(lambda session: taken.append(session.cancel(self._box, pending)))
        except ModemError:
            return False
        return taken == [True]

    async def recv(self, count_bytes: int = 65_536, timeout_s: float | None = None) -> bytes:
        """Receive bytes: what there is of the TCP stream, or one datagram.

        To cancel it loses nothing.

        Returns:
            At least one byte; or nothing, where the peer closed in order and all that it had
            sent was returned before.

        Raises:
            SocketReset, TimeoutError, SocketClosed, ModemClosed, ValueError: As for threads.
        """
        if count_bytes < 1:
            raise ValueError(f"{count_bytes} is no number of bytes to receive")
        engine, box = self._engine, self._box
        got: list[bytes] = []

        def is_there() -> bool:
            data = box.take(count_bytes)
            if data is not None:
                got.append(data)
            return data is not None

        box.enter()
        try:
            await engine.until(is_there, timeout_s)
        finally:
            box.leave()
        if box.wants_room and engine.session.end is None:
            engine.do(lambda session: session.grant(box))
        return got[0]

    async def post(self, data: bytes) -> int:
        """Store a message durably; it is sent, in order, until the modem took it.

        As for threads. One that is cancelled may have been stored all the same.
        """
        engine, box = self._engine, self._box
        outbox, courier = engine.outbox, engine.courier
        if outbox is None or courier is None:
            raise ModemError("there is no outbox: give one to atfsm.aio.open")
        if engine.session.end is not None:
            raise engine.ended()
        if box.ended is not None:
            raise SocketClosed(box.ended)
        data = bytes(data)
        check_payload(engine.session.config, box.machine, data)
        message_id = await engine.apart(lambda: outbox.put(box.name, data), courier.do)
        assert isinstance(message_id, int)
        courier.posted(box)
        return message_id

    def report_dead(self) -> None:
        """Reset this socket: the application knows that its peer is not reached."""
        self._engine.do(lambda session: session.report_dead(self._box))

    async def close(self, timeout_s: float = 0.0) -> bool:
        """Close it: at once for the application, in order on the modem.

        Args:
            timeout_s: How long to wait for the modem to be rid of it.

        Returns:
            Whether it is.
        """
        engine, box = self._engine, self._box
        try:
            engine.do(lambda session: session.close(box))
            await engine.until(lambda: box.is_gone, timeout_s)
        except (TimeoutError, ModemError):
            return box.is_gone
        return True
