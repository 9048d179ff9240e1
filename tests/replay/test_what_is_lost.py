"""What of a capture cannot be read is said, and such a capture is never called clean."""

from __future__ import annotations

import base64
import json

import pytest

from atfsm.errors import CaptureError
from atfsm.replay.capture import Capture
from atfsm.replay.formats import detect
from atfsm.replay.formats.marks import LINE_AT_MOST, OBJECT_AT_MOST
from atfsm.replay.report import Verdict
from tests.replay.replaying import Replayed

CLEAN = b"Tx: AT+CSQ\nRx: +CSQ: 20,99\nRx: OK\n"
CUT = "Only the first 64 KiB were read of line {}."
HOLE = "NULs stand before line {}, as a loss of power leaves them."


def recording(exchanges: int, *, is_refused: bool = False) -> bytes:
    """A test as pytest-reserial records it, perhaps with a wobble at its end."""
    sent = b"AT+CSQ\r" * exchanges
    received = b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n" * exchanges
    if is_refused:
        sent += b"AT+KTCPCNX=1\r"
        received += b"\r\n+CME ERROR: 913\r\n"
    sides = {"rx": base64.b64encode(received).decode(), "tx": base64.b64encode(sent).decode()}
    return json.dumps({"test_it": sides}).encode() + b"\n"


def test_a_long_recording_is_read_whole(replayed: Replayed) -> None:
    """A test of pytest-reserial is one line, and may be a whole session."""
    line = recording(5_000, is_refused=True)
    report = replayed(recording(1) + line)

    assert LINE_AT_MOST < len(line) < OBJECT_AT_MOST
    assert ("reserial", Verdict.WOBBLE) == (report.format, report.verdict)
    assert report.events > 3 * 5_000


def test_a_recording_is_known_by_a_first_line_that_is_long(replayed: Replayed) -> None:
    """Its head ends within a string."""
    assert "reserial" == replayed(recording(5_000)).format


# fmt: off
LOSSES: dict[str, tuple[bytes, str, Verdict]] = {
    "a recording too long":        (recording(1) + recording(250_000), "One line of the recording cannot be read: 2.", Verdict.UNDECIDED),
    "a recording torn":            (recording(1) + recording(1)[:-9], "One line of the recording cannot be read: 2.", Verdict.UNDECIDED),
    "recordings of another kind":  (recording(1) + b"[]\n5\n", "2 lines of the recording cannot be read: 2, 3.", Verdict.UNDECIDED),
    "a line too long":             (CLEAN + b"Rx: " + b"x" * LINE_AT_MOST + b"\n" + CLEAN, CUT.format(4), Verdict.UNDECIDED),
    "many lines too long":         (CLEAN + (b"x" * (LINE_AT_MOST + 1) + b"\n") * 9, CUT.format("4, 5, 6, 7, 8, 9, 10, 11, …"), Verdict.UNDECIDED),
    "an object too long for text": (CLEAN + b"{" + b"x" * LINE_AT_MOST + b"}\n" + CLEAN, CUT.format(4), Verdict.UNDECIDED),
    "a hole":                      (CLEAN + b"Rx: +CS" + bytes(9_000) + CLEAN, HOLE.format(5), Verdict.CLEAN),
    "a hole larger than a line":   (CLEAN + b"Rx: +CS" + bytes(90_000) + CLEAN, HOLE.format(5), Verdict.CLEAN),
}
# fmt: on


@pytest.mark.parametrize("loss", LOSSES)
def test_what_is_lost_is_said(loss: str, replayed: Replayed) -> None:
    """A note names the lines; where something is there and was not read, nobody can say clean."""
    data, note, verdict = LOSSES[loss]
    report = replayed(data)

    assert note in report.notes
    assert verdict is report.verdict


def test_what_stands_behind_a_hole_is_read(replayed: Replayed) -> None:
    """A file whose writer lost power goes on behind its NULs."""
    refused = b"Tx: AT+KTCPCNX=1\nRx: +CME ERROR: 913\n"

    assert Verdict.WOBBLE is replayed(CLEAN + b"Rx: " + bytes(300_000) + refused).verdict


def test_a_capture_that_ends_its_lines_with_returns_is_read(replayed: Replayed) -> None:
    """As a terminal saves them that takes nothing from the wire away; each has its number."""
    lines = [b"AT+CSQ", b"+CSQ: 20,99", b"OK"] * 10_000 + [b"AT+KTCPCNX=1", b"+CME ERROR: 913"]
    report = replayed(b"\r".join(lines) + b"\r")

    assert ("bare", len(lines)) == (report.format, report.lines)
    assert [len(lines)] == [wobble.line for wobble in report.wobbles]


def test_a_head_with_returns_in_its_lines_is_taken() -> None:
    """Also among lines that end with line feeds."""
    found = detect([b"session began", b"AT+CSQ\r+CSQ: 20,99\rOK\r"]).format

    assert found is not None
    assert "bare" == found.name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("x" * 5_000, "cannot be read: File name too long"),
        ("a/" * 5_000, "cannot be read: File name too long"),
        ("a\0b", "cannot be read: embedded null byte"),
        ("a\udcff", "cannot be read: No such file or directory"),
        ("\ud800", "cannot be read: .* surrogates not allowed"),
        ("", "cannot be read: No such file or directory"),
        (".", "is a folder; name the captures in it"),
    ],
    ids=["long", "deep", "NUL", "bytes", "surrogate", "empty", "folder"],
)
def test_a_name_that_is_none_is_one_line(name: str, reason: str) -> None:
    """Whatever somebody types for a name, the system is asked, and its answer is given."""
    with pytest.raises(CaptureError, match=f"{reason}$"):
        Capture(name)


@pytest.mark.parametrize(("count", "more"), [(8, ""), (30, ", …")], ids=["eight", "thirty"])
def test_results_without_a_command_are_listed_from_the_first(
    replayed: Replayed, count: int, more: str
) -> None:
    """Where there are too many to list, the note says that there are more."""
    report = replayed(b"Tx: AT\nRx: OK\n" + b"Rx: ERROR\n" * count)

    lines = f"line 3, 4, 5, 6, 7, 8, 9, 10{more}"
    assert [
        f"Nobody is charged with the refusal on {lines}: what was refused is not shown.",
        f"Results without a logged command: {lines}. The capture hides what was asked.",
    ] == report.notes
