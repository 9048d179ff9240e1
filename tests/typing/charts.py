"""How a chart is written, and what the types refuse."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_type

from atfsm.chart import RESTING, Chart, Ignore, Row, State, ignore, row, state
from atfsm.fact import Fact, FactKind


class Lamp(StrEnum):
    """The states of a chart."""

    OFF = "off"
    ON = "on"


class LampFact(Fact):
    """What the chart can be told."""

    SWITCHED_ON = (FactKind.STEP, "+LAMP: 1", "ours")
    SWITCHED_OFF = (FactKind.STEP, "+LAMP: 0", "ours")


def a_row_reads_as_a_sentence() -> tuple[Row, ...]:
    """In a state, on a fact, go to a state."""
    rows = row(Lamp.OFF, LampFact.SWITCHED_ON, Lamp.ON)
    assert_type(rows, tuple[Row, ...])
    return rows


def one_reason_may_cover_several_states() -> tuple[Ignore, ...]:
    """What may be overheard, and how we know."""
    return ignore((Lamp.OFF, Lamp.ON), LampFact.SWITCHED_OFF, "said once more than needed")


def a_state_says_that_it_rests() -> State:
    """No limit is not the same as a limit that was forgotten."""
    assert_type(state(Lamp.ON, RESTING, "light").timed_limit_s, float | None)
    return state(Lamp.OFF, RESTING, "no light")


def no_limit_is_not_a_choice() -> State:
    """RESTING has to be spelled out."""
    return state(Lamp.OFF, None, "no light")  # type: ignore[arg-type]


def a_name_is_not_a_fact() -> tuple[Row, ...]:
    """A misspelt fact is found before anything runs."""
    return row(Lamp.OFF, "switched_on", Lamp.ON)  # type: ignore[arg-type]


def a_chart_names_its_facts(chart: Chart) -> None:
    """Tools can walk any chart without knowing which one it is."""
    assert_type(chart.facts, type[Fact])
