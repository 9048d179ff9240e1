"""Captures as files: opened, unpacked, decoded, cut into physical lines; never whole in memory.

Captures are hostile input. What cannot be opened raises one `CaptureError` of one line; what ends
in the middle gives what it has, and says so.
"""

from __future__ import annotations

import codecs
import io
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import Final

from atfsm.errors import CaptureError
from atfsm.replay.formats.marks import LINE_AT_MOST
from atfsm.replay.line_numbers import LineNumbers
from atfsm.replay.packed import MAGIC_BYTES, TornError, is_packed, unpacked
from atfsm.replay.physical import LineCutter
from atfsm.replay.remote import is_remote, open_remote

STDIN: Final = "-"
CHUNK_BYTES: Final = 1 << 17  # ours: some thousands of lines, which stay in the cache of a core
_UTF16: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


class Capture:
    """One capture, read once from its beginning.

    Args:
        name: A path, a URL, or ``-`` for standard input.

    Attributes:
        torn: Why the capture ended before its end, in words; empty where it did not.
        unfit: Why nothing of it can be judged, in a sentence, known once its head was read.
        size_bytes: Size of the file, or 0 where it has none (a pipe).

    Raises:
        CaptureError: It cannot be opened.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.torn = self.unfit = ""
        self._cutter = LineCutter()
        self._is_empty = True
        self._file = self._open()
        self.size_bytes = 0
        if name != STDIN and not is_remote(name):
            with suppress(OSError):
                self.size_bytes = os.fstat(self._file.fileno()).st_size

    def _open(self) -> io.BufferedReader:
        if self.name == STDIN:
            return sys.stdin.buffer  # type: ignore[return-value]  # typeshed says BinaryIO
        if is_remote(self.name):
            return open_remote(self.name)
        try:
            return open(self.name, "rb")  # noqa: PTH123  a Path is slow; chunks() closes it
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and os.path.isdir(self.name):  # noqa: PTH112  a Path may raise
                raise CaptureError(f"{self.name}: is a folder; name the captures in it") from error
            reason = getattr(error, "strerror", None) or str(error)
            raise CaptureError(f"{self.name}: cannot be read: {reason}") from error

    def tell_bytes(self) -> int:
        """How many bytes of the file were read so far."""
        try:
            return self._file.tell()
        except (OSError, ValueError):
            return 0

    def chunks(self) -> Iterator[list[bytes]]:
        """Yield the physical lines in lists, without their ends; none is empty as a list."""
        for data in self._decoded():
            self._is_empty = self._is_empty and not data
            if lines := self._cutter.feed(data):
                yield lines
        if lines := self._cutter.close():
            yield lines

    def lost(self, *, reads_objects: bool = False) -> list[str]:
        """What is there and was not read, in sentences.

        Args:
            reads_objects: Whether lines are read as objects of JSON, which may be longer.
        """
        lost = [f"The capture ends early: {self.torn}."] if self.torn else []
        if self._cutter.cut.count:
            lost.append(_cut(self._cutter.cut))
        if self._cutter.objects.count and not reads_objects:
            lost.append(_cut(self._cutter.objects))
        return lost

    def holes(self) -> list[str]:
        """What is not there, in sentences."""
        if not self._cutter.count and not self._is_empty:
            return ["It holds nothing but NULs, as a loss of power leaves them."]
        if not self._cutter.holes.count:
            return []
        return [f"NULs stand before line {self._cutter.holes}, as a loss of power leaves them."]

    def _decoded(self) -> Iterator[bytes]:
        """The bytes, UTF-16 turned into UTF-8 (Windows tools write it, with a byte order mark)."""
        source = self._unpacked()
        first = b""
        while len(first) < len(codecs.BOM_UTF8) and (data := next(source, b"")):
            first += data
        encoding = _UTF16.get(first[:2])
        if encoding is None:
            yield first.removeprefix(codecs.BOM_UTF8)
            yield from source
            return
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        for data in chain((first[2:],), source):
            yield decoder.decode(data).encode("utf-8", "replace")
        yield decoder.decode(b"", final=True).encode("utf-8", "replace")

    def _unpacked(self) -> Iterator[bytes]:
        """The bytes as they were before gzip or zstd; which of them, the content says."""
        try:
            head = self._file.peek(MAGIC_BYTES)[:MAGIC_BYTES]
            if len(head) == MAGIC_BYTES and not is_packed(head):
                while data := self._file.read1(CHUNK_BYTES):
                    yield data
                return
            yield from unpacked(self._file.read(MAGIC_BYTES), self._file, CHUNK_BYTES)
        except TornError as error:
            self.torn = str(error)
        except OSError as error:
            self.torn = f"reading stopped ({error.strerror or error})"
        finally:
            if self.name != STDIN:
                self._file.close()


def is_stream(name: str) -> bool:
    """Whether a capture is standard input or a pipe, which may never end."""
    path: str | int = 0 if name == STDIN else name
    return os.path.exists(path) and not os.path.isfile(path)  # noqa: PTH110, PTH113  0 is no Path


def _cut(lines: LineNumbers) -> str:
    """Say of which lines the rest was dropped."""
    return f"Only the first {LINE_AT_MOST >> 10} KiB were read of line {lines}."
