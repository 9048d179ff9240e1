"""Whether a journal, replayed, gives the moves that it recorded.

Both sides give the same moves in the same order, or the versions differ. The two need not come in
step: the journal writes a move behind its cause, at some distance.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

from atfsm.machine import table
from atfsm.stack.coupling import TABLED
from atfsm.stack.outputs import Moved
from atfsm.stack.whole import Move

#: Moves that one side may be ahead of the other; ours: one fact moves a hundred machines at most.
AHEAD_AT_MOST: Final = 1_000


class _Step(NamedTuple):
    """A move, as it is compared, and on which line it stands or was caused."""

    line: int
    machine: str
    key: str
    before: str
    fact: str
    state: str

    def __str__(self) -> str:
        name = f"{self.machine} {self.key}".rstrip()
        return f"{name} {self.before} → {self.state} ({self.fact})"


class Agreement:
    """Compares the moves of a journal with those of its replay, run by run.

    A run that is not written from its beginning on cannot be compared. Generations are counted,
    not moved through, and are not compared.
    """

    def __init__(self) -> None:
        self._recorded: deque[_Step] = deque()
        self._found: deque[_Step] = deque()
        self._is_comparing = False
        self._is_complete = False
        self._is_partial = False
        self._same = 0
        self._difference = ""

    def begin(self, *, complete: bool) -> None:
        """A run begins."""
        self._end()
        self._is_comparing = self._is_complete = complete
        self._is_partial |= not complete

    def record(self, line: int, moved: Moved) -> None:
        """The journal says that a machine moved."""
        self._is_partial |= not self._is_complete
        if self._is_comparing and moved.before != moved.state:
            step = _Step(line, moved.machine, moved.key, moved.before, moved.fact, moved.state)
            self._recorded.append(step)
            self._compare()

    def find(self, line: int, move: Move) -> None:
        """The replay moved a machine."""
        if self._is_comparing and move.before != move.after:
            states = table(TABLED[move.machine]).states
            before, after = states[move.before], states[move.after]
            step = _Step(line, move.machine, move.key, before, str(move.fact), after)
            self._found.append(step)
            self._compare()

    def notes(self) -> list[str]:
        """What a reader of the report should know."""
        self._end()
        notes = []
        if self._difference:
            notes.append(f"The replay is not the run that was recorded: {self._difference}")
        elif self._same:
            moves = f"{self._same} moves that were" if self._same > 1 else "one move that was"
            notes.append(f"The replay gives the {moves} recorded, and no other.")
        if self._is_partial:
            notes.append(
                "The journal does not begin where a run does: its moves cannot be compared there."
            )
        return notes

    def _compare(self) -> None:
        recorded, found = self._recorded, self._found
        if recorded and found:
            said, moved = recorded.popleft(), found.popleft()
            if said[1:] == moved[1:]:
                self._same += 1
            else:
                words = f"this version goes {moved} (line {moved.line})"
                self._differ(said.line, f"the journal says {said}, {words}")
        elif len(recorded) > AHEAD_AT_MOST:
            self._is_missing(recorded[0])
        elif len(found) > AHEAD_AT_MOST:
            step = found[0]
            self._differ(step.line, f"this version goes {step}, the journal records no such move")

    def _is_missing(self, said: _Step) -> None:
        self._differ(said.line, f"the journal says {said}, this version makes no such move")

    def _differ(self, line: int, words: str) -> None:
        """Note the first difference; what follows it in this run is its consequence."""
        self._difference = self._difference or f"line {line}: {words}."
        self._is_comparing = False
        self._recorded.clear()
        self._found.clear()

    def _end(self) -> None:
        """A run ends. Moves of its last cause may be lost in a kill; no move may be invented."""
        if self._recorded:
            self._is_missing(self._recorded[0])
        self._found.clear()
