r"""Bytes to lines, prompts and payload, whatever the chunking.

A :class:`Framer` reads one direction of one AT channel. Feed it bytes as they come, and pull
tokens until there are none; the tokens depend on the bytes and on nothing else:

>>> framer = Framer()
>>> framer.feed(b"\r\n+KTCP_IND: 1,1\r\n\r\nO")
>>> framer.next(), framer.next()
(Line(text=b'+KTCP_IND: 1,1', offset=2, overlong=False), None)
>>> framer.feed(b"K\r\n")
>>> framer.next().text
b'OK'

**Command state.** A line ends at CR or LF, in any number and mixture, so that an empty line is
never reported. Blanks and control bytes before a line, NULs anywhere, and blanks after it are
dropped ([FLOCK]: a NUL stands before the OK of RC7611, CRLFs are doubled). A line reaches the
owner as soon as its first CR or LF is there. A blank after ``>`` at the start of a line makes
it a :class:`Prompt`, reported at once, since nothing ends a prompt.

**Online data state.** What follows CONNECT is payload, which may hold anything, ``OK`` and line
ends included. The framer cannot know what CONNECT answers, so the owner says it, with
:meth:`Framer.expect_payload`, before it pulls the next token. One CRLF belongs to CONNECT,
also where its LF comes later; a byte beyond that is payload.

Source:
    [LEG-S], [LEG-E] for the CRLF rules and ``\r\nCONNECT\r\n``; [FLOCK] for what the RC7611
    does instead; [M207] for a read that returns fewer bytes than asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Framer", "Line", "Payload", "Prompt", "Token"]

_LINE_END = re.compile(rb"[\r\n]")
_LINE_START = re.compile(rb"[^\x00-\x20\x7f]")
_BLANKS = b" \t"
_NUL = b"\0"
_CR = ord("\r")
_LF = ord("\n")
_PROMPT = b"> "
_CONNECT = b"CONNECT"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the command state, never empty.

    Attributes:
        text: The line without its end, without NULs, blanks at both ends stripped.
        offset: Index in the stream of the first byte of *text*.
        overlong: Whether it was cut because it had more than ``max_line_bytes``. What was cut
            off is lost, up to the next CR or LF.
    """

    text: bytes
    offset: int
    overlong: bool = False


@dataclass(frozen=True, slots=True)
class Prompt:
    """The modem asks for the text of a message: ``> `` at the start of a line (3GPP TS 27.005).

    Attributes:
        offset: Index in the stream of the ``>``.
    """

    offset: int


@dataclass(frozen=True, slots=True)
class Payload:
    """A piece of payload. How it is cut into pieces means nothing; joined they are the payload.

    Attributes:
        data: The bytes, without the end pattern; may be empty only in the last piece.
        offset: Index in the stream of the first byte of *data*.
        last: Whether the payload ended with this piece and command state is back.
        complete: Only in the last piece: whether the payload ended as it should, by its
            pattern, or by its count where no pattern was expected. It may still hold fewer
            bytes than announced.
    """

    data: bytes
    offset: int
    last: bool = False
    complete: bool = False


Token = Line | Prompt | Payload


@dataclass(frozen=True, slots=True)
class _Expectation:
    """What ends the payload. The needle is what ends it before its count."""

    count: int | None
    pattern: bytes | None
    needle: bytes


class Framer:
    """Cuts one direction of an AT channel into tokens.

    Memory stays bounded as long as :meth:`next` is called until it returns None after every
    :meth:`feed`: then no more than ``max_line_bytes`` is kept in command state, and no more
    than the length of the pattern and two bytes in online data state.

    Args:
        max_line_bytes: Longest line kept whole. 4096 is ours: twice the longest command line of
            the Legato AT server [LEG-A].

    Raises:
        ValueError: *max_line_bytes* is below 2, too short for a prompt.
    """

    __slots__ = (
        "_buffer",
        "_connect_lf_due",
        "_discarding",
        "_expectation",
        "_max_line_bytes",
        "_offset",
        "_searched",
        "_taken",
    )

    def __init__(self, *, max_line_bytes: int = 4096) -> None:
        """Start in command state, at the start of a line."""
        if max_line_bytes < len(_PROMPT):
            raise ValueError(
                f"max_line_bytes must be at least {len(_PROMPT)}, not {max_line_bytes}"
            )
        self._max_line_bytes = max_line_bytes
        self._buffer = bytearray()  # fed, and not yet given out or dropped
        self._offset = 0  # index in the stream of the first byte of the buffer
        self._searched = 0  # the buffer up to here holds no line end
        self._discarding = False  # behind the cut of an overlong line
        self._connect_lf_due = False  # CONNECT came with CR; an LF now would still be its own
        self._expectation: _Expectation | None = None  # None in command state
        self._taken = 0  # payload bytes given out so far

    @property
    def buffered_bytes(self) -> int:
        """How many bytes are kept that are not yet given out."""
        return len(self._buffer)

    @property
    def expects_payload(self) -> bool:
        """Whether this is online data state."""
        return self._expectation is not None

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream, any number of them."""
        self._buffer += data

    def next(self) -> Token | None:
        """Return the next token; None when more bytes are needed to tell."""
        if self._expectation is None:
            return self._next_in_command_state()
        return self._next_in_data_state(self._expectation)

    def expect_payload(
        self, *, count: int | None, pattern: bytes | None, followed_by_result: bool
    ) -> None:
        """Read what comes next as payload: call it right after the CONNECT line was pulled.

        The payload ends, whichever is met first in the stream:

        * where *pattern* begins after fewer than *count* bytes. A modem that takes payload
          stops there, so that is the end if *followed_by_result* is False. If it is True, a
          CR LF must come behind the pattern as well: a read may return fewer bytes than asked
          [M207], but a short pattern such as ``$$`` may also stand in the payload;
        * where *pattern* begins after exactly *count* bytes;
        * after *count* bytes, if *pattern* is None;
        * after *count* bytes that neither the pattern follows nor an earlier one ended: then
          ``complete`` is False, and all that follows is read in command state;
        * with *count* None at the first pattern that counts as above; with both None never:
          that is direct mode, until :meth:`abandon_payload`.

        Args:
            count: Bytes of payload announced, the pattern not counted; None for unknown.
            pattern: The end pattern (KPATTERN), which is no part of the payload.
            followed_by_result: Whether a result code follows the pattern on this direction,
                which is so from modem to host.

        Raises:
            ValueError: *count* is negative or *pattern* is empty; the caller's mistake, and
                nothing has changed.
        """
        if count is not None and count < 0:
            raise ValueError(f"count must not be negative, not {count}")
        if pattern is not None and not pattern:
            raise ValueError("pattern must not be empty; None says that there is none")
        needle = (pattern or b"") + (b"\r\n" if followed_by_result else b"")
        self._expectation = _Expectation(count, pattern, needle)
        self._taken = 0
        self._discarding = False

    def abandon_payload(self) -> None:
        """Go back to command state, at the start of a line; does nothing there.

        No last piece is given out. Bytes held back because the pattern might have begun with
        them are read again, as command state.
        """
        if self._expectation is not None:
            self._enter_command_state()

    # ------------------------------------------------------------------ command state

    def _next_in_command_state(self) -> Line | Prompt | None:
        buffer = self._buffer
        if buffer:
            self._connect_lf_due = False
        if self._discarding:
            end = self._find_line_end()
            self._drop(len(buffer) if end is None else end)
            self._discarding = end is None
        if self._searched == 0:
            start = _LINE_START.search(buffer)
            self._drop(len(buffer) if start is None else start.start())
        if buffer.startswith(_PROMPT):
            offset = self._offset
            self._drop(len(_PROMPT))
            return Prompt(offset)
        end = self._find_line_end()
        if end is not None and end <= self._max_line_bytes:
            return self._take_line(end)
        if len(buffer) > self._max_line_bytes:
            self._discarding = True
            return self._take_line(self._max_line_bytes, overlong=True)
        return None

    def _find_line_end(self) -> int | None:
        """Find the first CR or LF of the buffer, looking at no byte twice."""
        found = _LINE_END.search(self._buffer, self._searched)
        self._searched = len(self._buffer) if found is None else found.start()
        return None if found is None else found.start()

    def _take_line(self, length: int, *, overlong: bool = False) -> Line:
        """Give out the first bytes of the buffer as a line, and drop the byte that ended it."""
        offset = self._offset
        text = bytes(self._buffer[:length]).replace(_NUL, b"").rstrip(_BLANKS)
        if not overlong:
            ended_by_cr = self._buffer[length] == _CR
            self._connect_lf_due = ended_by_cr and text[: len(_CONNECT)].upper() == _CONNECT
            length += 1
        self._drop(length)
        return Line(text, offset, overlong)

    def _drop(self, length: int) -> None:
        del self._buffer[:length]
        self._offset += length
        self._searched = 0

    # -------------------------------------------------------------- online data state

    def _next_in_data_state(self, expected: _Expectation) -> Payload | None:
        buffer = self._buffer
        if self._connect_lf_due:
            if not buffer:
                return None
            self._connect_lf_due = False
            if buffer[0] == _LF:
                self._drop(1)
        due = None if expected.count is None else expected.count - self._taken
        if expected.pattern is None:
            if due is not None and due <= len(buffer):
                return self._end_payload(due, complete=True)
            return self._take_payload(len(buffer))
        early = self._find_early_end(expected.needle, due)
        if early is not None:
            if buffer.startswith(expected.needle, early):
                return self._end_payload(early, behind=len(expected.pattern), complete=True)
            return self._take_payload(early)  # undecided until more bytes come
        if due is None or len(buffer) < due:
            return self._take_payload(len(buffer))
        tail = bytes(buffer[due : due + len(expected.pattern)])
        if tail == expected.pattern:
            return self._end_payload(due, behind=len(tail), complete=True)
        if expected.pattern.startswith(tail):
            return self._take_payload(due)
        return self._end_payload(due, complete=False)

    def _find_early_end(self, needle: bytes, due: int | None) -> int | None:
        """Find where the needle begins, or may turn out to, before *due* bytes are taken.

        Every start is tried, also inside a start that failed: ``---EOF--Pattern--`` is a
        payload of one dash.
        """
        buffer = self._buffer
        beyond = len(buffer) if due is None else min(due, len(buffer))  # no start from here on
        found = buffer.find(needle, 0, beyond + len(needle) - 1)
        if found >= 0:
            return found
        start = max(0, len(buffer) - len(needle) + 1)
        while (start := buffer.find(needle[:1], start, beyond)) >= 0:
            if needle.startswith(bytes(buffer[start:])):
                return start
            start += 1
        return None

    def _take_payload(self, length: int) -> Payload | None:
        """Give out the first bytes of the buffer as payload that goes on; None for none."""
        if not length:
            return None
        piece = Payload(bytes(self._buffer[:length]), self._offset)
        self._drop(length)
        self._taken += length
        return piece

    def _end_payload(self, length: int, *, complete: bool, behind: int = 0) -> Payload:
        """Give out the last piece, drop the pattern behind it, and return to command state."""
        data = bytes(self._buffer[:length])
        piece = Payload(data, self._offset, last=True, complete=complete)
        self._drop(length + behind)
        self._enter_command_state()
        return piece

    def _enter_command_state(self) -> None:
        self._expectation = None
        self._taken = 0
        self._searched = 0
