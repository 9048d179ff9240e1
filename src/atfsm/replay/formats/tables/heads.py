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
#: A zone behind a blank, or by its name.
ZONE_APART: Final = rb"(?:Z| ?[+-]\d\d:?\d\d(?![\d:])| (?:UTC|GMT)(?:[+-]\d{1,2})?)?"
#: Which half of the day it is.
HALF: Final = rb"(?: ?(?P<half>[AaPp])\.?[Mm]\b\.?)?"
#: The priority of a message, as syslog has it on the wire, and the version behind it (RFC 5424).
PRIORITY: Final = rb"(?:<\d{1,3}>(?:1 )?)?"

#: What a program logs between the time and the text: level, names, a place in the source, a
#: thread, each ended by a blank or a mark. As few of them as will do. A number stands behind a
#: name only: elsewhere it is the rest of a damaged stamp.
SOURCE: Final = (
    rb"[ \t:|,-]*+(?:[A-Za-z_$/@#<>\[\]()][\w.$/@#<>\[\]()]{0,47}+[ \t:|,-]{1,8}+"
    rb"(?:\d{1,6}+[ \t:|,-]{1,8}+)?+){0,8}?"
)

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
