"""Layers, and the arrows between them: how far a layer reaches, where arrows and texts stand.

All layers stand on one axis. What leads up runs left of it, and what leads down runs right of it:
beside the axis to the next layer, on a lane further out where a layer is skipped. A layer reaches
out to the lanes of its arrows, but not across a lane that skips it: an arrow behind such a lane
bends into the side of the layer.

A text stands left or right of its arrow, between two layers or beside all that are skipped. Every
way to seat the texts is tried, and the smallest page is taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from atfsm.diagrams.place import Box, Line
from atfsm.diagrams.route import Plan
from atfsm.diagrams.style import height, width

TURN: Final = 14.0  # between the axis and what leads to the next layer
BESIDE: Final = 7.0  # between an arrow and its text
CLEAR: Final = 12.0  # between a text and what stands further out
MARGIN: Final = 16.0  # between a lane and the side of a layer
END: Final = 6.0  # of a layer, behind the text at its end
GAP: Final = 24.0  # the least height between two layers
AROUND: Final = 22.0  # of that height, what the text between them leaves free
PORT: Final = 11.0  # between arrows that bend into one side


@dataclass(frozen=True, slots=True)
class _Way:
    """One arrow: from which row to which, and the size of its text."""

    line: Line
    start: int
    end: int
    w: float
    h: float

    @property
    def side(self) -> int:
        """Left (-1) or right (+1) of the axis."""
        return -1 if self.end < self.start else 1

    @property
    def gaps(self) -> tuple[int, ...]:
        """The rooms between layers that it runs through; number 0 is the upper one."""
        return tuple(range(min(self.start, self.end), max(self.start, self.end)))

    @property
    def skipped(self) -> tuple[int, ...]:
        """The layers that it passes by."""
        return self.gaps[1:]

    def seats(self) -> Iterator[_Seat]:
        """Every place for its text; beside the axis there is one only."""
        if not self.skipped:
            yield _Seat(self, self.gaps, outside=True)
            return
        for gaps in (self.gaps, *((gap,) for gap in self.gaps)):
            yield _Seat(self, gaps, outside=True)
            yield _Seat(self, gaps, outside=False)


@dataclass(frozen=True, slots=True)
class _Seat:
    """Where the text of an arrow stands: in which gaps, and on which side of its lane."""

    way: _Way
    gaps: tuple[int, ...]
    outside: bool


class _Side:
    """One side of the axis, filled from the axis outwards; all distances are from the axis.

    Attributes:
        x: Of the lane of each arrow.
        edges: How far each layer reaches.
        bends: The arrows that end at the side of a layer, by its row, from inside to outside.
        w: How wide it is.
        is_free: No text stands in the way of an arrow that bends.
    """

    def __init__(self, seats: Sequence[_Seat], half: float, rows: int) -> None:
        self.x: list[float] = []
        self.edges = [half] * rows
        self.bends: dict[int, list[_Way]] = {}
        self._taken = [0.0] * (rows - 1)
        self._hidden: set[int] = set()
        for seat in seats:
            self._add(seat)
        self.w = max(*self.edges, *self._taken)
        self.is_free = not any(row in self.bends for seat in seats for row in seat.gaps[1:])

    def _add(self, seat: _Seat) -> None:
        way, text = seat.way, BESIDE + seat.way.w
        least = [TURN]
        if way.skipped:
            least += [self._taken[gap] + CLEAR for gap in way.gaps]
            least += [self.edges[row] + MARGIN for row in way.skipped]
        if not seat.outside:
            least += [self._taken[gap] + CLEAR + text for gap in seat.gaps]
            least += [self.edges[row] + MARGIN + text for row in seat.gaps[1:]]
        x = max(least)
        self.x.append(x)
        for gap in way.gaps:
            self._taken[gap] = x + (text if seat.outside and gap in seat.gaps else 0.0)
        for row in (way.start, way.end):
            if row in self._hidden:
                self.bends.setdefault(row, []).append(way)
            elif way.skipped:
                reach = x + max(MARGIN, text + END if seat.outside else 0.0)
                self.edges[row] = max(self.edges[row], reach)
        self._hidden |= set(way.skipped)


class _Seating:
    """One way to seat all texts."""

    def __init__(self, boxes: Sequence[Box], seats: Sequence[_Seat]) -> None:
        near = [TURN + BESIDE + seat.way.w + END for seat in seats if not seat.way.skipped]
        half = max([*near, *(width(box.text) / 2 + CLEAR for box in boxes)])
        self.seats = {d: [seat for seat in seats if seat.way.side == d] for d in (-1, 1)}
        self.sides = {d: _Side(here, half, len(boxes)) for d, here in self.seats.items()}
        self.gaps = _heights(boxes, seats)
        self.w = sum(side.w for side in self.sides.values())
        self.h = sum(self.gaps) + sum(box.h for box in boxes)

    @property
    def is_free(self) -> bool:
        """Nothing stands in the way of anything."""
        return all(side.is_free for side in self.sides.values())


def _heights(boxes: Sequence[Box], seats: Sequence[_Seat]) -> list[float]:
    """The height between layers that the texts need."""
    gaps = [GAP] * (len(boxes) - 1)
    for seat in sorted(seats, key=lambda seat: len(seat.gaps)):  # between two layers first
        room = sum(gaps[gap] for gap in seat.gaps) + sum(boxes[row].h for row in seat.gaps[1:])
        gaps[seat.gaps[-1]] += max(0.0, seat.way.h + AROUND - room)
    return gaps


def plan_layers(boxes: Sequence[Box], lines: Sequence[Line]) -> Plan:
    """Place layers and the arrows between them.

    Args:
        boxes: The layers, the upper one first.
        lines: At most one arrow from a layer to another.
    """
    rows = {box.name: row for row, box in enumerate(boxes)}
    for box in boxes:
        box.h = height(box.text) + 14
    ways = [
        _Way(line, rows[line.source], rows[line.target], width(line.text), height(line.text))
        for line in lines
    ]
    ways.sort(key=lambda way: len(way.gaps))  # who skips more runs further out
    tries = (_Seating(boxes, seats) for seats in product(*(way.seats() for way in ways)))
    best = min((one for one in tries if one.is_free), key=lambda one: one.w + one.h)
    axis = best.sides[-1].w
    y = 0.0
    for row, (box, gap) in enumerate(zip(boxes, [*best.gaps, 0.0], strict=True)):
        left, right = (side.edges[row] for side in best.sides.values())
        box.w, box.x, box.y = left + right, axis + (right - left) / 2, y + box.h / 2
        y += box.h + gap
    for direction, side in best.sides.items():
        for seat, x in zip(best.seats[direction], side.x, strict=True):
            _lead(seat, axis + direction * x, boxes, side)
    return Plan({box.name: box for box in boxes}, lines, (), w=best.w, h=best.h)


def _lead(seat: _Seat, x: float, boxes: Sequence[Box], side: _Side) -> None:
    """Give one arrow its corners, and its text its place."""
    way, line = seat.way, seat.way.line
    start = _end(way, way.start, boxes, side, x)
    end = _end(way, way.end, boxes, side, x)
    line.points = [*start, *reversed(end)]
    direction = way.side if seat.outside else -way.side
    line.align = "LEFT" if direction > 0 else "RIGHT"
    above, below = boxes[seat.gaps[0]], boxes[seat.gaps[-1] + 1]
    middle = (above.y + above.h / 2 + below.y - below.h / 2) / 2
    line.text_at = (x + direction * (BESIDE + way.w / 2), middle)


def _end(
    way: _Way, row: int, boxes: Sequence[Box], side: _Side, x: float
) -> list[tuple[float, float]]:
    """Where an arrow touches a layer: below or above, or by a corner at its side."""
    box, bends = boxes[row], side.bends.get(row, [])
    if way in bends:
        y = box.y + PORT * ((len(bends) - 1) / 2 - bends.index(way))
        return [(box.side(way.side), y), (x, y)]
    is_upper = row == min(way.start, way.end)
    return [(x, box.y + (box.h if is_upper else -box.h) / 2)]
