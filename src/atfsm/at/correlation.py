"""Which command does this line answer? The command in flight, and what lines mean beside it.

Everything here is a value: an `Exchange` is what is known of the conversation so far, and `send`,
`hear` and `silence` return the next one, with the facts that the line tells. Whether a line is an
answer or an unsolicited result code is decided by the command in flight and its declared answer,
never by prefix alone: ``+KUDPCFG: 1`` names a new session after a set command and lists one after
a read command; ``+CEREG: 0,1`` is a read answer and ``+CEREG: 1`` is not.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from atfsm.at.dialect import NAMELESS, Command, DataMode, Dialect, Told, is_plausible
from atfsm.at.exchange import Bound, Data, Exchange, Heard, Sent, What
from atfsm.at.facts import LineFact, ModemFact, PdpFact, TcpFact, UdpFact
from atfsm.at.grammar import (
    CommandLine,
    Form,
    InformationText,
    Result,
    ResultKind,
    parse_command_line,
    parse_information,
    parse_result,
    read_integer,
)
from atfsm.fact import Fact

LIMIT_PASSED: dict[str, Fact] = {
    "pdp": PdpFact.LIMIT_PASSED,
    "tcp": TcpFact.LIMIT_PASSED,
    "udp": UdpFact.LIMIT_PASSED,
}
STRAY_REFUSAL: dict[str, Fact] = {
    "pdp": PdpFact.STRAY_REFUSAL,
    "tcp": TcpFact.STRAY_REFUSAL,
    "udp": UdpFact.STRAY_REFUSAL,
}
UNLOGGED_OK: dict[str, Fact] = {"tcp": TcpFact.UNLOGGED_OK, "udp": UdpFact.UNLOGGED_OK}
SOCKETS = ("tcp", "udp")
ESCAPE = b"+++"
line_told = partial(Told, "line", "")


def send(exchange: Exchange, text: bytes, dialect: Dialect, *, timed: bool) -> Heard:
    """The host wrote a line.

    Args:
        exchange: What is known so far.
        text: The line.
        dialect: What commands mean.
        timed: Whether silence is judged by the clock. Where it is not, a command that goes out
            over an unanswered one says that the host gave up waiting.
    """
    line = parse_command_line(text)
    if line is None:
        if text.strip() == ESCAPE and exchange.data is not None:
            escape = Sent(ESCAPE, (), (), dialect.default_limit_s)
            return Heard(replace(exchange, data=None, in_flight=escape), (), What.COMMAND)
        return Heard(exchange, (), What.NOISE)
    told = _give_up(exchange.in_flight, timed=timed)
    members = tuple(
        Bound(command, member, _key(command, member))
        for member in line.members
        if (command := dialect.command(member)) is not None and is_plausible(_key(command, member))
    )
    is_probe = line.name == b"" and not line.rest
    told += (line_told(LineFact.PROBE_SENT if is_probe else LineFact.COMMAND_SENT),)
    addressee = exchange.addressee
    for command, member, key in members:
        fact = command.fact_asked(member)
        if fact is not None:
            told += (Told(command.machine, key, fact, _context(command, member)),)
        if command.machine in STRAY_REFUSAL:
            addressee = (command.machine, key)
    sent = Sent(
        text=line.text,
        members=members,
        lines=line.members,
        limit_s=max((m.command.limit_s for m in members), default=dialect.default_limit_s),
        echo_due=exchange.echo and not is_probe and not _sets_echo(line),
    )
    return Heard(
        replace(
            exchange,
            in_flight=sent,
            overdue=exchange.in_flight,
            waiting=None,
            addressee=addressee,
            data=None,
            numeric=_numeric(line, before=exchange.numeric),
        ),
        told,
        What.COMMAND,
    )


def hear(exchange: Exchange, text: bytes, dialect: Dialect, *, timed: bool) -> Heard:
    """The modem wrote a line."""
    sent = exchange.in_flight
    if sent is not None and sent.echo_due and _is_echo(text, sent):
        return Heard(replace(exchange, in_flight=replace(sent, echo_due=False)), (), What.ECHO)
    if text[:2].upper() == b"AT":
        if sent is not None and text.replace(b" ", b"") == sent.text.replace(b" ", b""):
            return Heard(exchange, (), What.ECHO)
        # With no command in flight, an echo is the only trace of a command that was not logged.
        if sent is None and parse_command_line(text) is not None:
            return send(exchange, text, dialect, timed=timed)
    result = parse_result(text, numeric=exchange.numeric)
    if sent is not None and sent.echo_due and result is not None:
        # It cannot answer a command that was not echoed yet: the one before is answered twice.
        return Heard(exchange, (line_told(LineFact.STRAY_RESULT),), What.STRAY)
    if result is not None and result.kind is ResultKind.CONNECT:
        return _connect(exchange)
    if result is not None and result.is_final:
        return _final(exchange, result)
    information = parse_information(text)
    if information is not None:
        return _information(exchange, information, dialect)
    if sent is None or exchange.data is not None:
        return Heard(exchange, (), What.NOISE)
    return Heard(_notify_undeclared(exchange), (), What.INFORMATION)


def end_payload(exchange: Exchange) -> Heard:
    """The payload is complete; the final result is still due."""
    return Heard(replace(exchange, data=None), (), What.PAYLOAD)


def silence(exchange: Exchange) -> Heard:
    """The limit of the command in flight passed.

    The silence is charged to the context or socket that the command speaks to, while the line
    goes into quarantine; otherwise to the line itself. The command stays in flight: its answer
    may come late, and must not be taken for the answer to the next one (q11).
    """
    sent = exchange.in_flight
    if sent is None:
        return Heard(exchange, (line_told(LineFact.LIMIT_PASSED),), What.SILENCE)
    charged = replace(exchange, in_flight=replace(sent, is_charged=True))
    return Heard(charged, _charged(sent), What.SILENCE)


def _charged(sent: Sent) -> tuple[Told, ...]:
    """Whom the silence after *sent* is charged to."""
    if not sent.owners:
        return (line_told(LineFact.LIMIT_PASSED),)
    return (
        *(Told(m.command.machine, m.key, LIMIT_PASSED[m.command.machine]) for m in sent.owners),
        line_told(LineFact.QUARANTINE_IMPOSED),
    )


def _give_up(sent: Sent | None, *, timed: bool) -> tuple[Told, ...]:
    """A command goes out over *sent*, which has no final result yet."""
    if sent is None or sent.is_charged:
        return ()
    if sent.notified:  # M207, M209: the notification took the place of the result
        answered = tuple(
            Told(m.command.machine, m.key, m.command.refused)
            for m in sent.owners
            if m.command.refused is not None
        )
        return (*answered, line_told(LineFact.RESULT_RECEIVED))
    if timed:
        return (line_told(LineFact.COMMAND_OVERLAPPED),)
    return _charged(sent)


def _key(command: Command, line: CommandLine) -> str:
    """The machine that a command names."""
    if command.machine in {"", "modem"}:
        return ""
    if not isinstance(command.key, int):
        return command.key or NAMELESS
    number = (
        read_integer(line.parameters[command.key]) if len(line.parameters) > command.key else None
    )
    return NAMELESS if number is None else str(number)


def _context(command: Command, line: CommandLine) -> str:
    """The profile that a definition names; left out, it is the first (3.1)."""
    if command.context is None:
        return ""
    number = read_integer(line.parameters[command.context]) if line.parameters else None
    return "1" if number is None else str(number)


def _numeric(line: CommandLine, *, before: bool) -> bool:
    """Whether result codes are digits from this line on (V.250: the result obeys it already)."""
    for member in line.members:
        if member.name == b"V":
            before = member.parameters[:1] != (b"1",)
        elif member.name in {b"Z", b"&F"}:
            before = False
    return before


def _sets_echo(line: CommandLine) -> bool:
    return any(member.name == b"E" for member in line.members)


def _is_echo(text: bytes, sent: Sent) -> bool:
    """Whether *text* is the echo that is due: two garbled bytes are forgiven."""
    if text.endswith(sent.text):  # noise stands before it
        return True
    if len(text) != len(sent.text):
        return False
    return sum(a != b for a, b in zip(text, sent.text, strict=True)) <= 2


def _connect(exchange: Exchange) -> Heard:
    """CONNECT: what it opens, the command in flight declares."""
    sent = exchange.in_flight
    opener = next((m for m in sent.members if m.command.data), None) if sent else None
    if sent is None:
        return Heard(exchange, (line_told(LineFact.STRAY_RESULT),), What.STRAY)
    if opener is None:  # another maker's command, of which we do not know what CONNECT opens
        return Heard(exchange, (), What.INFORMATION)
    command, line, key = opener
    if command.data is DataMode.ONLINE:
        data = Data(DataMode.ONLINE, None, b"")
        told: tuple[Told, ...] = (line_told(LineFact.ONLINE_OPENED),)
        return Heard(replace(exchange, in_flight=None, data=data), told, What.CONNECT)
    at = command.count
    count = (
        read_integer(line.parameters[at]) if at is not None and len(line.parameters) > at else None
    )
    assert command.data is not None
    data = Data(
        command.data, count if count is not None and count >= 0 else None, exchange.pattern
    )
    is_out = command.data is DataMode.OUT
    told = (line_told(LineFact.DATA_OUT_OPENED if is_out else LineFact.DATA_IN_OPENED),)
    if command.opened is not None:
        told = (*told, Told(command.machine, key, command.opened))
    return Heard(replace(exchange, data=data), told, What.CONNECT)


def _final(exchange: Exchange, result: Result) -> Heard:
    """A final result ends the command in flight, whatever it says."""
    sent = exchange.in_flight
    if sent is None:
        return _stray(exchange, result)
    told: tuple[Told, ...] = ()
    # A refusal ends a concatenated line at the member that failed, which nothing names (1.1).
    if result.is_success or len(sent.owners) <= 1:
        told = tuple(
            Told(m.command.machine, m.key, fact)
            for m in sent.members
            for fact in m.command.facts_answered(m.line, result)
        )
    pattern, echo = exchange.pattern, exchange.echo
    for member in sent.members:
        if member.line.name == b"E" and result.is_success:
            echo = exchange.verifies_echo and member.line.parameters[:1] == (b"1",)
        set_pattern = member.line.name == b"+KPATTERN" and member.line.form is Form.SET
        if set_pattern and result.is_success and member.line.parameters[0]:
            pattern = member.line.parameters[0]
    # Where an older command was answered late, the younger one is in flight again.
    answered = replace(
        exchange,
        in_flight=exchange.waiting,
        overdue=None,
        waiting=None,
        data=None,
        pattern=pattern,
        echo=echo,
    )
    return Heard(
        answered,
        (line_told(LineFact.RESULT_RECEIVED), *told),
        What.RESULT,
    )


def _stray(exchange: Exchange, result: Result) -> Heard:
    """A result with no command in flight: the capture hides a command.

    A refusal is charged to the object last spoken to; an OK only tells it that something
    was asked. In a direct data session only NO CARRIER means anything.
    """
    if exchange.data is not None and exchange.data.mode is DataMode.ONLINE:
        if result.kind is not ResultKind.NO_CARRIER:
            return Heard(exchange, (), What.PAYLOAD)
        ended = replace(exchange, data=None)
        return Heard(ended, (line_told(LineFact.RESULT_RECEIVED),), What.RESULT)
    told: tuple[Told, ...] = (line_told(LineFact.STRAY_RESULT),)
    facts = UNLOGGED_OK if result.is_success else STRAY_REFUSAL
    if exchange.addressee is not None and exchange.addressee[0] in facts:
        told = (*told, Told(*exchange.addressee, facts[exchange.addressee[0]]))
    return Heard(exchange, told, What.STRAY)


def _information(exchange: Exchange, text: InformationText, dialect: Dialect) -> Heard:
    """An information text: an answer where the command in flight asked for it, else a URC."""
    exchange = _answer_late(exchange, text.name)
    sent = exchange.in_flight
    asked = sent.asking(text.name) if sent and not sent.echo_due else None
    what = What.INFORMATION if asked else What.URC
    is_pattern = text.name == b"+KPATTERN" and asked is not None and asked.form is Form.READ
    if is_pattern and text.fields[:1] != (b"",):
        exchange = replace(exchange, pattern=text.fields[0])
    declared = dialect.text(text.name)
    if declared is None:
        return Heard(_notify_undeclared(exchange), (), what)
    read = declared.read(text, asked)
    told = tuple(t for t in read if is_plausible(t.key))
    if declared.restarts and told:
        answered = _answered_by_banner(sent) if sent else ()
        fresh = Exchange(
            dialect.end_pattern,
            addressee=exchange.addressee,
            verifies_echo=exchange.verifies_echo,
        )
        return Heard(fresh, (*answered, *told), What.URC)
    if declared.names and asked and told and sent is not None:
        key = told[0].key
        members = tuple(m._replace(key=key) if m.key == NAMELESS else m for m in sent.members)
        exchange = replace(exchange, in_flight=replace(sent, members=members))
    if sent is not None and any(m.command.answered_by == text.name for m in sent.members) and told:
        notified = any(m.key == told[0].key for m in sent.owners)
        exchange = replace(exchange, in_flight=replace(sent, notified=notified or sent.notified))
    owners = [(t.machine, t.key) for t in told if t.machine in SOCKETS]
    if owners:
        exchange = replace(exchange, addressee=owners[-1])
    return Heard(exchange, told, what)


def _answered_by_banner(sent: Sent) -> tuple[Told, ...]:
    """What was in flight when the modem restarted: the banner answers a restart, ends the rest."""
    restarts = tuple(
        Told(m.command.machine, m.key, ModemFact.RESTART_ACCEPTED)
        for m in sent.members
        if m.command.fact_done(m.line) is ModemFact.RESTART_ACCEPTED
    )
    return (line_told(LineFact.RESULT_RECEIVED), *restarts)


def _notify_undeclared(exchange: Exchange) -> Exchange:
    """Note that an undeclared command was answered by something (see `Sent.notified`)."""
    sent = exchange.in_flight
    if sent is None or sent.members or sent.notified:
        return exchange
    return replace(exchange, in_flight=replace(sent, notified=True))


def _answer_late(exchange: Exchange, name: bytes) -> Exchange:
    """Put an overdue command back in flight when an information text is clearly its answer."""
    sent, overdue = exchange.in_flight, exchange.overdue
    if sent is None or overdue is None or not overdue.asking(name) or sent.asking(name):
        return exchange
    return replace(exchange, in_flight=overdue, overdue=None, waiting=sent)
