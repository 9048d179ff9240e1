"""Packed captures, unpacked as they are read: whatever can be had of a damaged one is given."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from typing_extensions import Buffer

GZIP: Final = b"\x1f\x8b"
ZSTD: Final = b"\x28\xb5\x2f\xfd"
MAGIC_BYTES: Final = 4
GZIP_PIECE_BYTES: Final = 1 << 14  # ours: what is packed and not unpacked yet
GZIP_WBITS: Final = 31  # what zlib calls a gzip header, with its check sum
#: Ours: even the densest of zstd stays some megabytes unpacked; and of a damaged file what a piece
#: has given before the damage is lost, so that pieces are small.
ZSTD_PIECE_BYTES: Final = 1 << 8


class TornError(Exception):
    """A packed file ends early, or is damaged; the message says how."""


def is_packed(head: bytes) -> bool:
    """Whether a file that begins with *head* is packed."""
    return head.startswith(GZIP) or head == ZSTD


def unpacked(head: bytes, file: io.BufferedIOBase, chunk_bytes: int) -> Iterator[bytes]:
    """Yield the bytes of *file* as they were before gzip or zstd, or as they are.

    Args:
        head: The first bytes, which were read already and say how it is packed.
        file: The rest.
        chunk_bytes: Yield not much more at once.

    Raises:
        TornError: It ends early, or is damaged; what could be had was given.
    """
    source: io.BufferedReader = io.BufferedReader(_Pushed(head, file), chunk_bytes)
    if head.startswith(GZIP):
        yield from _gunzipped(source, chunk_bytes)
    elif head == ZSTD:
        yield from _unzstd(source)
    else:
        while data := source.read1(chunk_bytes):
            yield data


def _gunzipped(source: io.BufferedReader, chunk_bytes: int) -> Iterator[bytes]:
    """Unpack one gzip member after another: `cat a.gz b.gz` is a capture, too."""
    member = None
    try:
        while packed := source.read1(GZIP_PIECE_BYTES):
            while packed:
                member = member or zlib.decompressobj(GZIP_WBITS)
                yield from _inflated(member, packed, chunk_bytes)
                if not member.eof:
                    break
                # NULs pad the last block of a tape, and of some writers.
                packed, member = member.unused_data.lstrip(b"\0"), None
    except zlib.error as error:
        raise TornError(f"the gzip file is torn ({error})") from error
    if member is not None:
        raise TornError("the gzip file is torn (it ends within a member)")


def _inflated(member: zlib._Decompress, packed: bytes, chunk_bytes: int) -> Iterator[bytes]:
    """Unpack a piece; where it is damaged, up to the very byte on which it is."""
    full = True
    while full:
        before = member.copy()
        try:
            data = member.decompress(packed, chunk_bytes)
        except zlib.error:
            for at in range(len(packed)):
                yield before.decompress(packed[at : at + 1])
            raise
        if data:
            yield data
        packed = member.unconsumed_tail
        full = not member.eof and (bool(packed) or len(data) == chunk_bytes)


def _unzstd(source: io.BufferedReader) -> Iterator[bytes]:
    """Unpack one zstd frame after another."""
    import zstandard

    # 128 MiB is the window that `zstd` itself accepts without being told to.
    decompressor = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    frame = None
    try:
        for piece in _pieces(source):
            packed = piece
            while packed:
                frame = frame or decompressor.decompressobj()
                if data := frame.decompress(packed):
                    yield data
                packed = frame.unused_data
                frame = None if frame.eof else frame
    except zstandard.ZstdError as error:
        raise TornError(f"the zstd file is torn ({error})") from error
    if frame is not None:
        raise TornError("the zstd file is torn (it ends within a frame)")


def _pieces(source: io.BufferedReader) -> Iterator[bytes]:
    """Cut a file into pieces, and the last one into bytes: a wrong check sum stands in it."""
    piece = source.read(ZSTD_PIECE_BYTES)
    while following := source.read(ZSTD_PIECE_BYTES):
        yield piece
        piece = following
    yield from (piece[at : at + 1] for at in range(len(piece)))


class _Pushed(io.RawIOBase):
    """A file whose first bytes were read already; reads like a file."""

    def __init__(self, head: bytes, file: io.BufferedIOBase) -> None:
        super().__init__()
        self._head = head
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer, /) -> int:
        view = memoryview(buffer)
        # read1 gives what is there: a pipe that is still written to is followed as it grows.
        data = self._head[: len(view)] or self._file.read1(len(view))
        self._head = self._head[len(view) :]
        view[: len(data)] = data
        return len(data)
