"""The ladder: which rung is due, and when it may be taken.

It only counts. A rung has `Spacing.tries` resets without service in between, then the next is
due; service sets all back. Codes are never looked at: what failed, and how often, decides.

Costly rungs are rationed, since modems and operators punish reset storms. A ration is spent, and
written down (`atfsm.stack.outputs.Remember`), before the rung is taken, so that a process that is
killed in between has lost a try and never gained one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from atfsm.stack.config import Spacing
from atfsm.stack.memory import Memory
from atfsm.stack.outputs import Rung

HOUR_S: Final = 3600.0
LINE: Final = "line"
MODEM: Final = "modem"
POWER: Final = "power"
#: Moments kept of each costly rung; ours: more than any ration looks back at.
MOMENTS_AT_MOST: Final = 16


class Ladder:
    """Counts resets, names the next rung, and spaces them.

    Args:
        spacing: How often a rung may be taken.
        memory: What an earlier process left.
        chance: Where jitter comes from: a number from 0 to 1 at each call.
        has_power: Whether there is a power hook.
    """

    def __init__(
        self, spacing: Spacing, memory: Memory, chance: Callable[[], float], *, has_power: bool
    ) -> None:
        self._spacing = spacing
        self._chance = chance
        self._has_power = has_power
        self._resets = dict(memory.resets)
        self._restarts_s = list(memory.restarts_s)
        self._power_cuts_s = list(memory.power_cuts_s)

    @property
    def memory(self) -> Memory:
        """What must outlive the process."""
        return Memory(dict(self._resets), tuple(self._restarts_s), tuple(self._power_cuts_s))

    def counts(self, name: str) -> bool:
        """Whether service of *name* would set anything back."""
        return any(n == name or not n.startswith(("tcp ", "udp ")) for n in self._resets)

    @property
    def is_exhausted(self) -> bool:
        """Whether every rung was tried as often as it may be."""
        top = POWER if self._has_power else MODEM
        return self._resets.get(top, 0) > self._spacing.tries

    def failed(self, name: str) -> bool:
        """Count a reset of *name*; say whether its own rung is used up by now."""
        self._resets[name] = self._resets.get(name, 0) + 1
        return self._resets[name] > self._spacing.tries

    def rung_above(self, context: str) -> Rung:
        """The rung that is due where sockets on *context* fail again and again."""
        tries = self._spacing.tries
        if self._resets.get(context, 0) < tries:
            return Rung.CONTEXT
        if self._resets.get(MODEM, 0) < tries or not self._has_power:
            return Rung.MODEM
        return Rung.POWER

    def served(self, name: str = "") -> bool:
        """Data passed: forget what was counted. Say whether anything was.

        What other sockets' own failures count is theirs: one that is refused by its peer is not
        cured by a neighbour that works.
        """
        before = dict(self._resets)
        shared = [n for n in self._resets if not n.startswith(("tcp ", "udp "))]
        for each in (name, *shared):
            self._resets.pop(each, None)
        return before != self._resets

    def wait_s(self, name: str, bounds_s: tuple[float, float]) -> float:
        """How long to wait before *name* is built up again: it doubles from reset to reset."""
        shortest_s, longest_s = bounds_s
        doublings = min(max(self._resets.get(name, 1) - 1, 0), 64)
        wait_s = min(longest_s, shortest_s * 2.0**doublings)
        return wait_s * (1.0 - self._spacing.jitter * self._chance())

    def restart_from_s(self, now_s: float) -> float:
        """When the modem may be restarted: now, or later."""
        recent = [t for t in self._restarts_s if t > now_s - HOUR_S]
        if len(recent) < self._spacing.restarts_free:
            return now_s
        return max(now_s, max(recent) + HOUR_S / self._spacing.restarts_an_hour)

    def power_cut_from_s(self, now_s: float) -> float:
        """When the power may be cut: now, or later."""
        if not self._power_cuts_s:
            return now_s
        shortest_s, longest_s = self._spacing.power_s
        doublings = min(max(self._resets.get(POWER, 0) - 1, 0), 64)
        return max(now_s, max(self._power_cuts_s) + min(longest_s, shortest_s * 2.0**doublings))

    def spend_restart(self, now_s: float) -> None:
        """The modem is about to be restarted."""
        self._restarts_s = [*self._restarts_s, now_s][-MOMENTS_AT_MOST:]

    def spend_power_cut(self, now_s: float) -> None:
        """The power is about to be cut. A boot is a boot: restarts are rationed by it too."""
        self._power_cuts_s = [*self._power_cuts_s, now_s][-MOMENTS_AT_MOST:]
        self._resets[POWER] = self._resets.get(POWER, 0) + 1
        self.spend_restart(now_s)
