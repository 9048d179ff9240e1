"""The journal: every output of a stack, a line each, so that a run can be replayed exactly.

Written to the operating system at once, so that a killed process loses no line; made durable at
once where something went wrong, and within about a second otherwise. The form is described in
``docs/journal.md``. It holds passwords and payload in clear: files are made for their owner only.
"""

from __future__ import annotations

import json
import os
import stat
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from io import UnsupportedOperation
from types import TracebackType
from typing import BinaryIO, Final, NamedTuple, Self

from atfsm import __version__
from atfsm.errors import AtfsmError
from atfsm.live.clocks import SYSTEM, Clock
from atfsm.stack.config import Config
from atfsm.stack.outputs import Moved, Output, Reset
from atfsm.stack.written import Entry, Run, entries_of

#: Seconds of journal time that may pass until what is no trouble is durable; ours.
LAZY_S: Final = 1.0
#: Entries that a ring holds; ours: some minutes of a busy modem, in a few megabytes.
RING_ENTRIES: Final = 5_000
OWNER_ONLY: Final = 0o600


class JournalError(AtfsmError):
    """The journal cannot be written; the message is one line that says where and why."""


def run_of(config: Config, port: str) -> Run:
    """The head of a run with this configuration at this port."""
    return Run(
        version=__version__,
        port=port,
        dialect=config.dialect.name,
        end_pattern=config.end_pattern,
        echo=config.echo,
    )


class _Stamped(NamedTuple):
    """An entry, and when it was made: on the clock of the stack, and on the wall."""

    now_s: float
    wall_s: float
    entry: Entry


class Journal:
    """Appends what happens to one file. Not thread-safe: one consumer of the stack writes it.

    Args:
        path_or_file: A path, which is made or added to; or a binary file, which is only written
            to and is not closed.
        clock: Where wall time comes from.
        fsync: Makes a file durable, by its descriptor.

    Raises:
        JournalError: It cannot be opened, or what is there cannot be added to.
    """

    def __init__(
        self,
        path_or_file: str | os.PathLike[str] | BinaryIO,
        *,
        clock: Clock = SYSTEM,
        fsync: Callable[[int], None] = os.fsync,
    ) -> None:
        self._clock = clock
        self._fsync = fsync
        self._file: BinaryIO | None
        if isinstance(path_or_file, str | os.PathLike):
            self.name = os.fspath(path_or_file)
            self._file = _open(self.name)
            self._is_ours = True
        else:
            self.name = str(getattr(path_or_file, "name", "the journal"))
            self._file = path_or_file
            self._is_ours = False
        self._descriptor = _durable_descriptor(self._file)
        self._serial = 0
        self._durable_s: float | None = None
        self._is_dirty = False
        self._is_torn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def begin(self, config: Config, port: str, now_s: float | None = None) -> None:
        """Write the head of a run: before the first output of each new stack.

        Args:
            config: Of the stack.
            port: What was opened.
            now_s: On the clock of the stack; None: the monotonic clock's.

        Raises:
            JournalError: It cannot be written.
        """
        self._serial = 0
        at_s = self._clock.monotonic_s() if now_s is None else now_s
        self._durable_s = at_s
        self._append(_stamped(entries_of(run_of(config, port)), at_s, self._clock.wall_s()))

    def write(self, outputs: Iterable[Output], now_s: float) -> None:
        """Append what came of one call to the stack.

        They are handed to the operating system when this returns, and are durable when it
        returns if a wobble or a reset is among them.

        Args:
            outputs: In order.
            now_s: On the clock of the stack.

        Raises:
            JournalError: It cannot be written (the disk is full).
        """
        taken = list(outputs)
        wall_s = self._clock.wall_s()
        self._append([s for o in taken for s in _stamped(entries_of(o), now_s, wall_s)])
        if self._durable_s is None:
            self._durable_s = now_s
        is_trouble = any(isinstance(o, Reset) or is_wobble(o) for o in taken)
        if is_trouble or now_s - self._durable_s >= LAZY_S:
            self._durable_s = now_s
            self.sync()

    def sync(self) -> None:
        """Make durable what was written.

        Raises:
            JournalError: The disk says no.
        """
        if self._is_dirty and self._descriptor is not None:
            self._is_dirty = False
            try:
                self._fsync(self._descriptor)
            except OSError as error:
                raise _refused(self.name, "cannot be made durable", error) from error

    def close(self) -> None:
        """Make it durable and let go of it; may be called again."""
        if self._file is None:
            return
        try:
            self.sync()
        finally:
            if self._is_ours:
                self._file.close()
            self._file = None

    def _append(self, stamped: list[_Stamped]) -> None:
        if self._file is None:
            raise JournalError(f"{self.name}: the journal is closed")
        if not stamped:
            return
        data = _lines(stamped, self._serial)
        self._serial += len(stamped)
        if self._is_torn:
            data = b"\n" + data
        self._is_dirty = True
        try:
            _write_all(self._file, data)
        except (OSError, ValueError) as error:
            self._is_torn = True  # what got there stands by itself, once there is room again
            raise _refused(self.name, "cannot be written", error) from error
        self._is_torn = False


class Ring:
    """The last entries of a run, always kept, to be written down when somebody asks.

    Args:
        entries_at_most: How many.
        clock: Where wall time comes from.
    """

    def __init__(self, entries_at_most: int = RING_ENTRIES, *, clock: Clock = SYSTEM) -> None:
        self._entries: deque[_Stamped] = deque(maxlen=entries_at_most)
        self._clock = clock
        self._run: Run | None = None
        self._count = 0

    def __len__(self) -> int:
        return len(self._entries)

    def begin(self, config: Config, port: str) -> None:
        """A run begins: what the ring held of the one before is forgotten."""
        self._run = run_of(config, port)
        self._entries.clear()
        self._count = 0

    def add(self, outputs: Iterable[Output], now_s: float) -> None:
        """Keep what came of one call to the stack."""
        wall_s = self._clock.wall_s()
        for output in outputs:
            stamped = _stamped(entries_of(output), now_s, wall_s)
            self._entries.extend(stamped)
            self._count += len(stamped)

    def dump(self, path: str | os.PathLike[str]) -> int:
        """Write a journal of what is held, durably, in place of a file that is there.

        Its head says whether the run is in it from its beginning on.

        Returns:
            How many entries were written behind the head.

        Raises:
            JournalError: It cannot be written.
        """
        held = list(self._entries)
        name = os.fspath(path)
        head = _stamped(entries_of(self._head(len(held))), *self._began(held))
        data = _lines([*head, *held], 0)
        try:
            descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
            with open(descriptor, "wb", buffering=0) as file:  # noqa: PTH123  by descriptor
                _write_all(file, data)
                os.fsync(file.fileno())
        except OSError as error:
            raise _refused(name, "cannot be written", error) from error
        return len(held)

    def _head(self, held: int) -> Run:
        complete = self._run is not None and held == self._count
        run = self._run or run_of(Config(), "")
        return replace(run, complete=complete)

    def _began(self, held: list[_Stamped]) -> tuple[float, float]:
        if held:
            return held[0].now_s, held[0].wall_s
        return self._clock.monotonic_s(), self._clock.wall_s()


def is_wobble(output: Output) -> bool:
    """Whether an output says that a machine wobbled."""
    return isinstance(output, Moved) and output.is_wobble


def _stamped(entries: list[Entry], now_s: float, wall_s: float) -> list[_Stamped]:
    return [_Stamped(now_s, wall_s, entry) for entry in entries]


def _lines(stamped: list[_Stamped], first: int) -> bytes:
    """Entries as lines, numbered from *first* on; ASCII, so that no tool chokes on them."""
    return b"".join(
        json.dumps(
            {"n": number, "mono": round(now_s, 6), "wall": iso(wall_s), **entry},
            ensure_ascii=True,
        ).encode("ascii")
        + b"\n"
        for number, (now_s, wall_s, entry) in enumerate(stamped, first)
    )


def iso(wall_s: float) -> str:
    """Wall time as text, in UTC, to the microsecond."""
    try:
        moment = datetime.fromtimestamp(wall_s, UTC)
    except (ValueError, OverflowError, OSError):
        moment = datetime.fromtimestamp(0, UTC)  # a clock that says nonsense
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _open(name: str) -> BinaryIO:
    """Open for appending; a torn last line is ended, so that it stands by itself."""
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(name, flags, OWNER_ONLY)
        file = open(descriptor, "r+b", buffering=0)  # noqa: PTH123, SIM115  by descriptor; kept
    except (OSError, ValueError) as error:
        raise _refused(name, "cannot be opened", error) from error
    try:
        if stat.S_ISREG(os.fstat(descriptor).st_mode) and file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                _write_all(file, b"\n")
    except OSError as error:
        file.close()
        raise _refused(name, "cannot be added to", error) from error
    return file


def _durable_descriptor(file: BinaryIO) -> int | None:
    """The descriptor to make durable; None for what is no file on a disk."""
    try:
        descriptor = file.fileno()
    except (AttributeError, UnsupportedOperation):
        return None
    return descriptor if stat.S_ISREG(os.fstat(descriptor).st_mode) else None


def _write_all(file: BinaryIO, data: bytes) -> None:
    """Hand all of *data* to the operating system."""
    view = memoryview(data)
    while view:
        written = file.write(view)
        if not written:
            raise OSError("nothing is taken any more")
        view = view[written:]
    file.flush()


def _refused(name: str, what: str, error: Exception) -> JournalError:
    reason = getattr(error, "strerror", None) or str(error)
    return JournalError(f"{name}: the journal {what}: {reason}")
