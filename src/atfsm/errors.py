"""The exception family, by who is to blame.

The caller gets an exception; the modem gets a wobble; our own mistakes are
``AssertionError`` and are never caught.
"""

from __future__ import annotations

from typing import Protocol


def first_line(error: BaseException) -> str:
    """What an error of somebody else's says, on one line: its kind where it says nothing."""
    return next(iter(str(error).splitlines()), type(error).__name__)


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


class ResultsError(AtfsmError):
    """Results of a fleet replay cannot be written, resumed or read, or what does so is missing.

    The message is one line that says what, where, and what to do.
    """


class DrawingError(AtfsmError):
    """A drawing cannot be laid out, or what is on disk is not what the charts say."""


class PageError(AtfsmError):
    """A page cannot be written; the message says which file, and why."""


# ------------------------------------------------------------------ while a modem is driven


class Blame(Protocol):
    """What an exception knows of a reset: `atfsm.stack.outputs.Cause` is one."""

    @property
    def machine(self) -> str:
        """Name of the chart that wobbled."""

    @property
    def state(self) -> str:
        """The state in which it wobbled."""

    @property
    def kind(self) -> str:
        """What kind of wobble it was: refused, dropped, silent, out_of_step, swept."""

    @property
    def line(self) -> str:
        """The line that said so, or what passed in silence."""

    @property
    def lines(self) -> tuple[str, ...]:
        """The last lines of the wire, oldest first."""


class ModemError(AtfsmError):
    """Base of what is raised while a modem is driven. The modem is looked after all the same."""


class ModemClosed(ModemError):  # noqa: N818  named as the states are: what it is like
    """The modem was closed, by the application or because atfsm has a bug (then: from what)."""


class SocketClosed(ModemError):  # noqa: N818  as above
    """The socket is closed for good: the application closed it, or its peer did."""


class SocketReset(ModemError):  # noqa: N818  as above
    """The connection was lost and is built up again; the same socket object goes on.

    Attributes:
        cause: What wobbled, and why.
        may_have_left: Whether the modem may have taken bytes of the send that raises this.
        unread: What had come on the lost connection and was not read: kept apart from what
            comes on the next one.
    """

    def __init__(self, cause: Blame, may_have_left: bool = False, unread: bytes = b"") -> None:  # noqa: FBT001, FBT002  positional, so that it pickles
        super().__init__(cause, may_have_left, unread)
        self.cause = cause
        self.may_have_left = may_have_left
        self.unread = unread

    @property
    def lines(self) -> tuple[str, ...]:
        """The last lines of the wire before the loss, oldest first."""
        return self.cause.lines

    def __str__(self) -> str:
        left = "; bytes may have left" if self.may_have_left else ""
        return f"the connection was reset: {self.cause}{left}"


class SendTimeoutError(ModemError, TimeoutError):
    """The modem did not take the bytes in time.

    Attributes:
        may_have_left: False: nothing of it was written, and it was taken back; it never leaves.
            True: it is being written, and goes on; whether the modem takes it is not told.
    """

    def __init__(self, may_have_left: bool) -> None:  # noqa: FBT001  as above
        super().__init__(may_have_left)
        self.may_have_left = may_have_left

    def __str__(self) -> str:
        if self.may_have_left:
            return "the modem did not take the bytes in time; they may leave all the same"
        return "the modem did not take the bytes in time; the send was taken back"
