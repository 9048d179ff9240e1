"""What a session needs of the stack below it and of the shell around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

from atfsm.stack.outputs import Cause, Moved, Output, Rung

Verdict: TypeAlias = bool | float
"""What ``may_reset`` gives: True: go; False: not now; a number: ask again in so many seconds."""
PowerHook: TypeAlias = Callable[[Cause], object]
VetoHook: TypeAlias = Callable[[Rung, Cause], Verdict]


class Driver(Protocol):
    """What a session needs of `atfsm.stack.Stack`."""

    def start(self, now_s: float) -> None:
        """Begin."""

    def receive(self, data: bytes, now_s: float) -> None:
        """Take bytes that came."""

    def advance(self, now_s: float) -> None:
        """Let time pass."""

    def deadline_s(self) -> float | None:
        """When to advance at the latest."""

    def take(self) -> list[Output]:
        """What is to be done."""

    def port_lost(self, now_s: float) -> None:
        """The port vanished."""

    def port_returned(self, now_s: float) -> None:
        """It is back."""

    def open_tcp(self, host: str, port: int, now_s: float) -> int:
        """Open a TCP socket."""

    def open_udp(self, host: str, port: int, now_s: float) -> int:
        """Open a UDP socket."""

    def send(self, handle: int, data: bytes, now_s: float) -> int:
        """Send."""

    def grant(self, handle: int, count_bytes: int, now_s: float) -> None:
        """There is room."""

    def close(self, handle: int, now_s: float) -> None:
        """Close a socket."""

    def cancel(self, handle: int, ticket: int) -> bool:
        """Take a send back."""

    def command(self, text: bytes, now_s: float, limit_s: float | None = None) -> int:
        """Write a command."""

    def report_dead(self, handle: int, now_s: float) -> None:
        """Reset a socket."""

    def permit(self, *, granted: bool, now_s: float, wait_s: float | None = None) -> None:
        """Answer `AskReset`."""

    def power_returned(self, now_s: float) -> None:
        """The power hook has returned."""

    def shut_down(self, now_s: float) -> None:
        """Close every socket."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left to be closed."""

    @property
    def states(self) -> Mapping[tuple[str, str], str]:
        """Where every machine stands."""


class Shell(Protocol):
    """What a session asks of the shell around it."""

    @property
    def guard(self) -> AbstractContextManager[object]:
        """Held while something changes that calls of the application wait for."""

    def write(self, data: bytes) -> None:
        """Write to the port."""

    def wake(self) -> None:
        """Something changed that calls may wait for."""

    def entered(self, moved: Moved) -> None:
        """A machine entered a state: call the hooks, some time, elsewhere."""

    def cut_power(self, cause: Cause) -> None:
        """Call the power hook elsewhere, then `Session.power_returned`."""

    def ask_reset(self, rung: Rung, cause: Cause) -> None:
        """Call the veto hook elsewhere, then `Session.permit`."""
