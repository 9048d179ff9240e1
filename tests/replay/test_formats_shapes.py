"""Every shape of the list of capture formats, by an example built from what is known of it.

The list is `docs/formats.md`. Each example is recognised, and gives the AT lines that the logger
saw: directions as far as the shape has them, no line of the logger's own, nothing twice.
"""

from __future__ import annotations

import base64
import json
import re

import pytest

from atfsm.replay.formats import FORMATS, detect, format_named
from atfsm.replay.records import Direction
from tests.replay.paper import assembled
from tests.replay.test_formats_round_trip import read

TX, RX, UNMARKED = Direction.TX, Direction.RX, Direction.UNMARKED

Said = list[tuple[Direction, str]]

_CSQ: Said = [(TX, "AT+CSQ"), (RX, "+CSQ: 20,99"), (RX, "OK")]
_ANYBODY: Said = [(UNMARKED, text) for _, text in _CSQ]
_B64 = {side: base64.b64encode(data).decode() for side, data in (
    ("tx", b"AT+CSQ\rAT+CREG?\r"),
    ("rx", b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n\r\n+KTCP_IND: 1,1\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n"),
)}  # fmt: skip

# fmt: off
#: Number of the shape, what is particular; format, capture, what it says.
SHAPES: list[tuple[int, str, str, bytes, Said]] = [
    (1, "echo ends CR CR LF, blank lines", "bare",
     b"AT+CSQ\r\r\n\r\n+CSQ: 20,99\r\n\r\nOK\r\n", _ANYBODY),
    (1, "lower case, blank lines dropped", "bare", b"at+csq\n+CSQ: 20,99\nOK\n",
     [(UNMARKED, "at+csq"), *_ANYBODY[1:]]),
    (1, "a program prints before the command", "bare",
     b"Waiting for network...AT+CSQ\n+CSQ: 20,99\nOK\n", [(UNMARKED, "Waiting for network..."), *_ANYBODY]),
    (1, "a name that a program printed", "bare", b"tim.exampleAT+CIPSHUT\nSHUT OK\n+CSQ: 20,99\n",
     [(UNMARKED, "tim.example"), (UNMARKED, "AT+CIPSHUT"), (UNMARKED, "SHUT OK"), _ANYBODY[1]]),
    (1, "a prompt of a shell", "bare", b"nsh> AT+CSQ\n+CSQ: 20,99\nOK\n", [(UNMARKED, "nsh>"), *_ANYBODY]),
    (1, "a command in an answer stays there", "bare", b'AT+X="a.exampleAT+Y"\n+X: b.exampleAT+Y\nOK\n',
     [(UNMARKED, 'AT+X="a.exampleAT+Y"'), (UNMARKED, "+X: b.exampleAT+Y"), (UNMARKED, "OK")]),
    (2, "notes of all sorts", "bare",
     b"// signal, OK?\nAT+CSQ // now\n+CSQ: 20,99 //note\n*/active PDP/*\nOK\n", _ANYBODY),
    (2, "a note that was wrapped", "bare",
     "AT+CSQ\n+CSQ: 20,99\nOK //then, with\nAT+CIPSHUT 关闭移动场景\n".encode(), _ANYBODY),
    (3, "curly quotes", "txrx", "“Tx: AT+CSQ”\nTx: AT+CSQ\nRx: +CSQ: 20,99\nRx: OK\n".encode(), _CSQ),
    (3, "a copy without its Tx lines", "txrx", b"Rx: +CSQ: 20,99\nRx: OK\n", _CSQ[1:]),
    (3, "names of control characters", "docklight",
     b"01.05.2024 10:00:00.120 [TX] - AT+CSQ<CR>\n01.05.2024 10:00:00.154 [RX] - <CR><LF>\n+CSQ: 20,99<CR><LF>\n"
     b"<CR><LF>\nOK<CR><LF>\n\n", _CSQ),
    (4, "the modem is marked", "one-side", b"AT+CSQ\n<<<+CSQ: 20,99\n<<<OK\n", _CSQ),
    (4, "the host is marked", "one-side", b">>> AT+CSQ\n+CSQ: 20,99\nOK\n", _CSQ),
    (5, "the first lacks its own", "arrows", "AT+CSQ\n← +CSQ: 20,99\n← OK\n".encode(), _CSQ),
    (5, "ASCII", "arrows", b"-> AT+CSQ\n<- +CSQ: 20,99\n<- OK\n", _CSQ),
    (5, "a column of a table", "arrows",
     "| → | AT+CSQ | a note |\n| ← | +CSQ: 20,99 | |\n| ←(URC) | OK | |\n".encode(), _CSQ),
    (5, "alternatives in a cell", "arrows",
     "| → | AT+CSQ<br>或<br>AT+CSQ=? | |\n| → | ATI<br>or<br>ATI1 | |\n| ← | OK | |\n".encode(),
     [(TX, "AT+CSQ"), (TX, "ATI"), (RX, "OK")]),
    (5, "angles", "angles", b"> AT+CSQ\n< +CSQ: 20,99\n< OK\n", _CSQ),
    (6, "the answer below", "command-response",
     b"NuttShell\nnsh> hello\n\n// Check\nCommand: AT+CSQ\nResponse:\n+CSQ: 20,99\nOK\n", _CSQ),
    (6, "the answer on the label's line", "command-response",
     b"Command: AT+CSQ\nResponse: +CSQ: 20,99\nOK\n", _CSQ),
    (6, "OK is left out", "command-response",
     b"Command: AT+CSQ\nResponse: +CSQ: 20,99\n\nCommand: ATI\nResponse:\nEG25\n\nCommand: AT\nResponse:\n",
     [*_CSQ, (TX, "ATI"), (RX, "EG25"), (RX, "OK"), (TX, "AT")]),
    (6, "a URC behind the answer is no answer", "command-response",
     b"Command: AT\nResponse: OK\n+QIND: PB DONE\nCommand: AT\nResponse: OK\n",
     [(TX, "AT"), (RX, "OK"), (RX, "+QIND: PB DONE"), (TX, "AT"), (RX, "OK")]),
    (7, "milliseconds after a colon", "qcom",
     b"2019-06-26 14:05:10:887[Send->]AT+CSQ\r\n\r\n2019-06-26 14:05:10:890[Recv<-]+CSQ: 20,99\r\n\r\nOK\r\n", _CSQ),
    (8, "UTF-8", "sscom", "[10:45:32.192]发→◇AT+CSQ\n□\n[10:45:32.196]收←◆+CSQ: 20,99\n\nOK\n".encode(), _CSQ),
    (8, "GBK", "sscom", "[10:45:32.192]发→◇AT+CSQ\n□\n[10:45:32.196]收←◆+CSQ: 20,99\n\nOK\n".encode("gbk"), _CSQ),
    (9, "stamps on blank lines too", "iso-bare",
     (b"[2026-11-22 10:00:00.100] AT+CSQ\n[2026-11-22 10:00:00.200] \n[2026-11-22 10:00:00.200] +CSQ: 20,99\n"
     b"[2026-11-22 10:00:00.210] OK\n"), _ANYBODY),
    (10, "a prompt before the command", "iso-bare",
     b"[06:25:54.181] Waiting...AT+CSQ\n[06:25:54.200] +CSQ: 20,99\n[06:25:54.210] OK\n",
     [(UNMARKED, "Waiting..."), *_ANYBODY]),
    (11, "the arrow is the stamp's", "arduino",
     b"10:00:00.100 -> AT+CSQ\n10:00:00.200 -> \n10:00:00.210 -> +CSQ: 20,99\n10:00:00.220 -> OK\n", _ANYBODY),
    (12, "merged", "two-files",
     (b"[2026-11-22 10:00:00.100] TX AT+CSQ\n[2026-11-22 10:00:00.200] RX \n"
     b"[2026-11-22 10:00:00.200] RX +CSQ: 20,99\n[2026-11-22 10:00:00.210] RX OK\n"), _CSQ),
    (13, "CR and LF apart, the last twice", "out-in",
     (b"2024/05/01 10:00:00.120 - Out:AT+CSQ<0D>\n2024/05/01 10:00:00.154 - In:<0D>\n2024/05/01 10:00:00.154 - In:<0A>\n"
     b"2024/05/01 10:00:00.155 - In:+CSQ: 20,99<0D>\n2024/05/01 10:00:00.155 - In:<0A>\n"
     b"2024/05/01 10:00:00.156 - In:OK<0D><0A>\n2024/05/01 10:00:00.156 - In:OK<0D><0A>\n"), _CSQ),
    (14, "repeated as an interpreted response", "unimodem",
     (b"10-19-2007 07:21:59.222 - Send: AT+CSQ<cr>\n10-19-2007 07:21:59.300 - Recv: AT+CSQ<cr>\n"
     b"10-19-2007 07:21:59.310 - Command Echo\n10-19-2007 07:21:59.320 - Recv: <cr><lf>OK<cr><lf>\n"
     b"10-19-2007 07:21:59.320 - Interpreted response: OK\n"),
     [(TX, "AT+CSQ"), (RX, "AT+CSQ"), (RX, "OK")]),
    (14, "V0", "unimodem", b"10-19-2007 07:21:59.222 - Send: AT&F<cr>\n10-19-2007 07:21:59.320 - Recv: 0<cr>\n",
     [(TX, "AT&F"), (RX, "0")]),
    (15, "what is expected is not data", "chat-syslog",
     (b"Jun  1 16:37:25 host pppd[8919]: pppd 2.4.7 started by root, uid 0\n"
     b"Jun  1 16:37:25 host chat[8920]: abort on (NO CARRIER)\nJun  1 16:37:25 host chat[8920]: timeout set to 5 seconds\n"
     b"Jun  1 16:37:25 host chat[8920]: send (AT+CSQ^M)\nJun  1 16:37:25 host chat[8920]: expect (OK)\n"
     b"Jun  1 16:37:25 host chat[8920]: ^M\nJun  1 16:37:25 host chat[8920]: +CSQ: 20,99^M\n"
     b"Jun  1 16:37:25 host chat[8920]: OK\nJun  1 16:37:25 host chat[8920]:  -- got it \n"), _CSQ),
    (15, "it failed", "chat-syslog",
     (b"Jan  1 00:12:30 evm chat[1405]: send (AT^M)\nJan  1 00:12:30 evm chat[1405]: expect (OK)\n"
     b"Jan  1 00:12:40 evm chat[1405]: alarm\nJan  1 00:12:53 evm chat[1405]: Failed\n"), [(TX, "AT")]),
    (15, "a code that chat broke off", "chat-syslog",
     (b"May 20 14:22:18 host chat[537]: abort on (ERROR)\nMay 20 14:22:18 host chat[537]: send (AT+CPIN?^M)\n"
     b"May 20 14:22:18 host chat[537]: AT+CPIN?^M^M\nMay 20 14:22:18 host chat[537]: +CME ERROR\n"
     b"May 20 14:22:18 host chat[537]:  -- failed\nMay 20 14:22:18 host chat[537]: Failed (ERROR)\n"),
     [(TX, "AT+CPIN?"), (RX, "AT+CPIN?"), (RX, "+CME ERROR:")]),
    (15, "a word of ABORT that is whole", "chat-syslog",
     (b"May 20 14:22:18 host chat[537]: send (ATD*99#^M)\nMay 20 14:22:18 host chat[537]: NO CARRIER\n"
     b"May 20 14:22:18 host chat[537]:  -- failed\nMay 20 14:22:18 host chat[537]: Failed (NO CARRIER)\n"),
     [(TX, "ATD*99#"), (RX, "NO CARRIER")]),
    (16, "logread", "chat-syslog",
     (b"Fri Mar 20 12:45:08 2015 local2.info chat[7402]: send (AT+CSQ^M)\n"
     b"Fri Mar 20 12:45:08 2015 local2.info chat[7402]: +CSQ: 20,99^M\nFri Mar 20 12:45:08 2015 local2.info chat[7402]: OK\n"),
     _CSQ),
    (16, "a record over two lines", "chat-syslog",
     (b'Fri Mar 20 12:45:08 2015 local2.info chat[7402]: send (AT+CGDCONT=1,"IP","inter\nnet"^M)\n'
     b"Fri Mar 20 12:45:08 2015 local2.info chat[7402]: OK\nprose\n"),
     [(TX, 'AT+CGDCONT=1,"IP","internet"'), (RX, "OK")]),
    (17, "a blank line between the steps", "chat",
     b"abort on (BUSY)\nsend (AT+CSQ^M)\nexpect (OK)\n^M\n+CSQ: 20,99^M\n^M\nOK\n -- got it\n\n", _CSQ),
    (17, "a code that chat broke off", "chat",
     b"send (AT+CGATT=1^M)\nexpect (OK)\n^M\nAT+CGATT=1^M^M\n+CMS ERROR\n -- failed\nFailed (ERROR)\n",
     [(TX, "AT+CGATT=1"), (RX, "AT+CGATT=1"), (RX, "+CMS ERROR:")]),
    (17, "words of ABORT", "chat", b"send (ATD*99#^M)\nexpect (CONNECT)\n^M\nBUSY\n -- failed\nFailed (BUSY)\n",
     [(TX, "ATD*99#"), (RX, "BUSY")]),
    (18, "pppd between, without a mark", "chat",
     (b"send (ATD*99#^M)\nexpect (CONNECT)\n^M\nCONNECT\n -- got it\n\n"
     b"Script chat -s -v -f /etc/ppp/x finished (pid 763), status = 0x0\nSerial connection established.\n"
     b"using channel 3\nUsing interface ppp0\nConnect: ppp0 <--> /dev/ttyUSB3\n"
     b"sent [LCP ConfReq id=0x1 <asyncmap 0x0>]\nrcvd [LCP ConfAck id=0x1 <asyncmap 0x0>]\n"),
     [(TX, "ATD*99#"), (RX, "CONNECT")]),
    (18, "pppd between, in syslog", "chat-syslog",
     (b"Jun  1 16:37:25 host chat[8920]: send (ATD*99#^M)\nJun  1 16:37:25 host chat[8920]: CONNECT\n"
     b"Jun  1 16:37:26 host pppd[8919]: sent [LCP ConfReq id=0x1]\nJun  1 16:37:26 host pppd[8919]: rcvd [LCP ConfAck id=0x1]\n"),
     [(TX, "ATD*99#"), (RX, "CONNECT")]),
    (19, "--> is no direction", "wvdial",
     (b"--> WvDial: Internet dialer version 1.60\n--> Initializing modem.\n--> Sending: AT+CSQ\nAT+CSQ\n+CSQ: 20,99\nOK\n"
     b"--> Modem initialized.\n"),
     [(TX, "AT+CSQ"), (RX, "AT+CSQ"), *_CSQ[1:]]),
    (19, "PPP before CONNECT", "wvdial",
     b"--> Sending: ATDT*99#\n--> Waiting for carrier.\n~[7f]}#@!}!}!}\nCONNECT\n--> Carrier detected.\n",
     [(TX, "ATDT*99#"), (RX, "~[7f]}#@!}!}!}"), (RX, "CONNECT")]),
    (20, "in syslog", "freebsd-ppp",
     (b"Aug  9 16:58:25 host ppp[1234]: tun0: Chat: Send: AT+CSQ^M \nAug  9 16:58:25 host ppp[1234]: tun0: Chat: Expect(8): OK \n"
     b"Aug  9 16:58:25 host ppp[1234]: tun0: Chat: Received: +CSQ: 20,99^M \n"
     b"Aug  9 16:58:25 host ppp[1234]: tun0: Chat: Received: OK^M \n"), _CSQ),
    (20, "a prompt glued in front", "freebsd-ppp",
     b"ppp ON host> Chat: Send: AT+CSQ\nChat: Expect(8): OK\nChat: Received: +CSQ: 20,99\nPpp ON host> Chat: Received: OK\n", _CSQ),
    (21, "several lines in a record", "mm-0x",
     (b"** (modem-manager:2543): DEBUG: (ttyUSB0): --> 'AT+CSQ<CR>'\n** Message: (ttyUSB0) closing serial device...\n"
     b"** (modem-manager:2543): DEBUG: (ttyUSB0): <-- '<CR><LF>+CSQ: 20,99<CR><LF><CR><LF>OK<CR><LF>'\n"), _CSQ),
    (21, "ports side by side", "mm-0x",
     (b"** (modem-manager:2543): DEBUG: (ttyUSB0): --> 'AT+CSQ<CR>'\n** (modem-manager:2543): DEBUG: (ttyUSB1): --> 'ATI<CR>'\n"
     b"** (modem-manager:2543): DEBUG: (ttyUSB2): --> 'AT+GCAP<CR>'\n** (modem-manager:2543): DEBUG: (ttyUSB1): <-- '1<CR><LF>OK<CR><LF>'\n"
     b"** (modem-manager:2543): DEBUG: (ttyUSB0): <-- '<CR><LF>+CSQ: 20,99<CR><LF><CR><LF>OK<CR><LF>'\n"),
     [(TX, "ATI"), (RX, "1"), (RX, "OK"), *_CSQ]),
    (22, "QMI between", "mm-1x",
     (b"<dbg> [wwan0at1/at] --> 'AT+CSQ<CR><LF>'\n<dbg> [1767016031.4] [/dev/cdc-wdm0] sent message...\n<<<<<< RAW:\n"
     b"<<<<<<   length = 16\n<dbg> [wwan0at1/at] <-- '<CR><LF>+CSQ: 20,99<CR><LF><CR><LF>OK<CR><LF>'\n"), _CSQ),
    (22, "with an epoch in front", "mm-1x",
     (b"ModemManager[612]: <dbg> [1714557600.120000] [modem0/ttyUSB2/at] --> 'AT+CSQ<CR>'\n"
     b"ModemManager[612]: <dbg> [1714557600.154000] [modem0/ttyUSB2/at] <-- '<CR><LF>+CSQ: 20,99<CR><LF><CR><LF>OK<CR><LF>'\n"), _CSQ),
    (22, "older", "mm-1x", b"(ttyUSB2): --> 'AT+CSQ<CR>'\n(ttyUSB2): <-- '<CR><LF>+CSQ: 20,99<CR><LF><CR><LF>OK<CR><LF>'\n", _CSQ),
    (23, "RIL repeats it", "android-ril",
     (b"07-12 01:10:33.862   945  1043 D AT      : AT> AT+CSQ\n07-12 01:10:33.900   945  1045 D AT      : AT< +CSQ: 20,99\n"
     b"07-12 01:10:33.900   945  1045 D RILJ    : [0001]< OK\n07-12 01:10:33.901   945  1045 D AT      : AT< OK\n"), _CSQ),
    (23, "a bug report shows whose it is", "android-ril",
     (b"------ RADIO LOG (logcat -b radio -v threadtime -v printable -v uid -d *:v) ------\n--------- beginning of radio\n"
     b"07-12 01:10:33.862  1001   945  1043 D AT      : AT> AT+CSQ\n07-12 01:10:33.900 radio   945  1045 D AT      : AT< +CSQ: 20,99\n"
     b"07-12 01:10:33.900  1001   945  1045 D RILJ    : [0001]< OK\n07-12 01:10:33.901 radio   945  1045 D AT      : AT< OK\n"), _CSQ),
    (23, "with year and zone, a uid in parentheses", "android-ril",
     (b"2024-05-01 10:00:00.120 +0200 D/AT      (radio:  945): AT> AT+CSQ\n"
     b"2024-05-01 10:00:00.130 +0200 D/AT      ( 1001:  945): AT< +CSQ: 20,99\n"
     b"2024-05-01 10:00:00.140 +0200 D/AT      (  945): AT< OK\n"), _CSQ),
    (23, "seconds since 1970", "android-ril",
     (b"         1714557600.120   945  1043 D AT      : AT> AT+CSQ\n         1714557600.154   945  1044 D AT      : AT< +CSQ: 20,99\n"
     b"         1714557600.155   945  1044 D AT      : AT< OK\n"), _CSQ),
    (23, "as Android Studio shows it", "android-ril",
     (b"2024-05-01 10:00:00.120   945-1043  AT                      com.android.phone                    D  AT> AT+CSQ\n"
     b"2024-05-01 10:00:00.154   945-1044  AT                      com.android.phone                    D  AT< +CSQ: 20,99\n"
     b"2024-05-01 10:00:00.155   945-1044  RILJ                    com.android.phone                    D  [0001]< AT< OK\n"
     b"2024-05-01 10:00:00.155   945-1044  AT                      pid-945                              D  AT< OK\n"), _CSQ),
    (23, "as Android Studio showed it once", "android-ril",
     (b"2021-05-01 10:00:00.120 945-1043/com.android.phone D/AT: AT> AT+CSQ\n2021-05-01 10:00:00.154 945-1044/? D/AT: AT< +CSQ: 20,99\n"
     b"2021-05-01 10:00:00.155 945-1044/? D/AT: AT< OK\n"), _CSQ),
    (23, "a head, and the message below it", "android-long",
     (b"--------- beginning of radio\n[ 05-01 10:00:00.100   945: 1043 D/AT       ]\nAT> AT+CSQ\n\n"
     b"[ 05-01 10:00:00.140  1001:  945: 1043 D/AT       ]\nAT< +CSQ: 20,99\n\n[ 05-01 10:00:00.140   945: 1043 D/RILJ     ]\nAT< ERROR\n\n"
     b"[ 05-01 10:00:00.150   945: 1043 D/AT       ]\nAT< OK\n\n"), _CSQ),
    (24, "other loggers, section heads", "particle-gen2",
     (b"0000020855 [system] INFO: Sim Ready\n0000020855 [system] INFO: Sim Ready\n[ Modem::register ] = = = = =\n"
     b'    20.845 AT send       8 "AT+CSQ\\r\\n"\n    20.862 AT read  +   15 "\\r\\n+CSQ: 20,99\\r\\n"\n'
     b'    20.864 AT read OK    6 "\\r\\nOK\\r\\n"\n'), _CSQ),
    (25, "other categories", "particle-gen3",
     (b"0000025309 [ncp.at] TRACE: > AT+CSQ\n0000025310 [net.ppp.client] TRACE: State NONE -> READY\n"
     b"0000025347 [ncp.at] TRACE: < +CSQ: 20,99\n0000025348 [ncp.at] TRACE: < OK\n"), _CSQ),
    (26, "blanks for separators", "zephyr-chat",
     (b"[00:00:28.464,000] <dbg> modem_chat: modem_chat_script_next: init_chat_script: step: 12\n"
     b"[00:00:28.464,000] <dbg> modem_chat: modem_chat_script_next: sending: AT+COPS?\n"
     b'[00:00:28.494,000] <dbg> modem_chat: modem_chat_log_received_command: +COPS:  0 0 "a b" 7\n'
     b"[00:00:28.494,000] <dbg> modem_chat: modem_chat_log_received_command:  OK\n"
     b"[00:00:28.463,000] <dbg> modem_chat: modem_chat_on_unknown_command_received: #SGACT: 192.0.2.3\n"),
     [(TX, "AT+COPS?"), (RX, '+COPS: 0,0,"a b",7'), (RX, "OK"), (RX, "#SGACT: 192.0.2.3")]),
    (27, "the values are not logged", "zephyr-hl7800",
     (b"<dbg> modem_hl7800.send_at_cmd: OUT: [at+cops?]\n<dbg> modem_hl7800.hl7800_rx: HANDLE +COPS:  (len:12)\n"
     b'<inf> modem_hl7800: Operator: 0,0,"AT&T",7\n'), [(TX, "at+cops?"), (RX, "+COPS:")]),
    (27, "newer, stamped", "zephyr-hl7800",
     (b"[00:00:06.507,000] <dbg> modem_hl7800: send_at_cmd: OUT: [AT+CEREG=0]\n[00:00:06.510,000]Got host address!\n"
     b" <dbg> modem_hl7800: hl7800_rx: HANDLE OK (len:0)\n[00:00:06.520,000] <inf> modem_hl7800: +WDSI: 3\n"),
     [(TX, "AT+CEREG=0"), (RX, "OK"), (RX, "+WDSI: 3")]),
    (27, "the session of an indication is logged", "zephyr-hl7800",
     (b"[00:00:07.944,458] <dbg> modem_hl7800: hl7800_rx: HANDLE +KUDP_IND:  (len:3)\n"
      b"[00:00:07.944,488] <dbg> modem_hl7800: on_cmd_sock_ind: +KUDP_IND ID: 1\n"),
     [(RX, "+KUDP_IND: 1,1")]),
    (27, "received data, their end pattern and OK are one line", "zephyr-hl7800",
     (b"[00:00:08.197,753] <dbg> modem_hl7800: send_at_cmd: OUT: [AT+KUDPRCV=1,130]\n"
      b"[00:00:08.209,991] <dbg> modem_hl7800: hl7800_rx: HANDLE CONNECT (len:0)\n"
      b"[00:00:08.210,021] <dbg> modem_hl7800: sock_read: Socket 1 RX 130 bytes\n"
      b"[00:00:08.260,192] <dbg> modem_hl7800: sock_read: Got all data, get EOF and OK (buf len:23)\n"
      b"[00:00:08.260,400] <dbg> modem_hl7800: sock_read: Sock 1 RX done\n"),
     [(TX, "AT+KUDPRCV=1,130"), (RX, "CONNECT"), (RX, "--EOF--Pattern--"), (RX, "OK")]),
    (27, "in a terminal with stamps", "zephyr-hl7800",
     (b"[2024-05-01 10:00:00.120] [00:00:08.210,021] <dbg> modem_hl7800: send_at_cmd: OUT: [AT+CESQ]\n"
      b"[2024-05-01 10:00:00.170] [00:00:08.260,314] <dbg> modem_hl7800: hl7800_rx: HANDLE OK (len:0)\n"),
     [(TX, "AT+CESQ"), (RX, "OK")]),
    (28, "a shell between", "zephyr-hexdump",
     (b"[00:00:12.531,250] <dbg> modem_cmd_handler: modem_cmd_send_ext: SENT DATA\n"
     b"                                            41 54 2b 43 53 51                                |AT+CSQ           \n"
     b"\x1b[1;32muart:~$ \x1b[m\n[00:00:12.569,244] <dbg> modem_cmd_handler: cmd_handler_process_rx_buf: RECV\n"
     b"                                            2b 43 53 51 3a 20 32 30  2c 39                   |+CSQ: 20 ,9\n"
     b"[1B][1;32muart:~$ [1B][m                      39                                               |9\n"
     b"[00:00:12.581,756] <dbg> modem_cmd_handler: cmd_handler_process_rx_buf: RECV\n"
     b"                                            4f 4b                                            |OK               \n"
     b"[00:00:12.581,787] <dbg> modem_cmd_handler: cmd_handler_process_rx_buf: match cmd [OK] (len:2)\n"), _CSQ),
    (29, "cut anywhere", "mbed",
     (b"[00027926ms][INFO][CELL]: AT TX (5): AT+CS\n[00027927ms][INFO][CELL]: AT TX (2): Q<cr>\n"
     b"[00027930ms][INFO][CELL]: AT RX (1): <cr>\n[00027930ms][INFO][CELL]: AT RX (8): <ln>+CSQ: 2\n"
     b"[00027931ms][INFO][CELL]: AT RX (10): 0,99<cr><ln><cr><ln>OK\n[00027932ms][INFO][CELL]: AT RX (2): <cr><ln>\n"), _CSQ),
    (30, "below Response", "esp-command-lib",
     (b"D (31219) command_lib: generic_command command AT+CSQ\n\nD (31292) command_lib: Response: AT+CSQ\n+CSQ: 20,99\n\nOK\n"
     b"V (31300) uart: queue free\nno more\n"),
     [(TX, "AT+CSQ"), (UNMARKED, "AT+CSQ"), *_ANYBODY[1:]]),
    (30, "below Response, in a terminal with stamps", "esp-command-lib",
     (b"[10:00:00.120] D (5770) command_lib: generic_command command AT+CSQ\n[10:00:00.120] \n"
      b"[10:00:00.130] D (5780) command_lib: Response: AT+CSQ\n[10:00:00.130] \n[10:00:00.130] +CSQ: 20,99\n"
      b"[10:00:00.130] \n[10:00:00.131] OK\n"), [(TX, "AT+CSQ"), *_ANYBODY]),
    (30, "below Response, quoted", "esp-command-lib",
     (b"> D (2936) command_lib: generic_command command AT+CSQ\n> > D (3506) command_lib: Response: AT+CSQ\n"
      b"> > +CSQ: 20,99\n> OK\n"), [(TX, "AT+CSQ"), (UNMARKED, "AT+CSQ"), *_ANYBODY[1:]]),
    (30, "tokens, of which CR has eaten the head", "esp-command-lib",
     (b"} (12:34:05.399) command_lib: Command: {AT+CSQ\n} (12:34:05.421) command_lib: Token: {\n"
     b"I (12:34:05.422) command_lib: Token: {+CSQ: 20,99}\nI (12:34:05.423) command_lib: Token: {OK}\n"),
     [(TX, "AT+CSQ"), *_ANYBODY[1:]]),
    (30, "within another logger", "esp-command-lib",
     (b"[13:32:29][D][esp-idf:000]: V (39392) command_lib: generic_get_string\n"
     b"[13:32:29][D][esp-idf:000][uart_task]: V (39400) command_lib: Token: {AT+CSQ}\n"
     b"[13:32:29][D][esp-idf:000][uart_task]: V (39413) command_lib: Token: {+CSQ: 20,99}\n"
     b"[13:32:30][D][esp-idf:000][uart_task]: V (39423) command_lib: Token: {OK}\n"), _ANYBODY),
    (31, "brackets are no directions, dumps repeat", "esp-modem",
     (b"2023-10-12 10:00:00,I (8805) esp_modem_dce: esp_modem_dce_generic_command(27): Sending command:AT+CSQ\n\n"
     b"2023-10-12 10:00:00,D (8830) pattern-detection: 0x3ffb9be4   0d 0a 4f 4b 0d 0a |..OK..|\n"
     b"2023-10-12 10:00:00,V (8831) esp-modem-dte: Handling line: >>+CSQ: 20,99<<\nV (8832) esp-modem-dte: Handling line: >>OK\n<<\n"),
     _CSQ),
    (31, "older: dumps", "esp-hexdump",
     (b"D (910) esp-modem: writing:\nD (920) esp-modem: 0x3f404a04   41 54 2b 43 53 51 0d                             |AT+CSQ.|\n"
     b"D (930) esp-modem: reading:\nD (930) esp-modem: 0x3ffb9be4   0d 0a 2b 43 53 51 3a 20  32 30 2c 39 39 0d 0a 0d |..+CSQ: 20,99...|\n"
     b"D (930) esp-modem: 0x3ffb9bf4   0a 4f 4b 0d 0a                                   |.OK..|\nD (990) dce_service: sync ok\n"
     b"D (991) other: 0x3ffb9bf4   41 54 0d                                   |AT.|\n"), _CSQ),
    (32, "CR has eaten the head", "esp-dte",
     (b"E (10361) esp-modem-dte: esp_modem_dte_send_cmd(196): process command timeout\n"
     b" response timeoutem_dce: esp_modem_dce_generic_command(31): Command:AT+CPIN?\n"
     b"W (10400) esp_modem_dce: esp_modem_dce_generic_command(31): Command:AT+CSQ\r response timeout\n"),
     [(TX, "AT+CPIN?"), (TX, "AT+CSQ")]),
    (33, "decoded and as hex", "gammu",
     (b"Sending simple AT command to wake up some devices\nSENDING frametype 0x00/length 0x07/7\n"
     b'41A|54T|2B+|43C|53S|51Q|0D                                      AT+CSQ.         \n1 "AT+CSQ"\n2 "+CSQ: 20,99"\n3 "OK"\n'
     b"Checking line: OK\nAT reply state: 1\nRECEIVED frametype 0x00/length 0x1C/28\n"
     b"2B+|43C|53S|51Q|3A:|20 |322|300|2C,|399|399|0D |0A |0D |0A |4FO +CSQ: 20,99....O\n4BK|0D |0A                                                      K..\n"),
     _CSQ),
    (33, "gammu-smsd", "gammu",
     (b"Mon 2015/08/17 18:13:49 gammu-smsd[1902]: gammu: SENDING frame type 0x00/length 0x03/3\n"
     b"Mon 2015/08/17 18:13:49 gammu-smsd[1902]: gammu: 41A|54T|0D                                                      AT.             \n"
     b'Mon 2015/08/17 18:13:49 gammu-smsd[1902]: gammu: 1 "AT"\n'
     b"Mon 2015/08/17 18:13:49 gammu-smsd[1902]: gammu: RECEIVED frame type 0x00/length 0x06/6\n"
     b"Mon 2015/08/17 18:13:49 gammu-smsd[1902]: gammu: 0D |0A |4FO|4BK|0D |0A                                          ..OK..\n"),
     [(TX, "AT"), (RX, "OK")]),
    (34, "a command in two records, a NUL", "python-bytes",
     b"INFO:root:b'> AT'\nINFO:root:b'> +CSQ\\r'\nINFO:root:(True, b'< \\x00\\r\\n+CSQ: 20,99\\r\\n\\r\\nOK\\r\\n')\n",
     [(TX, "AT+CSQ"), (RX, "\0"), *_CSQ[1:]]),
    (35, "only which of the answers", "tinygsm",
     (b"[12345] ### AT: +CSQ\n[12399] ### ..: Result index: 1\n[12400] ### AT: +CGATT=1\n[22400] ### ..: Result index: 2\n"
     b"[22401] ### AT:\n[22500] ### Unhandled: +CREG: 1\n[32500] ### ..: Result index: 0\n"),
     [(TX, "AT+CSQ"), (RX, "OK"), (TX, "AT+CGATT=1"), (RX, "ERROR"), (TX, "AT")]),
    (36, "printed twice", "bare", b"AT+CSQ\nAT+CSQ\n+CSQ: 20,99\n\nOK\n### Unhandled: x\n", [_ANYBODY[0], *_ANYBODY]),
    (37, "OK runs into the next command", "bare", b"AT+CSQ\n+CSQ: 20,99\nOKAT+CFUN?\n+CFUN: 1\nOK\n",
     [*_ANYBODY, (UNMARKED, "AT+CFUN?"), (UNMARKED, "+CFUN: 1"), (UNMARKED, "OK")]),
    (38, "modeswitch on the same modem", "routeros",
     (b"10:00:00 lte,async lte2: sent AT+CSQ\n10:00:00 lte,async modeswitch: sent ATZ\n10:00:01 lte,async lte2: rcvd +CSQ: 20,99\n"
     b"10:00:01 lte,debug lte2: sent MBIM open\n10:00:01 lte,async lte2: rcvd OK\n"), _CSQ),
    (39, "quoted in a thread", "iso-bare", b"> 0:00:01:500 - AT+CSQ\n> 0:00:01:750 - +CSQ: 20,99\n> 0:00:01:760 - OK\n", _ANYBODY),
    (40, "the modem boots in between", "bare",
     b"AT+CSQ\n<0><0>\nets Jun  8 2016 00:22:57\nGuru Meditation Error: Core 0 panic'ed\n\0\0+CSQ: 20,99\n<0>OK\n",
     [_ANYBODY[0], (UNMARKED, "ets Jun  8 2016 00:22:57"), (UNMARKED, "Guru Meditation Error: Core 0 panic'ed"), *_ANYBODY[1:]]),
    (41, "hex, cut where read() returned", "spy",
     (b"000000.000 Q-RX reset_input_buffer\n000000.120 TX   0000  41 54 2B 43 53 51 0D                              AT+CSQ.\n"
     b"000000.154 RX   0000  0D 0A 2B 43 53 51 3A 20  32 30 2C 39 39 0D 0A 0D  ..+CSQ: 20,99...\n"
     b"000000.154 RX   0010  0A                                                .\n"
     b"000000.155 RX   0000  4F 4B 0D 0A                                       OK..\n"), _CSQ),
    (41, "raw", "spy-raw", b"\x1b[31mAT+CSQ\r\x1b[32m\r\n+CSQ: 20,99\r\n\r\nOK\r\n", _CSQ),
    (41, "a log of Python", "python-bytes",
     b"INFO:spy:TX b'AT+CSQ\\r'\nINFO:spy:RX b'\\r\\n+CSQ: 20,99\\r\\n'\nINFO:spy:RX b'\\r\\nOK\\r\\n'\n", _CSQ),
    (42, "socat -x -v", "socat",
     (b"> 2026/11/22 10:00:00.000123  length=7 from=0 to=6\n 41 54 2b 43 53 51 0d                             AT+CSQ.\n--\n"
     b"< 2026/11/22 10:00:00.100123  length=21 from=0 to=20\n 0d 0a                                            ..\n"
     b" 2b 43 53 51 3a 20 32 30 2c 39 39 0d 0a           +CSQ: 20,99..\n 4f 4b 0d 0a 0d 0a                                OK....\n--\n"),
     _CSQ),
    (42, "socat -x", "socat",
     (b"> 2026/11/22 10:00:00.000123  length=7 from=0 to=6\n 41 54 2b 43 53 51 0d\n"
     b"< 2026/11/22 10:00:00.100123  length=19 from=0 to=18\n 0d 0a 2b 43 53 51 3a 20 32 30 2c 39 39 0d 0a 4f 4b 0d 0a\n"), _CSQ),
    (42, "socat -v", "socat",
     (b"> 2026/11/22 10:00:00.000123  length=7 from=0 to=6\nAT+CSQ\\r< 2026/11/22 10:00:00.100123  length=21 from=0 to=20\n"
     b"\\r\n+CSQ: 20,99\\r\n\\r\nOK\\r\n> 2026/11/22 10:00:01.000123  length=3 from=7 to=9\nAT\\r"), [*_CSQ, (TX, "AT")]),
    (42, "the modem's address was named first", "socat",
     (b"> 2026/11/22 10:00:00.000123  length=3 from=0 to=2\n 58 0d 0a\n< 2026/11/22 10:00:00.000123  length=7 from=0 to=6\n"
     b" 41 54 2b 43 53 51 0d\n> 2026/11/22 10:00:00.100123  length=19 from=0 to=18\n"
     b" 0d 0a 2b 43 53 51 3a 20 32 30 2c 39 39 0d 0a 4f 4b 0d 0a\n"), [(RX, "X"), *_CSQ]),
    (43, "a test a line", "reserial", json.dumps({"test_it": _B64}).encode() + b"\n",
     [*_CSQ, (RX, "+KTCP_IND: 1,1"), (TX, "AT+CREG?"), (RX, "+CREG: 0,1"), (RX, "OK")]),
    (43, "without the name of a test", "reserial", json.dumps(_B64).encode() + b"\n",
     [*_CSQ, (RX, "+KTCP_IND: 1,1"), (TX, "AT+CREG?"), (RX, "+CREG: 0,1"), (RX, "OK")]),
    (43, "as text", "reserial",
     b'{"test_it": {"rx_encoding": "utf-8", "tx_encoding": "utf-8", "rx": "AT+CSQ\\r\\r\\n+CSQ: 20,99\\r\\n\\r\\nOK\\r\\n", "tx": "AT+CSQ\\r"}}\n',
     [_CSQ[0], (RX, "AT+CSQ"), *_CSQ[1:]]),
    (44, "a tty among files", "strace",
     (b'openat(AT_FDCWD, "/dev/ttyUSB2", O_RDWR) = 4\nread(3, "AT+X\\n", 4096) = 5\nwrite(4, "AT+CSQ\\r", 7)                   = 7\n'
     b'read(4, 0x7ffc, 64)                   = -1 EAGAIN (Resource temporarily unavailable)\nread(4, "", 64) = 0\n'
     b'read(4, "\\r\\n+CSQ: 20,99\\r\\n\\r\\n", 64) = 17\nread(4, "O\\113\\r\\n", 64) = 4\nwrite(1, "signal 20\\n", 10) = 10\n'), _CSQ),
    (44, "several processes, and one that was resumed", "strace",
     (b'31223 08:44:21.195097 write(3</dev/ttyUSB2<char 188:2>>, "AT+CSQ\\r", 7) = 7\n'
     b"31223 08:44:21.200000 read(3</dev/ttyUSB2<char 188:2>>,  <unfinished ...>\n"
     b'31223 08:44:21.298048 <... read resumed>"\\r\\n+CSQ: 20,99\\r\\n\\r\\nOK\\r\\n", 100) = 22\n'), _CSQ),
    (44, "a thread reads and prints, another writes", "strace",
     (b'[pid 102] read(3,  <unfinished ...>\n[pid 101] write(3, "AT+CSQ\\r", 7 <unfinished ...>\n'
     b'[pid 103] read(5,  <unfinished ...>\n[pid 101] <... write resumed>) = 7\n[pid 101] write(1, "sent\\n", 5) = 5\n'
     b'[pid 102] <... read resumed>"\\r\\n+CSQ: 20,99\\r\\n", 256) = 15\n'
     b'[pid 102] write(1, "\\r\\n+CSQ: 20,99\\r\\n", 15) = 15\n[pid 103] <... read resumed> "a file\\n", 64) = 7\n'
     b'[pid 102] read(3, "\\r\\nOK\\r\\n", 256) = 6\n[pid 102] read(3,  <unfinished ...>)  = ?\n'), _CSQ),
    (44, "cut short", "strace",
     b'write(3, "AT+KTCPCFG=1,0,\\"203.0.113.5\\",101"..., 35) = 35\nread(3, "\\r\\nOK\\r\\n", 64) = 6\n',
     [(TX, 'AT+KTCPCFG=1,0,"203.0.113.5",101'), (RX, "OK")]),
    (45, "PuTTY", "bare", b"=~=~=~=~=~= PuTTY log 2026.11.22 10:00:00 =~=~=~=~=~=\nAT+CSQ\n+CSQ: 20,99\nOK\n", _ANYBODY),
    (45, "minicom", "bare",
     (b"\nWelcome to minicom 2.8\n\nOPTIONS: I18n \nCompiled on Jan  1 2021, 12:00:00.\nPort /dev/ttyUSB2, 10:00:00\n\n"
     b"Press CTRL-A Z for help on special keys\n\nAT+CSQ\n+CSQ: 20,99\nOK\n"
     b"CTRL-A Z for help | 115200 8N1 | NOR | Minicom 2.8 | VT102 | Offline | ttyUSB2\n"), _ANYBODY),
    (45, "picocom", "bare",
     (b"picocom v3.1\n\nport is        : /dev/ttyUSB2\nflowcontrol    : none\nbaudrate is    : 115200\nparity is      : none\n"
     b"escape is      : C-a\nlocal echo is  : no\nnoinit is      : no\n\nType [C-a] [C-h] to see available commands\nTerminal ready\n"
     b"AT+CSQ\n+CSQ: 20,99\nOK\n\nTerminating...\nThanks for using picocom\n"), _ANYBODY),
    (45, "screen and script", "bare",
     b"Script started on 2026-11-22 10:00:00+00:00\nAT+CSQ\n+CSQ: 20,99\nOK\n[screen is terminating]\nScript done on 2026-11-22\n", _ANYBODY),
    (46, "the journal", "journal",
     (b'{"n": 1, "mono": 0.1, "wall": "2026-11-23T02:22:33.223456Z", "kind": "tx", "data": "AT+CSQ\\r"}\n'
     b'{"n": 2, "mono": 0.2, "wall": "2026-11-23T02:22:33.323456Z", "kind": "rx", "data": "\\r\\n+CSQ: 20,99\\r\\n\\r\\nOK\\r\\n"}\n'), _CSQ),
]
# fmt: on

every_shape = pytest.mark.parametrize(
    ("shape", "name", "capture", "expected"),
    [(shape, name, capture, expected) for shape, _, name, capture, expected in SHAPES],
    ids=[f"{shape}: {what}" for shape, what, *_ in SHAPES],
)


def shapes_of(about: str) -> set[int]:
    """The numbers of shapes that a row names."""
    return {
        int(n)
        for said in re.findall(r"shapes? ([\d, and]+)", about)
        for n in re.findall(r"\d+", said)
    }


@every_shape
def test_a_shape_is_recognised(shape: int, name: str, capture: bytes, expected: Said) -> None:
    """An example of a few lines is taken for the format whose row names the shape."""
    found = detect(capture.split(b"\n")).format

    assert expected
    assert name == (None if found is None else found.name)
    assert shape in shapes_of(format_named(name).about)


@every_shape
def test_a_shape_says_what_was_said(shape: int, name: str, capture: bytes, expected: Said) -> None:
    """Directions and AT lines are those of the wire; what the logger added is gone."""
    del shape
    records = read(format_named(name), capture)
    said = [(record.direction, record.data) for record in records]
    if not format_named(name).whole:
        lines = assembled((None, direction, data) for direction, data in said)
        said = [(direction, text) for _, direction, text in lines]

    assert expected == [(direction, text.decode()) for direction, text in said]


def test_every_shape_has_an_example() -> None:
    """The list of shapes is complete, in the rows and here."""
    named = set().union(*(shapes_of(entry.about) for entry in FORMATS))

    assert set(range(1, 47)) == named
    assert named == {shape for shape, *_ in SHAPES}


def test_every_format_has_a_shape() -> None:
    """No format is left out of this table."""
    assert {entry.name for entry in FORMATS} == {name for _, _, name, *_ in SHAPES}
