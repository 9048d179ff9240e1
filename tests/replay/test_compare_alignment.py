"""Two sequences side by side: what is the same in both."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atfsm.replay.compare import alignment as alignment_module
from atfsm.replay.compare.alignment import Alignment, Block, align

ITEMS = st.lists(st.integers(0, 3), max_size=40)
CYCLE = list(range(17))


def longest_common(a: list[int], b: list[int]) -> int:
    """Length of the longest common subsequence, by the book."""
    row = [0] * (len(b) + 1)
    for item in a:
        corner = 0
        for at, other in enumerate(b):
            above = row[at + 1]
            row[at + 1] = corner + 1 if item == other else max(above, row[at])
            corner = above
    return row[-1]


def pairs_of(alignment: Alignment) -> list[tuple[int, int]]:
    """Every pair of places that are the same."""
    return [(a + n, b + n) for a, b, size in alignment.blocks for n in range(size)]


def assert_fits(alignment: Alignment, a: list[int], b: list[int]) -> None:
    """The pairs go up, are the same, and no block could be joined to the next."""
    pairs = pairs_of(alignment)
    assert all(x < p and y < q for (x, y), (p, q) in pairwise(pairs))
    assert all(a[x] == b[y] for x, y in pairs)
    ends = [(block.a + block.size, block.b + block.size) for block in alignment.blocks]
    assert all(end != block[:2] for end, block in zip(ends, alignment.blocks[1:], strict=False))


@given(a=ITEMS, b=ITEMS)
@settings(max_examples=400)
def test_what_is_short_is_aligned_exactly(a: list[int], b: list[int]) -> None:
    """As many items as can be are found, and no other."""
    found = align(a, b)

    assert_fits(found, a, b)
    assert (longest_common(a, b), 0) == (len(pairs_of(found)), found.left_out)


@given(a=ITEMS, b=ITEMS)
def test_the_mirror_image(a: list[int], b: list[int]) -> None:
    """Which comes first changes nothing."""
    mirrored = [Block(y, x, size) for x, y, size in align(b, a).blocks]

    assert mirrored == align(a, b).blocks


# fmt: off
PARTED: dict[str, tuple[list[int], list[int], list[Block]]] = {
    "nothing":             ([],              [],                       []),
    "one is empty":        ([1, 2],          [],                       []),
    "the same":            ([1, 2, 3],       [1, 2, 3],                [Block(0, 0, 3)]),
    "the end is missing":  ([1, 2, 3],       [1, 2],                   [Block(0, 0, 2)]),
    "the start is missing": ([1, 2, 3],      [2, 3],                   [Block(1, 0, 2)]),
    "it is done again":    ([1, 2, 3, 4],    [1, 2, 3, 9, 1, 2, 3, 4], [Block(0, 0, 3), Block(3, 7, 1)]),
    "and again":           ([1, 2, 3, 9, 1, 2, 3, 4], [1, 2, 3, 4],    [Block(0, 0, 3), Block(7, 3, 1)]),
}
# fmt: on


@pytest.mark.parametrize("name", PARTED)
def test_they_part_as_late_as_can_be(name: str) -> None:
    """What is repeated is the same the first time."""
    a, b, expected = PARTED[name]

    assert expected == align(a, b).blocks


@pytest.mark.parametrize("seed", range(10))
def test_long_sequences_are_found_again_behind_what_differs(seed: int) -> None:
    """Thousands of items, in sessions that fail here and there: nothing is left out."""
    chance = random.Random(seed)
    a = CYCLE * 400
    b: list[int] = []
    for _ in range(400):
        cut = chance.randrange(17) if chance.random() < 0.1 else 17
        b += CYCLE[:cut] + [50, 51, 52] * (cut < 17)
    found = align(a, b)

    assert_fits(found, a, b)
    assert 0 == found.left_out
    assert len(pairs_of(found)) >= 0.97 * sum(item < 50 for item in b)


@pytest.mark.parametrize(("before_a", "before_b"), [(9_000, 0), (0, 9_000), (9_000, 7_000)])
def test_what_begins_much_later_is_found(before_a: int, before_b: int) -> None:
    """However long the one goes on before the other begins, the place is found."""
    chance = random.Random(before_a + before_b)
    common = [chance.randrange(100, 200) for _ in range(500)]
    a = [chance.randrange(50) for _ in range(before_a)] + common
    b = [chance.randrange(50, 100) for _ in range(before_b)] + common
    found = align(a, b)

    assert [Block(before_a, before_b, 500)] == found.blocks
    assert before_a + before_b == found.left_out


def test_a_search_that_costs_too_much_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two have little in common for long, what was not looked at is counted."""
    monkeypatch.setattr(alignment_module, "STEPS_AT_MOST", 0)
    chance = random.Random(5)
    a = [chance.randrange(50) for _ in range(4_000)]
    b = [item if chance.random() < 0.7 else 60 for item in a]
    found = align(a, b)

    assert_fits(found, a, b)
    assert found.left_out > 0
