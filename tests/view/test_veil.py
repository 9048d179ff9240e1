"""What is secret is hidden by what it was, and wherever else it stands."""

from __future__ import annotations

import pytest

from atfsm.view.veil import Veil
from tests.effort import runs_away


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AT+CPIN?", "AT+CPIN?"),
        ("+CPIN: READY", "+CPIN: READY"),
        ("AT+CPIN=?", "AT+CPIN=?"),
        ('AT+CPIN="4711"', 'AT+CPIN="[PIN]"'),
        ("AT+CPIN=“4711”", "AT+CPIN=“[PIN]”"),
        ('AT+CPIN="47', 'AT+CPIN="[PIN]'),
        ("AT+CPIN=4711;+CREG?", "AT+CPIN=[PIN];+CREG?"),
        ("`AT+CPIN=4711` (line 4), and so on", "`AT+CPIN=[PIN]` (line 4), and so on"),
        ('AT+CLCK="SC",2', 'AT+CLCK="SC",2'),
        ("ATD*99***1#", "ATD*99***1#"),
        ("ATDT*99#", "ATDT*99#"),
        ("ATD>1;", "ATD[phone number];"),
        ("AT+CMGS=23", "AT+CMGS=23"),
        ('+KCNXCFG: 1,"GPRS","apn.example","",""', '+KCNXCFG: 1,"GPRS","apn.example","",""'),
        ('AT+KCNXCFG=1,"GPRS","a","u,x","p;y"', 'AT+KCNXCFG=1,"GPRS","a","[login]","[password]"'),
        ("+CGSN: 12", "+CGSN: 12"),
        ("// my IMSI is 262011234567890!", "// my IMSI is [IMSI]!"),
        ("// PUK: 12345678", "// PUK: [PIN]"),
        ("352099001761481", "[IMEI or IMSI]"),
        ("3520990017614812", "3520990017614812"),
        ("+KTCP_DATA: 1,20", "+KTCP_DATA: 1,20"),
        ("+KTCP_DATA: 1,3,a,b", "+KTCP_DATA: 1,3,[payload]"),
        ("1700000000123", "1700000000123"),
    ],
)
def test_the_shape_of_a_line_stays_readable(text: str, expected: str) -> None:
    """Only what is secret is replaced, by what it was."""
    assert expected == Veil().line(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4711", "[PIN]"),
        ("x4711", "x4711"),
        ("on line 4711, 4711 came", "on line 4711, [PIN] came"),
        ("xhunter22y", "x[password]y"),
        ("[password] and [PIN]", "[password] and [PIN]"),
        ("31612345678 and +31612345678", "[phone number] and [phone number]"),
        ("web and webpage", "web and webpage"),
    ],
)
def test_what_was_learned_is_hidden_elsewhere(text: str, expected: str) -> None:
    """Short values as words of their own, long ones anywhere, the shortest only in their field."""
    veil = Veil()
    for line in (
        'AT+CPIN="4711"',
        'AT+KCNXCFG=1,"GPRS","apn","web","hunter22"',
        "ATD+31612345678;",
        'AT+WPPP=1,1,"web","password"',
    ):
        veil.line(line)

    assert expected == veil.again(text)


def test_values_that_begin_alike_cost_no_more_than_others() -> None:
    """A hostile capture enters thousands of PINs with one beginning: each place is looked up."""
    veil = Veil()
    for number in range(5_000):
        veil.line(f'AT+CPIN="1234{number}"')
    text = "1234 " * 6_000

    assert not runs_away(lambda line: veil.again(line.decode()), text.encode())
    assert "[PIN]" == veil.again("12344999")


def test_of_two_values_the_longer_is_hidden() -> None:
    """What is left of it would tell the rest."""
    veil = Veil()
    for pin in ("12345678", "123456", "1234567890"):
        veil.line(f'AT+CPIN="{pin}"')

    assert "[PIN]1, [PIN], [PIN]9" == veil.again("12345678901, 1234567890, 123456789")
