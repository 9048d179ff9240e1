"""One command of a command line, as those who execute it see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from atfsm.at.grammar import CommandLine, Form, read_integer
from atfsm.sim.answers import OK, Answer
from atfsm.sim.state import State

__all__ = ["Command", "Request"]


@dataclass(frozen=True, slots=True)
class Request:
    """A command, and what it is given to.

    Attributes:
        state: The modem.
        line: The command.
        now_s: The time.
    """

    state: State
    line: CommandLine
    now_s: float

    @property
    def is_read(self) -> bool:
        """``AT+X?``."""
        return self.line.form is Form.READ

    @property
    def is_set(self) -> bool:
        """``AT+X=...``."""
        return self.line.form is Form.SET

    def word(self, index: int) -> bytes:
        """A parameter; empty where it was left out."""
        parameters = self.line.parameters
        return parameters[index] if index < len(parameters) else b""

    def text(self, index: int) -> str:
        """A parameter, as text."""
        return self.word(index).decode("utf-8", "replace")

    def number(self, index: int, default: int) -> int | None:
        """A parameter that is a number; None where it is anything else."""
        word = self.word(index)
        return read_integer(word) if word else default


@dataclass(frozen=True, slots=True)
class Command:
    """A row of a table of commands.

    Attributes:
        execute: What it does.
        ranges: What its test form says after the name; None: only OK. ``{sid}`` and ``{cnx}``
            stand for the ranges of the family.
    """

    execute: Callable[[Request], Answer]
    ranges: str | None = None

    def answer(self, request: Request) -> Answer:
        """Do it, or say its ranges."""
        if request.line.form is not Form.TEST:
            return self.execute(request)
        if self.ranges is None:
            return OK
        profile = request.state.profile
        sids, cnxs = profile.session_ids, profile.context_ids
        ranges = self.ranges.format(sid=f"({sids[0]}-{sids[-1]})", cnx=f"({cnxs[0]}-{cnxs[-1]})")
        return Answer((request.line.name + b": " + ranges.encode(),))
