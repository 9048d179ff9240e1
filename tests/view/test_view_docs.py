"""The page about the page says what the page does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from atfsm.at.secrets import KINDS, TABLE
from atfsm.view import LINES_AT_MOST
from atfsm.view.pick import AROUND_LINES
from atfsm.view.review import TEXT_BYTES_AT_MOST
from atfsm.view.wording import SHOWN_CHARS

ROOT = Path(__file__).parent.parent.parent
DOCS = (ROOT / "docs" / "view.md").read_text("utf-8")
ASSETS = ROOT / "src" / "atfsm" / "view" / "assets"
KEY = re.compile(r'\{group: "([^"]+)", keys: \[([^\]]+)\], words: "([^"]+)"')
TERM = re.compile(r"^  \[(?:\"([^\"]+)\"|'([^']+)'), \"([^\"]+)\"\],$", re.MULTILINE)
NAMES = {"ArrowDown": "↓", "ArrowUp": "↑", "ArrowLeft": "←", "ArrowRight": "→", "Escape": "Esc"}


def test_every_key_is_told() -> None:
    """The table of keys of the page is that of the documentation."""
    keys = KEY.findall((ASSETS / "app.js").read_text("utf-8"))

    assert 20 < len(keys)
    for _, names, words in keys:
        assert words in DOCS
        for name in re.findall(r'"([^"]+)"', names):
            shown = NAMES.get(name, name.replace("PageDown", "Page ↓").replace("PageUp", "Page ↑"))
            assert f"`{shown}`" in DOCS


def test_every_term_of_the_filter_is_told() -> None:
    """The table of terms, too."""
    text = (ASSETS / "filter.js").read_text("utf-8")
    terms = TERM.findall(text[text.index("FILTER_NOTES") :])

    assert 10 < len(terms)
    for double, single, words in terms:
        assert f"| `{double or single}` | {words} |" in DOCS


@pytest.mark.parametrize("name", sorted({row.name for row in TABLE}))
def test_every_name_of_the_table_of_secrets_is_told(name: str) -> None:
    """A reader knows what is looked at."""
    assert f"`{name}`" in DOCS


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_secret_is_told(kind: str) -> None:
    """And what stands in its place."""
    assert f"`[{kind}]`" in DOCS or f"| `{kind}, " in DOCS


def test_the_numbers_are_true() -> None:
    """Limits that the page names are those of the code."""
    assert (1_000_000, "a million lines (`--lines N`" in DOCS) == (LINES_AT_MOST, True)
    assert f"{TEXT_BYTES_AT_MOST >> 20} MiB of different text" in DOCS
    assert f"and {AROUND_LINES} lines before and behind each wobble" in " ".join(DOCS.split())
    assert f"A line is cut at {SHOWN_CHARS} characters" in DOCS
