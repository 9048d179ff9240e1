"""When: stamps of every shape that loggers write, as seconds.

Only differences between stamps mean anything, so zones are not looked at and a stamp without a
year stands in a leap year. No locale, no clock: digits and arithmetic.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from math import floor
from typing import Final, NamedTuple

DAY_S: Final = 86_400.0
HALF_DAY_S: Final = DAY_S / 2
TORN_S: Final = 3_600.0  # ours: what is left of a stamp that was cut is hours or years away
QUEUED_S: Final = 3_600.0  # ours: a print that was queued over midnight is not an hour late

_MONTHS: Final = (
    *(b"jan", b"feb", b"mar", b"apr", b"may", b"jun"),
    *(b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"),
)
_FIELD: Final = re.compile(rb"\d+|[A-Za-z]{3}")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a logger writes the time, down to whole seconds.

    Attributes:
        fields: What the numbers are, in order: Y M D h m s, b for the name of a month, d for days
            that elapsed, and k for seconds whose last three digits are thousandths and follow
            without a mark.
        shape: The regular expression of the part down to whole seconds.
        fraction: The regular expression of what follows it.
        elapsed: Whether hours count on beyond the day: a clock that began when a device did.
    """

    fields: str
    shape: bytes
    fraction: bytes = rb"(?:[.,:](?P<frac>\d{1,9}))?"
    elapsed: bool = False


# fmt: off
#: Behind a number that is no part of a date or of another time.
_NO_DATE:  Final = rb"(?![\d./-]|:(?! ))"
_HMS: Final = rb"\d{1,2}:\d\d:\d\d"
ISO:       Final = Layout("YMDhms", rb"\d{4}[-/.]\d\d?[-/.]\d\d?[T ]+" + _HMS)
US:        Final = Layout("MDYhms", rb"\d\d[-/]\d\d[-/]\d{4}[T ]+" + _HMS)
EUROPEAN:  Final = Layout("DMYhms", rb"\d\d?\.\d\d?\.\d{4}[T ]+" + _HMS)
US_REVERSED: Final = Layout("hmsMDY", _HMS + rb" \d\d[-/]\d\d[-/]\d{4}")
MONTH_DAY: Final = Layout("MDhms",  rb"\d\d-\d\d +" + _HMS)
DAILY:     Final = Layout("hms",    _HMS)
SYSLOG:    Final = Layout("bDhms",  rb"[A-Z][a-z]{2} {1,2}\d{1,2} " + _HMS)
ELAPSED:   Final = Layout("dhms",   rb"\d{1,5} \d\d:\d\d:\d\d", elapsed=True)
CTIME:     Final = Layout("bDhmsY", rb"[A-Z][a-z]{2} {1,2}\d{1,2} " + _HMS + rb" \d{4}", rb"(?P<frac>)")
ROUTER:    Final = Layout("bDhms",  rb"[a-z]{3}/\d\d " + _HMS)
ROUTER_Y:  Final = Layout("bDYhms", rb"[a-z]{3}/\d\d/\d{4} " + _HMS)
SECONDS:   Final = Layout("s",      rb"\d{1,12}", rb"\.(?P<frac>\d{1,9})" + _NO_DATE)
MILLIS:    Final = Layout("k",      rb"\d{0,12}?", rb"(?P<frac>\d{1,3})" + _NO_DATE)
UPTIME:    Final = Layout("hms",    rb"\d{2,4}:\d\d:\d\d", rb"\.(?P<frac>\d{3})(?:,\d{3})?", elapsed=True)
EPOCH_MICROS: Final = Layout("s", rb"\d{10}", rb"\.(?P<frac>\d{6})")
EPOCH:        Final = Layout("s", rb"\d{10}(?!\d)", rb"(?P<frac>)")
EPOCH_SECONDS: Final = Layout("s", rb"\d{10}(?!\d)", rb"(?:\.(?P<frac>\d{1,9}))?")
EPOCH_MILLIS: Final = Layout("k", rb"\d{10}", rb"(?P<frac>\d{3})(?!\d)")
# fmt: on


@dataclass(frozen=True, slots=True)
class Stamp:
    """A layout with what stands around it at the head of a line.

    Attributes:
        pattern: Its expression.
        fields: What its numbers are.
        is_daily: Whether it says the time of day only.
        has_half: Whether a group ``half`` may say which half of the day it is, by its letter.
    """

    pattern: re.Pattern[bytes]
    fields: str
    is_daily: bool
    has_half: bool


class Moment(NamedTuple):
    """A stamp that was read.

    Attributes:
        whole_end: Where the part down to whole seconds ends.
        end: Where the stamp with all around it ends, and the mark or the text begins.
        whole_s: The whole seconds.
        fraction_s: The rest.
        daily: Whether the stamp says the time of day only, and begins anew at midnight.
        fields: What its numbers are.
    """

    whole_end: int
    end: int
    whole_s: float
    fraction_s: float
    daily: bool
    fields: str


def stamps(around: bytes, *layouts: Layout) -> tuple[Stamp, ...]:
    """Set each layout into its surroundings: *around* is an expression with one ``%b``."""
    return tuple(
        Stamp(
            re.compile(around % (rb"(?P<whole>" + layout.shape + rb")" + layout.fraction)),
            layout.fields,
            layout.fields == "hms" and not layout.elapsed,
            b"?P<half>" in around,
        )
        for layout in layouts
    )


def moment_of(choice: tuple[Stamp, ...], line: bytes) -> Moment | None:
    """Read the stamp at the head of *line*, the first of *choice* that fits."""
    for stamp in choice:
        found = stamp.pattern.match(line)
        if found is not None:
            fraction_s = 0.0
            digits = found["frac"]
            if digits:
                unit = 1000 if stamp.fields == "k" else 10 ** len(digits)
                fraction_s = int(digits) / unit
            whole_s = _whole_s(stamp.fields, found["whole"])
            if stamp.has_half and found["half"] is not None:
                whole_s = _of_half(whole_s, found["half"])
            end = found.end()
            return Moment(
                found.end("whole"), end, whole_s, fraction_s, stamp.is_daily, stamp.fields
            )
    return None


def stamp_end(choice: tuple[Stamp, ...], line: bytes) -> int | None:
    """Where the stamp ends that `moment_of` reads; None where it reads none."""
    for stamp in choice:
        found = stamp.pattern.match(line)
        if found is not None:
            return found.end()
    return None


class Midnight:
    """Lets times of day go on upwards where the day ends."""

    __slots__ = ("_days", "_last_s")

    def __init__(self) -> None:
        self._days = 0
        self._last_s: float | None = None

    def unrolled(self, time_of_day_s: float) -> float:
        """Add the days that have passed since the first call.

        A step back of more than half a day is a new day; a smaller one is kept as it is, also
        where it leads back over midnight.

        >>> midnight = Midnight()
        >>> [midnight.unrolled(time_s) for time_s in (86_399.0, 1.0, 86_398.0, 2.0, 1.5)]
        [86399.0, 86401.0, 86398.0, 86402.0, 86401.5]
        """
        if self._last_s is not None:
            step_s = time_of_day_s - self._last_s
            if step_s < -HALF_DAY_S:
                self._days += 1
            elif self._days and step_s > DAY_S - QUEUED_S:
                self._days -= 1
        self._last_s = time_of_day_s
        return time_of_day_s + self._days * DAY_S


class Clock:
    """Puts the stamps of one capture on one clock.

    A capture that was cut out of a larger one begins within a stamp, of which the rest may be a
    stamp of another sort; and a log may have two writers, one of which leaves out the date.
    """

    __slots__ = ("_is_second", "_last", "_last_s", "_midnight", "_offset_s")

    def __init__(self) -> None:
        self._midnight = Midnight()
        self._offset_s = 0.0
        self._last: Moment | None = None
        self._last_s = 0.0
        self._is_second = False  # whether the next stamp is the second one

    def time_s(self, moment: Moment) -> float:
        """Seconds on the clock of the capture.

        Where the sort of stamp changes, and with it the time by hours, the day is taken to be the
        same, or the clock to stand still. It does, too, behind a first stamp of another width.
        """
        time_s = moment.whole_s + moment.fraction_s
        if moment.daily:
            time_s = self._midnight.unrolled(time_s)
        last, behind_s = self._last, self._last_s - time_s
        if last is not None and abs(self._offset_s - behind_s) > TORN_S:
            if (last.fields, last.daily) != (moment.fields, moment.daily):
                self._offset_s = _offset_s(last, moment, behind_s)
            is_other = self._is_second and last.whole_end != moment.whole_end
            if is_other and abs(self._offset_s - behind_s) > TORN_S:
                self._offset_s = float(floor(behind_s))
        self._is_second = last is None
        self._last = moment
        self._last_s = time_s + self._offset_s
        return self._last_s


def _offset_s(last: Moment, moment: Moment, behind_s: float) -> float:
    """What to add where the sort of stamp changes: whole days if both are clocks on a wall."""
    if _is_wall(last) and _is_wall(moment):
        return DAY_S * round(behind_s / DAY_S)
    return float(floor(behind_s))


def _is_wall(moment: Moment) -> bool:
    return moment.daily or "D" in moment.fields


def _of_half(time_s: float, letter: bytes) -> float:
    """Put a time of twelve hours into the half of the day that a letter names: a.m. or p.m."""
    since_s = time_s % HALF_DAY_S  # 12 is the first hour of either half
    return time_s - time_s % DAY_S + since_s + HALF_DAY_S * (letter in b"Pp")


@lru_cache(maxsize=4096)
def _whole_s(fields: str, text: bytes) -> float:
    if fields in ("s", "k"):
        return float(int(text or b"0"))
    found = dict(zip(fields, _FIELD.findall(text), strict=False))
    time_s = float(int(found["h"]) * 3600 + int(found["m"]) * 60 + int(found["s"]))
    time_s += DAY_S * int(found.get("d", b"0"))
    if "D" not in found:
        return time_s
    name = found.get("b", b"").lower()
    month = _MONTHS.index(name) + 1 if name in _MONTHS else int(found.get("M", b"1"))
    return time_s + DAY_S * _day(int(found.get("Y", b"2000")), month, int(found["D"]))


def _day(year: int, month: int, day: int) -> int:
    """Number the days since 1970; whatever the numbers, it gives an answer."""
    if month <= 2:
        year, month = year - 1, month + 12
    days = 365 * year + year // 4 - year // 100 + year // 400 + (153 * month - 457) // 5 + day
    return days - 719_469
