"""The first difference: what each of the two captures did next, and the sentence that says so."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from atfsm.fact import FactKind
from atfsm.replay.compare.codes import COMPARED
from atfsm.replay.compare.course import Course, Step
from atfsm.replay.compare.differences import Hunk
from atfsm.replay.compare.pairing import NONE, Pair, Pairing
from atfsm.replay.meanings import quoted
from atfsm.replay.printable import printable
from atfsm.replay.report import Wobble

#: Moves of one side that are shown; ours.
MOVES_AT_MOST: Final = 6
#: States that say that there is nothing, or nothing known.
NOTHING: Final = frozenset({"", "unknown", "undefined"})
ORDER: Final = {chart.name: at for at, chart in enumerate(COMPARED)}


class Standing(NamedTuple):
    """Where a machine stands in the two captures; empty where one does not show it.

    Attributes:
        a: What A calls it.
        state_a: Its state in A.
        b: What B calls it.
        state_b: Its state in B.
    """

    a: str
    state_a: str
    b: str
    state_b: str


@dataclass(frozen=True, slots=True)
class Common:
    """The last state that both captures have in common.

    Attributes:
        a: The move that led there in A.
        b: The same in B.
        machines: Where every machine stands then.
    """

    a: Step
    b: Step
    machines: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """What one capture did where the two part.

    Attributes:
        machine: The machine that it is about; empty where this capture has none such.
        state: Where that machine stood.
        move: What it did next; None where it did nothing more.
        after_s: Seconds from the last common state to that move, or to the end of the capture;
            None where there is no clock.
        other_line: Line on which the other capture makes the same move later; None: nowhere.
        moves: All that this capture alone did there, the first moves of it.
        more: How many more there are.
        wobble: What is said of the first wobble among them; None where there is none.
        end_line: The last line of the capture.
    """

    machine: str
    state: str
    move: Step | None
    after_s: float | None
    other_line: int | None
    moves: tuple[Step, ...]
    more: int
    wobble: Wobble | None
    end_line: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two captures part.

    Attributes:
        common: The last common state; None where they differ from the start.
        a: What A did next.
        b: What B did next.
    """

    common: Common | None
    a: Turn
    b: Turn

    @property
    def sentence(self) -> str:
        """Both in one sentence."""
        names = dict.fromkeys(name for name in (self.a.machine, self.b.machine) if name)
        whose = " or ".join(names)
        if len(names) > 1:
            whose = f"{self.a.machine} of A and {self.b.machine} of B"
        return f"{whose}: {_phrase('A', 'B', self.a)}; {_phrase('B', 'A', self.b)}."


def first_difference(a: Course, b: Course, pairing: Pairing, hunk: Hunk) -> Difference:
    """Tell what happened where two courses part."""
    part_a, part_b = _lead(a, b, pairing, hunk)
    moves_a = _moves(pairing.moves_a, part_a)
    moves_b = _moves(pairing.moves_b, part_b)
    before = hunk.before or Pair(NONE, NONE)
    last_a, last_b = _last_common(pairing, moves_a, moves_b, hunk)
    excused_a, excused_b = pairing.excused
    common = None
    if hunk.before is not None:
        standings = tuple(_standings(a, b, pairing, before))
        common = Common(a.step(before.a), b.step(before.b), standings)
    return Difference(
        common,
        _turn(a, b, _Own(moves_a, last_a, pairing.other_a, excused_a), hunk.a, before.a),
        _turn(b, a, _Own(moves_b, last_b, pairing.other_b, excused_b), hunk.b, before.b),
    )


# ---------------------------------------------------------------------------- the machine


def _lead(a: Course, b: Course, pairing: Pairing, hunk: Hunk) -> tuple[int, int]:
    """The parts that the difference is about: those that move first, a wobble before others."""
    other = {part_b: part_a for part_a, part_b in pairing.parts.items()}
    leads = []
    if hunk.a:
        part = a.parts[hunk.a[0]]
        leads.append((part, pairing.parts.get(part, NONE)))
    if hunk.b:
        part = b.parts[hunk.b[0]]
        leads.append((other.get(part, NONE), part))

    def rank(lead: tuple[int, int]) -> tuple[bool, list[tuple[int, str]]]:
        wobbles = any(a.parts[i] == lead[0] and a.is_wobble(i) for i in hunk.a)
        wobbles |= any(b.parts[j] == lead[1] and b.is_wobble(j) for j in hunk.b)
        names = [_name(a, lead[0]), _name(b, lead[1])]
        return not wobbles, sorted((ORDER.get(n.partition(" ")[0], NONE), n) for n in names)

    return min(leads, key=rank)


def _name(course: Course, part: int) -> str:
    return "" if part == NONE else course.part_names[part]


def _moves(moves: list[array[int]], part: int) -> array[int]:
    return array("l") if part == NONE else moves[part]


def _last_common(
    pairing: Pairing, moves_a: array[int], moves_b: array[int], hunk: Hunk
) -> tuple[int, int]:
    """The last common move of the part before the hunk."""
    alone_a = next((i for i in hunk.a if _has(moves_a, i)), None)
    alone_b = next((j for j in hunk.b if _has(moves_b, j)), None)
    found = []
    if alone_a is not None:
        i = _last_matched(pairing.other_a, moves_a, alone_a)
        found.append((i, NONE if i == NONE else pairing.other_a[i]))
    if alone_b is not None:
        j = _last_matched(pairing.other_b, moves_b, alone_b)
        found.append((NONE if j == NONE else pairing.other_b[j], j))
    return min(found)


def _has(moves: array[int], move: int) -> bool:
    at = bisect_left(moves, move)
    return at < len(moves) and moves[at] == move


def _last_matched(other: Sequence[int], moves: array[int], before: int) -> int:
    at = bisect_left(moves, before)
    return next((moves[k] for k in range(at - 1, -1, -1) if other[moves[k]] != NONE), NONE)


# ------------------------------------------------------------------------------- the turns


class _Own(NamedTuple):
    """The moves of the part in one capture.

    Attributes:
        moves: All of them.
        last: The last one that both captures have; `NONE` where there is none.
        other: Of each move of the capture, the same one of the other.
        excused: Moves that do not count.
    """

    moves: array[int]
    last: int
    other: Sequence[int]
    excused: set[int]

    @property
    def next(self) -> int | None:
        """What the part did next."""
        return next((i for i in self._behind() if i not in self.excused), None)

    def _behind(self) -> Iterator[int]:
        """What the part did behind the last common move."""
        start = bisect_right(self.moves, self.last)
        return map(self.moves.__getitem__, range(start, len(self.moves)))

    def alone(self) -> Iterator[int]:
        """What the part did next that the other has not."""
        for i in self._behind():
            if self.other[i] != NONE:
                return
            if i not in self.excused:
                yield i


def _turn(course: Course, other: Course, own: _Own, hunk: tuple[int, ...], since: int) -> Turn:
    number = own.next
    if not own.moves and hunk:
        number = hunk[0]  # another machine, then: the best answer that there is
    move = None if number is None else course.step(number)
    told = sorted({*hunk, *own.alone()})
    wobble = next((i for i in told if course.is_wobble(i)), None)
    begun_s = None if since == NONE else course.time_s(since)
    ended_s = course.end_s if move is None else move.time_s
    after_s = None if begun_s is None or ended_s is None else ended_s - begun_s
    same = NONE if number is None else own.other[number]
    before = len(own.moves) if number is None else bisect_left(own.moves, number)
    return Turn(
        machine="" if not own.moves else _called(course, own, number),
        state=course.step(own.moves[before - 1]).after if before else "",
        move=move,
        after_s=None if after_s is None or after_s < 0 else after_s,
        other_line=None if same == NONE else other.lines[same],
        moves=tuple(course.step(i) for i in told[:MOVES_AT_MOST]),
        more=max(len(told) - MOVES_AT_MOST, 0),
        wobble=None if wobble is None else course.wobbles.get(wobble),
        end_line=course.report.lines,
    )


def _called(course: Course, own: _Own, number: int | None) -> str:
    """What the part is called there."""
    at = number if number is not None else own.last if own.last != NONE else own.moves[0]
    return course.name_of(course.machines[at])


def _phrase(side: str, other: str, turn: Turn) -> str:
    if not turn.machine and turn.move is None:
        return f"{side} shows no such machine"
    later = "" if turn.after_s is None else f", {seconds(turn.after_s)} later"
    if turn.move is None:
        stays = f"stays {turn.state}" if turn.state not in NOTHING else "does nothing more"
        return f"{side} {stays} up to its end (line {turn.end_line:,}{later})"
    move = turn.move
    text = printable(quoted(move.text))
    is_silence = move.fact.kind is FactKind.SILENCE
    came = f": {text}" if is_silence else f" with `{text}`"
    name = "" if turn.machine else f"{move.name} "
    words = f"{side} goes {name}{move.before} → {move.after}{came} (line {move.line:,}{later})"
    if turn.other_line is not None:
        words += f", as {other} does later, on line {turn.other_line:,}"
    return words


def seconds(time_s: float) -> str:
    """A time span in words."""
    if time_s < 10:
        return f"{time_s:.3f}".rstrip("0").rstrip(".") + " s"
    return f"{time_s:,.0f} s" if time_s < 600 else f"{time_s / 60:,.0f} min"


# ------------------------------------------------------------------------- the common state


def _standings(a: Course, b: Course, pairing: Pairing, at: Pair) -> Iterator[Standing]:
    """Where every machine stands, from the bottom of the stack to its top."""
    standing_a = dict(_standing(a, pairing.moves_a, at.a))
    standing_b = dict(_standing(b, pairing.moves_b, at.b))
    pairs: Mapping[int, int] = pairing.parts
    strangers = [j for j in standing_b if j not in pairs.values()]
    rows = [
        Standing(*standing_a.get(i, ("", "")), *standing_b.get(j, ("", "")))
        for i, j in (
            *((i, pairs.get(i, NONE)) for i in range(len(a.part_names))),
            *((NONE, j) for j in strangers),
        )
    ]
    shown = [row for row in rows if not NOTHING.issuperset((row.state_a, row.state_b))]
    return iter(sorted(shown, key=_place))


def _place(row: Standing) -> tuple[int, list[str]]:
    """Bottom of the stack first, then by name, whoever has it."""
    names = sorted(name for name in (row.a, row.b) if name)
    return ORDER[names[0].partition(" ")[0]], names


def _standing(
    course: Course, moves: list[array[int]], until: int
) -> Iterator[tuple[int, tuple[str, str]]]:
    for part, own in enumerate(moves):
        at = bisect_right(own, until)
        if at:
            step = course.step(own[at - 1])
            yield part, (step.name, step.after)
