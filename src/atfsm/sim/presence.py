"""Whether there is anybody at the AT port: up or not, ill or not, with a port or without."""

from __future__ import annotations

from enum import Enum
from math import inf
from typing import Final

from atfsm.sim.faults import Fault

__all__ = ["Ailment", "Phase", "Presence"]

_K: Final = (b"AT+K", b";+K")


class Phase(Enum):
    """Whether it is up."""

    OFF = "off"  #: switched off, or held by a fuse: until the power is cut
    STARTING = "starting"
    UP = "up"


class Ailment(Enum):
    """What a modem has; only one thing at a time."""

    NONE = "none"
    HALF_DEAF = "half deaf"  #: K commands are not answered, until a restart
    ECHO_ONLY = "echo only"  #: nothing is answered, until the power is cut
    SILENT = "silent"  #: nothing at all is said, until the power is cut
    DEAD = "dead"  #: nothing at all is said, for ever


class Presence:
    """Who is there.

    Attributes:
        phase: Whether it is up.
        ailment: What it has.
        gone_until_s: When the host finds the port again; minus infinity: it finds it.
    """

    def __init__(self) -> None:
        self.phase = Phase.UP
        self.ailment = Ailment.NONE
        self.gone_until_s = -inf

    def fall_ill(self, fault: Fault) -> None:
        """Have what the fault says."""
        match fault.name:
            case "half_deaf_families":
                self.ailment = Ailment.HALF_DEAF
            case "echo_only":
                self.ailment = Ailment.ECHO_ONLY
            case _:  # silent
                self.ailment = Ailment.DEAD if fault.param("for_ever") else Ailment.SILENT

    def restart(self) -> None:
        """Be cured of what a restart cures."""
        if self.ailment is Ailment.HALF_DEAF:
            self.ailment = Ailment.NONE

    def cut_power(self) -> None:
        """Be cured of what a power cut cures."""
        if self.ailment is not Ailment.DEAD:
            self.ailment = Ailment.NONE

    def has_port(self, now_s: float) -> bool:
        """Tell whether the host finds a port."""
        return now_s >= self.gone_until_s

    def takes(self, now_s: float) -> bool:
        """Tell whether bytes of the host are taken at all."""
        is_mute = self.ailment in {Ailment.SILENT, Ailment.DEAD}
        return self.phase is Phase.UP and self.has_port(now_s) and not is_mute

    def hears(self, line: bytes) -> bool:
        """Tell whether a command line is answered."""
        if self.ailment is Ailment.HALF_DEAF:
            return not any(word in line.upper().replace(b" ", b"") for word in _K)
        return self.ailment is Ailment.NONE

    @property
    def speaks(self) -> bool:
        """Whether it says anything unasked."""
        return self.ailment in {Ailment.NONE, Ailment.HALF_DEAF}

    def advance(self, now_s: float) -> None:
        """Let the time pass."""
        if self.gone_until_s <= now_s:
            self.gone_until_s = -inf

    def deadline_s(self) -> float | None:
        """Say when the port is back; None: it is there."""
        return None if self.gone_until_s == -inf else self.gone_until_s
