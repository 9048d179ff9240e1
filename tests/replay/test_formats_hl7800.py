"""The hl7800 driver of Zephyr: an answer is one line, what its handler says of it another."""

from __future__ import annotations

import pytest

from atfsm.replay.formats import format_named
from atfsm.replay.records import Direction
from atfsm.replay.session import Session
from tests.replay.test_formats_round_trip import read

TX, RX = Direction.TX, Direction.RX

HL7800 = format_named("zephyr-hl7800")


def handle(name: str) -> str:
    """What the reading thread logs."""
    return f"<dbg> modem_hl7800: hl7800_rx: HANDLE {name} (len:3)"


def out(command: str) -> str:
    """What is logged of a command."""
    return f"<dbg> modem_hl7800: send_at_cmd: OUT: [{command}]"


READ = "<dbg> modem_hl7800: sock_read: "
NOTIFIED = "<wrn> modem_hl7800: +K**P_NOTIF: 1,4"

# fmt: off
#: What is logged; what the modem said, with the lines on which it stands.
LOGS: dict[str, tuple[list[str], list[tuple[int, str]]]] = {
    "an error code": ([handle("+CME ERROR: "), "<err> modem_hl7800: Error code: 923"], [(1, "+CME ERROR: 923")]),
    "a code of messages": ([handle("+CMS ERROR: "), "<err> modem_hl7800: Error code: 500"], [(1, "+CMS ERROR: 500")]),
    "a code whose answer is missing": (["<err> modem_hl7800: Error code: 923"], []),
    "a code behind another answer": (
        [handle("+KTCPCFG: "), "<err> modem_hl7800: Error code: 923"], [(1, "+KTCPCFG:")]),
    "an answer whose handler says nothing": ([handle("+CME ERROR: "), handle("OK")], [(1, "+CME ERROR:"), (2, "OK")]),
    "an answer at the end": ([handle("OK"), handle("+CME ERROR: ")], [(1, "OK"), (2, "+CME ERROR:")]),
    "a session": (
        [handle("+KTCPCFG: "), "<dbg> modem_hl7800: on_cmd_sockcreate: +KTCPCFG: 2"], [(1, "+KTCPCFG: 2")]),
    "a session of UDP": (
        [handle("+KUDPCFG: "), "<dbg> modem_hl7800: on_cmd_sockcreate: +KUDPCFG: 2"], [(1, "+KUDPCFG: 2")]),
    "the registration": (
        [handle("+CEREG: "), '<dbg> modem_hl7800: on_cmd_network_report: Network status: 1,"0A1B","01C3D405",7'],
        [(1, '+CEREG: 1,"0A1B","01C3D405",7')]),
    "a session is ready": (
        [handle("+KUDP_IND: "), "<dbg> modem_hl7800: on_cmd_sock_ind: +KUDP_IND ID: 1"], [(1, "+KUDP_IND: 1,1")]),
    "a session is ready, older": (
        [handle("+KTCP_IND: "), "<dbg> modem_hl7800.on_cmd_sock_ind: +K**P_IND ID: 1"], [(1, "+KTCP_IND: 1,1")]),
    "the peer closed": ([handle("+KTCP_NOTIF: "), NOTIFIED], [(1, "+KTCP_NOTIF: 1,4")]),
    "a notification at the level of debugging": (
        [handle("+KUDP_NOTIF: "), "<dbg> modem_hl7800: on_cmd_sock_notif: +K**P_NOTIF: 3,8"],
        [(1, "+KUDP_NOTIF: 3,8")]),
    "a notification in colour": (
        [handle("+KTCP_NOTIF: "), "\x1b[1;33m" + NOTIFIED + "\x1b[0m"], [(1, "+KTCP_NOTIF: 1,4")]),
    "its answer is missing, the session is known": (
        ["<dbg> modem_hl7800: on_cmd_sockcreate: +KUDPCFG: 1", NOTIFIED], [(1, "+KUDPCFG: 1"), (2, "+KUDP_NOTIF: 1,4")]),
    "its answer is missing, a command names the session": (
        [out("AT+KTCPCNX=1"), NOTIFIED], [(1, "AT+KTCPCNX=1"), (2, "+KTCP_NOTIF: 1,4")]),
    "its answer is missing, a context is no session": ([out("AT+KTCPCFG=1,0"), NOTIFIED], [(1, "AT+KTCPCFG=1,0")]),
    "its answer is missing, the session is not known": ([NOTIFIED], []),
    "another thread between": (
        [handle("+KTCP_NOTIF: "), "<dbg> net_if: up", NOTIFIED], [(1, "+KTCP_NOTIF: 1,4")]),
    "received": (
        [handle("CONNECT"), READ + "Socket 1 RX 130 bytes", READ + "Sock 1 RX done"],
        [(1, "CONNECT"), (3, "--EOF--Pattern--"), (3, "OK")]),
    "received, with a wrong end": (
        [handle("CONNECT"), "<wrn> modem_hl7800: Could not find EOF [abc]", READ + "Sock 1 RX done"], [(1, "CONNECT")]),
    "received, without an end": (
        [handle("CONNECT"), "<wrn> modem_hl7800: No EOF present", READ + "Sock 1 RX done"], [(1, "CONNECT")]),
    "received, without its beginning": ([READ + "Sock 1 RX done", handle("OK")], [(2, "OK")]),
}
# fmt: on


@pytest.mark.parametrize(("logged", "expected"), LOGS.values(), ids=LOGS)
def test_an_answer_and_what_its_handler_says_are_one(
    logged: list[str], expected: list[tuple[int, str]]
) -> None:
    """Values stand behind their name, on its line; what belongs nowhere is dropped."""
    records = read(HL7800, "\n".join(logged).encode())

    assert expected == [(record.line, record.data.decode()) for record in records]


def test_an_answer_waits_for_its_values() -> None:
    """Until the next line is there, the answer is not judged, and the reader says so."""
    reader = HL7800.reader()

    assert () == reader.read(handle("+CME ERROR: ").encode(), 1)
    assert 1 == reader.held_from

    reader.read(b"<err> modem_hl7800: Error code: 923", 2)

    assert reader.held_from is None


CONNECTED = (
    out('AT+KTCPCFG=1,0,"203.0.113.5",10113'),
    handle("+KTCPCFG: "),
    "<dbg> modem_hl7800: on_cmd_sockcreate: +KTCPCFG: 1",
    handle("OK"),
    out("AT+KTCPCNX=1"),
    handle("OK"),
    handle("+KTCP_IND: "),
    "<dbg> modem_hl7800: on_cmd_sock_ind: +KTCP_IND ID: 1",
)
RECEIVED = (
    handle("+KTCP_DATA: "),
    out("AT+KTCPRCV=1,130"),
    handle("CONNECT"),
    READ + "Socket 1 RX 130 bytes",
    READ + "Sock 1 RX done",
)

# fmt: off
#: What is logged; the verdict, the cause, where TCP session 1 ends.
STORIES: dict[str, tuple[tuple[str, ...], str, str | None, str]] = {
    "received twice": ((*CONNECTED, *RECEIVED, *RECEIVED, out("AT+KTCPCLOSE=1,1"), handle("OK")), "clean", None, "closed"),
    "sent too early": (
        (*CONNECTED[:6], out("AT+KTCPSND=1,28"), handle("+CME ERROR: "), "<err> modem_hl7800: Error code: 923"),
        "wobble", "tcp.923.connecting", "full_reset_closing"),
    "closed by the peer": ((*CONNECTED, handle("+KTCP_NOTIF: "), NOTIFIED), "clean", None, "peer_closed"),
}
# fmt: on


@pytest.mark.parametrize(("logged", "verdict", "cause", "state"), STORIES.values(), ids=STORIES)
def test_a_session_is_followed_to_its_end(
    logged: tuple[str, ...], verdict: str, cause: str | None, state: str
) -> None:
    """What the driver says is enough to tell how a connection went."""
    told = Session("capture", HL7800)
    told.feed([line.encode() for line in logged])
    report = told.close()

    assert verdict == report.verdict.value
    assert [cause] * (cause is not None) == [wobble.cause for wobble in report.wobbles]
    assert {("tcp", "1"): state} == {
        (m.machine, m.key): m.state for m in report.machines if m.machine == "tcp"
    }
