"""Processes of this machine that replay batches: a pool that outlives its workers.

Each worker is a process of its own, started anew (not forked) and fed over a pipe with one batch
at a time, so that it is always known which batch a process held when it died, and at which
capture. That capture is tried once more; if it kills again, it costs itself a row. A worker that
lacks memory ends, as if it had been killed for it. Workers end by themselves when whoever started
them is gone, and leave Ctrl-C to it.
"""

from __future__ import annotations

import signal
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.sharedctypes import RawValue
from typing import Any, Final

from atfsm.errors import AtfsmError, first_line
from atfsm.fleet.batch import Batch
from atfsm.fleet.rows import Task, replay_batch
from atfsm.fleet.unfinished import KEPT

#: How often a capture may kill who reads it; ours: once may be an accident, or a stray kill.
DEATHS_AT_MOST: Final = 2
#: How many workers may die before they have begun; ours: then none can be started here.
STILLBORN_AT_MOST: Final = 3
#: In place of a capture: none is being read.
NOWHERE: Final = -1
END_WITHIN_S: Final = 2.0  # ours: a worker that was told to end has nothing left to do


#: What replays a batch: `replay_batch`, or a function that is called as it is.
Replay = Callable[..., bytes]


def work(pipe: Connection, at: Any, task: Task, replay: Replay) -> None:  # noqa: ANN401  ctypes has no public name for it
    """Replay batches as they come, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def began(index: int) -> None:
        at.value = index

    # Either whoever asked is gone, or memory is: then this ends like one that was killed for it.
    with suppress(EOFError, OSError, MemoryError):
        pipe.send(None)
        while (asked := pipe.recv()) is not None:
            names, known = asked
            said: bytes | str
            try:
                said = replay(names, task, known=known, began=began)
            except MemoryError:
                raise
            except Exception as error:  # noqa: BLE001  said by whoever asked: no traceback here
                said = f"{type(error).__name__}: {first_line(error)}"
            at.value = NOWHERE  # what happens from here on is no fault of a capture
            pipe.send(said)


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Hold Ctrl-C back while a process starts: it would end it, loudly, before `work` ignores it.

    A process begins with the signals held back that its parent holds back.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    from multiprocessing.resource_tracker import ensure_running

    ensure_running()  # it would let go of what is held, once it starts
    held = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, held)


class _Worker:
    """One process, and what it holds."""

    def __init__(self, task: Task, replay: Replay) -> None:
        context = get_context("spawn")  # ours: a fork copies threads and locks half alive
        self._at = RawValue("q", NOWHERE)
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(
            target=work, args=(theirs, self._at, task, replay), name="atfsm-fleet", daemon=True
        )
        with _interrupts_held():
            self.process.start()
        theirs.close()
        self.batch: Batch | None = None
        self.is_ready = False

    @property
    def at(self) -> int:
        """The capture of its batch that it reads, or read last; or nowhere."""
        return int(self._at.value)

    def hand(self, batch: Batch) -> None:
        """Give it a batch."""
        self.batch = batch
        self._at.value = NOWHERE
        with suppress(OSError):  # it died: found out when it is waited for
            self.pipe.send((batch.names, batch.known))

    def take(self) -> bytes | None:
        """Take what it has to say; None where it says that it is ready.

        Raises:
            EOFError: It died.
            AtfsmError: It met a bug of ours, as any other would.
        """
        try:
            said: bytes | str | None = self.pipe.recv()
        except OSError as error:
            raise EOFError from error
        if isinstance(said, str):
            raise AtfsmError(f"a worker process cannot replay: {said}; {KEPT}")
        self.is_ready = True
        return said

    def end(self, *, within_s: float = END_WITHIN_S) -> None:
        """Have it end, gently first."""
        with suppress(OSError):
            self.pipe.send(None)
        self.pipe.close()
        self.process.join(within_s)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


class Pool:
    """Replays batches on several processes.

    Args:
        jobs: How many processes.
        task: How captures are to be replayed.
        replay: What replays a batch, in the worker.

    Attributes:
        deaths: How many workers died, for whatever reason.
    """

    def __init__(self, jobs: int, task: Task, replay: Replay = replay_batch) -> None:
        self._jobs = jobs
        self._replay = replay
        self._task = task
        self._workers: list[_Worker] = []
        self._deaths: Counter[tuple[int, int]] = Counter()
        self._waiting: deque[Batch] = deque()
        self._stillborn = 0
        self.deaths = 0

    def run(self, batches: Iterable[Batch]) -> Iterator[tuple[int, bytes]]:
        """Replay *batches*; give the number and the rows of each as soon as they are there.

        At most one batch a worker is under way or waits, so that memory stays what it is.

        Raises:
            AtfsmError: No worker can be started, or none can replay a batch.
        """
        left = iter(batches)
        try:
            while self._look_ahead(left):
                self._staff()
                for worker in self._workers:
                    if worker.is_ready and worker.batch is None and self._waiting:
                        worker.hand(self._waiting.popleft())
                for pipe in wait([w.pipe for w in self._workers]):
                    yield from self._hear(next(w for w in self._workers if w.pipe is pipe))
        finally:
            self._dismiss()

    def _look_ahead(self, left: Iterator[Batch]) -> bool:
        """Take a batch for each worker that there may be; whether anything is left to do."""
        busy = sum(w.batch is not None for w in self._workers)
        self._waiting.extend(islice(left, max(self._jobs - busy - len(self._waiting), 0)))
        return bool(busy or self._waiting)

    def _staff(self) -> None:
        """Have a worker for each batch that waits: one that has nothing to do, or a new one.

        Raises:
            AtfsmError: There can be no more processes.
        """
        free = sum(w.batch is None for w in self._workers)
        for _ in range(min(len(self._waiting) - free, self._jobs - len(self._workers))):
            try:
                self._workers.append(_Worker(self._task, self._replay))
            except OSError as error:
                raise AtfsmError(
                    f"cannot start {self._jobs} process{'' if self._jobs == 1 else 'es'}: {error.strerror}: "
                    "give fewer with --jobs"
                ) from error

    def _hear(self, worker: _Worker) -> Iterator[tuple[int, bytes]]:
        try:
            said = worker.take()
        except EOFError:
            self._bury(worker)
            return
        self._stillborn = 0
        if said is not None and worker.batch is not None:
            batch, worker.batch = worker.batch, None
            yield batch.number, said

    def _bury(self, worker: _Worker) -> None:
        """A worker died: what it held is done again, by another."""
        self._workers.remove(worker)
        worker.end(within_s=0.0)
        self.deaths += 1
        if not worker.is_ready:
            self._stillborn += 1
            if self._stillborn >= STILLBORN_AT_MOST:
                code = worker.process.exitcode
                raise AtfsmError(f"worker processes end as soon as they start (exit code {code})")
        if worker.batch is not None:
            self._waiting.appendleft(self._blame(worker.batch, worker.at))

    def _blame(self, batch: Batch, at: int) -> Batch:
        """What is left to do of a batch whose worker died.

        Raises:
            AtfsmError: Workers die with it, and no capture is to blame.
        """
        self._deaths[batch.number, at] += 1
        if self._deaths[batch.number, at] < DEATHS_AT_MOST:
            return batch
        if at == NOWHERE:
            raise AtfsmError(
                f"worker processes die with the rows of a batch, from {batch.names[0]} on: they may "
                f"lack memory: give fewer with --jobs, or more memory; {KEPT}"
            )
        return batch.without(at)

    def _dismiss(self) -> None:
        for worker in self._workers:
            with suppress(OSError):
                worker.pipe.send(None)
        for worker in self._workers:
            # One that is in the middle of a batch will never be asked for it.
            worker.end(within_s=END_WITHIN_S if worker.batch is None else 0.0)
        self._workers.clear()
