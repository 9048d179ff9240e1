"""What a capture format hands to the observer: records of one direction each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from atfsm.stack.outputs import Output
from atfsm.stack.written import Run


class Direction(Enum):
    """Who wrote the bytes of a record."""

    TX = "tx"  #: host to modem
    RX = "rx"  #: modem to host
    UNMARKED = "unmarked"  #: the capture does not say; echo and grammar decide


@dataclass(frozen=True, slots=True)
class Record:
    """A piece of the wire, as a capture shows it.

    Attributes:
        line: 1-based physical line of the capture on which the piece begins.
        direction: Who wrote it.
        data: Wire bytes. Where *whole* is true: the text of exactly one line, without its
            terminator. Otherwise bytes with their control characters restored, cut anywhere.
        time_s: Seconds on the capture's own clock (only differences mean anything), or None.
        whole: True where the capture lost the control characters and shows line by line.
        said: For a journal, what an entry says that is no piece of the wire; *data* is then empty.
    """

    line: int
    direction: Direction
    data: bytes
    time_s: float | None = None
    whole: bool = True
    said: Output | Run | None = None
