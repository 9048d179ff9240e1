"""Globs: ``*``, ``?`` and ``[…]`` within a name, ``**`` for any number of folders.

As those of Python and of a shell, with one difference: no wildcard goes through a link to a
folder, for links may go round in circles. A name that the user wrote out may be one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from fnmatch import fnmatch
from glob import has_magic
from typing import Final

ANY_FOLDERS: Final = "**"


def globbed(pattern: str) -> list[str]:
    """The files and folders that match, sorted; names that begin with a dot do if that does."""
    parts = pattern.replace(os.altsep or os.sep, os.sep).split(os.sep)  # noqa: PTH206  a Path tidies
    written = next((at for at, part in enumerate(parts) if has_magic(part)), len(parts) - 1)
    found = ["".join(part + os.sep for part in parts[:written])]
    for at, part in enumerate(parts[written:], start=written + 1):
        is_last = at == len(parts)
        found = list(dict.fromkeys(n for f in found for n in _below(f, part, is_last=is_last)))
    return sorted(found)


def _below(folder: str, part: str, *, is_last: bool) -> Iterator[str]:
    """What matches one part of a pattern in *folder*; a folder as the path goes on."""
    end = "" if is_last else os.sep
    if part == ANY_FOLDERS:
        yield from [folder] if is_last else _folders(folder)
    elif has_magic(part):
        for entry in _entries(folder, hidden=part.startswith(".")):
            is_wanted = _is_folder(entry) or (is_last and not entry.is_dir())
            if is_wanted and fnmatch(entry.name, part):
                yield folder + entry.name + end
    elif os.path.lexists(folder + part):
        yield folder + part + (end if part else "")


def _folders(top: str) -> Iterator[str]:
    """A folder, and all below it, however deep."""
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        yield folder
        waiting += [folder + e.name + os.sep for e in _entries(folder) if _is_folder(e)]


def _entries(folder: str, *, hidden: bool = False) -> list[os.DirEntry[str]]:
    """What lies in a folder; of one that cannot be listed, nothing."""
    try:
        with os.scandir(folder or os.curdir) as entries:
            return [entry for entry in entries if hidden or not entry.name.startswith(".")]
    except OSError:
        return []


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return entry.is_dir(follow_symlinks=False)
