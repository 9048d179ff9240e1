"""Formats of firmware that holds a modem: operating systems and libraries of small devices."""

from __future__ import annotations

import re
from typing import Final

from atfsm.replay.formats import escapes
from atfsm.replay.formats.hl7800 import HANDLER_WORDS, Hl7800Reader
from atfsm.replay.formats.marks import Unmarked
from atfsm.replay.formats.model import Format
from atfsm.replay.formats.spelling import before_timeout, of_tinygsm, unbraced, with_separators
from atfsm.replay.formats.tables.heads import BEFORE_BARE, NEVER, VIEWER, VIEWER_ONLY, lines, marks
from atfsm.replay.formats.times import DAILY, ISO, MILLIS, SECONDS, UPTIME, stamps
from atfsm.replay.formats.zephyr import ZephyrReader

# A shell may have written its prompt before a line, and colours of its own.
_SHELL: Final = (
    rb"(?:\xef\xbb\xbf|\x1b\[[\d;]{0,8}[A-Za-z]|\[1B\]\[[\d;]{0,8}[A-Za-z]|uart:~\$ ?|[ \t])*+"
)
_ZEPHYR: Final = (
    *stamps(VIEWER + _SHELL + rb"\[%b\]", UPTIME),
    *stamps(VIEWER_ONLY + rb"(?=<\w+> )", ISO, DAILY),
)
# ESP-IDF: a letter and the time in parentheses, behind whatever another logger wrote. Of a line
# that held a carriage return, a terminal shows the end over the beginning.
_ESP: Final = stamps(rb"[^(]{0,120}+(?<=[VDIWE}] )\(%b\)", MILLIS, DAILY)

# fmt: off
DEVICES: Final[tuple[Format, ...]] = (
    Format(
        name="particle-gen2",
        # Lines can splice: a string without end ends where the next stamp begins.
        about="shape 24, Particle Electron: class and length, then a C string",
        example=lines(
            '    20.845 AT send      12 "AT+CGREG=2\\r\\n"', '    20.862 AT read  OK   6 "\\r\\nOK\\r\\n"',
        ),
        special="Lines of other loggers are dropped; where lines run into each other, they are parted.",
        stamps=stamps(VIEWER + rb"%b ", SECONDS),
        stamp_required=True,
        marks=marks(
            rb'AT (?:(?P<tx>send)|(?P<rx>read)) +(?:\S+ +)?\d+ +"'
            rb'(?P<text>(?:[^"\\ ]|\\.| (?! {0,12}\d{1,9}\.\d{3} AT (?:send|read) ))*)'
        ),
        restore=escapes.C.undo,
        aligned=True,
        distinct=True,
        needs=(b"AT send", b"AT read"),
    ),
    Format(
        name="particle-gen3",
        about="shape 25, Particle Boron: category ncp.at; the others between are not AT",
        example=lines(
            "0000025309 [ncp.at] TRACE: > AT+CIMI",
            "0000025347 [ncp.at] TRACE: < OK",
            "0000025350 [app] INFO: hello",
        ),
        special="The time is in milliseconds since the device started.",
        stamps=stamps(VIEWER + rb"%b ", MILLIS),
        stamp_required=True,
        marks=marks(rb"\[ncp\.at\] \w+: (?:(?P<tx>>)|(?P<rx><)) ?(?P<text>.*)"),
        distinct=True,
        needs=(b"[ncp.at]",),
    ),
    Format(
        name="mbed",
        about="shape 29, mbed CellularLog: one record for each read of the UART, cut anywhere",
        example=lines(
            "[10120][INFO][CELL]: AT TX (7): AT+CSQ<cr>",
            "[10154][INFO][CELL]: AT RX (3): <cr><ln>O",
            "[10155][INFO][CELL]: AT RX (3): K<cr><ln>",
        ),
        special="The number of bytes stands before the text; blanks that a page took away are put back.",
        stamps=(
            *stamps(VIEWER + rb"\[%b(?:ms)?\](?=\[)", MILLIS),
            *stamps(VIEWER_ONLY + rb"(?=\[\w+ *\]\[\w+ *\]: AT )", ISO, DAILY),
        ),
        marks=marks(
            rb"\[\w+ *\]\[\w+ *\]: AT (?:(?P<tx>TX)|(?P<rx>RX)) \( *(?P<length>\d{1,5})\): ?(?P<text>.*)"
        ),
        restore=escapes.MBED.undo,
        distinct=True,
        needs=(b"AT TX (", b"AT RX ("),
    ),
    Format(
        name="zephyr-chat",
        about="shape 26, modem_chat of Zephyr: blanks where the answer had commas",
        example=lines(
            "[00:00:28.464,000] <dbg> modem_chat: modem_chat_script_next: sending: AT+CREG?",
            "[00:00:28.494,000] <dbg> modem_chat: modem_chat_log_received_command: +CREG:  0 1",
            "[00:00:28.496,000] <dbg> modem_chat: modem_chat_log_received_command: OK",
        ),
        special="Of answers that its script awaits it shows the parameters with blanks between, and "
        "commas are put there again. An unknown command that was received is no error. Lines that a mail "
        "program broke before their text are put together.",
        stamps=_ZEPHYR,
        marks=marks(
            rb"<\w+>(?:\x1b\[[\d;]*m)? modem_chat: modem_chat_(?:(?P<tx>script_\w+: sending: ?)"
            rb"|(?P<rx>log_received_command: |on_unknown_command_received: ))(?P<text>.*)"
        ),
        spelling=with_separators,
        distinct=True,
        reads=ZephyrReader,
        needs=(b"modem_chat_",),
    ),
    Format(
        name="zephyr-hl7800",
        about="shape 27, the hl7800 driver of Zephyr: of an answer its name, and of some their values",
        example=lines(
            "[00:00:08.210,021] <dbg> modem_hl7800: send_at_cmd: OUT: [AT+CESQ]",
            "[00:00:08.260,192] <dbg> modem_hl7800: hl7800_rx: HANDLE +CESQ:  (len:17)",
            "[00:00:08.260,314] <dbg> modem_hl7800: hl7800_rx: HANDLE OK (len:0)",
        ),
        special="Values that a line of their own tells (codes of errors, sessions, what became of them, the "
        "registration) are put to their answer; what other answers say of the modem or the context is not "
        "in the log. Received data are one line, RX done, and so are their end pattern and OK.",
        stamps=_ZEPHYR,
        marks=marks(
            rb"<\w+>(?:\x1b\[[\d;]*m)? modem_hl7800(?:\.|: )"
            rb"(?:(?P<tx>send_at_cmd: OUT: \[)|(?P<rx>hl7800_rx: HANDLE |(?:\w{1,40}: )?(?=%b)))"
            rb"(?P<text>(?(tx)(?:.*(?=\])|.*)|(?:.*?(?= ?\(len:\d)|.*)))" % HANDLER_WORDS
        ),
        reads=Hl7800Reader,
        distinct=True,
        needs=(b"modem_hl7800",),
    ),
    Format(
        name="zephyr-hexdump",
        about="shape 28, dumps of Zephyr below SENT DATA and RECV: a line of the wire each",
        example=lines(
            "[00:00:12.531,250] <dbg> modem_cmd_handler: modem_cmd_send_ext: SENT DATA",
            "                                       41 54                    |AT",
            "[00:00:12.581,756] <dbg> modem_cmd_handler: cmd_handler_process_rx_buf: RECV",
            "                                       4f 4b                    |OK",
        ),
        special="Each dump is one line of the wire, its end taken off.",
        stamps=_ZEPHYR,
        marks=marks(
            rb"<\w+>(?:\x1b\[[\d;]*m)? modem[\w.]{0,40}:(?: [\w.]{1,60}:)? "
            rb"(?:(?P<tx>SENT DATA)|(?P<rx>RECV))(?P<text>)(?:[\s\x1b]|$)"
        ),
        unmarked=Unmarked.ROWS,
        rows=re.compile(VIEWER + _SHELL + rb"(?P<text>(?:[0-9a-f]{2} {1,3}){1,16}+) *\|"),
        restore=escapes.hex_cells,
        unended=True,
        aligned=True,
        distinct=True,
        needs=(b"SENT DATA", b"RECV"),
    ),
    Format(
        name="esp-command-lib",
        about="shape 30, command_lib of esp_modem: commands, and answers as tokens or below Response",
        example=lines(
            "D (31219) command_lib: generic_command command AT+CSQ",
            "D (31292) command_lib: Response: AT+CSQ",
            "+CSQ: 20,99",
            "OK",
            "V (31400) command_lib: Token: {+CREG: 0,1}",
        ),
        special="A command may be logged as its echo only. The time is that of the device.",
        stamps=_ESP,
        marks=marks(
            rb"command_lib: (?:(?P<tx>\w{1,40} command |Command: (?=\{))"
            rb"|(?P<rx>Response: ?|Token: (?=\{)))(?P<text>.*)"
        ),
        separator=BEFORE_BARE,
        unmarked=Unmarked.CONTINUES,
        spelling=unbraced,
        noise=re.compile(rb"[}{]$"),
        echoes=True,
        distinct=True,
        needs=(b"command_lib: ",),
    ),
    Format(
        name="esp-modem",
        about="shape 31, esp_modem, verbose: >> and << bracket a line, and are no directions",
        example=lines(
            "I (8805) esp_modem_dce: esp_modem_dce_generic_command(27): Sending command:AT+CSQ",
            "D (8830) pattern-detection: 0x3ffb9be4   0d 0a 4f 4b 0d 0a   |..OK..|",
            "V (8831) esp-modem-dte: Handling line: >>+CSQ: 20,99<<",
            "V (8832) esp-modem-dte: Handling line: >>OK<<",
        ),
        special="The dumps between show the same again, and are dropped.",
        stamps=_ESP,
        marks=marks(
            rb"[^>\"]{0,120}?(?:(?P<tx>Sending command: ?+(?!b?\"))|(?P<rx>Handling line: ?>>))"
            rb"(?P<text>(?(tx).*|(?:.*(?=<<)|.*)))"
        ),
        distinct=True,
        needs=(b"Sending command:", b"Handling line:"),
    ),
    Format(
        name="esp-hexdump",
        about="shape 31, esp_modem, older: dumps below writing and reading",
        example=lines(
            "D (910) esp-modem: writing:",
            "D (920) esp-modem: 0x3f404a04   41 54 0d                                          |AT.|",
            "D (930) esp-modem: reading:",
            "D (990) esp-modem: 0x3ffb9be4   0d 0a 4f 4b 0d 0a                                 |..OK..|",
        ),
        special="The bytes of the wire, one dump for each write and read.",
        stamps=_ESP,
        marks=marks(rb"[\w-]{1,40}: (?:(?P<tx>writing)|(?P<rx>reading)):(?P<text>)"),
        unmarked=Unmarked.ROWS,
        rows=re.compile(
            rb" ?[\w-]{1,40}: 0x[0-9a-f]{8} +(?P<text>(?:[0-9a-f]{2} {1,3}){1,16}+) *\|"
        ),
        restore=escapes.hex_cells,
        aligned=True,
        distinct=True,
        needs=(b": writing:", b": reading:"),
    ),
    Format(
        name="esp-dte",
        about="shape 32, esp_modem where a command timed out: the end of a line stands over its head",
        example=lines(
            "E (10361) esp-modem-dte: esp_modem_dte_send_cmd(196): process command timeout",
            " response timeoutem_dce: esp_modem_dce_generic_command(31): Command:AT+CPIN?",
        ),
        special="It shows commands only, and only those that were not answered.",
        stamps=_ESP,
        marks=marks(
            VIEWER
            + rb"(?:response timeout)?\w{0,16}dce: \w{1,60}(?:\(\d{1,6}\))?: "
            rb"(?:(?P<tx>Command:)|(?P<rx>%b))"
            rb"(?P<text>[^\r]*+)(?:\s{1,4}response timeout.*|\s*+)$" % NEVER
        ),
        spelling=before_timeout,
        distinct=True,
        needs=(b"dce: ",),
    ),
    Format(
        name="tinygsm",
        about="shape 35, the debug log of TinyGSM: of an answer, only which one it was of those awaited",
        example=lines("[12345] ### AT: +CSQ", "[12399] ### ..: Result index: 1"),
        special="Commands lack their AT. The first answer that was awaited counts as OK, a later one as "
        "ERROR, and index 0 means that none came. What the modem said is not in the log.",
        stamps=stamps(VIEWER + rb"\[%b\]", MILLIS),
        marks=marks(
            rb"### (?:(?P<tx>(?=AT:))|(?P<rx>(?:\.\.: ?)?(?=Result index:)))(?P<text>.*)"
        ),
        spelling=of_tinygsm,
        distinct=True,
        needs=(b"### ",),
    ),
)
# fmt: on
