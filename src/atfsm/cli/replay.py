"""``atfsm replay``: judge captured logs."""

from __future__ import annotations

import argparse
import glob
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from atfsm.cli.parser import Commands
from atfsm.cli.terms import CLEAN, UNDECIDED, UNUSABLE, WOBBLE, WORST_FIRST, complain
from atfsm.errors import CaptureError

if TYPE_CHECKING:
    from atfsm.replay.capture import Capture

PROGRESS_BYTES: Final = 8 << 20  # ours: smaller captures are done before a bar could be read


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
        nargs="+",
        metavar="CAPTURE",
        help="a log file (.gz and .zst are opened), a folder, a glob, or - for standard input",
    )
    replay.add_argument(
        "--json", action="store_true", help="one JSON object a capture, a line each"
    )
    replay.add_argument("-q", "--quiet", action="store_true", help="only wobbles, no time line")
    replay.add_argument(
        "-v", "--verbose", action="store_true", help="show the AT line's own transitions too"
    )
    replay.add_argument(
        "--format", default="auto", metavar="NAME", help="format of the captures (default: auto)"
    )
    replay.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    codes = set()
    for named in arguments.captures:
        try:
            for name in _expanded(named):
                codes.add(_replay_orcomplain(name, arguments))
        except CaptureError as error:
            complain(str(error))
            codes.add(UNUSABLE)
    return next(code for code in WORST_FIRST if code in codes)


def _replay_orcomplain(name: str, arguments: argparse.Namespace) -> int:
    """Replay one capture; one that cannot be read does not keep the others from being read."""
    try:
        return _replay_one(name, arguments)
    except CaptureError as error:
        complain(str(error))
        return UNUSABLE


def _replay_one(name: str, arguments: argparse.Namespace) -> int:
    from atfsm.replay import Verdict, replay
    from atfsm.replay.text import TextReport

    progress = _Progress(name)
    if arguments.json:
        report = replay(name, format_name=arguments.format, progress=progress.show)
        progress.clear()
        print(report.to_json())
    else:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        text = TextReport(print, quiet=arguments.quiet, verbose=arguments.verbose, colour=colour)
        report = replay(
            name,
            format_name=arguments.format,
            teller=text.tell,
            timeline=not arguments.quiet,
            began=text.begin,
            progress=progress.show,
        )
        progress.clear()
        text.end(report)
    codes = {Verdict.CLEAN: CLEAN, Verdict.WOBBLE: WOBBLE, Verdict.UNDECIDED: UNDECIDED}
    return codes[report.verdict]


def _expanded(name: str) -> list[str]:
    """A folder becomes the files in it, a glob what it matches; the rest stays as it is."""
    path = Path(name)
    if name != "-" and path.is_dir():
        files = sorted(str(p) for p in path.rglob("*") if p.is_file())
        if not files:
            raise CaptureError(f"{name}: is a folder without files")
        return files
    if glob.has_magic(name) and not path.exists():
        found = glob.glob(name, recursive=True)  # noqa: PTH207  takes absolute patterns too
        return sorted(found) or [name]
    return [name]


class _Progress:
    """How far a long replay has come, on stderr, where that is a terminal."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._shown = False

    def show(self, capture: Capture) -> None:
        if capture.size_bytes < PROGRESS_BYTES or not sys.stderr.isatty():
            return
        part = min(capture.tell_bytes() / capture.size_bytes, 1.0)
        bar = "█" * round(part * 30)
        sys.stderr.write(f"\r{self._name} {bar:░<30} {part:4.0%}")
        sys.stderr.flush()
        self._shown = True

    def clear(self) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
