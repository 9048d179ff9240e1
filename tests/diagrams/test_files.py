"""The committed drawings are fresh, and what writes and checks them says what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from atfsm.charts import TCP
from atfsm.diagrams import DRAWINGS, all_drawings, check, lay_out, layout, write
from atfsm.errors import DrawingError

FOLDER = Path(__file__).resolve().parents[2] / "fsm_diagrams"
CURE = "run: atfsm diagram"

HEADS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}
SMALL = 'digraph small { graph [layout=nop2]; a [pos="20,20"] }'


def test_the_committed_drawings_are_fresh() -> None:
    """None is stale, none is missing, none is left behind by a chart since renamed."""
    on_disk = {path.name: path.read_text("utf-8") for path in FOLDER.glob("*.dot")}

    assert all_drawings() == on_disk, CURE
    assert [] == check(FOLDER), CURE


def test_every_drawing_has_its_picture() -> None:
    """There is one SVG beside each DOT file, and nothing else in the folder."""
    expected = {f"{name}.{suffix}" for name in DRAWINGS for suffix in ("dot", "svg")}

    assert expected == {path.name for path in FOLDER.iterdir()}


def test_complaints_of_fonts_are_kept_from_the_reader(capfd: pytest.CaptureFixture[str]) -> None:
    """The fontconfig of a wheel may be older than the settings of the system; others are heard."""
    with layout._without_complaints_of_fonts():
        os.write(2, b"Fontconfig warning: unknown element\nsomebody else\n")
    os.write(2, b"afterwards\n")

    assert "somebody else\nafterwards\n" == capfd.readouterr().err


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_the_text_does_not_depend_on_hashing(seed: str) -> None:
    """The same charts give the same text under every hash seed."""
    code = "from atfsm.diagrams import all_drawings; print('\\0'.join(all_drawings().values()))"
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=True,
    )

    assert "\0".join(all_drawings().values()) == answer.stdout.decode().replace("\r\n", "\n")[:-1]


def test_writing_gives_what_the_check_wants(tmp_path: Path) -> None:
    """What was just written passes the check, and every file is named."""
    written = write(tmp_path / "new")

    assert [] == check(tmp_path / "new")
    assert sorted(written) == sorted((tmp_path / "new").iterdir())
    assert 2 * len(DRAWINGS) == len(written)


def test_one_chart_can_be_written_alone(tmp_path: Path) -> None:
    """A chart, or its name, selects one drawing; the format is that of the picture."""
    assert [tmp_path / "tcp.dot"] == write(tmp_path, [TCP], "dot")
    assert [tmp_path / "tcp.dot", tmp_path / "tcp.png"] == write(tmp_path, ["tcp"], "png")


def test_the_check_tells_stale_missing_and_orphaned(tmp_path: Path) -> None:
    """Each wrong file gets one line that says what is wrong and what to do."""
    for name, text in all_drawings().items():
        (tmp_path / name).write_bytes(text.encode())
        (tmp_path / name).with_suffix(".svg").touch()
    (tmp_path / "pdp.dot").unlink()
    (tmp_path / "tcp.dot").write_text("digraph tcp {}\n")
    (tmp_path / "old.dot").touch()
    (tmp_path / "old.svg").touch()
    (tmp_path / "udp.svg").unlink()

    found = check(tmp_path)

    expected = [
        ("pdp.dot", "missing", CURE),
        ("tcp.dot", "stale", CURE),
        ("udp.svg", "missing", CURE),
        ("old.dot", "orphaned", "delete it"),
        ("old.svg", "orphaned", "delete it"),
    ]
    assert len(expected) == len(found)
    for (file, what, cure), line in zip(expected, found, strict=True):
        assert line.startswith(f"{tmp_path / file}: {what}")
        assert line.endswith(cure)


@pytest.mark.parametrize("fmt", sorted(HEADS))
def test_no_program_is_needed(fmt: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures of every format are made where nothing is on the path."""
    monkeypatch.setenv("PATH", "")

    assert lay_out(all_drawings()["tcp.dot"], fmt).startswith(HEADS[fmt])


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_an_installed_program_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where dot is installed, it gets the text, and its picture is the answer."""
    stand_in = tmp_path / "dot"
    stand_in.write_text('#!/bin/sh\nread -r text\nprintf "%s|%s" "$1" "$text"\n')
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert b"-Tpng|digraph {}" == lay_out("digraph {}\n", "png")


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_what_a_failing_program_says_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that fails is one clear line, with the first line that it said."""
    stand_in = tmp_path / "dot"
    stand_in.write_text("#!/bin/sh\necho 'no such format' >&2\necho more >&2\nexit 1\n")
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(DrawingError, match=r"cannot draw png: no such format$"):
        lay_out(SMALL, "png")


def test_unknown_formats_and_drawings_are_named(tmp_path: Path) -> None:
    """What does not exist is one clear line that says what there is."""
    with pytest.raises(DrawingError, match=r"'bmp': it can be svg, png, pdf"):
        lay_out(SMALL, "bmp")
    with pytest.raises(DrawingError, match=r"'tpc': there are line, modem, pdp, tcp, udp"):
        write(tmp_path, ["tpc"])


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """A file in the place of the folder is told as such."""
    (tmp_path / "taken").touch()

    with pytest.raises(DrawingError, match=r"cannot write .*tcp\.dot"):
        write(tmp_path / "taken", ["tcp"], "dot")


def test_graphviz_has_no_complaint(capfd: pytest.CaptureFixture[str]) -> None:
    """Every drawing is laid out without an error or a warning from Graphviz."""
    for text in all_drawings().values():
        lay_out(text)

    said = capfd.readouterr().err.splitlines()
    assert [] == [line for line in said if line.startswith(("Error", "Warning"))]
