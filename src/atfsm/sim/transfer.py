"""A transfer in data mode: who writes, how much, and where it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

__all__ = ["Transfer"]


@dataclass(eq=False)
class Transfer:
    """One data mode.

    Attributes:
        sid: Whose it is.
        count: Bytes announced.
        to: Where a datagram goes.
        is_direct: Whether it has no end but the escape (KTCPSTART).
        outgoing: What the modem writes; None: the host writes.
        then: What happens after the result.
        payload: What the host wrote.
    """

    sid: int
    count: int = 0
    to: tuple[str, int] | None = None
    is_direct: bool = False
    outgoing: bytes | None = None
    then: Callable[[float], None] | None = None
    payload: bytearray = field(default_factory=bytearray)
    _searched: int = 0

    @property
    def has_part_of_pattern(self) -> bool:
        """Whether the host has begun to write."""
        return bool(self.payload)

    def take(self, data: bytes, pattern: bytes | None) -> bytes | None:
        """Take what the host wrote; return what stands behind the end pattern, or None.

        Every start is tried: ``---EOF--Pattern--`` is a payload of one dash.
        """
        self.payload += data
        if pattern is None:
            return None
        end = self.payload.find(pattern, self._searched)
        if end < 0:
            self._searched = max(0, len(self.payload) - len(pattern) + 1)
            return None
        rest = bytes(self.payload[end + len(pattern) :])
        del self.payload[end:]
        return rest
