"""Takes the picture of the review page that the documentation shows: ``make screenshots``."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from atfsm.view import review
from tests.view.browser import Review
from tests.view.conftest import NAMES

ROOT = Path(__file__).parent.parent.parent
CAPTURE = Path("tests") / "captures" / "rc7620-thread-complete.log"
PICTURE = Path("docs") / "pictures" / "review-page.png"


def main() -> int:
    """Write the page of the field report, open it on a laptop's screen, and take its picture."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        print("screenshot: no browser: apt-get install chromium", file=sys.stderr)
        return 1
    os.chdir(ROOT)  # the page names the capture as it was named
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "page.html"
        review(str(CAPTURE), file, command=f"atfsm view {CAPTURE}")
        browser = playwright.chromium.launch(executable_path=found)
        opened = Review(browser, file)
        opened.page.screenshot(path=PICTURE)
        opened.close()
        browser.close()
    print(f"{PICTURE}: {PICTURE.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
