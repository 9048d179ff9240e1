"""``atfsm compare``: two captured logs, and where they part."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from atfsm.cli.captures import Progress
from atfsm.cli.parser import Commands
from atfsm.cli.terms import CLEAN, UNDECIDED, WOBBLE
from atfsm.cli.view import STDIN, SUFFIX, free_for_page, open_page
from atfsm.errors import CaptureError

if TYPE_CHECKING:
    from atfsm.replay.capture import Capture
    from atfsm.replay.compare import Comparison
    from atfsm.replay.compare.excerpt import Said


def add_to(commands: Commands) -> None:
    """Add the command."""
    compare = commands.add_parser(
        "compare",
        help="say where two captured logs part: the last common state, the first difference",
        description="Compare two captured AT logs by what their machines did, whatever their "
        "clocks, formats, session ids and polls. Exit code: 0 no difference, 1 a difference, "
        "2 unreadable input or bad usage, 3 undecided: one has no AT traffic.",
    )
    compare.add_argument("a", metavar="A", help="a log file, a journal, or - for standard input")
    compare.add_argument("b", metavar="B", help="the same; the one to be compared with it")
    compare.add_argument("--json", action="store_true", help="one JSON object")
    compare.add_argument(
        "-v", "--verbose", action="store_true", help="compare the AT line's own moves, too"
    )
    compare.add_argument(
        "--format",
        action="append",
        default=None,
        metavar="NAME",
        help="format of the captures; given twice, of A and of B (default: auto)",
    )
    compare.add_argument(
        "-o",
        "--output",
        metavar="PAGE",
        help="write a page of HTML, too: both logs side by side, on the drawings of the charts",
    )
    compare.add_argument(
        "--open", action="store_true", help="show the page in the browser (default: A-B.html)"
    )
    compare.add_argument(
        "--no-redact",
        action="store_true",
        help="the page shows PIN codes, passwords, IMEI, IMSI, ICCID, phone numbers and payload",
    )
    compare.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from atfsm.replay.compare import Outcome, compare
    from atfsm.replay.compare.text import CompareText
    from atfsm.replay.printable import printable

    formats = _formats(arguments.format)
    if arguments.a == arguments.b == STDIN:
        raise CaptureError("only one of the two can be standard input")
    page = _page(arguments)
    progress = _Progress(arguments.a, arguments.b)
    try:
        if page is None:
            comparison = compare(
                arguments.a,
                arguments.b,
                formats=formats,
                verbose=arguments.verbose,
                progress=progress.show,
            )
        else:
            comparison = _compare_on(page, formats, arguments, progress)
    finally:
        progress.clear()
    if arguments.json:
        print(comparison.to_json())
    else:
        said = _said(comparison, formats)
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        CompareText(print, colour=colour).tell(comparison, *said)
        if page is not None:
            print(printable(str(page)), flush=True)
    if page is not None and arguments.open:
        open_page(page)
    codes = {Outcome.SAME: CLEAN, Outcome.DIFFERENT: WOBBLE, Outcome.UNDECIDED: UNDECIDED}
    return codes[comparison.outcome]


def _page(arguments: argparse.Namespace) -> Path | None:
    """Where the page goes, if one is asked for."""
    if arguments.output is None and not arguments.open:
        return None
    names = [arguments.a, arguments.b]
    stems = ["stdin" if name == STDIN else Path(name).name for name in names]
    path = Path(arguments.output or f"{'-'.join(stems)}{SUFFIX}")
    if arguments.output is not None and os.path.isdir(path):  # noqa: PTH112  a Path fails on a name that is too long
        path /= f"{'-'.join(stems)}{SUFFIX}"
    return free_for_page(path, {os.path.realpath(name) for name in names if name != STDIN})


def _compare_on(
    page: Path, formats: tuple[str, str], arguments: argparse.Namespace, progress: _Progress
) -> Comparison:
    """Compare, and write the page of it."""
    from atfsm.view import compare_page

    words = ["atfsm", "compare", arguments.a, arguments.b]
    for name in arguments.format or ():
        words += ["--format", name]
    words += ["--verbose"] * arguments.verbose + ["--no-redact"] * arguments.no_redact
    return compare_page(
        (arguments.a, arguments.b),
        page,
        formats=formats,
        redact=not arguments.no_redact,
        verbose=arguments.verbose,
        command=shlex.join([*words, "-o", str(page)]),
        progress=progress.show,
    )


def _said(comparison: Comparison, formats: tuple[str, str]) -> list[list[Said]]:
    """The lines of both captures around the first difference."""
    from atfsm.replay.compare.excerpt import excerpt, ranges_of

    difference = comparison.difference
    if difference is None:
        return []
    common = difference.common
    said = []
    for side, turn, format_name, at in (
        (comparison.a, difference.a, formats[0], None if common is None else common.a.line),
        (comparison.b, difference.b, formats[1], None if common is None else common.b.line),
    ):
        line = None if turn.move is None else turn.move.line
        ranges = ranges_of(at, line, turn.end_line)
        said.append(excerpt(side.report.capture, ranges, format_name=format_name))
    return said


def _formats(named: list[str] | None) -> tuple[str, str]:
    names = named or ["auto"]
    if len(names) > 2:
        raise CaptureError("there are two captures: --format can be given twice at most")
    return names[0], names[-1]


class _Progress:
    """How far the reading has come, of either capture."""

    def __init__(self, *names: str) -> None:
        self._bars = {name: Progress(name) for name in names}

    def show(self, capture: Capture) -> None:
        """Say how much of a file was read."""
        for name, bar in self._bars.items():
            if name == capture.name:
                bar.show(capture)
            else:
                bar.clear()

    def clear(self) -> None:
        """Take the bars away."""
        for bar in self._bars.values():
            bar.clear()
