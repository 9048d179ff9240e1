"""Every fault at every step of a golden session: service returns, and nothing is lost."""

from __future__ import annotations

import random
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atfsm.sim import FAULTS, Chunks, Fault
from atfsm.stack import Config, NeedsHuman, Read, Reset, Rung, Spacing, Written
from tests.stack.golden import Outcome, golden_session, in_order
from tests.stack.matrix import BOUND_S, HELD_BACK_S, fault_runs
from tests.stack.sends import sends_before_their_time

KINDS = ("tcp", "udp")


@pytest.mark.parametrize("kind", KINDS)
def test_a_session_without_faults_has_no_reset(kind: str) -> None:
    """The golden session itself: nothing is reset, everything arrives once."""
    outcome = golden_session(kind, [])
    assert outcome.served
    assert 0 == outcome.resets
    assert b"".join(b"message %03d;" % n for n in range(5)) == b"".join(outcome.arrived)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", sorted(FAULTS))
def test_service_returns_after_a_fault(name: str, kind: str) -> None:
    """A sample of the steps of each fault; ``make prove`` takes every one."""
    for run in fault_runs(name, kind, step=random.Random(f"{name} {kind}").randrange(5, 9)):
        assert run.outcome.served or run.outcome.needed_human, str(run)
        assert in_order(run.outcome.arrived, 5) or not run.outcome.served, str(run)
        assert run.outcome.time_to_service_s <= HELD_BACK_S.get(name, BOUND_S), str(run)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
@given(
    kind=st.sampled_from(KINDS),
    profile=st.sampled_from(["rc76", "hl78", "rc7611", "hl75"]),
    names=st.lists(st.sampled_from(sorted(FAULTS)), min_size=1, max_size=3),
    p=st.sampled_from([0.02, 0.1, 0.3]),
    seed=st.integers(min_value=0, max_value=9999),
)
def test_nothing_is_sent_before_the_ind(
    kind: str, profile: str, names: list[str], p: float, seed: int
) -> None:
    """The thread's first report cannot happen, whatever goes wrong."""
    faults = [Fault(name, p=p, times=5) for name in names]
    outcome = golden_session(kind, faults, profile=profile, seed=seed, for_s=400.0)
    assert [] == sends_before_their_time(outcome)


@pytest.mark.parametrize("profile", ["hl78", "rc76", "rc7611", "hl75"])
@pytest.mark.parametrize("chunks", list(Chunks))
@pytest.mark.parametrize("kind", KINDS)
def test_every_family_serves_however_its_output_is_cut(
    profile: str, chunks: Chunks, kind: str
) -> None:
    """Four families, whole lines, random pieces and single bytes: no reset in any."""
    outcome = golden_session(kind, [], profile=profile, chunks=chunks)
    assert outcome.served
    assert 0 == outcome.resets


@pytest.mark.parametrize("kind", KINDS)
def test_a_silent_modem_calls_the_power_hook_within_a_minute(kind: str) -> None:
    """Counted from the first command that stays unanswered, at every step of the session."""
    waits = [
        wait_s
        for at in range(1, 40, 3)
        for wait_s in power_hook_waits(golden_session(kind, [Fault("silent", at=at)]))
    ]
    assert waits
    assert max(waits) <= 60.0


def test_a_modem_that_is_silent_from_the_start_is_cut_within_a_minute() -> None:
    """The line is probed, restarted in vain, and the power hook is called."""
    outcome = golden_session("tcp", [Fault("silent", at=1, params={"for_ever": 1})], for_s=120.0)
    cuts = [t for t, o in outcome.outputs if type(o).__name__ == "CutPower"]
    assert cuts[0] <= 60.0


def power_hook_waits(outcome: Outcome) -> list[float]:
    """From the first unanswered command to the power hook."""
    last_read_s, waits = 0.0, []
    for time_s, output in outcome.outputs:
        if isinstance(output, Read):
            last_read_s = time_s
        elif type(output).__name__ == "CutPower":
            first_s = next(
                t for t, o in outcome.outputs if isinstance(o, Written) and t >= last_read_s
            )
            waits.append(time_s - first_s)
    return waits


def test_a_human_is_called_when_nothing_helps() -> None:
    """A modem that is dead for ever: every rung is tried, then it is said, and tried on."""
    config = Config(
        apn="internet", has_power_hook=True, spacing=Spacing(power_s=(60.0, 120.0), jitter=0.0)
    )
    dead = Fault("silent", at=5, params={"for_ever": 1})
    outcome = golden_session("tcp", [dead], config=config, for_s=3600.0)
    assert not outcome.served
    assert outcome.needed_human
    human_s = next(t for t, o in outcome.outputs if isinstance(o, NeedsHuman))
    assert human_s <= 600.0
    assert any(type(o).__name__ == "CutPower" for t, o in outcome.outputs if t > human_s)


def test_a_refused_restart_tries_the_next_verb() -> None:
    """q6 [FPPP]: CFUN is refused, AT!RESET works."""
    faults = [Fault("restart_refused"), Fault("half_deaf_families", at=20)]
    outcome = golden_session("tcp", faults)
    assert outcome.served
    restarts = re.findall(rb"AT\+CFUN=1,1|AT!RESET", outcome.written)
    assert [b"AT+CFUN=1,1", b"AT!RESET"] == restarts[:2]


@pytest.mark.parametrize("kind", KINDS)
def test_the_close_is_sent_even_if_it_fails_every_time(kind: str) -> None:
    """Each reset of a socket closes and deletes it, though both are refused each time."""
    faults = [
        Fault("cme_923_on_send", times=3),
        Fault("no_carrier_on_close", p=1.0),
    ]
    outcome = golden_session(kind, faults)
    assert outcome.served
    closes = re.findall(rb"AT\+K(?:TCP|UDP)CLOSE=1", outcome.written)
    deletes = re.findall(rb"AT\+K(?:TCP|UDP)DEL=1", outcome.written)
    of_sockets = [o for _, o in outcome.outputs if isinstance(o, Reset) and o.rung is Rung.SOCKET]
    assert 3 == len(of_sockets) == len(closes)
    assert len(closes) == len(deletes)


def test_fuses_are_not_blown() -> None:
    """A modem that goes to boot-hold after five quick restarts never gets there."""
    faults = [
        Fault("boot_hold_after_n_resets"),
        Fault("reboot_banner", p=0.15, after=20, times=12),
    ]
    outcome = golden_session("tcp", faults, messages=20, for_s=6 * 3600.0)
    assert outcome.served
