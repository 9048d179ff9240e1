"""What every shell does: carries out the outputs of a stack, in order, and keeps what comes.

One owner (a thread, or the loop of asyncio) calls all methods of a `Session`; nothing here waits
for anything but the disk. The order is the promise: what happened is in the journal before it
has consequences, and what must be remembered is durable before the next byte is written.
"""

from __future__ import annotations

import logging
import os
import random
from collections.abc import Callable, Mapping

from atfsm.errors import AtfsmError, ModemError, SocketClosed, SocketReset
from atfsm.live import remembered
from atfsm.live.clocks import SYSTEM, Clock
from atfsm.live.contract import Driver, Shell, Verdict
from atfsm.live.journal import Journal
from atfsm.live.mailbox import Mailbox, Pending
from atfsm.live.requests import Answer
from atfsm.stack.config import Config
from atfsm.stack.memory import Memory
from atfsm.stack.outputs import (
    Answered,
    AskReset,
    Closed,
    CutPower,
    InService,
    Moved,
    NeedsHuman,
    Opened,
    Output,
    PeerClosed,
    Received,
    Remember,
    Reset,
    Sent,
    Unsent,
    Waiting,
    Written,
)
from atfsm.stack.requests import check_payload

logger = logging.getLogger("atfsm")


def stack_of(config: Config, now_s: float, memory: Memory) -> Driver:
    """The stack that drives a modem: `atfsm.stack.Stack`, with chance from *config*."""
    from atfsm.stack import Stack

    chance = random.Random(config.seed).random  # noqa: S311  jitter, no secret
    return Stack(config, now_s=now_s, memory=memory, chance=chance)


class Session:
    """One stack, and what belongs to it.

    Args:
        config: What the application decided.
        shell: Who owns it.
        url: What the port is called.
        journal: Where to write down what happens.
        memory: The file that remembers costly resets.
        clock: Where the time comes from.
        make_stack: Makes the stack.
    """

    def __init__(
        self,
        config: Config,
        shell: Shell,
        *,
        url: str,
        journal: Journal | None = None,
        memory: str | os.PathLike[str] | None = None,
        clock: Clock = SYSTEM,
        make_stack: Callable[[Config, float, Memory], Driver] = stack_of,
    ) -> None:
        self.config = config
        self.states: Mapping[tuple[str, str], str] = {}
        self.is_idle = True
        self.end: ModemError | None = None
        self._shell = shell
        self._journal = journal
        self._journal_fails = False
        self._memory = memory
        self._clock = clock
        now_s = clock.monotonic_s()
        kept = Memory() if memory is None else remembered.load(memory, now_s=now_s, clock=clock)
        if journal is not None:
            journal.begin(config, url, now_s)
        self._stack = make_stack(config, now_s, kept)
        _quiet_transitions()
        self._is_started = False
        self._boxes: dict[int, Mailbox] = {}
        self._sends: dict[int, Pending[None]] = {}
        self._commands: dict[int, Pending[Answer]] = {}
        self._done()

    # ------------------------------------------------------------------ port and time

    @property
    def now_s(self) -> float:
        """The time, on the clock of the stack."""
        return self._clock.monotonic_s()

    def port_opened(self) -> None:
        """The port is open: the first time the stack starts, later it goes on."""
        if self._is_started:
            self._stack.port_returned(self.now_s)
        else:
            self._is_started = True
            self._stack.start(self.now_s)
        self._done()

    def port_lost(self) -> None:
        """The port is gone."""
        self._stack.port_lost(self.now_s)
        self._done()

    def came(self, data: bytes) -> None:
        """Bytes came."""
        self._stack.receive(data, self.now_s)
        self._done()

    def advance(self) -> None:
        """Let time pass."""
        self._stack.advance(self.now_s)
        self._done()

    def deadline_s(self) -> float | None:
        """When `advance` has to be called at the latest; None: never."""
        return self._stack.deadline_s() if self._is_started else None

    # ------------------------------------------------------------------ requests

    def open(self, box: Mailbox) -> None:
        """Open a socket; `box` learns what becomes of it."""
        opens = self._stack.open_tcp if box.machine == "tcp" else self._stack.open_udp
        try:
            box.handle = opens(box.host, box.port, self.now_s)
        except ValueError as error:
            with self._shell.guard:
                box.end(str(error))
            return
        self._boxes[box.handle] = box
        self._done()
        self.grant(box)

    def grant(self, box: Mailbox) -> None:
        """Tell the modem of room, where there is enough of it."""
        with self._shell.guard:
            room_bytes = box.room() if box.wants_room else 0
        if room_bytes and box.handle is not None:
            self._stack.grant(box.handle, room_bytes, self.now_s)
            self._done()

    def send(self, box: Mailbox, data: bytes, pending: Pending[None]) -> None:
        """Send *data*; *pending* learns what becomes of it."""
        error: Exception | None = None
        if box.handle not in self._boxes or box.ended is not None:
            error = SocketClosed(box.ended or "the socket is closed")
        else:
            try:
                check_payload(self.config, box.machine, data)
                pending.ticket = self._stack.send(box.handle, data, self.now_s)
            except (KeyError, ValueError) as refusal:
                error = refusal
        if error is not None:
            with self._shell.guard:
                pending.fail(error)
            return
        assert pending.ticket is not None
        self._sends[pending.ticket] = pending
        self._done()

    def cancel(self, box: Mailbox, pending: Pending[None]) -> bool:
        """Take a send back; say whether nothing of it was written."""
        if box.handle is None or pending.ticket is None or pending.is_settled():
            return False
        is_back = self._stack.cancel(box.handle, pending.ticket)
        if is_back:
            self._sends.pop(pending.ticket, None)
        self._done()
        return is_back

    def close(self, box: Mailbox) -> None:
        """Close a socket: at once for the application, in order on the modem."""
        with self._shell.guard:
            box.end("the socket is closed")
        if box.handle in self._boxes:
            self._stack.close(box.handle, self.now_s)
            self._done()
        else:
            with self._shell.guard:
                box.gone()

    def report_dead(self, box: Mailbox) -> None:
        """Reset a socket, since the application knows that it is dead."""
        if box.handle in self._boxes:
            self._stack.report_dead(box.handle, self.now_s)
            self._done()

    def command(self, text: bytes, limit_s: float | None, pending: Pending[Answer]) -> None:
        """Write a command when the line is free; *pending* learns the answer."""
        try:
            ticket = self._stack.command(text, self.now_s, limit_s)
        except ValueError as error:
            with self._shell.guard:
                pending.fail(error)
            return
        self._commands[ticket] = pending
        self._done()

    def permit(self, verdict: Verdict) -> None:
        """What the veto hook gave."""
        wait_s = None if isinstance(verdict, bool) else float(verdict)
        self._stack.permit(granted=verdict is True, now_s=self.now_s, wait_s=wait_s)
        self._done()

    def power_returned(self) -> None:
        """The power hook has returned."""
        self._stack.power_returned(self.now_s)
        self._done()

    def shut_down(self) -> None:
        """Close every socket in order; then `is_idle`."""
        with self._shell.guard:
            for box in self._boxes.values():
                box.end("the modem is closed")
        self._stack.shut_down(self.now_s)
        self._done()

    def finish(self, error: ModemError) -> None:
        """It is over: whoever waits for anything is told so."""
        with self._shell.guard:
            self.end = error
            for box in self._boxes.values():
                box.end(str(error))
                box.gone()
            for send in self._sends.values():
                send.fail(error)
            for command in self._commands.values():
                command.fail(error)
            self._shell.wake()

    # ------------------------------------------------------------------ what comes of it

    def _done(self) -> None:
        """Carry out what came of a call."""
        outputs = self._stack.take()
        if self._journal is not None and outputs:
            self._write_down(self._journal, outputs)
        for output in outputs:
            self._carry_out(output)
        is_idle = self._stack.is_idle
        if is_idle != self.is_idle or any(isinstance(o, Moved) for o in outputs):
            with self._shell.guard:
                self.is_idle = is_idle
                self.states = dict(self._stack.states)
                self._shell.wake()

    def _write_down(self, journal: Journal, outputs: list[Output]) -> None:
        """A journal that cannot be written costs the journal, not the modem."""
        try:
            journal.write(outputs, self.now_s)
        except AtfsmError as error:
            if not self._journal_fails:
                logger.error("%s; going on without", error)  # noqa: TRY400  one line says it
            self._journal_fails = True
        else:
            self._journal_fails = False

    def _carry_out(self, output: Output) -> None:
        match output:
            case Written():
                self._shell.write(output.data)
            case Remember():
                self._remember(output.memory)
            case Moved():
                logger.debug("%s %s: %s", output.machine, output.key, output.state)
                self._shell.entered(output)
            case CutPower():
                self._shell.cut_power(output.cause)
            case AskReset():
                self._shell.ask_reset(output.rung, output.cause)
            case Reset() | NeedsHuman() | Waiting() | InService():
                self._log(output)
                if isinstance(output, Reset):
                    self._reset(output)
            case Answered():
                self._answered(output)
            case Sent() | Unsent():
                self._settle(output)
            case Opened() | Received() | PeerClosed() | Closed():
                self._tell(output)
            case _:
                pass  # for the journal only

    def _remember(self, memory: Memory) -> None:
        if self._memory is None:
            return
        try:
            remembered.save(self._memory, memory, now_s=self.now_s, clock=self._clock)
        except AtfsmError as error:
            logger.error("%s", error)  # noqa: TRY400  one line says it

    def _log(self, output: Reset | NeedsHuman | Waiting | InService) -> None:
        match output:
            case Reset():
                logger.warning("reset of the %s: %s", output.rung.value, output.cause)
                for line in output.cause.lines:
                    logger.debug("before it: %s", line)
            case NeedsHuman():
                logger.error("every reset was in vain; somebody has to look: %s", output.cause)
            case Waiting():
                wait_s = output.until_s - self.now_s
                logger.warning("%s waits %.0f s (%s)", output.rung.value, wait_s, output.why)
            case InService():
                logger.info("in service")

    def _reset(self, output: Reset) -> None:
        with self._shell.guard:
            for handle in output.handles:
                if handle in self._boxes:
                    self._boxes[handle].lost(output.cause)

    def _answered(self, output: Answered) -> None:
        pending = self._commands.pop(output.ticket, None)
        if pending is not None:
            texts = [text.decode("utf-8", "backslashreplace") for text in output.lines]
            result = output.result.decode("utf-8", "backslashreplace")
            with self._shell.guard:
                pending.settle(Answer(tuple(texts), result))

    def _settle(self, output: Sent | Unsent) -> None:
        pending = self._sends.pop(output.ticket, None)
        box = self._boxes.get(output.handle)
        with self._shell.guard:
            if isinstance(output, Sent):
                if pending is not None:
                    pending.settle(None)
                return
            cause, unread = output.cause, b""
            if box is not None and cause is not None:
                box.lost(cause)
                if pending is not None and pending.is_awaited:
                    unread = box.told()
            if pending is None:
                return
            if cause is None:
                pending.fail(SocketClosed(_why_closed(box)))
            else:
                pending.fail(SocketReset(cause, output.may_have_left, unread))

    def _tell(self, output: Opened | Received | PeerClosed | Closed) -> None:
        box = self._boxes.get(output.handle)
        if box is None:
            return
        with self._shell.guard:
            match output:
                case Opened():
                    box.opened(output.generation)
                case Received():
                    box.came(output.data)
                case PeerClosed():
                    box.end("the peer closed the connection", peer_closed=True)
                case Closed():
                    del self._boxes[output.handle]
                    box.gone()


def _why_closed(box: Mailbox | None) -> str:
    return (box and box.ended) or "the socket was closed before the modem took the bytes"


def _quiet_transitions() -> None:
    """Spare the log five lines a transition, unless somebody chose to have them."""
    library = logging.getLogger("transitions")
    if library.level == logging.NOTSET:
        library.setLevel(logging.WARNING)
