"""What the script of a page is told about a capture, as values of JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from atfsm.chart import CellKind, Chart, State
from atfsm.charts import CHARTS
from atfsm.machine import table
from atfsm.replay.explain import expected_in
from atfsm.replay.report import Wobble
from atfsm.stack import TABLED
from atfsm.view.wording import shown

SCHEMA: Final = "atfsm.view/1"
CELL_KINDS: Final = tuple(CellKind)


def charts_of(machines: Iterable[tuple[str, str]]) -> list[Chart]:
    """The charts that have machines, from the bottom of the stack to its top."""
    names = {machine for machine, _ in machines}
    return [chart for chart in CHARTS if chart.name in names]


def chart_json(chart: Chart) -> dict[str, object]:
    """Describe one chart: states and facts by number, and every cell."""
    rules = table(chart)
    cells = [[chart.matrix[state.name, fact] for fact in rules.facts] for state in chart.states]
    return {
        "name": chart.name,
        "title": chart.title,
        "states": [_state_json(state) for state in chart.states],
        "facts": [{"name": str(f), "wire": f.wire, "kind": f.kind.value} for f in rules.facts],
        "target": [[rules.state_number[str(cell.target)] for cell in row] for row in cells],
        "cell": [[CELL_KINDS.index(cell.kind) for cell in row] for row in cells],
        "why": {
            f"{s},{f}": cell.why
            for s, row in enumerate(cells)
            for f, cell in enumerate(row)
            if cell.why
        },
        "expected": [[f.wire for f in expected_in(chart, str(s.name))] for s in chart.states],
    }


def _state_json(state: State) -> dict[str, object]:
    return {
        "name": str(state.name),
        "role": state.role.name.lower(),
        "limit_s": state.timed_limit_s,
        "about": state.about,
        "source": state.source,
        "kind": None if state.kind is None else state.kind.value,
    }


def machines_json(
    machines: Iterable[tuple[str, str]], charts: Sequence[Chart]
) -> list[dict[str, object]]:
    """Name every machine by the number of its chart, among those of the page, and its key."""
    return [{"chart": charts.index(TABLED[name]), "key": key} for name, key in machines]


def wobble_json(
    wobble: Wobble,
    *,
    place: tuple[int, str],
    machine: int,
    row_of: Callable[[int], int | None],
    say: Callable[[str], str],
) -> dict[str, object]:
    """Describe one wobble.

    Args:
        wobble: The wobble.
        place: Its row, and the wobble state that was entered there.
        machine: The number of its machine.
        row_of: Finds the row of a line.
        say: Hides secrets, and writes odd characters as escapes.
    """
    row, entered = place
    return {
        "row": row,
        "line": wobble.line,
        "since_line": wobble.since_line,
        "machine": machine,
        "generation": wobble.generation,
        "state": wobble.state,
        "kind": wobble.kind,
        "entered": entered,
        "cause": wobble.cause,
        "got": say(wobble.got),
        "expected": [say(wire) for wire in wobble.expected],
        "why": say(wobble.why),
        "proved": say(wobble.proved),
        "likely": say(wobble.likely),
        "do": say(wobble.do),
        "settle": say(wobble.settle),
        "source": wobble.source,
        "evidence": [
            {"line": mark.line, "row": row_of(mark.line), "text": say(shown(mark.text))}
            for mark in wobble.evidence
        ],
    }


def described(**parts: object) -> Mapping[str, Any]:
    """Put the whole together."""
    return {"schema": SCHEMA, "cell_kinds": [kind.value for kind in CELL_KINDS], **parts}
