"""Logs with one known fault each: what deviates first, and why, is known before any replay.

The simulated modem runs the same session twice, once with a fault and once without. Up to the
fault, the wire of both is the same to the byte; so the first line on which they differ is where
the session left the happy path, whatever any chart says. Where the fault is that something does
not come, this is the first line that the host writes when it has waited long enough.

The cause is written down here, by an expert's knowledge of what the fault is, not by what the
replay says.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from atfsm.at.errors import TCP_NOTIF, UDP_NOTIF
from atfsm.replay import replay
from atfsm.replay.formats import format_named
from atfsm.replay.payload import DEFAULT_PATTERN
from atfsm.sim import PROFILES, Echo, Fault, SimulatedModem, VirtualNetwork
from atfsm.sim.faults import FAULTS, Point
from atfsm.stack import Config, Read, Written
from tests.replay.paper import FINAL, RX, TX, Chunk, Line, Renderer, Session, at_lines
from tests.replay.renderers import RENDERERS
from tests.replay.test_formats_round_trip import WHOLE_SECONDS, read
from tests.stack.golden import golden_session

#: Loggers that show the host's lines as the modem's echo.
TERMINALS: Final = frozenset({"bare", "iso-bare", "arduino"})
#: How much later than its own limit a host on a real machine wakes up; ours.
WAKES_LATE_S: Final = 0.05
FOR_S: Final = 150.0  # of a session; ours: longer than any limit of a command


class Kind(NamedTuple):
    """A sort of fault.

    Attributes:
        fault: Its name in the simulator; empty: the host is to blame.
        on: Commands that it strikes; of others a refusal or a wait is no business of a session.
        is_silence: Whether it shows by nothing coming.
    """

    fault: str
    on: tuple[str, ...]
    is_silence: bool = False


SEND, READ = ("+KTCPSND", "+KUDPSND"), ("+KTCPRCV", "+KUDPRCV")
DEFINE = ("+KTCPCFG=", "+KUDPCFG=")
SESSION = (*DEFINE, "+KTCPCNX", *SEND, *READ)

#: Codes that come in place of CONNECT; those below 0 are of sessions that are being defined.
NOTIFIED: Final = {
    "tcp": [code for code in TCP_NOTIF if code >= 0],
    "udp": [code for code in UDP_NOTIF if code >= 0],
}

# fmt: off
KINDS: Final = (
    Kind("cme_923_on_send",        SEND),
    Kind("cme_random",             SESSION),
    Kind("error_instead",          SESSION),
    Kind("notif_any_code",         SEND),
    Kind("length_mismatch_notif8", SEND),
    Kind("reboot_banner",          SESSION),
    Kind("",                       ("+KTCPSND",)),  # data is offered before +KTCP_IND
    Kind("connect_missing",        (*SEND, *READ),      is_silence=True),
    Kind("reply_lost",             SESSION,             is_silence=True),
    Kind("final_missing",          (*DEFINE, *SEND),    is_silence=True),
    Kind("echo_only",              SESSION,             is_silence=True),
    Kind("half_deaf_families",     SESSION,             is_silence=True),
    Kind("reboot_without_banner",  SESSION,             is_silence=True),
)
# fmt: on


@dataclass(frozen=True)
class Known:
    """A log, and what is wrong with it.

    Attributes:
        seed: What it was made from.
        kind: The sort of its fault; None: it has none.
        format_name: How it is written.
        capture: Its bytes.
        command: The command that was struck.
        line: Physical line on which the session left the happy path; 0 in a log without a fault.
        causes: The codes of which one is right.
    """

    seed: int
    kind: Kind | None
    format_name: str
    capture: bytes
    command: str = ""
    line: int = 0
    causes: frozenset[str] = frozenset()


def judged(known: Known, folder: Path) -> tuple[int, str]:
    """Line and cause of the first wobble that replay sees in a log; nothing where it sees none."""
    path = folder / f"{known.seed}.log"
    path.write_bytes(known.capture)
    report = replay(str(path))
    path.unlink()
    assert known.format_name == report.format
    return (report.wobbles[0].line, report.wobbles[0].cause) if report.wobbles else (0, "")


def faulty(seed: int) -> Known:
    """Make the log of a session with one fault."""
    chance = random.Random(f"known {seed}")
    while True:
        kind = chance.choice(KINDS)
        name, render = chance.choice(_loggers(clocked=kind.is_silence))
        made = (
            _struck(seed, kind, name, render, chance)
            if kind.fault
            else _impatient(seed, kind, name, render)
        )
        if made is not None:
            return made


def clean(seed: int) -> Known:
    """Make the log of a session without a fault."""
    chance = random.Random(f"clean {seed}")
    loggers = _loggers(clocked=False)
    name, render = loggers[seed % len(loggers)]
    family = chance.choice(("tcp", "udp"))
    session = _session(family, (), seed, chance.randint(1, 6), has_echo=name not in TERMINALS)
    return Known(seed, None, name, render(session)[0])


@cache
def _loggers(*, clocked: bool) -> tuple[tuple[str, Renderer], ...]:
    """The loggers; where time decides, those that stamp their lines to the millisecond.

    A journal is none of these: in it, the stack says itself when a limit passed.
    """
    every = sorted(RENDERERS.items())
    return tuple(each for each in every if not clocked or _has_clock(*each))


def _has_clock(name: str, render: Renderer) -> bool:
    capture, _ = render(((0.125, TX, b"AT\r"), (0.25, RX, b"\r\nOK\r\n")))
    times = [record.time_s for record in read(format_named(name), capture)]
    return None not in times and name not in {*WHOLE_SECONDS, "journal"}


# ------------------------------------------------------------------------- what the stack meets


def _session(
    family: str, faults: tuple[Fault, ...], seed: int, messages: int, *, has_echo: bool
) -> Session:
    """What crosses the wire while the stack sends messages over the simulated modem."""
    run = golden_session(
        family,
        list(faults),
        seed=seed,
        messages=messages,
        config=Config(apn="internet"),
        for_s=FOR_S,
    )
    session: list[Chunk] = []
    late_s = 0.0
    for time_s, output in run.outputs:
        match output:
            case Written(data):
                if session and time_s + late_s - session[-1][0] >= 1.0:
                    late_s += WAKES_LATE_S
                session.append((time_s + late_s, TX, data))
            case Read(data) if has_echo or not _is_echo(session, data):
                session.append((time_s + late_s, RX, data))
            case _:
                pass
    return session


def _is_echo(session: list[Chunk], data: bytes) -> bool:
    return bool(session) and session[-1][1:] == (TX, data)


def _struck(
    seed: int, kind: Kind, name: str, render: Renderer, chance: random.Random
) -> Known | None:
    """A session in which a fault strikes one of the commands that it may strike."""
    family, messages = chance.choice(("tcp", "udp")), chance.randint(1, 6)
    has_echo = name not in TERMINALS
    without = at_lines(_session(family, (), seed, messages, has_echo=True))
    commands = dict(enumerate(_opportunities(kind.fault, without), start=1))
    wanted = tuple(f"AT{on}" for on in kind.on)
    opportunities = [at for at, command in commands.items() if command.startswith(wanted)]
    if not opportunities:
        return None
    at = chance.choice(opportunities)
    params = {}
    if kind.fault == "notif_any_code":
        params["code"] = float(chance.choice(sorted(NOTIFIED[family])))
    fault = Fault(kind.fault, at=at, params=params)
    session = _session(family, (fault,), seed, messages, has_echo=has_echo)
    happy = at_lines(_session(family, (), seed, messages, has_echo=has_echo))
    lines = at_lines(session)
    first = _first_difference(happy, lines, of_host=kind.is_silence)
    if first is None:
        return None  # it struck behind the last thing that is compared
    capture, numbers = render(session)
    causes = _causes(kind, commands[at], lines[first].text.decode("latin-1"), name)
    return Known(seed, kind, name, capture, commands[at], numbers[first], causes)


def _opportunities(fault: str, lines: list[Line]) -> Iterator[str]:
    """The commands of a session at which a fault has its opportunities, in order."""
    point = FAULTS[fault].point
    wanted = {
        Point.SEND: SEND,
        Point.PAYLOAD: SEND,
        Point.CONNECT: (*SEND, *READ),
    }.get(point, ("",))
    for line in lines:
        text = line.text.decode("latin-1")
        is_end = line.text == DEFAULT_PATTERN  # said first: it ends a data mode from before
        is_wanted = text.startswith(tuple(f"AT{name}" for name in wanted))
        if line.direction is TX and (is_wanted or (is_end and "" in wanted)):
            yield text


def _first_difference(happy: list[Line], lines: list[Line], *, of_host: bool) -> int | None:
    """The first line that is another than on the happy path; of the host, where one waits."""
    same = next(
        (at for at, (a, b) in enumerate(zip(happy, lines, strict=False)) if a[2:] != b[2:]), None
    )
    if same is None or not of_host:
        return same
    return next((at for at in range(same, len(lines)) if lines[at].direction is TX), None)


# ----------------------------------------------------------------------- a host in too much haste


def _impatient(seed: int, kind: Kind, name: str, render: Renderer) -> Known:
    """A host that takes the OK to AT+KTCPCNX for a connection, as in the field report [F923]."""
    network = VirtualNetwork(seed=seed)
    network.serve_tcp("192.0.2.1", 7, Echo())
    modem = SimulatedModem(PROFILES["rc76"], network, seed=seed)
    session: list[Chunk] = []
    now_s = 0.0
    for command in (
        *("ATE1", "AT+CMEE=1", 'AT+KCNXCFG=1,"GPRS","internet"'),
        *('AT+KTCPCFG=1,0,"192.0.2.1",7', "AT+KTCPCNX=1", "AT+KTCPSND=1,28"),
    ):
        now_s += WAKES_LATE_S
        asked = len(session)
        session.append((now_s, TX, command.encode() + b"\r"))
        modem.write(session[-1][2], now_s)
        while not any(line.text.startswith(FINAL) for line in at_lines(session[asked:])):
            due_s = modem.deadline_s()
            assert due_s is not None, f"{command} has no answer"
            now_s = max(now_s, due_s)
            modem.advance(now_s)
            for data in modem.read(now_s):
                if name not in TERMINALS or not _is_echo(session, data):
                    session.append((now_s, RX, data))
    capture, numbers = render(session)
    refused = next(i for i, line in enumerate(at_lines(session)) if line.text.endswith(b" 923"))
    causes = frozenset({"tcp.923.connecting"})
    return Known(seed, kind, name, capture, command, numbers[refused], causes)


# --------------------------------------------------------------------------------- the right cause


def _causes(kind: Kind, command: str, text: str, name: str) -> frozenset[str]:
    """What an expert would say that it was.

    Args:
        kind: The sort of fault.
        command: The command that it struck.
        text: The line on which it showed.
        name: The format.
    """
    family = "udp" if "+KUDP" in command else "tcp"
    is_send, is_read = "SND=" in command, "RCV=" in command
    has_echo = name not in TERMINALS
    right: tuple[str, ...]
    match kind.fault:
        case "cme_923_on_send":
            right = (
                "923.established",
            )  # the socket was in service: only the guesses of q2 are left
        case "cme_random":
            right = _refused_with(text.rpartition(" ")[2], command)
        case "error_instead":
            # CMEE was on, so a code was due; of KTCPRCV a bare ERROR is known [FRCV].
            right = ("error.receive",) if "+KTCPRCV" in command else ("error.coded",)
        case "notif_any_code":
            right = _notified(text.rpartition(",")[2], family)
        case "length_mismatch_notif8":
            # Where a logger shows text, whether every byte of the payload is there is not known.
            right = ("notif.8.exact", *(["notif.8"] if format_named(name).whole else []))
        case "reboot_banner":
            return frozenset({"modem.restarted"})
        case "connect_missing":
            # Before the next command nobody can tell q3 (CONNECT withheld) from q4 (only echo).
            right = ("silent.connect_withheld", *(["silent.echo_only"] if has_echo else []))
        case "reply_lost" if is_send:
            right = ("silent.sending",)
        case "reply_lost" if is_read:
            right = ("silent.receiving",)
        case "reply_lost" if "CNX" in command or "+KUDPCFG" in command:
            right = ("silent",)  # +KTCP_IND or +KUDP_IND came, the OK before it did not
        case "final_missing":
            right = ("silent.sending",) if is_send else _unanswered(command)
            if "+KUDPCFG" in command:
                right += ("silent",)  # +KUDP_IND came as well, so that the socket is open
        case _:  # nothing but the echo, if that is logged
            right = ("silent.echo_only",) if has_echo else _unanswered(command)
            if is_send or is_read:
                right += ("silent.connect_withheld",)
    return frozenset(f"{family}.{code}" for code in right)


def _unanswered(command: str) -> tuple[str, ...]:
    """A command that got no final result, by what it was to do."""
    if "CFG=" in command:
        return ("silent.defining",)
    return ("silent.connecting.command",) if "CNX=" in command else ("silent",)


def _refused_with(code: str, command: str) -> tuple[str, ...]:
    """A code, and what it means for a socket that was in service, or for a definition."""
    if "CFG=" in command:
        # What 923 means for a definition nobody has told.
        return {"910": ("910.profile",), "923": ("refused",)}.get(code, (code,))
    if "RCV=" in command and code == "923":
        return ("923.read",)
    if "CNX" in command:
        return (code,)
    return {"923": ("923.established",), "911": ("911.open",)}.get(code, (code,))


def _notified(code: str, family: str) -> tuple[str, ...]:
    """A notification in place of CONNECT, on a socket that was in service."""
    finer = {("tcp", "4"): "notif.4.busy", ("tcp", "5"): "notif.5.established"}
    return (finer.get((family, code), f"notif.{code}"),)
