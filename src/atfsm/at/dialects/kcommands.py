"""The K commands of Sierra Wireless and Semtech AirPrime: profiles, TCP and UDP sessions."""

from __future__ import annotations

from atfsm.at.dialect import EVERY, Command, DataMode, Text, Told, always, by_field, says_nothing
from atfsm.at.dialects.standard import SETTING, SETTING_S
from atfsm.at.facts import ModemFact as M
from atfsm.at.facts import PdpFact as P
from atfsm.at.facts import TcpFact as T
from atfsm.at.facts import UdpFact as U
from atfsm.at.grammar import CommandLine, Form, InformationText, read_integer
from atfsm.fact import Fact

PROFILE_UP = 2  # 2.1: state of a connected profile [RIL]
NO_SESSION = 910  # 5.1: bad session id [LEG-E, QA-TCP]


def _read_attempt(text: InformationText) -> Fact | None:
    """Read ``+KCNX_IND: <cnx>,2,<attempt>,<nbtrial>,<tim1>``: failed, and failed for good."""
    attempt, trials = text.integer(2), text.integer(3)
    if attempt is None or trials is None:
        return P.ATTEMPT_FAILED
    return P.ATTEMPT_FAILED if attempt < trials else P.ACTIVATION_FAILED


# fmt: off
CONTEXT_STATUS: dict[int, Fact] = {  # 2.2 [M197, TAB, F923]
    0: P.LOST, 1: P.UP_REPORTED, 3: P.CLOSED_REPORTED, 4: P.CONNECTING_REPORTED, 5: P.IDLE_STARTED, 6: P.IDLE_CANCELLED,
}
SESSION_STATUS: dict[int, Fact] = {  # 3.2 [TAB, FR, QA-TCP]
    0: T.ABSENT, 1: T.STATUS_DEFINED, 2: T.STATUS_CONNECTING, 3: T.STATUS_CONNECTED, 4: T.STATUS_CLOSED, 5: T.STATUS_CLOSED,
}
START_UP: dict[int, Fact] = {  # 6.1 [ZN enum]
    0: M.BOOT_REPORTED, 1: M.BOOT_CODE_AWAITED, 2: M.SIM_LOST, 3: M.SIM_LOCKED, 4: M.FAILURE_REPORTED, 5: M.BOOT_REPORTED, 6: M.SIM_LOST,
}
# fmt: on


def _read_context(text: InformationText, _in_flight: CommandLine | None) -> tuple[Told, ...]:
    """Read ``+KCNX_IND: <cnx>,<status>…``; the tail differs by status and is optional."""
    cnx, status = text.integer(0), text.integer(1)
    if cnx is None or status is None:
        return ()
    fact = _read_attempt(text) if status == 2 else CONTEXT_STATUS.get(status)
    return (Told("pdp", str(cnx), fact),) if fact else ()


def _read_profile(text: InformationText, _in_flight: CommandLine | None) -> tuple[Told, ...]:
    """Read ``+KCNXCFG: <cnx>,"GPRS","<apn>",…,<state>``: the last field is the state (2.1 [RIL])."""
    cnx, state = text.integer(0), text.integer(len(text.fields) - 1)
    is_up = cnx is not None and len(text.fields) > 2 and state == PROFILE_UP
    return (Told("pdp", str(cnx), P.STATUS_UP),) if is_up else ()


def _read_status(text: InformationText, in_flight: CommandLine | None) -> tuple[Told, ...]:
    """Read ``+KTCPSTAT: <status>,<tcp_notif>,<rem_data>,<rcv_data>``.

    It does not say whose: the command in flight does, or, in the list form, a fifth field
    before the others (3.1 [FR]).
    """
    shift = 1 if len(text.fields) > 4 else 0
    status, notif = text.integer(shift), text.integer(shift + 1)
    parameters = in_flight.parameters if in_flight and in_flight.name == b"+KTCPSTAT" else ()
    sid = text.integer(0) if shift else read_integer(parameters[0]) if parameters else None
    if sid is None or status not in SESSION_STATUS:
        return ()
    by_peer = status == 5 and notif == 4
    return (Told("tcp", str(sid), T.PEER_CLOSED if by_peer else SESSION_STATUS[status]),)


def _read_client(text: InformationText, _in_flight: CommandLine | None) -> tuple[Told, ...]:
    """Read ``+KTCP_SRVREQ: <sid>,<child sid>,"<ip>",<port>``: the child is connected."""
    server, child = text.integer(0), text.integer(1)
    if server is None or child is None:
        return ()
    return (
        Told("tcp", str(server), T.CLIENT_REQUESTED),
        Told("tcp", str(child), T.CONNECTED),
    )


def _read_definition(machine: str, named: Fact, connected: Fact | None) -> Text:
    """``+KTCPCFG: <sid>`` names a new session; with more fields it lists one that exists."""

    def read(text: InformationText, in_flight: CommandLine | None) -> tuple[Told, ...]:
        sid = text.integer(0)
        if sid is None:
            return ()
        if len(text.fields) == 1 and (in_flight is None or in_flight.form is not Form.READ):
            return (Told(machine, str(sid), named),)
        if connected and text.integer(1) == 1 and len(text.fields) > 3:
            return (Told(machine, str(sid), connected),)
        return ()

    return Text(
        b"+KTCPCFG" if machine == "tcp" else b"+KUDPCFG",
        read,
        "3.1, 4 [QA-BX, QA-TLS]",
        names=True,
    )


# fmt: off
def _k_settings(*names: bytes) -> tuple[Command, ...]:
    return tuple(Command(name=name, form=Form.SET, limit_s=SETTING_S, source=SETTING, machine="modem", asked=M.SETUP_REQUESTED) for name in names)


COMMANDS: tuple[Command, ...] = (
    *_k_settings(b"+KPATTERN", b"+KSREP", b"+KURCCFG", b"+KSLEEP", b"+KIPOPT", b"+KCNXTIMER", b"+KCNXPROFILE"),
    Command(name=b"!RESET",      form=None, limit_s=SETTING_S, source="6.1 [FPPP, KR]", machine="modem", succeeded=M.RESTART_ACCEPTED, refused=M.RESTART_REFUSED),
    Command(name=b"!POWERDOWN",  form=None, limit_s=30.0, source="6.1 [KR]",  machine="modem", succeeded=M.POWER_TURNED_OFF),
    Command(name=b"+CPWROFF",    form=None, limit_s=30.0, source="6.1 [ZN]",  machine="modem", succeeded=M.POWER_TURNED_OFF),
    Command(name=b"+CPOF",       form=None, limit_s=30.0, source="6.1 [RIL]", machine="modem", succeeded=M.POWER_TURNED_OFF),

    Command(name=b"+KCNXCFG",  limit_s=10.0, source="6.4: KTCPCFG OK 15 s (QA); use 10 s", machine="pdp", key=0, asked=P.CONFIGURE_REQUESTED, succeeded=P.CONFIGURED, refused=P.CONFIGURE_REFUSED),
    Command(name=b"+KCNXUP",   limit_s=30.0, source="6.4: 10 s (FR) to 60 s (TG) for the OK", machine="pdp", key=0, asked=P.ACTIVATE_REQUESTED, succeeded=P.ACTIVATE_ACCEPTED, refused=P.ACTIVATE_REFUSED),
    Command(name=b"+KCNXDOWN", limit_s=30.0, source="6.4: KCNXDOWN to status 3 in 6 s (JS); use 30 s", machine="pdp", key=0, asked=P.DEACTIVATE_REQUESTED, succeeded=P.DEACTIVATE_ANSWERED, refused=P.DEACTIVATE_REFUSED),

    Command(name=b"+KTCPCFG",   limit_s=10.0, source="6.4: KTCPCFG OK 15 s (QA); use 10 s", machine="tcp", context=0, asked=T.DEFINE_REQUESTED, succeeded=T.DEFINED, refused=T.DEFINE_REFUSED),
    Command(name=b"+KTCPCFG",   form=Form.READ, limit_s=5.0, source="6.4: settings 3-4 s (QA); use 5 s"),
    Command(name=b"+KTCPCNX",   limit_s=30.0, source="6.4: KTCPCNX OK 30 s (QA)", machine="tcp", key=0, asked=T.CONNECT_REQUESTED, succeeded=T.CONNECT_ACCEPTED, refused=T.CONNECT_REFUSED),
    Command(name=b"+KTCPSND",   limit_s=10.0, source="6.4: CONNECT after xSND 10 s (FR)", machine="tcp", key=0, asked=T.SEND_REQUESTED, opened=T.SEND_OPENED, succeeded=T.SENT, refused=T.SEND_REFUSED, data=DataMode.OUT, count=1),
    Command(name=b"+KTCPRCV",   limit_s=10.0, source="6.4: CONNECT after xRCV 10 s (FR)", machine="tcp", key=0, asked=T.RECEIVE_REQUESTED, opened=T.RECEIVE_OPENED, succeeded=T.RECEIVED, refused=T.RECEIVE_REFUSED, data=DataMode.IN, count=1, answered_by=b"+KTCP_NOTIF"),
    Command(name=b"+KTCPCLOSE", limit_s=62.0, source="6.4: KTCPCLOSE 62 s (OP)", machine="tcp", key=0, asked=T.CLOSE_REQUESTED, succeeded=T.CLOSE_ANSWERED, refused=T.CLOSE_ANSWERED, answered_by=b"+KTCP_NOTIF"),
    Command(name=b"+KTCPDEL",   limit_s=5.0, source="6.4: KTCPDEL 3 s (QA); use 5 s", machine="tcp", key=0, asked=T.DELETE_REQUESTED, succeeded=T.DELETE_ANSWERED, refused=T.DELETE_ANSWERED),
    Command(name=b"+KTCPSTAT",  limit_s=5.0, source="6.4: KTCPSTAT 3 s (QA); use 5 s", machine="tcp", key=0, succeeded=T.READ_BACK, refused=T.READ_BACK, refused_by={NO_SESSION: T.ABSENT}),
    Command(name=b"+KTCPSTART", limit_s=90.0, source="6.4: KTCP_IND 31 s (ZO) to 120 s (ZN)", data=DataMode.ONLINE),

    Command(name=b"+KUDPCFG",   limit_s=10.0, source="6.4: KUDPCFG OK 15 s (QA); use 10 s", machine="udp", context=0, asked=U.DEFINE_REQUESTED, succeeded=U.DEFINED, refused=U.DEFINE_REFUSED),
    Command(name=b"+KUDPCFG",   form=Form.READ, limit_s=5.0, source="6.4: settings 3-4 s (QA); use 5 s", machine="udp", key=EVERY, succeeded=U.READ_BACK, refused=U.READ_BACK),
    Command(name=b"+KUDPSND",   limit_s=10.0, source="6.4: CONNECT after xSND 10 s (FR)", machine="udp", key=0, asked=U.SEND_REQUESTED, opened=U.SEND_OPENED, succeeded=U.SENT, refused=U.SEND_REFUSED, data=DataMode.OUT, count=3),
    Command(name=b"+KUDPRCV",   limit_s=10.0, source="6.4: CONNECT after xRCV 10 s (FR)", machine="udp", key=0, asked=U.RECEIVE_REQUESTED, opened=U.RECEIVE_OPENED, succeeded=U.RECEIVED, refused=U.RECEIVE_REFUSED, data=DataMode.IN, count=1),
    Command(name=b"+KUDPCLOSE", limit_s=62.0, source="6.4: KTCPCLOSE 62 s (OP), taken for UDP too", machine="udp", key=0, asked=U.CLOSE_REQUESTED, succeeded=U.CLOSE_ANSWERED, refused=U.CLOSE_ANSWERED),
    Command(name=b"+KUDPDEL",   limit_s=5.0, source="6.4: KUDPDEL 3 s (QA); use 5 s", machine="udp", key=0, asked=U.DELETE_REQUESTED, succeeded=U.DELETE_ANSWERED, refused=U.DELETE_ANSWERED),
    Command(name=b"+KUDPSTART", limit_s=90.0, source="1.6 [M302]", data=DataMode.ONLINE),
)
TEXTS: tuple[Text, ...] = (
    Text(b"+KSUP",        by_field("modem", START_UP, on=0),                                                     "6.1 [ZN]", restarts=True),
    Text(b"+KCNX_IND",    _read_context,                                                                         "2.2 [M197]"),
    Text(b"+KCNXCFG",     _read_profile,                                                                         "2.1 [RIL]"),
    _read_definition("tcp", T.NAMED, T.STATUS_CONNECTED),
    _read_definition("udp", U.NAMED, None),
    Text(b"+KTCP_IND",    by_field("tcp", {1: T.CONNECTED}, on=1, key=0, otherwise=T.CONNECT_FAILED),            "3.3 [FR, NBI]"),
    Text(b"+KTCP_NOTIF",  by_field("tcp", {-1: T.NO_ERROR_REPORTED, 4: T.PEER_CLOSED}, on=1, key=0, otherwise=T.FAILED), "3.4"),
    Text(b"+KTCP_DATA",   always("tcp", T.DATA_ARRIVED, key=0, at_least=2),                                      "3.3 [RIL, QA-BX]"),
    Text(b"+KTCP_ACK",    always("tcp", T.ACKNOWLEDGED, key=0, at_least=2),                                      "3.3 [M214, RIL]"),
    Text(b"+KTCP_SRVREQ", _read_client,                                                                          "3.3 [QA-BX, QA-TLS]"),
    Text(b"+KTCPSTAT",    _read_status,                                                                          "3.2"),
    Text(b"+KUDP_IND",    by_field("udp", {1: U.OPENED}, on=1, key=0, otherwise=U.OPEN_FAILED),                  "4 [M220]"),
    Text(b"+KUDP_NOTIF",  by_field("udp", {}, on=1, key=0, otherwise=U.FAILED),                                  "4 [ZO, TMS]"),
    Text(b"+KUDP_RCV",    says_nothing,                                                                          "4 [M220, LPWA]"),
    Text(b"+KUDP_DATA",   always("udp", U.DATA_ARRIVED, key=0, at_least=2),                                      "4 [M220]"),
)
# fmt: on
