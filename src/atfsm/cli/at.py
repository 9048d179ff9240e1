"""``atfsm at``: ask a modem something, and nothing else."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from atfsm.cli.parser import Commands
from atfsm.cli.streams import standard_input
from atfsm.cli.terms import CLEAN, WOBBLE, complain
from atfsm.errors import AtfsmError

if TYPE_CHECKING:
    from atfsm.live.ask import Asked, Asker

SCHEMA: Final = "atfsm.at/1"
#: Commands whose text follows a prompt, which nobody would give (3GPP TS 27.005).
PROMPTING: Final = frozenset({b"+CMGS", b"+CMGW", b"+CMGC"})


def add_to(commands: Commands) -> None:
    """Add the command."""
    at = commands.add_parser(
        "at",
        help="write AT commands to a modem and print what it answers",
        description="Write AT commands, one at a time, and print what the modem answers. Nothing "
        "else is changed: no settings, no sockets, no reset. A modem that does not answer AT "
        "within 5 s is left alone. Exit code: 0 each was answered OK, 1 one was refused or not "
        "answered (what follows an unanswered one is not written), 2 the port cannot be opened, "
        "or bad usage.",
    )
    at.add_argument(
        "commands", nargs="+", metavar="COMMAND", help="such as AT+CSQ; - reads them from stdin"
    )
    add_port_to(at)
    at.add_argument(
        "--timeout",
        type=seconds,
        metavar="S",
        help="how long the modem has for each command (default: what is known of it)",
    )
    at.add_argument("--json", action="store_true", help="one JSON object a command, a line each")
    at.set_defaults(run=_run)


def add_port_to(parser: argparse.ArgumentParser, *, speed: str = "115200") -> None:
    """Add the options of a port."""
    parser.add_argument(
        "--port", required=True, metavar="URL", help="path of the port, or a URL of pyserial"
    )
    parser.add_argument("--baud", type=int, metavar="N", help=f"speed in baud (default: {speed})")
    parser.add_argument(
        "--rtscts", action="store_true", help="the wires RTS and CTS are there and hold up bytes"
    )


def seconds(text: str) -> float:
    """Read a time of an option."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.0 <= value < 1e9:
        raise argparse.ArgumentTypeError(f"a time is a number of seconds, not {text!r}")
    return value


def _run(arguments: argparse.Namespace) -> int:
    from atfsm.live.ask import Asker, PortError

    for text in arguments.commands:
        if text != "-":
            _checked(text)  # before anything is written
    speed = arguments.baud or 115_200
    with Asker(arguments.port, baudrate=speed, rtscts=arguments.rtscts) as asker:
        try:
            return _ask(arguments, asker)
        except PortError as error:  # it was there, and is gone
            complain(f"{arguments.port}: {error}")
            return WOBBLE


def _ask(arguments: argparse.Namespace, asker: Asker) -> int:
    if not asker.make_sure():
        complain(f"{arguments.port}: {asker.why_silent()}")
        return WOBBLE
    code = CLEAN
    for text in arguments.commands:
        for command in _read() if text == "-" else (_checked(text),):
            asked = asker.ask(command, arguments.timeout)
            _show_as_json(asked) if arguments.json else _show(asked)
            if not asked.result:
                return WOBBLE
            code = code if asked.ok else WOBBLE
    return code


def _read() -> Iterator[bytes]:
    """Commands of stdin, a line each; empty lines are none."""
    for line in standard_input():
        if line.strip():
            yield _checked(line.strip())


def _checked(text: str) -> bytes:
    """Make sure that *text* is one command line, whose answer is an answer."""
    from atfsm.at.dialects import ANY
    from atfsm.at.grammar import parse_command_line

    data = text.encode("utf-8", "surrogateescape")  # bytes that are no UTF-8 go as they came
    line = parse_command_line(data)
    if line is None or any(character in text for character in "\r\n\0"):
        raise AtfsmError(f"{text!r} is no AT command")
    for member in line.members:
        declared = ANY.command(member)
        if declared is not None and declared.data is not None:
            raise AtfsmError(f"{text!r} opens a data mode: use 'atfsm pipe'")
        if member.name in PROMPTING:
            raise AtfsmError(f"{text!r} waits for a text, which cannot be given here")
    return data


def _show(asked: Asked) -> None:
    for line in (*asked.lines, asked.result):
        if line:
            print(_text(line), flush=True)
    for line in asked.unasked:
        complain(f"meanwhile the modem said {_text(line)}")
    if not asked.result:
        complain(f"{_text(asked.command)}: {_why(asked)}")


def _why(asked: Asked) -> str:
    if asked.restarted:
        return "the modem restarted instead of answering"
    return f"no answer within {asked.took_s:.1f} s"


def _show_as_json(asked: Asked) -> None:
    shown: dict[str, object] = {
        "schema": SCHEMA,
        "command": _text(asked.command),
        "lines": [_text(line) for line in asked.lines],
        "result": _text(asked.result) or None,
        "ok": asked.ok,
        "unasked": [_text(line) for line in asked.unasked],
        "took_s": round(asked.took_s, 3),
    }
    if not asked.result:
        shown["why"] = _why(asked)
    print(json.dumps(shown), flush=True)


def _text(line: bytes) -> str:
    return line.decode("utf-8", "backslashreplace")
