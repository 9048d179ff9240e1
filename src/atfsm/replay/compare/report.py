"""What a comparison found, as values and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Final, NamedTuple

from atfsm.replay.compare.course import Step
from atfsm.replay.compare.finding import Difference, Standing, Turn
from atfsm.replay.compare.waits import Wait
from atfsm.replay.meanings import quoted
from atfsm.replay.report import Report

SCHEMA: Final = "atfsm.compare/1"


class Outcome(Enum):
    """What can be said of two captures."""

    SAME = "same"
    DIFFERENT = "different"
    UNDECIDED = "undecided"


class CauseCount(NamedTuple):
    """Wobbles of one cause that only one of the two has."""

    cause: str
    times: int
    first_line: int


class Beginning(NamedTuple):
    """One capture begins earlier than the other, and its first moves are not compared.

    Attributes:
        side: Which one, ``A`` or ``B``.
        moves: How many of its moves come before.
        line_a: The line of A on which the comparison begins.
        line_b: And of B.
    """

    side: str
    moves: int
    line_a: int
    line_b: int


@dataclass(slots=True)
class Side:
    """One of the two captures.

    Attributes:
        report: What `replay` says of it.
        moves: Moves of its machines.
        alone: Moves that only it has.
        has_clock: Whether its lines have times.
        wobbles: Its wobbles that the other has not, by cause.
    """

    report: Report
    moves: int = 0
    alone: int = 0
    has_clock: bool = False
    wobbles: list[CauseCount] = field(default_factory=list)


@dataclass(slots=True)
class Comparison:
    """Two captures, compared by what their machines did.

    Attributes:
        a: The one.
        b: The other.
        outcome: What can be said of them.
        common_moves: Moves that both have.
        machines: Machines that are called otherwise in B: (name in A, name in B).
        beginning: Which one begins earlier, if so.
        difference: The first difference, if any.
        difference_count: How many places differ.
        reordered: Moves that both have, in another order among machines.
        waits: Waits that differ much.
        notes: What else a reader should know, in sentences.
    """

    a: Side
    b: Side
    outcome: Outcome = Outcome.UNDECIDED
    common_moves: int = 0
    machines: list[tuple[str, str]] = field(default_factory=list)
    beginning: Beginning | None = None
    difference: Difference | None = None
    difference_count: int = 0
    reordered: int = 0
    waits: list[Wait] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """Which part of the moves that are compared both have, from 0 to 1."""
        compared = 2 * self.common_moves + self.a.alone + self.b.alone
        return 2 * self.common_moves / compared if compared else 1.0

    def to_json(self) -> str:
        """The comparison as one line of JSON (schema ``atfsm.compare/1``)."""
        beginning = self.beginning
        return json.dumps(
            {
                "schema": SCHEMA,
                "outcome": self.outcome.value,
                "a": _side_json(self.a),
                "b": _side_json(self.b),
                "common_moves": self.common_moves,
                "share": round(self.share, 4),
                "machines": [{"a": a, "b": b} for a, b in self.machines],
                "beginning": None if beginning is None else beginning._asdict(),
                "difference": _difference_json(self.difference),
                "difference_count": self.difference_count,
                "reordered": self.reordered,
                "waits": [asdict(wait) for wait in self.waits],
                "notes": self.notes,
            }
        )


def _side_json(side: Side) -> dict[str, object]:
    report = side.report
    return {
        "capture": report.capture,
        "format": report.format,
        "lines": report.lines,
        "events": report.events,
        "verdict": report.verdict.value,
        "wobble_count": report.wobble_count,
        "moves": side.moves,
        "alone": side.alone,
        "has_clock": side.has_clock,
        "wobbles": [cause._asdict() for cause in side.wobbles],
    }


def _difference_json(difference: Difference | None) -> dict[str, object] | None:
    if difference is None:
        return None
    common = difference.common
    return {
        "sentence": difference.sentence,
        "common": None
        if common is None
        else {
            "a": _step_json(common.a),
            "b": _step_json(common.b),
            "machines": [_standing_json(standing) for standing in common.machines],
        },
        "a": _turn_json(difference.a),
        "b": _turn_json(difference.b),
    }


def _standing_json(standing: Standing) -> dict[str, object]:
    return standing._asdict()


def _turn_json(turn: Turn) -> dict[str, object]:
    wobble = turn.wobble
    return {
        "machine": turn.machine,
        "state": turn.state,
        "move": None if turn.move is None else _step_json(turn.move),
        "after_s": None if turn.after_s is None else round(turn.after_s, 6),
        "other_line": turn.other_line,
        "moves": [_step_json(step) for step in turn.moves],
        "more": turn.more,
        "wobble": None
        if wobble is None
        else {
            "line": wobble.line,
            "kind": wobble.kind,
            "cause": wobble.cause,
            "why": wobble.why,
            "do": wobble.do,
        },
        "end_line": turn.end_line,
    }


def _step_json(step: Step) -> dict[str, object]:
    return {
        "line": step.line,
        "time_s": step.time_s,
        "machine": step.name,
        "before": step.before,
        "fact": str(step.fact),
        "after": step.after,
        "direction": step.direction.value,
        "text": quoted(step.text),
        "is_wobble": step.is_wobble,
    }


def causes_of(causes: list[tuple[str, int]]) -> list[CauseCount]:
    """Count wobbles by cause, from (cause, line), the most frequent first."""
    counts = Counter(cause for cause, _ in causes)
    first: dict[str, int] = {}
    for cause, line in causes:
        first.setdefault(cause, line)
    return [
        CauseCount(cause, times, first[cause])
        for cause, times in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
