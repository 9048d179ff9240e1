"""A browser for the tests of this folder, and pages opened in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from atfsm.view import review
from tests.view.browser import Review

NAMES = ("chromium", "chromium-browser", "google-chrome")

#: Writes a capture and its page, and opens it.
Opener = Callable[..., Review]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the browser of the system; where there is none the test skips, or fails in CI.

    For one module at a time: as long as it runs, the thread has an event loop, and tests that
    start one of their own would fail.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        message = "no browser opens the page: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found)
        yield started
        started.close()


@pytest.fixture(scope="module")
def opened(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    """Open pages; when the module is over, none of them may have met an error."""
    pages: list[Review] = []
    files: dict[bytes, Path] = {}

    def open_page(capture: bytes | Path, mark: str = "", **options: Any) -> Review:  # noqa: ANN401
        data = capture if isinstance(capture, bytes) else capture.read_bytes()
        if data not in files:
            folder = tmp_path_factory.mktemp("page")
            (folder / "capture.log").write_bytes(data)
            files[data] = folder / "page.html"
            review(str(folder / "capture.log"), files[data], command="atfsm view capture.log")
        pages.append(Review(browser, files[data], mark, **options))
        return pages[-1]

    yield open_page
    for page in pages:
        page.close()
