"""The two engines: a chart as a ``transitions.Machine``, and an integer table compiled from it.

The `Rulebook` is the live engine: one plain ``transitions.Machine`` per chart *definition*,
shared by everything that lives in the chart. It is an immutable rulebook, not a holder of state:
the state is on the object. An application hooks in the way users of transitions know, with
``on_enter_<state>`` methods on that object::

    >>> from atfsm import TCP, Resident, TcpFact, rulebook
    >>> class Socket(Resident):
    ...     def on_enter_connected(self, event):
    ...         print("connected, was", event.transition.source)
    >>> socket = Socket(TCP)
    >>> rulebook(TCP).tell(socket, TcpFact.CONNECT_REQUESTED)
    ('connecting',)
    >>> rulebook(TCP).tell(socket, TcpFact.CONNECTED)
    connected, was connecting
    ('connected',)
    >>> rulebook(TCP).tell(socket, TcpFact.FAILED)
    ('wobble_dropped', 'full_reset_closing')

The `Table` is compiled by reading the finished Machine, cell for cell, and costs two list look-ups
an event: replay, search and fuzzing use it. A test holds the two together on every cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from atfsm.chart import Chart, Role
from atfsm.fact import Fact

if TYPE_CHECKING:
    from transitions import EventData, Machine


class Resident:
    """An object that lives in a chart: its present state, and the application's hooks.

    Subclass it and write ``on_enter_<state>(self, event)`` methods; *event* is the
    ``transitions.EventData`` (its ``event.name`` is the fact, ``transition.source`` the state
    left). A hook that raises stops the step after the state was entered; the error reaches
    whoever told the fact.

    Attributes:
        state: Name of the present state.
    """

    __slots__ = ("state",)

    def __init__(self, chart: Chart) -> None:
        self.state: str = str(chart.initial)


class Rulebook:
    """One chart as a ``transitions.Machine``: the live engine.

    Not thread-safe, as transitions is not: one consumer of one inbox tells the facts.
    """

    def __init__(self, chart: Chart) -> None:
        self.chart = chart
        self.machine = _machine(chart)
        self._wobbles = frozenset(str(w.name) for w in chart.wobbles)

    def tell(self, resident: Resident, fact: Fact) -> tuple[str, ...]:
        """Tell *resident* one fact and return the states entered, in order.

        Empty where the fact changed nothing. A wobble state is left at once, so a deviation
        returns two states: the wobble, and the first step of the full reset.

        Raises:
            KeyError: The fact belongs to another chart: the caller's mistake.
        """
        entered = self.step(resident, fact)
        if resident.state in self._wobbles:
            entered += self.step(resident, self.chart.full_reset)
        return entered

    def step(self, resident: Resident, fact: Fact) -> tuple[str, ...]:
        """Tell *resident* one fact and leave it there, even in a wobble state.

        For one who sees to the full reset in the same breath, as the stack does.

        Raises:
            KeyError: The fact belongs to another chart: the caller's mistake.
        """
        if not isinstance(fact, self.chart.facts):
            raise KeyError(f"{fact} is no fact of chart {self.chart.name!r}")
        before = resident.state
        self.machine.events[str(fact)].trigger(resident)
        return (resident.state,) if resident.state != before else ()


def _machine(chart: Chart) -> Machine:
    """Build the Machine with every cell as an explicit row (no ``'*'``: see docs/adr/0004)."""
    from transitions import Machine

    return Machine(
        model=None,
        states=[{"name": str(s.name), "on_enter": [_call_hook]} for s in chart.states],
        transitions=[
            {
                "trigger": str(fact),
                "source": str(source),
                # None is an internal transition: nothing is left, nothing is entered.
                "dest": None if cell.target == source else str(cell.target),
            }
            for (source, fact), cell in chart.matrix.items()
        ],
        initial=str(chart.initial),
        auto_transitions=False,
        send_event=True,
        queued=False,
        model_override=True,
    )


def _call_hook(event: EventData) -> None:
    """Call the resident's ``on_enter_<state>``, where it has one."""
    model = event.model
    hook = getattr(model, f"on_enter_{event.machine.get_model_state(model).name}", None)
    if hook is not None:
        hook(event)


@cache
def rulebook(chart: Chart) -> Rulebook:
    """The shared Rulebook of *chart*, built at the first call."""
    return Rulebook(chart)


@dataclass(frozen=True, slots=True)
class Table:
    """A chart as integers, compiled from its Machine.

    Attributes:
        chart: The chart it was compiled from.
        states: State names; their index is their number.
        facts: Facts; their index is their number.
        state_number: The way back, by name.
        fact_number: The way back, by fact.
        after: ``after[state][fact]`` is the state that follows, before any full reset.
        reset_after: For a wobble state the first step of the full reset, else the state itself.
        limits_s: Seconds that a state may last, or None.
        is_wobble: Whether a state is a wobble state.
        is_reset: Whether a state is a step of the full reset.
    """

    chart: Chart
    states: tuple[str, ...]
    facts: tuple[Fact, ...]
    state_number: dict[str, int]
    fact_number: dict[Fact, int]
    after: tuple[tuple[int, ...], ...]
    reset_after: tuple[int, ...]
    limits_s: tuple[float | None, ...]
    is_wobble: tuple[bool, ...]
    is_reset: tuple[bool, ...]


@cache
def table(chart: Chart) -> Table:
    """Compile *chart*: read its finished Machine, one cell at a time."""
    machine = rulebook(chart).machine
    names = tuple(machine.states)
    number = {name: i for i, name in enumerate(names)}
    facts = tuple(chart.facts)

    def follows(source: str, fact: Fact) -> int:
        (transition,) = machine.events[str(fact)].transitions[source]
        return number[source if transition.dest is None else transition.dest]

    after = tuple(tuple(follows(name, fact) for fact in facts) for name in names)
    roles = [s.role for s in chart.states]
    wobble = tuple(role is Role.WOBBLE for role in roles)
    out = facts.index(chart.full_reset) if chart.wobbles else 0
    return Table(
        chart=chart,
        states=names,
        facts=facts,
        state_number=number,
        fact_number={fact: i for i, fact in enumerate(facts)},
        after=after,
        reset_after=tuple(after[i][out] if wobble[i] else i for i in range(len(names))),
        limits_s=tuple(s.timed_limit_s for s in chart.states),
        is_wobble=wobble,
        is_reset=tuple(role is Role.RESET for role in roles),
    )
