"""The live stack over a pseudo-terminal against a bare pyserial loop, through one simulator.

Both move the same bytes through the same simulated modem, in turns, and are compared as a ratio:
machines are noisy. The bare loop is what a program without any care would do: write the command,
wait for CONNECT, write payload and pattern, wait for OK.

    make bench
    PYTHONPATH=. python tests/benchmarks/bench_live.py --bytes 4000000
"""

from __future__ import annotations

import argparse
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import serial

import atfsm
from atfsm.stack import Config, Opened, Stack, Written

HERE = "127.0.0.1"
PATTERN = b"--EOF--Pattern--"


class Drain:
    """A TCP server that reads everything, and counts."""

    def __init__(self) -> None:
        self._server = socket.create_server((HERE, 0))
        self.port: int = self._server.getsockname()[1]
        self.count_bytes = 0
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            peer, _ = self._server.accept()
            threading.Thread(target=self._drain, args=(peer,), daemon=True).start()

    def _drain(self, peer: socket.socket) -> None:
        while data := peer.recv(1 << 16):
            self.count_bytes += len(data)


def bare(path: str, port: int, data: bytes, chunk_bytes: int) -> float:
    """Move *data* with a bare pyserial loop; return the seconds that it took."""
    with serial.Serial(path, timeout=20.0) as line:

        def ask(command: bytes, end: bytes = b"\r\nOK\r\n") -> None:
            line.write(command + b"\r")
            line.read_until(end)

        line.reset_input_buffer()
        ask(b"ATE1")
        ask(b'AT+KTCPCFG=1,0,"127.0.0.1",%d' % port)
        ask(b"AT+KTCPCNX=1")
        line.read_until(b"+KTCP_IND: 1,1\r\n")
        began_s = time.perf_counter()
        for start in range(0, len(data), chunk_bytes):
            piece = data[start : start + chunk_bytes]
            line.write(b"AT+KTCPSND=1,%d\r" % len(piece))
            line.read_until(b"\r\nCONNECT\r\n")
            line.write(piece + PATTERN)
            line.read_until(b"\r\nOK\r\n")
        took_s = time.perf_counter() - began_s
        ask(b"AT+KTCPCLOSE=1,1")
        ask(b"AT+KTCPDEL=1")
    return took_s


def driven(path: str, port: int, data: bytes, chunk_bytes: int) -> float:
    """Move *data* with the live stack; return the seconds that it took."""
    config = Config(apn="internet", chunk_bytes=chunk_bytes)
    with atfsm.open(path, config) as modem, modem.tcp(HERE, port) as stream:
        stream.send(b"-", timeout_s=30.0)  # it is open from here on
        began_s = time.perf_counter()
        stream.send(data, timeout_s=300.0)
        return time.perf_counter() - began_s


def throughput(total_bytes: int, rounds: int) -> None:
    """Compare the two, in turns."""
    drain = Drain()
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / "modem"
        command = [sys.executable, "-m", "atfsm", "sim", "--pty", str(link)]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as simulator:
            assert simulator.stderr is not None
            simulator.stderr.readline()  # it is ready
            try:
                for chunk_bytes in (1460, 16_384, 65_536):
                    data = bytes(range(48, 112)) * (total_bytes // 64)
                    ratios, rates = [], []
                    for _ in range(rounds):
                        bare_s = bare(str(link), drain.port, data, chunk_bytes)
                        driven_s = driven(str(link), drain.port, data, chunk_bytes)
                        ratios.append(bare_s / driven_s)
                        rates.append(len(data) / driven_s / 1e6)
                    print(
                        f"live, sends of {chunk_bytes:>6,} bytes: {statistics.median(rates):6.2f} MB/s, "
                        f"stack/bare {statistics.median(ratios):.2f} "
                        f"({min(ratios):.2f} to {max(ratios):.2f})"
                    )
            finally:
                simulator.terminate()


def latency(lines: int) -> None:
    """From the last byte of a line to the transition: how long a call of receive takes."""
    stack = Stack(Config(apn="internet"))
    now_s = 0.0
    stack.start(now_s)
    handle = stack.open_tcp("192.0.2.1", 7, now_s)
    answers = {
        b"AT+CPIN?": b"+CPIN: READY",
        b"AT+CEREG?": b"+CEREG: 1,1",
        b'AT+KTCPCFG=1,0,"192.0.2.1",7': b"+KTCPCFG: 1",
    }
    took_us: list[float] = []
    is_open = False
    while len(took_us) < lines:
        for output in stack.take():
            if isinstance(output, Opened):
                is_open = True
            if not isinstance(output, Written):
                continue
            text = output.data.rstrip(b"\r")
            replies = [output.data]
            if text.endswith(PATTERN):
                replies = [b"\r\nOK\r\n"]
            elif text.startswith(b"AT+KTCPSND"):
                replies.append(b"\r\nCONNECT\r\n")
            elif text in answers:
                replies.append(b"\r\n" + answers[text] + b"\r\n\r\nOK\r\n")
            else:
                replies.append(b"\r\nOK\r\n")
            if text == b"AT+KTCPCNX=1":
                replies.append(b"\r\n+KTCP_IND: 1,1\r\n")
            for reply in replies:
                now_s += 0.001
                began = time.perf_counter()
                stack.receive(reply, now_s)
                if is_open:
                    took_us.append((time.perf_counter() - began) * 1e6)
        if is_open:
            stack.send(handle, b"hello", now_s)
        now_s += 0.01
        stack.advance(now_s)
    took_us.sort()
    print(
        f"live, last byte of a line to the transition: p50 {took_us[len(took_us) // 2]:.0f} us, "
        f"p99 {took_us[len(took_us) * 99 // 100]:.0f} us ({len(took_us):,} lines)"
    )


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bytes", type=int, default=4_000_000, help="moved in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--lines", type=int, default=20_000, help="for the latency")
    arguments = parser.parse_args()
    latency(arguments.lines)
    throughput(arguments.bytes, arguments.rounds)


if __name__ == "__main__":
    main()
