"""Formats of programs on a computer that hold a modem: dialers, managers, daemons."""

from __future__ import annotations

import re
from typing import Final

from atfsm.replay.formats import escapes
from atfsm.replay.formats.logcat import SIDES, LongReader
from atfsm.replay.formats.marks import Unmarked, Wrap
from atfsm.replay.formats.model import Format
from atfsm.replay.formats.ports import PortReader
from atfsm.replay.formats.spelling import CHAT_WORDS, of_chat
from atfsm.replay.formats.tables.heads import LEAD, NEVER, PRIORITY, lines, marks
from atfsm.replay.formats.times import (
    CTIME,
    DAILY,
    ISO,
    MONTH_DAY,
    ROUTER,
    ROUTER_Y,
    SECONDS,
    SYSLOG,
    stamps,
)
from atfsm.replay.records import Direction

_WEEKDAY: Final = rb"(?:[A-Z][a-z]{2} )?"
#: The tag of a log of Android that shows the wire; those of RIL repeat it.
_TAG: Final = rb"(?!RILJ?\b)[\w.-]{0,24}?AT[\w.-]{0,24}+"
_SIDES_NEED: Final = (b"AT>", b"AT<", b"AT >", b"AT <")
#: Another program in the same syslog.
_SYSLOG_HEAD: Final = rb"(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d|\d{4}-\d\d-\d\dT?) ?\d\d:\d\d:\d\d"

# fmt: off
HOSTS: Final[tuple[Format, ...]] = (
    Format(
        name="mm-0x",
        about="shape 21, ModemManager before 1.0",
        example=lines(
            "** (modem-manager:2543): DEBUG: (ttyUSB0): --> 'AT+CSQ<CR>'",
            "** (modem-manager:2543): DEBUG: (ttyUSB0): <-- '<CR><LF>+CSQ: 20,99<CR><LF><CR><LF>OK<CR><LF>'",
        ),
        special="Exchanges on several ports, which run side by side, are put one after another; a "
        "port that never answers is left out.",
        marks=marks(
            rb"\*\* \(modem-manager:\d+\): DEBUG: .{0,80}?(?:\((?P<port>[\w./-]{1,40})\): )?"
            rb"(?:(?P<tx>-->)|(?P<rx><--)) '(?P<text>.*(?='\s*+$)|.*)"
        ),
        restore=escapes.MODEM_MANAGER.undo,
        distinct=True,
        reads=PortReader,
        needs=(b"(modem-manager:",),
    ),
    Format(
        name="mm-1x",
        about="shape 22, ModemManager from 1.0: the port in brackets, in front of it much or nothing",
        example=lines(
            "ModemManager[612]: <debug> [1714557600.120000] [modem0/ttyUSB2/at] --> 'AT+CSQ<CR>'",
            "ModemManager[612]: <debug> [1714557600.154000] [modem0/ttyUSB2/at] <-- '<CR><LF>OK<CR><LF>'",
        ),
        special="In front of the port may stand a syslog head, a level and a time, or nothing. Exchanges "
        "on several ports, which run side by side, are put one after another; a port that never "
        "answers is left out. QMI and MBIM are dropped.",
        stamps=(
            *stamps(rb"[^<']{0,120}<\w+>\s*\[%b\]", SECONDS),
            *stamps(LEAD + _WEEKDAY + rb"%b(?=[ ,+Z])", CTIME, SYSLOG, ISO),
        ),
        marks=marks(
            rb"[^']{0,160}?(?:\[|\()(?:modem\d{1,6}/)?(?P<port>[\w.-]{1,40})(?:/\w{1,20})?(?:\]|\):) "
            rb"(?:(?P<tx>-->)|(?P<rx><--)) '(?P<text>.*(?='\s*+$)|.*)"
        ),
        restore=escapes.MODEM_MANAGER.undo,
        distinct=True,
        reads=PortReader,
        needs=(b"--> '", b"<-- '"),
    ),
    Format(
        name="android-ril",
        about="shape 23, Android logcat: tag AT; RIL and RILJ repeat the same content",
        example=lines(
            "05-01 10:00:00.120   945  1043 D AT      : AT> AT+CREG?",
            "05-01 10:00:00.154   945  1044 D AT      : AT< +CREG: 0,1",
            "05-01 10:00:00.155   945  1044 D AT      : AT< OK",
        ),
        special="Lines of other tags are dropped. Any of -v threadtime, time, brief, tag, with uid, year, "
        "zone or epoch, and as Android Studio shows it.",
        stamps=stamps(LEAD + rb"%b(?: [+-]\d{4})?", MONTH_DAY, ISO, SECONDS),
        marks=marks(
            rb" *(?:(?:(?:\w{1,5} +)?\d+ +\d+ )?[VDIWE][ /]%b *+(?:\( *(?:\w{1,5}: *)?\d+\))? ?: "
            rb"|\d+-\d+(?: +%b +\S{1,80} +[VDIWE] +|/\S{1,80} [VDIWE]/%b: ))%b" % (_TAG, _TAG, _TAG, SIDES)
        ),
        aligned=True,
        distinct=True,
        needs=_SIDES_NEED,
    ),
    Format(
        name="android-long",
        about="shape 23, Android logcat -v long: the tag is on the head, the side below it",
        example=lines(
            "[ 05-01 10:00:00.120   945: 1043 D/AT       ]",
            "AT> AT+CREG?",
            "",
            "[ 05-01 10:00:00.154   945: 1044 D/AT       ]",
            "AT< +CREG: 0,1",
            "",
            "[ 05-01 10:00:00.155   945: 1044 D/AT       ]",
            "AT< OK",
        ),
        special="Messages of other tags are dropped.",
        stamps=stamps(LEAD + rb"\[ +%b(?: [+-]\d{4})?", MONTH_DAY, ISO, SECONDS),
        stamp_required=True,
        marks=marks(
            rb" *(?:\w{1,5}: *)?\d+: *\d+ (?:(?P<tx>%b)|(?P<rx>[VDIWE]/%b)) *+\](?P<text>)" % (NEVER, _TAG)
        ),
        aligned=True,
        distinct=True,
        reads=LongReader,
        needs=_SIDES_NEED,
    ),
    Format(
        name="routeros",
        about="shape 38, RouterOS: sent and rcvd; modeswitch and MBIM on the same modem are not AT",
        example=lines(
            "10:00:00 lte,async lte1: sent AT+CSQ",
            "10:00:00 lte,async lte1: rcvd +CSQ: 20,99",
            "10:00:00 lte,async lte1: rcvd OK",
        ),
        special="Times have whole seconds. A syslog on another host is read, too.",
        stamps=stamps(LEAD + PRIORITY + rb"%b ", ISO, DAILY, ROUTER_Y, ROUTER, SYSLOG),
        marks=marks(
            rb"(?:[\w.:-]{1,64}+ ){0,2}?(?=[\w,-]*\blte\b)[\w,-]*+ (?!modeswitch)[\w.@-]+: "
            rb"(?:(?P<tx>sent)|(?P<rx>rcvd)) (?P<text>(?![Mm][Bb][Ii][Mm]).*)"
        ),
        distinct=True,
        needs=(b": sent ", b": rcvd "),
    ),
    Format(
        name="chat-syslog",
        about="shapes 15, 16 and 18, the chat of pppd in a syslog or logread: what it awaits is not data",
        example=lines(
            "May  1 10:00:00 host chat[8920]: send (AT+CSQ^M)",
            "May  1 10:00:00 host chat[8920]: expect (OK)",
            "May  1 10:00:00 host chat[8920]: +CSQ: 20,99^M",
            "May  1 10:00:00 host chat[8920]: OK",
            "May  1 10:00:00 host chat[8920]:  -- got it",
        ),
        special="What it sends and what it reads; expect, abort and got it are its own words and are "
        "dropped, as are the lines of pppd between (sent [LCP …]). Where a word of ABORT comes, chat reads "
        "no further, so the code of a +CME ERROR is not in the log. Times have whole seconds.",
        stamps=stamps(LEAD + PRIORITY + _WEEKDAY + rb"%b(?=[ ,+Z])", CTIME, SYSLOG, ISO),
        marks=marks(
            rb"[\w .,:+/@\[\]()-]{0,120}?\bchat(?:\[\d{1,9}\]:| \d{1,9} \S{1,32} (?:-|\[[^\]]{0,80}\])) ?+"
            rb"(?:(?P<tx>(?=send \())|(?P<rx>(?! *%b)))(?P<text>.*)" % CHAT_WORDS
        ),
        unmarked=Unmarked.WRAPPED,
        wrap=Wrap(b")", joint=b"", side=Direction.TX),
        spelling=of_chat,
        breaks=re.compile(rb"\^M"),
        distinct=True,
        needs=(b"chat[", b" chat "),
    ),
    Format(
        name="chat",
        about="shapes 17 and 18, the chat of pppd without syslog: a blank line between its steps",
        example=lines(
            "send (AT+CSQ^M)", "expect (OK)", "^M", "+CSQ: 20,99^M", "^M", "OK", " -- got it",
        ),
        special="Only what is sent has a mark; all else was received, but for the words of chat and "
        "the lines of pppd. The code of a +CME ERROR is not in the log where ERROR is a word of ABORT.",
        marks=marks(rb"(?:(?P<tx>(?=send \())|(?P<rx>%b))(?P<text>.*)" % NEVER),
        unmarked=Unmarked.MODEM,
        noise=re.compile(
            CHAT_WORDS + rb"|(?:sent|rcvd) \[|Script \S+ .{0,200} finished|Serial connection "
            rb"|(?:using channel|Using interface|Connect:|pppd) "
        ),
        spelling=of_chat,
        breaks=re.compile(rb"\^M"),
        needs=(b"send (",),
    ),
    Format(
        name="wvdial",
        about="shape 19, wvdial: --> Sending, but --> also stands before what it says itself",
        example=lines("--> Sending: AT+CSQ", "AT+CSQ", "+CSQ: 20,99", "OK", "--> Modem initialized."),
        special="Bytes of PPP are shown raw, and may come before CONNECT. It has no time, but in a syslog.",
        stamps=stamps(LEAD + PRIORITY + rb"%b[ ,+Z][^\[]{0,80}\bwvdial\[\d{1,9}\]: ?", SYSLOG, ISO),
        marks=marks(rb"(?:(?P<tx>--> Sending: )|(?P<rx>%b))(?P<text>.*)" % NEVER),
        unmarked=Unmarked.MODEM,
        noise=re.compile(rb"--> |" + _SYSLOG_HEAD),
        needs=(b"--> Sending: ",),
    ),
    Format(
        name="freebsd-ppp",
        about="shape 20, ppp of FreeBSD: Chat: Send and Chat: Received; Chat: Expect is not data",
        example=lines(
            "May  1 10:00:00 host ppp[410]: tun0: Chat: Send: AT+CSQ^M",
            "May  1 10:00:00 host ppp[410]: tun0: Chat: Expect(5): OK",
            "May  1 10:00:00 host ppp[410]: tun0: Chat: Received: +CSQ: 20,99^M",
            "May  1 10:00:00 host ppp[410]: tun0: Chat: Received: OK^M",
        ),
        special="With or without a syslog head; the prompt of ppp may be glued to a line.",
        stamps=stamps(LEAD + rb"%b(?= )", SYSLOG, ISO),
        marks=marks(
            rb"[^'\"]{0,120}?\bChat: (?:deflink: )?(?:(?P<tx>Send)|(?P<rx>Received)): (?P<text>.*)"
        ),
        breaks=re.compile(rb"\^M"),
        distinct=True,
        needs=(b"Chat: ",),
    ),
    Format(
        name="gammu",
        about="shape 33, gammu and gammu-smsd: dumps below SENDING and RECEIVED frame type",
        example=lines(
            "SENDING frame type 0x00/length 0x03/3",
            "41A|54T|0D                                                      AT.",
            '1 "AT"',
            '2 "OK"',
            "RECEIVED frame type 0x00/length 0x09/9",
            "41A|54T|0D |0D |0A |4FO|4BK|0D |0A                              AT...OK..",
        ),
        special="Each answer is there as lines in quotes and as a dump; the dump is read.",
        stamps=stamps(LEAD + PRIORITY + _WEEKDAY + rb"%b(?:(?: [\w.-]{1,64})? [\w-]+\[\d+\])?:? (?:gammu: )?", ISO, SYSLOG),
        marks=marks(
            rb"(?:(?P<tx>SENDING)|(?P<rx>RECEIVED)) frame ?type 0x[0-9A-Fa-f]+/length (?P<text>)"
        ),
        unmarked=Unmarked.ROWS,
        rows=re.compile(
            LEAD + rb"(?P<text>(?:[0-9A-F]{2}.\|){0,15}[0-9A-F]{2})(?:. |.?\s*$)", re.DOTALL
        ),
        restore=escapes.gammu_cells,
        aligned=True,
        distinct=True,
        needs=(b"SENDING frame", b"RECEIVED frame"),
    ),
)
# fmt: on
