"""A Dask cluster that replays batches: more machines, the same rows.

The workers need atfsm installed, the same version, and see the captures under the same names: on a
file system that they share, or in a store (``s3://…``). The work they get is `replay_as`, and what
they send back are rows; nothing is written by them.
"""

from __future__ import annotations

import asyncio
import logging
import os
import warnings
from collections.abc import Iterator, Mapping
from concurrent import futures
from contextlib import contextmanager, suppress
from typing import Any, Final

import atfsm
from atfsm.errors import ResultsError, first_line
from atfsm.fleet.batch import Batch
from atfsm.fleet.columns import Outcome, Record
from atfsm.fleet.results import unpacked
from atfsm.fleet.rows import Known, Task, can_be_read, replay_batch
from atfsm.fleet.unfinished import KEPT
from atfsm.replay.remote import INSTALL

CONNECT_WITHIN_S: Final = 15.0  # ours: a scheduler that is there answers at once
WORKERS_WITHIN_S: Final = 60.0  # ours: workers that are being started have this long
LOOK_EVERY_S: Final = 5.0  # ours: how often it is seen whether there are workers at all
#: Whose words on stderr are not for users.
LOGGERS: Final = frozenset({"asyncio", "distributed", "tornado"})
#: Batches under way for each thread of the cluster; ours: one at work, one on its way to it.
BATCHES_A_THREAD: Final = 2


def run_on_cluster(
    address: str, batches: Iterator[Batch], task: Task
) -> Iterator[tuple[int, bytes]]:
    """Replay *batches* on the cluster whose scheduler is at *address*.

    A batch whose worker dies is done again by another one. Where that goes on, its captures are
    tried one by one, and the one that kills costs itself a row.

    Raises:
        ResultsError: Dask is not installed, nobody answers at *address*, or a worker there has
            another atfsm, or does not see the captures.
    """
    try:
        import distributed
    except ImportError:
        raise ResultsError(f"--scheduler needs Dask: {INSTALL}") from None
    with _quiet():
        try:
            asyncio.run(_reach(address))
            client = distributed.Client(
                address, timeout=CONNECT_WITHIN_S, set_as_default=False, name="atfsm"
            )
        except (OSError, ValueError, RuntimeError, TypeError) as error:
            raise ResultsError(
                f"{address}: no Dask scheduler answers there: {first_line(error)}"
            ) from error
        with client:
            with _scheduler_there():
                try:
                    client.wait_for_workers(1, timeout=WORKERS_WITHIN_S)
                except distributed.exceptions.WorkerStartTimeoutError:
                    raise ResultsError(f"{address}: the Dask scheduler has no workers") from None
            _see_that_workers_agree(client)
            yield from _Cluster(client, task._replace(folder=os.getcwd())).run(batches)  # noqa: PTH109  a string


@contextmanager
def _quiet() -> Iterator[None]:
    """Have Dask say nothing: what goes wrong is said by us, in one line.

    Other packages on a worker are none of our business: rows depend on atfsm alone.
    """
    import distributed

    # Each of these has a level of its own, whatever that of those above it.
    loggers = [
        logging.getLogger(name)
        for name in list(logging.root.manager.loggerDict)
        if name.partition(".")[0] in LOGGERS
    ]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", distributed.versions.VersionMismatchWarning)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


async def _reach(address: str) -> None:
    """Connect to a scheduler, and let go: a client that finds nobody leaves its thread behind.

    Raises:
        OSError: Nobody answers.
        ValueError: It is no address.
    """
    import distributed

    dask: Any = distributed  # its functions have no types
    arguments = dask.Security().get_connection_args("client")
    comm = await dask.comm.connect(address, timeout=CONNECT_WITHIN_S, **arguments)
    await comm.close()


def version() -> str:
    """The version of atfsm, where this is called."""
    return atfsm.__version__


def replay_as(
    version_asked: str, names: tuple[str, ...], task: Task, known: Mapping[int, Known]
) -> bytes:
    """What a worker does: replay a batch, as the version of atfsm that asks would.

    Raises:
        RuntimeError: It is another one: the rows might differ from those of other workers.
    """
    if version() != version_asked:
        raise RuntimeError(f"a worker has atfsm {version()}, this is {version_asked}")
    return replay_batch(names, task, known=known)


def _see_that_workers_agree(client: Any) -> None:  # noqa: ANN401  distributed has no types
    """Ask the workers for their version first: one that cannot load its work would just end.

    Raises:
        ResultsError: One has no atfsm, or another version.
    """
    with _scheduler_there():
        versions = client.run(version, on_error="return")
    for worker, found in sorted(versions.items()):
        if isinstance(found, OSError):  # it went while it was asked: that is no other version
            continue
        if isinstance(found, BaseException):
            raise ResultsError(
                f"{worker}: this Dask worker cannot load atfsm ({first_line(found)}): install it "
                f"there, version {version()}"
            )
        if found != version():
            raise ResultsError(
                f"{worker}: this Dask worker has atfsm {found}, here is {version()}: install the "
                "same version"
            )


def _killed_worker() -> type[Exception]:
    import distributed

    killed: type[Exception] = distributed.KilledWorker
    return killed


@contextmanager
def _scheduler_there() -> Iterator[None]:
    """Say in one line that the scheduler is gone, in whichever way the client says it.

    Raises:
        ResultsError: It is.
    """
    try:
        yield
    except (OSError, asyncio.CancelledError, futures.CancelledError) as error:
        raise ResultsError(f"the Dask scheduler is gone; {KEPT}") from error


class _Cluster:
    """A client, and the batches that it has under way."""

    def __init__(self, client: Any, task: Task) -> None:  # noqa: ANN401  distributed has no types
        self._client = client
        self._task = task
        self._under_way: dict[Any, Batch] = {}
        self._killed = _killed_worker()

    def run(self, batches: Iterator[Batch]) -> Iterator[tuple[int, bytes]]:
        """Replay *batches*."""
        for batch in batches:
            self._under_way[self._submit(batch)] = batch
            if len(self._under_way) >= self._room():
                yield from self._completed()
        while self._under_way:
            yield from self._completed()

    def _completed(self) -> Iterator[tuple[int, bytes]]:
        """Wait until one batch at least is done, and give those that are."""
        for future in self._wait(list(self._under_way)):
            batch = self._under_way[future]
            try:
                rows = self._result(future, batch)
            except self._killed as error:
                rows = self._again(batch, error)
            if rows is None:  # whoever held them died: they are on their way again
                continue
            del self._under_way[future]
            yield batch.number, rows

    def _wait(self, asked: list[Any]) -> list[Any]:
        """Wait for the first of some futures.

        Raises:
            ResultsError: There are no workers any more, and no others came.
        """
        import distributed

        alone_s = 0.0
        while alone_s < WORKERS_WITHIN_S:
            with _scheduler_there(), suppress(TimeoutError), self._client.as_current():
                done = distributed.wait(asked, LOOK_EVERY_S, "FIRST_COMPLETED").done
                return sorted(done, key=asked.index)
            alone_s = 0.0 if self._threads() else alone_s + LOOK_EVERY_S
        raise ResultsError(f"all Dask workers are gone; {KEPT}")

    def _threads(self) -> int:
        with _scheduler_there():
            return int(sum(self._client.nthreads().values()))

    def _room(self) -> int:
        """How many batches may be under way; workers come and go."""
        return max(1, BATCHES_A_THREAD * self._threads())

    def _submit(self, batch: Batch) -> Any:  # noqa: ANN401  as above
        with _scheduler_there():
            return self._client.submit(
                replay_as, version(), batch.names, self._task, batch.known, pure=False
            )

    def _result(self, future: Any, batch: Batch) -> bytes | None:  # noqa: ANN401  as above
        """The rows of a batch that is done; None where they are made again.

        Raises:
            KilledWorker: Its workers died.
            ResultsError: Its worker does not see a capture, or something else happened.
        """
        try:
            with _scheduler_there(), suppress(TimeoutError):
                rows: bytes = future.result(LOOK_EVERY_S)
                self._see_that_it_was_seen(future, batch, rows)
                return rows
        except (ResultsError, self._killed):
            raise
        except Exception as error:
            raise ResultsError(
                f"the Dask cluster cannot replay: {type(error).__name__}: {error}; {KEPT}"
            ) from error
        return None

    def _see_that_it_was_seen(self, future: Any, batch: Batch, rows: bytes) -> None:  # noqa: ANN401  as above
        """What only a worker cannot read is no fault of the capture, but of the worker.

        Raises:
            ResultsError: There is such a capture.
        """
        captures = [
            (verdict, reason)
            for columns in unpacked(rows, ("record", "verdict", "reason"))
            for record, verdict, reason in zip(*columns.values(), strict=True)
            if record == Record.CAPTURE
        ]
        for at, (name, (verdict, reason)) in enumerate(zip(batch.names, captures, strict=True)):
            if verdict == Outcome.UNREADABLE and at not in batch.known and can_be_read(name):
                holds = self._client.who_has([future])
                worker = next((who for at in holds.values() for who in at), "one that is gone")
                raise ResultsError(
                    f"{worker}: this Dask worker does not see what can be read here: {reason}: "
                    f"share the folder with it, under the same name; {KEPT}"
                )

    def _rows_of(self, batch: Batch) -> bytes:
        """Replay one batch, and wait for it.

        Raises:
            KilledWorker: Its workers died.
            ResultsError: Something else happened.
        """
        future = self._submit(batch)
        while True:
            self._wait([future])
            if (rows := self._result(future, batch)) is not None:
                return rows

    def _again(self, batch: Batch, error: BaseException) -> bytes:
        """Replay a batch again whose workers died, so that one capture does not cost the others.

        Raises:
            ResultsError: They died again, though no capture kills.
        """
        for capture, name in enumerate(batch.names):
            if capture not in batch.known:
                try:
                    self._rows_of(Batch(batch.number, (name,), {}))
                except self._killed:
                    batch = batch.without(capture)
        try:
            return self._rows_of(batch)
        except self._killed:
            raise ResultsError(f"Dask workers die without a reason: {error}") from error
