"""Samples of the long runs that ``make prove`` runs whole."""

from __future__ import annotations

from tests.live.endurance import kill_senders, second_report


def test_no_message_is_lost_when_the_application_is_killed() -> None:
    """Kill -9 at random points: after the restart the sink has every message, in order."""
    found = kill_senders(4, seed=3)
    assert 0 == found.lost
    assert found.in_order
    assert found.messages > 4


def test_the_second_report_end_to_end() -> None:
    """923 after many sends: all datagrams arrive, and the replay shows the same resets."""
    found = second_report(400, seed=5)
    assert 400 == found.arrived
    assert found.resets > 0
    assert found.resets == found.replayed
    assert "" == found.differs
