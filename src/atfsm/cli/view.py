"""``atfsm view``: a review page of a captured log."""

from __future__ import annotations

import argparse
import os
import shlex
from collections.abc import Container, Iterable
from pathlib import Path
from typing import Final

from atfsm.cli.captures import Progress, each_of
from atfsm.cli.parser import Commands
from atfsm.cli.terms import CODES, UNUSABLE, complain
from atfsm.errors import PageError

STDIN: Final = "-"
LINES: Final = 1_000_000  # as `atfsm.view` has it, which is heavy to import
SUFFIX: Final = ".html"
#: What a page of ours begins with.
PAGE_BEGINS: Final = b"<!doctype html"


def add_to(commands: Commands) -> None:
    """Add the command."""
    view = commands.add_parser(
        "view",
        help="write a review page of a captured log: its lines on the drawings of the charts",
        description="Replay captured AT logs and write one self-contained page of HTML for each: "
        "the lines, what every machine did on them, and why it left the happy path. Codes, "
        "passwords, numbers of people and payload are hidden. Exit code: 0 clean, 1 a wobble, "
        "2 unreadable input or bad usage, 3 undecided.",
    )
    view.add_argument(
        "captures",
        nargs="+",
        metavar="CAPTURE",
        help="a log file (.gz and .zst are opened), a journal, a folder, a glob, or - for "
        "standard input",
    )
    view.add_argument(
        "-o",
        "--output",
        metavar="PAGE",
        help="the page to write, or a folder (default: the name of the capture with .html, in "
        "the working directory)",
    )
    view.add_argument("--open", action="store_true", help="show the page in the browser")
    view.add_argument(
        "--format", default="auto", metavar="NAME", help="format of the captures (default: auto)"
    )
    view.add_argument(
        "--no-redact",
        action="store_true",
        help="show PIN codes, passwords, IMEI, IMSI, ICCID, phone numbers and payload",
    )
    view.add_argument(
        "--lines",
        type=_lines,
        default=LINES,
        metavar="N",
        help="lines that a page holds whole; behind them, only what matters (default: 1000000)",
    )
    view.set_defaults(run=_run)


def _lines(text: str) -> int:
    try:
        number = int(text.replace("_", "").replace(",", ""))
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be a number, 1 or more, not {text!r}")
    return number


def _run(arguments: argparse.Namespace) -> int:
    pages = _Pages(arguments.captures, arguments.output)
    return each_of(arguments.captures, lambda name: _view_one(name, pages, arguments))


def _view_one(name: str, pages: _Pages, arguments: argparse.Namespace) -> int:
    from atfsm.replay.printable import printable
    from atfsm.view import review

    try:
        page = pages.page_of(name)
        progress = Progress(name)
        try:
            report = review(
                name,
                page,
                format_name=arguments.format,
                redact=not arguments.no_redact,
                lines_at_most=arguments.lines,
                command=_command(name, arguments),
                progress=progress.show,
            )
        finally:
            progress.clear()
    except PageError as error:
        complain(str(error))
        return UNUSABLE
    print(printable(str(page)), flush=True)
    if arguments.open:
        open_page(page)
    return CODES[report.verdict.value]


def _command(name: str, arguments: argparse.Namespace) -> str:
    """The command that makes this page again."""
    words = ["atfsm", "view", name]
    if arguments.format != "auto":
        words += ["--format", arguments.format]
    if arguments.lines != LINES:
        words += ["--lines", str(arguments.lines)]
    if arguments.no_redact:
        words.append("--no-redact")
    return shlex.join(words)


def open_page(page: Path) -> None:
    """Show a page in the browser of the user."""
    import webbrowser

    if not webbrowser.open(page.resolve().as_uri()):
        complain(f"no browser was found; open {page} with one")


class _Pages:
    """Where each page goes.

    Args:
        captures: The captures as they were named, so that no page takes the place of one.
        output: What the user named: a file, a folder, or nothing.

    Raises:
        PageError: There are several captures, and one page.
    """

    def __init__(self, captures: Iterable[str], output: str | None) -> None:
        from atfsm.replay.listing import listed
        from atfsm.replay.pairs import files_of

        self._captures: set[str] = set()
        count = 0
        for each in listed(captures, by_one_process=True):
            if not each.reason:  # which is said where it is read
                count += 1
                self._captures.update(map(os.path.realpath, files_of(each.name)))
        self._taken: set[Path] = set()
        self._page: Path | None = None
        self._folder = Path()
        if output is None:
            return
        path = Path(output)
        try:
            is_folder = path.is_dir() or output.endswith(("/", os.sep))
        except (OSError, ValueError) as error:
            raise _cannot_write(path, error) from error
        if is_folder:
            self._folder = path
        elif count > 1:
            if path.suffix or path.exists():
                raise PageError(f"{output}: {count} captures make {count} pages: name a folder")
            self._folder = path
        else:
            self._page = path

    def page_of(self, name: str) -> Path:
        """Where the page of a capture goes.

        Raises:
            PageError: Something else is there.
        """
        return free_for_page(self._page or self._named(name), self._captures)

    def _named(self, name: str) -> Path:
        stem = "stdin" if name == STDIN else Path(name).name
        page = self._folder / f"{stem}{SUFFIX}"
        number = 1
        while page in self._taken:
            number += 1
            page = self._folder / f"{stem}-{number}{SUFFIX}"
        self._taken.add(page)
        return page


def free_for_page(page: Path, captures: Container[str]) -> Path:
    """See that a page can be written there, and make its folder.

    Args:
        page: The file.
        captures: Real paths of the captures that it shows.

    Raises:
        PageError: Something else is there.
    """
    try:
        if os.path.realpath(page) in captures:
            raise PageError(f"{page}: is a capture; name another file for the page with -o")
        if page.exists() and not _is_page(page):
            raise PageError(f"{page}: is there, and is no page; name another file with -o")
        page.parent.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise _cannot_write(page, error) from error
    return page


def _cannot_write(page: Path, error: Exception) -> PageError:
    return PageError(f"{page}: cannot be written: {getattr(error, 'strerror', None) or error}")


def _is_page(path: Path) -> bool:
    """Whether a file is a page, or empty."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        head = file.read(len(PAGE_BEGINS))
    return not head or head.lower() == PAGE_BEGINS
