"""Lines that look like trouble and are none: a note of the report says so, and nothing wobbles.

Each is a story from the field that readers of logs take for a fault. They are told by the last
line of their sort, since of a long capture no more is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from atfsm.at.exchange import Exchange, What
from atfsm.at.facts import ModemFact, PdpFact, TcpFact, UdpFact
from atfsm.at.grammar import ResultKind, parse_information, parse_result
from atfsm.fact import Fact
from atfsm.machine import table
from atfsm.stack import TABLED, Move

__all__ = ["REMARKS", "Remark", "remark_on"]


@dataclass(frozen=True, slots=True)
class Remark:
    """One row.

    Attributes:
        code: Its stable name.
        title: What it is, in a few words.
        says: The note; ``{text}`` and ``{line}`` are those of the line.
        source: Evidence, as in ``docs/sources.md``.
        aside: Whether it is worth a word only in a log that wobbles, where somebody looks for a
            fault and may take this for one.
    """

    code: str
    title: str
    says: str
    source: str
    aside: bool = False


# fmt: off
_ROWS: Final = (
    Remark("note.close_no_carrier", "NO CARRIER answers a close",
           "`{text}` (line {line}) answers the close of a session, and is no failure of the line: HL7800 with firmware 4.6.8 is known for it. Delete the session next.", "q8 [FNC], 3.1 [M209]"),
    Remark("note.close_refused", "A close is refused",
           "`{text}` (line {line}) answers the close of a session. Any answer will do: mostly the session was not open any more. Delete it next.", "8, 7.2 [F923], 5.1 [QA-BX, FNC]"),
    Remark("note.close_twice", "A close is answered twice",
           "`{text}` (line {line}) is a second answer to a close that was answered before, and means nothing more.", "q8 [FNC]"),
    Remark("note.delete_refused", "A delete is refused",
           "`{text}` (line {line}) answers the deletion of a session. If the session still runs (911), close it once more, then delete it.", "5.1 [QA-BX], 8"),
    Remark("note.idle_countdown", "The idle countdown of a context",
           "`{text}` (line {line}) is no error: its last number is the idle countdown of the PDP context in seconds, which runs when no session is left, and no reason of a rejection.", "2.2 [M197, FRCV]", aside=True),
    Remark("note.profile_active", "An active profile refuses to be configured",
           "`{text}` (line {line}) answers AT+KCNXCFG: the profile is active, and stays as it is. New values are taken only after AT+KCNXDOWN.", "7.7 f15 [NBI]"),
    Remark("note.profile_refused", "A profile refuses to be configured",
           "`{text}` (line {line}) answers AT+KCNXCFG: the profile was not changed. Likely it is active, or a parameter is not allowed: AT+KCNXCFG? shows the values in force, and a last field of 2 means active.", "7.7 f15 [NBI], 2.1 [QA-CNX]"),
    Remark("note.sim_locked_later", "The SIM is locked by now",
           "`{text}` (line {line}) came after the modem had fallen: there is a lock, and no restart opens it. Stop, enter no code by guess, and have a person see to it.", "6.2, 5.2 [LEG-S]"),
    Remark("note.unread", "Data that nobody read",
           "`{text}` (line {line}) says that data waits, and no read of it is logged before the session was closed or deleted: what is not read is lost. The modem says it once only; AT+KTCPSTAT says what is left.", "3.3 [M220], 3.2 [M213]"),
    Remark("note.restart_refused", "A restart is refused",
           "`{text}` (line {line}) refuses AT+CFUN or AT!RESET: nothing was switched or restarted. RC7620 is known to refuse AT+CFUN after PPP on UART1; AT!RESET works there; where nothing helps, a person has to see to it.", "q6 [FPPP]"),
    Remark("note.connect_released", "CONNECT came when another command was typed",
           "CONNECT (line {line}) came only after another command had been typed over the transfer: an RC7620 was seen to withhold it so, and to lock up. What was typed may have gone out as payload.", "q3 [FCON]"),
    Remark("note.late_urc", "A late line of the session that had this id before",
           "`{text}` (line {line}) speaks of a session that is not connected: it is taken for a late line of the one that had this id before.", "q19 [QA-BX]"),
    Remark("note.not_acknowledged", "Not all that was sent is acknowledged",
           "`{text}` (line {line}) says that the peer has not acknowledged all that was sent. That is no failure of the session; nor is the report to be relied on.", "3.3 [M214, RIL], q17 [QA-TCP]"),
    Remark("note.framing", "Doubled line ends, or a NUL before a result",
           "The modem doubles line ends, or writes a NUL before a result (line {line}): RC7611 does so on its UART, and it means nothing.", "1.4, q7 [FLOCK]"),
)
# fmt: on

#: The rows by their codes.
REMARKS: Final[Mapping[str, Remark]] = MappingProxyType({row.code: row for row in _ROWS})

CLOSED: Final = frozenset({TcpFact.CLOSE_ANSWERED, UdpFact.CLOSE_ANSWERED})
DELETED: Final = frozenset({TcpFact.DELETE_ANSWERED, UdpFact.DELETE_ANSWERED})
STRAY: Final = frozenset({TcpFact.STRAY_REFUSAL, UdpFact.STRAY_REFUSAL})
LATE: Final = frozenset(
    {
        *(TcpFact.PEER_CLOSED, TcpFact.FAILED, TcpFact.DATA_ARRIVED, TcpFact.ACKNOWLEDGED),
        *(UdpFact.FAILED, UdpFact.DATA_ARRIVED),
    }
)
#: States in which such a line can only be late; elsewhere it is news.
BEFORE: Final = frozenset({"undefined", "defining", "defined"})
#: States in which a context is active by what the log shows.
ACTIVE: Final = frozenset({"activating", "up", "idle_countdown", "deactivating"})
NO_SESSION: Final = 910  # to a delete: it is done (8)
NOT_ALL: Final = 0  # of +KTCP_ACK (3.3)
IGNORED: Final[Mapping[Fact, str]] = MappingProxyType(
    {
        PdpFact.IDLE_STARTED: "note.idle_countdown",
        ModemFact.RESTART_REFUSED: "note.restart_refused",
    }
)


def remark_on(before: Exchange, text: bytes, what: What, moves: tuple[Move, ...]) -> str:
    """Find what makes a line worth a note.

    Args:
        before: What was known of the conversation before it.
        text: The line.
        what: What it was.
        moves: What it did.

    Returns:
        The code of the row; empty for almost every line.
    """
    if b"\0" in text and what in {What.RESULT, What.URC, What.INFORMATION}:
        return "note.framing"
    if what is What.INFORMATION and before.overdue is not None:
        return "note.connect_released" if _is_withheld_connect(before, text) else ""
    for move in moves:
        remark = _remark_on_move(text, move)
        if remark:
            return remark
    return ""


def _remark_on_move(text: bytes, move: Move) -> str:
    rules = table(TABLED[move.machine])
    state = rules.states[move.before]
    if move.fact is ModemFact.SIM_LOCKED and rules.is_reset[move.before]:
        return "note.sim_locked_later"
    if rules.is_wobble[move.after] or rules.is_reset[move.before]:
        return ""
    if move.fact in CLOSED:
        return _remark_on_close(text)
    if move.fact in DELETED:
        result = parse_result(text)
        is_refused = result is not None and result.is_refusal and result.code != NO_SESSION
        return "note.delete_refused" if is_refused else ""
    if move.fact in STRAY:
        return "note.close_twice"
    if move.fact in LATE and state in BEFORE:
        return "note.late_urc"
    if move.fact is TcpFact.ACKNOWLEDGED:
        report = parse_information(text)
        return "note.not_acknowledged" if report and report.integer(1) == NOT_ALL else ""
    if move.fact is PdpFact.CONFIGURE_REFUSED:
        return "note.profile_active" if state in ACTIVE else "note.profile_refused"
    return IGNORED.get(move.fact, "")


def _remark_on_close(text: bytes) -> str:
    result = parse_result(text)
    if result is None or not result.is_refusal:
        return ""
    is_no_carrier = result.kind is ResultKind.NO_CARRIER
    return "note.close_no_carrier" if is_no_carrier else "note.close_refused"


def _is_withheld_connect(before: Exchange, text: bytes) -> bool:
    """Whether CONNECT answers a transfer over which another command went out."""
    result = parse_result(text)
    assert before.overdue is not None
    return (
        result is not None
        and result.kind is ResultKind.CONNECT
        and any(m.command.data is not None for m in before.overdue.members)
    )
