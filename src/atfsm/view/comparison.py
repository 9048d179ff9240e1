"""The page of two captures, side by side: where they part, on the drawings of the charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from atfsm import __version__
from atfsm.replay.capture import Capture
from atfsm.replay.compare import Comparison, Outcome, compared
from atfsm.replay.compare.differences import Parting
from atfsm.replay.compare.finding import Difference, first_difference
from atfsm.replay.compare.pairing import NONE, Pairing
from atfsm.replay.compare.words import facts, standings, verdict
from atfsm.replay.session import AUTO
from atfsm.replay.trace import Trace
from atfsm.view import meta
from atfsm.view.drawings import figures
from atfsm.view.finding import sentence
from atfsm.view.page import build
from atfsm.view.review import told_of, write
from atfsm.view.twin import Half, beside
from atfsm.view.veil import Veil

SCHEMA: Final = "atfsm.compare-view/1"
KIND: Final = "compare"
#: Rows of each capture that a page holds whole; ours: the two together are as many as of one.
LINES_AT_MOST: Final = 500_000
#: Differences that can be gone to, and those of them that are told in a sentence; ours.
GONE_TO_AT_MOST: Final = 20_000
TOLD_AT_MOST: Final = 1_000
CLEAN: Final = "The machines did the same."
CLASSES: Final = {
    Outcome.SAME: "clean",
    Outcome.DIFFERENT: "wobble",
    Outcome.UNDECIDED: "undecided",
}


def compare_page(
    names: tuple[str, str],
    page: Path,
    *,
    formats: tuple[str, str] = (AUTO, AUTO),
    redact: bool = True,
    verbose: bool = False,
    lines_at_most: int = LINES_AT_MOST,
    command: str = "",
    progress: Callable[[Capture], None] | None = None,
) -> Comparison:
    """Compare two captures and write their page.

    Args:
        names: A and B; each as `atfsm.view.review` takes it.
        page: The file to write.
        formats: Names of their formats, or ``auto``.
        redact: Whether codes, credentials, numbers of people and payload are hidden.
        verbose: Whether the AT line's own moves are compared, too.
        lines_at_most: Rows of each that the page holds whole.
        command: How the page was asked for, to be shown on it.
        progress: Told after each chunk.

    Raises:
        CaptureError: A capture cannot be opened, or there is no such format.
        PageError: The page cannot be written.
    """
    veil = Veil() if redact else None  # one for both: what one shows is hidden in the other
    a, b = (
        Half(
            Trace(name, format_name=format_name, progress=progress),
            veil=veil,
            lines_at_most=lines_at_most,
            verbose=verbose,
        )
        for name, format_name in zip(names, formats, strict=True)
    )
    comparison, pairing, parted = compared(a.course, b.course)
    write(page, _built(a, b, comparison, pairing, parted, command))
    return comparison


def _built(  # noqa: PLR0917  made in one place only, and all of it is the page
    a: Half,
    b: Half,
    comparison: Comparison,
    pairing: Pairing,
    parted: Parting,
    command: str,
) -> Iterator[bytes]:
    charts = meta.charts_of([*a.log.machines, *b.log.machines])
    # What is secret may be learned from the sentences, too: they come before the texts.
    told = {
        "outcome": comparison.outcome.value,
        "verdict": a.say(verdict(comparison)),
        "facts": [[label, a.say(words)] for label, words in facts(comparison)],
        "differences": [
            _difference_json(a, b, pairing, parted, number)
            for number in range(min(len(parted.hunks), GONE_TO_AT_MOST))
        ],
        "difference_count": len(parted.hunks),
        "partners": _partners(a, b, pairing),
    }
    told_a, blob_a = told_of(a, command, charts)
    told_b, blob_b = told_of(b, command, charts)
    alone: tuple[set[int], set[int]] = (
        {a.rows[i] for hunk in parted.hunks for i in hunk.a},
        {b.rows[j] for hunk in parted.hunks for j in hunk.b},
    )
    stretches = beside(a, b, pairing.chain, alone) if len(a.log) or len(b.log) else []
    names = told_a["capture"]["name"], told_b["capture"]["name"]
    common = ("charts", "whats", "cell_kinds", "redacted")
    return build(
        title=f"{names[0]} | {names[1]}: {comparison.outcome.value}",
        head=_head(comparison, told, names),
        drawings=figures(charts),
        meta={
            "schema": SCHEMA,
            "version": __version__,
            "command": a.say(command),
            **{key: told_a[key] for key in common},
            "a": {key: value for key, value in told_a.items() if key not in common},
            "b": {key: value for key, value in told_b.items() if key not in common},
            "stretches": [number for stretch in stretches for number in stretch],
            **told,
        },
        blob=blob_a,
        other=blob_b,
        kind=KIND,
    )


def _difference_json(
    a: Half, b: Half, pairing: Pairing, parted: Parting, number: int
) -> dict[str, object]:
    """Describe one difference: its rows, and for the first of them, what is said of it."""
    hunk = parted.hunks[number]
    found: dict[str, object] = {
        "a_row": a.rows[hunk.a[0]] if hunk.a else None,
        "b_row": b.rows[hunk.b[0]] if hunk.b else None,
        "common": None if hunk.before is None else [a.rows[hunk.before.a], b.rows[hunk.before.b]],
    }
    if number < TOLD_AT_MOST:
        difference = first_difference(a.course, b.course, pairing, hunk)
        common = difference.common
        found |= {
            "sentence": a.say(difference.sentence),
            "why": [a.say(words) for words in _whys(difference)],
            "machines": [_number(a, difference.a.machine), _number(b, difference.b.machine)],
            "where": ""
            if common is None
            else a.say(
                f"line {common.a.line:,} of A, line {common.b.line:,} of B: {standings(common)}"
            ),
        }
    return found


def _whys(difference: Difference) -> Iterator[str]:
    """What is said of the wobbles of a difference, and what to do."""
    for name, turn in (("A", difference.a), ("B", difference.b)):
        if turn.wobble is not None:
            yield f"{name}, line {turn.wobble.line:,}: {turn.wobble.why}"
            yield turn.wobble.do


def _number(half: Half, name: str) -> int | None:
    """The number of a machine, by what it is called."""
    chart, _, key = name.partition(" ")
    machines = half.log.machines
    return machines.index((chart, key)) if (chart, key) in machines else None


def _partners(a: Half, b: Half, pairing: Pairing) -> list[list[int]]:
    """Machines that are the same, those with most moves in common first."""
    found: Counter[tuple[int, int]] = Counter()
    for i, j in enumerate(pairing.other_a):
        if j != NONE:
            found[a.course.machines[i], b.course.machines[j]] += 1
    names: Counter[tuple[int, int]] = Counter()
    for (machine_a, machine_b), count in found.items():
        number_a = _number(a, a.course.name_of(machine_a))
        number_b = _number(b, b.course.name_of(machine_b))
        if number_a is not None and number_b is not None:
            names[number_a, number_b] += count
    return [list(pair) for pair, _ in names.most_common()]


def _head(comparison: Comparison, told: Mapping[str, Any], names: Sequence[str]) -> str:
    """The header of the page; HTML."""
    differences = told["differences"]
    first = differences[0] if differences else {}
    why = first.get("sentence", "")
    if comparison.outcome is Outcome.SAME:
        why = CLEAN
    elif comparison.outcome is Outcome.UNDECIDED:
        why = " ".join(words for label, words in told["facts"] if label == "note")
    count = told["difference_count"]
    places = f"1 of {count:,} difference{'s' if count > 1 else ''}" if count else ""
    where = f"last common state: {first['where']}" if first.get("where") else ""
    return (
        f'<header id="finding" class="{CLASSES[comparison.outcome]}">\n'
        f'<p id="finding-verdict"><strong>{comparison.outcome.value}</strong> '
        f'<span><b class="of-a">A</b> {escape(names[0])}</span> '
        f'<span><b class="of-b">B</b> {escape(names[1])}</span></p>\n'
        f'<h1 id="finding-why">{sentence(why)}</h1>\n'
        f'<p id="finding-do">{sentence(" ".join(first.get("why", [])))}</p>\n'
        f'<p><span id="finding-where">{escape(where)}</span> '
        f'<span id="finding-count">{escape(places)}</span></p>\n'
        f'<p id="finding-verdict-words">{escape(told["verdict"])}</p>\n'
        "</header>"
    )
