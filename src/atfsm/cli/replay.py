"""``atfsm replay``: judge captured logs."""

from __future__ import annotations

import argparse
import os
import sys

from atfsm.cli import fleet
from atfsm.cli.captures import Progress, each_of
from atfsm.cli.parser import Commands
from atfsm.cli.terms import CODES


def add_to(commands: Commands) -> None:
    """Add the command."""
    replay = commands.add_parser(
        "replay",
        help="judge captured logs: where a session left the happy path, why, and what to do",
        description="Replay captured AT logs through the charts. Exit code: 0 clean, 1 a wobble, "
        "2 unreadable input or bad usage, 3 undecided.",
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
        "--format", default="auto", metavar="NAME", help="format of the captures (default: auto)"
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
    from atfsm.replay.text import TextReport

    progress = Progress(name)

    def write(text: str) -> None:
        progress.clear()  # on a terminal, the bar stands where the text goes
        print(text)

    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    text = TextReport(write, quiet=arguments.quiet, verbose=arguments.verbose, colour=colour)
    try:
        if arguments.json:
            report = replay(name, format_name=arguments.format, progress=progress.show)
        else:
            report = replay(
                name,
                format_name=arguments.format,
                teller=text.tell,
                timeline=not arguments.quiet,
                began=text.begin,
                progress=progress.show,
            )
    finally:
        progress.clear()
    if arguments.json:
        print(report.to_json())
    else:
        text.end(report)
    return CODES[report.verdict.value]
