"""Reads a page back, by the contract of its parts and without any code that writes them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import struct
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any, NamedTuple

CODES = {"u8": "B", "u16": "H", "u32": "I", "f64": "d"}
VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "wbr", "col"})


class Row(NamedTuple):
    """One row of a page, as it is shown."""

    line: int
    time_ms: float
    direction: str
    what: str
    text: str
    moves: tuple[tuple[str, str, str, str, str, int, str], ...]


@dataclass
class _Parser(HTMLParser):
    """Collects the elements that matter, and what is wrong with the nesting."""

    open: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    texts: list[tuple[str, dict[str, str | None], str]] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
            self.texts.append((tag, dict(attrs), ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing that is open")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"script", "style", "title"}:
            tag, attributes, text = self.texts.pop()
            self.texts.append((tag, attributes, text + data))
        else:
            self.words.append(data)


class Page:
    """A page that was written.

    Attributes:
        html: The file, as text.
        meta: What the script is told.
        blob: The unpacked columns.
        columns: The columns, as values.
        wrong: What is wrong with the HTML.
        words: What a reader without script sees.
        tags: Every element, with its attributes.
    """

    def __init__(self, data: bytes) -> None:
        self.html = data.decode("utf-8")
        parser = _Parser()
        parser.feed(self.html)
        parser.close()
        self.wrong = parser.wrong + [f"<{tag}> is not closed" for tag in parser.open]
        self.words = " ".join("".join(parser.words).split())
        self.tags = parser.tags
        self.scripts = [(a, text) for tag, a, text in parser.texts if tag == "script"]
        self.styles = [text for tag, _, text in parser.texts if tag == "style"]
        self.title = next(text for tag, _, text in parser.texts if tag == "title")
        self.meta: dict[str, Any] = json.loads(self._script("atfsm-meta"))
        self.blob = gzip.decompress(base64.b64decode(self._script("atfsm-log"), validate=True))
        self.columns = {s["name"]: self._column(s) for s in self.meta["log"]["sections"]}

    def _script(self, name: str) -> str:
        (found,) = [text for attributes, text in self.scripts if attributes.get("id") == name]
        return found

    def _column(self, section: dict[str, Any]) -> Any:  # noqa: ANN401  of any type
        offset, length = section["offset"], section["length"]
        assert offset % 8 == 0
        if section["type"] == "utf8":
            return self.blob[offset : offset + length]
        code = CODES[section["type"]]
        return struct.unpack_from(f"<{length}{code}", self.blob, offset)

    @property
    def policy(self) -> str:
        """The content security policy."""
        (found,) = [
            a["content"]
            for tag, a in self.tags
            if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"
        ]
        assert found is not None
        return found

    @property
    def hashes(self) -> tuple[str, str]:
        """The hashes that the policy has to name: of the script and of the style sheet."""
        (script,) = [text for a, text in self.scripts if a.get("type") == "module"]
        (style,) = self.styles
        return hash_of(script), hash_of(style)

    def texts(self) -> list[str]:
        """The text of each look."""
        offsets, text = self.columns["look_text"], self.columns["text"]
        return [text[a:b].decode("utf-8") for a, b in pairwise(offsets)]

    def machine(self, number: int) -> tuple[str, str]:
        """Chart and key of a machine."""
        machine = self.meta["machines"][number]
        return self.meta["charts"][machine["chart"]]["name"], machine["key"]

    def rows(self) -> list[Row]:
        """Every row."""
        texts = self.texts()
        rows = []
        line, time_ms = 0, self.meta["log"]["start_ms"]
        columns = self.columns
        for step, passed_ms, look in zip(
            columns["line"], columns["time"], columns["look"], strict=True
        ):
            line += step
            time_ms += passed_ms
            rows.append(
                Row(
                    line,
                    time_ms,
                    ("", "tx", "rx")[columns["look_dir"][look]],
                    self.meta["whats"][columns["look_what"][look]],
                    texts[look],
                    tuple(self._moves(look)),
                )
            )
        return rows

    def _moves(self, look: int) -> Any:  # noqa: ANN401  a generator of moves
        columns = self.columns
        for at in range(columns["look_moves"][look], columns["look_moves"][look + 1]):
            number = columns["move_machine"][at]
            chart = self.meta["charts"][self.meta["machines"][number]["chart"]]
            states = chart["states"]
            swept = columns["move_swept"][at]
            yield (
                *self.machine(number),
                states[columns["move_before"][at]]["name"],
                chart["facts"][columns["move_fact"][at]]["name"],
                states[columns["move_after"][at]]["name"],
                columns["move_flags"][at],
                " ".join(self.machine(swept - 1)).strip() if swept else "",
            )

    def everything(self) -> str:
        """All text of the page that came from the capture, unpacked."""
        visible = [self.words, self.title, json.dumps(self.meta, ensure_ascii=False)]
        shown = [v for _, a in self.tags for v in a.values() if v and len(v) < 10_000]
        return "\n".join([*visible, *shown, *self.texts()])


def hash_of(text: str) -> str:
    """How a policy names a script or a style sheet."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def sources(policy: str) -> dict[str, str]:
    """A policy, by directive."""
    parts = (part.split(None, 1) for part in re.split(r";\s*", policy) if part)
    return {part[0]: part[1] if len(part) > 1 else "" for part in parts}
