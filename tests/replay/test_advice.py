"""What a report tells to do is safe: nothing is closed that is another's, and nothing is lost."""

from __future__ import annotations

import re

import pytest

from atfsm.replay.causes import CAUSES, Cause
from atfsm.replay.causes.advice import LINE_FIRST, NOTHING_DEFINED
from tests.replay.cause_cases import (
    ASLEEP,
    BEFORE,
    CASES,
    DEFINE,
    DELETED,
    KINDS,
    READY,
    SEND,
    Log,
    refused,
    waited,
)
from tests.replay.test_captures import judge

REGISTERED = "Tx: AT+CEREG?\nRx: +CEREG: 0,1\nRx: OK\n"
WORKED = "Rx: CONNECT\nTx: hello--EOF--Pattern--\nRx: OK\n"


def causes_of(log: Log) -> list[str]:
    """The causes of the wobbles of a log."""
    return [wobble.cause for wobble in judge(log.text.splitlines(), log.format).wobbles]


def advice(log: Log) -> str:
    """What to do about the first wobble of a log."""
    return judge(log.text.splitlines(), log.format).wobbles[0].do


@pytest.mark.parametrize("code", [902, 910, 912, 916, 30, "ERROR"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_definition_closes_nothing(kind: str, code: int | str) -> None:
    """The number that was not given out may be that of somebody's session."""
    do = advice(Log(refused(DEFINE[kind], code)))

    assert NOTHING_DEFINED in do
    assert "CLOSE" not in do


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "after", ["", "Rx: CONNECT\n", "Rx: CONNECT\nTx: hello--EOF--Pattern--\n"]
)
def test_a_port_that_may_be_in_data_mode_is_made_sure_of_first(kind: str, after: str) -> None:
    """There a close would go to the peer as payload, and close nothing."""
    do = advice(waited(READY[kind] + SEND[kind] + after, 90))

    assert do.startswith(LINE_FIRST)
    assert do.index("end pattern once") < do.index(f"AT+K{kind.upper()}CLOSE=1")


@pytest.mark.parametrize("row", CAUSES, ids=lambda row: row.code)
def test_a_sim_is_not_worn_out_by_restarts(row: Cause) -> None:
    """A host that restarts and enters the same PIN again locks the SIM in the third round."""
    if re.match(r"modem\.(sim|denied)", row.code):
        assert row.remedy
        assert "cut its power" not in row.remedy + row.do


@pytest.mark.parametrize(
    "row",
    [row for row in CAUSES if re.match(r"(tcp|udp)\.swept\.", row.code)],
    ids=lambda row: row.code,
)
def test_what_fell_along_is_closed_all_the_same(row: Cause) -> None:
    """A session outlives its context: who defines anew without it leaks ids."""
    assert re.search(r"CLOSE=|close and delete", row.remedy)


@pytest.mark.parametrize("word", ["SIM PIN2", "SIM PUK2"])
def test_pin2_does_not_keep_from_service(word: str) -> None:
    """It guards phone books and the like."""
    asked = f"Tx: AT+CPIN?\nRx: +CPIN: {word}\nRx: OK\n"

    assert [] == causes_of(Log(REGISTERED + asked))
    assert ["modem.sim.puk"] == causes_of(Log(REGISTERED + asked.replace(word, "SIM PUK")))[:1]


# fmt: off
SLEPT: dict[str, tuple[str, str]] = {
    "a session that did not work since": (ASLEEP,                         "910.sleep"),
    "one that did":                      (ASLEEP + "{send}" + WORKED,     "910"),
}
# fmt: on


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", SLEPT)
def test_a_sleep_is_blamed_only_where_nothing_worked_since(name: str, kind: str) -> None:
    """Coverage that went for a while, hours ago, explains nothing today."""
    between, expected = SLEPT[name]
    between = between.replace("{send}", SEND[kind])

    assert [f"{kind}.{expected}"] == causes_of(
        Log(refused(READY[kind] + between + SEND[kind], 910))
    )


@pytest.mark.parametrize(
    ("between", "expected"),
    [("", "modem.restarted.sleep"), ("Rx: +CEREG: 1\n", "modem.restarted")],
)
def test_a_restart_is_a_waking_only_straight_from_sleep(between: str, expected: str) -> None:
    """A modem that registered since was awake: a brown-out is no PSM."""
    log = Log(f"Rx: +CEREG: 1\n{ASLEEP}{between}Rx: +KSUP: 0\n")

    assert [expected] == causes_of(log)[:1]


@pytest.mark.parametrize(
    ("status", "expected"), [(0, "modem.sim.after_ready"), (5, "modem.sim.absent")]
)
def test_ready_is_what_said_so(status: int, expected: str) -> None:
    """Status 5 of +KSUP is "unknown", not ready."""
    assert expected in causes_of(Log(f"Rx: +KSUP: {status}\nRx: +KSUP: 2\n"))


@pytest.mark.parametrize("code", sorted(CASES))
def test_no_advice_is_without_end(code: str) -> None:
    """Who asks again and again is told how often, and to wait longer each time."""
    log = CASES[code]
    wobble = next(w for w in judge(log.text.splitlines(), log.format).wobbles if w.cause == code)

    assert "until it is answered" not in wobble.do
    if "make a new one" in wobble.do:
        assert "waiting longer each time" in wobble.do


GONE_BEFORE = "Rx: +CEREG: 1\n{up}Rx: +CEREG: 2\n"
PAYLOAD = "Rx: CONNECT\nTx: hello"
# fmt: off
#: What is done comes in this order.
IN_ORDER: dict[str, tuple[Log, tuple[str, ...]]] = {
    "a send under way is ended, then all is read": (
        Log(READY["tcp"] + SEND["tcp"] + PAYLOAD + "\nRx: +KTCP_NOTIF: 1,4\n"),
        ("Bring that send to its end", "Read what is left", "AT+KTCPCLOSE=1,1", "AT+KTCPDEL=1", "Send again only")),
    "what the peer left is read": (
        Log(refused(READY["tcp"] + SEND["tcp"], 905)), ("Read what is left", "AT+KTCPCLOSE=1,1", "Leave the PDP context")),
    "a wrong command is corrected": (
        Log(refused(READY["tcp"] + SEND["tcp"], 916)), ("correct the command", "AT+KTCPCLOSE=1,1", "anew once")),
    "a session that is gone is made anew with its profile": (
        Log(refused(READY["tcp"] + SEND["tcp"], 910)), ("AT+KTCPCLOSE=1,1", "AT+KTCPDEL=1", "AT+KCNXCFG", "AT+KTCPCFG", "AT+KTCPCNX")),
    "a context that may be up is asked first": (
        waited("Tx: AT+KCNXUP=1\nRx: OK\n", 151), ("Ask AT+KCNXCFG? first", "AT+KCNXDOWN=1,1")),
    "a port that may be in data mode": (
        waited("Tx: AT+KCNXUP=1\n", 31), ("end pattern once", "AT+KCNXDOWN=1,1")),
    "no context without registration": (
        Log(GONE_BEFORE.replace("{up}", "Rx: +KCNX_IND: 1,1,0\n") + "Rx: +KCNX_IND: 1,0,0\n"), ("Ask AT+CEREG? and AT+CGREG?", "180 s at most", "AT+KCNXDOWN=1,1")),
    "what was announced and not read": (
        Log(refused(READY["tcp"] + "Rx: +KTCP_DATA: 1,40\n" + SEND["tcp"], 924)), ("`+KTCP_DATA: 1,40` (line 7) was not read", "AT+KTCPRCV=1", "AT+KTCPCLOSE=1,1")),
    "a late line is looked into before anything is closed": (
        Log(DELETED["tcp"] + "Rx: +KTCP_IND: 1,1\n"), ("Ask AT+KTCPSTAT=1", "change nothing", "AT+KTCPCLOSE=1,1")),
    "a connection whose report was lost": (
        waited(BEFORE["tcp"], 100), ("Ask AT+KTCPSTAT=1", "do not touch it", "AT+KTCPCLOSE=1,1", "Leave the PDP context")),
    "a data mode that was not left": (
        Log(refused(READY["tcp"] + SEND["tcp"], 923)), ("end pattern once", "AT+KTCPCLOSE=1,1", "AT+KCNXDOWN=1,1")),
    "no PIN for another code": (
        Log("Rx: +CEREG: 1\nRx: +KSUP: 1\n"), ("Ask AT+CPIN?", "only if the answer is SIM PIN", "do not restart", "set it up again")),
}
# fmt: on


@pytest.mark.parametrize("name", IN_ORDER)
def test_what_comes_first_is_said_first(name: str) -> None:
    """Nobody reads on once he has closed the session whose data he needed."""
    log, phrases = IN_ORDER[name]
    do = advice(log)
    found = [do.find(phrase) for phrase in phrases]

    assert -1 not in found, do
    assert sorted(found) == found, do


@pytest.mark.parametrize(
    "log",
    [
        Log(READY["tcp"] + "Rx: +KTCP_NOTIF: 1,5\n"),
        Log(refused(READY["tcp"] + SEND["tcp"], 906)),
        Log(refused(READY["tcp"] + SEND["tcp"], 913)),
    ],
)
def test_a_fault_of_the_peer_leaves_the_rest_alone(log: Log) -> None:
    """A server that is down is no reason to restart a modem."""
    do = advice(log)

    assert "Leave the PDP context and the other sockets as they are." in do
    assert "restart the modem" not in do


def test_registration_that_had_gone_is_named() -> None:
    """A context that fell after it needs no other cause."""
    gone = GONE_BEFORE.replace("{up}", "Rx: +KCNX_IND: 1,1,0\n") + "Rx: +KCNX_IND: 1,0,0\n"
    fell, again = (
        judge(text.splitlines()).wobbles[0].proved
        for text in (gone, gone.replace("+CEREG: 2\n", "+CEREG: 2\nRx: +CEREG: 1\n"))
    )

    assert "Registration had gone before (`+CEREG: 2`, line 3)." in fell
    assert "Registration" not in again


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (refused(READY["tcp"] + SEND["tcp"], 923), True),
        (refused(READY["tcp"], 923), False),  # nobody knows what it answers
        (refused(READY["tcp"] + SEND["tcp"] + PAYLOAD + "\n", 910), False),
    ],
)
def test_what_has_not_left_is_said_to_be_safe_to_send(text: str, *, expected: bool) -> None:
    """Before CONNECT no byte of a send is taken; after it, nobody knows how many were."""
    assert expected is ("nothing of this send left" in advice(Log(text)))


@pytest.mark.parametrize("code", [10, 11, 12, 13, 16])
@pytest.mark.parametrize("command", ["Tx: AT+KCNXUP=1\n", READY["tcp"] + SEND["tcp"]])
def test_no_reset_is_advised_for_a_sim(command: str, code: int) -> None:
    """Nothing of a socket or a context brings it back, and rounds of restarts may lock it."""
    do = advice(Log(refused(command, code)))

    assert [] == [word for word in ("CLOSE=", "KCNXDOWN", "twice") if word in do]
    assert "stop" in do


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_deleted_is_not_closed(kind: str) -> None:
    """Its number may be another session's by now."""
    do = advice(Log(READY[kind] + f"Tx: AT+K{kind.upper()}DEL=1\nRx: OK\n"))

    assert "CLOSE=1" not in do
    assert "another session's" in do


def test_a_pin_that_was_refused_without_a_code_is_not_entered_again() -> None:
    """With AT+CMEE=0 a wrong PIN gets ERROR, and a third wrong one locks the SIM."""
    do = advice(Log(refused("Tx: AT+CPIN=1234\n", "ERROR")))

    assert do.startswith("Do not enter the PIN again")


@pytest.mark.parametrize(
    "answer", ["ERROR", "NO CARRIER", *(f"+CME ERROR: {code}" for code in (3, 907, 911, 922, 924))]
)
@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_delete_is_no_deletion(kind: str, answer: str) -> None:
    """The session is there as before: whoever takes it for deleted leaks it."""
    asked = READY[kind] + f"Tx: AT+K{kind.upper()}DEL=1\n"
    first = judge(refused(asked, answer).splitlines()).wobbles[0]

    assert f"{kind}.out_of_step.deleted_running" == first.cause
    assert "was not deleted" in first.proved
    assert f"AT+K{kind.upper()}CLOSE=1" in first.do


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (refused(DEFINE["udp"], 12), ("stop", "no code by guess")),
        (refused(DEFINE["tcp"], 10), ("Ask AT+CPIN?", "no code by guess")),
        (refused(DEFINE["tcp"], 40), ("stop until a person",)),
        (refused(DEFINE["tcp"], 910), ("Configure the profile first", "No session was made")),
        (refused(DEFINE["tcp"], 912), ("List the sessions", "No session was made")),
    ],
)
def test_a_refused_definition_keeps_what_matters(text: str, words: tuple[str, ...]) -> None:
    """What a SIM asks for is no question of ids."""
    do = advice(Log(text))

    assert [] == [word for word in words if word not in do]
    assert "AT+KTCPRCV" not in do


@pytest.mark.parametrize("kind", KINDS)
def test_an_id_that_was_given_out_is_closed(kind: str) -> None:
    """A definition that named its session made one, though it was refused behind that."""
    name = kind.upper()
    do = advice(Log(refused(DEFINE[kind] + f"Rx: +K{name}CFG: 2\n", 921)))

    assert f"AT+K{name}CLOSE=2" in do


@pytest.mark.parametrize("kind", KINDS)
def test_an_unanswered_definition_closes_no_guess(kind: str) -> None:
    """Whether a session was made, and which, only the modem knows."""
    first = judge(waited(READY[kind] + DEFINE[kind], 40).text.splitlines()).wobbles[0]

    assert f"{kind}.silent.defining" == first.cause
    assert f"ask AT+K{kind.upper()}CFG?" in first.do
    assert "CLOSE=" not in first.do
    assert first.do.startswith(LINE_FIRST)


# ------------------------------------------------------------------------ one port, many sockets

SECOND = READY["tcp"].replace("+KTCPCFG: 1", "+KTCPCFG: 2").replace("=1\n", "=2\n")
SECOND = SECOND.replace("_IND: 1,1\n", "_IND: 2,1\n")
BOTH_UP = READY["tcp"] + SECOND


@pytest.mark.parametrize(
    "after", ["", "Rx: CONNECT\n", "Rx: CONNECT\nTx: hello--EOF--Pattern--\n"]
)
@pytest.mark.parametrize(
    "fault",
    [
        *(
            f"Rx: +KTCP_NOTIF: {sid},{code}\n"
            for sid in (1, 2)
            for code in (0, 1, 5, 6, 11, 13, 99)
        ),
        "Rx: +KCNX_IND: 1,0,0\n",
        "Rx: +CEREG: 3\n",
        "Rx: +CGEV: NW DETACH\n",
        "Rx: +CPIN: NOT INSERTED\n",
    ],
)
def test_no_command_goes_into_a_transfer_of_another(fault: str, after: str) -> None:
    """Data mode belongs to the port: a close of socket 2 would be payload of socket 1."""
    log = Log(BOTH_UP + SEND["tcp"] + after + fault)
    wobbles = judge(log.text.splitlines()).wobbles

    assert wobbles
    for wobble in wobbles:
        assert wobble.do.startswith("`AT+KTCPSND=1,5` (line "), wobble.cause
        assert wobble.do.index("62 s at most") < wobble.do.rindex(".")


def test_a_read_under_way_is_waited_for() -> None:
    """Its end pattern comes from the modem, and a command within it is lost."""
    log = Log(BOTH_UP + "Tx: AT+KTCPRCV=1,5\nRx: CONNECT\nTx: AT\n")
    fault = Log(BOTH_UP + "Tx: AT+KTCPRCV=1,5\nRx: +KTCP_NOTIF: 2,5\n")

    assert advice(fault).startswith("`AT+KTCPRCV=1,5` (line ")
    assert "the end pattern and OK, 50 s at most" in advice(fault)
    assert "under way" not in advice(log)


# --------------------------------------------------------------------------- what was not lost


@pytest.mark.parametrize("code", [922, 924, "ERROR"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_refused_read_has_read_nothing(kind: str, code: int | str) -> None:
    """What was announced still waits, and the delete takes it away."""
    name = kind.upper()
    log = READY[kind] + f"Rx: +K{name}_DATA: 1,500\nTx: AT+K{name}RCV=1,500\n"

    assert f"`+K{name}_DATA: 1,500`" in advice(Log(refused(log, code)))


@pytest.mark.parametrize("code", [0, 5, 6])
def test_what_broke_off_within_a_send_may_have_left(code: int) -> None:
    """Only the peer knows; before the payload nothing has left."""
    twice = "send it again only if it does no harm"
    notif = f"Rx: +KTCP_NOTIF: 1,{code}\n"

    assert (code != 5) is (
        twice in advice(Log(READY["tcp"] + SEND["tcp"] + PAYLOAD + "\n" + notif))
    )
    assert twice not in advice(Log(READY["tcp"] + notif))


@pytest.mark.parametrize("code", [10, 11, 13])
def test_a_pin_that_was_entered_is_not_entered_again(code: int) -> None:
    """A host that restarts and enters it by itself locks the SIM in the third round."""
    do = advice(Log(refused('Tx: AT+CPIN="1234"\n', code)))

    assert "Do not enter the PIN again, and switch off what enters it by itself." in do
    assert do.index("PIN again") < do.index("estart")


@pytest.mark.parametrize("echo", ["", 'Rx: AT+CPIN="1234"\n'])
def test_a_pin_without_an_answer_may_have_been_tried(echo: str) -> None:
    """To start again with the same PIN is a second try, or a third."""
    do = advice(waited('Tx: AT\nRx: OK\nTx: AT+CPIN="1234"\n' + echo, 20))

    assert do.startswith("Do not enter the PIN again")
    assert "if it still says SIM PIN, stop and tell a person" in do


def test_a_pin_that_nobody_entered_is_not_suspected() -> None:
    """A refused question is no refused PIN."""
    first = judge(refused("Tx: AT+CPIN?\n", "ERROR").splitlines()).wobbles[0]

    assert "PIN is wrong" not in first.why
    assert "enter the PIN again" not in first.do


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Tx: AT+KCNXUP=1\nRx: +CME ERROR: 911\n", "Ask AT+KCNXCFG?: if its last field is 2"),
        ("Tx: AT+CPIN=1234\nRx: +CME ERROR: 3\n", "If AT+CPIN? says READY"),
    ],
)
def test_what_was_only_refused_is_looked_at_before_its_sockets_are_closed(
    kind: str, text: str, words: str
) -> None:
    """A redundant command that is refused says nothing of what works."""
    log = READY[kind] + "Rx: +KCNX_IND: 1,1,0\n" + text
    sockets = [w for w in judge(log.splitlines()).wobbles if w.machine == kind]

    assert sockets
    for wobble in sockets:
        assert "fell" not in wobble.why
        assert wobble.do.startswith(words)


@pytest.mark.parametrize("command", ["AT+CGATT=0", "AT+COPS=2", "AT+CFUN=0", "AT+CFUN=1,1"])
@pytest.mark.parametrize("report", ["+KCNX_IND: 1,3", "+KCNX_IND: 1,0,0"])
def test_a_context_that_goes_as_the_host_leaves_is_not_raised_again(
    report: str, command: str
) -> None:
    """Its report may come before the OK to the command that took it away."""
    log = READY["tcp"] + f"Rx: +KCNX_IND: 1,1,0\nTx: {command}\nRx: {report}\n"
    wobbles = judge(log.splitlines()).wobbles

    assert wobbles
    for wobble in wobbles:
        assert "no line of this log asks for it" not in wobble.why
        assert "Likely" not in wobble.why
    assert wobbles[0].do.startswith("Nothing, until the host has the modem look for the network")


def test_what_waits_is_read_before_the_context_is_taken_down() -> None:
    """AT+KCNXDOWN ends every socket, and what was not read with it."""
    log = READY["tcp"] + "Rx: +KTCP_DATA: 1,40\n" + SEND["tcp"]
    do = advice(Log(refused(log, 921)))

    assert do.index("was not read: read it first") < do.index("AT+KCNXDOWN")


@pytest.mark.parametrize("code", [907, 911, 922, 924])
def test_nothing_is_asked_by_a_number_that_nobody_has(code: int) -> None:
    """A definition that was refused has no session."""
    first = judge(refused(DEFINE["tcp"], code).splitlines()).wobbles[0]

    assert "AT+KTCPSTAT" not in first.settle
    assert "<sid>" not in first.why + first.do + first.settle


# -------------------------------------------------------------------------------- no wobble

UP_AND_ON = READY["tcp"]
# fmt: off
LEGAL: dict[str, str] = {
    "a connection while it is closed":  BEFORE["tcp"] + "Tx: AT+KTCPCLOSE=1,1\nRx: +KTCP_IND: 1,1\nRx: OK\nTx: AT+KTCPDEL=1\nRx: OK\n",
    "the same, reported behind the OK": BEFORE["tcp"] + "Tx: AT+KTCPCLOSE=1,1\nRx: OK\nRx: +KTCP_IND: 1,1\nTx: AT+KTCPDEL=1\nRx: OK\n",
    "an opening while it is closed":    BEFORE["udp"] + "Tx: AT+KUDPCLOSE=1\nRx: +KUDP_IND: 1,1\nRx: OK\n",
    "the host detaches":                REGISTERED + 'Tx: AT+CGATT=0\nRx: OK\nRx: +CGEV: ME DETACH\nTx: AT+CGDCONT=1,"IP","apn"\nRx: OK\nTx: AT+CGATT=1\nRx: OK\n',
    "the report comes before the OK":   REGISTERED + "Tx: AT+CGATT=0\nRx: +CGEV: ME DETACH\nRx: OK\nTx: AT+CGATT=1\nRx: OK\nRx: +CEREG: 1\n",
    "the host leaves the network":      REGISTERED + "Tx: AT+COPS=2\nRx: +CEREG: 0\nRx: +CGEV: ME DETACH\nRx: OK\nTx: AT+COPS=0\nRx: OK\nRx: +CEREG: 5\n",
    "the radio is switched off":        REGISTERED + "Tx: AT+CFUN=0\nRx: +CGEV: ME DETACH\nRx: OK\nTx: AT+CFUN=1\nRx: OK\nRx: +CEREG: 1\n",
    "a detach that is refused":         REGISTERED + "Tx: AT+CGATT=0\nRx: +CME ERROR: 3\nTx: AT+CEREG?\nRx: +CEREG: 0,1\nRx: OK\n",
}
# fmt: on


@pytest.mark.parametrize("name", LEGAL)
def test_what_the_host_asked_for_is_no_wobble(name: str) -> None:
    """A session that is closed before it connects, and a modem that is told to leave."""
    assert [] == causes_of(Log(LEGAL[name]))


def test_a_detach_that_nobody_asked_for_is_one() -> None:
    """Also behind one that was refused."""
    refused_before = LEGAL["a detach that is refused"]

    assert ["modem.detached"] == causes_of(Log(refused_before + "Rx: +CGEV: ME DETACH\n"))
    assert ["modem.detached.network"] == causes_of(Log(REGISTERED + "Rx: +CGEV: NW DETACH\n"))


def test_a_profile_that_says_it_is_connected_is_up() -> None:
    """The URC may be missing where the bearer is up; the read answer says so as well."""
    asked = 'Tx: AT+KCNXCFG?\nRx: +KCNXCFG: 1,"GPRS","apn","","","IPV4","10.0.0.7","10.0.0.1","10.0.0.2",{}\nRx: OK\n'
    raised = "Tx: AT+KCNXUP=1\nRx: OK\n"

    assert [] == causes_of(waited(raised + asked.format(2), 200))
    assert ["pdp.silent.activating"] == causes_of(waited(raised + asked.format(0), 200))


def test_sockets_of_a_modem_that_is_switched_off_go_with_it() -> None:
    """As with a restart that was asked for."""
    off = Log(UP_AND_ON + "Tx: AT!POWERDOWN\nRx: OK\n")

    assert ["tcp.swept.modem_off"] == causes_of(off)
