"""Noise: whatever a line may carry, in any mixture."""

from __future__ import annotations

import random
import tracemalloc

from atfsm.stack import Config, Stack


def feed_noise(seed: int, count_bytes: int) -> int:
    """Feed noise; return how much memory is held after it, if that is traced."""
    chance = random.Random(seed)
    stack = Stack(Config(apn="internet", has_power_hook=True))
    stack.start(0.0)
    stack.open_tcp("192.0.2.1", 7, 0.0)
    stack.open_udp("192.0.2.1", 9, 0.0)
    words = [b"\r\nOK\r\n", b"\r\nCONNECT\r\n", b"\r\n+KTCP_IND: 1,1\r\n", b"\r\n+KSUP: 0\r\n"]
    words += [b"\r\n+CME ERROR: 923\r\n", b"+KTCPCFG: 1\r\n", b"\r\nERROR\r\n", b"AT\r"]
    now_s, fed = 0.0, 0
    while fed < count_bytes:
        noise = chance.randbytes(chance.choice((1, 10, 1000, 20_000)))
        data = b"".join(chance.choices((*words, noise), k=3))
        fed += len(data)
        now_s += chance.choice((0.0, 0.01, 1.0, 100.0))
        stack.receive(data, now_s)
        stack.take()
    return tracemalloc.get_traced_memory()[0] if tracemalloc.is_tracing() else 0
