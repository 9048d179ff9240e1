"""The K commands about TCP and UDP sessions (3, 4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from atfsm.sim.answers import OK, Answer
from atfsm.sim.faults import Point
from atfsm.sim.request import Command, Request
from atfsm.sim.sessions import CONNECTING, NOT_FATAL, UP, Session
from atfsm.sim.transfer import Transfer

__all__ = ["SESSION_COMMANDS"]

NO_SESSION, RUNNING, NONE_LEFT = 910, 911, 912  # 5.1
UNEXPECTED, INVALID, MISSING, UNSUPPORTED = 915, 916, 917, 918
NOT_READY, WRONG_STATE, NO_DATA_MODE = 921, 922, 923
PARAMETERS_AT_MOST: Final = 10  # 3.1
TRANSFER_BYTES: Final = 4_294_967_295  # 3.1

Named = Callable[[Request, Session], Answer]


def _of(kind: bytes, execute: Named, at_most: int) -> Callable[[Request], Answer]:
    """Find the session that the first of at most so many parameters names, or refuse."""

    def named(request: Request) -> Answer:
        state = request.state
        if not request.word(0):
            return state.refused(MISSING)
        if len(request.line.parameters) > at_most:
            return state.refused(UNEXPECTED)
        sid = request.number(0, 0)
        if sid is None:
            return state.refused(INVALID)
        session = state.sessions.get(sid)
        if session is None or session.kind != kind:
            return state.refused(NO_SESSION)
        return execute(request, session)

    return named


def _refuse_definition(request: Request, cnx: int | None) -> Answer | None:
    state = request.state
    if len(request.line.parameters) > PARAMETERS_AT_MOST:
        return state.refused(UNEXPECTED)
    mode = request.number(1, -1)
    if mode != 0:  # a server, or TLS: not here
        return state.refused(UNSUPPORTED if mode in {1, 2, 3, 4} else INVALID)
    if cnx not in state.contexts.known:
        return state.refused(NO_SESSION)  # q15, f14: the profile is missing
    return None


# ------------------------------------------------------------------------------ TCP


def _define_tcp(request: Request) -> Answer:
    state = request.state
    if request.is_read:
        return Answer(
            tuple(
                b'+KTCPCFG: %d,%d,%d,0,"%b",' % (s.sid, s.status == UP, s.cnx, s.host.encode())
                + b"%d,%d,%d,%d" % (s.port, s.source_port, s.data_mode, s.says_ack)
                for s in state.book.of(b"TCP")
            )
        )
    cnx = request.number(0, 1)
    refusal = _refuse_definition(request, cnx)
    if refusal is not None or cnx is None:
        return refusal or state.refused(INVALID)
    host, port = request.text(2), request.number(3, 0)
    if not host or not request.word(3):
        return state.refused(MISSING)
    source_port = request.number(4, 0)
    if port is None or not 1 <= port <= 65_535 or source_port is None:
        return state.refused(INVALID)
    data_mode, says_ack = request.number(5, 0), request.number(6, 0)
    if data_mode not in {0, 1} or says_ack not in {0, 1}:
        return state.refused(INVALID)
    session = state.book.define(b"TCP", cnx)
    if session is None:
        return state.refused(NONE_LEFT)
    session.host, session.port, session.source_port = host, port, source_port
    session.data_mode, session.says_ack = data_mode, says_ack == 1
    return Answer((b"+KTCPCFG: %d" % session.sid,))


def _begin(request: Request, session: Session) -> Answer | None:
    """Let a session begin to connect; give the refusal if it may not."""
    state = request.state
    if session.is_live:
        return state.refused(RUNNING)
    if session.cnx not in state.contexts.known:
        return state.refused(NO_SESSION)
    if not state.radio.stat:
        return state.refused(NOT_READY)
    session.status, session.notif = CONNECTING, -1
    return None


def _connect(request: Request, session: Session) -> Answer:
    refusal = _begin(request, session)
    if refusal is not None:
        return refusal
    sessions = request.state.book
    return Answer(then=lambda at_s: sessions.connect(session, at_s))


def _start(request: Request, session: Session) -> Answer:
    """KTCPSTART: connect unless it is done, then go straight to data mode (1.6 [M213])."""
    if session.status == UP:
        return Answer(transfer=Transfer(session.sid, is_direct=True))
    refusal = _begin(request, session)
    if refusal is not None:
        return refusal
    session.is_direct = True
    sessions = request.state.book
    return Answer(is_open=True, then=lambda at_s: sessions.connect(session, at_s))


def _status(request: Request) -> Answer:
    if request.is_set:
        return _status_of_one(request)
    sessions = request.state.book.of(b"TCP")
    return Answer(tuple(b"+KTCPSTAT: %d,%b" % (s.sid, s.stat(request.now_s)) for s in sessions))


_status_of_one = _of(
    b"TCP",
    lambda request, session: Answer((b"+KTCPSTAT: " + session.stat(request.now_s),)),
    at_most=1,
)


def _acknowledged(request: Request) -> Answer:
    """KTCPACKINFO: 1 acknowledged, 2 unknown; valid where KTCPCFG wanted it (3.1 [M214])."""
    if request.is_set:
        return _acknowledged_of_one(request)
    sessions = request.state.book.of(b"TCP")
    return Answer(tuple(_ack_line(session) for session in sessions if session.says_ack))


def _ack_line(session: Session) -> bytes:
    return b"+KTCPACKINFO: %d,%d" % (session.sid, 1 if session.has_sent else 2)


_acknowledged_of_one = _of(
    b"TCP",
    lambda request, session: (
        Answer((_ack_line(session),)) if session.says_ack else request.state.refused(UNSUPPORTED)
    ),
    at_most=1,
)


# ------------------------------------------------------------------------------ UDP


def _define_udp(request: Request) -> Answer:
    state = request.state
    if request.is_read:
        return Answer(
            tuple(
                b"+KUDPCFG: %d,%d,0,%d,%d" % (s.sid, s.cnx, s.port, s.data_mode)
                for s in state.book.of(b"UDP")
            )
        )
    cnx = request.number(0, 1)
    refusal = _refuse_definition(request, cnx)
    if refusal is not None or cnx is None:
        return refusal or state.refused(INVALID)
    port, data_mode = request.number(2, 0), request.number(3, 0)
    if port is None or not 0 <= port <= 65_535 or data_mode not in {0, 1}:
        return state.refused(INVALID)
    if not state.radio.stat:
        return state.refused(NOT_READY)
    session = state.book.define(b"UDP", cnx)
    if session is None:
        return state.refused(NONE_LEFT)
    session.port, session.data_mode, session.status = port, data_mode, CONNECTING
    return Answer(
        (b"+KUDPCFG: %d" % session.sid,),
        then=lambda at_s: state.book.connect(session, at_s),
    )


# ------------------------------------------------------------------------------ both


def _send(request: Request, session: Session) -> Answer:
    state = request.state
    is_udp = session.kind == b"UDP"
    place = 3 if is_udp else 1
    if not request.word(place):
        return state.refused(MISSING)
    size_bytes = request.number(place, 0)
    port = request.number(2, 0) if is_udp else 1
    if size_bytes is None or not 1 <= size_bytes <= TRANSFER_BYTES:
        return state.refused(INVALID)
    if port is None or not 1 <= port <= 65_535 or (is_udp and not request.word(1)):
        return state.refused(INVALID)
    faults = state.injector.at(Point.SEND, request.now_s)
    if "cme_923_on_send" in faults or session.status != UP:
        return state.refused(NO_DATA_MODE)  # q1, q2 [F923]
    if code := faults.get("notif_any_code"):
        return _notify_instead(request, session, int(code.param("code")))
    to = (request.text(1), port) if is_udp else None
    return Answer(transfer=Transfer(session.sid, size_bytes, to))


def _notify_instead(request: Request, session: Session, code: int) -> Answer:
    """A notification in place of a result; most codes say that the session is gone (3.4)."""
    sessions = request.state.book
    notify = sessions.notify if code in NOT_FATAL else sessions.fail
    return Answer(final=b"", then=lambda at_s: notify(session, code, at_s))


def _receive(request: Request, session: Session) -> Answer:
    state = request.state
    if not request.word(1):
        return state.refused(MISSING)
    at_most = request.number(1, 0)
    if at_most is None or not 1 <= at_most <= TRANSFER_BYTES:
        return state.refused(INVALID)
    if session.status != UP and not session.inbox:
        return state.refused(WRONG_STATE)
    data = session.read(at_most)
    session.is_announced = False
    source = session.source if data else None

    def then(at_s: float) -> None:
        if state.profile.says_udp_source and source is not None:
            text = b'+KUDP_RCV: "%b",%d' % (source[0].encode(), source[1])
            state.port.say_unasked(text, at_s)
        state.book.announce(session, at_s)

    return Answer(transfer=Transfer(session.sid, outgoing=data, then=then))


def _close(request: Request, session: Session) -> Answer:
    state = request.state
    is_udp = session.kind == b"UDP"
    option = request.number(1, 0 if is_udp else 1)
    if option not in {0, 1}:
        return state.refused(INVALID)
    if not is_udp and option == 0 and not state.profile.aborts:
        return state.refused(UNSUPPORTED)
    if not session.is_live and not is_udp:
        return state.refused(WRONG_STATE)
    faults = state.injector.at(Point.CLOSE, request.now_s) if session.is_live else {}
    state.book.close(session, request.now_s)
    if is_udp and option == 0:
        state.book.forget(session, request.now_s)
    final = b"NO CARRIER" if "no_carrier_on_close" in faults else b"OK"
    return Answer(final=final, then=lambda at_s: state.book.settle(session.cnx, at_s))


def _delete(request: Request, session: Session) -> Answer:
    if session.is_live:
        return request.state.refused(RUNNING)
    request.state.book.forget(session, request.now_s)
    return OK


# fmt: off
SESSION_COMMANDS: Final[Mapping[bytes, Command]] = {
    b"+KTCPCFG":     Command(_define_tcp, "{cnx},(0),<host>,(1-65535),(0-65535),(0-1),(0-1)"),
    b"+KTCPCNX":     Command(_of(b"TCP", _connect, 1), "{sid}"),
    b"+KTCPSTART":   Command(_of(b"TCP", _start, 1), "{sid}"),
    b"+KTCPSTAT":    Command(_status, "{sid}"),
    b"+KTCPACKINFO": Command(_acknowledged, "{sid}"),
    b"+KTCPSND":     Command(_of(b"TCP", _send, 2), "{sid},(1-4294967295)"),
    b"+KTCPRCV":     Command(_of(b"TCP", _receive, 2), "{sid},(1-4294967295)"),
    b"+KTCPCLOSE":   Command(_of(b"TCP", _close, 2), "{sid},(0-1)"),
    b"+KTCPDEL":     Command(_of(b"TCP", _delete, 1), "{sid}"),
    b"+KUDPCFG":     Command(_define_udp, "{cnx},(0),(0-65535),(0-1)"),
    b"+KUDPSND":     Command(_of(b"UDP", _send, 4), "{sid},<addr>,(1-65535),(1-4294967295)"),
    b"+KUDPRCV":     Command(_of(b"UDP", _receive, 2), "{sid},(1-4294967295)"),
    b"+KUDPCLOSE":   Command(_of(b"UDP", _close, 2), "{sid},(0-1)"),
    b"+KUDPDEL":     Command(_of(b"UDP", _delete, 1), "{sid}"),
}
# fmt: on
