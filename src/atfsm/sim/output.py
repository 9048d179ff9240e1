"""The way out: what the modem says, when, in which pieces, and what goes wrong on the wire."""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Final

from atfsm.sim.faults import Injector, Point

__all__ = ["Chunks", "Output"]

_NO_TEXT: Final = bytes(range(0x80, 0x100))
_NO_ENDS: Final = bytes(byte if byte not in b"\r\n" else ord(".") for byte in range(256))
_CUT_BYTES: Final = 64  # ours: a piece of random output is at most so long
_BACKLOG_BYTES: Final = 1 << 20  # ours: much more than any answer or buffer of the modem


class Chunks(Enum):
    """How output is cut into the pieces that a host reads at once."""

    WHOLE = "whole"  #: as it was said
    RANDOM = "random"  #: anywhere
    BYTES = "bytes"  #: every byte by itself


@dataclass(slots=True)
class _Piece:
    """Something to say: at once, or byte by byte.

    Attributes:
        at_s: When its first byte is due.
        data: What it is.
        gap_s: From each byte to the next; 0: all are due at once.
        said_bytes: How many were said.
    """

    at_s: float
    data: bytes
    gap_s: float = 0.0
    said_bytes: int = 0

    @property
    def due_s(self) -> float:
        """When its next byte is due."""
        return self.at_s + self.gap_s * self.said_bytes

    @property
    def end_s(self) -> float:
        """When its last byte is due."""
        return self.at_s + self.gap_s * (len(self.data) - 1)

    def say(self) -> bytes:
        """Say what is due, at least its next byte."""
        start = self.said_bytes
        self.said_bytes = start + 1 if self.gap_s else len(self.data)
        return self.data[start : self.said_bytes]


class Output:
    """What is on its way to the host, in order.

    What the host does not read is kept up to a bound; what is said beyond it is lost.

    Args:
        chunks: How it is cut.
        seed: Of cuts and of noise, each on its own: how it is cut changes nothing else.
        injector: What goes wrong.
    """

    def __init__(self, chunks: Chunks, seed: int, injector: Injector) -> None:
        self._chunks = chunks
        self._cuts = random.Random(f"cuts {seed}")  # noqa: S311  a simulation, no secret
        self._noise = random.Random(f"noise {seed}")  # noqa: S311  a simulation, no secret
        self._injector = injector
        self._pieces: deque[_Piece] = deque()
        self._backlog_bytes = 0

    def say(self, data: bytes, at_s: float) -> None:
        """Say something that is no payload: an answer, an echo, a result code."""
        if not data:
            return
        gap_s = 0.0
        noise = self._noise
        for name, fault in self._injector.at(Point.OUTPUT, at_s).items():
            match name:
                case "slow_bytes":
                    gap_s = fault.param("gap_s")
                case "burst_without_newline":
                    burst = noise.randbytes(int(fault.param("count")))
                    data = burst.translate(_NO_ENDS) + data
                case "non_utf8":
                    data = bytes(noise.choices(_NO_TEXT, k=3)) + data
                case "byte_garbled":
                    garbled = bytearray(data)
                    garbled[noise.randrange(len(data))] ^= 1 << noise.randrange(7)
                    data = bytes(garbled)
                case _:  # line_torn
                    data = data[: len(data) // 2]
        self._put(data, at_s, gap_s)

    def say_payload(self, data: bytes, at_s: float) -> None:
        """Say payload, and whatever belongs to it."""
        self._put(data, at_s)

    def _put(self, data: bytes, at_s: float, gap_s: float = 0.0) -> None:
        # A wire has an order: nothing overtakes what was said before.
        data = data[: _BACKLOG_BYTES - self._backlog_bytes]
        if data:
            last_s = self._pieces[-1].end_s if self._pieces else at_s
            self._pieces.append(_Piece(max(at_s, last_s), data, gap_s))
            self._backlog_bytes += len(data)

    def _take_due(self, now_s: float) -> list[bytes]:
        due = []
        while self._pieces and self._pieces[0].due_s <= now_s:
            piece = self._pieces[0]
            due.append(piece.say())
            self._backlog_bytes -= len(due[-1])
            if piece.said_bytes == len(piece.data):
                self._pieces.popleft()
        return due

    def read(self, now_s: float) -> list[bytes]:
        """Give what is due, in the pieces in which it is read."""
        due = self._take_due(now_s)
        if self._chunks is Chunks.WHOLE or not due:
            return due
        data = b"".join(due)
        if self._chunks is Chunks.BYTES:
            return [data[index : index + 1] for index in range(len(data))]
        pieces = []
        start = 0
        while start < len(data):
            end = start + self._cuts.randint(1, _CUT_BYTES)
            pieces.append(data[start:end])
            start = end
        return pieces

    def deadline_s(self) -> float | None:
        """Say when the next piece is due."""
        return self._pieces[0].due_s if self._pieces else None

    def clear(self, now_s: float) -> None:
        """Lose what is not due yet; the rest has been said, whether it was read or not."""
        due = self._take_due(now_s)
        self._pieces.clear()
        self._backlog_bytes = 0
        for data in due:
            self._put(data, now_s)
