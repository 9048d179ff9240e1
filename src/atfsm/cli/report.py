"""``atfsm report``: what goes wrong most in a fleet."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from atfsm.cli.parser import Commands
from atfsm.cli.terms import CLEAN
from atfsm.errors import ResultsError


def add_to(commands: Commands) -> None:
    """Add the command."""
    report = commands.add_parser(
        "report",
        help="count the wobbles of a fleet by cause, firmware, model, device or folder",
        description="Count the wobbles in what 'atfsm replay --out' wrote, the most frequent "
        "first. Exit code: 0 counted, 2 bad usage or an unreadable file.",
    )
    report.add_argument(
        "results", metavar="FILE.parquet", nargs="+", help="what 'atfsm replay --out' wrote"
    )
    report.add_argument(
        "--by",
        default="cause",
        choices=("cause", "firmware", "model", "device", "folder"),
        metavar="COLUMN",
        help="cause (default), firmware, model, device or folder",
    )
    report.add_argument("--json", action="store_true", help="one JSON object")
    report.add_argument(
        "-v", "--verbose", action="store_true", help="every group, with an example"
    )
    report.add_argument("--diagram", metavar="FILE.svg", help="draw it, too")
    report.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    if arguments.diagram is not None and not arguments.diagram.endswith(".svg"):
        raise ResultsError(f"{arguments.diagram}: the drawing is an SVG file: name it *.svg")
    from atfsm.fleet.drawing import svg
    from atfsm.fleet.pareto import pareto
    from atfsm.fleet.report_text import lines

    found = pareto(arguments.results, arguments.by)
    if arguments.diagram is not None:
        try:
            Path(arguments.diagram).write_text(svg(found), "utf-8")
        except OSError as error:
            raise ResultsError(
                f"{arguments.diagram}: cannot be written: {error.strerror}"
            ) from error
    if arguments.json:
        print(found.to_json())
    else:
        columns = shutil.get_terminal_size().columns
        for line in lines(found, verbose=arguments.verbose, columns=columns):
            print(line)
    return CLEAN
