"""Which format a capture has, judged by its head."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from atfsm.replay.formats.looks import is_answer, is_at, is_command
from atfsm.replay.formats.marks import LINE_AT_MOST, Unmarked
from atfsm.replay.formats.model import Format
from atfsm.replay.formats.tables import FORMATS
from atfsm.replay.records import Direction

#: Ours: so much of a capture is looked at.
HEAD_LINES: Final = 400
HEAD_BYTES: Final = LINE_AT_MOST
TAILS, TAIL_AT_MOST = 16_384, 200  # ours: lines whose looks are remembered, a few megabytes
_ENDS: Final = re.compile(rb"[\r\n]+")
FALLBACK: Final = 0.2  # ours: a terminal log has no marks; one mark among five AT lines beats it
#: Ours: where nothing says whose a line is, and no answer can be read, others are likelier.
UNANSWERED: Final = 0.1


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
    fits = _fits(FORMATS, list(_bounded(head)))
    return Detection(
        format=fits[0].entry if fits else None,
        scores=tuple((fit.entry.name, fit.score) for fit in fits),
    )


def format_of(head: Sequence[bytes]) -> Format | None:
    """The format that `detect` takes, without weighing those that cannot win."""
    lines = list(_bounded(head))
    fits = _fits((entry for entry in FORMATS if entry.has_marks), lines)
    if fits and fits[0].score > FALLBACK:
        return fits[0].entry
    return detect(head).format


class _Fit(NamedTuple):
    """A format that fits a head at all."""

    score: float
    fitting: int
    entry: Format


def _fits(entries: Iterable[Format], lines: list[bytes]) -> list[_Fit]:
    """Weigh formats, the best first; equal ones stay in the order of the table."""
    text = b"\n".join(lines)
    fits = []
    for entry in entries:
        if not entry.may_mark(text):
            continue
        fitting, against, is_answered = _weigh(entry, lines)
        if fitting:
            unproven = FALLBACK if not entry.has_marks else 1.0
            if entry.says_no_side and not is_answered:
                unproven *= UNANSWERED
            fits.append(_Fit(unproven * fitting / (fitting + against), fitting, entry))
    fits.sort(key=lambda fit: (-fit.score, -fit.fitting))
    return fits


def _bounded(head: Sequence[bytes]) -> Iterator[bytes]:
    left = HEAD_BYTES
    for line in head[:HEAD_LINES]:
        if left <= 0:
            return
        yield line[:left]
        left -= len(line) + 1


class _Weight(NamedTuple):
    """How many lines speak for a format, how many against it, and whether it reads an answer."""

    fitting: int
    against: int
    is_answered: bool


def _weigh(entry: Format, lines: list[bytes]) -> _Weight:
    """Count the marked lines that speak for *entry*, and the unmarked ones that do not."""
    if entry.colours is not None:
        return _Weight(_weigh_coloured(entry, lines), 0, is_answered=True)
    lines = entry.as_logged(lines)
    has_marks = entry.has_marks
    marked = [_look(entry, line) for line in lines] if has_marks else [None] * len(lines)
    looks = [look for look in marked if look is not None]
    fitting = sum(look.fits for look in looks)
    if has_marks and not fitting:
        return _NOTHING
    against = sum(look.is_wrong for look in looks)
    said = {look.text for look in looks if not look.is_wrong}
    # A label may stand above what it says, or before prose.
    is_label = entry.unmarked is Unmarked.CONTINUES
    sides = {look.side for look in looks if look.fits or is_label}
    if entry.both_sides and len(sides) == 1:
        return _NOTHING
    marked_side = looks[0].side if looks else None
    is_answered = any(look.is_answer for look in looks)
    for line, found in zip(lines, marked, strict=True):
        if found is not None:
            continue
        parts = _ENDS.split(line) if b"\r" in line[:-1] else (line,)
        for text in map(entry.tidy, parts):
            if not is_at(text):
                continue
            match entry.unmarked:
                case Unmarked.TEXT if not has_marks:
                    fitting += 1
                    is_answered = is_answered or is_answer(text)
                case Unmarked.CONTINUES:
                    fitting += entry.distinct  # the rest of a record that nobody else writes
                case Unmarked.ROWS:
                    pass
                case Unmarked.MODEM:
                    against += is_command(text) and text not in said
                case Unmarked.OTHER_SIDE:
                    # What is unmarked is the other side's, or an echo of what is marked.
                    wrong = is_answer if marked_side is Direction.RX else is_command
                    against += wrong(text) and text not in said
                case _:
                    against += 1
    return _Weight(fitting, against, is_answered)


_NOTHING: Final = _Weight(0, 0, is_answered=False)


class _Look(NamedTuple):
    """A line that bears the marks of a format.

    Attributes:
        side: Who wrote it.
        text: What it says.
        fits: Whether that is AT.
        is_answer: Whether it is an answer.
        is_wrong: Whether it is an answer that bears the mark of the host.
    """

    side: Direction
    text: bytes
    fits: bool
    is_answer: bool
    is_wrong: bool


def _look(entry: Format, line: bytes) -> _Look | None:
    """Look at a line as a line of this format; None where it does not bear its marks."""
    end = entry.stamp_end(line)
    if end is None and entry.stamp_required:
        return None
    tail = line[end or 0 :][:LINE_AT_MOST]
    return _look_at(entry, tail) if len(tail) <= TAIL_AT_MOST else _read_tail(entry, tail)


@lru_cache(maxsize=TAILS)
def _look_at(entry: Format, tail: bytes) -> _Look | None:
    """The same tails come again and again, in a capture and in the next one."""
    return _read_tail(entry, tail)


def _read_tail(entry: Format, tail: bytes) -> _Look | None:
    marked = entry.marked_tail(tail)
    if marked is None:
        return None
    side, text = marked
    parts = (text,) if b"\r" not in text and b"\n" not in text else _ENDS.split(text)
    says_answer = any(map(is_answer, parts))
    is_wrong = says_answer and side is Direction.TX and not entry.distinct
    fits = entry.distinct or (says_answer and not is_wrong) or any(map(is_command, parts))
    return _Look(side, text, fits, says_answer, is_wrong)


def _weigh_coloured(entry: Format, lines: list[bytes]) -> int:
    reader = entry.reader()
    return sum(
        record.direction is Direction.TX and is_command(record.data)
        for number, line in enumerate(lines, start=1)
        for record in reader.read(line, number)
    )
