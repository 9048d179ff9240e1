"""What is asked of a modem to see whether it is fit for service, and what the answers mean.

One row is one check: the command (or another, where the modem refuses the first), and how its
answer is judged. They only read. What atfsm sets by itself, whenever it begins to drive a modem,
is a note at most; a warning is for somebody to act on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from atfsm.at.dialect import Dialect
from atfsm.at.dialects import DIALECTS
from atfsm.at.dialects.standard import LOCKS
from atfsm.at.errors import REGISTRATION_STAT, cme_meaning, code_meaning
from atfsm.at.grammar import InformationText, ResultKind, parse_information, parse_result
from atfsm.live.ask import Asked

AT_START: Final = "atfsm does so when it begins to drive the modem"
PATTERN_BYTES: Final = 8  # 1.6: choose at least 8 improbable bytes
#: Signal, as <rssi> of +CSQ counts it (27.007: -113 dBm and 2 dB a step). Ours: below the first
#: data hardly passes, below the second it passes slowly.
RSSI_POOR, RSSI_WEAK, RSSI_HIGHEST = 5, 10, 31


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"


class Finding(NamedTuple):
    """What was found.

    Attributes:
        level: How bad it is.
        text: What is the case.
        advice: What to do; empty for nothing.
    """

    level: Level
    text: str
    advice: str = ""


def ok(text: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, text)


def note(text: str, advice: str = "") -> Finding:
    """Something to know."""
    return Finding(Level.NOTE, text, advice)


def warning(text: str, advice: str) -> Finding:
    """Something to do."""
    return Finding(Level.WARNING, text, advice)


class Scene(NamedTuple):
    """What else is known: whether the port has wires, whether RTS and CTS are used on it."""

    is_wired: bool = False
    rtscts: bool = False


Judge: TypeAlias = Callable[[Asked, Scene], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Attributes:
        name: What the user calls it.
        commands: The first is asked, then the next where that is refused.
        judge: Says what an answer means.
        refused: What it means that all are refused; None: that it cannot be told.
    """

    name: str
    commands: tuple[bytes, ...]
    judge: Judge
    refused: Finding | None = None

    def judged(self, asked: Asked, scene: Scene) -> tuple[Finding, ...]:
        """Say what came of the command."""
        command = asked.command.decode("ascii")
        if not asked.result:
            what = "the modem restarted" if asked.restarted else "no answer"
            return (warning(f"{command}: {what}", "ask again; if it stays so, restart the modem"),)
        if not asked.ok:
            found = self.refused or note(f"{command} is refused, so this cannot be told")
            return (found._replace(text=f"{found.text} ({_refusal(asked.result)})"),)
        found_all = tuple(self.judge(asked, scene))
        return found_all or (note(f"{command} tells nothing that is understood"),)


def _refusal(result: bytes) -> str:
    parsed = parse_result(result)
    said = result.decode("utf-8", "backslashreplace")
    if parsed is None or parsed.kind is not ResultKind.CME_ERROR:
        return said
    return f"{said}: {cme_meaning(parsed.code, parsed.detail)}"


def answers(asked: Asked) -> list[InformationText]:
    """The information texts of an answer that bear the name of the command."""
    name = asked.command[2:].rstrip(b"?").upper()
    texts = (parse_information(line) for line in asked.lines)
    return [text for text in texts if text is not None and text.name == name]


def word(text: InformationText, index: int) -> str:
    """A field; empty where there is none."""
    fields = text.fields
    return fields[index].decode("utf-8", "backslashreplace") if index < len(fields) else ""


def by_field(index: int, meanings: Mapping[str, Finding], otherwise: Finding) -> Judge:
    """Judge by one field: its value names the finding."""

    def judge(asked: Asked, scene: Scene) -> Iterable[Finding]:
        del scene
        return [meanings.get(word(text, index), otherwise) for text in answers(asked)[:1]]

    return judge


# ------------------------------------------------------------------------- judges with more words


def _flow(asked: Asked, scene: Scene) -> Iterable[Finding]:
    for text in answers(asked)[:1]:
        modem_has = (word(text, 0), word(text, 1)) == ("2", "2")
        said = f"+IFC: {word(text, 0)},{word(text, 1)}"
        if not scene.is_wired:
            yield ok(f"{said}; this port has no wires that could hold up bytes")
        elif modem_has and scene.rtscts:
            yield ok(f"{said}: RTS and CTS on both sides")
        elif modem_has:
            yield warning(
                f"{said}: the modem uses RTS and CTS, this side does not: bytes may be lost",
                "wire them and give --rtscts",
            )
        elif scene.rtscts:
            yield warning(
                f"{said}: this side waits for CTS, the modem may not give it", "AT+IFC=2,2"
            )
        else:
            yield note(
                f"{said}: no flow control, which is recommended for data mode",
                "wire RTS and CTS, AT+IFC=2,2, --rtscts",
            )


def _signal(asked: Asked, scene: Scene) -> Iterable[Finding]:
    del scene
    for text in answers(asked)[:1]:
        rssi = text.integer(0)
        if rssi is None or not 0 <= rssi <= RSSI_HIGHEST:
            yield warning(f"+CSQ: {word(text, 0)}: no signal is measured", "look at the antenna")
            continue
        said = f"{2 * rssi - 113} dBm"
        if rssi < RSSI_POOR:
            yield warning(f"{said}: hardly any signal", "move the antenna")
        elif rssi < RSSI_WEAK:
            yield note(f"{said}: a weak signal", "move the antenna")
        else:
            yield ok(said)


def _registration(asked: Asked, scene: Scene) -> Iterable[Finding]:
    del scene
    for text in answers(asked)[:1]:
        stat = text.integer(1)
        said = code_meaning(REGISTRATION_STAT, stat)
        if stat in {1, 5, 9, 10}:
            yield ok(said)
        elif stat == 2:
            yield note(said, "wait; it may take 3 minutes")
        elif stat == 3:
            yield warning(said, "ask the operator about SIM and tariff; check the APN")
        else:
            yield warning(said, "look at antenna, SIM and coverage; AT+CFUN? and AT+COPS?")


def _profile(asked: Asked, scene: Scene) -> Iterable[Finding]:
    del scene
    texts = answers(asked)
    for text in texts:
        apn = word(text, 2)
        said = f"profile {word(text, 0)} has APN {apn!r}" if apn else "a profile without APN"
        yield ok(said) if apn else note(said, "give --apn where the operator wants one")
    if not texts:
        yield note("no profile is stored", "give --apn to atfsm")


def _pattern(asked: Asked, scene: Scene) -> Iterable[Finding]:
    del scene
    for text in answers(asked)[:1]:
        pattern = text.fields[0]
        said = f"the end pattern is {pattern.decode('latin-1')!r}"
        if len(pattern) < PATTERN_BYTES:
            yield warning(
                f"{said}: {len(pattern)} bytes, which a payload holds by chance, and then it "
                "ends there",
                f"take one of {PATTERN_BYTES} bytes or more",
            )
        elif pattern.isalnum() or len(set(pattern)) == 1:
            yield warning(
                f"{said}: that is likely in a payload, which then ends there",
                "take one that no text holds, such as --EOF--Pattern--",
            )
        else:
            yield ok(said)


def _sessions(kind: str) -> Judge:
    def judge(asked: Asked, scene: Scene) -> Iterable[Finding]:
        del scene
        left = []
        for text in answers(asked):
            peer = f" to {word(text, 4)}:{word(text, 5)}" if kind == "TCP" else ""
            left.append(f"{word(text, 0)}{peer}")
        if left:
            yield note(
                f"{kind} sessions are open: {', '.join(left)}",
                "whoever drives them may run; atfsm closes what it finds when it begins",
            )
        else:
            yield ok(f"no {kind} session is open")

    return judge


# ---------------------------------------------------------------------------- whose modem it is

#: What helps against a quirk, beside that atfsm knows it.
HELP: Final[Mapping[str, str]] = {
    "late_923": "atfsm resets the socket at once; take an end pattern that no payload holds",
    "withheld_connect": "have a power switch, and give it to --power-cycle",
    "lock_up": "have a power switch, and give it to --power-cycle",
    "sleep_loses_profiles": f"AT+KSLEEP=2; {AT_START}",
}
#: What one model does and its family does not.
SPECIALS: Final[Mapping[str, tuple[Finding, ...]]] = {
    "RC7611": (
        note(
            "RC7611: may stop answering after 100 to 2000 quick commands (Release 9) (q5 [FUNR])",
            "have a power switch, and give it to --power-cycle",
        ),
    ),
    "RC7620": (
        note(
            "RC7620: RESET_N may not help where it has locked up (6.1 [FCON])",
            "switch the power itself, not the reset line",
        ),
    ),
}


def _identity(asked: Asked, scene: Scene) -> Iterable[Finding]:
    del scene
    said = b" ".join(asked.lines).decode("utf-8", "backslashreplace")
    model, family = family_of(said)
    if family is None:
        yield note(
            f"not a family that atfsm knows: {said or 'it does not say what it is'}",
            "it is driven as a HL75 would be",
        )
        return
    yield ok(f"{model}, of the family {family.name}")
    for quirk in family.quirks:
        others = {other for other in family.modems if other != model}
        if not any(quirk.about.startswith(f"{other}:") for other in others):
            yield note(f"{quirk.about} ({quirk.source})", HELP.get(quirk.name, ""))
    yield from SPECIALS.get(model, ())


def family_of(said: str) -> tuple[str, Dialect | None]:
    """The model that a modem says it is, and its family; None: not one that is known."""
    for family in DIALECTS:
        for model in family.modems:
            if model in said.upper():
                return model, family
    return "", None


def _revision(asked: Asked, scene: Scene) -> Iterable[Finding]:
    del scene
    said = " ".join(line.decode("utf-8", "backslashreplace") for line in asked.lines)
    return [ok(said)] if said else []


# ----------------------------------------------------------------------------------- the checks

NO_SIM: Final = warning("the SIM is not ready", "insert it, unlock it, or power-cycle the modem")

# fmt: off
CHECKS: Final = (
    Check("model",        (b"AT+CGMM", b"ATI"),         _identity),
    Check("firmware",     (b"AT+CGMR", b"ATI"),         _revision),
    Check("errors",       (b"AT+CMEE?",), by_field(0, {
        "1": ok("refusals carry a number (CMEE 1)"),
        "0": note("refusals say no more than ERROR (CMEE 0)", f"AT+CMEE=1; {AT_START}"),
    }, note("refusals are put in words, which differ between firmwares (CMEE 2)", f"AT+CMEE=1; {AT_START}"))),
    Check("flow control", (b"AT+IFC?",),                _flow),
    Check("function",     (b"AT+CFUN?",), by_field(0, {
        "1": ok("full function (CFUN 1)"),
    }, warning("the radio is off", "AT+CFUN=1")), warning("AT+CFUN? is refused: after PPP that is a known fault (q6 [FPPP])", "AT!RESET")),
    Check("SIM",          (b"AT+CPIN?",), by_field(0, {
        "READY":   ok("ready"),
        "SIM PIN": warning("waits for its PIN", 'give --pin to atfsm, or AT+CPIN="..."'),
        "SIM PUK": warning("is locked: it waits for its PUK", "unlock it in a phone"),
        **dict.fromkeys(LOCKS, warning("is not taken: the modem is locked to others", "ask whoever sold the modem for the code")),
    }, NO_SIM), NO_SIM),
    Check("signal",       (b"AT+CSQ",),                 _signal),
    Check("registration", (b"AT+CEREG?", b"AT+CREG?"),  _registration),
    Check("profile",      (b"AT+KCNXCFG?",),            _profile),
    Check("end pattern",  (b"AT+KPATTERN?",),           _pattern),
    Check("TCP sessions", (b"AT+KTCPCFG?",),            _sessions("TCP")),
    Check("UDP sessions", (b"AT+KUDPCFG?",),            _sessions("UDP")),
    Check("banner",       (b"AT+KSREP?",), by_field(0, {
        "1": ok("a restart is announced (KSREP 1)"),
    }, note("a restart is not announced (KSREP 0)", f"AT+KSREP=1; {AT_START}"))),
    Check("sleep",        (b"AT+KSLEEP?",), by_field(0, {
        "2": ok("it never sleeps (KSLEEP 2)"),
    }, note("it may sleep, and lose profile and sessions by that", f"AT+KSLEEP=2; {AT_START}"))),
)
# fmt: on
