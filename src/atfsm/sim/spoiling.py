"""What goes wrong with what a modem says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from atfsm.sim.faults import Fault, Injector, Point

__all__ = ["Unasked", "spoil_reply"]

HELD_AT_MOST: Final = 256  # ours: a host that stays in data mode loses the oldest


def spoil_reply(
    pieces: list[bytes], noise: bytes, faults: Mapping[str, Fault]
) -> tuple[list[bytes], float]:
    """Give what becomes of an answer, and how late it is.

    Args:
        pieces: Information text, and the result last.
        noise: An unsolicited result code.
        faults: What goes wrong.
    """
    late_s = 0.0
    for name, fault in faults.items():
        match name:
            case "reply_lost":
                pieces = []
            case "reply_late":
                late_s = fault.param("delay_s")
            case "reply_duplicated":
                pieces = pieces * 2
            case "final_missing":
                pieces = pieces[:-1]
            case "urc_inside_reply":
                pieces = [*pieces[:-1], noise, *pieces[-1:]]
            case _:  # urc_before_reply
                pieces = [noise, *pieces]
    return pieces, late_s


class Unasked:
    """Unsolicited result codes: what becomes of them, and those that wait.

    Args:
        injector: What goes wrong.
    """

    def __init__(self, injector: Injector) -> None:
        self._injector = injector
        self._held: list[bytes] = []
        self._overtaken: bytes | None = None

    def clear(self) -> None:
        """Lose those that wait."""
        self._held.clear()
        self._overtaken = None

    def spoil(self, text: bytes, now_s: float) -> list[bytes]:
        """Give what is said in its place."""
        times = 1
        for name in self._injector.at(Point.URC, now_s):
            match name:
                case "urc_lost":
                    times = 0
                case "urc_duplicated":
                    times = 2
                case "urc_malformed":
                    text = text.replace(b",", b";", 1) if b"," in text else text[:-1]
                case "urc_reordered" if self._overtaken is None:
                    self._overtaken = text
                    return []
                case _:
                    pass
        overtaken, self._overtaken = self._overtaken, None
        return [text] * times + ([] if overtaken is None else [overtaken])

    def hold(self, text: bytes) -> None:
        """Keep one until the port is free."""
        self._held = [*self._held[1 - HELD_AT_MOST :], text]

    def release(self) -> list[bytes]:
        """Give those that waited."""
        held, self._held = self._held, []
        return held
