"""What a fleet of small logs costs: captures a second on one process and on two, and memory.

Generates logs of some forty lines and replays them as a user does (``atfsm replay --out``): on
two processes; once more on two, killed with its workers several times in the middle and resumed;
and on one. The files have to be the same to the byte.

    make bench
    PYTHONPATH=. python tests/benchmarks/bench_fleet.py --captures 1000000 --on-one 200000
"""

from __future__ import annotations

import argparse
import filecmp
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from tests.fleet.logs import FOLDER_FILES, write_fleet

LOOK_EVERY_S = 0.25
MIB = 1 << 20


@dataclass(slots=True)
class Memory:
    """Peaks of a run, in bytes, as the Linux kernel counts them.

    Attributes:
        main: Resident memory of the process that was started.
        worker: That of the largest of its workers.
        together: What all of them take at once; a page that several share counts once.
    """

    main: int = 0
    worker: int = 0
    together: int = 0

    def look(self, main: int) -> None:
        """See how much they take now."""
        workers = children_of(main)
        self.main = max(self.main, peak_bytes(main))
        self.worker = max([self.worker, *map(peak_bytes, workers)])
        self.together = max(self.together, sum(map(share_bytes, [main, *workers])))


class Run(NamedTuple):
    """What a run took.

    Attributes:
        seconds: Time.
        memory: Memory.
        done_bytes: Rows that were done, as they lie on disk until the end.
    """

    seconds: float
    memory: Memory
    done_bytes: int


def children_of(pid: int) -> list[int]:
    """The processes that *pid* has started."""
    with suppress(OSError):
        return [int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def peak_bytes(pid: int) -> int:
    """The most resident memory that a process ever had; 0 where it is gone."""
    return field_bytes(f"/proc/{pid}/status", "VmHWM:")


def share_bytes(pid: int) -> int:
    """The memory of a process, of pages that n processes share an nth; 0 where it is gone."""
    return field_bytes(f"/proc/{pid}/smaps_rollup", "Pss:")


def field_bytes(path: str, name: str) -> int:
    """A field in kB of a file of the kernel; 0 where there is none."""
    with suppress(OSError):
        for line in Path(path).read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    return 0


def write_part(job: tuple[Path, int, int]) -> None:
    """Write some logs into a folder of their own."""
    folder, seed, count = job
    for _ in write_fleet(folder, count, seed=seed):
        pass


def write_logs(folder: Path, count: int) -> None:
    """Write *count* logs, all different, at most a thousand a folder."""
    jobs = [
        (folder / f"{seed // FOLDER_FILES:04d}", seed, min(FOLDER_FILES, count - seed))
        for seed in range(0, count, FOLDER_FILES)
    ]
    with ProcessPoolExecutor(2) as pool:
        for _ in pool.map(write_part, jobs):
            pass


def replayed(
    logs: list[Path], out: Path, jobs: int, *, resume: bool = False, kill_at_bytes: float = 0
) -> Run:
    """Run ``atfsm replay``.

    Args:
        logs: Folders of logs.
        out: The file of results.
        jobs: How many processes.
        resume: Whether to go on with what is there.
        kill_at_bytes: Kill it and all its workers when it has so many bytes of rows done; 0: it
            runs to its end.
    """
    words = [sys.executable, "-m", "atfsm", "replay", *map(str, logs)]
    words += ["--out", str(out), "--jobs", str(jobs), *(["--resume"] if resume else [])]
    parts = out.parent / f"{out.name}.unfinished" / "parts"
    memory = Memory()
    done_bytes = 0
    began_s = time.monotonic()
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, start_new_session=True) as process:
        while process.poll() is None:
            memory.look(process.pid)
            with suppress(FileNotFoundError):
                done_bytes = parts.stat().st_size
            if 0 < kill_at_bytes <= done_bytes:
                os.killpg(process.pid, signal.SIGKILL)
                break
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_EVERY_S)
    assert process.returncode in (-signal.SIGKILL, 0, 1), f"it ended with {process.returncode}"
    return Run(time.monotonic() - began_s, memory, done_bytes)


def killed_and_resumed(logs: Path, out: Path, kills: int, whole_bytes: int) -> list[float]:
    """Kill a run on two processes several times, then let it end.

    Args:
        logs: Folder of logs.
        out: The file of results.
        kills: How many times.
        whole_bytes: How many bytes of rows it has when it is done.

    Returns:
        How much of it was done at each kill, from 0 to 1.
    """
    found: list[float] = []
    for kill in range(kills):
        at_bytes = whole_bytes * (kill + 1) / (kills + 1)
        run = replayed([logs], out, 2, resume=kill > 0, kill_at_bytes=at_bytes)
        assert not out.exists(), "it was done before it was killed"
        found.append(run.done_bytes / whole_bytes)
    replayed([logs], out, 2, resume=True)
    return found


def told(what: str, captures: int, run: Run) -> str:
    """One line of a run."""
    seconds, memory, _ = run
    line = f"{what:<14}{captures / seconds:>8,.0f} captures/s ({captures:,} in {seconds:,.0f} s)"
    if not memory.together:  # no Linux
        return line
    return (
        f"{line}; peak memory: main {memory.main / MIB:.0f} MiB, a worker "
        f"{memory.worker / MIB:.0f} MiB, all together {memory.together / MIB:.0f} MiB"
    )


def averages(folder: Path) -> tuple[float, float]:
    """Lines and bytes of a log in *folder*."""
    texts = [path.read_bytes() for path in folder.rglob("*.log")]
    return sum(t.count(b"\n") for t in texts) / len(texts), sum(map(len, texts)) / len(texts)


def measured(logs: Path, folder: Path, captures: int, on_one: int, kills: int) -> bool:
    """Measure, and print; whether all files of results are the same.

    Args:
        logs: The logs.
        folder: For the results.
        captures: How many logs there are.
        on_one: How many of them one process replays.
        kills: How often to kill a run.
    """
    one, two, again = (folder / f"{name}.parquet" for name in ("one", "two", "again"))
    parts = sorted(logs.iterdir())
    lines, size_bytes = averages(parts[0])
    print(f"fleet         logs of {lines:.0f} lines, {size_bytes:,.0f} bytes", flush=True)
    on_two = replayed([logs], two, 2)
    print(told("two processes", captures, on_two), flush=True)
    done = killed_and_resumed(logs, again, kills, on_two.done_bytes)
    same = filecmp.cmp(two, again, shallow=False)
    print(
        f"kill -9       with {', '.join(f'{part:.0%}' for part in done)} done, and resumed: "
        f"{'the same file' if same else 'ANOTHER FILE'} "
        f"({two.stat().st_size:,} bytes)",
        flush=True,
    )
    some = [logs] if on_one >= captures else parts[: max(1, on_one // FOLDER_FILES)]
    on_one = captures if on_one >= captures else len(some) * FOLDER_FILES
    alone = replayed(some, one, 1)
    print(told("one process", on_one, alone))
    print(f"two / one     {captures / on_two.seconds / (on_one / alone.seconds):>8.2f} times")
    if on_one == captures and not filecmp.cmp(one, two, shallow=False):
        same = False
        print("one process gives ANOTHER FILE")
    return same


def main() -> int:
    """Print the figures; 1 where a file is not what it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--captures", type=int, default=4_000)
    parser.add_argument("--on-one", type=int, help="how many of them on one process (all)")
    parser.add_argument("--kills", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="keep the logs there, and use what is there")
    arguments = parser.parse_args()
    captures = arguments.captures
    on_one = captures if arguments.on_one is None else arguments.on_one
    with tempfile.TemporaryDirectory() as temporary:
        logs = arguments.folder or Path(temporary) / "logs"
        if not logs.exists():
            write_logs(logs, captures)
        same = measured(logs, Path(temporary), captures, on_one, arguments.kills)
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
