"""One file of HTML: template, style, script, and the data that they show.

What a capture holds reaches the page as text and never as markup; besides, the page may run the
one script and use the one style sheet whose hashes it names, load nothing, and talk to nobody.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from typing import Final

from atfsm.view.bundle import bundle, needed

MARKS: Final = ("title", "csp", "css", "head", "drawings", "meta", "log", "script")
#: The page of one capture, and the module with which the script of each page begins.
REVIEW: Final = "page"
ENTRIES: Final = {REVIEW: "app.js", "compare": "compare.js"}
_MARK: Final = re.compile(r"\{\{(\w+)\}\}")
#: What could end a script element, or a line of JavaScript, as escapes of JSON.
_UNSAFE: Final = str.maketrans(
    {char: f"\\u{ord(char):04x}" for char in "<>&\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}"}
)
#: Bytes of base64 that are written at once; ours, a multiple of four.
WRITTEN_AT_ONCE: Final = 1 << 20
LEVEL: Final = 6  # of gzip: the default


@dataclass(frozen=True, slots=True)
class Assets:
    """What every page has in common: `{name: text}` of each sort."""

    template: str
    css: str
    script: str


@cache
def assets(kind: str = REVIEW) -> Assets:
    """Read what lies in the package.

    Args:
        kind: Which page: the name of its template. Its script begins with the module of its
            entry, and it has the style sheet of the review page, and its own if there is one.
    """
    folder = resources.files("atfsm.view") / "assets"
    texts = {
        path.name: path.read_text("utf-8").replace("\r\n", "\n")
        for path in folder.iterdir()
        if path.name.endswith((".html", ".css", ".js"))
    }
    modules = {name: text for name, text in texts.items() if name.endswith(".js")}
    css = texts[f"{REVIEW}.css"]
    if kind != REVIEW:
        css += texts.get(f"{kind}.css", "")
    template = texts[f"{kind}.html"].replace("{{filter}}", texts["filterline.html"].strip())
    return Assets(template, css, bundle(needed(modules, ENTRIES[kind])))


def build(
    *,
    title: str,
    head: str,
    drawings: str,
    meta: Mapping[str, object],
    blob: bytes,
    kind: str = REVIEW,
    other: bytes | None = None,
) -> Iterator[bytes]:
    """Build a page, piece by piece.

    Args:
        title: Of the page; text.
        head: What stands first; HTML.
        drawings: The figures; HTML.
        meta: What the script is told about the capture.
        blob: The rows (`atfsm.view.pack`).
        kind: Which page.
        other: The rows of the other capture, where the page shows two.
    """
    common = assets(kind)
    blobs = {"log": blob} if other is None else {"log": blob, "other": other}
    words = {
        "title": escape(title),
        "csp": escape(policy(common.script, common.css)),
        "css": common.css,
        "head": head,
        "drawings": drawings,
        "meta": json.dumps(meta, ensure_ascii=False, separators=(",", ":")).translate(_UNSAFE),
        "script": common.script,
    }
    pieces = _MARK.split(common.template)
    marks = pieces[1::2]
    expected = sorted({*MARKS, *blobs})
    assert sorted(marks) == expected, f"the template has the marks {marks}"
    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            yield piece.encode()
        elif piece in blobs:
            yield from packed(blobs[piece])
        else:
            # A lone surrogate is nothing that UTF-8 can say.
            yield words[piece].encode("utf-8", "replace")


def packed(blob: bytes) -> Iterator[bytes]:
    """Compress, and write in characters that mean nothing in HTML."""
    small = gzip.compress(blob, LEVEL, mtime=0)
    step = WRITTEN_AT_ONCE // 4 * 3
    for start in range(0, len(small), step):
        yield base64.b64encode(small[start : start + step])


def policy(script: str, css: str) -> str:
    """The content security policy of a page with this script and this style sheet."""
    return (
        f"default-src 'none'; script-src '{_hashed(script)}'; style-src '{_hashed(css)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hashed(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
