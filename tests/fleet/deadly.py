"""What replays a batch in tests of the pool, and dies, or fails, where it is told to."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from atfsm.fleet.rows import NOTHING, Known, Task, replay_batch


def die() -> NoReturn:
    """Die as nothing can prevent."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def deadly_batch(
    names: tuple[str, ...],
    task: Task,
    *,
    known: Mapping[int, Known] = NOTHING,
    began: Callable[[int], None] | None = None,
) -> bytes:
    """Replay a batch; what a capture is called happens to who reads it.

    ``deadly`` kills, ``once`` only the first; ``huge`` takes more memory than there is, and
    ``odd`` is a bug.
    """

    def begin(index: int) -> None:
        if began is not None:
            began(index)
        name, mark = names[index], Path(names[index] + ".died")
        if "deadly" in name or ("once" in name and not mark.exists()):
            mark.touch()
            die()
        if "huge" in name:
            raise MemoryError
        if "odd" in name:
            raise KeyError(name)

    return replay_batch(names, task, known=known, began=begin)


class _Unsendable(bytes):
    """Rows that kill who sends them."""

    def __reduce__(self) -> NoReturn:
        """What is called where it is pickled."""
        die()


def unsendable_batch(*_: object, began: Callable[[int], None], **__: object) -> bytes:
    """Begin with a capture, and give rows that cannot be sent."""
    began(0)
    return _Unsendable()
