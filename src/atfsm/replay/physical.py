"""Cuts the bytes of a capture into physical lines; where they come in pieces means nothing.

A line ends with a line feed. Besides, or else there were lines without an end:

- A capture that has carriage returns in its first 64 KiB, and no line feed, ends its lines so.
- A hole of NULs ends a line: a file whose writer lost power has them where text was.
- A line that is longer than what is read of one ends with a carriage return, if it has any. If it
  has none, the rest of it is dropped, and its number kept for a note.
"""

from __future__ import annotations

import re
from typing import Final

from atfsm.replay.formats.marks import LINE_AT_MOST, OBJECT_AT_MOST
from atfsm.replay.line_numbers import LineNumbers

HOLE_BYTES: Final = 64  # ours: more NULs than a modem that starts writes at once
_HOLE: Final = re.compile(rb"\0{%d,}" % HOLE_BYTES)
_NULS: Final = bytes(HOLE_BYTES)
_BLOCK: Final = LINE_AT_MOST // 2  # a longer line fills one of these, wherever it begins
_END: Final = re.compile(rb"[\r\n]")


class LineCutter:
    """Cuts one capture.

    Attributes:
        count: Lines that were given so far.
        cut: Lines of which the rest was dropped.
        objects: Lines that are whole, but longer than what is read of lines that are no objects
            of JSON.
        holes: Lines before which a hole stands.
    """

    def __init__(self) -> None:
        self.count = 0
        self.cut = LineNumbers()
        self.objects = LineNumbers()
        self.holes = LineNumbers()
        self._head: list[bytes] | None = []  # until it is known what ends a line
        self._head_bytes = 0
        self._ends_with_returns = False
        self._nuls = 0  # at the end of what came so far
        self._open: list[bytes] = []  # the line that has no end yet
        self._open_bytes = 0
        self._is_long = False  # the open line, of which something was given already
        self._is_dropping = False  # the rest of it
        self._returns = b""  # that ended the last piece of what is dropped

    def feed(self, data: bytes) -> list[bytes]:
        """Give the lines that *data* ends, without their ends."""
        if self._head is not None:
            self._head.append(data)
            self._head_bytes += len(data)
            if b"\n" not in data and self._head_bytes < LINE_AT_MOST:
                return []
            data = self._begin(self._head)
        return self._cut_up(data)

    def close(self) -> list[bytes]:
        """Give the line that has no end."""
        lines = [] if self._head is None else self._cut_up(self._begin(self._head))
        if self._nuls < HOLE_BYTES and not self._is_dropping:
            self._open.append(bytes(self._nuls))
        return lines + self._ended(b"".join(self._open))

    def _begin(self, head: list[bytes]) -> bytes:
        """Look at the beginning, and decide what ends a line."""
        data = b"".join(head)
        self._head = None
        self._ends_with_returns = b"\n" not in data[:LINE_AT_MOST] and b"\r" in data[:LINE_AT_MOST]
        return data

    def _cut_up(self, data: bytes) -> list[bytes]:
        if self._ends_with_returns:
            data = data.replace(b"\r", b"\n")
        if not self._nuls and not data.endswith(b"\0") and _NULS not in data:
            return self._lines(data)
        text = data.lstrip(b"\0")
        self._nuls += len(data) - len(text)
        if not text:
            return []
        is_hole = self._nuls >= HOLE_BYTES
        text = text if is_hole else bytes(self._nuls) + text
        data = text.rstrip(b"\0")
        self._nuls = len(text) - len(data)
        lines: list[bytes] = []
        for part in _HOLE.split(data):
            if is_hole:
                lines += self._end_at_hole(part)
            lines += self._lines(part)
            is_hole = True
        return lines

    def _end_at_hole(self, behind: bytes) -> list[bytes]:
        """End the line before a hole, if it is not ended behind it."""
        lines = []
        is_ended = behind.startswith(b"\n")
        if not is_ended:
            lines = self._ended(b"".join(self._open))
            self._open, self._open_bytes = [], 0
        self.holes.add(self.count + 1 + is_ended)
        return lines

    def _lines(self, data: bytes) -> list[bytes]:
        if self._is_dropping:
            data = self._behind_the_dropped(data)
        lines = data.split(b"\n")
        if len(lines) > 1:
            lines[0] = b"".join((*self._open, lines[0]))
            is_long = len(lines[0]) > LINE_AT_MOST or self._is_long
            is_long = is_long or any(
                data.find(b"\n", at, at + _BLOCK) < 0
                for at in range(0, len(data) - _BLOCK + 1, _BLOCK)
            )
            self._open, self._open_bytes = [], 0
            rest = lines.pop()
            if is_long:
                lines = [piece for line in lines for piece in self._ended(line, blank=True)]
            else:
                self.count += len(lines)
        else:
            rest = lines.pop()
        if rest:
            self._open.append(rest)
            self._open_bytes += len(rest)
            if self._open_bytes > _at_most(self._open[0]):
                pieces, line = self._bounded(b"".join(self._open))
                self._open, self._open_bytes = ([line] if line else []), len(line)
                lines += pieces
        return lines

    def _ended(self, line: bytes, *, blank: bool = False) -> list[bytes]:
        """Give a line that is ended; a *blank* one, too, where a line feed ended it."""
        lines, line = self._bounded(line)
        if self._is_long:
            rest = line.removesuffix(b"\r").split(b"\r") if line else []
        else:
            rest = [line] if line or blank else []
        if len(line) > LINE_AT_MOST:
            self.objects.add(self.count + 1)
        self._is_long = self._is_dropping = False
        self._returns = b""
        self.count += len(rest)
        return lines + rest

    def _bounded(self, line: bytes) -> tuple[list[bytes], bytes]:
        """Cut a line that is longer than is read of one, and give what is left of it."""
        lines: list[bytes] = []
        while (at_most := _at_most(line)) < len(line):
            self._is_long = True
            end = line.rfind(b"\r", 0, at_most)
            if end >= 0:
                lines += line[:end].split(b"\r")
                line = line[end + 1 :]
            else:
                lines.append(line[:at_most])
                self.cut.add(self.count + len(lines))
                self._is_dropping = True
                line = self._behind_the_dropped(line[at_most:])
        self.count += len(lines)
        return lines, line

    def _behind_the_dropped(self, data: bytes) -> bytes:
        """What stands behind the end of a line whose rest is dropped; nothing where it is open."""
        data = self._returns + data
        self._returns = b""
        found = _END.search(data)
        if found is None:
            return b""
        behind = data[found.start() :].lstrip(b"\r")
        if not behind:
            self._returns = b"\r"  # perhaps a line feed comes next
            return b""
        self._is_dropping = False
        if behind.startswith(b"\n"):
            self._is_long = False
            return behind[1:]
        return behind


def _at_most(line: bytes) -> int:
    """How much is read of a line: an object of JSON may hold a whole session."""
    return OBJECT_AT_MOST if line.startswith(b"{") else LINE_AT_MOST
