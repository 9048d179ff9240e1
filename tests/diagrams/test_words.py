"""Nothing is drawn that is not in a table, and nothing in a table is missing from its drawing."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from atfsm.chart import CellKind, Chart, Role, Row
from atfsm.charts import CHARTS
from atfsm.diagrams import draw, draw_coupling
from atfsm.stack import COUPLING
from tests.diagrams.reading import Drawing, read, squeezed

charts = pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
wobbling = pytest.mark.parametrize(
    "chart", [c for c in CHARTS if c.wobbles], ids=lambda chart: chart.name
)


def wire(row: Row) -> str:
    """The AT text of a row, without blanks."""
    return squeezed([row.fact.wire])


def is_any_answer(chart: Chart, rows: list[Row]) -> bool:
    """Tell whether rows are all that a reset step goes on at."""
    heard = {*chart.state(rows[0].state).goes_on_at, chart.limit_passed}
    return {row.fact for row in rows} == heard


def notes(drawing: Drawing) -> list[str]:
    """The numbered sentences of the legend."""
    return re.findall(r"\(\d+\) {2}.*? rows?\)", drawing.legend)


def place_of(chart: Chart, row: Row, drawing: Drawing) -> str:
    """Find where a row is drawn or told."""
    if row.state == row.target:
        said = squeezed(list(drawing.boxes[row.state].lines))
        return "inside" if f"staysat{wire(row)}" in said else "nowhere"
    for arrow in drawing.arrows:
        if (arrow.source, arrow.target) == (row.state, row.target) and not arrow.is_fold:
            said = squeezed(list(arrow.lines))
            between = [r for r in chart.rows if (r.state, r.target) == (row.state, row.target)]
            if wire(row) in said or ("anyanswer" in said and is_any_answer(chart, between)):
                return "arrow"
    if row.state == chart.initial not in chart.happy_path:
        evidence = next(a for a in drawing.arrows if a.source == row.state and a.is_fold)
        told = evidence.attributes["tooltip"].split(", ")
        return "evidence" if f"{row.fact}: {row.target}" in told else "nowhere"
    for note in notes(drawing):
        origin, rest = note.split(" to ", 1)
        target = re.split(r"[,:]", rest)[0]
        states = re.split(r", | and ", origin.split("From ")[1])
        if row.state in states and target == row.target and wire(row) in squeezed([rest]):
            return "note"
    return "nowhere"


@charts
def test_every_row_is_drawn_or_told(chart: Chart) -> None:
    """Each row of the table is an arrow, a line in a box, evidence, or in a counted note."""
    drawing = read(draw(chart))

    places = {str(row): place_of(chart, row, drawing) for row in chart.rows}

    assert [] == [row for row, place in places.items() if place == "nowhere"]
    counted = Counter(places.values())
    told = sum(int(n) for note in notes(drawing) for n in re.findall(r"\((\d+) rows?\)", note))
    assert counted["note"] == told
    if counted["evidence"]:
        assert f"One arrow for the {counted['evidence']} rows out of " in drawing.legend


@charts
def test_nothing_is_drawn_that_is_not_in_the_table(chart: Chart) -> None:
    """Each box is a state, and each word on each arrow between two states is that of a row."""
    drawing = read(draw(chart))

    states = {str(s.name) for s in chart.states}
    assert states | {"start", "title", "legend"} == set(drawing.boxes)
    for arrow in drawing.arrows:
        if arrow.is_fold or arrow.source == "start":
            continue
        rows = [r for r in chart.rows if (r.state, r.target) == (arrow.source, arrow.target)]
        rest = squeezed(list(arrow.lines)).removeprefix("startagain")
        if rest == "anyanswer":
            assert is_any_answer(chart, rows)
            continue
        for said in sorted({wire(row) for row in rows}, key=len, reverse=True):
            rest = rest.replace(said, "", 1)
        assert rest == ""
        assert rows


@charts
def test_two_states_are_joined_by_one_arrow(chart: Chart) -> None:
    """Rows between the same two states share one arrow."""
    drawing = read(draw(chart))

    ends = Counter((a.source, a.target) for a in drawing.arrows if not a.is_fold)

    assert {} == {pair: n for pair, n in ends.items() if n > 1}


@charts
def test_the_box_has_name_and_limit(chart: Chart) -> None:
    """Each box has the name and the limit; a resting state has none; a step has its command."""
    drawing = read(draw(chart))

    for state in chart.states:
        lines = drawing.boxes[state.name].lines
        assert state.name in lines
        limit = f"≤ {state.limit_s:g} s" if state.timed_limit_s is not None else None
        assert (limit in lines) == (limit is not None)
        if state.role is not Role.HAPPY:
            assert squeezed([state.about]) in squeezed(list(lines))


@charts
def test_the_legend_counts_the_cells(chart: Chart) -> None:
    """The legend has the summary of the chart, and the number of the ignored cells."""
    drawing = read(draw(chart))

    assert chart.summary() in drawing.legend
    ignored = chart.counts()[CellKind.IGNORED]
    assert f"{ignored} ignored cells" in drawing.legend
    assert [chart.title, chart.about] == list(drawing.boxes["title"].lines)


@wobbling
def test_the_wobble_boxes_count_the_cells(chart: Chart) -> None:
    """Each wobble box says how many cells lead there, and together they are all of them."""
    drawing = read(draw(chart))

    counted = {}
    for wobble in chart.wobbles:
        found = re.search(r"· (\d+) cells", " ".join(drawing.boxes[wobble.name].lines))
        assert found
        counted[wobble.name] = int(found[1])
    cells = Counter(c.target for c in chart.matrix.values() if c.kind is CellKind.WOBBLE)
    assert {w.name: cells[w.name] for w in chart.wobbles} == counted
    assert f"One dashed arrow for {sum(counted.values())} cells" in drawing.legend


@wobbling
def test_wobbles_are_folded_onto_one_arrow(chart: Chart) -> None:
    """One dashed arrow leads from frame to wobbles, and one bold arrow on to the full reset."""
    drawing = read(draw(chart))

    wobbles = {w.name for w in chart.wobbles}
    into = [a.attributes for a in drawing.arrows if a.target in wobbles]
    out = [a for a in drawing.arrows if a.source in wobbles]
    assert [("cluster_happy", "cluster_wobbles", "dashed")] == [
        (a["ltail"], a["lhead"], a["style"]) for a in into
    ]
    assert [("cluster_wobbles", chart.resets[0].name, "3")] == [
        (a.attributes["ltail"], a.target, a.attributes["penwidth"]) for a in out
    ]


def test_every_row_of_the_coupling_is_drawn() -> None:
    """Each row of the coupling table stands on the arrow between the layers of its charts."""
    drawing = read(draw_coupling())

    for couple in COUPLING:
        said = [
            squeezed(list(arrow.lines))
            for arrow in drawing.arrows
            if couple.chart.name in arrow.source.split("_")
            and couple.told.name in arrow.target.split("_")
        ]
        assert 1 == len(said)
        assert str(couple.fact) in said[0]
        assert squeezed([couple.about]) in said[0]
        assert all(state in said[0] for state in (*couple.entering, *couple.leaving))
    assert drawing.legend.startswith(f"{len(COUPLING)} rows ")
