"""The Pareto as a picture: bars, what each consists of, and the line of what they add up to.

The picture is an SVG file of its own, without script and without fonts to be loaded. What colours
say stands in the legend and in the numbers beside the bars, so that it can be read in print.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from typing import Final

from atfsm.diagrams.style import BLUE, GREY, INK, Text
from atfsm.fleet.pareto import Bar, Group, Pareto, by_frequency
from atfsm.fleet.report_text import heading, named, told

OTHERS: Final = "others"
FONT: Final = "Helvetica,Arial,sans-serif"
MONO: Final = "DejaVu Sans Mono,Consolas,Menlo,monospace"
#: Bars that are drawn; the rest is one more, and says so. Ours: a page of them.
BARS_AT_MOST: Final = 20
#: Of the parts of a bar, the rest is one more. Told apart with every kind of colour vision (Okabe
#: and Ito, 2008), dark enough on white.
COLOURS: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9")
REST: Final = "#9aa0a6"
RULE: Final = "#d9dce0"

MARGIN: Final = 28.0
PITCH: Final = 30.0  # from bar to bar
BAR_HIGH: Final = 18.0
BARS_WIDE: Final = 420.0
LINE_WIDE: Final = 170.0
NAME_PT: Final = 12.0
TEXT_PT: Final = 11.0
TITLE_PT: Final = 20.0
NAME_AT_MOST: Final = 44
MONO_EM: Final = 0.602  # how wide a letter of DejaVu Sans Mono is, in its size


def svg(pareto: Pareto) -> str:
    """Draw it.

    Args:
        pareto: What was counted.
    """
    return _Page(pareto).svg()


class _Page:
    def __init__(self, pareto: Pareto) -> None:
        self._pareto = pareto
        self._bars = _drawn(pareto)
        self._parts = _legend_of(self._bars, pareto)
        longest = max((len(_name(bar)) for bar in self._bars), default=0)
        self._names_wide = max(120.0, longest * NAME_PT * MONO_EM)
        self._left = MARGIN + self._names_wide + 14
        numbers = max((Text(_number(b, pareto), TEXT_PT).width for b in self._bars), default=0.0)
        self._line_left = self._left + BARS_WIDE + numbers + 30
        self._width = self._line_left + LINE_WIDE + 62
        self._top = MARGIN + 74 + 22 * len(self._legend_rows())
        self._height = self._top + PITCH * len(self._bars) + 40

    def svg(self) -> str:
        """The whole picture."""
        title, about = heading(self._pareto)
        pieces = [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self._width:.0f}" '
            f'height="{self._height:.0f}" viewBox="0 0 {self._width:.0f} {self._height:.0f}" '
            f'role="img" aria-labelledby="title about" font-family="{FONT}">',
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="about">{escape(about)}</desc>',
            f'<rect width="{self._width:.0f}" height="{self._height:.0f}" fill="#ffffff"/>',
            _text(MARGIN, MARGIN + 18, title, TITLE_PT, weight="bold"),
            _text(MARGIN, MARGIN + 40, about, TEXT_PT, colour=GREY),
            *self._legend(),
            *(self._scale() if self._bars else self._nothing()),
            *(p for row, bar in enumerate(self._bars) for p in self._bar(row, bar)),
            *(self._line() if self._bars else ()),
            "</svg>",
        ]
        return "\n".join(pieces) + "\n"

    def _y(self, row: int) -> float:
        """The middle of a row."""
        return self._top + PITCH * row + PITCH / 2

    # ------------------------------------------------------------------ the legend

    def _legend_rows(self) -> list[list[tuple[str, str]]]:
        """What each colour stands for, in rows that fit."""
        if len(self._parts) < 2:
            return []
        rows: list[list[tuple[str, str]]] = [[]]
        room = self._left + BARS_WIDE - MARGIN
        for name, colour in self._parts.items():
            wide = Text(named(name), TEXT_PT).width + 34
            if rows[-1] and wide > room:
                rows.append([])
                room = self._left + BARS_WIDE - MARGIN
            rows[-1].append((named(name), colour))
            room -= wide
        return rows

    def _legend(self) -> Iterator[str]:
        for row, names in enumerate(self._legend_rows()):
            x, y = MARGIN, MARGIN + 66 + 22 * row
            for name, colour in names:
                yield f'<rect x="{x:.1f}" y="{y - 10:.1f}" width="12" height="12" fill="{colour}"/>'
                yield _text(x + 18, y, name, TEXT_PT)
                x += Text(name, TEXT_PT).width + 34

    # ------------------------------------------------------------------ the bars

    def _bar(self, row: int, bar: Bar) -> Iterator[str]:
        y = self._y(row)
        yield _text(self._left - 12, y + 4, _name(bar), NAME_PT, anchor="end", family=MONO)
        x = self._left
        longest = max(b.group.wobbles for b in self._bars)
        for name, count in self._pieces(bar):
            wide = BARS_WIDE * count / longest
            colour = self._parts.get(name, REST) if len(self._parts) > 1 else BLUE
            said = f"{_name(bar)}: {named(name)}: {told(count, 'wobble')}"
            yield (
                f'<rect x="{x:.2f}" y="{y - BAR_HIGH / 2:.1f}" width="{wide:.2f}" '
                f'height="{BAR_HIGH:.0f}" fill="{colour}"><title>{escape(said)}</title></rect>'
            )
            x += wide
        yield _text(x + 7, y + 4, _number(bar, self._pareto), TEXT_PT, colour=INK)

    def _pieces(self, bar: Bar) -> list[tuple[str, int]]:
        """Of what a bar consists, in the order of the legend."""
        counts = _split(bar, self._pareto)
        known = [(name, counts[name]) for name in self._parts if name != OTHERS and counts[name]]
        rest = counts.total() - sum(count for _, count in known)
        return known + ([(OTHERS, rest)] if rest else [])

    # ------------------------------------------------------------------ the line

    def _nothing(self) -> Iterator[str]:
        yield _text(MARGIN, self._top, "no wobbles", NAME_PT)

    def _scale(self) -> Iterator[str]:
        """The frame of the line: how much the bars down to here add up to."""
        bottom = self._top + PITCH * len(self._bars)
        yield _text(self._line_left, self._top - 18, "adds up to", TEXT_PT, colour=GREY)
        for percent in (0, 50, 80, 100):
            x = self._line_left + LINE_WIDE * percent / 100
            dash = ' stroke-dasharray="3 3"' if percent == 80 else ""
            yield (
                f'<line x1="{x:.1f}" y1="{self._top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}" '
                f'stroke="{RULE}" stroke-width="1"{dash}/>'
            )
            yield _text(x, bottom + 16, f"{percent} %", TEXT_PT - 1, anchor="middle", colour=GREY)
        yield (
            f'<line x1="{self._left:.1f}" y1="{self._top:.1f}" x2="{self._left:.1f}" '
            f'y2="{bottom:.1f}" stroke="{GREY}" stroke-width="1"/>'
        )

    def _line(self) -> Iterator[str]:
        points = [
            (self._line_left + LINE_WIDE * bar.cumulative, self._y(row))
            for row, bar in enumerate(self._bars)
        ]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<polyline points="{path}" fill="none" stroke="{BLUE}" stroke-width="1.5"/>'
        for (x, y), bar in zip(points, self._bars, strict=True):
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{BLUE}"/>'
            yield _text(
                self._line_left + LINE_WIDE + 12, y + 4, f"{bar.cumulative * 100:.1f} %", TEXT_PT
            )


def _drawn(pareto: Pareto) -> list[Bar]:
    """The bars that are drawn: the last one stands for all that are not."""
    if len(pareto.bars) <= BARS_AT_MOST:
        return list(pareto.bars)
    shown, rest = pareto.bars[: BARS_AT_MOST - 1], pareto.bars[BARS_AT_MOST - 1 :]
    others = Group(f"{len(rest)} others")
    for bar in rest:
        others.wobbles += bar.group.wobbles
        others.captures += bar.group.captures
        others.of_captures += bar.group.of_captures
        others.causes += bar.group.causes
        others.firmwares += bar.group.firmwares
    return [*shown, Bar(others, others.wobbles / pareto.wobbles, 1.0)]


def _split(bar: Bar, pareto: Pareto) -> Counter[str]:
    return bar.group.firmwares if pareto.by == "cause" else bar.group.causes


def _legend_of(bars: list[Bar], pareto: Pareto) -> dict[str, str]:
    total: Counter[str] = Counter()
    for bar in bars:
        total += _split(bar, pareto)
    ordered = [name for name, _ in by_frequency(total)]
    parts = dict(zip(ordered, COLOURS, strict=False))
    if rest := ordered[len(parts) :]:
        parts[rest[0] if len(rest) == 1 else OTHERS] = REST
    return parts


def _name(bar: Bar) -> str:
    name = named(bar.group.name)
    return name if len(name) <= NAME_AT_MOST else "…" + name[1 - NAME_AT_MOST :]


def _number(bar: Bar, pareto: Pareto) -> str:
    group = bar.group
    if pareto.by == "cause":
        return f"{group.wobbles:,} in {told(group.captures, 'capture')}"
    return f"{group.wobbles:,} in {group.captures:,} of {told(group.of_captures, 'capture')}"


def _text(
    x: float,
    y: float,
    words: str,
    size: float,
    *,
    anchor: str = "start",
    colour: str = INK,
    weight: str = "normal",
    family: str = "",
) -> str:
    font = f' font-family="{family}"' if family else ""
    bold = f' font-weight="{weight}"' if weight != "normal" else ""
    place = f' text-anchor="{anchor}"' if anchor != "start" else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}"'
        f"{font}{bold}{place}>{escape(words)}</text>"
    )
