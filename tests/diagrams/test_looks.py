"""What a reader sees: a straight spine, nothing on top of anything else, a page that fits."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import pytest

from atfsm.charts import CHARTS
from atfsm.diagrams import all_drawings, draw, lay_out
from tests.diagrams.reading import Drawing, Rectangle, read

WIDEST_PT = 920
HIGHEST_PT = 1200
CORNER = 7.5
GRAZE = 1.2

drawings = pytest.mark.parametrize("name", sorted(all_drawings()))


def meet(a: Rectangle, b: Rectangle, slack: float = 0.0) -> bool:
    """Tell whether two rectangles share more than *slack*."""
    return min(a[2], b[2]) - max(a[0], b[0]) > slack and min(a[3], b[3]) - max(a[1], b[1]) > slack


def pieces(drawing: Drawing) -> list[tuple[str, Rectangle]]:
    """Every piece of every arrow, as a rectangle one point thick."""
    return [
        (
            f"{arrow.source} -> {arrow.target}",
            (
                min(a[0], b[0]) - 0.5,
                min(a[1], b[1]) - 0.5,
                max(a[0], b[0]) + 0.5,
                max(a[1], b[1]) + 0.5,
            ),
        )
        for arrow in drawing.arrows
        for a, b in pairwise(arrow.corners)
    ]


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_the_happy_path_is_a_straight_line(chart: object) -> None:
    """The states of the happy path stand exactly below one another, in order."""
    boxes = read(draw(chart)).boxes  # type: ignore[arg-type]
    path = [boxes[name].at for name in chart.happy_path]  # type: ignore[attr-defined]

    assert 1 == len({round(at[0] + at[2], 1) for at in path})
    assert all(above[1] > below[3] for above, below in pairwise(path))


@drawings
def test_nothing_stands_on_anything_else(name: str) -> None:
    """Boxes and texts do not overlap, and no arrow runs through a box or a text."""
    drawing = read(all_drawings()[name])
    solid = [(box.name, box.at) for box in drawing.boxes.values()]
    solid += [
        (f"text of {a.source} -> {a.target}", a.text_at) for a in drawing.arrows if a.text_at
    ]

    assert [] == [(m, n) for (m, a), (n, b) in combinations(solid, 2) if meet(a, b, 1.0)]
    assert [] == [(m, n) for m, a in pieces(drawing) for n, b in solid if meet(a, b, GRAZE)]


@drawings
def test_arrows_cross_and_never_run_along_each_other(name: str) -> None:
    """No two arrows share more than the size of a corner."""
    found = pieces(read(all_drawings()[name]))

    shared = [
        (m, n)
        for (m, a), (n, b) in combinations(found, 2)
        if m != n
        and meet(a, b)
        and max(min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])) > CORNER
    ]
    assert [] == shared


@drawings
def test_the_page_is_readable(name: str) -> None:
    """The picture fits a page, and no letter is smaller than 9 points."""
    text = all_drawings()[name]
    svg = lay_out(text).decode()

    size = re.search(r'<svg width="(\d+)pt" height="(\d+)pt"', svg)
    assert size
    width, height = int(size[1]), int(size[2])
    assert width <= WIDEST_PT
    assert height <= HIGHEST_PT
    assert max(width / height, height / width) <= 1.7
    smallest = min(float(pt) for pt in re.findall(r'font-size="([\d.]+)"', svg) if float(pt) > 4)
    assert smallest >= 9


@drawings
def test_the_picture_tells_more_than_colour(name: str) -> None:
    """Whatever is amber is dashed, and every box has a title for those who cannot see it."""
    svg = lay_out(all_drawings()[name]).decode()
    amber_lines = re.findall(r'<path fill="none" stroke="#a05f00"[^>]*>', svg)

    assert all("stroke-dasharray" in line for line in amber_lines)
    groups = re.findall(r'<g id="[^"]*" class="node">\s*<title>([^<]+)</title>', svg)
    assert set(read(all_drawings()[name]).boxes) == {g.replace("&#45;", "-") for g in groups}
