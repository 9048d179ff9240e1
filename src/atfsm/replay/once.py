"""Each capture counts once, however often and by whatever name it is named.

Links are seen through: a link to a file beside its target, and two hard links, are one file.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

from atfsm.replay.pairs import files_of
from atfsm.replay.remote import is_remote


class Named(Protocol):
    """What was found: a capture with a name."""

    @property
    def name(self) -> str:
        """The name, as it is opened."""


Found = TypeVar("Found", bound=Named)


class Once:
    """What was listed before: digests of real paths, for there may be a million names.

    Args:
        without: Files and folders that are not captures, whatever names them.
    """

    def __init__(self, without: Iterable[str] = ()) -> None:
        self._paths = {_digest(_real(path)) for path in without}
        self._files: set[tuple[int, int]] = set()  # that have more than one name

    def without_those(self, found: Iterator[Found], name: str) -> Iterator[Found]:
        """What is found under *name*, without what was named before, or lies in what was."""
        tops = [_real(file) for file in files_of(name)]
        for each in found:
            # In a folder, a link to what lies below it too is not listed: its target is.
            above = tops if each.name != name else []
            if not all([self._has(file, above) for file in files_of(each.name)]):  # noqa: C419  each is noted
                yield each
        self._paths.update(map(_digest, tops))

    def _has(self, name: str, above: list[str]) -> bool:
        """Whether a file was listed; from now on it was."""
        path = _real(name)
        if self._is_in_what_was_named(path):
            return True
        if is_remote(name):
            return False
        try:
            seen = os.lstat(name)
        except (OSError, ValueError):  # whoever reads it says why it cannot be read
            return False
        if stat.S_ISLNK(seen.st_mode):
            if any(path.startswith(top.rstrip(os.sep) + os.sep) for top in above):
                return os.path.exists(path)  # noqa: PTH110  as above; a dead link is told
            self._paths.add(_digest(path))
            return False
        if seen.st_nlink < 2:
            return False
        file = seen.st_dev, seen.st_ino
        is_known = file in self._files
        self._files.add(file)
        return is_known

    def _is_in_what_was_named(self, path: str) -> bool:
        separator = "/" if is_remote(path) else os.sep
        while path and self._paths:
            if _digest(path) in self._paths:
                return True
            path = path.rpartition(separator)[0]
        return False


def _real(name: str) -> str:
    """A name that stays the same however the file is named; of a folder, without its separator."""
    if is_remote(name):  # memory://logs and memory:///logs are one
        protocol, _, path = name.partition("://")
        return f"{protocol}://{path.strip('/')}"
    return os.path.realpath(name)


def _digest(path: str) -> bytes:
    return hashlib.blake2b(path.encode("utf-8", "surrogateescape"), digest_size=16).digest()
