"""Calling the application: elsewhere, so that it can neither stall the line nor break it."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable
from typing import Final, TypeAlias

from atfsm.live.contract import PowerHook, Verdict, VetoHook
from atfsm.stack.outputs import Cause, Moved, Rung

#: Events that may wait for hooks that are slower than the modem; what comes then is dropped,
#: counted and logged. Ours: a whole recovery is some two hundred.
EVENTS_AT_MOST: Final = 1_000

Hook: TypeAlias = Callable[[Moved], object]

logger = logging.getLogger("atfsm")


def hooks_of(owner: object | None, moved: Moved) -> list[Hook]:
    """The methods of *owner* that want to know of *moved*.

    These are ``on_enter_<state>`` and ``on_enter_<machine>_<state>``.
    """
    if owner is None or moved.before == moved.state:
        return []
    names = (f"on_enter_{moved.state}", f"on_enter_{moved.machine}_{moved.state}")
    found = (getattr(owner, name, None) for name in names)
    return [hook for hook in found if callable(hook)]


def apart(name: str, work: Callable[[], object]) -> None:
    """Do *work* on a thread of its own, which does not keep the interpreter alive."""
    threading.Thread(target=work, name=f"atfsm {name}", daemon=True).start()


def cut_power(hook: PowerHook | None, cause: Cause) -> None:
    """Call the power hook; where it raises, the power counts as cut all the same."""
    try:
        if hook is not None:
            hook(cause)
    except Exception:
        logger.exception("the power hook failed; going on as if it had worked")


def verdict_of(hook: VetoHook | None, rung: Rung, cause: Cause) -> Verdict:
    """Ask the veto hook; where it raises, or gives no verdict, the reset goes on."""
    try:
        return True if hook is None else checked(hook(rung, cause))
    except Exception:
        logger.exception("the veto hook failed; the reset of the %s goes on", rung.value)
        return True


def checked(verdict: object) -> Verdict:
    """Make sure that a verdict is one.

    Raises:
        TypeError: It is neither a bool nor a number.
    """
    if isinstance(verdict, bool):
        return verdict
    if isinstance(verdict, int | float):
        return float(verdict)
    raise TypeError(f"may_reset gave {verdict!r}: it has to give True, False or seconds")


class HookThread:
    """Calls hooks in order, on one thread.

    Args:
        owner: The object whose methods they are; None: there are none.
    """

    def __init__(self, owner: object | None) -> None:
        self._owner = owner
        self._events: queue.Queue[tuple[Hook, Moved] | None] = queue.Queue(EVENTS_AT_MOST)
        self._lost = 0
        self._is_started = False

    def put(self, moved: Moved) -> None:
        """A machine moved: its hooks are called soon."""
        for hook in hooks_of(self._owner, moved):
            if not self._is_started:
                self._is_started = True
                apart("hooks", self._run)
            try:
                self._events.put_nowait((hook, moved))
            except queue.Full:
                self._lost += 1
                if self._lost == 1:
                    logger.warning("hooks are too slow: events are dropped")
            else:
                if self._lost:
                    logger.warning("%d events were not told to hooks", self._lost)
                    self._lost = 0

    def close(self) -> None:
        """What waits is still called; then the thread ends."""
        if self._is_started:
            try:
                self._events.put_nowait(None)
            except queue.Full:
                logger.warning("hooks were too slow: their thread is left behind")

    def _run(self) -> None:
        while (event := self._events.get()) is not None:
            hook, moved = event
            try:
                hook(moved)
            except Exception:
                logger.exception("a hook failed on %s %s", moved.machine, moved.state)
