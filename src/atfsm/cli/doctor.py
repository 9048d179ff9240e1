"""``atfsm doctor``: is this modem fit for service, and if not, what is to be done?"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from atfsm.cli.at import add_port_to
from atfsm.cli.parser import Commands
from atfsm.cli.terms import CLEAN, WOBBLE

if TYPE_CHECKING:
    from atfsm.live.ask import Asked, Asker
    from atfsm.live.checkup import Check, Finding, Scene

SCHEMA: Final = "atfsm.doctor/1"
SPEEDS: Final = (115_200, 921_600, 460_800, 230_400, 57_600, 38_400, 19_200, 9_600)
#: How long a modem may take to answer AT at one of several speeds: three probes; ours.
SPEED_S: Final = 2.5
#: How long it may take for each answer; ours: what is asked here is answered at once (6.4: 5 s).
ANSWER_S: Final = 5.0
#: After so many commands without an answer the rest is not asked.
SILENCES_AT_MOST: Final = 2


def add_to(commands: Commands) -> None:
    """Add the command."""
    doctor = commands.add_parser(
        "doctor",
        help="check a modem and its port, and say what to do",
        description="Check port, speed, settings, SIM, signal and registration of a modem, and "
        "say what to do. It only reads: nothing on the modem is changed. Where the port has a "
        "speed and --baud is not given, the usual ones are tried (half a minute at most). Exit "
        "code: 0 nothing worse than notes, 1 a warning, 2 the port cannot be opened.",
    )
    add_port_to(doctor, speed="found out")
    doctor.add_argument(
        "--json", action="store_true", help="one JSON object a finding, a line each"
    )
    doctor.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    code = CLEAN
    for name, finding in _findings(arguments):
        if finding.level == "warning":
            code = WOBBLE
        if arguments.json:
            print(json.dumps({"schema": SCHEMA, "check": name, **finding._asdict()}), flush=True)
        else:
            advice = f" -> {finding.advice}" if finding.advice else ""
            print(f"{finding.level:<7}  {name:<12}  {finding.text}{advice}", flush=True)
    return code


def _findings(arguments: argparse.Namespace) -> Iterator[tuple[str, Finding]]:
    from atfsm.live import checkup
    from atfsm.live.ask import Asker, PortError, is_wired

    url, rtscts = arguments.port, arguments.rtscts
    wired = is_wired(url)
    speeds = (arguments.baud,) if arguments.baud else SPEEDS if wired else SPEEDS[:1]
    silence = ""
    for speed in speeds:
        with Asker(url, baudrate=speed, rtscts=rtscts) as asker:
            if speed == speeds[0]:
                yield "port", checkup.ok(f"{url} opens")
            if asker.make_sure(SPEED_S if len(speeds) > 1 else ANSWER_S):
                where = f"AT is answered at {speed} baud" if wired else "AT is answered"
                found = checkup.ok(where)
                if speed != SPEEDS[0] and not arguments.baud:
                    found = checkup.note(where, f"give --baud {speed}")
                yield "speed", found
                try:
                    yield from _asked(asker, checkup.Scene(wired, rtscts))
                except PortError as error:  # it was there, and is gone
                    yield "port", checkup.warning(str(error), "look at cable, power and supply")
                return
            silence = asker.why_silent() if asker.heard_bytes or not silence else silence
    what = f"at {len(speeds)} speeds " if len(speeds) > 1 else ""
    yield "speed", checkup.warning(f"AT is not answered {what}".rstrip(), silence)


def _asked(asker: Asker, scene: Scene) -> Iterator[tuple[str, Finding]]:
    from atfsm.live import checkup

    yield (
        "echo",
        checkup.ok("on")
        if asker.is_echoed
        else checkup.note(
            "off: a doubled answer cannot be told from a true one", f"ATE1; {checkup.AT_START}"
        ),
    )
    yield (
        "results",
        checkup.warning("are digits (ATV0)", "ATV1")
        if asker.is_numeric
        else checkup.ok("are words (ATV1)"),
    )
    silences = 0
    for check in checkup.CHECKS:
        asked = _answer(asker, check)
        for finding in check.judged(asked, scene):
            yield check.name, finding
        if asked.result:
            continue
        silences += 1
        if silences >= SILENCES_AT_MOST or not asker.make_sure():
            yield (
                "line",
                checkup.warning(
                    "the modem stopped answering; the rest was not asked", "restart it"
                ),
            )
            return


def _answer(asker: Asker, check: Check) -> Asked:
    """Ask the commands of a check until one is answered OK, or none at all."""
    for command in check.commands:
        asked = asker.ask(command, ANSWER_S)
        if asked.ok or not asked.result:
            break
    return asked
