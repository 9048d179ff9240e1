"""A run over a fleet: one file, the same to the byte, whoever replays and whatever happens."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow.parquet as pq
import pytest

from atfsm.errors import AtfsmError, ResultsError
from atfsm.fleet import batch, results, rows, run
from atfsm.fleet.columns import COLUMNS, SCHEMA
from atfsm.fleet.rows import Task, replay_batch
from atfsm.fleet.run import Plan, Tally, replay_fleet
from atfsm.fleet.unfinished import Asked, Unfinished
from atfsm.replay.listing import Input
from atfsm.replay.session import replay
from tests.fleet.interrupted import BATCH_FILES
from tests.fleet.logs import small_log, write_mixed_fleet
from tests.fleet.parts import columns_of

ROOT = Path(__file__).parent.parent.parent
LOGS = 90


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few captures make many batches."""
    monkeypatch.setattr(batch, "BATCH_FILES", BATCH_FILES)


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small_batches: None) -> Path:  # noqa: ARG001  used for what it does
    """A folder of logs, in the working directory, with all that a folder may hold."""
    monkeypatch.chdir(tmp_path)
    write_mixed_fleet(Path("logs"), LOGS)
    return Path("logs")


@cache
def written_for(fleet: str) -> bytes:
    """What a run that nothing interrupts writes; once for a name, for nothing else matters."""
    replay_fleet([fleet], Plan(out="whole.parquet", jobs=1))
    return Path("whole.parquet").read_bytes()


def whole(fleet: Path) -> bytes:
    """What a run that nothing interrupts writes, in ``whole.parquet``."""
    written = written_for(str(fleet))
    Path("whole.parquet").write_bytes(written)
    return written


def rows_of(out: str) -> list[dict[str, Any]]:
    """The rows of a file of results."""
    rows: list[dict[str, Any]] = pq.read_table(out).to_pylist()
    return rows


# ---------------------------------------------------------------------------------- the file


@pytest.mark.parametrize("jobs", [2, 3])
def test_the_file_does_not_depend_on_the_number_of_processes(jobs: int, fleet: Path) -> None:
    """The same bytes, and the rows that one process gives without any of this."""
    expected = whole(fleet)
    tally = replay_fleet([str(fleet)], Plan(out="other.parquet", jobs=jobs))
    names = sorted(str(path) for path in fleet.rglob("*") if path.is_symlink() or path.is_file())
    found = columns_of(replay_batch(names))

    assert expected == Path("other.parquet").read_bytes()
    assert pq.read_table("other.parquet").to_pydict() == found
    assert len(names) == tally.captures == tally.done == LOGS + 6
    assert not Path("other.parquet.unfinished").exists()


def test_what_cannot_be_read_is_a_row(fleet: Path) -> None:
    """A torn file, noise, prose, nothing, and a link to nowhere are told and stop nobody."""
    whole(fleet)
    Path("unpacked.log").write_text(small_log(3), "utf-8")
    told = {
        Path(row["capture"]).name: (row["verdict"], (row["reason"] or "").partition(": ")[2])
        for row in rows_of("whole.parquet")
        if row["record"] == "capture" and Path(row["capture"]).parent == fleet
    }

    assert {
        "empty.log": ("undecided", ""),
        "gone.log": ("unreadable", "cannot be read: No such file or directory"),
        "noise.bin": ("undecided", ""),
        "packed.log.gz": (replay("unpacked.log").verdict.value, ""),
        "prose.txt": ("undecided", ""),
        "torn.log.gz": ("undecided", ""),
    } == told


def test_a_torn_file_is_read_as_far_as_it_goes(fleet: Path) -> None:
    """Its row counts all lines that can be unpacked."""
    whole(fleet)
    (row,) = (row for row in rows_of("whole.parquet") if row["capture"].endswith("torn.log.gz"))
    there = zlib.decompressobj(31).decompress((fleet / "torn.log.gz").read_bytes())

    assert there.removesuffix(b"\n").count(b"\n") + 1 == row["lines"]


def test_a_group_of_rows_is_bounded(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where one batch has more rows than that: memory holds one group while it is written."""
    monkeypatch.setattr(rows, "ROWS_A_PIECE", 5)
    monkeypatch.setattr(results, "ROWS_A_GROUP", 20)
    names = sorted(map(str, fleet.rglob("*.log")))
    part = replay_batch(names)
    results.write([part], Path("out.parquet"), {})
    file = pq.ParquetFile("out.parquet")
    sizes = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]

    assert all(20 <= size < 30 for size in sizes[:-1])
    assert columns_of(part) == file.read().to_pydict()


def test_the_file_says_what_it_is(fleet: Path) -> None:
    """Its columns are those of the documentation, and its metadata tell of the run."""
    tally = replay_fleet([str(fleet)], Plan(out="a.parquet", jobs=1))
    schema = pq.read_schema("a.parquet")
    about = json.loads(schema.metadata[b"atfsm"])

    assert [column.name for column in COLUMNS] == schema.names
    assert (SCHEMA, LOGS + 6) == (about["schema"], about["captures"])
    assert dict(tally.outcomes) == about["outcomes"]
    wobbles = [row for row in rows_of("a.parquet") if row["record"] == "wobble"]
    assert len(wobbles) == tally.census.wobbles == about["wobbles"] > 0


def test_an_imei_is_not_in_the_file_and_the_salt_matters(fleet: Path) -> None:
    """Of a device there are digits, the same for each of its logs and other with other salt."""
    whole(fleet)
    replay_fleet([str(fleet)], Plan(out="salted.parquet", jobs=1, task=Task(salt="of ours")))
    plain = [row["device"] for row in rows_of("whole.parquet")]
    salted = [row["device"] for row in rows_of("salted.parquet")]

    assert b"35265309" not in Path("whole.parquet").read_bytes()
    assert "35265309" not in str(rows_of("whole.parquet"))
    assert [d is None for d in plain] == [d is None for d in salted]
    assert not ({*plain} & {*salted}) - {None}
    assert LOGS <= len({*plain})


def test_the_file_is_no_capture_of_its_own_folder(fleet: Path) -> None:
    """Results that lie beside the logs, and what a run keeps there, are not replayed."""
    out = str(fleet / "results.parquet")
    first = replay_fleet([str(fleet)], Plan(out=out, jobs=1))
    written = Path(out).read_bytes()
    again = replay_fleet([str(fleet)], Plan(out=out, jobs=1))

    assert first.captures == again.captures
    assert written == Path(out).read_bytes()


# -------------------------------------------------------------------------------- interrupted


def killed_after(batches: int, fleet: Path, out: str) -> int:
    """Run in a process of its own that is killed after so many batches; give its exit code."""
    command = [sys.executable, "-m", "tests.fleet.interrupted", str(fleet.resolve())]
    where = str(Path(out).resolve())
    paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": paths}
    # It returns when nobody holds the pipe any more: also the workers are gone then.
    return subprocess.run(
        [*command, where, str(batches)],
        check=False,
        env=environment,
        cwd=Path.cwd(),
        stdout=subprocess.PIPE,
        timeout=60,
    ).returncode


def test_a_run_that_is_killed_goes_on(fleet: Path) -> None:
    """Killed after one batch, killed again after three more, and resumed: the same bytes.

    Each time its workers end by themselves.
    """
    fleet = fleet.resolve()
    expected = whole(fleet)
    done = []
    for batches in (1, 3):
        assert -signal.SIGKILL == killed_after(batches, fleet, "out.parquet")
        assert not Path("out.parquet").exists()
    tally = replay_fleet(
        [str(fleet)],
        Plan(out="out.parquet", jobs=1, resume=True),
        lambda tally: done.append(tally.done),
    )

    assert expected == Path("out.parquet").read_bytes()
    assert 4 * BATCH_FILES <= tally.resumed == done[0] < tally.done == done[-1] == LOGS + 6
    assert not Path("out.parquet.unfinished").exists()


class Stop(Exception):  # noqa: N818  it is no error
    """Ends a run."""


def interrupt(fleet: Path, out: str, after: int = 4) -> Path:
    """Leave an unfinished run behind; give its folder."""

    def stop(tally: Tally) -> None:
        if tally.done >= after * BATCH_FILES:
            raise Stop

    with pytest.raises(Stop):
        replay_fleet([str(fleet)], Plan(out=out, jobs=1), stop)
    return Path(out + ".unfinished")


# fmt: off
TORN: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "nothing":             lambda parts, _: parts,
    "the last byte":       lambda parts, _: parts[:-1],
    "somewhere":           lambda parts, chance: parts[: chance.randrange(len(parts))],
    "all of it":           lambda _, __: b"",
    "a head without rows": lambda parts, _: parts + parts[:20],
    "a head in half":      lambda parts, _: parts + parts[:7],
    "zeros behind it":     lambda parts, _: parts + bytes(4096),
    "noise behind it":     lambda parts, chance: parts + chance.randbytes(999),
    "a bit within":        lambda parts, _: parts[:-40] + bytes([parts[-40] ^ 1]) + parts[-39:],
}
# fmt: on


@pytest.mark.parametrize("torn", TORN)
def test_what_a_kill_tore_is_done_again(torn: str, fleet: Path) -> None:
    """Whatever a kill or a full disk left of the parts, the file is the same."""
    expected = whole(fleet)
    parts = interrupt(fleet, "out.parquet") / "parts"
    parts.write_bytes(TORN[torn](parts.read_bytes(), random.Random(torn)))
    replay_fleet([str(fleet)], Plan(out="out.parquet", jobs=1, resume=True))

    assert expected == Path("out.parquet").read_bytes()


# fmt: off
ELSEWHERE: dict[str, Callable[[Path], object]] = {
    "another size":   lambda fleet: (fleet / "prose.txt").write_text("x"),
    "another time":   lambda fleet: os.utime(fleet / "prose.txt", (1, 1)),
    "another name":   lambda fleet: (fleet / "prose.txt").rename(fleet / "q.txt"),
    "one more":       lambda fleet: (fleet / "more.log").write_text("Tx: AT\n"),
    "one less":       lambda fleet: (fleet / "prose.txt").unlink(),
    "within":         lambda fleet: (fleet / "0000" / "020.log").write_text("Tx: AT\n"),
}
# fmt: on


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_was_changed_since_is_done_again(name: str, fleet: Path) -> None:
    """It costs the batch that it is in; the file is that of a run that begins now."""
    interrupt(fleet, "out.parquet")
    ELSEWHERE[name](fleet)
    replay_fleet([str(fleet)], Plan(out="new.parquet", jobs=1))
    tally = replay_fleet([str(fleet)], Plan(out="out.parquet", jobs=1, resume=True))

    assert (3 if name == "within" else 4) * BATCH_FILES == tally.resumed
    assert Path("new.parquet").read_bytes() == Path("out.parquet").read_bytes()


def age(fleet: Path) -> None:
    """Give all logs another time."""
    for path in fleet.rglob("0*.log"):
        os.utime(path, (1, 1))


# fmt: off
CHANGED: dict[str, tuple[Callable[[Path], object], Task, str]] = {
    "all of it":      (age, Task(), "changed or renamed since, first logs/0000/000.log; remove it to begin anew"),
    "another format": (lambda _: None, Task(format_name="txrx"), "it reads --format auto, not txrx"),
    "another salt":   (lambda _: None, Task(salt="x"), "it has another --salt"),
    "torn":           (lambda fleet: (fleet.parent / "out.parquet.unfinished" / "run.json").write_text("{"), Task(), "remove it"),
}
# fmt: on


@pytest.mark.parametrize("name", CHANGED)
def test_only_the_same_run_is_resumed(name: str, fleet: Path) -> None:
    """Otherwise the file would be neither of the two; what is done is kept."""
    change, task, expected = CHANGED[name]
    parts = interrupt(fleet, "out.parquet") / "parts"
    kept = parts.read_bytes()
    change(fleet)

    with pytest.raises(ResultsError, match=rf"^out\.parquet\.unfinished: .*{expected}"):
        replay_fleet([str(fleet)], Plan(out="out.parquet", jobs=1, resume=True, task=task))
    assert kept == parts.read_bytes()
    assert not Path("out.parquet").exists()


def test_a_disk_that_fills_is_told_and_resumed(
    fleet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line says what happened and how to go on, once there is room again."""
    expected = whole(fleet)
    add = Unfinished.add

    def full(unfinished: Unfinished, number: int, rows: bytes) -> None:
        if number == 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        add(unfinished, number, rows)

    with monkeypatch.context() as patched:
        patched.setattr(Unfinished, "add", full)
        told = r"^out\.parquet: cannot be written: No space left on device; .* --resume goes on"
        with pytest.raises(ResultsError, match=told):
            replay_fleet([str(fleet)], Plan(out="out.parquet", jobs=1))
    tally = replay_fleet([str(fleet)], Plan(out="out.parquet", jobs=1, resume=True))

    assert 4 * BATCH_FILES == tally.resumed
    assert expected == Path("out.parquet").read_bytes()


def test_a_place_that_is_really_full_is_told(fleet: Path) -> None:
    """On stderr, in one line; what found room is kept, and goes on where there is more."""
    expected = whole(fleet)
    parts_bytes = (interrupt(fleet, "out.parquet") / "parts").stat().st_size
    shutil.rmtree("out.parquet.unfinished")
    script = (
        "import resource, sys; from atfsm import cli; from atfsm.fleet import batch\n"
        f"batch.BATCH_FILES = {BATCH_FILES}\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({parts_bytes - 99}, {parts_bytes - 99}))\n"
        "sys.exit(cli.main(sys.argv[1:]))\n"
    )
    words = ["replay", str(fleet), "--out", "out.parquet", "--jobs", "1"]
    ended = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, check=False, text=True
    )
    told = "atfsm: out.parquet: cannot be written: File too large; what is done is kept: "

    assert (2, "", f"{told}--resume goes on with it\n") == (
        ended.returncode,
        ended.stdout,
        ended.stderr,
    )
    tally = replay_fleet([str(fleet)], Plan(out="out.parquet", jobs=1, resume=True))
    assert 3 * BATCH_FILES == tally.resumed
    assert expected == Path("out.parquet").read_bytes()


def test_an_interrupted_run_is_not_overwritten(fleet: Path) -> None:
    """Whoever forgets --resume does not lose a night."""
    parts = interrupt(fleet, "out.parquet") / "parts"
    kept = parts.read_bytes()

    with pytest.raises(ResultsError, match="an interrupted run is there: go on with --resume"):
        replay_fleet([str(fleet)], Plan(out="out.parquet", jobs=1))
    assert kept == parts.read_bytes()


@pytest.mark.parametrize("resume", [False, True])
@pytest.mark.parametrize("lies_there", ["notes.txt", "more/notes.txt"])
def test_a_folder_of_somebody_else_is_left_alone(
    lies_there: str,
    resume: bool,
    fleet: Path,
) -> None:
    """It has the name that ours would have: it is refused, and nothing in it is touched."""
    theirs = Path("out.parquet.unfinished") / lies_there
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs", "utf-8")
    told = r"^out\.parquet\.unfinished: is there already and holds what is not of this command \("

    with pytest.raises(ResultsError, match=told):
        replay_fleet([str(fleet)], Plan(out="out.parquet", jobs=1, resume=resume))
    assert [theirs] == [path for path in theirs.parent.rglob("*") if path.is_file()]
    assert "theirs" == theirs.read_text("utf-8")


def test_two_runs_do_not_write_one_file(fleet: Path) -> None:
    """The second is told so, and the first goes on."""
    first = Unfinished("out.parquet")

    with pytest.raises(ResultsError, match="another process is writing there"):
        replay_fleet([str(fleet)], Plan(out="out.parquet", jobs=1))
    first.abandon()
    assert LOGS < replay_fleet([str(fleet)], Plan(out="out.parquet", jobs=1)).done


@pytest.mark.usefixtures("fleet")
def test_the_folder_is_removed_while_it_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as anything of ours is there, another run that begins is refused."""
    unlink = Path.unlink
    removed = []

    def look(path: Path) -> None:
        with pytest.raises(ResultsError, match="another process is writing there"):
            Unfinished("out.parquet")
        removed.append(path.name)
        unlink(path)

    first = Unfinished("out.parquet")
    complete = first.folder / "complete"
    complete.write_bytes(b"rows")
    monkeypatch.setattr(Path, "unlink", look)
    first.finish(complete, "out.parquet")

    assert ["parts", "lock"] == removed[-2:]
    assert not first.folder.exists()
    assert b"rows" == Path("out.parquet").read_bytes()


@pytest.mark.usefixtures("fleet")
def test_what_another_run_has_begun_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may begin as soon as the lock is removed, and before the folder is."""
    rmdir = Path.rmdir
    others = []

    def begin(folder: Path) -> None:
        others.append(Unfinished("out.parquet"))
        rmdir(folder)

    first = Unfinished("out.parquet")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "rmdir", begin)
        first.abandon()
    (second,) = others

    assert {"lock", "parts"} == {path.name for path in second.folder.iterdir()}
    with pytest.raises(ResultsError, match="another process is writing there"):
        Unfinished("out.parquet")
    second.abandon()
    assert not second.folder.exists()


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize("is_made_anew", [False, True])
def test_a_lock_that_was_removed_keeps_nobody_away(
    is_made_anew: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has opened it before is refused, as if it came a moment earlier."""
    flock = fcntl.flock
    others = [first := Unfinished("out.parquet")]

    def late(file: BinaryIO, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", flock)
        first.abandon()
        if is_made_anew:
            others.append(Unfinished("out.parquet"))
        flock(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with pytest.raises(ResultsError, match="another process is writing there"):
        Unfinished("out.parquet")
    others[-1].abandon()


@pytest.mark.usefixtures("fleet")
def test_a_file_system_without_locks_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """As that: there is no other process to look for."""

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(
        ResultsError, match=r"^out.parquet.unfinished: cannot be .*: No locks avail"
    ):
        Unfinished("out.parquet")


def test_what_others_put_into_the_folder_survives(fleet: Path) -> None:
    """While a run is under way: the results are complete, and the rest of the folder is gone."""
    folder = Path("out.parquet.unfinished")

    def put(_: Tally) -> None:
        (folder / "more").mkdir(exist_ok=True)
        (folder / "more" / "notes.txt").write_text("theirs", "utf-8")

    replay_fleet([str(fleet)], Plan(out="out.parquet", jobs=1), put)

    assert whole(fleet) == Path("out.parquet").read_bytes()
    assert [folder / "more" / "notes.txt"] == [p for p in folder.rglob("*") if p.is_file()]


# fmt: off
REFUSED: dict[str, tuple[list[str], str, str]] = {
    "no folder for it": (["logs"], "no/such/out.parquet", "no/such/out.parquet: cannot be written: there is no folder no/such"),
    "no captures":      ([],       "out.parquet",         "no captures were named"),
    "standard input":   (["-"],    "out.parquet",         "--files-from -"),
    "a folder there":   (["logs"], "logs",                "logs: is a folder: name a file in it"),
}
# fmt: on


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_done_is_said_in_one_line(name: str, fleet: Path) -> None:  # noqa: ARG001  it is the working directory
    """What, where, and nothing half done is left behind."""
    named, out, expected = REFUSED[name]

    with pytest.raises(AtfsmError, match=expected) as caught:
        replay_fleet(named, Plan(out=out, jobs=1))
    assert "\n" not in str(caught.value)
    assert not Path("out.parquet").exists()
    assert [] == list(Path().rglob("*.unfinished"))


def test_a_run_that_did_nothing_is_no_run_to_resume(fleet: Path) -> None:
    """What ended before its first batch leaves nothing, and what was killed there is in no way."""
    with pytest.raises(ResultsError, match="no Dask scheduler answers"):
        replay_fleet([str(fleet)], Plan(out="out.parquet", scheduler="tcp://127.0.0.1:9"))
    assert not Path("out.parquet.unfinished").exists()

    (interrupt(fleet, "out.parquet") / "parts").write_bytes(b"")
    (fleet / "more.log").touch()
    assert LOGS < replay_fleet([str(fleet)], Plan(out="out.parquet", jobs=1)).done


def test_listing_is_told(fleet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many captures there are so far, and then how many are done."""
    monkeypatch.setattr(run, "LISTED_A_TIME", 40)
    told: list[tuple[bool, int, int]] = []
    replay_fleet(
        [str(fleet)],
        Plan(out="out.parquet", jobs=1),
        lambda tally: told.append((tally.is_listed, tally.captures, tally.done)),
    )

    assert [(False, 40, 0), (False, 80, 0), (True, LOGS + 6, 0)] == told[:3]
    assert (True, LOGS + 6, LOGS + 6) == told[-1]


def test_memory_holds_no_names(tmp_path: Path) -> None:
    """Of many captures only those of a batch are in memory, while listed and while handed out."""
    count = 20_000
    inputs = (Input(f"logs/of/some/device/with/a/long/name/{n:06}.log", 1) for n in range(count))
    unfinished = Unfinished(str(tmp_path / "out"))
    tracemalloc.start()
    try:
        listed = unfinished.list_inputs(inputs)
        unfinished.begin(Asked("", "", ""))
        handed = sum(len(each.names) for each in unfinished.left())
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        unfinished.close()

    assert count == listed == handed
    # All names at once take more than 3,000,000 bytes, those of a batch less than 100,000.
    assert peak_bytes < 1_000_000
