"""Every capture format tells the same story: one session, rendered by each logger, replayed."""

from __future__ import annotations

from functools import cache

import pytest

from atfsm.machine import table
from atfsm.replay.automaton import Edge
from atfsm.replay.formats import FORMATS, detect
from atfsm.replay.records import Direction
from atfsm.replay.report import Report, Wobble
from atfsm.replay.session import Session
from atfsm.stack import TABLED
from tests.replay.renderers import RENDERERS

Wire = tuple[float, Direction, bytes]
TX, RX = Direction.TX, Direction.RX


def said(*lines: str) -> bytes:
    """What a modem writes: each line between CRLFs."""
    return b"".join(b"\r\n" + line.encode() + b"\r\n" for line in lines)


def session(*turns: tuple[str, bytes]) -> list[Wire]:
    """Turns of a session, a tenth of a second apart."""
    return [
        (index / 10, TX if side == "tx" else RX, data) for index, (side, data) in enumerate(turns)
    ]


CONNECT = (
    ("tx", b'AT+KTCPCFG=1,0,"203.0.113.5",10113\r'),
    ("rx", said("+KTCPCFG: 1", "OK")),
    ("tx", b"AT+KTCPCNX=1\r"),
    ("rx", said("OK")),
    ("rx", said("+KCNX_IND: 1,4,1")),
    ("rx", said("+KCNX_IND: 1,1,0")),
)
# Payload that holds results, notifications and line ends, out and in.
TALK = (
    ("rx", said("+KTCP_IND: 1,1")),
    ("tx", b"AT+KTCPSND=1,6\r"),
    ("rx", said("CONNECT")),
    ("tx", b"OK\r\nx!--EOF--Pattern--"),
    ("rx", said("OK")),
    ("rx", said("+KTCP_DATA: 1,30")),
    ("tx", b"AT+KTCPRCV=1,30\r"),
    ("rx", said("CONNECT") + b"ERROR\r\nOK\r\n+KTCP_NOTIF: 1,4\r\n--EOF--Pattern--" + said("OK")),
    ("tx", b"AT+CSQ\r"),
    ("rx", said("+CSQ: 17,99", "OK")),
)
CLOSE = (
    ("tx", b"AT+KTCPCLOSE=1,1\r"),
    ("rx", said("NO CARRIER")),
    ("tx", b"AT+KTCPDEL=1\r"),
    ("rx", said("OK")),
    ("rx", said("+KCNX_IND: 1,5,30")),
)
REFUSED = (("tx", b"AT+KTCPSND=1,28\r"), ("rx", said("+CME ERROR: 923")))

SESSIONS = {
    "early send": session(*CONNECT, *REFUSED),
    "late refusal": session(*CONNECT, *TALK, *REFUSED),
    "healthy": session(*CONNECT, *TALK, *CLOSE),
    "healthy, then lost": session(*CONNECT, *TALK, ("rx", said("+KCNX_IND: 1,0,0"))),
}


def replayed(capture: bytes) -> tuple[Report, list[tuple[str, ...]]]:
    """Replay a capture; return its report and each transition, without line numbers."""
    lines = capture.split(b"\n")
    if not lines[-1]:
        lines.pop()
    capture_format = detect(lines[:400]).format
    assert capture_format is not None
    story: list[tuple[str, ...]] = []

    def teller(_line: int, edge: Edge, _wobbles: tuple[Wobble, ...]) -> None:
        for move in edge.moves:
            states = table(TABLED[move.machine]).states
            if move.before != move.after:
                story.append((move.machine, move.key, states[move.before], states[move.after]))

    told = Session("capture", capture_format, teller, timeline=True)
    told.feed(lines)
    return told.close(), story


@cache
def reference(name: str) -> list[tuple[str, ...]]:
    """The story as the simplest format tells it."""
    return replayed(RENDERERS["txrx"](SESSIONS[name])[0])[1]


@pytest.mark.parametrize("name", SESSIONS)
@pytest.mark.parametrize("format_name", RENDERERS)
def test_each_format_tells_the_same_story(format_name: str, name: str) -> None:
    """Detection, un-escaping, assembly and payload rules lose and invent no transition."""
    capture, _ = RENDERERS[format_name](SESSIONS[name])
    report, story = replayed(capture)

    assert format_name == report.format
    assert reference(name) == story
    # That NO CARRIER answers the close is worth a note; the lines themselves are worth none.
    worth = ("`NO CARRIER`", "Two files were merged")
    assert [] == [note for note in report.notes if not note.startswith(worth)]


@pytest.mark.parametrize("name", ["early send", "late refusal", "healthy, then lost"])
@pytest.mark.parametrize("format_name", RENDERERS)
def test_each_format_names_the_physical_line(format_name: str, name: str) -> None:
    """The wobble is on the physical line that shows the deciding text, whatever is around it."""
    capture, numbers = RENDERERS[format_name](SESSIONS[name])
    report, _ = replayed(capture)

    assert numbers[-1] == report.wobbles[0].line


@pytest.mark.parametrize("format_name", RENDERERS)
def test_a_healthy_session_is_clean_in_each_format(format_name: str) -> None:
    """Nothing that a logger does to a healthy session makes it wobble."""
    report, _ = replayed(RENDERERS[format_name](SESSIONS["healthy"])[0])

    assert "clean" == report.verdict.value


def as_a_page_shows_it(capture: bytes) -> bytes:
    """What a browser copies: of two blanks, one is a no-break space."""
    return capture.replace(b"  ", b"\xc2\xa0 ")


ALIGNED = sorted(entry.name for entry in FORMATS if entry.aligned)


@pytest.mark.parametrize("format_name", ALIGNED)
def test_a_copy_from_a_page_tells_the_same_story(format_name: str) -> None:
    """Columns that a page fills with no-break spaces are read as if it had left the blanks."""
    capture, numbers = RENDERERS[format_name](SESSIONS["late refusal"])
    copied = as_a_page_shows_it(capture)
    report, story = replayed(copied)

    assert copied != capture
    assert format_name == report.format
    assert reference("late refusal") == story
    assert numbers[-1] == report.wobbles[0].line


@pytest.mark.parametrize("name", ["late refusal", "healthy"])
def test_blanks_at_the_end_of_a_line_are_none_of_a_record(name: str) -> None:
    """Where the logger has counted, a page that fills lines adds nothing."""
    capture, _ = RENDERERS["mbed"](SESSIONS[name])
    _, story = replayed(b"".join(line + b"   \n" for line in capture.split(b"\n")))

    assert reference(name) == story
