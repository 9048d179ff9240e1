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
from atfsm.at.facts import ModemFact, PdpFact
from atfsm.chart import Chart, State
from atfsm.fact import Fact
from atfsm.replay.causes import Cause
from atfsm.replay.causes.model import Code
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
    "ERROR": (
        "note.close_refused",
        "note.profile_active",
        "note.profile_refused",
        "note.restart_refused",
    ),
    "CONNECT": ("note.connect_released",),
    "+KCNX_IND": ("note.idle_countdown",),
    "+KTCP_NOTIF": ("note.late_urc",),
    "+KUDP_NOTIF": ("note.late_urc",),
    "+KTCP_ACK": ("note.not_acknowledged",),
    "+KTCP_DATA": ("note.unread",),
    "+KUDP_DATA": ("note.unread",),
    "+CPIN": ("note.sim_locked_later",),
}
#: Remarks on one value of several: what the line has to tell.
REMARKED_ONLY: Final[Mapping[str, Fact]] = {
    "note.idle_countdown": PdpFact.IDLE_STARTED,
    "note.sim_locked_later": ModemFact.SIM_LOCKED,
}
RESULTS: Final = {
    "OK": "final result: success",
    "ERROR": "final result: failure, without a code",
    "CONNECT": "intermediate result: data mode; a final result follows",
    "NO CARRIER": "final result: data mode ended (the link failed, or DTR dropped under AT&D2), or "
    "the answer to a close",
}
#: What a line says on the happy path, and what it does not: by name and value; None is any other.
ORDINARY: Final[Mapping[tuple[bytes, Code | None], tuple[str, str]]] = {
    (b"+CME ERROR", 923): (
        "Two cases are reported: data was offered too early, before +KTCP_IND: <sid>,1 or "
        "+KUDP_IND: <sid>,1; and, for a cause that nobody has published, on a session that had "
        "worked for hundreds of sends. Close the session, delete it, define and connect it again, "
        "and wait for that line.",
        "5.1, q1, q2 [F923]",
    ),
    (b"+KCNX_IND", 0): (
        "It is also the ordinary end of the idle countdown on firmware of the RC51 class.",
        "2.2 [M197, QA-TCP]",
    ),
    (b"+KCNX_IND", 1): (
        "The PDP context is up, and the third field is the address family (0 IPv4, 1 IPv6), no "
        "failure. It says nothing of a socket: wait for +KTCP_IND: <sid>,1 or +KUDP_IND: <sid>,1. "
        "Where the bearer was up already it may not come at all.",
        "2.2 [F923, FRCV]",
    ),
    (b"+KCNX_IND", 2): (
        "Behind the status stand the attempt, how many there are, and the seconds until the next: "
        "while any are left the modem tries again by itself.",
        "2.2 [M197]",
    ),
    (b"+KCNX_IND", 3): (
        "The ordinary end of AT+KCNXDOWN, or of the idle countdown on HL78xx. Its sockets have "
        "no IP layer any more, and are still defined: close and delete them.",
        "2.2 [M197, QA-TCP]",
    ),
    (b"+KCNX_IND", 5): (
        "No session is left on the context, and after so many seconds it goes down; no failure, and "
        "no reason of a rejection. A session that is opened before stops it (status 6).",
        "2.2 [M197, FRCV]",
    ),
    (b"+KCNX_IND", 6): (
        "A session was opened in the idle countdown: the context stays up.",
        "2.2 [M197], q24",
    ),
    (b"+CEREG", 4): (
        "On HL7800 it comes before the modem sleeps (PSM), and is no failure by itself; on other "
        "modems there is no coverage.",
        "6.2 [ZN]",
    ),
    (b"+KTCP_IND", 1): (
        "The session is connected: now data may be offered (AT+KTCPSND).",
        "3.3 [FR]",
    ),
    (b"+KUDP_IND", 1): (
        "The socket is open: now data may be offered (AT+KUDPSND).",
        "4 [M220]",
    ),
    (b"+KTCP_DATA", None): (
        "So many bytes wait to be read (AT+KTCPRCV). It is not said again until they are: ask "
        "AT+KTCPSTAT=<sid> after each read, until its last field is 0.",
        "3.3 [M220]",
    ),
    (b"+KUDP_DATA", None): (
        "So many bytes wait to be read (AT+KUDPRCV). It is not said again until they are.",
        "4 [M220]",
    ),
    (b"+KUDP_RCV", None): (
        "It says from where the datagram came that AT+KUDPRCV has read. HL78xx often leaves it out.",
        "4 [M220, LPWA]",
    ),
    (b"+CSQ", None): (
        "Signal strength and bit errors. The first field is 0 to 31, the more the better; 99 is not "
        "known: no signal, or not measured yet.",
        "6.2 [STD]",
    ),
    (b"+CEER", None): (
        "Why the last call or context failed, in words or numbers of this firmware.",
        "6.2 [STD]",
    ),
    (b"+CPIN", "READY"): ("The SIM is usable; no code is asked for.", "6.2 [KR, FAE]"),
    (b"+CPIN", "SIM PIN"): (
        'The SIM asks for its PIN: AT+CPIN="<pin>", once. A third wrong one locks it.',
        "6.2 [KR, FAE]",
    ),
    (b"+CPIN", "SIM PIN2"): (
        "PIN2 guards phone books and the like: service is not blocked.",
        "6.2",
    ),
    (b"+CPIN", "SIM PUK2"): (
        "PIN2 guards phone books and the like: service is not blocked.",
        "6.2",
    ),
    (b"+CPIN", "NOT READY"): ("The SIM is still being read: ask again after a second.", "5.2"),
    (b"+CGEV", "ME PDN ACT"): ("A context came up; the number is its cid.", "6.2 [STD]"),
    (b"+CGEV", "ME PDN DEACT"): (
        "The modem took this context (cid) down, by itself or because it was asked to.",
        "6.2 [STD]",
    ),
    (b"+KSUP", 0): (
        "Ordinary after power-on, or a restart that was asked for. At any other time the modem "
        "restarted by itself, and sessions, end pattern and echo may be lost.",
        "6.1 [ZN]",
    ),
    (b"+KTCP_NOTIF", -1): ("It is known as a field of +KTCPSTAT only.", "3.4 [TAB, FR]"),
    (b"+KTCP_NOTIF", 4): (
        "On a connected session that is no wobble: read what is left (the last field of "
        "AT+KTCPSTAT=<sid> says how many bytes), then close and delete the session.",
        "3.2, 3.4 [M207]",
    ),
    (b"+KTCP_NOTIF", 8): (
        "It is no disconnection. What was sent may have left: to send it again may double it.",
        "3.4 [M207]",
    ),
    (b"+KTCPSTAT", None): (
        "The fields: state, last notification (-1: none), bytes not sent yet, bytes to be read.",
        "3.2 [M213]",
    ),
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
        ordinary: What it says on the happy path, and what it does not, with its evidence.
        values: What each value of its field means.
        told: What it tells the machines.
        states: The states of this name.
        causes: The rows of the table of causes that speak of it.
        remarks: The rows that say that it is no failure.
    """

    title: str
    meaning: str = ""
    source: str = ""
    ordinary: tuple[str, str] = ("", "")
    values: tuple[Meaning, ...] = ()
    told: tuple[Spoken, ...] = ()
    states: tuple[tuple[Chart, State], ...] = ()
    causes: tuple[Cause, ...] = ()
    remarks: tuple[Remark, ...] = field(default=())
