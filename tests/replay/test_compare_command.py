"""``atfsm compare``: what it prints, its exit codes, and what it says of input that is none."""

from __future__ import annotations

import io
import json
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.calling import Run
from tests.replay.pairs import BOOT, CLOSE, CONNECTED, GOOD, OPEN, REFUSED, SEND, written


@pytest.fixture
def run(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``atfsm compare`` in a folder with some logs; give its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Path("good.log").write_text(arrows(GOOD), "utf-8")
    Path("bad.log").write_text(arrows(BOOT + OPEN + REFUSED), "utf-8")
    Path("late.log").write_text(arrows(SEND + CLOSE), "utf-8")
    Path("empty.log").write_text("", "utf-8")
    return partial(run, "compare")


def arrows(script: str) -> str:
    """A script without its times is a log with arrows."""
    lines = (line.split(maxsplit=1)[1] for line in script.split("\n") if line)
    return "".join(f"{line}\n" for line in lines)


GOLDEN = """\
A  good.log (format arrows, 27 lines, 18 moves)
B  bad.log (format arrows, 20 lines, 12 moves)

FIRST DIFFERENCE
        tcp 1: A goes connecting → connected with `+KTCP_IND: 1,1` (line 19); B
        goes connecting → wobble_refused with `+CME ERROR: 923` (line 20).

A                                      │ B
    15 → AT+KTCPCNX=1                  │     15 → AT+KTCPCNX=1
    16 ← OK                            │     16 ← OK
    17 ← +KCNX_IND: 1,4,1              │     17 ← +KCNX_IND: 1,4,1
    18 ← +KCNX_IND: 1,1,0              │     18 ← +KCNX_IND: 1,1,0
───────── last common state ───────────┼────────── last common state ──────────
    19 ← +KTCP_IND: 1,1                │     19 → AT+KTCPSND=1,5
        tcp 1 connecting → connected   │     20 ← +CME ERROR: 923
    20 → AT+KTCPSND=1,5                │         tcp 1 → wobble_refused
        tcp 1 connected → send_offered │
    21 ← CONNECT                       │
        tcp 1 send_offered → sending   │
    22 → (payload)                     │
    23 ← OK                            │
        tcp 1 sending → connected      │

  last  common state: line 18 of A, line 18 of B: modem registered; pdp 1 up;
        tcp 1 connecting

WOBBLE of B on line 20: tcp 1 refused in connecting, since line 15
  why   `+CME ERROR: 923`: the modem did not open data mode; `AT+KTCPSND=1,5`
        (line 19) was sent while TCP socket 1 was still connecting, since line
        15. `+KCNX_IND: 1,1,0` (line 18) reports the PDP context, not the
        socket; `+KTCP_IND: 1,1`, which says that the socket is connected, was
        never seen.
  do    Do not repair it, make a new one: AT+KTCPCLOSE=1,1 (never skip it, even
        if it fails every time), AT+KTCPDEL=1 (910: done; 911: close again),
        then AT+KTCPCFG (new id) and AT+KTCPCNX, waiting longer each time. Then
        wait for `+KTCP_IND: 1,1` before AT+KTCPSND: no reset cures a send that
        comes too early. No CONNECT came: nothing of this send left; send it on
        the new one.
  cause tcp.923.connecting

  only  in B: tcp.923.connecting (line 20)
different in 1 place: 67% of the moves are common, 8 only in A, 2 only in B; A has 27 lines, B has 20 lines
"""

SAME = """\
A  good.log (format arrows, 27 lines, 18 moves)
B  late.log (format arrows, 8 lines, 7 moves)

  start A begins earlier: 9 moves before line 20, where B begins (line 1), are
        not compared.
same: the machines did the same (7 moves); A has 27 lines, B has 8 lines
"""


def test_the_text_of_a_difference(run: Run) -> None:
    """The sentence, both logs side by side, the wobble, and the rest in short."""
    assert (1, GOLDEN, "") == run("good.log", "bad.log")


def test_the_text_of_no_difference(run: Run) -> None:
    """It says so, and what was not compared."""
    assert (0, SAME, "") == run("good.log", "late.log")


def test_no_line_is_wider_than_the_terminal(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Side by side at 80 columns and at 100; only the last line may be longer."""
    for columns in (80, 100):
        monkeypatch.setenv("COLUMNS", str(columns))
        _, out, _ = run("good.log", "bad.log")
        assert [] == [line for line in out.split("\n")[:-2] if len(line) > columns]


def test_json_says_the_same(run: Run) -> None:
    """One object, with its schema."""
    code, out, _ = run("good.log", "bad.log", "--json")
    told = json.loads(out)
    difference = told["difference"]

    assert (1, "atfsm.compare/1", "different") == (code, told["schema"], told["outcome"])
    assert (18, 18) == (difference["common"]["a"]["line"], difference["common"]["b"]["line"])
    assert ("connected", False) == (
        *(difference["a"]["move"]["after"], difference["a"]["move"]["is_wobble"]),
    )
    assert ("wobble_refused", True) == (
        *(difference["b"]["move"]["after"], difference["b"]["move"]["is_wobble"]),
    )
    assert "tcp.923.connecting" == difference["b"]["wobble"]["cause"]
    assert [{"cause": "tcp.923.connecting", "times": 1, "first_line": 20}] == told["b"]["wobbles"]


def test_one_of_the_two_may_come_from_a_pipe(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What can be read only once is compared all the same; of its lines, the moves are shown."""
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(Path("bad.log").read_bytes())))
    )
    code, out, _ = run("good.log", "-")

    assert 1 == code
    assert "20 ← +CME ERROR: 923" in out
    assert "WOBBLE of B on line 20" in out


def test_formats_may_be_named(run: Run, tmp_path: Path) -> None:
    """Once for both, or once for each."""
    written(tmp_path / "good.txt", BOOT + OPEN + CONNECTED + SEND + CLOSE, "qcom")

    assert 0 == run("good.log", "good.txt", "--format", "arrows", "--format", "qcom")[0]
    assert 1 == run("good.log", "good.txt", "--format", "arrows")[0]


# fmt: off
UNUSABLE: dict[str, tuple[tuple[str, ...], str]] = {
    "no such file":      (("good.log", "none.log"), "atfsm: none.log: cannot be read: No such file or directory\n"),
    "a folder":          (("good.log", "."), "atfsm: .: is a folder; name the captures in it\n"),
    "standard input twice": (("-", "-"), "atfsm: only one of the two can be standard input\n"),
    "three formats":     (("good.log", "bad.log", *(("--format", "txrx") * 3)), "atfsm: there are two captures: --format can be given twice at most\n"),
    "one capture":       (("good.log",), "atfsm: the following arguments are required: B (see 'atfsm compare --help')\n"),
}
# fmt: on


@pytest.mark.parametrize("name", UNUSABLE)
def test_bad_usage_is_one_line(name: str, run: Run) -> None:
    """What cannot be compared is said in one line, with exit code 2."""
    arguments, expected = UNUSABLE[name]

    assert (2, "", expected) == run(*arguments)


def test_without_at_traffic_it_is_undecided(run: Run) -> None:
    """Exit code 3, and a note that says which of them it is."""
    code, out, _ = run("good.log", "empty.log")

    assert 3 == code
    assert out.endswith(
        "  note  B: no AT traffic was found.\nundecided: A has 27 lines, B has 0 lines\n"
    )


# ------------------------------------------------------------------------------------ the page


def test_a_page_is_written_beside_the_text(run: Run) -> None:
    """The last line of the text is the name of the page; the exit code stays."""
    code, out, err = run("good.log", "bad.log", "-o", "pages/page.html")

    assert (1, GOLDEN + "pages/page.html\n", "") == (code, out, err)
    assert Path("pages/page.html").read_bytes().startswith(b"<!doctype html")


def test_a_page_in_a_folder_is_named_after_both(run: Run) -> None:
    """Where only a folder is named, the page does not take the place of another."""
    Path("pages").mkdir()
    run("good.log", "late.log", "-o", "pages", "--json")

    assert ["good.log-late.log.html"] == [path.name for path in Path("pages").iterdir()]


def test_the_page_is_opened_if_asked_for(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a name it lies in the working directory."""
    opened: list[str] = []

    def show(address: str) -> bool:
        opened.append(address)
        return True

    monkeypatch.setattr("webbrowser.open", show)
    run("good.log", "bad.log", "--open")

    assert [Path("good.log-bad.log.html").resolve().as_uri()] == opened


def test_the_page_tells_how_it_was_made(run: Run) -> None:
    """The command is on the page, with what was asked for."""
    run("good.log", "bad.log", "--verbose", "--no-redact", "--format", "arrows", "-o", "page.html")
    expected = "atfsm compare good.log bad.log --format arrows --verbose --no-redact -o page.html"

    assert expected in Path("page.html").read_text("utf-8")


# fmt: off
REFUSED_PAGES: dict[str, tuple[str, str]] = {
    "a capture":     ("good.log",  "atfsm: good.log: is a capture; name another file for the page with -o\n"),
    "another file":  ("notes.txt", "atfsm: notes.txt: is there, and is no page; name another file with -o\n"),
}
# fmt: on


@pytest.mark.parametrize("name", REFUSED_PAGES)
def test_a_page_takes_the_place_of_nothing_else(name: str, run: Run) -> None:
    """What is no page of ours is left alone, and it is said before anything is read."""
    page, expected = REFUSED_PAGES[name]
    Path("notes.txt").write_text("mine", "utf-8")
    before = Path(page).read_bytes()

    assert (2, "", expected) == run("good.log", "bad.log", "-o", page)
    assert before == Path(page).read_bytes()
