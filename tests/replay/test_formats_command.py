"""``atfsm formats``: every format, with an example that is one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from atfsm import cli
from atfsm.cli.formats import COLUMNS, marked_line
from atfsm.replay.formats import FORMATS, Format, detect
from atfsm.replay.printable import printable

PAGE = (Path(__file__).resolve().parent.parent.parent / "docs" / "formats.md").read_text("utf-8")

every_format = pytest.mark.parametrize("entry", FORMATS, ids=lambda entry: entry.name)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What the command prints."""
    assert 0 == cli.main(["formats", *arguments])
    return capsys.readouterr().out


def test_all_are_listed_with_an_example_line(capsys: pytest.CaptureFixture[str]) -> None:
    """Two lines each: the name with what it is, and a line of a capture; sorted, none too long."""
    lines = said(capsys).splitlines()
    listed = [line.split()[0] for line in lines[:-2:2]]

    assert sorted(entry.name for entry in FORMATS) == listed
    assert all(len(line) <= COLUMNS for line in lines[1:-2:2])
    for line, entry in zip(
        lines[1:-2:2], sorted(FORMATS, key=lambda entry: entry.name), strict=True
    ):
        assert (
            printable(marked_line(entry))
            .strip()
            .startswith(line.strip().removesuffix("…").strip()[:20])
        )


@every_format
def test_the_line_that_is_listed_bears_the_mark(entry: Format) -> None:
    """It shows what is particular to the format, where that can be seen on one line."""
    assert not entry.has_marks or entry.colours or entry.marked_text_of(marked_line(entry))


@every_format
def test_one_is_shown(entry: Format, capsys: pytest.CaptureFixture[str]) -> None:
    """The example, and what the example does not show; no control character among it."""
    out = said(capsys, entry.name)

    assert out.startswith(f"{entry.name}: ")
    for line in entry.example.splitlines():
        assert printable(line) in out
    assert " ".join(entry.special.split()) in " ".join(out.split())
    assert out.replace("\n", "").isprintable()
    assert str(entry.shapes[0]) in out.partition("\n\n")[0]


def test_json_has_all(capsys: pytest.CaptureFixture[str]) -> None:
    """A program reads what a person reads, an object a line."""
    objects = [json.loads(line) for line in said(capsys, "--json").splitlines()]

    assert [entry.name for entry in FORMATS] == [o["name"] for o in objects]
    assert {"atfsm.formats/1"} == {o["schema"] for o in objects}
    for found in objects:
        taken = detect(found["example"].encode().split(b"\n")).format
        assert taken is not None
        assert found["name"] == taken.name
        assert list(taken.shapes) == found["shapes"]


def test_json_of_one(capsys: pytest.CaptureFixture[str]) -> None:
    """One that is named is the only one."""
    assert ["qcom"] == [
        json.loads(line)["name"] for line in said(capsys, "qcom", "--json").splitlines()
    ]


def test_an_unknown_one_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """One line says which there are."""
    assert 2 == cli.main(["formats", "qxdm"])
    captured = capsys.readouterr()
    assert "" == captured.out
    assert captured.err.startswith("atfsm: there is no capture format 'qxdm'; there are: ")
    assert 1 == captured.err.count("\n")


@every_format
def test_a_format_is_described(entry: Format) -> None:
    """A name, a sentence, shapes by number, an example, and what is special."""
    assert re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", entry.name)
    assert entry.shapes
    assert not re.match(r"\W|\d|shape", entry.what)
    assert entry.example.endswith(b"\n")
    assert entry.special.endswith(".")


@every_format
def test_the_page_shows_the_example(entry: Format) -> None:
    """The page and the command show one and the same."""
    section = re.split(r"^### ", PAGE, flags=re.MULTILINE)
    text = next(part for part in section if part.startswith(f"`{entry.name}`"))

    assert entry.name == "spy-raw" or f"```text\n{entry.example.decode()}```" in text
    assert " ".join(entry.special.split()) in " ".join(text.split())
