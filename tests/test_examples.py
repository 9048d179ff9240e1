"""The pages: what they show is what happens.

Blocks marked ``console`` are run: lines that begin with ``$`` are commands, the rest is what
they print, with ``…`` on a line of its own for what the page leaves out. Blocks marked ``sh`` are
not run, since they name files that a reader has and we have not; their options are checked.

``python -m tests.test_examples`` writes the present output into the pages.
"""

from __future__ import annotations

import doctest
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from atfsm import cli
from atfsm.chart import Chart
from atfsm.charts import CHARTS
from atfsm.cli.terms import CLEAN, UNDECIDED, WOBBLE
from atfsm.replay.formats import FORMATS, detect, format_named
from atfsm.stack import COUPLING

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.py"))
#: Those that end by themselves; ``tests/live`` runs the others.
ENDING = [path for path in EXAMPLES if "forever" not in path.name]
README = (ROOT / "README.md").read_text("utf-8")
FORMATS_PAGE = (ROOT / "docs" / "formats.md").read_text("utf-8")
ELISION = "…"
#: What the sentence of a chart counts, in its order: the columns of the table on the page.
COUNTS = ("states", "facts", "cells", "rows", "ignored", "request", "deaf", "reset", "wobble")


def blocks(page: Path, language: str) -> list[str]:
    """List the code blocks of *language* on *page*."""
    return re.findall(
        rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )


def commands_in(block: str) -> list[tuple[str, str]]:
    """Split a console block into commands, each with what it is shown to print."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert parts[0] == "", "a console block begins with a command"
    return [(first, rest) for first, _, rest in (part.partition("\n") for part in parts[1:])]


SHOWN = [
    pytest.param(command, output, id=f"{page.stem}: {command}")
    for page in PAGES
    for block in blocks(page, "console")
    for command, output in commands_in(block)
    if not command.startswith("make ")
]
TOLD = [
    pytest.param(line, id=f"{page.stem}: {line}")
    for page in PAGES
    for block in blocks(page, "sh")
    for line in block.splitlines()
    if re.search(r"(?:^|[|;&] *)atfsm ", line)
]


def run(command: str) -> str:
    """Run *command* as a reader with a terminal of 80 columns does, and give what it printed."""
    words = shlex.split(command, comments=True)
    start = {"atfsm": [sys.executable, "-m", "atfsm"], "python": [sys.executable]}[words[0]]
    environment = os.environ | {"COLUMNS": "80", "PYTHONIOENCODING": "utf-8", "NO_COLOR": "1"}
    answer = subprocess.run(
        [*start, *words[1:]],
        capture_output=True,
        check=False,
        cwd=ROOT,
        env=environment,
    )
    assert answer.returncode in {CLEAN, UNDECIDED, WOBBLE}, answer.stderr.decode()
    return answer.stdout.decode("utf-8")


def fits(shown: str, printed: str) -> bool:
    """Tell whether *printed* is *shown*, but for what an elision leaves out."""
    parts = re.split(rf"^{ELISION}\n", shown, flags=re.MULTILINE)
    pattern = r"(?:.*\n)*".join(re.escape(part) for part in parts)
    return re.fullmatch(pattern, printed) is not None


def with_present_output(page: str) -> str:
    """Put what commands print now into the console blocks of *page*; their length stays."""

    def renewed(found: re.Match[str]) -> str:
        text = "```console\n"
        for command, output in commands_in(found[1]):
            head, elision, _ = output.partition(f"{ELISION}\n")
            printed = output if command.startswith("make ") else run(command)
            if elision:
                lines = printed.splitlines(keepends=True)[: head.count("\n")]
                printed = "".join(lines) + elision
            text += f"$ {command}\n{printed}"
        return text + "```"

    return re.sub(r"^```console\n(.*?)^```$", renewed, page, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("command", "output"), SHOWN)
def test_a_command_prints_what_the_page_shows(command: str, output: str) -> None:
    """A page whose output is typed by hand is wrong after the next change."""
    printed = run(command)

    assert fits(output, printed), f"run: python -m tests.test_examples; printed:\n{printed}"


def test_the_readme_shows_a_wobble_explained() -> None:
    """The first thing a reader sees is the tool at work, not a promise."""
    shown = [output for command, output in map(_values, SHOWN) if "replay" in command]

    assert any(
        "WOBBLE on line 9" in output and "  why   `+CME ERROR: 923`: the modem" in output
        for output in shown
    )


def _values(parameters: object) -> tuple[str, str]:
    values = getattr(parameters, "values")  # noqa: B009  a ParameterSet has no public type
    return values[0], values[1]


@pytest.mark.parametrize("line", TOLD)
def test_a_command_that_is_told_has_options_that_exist(line: str) -> None:
    """A reader who types what a page says is not sent away with a usage message."""
    command = next(part for part in re.split(r"[|;&]+", line) if "atfsm " in part)
    words = shlex.split(re.sub(r"[<>] *\S+", "", command), comments=True)
    arguments = cli.parser().parse_args(words[words.index("atfsm") + 1 :])

    assert callable(arguments.run)


def test_the_makefile_has_the_targets_that_the_pages_name() -> None:
    """The two commands that do everything do exist, and the demo is the case of the README."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = {name for page in PAGES for name in re.findall(r"(?<=[`$ ]make )([a-z]+)(?=`|$)",
             page.read_text("utf-8"), re.MULTILINE)}  # fmt: skip
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    demo = re.search(r"^DEMO +:= (.+)$", makefile, re.MULTILINE)

    assert {"demo", "test"} <= named <= targets
    assert demo is not None
    assert demo[1] in README
    assert f"```text\n{(ROOT / demo[1]).read_text('utf-8')}```\n" in README


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_stands_on_a_page_word_for_word(path: Path) -> None:
    """What is run and what is read are one text."""
    text = f"```python\n{path.read_text('utf-8')}```\n"

    assert [page.name for page in PAGES if text in page.read_text("utf-8")] != []


@pytest.mark.parametrize("path", ENDING, ids=lambda path: path.name)
def test_an_example_is_run_on_a_page(path: Path) -> None:
    """Each example is shown with what it prints, and so is run by the tests above."""
    assert any(f"docs/examples/{path.name}" in _values(shown)[0] for shown in SHOWN)


def counted(chart: Chart) -> str:
    """Turn the sentence that counts the cells of *chart* into cells of a table."""
    numbers = re.findall(r"\d+", chart.summary())
    return " | ".join(numbers + ["0"] * (len(COUNTS) - len(numbers)))


def with_present_counts(page: str) -> str:
    """Put the present counts into the table of *page*."""
    for chart in CHARTS:
        row = rf"^(\| `{chart.name}` \|)(?: \d+ \|){{{len(COUNTS)}}}$"
        page = re.sub(row, rf"\1 {counted(chart)} |", page, flags=re.MULTILINE)
    return page


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_the_page_counts_the_cells_as_the_chart_does(chart: Chart) -> None:
    """The numbers of the page are those of the tables."""
    page = (ROOT / "docs" / "charts.md").read_text("utf-8")

    assert f"| `{chart.name}` | {counted(chart)} |" in page, "run: python -m tests.test_examples"


def test_the_page_shows_every_word_between_machines() -> None:
    """The table of couplings is the whole of it: each pair, and no other, with its reason."""
    page = (ROOT / "docs" / "charts.md").read_text("utf-8")
    shown = re.findall(r"^\| `(\w+)` \| .* \| `(\w+)` \| `(\w+)` \|", page, re.MULTILINE)
    expected = {(c.chart.name, c.told.name, str(c.fact)) for c in COUPLING}

    assert expected == set(shown)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_what_a_page_types_at_the_prompt_of_python_works(page: Path) -> None:
    """Lines behind ``>>>`` give what stands below them."""
    failed, _ = doctest.testfile(str(page), module_relative=False, encoding="utf-8")

    assert 0 == failed


# ------------------------------------------------------------------------------------- formats


def test_every_format_has_its_section_and_no_other_has() -> None:
    """Whoever asks whether a log can be read finds the answer on one page."""
    described = re.findall(r"^### `([\w-]+)`", FORMATS_PAGE, re.MULTILINE)

    assert sorted(f.name for f in FORMATS) == sorted(described)


def _samples() -> list[tuple[str, str]]:
    parts = re.split(r"^### `([\w-]+)`.*$", FORMATS_PAGE, flags=re.MULTILINE)
    text = re.compile(r"^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    found = zip(parts[1::2], map(text.search, parts[2::2]), strict=True)
    return [(name, block[1]) for name, block in found if block is not None]


@pytest.mark.parametrize(("name", "sample"), _samples(), ids=lambda value: value[:12])
def test_a_sample_of_a_format_is_taken_for_it(name: str, sample: str) -> None:
    """The example of a format is one: it is recognised, and gives both sides of the talk."""
    lines = sample.encode().splitlines()
    reader = format_named(name).reader()
    records = [
        record for number, line in enumerate(lines, 1) for record in reader.read(line, number)
    ]
    said = b"\n".join(record.data for record in [*records, *reader.close()])
    found = detect(lines).format

    assert found is not None
    assert name == found.name
    assert b"AT" in said
    assert b"OK" in said or b"+C" in said


def test_the_readme_names_every_format() -> None:
    """The compact table is complete."""
    assert [] == [entry.name for entry in FORMATS if f"`{entry.name}`" not in README]


def test_the_shapes_that_a_format_names_are_listed() -> None:
    """The number of a shape, which every report prints, can be looked up."""
    numbers = {n for entry in FORMATS for said in re.findall(r"shapes? ([\d, and]+)", entry.about)
               for n in re.findall(r"\d+", said)}  # fmt: skip

    assert numbers <= set(re.findall(r"^\| (\d+) \|", FORMATS_PAGE, re.MULTILINE))


# ---------------------------------------------------------------------------------------- JSON


def test_the_page_describes_every_field_of_the_json_report() -> None:
    """What a program reads is a promise, and a promise is written down."""
    page = (ROOT / "docs" / "replay.md").read_text("utf-8")
    printed = run("atfsm replay --json tests/captures/rc7620-thread-complete.log")
    report = json.loads(printed)
    names = {*report, *report["machines"][0], *report["wobbles"][0]}
    described = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))

    assert names == names & described


if __name__ == "__main__":
    for path in PAGES:
        text = with_present_counts(with_present_output(path.read_text("utf-8")))
        path.write_text(text, "utf-8")
