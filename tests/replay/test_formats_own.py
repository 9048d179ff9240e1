"""Our own captures, written by every logger: each is recognised, and comes back line for line."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from atfsm.replay.formats import HEAD_LINES, format_named, format_of
from atfsm.replay.formats.looks import is_command
from atfsm.replay.records import Direction
from tests.replay.paper import RX, TX, Chunk, Renderer, at_lines
from tests.replay.renderers_programs import LOSING
from tests.replay.test_formats_round_trip import CASES, at_lines_of, every_logger, read

CAPTURES = sorted((Path(__file__).parent.parent / "captures").glob("*.log"))
RECOGNISED_AT_LEAST = 0.98
#: By whom no line is lost; others may lose one in a hundred to what a payload looks like.
RETURNED_AT_LEAST = 0.98


@cache
def sessions() -> list[list[Chunk]]:
    """What crossed the wire in our own captures, those of bytes left out."""
    found = []
    for path in CAPTURES:
        capture = path.read_bytes()
        entry = format_of(capture.split(b"\n")[:HEAD_LINES])
        assert entry is not None, path.name
        session: list[Chunk] = []
        for number, record in enumerate(read(entry, capture)):
            if not record.whole:
                continue
            way = record.direction
            if way is Direction.UNMARKED:
                way = TX if is_command(record.data) else RX
            time_s = number / 20 if record.time_s is None else record.time_s
            data = record.data + b"\r" if way is TX else b"\r\n" + record.data + b"\r\n"
            session.append((time_s, way, data))
        if session:
            first_s = session[0][0]
            found.append([(time_s - first_s, way, data) for time_s, way, data in session])
    return found


def test_there_are_captures_enough() -> None:
    """A share of a handful says nothing."""
    assert len(sessions()) >= 40


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_an_own_capture_is_recognised(path: Path) -> None:
    """Whatever it is about, it is a capture of something."""
    assert format_of(path.read_bytes().split(b"\n")[:HEAD_LINES]) is not None


@pytest.mark.parametrize(
    ("name", "render"),
    [*(case[1:] for case in CASES), *LOSING.items()],
    ids=[*(case[0] for case in CASES), *LOSING],
)
def test_own_captures_are_recognised_in_every_format(name: str, render: Renderer) -> None:
    """At least 98 of 100 are taken for what they are."""
    taken = [format_of(render(session)[0].split(b"\n")[:HEAD_LINES]) for session in sessions()]
    right = sum(entry is format_named(name) for entry in taken)

    assert right / len(taken) >= RECOGNISED_AT_LEAST


@every_logger
def test_own_captures_come_back_from_every_format(name: str, render: Renderer) -> None:
    """The AT lines of a session are those that were written, and stand where they were."""
    came_back = 0
    for session in sessions():
        capture, numbers = render(session)
        texts = [line.text for line in at_lines(session)]
        lines = at_lines_of(read(format_named(name), capture))
        came_back += list(zip(numbers, texts, strict=True)) == [(n, text) for n, _, text in lines]

    assert came_back / len(sessions()) >= RETURNED_AT_LEAST
