"""The standard commands of a simulated modem, and how a command line is executed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from atfsm.at.grammar import parse_command_line
from atfsm.sim.answers import OK, Answer
from atfsm.sim.contexts import ADDRESS
from atfsm.sim.faults import Point
from atfsm.sim.kcontexts import CONTEXT_COMMANDS
from atfsm.sim.ksessions import SESSION_COMMANDS
from atfsm.sim.request import Command, Request
from atfsm.sim.state import State

__all__ = ["execute"]

NOT_ALLOWED, BAD_PARAMETERS = 3, 50  # 5.2
RESTART_S: Final = 0.05  # ours: from OK to the restart
FUNCTIONS: Final = frozenset({0, 1, 4})  # 6.1


def execute(state: State, text: bytes, now_s: float) -> Answer:
    """Execute a command line; the first member that fails ends it (1.1 [M18, LEG-A])."""
    line = parse_command_line(text)
    if line is None:
        return state.refused(NOT_ALLOWED)
    lines: tuple[bytes, ...] = ()
    after: list[Callable[[float], None]] = []
    answer = OK
    for member in line.members:
        command = COMMANDS.get(member.name)
        if member.name in state.profile.restart_verbs:
            command = _RESTART
        if command is None:
            answer = state.refused(NOT_ALLOWED)
        else:
            answer = command.answer(Request(state, member, now_s))
        lines += answer.lines
        if answer.then is not None:
            after.append(answer.then)
        if answer.transfer is not None or answer.is_open or answer.final != b"OK":
            break

    def then(at_s: float) -> None:
        for do in after:
            do(at_s)

    return Answer(lines, answer.final, answer.transfer, then, is_open=answer.is_open)


def _stored(default: bytes) -> Command:
    """A setting that is kept, read back, and of no effect here."""

    def keep(request: Request) -> Answer:
        name, stored = request.line.name, request.state.stored
        if request.is_read:
            return Answer((name + b": " + stored.get(name, default),))
        if request.line.parameters:
            words = (
                word if not word or word.isdigit() else b'"%b"' % word
                for word in request.line.parameters
            )
            stored[name] = b",".join(words)
        return OK

    return Command(keep)


def _text(*lines: str) -> Command:
    """What the modem says about itself."""

    def say(request: Request) -> Answer:
        profile = request.state.profile
        words = (each.format(model=profile.model, revision=profile.revision) for each in lines)
        return Answer(tuple(word.encode() for word in words))

    return Command(say)


def _nothing(request: Request) -> Answer:
    del request
    return OK


# ------------------------------------------------------------------------------ settings (1.3)


def _echo(request: Request) -> Answer:
    value = request.number(0, 0)
    if value not in {0, 1}:
        return request.state.refused(BAD_PARAMETERS)
    request.state.echo = value == 1
    return OK


def _verbose(request: Request) -> Answer:
    value = request.number(0, 0)
    if value not in {0, 1}:
        return request.state.refused(BAD_PARAMETERS)
    if request.state.profile.knows_numeric:
        request.state.framing.is_numeric = value == 0
    return OK


def _quiet(request: Request) -> Answer:
    value = request.number(0, 0)
    if value not in {0, 1}:
        return request.state.refused(BAD_PARAMETERS)
    request.state.framing.is_quiet = value == 1
    return OK


def _defaults(request: Request) -> Answer:
    request.state.set_defaults()
    return OK


def _cmee(request: Request) -> Answer:
    state = request.state
    if request.is_read:
        return Answer((b"+CMEE: %d" % state.cmee,))
    mode = request.number(0, 0)
    if mode is None or not 0 <= mode <= 2:
        return state.refused(BAD_PARAMETERS)
    state.cmee = mode
    return OK


# ----------------------------------------------------------------- SIM, registration, start (6)


def _pin(request: Request) -> Answer:
    state = request.state
    if request.is_read:
        return Answer((b"+CPIN: " + (b"SIM PIN" if state.code_left else b"READY"),))
    if not state.code_left:
        return state.refused(NOT_ALLOWED)
    if request.word(0) != state.code_left:
        return state.refused(16)
    state.code_left = b""
    state.radio.attach(request.now_s)
    return OK


def _registration(request: Request) -> Answer:
    radio, name = request.state.radio, request.line.name
    if request.is_read:
        return Answer((radio.registration(name),))
    mode = request.number(0, 0)
    if mode is None or not 0 <= mode <= 5:
        return request.state.refused(BAD_PARAMETERS)
    radio.reporting[name] = mode
    return OK


def _attach(request: Request) -> Answer:
    state = request.state
    if request.is_read:
        return Answer((b"+CGATT: %d" % state.radio.is_registered,))
    wanted = request.number(0, -1)
    if wanted not in {0, 1}:
        return state.refused(BAD_PARAMETERS)
    if wanted == 1:
        if state.radio.functionality != 1:
            return state.refused(53)  # 5.2
        state.radio.attach(request.now_s)
    else:
        state.contexts.lose(request.now_s)
        state.radio.detach(request.now_s)
    return OK


def _operator(request: Request) -> Answer:
    if not request.is_read:
        return OK
    known = request.state.radio.is_registered
    return Answer((b'+COPS: 0,0,"Simulated",7' if known else b"+COPS: 0",))


def _signal(request: Request) -> Answer:
    return Answer((b"+CSQ: 20,99" if request.state.radio.is_registered else b"+CSQ: 99,99",))


def _functionality(request: Request) -> Answer:
    state = request.state
    if request.is_read:
        return Answer((b"+CFUN: %d" % state.radio.functionality,))
    wanted, reset = request.number(0, 1), request.number(1, 0)
    if wanted not in FUNCTIONS or reset not in {0, 1}:
        return state.refused(BAD_PARAMETERS)
    if state.injector.at(Point.RESTART, request.now_s):
        return Answer(final=b"ERROR")
    if reset == 1:
        return _restart(request)
    state.radio.functionality = wanted
    if wanted == 1:
        state.radio.attach(request.now_s)
    else:
        state.contexts.lose(request.now_s)
        state.radio.detach(request.now_s)
    return OK


def _restart(request: Request) -> Answer:
    """OK is said, and then it restarts (6.1 [FR])."""
    port = request.state.port
    return Answer(then=lambda at_s: port.later(at_s + RESTART_S, port.restart))


def _switch_off(request: Request) -> Answer:
    port = request.state.port
    return Answer(then=lambda at_s: port.later(at_s + RESTART_S, port.switch_off))


# ------------------------------------------------------------------------------ contexts (2.3)


def _define_context(request: Request) -> Answer:
    known = request.state.contexts_defined
    if request.is_read:
        return Answer(
            tuple(b'+CGDCONT: %d,"%b","%b",,0,0,0,0' % (cid, *known[cid]) for cid in sorted(known))
        )
    cid = request.number(0, 0)
    if cid is None or not 1 <= cid <= 16:
        return request.state.refused(BAD_PARAMETERS)
    if len(request.line.parameters) == 1:
        known.pop(cid, None)
    else:
        known[cid] = (request.word(1), request.word(2))
    return OK


def _activate(request: Request) -> Answer:
    state = request.state
    if request.is_read:
        is_on = state.radio.is_registered
        return Answer(tuple(b"+CGACT: %d,%d" % (c, is_on) for c in sorted(state.contexts_defined)))
    if request.number(0, -1) not in {0, 1}:
        return state.refused(BAD_PARAMETERS)
    if not state.radio.is_registered:
        return state.refused(30)
    return OK  # on LTE the default bearer is up with the attach


def _address(request: Request) -> Answer:
    known = request.state.contexts.known
    wanted = request.number(0, 0)
    up = [cnx for cnx in sorted(known) if known[cnx].is_up and wanted in {0, cnx}]
    return Answer(tuple(b'%b: %d,"%b"' % (request.line.name, cnx, ADDRESS) for cnx in up))


def _resume(request: Request) -> Answer:
    transfer = request.state.port.resume(request.number(0, 0))
    return Answer(final=b"NO CARRIER") if transfer is None else Answer(transfer=transfer)


_RESTART: Final = Command(_restart)

# fmt: off
COMMANDS: Final[Mapping[bytes, Command]] = {
    b"":            Command(_nothing),
    b"E":           Command(_echo),
    b"V":           Command(_verbose),
    b"Q":           Command(_quiet),
    b"Z":           Command(_defaults),
    b"&F":          Command(_defaults),
    b"&W":          Command(_nothing),
    b"X":           _stored(b"4"),
    b"&K":          _stored(b"3"),
    b"&D":          _stored(b"1"),
    b"&C":          _stored(b"1"),
    b"&S":          _stored(b"0"),
    b"+IFC":        _stored(b"2,2"),
    b"+IPR":        _stored(b"115200"),
    b"+CPSMS":      _stored(b"0"),
    b"+CEDRXS":     _stored(b"0"),
    b"+CGEREP":     _stored(b"0,0"),
    b"O":           Command(_resume),
    b"I":           _text("Manufacturer: Sierra Wireless, Incorporated", "Model: {model}", "Revision: {revision}"),
    b"+CGMI":       _text("Sierra Wireless, Incorporated"),
    b"+GMI":        _text("Sierra Wireless, Incorporated"),
    b"+CGMM":       _text("{model}"),
    b"+GMM":        _text("{model}"),
    b"+CGMR":       _text("{revision}"),
    b"+GMR":        _text("{revision}"),
    b"+CGSN":       _text("352653090123458"),
    b"+GSN":        _text("352653090123458"),
    b"+KGSN":       _text("+KGSN: 352653090123458"),
    b"+CIMI":       _text("001010123456789"),
    b"+CCID":       _text("+CCID: 8949000000000000001"),
    b"+CMEE":       Command(_cmee, "(0-2)"),
    b"+CPIN":       Command(_pin),
    b"+CREG":       Command(_registration, "(0-2)"),
    b"+CGREG":      Command(_registration, "(0-2)"),
    b"+CEREG":      Command(_registration, "(0-5)"),
    b"+CGATT":      Command(_attach, "(0,1)"),
    b"+COPS":       Command(_operator),
    b"+CSQ":        Command(_signal, "(0-31,99),(99)"),
    b"+CFUN":       Command(_functionality, "(0,1,4),(0,1)"),
    b"+CPWROFF":    Command(_switch_off),
    b"!POWERDOWN":  Command(_switch_off),
    b"+CGDCONT":    Command(_define_context, '(1-16),"IP",,,(0),(0)'),
    b"+CGACT":      Command(_activate, "(0,1)"),
    b"+CGPADDR":    Command(_address),
    b"+KCGPADDR":   Command(_address),
    **CONTEXT_COMMANDS,
    **SESSION_COMMANDS,
    b"+KSLEEP":     _stored(b"2,0,0"),
}
# fmt: on
