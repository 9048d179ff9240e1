"""Who sends before his time: the thread's first report, as a search."""

from __future__ import annotations

import re

from atfsm.stack import Read, Written
from tests.stack.golden import Outcome


def sends_before_their_time(outcome: Outcome) -> list[str]:
    """KTCPSND and KUDPSND that were written before the IND of their session."""
    usable: set[tuple[bytes, bytes]] = set()
    wrong = []
    tail = asked = b""  # a line may come byte by byte
    for _, output in outcome.outputs:
        match output:
            case Read(data):
                tail = (tail + data)[-4096:]
                usable |= set(re.findall(rb"\+K(TCP|UDP)_IND:.?0*(\d+),1(?!\d)", tail))
                # The poll that makes up for a lost URC says so, too (3.2).
                if re.search(rb"\+KTCPSTAT: 3,", tail):
                    usable.add((b"TCP", asked))
            case Written(data):
                gone = re.match(rb"AT\+K(TCP|UDP)(?:CLOSE|DEL)=(\d+)", data)
                if gone:
                    tail = b""
                    usable.discard((gone[1], gone[2]))
                polled = re.match(rb"AT\+KTCPSTAT=(\d+)", data)
                if polled:
                    tail, asked = b"", polled[1]
                sent = re.match(rb"AT\+K(TCP|UDP)SND=(\d+)", data)
                if sent and (sent[1], sent[2]) not in usable:
                    wrong.append(data.decode())
            case _:
                pass
    return wrong
