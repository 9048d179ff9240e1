"""Runs of edges that are not in the ledger yet: it takes the last line of each edge, and counts.

A run is kept as it is, and taken apart only when somebody asks the ledger, or begins anew: of most
runs nothing but the number of sends is ever needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import count, islice, repeat
from operator import is_
from typing import Final

from atfsm.replay.automaton import Edge
from atfsm.replay.ledger import Ledger

#: Runs that are kept until they are written down; ours: about a MiB of them.
RUNS_AT_MOST: Final = 16

Run = tuple[list[Edge], int]  #: edges, one a line, and the physical line of the first


class Unwritten:
    """What the last runs left to write down."""

    def __init__(self) -> None:
        self._last_runs: dict[Edge, Run] = {}
        self._sends: Counter[Edge] = Counter()
        self._runs = 0

    def add(self, edges: list[Edge], first: int, times: Counter[Edge], ledger: Ledger) -> None:
        """Keep a run, or write it down where a session begins in it.

        Args:
            edges: Not empty, and not to be changed afterwards.
            first: Physical line of the first.
            times: How often each of them was taken.
            ledger: Where it is written down, now or later.
        """
        if any(edge.begins_anew for edge in times):
            self.write(ledger)
            last_lines = dict(zip(edges, count(first)))
            ledger.note_run(last_lines, _sends(edges, first, last_lines, times), times)
            return
        self._last_runs.update(dict.fromkeys(times, (edges, first)))
        for edge in times:
            if edge.sends:
                self._sends[edge] += times[edge]
        self._runs += 1
        if self._runs >= RUNS_AT_MOST:
            self.write(ledger)

    def write(self, ledger: Ledger) -> None:
        """Write down what is kept."""
        if not self._last_runs:
            return
        runs = {first: edges for edges, first in self._last_runs.values()}
        last_lines: dict[Edge, int] = {}
        for first in sorted(runs):
            last_lines.update(zip(runs[first], count(first)))
        ledger.note_run(last_lines, self._sends, {})
        self._last_runs.clear()
        self._sends.clear()
        self._runs = 0


def _sends(
    edges: list[Edge], first: int, last_lines: Mapping[Edge, int], times: Mapping[Edge, int]
) -> dict[Edge, int]:
    """How many sends each edge of a run ended, from where their session began last."""
    begun: dict[tuple[str, str], int] = {}
    for edge in times:
        for move in edge.moves if edge.begins_anew else ():
            if move.origin:
                at = (move.machine, move.key)
                begun[at] = max(begun.get(at, 0), last_lines[edge])
    counts = {edge: times[edge] for edge in times if edge.sends}
    for edge in counts:
        since = max((begun.get(at, 0) for at in edge.sends), default=0)
        if since:
            counts[edge] = sum(map(is_, islice(edges, since - first, None), repeat(edge)))
    return counts
