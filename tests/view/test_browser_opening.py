"""What a reader sees first: the sentence, the row of the wobble, the lights on the drawings."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.view.browser import LAPTOP, Review
from tests.view.conftest import Opener

CAPTURES = Path(__file__).parent.parent / "captures"
THREAD = CAPTURES / "rc7620-thread-complete.log"
SILENT = CAPTURES / "wobble-send-unanswered-stamped.log"
CLEAN = CAPTURES / "healthy-tcp-boot-to-teardown.log"

#: Every piece of text on the screen: its size, its top, and whether it is of the sentence.
TEXTS = """() => {
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = range.getBoundingClientRect();
    const isSeen = node.data.trim() && box.width > 1 && box.height > 1 && box.top < innerHeight &&
      node.parentElement.checkVisibility({visibilityProperty: true, opacityProperty: true});
    if (!isSeen || node.parentElement.closest("svg, .heard")) continue;
    const size = parseFloat(getComputedStyle(node.parentElement).fontSize);
    found.push([size, box.top, Boolean(node.parentElement.closest("#finding-why"))]);
  }
  return found;
}"""


@pytest.fixture(scope="module")
def thread(opened: Opener) -> Review:
    """The case that this project is about: data was sent while the socket was connecting."""
    return opened(THREAD)


def test_the_sentence_is_the_first_and_the_largest_text(thread: Review) -> None:
    """Nothing stands above the sentence, and nothing is as large."""
    thread.open()
    texts = thread.ask(TEXTS)
    sentence = [(size, top) for size, top, is_sentence in texts if is_sentence]
    others = [(size, top) for size, top, is_sentence in texts if not is_sentence]

    assert thread.text("#finding-why").startswith("+CME ERROR: 923: the modem did not open")
    assert max(size for size, _ in others) < max(size for size, _ in sentence)
    assert min(top for _, top in sentence) < min(top for _, top in others)


@pytest.mark.parametrize("size", [(1366, 768), (1366, 640), (1024, 768), (1920, 1080)])
def test_everything_is_on_the_screen(size: tuple[int, int], thread: Review) -> None:
    """On a laptop the page itself does not scroll: each part has its place, and room in it."""
    review = thread
    width, height = size
    review.page.set_viewport_size({"width": width, "height": height})
    review.settle()
    parts = ("#finding", "#tools", "#time", "#charts", "#rows", "#detail", "#summary", "#strip")
    boxes = {part: review.box(part) for part in parts}

    assert list(size) == review.ask(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    for part, box in boxes.items():
        assert box["x"] >= 0, part
        assert box["y"] >= 0, part
        assert box["x"] + box["width"] <= width, part
        assert box["y"] + box["height"] <= height, part
        assert box["width"] >= 100, part
    assert boxes["#rows"]["height"] >= 5 * 22
    assert boxes["#detail"]["height"] >= 80
    assert boxes["#charts"]["height"] >= 200
    review.page.set_viewport_size({"width": LAPTOP[0], "height": LAPTOP[1]})


def test_it_opens_on_the_first_wobble(thread: Review) -> None:
    """Its row is selected, in sight, and marked by a word and not by colour alone."""
    thread.open()
    row, frame = thread.box("#rows [aria-selected=true]"), thread.box("#rows")

    assert 9 == thread.line()
    assert "wobble" == thread.text("#rows [aria-selected=true] .tag")
    assert "tcp 1 connecting → wobble_refused" == thread.text("#rows [aria-selected=true] .chip")
    assert frame["y"] <= row["y"]
    assert row["y"] + row["height"] <= frame["y"] + frame["height"]


def test_the_drawing_shows_the_fall(thread: Review) -> None:
    """The state before is outlined, the wobble is red, the full reset has begun; all in sight."""
    thread.go("l=9")
    lights = thread.lights("tcp")
    frame = thread.box(".focused .paper")
    before = thread.box("#tcp-state-connecting")
    wobble = thread.box("#tcp-state-wobble_refused")
    red, green, blue = thread.pixel(wobble["x"] + 6, wobble["y"] + wobble["height"] / 2)

    assert ({"connecting"}, {"wobble_refused"}) == (lights["from"], lights["wobbled"])
    assert {"full_reset_closing"} == lights["now"]
    assert "tcp" == thread.ask("document.querySelector('.focused').dataset.chart")
    assert "tcp 1connecting → wobble_refused → full_reset_closing" == thread.text(
        ".focused figcaption"
    )
    for box in (before, wobble):
        assert frame["x"] <= box["x"]
        assert frame["y"] <= box["y"]
        assert box["y"] + box["height"] <= frame["y"] + frame["height"]
    assert (True, True, True) == (red > 150, green < 70, blue < 70)


def test_the_arrow_of_the_fall_is_highlighted(thread: Review) -> None:
    """The way into the wobble, and out of it into the full reset."""
    thread.go("l=9")

    ways = thread.ask("[...document.querySelectorAll('.way.now')].map((way) => way.id).sort()")
    assert {"tcp-way-wobble", "tcp-way-reset"} <= set(ways)
    widths = {thread.style(f"#{way} :is(path, polyline)", "stroke-width") for way in ways}
    assert {"4px"} == widths


def test_stepping_back_lights_connecting(thread: Review) -> None:
    """One step back the socket is still connecting; the step before that it was defined."""
    thread.go("l=9")
    thread.press(",")
    lit = thread.style("#tcp-state-connecting path", "fill")
    box = thread.box("#tcp-state-connecting")
    red, green, blue = thread.pixel(box["x"] + 6, box["y"] + box["height"] / 2)

    assert 7 == thread.line()
    assert {"connecting"} == thread.lights("tcp")["now"]
    assert "rgb(31, 74, 150)" == lit
    assert (31, 74, 150) == (red, green, blue)
    thread.press(",", ",")
    assert 4 == thread.line()
    assert ({"defined"}, {"connecting"}) == (
        thread.lights("tcp")["from"],
        thread.lights("tcp")["now"],
    )


def test_what_was_never_visited_is_pale(thread: Review) -> None:
    """Visited states have their colour, and states not yet visited have none."""
    thread.go("l=4")

    assert {"unknown", "defining", "defined", "connecting"} == thread.lights("tcp")["visited"]
    assert "rgb(234, 241, 251)" == thread.style("#tcp-state-defining path", "fill")
    assert "rgb(255, 255, 255)" == thread.style("#tcp-state-closed path", "fill")


def test_the_row_of_the_table_that_decided(thread: Review) -> None:
    """The selected line says which cell decided, who wrote it, and what was due instead."""
    thread.go("l=9")
    detail = thread.text("#detail")

    assert "row(connecting, send_refused, wobble_refused) closed world: connecting" in detail
    assert "row(wobble_refused, full_reset, full_reset_closing) every wobble goes" in detail
    assert "due+KTCP_IND: <sid>,1" in detail
    assert "limitconnecting ≤ 90 s" in detail
    assert "limit nowfull_reset_closing ≤ 62 s" in detail
    thread.go("l=8")
    assert (
        "row(connecting, send_requested, connecting) closed world: connecting does not list this "
        "command; nothing changes, the modem’s answer decides"
    ) in thread.text("#detail")
    thread.go("l=5")
    assert "decidedrow(connecting, connect_accepted, connecting) a row of the table" in (
        thread.text("#detail")
    )


def test_proof_can_be_followed_and_left_again(thread: Review) -> None:
    """The lines that prove a wobble are links; Back returns to the wobble."""
    thread.go("l=9")
    links = thread.ask(
        "[...document.querySelectorAll('.told dd a')].map((link) => link.getAttribute('href'))"
    )

    assert ["#l=4", "#l=7", "#l=8"] == links
    thread.page.click(".told dd a >> nth=0")
    thread.settle()
    assert 4 == thread.line()
    thread.page.go_back()
    thread.page.locator("#detail h2", has_text="line 9").wait_for()
    assert 9 == thread.line()


def test_the_findings_are_a_table_to_jump_from(thread: Review) -> None:
    """By severity and code, with counts; the early send is a warning, and leads to its line."""
    thread.go("l=9")
    rows = thread.ask(
        "[...document.querySelectorAll('#summary tbody tr')]"
        ".map((row) => [...row.cells].map((cell) => cell.textContent))"
    )

    assert ["reset", "tcp full reset begun", "1"] == rows[0]
    assert ["wobble", "tcp refused · +CME ERROR: 923", "1"] == rows[1]
    assert ["warning", "tcp → AT+KTCPSND=<sid>,<n> while connecting", "1"] == rows[2]
    thread.page.click("#summary .warning .jump")
    assert 8 == thread.line()


def test_the_strip_says_what_is_known_of_the_capture(thread: Review) -> None:
    """And what is not recorded, hidden or left out, is said as well."""
    strip = thread.text("#strip")

    for words in (
        "formattxrx",
        "lines9, 9 events",
        "modelnot recorded",
        "firmwarenot recorded",
        "left outnothing",
        "redacted",
        "atfsm view capture.log",
    ):
        assert words in strip


@pytest.fixture(scope="module")
def silent(opened: Opener) -> Review:
    """A capture with a clock, in which a limit passes after a minute of silence."""
    return opened(SILENT)


def test_the_time_line_is_by_time_where_there_is_a_clock(silent: Review) -> None:
    """Pointed at in a silence, the nearest line is selected; by line, all lines are as wide."""
    silent.open()
    box = silent.box("#time-front")

    def select(share: float, expected: str) -> None:
        """Click there, and see that the line is selected as soon as the page has come to it."""
        place = box["x"] + 4 + (box["width"] - 8) * share
        silent.page.mouse.click(place, box["y"] + 20)
        silent.page.wait_for_function(
            "said => document.querySelector('#detail h2').textContent.trim().startsWith(said)",
            arg=expected,
        )
        assert expected == silent.text("#detail h2")

    assert "by time" == silent.text("#time-unit")
    for share, line in (
        (0.1, "line 9"),
        (0.999, "line 10"),
        (0.4, "line 9"),
        (0.9, "before line 10"),
    ):
        select(share, line)
    silent.page.click("#time-unit")
    silent.settle()
    assert "by line" == silent.text("#time-unit")
    select(1.5 / 11, "line 2")
    select(4.5 / 11, "line 5")
    silent.page.click("#time-unit")
    silent.go("l=10&b=1")


def test_a_limit_that_passed_is_a_row_behind_a_silence(silent: Review) -> None:
    """The silence is compressed and labelled; the limit stands before the line it showed on."""
    review = silent
    review.open()

    assert "before line 10" == review.text("#detail h2")
    assert "limit" == review.text("#rows [aria-selected=true] .number")
    assert ["62.0 s silence"] == [
        " ".join(words.split()) for words in review.page.locator(".silence").all_inner_texts()
    ]
    assert [*map(str, range(1, 10)), "limit", "10"] == review.lines()
    review.press("j", "k")
    review.comes_to("l=10&b=1")
    review.go("l=10")
    assert "line 10" == review.text("#detail h2")
    review.go("l=10&b=1")
    assert "before line 10" == review.text("#detail h2")


def test_a_clean_capture_opens_at_its_end(opened: Opener) -> None:
    """Where everything stands at the end is on the drawings, with the way there."""
    review = opened(CLEAN)

    assert "No machine left its happy path." == review.text("#finding-why")
    assert 70 == review.line()
    assert "70" == review.lines()[-1]
    review.page.set_viewport_size({"width": 1366, "height": 600})
    review.settle()
    assert "70" == review.lines()[-1]
    assert {"undefined"} == review.lights("tcp")["now"]
    assert {"connecting", "sending", "deleting"} <= review.lights("tcp")["visited"]


@pytest.mark.parametrize("data", [b"", bytes(range(256)) * 9])
def test_nothing_to_see_is_said(data: bytes, opened: Opener) -> None:
    """An empty or unreadable capture opens without an error, and says what it is."""
    review = opened(data)

    assert review.text("#finding-why")
    assert "undecided" == review.text("#finding-verdict strong")
    review.press("e", ".", "w", "j", "f", "n", "u", "c")
