"""Explicit state machines for cellular modems.

One chart per thing (AT line, modem, PDP context, TCP socket, UDP socket, recovery ladder), each
one literal table, filled to the last cell. The same table drives, is drawn, and judges a log.
"""

from __future__ import annotations

from atfsm.at.facts import LineFact, ModemFact, PdpFact, RecoveryFact, TcpFact, UdpFact
from atfsm.chart import Chart
from atfsm.charts import CHARTS, LINE, MODEM, PDP, RECOVERY, TCP, UDP
from atfsm.errors import AtfsmError, CaptureError, ChartError, DrawingError
from atfsm.fact import Fact, FactKind
from atfsm.machine import Resident, Rulebook, Table, rulebook, table

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
    # errors
    "AtfsmError",
    "CaptureError",
    "ChartError",
    "DrawingError",
]
