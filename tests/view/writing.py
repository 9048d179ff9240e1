"""Writes the page of a capture, and reads it back."""

from __future__ import annotations

from pathlib import Path

from atfsm.view import LINES_AT_MOST, review
from tests.view.reading import Page


def paged(
    data: bytes,
    folder: Path,
    *,
    redact: bool = True,
    lines_at_most: int = LINES_AT_MOST,
    name: str = "capture.log",
    command: str = "",
) -> Page:
    """Write a capture of these bytes into a folder, and its page beside it; read the page."""
    capture, page = folder / name, folder / "page.html"
    capture.write_bytes(data)
    review(str(capture), page, redact=redact, lines_at_most=lines_at_most, command=command)
    return Page(page.read_bytes())
