"""Every key does what the help says of it, and the keyboard alone is enough."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.view.browser import Review
from tests.view.conftest import Opener

CAPTURES = Path(__file__).parent.parent / "captures"

THREAD = (CAPTURES / "rc7620-thread-complete.log").read_bytes()
#: A socket that falls on line 9, is torn down, and falls again on line 25.
TWICE = (
    THREAD
    + b"Tx: AT+KTCPCLOSE=1,1\nRx: OK\nTx: AT+KTCPDEL=1\nRx: OK\nTx: AT+KTCPSTAT=1\n"
    + b"Rx: +CME ERROR: 910\nTx: AT+CSQ\nRx: +CSQ: 17,99\nRx: OK\n"
    + b"".join(line for line in THREAD.splitlines(keepends=True) if b"+KCNX_IND" not in line)
)
LAST = 25


@pytest.fixture(scope="module")
def review(opened: Opener) -> Review:
    """The page of a socket that falls twice."""
    return opened(TWICE)


Seen = Callable[[Review], object]


def line(review: Review) -> object:
    """The selected line."""
    return review.line()


def paged(review: Review) -> object:
    """Whether the selection is about a screen from the top."""
    rows = review.box("#rows")["height"] / 22
    return rows - 3 <= review.line() <= rows + 1


def focused(review: Review) -> object:
    """The chart whose drawing is large."""
    return review.ask("document.querySelector('.card.focused').dataset.chart")


def shown(review: Review) -> object:
    """What the filter says of its share."""
    return review.text("#filter-count")


def said(review: Review) -> object:
    """What was said last."""
    return review.text("#status")


def active(review: Review) -> object:
    """What has the focus of the keyboard."""
    return review.ask("document.activeElement.id || document.activeElement.tagName")


def helped(review: Review) -> object:
    """Whether the help is open."""
    return review.ask("document.getElementById('help').open")


def paper(review: Review) -> object:
    """The colour behind everything."""
    return review.style("body", "background-color")


# fmt: off
#: Where the page stands, what is pressed, what is looked at, and what is there then.
KEYS: list[tuple[str, str, tuple[str, ...], Seen, object]] = [
    # key          at          pressed                        what       is
    ("e",          "l=1",      ("e",),                        line,      9),
    ("e",          "l=9",      ("e",),                        line,      25),
    ("e",          "l=25",     ("e",),                        said,      "No wobble after this line."),
    ("E",          "l=25",     ("E",),                        line,      9),
    ("w",          "l=1",      ("w",),                        line,      9),
    ("w",          "l=9",      ("w",),                        line,      11),
    ("w",          "l=9",      ("w", "w", "w"),               line,      15),
    ("W",          "l=25",     ("W",),                        line,      15),
    (".",          "l=4",      (".",),                        line,      6),
    (".",          "l=7",      (".",),                        line,      9),
    (",",          "l=9",      (",",),                        line,      7),
    (".",          "l=16",     ("f", "."),                    line,      18),
    ("j",          "l=4",      ("j",),                        line,      5),
    ("j",          "l=25",     ("j",),                        line,      25),
    ("k",          "l=4",      ("k",),                        line,      3),
    ("↓",          "l=4",      ("ArrowDown",),                line,      5),
    ("↑",          "l=4",      ("ArrowUp",),                  line,      3),
    ("Page ↓",     "l=1",      ("PageDown",),                 paged,     True),
    ("Page ↑",     "l=25",     ("PageUp", "PageDown"),        line,      LAST),
    ("Home",       "l=9",      ("Home",),                     line,      1),
    ("End",        "l=9",      ("End",),                      line,      LAST),
    ("/",          "l=9",      ("/",),                        active,    "query"),
    ("n",          "l=9",      ("n",),                        said,      "Nothing is looked for: / leads to the filter."),
    ("n",          "l=1&q=AT%2BKTCPCNX", ("n",),              line,      4),
    ("n",          "l=4&q=AT%2BKTCPCNX", ("n",),              line,      22),
    ("n",          "l=25&q=AT%2BKTCPCNX", ("n",),             line,      4),
    ("N",          "l=22&q=AT%2BKTCPCNX", ("N",),             line,      4),
    ("u",          "l=6",      ("u", "u"),                    said,      "Bookmark taken off line 6."),
    ("U",          "l=5",      ("u", "End", "U", "u"),        line,      5),
    ("U",          "l=9",      ("U",),                        said,      "There is no bookmark: u sets one."),
    ("Esc",        "l=9&q=923", ("Escape",),                  shown,     "25 of 25"),
    ("Esc",        "l=9",      ("/", "Escape"),               active,    "rows"),
    ("f",          "l=9",      ("f",),                        focused,   "line"),
    ("f",          "l=7",      ("f",),                        focused,   "modem"),
    ("f",          "l=7",      ("f", "f"),                    focused,   "pdp"),
    ("t",          "l=9",      ("t",),                        paper,     "rgb(21, 23, 26)"),
    ("t",          "l=9",      ("t",),                        paper,     "rgb(255, 255, 255)"),
    ("c",          "l=9",      ("c",),                        said,      "Line 9 copied."),
    ("y",          "l=9",      ("y",),                        said,      "Link copied."),
    ("?",          "l=9",      ("?",),                        helped,    True),
    ("?",          "l=9",      ("?", "?"),                    helped,    False),
    ("Esc",        "l=9",      ("?", "Escape"),               helped,    False),
]
# fmt: on


@pytest.mark.parametrize(
    ("mark", "pressed", "what", "expected"),
    [row[1:] for row in KEYS],
    ids=[f"{key}-{mark}-{what.__name__}" for key, mark, _, what, _ in KEYS],
)
def test_a_key_does_what_the_help_says(
    mark: str, pressed: tuple[str, ...], what: Seen, expected: object, review: Review
) -> None:
    """One row of the table at a time."""
    review.go("l=9")
    review.go(mark)
    review.press(*pressed)

    assert expected == what(review)


def test_the_help_names_these_keys_and_those_of_the_time_line(review: Review) -> None:
    """No key is without a test, and no key of the tests is without help."""
    review.go("l=9")
    groups = review.ask(
        "[...document.querySelectorAll('#help-body section')].map((part) => "
        "[part.querySelector('h3').textContent, "
        "[...part.querySelectorAll('kbd')].map((key) => key.textContent)])"
    )
    named = {key for group, keys in groups if not group.startswith("Time line") for key in keys}
    of_time = {key for group, keys in groups if group.startswith("Time line") for key in keys}

    assert {key for key, *_ in KEYS} == named
    assert {"W", "S", "A", "D", "0", "←", "→"} == of_time


def test_the_keys_of_the_time_line(review: Review) -> None:
    """With the focus on it W and S zoom, A and D pan, and the arrows go from row to row."""
    review.go("l=9")
    review.page.focus("#time-front")

    def drawn() -> object:
        return review.ask("document.getElementById('time-base').toDataURL()")

    whole = drawn()
    review.press("w", "w", "w")
    zoomed = drawn()
    assert whole != zoomed
    review.press("d")
    panned = drawn()
    assert zoomed != panned
    review.press("a")
    assert panned != drawn()
    review.press("s")
    assert zoomed != drawn()
    review.press("0")
    assert whole == drawn()
    assert 9 == review.line()
    review.press("ArrowRight")
    assert 10 == review.line()
    review.press("ArrowLeft", "ArrowLeft")
    assert 8 == review.line()
    assert "line 8" == review.page.get_attribute("#time-front", "aria-valuetext")


def test_the_time_line_goes_where_it_is_clicked(review: Review) -> None:
    """A click selects the row there; dragging goes on selecting."""
    review.go("l=9")
    box = review.box("#time-front")
    place = [box["x"] + 4 + (box["width"] - 8) * share / LAST for share in (3.5, 20.5)]
    review.page.mouse.move(place[0], box["y"] + 20)
    review.page.mouse.down()
    review.settle()
    assert 4 == review.line()
    review.page.mouse.move(place[1], box["y"] + 20)
    review.page.mouse.up()
    review.settle()

    assert 21 == review.line()


def test_the_strip_beside_the_list_leads_to_its_marks(review: Review) -> None:
    """A wobble's mark stands where it is in the whole list, in red; a click near it goes there."""
    review.go("l=9")
    strip = review.box("#ticks")
    y = strip["y"] + (9 - 1) / LAST * strip["height"]
    red, green, _ = review.pixel(strip["x"] + strip["width"] / 2, y)
    assert (True, True) == (red > 150, green < 70)
    review.go("l=1")
    review.page.mouse.click(strip["x"] + 5, y + 4)
    review.settle()

    assert 9 == review.line()


def test_letters_are_letters_in_the_filter_line(review: Review) -> None:
    """No key of the page fires while a term is typed."""
    review.go("l=9")
    review.page.focus("#query")
    review.page.keyboard.type("ewu.,jkn?ft")
    review.settle()

    assert ("ewu.,jkn?ft", 9) == (review.page.input_value("#query"), review.line())
    assert review.ask("!document.getElementById('help').open")
    review.press("Escape")


def test_focus_goes_round_and_can_be_seen(review: Review) -> None:
    """Tab reaches every part, shows where it is, is never trapped; Enter works a button."""
    review.open("l=9")
    reached: list[str] = []
    script = """() => {
      const at = document.activeElement;
      const seen = at === document.body || getComputedStyle(at).outlineStyle !== 'none';
      return [at.id || at.dataset.key || at.className || at.tagName, seen];
    }"""
    for _ in range(90):
        review.page.keyboard.press("Tab")
        name, is_seen = review.ask(script)
        assert is_seen, name
        reached.append(str(name))

    parts = {"e", "E", "query", "hide", "lane", "time-front", "card-name", "paper", "rows"}
    assert parts | {"detail", "summary", "jump", "?"} <= set(reached)
    assert 2 <= reached.count("query")
    review.page.focus("[data-key=e]")
    review.press("Enter")
    assert 25 == review.line()


def test_the_list_tells_a_screen_reader_what_is_selected(review: Review) -> None:
    """The option that is meant, its place, and of how many."""
    review.go("l=9")
    row = review.page.get_attribute("#rows", "aria-activedescendant")

    script = "(id) => ['aria-selected', 'aria-posinset', 'aria-setsize'].map((name) => "
    script += "document.getElementById(id).getAttribute(name))"
    assert ["true", "9", str(LAST)] == review.ask(script, row)
    assert "modem to host" in review.text(f"#{row}")


def test_a_ticket_has_all_that_was_decided(review: Review) -> None:
    """What is copied can be read without the page."""
    review.go("l=9")
    review.press("c")
    ticket = str(review.ask("window.copied"))

    for words in (
        "WOBBLE tcp 1 refused in connecting, since line 4",
        "  got   +CME ERROR: 923",
        "  due   +KTCP_IND: 1,1",
        "  why   `+CME ERROR: 923`: the modem did not open data mode",
        "  do    Do not repair it, make a new one",
        "  proof line 7: +KCNX_IND: 1,1,0",
        "    row(connecting, send_refused, wobble_refused): closed world",
        ">       9 <- +CME ERROR: 923",
    ):
        assert words in ticket
    review.press("y")
    assert f"{review.address}#l=9" == review.ask("window.copied")


def test_the_address_keeps_up_and_can_be_opened(review: Review) -> None:
    """The selected line and the filter stand in the address; opened anew, it shows the same."""
    review.go("l=9")
    review.filter("dir:rx -is:urc")
    review.press("End")
    review.comes_to("l=25&q=dir%3Arx%20-is%3Aurc")
    count = shown(review)
    review.open("l=25&q=dir%3Arx%20-is%3Aurc")

    assert (25, count) == (review.line(), shown(review))
    review.go("l=999")
    assert "Line 999 is not on this page." == said(review)
    review.go("l=9")
