"""What a capture is taken for, judged by its head; prose and rubbish are taken for nothing."""

from __future__ import annotations

import random

import pytest

from atfsm.replay.formats import FORMATS, Format, detect, format_named, format_of
from tests.replay.paper import RX, TX
from tests.replay.renderers import RENDERERS

# fmt: off
HEADS: dict[str, tuple[str | None, bytes]] = {
    "nothing":                   (None, b""),
    "blank lines":               (None, b"\n\r\n\t\n"),
    "prose":                     (None, b"Hello,\nat first it was OK, at 10 it was not.\nATTENTION: error\n"),
    "prose about AT":            (None, b"AT&T\nAttached is the log.\nThe command AT+CSQ fails\nOK thanks\n"),
    "a log of something else":   (None, b"2026-11-22 10:00:00 INFO started\n2026-11-22 10:00:01 WARN -> x\n"),
    "arrows in prose":           (None, b"-> see the manual\n<- no\n>> quoted\n"),
    "chat in syslog":            ("chat-syslog", b"Jan 10 17:50:03 host chat[1]: send (ATD^M)\nJan 10 17:50:04 host chat[1]: OK\n"),
    "Zephyr":                    ("zephyr-chat", b"[00:00:20.663,000] <dbg> modem_chat: modem_chat_script_next: sending: AT\n"),
    "other particle loggers":    (None, b"0000020855 [system] INFO: Sim Ready\n"),
    "QMI of ModemManager":       (None, b"<dbg> [1767016031.4] [/dev/cdc-wdm0] sent message...\n<<<<<< RAW:\n<<<<<<   length = 16\n"),
    "RILJ only":                 (None, b"07-12 01:10:34.000   945  1045 D RILJ    : [0001]< OK\n"),
    "control calls only":        (None, b"000002.469 RTS  inactive\n000002.773 DTR  active\n"),
    "one command":               ("bare", b"AT\n"),
    "one answer":                ("bare", b"hello\nOK\n"),
    "a URC":                     ("bare", b"\r\n+CEREG: 1\r\n"),
    "a URC of another maker":    ("bare", b"^MODE: 17,17\n"),
    "lower case":                ("bare", b"at+csq\nfoo\n"),
    "basic commands":            ("bare", b"ATQ0 V1 E1 S0=0 &C1 &D2 +FCLASS=0\n"),
    "dialling":                  ("bare", b"ATDT*99***1#\n"),
    "wvdial":                    ("wvdial", b"--> Sending: ATZ\nATZ\nOK\n--> Modem initialized.\n"),
    "a prompt of a shell":       ("bare", b"> hello\nAT+CIPSEND\n> \nSEND OK\n"),
    "a terminal, one label":     ("bare", b"AT\nOK\n" * 10 + b"Tx: AT\n"),
    "labels, few terminal lines": ("txrx", b"Tx: AT\nRx: OK\nERROR\nAT+CSQ\n"),
    "labels in forum markup":    ("txrx", b"[code]\nTx: AT\n[/code]\n"),
    "received only":             ("txrx", b"Rx: +CEREG: 1\nRx: OK\n"),
    "the echo is unmarked":      ("one-side", b">>> AT+CSQ\nAT+CSQ\n+CSQ: 1,1\nOK\n>>> AT\nAT\nOK\n"),
    "a terminal, one quotation": ("bare", b"AT+CSQ\nOK\nAT+COPS?\nOK\nATI\nOK\nAT+CEREG?\nATZ\nATH\n>> AT\n"),
    "modem marked":              ("one-side", b"AT\n<<<OK\n"),
    "ascii arrows":              ("arrows", b"-> AT\n<- OK\n"),
    "stamped arrows":            ("arrows", b"10:00:00.100 -> AT\n10:00:00.200 <- OK\n"),
    "arrow is part of the stamp": ("arduino", b"10:00:00.100 -> AT\n10:00:00.200 -> OK\n"),
    "time of day":               ("iso-bare", b"[10:00:00.100] AT\n[10:00:00.200] OK\n"),
    "shape 39":                  ("iso-bare", b"> 0:00:01:500 - AT\n> 0:00:01:750 - OK\n"),
    "arrow of PlatformIO":      ("arduino", b"10:00:00.100 > AT\n10:00:00.200 > OK\n"),
    "stamped angles":           ("angles", b"2024-05-01 10:00:00.100 > AT\n2024-05-01 10:00:00.200 < OK\n"),
    "angles of one side":       ("bare", b"> AT+CSQ\n+CSQ: 20,99\nOK\n> AT+CREG?\n+CREG: 0,1\nOK\n"),
    "answers are read elsewhere": ("bare", b"[10:00:00] AT\n[10:00:01] ATI\n[10:00:02] ATZ\nAT\nOK\n"),
    "an answer marked as sent": ("arduino", b"10:00:00.100 -> AT\n10:00:00.200 -> ERROR\n"),
    "stamped labels":            ("txrx", b"10:00:00.100 TX: AT\n10:00:00.200 RX: OK\n"),
    "out and in":                ("out-in", b"2026/11/22 10:00:00.123 - In:<0D>\n"),
    "qcom, URC only":            ("qcom", b"2019-06-26 14:04:04:173[Recv<-]\r\nDST: 0\r\n"),
    "spy, no AT at all":         ("spy", b"000003.001 TX   0000  48 45 4C 4C 4F                                    HELLO\n"),
    "sscom, no AT at all":       ("sscom", "[10:45:32.196]收←◆ready\n".encode()),
    "unimodem, no AT at all":    ("unimodem", b"10-19-2007 07:21:59.222 - Recv: <cr>2400<cr>\n"),
    "mm-1x, no AT at all":       ("mm-1x", b"<dbg> [wwan0at1/at] <-- '<CR><LF>123<CR><LF>'\n"),
    "logcat, no AT at all":      ("android-ril", b"07-12 01:10:33.862   945  1043 D AT      : AT< 123\n"),
    "particle 2, no AT at all":  ("particle-gen2", b'    15.443 AT read UNK  5 "\\r\\n123"\n'),
    "particle 3, no AT at all":  ("particle-gen3", b"0000025347 [ncp.at] TRACE: < 123\n"),
    "routeros, no AT at all":    ("routeros", b"10:00:00 lte,async lte2: rcvd 123\n"),
    "mbed, a piece of a line":   ("mbed", b"[00027970ms][INFO][CELL]: AT RX ( 3): : 2\n"),
    "bytes, a piece of a line":  ("python-bytes", b"INFO:root:b'> +CSQ'\n"),
    "labels, no AT at all":      (None, b"Tx: hello\nRx: world\n"),
    "Arduino, no AT at all":     (None, b"10:00:00.123 -> hello\n"),
    "no stamp, so any Out":      (None, b"Out:hello\nIn:world\n"),
    "no stamp, so any Send":     (None, b"Send: hello\nRecv: world\n"),
    "no stamp, so any AT read":  (None, b'AT read OK 6 "\\r\\nOK"\n'),
    "no stamp, so any TX":       (None, b"TX   0000  41 54 0D\n"),
    "no stamp, so any category": (None, b"[ncp.at] TRACE: < OK\n"),
    "chat, no AT at all":        ("chat-syslog", b"Jan 10 17:50:03 host chat[1]: hello\n"),
    "chat, its own words only":  (None, b"Jan 10 17:50:03 host chat[1]: expect (OK)\nJan 10 17:50:03 host chat[1]: alarm\n"),
    "pppd only":                 (None, b"sent [LCP ConfReq id=0x1 <asyncmap 0x0>]\nrcvd [LCP ConfAck id=0x1]\n"),
    "send, in prose":            (None, b"send (me) the log\nexpect (no) answer\n"),
    "wvdial, its own words only": (None, b"--> WvDial: Internet dialer version 1.60\n--> Initializing modem.\n"),
    "ppp, its own words only":   (None, b"tun0: Chat: Expect(8): OK\ntun0: Phase: Chat: x\n"),
    "gammu, its own words only": (None, b"Checking line: OK\nAT reply state: 1\n"),
    "dumps of something else":   (None, b"> 2026/11/22 hello\n 41 54 0d\n"),
    "a client in Rust":         (None, b'[2020-03-14T22:17:35Z DEBUG atat::client] Sending command: "AT\\r\\n"\n'),
    "a client in Rust, newer":  (None, b'54380 DEBUG Sending command: "b"AT+CPIN?\\r\\n""\n54435 DEBUG Received OK\n'),
    "strace of something else":  (None, b'openat(AT_FDCWD, "/etc/x", O_RDONLY) = 3\nread(3, 0x7ff, 64) = -1 EAGAIN\n'),
    "JSON of something else":    (None, b'{"n": 1, "tx_bytes": 5}\n{"rx": 5}\n'),
    "Zephyr, other modules":     (None, b"[00:00:20.663,000] <dbg> modem_cellular: switch from idle\n"),
    "ESP, other tags":           (None, b"I (8805) wifi: state: run\nD (8806) esp-tls: reading\n"),
    "Command and Response, prose": (None, b"Command: ls\nResponse: no such file\n"),
    "TinyGSM, prose":            (None, b"### Initializing modem...\n"),
    "colours of a shell":        ("bare", b"\x1b[32mOK\x1b[0m\nAT\n"),
}
# fmt: on


@pytest.mark.parametrize(("expected", "head"), HEADS.values(), ids=HEADS)
def test_a_head_is_taken_for(expected: str | None, head: bytes) -> None:
    """What says what it is, is recognised; what does not, is left undecided."""
    found = detect(head.split(b"\n"))

    assert expected == (None if found.format is None else found.format.name)


def test_scores_are_shares_best_first() -> None:
    """The caller may show what else would fit, and how well."""
    found = detect([b"Tx: AT", b"Rx: OK", b"ERROR", b"noise"])

    assert (("txrx", 2 / 3), ("bare", 0.2)) == found.scores


def test_nothing_fits_nothing() -> None:
    """An undecided head has no scores either."""
    assert (None, ()) == (detect([b"prose"]).format, detect([b"prose"]).scores)


def test_only_the_head_is_looked_at() -> None:
    """A huge capture costs no more than a small one: 400 lines and 64 KiB at most."""
    assert detect([b"prose"] * 400 + [b"AT"]).format is None
    assert detect([b"x" * 65_535, b"AT"]).format is None
    assert detect([b"prose"] * 399 + [b"AT"]).format is format_named("bare")


def test_random_bytes_are_not_a_capture() -> None:
    """Binary files are undecided."""
    rubbish = random.Random(923).randbytes(65_536)

    assert detect(rubbish.split(b"\n")).format is None


@pytest.mark.parametrize("entry", FORMATS, ids=lambda entry: entry.name)
def test_an_example_is_taken_for_its_format(entry: Format) -> None:
    """What `atfsm formats` shows is recognised, by itself and in a thread."""
    pasted = b"Hello,\nmy log reads:\n" + entry.example + b"\nThanks\n"

    assert detect(entry.example.split(b"\n")).format is entry
    assert detect(pasted.split(b"\n")).format is entry
    assert format_of(entry.example.split(b"\n")) is entry


@pytest.mark.parametrize("name", sorted(RENDERERS))
def test_no_other_format_reads_it_as_well(name: str) -> None:
    """A capture is of one format only: what comes second is behind, or is its older relative."""
    session = [(0.0, TX, b"AT+CSQ\r"), (0.1, RX, b"\r\n+CSQ: 17,99\r\n\r\nOK\r\n")] * 5
    found = detect(RENDERERS[name](session)[0].split(b"\n"))
    rivals = [other for other, score in found.scores[1:] if score == found.scores[0][1]]

    assert {"mm-0x": ["mm-1x"]}.get(name, []) == rivals
