"""The courier: takes messages out of an outbox and sends them, one at a time per destination.

It has a thread of its own, since every step is made durable and the line must not wait for a
disk. A message is deleted when the modem took it, and not before.
"""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from atfsm.errors import AtfsmError, ModemError, SocketReset
from atfsm.live.hooks import apart
from atfsm.live.mailbox import Mailbox, Pending
from atfsm.live.outbox import Outbox
from atfsm.live.session import Session

#: Seconds until an outbox that refused (the disk is full) is asked again; ours.
RETRY_S: Final = 5.0

Submit: TypeAlias = Callable[[Callable[[Session], object]], object]

logger = logging.getLogger("atfsm")


@dataclass(frozen=True, slots=True)
class _Way:
    """A way to a destination is there."""

    box: Mailbox


@dataclass(frozen=True, slots=True)
class _Posted:
    """A message was put."""

    destination: str


@dataclass(frozen=True, slots=True)
class _Settled:
    """It is known what became of a message."""

    box: Mailbox
    message_id: int
    pending: Pending[None]


@dataclass(frozen=True, slots=True)
class _Job:
    """Something else that needs the disk."""

    work: Callable[[], object]


class Courier:
    """Sends what is in an outbox.

    Args:
        outbox: Where messages are.
        submit: Has something done by whoever owns the session; raises `ModemError` after the end.
    """

    def __init__(self, outbox: Outbox, submit: Submit) -> None:
        self._outbox = outbox
        self._submit = submit
        self._events: queue.SimpleQueue[_Way | _Posted | _Settled | _Job | None] = (
            queue.SimpleQueue()
        )
        self._ways: dict[str, list[Mailbox]] = {}
        self._under_way: set[str] = set()
        self._refused: set[str] = set()
        apart("courier", self._run)

    def add(self, box: Mailbox) -> None:
        """Messages to where *box* leads can be sent from now on."""
        self._events.put(_Way(box))

    def posted(self, box: Mailbox) -> None:
        """A message was put."""
        self._events.put(_Posted(box.name))

    def do(self, work: Callable[[], object]) -> None:
        """Do *work*, in order with everything else."""
        self._events.put(_Job(work))

    def close(self) -> None:
        """End; what was not sent stays in the outbox."""
        self._events.put(None)

    def _run(self) -> None:
        while True:
            try:
                event = self._events.get(timeout=RETRY_S if self._refused else None)
            except queue.Empty:
                refused, self._refused = self._refused, set()
                for destination in refused:
                    self._go_on(destination)
                continue
            if event is None:
                return
            self._look(event)

    def _look(self, event: _Way | _Posted | _Settled | _Job) -> None:
        match event:
            case _Job():
                event.work()
            case _Way():
                self._ways.setdefault(event.box.name, []).append(event.box)
                self._go_on(event.box.name)
            case _Posted():
                self._go_on(event.destination)
            case _Settled():
                self._under_way.discard(event.box.name)
                self._settled(event)

    def _settled(self, event: _Settled) -> None:
        error, destination = event.pending.error, event.box.name
        if isinstance(error, ValueError):
            logger.error(
                "message %d to %s cannot be sent with this configuration, and holds up all "
                "behind it: %s",
                *(event.message_id, destination, error),
            )
            self._ways.pop(destination, None)
            return
        if error is None:
            try:
                self._outbox.done(event.message_id)
            except AtfsmError as refusal:  # it will be sent again: at least once
                logger.error("%s", refusal)  # noqa: TRY400  one line says it
                self._refused.add(destination)
                return
        elif not isinstance(error, SocketReset):  # the socket is closed: there may be another
            others = [box for box in self._ways.get(destination, []) if box is not event.box]
            self._ways[destination] = others
        self._go_on(destination)

    def _go_on(self, destination: str) -> None:
        """Send the oldest message to *destination*, if none is under way."""
        ways = [box for box in self._ways.get(destination, []) if box.ended is None]
        self._ways[destination] = ways
        if not ways or destination in self._under_way:
            return
        box = ways[0]
        try:
            message = self._outbox.first(destination)
            if message is None:
                return
            self._outbox.tried(message.id)
        except AtfsmError as error:
            logger.error("%s", error)  # noqa: TRY400  one line says it
            self._refused.add(destination)
            return

        pending: Pending[None] = Pending(lambda: self._events.put(settled), is_awaited=False)
        settled = _Settled(box, message.id, pending)
        self._under_way.add(destination)
        try:
            self._submit(lambda session: session.send(box, message.payload, pending))
        except ModemError:
            self._under_way.discard(destination)  # it is over; the message stays
