"""Which modem wrote a capture: model, firmware and IMEI, where it was asked for them.

Nothing is guessed: only what stands in an answer to a command that asks for it (3GPP TS 27.007
5.1 to 5.4, V.250 6.1.3 to 6.1.7, and what makers answer to ``ATI`` and ``AT+KGSN``).

>>> told = Identity()
>>> for command, text in ((b"+CGMM", b"RC7620"), (b"+CGMR", b"SWI9X07H_00.08.19.00 r1 gcc")):
...     told = told.after(command, text)
>>> told.model, told.firmware
('RC7620', 'SWI9X07H_00.08.19.00')
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from atfsm.at.exchange import What
from atfsm.replay.automaton import Edge

#: Commands by what they ask for. ``ATI`` answers with lines that say themselves what they are.
MODEL: Final = frozenset({b"+CGMM", b"+GMM"})
FIRMWARE: Final = frozenset({b"+CGMR", b"+GMR"})
SERIAL: Final = frozenset({b"+CGSN", b"+GSN", b"+KGSN"})
CARD: Final = frozenset({b"I"})
COMMANDS: Final = MODEL | FIRMWARE | SERIAL | CARD
ASKING: Final = (("model", MODEL), ("firmware", FIRMWARE), ("imei", SERIAL))
#: What unsolicited result codes begin with.
UNASKED: Final = frozenset("+^#*$%!")
#: Longest text that is a name and not an accident; ours.
NAME_AT_MOST: Final = 64

_LABEL: Final = re.compile(r"\s*\+?(?P<label>[A-Za-z][A-Za-z ]{1,20}?)\s*[:=]\s*(?P<value>.+)")
_LABELLED: Final = {
    "model": "model",
    "cgmm": "model",
    "gmm": "model",
    "revision": "firmware",
    "firmware": "firmware",
    "firmware version": "firmware",
    "cgmr": "firmware",
    "gmr": "firmware",
    "imei": "imei",
    "cgsn": "imei",
    "gsn": "imei",
    "kgsn": "imei",
}
_MODEL_NAME: Final = re.compile(r"[A-Z]{1,6}[-_ ]?[A-Z]{0,3}\d{2,5}[A-Za-z0-9-]{0,12}")
_IMEI: Final = re.compile(r"(?<!\d)\d{14,16}(?!\d)")
_ANSWERS: Final = (What.INFORMATION, What.URC)


class Identity(NamedTuple):
    """What a modem said about itself; empty where it was not asked.

    Attributes:
        model: As it names itself: ``RC7620``.
        firmware: Its revision, without build date and tools: ``SWI9X07H_00.08.19.00``.
        imei: Its serial number; not to be shown to anybody.
    """

    model: str = ""
    firmware: str = ""
    imei: str = ""

    def after(self, command: bytes, text: bytes) -> Identity:
        """What is known after one more line of an answer; what was said last holds.

        Args:
            command: Name of the command that is being answered, as ``+CGMM`` or ``I``.
            text: One line of information text.
        """
        words = text.decode("utf-8", "replace").strip().strip('"')
        field, value = _said(command.upper(), words)
        value = value.strip().strip('"').strip()
        if not value or len(value) > NAME_AT_MOST or not value.isprintable():
            return self
        if field == "firmware":
            return self._replace(firmware=value.split()[0])
        if field == "imei":
            found = _IMEI.search(value)
            return self._replace(imei=found[0][:15]) if found else self
        return self._replace(model=value) if field else self


def _said(command: bytes, words: str) -> tuple[str, str]:
    """Which field a line tells, and what it says; an empty field where it tells none."""
    found = _LABEL.fullmatch(words)
    labelled = _LABELLED.get(found["label"].lower(), "") if found else ""
    if found and command in CARD:
        return labelled, found["value"]
    asked = next((field for field, names in ASKING if command in names), "")
    if found and labelled:
        return (labelled if labelled == asked else ""), found["value"]
    if words[:1] in UNASKED:  # what came meanwhile without being asked
        return "", ""
    if command in CARD:  # a line without a label is the model where it reads like one
        return ("model", words) if _MODEL_NAME.fullmatch(words) else ("", "")
    return asked, words


class Acquaintance:
    """Learns from the edges of a replay which modem it is; give it as *tally* to `replay`.

    Attributes:
        identity: What is known so far.
    """

    def __init__(self) -> None:
        self.identity = Identity()

    def __call__(self, edges: Iterable[Edge]) -> None:
        """Look at edges that were taken, in order."""
        for edge in edges:
            if edge.what not in _ANSWERS or (sent := edge.node.exchange.in_flight) is None:
                continue
            names = [line.name for line in sent.lines if line.name.upper() in COMMANDS]
            if names:
                self.identity = self.identity.after(names[0], edge.text)
