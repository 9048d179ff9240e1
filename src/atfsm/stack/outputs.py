"""What the stack wants done, and what it has to say: data, in the order in which it happened.

Whoever drives a `Stack` takes its outputs after every call and carries them out in order; the
order is the promise. Written down as they come, they are the journal: `Read`, `Written`,
`LimitPassed` and `Injected` are all that ever moves a machine, so they are all that a replay
needs, and `Moved` is what it must come to again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from atfsm.stack.memory import Memory


class Rung(Enum):
    """How much is reset. The order is the order of the ladder."""

    SOCKET = "socket"  #: close, delete, read back, configure, connect
    CONTEXT = "context"  #: the profile goes down, its sockets with it
    MODEM = "modem"  #: AT+CFUN=1,1, or AT!RESET
    POWER = "power"  #: the power hook


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something was reset: the wobble, and what the wire showed before it.

    Attributes:
        machine: Name of the chart that wobbled.
        key: Which one of that chart.
        state: The state in which it wobbled.
        kind: refused, dropped, silent, out_of_step, swept, or "asked" by the application, or
            "climbed" where the ladder went on to the next rung.
        fact: What it was told.
        line: The line that said so, or what passed in silence.
        lines: The last lines of the wire, oldest first, each with its direction.
    """

    machine: str
    key: str
    state: str
    kind: str
    fact: str
    line: str
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        name = f"{self.machine} {self.key}".rstrip()
        return f"{name} was {self.state}; {self.kind}: {self.line}"


# --------------------------------------------------------------------- what the wire saw


@dataclass(frozen=True, slots=True)
class Read:
    """These bytes came from the modem."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Written:
    """Write these bytes to the port; a port that is gone loses them."""

    data: bytes


@dataclass(frozen=True, slots=True)
class LimitPassed:
    """A limit passed, at the time *at_s*, and the machine was told so."""

    machine: str
    key: str
    at_s: float
    limit_s: float


@dataclass(frozen=True, slots=True)
class Injected:
    """A machine was told something that the wire does not carry: a rung that is due, a hook."""

    machine: str
    key: str
    fact: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """A machine entered a state.

    Attributes:
        machine: Name of its chart.
        key: Which one.
        generation: How often this key was given out; 1 for the first.
        before: State left.
        fact: What it was told.
        state: State entered.
        is_wobble: Whether that is a wobble state.
        swept_by: Machine and key of the neighbour that passed the fact on, or None.
    """

    machine: str
    key: str
    generation: int
    before: str
    fact: str
    state: str
    is_wobble: bool = False
    swept_by: tuple[str, str] | None = None


# --------------------------------------------------------------------- what has to be done


@dataclass(frozen=True, slots=True)
class CutPower:
    """Call the power hook, then `Stack.power_returned`."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class AskReset:
    """Ask the application whether it may be; then `Stack.permit`."""

    rung: Rung
    cause: Cause


@dataclass(frozen=True, slots=True)
class Remember:
    """Make this durable before carrying out what comes next: it keeps rations honest."""

    memory: Memory


# --------------------------------------------------------------------- what happened


@dataclass(frozen=True, slots=True)
class Opened:
    """A socket is usable; *generation* counts how often it was opened."""

    handle: int
    generation: int


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes for a socket: a piece of the TCP stream, or one UDP read."""

    handle: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Sent:
    """The modem took the bytes of a send: its OK came after payload and end pattern."""

    handle: int
    ticket: int


@dataclass(frozen=True, slots=True)
class Unsent:
    """A send was given up.

    Attributes:
        handle: The socket.
        ticket: The send.
        may_have_left: Whether the modem may have taken some of the bytes all the same.
        cause: Why; None where the application closed the socket.
    """

    handle: int
    ticket: int
    may_have_left: bool
    cause: Cause | None


@dataclass(frozen=True, slots=True)
class PeerClosed:
    """The peer closed in order, and all that it had sent was handed over before this."""

    handle: int


@dataclass(frozen=True, slots=True)
class Closed:
    """A socket that the application closed is gone from the modem, too."""

    handle: int


@dataclass(frozen=True, slots=True)
class Reset:
    """A reset began.

    Attributes:
        rung: How much of the stack it takes.
        cause: Why.
        handles: The sockets that lose their connection by it.
    """

    rung: Rung
    cause: Cause
    handles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NeedsHuman:
    """Every rung was tried in vain. It goes on trying, slowly."""

    cause: Cause


@dataclass(frozen=True, slots=True)
class InService:
    """Data passed again after a reset, or for the first time."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A rung is due and held back.

    Attributes:
        rung: Which one.
        until_s: When it is tried, on the clock of the stack.
        why: spacing, ration, or veto.
    """

    rung: Rung
    until_s: float
    why: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to a command that the application asked for.

    Attributes:
        ticket: Which command.
        lines: Information text, in order.
        result: The final result; empty where none came within the limit.
    """

    ticket: int
    lines: tuple[bytes, ...]
    result: bytes


Output = (
    Read
    | Written
    | LimitPassed
    | Injected
    | Moved
    | CutPower
    | AskReset
    | Remember
    | Opened
    | Received
    | Sent
    | Unsent
    | PeerClosed
    | Closed
    | Reset
    | NeedsHuman
    | InService
    | Waiting
    | Answered
)
