"""One command at a time, and nothing else: for who wants to know something of a modem.

An `Asker` sets nothing up, opens no socket, and resets nothing, whatever happens. It makes sure
of the line as the stack does, with ``AT`` until that is answered and the line is quiet, and asks.
A modem that does not answer is left as it is.

    with Asker("/dev/ttyUSB2") as asker:
        if asker.make_sure():
            print(asker.ask(b"AT+CSQ").lines)
"""

from __future__ import annotations

import errno
import os
import selectors
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from atfsm.at.dialect import Dialect
from atfsm.at.dialects import ANY
from atfsm.at.exchange import What
from atfsm.errors import AtfsmError
from atfsm.live.clocks import SYSTEM, Clock
from atfsm.live.port import Port
from atfsm.live.wires import Wire
from atfsm.stack.conversation import Conversation, Piece

PROBE_S: Final = 1.0  # 6.1: AT every 1 s (KR)
QUIET_S: Final = 0.3  # peers 1.5: the gap that let no late answer pass
MAKE_SURE_S: Final = 5.0  # ours: five probes; one that is up answers within 2 s (6.4)
#: Without echo nothing tells a doubled answer from a true one but that it comes at once; ours.
GAP_S: Final = 0.1
LINES_AT_MOST: Final = 10_000  # ours: what is kept of one answer
PROBE: Final = b"AT"
PSEUDO_TERMINALS: Final = range(136, 144)  # Linux: the major numbers of /dev/pts


class PortError(AtfsmError):
    """The port cannot be used; the message is one line that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command and what came of it.

    Attributes:
        command: As it was written.
        lines: Information text, in order.
        result: The final result; empty where none came.
        unasked: Lines that answer nothing: unsolicited result codes.
        took_s: How long it took.
        restarted: Whether the modem restarted instead of answering.
    """

    command: bytes
    lines: tuple[bytes, ...] = ()
    result: bytes = b""
    unasked: tuple[bytes, ...] = ()
    took_s: float = 0.0
    restarted: bool = False

    @property
    def ok(self) -> bool:
        """Whether the modem said OK."""
        return self.result in {b"OK", b"0"}  # ATV0


class Asker:
    """One open port, and the conversation on it.

    Args:
        url: A path, or a URL that pyserial knows.
        baudrate: Speed in baud.
        rtscts: Whether RTS and CTS hold up bytes.
        dialect: What commands mean, and how long they may take.
        clock: Where the time comes from.

    Attributes:
        is_echoed: Whether the modem echoes; None: nothing was asked yet.
        is_numeric: Whether results are digits (ATV0).
        heard_bytes: How many bytes came so far.

    Raises:
        PortError: The port cannot be opened.
    """

    def __init__(
        self,
        url: str,
        *,
        baudrate: int = 115_200,
        rtscts: bool = False,
        dialect: Dialect = ANY,
        clock: Clock = SYSTEM,
    ) -> None:
        self.is_echoed: bool | None = None
        self.heard_bytes = 0
        self._clock = clock
        self._talk = Conversation(dialect, end_pattern=dialect.end_pattern, verifies_echo=True)
        self._bell, self._ring = socket.socketpair()
        for end in (self._bell, self._ring):
            end.settimeout(0.0)
        try:
            self._wire = _opened(url, self._wake, baudrate=baudrate, rtscts=rtscts)
        except BaseException:
            self._bell.close()
            self._ring.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the port."""
        self._wire.close()
        self._bell.close()
        self._ring.close()

    @property
    def is_numeric(self) -> bool:
        """Whether results are digits (ATV0)."""
        return self._talk.exchange.numeric

    def make_sure(self, limit_s: float = MAKE_SURE_S) -> bool:
        """Say ``AT`` every second until it is answered, then wait until the line is quiet.

        Args:
            limit_s: How long all that may take.

        Returns:
            Whether the modem answers. A line that is never quiet counts as one that does.

        Raises:
            PortError: The port is gone.
        """
        began_s = probed_s = self._clock.monotonic_s()
        end_s = began_s + limit_s
        answered = False
        self._say(PROBE)
        while (now_s := self._clock.monotonic_s()) < end_s:
            if not answered and now_s >= probed_s + PROBE_S:
                probed_s = now_s
                self._say(PROBE)
            until_s = now_s + QUIET_S if answered else min(probed_s + PROBE_S, end_s)
            pieces = list(self._hear(min(until_s, end_s)))
            if answered and not pieces:
                return True
            answered = answered or self._is_answered(pieces)
        return answered

    def _is_answered(self, pieces: list[Piece]) -> bool:
        """Whether a probe was answered; whether it is echoed is learned on the way."""
        exchange = self._talk.exchange
        for piece in pieces:
            if piece.what is What.ECHO:
                self.is_echoed = True
            elif piece.what is What.RESULT:
                self.is_echoed = bool(self.is_echoed)
                # From here on nothing counts before the echo of its command.
                self._talk.exchange = replace(exchange, echo=self.is_echoed)
                return True
            elif piece.text == b"0":  # it was told ATV0
                self.is_echoed = bool(self.is_echoed)
                self._talk.exchange = replace(
                    exchange, in_flight=None, numeric=True, echo=self.is_echoed
                )
                return True
        return False

    def why_silent(self) -> str:
        """Say why `make_sure` gave up, in words that help."""
        if self.is_echoed:
            return (
                "only the echo of AT comes back: results may be off (ATQ1), or the modem has "
                "locked up and needs a power cut"
            )
        if self.heard_bytes:
            return (
                "what comes is no answer to AT: another speed (--baud), or the modem is in data "
                "mode, or this is not its AT port"
            )
        return (
            "nothing answers AT: the power may be off, the speed another (--baud), or this is "
            "not the AT port of the modem"
        )

    def ask(self, text: bytes, limit_s: float | None = None) -> Asked:
        """Write a command, and wait for its final result.

        After one that was not answered, `make_sure` has to come first: its answer may be late.

        Args:
            text: The command line, without its end.
            limit_s: How long the modem has; None: what the dialect says.

        Raises:
            PortError: The port is gone.
        """
        if not self._talk.exchange.echo:
            while list(self._hear(self._clock.monotonic_s() + GAP_S)):
                pass
        began_s = self._clock.monotonic_s()
        self._say(text)
        sent = self._talk.exchange.in_flight
        assert sent is not None
        end_s = began_s + (sent.limit_s if limit_s is None else limit_s)
        lines: list[bytes] = []
        unasked: list[bytes] = []
        result = b""
        while self._owes() and self._clock.monotonic_s() < end_s:
            for piece in self._hear(end_s):
                match piece.what:
                    case _ if result:  # behind the result: of no interest, or the same once more
                        pass
                    case What.INFORMATION if self._is_echoed_now() and len(lines) < LINES_AT_MOST:
                        lines.append(piece.text)
                    case What.URC:
                        unasked.append(piece.text)
                    case What.RESULT if not self._owes():
                        result = piece.text
                    case What.RESULT:  # of an older command, which is answered late
                        lines.clear()
                    case _:
                        pass
        took_s = self._clock.monotonic_s() - began_s
        restarted = not result and not self._owes()
        if not result and not restarted:
            self._talk.silence()
        return Asked(text, tuple(lines), result, tuple(unasked), took_s, restarted)

    def _owes(self) -> bool:
        """Whether the modem owes a final result."""
        return self._talk.exchange.in_flight is not None

    def _is_echoed_now(self) -> bool:
        """Whether the command in flight was echoed, or need not be: what came before is older."""
        sent = self._talk.exchange.in_flight
        return sent is None or not sent.echo_due

    # ------------------------------------------------------------------ the wire

    def _say(self, text: bytes) -> None:
        self._talk.say(text)
        self._wire.write(text + b"\r")

    def _hear(self, until_s: float) -> Iterator[Piece]:
        """Wait for bytes; give what they say, or nothing where none came by then."""
        wire = self._wire
        with selectors.DefaultSelector() as selector:
            selector.register(self._bell, selectors.EVENT_READ)
            if wire.descriptor is not None:
                selector.register(wire.descriptor, selectors.EVENT_READ)
            while True:
                if wire.descriptor is not None:
                    room = selectors.EVENT_WRITE if wire.backlog_bytes else 0
                    selector.modify(wire.descriptor, selectors.EVENT_READ | room)
                left_s = until_s - self._clock.monotonic_s()
                if left_s <= 0 or not selector.select(left_s):
                    return
                with suppress(BlockingIOError):
                    self._bell.recv(4096)
                try:
                    data = wire.read()
                    wire.flush()
                except OSError as error:
                    raise PortError(f"the port is gone: {error}") from error
                if data:
                    self.heard_bytes += len(data)
                    yield from self._talk.hear(data)
                    return

    def _wake(self) -> None:
        with suppress(OSError):
            self._ring.send(b"\0")


# ------------------------------------------------------------------------------- opening a port


class _Once(Port):
    """A port that is opened once, here and now."""

    def opened(self) -> Wire:
        return self._opened()


def _opened(url: str, wake: Callable[[], None], *, baudrate: int, rtscts: bool) -> Wire:
    try:
        return _Once(url, wake, baudrate=baudrate, rtscts=rtscts).opened()
    except Exception as error:  # handlers of URLs raise what they like
        raise PortError(f"{url}: {_why_not(url, error)}") from error


def _why_not(url: str, error: Exception) -> str:
    """Why a port cannot be opened, and what to do about it."""
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOENT and "://" not in url:
        return "there is no such port (is the modem plugged in? 'ls -l /dev/serial/by-id')"
    if number in {errno.EACCES, errno.EPERM}:
        group = _group_of(url)
        return (
            f"you may not open it: join the group {group} "
            f"('sudo usermod -aG {group} $USER', then log in again)"
        )
    if number in {errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK}:
        return f"it is in use by {_holder_of(url)}; end that first"
    said = str(error)
    return f"it cannot be opened: {said[:1].lower()}{said[1:]}"


def _group_of(path: str) -> str:
    """The group that may open a device; mostly dialout."""
    try:
        return Path(path).group()
    except (OSError, KeyError, NotImplementedError):
        return "dialout"


def _holder_of(path: str) -> str:
    """Who has a device open, as far as this user may know."""
    device = os.path.realpath(path)
    ours = str(os.getpid())
    for folder in Path("/proc").glob("[0-9]*/fd"):
        with suppress(OSError):
            pid = folder.parent.name
            if pid != ours and device in {str(link.readlink()) for link in folder.iterdir()}:
                name = (folder.parent / "comm").read_text("utf-8", "replace").strip()
                return f"{name} (process {pid})"
    return "another program (ModemManager, a console, a driver)"


def is_wired(url: str) -> bool:
    """Whether a port has a speed and wires for flow control: a device, and no pseudo-terminal."""
    if "://" in url:
        return False
    try:
        status = Path(url).stat()
    except OSError:
        return False
    is_device = stat.S_ISCHR(status.st_mode)
    return is_device and os.major(status.st_rdev) not in PSEUDO_TERMINALS
