"""The way out: what the modem says, when, in which pieces, and what goes wrong on the wire."""

from __future__ import annotations

import random
from collections import deque
from enum import Enum
from typing import Final

from atfsm.sim.faults import Injector, Point

__all__ = ["Chunks", "Output"]

NOISE: Final = bytes(range(0x80, 0x100))


class Chunks(Enum):
    """How output is cut into the pieces that a host reads at once."""

    WHOLE = "whole"  #: as it was said
    RANDOM = "random"  #: anywhere
    BYTES = "bytes"  #: every byte by itself


class Output:
    """What is on its way to the host, in order.

    Args:
        chunks: How it is cut.
        chance: Where cuts and noise come from.
        injector: What goes wrong.
    """

    def __init__(self, chunks: Chunks, chance: random.Random, injector: Injector) -> None:
        self._chunks = chunks
        self._chance = chance
        self._injector = injector
        self._pieces: deque[tuple[float, bytes]] = deque()

    def say(self, data: bytes, at_s: float) -> None:
        """Say something that is no payload: an answer, an echo, a result code."""
        gap_s = 0.0
        for name, fault in self._injector.at(Point.OUTPUT, at_s).items():
            if name == "slow_bytes":
                gap_s = fault.param("gap_s")
            elif name == "burst_without_newline":
                data = self._chance.randbytes(int(fault.param("count"))).translate(NO_ENDS) + data
            else:
                data = self._spoil(name, data)
        if gap_s:
            for index in range(len(data)):
                self._put(data[index : index + 1], at_s + gap_s * index)
        else:
            self._put(data, at_s)

    def say_payload(self, data: bytes, at_s: float) -> None:
        """Say payload, and whatever belongs to it."""
        self._put(data, at_s)

    def _spoil(self, name: str, data: bytes) -> bytes:
        chance = self._chance
        match name:
            case "byte_garbled":
                at = chance.randrange(len(data))
                return data[:at] + bytes([data[at] ^ (1 << chance.randrange(7))]) + data[at + 1 :]
            case "non_utf8":
                return bytes(chance.choices(NOISE, k=3)) + data
            case _:  # line_torn
                return data[: len(data) // 2]

    def _put(self, data: bytes, at_s: float) -> None:
        # A wire has an order: nothing overtakes what was said before.
        last_s = self._pieces[-1][0] if self._pieces else at_s
        if data:
            self._pieces.append((max(at_s, last_s), data))

    def read(self, now_s: float) -> list[bytes]:
        """What is due, in the pieces in which it is read."""
        due = []
        while self._pieces and self._pieces[0][0] <= now_s:
            due.append(self._pieces.popleft()[1])
        if self._chunks is Chunks.WHOLE or not due:
            return due
        data = b"".join(due)
        if self._chunks is Chunks.BYTES:
            return [data[i : i + 1] for i in range(len(data))]
        cuts = sorted(self._chance.sample(range(1, len(data) + 1), min(len(data), 4)))
        return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True) if a != b]

    def deadline_s(self) -> float | None:
        """When the next piece is due."""
        return self._pieces[0][0] if self._pieces else None

    def clear(self) -> None:
        """Lose what was not read yet."""
        self._pieces.clear()


NO_ENDS: Final = bytes(c if c not in b"\r\n" else 0x2E for c in range(256))
