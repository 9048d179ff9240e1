"""One direction of a capture that shows bytes: a framer, and where its bytes stood."""

from __future__ import annotations

from collections import deque
from typing import Final

from atfsm.at.framing import Framer

LINE_BYTES_AT_MOST: Final = 4096  # as `Framer` has it
#: What RC7611 writes and no other (1.4 [FLOCK]); two line ends in a row are usual.
DOUBLED: Final = b"\r\n\r\n\r\n"
NUL_BEFORE_END: Final = b"\0\r\n"


class Wire:
    """One direction.

    Attributes:
        framer: Cuts its bytes into tokens.
        payload_bytes: Length of the payload that passes, or passed last.
    """

    __slots__ = ("_fed", "_lines", "_tail", "framer", "payload_bytes")

    def __init__(self) -> None:
        self.framer = Framer(max_line_bytes=LINE_BYTES_AT_MOST)
        self.payload_bytes = 0
        self._fed = 0
        self._lines: deque[tuple[int, int]] = deque()  # (index behind the piece, its line)
        self._tail = b""

    def feed(self, data: bytes, line: int) -> None:
        """Take a piece, which stands on a physical line."""
        self.framer.feed(data)
        self._fed += len(data)
        self._lines.append((self._fed, line))

    def has_odd_ends(self, data: bytes) -> bool:
        """Whether *data*, which was fed last, doubles line ends or has a NUL before one (1.4)."""
        seen = self._tail + data
        self._tail = seen[-len(DOUBLED) + 1 :]
        return DOUBLED in seen or NUL_BEFORE_END in seen

    def line_at(self, offset: int) -> int:
        """The physical line that shows the byte at *offset*; offsets only grow."""
        while len(self._lines) > 1 and self._lines[0][0] <= offset:
            self._lines.popleft()
        return self._lines[0][1]

    @property
    def held_from(self) -> int | None:
        """The physical line of the first byte that is in no token yet; None: there is none."""
        held_bytes = self.framer.buffered_bytes
        return self.line_at(self._fed - held_bytes) if held_bytes else None
