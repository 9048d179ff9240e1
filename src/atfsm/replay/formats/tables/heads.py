"""What the rows of the tables are put together from: what stands at the head of a line."""

from __future__ import annotations

import re
from typing import Final

# What may stand before everything else: a byte order mark, indentation, colours; and the mark of
# a quotation in a thread, which is not a direction.
# Quantifiers that could share a long run of blanks are possessive: no line may take a minute.
LEAD: Final = rb"(?:\xef\xbb\xbf)?(?:[ \t]|\x1b\[[\d;]*+m)*+"
QUOTE: Final = LEAD + rb"(?:>(?:[ \t]|(?=[\[\dTtRr]))|[ \t])*+"
ZONE: Final = rb"(?:Z|[+-]\d\d:?\d\d)?"

# A terminal program that stamps lines does so with the lines of a device that has a clock of its
# own. The device's is kept: it is nearer to the wire, as the line waited in a buffer and on the
# port before the terminal saw it, and the terminal's stamps come in the steps of its reads.
_HOST_TIME: Final = (
    rb"[\[(]?(?:\d{4}[-/.]\d\d?[-/.]\d\d?[T ])?\d{1,2}:\d\d:\d\d(?:[.,:]\d{1,9})?"
    + ZONE
    + rb"[\])]?"
)
_APART: Final = rb"(?:[ \t]*+(?:->|[-|])[ \t]*+|[ \t]++)"
#: One stamp of a viewer, or none, before the device's own line.
VIEWER: Final = LEAD + rb"(?:" + _HOST_TIME + _APART + rb")?"
#: The stamp of a viewer where the device has no clock: the only one there is.
VIEWER_ONLY: Final = LEAD + rb"[\[(]?%b" + ZONE + rb"[\])]?" + _APART
#: A stamp of a viewer, or the mark of a quotation, before a line that has no head of its own.
BEFORE_BARE: Final = re.compile(rb"^(?:%b(?:%b|$)|(?:>[ \t]+)++(?=\S))" % (_HOST_TIME, _APART))

#: A group that never takes part: the format has no mark for this side.
NEVER: Final = rb"(?!)"


def marks(shape: bytes) -> re.Pattern[bytes]:
    """Compile what follows the stamp, whatever stands before it."""
    return re.compile(LEAD + shape, re.DOTALL)


def utf8_or_gbk(text: str) -> bytes:
    """Write *text* as an expression that fits both encodings of a Chinese tool."""
    return rb"(?:%b|%b)" % (re.escape(text.encode()), re.escape(text.encode("gbk")))


def lines(*texts: str) -> bytes:
    """Put the lines of an example together."""
    return "".join(text + "\n" for text in texts).encode()
