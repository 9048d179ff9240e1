"""How the simulated modem starts, registers, raises contexts, and what outlives a restart."""

from __future__ import annotations

import pytest

from atfsm.sim import PROFILES, Fault, SimulatedModem, VirtualNetwork
from tests.sim.terminal import Terminal

OK = b"\r\nOK\r\n"


def test_hl78_starts_in_the_order_of_the_field() -> None:
    """[Z#75398]: +CEREG: 2 at 6.3 s, +KSUP: 0 at 6.5 s, then registered; both settings stay."""
    terminal = Terminal("hl78")
    terminal.prepare()
    terminal.ask(b"AT+KSREP=1")
    terminal.ask(b"AT+CEREG=1")
    assert OK == terminal.ask(b"AT+CFUN=1,1")
    terminal.run(0.1)

    assert b"" == terminal.run(6.1)
    assert b"\r\n+CEREG: 2\r\n" == terminal.run(0.2)
    assert b"\r\n+KSUP: 0\r\n" == terminal.run(0.2)
    assert b"\r\n+CEREG: 1\r\n" == terminal.run(3.0)


@pytest.mark.parametrize("profile", ["hl78", "rc76", "rc7611", "hl75"])
def test_what_is_volatile_is_lost(profile: str) -> None:
    """Echo is on, errors are words, the pattern is the default, no session is left."""
    terminal = Terminal(profile)
    terminal.connect()
    terminal.ask(b"AT+KSREP=1")
    terminal.ask(b'AT+KPATTERN="$$"')
    terminal.modem.cut_power(terminal.now_s)
    assert b"" == terminal.ask(b"AT")
    assert b"+KSUP: 0" in terminal.run(PROFILES[profile].boot_s + 5.0)

    assert terminal.ask(b"AT+NONSENSE").endswith(b"AT+NONSENSE\r\r\nERROR\r\n")
    terminal.ask(b"ATE0")
    assert b'"--EOF--Pattern--"' in terminal.ask(b"AT+KPATTERN?")
    assert OK == terminal.ask(b"AT+KTCPCFG?")
    stored = b"+KCNXCFG: 1," in terminal.ask(b"AT+KCNXCFG?")
    assert PROFILES[profile].stores_contexts is stored


def test_a_start_without_report_is_silent() -> None:
    """KSREP is off until it is set; AT is answered once the modem is up."""
    terminal = Terminal("rc76", booted=False)

    assert b"" == terminal.ask(b"AT", 7.1)
    assert b"AT\r\r\nOK\r\n" == terminal.ask(b"AT")
    assert b"+CREG: 0,2" in terminal.ask(b"AT+CREG?")
    terminal.run(3.0)
    assert b"+CREG: 0,1" in terminal.ask(b"AT+CREG?")


@pytest.mark.parametrize(
    ("profile", "verb", "restarts"),
    [
        ("rc76", b"AT!RESET", True),
        ("rc7611", b"AT!RESET", True),
        ("hl78", b"AT!RESET", False),
        ("hl75", b"AT!RESET", False),
        ("rc76", b"AT+CFUN=1,1", True),
        ("hl78", b"AT+CFUN=4,1", True),
        ("hl78", b"AT+CFUN=1", False),
    ],
)
def test_restart_verbs(profile: str, verb: bytes, restarts: bool) -> None:
    """6.1: OK, then nothing until it is up again; RC76 has a verb of its own."""
    terminal = Terminal(profile)
    terminal.prepare()
    terminal.ask(verb)
    terminal.run(0.2)

    assert restarts is (terminal.ask(b"AT") == b"")


def test_what_was_not_said_yet_is_lost() -> None:
    """A restart says nothing of what was due before it."""
    terminal = Terminal("rc76", [Fault("slow_bytes", params={"gap_s": 1.0})])
    terminal.type(b"AT\r", 2.5)
    terminal.modem.cut_power(terminal.now_s)

    assert b"" == terminal.run(20.0)


@pytest.mark.parametrize("verb", [b"AT+CPWROFF", b"AT+CPWROFF=1", b"AT!POWERDOWN"])
def test_a_modem_that_is_off_stays_off(verb: bytes) -> None:
    """6.1: OK, and then nothing until the power comes back."""
    terminal = Terminal("hl78")
    terminal.prepare()
    assert OK == terminal.ask(verb)
    terminal.run(60.0)
    assert b"" == terminal.ask(b"AT")
    assert None is terminal.modem.deadline_s()
    terminal.modem.cut_power(terminal.now_s)
    terminal.run(10.0)

    assert b"AT\r\r\nOK\r\n" == terminal.ask(b"AT")


def test_a_sim_may_want_its_code() -> None:
    """+KSUP: 1 and no registration until AT+CPIN has it."""
    modem = SimulatedModem(PROFILES["rc76"], VirtualNetwork(), sim_code=b"1234", latency_s=0.0)
    modem.write(b"AT+KSREP=1\r", 0.0)
    modem.cut_power(1.0)
    modem.advance(20.0)
    assert b"\r\n+KSUP: 1\r\n" == b"".join(modem.read(20.0))
    dialogue = (
        (b"ATE0", b"ATE0\r\r\nOK\r\n"),
        (b"AT+CMEE=1", OK),
        (b"AT+CPIN?", b"\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n"),
        (b"AT+CREG?", b"\r\n+CREG: 0,0\r\n\r\nOK\r\n"),
        (b'AT+CPIN="0000"', b"\r\n+CME ERROR: 16\r\n"),
        (b'AT+CPIN="1234"', OK),
        (b"AT+CPIN?", b"\r\n+CPIN: READY\r\n\r\nOK\r\n"),
    )
    for command, expected in dialogue:
        modem.write(command + b"\r", 21.0)
        assert expected == b"".join(modem.read(21.0))
    modem.write(b"AT+CREG?\r", 25.0)

    assert b"\r\n+CREG: 0,1\r\n\r\nOK\r\n" == b"".join(modem.read(25.0))


# ------------------------------------------------------------------------------ contexts (2)


def test_idle_time_is_cancelled_by_a_new_session() -> None:
    """[M197]: 5 at the last close, 6 at the next session, and no 4 and 1 in between."""
    terminal = Terminal("hl78")
    terminal.connect()
    assert OK + b"\r\n+KCNX_IND: 1,5,30\r\n" == terminal.ask(b"AT+KTCPCLOSE=1")
    assert b"" == terminal.run(20.0)
    heard = terminal.ask(b"AT+KTCPCNX=1", 60.0)

    assert OK + b"\r\n+KCNX_IND: 1,6\r\n\r\n+KTCP_IND: 1,1\r\n" == heard


@pytest.mark.parametrize(
    ("profile", "end"),
    [("hl78", b"\r\n+KCNX_IND: 1,3\r\n"), ("hl75", b"\r\n+KCNX_IND: 1,0,0\r\n")],
)
def test_idle_time_ends(profile: str, end: bytes) -> None:
    """[QA-TCP]: 3, or 0,0 on phase-0 firmware; KCNXTIMER says when."""
    terminal = Terminal(profile)
    terminal.connect()
    terminal.ask(b"AT+KCNXTIMER=1,30,2,60,7")
    assert b"+KCNX_IND: 1,5,7\r\n" in terminal.ask(b"AT+KTCPCLOSE=1")

    assert b"" == terminal.run(6.9)
    assert end == terminal.run(0.2)


def test_one_of_two_sessions_keeps_the_context() -> None:
    """[M192]: the context is released when all sessions are closed, and raised once for both."""
    terminal = Terminal("rc76")
    terminal.prepare()
    for _ in range(2):
        terminal.ask(b'AT+KTCPCFG=1,0,"203.0.113.5",7')
    heard = terminal.ask(b"AT+KTCPCNX=1;+KTCPCNX=2", 5.0)
    assert 1 == heard.count(b"+KCNX_IND: 1,4,1\r\n")
    assert b"+KTCP_IND: 1,1" in heard
    assert b"+KTCP_IND: 2,1" in heard

    assert OK == terminal.ask(b"AT+KTCPCLOSE=1")
    assert OK + b"\r\n+KCNX_IND: 1,5,30\r\n" == terminal.ask(b"AT+KTCPCLOSE=2")


def test_a_context_that_nobody_waits_for_any_more_counts_its_idle_time() -> None:
    """The session is closed before its context is up."""
    terminal = Terminal("hl78")
    terminal.prepare()
    terminal.ask(b'AT+KTCPCFG=1,0,"203.0.113.5",7')
    terminal.ask(b"AT+KTCPCNX=1")
    assert OK == terminal.ask(b"AT+KTCPCLOSE=1")

    assert b"\r\n+KCNX_IND: 1,1,0\r\n\r\n+KCNX_IND: 1,5,30\r\n" == terminal.run(5.0)


def test_a_context_that_is_taken_down_takes_its_sessions() -> None:
    """KCNXDOWN: refused while it is used, unless it is forced; then code 0 for each session."""
    terminal = Terminal("rc76")
    terminal.connect()

    assert b"\r\n+CME ERROR: 921\r\n" == terminal.ask(b"AT+KCNXDOWN=1")
    lost = b"\r\n+KCNX_IND: 1,3\r\n\r\n+KTCP_NOTIF: 1,0\r\n"
    assert OK + lost == terminal.ask(b"AT+KCNXDOWN=1,1")
    assert b"\r\n+KTCPSTAT: 5,0,0,0\r\n\r\nOK\r\n" == terminal.ask(b"AT+KTCPSTAT=1")


def test_each_status_of_a_session() -> None:
    """3.2: 1 defined, 2 connecting, 3 up, 4 closing, 5 closed; 910 where there is none."""
    terminal = Terminal("hl78")
    terminal.prepare()

    def status() -> bytes:
        heard = terminal.ask(b"AT+KTCPSTAT=1", 0.02)
        return heard.removeprefix(b"\r\n+KTCPSTAT: ").removesuffix(b"\r\n\r\nOK\r\n")

    assert b"\r\n+CME ERROR: 910\r\n" == status()
    terminal.ask(b'AT+KTCPCFG=1,0,"203.0.113.5",7')
    assert b"1,-1,0,0" == status()
    terminal.ask(b"AT+KTCPCNX=1", 0.04)
    assert b"2,-1,0,0" == status()
    terminal.run(2.0)
    assert b"3,-1,0,0" == status()
    terminal.ask(b"AT+KTCPCLOSE=1", 0.02)
    assert b"4,-1,0,0" == status()
    terminal.run(0.2)
    assert b"5,-1,0,0" == status()
    listed = b"\r\n+KTCPSTAT: 1,5,-1,0,0\r\n\r\nOK\r\n"
    assert listed == terminal.ask(b"AT+KTCPSTAT?")


@pytest.mark.parametrize(
    ("host", "code"), [(b"203.0.113.5", 5), (b"no.such.host", 3), (b"203.0.113.77", 5)]
)
def test_what_cannot_be_reached_says_why(host: bytes, code: int) -> None:
    """3.4: 5 refused, 3 no such name; the context counts its idle time again."""
    terminal = Terminal("hl78")
    terminal.prepare()
    terminal.ask(b'AT+KTCPCFG=1,0,"%b",1' % host)
    heard = terminal.ask(b"AT+KTCPCNX=1", 5.0)

    notified = b"\r\n+KTCP_NOTIF: 1,%d\r\n\r\n+KCNX_IND: 1,5,30\r\n" % code
    assert heard.endswith(notified)


# ------------------------------------------------------------------------------ outages


def test_an_outage_ends_connections_and_refuses_new_ones() -> None:
    """The packet network is gone: code 0, until it is back."""
    terminal = Terminal("hl78")
    terminal.connect()
    terminal.network.is_out = True
    assert b"+KTCP_NOTIF: 1,0\r\n" in terminal.run(1.0)
    assert b"+KTCP_NOTIF: 1,0\r\n" in terminal.ask(b"AT+KTCPCNX=1", 5.0)
    terminal.network.is_out = False

    assert b"+KTCP_IND: 1,1\r\n" in terminal.ask(b"AT+KTCPCNX=1", 5.0)


def test_lost_coverage_ends_everything_that_stands_on_it() -> None:
    """No registration, no context, no session; it searches until there is a network again."""
    terminal = Terminal("hl78")
    terminal.connect()
    terminal.ask(b"AT+CEREG=1")
    terminal.modem.cover(terminal.now_s, present=False)
    lost = b"\r\n+KCNX_IND: 1,0,0\r\n\r\n+KTCP_NOTIF: 1,0\r\n\r\n+CEREG: 2\r\n"
    assert lost == terminal.run(600.0)
    heard = terminal.ask(b"AT+KTCPCNX=1", 210.0)
    tries = (b"1,4,1", b"1,2,1,2,60", b"1,4,2", b"1,2,2,2,60")
    said = b"".join(b"\r\n+KCNX_IND: %b\r\n" % each for each in tries)
    assert OK + said + b"\r\n+KTCP_NOTIF: 1,0\r\n" == heard
    assert OK + b"\r\n+KCNX_IND: 1,4,1\r\n" == terminal.ask(b"AT+KTCPCNX=1", 30.0)
    terminal.modem.cover(terminal.now_s, present=True)
    back = (b"+CEREG: 1", b"+KCNX_IND: 1,1,0", b"+KTCP_IND: 1,1")

    assert b"".join(b"\r\n%b\r\n" % each for each in back) == terminal.run(5.0)
