"""A PDP context: one connection profile of the AT+KCNX commands."""

from __future__ import annotations

from enum import StrEnum

from atfsm.at.facts import PdpFact as F
from atfsm.chart import RESTING, Chart, ignore, reset, row, state, wobble
from atfsm.fact import FactKind


class PdpState(StrEnum):
    """States of a PDP context."""

    UNKNOWN = "unknown"
    UNCONFIGURED = "unconfigured"
    CONFIGURING = "configuring"
    CONFIGURED = "configured"
    ACTIVATING = "activating"
    UP = "up"
    IDLE_COUNTDOWN = "idle_countdown"
    DEACTIVATING = "deactivating"
    WOBBLE_REFUSED = "wobble_refused"
    WOBBLE_DROPPED = "wobble_dropped"
    WOBBLE_SILENT = "wobble_silent"
    WOBBLE_OUT_OF_STEP = "wobble_out_of_step"
    WOBBLE_SWEPT = "wobble_swept"
    FULL_RESET_DEACTIVATING = "full_reset_deactivating"
    FULL_RESET_AWAITING_CLOSED = "full_reset_awaiting_closed"


S = PdpState
DOWN = (S.UNKNOWN, S.UNCONFIGURED, S.CONFIGURING, S.CONFIGURED)


# fmt: off
PDP = Chart(
    name="pdp",
    title="PDP context · AT+KCNX*",
    about="One connection profile: the IP layer under the sockets. It says nothing about TCP.",
    facts=F,
    initial=S.UNKNOWN,
    happy_path=(S.UNCONFIGURED, S.CONFIGURING, S.CONFIGURED, S.ACTIVATING, S.UP, S.IDLE_COUNTDOWN),
    states=(
        #     state              at most, s  what is true there                                         source of the limit
        state(S.UNKNOWN,         RESTING,    "nothing was seen of it yet; any fact is evidence"),
        state(S.UNCONFIGURED,    RESTING,    "the modem holds no such profile"),
        state(S.CONFIGURING,     10.0,       "KCNXCFG went out",                                        "6.4: KTCPCFG OK 3 s (QA-BX), 15 s (QA); use 10 s"),
        state(S.CONFIGURED,      RESTING,    "the profile is stored and down"),
        state(S.ACTIVATING,      150.0,      "the bearer is being raised, attempt by attempt",          "6.4: 150 s for the IND; CGACT 150 s (STM)"),
        state(S.UP,              RESTING,    "+KCNX_IND: <cnx>,1: the IP layer is up; no socket yet"),
        state(S.IDLE_COUNTDOWN,  RESTING,    "no session is left: the modem's own idle timer runs"),
        state(S.DEACTIVATING,    30.0,       "KCNXDOWN went out; status 3 or 0 is due",                 "6.4: KCNXDOWN to status 3 in 6 s (JS); use 30 s"),
        wobble(S.WOBBLE_REFUSED,     FactKind.REFUSAL, "the modem said no where a yes was due"),
        wobble(S.WOBBLE_DROPPED,     FactKind.LOSS,    "the network took the context away"),
        wobble(S.WOBBLE_SILENT,      FactKind.SILENCE, "the limit passed"),
        wobble(S.WOBBLE_OUT_OF_STEP, FactKind.STEP,    "a legal line that has no place here"),
        wobble(S.WOBBLE_SWEPT,       FactKind.SWEEP,   "the modem left service"),
        reset(S.FULL_RESET_DEACTIVATING,    30.0, "→ AT+KCNXDOWN=<cnx>,1", "6.4: KCNXDOWN to status 3 in 6 s (JS); use 30 s", goes_on_at=(F.DEACTIVATE_ANSWERED, F.DEACTIVATE_REFUSED, F.MODEM_RESTARTED)),
        reset(S.FULL_RESET_AWAITING_CLOSED, 30.0, "status 3 or 0",         "6.4: KCNXDOWN to status 3 in 6 s (JS); use 30 s", goes_on_at=(F.CLOSED_REPORTED, F.LOST, F.MODEM_RESTARTED)),
    ),
    table=(
        #   in state               on fact                  go to
        row(S.UNCONFIGURED,        F.CONFIGURE_REQUESTED,   S.CONFIGURING),
        row(S.CONFIGURING,         F.CONFIGURED,            S.CONFIGURED),
        row(S.CONFIGURED,          F.ACTIVATE_REQUESTED,    S.ACTIVATING),
        row(S.CONFIGURED,          F.CONNECTING_REPORTED,   S.ACTIVATING),
        row(S.ACTIVATING,          F.UP_REPORTED,           S.UP),
        row(S.ACTIVATING,          F.STATUS_UP,             S.UP),
        row(S.ACTIVATING,          F.ACTIVATE_ACCEPTED,     S.ACTIVATING),
        row(S.ACTIVATING,          F.CONNECTING_REPORTED,   S.ACTIVATING),
        row(S.ACTIVATING,          F.ATTEMPT_FAILED,        S.ACTIVATING),
        row(S.UP,                  F.IDLE_STARTED,          S.IDLE_COUNTDOWN),
        row(S.IDLE_COUNTDOWN,      F.IDLE_CANCELLED,        S.UP),
        row(S.IDLE_COUNTDOWN,      F.IDLE_STARTED,          S.IDLE_COUNTDOWN),
        row(S.IDLE_COUNTDOWN,      F.CLOSED_REPORTED,       S.CONFIGURED),
        row(S.IDLE_COUNTDOWN,      F.LOST,                  S.CONFIGURED),
        row(S.IDLE_COUNTDOWN,      F.UP_REPORTED,           S.UP),
        row(S.IDLE_COUNTDOWN,      F.CONNECTING_REPORTED,   S.ACTIVATING),
        row(S.UP,                  F.CLOSED_REPORTED,       S.CONFIGURED),

        row(S.CONFIGURED,          F.CONFIGURE_REQUESTED,   S.CONFIGURING),
        row(S.UP,                  F.DEACTIVATE_REQUESTED,  S.DEACTIVATING),
        row(S.IDLE_COUNTDOWN,      F.DEACTIVATE_REQUESTED,  S.DEACTIVATING),
        row(S.ACTIVATING,          F.DEACTIVATE_REQUESTED,  S.DEACTIVATING),
        row(S.DEACTIVATING,        F.CLOSED_REPORTED,       S.CONFIGURED),
        row(S.DEACTIVATING,        F.LOST,                  S.CONFIGURED),
        row(S.DEACTIVATING,        F.DEACTIVATE_REFUSED,    S.UP),

        # The URC may be missing altogether, or come before a socket is asked for (2.2, FRCV).
        row(S.UNCONFIGURED,        F.CONNECTING_REPORTED,   S.ACTIVATING),
        row(S.UNCONFIGURED,        F.UP_REPORTED,           S.UP),
        row(S.UNCONFIGURED,        F.ACTIVATE_REQUESTED,    S.ACTIVATING),
        row(S.CONFIGURED,          F.UP_REPORTED,           S.UP),
        row(S.UNCONFIGURED,        F.STATUS_UP,             S.UP),
        row(S.CONFIGURED,          F.STATUS_UP,             S.UP),
        row(S.CONFIGURED,          F.IDLE_STARTED,          S.IDLE_COUNTDOWN),
        row(S.UNCONFIGURED,        F.SOCKET_CONNECTED,      S.UP),
        row(S.CONFIGURED,          F.SOCKET_CONNECTED,      S.UP),
        row(S.ACTIVATING,          F.SOCKET_CONNECTED,      S.UP),
        row(S.IDLE_COUNTDOWN,      F.SOCKET_CONNECTED,      S.UP),

        # A capture may begin in the middle.
        row(S.UNKNOWN,             F.ACTIVATE_REQUESTED,    S.ACTIVATING),
        row(S.UNKNOWN,             F.DEACTIVATE_REQUESTED,  S.DEACTIVATING),
        row(S.UNKNOWN,             F.CONFIGURED,            S.CONFIGURED),
        row(S.UNKNOWN,             F.ACTIVATE_ACCEPTED,     S.ACTIVATING),
        row(S.UNKNOWN,             F.CONNECTING_REPORTED,   S.ACTIVATING),
        row(S.UNKNOWN,             F.ATTEMPT_FAILED,        S.ACTIVATING),
        row(S.UNKNOWN,             F.UP_REPORTED,           S.UP),
        row(S.UNKNOWN,             F.STATUS_UP,             S.UP),
        row(S.UNKNOWN,             F.IDLE_STARTED,          S.IDLE_COUNTDOWN),
        row(S.UNKNOWN,             F.IDLE_CANCELLED,        S.UP),
        row(S.UNKNOWN,             F.CLOSED_REPORTED,       S.CONFIGURED),
        row(S.UNKNOWN,             F.SOCKET_CONNECTED,      S.UP),
        ignore(S.UNKNOWN,          F.CONFIGURE_REFUSED,     "it may be active: an active profile refuses KCNXCFG (7.7 f15)"),
        ignore(S.UNKNOWN,          F.SWEPT,                 "nothing is known that could be lost"),

        ignore(S.UP,                         F.UP_REPORTED, "said twice: once for each address family (2.2)"),
        ignore(S.UP,                         F.SOCKET_CONNECTED, "as it should be"),
        ignore((S.CONFIGURING, S.UP, S.IDLE_COUNTDOWN, S.DEACTIVATING), F.STATUS_UP, "as it should be; on its way down it is up until it is down"),
        ignore((S.UP, S.IDLE_COUNTDOWN),     F.ACTIVATE_ACCEPTED, "the IND may come before the OK (9)"),
        ignore(S.UP,                         F.IDLE_CANCELLED, "the countdown was over already"),
        ignore((S.UP, S.IDLE_COUNTDOWN, S.ACTIVATING), F.CONFIGURE_REFUSED, "an active profile refuses KCNXCFG and stays as it is (7.7 f15)"),
        ignore((S.UP, S.IDLE_COUNTDOWN, S.ACTIVATING), F.CONFIGURED, "stored for the next activation"),
        ignore((*DOWN, S.ACTIVATING, S.UP, S.IDLE_COUNTDOWN, S.DEACTIVATING), F.DEACTIVATE_ANSWERED, "status 3 or 0 decides (8)"),
        ignore((*DOWN, S.ACTIVATING, S.UP, S.IDLE_COUNTDOWN), F.DEACTIVATE_REFUSED, "what was refused has not happened"),
        ignore((S.UNCONFIGURED, S.CONFIGURED), F.CLOSED_REPORTED, "it is down already"),
        ignore((S.UNCONFIGURED, S.CONFIGURED), F.LOST, "it is down already (phase-0 firmware ends its idle timer so, 2.2)"),
        ignore(S.DEACTIVATING,               F.IDLE_STARTED, "it goes down either way"),
        ignore(S.DEACTIVATING,               F.SOCKET_CONNECTED, "it goes down all the same"),
        ignore((S.UNCONFIGURED, S.CONFIGURING, S.CONFIGURED, S.DEACTIVATING), F.SWEPT, "nothing that was up is lost"),
        row(S.UNCONFIGURED,        F.MODEM_RESTARTED,       S.UNCONFIGURED),
        row(S.CONFIGURING,         F.MODEM_RESTARTED,       S.UNCONFIGURED),
        row(S.CONFIGURED,          F.MODEM_RESTARTED,       S.UNCONFIGURED),
        row(S.ACTIVATING,          F.MODEM_RESTARTED,       S.UNCONFIGURED),
        row(S.UP,                  F.MODEM_RESTARTED,       S.UNCONFIGURED),
        row(S.IDLE_COUNTDOWN,      F.MODEM_RESTARTED,       S.UNCONFIGURED),
        row(S.DEACTIVATING,        F.MODEM_RESTARTED,       S.UNCONFIGURED),
        ignore(S.UNKNOWN,          F.MODEM_RESTARTED,       "a stored profile may survive; nothing is known of it"),

        row(S.FULL_RESET_DEACTIVATING,    F.DEACTIVATE_ANSWERED, S.FULL_RESET_AWAITING_CLOSED),
        row(S.FULL_RESET_DEACTIVATING,    F.DEACTIVATE_REFUSED,  S.FULL_RESET_AWAITING_CLOSED),
        row(S.FULL_RESET_DEACTIVATING,    F.LIMIT_PASSED,        S.FULL_RESET_AWAITING_CLOSED),
        row(S.FULL_RESET_AWAITING_CLOSED, F.CLOSED_REPORTED,     S.UNCONFIGURED),
        row(S.FULL_RESET_AWAITING_CLOSED, F.LOST,                S.UNCONFIGURED),
        row(S.FULL_RESET_AWAITING_CLOSED, F.LIMIT_PASSED,        S.UNCONFIGURED),
        row(S.FULL_RESET_DEACTIVATING,    F.MODEM_RESTARTED,     S.UNCONFIGURED),
        row(S.FULL_RESET_AWAITING_CLOSED, F.MODEM_RESTARTED,     S.UNCONFIGURED),
    ),
)
# fmt: on
