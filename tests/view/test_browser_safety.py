"""A capture is hostile: it is text on the page, nothing of it runs, and nobody is talked to."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.view.browser import Review
from tests.view.conftest import Opener

HOSTILE = [
    b"<script>alert(1)</script>",
    b"</script><script>alert(2)</script>",
    b"<img src=x onerror=alert(3)>",
    b'"><svg onload=alert(4)>',
    b"<!--<script>",
    b"javascript:alert(5)",
    b"{{log}} {{script}} ${alert(6)} `alert(7)`",
    b"]]> &lt;b&gt; &#x3c;b&#x3e;",
    "\N{RIGHT-TO-LEFT OVERRIDE}KO \N{LEFT-TO-RIGHT ISOLATE}".encode(),
    b"\x1b[31m\x07\x08 bell",
    b"\xff\xfe broken \xc3",
]


@pytest.fixture(scope="module")
def hostile(opened: Opener) -> Review:
    """A capture whose information texts, refused command and wobble are markup."""
    told = b"".join(b"Rx: +CSQ: %b\n" % line for line in HOSTILE)
    command = b'Tx: AT+KTCPCFG=1,0,"<script>alert(8)</script>",7007\nRx: +KTCPCFG: 1\nRx: OK\n'
    connect = b"Tx: AT+KTCPCNX=1\nRx: OK\nTx: AT+KTCPSND=1,<img src=x onerror=alert(9)>\n"
    return opened(command + connect + told + b"Rx: +CME ERROR: 923\n")


def test_markup_in_a_capture_is_text(hostile: Review) -> None:
    """Each line is read as it was sent, in the list, in the detail and in the header."""
    hostile.go("l=7")
    texts = hostile.ask(
        "[...document.querySelectorAll('#rows .text')].map((text) => text.textContent)"
    )

    for line in HOSTILE[:8]:
        assert any(line.decode() in text for text in texts), line
    for number in range(1, 18):
        hostile.go(f"l={number}")
        assert hostile.text("#detail pre")
    assert "alert(9)" in hostile.text("body")


def test_no_element_comes_of_a_capture(hostile: Review) -> None:
    """The page has its own scripts and drawings, and no image, frame or handler at all."""
    counts = hostile.ask(
        "['script', 'img', 'iframe', 'object', 'base', 'link', '[onload]', '[onerror]', "
        "'[style*=url]'].map((selector) => document.querySelectorAll(selector).length)"
    )
    assert [3, 0, 0, 0, 0, 0, 0, 0, 0] == counts
    drawings = hostile.ask("document.querySelectorAll('svg').length")
    assert drawings == hostile.ask("document.querySelectorAll('.paper > svg').length")


def test_what_turns_the_writing_round_is_written_out(hostile: Review) -> None:
    """Marks of direction and control characters are seen, and do nothing."""
    text = str(hostile.ask("document.body.textContent"))

    for char in "\N{RIGHT-TO-LEFT OVERRIDE}\N{LEFT-TO-RIGHT ISOLATE}\x1b\x07\x08":
        assert char not in text
    hostile.go("l=15")
    assert "\\u202e" in hostile.text("#detail pre")


def test_nothing_that_is_smuggled_in_runs(browser: Browser, hostile: Review) -> None:
    """Should escaping fail: the policy refuses scripts, handlers, styles, images and requests."""
    page = browser.new_page()
    failed: list[str | None] = []
    answered: list[str] = []
    page.on("requestfailed", lambda request: failed.append(request.failure))
    page.goto(hostile.address)
    page.wait_for_selector("html[data-ready]", state="attached")
    page.on("response", lambda response: answered.append(response.url))
    page.evaluate(
        """() => {
          window.refused = [];
          document.addEventListener("securitypolicyviolation", (event) => {
            window.refused.push(event.effectiveDirective);
          });
          const place = document.createElement("div");
          document.body.append(place);
          place.innerHTML = `<img src="http://127.0.0.1:9/x.png" onerror="window.ran = 1">
            <p style="color: red">x</p><iframe src="http://127.0.0.1:9/"></iframe>`;
          const script = document.createElement("script");
          script.textContent = "window.ran = 2";
          document.body.append(script);
        }"""
    )
    page.evaluate("fetch('http://127.0.0.1:9/').catch(() => undefined)")
    refused = set(page.evaluate("window.refused"))

    assert {"img-src", "style-src-attr", "script-src-elem", "connect-src"} <= refused
    assert page.evaluate("window.ran === undefined")
    assert ({"csp"}, []) == (set(failed), answered)
    page.close()


def test_a_page_without_script_can_be_read(browser: Browser, hostile: Review) -> None:
    """Where script is off the sentence is there, and it is said what is missing."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(hostile.address)

    assert "did not open data mode" in page.inner_text("#finding-why")
    assert "need JavaScript" in page.inner_text("noscript")
    assert page.is_hidden("main")
    context.close()
