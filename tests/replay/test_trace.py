"""A trace says what replay says, and says it of every line."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atfsm.at.exchange import What
from atfsm.machine import table
from atfsm.replay import capture as capture_module
from atfsm.replay import session as session_module
from atfsm.replay import trace as trace_module
from atfsm.replay.automaton import Edge
from atfsm.replay.formats import FORMATS
from atfsm.replay.records import Direction
from atfsm.replay.report import Report, Wobble
from atfsm.replay.session import replay
from atfsm.replay.trace import Seen, Trace
from atfsm.stack import NEW, TABLED, Move
from atfsm.stack.whole import start
from atfsm.stack.written import Run
from tests.replay.renderers import RENDERERS
from tests.replay.renderers_programs import LOSING
from tests.replay.test_formats_end_to_end import SESSIONS
from tests.replay.test_journal_replay import (
    connected,
    journal_of,
    receive_payload,
    send_payload,
)
from tests.replay.test_replay_properties import START, WRITERS, Said, sessions

CAPTURES = sorted((Path(__file__).parent.parent / "captures").glob("*.log"))
every_capture = pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)

Machine = tuple[str, str]


class Followed:
    """What replay says of a capture, by its own teller."""

    def __init__(self, name: str, format_name: str = "auto") -> None:
        self.moves: list[Move] = []
        self.wobbles: list[Wobble] = []
        self.report = replay(name, format_name=format_name, teller=self._tell, timeline=True)

    def _tell(self, _line: int, edge: Edge, wobbles: tuple[Wobble, ...]) -> None:
        self.moves += edge.moves
        self.wobbles += wobbles


def standing(report: Report) -> dict[Machine, str]:
    """Where each machine stands at the end."""
    return {(m.machine, m.key): m.state for m in report.machines}


def stood(seen: Sequence[Seen]) -> dict[Machine, str]:
    """Where each machine stands at the end if the moves are followed, row by row, in order."""
    first = {(p.machine, p.key): p.state for p in start()}
    states = dict(first)
    for each in seen:
        if isinstance(each.said, Run):
            states = dict(first)
        for move in (move for edge in each.edges for move in edge.moves):
            at = (move.machine, move.key)
            before = states.pop((move.machine, move.origin), None) if move.origin else None
            if move.origin != NEW:
                assert move.before == (states[at] if before is None else before)
            states[at] = move.after
    return {at: table(TABLED[at[0]]).states[state] for at, state in states.items()}


def assert_same(path: Path, format_name: str = "auto") -> list[Seen]:
    """Check that a trace of a capture says what replay says of it."""
    said = Followed(str(path), format_name)
    trace = Trace(str(path), format_name=format_name)
    seen = list(trace)
    changes = [m for s in seen for edge in s.edges if edge.changes for m in edge.moves]
    lines = [s.line for s in seen if s.raw or not (s.edges and s.edges[0].what is What.SILENCE)]

    assert said.report.to_json() == trace.report.to_json()
    assert said.report == trace.report
    assert said.moves == changes
    assert said.wobbles == [wobble for s in seen for wobble in s.wobbles]
    assert not said.report.format or standing(said.report) == stood(seen)
    assert [s.line for s in seen] == sorted(s.line for s in seen)
    assert list(range(1, said.report.lines + 1)) == sorted(set(lines))
    assert said.report.events == sum(e.is_event for s in seen for e in s.edges)
    return seen


@every_capture
@pytest.mark.parametrize("times", [1, 3])
def test_a_trace_of_a_capture_says_what_replay_says(
    path: Path, times: int, tmp_path: Path
) -> None:
    """Same report, same changes in the same order, and every line exactly once."""
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes() * times)

    assert_same(copy)


@pytest.mark.parametrize("name", SESSIONS)
@pytest.mark.parametrize("format_name", RENDERERS)
def test_a_trace_of_every_format_says_what_replay_says(
    format_name: str, name: str, tmp_path: Path
) -> None:
    """Whatever the logger, the wire is read once and told twice alike."""
    path = tmp_path / "capture.log"
    path.write_bytes(RENDERERS[format_name](SESSIONS[name])[0])
    seen = assert_same(path)
    pieces = [piece for s in seen for piece in s.pieces]

    assert b"+KCNX_IND: 1,1,0" in {piece.text for piece in pieces}
    payload = b"".join(piece.text for piece in pieces if piece.what is What.PAYLOAD)
    assert ("early" not in name) is (b"x!" in payload)


@pytest.mark.parametrize("writer", WRITERS)
@given(session=sessions, times=st.integers(1, 4))
@settings(max_examples=30)
def test_a_trace_of_any_session_says_what_replay_says(
    writer: str,
    session: list[tuple[list[Said], float, float]],
    times: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever is said and whenever, held payload and limits that passed included."""
    name, write = WRITERS[writer]
    time = START
    lines = []
    for phrase, before_s, within_s in session * times:
        time += timedelta(seconds=before_s)
        for said in phrase:
            lines.append(write(said, time))
            time += timedelta(seconds=within_s)
    path = tmp_path_factory.mktemp("trace") / "capture.log"
    path.write_bytes(b"\n".join(lines) + b"\n")

    assert_same(path, name)


WIRE = st.sampled_from(
    (
        *(b"AT\r", b"AT+CSQ\r", b"AT+KTCPSND=1,5\r", b"AT+KTCPRCV=1,5\r", b"AT+KTCPCNX=1\r"),
        *(b'AT+KTCPCFG=1,0,"a",7\r', b"hello", b"--EOF--Pattern--", b"\r\n", b"\x00", b"> "),
        *(b"\r\nOK\r\n", b"\r\nCONNECT\r\n", b"\r\n+KTCPCFG: 1\r\n", b"\r\n+KTCP_IND: 1,1\r\n"),
        *(b"\r\nERROR\r\n", b"\r\n+KTCP_NOTIF: 1,4\r\n", b"\r\n+KCNX_IND: 1,0,0\r\n", b"+++"),
        *(b"ATD*99#\r", b"\r\nNO CARRIER\r\n", b"\xff\xfe\x80"),
    )
)


LOGGERS = {**RENDERERS, **LOSING}
#: Formats whose records are pieces of the wire, cut anywhere.
BYTE_FORMATS = sorted({f.name for f in FORMATS if not f.whole} - {"journal"})


@st.composite
def wires(draw: st.DrawFn) -> list[tuple[float, Direction, bytes]]:
    """Draw chunks of the wire, cut anywhere, in both directions."""
    chunks = []
    time_s = 0.0
    for data in draw(st.lists(WIRE, min_size=1, max_size=30)):
        side = draw(st.sampled_from((Direction.TX, Direction.RX)))
        cut = draw(st.integers(0, len(data)))
        chunks += [(time_s, side, piece) for piece in (data[:cut], data[cut:]) if piece]
        time_s += draw(st.sampled_from((0.0, 0.01, 1.0, 11.0, 95.0)))
    return chunks


@given(wire=wires(), format_name=st.sampled_from(BYTE_FORMATS))
@settings(max_examples=150)
def test_a_trace_of_any_bytes_says_what_replay_says(
    wire: list[tuple[float, Direction, bytes]],
    format_name: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Where a line is cut over others, each edge still stands on a line, in order."""
    path = tmp_path_factory.mktemp("trace") / "capture.log"
    path.write_bytes(LOGGERS[format_name](wire)[0])

    assert_same(path, format_name)


@given(data=st.binary(max_size=400), format_name=st.sampled_from([f.name for f in FORMATS]))
def test_a_trace_of_anything_says_what_replay_says(
    data: bytes, format_name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Bytes of no pattern are read to their end, line by line."""
    path = tmp_path_factory.mktemp("trace") / "capture.log"
    path.write_bytes(b"x" + data)

    assert_same(path, format_name)
    assert_same(path)


def test_a_trace_of_a_journal_says_what_replay_says(tmp_path: Path) -> None:
    """Two runs, limits, what was told beside the wire, payload both ways."""
    first, second = connected(), connected(echo=False)
    send_payload(first, b"\r\nOK\r\n")
    receive_payload(first, b"AT+X\r")
    first.read(b"\r\n+KTCP_NOTIF: 1,5\r\n")
    first.write(b"AT+KTCPCLOSE=1,1")
    first.pass_limit(0)
    second.write(b"AT+KTCPSND=1,5")
    second.read(b"\r\n+CME ERR")
    second.read(b"OR: 923\r\n")
    path = tmp_path / "run.journal"
    path.write_bytes(journal_of(first, second))
    seen = assert_same(path)

    assert 2 == sum(isinstance(s.said, Run) for s in seen)
    payload = [p.text for s in seen for p in s.pieces if p.what is What.PAYLOAD]
    assert [b"\r\nOK\r\n--EOF--Pattern--", b"AT+X\r"] == payload


# --------------------------------------------------------------------------- what each line shows

SEND = "AT+KTCPSND=1,5"
HEAD = """\
[10:00:00.000] Tx: AT+KTCPCFG=1,0,"203.0.113.5",7007
[10:00:00.010] Rx: +KTCPCFG: 1
[10:00:00.020] Rx: OK
[10:00:00.030] Tx: AT+KTCPCNX=1
[10:00:00.040] Rx: OK
[10:00:00.050] Rx: +KTCP_IND: 1,1
"""


def traced(text: str, tmp_path: Path) -> list[Seen]:
    """Trace a text."""
    path = tmp_path / "capture.log"
    path.write_text(text, "utf-8")
    return assert_same(path)


def shown(seen: Sequence[Seen]) -> list[tuple[int, str, bytes]]:
    """Line, what, and text of each piece."""
    return [(s.line, p.what.value if p.what else "", p.text) for s in seen for p in s.pieces]


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        # its end pattern on the same line, or on one of its own, or behind other lines
        (
            ["Tx: hello--EOF--Pattern--"],
            ["payload hello--EOF--Pattern--"],
        ),
        (
            ["Tx: abc", "Tx: de", "Tx: --EOF--Pattern--"],
            ["payload abc", "payload de", "payload --EOF--Pattern--"],
        ),
        # what looks like AT is payload until the pattern comes
        (
            ["Tx: AT+CSQ", "Tx: --EOF--Pattern--"],
            ["payload AT+CSQ", "payload --EOF--Pattern--"],
        ),
        # the modem speaks meanwhile
        (
            ["Tx: abc", "Rx: +KTCP_IND: 1,1", "Tx: de--EOF--Pattern--"],
            ["payload abc", "urc +KTCP_IND: 1,1", "payload de--EOF--Pattern--"],
        ),
    ],
)
def test_each_held_line_of_payload_is_shown_where_it_stands(
    payload: list[str], expected: list[str], tmp_path: Path
) -> None:
    """Lines are held until it is clear what they were, and shown in the order of the capture."""
    stamp = "[10:00:01.000] "
    lines = [f"Tx: {SEND}", "Rx: CONNECT", *payload, "Rx: OK"]
    seen = traced(HEAD + "".join(f"{stamp}{line}\n" for line in lines), tmp_path)
    told = [f"{what} {text.decode()}" for line, what, text in shown(seen) if 8 < line]

    assert [*expected, "result OK"] == told


def test_a_limit_that_passed_stands_before_the_line_that_ended_it(tmp_path: Path) -> None:
    """Its time is the deadline; its line is the one on which it was noticed."""
    seen = traced(f"{HEAD}[10:00:01.000] Tx: {SEND}\n[10:05:00.000] Rx: OK\n", tmp_path)
    limit, last = seen[7], seen[-1]

    assert What.SILENCE is limit.what
    assert (8, b"", ()) == (limit.line, limit.raw, limit.pieces)
    assert limit.time_s is not None
    assert last.time_s is not None
    assert 36_001.0 < limit.time_s < last.time_s
    assert ["silent"] == [wobble.kind for wobble in limit.wobbles]


def test_times_go_on_over_midnight(tmp_path: Path) -> None:
    """A time of day that begins anew is a day later."""
    seen = traced("23:59:59.900 Tx: AT\n00:00:00.100 Rx: OK\nnot stamped\n", tmp_path)
    times_s = [s.time_s for s in seen]

    assert [86_399.9, 86_400.1, None] == times_s


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tx: AT\nRx: OK\n", "none"),
        ("10:00:00.000 Tx: AT\n10:00:00.100 Rx: OK\n", "day"),
        ("2026-11-22 10:00:00.000 Tx: AT\n2026-11-22 10:00:00.100 Rx: OK\n", "date"),
        (
            "06-01 16:37:25.000   9   9 D AT      : AT> AT\n06-01 16:37:25.100   9   9 D AT      : AT< OK\n",
            "date",
        ),
        ("0000025309 [ncp.at] TRACE: > AT\n0000025347 [ncp.at] TRACE: < OK\n", "elapsed"),
        ("", "none"),
        ("nothing\n", "none"),
    ],
)
def test_the_clock_of_a_capture_is_named(text: str, expected: str, tmp_path: Path) -> None:
    """A page writes times as the capture does."""
    path = tmp_path / "capture.log"
    path.write_text(text, "utf-8")
    trace = Trace(str(path))
    for _ in trace:
        pass

    assert expected == trace.clock


def test_a_capture_of_no_format_is_shown_line_by_line(tmp_path: Path) -> None:
    """What cannot be judged can still be read."""
    path = tmp_path / "notes.txt"
    path.write_bytes(b"Dear diary,\n\nnothing.\n")
    seen = assert_same(path)

    assert [b"Dear diary,", b"", b"nothing."] == [s.raw for s in seen]
    assert {()} == {s.pieces for s in seen}


@pytest.mark.parametrize("is_small", [False, True])
def test_what_waits_too_long_is_judged_on_a_later_line(
    is_small: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory is bounded: a line that was shown already moves machines where the others stand."""
    if is_small:
        monkeypatch.setattr(trace_module, "WAITING_AT_MOST", 4)
        monkeypatch.setattr(session_module, "HEAD_LINES", 1)
        monkeypatch.setattr(capture_module, "CHUNK_BYTES", 16)
    # The end pattern never comes: once the host speaks, the OK is taken for what it is.
    held = ["Rx: abc", "Rx: OK", *["Rx: x"] * 40]
    lines = [*HEAD.splitlines(), "Tx: AT+KTCPRCV=1,500", "Rx: CONNECT", *held, "Tx: AT", "Rx: OK"]
    path = tmp_path / "capture.log"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    seen = assert_same(path, "txrx")
    (judged,) = (s.line for s in seen for e in s.edges if e.text == b"OK" and 8 < s.line < 51)

    assert is_small is (judged != 10)
