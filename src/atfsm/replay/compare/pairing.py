"""Which machine of one capture is which of the other, and which of their moves are the same.

The moves of all machines are aligned without asking whose they are. Machines that share most of
them play the same part, whatever their numbers; then each pair of parts is looked at alone: what
two machines do at the same time may be logged in either order, and is the same all the same.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from typing import Final, NamedTuple

from atfsm.replay.compare.alignment import align
from atfsm.replay.compare.codes import INFERRED, MEANINGS, SESSIONS
from atfsm.replay.compare.course import Course

NONE: Final = -1
#: A bit that no code has.
APART: Final = 1 << 15


class Pair(NamedTuple):
    """A move of A and the same move of B."""

    a: int
    b: int


@dataclass(slots=True)
class Pairing:
    """What two courses have in common.

    Attributes:
        parts: Which part of B is which of A.
        other_a: Of each move of A, the same one of B, or `NONE`.
        other_b: Of each move of B, the same one of A, or `NONE`.
        moves_a: Of each part of A, its moves.
        moves_b: Of each part of B, its moves.
        left_out: Moves that were not looked at one by one.
        excused: Moves that one capture only infers from what it shows, by side, and what the
            other shows of the way there: the machine did the same, as far as it can be seen.
        chain: The pairs that come in the same order in both, in that order.
    """

    parts: dict[int, int]
    other_a: array[int]
    other_b: array[int]
    moves_a: list[array[int]]
    moves_b: list[array[int]]
    left_out: int = 0
    excused: tuple[set[int], set[int]] = field(default_factory=lambda: (set(), set()))
    chain: list[Pair] = field(default_factory=list)

    def mirrored(self) -> Pairing:
        """The same, with the sides exchanged."""
        return Pairing(
            parts=dict(sorted((b, a) for a, b in self.parts.items())),
            other_a=self.other_b,
            other_b=self.other_a,
            moves_a=self.moves_b,
            moves_b=self.moves_a,
            left_out=self.left_out,
            excused=self.excused[::-1],
            chain=[Pair(b, a) for a, b in self.chain],
        )

    @property
    def moves(self) -> int:
        """How many moves are the same."""
        return sum(other != NONE for other in self.other_a)


def pair(a: Course, b: Course) -> Pairing:
    """Find what two courses have in common; ``pair(b, a)`` is its mirror image."""
    # Where two answers are equally good one is taken, whoever comes first.
    if _rank(a) > _rank(b):
        return pair(b, a).mirrored()
    return _pair(a, b)


def _rank(course: Course) -> tuple[int, bytes, bytes, bytes]:
    codes, parts, lines = course.codes, course.parts, course.lines
    return len(course), codes.tobytes(), parts.tobytes(), lines.tobytes()


def _pair(a: Course, b: Course) -> Pairing:
    alignment = align(_kept_apart(a), _kept_apart(b))
    votes: Counter[tuple[int, int]] = Counter()
    for at_a, at_b, size in alignment.blocks:
        votes.update(zip(a.parts[at_a : at_a + size], b.parts[at_b : at_b + size], strict=True))
    pairing = Pairing(
        parts=_with_namesakes(_elected(votes), a, b),
        other_a=array("l", [NONE]) * len(a),
        other_b=array("l", [NONE]) * len(b),
        moves_a=_moves_of(a),
        moves_b=_moves_of(b),
        left_out=alignment.left_out,
    )
    for at_a, at_b, size in alignment.blocks:
        for i, j in zip(range(at_a, at_a + size), range(at_b, at_b + size), strict=True):
            if pairing.parts.get(a.parts[i]) == b.parts[j]:
                _match(pairing, i, j)
    for part_a, part_b in pairing.parts.items():
        moves_a, moves_b = pairing.moves_a[part_a], pairing.moves_b[part_b]
        for gap in _gaps(pairing, moves_a, moves_b):
            if not _excuse(pairing, a, b, gap):
                _fill(pairing, a, b, gap)
    _excuse_strangers(a, pairing.parts.keys(), pairing.moves_a, pairing.excused[0])
    _excuse_strangers(b, set(pairing.parts.values()), pairing.moves_b, pairing.excused[1])
    pairing.chain = _in_order(pairing, a, b)
    return pairing


def _kept_apart(course: Course) -> array[int]:
    """The codes, those of inferred moves kept apart: what is inferred was so before."""
    codes = array("H", course.codes)
    for index, flags in enumerate(course.flags):
        if flags & INFERRED:
            codes[index] |= APART
    return codes


def _elected(votes: Counter[tuple[int, int]]) -> dict[int, int]:
    """One part of B for each of A: which it shares most with, and of equals the first."""
    taken: set[int] = set()
    parts: dict[int, int] = {}
    # Between two candidates that are equal in all of this, there is never a choice.
    for a, b in sorted(votes, key=lambda ab: (-votes[ab], sum(ab), abs(ab[0] - ab[1]))):
        if a not in parts and b not in taken:
            parts[a] = b
            taken.add(b)
    return parts


def _with_namesakes(parts: dict[int, int], a: Course, b: Course) -> dict[int, int]:
    """Add parts that share no move, and yet are one: a modem, or a context of one number."""
    taken = set(parts.values())
    names = {name: part for part, name in enumerate(b.part_names) if not _is_session(name)}
    for part, name in enumerate(a.part_names):
        namesake = names.get(name)
        if part not in parts and namesake is not None and namesake not in taken:
            parts[part] = namesake
    return dict(sorted(parts.items()))


def _is_session(name: str) -> bool:
    return name.partition(" ")[0] in SESSIONS


def _moves_of(course: Course) -> list[array[int]]:
    """The moves of each part."""
    moves = [array("l") for _ in course.part_names]
    for index, part in enumerate(course.parts):
        moves[part].append(index)
    return moves


class _Gap(NamedTuple):
    """What two machines with the same part do between two moves that are the same.

    Attributes:
        a: Moves of the one that the other has not.
        b: Moves of the other.
        before_a: The move of the one before the gap, or `NONE`.
        before_b: The move of the other before it.
    """

    a: array[int]
    b: array[int]
    before_a: int
    before_b: int


def _gaps(pairing: Pairing, moves_a: array[int], moves_b: array[int]) -> Iterator[_Gap]:
    """The gaps of one pair of parts, in order."""
    i = j = 0
    place_of = {move: at for at, move in enumerate(moves_b)}
    other = pairing.other_a
    ends = [(at, place_of[other[m]]) for at, m in enumerate(moves_a) if other[m] != NONE]
    for end_a, end_b in (*ends, (len(moves_a), len(moves_b))):
        if i < end_a or j < end_b:
            before_a = moves_a[i - 1] if i else NONE
            before_b = moves_b[j - 1] if j else NONE
            yield _Gap(moves_a[i:end_a], moves_b[j:end_b], before_a, before_b)
        i, j = end_a + 1, end_b + 1


def _fill(pairing: Pairing, a: Course, b: Course, gap: _Gap) -> None:
    """Pair what is the same in a gap, though other machines moved in between."""
    if not gap.a or not gap.b:
        return
    alignment = align([a.codes[i] for i in gap.a], [b.codes[j] for j in gap.b])
    pairing.left_out += alignment.left_out
    for at_a, at_b, size in alignment.blocks:
        for i, j in zip(gap.a[at_a : at_a + size], gap.b[at_b : at_b + size], strict=True):
            _match(pairing, i, j)


def _excuse(pairing: Pairing, a: Course, b: Course, gap: _Gap) -> bool:
    """Excuse what one capture only infers in a gap, and what the other shows of the way there."""
    way_b = _way_to_inferred(a, gap.a, b, gap.b, gap.before_b)
    way_a = _way_to_inferred(b, gap.b, a, gap.a, gap.before_a)
    if way_a is None and way_b is None:
        return False
    excused_a = [*(gap.a if way_b is not None else ()), *(way_a or ())]
    excused_b = [*(gap.b if way_a is not None else ()), *(way_b or ())]
    if way_b:
        _match(pairing, gap.a[-1], way_b[-1])
    elif way_a:
        _match(pairing, way_a[-1], gap.b[-1])
    pairing.excused[0].update(i for i in excused_a if pairing.other_a[i] == NONE)
    pairing.excused[1].update(j for j in excused_b if pairing.other_b[j] == NONE)
    return True


def _match(pairing: Pairing, i: int, j: int) -> None:
    pairing.other_a[i], pairing.other_b[j] = j, i


def _way_to_inferred(
    course: Course, moves: array[int], other: Course, others: array[int], before: int
) -> array[int] | None:
    """Where all of *moves* are inferred, the moves by which the other came where they lead.

    Returns:
        None where they say something else than the other capture shows.
    """
    if not moves or not all(map(course.is_inferred, moves)):
        return None
    if before == NONE and not others:
        return others  # the other capture shows nothing of this machine yet
    after = _after(course, moves[-1])
    if before != NONE and _after(other, before) == after:
        return others[:0]
    for at, move in enumerate(others):
        if other.is_wobble(move):
            return None
        if _after(other, move) == after:
            return others[: at + 1]
    return None


def _after(course: Course, index: int) -> int:
    return MEANINGS[course.codes[index]].after


def _excuse_strangers(
    course: Course, known: Container[int], moves: list[array[int]], excused: set[int]
) -> None:
    """Excuse what is inferred of a context or modem of which the other capture shows nothing."""
    for part, name in enumerate(course.part_names):
        if part not in known and not _is_session(name):
            excused.update(takewhile(course.is_inferred, moves[part]))


def _in_order(pairing: Pairing, a: Course, b: Course) -> list[Pair]:
    """The longest chain of pairs that go up on both sides.

    A chain of moves that both captures show; what one of them infers comes when it is noticed, and
    joins where it fits.
    """
    pairs = [Pair(i, j) for i, j in enumerate(pairing.other_a) if j != NONE]
    if all(first.b < second.b for first, second in pairwise(pairs)):
        return pairs
    shown = [p for p in pairs if not a.is_inferred(p.a) and not b.is_inferred(p.b)]
    links = set(_longest(shown))
    upper = NONE
    ceilings = []  # of each pair, the lowest place in B of the links behind it
    ceiling = len(pairing.other_b)
    for each in reversed(pairs):
        ceilings.append(ceiling)
        if each in links:
            ceiling = each.b
    found = []
    for each, ceiling in zip(pairs, reversed(ceilings), strict=True):
        is_shown = not a.is_inferred(each.a) and not b.is_inferred(each.b)
        if each in links or (not is_shown and upper < each.b < ceiling):
            found.append(each)
            upper = each.b
    return found


def _longest(pairs: list[Pair]) -> list[Pair]:
    """The longest chain of pairs that go up on both sides, of pairs that go up in A."""
    ends: list[int] = []  # of the shortest chains, the last place in B
    heads: list[int] = []  # and the pair that it belongs to
    before: list[int] = []
    for at, (_, j) in enumerate(pairs):
        size = bisect_left(ends, j)
        before.append(heads[size - 1] if size else NONE)
        if size == len(ends):
            ends.append(j)
            heads.append(at)
        else:
            ends[size], heads[size] = j, at
    found = []
    at = heads[-1] if heads else NONE
    while at != NONE:
        found.append(pairs[at])
        at = before[at]
    return found[::-1]
