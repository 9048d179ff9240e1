"""Judge a capture from Python and list where it left the happy path."""

import sys

from atfsm.replay import Verdict, replay

report = replay(sys.argv[1])
print(f"{report.capture}: {report.verdict.value}, read as {report.format}")
for wobble in report.wobbles:
    print(f"line {wobble.line}: {wobble.machine} {wobble.key} {wobble.kind} in {wobble.state}")
    print(f"  got {wobble.got}, expected {' or '.join(wobble.expected)}")
for standing in report.machines:
    print(f"{standing.machine} {standing.key} ends {standing.state}".replace("  ", " "))
sys.exit(1 if report.verdict is Verdict.WOBBLE else 0)
