"""How far the clocks of two files are apart, one of which shows commands and the other answers.

Two machines, or two programs, wrote them: their clocks may differ by half a second, or by the
hours between UTC and local time. An answer cannot come before its command, nor behind the next
one: a few exchanges leave little room for the difference.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from atfsm.replay.formats.looks import is_command, is_final

LOOKED_AT: Final = 400  # ours: lines of each file
FEWEST: Final = 2  # ours: exchanges that may prove a difference
#: Ours: of the exchanges, the share that has to be out of order before clocks are doubted.
DOUBTED: Final = 0.5
#: Ours: an answer comes so long behind its command, where there is room.
ANSWERS_IN_S: Final = 0.02
ENDED_S: Final = 180.0  # ours: no answer comes so long behind its command

_NAME: Final = re.compile(rb"[Aa][Tt]([+#$%!*^&][A-Za-z0-9_]+)")

Said = tuple[float, bytes]  #: when, and what


class Exchange(NamedTuple):
    """A command, when its answer began and ended, and when the next command went out.

    Attributes:
        asked_s: When the command went out.
        began_s: When its answer began.
        ended_s: When its result came.
        next_s: When the next command went out.
        is_its: Whether the answer bears its name; None: it bears none.
    """

    asked_s: float
    began_s: float
    ended_s: float
    next_s: float
    is_its: bool | None

    @property
    def is_in_order(self) -> bool:
        """Whether the answer stands where an answer has to."""
        return self.asked_s <= self.began_s and self.ended_s <= self.next_s


def apart_s(sent: Sequence[Said], received: Sequence[Said]) -> float | None:
    """What to add to the times of what was received, judged by the heads of both files.

    Commands and results are paired in order, which goes wrong where a modem left one unanswered;
    so the pairs prove something only where answers bear the names of their commands.

    Returns:
        0 where the clocks agree, or nothing can be said; None where they cannot agree.
    """
    exchanges = _exchanges(sent, received)
    wrong = sum(not each.is_in_order for each in exchanges)
    if not exchanges or wrong < DOUBTED * len(exchanges):
        return 0.0
    named = {each.is_its for each in exchanges} - {None}
    if len(exchanges) >= FEWEST and named == {True}:
        least_s = max(each.asked_s - each.began_s for each in exchanges)
        most_s = min(each.next_s - each.ended_s for each in exchanges)
        if least_s <= most_s:
            return least_s + min(ANSWERS_IN_S, (most_s - least_s) / 2)
    return None if _are_disjoint(sent, received) else 0.0


def _are_disjoint(sent: Sequence[Said], received: Sequence[Said]) -> bool:
    """Whether one file ends before the other begins."""
    asked_s = [time_s for time_s, _ in sent]
    heard_s = [time_s for time_s, _ in received]
    return max(heard_s) < min(asked_s) or min(heard_s) > max(asked_s) + ENDED_S


def _exchanges(sent: Sequence[Said], received: Sequence[Said]) -> list[Exchange]:
    """Pair commands with results, in order, up to the first transfer of data."""
    asked = [(time_s, text) for time_s, text in sent if is_command(text)]
    names = {name for _, text in asked if (name := _name_of(text))}
    found: list[Exchange] = []
    began_s: float | None = None
    is_its: bool | None = None
    for time_s, text in received:
        if len(found) == len(asked) or text.startswith(b"CONNECT"):
            break
        asked_s, command = asked[len(found)]
        named = text.partition(b":")[0].upper()
        if text == command or (named in names and is_its is None):
            is_its = text == command or named == _name_of(command)
            began_s = time_s if began_s is None else began_s
        if is_final(text):
            next_s = asked[len(found) + 1][0] if len(found) + 1 < len(asked) else float("inf")
            began_s = time_s if began_s is None else began_s
            found.append(Exchange(asked_s, began_s, time_s, next_s, is_its))
            began_s = is_its = None
    return found


def _name_of(command: bytes) -> bytes:
    found = _NAME.match(command)
    return b"" if found is None else found[1].upper()
