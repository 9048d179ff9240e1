r"""Texts of a capture as a page shows them: decoded, with every odd character as an escape.

>>> shown(b"+CME ERROR: 923\r\n")
'+CME ERROR: 923<CR><LF>'
>>> shown("\x00\N{RIGHT-TO-LEFT OVERRIDE}evil".encode())
'\\x00\\u202eevil'
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Final, NamedTuple

from atfsm.replay.driven import words_of
from atfsm.stack.outputs import Moved, Output
from atfsm.stack.written import Run

#: Characters of a text that are shown, and how many more are kept until secrets are hidden: a
#: secret at the cut must not be halved.
SHOWN_CHARS: Final = 400
SPARE_CHARS: Final = 128
KEPT_CHARS: Final = SHOWN_CHARS + SPARE_CHARS

#: Control characters, and those that are invisible or turn the direction of writing.
_ODD: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
#: How bytes that are no UTF-8 are decoded, one by one, and come back.
_BYTEWISE: Final = "surrogateescape"
#: What stands between two pieces of the wire on one line.
BETWEEN: Final = "\r"
_NAMED: Final = {"\r": "<CR>", "\n": "<LF>", "\t": "<TAB>"}
#: Fields of a journal's entries that hold nothing of the wire.
_PLAIN: Final = (
    "handle",
    "generation",
    "ticket",
    "bytes",
    "may_have_left",
    "rung",
    "until_s",
    "why",
)


class Kept(NamedTuple):
    """The beginning of a text.

    Attributes:
        text: At most `KEPT_CHARS` of it; bytes that are no UTF-8 stand in it as lone surrogates.
        unread: How many bytes follow.
    """

    text: str
    unread: int = 0


def kept(text: bytes) -> Kept:
    """Decode a text, as much of it as is kept."""
    begun = text[: 4 * KEPT_CHARS].decode("utf-8", _BYTEWISE)[:KEPT_CHARS]
    return Kept(begun, len(text) - _size_bytes(begun))


def joined(texts: list[Kept]) -> Kept:
    """Several pieces of the wire as one text."""
    if len(texts) == 1:
        return texts[0]
    text = BETWEEN.join(kept.text for kept in texts)
    unread = sum(kept.unread for kept in texts) + _size_bytes(text[KEPT_CHARS:])
    return Kept(text[:KEPT_CHARS], unread)


def _size_bytes(text: str) -> int:
    return len(text.encode("utf-8", _BYTEWISE))


def shown(text: bytes) -> str:
    """A whole text, decoded and escaped."""
    return escaped(text.decode("utf-8", _BYTEWISE))


def escaped(text: str) -> str:
    """Write characters that nobody would see as escapes."""
    return _ODD.sub(_escape, text) if _ODD.search(text) else text


def _escape(found: re.Match[str]) -> str:
    char = found[0]
    number = ord(char)
    if char in _NAMED:
        return _NAMED[char]
    if 0xDC80 <= number <= 0xDCFF:  # a byte that is no UTF-8
        number -= 0xDC00
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def cut(text: Kept, hide: Callable[[str], str]) -> str:
    """Cut a text where it is long, and say how much is not shown.

    Args:
        text: What was kept of it.
        hide: What hides secrets in it.
    """
    more = text.unread + _size_bytes(text.text[SHOWN_CHARS:])
    hidden = hide(text.text)
    if not more:
        return escaped(hidden)
    if text.unread:  # what ends it may be the first half of a secret
        hidden = hidden[:-SPARE_CHARS]
    return f"{escaped(hidden[:SHOWN_CHARS])}… ({more:,} more byte{'s' if more > 1 else ''})"


def beside(raw: bytes, said: Output | Run | None) -> str:
    """What an entry of a journal says that is no piece of the wire."""
    match said:
        case Run():
            return f"run of atfsm {said.version:.20} at {said.port:.60}"
        case Moved():
            machine = f"{said.machine} {said.key}".strip()
            return f"{machine}: {said.before} → {said.state} ({said.fact})"
        case None:
            return _entry(raw)
        case _:
            return words_of(said)


def _entry(raw: bytes) -> str:
    """An entry that replay has no use for: its kind, and what of it is plain."""
    try:
        entry = json.loads(raw)
        kind = entry["kind"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return f"not readable, {len(raw):,} bytes"
    plain = [
        f"{name} {entry[name]}"
        for name in _PLAIN
        if isinstance(entry.get(name), str | int | float)
    ]
    return f"{kind!s:.20}{': ' if plain else ''}{', '.join(plain):.100}"
