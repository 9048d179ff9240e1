"""Causes by the words that they are told in, for whoever has no code and no line to ask about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from atfsm.at.errors import CME, TCP_NOTIF, UDP_NOTIF
from atfsm.replay.causes import CAUSES, Cause
from atfsm.replay.remarks import REMARKS
from atfsm.replay.templates import plain
from atfsm.replay.topic import Topic

#: Rows that words may lead to; ours: words of more rows than these tell nothing.
ROWS_AT_MOST: Final = 40
WORD_CHARS: Final = 3  # ours: what is shorter is no word to look for alone
_NOTIFIED: Final = {"tcp": TCP_NOTIF, "udp": UDP_NOTIF}


def mentioned(text: str) -> tuple[Topic, ...]:
    """Find the rows that have some words in their titles or codes, else those that say them.

    Args:
        text: The words; a row has all of them, in whatever order.

    Returns:
        One topic, or none where the words are in no row, or in too many to tell anything.
    """
    words = text.split()
    if max(map(len, words)) < WORD_CHARS:
        return ()
    # From the start of a word on: "sleep" is in "sleeps", and "sim" not in "similar".
    asked = [re.compile(rf"\b{re.escape(word)}(?:s|ed|ing)?\b", re.IGNORECASE) for word in words]

    def has(*said: str) -> bool:
        return all(any(word.search(part) for part in said) for word in asked)

    notes = REMARKS.values()
    for causes, remarks in (
        (
            tuple(row for row in CAUSES if has(row.title, *row.code.split("."))),
            tuple(note for note in notes if has(note.title)),
        ),
        (
            tuple(row for row in CAUSES if has(row.title, *_said(row))),
            tuple(note for note in notes if has(note.title, note.says)),
        ),
    ):
        if 0 < len(causes) + len(remarks) <= ROWS_AT_MOST:
            return (Topic(text, causes=causes, remarks=remarks),)
    return ()


def _said(row: Cause) -> Iterator[str]:
    for part in (row.proved, row.likely, row.do, row.settle):
        yield plain(part, row.chart)
    meanings = _NOTIFIED.get(row.chart, CME) if ".notif." in row.code else CME
    for code in row.codes:
        if isinstance(code, int) and code in meanings:
            yield meanings[code].text
