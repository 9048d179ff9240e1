"""An end to work that runs away, without a clock.

What is counted is the processor time of this process alone, so that it means nothing what else
the machine does. A line that is read with its length costs a hundredth of the limit, other work
that is tested a fifth at most; what grows with the square of the length, many times the limit.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType

#: Bytes of a line on which an expression that runs away takes seconds, and another a millisecond.
LONG_BYTES = 1 << 15
LIMIT_S = 0.5


class _RunsAwayError(Exception):
    """The limit has passed. Raised within an expression too: it looks for signals now and then."""


def runs_away(work: Callable[[bytes], object], line: bytes) -> bool:
    """Tell whether *work* on *line* takes more processor time than its length can explain."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _RunsAwayError

    before = signal.signal(signal.SIGVTALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT_S)
        work(line)
    except _RunsAwayError:
        return True
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return False
