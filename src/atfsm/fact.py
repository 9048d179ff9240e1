"""Facts: what a chart can be told, and what an unlisted one is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, unique
from typing import Final


@unique
class FactKind(Enum):
    """What sort of news a fact is; it decides where an unlisted fact leads."""

    REFUSAL = "refused"  #: a final result that says no where a yes was due
    LOSS = "dropped"  #: something that was there is gone
    SILENCE = "silent"  #: the limit of the state, or of the command in flight, passed
    STEP = "out_of_step"  #: a legal line
    SWEEP = "swept"  #: a neighbour fell and takes this machine along
    ANSWER = "answer"  #: a final result whose content does not matter; unlisted, it is a step
    REQUEST = "request"  #: the host sent a command; unlisted, the modem's answer decides
    RESET = "reset"  #: the way from a wobble state into the full reset


#: The kind of wobble that an unlisted fact of a kind is. The rest wobble nothing.
WOBBLE_OF: Final[Mapping[FactKind, FactKind]] = {
    FactKind.REFUSAL: FactKind.REFUSAL,
    FactKind.LOSS: FactKind.LOSS,
    FactKind.SILENCE: FactKind.SILENCE,
    FactKind.STEP: FactKind.STEP,
    FactKind.ANSWER: FactKind.STEP,
    FactKind.SWEEP: FactKind.SWEEP,
}


class Fact(Enum):
    """Base of each chart's facts: everything that the chart can be told.

    Attributes:
        kind: What sort of news it is.
        wire: The AT text that carries it, with ``<fields>`` as the manuals name them; a leading
            arrow marks what the host sends.
        source: Key of the evidence in ``docs/sources.md``.
    """

    def __init__(self, kind: FactKind, wire: str, source: str) -> None:
        self.kind = kind
        self.wire = wire
        self.source = source

    def __str__(self) -> str:
        return self.name.lower()
