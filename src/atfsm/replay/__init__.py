"""Replay: a captured log, judged by the charts."""

from __future__ import annotations

from atfsm.replay.report import Report, Standing, Verdict, Wobble
from atfsm.replay.session import Session, replay

__all__ = ["Report", "Session", "Standing", "Verdict", "Wobble", "replay"]
