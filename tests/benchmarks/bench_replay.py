"""What replay costs, side by side in one run: ``make bench``.

Prints, for one generated capture of time-stamped Tx/Rx lines: lines/s of replay (all but
printing), events/s of a loop that only triggers ``transitions`` with the same facts, lines/s of
a bare loop that splits a line into its fields and looks side and text up (about what CPython can
do at all), and their
ratios. Machines are noisy: only the ratios mean anything, so each is taken from rounds that
follow one another.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from atfsm.machine import Resident, rulebook
from atfsm.replay.automaton import Edge
from atfsm.replay.capture import Capture
from atfsm.replay.formats import format_named
from atfsm.replay.session import Session
from atfsm.stack import TABLED, Move

ROUNDS = 5
EVENT_LINES = 20_000  # lines whose facts the transitions loop triggers


def rounds(count: int, seed: int = 7) -> Iterator[str]:
    """Generate *count* lines: UDP rounds as the field has them, payloads all different."""
    random_ = random.Random(seed)
    now = dt.datetime(2026, 11, 22, 10, 0, 0, tzinfo=dt.UTC)
    written = 0

    def line(side: str, text: str, after_ms: int) -> str:
        nonlocal now, written
        now += dt.timedelta(milliseconds=after_ms)
        written += 1
        return f"[{now:%Y-%m-%d %H:%M:%S}.{now.microsecond // 1000:03d}] {side}: {text}\n"

    yield line("Rx", "+KSUP: 0", 0)
    for text in ("ATE0", "AT+CMEE=1", 'AT+KPATTERN="--EOF--Pattern--"'):
        yield line("Tx", text, 20)
        yield line("Rx", "OK", 5)
    for sent, answers in (
        ("AT+CPIN?", ("+CPIN: READY", "OK")),
        ("AT+CEREG?", ("+CEREG: 0,1", "OK")),
        ('AT+KCNXCFG=1,"GPRS","apn"', ("OK",)),
        ("AT+KUDPCFG=1,0,1234", ("+KUDPCFG: 1", "OK", "+KCNX_IND: 1,1,0", "+KUDP_IND: 1,1")),
    ):
        yield line("Tx", sent, 20)
        for answer in answers:
            yield line("Rx", answer, 10)
    number = 0
    while written < count:
        number += 1
        payload = f"{number:08d};{random_.random():.16f};{random_.randrange(10**6):06d}"
        size = len(payload)
        yield line("Tx", f'AT+KUDPSND=1,"203.0.113.5",7,{size}', random_.choice((150, 800, 2500)))
        yield line("Rx", "CONNECT", 17)
        yield line("Tx", f"{payload}--EOF--Pattern--", 1)
        yield line("Rx", "OK", 9)
        yield line("Rx", f"+KUDP_DATA: 1,{size}", 220)
        yield line("Tx", f"AT+KUDPRCV=1,{size}", 3)
        yield line("Rx", "CONNECT", 12)
        yield line("Rx", f"{payload}--EOF--Pattern--", 2)
        yield line("Rx", "OK", 2)
        if number % 3 == 0:
            yield line("Tx", "AT+CSQ", 20)
            yield line("Rx", f"+CSQ: {random_.randrange(10, 31)},99", 4)
            yield line("Rx", "OK", 1)
        if number % 7 == 0:
            yield line("Tx", "AT+CEREG?", 20)
            yield line("Rx", "+CEREG: 0,1", 4)
            yield line("Rx", "OK", 1)


def replay_lines(path: Path, *, timeline: bool = False) -> tuple[float, int]:
    """Replay the capture; return seconds and lines. Everything but printing is in it."""
    start = time.perf_counter()
    session = Session(
        path.name, format_named("txrx"), (lambda *_: None) if timeline else None, timeline=timeline
    )
    for chunk in Capture(str(path)).chunks():
        session.feed(chunk)
    report = session.close()
    seconds = time.perf_counter() - start
    assert report.verdict.value == "clean", report.to_json()
    return seconds, report.lines


def split_and_look_up(path: Path) -> tuple[float, int]:
    """The floor: split each line into stamp, side and text, and look side and text up."""
    known = {(b"Rx:", b"OK"): 1, (b"Rx:", b"CONNECT"): 2, (b"Tx:", b"AT+CSQ"): 3}
    found = lines = 0
    start = time.perf_counter()
    with path.open("rb") as file:
        for line in file:
            _date, _time, side, text = line.rstrip().split(b" ", 3)
            if known.get((side, text)) is not None:
                found += 1
            lines += 1
    seconds = time.perf_counter() - start
    assert found
    return seconds, lines


def cut_and_look_up(path: Path) -> tuple[float, int]:
    """The leanest loop of all: cut each line behind its stamp, and look the rest up."""
    known = {b"Rx: OK\n": 1, b"Rx: CONNECT\n": 2, b"Tx: AT+CSQ\n": 3}
    found = lines = 0
    start = time.perf_counter()
    with path.open("rb") as file:
        for line in file:
            if known.get(line[26:]) is not None:
                found += 1
            lines += 1
    seconds = time.perf_counter() - start
    assert found
    return seconds, lines


def moves_of(path: Path, lines: int) -> list[Move]:
    """The facts that the first *lines* lines tell, in order."""
    moves: list[Move] = []

    def teller(_line: int, edge: Edge, _wobbles: object) -> None:
        moves.extend(edge.moves)

    session = Session(path.name, format_named("txrx"), teller, timeline=True)
    with path.open("rb") as file:
        session.feed([line.rstrip(b"\n") for line, _ in zip(file, range(lines), strict=False)])
    session.close()
    return moves


def trigger(moves: list[Move]) -> tuple[float, int]:
    """Only trigger transitions for the same facts; return seconds and events."""
    residents = {(m.machine, m.key): Resident(TABLED[m.machine]) for m in moves}
    calls = [
        (
            rulebook(TABLED[m.machine]).machine.events[str(m.fact)].trigger,
            residents[m.machine, m.key],
        )
        for m in moves
    ]
    start = time.perf_counter()
    for call, resident in calls:
        call(resident)
    return time.perf_counter() - start, len(calls)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=2_000_000)
    lines = parser.parse_args().lines
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rounds.log"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(rounds(lines))
        moves = moves_of(path, EVENT_LINES)
        before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        measured: dict[str, list[float]] = {}

        def take(name: str, run: Callable[[], tuple[float, int]]) -> None:
            seconds, count = run()
            measured.setdefault(name, []).append(count / seconds)

        for _ in range(ROUNDS):
            take("floor", lambda: split_and_look_up(path))
            take("leanest", lambda: cut_and_look_up(path))
            take("replay", lambda: replay_lines(path))
            take("transitions", lambda: trigger(moves))
        take("timeline", lambda: replay_lines(path, timeline=True))
        after_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        size_mb = path.stat().st_size / 1e6
    facts = len(moves) / EVENT_LINES

    rate = {name: statistics.median(values) for name, values in measured.items()}
    to_floor = statistics.median(
        a / b for a, b in zip(measured["replay"], measured["floor"], strict=True)
    )
    to_transitions = statistics.median(
        a / b for a, b in zip(measured["replay"], measured["transitions"], strict=True)
    )
    print(f"capture: {lines:,} lines, {size_mb:.0f} MB, {ROUNDS} rounds, medians")
    print(f"replay (all but printing)         {rate['replay']:>12,.0f} lines/s")
    print(f"replay with a full time line      {rate['timeline']:>12,.0f} lines/s")
    print(f"transitions, same facts           {rate['transitions']:>12,.0f} events/s")
    print(f"split and look up (the floor)     {rate['floor']:>12,.0f} lines/s")
    print(f"cut and look up (no fields)       {rate['leanest']:>12,.0f} lines/s")
    print(f"replay / transitions              {to_transitions:>12.1f} times (to reach: 20)")
    print(
        f"  the same capture, time to time  {to_transitions * facts:>12.1f} times ({facts:.2f} facts a line)"
    )
    print(f"replay / floor                    {to_floor:>12.2f} times (to reach: 0.5)")
    print(f"memory while replaying            {(after_kib - before_kib) / 1024:>+12.1f} MiB")


if __name__ == "__main__":
    main()
