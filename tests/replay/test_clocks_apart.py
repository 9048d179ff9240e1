"""Two files of one capture may have been written by clocks that differ."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atfsm.replay.clocks_apart import apart_s
from atfsm.replay.report import Report, Verdict
from atfsm.replay.session import replay
from tests.replay.paper import clock

SENT = [
    (0.12, 'AT+KTCPCFG=1,0,"203.0.113.5",10113'),
    (0.3, "AT+KTCPCNX=1"),
    (2.5, "AT+KTCPSND=1,5"),
    (2.6, "hello--EOF--Pattern--"),
    (3.8, "AT+KTCPCLOSE=1,1"),
]
RECEIVED = [
    (0.19, "+KTCPCFG: 1"),
    (0.191, "OK"),
    (0.35, "OK"),
    (1.9, "+KTCP_IND: 1,1"),
    (2.55, "CONNECT"),
    (3.0, "OK"),
    (4.1, "OK"),
]
NOTHING_NAMED = [(time_s, text) for time_s, text in RECEIVED if not text.startswith("+KTCPCFG")]
ASLEEP = [(0.0, "AT"), (1.0, "AT"), (2.0, "AT"), (3.0, "AT+CSQ"), (4.0, "AT+CREG?")]
AWAKE = [(2.1, "OK"), (3.1, "+CSQ: 1,1"), (3.1, "OK"), (4.1, "+CREG: 0,1"), (4.1, "OK")]

Said = list[tuple[float, str]]


def shifted(said: Said, by_s: float) -> Said:
    """What was said, by another clock."""
    return [(time_s + by_s, text) for time_s, text in said]


def replayed(folder: Path, received: Said, *, daily: bool = False) -> Report:
    """Replay what was sent with what was received."""
    shape = "%H:%M:%S" if daily else "%Y-%m-%d %H:%M:%S"
    names = []
    for name, said in (("tx.log", SENT), ("rx.log", received)):
        path = folder / name
        path.write_bytes(b"".join(clock(t, shape) + b" " + x.encode() + b"\n" for t, x in said))
        names.append(str(path))
    return replay("+".join(names))


@pytest.mark.parametrize("daily", [False, True])
@pytest.mark.parametrize("by_s", [0.5, -0.5, 10.0, -10.0, 7200.0, -7200.0])
def test_clocks_that_differ_are_brought_together(by_s: float, daily: bool, tmp_path: Path) -> None:
    """No silence is seen where there was none, and a note says what was done."""
    report = replayed(tmp_path, shifted(RECEIVED, by_s), daily=daily)

    assert Verdict.CLEAN is report.verdict
    assert report.notes[0].startswith("The clocks of the two files are ")
    assert report.notes[0].endswith(f"rx.log were put {'back' if by_s > 0 else 'forward'}.")


def test_a_refusal_is_found_behind_them(tmp_path: Path) -> None:
    """On the line, and for the reason, that it has by one clock."""
    received: Said = [*RECEIVED[:3], (2.55, "+CME ERROR: 923")]
    causes = [
        [(wobble.line, wobble.cause) for wobble in replayed(tmp_path, said).wobbles]
        for said in (received, shifted(received, 7200.0))
    ]

    assert causes[0] == causes[1]
    assert [(7, "tcp.923.connecting")] == causes[0]


@pytest.mark.parametrize("by_s", [7200.0, -7200.0])
def test_files_that_do_not_meet_are_not_judged(by_s: float, tmp_path: Path) -> None:
    """Where no answer bears a name, nobody can say how far the clocks are apart."""
    report = replayed(tmp_path, shifted(NOTHING_NAMED, by_s))

    assert (Verdict.UNDECIDED, 0, 11) == (report.verdict, report.wobble_count, report.lines)
    assert "cannot be brought together" in report.notes[0]


# fmt: off
AGREE: dict[str, tuple[Said, Said]] = {
    "nothing":                  ([], []),
    "nothing received":         (SENT, []),
    "nothing sent":             ([], RECEIVED),
    "one clock":                (SENT, RECEIVED),
    "a modem that was asleep":  (ASLEEP, AWAKE),
    "one that gave up":         (SENT, RECEIVED[:2]),
    "a host that did not wait": ([(0.0, "AT+CSQ"), (0.1, "AT+CREG?"), (0.2, "AT+COPS?")], [(1.0, "+CREG: 0,1"), (1.0, "OK"), (1.1, "OK")]),
}
# fmt: on


@pytest.mark.parametrize("case", AGREE)
def test_faults_are_no_clocks(case: str) -> None:
    """What a modem left unanswered, or a host did not wait for, moves no clock."""
    sent, received = ([(t, text.encode()) for t, text in said] for said in AGREE[case])

    assert 0.0 == apart_s(sent, received)


@given(by_s=st.floats(-1e5, 1e5))
def test_the_difference_is_found(by_s: float) -> None:
    """Whatever it is, as close as the pauses allow."""
    sent = [(t, text.encode()) for t, text in SENT]
    received = [(t, text.encode()) for t, text in shifted(RECEIVED, by_s)]
    found = apart_s(sent, received)

    assert found is not None
    assert abs(found + by_s) < 2.5
