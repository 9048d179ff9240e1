"""The last physical lines of a log, for the few explanations that look at one again.

Payload passes the fast way unread: nobody looks at its length. Where the modem complains of that
length, the line that showed the payload is looked at once more.
"""

from __future__ import annotations

import re
from typing import Final

from atfsm.replay.formats import Format
from atfsm.replay.ledger import Passed
from atfsm.replay.payload import Held

#: Lines that are kept; ours: CONNECT, payload, result and what the modem says soon after.
LINES_AT_MOST: Final = 64
#: Payload of which a logger that shows text shows every byte: no blank at its ends, no escape.
_PLAIN: Final = re.compile(rb"[!-\[\]-~](?:[ -\[\]-~]*[!-\[\]-~])?")


class Shown:
    """The last lines of one log.

    Args:
        capture_format: How the log is written.
    """

    def __init__(self, capture_format: Format) -> None:
        self._format = capture_format
        self._lines: list[bytes] = []
        self._first = 1

    def feed(self, lines: list[bytes]) -> None:
        """Take the next lines, to be looked at before the next call."""
        kept = self._lines[-LINES_AT_MOST:]
        self._first += len(self._lines) - len(kept)
        self._lines = kept + lines

    def payload(self, line: int, pattern: bytes) -> Passed | None:
        """A payload that stands on a line of its own, up to the last end pattern.

        Args:
            line: Physical line.
            pattern: The end pattern in force.

        Returns:
            None where the log does not show every byte of it, or the line is gone.
        """
        index = line - self._first
        if not self._format.whole or not 0 <= index < len(self._lines):
            return None
        raw = self._lines[index]
        moment = self._format.stamp_of(raw)
        said = self._format.text_of(raw if moment is None else raw[moment[1] :])
        if said is None or Held.end_in(said[1], pattern) != b"":
            return None
        payload = said[1][: said[1].rfind(pattern)]
        is_bare = b"  " + payload not in raw  # a blank before it may be its own
        if not is_bare or not _PLAIN.fullmatch(payload):
            return None
        within = payload.find(pattern)
        return Passed(line, len(payload), has_end=True, pattern_at=within if within >= 0 else None)
