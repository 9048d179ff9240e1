"""The K commands of a simulated modem: profiles, TCP and UDP sessions (2 to 4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from atfsm.at.grammar import CommandLine, Form, read_integer
from atfsm.sim.answers import Answer
from atfsm.sim.faults import Injector, Point
from atfsm.sim.sessions import Context, Session
from atfsm.sim.state import (
    LIVE_SESSION,
    NO_DATA_MODE,
    NO_SESSION,
    NONE_LEFT,
    WRONG_STATE,
    State,
)
from atfsm.sim.transfer import Transfer

__all__ = ["K_COMMANDS", "Handler"]

Handler = Callable[[State, CommandLine, float, Injector], Answer]

OK: Final = Answer()
UNEXPECTED, INVALID, MISSING, UNSUPPORTED = 915, 916, 917, 918  # 5.1 [QA-BX]
NOT_READY = 921
PARAMETERS_AT_MOST: Final = 12


def _number(line: CommandLine, index: int, default: int | None = None) -> int | None:
    parameters = line.parameters
    if index >= len(parameters) or not parameters[index]:
        return default
    return read_integer(parameters[index])


def _word(line: CommandLine, index: int) -> str:
    parameters = line.parameters
    return parameters[index].decode("utf-8", "replace") if index < len(parameters) else ""


# ---------------------------------------------------------------------- settings


def _pattern(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    if line.form is Form.READ:
        return Answer((b'+KPATTERN: "%s"' % state.pattern,))
    if line.form is not Form.SET:
        return OK
    if not line.parameters[0]:
        return state.refused(MISSING)
    state.pattern = line.parameters[0]
    return OK


def _start_report(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    if line.form is Form.READ:
        return Answer((b"+KSREP: %d,0" % state.reports_start,))
    state.reports_start = _number(line, 0) == 1
    return OK


def _fine(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    if line.form is Form.SET:
        state.settings[line.name] = line.parameters
    return OK


# ---------------------------------------------------------------------- profiles


def _profile(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    if line.form is Form.READ:
        return Answer(
            tuple(
                b'+KCNXCFG: %d,"GPRS","%s","","","IPV4","0.0.0.0","0.0.0.0","0.0.0.0",%d'
                % (cnx, context.apn, 2 if context.is_up else 0)
                for cnx, context in state.contexts.items()
            )
        )
    cnx = _number(line, 0)
    if line.form is not Form.SET or cnx is None or len(line.parameters) < 3:
        return state.refused(MISSING)
    if not 1 <= cnx <= 5:
        return state.refused(INVALID)
    known = state.contexts.get(cnx)
    if known is not None and known.is_up:
        return state.refused(NOT_READY)  # 7.7 f15 [NBI]
    state.contexts[cnx] = Context(line.parameters[2], idle_s=state.profile.idle_s)
    return OK


def _timer(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    context = state.contexts.get(_number(line, 0) or 0)
    if line.form is Form.SET and context is not None:
        context.idle_s = float(_number(line, 4, int(context.idle_s)) or 0)
    return OK


def _up(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    cnx = _number(line, 0) or 0
    if line.form is Form.TEST:
        return Answer((b"+KCNXUP: (1-5)",))
    if cnx not in state.contexts:
        return state.refused(NO_SESSION)
    if state.stat not in {1, 5}:
        return state.refused(NOT_READY)
    return Answer(then=lambda at_s: state.raise_context(cnx, at_s, lambda _: None))


def _down(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    cnx = _number(line, 0) or 0
    if cnx not in state.contexts:
        return state.refused(NO_SESSION)
    used = any(s.cnx == cnx and s.status in {2, 3} for s in state.sessions.values())
    if used and _number(line, 1, 0) == 0:
        return state.refused(NOT_READY)
    return Answer(then=lambda at_s: state.lower_context(cnx, at_s, b"3"))


# ---------------------------------------------------------------------- TCP


def _define_tcp(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    if line.form is Form.READ:
        return Answer(
            tuple(
                b'+KTCPCFG: %d,%d,%d,0,"%s",%d,0,%d,%d'
                % (s.sid, s.status == 3, s.cnx, s.host.encode(), s.port, s.data_mode, s.says_ack)
                for s in state.sessions.values()
                if s.kind == b"TCP"
            )
        )
    if line.form is not Form.SET:
        return OK
    if len(line.parameters) > PARAMETERS_AT_MOST:
        return state.refused(UNEXPECTED)
    mode, port = _number(line, 1), _number(line, 3)
    if mode != 0:
        return state.refused(UNSUPPORTED if mode in {1, 2, 3, 4} else INVALID)
    if not _word(line, 2) or port is None:
        return state.refused(MISSING)
    if not 1 <= port <= 65_535:
        return state.refused(INVALID)
    cnx = _number(line, 0, 1) or 0
    if cnx not in state.contexts:
        return state.refused(NO_SESSION)
    session = state.new_session(b"TCP", cnx)
    if session is None:
        return state.refused(NONE_LEFT)
    session.host, session.port = _word(line, 2), port
    session.data_mode = _number(line, 5, 0) or 0
    session.says_ack = _number(line, 6, 0) == 1
    return Answer((b"+KTCPCFG: %d" % session.sid,))


def _connect(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    session = state.session(line, b"TCP")
    if session is None:
        return state.refused(NO_SESSION)
    if session.status in {2, 3}:
        return state.refused(LIVE_SESSION)
    if state.stat not in {1, 5}:
        return state.refused(NOT_READY)
    session.status, session.notif = 2, -1

    def dial(at_s: float) -> None:
        if session.status == 2 and state.sessions.get(session.sid) is session:
            session.link = state.network.open_tcp(session.host, session.port, at_s)

    return Answer(then=lambda at_s: state.raise_context(session.cnx, at_s, dial))


def _status(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    if line.form in {Form.READ, Form.EXECUTE}:
        return Answer(
            tuple(
                b"+KTCPSTAT: %d,%d,%d,0,%d" % (s.sid, s.status, s.notif, s.unread_bytes)
                for s in state.sessions.values()
                if s.kind == b"TCP"
            )
        )
    session = state.session(line, b"TCP")
    if session is None:
        return state.refused(NO_SESSION)
    fields = (session.status, session.notif, session.unread_bytes)
    return Answer((b"+KTCPSTAT: %d,%d,0,%d" % fields,))


def _acknowledged(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    session = state.session(line, b"TCP")
    if session is None:
        return state.refused(NO_SESSION)
    return Answer((b"+KTCPACKINFO: %d,1" % session.sid,))


def _start(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    session = state.session(line, b"TCP")
    if session is None:
        return state.refused(NO_SESSION)
    if session.status != 3:
        return state.refused(WRONG_STATE)
    return Answer(transfer=Transfer(session.sid, is_direct=True))


# ---------------------------------------------------------------------- data, of both


def _send(kind: bytes) -> Handler:
    def send(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
        if line.form is Form.TEST:
            last = state.profile.session_ids[-1]
            ports = b",(0-65535)" if kind == b"UDP" else b""
            return Answer((b"+K%sSND: (1-%d)%s,(1-4294967295)" % (kind, last, ports),))
        session = state.session(line, kind)
        if session is None:
            return state.refused(NO_SESSION)
        is_udp = kind == b"UDP"
        size = _number(line, 3 if is_udp else 1)
        if size is None or size < 1:
            return state.refused(MISSING)
        happens = injector.at(Point.SEND, now_s)
        if "cme_923_on_send" in happens or session.status != 3:
            return state.refused(NO_DATA_MODE)  # q1, q2 [F923]
        if "notif_any_code" in happens:
            code = int(happens["notif_any_code"].param("code"))
            return Answer(final=b"", then=lambda at_s: _notify(state, session, code, at_s))
        to = (_word(line, 1), _number(line, 2, 0) or 0) if is_udp else None
        return Answer(transfer=Transfer(session.sid, size, to))

    return send


def _notify(state: State, session: Session, code: int, now_s: float) -> None:
    """A notification in place of a result; most codes say that the session is gone (3.4)."""
    if code in {8, 10}:
        state.say_notif(session, code, now_s)
    else:
        state.fail(session, code, now_s)


def _receive(kind: bytes) -> Handler:
    def receive(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
        session = state.session(line, kind)
        if session is None:
            return state.refused(NO_SESSION)
        injector.at(Point.RECEIVE, now_s)
        if session.status not in {3, 4, 5} or (session.status == 5 and not session.inbox):
            return state.refused(WRONG_STATE)
        data = session.read(_number(line, 1, 1500) or 1500)
        session.is_announced = False

        def then(at_s: float) -> None:
            if kind == b"UDP" and state.profile.says_udp_source and session.source:
                host, port = session.source
                state.port.say_unasked(b'+KUDP_RCV: "%s",%d' % (host.encode(), port), at_s)
            state.announce(session, at_s)

        return Answer(transfer=Transfer(session.sid, outgoing=data, then=then))

    return receive


def _close(kind: bytes) -> Handler:
    def close(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
        session = state.session(line, kind)
        if session is None:
            return state.refused(NO_SESSION)
        happens = injector.at(Point.CLOSE, now_s)
        was_live = session.status in {2, 3}
        if session.link is not None:
            session.link.close(now_s)
            session.link = None
        session.status = 5
        if kind == b"UDP" and _number(line, 1, 0) != 1:
            del state.sessions[session.sid]
        cnx = session.cnx

        def then(at_s: float) -> None:
            state.start_idling(cnx, at_s)

        if "no_carrier_on_close" in happens:
            return Answer(final=b"NO CARRIER", then=then)
        if not was_live:
            return state.refused(WRONG_STATE)
        return Answer(then=then)

    return close


def _delete(kind: bytes) -> Handler:
    def delete(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
        del now_s, injector
        session = state.session(line, kind)
        if session is None:
            return state.refused(NO_SESSION)
        if session.status in {2, 3}:
            return state.refused(LIVE_SESSION)
        del state.sessions[session.sid]
        return OK

    return delete


# ---------------------------------------------------------------------- UDP


def _define_udp(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    if line.form is Form.READ:
        return Answer(
            tuple(
                b"+KUDPCFG: %d,%d,0,%d,%d" % (s.sid, s.cnx, s.port, s.data_mode)
                for s in state.sessions.values()
                if s.kind == b"UDP"
            )
        )
    if line.form is not Form.SET:
        return OK
    if _number(line, 1) != 0:
        return state.refused(UNSUPPORTED)
    cnx = _number(line, 0, 1) or 0
    if cnx not in state.contexts:
        return state.refused(NO_SESSION)
    session = state.new_session(b"UDP", cnx)
    if session is None:
        return state.refused(NONE_LEFT)
    session.port = _number(line, 2, 0) or 0
    session.data_mode = _number(line, 3, 0) or 0
    session.status = 2

    def open_it(at_s: float) -> None:
        if session.status == 2 and state.sessions.get(session.sid) is session:
            session.status = 3
            session.link = state.network.open_udp(session.port, at_s)
            state.port.say_unasked(b"+KUDP_IND: %d,1" % session.sid, at_s)

    return Answer(
        (b"+KUDPCFG: %d" % session.sid,),
        then=lambda at_s: state.raise_context(cnx, at_s, open_it),
    )


K_COMMANDS: Final[Mapping[bytes, Handler]] = {
    b"+KPATTERN": _pattern,
    b"+KSREP": _start_report,
    b"+KURCCFG": _fine,
    b"+KIPOPT": _fine,
    b"+KSLEEP": _fine,
    b"+KCNXPROFILE": _fine,
    b"+KCNXCFG": _profile,
    b"+KCNXTIMER": _timer,
    b"+KCNXUP": _up,
    b"+KCNXDOWN": _down,
    b"+KTCPCFG": _define_tcp,
    b"+KTCPCNX": _connect,
    b"+KTCPSTAT": _status,
    b"+KTCPACKINFO": _acknowledged,
    b"+KTCPSTART": _start,
    b"+KTCPSND": _send(b"TCP"),
    b"+KTCPRCV": _receive(b"TCP"),
    b"+KTCPCLOSE": _close(b"TCP"),
    b"+KTCPDEL": _delete(b"TCP"),
    b"+KUDPCFG": _define_udp,
    b"+KUDPSND": _send(b"UDP"),
    b"+KUDPRCV": _receive(b"UDP"),
    b"+KUDPCLOSE": _close(b"UDP"),
    b"+KUDPDEL": _delete(b"UDP"),
}
