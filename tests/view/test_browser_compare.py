"""The page of two logs in a browser: where they part is what is seen first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from atfsm.view import compare_page
from tests.replay.pairs import (
    BOOT,
    CLOSE,
    CONNECTED,
    GOOD,
    LOST,
    OPEN,
    POLL,
    REFUSED,
    REOPEN,
    RESET,
    SEND,
    written,
)
from tests.view.browser import LAPTOP, Review
from tests.view.test_browser_access import violations

BAD = BOOT + OPEN + REFUSED + RESET + REOPEN + CONNECTED + SEND + LOST
LONG = BOOT + POLL * 40 + OPEN + CONNECTED + SEND * 30

Opener = Callable[..., Review]


@pytest.fixture(scope="module")
def compared(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    """Open the pages of two scripts; in the end, none of them may have met an error."""
    pages: list[Review] = []

    def open_page(a: str, b: str, **options: Any) -> Review:  # noqa: ANN401
        folder = tmp_path_factory.mktemp("page")
        names = written(folder / "a.log", a, "arrows"), written(folder / "b.log", b, "arrows")
        compare_page(names, folder / "page.html", command="atfsm compare a.log b.log")
        pages.append(Review(browser, folder / "page.html", **options))
        return pages[-1]

    yield open_page
    for page in pages:
        page.close()


@pytest.fixture(scope="module")
def parted(compared: Opener) -> Review:
    """A good run, and one that sends too early, begins anew, and loses the connection."""
    return compared(GOOD, BAD)


def selected(review: Review) -> tuple[str, str, str]:
    """The lines of the selected row: of A, what stands between, of B; empty for a gap."""
    script = """() => {
      const row = document.querySelector('.twin[aria-selected="true"]');
      const [a, b] = [...row.querySelectorAll(".half")]
        .map((half) => half.querySelector(".number")?.textContent ?? "");
      return [a, row.querySelector(".gutter").textContent, b];
    }"""
    a, middle, b = review.ask(script)
    return a, middle, b


def standing(review: Review, chart: str) -> dict[str, set[str]]:
    """Which states are lit for A, and which for B."""
    script = """(chart) => ["a", "b"].map((side) =>
      [...document.querySelectorAll(`[id^="${chart}-state-"].now-${side}`)]
        .map((state) => state.id.slice(chart.length + 7)))"""
    a, b = review.ask(script, chart)
    return {"A": set(a), "B": set(b)}


def test_it_opens_where_they_part(parted: Review) -> None:
    """The sentence on top, the row in sight and marked by a sign, the machines of both lit."""
    parted.open()
    frame, row = parted.box("#rows"), parted.box('.twin[aria-selected="true"]')

    assert "tcp 1: A goes connecting → connected" in parted.text("#finding-why")
    assert "the modem did not open data mode" in parted.text("#finding-do")
    assert "last common state: line 18 of A, line 18 of B" in parted.text("#finding-where")
    assert "1 of 2 differences" == parted.text("#finding-count")
    assert frame["y"] <= row["y"]
    assert row["y"] + row["height"] <= frame["y"] + frame["height"]
    assert "≠" == selected(parted)[1]
    assert {"A": {"connecting"}, "B": {"wobble_refused"}} == standing(parted, "tcp")


def test_the_lights_differ_by_more_than_colour(parted: Review) -> None:
    """Each light has its letter, on a shape of its own."""
    parted.open()
    shapes = parted.ask(
        """() => ["a", "b"].map((side) => {
          const badge = document.querySelector(`.focused .badge-${side}`);
          return [badge.firstChild.tagName, badge.textContent, badge.getBoundingClientRect().width];
        })"""
    )

    assert [["circle", "A"], ["rect", "B"]] == [shape[:2] for shape in shapes]
    assert min(width for *_, width in shapes) > 8
    assert parted.style("#tcp-state-wobble_refused path", "stroke-dasharray") != "none"


def test_common_lines_stand_beside_one_another(parted: Review) -> None:
    """The last common state is one row, and the halves of every row stand on one line."""
    parted.open()
    parted.press("k", "k")
    assert ("18", "=", "18") == selected(parted)
    tops = parted.ask(
        """() => [...document.querySelectorAll(".twin")].map((row) =>
          [...row.querySelectorAll(".half")].map((half) => half.getBoundingClientRect().top))"""
    )
    assert all(a == b for a, b in tops)
    assert {"A": {"connecting"}, "B": {"connecting"}} == standing(parted, "tcp")


def test_keys_lead_from_difference_to_difference(parted: Review) -> None:
    """The key d goes on, D goes back, and where there is none the page says so."""
    parted.open()
    first = selected(parted)
    parted.press("d")
    second = selected(parted)
    assert "2 of 2 differences" == parted.text("#finding-count")
    assert "closing" in parted.text("#finding-why")
    assert "wobble_dropped" in parted.text("#finding-why")
    parted.press("d")
    assert (second, "No difference after this line.") == (
        *(selected(parted),),
        parted.text("#status"),
    )
    parted.press("D")
    assert (first, "1 of 2 differences") == (selected(parted), parted.text("#finding-count"))


# fmt: off
KEYS: dict[str, tuple[tuple[str, ...], tuple[str, str, str]]] = {
    "next line":       (("Home", "j"),        ("2", "", "2")),
    "previous line":   (("Home", "j", "k"),   ("1", "", "1")),
    "arrows":          (("Home", "ArrowDown", "ArrowDown", "ArrowUp"), ("2", "", "2")),
    "the first line":  (("Home",),            ("1", "", "1")),
    "the next change": (("Home", "."),        ("4", "", "4")),
    "the one before":  (("Home", ".", ".", ","), ("4", "", "4")),
}
# fmt: on


@pytest.mark.parametrize("name", KEYS)
def test_keys_move_the_selection(name: str, parted: Review) -> None:
    """As on the page of one log."""
    keys, expected = KEYS[name]
    parted.open()
    parted.press(*keys)

    assert expected == selected(parted)


def test_a_click_selects_a_row(parted: Review) -> None:
    """A row is picked by either half."""
    parted.open()
    parted.press("Home")
    # By its number: the list may keep more rows than are in sight, and draws them anew.
    parted.page.locator('.twin[data-row="4"] .half').nth(1).click()
    parted.settle()

    assert ("5", "", "5") == selected(parted)


def test_the_help_names_the_keys(parted: Review) -> None:
    """? opens it, Escape closes it."""
    parted.open()
    parted.press("?")
    assert parted.page.locator("#help").is_visible()
    assert "next difference" in parted.text("#help-body")
    parted.press("Escape")
    assert not parted.page.locator("#help").is_visible()


def test_f_shows_another_drawing(parted: Review) -> None:
    """The large place is given to one drawing after the other."""
    parted.open()
    assert "tcp" == parted.text(".focused .card-name")
    parted.press("f")
    assert "tcp" != parted.text(".focused .card-name")


def test_a_state_that_both_are_in_is_written_once(parted: Review) -> None:
    """Where they part, the two states stand side by side."""
    parted.open()
    captions = """() => Object.fromEntries([...document.querySelectorAll(".card")].map((card) =>
      [card.dataset.chart, card.querySelector(".card-state").textContent.trim()]))"""
    told = parted.ask(captions)

    assert "A B idle" == told["line"]
    assert "A connecting B wobble_refused" == told["tcp"]


def test_the_same_is_said_to_be_the_same(compared: Opener) -> None:
    """Without a difference it opens on the first line, and says so."""
    review = compared(GOOD, BOOT + POLL + OPEN + CONNECTED + SEND + CLOSE)

    assert "The machines did the same." == review.text("#finding-why")
    assert "same" == review.text("#finding-verdict strong")
    assert ("1", "", "1") == selected(review)
    review.press("d")
    assert "No difference after this line." == review.text("#status")


def test_a_difference_far_down_is_in_sight(compared: Opener) -> None:
    """Of a long log, the page opens on the difference, and draws the rows in sight only."""
    review = compared(LONG + CLOSE, LONG + LOST)
    frame, row = review.box("#rows"), review.box('.twin[aria-selected="true"]')

    assert ("260", "≠", "260") == selected(review)
    assert frame["y"] <= row["y"] <= frame["y"] + frame["height"] - row["height"]
    assert review.page.locator(".twin").count() < 80


def test_nothing_at_all_is_shown_as_nothing(compared: Opener) -> None:
    """Two empty logs make a page, too."""
    review = compared("", "")

    assert "undecided" == review.text("#finding-verdict strong")
    assert "There are no lines to show." == review.text("#rows-none")


@pytest.mark.parametrize("size", [(1366, 768), (1024, 768), (1920, 1080)])
def test_everything_is_on_the_screen(size: tuple[int, int], parted: Review) -> None:
    """The page itself does not scroll: each part has its place, and room in it."""
    width, height = size
    parted.page.set_viewport_size({"width": width, "height": height})
    parted.open()
    boxes = {
        part: parted.box(part) for part in ("#finding", "#tools", "#charts", "#rows", "#strip")
    }
    for part, box in boxes.items():
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width, part
        assert 0 <= box["y"] <= box["y"] + box["height"] <= height, part
    assert boxes["#rows"]["height"] >= 5 * 22
    assert boxes["#charts"]["height"] >= 150
    parted.page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(scheme: str, compared: Opener) -> None:
    """As it opens, on a wobble, and with the help open."""
    review = compared(GOOD, BAD, color_scheme=scheme)
    assert [] == violations(review)
    review.press("?")
    assert [] == violations(review)


def test_it_is_read_without_script(browser: Browser, tmp_path: Path) -> None:
    """The sentence, the last common state and the verdict need none."""
    names = written(tmp_path / "a.log", GOOD, "arrows"), written(tmp_path / "b.log", BAD, "arrows")
    compare_page(names, tmp_path / "page.html")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    words = page.text_content("#finding") or ""
    context.close()

    assert "tcp 1: A goes connecting → connected" in words
    assert "last common state: line 18 of A" in words
    assert "of the moves are common" in words


def said(script: str) -> list[str]:
    """The lines of a script, as the log has them: what is on line 1 comes first."""
    return [line.split(maxsplit=1)[1] for line in script.splitlines() if line.strip()]


def shown(review: Review) -> list[tuple[int, int]]:
    """The rows that the list shows: the line of A and that of B; 0 for a gap."""
    script = """() => [...document.querySelectorAll(".twin")].map((row) =>
      [...row.querySelectorAll(".half")].map((half) =>
        Number(half.querySelector(".number")?.textContent ?? 0)))"""
    return [(a, b) for a, b in review.ask(script)]


def signs(review: Review) -> list[str]:
    """What stands in the middle of the rows."""
    script = "() => [...document.querySelectorAll('.gutter')].map((gutter) => gutter.textContent)"
    return list(review.ask(script))


@pytest.fixture
def whole(parted: Review) -> Iterator[Review]:
    """The page in a window that is so high that every row is in the document."""
    parted.page.set_viewport_size({"width": 1366, "height": 2400})
    parted.open()
    yield parted
    parted.page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})


# fmt: off
FILTERS: dict[str, Callable[[str], bool]] = {
    "KTCPSND":              lambda line: "KTCPSND" in line,
    "dir:tx -KTCP":         lambda line: line.startswith("→") and "KTCP" not in line,
    "cme:923":              lambda line: line.endswith("ERROR: 923"),
    '"+KCNX_IND: 1,1" OK':  lambda line: "+KCNX_IND: 1,1" in line and "OK" in line,
}
# fmt: on


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_shows_rows_of_which_a_line_answers(text: str, whole: Review) -> None:
    """Of either log: what stands beside it is shown with it."""
    whole.filter(text)
    rows = shown(whole)

    answers = FILTERS[text]
    in_a, in_b = (
        {number for number, line in enumerate(said(script), 1) if answers(line)}
        for script in (GOOD, BAD)
    )
    assert in_a <= {a for a, _ in rows}
    assert in_b <= {b for _, b in rows}
    assert [] == [(a, b) for a, b in rows if a not in in_a and b not in in_b]
    assert whole.text("#filter-count").startswith(f"{len(rows)} of ")
    assert ("" if rows else "No line answers the filter.") == whole.text("#rows-none")


def test_what_differs_can_be_asked_for(whole: Review) -> None:
    """The term is:different leaves the rows with a sign, its opposite the others."""
    every = signs(whole)
    whole.filter("is:different")
    different = signs(whole)
    whole.filter("-is:different")
    same = signs(whole)

    assert {"", "="} == set(same)
    assert not {"", "="} & set(different)
    assert "≠" in different
    assert sorted(every) == sorted([*different, *same])


def test_a_bad_term_is_told_on_the_page_of_two(parted: Review) -> None:
    """It names the terms that there are, this page's own among them."""
    parted.open()
    parted.filter("is:strange")

    assert "is:strange is not known" in parted.text("#filter-problem")
    assert "different" in parted.text("#filter-problem")
    assert parted.page.locator(".twin").count() > 0


def test_keys_find(parted: Review) -> None:
    """/ leads to the filter, n and N to its hits, Escape empties it."""
    parted.open()
    parted.press("/")
    assert "query" == parted.ask("() => document.activeElement.id")
    parted.filter("+KTCP_IND")
    parted.press("Home", "n")
    hit = selected(parted)
    assert "19" in hit
    parted.press("n", "N")
    assert hit == selected(parted)
    parted.press("/", "Escape")
    assert "" == parted.page.input_value("#query")
    total = parted.text("#filter-count").split(" of ")
    assert total[0] == total[1]


def test_a_step_over_what_is_hidden_says_so(parted: Review) -> None:
    """A difference is gone to whatever the filter shows, a change among what it shows."""
    parted.open()
    parted.filter("KSUP")
    parted.press("Home", "d")
    assert "The filter hides this line." == parted.text("#status")
    parted.press(".")
    assert (
        "No change of a machine after this line among the lines that the filter shows."
        == parted.text("#status")
    )


# fmt: off
LINKS: dict[str, tuple[str, tuple[str, str, str]]] = {
    "a line of A":              ("a=5", ("5", "", "5")),
    "a line of B":              ("b=7", ("7", "", "7")),
    "of both":                  ("a=18&b=18", ("18", "=", "18")),
    "under a filter":           ("a=18&q=KCNX", ("18", "=", "18")),
    "a line that is not there": ("a=999", ("", "≠", "20")),
    "nothing":                  ("x=1", ("", "≠", "20")),
}
# fmt: on


@pytest.mark.parametrize("name", LINKS)
def test_an_address_leads_to_a_line(name: str, parted: Review) -> None:
    """Of either log, under a filter or not; what there is not, it says."""
    mark, expected = LINKS[name]
    parted.open(mark)

    assert expected == selected(parted)
    assert "`" not in parted.text("#finding")
    if name == "a line that is not there":
        assert "Not on this page: line 999 of A." == parted.text("#status")
    assert ("KCNX" if "filter" in name else "") == parted.page.input_value("#query")


def test_the_address_follows_and_is_copied(parted: Review) -> None:
    """It names the line of both, or of the one that has one there; y copies it."""
    parted.open()
    parted.press("Home", "j", "y")
    parted.comes_to("a=2&b=2")
    assert f"{parted.address}#a=2&b=2" == parted.ask("() => window.copied")
    assert "Link copied." == parted.text("#status")
    parted.press("End")
    last = zip("ab", selected(parted)[::2], strict=True)
    parted.comes_to("&".join(f"{name}={line}" for name, line in last if line))
    parted.go("a=5")
    assert ("5", "", "5") == selected(parted)
