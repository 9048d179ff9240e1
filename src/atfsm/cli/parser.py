"""The parser of the command line: it says what is wrong in one line."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn, TypeAlias

from atfsm.cli.terms import UNUSABLE, complain


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, not in a page of usage."""

    def error(self, message: str) -> NoReturn:
        """Complain, and point to the help."""
        complain(f"{message} (see '{self.prog} --help')")
        sys.exit(UNUSABLE)


#: Where each command adds itself.
Commands: TypeAlias = "argparse._SubParsersAction[Parser]"  # noqa: SLF001  it has no public name
