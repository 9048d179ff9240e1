"""Replay: a captured log, judged by the charts."""

from __future__ import annotations

from atfsm.replay.report import Report, Standing, Verdict, Wobble
from atfsm.replay.session import Session, replay
from atfsm.replay.trace import Seen, Trace

__all__ = ["Report", "Seen", "Session", "Standing", "Trace", "Verdict", "Wobble", "replay"]
