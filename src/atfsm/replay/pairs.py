"""Captures that lie in two files, what was sent in one and what was received in the other.

Such a pair has one name, ``tx.log+rx.log``, the sent one first. It is read as one capture of the
format ``two-files``: both files line by line, in the order of their times. Nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from atfsm.errors import CaptureError
from atfsm.replay.capture import Capture
from atfsm.replay.formats import HEAD_LINES, format_named
from atfsm.replay.formats.looks import is_answer, is_command, is_final
from atfsm.replay.formats.times import Midnight, moment_of

FORMAT: Final = "two-files"
JOINT: Final = "+"
LINES_AT_ONCE: Final = 4_096  # ours: merged lines in a chunk
#: Each file by itself: each line has a stamp and no mark.
_STAMPED: Final = format_named("iso-bare")

#: Words by which the files of a pair differ: sent, received.
WORDS: Final = (
    *(("tx", "rx"), ("txd", "rxd"), ("sent", "received"), ("sent", "recv"), ("send", "recv")),
    *(("send", "receive"), ("out", "in"), ("output", "input"), ("host", "modem")),
    *(("write", "read"), ("to", "from")),
)
_WORD: Final = re.compile(r"[A-Za-z]+")
_SENT: Final = frozenset(word for word, _ in WORDS)
_OTHERS: Final = {
    word: tuple(pair[1 - pair.index(word)] for pair in WORDS if word in pair)
    for pair in WORDS
    for word in pair
}


class Names(NamedTuple):
    """The two files of a pair."""

    sent: str
    received: str


def pair_named(name: str) -> Names | None:
    """The two files that *name* stands for; None where it is the name of one capture.

    Raises:
        CaptureError: One of the two files is not there.
    """
    if JOINT not in name or "://" in name or Path(name).exists():
        return None
    lacking = None
    for at in (at for at, letter in enumerate(name) if letter == JOINT):
        sent, received = Path(name[:at]), Path(name[at + 1 :])
        if sent.is_file() and received.is_file():
            return Names(str(sent), str(received))
        if sent.is_file() or received.is_file():
            lacking = received if sent.is_file() else sent
    if lacking is not None:
        raise CaptureError(f"{name}: of this pair, {lacking} is not there")
    return None


def paired(names: Sequence[str]) -> list[str]:
    """Put two files together that are the two sides of one capture.

    They lie in one folder, their names differ in one word only (tx and rx, sent and received), and
    one shows commands only, the other answers. The pair stands where the first of them stood.
    """
    partners: dict[str, str] = {}
    places = set(names)
    for name in names:
        for other in _others(name):
            if other in places and other not in partners and name not in partners:
                sent, received = (name, other) if _is_sent(name, other) else (other, name)
                if _are_two_sides(sent, received):
                    partners[name], partners[other] = other, name
                break
    kept: list[str] = []
    done: set[str] = set()
    for name in names:
        partner = partners.get(name)
        if name in done:
            continue
        if partner is None:
            kept.append(name)
            continue
        done.add(partner)
        sent, received = (name, partner) if _is_sent(name, partner) else (partner, name)
        kept.append(f"{sent}{JOINT}{received}")
    return kept


def _others(name: str) -> Iterator[str]:
    """What the other file of a pair could be called."""
    path = Path(name)
    for found in _WORD.finditer(path.name):
        for word in _OTHERS.get(found[0].lower(), ()):
            other = _cased(word, found[0])
            yield str(
                path.with_name(path.name[: found.start()] + other + path.name[found.end() :])
            )


def _cased(word: str, like: str) -> str:
    if like.isupper():
        return word.upper()
    return word.capitalize() if like[0].isupper() else word


def _is_sent(name: str, partner: str) -> bool:
    words, others = (_WORD.findall(Path(n).name.lower()) for n in (name, partner))
    return any(a != b and a in _SENT for a, b in zip(words, others, strict=False))


def _are_two_sides(sent: str, received: str) -> bool:
    """Whether one file shows commands and nothing else, and the other one answers."""
    asked, answered = _head_of(sent), _head_of(received)
    return (
        any(map(is_command, asked))
        and not any(map(is_answer, asked))
        and any(map(is_answer, answered))
    )


def _head_of(name: str) -> list[bytes]:
    """The first texts of a file each of whose lines begins with its time; otherwise none."""
    try:
        head = next(Capture(name).chunks(), [])[:HEAD_LINES]
    except CaptureError:
        return []
    ends = [(line, _STAMPED.stamp_end(line)) for line in head if line.strip()]
    if any(end is None for _, end in ends):
        return []
    return [_STAMPED.tidy(line[end:]) for line, end in ends]


@dataclass(slots=True)
class _Side:
    """One file while it is read: its next line, and when that was."""

    mark: bytes
    lines: Iterator[bytes]
    stamp: bytes = b""  # of the line before, for one that has none
    time_s: float = float("-inf")
    next: bytes | None = None
    text: bytes = b""
    midnight: Midnight = field(default_factory=Midnight)

    def step(self) -> None:
        """Go to the next line."""
        line = next(self.lines, None)
        if line is None:
            self.next = None
            return
        moment = moment_of(_STAMPS, line)
        if moment is None:
            self.text = line.strip()
        else:
            self.stamp = line[: moment.end].strip()
            self.text = line[moment.end :].strip(b" \t\r\n")
            time_s = moment.whole_s + moment.fraction_s
            time_s = self.midnight.unrolled(time_s) if moment.daily else time_s
            # A clock that steps back is kept: the file stays in its order.
            self.time_s = max(time_s, self.time_s)
        self.next = self.stamp + b" " + self.mark + b" " + self.text


_STAMPS: Final = format_named(FORMAT).stamps


class PairCapture(Capture):
    """Two files, read as one capture.

    Args:
        name: The name of the pair.
        names: Its files.

    Raises:
        CaptureError: One of them cannot be opened.
    """

    def __init__(self, name: str, names: Names) -> None:
        self.name = name
        self._sent, self._received = Capture(names.sent), Capture(names.received)
        self.torn = ""
        self.size_bytes = self._sent.size_bytes + self._received.size_bytes

    def tell_bytes(self) -> int:
        """How many bytes of both were read so far."""
        return self._sent.tell_bytes() + self._received.tell_bytes()

    def lost(self, *, reads_objects: bool = False) -> list[str]:
        """What is there of each and was not read."""
        return [
            f"{note.removesuffix('.')}, of {side.name}."
            for side in (self._sent, self._received)
            for note in side.lost(reads_objects=reads_objects)
        ]

    def holes(self) -> list[str]:
        """What is not there of each."""
        return [
            f"{note.removesuffix('.')}, of {side.name}."
            for side in (self._sent, self._received)
            for note in side.holes()
        ]

    def chunks(self) -> Iterator[list[bytes]]:
        """Yield the lines of both, in the order of their times."""
        merged: list[bytes] = []
        for line in _merged(_lines(self._sent), _lines(self._received)):
            merged.append(line)
            if len(merged) >= LINES_AT_ONCE:
                yield merged
                merged = []
        self.torn = self._sent.torn or self._received.torn
        if merged:
            yield merged


def _lines(capture: Capture) -> Iterator[bytes]:
    return (line for chunk in capture.chunks() for line in chunk)


def _merged(sent: Iterable[bytes], received: Iterable[bytes]) -> Iterator[bytes]:
    """Merge two files by time; where times are equal, an answer stands before the next command."""
    host, modem = _Side(b"TX", iter(sent)), _Side(b"RX", iter(received))
    host.step()
    modem.step()
    is_asked = False
    while host.next is not None or modem.next is not None:
        if modem.next is None or (
            host.next is not None
            and (host.time_s < modem.time_s or (host.time_s == modem.time_s and not is_asked))
        ):
            side = host
            is_asked = is_asked or is_command(side.text)
        else:
            side = modem
            is_asked = is_asked and not is_final(side.text)
        assert side.next is not None
        yield side.next
        side.step()


def open_named(name: str) -> tuple[Capture, str | None]:
    """Open a capture, or two that are one.

    Returns:
        The capture, and the name of the format that is already sure.

    Raises:
        CaptureError: It cannot be opened.
    """
    names = pair_named(name)
    if names is None:
        return Capture(name), None
    return PairCapture(name, names), FORMAT
