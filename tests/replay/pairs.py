"""Pairs of captures: sessions in the words of the wire, and what becomes of them in a log."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from atfsm.replay.compare import Comparison, Outcome, compare
from atfsm.replay.compare.finding import Turn
from atfsm.replay.records import Direction
from tests.replay.renderers import RENDERERS, VARIANTS, Renderer, Session

#: What crosses the wire: "→" the host's, "←" the modem's; a number of seconds before it.
BOOT = """
0    ← +KSUP: 0
1    → AT+CMEE=1
0.02 ← OK
0.1  → AT+CPIN?
0.02 ← +CPIN: READY
0.01 ← OK
0.5  → AT+CEREG?
0.02 ← +CEREG: 0,1
0.01 ← OK
0.1  → AT+KCNXCFG=1,"GPRS","apn.example"
0.02 ← OK
"""
OPEN = """
1    → AT+KTCPCFG=1,0,"203.0.113.5",7007
0.02 ← +KTCPCFG: 1
0.01 ← OK
0.1  → AT+KTCPCNX=1
0.05 ← OK
0.2  ← +KCNX_IND: 1,4,1
0.5  ← +KCNX_IND: 1,1,0
"""
REOPEN = """
1    → AT+KTCPCFG=1,0,"203.0.113.5",7007
0.02 ← +KTCPCFG: 1
0.01 ← OK
0.1  → AT+KTCPCNX=1
0.05 ← OK
"""
CONNECTED = """
0.4  ← +KTCP_IND: 1,1
"""
SEND = """
0.1  → AT+KTCPSND=1,5
0.02 ← CONNECT
0.01 → hello--EOF--Pattern--
0.05 ← OK
"""
CLOSE = """
1    → AT+KTCPCLOSE=1,1
0.02 ← OK
0.1  → AT+KTCPDEL=1
0.02 ← OK
"""
REFUSED = """
0.1  → AT+KTCPSND=1,5
0.02 ← +CME ERROR: 923
"""
RESET = """
0.1  → AT+KTCPCLOSE=1,1
0.02 ← OK
0.1  → AT+KTCPDEL=1
0.02 ← OK
0.1  → AT+KTCPSTAT=1
0.02 ← +CME ERROR: 910
"""
LOST = """
5    ← +KTCP_NOTIF: 1,8
"""
POLL = """
0.1  → AT+CSQ
0.02 ← +CSQ: 17,99
0.01 ← OK
"""
GOOD = BOOT + OPEN + CONNECTED + SEND + CLOSE
REPAIRED = BOOT + OPEN + REFUSED + RESET + REOPEN + CONNECTED + SEND + CLOSE

LOGGERS: dict[str, Renderer] = {**RENDERERS, "txrx-stamped": VARIANTS["txrx-stamped"][1]}
Line = tuple[float, str, str]  #: seconds after the line before, who wrote it, and what


def lines_of(script: str) -> list[Line]:
    """Read a script."""
    lines = []
    for line in filter(None, script.split("\n")):
        after_s, arrow, text = line.split(maxsplit=2)
        lines.append((float(after_s), arrow, text))
    return lines


def session_of(lines: Sequence[Line], start_s: float = 0.0) -> Session:
    """Put lines on the wire, as bytes."""
    chunks = []
    time_s = start_s
    for after_s, arrow, text in lines:
        time_s += after_s
        data = text.encode()
        if arrow == "→":
            end = b"" if data.endswith(b"--EOF--Pattern--") else b"\r"
            chunks.append((time_s, Direction.TX, data + end))
        else:
            chunks.append((time_s, Direction.RX, b"\r\n" + data + b"\r\n"))
    return chunks


def written(
    path: Path, script: str | Sequence[Line], logger: str = "txrx", start_s: float = 0.0
) -> str:
    """Write a script as a logger shows it; return the name of the file."""
    lines = lines_of(script) if isinstance(script, str) else script
    capture, _ = LOGGERS[logger](session_of(lines, start_s))
    path.write_bytes(capture)
    return str(path)


def with_polls(script: str, chance: random.Random) -> list[Line]:
    """Put polls and comments of the modem where they may stand: between exchanges."""
    lines = lines_of(script)
    found: list[Line] = []
    for at, line in enumerate(lines):
        if is_between(lines, at) and chance.random() < 0.5:
            found += chance.choice(NOISE)
        found.append(line)
    return found


def is_between(lines: Sequence[Line], at: int) -> bool:
    """Whether no command is in flight before a line."""
    open_commands = 0
    for _, arrow, text in lines[:at]:
        if arrow == "→" and text.startswith("AT"):
            open_commands = 1
        elif text in {"OK", "ERROR"} or text.startswith("+CME ERROR"):
            open_commands = 0
    return not open_commands


NOISE: Sequence[list[Line]] = (
    lines_of(POLL),
    lines_of('0.1 → AT+COPS?\n0.02 ← +COPS: 0,0,"a b",7\n0.01 ← OK'),
    lines_of("0.1 ← +CSQ: 3,99"),
    lines_of('0.1 → AT+CCLK?\n0.02 ← +CCLK: "26/11/22,10:00:00+04"\n0.01 ← OK'),
)


def renumbered(script: str, to: str) -> str:
    """Give session 1 another number."""
    for text in (
        "+KTCPCFG: ",
        "KTCPCNX=",
        "KTCP_IND: ",
        "KTCPSND=",
        "KTCPCLOSE=",
        "KTCPDEL=",
        "KTCPSTAT=",
        "KTCP_NOTIF: ",
    ):
        script = script.replace(f"{text}1", f"{text}{to}")
    return script


# ------------------------------------------------------------------------- what is said of them

Move = tuple[str, str, str, int]  #: machine, state before, state after, line


class Found(NamedTuple):
    """What a comparison says, as the tables have it."""

    outcome: Outcome
    common: tuple[int, int] | None = None  #: lines of the last common state
    a: Move | None = None  #: what A did next
    b: Move | None = None  #: what B did next
    places: int = 0  #: how many places differ


def found(comparison: Comparison) -> Found:
    """Bring a comparison into the form of the tables."""
    difference = comparison.difference
    if difference is None:
        return Found(comparison.outcome)
    common = difference.common
    return Found(
        comparison.outcome,
        None if common is None else (common.a.line, common.b.line),
        move_of(difference.a),
        move_of(difference.b),
        comparison.difference_count,
    )


def move_of(turn: Turn) -> Move | None:
    """What one side did next."""
    move = turn.move
    return None if move is None else (move.name, move.before, move.after, move.line)


def compared(folder: Path, a: str, b: str, loggers: tuple[str, str] = ("arrows", "arrows")) -> Any:  # noqa: ANN401
    """Write two scripts as logs, and compare them."""
    return compare(
        written(folder / "a.log", a, loggers[0]), written(folder / "b.log", b, loggers[1])
    )
