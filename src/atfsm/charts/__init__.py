"""The charts: one literal table each. They never import one another, and meet in the stack."""

from __future__ import annotations

from atfsm.charts.line import LINE, LineState
from atfsm.charts.modem import MODEM, ModemState
from atfsm.charts.pdp import PDP, PdpState
from atfsm.charts.recovery import RECOVERY, RecoveryState
from atfsm.charts.tcp import TCP, TcpState
from atfsm.charts.udp import UDP, UdpState

__all__ = [
    "CHARTS",
    "LINE",
    "MODEM",
    "PDP",
    "RECOVERY",
    "TCP",
    "UDP",
    "LineState",
    "ModemState",
    "PdpState",
    "RecoveryState",
    "TcpState",
    "UdpState",
]

#: All charts, from the bottom of the stack to its top, the ladder last.
CHARTS = (LINE, MODEM, PDP, TCP, UDP, RECOVERY)
