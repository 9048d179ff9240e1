"""The Pareto of a file of results as text: a table that fits a terminal."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from atfsm.fleet.columns import said_of
from atfsm.fleet.pareto import Group, Pareto, by_frequency
from atfsm.replay.printable import printable

COLUMNS: Final = 80  # where there is no terminal
NUMBERS_WIDE: Final = 29  # the columns before that of the captures, and the space behind it
PROSE_WIDE: Final = 24  # ours: where there is less room below a name, it begins farther left
ROWS_AT_MOST: Final = 25  # ours: what is rarer than the twenty-fifth is not what goes wrong most
CALM_AT_MOST: Final = 8
FILES_AT_MOST: Final = 3
WORDS: Final = {
    "clean": "clean",
    "wobble": "with wobbles",
    "undecided": "undecided",
    "unreadable": "unreadable",
    "failed": "failed",
}
UNJUDGED: Final = ("unreadable", "failed")
NOT_SHOWN: Final = "(not in the log)"


def told(number: int, what: str) -> str:
    """A number with its noun."""
    return f"{number:,} {what}" + ("" if number == 1 else "s")


def named(group: str) -> str:
    """The name of a group, whoever gave it; or that the captures do not show it."""
    return printable(group) or NOT_SHOWN


def heading(pareto: Pareto) -> tuple[str, str]:
    """What was counted, in two lines."""
    outcomes = ", ".join(
        f"{pareto.outcomes[name]:,} {word}"
        for name, word in WORDS.items()
        if name in pareto.outcomes
    )
    about = f"{_files(pareto.results)}: {told(pareto.captures, 'capture')}: {outcomes}"
    if pareto.consequences or pareto.without_rows:
        about += f"; {sum_of(pareto.wobbles, pareto.consequences, pareto.without_rows)}"
    return f"{told(pareto.wobbles, 'wobble')} by {pareto.by}", about


def sum_of(causes: int, consequences: int, without_rows: int) -> str:
    """How many wobbles there are, and of what that is the sum."""
    whole = told(causes + consequences + without_rows, "wobble")
    parts = [told(causes, "cause")]
    parts += [f"{consequences:,} that fell along"] if consequences else []
    parts += [f"{without_rows:,} without rows"] if without_rows else []
    return whole if len(parts) == 1 else f"{whole}: {' + '.join(parts)}"


def _files(names: Sequence[str]) -> str:
    """Names of files, or how many there are."""
    if len(names) > FILES_AT_MOST:
        return f"{len(names):,} files of results"
    return ", ".join(map(printable, names))


def lines(pareto: Pareto, *, verbose: bool = False, columns: int = COLUMNS) -> Iterator[str]:
    """The table, line by line; where a word is wider than that, so is its line.

    Args:
        pareto: What was counted.
        verbose: Whether to list every group, with an example.
        columns: How wide the terminal is.
    """
    title, about = heading(pareto)
    yield from _wrapped(about, columns)
    if pareto.repeated:
        has = "capture has" if pareto.repeated == 1 else "captures have"
        yield from _wrapped(
            f"{pareto.repeated:,} {has} the name of one in another file: if they are the same, "
            "they count twice",
            columns,
            "  ",
        )
    yield from _unjudged(pareto, columns)
    if not pareto.bars:
        yield "no wobbles"
        return
    yield ""
    yield f"{title}, most frequent first"
    yield ""
    wide = 14 if pareto.by == "cause" else 24
    yield f"{'wobbles':>8} {'share':>8} {'so far':>8} {'captures':>{wide}}  {pareto.by}"
    names_at = NUMBERS_WIDE + wide
    indent = " " * (names_at if columns - names_at >= PROSE_WIDE else 9)
    is_whole = verbose or len(pareto.bars) <= ROWS_AT_MOST + 1  # one row can as well be itself
    shown = pareto.bars if is_whole else pareto.bars[:ROWS_AT_MOST]
    for bar in shown:
        group = bar.group
        yield (
            f"{group.wobbles:>8,} {percent(bar.share):>8} {percent(bar.cumulative):>8} "
            f"{_of(group, pareto):>{wide}}  {named(group.name)}"
        )
        for text in _about(group, pareto, verbose=verbose):
            yield from _wrapped(text, columns, indent)
    if rest := pareto.bars[len(shown) :]:
        wobbles = sum(bar.group.wobbles for bar in rest)
        share = percent(wobbles / pareto.wobbles)
        yield f"{wobbles:>8,} {share:>8} in {len(rest)} others (-v lists them)"
    yield from _below(pareto, columns)


def _unjudged(pareto: Pareto, columns: int) -> Iterator[str]:
    """Which captures have no verdict, and why: the first of them."""
    for capture, reason in pareto.unjudged:
        yield from _wrapped(printable(said_of(capture, reason)), columns, "  ")
    rest = sum(pareto.outcomes.get(name, 0) for name in UNJUDGED) - len(pareto.unjudged)
    if rest:
        yield f"  and {rest:,} more (column reason of the file)"


def _about(group: Group, pareto: Pareto, *, verbose: bool) -> Iterator[str]:
    """What stands below the row of a group."""
    if pareto.by == "cause":
        if title := _title(group.name):
            yield title
        if set(group.firmwares) != {""}:
            yield f"on {split(group.firmwares)}"
    else:
        yield split(group.causes)
    if verbose:
        yield printable(f"{group.example[0]}:{group.example[1]}: {group.about}")


def _title(cause: str) -> str:
    """What a cause is, in a few words; empty where another version wrote it."""
    from atfsm.replay.causes import CAUSES_BY_CODE

    row = CAUSES_BY_CODE.get(cause)
    return "" if row is None else row.title


def _below(pareto: Pareto, columns: int) -> Iterator[str]:
    """What else is to be said, below the table."""
    said = []
    if pareto.consequences:
        said.append(
            f"{pareto.consequences:,} more only fell along with another on the same line, "
            "and are not counted."
        )
    if pareto.without_rows:
        from atfsm.replay.session import WOBBLES_AT_MOST

        have = "capture has" if pareto.cut_captures == 1 else "captures have"
        said.append(
            f"{pareto.without_rows:,} more have no rows "
            f"({pareto.cut_captures:,} {have} over {WOBBLES_AT_MOST:,})."
        )
    if pareto.calm:
        names = [named(name) for name in pareto.calm]
        more = f" and {len(names) - CALM_AT_MOST:,} more" if len(names) > CALM_AT_MOST else ""
        said.append(f"Without wobbles: {', '.join(names[:CALM_AT_MOST])}{more}.")
    if said:
        yield ""
        for sentence in said:
            yield from _wrapped(sentence, columns)


def _wrapped(text: str, columns: int, indent: str = "") -> Iterator[str]:
    """Lines of *text*; a number and its percent sign stay together."""
    together = text.replace(" %", "\xa0%")
    for line in textwrap.wrap(
        together,
        max(columns, PROSE_WIDE + len(indent)),
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,  # names of files are copied
        break_long_words=False,
    ):
        yield line.replace("\xa0%", " %")


def _of(group: Group, pareto: Pareto) -> str:
    if pareto.by == "cause":
        return f"{group.captures:,}"
    return f"{group.captures:,} of {group.of_captures:,} = {percent(group.rate)}"


def split(counts: Counter[str], at_most: int = 3) -> str:
    """The most frequent of some counts, with their shares."""
    total = counts.total()
    ordered = by_frequency(counts)
    said = [f"{named(name)} {percent(n / total)}" for name, n in ordered[:at_most]]
    more = f", {len(ordered) - at_most} more" if len(ordered) > at_most else ""
    return ", ".join(said) + more


def percent(part: float) -> str:
    """A part of the whole, as it is written."""
    return f"{part * 100:.1f} %"
