"""The shell for threads: blocking calls, each with a time-out, over one modem.

    with atfsm.open("/dev/ttyUSB2", Config(apn="internet")) as modem:
        with modem.udp("192.0.2.7", 7000) as uplink:
            uplink.send(b"21.5")

Calls may be made from any thread. Ctrl-C ends a call at once. Nothing here keeps the interpreter
alive.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Final, Self

from atfsm.live.clocks import SYSTEM, Clock
from atfsm.live.contract import Driver, PowerHook, VetoHook
from atfsm.live.engine import Engine, end_s_of
from atfsm.live.journal import Journal
from atfsm.live.mailbox import Mailbox, Pending
from atfsm.live.outbox import Outbox
from atfsm.live.requests import Answer
from atfsm.live.session import stack_of
from atfsm.live.sockets import Socket
from atfsm.live.stores import FilePath
from atfsm.stack.config import Config
from atfsm.stack.memory import Memory
from atfsm.stack.requests import check_peer

#: How long `Modem.close` gives the modem, and `Modem.__exit__` does.
CLOSE_S: Final = 5.0

__all__ = ["Answer", "Modem", "Socket", "open"]


def open(  # noqa: A001  read as atfsm.open
    url: str,
    config: Config | None = None,
    *,
    baudrate: int = 115_200,
    rtscts: bool = False,
    power_cycle: PowerHook | None = None,
    may_reset: VetoHook | None = None,
    hooks: object | None = None,
    journal: Journal | FilePath | None = None,
    outbox: Outbox | FilePath | None = None,
    memory: FilePath | None = None,
) -> Modem:
    """Drive the modem at a port, from now on until `Modem.close`.

    It returns at once. A port that is not there yet is waited for, and one that vanishes is
    opened again by its path; `Modem.port_trouble` says what is wrong with it.

    Args:
        url: A path (``/dev/serial/by-id/...`` finds the device again), or a URL that pyserial
            knows: ``socket://host:port``, ``rfc2217://host:port``, ``spy:///dev/ttyUSB2``.
        config: What the application decides; its fields ``has_power_hook`` and
            ``asks_before_reset`` are set by whether there are such hooks.
        baudrate: Speed in baud.
        rtscts: Whether RTS and CTS hold up bytes; do, where the wires are there.
        power_cycle: Called with the cause when the power has to be cut: cut it, wait, return it,
            then return. It has a thread of its own. Where it raises, that is logged, and the
            power counts as cut.
        may_reset: Asked before a modem restart or a power cut, with rung and cause, on a thread
            of its own. True: go. False: not now (asked again after `Spacing.veto_s`). A number:
            ask again after so many seconds. Where it raises, that is logged, and the reset goes
            on.
        hooks: An object whose methods ``on_enter_<state>`` and ``on_enter_<machine>_<state>``
            are called with an `atfsm.stack.outputs.Moved`, in order, on a thread of their own.
            What they raise is logged. If they lag 1,000 events behind, the next are dropped,
            and the log says how many.
        journal: Where to write down what happens; a journal that cannot be written any more is
            logged, and the modem is driven on.
        outbox: Messages of `Socket.post`.
        memory: File that remembers costly resets, so that a restarted process keeps its rations.

    Raises:
        ValueError: There is no such kind of URL.
        OutboxError, JournalError: It cannot be opened.
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
    """A modem that is driven by a thread of its own; made by `open`."""

    def __init__(
        self,
        url: str,
        config: Config | None = None,
        *,
        baudrate: int = 115_200,
        rtscts: bool = False,
        power_cycle: PowerHook | None = None,
        may_reset: VetoHook | None = None,
        hooks: object | None = None,
        journal: Journal | FilePath | None = None,
        outbox: Outbox | FilePath | None = None,
        memory: FilePath | None = None,
        clock: Clock = SYSTEM,
        make_stack: Callable[[Config, float, Memory], Driver] = stack_of,
    ) -> None:
        self._engine = Engine(
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
        # A modem that is dropped ends. Without waiting: nobody knows on which thread this runs.
        ending = weakref.finalize(self, self._engine.stop, 0.0)
        ending.atexit = False  # the engine sees to that

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        is_hurried = error is not None and not isinstance(error, Exception)
        self.close(0.0 if is_hurried else CLOSE_S)

    def tcp(self, host: str, port: int) -> Socket:
        """A TCP socket to a peer; it returns at once, and connects meanwhile.

        Args:
            host: Address or name, which the modem resolves.
            port: 1 to 65535.

        Raises:
            ValueError: That is no peer.
            ModemClosed: The modem is closed.
        """
        return self._open("tcp", host, port)

    def udp(self, host: str, port: int) -> Socket:
        """A UDP socket to a peer; otherwise as `tcp`."""
        return self._open("udp", host, port)

    def _open(self, machine: str, host: str, port: int) -> Socket:
        check_peer(host, port)
        engine = self._engine
        box = Mailbox(machine, host, port, engine.wake)
        engine.submit(lambda session: session.open(box))
        if engine.courier is not None:
            engine.courier.add(box)
        return Socket(engine, box, self)

    def command(
        self, text: str | bytes, *, timeout_s: float | None = None, limit_s: float | None = None
    ) -> Answer:
        """Write a command when the line is free, and wait for its final result.

        Args:
            text: The command line, such as ``AT+CSQ``, without its end.
            timeout_s: How long to wait here; None: as long as it takes. A command that was not
                answered by then is not taken back.
            limit_s: How long the modem has, from when it was written; None: what the dialect
                says. When it passes, the line is reset.

        Returns:
            The answer, whether it is OK or a refusal.

        Raises:
            ValueError: It is no command line, or opens a data mode.
            TimeoutError: No final result came, within either of the two.
            ModemClosed: The modem is closed.
        """
        engine = self._engine
        data = text.encode("utf-8") if isinstance(text, str) else bytes(text)
        pending: Pending[Answer] = Pending(engine.wake)
        end_s = end_s_of(timeout_s)
        engine.submit(lambda session: session.command(data, limit_s, pending))
        with engine.changed:
            engine.until(pending.is_settled, end_s)
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

    def close(self, timeout_s: float = CLOSE_S) -> None:
        """Close every socket in order, then let go of the port; may be called again.

        Args:
            timeout_s: How long the modem has for the first of the two. What is left on it then
                is swept by whoever drives it next. 0: return at once.
        """
        self._engine.close(timeout_s)
