"""From DOT text to a picture, by Graphviz.

``dot`` is asked where it is installed. Where it is not, the Graphviz inside the wheels of
pygraphviz does the same in this process, so that drawing needs nothing beyond what pip installs.
"""

from __future__ import annotations

import shutil
import subprocess
from typing import Final

from atfsm.errors import DrawingError

#: The formats that a picture can have.
FORMATS: Final = ("svg", "png", "pdf")
PROGRAM: Final = "dot"


def lay_out(dot_text: str, fmt: str = "svg") -> bytes:
    """Lay DOT text out and return the picture in one of `FORMATS`.

    Raises:
        DrawingError: The format is unknown, or Graphviz cannot do it.
    """
    if fmt not in FORMATS:
        raise DrawingError(f"no format {fmt!r}: it can be {', '.join(FORMATS)}")
    installed = shutil.which(PROGRAM)
    return _by_program(installed, dot_text, fmt) if installed else _by_wheel(dot_text, fmt)


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
        graph = AGraph(string=dot_text)
        picture: bytes = graph.draw(format=fmt, prog=PROGRAM)
    except Exception as error:
        raise DrawingError(f"the Graphviz of pygraphviz cannot draw {fmt}: {error}") from error
    return picture
