"""The comparison for a terminal: where the two part, side by side, and how they differ later."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

from atfsm.fact import FactKind
from atfsm.replay.compare.course import Step
from atfsm.replay.compare.excerpt import Said
from atfsm.replay.compare.finding import Difference, Turn
from atfsm.replay.compare.report import Comparison, Outcome, Side
from atfsm.replay.compare.words import counted, facts, standings, verdict
from atfsm.replay.meanings import quoted
from atfsm.replay.printable import printable
from atfsm.replay.text import (
    AMBER,
    ARROW,
    BOLD,
    DIM,
    GREEN,
    READABLE_COLUMNS,
    RED,
    readable_columns,
)

INDENT: Final = " " * 8
BLANK: Final = ("", "")
FAR_LINES: Final = 4  # ours: a wider gap between two lines is shown as one
NARROWEST: Final = 60  # ours: below that, two columns are none
_QUOTED: Final = re.compile(r"`[^`]{1,60}`")
_GLUE: Final = "\x00"

Row = tuple[str, str]  #: what it looks like, and the text


class CompareText:
    """Writes a comparison.

    Args:
        write: Takes one line, without its end.
        colour: Whether to use terminal colours.
        columns: Width; None: that of the terminal, as far as it is readable.
    """

    def __init__(
        self,
        write: Callable[[str], object],
        *,
        colour: bool = False,
        columns: int | None = None,
    ) -> None:
        self._write = write
        self._colour = colour
        here = readable_columns() if columns is None else min(columns, READABLE_COLUMNS)
        self._columns = max(here, NARROWEST)

    def tell(
        self, comparison: Comparison, said_a: Sequence[Said] = (), said_b: Sequence[Said] = ()
    ) -> None:
        """Write all of it.

        Args:
            comparison: What was found.
            said_a: Lines of A around the first difference.
            said_b: And of B.
        """
        self._head("A", comparison.a)
        self._head("B", comparison.b)
        if comparison.difference is not None:
            self._write("")
            self._part(comparison.difference, said_a, said_b)
        self._write("")
        for line in self._summary(comparison):
            self._write(line)

    def _head(self, name: str, side: Side) -> None:
        report = side.report
        read_as = f"format {report.format}" if report.format else "format unknown"
        about = f"{read_as}, {counted(report.lines, 'line')}, {counted(side.moves, 'move')}"
        self._write(
            f"{self._paint(BOLD, name)}  {self._paint(BOLD, printable(report.capture))} ({about})"
        )

    # ------------------------------------------------------------------ where they part

    def _part(
        self, difference: Difference, said_a: Sequence[Said], said_b: Sequence[Said]
    ) -> None:
        self._write(f"{self._paint(RED, 'FIRST DIFFERENCE')}")
        self._write(self._wrap("", difference.sentence))
        common = difference.common
        self._write("")
        width = (self._columns - 3) // 2
        common_a = None if common is None else common.a.line
        common_b = None if common is None else common.b.line
        before_a, behind_a = _column(said_a, common_a, difference.a, width)
        before_b, behind_b = _column(said_b, common_b, difference.b, width)
        self._pair(("bold", "A"), ("bold", "B"), width)
        if common is not None:
            above = max(len(before_a), len(before_b))
            padded = (((above - len(rows)) * [BLANK] + rows) for rows in (before_a, before_b))
            for left, right in zip(*padded, strict=True):
                self._pair(left, right, width)
            self._rule(width)
        for left, right in zip_longest(behind_a, behind_b, fillvalue=BLANK):
            self._pair(left, right, width)
        self._write("")
        if common is not None:
            lines = f"line {common.a.line:,} of A, line {common.b.line:,} of B"
            self._write(self._wrap("last", f"common state: {lines}: {standings(common)}"))
        for name, turn in (("A", difference.a), ("B", difference.b)):
            self._explain(name, turn)

    def _rule(self, width: int) -> None:
        words = " last common state "
        self._write(self._paint(DIM, f"{words:─^{width}}─┼{words:─^{width + 1}}"))

    def _pair(self, left: Row, right: Row, width: int) -> None:
        shown = f"{self._cell(left, width)} │ {self._cell(right, width)}"
        self._write(shown.rstrip())

    def _cell(self, row: Row, width: int) -> str:
        look, text = row
        text = text if len(text) <= width else text[: width - 1] + "…"
        colours = {"bold": BOLD, "wobble": AMBER, "dim": DIM, "mark": RED}
        return self._paint(colours.get(look, ""), text) + " " * (width - len(text))

    def _explain(self, name: str, turn: Turn) -> None:
        wobble = turn.wobble
        if wobble is None:
            if any(step.is_wobble for step in turn.moves):
                self._write("")
                self._write(self._wrap("why", f"`atfsm replay` says why {name} wobbles there."))
            return
        machine = f"{wobble.machine} {wobble.key}".rstrip()
        self._write("")
        self._write(
            f"{self._paint(RED, 'WOBBLE')} of {name} on line {wobble.line}: {machine} "
            f"{wobble.kind} in {wobble.state}, since line {wobble.since_line}"
        )
        self._write(self._wrap("why", wobble.why))
        self._write(self._wrap("do", wobble.do))
        self._write(self._wrap("cause", wobble.cause))

    # -------------------------------------------------------------------------- in short

    def _summary(self, comparison: Comparison) -> Iterator[str]:
        for label, words in facts(comparison):
            yield self._wrap(label, words)
        colour = {Outcome.SAME: GREEN, Outcome.DIFFERENT: RED, Outcome.UNDECIDED: AMBER}
        outcome = comparison.outcome
        colon = " " if outcome is Outcome.DIFFERENT else ": "
        yield self._paint(colour[outcome], outcome.value) + colon + verdict(comparison)

    def _wrap(self, label: str, text: str) -> str:
        # AT text in a sentence stands in backquotes, and is not to be broken.
        glued = _QUOTED.sub(lambda found: found[0].replace(" ", _GLUE), printable(text))
        lines = textwrap.wrap(
            glued, self._columns - len(INDENT), break_on_hyphens=False, break_long_words=False
        )
        head = f"  {self._paint(DIM, label)}{' ' * (6 - len(label))}"
        return (head + f"\n{INDENT}".join(lines or [""])).replace(_GLUE, " ").rstrip()

    def _paint(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._colour and colour and text else text


def _column(
    said: Sequence[Said], common: int | None, turn: Turn, width: int
) -> tuple[list[Row], list[Row]]:
    """What one column shows: up to the last common state, and behind it."""
    steps = [step for step in turn.moves if step.fact.kind is not FactKind.RESET]
    if turn.move is not None and turn.move not in steps:
        steps.insert(0, turn.move)
    last_line = max((each.line for each in said), default=0)
    if last_line:
        steps = [step for step in steps if step.line <= last_line]
    heard = {each.line for each in said}
    # What passed in silence is no line of the capture; what can be read only once has none left.
    unheard = [
        Said(step.line, step.direction, step.text)
        for step in steps
        if step.line not in heard or step.fact.kind is FactKind.SILENCE
    ]
    before: list[Row] = []
    behind: list[Row] = []
    lines = sorted(dict.fromkeys([*unheard, *said]), key=lambda each: each.line)
    for each, following in zip_longest(lines, lines[1:]):
        rows = before if common is not None and each.line <= common else behind
        rows.append(("", f"{each.line:>6} {ARROW[each.direction]} {printable(quoted(each.text))}"))
        for step in [*steps] if rows is behind else ():
            if (step.line, step.text) == (each.line, each.text):
                rows.append(_moved(step, width))
                steps.remove(step)
        if following is not None and following.line > each.line + FAR_LINES:
            rows.append(("dim", f"{'⋮':>6}"))
    if turn.move is None:
        behind.append(("dim", f"{turn.end_line:>6}   (the end)"))
    return before, behind


def _moved(step: Step, width: int) -> Row:
    text = f"{INDENT}{step.name} {step.before} → {step.after}"
    if len(text) > width:
        text = f"{INDENT}{step.name} → {step.after}"
    return "wobble" if step.is_wobble else "dim", text
