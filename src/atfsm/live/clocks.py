"""The clocks of the live side, as values: a test hands in its own, and nobody sleeps."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")


def _boot_s() -> float | None:
    """Seconds since the machine booted, its sleep included; None where nobody counts them."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return None if clock is None else time.clock_gettime(clock)


def _boot_id() -> str:
    """What tells this boot of the machine from all others; empty where nothing does."""
    try:
        return BOOT_ID.read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Where the time comes from.

    Attributes:
        monotonic_s: Never steps back; what `Stack` is given as ``now_s``.
        wall_s: Seconds since 1970; may step.
        boot_s: Seconds since boot, or None.
        boot_id: What tells one boot from another; empty where nothing does.
    """

    monotonic_s: Callable[[], float] = time.monotonic
    wall_s: Callable[[], float] = time.time
    boot_s: Callable[[], float | None] = _boot_s
    boot_id: Callable[[], str] = _boot_id


#: The clocks of this machine.
SYSTEM: Final = Clock()
