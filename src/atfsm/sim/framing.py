"""How output is framed: the rules of 1.2 [LEG-S], numeric results of 1.3, the habits of 1.4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from atfsm.sim.answers import Answer

__all__ = ["Framing"]

_NUMERIC: Final = {  # ATV0 (1.3 [STD])
    b"OK": b"0",
    b"CONNECT": b"1",
    b"RING": b"2",
    b"NO CARRIER": b"3",
    b"ERROR": b"4",
}


@dataclass(slots=True)
class Framing:
    """How output is framed.

    Attributes:
        wraps_twice: Whether there are extra CRLFs, and a NUL before OK (1.4 [FLOCK]).
        is_numeric: ATV0.
        is_quiet: ATQ1.
    """

    wraps_twice: bool = False
    is_numeric: bool = False
    is_quiet: bool = False

    def answer(self, answer: Answer) -> list[bytes]:
        """Frame an answer: a piece for each line of information text, and the result last."""
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
            nul = b"\0" if answer.after_payload and self.wraps_twice else b""
            pieces.append(nul + self.result(answer.final))
        return [piece for piece in pieces if piece]

    def result(self, text: bytes) -> bytes:
        """Frame a result code."""
        if self.is_quiet and text != b"CONNECT":
            return b""
        if self.is_numeric and text in _NUMERIC:
            return _NUMERIC[text] + b"\r"
        return b"\r\n" + text + b"\r\n"

    def urc(self, text: bytes) -> bytes:
        """Frame an unsolicited result code."""
        framed = b"\r\n" + text + b"\r\n"
        return b"\r\n" + framed + b"\r\n" if self.wraps_twice else framed
