"""What replay found in one capture, as values and as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from atfsm.replay.ledger import Mark

SCHEMA: Final = "atfsm.replay/1"


class Verdict(Enum):
    """What can be said of the whole capture."""

    CLEAN = "clean"
    WOBBLE = "wobble"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Wobble:
    """One deviation from the happy path.

    Attributes:
        line: 1-based physical line that decided it.
        since_line: Line on which the machine entered the state that it was in.
        machine: Name of the chart.
        key: Session id or profile; ``?`` where the capture never shows it, empty for the line
            and the modem.
        generation: Which session of that id: 1 for the first.
        state: The state that it was in.
        kind: ``refused``, ``dropped``, ``silent``, ``out_of_step`` or ``swept``.
        got: What came.
        expected: What was expected there.
        why: Why, in a sentence or two.
        do: What to do.
        evidence: The lines that prove it.
        cause: Stable code of the row that explains it, as in ``docs/causes.md``.
        proved: The part of *why* that the log shows.
        likely: The part of *why* that it does not show; may be empty.
        settle: What to log, or to ask the modem, to know more; may be empty.
        source: Evidence for the explanation, as in ``docs/sources.md``.
    """

    line: int
    since_line: int
    machine: str
    key: str
    generation: int
    state: str
    kind: str
    got: str
    expected: tuple[str, ...]
    why: str
    do: str
    evidence: tuple[Mark, ...]
    cause: str = ""
    proved: str = ""
    likely: str = ""
    settle: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a machine stood at the end."""

    machine: str
    key: str
    state: str
    generation: int = 1


@dataclass(slots=True)
class Report:
    """One capture, judged.

    Attributes:
        capture: Its name.
        format: Name of its format; empty where none fits.
        lines: Physical lines.
        events: Pieces of the wire: commands, results, information texts, payloads.
        verdict: What can be said of it.
        machines: Where each machine stood at the end.
        wobbles: The first of its deviations, in order; *wobble_count* has the number of all.
        notes: What else a reader should know, in sentences.
    """

    capture: str
    format: str = ""
    lines: int = 0
    events: int = 0
    verdict: Verdict = Verdict.UNDECIDED
    machines: list[Standing] = field(default_factory=list)
    wobbles: list[Wobble] = field(default_factory=list)
    wobble_count: int = 0
    notes: list[str] = field(default_factory=list)

    def to_json(self) -> str:
        """The report as one line of JSON (schema ``atfsm.replay/1``)."""
        return json.dumps(
            {
                "schema": SCHEMA,
                "capture": self.capture,
                "format": self.format,
                "lines": self.lines,
                "events": self.events,
                "verdict": self.verdict.value,
                "machines": [
                    {
                        "machine": m.machine,
                        "key": m.key,
                        "state": m.state,
                        "generation": m.generation,
                    }
                    for m in self.machines
                ],
                "wobbles": [_wobble_json(w) for w in self.wobbles],
                "wobble_count": self.wobble_count,
                "notes": self.notes,
            }
        )


def _wobble_json(wobble: Wobble) -> dict[str, object]:
    return {
        "line": wobble.line,
        "since_line": wobble.since_line,
        "machine": wobble.machine,
        "key": wobble.key,
        "generation": wobble.generation,
        "state": wobble.state,
        "kind": wobble.kind,
        "cause": wobble.cause,
        "got": wobble.got,
        "expected": list(wobble.expected),
        "why": wobble.why,
        "proved": wobble.proved,
        "likely": wobble.likely,
        "do": wobble.do,
        "settle": wobble.settle,
        "source": wobble.source,
        "evidence": [mark.line for mark in wobble.evidence],
    }
