"""The whole: where the charts meet."""

from __future__ import annotations

from atfsm.stack.coupling import COUPLING, TABLED, Couple
from atfsm.stack.whole import NEW, Move, Place, Whole

__all__ = ["COUPLING", "NEW", "TABLED", "Couple", "Move", "Place", "Whole"]
