"""What every command says alike: exit codes, and messages on stderr."""

from __future__ import annotations

import sys
from typing import Final

CLEAN, WOBBLE, UNUSABLE, UNDECIDED, BUG, INTERRUPTED = 0, 1, 2, 3, 70, 130
#: What a verdict is as an exit code.
CODES: Final = {"clean": CLEAN, "wobble": WOBBLE, "undecided": UNDECIDED}
#: What several captures are together: the worst of them, in this order.
WORST_FIRST: Final = (UNUSABLE, WOBBLE, UNDECIDED, CLEAN)


def complain(message: str) -> None:
    """Say one line on stderr; what it names may be called anything."""
    from atfsm.replay.printable import printable

    print(f"atfsm: {printable(message)}", file=sys.stderr)
