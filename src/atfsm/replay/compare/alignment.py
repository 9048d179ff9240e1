"""Two sequences side by side: which items are the same.

The classic answer is the shortest edit script (E. W. Myers, Algorithmica 1, 1986, pages 251 to
266): exact, and quadratic where the sequences differ much. Two captures of a million lines may
differ in tens of thousands of places, so it is used piece by piece. Equal stretches are skipped as
they are; from the first item that differs, the shortest script is looked for up to a number of
edits; as soon as it comes upon `SYNC` equal items in a row, it is taken, and all goes on from
there. Where no such script is found, the nearest place is looked up at which `GRAM` items in a row
are the same again. What lies between is told as it is, unaligned, and counted.

``difflib`` is no help here: the items have few values, and it takes quadratic time for that.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

#: Equal items in a row that prove that two sequences are in step again; ours: longer than one
#: session of a socket from its definition to its deletion.
SYNC: Final = 24
#: Edits up to which the shortest script is looked for.
EDITS_AT_MOST: Final = 160
#: The same for a script over all that is left, which is then exact; ours: some tenths of a second.
EDITS_TO_THE_END: Final = 600
#: Steps of the search in all, after which it looks for few edits only; ours: about ten seconds.
STEPS_AT_MOST: Final = 30_000_000
EDITS_WHEN_SPENT: Final = 24
#: Items of a look-up, and how far apart those of the second sequence are that can be found.
GRAM: Final = 16
STRIDE: Final = 8
#: Items that are compared at once where the sequences may differ soon.
NARROW: Final = 64


class Block(NamedTuple):
    """So many items are the same, from these places on."""

    a: int
    b: int
    size: int


class Alignment(NamedTuple):
    """Which items of two sequences are the same.

    Attributes:
        blocks: In order; none touches the next.
        left_out: Items between two blocks that were not looked at one by one.
    """

    blocks: list[Block]
    left_out: int


def align(a: Sequence[int], b: Sequence[int]) -> Alignment:
    """Align two sequences of numbers below 65,536.

    ``align(b, a)`` is the mirror image of ``align(a, b)``.

    >>> align([1, 2, 3, 4], [1, 3, 9, 4]).blocks
    [Block(a=0, b=0, size=1), Block(a=2, b=1, size=1), Block(a=3, b=3, size=1)]
    """
    left, right = array("H", a), array("H", b)
    # Of several shortest scripts one is taken; which one must not depend on who comes first.
    if (len(left), left.tobytes()) > (len(right), right.tobytes()):
        blocks, left_out = align(right, left)
        return Alignment([Block(y, x, size) for x, y, size in blocks], left_out)
    aligner = _Aligner(left, right)
    blocks = list(_joined(aligner.run()))
    return Alignment(list(_joined(_early(blocks, left, right))), aligner.left_out)


def _early(blocks: list[Block], a: array[int], b: array[int]) -> Iterator[Block]:
    """Move the beginning of each block forward as far as it goes.

    Of several scripts of one length the one is wanted whose sequences part last: a session that
    fails and is then repeated is the one session up to where it fails.
    """
    end_a = end_b = 0
    for x, y, size in blocks:
        early = 0
        if end_b < y:
            early = _alike(a, x, b, end_b, size)
            if early:
                yield Block(x, end_b, early)
                end_a, end_b = x + early, end_b + early
        if not early and end_a < x:
            early = _alike(a, end_a, b, y, size)
            if early:
                yield Block(end_a, y, early)
                end_a, end_b = end_a + early, y + early
        if early < size:
            yield Block(x + early, y + early, size - early)
            end_a, end_b = x + size, y + size


def _alike(a: array[int], x: int, b: array[int], y: int, most: int) -> int:
    """How many items are the same from these places on."""
    size = 0
    while size < most and a[x + size] == b[y + size]:
        size += 1
    return size


def _joined(blocks: Iterable[Block]) -> Iterator[Block]:
    """Join blocks that touch."""
    held: Block | None = None
    for block in blocks:
        if held is not None and (block.a, block.b) == (held.a + held.size, held.b + held.size):
            held = held._replace(size=held.size + block.size)
            continue
        if held is not None:
            yield held
        held = block
    if held is not None:
        yield held


class _Aligner:
    """Aligns two sequences, from their beginnings on."""

    def __init__(self, a: array[int], b: array[int]) -> None:
        self._a, self._b = a, b
        self._steps = 0
        self._places: dict[bytes, list[int]] | None = None
        self.left_out = 0

    def run(self) -> list[Block]:
        """The blocks, in order."""
        a, b = self._a, self._b
        blocks: list[Block] = []
        x = y = 0
        while x < len(a) and y < len(b):
            size = self._same(x, y)
            if size:
                blocks.append(Block(x, y, size))
                x, y = x + size, y + size
                continue
            script = self._script(x, y, len(a), len(b))
            if script is None:
                found = self._look_up(x, y)
                until_a, until_b = found or (len(a), len(b))
                script = self._between(x, y, until_a, until_b)
                blocks += script
                x, y = until_a, until_b
                continue
            blocks += script
            if not script:
                break  # nothing of what is left is the same
            last = script[-1]
            x, y = last.a + last.size, last.b + last.size
            if not self._goes_on(script):
                break
        return blocks

    def _goes_on(self, script: list[Block]) -> bool:
        """Whether the script ended because the sequences are in step again."""
        return script[-1].size >= SYNC

    def _same(self, x: int, y: int) -> int:
        """How many items are the same from here on."""
        a, b = self._a, self._b
        most = min(len(a) - x, len(b) - y)
        size, width = 0, NARROW
        while size < most:
            end = min(size + width, most)
            if a[x + size : x + end] == b[y + size : y + end]:
                size = end
                width *= 4
            elif width > NARROW:
                width //= 4
            else:
                while a[x + size] == b[y + size]:
                    size += 1
                break
        return size

    def _between(self, x: int, y: int, until_a: int, until_b: int) -> list[Block]:
        """The blocks between two places, where that is little work."""
        if until_a - x + until_b - y <= EDITS_TO_THE_END:
            return self._script(x, y, until_a, until_b) or []
        self.left_out += until_a - x + until_b - y
        return []

    def _script(self, x: int, y: int, until_a: int, until_b: int) -> list[Block] | None:
        """The shortest script from a place on, to the ends or until the sequences are in step.

        Returns:
            The blocks in it, without what comes behind; None where it takes too many edits.
        """
        a, b = self._a, self._b
        size_a, size_b = until_a - x, until_b - y
        most = EDITS_AT_MOST if self._steps < STEPS_AT_MOST else EDITS_WHEN_SPENT
        if size_a + size_b <= EDITS_TO_THE_END:
            most = size_a + size_b
        furthest: dict[int, int] = {}  # on each diagonal, with so many edits
        trail: list[dict[int, int]] = []  # the same with fewer
        for edits in range(most + 1):
            trail.append(furthest)
            reached: dict[int, int] = {}
            self._steps += edits + 1
            best: tuple[int, int] | None = None  # where they are in step again: how far, diagonal
            for k in range(-edits, edits + 1, 2):
                i = _entry(furthest, k, size_a, size_b)[0] if edits else 0
                if i < 0:
                    continue
                start, j = i, i - k
                end = min(i + SYNC, size_a, size_b + k)
                while i < end and a[x + i] == b[y + j]:
                    i += 1
                    j += 1
                reached[k] = i
                if i == size_a and j == size_b:
                    best = i + j, k
                    break
                if i - start == SYNC and (best is None or i + j > best[0]):
                    best = i + j, k
            if best is not None:
                i = reached[best[1]]
                found = list(_read_back(trail, i, best[1], (size_a, size_b)))[::-1]
                return [Block(x + own.a, y + own.b, own.size) for own in found]
            furthest = reached
        return None

    def _look_up(self, x: int, y: int) -> tuple[int, int] | None:
        """The nearest place from here on at which `GRAM` items in a row are the same."""
        a, b = self._a, self._b
        if self._places is None:
            self._places = {}
            for place in range(0, len(b) - GRAM + 1, STRIDE):
                self._places.setdefault(b[place : place + GRAM].tobytes(), []).append(place)
        found: tuple[int, int] | None = None
        nearest = len(a) - x + len(b) - y
        for i in range(x, len(a) - GRAM + 1):
            if i - x >= nearest:
                break
            self._steps += 1
            places = self._places.get(a[i : i + GRAM].tobytes())
            at = bisect_left(places, y) if places else 0
            if places and at < len(places) and i - x + places[at] - y < nearest:
                nearest = i - x + places[at] - y
                found = i, places[at]
        if found is None:
            return None
        i, j = found
        while i > x and j > y and a[i - 1] == b[j - 1]:
            i -= 1
            j -= 1
        return i, j


def _entry(furthest: dict[int, int], k: int, size_a: int, size_b: int) -> tuple[int, int]:
    """Where one edit more leads on diagonal *k*, and the diagonal it comes from; -1: nowhere."""
    left, above = furthest.get(k - 1, -1), furthest.get(k + 1, -1)
    right = left + 1 if 0 <= left < size_a else -1
    down = above if above >= 0 and above - k - 1 < size_b else -1
    return (down, k + 1) if down >= right else (right, k - 1)


def _read_back(
    trail: list[dict[int, int]], i: int, k: int, sizes: tuple[int, int]
) -> Iterator[Block]:
    """The blocks of a script that ends at *i* on diagonal *k*, the last first."""
    for furthest in reversed(trail):
        start, former = _entry(furthest, k, *sizes) if furthest else (0, 0)
        if i > start:
            yield Block(start, start - k, i - start)
        if furthest:
            i, k = furthest[former], former
