"""What a line is to a format: whose it is by its mark, and what it is where it bears none."""

from __future__ import annotations

import re
from enum import Enum
from typing import Final, NamedTuple

from atfsm.replay.records import Direction

LINE_AT_MOST: Final = 65_536  # ours: bytes of one physical line that are looked at
OBJECT_AT_MOST: Final = 4 << 20  # ours: of one that is an object of JSON, which may be a session

BLANK: Final = b" \t\r\n\v\f"

#: Who speaks where the one who is named does not.
OTHER: Final = {
    Direction.TX: Direction.RX,
    Direction.RX: Direction.TX,
    Direction.UNMARKED: Direction.UNMARKED,
}


class Unmarked(Enum):
    """What a line is that bears no mark of this format."""

    NOISE = "noise"  #: something else: prose, another logger, a heading
    TEXT = "text"  #: a line of the wire whose direction the capture does not say
    BY_LOOKS = "by looks"  #: a command or an answer where it looks like one, else noise
    MODEM = "modem"  #: a line that the modem wrote: only what the host wrote is marked
    CONTINUES = "continues"  #: a further line of the record before it
    WRAPPED = "wrapped"  #: the rest of the record before it, where that is torn, else noise
    ROWS = "rows"  #: a row of the dump below the record before it, where it looks like one
    OTHER_SIDE = "other side"  #: written by the side that is not the marked one


class Wrap(NamedTuple):
    """Records that may go on below, and what they end with.

    Attributes:
        end: The last bytes of a record that is whole.
        joint: What stood where the line was broken.
        side: Whose records they are; None: either's.
    """

    end: bytes
    joint: bytes = b" "
    side: Direction | None = None

    def is_torn(self, side: Direction, text: bytes) -> bool:
        """Tell whether the rest of *text* has to stand on the next line."""
        return self.side in (None, side) and not text.rstrip().endswith(self.end)


def side_of(found: re.Match[bytes]) -> Direction:
    """Whose line it is, by the groups of its mark."""
    return Direction.RX if found["tx"] is None else Direction.TX
