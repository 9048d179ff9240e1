"""Captures that are replayed together, so that handing them over costs little.

How captures are cut into batches depends on nothing but them: so do the results, whoever replays
them, and in whatever order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from atfsm.fleet.columns import Outcome
from atfsm.fleet.rows import WORKER_DIED, Known
from atfsm.replay.listing import Input

#: Captures and bytes of one batch; ours: about a second of work, so that a kill loses little.
BATCH_FILES: Final = 256
BATCH_BYTES: Final = 8 << 20


class Batch(NamedTuple):
    """Some captures that follow one another.

    Attributes:
        number: Which batch of the run, from 0.
        names: Of the captures.
        known: By index in *names*, what is known of a capture without reading it.
    """

    number: int
    names: tuple[str, ...]
    known: dict[int, Known]

    def without(self, capture: int) -> Batch:
        """The same batch, of which one capture is not read again: it killed who read it."""
        return self._replace(known=self.known | {capture: (Outcome.FAILED, WORKER_DIED)})


def batch_of(number: int, inputs: list[Input]) -> Batch:
    """The batch that some inputs make."""
    known = {
        at: (Outcome.UNREADABLE, each.reason) for at, each in enumerate(inputs) if each.reason
    }
    return Batch(number, tuple(each.name for each in inputs), known)


def batched(inputs: Iterable[Input]) -> Iterator[list[Input]]:
    """Cut the captures into batches."""
    batch: list[Input] = []
    size_bytes = 0
    for each in inputs:
        if batch and (len(batch) == BATCH_FILES or size_bytes + each.size_bytes > BATCH_BYTES):
            yield batch
            batch, size_bytes = [], 0
        batch.append(each)
        size_bytes += each.size_bytes
    if batch:
        yield batch
