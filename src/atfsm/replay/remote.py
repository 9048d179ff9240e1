"""Captures that are not on this machine: a name with a protocol is opened by fsspec.

``s3://bucket/logs/1.log`` needs the extra ``atfsm[fleet]`` and the package that fsspec names for
the store. Nothing is reached that the user did not name.
"""

from __future__ import annotations

import io
import re
from typing import Any, Final

from atfsm.errors import CaptureError

#: What installs the extra; atfsm is on no index.
INSTALL: Final = "in a checkout of atfsm: pip install '.[fleet]'"
_PROTOCOL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


def is_remote(name: str) -> bool:
    """Whether *name* has a protocol.

    >>> is_remote("s3://bucket/1.log"), is_remote("logs/1.log"), is_remote("C:/logs")
    (True, False, False)
    """
    return _PROTOCOL.match(name) is not None


def filesystem_of(url: str) -> tuple[Any, str]:
    """The store that *url* names, and the path in it.

    Raises:
        CaptureError: fsspec or what it needs for the store is not installed, or there is no such
            protocol.
    """
    try:
        from fsspec.core import url_to_fs
    except ImportError:
        raise CaptureError(f"{url}: a name with a protocol needs fsspec: {INSTALL}") from None
    try:
        filesystem, path = url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise CaptureError(f"{url}: cannot be opened: {error}") from error
    return filesystem, path


def open_remote(url: str) -> io.BufferedReader:
    """Open *url* for reading.

    Raises:
        CaptureError: It cannot be opened.
    """
    filesystem, path = filesystem_of(url)
    try:
        return io.BufferedReader(filesystem.open(path, "rb"))
    except OSError as error:
        reason = error.strerror or "No such file or directory"
        raise CaptureError(f"{url}: cannot be read: {reason}") from error
    except Exception as error:
        # Each store has exceptions of its own: what they say is all that can be known.
        raise CaptureError(f"{url}: cannot be read: {error}") from error
