"""The words of the AT language: command lines, information text and result codes.

Pure functions from one line, as :mod:`atfsm.at.framing` cut it, to a frozen record, or to
None where the line is not of that kind. Nothing here knows which command is in flight, so
nothing here says whether an information text answers a command or came unasked.

Any bytes are legal input: no function of this module raises on what a modem or a log holds.

Source:
    ITU-T V.250 and 3GPP TS 27.007 for the shapes; keys such as [M18] name the page that shows
    a deviation: [M18] AirPrime HL7518/HL7548 AT Commands Interface Guide, page 18; [LEG-S] and
    [LEG-A] the AT server of Legato; [FR] FreeRTOS-Cellular-Interface; [TMS] TcpModemServer.
"""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass

__all__ = [
    "CommandLine",
    "Form",
    "InformationText",
    "Result",
    "ResultKind",
    "parse_command_line",
    "parse_information",
    "parse_result",
    "read_integer",
    "split_fields",
]

_BLANKS = b" \t"
_CONTROL_OR_BLANK = bytes(range(0x21)) + b"\x7f"
_NUMBER = re.compile(rb"[+-]?[0-9]{1,20}")  # 20 digits hold any 64-bit number (ours)
# A quoted run. Forum software turns straight quotes into the three-byte curly ones, so a run
# opened by a curly quote ends at either; one opened straight ends straight. An unclosed run
# goes to the end of the line.
_QUOTED = rb'"(?P<straight>[^"]*+)"?|\xe2\x80[\x9c\x9d](?P<curly>.*?)(?:\xe2\x80[\x9c\x9d]|"|\Z)'
_TOKEN = re.compile(_QUOTED + rb'|(?P<comma>,)|(?P<bare>[^,"\xe2]++|\xe2)', re.DOTALL)


class Form(enum.Enum):
    """The four forms of a command (3GPP TS 27.007: execution, read, test and set)."""

    EXECUTE = "execute"
    READ = "read"
    TEST = "test"
    SET = "set"


@dataclass(frozen=True, slots=True)
class CommandLine:
    """One command line, or one member of a concatenated one.

    Attributes:
        text: As received, without blanks and control bytes at either end. A member of
            ``rest`` has its own part of the line, blanks outside quotes removed.
        name: Upper case with its sign, ``b"+KTCPCNX"``, ``b"&K"``, ``b"E"``, ``b"S3"``;
            empty for a plain ``AT``.
        form: Which of the four forms; a basic command with a number, ``ATE0``, executes.
        parameters: In order, quotes removed; a parameter left out in the middle is empty.
            Letter case is as received, and a backslash escape is left as it stands.
        rest: The members after the first of a concatenated line; empty in members.
    """

    text: bytes
    name: bytes
    form: Form = Form.EXECUTE
    parameters: tuple[bytes, ...] = ()
    rest: tuple[CommandLine, ...] = ()

    @property
    def members(self) -> tuple[CommandLine, ...]:
        """Every command of the line in order, this one first."""
        return (self, *self.rest)

    @property
    def is_voice_call(self) -> bool:
        """Whether this dials a voice call: ``ATD<number>;``."""
        return self.name == b"D" and self.parameters[0].endswith(b";")


@dataclass(frozen=True, slots=True)
class InformationText:
    """A line ``+NAME: fields``: an information text response or an unsolicited result code.

    Attributes:
        name: Upper case with its sign, without the colon: ``b"+KTCP_NOTIF"``.
        fields: In order, quotes removed, blanks around a field stripped.
        value: All that follows the colon, as received. Where a field is binary
            (``+KTCP_DATA: 1,3,<data>``), cut it from here by its length, since commas and
            quotes in it mean nothing.
    """

    name: bytes
    fields: tuple[bytes, ...]
    value: bytes

    def integer(self, index: int) -> int | None:
        """Return the field at *index*, counted from 0; None if absent or not an integer."""
        if not 0 <= index < len(self.fields):
            return None
        return read_integer(self.fields[index])


class ResultKind(enum.Enum):
    """The result codes a command can meet; the value is the verbose text."""

    OK = "OK"
    ERROR = "ERROR"
    CME_ERROR = "+CME ERROR"
    CMS_ERROR = "+CMS ERROR"
    CONNECT = "CONNECT"
    NO_CARRIER = "NO CARRIER"
    BUSY = "BUSY"
    NO_DIALTONE = "NO DIALTONE"
    NO_ANSWER = "NO ANSWER"
    ABORTED = "ABORTED"
    SEND_OK = "SEND OK"
    SEND_FAIL = "SEND FAIL"
    COMMAND_NOT_SUPPORT = "COMMAND NOT SUPPORT"
    TOO_MANY_PARAMETERS = "TOO MANY PARAMETERS"
    RING = "RING"


@dataclass(frozen=True, slots=True)
class Result:
    """A final or intermediate result code.

    Attributes:
        kind: Which one.
        text: The line as received, without blanks and control bytes at either end.
        code: ``<err>`` of ``+CME ERROR`` and ``+CMS ERROR``; None where the modem wrote words
            (``CMEE=2``) and for every other kind.
        detail: What follows ``+CME ERROR:`` or ``CONNECT``; empty for every other kind.
    """

    kind: ResultKind
    text: bytes
    code: int | None = None
    detail: bytes = b""

    @property
    def is_final(self) -> bool:
        """Whether it ends the command. CONNECT does not: OK or NO CARRIER follows."""
        return self.kind not in {ResultKind.CONNECT, ResultKind.RING}

    @property
    def is_success(self) -> bool:
        """Whether it is final and good: OK or SEND OK."""
        return self.kind in {ResultKind.OK, ResultKind.SEND_OK}

    @property
    def is_refusal(self) -> bool:
        """Whether it is final and anything but good."""
        return self.is_final and not self.is_success


def read_integer(field: bytes) -> int | None:
    """Read a decimal field; None for anything else, and for more than 20 digits.

    >>> read_integer(b"-1"), read_integer(b"1A"), read_integer(b"")
    (-1, None, None)
    """
    return int(field) if _NUMBER.fullmatch(field) else None


def split_fields(text: bytes) -> tuple[bytes, ...]:
    """Split at the commas outside quotes, and remove quotes and outer blanks.

    Parentheses protect nothing: a test response ``(0,1)`` is cut in two.

    >>> split_fields(b' 1, "a, b" ,,x y')
    (b'1', b'a, b', b'', b'x y')
    """
    fields: list[bytes] = []
    left, quoted, right = b"", None, b""
    for token in _TOKEN.finditer(text):
        if token["comma"] is not None:
            fields.append(_join_field(left, quoted, right))
            left, quoted, right = b"", None, b""
        elif token["bare"] is not None:
            if quoted is None:
                left += token["bare"]
            else:
                right += token["bare"]
        else:
            quoted = (quoted or b"") + right + (token["straight"] or token["curly"] or b"")
            right = b""
    fields.append(_join_field(left, quoted, right))
    return tuple(fields)


def _join_field(left: bytes, quoted: bytes | None, right: bytes) -> bytes:
    """Put a field together; blanks at its ends go, unless they stood in quotes."""
    if quoted is None:
        return left.strip(_BLANKS)
    return left.lstrip(_BLANKS) + quoted + right.rstrip(_BLANKS)


# --------------------------------------------------------------------------- command lines

_AT = re.compile(rb"[\x00-\x20\x7f]*+[Aa][Tt]")
_CANONICAL = re.compile(_QUOTED + rb'|(?P<bare>[^"\xe2]++|\xe2)', re.DOTALL)

# Members of a command line, once blanks are gone and all quotes are straight.
_VALUE = rb'(?:[^;"]|"[^"]*+"?)*'
_DIAL = re.compile(rb"[Dd](?P<number>.*)", re.DOTALL)
_S_PARAMETER = re.compile(rb"(?P<name>[Ss][0-9]++)(?:(?P<sign>[=?])(?P<value>[0-9?]*+))?")
_BASIC = re.compile(
    rb"(?P<name>[&\\]?[A-Za-z])(?P<number>[0-9]*+)(?:(?P<sign>[=?])(?P<value>[0-9?]*+))?"
)
# The name goes on to the sign whatever it holds, so that a malformed line keeps a name that
# no command has, and is never taken for the command it resembles.
_EXTENDED = re.compile(
    rb"(?P<name>[+^$%#*!@][A-Za-z][^=?;]*+)(?:(?P<sign>[=?])(?P<value>" + _VALUE + rb"))?"
)
# A dial string holds a digit, or names a place in a phonebook (`>`, `L`, `S`), or is empty.
_DIALLED = re.compile(rb"[TtPp]?(?:;?|[>LlSs].*|.*[0-9].*)", re.DOTALL)
_BASIC_LETTERS = frozenset(b"ABDEFHILMOPQSTVWXYZ")  # of V.250 and Hayes
_SIGNS = frozenset(rb"+^$%#*!@&\?=")


def parse_command_line(text: bytes) -> CommandLine | None:
    """Parse a line that a host sent.

    Letter case of the command does not matter; blanks outside quotes are ignored [M18], and so
    are control bytes. A semicolon ends an extended command, a basic command ends by itself,
    ``D`` takes all the rest of the line (V.250).

    Returns:
        The line, its first command in front; None for text that is not a command line, which
        includes prose that happens to begin with "at" (``Attached``, ``AT HOME``).

    >>> line = parse_command_line(b'at +kcnxcfg = 1,"GPRS","my apn",,')
    >>> line.name, line.form.name, line.parameters
    (b'+KCNXCFG', 'SET', (b'1', b'GPRS', b'my apn', b'', b''))
    >>> [(member.name, member.parameters) for member in parse_command_line(b"ATE0V1").members]
    [(b'E', (b'0',)), (b'V', (b'1',))]
    """
    start = _AT.match(text)
    if start is None:
        return None
    body = _canonical(text[start.end() :])
    members: list[CommandLine] = []
    position = 0
    while position < len(body):
        if body[position] == ord(";"):
            position += 1
            continue
        member = _parse_member(body, position)
        if member is None and body[position] not in _SIGNS:
            return None
        # A sign that opens no command: malformed, but sent, and the modem answers it.
        members.append(member or CommandLine(body[position:], body[position:].upper()))
        position += len(members[-1].text)
    if _is_prose(members):
        return None
    text = text.strip(_CONTROL_OR_BLANK)
    if not members:
        return CommandLine(text, b"")
    first = members[0]
    return CommandLine(text, first.name, first.form, first.parameters, tuple(members[1:]))


def _canonical(body: bytes) -> bytes:
    """Drop blanks and control bytes outside quotes, and make every quote a straight one."""
    parts: list[bytes] = []
    for token in _CANONICAL.finditer(body):
        if token["bare"] is not None:
            parts.append(token["bare"].translate(None, _CONTROL_OR_BLANK))
        else:
            parts.append(b'"' + (token["straight"] or token["curly"] or b"") + b'"')
    return b"".join(parts)


def _parse_member(body: bytes, position: int) -> CommandLine | None:
    """Parse the command that begins at *position* of a canonical body."""
    if dial := _DIAL.match(body, position):
        number = dial["number"].replace(b'"', b"")
        if _DIALLED.fullmatch(number) is None:
            return None
        return CommandLine(dial[0], b"D", Form.EXECUTE, (number,))
    if basic := (_S_PARAMETER.match(body, position) or _BASIC.match(body, position)):
        number = basic["number"] if "number" in basic.re.groupindex else b""
        form, parameters = _read_form(basic["sign"], basic["value"])
        if number:
            parameters = (number, *parameters)
        return CommandLine(basic[0], basic["name"].upper(), form, parameters)
    if extended := _EXTENDED.match(body, position):
        form, parameters = _read_form(extended["sign"], extended["value"])
        return CommandLine(extended[0], extended["name"].upper(), form, parameters)
    return None


def _read_form(sign: bytes | None, value: bytes | None) -> tuple[Form, tuple[bytes, ...]]:
    """Tell the form from the sign after the name, and the parameters from what follows it."""
    if sign is None:
        return Form.EXECUTE, ()
    if sign == b"?":  # `AT!SCACT?1`: a read command of Sierra may name what to read
        return Form.READ, split_fields(value) if value else ()
    if value == b"?":
        return Form.TEST, ()
    return Form.SET, split_fields(value or b"")


def _is_prose(members: list[CommandLine]) -> bool:
    """Tell words from a run of basic commands: "AT HOME" would be H, O, M and E."""
    bare = [member.text for member in members if len(member.text) == 1 and member.text.isalpha()]
    if len(bare) > 2 and len(bare) == len(members):  # ours: `ATHZ` is in use
        return True
    return len(members) > 1 and any(ord(letter.upper()) not in _BASIC_LETTERS for letter in bare)


# ------------------------------------------------------- information text and result codes

_INFORMATION = re.compile(
    rb"[\x00-\x20\x7f]*+(?P<name>[+^$%#*!][A-Za-z][A-Za-z0-9_!%./-]*+)[ \t]*+:(?P<value>.*)",
    re.DOTALL,
)
# [TMS] writes `+CME_ERROR 912`; LEG-S exactly one blank after the colon; both are taken.
_EQUIPMENT_ERROR = re.compile(
    rb"\+CM(?P<letter>[ES])[ _]ERROR(?:[ \t]*+:[ \t]*+(?P<detail>.*)|[ \t]++(?P<code>[0-9]+))",
    re.DOTALL | re.IGNORECASE,
)
_CODE = re.compile(rb"-?[0-9]{1,9}")
_CONNECT = re.compile(
    rb"CONNECT(?:[ \t]++(?!OK\b|FAIL|ERROR)(?P<detail>.*))?", re.IGNORECASE | re.DOTALL
)

# fmt: off
_VERBOSE = {
    kind.value.encode(): kind
    for kind in ResultKind
    if kind not in {ResultKind.CME_ERROR, ResultKind.CMS_ERROR, ResultKind.CONNECT,
                    ResultKind.RING}
} | {b"NO DIAL TONE": ResultKind.NO_DIALTONE}

_NUMERIC = {  # ATV0, V.250 [STD]
    b"0": ResultKind.OK,
    b"1": ResultKind.CONNECT,
    b"2": ResultKind.RING,
    b"3": ResultKind.NO_CARRIER,
    b"4": ResultKind.ERROR,
    b"6": ResultKind.NO_DIALTONE,
    b"7": ResultKind.BUSY,
    b"8": ResultKind.NO_ANSWER,
}
# fmt: on


def parse_information(text: bytes) -> InformationText | None:
    """Parse ``+NAME: fields``, with or without a blank after the colon.

    Returns:
        The parts; None for any other line, ``+CME ERROR`` and ``+CMS ERROR`` included.

    >>> parse_information(b"+KTCP_NOTIF:1, 4").fields
    (b'1', b'4')
    """
    parts = _INFORMATION.fullmatch(text)
    if parts is None or parse_result(text) is not None:
        return None
    value = parts["value"].strip(_CONTROL_OR_BLANK)
    return InformationText(parts["name"].upper(), split_fields(value), value)


def parse_result(text: bytes, *, numeric: bool = False) -> Result | None:
    """Parse a final or intermediate result code, which must be the whole line.

    Args:
        text: The line; letter case does not matter.
        numeric: Whether the modem was told ``ATV0``, so that a lone digit is a result. Only
            then is RING (``2``) reported; the word RING is an unsolicited result code.

    Returns:
        The result; None for any other line. ``CONNECT OK`` and ``CONNECT FAIL`` are None too:
        other modems report a socket with them, not a change to data mode.

    >>> parse_result(b"+CME ERROR: 923").code
    923
    """
    text = text.strip(_CONTROL_OR_BLANK)
    kind = (_NUMERIC.get(text) if numeric else None) or _VERBOSE.get(text.upper())
    if kind is not None:
        return Result(kind, text)
    if error := _EQUIPMENT_ERROR.fullmatch(text):
        kind = ResultKind.CME_ERROR if error["letter"] in b"Ee" else ResultKind.CMS_ERROR
        detail = error["detail"] if error["code"] is None else error["code"]
        code = int(detail) if _CODE.fullmatch(detail) else None
        return Result(kind, text, code, detail)
    if connect := _CONNECT.fullmatch(text):
        return Result(ResultKind.CONNECT, text, None, connect["detail"] or b"")
    return None
