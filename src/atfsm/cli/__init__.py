"""The command line: thin over the library.

stdout is for results, stderr for progress and messages. Exit codes: 0 clean, 1 a wobble or a
failed check, 2 bad usage or unreadable input, 3 undecided, 70 our own bug, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from atfsm.cli import (
    at,
    charts,
    compare,
    coverage,
    doctor,
    explain,
    formats,
    pipe,
    replay,
    report,
    sim,
    view,
)
from atfsm.cli.parser import Parser
from atfsm.cli.streams import discard, is_of_output, make_safe
from atfsm.cli.terms import BUG, CLEAN, INTERRUPTED, UNUSABLE, complain
from atfsm.errors import AtfsmError


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``atfsm``; return its exit code."""
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115  as long as we run
    if sys.stdout is None:
        complain("standard output is closed: there is nowhere to write to")
        return UNUSABLE
    make_safe(sys.stdout, sys.stderr)
    code = CLEAN
    try:
        code = _run(argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough: no message, and none from the interpreter.
        discard(sys.stdout)
    except OSError as error:
        complain(f"standard output cannot be written: {error.strerror or error}")
        discard(sys.stdout)
        return UNUSABLE
    return code


def _run(argv: Sequence[str] | None) -> int:
    """Run one command.

    Raises:
        OSError: Standard output cannot be written.
    """
    try:
        arguments = parser().parse_args(argv)
        code: int = arguments.run(arguments)
    except SystemExit as stop:  # help, or bad usage: all is said
        return stop.code if isinstance(stop.code, int) else CLEAN
    except BrokenPipeError:
        raise
    except AtfsmError as error:
        complain(str(error))
        return UNUSABLE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # the last door: a user never meets a traceback
        if isinstance(error, OSError) and is_of_output(error, sys.stdout):
            raise
        if os.environ.get("ATFSM_TRACEBACK"):
            raise
        complain(
            f"this is a bug of atfsm: {type(error).__name__}: {error} "
            "(set ATFSM_TRACEBACK=1 for the details, and please report them)"
        )
        return BUG
    return code


def parser() -> Parser:
    """Build the parser: one module a command."""
    from atfsm import __version__

    built = Parser(
        prog="atfsm",
        description="Explicit state machines for cellular modems: replay logs, draw the charts.",
    )
    built.add_argument("--version", action="version", version=f"atfsm {__version__}")
    commands = built.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (
        replay,
        explain,
        view,
        compare,
        coverage,
        report,
        formats,
        charts,
        pipe,
        at,
        doctor,
        sim,
    ):
        command.add_to(commands)
    return built
