"""Which format a capture has, judged by its head."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from atfsm.replay.formats.looks import is_answer, is_at, is_command
from atfsm.replay.formats.model import LINE_AT_MOST, Format, Unmarked
from atfsm.replay.formats.tables import FORMATS
from atfsm.replay.records import Direction

HEAD_LINES: Final = 400  # ours: so much of a capture is looked at
FALLBACK: Final = 0.2  # ours: a terminal log has no marks; one mark among five AT lines beats it


@dataclass(frozen=True, slots=True)
class Detection:
    """What a head was taken for.

    Attributes:
        format: The format, or None where the head cannot be decided.
        scores: Name and score of each format that fits at all, best first. A score is the
            share of the lines that look like AT which the format accounts for.
    """

    format: Format | None
    scores: tuple[tuple[str, float], ...]


def detect(head: Sequence[bytes]) -> Detection:
    """Judge the head of a capture: its first 400 lines or 64 KiB, line feeds taken off."""
    lines = tuple(_bounded(head))
    fits = []
    for entry in FORMATS:
        fitting, against = _weigh(entry, lines)
        if fitting:
            unproven = FALLBACK if not entry.has_marks else 1.0
            fits.append((unproven * fitting / (fitting + against), fitting, entry))
    fits.sort(key=lambda fit: (-fit[0], -fit[1]))  # equal ones stay in the order of the table
    return Detection(
        format=fits[0][2] if fits else None,
        scores=tuple((entry.name, score) for score, _, entry in fits),
    )


def _bounded(head: Sequence[bytes]) -> Iterator[bytes]:
    left = LINE_AT_MOST
    for line in head[:HEAD_LINES]:
        if left <= 0:
            return
        yield line[:left]
        left -= len(line) + 1


def _weigh(entry: Format, lines: tuple[bytes, ...]) -> tuple[int, int]:
    """Count the marked lines that speak for *entry*, and the unmarked ones that do not."""
    if entry.colours is not None:
        return _weigh_coloured(entry, lines), 0
    marked = [entry.marked_text_of(line) for line in lines]
    said = {text for _, text in filter(None, marked)}
    marked_side = next((side for side, _ in filter(None, marked)), None)
    fitting = sum(
        entry.distinct or any(map(is_at, text.split(b"\r"))) for _, text in filter(None, marked)
    )
    if entry.has_marks and not fitting:
        return 0, 0
    against = 0
    for line, found in zip(lines, marked, strict=True):
        if found is not None:
            continue
        text = entry.tidy(line)
        if not is_at(text):
            continue
        match entry.unmarked:
            case Unmarked.TEXT if not entry.has_marks:
                fitting += 1
            case Unmarked.CONTINUES:
                pass
            case Unmarked.OTHER_SIDE:
                # What is unmarked is the other side's, or an echo of what is marked.
                wrong = is_answer if marked_side is Direction.RX else is_command
                against += wrong(text) and text not in said
            case _:
                against += 1
    return fitting, against


def _weigh_coloured(entry: Format, lines: tuple[bytes, ...]) -> int:
    reader = entry.reader()
    return sum(
        record.direction is Direction.TX and is_command(record.data)
        for number, line in enumerate(lines, start=1)
        for record in reader.read(line, number)
    )
