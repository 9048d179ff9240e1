"""Long runs over a real pseudo-terminal with real sockets: kills, and the thread's second report.

The numbers are arguments: CI runs a few, ``make prove`` runs them all.
"""

from __future__ import annotations

import random
import select
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

import atfsm
from atfsm import Config
from atfsm.replay import replay
from atfsm.sim import Fault
from atfsm.stack.config import Spacing
from tests.live.simulated import simulated
from tests.sim.serving import datagram_sink

LIMIT_S = 60.0
HERE = "127.0.0.1"
QUICK = Spacing(socket_s=(0.05, 1.0), context_s=(0.05, 1.0))


class Kills(NamedTuple):
    """What came of killing an application again and again.

    Attributes:
        kills: How often it was killed.
        messages: How many messages it had posted.
        lost: How many of them never arrived.
        twice: How many arrived more than once.
        in_order: Whether first arrivals were in order.
    """

    kills: int
    messages: int
    lost: int
    twice: int
    in_order: bool


class Sink:
    """Collects datagrams until it is closed."""

    def __init__(self, peer: socket.socket) -> None:
        self.peer = peer
        self.arrived: list[bytes] = []
        self.news = threading.Event()
        self._thread = threading.Thread(target=self._collect, daemon=True)
        self._ends, self._end = socket.socketpair()
        self._thread.start()

    def _collect(self) -> None:
        while True:
            ready, _, _ = select.select([self.peer, self._ends], [], [])
            if self._ends in ready:
                return
            self.arrived.append(self.peer.recv(2048))
            self.news.set()

    def wait_for(self, count: int, limit_s: float) -> bool:
        """Wait until so many have arrived."""
        until_s = time.monotonic() + limit_s
        while len(self.arrived) < count:
            self.news.clear()
            if len(self.arrived) >= count:
                break
            if not self.news.wait(max(0.0, until_s - time.monotonic())):
                return False
        return True

    def close(self) -> None:
        """Stop collecting."""
        self._end.send(b"\0")
        self._thread.join(LIMIT_S)
        self._ends.close()
        self._end.close()


def kill_senders(kills: int, seed: int) -> Kills:
    """Kill an application with an outbox at random points; then let it finish."""
    chance = random.Random(seed)
    posted: list[int] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        simulated(Path(folder)) as (path, _),
        datagram_sink() as peer,
    ):
        sink = Sink(peer)
        address = f"{HERE}:{peer.getsockname()[1]}"
        command = [sys.executable, "-m", "tests.live.sender", path, address, f"{folder}/outbox"]
        for _ in range(kills):
            first = posted[-1] + 1 if posted else 0
            count = chance.randrange(1, 30)
            with _started([*command, str(first), str(count)]) as process:
                _read_posted(process, posted, chance.randrange(1, count + 1))
                sink.wait_for(len(sink.arrived) + chance.randrange(0, 4), chance.random() * 1.5)
                process.kill()
                _read_posted(process, posted, count)
        with _started([*command, "0", "0"]) as process:
            _nudge_until_empty(process)
        wanted = [b"%d" % number for number in posted]
        sink.wait_for(len(sink.arrived) + 1, 0.5)
        sink.close()
    firsts = list(dict.fromkeys(sink.arrived))
    missing = set(wanted) - set(firsts)
    return Kills(
        kills=kills,
        messages=len(posted),
        lost=len(missing),
        twice=len(sink.arrived) - len(firsts),
        in_order=firsts == sorted(firsts, key=int),
    )


def _started(command: list[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _read_posted(process: subprocess.Popen[bytes], posted: list[int], count: int) -> None:
    """Read which numbers were posted: as many, or all there are."""
    assert process.stdout is not None
    for _ in range(count):
        line = process.stdout.readline().strip()
        if not line.isdigit():
            return
        if not posted or int(line) > posted[-1]:
            posted.append(int(line))


def _nudge_until_empty(process: subprocess.Popen[bytes]) -> None:
    """Have it look at its outbox again and again until that is empty."""
    assert process.stdin is not None
    assert process.stdout is not None
    until_s = time.monotonic() + LIMIT_S
    while time.monotonic() < until_s:
        try:
            process.stdin.write(b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            return
        if select.select([process.stdout], [], [], 0.05)[0]:
            assert process.stdout.readline().strip() == b"empty"
            return
    process.kill()
    raise AssertionError("the outbox did not get empty")


class Report(NamedTuple):
    """What came of the thread's second report.

    Attributes:
        arrived: How many different datagrams the sink has.
        resets: How many resets the journal has.
        replayed: How many of them its replay shows.
        differs: What the replay of the journal says of differences; empty: none.
    """

    arrived: int
    resets: int
    replayed: int
    differs: str


def second_report(datagrams: int, seed: int) -> Report:
    """A UDP sender with end pattern ``$$``; 923 at random after hundreds of sends.

    The application is the loop: it has no word about recovery.
    """
    first = min(300, datagrams // 4)
    fault = Fault("cme_923_on_send", after=first, p=max(0.005, 5 / datagrams))
    config = Config(apn="internet", end_pattern=b"$$", spacing=QUICK, seed=seed)
    with (
        tempfile.TemporaryDirectory() as folder,
        simulated(Path(folder), [fault], latency_s=0.0) as (path, _),
        datagram_sink() as peer,
    ):
        sink = Sink(peer)
        journal = Path(folder) / "run.journal"
        with (
            atfsm.open(path, config, journal=journal) as modem,
            modem.udp(HERE, peer.getsockname()[1]) as uplink,
        ):
            for number in range(datagrams):
                uplink.send(b"%d" % number)
        sink.wait_for(datagrams, LIMIT_S)
        sink.close()
        lines = journal.read_bytes().splitlines()
        report = replay(str(journal))
        resets = sum(b'"kind": "reset"' in line for line in lines)
        differs = "; ".join(note for note in report.notes if "differ" in note or "goes to" in note)
    wobbles = sum(w.machine == "udp" for w in report.wobbles)
    return Report(len(set(sink.arrived)), resets, wobbles, differs)
