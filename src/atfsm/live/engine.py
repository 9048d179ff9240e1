"""The thread that owns a session: one inbox, one consumer, one selector to wait in."""

from __future__ import annotations

import atexit
import logging
import selectors
import socket
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from atfsm.errors import ModemClosed, ModemError
from atfsm.live.clocks import SYSTEM, Clock
from atfsm.live.contract import Driver, PowerHook, VetoHook
from atfsm.live.courier import Courier
from atfsm.live.hooks import HookThread, apart, cut_power, verdict_of
from atfsm.live.journal import Journal
from atfsm.live.mailbox import Pending
from atfsm.live.outbox import Outbox
from atfsm.live.port import Came, Lost, Opened, Port
from atfsm.live.requests import closed, configured
from atfsm.live.session import Session, stack_of
from atfsm.live.stores import FilePath, Stores
from atfsm.stack.config import Config
from atfsm.stack.memory import Memory
from atfsm.stack.outputs import Cause, Moved, Rung

#: How long `Engine.stop` waits for its thread: one turn of it, and a disk that syncs.
LAST_TURN_S: Final = 0.5
#: Waits are cut into pieces of this length. On Windows Ctrl-C does not interrupt one; elsewhere a
#: signal that comes when Python has let go of its lock, and does not wait yet, is seen only when
#: the wait is over.
SLICE_S: Final = 0.2 if sys.platform == "win32" else 1.0

logger = logging.getLogger("atfsm")

_running: weakref.WeakSet[Engine] = weakref.WeakSet()


@atexit.register
def _stop_all() -> None:
    """End what still runs when the interpreter does, so that no journal is cut in a line."""
    for engine in list(_running):
        engine.stop(LAST_TURN_S)


class Engine:
    """Drives one modem from a thread of its own.

    Args:
        url: Port.
        config: What the application decided.
        baudrate: Speed in baud.
        rtscts: Whether RTS and CTS hold up bytes.
        power_cycle: Cuts the power and returns it.
        may_reset: May hold back a costly reset.
        hooks: An object with ``on_enter_<state>``.
        journal: Where to write down what happens.
        outbox: Messages that outlive the process.
        memory: File that remembers costly resets.
        clock: Where the time comes from.
        make_stack: Makes the stack.
    """

    def __init__(
        self,
        url: str,
        config: Config | None,
        *,
        baudrate: int,
        rtscts: bool,
        power_cycle: PowerHook | None,
        may_reset: VetoHook | None,
        hooks: object | None,
        journal: Journal | FilePath | None,
        outbox: Outbox | FilePath | None,
        memory: FilePath | None,
        clock: Clock = SYSTEM,
        make_stack: Callable[[Config, float, Memory], Driver] = stack_of,
    ) -> None:
        self.changed = threading.Condition()
        self._power_cycle = power_cycle
        self._may_reset = may_reset
        self._hooks = HookThread(hooks)
        self._clock = clock
        self._inbox: deque[Callable[[Session], object]] = deque()
        self._is_stopping = False
        self._is_woken = False
        self.port = Port(url, self.nudge, baudrate=baudrate, rtscts=rtscts, clock=clock)
        self._stores = Stores(journal, outbox)
        self.outbox = self._stores.outbox
        try:
            self.session = Session(
                configured(config, power_cycle=power_cycle, may_reset=may_reset),
                self,
                url=url,
                journal=self._stores.journal,
                memory=memory,
                clock=clock,
                make_stack=make_stack,
            )
        except BaseException:
            self._stores.close()
            raise
        self._bell, self._ring = socket.socketpair()
        for end in (self._bell, self._ring):
            end.settimeout(0.0)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._watched: tuple[int, int] | None = None
        self.courier = None if self.outbox is None else Courier(self.outbox, self.submit)
        self._thread = threading.Thread(target=self._run, name=f"atfsm {url}", daemon=True)
        _running.add(self)
        self._thread.start()

    # ------------------------------------------------------------------ for any thread

    def nudge(self) -> None:
        """Have the thread look around."""
        if not self._is_woken:
            self._is_woken = True
            with suppress(OSError):  # full: it is awake; closed: it is over
                self._ring.send(b"\0")

    def submit(self, request: Callable[[Session], object]) -> None:
        """Have the thread do *request*, in order.

        Raises:
            ModemClosed: It is over.
        """
        if self.session.end is not None or self._is_stopping:
            raise self.ended()
        self._inbox.append(request)
        self.nudge()

    def ended(self) -> ModemError:
        """What calls raise that come after the end, or wait when it comes."""
        end = self.session.end
        if end is None or type(end) is ModemClosed:
            return closed()
        error = ModemError(str(end))
        error.__cause__ = end.__cause__
        return error

    def until(self, is_true: Callable[[], bool], end_s: float | None) -> None:
        """Wait for something; `changed` has to be held.

        Args:
            is_true: What is waited for.
            end_s: On the monotonic clock; None: without end.

        Raises:
            TimeoutError: It did not come in time.
            ModemError: It cannot come any more.
        """
        while not is_true():
            if self.session.end is not None:
                raise self.ended()
            left_s = SLICE_S if end_s is None else min(SLICE_S, end_s - time.monotonic())
            if left_s <= 0:
                raise TimeoutError("not in time")
            self.changed.wait(left_s)

    def close(self, timeout_s: float) -> None:
        """Close every socket in order, for so long; then end."""
        end_s = time.monotonic() + timeout_s
        if self.courier is not None:
            self.courier.close()
        try:
            if timeout_s > 0 and self.port.is_open and not self._is_stopping:
                is_told: Pending[None] = Pending(self.wake)

                def shut_down(session: Session) -> None:
                    session.shut_down()
                    with self.changed:
                        is_told.settle(None)

                def is_over() -> bool:
                    is_closed = is_told.is_settled() and self.session.is_idle
                    return is_closed or not self.port.is_open

                self.submit(shut_down)
                with self.changed, suppress(TimeoutError, ModemError):
                    self.until(is_over, end_s)
        finally:
            self.stop(LAST_TURN_S)

    def stop(self, timeout_s: float) -> None:
        """End at once; wait so long for the thread."""
        self._is_stopping = True
        self._is_woken = False
        self.nudge()
        if timeout_s > 0 and threading.current_thread() is not self._thread:
            self._thread.join(timeout_s)

    # ------------------------------------------------------------------ what a session asks

    @property
    def guard(self) -> threading.Condition:
        """Held while something changes that calls wait for."""
        return self.changed

    def write(self, data: bytes) -> None:
        """Write to the port."""
        self.port.write(data)

    def wake(self) -> None:
        """Something changed; `changed` is held."""
        self.changed.notify_all()

    def entered(self, moved: Moved) -> None:
        """A machine entered a state."""
        self._hooks.put(moved)

    def cut_power(self, cause: Cause) -> None:
        """Call the power hook."""

        def work() -> None:
            cut_power(self._power_cycle, cause)
            with suppress(ModemError):
                self.submit(lambda session: session.power_returned())

        apart("power", work)

    def ask_reset(self, rung: Rung, cause: Cause) -> None:
        """Call the veto hook."""

        def work() -> None:
            verdict = verdict_of(self._may_reset, rung, cause)
            with suppress(ModemError):
                self.submit(lambda session: session.permit(verdict))

        apart("veto", work)

    # ------------------------------------------------------------------ the thread

    def _run(self) -> None:
        error: ModemError = closed()
        try:
            self.port.open()
            while not self._is_stopping:
                self._wait()
                self._turn()
        except BaseException as bug:
            logger.critical("atfsm has a bug; this modem is not driven any more", exc_info=bug)
            error = ModemError(f"atfsm has a bug: {bug!r}")
            error.__cause__ = bug
        finally:
            self._end(error)

    def _end(self, error: ModemError) -> None:
        self._is_stopping = True
        self.session.finish(error)
        if self.courier is not None:
            self.courier.close()
        self._hooks.close()
        self._selector.close()
        self.port.close()
        self._bell.close()
        self._ring.close()
        self._stores.close()
        _running.discard(self)

    def _wait(self) -> None:
        """Wait for bytes, for room, for requests and for deadlines, whatever comes first."""
        ends_s = [s for s in (self.session.deadline_s(), self.port.deadline_s()) if s is not None]
        wait_s = max(0.0, min(ends_s) - self._clock.monotonic_s()) if ends_s else None
        self._selector.select(wait_s)
        with suppress(BlockingIOError):
            self._bell.recv(4096)
        self._is_woken = False  # last: whoever still takes it for woken has filled the inbox

    def _turn(self) -> None:
        """Do what there is to do, and never more than there was when it began."""
        for _ in range(len(self._inbox)):
            self._inbox.popleft()(self.session)
        is_lost = False
        for event in self.port.look():
            match event:
                case Opened():
                    self.session.port_opened()
                case Came():
                    self.session.came(event.data)
                case Lost():
                    is_lost = True
                    self.session.port_lost()
        deadline_s = self.session.deadline_s()
        if deadline_s is not None and deadline_s <= self._clock.monotonic_s():
            self.session.advance()
        self._watch()
        if is_lost:
            with self.changed:
                self.wake()
            self.port.reopen()

    def _watch(self) -> None:
        """Watch the descriptor of the port for what is wanted of it."""
        descriptor = self.port.descriptor
        wanted = None
        if descriptor is not None:
            room = selectors.EVENT_WRITE if self.port.is_full else 0
            wanted = (descriptor, selectors.EVENT_READ | room)
        if wanted == self._watched:
            return
        if self._watched is not None:
            with suppress(KeyError, OSError, ValueError):
                self._selector.unregister(self._watched[0])
        if wanted is not None:
            self._selector.register(*wanted)
        self._watched = wanted


def end_s_of(timeout_s: float | None) -> float | None:
    """When a time-out that begins now ends, on the monotonic clock."""
    return None if timeout_s is None else time.monotonic() + timeout_s
