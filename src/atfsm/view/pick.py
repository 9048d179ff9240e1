"""Which lines of a long capture a page holds: nothing is left out without saying so."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, NamedTuple

from atfsm.charts import LINE, LineState
from atfsm.machine import table
from atfsm.replay.trace import Seen
from atfsm.stack import Move

#: Lines kept before and behind each wobble where not all are; ours.
AROUND_LINES: Final = 20
#: Ranges that are listed; ours: of more, only the number of lines is told.
RANGES_AT_MOST: Final = 1_000

#: States of the AT line between which it goes with every command.
USUAL: Final = frozenset(
    {
        *(LineState.UNKNOWN, LineState.IDLE, LineState.COMMAND_IN_FLIGHT),
        *(LineState.DATA_MODE_OUT, LineState.DATA_MODE_IN),
    }
)


class Gap(NamedTuple):
    """Lines that are left out."""

    first_line: int
    last_line: int
    lines: int


@dataclass(slots=True)
class Picker:
    """Lets the lines of a capture through that a page holds.

    The first *rows_at_most* rows whole. Behind them, only lines on which a machine changed (and
    not just the AT line from command to command) and those around each wobble, as many again.
    Half of these are kept for the wobbles: what merely changed does not take their room. Behind
    those, nothing.

    Attributes:
        rows_at_most: Rows, in each of the two parts.
        is_full: Says that there is no room for more, whatever the number of rows.
        overhear: Is shown what is left out.
        gaps: What was left out, the first of it.
        gap_count: How many ranges were left out.
        lines_left_out: How many lines.
        whole_until: The last line of the part that is whole; None while it goes on.
    """

    rows_at_most: int
    is_full: Callable[[], bool]
    overhear: Callable[[Seen], None]
    gaps: list[Gap] = field(default_factory=list)
    gap_count: int = 0
    lines_left_out: int = 0
    whole_until: int | None = None
    _kept_until: int = 0

    def pick(self, trace: Iterable[Seen]) -> Iterator[Seen]:
        """The lines that are kept, in order."""
        rest = iter(trace)
        for rows, seen in enumerate(rest):
            if rows >= self.rows_at_most or self.is_full():
                self.whole_until = self._kept_until
                yield from self._pick_changes(chain([seen], rest))
                return
            yield self._kept(seen)

    def _pick_changes(self, trace: Iterable[Seen]) -> Iterator[Seen]:
        """The lines that are kept where not all are."""
        last_line = behind = 0
        near = changed = 0  # rows kept, and why
        waiting: deque[tuple[Seen, bool]] = deque()  # may yet turn out to precede a wobble
        for seen in chain(trace, [None] * AROUND_LINES):
            if seen is not None:
                last_line = max(last_line, seen.line)
                if seen.wobbles:
                    behind = AROUND_LINES + 1
                    waiting = deque((each, True) for each, _ in waiting)
                waiting.append((seen, behind > 0))
                behind -= behind > 0
                if len(waiting) <= AROUND_LINES:
                    continue
            if not waiting:
                break
            each, is_near = waiting.popleft()
            has_room = near + changed < self.rows_at_most and not self.is_full()
            if has_room and is_near:
                near += 1
            elif has_room and changed < self.rows_at_most // 2 and _changes(each):
                changed += 1
            else:
                self.overhear(each)
                continue
            yield self._kept(each)
        self._leave_out(last_line + 1)

    def _kept(self, seen: Seen) -> Seen:
        self._leave_out(seen.line)
        self._kept_until = max(self._kept_until, seen.line)
        return seen

    def _leave_out(self, until: int) -> None:
        """Note that the lines between the last one that was kept and *until* are left out."""
        first = self._kept_until + 1
        if until <= first:
            return
        lines = until - first
        self.gap_count += 1
        self.lines_left_out += lines
        if len(self.gaps) < RANGES_AT_MOST:
            self.gaps.append(Gap(first, until - 1, lines))

    def words(self) -> list[str]:
        """What was left out, in sentences."""
        if not self.lines_left_out:
            return []
        plural = "lines are" if self.lines_left_out > 1 else "line is"
        what = (
            f"{self.lines_left_out:,} {plural} not on this page: it holds every line up to line "
            f"{self.whole_until or 0:,}, and behind it the lines on which a machine changed, and "
            f"{AROUND_LINES} around each wobble, as far as there is room (--lines)."
        )
        said = [what]
        if self.gap_count > len(self.gaps):
            said.append(
                f"They are {self.gap_count:,} ranges, of which the first {len(self.gaps):,} are "
                "listed."
            )
        return said


def _changes(seen: Seen) -> bool:
    """Whether a machine changed, and not just the AT line from command to command."""
    return any(_matters(move) for edge in seen.edges if edge.changes for move in edge.moves)


def _matters(move: Move) -> bool:
    if move.machine != LINE.name:
        return move.before != move.after or bool(move.origin)
    names = table(LINE).states
    return move.before != move.after and not {names[move.before], names[move.after]} <= USUAL
