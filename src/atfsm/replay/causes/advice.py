"""What to do: the full reset of each machine, and advice that several rows give.

A full reset is told in the words of the manuals, with an end to every wait and to every round
(8, 11; peers 6.1). The words in ``{braces}`` are those of `atfsm.replay.evidence`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from atfsm.replay.causes.model import Both

# ------------------------------------------------------------------------------ the full reset

#: How a port that may be in data mode, where a command is payload, is brought back to commands
#: (1.6, 11.3; `atfsm` does the same: ADR 0012).
PROBED: Final = (
    "(1) Write nothing until the command has had its time: 180 s after AT+COPS, 150 s after AT+CGATT "
    "or AT+CGACT, 62 s after payload or a close, 50 s after the CONNECT of a read, 30 s after a "
    "connection or a context was asked for, else 15 s. (2) Write the end pattern once. "
    "(3) Write AT once a second, 10 times at most, until any result comes; an ERROR to the first AT "
    "is normal. If CONNECT comes, write the end pattern at once and no AT for 62 s, and count that "
    "send as failed. (4) If no result comes, restart the modem; if it does not answer, cut its "
    "power, no sooner than a minute after the last cut. (5) When it answers, wait for half a second "
    "of quiet."
)
#: Data that the log shows as announced and not as read (3.3): the delete takes it away.
DATA_WAITS: Final = (
    "[[`{unread_text}` (line {unread_line}) was not read: read it first (AT+K{kind}RCV={id},<n>), and "
    "stop at the first refusal; after the delete it is gone. ]]"
)
#: A session is closed, deleted and made anew: all that a fault of its peer asks for (8, q12).
RENEWED: Final = Both(
    "Do not repair it, make a new one: AT+KTCPCLOSE={id},1 (never skip it, even if it fails every "
    "time), AT+KTCPDEL={id} (910: done; 911: close again), then AT+KTCPCFG (new id) "
    "and AT+KTCPCNX, waiting longer each time.",
    "Do not repair it, make a new one: AT+KUDPCLOSE={id} (never skip it, even if it fails every "
    "time), AT+KUDPDEL={id} (910: done; 911: close again), then AT+KUDPCFG (new id), "
    "waiting longer each time.",
)
REBUILT: Final = Both(DATA_WAITS + RENEWED.tcp, DATA_WAITS + RENEWED.udp)
LADDER: Final = (
    " If it fails twice, rebuild the PDP context (ends its sockets); if that fails twice, "
    "restart the modem (4 an hour at most)."
)
#: The full reset of each machine, in words.
REMEDY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "line": f"{PROBED} (6) Start again.",
        "modem": "Restart it: AT+CFUN=1,1; if that is refused, AT!RESET (RC76xx). If nothing "
        "answers, cut its power, no sooner than a minute after the last cut. If it answers and a "
        "restart does not help, switch it off (HL78xx: AT+CFUN=0, AT+CPWROFF; RC76xx: "
        "AT!POWERDOWN) before its power is cut. Then set up, register and connect from the start. "
        "Not more than 4 restarts an hour.",
        "pdp": "Close and delete its sockets, AT+KCNXDOWN={id},1 (an ERROR is fine where it is down "
        "already), wait for `+KCNX_IND: {id},3` or `{id},0` (30 s at most), AT+KCNXCFG, "
        "AT+KCNXUP={id}, wait for `+KCNX_IND: {id},1` (150 s at most); then the sockets. Wait longer "
        "before each new round. If that fails twice, restart the modem (at most 4 an "
        "hour).",
        "tcp": REBUILT.tcp + LADDER,
        "udp": REBUILT.udp + LADDER,
    }
)

# ------------------------------------------------------------------------------ in its place

#: Where a definition was refused: no id was given out.
NOTHING_DEFINED: Final = (
    "Define it again, waiting longer each time. No session was made, so send no close and no delete "
    "with a guessed number: it may be a session that works."
)
#: Where nobody knows whether a definition was carried out.
PERHAPS_DEFINED: Final = (
    "Whether a session was made is not known: ask AT+K{kind}CFG?. If it lists one of this definition "
    "that nothing else uses, close and delete that one, and no other. Define it again, waiting "
    "longer each time."
)
#: Where the modem does not know the session: its profile is likely gone with it (q15).
GONE: Final = Both(
    "AT+KTCPCLOSE={id},1 and AT+KTCPDEL={id} all the same (910 is fine). Then AT+KCNXCFG?: if the "
    "profile is missing, AT+KCNXCFG; if its last field is 2 it is active, leave it. Then AT+KTCPCFG "
    f"and AT+KTCPCNX, waiting longer each time.{LADDER}",
    "AT+KUDPCLOSE={id} and AT+KUDPDEL={id} all the same (910 is fine). Then AT+KCNXCFG?: if the "
    "profile is missing, AT+KCNXCFG; if its last field is 2 it is active, leave it. Then AT+KUDPCFG, "
    f"waiting longer each time.{LADDER}",
)
#: Where the host is at fault: rounds of resets would bring the same refusal.
ONCE: Final = Both(
    "Then close and delete the session (AT+KTCPCLOSE={id},1, AT+KTCPDEL={id}), and make it anew once.",
    "Then close and delete the session (AT+KUDPCLOSE={id}, AT+KUDPDEL={id}), and make it anew once.",
)
PROFILE_ONCE: Final = "Then configure the profile and bring it up once."
#: A session outlives its context, and some its restart (8; q16): closed and deleted all the same.
REBUILD_AFTER: Final = Both(
    f"{DATA_WAITS}Before {{neighbour}} is rebuilt: AT+KTCPCLOSE={{id}},1 and AT+KTCPDEL={{id}}, any answer "
    "will do. When it is up again: define the session again, and connect it.",
    f"{DATA_WAITS}Before {{neighbour}} is rebuilt: AT+KUDPCLOSE={{id}} and AT+KUDPDEL={{id}}, any answer "
    "will do. When it is up again: define the session again.",
)
REBUILD_ALL: Final = (
    "When {neighbour} is back: list what exists (AT+KTCPCFG?, AT+KUDPCFG?), close and delete it, "
    "then define it again."
)
#: A command for the neighbour was refused, and nothing says that it stopped working.
STILL_UP: Final = (
    "Ask AT+KCNXCFG?: if its last field is 2, {neighbour} is up; change nothing. If not:"
)
STILL_SERVED: Final = (
    "If AT+CPIN? says READY, and AT+CEREG? or AT+CGREG? 1 or 5, change nothing. If not:"
)
#: Where the host took the modem off the network.
BACK_FIRST: Final = "Nothing, until the host has the modem look for the network again."
RAISE_AGAIN: Final = (
    "When {neighbour} is back: configure it again and bring it up, before its sockets."
)

#: Where a code is asked for, or a SIM is of no use: restarts wear it out, and guesses lock it.
STOP: Final = "No reset and no restart helps: stop until a person has seen to it."
#: Where a socket or a context is refused because of the SIM.
SIM_FIRST: Final = (
    "No reset of sockets or contexts brings the SIM back. Ask AT+CPIN?. SIM PIN: enter the right PIN, "
    "once. Any other code: stop, a person has to see to it. READY: make the session or the context "
    "anew once. No SIM, or it fails: ask again after 5 s, restart once (AT+CFUN=1,1), then stop and "
    "tell a person. Enter no code by guess."
)
#: Where a name, a certificate or a value is wrong: this session only.
ONLY_THIS: Final = Both(
    f"{DATA_WAITS}Close and delete this session only (AT+KTCPCLOSE={{id}},1, AT+KTCPDEL={{id}}); its "
    "context and the other sockets stay. Then make it anew, waiting longer each time.",
    f"{DATA_WAITS}Close and delete this session only (AT+KUDPCLOSE={{id}}, AT+KUDPDEL={{id}}); its "
    "context and the other sockets stay. Then make it anew, waiting longer each time.",
)
SERVER_STAYS: Final = (
    "If it is a server (mode 1 in AT+KTCPCFG?), leave it open: only this one client was refused. If it "
    "is a client:"
)
#: Where the network says no.
NO_RESTART: Final = "Do not restart the modem for this: some networks punish quick attempts."
DENIED_WAIT: Final = Both(
    f"{REBUILT.tcp} {NO_RESTART}",
    f"{REBUILT.udp} {NO_RESTART}",
)
DENIED_CONTEXT: Final = (
    f"Wait, longer each time, then configure the context and bring it up again. {NO_RESTART}"
)

#: Where the modem or the network has no room now.
NO_ROOM: Final = Both(
    "Wait, longer each time, then close and delete the session (AT+KTCPCLOSE={id},1, AT+KTCPDEL={id}) "
    "and make it anew. Do not restart the modem for this.",
    "Wait, longer each time, then close and delete the session (AT+KUDPCLOSE={id}, AT+KUDPDEL={id}) "
    "and make it anew. Do not restart the modem for this.",
)
NO_ROOM_CONTEXT: Final = (
    "Wait, longer each time, then bring the context up again. Do not restart the modem for this."
)
#: Advice that closes no session: it holds where none was made, too.
CLOSES_NOTHING: Final = frozenset({STOP, SIM_FIRST})

# ------------------------------------------------------------------------------------- before

#: Said before all else, of whatever: data mode belongs to the port, not to a socket (1.6).
TRANSFER_FIRST: Final = (
    "[[`{outgoing_text}` (line {outgoing_line}) is under way on this port, and in data mode a command is "
    "payload. Bring that send to its end first: if CONNECT has not come, wait 10 s for it; if it has "
    "come and the end pattern is not written, write it once; then wait 62 s at most for the result. ]]"
    "[[`{incoming_text}` (line {incoming_line}) is under way on this port, and in data mode a command is "
    "payload. Let that read come to its end first: the end pattern and OK, 50 s at most. ]]"
)
#: Said next, of a context that was up when a command for it was refused.
UP_FIRST: Final = (
    "[[{was_up}Ask AT+KCNXCFG?: if its last field is 2 the context is up; change nothing, and leave its "
    "sockets. If not: ]]"
)
#: The same as the first without a log.
NOT_IN_DATA_MODE: Final = (
    "Write no command while a send or a read is under way on this port, of whatever socket: in data "
    "mode a command is payload. Bring it to its end first."
)
LINE_FIRST: Final = (
    f"Make sure of the line first, because in data mode a command is payload. {PROBED}"
)
END_FIRST: Final = (
    "Write the end pattern once, then AT once a second until a result comes, 10 times at most; an "
    "ERROR to the first AT is normal."
)
UNREAD: Final = (
    "Read what is left first: AT+KTCPSTAT={id}; if its last field is not 0, AT+KTCPRCV={id},<n>, and "
    "again until it is 0. Stop at the first refusal, or when the number does not fall. After the "
    "delete these bytes are gone."
)
CORRECT: Final = "Correct the command first: no reset cures it, and sent again as it is it will be refused again."

REGISTER_FIRST: Final = (
    "Ask AT+CEREG? and AT+CGREG? every 3 s, 180 s at most, until one of them has state 1 or 5. If "
    "none has: AT+CFUN=0, 2 s, AT+CFUN=1, and wait once more; if that fails too, tell a person, and "
    "restart at most once an hour."
)
NO_SERVICE: Final = f"[[{{no_service}}{REGISTER_FIRST} ]]"
WAIT_FOR_CONTEXT: Final = (
    "Ask AT+KCNXCFG? every 5 s, 150 s at most, until its last field is 2. If it is 0: "
    "AT+KCNXUP={cnx}, once. Only if it stays down: AT+KCNXDOWN={cnx},1 and AT+KCNXUP={cnx}, once; this "
    "ends every socket on it."
)
LEAKED: Final = (
    "List the sessions (AT+KTCPCFG? and AT+KUDPCFG?), and close and delete every one that nobody "
    "uses any more."
)
SIM_AGAIN: Final = (
    "Ask AT+CPIN? each second, 20 times at most, until it says READY; if it asks for a code, stop "
    "and tell a person. After READY:"
)

# -------------------------------------------------------------------------------------- after

PEER: Final = "Leave the PDP context and the other sockets as they are."
SHORT_OF_MEMORY: Final = "If it comes again, restart the modem."
RESEND: Final = Both(
    "The bytes that came through have left: send again only if it does no harm when the peer gets the data twice. "
    "Send at most 1500 bytes at a time, and ask for unread bytes (AT+KTCPSTAT={id}) in place of "
    "waiting for `+KTCP_DATA`.",
    "The bytes that came through have left: send again only if it does no harm when the peer gets the data twice. "
    "Send at most 1020 bytes at a time (1472 where AT+KIPOPT is set so): a longer payload is cut "
    "into several datagrams.",
)
TWICE: Final = "What was sent may have left: send it again only if it does no harm when the peer gets the data twice."
#: The same where the wobble may have come within a send, or not.
TWICE_IF_SENT: Final = f"[[{{payload_out}}{TWICE} ]]"
UNSENT: Final = "[[{unsent}No CONNECT came: nothing of this send left; send it on the new one. ]]"
HOST_OR_STATE: Final = (
    "Correct the command; where it is right, the modem was not in the state for it, and the set-up "
    "has to come first."
)
NAME_SERVERS: Final = (
    "The name servers of the context stand in AT+KCNXCFG?. Others are set with AT+KCNXCFG while the "
    "context is down; AT+KCNXDOWN ends all its sockets."
)
SPACED: Final = "Space the attempts: some networks and modems punish quick ones."
APN: Final = "Check APN, user name, password, type of address and subscription."
APN_FIRST: Final = (
    f"{APN} No reset and no restart cures a wrong value: correct it first. Where all is right:"
)
SLEEP: Final = (
    "HL78xx: if the device need not save power, switch sleep off (AT+KSLEEP=2, AT+CPSMS=0, "
    "AT+CEDRXS=0). If it must, configure the profile and the sockets again after every wake."
)
POWER_CUT: Final = (
    "If AT stays unanswered, cut the power: for this fault of an RC7611 nothing else is reported to "
    "help. Of an RC7620 it is reported that RESET_N does not help."
)
NO_GUESS: Final = "Enter no code by guess: only the one who locked it knows the right code."

# ----------------------------------------------------------------------------- what to ask next

#: Of a TCP session the modem tells the state; of a UDP session only that it is defined (3.2, 4).
LEFT: Final = Both(
    "AT+KTCPSTAT={id} says what is left of the session.",
    "AT+KUDPCFG? says whether the session is still defined, and no more.",
)
TAKEN: Final = Both(
    "AT+KTCPSTAT={id} says which state the modem takes it to be in.",
    LEFT.udp,
)
LIST: Final = "AT+KTCPCFG? and AT+KUDPCFG? list the sessions that exist."
STATE_OF_PROFILE: Final = (
    "AT+KCNXCFG? has the state of the profile in its last field: 2 is connected, 0 is not."
)
ASK_SIM: Final = "AT+CPIN? says what is waited for."
ANOTHER_PORT: Final = (
    "AT on another port of the modem (USB, second UART) shows whether the whole modem is dead, or only "
    "this port."
)
ANOTHER_SIM: Final = "Another SIM shows whether the card or the reader is bad."
