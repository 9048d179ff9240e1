"""The words between machines: one small table couples the charts.

Order is fixed: tear down from the top of the stack (sockets, then contexts, then the modem),
rebuild from the bottom. A socket never touches its siblings: what ``+KTCP_NOTIF: 2,5`` says is
session 2's affair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from atfsm.at.facts import LineFact, ModemFact, PdpFact, TcpFact, UdpFact
from atfsm.chart import Chart
from atfsm.charts import (
    CHARTS,
    LINE,
    MODEM,
    PDP,
    TCP,
    UDP,
    LineState,
    ModemState,
    PdpState,
    TcpState,
    UdpState,
)
from atfsm.fact import Fact


@dataclass(frozen=True, slots=True)
class Couple:
    """What entering a state of one chart tells the machines of another.

    Attributes:
        chart: The chart whose machine moves.
        entering: It enters one of these states, from outside them.
        leaving: It comes from one of these; empty: from anywhere.
        told: The chart whose machines are told: those that stand on this one, or under it.
        fact: What they are told.
        about: Why.
    """

    chart: Chart
    entering: tuple[StrEnum, ...]
    leaving: tuple[StrEnum, ...]
    told: Chart
    fact: Fact
    about: str


def _falls(chart: Chart) -> tuple[StrEnum, ...]:
    """Where every wobble of a chart leads, and the ladder too: the first step of the full reset."""
    return (chart.resets[0].name,)


PROBED = (LineState.FULL_RESET_PROBING,)
READY = (ModemState.SETTING_UP, ModemState.CHECKING_SIM)
OFF = (ModemState.BOOTING, ModemState.OFF_NETWORK, ModemState.UNKNOWN)  # unknown: switched off
DOWN = (PdpState.UNCONFIGURED, PdpState.CONFIGURED)
RAISED = (PdpState.ACTIVATING, PdpState.UP, PdpState.IDLE_COUNTDOWN, PdpState.DEACTIVATING)

# fmt: off
#: Every word between machines. Where a row is missing, machines do not touch.
COUPLING: tuple[Couple, ...] = (
    #      when a machine of  enters             coming from  then every  on it is told            because
    Couple(MODEM,             _falls(MODEM),     (),          TCP,        TcpFact.SWEPT,           "the modem fell: no socket survives it"),
    Couple(MODEM,             _falls(MODEM),     (),          UDP,        UdpFact.SWEPT,           "the modem fell: no socket survives it"),
    Couple(MODEM,             _falls(MODEM),     (),          PDP,        PdpFact.SWEPT,           "the modem fell: no context survives it"),
    Couple(MODEM,             OFF,               (),          TCP,        TcpFact.SWEPT,           "the host took the modem away under an open socket"),
    Couple(MODEM,             OFF,               (),          UDP,        UdpFact.SWEPT,           "the host took the modem away under an open socket"),
    Couple(MODEM,             OFF,               (),          PDP,        PdpFact.MODEM_RESTARTED, "an asked restart takes the contexts down in order"),
    Couple(MODEM,             (ModemState.BOOTING,), (),      LINE,       LineFact.MODEM_RESTARTED, "its first commands after boot may be swallowed (9)"),
    Couple(MODEM,             READY,             (ModemState.FULL_RESET_BOOTING,), PDP, PdpFact.MODEM_RESTARTED, "no context survives a boot"),
    Couple(LINE,              (LineState.WOBBLE_DROPPED,), (), TCP,       TcpFact.SWEPT,           "the port is gone: whoever comes back may be another"),
    Couple(LINE,              (LineState.WOBBLE_DROPPED,), (), UDP,       UdpFact.SWEPT,           "the port is gone: whoever comes back may be another"),
    Couple(LINE,              (LineState.WOBBLE_DROPPED,), (), PDP,       PdpFact.SWEPT,           "the port is gone: whoever comes back may be another"),
    Couple(LINE,              (LineState.IDLE,),    PROBED, MODEM,        ModemFact.LINE_ANSWERS,  "whatever silenced the line may have lost the settings"),
    Couple(LINE,              (LineState.UNKNOWN,), PROBED, MODEM,        ModemFact.LINE_LOST,     "a modem that does not answer AT is restarted"),
    Couple(PDP,               _falls(PDP),       (),          TCP,        TcpFact.SWEPT,           "the context fell: its sockets have no IP layer left"),
    Couple(PDP,               _falls(PDP),       (),          UDP,        UdpFact.SWEPT,           "the context fell: its sockets have no IP layer left"),
    Couple(PDP,               DOWN,              RAISED,      TCP,        TcpFact.SWEPT,           "the context went down under an open socket"),
    Couple(PDP,               DOWN,              RAISED,      UDP,        UdpFact.SWEPT,           "the context went down under an open socket"),
    Couple(PDP,               (PdpState.UP,),          (), MODEM, ModemFact.SERVICE_PROVED, "a context that is up proves the modem in service"),
    Couple(TCP,               (TcpState.CONNECTED,), (TcpState.UNKNOWN, TcpState.CONNECTING), MODEM, ModemFact.SERVICE_PROVED, "a connected socket proves the modem in service"),
    Couple(UDP,               (UdpState.READY,), (UdpState.UNKNOWN, UdpState.OPENING), MODEM, ModemFact.SERVICE_PROVED, "an open socket proves the modem in service"),
    Couple(TCP,               (TcpState.DEFINED,),     (), MODEM, ModemFact.RUNNING_PROVED, "only a running modem defines sockets"),
    Couple(UDP,               (UdpState.OPENING,),     (), MODEM, ModemFact.RUNNING_PROVED, "only a running modem defines sockets"),
    Couple(TCP,               (TcpState.CONNECTED,), (TcpState.UNKNOWN, TcpState.CONNECTING), PDP, PdpFact.SOCKET_CONNECTED, "a connected socket proves its context (11.2)"),
    Couple(UDP,               (UdpState.READY,),     (UdpState.UNKNOWN, UdpState.OPENING),    PDP, PdpFact.SOCKET_CONNECTED, "an open socket proves its context (11.2)"),
)
# fmt: on

#: The charts by name, from the bottom of the stack to its top, the ladder last.
TABLED: Final[Mapping[str, Chart]] = {chart.name: chart for chart in CHARTS}
#: The rows that begin at a chart.
COUPLES: Final[Mapping[str, tuple[Couple, ...]]] = {
    name: tuple(c for c in COUPLING if c.chart.name == name) for name in TABLED
}
