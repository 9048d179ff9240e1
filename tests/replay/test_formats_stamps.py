"""Stamps and heads of a syslog, in the shapes that people have."""

from __future__ import annotations

import pytest

from atfsm.replay.formats import format_named, format_of
from atfsm.replay.records import Direction
from atfsm.replay.session import Session
from tests.replay.test_formats_round_trip import read

TEXTS = [b"AT+CSQ", b"+CSQ: 20,99", b"OK"]

# fmt: off
#: Three stamps each, of which the second is a quarter of a second behind, and the third two.
STAMPS: dict[str, list[str]] = {
    "Tera Term, as it was":  ["[Wed May 01 10:00:00.250 2024] ", "[Wed May 01 10:00:00.500 2024] ", "[Wed May 01 10:00:02.250 2024] "],
    "Tera Term, elapsed":    ["[0 23:59:59.250] ", "[0 23:59:59.500] ", "[1 00:00:01.250] "],
    "days first":            ["[30.04.2024 23:59:59.250] ", "[30.04.2024 23:59:59.500] ", "[01.05.2024 00:00:01.250] "],
    "months first":          ["04/30/2024 23:59:59.250 ", "04/30/2024 23:59:59.500 ", "05/01/2024 00:00:01.250 "],
    "ts":                    ["May 01 10:00:00.250 ", "May 01 10:00:00.500 ", "May 01 10:00:02.250 "],
    "seconds of Unix":       ["1714557600.250 ", "1714557600.500 ", "1714557602.250 "],
    "twelve hours, noon":    ["[11:59:59.250 AM] ", "[11:59:59.500 AM] ", "[12:00:01.250 PM] "],
    "twelve hours, one":     ["12:59:59.250 pm ", "12:59:59.500 pm ", "1:00:01.250 pm "],
    "twelve hours, midnight": ["05/01/2024 11:59:59.250 PM ", "05/01/2024 11:59:59.500 PM ", "05/02/2024 12:00:01.250 AM "],
    "a zone behind a blank": ["2024-05-01 10:00:00.250 +0200 ", "2024-05-01 10:00:00.500 +0200 ", "2024-05-01 10:00:02.250 +0200 "],
    "a zone by name":        ["[2024-05-01 10:00:00.250 UTC] ", "[2024-05-01 10:00:00.500 UTC] ", "[2024-05-01 10:00:02.250 UTC] "],
    "a colon":               ["10:00:00.250: ", "10:00:00.500: ", "10:00:02.250: "],
    "a bar":                 ["10:00:00.250 | ", "10:00:00.500 | ", "10:00:02.250 | "],
    "a kernel":              ["[   12.250000] ", "[   12.500000] ", "[   14.250000] "],
}

#: Format, the head of each line; the marks of what was sent, and of what was received.
HEADS: dict[str, tuple[str, str, str, str]] = {
    "chat with a priority":  ("chat-syslog", "<6>May 20 14:22:18 chat[537]: ", "send (AT+CSQ^M)", ""),
    "chat, RFC 5424":        ("chat-syslog", "<30>1 2024-05-01T10:00:00.120Z host chat 8920 - - ", "send (AT+CSQ^M)", ""),
    "chat, RFC 5424, data":  ("chat-syslog", '<30>1 2024-05-01T10:00:00.120+02:00 host chat 8920 - [a b="c"] ', "send (AT+CSQ^M)", ""),
    "wvdial in a journal":   ("wvdial", "May 01 10:00:03 host wvdial[431]: ", "--> Sending: AT+CSQ", ""),
    "RouterOS by syslog":    ("routeros", "May  1 10:00:00 192.0.2.1 lte,async lte1: ", "sent AT+CSQ", "rcvd "),
    "RouterOS in memory":    ("routeros", "may/01 10:00:00 memory lte,async lte1: ", "sent AT+CSQ", "rcvd "),
}
# fmt: on


def captured(stamps: list[str]) -> bytes:
    """Lines of a terminal that stamps them."""
    return b"".join(s.encode() + t + b"\n" for s, t in zip(stamps, TEXTS, strict=True))


@pytest.mark.parametrize("case", STAMPS)
def test_a_stamp_is_read(case: str) -> None:
    """The text behind it is the wire's, and the pauses are right."""
    capture = captured(STAMPS[case])
    found = format_of(capture.split(b"\n"))
    records = read(format_named("iso-bare"), capture)
    start_s = records[0].time_s

    assert found is format_named("iso-bare")
    assert TEXTS == [record.data for record in records]
    assert start_s is not None
    assert [0.0, 0.25, 2.0] == [
        pytest.approx(record.time_s - start_s) for record in records if record.time_s is not None
    ]


@pytest.mark.parametrize("case", STAMPS)
def test_both_ways_keep_time(case: str) -> None:
    """The fast way and the exact way end at the same time, and say the same."""
    lines = captured(STAMPS[case]).splitlines()
    ends = []
    for is_fast in (True, False):
        session = Session("capture", format_named("iso-bare"))
        session._runner._is_fast = is_fast
        session.feed([lines[0], lines[1]] * 2 + [lines[0]] + [lines[1], lines[2]] * 2)
        ends.append((session.now_s, session.close().to_json()))

    assert ends[0] == ends[1]


@pytest.mark.parametrize("case", HEADS)
def test_a_head_of_a_syslog_is_read(case: str) -> None:
    """Whatever a daemon put in front, the exchange is what it was."""
    name, head, sent, received = HEADS[case]
    lines = [sent, f"{received}+CSQ: 20,99", f"{received}OK"]
    capture = "".join(f"{head}{line}\n" for line in lines).encode()
    found = format_of(capture.split(b"\n"))

    assert found is format_named(name)
    assert [(Direction.TX, b"AT+CSQ"), (Direction.RX, b"+CSQ: 20,99"), (Direction.RX, b"OK")] == [
        (record.direction, record.data.rstrip(b"\r")) for record in read(found, capture)
    ]


def test_gammu_in_a_syslog_is_read() -> None:
    """The name of the host stands before that of the daemon."""
    head = b"May  1 10:00:00 host gammu-smsd[1234]: gammu: "
    example = format_named("gammu").example
    capture = b"".join(head + line + b"\n" for line in example.splitlines())
    plain = [record.data for record in read(format_named("gammu"), example)]

    assert format_of(capture.split(b"\n")) is format_named("gammu")
    assert plain == [record.data for record in read(format_named("gammu"), capture)]


def test_others_in_a_journal_are_not_of_wvdial() -> None:
    """What another program says there is noise."""
    head = b"May 01 10:00:03 host "
    capture = (
        head
        + b"wvdial[431]: --> Sending: AT\n"
        + head
        + b"kernel: usb 1-1: new device\n"
        + head
        + b"wvdial[431]: OK\n"
    )

    assert [b"AT", b"OK"] == [record.data for record in read(format_named("wvdial"), capture)]


@pytest.mark.parametrize(
    "damaged",
    ["10:00:04.\tAT", "10:00:04.,2 AT", "10:00:04 #", "10:00:04.250 AO +0", "10:00:04.250 !"],
)
@pytest.mark.parametrize("behind", ["", " AM", " +0200", "+02:00", " UTC", "Z"])
def test_a_damaged_stamp_is_no_measure_of_others(damaged: str, behind: str) -> None:
    """The lines behind it are read as far as their own stamps go, on both ways."""
    lines = [f"10:00:0{at}.250{behind} {text}" for at, text in enumerate(("AT", "OK", "AT", "OK"))]
    capture = [line.encode() for line in (*lines[:2], damaged, *lines[2:])]
    reports = []
    for is_fast in (True, False):
        session = Session("capture", format_named("iso-bare"))
        session._runner._is_fast = is_fast
        session.feed(capture)
        reports.append((session.now_s, session.close().to_json()))

    assert reports[0] == reports[1]
