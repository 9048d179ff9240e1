"""The loggers: each writes a session the way its capture format looks.

A session is what crossed the wire: chunks of (seconds, direction, true wire bytes), each chunk
made of whole lines except where a test wants it otherwise. A terminal shows the host's lines as
the modem's echo, so a session for a terminal has no echo of its own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from itertools import groupby

from atfsm.replay.records import Direction
from tests.replay.paper import (
    FINAL,
    RX,
    START,
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
    in_pieces,
    line_by_line,
)
from tests.replay.renderers_programs import PROGRAMS, PROGRAMS_OTHERWISE

__all__ = ["RENDERERS", "RX", "TX", "VARIANTS", "Renderer", "Session", "assembled", "at_lines"]


def _bare(paper: Paper, line: Line) -> int:
    if line.direction is RX:
        paper.write(b"\r")
    return paper.write(line.text + (b"\r\r" if line.direction is TX else b"\r"))


def _iso_bare(paper: Paper, line: Line) -> int:
    stamp = b"[" + clock(line.time_s) + b"] "
    if line.direction is RX:
        paper.write(stamp)
    return paper.write(stamp + line.text)


def _logcat(head: Callable[[float, str], bytes]) -> Callable[[Paper, Line], int]:
    """A log of Android, of which *head* writes the time and the tag."""

    def write(paper: Paper, line: Line) -> int:
        wire, repeated = head(line.time_s, "AT"), head(line.time_s, "RIL")
        if line.direction is TX:
            paper.write(repeated + b"onRequest: SIGNAL_STRENGTH")
            return paper.write(wire + b"AT> " + line.text)
        number = paper.write(wire + b"AT< " + line.text)
        paper.write(repeated + b"Parsing: " + line.text)
        return number

    return write


def _threadtime(time_s: float, tag: str, uid: str = "") -> bytes:
    return clock(time_s, "%m-%d %H:%M:%S") + f" {uid}  945  1043 D {tag:8}: ".encode()


def _zoned(time_s: float, tag: str) -> bytes:
    return clock(time_s) + f" +0200   945  1043 D {tag:8}: ".encode()


def _epoch(time_s: float, tag: str) -> bytes:
    return f"{START.timestamp() + time_s:23.3f}   945  1043 D {tag:8}: ".encode()


def _studio(time_s: float, tag: str) -> bytes:
    return (
        clock(time_s) + f"   945-1043  {tag:23} com.android.phone                    D  ".encode()
    )


def _android_long(paper: Paper, line: Line) -> int:
    """What logcat -v long shows."""
    stamp = b"[ " + clock(line.time_s, "%m-%d %H:%M:%S") + b"   945: 1043 D/%-8b ]"
    paper.write(stamp % b"AT")
    number = paper.write((b"AT> " if line.direction is TX else b"AT< ") + line.text)
    paper.write(b"")
    paper.write(stamp % b"RIL")
    paper.write(b"AT< " + line.text)
    paper.write(b"")
    return number


def _particle_gen3(paper: Paper, line: Line) -> int:
    stamp = b"%010d " % round(line.time_s * 1000)
    paper.write(stamp + b"[net.ppp.client] TRACE: PPP thread event ADM_UP")
    return paper.write(
        stamp + b"[ncp.at] TRACE: " + (b"> " if line.direction is TX else b"< ") + line.text
    )


def _routeros(paper: Paper, line: Line) -> int:
    stamp = clock(line.time_s, "%H:%M:%S")[:8]
    return paper.write(
        stamp + b" lte,async lte2: " + (b"sent " if line.direction is TX else b"rcvd ") + line.text
    )


def _txrx(paper: Paper, line: Line) -> int:
    return paper.write((b"Tx: " if line.direction is TX else b"Rx: ") + line.text)


def _two_files(paper: Paper, line: Line) -> int:
    label = b"TX " if line.direction is TX else b"RX "
    return paper.write(b"[" + clock(line.time_s) + b"] " + label + line.text)


def _txrx_stamped(paper: Paper, line: Line) -> int:
    label = b"TX: " if line.direction is TX else b"RX: "
    return paper.write(b"[" + clock(line.time_s) + b"] " + label + line.text)


def _arrows(paper: Paper, line: Line) -> int:
    return paper.write(("→ " if line.direction is TX else "← ").encode() + line.text)


def _angles(paper: Paper, line: Line) -> int:
    return paper.write((b"> " if line.direction is TX else b"< ") + line.text)


def _angles_stamped(paper: Paper, line: Line) -> int:
    angle = b" > " if line.direction is TX else b" < "
    return paper.write(clock(line.time_s) + angle + line.text)


def _arrow_table(paper: Paper, line: Line) -> int:
    arrow = "→" if line.direction is TX else "←"
    return paper.write(f"| {arrow}   | ".encode() + line.text + b"      | a note |")


def _host_marked(paper: Paper, line: Line) -> int:
    return paper.write((b">>> " if line.direction is TX else b"") + line.text)


def _modem_marked(paper: Paper, line: Line) -> int:
    return paper.write((b"" if line.direction is TX else b"<<<") + line.text)


def _arduino(paper: Paper, line: Line) -> int:
    return paper.write(clock(line.time_s, "%H:%M:%S") + b" -> " + line.text)


def _platformio(paper: Paper, line: Line) -> int:
    return paper.write(clock(line.time_s, "%H:%M:%S") + b" > " + line.text)


# ------------------------------------------------------- loggers with lines below a head line


def _in_blocks(session: Session, head: Callable[[Line], bytes], after_tx: bytes) -> Rendered:
    paper = Paper()
    numbers = []
    for _, group in groupby(at_lines(session), key=lambda line: line.chunk):
        lines = list(group)
        if lines[0].direction is TX:
            for line in lines:
                numbers.append(paper.write(head(line) + line.text + b"\r"))
                paper.write(after_tx)
            continue
        paper.write(head(lines[0]) + b"\r")
        for line in lines:
            numbers.append(paper.write(line.text + b"\r"))
            paper.write(b"\r")
    return bytes(paper), numbers


def qcom(session: Session) -> Rendered:
    """Shape 7, QCOM tool."""

    def head(line: Line) -> bytes:
        return clock(line.time_s, mark=":") + (
            b"[Send->]" if line.direction is TX else b"[Recv<-]"
        )

    return _in_blocks(session, head, b"\r")


def sscom(session: Session, encoding: str = "utf-8") -> Rendered:
    """Shape 8, SSCOM."""

    def head(line: Line) -> bytes:
        mark = "发→◇" if line.direction is TX else "收←◆"
        return b"[" + clock(line.time_s, "%H:%M:%S") + b"]" + mark.encode(encoding)

    return _in_blocks(session, head, "□".encode(encoding))


# --------------------------------------------------------- loggers that show chunks of the wire


def _unimodem(paper: Paper, time_s: float, direction: Direction, data: bytes) -> int:
    stamp = clock(time_s, "%m-%d-%Y %H:%M:%S") + b" - "
    text = escaped(data, {13: "<cr>", 10: "<lf>"}, "<h{:02X}>")
    number = paper.write(stamp + (b"Send: " if direction is TX else b"Recv: ") + text + b"\r")
    if direction is RX and data.strip().endswith(FINAL):
        paper.write(stamp + b"Interpreted response: " + data.split()[-1] + b"\r")
    return number


def _modem_manager(before: bytes) -> Callable[[Paper, float, Direction, bytes], int]:
    def write(paper: Paper, time_s: float, direction: Direction, data: bytes) -> int:
        epoch = START.timestamp() + time_s
        stamp = before.replace(b"EPOCH", f"{epoch:.6f}".encode())
        text = escaped(data, {13: "<CR>", 10: "<LF>"}, "\\{}")
        return paper.write(stamp + (b" --> '" if direction is TX else b" <-- '") + text + b"'")

    return write


def _particle_gen2(paper: Paper, time_s: float, direction: Direction, data: bytes) -> int:
    words = {13: "\\r", 10: "\\n", 34: '\\"', 92: "\\\\"}
    kind = b"OK" if data.strip() == b"OK" else b"+"
    what = b"send     " if direction is TX else b"read %2b  " % kind
    paper.write(b"%010d [system] INFO: ARM_WLAN_WD 1" % round(time_s * 1000 + 11))
    text = escaped(data, words, "\\x{:02x}")
    return paper.write(b'%10.3f AT %b%3d "%b"' % (time_s, what, len(data), text))


def _python_bytes(paper: Paper, time_s: float, direction: Direction, data: bytes) -> int:
    del time_s
    if direction is RX:
        return paper.write(f"INFO:root:(True, {b'< ' + data!r})".encode())
    number = paper.write(f"INFO:root:{b'> ' + data[:2]!r}".encode())
    paper.write(f"INFO:root:{b'> ' + data[2:]!r}".encode())
    return number


def _journal(paper: Paper, time_s: float, direction: Direction, data: bytes) -> int:
    wall = (START + timedelta(seconds=time_s)).isoformat(timespec="microseconds")
    kind = "tx" if direction is TX else "rx"
    head = {"n": len(paper.lines), "mono": time_s, "wall": wall.replace("+00:00", "Z")}
    return paper.write(json.dumps({**head, "kind": kind, "data": data.decode("latin-1")}).encode())


# -------------------------------------------------- loggers that cut chunks into several records


def _controls_apart(direction: Direction, data: bytes) -> list[bytes]:
    return [data] if direction is TX else re.findall(rb"[\r\n]|[^\r\n]+", data)


def docklight(session: Session) -> Rendered:
    """Docklight, which begins a new line behind each line feed."""
    paper = Paper()
    placed = []
    for time_s, direction, data in session:
        side = b"[TX] - " if direction is TX else b"[RX] - "
        head = clock(time_s, "%d.%m.%Y %H:%M:%S") + b" " + side
        for piece in re.findall(rb"[^\n]*\n|[^\n]+", data):
            text = escaped(piece, {13: "<CR>", 10: "<LF>"}, "<{:02X}>")
            placed.append((paper.write(head + text), direction, piece))
            head = b""
    return bytes(paper), [number for number, _, _ in assembled(placed)]


def _out_in(time_s: float, direction: Direction, piece: bytes) -> bytes:
    label = b" - Out:" if direction is TX else b" - In:"
    return clock(time_s, "%Y/%m/%d %H:%M:%S") + label + escaped(piece, {}, "<{:02X}>")


def _uart_reads(direction: Direction, data: bytes) -> list[bytes]:
    if direction is TX:
        return [data[:-1], data[-1:]]
    sizes = (1, 9, 2, 31)
    pieces: list[bytes] = []
    while data:
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(data[:size])
        data = data[size:]
    return pieces


def _mbed(time_s: float, direction: Direction, piece: bytes) -> bytes:
    label = b"AT TX" if direction is TX else b"AT RX"
    text = escaped(piece, {13: "<cr>", 10: "<ln>"}, "<{:02x}>")
    stamp = b"[%08dms]" % round(time_s * 1000)
    return stamp + b"[INFO][CELL]: " + label + b" (%2d): " % len(piece) + text


def _rows_of_sixteen(direction: Direction, data: bytes) -> list[bytes]:
    del direction
    return [data[at : at + 16] for at in range(0, len(data), 16)]


def _spy(time_s: float, direction: Direction, piece: bytes) -> bytes:
    cells = [f"{byte:02X} " for byte in piece] + ["   "] * (16 - len(piece))
    shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in piece)
    row = "".join(cells[:8]) + " " + "".join(cells[8:])
    label = "TX" if direction is TX else "RX"
    return f"{time_s:010.3f} {label:4} 0000  {row} {shown}".encode()


def spy_raw(session: Session) -> Rendered:
    """Shape 41, pyserial spy:// with raw and color."""
    capture = b""
    placed = []
    for _, direction, data in session:
        capture += b"\x1b[31m" if direction is TX else b"\x1b[32m"
        for line in data.splitlines(keepends=True):
            placed.append((capture.count(b"\n") + 1, direction, line))
            capture += line
    return capture, [number for number, _, _ in assembled(placed)]


def viewed(render: Renderer, after: bytes = b"] ", before: bytes = b"[2026-11-22 ") -> Renderer:
    """Make a renderer that shows a capture in a terminal which stamps each line."""

    def render_viewed(session: Session) -> Rendered:
        capture, numbers = render(session)
        lines = capture.split(b"\n")[:-1]
        stamped = (
            before + clock(n * 0.001, "%H:%M:%S") + after + line for n, line in enumerate(lines)
        )
        return b"".join(line + b"\n" for line in stamped), numbers

    return render_viewed


# fmt: off
RENDERERS: dict[str, Renderer] = {
    "android-long":  line_by_line(_android_long),
    "android-ril":   line_by_line(_logcat(_threadtime), b"--------- beginning of radio"),
    "angles":        line_by_line(_angles),
    "arduino":       line_by_line(_arduino),
    "arrows":        line_by_line(_arrows),
    "bare":          line_by_line(_bare),
    "docklight":     docklight,
    "iso-bare":      line_by_line(_iso_bare),
    "journal":       chunk_by_chunk(_journal),
    "mbed":          in_pieces(_uart_reads, _mbed, b"[00000001ms][DBG ][CELL]: AT flush"),
    "mm-0x":         chunk_by_chunk(_modem_manager(b"** (modem-manager:2543): DEBUG: (ttyUSB0):")),
    "mm-1x":         chunk_by_chunk(_modem_manager(b"ModemManager[1234]: <dbg> [EPOCH] [modem0/ttyUSB2/at]")),
    "one-side":      line_by_line(_host_marked),
    "out-in":        in_pieces(_controls_apart, _out_in, last_twice=True),
    "particle-gen2": chunk_by_chunk(_particle_gen2, b"[ Modem::register ] = = = ="),
    "particle-gen3": line_by_line(_particle_gen3),
    "python-bytes":  chunk_by_chunk(_python_bytes),
    "qcom":          qcom,
    "routeros":      line_by_line(_routeros),
    "spy":           in_pieces(_rows_of_sixteen, _spy, b"000000.000 Q-RX reset_input_buffer", b"000000.000 RTS  active"),
    "spy-raw":       spy_raw,
    "sscom":         sscom,
    "two-files":     line_by_line(_two_files),
    "txrx":          line_by_line(_txrx, b"My modem says 923, and I do not know why:", b""),
    "unimodem":      chunk_by_chunk(_unimodem),
    **PROGRAMS,
}

#: Other ways in which the same formats occur: name of the format, and a renderer.
VARIANTS: dict[str, tuple[str, Renderer]] = {
    "angles-stamped": ("angles", line_by_line(_angles_stamped)),
    "platformio":    ("arduino", line_by_line(_platformio)),
    "arrow-table":   ("arrows", line_by_line(_arrow_table, b"| way | line | note |", b"|---|---|---|")),
    "logcat-epoch":  ("android-ril", line_by_line(_logcat(_epoch))),
    "logcat-studio": ("android-ril", line_by_line(_logcat(_studio))),
    "logcat-uid":    ("android-ril", line_by_line(_logcat(lambda time_s, tag: _threadtime(time_s, tag, " 1001 ")))),
    "logcat-zone":   ("android-ril", line_by_line(_logcat(_zoned))),
    "modem-marked":  ("one-side", line_by_line(_modem_marked)),
    "mm-dbg":        ("mm-1x", chunk_by_chunk(_modem_manager(b"<dbg> [wwan0at1/at]"))),
    "mm-syslog":     ("mm-1x", chunk_by_chunk(_modem_manager(
        b"Nov 22 10:00:00 host ModemManager[1]: <debug> [EPOCH] (ttyUSB2):"))),
    "sscom-gbk":     ("sscom", lambda session: sscom(session, "gbk")),
    "txrx-stamped":  ("txrx", line_by_line(_txrx_stamped)),
    **PROGRAMS_OTHERWISE,
    # A terminal with time stamps on, which holds a device that writes its own.
    **{f"{name}-viewed": (name, viewed(RENDERERS[name])) for name in (
        "esp-command-lib", "esp-hexdump", "esp-modem", "mbed", "particle-gen2", "particle-gen3", "zephyr-chat",
        "zephyr-hexdump")},
    "particle-gen2-arduino": ("particle-gen2", viewed(RENDERERS["particle-gen2"], b" -> ", b"")),
}
# fmt: on
