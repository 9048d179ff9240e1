"""The commands that a simulated modem knows: one function a name, in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from atfsm.at.grammar import CommandLine, Form, read_integer
from atfsm.sim.answers import Answer
from atfsm.sim.faults import Injector
from atfsm.sim.kcommands import K_COMMANDS, Handler
from atfsm.sim.state import PATTERN, State

__all__ = ["execute_member"]

OK: Final = Answer()


def execute_member(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    """Execute one member of a command line."""
    handler = COMMANDS.get(line.name) or K_COMMANDS.get(line.name)
    if line.name in state.profile.restart_verbs:
        return _restart(state, line, now_s, injector)
    if handler is None:
        return state.refused(3)
    return handler(state, line, now_s, injector)


def _number(line: CommandLine, index: int = 0, default: int | None = None) -> int | None:
    parameters = line.parameters
    if index >= len(parameters) or not parameters[index]:
        return default
    return read_integer(parameters[index])


def _fine(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    """Stored, and of no further consequence here."""
    del now_s, injector
    if line.form is Form.READ:
        values = b",".join(state.settings.get(line.name, (b"0",)))
        return Answer((line.name + b": " + values,))
    if line.form is Form.SET:
        state.settings[line.name] = line.parameters
    return OK


def _echo(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    state.echo = _number(line, default=0) == 1
    return OK


def _verbose(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    state.framing.is_numeric = state.profile.knows_numeric and _number(line, default=0) == 0
    return OK


def _quiet(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    state.framing.is_quiet = _number(line, default=0) == 1
    return OK


def _defaults(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del line, now_s, injector
    state.echo, state.cmee, state.pattern = True, 0, PATTERN
    state.framing.is_numeric = state.framing.is_quiet = False
    return OK


def _text(*lines: str) -> Handler:
    def say(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
        del line, now_s, injector
        profile = state.profile
        words = (each.format(model=profile.model, revision=profile.revision) for each in lines)
        return Answer(tuple(word.encode() for word in words))

    return say


def _cmee(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    if line.form is Form.READ:
        return Answer((b"+CMEE: %d" % state.cmee,))
    mode = _number(line)
    if mode not in {0, 1, 2}:
        return state.refused(50)
    state.cmee = mode
    return OK


def _pin(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    if line.form is Form.READ:
        return Answer((b"+CPIN: " + (b"SIM PIN" if state.code_left else b"READY"),))
    if not state.code_left:
        return state.refused(3)
    if line.parameters[:1] != (state.code_left,):
        return state.refused(16)
    state.code_left = b""
    return OK


def _registration(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    mode = state.reporting[line.name]
    if line.form is Form.READ:
        return Answer((line.name + b": %d,%d" % (mode, state.stat),))
    if line.form is Form.SET:
        wanted = _number(line)
        if wanted is None or not 0 <= wanted <= 5:
            return state.refused(50)
        state.reporting[line.name] = wanted
    return OK


def _attach(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del injector
    if line.form is Form.READ:
        return Answer((b"+CGATT: %d" % (state.stat in {1, 5}),))
    state.register(1 if _number(line) == 1 else 0, now_s)
    return OK


def _operator(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    if line.form is Form.READ:
        known = state.stat in {1, 5}
        return Answer((b'+COPS: 0,0,"Simulated",7' if known else b"+COPS: 0",))
    return OK


def _functionality(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    if line.form is Form.READ:
        return Answer((b"+CFUN: %d" % state.functionality,))
    fun = _number(line)
    if fun not in {0, 1, 4} or _number(line, 1, 0) not in {0, 1}:
        return state.refused(50)
    if _number(line, 1, 0) == 1:
        return _restart(state, line, now_s, injector)
    state.functionality = fun
    if fun != 1:
        for cnx in [c for c, context in state.contexts.items() if context.is_up]:
            state.lower_context(cnx, now_s, b"0,0")
    state.register(1 if fun == 1 else 0, now_s)
    return OK


def _restart(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    """OK is said, and then it restarts (6.1 [FR])."""
    del line, now_s, injector

    def then(at_s: float) -> None:
        state.port.later(at_s + 0.05, lambda s: state.port.restart(s, says_banner=True))

    return Answer(then=then)


def _resume(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del line, now_s, injector
    transfer = state.port.resume()
    return Answer(final=b"NO CARRIER") if transfer is None else Answer(transfer=transfer)


def _signal(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del line, now_s, injector
    return Answer((b"+CSQ: %d,99" % (20 if state.stat in {1, 5} else 99),))


def _address(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del now_s, injector
    ups = [cnx for cnx, context in state.contexts.items() if context.is_up]
    return Answer(tuple(line.name + b': %d,"10.0.0.7"' % cnx for cnx in ups))


def _nothing(state: State, line: CommandLine, now_s: float, injector: Injector) -> Answer:
    del state, line, now_s, injector
    return OK


COMMANDS: Final[Mapping[bytes, Callable[..., Answer]]] = {
    b"": _nothing,
    b"E": _echo,
    b"V": _verbose,
    b"Q": _quiet,
    b"Z": _defaults,
    b"&F": _defaults,
    **dict.fromkeys((b"X", b"&K", b"&D", b"&C", b"&S", b"&W", b"+IFC", b"+IPR"), _fine),
    **dict.fromkeys((b"+CPSMS", b"+CEDRXS", b"+CGEREP", b"+CGDCONT", b"+CGACT"), _fine),
    b"I": _text("Manufacturer: Sierra Wireless, Incorporated", "Model: {model}", "Revision: {revision}"),
    b"+CGMI": _text("Sierra Wireless, Incorporated"),
    b"+GMI": _text("Sierra Wireless, Incorporated"),
    b"+CGMM": _text("{model}"),
    b"+GMM": _text("{model}"),
    b"+CGMR": _text("{revision}"),
    b"+GMR": _text("{revision}"),
    b"+CGSN": _text("352653090123458"),
    b"+KGSN": _text("+KGSN: 352653090123458"),
    b"+CIMI": _text("001010123456789"),
    b"+CCID": _text("+CCID: 8949000000000000001"),
    b"+CMEE": _cmee,
    b"+CPIN": _pin,
    **dict.fromkeys((b"+CREG", b"+CGREG", b"+CEREG"), _registration),
    b"+CGATT": _attach,
    b"+COPS": _operator,
    b"+CFUN": _functionality,
    b"+CSQ": _signal,
    b"+CGPADDR": _address,
    b"+KCGPADDR": _address,
    b"O": _resume,
}
