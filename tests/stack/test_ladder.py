"""The ladder: which rung is due, when it may be taken, and that rations outlive the process."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from atfsm.stack import Memory, Rung, Spacing
from atfsm.stack.ladder import HOUR_S, Ladder
from tests.stack.outages import restarts_within, week_of_outages

SPACING = Spacing(jitter=0.0)


def ladder(memory: Memory | None = None, *, has_power: bool = True) -> Ladder:
    """A ladder without jitter."""
    return Ladder(SPACING, memory or Memory(), lambda: 0.0, has_power=has_power)


def test_two_resets_then_the_next_rung() -> None:
    """Socket, socket, context, context, modem, modem, power, power, and then a human."""
    climbed = []
    it = ladder()
    for _ in range(8):
        if not it.failed("tcp 192.0.2.1:7"):
            climbed.append(Rung.SOCKET)
            continue
        rung = it.rung_above("context 1")
        climbed.append(rung)
        it.failed({Rung.CONTEXT: "context 1", Rung.MODEM: "modem"}.get(rung, "modem"))
        if rung is Rung.POWER:
            it.spend_power_cut(0.0)
    two = [Rung.SOCKET] * 2 + [Rung.CONTEXT] * 2 + [Rung.MODEM] * 2 + [Rung.POWER] * 2
    assert two == climbed


def test_without_a_power_hook_the_modem_is_the_top() -> None:
    """Nothing is cut that nobody can cut."""
    it = ladder(Memory({"context 1": 9, "modem": 9}), has_power=False)
    assert Rung.MODEM is it.rung_above("context 1")
    assert it.is_exhausted


def test_service_sets_everything_back_but_the_failures_of_others() -> None:
    """One socket in service proves the shared things below it, not its neighbours' peers."""
    it = ladder(Memory({"tcp a:1": 5, "tcp b:2": 5, "context 1": 2, "modem": 2, "power": 1}))
    assert it.served("tcp a:1")
    assert {"tcp b:2": 5} == dict(it.memory.resets)
    assert not it.served("tcp a:1")


@pytest.mark.parametrize(
    ("resets", "expected_s"),
    [(0, 1.0), (1, 1.0), (2, 2.0), (3, 4.0), (9, 256.0), (10, 300.0), (10_000, 300.0)],
)
def test_waits_double_up_to_their_bound(resets: int, expected_s: float) -> None:
    """From 1 s to 5 min for sockets."""
    it = ladder(Memory({"tcp a:1": resets}))
    assert expected_s == it.wait_s("tcp a:1", SPACING.socket_s)


def test_jitter_only_shortens() -> None:
    """The longest wait that is promised is the longest wait there is."""
    spacing = Spacing(jitter=0.25)
    for chance in (0.0, 0.5, 1.0):
        it = Ladder(spacing, Memory({"x": 3}), iter([chance]).__next__, has_power=True)
        assert 4.0 * (1 - 0.25 * chance) == it.wait_s("x", spacing.socket_s)


def test_two_restarts_are_free_and_the_rest_a_quarter_of_an_hour_apart() -> None:
    """At most 4 an hour after the first two."""
    it = ladder()
    for moment_s in (0.0, 10.0):
        assert moment_s == it.restart_from_s(moment_s)
        it.spend_restart(moment_s)
    assert 10.0 + HOUR_S / 4 == it.restart_from_s(20.0)
    assert 10.0 + HOUR_S + 0.1 == it.restart_from_s(10.0 + HOUR_S + 0.1)


def test_power_cuts_are_at_least_a_minute_apart_and_grow() -> None:
    """A cut while the modem writes its flash may brick it."""
    it = ladder()
    now_s, gaps = 0.0, []
    for _ in range(8):
        from_s = it.power_cut_from_s(now_s)
        gaps.append(from_s - now_s)
        now_s = from_s
        it.spend_power_cut(now_s)
    assert [0.0, 60.0, 120.0, 240.0, 480.0, 960.0, 1920.0, 3600.0] == gaps


def test_a_process_that_is_killed_forgets_nothing() -> None:
    """What was spent before the kill is spent after it."""
    it = ladder()
    it.spend_restart(0.0)
    it.spend_restart(1.0)
    assert it.restart_from_s(2.0) == ladder(it.memory).restart_from_s(2.0)


@pytest.mark.parametrize("seed", range(20))
def test_no_kill_breaks_a_ration(seed: int) -> None:
    """Weeks of outages, with kills at random moments: every hour keeps its ration."""
    week = week_of_outages(random.Random(seed))
    assert restarts_within(week.restarts_s, HOUR_S) <= 2 + 3
    assert all(b - a >= 60.0 - 1e-6 for a, b in pairwise(week.cuts_s))
