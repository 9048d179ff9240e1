"""A run that is killed in the middle: ``python -m tests.fleet.interrupted FOLDER OUT BATCHES``."""

from __future__ import annotations

import os
import signal
import sys

from atfsm.fleet import batch
from atfsm.fleet.run import Plan, Tally, replay_fleet

#: So that few captures make many batches.
BATCH_FILES = 8


def main(folder: str, out: str, batches: str) -> None:
    """Replay a folder, and die as soon as so many batches are done: no handler runs."""
    batch.BATCH_FILES = BATCH_FILES  # type: ignore[misc]  # final, but for this
    left = int(batches)

    def progress(tally: Tally) -> None:
        nonlocal left
        left -= tally.done > tally.resumed
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    replay_fleet([folder], Plan(out=out, jobs=2, resume=True), progress)


if __name__ == "__main__":
    main(*sys.argv[1:])
