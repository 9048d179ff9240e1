"""The machines of one modem together: where each stands, and what one fact does to all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Final, NamedTuple

from atfsm.at.dialect import EVERY, NAMELESS, Told
from atfsm.at.exchange import Exchange
from atfsm.at.facts import TcpFact, UdpFact
from atfsm.fact import Fact, FactKind
from atfsm.machine import table
from atfsm.stack.coupling import COUPLES, TABLED


class Place(NamedTuple):
    """One machine of the whole and where it stands.

    Attributes:
        machine: Name of its chart.
        key: Which one of that chart.
        state: Number of its state in the chart's `Table`.
        context: For a socket, the profile that it stands on; empty where nothing says so.
    """

    machine: str
    key: str
    state: int
    context: str = ""


class Move(NamedTuple):
    """One fact that reached one machine, and what it did.

    Attributes:
        machine: Name of the chart.
        key: Which machine.
        before: State before, by number.
        fact: The fact.
        after: State after; the same number where nothing changed.
        swept_by: Machine and key of the neighbour that passed the fact on, or None.
        origin: What became of the key: empty, or "new" where a new generation starts, or the
            key that this machine had before the wire showed its name.
    """

    machine: str
    key: str
    before: int
    fact: Fact
    after: int
    swept_by: tuple[str, str] | None = None
    origin: str = ""


NEW: Final = "new"
FIRST_PROFILE: Final = "1"
#: Charts of which there is one machine, under all others.
UNDER_ALL: Final = frozenset({"line", "modem"})
ORDER: Final[Mapping[str, int]] = {name: index for index, name in enumerate(TABLED)}
NAMED: Final = frozenset({TcpFact.NAMED, UdpFact.NAMED})
DEFINING: Final = frozenset({TcpFact.DEFINE_REQUESTED, UdpFact.DEFINE_REQUESTED})


class Whole:
    """The machines of one modem, for as long as one step takes.

    Args:
        places: Where every machine stands.
        reentry: For an observer, the facts that show that a machine left its full reset by a
            way that the observer did not see: the machine starts anew. A full reset that is
            only observed has no limits either. None for one who drives the machines.
    """

    def __init__(
        self, places: Iterable[Place], reentry: Mapping[str, frozenset[Fact]] | None = None
    ) -> None:
        self._places = {(p.machine, p.key): p for p in places}
        self._reentry = reentry
        self.moves: list[Move] = []

    @property
    def places(self) -> tuple[Place, ...]:
        """Where every machine stands now, in a fixed order."""
        return tuple(sorted(self._places.values(), key=_in_order))

    def tell(self, told: Told, swept_by: tuple[str, str] | None = None) -> None:
        """Tell one fact; what it does to the machine and its neighbours goes to *moves*."""
        if told.key == EVERY:
            for machine, key in [k for k in self._places if k[0] == told.machine]:
                self.tell(told._replace(machine=machine, key=key), swept_by)
            return
        place, origin = self._find(told)
        rules = table(TABLED[told.machine])
        if self._reentry is not None and rules.is_reset[place.state]:
            if told.fact.kind is FactKind.SILENCE:
                return
            if told.fact in self._reentry.get(told.machine, ()):
                place, origin = place._replace(state=_initial(told.machine)), NEW
        after = self.step(place, told.fact)
        self._move(place, told.fact, after, swept_by, origin)
        if rules.is_wobble[after]:
            place = place._replace(key=told.key, state=after)
            out = rules.chart.full_reset
            self._move(place, out, self.step(place, out), swept_by, "")

    def step(self, place: Place, fact: Fact) -> int:
        """Look up where a fact leads; a live stack asks its residents instead."""
        rules = table(TABLED[place.machine])
        return rules.after[place.state][rules.fact_number[fact]]

    def _find(self, told: Told) -> tuple[Place, str]:
        """The machine that a fact is for: it may be new, or known by no name until now."""
        at = (told.machine, told.key)
        here = self._places.get(at)
        if told.fact in DEFINING:
            return Place(*at, _initial(told.machine), told.context), NEW
        nameless = self._places.get((told.machine, NAMELESS))
        rules = table(TABLED[told.machine])
        quiet = (
            here is None or rules.is_reset[here.state] or rules.states[here.state] == "undefined"
        )
        if (
            nameless is not None
            and told.key != NAMELESS
            and not rules.is_reset[nameless.state]
            and (told.fact in NAMED or (quiet and rules.states[nameless.state] != "defining"))
        ):
            del self._places[told.machine, NAMELESS]
            return nameless._replace(key=told.key), NAMELESS
        if here is None or told.fact in NAMED:
            return Place(*at, _initial(told.machine), told.context), NEW
        return here, ""

    def _move(
        self,
        place: Place,
        fact: Fact,
        after: int,
        swept_by: tuple[str, str] | None,
        origin: str,
    ) -> None:
        """Put one machine into its next state, and pass the news on to its neighbours."""
        machine, key, before, _ = place
        self._places[machine, key] = place = place._replace(state=after)
        self.moves.append(Move(machine, key, before, fact, after, swept_by, origin))
        names = table(TABLED[machine]).states
        left, entered = names[before], names[after]
        for couple in COUPLES[machine]:
            if entered not in couple.entering or left in couple.entering:
                continue
            if couple.leaving and left not in couple.leaving:
                continue
            for neighbour in self._neighbours(place, couple.told.name):
                self.tell(Told(couple.told.name, neighbour, couple.fact), (machine, key))

    def _neighbours(self, place: Place, machine: str) -> list[str]:
        """The machines of another chart that stand on *place*, or that it stands on.

        A socket whose profile nothing names stands on the first: it may be left out (3.1).
        """
        if place.machine in UNDER_ALL or machine in UNDER_ALL:
            return [key for name, key in self._places if name == machine]
        if machine == "pdp":
            return [place.context or FIRST_PROFILE]
        return [
            p.key
            for p in list(self._places.values())
            if p.machine == machine and (p.context or FIRST_PROFILE) == place.key
        ]


def _in_order(place: Place) -> tuple[int, int, str]:
    """Bottom of the stack first, then by number."""
    return ORDER[place.machine], len(place.key), place.key


@cache
def _initial(machine: str) -> int:
    chart = TABLED[machine]
    return table(chart).state_number[str(chart.initial)]


def start() -> tuple[Place, ...]:
    """Where everything stands when nothing is known: there is a line, and a modem on it."""
    return tuple(Place(name, "", _initial(name)) for name in ("line", "modem"))


def follow_name(exchange: Exchange, moves: Iterable[Move]) -> Exchange:
    """The object last spoken to may have got its name just now."""
    for move in moves:
        if move.origin and exchange.addressee == (move.machine, move.origin):
            exchange = replace(exchange, addressee=(move.machine, move.key))
    return exchange
