"""The ladder: how much is reset when the last reset did not bring service back.

No wobble states: this chart is what a wobble of another chart leads to, so every cell is written
out. Which rung is due is counted outside (two tries a rung) and arrives as a fact.
"""

from __future__ import annotations

from enum import StrEnum

from atfsm.at.facts import RecoveryFact as F
from atfsm.chart import RESTING, Chart, ignore, row, state


class RecoveryState(StrEnum):
    """States of the ladder."""

    IN_SERVICE = "in_service"
    WAITING = "waiting"
    RESETTING_SOCKET = "resetting_socket"
    RESETTING_CONTEXT = "resetting_context"
    RESTARTING_MODEM = "restarting_modem"
    POWER_CYCLING = "power_cycling"
    PROVING = "proving"
    NEEDS_HUMAN = "needs_human"


S = RecoveryState
RUNGS = (S.RESETTING_SOCKET, S.RESETTING_CONTEXT, S.RESTARTING_MODEM, S.POWER_CYCLING)
DUE = (
    (F.SOCKET_RESET_DUE, S.RESETTING_SOCKET),
    (F.CONTEXT_RESET_DUE, S.RESETTING_CONTEXT),
    (F.MODEM_RESTART_DUE, S.RESTARTING_MODEM),
    (F.POWER_CUT_DUE, S.POWER_CYCLING),
)

# fmt: off
RECOVERY = Chart(
    name="recovery",
    title="Recovery ladder",
    about="The smallest whole thing that failed is reset; if that brings nothing, the next bigger.",
    facts=F,
    initial=S.IN_SERVICE,
    happy_path=(S.IN_SERVICE, S.RESETTING_SOCKET, S.RESETTING_CONTEXT, S.RESTARTING_MODEM, S.POWER_CYCLING, S.NEEDS_HUMAN),
    states=(
        #     state                at most, s  what is true there                                   source of the limit
        state(S.IN_SERVICE,        RESTING,    "data passes"),
        state(S.RESETTING_SOCKET,  72.0,       "close, delete, read back: one socket",              "62 + 5 + 5 s: the steps of the tcp chart"),
        state(S.RESETTING_CONTEXT, 60.0,       "the context goes down, its sockets with it",        "30 + 30 s: the steps of the pdp chart"),
        state(S.RESTARTING_MODEM,  60.0,       "AT+CFUN=1,1, or AT!RESET, then the banner",         "15 + 15 + 30 s: the steps of the modem chart"),
        state(S.POWER_CYCLING,     60.0,       "the power hook, then the banner",                   "30 + 30 s: the steps of the modem chart"),
        state(S.PROVING,           180.0,      "the reset is done; data has yet to pass",           "6.4: registration 180 s (ZN), the longest part of a rebuild"),
        state(S.WAITING,           300.0,      "spacing: 1 s to 5 min between resets, growing",     "design: the ladder; peers 6.1 (boot-hold, attach bans)"),
        state(S.NEEDS_HUMAN,       RESTING,    "every rung was tried twice; it goes on, slowly"),
    ),
    table=(
        #   in state             on fact              go to
        *(row(S.IN_SERVICE, fact, rung) for fact, rung in DUE),
        row(S.RESETTING_SOCKET,  F.CONTEXT_RESET_DUE, S.RESETTING_CONTEXT),
        row(S.RESETTING_CONTEXT, F.MODEM_RESTART_DUE, S.RESTARTING_MODEM),
        row(S.RESETTING_SOCKET,  F.MODEM_RESTART_DUE, S.RESTARTING_MODEM),
        row(S.RESETTING_SOCKET,  F.POWER_CUT_DUE,     S.POWER_CYCLING),
        row(S.RESETTING_CONTEXT, F.POWER_CUT_DUE,     S.POWER_CYCLING),
        row(S.RESTARTING_MODEM,  F.POWER_CUT_DUE,     S.POWER_CYCLING),
        *(row(at, F.RESET_COMPLETED,  S.PROVING)     for at in RUNGS),
        *(row(at, F.LIMIT_PASSED,     S.PROVING)     for at in RUNGS),
        *(row(S.PROVING, fact, rung) for fact, rung in DUE),
        row(S.PROVING,           F.SERVICE_RETURNED,  S.IN_SERVICE),
        *(row(S.WAITING, fact, rung) for fact, rung in DUE),
        *(row(at, F.SPACING_DUE,      S.WAITING)     for at in (S.IN_SERVICE, S.PROVING, *RUNGS)),
        *(row(at, F.HUMAN_DUE,        S.NEEDS_HUMAN) for at in (S.IN_SERVICE, S.PROVING, S.WAITING, *RUNGS)),
        row(S.WAITING,           F.SERVICE_RETURNED,  S.IN_SERVICE),
        *(row(S.NEEDS_HUMAN, fact, rung) for fact, rung in DUE),
        row(S.NEEDS_HUMAN,       F.SERVICE_RETURNED,  S.IN_SERVICE),

        *(ignore(rung, fact, "this rung is being climbed") for fact, rung in DUE),
        ignore((S.RESETTING_CONTEXT, S.RESTARTING_MODEM, S.POWER_CYCLING), F.SOCKET_RESET_DUE, "the bigger reset takes the socket along"),
        ignore((S.RESTARTING_MODEM, S.POWER_CYCLING), F.CONTEXT_RESET_DUE, "the bigger reset takes the context along"),
        ignore(S.POWER_CYCLING,                   F.MODEM_RESTART_DUE, "the power cut takes the modem along"),
        ignore(RUNGS,                             F.SERVICE_RETURNED, "the reset runs to its end"),
        ignore(S.IN_SERVICE,                      F.SERVICE_RETURNED, "as it should be"),
        ignore((S.IN_SERVICE, S.PROVING, S.WAITING, S.NEEDS_HUMAN), F.RESET_COMPLETED, "no rung is being climbed"),
        ignore((S.IN_SERVICE, S.PROVING, S.NEEDS_HUMAN, *RUNGS),    F.SPACING_PASSED, "nothing waits for it"),
        ignore(S.WAITING,                         F.SPACING_PASSED, "the rung that is due follows in the same step"),
        ignore((S.WAITING, S.NEEDS_HUMAN),        F.SPACING_DUE, "it waits already"),
        ignore(S.NEEDS_HUMAN,                     F.HUMAN_DUE, "it has been said"),
        ignore((S.IN_SERVICE, S.NEEDS_HUMAN),     F.LIMIT_PASSED, "nothing is owed"),
        ignore((S.PROVING, S.WAITING),            F.LIMIT_PASSED, "the counters name the next rung"),
    ),
)
# fmt: on
