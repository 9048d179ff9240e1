"""The trace: what replay saw, line by line, whether it changed anything or not.

`replay` says where a capture left the happy path; a `Trace` says what was read on the way there:
for every physical line its time, its text, and every edge that was taken on it. Both come from the
same `Session`, so that they say the same.

    >>> from atfsm.replay.trace import Trace
    >>> trace = Trace("tests/captures/rc7620-thread-complete.log")
    >>> [seen.line for seen in trace if seen.wobbles]
    [9]
    >>> trace.report.verdict.value
    'wobble'
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final, NamedTuple

from atfsm.at.dialect import DataMode
from atfsm.at.exchange import Sent, What
from atfsm.replay.automaton import Edge, Node, takes_payload
from atfsm.replay.capture import Capture
from atfsm.replay.formats import Format
from atfsm.replay.formats.times import Midnight, moment_of
from atfsm.replay.records import Direction, Record
from atfsm.replay.report import Report, Wobble
from atfsm.replay.session import AUTO, Opened, Session, open_capture, undecided
from atfsm.stack.outputs import Output
from atfsm.stack.written import Run

#: Lines that wait for what is judged later; ours: payload is held for 4,096 lines at most.
WAITING_AT_MOST: Final = 8_192

#: Seconds from 1970 to the year that stamps without a year stand in; ours: no device runs so long.
YEAR_2000_S: Final = 946_684_800.0


class Piece(NamedTuple):
    """A piece of the wire on one physical line.

    Attributes:
        direction: Who wrote it, as it was resolved by echo and grammar.
        text: The AT line, or the payload; where *what* is None, a part of a line that is shown
            whole on the line on which it begins, or what a program wrote between.
        what: What it was; None where that is told on another line.
        in_flight: The command that awaited its final result behind it: its own, if it is one.
    """

    direction: Direction
    text: bytes
    what: What | None
    in_flight: Sent | None = None


class Seen(NamedTuple):
    """What was seen on one physical line, or a limit that passed before it.

    Attributes:
        line: Number of the physical line; of a limit, the line on which it was noticed.
        time_s: Time on the clock of the capture, counted on over midnight; of a limit, its
            deadline. None where the line has no stamp.
        raw: The line as it stands in the capture; empty for a limit.
        pieces: What the line shows of the wire; empty where it is a comment, or nothing.
        edges: All edges charged to the line, in order. Where a line was judged so late that a
            later one had moved a machine, its edges stand on that later line: followed in
            order, edges always lead from state to state.
        wobbles: The wobbles on these edges; a report keeps the first five thousand of all.
        said: For a journal, what the line says beside the wire.
        is_in_data: Whether payload was due, so that even a comment may be a line of it.
    """

    line: int
    time_s: float | None
    raw: bytes
    pieces: tuple[Piece, ...]
    edges: tuple[Edge, ...]
    wobbles: tuple[Wobble, ...] = ()
    said: Output | Run | None = None
    is_in_data: bool = False

    @property
    def what(self) -> What | None:
        """What the line was above all; None for a comment."""
        whats = [piece.what for piece in self.pieces if piece.what is not None]
        if not self.pieces and self.edges and self.edges[0].what is What.SILENCE:
            return What.SILENCE
        return next((w for w in whats if w not in _DULL), whats[0] if whats else None)


_DULL: Final = (What.NOISE, What.ECHO)


@dataclass(slots=True)
class _Limit:
    """A limit that passed."""

    edge: Edge
    time_s: float | None
    wobbles: tuple[Wobble, ...] = ()


@dataclass(slots=True)
class _Line:
    """What is known of a line that is not one of a run."""

    records: list[Record] = field(default_factory=list)
    direction: Direction = Direction.UNMARKED
    is_payload: bool = False
    heard: list[Piece] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    wobbles: tuple[Wobble, ...] = ()
    limits: list[_Limit] = field(default_factory=list)


class Trace:
    """Replays one capture, and shows what is read on the way. To be iterated once.

    Args:
        name: A path (``.gz`` and ``.zst`` are unpacked), or ``-`` for standard input.
        format_name: Name of a format, or ``auto``.
        progress: Told after each chunk.

    Attributes:
        capture: The file.
        format: How it is written; None where no format fits, and every line is a comment.
        report: What `replay` says of it, complete once the last line was seen.

    Raises:
        CaptureError: It cannot be opened, or there is no such format.
    """

    def __init__(
        self,
        name: str,
        *,
        format_name: str = AUTO,
        progress: Callable[[Capture], None] | None = None,
    ) -> None:
        self._opened: Opened = open_capture(name, format_name)
        self._progress = progress
        self.capture = self._opened.capture
        self.format = self._opened.format
        self.report = Report(name)
        self._pen = None if self.format is None else _Pen(self.format)

    @property
    def clock(self) -> str:
        """What the stamps show that were seen so far.

        The time of ``day``, the ``date`` too, seconds that ``elapsed`` since some moment, or
        ``none``.
        """
        return "none" if self._pen is None else self._pen.clock

    def __iter__(self) -> Iterator[Seen]:
        """Show every line, in order, each limit that passed before the line that ended it."""
        if self.format is None or self._pen is None:
            return self._comments()
        return self._lines(self.format, self._pen)

    def _comments(self) -> Iterator[Seen]:
        number = 0
        for chunk in self._opened.chunks:
            for number, line in enumerate(chunk, number + 1):  # noqa: B020  goes on counting
                yield Seen(number, None, line, (), ())
            if self._progress is not None:
                self._progress(self.capture)
        self.report = undecided(self.capture, number)

    def _lines(self, capture_format: Format, pen: _Pen) -> Iterator[Seen]:
        name = self.capture.name
        session = Session(name, capture_format, pen.see_wobbles, follower=pen)
        pen.session = session
        for chunk in self._opened.chunks:
            pen.lines.extend(chunk)
            session.feed(chunk)
            held = session.held_from
            yield from pen.settled(session.report.lines + 1 if held is None else held)
            if self._progress is not None:
                self._progress(self.capture)
        self.report = session.close(self.capture)
        yield from pen.settled(session.report.lines + 1)


class _Pen:
    """Puts together what the observer shows, line by line."""

    def __init__(self, capture_format: Format) -> None:
        self._format = capture_format
        self.session: Session | None = None
        self.clock = "elapsed" if capture_format.complete else "none"
        self.lines: deque[bytes] = deque()  # those that are not settled
        self._next = 1  # number of the first of them
        self._placed = 1  # the last line on which an edge was put
        self._runs: dict[int, Edge] = {}  # lines of runs: one edge each
        self._wobbles: dict[int, tuple[Wobble, ...]] = {}  # on those
        self._open: dict[int, _Line] = {}  # other lines on which something was seen
        self._midnight = Midnight()
        self._is_in_data = False  # behind the last line that was shown

    # ---------------------------------------------------------------- what the observer shows

    def see_record(self, record: Record, node: Node) -> None:
        """A record is read next."""
        line = self._at(record.line)
        data = node.exchange.data
        line.direction = record.direction
        if record.direction is Direction.UNMARKED and data is not None:
            line.direction = Direction.TX if data.mode is DataMode.OUT else Direction.RX
        line.is_payload |= takes_payload(node.exchange, record.direction)
        line.records.append(record)

    def see_payload(self, line: int, data: bytes) -> None:
        """Payload passed."""
        at = self._at(line)
        at.heard.append(Piece(at.direction, data, What.PAYLOAD))

    def see_run(self, edges: Sequence[Edge], first: int) -> None:
        """Edges are taken, one a line."""
        self._runs.update(zip(count(first), edges))
        self._placed = first + len(edges) - 1

    def see_edge(self, edge: Edge, line: int) -> None:
        """An edge is taken."""
        self._placed = max(line, self._placed, self._next)
        place = self._at(self._placed)
        if edge.what is What.SILENCE and not place.edges and not self._format.complete:
            assert self.session is not None
            place.limits.append(_Limit(edge, self.session.now_s))
            return
        place.edges.append(edge)
        if edge.text:
            self._at(line).heard.append(_piece(edge, edge.text))

    def see_wobbles(self, line: int, edge: Edge, wobbles: tuple[Wobble, ...]) -> None:
        """An edge that was just taken wobbled."""
        if self._runs.get(line) is edge:
            self._wobbles[line] = wobbles
            return
        place = self._at(self._placed)
        if place.limits and place.limits[-1].edge is edge:
            place.limits[-1].wobbles = wobbles
        else:
            place.wobbles += wobbles

    def _at(self, line: int) -> _Line:
        """What is known of a line; of one that was shown already, of the first that was not."""
        return self._open.setdefault(max(line, self._next), _Line())

    # ---------------------------------------------------------------- what the reader is shown

    def settled(self, until: int) -> Iterator[Seen]:
        """Show the lines before *until*, and those that waited too long for what comes late."""
        last = max(until - self._next, len(self.lines) - WAITING_AT_MOST)
        for raw in [self.lines.popleft() for _ in range(last)]:
            number = self._next
            edge = self._runs.pop(number, None)
            if edge is None:
                line = self._open.pop(number, None)
                yield from self._of_line(number, raw, line or _NOTHING)
            else:
                wobbles = self._wobbles.pop(number, ()) if edge.wobbles else ()
                pieces = self._of_run(raw, edge)
                self._is_in_data = is_in_data = edge.node.exchange.data is not None
                time_s = self._time_s(raw)
                yield Seen(number, time_s, raw, pieces, (edge,), wobbles, None, is_in_data)
            self._next += 1

    def _time_s(self, raw: bytes) -> float | None:
        moment = moment_of(self._format.stamps, raw) if self._format.stamps else None
        if moment is None:
            return None
        time_s = moment.whole_s + moment.fraction_s
        if self.clock == "none":
            has_date = time_s >= YEAR_2000_S
            self.clock = "day" if moment.daily else "date" if has_date else "elapsed"
        return self._midnight.unrolled(time_s) if moment.daily else time_s

    def _of_run(self, raw: bytes, edge: Edge) -> tuple[Piece, ...]:
        text = edge.text
        if edge.what is What.PAYLOAD and not text:
            moment = moment_of(self._format.stamps, raw)
            said = self._format.text_of(raw if moment is None else raw[moment.end :])
            text = b"" if said is None else said[1]
        return (_piece(edge, text),) if text else ()

    def _of_line(self, number: int, raw: bytes, line: _Line) -> Iterator[Seen]:
        time_s = self._time_s(raw)
        if self._format.complete and line.records:
            time_s = line.records[0].time_s
        for limit in line.limits:
            yield Seen(number, limit.time_s, b"", (), (limit.edge,), limit.wobbles)
        said = next((r.said for r in line.records if r.said is not None), None)
        pieces = tuple(_pieces(line, whole=self._format.whole))
        if line.edges:
            self._is_in_data = line.edges[-1].node.exchange.data is not None
        edges, is_in_data = tuple(line.edges), self._is_in_data
        yield Seen(number, time_s, raw, pieces, edges, line.wobbles, said, is_in_data)


_NOTHING: Final = _Line()


def _piece(edge: Edge, text: bytes) -> Piece:
    return Piece(edge.direction, text, _what(edge), edge.node.exchange.in_flight)


def _what(edge: Edge) -> What:
    """What an edge read; whatever passes in data mode and moves nothing is payload."""
    data = edge.node.exchange.data
    if data is None or edge.moves or not edge.text:
        return edge.what
    is_online = data.mode is DataMode.ONLINE
    if edge.what is What.NOISE or (is_online and edge.what in {What.URC, What.INFORMATION}):
        return What.PAYLOAD
    return edge.what


def _pieces(line: _Line, *, whole: bool) -> Iterator[Piece]:
    """The pieces of the wire on a line, of which only those with text came with an edge."""
    heard = line.heard
    if line.is_payload:
        noise = What.NOISE
        heard = [p._replace(what=What.PAYLOAD) if p.what is noise else p for p in heard]
    rest = b"\r".join(record.data for record in line.records)
    ends_payload = any(edge.what is What.PAYLOAD for edge in line.edges)
    if whole and heard and ends_payload:
        # Payload, and behind its end pattern what was heard.
        for piece in reversed(heard):
            rest = rest.removesuffix(piece.text).rstrip(b" \t\r")
        if rest:
            yield Piece(line.direction, rest, What.PAYLOAD)
    elif rest and not heard:
        is_payload = whole or line.is_payload or ends_payload
        yield Piece(line.direction, rest, What.PAYLOAD if is_payload else None)
    yield from heard
