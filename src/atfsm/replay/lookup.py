"""What is known of a code, a line, a command, a state or a cause, without a log.

The answer comes from the same tables that judge a log: the meanings of `atfsm.at.errors`, the
cells of the charts, the table of causes, and the remarks.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from atfsm.at.dialect import Command, Told
from atfsm.at.dialects import ANY
from atfsm.at.errors import CME, KSUP, TCP_NOTIF, UDP_NOTIF, cme_code_of_text
from atfsm.at.grammar import (
    CommandLine,
    InformationText,
    Result,
    ResultKind,
    parse_command_line,
    parse_information,
    parse_result,
)
from atfsm.chart import Chart, State
from atfsm.charts import CHARTS
from atfsm.fact import Fact
from atfsm.replay.causes import CAUSES, CAUSES_BY_CODE, CAUSES_OF, Cause
from atfsm.replay.causes.model import Code
from atfsm.replay.meanings import code_of
from atfsm.replay.mentions import mentioned
from atfsm.replay.remarks import REMARKS, Remark
from atfsm.replay.templates import plain
from atfsm.replay.topic import (
    ORDINARY,
    REMARKED,
    REMARKED_ONLY,
    RESULTS,
    VALUES,
    Spoken,
    Topic,
)
from atfsm.replay.typed import line_in
from atfsm.stack import TABLED

#: The rows that speak of any refusal: of a code without a row of its own they say all there is.
ANY_REFUSAL: Final = frozenset({"tcp.refused", "udp.refused", "pdp.refused.activate"})
NEAR_AT_MOST: Final = 5  # ours: near matches that are named
#: Parts of the codes of rows that are about CONNECT.
CONNECT_ROWS: Final = frozenset({"connect", "no_connect", "connect_withheld"})
#: What a wobble, or a fact, is called by others.
CALLED: Final = {
    "timeout": "silent",
    "silence": "silent",
    "closed_by_peer": "peer_closed",
}


def look_up(text: str) -> tuple[Topic, ...]:
    """Find what is known of a text.

    Args:
        text: A number, a line of the modem, a command, the name of either, a state, a fact, a
            kind of wobble, the code of a cause or of a group of them, or else words in which
            causes are told.

    Returns:
        The topics; empty where nothing is known.
    """
    text = text.strip()
    if not text:
        return ()
    if text.isascii() and text.isdigit() and len(text) <= 4:
        return _number(int(text))
    # Whoever quotes a line may leave its sign out: KSUP: 2.
    topics = (
        _line(text)
        or _line(f"+{text}")
        or _name(text)
        or _rows(text)
        or _words_of_charts(text)
        or _cited(text)
    )
    if topics:
        return topics
    code = cme_code_of_text(_bytes(text))
    if code is not None:
        return _refusal(code)
    return _line(line_in(text)) or mentioned(text)


def near(text: str) -> list[str]:
    """Name what *text* may have been meant for."""
    known = [*CAUSES_BY_CODE, *REMARKS, *RESULTS]
    known += [name.decode().lstrip("+") for name in (*VALUES, *_names())]
    known += [str(s.name) for chart in CHARTS for s in chart.states]
    by_fold = {word.casefold(): word for word in known}
    found = difflib.get_close_matches(text.strip().casefold(), by_fold, NEAR_AT_MOST, 0.6)
    return [by_fold[word] for word in found]


def _bytes(text: str) -> bytes:
    """The bytes of what was typed, whatever it is."""
    return text.encode("utf-8", "backslashreplace")


# ---------------------------------------------------------------------------- numbers and lines


def _number(code: int) -> tuple[Topic, ...]:
    """A bare number may be an error code, and a code of a notification."""
    topics = _refusal(code) if code in CME else ()
    for name, table in (
        (b"+KTCP_NOTIF", TCP_NOTIF),
        (b"+KUDP_NOTIF", UDP_NOTIF),
        (b"+KSUP", KSUP),
    ):
        if code in table:
            number = f"{code}" if name == b"+KSUP" else f"1,{code}"
            topics += _line(f"{name.decode()}: {number}")
    return topics


def _line(text: str) -> tuple[Topic, ...]:
    """A whole line: a result, an information text or a URC, or a command."""
    data = _bytes(text)
    result = parse_result(data)
    if result is not None:
        return _result(result)
    command = parse_command_line(data)
    if command is not None and command.name:
        return _command(command)
    information = parse_information(data)
    return () if information is None else _information(information)


def _result(result: Result) -> tuple[Topic, ...]:
    if result.kind is ResultKind.CME_ERROR:
        code = cme_code_of_text(result.detail) if result.code is None else result.code
        return () if code is None else _refusal(code)
    name = result.kind.value
    told = tuple(_told_by_result(result))
    causes = CAUSES_OF_CODE.get(name, ())
    if name == "CONNECT":
        causes = tuple(row for row in CAUSES if CONNECT_ROWS.intersection(row.code.split(".")))
    remarks = tuple(REMARKS[code] for code in REMARKED.get(name, ()))
    meaning = RESULTS.get(name, "final result: failure")
    return (Topic(name, meaning, "1.5", told=told, causes=causes, remarks=remarks),)


def _refusal(code: int) -> tuple[Topic, ...]:
    """What a ``+CME ERROR`` tells, and what its number means."""
    result = Result(ResultKind.CME_ERROR, b"", code)
    known = CME.get(code)
    if known is None:
        return ()
    told = tuple(_told_by_result(result))
    facts = [spoken.fact for spoken in told]
    causes = tuple(
        row
        for row in CAUSES
        if any(fact in row.facts for fact in facts)
        and (code in row.codes or (not row.codes and row.facts & _NAMED_BY_CODE))
    )
    general = tuple(row for row in CAUSES if row.code in ANY_REFUSAL)
    title = f"+CME ERROR: {code}"
    ordinary = ORDINARY.get((b"+CME ERROR", code), ("", ""))
    return (Topic(title, known.text, known.source, ordinary, told=told, causes=causes or general),)


def _told_by_result(result: Result) -> Iterable[Spoken]:
    """What a result tells, by the command that it answers."""
    commands: dict[tuple[str, Fact], list[str]] = {}
    for command in ANY.commands:
        line = CommandLine(b"", command.name)
        if result.kind is ResultKind.CONNECT:
            facts: tuple[Fact | None, ...] = (command.opened,)
        elif command.does is not None or not command.machine:
            continue
        else:
            facts = command.facts_answered(line, result)
        for fact in facts:
            if fact is not None:
                commands.setdefault((command.machine, fact), []).append(_written(command))
    for (machine, fact), names in commands.items():
        yield Spoken(TABLED[machine], fact, tuple(dict.fromkeys(names)))


def _information(text: InformationText) -> tuple[Topic, ...]:
    """A line with fields: the dialect says what it tells."""
    declared = ANY.text(text.name)
    if declared is None:  # carried, not judged
        usual = ORDINARY.get((text.name, None))
        return (Topic(_written_out(text), ordinary=usual),) if usual else ()
    told: tuple[Told, ...] = ()
    for form in ("", "?", "=1"):
        asked = parse_command_line(b"AT" + text.name + form.encode()) if form else None
        told = told or declared.read(text, asked)
    facts = tuple(dict.fromkeys((t.machine, t.fact) for t in told))
    line = _written_out(text)
    code, said = code_of(line.encode())
    ordinary = ORDINARY.get((text.name, code)) or ORDINARY.get((text.name, None), ("", ""))
    if not facts and ordinary[0]:  # it tells no machine anything, and is known all the same
        return (Topic(line, said or "", declared.source, ordinary),)
    if not facts:  # what is known of the name is all there is
        name = text.name.decode()
        found = _name(name)
        meaning = f"nothing is known of this value; of {name}:"
        return tuple(replace(topic, title=line, meaning=meaning) for topic in found)
    spoken = tuple(Spoken(TABLED[machine], fact) for machine, fact in facts)
    values = VALUES.get(text.name, {})
    known = values.get(code) if isinstance(code, int) else None
    source = declared.source if known is None else known.source
    causes = _fitting((fact for _, fact in facts), code)
    heard = [fact for _, fact in facts]
    remarks = tuple(
        r for r in _remarks_of(text.name) if REMARKED_ONLY.get(r.code, heard[0]) in heard
    )
    return (
        Topic(line, said or "", source, ordinary, told=spoken, causes=causes, remarks=remarks),
    )


def _written_out(text: InformationText) -> str:
    return f"{text.name.decode()}: {text.value.decode('utf-8', 'backslashreplace')}"


def _remarks_of(name: bytes) -> tuple[Remark, ...]:
    return tuple(REMARKS[code] for code in REMARKED.get(name.decode(), ()))


def _fitting(facts: Iterable[Fact], code: Code | None) -> tuple[Cause, ...]:
    """The rows that can speak of *facts* when the line carries *code*."""
    rows = [row for fact in facts for row in CAUSES_OF.get(fact, ())]
    fitting = [row for row in rows if not row.codes or code in row.codes]
    coded = {row.chart for row in fitting if row.codes and not row.needs and not row.states}
    return tuple(
        dict.fromkeys(row for row in fitting if row.codes or row.states or row.chart not in coded)
    )


def _command(line: CommandLine) -> tuple[Topic, ...]:
    """A command line, member by member."""
    topics: tuple[Topic, ...] = ()
    for member in line.members:
        command = ANY.command(member)
        if command is not None:
            topics += (_of_command(command, member),)
    return topics


def _of_command(command: Command, line: CommandLine | None = None) -> Topic:
    asked = command.asked if line is None else command.fact_asked(line)
    done = command.succeeded if line is None else command.fact_done(line)
    # Whoever asks for a command was mostly refused one.
    facts = (asked, command.refused, *command.refused_by.values(), command.opened, done)
    told = tuple(
        Spoken(TABLED[command.machine], fact) for fact in dict.fromkeys(facts) if fact is not None
    )
    causes = tuple(
        dict.fromkeys(
            row
            for spoken in told
            for row in CAUSES_OF.get(spoken.fact, ())
            if spoken.fact.kind.value != "request"
        )
    )
    limit = f"a command; its answer may take {command.limit_s:g} s"
    return Topic(_written(command), limit, command.source, told=told, causes=causes)


def _written(command: Command) -> str:
    form = {"set": "=", "read": "?", "test": "=?"}.get(command.form.value if command.form else "")
    return f"AT{command.name.decode()}{form or ''}"


# ------------------------------------------------------------------------------------ names


def _names() -> list[bytes]:
    names = [text.name for text in ANY.texts] + [command.name for command in ANY.commands]
    return [*dict.fromkeys(name for name in names if name)]


def _name(text: str) -> tuple[Topic, ...]:
    """The name of a text or of a command, with its sign or without."""
    name = _bytes(text.upper().removeprefix("AT").rstrip(":=?"))
    for sign in (b"", b"+", b"!", b"&"):
        topics = _text_named(sign + name) + _commands_named(sign + name)
        if topics:
            return topics
    return ()


def _text_named(name: bytes) -> tuple[Topic, ...]:
    declared = ANY.text(name)
    if declared is None:
        return ()
    written = name.decode()
    told = tuple(
        Spoken(chart, fact)
        for chart in CHARTS
        for fact in chart.facts
        if any(part.strip().startswith((f"{written}:", f"{written} "))
               for part in fact.wire.split(", "))
    )  # fmt: skip
    speaking = (row for one in told for row in CAUSES_OF.get(one.fact, ()))
    naming = (row for row in CAUSES if written in plain(row.proved, row.chart))
    causes = tuple(dict.fromkeys((*naming, *speaking)))
    values = tuple(VALUES.get(name, {}).values())
    remarks = _remarks_of(name)
    return (
        Topic(written, "", declared.source, values=values, told=told, causes=causes,
              remarks=remarks),
    )  # fmt: skip


def _commands_named(name: bytes) -> tuple[Topic, ...]:
    rows = [command for command in ANY.commands if command.name == name]
    return tuple(_of_command(command) for command in rows)


def _rows(text: str) -> tuple[Topic, ...]:
    """A cause, a remark, or all that begin alike."""
    wanted = text.lower()
    row = CAUSES_BY_CODE.get(wanted)
    group = tuple(r for r in CAUSES if r.code.startswith(f"{wanted}."))
    remarks = tuple(r for r in REMARKS.values() if f"{r.code}.".startswith(f"{wanted}."))
    if row is not None:
        return (Topic(row.code, causes=(row, *group)),)
    if group or remarks:
        return (Topic(wanted, "", causes=group, remarks=remarks),)
    return ()


def _words_of_charts(text: str) -> tuple[Topic, ...]:
    """A state, a kind of wobble, or a fact, of whichever charts have it."""
    word = text.lower().replace(" ", "_")
    word = CALLED.get(word, word)
    for candidate in (word, f"wobble_{word}"):
        states = [(c, s) for c in CHARTS for s in c.states if str(s.name) == candidate]
        if states:
            return (_state(candidate, tuple(states)),)
    told = tuple(Spoken(c, fact) for c in CHARTS for fact in c.facts if str(fact) == word)
    if not told:
        return ()
    causes = tuple(dict.fromkeys(row for s in told for row in CAUSES_OF.get(s.fact, ())))
    return (Topic(word, "a fact", "", told=told, causes=causes),)


def _cited(text: str) -> tuple[Topic, ...]:
    """A quirk, a failure or a key of the page of sources: what rests on it."""

    def cites(source: str) -> bool:
        return text.casefold() in re.findall(r"[\w#-]+", source.casefold())

    causes = tuple(row for row in CAUSES if cites(row.source))
    remarks = tuple(row for row in REMARKS.values() if cites(row.source))
    return (Topic(text, causes=causes, remarks=remarks),) if causes or remarks else ()


def _state(name: str, states: tuple[tuple[Chart, State], ...]) -> Topic:
    told = tuple(
        Spoken(chart, fact)
        for chart, state in states
        for fact in chart.facts
        if any(c.target == state.name and c.target != at for (at, f), c in chart.matrix.items()
               if f is fact)
    )  # fmt: skip
    causes: tuple[Cause, ...] = ()
    if any(state.kind is not None for _, state in states):
        causes = tuple(dict.fromkeys(r for s in told for r in CAUSES_OF.get(s.fact, ())))
    else:
        causes = tuple(
            row
            for row in CAUSES
            if name in row.states and any(row.chart == chart.name for chart, _ in states)
        )
    return Topic(name, "", told=told, states=states, causes=causes)


#: The rows that a code has, in their order.
CAUSES_OF_CODE: Final[Mapping[Code, tuple[Cause, ...]]] = {
    code: tuple(row for row in CAUSES if code in row.codes)
    for code in dict.fromkeys(code for row in CAUSES for code in row.codes)
}
#: The facts that a number names, where it is itself the answer to what was asked.
_NAMED_BY_CODE: Final = frozenset(
    fact
    for command in ANY.commands
    for fact in command.refused_by.values()
    if fact is not command.refused
)
