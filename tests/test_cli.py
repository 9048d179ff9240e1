"""The command line: exit codes, inputs of all kinds, JSON to the letter, and never a traceback."""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from atfsm import cli
from atfsm.charts import CHARTS
from tests.calling import Run

FOLDER = Path(__file__).parent / "captures"
CLEAN = FOLDER / "healthy-udp.log"
WOBBLE = FOLDER / "rc7620-thread-complete.log"
OPEN_ENDED = b"Tx: AT+KTCPSND=1,5\n"


def start(
    *arguments: str | Path, given: bytes = b"", **variables: str
) -> tuple[int, bytes, bytes]:
    """Run atfsm as a process of its own, with *given* on its standard input."""
    done = subprocess.run(
        [sys.executable, "-m", "atfsm", *map(str, arguments)],
        input=given,
        capture_output=True,
        check=False,
        env={**os.environ, **variables},
        cwd=FOLDER.parent.parent,
    )
    assert b"Traceback" not in done.stdout + done.stderr
    return done.returncode, done.stdout, done.stderr


def capture(folder: Path, name: str, data: bytes) -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(data)
    return path


def large_capture() -> bytes:
    """Some blocks of a healthy session, without a line twice."""
    stamps = (
        f"2026-11-22 10:{n // 60:02}:{n % 60:02}.{n:03}" for n in range(1_000) for _ in "abc"
    )
    texts = ("Tx: AT+CSQ", "Rx: +CSQ: 17,99", "Rx: OK")
    session = [f"{stamp} {texts[n % 3]}" for n, stamp in enumerate(stamps)]
    return ("\n".join(session) + "\n").encode() * 4


# --------------------------------------------------------------------------------- exit codes


def test_a_clean_capture_exits_with_0(run: Run) -> None:
    """A script can ask whether a session was healthy."""
    code, out, err = run("replay", CLEAN)

    assert (0, "") == (code, err)
    assert "clean" in out


def test_a_wobble_exits_with_1(run: Run) -> None:
    """A script can ask whether a session left the happy path."""
    code, out, err = run("replay", WOBBLE)

    assert (1, "") == (code, err)
    assert "WOBBLE on line 9" in out
    assert "reports the PDP context, not the socket" in re.sub(r"\s+", " ", out)


def test_an_open_ended_capture_exits_with_3(run: Run, tmp_path: Path) -> None:
    """What cannot be decided is undecided."""
    code, out, err = run("replay", capture(tmp_path, "open.log", OPEN_ENDED))

    assert (3, "") == (code, err)
    assert "undecided" in out


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"\n", ""),
        (b"Dear diary, today nothing happened.\n", "No format fits"),
        (random.Random(1).randbytes(5_000), ""),
        (bytes(10_000), ""),
        (b"\x89PNG\r\n\x1a\n" + random.Random(2).randbytes(3_000), ""),
        (b"\xff\xfeh\x00i\x00", ""),
        (b"\xff\xfe", ""),
    ],
    ids=["empty", "blank", "prose", "random", "zeros", "picture", "UTF-16", "byte order mark"],
)
def test_what_is_no_capture_is_undecided(
    run: Run, tmp_path: Path, data: bytes, words: str
) -> None:
    """An empty, binary or foreign file gives a verdict, not an accident."""
    code, out, err = run("replay", capture(tmp_path, "thing", data))

    assert (3, "") == (code, err)
    assert "undecided" in out
    assert words in re.sub(r"\s+", " ", out)


def test_the_worst_of_several_captures_decides(run: Run, tmp_path: Path) -> None:
    """Unusable before wobble before undecided before clean, in whatever order they come."""
    undecided = capture(tmp_path, "open.log", OPEN_ENDED)
    missing = tmp_path / "missing.log"

    assert 3 == run("replay", undecided, CLEAN)[0] == run("replay", CLEAN, undecided)[0]
    assert 1 == run("replay", undecided, WOBBLE, CLEAN)[0]
    code, out, _ = run("replay", missing, WOBBLE, CLEAN)
    assert 2 == code
    assert "WOBBLE" in out


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("replay",),
        ("replay", "--frobnicate", "x"),
        ("frobnicate",),
        ("replay", "missing.log"),
        ("replay", ""),
        ("replay", "a\0b"),
        ("replay", "missing-*.log"),
        ("replay", "--format", "nonsense", str(CLEAN)),
        ("replay", "--format"),
        ("matrix",),
        ("matrix", "nonsense"),
    ],
    ids=" ".join,
)
def test_bad_usage_is_one_line_and_exits_with_2(
    run: Run, arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the caller did wrong is said in one line on stderr."""
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*arguments)

    assert (2, "") == (code, out)
    assert re.fullmatch(r"atfsm: [^\n]+\n", err)


def test_an_unknown_format_is_answered_with_the_known_ones(run: Run) -> None:
    """Whoever mistypes a name learns the names."""
    err = run("replay", "--format", "nonsense", CLEAN)[2]

    assert "txrx" in err
    assert "nonsense" in err


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable for the superuser")
def test_an_unreadable_file_is_one_line(run: Run, tmp_path: Path) -> None:
    """A file without permission is no accident."""
    path = capture(tmp_path, "secret.log", b"AT\n")
    path.chmod(0)
    code, _, err = run("replay", path)

    assert 2 == code
    assert re.fullmatch(r"atfsm: [^\n]+\n", err)


def test_a_bug_of_ours_is_said_to_be_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """No user meets a traceback; whoever asks for it gets it."""

    def fail(*_: object, **__: object) -> int:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(cli.replay, "_replay_one", fail)
    monkeypatch.delenv("ATFSM_TRACEBACK", raising=False)
    code, out, err = run("replay", CLEAN)
    assert (70, "") == (code, out)
    assert re.fullmatch(r"atfsm: this is a bug of atfsm: [^\n]*on purpose[^\n]*\n", err)

    monkeypatch.setenv("ATFSM_TRACEBACK", "1")
    with pytest.raises(ZeroDivisionError):
        run("replay", CLEAN)


def test_an_interruption_exits_with_130(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C is not an error that needs words."""

    def interrupt(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli.replay, "_replay_one", interrupt)

    assert (130, "", "") == run("replay", CLEAN)


# ------------------------------------------------------------------------------------- inputs


@pytest.mark.parametrize("path", [CLEAN, WOBBLE], ids=lambda p: p.stem)
@pytest.mark.parametrize(
    ("suffix", "pack"),
    [(".gz", gzip.compress), (".zst", zstandard.compress), ("", gzip.compress)],
    ids=["gz", "zst", "gz without its name"],
)
def test_a_packed_capture_says_what_the_capture_says(
    run: Run, tmp_path: Path, path: Path, suffix: str, pack: Callable[[bytes], bytes]
) -> None:
    """Packed files are opened, and the content says how they are packed."""
    packed = capture(tmp_path, "packed.log" + suffix, pack(path.read_bytes()))
    plain = json.loads(run("replay", "--json", path)[1])
    said = json.loads(run("replay", "--json", packed)[1])

    assert {**plain, "capture": ""} == {**said, "capture": ""}


def test_a_file_of_several_packed_parts_is_read_to_its_end(run: Run, tmp_path: Path) -> None:
    """Log rotation appends: both formats allow it."""
    data = CLEAN.read_bytes()
    for pack, name in ((gzip.compress, "a.gz"), (zstandard.compress, "a.zst")):
        path = capture(tmp_path, name, pack(data[:100]) + pack(data[100:]))
        assert (
            json.loads(run("replay", "--json", CLEAN)[1])["events"]
            == json.loads(run("replay", "--json", path)[1])["events"]
        )


@pytest.mark.parametrize(
    ("name", "pack"), [("torn.gz", gzip.compress), ("torn.zst", zstandard.compress)]
)
@pytest.mark.parametrize("part", [0.05, 0.5, 0.9, 0.99])
def test_a_torn_file_gives_what_it_has_and_says_so(
    run: Run, tmp_path: Path, name: str, pack: Callable[[bytes], bytes], part: float
) -> None:
    """A transfer that broke off: a verdict on all that is there, never clean, and a note."""
    packed = pack(large_capture())
    torn = packed[: int(part * len(packed))]
    code, out, err = run("replay", "--json", capture(tmp_path, name, torn))
    is_gzip = pack is gzip.compress
    unpack = zlib.decompressobj(31) if is_gzip else zstandard.ZstdDecompressor().decompressobj()
    there = unpack.decompress(torn)
    lines = there.removesuffix(b"\n").count(b"\n") + 1 if there else 0

    assert (3, "") == (code, err)
    assert lines == json.loads(out)["lines"]
    assert any("torn" in note or "ends early" in note for note in json.loads(out)["notes"])


@pytest.mark.parametrize(
    ("name", "pack"), [("torn.gz", gzip.compress), ("torn.zst", zstandard.compress)]
)
def test_what_is_torn_before_its_first_line_is_not_said_to_be_empty(
    run: Run, tmp_path: Path, name: str, pack: Callable[[bytes], bytes]
) -> None:
    """What it held is not known."""
    code, out, _ = run("replay", "--json", capture(tmp_path, name, pack(b"")[:-3]))
    (note,) = json.loads(out)["notes"]

    assert 3 == code
    assert note.startswith("The capture ends early")


@pytest.mark.parametrize("name", ["damaged.gz", "damaged.zst"])
def test_a_damaged_packed_file_gives_a_verdict(run: Run, tmp_path: Path, name: str) -> None:
    """Whatever byte of a packed file is wrong, there is a verdict or one line."""
    pack = gzip.compress if name.endswith("gz") else zstandard.compress
    good = pack(CLEAN.read_bytes())
    for at in range(0, len(good), 5):
        bad = bytearray(good)
        bad[at] ^= 0xFF
        code, _, err = run("replay", "--json", capture(tmp_path, name, bytes(bad)))
        assert code in {0, 1, 2, 3}
        assert err.count("\n") <= 1


def test_a_folder_is_the_files_in_it(run: Run, tmp_path: Path) -> None:
    """All files below a folder, in the order of their names."""
    (tmp_path / "b").mkdir()
    capture(tmp_path, "c.log", WOBBLE.read_bytes())
    capture(tmp_path, "a.log", CLEAN.read_bytes())
    capture(tmp_path / "b", "x.log", CLEAN.read_bytes())
    code, out, _ = run("replay", "--json", tmp_path)
    names = [Path(json.loads(line)["capture"]).name for line in out.splitlines()]

    assert 1 == code
    assert ["a.log", "x.log", "c.log"] == names


def test_an_empty_folder_is_one_line(run: Run, tmp_path: Path) -> None:
    """A folder without captures is a mistake of the caller's."""
    code, out, err = run("replay", tmp_path)

    assert (2, "") == (code, out)
    assert re.fullmatch(r"atfsm: [^\n]+\n", err)


def test_an_empty_folder_does_not_hide_the_other_captures(run: Run, tmp_path: Path) -> None:
    """One bad name among several is complained about; the others are still judged."""
    (tmp_path / "empty").mkdir()
    code, out, err = run("replay", tmp_path / "empty", WOBBLE)

    assert 2 == code
    assert "WOBBLE" in out
    assert 1 == err.count("\n")


def test_captures_are_listed_as_those_of_a_fleet(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is named twice counts once, folders of stores are opened, dead links are told."""
    monkeypatch.chdir(tmp_path)
    Path("logs").mkdir()
    capture(tmp_path, "logs/a.log", b"Tx: AT\nRx: OK\n")
    Path("logs/dead").symlink_to("nothing")

    code, out, err = run("replay", "--json", "logs", "logs/a.log", f"file://{tmp_path}/logs/a.log")

    names = [json.loads(line)["capture"] for line in out.splitlines()]
    assert (2, ["logs/a.log", f"file://{tmp_path}/logs/a.log"]) == (code, names)
    assert "atfsm: logs/dead: cannot be read: No such file or directory\n" == err

    code, out, err = run("replay", "nope://x", "logs/a.log", "--json")

    assert (2, 1) == (code, out.count("\n"))
    assert err.startswith("atfsm: nope://x: cannot be opened: Protocol not known")


def test_a_glob_is_what_it_matches(run: Run) -> None:
    """Where the shell does not expand a pattern, we do."""
    code, out, _ = run("replay", "--json", FOLDER / "rc7620-thread-*.log")

    assert 1 == code
    assert ["rc7620-thread-as-posted.log", "rc7620-thread-complete.log"] == [
        Path(json.loads(line)["capture"]).name for line in out.splitlines()
    ]


def test_a_name_with_brackets_is_a_name(run: Run, tmp_path: Path) -> None:
    """A file that is called like a pattern is that file."""
    assert 0 == run("replay", capture(tmp_path, "a[1]*.log", CLEAN.read_bytes()))[0]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (CLEAN.read_bytes(), 0),
        (WOBBLE.read_bytes(), 1),
        (gzip.compress(WOBBLE.read_bytes()), 1),
        (b"", 3),
    ],
    ids=["clean", "wobble", "packed", "nothing"],
)
def test_a_dash_is_the_standard_input(data: bytes, code: int) -> None:
    """A capture may come through a pipe."""
    exit_code, out, err = start("replay", "--json", "-", given=data)

    assert (code, b"") == (exit_code, err)
    assert json.loads(out)["capture"] == "-"


# --------------------------------------------------------------------------------------- JSON

TOP: dict[str, type] = {
    "schema": str,
    "capture": str,
    "format": str,
    "lines": int,
    "events": int,
    "verdict": str,
    "machines": list,
    "wobbles": list,
}
MACHINE: dict[str, type] = {"machine": str, "key": str, "state": str}
WOBBLED: dict[str, type] = {
    "line": int,
    "since_line": int,
    "machine": str,
    "key": str,
    "state": str,
    "kind": str,
    "got": str,
    "expected": list,
    "why": str,
    "do": str,
    "evidence": list,
}


def assert_shape(value: dict[str, object], shape: dict[str, type]) -> None:
    """See that every agreed name is there with the agreed type."""
    assert list(shape) == [name for name in value if name in shape]
    for name, kind in shape.items():
        assert type(value[name]) is kind, name


def test_json_is_what_was_agreed(run: Run) -> None:
    """Names and types of schema atfsm.replay/1, one object a capture, one line an object."""
    captures = sorted(FOLDER.glob("*.log"))
    code, out, err = run("replay", "--json", *captures)
    lines = out.splitlines()

    assert (1, "") == (code, err)
    assert len(captures) == len(lines)
    for path, line in zip(captures, lines, strict=True):
        report = json.loads(line)
        assert_shape(report, TOP)
        assert "atfsm.replay/1" == report["schema"]
        assert str(path) == report["capture"]
        assert report["verdict"] in {"clean", "wobble", "undecided"}
        for machine in report["machines"]:
            assert_shape(machine, MACHINE)
        for wobble in report["wobbles"]:
            assert_shape(wobble, WOBBLED)
            assert wobble["kind"] in {"refused", "dropped", "silent", "out_of_step", "swept"}
            assert all(type(e) is str for e in wobble["expected"])
            assert all(type(e) is int for e in wobble["evidence"])
        assert (report["verdict"] == "wobble") is bool(report["wobbles"])


def test_json_of_the_thread(run: Run) -> None:
    """The numbers that the field report's capture gives."""
    report = json.loads(run("replay", "--json", WOBBLE)[1])
    wobble = report["wobbles"][0]

    assert ("txrx", 9, 9, "wobble") == tuple(
        report[n] for n in ("format", "lines", "events", "verdict")
    )
    assert (
        9,
        4,
        "tcp",
        "1",
        "connecting",
        "refused",
        "+CME ERROR: 923",
        ["+KTCP_IND: 1,1"],
    ) == tuple(wobble[n] for n in list(WOBBLED)[:8])


def test_json_of_hostile_text_is_one_line_of_utf_8(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, and separators of lines that JSON knows not, stay within a line."""
    text = b"Rx: +CEREG: 1\nTx: AT+K\xff\xfe\xe2\x80\xa8\x85\nRx: +CEREG: 3\nTx: AT+KTCPSND=1,5\nRx: +CME ERROR: \xff\xe2\x80\xa8\n"
    path = capture(tmp_path, "hostile.log", text)
    _, out, err = start("replay", "--json", path)

    assert b"" == err
    assert 1 == out.count(b"\n")
    json.loads(out)


THREAD = FOLDER / "rc7620-thread-as-posted.log"


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("replay", WOBBLE), b"-> AT+KTCPCNX=1"),
        (("replay", "--json", WOBBLE), b"923"),
        (("compare", WOBBLE, THREAD), b"-> AT+KTCPCNX=1"),
        (("formats",), b"\\u53d1->oAT+CSQ"),
        (("matrix", "tcp"), b"connecting"),
    ],
    ids=lambda words: " ".join(str(w) for w in words[:2]) if isinstance(words, tuple) else "",
)
def test_a_terminal_that_knows_no_utf_8_is_no_accident(
    words: tuple[str, ...], said: bytes, encoding: str
) -> None:
    """In the C locale, on an old console or in a pipe on Windows, everything is still written."""
    code, out, err = start(*words, PYTHONIOENCODING=encoding, PYTHONUTF8="0")

    assert b"" == err
    assert code in {0, 1}
    assert said in out


# --------------------------------------------------------------------------------------- text


def test_quiet_leaves_the_time_line_out(run: Run) -> None:
    """Only the wobbles, and the verdict."""
    loud, quiet = run("replay", WOBBLE)[1], run("replay", "--quiet", WOBBLE)[1]

    assert "→ AT+KTCPCNX=1" in loud
    assert "→ AT+KTCPCNX=1" not in quiet
    assert "WOBBLE on line 9" in quiet
    assert "wobble" in quiet.splitlines()[-1]
    assert quiet == run("replay", "-q", WOBBLE)[1]


def test_the_time_line_shows_each_transition(run: Run) -> None:
    """Line, machine, the state before and the state after."""
    out = run("replay", WOBBLE)[1]

    for text in ("connecting → ", "wobble_refused", "full_reset_closing", "tcp 1", "pdp 1"):
        assert text in out


def test_there_is_no_colour_in_a_pipe_nor_with_no_color() -> None:
    """Escape sequences are for terminals whose user wants them."""
    assert b"\x1b" not in start("replay", WOBBLE)[1]
    assert b"\x1b" not in start("replay", WOBBLE, NO_COLOR="1")[1]


@pytest.mark.parametrize(("no_colour", "expected"), [("", True), ("1", False)])
def test_no_color_is_obeyed_on_a_terminal(
    run: Run, monkeypatch: pytest.MonkeyPatch, no_colour: str, expected: bool
) -> None:
    """A terminal gets colours unless NO_COLOR is set to something."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", no_colour)
    monkeypatch.setenv("TERM", "xterm")

    assert expected is ("\x1b[" in run("replay", WOBBLE)[1])


def test_control_characters_of_a_capture_do_not_reach_the_terminal(
    run: Run, tmp_path: Path
) -> None:
    """A hostile capture cannot move the cursor, clear the screen or ring."""
    text = b"Tx: AT+KTCPCNX=1\nRx: OK\nTx: AT+K\x1b[2J\x07\x9b31mX=1\nRx: +CME ERROR: \x1b]0;title\x07\n"
    out = run("replay", "--format", "txrx", capture(tmp_path, "hostile.log", text))[1]

    assert not {c for c in out if ord(c) < 32 and c != "\n"}
    assert not {c for c in out if 0x7F <= ord(c) < 0xA0}


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    """``atfsm replay ... | head`` ends without a word, and with the verdict."""
    for number in range(400):
        capture(tmp_path, f"{number}.log", WOBBLE.read_bytes())
    with subprocess.Popen(
        [sys.executable, "-m", "atfsm", "replay", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=FOLDER.parent.parent,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
        code = process.wait()

    assert (1, b"") == (code, err)


# -------------------------------------------------------------------------------- on a terminal


class Terminal(io.StringIO):
    """What both streams of a command write to."""

    def isatty(self) -> bool:
        """Tell that it is a terminal."""
        return True


def on_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Have every capture read in many pieces, with a bar, and both streams on one terminal."""
    terminal = Terminal()
    monkeypatch.setattr("atfsm.cli.captures.PROGRESS_BYTES", 1)
    monkeypatch.setattr("atfsm.replay.capture.CHUNK_BYTES", 64)
    monkeypatch.setattr("sys.stdout", terminal)
    monkeypatch.setattr("sys.stderr", terminal)
    return terminal


@pytest.mark.parametrize("option", [(), ("--json",), ("--quiet",)], ids="".join)
def test_nothing_is_written_behind_the_bar(
    option: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """On a terminal a long capture shows how far it is, and takes that away to say more."""
    long = capture(tmp_path, "long.log", WOBBLE.read_bytes() * 100)
    terminal = on_terminal(monkeypatch)

    assert 1 == cli.main(["replay", *option, str(long)])
    bars = re.findall(r"[█░] +\d+%(.?)", terminal.getvalue(), re.DOTALL)

    assert len(bars) > 9
    assert {"\r"} == set(bars)


def test_an_interrupted_replay_leaves_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C: the prompt of the shell stands on a line of its own."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("atfsm.replay.session.Session.close", interrupted)
    terminal = on_terminal(monkeypatch)

    assert 130 == cli.main(["replay", str(WOBBLE)])
    assert terminal.getvalue().endswith("\r\x1b[2K")


# ------------------------------------------------------------------------------ other commands


@pytest.mark.parametrize("chart", CHARTS, ids=lambda c: c.name)
def test_matrix_prints_every_cell(run: Run, chart: object) -> None:
    """One line a cell, and the count of them first."""
    from atfsm.chart import Chart

    assert isinstance(chart, Chart)
    code, out, err = run("matrix", chart.name)
    lines = out.splitlines()

    assert (0, "") == (code, err)
    assert chart.summary() == lines[0]
    assert len(chart.matrix) == len(lines) - 1
    for (state, fact), line in zip(chart.matrix, lines[1:], strict=True):
        assert [str(state), str(fact)] == line.split()[:2]


@pytest.mark.parametrize(
    "arguments",
    [("--help",), ("replay", "--help"), ("matrix", "--help"), ("--version",)],
    ids=" ".join,
)
def test_help_is_a_result(run: Run, arguments: tuple[str, ...]) -> None:
    """Whoever asks for help gets it on stdout, with exit code 0."""
    code, out, err = run(*arguments)

    assert (0, "") == (code, err)
    assert out


def test_the_module_can_be_run() -> None:
    """``python -m atfsm`` is ``atfsm``."""
    assert 0 == start("replay", CLEAN)[0]


def test_names_of_formats_may_be_in_capitals(run: Run) -> None:
    """And the one that has them recognised is none of them."""
    assert run("formats", "txrx") == run("formats", "TXRX")
    assert 1 == run("replay", "-q", "--format", "TXRX", WOBBLE)[0]
    code, out, err = run("formats", "auto")
    assert (2, "") == (code, out)
    assert err.startswith("atfsm: auto is no format, ")
