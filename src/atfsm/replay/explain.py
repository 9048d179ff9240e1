"""From a wobble to sentences: which row of the table of causes fits, and its blanks filled in.

The words that a row of `atfsm.replay.causes` may use:

============== ===============================================================================
got            the line that decided it
meaning        what its code means, by the tables of `atfsm.at.errors`
whole          the machine in words: ``TCP socket 1``
kind, name, id ``TCP``, ``1``; where the capture never shows the id, what it is taken to be
state, since   where the machine was, and since which line
command(_line) the command that the line answers; no_command is there where none was logged
in_flight(_line) the command over which another one went out
expected       what was due
waited         how silence was judged
up_text(_line) the last word of the socket's PDP context that it is up
context_text(_line) the last word of that context, whatever it was; cnx is its number
sent_line      the last send that ended well
unlogged_line  an OK to a command that the capture hides, if that led here
pattern        the end pattern, where it is not the default
neighbour      the machine that took this one along
============== ===============================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from atfsm.at.dialect import NAMELESS
from atfsm.at.errors import TCP_NOTIF, UDP_NOTIF, cme_meaning, code_meaning
from atfsm.at.exchange import What
from atfsm.at.facts import LineFact, PdpFact, TcpFact, UdpFact
from atfsm.at.grammar import ResultKind, parse_information, parse_result
from atfsm.chart import CellKind, Chart, Wait
from atfsm.fact import Fact, FactKind
from atfsm.machine import table
from atfsm.replay.automaton import Edge
from atfsm.replay.causes import (
    CAUSES,
    OTHERWISE,
    REMEDY,
    SWEPT_DO,
    SWEPT_WHY,
    TAKEN_DOWN_WHY,
    Cause,
)
from atfsm.replay.ledger import Chronicle, Ledger, Mark
from atfsm.replay.payload import DEFAULT_PATTERN
from atfsm.stack import TABLED, Move

WHOLE: Final = {
    "line": "the AT line",
    "modem": "the modem",
    "pdp": "PDP context",
    "tcp": "TCP socket",
    "udp": "UDP socket",
}
COMMANDS: Final = (LineFact.COMMAND_SENT, LineFact.PROBE_SENT)
_OPTIONAL: Final = re.compile(r"\[\[(.*?)\]\]")
_WORD: Final = re.compile(r"\{(\w+)\}")
_FIELD: Final = re.compile(r"<(?:sid|cnx)>")


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why, what to do, and the lines that prove it."""

    got: str
    expected: tuple[str, ...]
    why: str
    do: str
    evidence: tuple[Mark, ...]


def explain(line: int, edge: Edge, move: Move, ledger: Ledger) -> Explanation:
    """Explain one wobble.

    Args:
        line: Physical line that decided it.
        edge: What that line did.
        move: The move into the wobble state, one of the edge's.
        ledger: As it was before that line.
    """
    case = _Case(line, edge, move, ledger)
    words = case.words()
    if move.swept_by is not None and move.fact.kind is FactKind.SWEEP:
        has_fallen = any(m[:2] == move.swept_by and _is_wobble(m) for m in edge.moves)
        why, then, remedy = SWEPT_WHY if has_fallen else TAKEN_DOWN_WHY, "", SWEPT_DO
    else:
        row = next((c for c in CAUSES if _fits(c, case)), None)
        why, then = (row.why, row.then) if row else (OTHERWISE, "")
        remedy = REMEDY[move.machine]
    used: set[str] = set()
    sentence = _fill(why, words, used)
    do = " ".join(part for part in (_fill(remedy, words, used), _fill(then, words, used)) if part)
    cited = {words[w] for w in used if w == "since" or w.endswith("_line")}
    lines = cited or {words["since"]}
    return Explanation(
        got=case.got,
        expected=case.expected,
        why=_sentence(sentence),
        do=do,
        evidence=tuple(m for m in case.marks() if str(m.line) in lines and m.line != line),
    )


def _is_wobble(move: Move) -> bool:
    return table(TABLED[move.machine]).is_wobble[move.after]


def _fits(cause: Cause, case: _Case) -> bool:
    return (
        case.move.fact in cause.facts
        and (not cause.states or case.state in cause.states)
        and (not cause.codes or case.code in cause.codes)
    )


def _fill(template: str, words: dict[str, str | None], used: set[str]) -> str:
    """Fill the blanks; drop each optional part of which a word is missing."""

    def optional(part: re.Match[str]) -> str:
        names = _WORD.findall(part[1])
        return "" if any(words.get(n) is None for n in names) else part[1]

    kept = _OPTIONAL.sub(optional, template)
    used.update(_WORD.findall(kept))
    return _WORD.sub(lambda word: words.get(word[1]) or "", kept)


def _sentence(text: str) -> str:
    text = re.sub(r"\s+", " ", text).strip()
    return text[:1].upper() + text[1:]


class _Case:
    """One wobble, and what the ledger says around it."""

    def __init__(self, line: int, edge: Edge, move: Move, ledger: Ledger) -> None:
        self.line = line
        self.edge = edge
        self.move = move
        self.ledger = ledger
        self.own = ledger.of(move.machine, move.key)
        self.chart = TABLED[move.machine]
        self.state = table(self.chart).states[move.before]
        self.chart_state = self.chart.states[move.before].name
        self.command = _latest(ledger.of("line", ""), COMMANDS)
        self.code, self.meaning = _code_of(edge.text)
        self.is_silence = move.fact.kind is FactKind.SILENCE
        self.got = self._got()
        self.expected = self._expected()
        context = next(
            (p.context for p in edge.node.places if (p.machine, p.key) == move[:2] and p.context),
            "",
        )
        known = ledger.keys("pdp")
        self.cnx = context or (known[0] if len(known) == 1 else "")
        self.context = ledger.of("pdp", self.cnx) if self.cnx else Chronicle()

    @property
    def _id(self) -> str:
        """The session id; where the capture hides it, the first that the modem hands out (q19)."""
        if self.move.key != NAMELESS:
            return self.move.key
        return "<sid>" if "1" in self.ledger.keys(self.move.machine) else "1"

    @property
    def _name(self) -> str:
        if self.move.key != NAMELESS:
            return self.move.key
        return "(its id is not shown" + (")" if self._id == "<sid>" else "; taken to be 1)")

    def _expected(self) -> tuple[str, ...]:
        """What was due: by the state, or by the command in flight where the state rests."""
        if self.chart.state(self.chart_state).limit_s is not Wait.RESTING:
            due = expected_in(self.chart, self.state)
            return tuple(_FIELD.sub(self._id, fact.wire) for fact in due)
        is_answer = self.is_silence or self.edge.what is What.RESULT
        return ("OK",) if is_answer else ()

    def _got(self) -> str:
        text = self.edge.text.decode("utf-8", "backslashreplace")
        if self.is_silence and self.edge.what is What.COMMAND:
            return f"no answer before {text}"
        return text or f"({self.edge.what.value})"

    def words(self) -> dict[str, str | None]:
        """The blanks, filled in; None where the capture does not show it."""
        answers = self.edge.what is not What.STRAY and self.edge.what is not What.URC
        command = self.command if answers else None
        up = self.context.marks.get(PdpFact.UP_REPORTED)
        last = max(self.context.marks.values(), default=None)
        sent = _latest(self.own, (TcpFact.SENT, UdpFact.SENT))
        hidden = _latest(self.own, (TcpFact.UNLOGGED_OK, UdpFact.UNLOGGED_OK))
        if hidden is not None and hidden.line != self.own.since_line:
            hidden = None
        pattern = self.edge.node.exchange.pattern
        fallen = self.move.swept_by
        return {
            "got": self.got,
            "meaning": self.meaning,
            "whole": f"{WHOLE[self.move.machine]} {self._name if self.move.key else ''}".strip(),
            "kind": self.move.machine.upper(),
            "name": self._name,
            "id": self._id,
            "state": self.state.replace("_", " "),
            "since": str(self.own.since_line or self.line),
            "command": _text(command),
            "command_line": _line(command),
            "no_command": "" if self.edge.what is What.STRAY else None,
            "in_flight": _text(self.command),
            "in_flight_line": _line(self.command),
            "expected": " or ".join(f"`{e}`" for e in self.expected) or None,
            "waited": self._waited(),
            "up_text": _text(up),
            "up_line": _line(up),
            "context_text": _text(last),
            "context_line": _line(last),
            "cnx": self.cnx or "<cnx>",
            "sent_line": _line(sent),
            "unlogged_line": _line(hidden),
            "pattern": None if pattern == DEFAULT_PATTERN else _decode(pattern),
            "neighbour": None if fallen is None else f"{WHOLE[fallen[0]]} {fallen[1]}".strip(),
        }

    def _waited(self) -> str:
        if self.edge.what is What.SILENCE:
            return self.got
        return f"the next command (`{_decode(self.edge.text)}`) went out instead of an answer"

    def marks(self) -> tuple[Mark, ...]:
        """Every line that a sentence can cite, in order, each once."""
        found = {
            mark.line: mark
            for chronicle in (self.ledger.of("line", ""), self.context, self.own)
            for mark in chronicle.marks.values()
        }
        return tuple(found[line] for line in sorted(found))


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
        and r.fact.name != "UNLOGGED_OK"  # nobody waits for what a capture hides
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


def _code_of(text: bytes) -> tuple[int | None, str | None]:
    """The code that a refusal or a notification carries, and what it means."""
    result = parse_result(text)
    if result is not None:
        if result.kind is ResultKind.CME_ERROR:
            return result.code, cme_meaning(result.code, result.detail)
        return None, None
    information = parse_information(text)
    if information is None:
        return None, None
    meanings = {b"+KTCP_NOTIF": TCP_NOTIF, b"+KUDP_NOTIF": UDP_NOTIF}.get(information.name)
    code = information.integer(1)
    return (None, None) if meanings is None else (code, code_meaning(meanings, code))


def _latest(chronicle: Chronicle, facts: tuple[Fact, ...]) -> Mark | None:
    return max((m for f in facts if (m := chronicle.marks.get(f))), default=None)


def _text(mark: Mark | None) -> str | None:
    return None if mark is None else _decode(mark.text)


def _line(mark: Mark | None) -> str | None:
    return None if mark is None else str(mark.line)


def _decode(text: bytes) -> str:
    return text.decode("utf-8", "backslashreplace")
