"""Reads what pytest-reserial records: a test a line, all bytes of each side in one string.

Which byte came when is lost. It is put together again by what AT is: a command, and behind it
the answer up to its final result; what the modem says unasked stands before the next command.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from typing import Final

from atfsm.replay.formats.looks import is_final
from atfsm.replay.formats.marks import OBJECT_AT_MOST
from atfsm.replay.formats.reader import Reader
from atfsm.replay.formats.shape import Shape
from atfsm.replay.line_numbers import LineNumbers
from atfsm.replay.records import Direction, Record

_LINE: Final = re.compile(rb"[^\r\n]+[\r\n]*")
_NAME: Final = re.compile(rb"[+^#*$%!&][A-Za-z0-9_]+")
_END: Final = b"--EOF--Pattern--"  # of the K commands, unless AT+KPATTERN says another


class ReserialReader(Reader):
    """Reads one file of pytest-reserial; whatever the bytes, it never raises."""

    __slots__ = ("_unreadable",)

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self._unreadable = LineNumbers()

    @property
    def notes(self) -> list[str]:
        """What is put in turn, and which lines could not be read."""
        return [*super().notes, *self._unreadable.unreadable("the recording")]

    @property
    def is_damaged(self) -> bool:
        """Whether lines could not be read."""
        return self._unreadable.count > 0

    def read(self, line: bytes, number: int) -> tuple[Record, ...]:
        """Read a physical line: one test, or several."""
        if not line.strip():
            return ()
        try:
            entry = json.loads(line[:OBJECT_AT_MOST])
        except (ValueError, RecursionError):
            entry = None
        if not isinstance(entry, dict):
            self._unreadable.add(number)
            return ()
        tests = [entry] if "rx" in entry or "tx" in entry else entry.values()
        return tuple(
            Record(number, side, data, None, whole=False)
            for test in tests
            if isinstance(test, dict)
            for side, data in _in_turn(_bytes(test, "tx"), _bytes(test, "rx"))
        )


def _bytes(test: dict[str, object], side: str) -> bytes:
    """The bytes of one side: base64, or text where the entry says so."""
    said = test.get(side)
    if not isinstance(said, str):
        return b""
    if f"{side}_encoding" in test:
        return said.encode("utf-8", "replace")
    try:
        return base64.b64decode(said, validate=True)
    except (binascii.Error, ValueError):
        return said.encode("utf-8", "replace")


def _in_turn(sent: bytes, received: bytes) -> Iterator[tuple[Direction, bytes]]:
    """Put commands and answers in turn."""
    answers = _LINE.findall(received)
    at = 0
    is_data = False
    for command in _commands(sent):
        name = _NAME.search(command)
        while not is_data and at < len(answers) and _is_unasked(answers[at], command, name):
            yield Direction.RX, answers[at]
            at += 1
        yield Direction.TX, command
        is_data = False
        while at < len(answers):
            answer = answers[at]
            at += 1
            yield Direction.RX, answer
            if is_final(answer.strip()) or answer.strip() == b">":
                is_data = answer.strip().startswith((b"CONNECT", b">"))
                break
    for answer in answers[at:]:
        yield Direction.RX, answer


def _commands(sent: bytes) -> Iterator[bytes]:
    """Cut what was sent into command lines and payloads."""
    for piece in _LINE.findall(sent):
        before, end, behind = piece.rpartition(_END)
        if end:
            yield before + end
        if behind:
            yield behind


def _is_unasked(answer: bytes, command: bytes, name: re.Match[bytes] | None) -> bool:
    """Whether a line cannot be of the command: it bears another name, and is no echo or result."""
    text = answer.strip()
    named = _NAME.match(text)
    if named is None or text == command.strip() or is_final(text):  # +CME ERROR: 913
        return False
    return name is None or named[0].upper() != name[0].upper()
