"""The drawings of a page: the same as `atfsm diagram` draws, made to stand side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from html import escape
from typing import Final

from atfsm.chart import Chart
from atfsm.diagrams import draw, lay_out

_PROLOG: Final = re.compile(r"\A.*?(?=<svg)", re.DOTALL)
_COMMENT: Final = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_ID: Final = re.compile(r' id="([^"]*)"')


def figures(charts: Iterable[Chart]) -> str:
    """Draw charts, one figure each."""
    return "\n".join(figure(chart) for chart in charts)


@cache
def figure(chart: Chart) -> str:
    """Draw one chart; every id begins with the name of the chart."""
    svg = lay_out(draw(chart)).decode()
    svg = _COMMENT.sub("", _PROLOG.sub("", svg)).strip()
    svg = _ID.sub(lambda found: f' id="{chart.name}-{found[1].replace("&#45;", "-")}"', svg)
    label = escape(f"{chart.title}: {chart.about}")
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
    return (
        f'<figure class="drawing" data-chart="{chart.name}">'
        f"<figcaption>{escape(chart.title)}</figcaption>{svg}</figure>"
    )
