"""A UDP socket: one session id of the AT+KUDP commands. KUDPCFG itself opens it."""

from __future__ import annotations

from enum import StrEnum

from atfsm.at.facts import UdpFact as F
from atfsm.chart import RESTING, Chart, ignore, reset, row, state, wobble
from atfsm.fact import FactKind


class UdpState(StrEnum):
    """States of a UDP socket."""

    UNKNOWN = "unknown"
    UNDEFINED = "undefined"
    OPENING = "opening"
    READY = "ready"
    SEND_OFFERED = "send_offered"
    SENDING = "sending"
    RECEIVE_OFFERED = "receive_offered"
    RECEIVING = "receiving"
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


S = UdpState
STARTING = (S.UNKNOWN, S.UNDEFINED, S.OPENING)
OPEN = (S.READY, S.SEND_OFFERED, S.SENDING, S.RECEIVE_OFFERED, S.RECEIVING)
GOING = (S.CLOSING, S.CLOSED, S.DELETING)

# fmt: off
UDP = Chart(
    name="udp",
    title="UDP socket · AT+KUDP*",
    about="One UDP session of the modem, by session id and generation.",
    facts=F,
    initial=S.UNKNOWN,
    happy_path=(S.UNDEFINED, S.OPENING, S.READY, S.CLOSING, S.CLOSED, S.DELETING),
    states=(
        #     state              at most, s  what is true there                                         source of the limit
        state(S.UNKNOWN,         RESTING,    "nothing was seen of it yet; any fact is evidence"),
        state(S.UNDEFINED,       RESTING,    "the modem holds no such session"),
        state(S.OPENING,         60.0,       "KUDPCFG went out; it defines and opens in one",           "6.4: KUDP_IND 31 s (ZO), 60 s (QA)"),
        state(S.READY,           RESTING,    "+KUDP_IND: <sid>,1 was seen: the socket is usable"),
        state(S.SEND_OFFERED,    10.0,       "KUDPSND went out; CONNECT is due",                        "6.4: CONNECT after xSND 10 s (FR)"),
        state(S.SENDING,         62.0,       "payload and end pattern go out; OK is due",               "6.4: 60 s allowed by the HL7800 spec (Z#43580), driver 62 s"),
        state(S.RECEIVE_OFFERED, 10.0,       "KUDPRCV went out; CONNECT is due",                        "6.4: CONNECT after xRCV 10 s (FR)"),
        state(S.RECEIVING,       50.0,       "payload and end pattern come in; OK is due",              "6.4: RCV data to OK 50 s (FR)"),
        state(S.CLOSING,         62.0,       "KUDPCLOSE went out; any answer will do",                  "6.4: KTCPCLOSE 62 s (OP), taken for UDP too"),
        state(S.CLOSED,          RESTING,    "closed in order; the definition may remain (keep_cfg)"),
        state(S.DELETING,        5.0,        "KUDPDEL went out; any answer will do",                    "6.4: KUDPDEL 3 s (QA); use 5 s"),
        wobble(S.WOBBLE_REFUSED,     FactKind.REFUSAL, "the modem said no where a yes was due"),
        wobble(S.WOBBLE_DROPPED,     FactKind.LOSS,    "the session is gone"),
        wobble(S.WOBBLE_SILENT,      FactKind.SILENCE, "the limit passed"),
        wobble(S.WOBBLE_OUT_OF_STEP, FactKind.STEP,    "a legal line that has no place here"),
        wobble(S.WOBBLE_SWEPT,       FactKind.SWEEP,   "the context or the modem fell"),
        reset(S.FULL_RESET_CLOSING,      62.0, "→ AT+KUDPCLOSE=<sid>",  "6.4: KTCPCLOSE 62 s (OP); never skipped (F923)", goes_on_at=(F.CLOSE_ANSWERED,)),
        reset(S.FULL_RESET_DELETING,     5.0,  "→ AT+KUDPDEL=<sid>",    "6.4: KUDPDEL 3 s (QA); use 5 s",                 goes_on_at=(F.DELETE_ANSWERED,)),
        reset(S.FULL_RESET_READING_BACK, 5.0,  "→ AT+KUDPCFG?",         "6.4: plain settings 3-4 s (QA); use 5 s",        goes_on_at=(F.READ_BACK,)),
    ),
    table=(
        #   in state               on fact               go to
        row(S.UNDEFINED,           F.DEFINE_REQUESTED,   S.OPENING),
        row(S.OPENING,             F.NAMED,              S.OPENING),
        row(S.OPENING,             F.DEFINED,            S.OPENING),
        row(S.OPENING,             F.OPENED,             S.READY),
        row(S.OPENING,             F.SEND_OPENED,        S.SENDING),
        row(S.READY,               F.SEND_REQUESTED,     S.SEND_OFFERED),
        row(S.SEND_OFFERED,        F.SEND_OPENED,        S.SENDING),
        row(S.SENDING,             F.SENT,               S.READY),
        row(S.READY,               F.RECEIVE_REQUESTED,  S.RECEIVE_OFFERED),
        row(S.RECEIVE_OFFERED,     F.RECEIVE_OPENED,     S.RECEIVING),
        row(S.RECEIVING,           F.RECEIVED,           S.READY),

        row(S.UNDEFINED,           F.CLOSE_REQUESTED,    S.CLOSING),
        row(S.OPENING,             F.CLOSE_REQUESTED,    S.CLOSING),
        row(S.READY,               F.CLOSE_REQUESTED,    S.CLOSING),
        row(S.CLOSED,              F.CLOSE_REQUESTED,    S.CLOSING),
        row(S.CLOSING,             F.CLOSE_ANSWERED,     S.CLOSED),
        row(S.UNDEFINED,           F.DELETE_REQUESTED,   S.DELETING),
        row(S.CLOSED,              F.DELETE_REQUESTED,   S.DELETING),
        row(S.DELETING,            F.DELETE_ANSWERED,    S.UNDEFINED),
        row(S.CLOSED,              F.DELETE_ANSWERED,    S.UNDEFINED),

        # A capture may begin in the middle, and may hide what the host sent.
        row(S.UNKNOWN,             F.DEFINE_REQUESTED,   S.OPENING),
        row(S.UNKNOWN,             F.NAMED,              S.OPENING),
        row(S.UNKNOWN,             F.DEFINED,            S.OPENING),
        row(S.UNKNOWN,             F.OPENED,             S.READY),
        row(S.UNKNOWN,             F.SEND_REQUESTED,     S.SEND_OFFERED),
        row(S.UNKNOWN,             F.SEND_OPENED,        S.SENDING),
        row(S.UNKNOWN,             F.SENT,               S.READY),
        row(S.UNKNOWN,             F.RECEIVE_REQUESTED,  S.RECEIVE_OFFERED),
        row(S.UNKNOWN,             F.RECEIVE_OPENED,     S.RECEIVING),
        row(S.UNKNOWN,             F.RECEIVED,           S.READY),
        row(S.UNKNOWN,             F.DATA_ARRIVED,       S.READY),
        row(S.UNKNOWN,             F.CLOSE_REQUESTED,    S.CLOSING),
        row(S.UNKNOWN,             F.CLOSE_ANSWERED,     S.CLOSED),
        row(S.UNKNOWN,             F.DELETE_REQUESTED,   S.DELETING),
        row(S.UNKNOWN,             F.DELETE_ANSWERED,    S.UNDEFINED),
        ignore(S.UNKNOWN,          F.SWEPT,              "nothing is known that could be lost"),
        ignore((*STARTING, *OPEN, *GOING), F.UNLOGGED_OK, "it may answer any command; the next line will tell"),

        ignore((S.OPENING, *OPEN, *GOING), F.DATA_ARRIVED, "news of readable bytes, read when the host likes (4)"),
        ignore(GOING,                      F.OPENED, "it opened while it was being closed, and is closed all the same"),
        ignore(OPEN,                       F.OPENED, "CONNECT said so first"),
        ignore(OPEN,                       F.DEFINED, "+KUDP_IND may come before the OK (9)"),
        ignore(GOING,                      F.FAILED, "a session that is being closed may end in any way"),
        *(ignore(S.UNDEFINED, fact, "a late URC of the session that had this id before (q19)") for fact in (F.FAILED, F.DATA_ARRIVED)),
        ignore((S.CLOSED, S.DELETING, S.UNDEFINED), F.STRAY_REFUSAL, "NO CARRIER, then 922: both answer the close (q8)"),
        ignore((*STARTING, *OPEN, *GOING), F.READ_BACK, "KUDPCFG? is answered; it asks about no session in particular (4)"),
        ignore((S.UNDEFINED, *GOING),      F.SWEPT, "nothing that was open is lost"),

        row(S.FULL_RESET_CLOSING,      F.CLOSE_ANSWERED,  S.FULL_RESET_DELETING),
        row(S.FULL_RESET_CLOSING,      F.LIMIT_PASSED,    S.FULL_RESET_DELETING),
        row(S.FULL_RESET_DELETING,     F.DELETE_ANSWERED, S.FULL_RESET_READING_BACK),
        row(S.FULL_RESET_DELETING,     F.LIMIT_PASSED,    S.FULL_RESET_READING_BACK),
        row(S.FULL_RESET_READING_BACK, F.READ_BACK,       S.UNDEFINED),
        row(S.FULL_RESET_READING_BACK, F.LIMIT_PASSED,    S.UNDEFINED),
    ),
)
# fmt: on
