"""Codes and passwords stand in no report: reports are pasted into tickets."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from atfsm.at.secrets import without_codes
from atfsm.view.veil import Veil
from tests.calling import Run, called

# fmt: off
#: A command, and what is shown of it.
SHOWN: dict[str, tuple[str, str]] = {
    "PIN":                 ("AT+CPIN=7391",                              "AT+CPIN=[PIN]"),
    "PUK and PIN":         ('AT+CPIN="73917391","7392"',                 'AT+CPIN="[PIN]","[PIN]"'),
    "lock":                ('AT+CLCK="SC",1,"7391"',                     'AT+CLCK="SC",1,"[PIN]"'),
    "lock, asked":         ('AT+CLCK="SC",2',                            'AT+CLCK="SC",2'),
    "new PIN":             ('AT+CPWD="SC","7391","7392"',                'AT+CPWD="SC","[PIN]","[PIN]"'),
    "profile":             ('AT+KCNXCFG=1,"GPRS","apn","me","hush7391"', 'AT+KCNXCFG=1,"GPRS","apn","me","[password]"'),
    "profile, no login":   ('AT+KCNXCFG=1,"GPRS","apn"',                 'AT+KCNXCFG=1,"GPRS","apn"'),
    "PPP":                 ('at+wppp=1,1,"me","hush7391"',               'at+wppp=1,1,"me","[password]"'),
    "dialled":             ("ATD**04*7391*7392*7392#",                   "ATD**04*[PIN]*[PIN]*[PIN]#"),
    "number of a person":  ('AT+CSCA="+15555557391"',                    'AT+CSCA="+15555557391"'),
    "question":            ("AT+CPIN?",                                  "AT+CPIN?"),
}
# fmt: on
HIDDEN = ("7391", "7392")


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run atfsm in an empty folder; give its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: called(capsys.readouterr, *arguments)


@pytest.mark.parametrize(("text", "shown"), SHOWN.values(), ids=SHOWN)
def test_only_what_opens_something_is_hidden(text: str, shown: str) -> None:
    """Everything else stays as it was; what is hidden is not hidden again, nor counted."""
    assert shown == without_codes(text) == without_codes(shown)
    veil = Veil()
    assert veil.line(shown) == veil.again(veil.line(shown))
    assert 0 == veil.counts["PIN"] + veil.counts["password"]


def put_logs(command: str) -> None:
    """Write captures in which the command is refused, and others in which it is not answered."""
    session = f"Tx: AT\nRx: OK\nTx: {command}\nRx: "
    Path("refused.log").write_text(f"{session}+CME ERROR: 16\nTx: AT\nRx: OK\n", "utf-8")
    Path("answered.log").write_text(f"{session}OK\nTx: AT\nRx: OK\n", "utf-8")
    Path("silent.log").write_text(f"{session}\nTx: AT\nRx: OK\nTx: {command}\n", "utf-8")


def replayed(run: Run) -> str:
    """The texts of a replay, with a time line of everything."""
    return "".join(run("replay", "-v", ".")[1:])


def as_json(run: Run) -> str:
    """The JSON of a replay."""
    return "".join(run("replay", "--json", ".")[1:])


def as_results(run: Run) -> str:
    """All that the rows of a fleet hold."""
    run("replay", ".", "--out", "out.parquet", "--jobs", "1", "-q")
    return json.dumps(pq.read_table("out.parquet").to_pylist())


def compared(run: Run) -> str:
    """What a comparison says, as text and as JSON."""
    pairs = (("answered.log", "refused.log"), ("answered.log", "silent.log"))
    return "".join(
        run("compare", "-v", *pair, *option)[1] for pair in pairs for option in ((), ("--json",))
    )


@pytest.mark.parametrize("say", [replayed, as_json, as_results, compared])
@pytest.mark.parametrize("name", [name for name, (text, shown) in SHOWN.items() if text != shown])
def test_no_report_shows_a_code(name: str, say: Callable[[Run], str], run: Run) -> None:
    """Neither where a line is quoted in a sentence, nor where it is proof or a move."""
    text, shown = SHOWN[name]
    put_logs(text)
    said = say(run)

    assert [] == [each for each in HIDDEN if each in said]
    # A text is cut where a column ends; some commands are not in the sentences of the results.
    assert shown.upper()[:6] in said.upper() or say is as_results
