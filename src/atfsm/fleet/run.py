"""A run over a fleet: list, replay, keep what is done, and put it together in order."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from atfsm.errors import CaptureError, ResultsError
from atfsm.fleet import results
from atfsm.fleet.batch import Batch
from atfsm.fleet.census import Census
from atfsm.fleet.columns import Columns, Outcome, Record, said_of
from atfsm.fleet.pool import Pool
from atfsm.fleet.rows import AS_IT_IS, Task
from atfsm.fleet.unfinished import KEPT, Asked, Unfinished
from atfsm.replay.listing import Input, LeftOut, listed

#: Captures that are listed before it is told how many there are so far; ours.
LISTED_A_TIME: Final = 1_000
#: Captures without a verdict that are named when all is done; ours: a screen has room for more.
NAMED_AT_MOST: Final = 5


#: The columns that are counted.
COUNTED: Final = ("record", "capture", "verdict", "reason", "wobble_count", "kind", "line")


@dataclass(slots=True)
class Tally:
    """How many captures came to what, and how many wobbles they have.

    Attributes:
        captures: How many there are in all; or so far, while they are still being listed.
        resumed: How many of them an earlier run did.
        outcomes: How many came to what, so far.
        census: How many wobbles were found, so far.
        unjudged: Why captures could not be read, or failed: of some of them.
        left_out: What is no capture, though a folder or a glob holds it.
        is_listed: Whether it is known how many captures there are.
    """

    captures: int = 0
    resumed: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    census: Census = field(default_factory=Census)
    unjudged: list[str] = field(default_factory=list)
    left_out: LeftOut = field(default_factory=LeftOut)
    is_listed: bool = True

    @property
    def done(self) -> int:
        """How many captures are done."""
        return self.outcomes.total()

    def count(self, part: bytes) -> None:
        """Count the rows of a batch, which are packed."""
        for columns in results.unpacked(part, COUNTED):
            self._count(columns)

    def _count(self, columns: Columns) -> None:
        for record, capture, verdict, reason, wobbles, kind, line in zip(
            *(columns[name] for name in COUNTED), strict=True
        ):
            if record == Record.WOBBLE:
                self.census.is_cause(kind, line)
            else:
                self.outcomes[verdict] += 1
                self.census.begin(wobbles)
                if reason and len(self.unjudged) < NAMED_AT_MOST:
                    self.unjudged.append(said_of(capture, reason))

    def of(self, *outcomes: Outcome) -> int:
        """How many came to one of these."""
        return sum(self.outcomes[o.value] for o in outcomes)


class NothingReadError(CaptureError):
    """Nothing of what was named can be read: results would say nothing, and none are written.

    Attributes:
        reasons: Why, of the first captures.
        more: How many more there are.
    """

    def __init__(self, reasons: list[str], more: int) -> None:
        super().__init__(reasons, more)  # positional, so that the error pickles
        self.reasons = reasons
        self.more = more

    def __str__(self) -> str:
        return self.reasons[0] + (f" (and {self.rest:,} more)" if self.rest else "")

    @property
    def rest(self) -> int:
        """How many there are besides the first."""
        return len(self.reasons) - 1 + self.more


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run shall do.

    Attributes:
        out: The file of results.
        jobs: How many processes of this machine; None: as many as it has cores for us.
        scheduler: Address of a Dask scheduler, which then has the work done; empty: none.
        resume: Whether to go on with what an interrupted run has done.
        task: How captures are replayed.
    """

    out: str
    jobs: int | None = None
    scheduler: str = ""
    resume: bool = False
    task: Task = AS_IT_IS


def replay_fleet(
    named: Iterable[str], plan: Plan, progress: Callable[[Tally], None] = lambda _: None
) -> Tally:
    """Replay captures into a file of results.

    The file is the same to the byte, whoever replays and however often the run was interrupted.

    Args:
        named: Files, folders, globs and URLs.
        plan: Where to, and how.
        progress: Told after each batch, and before that after each thousand captures listed.

    Raises:
        ResultsError: The results cannot be written, or not be resumed; or something is missing
            that it takes.
        CaptureError: A name cannot be a capture of a fleet.
        NothingReadError: None of the captures can be read.
    """
    results.need_pyarrow()
    unfinished = Unfinished(plan.out)
    try:
        tally = _run(named, plan, unfinished, progress)
    except OSError as error:
        kept = f"; {KEPT}" if unfinished.exists else ""
        reason = f"cannot be written: {error.strerror or error}{kept}"
        raise ResultsError(f"{plan.out}: {reason}") from error
    finally:
        unfinished.abandon()
    return tally


def _run(
    named: Iterable[str],
    plan: Plan,
    unfinished: Unfinished,
    progress: Callable[[Tally], None],
) -> Tally:
    if unfinished.exists and not plan.resume:
        raise ResultsError(
            f"{unfinished.folder}: an interrupted run is there: go on with --resume, "
            "or remove it to begin anew"
        )
    results.see_that_it_may_be_replaced(plan.out)
    ours = frozenset({plan.out, str(unfinished.folder)})
    left_out = LeftOut()
    found = listed(named, without=ours, left_out=left_out)
    inputs = (each for each in found if not results.is_one(each.name))
    captures = unfinished.list_inputs(_told(inputs, progress))
    asked = _asked(plan.task)
    if not captures:
        raise ResultsError("no captures were named")
    tally = Tally(captures=captures, left_out=left_out)
    if unfinished.exists:
        unfinished.resume(asked)
        for part in unfinished.parts():
            tally.count(part)
        tally.resumed = tally.done
    else:
        unfinished.begin(asked)
    progress(tally)
    for number, part in _done(plan, unfinished.left()):
        unfinished.add(number, part)
        tally.count(part)
        progress(tally)
    if tally.of(Outcome.UNREADABLE) == tally.captures:
        unfinished.remove()
        raise NothingReadError(tally.unjudged, tally.captures - len(tally.unjudged))
    complete = unfinished.folder / "complete"
    results.write(unfinished.parts(), complete, _said(asked, tally))
    unfinished.finish(complete, plan.out)
    return tally


def _told(inputs: Iterable[Input], progress: Callable[[Tally], None]) -> Iterator[Input]:
    """Tell how many inputs there are so far: listing a million takes a while.

    Raises:
        NothingReadError: None of them can be read: a name is wrong.
    """
    reasons: list[str] = []
    number, is_any_there = 0, False
    for number, each in enumerate(inputs, start=1):
        yield each
        is_any_there = is_any_there or not each.reason
        if each.reason and len(reasons) < NAMED_AT_MOST:
            reasons.append(each.reason)
        if number % LISTED_A_TIME == 0:
            progress(Tally(captures=number, is_listed=False))
    if reasons and not is_any_there:
        raise NothingReadError(reasons, number - len(reasons))


def _done(plan: Plan, batches: Iterator[Batch]) -> Iterator[tuple[int, bytes]]:
    """Have the batches replayed."""
    if plan.scheduler:
        from atfsm.fleet.cluster import run_on_cluster

        return run_on_cluster(plan.scheduler, batches, plan.task)
    return Pool(plan.jobs or cores(), plan.task).run(batches)


def cores() -> int:
    """How many processor cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # macOS, Windows
        return os.cpu_count() or 1


def _asked(task: Task) -> Asked:
    from atfsm import __version__

    salt = hashlib.sha256(task.salt.encode()).hexdigest() if task.salt else ""
    return Asked(__version__, task.format_name, salt)


def _said(asked: Asked, tally: Tally) -> dict[str, Any]:
    """What the file says of its run: nothing that differs from run to run."""
    return {
        "version": asked.version,
        "format_name": asked.format_name,
        "captures": tally.captures,
        "outcomes": dict(sorted(tally.outcomes.items())),
        "wobbles": tally.census.wobbles,
    }
