"""From DOT text to a picture, by Graphviz.

``dot`` is asked where it is installed. Where it is not, the Graphviz inside the wheels of
pygraphviz does the same in this process, so that drawing needs nothing beyond what pip installs.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from atfsm.errors import DrawingError

#: The formats that a picture can have.
FORMATS: Final = ("svg", "png", "pdf")
PROGRAM: Final = "dot"
COMPLAINT: Final = b"Fontconfig warning: "

_BOX: Final = re.compile(
    r'(?P<head><g id="state(?:-|&#45;)[^"]*" class="node">(?:(?!</g>).)*? d=)(?P<outline>"[^"]*")'
    r"(?P<text>.*?</g>)",
    re.DOTALL,
)
_X: Final = re.compile(r"(-?[\d.]+),")
_TEXT: Final = re.compile(r'text-anchor="start" x="[^"]*"')


def lay_out(dot_text: str, fmt: str = "svg") -> bytes:
    """Lay DOT text out and return the picture in one of `FORMATS`.

    Raises:
        DrawingError: The format is unknown, or Graphviz cannot do it.
    """
    if fmt not in FORMATS:
        raise DrawingError(f"no format {fmt!r}: it can be {', '.join(FORMATS)}")
    installed = shutil.which(PROGRAM)
    picture = _by_program(installed, dot_text, fmt) if installed else _by_wheel(dot_text, fmt)
    return _centered(picture.decode()).encode() if fmt == "svg" else picture


def _centered(svg: str) -> str:
    """Center the text in boxes, whatever the font of the reader is.

    Graphviz starts each line where it has to start in the font of the writer.
    """
    return _BOX.sub(_center, svg)


def _center(box: re.Match[str]) -> str:
    edges = [float(x) for x in _X.findall(box["outline"])]
    middle = f'text-anchor="middle" x="{(min(edges) + max(edges)) / 2:.2f}"'
    return box["head"] + box["outline"] + _TEXT.sub(middle, box["text"])


def _by_program(program: str, dot_text: str, fmt: str) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - the name is fixed, the text goes in on stdin
            [program, f"-T{fmt}"], input=dot_text.encode(), capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", b"") or str(error).encode()
        why = said.decode(errors="replace").strip().splitlines()
        raise DrawingError(f"{program} cannot draw {fmt}: {why[0] if why else error}") from error
    return done.stdout


def _by_wheel(dot_text: str, fmt: str) -> bytes:
    try:
        from pygraphviz import AGraph
    except ImportError as error:
        raise DrawingError(
            f"no Graphviz: install it so that {PROGRAM!r} is found, or reinstall pygraphviz: {error}"
        ) from error
    try:
        with _without_complaints_of_fonts():
            graph = AGraph(string=dot_text)
            picture: bytes = graph.draw(format=fmt, prog=PROGRAM)
    except Exception as error:
        raise DrawingError(f"the Graphviz of pygraphviz cannot draw {fmt}: {error}") from error
    return picture


@contextmanager
def _without_complaints_of_fonts() -> Iterator[None]:
    """Keep to ourselves what the fontconfig of the wheel says of newer settings of the system.

    It writes to the file descriptor, past Python. What anybody else says comes out behind it.
    """
    with tempfile.TemporaryFile() as said, ExitStack() as kept:
        try:
            stderr = os.dup(2)
        except OSError:  # there is none: nobody would read it
            yield
            return
        kept.callback(os.close, stderr)
        os.dup2(said.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            said.seek(0)
            lines = [line for line in said if not line.startswith(COMPLAINT)]
            os.write(2, b"".join(lines))
