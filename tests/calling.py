"""Runs the command in this process, as the tests of all commands do."""

from __future__ import annotations

from collections.abc import Callable

from atfsm import cli

#: Runs ``atfsm`` with some words; gives its exit code, stdout and stderr.
Run = Callable[..., tuple[int, str, str]]


def called(capture: Callable[[], tuple[str, str]], *arguments: object) -> tuple[int, str, str]:
    """Run atfsm; give its exit code, stdout and stderr, none of which may hold a traceback."""
    try:
        code = cli.main([str(argument) for argument in arguments])
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0
    out, err = capture()
    assert "Traceback" not in out + err
    return code, out, err
