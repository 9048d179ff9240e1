"""A simulated modem on a pseudo-terminal, served by a thread of the test."""

from __future__ import annotations

import selectors
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from atfsm.sim.faults import Fault
from atfsm.sim.modem import SimulatedModem
from atfsm.sim.ports import PtyPort
from atfsm.sim.profiles import PROFILES
from atfsm.sim.serve import Server
from atfsm.sim.sockets import SocketNetwork


@contextmanager
def simulated(
    folder: Path, faults: Sequence[Fault] = (), latency_s: float = 0.002
) -> Iterator[tuple[str, SimulatedModem]]:
    """Serve a modem whose sessions lead to sockets of this host; give its path."""
    with selectors.DefaultSelector() as selector:
        network = SocketNetwork(selector)
        now_s = time.monotonic()
        modem = SimulatedModem(
            replace(PROFILES["rc76"], boot_s=0.2),
            network,
            faults=faults,
            now_s=now_s,
            latency_s=latency_s,
        )
        path = folder / "modem"
        server = Server(modem, PtyPort(path, selector), network)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield str(path), modem
        finally:
            server.stop()
            thread.join(20.0)
            server.close()
            network.close()
