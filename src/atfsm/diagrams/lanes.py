"""The channel between two columns: how wide it is, and where in it the arrows run up and down.

An arrow leaves a box level, runs up or down its lane, and enters the other box level. The text on
it stands above its first piece, next to the box. Lanes are packed: the channel is as narrow as it
can be without one arrow running along another or through a text. Crossings are left: they are at
right angles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

APART: Final = 10.0  # between lanes
CLEAR: Final = 5.0  # around a text
HEAD: Final = 17.0  # room for the head of an arrow before the box
CORNER: Final = 8.5  # room for a corner behind a text
LEVEL: Final = 4.0  # between level pieces
STEP: Final = 2.0
COARSE: Final = 10.0  # the same where every width costs a search
WIDEST: Final = 600.0


@dataclass(frozen=True, slots=True)
class Patch:
    """Room that a text takes at one side of the channel: how deep, from where to where."""

    right: bool
    depth: float
    top: float
    bottom: float

    def span(self, width: float) -> tuple[float, float]:
        """From which x to which x it reaches, in a channel of that width."""
        return (width - self.depth, width) if self.right else (0.0, self.depth)


@dataclass(slots=True)
class Track:
    """The way of one arrow through the channel.

    Attributes:
        y1: Where it comes in.
        y2: Where it goes out.
        from_right: It comes in at the right side.
        to_right: It goes out at the right side.
        text: How far its own text reaches, which its first piece has to underline.
        x: Of its lane; found by `pack`.
    """

    y1: float
    y2: float
    from_right: bool
    to_right: bool
    text: float
    x: float = 0.0

    @property
    def is_level(self) -> bool:
        """It runs straight through and needs no lane."""
        return self.y1 == self.y2

    @property
    def crosses(self) -> bool:
        """It leads from one side to the other."""
        return self.from_right != self.to_right

    def pieces(self, width: float) -> Iterable[tuple[float, float, float]]:
        """Its level pieces: y, from which x to which x."""
        if self.is_level:
            yield self.y1, 0.0, width
            return
        for y, at_right in ((self.y1, self.from_right), (self.y2, self.to_right)):
            yield (y, self.x, width) if at_right else (y, 0.0, self.x)


Side = Callable[[Track], bool]


def pack(tracks: list[Track], patches: list[Patch], *, inner_right: bool) -> float:
    """Find a lane for every track; return the width of the channel.

    Args:
        tracks: Get their *x*.
        patches: Room taken by texts.
        inner_right: Short arrows run near the right side, else near the left one.
    """
    width = max([0.0, *(patch.depth for patch in patches)])
    sides: list[Side] = [
        lambda _: inner_right,
        lambda t: t.from_right if t.crosses else inner_right,
        lambda t: t.to_right if t.crosses else inner_right,
    ]
    narrowest = width
    while width < WIDEST and not any(_fits(tracks, patches, width, side) for side in sides):
        width += STEP
    if width >= WIDEST:
        width = narrowest
        while width < WIDEST and not _fits_somehow(tracks, patches, width):
            width += COARSE
    return width


def _fits(tracks: list[Track], patches: list[Patch], width: float, side: Side) -> bool:
    """Try one width; *side* says near which side the lane of a track is sought first."""
    done = [track for track in tracks if track.is_level]
    if not _has_room(done, patches, width):
        return False
    for track in sorted(tracks, key=lambda track: abs(track.y1 - track.y2)):
        if track.is_level:
            continue
        places = [n * STEP for n in range(int(APART / STEP), int((width - APART) / STEP) + 1)]
        for x in reversed(places) if side(track) else places:
            track.x = x
            if _is_free(track, done, patches, width):
                break
        else:
            return False
        done.append(track)
    return True


def _has_room(level: list[Track], patches: list[Patch], width: float) -> bool:
    """Whether the texts of both sides, and those of level arrows, find room."""
    if any(_collide(a, b, width) for a in patches for b in patches if not a.right and b.right):
        return False
    return all(track.text + 12 <= width for track in level)


def _fits_somehow(tracks: list[Track], patches: list[Patch], width: float) -> bool:
    """Try one width by a search: what was seated may be seated anew, where others find no lane."""
    level = [track for track in tracks if track.is_level]
    if not _has_room(level, patches, width):
        return False
    rest = [track for track in tracks if not track.is_level]
    rest.sort(key=lambda track: abs(track.y1 - track.y2))
    return _search(rest, level, patches, width)


def _search(rest: list[Track], done: list[Track], patches: list[Patch], width: float) -> bool:
    """Seat the first of *rest* as far left, as far right or as central as is free, then others."""
    if not rest:
        return True
    track, *others = rest
    places = [n * STEP for n in range(int(APART / STEP), int((width - APART) / STEP) + 1)]
    for towards in (places, places[::-1], sorted(places, key=lambda x: abs(x - width / 2))):
        for x in towards:
            track.x = x
            if _is_free(track, done, patches, width):
                break
        else:
            return False
        if _search(others, [*done, track], patches, width):
            return True
    return False


def _collide(a: Patch, b: Patch, width: float) -> bool:
    upright = a.top < b.bottom and b.top < a.bottom
    return upright and a.span(width)[1] + CLEAR > b.span(width)[0]


def _is_free(track: Track, done: list[Track], patches: list[Patch], width: float) -> bool:
    """Tell whether a track, its x chosen, runs along no other and through no text."""
    reach = width - track.x if track.from_right else track.x
    run_in = width - track.x if track.to_right else track.x
    if reach < track.text + CORNER or run_in < HEAD:
        return False
    top, bottom = sorted((track.y1, track.y2))
    for patch in patches:
        left, right = patch.span(width)
        if left - CLEAR < track.x < right + CLEAR and top < patch.bottom and patch.top < bottom:
            return False
        for y, a, b in track.pieces(width):
            if patch.top < y < patch.bottom and a < right and left < b:
                return False
    for other in done:
        low, high = sorted((other.y1, other.y2))
        beside = not other.is_level and abs(track.x - other.x) < APART
        if beside and top < high + CLEAR and low < bottom + CLEAR:
            return False
        for y, a, b in track.pieces(width):
            for v, c, d in other.pieces(width):
                if abs(y - v) < LEVEL and a < d and c < b:
                    return False
    return True
