"""What a trace says comes back from the page, row by row."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atfsm.at.exchange import What
from atfsm.fact import FactKind
from atfsm.machine import table
from atfsm.replay.records import Direction
from atfsm.replay.trace import Seen, Trace
from atfsm.stack import NEW, TABLED, Move
from tests.replay.renderers import RENDERERS
from tests.replay.test_formats_end_to_end import SESSIONS
from tests.view.reading import Page, Row
from tests.view.writing import paged

CAPTURES = sorted((Path(__file__).parent.parent / "captures").glob("*.log"))
#: Every control character that a text of ours may hold, as the page writes it.
WRITTEN = {"\r": "<CR>", "\n": "<LF>", "\t": "<TAB>"}


def move_of(move: Move) -> tuple[str, str, str, str, str, int, str]:
    """A move as the page names it."""
    states = table(TABLED[move.machine]).states
    flags = 2 if move.origin == NEW else 4 if move.origin else 0
    if move.swept_by is not None and move.fact.kind is FactKind.SWEEP:
        flags |= 1
    before, after = states[move.before], states[move.after]
    told_by = " ".join(move.swept_by or ()).strip()
    return move.machine, move.key, before, str(move.fact), after, flags, told_by


def text_of(seen: Seen) -> str:
    """The text of a row that hides nothing, of ASCII and not cut."""
    if seen.pieces:
        text = "\r".join(piece.text.decode() for piece in seen.pieces)
    elif seen.edges and seen.edges[0].what is What.SILENCE:
        text = seen.edges[0].text.decode()
    else:
        text = seen.raw.decode().rstrip("\r")
    return "".join(WRITTEN.get(c, c if c.isprintable() else f"\\x{ord(c):02x}") for c in text)


def what_of(seen: Seen) -> str:
    """What the row of a line is."""
    if seen.what is not None:
        return seen.what.value
    return "noise" if seen.pieces else "comment"


def assert_comes_back(capture: Path) -> Page:
    """Check that the page of a capture says what its trace says."""
    page = paged(capture.read_bytes(), capture.parent, redact=False, name=capture.name)
    seen = list(Trace(str(capture)))
    rows = page.rows()

    assert [s.line for s in seen] == [row.line for row in rows]
    assert [what_of(s) for s in seen] == [row.what for row in rows]
    assert [text_of(s) for s in seen] == [row.text for row in rows]
    assert [tuple(move_of(m) for e in s.edges for m in e.moves) for s in seen] == [
        row.moves for row in rows
    ]
    sides = {"tx": {Direction.TX}, "rx": {Direction.RX}, "": {Direction.UNMARKED}}
    for each, row in zip(seen, rows, strict=True):
        if each.pieces:
            assert sides[row.direction] <= {piece.direction for piece in each.pieces}
        else:
            assert row.direction == ""
    assert_times_come_back(seen, rows, page)
    return page


def assert_times_come_back(seen: list[Seen], rows: list[Row], page: Page) -> None:
    """Check every time; a line without stamp has the time of the one before it."""
    times_ms = [None if s.time_s is None else float(round(s.time_s * 1000)) for s in seen]
    known = next((t for t in times_ms if t is not None), 0.0)
    for time_ms, row in zip(times_ms, rows, strict=True):
        known = known if time_ms is None else time_ms
        assert known == row.time_ms
    assert ("none" == page.meta["capture"]["clock"]) is (set(times_ms) == {None})


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_capture_comes_back_row_by_row(path: Path, tmp_path: Path) -> None:
    """Line, time, direction, what, text and every move, wobbles and all."""
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    page = assert_comes_back(copy)
    report = Trace(str(copy))
    wobbles = [(w, s.line) for s in report for w in s.wobbles]

    assert report.report.verdict.value == page.meta["capture"]["verdict"]
    assert report.report.notes == page.meta["capture"]["notes"]
    assert len(wobbles) == page.meta["wobble_count"]
    rows = page.rows()
    for (wobble, line), told in zip(wobbles, page.meta["wobbles"], strict=True):
        assert (wobble.line, wobble.why, wobble.do, wobble.got, wobble.kind) == (
            *(told["line"], told["why"], told["do"], told["got"], told["kind"]),
        )
        assert (wobble.machine, wobble.key) == page.machine(told["machine"])
        row = rows[told["row"]]
        assert line == row.line
        entered = [m for m in row.moves if m[:2] == (wobble.machine, wobble.key)]
        assert (wobble.state, told["entered"]) in {(m[2], m[4]) for m in entered}
        for mark, proof in zip(wobble.evidence, told["evidence"], strict=True):
            assert (mark.line, mark.text.decode()) == (proof["line"], proof["text"])
            assert mark.line == rows[proof["row"]].line


@pytest.mark.parametrize("name", SESSIONS)
@pytest.mark.parametrize("format_name", RENDERERS)
def test_every_format_comes_back_row_by_row(format_name: str, name: str, tmp_path: Path) -> None:
    """Whatever the logger, the page shows what was read."""
    path = tmp_path / "capture.log"
    path.write_bytes(RENDERERS[format_name](SESSIONS[name])[0])
    if format_name == "journal":
        rows = paged(path.read_bytes(), tmp_path, redact=False).rows()
        assert len(list(Trace(str(path)))) == len(rows)
        return
    assert_comes_back(path)


def test_charts_are_told_cell_by_cell(tmp_path: Path) -> None:
    """The script can look up what any fact does in any state, and who decided it."""
    thread = CAPTURES[0].parent / "rc7620-thread-complete.log"
    meta = paged(thread.read_bytes(), tmp_path).meta
    names = [chart["name"] for chart in meta["charts"]]

    assert ["line", "modem", "pdp", "tcp"] == names
    for told in meta["charts"]:
        chart = TABLED[told["name"]]
        states = [state["name"] for state in told["states"]]
        facts = [fact["name"] for fact in told["facts"]]
        assert [str(s.name) for s in chart.states] == states
        for (state, fact), cell in chart.matrix.items():
            s, f = states.index(str(state)), facts.index(str(fact))
            assert str(cell.target) == states[told["target"][s][f]]
            assert cell.kind.value == meta["cell_kinds"][told["cell"][s][f]]
            assert cell.why == told["why"].get(f"{s},{f}", "")
        assert {s.role.name.lower() for s in chart.states} == {s["role"] for s in told["states"]}


@given(
    lines=st.lists(
        st.tuples(
            st.sampled_from((-100_000, -1, 0, 0, 1, 250, 999, 86_400_000)),
            st.sampled_from(("Tx: AT", "Rx: OK", "Rx: +CSQ: 1,9", "", "a note", "Tx: AT+CSQ")),
        ),
        max_size=30,
    )
)
@settings(max_examples=40)
def test_any_clock_comes_back(
    lines: list[tuple[int, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A clock may stand still, jump, and go backwards."""
    from datetime import UTC, datetime, timedelta

    time = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)
    written = [b"2026-11-22 10:00:00.000 Tx: AT", b"2026-11-22 10:00:00.000 Rx: OK"]
    for step_ms, text in lines:
        time += timedelta(milliseconds=step_ms)
        stamp = f"{time:%Y-%m-%d %H:%M:%S}.{time.microsecond // 1000:03} "
        written.append(((stamp if text[:2] in {"Tx", "Rx"} else "") + text).encode())
    path = tmp_path_factory.mktemp("page") / "capture.log"
    path.write_bytes(b"\n".join(written) + b"\n")

    assert_comes_back(path)
