"""The parts of ``make prove``, each a function of its seed, to be run in any process."""

from __future__ import annotations

import random
import resource
from itertools import pairwise
from typing import NamedTuple

from atfsm.sim import FAULTS, Fault
from tests.live.endurance import Kills, Report, kill_senders, second_report
from tests.stack.golden import golden_session, in_order
from tests.stack.late import Tally, ask_a_late_modem
from tests.stack.matrix import BOUND_S, HELD_BACK_S, fault_runs
from tests.stack.noise import feed_noise
from tests.stack.outages import restarts_within, week_of_outages
from tests.stack.sends import sends_before_their_time

__all__ = ["Kills", "Report", "kill_senders", "second_report"]

HOUR_S = 3600.0


class FaultRun(NamedTuple):
    """One fault at one step."""

    name: str
    held: bool
    held_back: bool
    time_to_service_s: float


def faults(job: tuple[str, str, int]) -> list[FaultRun]:
    """One fault at every step of a session."""
    name, kind, step = job
    found = []
    for run in fault_runs(name, kind, step=step):
        outcome = run.outcome
        bound_s = HELD_BACK_S.get(name, BOUND_S)
        served = outcome.served and in_order(outcome.arrived, 5)
        held = (served and outcome.time_to_service_s <= bound_s) or (
            not outcome.served and outcome.needed_human
        )
        found.append(FaultRun(str(run), held, name in HELD_BACK_S, outcome.time_to_service_s))
    return found


def answers(job: tuple[int, int]) -> Tally:
    """Late, lost and doubled answers."""
    seed, injections = job
    return ask_a_late_modem(seed, injections)


class Weeks(NamedTuple):
    """What one outage-week came to."""

    breaches: int
    kills: int
    restarts: int
    cuts: int


def week(seed: int) -> Weeks:
    """One week of outages and kills."""
    found = week_of_outages(random.Random(seed))
    breaches = int(restarts_within(found.restarts_s, HOUR_S) > 2 + 3)
    breaches += sum(b - a < 60.0 - 1e-6 for a, b in pairwise(found.cuts_s))
    return Weeks(breaches, found.kills, len(found.restarts_s), len(found.cuts_s))


def noise(job: tuple[int, int]) -> int:
    """Noise; return by how many bytes the peak of this process's memory grew."""
    seed, count_bytes = job
    feed_noise(seed, 500_000)  # whatever is loaded once is loaded now
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    feed_noise(seed, count_bytes)
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024


def send_order(seed: int) -> int:
    """One session with random faults; how many sends came before their time."""
    chance = random.Random(seed)
    names = chance.sample(sorted(FAULTS), k=chance.randrange(1, 4))
    wrong = [Fault(name, p=chance.choice((0.02, 0.1, 0.3)), times=5) for name in names]
    outcome = golden_session(
        chance.choice(("tcp", "udp")),
        wrong,
        profile=chance.choice(("rc76", "hl78", "rc7611", "hl75")),
        seed=seed,
        for_s=400.0,
    )
    return len(sends_before_their_time(outcome))
