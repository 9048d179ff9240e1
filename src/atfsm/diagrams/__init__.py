"""Drawings of the charts, for design reviews: DOT text, and pictures made of it by Graphviz."""

from __future__ import annotations

from atfsm.diagrams.coupling import draw_coupling
from atfsm.diagrams.draw import draw
from atfsm.diagrams.files import (
    DRAWINGS,
    all_drawings,
    check,
    check_format,
    write,
    write_traffic,
)
from atfsm.diagrams.layout import FORMATS, lay_out
from atfsm.diagrams.traffic import Traffic

__all__ = [
    "DRAWINGS",
    "FORMATS",
    "Traffic",
    "all_drawings",
    "check",
    "check_format",
    "draw",
    "draw_coupling",
    "lay_out",
    "write",
    "write_traffic",
]
