"""The charts that are shipped: what holds for all of them, and what the captures show of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from atfsm.chart import CellKind, Chart, Ignore, Role, Row, Wait
from atfsm.charts import CHARTS
from atfsm.errors import ChartError
from atfsm.fact import Fact, FactKind
from atfsm.replay.formats import detect
from atfsm.replay.session import Session
from atfsm.stack import TABLED, Place, Whole

CAPTURES = sorted((Path(__file__).parent / "captures").glob("*.log"))

every_chart = pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
falling_charts = pytest.mark.parametrize(
    "chart", [c for c in CHARTS if c.wobbles], ids=lambda chart: chart.name
)

#: Rows that the captures take, in percent, as measured when this was written, rounded down.
ROWS_TAKEN_PERCENT = {"line": 38, "modem": 44, "pdp": 48, "tcp": 64, "udp": 52}


def test_the_six_charts_are_there() -> None:
    """Each thing that can fail has its chart, and so has the ladder."""
    assert {"line", "modem", "pdp", "tcp", "udp", "recovery"} == {c.name for c in CHARTS}


@every_chart
def test_every_cell_is_decided(chart: Chart) -> None:
    """There is no pair of state and fact of which the chart does not know what follows."""
    names = {s.name for s in chart.states}

    assert {(name, fact) for name in names for fact in chart.facts} == set(chart.matrix)
    assert {cell.target for cell in chart.matrix.values()} <= names


@every_chart
def test_every_word_of_the_author_stands_in_the_matrix(chart: Chart) -> None:
    """A row leads where it says, and an ignored cell changes nothing and says why."""
    for written in chart.rows:
        cell = chart.matrix[written.state, written.fact]
        assert (written.target, CellKind.ROW) == (cell.target, cell.kind), str(written)
    for overheard in chart.ignored:
        cell = chart.matrix[overheard.state, overheard.fact]
        assert (overheard.state, CellKind.IGNORED) == (cell.target, cell.kind), str(overheard)
        assert cell.why, str(overheard)


@falling_charts
def test_a_wobble_state_has_one_exit(chart: Chart) -> None:
    """From every wobble state the only way is the first step of the full reset."""
    for wobble in chart.wobbles:
        exits = {
            (fact, cell.target)
            for (at, fact), cell in chart.matrix.items()
            if at == wobble.name and cell.target != at
        }
        assert {(chart.full_reset, chart.resets[0].name)} == exits, wobble.name


@falling_charts
def test_the_full_reset_is_deaf(chart: Chart) -> None:
    """The noise of a reset changes nothing: a step hears its answers and its limit only."""
    for step in chart.resets:
        heard = {
            fact
            for (at, fact), cell in chart.matrix.items()
            if at == step.name and cell.kind is not CellKind.DEAF
        }
        assert {*step.goes_on_at, chart.limit_passed} == heard, step.name


@falling_charts
def test_the_full_reset_ends(chart: Chart) -> None:
    """Whether each step is answered or not, the full reset comes back to the chart."""
    for step in chart.resets:
        at: StrEnum = step.name
        for _ in chart.resets:
            if chart.state(at).role is not Role.RESET:
                break
            answers = chart.state(at).goes_on_at
            at = chart.matrix[at, answers[0]].target
        assert chart.state(at).role is Role.HAPPY, step.name


@falling_charts
def test_no_row_leads_past_a_wobble_state(chart: Chart) -> None:
    """Happy states lead to the full reset through a wobble state only, so its kind is known."""
    resets = {s.name for s in chart.resets}
    for (at, fact), cell in chart.matrix.items():
        if chart.state(at).role is Role.HAPPY and fact is not chart.full_reset:
            assert cell.target not in resets, f"{at}, {fact}"


@falling_charts
def test_only_unlisted_facts_wobble_and_requests_never_do(chart: Chart) -> None:
    """A command that the host sends is judged by what the modem answers."""
    for (at, fact), cell in chart.matrix.items():
        if fact.kind is FactKind.REQUEST:
            assert cell.kind is not CellKind.WOBBLE, f"{at}, {fact}"
        if chart.state(cell.target).role is Role.WOBBLE and cell.target != at:
            assert cell.kind is CellKind.WOBBLE, f"{at}, {fact}"


@every_chart
def test_every_limit_cites_its_source(chart: Chart) -> None:
    """A number of seconds without evidence is a guess."""
    for s in chart.states:
        if not isinstance(s.limit_s, Wait):
            assert s.source, s.name
            assert s.limit_s > 0, s.name
        assert s.about, s.name


@every_chart
def test_every_fact_cites_its_source(chart: Chart) -> None:
    """A fact without evidence is a guess, and one without AT text cannot be drawn."""
    for fact in chart.facts:
        assert fact.wire, fact.name
        assert re.search(r"\d|\[|design|peers|ours", fact.source), fact.name


@every_chart
def test_the_happy_path_can_be_walked(chart: Chart) -> None:
    """Each state of the spine leads to the next by a row that the author wrote."""
    assert chart.happy_path
    for before, after in zip(chart.happy_path, chart.happy_path[1:], strict=False):
        assert any((r.state, r.target) == (before, after) for r in chart.rows), (
            f"{before} to {after}"
        )


@falling_charts
def test_every_chart_but_the_ladder_starts_in_unknown(chart: Chart) -> None:
    """A capture may begin in the middle, and a live start finds any modem."""
    assert chart.initial == "unknown"
    assert chart.state(chart.initial).limit_s is Wait.RESTING


def as_rebuilt(chart: Chart, table: Iterable[tuple[Row, ...] | tuple[Ignore, ...]]) -> Chart | str:
    """Build *chart* with another table; the message where that is refused."""
    try:
        return replace(chart, table=tuple(table))
    except ChartError as error:
        return str(error)


@every_chart
def test_no_row_is_idle(chart: Chart) -> None:
    """Deleting any one row or ignored cell is refused, or changes what the chart does."""
    entries = [entry for group in chart.table for entry in group]
    for gone in entries:
        table = [(entry,) for entry in entries if entry is not gone]
        rebuilt = as_rebuilt(chart, table)  # type: ignore[arg-type]  # single entries
        if isinstance(rebuilt, str):
            assert chart.name in rebuilt
            continue
        before, after = (c.matrix[gone.state, gone.fact] for c in (chart, rebuilt))
        assert before != after, str(gone)
        if isinstance(gone, Ignore) and gone.fact.kind is FactKind.REQUEST:
            assert before.target == after.target, str(gone)
        elif gone.state == getattr(gone, "target", gone.state):
            assert before.target != after.target, f"{gone} says what is so anyway"


@every_chart
def test_the_order_of_the_table_means_nothing(chart: Chart) -> None:
    """Rows do not shadow one another: a table written backwards is the same chart."""
    rebuilt = replace(chart, table=tuple(reversed(chart.table)))

    assert chart.matrix == rebuilt.matrix


# -------------------------------------------------------------------------------- row coverage


Cells = dict[str, set[tuple[str, Fact]]]


@pytest.fixture(scope="module")
def taken() -> Cells:
    """The cells that the captures take, chart by chart, each read from any of its lines on."""
    cells: Cells = defaultdict(set)
    move = Whole._move

    def note(stack: Whole, place: Place, fact: Fact, after: int, *rest: Any) -> None:  # noqa: ANN401
        cells[place.machine].add((TABLED[place.machine].states[place.state].name.value, fact))
        move(stack, place, fact, after, *rest)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Whole, "_move", note)
        for path in CAPTURES:
            lines = path.read_bytes().splitlines()
            way = detect(lines).format
            assert way is not None
            for start in range(len(lines)):
                session = Session(path.stem, way)
                session.feed(lines[start:])
                session.close()
    return cells


@pytest.mark.parametrize("name", ROWS_TAKEN_PERCENT)
def test_the_captures_take_most_rows(name: str, taken: Cells) -> None:
    """A row that no capture takes is a claim that nothing supports; their share may not fall."""
    chart = TABLED[name]
    rows = list(chart.rows)
    missing = [str(r) for r in rows if (r.state.value, r.fact) not in taken[name]]

    assert ROWS_TAKEN_PERCENT[name] <= 100 - 100 * len(missing) / len(rows), missing
