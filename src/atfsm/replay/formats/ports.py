"""Several ports in one log: what was said side by side, one exchange after another.

A log of a program that holds several ports of a modem mixes their exchanges. Read as one line, a
command on one port would seem to overtake the answer on another. So a command is kept until it is
answered, and an exchange is given as a whole. A port that never answers is no AT port, where
another one is.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace
from typing import Final, NamedTuple

from atfsm.replay.formats.looks import is_answer, is_final
from atfsm.replay.formats.reader import WAITING_AT_MOST, Reader
from atfsm.replay.formats.shape import Shape
from atfsm.replay.records import Direction, Record

#: Ports that are told apart; ours: no modem has so many.
PORTS_AT_MOST: Final = 64
#: Bytes of an exchange that is kept; ours: a few megabytes for all ports together.
KEPT_BYTES_AT_MOST: Final = 1 << 16
_ENDS: Final = re.compile(rb"[\r\n]+")
#: The prompt of a command that asks for text.
_PROMPT: Final = b"> "


class _Port:
    """One port: an exchange that is not over, and whether the port ever answered."""

    __slots__ = ("answered", "asked", "dropped", "kept_bytes", "open")

    def __init__(self) -> None:
        self.open: deque[Record] = deque()
        self.kept_bytes = 0
        self.asked = False
        self.answered = False
        self.dropped = 0  # records of an exchange that nobody answers

    @property
    def is_full(self) -> bool:
        """Whether more is kept than an exchange should be."""
        return len(self.open) > WAITING_AT_MOST or self.kept_bytes > KEPT_BYTES_AT_MOST

    def add(self, record: Record) -> None:
        """Keep a record."""
        self.open.append(record)
        self.kept_bytes += len(record.data)

    def pop(self) -> Record:
        """Give the oldest record."""
        record = self.open.popleft()
        self.kept_bytes -= len(record.data)
        return record


class _Given(NamedTuple):
    """What was given last: on which port, and when."""

    port: _Port | None
    time_s: float | None


class PortReader(Reader):
    """Reads a log of several ports; their names are the group ``port`` of the mark.

    Args:
        shape: How the log is written.
        asked: Whether only ports count on which a command was written: a tracer of system calls
            shows every file.
    """

    __slots__ = ("_asked", "_cut", "_given", "_left_out", "_name", "_ports")

    def __init__(self, shape: Shape, *, asked: bool = False) -> None:
        super().__init__(shape)
        self._stateless = False
        self._asked = asked
        self._ports: dict[bytes, _Port] = {}
        self._name = b""  # of the port of the last line
        self._given = _Given(None, None)
        self._left_out: dict[bytes, int] = {}
        self._cut = 0  # lines on which text was cut short: the group `cut` of the mark

    @property
    def notes(self) -> list[str]:
        """Which ports were left out, and what the logger cut short."""
        notes = [
            f"Port {name.decode('utf-8', 'replace')} never answered: it is left out "
            f"({counted_lines(count)})."
            for name, count in self._left_out.items()
        ]
        if self._cut:
            notes.append(f"The logger has cut text short, on {counted_lines(self._cut)}.")
        return notes

    @property
    def held_from(self) -> int | None:
        """The first line of an exchange that is not over."""
        lines = [super().held_from, *(p.open[0].line for p in self._ports.values() if p.open)]
        return min((at for at in lines if at is not None), default=None)

    @property
    def _is_answering(self) -> bool:
        """Whether any port ever answered."""
        return any(port.answered for port in self._ports.values())

    def close(self) -> tuple[Record, ...]:
        """Say that the capture ends."""
        given = self._sorted_in(super().close())
        for name, port in self._ports.items():
            if self._is_answering and not port.answered and port.open:
                if port.asked and any(_asks(record) for record in port.open):
                    self._left_out[name] = port.dropped + len(port.open)
                port.open.clear()
        rest = sorted(
            (record for port in self._ports.values() for record in port.open),
            key=lambda record: record.line,
        )
        return given + tuple(rest)

    def _marked(
        self, found: re.Match[bytes], number: int, time_s: float | None
    ) -> tuple[Record, ...]:
        records = super()._marked(found, number, time_s)
        port = self._port_of(found)
        if port is None:
            return ()
        before, self._name = self._name, port
        late = tuple(record for record in records if record.line != number)
        given = self._sorted_in(late, before) + self._sorted_in(records[len(late) :])
        if "cut" in found.re.groupindex and found["cut"] is not None:
            self._cut += port in self._ports
        return given

    def _port_of(self, found: re.Match[bytes]) -> bytes | None:
        """The port of a marked line: that of the last line where it names none.

        None: nobody can say.
        """
        return found["port"] or self._name

    def _sorted_in(
        self, records: tuple[Record, ...], name: bytes | None = None
    ) -> tuple[Record, ...]:
        """Take records of a port; give those of exchanges that are over."""
        name = self._name if name is None else name
        given: list[Record] = []
        for record in records:
            port = self._ports.get(name)
            if port is None:
                if len(self._ports) >= PORTS_AT_MOST or (self._asked and not _is_at(record)):
                    continue
                port = self._ports[name] = _Port()
            given.extend(self._taken(port, record))
        return tuple(given)

    def _taken(self, port: _Port, record: Record) -> list[Record]:
        if record.direction is Direction.TX:
            given = self._over(port) if port.answered and _asks(record) else []
            port.asked = port.asked or _asks(record)
            port.add(record)
            while port.is_full:
                oldest = port.pop()
                if port.answered or not self._is_answering:
                    given.append(self._dated(port, oldest))
                else:
                    port.dropped += 1
            return given
        given = []
        if not port.answered:
            port.answered = True
            if sum(other.asked for other in self._ports.values()) > 1:
                self._forget_unanswered(port)
        if not port.open:
            return [self._dated(port, record)]  # nothing was asked that it could belong to
        port.add(record)
        is_over = record.data == _PROMPT or any(map(is_final, _ENDS.split(record.data)))
        if is_over or port.is_full:
            given += self._over(port)
        return given

    @staticmethod
    def _forget_unanswered(port: _Port) -> None:
        """Of what was asked before a port began to answer, the last is what it answers."""
        asked = [at for at, record in enumerate(port.open) if _asks(record)]
        for _ in range(asked[-1] if asked else 0):
            port.pop()

    def _over(self, port: _Port) -> list[Record]:
        """Give an exchange that is over."""
        return [self._dated(port, port.pop()) for _ in range(len(port.open))]

    def _dated(self, port: _Port, record: Record) -> Record:
        """Date a record not before what was given of another port."""
        at_s = record.time_s
        last_s = self._given.time_s
        if at_s is not None and last_s is not None and port is not self._given.port:
            at_s = max(at_s, last_s)
            record = replace(record, time_s=at_s)
        self._given = _Given(port, at_s)
        return record


def _asks(record: Record) -> bool:
    """Whether a piece of what the host wrote begins a command line."""
    return record.data.lstrip()[:2].upper() == b"AT"


def _is_at(record: Record) -> bool:
    """Whether a piece cannot be of a file: the host asks, or the modem says so, line for line."""
    if record.direction is Direction.TX:
        return _asks(record)
    texts = [text for text in _ENDS.split(record.data) if text]
    return bool(texts) and all(map(is_answer, texts))


def counted_lines(count: int) -> str:
    """Say how many lines."""
    return f"{count} lines" if count > 1 else "one line"
