"""The drawing of the coupling: which chart tells which other what, and why.

The layers stand as they do in the modem, what carries below what is carried. Charts that are told
the same by the same share a layer. An arrow from layer to layer stands for all that is said that
way; what skips a layer runs left of it on the way up, and right of it on the way down.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Final

from atfsm.chart import Chart
from atfsm.charts import CHARTS
from atfsm.diagrams import style
from atfsm.diagrams.page import Page
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
BESIDE: Final = 7.0
TURN: Final = 14.0  # between an arrow and the middle of a layer
MARGIN: Final = 16.0


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

    @property
    def is_up(self) -> bool:
        """It leads to a higher layer."""
        return self.target > self.source

    @property
    def skips(self) -> bool:
        """A layer lies between."""
        return abs(self.target - self.source) > 1


@dataclass(slots=True)
class _Layer:
    name: str
    text: Block
    left: float = 0.0
    right: float = 0.0
    top: float = 0.0
    h: float = 0.0
    above: float = 24.0  # the room between it and the layer above


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
    wobbles = tuple(s.name for s in couple.chart.wobbles)
    when = "any wobble" if couple.entering == wobbles else listed(couple.entering, "or")
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
    page = Page(NAME, TITLE)
    words = say()
    stack = [_layer(charts) for charts in layers()]
    _arrange(page, stack, words)
    title = (Text(TITLE, style.TITLE_PT, bold=True), *style.broken(ABOUT, 100))
    y = page.words("title", (0, 0), title)[1] + 16
    for layer in reversed(stack):
        layer.top = y
        y += layer.h + stack[max(stack.index(layer) - 1, 0)].above
    for layer in stack:
        middle = ((layer.left + layer.right) / 2, layer.top + layer.h / 2)
        size = (layer.right - layer.left, layer.h)
        page.box(
            layer.name, middle, size, layer.text, id=f"state-{layer.name}", tooltip=layer.name
        )
    _lead(page, stack, words)
    bottom = stack[0].top + stack[0].h
    told = (
        Text(
            f"{len(COUPLING)} rows of the coupling table. Dashed: a neighbour that falls sweeps "
            "along what it carries. Where no arrow is drawn, machines do not touch.",
            color=style.GREY,
        ),
    )
    page.h = page.words("legend", (0, bottom + 14), told)[1]
    return page.dot()


def _layer(charts: tuple[Chart, ...]) -> _Layer:
    text = (
        style.name(" · ".join(chart.name for chart in charts)),
        *(Text(chart.about, color=style.GREY) for chart in charts),
    )
    name = "_".join(chart.name for chart in charts)
    return _Layer(name, text, h=style.height(text) + 14)


def _arrange(page: Page, stack: list[_Layer], words: tuple[Word, ...]) -> None:
    """Make room for the texts: between layers in the middle, left and right of what is skipped."""
    near = [word for word in words if not word.skips]
    far = [word for word in words if word.skips]
    side = max([style.width(word.text) for word in near], default=0.0) + BESIDE + TURN + 8
    half = max([side, *(style.width(layer.text) / 2 + 12 for layer in stack)])
    reach = [0.0, 0.0]
    for word in far:
        reach[not word.is_up] += style.width(word.text) + BESIDE + MARGIN + 6
    middle = reach[0] + half
    page.w = 2 * half + sum(reach)
    for number, layer in enumerate(stack):
        ups = any(number in {word.source, word.target} and word.is_up for word in far)
        downs = any(number in {word.source, word.target} and not word.is_up for word in far)
        layer.left = 0.0 if ups else middle - half
        layer.right = page.w if downs else middle + half
        texts = [w.text for w in near if min(w.source, w.target) == number]
        layer.above = max([style.height(text) + 22 for text in texts], default=24.0)
    for word in far:  # a long text beside the skipped layers
        low, high = sorted((word.source, word.target))
        between = stack[low + 1 : high]
        room = sum(layer.h + layer.above for layer in between) + stack[low].above
        stack[low].above += max(0.0, style.height(word.text) + 22 - room)


def _lead(page: Page, stack: list[_Layer], words: tuple[Word, ...]) -> None:
    middle = (stack[0].left + stack[0].right) / 2
    outside = [0.0, page.w]
    for word in words:
        low, high = sorted((word.source, word.target))
        top, bottom = stack[high].top + stack[high].h, stack[low].top
        w = style.width(word.text)
        d = -1 if word.is_up else 1
        if word.skips:
            # The text stands at the outer side of the arrow.
            side = 0 if word.is_up else 1
            x = outside[side] - d * (w + BESIDE + MARGIN / 2)
            outside[side] = x - d * 6
        else:
            x = middle + d * TURN
        ends = [(x, bottom), (x, top)] if word.is_up else [(x, top), (x, bottom)]
        at = (x + d * (BESIDE + w / 2), (top + bottom) / 2)
        swept = any(couple.fact.kind is FactKind.SWEEP for couple in word.couples)
        look = {"color": style.AMBER, "style": "dashed"} if swept else {"color": style.BLUE}
        page.arrow(
            stack[word.source].name,
            stack[word.target].name,
            ends,
            (word.text, at, "RIGHT" if word.is_up else "LEFT"),
            penwidth="2",
            tooltip=", ".join(str(couple.fact) for couple in word.couples),
            **look,
        )
