"""The table of causes: what a wobble means, and what to do about it.

The first row that fits a wobble speaks. A row for a code stands before a row for a state, and a
narrow row before a wide one; ``tests/replay/test_causes.py`` sees to it. Every cell of a chart
that can wobble has a row, and where a cause is not known, the row says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from atfsm.fact import Fact
from atfsm.replay.causes import sockets, tcp, udp
from atfsm.replay.causes.advice import REMEDY
from atfsm.replay.causes.line import LINE
from atfsm.replay.causes.model import Cause
from atfsm.replay.causes.modem import MODEM
from atfsm.replay.causes.pdp import PDP
from atfsm.replay.causes.refusals import REFUSALS

__all__ = ["CAUSES", "CAUSES_BY_CODE", "CAUSES_OF", "REMEDY", "Cause"]

CAUSES: Final[tuple[Cause, ...]] = (
    *LINE,
    *MODEM,
    *PDP,
    *REFUSALS,
    *tcp.BROKEN,
    *sockets.NOTIFICATIONS,
    *tcp.LOSSES,
    *udp.LOSSES,
    *sockets.SILENCE,
    *tcp.SILENCE,
    *udp.SILENCE,
    *sockets.ANY_SILENCE,
    *sockets.OUT_OF_PLACE,
    *tcp.OUT_OF_STEP,
    *udp.OUT_OF_STEP,
    *sockets.TAKEN_ALONG,
)

#: The rows by their codes.
CAUSES_BY_CODE: Final[Mapping[str, Cause]] = MappingProxyType({row.code: row for row in CAUSES})

#: The rows that explain a fact, in their order.
CAUSES_OF: Final[Mapping[Fact, tuple[Cause, ...]]] = MappingProxyType(
    {
        fact: tuple(row for row in CAUSES if fact in row.facts)
        for fact in dict.fromkeys(fact for row in CAUSES for fact in row.facts)
    }
)
