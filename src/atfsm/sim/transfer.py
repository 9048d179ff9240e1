"""A transfer in data mode: who writes, how much, and where it ends (1.6)."""

from __future__ import annotations

from dataclasses import dataclass, field

from atfsm.sim.agenda import Later

__all__ = ["Transfer"]


@dataclass(eq=False)
class Transfer:
    """One data mode.

    Attributes:
        sid: Whose it is.
        count: Bytes announced.
        to: Where a datagram goes; None for a stream.
        is_direct: Whether it has no end but the escape (KTCPSTART).
        outgoing: What the modem writes; None: the host writes.
        then: What happens after the result.
        payload: What the host wrote and the modem did not pass on yet.
        passed_bytes: How much it did.
    """

    sid: int
    count: int = 0
    to: tuple[str, int] | None = None
    is_direct: bool = False
    outgoing: bytes | None = None
    then: Later | None = None
    payload: bytearray = field(default_factory=bytearray)
    passed_bytes: int = 0
    _searched_bytes: int = 0

    def take(self, data: bytes, pattern: bytes) -> bytes | None:
        """Take what the host wrote; give what stands behind the end pattern, or None.

        Every start is tried: ``---EOF--Pattern--`` is a payload of one dash.
        """
        self.payload += data
        if self.is_direct:
            return None
        end = self.payload.find(pattern, self._searched_bytes)
        if end < 0:
            self._searched_bytes = max(0, len(self.payload) - len(pattern) + 1)
            return None
        rest = bytes(self.payload[end + len(pattern) :])
        del self.payload[end:]
        return rest

    def pass_on(self, kept_bytes: int) -> bytes:
        """Give the payload, except its last bytes, in which a pattern may have begun."""
        size_bytes = max(0, len(self.payload) - kept_bytes)
        passed = bytes(self.payload[:size_bytes])
        del self.payload[:size_bytes]
        self.passed_bytes += size_bytes
        self._searched_bytes = max(0, self._searched_bytes - size_bytes)
        return passed
