"""Refusals of sockets: what ``+CME ERROR``, ``ERROR`` and ``NO CARRIER`` mean for a session.

One row a code of the protocol range, 902 to 932 (5.1), and one a group of the standard codes
(5.2). The rows of 923, the code of the field report, stand first.
"""

from __future__ import annotations

from typing import Final, Unpack

from atfsm.at.facts import TcpFact as T
from atfsm.at.facts import UdpFact as U
from atfsm.replay.causes.advice import (
    APN_FIRST,
    ASK_SIM,
    CORRECT,
    DENIED_WAIT,
    END_FIRST,
    GONE,
    HOST_OR_STATE,
    LEAKED,
    LEFT,
    LIST,
    NAME_SERVERS,
    NO_GUESS,
    NO_ROOM,
    NO_SERVICE,
    ONCE,
    ONLY_THIS,
    PEER,
    REBUILT,
    REGISTER_FIRST,
    RENEWED,
    SERVER_STAYS,
    SHORT_OF_MEMORY,
    SIM_AGAIN,
    SIM_FIRST,
    SLEEP,
    STATE_OF_PROFILE,
    STOP,
    TAKEN,
    TWICE,
    TWICE_IF_SENT,
    UNREAD,
    UNSENT,
    WAIT_FOR_CONTEXT,
)
from atfsm.replay.causes.model import REFUSED, Both, Cause, Rest, cause, twins

OPEN_TCP: Final = (
    *("connected", "send_offered", "sending", "receive_offered", "receiving", "draining"),
)
OPEN_UDP: Final = ("ready", "send_offered", "sending", "receive_offered", "receiving")
#: What a refusal answers.
ANSWERS: Final = (
    "`{got}` ({meaning}) answers [[`{command}` (line {command_line})]]"
    "[[{no_command}a command that the log does not show]]"
)
#: The same where the line itself has no meaning to look up.
PLAIN: Final = ANSWERS.replace(" ({meaning})", "")
WHILE: Final = "[[{known} while {kind} socket {name} was {state}, since line {since}]]"
STOOD: Final = "[[{known} {kind} socket {name} was {state}, since line {since}.]]"
NOT_READY: Final = "`{got}`: the modem did not open data mode"
#: Of 923 on a session that worked; then only its context and the modem are left to be tried.
REPORTED: Final = Both(
    "A user of TCP on this modem advises to rebuild the session; nobody reports that sending again "
    "on the same one helped. If 923 comes again on the new session, take the context down and up "
    "(AT+KCNXDOWN={cnx},1; all its sockets fall). If it still comes, restart the modem.",
    "For TCP a user of this modem advises to rebuild the session; for UDP nobody reports whether "
    "that is enough. If 923 comes again on the new session, take the context down and up "
    "(AT+KCNXDOWN={cnx},1; all its sockets fall). If it still comes, restart the modem.",
)
UNKNOWN: Final = (
    "What brings a session that works to 923 is not known: no cause has been published."
)
SETTLES_923: Final = (
    "Log the port byte for byte, payload and end pattern included, and every `+KCNX_IND`: that "
    "shows whether the transfer before was ended, and whether the context was up."
)
#: Registration, where the log says that it went.
UNREGISTERED: Final = "[[{no_service} Registration had gone before (`{unregistered_text}`, line {unregistered_line}).]]"
PEER_CLOSED_BEFORE: Final = "[[The peer had closed (line {peer_line}). " + UNREAD + " ]]"
#: The good sends, where there were any.
GOOD: Final = "[[; {sends} on it ended well, the last on line {sent_line}]]"

# fmt: off
#: Nobody has published a 923 that answers a read; what it means for one is as for the others.
READING: Final = twins("923.read", "A read could not enter data mode", ("receive_refused",),
    NOT_READY + " for `{command}` (line {command_line}), which was to read." + STOOD,
    likely="the socket was not open, or the port had not left the data mode of the transfer before, whose end pattern came late or not at all",
    first=END_FIRST, do="Bytes that were not read are lost with the session: the peer has to send them again.", settle=SETTLES_923, codes=(923,), source="5.1, q2 [F923], 3.1 [M207]")

TOO_EARLY: Final = (
    cause("tcp.923.connecting", "Data was offered before the socket was connected", (T.SEND_REFUSED, T.STRAY_REFUSAL),
        NOT_READY + "[[{shown}; `{command}` (line {command_line}) was sent while TCP socket {name} was still connecting, since line {since}]][[{hidden}; `{command}` (line {command_line}) was sent to TCP session {name}]][[{no_command}; which command it answers, the log "
        "does not show]].[[{no_command}{shown} TCP socket {name} was still connecting, since line {since}.]][[ `{up_text}` (line {up_line}) "
        "reports the PDP context, not the socket;]] `+KTCP_IND: {id},1`, which says that the socket is connected, [[{never}was never "
        "seen]][[{again}was not seen for this session, number {generation} of that id]][[was last seen on line {opened_line}, before that]].",
        likely="[[{no_command}data was offered to TCP socket {name} before it was connected]][[; the OK on line {unlogged_line} answered an "
        "AT+KTCPCNX that the log does not show, and the socket was still connecting]]",
        remedy=REBUILT.tcp, do="Then wait for `+KTCP_IND: {id},1` before AT+KTCPSND: no reset cures a send that comes too early. " + UNSENT,
        settle="AT+KTCPSTAT={id}, asked before data is offered: 2 is connecting, 3 is connected.", states=("connecting",), codes=(923,),
        source="5.1, q1 [F923], 3.2 [QA-TCP]"),
    cause("tcp.923.not_connected", "Data was offered to a session that nobody had connected", (T.SEND_REFUSED, T.STRAY_REFUSAL),
        NOT_READY + "[[; `{command}` (line {command_line}) was sent to TCP session {name}]][[{no_command}, for TCP session {name}]], which was "
        "{state}, since line {since}. Since then the log shows neither AT+KTCPCNX={id} nor `+KTCP_IND: {id},1`.",
        remedy=REBUILT.tcp, do="Then wait for `+KTCP_IND: {id},1` before AT+KTCPSND: no reset cures a send that comes too early. " + UNSENT, states=("undefined", "defining", "defined"), codes=(923,),
        source="5.1, q1 [F923], 3.1"),
    cause("tcp.923.closed", "Data was offered to a session that was closed", (T.SEND_REFUSED, T.STRAY_REFUSAL),
        NOT_READY + "[[; `{command}` (line {command_line}) was sent to TCP session {name}]][[{no_command}, for TCP session {name}]], which was "
        "{state}, since line {since}[[; the peer had closed it (`{peer_text}`, line {peer_line})]].",
        first=PEER_CLOSED_BEFORE, remedy=RENEWED.tcp, do="A closed session cannot be sent on: wait for `+KTCP_IND: {id},1`. " + UNSENT,
        states=("peer_closed", "closing", "closed", "deleting"), codes=(923,), source="5.1 [F923], 3.4 [M207]"),
    cause("udp.923.opening", "Data was offered before the socket was open", (U.SEND_REFUSED, U.STRAY_REFUSAL),
        NOT_READY + "[[; `{command}` (line {command_line}) was sent while UDP socket {name} was still opening, since line {since}]][[{no_command}; "
        "which command it answers, the log does not show. UDP socket {name} was still opening, since line {since}]].[[ `{up_text}` (line "
        "{up_line}) reports the PDP context, not the socket;]] `+KUDP_IND: {id},1` [[{never}was never seen]][[{again}was not seen for this "
        "session, number {generation} of that id]].", likely="[[{no_command}data was offered to UDP socket {name} before it was open]]",
        remedy=REBUILT.udp, do="Then wait for `+KUDP_IND: {id},1` before AT+KUDPSND: no reset cures a send that comes too early. " + UNSENT,
        states=("opening",), codes=(923,), source="5.1 [F923], 4 [M220]"),
    cause("udp.923.closed", "Data was offered to a session that was not open", (U.SEND_REFUSED, U.STRAY_REFUSAL),
        NOT_READY + "[[; `{command}` (line {command_line}) was sent to UDP session {name}]][[{no_command}, for UDP session {name}]], which was "
        "{state}, since line {since}.", remedy=REBUILT.udp, do="Then wait for `+KUDP_IND: {id},1` before AT+KUDPSND. " + UNSENT,
        states=("undefined", "closing", "closed", "deleting"), codes=(923,), source="5.1 [F923], 4"),
)


def _established(chart: str, states: tuple[str, ...]) -> tuple[Cause, ...]:
    """The second report of the thread: 923 on a session that worked."""
    facts = (T.SEND_REFUSED, T.STRAY_REFUSAL) if chart == "tcp" else (U.SEND_REFUSED, U.STRAY_REFUSAL)
    answered = NOT_READY + "[[ for `{command}` (line {command_line})]][[{no_command}; for which command, the log does not show]]. "
    index = ("tcp", "udp").index(chart)
    rebuilt, reported = REBUILT[index], UNSENT + REPORTED[index]
    pattern = "[[ The end pattern in force is `{pattern}` (line {pattern_line}).]]"
    return (
        cause(f"{chart}.923.context", "923 on a socket that worked, while its context was moving", facts,
            answered + "{kind} socket {name} was usable (line {usable_line}: `{usable_text}`)" + GOOD + "; since then its PDP context said "
            "`{moved_text}` (line {moved_line})." + pattern,
            likely="the context was on its way down, or back; or the port had not left the data mode of the transfer before; neither is proved",
            first=END_FIRST, remedy=rebuilt, do=reported, settle=SETTLES_923, states=states, codes=(923,), needs=("usable_line", "moved_line"), source="5.1, q2 [F923], 2.2 [M197]"),
        cause(f"{chart}.923.idle", "923 on a socket that worked, while its context counted down", facts,
            answered + "{kind} socket {name} was usable (line {usable_line}: `{usable_text}`)" + GOOD + "; since then its PDP context said "
            "`{idle_text}` (line {idle_line}): its idle countdown, which starts when the modem counts no open session." + pattern,
            likely="for the modem the session was not open any more, though no line says that it closed; or the port had not left the data mode of "
            "the transfer before; neither is proved",
            first=END_FIRST, remedy=rebuilt, do=reported, settle=SETTLES_923, states=states, codes=(923,), needs=("usable_line", "idle_line"), source="5.1, q2 [F923], 2.2 [M197]"),
        cause(f"{chart}.923.established", "923 on a socket that worked", facts,
            answered + "{kind} socket {name} was usable (line {usable_line}: `{usable_text}`)" + GOOD + "." + pattern + " " + UNKNOWN,
            likely="the port had not left the data mode of the transfer before, whose end pattern came late or not at all; or the context was being "
            "raised again; neither is proved", first=END_FIRST, remedy=rebuilt, do=reported, settle=SETTLES_923, states=states, codes=(923,), needs=("usable_line",),
            source="5.1, q2 [F923]"),
        cause(f"{chart}.923.unseen", "923 on a socket whose opening the log does not show", facts,
            answered + "Whether {kind} socket {name} was open, the log does not show: no line of it says so." + pattern,
            likely="data was offered before the socket was open; if it was open, no cause has been published",
            do=UNSENT + "Wait for `+K{kind}_IND: {id},1` before AT+K{kind}SND.", settle="Log from the definition of the session (AT+K{kind}CFG) on.",
            states=(*states, "unknown"), codes=(923,), source="5.1, q1, q2 [F923]"),
    )


def _coded(code: int, title: str, says: str, *, source: str, **rest: Unpack[Rest]) -> tuple[Cause, ...]:
    """One code of the protocol range, whatever command it answers."""
    rest["codes"] = (code,)
    return twins(str(code), title, REFUSED, f"{ANSWERS}: {says}", source=source, **rest)


NINE_HUNDRED: Final = (
    *_coded(902, "No socket is left", "the modem has no socket left.", likely="sessions that nobody deleted hold them", first=LEAKED,
        settle=LIST, source="5.1 [LEG-E], 7.7 [NBI]"),
    *_coded(903, "The modem is short of memory", "it could not be done for lack of memory.", likely="sessions that nobody deleted hold it",
        do=SHORT_OF_MEMORY, settle=LIST,
        source="5.1 [LEG-E, HL78]"),
    *_coded(904, "The name of the peer was not resolved", "the name of the peer could not be resolved.",
        likely="the name is wrong, or the PDP context has no name server that answers", remedy=ONLY_THIS, do=NAME_SERVERS,
        settle="Try the peer's address in place of its name: if that connects, it is the name service.", source="5.1 [LEG-E, HL78]"),
    *_coded(905, "The remote side had closed", "the modem says that the remote side has closed the connection." + STOOD, first=Both(f"[[{{defined}}{UNREAD} ]]", ""), remedy=RENEWED, do=PEER, source="5.1 [LEG-E, HL78], 3.4"),
    *twins("906.open", "The connection broke", REFUSED,
        ANSWERS + ": the connection broke. {kind} socket {name} was usable (line {usable_line}: `{usable_text}`)" + GOOD + "." + UNREGISTERED,
        likely=Both("the peer reset it, or the way to the peer broke", "the way to the peer broke, or nobody listens at that address and port"),
        remedy=REBUILT, do=PEER, settle=Both("See what the peer logged of that connection.", "See what arrived at the peer."), codes=(906,), needs=("usable_line",),
        source="5.1 [LEG-E, HL78], q12 [Z#104133]"),
    *_coded(906, "The peer refused, or was not reached", "the connection could not be made." + STOOD + UNREGISTERED,
        likely="nobody listens at that address and port, or something on the way drops what is sent there", first=NO_SERVICE, remedy=REBUILT, do=PEER,
        settle="Try the same address and port from another network, and another peer from this modem.", source="5.1 [LEG-E, HL78], q12 [Z#104133]"),
    *_coded(907, "The modem gives no reason", "the modem gives no reason." + STOOD, settle=LEFT,
        source="5.1 [LEG-E, HL78], 3.2"),
    *_coded(908, "A server session could not take a client", "a client of a server session could not be accepted.", first=SERVER_STAYS, remedy=REBUILT, source="5.1 [LEG-E, HL78]"),
    *_coded(909, "The payload was not as long as announced",
        "the payload was not as long as announced[[ by `{offered_text}` (line {offered_line})]].",
        remedy=REBUILT, do="Send exactly the announced bytes, then the end pattern, which is not counted, and nothing after it. " + PEER,
        source="5.1 [LEG-E, HL78], 1.6 [M207]"),
    *twins("910.profile", "The profile of the session is missing", ("define_refused",), ANSWERS + ", a command that names no session yet.",
        likely="it is the profile that is missing: it was never configured, or was lost in a restart or a sleep[[; HL7800 says `{slept_text}` "
        "(line {slept_line}) before it sleeps]]", first="Configure the profile first (AT+KCNXCFG).",
        settle="AT+KCNXCFG? lists the profiles that the modem holds.", codes=(910,), source="5.1, q15 [ZN], 0.2"),
    *twins("910.sleep", "The modem knows no such session, perhaps since a sleep", REFUSED,
        ANSWERS + ": the modem knows no session {id}. HL7800 says `{slept_text}` (line {slept_line}) before it sleeps.",
        likely="the session and its profile were lost in PSM or eDRX",
        remedy=GONE, do=Both(UNSENT + SLEEP, UNSENT + SLEEP), settle="AT+CPSMS?, AT+CEDRXS? and AT+KSLEEP? say whether it may sleep; AT+KCNXCFG? whether the profile is there.",
        codes=(910,), needs=("slept_line",), source="5.1, q15, 6.3 [ZN]"),
    *_coded(910, "The modem knows no such session",
        "the modem knows no session {id}[[, which was defined on line {defined_line} (`{defined_text}`)]].",
        likely="it was deleted, or lost with its profile in a restart or a sleep[[, which `{allowed_text}` (line {allowed_line}) allows]]; or the command "
        "names a wrong number", remedy=GONE, do=UNSENT,
        settle="AT+KTCPCFG? and AT+KUDPCFG? list the sessions that exist, AT+KCNXCFG? the profiles.", source="5.1 [QA-TCP, M213], q15 [ZN]"),
    *twins("911.open", "The session runs already", REFUSED,
        ANSWERS + ": session {id} runs already; it was open (line {usable_line}: `{usable_text}`).",
        do="A session that runs has to be closed before it is connected again or deleted.", codes=(911,), needs=("usable_line",), source="5.1 [NBI, QA-BX]"),
    *_coded(911, "The session runs already, and not by this log", "[[{defined}session {id}]][[{lacking}a session]] runs already, though the log does not show that "
        "it was opened.",
        likely="it is left from before the log began, was restored at boot, or its connection outlived a command that was given up",
        settle="{ask}, asked before anything is defined, shows what is left from before.", source="5.1 [NBI, QA-BX], q18 [NBI]"),
    *_coded(912, "All sessions are used", "no session is left.", likely="sessions that nobody deleted hold their ids", first=LEAKED,
        settle=LIST, source="5.1 [LEG-E, TMS], 7.7 [NBI]"),
    *_coded(913, "The connection took too long", "the connection was not made in time.",
        likely=Both("the peer does not answer, or what is sent to it is dropped on the way", "the context did not come up in time"), remedy=REBUILT, do=PEER,
        settle="Try the same address and port from another network.", source="5.1 [LEG-E, HL78]"),
    *_coded(914, "The control connection took too long",
        "the control connection of a transfer protocol was not made in time; a plain socket has none.", first=CORRECT, remedy=ONCE, source="5.1 [LEG-E, HL78]"),
    *_coded(915, "The command has a parameter too many", "the modem did not expect one of its parameters.", first=CORRECT, remedy=ONCE, source="5.1 [QA-BX]"),
    *twins("916.define", "A parameter of a definition is out of range", ("define_refused",), ANSWERS + ": one of its parameters has the wrong type, or is out of range.",
        likely="the mode, the address or a port is out of range", first=CORRECT, remedy=ONCE, codes=(916,), source="5.1 [QA-BX]"),
    *_coded(916, "A parameter is of the wrong type or range", "one of its parameters has the wrong type, or is out of range.",
        likely="the session id, the port or the number of bytes is out of range; some builds say so of a session that is gone",
        first="If AT+K{kind}CFG? does not list the session, it is gone: go straight on. If it does, correct the command: sent again as it is it will be refused again.", remedy=ONCE, source="5.1 [QA-BX]"),
    *_coded(917, "A parameter is missing", "one of its parameters is missing.",
        likely=Both("", "the address and the port of the peer, which every AT+KUDPSND has to name"), first=CORRECT, remedy=ONCE, source="5.1 [QA-BX], 4 [ZN]"),
    *_coded(918, "The modem does not support it", "this modem does not support what was asked.", first=CORRECT, remedy=ONCE, source="5.1 [LEG-E, HL78]"),
    *_coded(919, "It is not available as the modem is set up", "what was asked is not available as the modem is set up.", first=CORRECT, remedy=ONCE, source="5.1 [LEG-E, HL78]"),
    *_coded(920, "The protocol is not supported", "this modem does not speak the protocol that was asked for.", first=CORRECT, remedy=ONCE, source="5.1 [LEG-E, HL78]"),
    *_coded(921, "The context is not up",
        "the bearer is in a state in which this cannot be done[[; the last report of PDP context {cnx} is `{context_text}` (line {context_line})]].",
        likely="the PDP context is down, or on its way", first=WAIT_FOR_CONTEXT, do=UNSENT,
        settle=STATE_OF_PROFILE, source="5.1 [LEG-E]"),
    *_coded(922, "The session is in another state", "the session is in a state in which this cannot be done." + STOOD,
        likely="it is closed, is closing, or is not connected yet", first=Both(PEER_CLOSED_BEFORE, ""), do=UNSENT, settle=TAKEN, source="5.1 [QA-BX, FNC]"),
    *_coded(924, "The session is busy", "the session is busy with something else." + STOOD,
        likely="a command before it still runs, or the session is closing", do=UNSENT + "Wait for the result of each command before the next.",
        settle=TAKEN, source="5.1 [NBI]"),
    *_coded(925, "A name in an HTTP header is wrong", "the name in an HTTP header is wrong; a plain socket has none.", first=CORRECT, remedy=ONCE,
        source="5.1 [LEG-E, HL78]"),
    *_coded(926, "A value in an HTTP header is wrong", "the value in an HTTP header is wrong; a plain socket has none.", first=CORRECT, remedy=ONCE,
        source="5.1 [LEG-E, HL78]"),
    *_coded(927, "A name in an HTTP header is empty", "the name in an HTTP header is empty; a plain socket has none.", first=CORRECT, remedy=ONCE,
        source="5.1 [LEG-E, HL78]"),
    *_coded(928, "A value in an HTTP header is empty", "the value in an HTTP header is empty; a plain socket has none.", first=CORRECT, remedy=ONCE,
        source="5.1 [LEG-E, HL78]"),
    *_coded(929, "The input has the wrong format", "the format of its data is wrong.", first=CORRECT, remedy=ONCE, source="5.1 [LEG-E, HL78]"),
    *_coded(930, "The input has the wrong content", "the content of its data is wrong.", first=CORRECT, remedy=ONCE, source="5.1 [LEG-E, HL78]"),
    *_coded(931, "A parameter has the wrong length", "one of its parameters is too long or too short.",
        likely="the name of the peer is longer than the modem takes", first=CORRECT, remedy=ONCE, source="5.1 [LEG-E, HL78]"),
    *_coded(932, "A parameter has the wrong format", "the format of one of its parameters is wrong.", first=CORRECT, remedy=ONCE, source="5.1 [LEG-E, HL78]"),
)

#: Standard codes that mean the same to whatever was asked: 3GPP TS 27.007 and its words in LEG-S.
COMMAND_CODES: Final = (3, 4, 24, 25, 26, 27, 50, 51, 58, 59, 61)
PERSONALISED_CODES: Final = (5, 6, 7, *range(40, 49))
SIM_CODES: Final = (*range(10, 14), 15, 16, 800)
PIN2_CODES: Final = (17, 18)
SIM_BUSY_CODES: Final = (14,)
#: What is said of SIMs, by sockets and by contexts.
SIM_BUSY: Final = "the SIM is still being read, shortly after a start"
PERSONALISED: Final = "the modem takes SIMs of one operator or of one maker only, or one SIM only; this is another"
SERVICE_CODES: Final = (30,)
TIMED_OUT_CODES: Final = (31,)
OTHER_USE_CODES: Final = (57,)
RADIO_CODES: Final = (53, 55)
DENIED_CODES: Final = (32, 54, 103, 106, 107, 108, 111, 112, 113, 114, 115, 125, 177)
NO_ROOM_CODES: Final = (122, 126, 182)
CONTEXT_CODES: Final = (*range(127, 135), 148, 149, 179)
NO_CONTEXT_CODES: Final = (143,)
TOO_MANY_CODES: Final = (178,)
HOST_CODES: Final = (140, 141, 142, 144, 145, 146, *range(172, 177), 180, 181)
#: What is said of them, by sockets and by contexts.
PIN2: Final = "what was asked for is guarded by PIN2, mostly because only some numbers may be dialled; PIN2 keeps nobody from data service"
TIMED_OUT: Final = "the network did not answer in time"
OTHER_USE: Final = "the modem is busy with something else, such as a call"
NO_ROOM_NOW: Final = "the network is congested, or has nothing left to give now"
NO_CONTEXT: Final = "the profile was never configured, or was lost in a restart or a sleep"
TOO_MANY: Final = "contexts that nobody uses are still up"
WRONG_VALUES: Final = "the values that were asked for do not fit, or do not fit one another; or the modem and the network do not understand each other"

STANDARD: Final = (
    *twins("cme.command", "The command is not allowed, or not known", REFUSED, ANSWERS + ".",
        likely="the modem does not know the command in this form, or not in the state that it is in", first=HOST_OR_STATE, codes=COMMAND_CODES,
        source="5.2 [LEG-S]"),
    *twins("cme.sim_busy", "The SIM is busy", REFUSED, ANSWERS + ".", likely=SIM_BUSY, first=SIM_AGAIN,
        settle=ASK_SIM, codes=SIM_BUSY_CODES, source="5.2 [LEG-S], 6.2"),
    *twins("cme.personalised", "The modem is locked to other SIMs", REFUSED, ANSWERS + ".", likely=PERSONALISED,
        remedy=STOP, do=NO_GUESS, settle=ASK_SIM, codes=PERSONALISED_CODES, source="5.2 [LEG-S], 6.2 [STD]"),
    *twins("cme.sim", "The SIM stands in the way", REFUSED, ANSWERS + ".", likely="the SIM is not usable",
        remedy=SIM_FIRST, settle="AT+CPIN? says what the SIM waits for.", codes=SIM_CODES, source="5.2 [LEG-S], 6.2"),
    *twins("cme.pin2", "PIN2 is asked for", REFUSED, ANSWERS + ".", likely=PIN2, remedy=STOP, do=NO_GUESS, settle=ASK_SIM, codes=PIN2_CODES,
        source="5.2 [LEG-S]"),
    *twins("cme.service", "There is no network service", REFUSED, ANSWERS + ".", likely="the modem has no service from the network",
        first=REGISTER_FIRST,
        settle="AT+CEREG? and AT+CSQ say whether it is registered, and what it receives.", codes=SERVICE_CODES, source="5.2 [LEG-S, JOF]"),
    *twins("cme.timed_out", "The network did not answer", REFUSED, ANSWERS + ".", likely=TIMED_OUT, remedy=NO_ROOM,
        settle="AT+CEREG? and AT+CSQ say whether it is registered, and what it receives.", codes=TIMED_OUT_CODES, source="5.2 [LEG-S]"),
    *twins("cme.other_use", "The modem is in other use", REFUSED, ANSWERS + ".", likely=OTHER_USE, remedy=NO_ROOM,
        settle="AT+CPAS says whether a call is up.", codes=OTHER_USE_CODES, source="5.2 [LEG-S]"),
    *twins("cme.no_room", "The network has no room", REFUSED, ANSWERS + ".", likely=NO_ROOM_NOW, remedy=NO_ROOM,
        settle="Log at which times it comes: congestion has its hours.", codes=NO_ROOM_CODES, source="5.2 [LEG-S], peers 6.1"),
    *twins("cme.no_context", "The modem knows no such context", REFUSED, ANSWERS + ".", likely=NO_CONTEXT, remedy=GONE,
        settle="AT+KCNXCFG? lists the profiles that the modem holds.", codes=NO_CONTEXT_CODES, source="5.2 [LEG-S], q15 [ZN]"),
    *twins("cme.too_many", "There are too many contexts", REFUSED, ANSWERS + ".", likely=TOO_MANY,
        first="Take down every context that nobody uses (AT+KCNXCFG? has their states, AT+KCNXDOWN ends one and its sockets).", remedy=REBUILT,
        settle=STATE_OF_PROFILE, codes=TOO_MANY_CODES, source="5.2 [LEG-S]"),
    *twins("cme.values", "The request does not fit", REFUSED, ANSWERS + ".", likely=WRONG_VALUES, first=CORRECT, remedy=ONCE,
        settle="AT+CGDCONT? and AT+KCNXCFG? show what is asked for.", codes=HOST_CODES, source="5.2 [LEG-S]"),
    *twins("cme.radio_off", "The radio is switched off", REFUSED, ANSWERS + ": the modem reports that its radio functions are switched off.",
        first="Switch the radio on first (AT+CFUN=1).", settle="AT+CFUN? says whether the radio is on.", codes=RADIO_CODES, source="5.2 [LEG-S], 6.1"),
    *twins("cme.denied", "The network denies service", REFUSED, ANSWERS + ".", likely="this SIM, its subscription or this place: 115 is that no cell here may be used with it",
        remedy=DENIED_WAIT,
        settle="Ask the operator about this SIM, its subscription and where it may roam.", codes=DENIED_CODES, source="5.2 [LEG-S], peers 6.1"),
    *twins("cme.context", "The network does not give the context", REFUSED, ANSWERS + ".", likely="the network does not give the context",
        first=APN_FIRST, settle="AT+KCNXCFG? shows the APN that is used.", codes=CONTEXT_CODES,
        source="5.2 [LEG-S]"),
    *twins("no_carrier.data", "The link failed while data passed", ("send_refused", "receive_refused"),
        "`{got}` ended data mode[[ after `{command}` (line {command_line})]] while payload passed, and how much of it went through is not known.",
        likely="the link failed; or DTR dropped, where AT&D2 is set", do=TWICE_IF_SENT, settle="`+KCNX_IND` after it shows whether the link failed; AT&V shows &D.",
        states=("sending", "receiving", "draining"), codes=("NO CARRIER",), source="1.6 [M302]"),
    *twins("no_carrier", "The connection failed", REFUSED, PLAIN + WHILE + ".", likely="the connection failed, or could not be made", remedy=REBUILT, do=PEER, codes=("NO CARRIER",),
        source="1.5 [M302, M209]"),
    cause("tcp.error.receive", "KTCPRCV is refused without a code", T.RECEIVE_REFUSED, PLAIN + WHILE + ".",
        likely="any reason, where error codes are switched off; of old HL7800 firmware (AHL7800.1.4) it is known, and it then leaves much unanswered "
        "until it is restarted",
        do="If what follows stays unanswered, restart the modem.",
        settle="AT+CMEE=1 makes it give a code, and AT+CGMR names the firmware.", codes=("ERROR",), source="q10 [FRCV]"),
    *twins("error.coded", "A plain ERROR, though codes were asked for", REFUSED,
        PLAIN + WHILE + ". The modem gives no code, although `{cmee_text}` (line {cmee_line}) asks for one.",
        likely="the line was busy with another command, the command line was too long, or bytes after an end pattern were taken for a command: all are "
        "answered with a plain ERROR",
        settle="Log every byte that is written to the port, by whatever process.", codes=("ERROR",), needs=("cmee_line",), source="1.1, 1.5 [LEG-S]"),
    *twins("error", "A plain ERROR, without a code", REFUSED, PLAIN + WHILE + ". A plain ERROR gives no reason.",
        likely="error codes are not switched on; or bytes after an end pattern were taken for a command", do="Switch error codes on at every start (AT+CMEE=1).",
        settle="AT+CMEE? says whether they are; with 1 the next refusal has a code.", codes=("ERROR",), source="1.5 [LEG-S, QA-BX]"),
    *twins("refused.sending", "Refused while payload went out", ("send_refused",),
        "`{got}`[[ ({meaning})]] came while payload was going out[[ after `{command}` (line {command_line})]]: how much of it left is not known.",
        do=TWICE, states=("sending",), source="1.6 [M302]"),
    *twins("refused", "A command was refused", REFUSED,
        "`{got}`[[ ({meaning})]][[{unexplained} (no table explains this code)]] answers [[`{command}` (line {command_line})]][[{no_command}a command that "
        "the log does not show, and is counted for the socket last spoken to]]" + WHILE + "[[; {expected} was due]].", settle=LEFT, source="5.1, 5.2"),
)
# fmt: on

REFUSALS: Final = (
    *READING,
    *TOO_EARLY,
    *_established("tcp", OPEN_TCP),
    *_established("udp", OPEN_UDP),
    *NINE_HUNDRED,
    *STANDARD,
)
