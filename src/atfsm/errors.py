"""The exception family, by who is to blame.

The caller gets an exception; the modem gets a wobble; our own mistakes are
``AssertionError`` and are never caught.
"""

from __future__ import annotations


class AtfsmError(Exception):
    """Base of everything that atfsm raises on purpose."""


class ChartError(AtfsmError):
    """A chart's table contradicts itself; raised when the chart is built, never later.

    Attributes:
        chart: Name of the chart.
        where: State or row at fault, as it stands in the table.
        why: What is wrong and what to do about it.
    """

    def __init__(self, chart: str, where: str, why: str) -> None:
        super().__init__(chart, where, why)
        self.chart = chart
        self.where = where
        self.why = why

    def __str__(self) -> str:
        return f"chart {self.chart!r}, {self.where}: {self.why}"


class CaptureError(AtfsmError):
    """A capture cannot be read: it is missing, torn beyond reading, or no format fits.

    The message is one line that says what, where, and what to do.
    """


class DrawingError(AtfsmError):
    """A drawing cannot be laid out, or what is on disk is not what the charts say."""
