"""The page of causes is the table of causes: ``python -m tests.test_causes_page`` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from atfsm.replay.causes import CAUSES, REMEDY, Cause
from atfsm.replay.causes.advice import NOT_IN_DATA_MODE, NOTHING_DEFINED, PERHAPS_DEFINED
from atfsm.replay.remarks import REMARKS
from atfsm.replay.templates import EITHER, plain

PAGE: Final = Path(__file__).resolve().parent.parent / "docs" / "causes.md"
MARKED: Final = re.compile(r"(?<=<!-- causes -->\n).*(?=<!-- /causes -->)", re.DOTALL)
SECTIONS: Final = {
    "The AT line": ("line",),
    "The modem": ("modem",),
    "PDP contexts": ("pdp",),
    "Sockets": ("tcp", "udp"),
}


def merged(rows: Iterable[Cause]) -> list[tuple[list[str], Cause]]:
    """Rows that say the same of TCP and of UDP, once."""
    found: dict[tuple[str, ...], tuple[list[str], Cause]] = {}
    for row in rows:
        same = (
            row.title,
            row.proved,
            row.likely,
            row.do,
            row.settle,
            row.source,
            row.remedy,
            row.first,
        )
        found.setdefault(same, ([], row))[0].append(row.code)
    return list(found.values())


def marked(text: str) -> str:
    """A text as Markdown: ``<fields>`` are no tags, and it begins as a sentence does."""
    text = text[:1].upper() + text[1:]
    parts = re.split(r"(`[^`]*`)", text)
    return "".join(p if p.startswith("`") else re.sub(r"<([^<>]*)>", r"`<\1>`", p) for p in parts)


def entry(codes: list[str], row: Cause) -> str:
    """One row: its head, and what it has to say."""
    chart = EITHER if len(codes) > 1 else row.chart
    do = " ".join(part for part in (row.remedy, row.do) if part)
    told = {
        "Shown": row.proved,
        "Likely": row.likely,
        "First": row.first,
        "Do": do,
        "Ask": row.settle,
    }
    texts = {name: marked(plain(text, chart)) for name, text in told.items()}
    said = [f"- **{name}**: {_ended(text)}" for name, text in texts.items() if text]
    named = ", ".join(f"`{code}`" for code in codes)
    return "\n".join([f"#### {row.title}", "", f"{named} ({row.source})", "", *said, "", ""])


def _ended(text: str) -> str:
    return text if text.endswith((".", ":", "]")) else f"{text}."


def table() -> str:
    """The table, section by section."""
    text = f"### The full reset\n\nFirst, whatever is to be done: {NOT_IN_DATA_MODE}\n\n"
    text += "Whatever the cause, unless what to do about it says otherwise:\n\n"
    text += "".join(
        f"- `{chart}`: {marked(plain(said, chart))}\n" for chart, said in REMEDY.items()
    )
    text += f"\nWhere AT+KTCPCFG or AT+KUDPCFG was refused: {marked(NOTHING_DEFINED)}\n\n"
    text += f"Where neither was answered: {marked(plain(PERHAPS_DEFINED, EITHER))}\n\n"
    for title, charts in SECTIONS.items():
        text += f"### {title}\n\n"
        for codes, row in merged(row for row in CAUSES if row.chart in charts):
            text += entry(codes, row)
    text += "### Notes\n\nWhat looks like trouble and is none: no wobble, but a note of the report.\n\n"
    text += "| code | what it is | note | source |\n|---|---|---|---|\n"
    for remark in REMARKS.values():
        says = marked(remark.says.format(text="<line>", line="<n>")).replace("|", "\\|")
        text += f"| `{remark.code}` | {remark.title} | {says} | {remark.source} |\n"
    return text


def test_the_page_is_the_table() -> None:
    """Whoever looks a code up finds what the program says."""
    shown = MARKED.search(PAGE.read_text("utf-8"))

    assert shown is not None
    assert table() == shown[0], "run: python -m tests.test_causes_page"


def test_the_page_has_every_code() -> None:
    """Each code stands on the page once, and no other does."""
    shown = MARKED.search(PAGE.read_text("utf-8"))
    assert shown is not None
    heads = re.findall(r"^(?:\| )?(`[a-z][^`|]*`(?:, `[^`|]*`)*) [|(]", shown[0], re.MULTILINE)
    codes = [code for head in heads for code in re.findall(r"`([^`]+)`", head)]

    assert sorted([*(row.code for row in CAUSES), *REMARKS]) == sorted(codes)


if __name__ == "__main__":
    PAGE.write_text(MARKED.sub(lambda _: table(), PAGE.read_text("utf-8")), "utf-8")
