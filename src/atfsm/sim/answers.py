"""What the modem answers, and the port that says it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from atfsm.sim.agenda import Later
from atfsm.sim.transfer import Transfer

__all__ = ["OK", "STANDARD_ERRORS", "Answer", "Port"]

STANDARD_ERRORS: Final = {  # 5.2 [LEG-S]
    3: b"Operation not allowed",
    4: b"Operation not supported",
    10: b"SIM not inserted",
    11: b"SIM PIN required",
    12: b"SIM PUK required",
    13: b"SIM failure",
    14: b"SIM busy",
    15: b"SIM wrong",
    16: b"Incorrect password",
    20: b"Memory full",
    21: b"Invalid index",
    22: b"Not found",
    30: b"No network service",
    31: b"Network timeout",
    50: b"Incorrect parameters",
    53: b"Not attached to network due to MT functionality restrictions",
    100: b"Unknown",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer.

    Attributes:
        lines: Information text.
        final: The result; empty: none comes.
        transfer: The data mode that it opens instead of a result.
        then: What happens after the result was said.
        after_payload: Whether it answers payload.
        is_open: Whether the command goes on: the port is told the answer later.
    """

    lines: tuple[bytes, ...] = ()
    final: bytes = b"OK"
    transfer: Transfer | None = None
    then: Later | None = None
    after_payload: bool = False
    is_open: bool = False


OK: Final = Answer()


class Port(Protocol):
    """What the inside of the modem asks of its AT port."""

    def later(self, at_s: float, do: Later) -> None:
        """Do something at a time, unless the modem restarts before."""
        ...

    def say_unasked(self, text: bytes, now_s: float) -> None:
        """Say an unsolicited result code, when it may be said."""
        ...

    def is_free(self, now_s: float) -> bool:
        """Tell whether an unsolicited result code would be said at once."""
        ...

    def finish(self, answer: Answer, now_s: float) -> None:
        """Answer the command that was left open."""
        ...

    def drop_data_mode(self, sid: int, now_s: float) -> None:
        """Leave data mode, because its link failed."""
        ...

    def resume(self, sid: int | None) -> Transfer | None:
        """Give the data mode that was suspended, to go on with it."""
        ...

    def restart(self, now_s: float, *, says_banner: bool = True) -> None:
        """Restart."""
        ...

    def switch_off(self, now_s: float) -> None:
        """Be off, until the power is cut."""
        ...
