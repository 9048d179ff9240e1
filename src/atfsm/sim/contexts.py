"""The connection profiles of a simulated modem: up, down, and counting idle time (2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf
from typing import Final

from atfsm.sim.agenda import Later
from atfsm.sim.answers import Port
from atfsm.sim.profiles import Profile

__all__ = ["Context", "Contexts", "Timer"]

RAISE_S: Final = 0.4  # ours: from the attempt to the address
PATIENCE_S: Final = 0.5  # ours: how often an attempt looks for a network
ADDRESS: Final = b"10.0.0.7"


@dataclass(frozen=True, slots=True)
class Timer:
    """What KCNXTIMER says of one profile (2.1).

    Attributes:
        retry_s: ``tim1``: from a failed attempt to the next.
        attempts: ``nbtrial``: how many there are.
        limit_s: ``tim2``: how long an attempt waits for a network.
        idle_s: From the last close to the end.
    """

    retry_s: int = 60
    attempts: int = 2
    limit_s: int = 70
    idle_s: int = 30


@dataclass(eq=False)
class Context:
    """One connection profile.

    Attributes:
        apn: Access point name.
        login: Its user.
        password: And the user's secret.
        family: ``IPV4``, ``IPV6``, ``IPV4V6``.
        is_up: Whether it is raised.
        idle_until_s: When the idle time ends; infinity: it is not counted.
        waiting: What is done once it is up.
        attempt: Which one runs, over all; an older one ends in nothing.
    """

    apn: bytes
    login: bytes = b""
    password: bytes = b""
    family: bytes = b"IPV4"
    is_up: bool = False
    idle_until_s: float = inf
    waiting: list[Later] = field(default_factory=list)
    attempt: int = 0

    @property
    def state(self) -> int:
        """The last field of KCNXCFG: 0 down, 1 connecting, 2 up (2.1 [RIL])."""
        return 2 if self.is_up else 1 if self.waiting else 0

    def go_down(self) -> None:
        """Be down, and try no more."""
        self.is_up, self.idle_until_s = False, inf
        self.waiting.clear()
        self.attempt += 1


class Contexts:
    """All of them.

    Args:
        profile: The family.
        port: Where changes are said.
        may_rise: Whether the radio is registered.
        lost: Called with the number of one that went down, and the time.

    Attributes:
        known: By number, those that are configured.
        timers: By number, what KCNXTIMER said.
    """

    def __init__(
        self,
        profile: Profile,
        port: Port,
        may_rise: Callable[[], bool],
        lost: Callable[[int, float], None],
    ) -> None:
        self._profile = profile
        self._port = port
        self._may_rise = may_rise
        self._lost = lost
        self.known: dict[int, Context] = {}
        self.timers: dict[int, Timer] = {}
        if profile.stores_contexts:
            self.known[1] = Context(b"internet")

    def restart(self) -> None:
        """Lose what is volatile."""
        for context in self.known.values():
            context.go_down()
        if not self._profile.stores_contexts:
            self.known.clear()
            self.timers.clear()

    def timer(self, cnx: int) -> Timer:
        """What KCNXTIMER said, or its defaults."""
        return self.timers.get(cnx, Timer())

    def raise_(self, cnx: int, now_s: float, then: Later) -> None:
        """Raise one, and do something when it is up (2.2)."""
        context = self.known[cnx]
        if context.is_up:
            if context.idle_until_s != inf:
                context.idle_until_s = inf
                self._say(cnx, b"6", now_s)
            then(now_s)
            return
        context.waiting.append(then)
        if len(context.waiting) == 1:
            self._attempt(cnx, 1, now_s)

    def _attempt(self, cnx: int, number: int, now_s: float) -> None:
        self._say(cnx, b"4,%d" % number, now_s)
        context = self.known[cnx]
        attempt, until_s = context.attempt, now_s + self.timer(cnx).limit_s

        def look(at_s: float) -> None:
            if attempt != context.attempt:
                return
            if self._may_rise():
                self._succeed(cnx, at_s)
            elif at_s < until_s:
                self._port.later(at_s + PATIENCE_S, look)
            else:
                self._fail(cnx, number, at_s)

        self._port.later(now_s + RAISE_S, look)

    def _succeed(self, cnx: int, now_s: float) -> None:
        context = self.known[cnx]
        context.is_up = True
        self._say(cnx, b"1,0", now_s)
        waiting, context.waiting = context.waiting, []
        for then in waiting:
            then(now_s)

    def _fail(self, cnx: int, number: int, now_s: float) -> None:
        context = self.known[cnx]
        attempt, timer = context.attempt, self.timer(cnx)
        self._say(cnx, b"2,%d,%d,%d" % (number, timer.attempts, timer.retry_s), now_s)
        if number >= timer.attempts:
            context.go_down()
            self._lost(cnx, now_s)
            return

        def again(at_s: float) -> None:
            if attempt == context.attempt:
                self._attempt(cnx, number + 1, at_s)

        self._port.later(now_s + timer.retry_s, again)

    def lower(self, cnx: int, status: bytes, now_s: float) -> None:
        """Take one down, and its sessions with it."""
        self.known[cnx].go_down()
        self._say(cnx, status, now_s)
        self._lost(cnx, now_s)

    def lose(self, now_s: float) -> None:
        """The network takes all of them down (2.2: status 0)."""
        for cnx, context in self.known.items():
            if context.is_up or context.waiting:
                self.lower(cnx, b"0,0", now_s)

    def count_idle(self, cnx: int, now_s: float) -> None:
        """The last session of one is gone: its idle time is counted (2.1 [FRCV])."""
        context = self.known[cnx]
        if context.is_up and context.idle_until_s == inf:
            idle_s = self.timer(cnx).idle_s
            context.idle_until_s = now_s + idle_s
            self._say(cnx, b"5,%d" % idle_s, now_s)

    def advance(self, now_s: float) -> None:
        """End those whose idle time is over."""
        for cnx, context in self.known.items():
            if context.idle_until_s <= now_s:
                self.lower(cnx, self._profile.idle_end, now_s)

    def deadline_s(self) -> float:
        """Say when the next idle time is over; infinity: never."""
        return min((context.idle_until_s for context in self.known.values()), default=inf)

    def _say(self, cnx: int, status: bytes, now_s: float) -> None:
        self._port.say_unasked(b"+KCNX_IND: %d,%b" % (cnx, status), now_s)
