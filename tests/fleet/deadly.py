"""What replays a batch in tests of the pool: it dies where a capture is called deadly."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from atfsm.fleet.columns import Columns
from atfsm.fleet.rows import NOTHING, Known, Task, replay_batch


def deadly_batch(
    names: tuple[str, ...],
    task: Task,
    *,
    known: Mapping[int, Known] = NOTHING,
    began: Callable[[int], None] | None = None,
) -> Columns:
    """Replay a batch; a capture called ``deadly`` kills who reads it, ``once`` only the first."""
    for index, name in enumerate(names):
        if index in known:
            continue
        if began is not None:
            began(index)
        mark = Path(name + ".died")
        if "deadly" in name or ("once" in name and not mark.exists()):
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return replay_batch(names, task, known=known)
