"""What can be asked about: a topic, and what the tables say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from atfsm.at.errors import (
    KCNX_STATUS,
    KSUP,
    KTCPSTAT_STATUS,
    REGISTRATION_STAT,
    TCP_NOTIF,
    UDP_NOTIF,
    Meaning,
)
from atfsm.chart import Chart, State
from atfsm.fact import Fact
from atfsm.replay.causes import Cause
from atfsm.replay.remarks import Remark

#: What the values of a field mean, by the name of the text that carries it.
VALUES: Final[Mapping[bytes, Mapping[int, Meaning]]] = {
    b"+KTCP_NOTIF": TCP_NOTIF,
    b"+KUDP_NOTIF": UDP_NOTIF,
    b"+KCNX_IND": KCNX_STATUS,
    b"+KSUP": KSUP,
    b"+KTCPSTAT": KTCPSTAT_STATUS,
    b"+CEREG": REGISTRATION_STAT,
    b"+CGREG": REGISTRATION_STAT,
    b"+CREG": REGISTRATION_STAT,
}
REMARKED: Final = {
    "NO CARRIER": ("note.close_no_carrier", "note.close_twice"),
    "ERROR": ("note.close_refused", "note.profile_active", "note.restart_refused"),
    "CONNECT": ("note.connect_released",),
    "+KCNX_IND": ("note.idle_countdown",),
    "+KTCP_NOTIF": ("note.late_urc",),
    "+KUDP_NOTIF": ("note.late_urc",),
}
RESULTS: Final = {
    "OK": "final result: success",
    "ERROR": "final result: failure, without a code",
    "CONNECT": "intermediate result: data mode; a final result follows",
    "NO CARRIER": "final result: data mode ended because the link failed, or the answer to a close",
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """One fact that what was asked about tells, and which commands have to be in flight for it."""

    chart: Chart
    fact: Fact
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Topic:
    """What is known of one thing.

    Attributes:
        title: What it is.
        meaning: What it means, in a few words; may be empty.
        source: Evidence for that; may be empty.
        values: What each value of its field means.
        told: What it tells the machines.
        states: The states of this name.
        causes: The rows of the table of causes that speak of it.
        remarks: The rows that say that it is no failure.
    """

    title: str
    meaning: str = ""
    source: str = ""
    values: tuple[Meaning, ...] = ()
    told: tuple[Spoken, ...] = ()
    states: tuple[tuple[Chart, State], ...] = ()
    causes: tuple[Cause, ...] = ()
    remarks: tuple[Remark, ...] = field(default=())
