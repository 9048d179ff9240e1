"""The modem as a whole: boot, set-up, SIM, registration."""

from __future__ import annotations

from enum import StrEnum

from atfsm.at.facts import ModemFact as F
from atfsm.chart import RESTING, Chart, ignore, reset, row, state, wobble
from atfsm.fact import FactKind


class ModemState(StrEnum):
    """States of the modem."""

    UNKNOWN = "unknown"
    BOOTING = "booting"
    SETTING_UP = "setting_up"
    CHECKING_SIM = "checking_sim"
    REGISTERING = "registering"
    ATTACHING = "attaching"
    REGISTERED = "registered"
    OFF_NETWORK = "off_network"
    LEAVING = "leaving"
    WOBBLE_REFUSED = "wobble_refused"
    WOBBLE_DENIED = "wobble_denied"
    WOBBLE_DROPPED = "wobble_dropped"
    WOBBLE_RESTARTED = "wobble_restarted"
    WOBBLE_SIM_LOST = "wobble_sim_lost"
    WOBBLE_SILENT = "wobble_silent"
    WOBBLE_OUT_OF_STEP = "wobble_out_of_step"
    FULL_RESET_RESTARTING = "full_reset_restarting"
    FULL_RESET_RESETTING = "full_reset_resetting"
    FULL_RESET_CUTTING_POWER = "full_reset_cutting_power"
    FULL_RESET_BOOTING = "full_reset_booting"


S = ModemState
EARLY = (S.UNKNOWN, S.BOOTING, S.SETTING_UP, S.CHECKING_SIM)
ON_AIR = (S.REGISTERING, S.ATTACHING, S.REGISTERED)
OFF = (S.LEAVING, S.OFF_NETWORK)
ALL = (*EARLY, *ON_AIR, *OFF)
CS = "the circuit domain says nothing about data; LTE-only networks never register it (6.2)"
BOOTED = (F.BOOT_REPORTED, F.BOOT_CODE_AWAITED)

# fmt: off
MODEM = Chart(
    name="modem",
    title="Modem · boot, SIM, registration",
    about="The modem as a whole, from power-on to registered.",
    facts=F,
    initial=S.UNKNOWN,
    happy_path=(S.BOOTING, S.SETTING_UP, S.CHECKING_SIM, S.REGISTERING, S.REGISTERED),
    states=(
        #     state              at most, s  what is true there                                         source of the limit
        state(S.UNKNOWN,         RESTING,    "nothing was seen of it yet; any fact is evidence"),
        state(S.BOOTING,         30.0,       "it restarts; +KSUP is due",                               "6.4: 24 s max RC76 (KR), 30 s (STM)"),
        state(S.SETTING_UP,      RESTING,    "it runs; echo, CMEE, end pattern and URCs are being set"),
        state(S.CHECKING_SIM,    RESTING,    "AT+CPIN? went out; READY is due"),
        state(S.REGISTERING,     180.0,      "the SIM is ready; the network is due",                    "6.4: 180 s (ZN; COPS 180 s STM)"),
        state(S.ATTACHING,       180.0,      "the packet domain is searched for",                       "6.4: 180 s (ZN; COPS 180 s STM)"),
        state(S.REGISTERED,      RESTING,    "registered at home or roaming: contexts can be raised"),
        state(S.OFF_NETWORK,     RESTING,    "off the network because the host said so"),
        state(S.LEAVING,         180.0,      "the host asks it to leave the network: CFUN, CGATT, COPS", "6.4: CGATT 140 s, COPS 180 s (STM)"),
        wobble(S.WOBBLE_REFUSED,     FactKind.REFUSAL, "the modem said no where a yes was due"),
        wobble(S.WOBBLE_DENIED,      FactKind.REFUSAL, "the network denies registration", catches=(F.DENIED, F.DENIED_CIRCUIT)),
        wobble(S.WOBBLE_DROPPED,     FactKind.LOSS,    "the network or the modem gave up"),
        wobble(S.WOBBLE_RESTARTED,   FactKind.LOSS,    "it restarted and nobody had asked", catches=BOOTED),
        wobble(S.WOBBLE_SIM_LOST,    FactKind.LOSS,    "the SIM is gone or locked", catches=(F.SIM_LOST, F.SIM_LOCKED)),
        wobble(S.WOBBLE_SILENT,      FactKind.SILENCE, "the limit passed"),
        wobble(S.WOBBLE_OUT_OF_STEP, FactKind.STEP,    "a legal line that has no place here"),
        reset(S.FULL_RESET_RESTARTING,    15.0, "→ AT+CFUN=1,1",      "6.4: settings 15 s (STM default)",   goes_on_at=(F.RESTART_ACCEPTED, F.RESTART_REFUSED, F.POWER_CUT_DUE)),
        reset(S.FULL_RESET_RESETTING,     15.0, "→ AT!RESET",         "6.4: settings 15 s (STM default)",   goes_on_at=(F.RESTART_ACCEPTED, F.RESTART_REFUSED)),
        reset(S.FULL_RESET_CUTTING_POWER, 30.0, "→ power hook",       "6.4: 30 s (STM)",                    goes_on_at=(F.POWER_CUT,)),
        reset(S.FULL_RESET_BOOTING,       30.0, "+KSUP is due",       "6.4: 24 s max RC76 (KR), 30 s (STM)", goes_on_at=(*BOOTED, F.LINE_ANSWERS)),
    ),
    table=(
        #   in state               on fact                 go to
        row(S.BOOTING,             F.BOOT_REPORTED,        S.SETTING_UP),
        row(S.SETTING_UP,          F.SIM_CHECK_REQUESTED,  S.CHECKING_SIM),
        row(S.CHECKING_SIM,        F.SIM_READY,            S.REGISTERING),
        row(S.REGISTERING,         F.REGISTERED,           S.REGISTERED),
        row(S.REGISTERING,         F.REGISTERED_CIRCUIT,   S.REGISTERED),
        row(S.REGISTERING,         F.SEARCHING,            S.ATTACHING),
        row(S.ATTACHING,           F.REGISTERED,           S.REGISTERED),
        row(S.REGISTERED,          F.SEARCHING,            S.ATTACHING),
        row(S.REGISTERED,          F.LIMITED_SERVICE,      S.ATTACHING),

        row(S.BOOTING,             F.BOOT_CODE_AWAITED,    S.CHECKING_SIM),
        row(S.BOOTING,             F.SIM_CHECK_REQUESTED,  S.CHECKING_SIM),
        row(S.BOOTING,             F.SETUP_REQUESTED,      S.SETTING_UP),
        row(S.BOOTING,             F.SIM_READY,            S.REGISTERING),
        row(S.BOOTING,             F.REGISTERED,           S.REGISTERED),
        row(S.SETTING_UP,          F.SIM_READY,            S.REGISTERING),
        row(S.SETTING_UP,          F.REGISTERED,           S.REGISTERED),
        row(S.SETTING_UP,          F.REGISTERED_CIRCUIT,   S.REGISTERED),
        row(S.CHECKING_SIM,        F.REGISTERED,           S.REGISTERED),
        row(S.CHECKING_SIM,        F.REGISTERED_CIRCUIT,   S.REGISTERED),

        row(S.REGISTERED,          F.LEAVE_REQUESTED,      S.LEAVING),
        row(S.LEAVING,             F.NETWORK_LEFT,         S.OFF_NETWORK),
        row(S.LEAVING,             F.LEAVE_REFUSED,        S.REGISTERED),
        row(S.LEAVING,             F.RESTART_REFUSED,      S.REGISTERED),
        row(S.LEAVING,             F.NETWORK_SOUGHT,       S.REGISTERING),
        row(S.OFF_NETWORK,         F.NETWORK_SOUGHT,       S.REGISTERING),
        *(row(at, F.NETWORK_LEFT, S.OFF_NETWORK) for at in (S.UNKNOWN, S.SETTING_UP, S.CHECKING_SIM, *ON_AIR)),
        *(row(at, F.RESTART_ACCEPTED, S.BOOTING)   for at in ALL if at is not S.BOOTING),
        *(row(at, F.POWER_TURNED_OFF, S.UNKNOWN)   for at in ALL if at is not S.UNKNOWN),

        # Settings may be lost with whatever silenced the line: they are made again.
        row(S.UNKNOWN,             F.LINE_ANSWERS,         S.SETTING_UP),
        row(S.BOOTING,             F.LINE_ANSWERS,         S.SETTING_UP),
        ignore((S.SETTING_UP, S.CHECKING_SIM, *ON_AIR, *OFF), F.LINE_ANSWERS, "its settings are made again; nothing else is known to be lost"),
        ignore(S.SETTING_UP,                    F.BOOT_REPORTED,      "the first AT may be answered before +KSUP (Z#88686)"),
        ignore(ALL,                             F.POWER_CUT_DUE,      "no reset of it is under way"),

        # A capture may begin in the middle.
        row(S.UNKNOWN,             F.BOOT_REPORTED,        S.SETTING_UP),
        row(S.UNKNOWN,             F.BOOT_CODE_AWAITED,    S.CHECKING_SIM),
        ignore(S.UNKNOWN,          F.SIM_READY,            "a host may ask at any time; it says nothing about registration"),
        row(S.UNKNOWN,             F.SIM_CODE_AWAITED,     S.CHECKING_SIM),
        row(S.UNKNOWN,             F.SIM_BUSY,             S.CHECKING_SIM),
        *(row(at, F.ATTACHED, S.REGISTERED) for at in (*EARLY, S.REGISTERING, S.ATTACHING, *OFF)),
        ignore(S.REGISTERED,                    F.ATTACHED,           "as it should be, or a late report"),
        row(S.UNKNOWN,             F.REGISTERED,           S.REGISTERED),
        row(S.UNKNOWN,             F.REGISTERED_CIRCUIT,   S.REGISTERED),
        ignore(S.UNKNOWN,          F.SEARCHING,            "+CEREG may come before +KSUP (9, Z#75398)"),
        ignore(S.UNKNOWN,          F.LIMITED_SERVICE,      "not yet data service (6.2)"),
        row(S.UNKNOWN,             F.RUNNING_PROVED,       S.SETTING_UP),
        *(row(at, F.SERVICE_PROVED, S.REGISTERED) for at in (*EARLY, S.REGISTERING, S.ATTACHING, S.LEAVING)),
        ignore((S.BOOTING, S.SETTING_UP, S.CHECKING_SIM, *ON_AIR, *OFF), F.RUNNING_PROVED, "as it should be"),
        ignore((S.REGISTERED, S.OFF_NETWORK),   F.SERVICE_PROVED,     "as it should be, or a late report"),
        ignore(S.UNKNOWN,          F.POWER_CUT,            "nothing is known yet"),

        ignore(S.BOOTING,                       F.RESTART_ACCEPTED,   "it restarts already; +KSUP decides (6.1)"),
        ignore((*EARLY, *ON_AIR, S.OFF_NETWORK), F.RESTART_REFUSED,    "what was refused has not happened (q6)"),
        ignore((*EARLY, *ON_AIR, S.OFF_NETWORK), F.LEAVE_REFUSED,      "what was refused has not happened"),
        ignore((*EARLY, *ON_AIR),               F.NETWORK_SOUGHT,    "it was on"),
        ignore((S.BOOTING, S.OFF_NETWORK),      F.NETWORK_LEFT,       "it was off, or is to boot"),
        ignore(S.UNKNOWN,                       F.POWER_TURNED_OFF,   "nothing was known of it"),
        ignore((S.BOOTING, S.SETTING_UP, S.CHECKING_SIM, S.ATTACHING, *OFF), F.SEARCHING, "+CEREG may come before +KSUP (9, Z#75398)"),
        ignore((*EARLY, *ON_AIR, *OFF),  F.SEARCHING_CIRCUIT,  CS),
        ignore((S.ATTACHING, S.REGISTERED, *OFF, S.BOOTING), F.REGISTERED_CIRCUIT, CS),
        ignore((S.ATTACHING, S.REGISTERED, *OFF, S.BOOTING), F.DENIED_CIRCUIT,     CS),
        ignore(ALL,                             F.COVERAGE_LOST,      "precedes PSM on HL7800; no failure by itself (6.2, ZN)"),
        ignore((S.BOOTING, S.SETTING_UP, S.CHECKING_SIM, S.REGISTERING, S.ATTACHING, *OFF), F.LIMITED_SERVICE, "not yet data service (6.2)"),
        ignore((S.REGISTERED, *OFF),     F.REGISTERED,         "as it should be, or a late report"),
        ignore((*ON_AIR, *OFF),          F.SIM_READY,          "as it should be"),
        ignore((S.BOOTING, S.SETTING_UP, S.CHECKING_SIM, *OFF), F.SIM_CODE_AWAITED, "AT+CPIN=<pin> follows (6.2)"),
        ignore((S.BOOTING, S.SETTING_UP, S.CHECKING_SIM, *ON_AIR, *OFF), F.SIM_BUSY, "shortly after boot: ask again (5.2)"),
        ignore((S.BOOTING, S.REGISTERING, S.ATTACHING, *OFF), F.DETACHED_BY_NETWORK, "it is not attached, or leaves"),
        ignore((*EARLY, S.REGISTERING, S.ATTACHING, *OFF), F.DETACHED, "it is not attached, or was told to detach (7.1 [QA-TCP])"),

        row(S.FULL_RESET_RESTARTING,    F.RESTART_ACCEPTED, S.FULL_RESET_BOOTING),
        row(S.FULL_RESET_RESTARTING,    F.RESTART_REFUSED,  S.FULL_RESET_RESETTING),
        row(S.FULL_RESET_RESTARTING,    F.LIMIT_PASSED,     S.FULL_RESET_CUTTING_POWER),
        row(S.FULL_RESET_RESTARTING,    F.POWER_CUT_DUE,    S.FULL_RESET_CUTTING_POWER),
        row(S.FULL_RESET_RESETTING,     F.RESTART_ACCEPTED, S.FULL_RESET_BOOTING),
        row(S.FULL_RESET_RESETTING,     F.RESTART_REFUSED,  S.FULL_RESET_CUTTING_POWER),
        row(S.FULL_RESET_RESETTING,     F.LIMIT_PASSED,     S.FULL_RESET_CUTTING_POWER),
        row(S.FULL_RESET_CUTTING_POWER, F.POWER_CUT,        S.FULL_RESET_BOOTING),
        row(S.FULL_RESET_CUTTING_POWER, F.LIMIT_PASSED,     S.FULL_RESET_BOOTING),
        row(S.FULL_RESET_BOOTING,       F.BOOT_REPORTED,    S.SETTING_UP),
        row(S.FULL_RESET_BOOTING,       F.BOOT_CODE_AWAITED, S.CHECKING_SIM),
        row(S.FULL_RESET_BOOTING,       F.LINE_ANSWERS,     S.SETTING_UP),
        row(S.FULL_RESET_BOOTING,       F.LIMIT_PASSED,     S.FULL_RESET_CUTTING_POWER),
    ),
)
# fmt: on
