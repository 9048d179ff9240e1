"""Notes that somebody wrote into a capture (shape 2), and markup around it.

A note may sit on a command, on an answer or alone, and may contain ERROR or OK. What looks like
a note inside quotes, in an address or in markup that was transferred is data.
"""

from __future__ import annotations

import re
from typing import Final

#: What a modem or a terminal writes at the head of a line, where a note may follow unspaced.
_TIGHT: Final = re.compile(rb"(?:AT|at)[^\w\s]|(?:OK|ERROR|\+CM[ES] ERROR: ?\d+)//")

#: Text of the transferred kind: markup, JSON, HTTP.
_TRANSFERRED: Final = re.compile(rb"\s*[<{}\[]|.*HTTP/\d")

_TOKEN: Final = re.compile(
    rb"""(?P<quoted>"[^"]*")"""
    rb"""|(?P<block>(?:^|(?<=\s))(?:/\*(?!/).*?(?:\*/|$)|\*/(?![*,;]).{0,200}?(?:/\*|\*/)\s*+$))"""
    rb"""|(?P<spaced>(?:^|(?<=\s))(?<!:[ ])//.*)"""
    rb"""|(?P<tight>(?<![:/])//(?!/).*)""",
    re.DOTALL,
)

#: ``#NAME:`` and ``#NAME`` on its own are a modem's (Telit); other lines with # are notes.
_LINE_NOTE: Final = re.compile(rb"\s*(?:;|#(?![A-Z0-9_]+(?::|\s*$)))")

#: The name of a command and then a sentence: the rest of a note that was wrapped. No command line
#: has a letter outside ASCII, or two words of prose, straight behind the name.
_SENTENCE: Final = re.compile(
    rb"[Aa][Tt][+#$%!*^&][A-Za-z0-9_]{1,30}\??[ \t]+(?:[\xc2-\xf4]|[a-z]{2,}[ \t]+[a-z]{2,})"
)


def without_notes(text: bytes) -> bytes:
    """Take the notes out of one line.

    >>> without_notes(b"+CME ERROR: 10 //no SIM found")
    b'+CME ERROR: 10 '
    >>> without_notes(b'AT+SHCONF="URL","https://example.com"')
    b'AT+SHCONF="URL","https://example.com"'
    """
    if _LINE_NOTE.match(text) or _SENTENCE.match(text):
        return b""
    if (b"//" not in text and b"/*" not in text) or _TRANSFERRED.match(text):
        return text
    tight = _TIGHT.match(text.lstrip()) is not None

    def cut(found: re.Match[bytes]) -> bytes:
        kind = found.lastgroup
        return found[0] if kind == "quoted" or (kind == "tight" and not tight) else b""

    return _TOKEN.sub(cut, text)
