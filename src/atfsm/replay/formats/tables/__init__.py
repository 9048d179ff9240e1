"""The formats, one entry each: what a logger writes around the wire, as data.

Numbers of shapes are those of the list of capture formats in the documentation. The order
decides between formats that fit equally well: what says more about itself stands first.
"""

from __future__ import annotations

from typing import Final

from atfsm.errors import CaptureError
from atfsm.replay.formats.model import Format
from atfsm.replay.formats.tables.devices import DEVICES
from atfsm.replay.formats.tables.hosts import HOSTS
from atfsm.replay.formats.tables.terminals import TERMINALS
from atfsm.replay.formats.tables.tools import TOOLS

#: All of them.
FORMATS: Final[tuple[Format, ...]] = (*TOOLS, *HOSTS, *DEVICES, *TERMINALS)

_BY_NAME: Final = {entry.name: entry for entry in FORMATS}


def format_named(name: str) -> Format:
    """Find the format that the user named.

    Raises:
        CaptureError: There is no such format; the message lists those that there are.
    """
    entry = _BY_NAME.get(name)
    if entry is None:
        known = ", ".join(sorted(_BY_NAME))
        raise CaptureError(f"there is no capture format {name!r}; there are: {known}")
    return entry
