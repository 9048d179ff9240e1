"""UDP sockets: what only they can meet."""

from __future__ import annotations

from typing import Final

from atfsm.at.facts import UdpFact as U
from atfsm.replay.causes.advice import LINE_FIRST, LIST
from atfsm.replay.causes.model import cause
from atfsm.replay.causes.refusals import WHILE
from atfsm.replay.causes.sockets import HASTY, UNANSWERED, WAITED

ANY_STEP: Final = (
    *(U.NAMED, U.DEFINED, U.OPENED, U.SEND_OPENED, U.SENT, U.RECEIVE_OPENED, U.RECEIVED),
    *(U.CLOSE_ANSWERED, U.DELETE_ANSWERED),
)

# fmt: off
LOSSES: Final = (
    cause("udp.notif.other", "A notification that no table explains", U.FAILED, "`{got}` has a code that no table explains" + WHILE + ".",
        settle="The guide of this firmware; please send the log.", source="4"),
    cause("udp.ind", "The session reports that it is not usable", U.OPEN_FAILED,
        "`{got}` has a status other than 1, the only one that means usable" + WHILE + ".", settle="AT+KUDPCFG? lists the sessions that exist.",
        source="4 [M220]"),
)

SILENCE: Final = (
    cause("udp.silent.defining", "AT+KUDPCFG got no final result", U.LIMIT_PASSED, UNANSWERED + ".",
        likely=HASTY + "the modem is busy, sleeps, or has locked up", first=LINE_FIRST, settle=LIST, states=("opening",), needs=("command_line",),
        source="4 [QA-UDP], 6.4"),
    cause("udp.silent.opening", "The opening was never reported", U.LIMIT_PASSED,
        WAITED + "`+KUDP_IND: {id},1` did not come[[ after `{defined_text}` (line {defined_line})]].[[ `{up_text}` (line {up_line}) reports the "
        "PDP context only.]]", likely="the PDP context could not be raised: a UDP session opens as soon as its context is up",
        settle="Log `+KCNX_IND`: it says how the context fares; AT+KCNXCFG? has its state in the last field, 2 being connected.", states=("opening",),
        source="4 [ZN, QA-UDP], 6.4"),
)

OUT_OF_STEP: Final = (
    cause("udp.out_of_step.late_ind", "An opening is reported that nobody waits for", U.OPENED,
        "`{got}` says that session {id} is open" + WHILE + ".",
        likely="[[{reused}it is a late line of a session {id} that is over: ids are given out again, lowest first]][[{first}an AT+KUDPCFG is missing "
        "from the log]]", first="Ask AT+KUDPCFG?: if the session is listed, change nothing. If not:", source="q19 [QA-BX], 4"),
    cause("udp.out_of_step", "A line that has no place here", ANY_STEP, "`{got}` has no place here" + WHILE + "[[; {expected} was due]].",
        likely="a line is missing from the log, or two hosts speak to this modem", settle="Log everything that is written to the port, by whatever process.",
        source="4"),
)
# fmt: on
