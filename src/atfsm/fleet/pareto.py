"""What goes wrong most: wobbles counted by cause, firmware, model, device or folder.

The counts are a Pareto analysis: sorted by frequency, with the share that each has, and the share
that it has with all before it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from atfsm.errors import ResultsError
from atfsm.fleet import results
from atfsm.fleet.census import Census
from atfsm.fleet.columns import Columns, Record, Row

SCHEMA: Final = "atfsm.report/1"
#: What wobbles can be grouped by: each is a column.
GROUPS: Final = ("cause", "firmware", "model", "device", "folder")
#: What stands for a group that the captures do not show.
UNKNOWN: Final = ""
#: Captures without a verdict that are named, with the reason; ours.
NAMED_AT_MOST: Final = 5


@dataclass(slots=True)
class Group:
    """Wobbles that have something in common.

    Attributes:
        name: What they have in common; empty where the captures do not show it.
        wobbles: How many.
        captures: How many captures they are in.
        of_captures: How many captures the group has in all; of a cause: all there are.
        causes: How many of the wobbles have which cause.
        firmwares: On which firmware they were.
        about: An example of the sentence that explains them; for a cause.
        example: A capture, and the line in it.
    """

    name: str
    wobbles: int = 0
    captures: int = 0
    of_captures: int = 0
    causes: Counter[str] = field(default_factory=Counter)
    firmwares: Counter[str] = field(default_factory=Counter)
    about: str = ""
    example: tuple[str, int] = ("", 0)
    last_capture: int = -1

    @property
    def rate(self) -> float:
        """The part of its captures that have a wobble, from 0 to 1."""
        return self.captures / self.of_captures if self.of_captures else 0.0


class _Groups(dict[str, Group]):
    """Groups by name; one that is asked for is there."""

    def __missing__(self, name: str) -> Group:
        group = self[name] = Group(name)
        return group


@dataclass(frozen=True, slots=True)
class Bar:
    """One group in its place.

    Attributes:
        group: The group.
        share: Its part of all wobbles, from 0 to 1.
        cumulative: The part of it and all before it.
    """

    group: Group
    share: float
    cumulative: float


@dataclass(frozen=True, slots=True)
class Pareto:
    """The groups of the files of results, the most frequent first.

    Attributes:
        results: Names of the files.
        by: What they were grouped by.
        captures: How many captures there are.
        repeated: How many of them have the name of one in another of the files.
        outcomes: How many came to what.
        unjudged: The first captures that could not be read or failed, and why.
        wobbles: How many wobbles there are that are causes.
        consequences: How many only fell along on the line of another: they are counted here only.
        without_rows: How many more the captures have, of which the files say nothing else.
        cut_captures: How many captures have such.
        bars: The groups that have any.
        calm: The names of the groups that have none.
    """

    results: tuple[str, ...]
    by: str
    captures: int
    repeated: int
    outcomes: dict[str, int]
    unjudged: tuple[tuple[str, str], ...]
    wobbles: int
    consequences: int
    without_rows: int
    cut_captures: int
    bars: tuple[Bar, ...]
    calm: tuple[str, ...]

    def to_json(self) -> str:
        """As one JSON object on one line (schema ``atfsm.report/1``)."""
        return json.dumps(
            {
                "schema": SCHEMA,
                "results": list(self.results),
                "by": self.by,
                "captures": self.captures,
                "repeated": self.repeated,
                "outcomes": self.outcomes,
                "unjudged": [
                    {"capture": capture, "reason": reason} for capture, reason in self.unjudged
                ],
                "wobbles": self.wobbles,
                "consequences": self.consequences,
                "without_rows": self.without_rows,
                "cut_captures": self.cut_captures,
                "groups": [
                    {
                        self.by: bar.group.name or None,
                        "wobbles": bar.group.wobbles,
                        "captures": bar.group.captures,
                        "of_captures": bar.group.of_captures,
                        "rate": round(bar.group.rate, 6),
                        "share": round(bar.share, 6),
                        "cumulative": round(bar.cumulative, 6),
                        "causes": dict(by_frequency(bar.group.causes)),
                        "example": {"capture": bar.group.example[0], "line": bar.group.example[1]},
                    }
                    for bar in self.bars
                ],
                "calm": [name or None for name in self.calm],
            }
        )


def by_frequency(counts: Counter[str]) -> list[tuple[str, int]]:
    """The most frequent first; equal ones by name, so that the order is always the same."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def pareto(paths: Sequence[str], by: str = "cause") -> Pareto:
    """Count the wobbles of files of results, as if they were one.

    Args:
        paths: The files.
        by: A column of `GROUPS`.

    Raises:
        ResultsError: One cannot be read, or is named twice; or pyarrow is not installed.
    """
    results.need_pyarrow()
    if twice := [
        path for path, count in Counter(map(os.path.realpath, paths)).items() if count > 1
    ]:
        raise ResultsError(f"{twice[0]}: is named twice: its wobbles would count twice")
    columns = [*("record", "capture", "reason", "wobble_count"), *("line", "kind", "cause", "why")]
    groups = _Groups()
    outcomes: Counter[str] = Counter()
    unjudged: list[tuple[str, str]] = []
    census = Census()
    captures = 0
    names: set[int] = set()  # digests, for there may be millions; of one file none is needed
    for chunk in _chunks(paths, list(dict.fromkeys([*columns, "verdict", "firmware", by]))):
        for row in _rows(chunk):
            key = row[by] or UNKNOWN
            if row["record"] == Record.CAPTURE:
                captures += 1
                if len(paths) > 1:
                    names.add(hash(row["capture"]))
                census.begin(row["wobble_count"])
                outcomes[row["verdict"] or UNKNOWN] += 1
                if row["reason"] and len(unjudged) < NAMED_AT_MOST:
                    unjudged.append((row["capture"] or "", row["reason"]))
                if by != "cause":
                    groups[key].of_captures += 1
            elif census.is_cause(row["kind"], row["line"]):
                _count(groups[key], row, captures)
    if by == "cause":
        for group in groups.values():
            group.of_captures = captures
    ordered = sorted((g for g in groups.values() if g.wobbles), key=lambda g: (-g.wobbles, g.name))
    bars, so_far = [], 0
    for group in ordered:
        so_far += group.wobbles
        bars.append(Bar(group, group.wobbles / census.causes, so_far / census.causes))
    return Pareto(
        results=tuple(paths),
        by=by,
        captures=captures,
        repeated=captures - len(names) if names else 0,
        outcomes=dict(by_frequency(outcomes)),
        unjudged=tuple(unjudged),
        wobbles=census.causes,
        consequences=census.consequences,
        without_rows=census.without_rows,
        cut_captures=census.cut_captures,
        bars=tuple(bars),
        calm=tuple(sorted(g.name for g in groups.values() if not g.wobbles)),
    )


def _chunks(paths: Sequence[str], names: Sequence[str]) -> Iterator[Columns]:
    """Some columns of all files, many rows at a time; each file is found to be whole."""
    for path in paths:
        about = results.about(path)
        captures = 0
        for chunk in results.read(path, names):
            captures += chunk["record"].count(Record.CAPTURE)
            yield chunk
        if about.get("captures") != captures:
            raise ResultsError(
                f"{path}: is not whole: it holds {captures:,} captures of {about.get('captures')}"
            )


def _rows(chunk: Columns) -> Iterator[Row]:
    names = list(chunk)
    return (dict(zip(names, values, strict=True)) for values in zip(*chunk.values(), strict=True))


def _count(group: Group, row: Row, capture: int) -> None:
    group.wobbles += 1
    group.captures += group.last_capture != capture
    group.last_capture = capture
    group.causes[row["cause"] or UNKNOWN] += 1
    group.firmwares[row["firmware"] or UNKNOWN] += 1
    if not group.about:
        group.about = row["why"] or ""
        group.example = (row["capture"] or "", row["line"] or 0)
