"""The drawings as files: written for readers, and checked against the charts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from atfsm.chart import Chart
from atfsm.charts import CHARTS
from atfsm.diagrams import coupling
from atfsm.diagrams.draw import draw
from atfsm.diagrams.layout import FORMATS, lay_out
from atfsm.diagrams.traffic import Traffic
from atfsm.errors import DrawingError

CURE: Final = "run: atfsm diagram"

#: How each drawing is made, by its name: one for every chart, and the coupling of them all.
DRAWINGS: Final[dict[str, Callable[[], str]]] = {
    **{chart.name: partial(draw, chart) for chart in CHARTS},
    coupling.NAME: coupling.draw_coupling,
}


def all_drawings() -> dict[str, str]:
    """Draw everything; file names and DOT text."""
    return {f"{name}.dot": make() for name, make in DRAWINGS.items()}


def write(
    folder: Path, charts: Iterable[Chart | str] | None = None, fmt: str = "svg"
) -> list[Path]:
    """Write drawings: the DOT text of each, and its picture beside it.

    Args:
        folder: Where to; made if it is missing.
        charts: Charts, or names of drawings; all by default.
        fmt: Of the picture; ``"dot"`` for none.

    Returns:
        The files written, in order.

    Raises:
        DrawingError: There is no such drawing or format, or a file cannot be written.
    """
    wanted = DRAWINGS if charts is None else [getattr(c, "name", c) for c in charts]
    written: list[Path] = []
    for name in wanted:
        if name not in DRAWINGS:
            raise DrawingError(f"no drawing {name!r}: there are {', '.join(DRAWINGS)}")
        text = DRAWINGS[name]()
        written.append(_write(folder / f"{name}.dot", text.encode()))
        if fmt != "dot":
            written.append(_write(folder / f"{name}.{fmt}", lay_out(text, fmt)))
    return written


def write_traffic(folder: Path, traffic: Mapping[str, Traffic], fmt: str = "svg") -> list[Path]:
    """Write the drawing of every chart with what was counted on it, as ``coverage-<chart>``.

    Args:
        folder: Where to; made if it is missing.
        traffic: By name of the chart; a chart without any is drawn as never taken.
        fmt: Of the picture; ``"dot"`` for the text alone.

    Returns:
        The files written, in order.

    Raises:
        DrawingError: There is no such format, or a file cannot be written.
    """
    written: list[Path] = []
    for chart in CHARTS:
        text = draw(chart, traffic.get(chart.name, Traffic({})))
        picture = text.encode() if fmt == "dot" else lay_out(text, fmt)
        written.append(_write(folder / f"coverage-{chart.name}.{fmt}", picture))
    return written


def check_format(fmt: str) -> None:
    """See that drawings can be written in a format, before anything else is done for them.

    Raises:
        DrawingError: There is no such format.
    """
    if fmt not in {*FORMATS, "dot"}:
        raise DrawingError(f"no format {fmt!r}: it can be {', '.join(FORMATS)} or dot")


def _write(path: Path, content: bytes) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise DrawingError(f"cannot write {path}: {error.strerror}") from error
    return path


def check(folder: Path) -> list[str]:
    """Compare the DOT files of a folder with the charts.

    Returns:
        One line for each file that is missing, stale or orphaned, with its cure; none if the
        folder is what the charts say. Of the SVG files only their presence is checked: their
        text depends on the version of Graphviz.
    """
    found: list[str] = []
    fresh = all_drawings()
    for name, text in fresh.items():
        path = folder / name
        if not path.is_file():
            found.append(f"{path}: missing; {CURE}")
        elif path.read_bytes() != text.encode():
            found.append(f"{path}: stale, the charts say something else; {CURE}")
        picture = path.with_suffix(".svg")
        if not picture.is_file():
            found.append(f"{picture}: missing; {CURE}")
    here = sorted([*folder.glob("*.dot"), *folder.glob("*.svg")])
    orphans = [path for path in here if f"{path.stem}.dot" not in fresh]
    return found + [f"{path}: orphaned, no chart has this name; delete it" for path in orphans]
