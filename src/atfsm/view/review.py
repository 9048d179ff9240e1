"""The review page of one capture: what replay saw, on the drawings of the charts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from atfsm import __version__
from atfsm.chart import Chart
from atfsm.errors import PageError
from atfsm.machine import table
from atfsm.replay.capture import Capture
from atfsm.replay.identity import Acquaintance
from atfsm.replay.report import Report, Wobble
from atfsm.replay.session import AUTO, WOBBLES_AT_MOST
from atfsm.replay.trace import Seen, Trace
from atfsm.stack import TABLED
from atfsm.view import meta, wording
from atfsm.view.drawings import figures
from atfsm.view.finding import finding
from atfsm.view.pack import WHATS, Log
from atfsm.view.page import build
from atfsm.view.pick import Picker
from atfsm.view.rows import Rows
from atfsm.view.veil import Veil

#: Rows that a page holds whole, by default.
LINES_AT_MOST: Final = 1_000_000
#: All different texts of a page together; ours: what a browser opens without trouble.
TEXT_BYTES_AT_MOST: Final = 96 << 20


class Reading:
    """A capture as it is read for a page.

    Args:
        trace: What replay sees.
        veil: What hides secrets; None shows them.
        lines_at_most: Rows that the page holds whole.
    """

    def __init__(self, trace: Trace, *, veil: Veil | None, lines_at_most: int) -> None:
        self.log = Log()
        self.veil = veil
        self.acquaintance = Acquaintance()
        self.trace = trace
        is_journal = trace.format is not None and trace.format.complete
        rows = Rows(self.log, self.veil, complete=is_journal)
        self.picker = Picker(lines_at_most, self._is_full, rows.overhear)
        self._row_of: dict[int, tuple[int, str]] = {}  # of a wobble, by identity; what was entered
        self._wobbles: list[Wobble] = []  # which keeps them alive, so that none gives its away
        for seen in self.picker.pick(self._watched()):
            self.added(seen, rows.add(seen))

    def _watched(self) -> Iterator[Seen]:
        for seen in self.trace:
            self.watch(seen)
            yield seen

    def watch(self, seen: Seen) -> None:
        """Learn from what is seen, whether it gets a row or not."""
        if seen.edges:
            self.acquaintance(seen.edges)

    def added(self, seen: Seen, row: int) -> None:
        """Learn which row something got."""
        for wobble in seen.wobbles:
            if len(self._wobbles) < 2 * WOBBLES_AT_MOST:  # the report has most of them
                self._wobbles.append(wobble)
                self._row_of[id(wobble)] = row, _entered(seen, wobble)

    def _is_full(self) -> bool:
        return self.log.text_bytes > TEXT_BYTES_AT_MOST

    def place_of(self, wobble: Wobble) -> tuple[int, str]:
        """The row of a wobble and the state that was entered there.

        Where the row is left out, the one before it, and no state.
        """
        place = self._row_of.get(id(wobble))
        return (self.log.row_until(wobble.line), "") if place is None else place

    def hide(self, text: str) -> str:
        """Hide what is known to be secret in a text of the wire."""
        return text if self.veil is None else self.veil.again(text)

    def say(self, text: str) -> str:
        """Hide what is secret in a sentence, and write odd characters as escapes."""
        return wording.escaped(text if self.veil is None else self.veil.sentence(text))


def _entered(seen: Seen, wobble: Wobble) -> str:
    """The wobble state that a machine entered."""
    rules = table(TABLED[wobble.machine])
    moves = (move for edge in seen.edges for move in edge.moves)
    return next(
        (
            rules.states[move.after]
            for move in moves
            if (move.machine, move.key) == (wobble.machine, wobble.key)
            and rules.is_wobble[move.after]
        ),
        "",
    )


def review(
    name: str,
    page: Path,
    *,
    format_name: str = AUTO,
    redact: bool = True,
    lines_at_most: int = LINES_AT_MOST,
    command: str = "",
    progress: Callable[[Capture], None] | None = None,
) -> Report:
    """Replay one capture and write its page.

    Args:
        name: A path (``.gz`` and ``.zst`` are unpacked), or ``-`` for standard input.
        page: The file to write.
        format_name: Name of a format, or ``auto``.
        redact: Whether codes, credentials, numbers of people and payload are hidden.
        lines_at_most: Rows that the page holds whole; behind them it holds what matters.
        command: How the page was asked for, to be shown on it.
        progress: Told after each chunk.

    Returns:
        What `replay` says of the capture.

    Raises:
        CaptureError: The capture cannot be opened, or there is no such format.
        PageError: The page cannot be written.
    """
    trace = Trace(name, format_name=format_name, progress=progress)
    veil = Veil() if redact else None
    reading = Reading(trace, veil=veil, lines_at_most=lines_at_most)
    write(page, _built(reading, command))
    return trace.report


def write(page: Path, pieces: Iterable[bytes]) -> None:
    """Write a page whole or not at all.

    Raises:
        PageError: It cannot be written.
    """
    part = page.with_name(f".{page.name[:200]}.part")
    try:
        try:
            with part.open("wb") as file:
                file.writelines(pieces)
            part.replace(page)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise PageError(f"{page}: cannot be written: {error.strerror or error}") from error


def told_of(
    reading: Reading, command: str, charts: Sequence[Chart]
) -> tuple[Mapping[str, Any], bytes]:
    """What the script of a page is told of a capture, and the rows.

    Args:
        reading: The capture, read.
        command: How the page was asked for.
        charts: The charts of the page.
    """
    report, log, say = reading.trace.report, reading.log, reading.say
    # What is secret may be learned from the sentences, too: they come before the texts.
    wobbles = [
        meta.wobble_json(
            wobble,
            place=reading.place_of(wobble),
            machine=log.number_of(wobble.machine, wobble.key),
            row_of=log.row_of,
            say=say,
        )
        for wobble in report.wobbles
    ]
    notes = [say(note) for note in report.notes]
    name = say(report.capture)
    identity = reading.acquaintance.identity
    model, firmware = say(identity.model), say(identity.firmware)
    described, blob = log.described(reading.hide)
    picker, veil = reading.picker, reading.veil
    told = meta.described(
        version=__version__,
        capture={
            "name": name,
            "format": report.format,
            "lines": report.lines,
            "events": report.events,
            "verdict": report.verdict.value,
            "notes": notes,
            "size_bytes": reading.trace.capture.size_bytes,
            "firmware": firmware or None,
            "model": model or None,
            "command": say(command),
            "clock": reading.trace.clock,
        },
        charts=[meta.chart_json(chart) for chart in charts],
        machines=meta.machines_json(log.machines, charts),
        whats=WHATS,
        wobbles=wobbles,
        wobble_count=report.wobble_count,
        omitted=[gap._asdict() for gap in picker.gaps],
        omitted_words=picker.words(),
        redacted=None if veil is None else veil.counted(),
        log=described,
    )
    return told, blob


def _built(reading: Reading, command: str) -> Iterator[bytes]:
    report, log = reading.trace.report, reading.log
    charts = meta.charts_of(log.machines)
    told, blob = told_of(reading, command, charts)
    name = told["capture"]["name"]
    head = finding(
        name=name,
        verdict=report.verdict,
        notes=told["capture"]["notes"],
        machines=log.machines,
        wobbles=told["wobbles"],
        wobble_count=report.wobble_count,
    )
    return build(
        title=f"{name}: {report.verdict.value}",
        head=head,
        drawings=figures(charts),
        meta=told,
        blob=blob,
    )
