"""The lower part of a drawing: the wobbles, the full reset, and the way from one to the other.

It takes no part in the layout of the happy path above it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from atfsm.chart import CellKind
from atfsm.diagrams import style, words
from atfsm.diagrams.model import Picture, filled
from atfsm.diagrams.page import PAD, TITLE_ROOM, Frame, Page, Point
from atfsm.diagrams.place import Box, Line
from atfsm.diagrams.route import Plan, plan
from atfsm.diagrams.style import Block

WOBBLES_TITLE: Final = "wobble: whatever a state does not list"
GAP: Final = 7.0  # between wobble boxes
ASIDE: Final = 30.0  # between the two frames
TALLER: Final = 60.0  # than the full reset a single column of wobbles may be

AMBER_FRAME: Final = {"style": "rounded,dashed", "color": style.AMBER}
AMBER_BOX: Final = {"color": style.AMBER, "fillcolor": style.AMBER_PALE}
RED_FRAME: Final = {"style": "rounded,filled", "color": style.RED, "fillcolor": style.RED_PALE}
RED_BOX: Final = {"color": style.RED, "fillcolor": "white"}


@dataclass(slots=True)
class Fall:
    """Both frames, laid out.

    Attributes:
        wobbles: The boxes of the left frame.
        wobbles_w: Width of the left frame.
        into_reset: What stands on the arrow between the frames.
        reset: What stands in the right frame.
        exits: The ways back up; on the page once this is drawn.
        rail: Between two ways back up.
        right: Where the right frame ends on the page once this is drawn.
        w: Width of both.
        h: Height of both.
    """

    wobbles: list[Box]
    wobbles_w: float
    into_reset: Block
    reset: Plan
    exits: list[Line]
    rail: float = 12.0
    right: float = 0.0
    w: float = 0.0
    h: float = 0.0

    @property
    def rails(self) -> float:
        """The room that the ways back up need at the right."""
        return self.rail * (len(self.exits) + 0.5)

    @property
    def aside(self) -> float:
        """The room between the frames."""
        return max(ASIDE, style.width(self.into_reset) + 8)

    @property
    def middle(self) -> float:
        """Where the arrow from above comes in."""
        return self.wobbles_w / 2

    def draw(self, page: Page, picture: Picture, at: Point) -> None:
        """Draw both frames and the arrow between them, their upper left corner *at*."""
        left, top = at
        bottom, inner = top + self.h, left + self.wobbles_w
        outer = inner + self.aside
        names = [box.name for box in self.wobbles]
        edges = (left, top, inner, bottom)
        page.frame(Frame("wobbles", WOBBLES_TITLE, edges, AMBER_FRAME, names))
        for box in self.wobbles:
            look = AMBER_BOX | words.about(picture, box.name)
            page.put(box, (left + PAD, top + TITLE_ROOM), **look)
        self.right = left + self.w
        edges = (outer, top, self.right, bottom)
        page.frame(Frame("reset", "full reset", edges, RED_FRAME, list(self.reset.boxes)))
        corner = (outer + PAD, top + TITLE_ROOM)
        for box in self.reset.boxes.values():
            page.put(box, corner, **(RED_BOX | words.about(picture, box.name)))
        for line in self.reset.lines:
            rows = picture.reset_arrow(line.source, line.target).rows
            page.lead(line, corner, **picture.traffic.line(rows, color=style.RED))
        (name, _), (entry,) = next(iter(self.reset.entries.items()))
        y = corner[1] + entry[1]
        height = style.height(self.into_reset)
        page.arrow(
            names[0],
            name,
            [(inner, y), (corner[0] + entry[0], y)],
            (self.into_reset, (inner + self.aside / 2, y - 5 - height / 2), "CENTER"),
            ltail="cluster_wobbles",
            id="way-reset",
            **picture.traffic.line(
                filled(picture.chart, CellKind.RESET),
                color=style.RED,
                penwidth="3",
                tooltip="at once",
            ),
        )
        for line in self.exits:
            line.move(corner)


def plan_fall(picture: Picture) -> Fall:
    """Lay out the wobbles and the full reset of a chart that has them."""
    reset = _plan_reset(picture)
    boxes = [Box(w.name, words.wobble_box(picture, w)) for w in picture.chart.wobbles]
    for box in boxes:
        box.h = style.height(box.text) + 8
    columns = 1 if sum(box.h + GAP for box in boxes) < reset.h + TALLER else 2
    rows = -(-len(boxes) // columns)
    w = max(style.width(box.text) for box in boxes) + 14
    w = max(w, style.Text(WOBBLES_TITLE, bold=True).width / columns)
    heights = [0.0] * columns
    for number, box in enumerate(boxes):
        column = number // rows
        box.w, box.x = w, column * (w + GAP) + w / 2
        box.y = heights[column] + box.h / 2
        heights[column] += box.h + GAP
    wobbles_w = columns * (w + GAP) - GAP + 2 * PAD
    out = filled(picture.chart, CellKind.RESET)
    into_reset = picture.traffic.on(out, (), style.RED, "")
    fall = Fall(boxes, wobbles_w, into_reset, reset, list(reset.exits))
    fall.w = wobbles_w + fall.aside + reset.w + 2 * PAD
    fall.h = TITLE_ROOM + max(*heights, reset.h + GAP) - GAP + PAD
    return fall


def _plan_reset(picture: Picture) -> Plan:
    chart = picture.chart
    order = [s.name for s in chart.resets]
    boxes = [
        Box(s.name, words.reset_box(picture, s), row=row) for row, s in enumerate(chart.resets)
    ]
    lines: list[Line] = []
    exits: list[Line] = []
    for arrow in picture.reset_arrows:
        last = arrow.target not in order
        line = Line(arrow.source, arrow.target, words.on_reset_arrow(picture, arrow, last=last))
        (exits if last else lines).append(line)
    # What leads less far, up from one step or to one state, runs inside of what leads further.
    path: list[str] = [s.name for s in chart.states]
    exits.sort(key=lambda line: (-path.index(line.target), path.index(line.source)))
    return plan(boxes, lines, [(order[0], -1)], exits)
