"""How the arrows of a chart run: straight down a column, or along a lane beside it.

Every arrow that leaves or enters the side of a box has a port of its own there, and arrows that
run side by side have lanes of their own (`atfsm.diagrams.lanes`), so that nothing is drawn on top
of anything else by construction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from atfsm.diagrams.lanes import Patch, Track, pack
from atfsm.diagrams.place import LEFT, MIDDLE, RIGHT, Box, Line
from atfsm.diagrams.style import flush, height, width

PORT: Final = 11.0
SLACK: Final = 10.0  # of the ports of one side, to move up or down
GAP: Final = 16.0
BESIDE: Final = 6.0  # between an upright arrow and its text
ABREAST: Final = 26.0  # how far left of a straight arrow its way back runs
INDENT: Final = 7.0  # between a box and the text of an arrow that leaves its side


@dataclass(slots=True)
class Plan:
    """A chart, laid out: its upper left corner is at 0, 0.

    Attributes:
        boxes: By name.
        lines: The arrows between boxes.
        exits: The arrows that lead out of the plan at its right.
        entries: Where arrows from outside touch the side of a box, by name and direction, the
            upper one first.
        w: Width.
        h: Height.
    """

    boxes: dict[str, Box]
    lines: Sequence[Line]
    exits: Sequence[Line]
    entries: dict[tuple[str, int], list[tuple[float, float]]] = field(default_factory=dict)
    w: float = 0.0
    h: float = 0.0


@dataclass(slots=True)
class _Port:
    """Where an arrow touches the side of a box: left (-1) or right (+1)."""

    box: Box
    direction: int
    line: Line | None
    other: Box | None
    leaves: bool
    y: float = 0.0
    top: float = 0.0

    @property
    def text(self) -> float:
        """How wide the text is that stands here."""
        return width(self.line.text) if self.line and self.leaves else 0.0

    @property
    def h(self) -> float:
        return max(PORT, height(self.line.text) + 4 if self.line and self.leaves else 0.0)

    def key(self) -> tuple[int, int]:
        """From top to bottom: what comes from near above, far above, far below, near below."""
        if self.other is None:
            return 2, -1000
        distance = self.other.row - self.box.row
        if distance == 0:
            return 1, 0
        return (0, -distance) if distance < 0 else (2, -distance)


@dataclass(slots=True)
class _Way:
    """The way of one arrow from port to port, through a channel."""

    channel: int
    start: _Port
    end: _Port


def plan(
    boxes: Iterable[Box],
    lines: Sequence[Line],
    entries: Iterable[tuple[str, int]] = (),
    exits: Sequence[Line] = (),
) -> Plan:
    """Place boxes and route the arrows between them.

    Args:
        boxes: Their columns and rows are known.
        lines: Arrows from box to box.
        entries: Boxes that arrows from outside enter, from the left (-1) or the right (+1), one
            of each arrow.
        exits: Arrows that lead out of the plan at its right.
    """
    found = Plan({box.name: box for box in boxes}, lines, exits)
    straight = [line for line in lines if _is_straight(found, line)]
    for line in straight:
        if not _is_down(found, line):
            line.text = flush(line.text)
    ways = [_way(found, line) for line in lines if line not in straight]
    doors = [_Port(found.boxes[name], d, None, None, leaves=False) for name, d in entries]
    outs = [_Port(found.boxes[e.source], 1, e, None, leaves=True) for e in exits]
    ports = [*(port for way in ways for port in (way.start, way.end)), *doors, *outs]
    _size(found, ports)
    _stack(found, straight)
    _open_ports(found, ports)
    _level(ways, ports)
    _spread(found, straight, ways, outs)
    for line in straight:
        _run_straight(found, line)
    for port, line in zip(outs, exits, strict=True):
        _write(port)
        line.points = [(port.box.side(1), port.y), (found.w, port.y)]
    for port in doors:
        key = port.box.name, port.direction
        found.entries.setdefault(key, []).append((port.box.side(port.direction), port.y))
    return found


def _is_straight(found: Plan, line: Line) -> bool:
    """Tell whether an arrow leads from a box to the next one of its column."""
    a, b = found.boxes[line.source], found.boxes[line.target]
    low, high = sorted((a.row, b.row))
    return a.column == b.column and not any(
        box.column == a.column and low < box.row < high for box in found.boxes.values()
    )


def _is_down(found: Plan, line: Line) -> bool:
    return found.boxes[line.target].row > found.boxes[line.source].row


def _way(found: Plan, line: Line) -> _Way:
    """Choose the channel; in the middle column, what leads back up runs left of it."""
    a, b = found.boxes[line.source], found.boxes[line.target]
    if a.column == b.column == MIDDLE:
        channel = LEFT if b.row < a.row else RIGHT
    else:
        channel = LEFT if LEFT in {a.column, b.column} else RIGHT
    leaves = _toward(channel, a)
    enters = _toward(channel, b)
    if leaves < 0:
        line.text = flush(line.text)  # it ends at the box: an indent would only push it away
    return _Way(
        channel, _Port(a, leaves, line, b, leaves=True), _Port(b, enters, line, a, leaves=False)
    )


def _toward(channel: int, box: Box) -> int:
    """On which side of a box the channel is: the left one lies between left and middle."""
    if box.column == MIDDLE:
        return -1 if channel == LEFT else 1
    return 1 if channel == LEFT else -1


def _size(found: Plan, ports: list[_Port]) -> None:
    """Make a box as large as its text and its ports need; a column has one width."""
    for box in found.boxes.values():
        sides = [sum(p.h for p in ports if p.box is box and p.direction == d) for d in (-1, 1)]
        slack = 0 if box.column == MIDDLE else SLACK
        box.w = width(box.text) + 16
        box.h = max(height(box.text) + 10, *(side + 6 + slack for side in sides), 26)
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
        gaps[upper] = max(gaps[upper], height(line.text) + 11)
    for row in range(last + 1):
        here = [box for box in found.boxes.values() if box.row == row]
        tallest = max((box.h for box in here), default=0.0)
        for box in here:
            box.y = found.h + tallest / 2
        found.h += tallest + (gaps[row] if row < last else 0)


def _open_ports(found: Plan, ports: list[_Port]) -> None:
    """Share out the sides of the boxes."""
    for box in found.boxes.values():
        for direction in (-1, 1):
            here = [p for p in ports if p.box is box and p.direction == direction]
            y = box.y - sum(port.h for port in here) / 2
            for port in sorted(here, key=_Port.key):
                port.top = y
                y += port.h
                port.y = y - (3 if port.text else PORT / 2)  # a text stands above its line


def _level(ways: list[_Way], ports: list[_Port]) -> None:
    """Let an arrow between boxes of one row run straight, if the ports of a side can be moved."""
    done: set[tuple[str, int]] = set()
    for start, end in ((way.start, way.end) for way in ways):
        if start.box.row != end.box.row:
            continue
        for port, shift in ((end, start.y - end.y), (start, end.y - start.y)):
            side = [p for p in ports if p.box is port.box and p.direction == port.direction]
            key = port.box.name, port.direction
            if key not in done and _may_move(port.box, side, shift):
                done |= {key, (start.box.name, start.direction), (end.box.name, end.direction)}
                for moved in side:
                    moved.y += shift
                    moved.top += shift
                break


def _may_move(box: Box, side: list[_Port], shift: float) -> bool:
    """Tell whether the ports of a side of a box stay inside of its round corners."""
    top = min(port.top for port in side) + shift
    bottom = max(port.y for port in side) + shift
    return top >= box.y - box.h / 2 and bottom <= box.y + box.h / 2 - 5


def _patches(found: Plan, straight: list[Line], ports: list[_Port], channel: int) -> list[Patch]:
    """The texts that stand in a channel, or at the outer side of an outer column."""
    patches = []
    for port in ports:
        at = channel if port.direction > 0 else channel + 1
        if port.text and port.box.column == at:
            bottom = port.y - 1
            top = bottom - height(port.line.text) if port.line else bottom
            patches.append(Patch(port.direction < 0, port.text + INDENT, top, bottom))
    for line in straight:
        a, b = found.boxes[line.source], found.boxes[line.target]
        down = _is_down(found, line)
        if a.column == (channel if down else channel + 1):
            top = min(a.y + a.h / 2, b.y + b.h / 2)
            reach = width(line.text) + BESIDE + (0 if down else ABREAST) - a.w / 2
            if reach > 0:
                patches.append(Patch(not down, reach, top, top + height(line.text) + 11))
    return patches


def _spread(found: Plan, straight: list[Line], ways: list[_Way], outs: list[_Port]) -> None:
    """Give every channel its width, every column its x, every arrow its corners."""
    starts = [way.start for way in ways] + outs
    x = 0.0
    for channel in (-1, LEFT, 1, RIGHT):
        # The outer two hold nothing but texts that stick out; 1 is the right channel.
        patches = _patches(found, straight, starts, channel)
        here = [way for way in ways if way.channel == {LEFT: LEFT, 1: RIGHT}.get(channel)]
        tracks = [
            Track(
                way.start.y,
                way.end.y,
                from_right=way.start.direction < 0,
                to_right=way.end.direction < 0,
                text=way.start.text + INDENT if way.start.text else 0.0,
            )
            for way in here
        ]
        room = pack(tracks, patches, inner_right=channel == LEFT)
        column = [box for box in found.boxes.values() if box.column == channel + 1]
        for box in column:
            box.x = x + room + box.w / 2
        for way, track in zip(here, tracks, strict=True):
            _bend(way, track, x)
        x += room + (column[0].w if column else 0.0)
    found.w = x
    for way in ways:
        _finish(way)


def _bend(way: _Way, track: Track, x: float) -> None:
    """Note the corners of a way that is not level; its ends are known later."""
    assert way.start.line
    if not track.is_level:
        way.start.line.points = [(x + track.x, track.y1), (x + track.x, track.y2)]


def _finish(way: _Way) -> None:
    start, end = way.start, way.end
    assert start.line
    a = (start.box.side(start.direction), start.y)
    b = (end.box.side(end.direction), end.y)
    start.line.points = [a, *start.line.points, b]
    _write(start)


def _write(port: _Port) -> None:
    """Put the text of an arrow above it, next to the box that it leaves."""
    assert port.line
    d = port.direction
    port.line.align = "LEFT" if d > 0 else "RIGHT"
    x = port.box.side(d) + d * (INDENT + width(port.line.text) / 2)
    port.line.text_at = (x, port.y - 1 - height(port.line.text) / 2)


def _run_straight(found: Plan, line: Line) -> None:
    """Draw an arrow from a box to the next one of its column, with its text beside it."""
    a, b = found.boxes[line.source], found.boxes[line.target]
    down = _is_down(found, line)
    x = a.x if down else a.x - ABREAST
    top, bottom = (a, b) if down else (b, a)
    ends = [(x, top.y + top.h / 2), (x, bottom.y - bottom.h / 2)]
    line.points = ends if down else ends[::-1]
    line.align = "LEFT" if down else "RIGHT"
    middle = top.y + top.h / 2 + (height(line.text) + 9) / 2
    line.text_at = (x + (1 if down else -1) * (BESIDE + width(line.text) / 2), middle)
