"""The conversation on one line: what is written and read, as facts, in order.

It owns the framer and the exchange, and is the one place where the live stack meets the AT
language. Replay of a journal goes through the same functions, so it comes to the same facts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from atfsm.at.correlation import end_payload, hear, send, silence
from atfsm.at.dialect import DataMode, Dialect, Told
from atfsm.at.exchange import Exchange, Heard, What
from atfsm.at.framing import Framer, Line, Payload, Prompt

LINE_BYTES_AT_MOST: Final = 4096  # as replay has it
LINES_KEPT: Final = 50  # ours: what a cause shows of the wire before it
SHOWN_BYTES: Final = 200  # ours: of one line in a cause


class Piece(NamedTuple):
    """A piece of the wire and what it told.

    Attributes:
        told: The facts, in order.
        what: What the piece was.
        text: The line; empty for payload.
        payload: Payload bytes.
        ends: Whether the payload is over.
        complete: Whether it ended as it should.
    """

    told: tuple[Told, ...]
    what: What
    text: bytes = b""
    payload: bytes = b""
    ends: bool = False
    complete: bool = False


class Conversation:
    """One AT channel.

    Attributes:
        exchange: What is known of the conversation.
    """

    def __init__(self, dialect: Dialect, *, end_pattern: bytes, verifies_echo: bool) -> None:
        self._dialect = dialect
        self._framer = Framer(max_line_bytes=LINE_BYTES_AT_MOST)
        self._end_pattern = end_pattern
        self.exchange = Exchange(dialect.end_pattern, verifies_echo=verifies_echo)
        self._lines: deque[tuple[str, bytes]] = deque(maxlen=LINES_KEPT)

    @property
    def buffered_bytes(self) -> int:
        """How many bytes were heard and belong to no piece yet."""
        return self._framer.buffered_bytes

    @property
    def takes_payload(self) -> bool:
        """Whether the modem waits for payload."""
        data = self.exchange.data
        return data is not None and data.mode is DataMode.OUT

    def say(self, text: bytes) -> Piece:
        """A line is written."""
        self._note("tx", text)
        return self._take(send(self.exchange, text, self._dialect, timed=True), text)

    def limit(self, limit_s: float) -> None:
        """Give the command in flight another limit than its declared one."""
        sent = self.exchange.in_flight
        if sent is not None:
            self.exchange = replace(self.exchange, in_flight=replace(sent, limit_s=limit_s))

    def say_payload(self, payload: bytes) -> Piece:
        """Payload is written, and its end pattern."""
        self._note("tx", b"<%d bytes of payload>" % len(payload))
        return self._take(end_payload(self.exchange), b"")

    def silence(self) -> Piece:
        """The limit of the command in flight passed."""
        return self._take(silence(self.exchange), b"")

    def hear(self, data: bytes) -> Iterator[Piece]:
        """Bytes came; each piece must be dealt with before the next is asked for."""
        framer = self._framer
        framer.feed(data)
        while (token := framer.next()) is not None:
            match token:
                case Line(text=text):
                    self._note("rx", text)
                    heard = hear(self.exchange, text, self._dialect, timed=True)
                    yield self._take(heard, text)
                case Payload(data=payload, last=False):
                    yield Piece((), What.PAYLOAD, payload=payload)
                case Payload(data=payload, complete=complete):
                    self._note("rx", b"<payload ends>" if complete else b"<payload breaks off>")
                    told: tuple[Told, ...] = ()
                    if self.exchange.data is not None and self._awaits_payload():
                        told = self._take(end_payload(self.exchange), b"").told
                    yield Piece(told, What.PAYLOAD, payload=payload, ends=True, complete=complete)
                case Prompt():
                    self._note("rx", b"> ")

    def _take(self, heard: Heard, text: bytes) -> Piece:
        self.exchange = heard.exchange
        data = self.exchange.data
        is_due = self._awaits_payload()
        if is_due and not self._framer.expects_payload and data is not None:
            self._framer.expect_payload(
                count=data.count_bytes, pattern=data.pattern, followed_by_result=True
            )
        elif not is_due and self._framer.expects_payload:
            self._framer.abandon_payload()
        return Piece(heard.told, heard.what, text)

    def _awaits_payload(self) -> bool:
        data = self.exchange.data
        return data is not None and data.mode is DataMode.IN

    def _note(self, direction: str, text: bytes) -> None:
        self._lines.append((direction, text[:SHOWN_BYTES]))

    @property
    def lines(self) -> tuple[str, ...]:
        """The last lines of the wire, oldest first, each with its direction."""
        return tuple(
            f"{at} {text.decode('utf-8', 'backslashreplace')}" for at, text in self._lines
        )
