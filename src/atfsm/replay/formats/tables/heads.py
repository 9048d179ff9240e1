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
