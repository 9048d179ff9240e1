"""The rows of a page as columns: what repeats is stored once, so that a million rows are small.

A row is one physical line, or a limit that passed. All that it shows besides its number and its
time is its *look*: who wrote it, what it was, its text, and the moves on it. A capture of a
million lines has few different looks.
"""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from math import isnan, nan
from operator import sub
from typing import Final, NamedTuple, TypeVar

from atfsm.at.exchange import What
from atfsm.fact import FactKind
from atfsm.machine import table
from atfsm.replay.records import Direction
from atfsm.stack import NEW, TABLED, Move
from atfsm.view import wording
from atfsm.view.wording import Kept

Number = TypeVar("Number", int, float)

#: What a row can be; `What` by its order, and what is nothing of the wire.
COMMENT: Final = "comment"
WHATS: Final = (*(what.value for what in What), COMMENT)
DIRECTIONS: Final = {Direction.UNMARKED: 0, Direction.TX: 1, Direction.RX: 2}
#: Flags of a move. The last: no row tells why; a run of a journal begins, or rows are left out.
SWEPT, ANEW, RENAMED, PUT = 1, 2, 4, 8
#: Type of a section, by the code of its column.
TYPES: Final = {"B": "u8", "H": "u16", "I": "u32", "d": "f64"}
ALIGNED_BYTES: Final = 8
#: Most milliseconds that a clock may show, either way, so that differences are exact.
CLOCK_AT_MOST_MS: Final = 1 << 52

#: A move as it is stored: machine, before, fact, after, flags, and the machine that passed the
#: fact on, from 1 on; 0 where it came from the wire or a limit.
StoredMove = tuple[int, int, int, int, int, int]


class Look(NamedTuple):
    """What a row shows."""

    direction: int
    what: int
    text: Kept
    moves: tuple[StoredMove, ...]


class Log:
    """Rows as they are added, and the blob that they become.

    Attributes:
        machines: Chart and key of every machine that was seen, in the order of their numbers.
        text_bytes: Size of all different texts so far, about.
    """

    def __init__(self) -> None:
        self.machines: list[tuple[str, str]] = []
        self.text_bytes = 0
        self._machine_numbers: dict[tuple[str, str], int] = {}
        self._looks: dict[Look, int] = {}
        self._lines = array("I")
        self._times_ms = array("d")
        self._rows = array("I")
        for machine in ("line", "modem"):
            self.number_of(machine, "")

    def __len__(self) -> int:
        return len(self._rows)

    def number_of(self, machine: str, key: str) -> int:
        """The number of a machine."""
        number = self._machine_numbers.get((machine, key))
        if number is None:
            number = self._machine_numbers[machine, key] = len(self.machines)
            self.machines.append((machine, key))
        return number

    def look(self, look: Look) -> int:
        """The number of a look."""
        number = self._looks.get(look)
        if number is None:
            number = self._looks[look] = len(self._looks)
            text = look.text.text
            # What is not printable is written as an escape.
            self.text_bytes += (
                len(text) if text.isascii() and text.isprintable() else 4 * len(text)
            )
        return number

    def add(self, line: int, time_s: float | None, look: int) -> int:
        """Add a row; return its number."""
        times_ms = self._times_ms
        if time_s is None or not abs(time_s) * 1000 < CLOCK_AT_MOST_MS:
            times_ms.append(times_ms[-1] if times_ms else nan)
        else:
            times_ms.append(round(time_s * 1000))
        self._lines.append(line)
        self._rows.append(look)
        return len(self._rows) - 1

    def stored(self, moves: Iterable[Move]) -> tuple[StoredMove, ...]:
        """Moves as numbers."""
        return tuple(map(self._stored, moves))

    def _stored(self, move: Move) -> StoredMove:
        is_swept = move.swept_by is not None and move.fact.kind is FactKind.SWEEP
        flags = (SWEPT if is_swept else 0) | (ANEW if move.origin == NEW else 0)
        if move.origin and move.origin != NEW:
            flags |= RENAMED
        rules = table(TABLED[move.machine])
        number = self.number_of(move.machine, move.key)
        swept_by = self.number_of(*move.swept_by) + 1 if move.swept_by else 0
        return number, move.before, rules.fact_number[move.fact], move.after, flags, swept_by

    def looks(self) -> Iterator[int]:
        """Of each row, the number of its look."""
        return iter(self._rows)

    def said(self) -> Iterator[tuple[int, str]]:
        """Of each look, by number, its direction and text."""
        return ((look.direction, look.text.text) for look in self._looks)

    def row_of(self, line: int) -> int | None:
        """The row of a physical line; None where it is left out."""
        # Limits that passed before it stand before it, and bear the same number.
        row = bisect_right(self._lines, line) - 1
        return row if row >= 0 and self._lines[row] == line else None

    def row_until(self, line: int) -> int:
        """The last row up to a physical line; 0 where there is none."""
        return max(bisect_right(self._lines, line) - 1, 0)

    def described(self, hide: Callable[[str], str]) -> tuple[dict[str, object], bytes]:
        """The blob, and what a reader has to know of it.

        Args:
            hide: What hides secrets in a text.
        """
        start_ms, times = self._times()
        columns: dict[str, array[int] | array[float] | bytes] = {
            "line": _differences(self._lines),
            "time": times,
            "look": self._rows,
            **self._look_columns(hide),
        }
        sections = []
        pieces = []
        offset = 0
        for name, column in columns.items():
            if isinstance(column, bytes):
                kind, data = "utf8", column
            else:
                kind = TYPES[column.typecode]
                if sys.byteorder == "big":
                    column.byteswap()
                data = column.tobytes()
            sections.append({"name": name, "type": kind, "offset": offset, "length": len(column)})
            padding = -len(data) % ALIGNED_BYTES
            pieces += [data, bytes(padding)]
            offset += len(data) + padding
        head = {"rows": len(self), "start_ms": start_ms, "sections": sections}
        return head, b"".join(pieces)

    def _times(self) -> tuple[float, array[float]]:
        """The first time, and the differences from row to row."""
        times_ms = self._times_ms
        start_ms = next((t for t in times_ms if not isnan(t)), 0.0)
        for row, time_ms in enumerate(times_ms):
            if not isnan(time_ms):
                break
            times_ms[row] = start_ms
        differences = _differences(times_ms)
        if differences:
            differences[0] = 0.0
        return start_ms, differences

    def _look_columns(self, hide: Callable[[str], str]) -> dict[str, array[int] | bytes]:
        looks = list(self._looks)
        texts = [wording.cut(look.text, hide).encode() for look in looks]
        moves = [move for look in looks for move in look.moves]
        columns = list(zip(*moves, strict=True)) if moves else [()] * 6
        machine, before, fact, after, flags, swept = columns
        return {
            "look_dir": array("B", (look.direction for look in looks)),
            "look_what": array("B", (look.what for look in looks)),
            "look_text": _offsets(map(len, texts)),
            "look_moves": _offsets(len(look.moves) for look in looks),
            "move_machine": array("I", machine),
            "move_before": array("B", before),
            "move_fact": array("B", fact),
            "move_after": array("B", after),
            "move_flags": array("B", flags),
            "move_swept": array("I", swept),
            "text": b"".join(texts),
        }


def _differences(values: array[Number]) -> array[Number]:
    """Each value less the one before it; the first as it is."""
    kind = values.typecode
    return array(kind, values[:1] + array(kind, map(sub, values[1:], values)))


def _offsets(lengths: Iterable[int]) -> array[int]:
    """Where each of some pieces begins, and where the last one ends."""
    return array("I", accumulate(lengths, initial=0))
