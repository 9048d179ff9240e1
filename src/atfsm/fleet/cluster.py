"""A Dask cluster that replays batches: more machines, the same rows.

The workers need atfsm installed, the same version, and see the captures under the same names: on a
file system that they share, or in a store (``s3://…``). The work they get is `replay_batch`, and
what they send back are rows; nothing is written by them.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from atfsm.errors import ResultsError
from atfsm.fleet.batch import Batch
from atfsm.fleet.columns import Columns
from atfsm.fleet.rows import Task, replay_batch

INSTALL: Final = "pip install 'atfsm[fleet]'"
CONNECT_WITHIN_S: Final = 15.0  # ours: a scheduler that is there answers at once
WORKERS_WITHIN_S: Final = 60.0  # ours: workers that are being started have this long
LOOK_EVERY_S: Final = 5.0  # ours: how often it is seen whether there are workers at all
#: Batches under way for each thread of the cluster; ours: one at work, one on its way to it.
BATCHES_A_THREAD: Final = 2


def run_on_cluster(
    address: str, batches: Iterator[Batch], task: Task
) -> Iterator[tuple[int, Columns]]:
    """Replay *batches* on the cluster whose scheduler is at *address*.

    A batch whose worker dies is done again by another one. Where that goes on, its captures are
    tried one by one, and the one that kills costs itself a row.

    Raises:
        ResultsError: Dask is not installed, or nobody answers at *address*.
    """
    try:
        import distributed
    except ImportError:
        raise ResultsError(f"--scheduler needs Dask: {INSTALL}") from None
    # What goes wrong is said by us, in one line.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        client = distributed.Client(
            address, timeout=CONNECT_WITHIN_S, set_as_default=False, name="atfsm"
        )
    except (OSError, ValueError, RuntimeError, TypeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ResultsError(f"{address}: no Dask scheduler answers there: {reason}") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=WORKERS_WITHIN_S)
        except TimeoutError:
            raise ResultsError(f"{address}: the Dask scheduler has no workers") from None
        yield from _Cluster(client, task._replace(folder=os.getcwd())).run(batches)  # noqa: PTH109  a string


class _Cluster:
    """A client, and the batches that it has under way."""

    def __init__(self, client: Any, task: Task) -> None:  # noqa: ANN401  distributed has no types
        self._client = client
        self._task = task
        self._under_way: dict[Any, Batch] = {}

    def run(self, batches: Iterator[Batch]) -> Iterator[tuple[int, Columns]]:
        """Replay *batches*."""
        for batch in batches:
            self._under_way[self._submit(batch)] = batch
            if len(self._under_way) >= self._room():
                yield from self._completed()
        while self._under_way:
            yield from self._completed()

    def _completed(self) -> Iterator[tuple[int, Columns]]:
        """Wait until one batch at least is done, and give those that are."""
        for future in self._wait(list(self._under_way)):
            batch = self._under_way.pop(future)
            error = self._error(future)
            rows = self._again(batch, error) if error else future.result()
            yield batch.number, rows

    def _wait(self, futures: list[Any]) -> list[Any]:
        """Wait for the first of some futures.

        Raises:
            ResultsError: There are no workers any more, and no others came.
        """
        import distributed

        alone_s = 0.0
        while alone_s < WORKERS_WITHIN_S:
            with suppress(TimeoutError), self._client.as_current():
                done = distributed.wait(futures, LOOK_EVERY_S, "FIRST_COMPLETED").done
                return sorted(done, key=futures.index)
            alone_s = 0.0 if self._client.nthreads() else alone_s + LOOK_EVERY_S
        raise ResultsError(
            "all Dask workers are gone; what is done is kept: --resume goes on with it"
        )

    def _room(self) -> int:
        """How many batches may be under way; workers come and go."""
        threads = int(sum(self._client.nthreads().values()))
        return max(1, BATCHES_A_THREAD * threads)

    def _submit(self, batch: Batch) -> Any:  # noqa: ANN401  as above
        return self._client.submit(
            replay_batch, batch.names, self._task, known=batch.known, pure=False
        )

    def _error(self, future: Any) -> BaseException | None:  # noqa: ANN401  as above
        try:
            error: BaseException | None = future.exception(LOOK_EVERY_S)
        except Exception as lost:  # noqa: BLE001  whatever it is, the scheduler does not answer
            return lost
        return error

    def _again(self, batch: Batch, error: BaseException) -> Columns:
        """Replay a batch again whose workers died, so that one capture does not cost the others.

        Raises:
            ResultsError: Something else happened than that.
        """
        self._see_that_it_died(error)
        for capture, name in enumerate(batch.names):
            if capture not in batch.known:
                alone = self._submit(Batch(batch.number, (name,), {}))
                self._wait([alone])
                if error_alone := self._error(alone):
                    self._see_that_it_died(error_alone)
                    batch = batch.without(capture)
        whole = self._submit(batch)
        self._wait([whole])
        if error_again := self._error(whole):
            raise ResultsError(f"Dask workers die without a reason: {error_again}")
        rows: Columns = whole.result()
        return rows

    @staticmethod
    def _see_that_it_died(error: BaseException) -> None:
        import distributed

        if not isinstance(error, distributed.KilledWorker):
            raise ResultsError(
                f"the Dask cluster cannot replay: {type(error).__name__}: {error} "
                "(is the same version of atfsm installed there?)"
            ) from error
