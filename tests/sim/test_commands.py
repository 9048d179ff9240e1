"""The commands of the simulated modem in their forms, and what each refuses (2 to 6)."""

from __future__ import annotations

import pytest

from atfsm.sim import Page
from tests.sim.terminal import PATTERN, Terminal

OK = b"\r\nOK\r\n"
REFUSED = b"\r\n+CME ERROR: %d\r\n"
TCP = b'AT+KTCPCFG=1,0,"203.0.113.5",7'


def said(*lines: bytes) -> bytes:
    """Information text, and OK."""
    return b"\r\n" + b"".join(line + b"\r\n" for line in lines) + OK


#: Typed on an HL78 with a profile and no session, one after the other, and what comes.
STANDARD = (
    (b"AT+CGMI", said(b"Sierra Wireless, Incorporated")),
    (b"AT+CGMM", said(b"HL7800")),
    (b"AT+CGMR", said(b"HL7800.4.6.9.4")),
    (b"AT+CGSN", said(b"352653090123458")),
    (b"AT+CPIN?", said(b"+CPIN: READY")),
    (b'AT+CPIN="1234"', REFUSED % 3),
    (b"AT+CMEE=?", said(b"+CMEE: (0-2)")),
    (b"AT+CREG=?", said(b"+CREG: (0-2)")),
    (b"AT+CREG=9", REFUSED % 50),
    (b"AT+CGATT=2", REFUSED % 50),
    (b"AT+CGATT=1", OK),
    (b"AT+COPS?", said(b'+COPS: 0,0,"Simulated",7')),
    (b"AT+COPS=0", OK),
    (b"AT+CFUN?", said(b"+CFUN: 1")),
    (b"AT+CFUN=7", REFUSED % 50),
    (b"AT+CGDCONT?", said(b'+CGDCONT: 1,"IP","internet",,0,0,0,0')),
    (b'AT+CGDCONT=2,"IPV4V6","x"', OK),
    (b"AT+CGDCONT=1", OK),
    (b"AT+CGDCONT?", said(b'+CGDCONT: 2,"IPV4V6","x",,0,0,0,0')),
    (b"AT+CGDCONT=0", REFUSED % 50),
    (b"AT+CGACT?", said(b"+CGACT: 2,1")),
    (b"AT+CGACT=1,2", OK),
    (b"AT+CGACT=2", REFUSED % 50),
    (b"AT+KCGPADDR", OK),
    (b"AT+CPSMS=0;+CPSMS?", said(b"+CPSMS: 0")),
    (b"AT+CEDRXS=1,4;+CEDRXS?", said(b"+CEDRXS: 1,4")),
    (b"AT+KSLEEP=2;+KSLEEP?", said(b"+KSLEEP: 2")),
    (b"AT+IPR?", said(b"+IPR: 115200")),
    (b"ATE2", REFUSED % 50),
    (b"ATV2", REFUSED % 50),
    (b"ATQ2", REFUSED % 50),
    (b"ATX4&C1&D1&K3&S0&W", OK),
    (b"ATO", b"\r\nNO CARRIER\r\n"),
    (b"AT&F", OK),
)

#: The same for the K commands.
K = (
    (b"AT+KPATTERN=?", said(b'+KPATTERN: "<pattern>"')),
    (b"AT+KPATTERN=", REFUSED % 917),
    (b"AT+KSREP?", said(b"+KSREP: 0,0")),
    (b"AT+KSREP=2", REFUSED % 916),
    (b'AT+KURCCFG="TCP",1,2', REFUSED % 916),
    (b'AT+KURCCFG="NONE",1,1', REFUSED % 916),
    (b'AT+KURCCFG="UDP",1,1', OK),
    (
        b"AT+KIPOPT?",
        said(b'+KIPOPT: 0,"TCPC",1,0,0', b'+KIPOPT: 0,"UDPC",2,1020,1020', b"+KIPOPT: 3,0,0"),
    ),
    (b"AT+KIPOPT=3,0,0", OK),
    (b'AT+KIPOPT=0,"TCPC",1,0,0', OK),
    (b'AT+KIPOPT=0,"UDPC",1,7', REFUSED % 916),
    (b"AT+KIPOPT=1", REFUSED % 916),
    (b'AT+KCNXCFG=9,"GPRS","a"', REFUSED % 916),
    (b'AT+KCNXCFG=1,"WIFI","a"', REFUSED % 916),
    (b"AT+KCNXCFG=1", REFUSED % 917),
    (b'AT+KCNXCFG=1,"GPRS","a","user","word","IPV4V6"', OK),
    (
        b"AT+KCNXCFG?",
        said(b'+KCNXCFG: 1,"GPRS","a","user","word","IPV4V6","0.0.0.0","0.0.0.0","0.0.0.0",0'),
    ),
    (b"AT+KCNXTIMER=1,30,2,60,7;+KCNXTIMER?", said(b"+KCNXTIMER: 1,30,2,60,7")),
    (b"AT+KCNXTIMER=1,121", REFUSED % 916),
    (b"AT+KCNXTIMER=1,x", REFUSED % 916),
    (b"AT+KCNXTIMER=9", REFUSED % 916),
    (b"AT+KCNXPROFILE?", said(b"+KCNXPROFILE: 1")),
    (b"AT+KCNXPROFILE=2;+KCNXPROFILE?", said(b"+KCNXPROFILE: 2")),
    (b"AT+KCNXPROFILE=3", REFUSED % 916),
    (b"AT+KCNXUP=2", REFUSED % 910),
    (b"AT+KCNXDOWN=2", REFUSED % 910),
    (b'AT+KTCPCFG=1,x,"h",80', REFUSED % 916),
    (b'AT+KTCPCFG=1,0,"h",80,x', REFUSED % 916),
    (b'AT+KTCPCFG=1,0,"h",80,,2', REFUSED % 916),
    (TCP + b",1000,0,1", said(b"+KTCPCFG: 1")),
    (b"AT+KTCPCFG?", said(b'+KTCPCFG: 1,0,1,0,"203.0.113.5",7,1000,0,1')),
    (b"AT+KTCPACKINFO=1", said(b"+KTCPACKINFO: 1,2")),
    (b"AT+KTCPACKINFO", said(b"+KTCPACKINFO: 1,2")),
    (b"AT+KTCPSND=1,1", REFUSED % 923),
    (b"AT+KTCPSND=1", REFUSED % 917),
    (b"AT+KTCPSND=1,0", REFUSED % 916),
    (b"AT+KTCPSND=1,4294967296", REFUSED % 916),
    (b"AT+KTCPRCV=1,1", REFUSED % 922),
    (b"AT+KTCPRCV=1,0", REFUSED % 916),
    (b"AT+KTCPRCV=1", REFUSED % 917),
    (b"AT+KTCPCNX=1,1", REFUSED % 915),
    (b"AT+KTCPSTART=1,1", REFUSED % 915),
    (b"AT+KTCPSTAT=1,1", REFUSED % 915),
    (b"AT+KTCPACKINFO=1,1", REFUSED % 915),
    (b"AT+KTCPSND=1,1,1", REFUSED % 915),
    (b"AT+KTCPRCV=1,1,1", REFUSED % 915),
    (b"AT+KTCPCLOSE=1,1,1", REFUSED % 915),
    (b"AT+KTCPDEL=1,1", REFUSED % 915),
    (b"AT+KTCPCLOSE=1,2", REFUSED % 916),
    (b"AT+KTCPCLOSE=1", REFUSED % 922),
    (b"AT+KUDPDEL=1", REFUSED % 910),
    (b"AT+KTCPDEL=1", OK),
    (b"AT+KUDPCFG=1,1", REFUSED % 918),
    (b"AT+KUDPCFG=1,0,70000", REFUSED % 916),
    (b"AT+KUDPCFG=9,0", REFUSED % 910),
)


@pytest.mark.parametrize("rows", [STANDARD, K], ids=["standard", "k"])
def test_commands_are_answered(rows: tuple[tuple[bytes, bytes], ...]) -> None:
    """In the set, read, test and execute forms, and where a parameter is wrong."""
    terminal = Terminal("hl78")
    terminal.prepare()
    for command, expected in rows:
        assert (command, expected) == (command, terminal.ask(command))


#: Typed on an HL78 whose radio is off.
WITHOUT_RADIO = (
    (b"AT+CSQ", said(b"+CSQ: 99,99")),
    (b"AT+COPS?", said(b"+COPS: 0")),
    (b"AT+CGATT?", said(b"+CGATT: 0")),
    (b"AT+CGACT=1,1", REFUSED % 30),
    (b"AT+KCNXUP=1", REFUSED % 921),
    (b"AT+KUDPCFG=1,0", REFUSED % 921),
    (TCP, said(b"+KTCPCFG: 1")),
    (b"AT+KTCPCNX=1", REFUSED % 921),
    (b"AT+KTCPSTART=1", REFUSED % 921),
)


def test_without_radio_nothing_connects() -> None:
    """921: the bearer is in no state for it; the id stays as it is."""
    terminal = Terminal("hl78")
    terminal.prepare()
    terminal.ask(b"AT+CFUN=4")
    for command, expected in WITHOUT_RADIO:
        assert (command, expected) == (command, terminal.ask(command))
    assert b"+KTCPSTAT: 1,-1,0,0" in terminal.ask(b"AT+KTCPSTAT=1")


def test_udp_session_is_listed_and_refuses() -> None:
    """KUDPCFG? and the parameters of KUDPSND."""
    terminal = Terminal("hl78")
    terminal.connect_udp(settings=b",1234")
    rows = (
        (b"AT+KUDPCFG?", said(b"+KUDPCFG: 1,1,0,1234,0")),
        (b'AT+KUDPSND=1,"h",0,1', REFUSED % 916),
        (b'AT+KUDPSND=1,"",7,1', REFUSED % 916),
        (b'AT+KUDPSND=1,"h",7', REFUSED % 917),
        (b'AT+KUDPSND=1,"h",7,1,1', REFUSED % 915),
        (b"AT+KUDPRCV=1", REFUSED % 917),
        (b"AT+KUDPRCV=1,1,1", REFUSED % 915),
        (b"AT+KUDPCLOSE=1,1,1", REFUSED % 915),
        (b"AT+KUDPDEL=1,1", REFUSED % 915),
        (b"AT+KTCPSND=1,1", REFUSED % 910),
        (b"AT+KUDPDEL=1", REFUSED % 911),
    )
    for command, expected in rows:
        assert (command, expected) == (command, terminal.ask(command))


def test_hl75_cannot_abort() -> None:
    """[M209]: KTCPCLOSE=<sid>,0 is not supported there."""
    terminal = Terminal("hl75")
    terminal.connect()

    assert REFUSED % 918 == terminal.ask(b"AT+KTCPCLOSE=1,0")


def test_a_page_comes_and_its_server_closes() -> None:
    """The server that is nearly HTTP: a request, an answer, the end; what came is read."""
    terminal = Terminal("rc76")
    terminal.network.serve_tcp("203.0.113.5", 80, Page())
    terminal.connect(80)
    request = b"GET / HTTP/1.0\r\n\r\n"
    terminal.ask(b"AT+KTCPSND=1,%d" % len(request))
    heard = terminal.type(request + PATTERN, 2.0)

    assert b"+KTCP_NOTIF: 1,4\r\n" in heard
    page = terminal.ask(b"AT+KTCPRCV=1,999")
    assert page.startswith(b"\r\nCONNECT\r\nHTTP/1.0 200 OK\r\n")
    assert page.endswith(request + PATTERN + OK)
