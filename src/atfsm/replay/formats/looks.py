"""What a line looks like to somebody who does not know the modem.

Strict on purpose: it decides whether a file is an AT capture at all, and prose is full of words
that begin with "at".
"""

from __future__ import annotations

import re
from typing import Final

_COMMAND: Final = re.compile(
    rb"""AT(?=[^\r\n]*+\s*+\Z)(?:                       # one line, or nothing is tried
        [ ]?[+\#$%!*^_@\\][A-Z][^\r\n]*+                 # extended: AT+CSQ, AT!RESET
      | [ ]?D[ TPL]{0,2}[\d*\#+,">][^\r\n]*+              # dialling: ATDT*99***1#
      | D[^\s;]{1,40};                                    # a voice call to a placeholder
      | (?![A-Z]{3}|&T$)
        (?:                                              # basic: ATE0V1 &C1
            [ ]?S\d{1,3}(?:=\d{0,3}|\?) | [ ]?[&%\\][A-Z]\d{0,3} | [A-Z]\d{0,3} | [ ][A-Z]\d{1,3}
        )*
        (?:;?[ ]?[+\#$%!*^_@][A-Z][^\r\n]*+)?              # then extended: ATE0+IFC=2,2
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_FINAL: Final = re.compile(
    rb"(?:OK|ERROR|\+CM[ES] ERROR: ?[\w ]{1,60}|CONNECT(?: (?:OK|FAIL|\d[\w/.:]*))?|NO CARRIER"
    rb"|NO ANSWER|NO DIAL ?TONE|BUSY|SEND OK|SEND FAIL)\s*"
)
_REFUSED: Final = re.compile(rb"\+CM[ES] ERROR: ?[^\r\n]{0,60}")
_NAMED: Final = re.compile(
    rb"[+^#*$%!][A-Z][A-Z0-9_ -]{1,40}:(?:[ \d\"(][^\x00-\x08\x0e-\x1f\x7f]*)?\s*", re.IGNORECASE
)


def is_command(text: bytes) -> bool:
    """Tell whether *text* reads as a command line."""
    return text[:2] in (b"AT", b"at", b"At") and _COMMAND.fullmatch(text) is not None


def is_answer(text: bytes) -> bool:
    """Tell whether *text* reads as a final result code or URC (``+NAME: ...``)."""
    return _NAMED.fullmatch(text) is not None or _FINAL.fullmatch(text) is not None


def is_final(text: bytes) -> bool:
    """Tell whether *text* reads as a final result code: the answer to a command ends with it."""
    return _FINAL.fullmatch(text) is not None or _REFUSED.fullmatch(text) is not None


def is_at(text: bytes) -> bool:
    """Tell whether *text* reads as anything of the AT language."""
    return is_command(text) or is_answer(text)
