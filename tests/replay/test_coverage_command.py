"""``atfsm coverage``: what it prints and writes, and what it says of input that is none."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from atfsm.chart import CellKind
from atfsm.charts import CHARTS
from atfsm.cli import coverage as command
from tests.calling import Run

FOLDER = Path(__file__).parent.parent / "captures"
CLEAN = FOLDER / "healthy-udp.log"
WOBBLE = FOLDER / "rc7620-thread-complete.log"
PAGE = Path(__file__).parents[2] / "docs" / "coverage.md"

#: What the comparison is with, so that no test depends on what the tests take today.
NOTHING = '{"schema": "atfsm.cells/1", "cells": {}}'


@pytest.fixture
def run(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``atfsm coverage`` in a folder of its own; give its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "nothing.json").write_text(NOTHING)
    return partial(run, "coverage")


# ------------------------------------------------------------------------------------- the text

CAPTURE = b"""\
Tx: AT
Rx: OK
Tx: AT+KTCPCFG=1,0,"203.0.113.5",7
Rx: +KTCPCFG: 1
Rx: OK
Tx: AT+KTCPCNX=1
Rx: OK
Tx: AT+KTCPSND=1,5
Rx: +CME ERROR: 923
"""
#: Of these cells, one is in the capture, and one in no chart.
OTHERS = {
    "line": {"idle": {"command_sent": 7, "port_lost": 2, "frobnicated": 1}},
    "tcp": {"connecting": {"connected": 5}},
}
GOLDEN = """\
1 capture, 9 lines, 9 events
  line       3 of  34 rows,   0 of  37 wobble cells,   2 of  11 ignored cells,         8 moves
  modem      1 of  84 rows,   0 of  96 wobble cells,   0 of 134 ignored cells,         1 move
  tcp        5 of  70 rows,   1 of 294 wobble cells,   0 of 130 ignored cells,         8 moves
  not touched: pdp, udp, recovery

line: AT line
  never taken: 31 of 34 rows
        -  command_in_flight, data_out_opened → data_mode_out
        -  command_in_flight, data_in_opened → data_mode_in
        -  command_in_flight, online_opened → online
        -  command_in_flight, quarantine_imposed → quarantined
        -  command_in_flight, modem_restarted → unknown
        -  idle, probe_sent → command_in_flight
        -  idle, modem_restarted → unknown
        -  data_mode_out, result_received → idle
           … and 23 more: --verbose lists them
  taken most, of 3 rows
        3  command_in_flight, result_received → idle
        2  idle, command_sent → command_in_flight
        1  unknown, command_sent → command_in_flight

modem: Modem · boot, SIM, registration
  never taken: 83 of 84 rows
        -  booting, setup_requested → setting_up
        -  booting, sim_check_requested → checking_sim
        -  booting, power_turned_off → unknown
        -  booting, line_answers → setting_up
        -  booting, sim_ready → registering
        -  booting, registered → registered
        -  booting, attached → registered
        -  booting, service_proved → registered
           … and 75 more: --verbose lists them
  taken most, of 1 row
        1  unknown, running_proved → setting_up

tcp: TCP socket · AT+KTCP*
  never taken: 65 of 70 rows
        -  undefined, define_requested → defining
        -  undefined, close_requested → closing
        -  undefined, delete_requested → deleting
        -  defining, unlogged_ok → defined
        -  defined, close_requested → closing
        -  defined, delete_requested → deleting
        -  defined, connect_accepted → connecting
        -  defined, unlogged_ok → connecting
           … and 57 more: --verbose lists them
  taken most, of 5 rows
        1  unknown, define_requested → defining
        1  defining, named → defining
        1  defining, defined → defined
        1  defined, connect_requested → connecting
        1  connecting, connect_accepted → connecting
  wobbled at 1 cell
        1  connecting, send_refused → wobble_refused

Taken here, never in others.json: 1 wobble cell, 8 rows, 1 request left to its answer, 2 ignored cells, 1 way into the full reset
        1  tcp: connecting, send_refused → wobble_refused
        1  line: unknown, command_sent → command_in_flight
        3  line: command_in_flight, result_received → idle
        1  modem: unknown, running_proved → setting_up
        1  tcp: unknown, define_requested → defining
        1  tcp: defining, named → defining
        1  tcp: defining, defined → defined
        1  tcp: defined, connect_requested → connecting
        1  tcp: connecting, connect_accepted → connecting

Taken in others.json, never here: 1 wobble cell, 1 row
        2  line: idle, port_lost → wobble_dropped
        5  tcp: connecting, connected → connected

Left out of others.json: 1 cell that the charts of this version do not have, the first of them line: idle, frobnicated
"""


def test_the_text_says_what_was_taken(run: Run, tmp_path: Path) -> None:
    """A line a chart, what was never taken, what was taken most, and the two comparisons."""
    capture = tmp_path / "small.log"
    capture.write_bytes(CAPTURE)
    others = tmp_path / "others.json"
    others.write_text(json.dumps({"schema": "atfsm.cells/1", "cells": OTHERS}))

    code, out, err = run("small.log", "--against", "others.json")

    assert (0, "") == (code, err)
    assert GOLDEN == out


def test_every_list_can_be_written_to_its_end(run: Run) -> None:
    """What the short form leaves out, it counts, and --verbose writes it."""
    short = run(CLEAN)[1]
    long = run(CLEAN, "--verbose")[1]

    left_out = sum(int(n) for n in re.findall(r"… and (\d+) more: --verbose", short))
    assert left_out > 0
    assert "more: --verbose" not in long
    cut = len(re.findall("--verbose", short))
    assert len(short.splitlines()) - cut + left_out == len(long.splitlines())
    kept = [line for line in short.splitlines() if "--verbose" not in line]
    assert set(kept) <= set(long.splitlines())
    udp = next(chart for chart in CHARTS if chart.name == "udp")
    taken = set(re.findall(r"^ +[\d,-]+  (\S+), (\S+) → \S+$", long, re.MULTILINE))
    assert {(str(row.state), str(row.fact)) for row in udp.rows} <= taken


def test_several_captures_are_counted_together(run: Run) -> None:
    """A folder, a glob, a packed file and a name add up."""
    healthy = sorted(FOLDER.glob("healthy-*.log"))
    together = json.loads(run(FOLDER / "healthy-*.log", "--json")[1])

    assert [str(path) for path in healthy] == [c["capture"] for c in together["captures"]]
    each = [json.loads(run(path, "--json")[1])["charts"] for path in healthy]
    for name, chart in together["charts"].items():
        assert sum(one[name]["moves"] for one in each) == chart["moves"]


def test_a_packed_capture_counts_as_it_is(run: Run, tmp_path: Path) -> None:
    """What unpacks to the same is counted the same."""
    packed = tmp_path / "packed.gz"
    packed.write_bytes(gzip.compress(CLEAN.read_bytes()))

    assert (
        json.loads(run(CLEAN, "--json")[1])["cells"]
        == json.loads(run(packed, "--json")[1])["cells"]
    )


def test_the_standard_input_is_a_capture() -> None:
    """A log can be piped in."""
    done = subprocess.run(
        [sys.executable, "-m", "atfsm", "coverage", "-", "--json"],
        input=CLEAN.read_bytes(),
        capture_output=True,
        check=True,
    )

    assert "-" == json.loads(done.stdout)["captures"][0]["capture"]


# ------------------------------------------------------------------------------------- the JSON

TOP: dict[str, type] = {
    "schema": str,
    "captures": list,
    "charts": dict,
    "cells": dict,
    "never_taken": list,
    "against": str,
    "only_here": list,
    "only_there": list,
}
CELL: dict[str, type] = {
    "chart": str,
    "state": str,
    "fact": str,
    "target": str,
    "kind": str,
    "count": int,
}


def test_json_is_what_was_agreed(run: Run) -> None:
    """Names and types of schema atfsm.coverage/1, one object on one line."""
    code, out, err = run(CLEAN, WOBBLE, "--json")
    found = json.loads(out)

    assert (0, "", 1) == (code, err, out.count("\n"))
    assert {name: type(value) for name, value in found.items()} == TOP
    assert "atfsm.coverage/1" == found["schema"]
    assert "the tests of atfsm" == found["against"]
    for cell in (*found["never_taken"], *found["only_here"], *found["only_there"]):
        assert {name: type(value) for name, value in cell.items()} == CELL
    assert [str(CLEAN), str(WOBBLE)] == [c["capture"] for c in found["captures"]]
    assert ["clean", "wobble"] == [c["verdict"] for c in found["captures"]]


def test_the_page_explains_every_name() -> None:
    """Each name of the object, and of a cell, stands in the table of the page."""
    page = PAGE.read_text("utf-8")

    assert list(TOP) == re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)
    assert all(f"`{name}`" in page for name in CELL)
    assert all(f"`{kind.value}`" in page for kind in CellKind)


def test_json_accounts_for_every_row(run: Run) -> None:
    """Rows that were taken and rows that never were are together those of the charts."""
    found = json.loads(run(FOLDER, "--json")[1])

    for chart in CHARTS:
        counts = found["charts"][chart.name]
        taken = counts["taken"].get("row", 0)
        never = [cell for cell in found["never_taken"] if cell["chart"] == chart.name]
        cells = found["cells"].get(chart.name, {})
        assert len(list(chart.rows)) == counts["cells"]["row"] == taken + len(never)
        assert counts["moves"] == sum(sum(facts.values()) for facts in cells.values())
        assert sum(counts["taken"].values()) == sum(map(len, cells.values()))
        assert chart.counts()[CellKind.WOBBLE] == counts["cells"].get("wobble", 0)


# ------------------------------------------------------------------------- what is compared with


def test_what_was_saved_is_what_it_is_compared_with(run: Run, tmp_path: Path) -> None:
    """Nothing is only here and nothing only there, be it a saved file or the JSON."""
    run(CLEAN, "--save", "saved.json")
    (tmp_path / "printed.json").write_text(run(CLEAN, "--json")[1], "utf-8")

    for name in ("saved.json", "printed.json"):
        found = json.loads(run(CLEAN, "--json", "--against", name)[1])
        assert (name, [], []) == (found["against"], found["only_here"], found["only_there"])
        out = run(CLEAN, "--against", name)[1]
        assert f"Taken here, never in {name}: nothing" in out
        assert f"Taken in {name}, never here: nothing" in out


def test_wobbles_that_are_new_come_first(run: Run) -> None:
    """What no test takes is what is worth a look, the wobbles above all."""
    run(CLEAN, "--save", "clean.json")

    found = json.loads(run(WOBBLE, "--json", "--against", "clean.json")[1])["only_here"]

    kinds = [cell["kind"] for cell in found]
    assert {
        "chart": "tcp",
        "state": "connecting",
        "fact": "send_refused",
        "target": "wobble_refused",
        "kind": "wobble",
        "count": 1,
    } == found[0]
    assert (
        sorted(kinds, key=("wobble", "row", "request", "ignored", "reset", "deaf").index) == kinds
    )


def test_the_captures_of_the_tests_are_known(run: Run) -> None:
    """The tests of atfsm take all that their own captures take."""
    found = json.loads(run(FOLDER / "*.log", "--json")[1])

    assert [] == found["only_here"]
    assert [] != found["only_there"]  # sessions with the simulated modem go further


# ----------------------------------------------------------------------------------- the drawings


def test_the_drawings_are_written(run: Run, tmp_path: Path) -> None:
    """One for each chart, in a folder named coverage unless another is named, and told."""
    expected = [f"coverage-{chart.name}" for chart in CHARTS]
    for arguments, folder, suffix in (
        (("--diagram",), "coverage", "svg"),
        (("--diagram", "drawn", "--picture", "dot"), "drawn", "dot"),
        (("--diagram", "as/json", "--json", "--picture", "png"), "as/json", "png"),
    ):
        code, out, err = run(WOBBLE, *arguments)

        names = [f"{folder}/{name}.{suffix}" for name in expected]
        assert (0, "") == (code, err)
        assert sorted(names) == sorted(
            str(p.relative_to(tmp_path)) for p in (tmp_path / folder).iterdir()
        )
        if "--json" in arguments:
            json.loads(out)
        else:
            assert names == out.splitlines()[-len(names) :]


SVG = "{http://www.w3.org/2000/svg}"


def words_of(picture: Path) -> list[str]:
    """The words of a picture, and what it tells a pointer: neither depends on who drew it."""
    root = ET.parse(picture).getroot()  # noqa: S314  ours
    told = [link.get("{http://www.w3.org/1999/xlink}title", "") for link in root.iter(f"{SVG}a")]
    return sorted(["".join(text.itertext()) for text in root.iter(f"{SVG}text")] + told)


def test_the_picture_of_the_page_is_fresh(run: Run, tmp_path: Path) -> None:
    """The page shows what the command on it draws."""
    page = PAGE.read_text("utf-8")
    command_line = re.search(r"^atfsm coverage (.* --diagram)$", page, re.MULTILINE)
    assert command_line
    captures = [PAGE.parent.parent / name for name in command_line[1].split()[:-1]]

    run(*captures, "--diagram")

    cure = "run the command on the page, and copy coverage/coverage-tcp.svg to docs"
    drawn = words_of(tmp_path / "coverage" / "coverage-tcp.svg")
    assert words_of(PAGE.parent / "coverage-tcp.svg") == drawn, cure


@pytest.mark.skipif(os.name == "nt", reason="such names cannot be there")
@pytest.mark.parametrize(
    ("name", "shown"),
    [("a<b>&\"c'.log", "a<b>&\"c'.log"), ("tab\tand\x1b[31mred.log", "tab\\tand\\x1b[31mred.log")],
)
def test_any_name_of_a_capture_may_stand_above_a_drawing(
    name: str, shown: str, run: Run, tmp_path: Path
) -> None:
    """File names are input: none breaks a drawing."""
    (tmp_path / name).write_bytes(CAPTURE)

    assert 0 == run(tmp_path / name, "--diagram")[0]

    words = words_of(tmp_path / "coverage" / "coverage-line.svg")
    assert any(line.startswith(f"Coverage of {shown}: ") for line in words)


# ------------------------------------------------------------------------------ what is not right


def test_what_cannot_be_read_does_not_stop_the_others(run: Run, tmp_path: Path) -> None:
    """It is told on stderr and in the exit code; the rest is counted."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "diary.txt").write_text("Dear diary, today nothing happened.\n")

    code, out, err = run("none.log", "empty", "diary.txt", WOBBLE, "--json")

    assert 2 == code
    assert [str(WOBBLE)] == [c["capture"] for c in json.loads(out)["captures"]]
    told = sorted(err.splitlines())
    assert 3 == len(told)
    for line, words in zip(
        told,
        (
            "diary.txt: not counted: No format fits",
            "empty: is a folder without",
            "none.log: cannot be read",
        ),
        strict=True,
    ):
        assert line.startswith(f"atfsm: {words}")


def test_where_nothing_was_counted_there_is_nothing_to_tell(run: Run, tmp_path: Path) -> None:
    """A file that is no capture is undecided, and no lists follow."""
    (tmp_path / "diary.txt").write_text("Dear diary, today nothing happened.\n")

    code, out, err = run("diary.txt")

    assert 3 == code
    assert 1 == len(err.splitlines())
    assert [
        "0 captures, 0 lines, 0 events",
        "  not touched: line, modem, pdp, tcp, udp, recovery",
    ] == out.splitlines()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "required: CAPTURE"),
        ((CLEAN, "--against", "none.json"), "none.json: cannot be read"),
        ((CLEAN, "--against", str(CLEAN)), "is no saved coverage"),
        ((CLEAN, "--format", "nonesuch"), "nonesuch"),
        ((CLEAN, "--diagram", "--picture", "bmp"), "'bmp': it can be svg, png, pdf or dot"),
        ((CLEAN, "--diagram", str(WOBBLE)), "is a file, not a folder"),
        ((CLEAN, "--diagram", "nothing.json/x"), "cannot write nothing.json/x"),
        ((CLEAN, "--save", "none/saved.json"), "cannot write none/saved.json"),
        ((CLEAN, "--save", "."), "cannot write ."),
    ],
    ids=lambda value: " ".join(map(str, value))[-40:] if isinstance(value, tuple) else value[:20],
)
def test_bad_usage_is_one_line_and_exits_with_2(
    arguments: tuple[str | Path, ...], words: str, run: Run
) -> None:
    """What is wrong is said in one line, and nothing that was counted is lost by it."""
    code, _, err = run(*arguments)

    assert 2 == code
    assert 1 == len(err.splitlines())
    assert words in err


def test_counts_are_printed_though_a_file_cannot_be_written(run: Run) -> None:
    """A long count is not thrown away because a folder is missing."""
    code, out, err = run(CLEAN, "--save", "none/saved.json")

    assert 2 == code
    assert "cannot write" in err
    assert "1 capture, " in out


def test_a_reader_that_has_seen_enough_loses_no_drawing(tmp_path: Path) -> None:
    """Files are written before the text, which may go to a reader that leaves."""
    with subprocess.Popen(
        [sys.executable, "-m", "atfsm", "coverage", str(CLEAN), "-v", "--save", "saved.json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        said = process.stderr.read()

    assert b"" == said
    assert (tmp_path / "saved.json").is_file()


@pytest.mark.parametrize("form", ["--verbose", "--json"])
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_a_terminal_that_knows_no_arrow_is_no_accident(form: str, encoding: str) -> None:
    """In whatever a terminal or a pipe is written, the counts are."""
    done = subprocess.run(
        [sys.executable, "-m", "atfsm", "coverage", str(WOBBLE), form],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"},
    )

    assert (0, b"") == (done.returncode, done.stderr)
    assert b"send_refused" in done.stdout


def test_the_name_of_a_heading_is_short() -> None:
    """A heading has room for sixty letters of a name."""
    assert "standard input" == command._readable("-")
    assert "a.log" == command._readable("there/a.log")
    assert "x" * 60 == command._readable("x" * 400)
