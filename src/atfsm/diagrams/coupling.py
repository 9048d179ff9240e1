"""The drawing of the coupling: which chart tells which other what, and why.

The layers stand as they do in the modem, what carries below what is carried. Charts that are told
the same by the same share a layer. An arrow from layer to layer stands for all that is said that
way; where everything stands is found by `atfsm.diagrams.layered`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final

from atfsm.chart import Chart
from atfsm.charts import CHARTS
from atfsm.diagrams import style
from atfsm.diagrams.layered import plan_layers
from atfsm.diagrams.page import Page
from atfsm.diagrams.place import Box, Line
from atfsm.diagrams.style import Block, Text
from atfsm.diagrams.words import listed
from atfsm.fact import FactKind
from atfsm.stack import COUPLING, Couple

NAME: Final = "coupling"
TITLE: Final = "Coupling · who tells whom what"
ABOUT: Final = (
    "Tear down from the top, rebuild from the bottom; a socket never touches its siblings."
)
CHARS: Final = 30
GAP_PT: Final = 4


@dataclass(frozen=True, slots=True)
class Word:
    """All that the charts of one layer tell those of another.

    Attributes:
        source: Number of the layer, the bottom one first.
        target: The same, of those who are told.
        couples: Rows of the table, in table order.
        text: What stands on the arrow.
    """

    source: int
    target: int
    couples: tuple[Couple, ...]
    text: Block


def layers() -> tuple[tuple[Chart, ...], ...]:
    """Sort the coupled charts into layers, the bottom one first."""
    coupled = {c.chart.name for c in COUPLING} | {c.told.name for c in COUPLING}
    charts = [chart for chart in CHARTS if chart.name in coupled]
    return tuple(tuple(group) for _, group in groupby(charts, key=_told))


def _told(chart: Chart) -> tuple[object, ...]:
    """What a chart is swept by; for one that nothing sweeps, the chart itself."""
    swept = tuple(
        (c.chart.name, c.entering, c.leaving)
        for c in COUPLING
        if c.told is chart and c.fact.kind is FactKind.SWEEP
    )
    return swept or (chart.name,)


def say() -> tuple[Word, ...]:
    """Sort the rows of the table into arrows, in table order."""
    at = {chart.name: n for n, layer in enumerate(layers()) for chart in layer}
    found: dict[tuple[int, int], list[Couple]] = {}
    for couple in COUPLING:
        found.setdefault((at[couple.chart.name], at[couple.told.name]), []).append(couple)
    return tuple(
        Word(source, target, tuple(couples), style.stacked(map(_line, couples))[1:])
        for (source, target), couples in found.items()
    )


def _line(couple: Couple) -> Block:
    """What one row says: the fact, when, and why."""
    when = listed(couple.entering, "or")
    origin = f", from {listed(couple.leaving, 'or')}" if couple.leaving else ""
    sharing = next(layer for layer in layers() if couple.chart in layer)
    who = f"{couple.chart.name} " if len(sharing) > 1 else ""
    return (
        Text(" ", GAP_PT),
        Text(str(couple.fact), bold=True),
        *style.broken(f"at {who}{when}{origin}", CHARS),
        *style.broken(couple.about, CHARS, style.GREY),
    )


def draw_coupling() -> str:
    """Draw the coupling as DOT text."""
    words = say()
    boxes = [_box(charts) for charts in reversed(layers())]
    names = [box.name for box in reversed(boxes)]
    lines = [Line(names[word.source], names[word.target], word.text) for word in words]
    found = plan_layers(boxes, lines)
    page = Page(NAME, TITLE)
    page.w = found.w
    title = (Text(TITLE, style.TITLE_PT, bold=True), *style.broken(ABOUT, 100))
    top = page.words("title", (0, 0), title)[1] + 16
    for box in boxes:
        page.put(box, (0, top), id=f"state-{box.name}", tooltip=box.name)
    for line, word in zip(lines, words, strict=True):
        swept = any(couple.fact.kind is FactKind.SWEEP for couple in word.couples)
        look = {"color": style.AMBER, "style": "dashed"} if swept else {"color": style.BLUE}
        told = ", ".join(str(couple.fact) for couple in word.couples)
        page.lead(line, (0, top), penwidth="2", tooltip=told, **look)
    legend = (
        Text(
            f"{len(COUPLING)} rows of the coupling table. Dashed: a neighbour that falls sweeps "
            "along what it carries. Where no arrow is drawn, machines do not touch.",
            color=style.GREY,
        ),
    )
    page.h = page.words("legend", (0, top + found.h + 14), legend)[1]
    return page.dot()


def _box(charts: tuple[Chart, ...]) -> Box:
    text = (
        style.name(" · ".join(chart.name for chart in charts)),
        *(Text(chart.about, color=style.GREY) for chart in charts),
    )
    return Box("_".join(chart.name for chart in charts), text)
