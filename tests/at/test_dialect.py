"""A dialect is data: rows that are complete, agree with one another, and cite their sources."""

from __future__ import annotations

import re

import pytest

from atfsm.at.dialect import EVERY, Command, DataMode, Dialect, Text
from atfsm.at.dialects import ANY, DIALECTS, HL75, HL78, RC76
from atfsm.at.facts import LineFact, ModemFact, PdpFact, TcpFact, UdpFact
from atfsm.at.grammar import Form, parse_command_line, parse_information, parse_result
from atfsm.fact import Fact, FactKind

OWN: dict[str, type[Fact]] = {
    "line": LineFact,
    "modem": ModemFact,
    "pdp": PdpFact,
    "tcp": TcpFact,
    "udp": UdpFact,
}
COMMANDS = [
    pytest.param(c, id=f"{c.name.decode()} {c.form and c.form.value}") for c in ANY.commands
]
TEXTS = [pytest.param(t, id=t.name.decode()) for t in ANY.texts]

every_family = pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
every_command = pytest.mark.parametrize("command", COMMANDS)
every_text = pytest.mark.parametrize("text", TEXTS)


@every_command
def test_a_command_tells_its_own_machine(command: Command) -> None:
    """Every fact of a row belongs to the machine that the row speaks to."""
    told = [command.asked, command.opened, command.succeeded, command.refused]
    told += command.refused_by.values()
    for fact in filter(None, told):
        assert isinstance(fact, OWN[command.machine])
    if command.asked is not None:
        assert command.asked.kind is FactKind.REQUEST


@every_command
def test_a_command_has_a_limit_with_its_source(command: Command) -> None:
    """No command waits for ever, and no number is a guess."""
    assert 0 < command.limit_s <= 300
    assert re.search(r"\d", command.source)
    assert "ours" in command.source or re.search(r"\[|\(|V\.250|:", command.source)


@every_command
def test_a_command_that_opens_data_says_who_writes_and_how_much(command: Command) -> None:
    """CONNECT of a bounded transfer is counted, and tells its socket."""
    if command.data in {DataMode.OUT, DataMode.IN}:
        assert command.count is not None
        assert command.opened is not None
        assert command.succeeded is not None
        assert command.refused is not None
    else:
        assert command.count is None


@every_text
def test_a_text_survives_any_fields(text: Text) -> None:
    """Missing, empty, doubled and senseless fields name nothing wrong, and raise nothing."""
    for value in (
        b"",
        b",",
        b"1",
        b"1,",
        b",1",
        b"x",
        b'"1"',
        b"1,1,1,1,1,1,1",
        b"-1,-1",
        b"9" * 30,
    ):
        information = parse_information(text.name + b": " + value)
        assert information is not None
        for in_flight in (None, parse_command_line(b"AT" + text.name + b"=1")):
            for told in text.read(information, in_flight):
                assert isinstance(told.fact, OWN[told.machine])
                assert told.key == "" or told.key.lstrip("-").isdigit()


@every_text
def test_a_text_cites_its_source(text: Text) -> None:
    """A URC that is read without evidence is a guess."""
    assert re.search(r"\d", text.source)


@every_family
def test_a_family_says_who_it_is(dialect: Dialect) -> None:
    """Modems, session ids, profiles, restart verbs, and each quirk with its source."""
    assert dialect.modems
    assert dialect.session_ids.start == dialect.contexts.start == 1
    assert dialect.restart_verbs
    for verb in dialect.restart_verbs:
        line = parse_command_line(verb)
        assert line is not None
        command = dialect.command(line)
        assert command is not None
        assert command.fact_done(line) is ModemFact.RESTART_ACCEPTED
    for quirk in dialect.quirks:
        assert quirk.about
        assert re.search(r"\[|\d", quirk.source)


def test_the_families_of_the_report_are_there() -> None:
    """HL78xx, RC76xx with the RC7611, and the older HL75xx generation."""
    assert "RC7620" in RC76.modems
    assert "RC7611" in RC76.modems
    assert "HL7800" in HL78.modems
    assert "HL7518" in HL75.modems
    assert {"double_wrap", "early_send", "late_923"} <= {q.name for q in RC76.quirks}


@pytest.mark.parametrize(
    ("text", "name", "form"),
    [
        (b"AT+KUDPCFG?", b"+KUDPCFG", Form.READ),
        (b"AT+KUDPCFG=1,0", b"+KUDPCFG", Form.SET),
        (b"AT+CPIN?", b"+CPIN", Form.READ),
        (b"AT+CPIN=1234", b"+CPIN", Form.SET),
        (b"AT!RESET", b"!RESET", None),
        (b"AT", b"", Form.EXECUTE),
    ],
)
def test_a_form_has_its_own_row(text: bytes, name: bytes, form: Form | None) -> None:
    """A read and a set command of one name are declared apart."""
    line = parse_command_line(text)
    assert line is not None
    command = ANY.command(line)

    assert command is not None
    assert (name, form) == (command.name, command.form)


@pytest.mark.parametrize("text", [b"AT+KTCPCFG=?", b"AT+KTCPCNX?", b"AT+QIOPEN=1", b"AT+KTCPCF=1"])
def test_what_is_not_declared_is_carried(text: bytes) -> None:
    """Test commands and other makers' commands speak to nobody."""
    line = parse_command_line(text)
    assert line is not None

    assert ANY.command(line) is None


@pytest.mark.parametrize("code", [*range(902, 933), 3, 10, 30, 50, 100, 128, 999])
def test_a_refusal_is_a_refusal_whatever_its_code(code: int) -> None:
    """A code explains; it never decides whether to reset."""
    line = parse_command_line(b"AT+KTCPSND=1,5")
    result = parse_result(b"+CME ERROR: %d" % code)
    assert line is not None
    assert result is not None
    command = ANY.command(line)
    assert command is not None

    assert (TcpFact.SEND_REFUSED,) == command.facts_answered(line, result)


def test_no_session_is_a_fact_of_its_own() -> None:
    """910 to KTCPSTAT says that the session is not there: a question answered, not a refusal."""
    line = parse_command_line(b"AT+KTCPSTAT=1")
    result = parse_result(b"+CME ERROR: 910")
    assert line is not None
    assert result is not None
    command = ANY.command(line)
    assert command is not None

    assert (TcpFact.ABSENT,) == command.facts_answered(line, result)


def test_a_read_of_all_sockets_speaks_to_all() -> None:
    """``AT+KUDPCFG?`` asks about no session in particular."""
    line = parse_command_line(b"AT+KUDPCFG?")
    assert line is not None
    command = ANY.command(line)
    assert command is not None

    assert EVERY == command.key
