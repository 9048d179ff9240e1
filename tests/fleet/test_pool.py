"""The pool of processes: order, deaths, ends."""

from __future__ import annotations

import itertools
import multiprocessing
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from atfsm.errors import AtfsmError
from atfsm.fleet.batch import Batch, batch_of, batched
from atfsm.fleet.pool import Pool, _Worker
from atfsm.fleet.rows import AS_IT_IS, WORKER_DIED, replay_batch
from atfsm.fleet.run import Plan, replay_fleet
from atfsm.replay.listing import Input
from tests.fleet.deadly import deadly_batch, unsendable_batch
from tests.fleet.logs import small_log
from tests.fleet.parts import columns_of


def batches_of(folder: Path, *named: tuple[str, ...]) -> Iterator[Batch]:
    """Batches of small logs with these names."""
    for number, names in enumerate(named):
        paths = [folder / name for name in names]
        for seed, path in enumerate(paths):
            path.write_text(small_log(100 * number + seed), "utf-8")
        yield batch_of(number, [Input(str(path)) for path in paths])


@pytest.mark.parametrize("jobs", [1, 3])
def test_a_pool_gives_what_one_process_gives(jobs: int, tmp_path: Path) -> None:
    """Whatever the number of workers, each batch comes back once, with the same rows."""
    batches = list(batches_of(tmp_path, *((f"{n}-a.log", f"{n}-b.log") for n in range(7))))

    found = dict(Pool(jobs, AS_IT_IS).run(batches))

    assert {b.number: replay_batch(b.names) for b in batches} == found


def outcomes(part: bytes) -> list[tuple[str, str, str | None]]:
    """Name, verdict and reason of each capture."""
    columns = columns_of(part)
    rows = zip(*(columns[n] for n in ("record", "capture", "verdict", "reason")), strict=True)
    return [(Path(name).name, v, r) for record, name, v, r in rows if record == "capture"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_capture_that_kills_costs_itself_a_row(jobs: int, tmp_path: Path) -> None:
    """Its batch and all others are as if it were not there; a single death costs nothing."""
    named = (("a.log", "deadly-1.log", "b.log", "deadly-2.log"), ("c.log", "once.log"), ("d.log",))
    batches = list(batches_of(tmp_path, *named))
    pool = Pool(jobs, AS_IT_IS, deadly_batch)

    found = dict(pool.run(batches))

    said = [outcome for number in range(3) for outcome in outcomes(found[number])]
    assert [name for names in named for name in names] == [name for name, _, _ in said]
    died = {name: reason for name, verdict, reason in said if verdict == "failed"}
    assert {"deadly-1.log": WORKER_DIED, "deadly-2.log": WORKER_DIED} == died
    assert 5 == pool.deaths
    unharmed = [
        o for b in batches for o in outcomes(replay_batch(b.names)) if "deadly" not in o[0]
    ]
    assert unharmed == [o for o in said if "deadly" not in o[0]]


def test_a_capture_behind_which_memory_ends_costs_itself_a_row(tmp_path: Path) -> None:
    """Wherever it ends: that is a death like any other."""
    named = (("a.log", "huge.log"), ("huge-1.log", "huge-2.log"))
    pool = Pool(1, AS_IT_IS, deadly_batch)

    found = dict(pool.run(batches_of(tmp_path, *named)))

    assert [
        (name, WORKER_DIED if "huge" in name else None) for name in itertools.chain(*named)
    ] == [(name, reason) for number in (0, 1) for name, _, reason in outcomes(found[number])]
    assert 6 == pool.deaths


def test_a_death_behind_the_last_capture_is_no_fault_of_a_capture(tmp_path: Path) -> None:
    """Rows that nobody can send end the run with one line, in place of being made for ever."""
    batches = batches_of(tmp_path, ("a.log", "b.log"))

    said = r"^worker processes die with the rows of a batch, from \S+a\.log on: .* --jobs"
    with pytest.raises(AtfsmError, match=said) as told:
        list(Pool(1, AS_IT_IS, unsendable_batch).run(batches))
    assert "\n" not in str(told.value)
    assert [] == multiprocessing.active_children()


def test_a_bug_in_a_worker_is_told(tmp_path: Path) -> None:
    """It ends the run with one line: whoever replays the batch again meets it again."""
    batches = batches_of(tmp_path, ("odd.log",))

    with pytest.raises(
        AtfsmError, match=r"^a worker process cannot replay: KeyError: '.*odd\.log'"
    ):
        list(Pool(1, AS_IT_IS, deadly_batch).run(batches))
    assert [] == multiprocessing.active_children()


class Stillborn:
    """Something for a worker to do that ends it before it is ready."""

    def __reduce__(self) -> tuple[Callable[[int], object], tuple[int]]:
        """What is called where it is unpickled."""
        return os._exit, (3,)


def test_where_no_worker_can_be_started_it_is_said(tmp_path: Path) -> None:
    """In one line, in place of starting processes for ever."""
    batches = batches_of(tmp_path, ("a.log",))
    replay = cast("Callable[..., bytes]", Stillborn())

    with pytest.raises(AtfsmError, match=r"end as soon as they start \(exit code 3\)$"):
        list(Pool(2, AS_IT_IS, replay).run(batches))
    assert [] == multiprocessing.active_children()


@pytest.mark.parametrize(("batches", "expected"), [(1, 1), (3, 3), (9, 4)])
def test_no_more_processes_are_started_than_there_is_work(
    batches: int, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three logs need no sixty-four processes, whatever --jobs says."""
    started = []
    start = _Worker.__init__

    def counted(worker: _Worker, *arguments: object) -> None:
        started.append(worker)
        start(worker, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(_Worker, "__init__", counted)
    found = dict(
        Pool(4, AS_IT_IS).run(batches_of(tmp_path, *((f"{n}.log",) for n in range(batches))))
    )

    assert list(range(batches)) == sorted(found)
    assert expected == len(started)


def test_a_machine_without_room_for_the_processes_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The results are not to blame; one line says what helps."""

    def refuse(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(_Worker, "__init__", refuse)
    Path(tmp_path / "a.log").write_text(small_log(1), "utf-8")
    plan = Plan(out=str(tmp_path / "out.parquet"), jobs=64)

    with pytest.raises(
        AtfsmError,
        match=r"^cannot start 64 processes: Resource temporarily unavailable: .* --jobs$",
    ):
        replay_fleet([str(tmp_path / "a.log")], plan)
    assert ["a.log"] == [path.name for path in tmp_path.iterdir()]


def test_no_process_is_left_behind(tmp_path: Path) -> None:
    """Also where whoever asked loses interest in the middle."""
    batches = batches_of(tmp_path, *((f"{n}.log",) for n in range(9)))

    next(run := Pool(2, AS_IT_IS).run(batches))
    run.close()  # type: ignore[attr-defined]  # it is a generator

    assert [] == multiprocessing.active_children()


def test_batches_depend_on_the_captures_alone() -> None:
    """A large capture stands alone; small ones are together, at most 256 of them."""
    sizes = [10] * 300 + [9 << 20, 4 << 20, 3 << 20, 2 << 20, 10]

    found = [
        [each.size_bytes for each in batch]
        for batch in batched(Input(str(n), size) for n, size in enumerate(sizes))
    ]

    assert [256, 44, 1, 2, 2] == [len(batch) for batch in found]
    assert sizes == [size for batch in found for size in batch]
