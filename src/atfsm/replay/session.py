"""Replay of one capture, from its name to its report."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Final, NamedTuple

from atfsm.at.dialects import ANY
from atfsm.charts import LineState
from atfsm.machine import table
from atfsm.replay.automaton import Automata, Automaton, Edge
from atfsm.replay.capture import Capture
from atfsm.replay.driven import DrivenObserver
from atfsm.replay.explain import explain
from atfsm.replay.formats import HEAD_BYTES, HEAD_LINES, Format, format_named, format_of
from atfsm.replay.formats.quotation import depth_of, unquoted
from atfsm.replay.ledger import Ledger
from atfsm.replay.notes import missing, notes_on, open_end
from atfsm.replay.observer import Follower, Observer, Tally
from atfsm.replay.pairs import open_named
from atfsm.replay.report import Report, Standing, Verdict, Wobble
from atfsm.replay.run import Runner
from atfsm.replay.shown import Shown
from atfsm.stack import TABLED, Move

AUTO: Final = "auto"
#: Wobbles kept whole; ours: a capture with more has one trouble, not five thousand.
WOBBLES_AT_MOST: Final = 5_000
OPEN_ENDED: Final = frozenset(
    {
        LineState.COMMAND_IN_FLIGHT,
        LineState.DATA_MODE_OUT,
        LineState.DATA_MODE_IN,
        LineState.QUARANTINED,
    }
)

#: Told of each line that changed a machine, with the wobbles on it: a timeline.
Teller = Callable[[int, Edge, tuple[Wobble, ...]], None]


class Session:
    """Replays lines as they come, and keeps the report.

    Args:
        name: Name of the capture, for the report.
        capture_format: How it is written.
        teller: Told of wobbles, and of every other change if *timeline*.
        timeline: Whether the teller wants every change.
        tally: Told of every edge that is taken, for a count.
        follower: Sees all that is read.
        automata: What captures before have taught.
    """

    def __init__(
        self,
        name: str,
        capture_format: Format,
        teller: Teller | None = None,
        *,
        timeline: bool = False,
        tally: Tally | None = None,
        follower: Follower | None = None,
        automata: Automata | None = None,
    ) -> None:
        self.report = Report(name, capture_format.name)
        self._format = capture_format
        self._hides_nothing = capture_format.complete
        self._reads_objects = capture_format.objects
        self._reader = capture_format.reader()
        self._runner = Runner(capture_format, self._reader)
        self._shown = Shown(capture_format)
        self._teller = teller
        follows = DrivenObserver if capture_format.complete else Observer
        make = Automaton if automata is None else automata.maker(capture_format.name)
        self._observer = follows(ANY, self._witness, self._learn, make)
        if timeline:
            self._observer.tell_all()
        if tally is not None:
            self._observer.count_with(tally)
        if follower is not None:
            self._observer.show_to(follower)

    @property
    def now_s(self) -> float | None:
        """Seconds on the clock of the capture, or None where it has none."""
        return self._observer.now_s

    @property
    def held_from(self) -> int | None:
        """The first line of which something is not judged yet; None: nothing is held back."""
        held = (self._reader, self._runner.unanswered, self._observer)
        lines = (each.held_from for each in held)
        return min((at for at in lines if at is not None), default=None)

    def feed(self, lines: list[bytes]) -> None:
        """Follow the next physical lines."""
        first = self.report.lines + 1
        self.report.lines += len(lines)
        lines = self._format.as_logged(lines)
        self._shown.feed(lines)
        self._runner.follow(self._observer, lines, first)

    def close(self, capture: Capture | None = None) -> Report:
        """The lines end; those of a file say what of it was not read."""
        self._runner.close(self._observer)
        report = self.report
        unanswered = self._runner.unanswered
        report.events = unanswered.commands if unanswered.are_unanswered else self._observer.events
        report.machines = [
            Standing(
                p.machine,
                p.key,
                table(TABLED[p.machine]).states[p.state],
                self._observer.ledger.of(p.machine, p.key).generation,
            )
            for p in self._observer.node.places
        ]
        self._judge(capture)
        return report

    def _judge(self, capture: Capture | None) -> None:
        report = self.report
        lost = [] if capture is None else capture.lost(reads_objects=self._reads_objects)
        holes = [] if capture is None else capture.holes()
        open_ended = report.machines[0].state in OPEN_ENDED
        sent = self._observer.node.exchange.in_flight
        unanswered = self._runner.unanswered
        missed = [] if self._hides_nothing else missing(self._runner.unread, self._observer)
        report.notes.extend([*lost, *holes, *self._reader.notes, *unanswered.notes])
        report.notes.extend([*missed, *self._observer.notes])
        if self._observer.strays.count and not self._hides_nothing:
            report.notes.append(
                f"Results without a logged command: line {self._observer.strays}. "
                "The capture hides what was asked."
            )
        if open_ended and sent is not None:
            report.notes.append(open_end(sent.text, self._observer.ledger))
        report.notes.extend(notes_on(self._observer.ledger, wobbles=bool(report.wobble_count)))
        if report.wobble_count > len(report.wobbles):
            report.notes.append(
                f"{report.wobble_count - len(report.wobbles)} further wobbles are not listed."
            )
        if report.wobble_count:
            report.verdict = Verdict.WOBBLE
        elif report.events and not (
            open_ended or lost or missed or self._reader.is_damaged or unanswered.are_unanswered
        ):
            report.verdict = Verdict.CLEAN
        elif not report.events:
            report.notes.append("No AT traffic was found.")

    def _learn(self, edge: Edge, tail: bytes) -> Edge:
        return self._runner.learn(self._observer, edge, tail)

    def _witness(self, line: int, edge: Edge, ledger: Ledger) -> None:
        moves = [m for m in edge.moves if _is_wobble(m)] if edge.wobbles else []
        self.report.wobble_count += len(moves)
        room = WOBBLES_AT_MOST - len(self.report.wobbles)
        if self._teller is None:
            del moves[room:]  # nobody would read why
        wobbles = tuple(self._wobble(line, edge, move, ledger) for move in moves)
        self.report.wobbles.extend(wobbles[:room])
        if self._teller is not None:
            self._teller(line, edge, wobbles)

    def _wobble(self, line: int, edge: Edge, move: Move, ledger: Ledger) -> Wobble:
        rules = table(TABLED[move.machine])
        chronicle = ledger.of(move.machine, move.key)
        said = explain(line, edge, move, ledger, self._shown.payload)
        state = next(s for s in rules.chart.wobbles if s.name == rules.states[move.after])
        assert state.kind is not None
        return Wobble(
            line=line,
            since_line=chronicle.since_line or line,
            machine=move.machine,
            key=move.key,
            generation=chronicle.generation,
            state=rules.states[move.before],
            kind=state.kind.value,
            got=said.got,
            expected=said.expected,
            why=said.why,
            do=said.do,
            evidence=said.evidence,
            cause=said.cause.code,
            proved=said.proved,
            likely=said.likely,
            settle=said.settle,
            source=said.cause.source,
        )


def _is_wobble(move: Move) -> bool:
    return table(TABLED[move.machine]).is_wobble[move.after]


def replay(
    name: str,
    *,
    format_name: str = AUTO,
    teller: Teller | None = None,
    timeline: bool = False,
    tally: Tally | None = None,
    automata: Automata | None = None,
    began: Callable[[str, Format | None], None] | None = None,
    progress: Callable[[Capture], None] | None = None,
) -> Report:
    """Replay one capture.

    Args:
        name: A path (``.gz`` and ``.zst`` are unpacked), or ``-`` for standard input.
        format_name: Name of a format, or ``auto``.
        teller: Told of each line with wobbles, as it is read.
        timeline: Whether the teller is told of every line that changed a machine.
        tally: Told of every edge that is taken, for a count.
        automata: What captures before have taught, and this one adds to; makes many small ones
            many times faster, and changes nothing else.
        began: Told once, before anything else, which format was taken, if any fits.
        progress: Told after each chunk.

    Returns:
        The report. A capture that no format fits is undecided, not an error.

    Raises:
        CaptureError: It cannot be opened, or there is no such format.
    """
    opened = open_capture(name, format_name)
    if began is not None:
        began(name, opened.format)
    if opened.format is None:
        return undecided(opened.capture, sum(map(len, opened.chunks)))
    session = Session(
        name, opened.format, teller, timeline=timeline, tally=tally, automata=automata
    )
    for chunk in opened.chunks:
        session.feed(chunk)
        if progress is not None:
            progress(opened.capture)
    return session.close(opened.capture)


class Opened(NamedTuple):
    """A capture whose head was read: the file, its format if any fits, and all of its lines."""

    capture: Capture
    format: Format | None
    chunks: Iterator[list[bytes]]


def open_capture(name: str, format_name: str = AUTO) -> Opened:
    """Open a capture and judge its format by its head.

    Args:
        name: A path (``.gz`` and ``.zst`` are unpacked), the two of a pair (``tx.log+rx.log``), or
            ``-`` for standard input.
        format_name: Name of a format, or ``auto``; of a pair it is known.

    Raises:
        CaptureError: It cannot be opened, or there is no such format.
    """
    chosen = None if format_name == AUTO else format_named(format_name)
    capture, known = open_named(name)
    chosen = chosen if known is None else format_named(known)
    chunks = capture.chunks()
    head: list[bytes] = []
    for chunk in chunks:
        head.extend(chunk)
        if len(head) >= HEAD_LINES or sum(map(len, head)) >= HEAD_BYTES:
            break
    all_chunks: Iterator[list[bytes]] = chain([head] if head else [], chunks)
    depth = depth_of(head[:HEAD_LINES])
    if depth:
        head = unquoted(head, depth)
        all_chunks = (unquoted(chunk, depth) for chunk in all_chunks)
    return Opened(capture, None if capture.unfit else chosen or format_of(head), all_chunks)


def undecided(capture: Capture, lines: int) -> Report:
    """Report on a capture of so many *lines* that no format fits."""
    report = Report(capture.name, lines=lines)
    report.notes.extend(capture.lost())
    if not report.lines and not capture.torn:
        report.notes.extend(capture.holes() or ["The capture is empty."])
    if report.lines:
        report.notes.append(
            capture.unfit
            or "No format fits: no AT command, result code or unsolicited result code was found in "
            "its head. Name the format with --format if you know it."
        )
    return report
