"""The way out of data mode: ``+++`` with a second of silence on either side (1.6 [M302, KR])."""

from __future__ import annotations

from math import inf
from typing import ClassVar, Final

__all__ = ["Escape"]

GUARD_S: Final = 1.0  # 1.6 [KR]


class Escape:
    """Watches what the host writes for ``+++``, and holds it back until it is told.

    Attributes:
        ends_s: When the silence behind it is over.
    """

    SIGN: ClassVar[bytes] = b"+++"

    def __init__(self) -> None:
        self._held = b""
        self._last_s = -inf
        self.ends_s = -inf

    @property
    def is_begun(self) -> bool:
        """Whether a ``+`` is held back."""
        return bool(self._held)

    def clear(self) -> None:
        """Forget everything."""
        self._held, self._last_s = b"", -inf

    def note(self, now_s: float) -> None:
        """The host wrote something that is no payload."""
        self._held, self._last_s = b"", now_s

    def take(self, data: bytes, now_s: float) -> bytes:
        """Take payload; give what is certainly payload."""
        may_begin = bool(self._held) or now_s - self._last_s >= GUARD_S
        self._last_s, self.ends_s = now_s, now_s + GUARD_S
        data = self._held + data
        if may_begin and self.SIGN.startswith(data):
            self._held = data
            return b""
        self._held = b""
        return data

    def end(self, now_s: float) -> bytes:
        """The silence is over, if nothing was written since; give what was held back."""
        if now_s < self.ends_s:
            return b""
        held, self._held = self._held, b""
        return held
