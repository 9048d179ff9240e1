"""The columns of a results file: one row a capture, and one row a wobble of it, behind it.

The rows of a capture and of its wobbles share the first columns, so that a question to either
needs no join. `COLUMNS` is the one place that says which columns there are.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, NamedTuple, TypeAlias

SCHEMA: Final = "atfsm.fleet/1"


class Record(StrEnum):
    """What a row tells of."""

    CAPTURE = "capture"
    WOBBLE = "wobble"


class Outcome(StrEnum):
    """What can be said of a capture: the verdicts of a replay, and two more."""

    CLEAN = "clean"
    WOBBLE = "wobble"
    UNDECIDED = "undecided"
    UNREADABLE = "unreadable"  #: it could not be opened
    FAILED = "failed"  #: what read it died, or met a bug of ours


class Kind(StrEnum):
    """Type of a column, in words that the documentation uses."""

    WORD = "string, of few values"  #: dictionary-coded
    TEXT = "string"
    NUMBER = "int64"
    TEXTS = "list of string"
    NUMBERS = "list of int64"


class Column(NamedTuple):
    """One column.

    Attributes:
        name: Its name.
        kind: Its type.
        about: What it says.
    """

    name: str
    kind: Kind
    about: str


# fmt: off
#: What rows of both records say.
SHARED: Final = (
    Column("record",       Kind.WORD,    "`capture` or `wobble`"),
    Column("capture",      Kind.TEXT,    "name of the capture, as given or as found in a folder"),
    Column("folder",       Kind.WORD,    "the folder that it lies in; empty for the current one"),
    Column("model",        Kind.WORD,    "what the modem answered to `AT+CGMM`, `AT+GMM` or `ATI`; null where the capture does not show it"),
    Column("firmware",     Kind.WORD,    "the first word of what it answered to `AT+CGMR`, `AT+GMR` or `ATI`"),
    Column("device",       Kind.WORD,    "12 hexadecimal digits that stand for its IMEI"),
    Column("verdict",      Kind.WORD,    "of the capture: `clean`, `wobble`, `undecided`, `unreadable` or `failed`"),
)
#: What only the row of a capture says; null in the others.
OF_CAPTURE: Final = (
    Column("reason",       Kind.TEXT,    "why it is `unreadable` or `failed`"),
    Column("format",       Kind.WORD,    "its capture format; empty where none fits"),
    Column("lines",        Kind.NUMBER,  "physical lines"),
    Column("events",       Kind.NUMBER,  "commands, results, information texts, URCs and payloads"),
    Column("wobble_count", Kind.NUMBER,  "how many wobbles it has; the first 5,000 have rows"),
    Column("notes",        Kind.TEXTS,   "what else is to be known, in sentences"),
)
#: What only the row of a wobble says; null in the others.
OF_WOBBLE: Final = (
    Column("number",       Kind.NUMBER,  "which wobble of its capture, from 1"),
    Column("line",         Kind.NUMBER,  "physical line that decided it"),
    Column("since_line",   Kind.NUMBER,  "line on which the machine entered the state"),
    Column("machine",      Kind.WORD,    "`line`, `modem`, `pdp`, `tcp` or `udp`"),
    Column("key",          Kind.WORD,    "session id or profile; `?` where the capture never shows it"),
    Column("generation",   Kind.NUMBER,  "which session of that id, from 1"),
    Column("state",        Kind.WORD,    "where the machine stood"),
    Column("kind",         Kind.WORD,    "`refused`, `dropped`, `silent`, `out_of_step` or `swept`"),
    Column("cause",        Kind.WORD,    "code of the explanation; it stays the same over versions"),
    Column("got",          Kind.TEXT,    "what came"),
    Column("expected",     Kind.TEXTS,   "what was due"),
    Column("why",          Kind.TEXT,    "the explanation"),
    Column("do",           Kind.TEXT,    "what to do"),
    Column("evidence",     Kind.NUMBERS, "lines that prove it"),
)
# fmt: on
COLUMNS: Final = (*SHARED, *OF_CAPTURE, *OF_WOBBLE)

#: Rows, column by column: what a batch gives, and what pandas, Polars and Arrow take as it is.
Columns: TypeAlias = dict[str, list[Any]]
Row: TypeAlias = dict[str, Any]
_EMPTY: Final[Row] = {column.name: None for column in COLUMNS}


def no_rows() -> Columns:
    """All columns, without rows."""
    return {column.name: [] for column in COLUMNS}


def add_row(columns: Columns, row: Row) -> None:
    """Add a row; what it does not say is null."""
    full = _EMPTY | row
    for name, values in columns.items():
        values.append(full[name])


def said_of(capture: str, reason: str) -> str:
    """Why a capture has no verdict, with its name: most reasons begin with it."""
    return reason if reason.startswith(f"{capture}:") else f"{capture}: {reason}"
