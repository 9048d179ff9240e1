"""Who may speak at the simulated AT port, and when: corners where two things happen at once."""

from __future__ import annotations

import pytest

from atfsm.sim import (
    PROFILES,
    Connected,
    Data,
    Failed,
    Fault,
    LinkEvent,
    SimulatedModem,
    Sink,
    VirtualNetwork,
    parse_fault,
)
from atfsm.sim.virtual import VirtualLink
from tests.sim.terminal import PATTERN, Terminal

OK = b"\r\nOK\r\n"
CONNECT = b"\r\nCONNECT\r\n"
TCP = b'AT+KTCPCFG=1,0,"203.0.113.5",9'


def sink_links(terminal: Terminal) -> list[VirtualLink]:
    """The links that were opened to the sink, in order."""
    return terminal.sink.links


# ------------------------------------------------------------------------------ the port dies


@pytest.mark.parametrize("pieces", [[b"AT\rAT+CSQ\r"], [b"AT\r", b"AT+CSQ\r"]])
@pytest.mark.parametrize(
    "name", ["reboot_banner", "reboot_without_banner", "silent", "port_vanish_and_return"]
)
def test_nothing_is_echoed_by_a_modem_that_is_gone(name: str, pieces: list[bytes]) -> None:
    """What follows the fatal line is lost, be it of the same piece or of the next one."""
    terminal = Terminal("rc76", [Fault(name, at=1)])
    heard = b"".join(terminal.type(piece, 0.0) for piece in pieces)

    assert b"" == heard.replace(b"AT\r", b"", 1)
    assert [1] == [fired.opportunity for fired in terminal.modem.fired]


def test_a_power_cut_does_not_hide_the_return_of_the_port() -> None:
    """The modem says when its port is back, even if the power was cut while it was gone."""
    terminal = Terminal("rc76", [parse_fault("port_vanish_and_return:at=1,gone_s=60")])
    terminal.ask(b"AT")
    terminal.run(10.0)
    terminal.modem.cut_power(terminal.now_s)
    terminal.run(30.0)
    assert not terminal.modem.port_present(terminal.now_s)

    due_s = terminal.modem.deadline_s()
    assert due_s is not None
    assert 60.0 == due_s
    terminal.run(30.0)
    assert terminal.modem.port_present(terminal.now_s)
    assert None is terminal.modem.deadline_s()


def test_what_was_on_the_wire_arrives_though_nobody_looked() -> None:
    """An answer that was complete before the restart is read, though it is read after it."""
    terminal = Terminal("rc76")
    terminal.prepare()
    terminal.modem.write(b"AT+CFUN=1,1\r", terminal.now_s)
    terminal.modem.advance(terminal.now_s + 1.0)

    assert OK == b"".join(terminal.modem.read(terminal.now_s + 1.0))


# ------------------------------------------------------------------------------ long steps


def test_one_long_step_is_many_short_ones() -> None:
    """What happens in between happens in its order: up, data, closed, then the idle time."""
    terminal = Terminal("hl78")
    terminal.connect()
    link = terminal.modem._state.sessions[1].link
    assert isinstance(link, VirtualLink)
    link.push(b"abc", terminal.now_s + 1.0)
    link.close_by_peer(terminal.now_s + 2.0)
    terminal.modem.advance(terminal.now_s + 100.0)
    heard = b"".join(terminal.modem.read(terminal.now_s + 100.0))

    said = (b"+KTCP_DATA: 1,3", b"+KTCP_NOTIF: 1,4", b"+KCNX_IND: 1,5,30", b"+KCNX_IND: 1,3")
    assert b"".join(b"\r\n%b\r\n" % each for each in said) == heard


# ------------------------------------------------------------------------------ one line, many


def test_what_a_line_said_before_it_went_to_data_mode_is_said() -> None:
    """1.1 [M18]: a chain may end in a command that opens data mode; the rest is not lost."""
    terminal = Terminal("hl78")
    terminal.connect(9)
    csq = b"\r\n+CSQ: 20,99\r\n"
    assert csq + CONNECT == terminal.ask(b"AT+CSQ;+KTCPSND=1,1")
    assert OK == terminal.type(b"x" + PATTERN)

    ups = b"\r\n+KCNX_IND: 2,4,1\r\n"
    terminal.ask(b'AT+KCNXCFG=2,"GPRS","apn"')
    assert CONNECT == terminal.ask(b"AT+KCNXUP=2;+KTCPSND=1,1")
    assert OK + ups == terminal.type(b"x" + PATTERN)


def test_what_a_line_said_before_it_connected_directly_is_said() -> None:
    """The same for KTCPSTART, whose CONNECT comes later."""
    terminal = Terminal("hl78")
    terminal.prepare()
    terminal.ask(TCP)

    assert b"\r\n+CSQ: 20,99\r\n" == terminal.ask(b"AT+CSQ;+KTCPSTART=1")
    assert CONNECT == terminal.run(2.0)


# ------------------------------------------------------------------------------ escape


def test_ato_of_another_session_resumes_nothing_and_forgets_nothing() -> None:
    """[M302]: NO CARRIER for the wrong id; the right one goes on as if nothing had been."""
    terminal = Terminal("hl78")
    terminal.connect(9)
    terminal.ask(b"AT+KTCPSND=1,5")
    terminal.type(b"he", 1.1)
    assert OK == terminal.type(b"+++", 1.2)
    assert b"\r\nNO CARRIER\r\n" == terminal.ask(b"ATO2")
    assert CONNECT == terminal.ask(b"ATO1")

    assert OK == terminal.type(b"llo" + PATTERN)


# ------------------------------------------------------------------------------ contexts, sessions


def test_a_profile_that_is_configured_anew_is_not_raised_by_an_old_attempt() -> None:
    """KCNXUP, KCNXDOWN and KCNXCFG within one attempt: it stays down."""
    terminal = Terminal("hl78")
    terminal.prepare()
    for command in (b"AT+KCNXUP=1", b"AT+KCNXDOWN=1,1", b'AT+KCNXCFG=1,"GPRS","other"'):
        assert terminal.ask(command).startswith(OK)

    assert b"" == terminal.run(30.0)
    assert b'"0.0.0.0",0\r\n' in terminal.ask(b"AT+KCNXCFG?")


def test_a_session_that_was_closed_and_connected_again_has_one_link() -> None:
    """The first attempt to connect is over with the close, though the context rises still."""
    terminal = Terminal("hl78")
    terminal.prepare()
    terminal.ask(TCP)
    for command in (b"AT+KTCPCNX=1", b"AT+KTCPCLOSE=1", b"AT+KTCPCNX=1"):
        assert terminal.ask(command).startswith(OK)
    heard = terminal.run(5.0)

    assert 1 == heard.count(b"+KTCP_IND: 1,1")
    assert 1 == len(sink_links(terminal))


def test_a_close_that_is_refused_is_no_opportunity() -> None:
    """922 is no close of a session that is up: the fault waits for one."""
    terminal = Terminal("hl78", [Fault("no_carrier_on_close", at=1)])
    terminal.prepare()
    terminal.ask(TCP)
    assert b"\r\n+CME ERROR: 922\r\n" == terminal.ask(b"AT+KTCPCLOSE=1")
    assert [] == list(terminal.modem.fired)
    terminal.ask(b"AT+KTCPCNX=1", 5.0)

    assert terminal.ask(b"AT+KTCPCLOSE=1").startswith(b"\r\nNO CARRIER\r\n")


def test_a_ghost_that_was_direct_connects_as_any_other() -> None:
    """What KTCPSTART wanted before the restart is forgotten: KTCPCNX ends in +KTCP_IND."""
    terminal = Terminal("rc76", [Fault("session_ghost_after_reboot", at=1)])
    terminal.prepare()
    terminal.ask(b'AT+KTCPCFG=1,0,"203.0.113.5",9')
    terminal.ask(b"AT+KTCPSTART=1")
    terminal.modem.cut_power(terminal.now_s)
    terminal.run(20.0)
    terminal.prepare()
    heard = terminal.ask(b"AT+KTCPCNX=1", 5.0)

    assert heard.startswith(OK)
    assert heard.endswith(b"\r\n+KTCP_IND: 1,1\r\n")


class Arriving(VirtualLink):
    """A link on which everything has happened already."""

    def __init__(self, network: VirtualNetwork, events: list[LinkEvent]) -> None:
        super().__init__(network, Sink(), is_stream=True)
        self.events = events


class Arrived(VirtualNetwork):
    """A network that opens it, and never has anything to do itself."""

    def open_tcp(self, host: str, port: int, now_s: float) -> VirtualLink:
        """Give the link."""
        del host, port, now_s
        return Arriving(self, [Connected(), *[Data(b"x" * 1000)] * 100])


def test_what_waits_for_room_comes_when_there_is_room() -> None:
    """0.2 [M192]: 32000 bytes are kept; a read makes room at once, and the URC says so."""
    modem = SimulatedModem(PROFILES["rc76"], Arrived(), latency_s=0.0)

    def ask(command: bytes, now_s: float) -> bytes:
        modem.write(command + b"\r", now_s)
        return b"".join(modem.read(now_s))

    ask(b"ATE0", 0.0)
    ask(b'AT+KTCPCFG=1,0,"h",1', 0.0)
    ask(b"AT+KTCPCNX=1", 0.0)
    modem.advance(5.0)
    modem.read(5.0)
    taken = 0
    for _ in range(4):
        status = ask(b"AT+KTCPSTAT=1", 5.0)
        unread_bytes = int(status.split(b"\r\n")[1].rpartition(b",")[2])
        assert 0 < unread_bytes <= 32_000
        heard = ask(b"AT+KTCPRCV=1,99999", 5.0)
        taken += unread_bytes
        again = b"\r\n+KTCP_DATA: 1," in heard
        assert again is (taken < 100_000)

    assert 100_000 == taken


@pytest.mark.parametrize("code", [3, 5])
def test_a_peer_that_is_not_reached_leaves_the_udp_session_up(code: int) -> None:
    """11.4: the code is notified, and the next datagram goes out by a socket that works."""
    terminal = Terminal("hl78")
    terminal.connect_udp()
    link = terminal.modem._state.sessions[1].link
    assert isinstance(link, VirtualLink)
    link.put(Failed(code))
    link.is_open = False
    assert b"\r\n+KUDP_NOTIF: 1,%d\r\n" % code == terminal.run(1.0)
    assert CONNECT == terminal.ask(b'AT+KUDPSND=1,"203.0.113.5",9,2')
    assert OK == terminal.type(b"hi" + PATTERN, 1.0)

    assert [b"hi"] == terminal.datagrams.received


@pytest.mark.parametrize("code", [0, 6])
def test_a_failed_socket_ends_the_udp_session(code: int) -> None:
    """11.4: dead after 0 and 6; a send is refused, and the id can be deleted."""
    terminal = Terminal("hl78")
    terminal.connect_udp()
    link = terminal.modem._state.sessions[1].link
    assert isinstance(link, VirtualLink)
    link.put(Failed(code))
    assert terminal.run(1.0).startswith(b"\r\n+KUDP_NOTIF: 1,%d\r\n" % code)

    assert b"\r\n+CME ERROR: 923\r\n" == terminal.ask(b'AT+KUDPSND=1,"203.0.113.5",9,2')
    assert OK == terminal.ask(b"AT+KUDPDEL=1")
