"""What befalls TCP and UDP sockets alike: notifications, silence, stray lines, neighbours."""

from __future__ import annotations

from typing import Final, Unpack

from atfsm.replay.causes.advice import (
    ANOTHER_PORT,
    BACK_FIRST,
    GONE,
    LEAKED,
    LEFT,
    LINE_FIRST,
    LIST,
    NAME_SERVERS,
    NO_SERVICE,
    ONLY_THIS,
    PEER,
    POWER_CUT,
    REBUILD_AFTER,
    REBUILD_ALL,
    REBUILT,
    RESEND,
    SHORT_OF_MEMORY,
    STILL_SERVED,
    STILL_UP,
    TAKEN,
    TWICE,
    TWICE_IF_SENT,
)
from atfsm.replay.causes.model import Both, Cause, Rest, twins
from atfsm.replay.causes.refusals import UNREGISTERED, WHILE

NOTIFIED: Final = "`{got}` ({meaning})" + WHILE + "."
LOSES: Final = "HL7800 has been reported to send code 8 even when the count was right, and then to lose data notifications"
PLUS: Final = LOSES + "; and to drop two bytes after a `+` in a UDP payload"
AT_FAULT: Final = "bytes were lost between host and modem; or the firmware is at fault: "
LOST: Final = "the count was wrong, the end pattern stood within the payload, or bytes were lost between host and modem; "
#: How silence was judged: by the clock, or by the next command.
WAITED: Final = "{waited}: "
UNANSWERED: Final = WAITED + "`{command}` (line {command_line}) {no_answer}"
MISCOUNTED: Final = f"Announce exactly the bytes of the payload: the end pattern is not counted, a line end within the payload is. {TWICE} {PEER}"
HASTY: Final = "[[{by_command}the host did not wait, or two programs write to this port; or ]]"
ECHOED: Final = " Its echo came (line {echo_line}), and nothing after it."


def _notified(
    code: int, title: str, says: str = "", *, source: str, **rest: Unpack[Rest]
) -> tuple[Cause, ...]:
    """One code of ``+KTCP_NOTIF`` and ``+KUDP_NOTIF``, which may come while payload goes out."""
    proved = NOTIFIED + says
    do = rest.get("do", "")
    rest["do"] = Both(
        *(TWICE_IF_SENT + each for each in (do if isinstance(do, Both) else (do, do)))
    )
    rest["codes"] = (code,)
    return twins(f"notif.{code}", title, ("failed",), proved, source=source, **rest)


# fmt: off
CONTEXT_SAID: Final = "[[ The last report of PDP context {cnx} is `{context_text}` (line {context_line}).]]"

NOTIFICATIONS: Final = (
    *_notified(0, "Network error", CONTEXT_SAID + UNREGISTERED, likely="the IP layer under the socket is gone or stalled", first=NO_SERVICE,
        settle="Log `+KCNX_IND` and `+CEREG` as well: they say whether the context or the registration went first.", source="3.4, 4 [ZO]"),
    *_notified(1, "No socket is left", likely="sessions that nobody deleted hold them", first=LEAKED,
        settle=LIST, source="3.4, 4 [ZO], 7.7 [NBI]"),
    *_notified(2, "The modem is short of memory", likely="sessions that nobody deleted hold it",
        do=SHORT_OF_MEMORY, settle=LIST, source="3.4, 4 [ZO]"),
    *_notified(3, "The name of the peer was not resolved", likely="the name is wrong, or the PDP context has no name server that answers", remedy=ONLY_THIS, do=NAME_SERVERS,
        settle="Try the peer's address in place of its name: if that connects, it is the name service.", source="3.4, 4 [ZO]"),
    *_notified(5, "The peer refused, or was not reached",
        likely="nobody listens at that address and port, or something on the way drops what is sent there", remedy=REBUILT, do=PEER,
        settle="Try the same address and port from another network, and another peer from this modem.", source="3.4, 4 [ZO], q12 [Z#104133]"),
    *_notified(6, "The modem gives no reason", settle=LEFT, source="3.4 [M207], 4 [ZO]"),
    *twins("notif.8.pattern", "The end pattern stands within the payload", ("failed",),
        "`{got}` ({meaning}). `{offered_text}` (line {offered_line}) announced {announced} bytes, and after {pattern_at} bytes the payload (line "
        "{shown_line}) holds the end pattern itself: a modem ends the transfer there, and takes the rest for commands.",
        remedy=REBUILT, do=f"Choose an end pattern of 8 improbable bytes or more (AT+KPATTERN), and refuse payload that holds it. {TWICE} {PEER}", codes=(8,),
        needs=("pattern_at",), source="1.6 [M207], 3.4 [M207]"),
    *twins("notif.8.exact", "Code 8 in spite of an exact count", ("failed",),
        "`{got}` ({meaning}). But the log shows {shown_bytes} bytes before the end pattern (line {shown_line}), as many as `{offered_text}` (line "
        "{offered_line}) announced.", likely=Both(AT_FAULT + LOSES, AT_FAULT + PLUS), remedy=REBUILT, do=RESEND,
        settle="A logic analyser on the wire from host to modem: what counts is what reached the modem, not what the host wrote; a line without flow control "
        "loses bytes.", codes=(8,), needs=("exact",), source="3.4, q9 [F8], q25 [FBYT]"),
    *twins("notif.8.wrong", "The payload was not as long as announced", ("failed",),
        "`{got}` ({meaning}). `{offered_text}` (line {offered_line}) announced {announced} bytes[[, and the log shows {shown_bytes} before the end "
        "pattern (line {shown_line})]][[{no_end}; after so many (line {shown_line}) the log does not show the end pattern]].",
        remedy=REBUILT, do=MISCOUNTED, codes=(8,),
        needs=("wrong",), source="3.4 [M207], 1.6 [F8]"),
    *twins("notif.8.fewer", "Fewer bytes are shown than were announced", ("failed",),
        "`{got}` ({meaning}). `{offered_text}` (line {offered_line}) announced {announced} bytes, and the log shows {shown_bytes} before the end "
        "pattern (line {shown_line}), control characters apart.",
        likely="the count was wrong, or the end pattern stood within the payload; or the payload holds control characters, which a log of text does not show",
        remedy=REBUILT, do=MISCOUNTED,
        settle="Log the payload byte for byte: then the count can be compared.", codes=(8,), needs=("fewer",), source="3.4 [M207], 1.6 [F8]"),
    *twins("notif.8", "The payload did not arrive as long as announced", ("failed",),
        "`{got}` ({meaning}).[[ `{offered_text}` (line {offered_line}) announced {announced} bytes; how many went out, the log does not show.]]",
        likely=Both(LOST + LOSES, LOST + PLUS), remedy=REBUILT, do=RESEND,
        settle="Log the payload byte for byte, and set hardware flow control (AT&K3): then the count can be compared.", codes=(8,),
        source="3.4 [M207], q9 [F8], q25 [FBYT]"),
    *_notified(9, "The modem knows no such session",
        likely="it was deleted, or lost with its profile in a restart or a sleep[[, which `{allowed_text}` (line {allowed_line}) allows]]",
        remedy=GONE, settle=LIST, source="3.4 [M207], 4 [ZO], q15 [ZN]"),
    *_notified(10, "The session runs already", " The modem and the host do not agree on what the session does.",
        likely="a command was sent twice, or the session is left from before", settle=TAKEN,
        source="3.4 [M207], 4 [ZO]"),
    *_notified(11, "All sessions are used", likely="sessions that nobody deleted hold their ids",
        first=LEAKED, settle=LIST, source="3.4 [M207], 4 [ZO], 7.7 [NBI]"),
)

SILENCE: Final = (
    *twins("silent.echo_only", "Only the echo came back", ("limit_passed",), UNANSWERED + "." + ECHOED,
        likely=HASTY + "the modem has locked up: of RC7611 it is known that after hours of traffic only the echo of the last command comes back, then "
        "nothing, and USB is gone as well", first=LINE_FIRST, do=POWER_CUT, settle=ANOTHER_PORT, needs=("echo_line",),
        source="q4 [FLOCK], q3 [FCON]"),
    *twins("silent.connect_withheld", "No CONNECT came", ("limit_passed",),
        WAITED + "no CONNECT followed `{command}` (line {command_line})[[; {sends} on this socket ended well before, the last on line {sent_line}]].",
        likely="[[{by_command}the host did not wait for CONNECT; or ]]flow control holds the port, or the modem has locked up; of RC7620 a fault is known "
        "(QTI9X07TX-4619): CONNECT comes only after another command, and the modem was seen to lock up after it[[{reading}, though that is reported "
        "for sends only]]",
        first=LINE_FIRST + " Until a result comes write nothing but these AT: the one that releases CONNECT may have gone out as payload.",
        do="If it happens again, cut the power, no sooner than a minute after the last cut.",
        settle="The firmware version (AT+CGMR), for the vendor's note on this fault.", states=("send_offered", "receive_offered"),
        source="q3 [FCON], 6.4"),
    *twins("silent.sending", "The result of a send did not come", ("limit_passed",),
        WAITED + "{expected} did not follow the payload of `{command}` (line {command_line}).",
        likely="[[{by_clock}the modem did not see the end of the payload, or the network is congested: up to 60 s are allowed "
        "for]][[{by_command}the host did not wait: up to 60 s are allowed for, and a late OK is then taken for the next answer]]",
        first=LINE_FIRST, do=TWICE + " The next time, write nothing until 62 s have passed since the payload.",
        settle="Log the port byte for byte: whether the end pattern went out whole, and when.", states=("sending",), source="q11 [Z#43580], 6.4"),
    *twins("silent.receiving", "Incoming payload did not end", ("limit_passed",),
        WAITED + "neither the end pattern nor {expected} followed the CONNECT to `{command}` (line {command_line}).",
        likely="bytes were lost on the line", first=LINE_FIRST, do="What came of that read is not whole. If the peer can, have it send again.",
        settle="Log the port byte for byte, and set hardware flow control (AT&K3).", states=("receiving", "draining"), source="3.1 [M207], 6.4"),
    *twins("silent.closing", "The close was not answered", ("limit_passed",),
        UNANSWERED + ". Drivers allow a close up to 62 s.", first=LINE_FIRST, states=("closing",), source="6.4 [OP]"),
)

ANY_SILENCE: Final = (
    *twins("silent", "No answer", ("limit_passed",),
        WAITED + "[[`{command}` (line {command_line}) {no_answer}]][[{no_command}{expected} did not come]].", first=LINE_FIRST,
        settle="Log every byte of the port with its time: whether anything came at all.", source="6.4"),
)

IT_IS_GONE: Final = "It is gone: do not close that number now, for it may be another session's by now (AT+KTCPCFG?, AT+KUDPCFG?). Define a new one, if it is needed."
CLOSE_FIRST: Final = "From now on close first, then delete."

OUT_OF_PLACE: Final = (
    *twins("out_of_step.connect", "Data mode opened out of turn", ("send_opened", "receive_opened"),
        "`{got}` opened data mode" + WHILE + "[[; it answers `{command}` (line {command_line})]].",
        likely="the line that put the socket into service is missing from the log, or the answer belongs to another command", first=LINE_FIRST,
        settle=Both("AT+KTCPSTAT={id} before the transfer says whether the session is connected.", LEFT.udp), source="1.6, 3.1"),
    *twins("out_of_step.no_connect", "A transfer was answered without CONNECT", ("sent", "received"),
        "`{got}` answers `{command}` (line {command_line}), and no CONNECT came before it" + WHILE + ".",
        likely="the CONNECT is missing from the log, or the answer belongs to another command", settle="Log the port byte for byte.",
        states=("send_offered", "receive_offered"), source="1.6 [M207, M213]"),
    *twins("out_of_step.deleted_gone", "The session was gone before it was deleted", ("delete_answered",),
        "`{got}` ({meaning}) answers `{command}` (line {command_line}): the modem holds no session {id} any more. By this log it was {state}, since line "
        "{since}, and nothing had closed it.", likely="it was deleted or lost, and the log does not show how",
        remedy=IT_IS_GONE, do=CLOSE_FIRST, codes=(910,), source="5.1 [QA-TCP, M213], 8"),
    *twins("out_of_step.deleted_perhaps", "A delete was refused, perhaps because the session is gone", ("delete_answered",),
        "`{got}` ({meaning}) answers `{command}` (line {command_line}). The session had not been closed: it was {state}, since line {since}.",
        likely="the number is wrong, or the session is gone: some builds say so of one", first="Ask AT+K{kind}CFG?. If the session is not listed, it is gone: "
        "close nothing. If it is:", do=CLOSE_FIRST, codes=(916,), source="5.1 [QA-BX, NBI], 8"),
    *twins("out_of_step.deleted_open", "The session was deleted without a close", ("delete_answered",),
        "{kind} session {name} was deleted (`{command}`, line {command_line}) without being closed first: it was {state}, since line {since}.",
        remedy=IT_IS_GONE, do=CLOSE_FIRST, codes=("OK",), source="8, 3.1 [M209], [F923]"),
    *twins("out_of_step.deleted_running", "A delete was refused: the session had not been closed", ("delete_answered",),
        "`{got}`[[ ({meaning})]] answers `{command}` (line {command_line}): the session was not deleted. It had not been closed: it was {state}, since line "
        "{since}.", do=CLOSE_FIRST, source="5.1 [QA-BX], 8, 3.1 [M209]"),
)

TAKEN_ALONG: Final = (
    *twins("swept.context_refused", "A command for its context was refused", ("swept",),
        "A command for {neighbour} was refused on this line (`{got}`). Whether it is still up, the log does not show; {whole}, {state} since line {since}, stands "
        "on it.", first=STILL_UP, remedy=REBUILD_AFTER, needs=("in_vain",), by=("pdp",), source="2.1 [QA-CNX], 5.1"),
    *twins("swept.modem_refused", "A command for the SIM was refused", ("swept",),
        "A command for the SIM was refused on this line (`{got}`); no line says that the modem left service. {whole} was {state}, since line {since}.",
        first=STILL_SERVED, remedy=REBUILD_ALL, needs=("in_vain",), by=("modem",), source="5.2 [LEG-S], 6.2"),
    *twins("swept.context_left", "The host took the modem off the network under it", ("swept",),
        "{neighbour} closed on this line (`{got}`) under {whole}, {state} since line {since}, while `{leaving_text}` (line {leaving_line}), which asks for it, "
        "had no answer yet.", first=BACK_FIRST + " Then:", remedy=REBUILD_AFTER, do="Close sockets before.", needs=("leaving_line",), by=("pdp",),
        source="2.2 [M197], 2.3 [QA-TCP]"),
    *twins("swept.context", "Its context fell", ("swept",),
        "{neighbour} fell on this line (`{got}`), and {whole}, {state} since line {since}, went with it.", remedy=REBUILD_AFTER, needs=("fell",),
        by=("pdp",), source="7.7 f11, 2"),
    *twins("swept.context_down", "Its context was taken down under it", ("swept",),
        "{neighbour} went down on this line (`{got}`) under {whole}, {state} since line {since}. The host had asked for it (`{down_text}`, line "
        "{down_line}).", remedy=REBUILD_AFTER, do="Close sockets before their context is taken down.", needs=("down_line",), by=("pdp",),
        source="2.2 [M197], 8"),
    *twins("swept.context_closed", "Its context closed under it", ("swept",),
        "{neighbour} closed on this line (`{got}`) under {whole}, {state} since line {since}, and no line of this log asks for it.", remedy=REBUILD_AFTER,
        likely="the modem counted no open session and its idle countdown ended, or it was taken down on another port",
        settle="Log every `+KCNX_IND` from the start.", by=("pdp",), source="2.2 [M197], 8"),
    *twins("swept.modem", "The modem left service", ("swept",),
        "{neighbour} left service on this line (`{got}`), and {whole}, {state} since line {since}, went with it.", remedy=REBUILD_ALL, needs=("fell",),
        by=("modem",), source="11.1, 6.1 [ZN]"),
    *twins("swept.modem_off", "The host restarted the modem, or took it off the network", ("swept",),
        "{neighbour} left the network, or restarts, on this line (`{got}`) under {whole}, {state} since line {since}. The host had asked for it.",
        remedy=REBUILD_ALL, do="Close sockets before the modem is restarted, detached or its radio switched off.", by=("modem",), source="11.1, 6.1 [ZN, FR]"),
    *twins("swept.port", "The port vanished", ("swept",),
        "{neighbour} lost its port (line {here}), and {whole}, {state} since line {since}, went with it.", remedy=REBUILD_ALL, by=("line",),
        source="q4 [FLOCK]"),
    *twins("swept", "A neighbour fell", ("swept",), "A neighbour of {whole}, {state} since line {since}, fell (line {here}).", source="11.1"),
)
# fmt: on
