"""Reads what strace shows of a program with threads: calls in two pieces, one in between.

Where another thread has something to show while a call waits, strace breaks the line off
(``read(3,  <unfinished ...>``) and goes on with it when the call is over (``<... read resumed>``),
without saying again of which file it is. The number of the thread says it.
"""

from __future__ import annotations

import re
from typing import Final

from atfsm.replay.formats.marks import LINE_AT_MOST
from atfsm.replay.formats.ports import PortReader, counted_lines
from atfsm.replay.formats.shape import Shape
from atfsm.replay.records import Record

#: Threads whose calls may wait at once; ours: more than a host has for its modems.
WAITING_AT_MOST: Final = 1_024

#: The thread that a line is of, where strace says it; and the call that it begins to wait in.
_THREAD: Final = re.compile(rb"(?:\xef\xbb\xbf)?[ \t]*+(?:\[pid +)?(\d{1,9})\]? ")
_WAITS: Final = re.compile(
    rb"[^\"]{0,80}?\bread\((\d{1,9})(?:<[^\"]{0,200}>)?, +<unfinished \.\.\.>"
)


class StraceReader(PortReader):
    """Reads one log of strace; whatever the bytes, it never raises."""

    __slots__ = ("_nameless", "_thread", "_waiting_for")

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape, asked=True)
        self._thread = b""  # of the line that is read
        self._waiting_for: dict[bytes, bytes] = {}  # the file on which each thread waits
        self._nameless = 0  # lines of which nobody can say the file

    @property
    def notes(self) -> list[str]:
        """Which files were left out, and which lines."""
        notes = super().notes
        if self._nameless:
            notes.append(
                "The capture does not show on which file a call began to wait; left out is what "
                f"it read, on {counted_lines(self._nameless)}."
            )
        return notes

    def _read(self, line: bytes, number: int) -> tuple[Record, ...]:
        line = line[:LINE_AT_MOST]
        thread = _THREAD.match(line)
        self._thread = b"" if thread is None else thread[1]
        waits = _WAITS.match(line)
        if waits is not None:
            self._waiting_for.pop(self._thread, None)
            if len(self._waiting_for) >= WAITING_AT_MOST:
                del self._waiting_for[next(iter(self._waiting_for))]
            self._waiting_for[self._thread] = waits[1]
            return ()
        return super()._read(line, number)

    def _port_of(self, found: re.Match[bytes]) -> bytes | None:
        if found["port"] is not None:
            return found["port"]
        port = self._waiting_for.pop(self._thread, None)
        self._nameless += port is None
        return port
