"""Replays bytes, as several tests of replay do."""

from __future__ import annotations

from collections.abc import Callable

from atfsm.replay.report import Report

#: Writes bytes into a file, and replays it.
Replayed = Callable[[bytes], Report]
