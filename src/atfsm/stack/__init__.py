"""The whole: where the charts meet, and what drives them on a live line."""

from __future__ import annotations

from atfsm.stack.config import Config, Spacing
from atfsm.stack.coupling import COUPLING, TABLED, Couple
from atfsm.stack.driver import Stack
from atfsm.stack.memory import Memory
from atfsm.stack.outputs import (
    Answered,
    AskReset,
    Cause,
    Closed,
    CutPower,
    Injected,
    InService,
    LimitPassed,
    Moved,
    NeedsHuman,
    Opened,
    Output,
    PeerClosed,
    Read,
    Received,
    Remember,
    Reset,
    Rung,
    Sent,
    Unsent,
    Waiting,
    Written,
)
from atfsm.stack.whole import NEW, Move, Place, Whole

__all__ = [
    "COUPLING",
    "NEW",
    "TABLED",
    "Answered",
    "AskReset",
    "Cause",
    "Closed",
    "Config",
    "Couple",
    "CutPower",
    "InService",
    "Injected",
    "LimitPassed",
    "Memory",
    "Move",
    "Moved",
    "NeedsHuman",
    "Opened",
    "Output",
    "PeerClosed",
    "Place",
    "Read",
    "Received",
    "Remember",
    "Reset",
    "Rung",
    "Sent",
    "Spacing",
    "Stack",
    "Unsent",
    "Waiting",
    "Whole",
    "Written",
]
