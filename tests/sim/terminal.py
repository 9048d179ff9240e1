"""Somebody at a terminal: types on a simulated modem and reads what comes, on a virtual clock."""

from __future__ import annotations

from collections.abc import Sequence

from atfsm.sim import PROFILES, Chunks, Fault, SimulatedModem, VirtualNetwork
from atfsm.sim.virtual import Echo, Silence, Sink

ANSWER_S = 0.04  # longer than any answer takes, shorter than anything on the network
NETWORK_S = 0.05  # how long anything on the network takes
PATTERN = b"--EOF--Pattern--"
MOMENTS_AT_MOST = 200_000  # of one run; more is no progress


class Terminal:
    """A modem with three peers at 203.0.113.5, and the time.

    Attributes:
        now_s: The time.
        network: TCP: 7 echoes, 9 keeps, 99 never answers. UDP: 7 echoes, 9 keeps.
        modem: What is tested.
        sink: What arrived at TCP port 9.
        datagrams: What arrived at UDP port 9.
        chunks: Every piece that was read so far.
    """

    def __init__(
        self,
        profile: str = "hl78",
        faults: Sequence[Fault] = (),
        *,
        seed: int = 0,
        chunks: Chunks = Chunks.WHOLE,
        booted: bool = True,
    ) -> None:
        self.now_s = 0.0
        self.network = VirtualNetwork(latency_s=(NETWORK_S, NETWORK_S))
        self.network.serve_tcp("203.0.113.5", 7, Echo())
        self.sink = self.network.serve_tcp("203.0.113.5", 9, Sink())
        self.network.serve_tcp("203.0.113.5", 99, Silence())
        self.network.serve_udp("203.0.113.5", 7, Echo())
        self.datagrams = self.network.serve_udp("203.0.113.5", 9, Sink())
        self.chunks: list[bytes] = []
        self.modem = SimulatedModem(
            PROFILES[profile],
            self.network,
            faults=faults,
            seed=seed,
            chunks=chunks,
            booted=booted,
        )

    def run(self, for_s: float) -> bytes:
        """Let the time pass, from event to event; give what was read."""
        end_s = self.now_s + for_s
        heard = b""
        moments = 0
        while True:
            moments += 1
            assert moments < MOMENTS_AT_MOST, "a moment that never ends"
            self.modem.advance(self.now_s)
            pieces = self.modem.read(self.now_s)
            self.chunks += pieces
            heard += b"".join(pieces)
            if self.now_s >= end_s:
                return heard
            due_s = self.modem.deadline_s()
            self.now_s = end_s if due_s is None else min(end_s, max(due_s, self.now_s))

    def type(self, data: bytes, for_s: float = ANSWER_S) -> bytes:
        """Write some bytes; give what came until so much later."""
        self.modem.write(data, self.now_s)
        return self.run(for_s)

    def ask(self, command: bytes, for_s: float = ANSWER_S) -> bytes:
        """Write a command line."""
        return self.type(command + b"\r", for_s)

    def connect(self, port: int = 7, *, settings: bytes = b"") -> None:
        """Bring up session 1 over TCP, with echo off and numeric errors."""
        self.prepare()
        self.ask(b'AT+KTCPCFG=1,0,"203.0.113.5",%d%b' % (port, settings))
        heard = self.ask(b"AT+KTCPCNX=1", 30.0)
        assert b"\r\n+KTCP_IND: 1,1\r\n" in heard, heard

    def connect_udp(self, *, settings: bytes = b"") -> None:
        """Bring up session 1 over UDP, with echo off and numeric errors."""
        self.prepare()
        heard = self.ask(b"AT+KUDPCFG=1,0%b" % settings, 30.0)
        assert b"\r\n+KUDP_IND: 1,1\r\n" in heard, heard

    def prepare(self) -> None:
        """Set what every host sets first."""
        for command in (b"ATE0", b"AT+CMEE=1", b'AT+KCNXCFG=1,"GPRS","apn"'):
            assert self.ask(command).endswith(b"OK\r\n")
