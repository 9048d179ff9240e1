"""A modem that answers late, twice, or not at all; every answer says which command it is for.

It executes one command after the other. What is written while it is busy it queues or ignores,
as modems do (1.1 [LEG-S] answers ERROR; others do either). A restart makes it forget.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

from atfsm.stack import Answered, Config, CutPower, Spacing, Stack, Written

LIMIT_S = 1.0
BOOT_S = 8.0


@dataclass
class LateModem:
    """The modem.

    Attributes:
        chance: Where its moods come from.
        queues: Whether it queues what comes while it is busy.
        p_bad: How many of its answers to ``AT+CSQ=<n>`` are late, doubled or lost.
        injected: How many were.
    """

    chance: random.Random
    queues: bool
    p_bad: float
    injected: int = 0
    _line: bytearray = field(default_factory=bytearray)
    _queue: list[bytes] = field(default_factory=list)
    _busy_until_s: float = 0.0
    _out: list[tuple[float, bytes]] = field(default_factory=list)
    _echo: bool = True

    def write(self, data: bytes, now_s: float) -> None:
        """The host writes."""
        if self._echo:
            self._out.append((now_s, data))
        self._line += data
        while (end := self._line.find(b"\r")) >= 0:
            text = bytes(self._line[:end])
            del self._line[: end + 1]
            if now_s < self._busy_until_s:
                if self.queues:
                    self._queue.append(text)
            else:
                self._execute(text, now_s)

    def advance(self, now_s: float) -> None:
        """Time passes: what was queued is executed when the command before is done."""
        while self._queue and self._busy_until_s <= now_s:
            self._execute(self._queue.pop(0), self._busy_until_s)

    def deadline_s(self) -> float | None:
        """When it has something to say or to do."""
        times = [at_s for at_s, _ in self._out]
        if self._queue:
            times.append(self._busy_until_s)
        return min(times, default=None)

    def read(self, now_s: float) -> bytes:
        """What it has said until now, in order."""
        due = sorted((o for o in self._out if o[0] <= now_s), key=lambda o: o[0])
        self._out = [o for o in self._out if o[0] > now_s]
        return b"".join(data for _, data in due)

    def cut_power(self, now_s: float) -> None:
        """Everything is forgotten; it boots."""
        self._queue.clear()
        self._line.clear()
        self._echo = True
        self._out = [(now_s + BOOT_S, b"\r\n+KSUP: 0\r\n")]
        self._busy_until_s = now_s + BOOT_S

    def _execute(self, text: bytes, now_s: float) -> None:
        if text == b"AT+CFUN=1,1":
            self.cut_power(now_s + 0.01)
            self._out.insert(0, (now_s + 0.01, b"\r\nOK\r\n"))
            return
        if not text.upper().startswith(b"AT"):
            return
        answer = b"\r\nOK\r\n"
        if text == b"AT+CPIN?":
            answer = b"\r\n+CPIN: READY\r\n" + answer
        if text == b"AT+CEREG?":
            answer = b"\r\n+CEREG: 1,1\r\n" + answer
        tag = re.fullmatch(rb"AT\+CSQ=(\d+)", text)
        took_s = self.chance.uniform(0.001, 0.05)
        if tag is not None:
            answer = b"\r\n+CSQ: " + tag[1] + b"\r\n" + answer
            if self.chance.random() < self.p_bad:
                took_s, answer = self._spoil(took_s, answer)
        self._busy_until_s = now_s + took_s
        if answer:
            self._out.append((self._busy_until_s, answer))

    def _spoil(self, took_s: float, answer: bytes) -> tuple[float, bytes]:
        self.injected += 1
        match self.chance.choice(
            ("late", "later", "lost", "doubled", "half lost", "half doubled")
        ):
            case "late":
                return self.chance.uniform(LIMIT_S, 5.0), answer
            case "later":
                return self.chance.uniform(5.0, 60.0), answer
            case "lost":
                return took_s, b""
            case "doubled":
                return took_s, answer * 2
            case "half lost":
                return took_s, answer[: answer.index(b"\r\n", 2) + 2]
            case _:
                return took_s, answer + b"\r\nOK\r\n"


@dataclass
class Tally:
    """What came of it: answers that were right, wrong, and none; and what was injected."""

    right: int = 0
    wrong: int = 0
    none: int = 0
    injected: int = 0


def ask_a_late_modem(seed: int, injections: int, *, p_bad: float = 0.5) -> Tally:
    """Ask until so many answers were spoiled, and count whose answer each one was."""
    chance = random.Random(seed)
    modem = LateModem(chance, queues=chance.random() < 0.5, p_bad=p_bad)
    spacing = Spacing(restarts_free=1_000_000, power_s=(60.0, 60.0))
    stack = Stack(Config(has_power_hook=True, spacing=spacing))
    tally, now_s = Tally(), 0.0
    asked: dict[int, int] = {}
    stack.start(now_s)
    number = 0
    while modem.injected < injections:
        if not asked:
            number += 1
            asked[stack.command(b"AT+CSQ=%d" % number, now_s, LIMIT_S)] = number
        for output in stack.take():
            match output:
                case Written(data):
                    modem.write(data, now_s)
                case CutPower():
                    modem.cut_power(now_s)
                    stack.power_returned(now_s)
                case Answered(ticket, lines, result):
                    expected = asked.pop(ticket)
                    if not result:
                        tally.none += 1
                    elif (b"+CSQ: %d" % expected,) == lines:
                        tally.right += 1
                    else:
                        tally.wrong += 1
                case _:
                    pass
        times = [t for t in (modem.deadline_s(), stack.deadline_s()) if t is not None]
        if not times:
            continue
        now_s = max(now_s, min(times))
        modem.advance(now_s)
        data = modem.read(now_s)
        if data:
            stack.receive(data, now_s)
        else:
            stack.advance(now_s)
    tally.injected = modem.injected
    return tally
