"""The AT line itself."""

from __future__ import annotations

from typing import Final

from atfsm.at.facts import LineFact as L
from atfsm.replay.causes.advice import ANOTHER_PORT, POWER_CUT, SLEEP
from atfsm.replay.causes.model import cause
from atfsm.replay.causes.sockets import ECHOED, HASTY, UNANSWERED, WAITED

#: The SIM may have counted it (6.2).
PIN_PERHAPS: Final = (
    "[[{entered}Do not enter the PIN again, and switch off what enters it by itself: it may have been "
    "tried. When AT is answered, ask AT+CPIN?; if it still says SIM PIN, stop and tell a person. ]]"
)
ANY_STEP: Final = (
    *(L.RESULT_RECEIVED, L.DATA_OUT_OPENED, L.DATA_IN_OPENED, L.ONLINE_OPENED, L.STRAY_RESULT),
    *(L.COMMAND_OVERLAPPED, L.QUARANTINE_IMPOSED),
)

# fmt: off
LINE: Final = (
    cause("line.dropped", "The serial port vanished", L.PORT_LOST,
        "The serial port vanished (line {here}); the line was {state}, since line {since}.",
        likely="the modem restarted or lost power; on RC7611 USB goes when the modem locks up",
        remedy="Open the port again under a name that stays (by-id), wait until AT is answered, then begin with the set-up.",
        do="Cut the power only if it does not come back, a minute after the last cut at least.",
        settle="The kernel's log of that second says whether the device left the bus.", source="q4 [FLOCK]"),
    cause("line.silent.echo_only", "Only the echo came back", L.LIMIT_PASSED, UNANSWERED + "." + ECHOED,
        likely=HASTY + "the modem has locked up: of RC7611 it is known that after hours only the echo of the last command comes back, then nothing, "
        "and USB is gone as well", first=PIN_PERHAPS, do=POWER_CUT, settle=ANOTHER_PORT, needs=("echo_line",),
        source="q4 [FLOCK], q3 [FCON]"),
    cause("line.silent.at", "Not even AT is answered", L.LIMIT_PASSED,
        UNANSWERED + ": the simplest command there is.",
        likely=HASTY + "the modem sleeps, is still starting, or has locked up; or the port is in data mode, waits for flow control (RTS/CTS), or runs at "
        "another speed; RC7611 is known to stop answering AT after 100 to 2000 rapid commands (Release 9)",
        do=SLEEP, settle=ANOTHER_PORT, needs=("plain_at",), source="q5 [FUNR], 6.3 [ZN, FRCV], 9 [KR]"),
    cause("line.silent.after_receive", "Deaf after a refused KTCPRCV", L.LIMIT_PASSED,
        UNANSWERED + ". The command before it, a read from a socket, was refused (`{received_text}`, "
        "line {received_line}).",
        likely="old HL7800 firmware (AHL7800.1.4), which leaves much unanswered after a refused KTCPRCV until it is restarted",
        do="If it stays deaf, restart the modem; newer firmware is the cure that is reported.", settle="AT+CGMR, after the restart, names the firmware.",
        needs=("received_line",), source="q10 [FRCV]"),
    cause("line.silent", "A command was not answered", L.LIMIT_PASSED,
        WAITED + "[[`{command}` (line {command_line}) {no_answer}]][[{no_command}no answer came]].",
        likely=HASTY + "the modem sleeps, is busy with a search, or has locked up", first=PIN_PERHAPS, do=SLEEP,
        settle="Log every byte of the port with its time: whether anything came at all, be it one line end.", source="6.4, 6.3 [ZN], q18 [NBI]"),
    cause("line.out_of_step.overlapped", "Two commands at once", L.COMMAND_OVERLAPPED,
        "`{got}` went out while `{in_flight}` (line {in_flight_line}) was unanswered. The modem takes one command at a time; which answer is whose "
        "is lost.",
        likely="the host waits too short for an answer, or two of its parts write without knowing of each other; Legato's AT server "
        "answers the second with ERROR, others queue or drop it",
        do="Wait for the final result of each command; after a payload that may take 62 s.", settle="Who writes to the port: one process, or several.", source="1.1 [LEG-S], 6.4 [Z#43580]"),
    cause("line.out_of_step", "A line that has no place here", ANY_STEP, "`{got}` has no place here: the line was {state}, since line {since}.",
        likely="a line is missing from the log, or two hosts speak to this modem", settle="Log everything that is written to the port, by whatever process.",
        source="1.5, 1.6, 9"),
)
# fmt: on
