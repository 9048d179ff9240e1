"""Where two courses part: hunks of moves that only one of them has, and the first of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from atfsm.replay.compare.course import Course
from atfsm.replay.compare.pairing import NONE, Pair, Pairing

#: Moves that two captures have in common where one is taken to begin in the middle of the other;
#: ours: fewer may be chance.
OVERLAP_AT_LEAST: Final = 4


class Hunk(NamedTuple):
    """Moves that only one of the two captures has, between two that both have.

    Attributes:
        before: The last common move; None where there is none before.
        a: Moves that only A has there.
        b: Moves that only B has there.
        behind: The next common move; None where there is none.
    """

    before: Pair | None
    a: tuple[int, ...]
    b: tuple[int, ...]
    behind: Pair | None


@dataclass(slots=True)
class Parting:
    """All that two courses differ in.

    Attributes:
        hunks: In order.
        earlier: The side that begins earlier (0 for A, 1 for B), where one does and its moves
            before the other's beginning are not compared; else None.
        anchor: The common move at which the comparison begins then.
        skipped: How many moves before it are not compared.
        reordered: Moves that both have, in another order among machines.
    """

    hunks: list[Hunk] = field(default_factory=list)
    earlier: int | None = None
    anchor: Pair | None = None
    skipped: int = 0
    reordered: int = 0


def parting(a: Course, b: Course, pairing: Pairing) -> Parting:
    """Find where two courses part."""
    hunks = list(_hunks(pairing, len(a), len(b)))
    found = Parting(hunks, reordered=_reordered(a, b, pairing))
    # Where only one of the two saw a machine for the first time, nothing is said of the others.
    anchor = next(
        (p for p in pairing.chain if a.is_inferred(p.a) is b.is_inferred(p.b)),
        pairing.chain[0] if pairing.chain else None,
    )
    if anchor is None:
        return found
    leading = [h for h in hunks if h.behind is not None and h.behind.a <= anchor.a]
    moves = ([i for h in leading for i in h.a], [j for h in leading for j in h.b])
    wobbles = any(map(a.is_wobble, moves[0])) or any(map(b.is_wobble, moves[1]))
    overlap = sum(p >= anchor for p in pairing.chain)
    is_one_sided = bool(moves[0]) is not bool(moves[1])
    if is_one_sided and not wobbles and overlap >= OVERLAP_AT_LEAST:
        found.hunks = hunks[len(leading) :]
        found.earlier = 0 if moves[0] else 1
        found.anchor = anchor
        found.skipped = len(moves[found.earlier])
    return found


def _reordered(a: Course, b: Course, pairing: Pairing) -> int:
    """How many common moves are in no order that is common; what is inferred has none."""
    in_order = {i for i, _ in pairing.chain}
    return sum(
        j != NONE and i not in in_order and not a.is_inferred(i) and not b.is_inferred(j)
        for i, j in enumerate(pairing.other_a)
    )


def _hunks(pairing: Pairing, size_a: int, size_b: int) -> Iterator[Hunk]:
    before: Pair | None = None
    excused_a, excused_b = pairing.excused
    for behind in (*pairing.chain, None):
        from_a, from_b = (0, 0) if before is None else (before.a + 1, before.b + 1)
        until_a, until_b = (size_a, size_b) if behind is None else behind
        if from_a < until_a or from_b < until_b:
            a = _alone(pairing.other_a, excused_a, from_a, until_a)
            b = _alone(pairing.other_b, excused_b, from_b, until_b)
            if a or b:
                yield Hunk(before, a, b, behind)
        before = behind


def _alone(other: Sequence[int], excused: set[int], start: int, end: int) -> tuple[int, ...]:
    return tuple(i for i in range(start, end) if other[i] == NONE and i not in excused)
