"""The memory of the ladder: exact within a boot, and never too lenient behind another."""

from __future__ import annotations

import json
import logging
import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atfsm.live.clocks import SYSTEM, Clock
from atfsm.live.remembered import SIZE_AT_MOST, RememberedError, load, save
from atfsm.stack.memory import Memory

NOON_S = 1_795_000_000.0  # a day of 2026
MEMORY = Memory({"tcp 192.0.2.1:7": 2, "modem": 1}, (100.0, 900.0), (-50.0,))
CONSERVATIVE = Memory({}, (5.0,), (5.0,))


def clock(wall_s: float = NOON_S, boot_s: float | None = 1_000.0, boot_id: str = "one") -> Clock:
    """A clock that stands still."""
    return Clock(
        monotonic_s=lambda: 0.0,
        wall_s=lambda: wall_s,
        boot_s=lambda: boot_s,
        boot_id=lambda: boot_id,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the memory may be."""
    return tmp_path / "memory.json"


def test_a_missing_file_is_a_new_beginning(path: Path) -> None:
    """Nothing is remembered, and nothing is made or said."""
    assert Memory() == load(path, now_s=5.0, clock=clock())
    assert not path.exists()


# fmt: off
LATER = [
    (clock(NOON_S + 60.0, 1_060.0),     (-955.0, -155.0)),  # 60 s later
    (clock(NOON_S - 99_999.0, 1_060.0), (-955.0, -155.0)),  # the wall stepped back
    (clock(NOON_S + 99_999.0, 1_060.0), (-955.0, -155.0)),  # or ahead: same boot
    (clock(NOON_S + 60.0, 12.0, "two"), (-955.0, -155.0)),  # another boot: the wall
    (clock(NOON_S + 60.0, None, "one"), (-955.0, -155.0)),  # nobody counts
    (clock(NOON_S + 60.0, 12.0, ""),    (-955.0, -155.0)),  # nobody knows the boot
    (clock(NOON_S - 400.0, 12.0, "two"), (-495.0, 5.0)),    # it stepped back: just now
    (clock(60.0, 12.0, "two"),          (5.0, 5.0)),        # it is not set: just now
]
# fmt: on


@pytest.mark.parametrize(("later", "expected_s"), LATER)
def test_ages_are_exact_or_too_short(
    path: Path, later: Clock, expected_s: tuple[float, float]
) -> None:
    """Time since boot decides, else the wall clock; what cannot be known was just now."""
    save(path, MEMORY, now_s=1_000.0, clock=clock())
    loaded = load(path, now_s=5.0, clock=later)

    assert MEMORY.resets == loaded.resets
    assert pytest.approx(expected_s) == loaded.restarts_s


def test_a_clock_that_was_not_set_says_nothing(path: Path) -> None:
    """Steps of a time before the clock was set count as just now, not as half a century ago."""
    save(path, MEMORY, now_s=1_000.0, clock=clock(wall_s=120.0))

    assert (5.0, 5.0) == load(path, now_s=5.0, clock=clock(boot_id="two")).restarts_s


def test_memory_is_handed_on_from_boot_to_boot(path: Path) -> None:
    """A file that is saved again keeps the ages of what an earlier boot did."""
    save(path, MEMORY, now_s=1_000.0, clock=clock())
    second = load(path, now_s=0.0, clock=clock(NOON_S + 60.0, 10.0, "two"))
    save(path, second, now_s=30.0, clock=clock(NOON_S + 90.0, 40.0, "two"))
    third = load(path, now_s=0.0, clock=clock(NOON_S - 5e6, 50.0, "two"))

    assert pytest.approx((-1_000.0, -200.0)) == third.restarts_s
    assert pytest.approx((-1_150.0,)) == third.power_cuts_s


# fmt: off
DAMAGED = {
    "torn":         b'{"memory": "atfsm-memory/1", "boot_id": "one", "res',
    "empty":        b"",
    "foreign":      b'{"memory": "theirs/1"}',
    "newer":        b'{"memory": "atfsm-memory/2", "boot_id": "one", "resets": {}, "restarts": [], "power_cuts": []}',
    "no object":    b"[1]",
    "bytes":        bytes(range(256)),
    "deep":         b"[" * 100_000,
    "long":         b" " * (SIZE_AT_MOST + 1),
    "no counts":    b'{"memory": "atfsm-memory/1", "boot_id": "one", "resets": {"a": -1}, "restarts": [], "power_cuts": []}',
    "no lists":     b'{"memory": "atfsm-memory/1", "boot_id": "one", "resets": {}, "restarts": 1, "power_cuts": []}',
    "no times":     b'{"memory": "atfsm-memory/1", "boot_id": "one", "resets": {}, "restarts": [7], "power_cuts": []}',
    "no number":    b'{"memory": "atfsm-memory/1", "boot_id": "one", "resets": {}, "restarts": [{"wall_s": true}], "power_cuts": []}',
    "not finite":   b'{"memory": "atfsm-memory/1", "boot_id": "one", "resets": {}, "restarts": [{"wall_s": 1e999}], "power_cuts": []}',
    "huge":         b'{"memory": "atfsm-memory/1", "boot_id": "one", "resets": {}, "restarts": [{"wall_s": 1%b}], "power_cuts": []}' % (b"0" * 400),
    "too many":     b'{"memory": "atfsm-memory/1", "boot_id": "one", "resets": {}, "restarts": [%b{}], "power_cuts": []}' % (b"{}," * 5_000),
}
# fmt: on


@pytest.mark.parametrize("data", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_file_is_moved_aside(
    path: Path, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """It is kept for whoever wants to look, warned about, and costs one restart, not all."""
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING, "atfsm"):
        loaded = load(path, now_s=5.0, clock=clock())

    assert loaded == CONSERVATIVE
    assert not path.exists()
    assert data == path.with_name("memory.json.damaged").read_bytes()
    assert ["is damaged" in record.getMessage() for record in caplog.records] == [True]


def test_a_file_that_cannot_be_read_is_told(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The stack starts all the same, and keeps its distance from the last restart."""
    path.mkdir()

    assert load(path, now_s=5.0, clock=clock()) == CONSERVATIVE
    assert "cannot be read" in caplog.text


@given(data=st.binary(max_size=200))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Whatever a power cut left in the file, the stack starts."""
    path = tmp_path_factory.mktemp("memory") / "memory.json"
    path.write_bytes(data)

    assert load(path, now_s=5.0, clock=clock()) == CONSERVATIVE


@given(
    resets=st.dictionaries(st.text(max_size=20), st.integers(0, 1_000), max_size=5),
    ages_s=st.lists(st.floats(0.0, 1e7), max_size=10),
    later_s=st.floats(0.0, 1e6),
)
def test_memory_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    resets: dict[str, int],
    ages_s: list[float],
    later_s: float,
) -> None:
    """Counts are the same, and each age has grown by the time in between."""
    path = tmp_path_factory.mktemp("memory") / "memory.json"
    times = tuple(sorted(77.0 - age_s for age_s in ages_s))
    save(path, Memory(resets, times, times[:1]), now_s=77.0, clock=clock())
    loaded = load(path, now_s=3.0, clock=clock(boot_s=1_000.0 + later_s))

    assert resets == loaded.resets
    assert pytest.approx([t - 77.0 - later_s + 3.0 for t in times], abs=1e-3) == list(
        loaded.restarts_s
    )


def test_the_file_is_durable_before_it_has_its_name(path: Path) -> None:
    """First the bytes, then the name, then the folder: no power cut leaves half a file."""
    synced = []

    def fsync(descriptor: int) -> None:
        is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        synced.append("folder" if is_folder else f"file, named {path.exists()}")

    save(path, MEMORY, now_s=0.0, clock=clock(), fsync=fsync)

    assert ["file, named False", "folder"] == synced


def test_a_failed_save_leaves_what_was_there(path: Path) -> None:
    """A full disk costs the new memory, not the old one, and is told in one line."""

    def fsync(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    save(path, MEMORY, now_s=1_000.0, clock=clock())
    before = path.read_bytes()
    with pytest.raises(RememberedError, match="No space left on device"):
        save(path, Memory(), now_s=1_000.0, clock=clock(), fsync=fsync)

    assert before == path.read_bytes()
    assert [path] == list(path.parent.iterdir())


def test_the_clocks_of_the_system_tell_a_boot() -> None:
    """Where the system counts from boot it names the boot too, twice the same."""
    assert SYSTEM.boot_id() == SYSTEM.boot_id()
    assert SYSTEM.wall_s() > NOON_S - 10 * 366 * 86_400
    assert json.dumps([SYSTEM.boot_s(), SYSTEM.monotonic_s()])
