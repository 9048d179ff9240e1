"""The whole as a lazy automaton: a configuration, a line, the next configuration.

A *configuration* (statecharts: the states active together) is what is known of the conversation
and where every machine stands. What a line does depends on the configuration and the line alone,
so each answer is worked out once, by `atfsm.at.correlation` and `atfsm.stack`, and remembered:
a capture of millions of lines has few different lines and fewer configurations. Following a
remembered line is one dictionary look-up in C.

An `Edge` is a dictionary of the edges that may follow it, by the tail of a physical line (what
stands behind the time stamp), so that ``accumulate(tails, getitem, initial=edge)`` walks a whole
chunk of a capture without a byte of Python in between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from atfsm.at.correlation import end_payload, hear, send, silence
from atfsm.at.dialect import DataMode, Dialect, Told
from atfsm.at.exchange import Exchange, Heard, What
from atfsm.at.facts import ModemFact, PdpFact, TcpFact, UdpFact
from atfsm.fact import Fact, FactKind
from atfsm.machine import table
from atfsm.replay.records import Direction
from atfsm.replay.remarks import remark_on
from atfsm.stack.coupling import TABLED
from atfsm.stack.limits import Slot, slots
from atfsm.stack.whole import Move, Place, Whole, follow_name, start

#: What shows an observer that a machine began anew, though the full reset was not seen to its
#: end. Sockets need no row: a definition begins a new generation by itself.
REENTRY: Final[dict[str, frozenset[Fact]]] = {
    "modem": frozenset(
        {
            ModemFact.SIM_READY,
            ModemFact.REGISTERED,
            ModemFact.REGISTERED_CIRCUIT,
        }
    ),
    "pdp": frozenset(
        {PdpFact.CONFIGURE_REQUESTED, PdpFact.ACTIVATE_REQUESTED, PdpFact.UP_REPORTED}
    ),
}
NO_EVENTS: Final = frozenset({What.ECHO, What.NOISE, What.SILENCE})
SENT: Final[frozenset[Fact]] = frozenset({TcpFact.SENT, UdpFact.SENT})
#: Remembered edges after which everything is forgotten; ours: about 100 MB at the worst.
EDGES_AT_MOST: Final = 60_000
#: Machines of a configuration that weigh as much as a remembered edge; ours.
PLACES_A_UNIT: Final = 8
#: What a complete payload is remembered as: no line of the command state has a line feed in it.
PAYLOAD: Final = b"\n"
#: Longest text that is remembered; ours: longer ones are payload or noise, and rarely come back.
REMEMBERED_BYTES: Final = 400


class Node:
    """One configuration.

    Attributes:
        exchange: What is known of the conversation.
        places: Where every machine stands.
        slots: The machines that wait with a limit; a full reset is not timed, since an observer
            has no power to act and waits for the capture to show the tear-down.
        edges: What was worked out from here, by direction and text.
    """

    __slots__ = ("edges", "exchange", "places", "slots")

    def __init__(self, exchange: Exchange, places: tuple[Place, ...]) -> None:
        self.exchange = exchange
        self.places = places
        self.slots = tuple(slots(exchange, places, resets=False))
        self.edges: dict[tuple[Direction, bytes], Edge] = {}


def slot_of(node: Node, machine: str, key: str, limit_s: float) -> Slot:
    """The slot of a machine that is said to have waited in vain, whoever kept the time.

    A step of a full reset has none here, and is never what a command in flight waits for.
    """
    slot = next((s for s in node.slots if (s.machine, s.key) == (machine, key)), None)
    return Slot(machine, key, limit_s) if slot is None else slot._replace(limit_s=limit_s)


class Edge(dict[bytes, "Edge"]):
    """One line in one configuration, and all that it did; the items are what may follow.

    Attributes:
        node: The configuration afterwards.
        direction: Who wrote the line.
        text: The line.
        what: What it was.
        moves: The facts that reached machines, in order.
        armed: Machines that entered a state with a limit.
        wobbles: Whether a machine wobbled.
        is_event: Whether it counts as an event of the wire.
        changes: Whether a machine changed its state, or began anew.
        is_notable: Whether it is more than one of many alike: a wobble, a stray, no event, or
            the beginning of something.
        begins_anew: Whether a new generation starts, or a nameless object gets its name.
        is_noted: Whether the ledger has something to write down.
        sends: Machines of which a send ended well.
        remark: What makes the line worth a note, though nothing is wrong; else empty.
        waits: Whether a machine waits with a limit afterwards.
        asked: The command that was in flight before the line; empty where none was.
        payload: What tells the tails of complete payloads, and what they lead to, once one was
            seen here: payloads are all different, and not remembered.
        learn: Works out what follows, for a tail that was not seen behind this edge yet.
    """

    __slots__ = (
        "armed",
        "asked",
        "begins_anew",
        "changes",
        "direction",
        "is_event",
        "is_notable",
        "is_noted",
        "learn",
        "moves",
        "node",
        "payload",
        "remark",
        "sends",
        "text",
        "waits",
        "what",
        "wobbles",
    )

    # Two edges are the same only if they are one: dict would compare what follows.
    __hash__ = object.__hash__  # type: ignore[assignment]  # dict says None
    __eq__ = object.__eq__

    def __init__(  # noqa: PLR0917  made in one place only, and all of it is the edge
        self,
        node: Node,
        direction: Direction,
        text: bytes,
        what: What,
        moves: tuple[Move, ...],
        learn: Callable[[Edge, bytes], Edge],
        *,
        asked: bytes = b"",
        remark: str = "",
    ) -> None:
        self.node = node
        self.direction = direction
        self.text = text
        self.what = what
        self.moves = moves
        self.armed = frozenset(
            (m.machine, m.key)
            for m in moves
            if m.before != m.after
            or m.origin
            or (m.machine == "line" and m.fact.kind is FactKind.REQUEST)
        )
        self.wobbles = any(table(TABLED[m.machine]).is_wobble[m.after] for m in moves)
        self.is_event = what not in NO_EVENTS
        self.changes = any(m.before != m.after or m.origin for m in moves)
        self.begins_anew = any(m.origin for m in moves)
        self.is_notable = (
            self.wobbles or self.begins_anew or not self.is_event or what is What.STRAY
        )
        self.asked = asked
        self.remark = remark
        self.sends = frozenset(
            (m.machine, m.key) for m in moves if m.fact in SENT and m.before != m.after
        )
        self.is_noted = bool(moves or remark) or what is What.ECHO
        self.waits = bool(node.slots)
        self.payload: tuple[Callable[[bytes], object], Edge] | None = None
        self.learn = learn

    def __missing__(self, tail: bytes) -> Edge:
        """Called by the dictionary, in C, for a tail that it does not hold."""
        payload = self.payload
        if payload is not None and payload[0](tail):
            return payload[1]
        return self.learn(self, tail)


class Automaton:
    """Works out edges and remembers them.

    Args:
        dialect: What commands and information texts mean.
        timed: Whether the capture has time stamps, so that silence is judged by them.
        learn: What an edge calls for an unknown tail.
        reentry: What shows an observer that a machine began anew (see `Whole`); None for a
            journal, which lacks nothing.
    """

    def __init__(
        self,
        dialect: Dialect,
        *,
        timed: bool,
        learn: Callable[[Edge, bytes], Edge],
        reentry: Mapping[str, frozenset[Fact]] | None = REENTRY,
    ) -> None:
        self.dialect = dialect
        self.timed = timed
        self.learn = learn
        self.reentry = reentry
        self._nodes: dict[tuple[Exchange, tuple[Place, ...]], Node] = {}
        self._size = 0

    def start(self) -> Edge:
        """The edge that leads to the first configuration: nothing is known."""
        return self.edge_to(Exchange(self.dialect.end_pattern), start())

    def edge_to(self, exchange: Exchange, places: tuple[Place, ...]) -> Edge:
        """An edge without a line, to a given configuration."""
        node = self._node(exchange, places)
        return Edge(node, Direction.UNMARKED, b"", What.NOISE, (), self._learn_now)

    def _learn_now(self, edge: Edge, tail: bytes) -> Edge:
        """Have whoever uses this automaton now work out what it does not know."""
        return self.learn(edge, tail)

    @property
    def size(self) -> int:
        """How much is remembered."""
        return self._size

    @property
    def is_full(self) -> bool:
        """Whether it is time to forget, for memory to stay flat."""
        return self._size > EDGES_AT_MOST

    def remembered(self) -> None:
        """Count one more thing that an edge remembers."""
        self._size += 1

    def step(self, node: Node, direction: Direction, text: bytes) -> Edge:
        """The edge of one line of the command state."""
        edge = node.edges.get((direction, text))
        if edge is None:
            speak = send if direction is Direction.TX else hear
            heard = speak(node.exchange, text, self.dialect, timed=self.timed)
            edge = self._edge(node, direction, text, heard)
            if len(text) <= REMEMBERED_BYTES:
                node.edges[direction, text] = edge
                self._size += 1
        return edge

    def end_payload(self, node: Node, direction: Direction) -> Edge:
        """The edge of a payload that is complete."""
        edge = node.edges.get((direction, PAYLOAD))
        if edge is None:
            edge = self._edge(node, direction, b"", end_payload(node.exchange))
            node.edges[direction, PAYLOAD] = edge
            self._size += 1
        return edge

    def skip(self, node: Node) -> Edge:
        """The edge of a line that is none of the wire's: nothing changes."""
        edge = node.edges.get((Direction.UNMARKED, b""))
        if edge is None:
            heard = Heard(node.exchange, (), What.NOISE)
            edge = node.edges[Direction.UNMARKED, b""] = self._edge(
                node, Direction.UNMARKED, b"", heard
            )
        return edge

    def pass_limit(self, node: Node, slot: Slot) -> Edge:
        """The edge of a silence."""
        told = Told(slot.machine, slot.key, TABLED[slot.machine].limit_passed)
        heard = Heard(node.exchange, (told,), What.SILENCE)
        if slot.is_command:
            heard = silence(node.exchange)
        text = b"nothing within %g s" % slot.limit_s
        return self._edge(node, Direction.UNMARKED, text, heard)

    def tell(self, node: Node, told: Told, text: bytes) -> Edge:
        """The edge of a fact that the wire does not carry."""
        return self._edge(
            node, Direction.UNMARKED, text, Heard(node.exchange, (told,), What.NOISE)
        )

    def _edge(self, node: Node, direction: Direction, text: bytes, heard: Heard) -> Edge:
        whole = Whole(node.places, self.reentry)
        for told in heard.told:
            whole.tell(told)
        exchange = follow_name(heard.exchange, whole.moves)
        after = self._node(exchange, whole.places)
        moves = tuple(whole.moves)
        sent = node.exchange.in_flight
        return Edge(
            after,
            direction,
            text,
            heard.what,
            moves,
            self._learn_now,
            asked=b"" if sent is None else sent.text,
            remark=remark_on(node.exchange, text, heard.what, moves),
        )

    def _node(self, exchange: Exchange, places: tuple[Place, ...]) -> Node:
        key = (exchange, places)
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = Node(exchange, places)
            self._size += 1 + len(places) // PLACES_A_UNIT
        return node


class Automata:
    """What captures before have taught, for the next one.

    What a line does depends on its configuration, on how the capture is written and on whether it
    has a clock, but not on the capture: so thousands of small captures, read one after another
    (never two at once), share what was worked out.

    Args:
        edges_at_most: How much is remembered when a capture begins; more is forgotten.
    """

    def __init__(self, edges_at_most: int = EDGES_AT_MOST) -> None:
        self._edges_at_most = edges_at_most
        self._kept: dict[tuple[str, int, bool, bool], Automaton] = {}

    def maker(self, written: str) -> Callable[..., Automaton]:
        """What makes the automata of the next capture, which is *written* in this format."""
        if sum(automaton.size for automaton in self._kept.values()) > self._edges_at_most:
            self._kept.clear()
        return partial(self._make, written)

    def _make(
        self,
        written: str,
        dialect: Dialect,
        *,
        timed: bool,
        learn: Callable[[Edge, bytes], Edge],
        reentry: Mapping[str, frozenset[Fact]] | None = REENTRY,
    ) -> Automaton:
        kind = (written, id(dialect), timed, reentry is None)
        kept = self._kept.get(kind)
        if kept is None or kept.is_full:
            kept = Automaton(dialect, timed=timed, learn=learn, reentry=reentry)
            self._kept[kind] = kept
        kept.learn = learn
        return kept


def takes_payload(exchange: Exchange, direction: Direction) -> bool:
    """Whether a line of *direction* is payload now, not AT."""
    if exchange.data is None or exchange.data.mode is DataMode.ONLINE:
        return False
    if direction is Direction.UNMARKED:
        return True
    writer = Direction.TX if exchange.data.mode is DataMode.OUT else Direction.RX
    return direction is writer
