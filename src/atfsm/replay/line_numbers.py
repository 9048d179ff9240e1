"""Lines that a note lists."""

from __future__ import annotations

from typing import Final

#: Lines that a note lists; ours.
LISTED_AT_MOST: Final = 8


class LineNumbers:
    """Line numbers for a note: the first few, and how many there are.

    >>> numbers = LineNumbers()
    >>> for number in (3, 5):
    ...     numbers.add(number)
    >>> f"{numbers.count} lines: {numbers}"
    '2 lines: 3, 5'
    """

    def __init__(self) -> None:
        self.count = 0
        self._first: list[int] = []

    def add(self, number: int) -> None:
        """Count one more."""
        self.count += 1
        if self.count <= LISTED_AT_MOST:
            self._first.append(number)

    def unreadable(self, of: str) -> list[str]:
        """A note that these lines *of* something cannot be read; none where there are none."""
        if not self.count:
            return []
        lines = f"{self.count} lines" if self.count > 1 else "One line"
        return [f"{lines} of {of} cannot be read: {self}."]

    def __str__(self) -> str:
        more = ", …" if self.count > LISTED_AT_MOST else ""
        return ", ".join(map(str, self._first)) + more
