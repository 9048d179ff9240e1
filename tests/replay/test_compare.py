"""Two captures, compared by what their machines did."""

from __future__ import annotations

from pathlib import Path

import pytest

from atfsm.replay.compare import Outcome, compare
from tests.replay.pairs import (
    BOOT,
    CLOSE,
    CONNECTED,
    GOOD,
    LOGGERS,
    LOST,
    OPEN,
    POLL,
    REFUSED,
    REOPEN,
    REPAIRED,
    RESET,
    SEND,
    Found,
    Move,
    compared,
    found,
    move_of,
    renumbered,
    written,
)

SAME, DIFFERENT, UNDECIDED = Outcome.SAME, Outcome.DIFFERENT, Outcome.UNDECIDED

# ------------------------------------------------------------------------------- the tables

TO_CONNECTED: Move = ("tcp 1", "connecting", "connected", 19)
OTHER_SESSION = renumbered(REOPEN.replace("7007", "7008") + CONNECTED, "2")
EARLY_URC = GOOD.replace(
    "0.5  ← +KCNX_IND: 1,1,0\n\n0.4  ← +KTCP_IND: 1,1",
    "0.4  ← +KTCP_IND: 1,1\n0.5  ← +KCNX_IND: 1,1,0",
)

# fmt: off
ALIKE: dict[str, tuple[str, str]] = {
    "the same run":                    (GOOD, GOOD),
    "another session id":              (GOOD, renumbered(GOOD, "3")),
    "polls in between":                (GOOD, BOOT + POLL + OPEN + POLL + CONNECTED + SEND + POLL + CLOSE),
    "URCs in another order":           (GOOD, EARLY_URC),
    "begins after the start":          (GOOD, OPEN + CONNECTED + SEND + CLOSE),
    "begins while it connects":        (GOOD, CONNECTED + SEND + CLOSE),
    "begins while it is connected":    (GOOD, SEND + CLOSE),
    "two sessions, defined in turns":  (GOOD + OTHER_SESSION, GOOD + renumbered(OTHER_SESSION, "1")),
    "no URC of the attempts":          (OPEN + CONNECTED, (OPEN + CONNECTED).replace("0.2  ← +KCNX_IND: 1,4,1\n", "")),
    "registration is never asked for": (GOOD, GOOD.replace("0.5  → AT+CEREG?\n0.02 ← +CEREG: 0,1\n0.01 ← OK\n", "")),
    "both wobble":                     (REPAIRED, REPAIRED),
    "nothing but polls":               (POLL, POLL + POLL),
}

APART: dict[str, tuple[str, str, Found]] = {
    "B sends too early": (
        GOOD, BOOT + OPEN + REFUSED,
        Found(DIFFERENT, (18, 18), TO_CONNECTED, ("tcp 1", "connecting", "wobble_refused", 20), 1)),
    "B sends too early, resets, and does it again": (
        GOOD, REPAIRED,
        Found(DIFFERENT, (18, 18), TO_CONNECTED, ("tcp 1", "connecting", "wobble_refused", 20), 1)),
    "and begins after the start, too": (
        GOOD, REPAIRED.removeprefix(BOOT),
        Found(DIFFERENT, (18, 7), TO_CONNECTED, ("tcp 1", "connecting", "wobble_refused", 9), 1)),
    "B loses the connection": (
        BOOT + OPEN + CONNECTED + SEND * 2 + CLOSE, BOOT + OPEN + CONNECTED + SEND * 2 + LOST,
        Found(DIFFERENT, (27, 27), ("tcp 1", "connected", "closing", 28), ("tcp 1", "connected", "wobble_dropped", 28), 1)),
    "B ends early": (
        GOOD, BOOT + OPEN + CONNECTED,
        Found(DIFFERENT, (19, 19), ("tcp 1", "connected", "send_offered", 20), None, 1)),
    "B does more": (
        GOOD, GOOD + OPEN,
        Found(DIFFERENT, (27, 27), None, ("tcp 1", "unknown", "defining", 28), 1)),
    "one send less": (
        BOOT + OPEN + CONNECTED + SEND * 3 + CLOSE, BOOT + OPEN + CONNECTED + SEND * 2 + CLOSE,
        Found(DIFFERENT, (27, 27), ("tcp 1", "connected", "send_offered", 28), ("tcp 1", "connected", "closing", 28), 1)),
    "nothing in common": (
        OPEN, "0 → AT+KUDPCFG=1,0,7008\n0.1 ← +KUDPCFG: 1\n",
        Found(DIFFERENT, None, ("tcp 1", "unknown", "defining", 1), ("udp 1", "unknown", "opening", 1), 2)),
    "the other of two sessions fails": (
        GOOD.removesuffix(CLOSE) + OTHER_SESSION, GOOD.removesuffix(CLOSE) + OTHER_SESSION + renumbered(LOST, "2"),
        Found(DIFFERENT, (29, 29), None, ("tcp 2", "connected", "wobble_dropped", 30), 1)),
}
# fmt: on


@pytest.mark.parametrize("name", ALIKE)
def test_what_does_not_matter_is_no_difference(name: str, tmp_path: Path) -> None:
    """Ids, polls, the order of independent URCs and where a log begins are no difference."""
    assert Found(SAME) == found(compared(tmp_path, *ALIKE[name]))
    assert Found(SAME) == found(compared(tmp_path, *ALIKE[name][::-1]))


@pytest.mark.parametrize("name", APART)
def test_the_first_difference(name: str, tmp_path: Path) -> None:
    """The last common state, and what each side did next."""
    a, b, expected = APART[name]

    assert expected == found(compared(tmp_path, a, b))


@pytest.mark.parametrize("name", APART)
def test_the_mirror_image(name: str, tmp_path: Path) -> None:
    """Which one is named first changes nothing but the names."""
    a, b, expected = APART[name]
    swapped = expected.common and expected.common[::-1]
    mirrored = expected._replace(common=swapped, a=expected.b, b=expected.a)

    assert mirrored == found(compared(tmp_path, b, a))


@pytest.mark.parametrize("logger", sorted(LOGGERS))
def test_how_it_is_written_does_not_matter(logger: str, tmp_path: Path) -> None:
    """The same run in two formats is the same; a different one differs in the same place."""
    bad = BOOT + OPEN + REFUSED
    assert Found(SAME) == found(compared(tmp_path, GOOD, GOOD, ("arrows", logger)))
    difference = compared(tmp_path, GOOD, bad, ("arrows", logger)).difference
    assert TO_CONNECTED == move_of(difference.a)
    assert ("tcp 1", "connecting", "wobble_refused") == (move_of(difference.b) or ())[:3]


# fmt: off
DECIDED: dict[str, tuple[str, str, Outcome]] = {
    "neither has AT traffic": ("0 → hello\n", "0 → good day\n", UNDECIDED),
    "one has none":           (GOOD, "0 → hello\n",              UNDECIDED),
    "one is empty":           ("", GOOD,                         UNDECIDED),
}
# fmt: on


@pytest.mark.parametrize("name", DECIDED)
def test_without_at_traffic_nothing_is_decided(name: str, tmp_path: Path) -> None:
    """Where one is no capture, nothing is said of a difference, and a note says which."""
    a, b, outcome = DECIDED[name]
    comparison = compared(tmp_path, a, b)

    assert Found(outcome) == found(comparison)
    assert any("no AT traffic was found" in note for note in comparison.notes)


# ------------------------------------------------------------------------------- what is told


def test_a_session_with_another_number_is_named(tmp_path: Path) -> None:
    """Where machines are called otherwise, the comparison says how."""
    comparison = compared(tmp_path, GOOD, renumbered(GOOD, "3"))

    assert [("tcp 1", "tcp 3")] == comparison.machines


def test_the_common_state_is_that_of_all_machines(tmp_path: Path) -> None:
    """It tells where every machine stands, in both."""
    common = compared(tmp_path, GOOD, BOOT + OPEN + REFUSED).difference.common
    expected = [("modem", "registered"), ("pdp 1", "up"), ("tcp 1", "connecting")]

    assert [(*row, *row) for row in expected] == [tuple(row) for row in common.machines]


def test_silence_is_a_difference(tmp_path: Path) -> None:
    """Where the clock of one passes a limit, it says what was not heard, and after how long."""
    silent = BOOT + OPEN + "91 → AT+CSQ\n0.02 ← OK\n"
    comparison = compared(tmp_path, GOOD, silent, ("txrx-stamped", "txrx-stamped"))
    difference = comparison.difference

    assert ("tcp 1", "connecting", "wobble_silent") == (move_of(difference.b) or ())[:3]
    assert (0.4, pytest.approx(89.25)) == (round(difference.a.after_s, 3), difference.b.after_s)
    assert "tcp.silent.connecting" == difference.b.wobble.cause
    assert "B goes connecting → wobble_silent: nothing within 90 s" in difference.sentence


def test_wobbles_of_one_side_are_counted_by_cause(tmp_path: Path) -> None:
    """What only one of the two has is told once a cause."""
    comparison = compared(tmp_path, GOOD, REPAIRED + REOPEN + REFUSED)

    assert [] == comparison.a.wobbles
    assert [("tcp.923.connecting", 2, 20)] == [tuple(each) for each in comparison.b.wobbles]


def test_waits_that_differ_much_are_told(tmp_path: Path) -> None:
    """A connection that takes a minute instead of a second is told, though the moves agree."""
    slow = GOOD.replace("0.4  ← +KTCP_IND", "60 ← +KTCP_IND")
    comparison = compared(tmp_path, GOOD, slow, ("txrx-stamped", "iso-bare"))
    (wait,) = comparison.waits

    assert Found(SAME) == found(comparison)
    assert ("tcp", "connecting", "+KTCP_IND: <sid>,1", 1, 1) == (
        *(wait.chart, wait.state, wait.wire),
        *(wait.count, wait.differing),
    )
    assert (1.15, 60.75) == (round(wait.a_s, 3), round(wait.b_s, 3))


def test_without_a_clock_no_wait_is_told(tmp_path: Path) -> None:
    """Where one has no clock, nothing is said of time."""
    slow = GOOD.replace("0.4  ← +KTCP_IND", "60 ← +KTCP_IND")

    assert [] == compared(tmp_path, GOOD, slow, ("txrx", "txrx-stamped")).waits


def test_midnight_is_no_difference(tmp_path: Path) -> None:
    """A time of day that begins anew between two moves is counted on."""
    slow = GOOD.replace("0.4  ← +KTCP_IND", "60 ← +KTCP_IND")
    a = written(tmp_path / "a.log", GOOD, "arduino", 50_390.0)  # the loggers begin at ten
    b = written(tmp_path / "b.log", slow, "arduino", 50_390.0)
    (wait,) = compare(a, b).waits

    assert 60.75 == pytest.approx(wait.b_s)


def test_a_log_that_begins_earlier_is_told(tmp_path: Path) -> None:
    """What the other does not show is not compared, and it says so."""
    beginning = compared(tmp_path, GOOD, SEND + CLOSE).beginning

    assert beginning is not None
    assert ("A", 20, 1) == (beginning.side, beginning.line_a, beginning.line_b)


def test_a_wobble_before_the_other_begins_is_a_difference(tmp_path: Path) -> None:
    """A log may begin earlier, but a wobble there is not passed over in silence."""
    rest = CONNECTED + SEND * 3
    first = BOOT + OPEN + REFUSED + RESET + REOPEN
    comparison = compared(tmp_path, first + rest, rest)

    assert DIFFERENT is comparison.outcome
    assert [("tcp.923.connecting", 1, 20)] == [tuple(each) for each in comparison.a.wobbles]


def test_the_lines_own_moves_are_compared_if_asked_for(tmp_path: Path) -> None:
    """The AT line is plumbing, unless it wobbles or somebody asks."""
    a = written(tmp_path / "a.log", GOOD)
    b = written(tmp_path / "b.log", GOOD + POLL)

    assert SAME is compare(a, b).outcome
    assert DIFFERENT is compare(a, b, verbose=True).outcome
