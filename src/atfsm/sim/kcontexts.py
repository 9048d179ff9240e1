"""The K commands about settings and connection profiles (2.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from atfsm.sim.answers import OK, Answer
from atfsm.sim.contexts import ADDRESS, Context, Timer
from atfsm.sim.request import Command, Request

__all__ = ["CONTEXT_COMMANDS"]

NO_SESSION, INVALID, MISSING, UNSUPPORTED, NOT_READY = 910, 916, 917, 918, 921  # 5.1
PATTERN_BYTES: Final = 64  # ours: no limit is published
PROTOCOLS: Final = (b"TCPC", b"TCPS", b"UDPC", b"UDPS", b"HTTP", b"HTTPS", b"FTP")  # 2.1 [QA-TCP]
NO_ADDRESS: Final = b"0.0.0.0"  # of a profile that is down


def _pattern(request: Request) -> Answer:
    state = request.state
    if request.is_read:
        return Answer((b'+KPATTERN: "%b"' % state.pattern,))
    pattern = request.word(0)
    if not pattern:
        return state.refused(MISSING)
    if len(pattern) > PATTERN_BYTES:
        return state.refused(931)  # 5.1: parameter length invalid
    state.pattern = pattern
    return OK


def _start_report(request: Request) -> Answer:
    state = request.state
    if request.is_read:
        return Answer((b"+KSREP: %d,0" % state.reports_start,))
    wanted = request.number(0, -1)
    if wanted not in {0, 1}:
        return state.refused(INVALID)
    state.reports_start = wanted == 1
    return OK


def _reports(request: Request) -> Answer:
    """KURCCFG: which of a protocol's URCs are said: those of state, those of data."""
    reports = request.state.book.reports
    if request.is_read:
        return Answer(
            tuple(
                b'+KURCCFG: "%b",%d,%d' % (name, *reports.get(name[:3], (1, 1)))
                for name in PROTOCOLS
            )
        )
    name = request.word(0).upper()
    of_state, of_data = request.number(1, 1), request.number(2, 1)
    if name not in {*PROTOCOLS, b"TCP", b"UDP"} or {of_state, of_data} - {0, 1}:
        return request.state.refused(INVALID)
    reports[name[:3]] = (of_state == 1, of_data == 1)
    return OK


def _ip_options(request: Request) -> Answer:
    """KIPOPT: of its settings only the size of datagrams has an effect here."""
    sessions = request.state.book
    if request.is_read:
        size_bytes = sessions.datagram_bytes
        return Answer(
            (
                b'+KIPOPT: 0,"TCPC",1,0,0',
                b'+KIPOPT: 0,"UDPC",2,%d,%d' % (size_bytes, size_bytes),
                b"+KIPOPT: 3,0,0",
            )
        )
    option, protocol = request.number(0, -1), request.word(1).upper()
    if option == 3:
        return OK
    if option != 0 or protocol not in PROTOCOLS:
        return request.state.refused(INVALID)
    if protocol.startswith(b"UDP"):
        size_bytes = request.number(3, sessions.datagram_bytes) or 0
        if not 8 <= size_bytes <= 1472:
            return request.state.refused(INVALID)
        sessions.datagram_bytes = size_bytes
    return OK


# ------------------------------------------------------------------------------ profiles


def _configure(request: Request) -> Answer:
    state = request.state
    if request.is_read:
        return Answer(tuple(_line(cnx, state.contexts.known[cnx]) for cnx in _numbers(request)))
    cnx = request.number(0, 0)
    if len(request.line.parameters) < 3:
        return state.refused(MISSING)
    if cnx is None or cnx not in state.profile.context_ids:
        return state.refused(INVALID)
    if request.word(1).upper() != b"GPRS":
        return state.refused(INVALID)
    if request.word(6) not in {b"", NO_ADDRESS}:
        return state.refused(UNSUPPORTED)  # 2.1 [QA-CNX]: static IP not supported
    known = state.contexts.known.get(cnx)
    if known is not None and known.state:
        return state.refused(NOT_READY)  # f15 [NBI]
    state.contexts.known[cnx] = Context(
        request.word(2),
        request.word(3),
        request.word(4),
        request.word(5) or b"IPV4",
    )
    return OK


def _numbers(request: Request) -> list[int]:
    return sorted(request.state.contexts.known)


def _line(cnx: int, context: Context) -> bytes:
    words = (context.apn, context.login, context.password, context.family)
    addresses = (ADDRESS, b"10.0.0.1", b"10.0.0.2") if context.is_up else (NO_ADDRESS,) * 3
    return b'+KCNXCFG: %d,"GPRS","%b",%d' % (cnx, b'","'.join(words + addresses), context.state)


def _timer(request: Request) -> Answer:
    state = request.state
    contexts = state.contexts
    if request.is_read:
        return Answer(
            tuple(
                b"+KCNXTIMER: %d,%d,%d,%d,%d"
                % (cnx, timer.retry_s, timer.attempts, timer.limit_s, timer.idle_s)
                for cnx, timer in sorted(contexts.timers.items())
            )
        )
    cnx = request.number(0, 0)
    if cnx is None or cnx not in state.profile.context_ids:
        return state.refused(INVALID)
    old = contexts.timer(cnx)
    retry_s = request.number(1, old.retry_s)
    attempts = request.number(2, old.attempts)
    limit_s = request.number(3, old.limit_s)
    idle_s = request.number(4, old.idle_s)
    if retry_s is None or attempts is None or limit_s is None or idle_s is None:
        return state.refused(INVALID)
    in_range = 0 <= retry_s <= 120 and 1 <= attempts <= 4 and 0 <= limit_s <= 120
    if not in_range or not 0 <= idle_s <= 3600:
        return state.refused(INVALID)
    contexts.timers[cnx] = Timer(retry_s, attempts, limit_s, idle_s)
    return OK


def _select(request: Request) -> Answer:
    """KCNXPROFILE: there is one at a time; commands name theirs, so this is only kept."""
    state, name = request.state, request.line.name
    if request.is_read:
        return Answer((b"+KCNXPROFILE: %b" % state.stored.get(name, b"1"),))
    if request.number(0, 0) not in state.profile.context_ids:
        return state.refused(INVALID)
    state.stored[name] = request.word(0)
    return OK


def _raise(request: Request) -> Answer:
    state = request.state
    cnx = request.number(0, 1)
    if cnx is None or cnx not in state.contexts.known:
        return state.refused(NO_SESSION)
    if not state.radio.stat:
        return state.refused(NOT_READY)
    return Answer(then=lambda at_s: state.contexts.raise_(cnx, at_s, lambda _: None))


def _lower(request: Request) -> Answer:
    state = request.state
    cnx = request.number(0, 1)
    if cnx is None or cnx not in state.contexts.known:
        return state.refused(NO_SESSION)
    if state.book.has_live(cnx) and request.number(1, 0) == 0:
        return state.refused(NOT_READY)
    return Answer(then=lambda at_s: state.contexts.lower(cnx, b"3", at_s))


# fmt: off
CONTEXT_COMMANDS: Final[Mapping[bytes, Command]] = {
    b"+KPATTERN":    Command(_pattern, '"<pattern>"'),
    b"+KSREP":       Command(_start_report, "(0,1)"),
    b"+KURCCFG":     Command(_reports),
    b"+KIPOPT":      Command(_ip_options, "0,<UDP>,(1-100),(8-1472),(8-1452)"),
    b"+KCNXCFG":     Command(_configure),
    b"+KCNXTIMER":   Command(_timer, "{cnx},(0-120),(1-4),(0-120),(0-3600)"),
    b"+KCNXPROFILE": Command(_select, "{cnx}"),
    b"+KCNXUP":      Command(_raise, "{cnx}"),
    b"+KCNXDOWN":    Command(_lower, "{cnx},(0-1)"),
}
# fmt: on
