"""``atfsm replay --out``: what it says, its exit codes, and its options."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from atfsm import cli
from atfsm.cli.fleet import _Bar, _duration
from atfsm.fleet.batch import Batch
from atfsm.fleet.census import Census
from atfsm.fleet.columns import OF_CAPTURE, OF_WOBBLE, SHARED, Outcome
from atfsm.fleet.rows import Task, replay_batch
from atfsm.fleet.run import Tally
from tests.fleet.logs import write_fleet
from tests.replay.test_two_files import pair_in

DOCS = Path(__file__).parent.parent.parent / "docs" / "fleet.md"
CLEAN = "Tx: AT\nRx: OK\n"
WOBBLE = 'Tx: AT+KTCPCFG=1,0,"203.0.113.5",7\nRx: +KTCPCFG: 1\nRx: OK\nTx: AT+KTCPSND=1,5\nRx: +CME ERROR: 923\n'
PROSE = "Nothing of this is AT.\n"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run atfsm in an empty folder; give its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        try:
            code = cli.main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 0
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


# fmt: off
WORST: dict[str, tuple[tuple[str | None, ...], int, str]] = {
    "clean":          ((CLEAN, CLEAN),                0, "2 captures: 2 clean; 0 wobbles"),
    "a wobble":       ((CLEAN, WOBBLE, PROSE),        1, "3 captures: 1 clean, 1 with wobbles, 1 undecided; 1 wobble"),
    "undecided":      ((CLEAN, PROSE),                3, "2 captures: 1 clean, 1 undecided; 0 wobbles"),
    "unreadable":     ((CLEAN, WOBBLE, PROSE, None),  2, "4 captures: 1 clean, 1 with wobbles, 1 undecided, 1 unreadable; 1 wobble"),
}
# fmt: on


@pytest.mark.parametrize("name", WORST)
def test_the_exit_code_is_that_of_the_worst(name: str, run: Run) -> None:
    """And one line sums up: how many captures came to what."""
    logs, code, expected = WORST[name]
    names = [f"{number}.log" for number in range(len(logs))]
    for path, text in zip(names, logs, strict=True):
        if text is not None:
            Path(path).write_text(text, "utf-8")
    found, out, err = run("replay", *names, "--out", "out.parquet", "--jobs", "1")

    missing = f"atfsm: {names[-1]}: cannot be read: No such file or directory\n"
    assert (code, missing if None in logs else "") == (found, err)
    assert out.startswith(f"out.parquet: {expected} (")
    assert 1 == out.count("\n")


def test_a_pair_is_one_capture_of_the_results(run: Run) -> None:
    """Found in a folder or named, it has one row and the wobble that only both together show."""
    Path("logs").mkdir()
    sent, received = pair_in(Path("logs"))
    for named in ("logs", f"{sent}+{received}"):
        code, out, err = run("replay", named, "--out", "out.parquet", "--jobs", "1")

        assert (1, "") == (code, err)
        assert out.startswith("out.parquet: 1 capture: 1 with wobbles; 1 wobble (")
        rows = pq.read_table("out.parquet").to_pydict()
        assert [f"{sent}+{received}"] * 2 == rows["capture"]
        assert ["two-files", None] == rows["format"]

    half = f"{sent}+logs/nope.log"
    code, out, err = run("replay", half, sent, "--out", "out.parquet", "--jobs", "1")
    assert (2, f"atfsm: {half}: of this pair, logs/nope.log is not there\n") == (code, err)


def test_quiet_says_nothing_but_errors(run: Run) -> None:
    """A summary is what -q leaves out; JSON was asked for, and is given."""
    Path("a.log").write_text(CLEAN, "utf-8")
    missing = "atfsm: b.log: cannot be read: No such file or directory\n"

    assert (2, "", missing) == run("replay", "-q", "a.log", "b.log", "--out", "out.parquet")
    code, out, _ = run("replay", "-q", "--json", "a.log", "--out", "out.parquet")
    assert (0, 1) == (code, json.loads(out)["captures"])


def test_of_many_that_cannot_be_read_the_first_are_named(run: Run) -> None:
    """On stderr, a line each; how many more there are is said, too."""
    Path("a.log").write_text(CLEAN, "utf-8")
    names = [f"no{number}.log" for number in range(9)]
    _, _, err = run("replay", "a.log", *names, "--out", "out.parquet", "--jobs", "1")

    assert [
        *(f"atfsm: {name}: cannot be read: No such file or directory" for name in names[:5]),
        "atfsm: and 4 more could not be read: the column reason of the results says why",
    ] == err.splitlines()


def test_where_nothing_can_be_read_the_first_are_named(run: Run) -> None:
    """A line each, however many there are; no results say why, so none are pointed to."""
    names = [f"no{number}.log" for number in range(7)]

    assert (
        2,
        "",
        "".join(f"atfsm: {n}: cannot be read: No such file or directory\n" for n in names[:5])
        + "atfsm: and 2 more could not be read\n",
    ) == run("replay", *names, "--out", "out.parquet")
    assert [] == list(Path().iterdir())


def test_results_are_not_replaced_where_nothing_can_be_read(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is found only when it is opened is no other case; nothing half done stays."""
    for name in ("a.log", "b.log"):
        Path(name).write_text(WOBBLE, "utf-8")
    run("replay", "a.log", "--out", "out.parquet", "--jobs", "1")
    before = Path("out.parquet").read_bytes()
    said = "".join(f"atfsm: {n}: cannot be read: Permission denied\n" for n in ("a.log", "b.log"))

    def refused(names: tuple[str, ...], task: Task, **_: object) -> bytes:
        known = {
            at: (Outcome.UNREADABLE, f"{name}: cannot be read: Permission denied")
            for at, name in enumerate(names)
        }
        return replay_batch(names, task, known=known)

    class Here:
        def __init__(self, _: int, task: Task) -> None:
            self._task = task

        def run(self, batches: Iterable[Batch]) -> Iterator[tuple[int, bytes]]:
            return ((each.number, refused(each.names, self._task)) for each in batches)

    monkeypatch.setattr("atfsm.fleet.run.Pool", Here)
    assert (2, "", said) == run("replay", "a.log", "b.log", "--out", "out.parquet")
    assert before == Path("out.parquet").read_bytes()
    assert not Path("out.parquet.unfinished").exists()


# fmt: off
THERE: dict[str, tuple[tuple[str, ...], bytes, str]] = {
    "a file of another's":    (("a.log",),            b"PAR1 of somebody's", "out.parquet: is there already, and is no file of results"),
    "a log":                  (("a.log",),            CLEAN.encode(),        "out.parquet: is there already, and is no file of results"),
    "a name that is wrong":   (("nothere",),          b"",                   "nothere: cannot be read: No such file or directory"),
    "a glob that is wrong":   (("no*.log", "x/"),     b"",                   "no*.log: matches nothing"),
}
# fmt: on


@pytest.mark.parametrize("name", THERE)
def test_what_is_there_is_not_lost(name: str, run: Run) -> None:
    """A slip of the hand costs neither a log nor the results of yesterday."""
    words, text, expected = THERE[name]
    Path("a.log").write_text(CLEAN, "utf-8")
    if text:
        Path("out.parquet").write_bytes(text)
    else:
        run("replay", "a.log", "--out", "out.parquet", "--jobs", "1")
    before = Path("out.parquet").read_bytes()
    code, out, err = run("replay", *words, "--out", "out.parquet", "--jobs", "1")

    assert (2, "") == (code, out)
    assert err.startswith(f"atfsm: {expected}")
    assert before == Path("out.parquet").read_bytes()
    assert not Path("out.parquet.unfinished").exists()


def test_json_is_one_object(run: Run) -> None:
    """The same numbers, for programs."""
    Path("a.log").write_text(WOBBLE, "utf-8")
    code, out, _ = run("replay", "a.log", "--out", "out.parquet", "--json")

    assert 1 == code
    assert {
        "schema": "atfsm.fleet/1",
        "out": "out.parquet",
        "captures": 1,
        "resumed": 0,
        "outcomes": {"wobble": 1},
        "wobbles": 1,
        "causes": 1,
        "consequences": 0,
        "without_rows": 0,
    } == json.loads(out)


def test_names_are_read_from_a_file(run: Run) -> None:
    """A line each; empty lines name nothing."""
    for name in ("a.log", "b c.log"):
        Path(name).write_text(CLEAN, "utf-8")
    Path("names").write_text("a.log\n\nb c.log\r\n", "utf-8")
    code, out, _ = run("replay", "--files-from", "names", "--out", "out.parquet")

    assert 0 == code
    assert "2 captures: 2 clean" in out


def test_names_are_read_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that whatever finds files can be put before it."""
    Path("a.log").write_text(CLEAN, "utf-8")
    Path("b.log").write_text(CLEAN, "utf-8")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"b.log\n\n")))
    code, out, _ = run("replay", "a.log", "--files-from", "-", "--out", "out.parquet")

    assert 0 == code
    assert "2 captures: 2 clean" in out


# fmt: off
DURATIONS = (
    (0.0,      "0.0 s"),
    (59.4,     "59.4 s"),
    (60.0,     "1:00 min"),
    (3_599.4,  "59:59 min"),
    (3_600.0,  "1:00:00 h"),
    (90_061.0, "25:01:01 h"),
)
# fmt: on


@pytest.mark.parametrize(("seconds", "expected"), DURATIONS)
def test_a_time_is_told_as_people_do(seconds: float, expected: str) -> None:
    """Seconds, minutes or hours, with the unit behind it."""
    assert expected == _duration(seconds)


# fmt: off
REFUSED: dict[str, tuple[tuple[str, ...], str]] = {
    "jobs alone":         (("a.log", "--jobs", "2"),                                    "--jobs needs --out FILE.parquet"),
    "resume alone":       (("a.log", "--resume"),                                       "--resume needs --out FILE.parquet"),
    "a list alone":       (("--files-from", "x"),                                       "--files-from needs --out FILE.parquet"),
    "nothing":            ((),                                                          "name a capture"),
    "nothing, with out":  (("--out", "o.parquet"),                                              "name a capture"),
    "jobs and cluster":   (("a.log", "--out", "o.parquet", "--jobs", "2", "--scheduler", "x"),  "not with --scheduler"),
    "a time line":     (("a.log", "-v", "--out", "o.parquet"),                          "-v is for a time line, and --out writes none: leave it out"),
    "another suffix":     (("a.log", "--out", "o.csv"),                                 "--out 'o.csv': the results are a Parquet file: name it *.parquet"),
    "no jobs":            (("a.log", "--out", "o.parquet", "--jobs", "0"),                      "a number of processes from 1 to 1024, not '0'"),
    "jobs in words":      (("a.log", "--out", "o.parquet", "--jobs", "all"),                    "not 'all'"),
    "a format":           (("a.log", "--out", "o.parquet", "--format", "nope"),                 "nope"),
    "no list":            (("--files-from", "none", "--out", "o.parquet"),                      "none: cannot be read: No such file or directory"),
    "no scheduler":       (("a.log", "--out", "o.parquet", "--scheduler", ""),                  "--scheduler: is empty: give a value, or leave the option out"),
    "no salt":            (("a.log", "--out", "o.parquet", "--salt", ""),                       "--salt: is empty: give a value, or leave the option out"),
    "an empty name":      (("", "--out", "o.parquet"),                                          "a name is empty: name a file, a folder or a glob"),
    "an empty list":      (("--files-from", os.devnull, "--out", "o.parquet"),                  "no captures were named"),
}
# fmt: on


@pytest.mark.parametrize("name", REFUSED)
def test_what_makes_no_sense_is_refused(name: str, run: Run) -> None:
    """In one line, and nothing is written."""
    words, expected = REFUSED[name]
    code, out, err = run("replay", *words)

    assert (2, "") == (code, out)
    assert expected in err
    assert 1 == err.count("\n")
    assert [] == list(Path().iterdir())


# fmt: off
BARS = (
    (Tally(captures=0),                        0.0,  r"█{24} 100%  0 of 0 captures  0 wobbles"),
    (Tally(captures=1_000),                    0.0,  r"░{24}   0%  0 of 1,000 captures  0 wobbles"),
    (Tally(captures=1_000, census=Census(1)),       2.0,  r"█{6}░{18}  25%  250 of 1,000 captures  125/s  6.0 s left  1 wobble"),
    (Tally(captures=1_000_000, census=Census(9_000)), 1.0,  r"░{24}   0%  250 of 1,000,000 captures  250/s  1:06:39 h left  9,000 wobbles"),
    (Tally(captures=9_000, is_listed=False),   0.0,  r"listing: 9,000 captures"),
    (Tally(captures=1_000, resumed=250),       9.0,  r"█{6}░{18}  25%  250 of 1,000 captures  0 wobbles"),
)
# fmt: on


@pytest.mark.parametrize(("tally", "seconds", "expected"), BARS)
def test_the_bar_says_how_far_it_is(tally: Tally, seconds: float, expected: str) -> None:
    """Captures, rate, time left and wobbles; what an earlier run did does not count as speed."""
    if seconds:
        tally.outcomes["clean"] = 250

    assert re.fullmatch(expected, _Bar.line(tally, seconds, 120))


def on_a_terminal(
    folder: Path, columns: int, *options: str, **environment: str
) -> tuple[subprocess.CompletedProcess[str], str]:
    """Replay the folder's logs with stderr on a terminal; give also what that shows."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    words = [sys.executable, "-m", "atfsm", "replay", "logs", "--out", "out.parquet", *options]
    ended = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, "TERM": "xterm", **environment},
        stdout=subprocess.PIPE,
        stderr=theirs,
        text=True,
        check=False,
    )
    os.close(theirs)
    said = b""
    with suppress(OSError):  # how Linux says that nobody has the other end any more
        while data := os.read(ours, 4096):
            said += data
    os.close(ours)
    return ended, said.decode("utf-8")


def test_quiet_draws_no_bar(tmp_path: Path) -> None:
    """Nothing but errors is nothing on the terminal either; a dumb one cannot take a bar back."""
    list(write_fleet(tmp_path / "logs", 20))
    ended, said = on_a_terminal(tmp_path, 100, "--quiet")
    _, dumb = on_a_terminal(tmp_path, 100, TERM="dumb")

    assert (1, "", "", "") == (ended.returncode, ended.stdout, said, dumb)


def test_results_of_another_run_are_no_capture(run: Run) -> None:
    """They may lie in the folder of the logs; a Parquet file of somebody else is judged."""
    Path("logs").mkdir()
    Path("logs/a.log").write_text(CLEAN, "utf-8")
    run("replay", "logs", "--out", "logs/old.parquet", "--jobs", "1")
    Path("logs/x.parquet").write_bytes(b"PAR1 of somebody's")
    _, out, _ = run("replay", "logs", "--out", "logs/new.parquet", "--jobs", "1")

    assert out.startswith("logs/new.parquet: 2 captures: 1 clean, 1 undecided; ")


def test_what_a_folder_leaves_out_is_told(run: Run) -> None:
    """Once, on stderr; the exit code is that of the captures."""
    Path("logs").mkdir()
    Path("logs/a.log").write_text(CLEAN, "utf-8")
    os.mkfifo("logs/pipe")
    said = "atfsm: logs/pipe: is no regular file (a pipe, a socket, a device): left out\n"

    assert (0, said) == run("replay", "logs", "--out", "o.parquet", "--jobs", "1")[::2]
    assert (0, said) == run("replay", "logs")[::2]
    assert (0, "") == run("replay", "-q", "logs", "--out", "o.parquet", "--jobs", "1")[::2]


@pytest.mark.parametrize("columns", [100, 20])
def test_a_bar_stays_on_its_line(columns: int, tmp_path: Path) -> None:
    """On a terminal of any width; it is taken away in the end, and stdout has the sum alone."""
    list(write_fleet(tmp_path / "logs", 300))
    ended, said = on_a_terminal(tmp_path, columns)
    frames = said.split("\r\x1b[2K")

    assert (1, 1) == (ended.returncode, ended.stdout.count("\n"))
    assert ("", "") == (frames[0], frames[-1])
    assert 3 <= len(frames)
    assert max(map(len, frames)) < columns
    assert "0%  0 of " in frames[1]


def run_on_logs(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script that replays the folder's logs, in a session of its own, as a shell would."""
    words = ["replay", str(folder / "logs"), "--out", "out.parquet", "--jobs", "2"]
    return subprocess.run(
        [sys.executable, "-c", script, *words],
        capture_output=True,
        check=False,
        cwd=folder,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="Linux tells what is caught")
def test_ctrl_c_while_workers_start_is_quiet(tmp_path: Path) -> None:
    """It reaches them too, as a terminal sends it to all: none has a word to say."""
    for _ in write_fleet(tmp_path / "logs", 20):
        pass
    script = (
        "import os, signal, sys; from multiprocessing.process import BaseProcess\n"
        "from pathlib import Path; from atfsm import cli\n"
        "def caught(pid):\n"  # whether Python is up there, and would be interrupted
        "    status = Path(f'/proc/{pid}/status').read_text().split('SigCgt:')[1]\n"
        "    return int(status.split()[0], 16) >> signal.SIGINT - 1 & 1\n"
        "start = BaseProcess.start\n"
        "def started(process):\n"
        "    start(process)\n"
        "    while not caught(process.pid): pass\n"
        "    os.killpg(0, signal.SIGINT)\n"
        "BaseProcess.start = started\n"
        "sys.exit(cli.main(sys.argv[1:]))\n"
    )
    ended = run_on_logs(script, tmp_path)

    assert (130, "", "") == (ended.returncode, ended.stdout, ended.stderr)
    assert not (tmp_path / "out.parquet.unfinished").exists()


def test_ctrl_c_keeps_what_is_done(tmp_path: Path) -> None:
    """One line says how far it is and how to go on; no traceback, and no process stays."""
    paths = [str(path) for path in write_fleet(tmp_path / "logs", 600)]
    script = (
        "import os, signal, sys; from atfsm.fleet import batch; batch.BATCH_FILES = 4\n"
        "from atfsm import cli; from atfsm.cli import fleet\n"
        "show = fleet._Bar.show\n"
        "def stop(bar, tally):\n"
        "    show(bar, tally)\n"
        "    tally.done >= 40 and os.kill(os.getpid(), signal.SIGINT)\n"
        "fleet._Bar.show = stop\n"
        "sys.exit(cli.main(sys.argv[1:]))\n"
    )
    ended = run_on_logs(script, tmp_path)

    assert (130, "") == (ended.returncode, ended.stdout)
    pattern = rf"atfsm: interrupted with \d+ of {len(paths)} captures done; --resume goes on .*\n"
    assert re.fullmatch(pattern, ended.stderr)
    assert 0 < (tmp_path / "out.parquet.unfinished" / "parts").stat().st_size


def test_the_documentation_names_every_column() -> None:
    """The tables are those of the code, word for word."""
    text = DOCS.read_text("utf-8")
    for columns in (SHARED, OF_CAPTURE, OF_WOBBLE):
        rows = "\n".join(f"| `{c.name}` | {c.kind.value} | {c.about} |" for c in columns)
        assert f"|---|---|---|\n{rows}\n\n" in text
