"""The modem as a whole: start-up, SIM, registration."""

from __future__ import annotations

from typing import Final

from atfsm.at.dialects.standard import LOCKS
from atfsm.at.facts import ModemFact as M
from atfsm.replay.causes.advice import (
    ANOTHER_PORT,
    ANOTHER_SIM,
    ASK_SIM,
    NO_GUESS,
    REGISTER_FIRST,
    SLEEP,
    SPACED,
    STOP,
)
from atfsm.replay.causes.model import cause
from atfsm.replay.causes.refusals import PERSONALISED, PERSONALISED_CODES

STOOD: Final = "[[{known}; the modem was {state}, since line {since}]]."
CONTACTS: Final = "If a restart brings the SIM back, suspect its contacts."
ONE_RESTART: Final = "Restart once (AT+CFUN=1,1). If the SIM still fails, restart at most once an hour, and tell a person."
#: A host that restarts and enters the same PIN by itself locks the SIM in the third round.
NO_PIN: Final = (
    "[[{entered}Do not enter the PIN again, and switch off what enters it by itself. ]]"
)
ASK_AGAIN: Final = NO_PIN + "Ask AT+CPIN? again after 5 s. If that does not help:"
WAIT: Final = "Wait, longer each time. Then switch the radio off and on (AT+CFUN=0, 2 s, AT+CFUN=1). Restart the modem last, and not more than once an hour."
PIN_ONCE: Final = "Ask AT+CPIN?. Enter the PIN only if the answer is SIM PIN, and only once. If it is refused, stop and do not restart: a third wrong one locks the SIM."
AWAKE: Final = (
    "It has restarted already: wait until AT is answered (once a second, 10 times at most), set it up again (echo, error codes, end pattern, notifications), wait for registration (180 s at most), list old sessions (AT+KTCPCFG?, AT+KUDPCFG?), close and delete them, then the profile and the sockets. Restart it only if the "
    "set-up fails."
)
AWAKE_ONLY_SET_UP: Final = f"{AWAKE.removesuffix('.')}, never because a PIN was refused."
DATA_FIRST: Final = "Ask AT+CEREG? and AT+CGREG?. If one has state 1 or 5, data is registered: change nothing. If not:"
BUILT_UP: Final = " Then the profile and the sockets."
OPERATOR: Final = "Ask the operator about this SIM, its subscription and where it may roam."
WHY_RESTARTED: Final = "a dip of its supply, a crash of its firmware, a watchdog or a person who pulled its reset line, or a restart that was asked for on another port"

# fmt: off
MODEM: Final = (
    # ------------------------------------------------------------------------- registration
    cause("modem.denied", "The network denies registration", M.DENIED, "`{got}` ({meaning}): the network denies registration" + STOOD,
        likely="the SIM, its subscription, a missing roaming agreement, or a ban after too many attempts", first=DATA_FIRST, remedy=WAIT, do=SPACED, settle=f"{OPERATOR} AT+CEER may say why the network denied it.",
        source="6.2 [ZN, KR], peers 6.1"),
    cause("modem.denied.circuit", "The network denies registration for calls", M.DENIED_CIRCUIT,
        "`{got}` ({meaning}): the network denies registration in the circuit domain, and nothing in the log says that data is registered now" + STOOD,
        likely="the SIM, its subscription, a missing roaming agreement, or a ban after too many attempts; some networks deny calls and give data",
        remedy=WAIT, first=DATA_FIRST, do=SPACED, settle="AT+CEREG? says whether data is registered.", source="6.2 [ZN, KR]"),
    cause("modem.detached.network", "The network detached the modem", M.DETACHED_BY_NETWORK,
        "`{got}`: the network detached the modem (NW), and all contexts with it" + STOOD,
        remedy=REGISTER_FIRST + BUILT_UP, settle="AT+CEREG? says whether it is registered again; AT+CEER may say why it was not.",
        source="6.2 [STD]"),
    cause("modem.detached", "The modem detached itself from the network", M.DETACHED,
        "`{got}`: the modem detached itself (ME), and all contexts with it; no line of this log asks for it" + STOOD,
        likely="another program asked for it on another port, or the firmware did it",
        first="If a program of yours sent AT+CGATT=0 or AT+COPS=2: AT+CGATT=1 or AT+COPS=0, and nothing else. If not:",
        remedy=REGISTER_FIRST + BUILT_UP, settle="AT+CEREG? says whether it is registered again; AT+CEER may say why it was not.",
        source="6.2 [STD]"),

    # ------------------------------------------------------------------------------ restart
    cause("modem.restarted.sleep", "The modem started again, perhaps from a sleep", M.BOOT_REPORTED,
        "`{got}`: the modem reports a start or the end of a sleep, and no line of this log asks for a restart" + STOOD + " HL7800 says `{slept_text}` (line "
        "{slept_line}) before it sleeps; of other modems it means that there is no coverage.",
        likely="it woke from PSM or eDRX, after which HL7800 says so and has kept its settings, but neither profiles nor sockets",
        remedy=AWAKE, do=SLEEP,
        settle="AT+CPSMS?, AT+CEDRXS? and AT+KSLEEP? say whether it may sleep.", needs=("slept_line",), source="6.1 [ZN, ZO], 6.2, 6.3"),
    cause("modem.restarted", "The modem restarted, and no line of the log asks for it", M.BOOT_REPORTED,
        "`{got}`: the modem reports a start, and no line of this log asks for one" + STOOD,
        likely=WHY_RESTARTED, remedy=AWAKE,
        settle="Record its supply voltage together with the log, and ask who else can restart it.", source="6.1 [ZN]"),
    cause("modem.restarted.code", "The modem restarted, and waits for a code", M.BOOT_CODE_AWAITED,
        "`{got}` ({meaning}): the modem reports a start, and no line of this log asks for one" + STOOD + " It waits for a code.",
        likely=WHY_RESTARTED + "; the code is likely the PIN",
        first=PIN_ONCE + " After READY:", remedy=AWAKE_ONLY_SET_UP, settle="Record its supply voltage together with the log.", source="6.1 [ZN], 6.2 [KR, FAE]"),
    cause("modem.failure", "The modem reports an unrecoverable error", M.FAILURE_REPORTED, "`{got}` ({meaning})" + STOOD,
        remedy="Restart once (AT+CFUN=1,1). If it says so again, switch it off (HL78xx: AT+CFUN=0, AT+CPWROFF; RC76xx: AT!POWERDOWN), then cut its power once, a "
        "minute after the last cut at least. If it says so once more, stop and tell a person.", likely="the firmware is damaged, or the module is", settle="AT+CGMR names the firmware, for the vendor.",
        source="6.1 [ZN]"),

    # ---------------------------------------------------------------------------------- SIM
    cause("modem.sim.after_ready", "Ready, and then without its SIM", M.SIM_LOST,
        "`{got}` ({meaning}), after `{ready_text}` (line {ready_line}) had said that it was ready.",
        likely="the SIM could not be read: a fault of old HL7800 firmware that a restart cures for a while, or a contact",
        first=NO_PIN, remedy=ONE_RESTART, do="A restart is reported to help for a while; newer firmware is advised.", settle="AT+CGMR names the firmware; another SIM shows whether the card or the reader is bad.",
        codes=(2, 10), needs=("ready_line",), source="6.1 [FSIM]"),
    cause("modem.sim.absent", "There is no SIM", M.SIM_LOST, "`{got}` ({meaning})" + STOOD, likely="it is not in its holder, or its contacts are bad",
        first=ASK_AGAIN, remedy=ONE_RESTART, do=CONTACTS, settle=ANOTHER_SIM, codes=(2, 10),
        source="6.1 [ZN], 5.2 [LEG-S]"),
    cause("modem.sim.inactive", "The SIM is not active", M.SIM_LOST, "`{got}` ({meaning})" + STOOD, remedy=STOP, do="A person has to have it activated.",
        settle=OPERATOR, codes=(6,), source="6.1 [ZN]"),
    cause("modem.sim.failure", "The SIM fails, or is of the wrong kind", M.SIM_LOST, "`{got}` ({meaning})" + STOOD,
        likely="bad contacts, or a card that is worn out or not meant for this modem", first=NO_PIN, remedy=ONE_RESTART, do=CONTACTS,
        settle=ANOTHER_SIM, codes=(13, 15), source="5.2 [LEG-S], 6.2"),
    cause("modem.sim", "The SIM is gone or cannot be read", M.SIM_LOST, "`{got}` says that there is no SIM" + STOOD, first=ASK_AGAIN, remedy=ONE_RESTART, do=CONTACTS,
        settle=ANOTHER_SIM, source="6.2 [KR, FAE]"),
    cause("modem.sim.puk", "The SIM is locked, and asks for its PUK", M.SIM_LOCKED,
        "`{got}`[[ ({meaning})]]: the SIM is locked, and no restart unlocks it" + STOOD,
        likely="a wrong PIN was entered three times", remedy=STOP, do="Enter no code by guess: too many wrong ones destroy a SIM.",
        settle="AT+CPIN? says which code is asked for; the operator has the PUK.", codes=("SIM PUK", 12), source="6.2, 5.2 [LEG-S]"),
    cause("modem.sim.personalised", "The modem is locked to other SIMs", M.SIM_LOCKED,
        "`{got}`[[ ({meaning})]]: the modem waits for a code that unlocks it, not the SIM, and no restart does" + STOOD,
        likely=PERSONALISED, remedy=STOP, do=NO_GUESS, settle="AT+CPIN? names the lock; a SIM of the operator that the modem was sold for shows whether the lock or the card is to blame.",
        codes=(*LOCKS, *PERSONALISED_CODES), source="6.2 [STD], 5.2 [LEG-S]"),
    cause("modem.sim.locked", "The SIM is locked", M.SIM_LOCKED, "`{got}`[[ ({meaning})]]: there is a lock, and no restart opens it" + STOOD,
        likely="the SIM asks for its PUK, or the modem is locked to other SIMs", remedy=STOP, do="Enter no code by guess.",
        settle=ASK_SIM, source="6.1 [ZN]"),
    cause("modem.sim.pin", "The PIN was refused", M.SIM_REFUSED, "`{got}` ({meaning}) answers AT+CPIN (line {command_line}).",
        likely="the PIN is wrong; a third wrong one locks the SIM", remedy=STOP, do="Do not enter the same PIN again: correct it first.", codes=(16,), needs=("entered",),
        source="5.2 [LEG-S], 6.2"),
    cause("modem.sim.refused", "AT+CPIN was refused", M.SIM_REFUSED,
        "`{got}`[[ ({meaning})]] answers AT+CPIN (line {command_line}).",
        likely="[[{entered}the PIN is wrong (without error codes a wrong one gets ERROR, too); or ]]the SIM is not ready yet or not there",
        first=NO_PIN + "Ask AT+CPIN? after 5 s. READY: go on. SIM PIN: stop, a person has to check "
        "the PIN; a third wrong one locks the SIM. SIM PUK: stop.",
        remedy="Only if AT+CPIN? itself is refused: restart once (AT+CFUN=1,1), without entering the PIN. If it is still refused, stop and tell a person.",
        settle="[[{no_meaning}AT+CMEE=1 makes it say why.]]", source="5.2 [LEG-S], 6.2 [KR, FAE]"),

    # ------------------------------------------------------------------------------ silence
    cause("modem.silent.booting", "The modem did not report its start", M.LIMIT_PASSED,
        "{waited}: a restart began on line {since}, and no `+KSUP` came.",
        likely="start-up reports are switched off, or it came up at another speed of the port, or not at all",
        remedy="Write AT once a second, 10 times at most. If it answers, the modem has started: set it up. If not, try other speeds. If it still does not answer, "
        "cut its power, 3 times at most and a minute apart at least; then tell a person. Of an RC7620 it is reported that RESET_N does not help.", settle="Switch start-up reports on (AT+KSREP=1).",
        states=("booting",), source="6.1 [KR, ZN], 6.4"),
    cause("modem.silent.registering", "The modem did not register", M.LIMIT_PASSED,
        "{waited}: the modem searched for the network since line {since}, and did not register.",
        likely="there is no coverage, the antenna is not connected, or bands and technology do not fit the network",
        remedy=WAIT, do="Check antenna and coverage: a restart does not bring coverage.",
        settle="AT+CSQ, AT+CEREG? and AT+COPS? say what it receives and what it is looking for.", states=("registering", "attaching"),
        source="6.2, 6.4"),
    cause("modem.silent", "No answer", M.LIMIT_PASSED, "{waited}" + STOOD, settle="Log every byte of the port with its time.", source="6.4"),
    cause("modem.line_lost", "AT is not answered any more on this port", M.LINE_LOST, "The line was reset, and stayed silent (line {here})" + STOOD,
        likely="the modem has locked up: RC7611 and RC7620 are known to; of an RC7620 it is reported that RESET_N does not help",
        do="If a restart stays silent too, cut the power.", settle=ANOTHER_PORT,
        source="q3 [FCON], q4 [FLOCK], q5 [FUNR]"),

    # -------------------------------------------------------------------------- out of step
    cause("modem.out_of_step.code", "The SIM asks for its PIN in the middle of service", M.SIM_CODE_AWAITED,
        "`{got}`, though the modem was {state}, since line {since}.", likely="it restarted, and its report of that is missing; or the SIM was taken out and put in again",
        first=PIN_ONCE, remedy="No restart is needed. After the PIN: set the modem up, wait for registration, then the profile and the sockets.",
        do="Switch start-up reports on (AT+KSREP=1).", settle="`+KSUP` in the log.", source="6.2 [KR, FAE], 6.1"),
    cause("modem.out_of_step", "Power was cut out of turn", M.POWER_CUT, "The power of the modem was cut (line {here})" + STOOD,
        settle="Who cut it: atfsm does so only within a full reset.", source="6.1 [FLOCK, FCON]"),
)
# fmt: on
