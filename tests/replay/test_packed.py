"""Of a packed capture that is damaged, all is read that can be had."""

from __future__ import annotations

import gzip
import random
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from atfsm.replay import capture as capture_module
from atfsm.replay.capture import Capture
from atfsm.replay.formats.marks import LINE_AT_MOST

LINES = [b"[10:00:%02d.%03d] Rx: +CSQ: %d,99" % (n // 60 % 60, n % 1000, n) for n in range(9_000)]
PLAIN = b"\n".join(LINES)
JUNK = b"what a transfer left behind"


def by_zlib(packed: bytes) -> bytes:
    """All that zlib can give of a gzip member, byte by byte."""
    member = zlib.decompressobj(31)
    given = b""
    try:
        for at in range(len(packed)):
            given += member.decompress(packed[at : at + 1])
    except zlib.error:
        pass
    return given


def by_zstandard(packed: bytes) -> bytes:
    """All that zstandard can give of a frame, byte by byte."""
    frame = zstandard.ZstdDecompressor().decompressobj()
    given = b""
    try:
        for at in range(len(packed)):
            given += frame.decompress(packed[at : at + 1])
            if frame.eof:
                break
    except zstandard.ZstdError:
        pass
    return given


def zstd(data: bytes) -> bytes:
    """Pack with a check sum at the end."""
    return zstandard.ZstdCompressor(write_checksum=True).compress(data)


def flipped(packed: bytes, at: int) -> bytes:
    """Damage one byte."""
    damaged = bytearray(packed)
    damaged[at] ^= 0x55
    return bytes(damaged)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "half": lambda packed: packed[: len(packed) // 2],
    "without its end": lambda packed: packed[:-1],
    "head only": lambda packed: packed[:12],
    "wrong check sum": lambda packed: flipped(packed, len(packed) - 6),
    "wrong end": lambda packed: flipped(packed, len(packed) - 1),
    "junk behind": lambda packed: packed + JUNK,
}


def read(path: Path) -> tuple[list[bytes], str]:
    """All lines of a capture, and how it is torn."""
    capture = Capture(str(path))
    lines = [line for chunk in capture.chunks() for line in chunk]
    return lines, capture.torn


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(
    ("pack", "unpack"),
    [(gzip.compress, by_zlib), (zstd, by_zstandard)],
    ids=["gzip", "zstd"],
)
@pytest.mark.parametrize("plain", [PLAIN, PLAIN[:3_000]], ids=["large", "small"])
def test_all_is_read_that_can_be_had(
    plain: bytes,
    pack: Callable[[bytes], bytes],
    unpack: Callable[[bytes], bytes],
    damage: str,
    tmp_path: Path,
) -> None:
    """A transfer that broke off, a wrong check sum, or junk behind the end costs no line."""
    packed = DAMAGES[damage](pack(plain))
    path = tmp_path / "packed"
    path.write_bytes(packed)
    lines, torn = read(path)

    assert unpack(packed).removesuffix(b"\n") == b"\n".join(lines)
    assert "torn" in torn


def test_all_is_read_up_to_the_damaged_byte(tmp_path: Path) -> None:
    """A gzip file that is wrong in its middle gives what stands before, to the byte."""
    packed = gzip.compress(PLAIN)
    path = tmp_path / "packed"
    for at in random.Random(923).sample(range(10, len(packed)), 20):
        path.write_bytes(flipped(packed, at))
        lines, torn = read(path)

        given = by_zlib(flipped(packed, at)).removesuffix(b"\n").split(b"\n")
        # Where line feeds are damaged, a line may be longer than what is read of one.
        assert [line[:LINE_AT_MOST] for line in given] == lines
        assert "torn" in torn


@pytest.mark.parametrize("pack", [gzip.compress, zstd], ids=["gzip", "zstd"])
@pytest.mark.parametrize("chunk_bytes", [1, 5, 100, 1 << 17])
def test_what_is_whole_is_not_called_torn(
    pack: Callable[[bytes], bytes],
    chunk_bytes: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Several members, empty ones too, are one capture, in chunks of any size."""
    monkeypatch.setattr(capture_module, "CHUNK_BYTES", chunk_bytes)
    plain = PLAIN[:2_000]
    path = tmp_path / "packed"
    path.write_bytes(pack(plain[:100]) + pack(b"") + pack(plain[100:]))

    assert (plain.split(b"\n"), "") == read(path)


def test_nulls_behind_a_gzip_file_are_padding(tmp_path: Path) -> None:
    """As gzip(1) has it: tapes, and some writers, fill their last block."""
    path = tmp_path / "packed"
    path.write_bytes(gzip.compress(PLAIN) + bytes(1_000))

    assert (LINES, "") == read(path)


def test_a_small_file_of_gigabytes_is_unpacked_in_pieces(tmp_path: Path) -> None:
    """However dense a file is packed, not much more than a chunk of it is in memory."""
    path = tmp_path / "packed"
    path.write_bytes(gzip.compress((b"x" * 99 + b"\n") * 100_000))

    assert 3 * capture_module.CHUNK_BYTES > max(
        sum(map(len, chunk)) for chunk in Capture(str(path)).chunks()
    )
