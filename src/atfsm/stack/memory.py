"""What the ladder must not forget, even where the process is killed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Memory:
    """Counters of the ladder, and when the costly rungs were taken.

    Times are seconds on the clock of the stack (``now_s``), and may be negative for what an
    earlier process did. Whoever stores them translates to a clock that outlives the process.

    Attributes:
        resets: Full resets without service in between, by what was reset: ``tcp 192.0.2.1:7``,
            ``context 1``, ``modem``, ``power``.
        restarts_s: When the modem was restarted, oldest first.
        power_cuts_s: When its power was cut, oldest first.
    """

    resets: Mapping[str, int] = field(default_factory=dict)
    restarts_s: tuple[float, ...] = ()
    power_cuts_s: tuple[float, ...] = ()
