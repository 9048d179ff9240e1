"""Lines held back while payload is due, in captures that lost the control characters.

There payload cannot be counted exactly (a line end was one byte or two) and its end pattern may
be missing, or the payload itself. So lines are held until the pattern comes (then all of it was
payload), or until it is clear that it will not (then what reads as a final result was one).
"""

from __future__ import annotations

from typing import Final

from atfsm.at.exchange import Data
from atfsm.replay.records import Direction

#: The default end pattern as forum software prints it: dashes turned into U+2013.
FORUM_PATTERN: Final = "–EOF–Pattern–".encode()
DEFAULT_PATTERN: Final = b"--EOF--Pattern--"
#: Bytes and lines kept at most; ours: longer payloads are counted, and only their ends kept.
BYTES_AT_MOST: Final = 65_536
LINES_AT_MOST: Final = 4_096
#: Bytes beyond the announced count after which the pattern will not come; ours.
SLACK_BYTES: Final = 64

HeldLine = tuple[int, bytes, Direction]


class Held:
    """The lines held back. False when there are none."""

    __slots__ = ("_first_result", "_lines", "_text_bytes")

    def __init__(self) -> None:
        self.clear()

    def __bool__(self) -> bool:
        return bool(self._lines)

    def clear(self) -> None:
        """Forget them."""
        self._lines: list[HeldLine] = []
        self._first_result: int | None = None
        self._text_bytes = 0

    def add(self, line: int, text: bytes, direction: Direction, *, is_result: bool) -> None:
        """Hold one more line."""
        if is_result and self._first_result is None:
            self._first_result = len(self._lines)
        self._lines.append((line, text, direction))
        self._text_bytes += len(text)

    @property
    def first_line(self) -> int | None:
        """The line of the first of them; None where there are none."""
        return self._lines[0][0] if self._lines else None

    @property
    def at_most_bytes(self) -> int:
        """How many bytes the held lines were at most: two for every lost line end."""
        return self._text_bytes + 2 * len(self._lines)

    @property
    def has_result(self) -> bool:
        """Whether one of them reads as a final result."""
        return self._first_result is not None

    @property
    def is_lone_success(self) -> bool:
        """Whether all that is held is one OK."""
        return [text for _, text, _ in self._lines] == [b"OK"]

    def from_result(self) -> list[HeldLine]:
        """The lines from the first final result on; none where there is no result."""
        return [] if self._first_result is None else self._lines[self._first_result :]

    def is_beyond(self, data: Data) -> bool:
        """Whether more was held than the payload can have been."""
        count = BYTES_AT_MOST if data.count_bytes is None else min(data.count_bytes, BYTES_AT_MOST)
        limit = count + len(data.pattern) + SLACK_BYTES
        return self._text_bytes > limit or len(self._lines) > LINES_AT_MOST

    @staticmethod
    def end_in(text: bytes, pattern: bytes) -> bytes | None:
        """What stands behind the end pattern in *text*; None where it is not in it."""
        for end in (pattern, FORUM_PATTERN) if pattern == DEFAULT_PATTERN else (pattern,):
            if end and (at := text.rfind(end)) >= 0:
                return text[at + len(end) :].strip()
        return None
