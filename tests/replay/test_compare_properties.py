"""What holds of the comparison of any two captures."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atfsm.live.clocks import Clock
from atfsm.live.journal import Journal
from atfsm.replay.compare import Comparison, Outcome, compare
from atfsm.sim import Fault
from atfsm.sim.wirelog import WireLog
from atfsm.stack import Config, Read, Written
from tests.replay.pairs import (
    BOOT,
    CLOSE,
    CONNECTED,
    GOOD,
    LOST,
    OPEN,
    REPAIRED,
    SEND,
    Found,
    found,
    lines_of,
    with_polls,
    written,
)
from tests.stack.golden import Outcome as Run
from tests.stack.golden import golden_session

CAPTURES = sorted((Path(__file__).parent.parent / "captures").glob("*.log"))
CLOCK = Clock(
    monotonic_s=lambda: 0.0, wall_s=lambda: 1.8e9, boot_s=lambda: 0.0, boot_id=lambda: "boot"
)


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_capture_is_as_itself(path: Path) -> None:
    """Nothing differs from itself."""
    comparison = compare(str(path), str(path))

    assert comparison.outcome in {Outcome.SAME, Outcome.UNDECIDED}
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

    assert Found(Outcome.SAME) == found(compare(a, b))


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

    assert Found(Outcome.SAME) == found(compare(a, b))


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
