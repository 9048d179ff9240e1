"""Standard streams that are closed, full, or hold any byte; and names that do."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fleet.logs import write_fleet

FOLDER = Path(__file__).parent / "captures"
CLEAN = str(FOLDER / "healthy-udp.log")
WOBBLE = str(FOLDER / "rc7620-thread-complete.log")
SRC = str(Path(__file__).parent.parent / "src")


def shell(folder: Path, command: str, *, given: bytes = b"") -> tuple[int, bytes, bytes]:
    """Run a line of the shell, in which ``atfsm`` is this one; give its code, stdout, stderr."""
    done = subprocess.run(
        ["/bin/sh", "-c", f'atfsm() {{ "{sys.executable}" -m atfsm "$@"; }}; {command}'],
        input=given,
        capture_output=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": SRC, "PYTHONUNBUFFERED": ""},
    )
    assert b"Traceback" not in done.stdout + done.stderr
    return done.returncode, done.stdout, done.stderr


COMMANDS = {
    "replay": f"replay {WOBBLE}",
    "replay of many": f"replay {FOLDER}",
    "replay as JSON": f"replay --json {WOBBLE}",
    "explain": "explain 923",
    "explain as JSON": "explain --json 923",
    "formats": "formats",
    "formats as JSON": "formats --json",
    "compare": f"compare {WOBBLE} {CLEAN}",
    "compare as JSON": f"compare --json {WOBBLE} {CLEAN}",
    "report": "report out.parquet",
    "report as JSON": "report --json out.parquet",
    "replay --out": "replay logs --out new.parquet --jobs 1",
    "help": "replay --help",
    "version": "--version",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the results of a small fleet."""
    folder = tmp_path_factory.mktemp("streams")
    assert 20 == len(list(write_fleet(folder / "logs", 20)))
    code, _, err = shell(folder, "atfsm replay logs --out out.parquet --jobs 1")
    assert (1, b"") == (code, err)
    return folder


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_full_disk_is_one_line(folder: Path, command: str) -> None:
    """It is no bug of ours, and a script sees that something went wrong."""
    said = shell(folder, f"atfsm {command} >/dev/full")

    expected = b"atfsm: standard output cannot be written: No space left on device\n"
    assert (2, b"", expected) == said


#: Captures whose reports are longer than what a stream holds back before it writes.
LONG = " ".join([WOBBLE, *[CLEAN] * 40])


# fmt: off
READERS: dict[str, tuple[str, int]] = {
    "one":               (f"atfsm replay {WOBBLE}",                       1),
    "a clean one":       (f"atfsm replay {CLEAN}",                        0),
    "many":              (f"cat {LONG} > long.log; atfsm replay -v long.log", 1),
    "as JSON":           (f"atfsm replay --json {WOBBLE}",                1),
    "unbuffered":        (f"PYTHONUNBUFFERED=1 atfsm replay {WOBBLE}",    1),
    "unbuffered JSON":   (f"PYTHONUNBUFFERED=1 atfsm replay --json {WOBBLE}", 1),
    "standard input":    (f"cat {WOBBLE} | atfsm replay -",               1),
    "into a file":       (f"atfsm replay {WOBBLE} --jobs 1 --out x.parquet", 1),
}
# fmt: on


@pytest.mark.parametrize("name", READERS)
def test_the_verdict_does_not_depend_on_who_reads(name: str, tmp_path: Path) -> None:
    """A reader that goes (head, less, true) does not make a wobble clean, and nothing is said."""
    command, code = READERS[name]
    # A pipe of which nobody has the other end any more.
    gone = f"mkfifo pipe; exec 4<>pipe 5>pipe 4>&-; rm pipe; {command} >&5; echo $? >code"
    _, _, err = shell(tmp_path, gone)

    assert (code, b"") == (int((tmp_path / "code").read_text("ascii")), err)


def test_a_stream_without_end_ends_with_its_reader(tmp_path: Path) -> None:
    """What watches a log as it grows goes when nobody looks; its code says what was seen."""
    for log, code in ((WOBBLE, 1), (CLEAN, 3)):
        command = f"(while cat {log}; do :; done) | (atfsm replay -v -; echo $? >code) | head -1"
        _, out, err = shell(tmp_path, command)

        assert b"" == err
        assert out
        assert code == int((tmp_path / "code").read_text("ascii"))


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_closed_output_is_one_line(folder: Path, command: str) -> None:
    """Nothing is done for nobody."""
    expected = b"atfsm: standard output is closed: there is nowhere to write to\n"
    assert (2, b"", expected) == shell(folder, f"atfsm {command} >&-")


@pytest.mark.parametrize(
    "command",
    [
        "replay -",
        f"replay - {CLEAN}",
        f"compare - {CLEAN}",
        "view -",
        "coverage -",
        "replay --files-from - --out new.parquet",
    ],
)
def test_a_closed_input_is_one_line(folder: Path, command: str) -> None:
    """It is not an empty capture, of which nothing could be said."""
    code, _, err = shell(folder, f"atfsm {command} <&-")

    assert (2, b"atfsm: standard input is closed: there is nothing to read\n") == (code, err)


def test_closed_errors_do_not_go_to_the_output(folder: Path) -> None:
    """What reads the results does not read messages."""
    assert (2, b"", b"") == shell(folder, "atfsm replay missing.log 2>&-")


# fmt: off
LISTS: dict[str, tuple[bytes, list[str]]] = {
    "one a line":           (b"a.log\nb.log\n",              ["a.log", "b.log"]),
    "no end":               (b"a.log\nb.log",                ["a.log", "b.log"]),
    "CR LF":                (b"a.log\r\nb.log\r\n",          ["a.log", "b.log"]),
    "blank lines":          (b"\n\r\na.log\n\n",             ["a.log"]),
    "byte order mark":      (b"\xef\xbb\xbfa.log\r\n",       ["a.log"]),
    "no UTF-8":             (b"a.log\n\xff.log\n",           ["a.log", "\\xff.log"]),
}
# fmt: on


@pytest.mark.parametrize("way", ["-", "list"])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_of_names_may_hold_any_byte(name: str, way: str, tmp_path: Path) -> None:
    """On standard input as in a file, whatever the locale."""
    given, expected = LISTS[name]
    for file in (b"a.log", b"b.log", b"\xff.log"):
        (tmp_path / os.fsdecode(file)).write_bytes(b"Tx: AT\nRx: OK\n")
    (tmp_path / "list").write_bytes(given)
    command = f"LC_ALL=C atfsm replay --files-from {way} --out out.parquet --jobs 1 --json"
    code, out, err = shell(tmp_path, command, given=given)

    assert (0, b"") == (code, err)
    assert len(expected) == json.loads(out)["captures"]


@pytest.mark.parametrize("way", ["-", "list"])
def test_a_nul_in_a_list_of_names_is_one_line(way: str, tmp_path: Path) -> None:
    """``find -print0`` gives such, and so does UTF-16."""
    (tmp_path / "list").write_bytes(b"a.log\nb.log\0c.log\0")
    command = f"atfsm replay --files-from {way} --out out.parquet < list"
    source = b"standard input" if way == "-" else b"list"

    assert (
        2,
        b"",
        b"atfsm: " + source + b", line 2: a name holds no NUL: write names in UTF-8, one a line "
        b"(find -print, not -print0)\n",
    ) == shell(tmp_path, command)


# --------------------------------------------------------------------------------- names of files


ODD = os.fsdecode(b"\xff\x1b[2Jx\n.log")
WRITTEN = b"\\xff\\x1b[2Jx\\n.log"


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A folder with a capture that wobbles, whose name is neither text nor harmless."""
    (tmp_path / ODD).write_bytes(Path(WOBBLE).read_bytes())
    return tmp_path


TEXTS = (
    "replay ?*.log",
    "replay -q .",
    "compare ?*.log ?*.log",
    f"compare ?*.log {CLEAN}",
    "coverage .",
    "view .",
)


@pytest.mark.parametrize("command", TEXTS)
def test_no_name_moves_the_cursor(odd: Path, command: str) -> None:
    """A name is written as it can be read, on whatever terminal."""
    for locale in ("C", "C.UTF-8"):
        _, out, err = shell(odd, f"rm -f ./*.html; LC_ALL={locale} atfsm {command}")

        assert WRITTEN in out or command.startswith("coverage")
        assert b"" == err
        assert b"\x1b" not in out


def test_messages_keep_a_name_on_their_line(odd: Path) -> None:
    """Of a file that cannot be read, alone and in a fleet, whose summary has a name, too."""
    (odd / ODD).unlink()
    (odd / ODD).symlink_to("nothing")
    (odd / "a.log").write_bytes(b"Tx: AT\nRx: OK\n")
    expected = b"atfsm: ./" + WRITTEN + b": cannot be read: No such file or directory\n"

    assert expected == shell(odd, "atfsm replay .")[2]
    code, out, err = shell(odd, "atfsm replay . --jobs 1 --out $(printf '\\033x').parquet")
    assert (2, expected) == (code, err)
    assert out.startswith(b"\\x1bx.parquet: 2 captures: 1 clean, 1 unreadable; 0 wobbles")


@pytest.mark.parametrize(
    "command", [f"replay {WOBBLE}", "explain 923", f"compare {WOBBLE} {CLEAN}", "formats"]
)
def test_a_narrow_terminal_is_no_accident(folder: Path, command: str) -> None:
    """Prose has some columns, however few there are."""
    code, out, err = shell(folder, f"COLUMNS=5 atfsm {command}")

    assert (True, b"") == (code in {0, 1}, err)
    assert out


AS_JSON = (
    "replay --json .",
    "compare --json ?*.log ?*.log",
    "coverage --json .",
    "replay . --out x.parquet --jobs 1 --json",
    "report --json out.parquet",
    "report --json --by folder -v out.parquet",
    "explain --json 923",
    "explain --json +KTCP_NOTIF",
    "formats --json",
)


@pytest.mark.parametrize("command", AS_JSON)
def test_json_is_ascii(odd: Path, command: str) -> None:
    """So that no locale, no pipe and no name spoils it."""
    if command.startswith("report"):
        shell(odd, "atfsm replay . --out out.parquet --jobs 1")
    code, out, err = shell(odd, f"LC_ALL=C atfsm {command}")

    assert code in {0, 1}
    assert (b"", True) == (err, out.isascii())
    for line in out.splitlines() if "coverage" not in command else ():
        json.loads(line)
