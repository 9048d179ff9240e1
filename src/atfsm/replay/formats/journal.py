"""Reads the journal that atfsm itself writes: one object of JSON a line (``docs/journal.md``).

A journal is input like any other. A line that cannot be read is counted and left out: one that
is torn, of another kind or form, or written by somebody else.
"""

from __future__ import annotations

import json
from typing import Final

from atfsm.replay.formats.marks import OBJECT_AT_MOST
from atfsm.replay.formats.reader import Reader
from atfsm.replay.formats.shape import Shape
from atfsm.replay.line_numbers import LineNumbers
from atfsm.replay.records import Direction, Record
from atfsm.stack.outputs import Output, Read, Written
from atfsm.stack.written import Run, number_in, output_of

#: Bytes of one write that was cut into several entries; ours: no modem takes more at once.
WRITE_AT_MOST: Final = 1 << 20


class JournalReader(Reader):
    """Reads one journal, line by line; whatever the bytes, it never raises."""

    __slots__ = ("_after", "_begun", "_begun_bytes", "_gaps", "_unreadable")

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self._unreadable = LineNumbers()
        self._gaps = LineNumbers()
        self._after: int | None = None  # the number that the next entry has
        # A write that goes on: its line, its time, and the pieces that came.
        self._begun: tuple[int, float, list[bytes]] | None = None
        self._begun_bytes = 0

    @property
    def notes(self) -> list[str]:
        """Which lines could not be read, and where some are missing."""
        notes = self._unreadable.unreadable("the journal")
        if self._gaps.count:
            notes.append(f"Entries of the journal are missing before line {self._gaps}.")
        return notes

    @property
    def held_from(self) -> int | None:
        """The first line of a write that goes on."""
        return None if self._begun is None else self._begun[0]

    def read(self, line: bytes, number: int) -> tuple[Record, ...]:
        """Read a physical line, its line feed taken off."""
        if not line.strip():
            return ()
        try:
            entry = json.loads(line[:OBJECT_AT_MOST])
            if not isinstance(entry, dict):
                entry = {}
            said = output_of(entry)
            time_s = number_in(entry, "mono")
            serial = int(number_in(entry, "n"))
        except (ValueError, RecursionError):  # JSON that is nested a thousand deep
            self._unreadable.add(number)
            self._after = None
            return ()
        if self._after not in {None, serial} and not isinstance(said, Run):
            self._gaps.add(number)
        self._after = serial + 1
        return self._given(number, time_s, said, goes_on=entry.get("more") is True)

    def close(self) -> tuple[Record, ...]:
        """Say that the journal ends."""
        return self._settled()

    def _given(
        self, number: int, time_s: float, said: Output | Run | None, *, goes_on: bool
    ) -> tuple[Record, ...]:
        match said:
            case Written(data=data):
                if self._begun is None:
                    self._begun, self._begun_bytes = (number, time_s, []), 0
                goes_on = goes_on and self._begun_bytes < WRITE_AT_MOST
                self._begun[2].append(data)
                self._begun_bytes += len(data)
                return () if goes_on else self._settled()
            case Read(data=data) if data:
                record = Record(number, Direction.RX, data, time_s, whole=False)
                return (*self._settled(), record)
            case None | Read():
                return self._settled()
            case _:
                record = Record(number, Direction.UNMARKED, b"", time_s, whole=False, said=said)
                return (*self._settled(), record)

    def _settled(self) -> tuple[Record, ...]:
        """Give the write that was waiting for its rest."""
        if self._begun is None:
            return ()
        (number, time_s, pieces), self._begun = self._begun, None
        data = b"".join(pieces)
        return (Record(number, Direction.TX, data, time_s, whole=False),) if data else ()
