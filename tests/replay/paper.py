"""What the loggers of the tests write: sessions, AT lines, a capture that counts its lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeVar

from atfsm.replay.records import Direction

TX, RX = Direction.TX, Direction.RX

Chunk = tuple[float, Direction, bytes]
Session = Sequence[Chunk]
Rendered = tuple[bytes, list[int]]  # the capture; for each AT line the physical line it begins on
Renderer = Callable[[Session], Rendered]

Where = TypeVar("Where")

START = datetime(2026, 11, 22, 10, tzinfo=UTC)
FINAL = (b"OK", b"ERROR", b"NO CARRIER", b"+CME ERROR", b"0")


class Line(NamedTuple):
    """An AT line of a session: when it began, in which chunk, who wrote it and what."""

    time_s: float
    chunk: int
    direction: Direction
    text: bytes


def assembled(
    chunks: Iterable[tuple[Where, Direction, bytes]],
) -> list[tuple[Where, Direction, bytes]]:
    """Put chunks together and cut them into lines; each is said to be where its first byte is."""
    lines: list[tuple[Where, Direction, bytes]] = []
    begun: tuple[Where, Direction, bytes] | None = None
    for where, direction, data in chunks:
        if begun is not None and begun[1] is not direction:  # a prompt has no terminator
            lines.append(begun)
            begun = None
        for number in data:
            byte = bytes((number,))
            if byte in b"\r\n":
                if begun is not None:
                    lines.append(begun)
                begun = None
            elif begun is not None:
                begun = begun[0], direction, begun[2] + byte
            elif byte != b" ":
                begun = where, direction, byte
    if begun is not None:
        lines.append(begun)
    return [(where, direction, text.strip()) for where, direction, text in lines]


def at_lines(session: Session) -> list[Line]:
    """List the AT lines of *session*, in order."""
    numbered = (((time_s, i), way, data) for i, (time_s, way, data) in enumerate(session))
    return [Line(*where, way, text) for where, way, text in assembled(numbered)]


class Paper:
    """The capture while it is written: physical lines, counted."""

    def __init__(self, *head: bytes) -> None:
        self.lines = list(head)

    def write(self, line: bytes) -> int:
        """Add a physical line and give its number."""
        self.lines.append(line)
        return len(self.lines)

    def __bytes__(self) -> bytes:
        return b"".join(line + b"\n" for line in self.lines)


def clock(time_s: float, shape: str = "%Y-%m-%d %H:%M:%S", mark: str = ".") -> bytes:
    """Write a stamp with milliseconds."""
    moment = START + timedelta(milliseconds=round(time_s * 1000))
    return f"{moment.strftime(shape)}{mark}{moment.microsecond // 1000:03}".encode()


def escaped(data: bytes, words: dict[int, str], other: str) -> bytes:
    """Write control characters the way a logger does: by name, or by number as *other* says."""
    return "".join(
        words.get(byte, chr(byte) if 0x20 <= byte < 0x7F else other.format(byte)) for byte in data
    ).encode()


# ------------------------------------------------------------- loggers that show line by line


def line_by_line(write: Callable[[Paper, Line], int], *head: bytes) -> Renderer:
    """Make a renderer of a function that writes one AT line and gives its number."""

    def render(session: Session) -> Rendered:
        paper = Paper(*head)
        numbers = [write(paper, line) for line in at_lines(session)]
        return bytes(paper), numbers

    return render


def chunk_by_chunk(
    write: Callable[[Paper, float, Direction, bytes], int], *head: bytes
) -> Renderer:
    """Make a renderer of a function that writes one chunk and gives the number of its line."""

    def render(session: Session) -> Rendered:
        paper = Paper(*head)
        placed = [(write(paper, *chunk), chunk[1], chunk[2]) for chunk in session]
        return bytes(paper), [number for number, _, _ in assembled(placed)]

    return render


def in_pieces(
    cut: Callable[[Direction, bytes], list[bytes]],
    write: Callable[[float, Direction, bytes], bytes],
    *head: bytes,
    last_twice: bool = False,
) -> Renderer:
    """Make a renderer of a function that cuts a chunk and one that writes a piece."""

    def render(session: Session) -> Rendered:
        paper = Paper(*head)
        placed = [
            (paper.write(write(time_s, direction, piece)), direction, piece)
            for time_s, direction, data in session
            for piece in cut(direction, data)
        ]
        if last_twice:
            paper.write(paper.lines[-1])
        return bytes(paper), [number for number, _, _ in assembled(placed)]

    return render
