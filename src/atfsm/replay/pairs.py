"""Captures that lie in two files, what was sent in one and what was received in the other.

Such a pair has one name, ``tx.log+rx.log``, the sent one first. It is read as one capture of the
format ``two-files``: both files line by line, in the order of their times. Nothing is written.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from typing import Final, NamedTuple

from atfsm.errors import CaptureError
from atfsm.replay.capture import STDIN, Capture
from atfsm.replay.clocks_apart import LOOKED_AT, apart_s
from atfsm.replay.formats import HEAD_LINES, format_named
from atfsm.replay.formats.looks import is_answer, is_command, is_final
from atfsm.replay.formats.times import Midnight, Moment, moment_of
from atfsm.replay.remote import is_remote

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

    @property
    def joint(self) -> str:
        """The one name of both."""
        return f"{self.sent}{JOINT}{self.received}"


def pair_named(name: str, folder: str = "") -> Names | None:
    """The two files that *name* stands for; None where it is the name of one capture.

    Args:
        name: Of a capture.
        folder: Where relative names begin; empty: where this process is.

    Raises:
        CaptureError: One of the two files is not there.
    """
    # The functions of os.path say of a name that no file can have that there is none.
    if JOINT not in name or is_remote(name) or os.path.exists(os.path.join(folder, name)):  # noqa: PTH110, PTH118
        return None
    lacking = None
    for at in (at for at, letter in enumerate(name) if letter == JOINT):
        names = Names(name[:at], name[at + 1 :])
        there = [os.path.isfile(os.path.join(folder, each)) for each in names]  # noqa: PTH113, PTH118
        if all(there):
            return names
        if any(there):
            lacking = names[there.index(False)]
    if lacking is not None:
        raise CaptureError(f"{name}: of this pair, {lacking} is not there")
    return None


def files_of(name: str, folder: str = "") -> tuple[str, ...]:
    """The files that a capture consists of: two, or the one of that name."""
    try:
        return pair_named(name, folder) or (name,)
    except CaptureError:
        return (name,)


def pair_among(name: str, others: Container[str]) -> Names | None:
    """The pair that a file makes with one of *others*, if any.

    They lie in one folder, their names differ in one word only (tx and rx, sent and received), and
    one shows commands only, the other answers.
    """
    for other, is_sent in _others(name):
        if other in others and not is_remote(name):
            names = Names(name, other) if is_sent else Names(other, name)
            if _are_two_sides(names):
                return names
    return None


def _others(name: str) -> Iterator[tuple[str, bool]]:
    """What the other file of a pair could be called, and whether *name* is then the sent one."""
    begin = len(name) - len(os.path.basename(name))  # noqa: PTH119  a Path is slow
    for found in _WORD.finditer(name, begin):
        word = found[0].lower()
        for other in _OTHERS.get(word, ()):
            cased = _cased(other, found[0])
            yield f"{name[: found.start()]}{cased}{name[found.end() :]}", word in _SENT


def _cased(word: str, like: str) -> str:
    if like.isupper():
        return word.upper()
    return word.capitalize() if like[0].isupper() else word


def _are_two_sides(names: Names) -> bool:
    """Whether one file shows commands and nothing else, and the other one answers."""
    asked = _head_of(names.sent)
    return (
        any(map(is_command, asked))
        and not any(map(is_answer, asked))
        and any(map(is_answer, _head_of(names.received)))
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
    apart_s: float = 0.0  # what its clock lacks

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
            if self.apart_s:
                self.stamp = _stamp(moment, self.apart_s)
            self.text = _SEPARATOR.sub(b"", line[moment.end :].strip(b" \t\r\n"))
            time_s = moment.whole_s + moment.fraction_s
            time_s = self.midnight.unrolled(time_s) if moment.daily else time_s
            # A clock that steps back is kept: the file stays in its order.
            self.time_s = max(time_s + self.apart_s, self.time_s)
        self.next = self.stamp + b" " + self.mark + b" " + self.text


_STAMPS: Final = format_named(FORMAT).stamps
assert _STAMPED.separator is not None
_SEPARATOR: Final = _STAMPED.separator
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def _stamp(moment: Moment, apart_s: float) -> bytes:
    """Write a stamp that was put right, as far as there is such a time."""
    time_s = moment.whole_s + moment.fraction_s + apart_s
    shape = "[%H:%M:%S.%f]" if moment.daily else "[%Y-%m-%d %H:%M:%S.%f]"
    with suppress(OverflowError):
        return (_EPOCH + timedelta(seconds=time_s)).strftime(shape).encode()
    return b"[00:00:00.000000]"


def _said(lines: Iterable[bytes]) -> list[tuple[float, bytes]]:
    """When each of the first lines of a file was said, and what."""
    side = _Side(b"", iter(lines))
    said = []
    side.step()
    while side.next is not None:
        if side.time_s > float("-inf"):
            said.append((side.time_s, side.text))
        side.step()
    return said


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
        self.torn = self.unfit = self.shifted = ""
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
        """What is not there of each, and how their clocks were brought together."""
        return [
            *([self.shifted] if self.shifted else []),
            *(
                f"{note.removesuffix('.')}, of {side.name}."
                for side in (self._sent, self._received)
                for note in side.holes()
            ),
        ]

    def chunks(self) -> Iterator[list[bytes]]:
        """Yield the lines of both, in the order of their times."""
        sent, received = _lines(self._sent), _lines(self._received)
        heads = list(islice(sent, LOOKED_AT)), list(islice(received, LOOKED_AT))
        apart = apart_s(_said(heads[0]), _said(heads[1]))
        if apart is None:
            self.unfit = (
                f"The clocks of {self._sent.name} and {self._received.name} cannot be brought "
                "together: no answer would stand behind its command. Nothing is judged."
            )
        elif apart:
            self.shifted = (
                f"The clocks of the two files are {round(abs(apart), 2):g} s apart: the times of "
                f"{self._received.name} were put {'forward' if apart > 0 else 'back'}."
            )
        merged: list[bytes] = []
        host = _Side(b"TX", chain(heads[0], sent))
        modem = _Side(b"RX", chain(heads[1], received), apart_s=apart or 0.0)
        for line in _merged(host, modem):
            merged.append(line)
            if len(merged) >= LINES_AT_ONCE:
                yield merged
                merged = []
        self.torn = self._sent.torn or self._received.torn
        if merged:
            yield merged


def _lines(capture: Capture) -> Iterator[bytes]:
    return (line for chunk in capture.chunks() for line in chunk)


def _merged(host: _Side, modem: _Side) -> Iterator[bytes]:
    """Merge two files by time; where times are equal, an answer stands before the next command."""
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
    if name == STDIN and sys.stdin is None:
        raise CaptureError("standard input is closed: there is nothing to read")
    names = pair_named(name)
    if names is None:
        return Capture(name), None
    return PairCapture(name, names), FORMAT
