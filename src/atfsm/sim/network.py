"""Where the sessions of a simulated modem lead: links, and what happens on them.

Nothing here blocks, and nothing knows the time: it is an argument.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

__all__ = ["Connected", "Data", "Failed", "Link", "LinkEvent", "Network", "PeerClosed"]


@dataclass(frozen=True, slots=True)
class Connected:
    """The peer accepted the connection."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The link is gone, or never came to be.

    Attributes:
        code: As ``+KTCP_NOTIF`` and ``+KUDP_NOTIF`` say it (3.4 [M207]).
    """

    code: int


@dataclass(frozen=True, slots=True)
class Data:
    """Bytes came: a piece of a stream, or one datagram and where it is from."""

    data: bytes
    source: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class PeerClosed:
    """The peer closed in order; what it sent before has come before."""


LinkEvent = Connected | Failed | Data | PeerClosed


class Link(Protocol):
    """One TCP connection, or one socket for datagrams."""

    def send(self, data: bytes, to: tuple[str, int] | None, now_s: float) -> None:
        """Send a piece of the stream, or one datagram to *to*."""
        ...

    def poll(self, now_s: float) -> list[LinkEvent]:
        """Tell what happened since the last time, in order."""
        ...

    def close(self, now_s: float) -> None:
        """Close the link; nothing happens on it any more."""
        ...


class Network(Protocol):
    """What opens links."""

    def open_tcp(self, host: str, port: int, now_s: float) -> Link:
        """Begin to connect; `Connected` or `Failed` follows."""
        ...

    def open_udp(self, local_port: int, now_s: float) -> Link:
        """Open a socket for datagrams; 0 takes any port."""
        ...

    def advance(self, now_s: float) -> None:
        """Let the time pass."""
        ...

    def deadline_s(self) -> float | None:
        """Say when something happens on a link by itself; None: nobody knows."""
        ...
