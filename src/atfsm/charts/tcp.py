"""A TCP socket: one session id of the AT+KTCP commands, from KTCPCFG to KTCPDEL."""

from __future__ import annotations

from enum import StrEnum

from atfsm.at.facts import TcpFact as F
from atfsm.chart import RESTING, Chart, ignore, reset, row, state, wobble
from atfsm.fact import FactKind


class TcpState(StrEnum):
    """States of a TCP socket."""

    UNKNOWN = "unknown"
    UNDEFINED = "undefined"
    DEFINING = "defining"
    DEFINED = "defined"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    SEND_OFFERED = "send_offered"
    SENDING = "sending"
    RECEIVE_OFFERED = "receive_offered"
    RECEIVING = "receiving"
    PEER_CLOSED = "peer_closed"
    DRAINING = "draining"
    CLOSING = "closing"
    CLOSED = "closed"
    DELETING = "deleting"
    WOBBLE_REFUSED = "wobble_refused"
    WOBBLE_DROPPED = "wobble_dropped"
    WOBBLE_SILENT = "wobble_silent"
    WOBBLE_OUT_OF_STEP = "wobble_out_of_step"
    WOBBLE_SWEPT = "wobble_swept"
    FULL_RESET_CLOSING = "full_reset_closing"
    FULL_RESET_DELETING = "full_reset_deleting"
    FULL_RESET_READING_BACK = "full_reset_reading_back"


S = TcpState
STARTING = (S.UNKNOWN, S.UNDEFINED, S.DEFINING, S.DEFINED, S.CONNECTING)
OPEN = (S.CONNECTED, S.SEND_OFFERED, S.SENDING, S.RECEIVE_OFFERED, S.RECEIVING)
GOING = (S.PEER_CLOSED, S.DRAINING, S.CLOSING, S.CLOSED, S.DELETING)
BEFORE = (S.UNDEFINED, S.DEFINING, S.DEFINED)
QUIET = (S.UNDEFINED, S.DEFINED, S.PEER_CLOSED, S.CLOSED)

# fmt: off
TCP = Chart(
    name="tcp",
    title="TCP socket · AT+KTCP*",
    about="One TCP session of the modem, by session id and generation.",
    facts=F,
    initial=S.UNKNOWN,
    happy_path=(S.UNDEFINED, S.DEFINING, S.DEFINED, S.CONNECTING, S.CONNECTED, S.CLOSING, S.CLOSED, S.DELETING),
    states=(
        #     state              at most, s  what is true there                                         source of the limit
        state(S.UNKNOWN,         RESTING,    "nothing was seen of it yet; any fact is evidence"),
        state(S.UNDEFINED,       RESTING,    "the modem holds no such session"),
        state(S.DEFINING,        10.0,       "KTCPCFG went out; the modem picks the session id",        "6.4: KTCPCFG OK 3 s (QA-BX), 15 s (QA); use 10 s"),
        state(S.DEFINED,         RESTING,    "the session exists and is not connected"),
        state(S.CONNECTING,      90.0,       "KTCPCNX went out; neither OK nor +KCNX_IND is enough",     "6.4: KTCP_IND 31 s (ZO) to 120 s (ZN); use 90 s"),
        state(S.CONNECTED,       RESTING,    "+KTCP_IND: <sid>,1 was seen: the socket is usable"),
        state(S.SEND_OFFERED,    10.0,       "KTCPSND went out; CONNECT is due",                        "6.4: CONNECT after xSND 10 s (FR)"),
        state(S.SENDING,         62.0,       "payload and end pattern go out; OK is due",               "6.4: 60 s allowed by the HL7800 spec (Z#43580), driver 62 s"),
        state(S.RECEIVE_OFFERED, 10.0,       "KTCPRCV went out; CONNECT is due",                        "6.4: CONNECT after xRCV 10 s (FR)"),
        state(S.RECEIVING,       50.0,       "payload and end pattern come in; OK is due",              "6.4: RCV data to OK 50 s (FR)"),
        state(S.PEER_CLOSED,     RESTING,    "the peer closed; unread bytes are still there"),
        state(S.DRAINING,        50.0,       "the unread bytes are being read",                         "6.4: RCV data to OK 50 s (FR)"),
        state(S.CLOSING,         62.0,       "KTCPCLOSE went out; any answer will do",                  "6.4: KTCPCLOSE 62 s (OP)"),
        state(S.CLOSED,          RESTING,    "closed in order, still defined"),
        state(S.DELETING,        5.0,        "KTCPDEL went out; any answer will do",                    "6.4: KTCPDEL 3 s (QA); use 5 s"),
        wobble(S.WOBBLE_REFUSED,     FactKind.REFUSAL, "the modem said no where a yes was due"),
        wobble(S.WOBBLE_DROPPED,     FactKind.LOSS,    "the connection, or the session, is gone"),
        wobble(S.WOBBLE_SILENT,      FactKind.SILENCE, "the limit passed"),
        wobble(S.WOBBLE_OUT_OF_STEP, FactKind.STEP,    "a legal line that has no place here"),
        wobble(S.WOBBLE_SWEPT,       FactKind.SWEEP,   "the context or the modem fell"),
        reset(S.FULL_RESET_CLOSING,      62.0, "→ AT+KTCPCLOSE=<sid>,1",  "6.4: KTCPCLOSE 62 s (OP); never skipped (F923)", goes_on_at=(F.CLOSE_ANSWERED,)),
        reset(S.FULL_RESET_DELETING,     5.0,  "→ AT+KTCPDEL=<sid>",      "6.4: KTCPDEL 3 s (QA); use 5 s",                 goes_on_at=(F.DELETE_ANSWERED,)),
        reset(S.FULL_RESET_READING_BACK, 5.0,  "→ AT+KTCPSTAT=<sid>",     "6.4: KTCPSTAT 3 s (QA); use 5 s",                goes_on_at=(F.READ_BACK, F.ABSENT)),
    ),
    table=(
        #   in state               on fact               go to
        row(S.UNDEFINED,           F.DEFINE_REQUESTED,   S.DEFINING),
        row(S.DEFINING,            F.NAMED,              S.DEFINING),
        row(S.DEFINING,            F.DEFINED,            S.DEFINED),
        row(S.DEFINED,             F.CONNECT_REQUESTED,  S.CONNECTING),
        row(S.DEFINED,             F.CONNECT_ACCEPTED,   S.CONNECTING),
        row(S.CONNECTING,          F.CONNECTED,          S.CONNECTED),
        row(S.CONNECTING,          F.CONNECT_ACCEPTED,   S.CONNECTING),
        row(S.CONNECTING,          F.STATUS_CONNECTED,   S.CONNECTED),
        row(S.CONNECTING,          F.SEND_OPENED,        S.SENDING),
        row(S.CONNECTED,           F.SEND_REQUESTED,     S.SEND_OFFERED),
        row(S.SEND_OFFERED,        F.SEND_OPENED,        S.SENDING),
        row(S.SENDING,             F.SENT,               S.CONNECTED),
        row(S.CONNECTED,           F.RECEIVE_REQUESTED,  S.RECEIVE_OFFERED),
        row(S.RECEIVE_OFFERED,     F.RECEIVE_OPENED,     S.RECEIVING),
        row(S.RECEIVING,           F.RECEIVED,           S.CONNECTED),

        row(S.CONNECTED,           F.PEER_CLOSED,        S.PEER_CLOSED),
        row(S.RECEIVE_OFFERED,     F.PEER_CLOSED,        S.DRAINING),
        row(S.RECEIVING,           F.PEER_CLOSED,        S.DRAINING),
        row(S.PEER_CLOSED,         F.RECEIVE_REQUESTED,  S.DRAINING),
        row(S.DRAINING,            F.RECEIVE_OPENED,     S.DRAINING),
        row(S.DRAINING,            F.RECEIVED,           S.PEER_CLOSED),
        row(S.DRAINING,            F.RECEIVE_REFUSED,    S.PEER_CLOSED),
        row(S.PEER_CLOSED,         F.CLOSE_REQUESTED,    S.CLOSING),
        row(S.PEER_CLOSED,         F.DELETE_REQUESTED,   S.DELETING),

        row(S.UNDEFINED,           F.CLOSE_REQUESTED,    S.CLOSING),
        row(S.DEFINED,             F.CLOSE_REQUESTED,    S.CLOSING),
        row(S.CONNECTING,          F.CLOSE_REQUESTED,    S.CLOSING),
        row(S.CONNECTED,           F.CLOSE_REQUESTED,    S.CLOSING),
        row(S.CLOSED,              F.CLOSE_REQUESTED,    S.CLOSING),
        row(S.CLOSING,             F.CLOSE_ANSWERED,     S.CLOSED),
        row(S.UNDEFINED,           F.DELETE_REQUESTED,   S.DELETING),
        row(S.DEFINED,             F.DELETE_REQUESTED,   S.DELETING),
        row(S.CLOSED,              F.DELETE_REQUESTED,   S.DELETING),
        row(S.DELETING,            F.DELETE_ANSWERED,    S.UNDEFINED),
        row(S.CLOSED,              F.DELETE_ANSWERED,    S.UNDEFINED),
        row(S.CLOSED,              F.CONNECT_REQUESTED,  S.CONNECTING),
        row(S.CLOSED,              F.ABSENT,             S.UNDEFINED),

        # A capture may begin in the middle, and may hide what the host sent.
        row(S.UNKNOWN,             F.DEFINE_REQUESTED,   S.DEFINING),
        row(S.UNKNOWN,             F.NAMED,              S.DEFINING),
        row(S.UNKNOWN,             F.DEFINED,            S.DEFINED),
        row(S.UNKNOWN,             F.CONNECT_REQUESTED,  S.CONNECTING),
        row(S.UNKNOWN,             F.CONNECT_ACCEPTED,   S.CONNECTING),
        row(S.UNKNOWN,             F.CONNECTED,          S.CONNECTED),
        row(S.UNKNOWN,             F.SEND_REQUESTED,     S.SEND_OFFERED),
        row(S.UNKNOWN,             F.SEND_OPENED,        S.SENDING),
        row(S.UNKNOWN,             F.SENT,               S.CONNECTED),
        row(S.UNKNOWN,             F.RECEIVE_REQUESTED,  S.RECEIVE_OFFERED),
        row(S.UNKNOWN,             F.RECEIVE_OPENED,     S.RECEIVING),
        row(S.UNKNOWN,             F.RECEIVED,           S.CONNECTED),
        row(S.UNKNOWN,             F.DATA_ARRIVED,       S.CONNECTED),
        row(S.UNKNOWN,             F.ACKNOWLEDGED,       S.CONNECTED),
        row(S.UNKNOWN,             F.PEER_CLOSED,        S.PEER_CLOSED),
        row(S.UNKNOWN,             F.CLOSE_REQUESTED,    S.CLOSING),
        row(S.UNKNOWN,             F.CLOSE_ANSWERED,     S.CLOSED),
        row(S.UNKNOWN,             F.DELETE_REQUESTED,   S.DELETING),
        row(S.UNKNOWN,             F.DELETE_ANSWERED,    S.UNDEFINED),
        row(S.UNKNOWN,             F.STATUS_DEFINED,     S.DEFINED),
        row(S.UNKNOWN,             F.STATUS_CONNECTING,  S.CONNECTING),
        row(S.UNKNOWN,             F.STATUS_CONNECTED,   S.CONNECTED),
        row(S.UNKNOWN,             F.STATUS_CLOSED,      S.CLOSED),
        row(S.UNKNOWN,             F.ABSENT,             S.UNDEFINED),
        ignore(S.UNKNOWN,          F.CLIENT_REQUESTED,   "a server's business; its child is a socket of its own (3.3)"),
        ignore(S.UNKNOWN,          F.UNLOGGED_OK,        "it says nothing about which command it answered"),
        ignore(S.UNKNOWN,          F.SWEPT,              "nothing is known that could be lost"),
        row(S.DEFINING,            F.UNLOGGED_OK,        S.DEFINED),
        row(S.DEFINED,             F.UNLOGGED_OK,        S.CONNECTING),
        ignore((S.UNDEFINED, S.CONNECTING, *OPEN, *GOING), F.UNLOGGED_OK, "it may answer any command; the next line will tell"),

        ignore((S.CONNECTING, *OPEN, *GOING), F.DATA_ARRIVED, "news of readable bytes, read when the host likes (3.3)"),
        ignore((*OPEN, *GOING),               F.ACKNOWLEDGED, "not to be depended on (q17)"),
        ignore((S.CONNECTING, *OPEN),         F.CLIENT_REQUESTED, "a server's business; its child is a socket of its own (3.3)"),
        ignore(OPEN,                          F.CONNECTED, "KTCPSTAT or CONNECT said so first"),
        ignore(OPEN,                          F.CONNECT_ACCEPTED, "+KTCP_IND may come before the OK (9)"),
        ignore(S.DEFINED,                     F.STATUS_DEFINED, "as it should be (3.2)"),
        ignore(S.CONNECTING,                  F.STATUS_CONNECTING, "as it should be (3.2)"),
        ignore((*OPEN, S.PEER_CLOSED),        F.STATUS_CONNECTED, "as it should be; the number is what KTCPRCV can read (3.2)"),
        ignore(GOING,                         F.STATUS_CLOSED, "as it should be (3.2)"),
        ignore((S.UNDEFINED, S.DELETING),     F.ABSENT, "as it should be: no such session (5.1)"),
        ignore((S.CLOSING, S.CLOSED, S.DELETING, S.PEER_CLOSED, S.DRAINING), F.PEER_CLOSED, "the peer closed while we did"),
        ignore((S.CLOSING, S.CLOSED, S.DELETING), F.CONNECTED, "it connected while it was being closed, and is closed all the same"),
        ignore((S.CLOSING, S.CLOSED, S.DELETING), F.FAILED, "a connection that is being closed may end in any way"),
        *(ignore(BEFORE, fact, "a late URC of the session that had this id before (q19)") for fact in (F.PEER_CLOSED, F.FAILED, F.DATA_ARRIVED, F.ACKNOWLEDGED)),
        ignore((S.CLOSED, S.DELETING, S.UNDEFINED), F.STRAY_REFUSAL, "NO CARRIER, then 922: both answer the close (q8)"),
        ignore((*STARTING, *OPEN, *GOING),    F.READ_BACK, "KTCPSTAT is answered; its fields were judged already (3.2)"),
        ignore((*STARTING, *OPEN, *GOING),    F.NO_ERROR_REPORTED, "-1 says that there is no error (3.4)"),
        ignore((*QUIET, S.DEFINING, S.CLOSING, S.DELETING), F.SWEPT, "nothing that was connected is lost"),

        row(S.FULL_RESET_CLOSING,      F.CLOSE_ANSWERED,  S.FULL_RESET_DELETING),
        row(S.FULL_RESET_CLOSING,      F.LIMIT_PASSED,    S.FULL_RESET_DELETING),
        row(S.FULL_RESET_DELETING,     F.DELETE_ANSWERED, S.FULL_RESET_READING_BACK),
        row(S.FULL_RESET_DELETING,     F.LIMIT_PASSED,    S.FULL_RESET_READING_BACK),
        row(S.FULL_RESET_READING_BACK, F.READ_BACK,       S.UNDEFINED),
        row(S.FULL_RESET_READING_BACK, F.ABSENT,          S.UNDEFINED),
        row(S.FULL_RESET_READING_BACK, F.LIMIT_PASSED,    S.UNDEFINED),
    ),
)
# fmt: on
