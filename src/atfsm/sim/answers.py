"""What the modem answers, and how it is framed: the rules of 1.2 [LEG-S] and 1.4 [FLOCK]."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from atfsm.sim.transfer import Transfer

__all__ = ["NUMERIC", "STANDARD_ERRORS", "Answer", "Framing"]

NUMERIC: Final = {  # ATV0 (1.3 [STD])
    b"OK": b"0", b"CONNECT": b"1", b"RING": b"2", b"NO CARRIER": b"3", b"ERROR": b"4",
}  # fmt: skip
STANDARD_ERRORS: Final = {  # 5.2 [LEG-S]
    3: b"Operation not allowed", 4: b"Operation not supported", 10: b"SIM not inserted",
    11: b"SIM PIN required", 14: b"SIM busy", 16: b"Incorrect password",
    30: b"No network service", 50: b"Incorrect parameters", 100: b"Unknown",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer.

    Attributes:
        lines: Information text.
        final: The result; empty: none comes.
        transfer: The data mode that it opens instead of a result.
        then: What happens after the result was said.
        after_payload: Whether it answers payload.
    """

    lines: tuple[bytes, ...] = ()
    final: bytes = b"OK"
    transfer: Transfer | None = None
    then: Callable[[float], None] | None = None
    after_payload: bool = False


@dataclass(slots=True)
class Framing:
    """How output is framed.

    Attributes:
        wraps_twice: The habits of RC7611.
        is_numeric: ATV0.
        is_quiet: ATQ1.
    """

    wraps_twice: bool = False
    is_numeric: bool = False
    is_quiet: bool = False

    def answer(self, answer: Answer) -> list[bytes]:
        """The pieces of an answer: information text, and the result last."""
        if self.is_numeric:
            pieces = [line + b"\r\n" for line in answer.lines]
        else:
            pieces = [
                (b"" if index else b"\r\n") + line + b"\r\n"
                for index, line in enumerate(answer.lines)
            ]
            if pieces and self.wraps_twice:
                pieces[0] = b"\r\n" + pieces[0]
        if answer.final:
            final = self.final(answer.final)
            if answer.after_payload and self.wraps_twice:
                final = b"\0" + final
            pieces.append(final)
        return pieces

    def final(self, text: bytes) -> bytes:
        """A result code."""
        if self.is_quiet and text != b"CONNECT":
            return b""
        if self.is_numeric and text in NUMERIC:
            return NUMERIC[text] + b"\r"
        return b"\r\n" + text + b"\r\n"

    def urc(self, text: bytes) -> bytes:
        """An unsolicited result code."""
        framed = b"\r\n" + text + b"\r\n"
        return b"\r\n" + framed + b"\r\n" if self.wraps_twice else framed
