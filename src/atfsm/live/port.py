"""A serial port by its path, that may go and come back.

Its loss is something that happens, not an exception: it is opened again by its path, however
often, until it is closed. Whatever is written while it is gone is lost, as it would be with a
modem that is silent.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import serial

from atfsm.live.clocks import SYSTEM, Clock
from atfsm.live.wires import PumpedWire, WatchedWire, Wire

#: Shortest and longest wait before the port is tried again; ours: a device that enumerates
#: anew is back within two seconds of being there.
RETRY_S: Final = (0.2, 2.0)
#: How long the line may refuse every byte (flow control) until what waits is thrown away; ours:
#: longer than any modem holds its line in normal service, shorter than any limit of a command.
WRITE_LIMIT_S: Final = 2.0
#: How long `Port.close` waits for the system to let go.
LET_GO_S: Final = 0.2

logger = logging.getLogger("atfsm")


@dataclass(frozen=True, slots=True)
class Opened:
    """The port is open, for the first time or again."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The port is gone; `Port.reopen` tries to get it back."""

    why: str


@dataclass(frozen=True, slots=True)
class Came:
    """These bytes came."""

    data: bytes


PortEvent: TypeAlias = Opened | Lost | Came


class Port:
    """One port.

    All methods are for one thread, the owner's, and none of them waits or raises.

    Args:
        url: A path, or a URL that pyserial knows (``socket://``, ``rfc2217://``, ``spy://``).
        wake: Called, on any thread, when `look` has something to say that no descriptor shows.
        baudrate: Speed in baud; no matter where the port has none.
        rtscts: Whether the lines RTS and CTS hold up bytes.
        is_watched: Whether the owner can watch a descriptor.
        clock: Where the time comes from.

    Raises:
        ValueError: There is no such kind of URL, or no such speed.
    """

    def __init__(
        self,
        url: str,
        wake: Callable[[], None],
        *,
        baudrate: int = 115_200,
        rtscts: bool = False,
        is_watched: bool = os.name == "posix",
        clock: Clock = SYSTEM,
    ) -> None:
        self.url = url
        self.trouble: str | None = "not open yet"
        self._wake = wake
        self._baudrate = baudrate
        self._rtscts = rtscts
        self._is_watched = is_watched
        self._clock = clock
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._arrived: Wire | None = None
        self._wire: Wire | None = None
        self._gone: Wire | None = None
        self._opened_s = 0.0
        self._moved_s = 0.0
        self._retry_s = RETRY_S[0]
        self._device: serial.Serial | None = None
        with suppress(serial.SerialException):  # hwgrep:// finds nothing yet
            self._device = self._made()

    # ------------------------------------------------------------------ for the owner

    def open(self) -> None:
        """Begin to open the port; `look` says when it is."""
        self._begin(0.0)

    def reopen(self) -> None:
        """Begin to get a lost port back: call it when its descriptor is not watched any more."""
        self._begin(self._retry_s)

    @property
    def descriptor(self) -> int | None:
        """What to watch for bytes; None: the port is gone, or wakes its owner by itself."""
        return None if self._wire is None else self._wire.descriptor

    @property
    def is_full(self) -> bool:
        """Whether to watch the descriptor for room, too."""
        return self._wire is not None and self._wire.backlog_bytes > 0

    @property
    def is_open(self) -> bool:
        """Whether bytes can come and go."""
        return self._wire is not None

    def deadline_s(self) -> float | None:
        """When `look` has to be called at the latest, on the monotonic clock."""
        return self._moved_s + WRITE_LIMIT_S if self.is_full else None

    def look(self) -> list[PortEvent]:
        """What happened; it is never the same twice."""
        events: list[PortEvent] = []
        if self._wire is None:
            with self._lock:
                self._wire, self._arrived = self._arrived, None
            if self._wire is None:
                return events
            self.trouble = None
            self._opened_s = self._moved_s = self._clock.monotonic_s()
            events.append(Opened())
        try:
            data = self._wire.read()
        except OSError as error:
            events.append(self._lose(error))
            return events
        if data:
            events.append(Came(data))
        self._flush(self._wire)
        return events

    def write(self, data: bytes) -> None:
        """Write *data* as soon as it fits; a port that is gone, or stuck, loses it."""
        if self._wire is not None:
            if not self._wire.backlog_bytes:
                self._moved_s = self._clock.monotonic_s()
            self._wire.write(data)

    def close(self) -> None:
        """Let go of the port; it is not opened again."""
        self._closing.set()
        with self._lock:
            wires = [w for w in (self._wire, self._arrived, self._gone) if w is not None]
            self._wire = self._arrived = self._gone = None
        self.trouble = "closed"
        for wire in wires:
            thread = threading.Thread(target=wire.close, name="atfsm close", daemon=True)
            thread.start()
            thread.join(LET_GO_S)

    # ------------------------------------------------------------------ how

    def _flush(self, wire: Wire) -> None:
        """Write what fits; give up on what has not moved for too long."""
        if not wire.backlog_bytes:
            return
        now_s = self._clock.monotonic_s()
        if wire.flush():
            self._moved_s = now_s
        elif now_s - self._moved_s >= WRITE_LIMIT_S:
            lost_bytes = wire.backlog_bytes
            wire.discard()
            logger.warning(
                "%s takes nothing for %g s: %d bytes thrown away",
                self.url,
                WRITE_LIMIT_S,
                lost_bytes,
            )

    def _lose(self, error: OSError) -> Lost:
        self._gone, self._wire = self._wire, None
        self.trouble = str(error)
        was_open_s = self._clock.monotonic_s() - self._opened_s
        shortest_s, longest_s = RETRY_S
        if was_open_s >= longest_s:
            self._retry_s = shortest_s
        else:  # it comes and goes
            self._retry_s = min(2 * self._retry_s, longest_s)
        logger.warning("%s is gone: %s", self.url, error)
        return Lost(str(error))

    def _begin(self, wait_s: float) -> None:
        threading.Thread(target=self._open, args=(wait_s,), name="atfsm open", daemon=True).start()

    def _open(self, wait_s: float) -> None:
        """Close what is gone and open the port, however long that takes: on its own thread."""
        gone, self._gone = self._gone, None
        if gone is not None:
            gone.close()
        said = ""
        while not self._closing.wait(wait_s):
            try:
                wire = self._opened()
            except Exception as error:  # noqa: BLE001  handlers raise what they like
                self.trouble = str(error)
                if self.trouble != said:
                    said = self.trouble
                    logger.warning("%s cannot be opened: %s; trying again", self.url, error)
                wait_s = min(max(2 * wait_s, RETRY_S[0]), RETRY_S[1])
                continue
            with self._lock:
                is_late = self._closing.is_set()
                if not is_late:
                    self._arrived = wire
            if is_late:
                wire.close()
            else:
                self._wake()
            return

    def _made(self) -> serial.Serial:
        options: dict[str, Any] = {"exclusive": True}
        if os.name == "posix":
            options["inter_byte_timeout"] = 0.0  # VMIN=1: to read nothing means to be hung up
        return serial.serial_for_url(
            self.url,
            do_not_open=True,
            baudrate=self._baudrate,
            rtscts=self._rtscts,
            timeout=0,
            write_timeout=WRITE_LIMIT_S,
            **options,
        )

    def _opened(self) -> Wire:
        if self._device is None:
            self._device = self._made()
        device = self._device
        with suppress(Exception):
            device.close()
        device.open()
        is_spied = type(device).__module__.endswith("protocol_spy")
        if self._is_watched and not is_spied:
            with suppress(Exception):
                return WatchedWire(device)
        return PumpedWire(device, self._wake, WRITE_LIMIT_S)
