"""From a name to rows: whatever happens to one capture costs no more than its own rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from atfsm.errors import CaptureError
from atfsm.fleet import rows
from atfsm.fleet.columns import COLUMNS, Columns, Outcome
from atfsm.fleet.rows import Task, replay_batch
from atfsm.replay import replay
from tests.fleet.logs import small_log
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


@pytest.mark.parametrize("name", RAISED)
def test_what_goes_wrong_with_one_capture_is_its_row(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its neighbours are as if it were not there, and the row says why, under the user's name."""
    for seed, log in enumerate(("a.log", "odd.log", "b.log")):
        (tmp_path / log).write_text(small_log(seed), "utf-8")
    error, verdict, reason = RAISED[name]
    whole = replay_batch(["a.log", "b.log"], Task(folder=str(tmp_path)))

    def odd(path: str, **options: Any) -> Any:  # noqa: ANN401  as replay does
        if path.endswith("odd.log"):
            raise type(error)(
                *(a.format(path=path) if isinstance(a, str) else a for a in error.args)
            )
        return replay(path, **options)

    monkeypatch.setattr(rows, "replay", odd)
    found = replay_batch(["a.log", "odd.log", "b.log"], Task(folder=str(tmp_path)))

    at = found["capture"].index("odd.log")
    assert ("capture", verdict, reason) == tuple(
        found[column][at] for column in ("record", "verdict", "reason")
    )
    assert whole == without(found, at)


def test_a_pair_is_found_where_relative_names_begin(tmp_path: Path) -> None:
    """Both of its files: a worker of a cluster lies elsewhere."""
    pair_in(tmp_path)
    found = replay_batch(["run_tx.log+run_rx.log"], Task(folder=str(tmp_path)))

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
    found = replay_batch(
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
    found = replay_batch(
        names, known=dict.fromkeys((0, 2), (Outcome.FAILED, "it kills")), began=began.append
    )

    assert {column.name: 3 for column in COLUMNS} == {n: len(v) for n, v in found.items()}
    assert ["failed", "unreadable", "failed"] == found["verdict"]
    assert (["it kills"] * 2, [1]) == (found["reason"][::2], began)


def test_nothing_but_nuls_is_not_nothing(tmp_path: Path) -> None:
    """What a loss of power left of a log is told as that."""
    (tmp_path / "nul.log").write_bytes(bytes(5_000))
    (tmp_path / "empty.log").write_bytes(b"")
    found = replay_batch([str(tmp_path / "nul.log"), str(tmp_path / "empty.log")])

    assert [
        ["It holds nothing but NULs, as a loss of power leaves them."],
        ["The capture is empty."],
    ] == found["notes"]
