"""Rows of the table of causes without a log: what stands for the words that it would fill in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from atfsm.replay.causes import REMEDY, Cause
from atfsm.replay.causes.advice import NOTHING_DEFINED
from atfsm.replay.causes.model import OPTIONAL, WORD

#: What is written for a word; of ``x_text`` and ``x_line`` the first part is looked up.
PLACEHOLDERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "got": "<line>",
        "meaning": "<meaning>",
        "notification": "<meaning>",
        "command": "<command>",
        "in_flight": "<command>",
        "expected": "<answer>",
        "state": "<state>",
        "cnx": "<cnx>",
        "waited": "<limit> passed",
        "no_answer": "has no final result",
        "generation": "<n>",
        "neighbour": "<neighbour>",
        "sends": "<n> sends",
        "announced": "<n>",
        "shown_bytes": "<n>",
        "pattern": "<pattern>",
        "up": "+KCNX_IND: <cnx>,1,<af>",
        "context": "+KCNX_IND: <cnx>,<status>",
        "moved": "+KCNX_IND: <cnx>,<status>",
        "idle": "+KCNX_IND: <cnx>,5,<idletime>",
        "down": "AT+KCNXDOWN=<cnx>",
        "leaving": "AT+CGATT=0",
        "pattern_at": "<n>",
        "usable": "<line>",
        "connect": "AT+KTCPCNX=<sid>",
        "defined": "<answer>",
        "peer": "+KTCP_NOTIF: <sid>,4",
        "offered": "<command>",
        "received": "<line>",
        "slept": "+CEREG: 4",
        "allowed": "AT+CPSMS=1",
        "opened": "+KTCP_IND: <sid>,1",
        "ready": "+KSUP: 0",
        "unregistered": "+CEREG: 2",
        "cmee": "AT+CMEE=1",
    }
)
#: Stands for a chart where a row says the same of TCP and of UDP.
EITHER: Final = "<tcp|udp>"
#: When a part is said that depends on more than a word.
CONDITIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "no_command": "",
        "known": "",
        "shown": "",
        "hidden": "",
        "never": "",
        "again": "if the id was in use before",
        "reused": "if the id was in use before",
        "first": "if the id was not in use before",
        "by_clock": "if the log has time stamps",
        "by_command": "if it has none",
        "no_end": "",
        "no_meaning": "if it is a plain ERROR",
        "unexplained": "",
        "payload_out": "if payload was going out",
        "entered": "if a PIN was entered",
        "defined": "",
        "lacking": "",
        "in_vain": "",
        "was_up": "if it was up",
        "reading": "if it was to read",
        "unsent": "if it answers a send",
        "no_service": "if registration had gone",
        "asks_puk": "if it asks for the PUK",
    }
)
#: What is said only where a log lacks something, or beside what a whole log shows: left out.
UNUSUAL: Final = frozenset(
    {"lacking", "no_command", "hidden", "no_end", "unlogged_line", "unexplained"}
)
#: What is said in place of another part of the same text, where that is the usual one.
IN_PLACE_OF: Final[Mapping[str, str]] = MappingProxyType(
    {"again": "never", "opened_line": "never"}
)
#: Words that a log has where a host speaks to a modem: parts with no other are always said.
USUAL: Final = frozenset(
    {"command", "meaning", "expected", "offered", "announced", "up", "state", "since", "name"}
    | {"kind", "id", "connect"}
)
WHOLES: Final = {"line": "the AT line", "modem": "the modem", "pdp": "PDP context <cnx>"}
#: Numbers of lines, which only a log has.
_LINES: Final = re.compile(
    r",? since line <n>|, the last on line <n>|,? on line <n>| \(line <n>\)|, line <n>(?=\))|line <n>: "
)


def plain(template: str, chart: str) -> str:
    """Write a template for a reader who has no log, as it reads of a log that lacks nothing.

    Words become ``<fields>``. A part that few logs lead to stands in brackets, with its condition
    where it is not that the log shows what the part names.
    """
    words = set(WORD.findall(template))

    def optional(part: re.Match[str]) -> str:
        found = WORD.findall(part[1])
        if any(word in UNUSUAL or IN_PLACE_OF.get(word) in words for word in found):
            return ""
        conditions = [CONDITIONS[word] for word in found if CONDITIONS.get(word)]
        if not conditions and all(word in CONDITIONS or _noun(word) in USUAL for word in found):
            return _without_flags(part[1])
        when = " and ".join(conditions)
        text = _without_flags(part[1]).strip(" ;,:.")
        after = " " if part[1].endswith(" ") else ""
        return (f" [{when}: {text}]" if when else f" [{text}]") + after

    text = WORD.sub(lambda word: _placeholder(word[1], chart), OPTIONAL.sub(optional, template))
    text = re.sub(r"  +", " ", without_lines(text))
    return re.sub(r" ([,;:.](?:\s|$))", r"\1", text).strip()


def without_lines(text: str) -> str:
    """Leave out which line it was, of a text without a log."""
    return _LINES.sub("", text)


def _noun(word: str) -> str:
    return word.removesuffix("_text").removesuffix("_line")


def _without_flags(text: str) -> str:
    return WORD.sub(lambda word: "" if word[1] in CONDITIONS else word[0], text)


def _placeholder(name: str, chart: str) -> str:
    if name in {"name", "id"}:
        return "<cnx>" if chart == "pdp" else "<sid>"
    if name == "kind":
        return chart.upper()
    if name == "ask":
        asked = {"tcp": "AT+KTCPSTAT=<sid>", "udp": "AT+KUDPCFG?"}
        return asked.get(chart, " or ".join(asked.values()))
    if name == "unread_text":
        return f"+K{chart.upper()}_DATA: <sid>,<n>"
    if name == "whole":
        return WHOLES.get(chart, f"{chart.upper()} socket <sid>")
    if name in {"here", "since"} or name.endswith("_line"):
        return "<n>"
    return PLACEHOLDERS.get(name.removesuffix("_text"), f"<{name}>")


def remedy(row: Cause) -> str:
    """What to do about a cause: the full reset of the machine, and what its row adds."""
    is_defining = all(fact.name == "DEFINE_REFUSED" for fact in row.facts)
    whole = NOTHING_DEFINED if is_defining else row.remedy or REMEDY[row.chart]
    parts = (row.first, whole, row.do)
    return plain(" ".join(part for part in parts if part), row.chart)
