"""For each row of the table of causes, the least log that leads to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from atfsm.at.errors import CME, TCP_NOTIF, UDP_NOTIF, CmeGroup
from atfsm.at.facts import LineFact, ModemFact, PdpFact, TcpFact, UdpFact
from atfsm.stack.outputs import LimitPassed
from tests.replay.test_captures import CONNECTED, CONNECTING, DEFINED, OPEN
from tests.replay.test_journal_replay import Driver, connected, journal_of

NEUTRAL: Final = "+QIURC: 1"  # a line of another maker: it moves nothing
#: The ends of what a socket does, for TCP and for UDP.
KINDS: Final = ("tcp", "udp")
READY: Final = {"tcp": CONNECTED, "udp": OPEN}
BEFORE: Final = {"tcp": CONNECTING, "udp": "".join(OPEN.splitlines(keepends=True)[:3])}
SEND: Final = {"tcp": "Tx: AT+KTCPSND=1,5\n", "udp": 'Tx: AT+KUDPSND=1,"203.0.113.5",7,5\n'}
READ: Final = {"tcp": "Tx: AT+KTCPRCV=1,5\n", "udp": "Tx: AT+KUDPRCV=1,5\n"}
PASSED: Final = "Rx: CONNECT\nTx: hello--EOF--Pattern--\n"
CLOSED: Final = {
    "tcp": CONNECTED + "Tx: AT+KTCPCLOSE=1,1\nRx: OK\n",
    "udp": OPEN + "Tx: AT+KUDPCLOSE=1,1\nRx: OK\n",
}
DELETED: Final = {
    "tcp": CLOSED["tcp"] + "Tx: AT+KTCPDEL=1\nRx: OK\n",
    "udp": CLOSED["udp"] + "Tx: AT+KUDPDEL=1\nRx: OK\n",
}
#: Codes that say more than one thing.
MORE_ROWS: Final = {906, 911, 923}
ASLEEP: Final = "Rx: +CEREG: 4\n"
UP: Final = "Rx: +KCNX_IND: 1,1,0\n"
DEFINE: Final = {
    "tcp": 'Tx: AT+KTCPCFG=1,0,"203.0.113.5",7007\n',
    "udp": "Tx: AT+KUDPCFG=1,0,1234\n",
}
PROFILE: Final = 'Tx: AT+KCNXCFG=1,"GPRS","apn.example"\nRx: OK\n'


@dataclass(frozen=True)
class Log:
    """A log.

    Attributes:
        text: Its lines.
        format: How it is written.
        holds: Words that the sentences have to hold.
    """

    text: str
    format: str = "txrx"
    holds: tuple[str, ...] = field(default=())


def refused(text: str, code: int | str) -> str:
    """Let a command be refused."""
    return text + (f"Rx: +CME ERROR: {code}\n" if isinstance(code, int) else f"Rx: {code}\n")


def waited(text: str, after_s: float) -> Log:
    """Stamp *text*, a second a line, and let nothing come for a while."""
    lines = [f"{at:010.3f} {line}" for at, line in enumerate(text.splitlines())]
    return Log("\n".join([*lines, f"{len(lines) - 1 + after_s:010.3f} Rx: {NEUTRAL}"]))


def journal(driver: Driver) -> Log:
    """What a live stack wrote down."""
    return Log(journal_of(driver).decode(), "journal")


def told(driver: Driver, machine: str, key: str, fact: object) -> Log:
    """A journal in which a machine is told what no wire carries."""
    driver.inject(machine, key, fact)  # type: ignore[arg-type]  # a member of the chart's facts
    return journal(driver)


def running() -> Driver:
    """A driver whose line has answered."""
    driver = Driver()
    driver.write(b"AT")
    driver.read(b"\r\nOK\r\n")
    driver.write(b"AT+CSQ")
    driver.read(b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n")
    return driver


def up() -> Driver:
    """A driver with a context."""
    driver = running()
    driver.read(b"\r\n+KCNX_IND: 1,1,0\r\n")
    return driver


def opened() -> Driver:
    """A driver with a UDP socket."""
    driver = running()
    driver.write(b"AT+KUDPCFG=1,0,1234")
    driver.read(b"\r\n+KUDPCFG: 1\r\n\r\nOK\r\n\r\n+KUDP_IND: 1,1\r\n")
    return driver


def late_limit() -> Log:
    """A journal that says that a limit passed where the chart has none."""
    driver = Driver()
    driver.out.append((0.0, LimitPassed("modem", "", 5.0, 5.0)))
    return journal(driver)


def _of_line() -> dict[str, Log]:
    command = "Tx: AT+COPS?\nRx: OK\nTx: AT+CSQ\n"
    return {
        "line.dropped": told(running(), "line", "", LineFact.PORT_LOST),
        "line.silent.echo_only": waited(command + "Rx: AT+CSQ\n", 20),
        "line.silent.at": waited("Tx: AT+COPS?\nRx: OK\nTx: AT\n", 3),
        "line.silent.after_receive": waited(
            refused(CONNECTED + READ["tcp"], "ERROR") + "Tx: AT+CSQ\n", 20
        ),
        "line.silent": waited(command, 20),
        "line.out_of_step.overlapped": Log("0001.000 Tx: AT+COPS=?\n0002.000 Tx: AT+CSQ\n"),
        "line.out_of_step": told(running(), "line", "", LineFact.RESULT_RECEIVED),
    }


def _of_modem() -> dict[str, Log]:
    registered = "Rx: +CEREG: 1\n"
    pin = "Tx: AT+CPIN?\n"
    return {
        "modem.denied": Log("Rx: +CEREG: 3\n"),
        "modem.denied.circuit": Log("Rx: +CREG: 3\n"),
        "modem.detached.network": Log(registered + "Rx: +CGEV: NW DETACH\n"),
        "modem.detached": Log(registered + "Rx: +CGEV: ME DETACH\n"),
        "modem.restarted.sleep": Log(registered + ASLEEP + "Rx: +KSUP: 0\n"),
        "modem.restarted": Log(registered + "Rx: +KSUP: 0\n"),
        "modem.restarted.code": Log(registered + "Rx: +KSUP: 1\n"),
        "modem.failure": Log("Rx: +KSUP: 4\n"),
        "modem.sim.after_ready": Log("Rx: +KSUP: 0\nRx: +KSUP: 2\n", holds=("(line 1)",)),
        "modem.sim.absent": Log("Rx: +KSUP: 2\n"),
        "modem.sim.inactive": Log("Rx: +KSUP: 6\n"),
        "modem.sim.failure": Log(refused(pin, 13)),
        "modem.sim": Log(pin + "Rx: +CPIN: NOT INSERTED\n"),
        "modem.sim.puk": Log(pin + "Rx: +CPIN: SIM PUK\n", holds=("three times",)),
        "modem.sim.personalised": Log(pin + "Rx: +CPIN: PH-NET PIN\n", holds=("operator",)),
        "modem.sim.locked": Log("Rx: +KSUP: 3\n", holds=("SIM lock",)),
        "modem.sim.pin": Log(refused("Tx: AT+CPIN=1234\n", 16)),
        "modem.sim.refused": Log(refused(pin, "ERROR")),
        "modem.silent.booting": waited("Tx: AT\nRx: OK\nTx: AT+CFUN=1,1\nRx: OK\n", 31),
        "modem.silent.registering": waited(
            "Rx: +KSUP: 0\n" + pin + "Rx: +CPIN: READY\nRx: OK\n", 181
        ),
        "modem.silent": late_limit(),
        "modem.line_lost": told(running(), "modem", "", ModemFact.LINE_LOST),
        "modem.out_of_step.code": Log(registered + pin + "Rx: +CPIN: SIM PIN\n"),
        "modem.out_of_step": told(up(), "modem", "", ModemFact.POWER_CUT),
    }


def _of_context() -> dict[str, Log]:
    raised = "Tx: AT+KCNXUP=1\n"
    codes = {
        "910": 910,
        "921": 921,
        "parameter": 916,
        "cme.command": 3,
        "cme.sim_busy": 14,
        "cme.personalised": 40,
        "cme.sim": 10,
        "cme.pin2": 17,
        "cme.service": 30,
        "cme.timed_out": 31,
        "cme.other_use": 57,
        "cme.no_room": 122,
        "cme.no_context": 143,
        "cme.too_many": 178,
        "cme.values": 141,
        "cme.radio_off": 53,
        "cme.denied": 111,
        "cme.context": 127,
    }
    return {
        **{f"pdp.{name}": Log(refused(raised, code)) for name, code in codes.items()},
        "pdp.refused.configure": Log(
            refused(PROFILE + 'Tx: AT+KCNXCFG=1,"GPRS","other.example"\n', "ERROR")
        ),
        "pdp.refused.activate": Log(refused(raised, "ERROR")),
        "pdp.refused": Log(refused(raised + "Rx: OK\n", "ERROR")),
        "pdp.lost.activating": Log(raised + "Rx: OK\nRx: +KCNX_IND: 1,0,0\n"),
        "pdp.lost.left": Log(UP + "Tx: AT+CGATT=0\nRx: +KCNX_IND: 1,0,0\n"),
        "pdp.lost": Log(UP + "Rx: +KCNX_IND: 1,0,0\n"),
        "pdp.lost.event": Log(UP + "Rx: +CGEV: NW PDN DEACT 1\n"),
        "pdp.activation_failed": Log(raised + "Rx: OK\nRx: +KCNX_IND: 1,2,2,2,60\n"),
        "pdp.silent.echo_only": waited(raised + "Rx: AT+KCNXUP=1\n", 31),
        "pdp.silent.activating.command": waited(raised, 31),
        "pdp.silent.activating": waited(raised + "Rx: OK\nRx: +KCNX_IND: 1,4,1\n", 151),
        "pdp.silent.deactivating.command": waited(UP + "Tx: AT+KCNXDOWN=1,1\n", 31),
        "pdp.silent.deactivating": waited(UP + "Tx: AT+KCNXDOWN=1,1\nRx: OK\n", 31),
        "pdp.silent": waited(PROFILE + "Tx: AT+KCNXDOWN=1,1\n", 31),
        "pdp.out_of_step.connecting": Log(UP + "Rx: +KCNX_IND: 1,4,1\n"),
        "pdp.out_of_step.attempt": Log(UP + "Rx: +KCNX_IND: 1,2,1,2,60\n"),
        "pdp.out_of_step.idle": Log(raised + "Rx: OK\nRx: +KCNX_IND: 1,5,30\n"),
        "pdp.out_of_step": Log(raised + "Rx: OK\nRx: +KCNX_IND: 1,3\n"),
        "pdp.swept.modem_refused": Log(UP + "Tx: AT+CPIN=1234\nRx: ERROR\n"),
        "pdp.swept.modem": Log(UP + "Rx: +KSUP: 0\n"),
        "pdp.swept.port": told(up(), "line", "", LineFact.PORT_LOST),
        "pdp.swept": told(up(), "pdp", "1", PdpFact.SWEPT),
    }


def _refusals(kind: str) -> dict[str, Log]:
    send = READY[kind] + SEND[kind]
    good = SEND[kind] + PASSED + "Rx: OK\n"
    groups = {
        "command": 50,
        "sim_busy": 14,
        "personalised": 5,
        "sim": 11,
        "pin2": 18,
        "service": 30,
        "timed_out": 31,
        "other_use": 57,
        "no_room": 126,
        "no_context": 143,
        "too_many": 178,
        "values": 176,
        "radio_off": 53,
        "denied": 107,
        "context": 133,
    }
    protocol = [code for code, row in CME.items() if row.group is CmeGroup.PROTOCOL]
    logs = {str(code): Log(refused(send, code)) for code in protocol if code not in MORE_ROWS}
    logs |= {f"cme.{name}": Log(refused(send, code)) for name, code in groups.items()}
    opened_too = "AT+KTCPCNX=1" if kind == "tcp" else 'AT+KUDPSND=1,"203.0.113.5",7,5'
    before = BEFORE[kind] + SEND[kind] if kind == "udp" else DEFINED + "Tx: AT+KTCPCNX=1\n"
    return {
        **logs,
        "910.profile": Log(refused(DEFINE[kind], 910), holds=("profile that is missing",)),
        "910.sleep": Log(refused(READY[kind] + ASLEEP + SEND[kind], 910), holds=("PSM",)),
        "916.define": Log(refused(DEFINE[kind], 916)),
        "906.open": Log(refused(send, 906)),
        "906": Log(refused(before, 906)),
        "911.open": Log(refused(READY[kind] + f"Tx: {opened_too}\n", 911)),
        "911": Log(refused(before, 911)),
        "923.read": Log(refused(READY[kind] + READ[kind], 923), holds=("was to read",)),
        "923.closed": Log(refused(CLOSED[kind] + SEND[kind], 923)),
        "923.context": Log(
            refused(
                READY[kind] + "Rx: +KCNX_IND: 1,5,30\nRx: +KCNX_IND: 1,4,1\n" + SEND[kind], 923
            ),
            holds=("`+KCNX_IND: 1,4,1`",),
        ),
        "923.idle": Log(
            refused(READY[kind] + "Rx: +KCNX_IND: 1,5,30\n" + SEND[kind], 923),
            holds=("`+KCNX_IND: 1,5,30`", "countdown"),
        ),
        "923.established": Log(
            refused(READY[kind] + good * 3 + SEND[kind], 923), holds=("3 sends", "not known")
        ),
        "923.unseen": Log(refused(SEND[kind], 923)),
        "no_carrier.data": Log(refused(send + PASSED, "NO CARRIER")),
        "no_carrier": Log(refused(send, "NO CARRIER")),
        "error.coded": Log(refused("Tx: AT+CMEE=1\nRx: OK\n" + send, "ERROR")),
        "error": Log(refused(send, "ERROR")),
        "refused.sending": Log(refused(send + PASSED, 100)),
        "refused": Log(refused(send, 100)),
    }


def _notifications(kind: str) -> dict[str, Log]:
    name = kind.upper()
    table = TCP_NOTIF if kind == "tcp" else UDP_NOTIF
    codes = [code for code in table if code not in {-1, 4}]
    notif = f"Rx: +K{name}_NOTIF: 1,"
    sent = READY[kind] + SEND[kind]
    wrong = sent.replace(",5\n", ",4\n")
    fewer = sent.replace(",5\n", ",6\n")
    return {
        **{f"notif.{code}": Log(READY[kind] + f"{notif}{code}\n") for code in codes},
        "notif.other": Log(READY[kind] + f"{notif}99\n"),
        "notif.8.pattern": Log(
            sent + PASSED.replace("hello", "a--EOF--Pattern--b") + f"Rx: OK\n{notif}8\n",
            holds=("after 1 bytes",),
        ),
        "notif.8.exact": Log(sent + PASSED + f"Rx: OK\n{notif}8\n", holds=("shows 5 bytes",)),
        "notif.8.wrong": Log(
            wrong + PASSED + f"Rx: OK\n{notif}8\n", holds=("announced 4", "shows 5")
        ),
        "notif.8.fewer": Log(
            fewer + PASSED + f"Rx: OK\n{notif}8\n", holds=("announced 6", "shows 5")
        ),
    }


def _silence(kind: str) -> dict[str, Log]:
    send, read = READY[kind] + SEND[kind], READY[kind] + READ[kind]
    close = f"Tx: AT+K{kind.upper()}CLOSE=1\n"
    return {
        "silent.echo_only": waited(send + SEND[kind].replace("Tx", "Rx"), 11),
        "silent.connect_withheld": waited(send, 11),
        "silent.sending": waited(send + PASSED, 63),
        "silent.receiving": waited(read + "Rx: CONNECT\n", 51),
        "silent.defining": waited(DEFINE[kind], 11),
        "silent.closing": waited(READY[kind] + close, 63),
        "silent": waited(CLOSED[kind] + f"Tx: AT+K{kind.upper()}DEL=1\n", 6),
    }


def _rest(kind: str) -> dict[str, Log]:
    name = kind.upper()
    driver = connected if kind == "tcp" else opened
    swept = TcpFact.SWEPT if kind == "tcp" else UdpFact.SWEPT
    down = "Tx: AT+KCNXDOWN=1,1\nRx: OK\nRx: +KCNX_IND: 1,3\n"
    return {
        "out_of_step.connect": Log(CLOSED[kind] + SEND[kind] + "Rx: CONNECT\n"),
        "out_of_step.no_connect": Log(READY[kind] + SEND[kind] + "Rx: OK\n"),
        "out_of_step.deleted_gone": Log(refused(READY[kind] + f"Tx: AT+K{name}DEL=1\n", 910)),
        "out_of_step.deleted_perhaps": Log(refused(READY[kind] + f"Tx: AT+K{name}DEL=1\n", 916)),
        "out_of_step.deleted_running": Log(
            refused(READY[kind] + f"Tx: AT+K{name}DEL=1\n", 911), holds=("was not deleted",)
        ),
        "out_of_step.deleted_open": Log(READY[kind] + f"Tx: AT+K{name}DEL=1\nRx: OK\n"),
        "out_of_step.late_ind": Log(DELETED[kind] + f"Rx: +K{name}_IND: 1,1\n", holds=("line",)),
        "swept.context": Log(READY[kind] + "Rx: +KCNX_IND: 1,0,0\n"),
        "swept.context_down": Log(READY[kind] + down),
        "swept.context_closed": Log(READY[kind] + "Rx: +KCNX_IND: 1,3\n"),
        "swept.context_refused": Log(refused(READY[kind] + UP + "Tx: AT+KCNXUP=1\n", 911)),
        "swept.modem_refused": Log(refused(READY[kind] + "Tx: AT+CPIN=1234\n", "ERROR")),
        "swept.context_left": Log(READY[kind] + "Tx: AT+CGATT=0\nRx: +KCNX_IND: 1,3\n"),
        "swept.modem": Log(READY[kind] + "Rx: +KSUP: 0\n"),
        "swept.modem_off": Log(READY[kind] + "Tx: AT+CFUN=1,1\nRx: OK\n"),
        "swept.port": told(driver(), "line", "", LineFact.PORT_LOST),
        "swept": told(driver(), kind, "1", swept),
    }


def _of_tcp() -> dict[str, Log]:
    ask = "Tx: AT+KTCPSTAT=1\n"
    again = DELETED["tcp"] + CONNECTING
    return {
        "tcp.923.connecting": Log(refused(CONNECTING + SEND["tcp"], 923), holds=("never seen",)),
        "tcp.923.not_connected": Log(refused(DEFINED + SEND["tcp"], 923)),
        "tcp.error.receive": Log(refused(CONNECTED + READ["tcp"], "ERROR"), holds=("AHL7800",)),
        "tcp.notif.5": Log(CONNECTING + "Rx: +KTCP_NOTIF: 1,5\n"),
        "tcp.notif.5.established": Log(CONNECTED + "Rx: +KTCP_NOTIF: 1,5\n"),
        "tcp.notif.4.late": Log(again + "Rx: +KTCP_NOTIF: 1,4\n", holds=("session number 2",)),
        "tcp.notif.4.connecting": Log(CONNECTING + "Rx: +KTCP_NOTIF: 1,4\n"),
        "tcp.notif.4.busy": Log(CONNECTED + SEND["tcp"] + "Rx: +KTCP_NOTIF: 1,4\n"),
        "tcp.absent.sleep": Log(CONNECTED + ASLEEP + refused(ask, 910)),
        "tcp.absent": Log(CONNECTED + refused(ask, 910)),
        "tcp.status.closed": Log(
            CONNECTED + ask + "Rx: +KTCPSTAT: 5,6,0,0\n", holds=("generic error",)
        ),
        "tcp.ind": Log(CONNECTING + "Rx: +KTCP_IND: 1,0\n"),
        "tcp.silent.connecting.command": waited(DEFINED + "Tx: AT+KTCPCNX=1\n", 31),
        "tcp.silent.connecting": waited(CONNECTING + UP, 91),
        "tcp.out_of_step.status": Log(CONNECTED + ask + "Rx: +KTCPSTAT: 1,-1,0,0\n"),
        "tcp.out_of_step.ack": Log(CONNECTING + "Rx: +KTCP_ACK: 1,1\n"),
        "tcp.out_of_step": Log(CLOSED["tcp"] + 'Rx: +KTCP_SRVREQ: 1,2,"203.0.113.9",7\n'),
    }


def _of_udp() -> dict[str, Log]:
    return {
        "udp.923.opening": Log(refused(BEFORE["udp"] + SEND["udp"], 923), holds=("never seen",)),
        "udp.ind": Log(BEFORE["udp"] + "Rx: +KUDP_IND: 1,0\n"),
        "udp.silent.opening": waited(BEFORE["udp"] + UP, 61),
        "udp.out_of_step": told(opened(), "udp", "1", UdpFact.CLOSE_ANSWERED),
    }


def _of_sockets() -> dict[str, Log]:
    makers = (_refusals, _notifications, _silence, _rest)
    return {
        f"{kind}.{name}": log
        for kind in KINDS
        for make in makers
        for name, log in make(kind).items()
    }


#: The code of each row, and a log whose last wobble is explained by it.
CASES: Final = {
    **_of_line(),
    **_of_modem(),
    **_of_context(),
    **_of_sockets(),
    **_of_tcp(),
    **_of_udp(),
}
