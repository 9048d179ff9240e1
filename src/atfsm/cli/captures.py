"""What every command that reads captures does alike: names into files, and a progress bar."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from atfsm.cli.terms import CLEAN, UNUSABLE, WORST_FIRST, complain
from atfsm.errors import CaptureError

if TYPE_CHECKING:
    from atfsm.replay.capture import Capture

PROGRESS_BYTES: Final = 8 << 20  # ours: smaller captures are done before a bar could be read


def each_of(named: Sequence[str], work: Callable[[str], int]) -> int:
    """Do *work* on every capture that is named; one that cannot be read keeps none from it.

    Args:
        named: Names as the user wrote them: files, folders, globs and URLs of all three. Two files
            that are the two sides of one capture are worked on as one (`atfsm.replay.listing`).
        work: Takes the name of a file, of a pair, or ``-``, and returns an exit code.

    Returns:
        The worst of the exit codes.
    """
    from atfsm.replay.listing import LeftOut, listed

    codes = {CLEAN}
    left_out = LeftOut()
    for each in listed(named, by_one_process=True, left_out=left_out):
        if each.reason:
            complain(each.reason)
            codes.add(UNUSABLE)
            continue
        try:
            codes.add(work(each.name))
        except CaptureError as error:
            complain(str(error))
            codes.add(UNUSABLE)
    if left_out.count:
        complain(str(left_out))
    return next(code for code in WORST_FIRST if code in codes)


class Progress:
    """How far a long replay has come, on stderr, where that is a terminal."""

    def __init__(self, name: str) -> None:
        from atfsm.replay.printable import printable

        self._is_quiet = not sys.stderr.isatty()
        self._name = printable(name)
        self._shown = False

    def show(self, capture: Capture) -> None:
        """Say how much of the file was read."""
        if self._is_quiet or capture.size_bytes < PROGRESS_BYTES:
            return
        part = min(capture.tell_bytes() / capture.size_bytes, 1.0)
        bar = "█" * round(part * 30)
        sys.stderr.write(f"\r{self._name} {bar:░<30} {part:4.0%}")
        sys.stderr.flush()
        self._shown = True

    def clear(self) -> None:
        """Take the bar away."""
        if self._shown:
            sys.stderr.write("\r\x1b[2K")
            sys.stderr.flush()
            self._shown = False
