"""The outbox: messages that survive a kill and a power cut until the modem took them.

A SQLite file with a write-ahead log, synced at every commit. One process owns it: the file stays
locked exclusively for as long as it is open, so that two senders cannot both send; the system
lets go of the lock when the process ends, however it ends. That leaves room for one connection,
which all threads share behind a lock: a put lasts as long as the disk takes to sync, and more
connections would only wait for each other there.

Delivery is at least once, in order for each destination: who is killed between the modem's OK and
`Outbox.done` sends the message again, with the same id.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from atfsm.errors import AtfsmError

#: Of `PRAGMA user_version`: the form of the file.
FORM: Final = 1
#: Of `PRAGMA application_id`: "atfs", so that no other program's file is taken for an outbox.
APPLICATION: Final = 0x61746673
#: Longest payload of one message; ours: minutes on a narrow link, and far below SQLite's limit.
PAYLOAD_BYTES_AT_MOST: Final = 1 << 20
#: Longest name of a destination, in characters; ours.
DESTINATION_AT_MOST: Final = 255


class OutboxError(AtfsmError):
    """The outbox cannot be used; the message is one line that says where and why."""


class OutboxMissingError(OutboxError):
    """There is no such folder, or a folder stands where the file should be."""


class OutboxLockedError(OutboxError):
    """Another process, or another part of this one, owns it."""


class OutboxDamagedError(OutboxError):
    """The file is no outbox, or is damaged."""


class OutboxTooNewError(OutboxError):
    """A newer version of atfsm wrote it."""


class OutboxFullError(OutboxError):
    """The disk is full; what was put before is safe, and this was not put."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message.

    Attributes:
        id: Grows with each put, and is never given out twice.
        destination: Where it goes.
        payload: Its bytes.
        tries: How often it was begun to be sent.
        stored_at_s: When it was put, on the wall clock: seconds since 1970.
    """

    id: int
    destination: str
    payload: bytes
    tries: int
    stored_at_s: float


_SCHEMA: Final = f"""
BEGIN EXCLUSIVE;
CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    destination TEXT NOT NULL,
    payload BLOB NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    stored_at_s REAL NOT NULL
);
CREATE INDEX message_of ON message (destination, id);
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {FORM};
COMMIT;
"""


class Outbox:
    """The messages of one process.

    Args:
        path: The file; it is made where it is missing, for its owner only.
        wall_s: The wall clock.

    Raises:
        OutboxMissingError: Its folder is not there.
        OutboxLockedError: Another process owns it.
        OutboxDamagedError: It is no outbox.
        OutboxTooNewError: A newer version wrote it.
        OutboxFullError: The disk is full.
        OutboxError: Anything else that SQLite refuses.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, wall_s: Callable[[], float] = time.time
    ) -> None:
        self.path = Path(path)
        self._wall_s = wall_s
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        if self.path.is_dir():
            raise OutboxMissingError(f"{self.path}: is a folder, not an outbox")
        if not self.path.parent.is_dir():
            raise OutboxMissingError(f"{self.path}: there is no folder {self.path.parent}")
        with suppress(OSError):  # there already; what else it is, SQLite says in its own words
            os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            self._open()
        except BaseException:
            self.close()
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
        """Let go of the file; may be called again."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None:
                with self._translated():
                    connection.close()

    def put(self, destination: str, payload: bytes) -> int:
        """Store a message; it is durable when this returns.

        Args:
            destination: Where it goes: a name of yours, 1 to 255 characters.
            payload: At most 1 MiB.

        Returns:
            Its id.

        Raises:
            ValueError: One of them is too long, or the name is empty; the caller's mistake.
            OutboxFullError: The disk is full.
            OutboxError: It is closed, or the disk says no.
        """
        if not 0 < len(destination) <= DESTINATION_AT_MOST:
            raise ValueError(f"a destination has 1 to {DESTINATION_AT_MOST} characters")
        if len(payload) > PAYLOAD_BYTES_AT_MOST:
            raise ValueError(
                f"a payload has at most {PAYLOAD_BYTES_AT_MOST} bytes, not {len(payload)}"
            )
        with self._cursor() as cursor:
            cursor.execute(
                "INSERT INTO message (destination, payload, stored_at_s) VALUES (?, ?, ?)",
                (destination, bytes(payload), self._wall_s()),
            )
            assert cursor.lastrowid is not None
            return cursor.lastrowid

    def first(self, destination: str) -> Message | None:
        """The oldest message to *destination*; None where there is none."""
        with self._cursor() as cursor:
            row = cursor.execute(
                "SELECT id, destination, payload, tries, stored_at_s FROM message "
                "WHERE destination = ? ORDER BY id LIMIT 1",
                (destination,),
            ).fetchone()
        return None if row is None else Message(*row)

    def tried(self, message_id: int) -> None:
        """Count a try, before it is made; durable when this returns. Unknown ids are ignored."""
        with self._cursor() as cursor:
            cursor.execute("UPDATE message SET tries = tries + 1 WHERE id = ?", (message_id,))

    def done(self, message_id: int) -> None:
        """Delete a message that the modem took; it stays deleted. Unknown ids are ignored."""
        with self._cursor() as cursor:
            cursor.execute("DELETE FROM message WHERE id = ?", (message_id,))

    def pending(self, destination: str | None = None) -> int:
        """How many messages wait, to *destination* or to all."""
        with self._cursor() as cursor:
            (count,) = cursor.execute(
                "SELECT count(*) FROM message WHERE ?1 IS NULL OR destination = ?1", (destination,)
            ).fetchone()
        return int(count)

    def destinations(self) -> list[str]:
        """Where messages wait to go, the one with the oldest message first."""
        with self._cursor() as cursor:
            rows = cursor.execute(
                "SELECT destination FROM message GROUP BY destination ORDER BY min(id)"
            ).fetchall()
        return [str(name) for (name,) in rows]

    # ------------------------------------------------------------------------------- the file

    def _open(self) -> None:
        with self._translated():
            self._connection = sqlite3.connect(
                self.path, timeout=0, isolation_level=None, check_same_thread=False
            )
            # Before anything is read: then the lock is held until close, and the write-ahead
            # log needs no shared memory.
            self._pragma("locking_mode = EXCLUSIVE")
            self._one("BEGIN EXCLUSIVE")
            self._one("COMMIT")
            is_new = self._checked_form() == 0
            self._pragma("journal_mode = WAL")
            self._pragma("synchronous = FULL")
            if is_new:
                self._connection.executescript(_SCHEMA)
        _sync_folder(self.path.parent)

    def _checked_form(self) -> int:
        """The form of the file; 0 for a new one."""
        form = int(self._pragma("user_version"))
        application = int(self._pragma("application_id"))
        tables = self._one("SELECT count(*) FROM sqlite_master")
        if form == 0 and application == 0 and tables == 0:
            return 0
        if application != APPLICATION:
            raise OutboxDamagedError(f"{self.path}: is a database, but no outbox")
        if form > FORM:
            raise OutboxTooNewError(
                f"{self.path}: was written by a newer atfsm (form {form}; this one knows {FORM})"
            )
        return form

    def _pragma(self, text: str) -> Any:  # noqa: ANN401  SQLite gives numbers and words
        return self._one(f"PRAGMA {text}")

    def _one(self, text: str) -> Any:  # noqa: ANN401  as above
        assert self._connection is not None
        row = self._connection.execute(text).fetchone()
        return None if row is None else row[0]

    @contextmanager
    def _cursor(self) -> Iterator[sqlite3.Cursor]:
        with self._lock, self._translated():
            if self._connection is None:
                raise OutboxError(f"{self.path}: the outbox is closed")
            yield self._connection.cursor()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Say in one line, and in our classes, what SQLite says."""
        try:
            yield
        except sqlite3.Error as error:
            raise self._told(error) from error

    def _told(self, error: sqlite3.Error) -> OutboxError:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without what extends it
        match code:
            case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
                return OutboxLockedError(f"{self.path}: another process owns this outbox")
            case sqlite3.SQLITE_NOTADB:
                return OutboxDamagedError(f"{self.path}: is no outbox")
            case sqlite3.SQLITE_CORRUPT:
                return OutboxDamagedError(f"{self.path}: is damaged ({error})")
            case sqlite3.SQLITE_FULL:
                return OutboxFullError(f"{self.path}: the disk is full")
            case _:
                return OutboxError(f"{self.path}: {error}")


def _sync_folder(folder: Path) -> None:
    """Make it durable that the file is there, where folders can be synced."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
