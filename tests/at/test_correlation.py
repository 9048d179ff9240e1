"""Which command does this line answer? Facts line by line, and what is in flight meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atfsm.at.correlation import end_payload, hear, send, silence
from atfsm.at.dialect import Dialect, Told
from atfsm.at.dialects import ANY, DIALECTS
from atfsm.at.exchange import Exchange, Heard, What
from tests.tables.lines import ROWS, Row

INTERLEAVED = ("<+QIURC: 1", "<+CSQ: 17,99", "<^MODE: 1", "<RING")


def start() -> Exchange:
    """Nothing was said yet."""
    return Exchange(ANY.end_pattern)


def say(exchange: Exchange, line: str, *, timed: bool = False) -> Heard:
    """Say one line: ``>`` by the host, ``<`` by the modem."""
    speak = send if line[:1] == ">" else hear
    return speak(exchange, line[1:].encode(), ANY, timed=timed)


def after(*lines: str, timed: bool = False) -> Exchange:
    """Say lines from the beginning on."""
    exchange = start()
    for line in lines:
        exchange = say(exchange, line, timed=timed).exchange
    return exchange


def words(told: tuple[Told, ...]) -> tuple[str, ...]:
    """Write facts as the table does, without those of the line."""
    return tuple(f"{t.machine} {t.key} {t.fact}" for t in told if t.machine != "line")


def of_line(heard: Heard) -> tuple[str, ...]:
    """The facts that the line itself is told."""
    return tuple(str(t.fact) for t in heard.told if t.machine == "line")


def title(row: Row) -> str:
    """Name a row of the table."""
    return " ".join([*row[0], row[1]])


@pytest.mark.parametrize("row", ROWS, ids=title)
@pytest.mark.parametrize("timed", [False, True], ids=["unstamped", "stamped"])
def test_a_line_carries_its_facts(row: Row, timed: bool) -> None:
    """Answer or URC is decided by the command in flight, and a field's value by its own fact."""
    before, line, expected = row

    assert expected == words(say(after(*before, timed=timed), line, timed=timed).told)


@pytest.mark.parametrize("row", [r for r in ROWS if r[0]], ids=title)
@pytest.mark.parametrize("between", INTERLEAVED)
def test_a_line_carries_its_facts_with_others_between(row: Row, between: str) -> None:
    """A URC may come between a command and its answer and changes nothing of it (1.2)."""
    before, line, expected = row
    if line[0] == ">":
        return

    assert expected == words(say(after(*before, between), line).told)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('AT+KTCPCFG=1,0,"h",80', "1"),
        ('AT+KTCPCFG=2,0,"h",80', "2"),
        ('AT+KTCPCFG=,0,"h",80', "1"),
        ("AT+KUDPCFG=3,0,1234", "3"),
    ],
)
def test_a_definition_names_its_profile(text: str, name: str) -> None:
    """A socket stands on the profile that defines it; left out, it is the first (3.1)."""
    heard = say(start(), f">{text}")

    assert [name] == [t.context for t in heard.told if t.machine in {"tcp", "udp"}]


@pytest.mark.parametrize(
    ("lines", "pattern"),
    [
        ((), b"--EOF--Pattern--"),
        (('>AT+KPATTERN="$$"',), b"--EOF--Pattern--"),
        (('>AT+KPATTERN="$$"', "<OK"), b"$$"),
        (('>AT+KPATTERN="$$"', "<ERROR"), b"--EOF--Pattern--"),
        (('>AT+KPATTERN="a,b"', "<OK"), b"a,b"),
        (('>AT+KPATTERN=""', "<OK"), b"--EOF--Pattern--"),
        ((">AT+KPATTERN?", '<+KPATTERN: "$$"'), b"$$"),
        ((">AT+KPATTERN?", '<+KPATTERN: "$$"', "<OK"), b"$$"),
        ((">AT+KPATTERN=?", "<+KPATTERN: (0-20)", "<OK"), b"--EOF--Pattern--"),
        (('>ATE0;+KPATTERN="$$"', "<OK"), b"$$"),
        (('>AT+KPATTERN="$$"', "<OK", "<+KSUP: 0"), b"--EOF--Pattern--"),
    ],
)
def test_the_end_pattern_is_the_one_in_force(lines: tuple[str, ...], pattern: bytes) -> None:
    """A pattern counts from the OK to its command on, or from an answer that reads it (1.6)."""
    assert pattern == after(*lines).pattern


@pytest.mark.parametrize(
    ("command", "count"),
    [
        ("AT+KTCPSND=1,5", 5),
        ("AT+KTCPRCV=1,7", 7),
        ('AT+KUDPSND=1,"203.0.113.5",7,34', 34),
        ("AT+KUDPRCV=1,9", 9),
        ("AT+KTCPSND=1", None),
        ("AT+KTCPSND=1,x", None),
        ("AT+KTCPSND=1,-5", None),
    ],
)
def test_connect_opens_what_the_command_asked_for(command: str, count: int | None) -> None:
    """The count of payload bytes is the one that the command announced."""
    exchange = after(f">{command}", "<CONNECT")

    assert exchange.data is not None
    assert count == exchange.data.count_bytes
    assert end_payload(exchange).exchange.data is None
    assert after(f">{command}", "<CONNECT", "<NO CARRIER").data is None


def test_a_result_ends_one_command() -> None:
    """The second of two results answers nothing."""
    exchange = after(">AT+CSQ", "<OK")
    second = say(exchange, "<OK")

    assert exchange.in_flight is None
    assert What.STRAY is second.what
    assert ("stray_result",) == of_line(second)


def test_an_overlapped_command_is_the_hosts_mistake_where_there_is_a_clock() -> None:
    """With stamps, a command over an unanswered one is two commands at once (1.1)."""
    heard = say(after(">AT+KTCPSND=1,5", timed=True), ">AT+CSQ", timed=True)

    assert ("command_overlapped", "command_sent") == of_line(heard)
    assert () == words(heard.told)


def test_an_overlapped_command_is_a_silence_where_there_is_none() -> None:
    """Without stamps, it says that the host gave up waiting; the silence is the socket's."""
    heard = say(after(">AT+KTCPSND=1,5"), ">AT+CSQ")

    assert ("quarantine_imposed", "command_sent") == of_line(heard)
    assert ("tcp 1 limit_passed",) == words(heard.told)


def test_a_command_that_speaks_to_nobody_is_charged_to_the_line() -> None:
    """An unanswered ``AT+CSQ`` is no affair of a socket's."""
    heard = say(after(">AT+CSQ"), ">AT+KTCPSND=1,5")

    assert ("limit_passed", "command_sent") == of_line(heard)
    assert ("tcp 1 send_requested",) == words(heard.told)


def test_a_late_answer_finds_its_command() -> None:
    """Text that only the older command asked for belongs to it, and the younger still waits."""
    exchange = after(">AT+CSQ", ">AT+KTCPSTAT=1", "<+CSQ: 17,99")
    assert exchange.in_flight is not None
    assert b"AT+CSQ" == exchange.in_flight.text

    exchange = say(exchange, "<OK").exchange
    assert exchange.in_flight is not None
    assert b"AT+KTCPSTAT=1" == exchange.in_flight.text
    assert ("tcp 1 status_connected",) == words(say(exchange, "<+KTCPSTAT: 3,-1,0,0").told)


def test_a_late_name_goes_to_the_definition_that_asked_for_it() -> None:
    """``+KTCPCFG: 1`` names the session also when another command went out meanwhile."""
    exchange = after('>AT+KTCPCFG=1,0,"h",80', ">AT+CSQ", "<+KTCPCFG: 1")
    heard = say(exchange, "<OK")

    assert ("tcp 1 defined",) == words(heard.told)


def test_the_notification_of_another_session_answers_nothing() -> None:
    """``+KTCP_NOTIF: 2,4`` does not stand in place of the answer to session 1's close."""
    heard = say(after(">AT+KTCPCLOSE=1,1", "<+KTCP_NOTIF: 2,4"), ">AT+CSQ")

    assert ("tcp 1 limit_passed",) == words(heard.told)


def test_the_banner_ends_what_was_in_flight() -> None:
    """After ``+KSUP`` nothing that was asked before will be answered."""
    exchange = after(">ATV0", "<0", ">AT+KTCPSND=1,5", "<+KSUP: 0")

    assert exchange.in_flight is None
    assert exchange.data is None
    assert not exchange.numeric


def test_silence_is_told_once_and_leaves_the_command_in_flight() -> None:
    """Its answer may still come, and must not be taken for the answer to the next one (q11)."""
    heard = silence(after(">AT+KTCPCLOSE=1,1", timed=True))

    assert ("tcp 1 limit_passed",) == words(heard.told)
    assert heard.exchange.in_flight is not None
    assert ("tcp 1 close_answered",) == words(say(heard.exchange, "<OK", timed=True).told)


@pytest.mark.parametrize(
    ("lines", "line", "what"),
    [
        ((), ">AT+CSQ", What.COMMAND),
        ((), ">words", What.NOISE),
        ((), "<words", What.NOISE),
        ((), "<+CSQ: 1,1", What.URC),
        ((">AT+CSQ",), "<+CSQ: 1,1", What.INFORMATION),
        ((">AT+CSQ",), "<+KTCP_NOTIF: 1,4", What.URC),
        ((">AT+CSQ",), "<AT+CSQ", What.ECHO),
        ((">AT+CSQ",), "<OK", What.RESULT),
        ((">ATI",), "<Model: RC7620", What.INFORMATION),
        ((">AT+KTCPSND=1,5",), "<CONNECT", What.CONNECT),
        ((), "<CONNECT", What.STRAY),
        ((">ATD*99#", "<CONNECT"), "<OK", What.PAYLOAD),
        ((">ATD*99#", "<CONNECT"), "<NO CARRIER", What.RESULT),
    ],
)
def test_a_line_is_what_it_is(lines: tuple[str, ...], line: str, what: What) -> None:
    """Command, echo, result, answer, URC, payload and noise are told apart."""
    assert what is say(after(*lines), line).what


@given(
    lines=st.lists(
        st.tuples(st.booleans(), st.sampled_from([r[1][1:] for r in ROWS]) | st.text(max_size=12)),
        max_size=12,
    ),
    timed=st.booleans(),
)
def test_nothing_that_is_said_raises(lines: list[tuple[bool, str]], timed: bool) -> None:
    """Whatever is said in whatever order, every line is understood somehow."""
    exchange = start()
    for by_host, text in lines:
        speak = send if by_host else hear
        heard = speak(exchange, text.encode("utf-8", "replace"), ANY, timed=timed)
        exchange = heard.exchange
        silence(exchange)
        end_payload(exchange)
    assert isinstance(hash(exchange), int)
    assert exchange == replace(exchange)


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
def test_every_family_reads_lines_alike(dialect: Dialect) -> None:
    """The K commands mean the same to all families: a capture need not say its own."""
    for before, line, expected in ROWS:
        exchange = start()
        for text in (*before, line):
            speak = send if text[:1] == ">" else hear
            heard = speak(exchange, text[1:].encode(), dialect, timed=False)
            exchange = heard.exchange
        assert expected == words(heard.told)
