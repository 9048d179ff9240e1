"""A large capture: what is in the document stays small, and every line can be reached."""

from __future__ import annotations

import pytest

from tests.view.browser import Review
from tests.view.conftest import Opener

ROUNDS = 6_250
#: One round: a command and its answer, and a modem that says now and then that it is registered.
ROUND = ("Tx: AT+CSQ", "Rx: OK", *("Rx: +CEREG: 1",) * 14)
#: Before the last round a socket falls, on the last of these lines.
FALL = (
    'Tx: AT+KTCPCFG=1,0,"203.0.113.5",7007',
    "Rx: +KTCPCFG: 1",
    "Rx: OK",
    "Tx: AT+KTCPCNX=1",
    "Rx: OK",
    "Tx: AT+KTCPSND=1,5",
    "Rx: +CME ERROR: 923",
)
LINES = ROUNDS * len(ROUND) + len(FALL)
#: More elements than a page of one screen has, and far fewer than lines.
ELEMENTS_AT_MOST = 4_000


def capture() -> bytes:
    """A hundred thousand lines, most of them with a silence of six seconds before it."""
    lines, ms = [], 0
    rounds = [*(ROUND for _ in range(ROUNDS - 1)), FALL, ROUND]
    for line in (line for lines_of_round in rounds for line in lines_of_round):
        ms += 6_000 if line.endswith("+CEREG: 1") else 100
        day, rest = divmod(ms // 1000, 86_400)
        clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}.{ms % 1000:03}"
        lines.append(f"2026-11-{day + 1:02} {clock} {line}\n")
    return "".join(lines).encode()


@pytest.fixture(scope="module")
def review(opened: Opener) -> Review:
    """The page of a large capture."""
    return opened(capture())


def test_the_document_stays_small(review: Review) -> None:
    """Wherever the reader goes, a screen of rows is in the document."""
    for keys in (("Home",), ("PageDown",) * 9, ("End",), ("E",), ("e",)):
        review.press(*keys)
        assert review.ask("document.querySelectorAll('#rows .row').length") < 60
        assert review.ask("document.querySelectorAll('*').length") < ELEMENTS_AT_MOST


def test_every_line_can_be_reached(review: Review) -> None:
    """The first, the last and one in between, each on the screen with its neighbours."""
    review.go("l=1")
    assert ["1", "2", "3"] == review.lines()[:3]
    review.press("End")
    assert str(LINES) == review.lines()[-1]
    for line in (44_444, 77_777):
        review.go(f"l={line}")
        shown = review.lines()
        at = shown.index(str(line))
        assert (line, [str(line - 1), str(line + 1)]) == (
            review.line(),
            [shown[at - 1], shown[at + 1]],
        )


def test_the_scroll_bar_leads_everywhere(review: Review) -> None:
    """Dragged to its ends it shows the ends, and in the middle the middle."""
    for share in (0, 0.5, 1):
        review.ask(
            """(share) => {
              const rows = document.getElementById("rows");
              rows.scrollTop = share * (rows.scrollHeight - rows.clientHeight);
            }""",
            share,
        )
        review.settle()
        shown = [int(number) for number in review.lines()]
        assert shown == list(range(shown[0], shown[-1] + 1))
        assert abs((shown[0] + shown[-1]) / 2 - share * LINES) < LINES / 1000


def test_the_wheel_moves_by_rows(review: Review) -> None:
    """A notch is a few rows, though the bar is a scale model of the list."""
    assert review.ask("document.getElementById('rows').scrollHeight") < LINES * 2 * 22
    review.go("l=50000")
    before = int(review.lines()[0])
    box = review.box("#rows")
    review.page.mouse.move(box["x"] + 50, box["y"] + 50)
    review.page.mouse.wheel(0, 220)
    review.settle()
    after = int(review.lines()[0])

    assert 3 <= after - before <= 8  # of items every other one is a silence


def test_filters_and_jumps_work_on_all_of_it(review: Review) -> None:
    """One wobble is found among all lines, and counts are exact."""
    review.go("l=1")
    review.press("e")
    assert LINES - len(ROUND) == review.line()
    review.filter("at+csq")
    assert f"{ROUNDS:,} of {LINES:,}" == review.text("#filter-count")
    review.press("End")
    assert LINES - len(ROUND) + 1 == review.line()
    review.filter("")
    assert f"{LINES:,} of {LINES:,}" == review.text("#filter-count")
