"""The report counts right: against a count in plain Python, whatever it is grouped by."""

from __future__ import annotations

import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atfsm.errors import ResultsError
from atfsm.fleet import results
from atfsm.fleet.census import Census
from atfsm.fleet.columns import SCHEMA, add_row, no_rows
from atfsm.fleet.drawing import svg
from atfsm.fleet.pareto import GROUPS, pareto
from atfsm.fleet.report_text import lines
from atfsm.fleet.rows import replay_batch
from atfsm.fleet.run import Plan, Tally, replay_fleet
from atfsm.replay import session
from tests.calling import Run
from tests.fleet.logs import write_mixed_fleet


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The results of some logs."""
    folder = tmp_path_factory.mktemp("fleet")
    write_mixed_fleet(folder / "logs", 150)
    out = str(folder / "fleet.parquet")
    replay_fleet([str(folder / "logs")], Plan(out=out, jobs=1))
    return out


def drawn(picture: str) -> ET.Element:
    """Read a drawing: sound XML."""
    return ET.fromstring(picture)  # noqa: S314  ours


def counted(out: str, by: str) -> tuple[Counter[str], dict[str, set[str]]]:
    """Count the wobbles of each group, and the captures that have them, in plain Python."""
    wobbles: Counter[str] = Counter()
    captures: dict[str, set[str]] = {}
    rows = pq.read_table(out).to_pylist()
    decided = {
        (r["capture"], r["line"]) for r in rows if r["record"] == "wobble" and r["kind"] != "swept"
    }
    for row in rows:
        if row["record"] != "wobble":
            continue
        if row["kind"] == "swept" and (row["capture"], row["line"]) in decided:
            continue
        name = row[by] or ""
        wobbles[name] += 1
        captures.setdefault(name, set()).add(row["capture"])
    return wobbles, captures


@pytest.mark.parametrize("by", GROUPS)
def test_it_counts_what_is_there(by: str, fleet: str) -> None:
    """Wobbles and captures of each group, the most frequent first, and what they add up to."""
    wobbles, captures = counted(fleet, by)
    found = pareto([fleet], by)
    numbers = [bar.group.wobbles for bar in found.bars]

    assert dict(wobbles) == {bar.group.name: bar.group.wobbles for bar in found.bars}
    assert {name: len(c) for name, c in captures.items()} == {
        bar.group.name: bar.group.captures for bar in found.bars
    }
    assert sorted(numbers, reverse=True) == numbers
    assert wobbles.total() == found.wobbles > 0
    assert found.bars[-1].cumulative == pytest.approx(1.0)
    assert [bar.share for bar in found.bars] == pytest.approx([n / found.wobbles for n in numbers])
    rows = pq.read_table(fleet).to_pylist()
    swept = sum(row["record"] == "wobble" for row in rows) - found.wobbles
    assert swept == found.consequences > 0
    assert (0, 0) == (found.without_rows, found.cut_captures)


@pytest.mark.parametrize("by", ["firmware", "model", "device", "folder"])
def test_a_group_knows_its_calm_captures(by: str, fleet: str) -> None:
    """Of how many captures, and which groups have no wobble: a rate needs both."""
    rows = [row for row in pq.read_table(fleet).to_pylist() if row["record"] == "capture"]
    every = Counter(row[by] or "" for row in rows)
    found = pareto([fleet], by)
    told = {bar.group.name: bar.group.of_captures for bar in found.bars}

    assert {name: every[name] for name in told} == told
    text = "\n".join(lines(found, verbose=True))
    for bar in found.bars:
        with_wobbles, of = bar.group.captures, bar.group.of_captures
        assert f" {with_wobbles} of {of} = {with_wobbles / of * 100:.1f} %  " in text
    assert sorted({*every} - {*told}) == list(found.calm)


def test_several_files_count_as_one(tmp_path: Path, run: Run) -> None:
    """Logs of today and of yesterday: each capture counts in the group that it is of."""
    write_mixed_fleet(tmp_path / "logs", 60)
    whole = tmp_path / "whole.parquet"
    logs = sorted(path for path in (tmp_path / "logs").rglob("*") if path.is_file())
    parts = [tmp_path / f"{number}.parquet" for number in range(4)]
    run("replay", *logs, "--out", whole, "--jobs", "1")
    for number, part in enumerate(parts):
        run("replay", *logs[number * len(logs) // 4 : (number + 1) * len(logs) // 4],
            "--out", part, "--jobs", "1")  # fmt: skip
    one = json.loads(run("report", whole, "--by", "firmware", "--json")[1])
    all_parts = json.loads(run("report", *parts, "--by", "firmware", "--json")[1])

    assert list(map(str, parts)) == all_parts.pop("results")
    assert one.pop("results") == [str(whole)]
    assert one == all_parts
    assert 0 == one["repeated"]
    text = run("report", *parts)[1]
    again = tmp_path / "again.parquet"
    run("replay", *logs[:7], "--out", again, "--jobs", "1")
    assert 7 == json.loads(run("report", whole, again, "--json")[1])["repeated"]
    said = " ".join(run("report", whole, again)[1].split())
    assert " 7 captures have the name of one in another file: if they are the same, they c" in said
    assert text.startswith("4 files of results: ")
    code, _, err = run("report", whole, whole)
    assert (2, f"atfsm: {whole}: is named twice: its wobbles would count twice\n") == (code, err)


def test_replay_and_report_count_alike(tmp_path: Path, run: Run) -> None:
    """How many wobbles there are, and how many of them are causes: the same words."""
    write_mixed_fleet(tmp_path / "logs", 60)
    out = tmp_path / "out.parquet"
    _, replayed, _ = run("replay", tmp_path / "logs", "--out", out, "--jobs", "1")
    _, reported, _ = run("report", out)
    found = pareto([str(out)])
    words = (
        f"{found.wobbles + found.consequences} wobbles: {found.wobbles} causes + "
        f"{found.consequences} that fell along"
    )

    assert found.consequences > 1
    assert f"; {words} (" in replayed
    assert f"; {words}" in " ".join(reported.split())


def test_wobbles_without_rows_are_told(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A capture has rows for its first wobbles only: the rest is not silently left out."""
    monkeypatch.setattr(session, "WOBBLES_AT_MOST", 2)
    early = "Tx: AT+KTCPSND=1,5\nRx: +CME ERROR: 923\n"
    opened = 'Tx: AT+KTCPCFG=1,0,"203.0.113.5",7\nRx: +KTCPCFG: 1\nRx: OK\n'
    closed = "Tx: AT+KTCPCLOSE=1,1\nRx: OK\nTx: AT+KTCPDEL=1\nRx: OK\n"
    for name, count in (("a.log", 6), ("b.log", 1), ("c.log", 3)):
        (tmp_path / name).write_text((opened + early + closed) * count, "utf-8")
    part = replay_batch(sorted(map(str, tmp_path.glob("?.log"))))
    out = tmp_path / "out.parquet"
    results.write([part], out, {"captures": 3})
    tally = Tally()
    tally.count(part)
    _, reported, _ = run("report", out)
    said = json.loads(run("report", out, "--json")[1])

    assert "; 10 wobbles: 5 causes + 5 without rows\n" in reported
    assert "\n5 more have no rows (2 captures have over 2).\n" in reported
    assert (5, 5, 2) == (said["wobbles"], said["without_rows"], said["cut_captures"])
    assert Census(causes=5, without_rows=5, cut_captures=2) == replace(
        tally.census, _left=0, _decided=None
    )


def has_path(line: str) -> bool:
    """Whether a line has the name of a capture, which is copied and never broken."""
    return any(word.startswith("/") for word in line.split())


@pytest.mark.parametrize("by", GROUPS)
def test_the_command_says_the_same_in_three_ways(
    by: str, fleet: str, tmp_path: Path, run: Run
) -> None:
    """As text, as JSON, and drawn: the same groups in the same order."""
    drawing = tmp_path / "report.svg"
    code, text, err = run("report", fleet, "--by", by, "--verbose", "--diagram", drawing)
    said = json.loads(run("report", fleet, "--by", by, "--json")[1])
    names = [group[by] or "(not in the log)" for group in said["groups"]]
    shown = "".join(drawn(drawing.read_text("utf-8")).itertext())

    assert (0, "") == (code, err)
    assert "atfsm.report/1" == said["schema"]
    assert said["wobbles"] == sum(group["wobbles"] for group in said["groups"])
    listed = [line.split()[-1] for line in text.splitlines() if line[:8].strip().isdigit()]
    assert [name.split()[-1] for name in names] == listed
    assert all(len(line) <= 80 for line in text.splitlines() if not has_path(line))
    if by not in {"device", "folder"}:  # a drawing shows the first, and the end of long names
        assert all(name in shown for name in names)


@pytest.mark.parametrize("columns", [1, 30, 60, 80, 100, 200])
@pytest.mark.parametrize("by", GROUPS)
def test_it_fits_the_terminal(columns: int, by: str, fleet: str) -> None:
    """Words are never broken: a line that is too wide is as narrow as its numbers allow."""
    wide = list(lines(pareto([fleet], by), columns=1_000))
    fitted = list(lines(pareto([fleet], by), columns=columns))

    assert " ".join(wide).split() == " ".join(fitted).split()
    assert max(map(len, fitted)) <= max(columns, 80) or by == "folder"


#: Names that a folder, a modem or a log may have, and no page or terminal may obey.
HOSTILE = ("<script>alert(1)</script>", "a&b", '"', "\x1b[2J", "x" * 300, "\u202eolleh", "", " ")


@given(
    names=st.lists(st.sampled_from(HOSTILE) | st.text(max_size=9), min_size=1, max_size=40),
    by=st.sampled_from(GROUPS),
)
@settings(max_examples=60)
def test_any_names_are_drawn_and_listed(
    names: list[str], by: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever names captures, folders and modems have: sound XML, no control characters."""
    out = tmp_path_factory.mktemp("hostile") / "out.parquet"
    columns = no_rows()
    for name in names:
        shared = {"capture": name, "folder": name, "model": name, "firmware": name, "device": name}
        printable = {key: _stored(value) for key, value in shared.items()}
        add_row(columns, {**printable, "record": "capture", "verdict": "wobble"})
        add_row(
            columns,
            {**printable, "record": "wobble", "verdict": "wobble", "line": 1, "kind": "refused"}
            | {"cause": _stored(name), "why": _stored(name)},
        )
    results.write([results.packed([columns])], out, {"captures": len(names)})
    found = pareto([str(out)], by)
    picture = svg(found)

    drawn(picture)
    assert "<script" not in picture
    for text in (*lines(found, verbose=True), *picture.splitlines()):
        assert all(c == "\t" or c.isprintable() or c == "\xa0" for c in text), ascii(text)


def _stored(text: str) -> str:
    """As a worker stores it."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def written(table: pa.Table, path: Path, about: dict[str, Any] | bytes | None) -> None:
    """Write a Parquet file that says this about itself."""
    if about is not None:
        said = about if isinstance(about, bytes) else json.dumps(about)
        table = table.replace_schema_metadata({"atfsm": said})
    pq.write_table(table, path)


OURS = {"schema": SCHEMA, "captures": 1}


# fmt: off
UNREADABLE: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing":        (lambda path: path.unlink(missing_ok=True),                                     "cannot be read: No such file or directory"),
    "empty":          (lambda path: path.write_bytes(b""),                                            "cannot be read as a file of results"),
    "no Parquet":     (lambda path: path.write_bytes(b"PAR1" * 99),                                   "cannot be read as a file of results"),
    "a folder":       (lambda path: path.mkdir(),                                                     "cannot be read"),
    "somebody's":     (lambda path: written(pa.table({"a": [1]}), path, None),                        "is no file of results that this version reads"),
    "of the future":  (lambda path: written(pa.table({"a": [1]}), path, {"schema": "atfsm.fleet/9"}), "(atfsm.fleet/9)"),
    "no object":      (lambda path: written(pa.table({"a": [1]}), path, [7]),                         "is no file of results that this version reads"),  # type: ignore[arg-type]
    "a deep nest":    (lambda path: written(pa.table({"a": [1]}), path, b"[" * 99_999),                "cannot be read as a file of results: maximum recursion depth"),
    "a column less":  (lambda path: written(pa.table({"record": ["capture"]}), path, OURS),           "is damaged: the column 'capture' is not as it was written"),
    "another type":   (lambda path: written(pa.table({"record": [1]}), path, OURS),                   "is damaged: the column 'record' is not as it was written"),
    "not whole":      (lambda path: results.write([], path, {"captures": 7}),                         "is not whole: it holds 0 captures of 7"),
}
# fmt: on


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_file_of_results_is_refused(name: str, tmp_path: Path, run: Run) -> None:
    """In one line that says what is wrong with it."""
    make, expected = UNREADABLE[name]
    path = tmp_path / "out.parquet"
    make(path)
    code, out, err = run("report", path)

    assert (2, "") == (code, out)
    assert err.startswith(f"atfsm: {path}: ")
    assert expected in err
    assert 1 == err.count("\n")


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text there")
def test_results_may_have_a_name_that_is_no_text(tmp_path: Path, run: Run) -> None:
    """Written after all the work, replaced, and read: the name is what the user typed."""
    (tmp_path / "a.log").write_text("Tx: AT\nRx: OK\n", "utf-8")
    out = tmp_path / os.fsdecode(b"r\xff.parquet")

    for _ in range(2):
        assert 0 == run("replay", tmp_path / "a.log", "--out", out, "--jobs", "1")[0]
    code, said, _ = run("report", out, "--json")
    assert (0, 1) == (code, json.loads(said)["captures"])
    assert {"a.log", out.name} == {path.name for path in tmp_path.iterdir()}


def test_a_damaged_file_is_told(fleet: str, tmp_path: Path) -> None:
    """Whatever bytes are wrong: it is counted, or refused in one line, and nothing else."""
    whole = Path(fleet).read_bytes()
    path = tmp_path / "damaged.parquet"
    refused = []
    for seed in range(300):
        chance = random.Random(seed)
        data = bytearray(whole)
        for _ in range(chance.choice((1, 3, 20))):
            # The end of the file says where everything is: there damage does most.
            data[-chance.randrange(1, 6_000) if seed % 2 else chance.randrange(len(data))] = (
                chance.randrange(256)
            )
        path.write_bytes(data)
        try:
            found = pareto([str(path)], chance.choice(GROUPS))
        except ResultsError as error:
            refused.append(str(error))
            continue
        list(lines(found, verbose=True))
        drawn(svg(found))

    assert refused
    assert not [told for told in refused if "\n" in told]


def test_a_share_is_not_torn_from_its_percent_sign(fleet: str, run: Run) -> None:
    """Where a line ends, too."""
    _, text, _ = run("report", fleet)

    assert " %" in text
    assert not [line for line in text.splitlines() if line.strip().startswith("%")]


def test_a_fleet_without_wobbles_is_good_news(tmp_path: Path, run: Run) -> None:
    """And no division by zero, drawn or not."""
    (tmp_path / "a.log").write_text("Tx: AT\nRx: OK\n", "utf-8")
    out, drawing = tmp_path / "out.parquet", tmp_path / "out.svg"
    run("replay", tmp_path / "a.log", "--out", out)
    code, text, _ = run("report", out, "--diagram", drawing)

    assert (0, f"{out}: 1 capture: 1 clean no wobbles") == (code, " ".join(text.split()))
    assert "no wobbles" in "".join(drawn(drawing.read_text("utf-8")).itertext())


def test_captures_without_a_verdict_are_named(tmp_path: Path, run: Run) -> None:
    """The first of them, with what was wrong; the rest are counted."""
    names = [tmp_path / f"no{number}.log" for number in range(7)]
    out = tmp_path / "out.parquet"
    (tmp_path / "a.log").write_text("Tx: AT\nRx: OK\n", "utf-8")
    run("replay", *names, tmp_path / "a.log", "--out", out, "--jobs", "1")
    _, text, _ = run("report", out)
    said = json.loads(run("report", out, "--json")[1])

    assert " ".join(text.split()).count(": cannot be read: No such file or directory") == 5
    assert "  and 2 more (column reason of the file)" in text.splitlines()
    assert [str(name) for name in names[:5]] == [each["capture"] for each in said["unjudged"]]
    assert all("No such file" in each["reason"] for each in said["unjudged"])


@pytest.mark.parametrize("count", [5, 6, 7])
def test_others_are_more_than_one(count: int, tmp_path: Path) -> None:
    """What would be alone among the others has its own name in the legend."""
    columns = no_rows()
    for number in range(count):
        shared = {"capture": str(number), "firmware": f"firmware{number}", "verdict": "wobble"}
        add_row(columns, {**shared, "record": "capture", "wobble_count": 1})
        add_row(
            columns,
            {**shared, "record": "wobble", "line": 1, "kind": "refused", "cause": "x", "why": ""},
        )
    out = tmp_path / "out.parquet"
    results.write([results.packed([columns])], out, {"captures": count})
    words = list(drawn(svg(pareto([str(out)]))).itertext())

    assert (count > 6) == ("others" in words)
    assert (5 if count > 6 else count) == sum(
        word in words for word in map("firmware{}".format, range(9))
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("no/a.svg", "cannot be written: No such file"),
        ("a.png", "the drawing is an SVG file: name it *.svg"),
    ],
)
def test_a_drawing_that_cannot_be_written_is_told(
    name: str, expected: str, fleet: str, tmp_path: Path, run: Run
) -> None:
    """In one line."""
    code, out, err = run("report", fleet, "--diagram", tmp_path / name)

    assert (2, "") == (code, out)
    assert f"atfsm: {tmp_path / name}: {expected}" in err
    assert not (tmp_path / name).exists()
