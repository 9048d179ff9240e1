"""Where the boxes of a chart stand: three columns, as many rows as it takes.

The happy path is the middle column, one state a row, so that it is straight by construction. A
state beside it stands left or right, in the row of the state that leads to it; states that lead
to one another stand on the same side, so that no arrow has to cross the middle column.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from atfsm.diagrams.style import Block

LEFT, MIDDLE, RIGHT = 0, 1, 2


@dataclass(slots=True)
class Box:
    """One state on the page, in points; y grows downwards.

    Attributes:
        name: Of the state.
        text: What stands in it.
        column: `LEFT`, `MIDDLE` or `RIGHT`.
        row: Counted from the top.
        w: Width.
        h: Height.
        x: Of its middle.
        y: Of its middle.
    """

    name: str
    text: Block
    column: int = MIDDLE
    row: int = 0
    w: float = 0.0
    h: float = 0.0
    x: float = 0.0
    y: float = 0.0

    def side(self, direction: int) -> float:
        """The x of its left (-1) or right (+1) side."""
        return self.x + direction * self.w / 2


@dataclass(slots=True)
class Line:
    """One arrow on the page.

    Attributes:
        source: Name of the box that it leaves.
        target: Name of the box that it enters.
        text: What stands on it.
        points: Corners, from end to end.
        text_at: Middle of the text.
        align: How the lines of the text are aligned.
    """

    source: str
    target: str
    text: Block = ()
    points: list[tuple[float, float]] = field(default_factory=list)
    text_at: tuple[float, float] = (0.0, 0.0)
    align: str = "LEFT"

    def move(self, by: tuple[float, float]) -> None:
        """Shift the arrow and its text."""
        self.points = [(x + by[0], y + by[1]) for x, y in self.points]
        self.text_at = (self.text_at[0] + by[0], self.text_at[1] + by[1])


def put_beside(
    path: Sequence[str],
    beside: Sequence[str],
    pairs: Iterable[tuple[str, str]],
    entered: Collection[str] = (),
) -> dict[str, tuple[int, int]]:
    """Decide column and row of every state.

    Args:
        path: The middle column, from top to bottom.
        beside: The other states, in table order.
        pairs: Which state leads to which, in table order.
        entered: States of the middle column that an arrow from far right enters: no box may
            stand in its way.
    """
    rows = {name: row for row, name in enumerate(path)}
    at = {name: (MIDDLE, row) for name, row in rows.items()}
    taken = {(RIGHT, rows[name]) for name in entered if name in rows}
    pairs = list(pairs)
    for group in _groups(beside, pairs):
        wanted = _wanted_row(group[0], pairs, at)
        side = min((LEFT, RIGHT), key=lambda s: (_free_row(s, wanted, taken), _count(s, at)))
        for name in group:
            row = _free_row(side, _wanted_row(name, pairs, at), taken)
            taken.add((side, row))
            at[name] = (side, row)
    return at


def _free_row(side: int, wanted: int, taken: set[tuple[int, int]]) -> int:
    while (side, wanted) in taken:
        wanted += 1
    return wanted


def _count(side: int, at: dict[str, tuple[int, int]]) -> int:
    return sum(column == side for column, _ in at.values())


def _wanted_row(name: str, pairs: list[tuple[str, str]], at: dict[str, tuple[int, int]]) -> int:
    """The row beside the state of the path that leads there, below those beside the path."""
    before = [at[source] for source, target in pairs if target == name and source in at]
    after = [at[target] for source, target in pairs if source == name and target in at]
    on_path = [row for column, row in before if column == MIDDLE][:1]
    beside = [row + 1 for column, row in before if column != MIDDLE]
    return max([*on_path, *beside], default=after[0][1] if after else 0)


def _groups(beside: Sequence[str], pairs: list[tuple[str, str]]) -> list[list[str]]:
    """Sort the states beside the path into those that hang together."""
    group = {name: {name} for name in beside}
    for source, target in pairs:
        if source in group and target in group and group[source] is not group[target]:
            merged = group[source] | group[target]
            for name in merged:
                group[name] = merged
    found: list[list[str]] = []
    for name in beside:
        if not any(name in names for names in found):
            found.append([other for other in beside if other in group[name]])
    return found
