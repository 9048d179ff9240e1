"""Which fields of the AT language are secret: codes, credentials, and the numbers of people.

A log that is shown to others should not open a SIM, log in to a network, or say whose device it
is. The table names the fields; `secrets_in` finds them in a line, wherever on it they stand: so
a command in a comment or in a sentence is found as well as one on the wire.

    >>> [(kind, text[start:end]) for text in ['AT+CPIN="1234"', "IMEI: 352099001761481"]
    ...  for start, end, kind in secrets_in(text)]
    [('PIN', '1234'), ('IMEI', '352099001761481')]

Some answers are only a number: what it is, the command says that it answers.

    >>> secrets_in("262011234567890", asked=["+CIMI"])
    [Secret(start=0, end=15, kind='IMSI')]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

PIN: Final = "PIN"
LOGIN: Final = "login"
PASSWORD: Final = "password"  # noqa: S105  the word, not one of them
IMEI: Final = "IMEI"
IMSI: Final = "IMSI"
SUBSCRIBER: Final = "IMEI or IMSI"  #: fifteen digits of which nothing says what they are
ICCID: Final = "ICCID"
PHONE: Final = "phone number"
PAYLOAD: Final = "payload"
MESSAGE: Final = "message"  #: the text of an SMS
KEY: Final = "key"  #: of TLS: a line between BEGIN and END

KINDS: Final = (
    *(PIN, LOGIN, PASSWORD, IMEI, IMSI, SUBSCRIBER, ICCID),
    *(PHONE, PAYLOAD, MESSAGE, KEY),
)


class Secret(NamedTuple):
    """A part of a text that is not for everybody."""

    start: int
    end: int
    kind: str


class Row(NamedTuple):
    """Secret fields behind a name and a sign.

    Attributes:
        name: Of the command or of the information text.
        signs: ``=`` for a set command, ``:`` for information text.
        fields: What is secret, by the number of the field, from 0 on.
        source: Section of 3GPP TS 27.007 or 27.005, or key of ``docs/sources.md``; "recalled"
            where nothing at hand shows it, which costs nothing but a field hidden in vain.
    """

    name: str
    signs: str
    fields: Mapping[int, str]
    source: str


# fmt: off
TABLE: Final = (
    #   name         sign  field: kind                      source
    # codes of the SIM
    Row("+CPIN",     "=",  {0: PIN, 1: PIN},                "27.007: 8.3"),
    Row("+CLCK",     "=",  {2: PIN},                        "27.007: 7.4"),
    Row("+CPWD",     "=",  {1: PIN, 2: PIN},                "27.007: 7.5"),
    # who may use the network, and servers
    Row("+CGAUTH",   "=:", {2: LOGIN, 3: PASSWORD},         "27.007: 10.1.31"),
    Row("$QCPDPP",   "=:", {2: PASSWORD, 3: LOGIN},         "ours: Qualcomm, recalled"),
    Row("+WPPP",     "=:", {2: LOGIN, 3: PASSWORD},         "ours: HL78xx, recalled"),
    Row("+KCNXCFG",  "=:", {3: LOGIN, 4: PASSWORD},         "2.1 [QA-CNX, RIL]"),
    Row("+KFTPCFG",  "=:", {2: LOGIN, 3: PASSWORD},         "ours: K-commands, recalled"),
    Row("+KHTTPCFG", "=:", {4: LOGIN, 5: PASSWORD},         "ours: K-commands, recalled"),
    Row("+CSTT",     "=:", {1: LOGIN, 2: PASSWORD},         "ours: other makers, recalled"),
    Row("+QICSGP",   "=:", {3: LOGIN, 4: PASSWORD},         "ours: other makers, recalled"),
    # which device, which card
    Row("+CGSN",     ":",  {0: IMEI},                       "27.007: 5.4"),
    Row("+GSN",      ":",  {0: IMEI},                       "V.250: 6.1.7"),
    Row("+KGSN",     ":",  {0: IMEI},                       "ours: K-commands, recalled"),
    Row("+CIMI",     ":",  {0: IMSI},                       "27.007: 5.6"),
    Row("+CCID",     ":",  {0: ICCID},                      "ours: K-commands, recalled"),
    Row("+ICCID",    ":",  {0: ICCID},                      "ours: other makers, recalled"),
    Row("!ICCID",    ":",  {0: ICCID},                      "ours: Sierra, recalled"),
    Row("+QCCID",    ":",  {0: ICCID},                      "ours: other makers, recalled"),
    Row("%CCID",     ":",  {0: ICCID},                      "ours: other makers, recalled"),
    # who speaks with whom
    Row("+CNUM",     ":",  {1: PHONE},                      "27.007: 7.1"),
    Row("+CLIP",     ":",  {0: PHONE},                      "27.007: 7.6"),
    Row("+COLP",     ":",  {0: PHONE},                      "27.007: 7.8"),
    Row("+CCFC",     "=:", {2: PHONE},                      "27.007: 7.11"),
    Row("+CCWA",     ":",  {0: PHONE},                      "27.007: 7.12"),
    Row("+CLCC",     ":",  {5: PHONE},                      "27.007: 7.18"),
    Row("+CPBR",     ":",  {1: PHONE},                      "27.007: 8.12"),
    Row("+CPBF",     ":",  {1: PHONE},                      "27.007: 8.13"),
    Row("+CPBW",     "=",  {1: PHONE},                      "27.007: 8.14"),
    Row("+CSCA",     "=:", {0: PHONE},                      "27.005: 3.3.1"),
    Row("+CMT",      ":",  {0: PHONE},                      "27.005: 3.4.1"),
    Row("+CDS",      ":",  {2: PHONE},                      "27.005: 3.4.1"),
    Row("+CMGL",     ":",  {2: PHONE},                      "27.005: 3.4.2"),
    Row("+CMGR",     ":",  {1: PHONE},                      "27.005: 3.4.3"),
    Row("+CMGS",     "=",  {0: PHONE},                      "27.005: 3.5.1"),
    Row("+CMGW",     "=",  {0: PHONE},                      "27.005: 3.5.3"),
    # payload that stands in an information text
    Row("+KTCP_DATA", ":", {2: PAYLOAD},                    "3.3 [RIL, QA-BX]"),
    Row("+KUDP_DATA", ":", {2: PAYLOAD},                    "4 [M220]"),
)
# fmt: on

#: What the only line of an answer is, by the command that asks for it.
ANSWERS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("+CGSN", "+GSN", "+KGSN"), IMEI),
    "+CIMI": IMSI,
    **dict.fromkeys(("+CCID", "+ICCID", "!ICCID", "+QCCID", "%CCID"), ICCID),
    "+CNUM": PHONE,
}
#: What announces that the next line is the text of a message (27.005 3.4).
ANNOUNCING: Final = ("+CMT:", "+CDS:", "+CBM:", "+CMGR:", "+CMGL:")
#: Commands whose text follows a prompt (27.005 3.5).
PROMPTING: Final = frozenset({"+CMGS", "+CMGW", "+CMGC"})

#: The shape that the value of a field must have, where a field may also hold something else:
#: in PDU mode +CMGS has a length, and before the prefix of an answer was set, none is a number.
_SHAPES: Final = {
    IMEI: r"\d{14,17}",
    IMSI: r"\d{10,16}",
    ICCID: r"[0-9A-Fa-f]{18,22}",
    PHONE: r"\+?[\d*#]{4,20}",
    PIN: r"[^\s?]+",
}
_SHAPED: Final = {kind: re.compile(shape) for kind, shape in _SHAPES.items()}
#: Nothing of a longer word before and behind; a line end may be written as an escape.
_BEFORE: Final = r"(?:(?<![0-9A-Za-z.])|(?<=\\[nrt])|(?<=\^[JM]))"
_BEHIND: Final = r"(?![0-9A-Za-z]|\.\d)"
_ALONE: Final = {
    kind: re.compile(rf"{_BEFORE}(?:{shape}){_BEHIND}")
    for kind, shape in _SHAPES.items()
    if kind != PIN
}
_ROWS: Final = {(row.name, sign): row for row in TABLE for sign in row.signs}
_NAMED: Final = re.compile(r"(?P<prefix>[+$!%])[ \t]*+(?P<name>[A-Za-z_]++)[ \t]*+(?P<sign>[=:])")
_FIELD: Final = re.compile(
    r"""[ \t]*+(?:\\?["“”](?P<quoted>[^"“”\r\n]*?)(?=\\?["“”]|[\r\n]|\Z)|(?P<bare>[^\s,;"“”`]*+))"""
    r"""(?P<tail>[^,;\r\n]*+)""",
)
_CLOSING: Final = ' \t\\"“”'

_DIAL: Final = re.compile(
    r"(?<![A-Za-z])ATD[TP]?[ \t]*+(?P<text>[>\d*#+][^\r\n`;]*+)", re.IGNORECASE
)
_SERVICE: Final = re.compile(r"\*9[89](?:[*#]|\Z)")  # opens data mode: no number of anybody
_DIALLED_CODES: Final = re.compile(r"\*\*?0[45]2?\*(?P<codes>[\d*]+)#")  # changes a PIN
_CODE: Final = re.compile(r"\d+")
_LABELLED: Final = re.compile(
    r"\b(?P<label>IMEI|IMSI|ICCID|CCID|MSISDN|PIN|PUK)[12]?\b[ \t]*+(?:is[ \t]++|[:=][ \t]*+)"
    r"""["“]?(?P<value>\+?[0-9A-Fa-f]{4,22})\b""",
    re.IGNORECASE,
)
_LABELS: Final = {
    "IMEI": IMEI,
    "IMSI": IMSI,
    "ICCID": ICCID,
    "CCID": ICCID,
    "MSISDN": PHONE,
    "PIN": PIN,
    "PUK": PIN,
}
#: Digits that are such a number wherever they stand: fifteen, or those of a card (E.118: 89).
_BY_LENGTH: Final = re.compile(
    rf"{_BEFORE}(?=\d{{15}})(?:(?P<card>89\d{{17,18}}[0-9Ff]?)|\d{{15}}){_BEHIND}"
)
#: What opens a SIM or a network.
OPENING: Final = frozenset({PIN, PASSWORD})
#: What every line with such a field has in it, and few others.
_MAY_OPEN: Final = re.compile(
    "|".join(
        [
            *(re.escape(r.name[1:]) for r in TABLE if OPENING.intersection(r.fields.values())),
            *(label for label, kind in _LABELS.items() if kind in OPENING),
            _DIALLED_CODES.pattern,
        ]
    ),
    re.IGNORECASE,
)


def secrets_in(text: str, asked: Iterable[str] = ()) -> list[Secret]:
    """Find what is secret in a line.

    Args:
        text: The line, or any text with AT in it; of a line with payload, only what precedes it.
        asked: Names of the commands that it may answer, as ``+CGSN``.

    Returns:
        The secret parts, in order; none overlaps another. What was hidden already is none.
    """
    found = sorted(_found(text, asked), key=lambda s: (s.start, -s.end))
    kept: list[Secret] = []
    for secret in found:
        if secret.end > secret.start and (not kept or secret.start >= kept[-1].end):
            kept.append(secret)
    return [secret for secret in kept if text[secret.start : secret.end] != f"[{secret.kind}]"]


def without_codes(text: str) -> str:
    """The text of a line without what opens a SIM or a network; nothing else is hidden.

    >>> without_codes('AT+CPIN="1234","5678"'), without_codes("AT+CGSN")
    ('AT+CPIN="[PIN]","[PIN]"', 'AT+CGSN')
    """
    if _MAY_OPEN.search(text) is None:
        return text
    pieces = []
    end = 0
    for secret in secrets_in(text):
        if secret.kind in OPENING:
            pieces += [text[end : secret.start], f"[{secret.kind}]"]
            end = secret.end
    return "".join([*pieces, text[end:]])


def _found(text: str, asked: Iterable[str]) -> Iterator[Secret]:
    start = 0
    while named := _NAMED.search(text, start):
        start = named.end()
        row = _ROWS.get((named["prefix"] + named["name"].upper(), named["sign"]))
        if row is not None:
            inside, start = _fields(text, start, row.fields)
            yield from inside
    for name in asked:
        if kind := ANSWERS.get(name.upper()):
            yield from (Secret(*found.span(), kind) for found in _ALONE[kind].finditer(text))
    upper = text.upper()
    if any(label in upper for label in _LABELS):
        yield from _labelled(text)
    if "ATD" in upper:
        for found in _DIAL.finditer(text):
            yield from _dialled(found)
    for found in _BY_LENGTH.finditer(text):
        yield Secret(*found.span(), ICCID if found["card"] else SUBSCRIBER)


def _labelled(text: str) -> Iterator[Secret]:
    """What stands behind a word for it."""
    for found in _LABELLED.finditer(text):
        kind = _LABELS[found["label"].upper()]
        if kind == PIN or _SHAPED[kind].fullmatch(found["value"]):
            yield Secret(*found.span("value"), kind)


def _fields(text: str, start: int, kinds: Mapping[int, str]) -> tuple[list[Secret], int]:
    """The secret ones among the fields that begin at *start*, and where the last of them ends."""
    found: list[Secret] = []
    for number in range(max(kinds) + 1):
        field = _FIELD.match(text, start)
        assert field is not None, "every part of it may be empty"
        kind = kinds.get(number)
        begin, end = field.span("quoted" if field["bare"] is None else "bare")
        if kind == PAYLOAD:
            return [*found, Secret(begin, len(text), kind)], len(text)
        shape = _SHAPED.get(kind or "")
        if kind is not None and (shape is None or shape.fullmatch(text, begin, end)):
            found.append(Secret(begin, end, kind))
        start = field.end() + 1
        if text[field.end() : start] != "," or field["tail"].strip(_CLOSING):
            return found, end  # no more fields, or a sentence that goes on behind them
    return found, end


def _dialled(found: re.Match[str]) -> Iterator[Secret]:
    """What is secret in a dial string."""
    number = found["text"].rstrip()
    start = found.start("text")
    if codes := _DIALLED_CODES.match(number):
        for code in _CODE.finditer(number, *codes.span("codes")):
            yield Secret(start + code.start(), start + code.end(), PIN)
    elif not _SERVICE.match(number):
        yield Secret(start, start + len(number), PHONE)
