"""The command: which page goes where, what it says, and what it never overwrites."""

from __future__ import annotations

import io
import sys
import webbrowser
from functools import partial
from pathlib import Path

import pytest

from atfsm import cli
from atfsm.view import LINES_AT_MOST
from tests.calling import Run
from tests.view.reading import Page

FOLDER = Path(__file__).parent.parent / "captures"
CLEAN = FOLDER / "healthy-udp.log"
WOBBLE = FOLDER / "rc7620-thread-complete.log"
OPEN_ENDED = b"Tx: AT+KTCPSND=1,5\n"


@pytest.fixture
def run(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run ``atfsm view`` in a folder of its own; give its exit code, stdout and stderr."""
    monkeypatch.chdir(tmp_path)
    return partial(run, "view")


@pytest.mark.parametrize(
    ("name", "data", "expected", "verdict"),
    [
        ("clean.log", CLEAN.read_bytes(), 0, "clean"),
        ("wobble.log", WOBBLE.read_bytes(), 1, "wobble"),
        ("open.log", OPEN_ENDED, 3, "undecided"),
        ("empty.log", b"", 3, "undecided"),
        ("binary.log", bytes(range(256)) * 99, 3, "undecided"),
    ],
)
def test_the_exit_code_is_that_of_replay(
    name: str, data: bytes, expected: int, verdict: str, run: Run
) -> None:
    """Also a capture of which nothing can be said gets a page to look at."""
    tmp_path = Path.cwd()
    (tmp_path / name).write_bytes(data)
    code, out, _ = run(name)
    page = Page((tmp_path / f"{name}.html").read_bytes())

    assert (expected, f"{name}.html\n") == (code, out)
    assert verdict == page.meta["capture"]["verdict"]
    assert f"atfsm view {name}" == page.meta["capture"]["command"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["missing.log"], "missing.log"),
        (["thread.log", "--format", "x"], "format"),
        (["thread.log", "--lines", "0"], "--lines"),
        (["thread.log", "--lines", "many"], "--lines: must be a number, 1 or more, not 'many' ("),
        (["thread.log", "-o", "thread.log"], "is a capture"),
        (["thread.log", "-o", "other.log"], "is no page"),
        (["thread.log", "-o", "thread.log/x.html"], "cannot be written"),
        (["thread.log", "-o", "x\0y"], "cannot be written"),
        (["thread.log", "-o", "y" * 300], "cannot be written"),
        (["thread.log", "other.log", "-o", "page.html"], "name a folder"),
        (["thread.log", "other.log", "-o", "thread.log"], "name a folder"),
        ([], "CAPTURE"),
    ],
)
def test_bad_usage_is_one_clear_line(
    arguments: list[str], message: str, run: Run, tmp_path: Path
) -> None:
    """Exit code 2, what is wrong, and nothing written."""
    for name in ("thread.log", "other.log"):
        (tmp_path / name).write_bytes(WOBBLE.read_bytes())
    code, out, err = run(*arguments)

    assert (2, "") == (code, out)
    assert message in err
    assert {"thread.log", "other.log"} == {path.name for path in tmp_path.iterdir()}
    assert {WOBBLE.read_bytes()} == {path.read_bytes() for path in tmp_path.iterdir()}


def test_a_page_may_be_written_again(run: Run, tmp_path: Path) -> None:
    """A page of ours gives way to a newer one; nothing half-written is left behind."""
    code, _, _ = run(WOBBLE, "-o", "page.html")
    first = (tmp_path / "page.html").read_bytes()
    again, _, _ = run(CLEAN, "-o", "page.html")

    assert (1, 0) == (code, again)
    assert first != (tmp_path / "page.html").read_bytes()
    assert ["page.html"] == [path.name for path in tmp_path.iterdir()]


def test_a_capture_is_not_overwritten_through_a_link(run: Run, tmp_path: Path) -> None:
    """Whatever name leads to it."""
    capture = tmp_path / "thread.log"
    capture.write_bytes(b"<!doctype html>\nTx: AT\nRx: OK\n")
    (tmp_path / "page.html").symlink_to(capture)
    code, _, err = run("thread.log", "-o", "page.html")

    assert 2 == code
    assert "is a capture" in err
    assert capture.read_bytes().startswith(b"<!doctype html>\nTx")


def test_several_captures_make_one_page_each(run: Run, tmp_path: Path) -> None:
    """In a folder that is made, under names of which none hides another."""
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.log").write_bytes(WOBBLE.read_bytes())
    (tmp_path / "a" / "y.log").write_bytes(CLEAN.read_bytes())
    code, out, _ = run("a", "b/*.log", "-o", "pages")
    expected = [Path("pages", name) for name in ("x.log.html", "y.log.html", "x.log-2.html")]

    assert 1 == code
    assert [str(path) for path in expected] == out.splitlines()
    assert ["wobble", "clean", "wobble"] == [
        Page((tmp_path / path).read_bytes()).meta["capture"]["verdict"] for path in expected
    ]


def test_one_capture_that_cannot_be_read_keeps_no_other_from_its_page(run: Run) -> None:
    """The worst exit code counts."""
    code, out, err = run("missing.log", WOBBLE, "-o", "pages/")

    assert 2 == code
    assert f"{Path('pages', WOBBLE.name)}.html\n" == out
    assert "missing.log" in err


def test_standard_input_has_a_page(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe is a capture like any other."""
    pipe = io.BufferedReader(io.BytesIO(WOBBLE.read_bytes()))
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(pipe))
    code, out, _ = run("-")

    assert (1, "stdin.html\n") == (code, out)
    assert "-" == Page((tmp_path / "stdin.html").read_bytes()).meta["capture"]["name"]


@pytest.mark.parametrize("is_there", [True, False])
def test_open_shows_the_page(
    is_there: bool, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The browser gets the address of the file; where there is none, the user is told."""
    opened: list[str] = []

    def browse(address: str) -> bool:
        opened.append(address)
        return is_there

    monkeypatch.setattr(webbrowser, "open", browse)
    code, _, err = run(WOBBLE, "--open", "-o", "a page.html")

    assert 1 == code
    assert [(tmp_path / "a page.html").as_uri()] == opened
    assert is_there is ("no browser" not in err)


def test_secrets_are_hidden_unless_asked_for(run: Run, tmp_path: Path) -> None:
    """Hiding is what happens when nobody thinks of it."""
    (tmp_path / "pin.log").write_bytes(b'Tx: AT+CPIN="7364"\nRx: OK\n')
    run("pin.log", "-o", "hidden.html")
    run("pin.log", "-o", "shown.html", "--no-redact")
    hidden, shown = (
        Page((tmp_path / name).read_bytes()) for name in ("hidden.html", "shown.html")
    )

    assert 'AT+CPIN="[PIN]"' in hidden.texts()
    assert 'AT+CPIN="7364"' in shown.texts()
    assert (1, None) == (hidden.meta["redacted"]["PIN"], shown.meta["redacted"])
    assert shown.meta["capture"]["command"].endswith("--no-redact")


def test_a_page_says_what_it_leaves_out(run: Run, tmp_path: Path) -> None:
    """And how it was asked for."""
    run(WOBBLE, "--lines", "4", "-o", "page.html")
    meta = Page((tmp_path / "page.html").read_bytes()).meta

    assert f"atfsm view {WOBBLE} --lines 4" == meta["capture"]["command"]
    assert meta["omitted_words"]


def test_the_page_leaves_the_progress_bar_behind(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a terminal a long capture shows how far it is, and takes it away again."""
    monkeypatch.setattr("atfsm.cli.captures.PROGRESS_BYTES", 1)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    _, _, err = run(WOBBLE, "-o", "page.html")

    assert f"\r{WOBBLE} ░" in err
    assert err.endswith("\r\x1b[2K")


def test_the_command_holds_as_many_lines_as_the_library() -> None:
    """One number, told twice, since the command starts without the library."""
    assert LINES_AT_MOST == cli.parser().parse_args(["view", "x.log"]).lines
