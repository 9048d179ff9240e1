"""The page of two logs: what is in it, beside what, and what is not."""

from __future__ import annotations

import base64
import gzip
import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from atfsm.replay.compare import compare
from atfsm.replay.compare.read import read_course
from atfsm.replay.trace import Trace
from atfsm.view import compare_page
from atfsm.view.twin import ALONE_A, ALONE_B, FACING, Half
from tests.replay.pairs import BOOT, CLOSE, CONNECTED, GOOD, OPEN, POLL, REFUSED, SEND, written
from tests.view.reading import Page, hash_of

CAPTURES = sorted((Path(__file__).parent.parent / "captures").glob("*.log"))
BAD = BOOT + OPEN + REFUSED
Paired = tuple[int | None, int | None]  #: physical lines of A and B that stand beside one another


class TwinPage(Page):
    """A page of two logs, read back: the first is read as the page of one is."""

    def __init__(self, data: bytes) -> None:
        html = data.decode("utf-8")
        told = json.loads(script(html, "atfsm-meta"))
        self.twin_meta: dict[str, Any] = told
        self.sides = [
            lines_of(told[side], script(html, name))
            for side, name in (("a", "atfsm-log"), ("b", "atfsm-other"))
        ]
        self.html = html

    def pairs(self) -> list[Paired]:
        """The lines of both, as they stand beside one another."""
        rows = [0, 0]
        found: list[Paired] = []
        stretches = self.twin_meta["stretches"]
        for sort, size in zip(stretches[::2], stretches[1::2], strict=True):
            for _ in range(size):
                pair: list[int | None] = [None, None]
                for side, alone in ((0, ALONE_B), (1, ALONE_A)):
                    if sort != alone:
                        pair[side] = self.sides[side][rows[side]]
                        rows[side] += 1
                found.append((pair[0], pair[1]))
        assert [len(side) for side in self.sides] == rows
        return found


def script(html: str, name: str) -> str:
    """What stands in a script element."""
    found = re.search(rf'<script type="[^"]+" id="{name}">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return found[1]


def lines_of(told: dict[str, Any], packed: str) -> list[int]:
    """The physical line of each row of a log."""
    blob = gzip.decompress(base64.b64decode(packed, validate=True))
    (section,) = [each for each in told["log"]["sections"] if each["name"] == "line"]
    start, count = section["offset"], section["length"]
    steps = memoryview(blob)[start : start + 4 * count].cast("I")
    lines, line = [], 0
    for step in steps:
        line += step
        lines.append(line)
    return lines


def paged(folder: Path, a: str, b: str, **options: Any) -> TwinPage:  # noqa: ANN401
    """Write two scripts as logs, and their page; read it."""
    names = written(folder / "a.log", a, "arrows"), written(folder / "b.log", b, "arrows")
    page = folder / "page.html"
    compare_page(names, page, **options)
    return TwinPage(page.read_bytes())


def test_common_moves_stand_beside_one_another(tmp_path: Path) -> None:
    """Polls of one side alone have a gap beside them; what follows is in step again."""
    b = BOOT + POLL + OPEN + CONNECTED
    page = paged(tmp_path, BOOT + OPEN + CONNECTED, b)
    polls = (12, 13, 14)
    expected = [
        *((line, line) for line in range(1, 12)),
        *((None, line) for line in polls),
        *((line, line + 3) for line in range(12, 20)),
    ]

    assert expected == page.pairs()


def test_what_differs_stands_face_to_face(tmp_path: Path) -> None:
    """What A did next stands beside what B did next, and it is the first difference."""
    page = paged(tmp_path, GOOD, BAD)
    (difference,) = page.twin_meta["differences"]
    rows = {"a": difference["a_row"], "b": difference["b_row"]}

    assert (18, 18) in page.pairs()
    assert (19, 20) in page.pairs()
    assert (19, 20) == (page.sides[0][rows["a"]], page.sides[1][rows["b"]])
    assert FACING in page.twin_meta["stretches"][::2]
    assert difference["sentence"] in page.html.replace("&#x27;", "'")


@pytest.mark.parametrize("number", range(12))
def test_the_page_says_what_the_text_says(number: int, tmp_path: Path) -> None:
    """The same sentence, the same verdict; every row of both logs, once."""
    pairs = list(combinations(CAPTURES, 2))
    a, b = pairs[number * 97 % len(pairs)]
    page = tmp_path / "page.html"
    told = compare_page((str(a), str(b)), page)
    text = compare(str(a), str(b))
    twin = TwinPage(page.read_bytes())

    assert text.to_json() == told.to_json()
    assert text.difference_count == twin.twin_meta["difference_count"]
    assert [] == [pair for pair in twin.pairs() if pair == (None, None)]


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_trace_has_the_moves_of_a_replay(path: Path) -> None:
    """The page follows line by line what the text follows run by run: the moves are the same."""
    fast = read_course(str(path))
    half = Half(Trace(str(path)), veil=None, lines_at_most=1_000_000)
    traced = half.course

    assert (fast.codes, fast.lines, fast.parts) == (traced.codes, traced.lines, traced.parts)
    assert fast.causes == traced.causes
    assert [fast.time_s(i) for i in range(len(fast))] == [
        traced.time_s(i) for i in range(len(traced))
    ]
    assert len(traced) == len(half.rows)


def test_nothing_secret_reaches_the_page(tmp_path: Path) -> None:
    """What only one of the logs shows to be secret is hidden in the other, too."""
    number = "87654321"
    a = GOOD + f'1 → AT+CPIN="{number}"\n0.1 ← OK\n'
    b = GOOD + f"1 ← +XPIN: {number}\n"
    hidden = paged(tmp_path, a, b)
    shown = paged(tmp_path, a, b, redact=False)

    assert number not in everything(hidden)
    assert number in everything(shown)
    assert shown.twin_meta["redacted"] is None


def everything(page: TwinPage) -> str:
    """All that the page holds, unpacked."""
    packed = [script(page.html, name) for name in ("atfsm-log", "atfsm-other")]
    blobs = [gzip.decompress(base64.b64decode(each)) for each in packed]
    return page.html + b"".join(blobs).decode("utf-8", "replace")


def test_only_what_the_policy_names_may_run(tmp_path: Path) -> None:
    """The one script and the one style sheet have the hashes that the policy names."""
    html = paged(tmp_path, GOOD, BAD).html
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', html)
    (code,) = re.findall(r'<script type="module">(.*?)</script>', html, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)

    assert f"script-src '{hash_of(code)}'" in policy.replace("&#x27;", "'")
    assert f"style-src '{hash_of(style)}'" in policy.replace("&#x27;", "'")
    assert "default-src 'none'" in policy.replace("&#x27;", "'")


def test_a_hostile_name_and_line_are_text(tmp_path: Path) -> None:
    """Markup in a log, or in its name, is shown and not obeyed."""
    evil = "<img src=x onerror=alert(1)>"
    folder = tmp_path / evil.replace("/", "")
    folder.mkdir()
    page = paged(folder, GOOD, f'{BAD}0.1 → AT+KTCPCFG=1,0,"{evil}",7\n')

    assert "<img" not in page.html


def test_lines_that_are_left_out_are_told(tmp_path: Path) -> None:
    """A page that does not hold all lines says so, and still goes to the difference."""
    a = GOOD.removesuffix(CLOSE) + POLL * 200 + SEND
    b = GOOD.removesuffix(CLOSE) + POLL * 200 + CLOSE
    page = paged(tmp_path, a, b, lines_at_most=30)
    (difference,) = page.twin_meta["differences"]

    assert any("not on this page" in words for words in page.twin_meta["a"]["omitted_words"])
    assert (624, 624) == (
        page.sides[0][difference["a_row"]],
        page.sides[1][difference["b_row"]],
    )
