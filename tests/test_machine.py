"""The two engines: the Rulebook on transitions and the Table agree on every cell, for everyone."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atfsm.at.facts import PdpFact, TcpFact, UdpFact
from atfsm.chart import CellKind, Chart, Role
from atfsm.charts import CHARTS, PDP, TCP
from atfsm.fact import Fact
from atfsm.machine import Resident, rulebook, table

CELLS = [
    pytest.param(chart, state.name, fact, id=f"{chart.name}-{state.name}-{fact}")
    for chart in CHARTS
    for state, fact in product(chart.states, chart.facts)
]
every_chart = pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)


def resident_in(chart: Chart, state: str) -> Resident:
    """Put somebody into *state*."""
    somebody = Resident(chart)
    somebody.state = str(state)
    return somebody


def by_table(chart: Chart, state: str, fact: Fact) -> tuple[str, ...]:
    """Say what the Table says is entered, as `Rulebook.tell` does."""
    rules = table(chart)
    before = rules.state_number[state]
    after = rules.after[before][rules.fact_number[fact]]
    entered = [after] if after != before else []
    if rules.is_wobble[after]:
        entered.append(rules.reset_after[after])
    return tuple(rules.states[number] for number in entered)


@pytest.mark.parametrize(("chart", "state", "fact"), CELLS)
def test_the_engines_agree_on_every_cell(chart: Chart, state: str, fact: Fact) -> None:
    """What the Rulebook does, the Table says, and the matrix of the chart says it too."""
    # The trigger alone takes one step.
    stepping = resident_in(chart, state)
    assert rulebook(chart).machine.events[str(fact)].trigger(stepping) is True
    rules = table(chart)
    after = rules.after[rules.state_number[state]][rules.fact_number[fact]]
    cell = chart.matrix[chart.state(stepping_name(chart, state)).name, fact]

    assert str(cell.target) == stepping.state == rules.states[after]

    # Telling it takes the step out of a wobble state as well.
    told = resident_in(chart, state)
    entered = rulebook(chart).tell(told, fact)
    assert by_table(chart, state, fact) == entered
    assert (entered[-1] if entered else state) == told.state
    assert chart.state(stepping_name(chart, told.state)).role is not Role.WOBBLE


def stepping_name(chart: Chart, state: str) -> Any:  # noqa: ANN401  the enum of the chart
    """Find the member of the chart's state enum."""
    return next(s.name for s in chart.states if s.name == state)


@every_chart
def test_the_table_is_the_chart(chart: Chart) -> None:
    """Limits, roles, names and the way into the full reset are compiled as written."""
    rules = table(chart)

    assert tuple(str(s.name) for s in chart.states) == rules.states
    assert tuple(chart.facts) == rules.facts
    assert tuple(s.timed_limit_s for s in chart.states) == rules.limits_s
    assert tuple(s.role is Role.WOBBLE for s in chart.states) == rules.is_wobble
    assert tuple(s.role is Role.RESET for s in chart.states) == rules.is_reset
    for number, state in enumerate(chart.states):
        leads_to = chart.resets[0].name if state.role is Role.WOBBLE else state.name
        assert leads_to == rules.states[rules.reset_after[number]]


@every_chart
@given(data=st.data())
@settings(max_examples=25)
def test_the_engines_agree_on_any_sequence(chart: Chart, data: st.DataObject) -> None:
    """From the initial state on, whatever facts come, both engines are in the same state."""
    facts = data.draw(st.lists(st.sampled_from(list(chart.facts)), max_size=40))
    somebody, state = Resident(chart), str(chart.initial)
    for fact in facts:
        entered = by_table(chart, state, fact)
        assert entered == rulebook(chart).tell(somebody, fact)
        state = entered[-1] if entered else state
        assert state == somebody.state


@every_chart
def test_no_state_can_be_jumped_to(chart: Chart) -> None:
    """There are no triggers but the facts: transitions' own ``to_<state>`` are off."""
    assert {str(fact) for fact in chart.facts} == set(rulebook(chart).machine.events)


def test_definitions_are_shared() -> None:
    """One machine serves every object of a chart."""
    assert rulebook(TCP) is rulebook(TCP)
    assert rulebook(TCP) is not rulebook(PDP)
    assert rulebook(TCP).machine.models == []


class Watched(Resident):
    """Writes down which hooks are called, and what the event says."""

    def __init__(self, chart: Chart) -> None:
        super().__init__(chart)
        self.calls: list[tuple[str, str, str]] = []

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  any hook
        if not name.startswith("on_enter_"):
            raise AttributeError(name)
        return lambda event: self.calls.append(
            (name.removeprefix("on_enter_"), event.event.name, event.transition.source)
        )


def test_hooks_are_called_for_each_state_entered() -> None:
    """An application hears of the happy states, of the wobble and of the full reset, in order."""
    socket = Watched(TCP)
    for fact in (TcpFact.CONNECT_REQUESTED, TcpFact.CONNECTED, TcpFact.FAILED):
        rulebook(TCP).tell(socket, fact)

    assert [
        ("connecting", "connect_requested", "unknown"),
        ("connected", "connected", "connecting"),
        ("wobble_dropped", "failed", "connected"),
        ("full_reset_closing", "full_reset", "wobble_dropped"),
    ] == socket.calls


@every_chart
def test_hooks_are_not_called_where_nothing_changes(chart: Chart) -> None:
    """Ignored facts, deaf states and rows that stay enter nothing anew, so no hook is called."""
    for (state, fact), cell in chart.matrix.items():
        somebody = Watched(chart)
        somebody.state = str(state)
        rulebook(chart).machine.events[str(fact)].trigger(somebody)
        expected = [] if cell.target == state else [(str(cell.target), str(fact), str(state))]
        assert expected == somebody.calls, f"{state}, {fact}"
        if cell.kind in {CellKind.IGNORED, CellKind.DEAF, CellKind.REQUEST}:
            assert cell.target == state


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_what_a_hook_raises_reaches_the_caller(error: type[BaseException]) -> None:
    """An error in an application is never swallowed, and the state was entered."""

    class Failing(Resident):
        def on_enter_connected(self, _event: object) -> None:
            raise error

    socket = Failing(TCP)
    rulebook(TCP).tell(socket, TcpFact.CONNECT_REQUESTED)
    with pytest.raises(error):
        rulebook(TCP).tell(socket, TcpFact.CONNECTED)

    assert socket.state == "connected"
    assert rulebook(TCP).tell(socket, TcpFact.SEND_REQUESTED) == ("send_offered",)


def test_what_the_hook_of_a_wobble_raises_does_not_lose_the_reset() -> None:
    """After an error on the way into the full reset, the next fact still leads there."""

    class Failing(Resident):
        def on_enter_wobble_dropped(self, _event: object) -> None:
            raise ValueError

    socket = Failing(TCP)
    socket.state = "connected"
    with pytest.raises(ValueError):  # noqa: PT011  it has no message
        rulebook(TCP).tell(socket, TcpFact.FAILED)

    assert socket.state == "wobble_dropped"
    rulebook(TCP).tell(socket, TcpFact.CONNECTED)
    assert socket.state == "full_reset_closing"


@pytest.mark.parametrize("fact", [UdpFact.SENT, PdpFact.LOST, UdpFact.LIMIT_PASSED])
def test_a_foreign_fact_is_the_callers_mistake(fact: Fact) -> None:
    """A fact of another chart is refused, also where this chart has one of the same name."""
    socket = Resident(TCP)
    with pytest.raises(KeyError, match="tcp"):
        rulebook(TCP).tell(socket, fact)

    assert socket.state == "unknown"


def test_residents_do_not_touch_one_another() -> None:
    """Two sockets in the shared machine go their own ways."""
    one, two = Watched(TCP), Watched(TCP)
    rulebook(TCP).tell(one, TcpFact.CONNECT_REQUESTED)
    rulebook(TCP).tell(two, TcpFact.DEFINE_REQUESTED)
    rulebook(TCP).tell(one, TcpFact.CONNECTED)

    assert ("connected", "defining") == (one.state, two.state)
    assert ["connecting", "connected"] == [call[0] for call in one.calls]
    assert ["defining"] == [call[0] for call in two.calls]


def test_a_hook_may_tell_another_resident() -> None:
    """A fact told from within a hook is done before the outer one returns, to whom it was told."""
    other = Resident(TCP)

    class Passing(Resident):
        def on_enter_connected(self, _event: object) -> None:
            rulebook(TCP).tell(other, TcpFact.FAILED)

    one = Passing(TCP)
    one.state = "connecting"

    assert ("connected",) == rulebook(TCP).tell(one, TcpFact.CONNECTED)
    assert "full_reset_closing" == other.state


def test_a_resident_without_hooks_is_small() -> None:
    """Anything with a state can live in a chart: no attribute is hung on it by the machine."""
    somebody = SimpleNamespace(state="unknown")
    rulebook(TCP).machine.events["connected"].trigger(somebody)

    assert {"state": "connected"} == vars(somebody)
    assert not hasattr(Resident(TCP), "__dict__")
