"""Layers that tell each other anything: arrows and texts find their places in any stack."""

from __future__ import annotations

from itertools import combinations, pairwise, permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atfsm.diagrams.layered import plan_layers
from atfsm.diagrams.place import Box, Line
from atfsm.diagrams.style import Text, height, width
from tests.diagrams.reading import Rectangle
from tests.diagrams.test_looks import CORNER, GRAZE, meet

LAYERS = "abcd"
texts = st.integers(1, 6).map(lambda lines: (Text("what is said and why"),) * lines)


def around(x: float, y: float, w: float, h: float) -> Rectangle:
    """The rectangle of that size around its middle."""
    return x - w / 2, y - h / 2, x + w / 2, y + h / 2


def pieces(line: Line) -> list[Rectangle]:
    """The pieces of an arrow, one point thick."""
    return [
        (min(a, c) - 0.5, min(b, d) - 0.5, max(a, c) + 0.5, max(b, d) + 0.5)
        for (a, b), (c, d) in pairwise(line.points)
    ]


@settings(max_examples=60, deadline=None)
@given(
    pairs=st.lists(
        st.sampled_from(list(permutations(LAYERS, 2))), min_size=1, max_size=6, unique=True
    ),
    data=st.data(),
)
def test_nothing_stands_on_anything_else(
    pairs: list[tuple[str, str]], data: st.DataObject
) -> None:
    """Whoever tells whom: layers, texts and arrows keep clear of one another, on the page."""
    boxes = [Box(name, (Text(f"layer {name}"),)) for name in LAYERS]
    lines = [Line(*pair, data.draw(texts)) for pair in pairs]

    found = plan_layers(boxes, lines)

    solid = [around(box.x, box.y, box.w, box.h) for box in boxes]
    solid += [around(*line.text_at, width(line.text), height(line.text)) for line in lines]
    assert [] == [(a, b) for a, b in combinations(solid, 2) if meet(a, b)]
    assert [] == [
        (a, b) for line in lines for a in pieces(line) for b in solid if meet(a, b, GRAZE)
    ]
    assert [] == [
        (m, n)
        for m, n in combinations(lines, 2)
        for a in pieces(m)
        for b in pieces(n)
        if meet(a, b)
        and max(min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])) > CORNER
    ]
    page = (-0.1, -0.1, found.w + 0.1, found.h + 0.1)
    assert all(page[0] <= a[0] and page[1] <= a[1] for a in solid)
    assert all(a[2] <= page[2] and a[3] <= page[3] for a in solid)


@pytest.mark.parametrize("pair", list(permutations(LAYERS, 2)), ids="".join)
def test_an_arrow_ends_at_its_layers(pair: tuple[str, str]) -> None:
    """It touches what it joins: below, above, or, where it is hidden by another, at a side."""
    boxes = {name: Box(name, (Text(f"layer {name}"),)) for name in LAYERS}
    others = [Line("c", "a", (Text("up"),)), Line("a", "c", (Text("down"),))]
    line = Line(*pair, (Text("said"),))

    plan_layers(list(boxes.values()), [o for o in others if (o.source, o.target) != pair] + [line])

    for name, (x, y) in zip(pair, (line.points[0], line.points[-1]), strict=True):
        left, top, right, bottom = around(
            boxes[name].x, boxes[name].y, boxes[name].w, boxes[name].h
        )
        assert (left <= x <= right and min(abs(y - top), abs(y - bottom)) < 0.01) or (
            top <= y <= bottom and min(abs(x - left), abs(x - right)) < 0.01
        )
