"""The self-check of a chart: each mistake, alone, in the smallest chart that can hold it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum, unique

import pytest

from atfsm.chart import (
    RESTING,
    CellKind,
    Chart,
    Ignore,
    Role,
    Row,
    State,
    ignore,
    reset,
    row,
    state,
    wobble,
)
from atfsm.errors import AtfsmError, ChartError
from atfsm.fact import Fact, FactKind


class S(StrEnum):
    """States of the tiny chart."""

    OFF = "off"
    ON = "on"
    REFUSED = "wobble_refused"
    DROPPED = "wobble_dropped"
    SILENT = "wobble_silent"
    OUT_OF_STEP = "wobble_out_of_step"
    SWEPT = "wobble_swept"
    CLOSING = "full_reset_closing"
    LOST = "lost"


@unique
class F(Fact):
    """Facts of the tiny chart, one of each kind."""

    ASKED = (FactKind.REQUEST, "→ AT+ON", "ours: a test")
    CAME = (FactKind.STEP, "+ON: 1", "ours: a test")
    ENDED = (FactKind.ANSWER, "OK", "ours: a test")
    NO = (FactKind.REFUSAL, "ERROR", "ours: a test")
    GONE = (FactKind.LOSS, "+ON: 0", "ours: a test")
    BROKEN = (FactKind.LOSS, "+ON: 2", "ours: a test")
    SWEPT = (FactKind.SWEEP, "the neighbour fell", "ours: a test")
    LIMIT_PASSED = (FactKind.SILENCE, "limit passed", "ours: a test")
    FULL_RESET = (FactKind.RESET, "at once", "ours: a test")


@unique
class G(Fact):
    """Facts of another chart."""

    ELSEWHERE = (FactKind.STEP, "+ELSE: 1", "ours: a test")


STATES: tuple[State, ...] = (
    state(S.OFF, RESTING, "nothing is on"),
    state(S.ON, 5.0, "it is on", "ours: a test"),
    wobble(S.REFUSED, FactKind.REFUSAL, "it said no"),
    wobble(S.DROPPED, FactKind.LOSS, "it is gone"),
    wobble(S.SILENT, FactKind.SILENCE, "the limit passed"),
    wobble(S.OUT_OF_STEP, FactKind.STEP, "it has no place here"),
    wobble(S.SWEPT, FactKind.SWEEP, "the neighbour fell"),
    reset(S.CLOSING, 2.0, "→ AT+OFF", "ours: a test", goes_on_at=(F.ENDED,)),
)
TABLE: tuple[tuple[Row, ...] | tuple[Ignore, ...], ...] = (
    row(S.OFF, F.CAME, S.ON),
    row(S.ON, F.ENDED, S.OFF),
    ignore(S.OFF, F.GONE, "there is nothing to lose"),
    row(S.CLOSING, F.ENDED, S.OFF),
    row(S.CLOSING, F.LIMIT_PASSED, S.OFF),
)

LONGER = (*STATES, state(S.LOST, RESTING, "it is lost"))
TO_LOST = (row(S.OFF, F.NO, S.LOST),)


def tiny(
    states: tuple[State, ...] = STATES,
    table: tuple[tuple[Row, ...] | tuple[Ignore, ...], ...] = TABLE,
    facts: type[Fact] = F,
    happy_path: tuple[StrEnum, ...] = (S.OFF, S.ON, S.OFF),
) -> Chart:
    """Build the tiny chart, or one that differs in what is given."""
    return Chart(
        name="tiny",
        title="Tiny",
        about="A chart with one of everything.",
        facts=facts,
        initial=S.OFF,
        happy_path=happy_path,
        states=states,
        table=table,
    )


def without(name: StrEnum) -> tuple[State, ...]:
    """All states but one."""
    return tuple(s for s in STATES if s.name != name)


def instead(name: StrEnum, **changes: object) -> tuple[State, ...]:
    """All states, one of them changed."""
    return tuple(
        replace(s, **changes) if s.name == name else s  # type: ignore[arg-type]  # checked by the chart
        for s in STATES
    )


def plus(*groups: tuple[Row, ...] | tuple[Ignore, ...]) -> Chart:
    """Build the tiny chart with further rows."""
    return tiny(table=(*TABLE, *groups))


def minus(at: StrEnum, fact: Fact) -> Chart:
    """Build the tiny chart with one row less."""
    return tiny(table=tuple(g for g in TABLE if (g[0].state, g[0].fact) != (at, fact)))


# fmt: off
MISTAKES: dict[str, tuple[Callable[[], Chart], str]] = {
    "a row twice":               (lambda: plus(row(S.OFF, F.CAME, S.ON)),            "row(off, came, on)"),
    "two targets for a cell":    (lambda: plus(row(S.OFF, F.CAME, S.OFF)),           "row(off, came, off)"),
    "a row that is ignored too": (lambda: plus(ignore(S.OFF, F.CAME, "why not")),    "ignore(off, came)"),
    "a cell ignored twice":      (lambda: plus(ignore(S.OFF, F.GONE, "again")),      "ignore(off, gone)"),
    "from an undeclared state":  (lambda: plus(row(S.LOST, F.CAME, S.ON)),           "row(lost, came, on)"),
    "to an undeclared state":    (lambda: plus(row(S.OFF, F.NO, S.LOST)),            "row(off, no, lost)"),
    "ignored in an undeclared":  (lambda: plus(ignore(S.LOST, F.CAME, "why")),       "ignore(lost, came)"),
    "a foreign fact":            (lambda: plus(row(S.OFF, G.ELSEWHERE, S.ON)),       "row(off, elsewhere, on)"),
    "a foreign fact ignored":    (lambda: plus(ignore(S.OFF, G.ELSEWHERE, "why")),   "ignore(off, elsewhere)"),
    "a state declared twice":    (lambda: tiny((*STATES, STATES[0])),                "state off"),
    "an unreachable state":      (lambda: tiny((*STATES, state(S.LOST, RESTING, "lost"))), "state lost"),
    "no limit and no RESTING":   (lambda: tiny(instead(S.ON, limit_s=None)),         "state on"),
    "a limit that is no float":  (lambda: tiny(instead(S.ON, limit_s="5")),          "state on"),
    "a limit of zero":           (lambda: tiny(instead(S.ON, limit_s=0.0)),          "state on"),
    "a negative limit":          (lambda: tiny(instead(S.ON, limit_s=-1.0)),         "state on"),
    "a limit that is no number": (lambda: tiny(instead(S.ON, limit_s=float("nan"))), "state on"),
    "a limit for ever":          (lambda: tiny(instead(S.ON, limit_s=float("inf"))), "state on"),
    "a limit without source":    (lambda: tiny(instead(S.ON, source="")),            "state on"),
    "a reset without source":    (lambda: tiny(instead(S.CLOSING, source="")),       "state full_reset_closing"),
    "a reset without limit":     (lambda: tiny(instead(S.CLOSING, limit_s=RESTING)), "state full_reset_closing"),
    "a state without about":     (lambda: tiny(instead(S.OFF, about="")),            "state off"),
    "a wobble without about":    (lambda: tiny(instead(S.SWEPT, about="")),          "state wobble_swept"),
    "an ignore without why":     (lambda: plus(ignore(S.OFF, F.NO, "")),             "ignore(off, no)"),
    "a row in a wobble state":   (lambda: plus(row(S.REFUSED, F.CAME, S.ON)),        "row(wobble_refused, came, on)"),
    "a way round the reset":     (lambda: plus(row(S.REFUSED, F.FULL_RESET, S.OFF)), "row(wobble_refused, full_reset, off)"),
    "an ignore in a wobble":     (lambda: plus(ignore(S.REFUSED, F.CAME, "why")),    "ignore(wobble_refused, came)"),
    "a row into a wobble state": (lambda: plus(row(S.ON, F.NO, S.REFUSED)),          "row(on, no, wobble_refused)"),
    "a reset that listens":      (lambda: plus(row(S.CLOSING, F.NO, S.OFF)),         "row(full_reset_closing, no, off)"),
    "a reset that ignores":      (lambda: plus(ignore(S.CLOSING, F.NO, "why")),      "ignore(full_reset_closing, no)"),
    "goes_on_at without row":    (lambda: minus(S.CLOSING, F.ENDED),                 "state full_reset_closing"),
    "a reset that waits on":     (lambda: minus(S.CLOSING, F.LIMIT_PASSED),          "state full_reset_closing"),
    "a path that is not joined": (lambda: tiny(LONGER, (*TABLE, *TO_LOST), happy_path=(S.ON, S.LOST)), "happy path on to lost"),
    "a path through the reset":  (lambda: tiny(happy_path=(S.ON, S.CLOSING)),        "happy path on to full_reset_closing"),
    "a path of unknown states":  (lambda: tiny(happy_path=(S.OFF, S.LOST)),          "lost"),
    "wobbles without a reset":   (lambda: tiny(without(S.CLOSING), TABLE[:3]),       "states"),
    "a kind without wobble":     (lambda: tiny(without(S.REFUSED)),                  "fact no"),
    "a reset left by a request": (lambda: plus(row(S.CLOSING, F.ASKED, S.OFF)),      "row(full_reset_closing, asked, off)"),
}
# fmt: on


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_clear_error(mistake: str) -> None:
    """A table that contradicts itself is refused when it is built; the error says where."""
    build, where = MISTAKES[mistake]
    with pytest.raises(ChartError) as caught:
        build()

    assert isinstance(caught.value, AtfsmError)
    assert "tiny" in str(caught.value)
    assert where in str(caught.value)
    assert caught.value.why
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", [FactKind.SILENCE, FactKind.RESET])
def test_the_two_facts_of_the_machinery_are_needed_once(kind: FactKind) -> None:
    """A chart with wobble states names one limit and one way into the full reset."""

    @unique
    class Lacking(Fact):
        CAME = (FactKind.STEP, "+ON: 1", "ours: a test")
        OTHER = (
            FactKind.RESET if kind is FactKind.SILENCE else FactKind.SILENCE,
            "at once",
            "ours: a test",
        )

    table = (row(S.OFF, Lacking.CAME, S.ON),)
    states = (*STATES[:-1], reset(S.CLOSING, 2.0, "→ AT+OFF", "ours", goes_on_at=()))
    with pytest.raises(ChartError, match=kind.name):
        tiny(states, table, Lacking, (S.OFF, S.ON))


def test_a_chart_without_wobble_states_has_to_write_every_cell() -> None:
    """Where no closed world fills the gaps, there may be none."""
    states = (STATES[0], STATES[1])
    with pytest.raises(ChartError, match="nothing is said of"):
        tiny(states, TABLE[:3])


# fmt: off
FILLED: list[tuple[StrEnum, Fact, StrEnum, CellKind]] = [
    (S.OFF,     F.ASKED,        S.OFF,         CellKind.REQUEST),
    (S.OFF,     F.CAME,         S.ON,          CellKind.ROW),
    (S.OFF,     F.ENDED,        S.OUT_OF_STEP, CellKind.WOBBLE),
    (S.OFF,     F.NO,           S.REFUSED,     CellKind.WOBBLE),
    (S.OFF,     F.GONE,         S.OFF,         CellKind.IGNORED),
    (S.OFF,     F.SWEPT,        S.SWEPT,       CellKind.WOBBLE),
    (S.OFF,     F.LIMIT_PASSED, S.SILENT,      CellKind.WOBBLE),
    (S.ON,      F.CAME,         S.OUT_OF_STEP, CellKind.WOBBLE),
    (S.ON,      F.ENDED,        S.OFF,         CellKind.ROW),
    (S.ON,      F.GONE,         S.DROPPED,     CellKind.WOBBLE),
    (S.REFUSED, F.CAME,         S.REFUSED,     CellKind.DEAF),
    (S.REFUSED, F.FULL_RESET,   S.CLOSING,     CellKind.RESET),
    (S.CLOSING, F.ENDED,        S.OFF,         CellKind.ROW),
    (S.CLOSING, F.LIMIT_PASSED, S.OFF,         CellKind.ROW),
    (S.CLOSING, F.NO,           S.CLOSING,     CellKind.DEAF),
    (S.CLOSING, F.ASKED,        S.CLOSING,     CellKind.DEAF),
    (S.CLOSING, F.FULL_RESET,   S.CLOSING,     CellKind.DEAF),
]
# fmt: on


@pytest.mark.parametrize(
    ("at", "fact", "target", "kind"), FILLED, ids=[f"{c[0]}-{c[1]}" for c in FILLED]
)
def test_a_gap_is_filled_by_the_kind_of_its_fact(
    at: StrEnum, fact: Fact, target: StrEnum, kind: CellKind
) -> None:
    """Closed world: what nobody wrote leads where its kind says, and nowhere else."""
    cell = tiny().matrix[at, fact]

    assert (target, kind) == (cell.target, cell.kind)


def test_what_a_wobble_state_catches_goes_there_first() -> None:
    """A wobble state may take single facts away from the one that takes their kind."""
    special = wobble(S.LOST, FactKind.LOSS, "it is lost", catches=(F.GONE,))
    chart = tiny((*STATES, special))

    assert chart.matrix[S.ON, F.GONE].target == S.LOST
    assert chart.matrix[S.ON, F.BROKEN].target == S.DROPPED
    assert chart.matrix[S.OFF, F.GONE].kind is CellKind.IGNORED


def test_the_reason_of_an_ignored_cell_is_kept() -> None:
    """Whoever reads the matrix reads why a cell changes nothing."""
    assert tiny().matrix[S.OFF, F.GONE].why == "there is nothing to lose"


def test_the_summary_counts_every_cell_once() -> None:
    """The legend's numbers add up to states times facts."""
    chart = tiny()

    assert sum(chart.counts().values()) == len(chart.states) * len(chart.facts)
    assert "8 states × 9 facts = 72 cells: 4 rows, 1 ignored" in chart.summary()
    assert {Role.HAPPY: 2, Role.WOBBLE: 5, Role.RESET: 1} == {
        role: sum(s.role is role for s in chart.states) for role in Role
    }
