"""The observer: follows a capture through the charts, record by record or run by run.

It has no power to act. It feeds commands and answers into the machines, keeps the clock of every
waiting state, and reports each wobble to its owner, with the ledger that proves it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from atfsm.at.dialect import DataMode, Dialect
from atfsm.at.exchange import What
from atfsm.at.framing import Line, Payload, Prompt
from atfsm.at.grammar import ResultKind, parse_command_line, parse_result
from atfsm.replay.automaton import Automaton, Edge, Node, takes_payload
from atfsm.replay.ledger import Ledger, Mark, Passed
from atfsm.replay.line_numbers import LineNumbers
from atfsm.replay.payload import Held
from atfsm.replay.records import Direction, Record
from atfsm.replay.unwritten import Unwritten
from atfsm.replay.wire import LINE_BYTES_AT_MOST, Wire
from atfsm.stack.limits import Slot

#: So far back a stamp is a late print, over which the clock stands still: two printers of one log
#: interleave. Ours; of stamps in whole seconds it is one step.
LATE_PRINT_S: Final = 1.0

TEXTS_AT_MOST: Final = 50_000  # ours: so many are remembered of what was read
_LINE: Final = frozenset({"line"})
#: Results that refuse a command; others say how a call ended, asked or not.
_REFUSALS: Final = frozenset({ResultKind.ERROR, ResultKind.CME_ERROR, ResultKind.CMS_ERROR})

#: A clock that goes on by more was set: a device without one begins in 1970, or in January, until
#: the network tells it the time. Ours: no wait is as long.
CLOCK_SET_S: Final = 30 * 86_400.0

#: Told of each edge that changed a machine: physical line, edge, ledger before the edge.
Witness = Callable[[int, Edge, Ledger], None]
#: Told of all edges that are taken, those of a run at once.
Tally = Callable[[Sequence[Edge]], None]


class Follower(Protocol):
    """Sees all that an observer reads, whether it changes anything or not: a trace does."""

    def see_record(self, record: Record, node: Node) -> None:
        """A record is read next, in this configuration."""

    def see_run(self, edges: Sequence[Edge], first: int) -> None:
        """These edges are taken, one a line from *first* on; of them there are no records."""

    def see_edge(self, edge: Edge, line: int) -> None:
        """An edge is taken, and charged to *line*."""

    def see_payload(self, line: int, data: bytes) -> None:
        """Payload passed, in a capture that shows bytes."""


class Observer:
    """Follows one capture.

    Args:
        dialect: What commands and information texts mean.
        witness: Told of each line that changed a machine, in order, before the ledger is.
        learn: What an edge calls for an unknown tail (see `atfsm.replay.run`).
        make: What makes an `Automaton`.

    Attributes:
        automaton: What works out and remembers the edges.
        edge: The last edge taken; its node is the present configuration.
        ledger: What each machine went through.
        events: Pieces of the wire seen so far: commands, results, information texts, payloads.
        now_s: Seconds on the clock of the capture, or None where it has none.
        strays: Lines with a result that answers no command; refusals: those charged to nobody.
        texts: Texts that were read, each once.
    """

    def __init__(
        self,
        dialect: Dialect,
        witness: Witness,
        learn: Callable[[Edge, bytes], Edge],
        make: Callable[..., Automaton] = Automaton,
    ) -> None:
        self._dialect = dialect
        self._witness = witness
        self._learn = learn
        self._make = make
        self.now_s: float | None = None
        self.automaton = self._new_automaton()
        self.edge = self.automaton.start()
        self.ledger = Ledger()
        self.events = 0
        self._unwritten = Unwritten()
        self.strays, self.refusals = LineNumbers(), LineNumbers()
        self.texts: set[bytes] = set()
        self.armed_s: dict[tuple[str, str], float] = {}
        self.held = Held()
        self._renew_wires()

    def _new_automaton(self) -> Automaton:
        """Begin to work out and to remember."""
        return self._make(self._dialect, timed=self.now_s is not None, learn=self._learn)

    def _renew_wires(self) -> None:
        """Begin to read both directions anew."""
        self._wires = {d: Wire() for d in (Direction.TX, Direction.RX)}

    @property
    def node(self) -> Node:
        """The present configuration."""
        return self.edge.node

    @property
    def notes(self) -> list[str]:
        """What a reader of the report should know beside what was judged."""
        return []

    def fresh_edge(self) -> Edge:
        """The last edge, after forgetting what was remembered, if it is time to.

        To be called between steps only: within a run the automaton stays as it is.
        """
        if self.automaton.is_full or self.automaton.timed is not (self.now_s is not None):
            self._unwritten.write(self.ledger)
            self.automaton = self._new_automaton()
            self.edge = self.automaton.edge_to(self.node.exchange, self.node.places)
        return self.edge

    def read(self, record: Record) -> None:
        """Follow one record."""
        if self._follower is not None:
            self._follower.see_record(record, self.node)
        if record.time_s is not None:
            self.advance(record.time_s, record.line)
        self.fresh_edge()
        if not record.whole:
            self._read_bytes(record)
        elif record.data:
            self._read_line(record.direction, record.data, record.line)

    def finish(self) -> None:
        """The capture ends: what was held back is judged by what came."""
        if self.held.is_lone_success:
            self._settle()  # the payload was not logged; otherwise nobody knows what was payload
        self._unwritten.write(self.ledger)

    def advance(self, time_s: float, line: int) -> None:
        """Let the clock of the capture go on, and pass every limit on the way, in order."""
        step_s = 0.0 if self.now_s is None else time_s - self.now_s
        if -LATE_PRINT_S <= step_s < 0:
            return
        if step_s < 0 or step_s > CLOCK_SET_S:
            # The clock was set, or a reboot set it back: waits are counted from here on.
            self.armed_s = dict.fromkeys(self.armed_s, time_s)
            self.now_s = time_s
        start_s = time_s if self.now_s is None else self.now_s
        while due := self._first_due(time_s, start_s):
            deadline_s, slot = due
            self.now_s = deadline_s
            before = self.node
            self._take(self.automaton.pass_limit(self.node, slot), line)
            if self.node is before:
                self.armed_s[slot.machine, slot.key] = time_s
        self.now_s = time_s

    def _first_due(self, time_s: float, start_s: float) -> tuple[float, Slot] | None:
        """The earliest deadline before *time_s*, and whose it is."""
        deadlines = (
            (self.armed_s.setdefault((s.machine, s.key), start_s) + s.limit_s, s)
            for s in self.node.slots
        )
        return min((d for d in deadlines if d[0] < time_s), default=None)

    def take_run(self, edges: list[Edge], first: int, time_s: float | None) -> None:
        """Take edges that were followed without us, one a line from *first* on.

        Args:
            edges: Not empty, none of them a silence; kept for a while, and not to be changed.
            first: Physical line of the first.
            time_s: Exact time of the last, where the capture has a clock.
        """
        if self._tally is not None:
            self._tally(edges)
        if self._follower is not None:
            self._follower.see_run(edges, first)
        times = Counter(edges)
        notable = [e for e in times if e.is_notable]
        if any(e.wobbles for e in notable):
            self._unwritten.write(self.ledger)
            self._take_wobbling(edges, first)
        else:
            self._take_calm(edges, first, times)
        self.events += len(edges) - sum(times[e] for e in notable if not e.is_event)
        if len(self.texts) < TEXTS_AT_MOST:
            self.texts.update(edge.text for edge in times if edge.what is not What.NOISE)
        if any(e.what is What.STRAY for e in notable):
            for line, edge in enumerate(edges, first):
                if edge.what is What.STRAY:
                    self._note_stray(edge, line)
        self.edge = edges[-1]
        self.now_s = time_s if time_s is not None else self.now_s

    def _take_wobbling(self, edges: list[Edge], first: int) -> None:
        """Write down a run with wobbles, one by one: each is explained by what was before."""
        for line, edge in enumerate(edges, first):
            if edge.wobbles or (edge.changes and self._wants_all):
                self._witness(line, edge, self.ledger)
            if edge.is_noted:
                self.ledger.note(line, edge)

    def _take_calm(self, edges: list[Edge], first: int, times: Counter[Edge]) -> None:
        """Write down a run without wobbles: of each edge, only its last line matters."""
        if self._wants_all:
            for line, edge in enumerate(edges, first):
                if edge.changes:
                    self._witness(line, edge, self.ledger)
        self._unwritten.add(edges, first, times, self.ledger)

    #: Whether the witness must be told of every change, not only of wobbles.
    _wants_all = False

    def tell_all(self) -> None:
        """Have the witness told of every change, for a timeline."""
        self._wants_all = True

    #: Who counts the edges, if anybody does.
    _tally: Tally | None = None

    def count_with(self, tally: Tally) -> None:
        """Have *tally* told of every edge that is taken, whether it changes anything or not."""
        self._tally = tally

    #: Who sees everything, if anybody does.
    _follower: Follower | None = None

    def show_to(self, follower: Follower) -> None:
        """Have *follower* see all that is read."""
        self._follower = follower

    @property
    def held_from(self) -> int | None:
        """The first line of which something is not judged yet; None: nothing is held back."""
        lines = [wire.held_from for wire in self._wires.values()]
        return min((at for at in (self.held.first_line, *lines) if at is not None), default=None)

    def _take(self, edge: Edge, line: int) -> None:
        if self._tally is not None:
            self._tally((edge,))
        if self._follower is not None:
            self._follower.see_edge(edge, line)
        self._unwritten.write(self.ledger)
        self.edge = edge
        self.events += edge.is_event
        if edge.what is not What.NOISE and len(self.texts) < TEXTS_AT_MOST:
            self.texts.add(edge.text)
        if edge.what is What.STRAY:
            self._note_stray(edge, line)
        if edge.changes and (edge.wobbles or self._wants_all):
            self._witness(line, edge, self.ledger)
        self.ledger.note(line, edge)
        if self.now_s is not None:
            for at in edge.armed:
                self.armed_s[at] = self.now_s

    def _note_stray(self, edge: Edge, line: int) -> None:
        self.strays.add(line)
        result = parse_result(edge.text)
        if result and result.kind in _REFUSALS and {m.machine for m in edge.moves} <= _LINE:
            self.refusals.add(line)

    # ------------------------------------------------- captures that show line by line

    def _read_line(self, direction: Direction, text: bytes, line: int) -> None:
        """One whole line, of which the capture has lost the control characters."""
        if takes_payload(self.node.exchange, direction):
            self._hold(direction, text, line)
            return
        if self.held and not (direction is Direction.RX and self._is_outgoing()):
            self._settle()  # the other side speaks: the payload is over
        self._hear(direction, text, line)
        if self.node.exchange.data is None:
            self.held.clear()

    def _is_outgoing(self) -> bool:
        data = self.node.exchange.data
        return data is not None and data.mode is DataMode.OUT

    def _hear(self, direction: Direction, text: bytes, line: int) -> None:
        text = text[:LINE_BYTES_AT_MOST]
        who = resolve(direction, text, self.node)
        self._take(self.automaton.step(self.node, who, text), line)

    def _hold(self, direction: Direction, text: bytes, line: int) -> None:
        """A line while payload is due: it is held until it is clear what it was."""
        data = self.node.exchange.data
        assert data is not None
        tail = self.held.end_in(text, data.pattern)
        if tail is not None:
            self._end_payload(direction, line)
            if tail:
                self._hear(direction, tail, line)
            return
        is_host = direction is Direction.TX
        may_be_over = data.count_bytes is not None and self.held.at_most_bytes >= data.count_bytes
        is_result = not is_host and _is_final(text)
        is_command = text[:2].upper() == b"AT" and parse_command_line(text) is not None
        if may_be_over and ((is_host and is_command) or is_result):
            self._end_payload(direction, line)
            self._hear(direction, text, line)
            return
        self.held.add(line, text, direction, is_result=is_result)
        if (is_command and self.held.has_result) or self.held.is_beyond(data):
            self._settle()

    def _end_payload(self, direction: Direction, line: int) -> None:
        self.held.clear()
        self._take(self.automaton.end_payload(self.node, direction), line)

    def _settle(self) -> None:
        """The end pattern did not come: what reads as a final result among the held was one."""
        lines = self.held.from_result()
        was_held = bool(self.held)
        self.held.clear()
        if was_held and self.node.exchange.data is not None and lines:
            self._take(self.automaton.end_payload(self.node, lines[0][2]), lines[0][0])
        for line, text, direction in lines:
            self._read_line(direction, text, line)

    # ------------------------------------------------- captures that show bytes

    def _read_bytes(self, record: Record) -> None:
        """A piece of the true wire, cut anywhere."""
        wire = self._wires[
            Direction.RX if record.direction is Direction.UNMARKED else record.direction
        ]
        wire.feed(record.data, record.line)
        is_command_state = self.node.exchange.data is None and b"CONNECT" not in record.data
        if wire.has_odd_ends(record.data) and is_command_state:
            self.ledger.remarks["note.framing"] = Mark(record.line, b"")
        direction = Direction.TX if wire is self._wires[Direction.TX] else Direction.RX
        while (token := wire.framer.next()) is not None:
            line = wire.line_at(token.offset)
            match token:
                case Line():
                    self._take(self.automaton.step(self.node, direction, token.text), line)
                    self._set_framers()
                case Payload():
                    self._show_payload(token, line)
                    wire.payload_bytes += len(token.data)
                    if token.last and takes_payload(self.node.exchange, direction):
                        passed = Passed(line, wire.payload_bytes, token.complete)
                        self._pass_payload(direction, passed)
                case Prompt():
                    pass

    def _show_payload(self, token: Payload, line: int) -> None:
        if self._follower is not None and token.data:
            self._follower.see_payload(line, token.data)

    def _pass_payload(self, direction: Direction, passed: Passed) -> None:
        """A payload of known length is complete."""
        if direction is Direction.TX:
            self.ledger.payload = passed
        self._take(self.automaton.end_payload(self.node, direction), passed.line)

    def _set_framers(self) -> None:
        """Have the framer of whoever writes payload now take it by count and pattern."""
        data = self.node.exchange.data
        for direction, wire in self._wires.items():
            is_due = takes_payload(self.node.exchange, direction)
            if is_due and not wire.framer.expects_payload and data is not None:
                wire.payload_bytes = 0
                wire.framer.expect_payload(
                    count=data.count_bytes,
                    pattern=data.pattern,
                    followed_by_result=direction is Direction.RX,
                )
            elif not is_due and wire.framer.expects_payload:
                wire.framer.abandon_payload()


def resolve(direction: Direction, text: bytes, node: Node) -> Direction:
    """Who wrote a line that the capture does not mark: by echo and grammar.

    A command line is the host's, or the echo of the one in flight, which the correlation drops.
    """
    if direction is not Direction.UNMARKED:
        return direction
    if text[:2].upper() != b"AT" or parse_command_line(text) is None:
        return Direction.RX
    sent = node.exchange.in_flight
    return Direction.RX if sent is not None and sent.text == text else Direction.TX


def _is_final(text: bytes) -> bool:
    result = parse_result(text)
    return result is not None and result.is_final
