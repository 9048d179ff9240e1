"""The filter line shows the lines that its terms mean, and says how many; worked out twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.view.browser import Review
from tests.view.conftest import Opener
from tests.view.reading import Page, Row

CAPTURES = Path(__file__).parent.parent / "captures"
SILENCE_MS = 5000
#: Not on any wire, and so not counted as a change: what the AT line does from line to line.
USUAL_OF_LINE = "happy"


def stamped(seconds: float, line: bytes) -> bytes:
    """A line with a stamp of the day of the capture."""
    minutes, rest = divmod(seconds, 60)
    return b"2026-11-22 10:%02d:%06.3f %b\n" % (minutes, rest, line)


def capture() -> bytes:
    """Three captures one behind the other, on one clock, with silences between their parts."""
    names = ("rc7620-thread-complete", "healthy-many-sessions-and-contexts", "wobble-repaired")
    lines: list[bytes] = []
    seconds = 0.0
    for name in names:
        for line in (CAPTURES / f"{name}.log").read_bytes().splitlines():
            seconds += 0.25 if len(lines) % 9 else 6.5
            lines.append(stamped(seconds, line))
    return b"".join(lines)


@pytest.fixture(scope="module")
def review(opened: Opener) -> Review:
    """The page of a capture with many sorts of lines."""
    return opened(capture())


@pytest.fixture(scope="module")
def page(review: Review) -> Page:
    """The same page, read back without its script."""
    return Page(Path(review.address.removeprefix("file://")).read_bytes())


Test = Callable[[Row], bool]


class Judge:
    """Says of a row whether a term lets it through, from the rows alone."""

    def __init__(self, page: Page) -> None:
        self.rows = page.rows()
        self._roles = {
            (chart["name"], state["name"]): state["role"]
            for chart in page.meta["charts"]
            for state in chart["states"]
        }
        self._first = {c["name"]: c["states"][0]["name"] for c in page.meta["charts"]}

    def states(self, name: str, machine: str = "") -> set[int]:
        """Rows behind which a machine of a chart stands in a state, or that pass through it."""
        found: set[int] = set()
        standing: dict[tuple[str, str], str] = {}
        for at, row in enumerate(self.rows):
            for chart, key, _, _, after, flags, _ in row.moves:
                standing[chart, key] = after
                if flags & 4:  # it has its name now, and what was nameless is no more
                    standing.pop((chart, "?"), None)
                if after == name and machine in {"", chart}:
                    found.add(at)
            if any(s == name and machine in {"", m} for (m, _), s in standing.items()):
                found.add(at)
        return found

    def roles(self, row: Row) -> list[tuple[str, str, str]]:
        """Chart, role before and role after of every change on a row."""
        return [
            (m, self._roles[m, before], self._roles[m, after])
            for m, _, before, _, after, _, _ in row.moves
            if before != after
        ]

    def changes(self, row: Row) -> bool:
        """Whether a machine changed, and not just the AT line in its usual way."""
        named = any(flags & 4 for *_, flags, _ in row.moves)
        return named or any(
            chart != "line" or (before, after) != (USUAL_OF_LINE, USUAL_OF_LINE)
            for chart, before, after in self.roles(row)
        )

    def wobbles(self, row: Row) -> bool:
        """Whether a machine wobbled."""
        return any(after == "wobble" for _, _, after in self.roles(row))

    def resets(self, row: Row) -> bool:
        """Whether a full reset began, went on, or ended."""
        return any("reset" in {before, after} for _, before, after in self.roles(row))

    def quiet(self, at: int) -> bool:
        """Whether a limit passed, or a silence ended."""
        gap_ms = self.rows[at].time_ms - self.rows[at - 1].time_ms if at else 0.0
        return self.rows[at].what == "silence" or gap_ms >= SILENCE_MS


def told(row: Row, machine: str | None = None, key: str | None = None) -> bool:
    """Whether a machine of that chart and key was told something."""
    return any(machine in {None, m} and key in {None, k} for m, k, *_ in row.moves)


START_MS = 6500.0
#: What is asked, and the same as a question in Python: of the judge, the number and the row.
QUESTIONS: list[tuple[str, Callable[[Judge, int, Row], bool]]] = [
    ("ktcpcnx", lambda _, __, row: "ktcpcnx" in row.text.lower()),
    ("OK", lambda _, __, row: "ok" in row.text.lower()),
    ('"+CME ERROR: 923"', lambda _, __, row: "+cme error: 923" in row.text.lower()),
    ("-ok", lambda _, __, row: "ok" not in row.text.lower()),
    ("at+k 1", lambda _, __, row: "at+k" in row.text.lower() and "1" in row.text),
    ("dir:tx", lambda _, __, row: row.direction == "tx"),
    ("-dir:tx", lambda _, __, row: row.direction != "tx"),
    ("dir:rx ok", lambda _, __, row: row.direction == "rx" and "ok" in row.text.lower()),
    ("machine:tcp", lambda _, __, row: told(row, "tcp")),
    ("machine:udp", lambda _, __, row: told(row, "udp")),
    ("key:2", lambda _, __, row: told(row, key="2")),
    ("machine:tcp key:2", lambda _, __, row: told(row, "tcp", "2")),
    ("machine:pdp key:2 -dir:tx", lambda _, __, r: told(r, "pdp", "2") and r.direction != "tx"),
    ("-machine:line", lambda _, __, row: not told(row, "line")),
    ("is:wobble", lambda judge, _, row: judge.wobbles(row)),
    ("-is:wobble", lambda judge, _, row: not judge.wobbles(row)),
    ("is:reset", lambda judge, _, row: judge.resets(row)),
    ("is:change", lambda judge, _, row: judge.changes(row)),
    ("is:command", lambda _, __, row: row.what == "command"),
    ("is:urc", lambda _, __, row: row.what == "urc"),
    ("is:payload", lambda _, __, row: row.what == "payload"),
    ("is:silence", lambda judge, at, _: judge.quiet(at)),
    ("cme:923", lambda _, __, row: bool(re.search(r"\+CM[ES] ERROR: ?923\b", row.text))),
    ("cme:92", lambda _, __, row: bool(re.search(r"\+CM[ES] ERROR: ?92\b", row.text))),
    ("state:connecting", lambda judge, at, _: at in judge.states("connecting")),
    ("state:defining", lambda judge, at, _: at in judge.states("defining")),
    ("state:wobble_refused", lambda judge, at, _: at in judge.states("wobble_refused")),
    ("state:unknown", lambda judge, at, _: at in judge.states("unknown")),
    ("-state:connecting", lambda judge, at, _: at not in judge.states("connecting")),
    (
        "machine:tcp state:connected",
        lambda judge, at, row: told(row, "tcp") and at in judge.states("connected", "tcp"),
    ),
    ("line>60", lambda _, __, row: row.line > 60),
    ("line<=9", lambda _, __, row: row.line <= 9),
    ("line:12", lambda _, __, row: row.line == 12),
    ("line>=20 line<30 dir:tx", lambda _, __, r: 20 <= r.line < 30 and r.direction == "tx"),
    ("t>12.5s", lambda judge, _, row: row.time_ms - judge.rows[0].time_ms > 12_500),
    ("t<10:00:20", lambda _, __, row: row.time_ms % 86_400_000 < 36_020_000),
    ("t>=10:01", lambda _, __, row: row.time_ms % 86_400_000 >= 36_060_000),
    ("t>2026-11-22T10:00:30.5", lambda _, __, row: row.time_ms % 86_400_000 > 36_030_500),
    ("nothing-has-this", lambda _, __, ___: False),
]


@pytest.mark.parametrize(("text", "question"), QUESTIONS, ids=[text for text, _ in QUESTIONS])
def test_a_filter_shows_what_it_means(
    text: str, question: Callable[[Judge, int, Row], bool], review: Review, page: Page
) -> None:
    """The count and the lines are those that Python finds in the rows."""
    judge = Judge(page)
    expected = [row.line for at, row in enumerate(judge.rows) if question(judge, at, row)]
    review.go("l=1")
    review.filter(text)

    assert f"{len(expected)} of {len(judge.rows)}" == review.text("#filter-count")
    if expected:
        review.press("Home")
        assert expected[0] == review.line()
        review.press("End")
        assert expected[-1] == review.line()
    else:
        assert "No line answers the filter." == review.text("#rows-none")


# fmt: off
BAD = [
    ("dir:up",       "dir:up is not known: it can be tx, rx."),
    ("is:broken",    "is:broken is not known: it can be wobble, reset, change, silence, payload, urc, command."),
    ("machine:ppp",  "machine:ppp is not known: it can be line, modem, pdp, tcp, udp."),
    ("state:conn",   "state:conn is not a state of the charts on this page. Did you mean connecting or connected?"),
    ("state:zzz",    "state:zzz is not a state of the charts on this page. The drawings have the names."),
    ("cme:abc",      "cme:abc is not an error code: it is a number, as in cme:923."),
    ("line>x",       "line>x needs the number of a line, as in line>100."),
    ("t>noon",       "t>noon is no time: write t>10:00, t>10:00:05.250, or t>12.5s since the start."),
    ("key:",         "key: needs a value behind the colon, as in key:1."),
    ("machne:tcp",   "machne:tcp is no term: the terms are machine: key: state: dir: is: cme: line> t>. To look for it as text, quote it."),
]
# fmt: on


@pytest.mark.parametrize(("text", "expected"), BAD, ids=[text for text, _ in BAD])
def test_a_bad_term_is_told_in_a_sentence(text: str, expected: str, review: Review) -> None:
    """What is wrong with it and what it can be; the lines stay as they were."""
    review.go("l=1")
    before = review.text("#filter-count")
    review.filter(text)

    assert expected == review.text("#filter-problem")
    assert ("true", before) == (
        review.page.get_attribute("#query", "aria-invalid"),
        review.text("#filter-count"),
    )
    review.filter("")
    assert review.page.is_hidden("#filter-problem")


def test_time_cannot_be_asked_of_a_capture_without_clock(opened: Opener) -> None:
    """It is said, and what can be asked instead."""
    review = opened(CAPTURES / "rc7620-thread-complete.log")
    review.filter("t>10:00")

    assert "This capture has no clock: t cannot be asked for; line>100 can." == (
        review.text("#filter-problem")
    )


def test_hits_can_be_marked_instead(review: Review, page: Page) -> None:
    """With the rest not hidden all lines stay, what was looked for is marked, n goes to hits."""
    review.go("l=1")
    review.filter("KCNXUP")
    review.page.uncheck("#hide")
    hits = [row.line for row in page.rows() if "KCNXUP" in row.text]
    review.page.focus("#rows")
    found = [review.line()]
    for _ in hits[1:]:
        review.press("n")
        found.append(review.line())

    assert (hits, True) == (found, len(hits) > 1)
    assert len(hits) < len(review.lines())
    assert f"{len(hits)} of {len(page.rows())}" == review.text("#filter-count")
    assert "KCNXUP" == review.text("#rows [aria-selected=true] mark")
    review.page.check("#hide")
    review.go("l=1")
