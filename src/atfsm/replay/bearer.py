"""What the PDP context under a socket said, and which command took it away."""

from __future__ import annotations

from typing import Final, NamedTuple

from atfsm.at.facts import PdpFact
from atfsm.replay.automaton import Edge
from atfsm.replay.ledger import Chronicle, Mark

#: What a context says of itself, but for "up" and its idle countdown.
MOVING: Final = (
    *(PdpFact.CONNECTING_REPORTED, PdpFact.ATTEMPT_FAILED),
    *(PdpFact.CLOSED_REPORTED, PdpFact.LOST),
)
CONTEXT_SAID: Final = (
    *MOVING,
    *(PdpFact.IDLE_STARTED, PdpFact.UP_REPORTED, PdpFact.IDLE_CANCELLED),
)
RAISED: Final = (PdpFact.UP_REPORTED, PdpFact.SOCKET_CONNECTED)


LEAVES: Final = (b"+CFUN", b"+CGATT", b"+COPS")


class Said(NamedTuple):
    """Lines of a context.

    Attributes:
        up: The last that says that it is up.
        context: The last of all.
        moved: The same, where it came after the socket was seen at work and is neither "up" nor
            the idle countdown.
        idle: The same, where it is the idle countdown.
        down: The last AT+KCNXDOWN, if it was not up since.
    """

    up: Mark | None
    context: Mark | None
    moved: Mark | None
    idle: Mark | None
    down: Mark | None


def said_by(context: Chronicle, worked_line: int) -> Said:
    """Find what a context said.

    Args:
        context: Its chronicle.
        worked_line: The line on which the socket was last seen at work.
    """
    last = context.latest(CONTEXT_SAID)
    news = last if last is not None and last.line > worked_line else None
    asked, up = context.latest((PdpFact.DEACTIVATE_REQUESTED,)), context.latest(RAISED)
    return Said(
        up=context.latest((PdpFact.UP_REPORTED,)),
        context=last,
        moved=news if news == context.latest(MOVING) else None,
        idle=news if news == context.latest((PdpFact.IDLE_STARTED,)) else None,
        down=asked if asked is not None and (up is None or up.line < asked.line) else None,
    )


def leaving(edge: Edge) -> bytes:
    """The command in flight that takes the modem off the network, or restarts it; else empty."""
    sent = edge.node.exchange.in_flight
    leaves = sent is not None and any(line.name in LEAVES for line in sent.lines)
    return sent.text if sent is not None and leaves else b""
