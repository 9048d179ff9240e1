"""The evidence: what the code cites can be followed inside this repository."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from atfsm.at import errors
from atfsm.at.dialects import DIALECTS
from atfsm.chart import Ignore
from atfsm.charts import CHARTS
from atfsm.replay.causes import CAUSES
from atfsm.replay.remarks import REMARKS

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "sources.md").read_text("utf-8")
#: Drawings cite nothing: what stands in brackets there is arithmetic.
MODULES = sorted(
    path for path in (ROOT / "src" / "atfsm").rglob("*.py") if path.parent.name != "diagrams"
)

KEY = r"(?:[A-Z]{1,4}[0-9]{0,3}(?:-[A-Z]{1,4})?|Z#[0-9]+)"
SECTION = r"[0-9]{1,2}(?:\.[0-9])?"
ITEM = r"[qf][0-9]{1,2}"
STANDARDS = {"V.250", "27.007", "27.005"}
#: Words in capitals that a citation may hold beside keys.
WORDS = {"AT", "CME", "CONNECT", "COPS", "CPIN", "IND", "OK", "RC76", "RCV", "URC"}
#: What looks like a key or an item in code, and is a list, a label, a quotation or a type.
NO_CITATIONS = {"LCP", "NONE", "PIN", "RX", "TX", "f64"}


def defined_keys() -> set[str]:
    """List the keys of the tables in the first part of the page."""
    part = PAGE.partition("## Keys")[2].partition("\n## ")[0]
    cells = re.findall(r"^\| ((?:`[^`|]+` ?)+)\|", part, re.MULTILINE)
    return {key for cell in cells for key in re.findall(r"`([^`]+)`", cell)}


def defined_places() -> set[str]:
    """List the numbers of the headings, the ids of the tables and our own headings."""
    numbers = re.findall(rf"^##+ ({SECTION}) ", PAGE, re.MULTILINE)
    items = re.findall(rf"^\| ({ITEM}) \|", PAGE, re.MULTILINE)
    ours = re.findall(r"^### (design: .+|peers [\d.]+)$", PAGE, re.MULTILINE)
    return {*numbers, *items, *ours}


KEYS = defined_keys()
PLACES = defined_places()


def sources() -> Iterator[tuple[str, str]]:
    """Yield every citation that is data: who cites, and the citation."""
    for chart in CHARTS:
        for fact in chart.facts:
            yield f"{chart.name} fact {fact}", fact.source
        for state in chart.states:
            if state.source:
                yield f"{chart.name} state {state.name}", state.source
    for cause in CAUSES:
        yield f"cause {cause.code}", cause.source
    for remark in REMARKS.values():
        yield f"remark {remark.code}", remark.source
    for dialect in DIALECTS:
        for command in dialect.commands:
            yield f"{dialect.name} command {command.name!r}", command.source
        for text in dialect.texts:
            yield f"{dialect.name} text {text.name!r}", text.source
        for quirk in dialect.quirks:
            yield f"{dialect.name} quirk {quirk.name}", quirk.source
    for name in errors.__all__:
        table = getattr(errors, name)
        if isinstance(table, dict) or hasattr(table, "values"):
            for row in table.values():
                yield f"{name} {row.code}", row.source


def remarks() -> Iterator[tuple[str, str]]:
    """Yield what stands in brackets behind the reason of an ignored cell."""
    for chart in CHARTS:
        ignored: Iterator[Ignore] = chart.ignored
        for entry in ignored:
            for cited in re.findall(r"\(([^()]*)\)", entry.why):
                if re.match(rf"{SECTION}\b|{ITEM}\b", cited):
                    yield f"{chart.name} {entry}", cited


def unknown_in(citation: str) -> list[str]:
    """List what *citation* names and the page does not."""
    if citation.startswith(("design:", "peers ")):
        return [part for part in citation.split("; ") if not _is_ours(part)]
    if re.match(r"[\d +]+s: the steps of", citation):
        return []
    head, _, tail = citation.partition(": ")
    lost = []
    for part in re.split(r", |\[|\]", head):
        if _is_ours(f"{part}: {tail}" if part == "design" else part):
            continue
        for word in part.split():
            known = word in KEYS | PLACES | STANDARDS or not re.fullmatch(
                rf"{KEY}|{SECTION}|{ITEM}", word
            )
            lost += [] if known else [word]
    for group in re.findall(r"[(\[]([^()\[\]]*)[)\]]", tail):
        words = re.findall(rf"(?<![\w#.-]){KEY}(?![\w#.-])", group)
        lost += [word for word in words if word not in KEYS | WORDS]
    return lost


def _is_ours(part: str) -> bool:
    return any(part.startswith(place) for place in PLACES if ":" in place or " " in place)


CITATIONS = sorted({*sources(), *remarks()})


def test_there_is_something_to_check() -> None:
    """A check that finds no citation would pass for ever."""
    assert len(CITATIONS) > 300
    assert {"M197", "F923", "ZN", "Z#43580"} <= KEYS
    assert {"6.4", "q8", "f15", "design: the ladder", "peers 6.1"} <= PLACES


@pytest.mark.parametrize(
    ("citation", "expected"),
    [
        ("6.4: 24 s max RC76 (KR), 30 s (STM)", []),
        ("6.4: 24 s max RC76 (KRX)", ["KRX"]),
        ("77 [ZN]", ["77"]),
        ("6.1 [NOBODY]", []),  # too long for a key: the next test reads every bracket
        ("6.1 [ZZ]", ["ZZ"]),
        ("q99", ["q99"]),
        ("design: the ladder; peers 6.1 (attach bans)", []),
        ("design: magic", ["design: magic"]),
    ],
)
def test_an_unknown_citation_is_found(citation: str, expected: list[str]) -> None:
    """The check tells what the page defines from what it does not."""
    assert expected == unknown_in(citation)


@pytest.mark.parametrize(("who", "citation"), CITATIONS)
def test_every_citation_can_be_followed(who: str, citation: str) -> None:
    """Users have this repository and nothing else; a number without evidence is a rumour."""
    assert [] == unknown_in(citation), who


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_every_key_in_brackets_is_defined(path: Path) -> None:
    """Comments and docstrings cite too, and nobody can tell which key is a misprint."""
    text = path.read_text("utf-8")
    # Behind a blank, a quote or a bracket: [ES] within a regular expression is no citation.
    groups = re.findall(rf"""(?<=[\s"'(])\[({KEY}(?:[ ,][^\[\]]*)?)\](?=[\s.,;:)"'])""", text)
    cited = {key for group in groups for key in re.findall(rf"(?:^|, )({KEY})(?= |,|$)", group)}

    assert set() == cited - KEYS - NO_CITATIONS


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT / "src")))
def test_every_section_before_a_key_is_defined(path: Path) -> None:
    """The same for the numbers in comments and docstrings."""
    text = path.read_text("utf-8")
    cited = set(re.findall(rf"""(?<=[\s"'(])({SECTION}|{ITEM})(?= \[{KEY}[\],])""", text))
    cited |= set(re.findall(rf"""(?<=[\s"'(])({ITEM})(?=[\s.,;:)"'])""", text))

    assert set() == cited - PLACES - NO_CITATIONS


def test_no_key_is_defined_twice_or_for_nothing() -> None:
    """Each key is defined once, and somebody cites it: the code, or a section of the page."""
    part = PAGE.partition("## Keys")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ((?:`[^`|]+` ?)+)\|", part, re.MULTILINE)
    listed = [key for cell in rows for key in re.findall(r"`([^`]+)`", cell)]
    rest = PAGE.replace(part, "") + "".join(path.read_text("utf-8") for path in MODULES)
    idle = [key for key in listed if not re.search(rf"(?<![\w#-]){key}(?![\w#-])", rest)]

    assert sorted(set(listed)) == sorted(listed)
    assert [] == idle
