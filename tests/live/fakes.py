"""A stack that does what a test says, and a pseudo-terminal for a port."""

from __future__ import annotations

import os
import pty
import select
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from atfsm.stack.config import Config
from atfsm.stack.memory import Memory
from atfsm.stack.outputs import Answered, Cause, Closed, Opened, Output, Sent, Unsent

LIMIT_S = 20.0  # no test waits longer for anything; a busy machine is slow
CAUSE = Cause("tcp", "1", "connected", "dropped", "failed", "+KTCP_NOTIF: 1,4", ("< +KTCP_NOTIF",))


class FakeStack:
    """Notes what it is asked, and says what a test puts into `out`.

    Attributes:
        asked: Every request, in order, without the time.
        out: What `take` gives next.
        holds_sends: Whether sends wait until a test says what becomes of them.
        due_s: What `deadline_s` gives.
    """

    def __init__(self, *, holds_sends: bool = False) -> None:
        self.asked: list[tuple[object, ...]] = []
        self.out: list[Output] = []
        self.holds_sends = holds_sends
        self.due_s: float | None = None
        self.began: tuple[Config, Memory] | None = None
        self.sockets: dict[int, list[int]] = {}
        self.refuses_cancel = False
        self.bug: Exception | None = None
        self.now: dict[tuple[str, str], str] = {("modem", ""): "registered"}
        self._tickets = 0
        self.changed = threading.Condition()

    def make(self, config: Config, now_s: float, memory: Memory) -> FakeStack:
        """Be the stack of a session."""
        del now_s
        self.began = (config, memory)
        return self

    def _note(self, *request: object) -> None:
        with self.changed:
            self.asked.append(request)
            self.changed.notify_all()

    def was_asked(self, *request: object, times: int = 1) -> None:
        """Wait until something was asked, so many times."""
        with self.changed:
            assert self.changed.wait_for(lambda: self.asked.count(request) >= times, LIMIT_S), (
                f"waited in vain for {request}, asked were {self.asked}"
            )

    def named(self, name: str) -> list[tuple[object, ...]]:
        """The requests of one name."""
        return [request for request in self.asked if request[0] == name]

    # what a session calls

    def start(self, now_s: float) -> None:
        """Begin."""
        del now_s
        self._note("start")

    def receive(self, data: bytes, now_s: float) -> None:
        """Take bytes."""
        del now_s
        self._note("receive", data)

    def advance(self, now_s: float) -> None:
        """Let time pass."""
        if self.due_s is not None and self.due_s <= now_s:
            self.due_s = None
            self._note("advance")
        if self.bug is not None:
            raise self.bug

    def deadline_s(self) -> float | None:
        """When to advance."""
        return self.due_s

    def take(self) -> list[Output]:
        """What is to be done."""
        out, self.out = self.out, []
        return out

    def port_lost(self, now_s: float) -> None:
        """The port vanished."""
        del now_s
        self._note("port_lost")

    def port_returned(self, now_s: float) -> None:
        """It is back."""
        del now_s
        self._note("port_returned")

    def _open(self, machine: str, host: str, port: int) -> int:
        handle = len(self.sockets) + 1
        self.sockets[handle] = []
        self._note("open", machine, host, port)
        self.out.append(Opened(handle, 1))
        return handle

    def open_tcp(self, host: str, port: int, now_s: float) -> int:
        """Open a TCP socket."""
        del now_s
        return self._open("tcp", host, port)

    def open_udp(self, host: str, port: int, now_s: float) -> int:
        """Open a UDP socket."""
        del now_s
        return self._open("udp", host, port)

    def send(self, handle: int, data: bytes, now_s: float) -> int:
        """Send."""
        del now_s
        self._tickets += 1
        self._note("send", handle, data)
        if self.holds_sends:
            self.sockets[handle].append(self._tickets)
        else:
            self.out.append(Sent(handle, self._tickets))
        return self._tickets

    def grant(self, handle: int, count_bytes: int, now_s: float) -> None:
        """There is room."""
        del now_s
        self._note("grant", handle, count_bytes)

    def close(self, handle: int, now_s: float) -> None:
        """Close a socket."""
        del now_s
        self._note("close", handle)
        for ticket in self.sockets[handle]:
            self.out.append(Unsent(handle, ticket, may_have_left=False, cause=None))
        self.out.append(Closed(handle))

    def cancel(self, handle: int, ticket: int) -> bool:
        """Take a send back."""
        self._note("cancel", handle, ticket)
        if self.refuses_cancel or ticket not in self.sockets[handle]:
            return False
        self.sockets[handle].remove(ticket)
        return True

    def command(self, text: bytes, now_s: float, limit_s: float | None = None) -> int:
        """Write a command."""
        del now_s
        self._note("command", text, limit_s)
        self._tickets += 1
        match text:
            case b"AT+CSQ":
                self.out.append(Answered(self._tickets, (b"+CSQ: 20,99\xff",), b"OK"))
            case b"AT+COPS=9":
                self.out.append(Answered(self._tickets, (), b"+CME ERROR: 30"))
            case b"AT+SILENT":
                self.out.append(Answered(self._tickets, (), b""))
            case b"AT+NEVER":
                pass
            case _:
                raise ValueError("it is no command line")
        return self._tickets

    def report_dead(self, handle: int, now_s: float) -> None:
        """Reset a socket."""
        del now_s
        self._note("report_dead", handle)

    def permit(self, *, granted: bool, now_s: float, wait_s: float | None = None) -> None:
        """Answer a question."""
        del now_s
        self._note("permit", granted, wait_s)

    def power_returned(self, now_s: float) -> None:
        """The power is back."""
        del now_s
        self._note("power_returned")

    def shut_down(self, now_s: float) -> None:
        """Close every socket."""
        self._note("shut_down")
        for handle in list(self.sockets):
            self.close(handle, now_s)
        self.sockets.clear()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is left."""
        return not self.sockets

    @property
    def states(self) -> Mapping[tuple[str, str], str]:
        """Where every machine stands."""
        return self.now


class Terminal:
    """A pseudo-terminal behind a path that stays the same."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "modem"
        self.master = -1
        self._slave = -1
        self.plug_in()

    def plug_in(self) -> None:
        """Be there, as another device behind the same path."""
        self.master, self._slave = pty.openpty()
        self.path.symlink_to(os.ttyname(self._slave))

    def pull_out(self) -> None:
        """Be gone."""
        if self.master >= 0:
            os.close(self.master)
            os.close(self._slave)
            self.path.unlink()
            self.master = -1

    def read(self, count_bytes: int) -> bytes:
        """Read what the port wrote."""
        data = b""
        end_s = time.monotonic() + LIMIT_S
        while len(data) < count_bytes:
            left_s = max(0.0, end_s - time.monotonic())
            if not select.select([self.master], [], [], left_s)[0]:
                raise TimeoutError(f"waited in vain after {data!r}")
            data += os.read(self.master, count_bytes - len(data))
        return data

    def write(self, data: bytes) -> None:
        """Be the modem that writes."""
        left = memoryview(data)
        while left:
            left = left[os.write(self.master, left) :]


@contextmanager
def terminal(folder: Path) -> Iterator[Terminal]:
    """A pseudo-terminal, until the block ends."""
    device = Terminal(folder)
    try:
        yield device
    finally:
        device.pull_out()


def in_thread(work: Callable[[], object]) -> Running:
    """Do *work* on a thread."""
    return Running(work)


class Running:
    """A call on a thread: what it gives, or raises, comes out of `outcome`."""

    def __init__(self, work: Callable[[], object]) -> None:
        self._value: object = None
        self._error: BaseException | None = None
        self._work = work
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._value = self._work()
        except BaseException as error:  # noqa: BLE001  raised by `outcome`
            self._error = error

    def outcome(self) -> object:
        """Wait for the end."""
        self._thread.join(LIMIT_S)
        assert not self._thread.is_alive(), "waited in vain for the call to return"
        if self._error is not None:
            raise self._error
        return self._value
