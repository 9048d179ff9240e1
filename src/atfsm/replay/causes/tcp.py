"""TCP sockets: what only they can meet."""

from __future__ import annotations

from typing import Final

from atfsm.at.facts import TcpFact as T
from atfsm.replay.causes.advice import (
    GONE,
    LINE_FIRST,
    LIST,
    ONLY_THIS,
    PEER,
    REBUILT,
    RENEWED,
    SERVER_STAYS,
    SLEEP,
    UNREAD,
)
from atfsm.replay.causes.model import cause
from atfsm.replay.causes.refusals import OPEN_TCP, WHILE
from atfsm.replay.causes.sockets import HASTY, NOTIFIED, UNANSWERED, WAITED

TLS: Final = "No reset cures it: correct the settings, the certificates or the clock (AT+CCLK?) first; then make the session anew, once."
LATE: Final = (
    "it is a late line of a session {id} that is over: ids are given out again, lowest first"
)
NEW_ONE: Final = (
    "Ask AT+KTCPSTAT={id}. 1: defined only, connect it. 2: still connecting, wait for `+KTCP_IND: {id},1`, 90 s at most. 3: connected, change nothing. In these "
    "cases stop here. If it is 0, 4 or 5, or 910 comes:"
)
STATUSES: Final = (T.STATUS_DEFINED, T.STATUS_CONNECTING, T.STATUS_CONNECTED)
ANY_STEP: Final = (
    *(T.NAMED, T.DEFINED, T.CONNECT_ACCEPTED, T.CONNECTED, T.SEND_OPENED, T.SENT, T.RECEIVE_OPENED, T.RECEIVED),
    *(T.CLIENT_REQUESTED, T.CLOSE_ANSWERED, T.DELETE_ANSWERED, *STATUSES, T.ACKNOWLEDGED),
)  # fmt: skip

# fmt: off
BROKEN: Final = (
    cause("tcp.notif.5.established", "The connection broke", T.FAILED, NOTIFIED, likely="the peer reset it, or the way to the peer broke",
        remedy=REBUILT.tcp, do=PEER, settle="See what the peer logged of that connection.", states=OPEN_TCP, codes=(5,), source="3.4 [M207], q12 [Z#104133]"),
)

LOSSES: Final = (
    cause("tcp.notif.7", "A server session could not take a client", T.FAILED, NOTIFIED + " Only a server session says so.", first=SERVER_STAYS, remedy=REBUILT.tcp, codes=(7,),
        source="3.4 [M207]"),
    cause("tcp.notif.12", "The connection took too long", T.FAILED, NOTIFIED,
        likely="the peer does not answer, or what is sent to it is dropped on the way", remedy=REBUILT.tcp, do=PEER,
        settle="Try the same address and port from another network.", codes=(12,), source="3.4 [FR, TAB]"),
    cause("tcp.notif.13", "The TLS connection failed", T.FAILED, NOTIFIED,
        likely="the two sides do not agree on a version or a cipher, or the modem's clock is wrong", remedy=ONLY_THIS.tcp, do=TLS,
        settle="AT+CCLK? shows the modem's clock.", codes=(13,), source="3.4 [FR, TAB]"),
    cause("tcp.notif.14", "TLS could not be set up", T.FAILED, NOTIFIED, likely="the TLS profile or its keys are incomplete", remedy=ONLY_THIS.tcp, do=TLS, codes=(14,),
        source="3.4 [FR, TAB]"),
    cause("tcp.notif.15", "A certificate was not accepted", T.FAILED, NOTIFIED,
        likely="it has expired, is unknown to the modem, or the modem's clock is wrong", remedy=ONLY_THIS.tcp, do=TLS, settle="AT+CCLK? shows the modem's clock.",
        codes=(15,), source="3.4 [ZN]"),
    cause("tcp.notif.other", "A notification that no table explains", T.FAILED, "`{got}` has a code that no table explains" + WHILE + ".",
        settle="The guide of this firmware; please send the log.", source="3.4"),
    cause("tcp.notif.4.late", "A close came while connecting, on an id that was in use before", T.PEER_CLOSED,
        "`{got}` came" + WHILE + ". It is session number {generation} of that id in this log.",
        likely=LATE + "; or the peer took the new connection and closed it at once",
        first=NEW_ONE, remedy=RENEWED.tcp, do="Of 4 or 5, what is left unread (the last field) is lost with the delete: read it before (AT+KTCPRCV).",
        settle="See what the peer logged.", states=("connecting",), needs=("generation",),
        source="q19 [QA-BX], 3.4 [M207]"),
    cause("tcp.notif.4.connecting", "The peer closed before the connection was reported", T.PEER_CLOSED,
        "`{got}` ({meaning})" + WHILE + ", before `+KTCP_IND: {id},1` had come.", likely="the peer took the connection and closed it at once",
        first=UNREAD, remedy=RENEWED.tcp, do=PEER,
        settle="See what the peer logged of that connection.", states=("connecting",), source="3.4 [M207]"),
    cause("tcp.notif.4.busy", "The peer closed in the middle of a send", T.PEER_CLOSED,
        "`{got}`: the peer closed while TCP socket {name} was {state}, since line {since}. What was on its way may be lost.",
        first=UNREAD, remedy=RENEWED.tcp, do="Send again only if the application can take it twice.",
        settle="See what the peer logged of that connection.",
        states=("send_offered", "sending"), source="3.4 [M207], q13 [Z#48036]"),
    cause("tcp.absent.sleep", "The session is gone, perhaps in a sleep", T.ABSENT,
        "`{got}` says that the modem holds no session {id}, which was {state} since line {since}. HL7800 says `{slept_text}` (line {slept_line}) "
        "before it sleeps.", likely="the session and its profile were lost in PSM or eDRX",
        remedy=GONE.tcp, do=SLEEP, settle="AT+CPSMS?, AT+CEDRXS? and AT+KSLEEP? say whether it may sleep.", needs=("slept_line",), source="q15, 6.3 [ZN], 3.2"),
    cause("tcp.absent", "The session is gone", T.ABSENT,
        "`{got}` says that the modem holds no session {id}, which was {state} since line {since}; no line says that it was deleted.",
        likely="it was lost in a restart that the log does not show, or in a sleep[[, which `{allowed_text}` (line {allowed_line}) allows]]",
        remedy=GONE.tcp, settle="Switch start-up reports on (AT+KSREP=1): a restart then shows as `+KSUP`.", source="3.2, 5.1 [QA-TCP, M213]"),
    cause("tcp.status.closed", "The session was closed, and no line said so", T.STATUS_CLOSED,
        "`{got}` says that the session is closed, or closing[[ (its last notification: {notification})]]" + WHILE + "; no line said that it closed.",
        likely="the notification was lost or is switched off; or, where there is none, it was closed from this side", first=UNREAD, settle='Switch notifications on (AT+KURCCFG="TCP",1,1).',
        source="3.2 [TAB, FR, QA-TCP]"),
    cause("tcp.ind", "The session reports that it is not usable", T.CONNECT_FAILED,
        "`{got}` has a status other than 1, the only one that means usable" + WHILE + ".",
        settle="AT+KTCPSTAT={id}: its second field is the last notification.", source="3.3 [NBI]"),
)

SILENCE: Final = (
    cause("tcp.silent.defining", "AT+KTCPCFG got no final result", T.LIMIT_PASSED, UNANSWERED + ".",
        likely=HASTY + "the modem is busy, sleeps, or has locked up", first=LINE_FIRST, settle=LIST, states=("defining",), needs=("command_line",),
        source="3.1 [QA-TCP, QA-BX], 6.4"),
    cause("tcp.silent.connecting.command", "AT+KTCPCNX got no final result", T.LIMIT_PASSED, UNANSWERED + ": not even OK came.",
        likely=HASTY + "the modem is busy, sleeps, or has locked up", first=LINE_FIRST, settle="AT+KTCPSTAT={id}: 2 is connecting, 3 is connected.",
        states=("connecting",), needs=("command_line",), source="3.1 [QA-TCP], 6.4"),
    cause("tcp.silent.connecting", "The connection was never reported", T.LIMIT_PASSED,
        WAITED + "`+KTCP_IND: {id},1` did not come" + "[[ after `{connect_text}` (line {connect_line})]].[[ `{up_text}` (line {up_line}) reports "
        "the PDP context only.]]", likely="the peer does not answer, or what is sent to it is dropped on the way; or the context did not come up",
        first="Ask AT+KTCPSTAT={id}: if its first field is 3 the session is connected, and its report was lost; do not touch it, go on. If not:",
        remedy=REBUILT.tcp, do=PEER + " Only if every peer fails alike: rebuild the context, once.",
        settle="AT+KTCPSTAT={id}: 2 is still connecting, 3 is connected, and then the report was lost; its second field is the last notification.",
        states=("connecting",), source="3.3, 3.2, 6.4"),
)

OUT_OF_STEP: Final = (
    cause("tcp.out_of_step.late_ind", "A connection is reported that nobody waits for", T.CONNECTED,
        "`{got}` says that session {id} is connected" + WHILE + ".",
        likely="[[{reused}" + LATE + "]][[{first}an AT+KTCPCNX is missing from the log]]", first=NEW_ONE,
        source="q19 [QA-BX], 3.3"),
    cause("tcp.out_of_step.status", "The modem holds the session for something else", STATUSES,
        "`{got}` ({meaning})" + WHILE + ": the modem and the log do not agree.", first=UNREAD, remedy=RENEWED.tcp, likely="a line that moved the session is missing from the log",
        settle="Log from the definition of the session on, with every notification.", source="3.2 [QA-TCP, TAB, FR]"),
    cause("tcp.out_of_step.ack", "An acknowledgement before the socket is connected", T.ACKNOWLEDGED, "`{got}` came" + WHILE + ".",
        likely="[[{reused}" + LATE + "]][[{first}`+KTCP_IND: {id},1` is missing from the log]]; +KTCP_ACK is not to be relied on", first=NEW_ONE,
        source="q17 [QA-TCP], q19 [QA-BX]"),
    cause("tcp.out_of_step", "A line that has no place here", ANY_STEP, "`{got}` has no place here" + WHILE + "[[; {expected} was due]].",
        likely="a line is missing from the log, or two hosts speak to this modem", settle="Log everything that is written to the port, by whatever process.",
        source="3.1, 3.3"),
)
# fmt: on
