"""``atfsm doctor``: what it finds, what it advises, and that it changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from atfsm.at.dialects import DIALECTS
from atfsm.cli import doctor
from atfsm.live import ask
from atfsm.live.ask import Asked
from atfsm.live.checkup import CHECKS, SPECIALS, Scene
from atfsm.sim.faults import Fault
from tests.calling import Run
from tests.live.fakes import terminal
from tests.live.scripted import OK, scripted, simulated
from tests.sim import serving

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "commands.md").read_text("utf-8")
CHECK = {check.name: check for check in CHECKS}
WIRED, HELD = Scene(is_wired=True), Scene(is_wired=True, rtscts=True)


def found(out: str, name: str) -> list[tuple[str, str]]:
    """The level and the words of each line about one check."""
    lines = [(line[:7].strip(), line[9:21].strip(), line[23:]) for line in out.splitlines()]
    return [(level, text) for level, check, text in lines if check == name]


# ------------------------------------------------------------------------------- a modem as it is


def test_a_sound_modem_passes(tmp_path: Path, run: Run) -> None:
    """Every check has its line; nothing is worse than a note, so the exit code is 0."""
    with simulated(tmp_path) as (path, _):
        code, out, err = run("doctor", "--port", path)
    names = [line[9:21].strip() for line in out.splitlines()]

    assert (0, "") == (code, err)
    assert ["port", "speed", "echo", "results", *CHECK] == list(dict.fromkeys(names))
    assert {"ok", "note"} == {line[:7].strip() for line in out.splitlines()}
    shown = out.replace(path, "/tmp/modem")  # noqa: S108  a name on a page
    assert f"$ atfsm doctor --port /tmp/modem\n{shown}```\n" in PAGE


# fmt: off
SEEN = [
    ((),                                 "model",        "ok",      "RC7620, of the family rc76"),
    ((),                                 "firmware",     "ok",      "SWI9X07H_00.08.19.00"),
    (("ATE0",),                          "echo",         "note",    "off"),
    ((),                                 "echo",         "ok",      "on"),
    (("AT+CMEE=0",),                     "errors",       "note",    "no more than ERROR"),
    (("AT+CMEE=1",),                     "errors",       "ok",      "CMEE 1"),
    (("AT+CMEE=2",),                     "errors",       "note",    "CMEE 2"),
    ((),                                 "flow control", "ok",      "no wires"),
    (("AT+CFUN=4",),                     "function",     "warning", "AT+CFUN=1"),
    (("AT+CFUN=4",),                     "registration", "warning", "not registered"),
    (("AT+CFUN=4",),                     "signal",       "warning", "antenna"),
    ((),                                 "SIM",          "ok",      "ready"),
    ((),                                 "signal",       "ok",      "-73 dBm"),
    ((),                                 "registration", "ok",      "registered, home network"),
    ((),                                 "profile",      "ok",      "profile 1 has APN 'internet'"),
    (('AT+KPATTERN="$$"',),              "end pattern",  "warning", "2 bytes, which a payload holds by chance"),
    (('AT+KPATTERN="temperature"',),     "end pattern",  "warning", "likely in a payload"),
    (('AT+KTCPCFG=1,0,"10.0.0.7",80',),  "TCP sessions", "note",    "TCP sessions are open: 1 to 10.0.0.7:80"),
    (("AT+KUDPCFG=1,0",),                "UDP sessions", "note",    "UDP sessions are open: 1"),
    (("AT+KSREP=1",),                    "banner",       "ok",      "KSREP 1"),
    (("AT+KSREP=0",),                    "banner",       "note",    "AT+KSREP=1"),
    (("AT+KSLEEP=1",),                   "sleep",        "note",    "AT+KSLEEP=2"),
    ((),                                 "sleep",        "ok",      "KSLEEP 2"),
]
# fmt: on


@pytest.mark.parametrize("seen", SEEN)
def test_a_row_sees_what_the_simulated_modem_is(
    seen: tuple[tuple[str, ...], str, str, str], tmp_path: Path, run: Run
) -> None:
    """Each check tells what was set; a warning, and nothing else, gives exit code 1."""
    commands, check, level, words = seen
    with simulated(tmp_path) as (path, _):
        for command in commands:
            assert 0 == run("at", "--port", path, command)[0]
        code, out, err = run("doctor", "--port", path)

    assert any((level, True) == (each, words in text) for each, text in found(out, check)), err
    assert code == ("\nwarning" in out)


# fmt: off
JUDGED = [
    ("flow control", "+IFC: 2,2",             "OK",             WIRED,   "warning", "bytes may be lost"),
    ("flow control", "+IFC: 2,2",             "OK",             HELD,    "ok",      "on both sides"),
    ("flow control", "+IFC: 0,0",             "OK",             HELD,    "warning", "AT+IFC=2,2"),
    ("flow control", "+IFC: 0,0",             "OK",             WIRED,   "note",    "no flow control"),
    ("SIM",          "+CPIN: SIM PIN",        "OK",             WIRED,   "warning", "--pin"),
    ("SIM",          "+CPIN: SIM PUK",        "OK",             WIRED,   "warning", "PUK"),
    ("SIM",          "+CPIN: PH-NET PIN",     "OK",             WIRED,   "warning", "locked to others"),
    ("SIM",          "+CPIN: NOT READY",      "OK",             WIRED,   "warning", "not ready"),
    ("SIM",          "",                      "+CME ERROR: 10", WIRED,   "warning", "SIM not inserted"),
    ("signal",       "+CSQ: 99,99",           "OK",             WIRED,   "warning", "antenna"),
    ("signal",       "+CSQ: 3,99",            "OK",             WIRED,   "warning", "-107 dBm"),
    ("signal",       "+CSQ: 7,99",            "OK",             WIRED,   "note",    "-99 dBm"),
    ("registration", "+CEREG: 0,5",           "OK",             WIRED,   "ok",      "roaming"),
    ("registration", "+CEREG: 0,2",           "OK",             WIRED,   "note",    "3 minutes"),
    ("registration", "+CEREG: 0,3",           "OK",             WIRED,   "warning", "denied"),
    ("registration", '+CEREG: 2,4,"1A2B"',    "OK",             WIRED,   "warning", "coverage"),
    ("profile",      "",                      "OK",             WIRED,   "note",    "no profile is stored"),
    ("profile",      '+KCNXCFG: 1,"GPRS",""', "OK",             WIRED,   "note",    "--apn"),
    ("end pattern",  '+KPATTERN: "--------"', "OK",             WIRED,   "warning", "likely in a payload"),
    ("function",     "",                      "ERROR",          WIRED,   "warning", "AT!RESET"),
    ("sleep",        "",                      "+CME ERROR: 3",  WIRED,   "note",    "refused"),
    ("sleep",        "SLEEP",                 "OK",             WIRED,   "note",    "understood"),
    ("banner",       "",                      "",               WIRED,   "warning", "no answer"),
    ("model",        "EC25",                  "OK",             WIRED,   "note",    "not a family"),
]
# fmt: on


@pytest.mark.parametrize("judged", JUDGED)
def test_a_row_judges_an_answer(
    judged: tuple[str, str, str, Scene, str, str],
) -> None:
    """What the simulated modem never says is judged as well."""
    check, line, result, scene, level, words = judged
    lines = (line.encode(),) if line else ()
    asked = Asked(CHECK[check].commands[0], lines, result.encode())
    (finding,) = CHECK[check].judged(asked, scene)

    assert level == finding.level
    assert words in f"{finding.text} {finding.advice}"


@pytest.mark.parametrize("model", [model for family in DIALECTS for model in family.modems])
def test_a_model_has_its_quirks_and_no_sibling_has_them(model: str) -> None:
    """Whoever owns an RC7620 reads nothing that only an RC7611 does."""
    asked = Asked(b"AT+CGMM", (model.encode(),), b"OK")
    findings = CHECK["model"].judged(asked, Scene())
    said = " ".join(finding.text for finding in findings)
    family = next(each for each in DIALECTS if model in each.modems)

    assert f"{model}, of the family {family.name}" in said
    assert len(findings) > 1
    assert not [other for other in family.modems if other != model and f"{other}:" in said]
    assert all(finding in findings for finding in SPECIALS.get(model, ()))


def test_json_is_one_object_a_finding(tmp_path: Path, run: Run) -> None:
    """Each has schema, check, level, text and advice."""
    with simulated(tmp_path) as (path, _):
        _, out, _ = run("doctor", "--port", path, "--json")
    findings = [json.loads(line) for line in out.splitlines()]

    assert {"schema", "check", "level", "text", "advice"} == set().union(*findings)
    assert {
        "schema": "atfsm.doctor/1",
        "check": "port",
        "level": "ok",
        "text": f"{path} opens",
        "advice": "",
    } == findings[0]


# ------------------------------------------------------------------------------ it changes nothing


def test_it_only_reads(tmp_path: Path, run: Run) -> None:
    """Everything that it writes is a question."""
    with scripted(tmp_path, {}, OK) as modem:
        run("doctor", "--port", modem.path)
    told = modem.heard.decode().split("\r")[:-1]

    assert {"AT", "ATI", "AT+CGMM", "AT+CGMR", "AT+CSQ"} >= {t for t in told if t[-1] != "?"}
    assert len(told) > len(CHECKS)


def test_a_modem_of_digits_stays_one(tmp_path: Path, run: Run) -> None:
    """ATV0 is seen, and is a warning; so the exit code is 1."""
    link = tmp_path / "modem"
    with serving.simulated("--profile", "hl75", "--pty", str(link)):
        assert (0, "0\n") == run("at", "--port", link, "ATV0")[:2]
        code, out, _ = run("doctor", "--port", link)

        assert 1 == code
        assert [("warning", "are digits (ATV0) -> ATV1")] == found(out, "results")
        assert (0, "+CFUN: 1\n0\n") == run("at", "--port", link, "AT+CFUN?")[:2]


# ---------------------------------------------------------------------------------- what fails


def test_a_port_that_is_silent_is_a_warning(tmp_path: Path, run: Run) -> None:
    """It opens and nothing answers: two lines, exit code 1."""
    with terminal(tmp_path) as device:
        code, out, err = run("doctor", "--port", device.path)

    assert (1, "") == (code, err)
    assert [("ok", f"{device.path} opens")] == found(out, "port")
    ((level, text),) = found(out, "speed")
    assert ("warning", True) == (level, text.startswith("AT is not answered -> nothing answers"))


def test_a_port_that_is_not_there_is_unusable(tmp_path: Path, run: Run) -> None:
    """Exit code 2 and one line on stderr."""
    code, out, err = run("doctor", "--port", tmp_path / "none")

    assert (2, "", 1) == (code, out, err.count("\n"))
    assert "there is no such port" in err


def test_a_lost_answer_costs_one_finding(tmp_path: Path, run: Run) -> None:
    """The line is made sure of, and the other checks go on."""
    with simulated(tmp_path, [Fault("reply_lost", at=4)]) as (path, _):
        code, out, _ = run("doctor", "--port", path)

    assert 1 == code
    assert [
        ("warning", "AT+CMEE?: no answer -> ask again; if it stays so, restart the modem")
    ] == (found(out, "errors"))
    assert [("ok", "it never sleeps (KSLEEP 2)")] == found(out, "sleep")


def test_a_modem_that_stops_answering_ends_it(tmp_path: Path, run: Run) -> None:
    """What would not be answered is not asked, and that is said."""
    with simulated(tmp_path, [Fault("silent", at=4)]) as (path, _):
        code, out, _ = run("doctor", "--port", path)

    assert 1 == code
    assert "the rest was not asked" in found(out, "line")[0][1]
    assert [] == found(out, "sleep")


def test_a_port_that_vanishes_is_a_warning(tmp_path: Path, run: Run) -> None:
    """What was found so far is told, and then that the port is gone."""
    with simulated(tmp_path, [Fault("port_vanish_and_return", at=4)]) as (path, _):
        code, out, _ = run("doctor", "--port", path)

    assert 1 == code
    assert "the port is gone" in found(out, "port")[-1][1]


@pytest.mark.parametrize(("speed_baud", "level"), [(115_200, "ok"), (57_600, "note")])
def test_the_speed_is_looked_for(
    speed_baud: int, level: str, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the port has a speed, the usual ones are tried; another than usual is a note."""
    monkeypatch.setattr(ask, "is_wired", lambda _: True)
    monkeypatch.setattr(doctor, "SPEED_S", 0.5)
    with scripted(tmp_path, {b"AT": OK}, speed_baud=speed_baud) as modem:
        _, out, _ = run("doctor", "--port", modem.path)
    ((told, text),) = found(out, "speed")

    assert (level, True) == (told, f"AT is answered at {speed_baud} baud" in text)


def test_a_speed_that_is_given_is_the_only_one(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing else is tried, and the advice says that it may be wrong."""
    monkeypatch.setattr(ask, "is_wired", lambda _: True)
    monkeypatch.setattr(doctor, "ANSWER_S", 0.5)
    with scripted(tmp_path, {b"AT": OK}, speed_baud=57_600) as modem:
        code, out, _ = run("doctor", "--port", modem.path, "--baud", "9600")

    assert 1 == code
    assert "another speed (--baud)" in found(out, "speed")[0][1]
