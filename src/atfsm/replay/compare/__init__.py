"""Two captures, compared by what their machines did: where do they part?

>>> from atfsm.replay.compare import compare
>>> good, bad = "tests/captures/wobble-repaired.log", "tests/captures/rc7620-thread-complete.log"
>>> compare(good, bad).outcome.value
'different'
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from atfsm.at.dialect import NAMELESS
from atfsm.replay.capture import Capture
from atfsm.replay.compare.course import Course
from atfsm.replay.compare.differences import Parting, parting
from atfsm.replay.compare.finding import Difference, first_difference
from atfsm.replay.compare.pairing import NONE, Pairing, pair
from atfsm.replay.compare.read import read_course
from atfsm.replay.compare.report import Beginning, Comparison, Outcome, Side, causes_of
from atfsm.replay.compare.waits import waits
from atfsm.replay.session import AUTO

__all__ = ["Comparison", "Difference", "Outcome", "compare", "compared"]

SIDES: Final = ("A", "B")


def compare(
    a: str,
    b: str,
    *,
    formats: Sequence[str] = (AUTO, AUTO),
    verbose: bool = False,
    progress: Callable[[Capture], None] | None = None,
) -> Comparison:
    """Compare two captures by what their machines did.

    Args:
        a: A path (``.gz`` and ``.zst`` are unpacked), or ``-`` for standard input.
        b: The same; one of the two may be standard input.
        formats: The names of their formats, or ``auto``.
        verbose: Whether the AT line's own moves count, too.
        progress: Told after each chunk.

    Raises:
        CaptureError: One cannot be opened, or there is no such format.
    """
    course_a, course_b = (
        read_course(name, format_name=format_name, verbose=verbose, progress=progress)
        for name, format_name in zip((a, b), formats, strict=True)
    )
    return compared(course_a, course_b)[0]


def compared(a: Course, b: Course) -> tuple[Comparison, Pairing, Parting]:
    """Compare two courses; and what was found on the way."""
    pairing = pair(a, b)
    parted = parting(a, b, pairing)
    comparison = Comparison(_side(a), _side(b), common_moves=pairing.moves)
    for side, course, other, at in (
        (comparison.a, a, pairing.other_a, 0),
        (comparison.b, b, pairing.other_b, 1),
    ):
        alone = [i for hunk in parted.hunks for i in (hunk.a, hunk.b)[at]]
        side.alone = len(alone)
        lone = {i for i in course.causes if other[i] == NONE}
        side.wobbles = causes_of([(course.causes[i], course.lines[i]) for i in sorted(lone)])
    comparison.machines = _renamed(a, b, pairing)
    if parted.earlier is not None and parted.anchor is not None:
        comparison.beginning = Beginning(
            SIDES[parted.earlier],
            parted.skipped,
            a.lines[parted.anchor.a],
            b.lines[parted.anchor.b],
        )
    comparison.reordered = parted.reordered
    comparison.waits = waits(a, b, pairing)
    comparison.notes = _notes(a, b, pairing)
    if not (a.is_decided and b.is_decided):
        return comparison, pairing, parted
    comparison.outcome = Outcome.DIFFERENT if parted.hunks else Outcome.SAME
    comparison.difference_count = len(parted.hunks)
    if parted.hunks:
        comparison.difference = first_difference(a, b, pairing, parted.hunks[0])
    return comparison, pairing, parted


def _side(course: Course) -> Side:
    return Side(course.report, moves=len(course), has_clock=course.has_clock)


def _renamed(a: Course, b: Course, pairing: Pairing) -> list[tuple[str, str]]:
    """Machines that are called otherwise in the other capture, the most frequent first."""
    names: Counter[tuple[str, str]] = Counter()
    for i, j in enumerate(pairing.other_a):
        if j != NONE:
            names[a.name_of(a.machines[i]), b.name_of(b.machines[j])] += 1
    return [
        both
        for both, _ in names.most_common()
        if both[0] != both[1] and not any(name.endswith(f" {NAMELESS}") for name in both)
    ]


def _notes(a: Course, b: Course, pairing: Pairing) -> list[str]:
    notes = []
    for side, course in zip(SIDES, (a, b), strict=True):
        if not course.is_decided:
            notes.append(f"{side}: no AT traffic was found.")
        elif not len(course):
            notes.append(f"{side}: no machine moved; there is nothing to compare.")
        notes += [f"{side}: {note}" for note in course.report.notes if "ends early" in note]
    if pairing.left_out:
        notes.append(
            f"{pairing.left_out:,} moves lie where the two have nothing in common for long, and "
            "were not compared one by one."
        )
    return notes
