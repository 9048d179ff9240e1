"""Data mode of the simulated modem: payload in both directions, its end, the escape (1.6)."""

from __future__ import annotations

import random

import pytest

from atfsm.sim import Data
from atfsm.sim.virtual import VirtualLink
from tests.sim.terminal import NETWORK_S, PATTERN, Terminal

OK = b"\r\nOK\r\n"
CONNECT = b"\r\nCONNECT\r\n"
CLOSED_EARLY = b"\r\n+KTCP_NOTIF: 1,8\r\n"


@pytest.fixture
def terminal() -> Terminal:
    """Provide an HL78 whose session 1 leads to a sink."""
    terminal = Terminal("hl78")
    terminal.connect(9)
    return terminal


def link_of(terminal: Terminal, port: int = 9) -> VirtualLink:
    """The peer's end of session 1."""
    server = terminal.network.server_at("tcp", ("203.0.113.5", port))
    assert server is not None
    return server.links[-1]


def arrived(terminal: Terminal) -> bytes:
    """What the sink got, once it had the time."""
    terminal.run(1.0)
    return terminal.sink.stream


@pytest.mark.parametrize(
    "payload",
    [
        b"x",
        b"-",
        b"--EOF--Patter",
        b"\r\nOK\r\n",
        b"--EOF----EOF--Patter-",
        bytes(range(256)),
        b"AT\r" * 300,
    ],
)
@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_payload_ends_at_its_pattern(payload: bytes, step: int, terminal: Terminal) -> None:
    """Whatever it holds, and however it is cut: a dash before the pattern is payload (q20)."""
    assert CONNECT == terminal.ask(b"AT+KTCPSND=1,%d" % len(payload))
    stream = payload + PATTERN
    heard = b"".join(
        terminal.type(stream[start : start + step], 0.001) for start in range(0, len(stream), step)
    )

    assert OK == heard + terminal.run(0.04)
    assert payload == arrived(terminal)


def test_the_first_pattern_ends_the_payload(terminal: Terminal) -> None:
    """1.6: a short pattern in the payload ends it early; what follows is command mode."""
    terminal.ask(b'AT+KPATTERN="$$"')
    terminal.ask(b"AT+KTCPSND=1,6")

    assert OK + CLOSED_EARLY == terminal.type(b"ab$$cd$$")
    assert b"ab" == arrived(terminal)
    assert OK == terminal.ask(b"AT")


def test_large_payload_is_passed_on_before_its_end(terminal: Terminal) -> None:
    """The modem keeps a buffer, not the payload: most of it has left before the pattern comes."""
    payload = random.Random(3).randbytes(300_000)
    terminal.ask(b"AT+KTCPSND=1,%d" % len(payload))
    for start in range(0, len(payload), 1000):
        assert b"" == terminal.type(payload[start : start + 1000], 0.001)
    transfer = terminal.modem._transfer
    assert transfer is not None
    assert len(transfer.payload) < 40_000
    assert OK == terminal.type(PATTERN)

    assert payload == arrived(terminal)


def test_read_gives_what_is_there(terminal: Terminal) -> None:
    """[M207]: at most what was asked, at most what came; the URC comes again for the rest."""
    link_of(terminal).push(b"0123456789", terminal.now_s)
    assert b"\r\n+KTCP_DATA: 1,10\r\n" == terminal.run(1.0)
    link_of(terminal).push(b"abc", terminal.now_s)
    assert b"" == terminal.run(1.0)
    assert b"\r\n+KTCPSTAT: 3,-1,0,13\r\n\r\nOK\r\n" == terminal.ask(b"AT+KTCPSTAT=1")
    again = b"\r\n+KTCP_DATA: 1,9\r\n"
    assert CONNECT + b"0123" + PATTERN + OK + again == terminal.ask(b"AT+KTCPRCV=1,4")

    assert CONNECT + b"456789abc" + PATTERN + OK == terminal.ask(b"AT+KTCPRCV=1,99")
    assert CONNECT + PATTERN + OK == terminal.ask(b"AT+KTCPRCV=1,99")


def test_urcs_wait_for_the_end_of_data_mode(terminal: Terminal) -> None:
    """[LEG-S]: nothing stands between CONNECT and OK."""
    terminal.ask(b"AT+KTCPSND=1,2")
    link_of(terminal).push(b"abc", terminal.now_s)
    assert b"" == terminal.run(1.0)

    assert OK + b"\r\n+KTCP_DATA: 1,3\r\n" == terminal.type(b"hi" + PATTERN)


def test_a_link_that_is_lost_ends_data_mode(terminal: Terminal) -> None:
    """[M302]: NO CARRIER, then the notification; a pattern that comes later reads as ATtern."""
    terminal.ask(b"AT+KTCPSND=1,5")
    link_of(terminal).close_by_peer(terminal.now_s)
    heard = terminal.run(1.0)

    assert heard.startswith(b"\r\nNO CARRIER\r\n\r\n+KTCP_NOTIF: 1,4\r\n")
    assert b"" == terminal.type(b"hello" + PATTERN)
    assert b"\r\n+CME ERROR: 3\r\n" == terminal.type(b"\r")
    assert OK == terminal.ask(b"AT")


# ------------------------------------------------------------------------------ the escape


def test_the_escape_suspends_and_ato_resumes(terminal: Terminal) -> None:
    """[M302]: a second of silence, +++, a second of silence: OK; ATO goes on."""
    terminal.ask(b"AT+KTCPSND=1,5")
    terminal.type(b"he", 1.1)
    assert b"" == terminal.type(b"++", 0.3)
    assert b"" == terminal.type(b"+", 0.9)
    assert OK == terminal.run(0.2)
    assert OK == terminal.ask(b"AT")
    assert CONNECT == terminal.ask(b"ATO1")

    assert OK == terminal.type(b"llo" + PATTERN)
    assert b"hello" == arrived(terminal)
    assert b"\r\nNO CARRIER\r\n" == terminal.ask(b"ATO1")


@pytest.mark.parametrize(
    "pieces",
    [
        [(b"+++", 0.1)],
        [(b"a", 0.5), (b"+++", 2.0)],
        [(b"a", 2.0), (b"+++", 0.5), (b"b", 2.0)],
        [(b"a", 2.0), (b"++++", 2.0)],
        [(b"a", 2.0), (b"+", 2.0), (b"+", 2.0), (b"+", 2.0)],
    ],
)
def test_plus_signs_without_silence_are_payload(
    pieces: list[tuple[bytes, float]], terminal: Terminal
) -> None:
    """Three of them together, and nothing else, for a second before and behind."""
    payload = b"".join(data for data, _ in pieces)
    terminal.ask(b"AT+KTCPSND=1,%d" % len(payload))
    for data, for_s in pieces:
        assert b"" == terminal.type(data, for_s)

    assert OK == terminal.type(PATTERN)
    assert payload == arrived(terminal)


def test_a_direct_connection_has_no_pattern() -> None:
    """[M213]: KTCPSTART connects by itself; everything is payload until the escape."""
    terminal = Terminal("hl78")
    terminal.prepare()
    terminal.ask(b'AT+KTCPCFG=1,0,"203.0.113.5",9')
    assert b"" == terminal.ask(b"AT+KTCPSTART=1")
    assert CONNECT == terminal.run(2.0)
    terminal.type(b"all of" + PATTERN, 1.5)
    heard = terminal.type(b"+++", 1.5)

    assert heard.startswith(OK)
    assert b"all of" + PATTERN == arrived(terminal)
    assert CONNECT == terminal.ask(b"ATO1")


def test_a_direct_connection_that_fails_is_notified() -> None:
    """1.6: KTCPSTART answers with a notification where it cannot connect."""
    terminal = Terminal("hl78")
    terminal.prepare()
    terminal.ask(b'AT+KTCPCFG=1,0,"203.0.113.5",1')
    heard = terminal.ask(b"AT+KTCPSTART=1", 5.0)

    assert b"\r\n+KTCP_NOTIF: 1,5\r\n" in heard
    assert b"OK" not in heard
    assert OK == terminal.ask(b"AT")


# ------------------------------------------------------------------------------ data in the URC


def test_inline_data_is_cut_into_urcs() -> None:
    """[M220]: data_mode 1: each URC carries up to 1500 bytes, and nothing is left to read."""
    terminal = Terminal("hl75")
    terminal.connect(9, settings=b",,1")
    link_of(terminal).push(b"x" * 1500 + b"y" * 2, terminal.now_s)

    heard = terminal.run(1.0)
    assert b"\r\n+KTCP_DATA: 1,1500,%b\r\n\r\n+KTCP_DATA: 1,2,yy\r\n" % (b"x" * 1500) == heard


def test_inline_data_waits_for_the_end_of_data_mode() -> None:
    """It does not break into payload; it stays with the peer, and comes later."""
    terminal = Terminal("hl75")
    terminal.connect(9, settings=b",,1")
    terminal.ask(b"AT+KTCPSND=1,2")
    link_of(terminal).push(b"abc", terminal.now_s)
    assert b"" == terminal.run(1.0)

    assert OK + b"\r\n+KTCP_DATA: 1,3,abc\r\n" == terminal.type(b"hi" + PATTERN)


def test_inline_datagrams_say_where_they_are_from() -> None:
    """[M220]: address and port stand before the data, and no +KUDP_RCV follows."""
    terminal = Terminal("hl75")
    terminal.connect_udp(settings=b",,1")
    terminal.ask(b'AT+KUDPSND=1,"203.0.113.5",7,3')
    heard = terminal.type(b"abc" + PATTERN, 4 * NETWORK_S)

    assert OK + b'\r\n+KUDP_DATA: 1,3,"203.0.113.5",7,abc\r\n' == heard


# ------------------------------------------------------------------------------ datagrams


def test_datagrams_are_cut_as_kipopt_says() -> None:
    """[QA-TCP]: 1020 bytes unless it was told otherwise."""
    terminal = Terminal("hl78")
    terminal.connect_udp()
    for option in (b"AT", b'AT+KIPOPT=0,"UDPC",1,1472,1452'):
        assert OK == terminal.ask(option)
        assert CONNECT == terminal.ask(b'AT+KUDPSND=1,"203.0.113.5",9,1500')
        assert OK == terminal.type(b"x" * 1500 + PATTERN)
    terminal.run(1.0)

    assert [1020, 480, 1472, 28] == [len(data) for data in terminal.datagrams.received]


def test_one_read_gives_one_datagram() -> None:
    """[M220]: datagrams are not joined; what a read leaves of one is lost."""
    terminal = Terminal("hl78")
    terminal.connect_udp()
    source = ("203.0.113.5", 7)
    link = terminal.modem._state.sessions[1].link
    assert isinstance(link, VirtualLink)
    for data in (b"first", b"second"):
        link.put(Data(data, source))
    assert b"\r\n+KUDP_DATA: 1,5\r\n" == terminal.run(0.1)

    again = b"\r\n+KUDP_DATA: 1,6\r\n"
    assert CONNECT + b"fir" + PATTERN + OK + again == terminal.ask(b"AT+KUDPRCV=1,3")
    assert CONNECT + b"second" + PATTERN + OK == terminal.ask(b"AT+KUDPRCV=1,1500")


def test_memory_is_bounded_where_nobody_reads() -> None:
    """What is not read stays with the peer, whatever the peer sends."""
    terminal = Terminal("hl78")
    terminal.connect(9)
    for _ in range(400):
        link_of(terminal).push(b"x" * 1000, terminal.now_s)
        terminal.run(0.1)

    assert 33_000 > terminal.modem._state.sessions[1].unread_bytes
