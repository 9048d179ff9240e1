"""What may be asked of a stack: payload that can be sent, and peers that can be named."""

from __future__ import annotations

from atfsm.stack.config import Config
from atfsm.stack.payload import cut, is_sendable

#: What would end a quoted parameter, or a command line.
NOT_IN_A_NAME = frozenset('",;\r\n\0 ')


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
            raise ValueError(
                f"a datagram of {len(data)} bytes is too long: at most {config.datagram_bytes}"
            )
        is_good = is_sendable(data, pattern)
    else:
        start, piece = 0, b" "
        while piece and start < len(data):
            piece = cut(data, start, config.chunk_bytes, pattern) or b""
            start += len(piece)
        is_good = start >= len(data)
    if not is_good:
        raise ValueError(
            f"the payload holds the end pattern {pattern!r}, which would end it early: choose a "
            "pattern that no payload holds"
        )


def check_peer(host: str, port: int) -> None:
    """Make sure that *host* and *port* can stand in a command.

    Raises:
        ValueError: They cannot.
    """
    if not host or not host.isascii() or any(c in NOT_IN_A_NAME for c in host):
        raise ValueError(f"{host!r} is no host name or address")
    if not 0 < port < 65_536:
        raise ValueError(f"{port} is no port: 1 to 65535")
