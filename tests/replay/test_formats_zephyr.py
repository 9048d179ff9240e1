"""Lines of Zephyr that a mail program has broken: put together, or said to be missing."""

from __future__ import annotations

import pytest

from atfsm.replay.formats import detect, format_named
from atfsm.replay.records import Direction
from atfsm.replay.report import Verdict
from atfsm.replay.session import Session
from tests.replay.test_formats_round_trip import read

TX, RX = Direction.TX, Direction.RX

CHAT = b"[00:00:23.000,000] <dbg> modem_chat: modem_chat_"
HL7800 = b"[00:00:23.000,000] <dbg> modem_hl7800: "
PLAIN = b"<dbg> modem_hl7800."

Said = list[tuple[int, Direction, bytes]]

# fmt: off
#: Format, what is logged; what was said, with its lines; how many lines have lost their rest.
BROKEN: dict[str, tuple[str, list[bytes], Said, int]] = {
    "before a command": (
        "zephyr-chat", [CHAT + b"script_next: sending:", b"AT+KTCPSND=1,28"], [(1, TX, b"AT+KTCPSND=1,28")], 0),
    "before an answer": (
        "zephyr-chat", [CHAT + b"log_received_command: ", b"+CME ERROR:  923"], [(1, RX, b"+CME ERROR: 923")], 0),
    "before the word": (
        "zephyr-chat", [CHAT + b"script_next:", b"sending: AT", CHAT + b"script_next:", b"init: step: 3"],
        [(1, TX, b"AT")], 0),
    "twice": ("zephyr-chat", [CHAT + b"script_next:", b"sending:", b"AT+CSQ"], [(1, TX, b"AT+CSQ")], 0),
    "a blank line between": (
        "zephyr-chat", [CHAT + b"script_next: sending:", b"", b"AT+CSQ"], [(1, TX, b"AT+CSQ")], 0),
    "the rest is missing": (
        "zephyr-chat", [CHAT + b"script_next: sending:", CHAT + b"log_received_command: OK"], [(2, RX, b"OK")], 1),
    "the rest is missing at the end": (
        "zephyr-chat", [CHAT + b"log_received_command: OK", CHAT + b"script_next: sending:"], [(1, RX, b"OK")], 1),
    "a driver without stamps": (
        "zephyr-hl7800", [PLAIN + b"send_at_cmd: OUT:", b"[AT+CSQ]", PLAIN + b"hl7800_rx: HANDLE", b"OK (len:0)"],
        [(1, TX, b"AT+CSQ"), (3, RX, b"OK")], 0),
    "a driver without stamps, the rest is missing": (
        "zephyr-hl7800", [PLAIN + b"send_at_cmd: OUT:", PLAIN + b"hl7800_rx: HANDLE OK (len:0)"], [(2, RX, b"OK")], 1),
    "before the length": (
        "zephyr-hl7800", [HL7800 + b"hl7800_rx: HANDLE +KTCP_IND: ", b"(len:3)", HL7800 + b"on_cmd_sock_ind: +KTCP_IND ID: 1"],
        [(1, RX, b"+KTCP_IND: 1,1")], 0),
    "within quotes": (
        "zephyr-chat", [CHAT + b'script_next: sending: AT+COPS=1,0,"a', b'b",7'], [(1, TX, b'AT+COPS=1,0,"a b",7')], 0),
    "one quote, and no rest": (
        "zephyr-chat", [CHAT + b'log_received_command: say "', CHAT + b"log_received_command: OK"],
        [(1, RX, b'say "'), (2, RX, b"OK")], 0),
    "before the values": (
        "zephyr-chat", [CHAT + b"log_received_command: +CME ERROR:", b"923"], [(1, RX, b"+CME ERROR: 923")], 0),
    "no values, and no rest": (
        "zephyr-chat", [CHAT + b"log_received_command: +X:", CHAT + b"log_received_command: OK"],
        [(1, RX, b"+X:"), (2, RX, b"OK")], 0),
    "within what was written": (
        "zephyr-hl7800", [HL7800 + b'send_at_cmd: OUT: [AT+COPS=1,0,"a', b'b"]'], [(1, TX, b'AT+COPS=1,0,"a b"')], 0),
    "an empty value of another sort": (
        "zephyr-hl7800", [b"[00:00:01.000,000] <inf> modem_hl7800: ICCID: ", HL7800 + b"hl7800_rx: HANDLE OK (len:0)"],
        [(2, RX, b"OK")], 0),
}
# fmt: on


@pytest.mark.parametrize(("name", "logged", "expected", "missing"), BROKEN.values(), ids=BROKEN)
def test_a_broken_line_is_put_together(
    name: str, logged: list[bytes], expected: Said, missing: int
) -> None:
    """What follows without a head is the rest of a line that says nothing."""
    del missing
    records = read(format_named(name), b"\n".join(logged))

    assert expected == [(record.line, record.direction, record.data) for record in records]


@pytest.mark.parametrize(("name", "logged", "expected", "missing"), BROKEN.values(), ids=BROKEN)
def test_a_rest_that_is_missing_is_said(
    name: str, logged: list[bytes], expected: Said, missing: int
) -> None:
    """A capture that has lost text is never called clean, and says so."""
    del expected
    session = Session("capture", format_named(name))
    session.feed(logged)
    report = session.close()
    notes = ["Lines were broken, and the rest of one line is missing."] * missing

    assert notes == [note for note in report.notes if "broken" in note]
    assert not missing or report.verdict is not Verdict.CLEAN


LOOSE = [CHAT + b"log_received_command: +COPS:  0 0 5", b"7"]


@pytest.mark.parametrize("is_broken", [True, False])
def test_what_may_be_a_rest_is_said(*, is_broken: bool) -> None:
    """Behind a text, only a capture that was broken elsewhere is suspected of it."""
    logged = [*BROKEN["before a command"][1], *LOOSE, CHAT + b"log_received_command: OK"]
    session = Session("capture", format_named("zephyr-chat"))
    session.feed(logged if is_broken else logged[2:])
    report = session.close()
    notes = [
        "Lines were broken; what may be the rest of a text is left out (one line)."
    ] * is_broken

    assert notes == [note for note in report.notes if "broken" in note]
    assert not is_broken or report.verdict is not Verdict.CLEAN


def test_a_broken_capture_is_recognised() -> None:
    """A line without its text is as much of this logger as one with it."""
    _, logged, *_ = BROKEN["before a command"]

    assert detect(logged).format is format_named("zephyr-chat")


def test_a_line_that_is_broken_is_held() -> None:
    """Until its rest is there, nothing is said of it."""
    reader = format_named("zephyr-chat").reader()

    assert () == reader.read(CHAT + b"script_next: sending:", 7)
    assert 7 == reader.held_from
    assert 1 == len(reader.read(b"AT", 8))
    assert reader.held_from is None
