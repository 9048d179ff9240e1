"""A real Dask scheduler and real workers, each a process of its own, some of them killed."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from atfsm.errors import ResultsError
from atfsm.fleet import batch, cluster
from atfsm.fleet.cluster import replay_as, version
from atfsm.fleet.rows import AS_IT_IS, WORKER_DIED, replay_batch
from atfsm.fleet.run import Plan, Tally, replay_fleet
from atfsm.fleet.unfinished import KEPT
from tests.fleet.interrupted import BATCH_FILES
from tests.fleet.logs import write_fleet, write_mixed_fleet
from tests.fleet.test_run import rows_of

ROOT = Path(__file__).parent.parent.parent
LOGS = 160
START_WITHIN_S = 60.0

Start = Callable[..., subprocess.Popen[str]]


class Cluster:
    """A scheduler on 127.0.0.1, and the workers that it is given."""

    def __init__(self, start: Start) -> None:
        self._start = start
        told = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-show"]
        self.scheduler = start("scheduler", *told)
        line = said(self.scheduler, "Scheduler at:")
        self.address = line[line.index("tcp://") :].strip()

    def worker(self, *options: str) -> subprocess.Popen[str]:
        """Add a worker, and wait until it has registered."""
        told = ["--nthreads", "1", "--no-dashboard", "--memory-limit", "0"]
        worker = self._start("worker", self.address, *told, *options)
        said(worker, "Registered to:")
        return worker

    @contextmanager
    def kept(self, *options: str) -> Iterator[None]:
        """Have a worker there, whatever becomes of it: each that dies is followed by another."""
        is_over = threading.Event()
        now: list[subprocess.Popen[str]] = []

        def keep() -> None:
            while not is_over.is_set():
                with suppress(AssertionError):  # it was killed before it had said anything
                    now[:] = [self.worker("--no-nanny", *options)]
                    now[0].wait()

        keeper = threading.Thread(target=keep)
        keeper.start()
        try:
            yield
        finally:
            is_over.set()
            while keeper.is_alive():  # it may just be starting one more
                for worker in now:
                    worker.kill()
                keeper.join(0.1)


def said(process: subprocess.Popen[str], words: str) -> str:
    """Wait for a line of the log of a process; then read on, so that its pipe never fills."""
    assert process.stderr is not None
    watch = threading.Timer(START_WITHIN_S, process.kill)
    watch.start()
    line = next((line for line in process.stderr if words in line), "")
    watch.cancel()
    assert line, f"it ended without saying {words!r}"
    threading.Thread(target=process.stderr.read, daemon=True, name=str(process.pid)).start()
    return line


@pytest.fixture
def dask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A cluster without workers, in whose way nothing of the user's stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(batch, "BATCH_FILES", BATCH_FILES)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
        "DASK_TEMPORARY_DIRECTORY": str(tmp_path / "dask"),
    }
    with ExitStack() as stack:

        def start(what: str, *options: str) -> subprocess.Popen[str]:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", what, *options],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            stack.callback(end, process)
            return process

        yield Cluster(start)


def end(process: subprocess.Popen[str]) -> None:
    """End a process and those that it started."""
    with suppress(ProcessLookupError):  # a test killed it, and nobody is left
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for thread in threading.enumerate():
        if thread.name == str(process.pid):
            thread.join()
    assert process.stderr is not None
    process.stderr.close()


def kill_in_the_middle(*workers: subprocess.Popen[str]) -> Callable[[Tally], None]:
    """Kill workers as soon as the first batches are done."""

    def progress(tally: Tally) -> None:
        if tally.done and workers[0].poll() is None:
            for worker in workers:
                worker.kill()
                worker.wait()

    return progress


def test_a_worker_that_is_killed_in_the_middle_costs_nothing(dask: Cluster) -> None:
    """Two workers, one killed with batches in its hands: the same bytes as on one machine."""
    write_mixed_fleet(Path("logs"), LOGS)
    replay_fleet(["logs"], Plan(out="one.parquet", jobs=1))
    killed, other = dask.worker("--no-nanny"), dask.worker("--no-nanny")
    tally = replay_fleet(
        ["logs"], Plan(out="many.parquet", scheduler=dask.address), kill_in_the_middle(killed)
    )

    assert -signal.SIGKILL == killed.returncode
    assert other.poll() is None
    assert LOGS + 6 == tally.done
    assert Path("one.parquet").read_bytes() == Path("many.parquet").read_bytes()


def test_where_all_workers_are_gone_it_is_said_and_resumed(
    dask: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line, what is done is kept, and a run on this machine goes on with it."""
    monkeypatch.setattr(cluster, "WORKERS_WITHIN_S", 1.0)
    monkeypatch.setattr(cluster, "LOOK_EVERY_S", 0.25)
    list(write_fleet(Path("logs"), LOGS))
    replay_fleet(["logs"], Plan(out="one.parquet", jobs=1))
    both = dask.worker("--no-nanny"), dask.worker("--no-nanny")

    with pytest.raises(ResultsError, match=r"^all Dask workers are gone; .* --resume goes on"):
        replay_fleet(
            ["logs"], Plan(out="many.parquet", scheduler=dask.address), kill_in_the_middle(*both)
        )
    tally = replay_fleet(["logs"], Plan(out="many.parquet", jobs=1, resume=True))

    assert 0 < tally.resumed < LOGS
    assert Path("one.parquet").read_bytes() == Path("many.parquet").read_bytes()


def test_where_the_scheduler_is_gone_it_is_said(
    dask: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same, where the scheduler goes: no traceback, and not for ever."""
    monkeypatch.setattr(cluster, "WORKERS_WITHIN_S", 1.0)
    monkeypatch.setattr(cluster, "CONNECT_WITHIN_S", 3.0)  # as long it tries to find it again
    monkeypatch.setattr(cluster, "LOOK_EVERY_S", 0.25)
    list(write_fleet(Path("logs"), LOGS))
    dask.worker("--no-nanny")

    with pytest.raises(ResultsError, match=r"--resume goes on with it$") as caught:
        replay_fleet(
            ["logs"],
            Plan(out="many.parquet", scheduler=dask.address),
            kill_in_the_middle(dask.scheduler),
        )
    assert "\n" not in str(caught.value)
    assert Path("many.parquet.unfinished").is_dir()


# fmt: off
GONE = {
    "in the middle":   "fleet._Bar.show = lambda bar, tally: tally.done and end()",
    "without workers": "distributed.Client.wait_for_workers = lambda *given, **also: (end(), waits(*given, **also))",
}
# fmt: on


@pytest.mark.parametrize("when", GONE)
def test_a_scheduler_that_goes_is_one_line(when: str, dask: Cluster) -> None:
    """On stderr there is nothing else, whatever Dask would log; workers or not."""
    list(write_fleet(Path("logs"), LOGS))
    if when == "in the middle":
        dask.worker("--no-nanny", "--preload", "tests.fleet.packages")
    script = (
        "import os, signal, sys; import distributed; from atfsm import cli\n"
        "from atfsm.cli import fleet; from atfsm.fleet import batch, cluster\n"
        "batch.BATCH_FILES = 4; cluster.WORKERS_WITHIN_S = 30.0\n"
        "cluster.CONNECT_WITHIN_S = cluster.LOOK_EVERY_S = 1.0\n"
        "waits = distributed.Client.wait_for_workers\n"
        "gone = []\n"
        "def end():\n"
        f"    gone or os.kill({dask.scheduler.pid}, signal.SIGKILL)\n"
        "    gone.append(True)\n"
        f"{GONE[when]}\n"
        "sys.exit(cli.main(sys.argv[1:]))\n"
    )
    words = ["replay", "logs", "--out", "out.parquet", "--scheduler", dask.address]
    ended = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, check=False, text=True
    )

    said = f"atfsm: the Dask scheduler is gone; {KEPT}\n"
    assert (2, "", said) == (ended.returncode, ended.stdout, ended.stderr)


def test_other_packages_of_a_worker_are_not_told(
    dask: Cluster, recwarn: pytest.WarningsRecorder
) -> None:
    """Rows depend on atfsm alone."""
    list(write_fleet(Path("logs"), 3))
    dask.worker("--no-nanny", "--preload", "tests.fleet.packages")
    replay_fleet(["logs"], Plan(out="out.parquet", scheduler=dask.address))

    assert [] == [str(warned.message) for warned in recwarn]


@pytest.mark.parametrize("folder", ["logs", "../{here}/logs", "file://{cwd}/logs"])
def test_a_worker_that_does_not_see_the_captures_is_told(folder: str, dask: Cluster) -> None:
    """It spoils no results: those that are there stay, and what is done can go on elsewhere."""
    write_mixed_fleet(Path("logs"), LOGS)
    named = folder.format(here=Path.cwd().name, cwd=Path.cwd())
    replay_fleet([named], Plan(out="out.parquet", jobs=1))
    whole = Path("out.parquet").read_bytes()
    dask.worker("--no-nanny", "--preload", "tests.fleet.elsewhere")
    dask.worker("--no-nanny")

    told = (
        r"^tcp://127\.0\.0\.1:\d+: this Dask worker does not see what can be read here: "
        rf"{re.escape(named)}\S+\.log: cannot be read: No such file or directory: share the folder"
    )
    with pytest.raises(ResultsError, match=told) as caught:
        replay_fleet([named], Plan(out="out.parquet", scheduler=dask.address))
    assert "\n" not in str(caught.value)
    assert whole == Path("out.parquet").read_bytes()
    replay_fleet([named], Plan(out="out.parquet", jobs=1, resume=True))
    assert whole == Path("out.parquet").read_bytes()


def test_what_is_gone_everywhere_is_a_row(dask: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that was rotated away after it was listed is no fault of a worker."""
    paths = list(write_fleet(Path("logs"), 12))
    submit = cluster._Cluster._submit

    def rotate(ours: Any, each: batch.Batch) -> Any:  # noqa: ANN401  as its argument
        paths[3].unlink(missing_ok=True)
        return submit(ours, each)

    monkeypatch.setattr(cluster._Cluster, "_submit", rotate)
    dask.worker("--no-nanny")
    tally = replay_fleet(["logs"], Plan(out="out.parquet", scheduler=dask.address))

    assert [f"{paths[3]}: cannot be read: No such file or directory"] == tally.unjudged


def test_a_capture_that_kills_workers_costs_itself_a_row(dask: Cluster) -> None:
    """Workers are started anew; the captures of its batch are as if it were not there."""
    list(write_fleet(Path("logs"), 12))
    Path("logs/0000/005.log").rename("logs/0000/005-deadly.log")
    deadly = "--preload", "tests.fleet.preload"
    with dask.kept(*deadly), dask.kept(*deadly):
        replay_fleet(["logs"], Plan(out="out.parquet", scheduler=dask.address))
    told = {
        Path(row["capture"]).name: row["reason"]
        for row in rows_of("out.parquet")
        if row["record"] == "capture"
    }

    assert 12 == len(told)
    assert {"005-deadly.log": WORKER_DIED} == {name: why for name, why in told.items() if why}


# fmt: off
OTHERS = {
    "tests.fleet.outdated": rf"this Dask worker has atfsm 0\.0\.1, here is {re.escape(version())}: install the same",
    "tests.fleet.without":  r"this Dask worker cannot load atfsm \(.*\): install it there, version ",
}
# fmt: on


@pytest.mark.parametrize("preload", OTHERS)
def test_a_worker_with_another_atfsm_is_told(preload: str, dask: Cluster) -> None:
    """Before it gets any work, in one line that names it; what was begun can go on elsewhere."""
    list(write_fleet(Path("logs"), 3))
    dask.worker("--no-nanny")
    other = dask.worker("--no-nanny", "--preload", preload)

    with pytest.raises(
        ResultsError, match=rf"^tcp://127\.0\.0\.1:\d+: {OTHERS[preload]}"
    ) as caught:
        replay_fleet(["logs"], Plan(out="out.parquet", scheduler=dask.address))
    assert "\n" not in str(caught.value)
    assert other.poll() is None
    assert 3 == replay_fleet(["logs"], Plan(out="out.parquet", jobs=1, resume=True)).done


def test_a_worker_that_comes_later_does_not_mix_versions(tmp_path: Path) -> None:
    """What it is given says for which version it is."""
    names = tuple(str(path) for path in write_fleet(tmp_path, 2))

    assert replay_batch(names) == replay_as(version(), names, AS_IT_IS, {})
    with pytest.raises(RuntimeError, match=r"^a worker has atfsm \S+, this is 0\.0\.1$"):
        replay_as("0.0.1", names, AS_IT_IS, {})


def test_a_scheduler_without_workers_is_told(
    dask: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is waited for them, and not for ever."""
    monkeypatch.setattr(cluster, "WORKERS_WITHIN_S", 0.5)
    list(write_fleet(Path("logs"), 3))

    with pytest.raises(ResultsError, match=r"^tcp://\S+: the Dask scheduler has no workers$"):
        replay_fleet(["logs"], Plan(out="out.parquet", scheduler=dask.address))


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:{port}", "nonsense://x", "127.0.0.1"])
def test_where_no_scheduler_answers_it_is_said(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line, with the address."""
    monkeypatch.setattr(cluster, "CONNECT_WITHIN_S", 1.0)
    monkeypatch.chdir(tmp_path)
    list(write_fleet(Path("logs"), 1))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # nobody listens there, and nobody else will
        address = address.format(port=taken.getsockname()[1])

        with pytest.raises(ResultsError, match="no Dask scheduler answers there") as caught:
            replay_fleet(["logs"], Plan(out="out.parquet", scheduler=address))
    assert str(caught.value).startswith(f"{address}: ")
    assert "\n" not in str(caught.value)
    assert "IO loop" not in {thread.name for thread in threading.enumerate()}
