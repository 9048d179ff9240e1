"""The report for a terminal: a time line of transitions, then each wobble in sentences."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Callable, Iterator
from typing import Final

from atfsm.machine import table
from atfsm.replay.automaton import Edge
from atfsm.replay.formats import Format
from atfsm.replay.meanings import quoted
from atfsm.replay.printable import printable
from atfsm.replay.records import Direction
from atfsm.replay.report import Report, Verdict, Wobble
from atfsm.stack import NEW, TABLED, Move

ARROW: Final = {Direction.TX: "→", Direction.RX: "←", Direction.UNMARKED: " "}
WIRE_COLUMNS: Final = 42
READABLE_COLUMNS: Final = 100  # ours: longer lines of prose are hard to read
NARROWEST: Final = 40  # ours: beside the labels, narrower prose is a word a line
INDENT: Final = " " * 8
GLUE: Final = "\x00"
_QUOTED: Final = re.compile(r"`[^`]{1,60}`")
RED, AMBER, GREEN, DIM, BOLD = "31", "33", "32", "2", "1"


def readable_columns() -> int:
    """How wide prose is written: as the terminal is, as far as that can be read."""
    return max(NARROWEST, min(shutil.get_terminal_size().columns, READABLE_COLUMNS))


class TextReport:
    """Writes one capture's report, as it is read.

    Args:
        write: Takes one line, without its end.
        quiet: Only wobbles and the verdict, no time line.
        verbose: The time line shows the AT line's own transitions too.
        colour: Whether to use terminal colours.
    """

    def __init__(
        self,
        write: Callable[[str], object],
        *,
        quiet: bool = False,
        verbose: bool = False,
        colour: bool = False,
    ) -> None:
        self._write = write
        self._quiet = quiet
        self._verbose = verbose
        self._colour = colour
        self._is_apart = False  # whether the last line written was blank
        self._columns = readable_columns()

    def begin(self, name: str, capture_format: Format | None) -> None:
        """Say which capture this is, and how it is read."""
        read_as = "format unknown" if capture_format is None else f"format {capture_format.name}"
        self._write(f"{self._paint(BOLD, printable(name))} ({read_as})")
        if not self._quiet and capture_format is not None:
            self._write("")

    def tell(self, line: int, edge: Edge, wobbles: tuple[Wobble, ...]) -> None:
        """Write what one line changed, and each wobble on it."""
        if not self._quiet:
            for text in self._transitions(line, edge):
                self._write(text)
                self._is_apart = False
        for wobble in wobbles:
            self._explain(wobble)

    def end(self, report: Report) -> None:
        """Write where everything stands, and the verdict."""
        for note in report.notes:
            self._write(self._wrap("note", note))
        colour = {Verdict.CLEAN: GREEN, Verdict.WOBBLE: RED, Verdict.UNDECIDED: AMBER}
        verdict = self._paint(colour[report.verdict], report.verdict.value)
        count = f", {report.wobble_count} wobbles" if report.wobble_count > 1 else ""
        self._write(f"{verdict}: {report.lines} lines, {report.events} events{count}")
        standing = [f"{m.machine} {m.key}".strip() + f" {m.state}" for m in report.machines]
        if standing and not self._quiet:
            self._write(self._wrap("ends", "; ".join(standing)))

    def _transitions(self, line: int, edge: Edge) -> Iterator[str]:
        if not edge.moves and edge.text:  # what a journal says beside the wire
            yield f"{line:>7}   {self._paint(BOLD, printable(quoted(edge.text)))}"
        shown = [m for m in edge.moves if self._is_shown(m)]
        text = printable(quoted(edge.text)) or f"({edge.what.value})"
        wire = f"{ARROW[edge.direction]} {text}"
        if len(wire) > WIRE_COLUMNS:
            wire = wire[: WIRE_COLUMNS - 1] + "…"
        head = f"{line:>7} {wire:<{WIRE_COLUMNS}}"
        for move in shown:
            states = table(TABLED[move.machine]).states
            machine = f"{move.machine} {move.key}".strip()
            before, after = states[move.before], states[move.after]
            if move.before == move.after:
                yield f"{head}  {machine:<8} {self._paint(DIM, self._named(move))}"
            else:
                colour = AMBER if after.startswith("wobble") else ""
                yield f"{head}  {machine:<8} {before} → {self._paint(colour, after)}"
            head = " " * (8 + WIRE_COLUMNS)

    def _is_shown(self, move: Move) -> bool:
        rules = table(TABLED[move.machine])
        if move.before == move.after:
            return bool(move.origin) and move.origin != NEW
        is_usual = not rules.is_wobble[move.after] and not rules.is_wobble[move.before]
        return self._verbose or move.machine != "line" or not is_usual

    @staticmethod
    def _named(move: Move) -> str:
        return f"is what was {move.machine} {move.origin}"

    def _explain(self, wobble: Wobble) -> None:
        machine = f"{wobble.machine} {wobble.key}".strip()
        if not self._is_apart:
            self._write("")
        head = (
            f"{self._paint(RED, 'WOBBLE')} on line {wobble.line}: {machine} {wobble.kind} "
            f"in {wobble.state}, since line {wobble.since_line}"
        )
        self._write(head)
        self._write(self._wrap("got", wobble.got))
        if wobble.expected:
            self._write(self._wrap("due", " or ".join(wobble.expected)))
        self._write(self._wrap("why", wobble.why))
        self._write(self._wrap("do", wobble.do))
        if wobble.settle:
            self._write(self._wrap("ask", wobble.settle))
        self._write(self._wrap("cause", wobble.cause))
        label = "proof"
        for mark in wobble.evidence:
            self._write(self._wrap(label, f"line {mark.line}: {quoted(mark.text)}"))
            label = ""
        self._write("")
        self._is_apart = True

    def _wrap(self, label: str, text: str) -> str:
        # AT text in a sentence stands in backquotes, and is not to be broken.
        glued = _QUOTED.sub(lambda found: found[0].replace(" ", GLUE), printable(text))
        lines = textwrap.wrap(
            glued, self._columns - len(INDENT), break_on_hyphens=False, break_long_words=False
        )
        head = f"  {self._paint(DIM, label)}{' ' * (6 - len(label))}"
        return (head + f"\n{INDENT}".join(lines or [""])).replace(GLUE, " ")

    def _paint(self, colour: str, text: str) -> str:
        return f"\x1b[{colour}m{text}\x1b[0m" if self._colour and colour else text
