"""What the ladder must not forget, in a small file: how often it reset, and when it was costly.

Times are kept twice: on the wall, and since boot where the system counts that. Within one boot
ages are exact, whatever the wall clock does. Behind another boot the wall clock has to do, and
where it cannot be trusted (it stepped back, or was not set) a costly step counts as taken just
now: a modem that is spared one restart is better off than one that is stormed.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from typing import Final

from atfsm.errors import AtfsmError
from atfsm.live.clocks import SYSTEM, Clock
from atfsm.stack.memory import Memory

FORM: Final = "atfsm-memory/1"
#: A file of more bytes, or with more steps of one kind, is none of ours: what is due is hundreds
#: of times less.
SIZE_AT_MOST: Final = 1 << 20
STEPS_AT_MOST: Final = 1_000
#: The wall clock of a machine without a battery begins far before this (2020-01-01, UTC); ours.
CLOCK_SET_S: Final = 1_577_836_800.0

logger = logging.getLogger("atfsm")


class RememberedError(AtfsmError):
    """What must be remembered cannot be; the message is one line that says where and why."""


def save(
    path: str | os.PathLike[str],
    memory: Memory,
    *,
    now_s: float,
    clock: Clock = SYSTEM,
    fsync: Callable[[int], None] = os.fsync,
) -> None:
    """Make *memory* durable: when this returns, it outlives the process and a power cut.

    Args:
        path: The file; it is replaced as a whole, or stays what it was.
        memory: With times on the clock of the stack.
        now_s: The present time on that clock.
        clock: Where wall time and time since boot come from.
        fsync: Makes a file or a folder durable, by its descriptor.

    Raises:
        RememberedError: It cannot be written.
    """
    place = Path(path)
    wall_s, boot_s = clock.wall_s(), clock.boot_s()

    def step(at_s: float) -> dict[str, float | None]:
        age_s = max(0.0, now_s - at_s)
        return {"wall_s": wall_s - age_s, "boot_s": None if boot_s is None else boot_s - age_s}

    text = json.dumps(
        {
            "memory": FORM,
            "boot_id": clock.boot_id(),
            "resets": dict(memory.resets),
            "restarts": [step(at_s) for at_s in memory.restarts_s[-STEPS_AT_MOST:]],
            "power_cuts": [step(at_s) for at_s in memory.power_cuts_s[-STEPS_AT_MOST:]],
        },
        indent=1,
    )
    aside = place.with_name(f"{place.name}.new")
    try:
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as file:  # noqa: PTH123  by descriptor
            file.write(text.encode())
            file.flush()
            fsync(file.fileno())
        aside.replace(place)
        _sync_folder(place.parent, fsync)
    except OSError as error:
        with contextlib.suppress(OSError):
            aside.unlink()
        reason = error.strerror or error
        raise RememberedError(f"{place}: what happened cannot be remembered: {reason}") from error


def load(path: str | os.PathLike[str], *, now_s: float, clock: Clock = SYSTEM) -> Memory:
    """Read what was remembered; a file that is not there is a new beginning.

    Nothing is raised. A file that cannot be read, or is damaged or foreign, counts as one
    restart and one power cut just now: the next costly step has to keep its distance, and the
    ration of restarts is not used up by a torn file. It is moved aside to ``<path>.damaged``.

    Args:
        path: The file.
        now_s: The present time on the clock of the stack.
        clock: Where wall time and time since boot come from.

    Returns:
        The memory, with times on the clock of the stack, none of them later than *now_s*.
    """
    place = Path(path)
    try:
        with place.open("rb") as file:
            data = file.read(SIZE_AT_MOST + 1)
        return _read(data, now_s, clock)
    except FileNotFoundError:
        return Memory()
    except OSError as error:
        logger.warning("%s: cannot be read (%s); taken for a restart just now", place, error)
    except (ValueError, RecursionError) as error:
        logger.warning("%s: is damaged (%s); taken for a restart just now", place, error)
        try:
            place.replace(place.with_name(f"{place.name}.damaged"))
        except OSError as refusal:
            logger.warning("%s: cannot be moved aside: %s", place, refusal)
    return Memory(restarts_s=(now_s,), power_cuts_s=(now_s,))


def _read(data: bytes, now_s: float, clock: Clock) -> Memory:
    if len(data) > SIZE_AT_MOST:
        raise ValueError("it is too long")
    kept = json.loads(data)
    if not isinstance(kept, dict) or kept.get("memory") != FORM:
        raise ValueError(f"it is no {FORM}")
    resets = kept.get("resets")
    if not isinstance(resets, dict) or not all(map(_is_count, resets.values())):
        raise ValueError("its resets are no counts")
    boot_id = clock.boot_id()
    boot_s = clock.boot_s() if boot_id and kept.get("boot_id") == boot_id else None
    ages = _Ages(clock.wall_s(), boot_s)
    return Memory(
        resets=resets,
        restarts_s=_times(kept.get("restarts"), now_s, ages),
        power_cuts_s=_times(kept.get("power_cuts"), now_s, ages),
    )


class _Ages:
    """How long ago something was.

    Args:
        wall_s: The wall clock now.
        boot_s: Seconds since boot now; None where the file is of another boot.
    """

    def __init__(self, wall_s: float, boot_s: float | None) -> None:
        self._wall_s = wall_s
        self._boot_s = boot_s

    def of(self, step: object) -> float:
        """Age in seconds, never negative."""
        if not isinstance(step, dict):
            raise ValueError("a step of it has no time")  # noqa: TRY004  the file is to blame
        wall_s, boot_s = _number(step.get("wall_s")), step.get("boot_s")
        if self._boot_s is not None and boot_s is not None:
            return max(0.0, self._boot_s - _number(boot_s))
        if wall_s < CLOCK_SET_S:
            return 0.0  # the clock was not set then: nobody knows
        return max(0.0, self._wall_s - wall_s)


def _times(steps: object, now_s: float, ages: _Ages) -> tuple[float, ...]:
    if not isinstance(steps, list) or len(steps) > STEPS_AT_MOST:
        raise ValueError("its steps are no list")
    return tuple(sorted(now_s - ages.of(step) for step in steps))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 31


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("a time of it is no number")  # noqa: TRY004  the file is to blame
    try:
        number = float(value)
    except OverflowError as error:
        raise ValueError("a time of it is beyond all numbers") from error
    if not isfinite(number):
        raise ValueError("a time of it is not finite")
    return number


def _sync_folder(folder: Path, fsync: Callable[[int], None]) -> None:
    """Make a renaming durable, where folders can be."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fsync(descriptor)
    finally:
        os.close(descriptor)
