"""Texts that a logger changed: put right again, as far as the line still says what it was.

Each function takes the text of a line, of any sort, and gives it as it was on the wire; a text
that is not of its logger's making it leaves as it is.
"""

from __future__ import annotations

import re
from typing import Final

#: What the chat of pppd says of itself (chat.c); not data.
CHAT_WORDS: Final = (
    rb"(?:(?:expect|abort on|clear abort on|report|clear report on|say) \(|timeout set to \d"
    rb"|-- (?:got it|failed|write failed)|alarm$|Failed(?: \(|$)|SIG[A-Z]+$|Terminating on signal"
    rb"|Can't (?:get|restore) terminal)"
)

_SEPARATED: Final = re.compile(rb"[^\s\":][^\":]{0,40}: {2}(?=\S)")
_APART: Final = re.compile(rb'("[^"]*"?)| ')

_GLUED: Final = re.compile(
    rb"""(?:(?<=[a-z.:!?)\]>])|(?<![-=]>[ ])(?<=[>$\#][ ]))
    (?=AT(?:[+\#$%!*^&][A-Za-z0-9_]{1,30}(?:[=?][^\s]{0,200}+)?)\s*$)""",
    re.VERBOSE,
)
_RUN_ON: Final = re.compile(rb"(?:OK|ERROR)(?=AT(?:[+#$%!*^&][A-Z]|$))")

#: Where in its source a program logged a line, at the end of it (rich).
_SOURCE: Final = re.compile(rb"[ ]{2,}[\w./-]{1,80}\.py:\d{1,6}\s*$")

_COUNTED: Final = re.compile(rb"Result index: ?(-?\d{1,3})")
_RESULTS: Final = {b"0": b"", b"1": b"OK"}


def of_chat(text: bytes) -> bytes:
    """Take a command out of what chat says around it, and end a refusal that it broke off.

    It stops to read, and to log, where a word of ABORT is complete: of a code that follows ERROR
    nothing is shown.

    >>> of_chat(b"send (ATD*99#^M)"), of_chat(b"+CME ERROR")
    (b'ATD*99#^M', b'+CME ERROR:')
    """
    if text in (b"+CME ERROR", b"+CMS ERROR"):
        return text + b":"
    if not text.startswith(b"send ("):
        return text
    return text[6:].rstrip().removesuffix(b")")


def with_separators(text: bytes) -> bytes:
    """Put commas where modem_chat of Zephyr has blanks between the parameters.

    >>> with_separators(b'+COPS:  0 0 "a b" 7')
    b'+COPS: 0,0,"a b",7'
    """
    found = _SEPARATED.match(text)
    if found is None:
        return text
    return found[0][:-1] + _APART.sub(lambda m: m[1] or b",", text[found.end() :].rstrip())


def unbraced(text: bytes) -> bytes:
    """Take the brace off that closes a token of esp_modem.

    >>> unbraced(b"{+CSQ: 18,99}")
    b'+CSQ: 18,99'
    """
    return text[1:].rstrip().removesuffix(b"}") if text.startswith(b"{") else text


def of_tinygsm(text: bytes) -> bytes:
    """Say in AT what TinyGSM logs: commands without their AT, and the number of the answer.

    Number 1 is the answer that was hoped for, 0 none at all; what stands further behind in its
    list is ERROR, +CME ERROR or another failure.

    >>> of_tinygsm(b"AT: +CSQ"), of_tinygsm(b"Result index: 1")
    (b'AT+CSQ', b'OK')
    """
    if text.startswith(b"AT:"):
        return b"AT" + text[3:].strip()
    found = _COUNTED.match(text)
    return text if found is None else _RESULTS.get(found[1], b"ERROR")


def before_timeout(text: bytes) -> bytes:
    """Take off the message that stands in the place of a line's end.

    >>> before_timeout(b"AT+CPIN? response timeout")
    b'AT+CPIN?'
    """
    return text.partition(b" response timeout")[0].rstrip()


def without_source(text: bytes) -> bytes:
    """Take off where in its source a program logged a line.

    >>> without_source(b"AT+CSQ              modem.py:12")
    b'AT+CSQ'
    """
    return _SOURCE.sub(b"", text) if b".py:" in text else text


def unglued(text: bytes) -> bytes:
    r"""Part a command from what a program or a prompt printed before it, and from a result.

    >>> unglued(b"Waiting for network...AT+CREG?"), unglued(b"ERRORAT+CFUN?")
    (b'Waiting for network...\rAT+CREG?', b'ERROR\rAT+CFUN?')
    """
    if b"AT" not in text or text[:2] in (b"AT", b"at"):
        return text
    found = _RUN_ON.match(text)
    if found is not None:
        return found[0] + b"\r" + text[found.end() :]
    if text[:1] in b'+^#*%!"<{[' or b'"' in text[: text.index(b"AT")]:
        return text
    return _GLUED.sub(b"\r", text, count=1)
