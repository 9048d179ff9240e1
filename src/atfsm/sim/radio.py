"""Where a simulated modem stands with the network: function, registration, coverage (6.2)."""

from __future__ import annotations

from math import inf
from typing import Final

from atfsm.sim.answers import Port
from atfsm.sim.profiles import Profile

__all__ = ["Radio"]

SEARCH_S: Final = 3.0  # ours: from the start to registered
ATTACH_S: Final = 1.0  # ours: the same, where it knows its network
UNREGISTERED, HOME, SEARCHING = 0, 1, 2
PLACE: Final = b'"1A2B","0123ABCD",7'  # <tac>, <ci>, <AcT>: E-UTRAN


class Radio:
    """Registration, and who is told of it.

    Attributes:
        functionality: As ``AT+CFUN`` says it.
        stat: As ``AT+CEREG`` says it.
        reporting: The mode of ``AT+CREG`` and its sisters.
        blocked_until_s: Before that the network lets it not in.
    """

    def __init__(self, profile: Profile, port: Port) -> None:
        self._profile = profile
        self._port = port
        self._search = 0  # which one: an older one ends in nothing
        self._has_coverage = True
        self.functionality = 1
        self.stat = UNREGISTERED
        self.reporting = {b"+CREG": 0, b"+CGREG": 0, b"+CEREG": 0}
        self.blocked_until_s = -inf

    @property
    def is_registered(self) -> bool:
        """Whether contexts can be raised."""
        return self.stat == HOME

    def come_up(self) -> None:
        """Be registered."""
        self.stat = HOME

    def restart(self) -> None:
        """Lose what is volatile."""
        self._search += 1
        self.functionality, self.stat = 1, UNREGISTERED
        if not self._profile.stores_reporting:
            self.reporting = dict.fromkeys(self.reporting, 0)

    def search(self, now_s: float, for_s: float = SEARCH_S) -> None:
        """Look for a network, and find it unless there is none."""
        self._search += 1
        self._register(SEARCHING, now_s)
        if self._has_coverage:
            number = self._search
            found_s = max(now_s + for_s, self.blocked_until_s)
            self._port.later(found_s, lambda at_s: self._find(number, at_s))

    def attach(self, now_s: float) -> None:
        """``AT+CGATT=1``, ``AT+CFUN=1``."""
        if not self.is_registered:
            self.search(now_s, ATTACH_S)

    def detach(self, now_s: float) -> None:
        """``AT+CGATT=0``, ``AT+CFUN=0``."""
        self._search += 1
        self._register(UNREGISTERED, now_s)

    def cover(self, now_s: float, *, present: bool, is_up: bool) -> None:
        """Lose the network, or find it again."""
        self._has_coverage = present
        if is_up and self.functionality == 1:
            self.search(now_s)

    def registration(self, name: bytes) -> bytes:
        """The answer to ``AT+CEREG?`` and its sisters."""
        return b"%b: %d,%b" % (name, self.reporting[name], self._fields(name))

    def _fields(self, name: bytes) -> bytes:
        has_place = self.reporting[name] > 1 and self.is_registered
        return b"%d" % self.stat + (b"," + PLACE if has_place else b"")

    def _find(self, number: int, now_s: float) -> None:
        if number == self._search:
            self._register(HOME, now_s)

    def _register(self, stat: int, now_s: float) -> None:
        if stat == self.stat:
            return
        self.stat = stat
        for name, mode in self.reporting.items():
            if mode:
                self._port.say_unasked(name + b": " + self._fields(name), now_s)
