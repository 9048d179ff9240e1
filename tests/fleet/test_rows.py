"""From a name to rows: whatever happens to one capture costs no more than its own rows."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from atfsm.errors import CaptureError
from atfsm.fleet import rows
from atfsm.fleet.columns import COLUMNS, Columns, Outcome
from atfsm.fleet.results import unpacked
from atfsm.fleet.rows import AS_IT_IS, Task, replay_batch, replayed
from atfsm.replay import replay
from tests.fleet.logs import small_log
from tests.fleet.parts import columns_of
from tests.replay.test_two_files import pair_in

# fmt: off
RAISED: dict[str, tuple[BaseException, str, str]] = {
    "refused":   (CaptureError("{path}: is refused"),     "unreadable", "odd.log: is refused"),
    "a disk":    (OSError(5, "Input/output error"),       "unreadable", "[Errno 5] Input/output error"),
    "memory":    (MemoryError(),                          "failed",     "it takes more memory than there is"),
    "a bug":     (KeyError("x"),                          "failed",     "this is a bug of atfsm: KeyError: 'x'"),
    "no UTF-8":  (ValueError("\udcff"),                   "failed",     "this is a bug of atfsm: ValueError: \\xff"),
}
# fmt: on


def rows_of(names: list[str], task: Task = AS_IT_IS, **also: Any) -> Columns:  # noqa: ANN401  as replay_batch
    """What a batch gives."""
    return columns_of(replay_batch(names, task, **also))


@pytest.mark.parametrize("name", RAISED)
def test_what_goes_wrong_with_one_capture_is_its_row(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its neighbours are as if it were not there, and the row says why, under the user's name."""
    for seed, log in enumerate(("a.log", "odd.log", "b.log")):
        (tmp_path / log).write_text(small_log(seed), "utf-8")
    error, verdict, reason = RAISED[name]
    whole = rows_of(["a.log", "b.log"], Task(folder=str(tmp_path)))

    def odd(path: str, **options: Any) -> Any:  # noqa: ANN401  as replay does
        if path.endswith("odd.log"):
            raise type(error)(
                *(a.format(path=path) if isinstance(a, str) else a for a in error.args)
            )
        return replay(path, **options)

    monkeypatch.setattr(rows, "replay", odd)
    found = rows_of(["a.log", "odd.log", "b.log"], Task(folder=str(tmp_path)))

    at = found["capture"].index("odd.log")
    assert ("capture", verdict, reason) == tuple(
        found[column][at] for column in ("record", "verdict", "reason")
    )
    assert whole == without(found, at)


def test_a_pair_is_found_where_relative_names_begin(tmp_path: Path) -> None:
    """Both of its files: a worker of a cluster lies elsewhere."""
    pair_in(tmp_path)
    found = rows_of(["run_tx.log+run_rx.log"], Task(folder=str(tmp_path)))

    assert ["run_tx.log+run_rx.log"] * 2 == found["capture"]
    assert ["two-files", None] == found["format"]


@pytest.mark.parametrize("here", [True, False])
def test_a_pair_lies_in_one_folder(
    here: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That of its first file, as the user names it."""
    (tmp_path / "logs").mkdir()
    pair_in(tmp_path / "logs")
    if here:
        monkeypatch.chdir(tmp_path)
    found = rows_of(
        ["logs/run_tx.log+logs/run_rx.log"], Task(folder="" if here else str(tmp_path))
    )

    assert ["logs"] * 2 == found["folder"]


def without(columns: Columns, row: int) -> Columns:
    """All rows but one."""
    return {name: values[:row] + values[row + 1 :] for name, values in columns.items()}


def test_ctrl_c_is_not_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever interrupts means the run, not the capture that happens to be read."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rows, "replay", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replay_batch([str(tmp_path / "a.log")])


def test_what_is_known_is_not_read(tmp_path: Path) -> None:
    """A capture that killed who read it gets its row without being opened, or even begun."""
    began: list[int] = []
    names = [str(tmp_path / name) for name in ("a.log", "b.log", "c.log")]
    found = rows_of(
        names, known=dict.fromkeys((0, 2), (Outcome.FAILED, "it kills")), began=began.append
    )

    assert {column.name: 3 for column in COLUMNS} == {n: len(v) for n, v in found.items()}
    assert ["failed", "unreadable", "failed"] == found["verdict"]
    assert (["it kills"] * 2, [1]) == (found["reason"][::2], began)


def test_many_rows_are_packed_piece_by_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are cut behind captures, and are the same rows."""
    names = [str(tmp_path / f"{seed}.log") for seed in range(30)]
    for seed, name in enumerate(names):
        Path(name).write_text(small_log(seed), "utf-8")
    whole = rows_of(names)
    monkeypatch.setattr(rows, "ROWS_A_PIECE", 7)
    pieces = list(replayed(names))
    columns = ("reason", "record")

    assert all(len(piece["record"]) >= 7 for piece in pieces[:-1])
    assert ["capture"] * len(pieces) == [piece["record"][0] for piece in pieces]
    assert whole == rows_of(names)
    assert [{name: piece[name] for name in columns} for piece in pieces] == list(
        unpacked(replay_batch(names), columns)
    )


def test_memory_does_not_hold_the_rows_of_a_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few megabytes of logs may have a hundred times as many of rows."""
    (tmp_path / "a.log").write_text("+KCNX_IND: 1,1\n+KCNX_IND: 1,0\n" * 5_000, "utf-8")
    report = replay(str(tmp_path / "a.log"))
    monkeypatch.setattr(rows, "replay", lambda *_, **__: report)
    peaks = []
    for captures in (4, 12):
        tracemalloc.start()
        try:
            part = replay_batch([f"{n}.log" for n in range(captures)])
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
        assert captures * 5_001 == sum(len(each["line"]) for each in unpacked(part, ["line"]))

    assert peaks[1] < 1.5 * peaks[0]


def test_nothing_but_nuls_is_not_nothing(tmp_path: Path) -> None:
    """What a loss of power left of a log is told as that."""
    (tmp_path / "nul.log").write_bytes(bytes(5_000))
    (tmp_path / "empty.log").write_bytes(b"")
    found = rows_of([str(tmp_path / "nul.log"), str(tmp_path / "empty.log")])

    assert [
        ["It holds nothing but NULs, as a loss of power leaves them."],
        ["The capture is empty."],
    ] == found["notes"]
