"""Formats of terminals and of people who write an exchange down: labels, arrows, or nothing."""

from __future__ import annotations

import re
from itertools import product
from typing import Final

from atfsm.replay.formats.marks import Unmarked
from atfsm.replay.formats.model import Format
from atfsm.replay.formats.spelling import unglued, without_source
from atfsm.replay.formats.tables.heads import (
    HALF,
    LEAD,
    QUOTE,
    SOURCE,
    ZONE,
    ZONE_APART,
    lines,
    marks,
)
from atfsm.replay.formats.terse import TerseReader
from atfsm.replay.formats.times import (
    DAILY,
    ELAPSED,
    EPOCH,
    EPOCH_MILLIS,
    EPOCH_SECONDS,
    EUROPEAN,
    ISO,
    MILLIS,
    SECONDS,
    SYSLOG,
    US,
    stamps,
)

_EACH_LINE: Final = (
    *stamps(QUOTE + rb"\[?%b" + HALF + ZONE_APART + rb"\]?", ISO, DAILY),
    # ts, and Tera Term as it was, with the year behind.
    *stamps(QUOTE + rb"\[?(?:[A-Z][a-z]{2} )?%b(?: \d{4})?(?:\]|(?= ))", SYSLOG),
    *stamps(QUOTE + rb"\[?%b" + HALF + ZONE_APART + rb"\]?", EUROPEAN, US),
    # A terminal's or a kernel's own clock; seconds of Unix.
    *stamps(QUOTE + rb"\[ *%b\]", ELAPSED, SECONDS),
    *stamps(QUOTE + rb"\[?%b\]?(?= )", EPOCH_SECONDS),
)
_BEGIN: Final = re.compile(
    QUOTE
    + rb"(?:\[ *+[\dA-Z]|\d\d?:\d\d:|\d{1,4}[-/.]\d\d?[-/.]|\d{10}[ .]|[A-Z][a-z]{2} [A-Z\d ])"
)

_SPELT: Final = tuple(
    style(end) + b":"
    for end in (
        b"ommand",
        b"md",
        b"quest",
        b"ent",
        b"end",
        b"esponse",
        b"esp",
        b"eply",
        b"eived",
        b"ecv",
    )
    for style in (bytes.lower, bytes.upper)
)
#: The level of a program's logging, and the name of what logs.
_LEVEL: Final = rb"(?:\[?(?:DEBUG|INFO|WARN(?:ING)?|ERROR|TRACE)\]?[ \t:|-]{1,8}+(?:[\w.]{1,40}+[ \t]?:[ \t]?)?)?"

#: What terminal programs write of their own (shape 45), and NULs that a dump shows as <0>.
_PROGRAM: Final = re.compile(
    rb"=~=~=~|Welcome to minicom|OPTIONS: |Compiled on |Port /dev/|Press CTRL-A Z|CTRL-A Z for help"
    rb"|picocom v|(?:port|flowcontrol|baudrate|parity|databits|stopbits|escape|local echo|noinit|noreset"
    rb"|hangup|nolock|send_cmd|receive_cmd|[io]map|emap|logfile|initstring|exit_after|exit) (?:is )? *: "
    rb"|Type \[C-|Terminal ready|Terminating\.\.\.|Thanks for using picocom|\*\*\* [a-z]{2,12}: "
    rb"|Script (?:started|done) on |\[screen is terminating\]|\[detached "
    rb"|--> |send \(|expect \(|-- got it|abort on \(|timeout set to "
)
_NULS: Final = re.compile(rb"[<\x00^](?:(?<=<)0>|(?<=\x00)|(?<=\^)M(?=\^M|\s*$))")

# fmt: off
TERMINALS: Final[tuple[Format, ...]] = (
    Format(
        name="two-files",
        about="shape 12, what was sent in one file and what was received in another, merged by time",
        example=lines(
            "[2024-05-01 10:00:00.120] TX AT+CSQ",
            "[2024-05-01 10:00:00.154] RX +CSQ: 20,99",
            "[2024-05-01 10:00:00.154] RX OK",
        ),
        special="Give both files as one name, the sent one first: tx.log+rx.log. Two files of one folder "
        "whose names differ in tx and rx only (or sent and received, out and in, host and modem) are "
        "taken as a pair when both are named. Each line has to begin with its time. The example shows "
        "what is read: both files, merged.",
        stamps=_EACH_LINE,
        stamp_begin=_BEGIN,
        stamp_required=True,
        marks=marks(rb"(?:(?P<tx>TX)|(?P<rx>RX)) (?P<text>.*)"),
        note="Two files were merged: the numbers of lines count the lines of both, in order of time.",
        needs=(b" TX ", b" RX "),
    ),
    Format(
        name="txrx",
        about="shape 3, Tx and Rx labels, with or without a stamp",
        example=lines("Tx: AT+KTCPCNX=1", "Rx: OK", "Rx: +KTCP_IND: 1,1"),
        special="In any case, and in other spellings: TXD:, RX <, tx ->, [TX], (TX), TX -, a comma or a tab; "
        "behind the level and the names of a program's logging, too; also as a quotation in a thread.",
        stamps=stamps(
            QUOTE + rb"[\[(]?%b(?:,\d{3}(?=\]))?" + ZONE + rb"[\])]?",
            *(ISO, DAILY, EUROPEAN, US, SECONDS, EPOCH, EPOCH_MILLIS, MILLIS),
        ),
        marks=re.compile(
            QUOTE + SOURCE + rb"(?P<open>[\[(])?+(?:(?P<tx>(?i:TXD?))|(?P<rx>(?i:RXD?)))"
            rb"(?(open)[\])](?: ?:| -(?= ))?|(?: ?:| ?[<>]{1,3}| ?(?:->|<-|=>|<=)| -(?= )|\t|,))"
            rb"(?P<text>(?!.{0,200}<(?:CR|LF)>).*)",
            re.DOTALL,
        ),
        spelling=without_source,
        needs=tuple(b"%c%c" % pair for pair in product(b"TtRr", b"Xx")),
    ),
    Format(
        name="command-response",
        about="shape 6, Command and Response labels: the answer on the label's line or below",
        example=lines("Command: AT+CSQ", "Response:", "+CSQ: 20,99", "OK"),
        special="Other labels of the sort are read, too: Cmd and Resp, Request and Reply, Sent or Send and "
        "Received or Recv. An answer that is followed by the next command without its final result is taken "
        "for complete: whoever writes such logs shows what was asked for, and leaves out OK.",
        stamps=stamps(LEAD + rb"\[?%b\]?", ISO, DAILY),
        marks=marks(
            _LEVEL + rb"(?i:(?P<tx>command|cmd|request|sen[dt])"
            rb"|(?P<rx>response|resp|reply|received|recv)):(?P<text>(?!.{0,200}<(?:cr|lf)>).*)"
        ),
        unmarked=Unmarked.CONTINUES,
        notes=True,
        both_sides=True,
        reads=TerseReader,
        needs=_SPELT,
    ),
    Format(
        name="arduino",
        about="shape 11, Arduino IDE and PlatformIO: the arrow is part of the stamp and not a direction",
        example=lines("10:00:00.120 -> AT+CSQ", "10:00:00.154 -> +CSQ: 20,99", "10:00:00.154 -> OK"),
        special="Arduino writes ->, PlatformIO > behind the time of each line. Who wrote a line is decided "
        "by what it looks like, as in a log without stamps.",
        stamps=stamps(LEAD + rb"%b -?> ?", DAILY, ISO),
        stamp_required=True,
        unmarked=Unmarked.TEXT,
        spelling=unglued,
        needs=(b" ->", b" > "),
    ),
    Format(
        name="arrows",
        about="shape 5, arrows, also in the column of a table; the first command may lack its own",
        example=lines("→ AT+CEREG?", "← +CEREG: 0,1", "← OK"),
        special="Arrows of either sort, -> and <- too, of more than one dash and of =. Of several alternatives in a cell the first is read. Where a line has no arrow, a command or an answer is taken "
        "for what it looks like.",
        stamps=stamps(LEAD + rb"\[?%b\]?", ISO, DAILY),
        marks=marks(
            rb"(?P<cell>\|\s*)?(?:(?P<tx>\xe2\x86\x92|-->(?! ?[A-Z][a-z])|-(?:--)?>|={1,2}>)|(?P<rx>\xe2\x86\x90|<-{1,3}|<={1,2}))(?![-=<>])"
            rb"(?:\s?\([^)]{1,20}\))?:?(?(cell)\s*\|)"
            rb"(?P<text>(?(cell)(?:\\\||(?!<br ?/?>\s?(?:or|\xe6\x88\x96)\s?<br)[^|])*|.*))"
        ),
        unmarked=Unmarked.BY_LOOKS,
        breaks=re.compile(rb"<br ?/?>"),
        needs=("→".encode(), "←".encode(), b"->", b"<-", b"=>", b"<="),
    ),
    Format(
        name="angles",
        about="shape 5, one > before what was sent and one < before what was received",
        example=lines("> AT+CEREG?", "< +CEREG: 0,1", "< OK"),
        special="With or without a stamp. Where < is missing, > is the prompt of a shell or a quotation.",
        stamps=stamps(LEAD + rb"\[?%b\]?", ISO, DAILY),
        marks=marks(rb"(?:(?P<tx>>)|(?P<rx><))(?![<>=-])(?P<text>.*)"),
        both_sides=True,
        needs=(b"< ", b"<O", b"<+", b"<E"),
    ),
    Format(
        name="one-side",
        about="shape 4, one side marked with >>> or <<<, the other not at all",
        example=lines("AT+CEREG?", "<<< +CEREG: 0,1", "<<< OK"),
        special="The unmarked lines are the other side's. Where both turn out to be marked, they are anybody's.",
        stamps=stamps(LEAD + rb"\[?%b\]?", ISO, DAILY),
        marks=marks(rb"(?:(?P<tx>>{2,3})|(?P<rx><{2,3}))(?![<>])(?P<text>.*)"),
        unmarked=Unmarked.OTHER_SIDE,
        needs=(b">>", b"<<"),
    ),
    Format(
        name="iso-bare",
        about="shapes 9, 10 and 39: a terminal that stamps each line, and no direction",
        example=lines(
            "[2024-05-01 10:00:00.120] AT+KTCPCNX=1",
            "[2024-05-01 10:00:00.190] OK",
            "[2024-05-01 10:00:02.412] +KTCP_IND: 1,1",
        ),
        special="A date and a time in the order of any country, a time of day, of twelve hours too, a relative clock, seconds since "
        "a start or of Unix; a zone, a colon or a bar may stand behind. A command that a program or a prompt has run into is parted from it.",
        stamps=_EACH_LINE,
        stamp_begin=_BEGIN,
        stamp_required=True,
        separator=re.compile(rb"^[-|:][ \t]+"),
        unmarked=Unmarked.TEXT,
        spelling=unglued,
        breaks=_NULS,
        noise=_PROGRAM,
        notes=True,
    ),
    Format(
        name="bare",
        about="shapes 1, 2, 36, 37, 40 and 45: a terminal with nothing around the text, perhaps annotated",
        example=lines("AT+CPIN?   // is the SIM there?", "+CPIN: READY", "OK"),
        special="PuTTY, minicom, picocom, screen, a serial monitor, StreamDebugger, the serial LTE modem "
        "of nRF Connect. The host's lines are the echo. Notes such as `// …`, `/* … */`, `  <-- …`, `  (…)` and lines "
        "that begin with # or ; are taken out, except within quotes, addresses and transferred markup, as are the "
        "headers of terminal programs and NULs. A command that OK, a program or a prompt has run into "
        "is parted from it.",
        unmarked=Unmarked.TEXT,
        spelling=unglued,
        # The shapes of chat (17) and wvdial (19) look like it where no command is left: their own
        # words are dropped.
        noise=_PROGRAM,
        breaks=_NULS,
        notes=True,
    ),
)
# fmt: on
