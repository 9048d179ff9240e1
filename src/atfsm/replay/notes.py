"""The notes that the ledger gives: what looks like trouble and is none, and an open end."""

from __future__ import annotations

from atfsm.replay.ledger import Ledger
from atfsm.replay.remarks import REMARKS


def notes_on(ledger: Ledger, *, wobbles: bool) -> list[str]:
    """Say what is worth a note, in the order of the lines.

    Args:
        ledger: As it is at the end.
        wobbles: Whether anything wobbled, so that a reader looks for a fault.
    """
    return [
        REMARKS[code].says.format(
            text=mark.text.decode("utf-8", "backslashreplace"), line=mark.line
        )
        for code, mark in sorted(ledger.remarks.items(), key=lambda item: item[1].line)
        if wobbles or not REMARKS[code].aside
    ]


def open_end(command: bytes, ledger: Ledger) -> str:
    """Say that the capture ends in the middle of an exchange, and whether the echo came."""
    text = command.decode("utf-8", "backslashreplace")
    said = f"The capture ends while {text} is unanswered."
    echo = ledger.echo
    if echo is None or echo.text != command:
        return said
    return (
        f"{said} Its echo came (line {echo.line}), and nothing behind it: if nothing more came, the "
        "modem may have locked up; RC7611 is known for it (q4 [FLOCK])."
    )
