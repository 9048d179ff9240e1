"""Every fault at each of its steps: the runs behind the tests and ``make prove``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atfsm.sim import FAULTS, Fault
from atfsm.sim.faults import Point
from tests.stack.golden import Outcome, golden_session

#: Faults of a restart, or of a close, need one to happen.
PROVOKED_BY = {Point.BOOT: "reboot_banner", Point.CLOSE: "cme_923_on_send"}
#: Longest time to service of one fault at one step: no ration stands in its way; ours.
BOUND_S = 120.0
#: These hold back service by what they are, for as long as they say.
HELD_BACK_S = {"attach_blocked_30min": 2000.0}
STEPS_AT_MOST = 120


@dataclass(frozen=True)
class Run:
    """One fault at one of its steps."""

    name: str
    kind: str
    at: int
    outcome: Outcome

    def __str__(self) -> str:
        took_s = self.outcome.time_to_service_s
        return f"{self.name} at {self.at} of a {self.kind} session: {took_s:.0f} s to service"


def fault_runs(name: str, kind: str, *, step: int = 1, seed: int = 0) -> Iterator[Run]:
    """The golden session with one fault at its first, next, … opportunity, until there is none."""
    point = FAULTS[name].point
    provoker = PROVOKED_BY.get(point)
    if provoker is not None and point is Point.BOOT:
        params = {"n": 1.0} if name.endswith(("resets", "30min")) else {}
        for at in range(1, 40, step):
            faults = [Fault(name, times=1, params=params), Fault(provoker, at=at)]
            outcome = golden_session(kind, faults, seed=seed)
            if not outcome.fired:
                return
            yield Run(name, kind, at, outcome)
        return
    for at in range(1, STEPS_AT_MOST, step):
        faults = [Fault(name, at=at)]
        if provoker is not None:
            faults = [Fault(name, times=1), Fault(provoker, at=at)]
        outcome = golden_session(kind, faults, seed=seed)
        if not outcome.fired:
            return
        yield Run(name, kind, at, outcome)
