"""The outbox: what was put is there after a kill and a power cut, once in order, for one owner."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from atfsm.errors import AtfsmError
from atfsm.live.outbox import (
    DESTINATION_AT_MOST,
    FORM,
    PAYLOAD_BYTES_AT_MOST,
    Message,
    Outbox,
    OutboxDamagedError,
    OutboxError,
    OutboxFullError,
    OutboxLockedError,
    OutboxMissingError,
    OutboxTooNewError,
)

#: Puts messages until it is killed, and says each id only once the message is safe.
PUTTING = """
import sys
from itertools import count
from atfsm.live.outbox import Outbox
outbox = Outbox(sys.argv[1])
for number in count():
    print(outbox.put("uplink", b"%d" % number * 50), flush=True)
"""
#: Holds the outbox until its input ends.
HOLDING = """
import sys
from atfsm.live.outbox import Outbox
with Outbox(sys.argv[1]):
    print("open", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where an outbox may be."""
    return tmp_path / "outbox.db"


def all_of(outbox: Outbox, destination: str = "uplink") -> list[Message]:
    """Take every message out, in order."""
    messages = []
    while (message := outbox.first(destination)) is not None:
        messages.append(message)
        outbox.done(message.id)
    return messages


def test_messages_come_back_in_order(path: Path) -> None:
    """Each destination has its own order, with id, tries and time."""
    with Outbox(path, wall_s=iter([10.0, 11.0, 12.0]).__next__) as outbox:
        first, second = outbox.put("a", b"one"), outbox.put("b", b"\x00\xff")
        third = outbox.put("a", b"")
        outbox.tried(first)
        outbox.tried(first)

        assert (["a", "b"], 3, 2, 0) == (
            outbox.destinations(),
            outbox.pending(),
            outbox.pending("a"),
            outbox.pending("c"),
        )
        assert Message(first, "a", b"one", 2, 10.0) == outbox.first("a")
        assert [Message(second, "b", b"\x00\xff", 0, 11.0)] == all_of(outbox, "b")
        outbox.done(first)
        assert Message(third, "a", b"", 0, 12.0) == outbox.first("a")


def test_messages_outlive_the_outbox(path: Path) -> None:
    """What was put and not done is there when the file is opened again, tries included."""
    with Outbox(path) as outbox:
        outbox.done(outbox.put("uplink", b"gone"))
        kept = outbox.put("uplink", b"kept")
        outbox.tried(kept)
    with Outbox(path) as outbox:
        assert [(kept, b"kept", 1)] == [(m.id, m.payload, m.tries) for m in all_of(outbox)]


def test_an_id_is_never_given_out_twice(path: Path) -> None:
    """A late `done` cannot delete another message, not even after all were deleted."""
    with Outbox(path) as outbox:
        last = outbox.put("uplink", b"")
        outbox.done(last)
    with Outbox(path) as outbox:
        assert last < outbox.put("uplink", b"")


def test_unknown_ids_are_ignored(path: Path) -> None:
    """Who says done twice does no harm."""
    with Outbox(path) as outbox:
        kept = outbox.put("uplink", b"")
        outbox.done(kept + 1)
        outbox.tried(kept + 1)

        assert 1 == outbox.pending()


@pytest.mark.parametrize("destination", ["", "x" * (DESTINATION_AT_MOST + 1)])
def test_a_destination_has_a_name_of_some_length(path: Path, destination: str) -> None:
    """The caller's mistake is told as one."""
    with Outbox(path) as outbox, pytest.raises(ValueError, match="destination"):
        outbox.put(destination, b"")


def test_a_payload_has_a_limit(path: Path) -> None:
    """The longest payload is taken, one byte more is refused, and nothing of it is stored."""
    with Outbox(path) as outbox:
        outbox.put("uplink", bytes(PAYLOAD_BYTES_AT_MOST))
        with pytest.raises(ValueError, match="at most 1048576 bytes"):
            outbox.put("uplink", bytes(PAYLOAD_BYTES_AT_MOST + 1))

        assert 1 == outbox.pending()


def test_threads_share_it(path: Path) -> None:
    """Many threads put at once, and each message is there once, with an id of its own."""
    with Outbox(path) as outbox, ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(lambda n: outbox.put("uplink", b"%d" % n), range(64)))
        stored = all_of(outbox)

        assert sorted(ids) == [m.id for m in stored]
        assert {b"%d" % n for n in range(64)} == {m.payload for m in stored}


def test_a_kill_loses_nothing_that_was_put(path: Path) -> None:
    """A process is killed in the middle of puts: every id that it returned is there."""
    with subprocess.Popen(
        [sys.executable, "-c", PUTTING, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        returned = [int(process.stdout.readline()) for _ in range(50)]
        process.kill()
        returned += [int(line) for line in process.stdout.read().split("\n") if line]
    with Outbox(path) as outbox:
        stored = all_of(outbox)

        assert returned == [m.id for m in stored][: len(returned)]
        assert len(stored) <= len(returned) + 1
        assert [b"%d" % n * 50 for n in range(len(stored))] == [m.payload for m in stored]


def test_every_commit_waits_for_the_disk(path: Path) -> None:
    """The log is synced before a put returns: what a test cannot cut, the setting promises."""
    with Outbox(path) as outbox:
        settings = [outbox._one(f"PRAGMA {p}") for p in ("synchronous", "journal_mode")]

    full = 2
    assert [full, "wal"] == settings


def test_a_power_cut_loses_nothing_that_was_put(path: Path, tmp_path: Path) -> None:
    """The log of the file is cut anywhere: what was put before that byte is there, in order."""
    log = path.with_name(f"{path.name}-wal")
    sizes = [0]
    with Outbox(path) as outbox:
        for number in range(12):
            outbox.put("uplink", b"%d" % number * 200)
            sizes.append(log.stat().st_size)
        shutil.copy(path, tmp_path / "cut.db")
        data = log.read_bytes()
    for before, after in pairwise(range(1, 13)):
        for size in {sizes[before], (sizes[before] + sizes[after]) // 2, sizes[after] - 1}:
            cut = tmp_path / f"cut-{size}.db"
            shutil.copy(tmp_path / "cut.db", cut)
            cut.with_name(f"{cut.name}-wal").write_bytes(data[:size])
            with Outbox(cut) as outbox:
                stored = [m.payload for m in all_of(outbox)]

            assert [b"%d" % n * 200 for n in range(before)] == stored


def test_one_process_owns_it(path: Path) -> None:
    """Two senders would both send: the second is refused until the first has ended."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert "open\n" == process.stdout.readline()
        with pytest.raises(OutboxLockedError, match=r"another process owns this outbox$"):
            Outbox(path)
        process.kill()
    with Outbox(path):
        with pytest.raises(OutboxLockedError):
            Outbox(path)
        with pytest.raises(OutboxLockedError):
            Outbox(path)


def test_a_file_that_is_no_outbox_is_refused_and_left_alone(path: Path) -> None:
    """Text, another program's database and a torn outbox are told apart from ours."""
    path.write_bytes(b"this is no database, by any means\n" * 100)
    with pytest.raises(OutboxDamagedError, match="is no outbox"):
        Outbox(path)

    assert path.read_bytes().startswith(b"this is no database")


def test_a_database_of_another_program_is_refused_and_left_alone(path: Path) -> None:
    """A file of somebody else's tables is not written to."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(OutboxDamagedError, match="no outbox"):
        Outbox(path)
    connection = sqlite3.connect(path)

    assert [("theirs",)] == connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()


def test_an_outbox_of_a_newer_version_is_refused(path: Path) -> None:
    """Who goes back to an older version is told so in one line."""
    Outbox(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {FORM + 1}")
    connection.close()
    with pytest.raises(OutboxTooNewError, match=r"newer atfsm \(form 2; this one knows 1\)"):
        Outbox(path)


def test_a_damaged_outbox_is_refused(path: Path) -> None:
    """Pages of noise are found, and told in one line."""
    with Outbox(path) as outbox:
        for _ in range(20):
            outbox.put("uplink", bytes(4000))
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(OutboxDamagedError) as refusal, Outbox(path) as outbox:
        outbox.first("uplink")

    assert "\n" not in str(refusal.value)


def test_a_full_disk_refuses_and_loses_nothing(path: Path) -> None:
    """What does not fit is not put, and what was put stays."""
    with Outbox(path) as outbox:
        kept = outbox.put("uplink", b"kept")
        pages = int(outbox._one("PRAGMA page_count"))
        outbox._one(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(OutboxFullError, match="the disk is full"):
            outbox.put("uplink", bytes(100_000))

        assert [kept] == [m.id for m in all_of(outbox)]


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    """No folder is made in passing, and a folder is no file."""
    with pytest.raises(OutboxMissingError, match="there is no folder"):
        Outbox(tmp_path / "no" / "outbox.db")
    with pytest.raises(OutboxMissingError, match="is a folder"):
        Outbox(tmp_path)


def test_a_closed_outbox_says_so(path: Path) -> None:
    """Closing twice is no mistake; using it afterwards is, and is told in one line."""
    outbox = Outbox(path)
    outbox.close()
    outbox.close()
    with pytest.raises(OutboxError, match="is closed"):
        outbox.put("uplink", b"")


def test_the_file_is_for_its_owner_only(path: Path) -> None:
    """Payload is nobody else's business."""
    Outbox(path).close()

    assert 0o600 == stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(
    "error",
    [
        OutboxDamagedError,
        OutboxFullError,
        OutboxLockedError,
        OutboxMissingError,
        OutboxTooNewError,
    ],
)
def test_every_refusal_is_one_of_the_family(error: type[Exception]) -> None:
    """One clause catches them all, and the command line prints them as one line."""
    assert issubclass(error, OutboxError)
    assert issubclass(error, AtfsmError)
