"""``atfsm formats``: which capture formats there are, with an example of each."""

from __future__ import annotations

import argparse
import json
import textwrap
from typing import TYPE_CHECKING, Final

from atfsm.cli.parser import Commands
from atfsm.cli.terms import CLEAN
from atfsm.errors import AtfsmError

if TYPE_CHECKING:
    from atfsm.replay.formats import Format

SCHEMA: Final = "atfsm.formats/1"
COLUMNS: Final = 99  # ours: an example line is cut here


def add_to(commands: Commands) -> None:
    """Add the command."""
    formats = commands.add_parser(
        "formats",
        help="list the capture formats that are read, with an example line each",
        description="List the capture formats that are read, with an example line each; or say more "
        "of one: an example, and what is special.",
    )
    formats.add_argument("format", nargs="?", type=str.lower, metavar="NAME", help="show this one")
    formats.add_argument(
        "--json", action="store_true", help="one JSON object a format, a line each"
    )
    formats.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from atfsm.replay.formats import FORMATS, format_named

    if arguments.format == "auto":
        raise AtfsmError("auto is no format, but has it recognised; atfsm formats lists them")
    entries = FORMATS if arguments.format is None else (format_named(arguments.format),)
    if arguments.json:
        for entry in entries:
            print(json.dumps(as_json(entry)))
    elif arguments.format is not None:
        print(page_of(entries[0]))
    else:
        print(list_of(sorted(entries, key=lambda entry: entry.name)))
    return CLEAN


def as_json(entry: Format) -> dict[str, object]:
    """What is known of a format, for programs."""
    return {
        "schema": SCHEMA,
        "name": entry.name,
        "shapes": list(entry.shapes),
        "about": entry.what,
        "example": entry.example.decode(),
        "special": entry.special,
    }


def list_of(entries: list[Format]) -> str:
    """A line on each format, and below it a line of a capture."""
    from atfsm.replay.printable import printable

    width = max(len(entry.name) for entry in entries) + 2
    said = []
    for entry in entries:
        line = printable(marked_line(entry))
        if width + len(line) > COLUMNS:
            line = line[: COLUMNS - width - 1] + "…"
        said.append(f"{entry.name:<{width}}{entry.what}\n{'':<{width}}{line}")
    told = (
        "atfsm formats NAME shows more of one; atfsm replay --format NAME reads a log as that one."
    )
    return "\n".join([*said, "", told])


def marked_line(entry: Format) -> bytes:
    """The first line of the example that shows what the format looks like."""
    lines = entry.example.splitlines()
    return next((line for line in lines if entry.marked_text_of(line) is not None), lines[0])


def page_of(entry: Format) -> str:
    """What there is to say of one format."""
    from atfsm.replay.printable import printable

    numbers = ", ".join(map(str, entry.shapes))
    head = f"{entry.name}: {entry.what} (shape{'s' if len(entry.shapes) > 1 else ''} {numbers})"
    example = "\n".join("  " + printable(line) for line in entry.example.splitlines())
    said = [textwrap.fill(head, COLUMNS), example]
    if entry.special:
        said.append(textwrap.fill(entry.special, COLUMNS))
    return "\n\n".join(said)
