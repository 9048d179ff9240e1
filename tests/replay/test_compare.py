"""Two captures, compared by what their machines did."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atfsm.live.clocks import Clock
from atfsm.live.journal import Journal
from atfsm.replay.compare import Comparison, Outcome, compare
from atfsm.replay.compare.finding import Turn
from atfsm.sim import Fault
from atfsm.sim.wirelog import WireLog
from atfsm.stack import Config, Read, Written
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
    RESET,
    SEND,
    lines_of,
    renumbered,
    with_polls,
    written,
)
from tests.stack.golden import Outcome as Run
from tests.stack.golden import golden_session

CAPTURES = sorted((Path(__file__).parent.parent / "captures").glob("*.log"))
SAME, DIFFERENT, UNDECIDED = Outcome.SAME, Outcome.DIFFERENT, Outcome.UNDECIDED
CLOCK = Clock(
    monotonic_s=lambda: 0.0, wall_s=lambda: 1.8e9, boot_s=lambda: 0.0, boot_id=lambda: "boot"
)

Move = tuple[str, str, str, int]  #: machine, state before, state after, line


class Found(NamedTuple):
    """What a comparison says, as the tables have it."""

    outcome: Outcome
    common: tuple[int, int] | None = None  #: lines of the last common state
    a: Move | None = None  #: what A did next
    b: Move | None = None  #: what B did next
    places: int = 0  #: how many places differ


def found(comparison: Comparison) -> Found:
    """Bring a comparison into the form of the tables."""
    difference = comparison.difference
    if difference is None:
        return Found(comparison.outcome)
    common = difference.common
    return Found(
        comparison.outcome,
        None if common is None else (common.a.line, common.b.line),
        move_of(difference.a),
        move_of(difference.b),
        comparison.difference_count,
    )


def move_of(turn: Turn) -> Move | None:
    """What one side did next."""
    move = turn.move
    return None if move is None else (move.name, move.before, move.after, move.line)


def compared(folder: Path, a: str, b: str, loggers: tuple[str, str] = ("arrows", "arrows")) -> Any:  # noqa: ANN401
    """Write two scripts as logs, and compare them."""
    return compare(
        written(folder / "a.log", a, loggers[0]), written(folder / "b.log", b, loggers[1])
    )


# ------------------------------------------------------------------------------- the tables

REPAIRED = BOOT + OPEN + REFUSED + RESET + REOPEN + CONNECTED + SEND + CLOSE
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


# ------------------------------------------------------------------------------- properties


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_capture_is_as_itself(path: Path) -> None:
    """Nothing differs from itself."""
    comparison = compare(str(path), str(path))

    assert comparison.outcome in {SAME, UNDECIDED}
    assert (None, 0, 1.0) == (
        *(comparison.difference, comparison.difference_count),
        comparison.share,
    )


def test_which_is_first_does_not_matter() -> None:
    """Any two captures: what is said of A and B is what is said of B and A, mirrored."""
    pairs = list(combinations([str(path) for path in CAPTURES], 2))
    for a, b in random.Random(3).sample(pairs, 150):
        one, other = (json.loads(compare(*pair).to_json()) for pair in ((a, b), (b, a)))
        other["notes"].sort()
        assert mirrored(one) == other, (a, b)


def mirrored(told: dict[str, Any]) -> dict[str, Any]:
    """Swap the sides of what a comparison says."""
    swapped = dict(told, a=told["b"], b=told["a"])
    names = {"A": "B", "B": "A"}
    swapped["notes"] = sorted(f"{names[note[0]]}{note[1:]}" for note in told["notes"])
    swapped["machines"] = [{"a": m["b"], "b": m["a"]} for m in told["machines"]]
    for wait in swapped["waits"]:
        for of_a, of_b in (("a_s", "b_s"), ("line_a", "line_b")):
            wait[of_a], wait[of_b] = wait[of_b], wait[of_a]
    if (beginning := told["beginning"]) is not None:
        swapped["beginning"] = {
            "side": names[beginning["side"]],
            "moves": beginning["moves"],
            "line_a": beginning["line_b"],
            "line_b": beginning["line_a"],
        }
    if (difference := told["difference"]) is not None:
        common = difference["common"]
        swapped["difference"] = {
            "sentence": other_sentence(difference["sentence"]),
            "common": common and dict(common, a=common["b"], b=common["a"]),
            "a": difference["b"],
            "b": difference["a"],
        }
        if common:
            swapped["difference"]["common"]["machines"] = [
                {"a": m["b"], "state_a": m["state_b"], "b": m["a"], "state_b": m["state_a"]}
                for m in common["machines"]
            ]
    return swapped


def other_sentence(sentence: str) -> str:
    """Swap the sides of a sentence."""
    whose, _, rest = sentence.removesuffix(".").partition(": ")
    first, _, second = rest.partition("; ")
    names = re.sub(r"(\S+ ?\S*) of A and (\S+ ?\S*) of B", r"\2 of A and \1 of B", whose)
    phrases = (
        re.sub(r"\b[AB]\b", lambda name: "BA"["AB".index(name[0])], phrase)
        for phrase in (second, first)
    )
    return f"{names}: {'; '.join(phrases)}."


@given(seed=st.integers(0, 10_000))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("script", [GOOD, REPAIRED, OPEN + CONNECTED + SEND * 3 + LOST])
def test_noise_changes_nothing(script: str, seed: int, tmp_path: Path) -> None:
    """Polls and URCs that touch no machine, put anywhere between exchanges, are no difference."""
    chance = random.Random(seed)
    a = written(tmp_path / "a.log", with_polls(script, chance))
    b = written(tmp_path / "b.log", with_polls(script, chance))

    assert Found(SAME) == found(compare(a, b))


@given(seed=st.integers(0, 10_000), at=st.integers(0, 40))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_change_is_never_told_too_early(seed: int, at: int, tmp_path: Path) -> None:
    """Whatever follows a line, the difference is behind it."""
    lines = lines_of(BOOT + OPEN + CONNECTED + SEND * 4 + CLOSE)
    at %= len(lines)
    chance = random.Random(seed)
    other = chance.sample(lines[at:], k=len(lines) - at)
    # A log that shows bytes: where one shows lines, what was payload is clear only later.
    a = written(tmp_path / "a.log", lines, "mm-0x")
    b = written(tmp_path / "b.log", lines[:at] + other, "mm-0x")

    assert_behind(compare(a, b), at)


def assert_behind(comparison: Comparison, lines: int) -> None:
    """Nothing is said to differ within so many lines that are the same."""
    difference = comparison.difference
    for turn in () if difference is None else (difference.a, difference.b):
        assert turn.move is None or turn.move.line > lines
        assert all(move.line > lines for move in turn.moves)


FAULTS_TRIED = (
    *("cme_923_on_send", "urc_lost", "final_missing", "session_ghost_after_reboot"),
    *("reboot_banner", "urc_duplicated", "connect_after_nudge", "cme_random"),
)


def simulated(name: str, seed: int) -> Run:
    """A session against the simulated modem, with a fault or without (an empty name)."""
    faults = [Fault(name, at=seed % 5 + 2)] if name else []
    kind = ("tcp", "udp")[seed % 2]
    return golden_session(kind, faults, seed=seed, config=Config(apn="internet"), for_s=600.0)


def wire_of(run: Run, path: Path) -> str:
    """Write what crossed the wire as a sniffer does."""
    with path.open("wb") as file:
        log = WireLog(file, began_s=0.0)
        for time_s, output in run.outputs:
            if isinstance(output, Written):
                log.host_wrote(output.data, time_s)
            elif isinstance(output, Read):
                log.modem_wrote(output.data, time_s)
    return str(path)


def journal_of(run: Run, path: Path) -> str:
    """Write the journal of a run."""
    with path.open("wb") as file:
        journal = Journal(file, clock=CLOCK, fsync=lambda _: None)
        journal.begin(Config(apn="internet"), "simulated", 0.0)
        for time_s, output in run.outputs:
            journal.write([output], time_s)
        journal.close()
    return str(path)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", FAULTS_TRIED)
def test_a_fault_is_never_told_before_it_happens(name: str, seed: int, tmp_path: Path) -> None:
    """One run of the simulated modem with a fault, one without: they part where the wire does."""
    a = wire_of(simulated("", seed), tmp_path / "a.log")
    b = wire_of(simulated(name, seed), tmp_path / "b.log")
    pairs = zip(Path(a).read_bytes().split(b"\n"), Path(b).read_bytes().split(b"\n"), strict=False)
    same = next((at for at, (one, other) in enumerate(pairs) if one != other), 0)

    assert_behind(compare(a, b), same)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", ["", "cme_923_on_send", "urc_duplicated", "final_missing"])
def test_a_capture_is_as_the_journal_of_the_run(name: str, seed: int, tmp_path: Path) -> None:
    """What a sniffer saw and what the program wrote down tell the same run."""
    run = simulated(name, seed)
    a = wire_of(run, tmp_path / "a.log")
    b = journal_of(run, tmp_path / "b.journal")

    assert Found(SAME) == found(compare(a, b))


HOSTILE: dict[str, Callable[[random.Random], bytes]] = {
    "noise": lambda chance: chance.randbytes(4_000),
    "torn": lambda chance: Path(CAPTURES[chance.randrange(len(CAPTURES))]).read_bytes()[:-7],
    "escapes": lambda _: b"Tx: AT+KTCPCNX=1\nRx: \x1b[2J\x1b]0;owned\x07OK\n" * 9,
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("seed", range(5))
def test_whatever_it_holds_it_is_compared(name: str, seed: int, tmp_path: Path) -> None:
    """No bytes make it fail, and none of them reach the sentence as they are."""
    chance = random.Random(seed)
    a, b = tmp_path / "a.log", tmp_path / "b.log"
    a.write_bytes(HOSTILE[name](chance))
    b.write_bytes(HOSTILE[name](chance))
    difference = compare(str(a), written(b, GOOD)).difference

    assert difference is None or difference.sentence.isprintable()
