"""What is known of the conversation on one line: the values that the correlation works with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from atfsm.at.dialect import Command, DataMode, Told
from atfsm.at.grammar import CommandLine

#: Charts whose machines a silence is charged to, rather than to the line.
OWNERS: Final = frozenset({"pdp", "tcp", "udp"})


class What(Enum):
    """What a piece of the wire was."""

    COMMAND = "command"
    RESULT = "result"
    CONNECT = "connect"
    INFORMATION = "information"
    URC = "urc"
    PAYLOAD = "payload"
    STRAY = "stray"  #: a result with no command in flight: the capture hides the command
    ECHO = "echo"
    NOISE = "noise"  #: no AT at all
    SILENCE = "silence"


class Bound(NamedTuple):
    """One member of a command line, with its declaration and the machine it speaks to."""

    command: Command
    line: CommandLine
    key: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A command line that was written and awaits its final result.

    Attributes:
        text: As written.
        members: Its declared members.
        lines: All its members, declared or not.
        limit_s: Seconds until its result is overdue.
        notified: Something has come that may stand in place of its result: the notification
            that its declaration names or, for a command that is not declared, anything at all,
            since other makers' commands may end without a result code.
        is_charged: Its silence was charged already; its answer may still come late.
        echo_due: Its echo has not come yet, and no answer comes before it.
    """

    text: bytes
    members: tuple[Bound, ...]
    lines: tuple[CommandLine, ...]
    limit_s: float
    notified: bool = False
    is_charged: bool = False
    echo_due: bool = False

    @property
    def owners(self) -> tuple[Bound, ...]:
        """The members that speak to a context or a socket, which a silence is charged to."""
        return tuple(m for m in self.members if m.command.machine in OWNERS)

    def asking(self, name: bytes) -> CommandLine | None:
        """The member that an information text of *name* answers, by its form; None: a URC."""
        return next((line for line in self.lines if line.name == name), None)


class Data(NamedTuple):
    """Data mode: who writes, how many bytes at most, and what ends it."""

    mode: DataMode
    count_bytes: int | None
    pattern: bytes


@dataclass(frozen=True, slots=True)
class Exchange:
    """What is known of the conversation.

    Attributes:
        pattern: The end pattern in force.
        in_flight: The command that awaits its final result.
        overdue: An older one that never got its own; a late answer may still name it.
        waiting: A younger one, while the older is being answered late.
        addressee: Machine and key of the object last spoken to.
        data: The data mode that the line is in.
        numeric: Whether result codes are digits (ATV0).
        verifies_echo: Whether an answer counts only after the echo of its command, where echo is
            known to be on. It tells a doubled answer from a true one; captures do without.
        echo: Whether echo is known to be on: ATE1 was answered OK since the modem started.
    """

    pattern: bytes
    in_flight: Sent | None = None
    overdue: Sent | None = None
    waiting: Sent | None = None
    addressee: tuple[str, str] | None = None
    data: Data | None = None
    numeric: bool = False
    verifies_echo: bool = False
    echo: bool = False


class Heard(NamedTuple):
    """What a piece of the wire did: the next exchange, the facts in order, and what it was."""

    exchange: Exchange
    told: tuple[Told, ...]
    what: What
