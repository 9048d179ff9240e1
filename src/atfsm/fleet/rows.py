"""From the name of a capture to its rows: the pure function that every worker runs.

It needs nothing but its arguments and the file, and gives bytes, or plain lists: a process pool,
Dask, or any other engine can run it.

>>> (found,) = replayed(["no-such.log"])
>>> found["verdict"], found["reason"]
(['unreadable'], ['no-such.log: cannot be read: No such file or directory'])
"""

from __future__ import annotations

import hmac
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple, TypeAlias

from atfsm.errors import AtfsmError
from atfsm.fleet.columns import Columns, Outcome, Record, Row, add_row, no_rows
from atfsm.fleet.results import packed
from atfsm.replay.automaton import Automata
from atfsm.replay.capture import Capture
from atfsm.replay.identity import Acquaintance, Identity
from atfsm.replay.pairs import JOINT, files_of
from atfsm.replay.remote import is_remote
from atfsm.replay.report import Report, Wobble
from atfsm.replay.session import AUTO, replay

DEVICE_DIGITS: Final = 12  # ours: 48 bits; a million devices share one with probability 0.002
WORKER_DIED: Final = "the process that read it died, and died again when it was tried once more"


#: Rows that are packed at once, and those of one capture more; ours: about 40 MB at the worst.
ROWS_A_PIECE: Final = 1 << 13
#: Edges that a worker remembers from capture to capture; ours: about 50 MB at the worst.
EDGES_AT_MOST: Final = 30_000
_THREAD: Final = threading.local()  # the workers of a cluster have many threads
#: An outcome without a replay, and the reason.
Known: TypeAlias = tuple[Outcome, str]
NOTHING: Final[Mapping[int, Known]] = MappingProxyType({})


class Task(NamedTuple):
    """How captures are to be replayed; the same for all of a run.

    Attributes:
        format_name: Name of their format, or ``auto``.
        salt: Of the digits that stand for an IMEI.
        folder: Where relative names begin; empty: where the worker is.
    """

    format_name: str = AUTO
    salt: str = ""
    folder: str = ""


AS_IT_IS: Final = Task()
UNKNOWN: Final = Identity()


def replay_batch(
    names: Iterable[str],
    task: Task = AS_IT_IS,
    *,
    known: Mapping[int, Known] = NOTHING,
    began: Callable[[int], None] | None = None,
) -> bytes:
    """Replay captures one after another, and give their rows, packed as they come.

    Args:
        names: Of the captures.
        task: How.
        known: By index, what is known without reading: that it killed who read it, or is none.
        began: Told the index of each capture before it is read; what is known is not read.

    Returns:
        What `atfsm.fleet.results.unpacked` reads. What cannot be read is a row that says why.
    """
    return packed(replayed(names, task, known=known, began=began))


def replayed(
    names: Iterable[str],
    task: Task = AS_IT_IS,
    *,
    known: Mapping[int, Known] = NOTHING,
    began: Callable[[int], None] | None = None,
) -> Iterator[Columns]:
    """The same, as the columns of `atfsm.fleet.columns`: no more rows at once than memory holds.

    Where they are cut depends on nothing but the captures.
    """
    columns = no_rows()
    for index, name in enumerate(names):
        if index in known:
            add_row(columns, _without_report(name, task, *known[index]))
        else:
            if began is not None:
                began(index)
            _add_rows(columns, name, task)
        if len(columns["record"]) >= ROWS_A_PIECE:
            yield columns
            columns = no_rows()
    if columns["record"]:
        yield columns


def _add_rows(columns: Columns, name: str, task: Task) -> None:
    """Replay one capture; whatever happens, it costs no more than its own rows."""
    met = Acquaintance()
    path = _seen_from(task.folder, name)
    try:
        report = replay(path, format_name=task.format_name, tally=met, automata=_taught())
    except (AtfsmError, OSError) as error:
        # The message names the path; the row has the name that the user gave.
        reason = str(error).replace(path, name, 1)
        add_row(columns, _without_report(name, task, Outcome.UNREADABLE, reason))
        return
    except MemoryError:
        reason = "it takes more memory than there is"
        add_row(columns, _without_report(name, task, Outcome.FAILED, reason))
        return
    except Exception as error:  # noqa: BLE001  a bug of ours costs one capture, not a million
        reason = f"this is a bug of atfsm: {type(error).__name__}: {error}"
        add_row(columns, _without_report(name, task, Outcome.FAILED, reason))
        return
    shared = _shared(name, task, Outcome(report.verdict.value), met.identity)
    add_row(columns, shared | _of_capture(report))
    for number, wobble in enumerate(report.wobbles, start=1):
        add_row(columns, shared | _of_wobble(number, wobble))


def can_be_read(name: str) -> bool:
    """Whether this process can open a capture."""
    try:
        for file in files_of(name):
            next(Capture(file).chunks(), None)
    except (AtfsmError, OSError):
        return False
    return True


def _seen_from(folder: str, name: str) -> str:
    """The name of a capture, or of a pair, that does not begin in the folder of this process."""
    if not folder or is_remote(name):
        return name
    return JOINT.join(os.path.join(folder, file) for file in files_of(name, folder))  # noqa: PTH118  as the user wrote it


def _taught() -> Automata:
    """What the captures before have taught this thread; results do not depend on it."""
    taught: Automata | None = getattr(_THREAD, "taught", None)
    if taught is None:
        taught = _THREAD.taught = Automata(EDGES_AT_MOST)
    return taught


def _shared(name: str, task: Task, outcome: Outcome, identity: Identity = UNKNOWN) -> Row:
    first = _printable(files_of(name, task.folder)[0])
    return {
        "record": Record.CAPTURE.value,
        "capture": _printable(name),
        "folder": first.replace(os.sep, "/").rpartition("/")[0],
        "model": identity.model or None,
        "firmware": identity.firmware or None,
        "device": device_of(identity.imei, task.salt),
        "verdict": outcome.value,
    }


def device_of(imei: str, salt: str = "") -> str | None:
    """Digits that stand for an IMEI, the same for the same salt; None where there is none.

    An IMEI can be guessed, so whoever knows the salt can find out which device it was.
    """
    if not imei:
        return None
    digest = hmac.digest(b"atfsm " + salt.encode(), imei.encode(), "sha256")
    return digest.hex()[:DEVICE_DIGITS]


def _without_report(name: str, task: Task, outcome: Outcome, reason: str) -> Row:
    return _shared(name, task, outcome) | {"reason": _printable(reason)}


def _of_capture(report: Report) -> Row:
    return {
        "format": report.format,
        "lines": report.lines,
        "events": report.events,
        "wobble_count": report.wobble_count,
        "notes": [_printable(note) for note in report.notes],
    }


def _of_wobble(number: int, wobble: Wobble) -> Row:
    return {
        "record": Record.WOBBLE.value,
        "number": number,
        "line": wobble.line,
        "since_line": wobble.since_line,
        "machine": wobble.machine,
        "key": wobble.key,
        "generation": wobble.generation,
        "state": wobble.state,
        "kind": wobble.kind,
        "cause": wobble.cause,
        "got": _printable(wobble.got),
        "expected": list(wobble.expected),
        "why": _printable(wobble.why),
        "do": _printable(wobble.do),
        "evidence": [mark.line for mark in wobble.evidence],
    }


def _printable(text: str) -> str:
    """Text that any file of results can hold: names of files may be bytes that are no UTF-8."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
