"""What a run has done so far, on disk: a folder beside the results, until they are complete.

============ ==================================================================================
inputs       the captures, one JSON array a line, as they were listed last
run.json     what was asked for
parts        the rows of each batch that is done, one behind the other, each with its checksum and
             a digest of its inputs
============ ==================================================================================

A run that is killed loses the batches that were under way. What a kill, or a full disk, tore at
the end of the parts is cut off, and done again. So is each batch one of whose captures was changed
since: a part is found by the names, sizes and times of what it was made of.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from io import BufferedWriter
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO, Final

from atfsm.errors import ResultsError
from atfsm.fleet.batch import Batch, batch_of, batched
from atfsm.fleet.columns import SCHEMA
from atfsm.replay.listing import Input

#: What is said where a run ends before its end.
KEPT: Final = "what is done is kept: --resume goes on with it"
LOCK: Final = "lock"
#: What may lie in the folder, as it is removed: the lock last; ``.new`` is being written.
OURS: Final = ("run.json.new", "run.json", "inputs.new", "inputs", "complete", "parts", LOCK)
_DIGEST_BYTES: Final = 16
_HEAD: Final = struct.Struct(f"<{_DIGEST_BYTES}sQI")  # digest of the batch, bytes, checksum
_CHUNK_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run was asked for, besides the captures.

    Attributes:
        version: Of atfsm.
        format_name: Of the captures.
        salt: A digest of the salt of device ids, or nothing.
    """

    version: str
    format_name: str
    salt: str
    schema: str = SCHEMA

    def to_json(self) -> str:
        """As one line."""
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def of_json(cls, text: str | bytes) -> Asked:
        """Read what `to_json` wrote.

        Raises:
            ValueError: It is something else.
        """
        try:
            return cls(**json.loads(text))
        except TypeError as error:
            raise ValueError(str(error)) from error

    def difference(self, other: Asked) -> str:
        """What *other* asks for that this does not, in words; empty where they agree."""
        if self.schema != other.schema or self.version != other.version:
            return f"it is of atfsm {self.version} ({self.schema}), this is {other.version}"
        if self.format_name != other.format_name:
            return f"it reads --format {self.format_name}, not {other.format_name}"
        return "" if self.salt == other.salt else "it has another --salt"


class Unfinished:
    """The folder of one run.

    Args:
        out: Where the results shall be.

    Raises:
        ResultsError: It cannot be written there, or another process does so now.
    """

    def __init__(self, out: str) -> None:
        self.folder = Path(out + ".unfinished")
        self._batches: list[bytes] = []  # digests of what there is to do
        self._done: dict[bytes, tuple[int, int]] = {}  # where their rows are
        if os.path.isdir(out):  # noqa: PTH112  a Path fails on a name that is too long
            raise ResultsError(f"{out}: is a folder: name a file in it")
        if not os.path.isdir(parent := self.folder.parent):  # noqa: PTH112  as above
            raise ResultsError(f"{out}: cannot be written: there is no folder {parent}")
        try:
            self.folder.mkdir(exist_ok=True)
            self._see_that_it_is_ours()
            with ExitStack() as opened:
                self._lock = opened.enter_context((self.folder / LOCK).open("wb"))
                _lock(self._lock)
                self._parts = opened.enter_context((self.folder / "parts").open("a+b"))
                opened.pop_all()
        except OSError as error:
            raise ResultsError(f"{self.folder}: cannot be written: {error.strerror}") from error

    def _see_that_it_is_ours(self) -> None:
        """See that nothing is lost that somebody else has put there.

        Raises:
            ResultsError: There is.
        """
        if others := sorted({each.name for each in self.folder.iterdir()} - {*OURS}):
            raise ResultsError(
                f"{self.folder}: is there already and holds what is not of this command "
                f"({others[0]}): name another --out, or move it away"
            )

    @property
    def exists(self) -> bool:
        """Whether there is a run to be resumed: one of which something is done."""
        parts = self.folder / "parts"
        return (self.folder / "run.json").is_file() and parts.stat().st_size > 0

    def list_inputs(self, inputs: Iterable[Input]) -> int:
        """Write down what there is to do, under a name of its own; give how many captures."""
        self._batches, captures = [], 0
        with self._fresh("inputs").open("wb") as file:
            for batch in batched(inputs):
                text = "".join(json.dumps(each) + "\n" for each in batch).encode("ascii")
                self._batches.append(hashlib.blake2b(text, digest_size=_DIGEST_BYTES).digest())
                captures += len(batch)
                file.write(text)
        return captures

    def begin(self, asked: Asked) -> None:
        """Begin anew with the inputs that were listed last."""
        with suppress(FileNotFoundError):
            (self.folder / "run.json").unlink()
        self._parts.truncate(0)
        self._fresh("inputs").replace(self.folder / "inputs")
        self._fresh("run.json").write_text(asked.to_json(), "ascii")
        self._fresh("run.json").replace(self.folder / "run.json")

    def resume(self, asked: Asked) -> None:
        """Go on with what is there, as far as it is what is asked for.

        Raises:
            ResultsError: Nothing of it is.
        """
        try:
            before = Asked.of_json((self.folder / "run.json").read_bytes())
        except (OSError, ValueError) as error:
            raise ResultsError(f"{self.folder}: cannot be resumed: {error}; remove it") from error
        if difference := before.difference(asked):
            raise ResultsError(
                f"{self.folder}: cannot be resumed: {difference}; remove it to begin anew"
            )
        self._find_done()
        if self._done and not self._done.keys() & set(self._batches):
            raise ResultsError(
                f"{self.folder}: cannot be resumed: all of what is done is of captures that were "
                f"changed or renamed since, first {self._first_difference()}; remove it to begin anew"
            )
        self._fresh("inputs").replace(self.folder / "inputs")

    def _first_difference(self) -> str:
        """The first capture that was listed otherwise before."""
        before, now = self.folder / "inputs", self._fresh("inputs")
        with before.open("rb") as old, now.open("rb") as new:
            lines = next((each for each in zip_longest(new, old) if each[0] != each[1]), ())
        return next((str(json.loads(line)[0]) for line in lines if line), "")

    def left(self) -> Iterator[Batch]:
        """The batches that are not done yet, in order, read as they are needed."""
        for number, batch in enumerate(batched(self._listed())):
            if self._batches[number] not in self._done:
                yield batch_of(number, batch)

    def add(self, number: int, rows: bytes) -> None:
        """A batch is done."""
        parts = self._parts
        parts.seek(0, os.SEEK_END)
        parts.write(_HEAD.pack(self._batches[number], len(rows), zlib.crc32(rows)))
        self._done[self._batches[number]] = parts.tell(), len(rows)
        parts.write(rows)
        parts.flush()

    def parts(self) -> Iterator[bytes]:
        """The rows of all batches, in the order of the captures."""
        for batch in self._batches:
            if batch in self._done:
                start, size = self._done[batch]
                self._parts.seek(start)
                yield self._parts.read(size)

    def finish(self, complete: Path, out: str) -> None:
        """Put the complete file where the results shall be, at once, and remove the rest."""
        with complete.open("rb") as file:
            os.fsync(file.fileno())
        complete.replace(out)
        self.remove()

    def abandon(self) -> None:
        """Let go of it, if that was not done; where nothing is done, nothing stays."""
        if self._lock.closed:
            return
        if self.exists:
            self.close()
        else:
            self.remove()

    def close(self) -> None:
        """Let go of it; what is done stays."""
        with suppress(OSError):  # what a full disk did not take is tried once more
            self._parts.close()
        self._lock.close()

    def remove(self) -> None:
        """Remove what is ours, and the folder where nothing else is in it.

        As soon as the lock is not there, another run may be in the folder: what it has put there
        stays, as does what anybody else has.
        """
        if os.name == "nt":  # there, what is open cannot be removed, and there is no lock
            self.close()
        for name in OURS:
            with suppress(OSError):
                (self.folder / name).unlink()
        with suppress(OSError):
            self.folder.rmdir()
        self.close()

    def _fresh(self, name: str) -> Path:
        return self.folder / f"{name}.new"

    def _listed(self) -> Iterator[Input]:
        with (self.folder / "inputs").open("rb") as file:
            for line in file:
                yield Input(*json.loads(line))

    def _find_done(self) -> None:
        """Find the batches that are whole, and cut off what is torn."""
        parts, end = self._parts, 0
        parts.seek(0)
        while len(head := parts.read(_HEAD.size)) == _HEAD.size:
            batch, size, checksum = _HEAD.unpack(head)
            start = parts.tell()
            # A disk that lost its power may leave zeros: no rows, with their checksum.
            if not size or not _is_whole(parts, size, checksum):
                break
            self._done[batch] = start, size
            end = start + size
        parts.truncate(end)


def _lock(file: BufferedWriter) -> None:
    """Keep other processes from writing here; the system unlocks it when we are gone.

    Raises:
        OSError: Another process writes here, or the file system knows no locks.
    """
    try:
        import fcntl
    except ImportError:  # not on Windows, where a file that is open cannot be replaced anyway
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever held it may have removed it since it was opened: then it keeps nobody away.
        is_there = os.path.samestat(os.fstat(file.fileno()), os.stat(file.name))  # noqa: PTH116  a name
    except (BlockingIOError, FileNotFoundError):
        is_there = False
    if not is_there:
        raise BlockingIOError(errno.EAGAIN, "another process is writing there")


def _is_whole(parts: BinaryIO, size: int, checksum: int) -> bool:
    """Whether *size* bytes from here on have that checksum; read in pieces, whatever the size."""
    found = 0
    while size:
        data = parts.read(min(size, _CHUNK_BYTES))
        if not data:
            return False
        found = zlib.crc32(data, found)
        size -= len(data)
    return found == checksum
