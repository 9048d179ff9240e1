"""Which captures there are: folders, globs, lists, and stores that fsspec knows.

Everything streams, in an order that does not depend on the machine: names in the order in which
they were given, and within a folder by name. A file that was named before, or whose folder was,
is not listed again (`atfsm.replay.once`). Two files that are the two sides of one capture
(`atfsm.replay.pairs`) are listed as one, where the first of them stood. In memory are the names of
the folders on the way down, a window of files that wait for their other side, and a digest of each
name that was given.
"""

from __future__ import annotations

import os
import stat
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from glob import has_magic
from typing import Any, Final, NamedTuple

from atfsm.errors import CaptureError
from atfsm.replay.capture import STDIN
from atfsm.replay.globs import globbed
from atfsm.replay.once import Once
from atfsm.replay.pairs import Names, pair_among, pair_named
from atfsm.replay.remote import filesystem_of, is_remote

#: What tells two states of one file apart where a store says neither time: fsspec's own names.
_MARKS: Final = ("mtime", "LastModified", "last_modified", "updated", "ETag", "etag", "created")
#: What only this process sees, whatever other processes find there.
OF_THIS_PROCESS: Final = ("/dev/stdin", "/dev/fd/", "/proc/self/")
#: Files among which the other side of one is looked for; ours: some 30 MB of names.
WINDOW_FILES: Final = 65_536


class Input(NamedTuple):
    """One capture to be read.

    Attributes:
        name: As it is opened, and as the results name it.
        size_bytes: Its size, of a pair that of both; 0 where it is not known, -1 where it is no
            regular file.
        state: What changes when the file does: its time, in nanoseconds or as a store says it.
        reason: Why it cannot be read, where that is known already.
    """

    name: str
    size_bytes: int = 0
    state: str = ""
    reason: str = ""


@dataclass(slots=True)
class LeftOut:
    """What folders and globs hold that is no capture: pipes, sockets and devices.

    Whoever opens a pipe waits until somebody writes to it, perhaps for ever.

    Attributes:
        count: How many.
        first: The first of them.
    """

    count: int = 0
    first: str = ""

    def add(self, name: str) -> None:
        """One more."""
        self.count += 1
        self.first = self.first or name

    def __str__(self) -> str:
        more = f" and {self.count - 1:,} more" if self.count > 1 else ""
        kind = "are no regular files" if more else "is no regular file"
        return f"{self.first}{more}: {kind} (a pipe, a socket, a device): left out"


def listed(
    named: Iterable[str],
    *,
    without: frozenset[str] = frozenset(),
    by_one_process: bool = False,
    left_out: LeftOut | None = None,
) -> Iterator[Input]:
    """List the captures that *named* names.

    Args:
        named: Paths, folders, globs, and URLs of all three; and pairs.
        without: Files and folders that are not captures, whatever names them: the results.
        by_one_process: Whether one process reads them, one after another: standard input and pipes
            may be among them, and a store that cannot be reached is told like a file that cannot.
        left_out: Told what folders and globs hold that is no regular file.

    Raises:
        CaptureError: Not *by_one_process*, and standard input is named, or a store that cannot be
            reached.
    """
    return paired(_each(named, Once(without), left_out or LeftOut(), alone=by_one_process))


def _each(named: Iterable[str], once: Once, left_out: LeftOut, *, alone: bool) -> Iterator[Input]:
    """List captures file by file."""
    for name in named:
        if (name == STDIN or name.startswith(OF_THIS_PROCESS)) and not alone:
            raise CaptureError(
                f"{'standard input' if name == STDIN else name} is one stream and cannot be read by "
                "several processes: write it to a file (to list captures on standard input: "
                "--files-from -)"
            )
        if name == STDIN:
            yield Input(name, -1)
        elif not name:
            yield Input(name, reason="a name is empty: name a file, a folder or a glob")
        elif "\0" in name:
            yield Input(name, reason=f"{name}: cannot be read: a name holds no NUL")
        elif is_remote(name):
            try:
                yield from once.without_those(_remote(name), name)
            except CaptureError as error:
                if not alone:
                    raise
                yield Input(name, reason=str(error))
        elif not has_magic(name) or os.path.lexists(name):
            for each in once.without_those(_found(name, left_out), name):
                yield each if alone or each.reason or each.size_bytes >= 0 else _no_file(name)
        elif not (names := globbed(name)):
            yield Input(name, reason=f"{name}: matches nothing")
        else:
            for match in names:
                for each in once.without_those(_found(match, left_out), match):
                    if each.reason or each.size_bytes >= 0:
                        yield each
                    else:
                        left_out.add(match)


def _no_file(name: str) -> Input:
    return Input(
        name,
        reason=f"{name}: is no regular file (a pipe, a socket, a device): write it to a file first",
    )


def paired(inputs: Iterable[Input]) -> Iterator[Input]:
    """Put two files together that are the two sides of one capture, where the first of them stood.

    The other side is looked for among the next `WINDOW_FILES`.
    """
    waiting: OrderedDict[str, Input] = OrderedDict()
    for each in inputs:
        waiting[each.name] = each
        if len(waiting) > WINDOW_FILES:
            yield _first_of(waiting)
    while waiting:
        yield _first_of(waiting)


def _first_of(waiting: OrderedDict[str, Input]) -> Input:
    """Take the first file, together with its other side where that waits, too."""
    name, first = waiting.popitem(last=False)
    if first.reason or first.size_bytes < 0:
        return first  # a pipe can be read only once: nobody looks what it is
    names = pair_among(name, waiting)
    if names is None:
        return first
    other = waiting.pop(names.received if name == names.sent else names.sent)
    return _joint(names, *((first, other) if name == names.sent else (other, first)))


def _joint(names: Names, sent: Input, received: Input) -> Input:
    """Two files as one capture, which changes when either does."""
    if sent.reason or received.reason:
        return Input(names.joint, reason=sent.reason or received.reason)
    size_bytes = sent.size_bytes + received.size_bytes
    return Input(names.joint, size_bytes, f"{sent.state}+{received.state}")


def _found(name: str, left_out: LeftOut) -> Iterator[Input]:
    """A file, a pair, or what is in a folder."""
    try:
        names = pair_named(name)
    except CaptureError as error:
        yield Input(name, reason=str(error))
        return
    if names is not None:
        yield _joint(names, *map(_examined, names))
        return
    if not os.path.isdir(name):  # noqa: PTH112  a Path fails on a name that is too long
        yield _examined(name)
        return
    is_empty = True
    for found in _walked(name, left_out):
        is_empty = False
        yield found
    if is_empty:
        yield Input(name, reason=f"{name}: is a folder without files")


def _walked(folder: str, left_out: LeftOut) -> Iterator[Input]:
    """The files below *folder*, in the order of their whole paths; no links to folders."""
    # Folders may lie in one another deeper than Python calls: the way down is a list.
    way = [("", iter([folder + os.sep]))]
    while way:
        above, names = way[-1]
        name = next(names, None)
        if name is None:
            way.pop()
            continue
        path = os.path.join(above, name)  # noqa: PTH118  a Path takes ten times as long
        if not name.endswith(os.sep):
            if (found := _examined(path)).reason or found.size_bytes >= 0:
                yield found
            else:
                left_out.add(path)
            continue
        path = path.removesuffix(os.sep)
        try:
            way.append((path, iter(_names_in(path))))
        except OSError as error:
            yield Input(path, reason=f"{path}: cannot be listed: {error.strerror}")


def _names_in(folder: str) -> list[str]:
    """What is in a folder, sorted; a folder as its path goes on, with the separator behind it.

    Raises:
        OSError: It cannot be listed.
    """
    with os.scandir(folder) as entries:
        return sorted(
            e.name + os.sep if e.is_dir(follow_symlinks=False) else e.name for e in entries
        )


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
        if has_magic(path):
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

    def entries_in(folder: str) -> Iterator[dict[str, Any]]:
        for entry in sorted(filesystem.ls(folder, detail=True), key=by_path):
            # Stores list the mark of an empty folder as if it lay in itself.
            if entry["name"].rstrip("/") != folder.rstrip("/"):
                yield entry

    way = [entries_in(folder)]
    while way:
        entry = next(way[-1], None)
        if entry is None:
            way.pop()
        elif entry["type"] == "directory":
            way.append(entries_in(entry["name"].rstrip("/")))
        else:
            yield entry


def _told(filesystem: Any, info: dict[str, Any]) -> Input:  # noqa: ANN401  as above
    state = next((str(info[mark]) for mark in _MARKS if info.get(mark) is not None), "")
    name = filesystem.unstrip_protocol(info["name"])
    return Input(name, int(info.get("size") or 0), state)
