"""What a line carries: the code that a table of causes asks for, and its meaning in words."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile
from types import MappingProxyType
from typing import Final

from atfsm.at.errors import (
    KCNX_STATUS,
    KSUP,
    KTCPSTAT_STATUS,
    REGISTRATION_STAT,
    TCP_NOTIF,
    UDP_NOTIF,
    Meaning,
    cme_code_of_text,
    cme_meaning,
    code_meaning,
)
from atfsm.at.grammar import ResultKind, parse_information, parse_result
from atfsm.at.secrets import without_codes
from atfsm.replay.causes.model import Code

NO_MEANINGS: Final[Mapping[int, Meaning]] = MappingProxyType({})
#: Which field of an information text has its code, and what the code means.
CODED: Final = {
    b"+KTCP_NOTIF": (1, TCP_NOTIF),
    b"+KUDP_NOTIF": (1, UDP_NOTIF),
    b"+KTCP_IND": (1, NO_MEANINGS),
    b"+KUDP_IND": (1, NO_MEANINGS),
    b"+KCNX_IND": (1, KCNX_STATUS),
    b"+KSUP": (0, KSUP),
}
REGISTRATIONS: Final = frozenset({b"+CEREG", b"+CGREG", b"+CREG"})


def code_of(text: bytes) -> tuple[Code | None, str | None]:
    """The code that a line carries, and what it means; its words where it has none."""
    result = parse_result(text)
    if result is not None:
        if result.kind is not ResultKind.CME_ERROR:
            return result.kind.value, None
        code = cme_code_of_text(result.detail) if result.code is None else result.code
        return code, cme_meaning(code, result.detail)
    information = parse_information(text)
    if information is None:
        return None, None
    if information.name in CODED:
        at, meanings = CODED[information.name]
        code = information.integer(at)
        return code, code_meaning(meanings, code)
    if information.name in REGISTRATIONS:
        second = information.integer(1)
        code = information.integer(0) if second is None or second > 10 else second
        return code, code_meaning(REGISTRATION_STAT, code)
    if information.name == b"+KTCPSTAT":
        code = information.integer(1 if len(information.fields) > 4 else 0)
        return code, code_meaning(KTCPSTAT_STATUS, code)
    if information.name == b"+CGEV":
        words = decode(information.value).upper().split()
        return " ".join(takewhile(str.isalpha, words)), None
    if information.name == b"+CPIN":
        return decode(information.value.strip(b' "').upper()), None
    return None, None


def decode(text: bytes) -> str:
    """A line of the wire as text."""
    return text.decode("utf-8", "backslashreplace")


def quoted(text: bytes) -> str:
    """A line of the wire as a report quotes it: codes and passwords are hidden (ADR 0016)."""
    return without_codes(decode(text))
