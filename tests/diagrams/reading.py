"""Reads DOT text back, independently of what wrote it: boxes, arrows, the words on them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

from pygraphviz import AGraph

Rectangle = tuple[float, float, float, float]  # left, bottom, right, top


def words(label: str | None) -> list[str]:
    """Take the lines of text out of a label."""
    cells = re.findall(r"<TD[^>]*>(.*?)</TD>", label or "")
    return [unescape(re.sub(r"<[^>]*>", "", cell)).strip() for cell in cells]


def squeezed(lines: list[str]) -> str:
    """Join lines without any blank, so that it does not matter where they were broken."""
    return "".join("".join(lines).split())


def _around(label: str, place: str) -> Rectangle:
    width = float(re.search(r'WIDTH="(\d+)"', label)[1])  # type: ignore[index]
    height = sum(float(h) for h in re.findall(r'HEIGHT="(\d+)"', label))
    x, y = map(float, place.split(","))
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


@dataclass(frozen=True)
class Box:
    """A node: a state, the start, or the words above and below."""

    name: str
    lines: tuple[str, ...]
    at: Rectangle


@dataclass(frozen=True)
class Arrow:
    """An edge: corners from end to end, and the words on it."""

    source: str
    target: str
    lines: tuple[str, ...]
    text_at: Rectangle | None
    corners: tuple[tuple[float, float], ...]
    attributes: dict[str, str]

    @property
    def is_fold(self) -> bool:
        """It starts or ends at a frame: it stands for more than its two ends."""
        return bool({"ltail", "lhead"} & self.attributes.keys())


@dataclass(frozen=True)
class Drawing:
    """A page, read back."""

    boxes: dict[str, Box]
    arrows: tuple[Arrow, ...]

    @property
    def legend(self) -> str:
        """The words under the drawing, as one line."""
        return " ".join(self.boxes["legend"].lines)


def read(dot_text: str) -> Drawing:
    """Read DOT text."""
    graph = AGraph(string=dot_text)
    boxes = {}
    for node in graph.nodes():
        x, y = map(float, node.attr["pos"].split(","))
        w, h = 36 * float(node.attr["width"]), 36 * float(node.attr["height"])
        lines = tuple(words(node.attr["label"]))
        boxes[str(node)] = Box(str(node), lines, (x - w, y - h, x + w, y + h))
    arrows = []
    for edge in graph.edges():
        attributes = {k: v for k, v in edge.attr.items() if v}
        tip, *path = (
            tuple(map(float, point.removeprefix("e,").split(",")))
            for point in attributes["pos"].split()
        )
        label = attributes.get("label")
        arrows.append(
            Arrow(
                edge[0],
                edge[1],
                tuple(words(label)),
                _around(label, attributes["lp"]) if label else None,
                tuple((p[0], p[1]) for p in (*path[::3], tip)),
                attributes,
            )
        )
    return Drawing(boxes, tuple(arrows))
