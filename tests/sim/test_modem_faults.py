"""Each fault of the simulated modem: that it can be named, and what a host sees of it."""

from __future__ import annotations

import pytest

from atfsm.errors import AtfsmError
from atfsm.sim import FAULTS, PROFILES, Fault, parse_fault
from tests.sim.terminal import PATTERN, Terminal

OK = b"\r\nOK\r\n"
CSQ = b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n"
CONNECT = b"\r\nCONNECT\r\n"

# The 33 of the catalogue.
CATALOGUE = (
    *("reply_lost", "reply_late", "reply_duplicated", "final_missing", "echo_only"),
    *("echo_off_silently", "error_instead", "cme_random", "cme_923_on_send", "connect_missing"),
    *("connect_after_nudge", "prompt_split", "urc_inside_reply", "urc_before_reply", "urc_lost"),
    *("urc_duplicated", "urc_reordered", "urc_malformed", "notif_any_code"),
    *("data_urc_once_then_silent", "length_mismatch_notif8", "byte_dropped_after_plus"),
    *("byte_garbled", "non_utf8", "line_torn", "slow_bytes", "burst_without_newline"),
    *("no_carrier_on_close", "session_ghost_after_reboot", "reboot_banner"),
    *("reboot_without_banner", "half_deaf_families", "port_vanish_and_return"),
)
BEYOND = ("silent", "restart_refused", "boot_hold_after_n_resets", "attach_blocked_30min")


def test_the_catalogue_is_complete() -> None:
    """All 33, a dead modem, one that refuses to restart, and two fuses; each says what it does."""
    assert 33 == len(CATALOGUE)
    assert {*CATALOGUE, *BEYOND} == set(FAULTS)
    assert all(kind.about and kind.source for kind in FAULTS.values())


# ------------------------------------------------------------------------------ what a host sees

#: A fault of a command line or of its answer: written, then what is read, with echo off.
ANSWERS: tuple[tuple[str, dict[str, float], bytes, bytes], ...] = (
    ("reply_lost", {}, b"AT+CSQ\r", b""),
    ("reply_duplicated", {}, b"AT+CSQ\r", CSQ * 2),
    ("final_missing", {}, b"AT+CSQ\r", b"\r\n+CSQ: 20,99\r\n"),
    ("error_instead", {}, b"AT+CSQ\r", b"\r\nERROR\r\n"),
    ("urc_before_reply", {}, b"AT+CSQ\r", b"\r\n+CREG: 1\r\n" + CSQ),
    ("urc_inside_reply", {}, b"AT+CSQ\r", b"\r\n+CSQ: 20,99\r\n\r\n+CREG: 1\r\n\r\nOK\r\n"),
    ("line_torn", {}, b"AT+CSQ\r", b"\r\n+CSQ:\r\nOK\r\n"),
    ("half_deaf_families", {}, b"AT+KTCPSTAT=1\r", b""),
    ("half_deaf_families", {}, b"AT+CSQ\r", CSQ),
    ("silent", {}, b"AT+CSQ\r", b""),
    ("echo_only", {}, b"AT+CSQ\r", b""),
    ("reboot_banner", {}, b"AT+CSQ\r", b""),
    ("restart_refused", {}, b"AT+CFUN=1,1\r", b"\r\nERROR\r\n"),
    ("restart_refused", {}, b"AT+CSQ\r", CSQ),
)


@pytest.mark.parametrize(("name", "params", "written", "expected"), ANSWERS)
def test_a_fault_of_an_answer(
    name: str, params: dict[str, float], written: bytes, expected: bytes
) -> None:
    """It happens at its opportunity, is noted, and the next command is as it should be or not."""
    terminal = Terminal("hl78")
    terminal.prepare()
    terminal.modem.inject(Fault(name, at=1, params=params))

    assert expected == terminal.type(written)
    has_fired = not (name == "restart_refused" and expected == CSQ)
    assert [name] * has_fired == [fired.name for fired in terminal.modem.fired]
    lasts = {"silent", "echo_only", "reboot_banner"}
    assert (b"" if name in lasts else CSQ) == terminal.ask(b"AT+CSQ")


def test_a_late_answer_keeps_the_port_busy() -> None:
    """q11: the answer comes after its delay; what is asked meanwhile is refused at once."""
    terminal = Terminal("hl78", [Fault("reply_late", at=4, params={"delay_s": 5.0})])
    terminal.prepare()

    assert b"" == terminal.ask(b"AT+CSQ", 4.0)
    assert b"\r\nERROR\r\n" == terminal.ask(b"AT", 0.5)
    assert CSQ == terminal.run(1.0)


def test_a_random_code_is_one_of_the_protocols() -> None:
    """5.1: 902 to 932, and nothing is done."""
    terminal = Terminal("hl78")
    terminal.prepare()
    terminal.modem.inject(Fault("cme_random"))
    codes = {int(terminal.ask(b"AT").removeprefix(b"\r\n+CME ERROR: ")) for _ in range(200)}

    assert codes <= set(range(902, 933))
    assert len(codes) > 20


def test_echo_goes_off() -> None:
    """The command is executed, and from then on nothing is echoed."""
    terminal = Terminal("hl78", [Fault("echo_off_silently", at=2)])

    assert b"AT\r" + OK == terminal.ask(b"AT")
    assert b"AT\r" + OK == terminal.ask(b"AT")
    assert OK == terminal.ask(b"AT")


@pytest.mark.parametrize("name", ["echo_only", "silent"])
def test_only_the_power_cures(name: str) -> None:
    """q4 [FLOCK]: the echo at most, whatever is written, until the power was cut."""
    terminal = Terminal("rc76", [Fault(name, at=1)])
    echoed = b"AT!RESET\r" if name == "echo_only" else b""
    terminal.ask(b"AT")
    assert echoed == terminal.ask(b"AT!RESET", 30.0)
    terminal.modem.cut_power(terminal.now_s)
    terminal.run(20.0)

    assert b"AT\r" + OK == terminal.ask(b"AT")


def test_the_dead_stay_dead() -> None:
    """for_ever=1: not even the power helps."""
    terminal = Terminal("rc76", [parse_fault("silent:at=1,for_ever=1")])
    terminal.ask(b"AT")
    terminal.modem.cut_power(terminal.now_s)

    assert b"" == terminal.run(60.0) + terminal.ask(b"AT")


def test_923_comes_after_good_sends() -> None:
    """q2 [F923]: the first sends are good, then some are refused, then it is over."""
    terminal = Terminal("hl78", [parse_fault("cme_923_on_send:after=2,times=1")])
    terminal.connect(9)
    for _ in range(2):
        assert CONNECT == terminal.ask(b"AT+KTCPSND=1,1")
        assert OK == terminal.type(b"x" + PATTERN)
    assert b"\r\n+CME ERROR: 923\r\n" == terminal.ask(b"AT+KTCPSND=1,1")

    assert CONNECT == terminal.ask(b"AT+KTCPSND=1,1")
    assert [3] == [fired.opportunity for fired in terminal.modem.fired]


def test_connect_never_comes() -> None:
    """q3: nothing; the pattern ends the data mode that was not announced."""
    terminal = Terminal("hl78", [Fault("connect_missing", at=1)])
    terminal.connect(9)

    assert b"" == terminal.ask(b"AT+KTCPSND=1,1", 60.0)
    assert OK == terminal.type(b"x" + PATTERN)


def test_connect_comes_when_nudged() -> None:
    """q3 [FCON]: another command releases it, and is payload."""
    terminal = Terminal("hl78", [Fault("connect_after_nudge", at=1)])
    terminal.connect(9)
    assert b"" == terminal.ask(b"AT+KTCPSND=1,3", 60.0)
    assert CONNECT == terminal.ask(b"AT")

    assert OK == terminal.type(PATTERN)
    terminal.run(1.0)
    assert b"AT\r" == terminal.sink.stream


def test_connect_of_a_read_comes_when_nudged() -> None:
    """The payload waits for CONNECT; the command that released it is answered behind."""
    terminal = Terminal("hl78")
    terminal.connect()
    terminal.ask(b"AT+KTCPSND=1,5")
    terminal.type(b"hello" + PATTERN, 1.0)
    terminal.modem.inject(Fault("connect_after_nudge", at=1))
    assert b"" == terminal.ask(b"AT+KTCPRCV=1,5", 60.0)

    assert CONNECT + b"hello" + PATTERN + OK + OK == terminal.ask(b"AT")


def test_connect_comes_in_two_pieces() -> None:
    """q21: with a pause between them."""
    terminal = Terminal("hl78", [Fault("prompt_split", at=1)])
    terminal.connect(9)

    assert b"\r\nCON" == terminal.ask(b"AT+KTCPSND=1,1", 0.4)
    assert b"NECT\r\n" == terminal.run(0.2)


CONTEXT_URCS = (
    ("urc_lost", b"", b"1,1,0"),
    ("urc_duplicated", b"1,4,1", b"1,4,1", b"1,1,0"),
    ("urc_malformed", b"1;4,1", b"1,1,0"),
    ("urc_reordered", b"1,1,0", b"1,4,1"),
)


@pytest.mark.parametrize("row", CONTEXT_URCS, ids=lambda row: row[0])
def test_a_fault_of_an_urc(row: tuple[str, *tuple[bytes, ...]]) -> None:
    """The first of the two that raising a context says is lost, doubled, torn or overtaken."""
    name, *said = row
    terminal = Terminal("hl78")
    terminal.prepare()
    terminal.modem.inject(Fault(name, at=1))
    expected = OK + b"".join(b"\r\n+KCNX_IND: %b\r\n" % each for each in said if each)

    assert expected == terminal.ask(b"AT+KCNXUP=1", 5.0)


@pytest.mark.parametrize("code", range(15))
def test_any_code_is_notified_instead_of_connect(code: int) -> None:
    """3.4: 8 and 10 leave the session as it is, the others end it."""
    terminal = Terminal("hl78", [parse_fault(f"notif_any_code:at=1,code={code}")])
    terminal.connect(9)
    heard = terminal.ask(b"AT+KTCPSND=1,1")

    assert heard.startswith(b"\r\n+KTCP_NOTIF: 1,%d\r\n" % code)
    status = b"3,-1" if code in {8, 10} else b"5,%d" % code
    assert b"+KTCPSTAT: %b,0,0\r\n" % status in terminal.ask(b"AT+KTCPSTAT=1")


def test_data_is_not_announced_any_more() -> None:
    """q9 [F8]: it is there all the same, and can be read; a restart cures."""
    terminal = Terminal("hl78", [Fault("data_urc_once_then_silent", at=2)])
    terminal.connect()
    for heard in (b"\r\n+KTCP_DATA: 1,5\r\n", b"", b""):
        terminal.ask(b"AT+KTCPSND=1,5")
        assert OK + heard == terminal.type(b"hello" + PATTERN, 2.0)
        assert b"+KTCPSTAT: 3,-1,0,5" in terminal.ask(b"AT+KTCPSTAT=1")
        assert CONNECT + b"hello" + PATTERN + OK == terminal.ask(b"AT+KTCPRCV=1,5")


def test_the_right_count_is_called_wrong() -> None:
    """q9 [F8]: code 8, and the data arrives whole."""
    terminal = Terminal("hl78", [Fault("length_mismatch_notif8", at=1)])
    terminal.connect(9)
    terminal.ask(b"AT+KTCPSND=1,5")

    assert OK + b"\r\n+KTCP_NOTIF: 1,8\r\n" == terminal.type(b"hello" + PATTERN)
    terminal.run(1.0)
    assert b"hello" == terminal.sink.stream


def test_bytes_behind_a_plus_are_lost() -> None:
    """Forum 20546: two bytes, and code 8; a payload without a plus is no opportunity."""
    terminal = Terminal("hl78", [Fault("byte_dropped_after_plus", at=1)])
    terminal.connect(9)
    terminal.ask(b"AT+KTCPSND=1,5")
    assert OK == terminal.type(b"hello" + PATTERN)
    terminal.ask(b"AT+KTCPSND=1,6")

    assert OK + b"\r\n+KTCP_NOTIF: 1,8\r\n" == terminal.type(b"a+bcde" + PATTERN)
    terminal.run(1.0)
    assert b"helloa+de" == terminal.sink.stream


def test_a_bit_is_wrong() -> None:
    """One bit of one piece, and its length is the same."""
    terminal = Terminal("hl78")
    terminal.prepare()
    terminal.modem.inject(Fault("byte_garbled", at=1))
    heard = terminal.ask(b"AT+CSQ")

    wrong = [a ^ b for a, b in zip(CSQ, heard, strict=True) if a != b]
    assert 1 == len(wrong)
    assert 1 == wrong[0].bit_count()


def test_bytes_that_are_no_text() -> None:
    """Three of them before the answer, which is whole."""
    terminal = Terminal("hl78")
    terminal.prepare()
    terminal.modem.inject(Fault("non_utf8", at=1))
    heard = terminal.ask(b"AT")

    assert OK == heard[3:]
    assert all(byte >= 0x80 for byte in heard[:3])


def test_bytes_come_slowly() -> None:
    """One by one, each after its gap."""
    terminal = Terminal("hl78")
    terminal.prepare()
    terminal.modem.inject(parse_fault("slow_bytes:at=1,gap_s=1"))
    terminal.chunks.clear()

    assert OK == terminal.ask(b"AT", 5.5)
    assert [OK[index : index + 1] for index in range(6)] == terminal.chunks


def test_a_burst_without_end_of_line() -> None:
    """As many bytes as it was told, none of which ends a line, and then the answer."""
    terminal = Terminal("hl78")
    terminal.prepare()
    terminal.modem.inject(parse_fault("burst_without_newline:at=1,count=500"))
    heard = terminal.ask(b"AT")

    assert (500, OK) == (len(heard) - len(OK), heard[500:])
    assert not {*b"\r\n"} & {*heard[:500]}


def test_a_close_is_answered_with_no_carrier() -> None:
    """q8 [FNC]: NO CARRIER, then 922; the id can be deleted."""
    terminal = Terminal("hl78", [Fault("no_carrier_on_close", at=1)])
    terminal.connect()

    assert terminal.ask(b"AT+KTCPCLOSE=1").startswith(b"\r\nNO CARRIER\r\n")
    assert b"\r\n+CME ERROR: 922\r\n" == terminal.ask(b"AT+KTCPCLOSE=1")
    assert OK == terminal.ask(b"AT+KTCPDEL=1")


def test_sessions_haunt_the_restart() -> None:
    """q19: they are listed, closed, and can be deleted; the next id is another one."""
    terminal = Terminal("rc76", [Fault("session_ghost_after_reboot", at=1)])
    terminal.connect()
    terminal.modem.cut_power(terminal.now_s)
    terminal.run(20.0)
    terminal.prepare()

    assert b"+KTCPCFG: 1,0,1,0," in terminal.ask(b"AT+KTCPCFG?")
    assert b"+KTCPCFG: 2\r\n" in terminal.ask(b'AT+KTCPCFG=1,0,"203.0.113.5",7')
    assert OK == terminal.ask(b"AT+KTCPDEL=1")


@pytest.mark.parametrize(
    ("name", "banner"),
    [("reboot_banner", b"\r\n+KSUP: 0\r\n"), ("reboot_without_banner", b"")],
)
def test_it_restarts_by_itself(name: str, banner: bytes) -> None:
    """The command is lost, and everything volatile is; the banner comes or does not."""
    terminal = Terminal("rc76")
    terminal.connect()
    terminal.ask(b"AT+KSREP=1")
    terminal.modem.inject(Fault(name, at=1))

    assert b"" == terminal.ask(b"AT", 6.0)
    assert banner == terminal.run(10.0)
    assert b"AT+KTCPSTAT=1\r\r\nERROR\r\n" == terminal.ask(b"AT+KTCPSTAT=1")


def test_half_of_the_commands_is_deaf_until_a_restart() -> None:
    """q10 [FRCV]: K commands are not answered, others are; sessions still speak."""
    terminal = Terminal("rc76")
    terminal.prepare()
    terminal.modem.inject(Fault("half_deaf_families", at=1))
    for deaf in (b"AT+KSREP?", b"at +ksrep?", b"AT+CSQ;+KSREP?"):
        assert b"" == terminal.ask(deaf, 30.0)
    terminal.ask(b"AT+CFUN=1,1", 20.0)

    assert b"+KSREP: 0,0" in terminal.ask(b"AT+KSREP?")


def test_the_port_vanishes_and_returns() -> None:
    """It is gone for as long as it was told; what is said meanwhile is lost."""
    terminal = Terminal("rc76")
    terminal.ask(b"AT+KSREP=1")
    terminal.modem.inject(parse_fault("port_vanish_and_return:at=1,gone_s=9"))
    terminal.modem.write(b"AT\r", 100.0)
    presences = [terminal.modem.port_present(100.0 + after_s) for after_s in (0.0, 8.9, 9.0)]
    assert [False, False, True] == presences
    assert 109.0 >= (terminal.modem.deadline_s() or 0.0)
    terminal.now_s = 100.0
    assert b"" == terminal.run(60.0)

    assert b"AT\r" + OK == terminal.ask(b"AT")


# ------------------------------------------------------------------------------ the fuses


def test_too_many_restarts_end_in_boot_hold() -> None:
    """MC7700: the nth restart is not left; only the power helps, and counts from anew."""
    terminal = Terminal("rc76", [parse_fault("boot_hold_after_n_resets:n=3,within_s=600")])
    for _ in range(3):
        assert terminal.ask(b"AT").endswith(OK)
        terminal.ask(b"AT!RESET", 20.0)
    assert b"" == terminal.ask(b"AT", 3600.0)
    assert None is terminal.modem.deadline_s()
    terminal.modem.cut_power(terminal.now_s)
    terminal.run(20.0)

    assert terminal.ask(b"AT").endswith(OK)
    assert 1 == len(terminal.modem.fired)


def test_restarts_far_apart_blow_no_fuse() -> None:
    """What counts is how many there are within a while."""
    terminal = Terminal("rc76", [parse_fault("boot_hold_after_n_resets:n=3,within_s=600")])
    for _ in range(6):
        terminal.ask(b"AT!RESET", 301.0)

    assert terminal.ask(b"AT").endswith(OK)
    assert [] == list(terminal.modem.fired)


@pytest.mark.parametrize("tried", [b"AT+CFUN=0;+CFUN=1", b"AT+CGATT=0;+CGATT=1", b"AT"])
def test_too_many_restarts_block_the_attach(tried: bytes) -> None:
    """NRF91: half an hour, power cuts count, and no command gets around it."""
    terminal = Terminal("rc76", [parse_fault("attach_blocked_30min:n=3,times=1")])
    for _ in range(3):
        terminal.modem.cut_power(terminal.now_s)
        terminal.run(20.0)
    terminal.ask(b"ATE0")
    terminal.ask(tried)
    terminal.run(1700.0)
    assert b"\r\n+CREG: 0,2\r\n" + OK == terminal.ask(b"AT+CREG?")
    terminal.run(120.0)

    assert b"\r\n+CREG: 0,1\r\n" + OK == terminal.ask(b"AT+CREG?")


# ------------------------------------------------------------------------------ how they are asked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("reply_lost", Fault("reply_lost")),
        ("reply_lost:at=3", Fault("reply_lost", at=3)),
        (
            "cme_923_on_send:after=300,p=0.01,times=3",
            Fault("cme_923_on_send", after=300, p=0.01, times=3),
        ),
        ("reply_late:delay_s=1.5", Fault("reply_late", params={"delay_s": 1.5})),
    ],
)
def test_a_fault_is_read(text: str, expected: Fault) -> None:
    """NAME:KEY=VALUE,..."""
    assert expected == parse_fault(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", ":", "gremlins", "gremlins:at=1", "reply_lost:at", "reply_lost:at=", "silent:=1"),
        *("reply_lost:at=0", "reply_lost:at=0.5", "reply_lost:at=x", "reply_lost:after=-1"),
        *("reply_lost:p=2", "reply_lost:p=nan", "reply_lost:times=-1", "reply_lost:delay_s=1"),
        *("reply_late:delay_s=-1", "reply_late:delay_s=inf", "reply_late:delay_s=nan"),
    ],
)
def test_what_is_no_fault_is_refused(text: str) -> None:
    """One line that says what is wrong."""
    with pytest.raises(AtfsmError) as refused:
        parse_fault(text)

    assert "\n" not in str(refused.value)
    assert str(refused.value)


def test_a_fault_happens_as_often_as_it_may() -> None:
    """At: once. Times: so often. Neither: each time. After: not before. p: by chance."""
    rows: tuple[tuple[Fault, list[int]], ...] = (
        (Fault("error_instead", at=3), [3]),
        (Fault("error_instead", after=17), [18, 19, 20]),
        (Fault("error_instead", after=5, times=2), [6, 7]),
        (Fault("error_instead", p=0.0), []),
        (Fault("error_instead", at=2, times=0), []),
    )
    for fault, expected in rows:
        terminal = Terminal("hl78", [fault])
        for _ in range(20):
            terminal.ask(b"AT")
        assert expected == [fired.opportunity for fired in terminal.modem.fired]
    terminal = Terminal("hl78", [Fault("error_instead", p=0.5)])
    for _ in range(200):
        terminal.ask(b"AT")

    assert 70 < len(terminal.modem.fired) < 130


def test_profiles_are_told_apart() -> None:
    """Each has a name, under which it is found."""
    assert {"hl78", "rc76", "rc7611", "hl75"} == set(PROFILES)
    assert all(name == profile.name for name, profile in PROFILES.items())
