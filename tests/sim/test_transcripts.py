"""Sessions as the vendors' test scripts and the field's logs have them, byte for byte.

A row is what the host writes, and what it reads until it writes again. Times are the only thing
that is not compared. Keys such as [QA-TCP] name the source, as in ``docs/sources.md``.
"""

from __future__ import annotations

import pytest

from tests.sim.terminal import ANSWER_S, NETWORK_S, PATTERN, Terminal

Rows = list[tuple[bytes, bytes]]

OK = b"\r\nOK\r\n"
CONNECT = b"\r\nCONNECT\r\n"
GREETING = b"0123456789abcdefghijklmnopqrstuvwx"  # 34 bytes, as [QA-TCP] sends


def play(terminal: Terminal, rows: Rows, for_s: float = ANSWER_S) -> None:
    """Write each row's bytes, and compare what is read."""
    for written, expected in rows:
        assert (written, expected) == (written, terminal.type(written, for_s))


def test_hl78_tcp_from_boot_to_deletion() -> None:
    """[QA-TCP, FRCV, ZN]: the session that the vendor's own script runs."""
    terminal = Terminal("hl78")
    play(
        terminal,
        [
            (b"ATE0\r", b"ATE0\r\r\nOK\r\n"),
            (b"AT+CMEE=1\r", OK),
            (b"AT&K3\r", OK),
            (b"AT+KSLEEP=2\r", OK),
            (b'AT+KPATTERN="--EOF--Pattern--"\r', OK),
            (b"AT+KCNXTIMER=1,30,2,60,30\r", OK),
        ],
    )
    play(
        terminal,
        [
            (b"AT+CGATT=0\r", OK),
            (b'AT+CGDCONT=1,"IP","apn"\r', OK),
            (b"AT+CGATT=1\r", OK),
            (b'AT+KCNXCFG=1,"GPRS","apn","",""\r', OK),
        ],
        for_s=5.0,
    )
    play(
        terminal,
        [
            (b"AT+KTCPSTAT=1\r", b"\r\n+CME ERROR: 910\r\n"),
            (b'AT+KTCPCFG=1,0,"203.0.113.5",7\r', b"\r\n+KTCPCFG: 1\r\n\r\nOK\r\n"),
            (b"AT+KTCPSTAT=1\r", b"\r\n+KTCPSTAT: 1,-1,0,0\r\n\r\nOK\r\n"),
            (b"AT+KTCPCNX=1\r", b"\r\nOK\r\n\r\n+KCNX_IND: 1,4,1\r\n"),
            (b"AT+KTCPSTAT=1\r", b"\r\n+KTCPSTAT: 2,-1,0,0\r\n\r\nOK\r\n"),
        ],
    )
    assert b"\r\n+KCNX_IND: 1,1,0\r\n\r\n+KTCP_IND: 1,1\r\n" == terminal.run(10.0)
    play(
        terminal,
        [
            (b"AT+KCGPADDR\r", b'\r\n+KCGPADDR: 1,"10.0.0.7"\r\n\r\nOK\r\n'),
            (b"AT+KTCPSND=1,34\r", CONNECT),
            (GREETING + PATTERN, OK),
            (b"", b""),
        ],
    )
    assert b"\r\n+KTCP_DATA: 1,34\r\n" == terminal.run(3 * NETWORK_S)
    play(
        terminal,
        [
            (b"AT+KTCPRCV=1,34\r", CONNECT + GREETING + PATTERN + OK),
            (b"AT+KTCPSTAT=1\r", b"\r\n+KTCPSTAT: 3,-1,0,0\r\n\r\nOK\r\n"),
            (b"AT+KTCPCLOSE=1,1\r", b"\r\nOK\r\n\r\n+KCNX_IND: 1,5,30\r\n"),
        ],
    )
    assert b"" == terminal.run(29.0)
    assert b"\r\n+KCNX_IND: 1,3\r\n" == terminal.run(1.1)
    play(
        terminal,
        [
            (b"AT+KTCPSTAT=1\r", b"\r\n+KTCPSTAT: 5,-1,0,0\r\n\r\nOK\r\n"),
            (b"AT+KTCPDEL=1\r", OK),
            (b"AT+KTCPSTAT=1\r", b"\r\n+CME ERROR: 910\r\n"),
        ],
    )


def test_rc7620_refuses_a_send_before_the_session_is_up() -> None:
    """[F923]: +KCNX_IND: 1,1,0 says that the context is up, and says nothing about TCP."""
    terminal = Terminal("rc76")
    terminal.prepare()
    play(
        terminal,
        [
            (b'AT+KTCPCFG=1,0,"203.0.113.5",99\r', b"\r\n+KTCPCFG: 1\r\n\r\nOK\r\n"),
            (b"AT+KTCPCNX=1\r", b"\r\nOK\r\n\r\n+KCNX_IND: 1,4,1\r\n"),
        ],
    )
    assert b"\r\n+KCNX_IND: 1,1,0\r\n" == terminal.run(10.0)
    assert b"\r\n+CME ERROR: 923\r\n" == terminal.ask(b"AT+KTCPSND=1,28")


def test_rc76_raises_its_context_first() -> None:
    """[KR]: KCNXUP, then the session, in the order of the vendor's control flow."""
    terminal = Terminal("rc76")
    play(
        terminal,
        [
            (b"ATE0\r", b"ATE0\r\r\nOK\r\n"),
            (b"AT\r", OK),
            (b"AT+CPIN?\r", b"\r\n+CPIN: READY\r\n\r\nOK\r\n"),
            (b"AT+CREG?\r", b"\r\n+CREG: 0,1\r\n\r\nOK\r\n"),
            (b"AT+CGATT?\r", b"\r\n+CGATT: 1\r\n\r\nOK\r\n"),
            (b'AT+CGDCONT=1,"IP","apn"\r', OK),
            (b'AT+KCNXCFG=1,"GPRS","apn"\r', OK),
            (b"AT+KCNXUP=1\r", b"\r\nOK\r\n\r\n+KCNX_IND: 1,4,1\r\n"),
        ],
    )
    assert b"\r\n+KCNX_IND: 1,1,0\r\n" == terminal.run(10.0)
    play(
        terminal,
        [
            (b"AT+KCGPADDR=1\r", b'\r\n+KCGPADDR: 1,"10.0.0.7"\r\n\r\nOK\r\n'),
            (b'AT+KTCPCFG=1,0,"203.0.113.5",7\r', b"\r\n+KTCPCFG: 1\r\n\r\nOK\r\n"),
            (b"AT+KTCPCNX=1\r", OK),
        ],
    )
    assert b"\r\n+KTCP_IND: 1,1\r\n" == terminal.run(3 * NETWORK_S)
    play(
        terminal,
        [
            (b"AT+KTCPCLOSE=1,1\r", b"\r\nOK\r\n\r\n+KCNX_IND: 1,5,30\r\n"),
            (b"AT+KTCPDEL=1\r", OK),
        ],
    )


def test_rc7611_wraps_twice() -> None:
    """[FLOCK]: extra CRLFs around the first line and each URC, and a NUL before OK; echo on."""
    terminal = Terminal("rc7611")
    terminal.connect()
    terminal.ask(b"ATE1")
    play(
        terminal,
        [
            (b"AT+KTCPSND=1,5\r", b"AT+KTCPSND=1,5\r\r\nCONNECT\r\n"),
            (b"hello" + PATTERN, b"\x00\r\nOK\r\n"),
        ],
    )
    assert b"\r\n\r\n+KTCP_DATA: 1,5\r\n\r\n" == terminal.run(3 * NETWORK_S)
    play(
        terminal,
        [
            (b"AT+KTCPRCV=1,5\r", b"AT+KTCPRCV=1,5\r\r\nCONNECT\r\nhello" + PATTERN + OK),
            (
                b"AT+KTCPSTAT=1\r",
                b"AT+KTCPSTAT=1\r\r\n\r\n+KTCPSTAT: 3,-1,0,0\r\n\r\nOK\r\n",
            ),
        ],
    )


@pytest.mark.parametrize("profile", ["hl78", "hl75"])
def test_udp_from_configuration_to_deletion(profile: str) -> None:
    """[QA-UDP]: a datagram out and one back; who sent it is said by HL75 only [M220]."""
    terminal = Terminal(profile)
    terminal.prepare()
    said = terminal.ask(b"AT+KUDPCFG=1,0,1234")
    assert said.startswith(b"\r\n+KUDPCFG: 1\r\n\r\nOK\r\n")
    assert (said + terminal.run(10.0)).endswith(b"\r\n+KUDP_IND: 1,1\r\n")
    source = b'\r\n+KUDP_RCV: "203.0.113.5",7\r\n' if profile == "hl75" else b""
    play(
        terminal,
        [
            (b"AT+KCGPADDR=1\r", b'\r\n+KCGPADDR: 1,"10.0.0.7"\r\n\r\nOK\r\n'),
            (b'AT+KUDPSND=1,"203.0.113.5",7,34\r', CONNECT),
            (GREETING + PATTERN, OK),
        ],
    )
    assert b"\r\n+KUDP_DATA: 1,34\r\n" == terminal.run(3 * NETWORK_S)
    play(
        terminal,
        [
            (b"AT+KUDPRCV=1,34\r", CONNECT + GREETING + PATTERN + OK + source),
            (b"AT+KUDPCLOSE=1,1\r", b"\r\nOK\r\n\r\n+KCNX_IND: 1,5,30\r\n"),
        ],
    )
    end = b"\r\n+KCNX_IND: 1,3\r\n" if profile == "hl78" else b"\r\n+KCNX_IND: 1,0,0\r\n"
    assert end == terminal.run(31.0)
    play(
        terminal,
        [
            (b"AT+KUDPDEL=1\r", OK),
            (b"AT+KUDPDEL=1\r", b"\r\n+CME ERROR: 910\r\n"),
        ],
    )


def test_udp_close_alone_deletes() -> None:
    """[ZN]: without the second parameter the definition goes with the session."""
    terminal = Terminal("hl78")
    terminal.connect_udp()

    assert terminal.ask(b"AT+KUDPCLOSE=1").startswith(OK)
    assert b"\r\n+CME ERROR: 910\r\n" == terminal.ask(b"AT+KUDPDEL=1")


def test_hl75_carries_data_in_the_urc_and_acknowledges() -> None:
    """[M197-M213, FAE, RIL]: data_mode 1 and URC-ENDTCP; after the peer, CLOSE is too late."""
    terminal = Terminal("hl75")
    terminal.connect(settings=b",,1,1,0")
    play(
        terminal,
        [
            (b"AT+KTCPSTAT=1\r", b"\r\n+KTCPSTAT: 3,-1,0,0\r\n\r\nOK\r\n"),
            (b"AT+KTCPSND=1,5\r", CONNECT),
        ],
    )
    heard = terminal.type(b"hello" + PATTERN, 3 * NETWORK_S)
    assert OK + b"\r\n+KTCP_ACK: 1,1\r\n\r\n+KTCP_DATA: 1,5,hello\r\n" == heard
    link = terminal.network.server_at("tcp", ("203.0.113.5", 7)).links[0]  # type: ignore[union-attr]
    link.close_by_peer(terminal.now_s)
    assert terminal.run(3 * NETWORK_S).startswith(b"\r\n+KTCP_NOTIF: 1,4\r\n")
    play(
        terminal,
        [(b"AT+KTCPCLOSE=1,1\r", b"\r\n+CME ERROR: 922\r\n"), (b"AT+KTCPDEL=1\r", OK)],
    )


# ------------------------------------------------------------------------------ failures (7.7)


def test_a_closed_port_is_notified_after_the_ok() -> None:
    """[Z#104133]: KTCPCNX says OK, then code 5; the id can be deleted."""
    terminal = Terminal("hl78")
    terminal.prepare()
    terminal.ask(b'AT+KTCPCFG=1,0,"203.0.113.5",1')
    heard = terminal.ask(b"AT+KTCPCNX=1", 10.0)

    assert heard.startswith(OK)
    assert b"\r\n+KTCP_NOTIF: 1,5\r\n" in heard
    assert OK == terminal.ask(b"AT+KTCPDEL=1")


def test_what_the_peer_sent_before_it_closed_can_be_read() -> None:
    """[Z#47003]: code 4; the data stays until the id is deleted."""
    terminal = Terminal("hl78")
    terminal.connect()
    terminal.ask(b"AT+KTCPSND=1,5")
    terminal.type(b"hello" + PATTERN)
    link = terminal.network.server_at("tcp", ("203.0.113.5", 7)).links[0]  # type: ignore[union-attr]
    link.close_by_peer(terminal.now_s)
    heard = terminal.run(5 * NETWORK_S)

    assert b"\r\n+KTCP_NOTIF: 1,4\r\n" in heard
    assert CONNECT + b"hello" + PATTERN + OK == terminal.ask(b"AT+KTCPRCV=1,5")
    assert OK == terminal.ask(b"AT+KTCPDEL=1")


@pytest.mark.parametrize("payload", [b"four", b"sixsix"])
def test_a_wrong_count_is_sent_and_notified(payload: bytes) -> None:
    """[M207]: the data goes, OK is said, and code 8 says that it was not as announced."""
    terminal = Terminal("hl78")
    terminal.connect(9)
    terminal.ask(b"AT+KTCPSND=1,5")

    assert OK + b"\r\n+KTCP_NOTIF: 1,8\r\n" == terminal.type(payload + PATTERN)
    terminal.run(1.0)
    assert payload == b"".join(terminal.sink.received)


def test_a_live_session_is_not_deleted() -> None:
    """[QA-BX]: 911 for DEL; once it is closed it can be."""
    terminal = Terminal("hl78")
    terminal.connect()
    play(
        terminal,
        [
            (b"AT+KTCPDEL=1\r", b"\r\n+CME ERROR: 911\r\n"),
            (b"AT+KTCPCNX=1\r", b"\r\n+CME ERROR: 911\r\n"),
        ],
    )


def test_an_active_profile_is_not_configured() -> None:
    """[NBI]: KCNXCFG of a context that is up is refused."""
    terminal = Terminal("hl78")
    terminal.connect()

    assert b"ERROR" in terminal.ask(b'AT+KCNXCFG=1,"GPRS","other"')


def test_a_command_while_one_is_executed_is_refused_and_dropped() -> None:
    """[LEG-S]: ERROR at once for the second; the first is answered as if nothing had been."""
    terminal = Terminal("hl78")
    terminal.prepare()
    heard = terminal.type(b"AT+CGATT?\rAT+CPIN?\r")

    assert b"\r\nERROR\r\n\r\n+CGATT: 1\r\n\r\nOK\r\n" == heard
