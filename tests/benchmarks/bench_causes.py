"""How often replay is right where the truth is known: ``make bench``.

Replays logs of the simulated modem with one known fault each, and as many without, in every
capture format (tests/replay/known_faults.py), and prints in how many the first divergence is
exact, the cause is right, and a wobble is seen where there is none.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from tests.replay.known_faults import clean, faulty, judged


def main() -> None:
    """Print what is right and what is not."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--logs", type=int, default=1_000, help="of each of the two sorts")
    parser.add_argument("--first-seed", type=int, default=0)
    arguments = parser.parse_args()
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.logs)
    lines = causes = alarms = 0
    wrong: Counter[tuple[str, str, str]] = Counter()
    formats = set()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for seed in seeds:
            known = faulty(seed)
            formats.add(known.format_name)
            line, cause = judged(known, folder)
            lines += known.line == line
            causes += cause in known.causes
            if known.line != line or cause not in known.causes:
                fault = known.kind.fault if known.kind and known.kind.fault else "sent too early"
                wrong[fault, known.command.partition("=")[0], cause or "nothing found"] += 1
        for seed in seeds:
            known = clean(seed)
            formats.add(known.format_name)
            alarms += judged(known, folder) != (0, "")
    count = len(seeds)
    print(f"{count:,} logs with one known fault, {count:,} without, in {len(formats)} formats")
    print(f"  first divergence exact   {lines / count:7.2%}   (due: 99 %)")
    print(f"  cause right              {causes / count:7.2%}   (due: 95 %)")
    print(f"  false wobbles            {alarms:7,}   (due: 1 in 1,000 at most)")
    for (fault, command, cause), times in wrong.most_common():
        print(f"  wrong {times:3} times: {fault} at {command}: {cause}")


if __name__ == "__main__":
    main()
