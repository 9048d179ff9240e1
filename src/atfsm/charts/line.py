"""The AT line: who may speak now, and how long an answer may take."""

from __future__ import annotations

from enum import StrEnum

from atfsm.at.facts import LineFact as F
from atfsm.chart import OF_COMMAND, RESTING, Chart, ignore, reset, row, state, wobble
from atfsm.fact import FactKind


class LineState(StrEnum):
    """States of the AT line."""

    UNKNOWN = "unknown"
    IDLE = "idle"
    COMMAND_IN_FLIGHT = "command_in_flight"
    DATA_MODE_OUT = "data_mode_out"
    DATA_MODE_IN = "data_mode_in"
    ONLINE = "online"
    QUARANTINED = "quarantined"
    WOBBLE_DROPPED = "wobble_dropped"
    WOBBLE_SILENT = "wobble_silent"
    WOBBLE_OUT_OF_STEP = "wobble_out_of_step"
    FULL_RESET_ENDING_DATA = "full_reset_ending_data"
    FULL_RESET_PROBING = "full_reset_probing"


S = LineState
TALKING = (S.COMMAND_IN_FLIGHT, S.IDLE, S.DATA_MODE_OUT, S.DATA_MODE_IN, S.ONLINE, S.QUARANTINED)
STRAY = "a late or doubled result answers nothing that we know of (9: duplicated OK)"

# fmt: off
LINE = Chart(
    name="line",
    title="AT line",
    about="The AT channel of one port: one command at a time, and no answer before its command.",
    facts=F,
    initial=S.UNKNOWN,
    happy_path=(S.UNKNOWN, S.COMMAND_IN_FLIGHT, S.IDLE),
    states=(
        #     state                at most, s   what is true there                                    source of the limit
        state(S.UNKNOWN,           RESTING,     "nothing was exchanged yet"),
        state(S.COMMAND_IN_FLIGHT, OF_COMMAND,  "a command line was written and awaits its final result"),
        state(S.IDLE,              RESTING,     "the last command was answered"),
        state(S.DATA_MODE_OUT,     62.0,        "payload and end pattern go out, then OK",            "6.4: 60 s allowed by the HL7800 spec (Z#43580), driver 62 s"),
        state(S.DATA_MODE_IN,      50.0,        "payload and end pattern come in, then OK",           "6.4: RCV data to OK 50 s (FR)"),
        state(S.ONLINE,            RESTING,     "direct data (PPP, KTCPSTART): nothing here is AT"),
        state(S.QUARANTINED,       10.0,        "a command stayed unanswered: nothing is sent",       "design: 10 s of silence"),
        wobble(S.WOBBLE_DROPPED,     FactKind.LOSS,    "the port is gone"),
        wobble(S.WOBBLE_SILENT,      FactKind.SILENCE, "a command of nobody's stayed unanswered"),
        wobble(S.WOBBLE_OUT_OF_STEP, FactKind.STEP,    "two commands at once, or data out of turn"),
        reset(S.FULL_RESET_ENDING_DATA, 2.0,  "→ end pattern, once",       "6.4: plain AT 2 s (KR)",                  goes_on_at=(F.RESULT_RECEIVED, F.STRAY_RESULT)),
        reset(S.FULL_RESET_PROBING,     10.0, "→ AT, until it is quiet",   "6.1: AT every 1 s up to 10 times (KR)",   goes_on_at=(F.RESULT_RECEIVED,)),
    ),
    table=(
        #   in state               on fact               go to
        row(S.UNKNOWN,             F.COMMAND_SENT,       S.COMMAND_IN_FLIGHT),
        row(S.UNKNOWN,             F.DATA_OUT_OPENED,    S.DATA_MODE_OUT),
        row(S.UNKNOWN,             F.DATA_IN_OPENED,     S.DATA_MODE_IN),
        row(S.UNKNOWN,             F.ONLINE_OPENED,      S.ONLINE),
        row(S.UNKNOWN,             F.QUARANTINE_IMPOSED, S.QUARANTINED),
        ignore(S.UNKNOWN,          F.COMMAND_OVERLAPPED, "the first AT after power-on may be swallowed (9, KR)"),
        ignore(S.UNKNOWN,          F.RESULT_RECEIVED,    "an answered AT is a beginning; the first real command leads on"),
        ignore(S.UNKNOWN,          F.PROBE_SENT,         "the first AT after power-on may be swallowed (9, KR)"),
        ignore(S.UNKNOWN,          F.LIMIT_PASSED,       "the first AT after power-on may be swallowed (9, KR)"),
        ignore(S.UNKNOWN,          F.STRAY_RESULT,       "a capture may begin between a command and its result"),

        row(S.COMMAND_IN_FLIGHT,   F.RESULT_RECEIVED,    S.IDLE),
        row(S.COMMAND_IN_FLIGHT,   F.DATA_OUT_OPENED,    S.DATA_MODE_OUT),
        row(S.COMMAND_IN_FLIGHT,   F.DATA_IN_OPENED,     S.DATA_MODE_IN),
        row(S.COMMAND_IN_FLIGHT,   F.ONLINE_OPENED,      S.ONLINE),
        row(S.COMMAND_IN_FLIGHT,   F.QUARANTINE_IMPOSED, S.QUARANTINED),
        ignore(S.COMMAND_IN_FLIGHT, F.STRAY_RESULT,      "a doubled result: the command was not even echoed yet (9)"),

        row(S.IDLE,                F.COMMAND_SENT,       S.COMMAND_IN_FLIGHT),
        row(S.IDLE,                F.PROBE_SENT,         S.COMMAND_IN_FLIGHT),
        ignore(S.IDLE,             F.STRAY_RESULT,       STRAY),
        ignore(S.IDLE,             F.QUARANTINE_IMPOSED, "the line itself owes nothing"),

        row(S.DATA_MODE_OUT,       F.RESULT_RECEIVED,    S.IDLE),
        row(S.DATA_MODE_OUT,       F.QUARANTINE_IMPOSED, S.QUARANTINED),
        row(S.DATA_MODE_IN,        F.RESULT_RECEIVED,    S.IDLE),
        row(S.DATA_MODE_IN,        F.QUARANTINE_IMPOSED, S.QUARANTINED),
        row(S.ONLINE,              F.RESULT_RECEIVED,    S.IDLE),
        row(S.ONLINE,              F.COMMAND_SENT,       S.COMMAND_IN_FLIGHT),
        ignore(S.ONLINE,           F.STRAY_RESULT,       "bytes of a direct data session are no results"),

        row(S.QUARANTINED,         F.RESULT_RECEIVED,    S.IDLE),
        row(S.QUARANTINED,         F.STRAY_RESULT,       S.IDLE),
        row(S.QUARANTINED,         F.LIMIT_PASSED,       S.IDLE),
        row(S.QUARANTINED,         F.COMMAND_SENT,       S.COMMAND_IN_FLIGHT),
        row(S.QUARANTINED,         F.PROBE_SENT,         S.COMMAND_IN_FLIGHT),
        ignore(S.QUARANTINED,      F.QUARANTINE_IMPOSED, "it is quarantined already"),

        *(row(at, F.MODEM_RESTARTED, S.UNKNOWN) for at in TALKING),
        ignore(S.UNKNOWN,          F.MODEM_RESTARTED,    "nothing was exchanged yet"),

        row(S.FULL_RESET_ENDING_DATA, F.RESULT_RECEIVED, S.FULL_RESET_PROBING),
        row(S.FULL_RESET_ENDING_DATA, F.STRAY_RESULT,    S.FULL_RESET_PROBING),
        row(S.FULL_RESET_ENDING_DATA, F.LIMIT_PASSED,    S.FULL_RESET_PROBING),
        row(S.FULL_RESET_PROBING,     F.RESULT_RECEIVED, S.IDLE),
        row(S.FULL_RESET_PROBING,     F.LIMIT_PASSED,    S.UNKNOWN),
    ),
)
# fmt: on
