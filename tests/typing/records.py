"""How a capture format builds records, and what the types refuse."""

from __future__ import annotations

from typing import assert_type

from atfsm.replay.records import Direction, Record


def a_format_builds_records() -> Record:
    """The least that a format has to say about a piece of the wire."""
    record = Record(line=1, direction=Direction.RX, data=b"OK")
    assert_type(record.time_s, float | None)
    assert_type(record.whole, bool)
    return record


def text_is_not_bytes() -> Record:
    """The wire carries bytes; nobody may guess an encoding."""
    return Record(line=1, direction=Direction.TX, data="AT")  # type: ignore[arg-type]


def a_record_is_final(record: Record) -> None:
    """Evidence is not edited."""
    record.line = 2  # type: ignore[misc]


def every_direction_is_decided(direction: Direction) -> str:
    """A new direction makes this function fail to type-check until it is answered here."""
    match direction:
        case Direction.TX:
            return "host"
        case Direction.RX:
            return "modem"
        case Direction.UNMARKED:
            return "undecided"
