"""A page as a reader has it: opened in a browser from its file, with keys, boxes and colours."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page

LAPTOP: Final = (1366, 768)
#: Milliseconds after which a page is not coming any more; no test waits for a time to pass.
PATIENCE_MS: Final = 60_000

#: Keeps what is copied, in place of a clipboard that other programs share.
CLIPBOARD: Final = """
Object.defineProperty(navigator, "clipboard", {value: {
  writeText: (text) => { window.copied = text; return Promise.resolve(); },
}});
"""

Box = dict[str, float]


class Review:
    """One open page.

    Args:
        browser: The browser.
        file: The page.
        mark: What stands behind ``#`` in the address.
        size: Of the window.
        options: Of the browser context, as `Browser.new_context` takes them.

    Attributes:
        page: The page, for whatever is not asked for here.
        troubles: Errors, messages and dialogs; nothing may be there in the end.
        requests: What was asked for: the page itself, and nothing else.
    """

    def __init__(
        self,
        browser: Browser,
        file: Path,
        mark: str = "",
        size: tuple[int, int] = LAPTOP,
        **options: Any,  # noqa: ANN401  what Playwright takes
    ) -> None:
        width, height = size
        options = {"reduced_motion": "reduce", "color_scheme": "light"} | options
        self._context = browser.new_context(viewport={"width": width, "height": height}, **options)
        self._context.set_default_timeout(PATIENCE_MS)
        self._context.add_init_script(CLIPBOARD)
        self.page: Page = self._context.new_page()
        self.troubles: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.troubles.append(f"said {message.text}"))
        self.page.on("pageerror", lambda error: self.troubles.append(f"raised {error}"))
        self.page.on("dialog", lambda dialog: self._dismiss(dialog.message, dialog.dismiss))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.address = file.as_uri()
        self.open(mark)

    def _dismiss(self, message: str, dismiss: Callable[[], None]) -> None:
        self.troubles.append(f"asked {message}")
        dismiss()

    def open(self, mark: str = "") -> None:
        """Open the page, or open it anew."""
        self.page.goto("about:blank")
        self.requests.clear()
        self.page.goto(self.address + (f"#{mark}" if mark else ""))
        self.page.wait_for_selector("html[data-ready]", state="attached")
        self.settle()

    def go(self, mark: str) -> None:
        """Go to a place on the open page, as a link does: quicker than opening it anew."""
        script = """(mark) => {
          document.activeElement.blur();
          document.getElementById("help").close();
          document.getElementById("status").textContent = "";
          location.hash = "#";
          location.hash = mark;
        }"""
        self.ask(script, f"#{mark}")
        self.settle()

    def close(self) -> None:
        """Close it; nothing may have gone wrong, and nothing been loaded, meanwhile."""
        self._context.close()
        assert [] == self.troubles
        assert [self.address] == [url.split("#")[0] for url in self.requests]

    def settle(self) -> None:
        """Let the browser draw what it was told to draw."""
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self.page.keyboard.press(key)
        self.settle()

    def filter(self, text: str) -> None:
        """Put a text into the filter line, and have it looked at."""
        self.page.fill("#query", text)
        self.page.press("#query", "Enter")
        self.settle()

    def comes_to(self, mark: str) -> None:
        """See that the address becomes that of a place."""
        self.page.wait_for_url(f"{self.address}#{mark}")

    def ask(self, script: str, argument: object = None) -> Any:  # noqa: ANN401  of any type
        """Evaluate a piece of JavaScript."""
        return self.page.evaluate(script, argument)

    def text(self, selector: str) -> str:
        """The text of one element."""
        return " ".join((self.page.text_content(selector) or "").split())

    def box(self, selector: str) -> Box:
        """Where one element is on the screen."""
        found = self.page.locator(selector).first.bounding_box()
        assert found is not None, f"{selector} is not on the page"
        return {key: float(found[key]) for key in ("x", "y", "width", "height")}

    def line(self) -> int:
        """The line that is selected; of a limit that passed, the line before which it stands."""
        found = re.search(r"line ([\d,]+)", self.text("#detail h2"))
        assert found is not None
        return int(found[1].replace(",", ""))

    def lines(self) -> list[str]:
        """The numbers of the lines that are on the screen, from above."""
        script = """() => {
          const frame = document.getElementById("rows").getBoundingClientRect();
          return [...document.querySelectorAll("#rows .row")]
            .map((row) => [row.getBoundingClientRect(), row.querySelector(".number").textContent])
            .filter(([box]) => box.top >= frame.top - 1 && box.bottom <= frame.bottom + 1)
            .sort((a, b) => a[0].top - b[0].top)
            .map(([, number]) => number);
        }"""
        return list(self.ask(script))

    def lights(self, chart: str) -> dict[str, set[str]]:
        """What is lit on a drawing: the states, by the name of the light."""
        script = """(chart) => {
          const start = `${chart}-state-`;
          return [...document.querySelectorAll(`[id^="${start}"]`)]
            .map((state) => [state.id.slice(start.length), [...state.classList]]);
        }"""
        found: dict[str, set[str]] = {"now": set(), "from": set(), "wobbled": set()}
        found["visited"] = set()
        for name, classes in self.ask(script, chart):
            for light in found.keys() & set(classes):
                found[light].add(name)
        return found

    def style(self, selector: str, name: str) -> str:
        """A computed property of one element."""
        script = "([s, n]) => getComputedStyle(document.querySelector(s)).getPropertyValue(n)"
        return str(self.ask(script, [selector, name]))

    def pixel(self, x: float, y: float) -> tuple[int, int, int]:
        """The colour on the screen at one point."""
        clip: Any = {"x": round(x), "y": round(y), "width": 1, "height": 1}
        return first_pixel(self.page.screenshot(clip=clip))


def first_pixel(png: bytes) -> tuple[int, int, int]:
    """The colour of the first pixel of a PNG of eight bits a channel."""
    depth, kind = png[24], png[25]
    assert (depth, kind in {2, 6}) == (8, True)
    data, at = b"", 8
    while at < len(png):
        (size,) = struct.unpack_from(">I", png, at)
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + size]
        at += size + 12
    # Byte 0 is the filter: of the first pixel of the first line, all of them leave it as it is.
    red, green, blue = zlib.decompress(data)[1:4]
    return red, green, blue
