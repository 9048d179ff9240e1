"""Counts on the drawings: each where its row is, wider the more, and on nothing else's place."""

from __future__ import annotations

import random
import re
from collections import Counter
from functools import cache
from itertools import combinations, pairwise
from math import log10
from pathlib import Path

import pytest

from atfsm.chart import CellKind, Chart, Role, Row
from atfsm.charts import CHARTS, TCP
from atfsm.diagrams import Traffic, check_format, draw, lay_out, write_traffic
from atfsm.diagrams.model import filled, fold
from atfsm.diagrams.style import AMBER, BLUE, PALER, RED
from atfsm.errors import DrawingError
from atfsm.fact import Fact
from tests.diagrams.reading import Arrow, Drawing, Rectangle, read
from tests.diagrams.test_looks import CORNER, GRAZE, meet

charts = pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
seeds = pytest.mark.parametrize("seed", range(4))

WIDEST_PT = 980
HIGHEST_PT = 1500

Counts = dict[tuple[str, Fact], int]


def some_counts(chart: Chart, seed: int) -> Counts:
    """Counts of every size for some cells: of many, of few, of all, and of none at all."""
    chance = random.Random(seed)
    share = (0.5, 0.1, 1.0, 0.0)[seed]
    return {
        (str(state), fact): round(10 ** chance.uniform(0, 8))
        for state, fact in chart.matrix
        if chance.random() < share
    }


@cache
def text_of(chart: Chart, seed: int) -> str:
    """Draw some counts."""
    return draw(chart, Traffic(some_counts(chart, seed), "7 captures"))


@cache
def drawn(chart: Chart, seed: int) -> Drawing:
    """Draw some counts, and read the drawing back."""
    return read(text_of(chart, seed))


def total(rows: tuple[Row, ...] | list[Row], counts: Counts) -> int:
    """How often rows were taken together."""
    return sum(counts.get((row.state, row.fact), 0) for row in rows)


def number(lines: tuple[str, ...]) -> int:
    """The number that stands on an arrow or in a box by itself; 0 where there is none."""
    found = [re.match(r"([\d,]+)×(?: ·|$)", line) for line in lines]
    return sum(int(match[1].replace(",", "")) for match in found if match)


def rows_of(chart: Chart, arrow: Arrow) -> list[Row]:
    """The cells that an arrow stands for."""
    if arrow.attributes.get("lhead") == "cluster_wobbles":
        return list(filled(chart, CellKind.WOBBLE))
    if arrow.attributes.get("ltail") == "cluster_wobbles":
        return list(filled(chart, CellKind.RESET))
    picture = fold(chart)
    if arrow.is_fold:
        return list(picture.evidence)
    arrows = (*picture.arrows, *picture.reset_arrows)
    return next(
        list(a.rows) for a in arrows if (a.source, a.target) == (arrow.source, arrow.target)
    )


def ways(drawing: Drawing) -> list[Arrow]:
    """The arrows that stand for cells."""
    return [arrow for arrow in drawing.arrows if arrow.source != "start"]


# ------------------------------------------------------------------------------------ what it says


@charts
def test_nothing_counted_changes_nothing(chart: Chart) -> None:
    """Without counts the drawing is the one that is reviewed."""
    assert draw(chart) == draw(chart, Traffic())
    assert draw(chart) != draw(chart, Traffic({}))


@charts
@seeds
def test_every_arrow_has_its_number(chart: Chart, seed: int) -> None:
    """It is the sum of its rows; an arrow that was never taken has none."""
    counts = some_counts(chart, seed)

    for arrow in ways(drawn(chart, seed)):
        assert total(rows_of(chart, arrow), counts) == number(arrow.lines), arrow.source


@charts
@seeds
def test_no_row_is_left_out(chart: Chart, seed: int) -> None:
    """The numbers on arrows, in boxes and in notes are together all that rows were taken."""
    counts = some_counts(chart, seed)
    drawing = drawn(chart, seed)

    on_arrows = sum(
        number(arrow.lines)
        for arrow in ways(drawing)
        if not {"cluster_wobbles"} & {arrow.attributes.get("lhead"), arrow.attributes.get("ltail")}
    )
    words = [
        line.replace(",", "") for state in chart.states for line in drawing.boxes[state.name].lines
    ]
    inside = sum(int(n) for line in words for n in re.findall(r"^(\d+)× (?:stays|\()", line))
    assert total(list(chart.rows), counts) == on_arrows + inside


@charts
@seeds
def test_the_wobbles_have_their_numbers(chart: Chart, seed: int) -> None:
    """Each box has how often, and at how many of its cells, a machine wobbled there."""
    counts = some_counts(chart, seed)
    drawing = drawn(chart, seed)

    for wobble in chart.wobbles:
        cells = filled(chart, CellKind.WOBBLE, wobble.name)
        taken = sum(1 for row in cells if (row.state, row.fact) in counts)
        lines = drawing.boxes[wobble.name].lines
        assert total(cells, counts) == number(lines)
        assert f"· {taken} of {len(cells)} cells" in " ".join(lines)


@charts
@seeds
def test_a_part_of_the_rows_is_told_as_one(chart: Chart, seed: int) -> None:
    """Where not all rows of an arrow were taken, it says how many."""
    counts = some_counts(chart, seed)

    for arrow in ways(drawn(chart, seed)):
        rows = rows_of(chart, arrow)
        taken = sum(1 for row in rows if (row.state, row.fact) in counts)
        said = re.findall(
            r"× · (\d+ of \d+) (?:rows|cells)$", "\n".join(arrow.lines), re.MULTILINE
        )
        if arrow.attributes.get("ltail") == "cluster_wobbles":
            assert [] == said  # a count of ways into the reset says nothing
        else:
            assert [f"{taken} of {len(rows)}"] * (0 < taken < len(rows)) == said


@charts
@seeds
def test_the_tooltip_lists_every_row(chart: Chart, seed: int) -> None:
    """Whoever points at an arrow reads of each row how often it was taken."""
    counts = some_counts(chart, seed)

    for arrow in ways(drawn(chart, seed)):
        rows = rows_of(chart, arrow)
        expected = [
            f"{counts.get((r.state, r.fact), 0):,}× {r.state}, {r.fact} → {r.target}" for r in rows
        ]
        told = arrow.attributes["tooltip"].split("\\n")
        if len(rows) <= 40:
            assert sorted(expected) == sorted(told)
        else:
            assert set(told[:-1]) <= set(expected)
            assert f"and {len(rows) - 40} more" == told[-1]
        numbers = [int(line.split("×")[0].replace(",", "")) for line in told if "×" in line]
        assert sorted(numbers, reverse=True) == numbers


@charts
@seeds
def test_the_notes_have_their_numbers(chart: Chart, seed: int) -> None:
    """What is told in words has its count there, and rows that stay have theirs in the box."""
    counts = some_counts(chart, seed)
    drawing = drawn(chart, seed)

    for note in fold(chart).notes:
        times = f"{total(note.rows, counts):,}×"
        assert re.search(
            rf"\({note.number}\)  From [^.]*\({len(note.rows)} rows, {times}[,)]", drawing.legend
        )
        assert f"{times} ({note.number}) from {len(note.states)} states" in (
            drawing.boxes[note.target].lines
        )
    for row in fold(chart).inside:
        tooltip = read_tooltip(text_of(chart, seed), row.state)
        times = f"{counts.get((row.state, row.fact), 0):,}×"
        assert f"{times} {row.state}, {row.fact} → {row.state}" in tooltip.split("\\n")


def read_tooltip(dot_text: str, name: str) -> str:
    """What a pointer that rests on a box is told."""
    found = re.search(rf'id="?state-{name}"?[^]]*?tooltip="([^"]*)"', dot_text)
    assert found
    return found[1]


@charts
def test_the_heading_says_what_was_counted(chart: Chart) -> None:
    """Above the chart stand the captures, and how much of the chart they took."""
    counts: Counts = {(str(s), f): 2 for s, f in chart.matrix}
    n = chart.counts()
    lines = " ".join(read(draw(chart, Traffic(counts, "7 captures"))).boxes["title"].lines)

    wobbles = f" and {n[CellKind.WOBBLE]} of {n[CellKind.WOBBLE]} wobble cells"
    assert (
        f"Coverage of 7 captures: {n[CellKind.ROW]} of {n[CellKind.ROW]} rows"
        f"{wobbles if chart.wobbles else ''} were taken, in {2 * len(chart.matrix):,} moves."
    ) in lines


# ------------------------------------------------------------------------------------ how it looks


@charts
@seeds
def test_a_line_is_wider_the_more_it_was_taken(chart: Chart, seed: int) -> None:
    """By the same for every ten times as many; never taken is dashed and pale."""
    counts = some_counts(chart, seed)
    pale = set(PALER.values())

    for arrow in ways(drawn(chart, seed)):
        look = arrow.attributes
        count = total(rows_of(chart, arrow), counts)
        assert ("dashed" if count == 0 else "solid") == look["style"], arrow.source
        assert (count == 0) is (look.get("color", BLUE) in pale)
        width = 1.2 if count == 0 else min(1.2 + 0.5 * log10(count), 4.0)
        assert abs(width - float(look.get("penwidth", 1.2))) < 0.051


@charts
@seeds
def test_a_state_that_nobody_entered_is_pale(chart: Chart, seed: int) -> None:
    """Its box is white and its outline dashed; every other looks as it always does."""
    counts = some_counts(chart, seed)
    text = text_of(chart, seed)
    seen = {state for state, _ in counts} | {
        str(cell.target) for at, cell in chart.matrix.items() if (str(at[0]), at[1]) in counts
    }
    color = {Role.HAPPY: BLUE, Role.WOBBLE: AMBER, Role.RESET: RED}

    for state in chart.states:
        node = re.search(rf'[^\n]*id="state-{state.name}"[^\n]*', text)
        assert node
        is_pale = f'color="{PALER[color[state.role]]}" fillcolor=white' in node[0]
        assert is_pale is (state.name not in seen)
        assert ('style="rounded,filled,dashed"' in node[0]) is is_pale


def pieces(drawing: Drawing) -> list[tuple[str, float, Rectangle]]:
    """Every piece of every arrow, as wide as it is drawn, and how wide that is."""
    found = []
    for arrow in drawing.arrows:
        wide = float(arrow.attributes.get("penwidth", 1.2))
        half = max(wide / 2, 0.5)
        for a, b in pairwise(arrow.corners):
            if a[0] != b[0] and a[1] != b[1]:
                continue  # a round corner cuts off the corner of the rectangle around it
            low, high = (min(a[0], b[0]), min(a[1], b[1])), (max(a[0], b[0]), max(a[1], b[1]))
            at = (low[0] - half, low[1] - half, high[0] + half, high[1] + half)
            found.append((f"{arrow.source} -> {arrow.target}", wide, at))
    return found


@charts
@seeds
def test_nothing_stands_on_anything_else(chart: Chart, seed: int) -> None:
    """However wide the lines and long the numbers: no text on a text, no line on either."""
    drawing = drawn(chart, seed)
    boxes = [(box.name, box.at) for box in drawing.boxes.values()]
    texts = [(f"{a.source} -> {a.target}", a.text_at) for a in drawing.arrows if a.text_at]
    lines = pieces(drawing)

    assert [] == [
        (m, n) for (m, a), (n, b) in combinations([*boxes, *texts], 2) if meet(a, b, 1.0)
    ]
    assert [] == [(m, n) for m, _, a in lines for n, b in texts if meet(a, b, GRAZE)]
    # An arrow may be as wide as it is where it ends at its box.
    assert [] == [(m, n) for m, wide, a in lines for n, b in boxes if meet(a, b, GRAZE + wide / 2)]


@charts
@seeds
def test_arrows_keep_apart(chart: Chart, seed: int) -> None:
    """No two arrows share more than the size of a corner, however wide they are."""
    found = pieces(drawn(chart, seed))

    shared = [
        (m, n)
        for (m, v, a), (n, w, b) in combinations(found, 2)
        if m != n
        and meet(a, b)
        and max(min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1]))
        > CORNER + v / 2 + w / 2
    ]
    assert [] == shared


@charts
@seeds
def test_the_picture_is_whole(chart: Chart, seed: int, capfd: pytest.CaptureFixture[str]) -> None:
    """Graphviz draws every word without a complaint, on a page that can be read."""
    text = text_of(chart, seed)
    svg = lay_out(text).decode()

    said = capfd.readouterr().err.splitlines()
    assert [] == [line for line in said if line.startswith(("Error", "Warning"))]
    shown = Counter(re.findall(r"<text[^>]*>([\d,]+×)", svg.replace("&#215;", "×")))
    drawing = drawn(chart, seed)
    boxes = [box for box in drawing.boxes.values() if box.name != "legend"]
    lines = [line for box in boxes for line in box.lines]
    lines += [line for arrow in drawing.arrows for line in arrow.lines]
    assert Counter(m[1] for line in lines if (m := re.match(r"([\d,]+×)", line))) == shown
    size = re.search(r'<svg width="(\d+)pt" height="(\d+)pt"', svg)
    assert size
    assert int(size[1]) <= WIDEST_PT
    assert int(size[2]) <= HIGHEST_PT


# ---------------------------------------------------------------------------------------- as files


def test_a_drawing_is_written_for_every_chart(tmp_path: Path) -> None:
    """A chart that nothing was counted of is drawn as never taken."""
    counts = {("connecting", fact): 3 for state, fact in TCP.matrix if state == "connecting"}
    traffic = Traffic(counts, "7 captures")

    written = write_traffic(tmp_path / "new", {"tcp": traffic}, "dot")

    assert [tmp_path / "new" / f"coverage-{chart.name}.dot" for chart in CHARTS] == written
    for chart, path in zip(CHARTS, written, strict=True):
        expected = draw(chart, traffic if chart is TCP else Traffic({}))
        assert expected == path.read_text("utf-8")


def test_the_picture_may_have_any_format(tmp_path: Path) -> None:
    """The file bears the name of its format."""
    written = write_traffic(tmp_path, {}, "png")

    assert {f"coverage-{chart.name}.png" for chart in CHARTS} == {path.name for path in written}
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in written)


def test_a_format_that_is_none_is_told() -> None:
    """What cannot be drawn is known before anything is counted."""
    for fmt in ("svg", "png", "pdf", "dot"):
        check_format(fmt)
    with pytest.raises(DrawingError, match=r"'bmp': it can be svg, png, pdf or dot"):
        check_format("bmp")
