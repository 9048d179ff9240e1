"""How the arrows of a chart run: straight down a column, or along a lane beside it.

Between two columns lies a channel: a strip for the text of the arrows that leave the left column,
lanes for what runs up and down, a strip for the text of the arrows that leave the right column.
Every arrow that leaves or enters the side of a box has a port of its own there, and arrows that
run side by side have lanes of their own, so that nothing is drawn on top of anything else by
construction; lines only ever cross at right angles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from atfsm.diagrams.place import LEFT, MIDDLE, RIGHT, Box, Line
from atfsm.diagrams.style import height, width

LANE = 11.0
PORT = 12.0
GAP = 20.0
PAD = 6.0
ABREAST = 26.0  # how far left of a straight arrow its way back runs


@dataclass(slots=True)
class Plan:
    """A chart, laid out: its upper left corner is at 0, 0.

    Attributes:
        boxes: By name.
        lines: The arrows between boxes.
        entries: Where arrows from outside touch the side of a box, by name and direction.
        exits: Where arrows that lead outside leave the plan at its right, in the order given.
        w: Width.
        h: Height.
    """

    boxes: dict[str, Box]
    lines: Sequence[Line]
    entries: dict[tuple[str, int], tuple[float, float]] = field(default_factory=dict)
    exits: list[Line] = field(default_factory=list)
    w: float = 0.0
    h: float = 0.0
    lane_count: list[int] = field(default_factory=lambda: [0] * 4)
    lane_x: list[float] = field(default_factory=lambda: [0.0] * 4)


@dataclass(slots=True)
class _Port:
    box: Box
    direction: int
    other: Box | None
    line: Line | None
    leaves: bool
    y: float = 0.0

    @property
    def h(self) -> float:
        return max(PORT, height(self.line.text) + 5 if self.line and self.leaves else 0)

    def key(self) -> tuple[int, int]:
        """From top to bottom: what comes from near above, far above, far below, near below."""
        if self.other is None:
            return 2, -1000
        distance = self.other.row - self.box.row
        if distance == 0:
            return 1, 0
        return (0, -distance) if distance < 0 else (2, -distance)


@dataclass(slots=True)
class _Lane:
    line: Line
    channel: int
    start: _Port
    end: _Port
    number: int = 0


def plan(
    boxes: Iterable[Box],
    lines: Sequence[Line],
    entries: Iterable[tuple[str, int]] = (),
    exits: Iterable[Line] = (),
) -> Plan:
    """Place boxes and route the arrows between them.

    Args:
        boxes: Their columns and rows are known.
        lines: Arrows from box to box.
        entries: Boxes that arrows from outside enter, from the left (-1) or the right (+1).
        exits: Arrows that leave the plan at its right.
    """
    found = Plan({box.name: box for box in boxes}, lines, exits=list(exits))
    straight = [line for line in lines if _is_straight(found, line)]
    lanes = [_lane(found, line) for line in lines if line not in straight]
    doors = [_Port(found.boxes[name], d, None, None, leaves=False) for name, d in entries]
    ways = [_Port(found.boxes[e.source], 1, None, e, leaves=True) for e in found.exits]
    ports = [*(port for lane in lanes for port in (lane.start, lane.end)), *doors, *ways]
    _size(found, ports)
    _stack(found, straight)
    _open_ports(found, ports)
    _level(lanes, ports)
    _number(found, lanes)
    _spread(found, straight, [lane.start for lane in lanes] + ways)
    _run(found, lanes)
    _draw(found, straight)
    for port in ways:
        _lead_out(found, port)
    for port in doors:
        key = port.box.name, port.direction
        found.entries[key] = (port.box.side(port.direction), port.y)
    return found


def _is_straight(found: Plan, line: Line) -> bool:
    """Tell whether nothing stands between two boxes of a column."""
    a, b = found.boxes[line.source], found.boxes[line.target]
    if a.column != b.column:
        return False
    low, high = sorted((a.row, b.row))
    return not any(box.column == a.column and low < box.row < high for box in found.boxes.values())


def _lane(found: Plan, line: Line) -> _Lane:
    """Choose the channel: between the columns, or beside the one column."""
    a, b = found.boxes[line.source], found.boxes[line.target]
    if a.column == b.column == MIDDLE:
        channel = 1 if b.row < a.row else 2
    elif a.column == b.column:
        channel = 0 if a.column == LEFT else 3
    else:
        channel = 1 + min(a.column, b.column)
    leaves = -1 if channel <= a.column else 1
    enters = -1 if channel <= b.column else 1
    return _Lane(
        line,
        channel,
        _Port(a, leaves, b, line, leaves=True),
        _Port(b, enters, a, line, leaves=False),
    )


def _size(found: Plan, ports: list[_Port]) -> None:
    """Make a box as large as its text and its ports need; a column has one width."""
    for box in found.boxes.values():
        sides = [sum(p.h for p in ports if p.box is box and p.direction == d) for d in (-1, 1)]
        box.w = width(box.text) + 20
        box.h = max(height(box.text) + 12, *(side + 4 for side in sides), 26)
    for column in (LEFT, MIDDLE, RIGHT):
        here = [box for box in found.boxes.values() if box.column == column]
        widest = max((box.w for box in here), default=0.0)
        for box in here:
            box.w = widest


def _stack(found: Plan, straight: list[Line]) -> None:
    """Give every row its height, and the text of straight arrows the room between rows."""
    last = max(box.row for box in found.boxes.values())
    gaps = [GAP] * (last + 1)
    for line in straight:
        upper = min(found.boxes[line.source].row, found.boxes[line.target].row)
        gaps[upper] = max(gaps[upper], height(line.text) + 16)
    y = 0.0
    for row in range(last + 1):
        here = [box for box in found.boxes.values() if box.row == row]
        tallest = max((box.h for box in here), default=0.0)
        for box in here:
            box.y = y + tallest / 2
        y += tallest + (gaps[row] if row < last else 0)
    found.h = y


def _open_ports(found: Plan, ports: list[_Port]) -> None:
    """Share out the sides of the boxes."""
    for box in found.boxes.values():
        for direction in (-1, 1):
            here = sorted(
                (p for p in ports if p.box is box and p.direction == direction), key=_Port.key
            )
            y = box.y - sum(port.h for port in here) / 2
            for port in here:
                # A text stands above its line; outer columns keep off the lines of the middle.
                y += port.h
                port.y = y - (PORT / 2 if not (port.leaves and port.line) else 4)
                port.y += 0 if box.column == MIDDLE else 3


def _level(lanes: list[_Lane], ports: list[_Port]) -> None:
    """Let an arrow between boxes of one row run straight, where nothing is in its way."""
    for lane in lanes:
        start, end = lane.start, lane.end
        near = [
            p.y
            for p in ports
            if p is not end and p.box is end.box and p.direction == end.direction
        ]
        inside = abs(start.y - end.box.y) <= end.box.h / 2 - 5
        if start.box.row == end.box.row and inside and all(abs(y - start.y) > 8 for y in near):
            end.y = start.y


def _number(found: Plan, lanes: list[_Lane]) -> None:
    """Give lanes numbers from the middle column outwards, short arrows inside."""
    taken: dict[tuple[int, int], list[tuple[float, float]]] = {}
    for lane in sorted(lanes, key=lambda lane: abs(lane.start.y - lane.end.y)):
        if lane.start.y == lane.end.y:
            continue
        low, high = sorted((lane.start.y, lane.end.y))
        while any(
            low < b + PAD and a < high + PAD for a, b in taken.get((lane.channel, lane.number), [])
        ):
            lane.number += 1
        taken.setdefault((lane.channel, lane.number), []).append((low, high))
        found.lane_count[lane.channel] = max(found.lane_count[lane.channel], lane.number + 1)


def _strip(found: Plan, straight: list[Line], starts: list[_Port], column: int, d: int) -> float:
    """How wide the strip for texts on one side of a column is."""
    texts = [
        width(port.line.text)
        for port in starts
        if port.line and port.box.column == column and port.direction == d
    ]
    room = max(texts) + 16 if texts else 0.0
    for line in straight:
        a, b = found.boxes[line.source], found.boxes[line.target]
        down = b.row > a.row
        if a.column == column and down == (d > 0):
            reach = width(line.text) + PAD + (0 if down else ABREAST)
            room = max(room, reach - a.w / 2 + 4)
    return room


def _spread(found: Plan, straight: list[Line], starts: list[_Port]) -> None:
    """Give every channel its width, and every column and lane its x."""
    x = 0.0
    columns = {box.column for box in found.boxes.values()}
    for channel in range(4):
        count = found.lane_count[channel]
        room = count * LANE + (10 if count or {channel - 1, channel} <= columns else 0)
        x += _strip(found, straight, starts, channel - 1, 1)
        found.lane_x[channel] = x + (room - LANE / 2 - 5 if channel <= 1 else LANE / 2 + 5)
        x += room + _strip(found, straight, starts, channel, -1)
        here = [box for box in found.boxes.values() if box.column == channel]
        for box in here:
            box.x = x + box.w / 2
        x += here[0].w if here else 0
    found.w = x


def _run(found: Plan, lanes: list[_Lane]) -> None:
    """Lead arrows through their lanes, with their text where they start."""
    for lane in lanes:
        x = found.lane_x[lane.channel] + (-1 if lane.channel <= 1 else 1) * lane.number * LANE
        start, end = lane.start, lane.end
        a = (start.box.side(start.direction), start.y)
        b = (end.box.side(end.direction), end.y)
        lane.line.points = [a, b] if a[1] == b[1] else [a, (x, a[1]), (x, b[1]), b]
        _write(lane.line, start)


def _lead_out(found: Plan, port: _Port) -> None:
    assert port.line
    port.line.points = [(port.box.side(1), port.y), (found.w, port.y)]
    _write(port.line, port)


def _write(line: Line, start: _Port) -> None:
    """Put the text of a line above it, next to the box that it leaves."""
    d = start.direction
    line.align = "LEFT" if d > 0 else "RIGHT"
    x = start.box.side(d) + d * (8 + width(line.text) / 2)
    line.text_at = (x, start.y - 1.5 - height(line.text) / 2)


def _draw(found: Plan, straight: list[Line]) -> None:
    """Draw the arrows from a box to the next one of its column, with their text beside them."""
    for line in straight:
        a, b = found.boxes[line.source], found.boxes[line.target]
        down = b.row > a.row
        x = a.x if down else a.x - ABREAST
        top, bottom = (a, b) if down else (b, a)
        ends = [(x, top.y + top.h / 2), (x, bottom.y - bottom.h / 2)]
        line.points = ends if down else ends[::-1]
        line.align = "LEFT" if down else "RIGHT"
        middle = top.y + top.h / 2 + (height(line.text) + 14) / 2
        line.text_at = (x + (1 if down else -1) * (PAD + width(line.text) / 2), middle)
