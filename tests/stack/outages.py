"""Weeks of outages on a virtual clock: a ladder that is killed again and again."""

from __future__ import annotations

import random
from typing import NamedTuple

from atfsm.stack import Memory, Rung, Spacing
from atfsm.stack.ladder import Ladder

WEEK_S = 7 * 24 * 3600.0


class Week(NamedTuple):
    """What was done to a modem in a week.

    Attributes:
        restarts_s: When it was started anew, by command or by power.
        cuts_s: When its power was cut.
        kills: How often the process was killed.
    """

    restarts_s: list[float]
    cuts_s: list[float]
    kills: int


def week_of_outages(chance: random.Random) -> Week:
    """One week in which nothing helps for long, and the process is killed now and then.

    A kill may come between the moment at which a ration is written down and the reset itself;
    the reset may have happened or not, and is counted as if it had.
    """
    spacing = Spacing()
    memory, now_s, kills = Memory(), 0.0, 0
    restarts_s: list[float] = []
    cuts_s: list[float] = []
    has_power = chance.random() < 0.8
    ladder = Ladder(spacing, memory, chance.random, has_power=has_power)
    while now_s < WEEK_S:
        now_s += chance.expovariate(1 / chance.choice((1.0, 30.0, 600.0)))
        if chance.random() < 0.05:  # an hour of peace
            ladder.served("tcp 192.0.2.1:7")
            now_s += chance.uniform(0.0, 7200.0)
        used_up = ladder.failed("tcp 192.0.2.1:7")
        rung = ladder.rung_above("context 1") if used_up else Rung.SOCKET
        if rung is Rung.CONTEXT and ladder.failed("context 1"):
            rung = Rung.MODEM
        if rung is Rung.MODEM and ladder.failed("modem") and has_power:
            rung = Rung.POWER
        if rung in {Rung.MODEM, Rung.POWER}:
            is_cut = rung is Rung.POWER
            from_s = (ladder.power_cut_from_s if is_cut else ladder.restart_from_s)(now_s)
            if chance.random() < 0.3:  # it does not live to see the moment
                kills += 1
                now_s += chance.uniform(0.0, 60.0)
                ladder = Ladder(spacing, ladder.memory, chance.random, has_power=has_power)
                continue
            now_s = from_s
            if is_cut:
                ladder.spend_power_cut(now_s)
                cuts_s.append(now_s)
            else:
                ladder.spend_restart(now_s)
                restarts_s.append(now_s)
        memory = ladder.memory
        if chance.random() < 0.2:
            kills += 1
            ladder = Ladder(spacing, memory, chance.random, has_power=has_power)
    return Week(restarts_s, cuts_s, kills)


def restarts_within(moments_s: list[float], window_s: float) -> int:
    """The most moments in any window of that length, open at one end."""
    most, first = 0, 0
    for last, moment_s in enumerate(moments_s):
        while moments_s[first] <= moment_s - window_s:
            first += 1
        most = max(most, last - first + 1)
    return most
