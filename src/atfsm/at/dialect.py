"""The shape of a dialect: commands, information texts and quirks, declared as data.

A dialect says, for each command, whom it speaks to, what that machine is told when the command
goes out, at its OK, at a refusal and at CONNECT, and how long an answer may take; and, for each
information text, how its fields name a fact. Adding a modem family means adding one module of
such rows under `atfsm.at.dialects`; nothing here changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import NamedTuple

from atfsm.at.grammar import CommandLine, Form, InformationText, Result
from atfsm.fact import Fact

#: Key of an object whose session id the wire has not shown (yet).
NAMELESS = "?"
#: Highest session id and profile that is taken for one: BX firmware goes to 64 (q19 [QA-BX]),
#: every family here to less (0.2). A higher number is a torn line, not a session.
HIGHEST_KEY = 64
#: Key that addresses every machine of a chart.
EVERY = "*"


class Told(NamedTuple):
    """One fact on its way to one machine.

    Attributes:
        machine: Name of the chart.
        key: Which machine of that chart: a session id, a profile number, `NAMELESS`, `EVERY`,
            or empty for the line and the modem, of which there is one each.
        fact: What it is told.
        context: For a socket being defined, the profile ``<cnx>`` it stands on; else empty.
    """

    machine: str
    key: str
    fact: Fact
    context: str = ""


def is_plausible(key: str) -> bool:
    """Whether there can be a machine of this key."""
    return key in {"", NAMELESS, EVERY} or 0 < int(key) <= HIGHEST_KEY


class DataMode(Enum):
    """Who writes after CONNECT."""

    OUT = "out"  #: the host: KTCPSND, KUDPSND
    IN = "in"  #: the modem: KTCPRCV, KUDPRCV
    ONLINE = "online"  #: both, until NO CARRIER or an escape: ATD, KTCPSTART


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Command:
    """One command in one form.

    Attributes:
        name: Upper case, with its sign.
        form: Which form this row declares; None for all forms that have no row of their own.
        limit_s: Seconds until its final result is overdue.
        source: Evidence, as in ``docs/sources.md``.
        machine: Name of the chart that it speaks to; empty: to the line alone.
        key: Index of the parameter that names the machine; None: it has no name yet; or `EVERY`.
        context: Index of the parameter that names the profile; None: it names none.
        asked: What the machine is told when the command goes out, or None.
        opened: What it is told at CONNECT.
        succeeded: What it is told at OK.
        refused: What it is told at any refusal.
        refused_by: What it is told at particular ``+CME ERROR`` codes, before *refused*.
        data: What CONNECT opens.
        count: Index of the parameter that counts the payload bytes.
        answered_by: Information text that may come in place of the final result (M207, M209).
        asks: For a command whose parameters decide what it asks: the fact, from the parameters.
        does: For a command whose parameters decide what its OK says: the same.
    """

    name: bytes
    form: Form | None = Form.SET
    limit_s: float
    source: str
    machine: str = ""
    key: int | str | None = None
    context: int | None = None
    asked: Fact | None = None
    opened: Fact | None = None
    succeeded: Fact | None = None
    refused: Fact | None = None
    refused_by: Mapping[int, Fact] = field(default_factory=dict)
    data: DataMode | None = None
    count: int | None = None
    answered_by: bytes = b""
    asks: Callable[[CommandLine], Fact | None] | None = None
    does: Callable[[CommandLine], Fact | None] | None = None

    def fact_asked(self, line: CommandLine) -> Fact | None:
        """Name what the machine is told when *line* goes out."""
        return self.asked if self.asks is None else self.asks(line)

    def fact_done(self, line: CommandLine) -> Fact | None:
        """Name what the machine is told when *line* is answered OK."""
        return self.succeeded if self.does is None else self.does(line)

    def facts_answered(self, line: CommandLine, result: Result) -> tuple[Fact, ...]:
        """Name what the machine is told at the final *result* of *line*."""
        if result.is_success:
            fact = self.fact_done(line)
        else:
            fact = self.refused_by.get(result.code or 0, self.refused)
        return (fact,) if fact else ()


#: Reads an information text; the command line in flight, or None, tells answer from URC.
Reader = Callable[[InformationText, CommandLine | None], tuple[Told, ...]]


@dataclass(frozen=True, slots=True)
class Text:
    """One information text: answer, URC or both.

    Attributes:
        name: Upper case, with its sign.
        read: Names the facts that its fields carry.
        source: Evidence.
        names: It gives a nameless object its session id, where it answers that command.
        restarts: It is the banner of a boot: what was in flight will never be answered.
    """

    name: bytes
    read: Reader
    source: str
    names: bool = False
    restarts: bool = False


@dataclass(frozen=True, slots=True)
class Quirk:
    """Something that a family does and the manual does not say."""

    name: str
    about: str
    source: str


@dataclass(frozen=True)
class Dialect:
    """A modem family.

    Attributes:
        name: Short name.
        modems: Whom it describes.
        commands: By name; rows of one name differ by form.
        texts: By name.
        session_ids: Ids that the modem hands out.
        contexts: Profile numbers it knows.
        end_pattern: What ends payload until KPATTERN says otherwise.
        restart_verbs: In the order in which they are tried.
        quirks: What else to expect.
        default_limit_s: Limit of a command that is not declared.
    """

    name: str
    modems: tuple[str, ...]
    commands: tuple[Command, ...]
    texts: tuple[Text, ...]
    session_ids: range
    contexts: range
    restart_verbs: tuple[bytes, ...]
    quirks: tuple[Quirk, ...]
    end_pattern: bytes = b"--EOF--Pattern--"
    # Ours: the longest budget of 6.4 (COPS 180 s, STM), since an undeclared command may scan.
    default_limit_s: float = 180.0
    _commands: dict[tuple[bytes, Form | None], Command] = field(init=False, repr=False)
    _texts: dict[bytes, Text] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_commands", {(c.name, c.form): c for c in self.commands})
        object.__setattr__(self, "_texts", {t.name: t for t in self.texts})
        assert len(self._commands) == len(self.commands), f"{self.name}: a command twice"
        assert len(self._texts) == len(self.texts), f"{self.name}: a text twice"

    def command(self, line: CommandLine) -> Command | None:
        """The declaration of one member of a command line; None: carried, not judged."""
        return self._commands.get((line.name, line.form)) or self._commands.get((line.name, None))

    def text(self, name: bytes) -> Text | None:
        """The declaration of an information text; None: carried, not judged."""
        return self._texts.get(name)


def by_field(
    machine: str,
    facts: Mapping[int, Fact],
    *,
    on: int,
    key: int | None = None,
    otherwise: Fact | None = None,
) -> Reader:
    """A reader that names the fact by the number in field *on*, the machine by field *key*.

    A text without these numbers names nothing: it is carried, and can wobble nobody.
    """

    def read(text: InformationText, _in_flight: CommandLine | None) -> tuple[Told, ...]:
        value = text.integer(on)
        owner = "" if key is None else text.integer(key)
        if value is None or owner is None:
            return ()
        fact = facts.get(value, otherwise)
        return (Told(machine, str(owner), fact),) if fact else ()

    return read


def always(machine: str, fact: Fact, *, key: int, at_least: int) -> Reader:
    """A reader that names one fact, where the text has *at_least* fields and a key."""

    def read(text: InformationText, _in_flight: CommandLine | None) -> tuple[Told, ...]:
        owner = text.integer(key)
        if owner is None or len(text.fields) < at_least:
            return ()
        return (Told(machine, str(owner), fact),)

    return read


def says_nothing(_text: InformationText, _in_flight: CommandLine | None) -> tuple[Told, ...]:
    """A reader of a text that no machine has to hear of."""
    return ()
