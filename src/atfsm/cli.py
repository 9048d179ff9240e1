"""The command line: thin over the library.

stdout is for results, stderr for progress and messages. Exit codes: 0 clean, 1 a wobble or a
failed check, 2 bad usage or unreadable input, 3 undecided, 70 our own bug, 130 interrupted.
"""

from __future__ import annotations

import argparse
import glob
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from atfsm.errors import AtfsmError, CaptureError

if TYPE_CHECKING:
    from atfsm.replay.capture import Capture

CLEAN, WOBBLE, UNUSABLE, UNDECIDED, BUG, INTERRUPTED = 0, 1, 2, 3, 70, 130
#: What several captures are together: the worst of them, in this order.
WORST_FIRST: Final = (UNUSABLE, WOBBLE, UNDECIDED, CLEAN)
PROGRESS_BYTES: Final = 8 << 20  # ours: smaller captures are done before a bar could be read


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``atfsm``; return its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough: no message, and none from the interpreter.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLEAN
    except AtfsmError as error:
        _complain(str(error))
        return UNUSABLE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # the last door: a user never meets a traceback
        if os.environ.get("ATFSM_TRACEBACK"):
            raise
        _complain(
            f"this is a bug of atfsm: {type(error).__name__}: {error} "
            "(set ATFSM_TRACEBACK=1 for the details, and please report them)"
        )
        return BUG
    return code


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, not in a page of usage."""

    def error(self, message: str) -> NoReturn:
        _complain(f"{message} (see '{self.prog} --help')")
        sys.exit(UNUSABLE)


def _parser() -> argparse.ArgumentParser:
    from atfsm import __version__

    parser = _Parser(
        prog="atfsm",
        description="Explicit state machines for cellular modems: replay logs, draw the charts.",
    )
    parser.add_argument("--version", action="version", version=f"atfsm {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_replay(commands)
    _add_diagram(commands)
    _add_matrix(commands)
    return parser


def _add_replay(commands: argparse._SubParsersAction[_Parser]) -> None:
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
    replay.set_defaults(run=_run_replay)


def _add_diagram(commands: argparse._SubParsersAction[_Parser]) -> None:
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


def _add_matrix(commands: argparse._SubParsersAction[_Parser]) -> None:
    matrix = commands.add_parser(
        "matrix",
        help="print every (state, fact) cell of a chart",
        description="Print every cell of a chart: what was written, and what the closed world adds.",
    )
    matrix.add_argument("chart", metavar="CHART")
    matrix.set_defaults(run=_run_matrix)


def _run_replay(arguments: argparse.Namespace) -> int:
    codes = set()
    for named in arguments.captures:
        try:
            for name in _expanded(named):
                codes.add(_replay_or_complain(name, arguments))
        except CaptureError as error:
            _complain(str(error))
            codes.add(UNUSABLE)
    return next(code for code in WORST_FIRST if code in codes)


def _replay_or_complain(name: str, arguments: argparse.Namespace) -> int:
    """Replay one capture; one that cannot be read does not keep the others from being read."""
    try:
        return _replay_one(name, arguments)
    except CaptureError as error:
        _complain(str(error))
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


def _run_diagram(arguments: argparse.Namespace) -> int:
    from atfsm import diagrams

    folder = Path(arguments.output)
    if arguments.check:
        stale = diagrams.check(folder)
        for line in stale:
            _complain(line)
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


def _complain(message: str) -> None:
    print(f"atfsm: {message}", file=sys.stderr)
