"""The review page: a capture, what replay found in it, and the drawings, in one file of HTML."""

from __future__ import annotations

from atfsm.view.comparison import compare_page
from atfsm.view.review import LINES_AT_MOST, review

__all__ = ["LINES_AT_MOST", "compare_page", "review"]
