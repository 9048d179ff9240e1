"""Explicit state machines for cellular modems.

One chart per thing (AT line, modem, PDP context, TCP socket, UDP socket, recovery ladder), each
one literal table, filled to the last cell. The same table drives, is drawn, and judges a log.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from atfsm.at.facts import LineFact, ModemFact, PdpFact, RecoveryFact, TcpFact, UdpFact
from atfsm.chart import Chart
from atfsm.charts import CHARTS, LINE, MODEM, PDP, RECOVERY, TCP, UDP
from atfsm.errors import (
    AtfsmError,
    CaptureError,
    ChartError,
    DrawingError,
    ModemClosed,
    ModemError,
    SendTimeoutError,
    SocketClosed,
    SocketReset,
)
from atfsm.fact import Fact, FactKind
from atfsm.machine import Resident, Rulebook, Table, rulebook, table

if TYPE_CHECKING:
    from atfsm import aio
    from atfsm.live.threads import Answer, Modem, Socket, open  # noqa: A004  atfsm.open
    from atfsm.stack.config import Config, Spacing

__version__ = "0.1.0"

__all__ = [
    # charts
    "CHARTS",
    "LINE",
    "MODEM",
    "PDP",
    "RECOVERY",
    "TCP",
    "UDP",
    "Chart",
    # facts
    "Fact",
    "FactKind",
    "LineFact",
    "ModemFact",
    "PdpFact",
    "RecoveryFact",
    "TcpFact",
    "UdpFact",
    # engines
    "Resident",
    "Rulebook",
    "Table",
    "rulebook",
    "table",
    # driving a modem: imported where they are first used
    "Answer",
    "Config",
    "Modem",
    "Socket",
    "Spacing",
    "aio",
    "open",
    # errors
    "AtfsmError",
    "CaptureError",
    "ChartError",
    "DrawingError",
    "ModemClosed",
    "ModemError",
    "SendTimeoutError",
    "SocketClosed",
    "SocketReset",
]

_LATE = {
    "Answer": "atfsm.live.threads",
    "Config": "atfsm.stack.config",
    "Modem": "atfsm.live.threads",
    "Socket": "atfsm.live.threads",
    "Spacing": "atfsm.stack.config",
    "open": "atfsm.live.threads",
}

if not TYPE_CHECKING:  # a checker that knew of it would believe in any name

    def __getattr__(name: str) -> object:
        """Import what drives a modem when it is asked for: who replays a log does without."""
        if name == "aio":
            return import_module("atfsm.aio")
        if name in _LATE:
            return getattr(import_module(_LATE[name]), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
