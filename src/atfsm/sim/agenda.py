"""What is to be done at a time, in the order of the times, and of the asking."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from typing import Protocol

__all__ = ["Agenda", "Later", "Timed", "earliest"]

Later = Callable[[float], None]  #: what is done at a time, which it is given


class Timed(Protocol):
    """What has something to do by itself."""

    def deadline_s(self) -> float | None:
        """Say when; None: never."""
        ...


def earliest(*parts: Timed) -> float | None:
    """Say when the first of them has something to do; None: never."""
    times_s = (part.deadline_s() for part in parts)
    return min((time_s for time_s in times_s if time_s is not None), default=None)


class Agenda:
    """A list of things to do."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, Later]] = []
        self._number = count()

    def add(self, at_s: float, do: Later) -> None:
        """Do something at a time."""
        heapq.heappush(self._entries, (at_s, next(self._number), do))

    def advance(self, now_s: float) -> None:
        """Do what is due."""
        while self._entries and self._entries[0][0] <= now_s:
            at_s, _, do = heapq.heappop(self._entries)
            do(at_s)

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()

    def deadline_s(self) -> float | None:
        """Say when the next thing is due."""
        return self._entries[0][0] if self._entries else None
