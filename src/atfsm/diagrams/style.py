"""How the drawings look: colours, sizes, and pieces of text whose size is known beforehand.

Colour never stands alone: what wobbles is dashed, the way into the full reset is bold, and every
frame has its name on it.

Sizes are worked out here and not by Graphviz, so that a drawing does not depend on the fonts of
the machine that made it. The widths are those of DejaVu Sans, the widest of the usual sans fonts:
in a narrower one the text has more room, never less.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from typing import Final

FONT: Final = "Helvetica,Arial,sans-serif"
NAME_PT: Final = 11
TEXT_PT: Final = 9
TITLE_PT: Final = 16
LEADING: Final = 1.22

BLUE: Final = "#2f5597"
BLUE_PALE: Final = "#eaf1fb"
BLUE_FRAME: Final = "#5b7fb8"
AMBER: Final = "#a05f00"
AMBER_PALE: Final = "#fff3d6"
RED: Final = "#b3261e"
RED_PALE: Final = "#fdecea"
GREY: Final = "#55595e"
#: What a colour becomes where nothing was.
PALER: Final = {BLUE: "#9fb4d8", AMBER: "#cfae7a", RED: "#dd9d98"}
INK: Final = "#1f1f1f"

# Widths in thousandths of the size; what is not listed is as wide as most letters are.
_WIDTHS: Final = {
    **dict.fromkeys("ijl'|", 300),
    **dict.fromkeys(" .,:;!()[]ftrI/-", 400),
    **dict.fromkeys("mwMW%@…—", 1000),
    **dict.fromkeys("+<>=≤×→", 838),
    **dict.fromkeys("ABCDEFGHKLNOPQRSTUVXYZ", 710),
}
_OTHER: Final = 625
_BOLD: Final = 1.13


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text.

    Attributes:
        words: As they are read; escaped only when they are written.
        pt: Size.
        bold: Weight.
        color: Colour.
    """

    words: str
    pt: float = TEXT_PT
    bold: bool = False
    color: str = INK

    @property
    def width(self) -> float:
        """How wide the line is, in points."""
        units = sum(_WIDTHS.get(letter, _OTHER) for letter in self.words)
        return units * self.pt / 1000 * (_BOLD if self.bold else 1)

    @property
    def height(self) -> float:
        """How high the line is, in points."""
        return self.pt * LEADING

    def html(self) -> str:
        """Write the line as Graphviz reads it."""
        # Old versions of Graphviz drop blanks at the start of a line.
        inner = self.words.lstrip(" ")
        indent = "\N{NO-BREAK SPACE}" * (len(self.words) - len(inner))
        # No version reads a line of nothing.
        words = indent + escape(inner, quote=False) or "\N{NO-BREAK SPACE}"
        words = f"<B>{words}</B>" if self.bold else words
        color = "" if self.color == INK else f' COLOR="{self.color}"'
        return f'<FONT POINT-SIZE="{self.pt:g}"{color}>{words}</FONT>'


Block = tuple[Text, ...]


def width(block: Block) -> float:
    """How wide a block is, in points."""
    return max((line.width for line in block), default=0.0)


def height(block: Block) -> float:
    """How high a block is, in points."""
    return sum(line.height for line in block)


def flush(block: Block) -> Block:
    """Take the indents away."""
    return tuple(replace(line, words=line.words.lstrip()) for line in block)


def label(block: Block, align: str = "CENTER") -> str:
    """Write a block as an HTML-like label, aligned ``LEFT``, ``RIGHT`` or ``CENTER``."""
    if not block:
        return ""
    rows = "".join(
        f'<TR><TD ALIGN="{align}" HEIGHT="{round(line.height)}">{line.html()}</TD></TR>'
        for line in block
    )
    table = 'BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"'
    return f'<<TABLE {table} WIDTH="{round(width(block))}">{rows}</TABLE>>'


def name(words: str) -> Text:
    """The name of a state."""
    return Text(words, NAME_PT, bold=True)


def broken(words: str, chars: int, color: str = INK, indent: str = "") -> Block:
    """Break *words* into lines of at most *chars*: at blanks, and within a long AT command."""
    if not words:
        return ()
    found = [""]
    for word in words.replace("→ ", "→\N{NO-BREAK SPACE}").split(" "):
        pieces = re.findall(r"[^=,]+[=,]*|[=,]+", word) if len(word) > chars else [word]
        for number, piece in enumerate(pieces):
            blank = " " if found[-1].strip() and number == 0 else ""
            if found[-1].strip() and len(found[-1] + blank + piece) > chars:
                found.append(indent + piece)
            else:
                found[-1] += blank + piece
    return tuple(Text(line.replace("\N{NO-BREAK SPACE}", " "), color=color) for line in found)


def itemized(words: str, chars: int, indent: str = "") -> Block:
    """The same, but between the items of a list rather than inside of one."""
    found: list[str] = []
    for item in re.split(r"(?<=,) ", words):
        if found and len(f"{found[-1]} {item}") <= chars:
            found[-1] += f" {item}"
        else:
            found += [line.words for line in broken(item, chars, indent=indent)]
    return tuple(Text(line if n == 0 else indent + line.strip()) for n, line in enumerate(found))


def stacked(blocks: Iterable[Block]) -> Block:
    """Put blocks below one another, what is said twice only once."""
    return tuple(line for block in dict.fromkeys(blocks) for line in block)
