"""Golden sessions with a fault at a given step: does service return, and what did it cost?

The application here has an outbox: it sends its messages one by one, in order, and sends one again
that was not taken. It has no other word about recovery.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from atfsm.sim import Chunks, Echo, Fault, VirtualNetwork
from atfsm.stack import (
    Config,
    NeedsHuman,
    Opened,
    Output,
    Received,
    Reset,
    Sent,
    Unsent,
)
from tests.stack.world import World

HOST, PORT = "192.0.2.1", 7
PAUSE_S = 2.0  # between two messages
#: Longest time to service that the ladder allows without being rationed; ours: see docs/ladder.md.
BOUND_S = 600.0


@dataclass
class Outcome:
    """What came of a session.

    Attributes:
        served: Whether every message was taken.
        needed_human: Whether it was said that a human is needed.
        time_to_service_s: From the first fault to the next message that was taken after it.
        resets: How many there were.
        arrived: What the peer got, in order.
        fired: How often the fault happened.
        written: What the stack wrote.
        commands: How many opportunities of a command there were.
    """

    served: bool = False
    needed_human: bool = False
    time_to_service_s: float = 0.0
    resets: int = 0
    arrived: list[bytes] = field(default_factory=list)
    fired: int = 0
    written: bytes = b""
    outputs: list[tuple[float, Output]] = field(default_factory=list)


class Application:
    """Sends messages through one socket, in order, until each was taken."""

    def __init__(self, world: World, kind: str, messages: list[bytes]) -> None:
        self._world = world
        stack = world.stack
        opener = stack.open_tcp if kind == "tcp" else stack.open_udp
        self.handle = opener(HOST, PORT, world.now_s)
        stack.grant(self.handle, 1 << 30, world.now_s)
        self._left = list(messages)
        self._ticket: int | None = None
        self._next_s = 0.0
        self._is_open = False
        self.sent_s: list[float] = []
        self.received = bytearray()
        world.carry_out()

    @property
    def is_done(self) -> bool:
        """Whether every message was taken."""
        return not self._left

    def hear(self, output: Output, now_s: float) -> None:
        """Hear what the stack says."""
        match output:
            case Opened():
                self._is_open = True
            case Sent(_, ticket) if ticket == self._ticket:
                self._left.pop(0)
                self._ticket = None
                self._next_s = now_s + PAUSE_S
                self.sent_s.append(now_s)
            case Unsent(_, ticket) if ticket == self._ticket:
                self._ticket = None
            case Received(_, data):
                self.received += data
            case _:
                pass

    def act(self) -> None:
        """Send what is next, when it is time."""
        world = self._world
        if self._left and self._ticket is None and self._is_open and world.now_s >= self._next_s:
            self._ticket = world.stack.send(self.handle, self._left[0], world.now_s)
            world.carry_out()

    @property
    def next_s(self) -> float:
        """When it has something to do."""
        return self._next_s if self._left and self._ticket is None and self._is_open else 1e9


def golden_session(
    kind: str,
    faults: list[Fault],
    *,
    seed: int = 0,
    profile: str = "rc76",
    messages: int = 5,
    chunks: Chunks = Chunks.WHOLE,
    for_s: float = 4 * BOUND_S,
    config: Config | None = None,
) -> Outcome:
    """Run one session with its faults; what the peer echoes is read as well."""
    network = VirtualNetwork(seed=seed)
    peer = Echo()
    (network.serve_tcp if kind == "tcp" else network.serve_udp)(HOST, PORT, peer)
    application: list[Application] = []

    def watch(output: Output, now_s: float) -> None:
        if application:
            application[0].hear(output, now_s)

    world = World(
        config or Config(apn="internet", has_power_hook=True),
        profile=profile,
        faults=faults,
        seed=seed,
        chunks=chunks,
        network=network,
        watch=watch,
    )
    bodies = [b"message %03d;" % number for number in range(messages)]
    app = Application(world, kind, bodies)
    application.append(app)
    end_s = world.now_s + for_s
    while not app.is_done and world.now_s < end_s:
        app.act()
        world.step(min(end_s, max(world.now_s, app.next_s)) if app.next_s < 1e9 else end_s)
    world.run(5.0)
    outcome = Outcome(
        served=app.is_done,
        needed_human=bool(world.of(NeedsHuman)),
        resets=len(world.of(Reset)),
        arrived=peer.received,
        fired=len(world.modem.fired),
        written=bytes(world.written),
        outputs=world.outputs,
    )
    if world.modem.fired:
        first_s = world.modem.fired[0].time_s
        after = [t for t in app.sent_s if t > first_s]
        outcome.time_to_service_s = (after[0] if after else world.now_s) - first_s
    return outcome


def in_order(arrived: list[bytes], messages: int) -> bool:
    """Whether every message arrived at least once, the first time in order."""
    stream = b"".join(arrived)
    seen: list[bytes] = []
    for piece in stream.split(b";"):
        if piece.startswith(b"message ") and len(piece) == 11 and piece not in seen:
            seen.append(piece)
    return seen == [b"message %03d" % number for number in range(messages)]
