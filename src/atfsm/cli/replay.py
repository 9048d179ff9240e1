"""``atfsm replay``: judge captured logs."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from atfsm.cli import fleet
from atfsm.cli.captures import Progress, each_of
from atfsm.cli.parser import Commands
from atfsm.cli.streams import discard, say
from atfsm.cli.terms import CODES, UNDECIDED, WOBBLE

if TYPE_CHECKING:
    from atfsm.replay.automaton import Edge
    from atfsm.replay.report import Wobble


def add_to(commands: Commands) -> None:
    """Add the command."""
    replay = commands.add_parser(
        "replay",
        help="judge captured logs: where a session left the happy path, why, and what to do",
        description="Replay captured AT logs through the charts. Exit code: 0 clean, 1 a wobble, "
        "2 unreadable input or bad usage, 3 undecided, 70 a bug of atfsm, 130 interrupted.",
    )
    replay.add_argument(
        "captures",
        nargs="*",
        metavar="CAPTURE",
        help="a log file (.gz and .zst are opened), a folder, a glob, or - for standard input",
    )
    replay.add_argument(
        "--json", action="store_true", help="one JSON object a capture, a line each"
    )
    replay.add_argument(
        "-q",
        "--quiet",
        action="store_true",
        help="only wobbles, no time line; with --out: nothing but errors",
    )
    replay.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        help="show the AT line's own transitions too; not with --out",
    )
    replay.add_argument(
        "--format",
        type=str.lower,
        default="auto",
        metavar="NAME",
        help="format of the captures (default: auto)",
    )
    fleet.add_options(replay)
    replay.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    fleet.check(arguments)
    if arguments.out is not None:
        return fleet.run(arguments)
    return each_of(arguments.captures, lambda name: _replay_one(name, arguments))


def _replay_one(name: str, arguments: argparse.Namespace) -> int:
    from atfsm.replay import replay

    if not arguments.json:
        return _replay_as_text(name, arguments)
    progress = Progress(name)
    try:
        report = replay(name, format_name=arguments.format, progress=progress.show)
    finally:
        progress.clear()
    say(report.to_json())
    return CODES[report.verdict.value]


def _replay_as_text(name: str, arguments: argparse.Namespace) -> int:
    from atfsm.replay import replay
    from atfsm.replay.capture import is_stream
    from atfsm.replay.text import TextReport

    progress = Progress(name)
    # A file is judged to its end, whoever reads what is said of it; a stream may have no end.
    print_ = print if is_stream(name) else say

    def write(text: str) -> None:
        progress.clear()  # on a terminal, the bar stands where the text goes
        print_(text)

    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    text = TextReport(write, quiet=arguments.quiet, verbose=arguments.verbose, colour=colour)
    wobbled = False

    def tell(line: int, edge: Edge, wobbles: tuple[Wobble, ...]) -> None:
        nonlocal wobbled
        wobbled = wobbled or bool(wobbles)
        text.tell(line, edge, wobbles)

    try:
        report = replay(
            name,
            format_name=arguments.format,
            teller=tell,
            timeline=not arguments.quiet,
            began=text.begin,
            progress=progress.show,
        )
    except BrokenPipeError:
        discard(sys.stdout)
        return WOBBLE if wobbled else UNDECIDED
    finally:
        progress.clear()
    text.end(report)
    return CODES[report.verdict.value]
