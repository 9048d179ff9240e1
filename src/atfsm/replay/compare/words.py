"""How two captures differ on the whole, in words: for the text and for the page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from atfsm.replay.compare.finding import Common, seconds
from atfsm.replay.compare.report import CauseCount, Comparison, Outcome

#: Names, waits and causes that are listed; ours.
LISTED_AT_MOST: Final = 8


def facts(comparison: Comparison) -> Iterator[tuple[str, str]]:
    """What is to be said beside the first difference, each with a label of one word."""
    for note in comparison.notes:
        yield "note", note
    began = comparison.beginning
    if began is not None:
        first, second = began.line_a, began.line_b
        if began.side == "B":
            first, second = second, first
        other = "B" if began.side == "A" else "A"
        moves = f"{counted(began.moves, 'move')} before line {first:,}"
        begins = f"where {other} begins (line {second:,})"
        yield "start", f"{began.side} begins earlier: {moves}, {begins}, are not compared."
    if comparison.machines:
        named = [f"{a} of A is {b} of B" for a, b in comparison.machines[:LISTED_AT_MOST]]
        yield "names", "; ".join(named)
    if comparison.reordered:
        moves = counted(comparison.reordered, "move")
        yield "order", f"{moves} of different machines came in another order; no difference."
    for wait in comparison.waits[:LISTED_AT_MOST]:
        often = f", {wait.differing:,} of {wait.count:,} times" if wait.count > 1 else ""
        what = f"{wait.chart} in {wait.state} until `{wait.wire}`{' at most' if often else ''}"
        in_a = f"{seconds(wait.a_s)} in A (line {wait.line_a:,})"
        in_b = f"{seconds(wait.b_s)} in B (line {wait.line_b:,})"
        yield "wait", f"{what}: {in_a}, {in_b}{often}"
    for name, side in (("A", comparison.a), ("B", comparison.b)):
        if side.wobbles:
            yield "only", f"in {name}: {_causes(side.wobbles)}"


def verdict(comparison: Comparison) -> str:
    """What can be said of the two, behind the word for it."""
    a, b = comparison.a, comparison.b
    lines = f"A has {counted(a.report.lines, 'line')}, B has {counted(b.report.lines, 'line')}"
    match comparison.outcome:
        case Outcome.SAME:
            return (
                f"the machines did the same ({counted(comparison.common_moves, 'move')}); {lines}"
            )
        case Outcome.UNDECIDED:
            return lines
        case Outcome.DIFFERENT:
            return (
                f"in {counted(comparison.difference_count, 'place')}: {comparison.share:.0%} of "
                f"the moves are common, {a.alone:,} only in A, {b.alone:,} only in B; {lines}"
            )


def standings(common: Common) -> str:
    """Where every machine stands, those that stand alike first."""
    alike, otherwise = [], []
    for row in common.machines:
        if row.state_a == row.state_b:
            name = row.a if row.a == row.b else f"{row.a} ({row.b} of B)"
            alike.append(f"{name} {row.state_a}")
        else:
            a = f"{row.a} {row.state_a} in A" if row.a else f"{row.b} not seen in A"
            otherwise.append(f"{a}, {row.state_b or 'not seen'} in B")
    return "; ".join([*alike, *otherwise])


def counted(number: int, word: str) -> str:
    """A number of things."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _causes(causes: list[CauseCount]) -> str:
    listed = [
        f"{each.cause} ({each.times:,}×, first on line {each.first_line:,})"
        if each.times > 1
        else f"{each.cause} (line {each.first_line:,})"
        for each in causes[:LISTED_AT_MOST]
    ]
    more = len(causes) - len(listed)
    return "; ".join([*listed, *([f"and {counted(more, 'more cause')}"] if more else [])])
