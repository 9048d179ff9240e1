"""What a capture format is: one entry of a table."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from atfsm.replay.formats.reader import Reader
from atfsm.replay.formats.shape import Shape

_SHAPES: Final = re.compile(r"shapes? \d+(?:, \d+)*(?: and \d+)?[,:] ")
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Format(Shape):
    """One shape of capture: a row of the table that the reader follows.

    Attributes:
        name: What the user calls it.
        about: Where it comes from, with the number of its shape.
        example: A few lines of such a capture, an exchange or two.
        special: What one has to know of it that the example does not show, in sentences.
        distinct: Whether the marks alone prove the format, whatever the text.
        both_sides: Whether the marks of one side alone prove nothing: they have other uses, too.
        needs: Bytes of which one at least is on every marked line; none: that cannot be said.
        complete: Whether nothing of the run is hidden, since whoever drove the modem wrote it.
        objects: Whether each line is an object of JSON, which may be longer than other lines.
        reads: Makes the reader, where a line says more than a row can; the marks then tell its
            lines from others.
    """

    name: str
    about: str
    example: bytes
    special: str = ""
    distinct: bool = False
    both_sides: bool = False
    needs: tuple[bytes, ...] = ()
    complete: bool = False
    objects: bool = False
    reads: Callable[[Format], Reader] | None = None

    @property
    def shapes(self) -> tuple[int, ...]:
        """The shapes that it reads, by their numbers in the list of capture formats.

        >>> from atfsm.replay.formats import format_named
        >>> format_named("iso-bare").shapes
        (9, 10, 39)
        """
        named = _SHAPES.match(self.about)
        return () if named is None else tuple(int(n) for n in _NUMBER.findall(named[0]))

    @property
    def what(self) -> str:
        """What it is, without the numbers of its shapes."""
        return _SHAPES.sub("", self.about)

    @property
    def stateless(self) -> bool:
        """Whether a line reads the same wherever it stands, but for the day of its time."""
        return self.memoryless and self.reads is None

    @property
    def takes_all(self) -> bool:
        """Whether its reader alone can say what a line is: below a head, or an object of JSON."""
        return self.reads is not None and self.restore is bytes

    def may_mark(self, text: bytes) -> bool:
        """Whether a line of *text* may be marked: no is certain, and found fast."""
        for need in self.needs:
            if need in text:
                return True
        return not self.needs

    def reader(self) -> Reader:
        """Start to read a capture of this format."""
        return Reader(self) if self.reads is None else self.reads(self)
