"""A page: boxes, frames, arrows and words at fixed places, written as DOT text.

The text carries every place (``layout=nop2``), so that Graphviz draws and does not lay out: the
same drawing comes out of every version of it, and comparing the DOT text compares the picture.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from atfsm.diagrams import style
from atfsm.diagrams.place import Box, Line
from atfsm.diagrams.style import Block

if TYPE_CHECKING:
    from graphviz import Digraph

Point = tuple[float, float]

MARGIN: Final = 14.0
PAD: Final = 12.0  # between a frame and what stands in it
TITLE_ROOM: Final = 24.0  # between the top of a frame and what stands in it
TURN: Final = 6.0  # radius of a corner
HEAD: Final = 8.0  # length of an arrow head at penwidth 1


@dataclass(slots=True)
class Frame:
    """A named rectangle around boxes: left, top, right, bottom."""

    name: str
    title: str
    at: tuple[float, float, float, float]
    attributes: Mapping[str, str]
    boxes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Page:
    """Everything on one page, in points; y grows downwards from the top."""

    name: str
    tooltip: str
    w: float = 0.0
    h: float = 0.0
    _frames: list[Frame] = field(default_factory=list)
    _nodes: dict[str, dict[str, str]] = field(default_factory=dict)
    _arrows: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    _places: list[tuple[dict[str, str], str, list[Point]]] = field(default_factory=list)

    def frame(self, frame: Frame) -> None:
        """Draw a frame, and its title in its upper left corner."""
        self._frames.append(frame)

    def box(self, name: str, at: Point, size: Point, text: Block, **attributes: str) -> None:
        """Draw a box around its middle."""
        node = {"label": style.label(text), **_size(size), **attributes}
        self._place(node, "pos", [at])
        self._nodes[name] = node

    def words(self, name: str, corner: Point, text: Block) -> Point:
        """Write lines from an upper left corner on; return their lower right corner."""
        size = (style.width(text) + 8, style.height(text) + 8)  # room for other fonts
        at = (corner[0] + size[0] / 2, corner[1] + size[1] / 2)
        node = {"label": style.label(text, "LEFT"), "shape": "plaintext", **_size(size)}
        self._place(node, "pos", [at])
        self._nodes[name] = node | {"style": "", "margin": "0"}
        self._places[-1] = (self._nodes[name], "pos", [at])
        return corner[0] + size[0], corner[1] + size[1]

    def arrow(
        self,
        source: str,
        target: str,
        points: list[Point],
        text: tuple[Block, Point, str] | None = None,
        **attributes: str,
    ) -> None:
        """Draw an arrow along corners, with its text around a place.

        It bears a mark for pages that build on the SVG; of several between the same two boxes,
        those after the first are numbered.
        """
        same = sum(arrow[:2] == (source, target) for arrow in self._arrows)
        edge = {"id": f"way-{source}-{target}" + (f"-{same + 1}" if same else ""), **attributes}
        self._place(edge, "curve", points)
        if text and text[0]:
            edge["label"] = style.label(text[0], text[2])
            self._place(edge, "lp", [text[1]])
        self._arrows.append((source, target, edge))

    def put(self, box: Box, at: Point, **attributes: str) -> None:
        """Draw a box of a plan whose upper left corner is *at*."""
        place = (at[0] + box.x, at[1] + box.y)
        self.box(box.name, place, (box.w, box.h), box.text, **attributes)

    def lead(self, line: Line, at: Point, **attributes: str) -> None:
        """Draw an arrow of a plan whose upper left corner is *at*."""
        line.move(at)
        text = (line.text, line.text_at, line.align)
        self.arrow(line.source, line.target, line.points, text, **attributes)

    def _place(self, attributes: dict[str, str], key: str, points: list[Point]) -> None:
        self._places.append((attributes, key, points))

    def dot(self) -> str:
        """Write the page."""
        for attributes, key, points in self._places:
            flipped = [self._flip(point) for point in points]
            if key == "curve":
                attributes["pos"] = _curve(flipped)
            else:
                attributes[key] = _pair(flipped[0])
        graph = self._graph()
        inside = {name for frame in self._frames for name in frame.boxes}
        for name, node in self._nodes.items():
            if name not in inside:
                graph.node(name, **node)
        for frame in self._frames:
            with graph.subgraph(name=f"cluster_{frame.name}") as cluster:
                self._write_frame(cluster, frame)
        for source, target, attributes in self._arrows:
            graph.edge(source, target, **attributes)
        return str(graph.source)

    def _write_frame(self, cluster: Digraph, frame: Frame) -> None:
        left, top, right, bottom = frame.at
        title = (style.Text(frame.title, bold=True, color=frame.attributes["color"]),)
        corner = (left + 10 + style.width(title) / 2, top + 5 + style.height(title) / 2)
        box = f"{_pair(self._flip((left, bottom)))},{_pair(self._flip((right, top)))}"
        cluster.attr(
            label=style.label(title, "LEFT"),
            bb=box,
            lp=_pair(self._flip(corner)),
            **frame.attributes,
        )
        for name in frame.boxes:
            cluster.node(name, **self._nodes[name])

    def _graph(self) -> Digraph:
        from graphviz import Digraph

        low = self._flip((-MARGIN, self.h + MARGIN))
        high = self._flip((self.w + MARGIN, -MARGIN))
        graph: Digraph = Digraph(
            self.name,
            graph_attr={
                "layout": "nop2",
                "bb": f"{_pair(low)},{_pair(high)}",
                "compound": "true",
                "bgcolor": "white",
                "fontname": style.FONT,
                "fontsize": f"{style.TEXT_PT:g}",
                "tooltip": self.tooltip,
            },
            node_attr={
                "shape": "box",
                "style": "rounded,filled",
                "fixedsize": "true",
                "fontname": style.FONT,
                "fontsize": f"{style.TEXT_PT:g}",
                "color": style.BLUE,
                "fillcolor": style.BLUE_PALE,
                "penwidth": "1.3",
            },
            edge_attr={
                "fontname": style.FONT,
                "fontsize": f"{style.TEXT_PT:g}",
                "color": style.BLUE,
                "penwidth": "1.2",
                "arrowsize": "0.75",
            },
        )
        return graph

    def _flip(self, point: Point) -> Point:
        return point[0], self.h - point[1]


def _size(size: Point) -> dict[str, str]:
    return {"width": f"{size[0] / 72:.3f}", "height": f"{size[1] / 72:.3f}"}


def _pair(point: Point) -> str:
    return ",".join(f"{round(value, 1) + 0.0:g}" for value in point)


def _curve(points: list[Point]) -> str:
    """A line through *points* with round corners, as Graphviz reads it: the tip comes first."""
    tip = points[-1]
    corners = [*points[:-1], _toward(tip, points[-2], HEAD)]
    path = [corners[0]]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        radius = min(TURN, _length(before, corner) / 2, _length(corner, after) / 2)
        path += _straight(path[-1], _toward(corner, before, radius))
        path += [corner, corner, _toward(corner, after, radius)]
    path += _straight(path[-1], corners[-1])
    return " ".join([f"e,{_pair(tip)}", *map(_pair, path)])


def _straight(a: Point, b: Point) -> Iterable[Point]:
    return [a, b, b]


def _length(a: Point, b: Point) -> float:
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _toward(a: Point, b: Point, distance: float) -> Point:
    """The point *distance* from *a* on the way to *b*; the way is level or upright."""
    length = _length(a, b) or 1.0
    return (
        a[0] + (b[0] - a[0]) * distance / length,
        a[1] + (b[1] - a[1]) * distance / length,
    )
