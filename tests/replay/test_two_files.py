"""What was sent in one file and what was received in another: one capture, in order of time."""

from __future__ import annotations

from pathlib import Path

import pytest

from atfsm import cli
from atfsm.errors import CaptureError
from atfsm.replay import listing
from atfsm.replay.listing import Input
from atfsm.replay.pairs import Names, open_named, pair_named
from atfsm.replay.session import replay
from atfsm.replay.trace import Trace

SENT = """\
[2026-11-22 10:00:00.000] AT+KTCPCFG=1,0,"203.0.113.5",7007
[2026-11-22 10:00:01.000] AT+KTCPCNX=1
[2026-11-22 10:00:01.500] AT+KTCPSND=1,5
"""
# Blank lines have a stamp of their own; an answer and the next command may bear the same one.
RECEIVED = """\
[2026-11-22 10:00:00.000]
[2026-11-22 10:00:00.000] +KTCPCFG: 1
[2026-11-22 10:00:00.020] OK
[2026-11-22 10:00:01.100]
[2026-11-22 10:00:01.500] OK
[2026-11-22 10:00:01.600] +CME ERROR: 923
"""
MERGED = [
    b'[2026-11-22 10:00:00.000] TX AT+KTCPCFG=1,0,"203.0.113.5",7007',
    b"[2026-11-22 10:00:00.000] RX ",
    b"[2026-11-22 10:00:00.000] RX +KTCPCFG: 1",
    b"[2026-11-22 10:00:00.020] RX OK",
    b"[2026-11-22 10:00:01.000] TX AT+KTCPCNX=1",
    b"[2026-11-22 10:00:01.100] RX ",
    b"[2026-11-22 10:00:01.500] RX OK",
    b"[2026-11-22 10:00:01.500] TX AT+KTCPSND=1,5",
    b"[2026-11-22 10:00:01.600] RX +CME ERROR: 923",
]


def pair_in(
    folder: Path, sent: str = "run_tx.log", received: str = "run_rx.log"
) -> tuple[str, str]:
    """Write the two files."""
    (folder / sent).write_text(SENT, "utf-8")
    (folder / received).write_text(RECEIVED, "utf-8")
    return str(folder / sent), str(folder / received)


def paired(names: list[str]) -> list[str]:
    """The names of captures, pairs put together."""
    return [each.name for each in listing.paired(map(Input, names))]


def merged(sent: Path | str, received: Path | str) -> list[bytes]:
    """The lines of both."""
    capture, _ = open_named(f"{sent}+{received}")
    return [line for chunk in capture.chunks() for line in chunk]


def test_lines_are_merged_by_time(tmp_path: Path) -> None:
    """Where times are equal, a command stands before its answer and behind the one before it."""
    assert MERGED == merged(*pair_in(tmp_path))


@pytest.mark.parametrize(
    ("sent", "received", "expected"),
    [
        ("", RECEIVED, 6),
        (SENT, "", 3),
        ("no stamp\n" + SENT, "nor here\n" + RECEIVED, 11),
        (SENT.replace("2026-11-22 ", ""), RECEIVED.replace("2026-11-22 ", ""), 9),
    ],
    ids=["nothing sent", "nothing received", "lines without stamp", "times of day"],
)
def test_no_line_is_lost(tmp_path: Path, sent: str, received: str, expected: int) -> None:
    """Whatever the files hold, each line is there, and those of a file are in its order."""
    files = [tmp_path / "a.log", tmp_path / "b.log"]
    for file, text in zip(files, (sent, received), strict=True):
        file.write_text(text, "utf-8")

    assert expected == len(merged(*files))


def test_a_line_without_stamp_goes_with_the_one_before_it(tmp_path: Path) -> None:
    """A text that ran over two lines is not torn by the other file."""
    (tmp_path / "tx").write_text("[10:00:00.100] AT\n[10:00:00.300] ATI\n", "utf-8")
    (tmp_path / "rx").write_text("[10:00:00.200] a\nb\n[10:00:00.400] OK\n", "utf-8")

    assert [b"AT", b"a", b"b", b"ATI", b"OK"] == [
        line.split()[-1] for line in merged(tmp_path / "tx", tmp_path / "rx")
    ]


def test_midnight_passes_in_both(tmp_path: Path) -> None:
    """Times of day go on in each file by itself."""
    (tmp_path / "tx").write_text("[23:59:59.900] AT\n[00:00:00.300] ATI\n", "utf-8")
    (tmp_path / "rx").write_text("[23:59:59.950] OK\n[00:00:00.400] OK\n", "utf-8")

    assert [b"AT", b"OK", b"ATI", b"OK"] == [
        line.split()[-1] for line in merged(tmp_path / "tx", tmp_path / "rx")
    ]


# fmt: off
NAMES: dict[str, tuple[str, str, bool]] = {
    "tx and rx":            ("run_tx.log",       "run_rx.log",        True),
    "in another case":      ("TX-1.txt",         "RX-1.txt",          True),
    "capitalised":          ("Sent 1.txt",       "Received 1.txt",    True),
    "out and in":           ("modem.out.log",    "modem.in.log",      True),
    "two numbers":          ("tx1.log",          "rx2.log",           False),
    "any two names":        ("a.log",            "b.log",             False),
    "a word within a word": ("matrix.log",       "marxix.log",        False),
}
# fmt: on


@pytest.mark.parametrize(("sent", "received", "is_pair"), NAMES.values(), ids=NAMES)
def test_a_pair_is_recognised_by_its_names(
    tmp_path: Path, sent: str, received: str, is_pair: bool
) -> None:
    """Names that differ in one word, whichever is named first; the sent one leads."""
    one, other = pair_in(tmp_path, sent, received)
    expected = [f"{one}+{other}"] if is_pair else None

    assert (expected or [one, other]) == paired([one, other])
    assert (expected or [other, one]) == paired([other, one])
    assert ["x.log", *(expected or [one, other]), "y.log"] == paired(
        ["x.log", one, other, "y.log"]
    )


@pytest.mark.parametrize(
    ("sent", "received"),
    [
        (RECEIVED, RECEIVED),  # the sent one has answers: a whole capture
        (SENT, SENT),  # the received one has none
        ("AT+CSQ\n", RECEIVED),  # no stamps, so nothing to merge by
        (SENT, "+CSQ: 1,1\nOK\n"),
        ("", ""),
    ],
    ids=["answers in both", "commands in both", "sent, no stamp", "received, no stamp", "empty"],
)
def test_two_captures_stay_two(tmp_path: Path, sent: str, received: str) -> None:
    """Names alone make no pair: each of the files has to show its side, and when."""
    one, other = pair_in(tmp_path)
    Path(one).write_text(sent, "utf-8")
    Path(other).write_text(received, "utf-8")

    assert [one, other] == paired([one, other])


def test_a_file_is_of_one_pair_only(tmp_path: Path) -> None:
    """Where a third file would fit too, the first two are the pair."""
    one, other = pair_in(tmp_path, "sent.log", "received.log")
    third = tmp_path / "recv.log"
    third.write_text(RECEIVED, "utf-8")

    assert [f"{one}+{other}", str(third)] == paired([one, other, str(third)])


def test_a_name_with_a_plus_is_a_name(tmp_path: Path) -> None:
    """A file of that name comes first; neither file there is no pair."""
    both = tmp_path / "a+b.log"
    both.write_text("AT\nOK\n", "utf-8")

    assert pair_named(str(both)) is None
    assert pair_named(str(tmp_path / "c+d.log")) is None
    assert pair_named("s3://bucket/a+b") is None


def test_plus_signs_in_both_names(tmp_path: Path) -> None:
    """Of all signs, the one between two files that are there is meant."""
    one, other = pair_in(tmp_path, "a+tx.log", "a+rx.log")

    assert Names(one, other) == pair_named(f"{one}+{other}")


def test_half_a_pair_is_refused(tmp_path: Path) -> None:
    """The message names the file that is not there."""
    one, _ = pair_in(tmp_path)

    with pytest.raises(CaptureError, match=r"of this pair, .*nope\.log is not there"):
        replay(f"{one}+{tmp_path / 'nope.log'}")


def test_a_pair_is_replayed_as_one(tmp_path: Path) -> None:
    """The wobble is seen in both files together, and the report says what its lines are."""
    one, other = pair_in(tmp_path)
    report = replay(f"{one}+{other}")

    assert "two-files" == report.format
    assert [(9, "tcp", "refused")] == [(w.line, w.machine, w.kind) for w in report.wobbles]
    assert report.notes[0].startswith("Two files were merged")


def test_a_pair_is_traced(tmp_path: Path) -> None:
    """A trace shows the merged lines."""
    one, other = pair_in(tmp_path)

    assert MERGED == [seen.raw for seen in Trace(f"{one}+{other}")]


def test_the_command_takes_two_files_for_one_capture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a user types is what a user means."""
    one, other = pair_in(tmp_path)

    assert 1 == cli.main(["replay", "--quiet", one, other])
    out = capsys.readouterr().out
    assert out.startswith(f"{one}+{other} (format two-files)\n")
    assert 1 == cli.main(["replay", "--quiet", str(tmp_path)])
    assert out == capsys.readouterr().out


def test_a_torn_half_is_said(tmp_path: Path) -> None:
    """A packed file that ends in the middle is as torn as a capture of its own."""
    one, other = pair_in(tmp_path)
    Path(other).write_bytes(b"\x1f\x8b\x08\x00torn")
    report = replay(f"{one}+{other}")

    assert any(note.startswith("The capture ends early") for note in report.notes)
