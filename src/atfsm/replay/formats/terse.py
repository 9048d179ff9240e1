"""Reads logs that leave out OK: whoever wrote them shows what was asked for, and no more."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from atfsm.replay.formats.looks import is_command, is_final
from atfsm.replay.formats.reader import Reader
from atfsm.replay.formats.shape import Shape
from atfsm.replay.records import Direction, Record

#: A final result of a modem that was told ATV0.
_NUMERIC: Final = re.compile(rb"\d")
_NAMED: Final = re.compile(rb"[+^#*$%!&][A-Za-z0-9_]{1,40}(?=:)")


class TerseReader(Reader):
    """Takes an answer for complete where the next command follows it without a final result."""

    __slots__ = ("_answer", "_asked")

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self._stateless = False
        self._asked = b""
        self._answer: Record | None = None  # the last line of an answer without its final result

    def read(self, line: bytes, number: int) -> tuple[Record, ...]:
        """Read a physical line, its line feed taken off."""
        records: list[Record] = []
        for record in super().read(line, number):
            if record.direction is Direction.TX:
                records.extend(self._completed())
                self._asked = record.data if is_command(record.data) else b""
            elif is_final(record.data) or _NUMERIC.fullmatch(record.data):
                self._answer, self._asked = None, b""
            elif self._asked and _may_answer(record.data, self._asked):
                self._answer = record
            records.append(record)
        return tuple(records)

    def close(self) -> tuple[Record, ...]:
        """Say that the capture ends."""
        return (*super().close(), *self._completed())

    def _completed(self) -> tuple[Record, ...]:
        answer, self._answer = self._answer, None
        return () if answer is None else (replace(answer, data=b"OK"),)


def _may_answer(text: bytes, command: bytes) -> bool:
    """Whether a line may be part of the answer: it bears no name, or that of the command."""
    named = _NAMED.match(text)
    return named is None or named[0].upper() in command.upper()
