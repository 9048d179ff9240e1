"""How the simulated modem frames what it says, byte for byte: 1.2 to 1.4, whole sessions."""

from __future__ import annotations

import pytest

from atfsm.sim import Chunks
from atfsm.sim.answers import Answer
from atfsm.sim.framing import Framing
from atfsm.sim.virtual import VirtualLink
from tests.sim.terminal import NETWORK_S, PATTERN, Terminal

OK = b"\r\nOK\r\n"
CONNECT = b"\r\nCONNECT\r\n"
GREETING = b"0123456789abcdefghijklmnopqrstuvwx"  # 34 bytes, as [QA-TCP] sends

LEGATO, RC7611 = Framing(), Framing(wraps_twice=True)
NUMERIC, QUIET = Framing(is_numeric=True), Framing(is_quiet=True)
ONE = Answer((b"+KTCPSTAT: 3,-1,0,0",))
TWO = Answer((b"+A: 1", b"+B: 2"))
REFUSED = Answer(final=b"+CME ERROR: 910")
AFTER_PAYLOAD = Answer(after_payload=True)

# fmt: off
ANSWERS = (
    #  framing   answer            bytes
    (LEGATO,   Answer(),         b"\r\nOK\r\n"),
    (LEGATO,   ONE,              b"\r\n+KTCPSTAT: 3,-1,0,0\r\n\r\nOK\r\n"),
    (LEGATO,   TWO,              b"\r\n+A: 1\r\n+B: 2\r\n\r\nOK\r\n"),
    (LEGATO,   REFUSED,          b"\r\n+CME ERROR: 910\r\n"),
    (LEGATO,   AFTER_PAYLOAD,    b"\r\nOK\r\n"),
    (RC7611,   Answer(),         b"\r\nOK\r\n"),
    (RC7611,   ONE,              b"\r\n\r\n+KTCPSTAT: 3,-1,0,0\r\n\r\nOK\r\n"),
    (RC7611,   TWO,              b"\r\n\r\n+A: 1\r\n+B: 2\r\n\r\nOK\r\n"),
    (RC7611,   AFTER_PAYLOAD,    b"\0\r\nOK\r\n"),
    (NUMERIC,  Answer(),         b"0\r"),
    (NUMERIC,  ONE,              b"+KTCPSTAT: 3,-1,0,0\r\n0\r"),
    (NUMERIC,  Answer(final=b"ERROR"),      b"4\r"),
    (NUMERIC,  Answer(final=b"NO CARRIER"), b"3\r"),
    (NUMERIC,  REFUSED,          b"\r\n+CME ERROR: 910\r\n"),
    (QUIET,    Answer(),         b""),
    (QUIET,    ONE,              b"\r\n+KTCPSTAT: 3,-1,0,0\r\n"),
    (QUIET,    REFUSED,          b""),
)
# fmt: on


@pytest.mark.parametrize(("framing", "answer", "expected"), ANSWERS)
def test_an_answer_is_framed(framing: Framing, answer: Answer, expected: bytes) -> None:
    """1.2 [LEG-S], 1.4 [FLOCK], 1.3 [STD]: CRLF where it belongs, once or twice or never."""
    assert expected == b"".join(framing.answer(answer))


@pytest.mark.parametrize(
    ("framing", "result", "urc"),
    [
        (LEGATO, b"\r\nCONNECT\r\n", b"\r\n+KTCP_DATA: 1,171\r\n"),
        (RC7611, b"\r\nCONNECT\r\n", b"\r\n\r\n+KTCP_DATA: 1,171\r\n\r\n"),
        (NUMERIC, b"1\r", b"\r\n+KTCP_DATA: 1,171\r\n"),
        (QUIET, b"\r\nCONNECT\r\n", b"\r\n+KTCP_DATA: 1,171\r\n"),
    ],
)
def test_connect_and_urcs_are_framed(framing: Framing, result: bytes, urc: bytes) -> None:
    """1.2 [LEG-S], 1.4 [FLOCK]: RC7611 wraps an URC twice, and CONNECT as everybody does."""
    assert result == framing.result(b"CONNECT")
    assert urc == framing.urc(b"+KTCP_DATA: 1,171")


# ---------------------------------------------------------------- whole sessions, echo on or off

Row = tuple[bytes, float, bytes]  # what is written, how long is read, what comes

# fmt: off
HL78_TCP: tuple[Row, ...] = (  # 7.1 [QA-TCP, FRCV, ZN]
    (b"AT+CMEE=1\r",                              0.04, OK),
    (b"AT&K3\r",                                  0.04, OK),
    (b"AT+KSLEEP=2\r",                            0.04, OK),
    (b'AT+KPATTERN="--EOF--Pattern--"\r',         0.04, OK),
    (b"AT+KCNXTIMER=1,30,2,60,30\r",              0.04, OK),
    (b"AT+CGATT=0\r",                             5.0,  OK),
    (b'AT+CGDCONT=1,"IP","apn"\r',                0.04, OK),
    (b"AT+CGATT=1\r",                             5.0,  OK),
    (b'AT+KCNXCFG=1,"GPRS","apn","",""\r',        0.04, OK),
    (b"AT+KTCPSTAT=1\r",                          0.04, b"\r\n+CME ERROR: 910\r\n"),
    (b'AT+KTCPCFG=1,0,"203.0.113.5",7\r',         0.04, b"\r\n+KTCPCFG: 1\r\n" + OK),
    (b"AT+KTCPSTAT=1\r",                          0.04, b"\r\n+KTCPSTAT: 1,-1,0,0\r\n" + OK),
    (b"AT+KTCPCNX=1\r",                           0.04, OK + b"\r\n+KCNX_IND: 1,4,1\r\n"),
    (b"AT+KTCPSTAT=1\r",                          0.04, b"\r\n+KTCPSTAT: 2,-1,0,0\r\n" + OK),
    (b"",                                         9.0,  b"\r\n+KCNX_IND: 1,1,0\r\n\r\n+KTCP_IND: 1,1\r\n"),
    (b"AT+KCGPADDR\r",                            0.04, b'\r\n+KCGPADDR: 1,"10.0.0.7"\r\n' + OK),
    (b"AT+KTCPSND=1,34\r",                        0.04, CONNECT),
    (GREETING + PATTERN,                          0.04, OK),
    (b"",                                         1.0,  b"\r\n+KTCP_DATA: 1,34\r\n"),
    (b"AT+KTCPRCV=1,34\r",                        0.04, CONNECT + GREETING + PATTERN + OK),
    (b"AT+KTCPSTAT=1\r",                          0.04, b"\r\n+KTCPSTAT: 3,-1,0,0\r\n" + OK),
    (b"AT+KTCPCLOSE=1,1\r",                       20.0, OK + b"\r\n+KCNX_IND: 1,5,30\r\n"),
    (b"",                                         20.0, b"\r\n+KCNX_IND: 1,3\r\n"),
    (b"AT+KTCPSTAT=1\r",                          0.04, b"\r\n+KTCPSTAT: 5,-1,0,0\r\n" + OK),
    (b"AT+KTCPDEL=1\r",                           0.04, OK),
    (b"AT+KTCPSTAT=1\r",                          0.04, b"\r\n+CME ERROR: 910\r\n"),
)
RC7620_TCP: tuple[Row, ...] = (  # 7.2 [F923]
    (b"AT+CMEE=1\r",                              0.04, OK),
    (b"AT+COPS?\r",                               0.04, b'\r\n+COPS: 0,0,"Simulated",7\r\n' + OK),
    (b'AT+KTCPCFG=1,0,"203.0.113.5",99\r',        0.04, b"\r\n+KTCPCFG: 1\r\n" + OK),
    (b"AT+KTCPCNX=1\r",                           0.04, OK + b"\r\n+KCNX_IND: 1,4,1\r\n"),
    (b"",                                         2.0,  b"\r\n+KCNX_IND: 1,1,0\r\n"),
    (b"AT+KTCPSND=1,28\r",                        0.04, b"\r\n+CME ERROR: 923\r\n"),
)
HL78_UDP: tuple[Row, ...] = (  # 7.5 [QA-UDP]
    (b'AT+KCNXCFG=1,"GPRS","apn"\r',              0.04, OK),
    (b"AT+KUDPCFG=1,0,1234\r",                    0.04, b"\r\n+KUDPCFG: 1\r\n" + OK + b"\r\n+KCNX_IND: 1,4,1\r\n"),
    (b"",                                         2.0,  b"\r\n+KCNX_IND: 1,1,0\r\n\r\n+KUDP_IND: 1,1\r\n"),
    (b"AT+KCGPADDR=1\r",                          0.04, b'\r\n+KCGPADDR: 1,"10.0.0.7"\r\n' + OK),
    (b'AT+KUDPSND=1,"203.0.113.5",7,34\r',        0.04, CONNECT),
    (GREETING + PATTERN,                          0.04, OK),
    (b"",                                         1.0,  b"\r\n+KUDP_DATA: 1,34\r\n"),
    (b"AT+KUDPRCV=1,34\r",                        0.04, CONNECT + GREETING + PATTERN + OK),
    (b"AT+KUDPCLOSE=1,1\r",                       1.0,  OK + b"\r\n+KCNX_IND: 1,5,30\r\n"),
    (b"",                                         30.0, b"\r\n+KCNX_IND: 1,3\r\n"),
    (b"AT+KUDPDEL=1\r",                           0.04, OK),
)
HL75_TCP: tuple[Row, ...] = (  # 7.6 [M197-M213, FAE, RIL]
    (b'AT+KCNXCFG=1,"GPRS","apn","user","pw"\r',  0.04, OK),
    (b'AT+KTCPCFG=1,0,"203.0.113.5",7,,1,1,0\r',  0.04, b"\r\n+KTCPCFG: 1\r\n" + OK),
    (b"AT+KTCPCNX=1\r",                           0.04, OK + b"\r\n+KCNX_IND: 1,4,1\r\n"),
    (b"",                                         2.0,  b"\r\n+KCNX_IND: 1,1,0\r\n\r\n+KTCP_IND: 1,1\r\n"),
    (b"AT+KTCPSTAT=1\r",                          0.04, b"\r\n+KTCPSTAT: 3,-1,0,0\r\n" + OK),
    (b"AT+KTCPSND=1,3\r",                         0.04, CONNECT),
    (b"abc" + PATTERN,                            1.0,  OK + b"\r\n+KTCP_ACK: 1,1\r\n\r\n+KTCP_DATA: 1,3,abc\r\n"),
    (b"AT+KTCPCLOSE=1,1\r",                       1.0,  OK + b"\r\n+KCNX_IND: 1,5,30\r\n"),
    (b"",                                         30.0, b"\r\n+KCNX_IND: 1,0,0\r\n"),
    (b"AT+KTCPDEL=1\r",                           0.04, OK),
)
# fmt: on


@pytest.mark.parametrize("chunks", list(Chunks))
@pytest.mark.parametrize("echo", [False, True])
@pytest.mark.parametrize(
    ("profile", "rows"),
    [("hl78", HL78_TCP), ("rc76", RC7620_TCP), ("hl78", HL78_UDP), ("hl75", HL75_TCP)],
    ids=["7.1", "7.2", "7.5", "7.6"],
)
def test_a_session_byte_for_byte(
    profile: str, rows: tuple[Row, ...], echo: bool, chunks: Chunks
) -> None:
    """With echo each line comes back before its answer; payload never does (1.6)."""
    terminal = Terminal(profile, chunks=chunks)
    assert b"ATE0\r" + OK == terminal.ask(b"ATE0")
    assert OK == terminal.ask(b"ATE%d" % echo)
    for written, for_s, expected in rows:
        echoed = written if echo and written.endswith(b"\r") else b""
        assert (written, echoed + expected) == (written, terminal.type(written, for_s))


# ---------------------------------------------------------------- who may interrupt (1.2)


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ("hl78", OK + b"\r\n+KTCP_DATA: 1,3\r\n"),
        ("rc76", OK + b"\r\n+KTCP_DATA: 1,3\r\n"),
        ("rc7611", OK + b"\r\n\r\n+KTCP_DATA: 1,3\r\n\r\n"),
        ("hl75", b"\r\n+KTCP_DATA: 1,3\r\n" + OK),
    ],
)
def test_an_urc_during_a_command(profile: str, expected: bytes) -> None:
    """[LEG-S]: it waits for the result, and comes right behind it; HL75 lets it in between."""
    terminal = Terminal(profile)
    terminal.connect(9)
    terminal.run(1.0)
    link = terminal.sink.links[0]
    link.push(b"abc", terminal.now_s)
    assert b"" == terminal.run(NETWORK_S - 0.002)

    assert expected == terminal.ask(b"AT")


@pytest.mark.parametrize("profile", ["hl78", "hl75"])
def test_urcs_of_data_mode_come_in_their_order(profile: str) -> None:
    """1.2: no family breaks into payload; behind OK stands what was held, oldest first."""
    terminal = Terminal(profile)
    terminal.connect(9)
    terminal.ask(b"AT+CEREG=1")
    link = terminal.sink.links[0]
    assert isinstance(link, VirtualLink)
    terminal.ask(b"AT+KTCPSND=1,2")
    link.push(b"abc", terminal.now_s)
    terminal.run(1.0)
    terminal.modem._state.radio.search(terminal.now_s)
    assert b"" == terminal.run(10.0)

    held = (b"+KTCP_DATA: 1,3", b"+CEREG: 2", b"+CEREG: 1")
    expected = OK + b"".join(b"\r\n%b\r\n" % each for each in held)
    assert expected == terminal.type(b"hi" + PATTERN)


def test_numeric_results_of_data_mode() -> None:
    """1.3 [STD]: CONNECT is 1, OK is 0, NO CARRIER is 3."""
    terminal = Terminal("hl75")
    terminal.connect(9)
    assert b"0\r" == terminal.ask(b"ATV0")
    assert b"1\r" == terminal.ask(b"AT+KTCPSND=1,2")
    assert b"0\r" == terminal.type(b"hi" + PATTERN)
    assert b"3\r" == terminal.ask(b"ATO1")
