"""Which captures there are: folders, globs, lists, and stores that fsspec knows.

Everything streams, in an order that does not depend on the machine: names in the order in which
they were given, and within a folder by name. A file that was named before, or whose folder was,
is not listed again. At most the names of one folder are in memory, and a digest of each that was
given.
"""

from __future__ import annotations

import glob
import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from atfsm.errors import CaptureError
from atfsm.replay.capture import STDIN
from atfsm.replay.remote import filesystem_of, is_remote

#: What tells two states of one file apart where a store says neither time: fsspec's own names.
_MARKS: Final = ("mtime", "LastModified", "last_modified", "updated", "ETag", "etag", "created")


class Input(NamedTuple):
    """One capture to be read.

    Attributes:
        name: As it is opened, and as the results name it.
        size_bytes: Its size; 0 where it is not known.
        state: What changes when the file does: its time, in nanoseconds or as a store says it.
        reason: Why it cannot be read, where that is known already.
    """

    name: str
    size_bytes: int = 0
    state: str = ""
    reason: str = ""


def listed(named: Iterable[str], *, without: frozenset[str] = frozenset()) -> Iterator[Input]:
    """List the captures that *named* names.

    Args:
        named: Paths, folders, globs, and URLs of all three.
        without: Absolute real paths that are not captures, whatever names them: the results.

    Raises:
        CaptureError: Standard input is named, which cannot be read by several processes, or a
            store that cannot be reached.
    """
    before = _Named()
    for name in named:
        if name == STDIN:
            raise CaptureError(
                "standard input is one stream and cannot be read by several processes: write it "
                "to a file (to list captures on standard input: --files-from -)"
            )
        if is_remote(name):
            yield from before.without_those(_remote(name), name)
            continue
        for each in _globbed(name):
            for found in before.without_those(_found(each), each):
                if not without or os.path.realpath(found.name) not in without:
                    yield found


class _Named:
    """What was named before: digests of paths, for there may be a million."""

    def __init__(self) -> None:
        self._paths: set[bytes] = set()

    def without_those(self, found: Iterator[Input], name: str) -> Iterator[Input]:
        """What is found under *name*, without what was named before, or lies in what was."""
        if self._paths:
            found = (each for each in found if not self._has(each.name))
        yield from found
        self._paths.add(_digest(_whole(name)))

    def _has(self, name: str) -> bool:
        path = _whole(name)
        while path:
            if _digest(path) in self._paths:
                return True
            path = path.rpartition("/" if is_remote(path) else os.sep)[0]
        return False


def _whole(name: str) -> str:
    """A name that stays the same however the file is named; of a folder, without its separator."""
    return name.rstrip("/") if is_remote(name) else os.path.abspath(name)  # noqa: PTH100  resolves no links


def _digest(path: str) -> bytes:
    return hashlib.blake2b(path.encode("utf-8", "surrogateescape"), digest_size=16).digest()


def _globbed(name: str) -> list[str]:
    """The names that a glob stands for; a name that is none, or matches nothing, for itself."""
    if not glob.has_magic(name) or os.path.lexists(name):
        return [name]
    return sorted(glob.iglob(name, recursive=True)) or [name]  # noqa: PTH207  takes absolute patterns too


def _found(name: str) -> Iterator[Input]:
    """A file, or what is in a folder."""
    if not Path(name).is_dir():
        yield _examined(name)
        return
    is_empty = True
    for found in _walked(name):
        is_empty = False
        yield found
    if is_empty:
        yield Input(name, reason=f"{name}: is a folder without files")


def _walked(folder: str) -> Iterator[Input]:
    """The files below *folder*, in the order of their whole paths; no links to folders."""
    try:
        with os.scandir(folder) as entries:
            # A folder sorts as its path goes on, with the separator behind its name.
            names = sorted(
                e.name + os.sep if e.is_dir(follow_symlinks=False) else e.name for e in entries
            )
    except OSError as error:
        yield Input(folder, reason=f"{folder}: cannot be listed: {error.strerror}")
        return
    for name in names:
        path = os.path.join(folder, name)  # noqa: PTH118  a Path takes ten times as long
        if name.endswith(os.sep):
            yield from _walked(path.removesuffix(os.sep))
        elif (found := _examined(path)).reason or found.size_bytes >= 0:
            yield found


def _examined(path: str) -> Input:
    """One file, with its size and time; what is no file has the size -1."""
    try:
        seen = os.stat(path)  # noqa: PTH116  as above
    except OSError as error:
        return Input(path, reason=f"{path}: cannot be read: {error.strerror}")
    except ValueError:
        return Input(path)  # whoever opens it says why it cannot
    size_bytes = seen.st_size if stat.S_ISREG(seen.st_mode) else -1
    return Input(path, size_bytes, str(seen.st_mtime_ns))


def _remote(url: str) -> Iterator[Input]:
    """Files of a store: one, those that match, or all below a folder."""
    filesystem, path = filesystem_of(url)
    try:
        if glob.has_magic(path):
            found = filesystem.glob(path, detail=True)
            infos: Iterator[dict[str, Any]] = (found[each] for each in sorted(found))
        elif filesystem.isdir(path):
            infos = _walked_remotely(filesystem, path)
        else:
            infos = iter([filesystem.info(path)])
        is_empty = True
        for info in infos:
            if info["type"] == "file" and not info["name"].endswith("/"):
                is_empty = False
                yield _told(filesystem, info)
    except FileNotFoundError:
        yield Input(url, reason=f"{url}: cannot be read: No such file or directory")
        return
    except Exception as error:
        raise CaptureError(f"{url}: cannot be listed: {error}") from error
    if is_empty:
        yield Input(url, reason=f"{url}: is a folder without files")


def _walked_remotely(filesystem: Any, folder: str) -> Iterator[dict[str, Any]]:  # noqa: ANN401  fsspec has no types
    def by_path(entry: dict[str, Any]) -> str:
        is_folder = entry["type"] == "directory"
        return str(entry["name"]).rstrip("/") + ("/" if is_folder else "")

    for entry in sorted(filesystem.ls(folder, detail=True), key=by_path):
        if entry["name"].rstrip("/") == folder.rstrip("/"):
            continue  # stores list the mark of an empty folder as if it lay in itself
        if entry["type"] == "directory":
            yield from _walked_remotely(filesystem, entry["name"].rstrip("/"))
        else:
            yield entry


def _told(filesystem: Any, info: dict[str, Any]) -> Input:  # noqa: ANN401  as above
    state = next((str(info[mark]) for mark in _MARKS if info.get(mark) is not None), "")
    name = filesystem.unstrip_protocol(info["name"])
    return Input(name, int(info.get("size") or 0), state)
