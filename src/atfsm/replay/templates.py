"""Rows of the table of causes without a log: what stands for the words that it would fill in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from atfsm.replay.causes import REMEDY, Cause

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
        "waited": "nothing within <limit>",
        "generation": "<n>",
        "neighbour": "<neighbour>",
        "sends": "<n> sends",
        "announced": "<n>",
        "shown_bytes": "<n>",
        "pattern": "<pattern>",
        "up": "+KCNX_IND: <cnx>,1,<af>",
        "context": "+KCNX_IND: <cnx>,<status>",
        "moved": "+KCNX_IND: <cnx>,<status>",
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
        "cmee": "AT+CMEE=1",
    }
)
#: When a part is said that depends on more than a word.
CONDITIONS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "no_command": "if the command is not in the log",
        "known": "",
        "shown": "",
        "hidden": "if what led there is not in the log",
        "never": "if none was seen",
        "again": "if the id was in use before",
        "reused": "if the id was in use before",
        "first": "if the id was not in use before",
        "by_clock": "if the log has time stamps",
        "by_command": "if it has none",
        "no_end": "if the end pattern is not in the log",
        "asks_puk": "if it asks for the PUK",
    }
)
WHOLES: Final = {"line": "the AT line", "modem": "the modem", "pdp": "PDP context <cnx>"}
_OPTIONAL: Final = re.compile(r"\[\[(.*?)\]\]")
_WORD: Final = re.compile(r"\{(\w+)\}")


def plain(template: str, chart: str) -> str:
    """Write a template for a reader who has no log.

    Words become ``<fields>``, and an optional part stands in brackets, with its condition where it
    is not that the log shows what the part names.
    """

    def optional(part: re.Match[str]) -> str:
        conditions = [CONDITIONS[word] for word in _WORD.findall(part[1]) if word in CONDITIONS]
        text = _WORD.sub(word, _without_flags(part[1])).strip(" ;,:.")
        when = " and ".join(condition for condition in conditions if condition)
        return f" [{when}: {text}]" if when else f" [{text}]"

    def word(found: re.Match[str]) -> str:
        return _placeholder(found[1], chart)

    text = _WORD.sub(word, _OPTIONAL.sub(optional, template))
    text = re.sub(r"  +", " ", text)
    return re.sub(r" ([,;:.](?:\s|$))", r"\1", text).strip()


def _without_flags(text: str) -> str:
    return _WORD.sub(lambda word: "" if word[1] in CONDITIONS else word[0], text)


def _placeholder(name: str, chart: str) -> str:
    if name in {"name", "id"}:
        return "<cnx>" if chart == "pdp" else "<sid>"
    if name == "kind":
        return chart.upper()
    if name == "ask":
        return "AT+KTCPSTAT=<sid>" if chart == "tcp" else "AT+KUDPCFG?"
    if name == "whole":
        return WHOLES.get(chart, f"{chart.upper()} socket <sid>")
    if name in {"here", "since"} or name.endswith("_line"):
        return "<n>"
    return PLACEHOLDERS.get(name.removesuffix("_text"), f"<{name}>")


def remedy(row: Cause) -> str:
    """What to do about a cause: the full reset of the machine, and what its row adds."""
    parts = (row.remedy or REMEDY[row.chart], row.do)
    return plain(" ".join(part for part in parts if part), row.chart)
