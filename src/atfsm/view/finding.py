"""What a reader of a page reads first: the first wobble in a sentence, readable without script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from atfsm.replay.report import Verdict

CLEAN: Final = "No machine left its happy path."
_QUOTED: Final = re.compile("`([^`]+)`")
WORDS: Final = {Verdict.CLEAN: "clean", Verdict.WOBBLE: "wobble", Verdict.UNDECIDED: "undecided"}


def finding(
    *,
    name: str,
    verdict: Verdict,
    notes: Sequence[str],
    machines: Sequence[tuple[str, str]],
    wobbles: Sequence[Mapping[str, Any]],
    wobble_count: int,
) -> str:
    """The header of a page; HTML.

    Args:
        name: Of the capture.
        verdict: What can be said of it.
        notes: What else a reader should know.
        machines: Chart and key of every machine, by number.
        wobbles: As the script is told of them.
        wobble_count: How many there are in all.
    """
    word = WORDS[verdict]
    where = do = count = ""
    if wobbles:
        first = wobbles[0]
        chart, key = machines[first["machine"]]
        machine = f"{chart} {key}".strip()
        entered = first["entered"] or first["kind"]
        where = f"line {first['line']:,} · {machine} · {first['state']} → {entered}"
        why, do = first["why"], first["do"]
        count = f"1 of {wobble_count:,} wobble{'s' if wobble_count > 1 else ''}"
    elif verdict is Verdict.CLEAN:
        why = CLEAN
    else:
        why = " ".join(notes)
    return (
        f'<header id="finding" class="{word}">\n'
        f'<p id="finding-verdict"><strong>{word}</strong> <span>{escape(name)}</span></p>\n'
        f'<h1 id="finding-why">{sentence(why)}</h1>\n'
        f'<p id="finding-do">{sentence(do)}</p>\n'
        f'<p><span id="finding-where">{escape(where)}</span> '
        f'<span id="finding-count">{escape(count)}</span></p>\n'
        "</header>"
    )


def sentence(text: str) -> str:
    """A sentence whose backquoted AT text stands out; HTML.

    >>> sentence("`AT+CSQ` & nothing came")
    '<code>AT+CSQ</code> &amp; nothing came'
    """
    return _QUOTED.sub(r"<code>\1</code>", escape(text))
