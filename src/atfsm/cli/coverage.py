"""``atfsm coverage``: how often captured logs took each cell of the charts."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from atfsm.cli.captures import Progress, each_of
from atfsm.cli.parser import Commands
from atfsm.cli.terms import CLEAN, UNDECIDED, UNUSABLE, complain
from atfsm.errors import AtfsmError

if TYPE_CHECKING:
    from atfsm.replay.coverage import Coverage


def add_to(commands: Commands) -> None:
    """Add the command."""
    coverage = commands.add_parser(
        "coverage",
        help="count which rows and wobbles of the charts captured logs took",
        description="Replay captured AT logs and count how often they took each row and each "
        "wobble of the charts; tell what the tests of atfsm never took. Exit code: 0 counted, "
        "2 unreadable input or bad usage, 3 a capture without AT traffic.",
    )
    coverage.add_argument(
        "captures",
        nargs="+",
        metavar="CAPTURE",
        help="a log file (.gz and .zst are opened), a journal, a folder, a glob, or - for "
        "standard input",
    )
    coverage.add_argument(
        "--diagram",
        nargs="?",
        const="coverage",
        metavar="FOLDER",
        help="draw the counts onto the charts, as coverage-<chart>.svg in FOLDER "
        "(default: coverage)",
    )
    coverage.add_argument(
        "--picture",
        default="svg",
        metavar="FORMAT",
        help="format of the drawings: svg (default), png, pdf, dot",
    )
    coverage.add_argument("--json", action="store_true", help="one JSON object")
    coverage.add_argument(
        "-v", "--verbose", action="store_true", help="write every list to its end"
    )
    coverage.add_argument(
        "--format", default="auto", metavar="NAME", help="format of the captures (default: auto)"
    )
    coverage.add_argument(
        "--save", metavar="FILE", help="write the cells that were taken, for --against"
    )
    coverage.add_argument(
        "--against",
        metavar="FILE",
        help="compare with what --save or --json wrote (default: the tests of atfsm)",
    )
    coverage.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from atfsm.replay.coverage import Coverage
    from atfsm.replay.coverage_text import CoverageText
    from atfsm.replay.saved_cells import load, save, shipped, to_json

    if arguments.diagram is not None:
        _check_drawing(arguments)
    against = shipped() if arguments.against is None else load(Path(arguments.against))
    coverage = Coverage()
    code = each_of(arguments.captures, lambda name: _count(coverage, name, arguments.format))
    # Files come first: what follows may go to a reader (head, less) that leaves in the middle.
    drawn: list[Path] = []
    try:
        if arguments.save is not None:
            _write(Path(arguments.save), save(coverage.cells))
        if arguments.diagram is not None:
            drawn = _draw(coverage, arguments)
    except AtfsmError as error:
        complain(str(error))
        code = UNUSABLE
    if arguments.json:
        print(to_json(coverage, against))
    else:
        CoverageText(print, verbose=arguments.verbose).tell(coverage, against)
        for path in drawn:
            print(path)
    return code


def _count(coverage: Coverage, name: str, format_name: str) -> int:
    """Count one capture."""
    progress = Progress(name)
    try:
        report = coverage.add(name, format_name=format_name, progress=progress.show)
    finally:
        progress.clear()
    if not report.format:
        complain(f"{name}: not counted: {report.notes[0]}")
    return CLEAN if report.events else UNDECIDED


def _check_drawing(arguments: argparse.Namespace) -> None:
    """See to it early that the drawings can be made."""
    from atfsm.diagrams import check_format

    check_format(arguments.picture)
    if os.path.isfile(arguments.diagram):  # noqa: PTH113  a Path fails on a name that is too long
        raise AtfsmError(
            f"--diagram {arguments.diagram}: is a file, not a folder for drawings; if it is a "
            "capture, write it before --diagram"
        )


def _draw(coverage: Coverage, arguments: argparse.Namespace) -> list[Path]:
    from atfsm.charts import CHARTS
    from atfsm.diagrams import Traffic, write_traffic

    many = len(coverage.captures)
    source = _readable(coverage.captures[0].capture) if many == 1 else f"{many} captures"
    traffic = {chart.name: Traffic(coverage.cells.get(chart.name, {}), source) for chart in CHARTS}
    return write_traffic(Path(arguments.diagram), traffic, arguments.picture)


def _readable(capture: str) -> str:
    """The name of a capture as a heading may have it: file names may hold anything."""
    from atfsm.replay.printable import printable

    name = "standard input" if capture == "-" else Path(capture).name
    return printable(name)[:60]


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise AtfsmError(f"cannot write {path}: {error.strerror}") from error
