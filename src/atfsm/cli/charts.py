"""``atfsm diagram`` and ``atfsm matrix``: show the charts."""

from __future__ import annotations

import argparse
from pathlib import Path

from atfsm.cli.parser import Commands
from atfsm.cli.terms import CLEAN, WOBBLE, complain
from atfsm.errors import AtfsmError


def add_to(commands: Commands) -> None:
    """Add the two commands."""
    _add_diagram(commands)
    _add_matrix(commands)


def _add_diagram(commands: Commands) -> None:
    diagram = commands.add_parser(
        "diagram",
        help="draw the charts and their coupling",
        description="Write one DOT and one SVG per chart, and the coupling picture.",
    )
    diagram.add_argument("charts", nargs="*", metavar="CHART", help="only these (default: all)")
    diagram.add_argument("-o", "--output", default="fsm_diagrams", metavar="FOLDER")
    diagram.add_argument(
        "--format", default="svg", metavar="FORMAT", help="svg (default), png, pdf"
    )
    diagram.add_argument(
        "--check", action="store_true", help="write nothing; fail if a committed DOT differs"
    )
    diagram.set_defaults(run=_run_diagram)


def _add_matrix(commands: Commands) -> None:
    matrix = commands.add_parser(
        "matrix",
        help="print every (state, fact) cell of a chart",
        description="Print every cell of a chart: what was written, and what the closed world adds.",
    )
    matrix.add_argument("chart", metavar="CHART")
    matrix.set_defaults(run=_run_matrix)


def _run_diagram(arguments: argparse.Namespace) -> int:
    from atfsm import diagrams

    folder = Path(arguments.output)
    if arguments.check:
        stale = diagrams.check(folder)
        for line in stale:
            complain(line)
        return WOBBLE if stale else CLEAN
    for path in diagrams.write(folder, charts=arguments.charts or None, fmt=arguments.format):
        print(path)
    return CLEAN


def _run_matrix(arguments: argparse.Namespace) -> int:
    from atfsm.charts import CHARTS

    chart = next((c for c in CHARTS if c.name == arguments.chart), None)
    if chart is None:
        names = ", ".join(c.name for c in CHARTS)
        raise AtfsmError(f"there is no chart {arguments.chart!r}; there are: {names}")
    print(chart.summary())
    for (state, fact), cell in chart.matrix.items():
        print(
            f"{state:<26} {fact!s:<22} {cell.kind.value:<8} {cell.target:<26} {cell.why}".rstrip()
        )
    return CLEAN
