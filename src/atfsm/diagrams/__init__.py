"""Drawings of the charts, for design reviews: DOT text, and pictures made of it by Graphviz."""

from __future__ import annotations

from atfsm.diagrams.coupling import draw_coupling
from atfsm.diagrams.draw import draw
from atfsm.diagrams.files import DRAWINGS, all_drawings, check, write
from atfsm.diagrams.layout import FORMATS, lay_out

__all__ = [
    "DRAWINGS",
    "FORMATS",
    "all_drawings",
    "check",
    "draw",
    "draw_coupling",
    "lay_out",
    "write",
]
