"""From a wobble to sentences: which row of the table of causes fits, and its blanks filled in.

The words that a row may use are those of `atfsm.replay.evidence`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from atfsm.at.exchange import What
from atfsm.chart import CellKind, Chart, Wait
from atfsm.fact import Fact, FactKind
from atfsm.replay.automaton import Edge
from atfsm.replay.causes import CAUSES_OF, REMEDY, Cause
from atfsm.replay.causes.advice import (
    CLOSES_NOTHING,
    DATA_WAITS,
    END_FIRST,
    LINE_FIRST,
    LIST,
    NOTHING_DEFINED,
    PERHAPS_DEFINED,
    TRANSFER_FIRST,
    UP_FIRST,
)
from atfsm.replay.causes.model import OPTIONAL, WORD
from atfsm.replay.evidence import Case
from atfsm.replay.ledger import Ledger, Mark
from atfsm.replay.transfer import Look
from atfsm.stack import Move

_FIELD: Final = re.compile(r"<(?:sid|cnx)>")
#: Ends what the log shows, and begins what it does not.
LIKELY: Final = "Likely, but not shown by the log: {guess}."

Words = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why, what to do, and the lines that prove it; see `atfsm.replay.report.Wobble`."""

    cause: Cause
    got: str
    expected: tuple[str, ...]
    proved: str
    likely: str
    do: str
    settle: str
    evidence: tuple[Mark, ...]

    @property
    def why(self) -> str:
        """What the log shows, and what is likely, said to be so."""
        guess = LIKELY.format(guess=self.likely) if self.likely else ""
        return f"{self.proved} {guess}".strip()


def explain(line: int, edge: Edge, move: Move, ledger: Ledger, look: Look) -> Explanation:
    """Explain one wobble.

    Args:
        line: Physical line that decided it.
        edge: What that line did.
        move: The move into the wobble state, one of the edge's.
        ledger: As it was before that line.
        look: Gives the payload that stands alone on a line of the log.
    """
    case = Case(line, edge, move, ledger, look)
    expected = _expected(case)
    words = case.words(expected)
    row = next(row for row in CAUSES_OF[move.fact] if _fits(row, case, words))
    used: set[str] = set()
    proved = fill(row.proved, words, used)
    likely = fill(row.likely, words, used).strip(" ;,")
    cited = {words[w] for w in used if w == "since" or w.endswith("_line")}
    lines = cited or {words["since"]}
    return Explanation(
        cause=row,
        got=case.got,
        expected=expected,
        proved=_sentence(proved),
        likely=likely,
        do=_advice(row, case, words),
        settle=_sentence(fill(_settle(row, case), words)),
        evidence=tuple(m for m in case.marks() if str(m.line) in lines and m.line != line),
    )


def _advice(row: Cause, case: Case, words: Words) -> str:
    """What to do, in the order in which it is done."""
    remedy = _remedy(row, case)
    waits = DATA_WAITS if remedy.startswith(DATA_WAITS) else ""
    if row.first.startswith((LINE_FIRST, END_FIRST)):  # no read before that
        waits = ""
    steps = (TRANSFER_FIRST, UP_FIRST, waits, row.first, remedy.removeprefix(waits), row.do)
    advice = ""
    for step in (fill(step, words).strip() for step in steps):
        goes_on = advice.endswith(":") and step[:1].isalpha() and not step.startswith("AT")
        advice = f"{advice} {step[:1].lower() + step[1:] if goes_on else step}".strip()
    return advice


def _remedy(row: Cause, case: Case) -> str:
    """The full reset, or what a row has in its place; nothing is closed by a guessed number."""
    remedy = row.remedy or REMEDY[case.move.machine]
    if not case.lacks_session or remedy in CLOSES_NOTHING:
        return remedy
    return PERHAPS_DEFINED if case.is_silence else NOTHING_DEFINED


def _settle(row: Cause, case: Case) -> str:
    """What to ask next; of a session without an id nothing can be asked by its number."""
    is_by_number = "{id}" in row.settle or "{ask}" in row.settle
    return LIST if is_by_number and case.lacks_session else row.settle


def _fits(row: Cause, case: Case, words: Words) -> bool:
    by = case.move.swept_by
    return (
        (not row.states or case.state in row.states)
        and (not row.codes or case.code in row.codes)
        and (not row.by or (by is not None and by[0] in row.by))
        and all(words.get(word) is not None for word in row.needs)
    )


def fill(template: str, words: Words, used: set[str] | None = None) -> str:
    """Fill the blanks; drop each optional part of which a word is missing.

    Args:
        template: As a row of the table has it.
        words: What the blanks stand for.
        used: Gets the words that were filled in, if given.
    """

    def optional(part: re.Match[str]) -> str:
        names = WORD.findall(part[1])
        return "" if any(words.get(n) is None for n in names) else part[1]

    kept = OPTIONAL.sub(optional, template)
    if used is not None:
        used.update(WORD.findall(kept))
    return WORD.sub(lambda word: words.get(word[1]) or "", kept)


def _sentence(text: str) -> str:
    """Begin with a capital; blanks of AT text are part of it and stay."""
    text = text.strip()
    return text[:1].upper() + text[1:]


def _expected(case: Case) -> tuple[str, ...]:
    """What was due: by the state, or by the command in flight where the state rests."""
    chart_state = case.chart.states[case.move.before]
    if chart_state.limit_s is not Wait.RESTING:
        due = expected_in(case.chart, case.state)
        return tuple(_FIELD.sub(case.id, fact.wire) for fact in due)
    is_answer = case.is_silence or case.edge.what is What.RESULT
    return ("OK",) if is_answer else ()


@cache
def expected_in(chart: Chart, state: str) -> tuple[Fact, ...]:
    """What the modem may say in *state* that leads on.

    A state that waits for the modem expects one thing: the fact of its row to the next state of
    the happy path. A state beside the path, or one that rests, expects what is listed there.
    """
    heard = [
        r
        for r in chart.rows
        if r.state == state
        and r.fact.kind not in {FactKind.REQUEST, FactKind.SILENCE}
        and r.fact.wire[:1] in "+OC"  # AT text, not words about a neighbour
        and r.fact.name != "UNLOGGED_OK"  # nobody waits for what a log hides
    ]
    path = [str(s) for s in chart.happy_path]
    if state in path[:-1]:
        onward = [r.fact for r in heard if r.target == path[path.index(state) + 1]]
        if onward:
            return (onward[0],)
    leading = [r.fact for r in heard if r.target != r.state]
    overheard = [
        fact
        for (source, fact), cell in chart.matrix.items()
        if source == state and cell.kind is CellKind.IGNORED and fact.wire.startswith("+K")
    ]
    return tuple(dict.fromkeys(leading or overheard))[:2]
