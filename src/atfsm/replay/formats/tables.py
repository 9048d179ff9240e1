"""The formats, one entry each: what a logger writes around the wire, as data.

Numbers of shapes are those of the list of capture formats in the documentation. The order
decides between formats that fit equally well: what says more about itself stands first.
"""

from __future__ import annotations

import re
from typing import Final

from atfsm.errors import CaptureError
from atfsm.replay.formats import escapes
from atfsm.replay.formats.journal import JournalReader
from atfsm.replay.formats.model import Format, Unmarked
from atfsm.replay.formats.times import (
    CTIME,
    DAILY,
    EPOCH,
    EPOCH_MILLIS,
    ISO,
    MILLIS,
    MONTH_DAY,
    ROUTER,
    ROUTER_Y,
    SECONDS,
    SYSLOG,
    US,
    US_REVERSED,
    stamps,
)

# What may stand before everything else: a byte order mark, indentation, colours; and the mark of
# a quotation in a thread, which is not a direction.
# Quantifiers that could share a long run of blanks are possessive: no line may take a minute.
_LEAD: Final = rb"(?:\xef\xbb\xbf)?(?:[ \t]|\x1b\[[\d;]*+m)*+"
_QUOTE: Final = _LEAD + rb"(?:>(?:[ \t]|(?=[\[\dTtRr]))|[ \t])*+"
_ZONE: Final = rb"(?:Z|[+-]\d\d:?\d\d)?"


def _marks(shape: bytes) -> re.Pattern[bytes]:
    return re.compile(_LEAD + shape, re.DOTALL)


def _utf8_or_gbk(text: str) -> bytes:
    """Write *text* as an expression that fits both encodings of a Chinese tool."""
    return rb"(?:%b|%b)" % (re.escape(text.encode()), re.escape(text.encode("gbk")))


# fmt: off
FORMATS: Final[tuple[Format, ...]] = (
    Format(
        name="journal",
        about="shape 42, the journal that atfsm itself writes while it drives a modem",
        marks=_marks(
            rb'\{"n": ?\d{1,18}, ?"mono": ?[\d.e+-]{1,24}, ?"wall": ?"[\d:.TZ+-]{1,40}", ?'
            rb'"kind": ?"(?:(?P<tx>tx)|(?P<rx>\w{1,20}))"(?P<text>.*)'
        ),
        distinct=True,
        complete=True,
        reads=JournalReader,
    ),
    Format(
        name="qcom",
        about="shape 7, QCOM tool: [Send->] and [Recv<-], milliseconds after a colon",
        stamps=stamps(_LEAD + rb"\[?%b\]?", ISO, DAILY),
        marks=_marks(rb"\[(?:(?P<tx>Send->)|(?P<rx>Recv<-))\](?P<text>.*)"),
        unmarked=Unmarked.CONTINUES,
        distinct=True,
    ),
    Format(
        name="sscom",
        about="shape 8, SSCOM: arrows with a diamond; a box is the CRLF of what was sent",
        stamps=stamps(_LEAD + rb"\[%b\]", DAILY, ISO),
        marks=_marks(
            rb"[^\]\x00-\x1f]{0,8}?(?:(?P<tx>%b)|(?P<rx>%b))(?P<text>.*)"
            % (_utf8_or_gbk("→◇"), _utf8_or_gbk("←◆"))
        ),
        unmarked=Unmarked.CONTINUES,
        breaks=re.compile(_utf8_or_gbk("□")),
        notes=True,
        distinct=True,
    ),
    Format(
        name="out-in",
        about="shape 13, Out/In records: CR and LF as records of their own",
        stamps=stamps(_LEAD + rb"%b - ", ISO),
        stamp_required=True,
        marks=_marks(rb"(?:(?P<tx>Out)|(?P<rx>In)):(?P<text>.*)"),
        restore=escapes.ANGLE_HEX.undo,
        last_twice=True,
        distinct=True,
    ),
    Format(
        name="unimodem",
        about="shape 14, Windows modem log: what it repeats as an interpreted response is dropped",
        stamps=stamps(_LEAD + rb"%b - ", US, US_REVERSED),
        stamp_required=True,
        marks=_marks(rb"(?:(?P<tx>Send)|(?P<rx>Recv)): ?(?P<text>.*)"),
        unmarked=Unmarked.WRAPPED,
        restore=escapes.UNIMODEM.undo,
        distinct=True,
    ),
    Format(
        name="mm-0x",
        about="shape 21, ModemManager before 1.0",
        marks=_marks(
            rb"\*\* \(modem-manager:\d+\): DEBUG: .{0,80}?(?:(?P<tx>-->)|(?P<rx><--)) "
            rb"'(?P<text>.*(?='\s*+$)|.*)"
        ),
        restore=escapes.MODEM_MANAGER.undo,
        distinct=True,
    ),
    Format(
        name="mm-1x",
        about="shape 22, ModemManager from 1.0: the port in brackets, in front of it much or nothing",
        stamps=(
            *stamps(rb"[^<']{0,120}<\w+>\s*\[%b\]", SECONDS),
            *stamps(_LEAD + rb"(?:[A-Z][a-z]{2} )?%b(?=[ ,+Z])", CTIME, SYSLOG, ISO),
        ),
        marks=_marks(
            rb"[^']{0,160}?(?:\[[\w./-]+\]|\([\w./-]+\):) "
            rb"(?:(?P<tx>-->)|(?P<rx><--)) '(?P<text>.*(?='\s*+$)|.*)"
        ),
        restore=escapes.MODEM_MANAGER.undo,
        distinct=True,
    ),
    Format(
        name="android-ril",
        about="shape 23, Android logcat: tag AT; RIL and RILJ repeat the same content",
        stamps=stamps(_LEAD + rb"%b", MONTH_DAY, ISO),
        marks=_marks(
            rb" *(?:\d+ +\d+ )?[VDIWE][ /](?!RILJ?\b)[\w.-]{0,24}?AT[\w.-]{0,24}+ *+(?:\( *+\d+\))? ?: "
            rb"AT ?(?:(?P<tx>>)|(?P<rx><)) ?(?P<text>.*)"
        ),
        distinct=True,
    ),
    Format(
        name="particle-gen2",
        # Lines can splice: a string without end ends where the next stamp begins.
        about="shape 24, Particle Electron: class and length, then a C string",
        stamps=stamps(_LEAD + rb"%b ", SECONDS),
        stamp_required=True,
        marks=_marks(
            rb'AT (?:(?P<tx>send)|(?P<rx>read)) +(?:\S+ +)?\d+ +"'
            rb'(?P<text>(?:[^"\\ ]|\\.| (?! {0,12}\d{1,9}\.\d{3} AT (?:send|read) ))*)'
        ),
        restore=escapes.C.undo,
        distinct=True,
    ),
    Format(
        name="particle-gen3",
        about="shape 25, Particle Boron: category ncp.at; the others between are not AT",
        stamps=stamps(_LEAD + rb"%b ", MILLIS),
        stamp_required=True,
        marks=_marks(rb"\[ncp\.at\] \w+: (?:(?P<tx>>)|(?P<rx><)) ?(?P<text>.*)"),
        distinct=True,
    ),
    Format(
        name="routeros",
        about="shape 38, RouterOS: sent and rcvd; modeswitch and MBIM on the same modem are not AT",
        stamps=stamps(_LEAD + rb"%b ", ISO, DAILY, ROUTER_Y, ROUTER),
        marks=_marks(
            rb"[\w,-]*\blte\b[\w,-]* (?!modeswitch)[\w.@-]+: (?!\w+ [Mm][Bb][Ii][Mm])"
            rb"(?:(?P<tx>sent)|(?P<rx>rcvd)) (?P<text>.*)"
        ),
        distinct=True,
    ),
    Format(
        name="mbed",
        about="shape 29, mbed CellularLog: one record for each read of the UART, cut anywhere",
        stamps=stamps(_LEAD + rb"\[%b(?:ms)?\](?=\[)", MILLIS),
        marks=_marks(
            rb"\[\w+ *\]\[\w+ *\]: AT (?:(?P<tx>TX)|(?P<rx>RX)) \( *(?P<length>\d{1,5})\): ?(?P<text>.*)"
        ),
        restore=escapes.MBED.undo,
        distinct=True,
    ),
    Format(
        name="spy",
        about="shape 41, pyserial spy://: a hex dump; control calls such as RTS and Q-RX are not data",
        stamps=stamps(_LEAD + rb"%b ", SECONDS),
        stamp_required=True,
        marks=_marks(
            rb"(?:(?P<tx>TX)|(?P<rx>RX)) +(?:[0-9A-F]{4}  )?"
            rb"(?P<text>(?:[0-9A-F]{2}(?: {1,2}|\s*$)){1,16})"
        ),
        restore=escapes.hex_cells,
        distinct=True,
    ),
    Format(
        name="spy-raw",
        about="shape 41, pyserial spy:// with raw and color: TX is red, RX is green",
        colours=re.compile(rb"(?P<tx>\x1b\[31m)|(?P<rx>\x1b\[32m)"),
    ),
    Format(
        name="python-bytes",
        about="shape 34, Python logging of bytes: the direction is in the literal",
        stamps=stamps(_LEAD + rb"\[?%b\]?", ISO, DAILY),
        marks=re.compile(
            rb"""[^'"]{0,120}?\bb(?P<quote>['"])(?:(?P<tx>>)|(?P<rx><)) ?"""
            rb"""(?P<text>(?:\\.|(?!(?P=quote)).)*)""",
            re.DOTALL,
        ),
        restore=escapes.C.undo,
        unended=True,
        distinct=True,
    ),
    Format(
        name="txrx",
        about="shape 3, Tx and Rx labels, with or without a stamp",
        stamps=stamps(
            _QUOTE + rb"[\[(]?%b" + _ZONE + rb"[\])]?", ISO, DAILY, SECONDS, EPOCH, EPOCH_MILLIS, MILLIS
        ),
        marks=re.compile(
            _QUOTE + rb"(?:[-:|,][ \t])?[ \t]*+(?:(?P<tx>(?i:TXD?))|(?P<rx>(?i:RXD?)))"
            rb"(?: ?:| ?[<>]{1,3}| ?(?:->|<-|=>|<=))(?P<text>.*)",
            re.DOTALL,
        ),
    ),
    Format(
        name="arduino",
        about="shape 11, Arduino IDE: the arrow is part of the stamp and not a direction",
        stamps=stamps(_LEAD + rb"%b -> ?", DAILY),
        stamp_required=True,
        unmarked=Unmarked.TEXT,
    ),
    Format(
        name="arrows",
        about="shape 5, arrows, also in the column of a table; the first command may lack its own",
        stamps=stamps(_LEAD + rb"\[?%b\]?", ISO, DAILY),
        marks=_marks(
            rb"(?P<cell>\|\s*)?(?:(?P<tx>\xe2\x86\x92|->)|(?P<rx>\xe2\x86\x90|<-))(?![->])"
            rb"(?:\s?\([^)]{1,20}\))?:?(?(cell)\s*\|)"
            rb"(?P<text>(?(cell)(?:\\\||[^|])*|.*))"
        ),
        unmarked=Unmarked.BY_LOOKS,
        breaks=re.compile(rb"<br ?/?>"),
    ),
    Format(
        name="one-side",
        about="shape 4, one side marked with >>> or <<<, the other not at all",
        stamps=stamps(_LEAD + rb"\[?%b\]?", ISO, DAILY),
        marks=_marks(rb"(?:(?P<tx>>{2,3})|(?P<rx><{2,3}))(?![<>])(?P<text>.*)"),
        unmarked=Unmarked.OTHER_SIDE,
    ),
    Format(
        name="iso-bare",
        about="shapes 9, 10 and 39: a terminal that stamps each line, and no direction",
        stamps=stamps(_QUOTE + rb"\[?%b" + _ZONE + rb"\]?", ISO, DAILY),
        stamp_required=True,
        separator=re.compile(rb"^-[ \t]+"),
        unmarked=Unmarked.TEXT,
        notes=True,
    ),
    Format(
        name="bare",
        # The shapes of chat (17) and wvdial (19) look like it too: their own words are dropped.
        about="shapes 1 and 2: a terminal with nothing around the text, perhaps annotated",
        unmarked=Unmarked.TEXT,
        noise=re.compile(rb"--> |send \(|expect \(|-- got it|abort on \(|timeout set to "),
        breaks=re.compile(rb"\^M(?=\^M|\s*$)"),
        notes=True,
    ),
)
# fmt: on

_BY_NAME: Final = {entry.name: entry for entry in FORMATS}


def format_named(name: str) -> Format:
    """Find the format that the user named.

    Raises:
        CaptureError: There is no such format; the message lists those that there are.
    """
    entry = _BY_NAME.get(name)
    if entry is None:
        known = ", ".join(sorted(_BY_NAME))
        raise CaptureError(f"there is no capture format {name!r}; there are: {known}")
    return entry
