"""What no bytes may do to a reader; and the fast way says what the exact way says."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atfsm.replay.formats import FORMATS, Format, detect, format_named
from atfsm.replay.formats.looks import is_answer, is_command, is_final
from atfsm.replay.formats.marks import LINE_AT_MOST
from atfsm.replay.formats.reader import WAITING_AT_MOST
from atfsm.replay.formats.times import DAY_S, Midnight
from atfsm.replay.records import Direction
from tests.effort import LONG_BYTES, runs_away
from tests.replay.renderers import RENDERERS
from tests.replay.renderers_programs import LOSING
from tests.replay.test_formats_round_trip import CASES, SESSION, read
from tests.replay.test_formats_shapes import SHAPES
from tests.replay.test_formats_tables import ROWS

LOGGERS = {**RENDERERS, **LOSING}
CAPTURES = [
    *(render(SESSION)[0] for _, _, render in CASES),
    *(render(SESSION)[0] for render in LOSING.values()),
    *(row[1] for row in ROWS.values()),
    *(capture for _, _, _, capture, _ in SHAPES),
]
SEVERAL_PORTS = ("mm-0x", "mm-1x", "strace")
LINES = sorted({line for capture in CAPTURES for line in capture.split(b"\n")})

every_format = pytest.mark.parametrize("entry", FORMATS, ids=lambda entry: entry.name)
stateless = pytest.mark.parametrize(
    "entry", [entry for entry in FORMATS if entry.stateless], ids=lambda entry: entry.name
)


@st.composite
def edited(draw: st.DrawFn) -> bytes:
    """Draw a capture with bytes taken out, put in and moved."""
    capture = draw(st.sampled_from(CAPTURES))
    for _ in range(draw(st.integers(1, 5))):
        start = draw(st.integers(0, len(capture)))
        end = min(len(capture), start + draw(st.integers(0, 30)))
        put_in = draw(st.binary(max_size=8) | st.sampled_from(LINES))
        capture = capture[:start] + put_in + capture[end:]
    return capture


def marked_line(entry: Format) -> bytes:
    """A line with the marks of a format; of one that marks none, the first."""
    lines = LOGGERS[entry.name](SESSION)[0].split(b"\n")
    return next(filter(entry.marked_text_of, lines), lines[0])


def is_in_order(entry: Format, capture: bytes) -> bool:
    """Tell whether records come in the order of their lines, and none from beyond the capture.

    A log of several ports is put in the order of its exchanges.
    """
    numbers = [record.line for record in read(entry, capture)]
    is_sorted = numbers == sorted(numbers) or entry.name in SEVERAL_PORTS
    return is_sorted and all(1 <= number <= capture.count(b"\n") + 1 for number in numbers)


@given(capture=st.binary(max_size=400) | st.lists(st.sampled_from(LINES)).map(b"\n".join))
def test_any_bytes_are_read_as_any_format(capture: bytes) -> None:
    """No reader raises, whatever it is given; nor does detection."""
    detect(capture.split(b"\n"))

    assert [entry.name for entry in FORMATS if not is_in_order(entry, capture)] == []


@given(capture=edited())
def test_a_damaged_capture_is_read_as_any_format(capture: bytes) -> None:
    """Torn, spliced and edited captures raise nothing either, and keep their order."""
    detect(capture.split(b"\n"))

    assert [entry.name for entry in FORMATS if not is_in_order(entry, capture)] == []


@given(line=st.sampled_from(LINES) | edited().map(lambda capture: capture.split(b"\n")[0]))
@example(line=b"[2026-11-22 10:00:00.123]\t- AT")
@example(line=b"[10:00:00.123] AT\r0\r")
@stateless
def test_the_fast_way_says_the_same(entry: Format, line: bytes) -> None:
    """Stamp and text read one by one give what the reader gives."""
    records = entry.reader().read(line, 1)
    moment = entry.stamp_of(line)
    said = None
    if moment is not None or not entry.stamp_required:
        said = entry.text_of(line if moment is None else line[moment[1] :])
    parts = [] if said is None else said[1].split(b"\r") if entry.whole else [said[1]]
    parts = [part.strip() for part in parts if part.strip()] if entry.whole else parts

    assert parts == [record.data for record in records]
    for record in records:
        assert said is not None
        assert said[0] is record.direction
        assert (moment is None) == (record.time_s is None)
        if moment is not None and record.time_s is not None:
            assert moment[2] <= record.time_s < moment[2] + 1
            assert moment[0] <= moment[1] <= len(line)


@pytest.mark.parametrize(
    "entry",
    [entry for entry in FORMATS if entry.stateless and entry.whole and entry.stamps],
    ids=lambda entry: entry.name,
)
def test_a_stamp_ends_where_the_stamp_ends(entry: Format) -> None:
    """Blanks in front of a text belong to the text, so that stamps are equally long."""
    stamped = [(line, entry.stamp_of(line)) for line in LINES if entry.marked_text_of(line)]
    spaced = [
        (line[: moment[1]] + b"  " + line[moment[1] :], moment)
        for line, moment in stamped
        if moment is not None
    ]

    assert spaced
    assert spaced == [(line, entry.stamp_of(line)) for line, _ in spaced]


def test_which_formats_have_a_fast_way() -> None:
    """Where a line has to be seen with its neighbours, there is none."""
    assert {
        *("android-long", "chat-syslog", "command-response", "docklight", "esp-command-lib"),
        *("esp-hexdump", "gammu", "journal"),
        *("mm-0x", "mm-1x", "one-side", "out-in", "qcom", "reserial", "socat", "spy-raw", "sscom"),
        *("strace", "unimodem", "zephyr-chat", "zephyr-hexdump", "zephyr-hl7800"),
    } == {entry.name for entry in FORMATS if not entry.stateless}


@every_format
@pytest.mark.parametrize(
    "piece",
    [
        *(b" ", b"\t", b"A", b"<", b"<a", b"'", b"--> '", b"AT", b'"', b" */ x", b"/* ", b"> "),
        *(b"^M", b"\x1b[", b"1", b"[", b" '", b"\r", b"\\", b"|", b"- ", b"//", b"+CME ERROR: a "),
    ],
    ids=repr,
)
def test_a_long_line_is_cut(entry: Format, piece: bytes) -> None:
    """No record is longer than what is read of a line, whatever is repeated in it."""
    head = marked_line(entry)
    filler = piece * (3 * LINE_AT_MOST // len(piece))
    records = read(entry, filler + b"\n" + head + filler + b"!\n" + head[:20] + filler)

    assert all(len(record.data) <= 2 * LINE_AT_MOST for record in records)


@every_format
@pytest.mark.parametrize("size", [100, LINE_AT_MOST], ids=["many", "long"])
def test_memory_does_not_grow(entry: Format, size: int) -> None:
    """What a reader keeps is bounded, however long nothing is complete."""
    head = marked_line(entry)
    torn = b"10-19-2007 07:21:59.222 - Recv: <cr><lf>"
    for begin in (head, torn):
        reader = entry.reader()
        for number in range(1, 3_000 if size < LINE_AT_MOST else 600):
            reader.read(begin + b"x" if number == 1 else b"x" * size, number)
        kept = reader.close()

        assert (
            sum(len(record.data) for record in kept) <= 2 * LINE_AT_MOST + WAITING_AT_MOST * size
        )


#: What an expression may stumble over, where it is repeated.
PIECES = (
    *(
        b" ",
        b"\t",
        b"A",
        b"<",
        b"'",
        b'"',
        b"\\",
        b'\\"',
        b"|",
        b"(",
        b") ",
        b"}",
        b"[{",
        b"1",
        b": ",
    ),
    *(
        b"--> '",
        b"AT",
        b"aAT+A=",
        b"AT+X a",
        b" */ x",
        b"x /*",
        b"> ",
        b"^M",
        b"\x1b[",
        b"\r",
        b"//",
    ),
    *(
        b"<br> ",
        b"0D |",
        b" 41",
        b"41  ",
        b"length=",
        b"dce: ",
        b"b'",
        b"TX: b'",
        b"(len:1",
        b"<<",
    ),
    *(b"> 2026/11/22 10:00:00.0  length=3 from=0 to=2", b'"rx": "', b"\\n", b"chat[", b"uart:~$ "),
    *(b"response timeout", b"(tty): ", b"\xef\xbb\xbf", b"<0>", b"+CME ERROR: a "),
    *(b"%A", b"&F1", b"S0=1", b"E0", b" E0", b" response timeout", b"D*99#"),
)


#: What may stand behind it, so that an expression fails at the very end.
ENDS = (b"", b"x", b"\rx")
#: Places within a line at which it is repeated, at most.
CUTS = 12


def hostile_lines(line: bytes, piece: bytes) -> Iterator[bytes]:
    """Repeat *piece* alone, behind a line, and within it."""
    filler = piece * (LONG_BYTES // len(piece))
    yield filler
    for end in ENDS:
        yield line + filler + end
    for cut in range(0, len(line), len(line) // CUTS + 1):
        yield line[:cut] + filler + line[cut:]


def pieces_of(example: bytes) -> set[bytes]:
    """The words of a text, each with the sign behind it."""
    return set(re.findall(rb"\w+\W", example))


@every_format
def test_no_line_takes_long(entry: Format) -> None:
    """No expression of a format runs away, whatever is repeated and whatever it fails on."""

    def work(line: bytes) -> None:
        reader = entry.reader()
        reader.read(line, 1)
        reader.close()
        entry.marked_text_of(line)

    head = marked_line(entry)
    slow = [
        piece
        for piece in sorted({*PIECES, *pieces_of(head)})
        if any(runs_away(work, line) for line in hostile_lines(head, piece))
    ]

    assert [] == slow


@pytest.mark.parametrize("looks", [is_command, is_answer, is_final])
@pytest.mark.parametrize("head", [b"AT", b"AT+CSQ", b"+CSQ: 17,99", b"OK", b"+CME ERROR: 10"])
def test_no_look_takes_long(looks: Callable[[bytes], bool], head: bytes) -> None:
    """Nor does what a line looks like."""
    slow = [
        piece
        for piece in PIECES
        if any(runs_away(looks, line) for line in hostile_lines(head, piece))
    ]

    assert [] == slow


def test_unmarked_lines_wait_for_the_first_mark_only_so_long() -> None:
    """A capture that never marks a side is read as unmarked, and not kept in memory."""
    reader = format_named("one-side").reader()
    records = [r for number in range(1, 1_001) for r in reader.read(b"OK", number)]

    assert [Direction.UNMARKED] * len(records) == [record.direction for record in records]
    assert 1_000 - len(records) <= 400
    assert 1_000 == len(records) + len(reader.close())


@given(steps_s=st.lists(st.floats(0, DAY_S / 2 - 1), max_size=50))
def test_times_of_day_go_on_over_midnight(steps_s: list[float]) -> None:
    """Pauses shorter than half a day are kept, however often the day ends."""
    midnight = Midnight()
    time_s = 0.0
    for step_s in steps_s:
        before_s = midnight.unrolled(time_s % DAY_S)
        time_s += step_s

        assert pytest.approx(step_s, abs=1e-6) == midnight.unrolled(time_s % DAY_S) - before_s


def test_a_small_step_back_is_kept() -> None:
    """A queued print is late by seconds, before, after and across midnight."""
    midnight = Midnight()
    times = [50.0, 48.0, DAY_S - 1, 1.0, DAY_S - 2, 3.0]

    assert [50.0, 48.0, DAY_S - 1, DAY_S + 1, DAY_S - 2, DAY_S + 3] == [
        midnight.unrolled(time_s) for time_s in times
    ]


@pytest.mark.parametrize("blank", ["\xa0", "\u200b", " \xa0\u200b ", "\xa0" * 10_000])
@pytest.mark.parametrize("name", ["bare", "txrx", "iso-bare"])
def test_blanks_of_a_page_are_blanks(name: str, blank: str) -> None:
    """A log that was copied from a forum has them at the ends of its lines."""
    stamp = b"[10:00:00] " if name == "iso-bare" else b"Rx: " if name == "txrx" else b""
    line = stamp + blank.encode() + b"OK" + blank.encode()

    assert [b"OK"] == [record.data for record in format_named(name).reader().read(line, 1)]


# fmt: off
CLOCKS: dict[str, tuple[list[bytes], list[float]]] = {
    "a date that was cut":    ([b"10:00:00.5", b"2026-11-22 10:00:01", b"2026-11-22 10:00:05"], [36_000.5, 36_001, 36_005]),
    "a date and an hour":     ([b"0:00:00", b"2026-11-22 10:00:01", b"2026-11-22 10:00:05"], [0, 0, 4]),
    "an hour that was cut":   ([b"0:00:00", b"20:00:01", b"20:00:05"], [0, 0, 4]),
    "hours of one digit":     ([b"9:59:59", b"10:00:01"], [0, 2]),
    "an hour, and then idle": ([b"9:59:58", b"9:59:59", b"11:59:59"], [0, 1, 7_201]),
    "two writers":            ([b"2026-11-22 23:59:59", b"23:59:59.5", b"2026-11-23 00:00:01", b"00:00:01.5"], [0, 0.5, 2, 2.5]),
    "years of idle":          ([b"2024-11-22 10:00:00", b"2024-11-22 10:00:00", b"2026-11-22 10:00:00"], [0, 0, 730 * DAY_S]),
}
# fmt: on


@pytest.mark.parametrize("case", CLOCKS)
def test_stamps_are_put_on_one_clock(case: str) -> None:
    """A stamp that was cut, or that another writer wrote, makes no silence of years."""
    lines, expected = CLOCKS[case]
    reader = format_named("iso-bare").reader()
    times = [record.time_s for line in lines for record in reader.read(b"[" + line + b"] OK", 1)]
    since_s = 0.0 if expected[0] else times[0] or 0.0

    assert [pytest.approx(time_s) for time_s in expected] == [
        (time_s or 0.0) - since_s for time_s in times
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"[1970-01-02 00:00:01.5] x", 86_401.0),
        (b"[2000-02-29 23:59:59] x", 951_868_799.0),
        (b"[2000-03-01 00:00:00] x", 951_868_800.0),
        (b"[2026/11/22T10:00:00] x", 1_795_341_600.0),
    ],
)
def test_dates_are_seconds_since_1970(line: bytes, expected: float) -> None:
    """Days go on over months, leap days and years."""
    moment = format_named("iso-bare").stamp_of(line)

    assert moment is not None
    assert expected == moment[2]


@pytest.mark.parametrize("date", [b"9999-99-99", b"0000-00-00", b"0001-02-30"])
def test_impossible_dates_do_no_harm(date: bytes) -> None:
    """A date that no calendar has gives some time, and the line is read."""
    records = read(format_named("iso-bare"), b"[%b 99:99:99.999999] OK" % date)

    assert [b"OK"] == [record.data for record in records]
    assert records[0].time_s is not None


def test_a_date_without_year_goes_on_over_the_month() -> None:
    """Logcat has no year: February has 29 days, so that no leap day is lost."""
    lines = [b"02-29 23:59:59.500 D AT : AT> AT", b"03-01 00:00:00.500 D AT : AT< OK"]
    times = [record.time_s for record in read(format_named("android-ril"), b"\n".join(lines))]

    assert times[0] is not None
    assert times[1] is not None
    assert 1.0 == times[1] - times[0]
