"""The journal: what happened is on the disk, in lines that anybody can read."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atfsm import __version__
from atfsm.live.clocks import Clock
from atfsm.live.journal import Journal, JournalError, Ring, iso
from atfsm.replay.formats import detect, format_named
from atfsm.replay.formats.marks import LINE_AT_MOST
from atfsm.stack.config import Config
from atfsm.stack.memory import Memory
from atfsm.stack.outputs import (
    Answered,
    AskReset,
    Cause,
    Closed,
    CutPower,
    Injected,
    InService,
    LimitPassed,
    Moved,
    NeedsHuman,
    Opened,
    Output,
    PeerClosed,
    Read,
    Received,
    Remember,
    Reset,
    Rung,
    Sent,
    Unsent,
    Waiting,
    Written,
)
from atfsm.stack.written import FORM, PIECE_BYTES, Run, entries_of, output_of

CLOCK = Clock(monotonic_s=lambda: 7.0, wall_s=lambda: 1_795_400_553.123456)
CAUSE = Cause("tcp", "1", "connected", "refused", "send_refused", "+CME ERROR: 923", ("tx AT",))
MOVED = Moved("tcp", "1", 2, "connecting", "connected", "connected")
WOBBLE = Moved("tcp", "1", 1, "connected", "swept", "wobble_swept", True, ("pdp", "1"))
RESET = Reset(Rung.SOCKET, CAUSE, (1, 2))
#: One of each, in the order of the page.
EACH: tuple[Output, ...] = (
    Read(b"\r\nOK\r\n"),
    Written(b"AT\r"),
    LimitPassed("tcp", "1", 12.5, 90.0),
    Injected("recovery", "", "socket_reset_due"),
    MOVED,
    WOBBLE,
    RESET,
    CutPower(CAUSE),
    NeedsHuman(CAUSE),
    InService(),
    AskReset(Rung.POWER, CAUSE),
    Remember(Memory({"modem": 1}, (1.0,), ())),
    Opened(1, 2),
    Received(1, b"secret"),
    Sent(1, 3),
    Unsent(1, 4, True, CAUSE),
    Unsent(1, 5, False, None),
    PeerClosed(1),
    Closed(1),
    Waiting(Rung.MODEM, 99.0, "ration"),
    Answered(1, (b"+CSQ: 17,99",), b"OK"),
)
#: The kinds that come back as they were.
EXACT = EACH[:10]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a journal may be."""
    return tmp_path / "run.journal"


def lines_of(data: bytes) -> list[dict[str, Any]]:
    """Read a journal as a program without atfsm does."""
    assert data.endswith(b"\n")
    return [json.loads(line) for line in data.split(b"\n")[:-1]]


def counting() -> tuple[list[int], Callable[[int], None]]:
    """A way to make durable that counts: its calls, and itself."""
    calls: list[int] = []
    return calls, calls.append


def test_a_line_is_what_the_page_says(path: Path) -> None:
    """Number, both times, kind, and bytes as text of the same code points."""
    with Journal(path, clock=CLOCK) as journal:
        journal.begin(Config(), "/dev/ttyUSB2", 12.0)
        journal.write([Read(b"\r\nOK\xff\r\n")], 12.3456784)

    assert [
        {
            "n": 0, "mono": 12.0, "wall": "2026-11-23T02:22:33.123456Z", "kind": "run",
            "journal": FORM, "version": __version__, "port": "/dev/ttyUSB2",
            "dialect": Config().dialect.name, "echo": True, "complete": True,
            "end_pattern": "--EOF--Pattern--",
        },
        {
            "n": 1, "mono": 12.345678, "wall": "2026-11-23T02:22:33.123456Z", "kind": "rx",
            "data": "\r\nOK\xff\r\n",
        },
    ] == lines_of(path.read_bytes())  # fmt: skip


def test_every_output_is_a_line(path: Path) -> None:
    """Nothing that a stack says is left out; payload for the application is only counted."""
    with Journal(path, clock=CLOCK) as journal:
        journal.write(EACH, 1.0)
    lines = lines_of(path.read_bytes())

    assert list(range(len(EACH))) == [line["n"] for line in lines]
    assert len(lines) == len(EACH)
    assert b"secret" not in path.read_bytes()
    assert {"n": 13, "kind": "received", "handle": 1, "bytes": 6}.items() <= lines[13].items()


@pytest.mark.parametrize("output", EXACT, ids=lambda output: type(output).__name__)
def test_what_a_replay_needs_comes_back(output: Output) -> None:
    """What is written, sent through JSON and read is the same."""
    (entry,) = entries_of(output)

    assert output == output_of(json.loads(json.dumps(entry)))


@pytest.mark.parametrize("output", EACH[10:], ids=lambda output: type(output).__name__)
def test_what_a_replay_does_not_need_is_known(output: Output) -> None:
    """Entries for people are no damage."""
    (entry,) = entries_of(output)

    assert output_of(json.loads(json.dumps(entry))) is None


@given(data=st.binary(max_size=400), port=st.text(max_size=20), echo=st.booleans())
def test_bytes_come_back(data: bytes, port: str, echo: bool) -> None:
    """Any bytes of the wire, and any name of a port, survive JSON."""
    run = Run(version="1", port=port, dialect="any", end_pattern=data, echo=echo)
    entries = [*entries_of(Read(data)), *entries_of(run)]

    assert [Read(data)] * bool(data) + [run] == [
        output_of(json.loads(json.dumps(entry))) for entry in entries
    ]


def test_no_line_is_longer_than_a_capture_may_have(path: Path) -> None:
    """The longest pieces of the wire, and the wordiest causes, are cut: replay reads them."""
    text = "\x01" * 9_999
    wordy = Cause(text, text, text, text, text, text, (text,) * 99)
    with Journal(path, clock=CLOCK) as journal:
        journal.write([Written(b"\x01" * 50_000), Reset(Rung.SOCKET, wordy, ())], 1.0)
    data = path.read_bytes()
    reader = format_named("journal").reader()
    records = [r for n, line in enumerate(data.splitlines(), 1) for r in reader.read(line, n)]

    assert max(map(len, data.splitlines())) < LINE_AT_MOST
    assert b"\x01" * 50_000 == records[0].data
    assert -(-50_000 // PIECE_BYTES) + 1 == len(data.splitlines())
    assert isinstance(records[1].said, Reset)


@pytest.mark.parametrize(
    ("outputs", "expected"),
    [
        ([Read(b"OK\r\n")], 0),
        ([MOVED], 0),
        ([Read(b"OK\r\n"), WOBBLE], 1),
        ([RESET], 1),
        ([], 0),
    ],
)
def test_trouble_is_durable_at_once(path: Path, outputs: list[Output], expected: int) -> None:
    """A wobble or a reset is on the disk when the call returns; the rest may wait."""
    calls, fsync = counting()
    with Journal(path, clock=CLOCK, fsync=fsync) as journal:
        journal.write(outputs, 5.0)

        assert expected == len(calls)


def test_the_rest_is_durable_within_a_second(path: Path) -> None:
    """What is no trouble is flushed once a second of journal time, and at the end."""
    calls, fsync = counting()
    journal = Journal(path, clock=CLOCK, fsync=fsync)
    counts = []
    for now_s in (10.0, 10.4, 10.99, 11.0, 11.5, 12.0, 12.1):
        journal.write([MOVED], now_s)
        counts.append(len(calls))
    journal.close()
    journal.close()

    assert [0, 0, 0, 1, 1, 2, 2] == counts
    assert 3 == len(calls)


def test_nothing_new_is_not_made_durable_again(path: Path) -> None:
    """An idle modem does not wear out the disk."""
    calls, fsync = counting()
    with Journal(path, clock=CLOCK, fsync=fsync) as journal:
        journal.write([WOBBLE], 1.0)
        for now_s in range(2, 90):
            journal.write([], float(now_s))

    assert 1 == len(calls)


def test_a_kill_loses_no_line(path: Path) -> None:
    """What was written is the system's: a process that is killed at once leaves every line."""
    code = (
        "import os, signal, sys\n"
        "from atfsm.live.journal import Journal\n"
        "from atfsm.stack.outputs import Read\n"
        "journal = Journal(sys.argv[1])\n"
        "for number in range(200):\n"
        "    journal.write([Read(b'%d' % number)], 0.0)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    answer = subprocess.run([sys.executable, "-c", code, str(path)], check=False)

    assert answer.returncode < 0
    assert [str(n) for n in range(200)] == [line["data"] for line in lines_of(path.read_bytes())]


def test_a_torn_line_is_ended_and_never_rewritten(path: Path) -> None:
    """What a power cut left stands by itself, and what was there before stays byte for byte."""
    with Journal(path, clock=CLOCK) as journal:
        journal.write(EACH, 1.0)
    torn = path.read_bytes()[:-9]
    path.write_bytes(torn)
    with Journal(path, clock=CLOCK) as journal:
        journal.begin(Config(), "p", 2.0)
    data = path.read_bytes()

    assert data.startswith(torn + b"\n{")
    assert "run" == json.loads(data[len(torn) + 1 :])["kind"]


@pytest.mark.parametrize("before", [b"", b"\n", b'{"n": 0}\n'])
def test_a_file_that_is_whole_is_just_added_to(path: Path, before: bytes) -> None:
    """No blank lines are left in between."""
    path.write_bytes(before)
    with Journal(path, clock=CLOCK) as journal:
        journal.write([InService()], 1.0)

    assert path.read_bytes().startswith(before + b'{"n": 0, "mono": 1.0, "wall": "2026')


def test_a_journal_may_be_any_binary_file() -> None:
    """A buffer or a pipe is written to at once, not made durable, and not closed."""
    calls, fsync = counting()
    buffer = io.BytesIO()
    with Journal(buffer, clock=CLOCK, fsync=fsync) as journal:
        journal.write([WOBBLE], 1.0)

    assert ["move"] == [line["kind"] for line in lines_of(buffer.getvalue())]
    assert [] == calls


def test_the_file_is_for_its_owner_only(path: Path) -> None:
    """It holds the password of the access point, and payload."""
    Journal(path).close()
    Ring(clock=CLOCK).dump(path.with_name("ring"))

    assert [0o600] * 2 == [stat.S_IMODE(p.stat().st_mode) for p in path.parent.iterdir()]


def test_what_cannot_be_opened_is_told_in_one_line(tmp_path: Path) -> None:
    """A folder, and a folder that is not there, are named."""
    for name in (tmp_path, tmp_path / "no" / "run.journal"):
        with pytest.raises(JournalError, match=r"^.*: the journal cannot be opened: [^\n]+$"):
            Journal(name)
    with pytest.raises(JournalError, match="cannot be written"):
        Ring(clock=CLOCK).dump(tmp_path)


class _FullDisk(io.RawIOBase):
    """Takes so many bytes, then none, until somebody makes room."""

    def __init__(self, room_bytes: int) -> None:
        self.room_bytes = room_bytes
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:  # noqa: ANN401  whatever has bytes
        if not self.room_bytes:
            raise OSError(28, "No space left on device")
        taken = bytes(data)[: self.room_bytes]
        self.room_bytes -= len(taken)
        self.data += taken
        return len(taken)


def test_a_full_disk_is_told_and_the_torn_line_stands_by_itself() -> None:
    """Once there is room again, the next line is a line of its own."""
    disk = _FullDisk(30)
    journal = Journal(cast("BinaryIO", disk), clock=CLOCK)
    with pytest.raises(JournalError, match="No space left on device"):
        journal.write([InService()], 1.0)
    disk.room_bytes = 1_000
    journal.write([InService()], 2.0)
    torn, whole, rest = disk.data.split(b"\n")

    assert (30, b"") == (len(torn), rest)
    assert 1 == json.loads(whole)["n"]


def test_a_disk_that_cannot_sync_is_told(path: Path) -> None:
    """What should be durable and is not, is no secret."""

    def fsync(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    refusal = pytest.raises(JournalError, match="cannot be made durable: Input/output error")
    with Journal(path, clock=CLOCK, fsync=fsync) as journal, refusal:
        journal.write([WOBBLE], 1.0)


def test_a_closed_journal_says_so(path: Path) -> None:
    """Writing to it is a mistake that is told, not lost."""
    journal = Journal(path)
    journal.close()
    with pytest.raises(JournalError, match="is closed"):
        journal.write([InService()], 1.0)


@pytest.mark.parametrize("wall_s", [1e300, float("nan"), -1e300])
def test_a_clock_that_says_nonsense_does_not_stop_the_journal(wall_s: float) -> None:
    """Wall time is for people; nothing depends on it."""
    assert "1970-01-01T00:00:00.000000Z" == iso(wall_s)


def test_a_ring_holds_the_last_entries(path: Path) -> None:
    """It stays as long as it was made, and its dump says that the beginning is missing."""
    ring = Ring(5, clock=CLOCK)
    ring.begin(Config(), "p")
    for number in range(12):
        ring.add([Read(b"%d" % number)], float(number))

    assert (5, 5) == (len(ring), ring.dump(path))
    lines = lines_of(path.read_bytes())
    assert [("run", False), *[("rx", None)] * 5] == [
        (line["kind"], line.get("complete")) for line in lines
    ]
    assert ["7", "8", "9", "10", "11"] == [line["data"] for line in lines[1:]]
    assert [0, 1, 2, 3, 4, 5] == [line["n"] for line in lines]
    assert [7.0, 7.0, 8.0] == [line["mono"] for line in lines[:3]]


def test_a_ring_that_did_not_overflow_holds_the_run(path: Path) -> None:
    """Its dump is as good as a journal; a new run begins a new ring."""
    ring = Ring(5, clock=CLOCK)
    ring.begin(Config(), "p")
    ring.add(EACH, 1.0)
    ring.begin(Config(), "q")
    ring.add([InService()], 2.0)
    ring.dump(path)

    assert [("run", True, "q"), ("in_service", None, None)] == [
        (line["kind"], line.get("complete"), line.get("port"))
        for line in lines_of(path.read_bytes())
    ]


def test_a_journal_is_recognised(path: Path) -> None:
    """The first line is enough, and so is any other."""
    with Journal(path, clock=CLOCK) as journal:
        journal.begin(Config(), "p", 0.0)
        journal.write(EACH, 1e-7)
    lines = path.read_bytes().split(b"\n")

    for head in (lines, *[[line] for line in lines if line]):
        assert format_named("journal") is detect(head).format


# fmt: off
HOSTILE = [
    b"", b"{", b"null", b"[]", b"1", b'"kind"', b"[" * 60_000, b'{"a":' * 10_000, b"\xff" * 99,
    b'{"n": 1e999, "mono": 1.0, "wall": "", "kind": "in_service"}',
    b'{"n": NaN, "mono": 1.0, "wall": "", "kind": "in_service"}',
    b'{"n": 1, "mono": Infinity, "wall": "", "kind": "in_service"}',
    b'{"n": 1, "mono": 1' + b"0" * 5_000 + b', "wall": "", "kind": "in_service"}',
    b'{"n": 1, "mono": 1' + b"0" * 400 + b', "wall": "", "kind": "in_service"}',
    b'{"n": true, "mono": 1.0, "wall": "", "kind": "in_service"}',
    b'{"n": 1, "mono": 1.0, "wall": "", "kind": "no such kind"}',
    b'{"n": 1, "mono": 1.0, "wall": "", "kind": 7}',
    b'{"n": 1, "mono": 1.0, "wall": "", "kind": "rx"}',
    b'{"n": 1, "mono": 1.0, "wall": "", "kind": "rx", "data": 5}',
    '{"n": 1, "mono": 1.0, "wall": "", "kind": "rx", "data": "→"}'.encode(),
    b'{"n": 1, "mono": 1.0, "wall": "", "kind": "tx", "data": "\\ud800"}',
    b'{"n": 1, "mono": 1.0, "wall": "", "kind": "limit", "machine": "tcp", "key": "1", "at_s": 1, "limit_s": null}',
    b'{"n": 1, "mono": 1.0, "wall": "", "kind": "move", "machine": "tcp"}',
    b'{"n": 1, "mono": 1.0, "wall": "", "kind": "reset", "rung": "ladder", "handles": [], "cause": {}}',
    b'{"n": 1, "mono": 1.0, "wall": "", "kind": "reset", "rung": "socket", "handles": ["x"], "cause": {}}',
    b'{"n": 1, "mono": 1.0, "wall": "", "kind": "cut_power", "cause": []}',
    b'{"n": 1, "mono": 1.0, "wall": "", "kind": "run", "journal": "atfsm/1"}',
]
# fmt: on


@pytest.mark.parametrize("line", HOSTILE[1:], ids=lambda line: line[:70].decode("latin-1"))
def test_a_line_that_cannot_be_read_is_counted(line: bytes) -> None:
    """It gives nothing, raises nothing, and is named in a note."""
    reader = format_named("journal").reader()

    assert () == reader.read(line, 17)
    assert ["One line of the journal cannot be read: 17."] == reader.notes


def test_what_is_missing_is_told() -> None:
    """A gap in the numbers is named; a new run begins to count anew."""
    line = b'{"n": %d, "mono": 1.0, "wall": "", "kind": "in_service"}'
    reader = format_named("journal").reader()
    for number, serial in enumerate((4, 5, 9, 10), 1):
        reader.read(line % serial, number)
    (entry,) = entries_of(Run(version="1", port="", dialect="", end_pattern=b"", echo=True))
    reader.read(json.dumps({"n": 0, "mono": 1.0, **entry}).encode(), 5)

    assert ["Entries of the journal are missing before line 3."] == reader.notes


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@given(data=st.data(), output=st.sampled_from(EACH))
def test_any_field_may_hold_anything(data: st.DataObject, output: Output) -> None:
    """An entry with a field of another type is read or refused, and raises nothing else."""
    (entry,) = entries_of(output)
    entry = {"n": 0, "mono": 1.0, **entry}
    entry[data.draw(st.sampled_from(sorted(entry)))] = data.draw(ANYTHING)
    reader = format_named("journal").reader()
    reader.read(json.dumps(entry).encode(), 1)

    assert len(reader.notes) <= 1


def test_the_descriptor_that_is_made_durable_is_the_file(path: Path) -> None:
    """It is this file that is synced, and it can be."""
    synced = []
    with Journal(
        path, clock=CLOCK, fsync=lambda fd: synced.append(os.fstat(fd).st_ino)
    ) as journal:
        journal.write([WOBBLE], 1.0)

    assert [path.stat().st_ino] == synced
