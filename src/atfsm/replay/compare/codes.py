"""The moves that are compared, as numbers: chart, fact and state after are one *code*.

The state before is left out of it: where the moves before agree, it agrees; where a capture begins
in the middle, it is unknown.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from atfsm.at.facts import ModemFact, PdpFact, TcpFact, UdpFact
from atfsm.chart import Role
from atfsm.charts import LINE, MODEM, PDP, TCP, UDP
from atfsm.fact import Fact, FactKind
from atfsm.machine import Table, table
from atfsm.stack import Move

#: Charts whose moves are compared, from the bottom of the stack to its top.
COMPARED: Final = (LINE, MODEM, PDP, TCP, UDP)
#: Charts of which a definition begins another machine, whatever its number.
SESSIONS: Final = frozenset({TCP.name, UDP.name})
#: What a machine is told because something else proves it: what it did itself was not seen.
PROOFS: Final[frozenset[Fact]] = frozenset(
    {
        *(ModemFact.RUNNING_PROVED, ModemFact.SERVICE_PROVED, PdpFact.SOCKET_CONNECTED),
        *(TcpFact.UNLOGGED_OK, UdpFact.UNLOGGED_OK),
    }
)
DEFINING: Final[frozenset[Fact]] = frozenset({TcpFact.DEFINE_REQUESTED, UdpFact.DEFINE_REQUESTED})
#: Flags of a move.
INFERRED, TAKEN_ALONG = 1, 2


def _offsets() -> dict[str, int]:
    offsets, offset = {}, 0
    for chart in COMPARED:
        rules = table(chart)
        offsets[chart.name] = offset
        offset += len(rules.states) * len(rules.facts)
    assert offset < 1 << 15, "codes are 15 bits wide"
    return offsets


OFFSETS: Final = _offsets()


#: States of a session that is no more, or is on its way out.
GONE: Final = {
    chart.name: frozenset(
        number
        for number, state in enumerate(table(chart).chart.states)
        if state.role is not Role.HAPPY or str(state.name) in {"unknown", "undefined"}
    )
    for chart in (TCP, UDP)
}


class Meaning(NamedTuple):
    """What a code stands for."""

    rules: Table
    fact: Fact
    after: int

    @property
    def chart(self) -> str:
        """Name of the chart."""
        return self.rules.chart.name

    @property
    def is_wobble(self) -> bool:
        """Whether the move leads into a wobble state."""
        return self.rules.is_wobble[self.after]


def _meanings() -> tuple[Meaning, ...]:
    return tuple(
        Meaning(rules, fact, after)
        for rules in map(table, COMPARED)
        for fact in rules.facts
        for after in range(len(rules.states))
    )


#: What each code stands for.
MEANINGS: Final = _meanings()


def flags_of(move: Move, rules: Table) -> int:
    """Whether a move is inferred, or taken along by a neighbour's."""
    is_first = rules.states[move.before] == rules.chart.initial
    is_told = is_first and move.fact.kind is not FactKind.REQUEST and move.fact not in DEFINING
    is_inferred = (is_told or move.fact in PROOFS) and not rules.is_wobble[move.after]
    return INFERRED * is_inferred | TAKEN_ALONG * (move.swept_by is not None)
