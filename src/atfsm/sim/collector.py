r"""How bytes of the host become command lines (1.1 [LEG-S]).

What stands before ``AT`` is skipped, which swallows the ``\n`` behind the ``\r`` of the line
before; 0x7F takes back a byte; a line that is too long is an error, and ``AT`` is searched anew.
"""

from __future__ import annotations

from typing import Final

__all__ = ["OVERLONG", "Collector"]

OVERLONG: Final = b""  #: in place of a line that is too long; no line is empty

_DELETE = 0x7F


class Collector:
    """Collects command lines.

    Args:
        line_bytes: The longest line, its end not counted.
    """

    def __init__(self, line_bytes: int) -> None:
        self._line_bytes = line_bytes
        self._line = bytearray()

    def clear(self) -> None:
        """Forget what was begun."""
        self._line.clear()

    def take(self, data: bytes) -> tuple[bytes | None, int]:
        """Take bytes up to the end of a line; give the line, or None, and how many were taken."""
        end = data.find(b"\r")
        piece_bytes = len(data) if end < 0 else end
        taken_bytes = 0
        while taken_bytes < piece_bytes:
            room_bytes = self._line_bytes + 1 - len(self._line)
            piece = data[taken_bytes : min(piece_bytes, taken_bytes + room_bytes)]
            taken_bytes += len(piece)
            self._append(piece)
            if len(self._line) > self._line_bytes:
                self._line.clear()
                return OVERLONG, taken_bytes
        if end < 0:
            return None, taken_bytes
        line = bytes(self._line)
        self._line.clear()
        return (line if len(line) > 1 else None), taken_bytes + 1

    def _append(self, piece: bytes) -> None:
        line = self._line
        if _DELETE in piece:
            for byte in piece:
                if byte == _DELETE:
                    del line[-1:]
                else:
                    line.append(byte)
        else:
            line += piece
        at = line.upper().find(b"AT")
        if at >= 0:
            del line[:at]
        else:
            del line[: -1 if line[-1:].upper() == b"A" else len(line)]
