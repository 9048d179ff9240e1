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
    "(1) Write nothing for 10 s. (2) Write the end pattern once. (3) Write AT once a second, 10 "
    "times at most, until a result comes; an ERROR to the first is nothing. (4) Wait for half a "
    "second of quiet. If CONNECT comes, write the end pattern at once and no more AT until its "
    "result, and count that send as failed. If no result comes, restart the modem; if it does not "
    "answer, cut its power."
)
#: A session is closed, deleted and made anew: all that a fault of its peer asks for (8, q12).
REBUILT: Final = Both(
    "Do not try to repair it: AT+KTCPCLOSE={id},1 (never skip it, even if it fails every time), "
    "AT+KTCPDEL={id} (910: done; 911: close once more), then AT+KTCPCFG and AT+KTCPCNX "
    "again, waiting longer each time.",
    "Do not try to repair it: AT+KUDPCLOSE={id} (never skip it, even if it fails every time), "
    "AT+KUDPDEL={id} (910: done; 911: close once more), then AT+KUDPCFG again, waiting "
    "longer each time.",
)
LADDER: Final = " After two in vain, rebuild the context; after two of those, restart the modem."
#: The full reset of each machine, in words.
REMEDY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "line": f"{PROBED} Once it answers, start again.",
        "modem": "Restart it: AT+CFUN=1,1; if that is refused, AT!RESET (RC76xx). If nothing "
        "answers, cut its power, no sooner than a minute after the last cut; if it does answer, "
        "switch it off first (AT+CPWROFF, AT!POWERDOWN). Then set up, register and connect from "
        "the start. Not more than 4 restarts an hour.",
        "pdp": "Close and delete its sockets, AT+KCNXDOWN={id},1, wait for `+KCNX_IND: {id},3` or "
        "`{id},0` (30 s at most), configure it again and bring it up, waiting longer each time; "
        "then the sockets. If that fails twice in a row, restart the modem.",
        "tcp": REBUILT.tcp + LADDER,
        "udp": REBUILT.udp + LADDER,
    }
)

# ------------------------------------------------------------------------------ in its place

#: Where a definition was refused: the id in its answer was never given out.
NOTHING_DEFINED: Final = (
    "Nothing was defined, so nothing is to be closed: a session of that number is another's. Define "
    "it again, waiting longer each time."
)
#: Where the modem does not know the session: its profile is likely gone with it (q15).
GONE: Final = Both(
    "AT+KTCPCLOSE={id},1 and AT+KTCPDEL={id} all the same (910 is fine), then the profile "
    f"(AT+KCNXCFG), AT+KTCPCFG and AT+KTCPCNX again, waiting longer each time.{LADDER}",
    "AT+KUDPCLOSE={id} and AT+KUDPDEL={id} all the same (910 is fine), then the profile "
    f"(AT+KCNXCFG) and AT+KUDPCFG again, waiting longer each time.{LADDER}",
)
#: Where the host is at fault: rounds of resets would bring the same refusal.
ONCE: Final = Both(
    "Then close and delete the session (AT+KTCPCLOSE={id},1, AT+KTCPDEL={id}), and make it anew once.",
    "Then close and delete the session (AT+KUDPCLOSE={id}, AT+KUDPDEL={id}), and make it anew once.",
)
PROFILE_ONCE: Final = "Then configure the profile and bring it up once."
#: A session outlives its context, and some its restart (8; q16): closed and deleted all the same.
REBUILD_AFTER: Final = (
    "When {neighbour} is back: AT+K{kind}CLOSE={id} and AT+K{kind}DEL={id} all the same (any "
    "answer will do), then define and connect it again."
)
REBUILD_ALL: Final = (
    "When {neighbour} is back: list what exists (AT+KTCPCFG?, AT+KUDPCFG?), close and delete it, "
    "then define it again."
)
RAISE_AGAIN: Final = (
    "When {neighbour} is back: configure it again and bring it up, before its sockets."
)

#: Where a code is asked for, or a SIM is of no use: restarts wear it out, and guesses lock it.
STOP: Final = "No reset and no restart helps: stop until a person has seen to it."

# ------------------------------------------------------------------------------------- before

LINE_FIRST: Final = (
    "Make sure of the line first, for on a port in data mode a command is payload. "
    f"{PROBED} Once it answers:"
)
SENDING: Final = (
    "[[{sending}Bring the send to its end first, for on a port in data mode a command is payload: "
    "if its result has not come, write the end pattern once and wait for it. ]]"
)
UNREAD: Final = (
    "Read what is left first: AT+KTCPSTAT={id} (its last field says how much) and "
    "AT+KTCPRCV={id},<n>, until that field is 0; after the delete it is gone."
)
CORRECT: Final = "Correct the command first: no reset cures it, and sent again as it is it will be refused again."

NO_SERVICE: Final = "[[{no_service}Wait for `+CEREG: 1` or `5` before the context is raised.]]"
REGISTER_FIRST: Final = "Wait for `+CEREG: 1` or `5` first."
WAIT_FOR_CONTEXT: Final = (
    "Bring the context up first: wait for `+KCNX_IND: {cnx},1`, or for AT+KCNXCFG? to end in 2, "
    "since that URC may be missing where the bearer is up already. If it does not come up, take it "
    "down (AT+KCNXDOWN={cnx},1) and up again (AT+KCNXUP={cnx})."
)
LEAKED: Final = (
    "List the sessions (AT+KTCPCFG? and AT+KUDPCFG?), and close and delete every one that nobody "
    "uses any more."
)
SIM_AGAIN: Final = "Ask AT+CPIN? each second, 20 times at most, until it says READY."
SIM_FIRST: Final = (
    "See to the SIM first (AT+CPIN?), and enter no code by guess: no reset of sockets or contexts "
    "brings it back."
)

# -------------------------------------------------------------------------------------- after

PEER: Final = "Leave the PDP context and the other sockets as they are."
SHORT_OF_MEMORY: Final = "If it comes again on the fresh session, restart the modem."
RESEND: Final = Both(
    "The bytes that came through have left: send again only if the application can take it twice. "
    "Send at most 1500 bytes at a time, and ask for unread bytes (AT+KTCPSTAT={id}) in place of "
    "waiting for `+KTCP_DATA`.",
    "The bytes that came through have left: send again only if the application can take it twice. "
    "Send at most 1020 bytes at a time (1472 where AT+KIPOPT is set so): a longer payload is cut "
    "into several datagrams.",
)
TWICE: Final = (
    "What was sent may have left: send it again only if the application can take it twice."
)
UNSENT: Final = "[[{unsent}No CONNECT came, so no byte of this send left: it can be sent on the new session. ]]"
HOST_OR_STATE: Final = (
    "Correct the command; where it is right, the modem was not in the state for it, and the set-up "
    "has to come first."
)
NAME_SERVERS: Final = (
    "The name servers of the context stand in AT+KCNXCFG?; others can be named in AT+KCNXCFG."
)
SPACED: Final = "Space the attempts: some networks and modems punish quick ones."
APN: Final = "Check APN, user name, password, type of address and subscription."
SLEEP: Final = (
    "HL78xx: if the device need not save power, switch sleep off (AT+KSLEEP=2, AT+CPSMS=0, "
    "AT+CEDRXS=0). If it must, configure the profile and the sockets again after every wake."
)
POWER_CUT: Final = (
    "If AT stays unanswered, cut the power: for this fault of an RC7611 nothing else is reported to "
    "help. Of an RC7620 it is reported that RESET_N does not help."
)
NO_GUESS: Final = "Enter no code by guess: the right one is had from whoever locked it."

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
    "AT on another port of the modem (USB, second UART) tells a dead modem from a dead port."
)
