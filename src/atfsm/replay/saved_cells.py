"""Cells as a file: what some captures took, to compare with what others take.

``tested_cells.json``, beside this module, has what the tests of atfsm take, so that an installed
atfsm can tell what a capture takes and they never did.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final, NamedTuple

from atfsm.charts import CHARTS
from atfsm.errors import AtfsmError
from atfsm.fact import Fact
from atfsm.replay.coverage import (
    SCHEMA,
    Cells,
    Coverage,
    Taken,
    cells_of,
    never_taken,
    only_in,
    taken_of,
)

CELLS_SCHEMA: Final = "atfsm.cells/1"
TESTED: Final = "tested_cells.json"
SIZE_BYTES_AT_MOST: Final = 64 << 20  # ours: all cells of all charts are some hundred kilobytes


class Saved(NamedTuple):
    """Cells that were read back.

    Attributes:
        name: What they are, for a sentence: a file, or the tests of atfsm.
        cells: How often each cell was taken.
        strangers: Cells that the charts of this version do not have, as they stand in the file.
    """

    name: str
    cells: Cells
    strangers: tuple[str, ...] = ()


def named(cells: Cells) -> dict[str, dict[str, dict[str, int]]]:
    """Counts by chart, state and fact, all by name and in the order of the charts."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for chart in CHARTS:
        for taken in cells_of(chart, cells.get(chart.name, {})):
            if taken.times:
                states = found.setdefault(chart.name, {})
                states.setdefault(taken.state, {})[str(taken.fact)] = taken.times
    return found


def save(cells: Cells) -> str:
    """Write cells as the text of a file, one of them a line, always in the same order."""
    return json.dumps({"schema": CELLS_SCHEMA, "cells": named(cells)}, indent=1) + "\n"


def shipped() -> Saved:
    """The cells that the tests of atfsm take: captures, and sessions with the simulated modem."""
    text = resources.files("atfsm.replay").joinpath(TESTED).read_text("utf-8")
    return _read(text, TESTED)._replace(name="the tests of atfsm")


def load(path: Path) -> Saved:
    """Read what ``atfsm coverage`` wrote with ``--save`` or ``--json``.

    Raises:
        AtfsmError: It cannot be read, or is something else.
    """
    try:
        with path.open("rb") as file:
            data = file.read(SIZE_BYTES_AT_MOST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise AtfsmError(f"{path}: cannot be read: {reason}") from error
    if len(data) > SIZE_BYTES_AT_MOST:
        raise AtfsmError(_not_ours(str(path)))
    return _read(data.decode("utf-8", "replace"), str(path))


def _read(text: str, name: str) -> Saved:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AtfsmError(_not_ours(name)) from error
    if not isinstance(found, dict) or found.get("schema") not in (SCHEMA, CELLS_SCHEMA):
        raise AtfsmError(_not_ours(name))
    known: dict[str, dict[tuple[str, str], Fact]] = {
        chart.name: {(str(state), str(fact)): fact for state, fact in chart.matrix}
        for chart in CHARTS
    }
    cells: dict[str, dict[tuple[str, Fact], int]] = {}
    strangers: list[str] = []
    for chart, states in _items(found.get("cells"), name):
        for state, facts in _items(states, name):
            for fact, count in _items(facts, name):
                if type(count) is not int or count < 1:
                    raise AtfsmError(
                        f"{name}: {chart}, {state}, {fact}: is no count: {count!r:.40}"
                    )
                cell = known.get(chart, {}).get((state, fact))
                if cell is None:
                    strangers.append(f"{chart}: {state}, {fact}")
                else:
                    cells.setdefault(chart, {})[state, cell] = count
    return Saved(name, cells, tuple(strangers))


def _items(found: Any, name: str) -> list[tuple[str, Any]]:  # noqa: ANN401  whatever JSON has
    if not isinstance(found, Mapping):
        raise AtfsmError(_not_ours(name))
    return list(found.items())


def _not_ours(name: str) -> str:
    return f"{name}: is no saved coverage; write one with: atfsm coverage CAPTURE... --save FILE"


def to_json(coverage: Coverage, against: Saved) -> str:
    """The coverage as one line of JSON (schema ``atfsm.coverage/1``)."""
    cells = coverage.cells
    return json.dumps(
        {
            "schema": SCHEMA,
            "captures": [
                {
                    "capture": counted.capture,
                    "format": counted.format,
                    "lines": counted.lines,
                    "events": counted.events,
                    "verdict": counted.verdict.value,
                }
                for counted in coverage.captures
            ],
            "charts": {
                chart.name: {
                    "moves": sum(cells.get(chart.name, {}).values()),
                    "cells": {kind.value: n for kind, n in chart.counts().items()},
                    "taken": {
                        kind.value: n
                        for kind, n in taken_of(chart, cells.get(chart.name, {})).items()
                    },
                }
                for chart in CHARTS
            },
            "cells": named(cells),
            "never_taken": [
                _cell_json(taken)
                for chart in CHARTS
                for taken in never_taken(chart, cells.get(chart.name, {}))
            ],
            "against": against.name,
            "only_here": [_cell_json(taken) for taken in only_in(cells, against.cells)],
            "only_there": [_cell_json(taken) for taken in only_in(against.cells, cells)],
        }
    )


def _cell_json(taken: Taken) -> dict[str, object]:
    return {
        "chart": taken.chart,
        "state": taken.state,
        "fact": str(taken.fact),
        "target": taken.target,
        "kind": taken.kind.value,
        "count": taken.times,
    }
