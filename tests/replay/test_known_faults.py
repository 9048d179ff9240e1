"""What is known to be wrong with a log is found: where it begins, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.replay.known_faults import KINDS, clean, faulty, judged
from tests.replay.renderers import RENDERERS

#: Seeds of one test; ``make bench`` takes a thousand others.
SEEDS_A_TEST = 30
FIRST_SEEDS = range(100_000, 100_000 + 4 * SEEDS_A_TEST, SEEDS_A_TEST)


@pytest.mark.parametrize("first", FIRST_SEEDS)
def test_a_fault_is_found_and_named(first: int, tmp_path: Path) -> None:
    """Whatever the fault, the format and the moment: the first line, and the cause."""
    wrong_lines, wrong_causes = [], []
    for seed in range(first, first + SEEDS_A_TEST):
        known = faulty(seed)
        line, cause = judged(known, tmp_path)
        if known.line != line:
            wrong_lines.append((known, line))
        if cause not in known.causes:
            wrong_causes.append((known, cause))

    # Of 1,000 all lines and 998 causes were right when this was written: margin for new rows.
    assert [] == wrong_lines
    assert len(wrong_causes) <= 1, wrong_causes


@pytest.mark.parametrize("first", FIRST_SEEDS)
def test_a_session_without_a_fault_is_clean(first: int, tmp_path: Path) -> None:
    """Whatever the format."""
    sessions = [clean(seed) for seed in range(first, first + SEEDS_A_TEST)]

    assert [(0, "")] * SEEDS_A_TEST == [judged(known, tmp_path) for known in sessions]


def test_every_sort_of_fault_and_every_logger_is_tried() -> None:
    """In the seeds of these tests: nothing is right because it never came up."""
    faults = [faulty(seed) for seed in range(100_000, 100_000 + 2 * SEEDS_A_TEST)]

    assert {*RENDERERS} == {clean(seed).format_name for seed in range(len(RENDERERS))}
    assert len(RENDERERS) <= len(FIRST_SEEDS) * SEEDS_A_TEST
    assert {kind.fault for kind in KINDS} == {k.kind.fault for k in faults if k.kind is not None}


def test_the_same_seed_makes_the_same_log() -> None:
    """A seed that is told can be looked at again."""
    assert faulty(7) == faulty(7)
    assert clean(7) == clean(7)
    assert faulty(7).capture != faulty(8).capture
