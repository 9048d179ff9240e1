"""However a capture comes, and by whichever way it is read, it says the same."""

from __future__ import annotations

import json
import os
import random
import resource
import string
import tracemalloc
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from atfsm.replay import capture as capture_module
from atfsm.replay import session as session_module
from atfsm.replay.automaton import Automata, Edge
from atfsm.replay.capture import Capture
from atfsm.replay.explain import Explanation, explain
from atfsm.replay.formats import FORMATS, Format, detect, format_named
from atfsm.replay.ledger import Ledger
from atfsm.replay.report import Wobble
from atfsm.replay.session import Session, replay
from atfsm.replay.transfer import Look
from atfsm.stack import Move
from tests.replay.renderers import RENDERERS, RX, TX
from tests.replay.renderers_programs import LOSING

CAPTURES = sorted((Path(__file__).parent.parent / "captures").glob("*.log"))
MOST_MEMORY_BYTES = 200 << 20
#: Set it to run the long form of the tests with hostile input: 10 MB instead of 1 MB.
LONG = bool(os.environ.get("ATFSM_LONG_TESTS"))

every_capture = pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)


class Followed(NamedTuple):
    """What a session said: every change, by line, and the report."""

    changes: list[tuple[int, Move]]
    report: str


def lines_of(data: bytes) -> list[bytes]:
    """Cut a capture into physical lines, as `Capture` does where no line is very long."""
    lines = data.split(b"\n" if b"\n" in data else b"\r")
    return lines if lines[-1] else lines[:-1]


def format_of(lines: Sequence[bytes]) -> Format:
    """Name the format of a capture that has one."""
    found = detect(list(lines)).format
    assert found is not None
    return found


def follow(
    parts: Iterable[list[bytes]],
    capture_format: Format,
    *,
    exact: bool = False,
    timeline: bool = True,
    automata: Automata | None = None,
) -> Followed:
    """Feed *parts* one by one; *exact* leaves the fast way out."""
    changes: list[tuple[int, Move]] = []

    def tell(line: int, edge: Edge, _wobbles: tuple[Wobble, ...]) -> None:
        changes.extend((line, move) for move in edge.moves)

    session = Session(
        "capture",
        capture_format,
        tell if timeline else None,
        timeline=timeline,
        automata=automata,
    )
    if exact:
        session._runner._is_fast = False
    for part in parts:
        session.feed(part)
    return Followed(changes, session.close().to_json())


def cut_at(lines: list[bytes], places: Iterable[int]) -> list[list[bytes]]:
    """Cut a list at *places*, which may be doubled and out of order."""
    edges = [0, *sorted(place % (len(lines) + 1) for place in places), len(lines)]
    return [lines[a:b] for a, b in pairwise(edges)]


# ------------------------------------------------------------------------------- however it comes


@every_capture
def test_line_by_line_is_as_all_at_once(path: Path) -> None:
    """A capture read while it grows says what it says when it is complete."""
    lines = lines_of(path.read_bytes())
    way = format_of(lines)

    assert follow([lines], way) == follow([[line] for line in lines], way)


@every_capture
@given(places=st.lists(st.integers(0, 10_000), max_size=8))
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_split_is_as_all_at_once(path: Path, places: list[int]) -> None:
    """Where the pieces of a capture are cut means nothing."""
    lines = lines_of(path.read_bytes())
    way = format_of(lines)

    assert follow([lines], way) == follow(cut_at(lines, places), way)


@every_capture
def test_the_time_line_changes_nothing(path: Path) -> None:
    """Whether somebody watches every transition, the report is the same."""
    lines = lines_of(path.read_bytes()) * 3
    way = format_of(lines)

    assert follow([lines], way).report == follow([lines], way, timeline=False).report


@every_capture
@pytest.mark.parametrize("chunk_bytes", [1, 2, 3, 7, 64, 1 << 19])
def test_any_chunk_of_the_file_is_as_any_other(
    path: Path, chunk_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many bytes the file gives at once means nothing, down to one byte."""
    whole = replay(str(path)).to_json()
    monkeypatch.setattr(capture_module, "CHUNK_BYTES", chunk_bytes)

    assert whole == replay(str(path)).to_json()


@every_capture
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["LF", "CRLF"])
def test_line_ends_and_a_missing_last_one_mean_nothing(
    path: Path, end: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A capture saved on Windows, or cut off before its last line end, says the same."""
    lines = lines_of(path.read_bytes())
    copy = tmp_path / path.name
    copy.write_bytes(end.join(lines))
    monkeypatch.chdir(tmp_path)
    said = replay(path.name)
    monkeypatch.chdir(path.parent)

    assert replay(path.name).to_json() == said.to_json()


@given(
    data=st.binary(max_size=300).map(
        lambda d: d.replace(b"\x1f\x8b", b"").replace(b"\xff\xfe", b"").replace(b"\xef\xbb", b"")
    ),
    chunk_bytes=st.integers(1, 40),
)
def test_physical_lines_do_not_depend_on_chunks(
    data: bytes, chunk_bytes: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every line end ends one line, and no byte is lost or doubled, in chunks of any size."""
    if data[:2] == b"\xfe\xff" or data[:4] == b"\x28\xb5\x2f\xfd":
        return
    path = tmp_path_factory.getbasetemp() / "lines.bin"
    path.write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(capture_module, "CHUNK_BYTES", chunk_bytes)
        read = [line for chunk in Capture(str(path)).chunks() for line in chunk]

    assert lines_of(data) == read


# -------------------------------------------------------------------- the fast and the exact way

Said = tuple[str, bytes]  # "tx" or "rx", text

PEER = b'"203.0.113.5",7007'


def phrases() -> list[list[Said]]:
    """Exchanges of one to a few lines, legal and not, to put sessions together from."""
    told: list[list[Said]] = []
    for sid in (b"1", b"2"):
        told += [
            [("tx", b"AT+KTCPCFG=1,0," + PEER), ("rx", b"+KTCPCFG: " + sid), ("rx", b"OK")],
            [("tx", b"AT+KTCPCNX=" + sid), ("rx", b"OK"), ("rx", b"+KTCP_IND: " + sid + b",1")],
            [
                ("tx", b"AT+KTCPSND=" + sid + b",5"),
                ("rx", b"CONNECT"),
                ("tx", b"hello--EOF--Pattern--"),
                ("rx", b"OK"),
            ],
            [
                ("rx", b"+KTCP_DATA: " + sid + b",15"),
                ("tx", b"AT+KTCPRCV=" + sid + b",15"),
                ("rx", b"CONNECT"),
                ("rx", b"OK"),
                ("rx", b"hello there"),
                ("rx", b"--EOF--Pattern--"),
                ("rx", b"OK"),
            ],
            [("tx", b"AT+KTCPCLOSE=" + sid + b",1"), ("rx", b"OK")],
            [("tx", b"AT+KTCPDEL=" + sid), ("rx", b"OK")],
            [("tx", b"AT+KTCPSTAT=" + sid), ("rx", b"+KTCPSTAT: 3,-1,0,0"), ("rx", b"OK")],
            [("tx", b"AT+KTCPSTAT=" + sid), ("rx", b"+CME ERROR: 910")],
            [("rx", b"+KTCP_NOTIF: " + sid + b",4")],
            [("rx", b"+KTCP_NOTIF: " + sid + b",0")],
            [("tx", b"AT+KTCPSND=" + sid + b",5"), ("rx", b"+CME ERROR: 923")],
            [("tx", b"AT+KTCPSND=" + sid + b",5"), ("rx", b"CONNECT"), ("rx", b"NO CARRIER")],
        ]
    return [
        *told,
        [
            ("tx", b"AT+KUDPCFG=1,0,1"),
            ("rx", b"+KUDPCFG: 3"),
            ("rx", b"OK"),
            ("rx", b"+KUDP_IND: 3,1"),
        ],
        [
            ("tx", b'AT+KUDPSND=3,"203.0.113.5",7,5'),
            ("rx", b"CONNECT"),
            ("tx", b"hello--EOF--Pattern--"),
            ("rx", b"OK"),
        ],
        [("tx", b"AT+KUDPCFG?"), ("rx", b"+KUDPCFG: 3"), ("rx", b"OK")],
        [("tx", b"AT+KUDPCLOSE=3"), ("rx", b"OK")],
        [("tx", b"AT+CSQ"), ("rx", b"+CSQ: 17,99"), ("rx", b"OK")],
        [("tx", b"AT+CEREG?"), ("rx", b"+CEREG: 0,1"), ("rx", b"OK")],
        [("tx", b'AT+KCNXCFG=1,"GPRS","apn.example"'), ("rx", b"OK")],
        [("rx", b"+KCNX_IND: 1,4,1"), ("rx", b"+KCNX_IND: 1,1,0")],
        [("rx", b"+KCNX_IND: 1,5,30"), ("rx", b"+KCNX_IND: 1,6")],
        [("rx", b"+KCNX_IND: 1,0,0")],
        [("rx", b"+KCNX_IND: 1,3")],
        [("tx", b"AT+KCNXDOWN=1,1"), ("rx", b"OK"), ("rx", b"+KCNX_IND: 1,3")],
        [("tx", b"AT+CFUN=1,1"), ("rx", b"OK"), ("rx", b"+KSUP: 0")],
        [("rx", b"+KSUP: 0")],
        [("tx", b'AT+KPATTERN="$$"'), ("rx", b"OK")],
        [("tx", b'AT+KPATTERN="--EOF--Pattern--"'), ("rx", b"OK")],
        [("tx", b"ATV0"), ("rx", b"0")],
        [("tx", b"ATV1"), ("rx", b"OK")],
        [("tx", b"ATD*99#"), ("rx", b"CONNECT")],
        [("rx", b"NO CARRIER")],
        [("rx", b"OK")],
        [("rx", b"ERROR")],
        [("rx", b"CONNECT")],
        [("tx", b"AT")],
        [("tx", b"AT+CSQ")],
        [("tx", b"AT+KTCPSND=1,5")],
        [("tx", b"--EOF--Pattern--")],
        [("tx", b"+++")],
        [("rx", b"no AT at all")],
        [("rx", b"")],
        [("", b"# somebody's note")],
        [("", b"")],
    ]


GAPS_S = (
    0.0,
    0.0,
    0.0,
    0.001,
    0.25,
    0.999,
    1.0,
    4.9,
    5.0,
    5.1,
    9.0,
    9.999,
    10.0,
    10.001,
    11.0,
    15.0,
    30.0,
)
LONG_GAPS_S = (50.0, 61.9, 62.0, 62.1, 90.0, 91.0, 179.9, 180.1, 3_600.0, 90_000.0, -0.5, -100.0)
START = datetime(2026, 11, 22, 23, 59, 30, tzinfo=UTC)


def txrx(said: Said, _time: datetime) -> bytes:
    """Write a line with a label and no stamp."""
    return {"tx": b"Tx: ", "rx": b"Rx: "}.get(said[0], b"") + said[1]


def dated(said: Said, time: datetime) -> bytes:
    """Write a line with a label and a whole stamp."""
    return f"{time:%Y-%m-%d %H:%M:%S}.{time.microsecond // 1000:03} ".encode() + txrx(said, time)


def daily(said: Said, time: datetime) -> bytes:
    """Write a line with a label and the time of the day."""
    return f"{time:%H:%M:%S}.{time.microsecond // 1000:03} ".encode() + txrx(said, time)


def whole_seconds(said: Said, time: datetime) -> bytes:
    """Write a line with a label and a stamp of whole seconds."""
    return f"[{time:%Y-%m-%d %H:%M:%S}] ".encode() + txrx(said, time)


def now_and_then(said: Said, time: datetime) -> bytes:
    """Write a line with a stamp on some lines only."""
    return (dated if time.microsecond % 2_000 == 0 else txrx)(said, time)


def bare(said: Said, _time: datetime) -> bytes:
    """Write a line as a terminal shows it."""
    return said[1]


def stamped_bare(said: Said, time: datetime) -> bytes:
    """Write a line as a terminal shows it that stamps each."""
    return f"{time:%Y-%m-%d %H:%M:%S}.{time.microsecond // 1000:03} ".encode() + said[1]


WRITERS = {
    "txrx": ("txrx", txrx),
    "txrx, dated": ("txrx", dated),
    "txrx, time of day": ("txrx", daily),
    "txrx, whole seconds": ("txrx", whole_seconds),
    "txrx, stamps now and then": ("txrx", now_and_then),
    "bare": ("bare", bare),
    "iso-bare": ("iso-bare", stamped_bare),
}

sessions = st.lists(
    st.tuples(
        st.sampled_from(phrases()),
        st.sampled_from(GAPS_S) | st.sampled_from(LONG_GAPS_S),
        st.sampled_from(GAPS_S),
    ),
    min_size=1,
    max_size=25,
)


@pytest.mark.parametrize("writer", WRITERS)
@given(
    session=sessions, times=st.integers(1, 4), places=st.lists(st.integers(0, 10_000), max_size=3)
)
@settings(max_examples=40)
def test_the_fast_way_is_the_exact_way(
    writer: str,
    session: list[tuple[list[Said], float, float]],
    times: int,
    places: list[int],
) -> None:
    """Runs of lines say, line for line, what reading record by record says."""
    name, write = WRITERS[writer]
    time = START
    lines = []
    for phrase, before_s, within_s in session * times:
        time += timedelta(seconds=before_s)
        for said in phrase:
            lines.append(write(said, time))
            time += timedelta(seconds=within_s)
    way = format_named(name)
    exact = follow([lines], way, exact=True)

    assert exact == follow([lines], way)
    assert exact == follow(cut_at(lines, places), way)
    assert exact.report == follow([lines], way, timeline=False).report


#: What begins a wait, ends one, and moves none.
WAITING: Sequence[list[Said]] = (
    *([("tx", b"AT+KTCPCNX=%d" % sid), ("rx", b"OK")] for sid in (1, 2)),
    *([("rx", b"+KTCP_IND: %d,1" % sid)] for sid in (1, 2)),
    [("tx", b"AT")],
    [("rx", b"OK")],
    [("rx", b"+CSQ: 20,99"), ("rx", b"+CSQ: 20,99")],
)
#: Just short of a limit, or of what lacks to one.
SHORT_GAPS_S = (0.1, 0.1, 14.8, 29.8, 61.8, 179.8)
jitters_s = st.floats(-0.4, 0.4).map(lambda jitter_s: round(jitter_s, 3))


@pytest.mark.parametrize("writer", ["txrx, dated", "txrx, time of day", "iso-bare"])
@given(
    session=st.lists(
        st.tuples(
            st.sampled_from(WAITING),
            st.sampled_from(SHORT_GAPS_S),
            st.lists(jitters_s, min_size=2, max_size=2),
        ),
        min_size=4,
        max_size=25,
    )
)
@settings(max_examples=100)
def test_a_late_print_is_one_on_both_ways(
    writer: str, session: list[tuple[list[Said], float, list[float]]]
) -> None:
    """Lines that two printers wrote a little out of order move no limit, on either way."""
    name, write = WRITERS[writer]
    time = START
    lines = []
    for phrase, gap_s, late_s in session:
        time += timedelta(seconds=gap_s)
        for said, by_s in zip(phrase, late_s, strict=False):
            lines.append(write(said, time + timedelta(seconds=by_s)))
            time += timedelta(seconds=0.05)
    way = format_named(name)

    assert follow([lines], way, exact=True) == follow([lines], way)


def test_a_wait_that_begins_on_a_late_print_is_counted_from_the_clock() -> None:
    """The clock stands still over a late print, on both ways."""
    lines = [
        b'[03:31:04.100] AT+KPATTERN="--X--"',
        b"[03:24:24.100] +KTCPCFG: 2",
        b"[03:17:14.600] hello",
        b"[03:17:18.600] NO CARRIER",
        b"[03:17:18.300] +KTCP_DATA: 1,5",
        b"[03:17:28.000] NO CARRIER",
    ]
    way = format_named("iso-bare")

    assert follow([lines], way, exact=True) == follow([lines], way)


@pytest.mark.parametrize(
    ("back_s", "wobbles"), [(0.3, 1), (1.0, 1), (1.1, 0)], ids=["late", "a second", "stepped back"]
)
def test_a_late_print_does_not_renew_a_wait(back_s: float, wobbles: int) -> None:
    """Two printers of one log interleave; only a larger step back is a clock that was set."""
    moments_s = [0.0, 20.0, 20.0 - back_s, 100.0]  # 90 s is the limit
    texts = [b"AT+KTCPCNX=1", b"OK", b"+CSQ: 20,99", b"AT"]
    lines = [
        dated(
            ("tx" if text.startswith(b"AT") else "rx", text), START + timedelta(seconds=moment_s)
        )
        for moment_s, text in zip(moments_s, texts, strict=True)
    ]

    report = json.loads(follow([lines], format_named("txrx")).report)

    assert wobbles == report["wobble_count"]


@pytest.mark.parametrize(
    "stamps",
    [
        ("10:00:0{}.86", "10:00:0{}.861"),
        ("10:00:0{}", "10:00:0{}.5"),
        ("10:00:0{}.5", "10:00:0{}"),
    ],
    ids=["more digits", "a fraction", "no fraction"],
)
@pytest.mark.parametrize("name", ["iso-bare", "txrx", "arduino"])
def test_stamps_of_any_width_are_read(name: str, stamps: tuple[str, str]) -> None:
    """Some loggers drop the last noughts of a fraction, and a digit of it is no text."""
    texts = ["AT+CSQ", "+CSQ: 20,99", "OK", "AT+CPIN?", "+CME ERROR: 10"] * 2
    if name == "txrx":
        texts = [("Tx: " if text.startswith("AT") else "Rx: ") + text for text in texts]
    lines = [
        f"{stamps[at % 7 > 2].format(at)}{' -> ' * (name == 'arduino')} {text}".encode()
        for at, text in enumerate(texts)
    ]
    way = format_named(name)

    assert follow([lines], way, exact=True) == follow([lines], way)


@pytest.mark.parametrize("writer", ["txrx, dated", "txrx", "bare", "iso-bare"])
@pytest.mark.parametrize("size", [100, 4_095, 4_096, 60_000])
@pytest.mark.parametrize(
    ("offer", "side"), [(b"AT+KTCPSND=1,%d", "tx"), (b"AT+KTCPRCV=1,%d", "rx")], ids=["out", "in"]
)
def test_the_end_of_a_long_payload_is_seen(
    offer: bytes, side: str, size: int, writer: str
) -> None:
    """A line of payload is longer than any of AT, and its end pattern stands at its end."""
    name, write = WRITERS[writer]
    payload = b"z" * size + b"--EOF--Pattern--"
    told = [("tx", offer % size), ("rx", b"CONNECT"), (side, payload), ("rx", b"OK")] * 3
    lines = [write(said, START + timedelta(seconds=at)) for at, said in enumerate(told)]
    way = format_named(name)
    exact = follow([lines], way, exact=True)

    assert exact == follow([lines], way)
    assert "clean" == json.loads(exact.report)["verdict"]


@every_capture
def test_the_fast_way_is_the_exact_way_on_captures(path: Path) -> None:
    """On each capture of ours, once and over and over, the two ways agree."""
    lines = lines_of(path.read_bytes())
    way = format_of(lines)
    for times in (1, 5):
        assert follow([lines * times], way, exact=True) == follow([lines * times], way)


# ----------------------------------------------------------------- payload, and what was before

LOGGERS = {**RENDERERS, **LOSING}


def written_by(name: str) -> dict[str, tuple[bytes, bytes]]:
    """What the logger of a format writes before and behind a text, by its side."""
    around = {}
    for side, direction, text in (("tx", TX, b"AT+CGMI"), ("rx", RX, b"+CSQ: 17,99")):
        end = b"\r" if direction is TX else b"\r\n"
        capture, _ = LOGGERS[name]([(0.0, direction, text + end)])
        before, found, behind = capture.partition(text)
        if found:
            around[side] = before.rpartition(b"\n")[2], behind.partition(b"\n")[0]
    return around


AROUND = {
    **{e.name: written_by(e.name) for e in FORMATS if e.stateless and e.whole},
    "txrx, tight": {"tx": (b"TX>", b""), "rx": (b"RX>", b"\r")},
    "arrows, a table": {"tx": (b"| -> | ", b" | note |"), "rx": (b"| <- | ", b" | note |")},
}
PATTERNS = (b"--EOF--Pattern--", b"$$", b">>", b"EOF", b"]", b"a b")
ODD = (
    *(b"hello", b"\r", b"\rAT+KTCPCLOSE=1,1\r", b"\rOK\r", b"OK", b"AT+KTCPDEL=1", b">AT+X="),
    *(b"<", b">", b"=", b"<<", b"|", b"\\|", b"]", b"](len:1", b" (len:1", b" ", b"\t", b"\v"),
    *(b"MBIM ", b"\n MBIM", b" response timeout", b"modeswitch", b"```", b"~~~x", b"[code]"),
    *(b"\x1b[", b"\x1b[1", b"\xc2", b"\xc2\xa0", b"\xe2\x80\x8b", b"\xef\xbb\xbf", b"\0", b"\xff"),
    *(b"//", b"/*", b"*/", b"#", b"<br>", b"^M", b"<CR>", b"--> ", b"send (", b")", b'"', b"'"),
    *(
        b"10:00:00 ",
        b"Tx: ",
        b"rx>",
        b"AT> ",
        b"}",
        b"{",
        b"\\r",
        "–EOF–Pattern–".encode(),
        *PATTERNS,
    ),
    *(b"z" * 500, b"z" * 70_000),
)
odd_payloads = st.lists(st.sampled_from(ODD) | st.binary(max_size=3), max_size=4).map(b"".join)
sent = st.lists(odd_payloads.map(lambda data: data.replace(b"\n", b"")), min_size=1, max_size=6)


def sending(
    around: dict[str, tuple[bytes, bytes]], pattern: bytes, payloads: Sequence[bytes]
) -> list[bytes]:
    """Write a session that sends *payloads*, each ended by *pattern*."""
    told: list[Said] = [
        ("tx", b'AT+KPATTERN="' + pattern + b'"'),
        ("rx", b"OK"),
        ("tx", b"AT+KTCPCNX=1"),
        ("rx", b"OK"),
        ("rx", b"+KTCP_IND: 1,1"),
    ]
    for payload in payloads:
        told += [("tx", b"AT+KTCPSND=1,5"), ("rx", b"CONNECT"), ("tx", payload + pattern)]
        told += [("rx", b"OK"), ("tx", b"AT+CSQ"), ("rx", b"+CSQ: 1,1"), ("rx", b"OK")]
    return [around[side][0] + text + around[side][1] for side, text in told if side in around]


@pytest.mark.parametrize("way", AROUND)
@given(pattern=st.sampled_from(PATTERNS), before=sent, payloads=sent)
@example(PATTERNS[0], [b"hello"], [b"he--EOF--Pattern--\rAT+KTCPCLOSE=1,1\rxx"])
@example(PATTERNS[0], [b"hello"], [b"```"])
@example(PATTERNS[0], [b"hello"], [b"MBIM"])
@example(PATTERNS[0], [b"hello"], [b"x<<y"])
@example(PATTERNS[0], [b"hello"], [b"z" * 70_000])
@example(b"EOF", [b"hello"], [b"\x1b["])
@example(b">>", [b"hello"], [b""])
@settings(max_examples=60)
def test_what_was_replayed_before_changes_nothing(
    way: str, pattern: bytes, before: list[bytes], payloads: list[bytes]
) -> None:
    """Whatever passes as payload, a capture says alone what it says behind others."""
    entry = format_named(way.partition(",")[0])
    lines = sending(AROUND[way], pattern, payloads)
    alone = follow([lines], entry)
    automata = Automata()
    follow([sending(AROUND[way], pattern, [b"hello", *before])], entry, automata=automata)

    assert alone == follow([lines], entry, exact=True)
    assert alone == follow([lines], entry, automata=automata)


# --------------------------------------------------------------------------------- hostile input


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Edit a capture at random: bits, bytes, runs, lines."""
    text = bytearray(data)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(text) + 1)
        match chance.randrange(6):
            case 0 if at < len(text):
                text[at] ^= 1 << chance.randrange(8)
            case 1:
                text[at:at] = chance.randbytes(chance.randint(1, 30))
            case 2:
                del text[at : at + chance.randint(1, 40)]
            case 3:
                text[at:at] = text[: chance.randrange(len(text) + 1)][-200:]
            case 4:
                lines = text.split(b"\n")
                chance.shuffle(lines)
                text = bytearray(b"\n".join(lines))
            case _:
                text[at:at] = chance.choice([b"\r", b"\0", b"\n", b"\xff", b"9" * 30, b'"', b","])
    return bytes(text)


@every_capture
def test_a_damaged_capture_is_judged_all_the_same(path: Path, tmp_path: Path) -> None:
    """No edit of a capture raises anything, and what it says does not depend on the pieces."""
    data = path.read_bytes()
    copy = tmp_path / "damaged.log"
    for seed in range(25):
        text = damaged(data, random.Random(seed))
        copy.write_bytes(text)
        replay(str(copy))
        way = format_of(lines_of(data))
        lines = lines_of(text) or [b""]
        exact = follow([lines], way, exact=True)
        assert exact == follow([lines], way), f"seed {seed}"
        assert exact == follow([[line] for line in lines], way), f"seed {seed}"


def random_bytes(size: int) -> bytes:
    """Bytes of no pattern."""
    return random.Random(923).randbytes(size)


def random_lines(size: int) -> bytes:
    """Lines of no pattern: printable, labelled, and never twice the same."""
    chance = random.Random(923)
    alphabet = (string.ascii_letters + string.digits + "+:,;= \"'-$?&").encode()
    lines = []
    while size > 0:
        line = bytes(chance.choices(alphabet, k=chance.randint(1, 80)))
        lines.append(chance.choice([b"Tx: AT+", b"Rx: +", b"Rx: ", b"Tx: "]) + line)
        size -= len(lines[-1]) + 1
    return b"\n".join(lines)


def random_sessions(size: int) -> bytes:
    """Sessions of any number of ids, as a broken or hostile logger writes them."""
    chance = random.Random(923)
    kinds = (
        b"Rx: +KTCP_NOTIF: %d,5",
        b"Tx: AT+KTCPCNX=%d",
        b"Rx: +KUDP_IND: %d,1",
        b"Rx: +KCNX_IND: %d,1,0",
        b"Rx: +KTCP_IND: %d,1",
        b"Rx: +KTCP_SRVREQ: 1,%d",
    )
    lines = []
    while size > 0:
        lines.append(chance.choice(kinds) % chance.randrange(10**9))
        size -= len(lines[-1]) + 1
    return b"\n".join(lines)


def one_line(size: int) -> bytes:
    """One line without end."""
    return b"Tx: AT+KTCPCFG=1\nRx: OK\nRx: +KTCP_DATA: 1," + b"9" * size


def payload_without_end(size: int) -> bytes:
    """A payload whose pattern never comes."""
    return b"Tx: AT+KTCPRCV=1,4294967295\nRx: CONNECT\n" + b"Rx: more of it\n" * (size // 15)


HOSTILE = {f.__name__: f for f in (random_bytes, random_lines, one_line, payload_without_end)}


def assert_bounded(path: Path, format_name: str) -> None:
    """Replay *path*, and see that it took no more memory than allowed."""
    tracemalloc.start()
    try:
        replay(str(path), format_name=format_name)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < MOST_MEMORY_BYTES
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10 < 4 * MOST_MEMORY_BYTES


@pytest.mark.parametrize("format_name", ["auto", "txrx"])
@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_input_gives_a_verdict_in_bounded_memory(
    hostile: str, format_name: str, tmp_path: Path
) -> None:
    """Anything is read to its end, within 200 MB, and nothing is raised."""
    path = tmp_path / "hostile"
    # Lines that are never the same twice cost most; under tracemalloc ten times as much.
    small = {"random_lines": 1 << 17, "payload_without_end": 1 << 18}
    size = 10 << 20 if LONG else small.get(hostile, 1 << 20)
    path.write_bytes(HOSTILE[hostile](size))

    assert_bounded(path, format_name)


def test_sessions_without_number_take_bounded_work(tmp_path: Path) -> None:
    """Ids that no modem hands out cannot make the report, and the work for it, grow for ever.

    Each machine costs work on every later line, so that a long run of new ids would take time and
    memory with its square. The modems hand out at most 64 ids and 16 profiles (0.2, 2.1).
    """
    path = tmp_path / "ids.log"
    path.write_bytes(random_sessions(1 << 14))
    report = replay(str(path))

    assert len(report.machines) <= 3 * 100


@pytest.mark.parametrize("timeline", [False, True], ids=["report", "time line"])
def test_wobbles_that_nobody_reads_are_counted_only(
    monkeypatch: pytest.MonkeyPatch, *, timeline: bool
) -> None:
    """Behind the last wobble that a report lists, only a time line is told why."""
    phrase = (b'Tx: AT+KTCPCFG=1,0,"a",7', b"Rx: +KTCPCFG: 1", b"Rx: OK")
    lines = [*phrase, b"Tx: AT+KTCPCNX=1", b"Rx: +CME ERROR: 913"] * 50
    whole = json.loads(follow([lines], format_named("txrx")).report)
    explained = []

    def counted(line: int, edge: Edge, move: Move, ledger: Ledger, look: Look) -> Explanation:
        explained.append(line)
        return explain(line, edge, move, ledger, look)

    monkeypatch.setattr(session_module, "explain", counted)
    monkeypatch.setattr(session_module, "WOBBLES_AT_MOST", 3)
    report = json.loads(follow([lines], format_named("txrx"), timeline=timeline).report)

    assert whole["wobbles"][:3] == report["wobbles"]
    assert whole["wobble_count"] == report["wobble_count"] == 50
    assert (50 if timeline else 3) == len(explained)
    assert ["47 further wobbles are not listed."] == report["notes"][-1:]


@pytest.mark.parametrize("entry", FORMATS, ids=lambda entry: entry.name)
def test_every_format_reads_bytes_of_no_pattern(entry: Format) -> None:
    """Whatever format the user names, no byte raises, and both ways agree."""
    lines = random_bytes(1 << 14).split(b"\n") + random_lines(1 << 13).split(b"\n")

    assert follow([lines], entry, exact=True) == follow([lines], entry)
