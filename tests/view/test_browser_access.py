"""The page is for everybody: by axe's rules, in the dark, on paper, without motion, narrow."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.view.browser import Review
from tests.view.conftest import Opener

FOLDER = Path(__file__).parent
CAPTURES = FOLDER.parent / "captures"
THREAD = CAPTURES / "rc7620-thread-complete.log"
MANY = CAPTURES / "healthy-many-sessions-and-contexts.log"
#: What is drawn inside of the drawings; looking at it once is enough, and takes long.
DRAWN = ".paper > svg > *"
AXE = (FOLDER / "axe.min.js").read_text("utf-8")


def violations(review: Review, without: str = "no-such-element") -> list[str]:
    """What axe finds wrong with the page as it stands."""
    review.ask(AXE)
    script = """(without) => axe.run({exclude: [[without]]}, {resultTypes: ["violations"]})
      .then((result) => result.violations)"""
    found: list[dict[str, Any]] = review.ask(script, without)
    return [
        f"{rule['id']}: {node['html'][:120]} {node['failureSummary']}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.fixture(scope="module")
def light(opened: Opener) -> Review:
    """The page for a system that is light."""
    return opened(THREAD)


@pytest.fixture(scope="module")
def dark(opened: Opener) -> Review:
    """The page for a system that is dark."""
    return opened(THREAD, color_scheme="dark")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(scheme: str, request: pytest.FixtureRequest) -> None:
    """With a wobble selected, with the help open, and with a term that is wrong."""
    review: Review = request.getfixturevalue(scheme)
    assert [] == violations(review)
    review.press("?")
    assert [] == violations(review, DRAWN)
    review.press("Escape")
    review.filter("is:broken")
    assert [] == violations(review, DRAWN)
    review.filter("")


def test_axe_finds_nothing_on_a_page_with_choices(opened: Opener) -> None:
    """Several machines of a chart, narrow, with lanes left out and bookmarks set."""
    review = opened(MANY, size=(1024, 768))
    review.press("u", "k", "f")
    review.filter("machine:tcp")

    assert [] == violations(review, DRAWN)


CONTRASTS = """() => {
  const paint = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const numbers = (colour) => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (colour) => {
    const [r, g, b] = numbers(colour).map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [...document.querySelectorAll("g.box")].map((box) => {
    const behind = light(getComputedStyle(box.querySelector("path")).fill);
    const worst = Math.min(...[...box.querySelectorAll("text")].map((text) => {
      const ink = light(getComputedStyle(text).fill);
      return (Math.max(ink, behind) + 0.05) / (Math.min(ink, behind) + 0.05);
    }));
    return [box.id, [...box.classList].join(" "), worst];
  });
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_state_can_be_read(scheme: str, request: pytest.FixtureRequest) -> None:
    """Lit, outlined, visited or not: its text stands out from it by 4.5 to 1 (WCAG AA)."""
    review: Review = request.getfixturevalue(scheme)
    review.go("l=9")
    measured = review.ask(CONTRASTS)

    assert 60 < len(measured)
    assert [] == [entry for entry in measured if entry[2] < 4.5]


def test_dark_and_light_are_chosen_and_kept(dark: Review) -> None:
    """The page follows the system until a reader chooses; a reload keeps the choice."""
    assert "rgb(21, 23, 26)" == dark.style("body", "background-color")
    dark.press("t")
    assert "rgb(255, 255, 255)" == dark.style("body", "background-color")
    dark.open("l=9")
    assert "rgb(255, 255, 255)" == dark.style("body", "background-color")
    dark.press("t")


def test_nothing_moves_for_who_wants_no_motion(light: Review) -> None:
    """The light is there at once; for others it takes a moment."""
    path = "#tcp-state-connecting path"
    assert "0s" == light.style(path, "transition-duration")
    light.page.emulate_media(reduced_motion="no-preference")
    assert {"0.12s"} == set(light.style(path, "transition-duration").split(", "))
    light.page.emulate_media(reduced_motion="reduce")


def test_a_narrow_window_is_enough(light: Review) -> None:
    """At 1024 pixels nothing is cut off sideways, and every step works."""
    light.go("l=9")
    light.page.set_viewport_size({"width": 1024, "height": 768})
    light.settle()

    assert 1024 == light.ask("document.documentElement.scrollWidth")
    for part in ("#finding-why", "#tools", "#time", "#charts", "#log", "#detail", "#summary"):
        box = light.box(part)
        assert 0 <= box["x"] < box["x"] + box["width"] <= 1024, part
    assert not light.ask(
        "[...document.querySelectorAll('#tools button')]"
        ".some((button) => button.getBoundingClientRect().right > innerWidth)"
    )
    light.press(",", ",")
    assert 6 == light.line()


def test_paper_has_the_sentence_the_wobble_and_the_lights(dark: Review) -> None:
    """What is printed: the sentence, the wobble with its proof, its lines, the drawings."""
    width = 703
    dark.go("l=9")
    dark.page.set_viewport_size({"width": width, "height": 1000})
    dark.page.emulate_media(media="print")
    dark.settle()

    assert "rgb(255, 255, 255)" == dark.style("body", "background-color")
    for part in ("#finding-why", "#print", "#print table", "#tcp-state-wobble_refused"):
        box = dark.box(part)
        assert (True, True) == (box["x"] >= 0, box["x"] + box["width"] <= width), part
    for part in ("#tools", "#time", "#log", "#side"):
        assert dark.page.is_hidden(part), part
    printed = dark.text("#print")
    assert "Line 9: tcp 1 refused in connecting, since line 4" in printed
    assert "line 4: AT+KTCPCNX=1; line 7: +KCNX_IND: 1,1,0; line 8: AT+KTCPSND=1,28" in printed
    assert "9" == dark.text("#print .middle .number")
    heights = [dark.box(f"[data-chart={c}] svg")["height"] for c in ("line", "modem", "tcp")]
    assert 300 < min(heights)
    tops = [dark.box(f"[data-chart={chart}]")["y"] for chart in ("tcp", "line", "modem", "pdp")]
    assert sorted(tops) == tops  # what the wobble is about comes first
    last = dark.box("[data-chart=pdp] svg")
    assert last["y"] + last["height"] <= dark.box("#strip")["y"]
    assert "rgb(193, 39, 29)" == dark.style("#tcp-state-wobble_refused path", "fill")


def test_it_prints_to_a4(light: Review) -> None:
    """One page of words, then a page for each of four drawings."""
    light.go("l=9")
    pdf = light.page.pdf(prefer_css_page_size=True)

    assert 5 == len(re.findall(rb"/Type\s*/Page\b", pdf))
