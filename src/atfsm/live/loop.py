"""The engine inside the loop of asyncio: the loop watches the port and keeps the time.

Where the port has no descriptor, its threads wake the loop. All methods are for the loop.
"""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial

from atfsm.errors import ModemClosed, ModemError
from atfsm.live.clocks import SYSTEM, Clock
from atfsm.live.contract import Driver
from atfsm.live.courier import Courier
from atfsm.live.hooks import EVENTS_AT_MOST, Hook, apart, checked, hooks_of
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

logger = logging.getLogger("atfsm")


class LoopEngine:
    """Drives one modem from the running loop; its arguments are those of `atfsm.aio.open`."""

    def __init__(
        self,
        url: str,
        config: Config | None,
        *,
        baudrate: int,
        rtscts: bool,
        power_cycle: Callable[[Cause], object] | None,
        may_reset: Callable[[Rung, Cause], object] | None,
        hooks: object | None,
        journal: Journal | FilePath | None,
        outbox: Outbox | FilePath | None,
        memory: FilePath | None,
        clock: Clock = SYSTEM,
        make_stack: Callable[[Config, float, Memory], Driver] = stack_of,
    ) -> None:
        self.loop = asyncio.get_running_loop()
        self.guard: AbstractContextManager[object] = nullcontext()  # the loop is the guard
        self._power_cycle = power_cycle
        self._may_reset = may_reset
        self._hooks = hooks
        self._clock = clock
        self._waiting: set[asyncio.Future[None]] = set()
        self._watched: tuple[int, bool] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._events: asyncio.Queue[tuple[Hook, Moved]] = asyncio.Queue(EVENTS_AT_MOST)
        self._lost_events = 0
        self.port = Port(url, self._wake_loop, baudrate=baudrate, rtscts=rtscts, clock=clock)
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
        self.courier = None if self.outbox is None else Courier(self.outbox, self._submit)
        if hooks is not None:
            self._start(self._call_hooks())
        self.port.open()

    # ------------------------------------------------------------------ for the calls

    def do(self, request: Callable[[Session], object]) -> None:
        """Do *request* now.

        Raises:
            ModemError: It is over.
        """
        if self.session.end is not None:
            raise self.ended()
        self._guarded(lambda: request(self.session))
        self._raise_bug()

    def _raise_bug(self) -> None:
        if self.session.end is not None and self.session.end.__cause__ is not None:
            raise self.ended()

    def ended(self) -> ModemError:
        """What calls raise that come after the end, or wait when it comes."""
        end = self.session.end
        if end is None or type(end) is ModemClosed:
            return closed()
        error = ModemError(str(end))
        error.__cause__ = end.__cause__
        return error

    async def until(self, is_true: Callable[[], bool], timeout_s: float | None) -> None:
        """Wait for something.

        Raises:
            TimeoutError: It did not come in time.
            ModemError: It cannot come any more.
        """
        end_s = None if timeout_s is None else self.loop.time() + timeout_s
        while not is_true():
            if self.session.end is not None:
                raise self.ended()
            left_s = None if end_s is None else end_s - self.loop.time()
            if left_s is not None and left_s <= 0:
                raise TimeoutError("not in time")
            future = self.loop.create_future()
            self._waiting.add(future)
            try:
                await asyncio.wait((future,), timeout=left_s)
            finally:
                self._waiting.discard(future)

    async def close(self, timeout_s: float) -> None:
        """Close every socket in order, for so long; then end."""
        if self.session.end is not None:
            return
        if self.courier is not None:
            self.courier.close()
        try:
            if timeout_s > 0 and self.port.is_open:
                self.do(lambda session: session.shut_down())
                with suppress(TimeoutError, ModemError):
                    await self.until(
                        lambda: self.session.is_idle or not self.port.is_open, timeout_s
                    )
        finally:
            self.stop(closed())

    def stop(self, error: ModemError) -> None:
        """End at once."""
        if self.session.end is not None:
            return
        self.session.finish(error)
        if self.courier is not None:
            self.courier.close()
        if self._timer is not None:
            self._timer.cancel()
        self._watch(None)
        self.port.close()
        for task in self._tasks:
            task.cancel()
        self._stores.close()

    # ------------------------------------------------------------------ what a session asks

    def write(self, data: bytes) -> None:
        """Write to the port."""
        self.port.write(data)

    def wake(self) -> None:
        """Something changed that calls wait for."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    def entered(self, moved: Moved) -> None:
        """A machine entered a state: its hooks are called soon."""
        for hook in hooks_of(self._hooks, moved):
            try:
                self._events.put_nowait((hook, moved))
            except asyncio.QueueFull:
                self._lost_events += 1
                if self._lost_events == 1:
                    logger.warning("hooks are too slow: events are dropped")
            else:
                if self._lost_events:
                    logger.warning("%d events were not told to hooks", self._lost_events)
                    self._lost_events = 0

    def cut_power(self, cause: Cause) -> None:
        """Call the power hook."""
        self._start(self._cut_power(cause))

    def ask_reset(self, rung: Rung, cause: Cause) -> None:
        """Call the veto hook."""
        self._start(self._ask_reset(rung, cause))

    async def _cut_power(self, cause: Cause) -> None:
        hook = self._power_cycle
        try:
            if hook is not None:
                await self.called(lambda: hook(cause), is_coroutine=_is_coroutine(hook))
        except Exception:
            logger.exception("the power hook failed; going on as if it had worked")
        with suppress(ModemError):
            self.do(lambda session: session.power_returned())

    async def _ask_reset(self, rung: Rung, cause: Cause) -> None:
        hook = self._may_reset
        verdict: bool | float = True
        try:
            if hook is not None:
                work = self.called(lambda: hook(rung, cause), is_coroutine=_is_coroutine(hook))
                verdict = checked(await work)
        except Exception:
            logger.exception("the veto hook failed; the reset of the %s goes on", rung.value)
        with suppress(ModemError):
            self.do(lambda session: session.permit(verdict))

    async def _call_hooks(self) -> None:
        while True:
            hook, moved = await self._events.get()
            try:
                result = hook(moved)
                if inspect.isawaitable(result):
                    await result
            except Exception:
                logger.exception("a hook failed on %s %s", moved.machine, moved.state)

    async def called(self, work: Callable[[], object], *, is_coroutine: bool) -> object:
        """Call something that may take long: a coroutine here, anything else on a thread."""
        if is_coroutine:
            result = work()
            assert inspect.isawaitable(result)
            return await result
        return await self.apart(work)

    async def apart(
        self,
        work: Callable[[], object],
        start: Callable[[Callable[[], None]], object] = lambda run: apart("hook", run),
    ) -> object:
        """Do *work* on another thread, which nobody waits for at the end.

        Args:
            work: What to do.
            start: Starts it elsewhere.
        """
        pending: Pending[object] = Pending(self.wake)

        def run() -> None:
            try:
                then = partial(pending.settle, work())
            except Exception as error:  # noqa: BLE001  it is raised where it is awaited
                then = partial(pending.fail, error)
            with suppress(RuntimeError):  # the loop is closed
                self.loop.call_soon_threadsafe(then)

        start(run)
        await self.until(pending.is_settled, None)
        return pending.outcome()

    # ------------------------------------------------------------------ the loop

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _submit(self, request: Callable[[Session], object]) -> None:
        """Have the loop do *request*: for other threads."""

        def do() -> None:
            with suppress(ModemError):
                self.do(request)

        try:
            self.loop.call_soon_threadsafe(do)
        except RuntimeError as error:
            raise closed() from error

    def _wake_loop(self) -> None:
        """Look at the port soon: for other threads."""
        with suppress(RuntimeError):  # the loop is closed
            self.loop.call_soon_threadsafe(self._turn)

    def _turn(self) -> None:
        """The port may have something to say, or the time has come."""
        if self.session.end is None:
            self._guarded(self._look)

    def _guarded(self, work: Callable[[], object]) -> None:
        """Do something with the session, then wait for what comes next."""
        try:
            work()
            self._wait()
        except Exception as bug:
            logger.critical("atfsm has a bug; this modem is not driven any more", exc_info=bug)
            error = ModemError(f"atfsm has a bug: {bug!r}")
            error.__cause__ = bug
            self.stop(error)

    def _look(self) -> None:
        is_lost = False
        for event in self.port.look():
            match event:
                case Opened():
                    self.session.port_opened()
                case Came():
                    self.session.came(event.data)
                case Lost():
                    is_lost = True
                    self._watch(None)
                    self.session.port_lost()
        deadline_s = self.session.deadline_s()
        if deadline_s is not None and deadline_s <= self._clock.monotonic_s():
            self.session.advance()
        if is_lost:
            self.wake()
            self.port.reopen()

    def _wait(self) -> None:
        descriptor = self.port.descriptor
        self._watch(None if descriptor is None else (descriptor, self.port.is_full))
        ends_s = [s for s in (self.session.deadline_s(), self.port.deadline_s()) if s is not None]
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if ends_s:
            wait_s = max(0.0, min(ends_s) - self._clock.monotonic_s())
            self._timer = self.loop.call_later(wait_s, self._turn)

    def _watch(self, wanted: tuple[int, bool] | None) -> None:
        """Watch a descriptor for bytes, and for room where that is wanted."""
        watched, self._watched = self._watched, wanted
        if watched == wanted:
            return
        if watched is not None and (wanted is None or watched[0] != wanted[0]):
            self.loop.remove_reader(watched[0])
        if watched is not None and watched[1]:
            self.loop.remove_writer(watched[0])
        if wanted is not None:
            if watched is None or watched[0] != wanted[0]:
                self.loop.add_reader(wanted[0], self._turn)
            if wanted[1]:
                self.loop.add_writer(wanted[0], self._turn)


def _is_coroutine(hook: object) -> bool:
    """Whether to call *hook* gives something to await."""
    return inspect.iscoroutinefunction(hook) or inspect.iscoroutinefunction(
        getattr(hook, "__call__", None)  # noqa: B004  an object that is called like a coroutine
    )
