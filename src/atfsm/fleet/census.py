"""Wobbles counted as their rows pass: causes, what only fell along, and what has no row.

A context that goes takes its sockets along: a wobble that was swept on the line that decided
another one is no cause of its own. A capture has rows for its first wobbles only.
"""

from __future__ import annotations

from dataclasses import dataclass

from atfsm.fact import FactKind


@dataclass(slots=True)
class Census:
    """The wobbles of some captures, each told before its wobbles.

    Attributes:
        causes: How many wobbles are no consequence of another.
        consequences: How many only fell along with another on the same line.
        without_rows: How many more the captures have.
        cut_captures: How many captures have such.
    """

    causes: int = 0
    consequences: int = 0
    without_rows: int = 0
    cut_captures: int = 0
    _left: int = 0  # of this capture
    _decided: int | None = None  # line on which the last wobble of it was decided

    @property
    def wobbles(self) -> int:
        """How many there are in all."""
        return self.causes + self.consequences + self.without_rows

    def begin(self, wobble_count: int | None) -> None:
        """A capture, of which is known how many wobbles it has."""
        self._decided, self._left = None, wobble_count or 0
        self.without_rows += self._left
        self.cut_captures += self._left > 0

    def is_cause(self, kind: str, line: int) -> bool:
        """Count one of its wobbles, and say whether it is a cause."""
        self._left -= 1
        self.without_rows -= 1
        self.cut_captures -= self._left == 0
        if kind != FactKind.SWEEP.value:
            self._decided = line
        elif line == self._decided:
            self.consequences += 1
            return False
        self.causes += 1
        return True
