"""What the tests take of the charts: the captures, and sessions with the simulated modem.

``python -m tests.replay.tested`` writes it into the package, for an installed atfsm that has no
tests beside it; ``atfsm coverage`` compares with it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from atfsm.live.clocks import Clock
from atfsm.live.journal import Journal
from atfsm.replay.coverage import Cells, Coverage
from atfsm.replay.saved_cells import TESTED, save
from atfsm.sim import FAULTS, PROFILES, Fault
from atfsm.stack import Config
from tests.stack.golden import Outcome, golden_session

ROOT = Path(__file__).resolve().parents[2]
CAPTURES = sorted((ROOT / "tests" / "captures").glob("*.log"))
FILE = ROOT / "src" / "atfsm" / "replay" / TESTED
CURE = "run: python -m tests.replay.tested"

CONFIG = Config(apn="internet", has_power_hook=True)
CLOCK = Clock(
    monotonic_s=lambda: 0.0, wall_s=lambda: 1.8e9, boot_s=lambda: 0.0, boot_id=lambda: "boot"
)


def sessions() -> Iterator[Outcome]:
    """The golden session with each family, and with each fault now and then."""
    for kind in ("tcp", "udp"):
        for profile in PROFILES:
            yield golden_session(kind, [], profile=profile, config=CONFIG)
        for name in sorted(FAULTS):
            faults = [Fault(name, p=0.2, times=6)]
            yield golden_session(kind, faults, seed=1, for_s=600.0, config=CONFIG)


def write_journal(path: Path, outcome: Outcome) -> Path:
    """Write what a session said as the journal that it would have left."""
    with Journal(path, clock=CLOCK, fsync=lambda _: None) as journal:
        journal.begin(CONFIG, "simulated", 0.0)
        for time_s, output in outcome.outputs:
            journal.write([output], time_s)
    return path


def measured() -> Cells:
    """Count what all of them take."""
    coverage = Coverage()
    for path in CAPTURES:
        coverage.add(str(path))
    with tempfile.TemporaryDirectory() as folder:
        for number, outcome in enumerate(sessions()):
            coverage.add(str(write_journal(Path(folder) / f"{number}.journal", outcome)))
    return coverage.cells


if __name__ == "__main__":
    FILE.write_text(save(measured()), "utf-8")
    print(FILE.relative_to(ROOT))
