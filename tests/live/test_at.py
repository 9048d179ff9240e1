"""``atfsm at``: what it prints, what it writes, and that it does nothing else."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from atfsm.live.ask import Asker, PortError
from atfsm.sim.faults import Fault
from tests.calling import Run
from tests.live.scripted import OK, scripted, simulated

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "commands.md").read_text("utf-8")


# ------------------------------------------------------------------------------- what it prints


def test_it_prints_what_the_modem_said(tmp_path: Path, run: Run) -> None:
    """Information lines and result, nothing before and nothing behind them; exit code 0."""
    with simulated(tmp_path) as (path, _):
        assert (0, "+CSQ: 20,99\nOK\n", "") == run("at", "--port", path, "AT+CSQ")


def test_the_page_shows_what_it_prints(tmp_path: Path, run: Run) -> None:
    """Word for word, and with the command that printed it."""
    with simulated(tmp_path) as (path, _):
        _, out, _ = run("at", "--port", path, "AT+CSQ", "AT+NOPE", "AT+CEREG?")

    assert f"$ atfsm at --port /tmp/modem AT+CSQ AT+NOPE AT+CEREG?\n{out}```\n" in PAGE


def test_a_refusal_is_printed_and_the_next_command_is_asked(tmp_path: Path, run: Run) -> None:
    """A refusal is an answer: exit code 1, and what comes after it is not affected by it."""
    with simulated(tmp_path) as (path, _):
        asked = run("at", "--port", path, "AT+CMEE=1", "AT+NOPE", "AT+CMEE?")

    assert (1, "OK\n+CME ERROR: 3\n+CMEE: 1\nOK\n", "") == asked


def test_commands_come_from_standard_input(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dash stands for the lines of stdin; empty lines are none."""
    monkeypatch.setattr("sys.stdin", io.StringIO("AT+CGMM\n\n  AT+CFUN?\n"))
    with simulated(tmp_path) as (path, _):
        asked = run("at", "--port", path, "AT", "-", "AT+CSQ")

    assert (0, "OK\nRC7620\nOK\n+CFUN: 1\nOK\n+CSQ: 20,99\nOK\n", "") == asked


@pytest.mark.parametrize("words", [['AT+NOPE="\udce9"'], ["-"]], ids=["argument", "stdin"])
def test_bytes_that_are_no_text_go_out_as_they_are(
    words: list[str], tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A modem may have another alphabet than the terminal."""
    given = io.BytesIO(b'AT+NOPE="\xe9"\n')
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(given, encoding="utf-8"))
    with scripted(tmp_path, {b"AT": OK, b'AT+NOPE="\xe9"': OK}) as modem:
        asked = run("at", "--port", modem.path, *words)

    assert (0, "OK\n", "") == asked
    assert b'AT\rAT+NOPE="\xe9"\r' == modem.heard


def test_bytes_that_are_no_command_are_refused_in_one_line(run: Run) -> None:
    """And nothing is opened."""
    code, out, err = run("at", "--port", "nowhere", "\udce9")

    assert (2, "") == (code, out)
    assert err.startswith("atfsm: '\\udce9' is no AT command")


def test_json_is_one_object_a_command(tmp_path: Path, run: Run) -> None:
    """Each names its schema; a refusal is an answer that is not ok."""
    with simulated(tmp_path) as (path, _):
        code, out, _ = run("at", "--port", path, "--json", "AT+CSQ", "AT+NOPE")
    first, second = [json.loads(line) for line in out.splitlines()]

    assert 1 == code
    assert first.pop("took_s") >= 0
    assert {
        "schema": "atfsm.at/1",
        "command": "AT+CSQ",
        "lines": ["+CSQ: 20,99"],
        "result": "OK",
        "ok": True,
        "unasked": [],
    } == first
    assert ("ERROR", False) == (second["result"], second["ok"])


def test_what_comes_unasked_is_no_answer(tmp_path: Path, run: Run) -> None:
    """It is told on stderr, so that stdout holds the answer and nothing else."""
    with simulated(tmp_path, [Fault("urc_before_reply", at=2)]) as (path, _):
        asked = run("at", "--port", path, "AT+CSQ")

    assert (0, "+CSQ: 20,99\nOK\n", "atfsm: meanwhile the modem said +CREG: 1\n") == asked


@pytest.mark.parametrize("echo", ["ATE0", "ATE1"])
def test_a_doubled_answer_is_not_taken_for_the_next(tmp_path: Path, run: Run, echo: str) -> None:
    """With echo and without: each command has its own answer."""
    faults = [Fault("reply_duplicated", after=2)]
    with simulated(tmp_path, faults) as (path, _):
        run("at", "--port", path, echo)
        asked = run("at", "--port", path, "AT+CGMM", "AT+NOPE", "AT+CFUN?")

    assert (1, "RC7620\nOK\nERROR\n+CFUN: 1\nOK\n", "") == asked


def test_results_may_be_digits(tmp_path: Path, run: Run) -> None:
    """A modem that was told ATV0 is understood, and its digits are printed as they are."""
    answers = {b"AT": b"0\r", b"AT+CSQ": b"+CSQ: 9,99\r\n0\r"}
    with scripted(tmp_path, answers, b"4\r") as modem:
        asked = run("at", "--port", modem.path, "AT+CSQ", "AT+NOPE")

    assert (1, "+CSQ: 9,99\n0\n4\n", "") == asked


# ------------------------------------------------------------------------------- what it writes


def test_nothing_is_written_but_the_command(tmp_path: Path, run: Run) -> None:
    """AT to make sure of the line, then the command: no setting, no list, no end pattern."""
    with scripted(tmp_path, {b"AT": OK, b"AT+CSQ": b"\r\n+CSQ: 1,99\r\n" + OK}) as modem:
        code, _, _ = run("at", "--port", modem.path, "AT+CSQ")

    assert (0, b"AT\rAT+CSQ\r") == (code, modem.heard)


def test_the_sessions_of_others_are_left_alone(tmp_path: Path, run: Run) -> None:
    """What somebody else has defined is there afterwards."""
    with simulated(tmp_path) as (path, _):
        run("at", "--port", path, 'AT+KCNXCFG=1,"GPRS","apn"', 'AT+KTCPCFG=1,0,"127.0.0.1",7')
        code, out, _ = run("at", "--port", path, "AT+KTCPCFG?")

    assert 0 == code
    assert out.startswith('+KTCPCFG: 1,0,1,0,"127.0.0.1",7')


def test_a_modem_that_does_not_answer_is_left_alone(tmp_path: Path, run: Run) -> None:
    """One line and exit code 1 after five AT; no restart, whatever happens."""
    with scripted(tmp_path, {}, b"", echoes=False) as modem:
        code, out, err = run("at", "--port", modem.path, "AT+CSQ")

    assert (1, "", 5 * b"AT\r") == (code, out, modem.heard)
    assert err.startswith(f"atfsm: {modem.path}: nothing answers AT: ")
    assert 1 == err.count("\n")


@pytest.mark.parametrize(
    ("otherwise", "echoes", "said"),
    [(b"", True, "only the echo"), (b"\xf8\x80", False, "another speed"), (b"", False, "nothing")],
)
def test_the_kind_of_silence_is_told(
    otherwise: bytes, echoes: bool, said: str, tmp_path: Path
) -> None:
    """Echo without results, noise, and nothing at all have different cures."""
    with scripted(tmp_path, {}, otherwise, echoes=echoes) as modem, Asker(modem.path) as asker:
        assert not asker.make_sure(0.5)
        assert said in asker.why_silent()


def test_an_unanswered_command_is_the_last(tmp_path: Path, run: Run) -> None:
    """What follows would be taken for answered by its late answer: it is not written."""
    with scripted(tmp_path, {b"AT": OK}, b"") as modem:
        asked = run("at", "--port", modem.path, "--timeout", "0.3", "AT+CSQ", "AT+CGMM")

    assert (1, "", "atfsm: AT+CSQ: no answer within 0.3 s\n") == asked
    assert b"AT\rAT+CSQ\r" == modem.heard


def test_a_lost_answer_is_told(tmp_path: Path, run: Run) -> None:
    """In JSON as well: there is no result, and it says why."""
    with simulated(tmp_path, [Fault("reply_lost", at=2)]) as (path, _):
        code, out, _ = run("at", "--port", path, "--json", "--timeout", "1", "AT+CSQ")
    answer = json.loads(out)

    assert (1, None, "no answer within 1.0 s") == (code, answer["result"], answer["why"])


def test_a_restart_is_no_answer(tmp_path: Path, run: Run) -> None:
    """The banner ends the wait at once: what was asked is answered no more."""
    answers = {b"AT": OK, b"AT+CSQ": b"\r\n+KSUP: 0\r\n"}
    with scripted(tmp_path, answers) as modem:
        code, out, err = run("at", "--port", modem.path, "AT+CSQ")

    assert (1, "") == (code, out)
    assert err.endswith("atfsm: AT+CSQ: the modem restarted instead of answering\n")


def test_a_port_that_vanishes_ends_it(tmp_path: Path, run: Run) -> None:
    """One line and exit code 1."""
    with simulated(tmp_path, [Fault("port_vanish_and_return", at=2)]) as (path, _):
        code, out, err = run("at", "--port", path, "AT+CSQ")

    assert (1, "", 1) == (code, out, err.count("\n"))
    assert f"atfsm: {path}: the port is gone: " in err


# ----------------------------------------------------------------------- what it does not even try


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("hello",), "'hello' is no AT command"),
        (("AT+CSQ\rAT",), "is no AT command"),
        (("AT+KTCPSND=1,5",), "opens a data mode: use 'atfsm pipe'"),
        (("ATD123",), "opens a data mode"),
        (('AT+CMGS="1"',), "waits for a text"),
        (("--timeout", "soon", "AT"), "not 'soon'"),
        ((), "required"),
    ],
)
def test_bad_usage_is_one_line(
    arguments: tuple[str, ...], said: str, tmp_path: Path, run: Run
) -> None:
    """Exit code 2, and nothing was written."""
    with scripted(tmp_path, {}) as modem:
        code, out, err = run("at", "--port", modem.path, *arguments)

        assert (2, "", 1, b"") == (code, out, err.count("\n"), modem.heard)
        assert said in err


def test_a_port_that_is_not_there_is_told(tmp_path: Path, run: Run) -> None:
    """Exit code 2, one line, and where to look."""
    code, out, err = run("at", "--port", tmp_path / "none", "AT")

    assert (2, "", 1) == (code, out, err.count("\n"))
    assert f"{tmp_path / 'none'}: there is no such port" in err


def test_a_port_that_is_no_port_is_told(tmp_path: Path, run: Run) -> None:
    """A file is none, and a kind of URL may not exist."""
    (tmp_path / "file").write_text("")
    for url in (tmp_path / "file", "gopher://x"):
        code, out, err = run("at", "--port", url, "AT")
        assert (2, "", 1) == (code, out, err.count("\n"))
        assert "it cannot be opened" in err


def test_a_port_that_another_drives_is_told(tmp_path: Path) -> None:
    """Two who read one port take each other's answers."""
    with scripted(tmp_path, {}) as modem, Asker(modem.path), pytest.raises(PortError) as raised:
        Asker(modem.path)

    assert "it is in use by " in str(raised.value)


def test_a_port_that_is_forbidden_names_the_group(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cure is to join the group of the device, and that is what it says."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("serial.serialposix.Serial.open", refuse)
    with pytest.raises(PortError, match=r"join the group dialout .'sudo usermod -aG dialout"):
        Asker(str(tmp_path / "modem"))


@pytest.mark.parametrize("verb", ["at", "doctor", "pipe"])
def test_the_help_fits_a_screen(verb: str, run: Run) -> None:
    """At most 40 lines, and the exit codes are among them."""
    code, out, _ = run(verb, "--help")

    assert 0 == code
    assert len(out.splitlines()) <= 40
    assert "Exit code: 0 " in " ".join(out.split())
