"""A line of the modem in the words of somebody who read it, or who copied it from a log."""

from __future__ import annotations

import re
from typing import Final

#: What is quoted from a log behind a stamp and a direction, or from the middle of a sentence.
_QUOTED: Final = re.compile(
    r"(\+CM[ES] ERROR: ?.+|[+^!%*][A-Z_]{2,}: ?.*|\bAT[+&!^$#%*][A-Z].*|NO CARRIER|CONNECT|ERROR|OK)"
    r"\s*$"
)
_ERROR: Final = re.compile(r"(?:\+?CME|ERROR|ERR)(?: ERROR)?:? ?(\d{1,4})", re.IGNORECASE)
_NOTIFIED: Final = re.compile(
    r"\+?(?:(K(?:TCP|UDP)_NOTIF|KCNX_IND)|(KSUP|CE?REG|CGREG)):? (-?\d+)", re.IGNORECASE
)


def line_in(text: str) -> str:
    """Find the line that a text speaks of, or ends in: ``[10:00:00] Rx: OK``, ``CME 923``.

    Returns:
        The line as the modem would write it; empty where the text speaks of none.
    """
    if error := _ERROR.fullmatch(text):
        return f"+CME ERROR: {error[1]}"
    if notified := _NOTIFIED.fullmatch(text):
        of_session, of_modem, value = notified.groups()
        name, key = (of_session, "1,") if of_session else (of_modem, "")
        return f"+{name.upper()}: {key}{value}"
    found = _QUOTED.search(text)
    return found[1] if found else ""
