"""An open port: bytes in, bytes out, and nobody waits.

Where the port has a descriptor that a selector can watch, it is read and written directly. Where
it has none (RFC 2217, ports of Windows) or must not be gone round (``spy://``), two threads wait
in its stead.
"""

from __future__ import annotations

import os
import queue
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final, Protocol

import serial

#: Bytes taken by one read; ours: a second of a line at 500,000 baud.
BLOCK_BYTES: Final = 1 << 16
#: How long a read of a pump waits: so long a pump outlives its port.
PUMP_S: Final = 0.1


class Wire(Protocol):
    """An open port."""

    @property
    def descriptor(self) -> int | None:
        """What to watch; None: the port wakes whoever owns it."""

    @property
    def backlog_bytes(self) -> int:
        """How much was given to `write` and did not fit yet."""

    def read(self) -> bytes:
        """What has come; nothing where nothing has.

        Raises:
            OSError: The port is gone.
        """

    def write(self, data: bytes) -> None:
        """Write, now or as soon as it fits; what a port that is gone was given is lost."""

    def flush(self) -> int:
        """Write what fits now; give how much that was."""

    def discard(self) -> None:
        """Throw away what did not fit."""

    def close(self) -> None:
        """Let go of the port; may take a moment."""


def _let_go(device: serial.Serial) -> None:
    """Close a device, whatever it says; what it still holds for a stuck line is thrown away."""
    with suppress(Exception):
        device.reset_output_buffer()  # else the system waits half a minute for it
    with suppress(Exception):
        device.close()


class WatchedWire:
    """A port with a descriptor.

    Args:
        device: The open port.
    """

    def __init__(self, device: serial.Serial) -> None:
        self._device = device
        self.descriptor: int | None = device.fileno()
        self.backlog_bytes = 0
        self._out: deque[memoryview] = deque()
        os.set_blocking(self._at, False)

    @property
    def _at(self) -> int:
        assert self.descriptor is not None
        return self.descriptor

    def read(self) -> bytes:
        """What has come; an `OSError` where the port is gone."""
        try:
            data = os.read(self._at, BLOCK_BYTES)
        except BlockingIOError:
            return b""
        if not data:
            raise OSError("the port was hung up")
        return data

    def write(self, data: bytes) -> None:
        """Write, now or as soon as it fits."""
        self._out.append(memoryview(data))
        self.backlog_bytes += len(data)
        self.flush()

    def flush(self) -> int:
        """Write what fits now; that the port is gone is for `read` to say."""
        before = self.backlog_bytes
        while self._out:
            chunk = self._out[0]
            try:
                written = os.write(self._at, chunk)
            except BlockingIOError:
                break
            except OSError:
                self.discard()
                break
            self.backlog_bytes -= written
            if written < len(chunk):
                self._out[0] = chunk[written:]
                break
            self._out.popleft()
        return before - self.backlog_bytes

    def discard(self) -> None:
        """Throw away what did not fit, and what the system holds of it."""
        self._out.clear()
        self.backlog_bytes = 0
        with suppress(Exception):
            self._device.reset_output_buffer()

    def close(self) -> None:
        """Let go of the port."""
        _let_go(self._device)


class PumpedWire:
    """A port that two threads read and write.

    Args:
        device: The open port.
        wake: Called on a thread of the wire when `read` has something to give or to say.
        write_limit_s: How long the line may refuse bytes until they are thrown away.
    """

    descriptor: int | None = None

    def __init__(
        self, device: serial.Serial, wake: Callable[[], None], write_limit_s: float
    ) -> None:
        self._device = device
        self._wake = wake
        device.timeout = PUMP_S
        device.write_timeout = write_limit_s
        self._lock = threading.Lock()
        self._came: list[bytes] = []
        self._error: OSError | None = None
        self._closing = False
        self._out: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        for pump in (self._read_on, self._write_on):
            threading.Thread(target=pump, name=f"atfsm {pump.__name__}", daemon=True).start()

    @property
    def backlog_bytes(self) -> int:
        """Nothing: the writing thread bounds its own waits."""
        return 0

    def read(self) -> bytes:
        """What has come; an `OSError` where the port is gone and all that came was given."""
        with self._lock:
            data, self._came = b"".join(self._came), []
            error = self._error
        if not data and error is not None:
            raise error
        if error is not None:
            self._wake()
        return data

    def write(self, data: bytes) -> None:
        """Hand *data* to the writing thread."""
        self._out.put(data)

    def flush(self) -> int:
        """Nothing to do."""
        return 0

    def discard(self) -> None:
        """Throw away what the writing thread has not begun."""
        with suppress(queue.Empty):
            while True:
                self._out.get_nowait()

    def close(self) -> None:
        """Let go of the port; both threads end."""
        self._closing = True
        self._out.put(None)
        with suppress(Exception):
            self._device.cancel_read()
        _let_go(self._device)

    def _read_on(self) -> None:
        while not self._closing:
            try:
                data = self._device.read(1)
                if data:
                    data += self._device.read(min(self._device.in_waiting, BLOCK_BYTES))
            except Exception as error:  # noqa: BLE001  handlers raise what they like
                self._fail(error)
                return
            if data:
                with self._lock:
                    self._came.append(data)
                self._wake()

    def _write_on(self) -> None:
        while (data := self._out.get()) is not None:
            try:
                self._device.write(data)
            except serial.SerialTimeoutException:
                self.discard()  # the line is stuck: like a modem that does not listen
            except Exception as error:  # noqa: BLE001  as above
                self._fail(error)
                return

    def _fail(self, error: Exception) -> None:
        with self._lock:
            self._error = error if isinstance(error, OSError) else OSError(str(error))
        if not self._closing:
            self._wake()
