"""Takes the picture of the review page that the README shows: ``python -m tests.view.shoot``."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

from tests.view.browser import Review
from tests.view.conftest import NAMES

ROOT: Final = Path(__file__).resolve().parent.parent.parent
CAPTURE: Final = "tests/captures/rc7620-thread-complete.log"
PICTURE: Final = ROOT / "docs" / "pictures" / "review-page.png"


def main() -> None:
    """Write the page of that capture, open it on a laptop, and take its picture."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder) / "page.html"
        command = [sys.executable, "-m", "atfsm", "view", CAPTURE, "-o", str(page)]
        subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL)  # 1: a wobble
        found = next(filter(None, map(shutil.which, NAMES)))
        browser = playwright.chromium.launch(executable_path=found)
        review = Review(browser, page)
        PICTURE.parent.mkdir(parents=True, exist_ok=True)
        review.page.screenshot(path=PICTURE)
        review.close()
        browser.close()
    print(PICTURE.relative_to(ROOT))


if __name__ == "__main__":
    main()
