"""What a page leaves out of a long capture is little, is the right thing, and is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atfsm.replay.session import replay
from atfsm.replay.trace import Seen, Trace
from atfsm.view import review
from atfsm.view.pick import AROUND_LINES, Picker
from tests.view.reading import Page
from tests.view.writing import paged

CALM = ["Tx: AT+CSQ", "Rx: +CSQ: 17,99", "Rx: OK"]
DEFINE = ['Tx: AT+KTCPCFG=1,0,"203.0.113.5",7', "Rx: +KTCPCFG: 1", "Rx: OK"]
WOBBLE = [*DEFINE, "Tx: AT+KTCPSND=1,5", "Rx: +CME ERROR: 923"]
CLOSE = ["Tx: AT+KTCPCLOSE=1,1", "Rx: OK", "Tx: AT+KTCPDEL=1", "Rx: OK"]
NOTES = ["a note of somebody's"] * 3


def written(parts: list[list[str]]) -> bytes:
    """Write lines."""
    return ("\n".join(line for part in parts for line in part) + "\n").encode()


def assert_accounted_for(page: Page, lines_at_most: int) -> None:
    """Check that every line is on the page or in a range that is left out, and never in both."""
    lines = page.meta["capture"]["lines"]
    shown = [row.line for row in page.rows()]
    gaps = page.meta["omitted"]
    left_out = [n for gap in gaps for n in range(gap["first_line"], gap["last_line"] + 1)]

    assert sorted({*shown, *left_out}) == list(range(1, lines + 1))
    assert not {*shown} & {*left_out}
    assert all(g["last_line"] - g["first_line"] + 1 == g["lines"] for g in gaps)
    assert bool(gaps) is bool(page.meta["omitted_words"])
    assert len(shown) <= 2 * lines_at_most
    if gaps:
        assert f"{len(left_out):,} line" in page.meta["omitted_words"][0]
    assert shown[:lines_at_most] == list(range(1, min(lines, lines_at_most) + 1))


@given(
    parts=st.lists(st.sampled_from((CALM, WOBBLE, CLOSE, NOTES)), min_size=1, max_size=60),
    lines_at_most=st.integers(1, 60),
)
@settings(max_examples=60)
def test_every_line_is_shown_or_said_to_be_left_out(
    parts: list[list[str]], lines_at_most: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the capture and however small the page."""
    capture = written([CALM, *parts])
    page = paged(capture, tmp_path_factory.mktemp("page"), lines_at_most=lines_at_most)

    assert_accounted_for(page, lines_at_most)


def test_behind_the_first_lines_only_what_matters_is_kept(tmp_path: Path) -> None:
    """A wobble far behind is there with twenty lines around it, calm lines are not."""
    page = paged(written([CALM] * 200 + [WOBBLE] + [NOTES] * 200), tmp_path, lines_at_most=60)
    (wobble,) = page.meta["wobbles"]
    rows = page.rows()
    shown = {row.line for row in rows}
    line = wobble["line"]

    assert_accounted_for(page, 60)
    assert 605 == line
    assert set(range(line - AROUND_LINES, line + AROUND_LINES + 1)) <= shown
    assert line + AROUND_LINES + 1 not in shown
    assert line == rows[wobble["row"]].line
    assert "wobble_refused" in {move[4] for move in rows[wobble["row"]].moves}
    assert [line - 1] == [e["line"] for e in wobble["evidence"] if e["line"] == line - 1]
    assert all(rows[e["row"]].line == e["line"] for e in wobble["evidence"])


def test_changes_leave_room_for_a_wobble_behind_them(tmp_path: Path) -> None:
    """However often machines merely change before it, a wobble far behind has its lines."""
    page = paged(
        written([CALM] + [DEFINE, CLOSE] * 300 + [WOBBLE, CALM]), tmp_path, lines_at_most=90
    )
    (wobble,) = page.meta["wobbles"]
    shown = {row.line for row in page.rows()}

    assert_accounted_for(page, 90)
    assert set(range(wobble["line"] - AROUND_LINES, wobble["line"] + 4)) <= shown
    assert 91 in shown


def test_a_wobble_without_room_is_still_told(tmp_path: Path) -> None:
    """Its sentence is there; its row is the last one before it."""
    page = paged(written([CALM] + [WOBBLE, CLOSE] * 50), tmp_path, lines_at_most=10)
    rows = page.rows()
    last = page.meta["wobbles"][-1]

    assert_accounted_for(page, 10)
    assert 50 == page.meta["wobble_count"] == len(page.meta["wobbles"])
    assert rows[-1].line < last["line"]
    assert len(rows) - 1 == last["row"]
    assert "" == last["entered"]
    assert last["why"]


def test_states_stay_true_over_what_is_left_out(tmp_path: Path) -> None:
    """Where rows are left out, the next one says where the machines were left."""
    urcs = ["Rx: +KCNX_IND: 1,1,0", "Rx: +KCNX_IND: 1,5,30", "Rx: +KCNX_IND: 1,6"]
    ends = ["Tx: AT+CSQ", *NOTES, *urcs, *NOTES, "Rx: OK"]
    parts = [CALM, DEFINE, NOTES, ends, CALM, CLOSE] * 30
    capture = tmp_path / "capture.log"
    capture.write_bytes(written(parts))
    review(str(capture), tmp_path / "page.html", lines_at_most=600)
    page = Page((tmp_path / "page.html").read_bytes())
    followed: dict[tuple[str, str], str] = {}
    for row in page.rows():
        for machine, key, before, _, after, flags, _ in row.moves:
            if not flags & 6:
                assert before == followed.get((machine, key), "unknown")
            followed[machine, key] = after
    report = replay(str(capture))
    last = {(m.machine, m.key): m.state for m in report.machines}

    assert_accounted_for(page, 600)
    assert page.meta["omitted"]
    assert last["tcp", "1"] == followed["tcp", "1"]
    assert 8 in {move[5] for row in page.rows() for move in row.moves}


def test_too_much_text_ends_the_whole_part_as_well(tmp_path: Path) -> None:
    """A page of a million long lines could not be opened."""
    picker = Picker(1_000_000, lambda: len(kept) >= 100, lambda _: None)
    capture = tmp_path / "capture.log"
    capture.write_bytes(written([CALM] * 100))
    kept: list[Seen] = []
    for seen in picker.pick(Trace(str(capture))):
        kept.append(seen)  # noqa: PERF402  the picker looks at it meanwhile

    assert 100 == len(kept)
    assert 200 == picker.lines_left_out
    assert 100 == picker.whole_until


def test_many_ranges_are_counted_and_the_first_listed(tmp_path: Path) -> None:
    """A list of a million ranges would be as long as the capture."""
    parts = [[*NOTES, *DEFINE, *NOTES, *CLOSE]] * 1_500
    page = paged(written([CALM, *parts]), tmp_path, lines_at_most=20_000)

    assert [] == page.meta["omitted"]
    page = paged(written([CALM, CALM, *parts]), tmp_path, lines_at_most=8_000)

    assert 1_000 == len(page.meta["omitted"])
    assert 2 == len(page.meta["omitted_words"])
    assert "the first 1,000 are listed" in page.meta["omitted_words"][1]
