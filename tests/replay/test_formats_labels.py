"""What people and programs write in front of what was sent and what was received."""

from __future__ import annotations

import pytest

from atfsm.replay.formats import detect, format_named, format_of
from atfsm.replay.records import Direction
from atfsm.replay.session import Session
from tests.replay.test_formats_round_trip import read

TX, RX = Direction.TX, Direction.RX
SAID = [(TX, b"AT+CSQ"), (RX, b"+CSQ: 20,99"), (RX, b"OK")]
ISO, DAILY = "2024-05-01 10:00:00.120", "10:00:00.120"

# fmt: off
#: Format; what stands before a command; before an answer; what stands behind both.
LABELS: list[tuple[str, str, str, str]] = [
    ("txrx", "TX: ", "RX: ", ""),
    ("txrx", "[TX] ", "[RX] ", ""),
    ("txrx", "[TX]: ", "[RX]: ", ""),
    ("txrx", "(TX) ", "(RX) ", ""),
    ("txrx", "TX\t", "RX\t", ""),
    ("txrx", "TX - ", "RX - ", ""),
    ("txrx", f"{ISO},TX,", f"{ISO},RX,", ""),
    ("txrx", f"{ISO} - TX - ", f"{ISO} - RX - ", ""),
    ("txrx", "2024-05-01 10:00:00,120 DEBUG modem: TX: ", "2024-05-01 10:00:00,190 DEBUG modem: RX: ", ""),
    ("txrx", "DEBUG:modem:TX: ", "DEBUG:modem:RX: ", ""),
    ("txrx", "[INFO] TX: ", "[INFO] RX: ", ""),
    ("txrx", f"{ISO} | DEBUG    | modem:send:12 - TX: ", f"{ISO} | DEBUG    | modem:recv:15 - RX: ", ""),
    ("txrx", "[10:00:00] DEBUG    TX: ", "           DEBUG    RX: ", "                    modem.py:12"),
    ("txrx", "I (5100) modem: TX: ", "I (5150) modem: RX: ", ""),
    ("txrx", "[00:00:20.100,000] <inf> app: TX: ", "[00:00:20.100,000] <inf> app: RX: ", ""),
    ("txrx", "01.05.2024 10:00:00.120 TX: ", "01.05.2024 10:00:00.190 RX: ", ""),
    ("txrx", "12: TX: ", "13: RX: ", ""),
    ("txrx", "Modem TX: ", "Modem RX: ", ""),
    ("command-response", "Sent: ", "Received: ", ""),
    ("command-response", "Send: ", "Recv: ", ""),
    ("command-response", "SEND: ", "RECV: ", ""),
    ("command-response", "Cmd: ", "Resp: ", ""),
    ("command-response", "Request: ", "Reply: ", ""),
    ("command-response", f"{ISO} DEBUG modem: Sent: ", f"{ISO} DEBUG modem: Received: ", ""),
    ("angles", "> ", "< ", ""),
    ("angles", ">", "<", ""),
    ("angles", f"[{ISO}] > ", f"[{ISO}] < ", ""),
    ("angles", f"{DAILY} > ", f"{DAILY} < ", ""),
    ("arrows", "-> ", "<- ", ""),
    ("arrows", "--> ", "<-- ", ""),
    ("arrows", "\t---> ", "\t<--- ", ""),
    ("arrows", "=> ", "<= ", ""),
    ("arrows", "==> ", "<== ", ""),
    ("arrows", f"[{DAILY}] --> ", f"[{DAILY}] <-- ", ""),
    ("one-side", ">> ", "<< ", ""),
]
#: What stands before a literal of bytes.
LITERALS: list[tuple[str, str]] = [
    ("TX: ", "RX: "), ("TX ", "RX "), ("write: ", "read: "), ("DEBUG:modem:write: ", "DEBUG:modem:read: "),
    (">> ", "<< "), ("--> ", "<-- "), ("Sent: ", "Received: "), (f"{ISO} send ", f"{ISO} recv "),
]
#: What is no capture for its labels.
OTHERS: dict[str, tuple[str | None, str]] = {
    "labels of something else":  (None, "Sent: hello\nReceived: world\nCmd: ls\nResp: 0\n"),
    "commands without answers":  (None, "Sending: AT\nSent: AT+CSQ\n"),
    "a difference of two files": (None, "> AT+CSQ\n> hello\n"),
    "a log of a network":        (None, "eth0 RX: 17 packets\neth0 TX: 3 packets\n"),
    "a page":                    (None, "<html>\n<body>AT+CSQ</body>\n"),
    "answers below prose":       ("command-response", "Command: AT+CSQ  [1]\nResponse:  [2]\nOK  [3]\n"),
    "a prompt":                  ("bare", "> AT+CSQ\n+CSQ: 20,99\nOK\n> \n"),
}
# fmt: on


def labelled(sent: str, received: str, behind: str = "") -> bytes:
    """Write the exchange down."""
    texts = ["AT+CSQ", "+CSQ: 20,99", "OK"]
    heads = [sent, received, received]
    return "".join(f"{h}{t}{behind}\n" for h, t in zip(heads, texts, strict=True)).encode()


@pytest.mark.parametrize(("name", "sent", "received", "behind"), LABELS)
def test_labels_are_read(name: str, sent: str, received: str, behind: str) -> None:
    """Whoever logs both sides with labels need not know ours."""
    capture = labelled(sent, received, behind)
    found = format_of(capture.split(b"\n"))

    assert found is format_named(name)
    assert SAID == [(record.direction, record.data) for record in read(found, capture)]


@pytest.mark.parametrize(("sent", "received"), LITERALS)
def test_labels_of_bytes_are_read(sent: str, received: str) -> None:
    """What stands before b'...' says whose it is."""
    capture = f"{sent}b'AT+CSQ\\r'\n{received}b'\\r\\n+CSQ: 20,99\\r\\n'\n".encode()
    found = detect(capture.split(b"\n")).format
    records = read(format_named("python-bytes"), capture)

    assert found is format_named("python-bytes")
    assert [(TX, b"AT+CSQ\r"), (RX, b"\r\n+CSQ: 20,99\r\n")] == [
        (record.direction, record.data) for record in records
    ]


@pytest.mark.parametrize("case", OTHERS)
def test_words_alone_are_no_labels(case: str) -> None:
    """A capture is one for what it says."""
    name, text = OTHERS[case]
    found = format_of(text.encode().split(b"\n"))

    assert name == (None if found is None else found.name)


@pytest.mark.parametrize("exact", [True, False])
def test_the_rest_of_a_stamp_is_no_name(exact: bool) -> None:
    """A number before a damaged date is not taken for a stamp of its own, on neither way."""
    session = Session("capture", format_named("txrx"))
    session._runner._is_fast = not exact
    lines = [
        "2026 Rx: OK",
        "2026-11 Rx: OK",
        "09:#0:01 Rx: OK",
        *(f"2026-11-22 10:0{at}:00.1 Rx: OK" for at in "02"),
    ]
    session.feed([line.encode() for line in lines])

    assert session.now_s is not None
    assert 120 <= session.now_s < 180


def test_an_answer_below_its_label_is_read() -> None:
    """Also behind another label than Response."""
    capture = b"Sent: AT+CSQ\nReceived:\n+CSQ: 20,99\nOK\n"
    found = format_of(capture.split(b"\n"))

    assert found is format_named("command-response")
    assert SAID == [(record.direction, record.data) for record in read(found, capture)]
