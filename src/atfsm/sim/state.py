"""What a simulated modem is at the moment: settings, start-up, radio, profiles, sessions."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Final

from atfsm.sim.answers import STANDARD_ERRORS, Answer, Port
from atfsm.sim.contexts import Contexts
from atfsm.sim.faults import Fault, Injector, Point
from atfsm.sim.framing import Framing
from atfsm.sim.network import Network
from atfsm.sim.profiles import Profile
from atfsm.sim.radio import Radio
from atfsm.sim.sessions import Session, Sessions

__all__ = ["PATTERN", "State"]

PATTERN: Final = b"--EOF--Pattern--"  # 1.6 [all drivers]
SEARCH_BEFORE_S: Final = 0.2  # 6.1 [Z#75398]: +CEREG: 2 comes before +KSUP
STARTS_KEPT: Final = 64  # ours: more than any fuse counts


class State:
    """Settings and books.

    Args:
        profile: The family.
        network: Where sessions lead.
        port: Where all is said.
        injector: What goes wrong.

    Attributes:
        stored: Settings that are kept and of no effect here, by command.
        book: The sessions.
        sim_code: What the SIM wants to be told after a start; empty: nothing.
        code_left: The same, until it was told.
        contexts_defined: What CGDCONT said, by number.
        reports_start: KSREP; it outlives a restart.
    """

    def __init__(self, profile: Profile, network: Network, port: Port, injector: Injector) -> None:
        self.profile = profile
        self.port = port
        self.injector = injector
        self.radio = Radio(profile, port)
        self.contexts = Contexts(profile, port, lambda: self.radio.is_registered, self._lose)
        self.book = Sessions(profile, network, self.contexts, port)
        self.contexts_defined: dict[int, tuple[bytes, bytes]] = {1: (b"IP", b"internet")}
        self.reports_start = False
        self.sim_code = self.code_left = b""
        self._starts_s: list[float] = []
        self._power_cut_s = -inf
        self.set_defaults()

    def set_defaults(self) -> None:
        """Forget what AT&F forgets."""
        self.framing = Framing(wraps_twice=self.profile.wraps_twice)
        self.echo = True
        self.cmee = 0
        self.pattern = PATTERN
        self.stored: dict[bytes, bytes] = {}

    @property
    def sessions(self) -> Mapping[int, Session]:
        """The sessions, by their id."""
        return self.book.known

    def refused(self, code: int) -> Answer:
        """A refusal, as CMEE wants it said (1.5)."""
        if self.cmee == 0:
            return Answer(final=b"ERROR")
        if self.cmee == 2 and code in STANDARD_ERRORS:
            return Answer(final=b"+CME ERROR: " + STANDARD_ERRORS[code])
        return Answer(final=b"+CME ERROR: %d" % code)

    def _lose(self, cnx: int, now_s: float) -> None:
        self.book.fail_on(cnx, now_s)

    # ------------------------------------------------------------------ start-up

    def forget_restarts(self, now_s: float) -> None:
        """The power was cut: boot-hold counts from here."""
        self._power_cut_s = now_s

    def restart(self, now_s: float) -> float | None:
        """Lose what is volatile; say when the start ends, or None if a fuse holds it."""
        self._starts_s = [*self._starts_s[1 - STARTS_KEPT :], now_s]
        faults = self.injector.at(Point.BOOT, now_s, lambda fault: self._is_met(fault, now_s))
        self.set_defaults()
        self.code_left = self.sim_code
        self.radio.restart()
        self.book.restart(now_s, leaves_ghosts="session_ghost_after_reboot" in faults)
        self.contexts.restart()
        if blocked := faults.get("attach_blocked_30min"):
            self.radio.blocked_until_s = now_s + blocked.param("for_s")
        return None if "boot_hold_after_n_resets" in faults else now_s + self.profile.boot_s

    def _is_met(self, fault: Fault, now_s: float) -> bool:
        """Whether this restart is one that the fault is about."""
        if fault.name == "session_ghost_after_reboot":
            return True
        since_s = now_s - fault.param("within_s")
        if fault.name == "boot_hold_after_n_resets":
            since_s = max(since_s, self._power_cut_s)
        starts = sum(start_s > since_s for start_s in self._starts_s)
        return starts >= fault.param("n")

    def switch_off(self, now_s: float) -> None:
        """Lose what is volatile, without a start."""
        self.book.restart(now_s, leaves_ghosts=False)
        self.contexts.restart()
        self.radio.restart()

    # ------------------------------------------------------------------ time

    def advance(self, now_s: float) -> None:
        """Let the time pass."""
        self.book.advance(now_s)
        self.contexts.advance(now_s)

    def deadline_s(self) -> float | None:
        """Say when something happens by itself."""
        network_s = self.book.deadline_s()
        due_s = min(self.contexts.deadline_s(), inf if network_s is None else network_s)
        return None if due_s == inf else due_s
