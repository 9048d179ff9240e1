"""The table of explanations: what a wobble means, and what to do about it.

The first row that fits a wobble speaks. Words in ``{braces}`` are filled in from the capture
(`atfsm.replay.explain` lists them); a part in ``[[double brackets]]`` vanishes where the capture
does not show what it would name. Nothing here steers: a code is interpreted to explain, never to
decide whether to reset. Where a cause is not known, the sentence says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from atfsm.at.facts import LineFact as L
from atfsm.at.facts import ModemFact as M
from atfsm.at.facts import PdpFact as P
from atfsm.at.facts import TcpFact as T
from atfsm.at.facts import UdpFact as U
from atfsm.fact import Fact


@dataclass(frozen=True, slots=True)
class Cause:
    """One row.

    Attributes:
        facts: The facts that it explains.
        states: The states that it explains them in; empty: all.
        codes: The ``+CME ERROR`` or ``NOTIF`` codes that it explains; empty: all.
        why: One sentence, or two, on what happened.
        then: What to do beside the full reset of the machine; may be empty.
        source: Evidence, as in ``docs/sources.md``.
    """

    facts: frozenset[Fact]
    states: frozenset[str]
    codes: frozenset[int]
    why: str
    then: str
    source: str


def cause(
    facts: Fact | tuple[Fact, ...],
    why: str,
    then: str = "",
    *,
    states: tuple[str, ...] = (),
    codes: tuple[int, ...] = (),
    source: str,
) -> Cause:
    """Declare one row."""
    facts = facts if isinstance(facts, tuple) else (facts,)
    return Cause(frozenset(facts), frozenset(states), frozenset(codes), why, then, source)


TCP_REFUSED: Final = (
    T.SEND_REFUSED,
    T.RECEIVE_REFUSED,
    T.CONNECT_REFUSED,
    T.DEFINE_REFUSED,
    T.STRAY_REFUSAL,
)
UDP_REFUSED: Final = (U.SEND_REFUSED, U.RECEIVE_REFUSED, U.DEFINE_REFUSED, U.STRAY_REFUSAL)
REFUSED: Final = (*TCP_REFUSED, *UDP_REFUSED)
LIMITS: Final = (L.LIMIT_PASSED, M.LIMIT_PASSED, P.LIMIT_PASSED, T.LIMIT_PASSED, U.LIMIT_PASSED)
HIDDEN: Final = (
    "[[ The OK on line {unlogged_line} answers a command that the capture does not show, "
    "taken to be AT+KTCPCNX.]]"
)

# fmt: off
CAUSES: Final[tuple[Cause, ...]] = (
    # ---------------------------------------------------------- 923, the port and its data mode
    cause((T.SEND_REFUSED, T.RECEIVE_REFUSED, T.STRAY_REFUSAL),
          "923 means that the port could not enter data mode: [[{command} (line {command_line}) was sent]]"
          "[[{no_command}data was sent]] while TCP socket {name} was still {state}, since line {since}." + HIDDEN +
          "[[ `{up_text}` (line {up_line}) reports the PDP context, not the socket;]] "
          "`+KTCP_IND: {id},1`, which says that the socket is connected, was never seen.",
          "Wait for `+KTCP_IND: {id},1` before the first AT+KTCPSND.",
          states=("connecting", "defined", "defining"), codes=(923,), source="5.1, q1 [F923]"),
    cause((T.SEND_REFUSED, T.RECEIVE_REFUSED, U.SEND_REFUSED, U.RECEIVE_REFUSED),
          "923 means that the port could not enter data mode, although {kind} socket {name} was usable"
          "[[ and the send that ended on line {sent_line} still went well]]. "
          "What brings an established session there is not known: no cause has been published, and the code names none"
          "[[ (end pattern in force: `{pattern}`)]].",
          "Rebuilding the session is the remedy that is reported to work; sending again on the same session is not.",
          states=("send_offered", "receive_offered", "ready", "connected", "draining", "sending", "receiving"),
          codes=(923,), source="5.1, q2 [F923]"),
    cause(U.STRAY_REFUSAL,
          "923 means that the port could not enter data mode; the capture does not show which command to UDP socket {name} "
          "was answered so. What brings an established session there is not known.",
          "Rebuilding the session is the remedy that is reported to work.", codes=(923,), source="5.1, q2 [F923]"),
    cause(U.SEND_REFUSED,
          "923 means that the port could not enter data mode: {command} (line {command_line}) was sent while UDP socket {name} was still {state}, since line {since};"
          "[[ `{up_text}` (line {up_line}) reports the PDP context, not the socket;]] `+KUDP_IND: {id},1` was never seen.",
          "Wait for `+KUDP_IND: {id},1` before the first AT+KUDPSND.",
          states=("opening",), codes=(923,), source="5.1 [F923], 4 [M220]"),

    # ------------------------------------------------------------------ other refusals
    cause(REFUSED, "{got} says that the modem knows no session {id}[[ ({command}, line {command_line})]]: it was deleted, "
          "or lost with its profile in a sleep or a restart.",
          "Configure the profile again too (AT+KCNXCFG), before the session.", codes=(910,), source="5.1, q15 [ZN]"),
    cause(REFUSED, "{got} says that session {id} runs already[[: {command} (line {command_line}) came a second time]].",
          codes=(911,), source="5.1 [NBI, QA-BX]"),
    cause(REFUSED, "{got} says that no session is left: sessions that nobody deleted hold their ids.",
          "List them with AT+KTCPCFG? and AT+KUDPCFG?, and close and delete every one that is not yours.", codes=(902, 912), source="5.1 [TMS], 7.7"),
    cause(REFUSED, "{got} says that the bearer is in a state in which {command} cannot be done: the PDP context is down, or on its way[[ (its last word: `{context_text}`, line {context_line})]].",
          "Bring the context up first and wait for `+KCNX_IND: {cnx},1`.", codes=(921,), source="5.1"),
    cause(REFUSED, "{got} says that session {id} is in a state in which {command} cannot be done; it was {state}, since line {since}.",
          codes=(922, 924), source="5.1 [QA-BX, FNC, NBI]"),
    cause(REFUSED, "{got} ({meaning}) answers [[{command} (line {command_line})]][[{no_command}a command that the capture does not show]]: "
          "the modem rejects the command itself, and would again.",
          "Correct the command before it is sent again.", codes=(3, 4, 50, 915, 916, 917, 918, 919, 920, 929, 930, 931, 932), source="5.1, 5.2"),
    cause((T.SEND_REFUSED, U.SEND_REFUSED), "{got} came while payload was going out[[ after {command} (line {command_line})]]: how much of it left is not known.",
          states=("sending",), source="1.6 [M302]"),
    cause(REFUSED, "{got}[[ ({meaning})]] answers [[{command} (line {command_line})]][[{no_command}a command that the capture does not show, charged to the socket last spoken to]], "
          "while {kind} socket {name} was {state}, since line {since}; {expected} was due.", source="5.1, 5.2"),
    cause((P.CONFIGURE_REFUSED, P.ACTIVATE_REFUSED, P.STRAY_REFUSAL),
          "{got}[[ ({meaning})]] answers [[{command} (line {command_line})]][[{no_command}a command that the capture does not show]]: the PDP context {name} was {state} and stays down.", source="2.1, 5.1"),
    cause(M.SIM_REFUSED, "{got}[[ ({meaning})]] answers {command}: the SIM cannot be used.", source="5.2, 6.2"),
    cause((M.DENIED, M.DENIED_CIRCUIT), "`{got}`: the network denies registration. SIM, subscription, roaming agreement or a ban after too many attempts are the usual reasons.",
          "Give the network time: registering again at once lengthens a ban.", source="6.2 [KR]"),

    # ------------------------------------------------------------------ losses
    cause(T.FAILED, "`{got}` ({meaning}): TCP socket {name} could not connect. That is one socket's affair; the PDP context and other sockets are not touched.",
          states=("connecting",), codes=(5, 12, 3), source="3.4, q12 [Z#104133]"),
    cause((T.FAILED, U.FAILED), "`{got}`: the payload was sent, but not as many bytes as announced[[ by {command}]]. Sessions are reported to lose data notifications after it, also where the count was exact.",
          "Send at most 1500 bytes at a time.", codes=(8,), source="3.4, q9 [F8]"),
    cause(T.PEER_CLOSED, "`{got}`: the peer closed while TCP socket {name} was {state}, so what was on its way may be lost.", source="3.4, q13 [Z#48036]"),
    cause((T.FAILED, U.FAILED), "`{got}` ({meaning}), although {kind} socket {name} was {state}: the modem and the host no longer agree.", codes=(10,), source="3.4"),
    cause((T.FAILED, U.FAILED), "`{got}` ({meaning}): {kind} socket {name} was {state}, since line {since}, and cannot be relied on any more. Other sockets are not touched.", source="3.4, 4"),
    cause((T.ABSENT, T.STATUS_CLOSED), "`{got}`: the modem holds TCP session {name} no longer open, although it was {state} since line {since} and no line said that it closed.", source="3.2, 5.1"),
    cause((T.CONNECT_FAILED, U.OPEN_FAILED), "`{got}`: the session reports a status other than 1, the only one that means usable.", source="3.3 [NBI]"),
    cause(P.ACTIVATION_FAILED, "`{got}`: the last attempt to raise PDP context {name} failed.", "Check APN, subscription and coverage before the next round.", source="2.2 [M197], 7.7 f12"),
    cause(P.LOST, "`{got}`: the network took PDP context {name} down, and every socket on it with it.", source="2.2 [M197], 7.7 f11"),
    cause(M.BOOT_REPORTED, "`{got}`: the modem restarted and nobody had asked it to. Sessions, profiles, end pattern and echo setting are lost.", "Begin with the set-up (ATE0, AT+CMEE=1, AT+KPATTERN), not with the socket.", source="6.1 [ZN]"),
    cause(M.BOOT_CODE_AWAITED, "`{got}`: the modem restarted, nobody had asked it to, and the SIM waits for its PIN.", source="6.1 [ZN]"),
    cause(M.SIM_LOST, "`{got}`: the SIM is gone or cannot be read.", "If it comes back after a restart, suspect its contacts; sporadic `+KSUP: 2` is reported of old HL7800 firmware.", source="6.1, FSIM"),
    cause(M.SIM_LOCKED, "`{got}`: the SIM is locked; no restart unlocks it.", "A person has to enter the PUK.", source="6.1, 6.2"),
    cause(M.FAILURE_REPORTED, "`{got}`: the modem reports an unrecoverable error.", source="6.1 [ZN]"),
    cause(M.DETACHED, "`{got}`: the modem is detached from the network, and all contexts with it.", source="6.2"),
    cause(L.PORT_LOST, "The serial port vanished.", source="q4 [FLOCK]"),

    # ------------------------------------------------------------------ silence
    cause((T.LIMIT_PASSED, U.LIMIT_PASSED), "{waited}: no CONNECT followed {command} (line {command_line}). RC76xx is known to withhold it until another command is typed, and to lock up later.",
          "Never type a second command to coax it: the answer then belongs to nobody. If it comes back, power-cycle.", states=("send_offered", "receive_offered"), source="q3 [FCON]"),
    cause((T.LIMIT_PASSED, U.LIMIT_PASSED), "{waited}: {expected} did not follow the payload of {command} (line {command_line}). It may take 60 s under congestion; a shorter wait takes its late OK for the next answer.",
          states=("sending",), source="q11 [Z#43580]"),
    cause(T.LIMIT_PASSED, "{waited}: `+KTCP_IND: {id},1` did not come[[ after `{up_text}` (line {up_line}), which reports the PDP context only]].", states=("connecting",), source="3.3, 6.4"),
    cause(LIMITS, "{waited}[[: {command} (line {command_line}) has no answer]].", source="6.4"),

    # ------------------------------------------------------------------ out of step
    cause(T.DELETE_ANSWERED, "TCP session {name} was deleted while it was {state}, without being closed first.", "Never skip AT+KTCPCLOSE, even if it reports an error every time.", source="3.1 [M209], [F923]"),
    cause(U.DELETE_ANSWERED, "UDP session {name} was deleted while it was {state}, without being closed first.", "Never skip AT+KUDPCLOSE, even if it reports an error every time.", source="4, [F923]"),
    cause(L.COMMAND_OVERLAPPED, "`{got}` went out while {in_flight} (line {in_flight_line}) was unanswered: the modem takes one command at a time, answers the second with ERROR, and which answer is whose is lost.",
          "Wait for the final result of each command.", source="1.1 [LEG-S]"),
)
# fmt: on

#: The full reset of each machine, in words.
REMEDY: Final[dict[str, str]] = {
    "line": "Send the end pattern once, then AT until it is answered; then start again.",
    "modem": "Restart it: AT+CFUN=1,1; if that is refused, AT!RESET; if that is refused or silent, "
    "cut its power. Then set up, register and connect from the start.",
    "pdp": "Close and delete its sockets, AT+KCNXDOWN={id},1, wait for `+KCNX_IND: {id},3`, "
    "configure it again and bring it up; then the sockets.",
    "tcp": "Do not reason with it: AT+KTCPCLOSE={id},1 (never skip it, even if it fails every time), "
    "AT+KTCPDEL={id}, then AT+KTCPCFG and AT+KTCPCNX again.",
    "udp": "Do not reason with it: AT+KUDPCLOSE={id} (never skip it, even if it fails every time), "
    "AT+KUDPDEL={id}, then AT+KUDPCFG again.",
}

#: What a swept machine says, and what to do: the neighbour's remedy comes first.
SWEPT_WHY: Final = (
    "{neighbour} fell on this line (`{got}`), and {whole}, {state} since line {since}, "
    "went with it."
)
#: The same where the neighbour did not fall, but was taken down in order.
TAKEN_DOWN_WHY: Final = (
    "{neighbour} went down on this line (`{got}`) under {whole}, {state} since line {since}."
)
SWEPT_DO: Final = "Rebuild it after {neighbour} is back: nothing of it can be kept."
#: What is said where no row fits.
OTHERWISE: Final = (
    "`{got}` has no place here: {whole} was {state}, since line {since}[[; {expected} was due]]."
)
