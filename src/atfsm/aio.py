"""Drive a modem from asyncio: see `atfsm.live.aio`."""

from __future__ import annotations

from atfsm.live.aio import Answer, Modem, Socket, open  # noqa: A004  read as atfsm.aio.open

__all__ = ["Answer", "Modem", "Socket", "open"]
