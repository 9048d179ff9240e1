"""``atfsm replay --out``: many captures, on many processes, into one file of results."""

from __future__ import annotations

import argparse
import codecs
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, NoReturn

from atfsm.cli.streams import say, standard_input
from atfsm.cli.terms import CLEAN, UNDECIDED, UNUSABLE, WOBBLE, complain
from atfsm.errors import CaptureError, ResultsError

if TYPE_CHECKING:
    from atfsm.fleet.run import NothingReadError, Tally

REPAINT_S: Final = 0.1  # ours: faster than this nobody reads
CELLS: Final = 24
COLUMNS: Final = 80  # where the terminal does not say how wide it is
#: Options that mean something only where results are written, and their defaults.
ONLY_WITH_OUT: Final = {
    "jobs": None,
    "scheduler": None,
    "resume": False,
    "files_from": None,
    "salt": None,
}


def add_options(replay: argparse.ArgumentParser) -> None:
    """Add what a fleet needs to the options of ``atfsm replay``."""
    fleet = replay.add_argument_group(
        "many captures", "one file of results, the same whoever replays (docs/fleet.md)"
    )
    fleet.add_argument("--out", metavar="FILE.parquet", help="write a row a capture and a wobble")
    fleet.add_argument("--jobs", type=_jobs, metavar="N", help="processes (default: all cores)")
    fleet.add_argument(
        "--scheduler", type=_some, metavar="ADDRESS", help="have a Dask cluster do it: tcp://…"
    )
    fleet.add_argument(
        "--resume", action="store_true", help="go on with what an interrupted run has done"
    )
    fleet.add_argument(
        "--files-from", metavar="FILE", help="read names of captures, a line each; - is stdin"
    )
    fleet.add_argument(
        "--salt", type=_some, metavar="TEXT", help="changes the digits that stand for an IMEI"
    )


def _some(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("is empty: give a value, or leave the option out")
    return text


def _jobs(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= 1024:
        raise argparse.ArgumentTypeError(f"a number of processes from 1 to 1024, not {text!r}")
    return number


def check(arguments: argparse.Namespace) -> None:
    """See that no option is given that would do nothing.

    Raises:
        ResultsError: One is.
    """
    given = [n for n, default in ONLY_WITH_OUT.items() if getattr(arguments, n) != default]
    if arguments.out is None and given:
        option = "--" + given[0].replace("_", "-")
        raise ResultsError(f"{option} needs --out FILE.parquet, where the results go")
    if not arguments.captures and arguments.files_from is None:
        raise ResultsError("name a capture: atfsm replay CAPTURE...")
    if arguments.out is not None and not arguments.out.endswith(".parquet"):
        raise ResultsError(
            f"--out {arguments.out!r}: the results are a Parquet file: name it *.parquet"
        )
    if arguments.out is not None and arguments.verbose:
        raise ResultsError("-v is for a time line, and --out writes none: leave it out")
    if arguments.scheduler and arguments.jobs is not None:
        raise ResultsError("--jobs are processes of this machine: not with --scheduler")


def run(arguments: argparse.Namespace) -> int:
    """Replay into a file of results, and say what came of it."""
    from atfsm.fleet.rows import Task
    from atfsm.fleet.run import NothingReadError, Plan, replay_fleet
    from atfsm.replay.formats import format_named

    if arguments.format != "auto":
        format_named(arguments.format)  # rather one line now than a row for each capture
    plan = Plan(
        out=arguments.out,
        jobs=arguments.jobs,
        scheduler=arguments.scheduler or "",
        resume=arguments.resume,
        task=Task(format_name=arguments.format, salt=arguments.salt or ""),
    )
    bar = _Bar(quiet=arguments.quiet)
    try:
        tally = replay_fleet(_names(arguments), plan, bar.show)
    except KeyboardInterrupt:
        bar.clear()
        _interrupted(bar)
    except NothingReadError as error:
        bar.clear()
        _tell_unreadable(error)
        return UNUSABLE
    finally:
        bar.clear()
    seconds = time.monotonic() - bar.began_s
    _tell_unjudged(tally)
    if tally.left_out.count and not arguments.quiet:
        complain(str(tally.left_out))
    if arguments.json:
        say(_as_json(arguments.out, tally))
    elif not arguments.quiet:
        say(_summary(arguments, tally, seconds))
    return code_of(tally.outcomes)


def _tell_unjudged(tally: Tally) -> None:
    """Name captures that could not be read, or failed, on stderr."""
    for said in tally.unjudged:
        complain(said)
    rest = sum(tally.outcomes[name] for name in ("unreadable", "failed")) - len(tally.unjudged)
    if rest:
        complain(f"and {rest:,} more could not be read: the column reason of the results says why")


def _tell_unreadable(error: NothingReadError) -> None:
    """Name captures where none can be read, and no results say why."""
    for reason in error.reasons:
        complain(reason)
    if error.more:
        complain(f"and {error.more:,} more could not be read")


def code_of(outcomes: dict[str, int]) -> int:
    """The exit code: what several captures are together is the worst of them."""
    for outcome, code in (
        ("unreadable", UNUSABLE),
        ("failed", UNUSABLE),
        ("wobble", WOBBLE),
        ("undecided", UNDECIDED),
    ):
        if outcomes.get(outcome):
            return code
    return CLEAN


def _interrupted(bar: _Bar) -> NoReturn:
    if bar.tally is not None and bar.tally.done:
        complain(
            f"interrupted with {bar.tally.done:,} of {bar.tally.captures:,} captures done; "
            "--resume goes on from here"
        )
    raise KeyboardInterrupt


def _names(arguments: argparse.Namespace) -> Iterator[str]:
    yield from arguments.captures
    if arguments.files_from is None:
        return
    if arguments.files_from == "-":
        yield from _names_in(standard_input().buffer, "standard input")
        return
    try:
        with open(arguments.files_from, "rb") as file:  # noqa: PTH123  as the user wrote it
            yield from _names_in(file, arguments.files_from)
    except OSError as error:
        raise CaptureError(f"{arguments.files_from}: cannot be read: {error.strerror}") from error


def _names_in(lines: Iterable[bytes], source: str) -> Iterator[str]:
    """Names, one a line; a name may have any byte but NUL and line feed.

    Raises:
        CaptureError: There is a NUL.
    """
    for number, line in enumerate(lines, start=1):
        if b"\0" in line:
            raise CaptureError(
                f"{source}, line {number}: a name holds no NUL: write names in UTF-8, one a line "
                "(find -print, not -print0)"
            )
        # Windows tools begin with a byte order mark, and end lines with CR LF.
        named = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if name := named.rstrip(b"\r\n").decode("utf-8", "surrogateescape"):
            yield name


def _summary(arguments: argparse.Namespace, tally: Tally, seconds: float) -> str:
    from atfsm.fleet.report_text import WORDS, sum_of, told
    from atfsm.replay.printable import printable

    found = [f"{tally.outcomes[o]:,} {word}" for o, word in WORDS.items() if tally.outcomes[o]]
    replayed = tally.captures - tally.resumed
    rate = f"{replayed / seconds:,.0f} a second" if seconds > 0 else ""
    before = f"{tally.resumed:,} of them before, " if tally.resumed else ""
    census = tally.census
    wobbles = sum_of(census.causes, census.consequences, census.without_rows)
    return (
        f"{printable(arguments.out)}: {told(tally.captures, 'capture')}: {', '.join(found)}; "
        f"{wobbles} ({before}{_duration(seconds)}, {rate})"
    )


def _as_json(out: str, tally: Tally) -> str:
    from atfsm.fleet.columns import SCHEMA

    return json.dumps(
        {
            "schema": SCHEMA,
            "out": out,
            "captures": tally.captures,
            "resumed": tally.resumed,
            "outcomes": dict(sorted(tally.outcomes.items())),
            "wobbles": tally.census.wobbles,
            "causes": tally.census.causes,
            "consequences": tally.census.consequences,
            "without_rows": tally.census.without_rows,
        }
    )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{rest:02d} h"
    return f"{minutes}:{rest:02d} min" if minutes else f"{seconds:.1f} s"


class _Bar:
    """How far a run has come, on stderr, where that is a terminal."""

    def __init__(self, *, quiet: bool = False) -> None:
        is_dumb = os.environ.get("TERM") == "dumb"  # it cannot take a line back
        self._is_quiet = quiet or is_dumb or not sys.stderr.isatty()
        self.began_s = time.monotonic()
        self.tally: Tally | None = None
        self._work_began_s = self.began_s
        self._painted_s = -REPAINT_S
        self._is_shown = False

    def show(self, tally: Tally) -> None:
        """Show how far it is, unless that was shown just now."""
        now_s = time.monotonic()
        if self.tally is None:
            self._work_began_s = now_s
        if tally.is_listed:
            self.tally = tally
        if self._is_quiet or now_s - self._painted_s < REPAINT_S:
            return
        self._painted_s = now_s
        self._is_shown = True
        sys.stderr.write(f"\r\x1b[2K{self.line(tally, now_s - self._work_began_s, _columns())}")
        sys.stderr.flush()

    @staticmethod
    def line(tally: Tally, seconds: float, columns: int) -> str:
        """The bar, after *seconds* of work, on one line of a terminal of so many columns."""
        from atfsm.fleet.report_text import told

        if not tally.is_listed:
            return f"listing: {told(tally.captures, 'capture')}"[: columns - 1]
        part = tally.done / tally.captures if tally.captures else 1.0
        replayed = tally.done - tally.resumed
        said = f"{part:4.0%}  {tally.done:,} of {tally.captures:,} captures"
        if replayed and seconds > 0:
            rate = replayed / seconds
            left_s = (tally.captures - tally.done) / rate
            said += f"  {rate:,.0f}/s  {_duration(left_s)} left"
        said += f"  {told(tally.census.wobbles, 'wobble')}"
        # The last column stays empty: a terminal may go to the next line there.
        cells = max(0, min(CELLS, columns - 2 - len(said)))
        bar = "█" * int(part * cells)
        return f"{bar:░<{cells}} {said}".lstrip()[: columns - 1]

    def clear(self) -> None:
        """Take it away."""
        if self._is_shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
            self._is_shown = False


def _columns() -> int:
    """How wide the terminal is."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or COLUMNS
    except (OSError, ValueError):  # it is none, or one that does not say
        return COLUMNS
