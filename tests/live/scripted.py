"""A modem that says what a table says, on a pseudo-terminal, and notes what it is told."""

from __future__ import annotations

import os
import select
import termios
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from atfsm.sim.faults import Fault
from atfsm.sim.modem import SimulatedModem
from tests.live import simulated as served
from tests.live.fakes import Terminal, terminal
from tests.sim.serving import until

OK = b"\r\nOK\r\n"


class Scripted:
    """The modem.

    Attributes:
        path: Its port.
        heard: All that it was told.
    """

    def __init__(
        self,
        device: Terminal,
        answers: Mapping[bytes, bytes],
        otherwise: bytes,
        *,
        echoes: bool,
        speed_baud: int | None,
    ) -> None:
        self.path = str(device.path)
        self.heard = b""
        self._device = device
        self._answers = answers
        self._otherwise = otherwise
        self._echoes = echoes
        self._speed = None if speed_baud is None else getattr(termios, f"B{speed_baud}")
        self._bell, self._ring = os.pipe()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Say nothing more."""
        os.write(self._ring, b"\0")
        self._thread.join(20.0)
        os.close(self._ring)
        os.close(self._bell)

    def _run(self) -> None:
        master, line = self._device.master, b""
        while self._bell not in (ready := select.select([master, self._bell], [], [])[0]):
            assert ready
            data = os.read(master, 4096)
            self.heard += data
            if self._speed not in {None, termios.tcgetattr(master)[4]}:
                os.write(master, b"\xf8\x80\xf8")
                continue
            if self._echoes:
                os.write(master, data)
            line += data
            while b"\r" in line:
                command, _, line = line.partition(b"\r")
                os.write(master, self._answers.get(command, self._otherwise))


@contextmanager
def scripted(
    folder: Path,
    answers: Mapping[bytes, bytes],
    otherwise: bytes = b"\r\nERROR\r\n",
    *,
    echoes: bool = True,
    speed_baud: int | None = None,
) -> Iterator[Scripted]:
    """Let a modem answer until the block ends.

    Args:
        folder: Where its port is.
        answers: What it says to a command.
        otherwise: What it says to any other.
        echoes: Whether it echoes.
        speed_baud: The one speed at which it understands; None: any.
    """
    with terminal(folder) as device:
        modem = Scripted(device, answers, otherwise, echoes=echoes, speed_baud=speed_baud)
        try:
            yield modem
        finally:
            modem.stop()


@contextmanager
def simulated(folder: Path, faults: Sequence[Fault] = ()) -> Iterator[tuple[str, SimulatedModem]]:
    """A simulated modem, whose port is there from the beginning."""
    with served.simulated(folder, faults) as (path, modem):
        until(Path(path).exists, "the port")
        yield path, modem
