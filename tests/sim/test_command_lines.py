"""How the simulated modem takes command lines and frames what it says: 1.1 to 1.5."""

from __future__ import annotations

import pytest

from tests.sim.terminal import ANSWER_S, Terminal

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"


@pytest.fixture
def terminal() -> Terminal:
    """Provide an HL78 with echo off and numeric errors."""
    terminal = Terminal("hl78")
    terminal.prepare()
    return terminal


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (b"AT\r", OK),
        (b"at\r", OK),
        (b"\nAT\r", OK),
        (b"noise, and then AT\r", OK),
        (b"AAT\r", OK),
        (b"ATX\x7f\r", OK),
        (b"AT+CSX\x7fQ\r", b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n"),
        (b"no command at a11\r", b"\r\n+CME ERROR: 3\r\n"),
        (b"\r\n\r\n", b""),
        (b"+++\r", b""),
        (b"AT+NONSENSE\r", b"\r\n+CME ERROR: 3\r\n"),
        (b"AT+CSQ;+CGATT?\r", b"\r\n+CSQ: 20,99\r\n+CGATT: 1\r\n\r\nOK\r\n"),
        (b"AT+CSQ;+NONSENSE;+CSQ\r", b"\r\n+CSQ: 20,99\r\n\r\n+CME ERROR: 3\r\n"),
        (b"ATE0V1\r", OK),
        (b"AT+KCNXUP=?\r", b"\r\n+KCNXUP: (1-2)\r\n\r\nOK\r\n"),
        (b"AT+KTCPSND=?\r", b"\r\n+KTCPSND: (1-6),(1-4294967295)\r\n\r\nOK\r\n"),
        (b"AT+CMEE?\r", b"\r\n+CMEE: 1\r\n\r\nOK\r\n"),
        (b"AT+CMEE=3\r", b"\r\n+CME ERROR: 50\r\n"),
        (b"AT+IFC?\r", b"\r\n+IFC: 2,2\r\n\r\nOK\r\n"),
        (b'AT+KPATTERN="$$";+KPATTERN?\r', b'\r\n+KPATTERN: "$$"\r\n\r\nOK\r\n'),
        (b"AT+KTCPCLOSE=\r", b"\r\n+CME ERROR: 917\r\n"),
        (b"AT+KTCPCLOSE=x\r", b"\r\n+CME ERROR: 916\r\n"),
        (b"AT+KTCPCLOSE=1\r", b"\r\n+CME ERROR: 910\r\n"),
        (b'AT+KTCPCFG=1,1,"",80\r', b"\r\n+CME ERROR: 918\r\n"),
        (b'AT+KTCPCFG=2,0,"h",80\r', b"\r\n+CME ERROR: 910\r\n"),
        (b'AT+KTCPCFG=1,0,"h"\r', b"\r\n+CME ERROR: 917\r\n"),
        (b'AT+KTCPCFG=1,0,"h",0\r', b"\r\n+CME ERROR: 916\r\n"),
        (b'AT+KTCPCFG=1,0,"h",1,,,,,,,\r', b"\r\n+CME ERROR: 915\r\n"),
        (b'AT+KCNXCFG=1,"GPRS","a",,,,"10.0.0.9"\r', b"\r\n+CME ERROR: 918\r\n"),
        (b"AT!RESET\r", b"\r\n+CME ERROR: 3\r\n"),
    ],
)
def test_a_command_line_is_answered(written: bytes, expected: bytes, terminal: Terminal) -> None:
    """What stands before AT is skipped, 0x7F deletes, a chain ends where it fails."""
    assert expected == terminal.type(written)


@pytest.mark.parametrize("profile", ["hl78", "hl75"])
def test_an_overlong_line_is_one_error(profile: str) -> None:
    """[LEG-S, M18]: the line that just fits is executed, a longer one is refused and forgotten."""
    terminal = Terminal(profile)
    terminal.prepare()
    longest = 2047 if profile == "hl78" else 1023
    fits = b'AT+KPATTERN="%b"' % (b"x" * (longest - 15))

    assert b"\r\n+CME ERROR: 931\r\n" == terminal.ask(fits)
    assert ERROR == terminal.ask(b"AT" + b"A" * 5000)
    assert b"" == terminal.ask(b"B" * 100_000)
    assert OK == terminal.ask(b"AT")


def test_echo_is_what_was_written(terminal: Terminal) -> None:
    """[LEG-S]: a raw copy, its end included; ATE0 itself is echoed still."""
    terminal.ask(b"ATE1")

    assert b"noise at+csq\r\r\n+CSQ: 20,99\r\n\r\nOK\r\n" == terminal.type(b"noise at+csq\r")
    assert b"\n" == terminal.type(b"\n")
    assert b"ATE0\r\r\nOK\r\n" == terminal.ask(b"ATE0")
    assert OK == terminal.ask(b"AT")


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (b"0", ERROR),
        (b"1", b"\r\n+CME ERROR: 3\r\n"),
        (b"2", b"\r\n+CME ERROR: Operation not allowed\r\n"),
    ],
)
def test_errors_are_said_as_asked(mode: bytes, expected: bytes, terminal: Terminal) -> None:
    """AT+CMEE: the word, the number, the text [LEG-S]."""
    terminal.ask(b"AT+CMEE=" + mode)

    assert expected == terminal.ask(b"AT+NONSENSE")


def test_numeric_results_of_hl75() -> None:
    """[STD]: a digit and CR; information text without the CRLF before it."""
    terminal = Terminal("hl75")
    terminal.prepare()
    assert b"0\r" == terminal.ask(b"ATV0")
    assert b"+CSQ: 20,99\r\n0\r" == terminal.ask(b"AT+CSQ")
    terminal.ask(b"AT+CMEE=0")

    assert b"4\r" == terminal.ask(b"AT+NONSENSE")


def test_legato_knows_no_numeric_results(terminal: Terminal) -> None:
    """[LEG-S]: ATV0 is accepted and changes nothing."""
    assert OK == terminal.ask(b"ATV0")


def test_quiet_says_no_results(terminal: Terminal) -> None:
    """ATQ1 leaves information text only."""
    assert b"" == terminal.ask(b"ATQ1")
    assert b"\r\n+CSQ: 20,99\r\n" == terminal.ask(b"AT+CSQ")


def test_first_line_and_further_lines_are_framed_differently(terminal: Terminal) -> None:
    """[LEG-S]: only the first line of information text has a CRLF before it."""
    names = ("TCPC", "TCPS", "UDPC", "UDPS", "HTTP", "HTTPS", "FTP")
    lines = "".join(f'+KURCCFG: "{name}",1,1\r\n' for name in names)

    assert f"\r\n{lines}\r\nOK\r\n".encode() == terminal.ask(b"AT+KURCCFG?")


@pytest.mark.parametrize("profile", ["hl78", "rc76"])
def test_legato_holds_urcs_until_the_result(profile: str) -> None:
    """[LEG-S]: what happens while a command is executed is said behind its result."""
    terminal = Terminal(profile)
    terminal.prepare()
    terminal.ask(b"AT+CEREG=1")

    assert b"\r\nOK\r\n\r\n+CEREG: 0\r\n" == terminal.ask(b"AT+CGATT=0")


def test_hl75_says_urcs_when_they_happen() -> None:
    """1.2: other engines let an unsolicited result code stand before the result."""
    terminal = Terminal("hl75")
    terminal.prepare()
    terminal.ask(b"AT+CEREG=1")

    assert b"\r\n+CEREG: 0\r\n\r\nOK\r\n" == terminal.ask(b"AT+CGATT=0")


def test_urcs_can_be_switched_off(terminal: Terminal) -> None:
    """KURCCFG: neither the state of a session nor its data is said."""
    terminal.ask(b'AT+KURCCFG="TCP",0,0')
    terminal.ask(b'AT+KTCPCFG=1,0,"203.0.113.5",7')

    assert b"+KTCP" not in terminal.ask(b"AT+KTCPCNX=1", 10.0)
    assert b"\r\n+KTCPSTAT: 3,-1,0,0\r\n\r\nOK\r\n" == terminal.ask(b"AT+KTCPSTAT=1")


def test_registration_is_said_with_its_place(terminal: Terminal) -> None:
    """[KR]: the read form has the mode in front; mode 2 adds area, cell and access."""
    assert b"\r\n+CEREG: 0,1\r\n\r\nOK\r\n" == terminal.ask(b"AT+CEREG?")
    terminal.ask(b"AT+CEREG=2")

    place = b'1,"1A2B","0123ABCD",7\r\n'
    assert b"\r\n+CEREG: 2," + place + OK == terminal.ask(b"AT+CEREG?")
    assert b"\r\nOK\r\n\r\n+CEREG: 0\r\n" == terminal.ask(b"AT+CFUN=4")
    assert b"\r\n+CME ERROR: 53\r\n" == terminal.ask(b"AT+CGATT=1")
    heard = terminal.ask(b"AT+CFUN=1", 5.0)
    assert b"\r\nOK\r\n\r\n+CEREG: 2\r\n\r\n+CEREG: " + place == heard


@pytest.mark.parametrize(
    ("profile", "last"), [("hl78", 6), ("rc76", 10), ("rc7611", 10), ("hl75", 32)]
)
def test_ids_are_handed_out_lowest_first(profile: str, last: int) -> None:
    """q19 [QA-BX]: the lowest free one; 912 when none is left; TCP and UDP share them."""
    terminal = Terminal(profile)
    terminal.prepare()
    define = b'AT+KTCPCFG=1,0,"203.0.113.5",7'
    for sid in range(1, last + 1):
        assert b"+KTCPCFG: %d\r\n" % sid in terminal.ask(define)
    assert b"\r\n+CME ERROR: 912\r\n" == terminal.ask(b"AT+KUDPCFG=1,0")
    terminal.ask(b"AT+KTCPDEL=3")

    assert b"+KTCPCFG: 3\r\n" in terminal.ask(define)


def test_answers_take_as_long_as_they_do_in_the_field() -> None:
    """6.4: about ten milliseconds, never none, and not always the same."""
    terminal = Terminal("hl78")
    terminal.prepare()
    times_s = set()
    for _ in range(20):
        terminal.modem.write(b"AT\r", terminal.now_s)
        due_s = terminal.modem.deadline_s()
        assert due_s is not None
        times_s.add(due_s - terminal.now_s)
        terminal.run(ANSWER_S)

    assert 0.005 < min(times_s) < max(times_s) < 0.020
    assert 20 == len(times_s)
