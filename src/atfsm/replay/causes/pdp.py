"""PDP contexts."""

from __future__ import annotations

from typing import Final

from atfsm.at.facts import PdpFact as P
from atfsm.replay.causes.advice import (
    ANOTHER_PORT,
    APN,
    APN_FIRST,
    ASK_SIM,
    CORRECT,
    DENIED_CONTEXT,
    HOST_OR_STATE,
    LINE_FIRST,
    NO_GUESS,
    NO_ROOM_CONTEXT,
    NO_SERVICE,
    POWER_CUT,
    PROFILE_ONCE,
    RAISE_AGAIN,
    REGISTER_FIRST,
    SIM_AGAIN,
    SIM_FIRST,
    STATE_OF_PROFILE,
    STOP,
    WAIT_FOR_CONTEXT,
)
from atfsm.replay.causes.model import cause
from atfsm.replay.causes.refusals import (
    ANSWERS,
    COMMAND_CODES,
    CONTEXT_CODES,
    DENIED_CODES,
    HOST_CODES,
    NO_CONTEXT,
    NO_CONTEXT_CODES,
    NO_ROOM_CODES,
    NO_ROOM_NOW,
    OTHER_USE,
    OTHER_USE_CODES,
    PERSONALISED,
    PERSONALISED_CODES,
    PIN2,
    PIN2_CODES,
    RADIO_CODES,
    SERVICE_CODES,
    SIM_BUSY,
    SIM_BUSY_CODES,
    SIM_CODES,
    TIMED_OUT,
    TIMED_OUT_CODES,
    TOO_MANY,
    TOO_MANY_CODES,
    UNREGISTERED,
    WRONG_VALUES,
)
from atfsm.replay.causes.sockets import ECHOED, HASTY, UNANSWERED, WAITED

REFUSED: Final = (P.CONFIGURE_REFUSED, P.ACTIVATE_REFUSED, P.STRAY_REFUSAL)
#: As ANSWERS; a plain ERROR has no meaning to be looked up.
MEANT: Final = ANSWERS.replace(" ({meaning})", "[[ ({meaning})]]")
STOOD: Final = "[[{known}; PDP context {name} was {state}, since line {since}]]."
PARAMETER_CODES: Final = (915, 916, 917, 929, 930, 931, 932)
ANY_STEP: Final = (
    *(P.CONFIGURED, P.ACTIVATE_ACCEPTED, P.ATTEMPT_FAILED, P.IDLE_STARTED, P.IDLE_CANCELLED),
    *(P.CONNECTING_REPORTED, P.UP_REPORTED, P.CLOSED_REPORTED, P.SOCKET_CONNECTED),
)

# fmt: off
PDP: Final = (
    # ----------------------------------------------------------------------------- refusals
    cause("pdp.910", "The modem knows no such profile", (P.ACTIVATE_REFUSED, P.STRAY_REFUSAL), ANSWERS + STOOD,
        likely="the profile was never configured, or was lost in a restart or a sleep[[, which `{allowed_text}` (line {allowed_line}) allows]]",
        do="Configure it (AT+KCNXCFG) before it is used.", settle="AT+KCNXCFG? lists the profiles that the modem holds.", codes=(910,),
        source="5.1, q15 [ZN]"),
    cause("pdp.921", "The bearer is in another state", REFUSED, ANSWERS + STOOD, likely="it is going up or down at this moment", first=WAIT_FOR_CONTEXT, remedy="If the context is up, go on. If not, configure it again and bring it up once.",
        settle=STATE_OF_PROFILE, codes=(921,), source="5.1 [LEG-E]"),
    cause("pdp.parameter", "A parameter is wrong", REFUSED, ANSWERS + STOOD, first=CORRECT, remedy=PROFILE_ONCE,
        codes=PARAMETER_CODES, source="5.1 [QA-BX, LEG-E]"),
    cause("pdp.cme.command", "The command is not allowed, or not known", REFUSED, ANSWERS + STOOD,
        likely="the modem does not know the command in this form, or not in the state that it is in", first=HOST_OR_STATE, codes=COMMAND_CODES, source="5.2 [LEG-S]"),
    cause("pdp.cme.sim_busy", "The SIM is busy", REFUSED, ANSWERS + STOOD, likely=SIM_BUSY, first=SIM_AGAIN, settle=ASK_SIM, codes=SIM_BUSY_CODES,
        source="5.2 [LEG-S], 6.2"),
    cause("pdp.cme.personalised", "The modem is locked to other SIMs", REFUSED, ANSWERS + STOOD, likely=PERSONALISED, remedy=STOP, do=NO_GUESS, settle=ASK_SIM,
        codes=PERSONALISED_CODES, source="5.2 [LEG-S], 6.2 [STD]"),
    cause("pdp.cme.sim", "The SIM stands in the way", REFUSED, ANSWERS + STOOD, likely="the SIM is not usable",
        remedy=SIM_FIRST, settle="AT+CPIN? says what the SIM waits for.", codes=SIM_CODES, source="5.2 [LEG-S], 6.2"),
    cause("pdp.cme.pin2", "PIN2 is asked for", REFUSED, ANSWERS + STOOD, likely=PIN2, remedy=STOP, do=NO_GUESS, settle=ASK_SIM, codes=PIN2_CODES,
        source="5.2 [LEG-S]"),
    cause("pdp.cme.service", "There is no network service", REFUSED, ANSWERS + STOOD, likely="the modem has no service from the network",
        first=REGISTER_FIRST,
        settle="AT+CEREG? and AT+CSQ say whether it is registered, and what it receives.", codes=SERVICE_CODES, source="5.2 [LEG-S, JOF]"),
    cause("pdp.cme.timed_out", "The network did not answer", REFUSED, ANSWERS + STOOD, likely=TIMED_OUT, remedy=NO_ROOM_CONTEXT,
        settle="AT+CEREG? and AT+CSQ say whether it is registered, and what it receives.", codes=TIMED_OUT_CODES, source="5.2 [LEG-S]"),
    cause("pdp.cme.other_use", "The modem is in other use", REFUSED, ANSWERS + STOOD, likely=OTHER_USE, remedy=NO_ROOM_CONTEXT,
        settle="AT+CPAS says whether a call is up.", codes=OTHER_USE_CODES, source="5.2 [LEG-S]"),
    cause("pdp.cme.no_room", "The network has no room", REFUSED, ANSWERS + STOOD, likely=NO_ROOM_NOW, remedy=NO_ROOM_CONTEXT,
        settle="Log at which times it comes: congestion has its hours.", codes=NO_ROOM_CODES, source="5.2 [LEG-S], peers 6.1"),
    cause("pdp.cme.no_context", "The modem knows no such context", REFUSED, ANSWERS + STOOD, likely=NO_CONTEXT,
        do="Configure it (AT+KCNXCFG) before it is used.", settle="AT+KCNXCFG? lists the profiles that the modem holds.", codes=NO_CONTEXT_CODES,
        source="5.2 [LEG-S], q15 [ZN]"),
    cause("pdp.cme.too_many", "There are too many contexts", REFUSED, ANSWERS + STOOD, likely=TOO_MANY,
        first="Take down every context that nobody uses (AT+KCNXCFG? has their states, AT+KCNXDOWN ends one and its sockets).", remedy=PROFILE_ONCE,
        settle=STATE_OF_PROFILE, codes=TOO_MANY_CODES, source="5.2 [LEG-S]"),
    cause("pdp.cme.values", "The request does not fit", REFUSED, ANSWERS + STOOD, likely=WRONG_VALUES, first=CORRECT, remedy=PROFILE_ONCE,
        settle="AT+CGDCONT? and AT+KCNXCFG? show what is asked for.", codes=HOST_CODES, source="5.2 [LEG-S]"),
    cause("pdp.cme.radio_off", "The radio is switched off", REFUSED, ANSWERS + STOOD, first="Switch the radio on first (AT+CFUN=1).",
        settle="AT+CFUN? says whether the radio is on.", codes=RADIO_CODES, source="5.2 [LEG-S], 6.1"),
    cause("pdp.cme.denied", "The network denies service", REFUSED, ANSWERS + STOOD, likely="this SIM, its subscription or this place: 115 is that no cell here may be used with it",
        remedy=DENIED_CONTEXT,
        settle="Ask the operator about this SIM, its subscription and where it may roam.", codes=DENIED_CODES, source="5.2 [LEG-S], peers 6.1"),
    cause("pdp.cme.context", "The network does not give the context", REFUSED, ANSWERS + STOOD, likely="the network does not give the context", first=APN_FIRST,
        settle="AT+KCNXCFG? shows the APN that is used.", codes=CONTEXT_CODES, source="5.2 [LEG-S]"),
    cause("pdp.refused.configure", "The profile was refused", P.CONFIGURE_REFUSED, MEANT + STOOD,
        likely="a parameter is not allowed (a fixed local address is refused, for one); or the profile is active, though the log does not show it",
        first="Ask AT+KCNXCFG?: if the APN is right and the last field is 2, change nothing: an active profile refuses to be configured. If not:",
        settle="AT+KCNXCFG? shows what the profile holds, and in its last field whether it is active: 2 is connected, 0 is not.", source="2.1 [QA-CNX, NBI], 7.7 f15"),
    cause("pdp.refused.activate", "The activation was refused", P.ACTIVATE_REFUSED, MEANT + STOOD,
        likely="[[{no_meaning}the modem is not registered, or the profile is not configured]]", settle="AT+CEREG? and AT+KCNXCFG? say what is missing.",
        source="2.1 [QA-CNX]"),
    cause("pdp.refused", "A command for the context was refused", REFUSED,
        "`{got}`[[ ({meaning})]] answers a command that the log does not show, and is counted for PDP context {name}, which was {state}, since line "
        "{since}.", settle="Log what the host writes as well.", source="7.2 [F923]"),

    # ------------------------------------------------------------------------------- losses
    cause("pdp.lost.activating", "The network broke the activation off", P.LOST,
        "`{got}` ({meaning}): PDP context {name} was {state}, since line {since}." + UNREGISTERED,
        likely="the network refused it, or coverage went", first=NO_SERVICE, do=APN,
        settle="Log `+CEREG`: whether registration went first; AT+CEER may say why the network refused it.", states=("activating",), codes=(0,), source="2.2 [M197], 7.7 f11"),
    cause("pdp.lost", "The context went down", P.LOST,
        "`{got}` ({meaning}): the modem reports that PDP context {name} is down.[[{known} It was {state}, since line {since}.]]" + UNREGISTERED,
        likely="the network took it down, registration went, or the modem did it itself (`+CGEV: ME …`); its sockets are lost with it", first=NO_SERVICE, settle="Log `+CEREG` and `+CGEV`: whether registration went first, and who asked. Regular times point to a limit of the operator.", codes=(0,), source="2.2 [M197], 7.7 f11"),
    cause("pdp.lost.event", "The network took the context down (+CGEV)", P.LOST,
        "`{got}`: the network deactivated the context of this cid, which is taken to be that of profile {name}, and every socket on it with "
        "it.[[{known} It was {state}, since line {since}.]]" + UNREGISTERED, first=NO_SERVICE,
        settle="Log `+CEREG`: whether registration went first.", source="6.2 [STD]"),
    cause("pdp.activation_failed", "The last attempt to raise the context failed", P.ACTIVATION_FAILED,
        "`{got}`: the last attempt to raise PDP context {name} failed[[{known}; it was {state}, since line {since}]].",
        likely="APN, user name or subscription are wrong, or there is no coverage", first=f"{APN} Check coverage, too.",
        settle="AT+CEER asks for the reason of the last failure; AT+CEREG? for registration.", source="2.2 [M197], 7.7 f12"),

    # ------------------------------------------------------------------------------ silence
    cause("pdp.silent.echo_only", "Only the echo came back", P.LIMIT_PASSED, UNANSWERED + "." + ECHOED,
        likely=HASTY + "the modem has locked up: of RC7611 it is known that after hours only the echo of the last command comes back, then nothing",
        first=LINE_FIRST, do=POWER_CUT, settle=ANOTHER_PORT, needs=("echo_line",), source="q4 [FLOCK]"),
    cause("pdp.silent.activating.command", "The activation was not answered", P.LIMIT_PASSED, UNANSWERED + ": not even OK came.",
        likely=HASTY + "the modem is busy, sleeps, or has locked up", first=LINE_FIRST,
        settle="AT+KCNXCFG? ends in 2 where the context is up all the same.", states=("activating",), needs=("command_line",), source="2.1, 6.4"),
    cause("pdp.silent.activating", "The context did not come up", P.LIMIT_PASSED,
        WAITED + "`+KCNX_IND: {id},1` did not come; PDP context {name} was being raised since line {since}[[, and its last report is "
        "`{context_text}` (line {context_line})]].", likely="no coverage, or a network that does not answer; or the bearer was up already, where that URC may be missing",
        first="Ask AT+KCNXCFG? first: if it ends in 2 the context is up; do not touch it, go on. If not:", do=APN,
        settle="AT+KCNXCFG? ends in 2 where the context is up; AT+CEREG? and AT+CSQ say whether it is registered, and what it receives.", states=("activating",), source="2.1, 2.2, 6.4"),
    cause("pdp.silent.deactivating.command", "AT+KCNXDOWN got no final result", P.LIMIT_PASSED, UNANSWERED + ": not even OK came.",
        likely=HASTY + "the modem is busy, sleeps, or has locked up", first=LINE_FIRST, settle=STATE_OF_PROFILE,
        states=("deactivating",), needs=("command_line",), source="2.1, 6.4"),
    cause("pdp.silent.deactivating", "The context did not go down", P.LIMIT_PASSED,
        WAITED + "`+KCNX_IND: {id},3` did not come; PDP context {name} was on its way down since line {since}.", likely="some session still holds it",
        settle="AT+KTCPCFG? and AT+KUDPCFG? list the sessions that exist.", states=("deactivating",),
        source="8 [LPWA, JS], 6.4"),
    cause("pdp.silent", "No answer", P.LIMIT_PASSED,
        WAITED + "[[`{command}` (line {command_line}) {no_answer}]][[{no_command}{expected} did not come]].", first=LINE_FIRST,
        settle="Log every byte of the port with its time: whether anything came at all.", source="6.4"),

    # -------------------------------------------------------------------------- out of step
    cause("pdp.out_of_step.connecting", "The context is raised anew, and no line says that it went down", P.CONNECTING_REPORTED,
        "`{got}` ({meaning}), though PDP context {name} was {state}, since line {since}; no line says that it went down.",
        likely="it was lost for a moment, and the report of that is missing", settle="Log `+CEREG` and `+CGEV` as well.",
        states=("up", "deactivating"), source="2.2 [M197]"),
    cause("pdp.out_of_step.attempt", "An attempt to raise the context failed out of turn", P.ATTEMPT_FAILED,
        "`{got}` ({meaning}), though PDP context {name} was {state}, since line {since}: no line says that it was being raised.",
        likely="a socket asked for the context on its own", settle="Log what the host writes as well.", source="2.2 [M197]"),
    cause("pdp.out_of_step.idle", "The idle countdown moved out of turn", (P.IDLE_STARTED, P.IDLE_CANCELLED),
        "`{got}` ({meaning}), though PDP context {name} was {state}, since line {since}. The number after 5 is the countdown in seconds, and no error.",
        likely="a line that says that the context was up is missing from the log", settle="Log every `+KCNX_IND` from the start.",
        source="2.2 [M197, FRCV], q24"),
    cause("pdp.out_of_step", "A line that has no place here", ANY_STEP,
        "`{got}`[[ ({meaning})]] has no place here: PDP context {name} was {state}, since line {since}[[; {expected} was due]].",
        likely="a line is missing from the log, or two hosts speak to this modem", settle="Log everything that is written to the port, by whatever process.",
        source="2.2"),

    # -------------------------------------------------------------------------------- swept
    cause("pdp.swept.modem", "The modem left service", P.SWEPT,
        "{neighbour} left service on this line (`{got}`), and {whole}, {state} since line {since}, went with it.", remedy=RAISE_AGAIN, by=("modem",),
        source="11.1, 6.1 [ZN]"),
    cause("pdp.swept.port", "The port vanished", P.SWEPT,
        "{neighbour} lost its port (line {here}), and {whole}, {state} since line {since}, went with it.", remedy=RAISE_AGAIN, by=("line",),
        source="q4 [FLOCK]"),
    cause("pdp.swept", "A neighbour fell", P.SWEPT, "A neighbour of {whole}, {state} since line {since}, fell (line {here}).", source="11.1"),
)
# fmt: on
