"""Payload that passes unread, by the mark before it and the end pattern behind it.

No two payloads are the same, so that none is worth remembering; but a line that differs from one
that was read in its payload only does what that line did. What is told here is told for certain:
wherever a format might read anything into the payload, it has to be read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from atfsm.replay.formats import Format
from atfsm.replay.formats.marks import LINE_AT_MOST
from atfsm.replay.formats.spelling import without_source

#: How an expression ends in which what stands behind the mark is the text: whatever it is, or
#: whatever holds no spelled control characters.
_TEXT: Final = (b"(?P<text>.*)", b"(?P<text>(?!.{0,200}<(?:CR|LF)>).*)")
#: What nothing takes for a part of the mark, for markup, a line end, a colour or a page's blank.
_PAYLOAD: Final = rb"(?![\s>`~\[])[^<\r\n\x1b\xc2\xe2\xef]{0,%d}"


def payloads_like(
    tail: bytes, text: bytes, pattern: bytes, way: Format
) -> Callable[[bytes], object] | None:
    """Make what tells the tails of other payloads.

    Args:
        tail: The line of a payload, behind its stamp.
        text: What is read in it.
        pattern: The end pattern.
        way: The format that reads it.

    Returns:
        What is true of tails only in which *way* reads the same but for the payload; None where
        that cannot be told.
    """
    mark, found, end = tail.rpartition(text)
    is_verbatim = way.marks is not None and way.marks.pattern.endswith(_TEXT)
    # Where in its source a program logged the line stands behind the end pattern, and is known.
    is_respelled = way.spelling not in {None, without_source}
    is_changed = way.noise or way.notes or way.breaks or is_respelled
    if not found or not is_verbatim or is_changed or not text.endswith(pattern):
        return None
    end = pattern + end
    size = max(LINE_AT_MOST - len(mark) - len(end), 0)
    return re.compile(re.escape(mark) + _PAYLOAD % size + re.escape(end)).fullmatch
