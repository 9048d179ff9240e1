"""The notes that the ledger gives: what looks like trouble and is none, and an open end."""

from __future__ import annotations

from typing import Final

from atfsm.at.facts import TcpFact, UdpFact
from atfsm.replay.ledger import Ledger, Mark
from atfsm.replay.meanings import quoted
from atfsm.replay.observer import Observer
from atfsm.replay.remarks import REMARKS
from atfsm.replay.transfer import unread
from atfsm.replay.unread import Unread

ENDED: Final = (
    *(TcpFact.CLOSE_REQUESTED, TcpFact.DELETE_REQUESTED),
    *(UdpFact.CLOSE_REQUESTED, UdpFact.DELETE_REQUESTED),
)


def notes_on(ledger: Ledger, *, wobbles: bool) -> list[str]:
    """Say what is worth a note, in the order of the lines.

    Args:
        ledger: As it is at the end.
        wobbles: Whether anything wobbled, so that a reader looks for a fault.
    """
    found = [*ledger.remarks.items(), *(("note.unread", mark) for mark in _unread(ledger))]
    return [
        REMARKS[code].says.format(text=quoted(mark.text), line=mark.line)
        for code, mark in sorted(found, key=lambda item: item[1].line)
        if wobbles or not REMARKS[code].aside
    ]


def _unread(ledger: Ledger) -> list[Mark]:
    """Data that was announced, and not asked for before its session was closed or deleted.

    Of each id the last session is looked at: of those before, no more than their number is kept.
    """
    chronicles = [
        ledger.of(machine, key) for machine in ("tcp", "udp") for key in ledger.keys(machine)
    ]
    return [
        arrived
        for own in chronicles
        if (arrived := unread(own)) is not None
        and (ended := own.latest(ENDED)) is not None
        and ended.line > arrived.line
    ]


def missing(unread: Unread, observer: Observer) -> list[str]:
    """Say what nobody is charged with, since the capture or what is read of it lacks something."""
    lines = unread.lines(observer.texts)
    said = []
    if lines.count:
        are = f"{lines.count} lines look" if lines.count > 1 else "One line looks"
        were = "were" if lines.count > 1 else "was"
        said.append(
            f"{are} like AT and {were} not read: {lines}. Another logger may have written there; "
            "--format reads the lines of another format."
        )
    refusals = observer.refusals
    if refusals.count:
        said.append(
            f"Nobody is charged with the refusal on line {refusals}: what was refused is not shown."
        )
    return said


def open_end(command: bytes, ledger: Ledger) -> str:
    """Say that the capture ends in the middle of an exchange, and whether the echo came."""
    said = f"The capture ends while {quoted(command)} is unanswered."
    echo = ledger.echo
    if echo is None or echo.text != command:
        return said
    return (
        f"{said} Its echo came (line {echo.line}), and nothing after it: if nothing more came, the "
        "modem may have locked up; RC7611 is known for it (q4 [FLOCK])."
    )
