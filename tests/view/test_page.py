"""A page is one file that stands by itself, and nothing of a capture gets out of its place."""

from __future__ import annotations

import gzip
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from atfsm.chart import Chart
from atfsm.charts import CHARTS
from atfsm.diagrams import lay_out
from atfsm.view.drawings import figure
from atfsm.view.page import assets, packed
from tests.view.reading import Page, sources
from tests.view.writing import paged

FOLDER = Path(__file__).parent.parent / "captures"
THREAD = FOLDER / "rc7620-thread-complete.log"
SEND = (
    'Tx: AT+KTCPCFG=1,0,"{}",7\nRx: +KTCPCFG: 1\nRx: OK\nTx: AT+KTCPSND=1,5\nRx: +CME ERROR: {}\n'
)

# What hostile hands put into logs: ends of elements and comments, control characters, turned text.
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</title></style></textarea><img src=x onerror=alert(1)>",
    "<!-- -->",
    "<!--<script>",
    "]]>",
    "&lt;b&gt; &amp; &#60;",
    "\"'><svg onload=alert(1)>",
    "{{script}} {{meta}} {{log}}",
    "\\u003c/script\\u003e",
    "\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe\N{POP DIRECTIONAL FORMATTING}",
    "\x00\x01\x1b[31m\x7f\x85\x9b",
    "\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}",
    "\N{TAG LATIN SMALL LETTER A}\N{VARIATION SELECTOR-16}",
    "`backquoted` $(touch x) %s {0}",
]
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff]"
)


def assert_sound(page: Page) -> None:
    """Check what holds of every page, whatever the capture."""
    script, style = page.hashes
    policy = sources(page.policy)

    assert [] == page.wrong
    assert f"'{script}'" == policy["script-src"]
    assert f"'{style}'" == policy["style-src"]
    assert ("'none'", "data:") == (policy["default-src"], policy["img-src"])
    assert ("'none'", "'none'") == (policy["base-uri"], policy["form-action"])
    assert assets().script == next(t for a, t in page.scripts if a.get("type") == "module")
    assert 3 == len(page.scripts)
    names = {name for _, attributes in page.tags for name in attributes}
    assert not {n for n in names if n.startswith("on")}
    assert "style" not in names
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"img", "iframe", "object", "embed", "link", "base", "textarea"}
    assert not UNSEEN.search(page.html)
    assert not UNSEEN.search("\n".join(page.texts()))
    assert len(page.columns["line"]) == page.meta["log"]["rows"]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.log")), ids=lambda path: path.stem)
def test_the_page_of_each_capture_is_sound(path: Path, tmp_path: Path) -> None:
    """Well-formed, with a policy that names its one script and its one style sheet."""
    assert_sound(paged(path.read_bytes(), tmp_path))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("redact", [True, False])
def test_hostile_text_stays_text(text: str, redact: bool, tmp_path: Path) -> None:
    """In commands, answers, comments and sentences, and as the name of the file."""
    capture = SEND.format(text, text) + f"{text}\n// {text}\nRx: {text}\n"
    page = paged(capture.encode(), tmp_path, redact=redact)

    assert_sound(page)
    shown = "".join(page.texts())
    plain = re.sub(UNSEEN, "", text).strip()
    if text.isascii() and text.isprintable():
        assert plain in shown
    name = re.sub(r"[/\x00]", "", text)[:60] + ".log"
    assert_sound(paged(THREAD.read_bytes(), tmp_path, redact=redact, name=name))


@given(data=st.binary(max_size=600))
@example(data=b"")
@example(data=b"\n")
@example(data=b"\xff\xfe\x00\xd8")  # UTF-16 with half a pair
@example(data=b"AT\r\nOK\r\n\xed\xa0\x80")  # UTF-8 of a surrogate
@example(data=b"Tx: AT\nRx: \xc4\xe3\xba\xc3\nRx: \xe4\xbd\xa0\nRx: OK\n")  # GBK beside UTF-8
@settings(max_examples=60)
def test_any_bytes_make_a_sound_page(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever it is, it is shown line by line, or said to be empty."""
    for each in (data, b"Tx: AT\nRx: OK\nRx: " + data):
        page = paged(each, tmp_path_factory.mktemp("page"))

        assert_sound(page)
        assert sorted({row.line for row in page.rows()}) == list(
            range(1, page.meta["capture"]["lines"] + 1)
        )


def test_an_empty_capture_says_so(tmp_path: Path) -> None:
    """No rows, no drawings but those of the machines that there always are."""
    page = paged(b"", tmp_path)

    assert_sound(page)
    assert "undecided" in page.words
    assert "The capture is empty." in page.words
    assert [] == page.rows()


def test_hundred_thousand_sessions_make_a_small_page(tmp_path: Path) -> None:
    """Ids that no modem gives out are no machines."""
    lines = [f"Rx: +KTCP_IND: {number},1" for number in range(100_000)]
    page = paged(("Tx: AT\nRx: OK\n" + "\n".join(lines)).encode(), tmp_path)

    assert_sound(page)
    assert len(page.meta["machines"]) < 300
    assert 100_002 == len(page.rows())


def test_the_first_words_are_the_finding(tmp_path: Path) -> None:
    """Verdict, sentence, remedy and place can be read without script, and on paper."""
    page = paged(THREAD.read_bytes(), tmp_path)
    first = page.meta["wobbles"][0]
    ids = [a.get("id") for _, a in page.tags]

    assert ["finding", "finding-why", "finding-do"] == [
        name for name in ("finding", "finding-why", "finding-do") if name in ids
    ]
    why, do = (first[name].replace("`", "") for name in ("why", "do"))
    assert 0 <= page.words.find("wobble") < page.words.find(why) < page.words.find(do)
    assert "line 9 · tcp 1 · connecting → wobble_refused" in page.words
    assert "1 of 1 wobble" in page.words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("healthy-rc76-flow", "No machine left its happy path."),
        ("rc7620-thread-complete", "did not open data mode"),
    ],
)
def test_each_verdict_has_its_sentence(name: str, expected: str, tmp_path: Path) -> None:
    """A clean capture says so, a wobble says why, an undecided one what is missing."""
    page = paged((FOLDER / f"{name}.log").read_bytes(), tmp_path)

    assert expected in page.words


def test_an_undecided_capture_says_why(tmp_path: Path) -> None:
    """The notes take the place of the sentence."""
    page = paged(b"Tx: AT+CSQ\n", tmp_path)

    assert "The capture ends while AT+CSQ is unanswered." in page.words


def test_the_page_is_the_same_each_time(tmp_path: Path) -> None:
    """No date, no random order: two pages of one capture can be compared."""
    assert paged(THREAD.read_bytes(), tmp_path).html == paged(THREAD.read_bytes(), tmp_path).html


@pytest.mark.parametrize("size", [0, 1, 767, 768, 786_431, 786_432, 786_433, 2_000_000])
def test_any_size_is_packed_whole(size: int) -> None:
    """Base64 that is written piece by piece is base64 of the whole."""
    import base64
    import random

    data = random.Random(size).randbytes(size)

    assert data == gzip.decompress(base64.b64decode(b"".join(packed(data)), validate=True))


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_a_drawing_has_a_place_for_every_state_and_arrow(chart: Chart) -> None:
    """The script finds each box and each arrow by its name, and no id is there twice."""
    drawn, name = figure(chart), chart.name
    ids = re.findall(r' id="([^"]*)"', drawn)

    assert len(ids) == len(set(ids))
    assert {f"{name}-"} == {each[: len(name) + 1] for each in ids}
    assert {f"{name}-state-{s.name}" for s in chart.states} <= set(ids)
    ways = {each for each in ids if each.startswith(f"{name}-way-")}
    for before, after in pairwise(chart.happy_path):
        assert f"{name}-way-{before}-{after}" in ways
    if chart.wobbles:
        assert {f"{name}-way-wobble", f"{name}-way-reset"} <= ways
    assert drawn.startswith(f'<figure class="drawing" data-chart="{name}"><figcaption>')
    assert "<!--" not in drawn
    assert "<?xml" not in drawn
    assert 'role="img"' in drawn


def test_arrows_between_the_same_two_states_are_numbered() -> None:
    """A second arrow has an id of its own."""
    from atfsm.diagrams.page import Page as Drawing

    drawing = Drawing("x", "x", 100, 100)
    for name in ("a", "b"):
        drawing.box(name, (0, 0), (10, 10), ())
    for _ in range(2):
        drawing.arrow("a", "b", [(0, 0), (0, 50)])
    svg = lay_out(drawing.dot()).decode().replace("&#45;", "-")

    assert ["way-a-b", "way-a-b-2"] == re.findall(r'id="(way-[^"]*)"', svg)
