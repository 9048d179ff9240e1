"""Commands of a capture that does not say who wrote a line, kept until an answer is read.

Commands alone prove nothing there: the answers may stand behind a mark that the format does not
know, or in another file. Charged with silence would be a modem that may have answered well.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from typing import Final

from atfsm.replay.formats import Format
from atfsm.replay.formats.looks import is_answer, is_command, is_final
from atfsm.replay.records import Record

#: Ours: so many commands without an answer are one format's fault rather than one modem's.
FEWEST: Final = 2
KEPT_AT_MOST: Final = 400  # ours: records; what is older moves nothing by now
_NUMERIC: Final = re.compile(rb"\d")  # a final result of a modem that was told ATV0


class Unanswered:
    """Keeps the records of one capture, from its first command to its first answer.

    Args:
        capture_format: How it is written; only where that says no side is anything kept.

    Attributes:
        is_over: Whether an answer was read, and nothing is kept any more.
        commands: How many commands were read before.
    """

    def __init__(self, capture_format: Format) -> None:
        self.is_over = not capture_format.says_no_side
        self.commands = 0
        self._last = b""
        self._kept: deque[Record] = deque(maxlen=KEPT_AT_MOST)

    @property
    def held_from(self) -> int | None:
        """The line of the first record that is kept; None: none is."""
        return self._kept[0].line if self._kept else None

    @property
    def notes(self) -> list[str]:
        """Why nothing was judged, where nothing was."""
        if not self.are_unanswered:
            return []
        return [
            f"{self.commands} commands were read and no answer to any of them, so nothing is judged. "
            "Either this format does not show the answers, or they are not in the capture."
        ]

    @property
    def are_unanswered(self) -> bool:
        """Whether there are commands to which no answer can be read."""
        return not self.is_over and self.commands >= FEWEST

    def passed(self, records: Sequence[Record]) -> Sequence[Record]:
        """Keep what is read, or give it with all that was kept."""
        if self.is_over:
            return records
        given: list[Record] = []
        for record in records:
            if is_command(record.data):
                # The same once more is its echo.
                self.commands += record.data != self._last
                self._last = record.data
            elif _answers(record.data):
                self.is_over = True
            if self.commands:
                self._kept.append(record)
            else:
                given.append(record)
        return [*given, *self._all()] if self.is_over else given

    def close(self) -> Sequence[Record]:
        """The capture ends: a single command may be judged, more without an answer may not."""
        return self._all() if self.commands < FEWEST else ()

    def _all(self) -> list[Record]:
        kept = list(self._kept)
        self._kept.clear()
        return kept


def _answers(text: bytes) -> bool:
    return is_answer(text) or is_final(text) or _NUMERIC.fullmatch(text) is not None
