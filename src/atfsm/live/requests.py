"""What applications ask for, and what they get: commands, payload, hooks."""

from __future__ import annotations

from dataclasses import dataclass, replace

from atfsm.errors import ModemClosed
from atfsm.stack.config import Config
from atfsm.stack.payload import cut, is_sendable


@dataclass(frozen=True, slots=True)
class Answer:
    r"""The answer to a command.

    Attributes:
        lines: Information text, in order; bytes that are no UTF-8 are shown as ``\xNN``.
        result: The final result, such as ``OK`` or ``+CME ERROR: 30``; empty where none came
            within the limit of the command.
    """

    lines: tuple[str, ...]
    result: str

    @property
    def ok(self) -> bool:
        """Whether the modem said OK."""
        return self.result == "OK"


def check_payload(config: Config, machine: str, data: bytes) -> None:
    """Make sure that a stack with this configuration can send *data*.

    Raises:
        ValueError: It is empty, too long for a datagram, or holds the end pattern in a way that
            no cutting helps.
    """
    if not data:
        raise ValueError("there is nothing to send")
    pattern = config.end_pattern
    if machine == "udp":
        if len(data) > config.datagram_bytes:
            raise ValueError(f"a datagram has at most {config.datagram_bytes} bytes: {len(data)}")
        is_good = is_sendable(data, pattern)
    else:
        start, piece = 0, b" "
        while piece and start < len(data):
            piece = cut(data, start, config.chunk_bytes, pattern) or b""
            start += len(piece)
        is_good = start >= len(data)
    if not is_good:
        raise ValueError(f"the payload holds the end pattern {pattern!r}: choose another pattern")


def configured(
    config: Config | None, *, power_cycle: object | None, may_reset: object | None
) -> Config:
    """The configuration, told which hooks there are."""
    return replace(
        config or Config(),
        has_power_hook=power_cycle is not None,
        asks_before_reset=may_reset is not None,
    )


def check_peer(host: str, port: int) -> None:
    """Make sure that *host* and *port* can stand in a command.

    Raises:
        ValueError: They cannot.
    """
    if not host or not host.isascii() or any(c in host for c in '",;\r\n\0 '):
        raise ValueError(f"{host!r} is no host name or address")
    if not 0 < port < 65_536:
        raise ValueError(f"{port} is no port: 1 to 65535")


def closed() -> ModemClosed:
    """What calls after the end raise."""
    return ModemClosed("the modem is closed")
