"""Reads what the hl7800 driver of Zephyr logs (drivers/modem/hl7800.c): an answer in two lines.

Of each line that it reads, the driver logs what it took it by, and the length of the rest. What
stood in the rest, the handler of that line may log in words of its own, on the next line. The two
are put together again; an answer whose handler says nothing stays a name without values.

Received data has no such line at all: the driver reads payload, end pattern and OK by itself, and
says at last that it is done.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final, NamedTuple

from atfsm.replay.formats.shape import Shape
from atfsm.replay.formats.zephyr import ZephyrReader
from atfsm.replay.records import Record


class _Words(NamedTuple):
    """What a handler logs, of which answers, and how the modem says it."""

    pattern: re.Pattern[bytes]
    answers: re.Pattern[bytes]
    values: bytes


# fmt: off
_WORDS: Final = tuple(_Words(re.compile(words), re.compile(answers), values) for words, answers, values in (
    (rb"Error code: (\d{1,5})",                        rb"\+CM[ES] ERROR",        rb"\1"),
    (rb"Network status: (\S.{0,200})",                 rb"\+CEREG",               rb"\1"),
    # Its status is not logged; it is 1, session ready: the manuals know no other.
    (rb"\+K(?:TCP|UDP|\*\*P)_IND ID: (\d{1,3})",       rb"\+K(?:TCP|UDP)_IND",    rb"\1,1"),
    (rb"\+K\*\*P_NOTIF: (\d{1,3},\d{1,3})",            rb"\+K(?:TCP|UDP)_NOTIF",  rb"\1"),
    (rb"\+K(?:TCP|UDP)CFG: (\d{1,3})",                 rb"\+K(?:TCP|UDP)CFG",     rb"\1"),
    (rb"\+WDSI: (\d{1,3})",                            rb"\+WDSI",                rb"\1"),
))
#: The data are read, and with them the end pattern and OK.
_DONE: Final = re.compile(rb"Sock \d{1,3} RX done")
#: What stood where the end pattern or OK should have: that all is done, proves nothing then.
_AMISS: Final = re.compile(rb"(?:No (?:EOF|OK) present|Could not find (?:EOF|OK) |Unable to find OK).*")
# fmt: on

#: The lines of handlers that are read.
HANDLER_WORDS: Final = b"|".join(
    pattern.pattern for pattern in (*(words.pattern for words in _WORDS), _DONE, _AMISS)
)
#: Which session a line speaks of, and its protocol; what AT+KTCPCFG= names is a context.
_SESSION: Final = re.compile(rb"(?:AT)?\+K(TCP|UDP)(?!CFG=)\w{2,8}[=:] ?(\d{1,3})\b")


class Hl7800Reader(ZephyrReader):
    """Reads one log of the driver; whatever the bytes, it never raises."""

    __slots__ = ("_named", "_protocols", "_receiving")

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self._named: Record | None = None  # an answer of which the values may follow
        self._protocols: dict[bytes, bytes] = {}  # of each session that was named so far
        self._receiving = False  # since CONNECT, data may come

    @property
    def held_from(self) -> int | None:
        """The line of the answer whose values may follow, or a line that was broken."""
        return super().held_from if self._named is None else self._named.line

    def close(self) -> tuple[Record, ...]:
        """Say that the capture ends."""
        return super().close() + self._released()

    def _marked(
        self, found: re.Match[bytes], number: int, time_s: float | None
    ) -> tuple[Record, ...]:
        given: list[Record] = []
        for record in super()._marked(found, number, time_s):
            given.extend(self._heard(record))
        for record in given:
            session = _SESSION.match(record.data)
            if session is not None:
                self._protocols[session[2]] = session[1]
        return tuple(given)

    def _heard(self, record: Record) -> tuple[Record, ...]:
        text = record.data
        for words in _WORDS:
            said = words.pattern.fullmatch(text)
            if said is not None:
                return self._completed(record, words, said.expand(words.values))
        if _AMISS.fullmatch(text):
            self._receiving = False
            return ()
        before = self._released()
        if _DONE.fullmatch(text):
            return (*before, *self._end_of_data(record))
        self._receiving = text == b"CONNECT"
        name = text.removesuffix(b":")
        if name != text and any(words.answers.fullmatch(name) for words in _WORDS):
            self._named = record
            return before
        return (*before, record)

    def _completed(self, record: Record, words: _Words, values: bytes) -> tuple[Record, ...]:
        """Put values to the answer that they belong to."""
        named, self._named = self._named, None
        if named is not None and words.answers.fullmatch(named.data.removesuffix(b":")):
            return (replace(named, data=named.data + b" " + values),)
        # The line of the answer is missing, or something else is between.
        before = () if named is None else (named,)
        name = record.data.partition(b":")[0].removesuffix(b" ID")
        if b"**" in name:
            protocol = self._protocols.get(values.partition(b",")[0])
            name = b"" if protocol is None else name.replace(b"**P", protocol)
        if not words.answers.fullmatch(name):
            return before  # whose values these are, nobody can say
        return (*before, replace(record, data=name + b": " + values))

    def _end_of_data(self, record: Record) -> tuple[Record, ...]:
        was_receiving, self._receiving = self._receiving, False
        if not was_receiving:
            return ()
        return tuple(replace(record, data=data) for data in (b"--EOF--Pattern--", b"OK"))

    def _released(self) -> tuple[Record, ...]:
        named, self._named = self._named, None
        return () if named is None else (named,)
