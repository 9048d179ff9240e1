"""The drawing of one chart: what stands where on its page."""

from __future__ import annotations

from typing import Final

from atfsm.chart import Chart, Role
from atfsm.diagrams import legend, style
from atfsm.diagrams.model import Picture, fold
from atfsm.diagrams.page import Frame, Page
from atfsm.diagrams.place import Box, Line, put_beside
from atfsm.diagrams.route import Plan, plan
from atfsm.diagrams.style import Text

PAD: Final = 12.0
TITLE_ROOM: Final = 22.0  # of a frame, above its boxes
RAIL: Final = 12.0
NARROWEST: Final = 520.0
WOBBLE_GAP: Final = 8.0

BLUE_FRAME: Final = {"style": "rounded", "color": style.BLUE_FRAME}
AMBER_FRAME: Final = {"style": "rounded,dashed", "color": style.AMBER}
RED_FRAME: Final = {"style": "rounded,filled", "color": style.RED, "fillcolor": style.RED_PALE}


def draw(chart: Chart) -> str:
    """Draw one chart as DOT text."""
    picture = fold(chart)
    page = Page(chart.name, chart.title)
    happy, reset = _plan_happy(picture), _plan_reset(picture)
    wobbles = _wobble_boxes(picture)
    band = wobbles[1][0] + 2 * PAD + 44 + reset.w + 2 * PAD if reset else 0.0
    rails = RAIL * (len(reset.exits) + 1) if reset else 0.0
    page.w = max(happy.w + 2 * PAD + rails, band + rails, NARROWEST)
    title = style.broken(chart.about, int(page.w / 5.6))
    y = page.words("title", (0, 0), (Text(chart.title, style.TITLE_PT, bold=True), *title))[1]
    x = (page.w - rails - happy.w) / 2
    y = _draw_start(page, picture, x + happy.boxes[chart.happy_path[0]].x, y + 10)
    _draw_happy(page, picture, happy, (x, y))
    y += happy.h + TITLE_ROOM + PAD
    if reset:
        y = _draw_fall(page, picture, (happy, reset), wobbles, (x, y), (page.w - rails - band) / 2)
    words = legend.legend(picture, int(page.w / 5.6))
    page.h = page.words("legend", (0, y + 14), words)[1]
    return page.dot()


def _plan_happy(picture: Picture) -> Plan:
    chart = picture.chart
    beside = [
        s.name
        for s in chart.states
        if s.role is Role.HAPPY
        and s.name not in chart.happy_path
        and not (picture.evidence and s.name == chart.initial)
    ]
    resets = {s.name for s in chart.resets}
    entered = list(dict.fromkeys(a.target for a in picture.reset_arrows if a.target not in resets))
    places = put_beside(
        chart.happy_path, beside, [(a.source, a.target) for a in picture.arrows], entered
    )
    boxes = [
        Box(name, legend.happy_box(picture, chart.state(name)), column, row)
        for name, (column, row) in places.items()
    ]
    lines = [
        Line(a.source, a.target, legend.on_arrow(row.fact for row in a.rows))
        for a in picture.arrows
    ]
    return plan(boxes, lines, [(name, 1) for name in entered])


def _plan_reset(picture: Picture) -> Plan | None:
    chart = picture.chart
    if not chart.resets:
        return None
    order = [s.name for s in chart.resets]
    boxes = [Box(s.name, legend.reset_box(s), row=row) for row, s in enumerate(chart.resets)]
    lines, exits = [], []
    for arrow in picture.reset_arrows:
        last = arrow.target not in order
        line = Line(arrow.source, arrow.target, legend.on_reset_arrow(arrow, last=last))
        (exits if last else lines).append(line)
    # What leads less far up runs inside of what leads further, and leaves above it.
    states = [s.name for s in chart.states]
    exits.sort(key=lambda line: -states.index(line.target))
    return plan(boxes, lines, [(order[0], -1)], exits)


def _wobble_boxes(picture: Picture) -> tuple[list[Box], tuple[float, float]]:
    """The wobble boxes in two columns, and the room that they take."""
    wobbles = picture.chart.wobbles
    boxes = [Box(w.name, legend.wobble_box(picture, w)) for w in wobbles]
    per_column = -(-len(boxes) // (2 if len(boxes) > 3 else 1))
    w = max((style.width(box.text) for box in boxes), default=0.0) + 16
    h = max((style.height(box.text) for box in boxes), default=0.0) + 8
    for number, box in enumerate(boxes):
        column, row = divmod(number, per_column)
        box.w, box.h = w, h
        box.x, box.y = column * (w + WOBBLE_GAP) + w / 2, row * (h + WOBBLE_GAP) + h / 2
    if not boxes:
        return boxes, (0.0, 0.0)
    return boxes, (max(b.x for b in boxes) + w / 2, max(b.y for b in boxes) + h / 2)


def _draw_start(page: Page, picture: Picture, x: float, y: float) -> float:
    """Draw the initial dot, and the initial state where it has no place on the happy path."""
    chart = picture.chart
    ink = {"shape": "circle", "color": style.INK, "fillcolor": style.INK}
    page.box("start", (x, y), (10, 10), (), tooltip="start", **ink)
    if not picture.evidence:
        page.arrow("start", chart.initial, [(x, y + 5), (x, y + 24 + TITLE_ROOM)])
        return y + 24
    text = legend.initial_box(picture)
    w, h = style.width(text) + 20, style.height(text) + 12
    top = y + 24
    page.box(chart.initial, (x, top + h / 2), (w, h), text, **_about(picture, chart.initial))
    page.arrow("start", chart.initial, [(x, y + 5), (x, top)])
    words = (Text(f"{len(picture.evidence)} rows"),)
    page.arrow(
        chart.initial,
        chart.happy_path[0],
        [(x, top + h), (x, top + h + 28)],
        (words, (x + 6 + style.width(words) / 2, top + h + 12), "LEFT"),
        lhead="cluster_happy",
        style="bold",
        tooltip="\n".join(f"{row.fact}: {row.target}" for row in picture.evidence),
    )
    return top + h + 28


def _draw_happy(page: Page, picture: Picture, happy: Plan, at: tuple[float, float]) -> None:
    chart = picture.chart
    x, y = at
    edges = (x - PAD, y, x + happy.w + PAD, y + TITLE_ROOM + happy.h + PAD)
    frame = Frame("happy", "happy path", edges, BLUE_FRAME, list(happy.boxes))
    page.frame(frame)
    steps = set(zip(chart.happy_path, chart.happy_path[1:], strict=False))
    for box in happy.boxes.values():
        _draw_box(page, picture, box, (x, y + TITLE_ROOM))
    for line, arrow in zip(happy.lines, picture.arrows, strict=True):
        step = (line.source, line.target) in steps
        _draw_line(
            page,
            line,
            (x, y + TITLE_ROOM),
            penwidth="2" if step else "1.1",
            tooltip=", ".join(str(row.fact) for row in arrow.rows),
        )


def _draw_fall(
    page: Page,
    picture: Picture,
    plans: tuple[Plan, Plan],
    wobbles: tuple[list[Box], tuple[float, float]],
    happy_at: tuple[float, float],
    left: float,
) -> float:
    """Draw wobbles, full reset, and the way back up; return where all this ends."""
    chart = picture.chart
    happy, reset = plans
    boxes, (w, h) = wobbles
    y = happy_at[1] + 34
    bottom = y + TITLE_ROOM + max(h, reset.h) + PAD
    right = left + w + 2 * PAD
    page.frame(
        Frame(
            "wobbles",
            "wobble: any fact that the state does not list",
            (left, y, right, bottom),
            AMBER_FRAME,
            [box.name for box in boxes],
        )
    )
    for box in boxes:
        amber = {"color": style.AMBER, "fillcolor": style.AMBER_PALE}
        _draw_box(page, picture, box, (left + PAD, y + TITLE_ROOM), **amber)
    x = left + w / 2 + PAD
    page.arrow(
        chart.happy_path[-1],
        boxes[0].name,
        [(x, happy_at[1]), (x, y)],
        ltail="cluster_happy",
        lhead="cluster_wobbles",
        style="dashed",
        color=style.AMBER,
        penwidth="2",
        tooltip="whatever a state does not list",
    )
    at = (right + 44 + PAD, y + TITLE_ROOM)
    far = at[0] + reset.w + PAD
    page.frame(
        Frame("reset", "full reset", (right + 44, y, far, bottom), RED_FRAME, list(reset.boxes))
    )
    for box in reset.boxes.values():
        _draw_box(page, picture, box, at, color=style.RED, fillcolor="white")
    for line in reset.lines:
        _draw_line(page, line, at, color=style.RED)
    entry = reset.entries[chart.resets[0].name, -1]
    page.arrow(
        boxes[0].name,
        chart.resets[0].name,
        [(right, at[1] + entry[1]), (at[0] + entry[0], at[1] + entry[1])],
        ltail="cluster_wobbles",
        color=style.RED,
        penwidth="3",
        style="bold",
        tooltip="at once",
    )
    return bottom


def _draw_box(
    page: Page, picture: Picture, box: Box, at: tuple[float, float], **attributes: str
) -> None:
    page.box(
        box.name,
        (at[0] + box.x, at[1] + box.y),
        (box.w, box.h),
        box.text,
        **_about(picture, box.name),
        **attributes,
    )


def _draw_line(page: Page, line: Line, at: tuple[float, float], **attributes: str) -> None:
    points = [(at[0] + x, at[1] + y) for x, y in line.points]
    text_at = (at[0] + line.text_at[0], at[1] + line.text_at[1])
    page.arrow(line.source, line.target, points, (line.text, text_at, line.align), **attributes)


def _about(picture: Picture, name: str) -> dict[str, str]:
    """What a pointer that rests on a box is told, and a mark for pages that build on the SVG."""
    about = next(s.about for s in picture.chart.states if s.name == name)
    return {"id": f"state-{name}", "tooltip": f"{name}: {about}"}
