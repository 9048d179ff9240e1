"""A journal of a live run, replayed: the same transitions, whatever went wrong in the run."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest

from atfsm.live.clocks import Clock
from atfsm.live.journal import Journal
from atfsm.replay import replay
from atfsm.sim import FAULTS, Chunks, Fault
from atfsm.stack import Config, Moved, Reset
from tests.stack.golden import golden_session

CLOCK = Clock(
    monotonic_s=lambda: 0.0, wall_s=lambda: 1.8e9, boot_s=lambda: 0.0, boot_id=lambda: "boot"
)


@pytest.mark.parametrize("seed", range(24))
def test_the_replay_of_a_journal_is_the_run(seed: int, tmp_path: Path) -> None:
    """Random faults, families and chunks: every transition of the run is in its replay."""
    chance = random.Random(seed)
    faults = [
        Fault(name, p=chance.choice((0.05, 0.2)), times=6)
        for name in chance.sample(sorted(FAULTS), k=2)
    ]
    config = Config(apn="internet", has_power_hook=True)
    outcome = golden_session(
        chance.choice(("tcp", "udp")),
        faults,
        seed=seed,
        profile=chance.choice(("rc76", "hl78", "rc7611", "hl75")),
        chunks=chance.choice(list(Chunks)),
        config=config,
        for_s=600.0,
    )
    path = tmp_path / "run.journal"
    with io.open(path, "wb") as file:  # noqa: UP020  the journal wants a file, not a path, here
        journal = Journal(file, clock=CLOCK, fsync=lambda _: None)
        journal.begin(config, "simulated", 0.0)
        for time_s, output in outcome.outputs:
            journal.write([output], time_s)
        journal.close()
    report = replay(str(path))
    moves = [o for _, o in outcome.outputs if isinstance(o, Moved)]
    assert moves
    assert [] == [note for note in report.notes if "journal says" in note or "differ" in note]
    assert report.wobble_count == sum(m.is_wobble for m in moves)
    resets = [o for _, o in outcome.outputs if isinstance(o, Reset)]
    assert bool(resets) <= bool(report.wobble_count)
