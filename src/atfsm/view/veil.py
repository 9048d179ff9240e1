"""A veil over what is secret in a capture: codes, credentials, numbers of people, payload.

`atfsm.at.secrets` says what is secret in one line. A `Veil` remembers what it found there, so that
the same value is hidden wherever else it stands: in another line, in a sentence, in a file name.

    >>> veil = Veil()
    >>> veil.line('AT+CPIN="4711"')
    'AT+CPIN="[PIN]"'
    >>> veil.again("// 4711 worked yesterday, on line 4711")
    '// [PIN] worked yesterday, on line 4711'
"""

from __future__ import annotations

import re
from bisect import insort
from collections import Counter
from collections.abc import Iterable, Mapping
from operator import neg
from typing import Final

from atfsm.at.secrets import KINDS, MESSAGE, PAYLOAD, PHONE, secrets_in

#: Shorter values are hidden where the table finds them, and nowhere else; ours: hiding every `1`
#: or `web` would hide the log.
REMEMBERED_FROM_CHARS: Final = 4
#: Values from here on are hidden within longer words, too; ours.
ANYWHERE_FROM_CHARS: Final = 6
#: Characters of a value that are remembered; ours: longer than any password of a network.
REMEMBERED_CHARS: Final = 128
#: Kinds that are not remembered: they are hidden by the line that they stand on.
_PASSING: Final = frozenset({PAYLOAD, MESSAGE})
_LABEL: Final = re.compile(rf"(\[(?:{'|'.join(KINDS)})\])")


class Veil:
    """Hides what is secret, and counts it.

    Attributes:
        counts: How many different values were hidden, by their kind; of payload and messages,
            how many lines.
    """

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._kinds: dict[str, str] = {}
        # How long the remembered values with these first characters are, longest first.
        self._lengths: dict[str, list[int]] = {}

    def line(self, text: str, asked: Iterable[str] = ()) -> str:
        """Hide what is secret in a line of the wire, or in a text with AT in it.

        Args:
            text: The line.
            asked: Names of the commands that it may answer.
        """
        pieces = []
        end = 0
        for secret in secrets_in(text, asked):
            self._remember(text[secret.start : secret.end], secret.kind)
            pieces += [text[end : secret.start], f"[{secret.kind}]"]
            end = secret.end
        pieces.append(text[end:])
        return "".join(pieces)

    def pass_over(self, kind: str) -> None:
        """Count a line of payload, or of a message, that is not shown."""
        self.counts[kind] += 1

    def again(self, text: str) -> str:
        """Hide every value that is remembered."""
        if not self._lengths:
            return text
        # What stands in the place of a secret is split off: it holds none.
        parts = _LABEL.split(text)
        return "".join(part if at % 2 else self._again(part) for at, part in enumerate(parts))

    def _again(self, text: str) -> str:
        pieces = []
        end = at = 0
        last = len(text) - REMEMBERED_FROM_CHARS
        while at <= last:
            lengths = self._lengths.get(text[at : at + REMEMBERED_FROM_CHARS])
            found = lengths and self._found_at(text, at, lengths)
            if found:
                pieces += [text[end:at], f"[{self._kinds[found]}]"]
                end = at = at + len(found)
            else:
                at += 1
        pieces.append(text[end:])
        return "".join(pieces)

    def _found_at(self, text: str, at: int, lengths: Iterable[int]) -> str:
        """The remembered value of one of these lengths that stands there; empty: none does."""
        values = (text[at : at + length] for length in lengths)
        return next((v for v in values if v in self._kinds and _stands_at(text, v, at)), "")

    def sentence(self, text: str) -> str:
        """Hide what is secret in a sentence about the capture."""
        return self.again(self.line(text))

    def counted(self) -> Mapping[str, int]:
        """How much was hidden, every kind named."""
        return {kind: self.counts[kind] for kind in KINDS}

    def _remember(self, value: str, kind: str) -> None:
        if kind in _PASSING:
            self.counts[kind] += 1
            return
        value = value[:REMEMBERED_CHARS]
        if value in self._kinds:
            return
        self._kinds[value] = kind
        self.counts[kind] += 1
        bare = value.lstrip("+") if kind == PHONE else value
        for each in {value, bare}:
            self._kinds.setdefault(each, kind)
            if len(each) >= REMEMBERED_FROM_CHARS:
                lengths = self._lengths.setdefault(each[:REMEMBERED_FROM_CHARS], [])
                if len(each) not in lengths:
                    insort(lengths, len(each), key=neg)


def _stands_at(text: str, value: str, at: int) -> bool:
    """Whether *value*, which is there, stands there: a short one as a word of its own."""
    end = at + len(value)
    if len(value) >= ANYWHERE_FROM_CHARS:
        return True
    before, after = text[max(at - 1, 0) : at], text[end : end + 1]
    if before.isalnum() or after.isalnum():
        return False
    return not (value.isdecimal() and text.endswith("line ", 0, at))
