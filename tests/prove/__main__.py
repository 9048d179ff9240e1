"""Run the large numbers and print them, with their seeds.

    make prove                      all of it (an hour and a half on two cores)
    make prove ARGS="--scale 0.01"  a hundredth of it
    make prove ARGS="faults noise"  some of it

Each part prints one line when it is done and fails loudly: exit code 1 if anything that must hold
did not.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from typing import NamedTuple

from atfsm.sim import FAULTS
from tests.prove import parts


class Result(NamedTuple):
    """What a part came to: a line to print, and whether it held."""

    line: str
    held: bool


def percentile(values: list[float], part: float) -> float:
    """The value below which *part* of them lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def prove_faults(pool: ProcessPoolExecutor, scale: float) -> Result:
    """Every fault at every step of a golden TCP and a golden UDP session."""
    step = max(1, round(1 / scale)) if scale < 1 else 1
    jobs = [(name, kind, step) for name in FAULTS for kind in ("tcp", "udp")]
    runs = list(chain.from_iterable(pool.map(parts.faults, jobs)))
    failed = [r for r in runs if not r.held]
    times_s = [r.time_to_service_s for r in runs if not r.held_back]
    line = (
        f"faults        {len(FAULTS)} faults, {len(runs)} runs (seed 0): {len(failed)} without "
        f"service, order or bound; time to service p50 {percentile(times_s, 0.5):.1f} s, "
        f"p99 {percentile(times_s, 0.99):.1f} s, worst {max(times_s):.1f} s"
    )
    for each in failed[:10]:
        line += f"\n              {each.name}"
    return Result(line, not failed)


def prove_answers(pool: ProcessPoolExecutor, scale: float) -> Result:
    """Late, lost and doubled answers: none is attributed to the wrong command."""
    total = max(100, round(1_000_000 * scale))
    jobs = [(seed, min(2_000, total)) for seed in range(max(1, total // 2_000))]
    tallies = list(pool.map(parts.answers, jobs))
    injected, wrong = sum(t.injected for t in tallies), sum(t.wrong for t in tallies)
    right, none = sum(t.right for t in tallies), sum(t.none for t in tallies)
    line = (
        f"answers       {injected:,} late, lost or doubled (seeds 0 to {len(jobs) - 1}): {wrong} "
        f"attributed wrongly; {right:,} right, {none:,} given up"
    )
    return Result(line, not wrong)


def prove_rations(pool: ProcessPoolExecutor, scale: float) -> Result:
    """Outage-weeks with random kills: no ration is broken."""
    weeks = max(20, round(10_000 * scale))
    found = list(pool.map(parts.week, range(weeks), chunksize=20))
    breaches = sum(f.breaches for f in found)
    line = (
        f"rations       {weeks:,} outage-weeks (seeds 0 to {weeks - 1}), "
        f"{sum(f.kills for f in found):,} kills, {sum(f.restarts for f in found):,} restarts, "
        f"{sum(f.cuts for f in found):,} power cuts: {breaches} breaches"
    )
    return Result(line, not breaches)


def prove_noise(pool: ProcessPoolExecutor, scale: float) -> Result:
    """Noise into the stack: no exception, no growth."""
    total = max(1_000_000, round(100_000_000 * scale))
    share = 5_000_000 if total >= 10_000_000 else total // 2
    jobs = [(seed, share) for seed in range(total // share)]
    grown = list(pool.map(parts.noise, jobs))
    line = (
        f"noise         {total:,} bytes (seeds 0 to {len(jobs) - 1}): no exception; peak memory "
        f"grew by at most {max(grown) / 1e6:.1f} MB in a process"
    )
    return Result(line, max(grown) < 20_000_000)


def prove_send_order(pool: ProcessPoolExecutor, scale: float) -> Result:
    """KTCPSND and KUDPSND are never written before the IND of their session."""
    sessions = max(50, round(20_000 * scale))
    found = list(pool.map(parts.send_order, range(sessions), chunksize=10))
    early = sum(found)
    line = f"send order    {sessions:,} sessions with random faults (seeds 0 to {sessions - 1}): {early} sends before +KTCP_IND or +KUDP_IND"
    return Result(line, not early)


def prove_kills(pool: ProcessPoolExecutor, scale: float) -> Result:
    """Kill -9 with the outbox on: nothing is lost."""
    del pool  # real processes of their own
    kills = max(3, round(200 * scale))
    found = parts.kill_senders(kills, seed=7)
    line = (
        f"kills         {found.kills} times kill -9 (seed 7): {found.messages} messages posted, "
        f"{found.lost} lost, {found.twice} came more than once, order "
        f"{'kept' if found.in_order else 'BROKEN'}"
    )
    return Result(line, not found.lost and found.in_order and found.kills >= kills)


def prove_report(pool: ProcessPoolExecutor, scale: float) -> Result:
    """The thread's second report, end to end over a pty."""
    del pool
    datagrams = max(100, round(2_000 * scale))
    found = parts.second_report(datagrams, seed=7)
    line = (
        f"report        {found.arrived} of {datagrams} datagrams at the sink, {found.resets} "
        f"resets in the journal, {found.replayed} in its replay (seed 7)"
    )
    return Result(line, found.arrived == datagrams and found.resets == found.replayed)


PARTS: dict[str, Callable[[ProcessPoolExecutor, float], Result]] = {
    "faults": prove_faults,
    "send-order": prove_send_order,
    "rations": prove_rations,
    "report": prove_report,
    "kills": prove_kills,
    "noise": prove_noise,
    "answers": prove_answers,
}


def main() -> int:
    """Run the parts that are named, or all of them."""
    parser = argparse.ArgumentParser(prog="make prove", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--scale", type=float, default=1.0, help="how much of it (default 1)")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.parts) - set(PARTS))
    if unknown:
        parser.error(f"there is no part {unknown[0]!r}; there are: {', '.join(PARTS)}")
    all_held = True
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for name in arguments.parts or PARTS:
            began_s = time.monotonic()
            result = PARTS[name](pool, arguments.scale)
            verdict = "" if result.held else "   DOES NOT HOLD"
            print(f"{result.line}   [{time.monotonic() - began_s:.0f} s]{verdict}", flush=True)
            all_held &= result.held
    return 0 if all_held else 1


if __name__ == "__main__":
    sys.exit(main())
