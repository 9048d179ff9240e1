"""Bytes are cut into physical lines: whatever they are, and wherever they come in pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atfsm.replay import physical
from atfsm.replay.formats.marks import LINE_AT_MOST, OBJECT_AT_MOST
from atfsm.replay.physical import HOLE_BYTES, LineCutter
from tests.effort import runs_away

HOLE = bytes(4096)


class Cut(NamedTuple):
    """What a cutter gave, and the notes that it kept."""

    lines: list[bytes]
    cut: str = ""
    objects: str = ""
    holes: str = ""


def cut(*pieces: bytes) -> Cut:
    """Cut bytes that come in pieces."""
    cutter = LineCutter()
    lines = [line for piece in pieces if piece for line in cutter.feed(piece)] + cutter.close()
    assert len(lines) == cutter.count
    return Cut(lines, str(cutter.cut), str(cutter.objects), str(cutter.holes))


LONG = b"x" * (LINE_AT_MOST + 1)
OBJECT = b'{"' + LONG

# fmt: off
CASES: dict[str, tuple[bytes, Cut]] = {
    "nothing":                       (b"", Cut([])),
    "line feeds":                    (b"a\n\nb", Cut([b"a", b"", b"b"])),
    "both ends":                     (b"a\r\n\r\nb\r\n", Cut([b"a\r", b"\r", b"b\r"])),
    "returns alone":                 (b"AT\r\rOK\rAT", Cut([b"AT", b"", b"OK", b"AT"])),
    "returns among line feeds":      (b"AT\rOK\nAT\r\n", Cut([b"AT\rOK", b"AT\r"])),
    "as long as is read":            (LONG[1:] + b"\nb", Cut([LONG[1:], b"b"])),
    "too long":                      (b"a\n" + LONG + LONG + b"\r\nb", Cut([b"a", LONG[1:], b"b"], cut="2")),
    "too long, at the end":          (b"a\n" + LONG, Cut([b"a", LONG[1:]], cut="2")),
    "too long, returns behind":      (b"a\n" + LONG + b"\rOK\r\nb", Cut([b"a", LONG[1:], b"OK", b"b"], cut="2")),
    "too long, then returns":        (b"a\n" + LONG + b"\nAT\rOK\nb", Cut([b"a", LONG[1:], b"AT\rOK", b"b"], cut="2")),
    "too long, returns within":      (b"a\n" + b"AT\r" * 40_000 + b"\nb", Cut([b"a", *[b"AT"] * 40_000, b"b"])),
    "an object":                     (OBJECT + b"\n" + OBJECT + b"\nb", Cut([OBJECT, OBJECT, b"b"], objects="1, 2")),
    "an object at the end":          (b"a\n" + OBJECT, Cut([b"a", OBJECT], objects="2")),
    "too long an object":            (b"{" + b"x" * OBJECT_AT_MOST + b"\nb", Cut([b"{" + b"x" * (OBJECT_AT_MOST - 1), b"b"], cut="1")),
    "a hole within a line":          (b"a\nAT+C" + HOLE + b"OK\nb", Cut([b"a", b"AT+C", b"OK", b"b"], holes="3")),
    "a hole between lines":          (b"a\n" + HOLE + b"OK\n", Cut([b"a", b"OK"], holes="2")),
    "a hole before a line end":      (b"a" + HOLE + b"\nOK\n", Cut([b"a", b"OK"], holes="2")),
    "a hole at the end":             (b"a\nOK" + HOLE, Cut([b"a", b"OK"])),
    "a hole at the beginning":       (HOLE + b"OK\n", Cut([b"OK"], holes="1")),
    "a hole of megabytes":           (b"a\n" + bytes(1 << 21) + b"OK\n", Cut([b"a", b"OK"], holes="2")),
    "a hole in too long a line":     (LONG + HOLE + b"OK\n", Cut([LONG[1:], b"OK"], cut="1", holes="2")),
    "NULs of a modem that starts":   (b"a\n" + bytes(HOLE_BYTES - 1) + b"OK\n\0", Cut([b"a", bytes(HOLE_BYTES - 1) + b"OK", b"\0"])),
    "nothing but a hole":            (HOLE, Cut([])),
}
# fmt: on


@pytest.mark.parametrize("size", [1 << 30, 1 << 17, 1_000], ids=["whole", "chunks", "small"])
@pytest.mark.parametrize("case", CASES)
def test_bytes_are_cut_into_lines(case: str, size: int) -> None:
    """Nothing is lost behind a long line, a hole, or an odd end; what is dropped is counted."""
    data, expected = CASES[case]

    assert expected == cut(*(data[at : at + size] for at in range(0, len(data), size)))


@pytest.fixture(scope="module")
def small() -> Iterator[None]:
    """Lines of 12 bytes are long, and 4 NULs are a hole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(physical, "LINE_AT_MOST", 12)
        patch.setattr(physical, "OBJECT_AT_MOST", 30)
        patch.setattr(physical, "HOLE_BYTES", 4)
        patch.setattr(physical, "_BLOCK", 6)
        patch.setattr(physical, "_NULS", bytes(4))
        patch.setattr(physical, "_HOLE", re.compile(rb"\0{4,}"))
        yield


captures = st.lists(
    st.sampled_from([b"\n", b"\r", b"\r\n", b"\0", bytes(5), b"{", b"a", b"bcdefghij", b"k" * 20]),
    max_size=30,
).map(b"".join)


@given(data=captures, places=st.lists(st.integers(0, 300), max_size=5))
@pytest.mark.usefixtures("small")
def test_pieces_mean_nothing(data: bytes, places: list[int]) -> None:
    """However the bytes come, the lines, and what is said of them, are the same."""
    edges = [0, *sorted(min(place, len(data)) for place in places), len(data)]

    assert cut(data) == cut(*(data[a:b] for a, b in pairwise(edges)))
    assert cut(data) == cut(*(data[at : at + 1] for at in range(len(data))))


@given(data=captures)
@pytest.mark.usefixtures("small")
def test_what_is_not_given_is_counted(data: bytes) -> None:
    """Where no line is said to be cut, all but line ends and NULs is there."""
    given_ = cut(data)
    if not given_.cut:
        ends = re.compile(rb"[\r\n\0]")
        assert ends.sub(b"", data) == ends.sub(b"", b"".join(given_.lines))


@pytest.mark.parametrize(
    "end", [b"\r", b"AT\r", b"\0x", b"x" * 99, bytes(99) + b"x", b"{", b"\r\r\n"]
)
def test_cutting_costs_no_more_than_the_length(end: bytes) -> None:
    """Whatever is repeated without a line feed, each byte is looked at a few times, and let go."""
    cutter = LineCutter()
    kept = 0

    def feed(data: bytes) -> None:
        nonlocal kept
        cutter.feed(data)
        kept = max(kept, cutter._open_bytes)

    def feed_in_pieces(data: bytes) -> None:
        in_pieces = LineCutter()
        for at in range(0, len(data), 64):
            in_pieces.feed(data[at : at + 64])

    data = end * ((1 << 20) // len(end))
    assert not any(runs_away(feed, data) for _ in range(64))
    assert not runs_away(feed_in_pieces, data * 2)
    assert 2 * OBJECT_AT_MOST > kept
