"""Control characters: how each logger wrote them, and how to get the wire bytes back.

One table per logger, never one for all: ``<0D>`` is a carriage return in one log and four
characters of payload in another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True, slots=True, eq=False)
class Escapes:
    """The escapes of one logger.

    Attributes:
        pattern: What an escape looks like; its group ``hex``, ``dec`` or ``oct`` is the number of
            the byte.
        words: Escapes that are names.
    """

    pattern: re.Pattern[bytes]
    words: Mapping[bytes, bytes] = field(default_factory=dict)

    def undo(self, text: bytes) -> bytes:
        r"""Give the bytes that the logger saw.

        >>> ANGLE_HEX.undo(b"AT<0D>")
        b'AT\r'
        """
        return self.pattern.sub(self._byte, text)

    def _byte(self, found: re.Match[bytes]) -> bytes:
        token = found[0]
        if token in self.words:
            return self.words[token]
        digits = found[found.lastindex or 0]
        number = int(digits, _BASES[found.lastgroup or "hex"])
        if number > 0xFF or (found.lastgroup == "dec" and 0x20 <= number < 0x7F):
            return token  # the logger writes no printable character like that: it is text
        return bytes((number,))


_BASES: Final = {"hex": 16, "dec": 10, "oct": 8}


# fmt: off
#: Shape 13: every control character as its number.
ANGLE_HEX: Final = Escapes(re.compile(rb"<(?P<hex>[0-9A-Fa-f]{2})>"))

#: Docklight: names in upper case.
DOCKLIGHT: Final = Escapes(
    re.compile(rb"<(?:CR|LF|NUL|SUB|ESC)>"),
    {b"<CR>": b"\r", b"<LF>": b"\n", b"<NUL>": b"\0", b"<SUB>": b"\x1a", b"<ESC>": b"\x1b"},
)

#: Shape 14, Windows modem log: names in lower case.
UNIMODEM: Final = Escapes(
    re.compile(rb"<(?:cr|lf|h(?P<hex>[0-9A-Fa-f]{2}))>"),
    {b"<cr>": b"\r", b"<lf>": b"\n"},
)

#: Shapes 21 and 22, ModemManager: names in upper case, the rest as a decimal number.
MODEM_MANAGER: Final = Escapes(
    re.compile(rb"<CR>|<LF>|\\(?P<dec>\d{1,3})"),
    {b"<CR>": b"\r", b"<LF>": b"\n"},
)

#: Shape 24, Particle Gen 2, and shape 34, a Python bytes literal: C escapes.
C: Final = Escapes(
    re.compile(rb"""\\(?:[abtnvfr\\"'0]|x(?P<hex>[0-9A-Fa-f]{2}))"""),
    {
        b"\\a": b"\a", b"\\b": b"\b", b"\\t": b"\t", b"\\n": b"\n", b"\\v": b"\v", b"\\f": b"\f",
        b"\\r": b"\r", b"\\\\": b"\\", b'\\"': b'"', b"\\'": b"'", b"\\0": b"\0",
    },
)

#: Shape 44, strace: C escapes, other bytes as octal numbers, or as hexadecimal ones.
STRACE: Final = Escapes(
    re.compile(rb"""\\(?:[abtnvfr\\"']|x(?P<hex>[0-9A-Fa-f]{2})|(?P<oct>[0-7]{1,3}))"""),
    {key: byte for key, byte in C.words.items() if key != b"\\0"},
)

#: Shape 29, mbed ATHandler: a line feed is <ln>, in some versions <lf>.
MBED: Final = Escapes(
    re.compile(rb"<(?:cr|ln|lf|(?P<hex>[0-9A-Fa-f]{2}))>"),
    {b"<cr>": b"\r", b"<ln>": b"\n", b"<lf>": b"\n"},
)
# fmt: on


def hex_cells(text: bytes) -> bytes:
    r"""Read the cells of a hex dump.

    >>> hex_cells(b"41 54  0D ")
    b'AT\r'
    """
    return bytes.fromhex(text.decode("ascii"))


def gammu_cells(text: bytes) -> bytes:
    r"""Read the cells of gammu, a byte and its character each.

    >>> gammu_cells(b"41A|54T|0D ")
    b'AT\r'
    """
    return bytes(int(text[at : at + 2], 16) for at in range(0, len(text), 4))
