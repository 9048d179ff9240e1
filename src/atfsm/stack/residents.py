"""The live machines: every one a resident of its chart's rulebook (transitions)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from atfsm.fact import Fact
from atfsm.machine import Resident, Table, rulebook, table
from atfsm.stack.coupling import TABLED
from atfsm.stack.whole import Move, Place, Whole


class _Rules(dict[str, Table]):
    """The tables by name of the chart, each compiled when it is first asked for."""

    def __missing__(self, name: str) -> Table:
        rules = self[name] = table(TABLED[name])
        return rules


RULES: Final = _Rules()


class Residents(Whole):
    """The machines of one modem, for as long as it is driven.

    Where they stand, whom a fact is for and who passes it on is the business of `Whole`, as it
    is for replay; what a fact does to a machine is asked of the live engine.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        super().__init__(places)
        self._residents: dict[str, Resident] = {}
        self._generations: dict[tuple[str, str], int] = {}

    def step(self, place: Place, fact: Fact) -> int:
        """Tell the resident of *place* one fact, and say where it stands then."""
        chart = TABLED[place.machine]
        rules = table(chart)
        # One resident a chart is enough: the state is all that it holds, and `Whole` keeps it.
        resident = self._residents.get(place.machine)
        if resident is None:
            resident = self._residents[place.machine] = Resident(chart)
        resident.state = rules.states[place.state]
        rulebook(chart).step(resident, fact)
        return rules.state_number[resident.state]

    @property
    def standing(self) -> list[Place]:
        """Where every machine stands now, in no order."""
        return list(self._places.values())

    def take_moves(self) -> list[Move]:
        """What happened since the last time, in order."""
        moves, self.moves = self.moves, []
        for move in moves:
            if move.origin:
                self._generations[move.machine, move.key] = self.generation(move) + 1
        return moves

    def generation(self, move: Move) -> int:
        """How often the key of *move* was given out."""
        return self._generations.get((move.machine, move.key), 0)

    def state(self, machine: str, key: str = "") -> str:
        """Name of a machine's state; unknown where it was never told anything."""
        place = self._places.get((machine, key))
        rules = RULES[machine]
        return str(rules.chart.initial) if place is None else rules.states[place.state]

    def is_resetting(self, machine: str, key: str = "") -> bool:
        """Whether a machine is in its full reset."""
        place = self._places.get((machine, key))
        return place is not None and RULES[machine].is_reset[place.state]

    def keys(self, machine: str) -> list[str]:
        """Which machines of a chart there are."""
        return [key for name, key in self._places if name == machine]
