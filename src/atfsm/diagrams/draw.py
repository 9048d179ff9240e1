"""The drawing of one chart: what stands where on its page."""

from __future__ import annotations

from typing import Final

from atfsm.chart import CellKind, Chart, Role
from atfsm.diagrams import style, words
from atfsm.diagrams.fall import Fall, plan_fall
from atfsm.diagrams.model import Picture, filled, fold
from atfsm.diagrams.page import PAD, TITLE_ROOM, Frame, Page, Point
from atfsm.diagrams.place import MIDDLE, Box, Line, put_beside
from atfsm.diagrams.route import Plan, plan
from atfsm.diagrams.style import Text
from atfsm.diagrams.traffic import NOTHING_COUNTED, Traffic

NARROWEST: Final = 480.0
BETWEEN: Final = 30.0  # height of the arrow from frame to frame
LETTER: Final = 5.0  # width of a letter of the legend, on the average

BLUE_FRAME: Final = {"style": "rounded", "color": style.BLUE_FRAME}


def draw(chart: Chart, traffic: Traffic = NOTHING_COUNTED) -> str:
    """Draw one chart as DOT text, and how often its cells were taken if that was counted."""
    picture = fold(chart, traffic)
    fall = plan_fall(picture) if chart.wobbles else None
    happy = _plan_happy(picture, [line.target for line in fall.exits] if fall else [])
    page = Page(chart.name, chart.title)
    rails = fall.rails if fall else 0.0
    page.w = max(happy.w + 2 * PAD, fall.w if fall else 0.0, NARROWEST - rails) + rails
    chars = int(page.w / LETTER)
    title = (
        Text(chart.title, style.TITLE_PT, bold=True),
        *style.broken(chart.about, chars),
        *style.broken(traffic.heading(chart), chars),
    )
    y = page.words("title", (0, 0), title)[1]
    left = (page.w - rails - happy.w) / 2
    y = _draw_start(page, picture, happy.boxes[chart.happy_path[0]], (left, y + 8))
    bottom = _draw_happy(page, picture, happy, (left, y))
    if fall:
        at = ((page.w - rails - fall.w) / 2, bottom + BETWEEN)
        _draw_deviation(page, picture, fall, at)
        _draw_way_back(page, picture, fall, happy, (left, y + TITLE_ROOM))
        bottom = at[1] + fall.h
    page.h = page.words("legend", (0, bottom + 10), words.legend(picture, chars))[1]
    return page.dot()


def _plan_happy(picture: Picture, back: list[str]) -> Plan:
    """Lay out the happy path and what stands beside it; *back*: where each way back up ends."""
    chart = picture.chart
    beside = [
        s.name
        for s in chart.states
        if s.role is Role.HAPPY
        and s.name not in chart.happy_path
        and not (picture.evidence and s.name == chart.initial)
    ]
    pairs = [(a.source, a.target) for a in picture.arrows]
    places = put_beside(chart.happy_path, beside, pairs, back)
    states = {str(s.name): s for s in chart.states}
    boxes = [
        Box(name, words.happy_box(picture, states[name]), column, row)
        for name, (column, row) in places.items()
    ]
    rows = {box.name: (box.column, box.row) for box in boxes}
    lines = []
    for arrow in picture.arrows:
        (column, row), (to_column, to_row) = rows[arrow.source], rows[arrow.target]
        upright = column == to_column == MIDDLE and to_row == row + 1
        text = words.on_arrow(picture, arrow.rows, upright=upright)
        lines.append(Line(arrow.source, arrow.target, text))
    return plan(boxes, lines, [(name, 1) for name in back])


def _draw_start(page: Page, picture: Picture, first: Box, at: Point) -> float:
    """Draw the initial dot, and the initial state where it has no place on the happy path."""
    chart = picture.chart
    x, y = at[0] + first.x, at[1]
    ink = {"shape": "circle", "color": style.INK, "fillcolor": style.INK}
    page.box("start", (x, y), (10, 10), (), tooltip="start", **ink)
    if not picture.evidence:
        top = y + 22
        end = top + _frame_room(picture) + first.y - first.h / 2
        page.arrow("start", chart.initial, [(x, y + 5), (x, end)])
        return top
    text = words.happy_box(picture, chart.state(chart.initial))
    w, h = style.width(text) + 24, style.height(text) + 12
    top = y + 22
    told = words.about(picture, chart.initial)
    page.box(chart.initial, (x, top + h / 2), (w, h), text, **told)
    page.arrow("start", chart.initial, [(x, y + 5), (x, top)])
    evidence = words.on_evidence(picture)
    bottom = top + h + style.height(evidence) + 14
    page.arrow(
        chart.initial,
        chart.happy_path[0],
        [(x, top + h), (x, bottom)],
        (evidence, (x + 6 + style.width(evidence) / 2, (top + h + bottom) / 2 - 2), "LEFT"),
        lhead="cluster_happy",
        **picture.traffic.line(
            picture.evidence,
            penwidth="2",
            tooltip=", ".join(f"{row.fact}: {row.target}" for row in picture.evidence),
        ),
    )
    return bottom


def _frame_room(picture: Picture) -> float:
    """Room for the title of the frame, which only a chart with wobbles needs."""
    return TITLE_ROOM if picture.chart.wobbles else 0.0


def _draw_happy(page: Page, picture: Picture, happy: Plan, at: Point) -> float:
    """Draw the happy path and what stands beside it; return where it ends."""
    chart = picture.chart
    x, y = at[0], at[1] + _frame_room(picture)
    bottom = y + happy.h
    for box in happy.boxes.values():
        page.put(box, (x, y), **words.about(picture, box.name))
    steps = set(zip(chart.happy_path, chart.happy_path[1:], strict=False))
    for line, arrow in zip(happy.lines, picture.arrows, strict=True):
        wide = "2" if (line.source, line.target) in steps else "1.1"
        look = picture.traffic.line(arrow.rows, penwidth=wide, tooltip=words.facts(arrow))
        page.lead(line, (x, y), **look)
    if not chart.wobbles:
        return bottom
    edges = (x - PAD, at[1], x + happy.w + PAD, bottom + PAD)
    page.frame(Frame("happy", "happy path", edges, BLUE_FRAME, list(happy.boxes)))
    return bottom + PAD


def _draw_deviation(page: Page, picture: Picture, fall: Fall, at: Point) -> None:
    """Draw the one arrow for whatever is not listed, and what it leads to."""
    fall.draw(page, picture, at)
    x = at[0] + fall.middle
    cells = filled(picture.chart, CellKind.WOBBLE)
    text = picture.traffic.on(cells, (), style.AMBER, "cells")
    page.arrow(
        picture.chart.happy_path[-1],
        picture.chart.wobbles[0].name,
        [(x, at[1] - BETWEEN), (x, at[1])],
        (text, (x + 6 + style.width(text) / 2, at[1] - BETWEEN / 2 - 2), "LEFT"),
        ltail="cluster_happy",
        lhead="cluster_wobbles",
        id="way-wobble",
        **picture.traffic.line(
            cells,
            style="dashed",
            color=style.AMBER,
            penwidth="2",
            tooltip="whatever a state does not list",
        ),
    )


def _draw_way_back(page: Page, picture: Picture, fall: Fall, happy: Plan, at: Point) -> None:
    """Draw the ways from the full reset back up, right of everything else."""
    x = max(fall.right, at[0] + happy.w + PAD)
    for line in fall.exits:
        x += fall.rail
        end = happy.entries[line.target, 1].pop()  # the inner way ends below the outer one
        y = at[1] + end[1]
        points = [line.points[0], (x, line.points[0][1]), (x, y), (at[0] + end[0], y)]
        page.arrow(
            line.source,
            line.target,
            points,
            (line.text, line.text_at, line.align),
            **picture.traffic.line(
                picture.reset_arrow(line.source, line.target).rows,
                color=style.RED,
                tooltip="start again",
            ),
        )
