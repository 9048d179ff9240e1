"""What a logger wrote is recognised and read back: the same AT lines, on the same lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atfsm.replay.formats import FORMATS, Format, detect, format_named
from atfsm.replay.records import Direction, Record
from tests.replay.paper import RX, TX, Renderer, Session, assembled, at_lines
from tests.replay.renderers import RENDERERS, VARIANTS
from tests.replay.renderers_programs import LOSING, socat_text

SESSION: Session = (
    (0.0, TX, b"AT+CSQ\r"),
    (0.021, RX, b"\r\n+CSQ: 17,99\r\n\r\nOK\r\n"),
    (1.5, TX, b'AT+KTCPCFG=1,0,"192.0.2.1",10113\r'),
    (1.62, RX, b"\r\n+KTCPCFG: 1\r\n\r\nOK\r\n"),
    (2.0, TX, b"AT+KTCPCNX=1\r"),
    (2.1, RX, b"\r\nOK\r\n"),
    (3.25, RX, b"\r\n+KCNX_IND: 1,4,1\r\n"),
    (4.0, RX, b"\r\n+KCNX_IND: 1,1,0\r\n"),
    (4.003, TX, b"AT+KTCPSND=1,5\r"),
    (4.009, RX, b"\r\n+CME ERROR: 923\r\n"),
    (7_200.5, TX, b"AT+COPS?\r"),
    (7_200.75, RX, b'\r\n+COPS: 0,0,"a b",7\r\n\r\nOK\r\n'),
)

CASES: list[tuple[str, str, Renderer]] = [
    *((name, name, renderer) for name, renderer in sorted(RENDERERS.items())),
    *((title, name, renderer) for title, (name, renderer) in sorted(VARIANTS.items())),
]
UNDIRECTED = ("bare", "iso-bare", "arduino")
ECHOES = ("esp-command-lib",)  # what was received may be the echo of what was sent
WHOLE_SECONDS = ("chat-syslog", "freebsd-ppp", "gammu", "routeros", "wvdial")

every_logger = pytest.mark.parametrize(
    ("name", "render"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)


def read(entry: Format, capture: bytes) -> list[Record]:
    """Read a capture the way the caller of a reader does."""
    reader = entry.reader()
    lines = capture.split(b"\n")
    if not lines[-1]:
        lines.pop()
    records = [r for number, line in enumerate(lines, 1) for r in reader.read(line, number)]
    return records + list(reader.close())


def at_lines_of(records: list[Record]) -> list[tuple[int, Direction, bytes]]:
    """Put records together to AT lines, each with the physical line on which it begins."""
    if all(record.whole for record in records):
        return [(record.line, record.direction, record.data) for record in records]
    return assembled((record.line, record.direction, record.data) for record in records)


def test_every_format_has_a_logger() -> None:
    """No format is left out of these tests."""
    assert sorted(entry.name for entry in FORMATS) == sorted({**RENDERERS, **LOSING})


@every_logger
def test_the_format_is_recognised(name: str, render: Renderer) -> None:
    """A capture says by itself what wrote it."""
    capture, _ = render(SESSION)
    found = detect(capture.split(b"\n"))

    assert found.format is not None
    assert name == found.format.name
    assert name == found.scores[0][0]


@every_logger
def test_the_beginning_is_enough(name: str, render: Renderer) -> None:
    """A capture of one command and its answer is recognised too."""
    capture, _ = render(SESSION[:2])
    found = detect(capture.split(b"\n"))

    assert found.format is format_named(name)


@pytest.mark.parametrize("name", sorted(set(RENDERERS) - {"spy-raw", "txrx"}))
def test_three_lines_are_enough(name: str) -> None:
    """The first three lines that are not prose decide."""
    capture, _ = RENDERERS[name](SESSION)
    found = detect(capture.split(b"\n")[:3])

    assert found.format is format_named(name)


@every_logger
def test_prose_around_does_not_matter(name: str, render: Renderer) -> None:
    """A capture that was pasted into a thread is recognised and read as well as a naked one."""
    capture, numbers = render(SESSION)
    thread = b"Modem stuck?\n\nHello all, at the moment my log reads:\n```text\n"
    thread += capture + b"```\n\nAny idea? Thanks.\n"
    found = detect(thread.split(b"\n"))

    assert found.format is format_named(name)

    lines = at_lines_of(read(found.format, thread))
    first = lines.index(next(line for line in lines if b"AT+CSQ" in line[2]))
    assert [number + 4 for number in numbers] == [
        number for number, _, _ in lines[first : first + len(numbers)]
    ]


def is_anybodys(name: str, direction: Direction) -> bool:
    """Tell whether a capture leaves it to echo and grammar who wrote a line."""
    return name in UNDIRECTED or (name in ECHOES and direction is RX)


@every_logger
def test_the_at_lines_come_back(name: str, render: Renderer) -> None:
    """Text, direction and physical line of each AT line are as the logger wrote them."""
    capture, numbers = render(SESSION)
    expected = [
        (
            number,
            Direction.UNMARKED if is_anybodys(name, line.direction) else line.direction,
            line.text,
        )
        for number, line in zip(numbers, at_lines(SESSION), strict=True)
    ]

    assert expected == at_lines_of(read(format_named(name), capture))


@every_logger
def test_times_come_back(name: str, render: Renderer) -> None:
    """The pauses between AT lines are those of the wire, where the capture has a clock at all."""
    capture, numbers = render(SESSION)
    records = read(format_named(name), capture)
    if all(record.time_s is None for record in records):
        pytest.skip("this logger has no clock")
    times = {record.line: record.time_s for record in reversed(records)}
    expected = [line.time_s for line in at_lines(SESSION)]
    actual = [times[number] for number in numbers]
    start_s = actual[0]
    assert start_s is not None
    resolution = 1.0 if name in WHOLE_SECONDS else 0.001

    assert pytest.approx(expected, abs=resolution) == [
        time_s - start_s for time_s in actual if time_s is not None
    ]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["no-bom", "bom"])
@pytest.mark.parametrize("indent", [b"", b"    ", b"\t"], ids=["left", "four", "tab"])
@every_logger
def test_the_frame_does_not_matter(
    name: str, render: Renderer, indent: bytes, mark: bytes, end: bytes
) -> None:
    """Line ends of either sort, a byte order mark and indentation change nothing."""
    if name == "spy-raw" or render is socat_text:
        pytest.skip("every byte of it is the wire's")
    capture, _ = render(SESSION)
    framed = mark + end.join(indent + line for line in capture.split(b"\n"))
    expected = at_lines_of(read(format_named(name), capture))

    found = detect(framed.split(b"\n"))

    assert found.format is format_named(name)
    assert expected == at_lines_of(read(found.format, framed))


TEXTS = st.from_regex(rb"[A-Za-z0-9,:?=+ ]{0,20}[A-Za-z0-9?]", fullmatch=True)


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """Draw commands with their answers, a millisecond at least between chunks."""
    chunks = []
    time_s = 0.0
    for _ in range(draw(st.integers(1, 6))):
        command = b"AT+" + draw(TEXTS).replace(b" ", b"")
        answers = draw(st.lists(TEXTS.map(lambda text: b"+X: " + text), max_size=3))
        chunks.append((time_s, TX, command + b"\r"))
        time_s += draw(st.integers(1, 3_600_000)) / 1000
        chunks.append((time_s, RX, b"".join(b"\r\n%b\r\n" % line for line in (*answers, b"OK"))))
        time_s += draw(st.integers(1, 3_600_000)) / 1000
    return chunks


@given(session=sessions(), case=st.sampled_from(CASES))
def test_any_session_comes_back(session: Session, case: tuple[str, str, Renderer]) -> None:
    """Whatever is said, it is read back from the capture of any logger."""
    _, name, render = case
    capture, numbers = render(session)
    expected = [(n, line.text) for n, line in zip(numbers, at_lines(session), strict=True)]
    actual = at_lines_of(read(format_named(name), capture))

    assert expected == [(number, text) for number, _, text in actual]
