"""Capture formats: what loggers write around the wire, as a table, and the way back.

`detect` judges the head of a capture, `format_named` finds the format that the user named, and
`Format.reader` reads the capture line by line into `atfsm.replay.records.Record` values.
"""

from __future__ import annotations

from atfsm.replay.formats.detect import HEAD_BYTES, HEAD_LINES, Detection, detect, format_of
from atfsm.replay.formats.marks import Unmarked
from atfsm.replay.formats.model import Format
from atfsm.replay.formats.reader import Reader
from atfsm.replay.formats.tables import FORMATS, format_named

__all__ = [
    "FORMATS",
    "HEAD_BYTES",
    "HEAD_LINES",
    "Detection",
    "Format",
    "Reader",
    "Unmarked",
    "detect",
    "format_named",
    "format_of",
]
