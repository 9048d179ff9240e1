"""What each format makes of its lines: captures, and the records that they have to give."""

from __future__ import annotations

import pytest

from atfsm.errors import CaptureError
from atfsm.replay.formats import FORMATS, format_named
from atfsm.replay.records import Direction
from tests.replay.test_formats_round_trip import read

TX, RX, UNMARKED = Direction.TX, Direction.RX, Direction.UNMARKED

Expected = list[tuple[int, Direction, bytes, float | None]]  # time: seconds after the first

# fmt: off
ROWS: dict[str, tuple[str, bytes, Expected]] = {
    "txrx: curly quotes stay, prose is noise": ("txrx", (
        "It says:\n\nRx: +COPS: 0,0,“Optus”,2\nTx: AT\n“+KCNX_IND: 1,1,0” is the socket\n".encode()
    ), [(3, RX, "+COPS: 0,0,“Optus”,2".encode(), None), (4, TX, b"AT", None)]),
    "txrx: labels": ("txrx", b"TX:AT\nRx < OK\nTx > ATI\n  rx: 1\nTXD: AT\nRX->OK\n", [
        (1, TX, b"AT", None), (2, RX, b"OK", None), (3, TX, b"ATI", None), (4, RX, b"1", None),
        (5, TX, b"AT", None), (6, RX, b"OK", None)]),
    "txrx: stamps of all sorts": ("txrx", (
        b"[2026-11-22T10:00:00.5Z] Tx: 1\n[2026-11-22 10:00:01,250] - Rx: 2\n"
        b"2026-11-22 10:00:02 Rx: 3\n"), [
        (1, TX, b"1", None), (2, RX, b"2", 0.75), (3, RX, b"3", 1.5)]),
    "txrx: time of day": ("txrx", b"(10:00:00.1) Tx: 1\n9:59:59.9 Rx: 2\n", [
        (1, TX, b"1", 0.0), (2, RX, b"2", -0.2)]),
    "txrx: seconds": ("txrx", b"12.500 Tx: 1\n[13.25] Rx: 2\n", [
        (1, TX, b"1", 0.0), (2, RX, b"2", 0.75)]),
    "txrx: epoch": ("txrx", b"1763805600 Tx: 1\n1763805601.5 Rx: 2\n[1763805602250] Rx: 3\n", [
        (1, TX, b"1", 0.0), (2, RX, b"2", 1.5), (3, RX, b"3", 2.25)]),
    "txrx: quoted in a thread": ("txrx", b"> Tx: AT\n> > Rx: OK\nRx: > \n", [
        (1, TX, b"AT", None), (2, RX, b"OK", None), (3, RX, b">", None)]),
    "bare: CR CR LF is one line end": ("bare", b"AT\r\r\n\r\nOK\r\n", [
        (1, UNMARKED, b"AT", None), (3, UNMARKED, b"OK", None)]),
    "bare: CR alone ends lines, not physical ones": ("bare", b"AT\r0\rATI\nOK", [
        (1, UNMARKED, b"AT", None), (1, UNMARKED, b"0", None), (1, UNMARKED, b"ATI", None),
        (2, UNMARKED, b"OK", None)]),
    "bare: the words of chat and wvdial, without what was sent": ("bare", (
        b"--> Carrier detected.\nATZ\nOK\nsend (ATD^M)\nexpect (CONNECT)\n^M\nCONNECT^M^M\n -- got it\n"
    ), [(2, UNMARKED, b"ATZ", None), (3, UNMARKED, b"OK", None), (7, UNMARKED, b"CONNECT", None)]),
    "one-side: the host is marked": ("one-side", b"RDY\n\n>>> AT\nOK\n>>ATI\n", [
        (1, RX, b"RDY", None), (3, TX, b"AT", None), (4, RX, b"OK", None), (5, TX, b"ATI", None)]),
    "one-side: the modem is marked": ("one-side", b"AT\n<<<OK\nATI\n<< 1\n", [
        (1, TX, b"AT", None), (2, RX, b"OK", None), (3, TX, b"ATI", None), (4, RX, b"1", None)]),
    "one-side: both are marked": ("one-side", b">> AT\n<< OK\nwhat?\n", [
        (1, TX, b"AT", None), (2, RX, b"OK", None), (3, UNMARKED, b"what?", None)]),
    "one-side: stamped": ("one-side", b"[10:00:00.100] >>> AT\n[10:00:00.350] OK\n", [
        (1, TX, b"AT", 0.0), (2, RX, b"OK", 0.25)]),
    "arrows: the first lacks its own": ("arrows", (
        "AT+CIPMUX=0\n← OK\n→ AT\n←(URC) CONNECT OK\nsome prose\n-> ATI\n<- 1\n".encode()
    ), [(1, TX, b"AT+CIPMUX=0", None), (2, RX, b"OK", None), (3, TX, b"AT", None),
        (4, RX, b"CONNECT OK", None), (6, TX, b"ATI", None), (7, RX, b"1", None)]),
    "arrows: table": ("arrows", (
        "| → | AT+CIFSR | note, OK |\n| ← | OK <br>STATE: UP |  |\n| ←(URC) | RDY |\n|  | **x** | |\n".encode()
    ), [(1, TX, b"AT+CIFSR", None), (2, RX, b"OK", None), (2, RX, b"STATE: UP", None),
        (3, RX, b"RDY", None)]),
    "arrows: not that of wvdial": ("arrows", b"--> Sending: ATZ\n-> AT\n", [(2, TX, b"AT", None)]),
    "iso-bare: blank lines are stamped too": ("iso-bare", (
        b"[2026-11-22 23:59:59.900] AT\r\n[2026-11-22 23:59:59.950] \r\n[2026-11-23 00:00:00.100] OK\r\n"
    ), [(1, UNMARKED, b"AT", 0.0), (3, UNMARKED, b"OK", 0.2)]),
    "iso-bare: no brackets, T": ("iso-bare", b"2026-11-22T10:00:00.000Z AT\n2026-11-22T10:00:01.000+00:00 OK\n", [
        (1, UNMARKED, b"AT", 0.0), (2, UNMARKED, b"OK", 1.0)]),
    "iso-bare: time only, midnight": ("iso-bare", b"[23:59:59.500] AT\n[00:00:00.250] OK\n[23:59:59.900] RING\n", [
        (1, UNMARKED, b"AT", 0.0), (2, UNMARKED, b"OK", 0.75), (3, UNMARKED, b"RING", 0.4)]),
    "iso-bare: shape 39": ("iso-bare", b"> 0:00:01:500 - AT\n> 0:00:01:750 - OK\nthanks\n", [
        (1, UNMARKED, b"AT", 0.0), (2, UNMARKED, b"OK", 0.25)]),
    "iso-bare: annotated": ("iso-bare", b"[10:00:00.100] AT // OK?\n[10:00:00.200] // ERROR\n", [
        (1, UNMARKED, b"AT", 0.0)]),
    "arduino: the arrow is no direction": ("arduino", b"10:00:00.123 -> AT\n10:00:00.223 -> \n10:00:00.323 -> OK\n", [
        (1, UNMARKED, b"AT", 0.0), (3, UNMARKED, b"OK", 0.2)]),
    "qcom: lines below continue": ("qcom", (
        b"2019-06-26 14:05:10:887[Send->]AT+SMCONF=url,x\r\n,8883\r\n\r\n"
        b"2019-06-26 14:05:11:890[Recv<-]\r\n*PSUTTZ: 1\r\nOK\r\n2019-06-26 14:05:12:000 closed\r\nbye\r\n"
    ), [(1, TX, b"AT+SMCONF=url,x", 0.0), (2, TX, b",8883", 0.0), (5, RX, b"*PSUTTZ: 1", 1.003),
        (6, RX, b"OK", 1.003)]),
    "sscom: the box is a CRLF": ("sscom", (
        "   [10:45:32.192]发→◇AT□\n   □\n   [10:45:32.196]收←◆AT\t//note\n   □ \t//OK\n   OK  //ERROR\n```\n".encode()
    ), [(1, TX, b"AT", 0.0), (3, RX, b"AT", 0.004), (5, RX, b"OK", 0.004)]),
    "sscom: without stamp": ("sscom", "发→◇AT\n□\n收←◆AT\n\nOK\n".encode(), [
        (1, TX, b"AT", None), (3, RX, b"AT", None), (5, RX, b"OK", None)]),
    "out-in: last line twice": ("out-in", (
        b"2026/11/22 10:00:00.123 - Out:AT<0D>\n2026/11/22 10:00:00.133 - In:<0D>\n"
        b"2026/11/22 10:00:00.133 - In:<0A>\n2026/11/22 10:00:00.143 - In:OK> \n2026/11/22 10:00:00.143 - In:OK> \n\nThanks\n"
    ), [(1, TX, b"AT\r", 0.0), (2, RX, b"\r", 0.01), (3, RX, b"\n", 0.01), (4, RX, b"OK> ", 0.02)]),
    "out-in: twice in the middle is data": ("out-in", (
        b"2026/11/22 10:00:00.123 - In:0\n2026/11/22 10:00:00.123 - In:0\n2026/11/22 10:00:00.123 - In:<0D>\n"
    ), [(1, RX, b"0", 0.0), (2, RX, b"0", 0.0), (3, RX, b"\r", 0.0)]),
    "unimodem: what is interpreted is not data": ("unimodem", (
        b"10-19-2007 07:21:59.222 - Send: AT<cr>\n10-19-2007 07:21:59.322 - Command Echo\n"
        b"10-19-2007 07:21:59.522 - Recv: <cr><lf>OK<cr><lf>\n10-19-2007 07:21:59.522 - Interpreted response: OK\n"
    ), [(1, TX, b"AT\r", 0.0), (3, RX, b"\r\nOK\r\n", 0.3)]),
    "unimodem: a page wrapped it": ("unimodem", (
        b"10-19-2007 07:21:59.222 - Recv: <cr><lf>+CGMI:\nACME<c\nr><lf>\nProse\n10-19-2007 07:21:59.522 - Recv: 0<cr>\n"
    ), [(1, RX, b"\r\n+CGMI: ACME\r\n", 0.0), (5, RX, b"0\r", 0.3)]),
    "mm-0x": ("mm-0x", (
        b"** (modem-manager:2543): DEBUG: (ttyUSB0): --> 'AT<CR>'\n** Message: (ttyUSB0) closing\n"
        b"** (modem-manager:2543): DEBUG: (ttyUSB0): <-- '<CR><LF>it's \\26\\65<0D>\n"
    ), [(1, TX, b"AT\r", None), (3, RX, b"\r\nit's \x1a\\65<0D>", None)]),
    "mm-1x: prefixes": ("mm-1x", (
        b"<dbg> [ttyUSB2/at] --> 'AT<CR><LF>'\n<debug> (ttyUSB2): <-- '<CR><LF>OK<CR><LF>'\n"
        b"ModemManager[1]: <dbg> [1767016030.323432] [modem0/ttyUSB2/at] --> 'ATI<CR>'\n"
        b"<debug> [1767016031.323432] [mm-port-serial.c:1364] mm_port_serial_open(): (ttyUSB2) opening\n"
        b"Dec 29 13:47:11 h ModemManager[1]: <dbg> [1767016031.323432] (ttyUSB2): <-- '1<CR>'\n"
        b"<dbg> [1767016031.4] [/dev/cdc-wdm0] sent message...\n<<<<<< RAW:\n"
    ), [(1, TX, b"AT\r\n", None), (2, RX, b"\r\nOK\r\n", None), (3, TX, b"ATI\r", None),
        (5, RX, b"1\r", None)]),
    "mm-1x: syslog without epoch": ("mm-1x", (
        b"Dec 31 23:59:59 h MM[1]: <dbg> [modem0/ttyUSB2/at] --> 'AT<CR>'\n"
        b"Fri Mar 20 12:45:08 2015 daemon.debug [1]: <dbg> (ttyUSB2): <-- 'OK<CR>'\n"
    ), [(1, TX, b"AT\r", None), (2, RX, b"OK\r", 0.0)]),
    "zephyr-chat: of two clocks, that of the device": ("zephyr-chat", (
        b"[2024-05-01 10:00:00.120] [00:00:28.464,000] <dbg> modem_chat: modem_chat_script_next: sending: AT\n"
        b"[2024-05-01 10:00:07.150] [00:00:28.494,000] <dbg> modem_chat: modem_chat_log_received_command: OK\n"
    ), [(1, TX, b"AT", 0.0), (2, RX, b"OK", 0.03)]),
    "zephyr-chat: the only clock is the viewer's": ("zephyr-chat", (
        b"[2024-05-01 10:00:00.120] <dbg> modem_chat: modem_chat_script_next: sending: AT\n"
        b"[2024-05-01 10:00:07.150] <dbg> modem_chat: modem_chat_log_received_command: OK\n"
    ), [(1, TX, b"AT", 0.0), (2, RX, b"OK", 7.03)]),
    "mbed: the only clock is the viewer's": ("mbed", (
        b"10:00:00.120 -> [INFO][CELL]: AT TX (3): AT<cr>\n10:00:01.120 -> [INFO][CELL]: AT RX (4): OK<cr><ln>\n"
    ), [(1, TX, b"AT\r", 0.0), (2, RX, b"OK\r\n", 1.0)]),
    "android-ril: RIL repeats it": ("android-ril", (
        b"07-12 01:10:33.862   945  1043 D AT      : AT> AT+CREG?\n07-12 01:10:33.900   945  1045 D AT      : AT< OK\n"
        b"07-12 01:10:33.900   945  1045 D RIL     : AT< OK\n07-12 01:10:34.000   945  1045 D RILJ    : [0001]< OK\n"
        b"D/AT      (  945): AT< +CREG: 1\n"
    ), [(1, TX, b"AT+CREG?", 0.0), (2, RX, b"OK", 0.038), (5, RX, b"+CREG: 1", None)]),
    "particle-gen2: C strings": ("particle-gen2", (
        b"0000020855 [system] INFO: Sim Ready\n0000020855 [system] INFO: Sim Ready\n"
        b'    20.855 AT send      10 "AT+CREG?\\r\\n"\n'
        b'    20.862 AT read  +   33 "\\r\\n+CREG: 2,5,\\"2C\\\\7\\"\\x1a\\r\\n"\n    21.000 AT read UNK  1 "<0D>"\n'
        b'    22.000 AT read OK    6 "\\r\\nOK    37.778 AT read  +   12 "\\r\\n\n'
    ), [(3, TX, b"AT+CREG?\r\n", 0.0), (4, RX, b'\r\n+CREG: 2,5,"2C\\7"\x1a\r\n', 0.007),
        (5, RX, b"<0D>", 0.145), (6, RX, b"\r\nOK", 1.145)]),
    "particle-gen3: other categories": ("particle-gen3", (
        b"0000025309 [ncp.at] TRACE: > AT+CIMI\n0000025310 [net.ppp] TRACE: > AT\n0000025347 [ncp.at] TRACE: < OK\n"
    ), [(1, TX, b"AT+CIMI", 0.0), (3, RX, b"OK", 0.038)]),
    "routeros: other interface, MBIM": ("routeros", (
        b"10:00:00 lte,async lte2: sent AT\n10:00:01 lte,async lte2: rcvd OK\n10:00:02 lte,async modeswitch: sent AT\n"
        b"10:00:03 lte,debug lte2: sent MBIM open\njan/02 10:00:04 lte,async lte1: rcvd RING\n"
    ), [(1, TX, b"AT", 0.0), (2, RX, b"OK", 1.0), (5, RX, b"RING", None)]),
    "mbed: cut anywhere": ("mbed", (
        b"[00027926ms][INFO][CELL]: AT TX (10): AT+CGEREP=\n[00027927ms][INFO][CELL]: AT TX ( 1): <cr>\n"
        b"[00027933ms][DBG ][CELL]: AT flush\n[INFO][CELL]: AT RX ( 6): <cr><lf>OK<cr><ln>\n"
        b"[INFO][CELL]: AT RX ( 1): \n[INFO][CELL]: AT RX ( 4):<1a>+C\n[12][INFO][CELL]: AT RX (1): <CR>\n"
    ), [(1, TX, b"AT+CGEREP=", 0.0), (2, TX, b"\r", 0.001), (4, RX, b"\r\nOK\r\n", None),
        (5, RX, b" ", None), (6, RX, b"\x1a+C ", None), (7, RX, b"<CR>", -27.914)]),
    "python-bytes": ("python-bytes", (
        b"INFO:root:b'> AT'\nINFO:root:b'> +CSQ\\r'\nINFO:root:(True, b'< \\x00\\r\\nOK\\r\\n')\n"
        b"2026-11-22 10:00:00,500 DEBUG b\"< it's \\\\ \\xff\"\nINFO:root:b'no mark'\n"
    ), [(1, TX, b"AT", None), (2, TX, b"+CSQ\r", None), (3, RX, b"\0\r\nOK\r\n", None),
        (4, RX, b"it's \\ \xff", None), (4, RX, b"\r", None)]),
    "python-bytes: stamped": ("python-bytes", (
        b"2026-11-22 10:00:00,500 DEBUG b'> AT'\n2026-11-22 10:00:01,750 DEBUG b'< OK'\n"
    ), [(1, TX, b"AT", 0.0), (1, TX, b"\r", 0.0), (2, RX, b"OK", 1.25), (2, RX, b"\r", 1.25)]),
    "journal: pieces of the wire": ("journal", (
        b'{"n": 0, "mono": 1.5, "wall": "2026-11-22T10:00:00.000000Z", "kind": "tx", "data": "AT\\r"}\n'
        b'{"n": 1, "mono": 2.0, "wall": "2026-11-22T10:00:00.500000Z", "kind": "rx", "data": "\\u00ff"}\n'
        b'{"n": 2, "mono": 2.5, "wall": "2026-11-22T10:00:01.000000Z", "kind": "sent", "handle": 1}\n'
        b'{"n": 3, "mono": 3.0, "wall": "2026-11-22T10:00:01.500000Z", "kind": "tx", "data": "a", "more": true}\n'
        b'{"n": 4, "mono": 3.0, "wall": "2026-11-22T10:00:01.500000Z", "kind": "tx", "data": "b"}\n'
        b'{"n": 5, "mono": 4.0, "wall": "2026-11-22T10:00:02.5'
    ), [(1, TX, b"AT\r", 0.0), (2, RX, b"\xff", 0.5), (4, TX, b"ab", 1.5)]),
    "spy: hex dump": ("spy", (
        b"000000.000 Q-RX reset_input_buffer\n000002.469 RTS  inactive\n000002.500 BRK  send_break 0.25s\n"
        b"000003.001 TX   0000  41 54 2B 43 53 51 3F 0D                           AT+CSQ?.\n"
        b"000003.102 RX   0000  41 42 43 44 45 46 47 48  49 4A 4B 4C 4D 4E 4F 50  41 42 41 42\n"
        b"000003.102 RX   0010  51                                                 51 \n"
        b"000003.200 RX   <empty>\n\x1b[32m000003.300 RX   0D 0A\n"
    ), [(4, TX, b"AT+CSQ?\r", 0.0), (5, RX, b"ABCDEFGHIJKLMNOP", 0.101), (6, RX, b"Q", 0.101),
        (8, RX, b"\r\n", 0.299)]),
    "spy-raw: colours": ("spy-raw", b"\x1b[31mAT\r\x1b[32m\r\nOK\r\n", [
        (1, TX, b"AT\r", None), (1, RX, b"\r\n", None), (2, RX, b"OK\r\n", None)]),
}
# fmt: on


@pytest.mark.parametrize(("name", "capture", "expected"), ROWS.values(), ids=ROWS)
def test_a_capture_gives_its_records(name: str, capture: bytes, expected: Expected) -> None:
    """Line, direction, bytes and time are those that the logger saw."""
    records = read(format_named(name), capture)
    start_s = next((record.time_s for record in records if record.time_s is not None), 0.0)
    actual = [
        (
            record.line,
            record.direction,
            record.data,
            None if record.time_s is None else record.time_s - start_s,
        )
        for record in records
    ]

    assert [row[:3] for row in expected] == [row[:3] for row in actual]
    for (*_, wanted_s), (*_, time_s) in zip(expected, actual, strict=True):
        if wanted_s is not None:
            assert pytest.approx(wanted_s, abs=1e-5) == time_s


@pytest.mark.parametrize(("name", "capture", "expected"), ROWS.values(), ids=ROWS)
def test_whole_says_whether_control_characters_are_left(
    name: str, capture: bytes, expected: Expected
) -> None:
    """A record is the text of one line, or it is wire bytes, and its format says which."""
    entry = format_named(name)

    assert len(expected) * [entry.whole] == [record.whole for record in read(entry, capture)]
    assert not (entry.whole and any(b"\r" in data or b"\n" in data for _, _, data, _ in expected))


def test_a_format_says_which_shape_it_is() -> None:
    """Whoever reads the table finds the shape in the list of capture formats."""
    assert [] == [entry.name for entry in FORMATS if not entry.about.startswith("shape")]


def test_an_unknown_name_is_refused() -> None:
    """The message names what there is."""
    with pytest.raises(CaptureError, match=r"no capture format 'qxdm'; there are: .*qcom.*txrx"):
        format_named("qxdm")


# fmt: off
NOTES: dict[str, tuple[bytes, bytes]] = {
    "on an answer":          (b"+CME ERROR: 10 //note: ERROR or OK",        b"+CME ERROR: 10"),
    "on a command":          (b"AT+CSQ  // how good is it?",                b"AT+CSQ"),
    "unspaced, on OK":       (b"OK//done",                                  b"OK"),
    "unspaced, on ERROR":    (b"+CME ERROR: 3//done",                       b"+CME ERROR: 3"),
    "unspaced, on a command": (b"AT+CSQ//how good",                         b"AT+CSQ"),
    "alone":                 (b"// Make Outgoing Phone Call",               b""),
    "alone, indented":       (b"\t\t//OK",                                  b""),
    "inverted block":        (b"*/active PDP/*",                            b""),
    "inverted block, closed": (b"AT+CSQ */quality/*",                       b"AT+CSQ"),
    "block":                 (b"AT+CSQ /* ERROR */",                        b"AT+CSQ"),
    "block before":          (b"/* signal */ AT+CSQ",                       b"AT+CSQ"),
    "block without end":     (b"OK /* and so on",                           b"OK"),
    "the rest of a note, wrapped": ("AT+CIPSHUT 关闭移动场景后".encode(),        b""),
    "the rest, in English":  (b"AT+CIPSHUT closes the context first",       b""),
    "a typographic quote":   ('AT+CIPSTART="TCP",”192.0.2.2“,7'.encode(),   'AT+CIPSTART="TCP",”192.0.2.2“,7'.encode()),
    "a blank in a command":  (b"AT+SMSSL=1,x.cer,test crt.crt",             b"AT+SMSSL=1,x.cer,test crt.crt"),
    "a blank behind AT":     (b'AT +CGDCONT=1,"IP","a b c"',                b'AT +CGDCONT=1,"IP","a b c"'),
    "basic commands, spaced": (b"ATQ0 V1 E1 S0=0 &C1",                      b"ATQ0 V1 E1 S0=0 &C1"),
    "hash":                  (b"# ERROR means no SIM",                      b""),
    "semicolon":             (b"; ERROR means no SIM",                      b""),
    "hash of a modem":       (b"#SGACT: 192.0.2.3",                         b"#SGACT: 192.0.2.3"),
    "URL in quotes":         (b'AT+X="https://a.example//b"',               b'AT+X="https://a.example//b"'),
    "URL in quotes, note":   (b'AT+X="https://a.example" //go',             b'AT+X="https://a.example"'),
    "URL without quotes":    (b"AT+HTTPPARA=URL,http://a.example/b",        b"AT+HTTPPARA=URL,http://a.example/b"),
    "URL as an answer":      (b"+HTTP: http://a.example//b",                b"+HTTP: http://a.example//b"),
    "path":                  (b"+FTP: /a//b",                               b"+FTP: /a//b"),
    "HTTP request":          (b"GET //a HTTP/1.1",                          b"GET //a HTTP/1.1"),
    "HTTP header":           (b"Accept: text/*, image/*, */*",              b"Accept: text/*, image/*, */*"),
    "HTTP header, any":      (b"Accept: */*",                               b"Accept: */*"),
    "markup":                (b"<a href=x> // y",                           b"<a href=x> // y"),
    "JSON":                  (b'{"a": 1} // y',                             b'{"a": 1} // y'),
    "MQTT topic":            (b"+MQTT: //dev/1/# x",                        b"+MQTT: //dev/1/# x"),
    "payload":               (b"a//b",                                      b"a//b"),
    "an arrow, on ERROR":    (b"+CME ERROR: 923     <--- here it fails!",   b"+CME ERROR: 923"),
    "an arrow, on a command": (b"AT+KTCPCNX=1        <-- connect",          b"AT+KTCPCNX=1"),
    "a long one, one blank": (b"AT+KTCPCNX=1 <-- connect",                  b"AT+KTCPCNX=1"),
    "an arrow, on an answer": (b"+KTCP_IND: 1,1  <- connected",             b"+KTCP_IND: 1,1"),
    "one blank, on a result": (b"CONNECT <- send the data",                 b"CONNECT"),
    "another arrow":         (b"OK <== note",                               b"OK"),
    "behind a tab":          (b"OK\t<- note",                               b"OK"),
    "in parentheses":        (b"AT+KTCPCLOSE=1,1    (close the socket)",    b"AT+KTCPCLOSE=1,1"),
    "in parentheses, on OK": (b"OK  (at last)",                             b"OK"),
    "behind a dash, on OK":  (b"OK  - sent",                                b"OK"),
    "an arrow in quotes":    (b'AT+X="a  <-- b"',                           b'AT+X="a  <-- b"'),
    "an arrow of a command": (b"AT+X=1 <- 2",                               b"AT+X=1 <- 2"),
    "an arrow in an answer": (b"+X: 1 <- 2",                                b"+X: 1 <- 2"),
    "both ways":             (b"+X: a  <-> b",                              b"+X: a  <-> b"),
    "a list of ranges":      (b"+CGDCONT: (1-11),  (0-2)",                  b"+CGDCONT: (1-11),  (0-2)"),
    "a value in parentheses": (b"+X:  (0-2)",                               b"+X:  (0-2)"),
    "a dash of an answer":   (b"+X: 1  - 2",                                b"+X: 1  - 2"),
    "prose with an arrow":   (b"hello  <-- world",                          b"hello  <-- world"),
    "speed":                 (b"CONNECT 115200",                            b"CONNECT 115200"),
}
# fmt: on


@pytest.mark.parametrize(("line", "expected"), NOTES.values(), ids=NOTES)
def test_notes_are_taken_out_of_a_terminal_log(line: bytes, expected: bytes) -> None:
    """What somebody wrote into a capture is gone, and what was transferred is not."""
    records = read(format_named("bare"), line)

    assert [expected] * bool(expected) == [record.data for record in records]
