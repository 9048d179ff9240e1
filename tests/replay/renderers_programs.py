"""The loggers of dialers, managers, tracers and firmware, each as its capture format looks."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable

from atfsm.replay.records import Direction
from tests.replay.paper import (
    FINAL,
    RX,
    TX,
    Line,
    Paper,
    Rendered,
    Renderer,
    Session,
    assembled,
    at_lines,
    chunk_by_chunk,
    clock,
    escaped,
    line_by_line,
)


def _uptime(time_s: float) -> bytes:
    """A stamp of Zephyr."""
    seconds, millis = divmod(round(time_s * 1000), 1000)
    hours, seconds = divmod(seconds, 3600)
    return b"[%02d:%02d:%02d.%03d,123] " % (hours, seconds // 60, seconds % 60, millis)


def _rows(data: bytes, width: int = 16) -> list[bytes]:
    return [data[at : at + width] for at in range(0, len(data), width)]


def _shown(data: bytes) -> bytes:
    return bytes(byte if 0x20 <= byte < 0x7F else 0x2E for byte in data)


def dumped(
    head: Callable[[float, Direction, int], bytes],
    row: Callable[[float, bytes], bytes],
    after: Callable[[bytes], list[bytes]] = lambda _: [],
    cut: Callable[[bytes], list[bytes]] = _rows,
) -> Renderer:
    """Make a renderer of dumps: a head, and rows below it."""

    def render(session: Session) -> Rendered:
        paper = Paper()
        placed = []
        for time_s, direction, data in session:
            paper.write(head(time_s, direction, len(data)))
            placed += [(paper.write(row(time_s, piece)), direction, piece) for piece in cut(data)]
            for line in after(data):
                paper.write(line)
        return bytes(paper), [number for number, _, _ in assembled(placed)]

    return render


# --------------------------------------------------------------------------- dialers and daemons


def _chat(before: Callable[[Line], bytes]) -> Callable[[Paper, Line], int]:
    def write(paper: Paper, line: Line) -> int:
        head = before(line)
        if line.direction is TX:
            number = paper.write(head + b"send (" + line.text + b"^M)")
            paper.write(head + b"expect (OK)")
            return number
        paper.write(head + b"^M")
        if line.text != b"OK":
            # Only the word that it awaits, or a word of ABORT, ends what chat reads.
            return paper.write(head + line.text + b"^M")
        number = paper.write(head + line.text)
        paper.write(head + b" -- got it")
        return number

    return write


def _syslog(line: Line) -> bytes:
    return clock(line.time_s, "%b %d %H:%M:%S")[:15] + b" host chat[8920]: "


def _logread(line: Line) -> bytes:
    stamp = clock(line.time_s, "%a %b %d %H:%M:%S %Y").partition(b".")[0]
    return stamp + b" local2.info chat[7402]: "


def _wvdial(paper: Paper, line: Line) -> int:
    if line.direction is TX:
        return paper.write(b"--> Sending: " + line.text)
    number = paper.write(line.text)
    if line.text == b"OK":
        paper.write(b"--> Modem initialized.")
    return number


def _wvdial_journal(paper: Paper, line: Line) -> int:
    head = clock(line.time_s, "%b %d %H:%M:%S")[:15] + b" host wvdial[431]: "
    return paper.write(head + (b"--> Sending: " if line.direction is TX else b"") + line.text)


def _freebsd_ppp(paper: Paper, line: Line) -> int:
    head = clock(line.time_s, "%b %d %H:%M:%S")[:15] + b" host ppp[410]: tun0: Chat: "
    if line.direction is RX:
        return paper.write(head + b"Received: " + line.text + b"^M")
    number = paper.write(head + b"Send: " + line.text + b"^M")
    paper.write(head + b"Expect(5): OK")
    return number


def _gammu_head(before: bytes) -> Callable[[float, Direction, int], bytes]:
    def head(time_s: float, direction: Direction, length: int) -> bytes:
        word = b"SENDING" if direction is TX else b"RECEIVED"
        stamp = _gammu_stamp(time_s) + before if before else b""
        return stamp + word + b" frame type 0x00/length 0x%02X/%d" % (length, length)

    return head


def _gammu_stamp(time_s: float) -> bytes:
    return clock(time_s, "%a %Y/%m/%d %H:%M:%S").partition(b".")[0]


def _gammu_row(before: bytes) -> Callable[[float, bytes], bytes]:
    def row(time_s: float, data: bytes) -> bytes:
        cells = b"|".join(
            b"%02X%c" % (byte, byte if 0x20 < byte < 0x7F else 0x20) for byte in data
        )
        stamp = _gammu_stamp(time_s) + before if before else b""
        return stamp + cells.ljust(63) + b" " + _shown(data).ljust(16)

    return row


def _gammu_decoded(data: bytes) -> list[bytes]:
    lines = [line for line in data.splitlines() if line.strip()]
    return [b'%d "%b"' % (number, line) for number, line in enumerate(lines, 1)]


def _command_response(session: Session) -> Rendered:
    paper = Paper()
    numbers = []
    for index, (_, direction, data) in enumerate(session):
        lines = [line.text for line in at_lines([(0.0, direction, data)])]
        if direction is TX:
            numbers += [paper.write(b"Command: " + line) for line in lines]
            continue
        below = lines
        if index % 2 == 0 and lines:
            numbers.append(paper.write(b"Response: " + lines[0]))
            below = lines[1:]
        else:
            paper.write(b"Response:")
        numbers += [paper.write(line) for line in below]
        paper.write(b"")
    return bytes(paper), numbers


# ------------------------------------------------------------------------------------- tracers


def _socat_head(time_s: float, direction: Direction, length: int) -> bytes:
    stamp = clock(time_s, "%Y/%m/%d %H:%M:%S") + b"000123"
    side = b"> " if direction is TX else b"< "
    return side + stamp + b"  length=%d from=0 to=%d" % (length, length - 1)


def _socat_row(time_s: float, data: bytes) -> bytes:
    del time_s
    return (b"".join(b" %02x" % byte for byte in data)).ljust(48) + b"  " + _shown(data)


def _socat_rows(data: bytes) -> list[bytes]:
    return [row for line in data.splitlines(keepends=True) for row in _rows(line)]


def _socat_hex(time_s: float, data: bytes) -> bytes:
    del time_s
    return b"".join(b" %02x" % byte for byte in data)


def socat_text(session: Session) -> Rendered:
    """Shape 42, socat -v: a text without a line feed has the next head on its line."""
    capture = b""
    placed = []
    for time_s, direction, data in session:
        capture += _socat_head(time_s, direction, len(data)) + b"\n"
        for line in data.splitlines(keepends=True):
            placed.append((capture.count(b"\n") + 1, direction, line))
            capture += line.replace(b"\\", b"\\\\").replace(b"\r", b"\\r")
    return capture, [number for number, _, _ in assembled(placed)]


def _strace(before: Callable[[float], bytes]) -> Callable[[Paper, float, Direction, bytes], int]:
    def write(paper: Paper, time_s: float, direction: Direction, data: bytes) -> int:
        words = {13: "\\r", 10: "\\n", 34: '\\"', 92: "\\\\"}
        text = escaped(data, words, "\\{:o}")
        call = b"write" if direction is TX else b"read"
        size = len(data) if direction is TX else 256
        if direction is RX:
            paper.write(before(time_s) + b'read(3, "", 256) = 0')
        return paper.write(
            before(time_s) + b'%b(3, "%b", %d) = %d' % (call, text, size, len(data))
        )

    return write


def _strace_threads(
    before: Callable[[int, float], bytes],
) -> Callable[[Paper, float, Direction, bytes], int]:
    """A program in which one thread reads and prints while another writes."""

    def write(paper: Paper, time_s: float, direction: Direction, data: bytes) -> int:
        words = {13: "\\r", 10: "\\n", 34: '\\"', 92: "\\\\"}
        text = escaped(data, words, "\\{:o}")
        host, reader = before(31223, time_s), before(31224, time_s)
        if direction is TX:
            paper.write(reader + b"read(3,  <unfinished ...>")
            number = paper.write(host + b'write(3, "%b", %d <unfinished ...>' % (text, len(data)))
            paper.write(reader + b'<... read resumed>"", 256) = 0')
            paper.write(host + b"<... write resumed>) = %d" % len(data))
            paper.write(reader + b"read(3,  <unfinished ...>")
            paper.write(host + b'write(1, "sent\\n", 5) = 5')
            return number
        reads = (
            line for line in reversed(paper.lines) if b"read(3" in line or b"read res" in line
        )
        call = b"<... read resumed>" if b"unfinished" in next(reads, b"") else b"read(3, "
        number = paper.write(reader + call + b'"%b", 256) = %d' % (text, len(data)))
        paper.write(reader + b'write(1, "%b", %d) = %d' % (text, len(data), len(data)))
        return number

    return write


def _traced(time_s: float) -> bytes:
    return b"31223 " + clock(time_s, "%H:%M:%S") + b"456 "


def reserial(session: Session) -> Rendered:
    """Shape 43, pytest-reserial: the sides apart, in base64."""
    sides = {
        side: base64.b64encode(b"".join(data for _, way, data in session if way is direction))
        for side, direction in (("rx", RX), ("tx", TX))
    }
    entry = {"test_it": {side: text.decode() for side, text in sides.items()}}
    return json.dumps(entry).encode() + b"\n", []


# ------------------------------------------------------------------------------------ firmware


def _zephyr_chat(paper: Paper, line: Line) -> int:
    head = _uptime(line.time_s) + b"<dbg> modem_chat: modem_chat_"
    if line.direction is TX:
        paper.write(head + b"script_next: init_chat_script: step: 3")
        return paper.write(head + b"script_next: sending: " + line.text)
    name, colon, values = line.text.partition(b": ")
    if not colon or b" " in re.sub(rb'"[^"]*"', b"", values):
        return paper.write(head + b"on_unknown_command_received: " + line.text)
    spaced = re.sub(rb'("[^"]*")|,', lambda m: m[1] or b" ", values)
    return paper.write(head + b"log_received_command: " + name + b":  " + spaced)


#: What a handler of the driver says of an answer: its level, its name where that is shown, words.
_HANDLERS = (
    (rb"\+CM[ES] ERROR: (.*)", rb"<err> modem_hl7800: Error code: \1"),
    (rb"\+CEREG: (.*)", rb"<dbg> modem_hl7800: on_cmd_network_report: Network status: \1"),
    (rb"(\+K(?:TCP|UDP)_IND): (\d+),.*", rb"<dbg> modem_hl7800: on_cmd_sock_ind: \1 ID: \2"),
    (rb"\+K(?:TCP|UDP)_NOTIF: (.*)", rb"<wrn> modem_hl7800: +K**P_NOTIF: \1"),
    (rb"(\+K(?:TCP|UDP)CFG: \d+)", rb"<dbg> modem_hl7800: on_cmd_sockcreate: \1"),
)


def _zephyr_hl7800(paper: Paper, line: Line) -> int:
    stamp = _uptime(line.time_s)
    if line.direction is TX:
        return paper.write(stamp + b"<dbg> modem_hl7800: send_at_cmd: OUT: [" + line.text + b"]")
    name, colon, values = line.text.partition(b": ")
    said = b"HANDLE %b%b (len:%d)" % (name, colon, len(values))
    number = paper.write(stamp + b"<dbg> modem_hl7800: hl7800_rx: " + said)
    for pattern, words in _HANDLERS:
        if re.fullmatch(pattern, line.text):
            paper.write(stamp + re.sub(pattern, words, line.text))
    return number


def _zephyr_hexdump(paper: Paper, line: Line) -> int:
    word = b"modem_cmd_send_ext: SENT DATA" if line.direction is TX else b"process_rx_buf: RECV"
    paper.write(_uptime(line.time_s) + b"<dbg> modem_cmd_handler: " + word)
    numbers = []
    for row in _rows(line.text):
        cells = b" ".join(b"%02x" % byte for byte in row[:8])
        cells += b"  " + b" ".join(b"%02x" % byte for byte in row[8:])
        numbers.append(paper.write(b" " * 39 + cells.ljust(48) + b" |" + _shown(row)))
    return numbers[0]


def _esp_command_lib(paper: Paper, line: Line) -> int:
    stamp = b"(%d) command_lib: " % round(line.time_s * 1000)
    if line.direction is TX:
        number = paper.write(b"D " + stamp + b"generic_command command " + line.text)
        paper.write(b"")
        return number
    paper.write(b"} " + stamp + b"Token: {")
    return paper.write(b"V " + stamp + b"Token: {" + line.text + b"}")


def _esp_modem(paper: Paper, line: Line) -> int:
    stamp = b"(%d) " % round(line.time_s * 1000)
    if line.direction is TX:
        head = b"I " + stamp + b"esp_modem_dce: esp_modem_dce_generic_command(27): "
        return paper.write(head + b"Sending command:" + line.text)
    paper.write(b"D " + stamp + b"pattern-detection: 0x3ffb9be4   0d 0a 4f 4b 0d 0a |..OK..|")
    return paper.write(b"V " + stamp + b"esp-modem-dte: Handling line: >>" + line.text + b"<<")


def _esp_dump_head(time_s: float, direction: Direction, length: int) -> bytes:
    del length
    word = b"writing:" if direction is TX else b"reading:"
    return b"D (%d) esp-modem: " % round(time_s * 1000) + word


def _esp_dump_row(time_s: float, data: bytes) -> bytes:
    cells = b" ".join(b"%02x" % byte for byte in data[:8])
    cells += b"  " + b" ".join(b"%02x" % byte for byte in data[8:])
    head = b"D (%d) esp-modem: 0x3ffb9be4   " % round(time_s * 1000)
    return head + cells.ljust(50) + b"|" + _shown(data) + b"|"


def _esp_dte(paper: Paper, line: Line) -> int:
    if line.direction is RX:
        return len(paper.lines)
    stamp = b"E (%d) esp-modem-dte: " % round(line.time_s * 1000)
    paper.write(stamp + b"esp_modem_dte_send_cmd(196): process command timeout")
    shown = b" response timeoutem_dce: esp_modem_dce_generic_command(31): Command:"
    return paper.write(shown + line.text)


def _tinygsm(paper: Paper, line: Line) -> int:
    stamp = b"[%d] ### " % round(line.time_s * 1000)
    if line.direction is TX:
        return paper.write(stamp + b"AT: " + line.text[2:])
    if not line.text.startswith(FINAL):
        return len(paper.lines)
    return paper.write(stamp + b"..: Result index: %d" % (1 if line.text == b"OK" else 2))


# fmt: off
#: Those that keep what was said.
PROGRAMS: dict[str, Renderer] = {
    "chat":             line_by_line(_chat(lambda _: b"")),
    "chat-syslog":      line_by_line(_chat(_syslog)),
    "command-response": _command_response,
    "esp-command-lib":  line_by_line(_esp_command_lib),
    "esp-hexdump":      dumped(_esp_dump_head, _esp_dump_row),
    "esp-modem":        line_by_line(_esp_modem),
    "freebsd-ppp":      line_by_line(_freebsd_ppp),
    "gammu":            dumped(_gammu_head(b""), _gammu_row(b""), _gammu_decoded),
    "socat":            dumped(_socat_head, _socat_row, lambda _: [b"--"], _socat_rows),
    "strace":           chunk_by_chunk(_strace(_traced)),
    "wvdial":           line_by_line(_wvdial, b"--> WvDial: Internet dialer version 1.60"),
    "zephyr-chat":      line_by_line(_zephyr_chat),
    "zephyr-hexdump":   line_by_line(_zephyr_hexdump),
}

PROGRAMS_OTHERWISE: dict[str, tuple[str, Renderer]] = {
    "chat-logread":  ("chat-syslog", line_by_line(_chat(_logread))),
    "gammu-smsd":    ("gammu", dumped(_gammu_head(b" gammu-smsd[1902]: gammu: "),
                                      _gammu_row(b" gammu-smsd[1902]: gammu: "))),
    "socat-hex":     ("socat", dumped(_socat_head, _socat_hex, cut=lambda data: [data])),
    "socat-text":    ("socat", socat_text),
    "wvdial-journal": ("wvdial", line_by_line(_wvdial_journal)),
    "strace-bare":   ("strace", chunk_by_chunk(_strace(lambda _: b""))),
    "strace-pid":    ("strace", chunk_by_chunk(_strace_threads(lambda pid, _: b"[pid %d] " % pid))),
    "strace-threads": ("strace", chunk_by_chunk(_strace_threads(
        lambda pid, time_s: b"%d " % pid + clock(time_s, "%H:%M:%S") + b"456 "))),
}

#: Those that lose what was said: the values of answers, the answers, or who spoke first.
LOSING: dict[str, Renderer] = {
    "esp-dte":          line_by_line(_esp_dte),
    "reserial":         reserial,
    "tinygsm":          line_by_line(_tinygsm),
    "zephyr-hl7800":    line_by_line(_zephyr_hl7800),
}
# fmt: on
