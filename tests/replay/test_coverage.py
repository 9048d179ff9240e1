"""Coverage: every move is counted, once, by whichever way a capture is read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atfsm.at.facts import LineFact, TcpFact
from atfsm.chart import CellKind
from atfsm.charts import CHARTS, LINE, TCP
from atfsm.errors import AtfsmError
from atfsm.fact import Fact
from atfsm.machine import table
from atfsm.replay import coverage as coverage_module
from atfsm.replay import saved_cells as saved_cells_module
from atfsm.replay.automaton import Edge
from atfsm.replay.coverage import (
    Cells,
    Coverage,
    Tally,
    cells_of,
    never_taken,
    only_in,
    taken_of,
)
from atfsm.replay.coverage_text import CoverageText
from atfsm.replay.formats import Format, format_named
from atfsm.replay.observer import Observer
from atfsm.replay.report import Wobble
from atfsm.replay.saved_cells import load, named, save, shipped, to_json
from atfsm.replay.session import Session
from atfsm.stack import TABLED, Move, Moved
from tests.replay.test_replay_properties import (
    CAPTURES,
    START,
    WRITERS,
    Said,
    cut_at,
    every_capture,
    format_of,
    lines_of,
    sessions,
)
from tests.replay.tested import CURE, FILE, measured, write_journal
from tests.replay.tested import sessions as golden_sessions

Counted = dict[str, Counter[tuple[str, Fact]]]


def counted(parts: Iterable[list[bytes]], capture_format: Format) -> Counted:
    """Count a capture that comes in *parts*, as ``atfsm coverage`` does."""
    tally = Tally()
    session = Session("capture", capture_format, tally=tally)
    for part in parts:
        session.feed(part)
    session.close()
    return tally.cells()


def one_by_one(lines: list[bytes], capture_format: Format) -> Counted:
    """Count the same without the fast way and without a tally: move by move, as it is taken."""
    cells: Counted = {}
    take = Observer._take

    def note(observer: Observer, edge: Edge, line: int) -> None:
        for move in edge.moves:
            state = table(TABLED[move.machine]).states[move.before]
            cells.setdefault(move.machine, Counter())[state, move.fact] += 1
        take(observer, edge, line)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Observer, "_take", note)
        session = Session("capture", capture_format)
        session._runner._is_fast = False
        session.feed(lines)
        session.close()
    return cells


def plus(*each: Cells) -> Counted:
    """Add counts up."""
    names = {name for cells in each for name in cells}
    return {n: sum((Counter(cells.get(n, {})) for cells in each), Counter()) for n in names}


# ------------------------------------------------------------------------------------- counting


@every_capture
@pytest.mark.parametrize("times", [1, 7])
def test_every_move_of_a_capture_is_counted(path: Path, times: int) -> None:
    """Whether it changes anything or not, each move is counted as often as it is taken."""
    lines = lines_of(path.read_bytes()) * times
    way = format_of(lines)

    expected = one_by_one(lines, way)

    assert sum(map(Counter.total, expected.values())) > 0
    assert expected == counted([lines], way)
    assert expected == counted([[line] for line in lines], way)


@pytest.mark.parametrize("back_s", [100, 40_000])
def test_a_clock_that_goes_back_over_midnight_counts_the_same(back_s: int) -> None:
    """The stamps of such a run are in order, and its days are not."""
    define = [("tx", b'AT+KTCPCFG=1,0,"203.0.113.5",7007'), ("rx", b"+KTCPCFG: 1"), ("rx", b"OK")]
    name, write = WRITERS["txrx, time of day"]
    time = START
    lines = []
    for before_s, within_s in ((0.0, 0.0), (50.0, 0.0), (-back_s, 5.1)):
        time += timedelta(seconds=before_s)
        for said in define:
            lines.append(write(said, time))
            time += timedelta(seconds=within_s)
    way = format_named(name)

    assert one_by_one(lines, way) == counted([lines], way)


@pytest.mark.parametrize("writer", WRITERS)
@given(
    session=sessions, times=st.integers(1, 4), places=st.lists(st.integers(0, 10_000), max_size=3)
)
@settings(max_examples=20, deadline=None)
def test_both_ways_count_the_same(
    writer: str,
    session: list[tuple[list[Said], float, float]],
    times: int,
    places: list[int],
) -> None:
    """With stamps and without, silences included, runs are counted as lines are."""
    name, write = WRITERS[writer]
    time = START
    lines = []
    for phrase, before_s, within_s in session * times:
        time += timedelta(seconds=before_s)
        for said in phrase:
            lines.append(write(said, time))
            time += timedelta(seconds=within_s)
    way = format_named(name)

    assert one_by_one(lines, way) == counted(cut_at(lines, places), way)


@every_capture
def test_the_counts_are_those_of_the_time_line(path: Path) -> None:
    """What changes a state is counted as often as the time line shows it."""
    lines = lines_of(path.read_bytes()) * 3
    way = format_of(lines)
    moves: list[Move] = []

    def tell(_line: int, edge: Edge, _wobbles: tuple[Wobble, ...]) -> None:
        moves.extend(move for move in edge.moves if move.before != move.after)

    session = Session("capture", way, tell, timeline=True)
    session.feed(lines)
    session.close()
    shown = Counter((m.machine, table(TABLED[m.machine]).states[m.before], m.fact) for m in moves)

    cells = counted([lines], way)
    assert shown == {
        (taken.chart, taken.state, taken.fact): taken.times
        for chart in CHARTS
        for taken in cells_of(chart, cells.get(chart.name, {}))
        if taken.times and taken.state != taken.target
    }


def test_a_journal_is_counted_as_it_was_driven(tmp_path: Path) -> None:
    """Of a session that was driven, each change of state is counted, the ladder's among them."""
    for number, outcome in enumerate(golden_sessions()):
        if number % 8 != 5:
            continue
        coverage = Coverage()
        coverage.add(str(write_journal(tmp_path / f"{number}.journal", outcome)))
        said = [o for _, o in outcome.outputs if isinstance(o, Moved) and o.before != o.state]
        assert Counter((m.machine, m.before, m.fact) for m in said) == {
            (taken.chart, taken.state, str(taken.fact)): taken.times
            for chart in CHARTS
            for taken in cells_of(chart, coverage.cells.get(chart.name, {}))
            if taken.times and taken.state != taken.target
        }


@given(chosen=st.lists(st.sampled_from([0, 1, 2]), min_size=len(CAPTURES), max_size=len(CAPTURES)))
@settings(max_examples=10, deadline=None)
def test_parts_add_up_to_the_whole(chosen: list[int]) -> None:
    """However captures are shared out, the counts of the parts are together those of all."""
    parts = [Coverage(), Coverage(), Coverage()]
    whole = Coverage()
    for path, part in zip(CAPTURES, chosen, strict=True):
        parts[part].add(str(path))
        whole.add(str(path))

    assert whole.cells == plus(*(part.cells for part in parts))
    assert len(whole.captures) == sum(len(part.captures) for part in parts)


@pytest.mark.parametrize("most", [0, 1, 5])
def test_taking_edges_apart_early_changes_nothing(
    most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory stays flat, and the counts are what they are."""
    lines = [line for path in CAPTURES[:9] for line in lines_of(path.read_bytes())] * 3
    expected = counted([lines], format_named("txrx"))
    monkeypatch.setattr(coverage_module, "EDGES_AT_MOST", most)

    assert expected == counted([lines], format_named("txrx"))


def test_edges_are_not_kept_for_ever() -> None:
    """A capture of nothing but silences makes an edge for each, and they are let go."""
    lines = []
    for number in range(3 * coverage_module.EDGES_AT_MOST):
        hours, minutes, seconds = number // 360 % 24, number // 6 % 60, number % 6 * 10
        lines.append(b"2026-11-22 %02d:%02d:%02d.000 Tx: AT+CSQ" % (hours, minutes, seconds))
    tally = Tally()
    session = Session("capture", format_named("txrx"), tally=tally)
    session.feed(lines)

    assert len(tally._edges) <= coverage_module.EDGES_AT_MOST
    assert tally.cells()["line"].total() >= len(lines)


def test_what_no_format_fits_adds_nothing(tmp_path: Path) -> None:
    """A file that is no capture is told as such, and is not among those that were counted."""
    diary = tmp_path / "diary.txt"
    diary.write_text("Dear diary, today nothing happened.\n")
    coverage = Coverage()

    assert "" == coverage.add(str(diary)).format
    assert ([], {}) == (coverage.captures, coverage.cells)


# --------------------------------------------------------------------------- what the counts say

IDLE, BUSY = "idle", "command_in_flight"
SOME: Cells = {
    "line": {(IDLE, LineFact.COMMAND_SENT): 3, (BUSY, LineFact.COMMAND_OVERLAPPED): 1},
    "tcp": {("connecting", TcpFact.FAILED): 2},
}


def test_cells_come_with_their_counts() -> None:
    """Every cell of a chart is there in table order, with what the chart says of it."""
    cells = list(cells_of(LINE, SOME["line"]))

    assert list(LINE.matrix) == [(t.state, t.fact) for t in cells]
    assert SOME["line"] == {(t.state, t.fact): t.times for t in cells if t.times}
    said = [(cell.target, cell.kind) for cell in LINE.matrix.values()]
    assert said == [(t.target, t.kind) for t in cells]


def test_kinds_are_counted_by_cell() -> None:
    """How often a cell was taken does not matter here, only that it was."""
    assert {CellKind.ROW: 1, CellKind.WOBBLE: 1} == taken_of(LINE, SOME["line"])
    assert {CellKind.WOBBLE: 1} == taken_of(TCP, SOME["tcp"])
    assert {} == taken_of(TCP, {})


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_rows_that_were_never_taken_are_all_there(chart: object) -> None:
    """With the rows that were taken they are the table; those out of the start come last."""
    assert isinstance(chart, type(TCP))
    counts = {(str(row.state), row.fact): 1 for row in list(chart.rows)[::3]}

    never = never_taken(chart, counts)

    assert {(r.state, r.fact) for r in chart.rows} == {(t.state, t.fact) for t in never} | set(
        counts
    )
    assert len(never) + len(counts) == len(list(chart.rows))
    late = [taken.state == chart.initial for taken in never]
    assert sorted(late) == late


@pytest.mark.parametrize(
    ("these", "those", "expected"),
    [
        ({}, {}, []),
        (SOME, SOME, []),
        ({}, SOME, []),
        (
            SOME,
            {},
            [
                ("line", BUSY, "command_overlapped", "wobble_out_of_step", 1),
                ("tcp", "connecting", "failed", "wobble_dropped", 2),
                ("line", IDLE, "command_sent", BUSY, 3),
            ],
        ),
        (
            SOME,
            {"line": SOME["line"]},
            [("tcp", "connecting", "failed", "wobble_dropped", 2)],
        ),
    ],
    ids=["nothing", "the same", "less", "wobbles first", "one chart"],
)
def test_what_only_one_side_has_is_told(
    these: Cells, those: Cells, expected: list[tuple[str, str, str, str, int]]
) -> None:
    """Wobbles come first, in the order of the charts, with the count of the side that has them."""
    assert expected == [
        (t.chart, t.state, str(t.fact), t.target, t.times) for t in only_in(these, those)
    ]


# ------------------------------------------------------------------------------------- as a file

ALL_CELLS = [(chart.name, str(at[0]), at[1]) for chart in CHARTS for at in chart.matrix]


@given(
    counts=st.dictionaries(st.sampled_from(ALL_CELLS), st.integers(1, 10**12), max_size=30),
    form=st.sampled_from(["save", "json"]),
)
@settings(deadline=None)
def test_what_was_saved_comes_back(
    counts: dict[tuple[str, str, Fact], int],
    form: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Any counts, in either form, are read as they were written; the file has no other order."""
    cells: Counted = {}
    for (chart, state, fact), times in counts.items():
        cells.setdefault(chart, Counter())[state, fact] = times
    coverage = Coverage()
    coverage.tally._cells = cells
    path = tmp_path_factory.getbasetemp() / "cells.json"
    path.write_text(save(cells) if form == "save" else to_json(coverage, shipped()), "utf-8")

    found = load(path)

    assert (cells, ()) == (found.cells, found.strangers)
    assert save(cells) == save(dict(reversed(cells.items())))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "is no saved coverage"),
        ("{", "is no saved coverage"),
        ("[]", "is no saved coverage"),
        ('{"cells": {}}', "is no saved coverage"),
        ('{"schema": "atfsm.replay/1", "cells": {}}', "is no saved coverage"),
        ('{"schema": ["atfsm.cells/1"], "cells": {}}', "is no saved coverage"),
        ('{"schema": "atfsm.cells/1"}', "is no saved coverage"),
        ('{"schema": "atfsm.cells/1", "cells": {"tcp": 1}}', "is no saved coverage"),
        ('{"schema": "atfsm.cells/1", "cells": {"tcp": {"a": []}}}', "is no saved coverage"),
        ('{"schema": "atfsm.cells/1", "cells": {"tcp": {"a": {"b": 0}}}}', "is no count: 0"),
        ('{"schema": "atfsm.cells/1", "cells": {"tcp": {"a": {"b": true}}}}', "no count: True"),
        ('{"schema": "atfsm.cells/1", "cells": {"tcp": {"a": {"b": 1.5}}}}', "no count: 1.5"),
        ("[" * 100_000, "is no saved coverage"),
        ("9" * 100_000, "is no saved coverage"),
        ("\0\xff\ud800", "is no saved coverage"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_saved_coverage_is_one_line(text: str, expected: str, tmp_path: Path) -> None:
    """A file of something else is named, with what is wrong."""
    path = tmp_path / "cells.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))

    with pytest.raises(AtfsmError) as caught:
        load(path)

    assert str(caught.value).startswith(f"{path}: ")
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_saved_coverage_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """A missing file, a folder and a name that cannot be are told like any other."""
    for path in (tmp_path / "none.json", tmp_path, Path("a\0b")):
        with pytest.raises(AtfsmError, match=r": cannot be read: \S"):
            load(path)


def test_a_file_of_any_size_is_not_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is larger than any coverage can be is none."""
    path = tmp_path / "cells.json"
    path.write_text(save(SOME))
    size = path.stat().st_size
    monkeypatch.setattr(saved_cells_module, "SIZE_BYTES_AT_MOST", size)
    assert SOME == load(path).cells
    monkeypatch.setattr(saved_cells_module, "SIZE_BYTES_AT_MOST", size - 1)

    with pytest.raises(AtfsmError, match="is no saved coverage"):
        load(path)


def test_cells_of_other_charts_are_left_out_and_told(tmp_path: Path) -> None:
    """A file of another version may name cells that are no more."""
    cells = {
        "tcp": {"connecting": {"failed": 2, "teleported": 1}, "limbo": {"failed": 1}},
        "sctp": {"idle": {"failed": 4}},
    }
    path = tmp_path / "cells.json"
    path.write_text(json.dumps({"schema": "atfsm.cells/1", "cells": cells}))

    found = load(path)

    assert {"tcp": {("connecting", TcpFact.FAILED): 2}} == found.cells
    assert (
        "tcp: connecting, teleported",
        "tcp: limbo, failed",
        "sctp: idle, failed",
    ) == found.strangers


def test_a_chart_of_which_all_was_taken_has_nothing_left() -> None:
    """The text has no list of what was never taken, and no charts that nothing touched."""
    coverage = Coverage()
    coverage.tally._cells = {
        chart.name: Counter({(str(state), fact): 1 for state, fact in chart.matrix})
        for chart in CHARTS
    }
    lines: list[str] = []

    CoverageText(lines.append).tell(coverage, shipped())

    assert not any("never taken" in line or "not touched" in line for line in lines)
    assert "Taken in the tests of atfsm, never here: nothing" in lines


# ------------------------------------------------------------------------ what the tests take


def test_the_cells_that_the_tests_take_are_known() -> None:
    """What is shipped names the very cells that the captures and the sessions take today."""
    now, then = (
        {
            (chart, state, fact)
            for chart, states in each.items()
            for state in states
            for fact in states[state]
        }
        for each in (named(measured()), named(shipped().cells))
    )

    assert sorted(now) == sorted(then), CURE
    assert () == shipped().strangers, CURE


def test_what_is_shipped_is_as_it_was_written() -> None:
    """The file is that of ``save``: a line a cell, in the order of the charts."""
    assert save(shipped().cells) == FILE.read_text("utf-8"), CURE
