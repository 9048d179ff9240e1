"""Formats of tools that sit on the wire: monitors, tracers, loggers of a program."""

from __future__ import annotations

import re
from typing import Final

from atfsm.replay.formats import escapes
from atfsm.replay.formats.journal import JournalReader
from atfsm.replay.formats.marks import Unmarked, Wrap
from atfsm.replay.formats.model import Format
from atfsm.replay.formats.reserial import ReserialReader
from atfsm.replay.formats.socat import SocatReader
from atfsm.replay.formats.strace import StraceReader
from atfsm.replay.formats.tables.heads import LEAD, lines, marks, utf8_or_gbk
from atfsm.replay.formats.times import (
    DAILY,
    EPOCH_MICROS,
    EUROPEAN,
    ISO,
    SECONDS,
    US,
    US_REVERSED,
    stamps,
)

# fmt: off
TOOLS: Final[tuple[Format, ...]] = (
    Format(
        name="journal",
        about="shape 46, the journal that atfsm itself writes while it drives a modem",
        example=lines(
            '{"n": 0, "mono": 0.0, "wall": "2026-11-23T02:22:33.123456Z", "kind": "run", "journal": "atfsm/1", "version": "0.1.0", "port": "/dev/ttyUSB2", "dialect": "hl75", "echo": true, "complete": true, "end_pattern": "--EOF--Pattern--"}',
            '{"n": 1, "mono": 0.1, "wall": "2026-11-23T02:22:33.223456Z", "kind": "tx", "data": "AT\\r"}',
            '{"n": 2, "mono": 0.2, "wall": "2026-11-23T02:22:33.323456Z", "kind": "rx", "data": "AT\\r\\r\\nOK\\r\\n"}',
        ),
        special="It holds all that ever moved a machine, so it is replayed exactly and not observed.",
        marks=marks(
            rb'\{"n": ?\d{1,18}, ?"mono": ?[\d.e+-]{1,24}, ?"wall": ?"[\d:.TZ+-]{1,40}", ?'
            rb'"kind": ?"(?:(?P<tx>tx)|(?P<rx>\w{1,20}))"(?P<text>.*)'
        ),
        restore=bytes,
        distinct=True,
        complete=True,
        objects=True,
        reads=JournalReader,
        needs=(b'"kind"',),
    ),
    Format(
        name="reserial",
        about="shape 43, pytest-reserial: all that was received and all that was sent, a test a line",
        example=lines(
            '{"test_signal": {"rx": "QVQrQ1NRDQ0KK0NTUTogMjAsOTkNCg0KT0sNCg==", "tx": "QVQrQ1NRDQ=="}}',
        ),
        special="It keeps the two sides apart and no time: each command is put before its answer.",
        marks=marks(rb'\{.{0,200}?"(?:(?P<tx>tx)|(?P<rx>rx))": ?"(?P<text>[^"]*)'),
        restore=bytes,
        distinct=True,
        objects=True,
        reads=ReserialReader,
        note="The capture keeps the two sides apart: each command was put before its answer, and "
        "what came unasked before the next command.",
        needs=(b'"rx"', b'"tx"'),
    ),
    Format(
        name="qcom",
        about="shape 7, QCOM tool: [Send->] and [Recv<-], milliseconds after a colon",
        example=lines(
            "2024-05-01 10:00:00:120[Send->]AT+CSQ", "2024-05-01 10:00:00:154[Recv<-]+CSQ: 20,99", "OK",
        ),
        special="Lines without a mark go on with the record before.",
        stamps=stamps(LEAD + rb"\[?%b\]?", ISO, DAILY),
        marks=marks(rb"\[(?:(?P<tx>Send->)|(?P<rx>Recv<-))\](?P<text>.*)"),
        unmarked=Unmarked.CONTINUES,
        distinct=True,
        needs=(b"[Send->]", b"[Recv<-]"),
    ),
    Format(
        name="sscom",
        about="shape 8, SSCOM: arrows with a diamond; a box is the CRLF of what was sent",
        example=lines(
            "[10:00:00.120]发→◇AT+CSQ", "□", "[10:00:00.154]收←◆+CSQ: 20,99", "", "OK",
        ),
        special="The file is UTF-8 or GBK. Lines without a mark go on with the record before.",
        stamps=stamps(LEAD + rb"\[%b\]", DAILY, ISO),
        marks=marks(
            rb"[^\]\x00-\x1f]{0,8}?(?:(?P<tx>%b)|(?P<rx>%b))(?P<text>.*)"
            % (utf8_or_gbk("→◇"), utf8_or_gbk("←◆"))
        ),
        unmarked=Unmarked.CONTINUES,
        breaks=re.compile(utf8_or_gbk("□")),
        notes=True,
        distinct=True,
        needs=tuple(mark.encode(coding) for mark in ("→◇", "←◆") for coding in ("utf-8", "gbk")),
    ),
    Format(
        name="docklight",
        about="shape 3, Docklight: [TX] and [RX] behind the time, control characters by their names",
        example=lines(
            "01.05.2024 10:00:00.120 [TX] - AT+CSQ<CR>",
            "01.05.2024 10:00:00.154 [RX] - <CR><LF>",
            "+CSQ: 20,99<CR><LF>",
            "<CR><LF>",
            "OK<CR><LF>",
        ),
        special="It begins a new line behind each <LF>, so lines without a mark go on with the record before.",
        stamps=stamps(LEAD + rb"%b ", EUROPEAN, US, ISO, DAILY),
        marks=marks(rb"\[(?:(?P<tx>TX)|(?P<rx>RX))\] - (?P<text>.*)"),
        unmarked=Unmarked.CONTINUES,
        restore=escapes.DOCKLIGHT.undo,
        unended=True,
        needs=(b"X] - ",),
    ),
    Format(
        name="out-in",
        about="shape 13, Out/In records: CR and LF as records of their own",
        example=lines(
            "2024/05/01 10:00:00.120 - Out:AT+CSQ<0D>",
            "2024/05/01 10:00:00.154 - In:<0D><0A>+CSQ: 20,99<0D><0A>",
            "2024/05/01 10:00:00.155 - In:<0D><0A>OK<0D><0A>",
        ),
        special="The last line of the file is written twice, and read once.",
        stamps=stamps(LEAD + rb"%b - ", ISO),
        stamp_required=True,
        marks=marks(rb"(?:(?P<tx>Out)|(?P<rx>In)):(?P<text>.*)"),
        restore=escapes.ANGLE_HEX.undo,
        last_twice=True,
        distinct=True,
        needs=(b"Out:", b"In:"),
    ),
    Format(
        name="unimodem",
        about="shape 14, Windows modem log: what it repeats as an interpreted response is dropped",
        example=lines(
            "05-01-2024 10:00:00.120 - Send: AT+CSQ<cr>",
            "05-01-2024 10:00:00.154 - Recv: <cr><lf>OK<cr><lf>",
            "05-01-2024 10:00:00.154 - Interpreted response: OK",
        ),
        special="So is Command Echo. Records that a web page has wrapped are put together.",
        stamps=stamps(LEAD + rb"%b - ", US, US_REVERSED),
        stamp_required=True,
        marks=marks(rb"(?:(?P<tx>Send)|(?P<rx>Recv)): ?(?P<text>.*)"),
        unmarked=Unmarked.WRAPPED,
        wrap=Wrap(b">"),
        restore=escapes.UNIMODEM.undo,
        distinct=True,
        needs=(b"Send:", b"Recv:"),
    ),
    Format(
        name="socat",
        about="shape 42, socat -x, -v and -x -v: a head with the length, then hex, text or both",
        example=lines(
            "> 2024/05/01 10:00:00.120123  length=7 from=0 to=6",
            " 41 54 2b 43 53 51 0d                            AT+CSQ.",
            "--",
            "< 2024/05/01 10:00:00.154321  length=6 from=0 to=5",
            " 0d 0a                                           ..",
            " 4f 4b 0d 0a                                     OK..",
            "--",
        ),
        special="Which of > and < is the host depends on the order of the addresses: whoever writes the "
        "first command is. With -v the next head may stand on the line on which a text ends, since the "
        "text had no line end.",
        marks=marks(
            rb"(?:(?P<tx>>)|(?P<rx><)) \d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d{1,9} +length=\d{1,9} "
            rb"from=\d+ to=\d+(?P<text>)"
        ),
        restore=bytes,
        distinct=True,
        reads=SocatReader,
        needs=(b" length=",),
    ),
    Format(
        name="strace",
        about="shape 44, strace -e read,write of a program that holds the tty",
        example=lines(
            '10:00:00.120123 write(3, "AT+CSQ\\r", 7) = 7',
            '10:00:00.154321 read(3, "\\r\\n+CSQ: 20,99\\r\\n\\r\\nOK\\r\\n", 256) = 22',
        ),
        special="Files on which no command was written are left out. With -f, a call that another thread "
        "interrupted is put together. What strace has cut short "
        '("...") is read as far as it goes; strace -s 4096 shows all of it.',
        stamps=stamps(LEAD + rb"(?:(?:\[pid +)?\d{1,9}+\]? +)?%b ", DAILY, EPOCH_MICROS),
        marks=marks(
            rb"(?:(?:\[pid +)?\d{1,9}+\]? +)?(?:\d{1,6}\.\d{6} )?"
            rb"(?:(?P<tx>write)|(?P<rx>read)|<\.\.\. read resumed>)"
            rb'(?:\((?P<port>\d{1,9})(?:<[^"]{0,200}>)?, )?,? ?"(?P<text>(?:[^"\\]|\\.)*)"'
            rb"(?P<cut>\.\.\.)?, \d+(?:\)? += [1-9]|(?(tx) <unfinished))"
        ),
        restore=escapes.STRACE.undo,
        unended=True,
        distinct=True,
        reads=StraceReader,
        needs=(b"write(", b"read("),
    ),
    Format(
        name="spy",
        about="shape 41, pyserial spy://: a hex dump; control calls such as RTS and Q-RX are not data",
        example=lines(
            "000000.120 TX   0000  41 54 2B 43 53 51 0D                              AT+CSQ.",
            "000000.154 RX   0000  0D 0A 4F 4B 0D 0A                                 ..OK..",
        ),
        special="A record is what one read or write took, so lines may be cut anywhere.",
        stamps=stamps(LEAD + rb"%b ", SECONDS),
        stamp_required=True,
        marks=marks(
            rb"(?:(?P<tx>TX)|(?P<rx>RX)) +(?:[0-9A-F]{4}  )?"
            rb"(?P<text>(?:[0-9A-F]{2}(?: {1,2}|\s*$)){1,16})"
        ),
        restore=escapes.hex_cells,
        distinct=True,
        needs=(b"TX ", b"RX "),
    ),
    Format(
        name="spy-raw",
        about="shape 41, pyserial spy:// with raw and color: TX is red, RX is green",
        example=b"\x1b[31mAT+CSQ\r\x1b[32m\r\n+CSQ: 20,99\r\n\r\nOK\r\n",
        special="The bytes themselves, behind the escape sequence ESC[31m those that were sent, behind "
        "ESC[32m those that were received. It has no time.",
        colours=re.compile(rb"(?P<tx>\x1b\[31m)|(?P<rx>\x1b\[32m)"),
        needs=(b"\x1b[31m", b"\x1b[32m"),
    ),
    Format(
        name="python-bytes",
        about="shapes 34 and 41, Python logging of bytes: the direction is in the literal, or TX "
        "and RX stand before it",
        example=lines(
            "INFO:root:b'> AT+CSQ\\r'", "INFO:root:(True, b'< +CSQ: 20,99\\r\\n\\r\\nOK\\r\\n')",
        ),
        special="With labels it reads TX b'AT\\r' or RX: b'OK', write: and read:, sent and received, or >> and <<. "
        "A command may be split into several records.",
        stamps=stamps(LEAD + rb"\[?%b\]?", ISO, DAILY),
        marks=re.compile(
            rb"""[^'"]{0,120}?(?:"""
            rb"""(?P<tx>(?P<sent>(?:\b(?i:TX|write|wrote|sen[dt]|sending)|(?<!>)>{2,3}|-->?):? ?(?=b['"]))"""
            rb"""|\b(?=b['"]>))"""
            rb"""|(?P<rx>(?P<got>(?:\b(?i:RX|read|received|recv|got)|(?<!<)<{2,3}|<--?):? ?(?=b['"]))"""
            rb"""|\b(?=b['"]<)))"""
            rb"""b(?P<quote>['"])(?(sent)|(?(got)|[<>] ?))(?P<text>(?:\\.|(?!(?P=quote)).)*)""",
            re.DOTALL,
        ),
        restore=escapes.C.undo,
        unended=True,
        distinct=True,
        needs=(b"b'", b'b"'),
    ),
)
# fmt: on
