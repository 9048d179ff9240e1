"""Who waits now, and for how long: the limits of the states, and that of the command in flight."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from atfsm.at.exchange import Exchange
from atfsm.charts import LineState
from atfsm.machine import table
from atfsm.stack.coupling import TABLED
from atfsm.stack.whole import Place

#: States of the line in which a command awaits its final result; no other chart has them.
IN_FLIGHT: Final = frozenset(
    {LineState.COMMAND_IN_FLIGHT, LineState.DATA_MODE_OUT, LineState.DATA_MODE_IN}
)


class Slot(NamedTuple):
    """A machine that waits, and how long it may; *is_command*: for the command in flight."""

    machine: str
    key: str
    limit_s: float
    is_command: bool = False


def slots(exchange: Exchange, places: Iterable[Place], *, resets: bool) -> Iterator[Slot]:
    """Every machine that waits with a limit.

    Args:
        exchange: What is known of the conversation.
        places: Where every machine stands.
        resets: Whether the steps of a full reset are timed. They are for one who takes them,
            and not for one who only observes. An observer does not time a command that is not
            declared and was answered by anything, either: other makers' may end so.
    """
    for machine, key, state, _ in places:
        rules = table(TABLED[machine])
        limit_s = rules.limits_s[state]
        sent = exchange.in_flight if rules.states[state] in IN_FLIGHT else None
        if sent is not None and rules.states[state] == LineState.COMMAND_IN_FLIGHT:
            is_over = sent.notified and not sent.members and not resets
            limit_s = None if is_over else sent.limit_s
        if limit_s is not None and (resets or not rules.is_reset[state]):
            is_command = sent is not None and not sent.is_charged
            yield Slot(machine, key, limit_s, is_command=is_command)
