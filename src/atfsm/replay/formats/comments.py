"""Notes that somebody wrote into a capture (shape 2), and markup around it.

A note may sit on a command, on an answer or alone, and may contain ERROR or OK. What looks like
a note inside quotes, in an address or in markup that was transferred is data.
"""

from __future__ import annotations

import re
from typing import Final

from atfsm.replay.formats.looks import is_at, is_final

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


NOTED_AT_MOST: Final = 1_000  # ours: nobody annotates a longer line
#: A note behind what it speaks of: an arrow that points back, words in parentheses, a dash.
_BEHIND: Final = re.compile(
    rb"(?<![ \t])(?P<gap>[ \t]++)(?:(?P<arrow><-{1,3}(?![->])|<={1,3}(?![=>]))|\([^()]{1,200}\)\s*$|(?P<dash>-{1,2}[ ]))"
)
#: Nothing that is complete ends like this.
_GOES_ON: Final = b",:(=-"


def without_notes(text: bytes) -> bytes:
    """Take the notes out of one line.

    >>> without_notes(b"+CME ERROR: 10 //no SIM found")
    b'+CME ERROR: 10 '
    >>> without_notes(b'AT+SHCONF="URL","https://example.com"')
    b'AT+SHCONF="URL","https://example.com"'
    >>> without_notes(b"CONNECT <- send the data")
    b'CONNECT'
    """
    if _LINE_NOTE.match(text) or _SENTENCE.match(text):
        return b""
    text = _without_pointer(text)
    if (b"//" not in text and b"/*" not in text) or _TRANSFERRED.match(text):
        return text
    tight = _TIGHT.match(text.lstrip()) is not None

    def cut(found: re.Match[bytes]) -> bytes:
        kind = found.lastgroup
        return found[0] if kind == "quoted" or (kind == "tight" and not tight) else b""

    return _TOKEN.sub(cut, text)


def _without_pointer(text: bytes) -> bytes:
    """Cut a note behind a command or an answer, where it can be nothing else.

    Behind a result that is certain; others may hold what looks like one, in quotes or with a
    single blank before it.
    """
    if len(text) > NOTED_AT_MOST or not (b" <" in text or b"  " in text or b"\t" in text):
        return text
    for found in _BEHIND.finditer(text):
        said = text[: found.start()].lstrip()
        if said[-1:] in _GOES_ON or said.count(b'"') % 2:
            continue
        is_apart = len(found["gap"]) > 1 or b"\t" in found["gap"]
        is_pointed = found["arrow"] is not None and (is_apart or len(found["arrow"]) > 2)
        if is_final(said) and (is_apart or found["arrow"] is not None):
            return text[: found.start()]
        if is_at(said) and found["dash"] is None and (is_pointed or is_apart):
            return text[: found.start()]
    return text
