"""The shell for threads, over a stack that does what the test says."""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import atfsm
from atfsm import (
    Config,
    Modem,
    ModemClosed,
    ModemError,
    SendTimeoutError,
    Socket,
    SocketClosed,
    SocketReset,
)
from atfsm.live import courier
from atfsm.live.hooks import EVENTS_AT_MOST
from atfsm.live.journal import Journal, JournalError
from atfsm.live.mailbox import TOP_UP_BYTES, WINDOW_BYTES
from atfsm.live.outbox import Outbox, OutboxFullError
from atfsm.live.remembered import load
from atfsm.stack.memory import Memory
from atfsm.stack.outputs import (
    AskReset,
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
    Rung,
    Sent,
    Unsent,
    Waiting,
    Written,
)
from tests.live.fakes import CAUSE, LIMIT_S, FakeStack, Running, Terminal, terminal

Made = Callable[..., Modem]
RESET = Reset(Rung.SOCKET, CAUSE, (1,))


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Terminal]:
    """A pseudo-terminal."""
    with terminal(tmp_path) as found:
        yield found


@pytest.fixture
def stack() -> FakeStack:
    """The stack under the modem; it answers sends only when a test does."""
    return FakeStack(holds_sends=True)


@pytest.fixture
def made(device: Terminal, stack: FakeStack) -> Iterator[Made]:
    """Makes modems that are closed at the end."""
    modems: list[Modem] = []

    def make(**settings: Any) -> Modem:  # noqa: ANN401  of Modem
        modem = Modem(str(device.path), make_stack=stack.make, **settings)
        modems.append(modem)
        stack.was_asked("start")
        return modem

    yield make
    for modem in modems:
        modem.close(0.0)


@pytest.fixture
def modem(made: Made) -> Modem:
    """A modem."""
    return made()


def says(modem: Modem, stack: FakeStack, *outputs: Output) -> None:
    """Let the stack say something, and wait until it was carried out."""
    is_done = threading.Event()

    def say(session: Any) -> None:  # noqa: ANN401  of the engine
        stack.out.extend(outputs)
        session.advance()
        is_done.set()

    modem._engine.submit(say)
    assert is_done.wait(LIMIT_S)


def waits(socket: Socket) -> None:
    """Wait until a call of *socket* waits for bytes."""
    end_s = time.monotonic() + LIMIT_S
    while not socket._box._waiting:
        assert time.monotonic() < end_s, "waited in vain for a call that waits"


# ------------------------------------------------------------------------------------- sends


def test_a_send_returns_when_the_modem_took_the_bytes(modem: Modem, stack: FakeStack) -> None:
    """Not before its OK; and the socket knows where it leads and how often it was opened."""
    socket = modem.tcp("192.0.2.1", 7)
    sending = Running(lambda: socket.send(b"hello"))
    stack.was_asked("send", 1, b"hello")
    assert sending._thread.is_alive()
    says(modem, stack, Sent(1, 1))

    assert sending.outcome() is None
    assert (True, 1) == (socket.is_open, socket.generation)
    assert "<Socket tcp 192.0.2.1:7, generation 1>" == repr(socket)
    assert [("open", "tcp", "192.0.2.1", 7)] == stack.named("open")


@pytest.mark.parametrize("may_have_left", [True, False])
@pytest.mark.parametrize("reset_first", [True, False])
def test_a_send_that_a_reset_cost_says_so(
    modem: Modem, stack: FakeStack, *, may_have_left: bool, reset_first: bool
) -> None:
    """It raises why, what the wire showed, and what is known; the same reset not once more."""
    socket = modem.tcp("192.0.2.1", 7)
    sending = Running(lambda: socket.send(b"hello"))
    stack.was_asked("send", 1, b"hello")
    unsent = Unsent(1, 1, may_have_left, CAUSE)
    loss: list[Output] = [RESET, unsent] if reset_first else [unsent, RESET]
    says(modem, stack, Received(1, b"old"), *loss)

    with pytest.raises(SocketReset, match="tcp 1 was connected; dropped") as caught:
        sending.outcome()
    assert (CAUSE, CAUSE.lines) == (caught.value.cause, caught.value.lines)
    assert (may_have_left, b"old") == (caught.value.may_have_left, caught.value.unread)
    assert not socket.is_open
    says(modem, stack, Opened(1, 2), Received(1, b"new"))
    assert (b"new", 2) == (socket.recv(timeout_s=LIMIT_S), socket.generation)


def test_a_send_that_was_not_begun_in_time_is_taken_back(modem: Modem, stack: FakeStack) -> None:
    """Whoever is told that nothing left can rely on it."""
    socket = modem.tcp("192.0.2.1", 7)
    with pytest.raises(SendTimeoutError, match="taken back") as caught:
        socket.send(b"hello", timeout_s=0.01)

    assert isinstance(caught.value, TimeoutError)
    assert not caught.value.may_have_left
    assert [("cancel", 1, 1)] == stack.named("cancel")


def test_a_send_that_is_under_way_goes_on(modem: Modem, stack: FakeStack) -> None:
    """Whether it leaves is not known then; a loss that it would tell, the next call tells."""
    stack.refuses_cancel = True
    socket = modem.tcp("192.0.2.1", 7)
    with pytest.raises(SendTimeoutError, match="may leave all the same") as caught:
        socket.send(b"hello", timeout_s=0.01)
    assert caught.value.may_have_left
    says(modem, stack, Unsent(1, 1, True, CAUSE), RESET)

    with pytest.raises(SocketReset):
        socket.send(b"next", timeout_s=0.01)


@pytest.mark.parametrize(
    ("machine", "data", "why"),
    [
        ("tcp", b"", "nothing to send"),
        ("udp", b"", "nothing to send"),
        ("udp", b"x" * 1021, "at most 1020"),
        ("udp", b"a--EOF--Pattern--b" * 20, "end pattern"),
        ("tcp", b"x--EOF--Pattern-", None),
        ("tcp", b"a--EOF--Pattern--b", None),
        ("udp", b"x" * 1020, None),
    ],
)
def test_what_cannot_be_sent_is_the_callers_mistake(
    modem: Modem, stack: FakeStack, machine: str, data: bytes, why: str | None
) -> None:
    """It is told before anything happens; the socket is as it was."""
    stack.holds_sends = False
    socket = getattr(modem, machine)("192.0.2.1", 7)
    if why is None:
        socket.send(data, timeout_s=LIMIT_S)
    else:
        with pytest.raises(ValueError, match=why):
            socket.send(data, timeout_s=LIMIT_S)
    socket.send(b"fine", timeout_s=LIMIT_S)

    assert (1 if why else 2) == len(stack.named("send"))


@pytest.mark.parametrize(("host", "port"), [("", 7), ('a"', 7), ("a", 0), ("a", 65_536)])
def test_what_is_no_peer_is_the_callers_mistake(modem: Modem, host: str, port: int) -> None:
    """It would have to stand in a command."""
    with pytest.raises(ValueError, match="is no"):
        modem.tcp(host, port)


def test_an_end_pattern_of_two_bytes_is_cut_where_that_helps(made: Made, stack: FakeStack) -> None:
    """A stream cannot be cut inside a pattern whose bytes are all the same."""
    stack.holds_sends = False
    socket = made(config=Config(end_pattern=b"$$")).tcp("192.0.2.1", 7)
    with pytest.raises(ValueError, match="end pattern"):
        socket.send(b"cost: $$", timeout_s=LIMIT_S)


# ------------------------------------------------------------------------------------ resets


def test_a_reset_is_raised_once_to_the_call_that_waits(modem: Modem, stack: FakeStack) -> None:
    """Then the same socket goes on with the next connection."""
    socket = modem.tcp("192.0.2.1", 7)
    receiving = Running(socket.recv)
    waits(socket)
    says(modem, stack, RESET, Reset(Rung.CONTEXT, CAUSE, (1,)))
    with pytest.raises(SocketReset):
        receiving.outcome()
    says(modem, stack, Opened(1, 2), Received(1, b"new"))

    assert b"new" == socket.recv(timeout_s=LIMIT_S)
    with pytest.raises(TimeoutError):
        socket.recv(timeout_s=0.0)


def test_a_reset_is_raised_once_to_the_call_that_comes_next(
    modem: Modem, stack: FakeStack
) -> None:
    """Between what came on one connection and what came on the other, in order."""
    socket = modem.tcp("192.0.2.1", 7)
    says(modem, stack, Received(1, b"old"), RESET, Opened(1, 2), Received(1, b"new"))
    assert b"old" == socket.recv(timeout_s=LIMIT_S)
    with pytest.raises(SocketReset) as caught:
        socket.recv(timeout_s=LIMIT_S)
    assert b"" == caught.value.unread

    assert b"new" == socket.recv(timeout_s=LIMIT_S)
    says(modem, stack, Received(1, b"older"), RESET, Opened(1, 3), Received(1, b"newer"))
    with pytest.raises(SocketReset) as caught:
        socket.send(b"x")
    assert b"older" == caught.value.unread
    assert b"newer" == socket.recv(timeout_s=LIMIT_S)
    assert [] == stack.named("send")


def test_two_resets_are_two(modem: Modem, stack: FakeStack) -> None:
    """Each connection that was lost is told, whether somebody listens or not."""
    socket = modem.tcp("192.0.2.1", 7)
    says(modem, stack, RESET, Opened(1, 2), RESET)
    for _ in range(2):
        with pytest.raises(SocketReset):
            socket.recv(timeout_s=LIMIT_S)
    with pytest.raises(TimeoutError):
        socket.recv(timeout_s=0.0)


def test_a_connection_that_never_was_is_not_lost(modem: Modem, stack: FakeStack) -> None:
    """Resets on the way to a connection are nobody's loss, but those of sends that wait."""
    socket = modem.tcp("192.0.2.1", 7)
    says(modem, stack, RESET)
    with pytest.raises(SocketReset):
        socket.recv(timeout_s=LIMIT_S)
    says(modem, stack, RESET, RESET)
    with pytest.raises(TimeoutError):
        socket.recv(timeout_s=0.0)
    sending = Running(lambda: socket.send(b"x"))
    stack.was_asked("send", 1, b"x")
    says(modem, stack, Unsent(1, 1, False, CAUSE), RESET)
    with pytest.raises(SocketReset):
        sending.outcome()
    with pytest.raises(TimeoutError):
        socket.recv(timeout_s=0.0)


def test_a_reset_of_udp_is_told_by_sends_only(modem: Modem, stack: FakeStack) -> None:
    """There is no connection to lose; what may have left is told to whoever sent it."""
    socket = modem.udp("192.0.2.1", 7)
    sending = Running(lambda: socket.send(b"x"))
    stack.was_asked("send", 1, b"x")
    unsent = Unsent(1, 1, True, CAUSE)
    says(modem, stack, Received(1, b"a"), unsent, RESET, Opened(1, 2))

    with pytest.raises(SocketReset) as caught:
        sending.outcome()
    assert (True, b"") == (caught.value.may_have_left, caught.value.unread)
    assert b"a" == socket.recv(timeout_s=LIMIT_S)
    with pytest.raises(TimeoutError):
        socket.recv(timeout_s=0.0)


def test_the_application_may_know_better(modem: Modem, stack: FakeStack) -> None:
    """A socket that it reports dead is reset."""
    modem.tcp("192.0.2.1", 7).report_dead()

    stack.was_asked("report_dead", 1)


# ---------------------------------------------------------------------------------- receiving


def test_a_stream_is_received_as_it_comes(modem: Modem, stack: FakeStack) -> None:
    """Pieces are joined, and cut to the size that is asked for; nothing is lost between."""
    socket = modem.tcp("192.0.2.1", 7)
    says(modem, stack, Received(1, b"abc"), Received(1, b"defg"))

    assert b"abcd" == socket.recv(4)
    assert b"efg" == socket.recv(100)
    with pytest.raises(TimeoutError):
        socket.recv(timeout_s=0.01)
    with pytest.raises(ValueError, match="0 is no number"):
        socket.recv(0)


def test_datagrams_keep_their_borders(modem: Modem, stack: FakeStack) -> None:
    """One call, one datagram; the rest of a longer one is dropped."""
    socket = modem.udp("192.0.2.1", 7)
    says(modem, stack, Received(1, b"abc"), Received(1, b"defg"))

    assert [b"ab", b"defg"] == [socket.recv(2), socket.recv(100)]


def test_an_orderly_end_is_empty(modem: Modem, stack: FakeStack) -> None:
    """All that the peer had sent comes first; then nothing, as often as one asks."""
    socket = modem.tcp("192.0.2.1", 7)
    says(modem, stack, Received(1, b"bye"), PeerClosed(1))

    assert [b"bye", b"", b""] == [socket.recv(timeout_s=LIMIT_S) for _ in range(3)]
    assert not socket.is_open
    with pytest.raises(SocketClosed, match="the peer closed"):
        socket.send(b"x")


def test_an_application_that_does_not_read_fills_no_memory(modem: Modem, stack: FakeStack) -> None:
    """So much may come as there is room for; there is more room when it was read."""
    socket = modem.tcp("192.0.2.1", 7)
    stack.was_asked("grant", 1, WINDOW_BYTES)
    says(modem, stack, *[Received(1, b"x" * 1024)] * (WINDOW_BYTES // 1024))
    for _ in range(TOP_UP_BYTES // 1024 - 1):
        socket.recv(1024)
    assert [("grant", 1, WINDOW_BYTES)] == stack.named("grant")
    socket.recv(1024)
    stack.was_asked("grant", 1, TOP_UP_BYTES)

    assert 2 == len(stack.named("grant"))


# ------------------------------------------------------------------------------------ closing


def test_to_close_a_socket_ends_its_calls_at_once(modem: Modem, stack: FakeStack) -> None:
    """Whoever waits is told, whoever comes later is told, and twice does no harm."""
    socket = modem.tcp("192.0.2.1", 7)
    receiving = Running(socket.recv)
    sending = Running(lambda: socket.send(b"x"))
    stack.was_asked("send", 1, b"x")
    waits(socket)

    assert socket.close(LIMIT_S)
    assert socket.close()
    for call in (receiving.outcome, sending.outcome, socket.recv, lambda: socket.send(b"x")):
        with pytest.raises(SocketClosed, match="closed"):
            call()


def test_a_modem_that_is_closed_closes_its_sockets_in_order(made: Made, stack: FakeStack) -> None:
    """Then every call raises, and to close it again does nothing."""
    with made() as modem, modem.tcp("192.0.2.1", 7) as socket:
        commanding = Running(lambda: modem.command("AT+NEVER"))
        stack.was_asked("command", b"AT+NEVER", None)
    with pytest.raises(ModemClosed):
        commanding.outcome()

    assert [("shut_down",)] == stack.named("shut_down")
    assert "closed" == modem.port_trouble
    modem.close()
    with pytest.raises(SocketClosed):
        socket.recv()
    assert socket.close()
    for call in (lambda: modem.command("AT"), lambda: modem.udp("a", 1), socket.report_dead):
        with pytest.raises(ModemClosed, match="the modem is closed"):
            call()


def test_an_exception_of_the_user_does_not_hurry_but_ctrl_c_does(
    made: Made, stack: FakeStack
) -> None:
    """An error may be handled outside, in order; who interrupts wants to be gone."""
    with pytest.raises(KeyError), made():
        raise KeyError
    with pytest.raises(KeyboardInterrupt), made():
        raise KeyboardInterrupt

    assert [("shut_down",)] == stack.named("shut_down")


def test_a_bug_of_ours_ends_every_call(
    modem: Modem, stack: FakeStack, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody waits for a thread that is dead, and everybody sees why."""
    socket = modem.tcp("192.0.2.1", 7)
    receiving = Running(socket.recv)
    commanding = Running(lambda: modem.command("AT+NEVER"))
    waits(socket)
    stack.was_asked("command", b"AT+NEVER", None)
    stack.bug = AssertionError("a hole in a table")
    modem._engine.submit(lambda session: session.advance())
    with pytest.raises(ModemError, match="a hole in a table") as caught:
        commanding.outcome()

    assert stack.bug is caught.value.__cause__
    with pytest.raises(SocketClosed, match="a hole in a table"):
        receiving.outcome()
    assert "atfsm has a bug" in caplog.text
    modem.close()


# ----------------------------------------------------------------------------------- commands


def test_a_command_gives_its_answer(modem: Modem) -> None:
    """A refusal is an answer, too; bytes that are no text can be seen."""
    answer = modem.command("AT+CSQ", timeout_s=LIMIT_S)
    refusal = modem.command(b"AT+COPS=9")

    assert (("+CSQ: 20,99\\xff",), "OK", True) == (answer.lines, answer.result, answer.ok)
    assert ((), "+CME ERROR: 30", False) == (refusal.lines, refusal.result, refusal.ok)
    with pytest.raises(TimeoutError, match=r"no final result to AT\+SILENT"):
        modem.command("AT+SILENT")
    with pytest.raises(TimeoutError):
        modem.command("AT+NEVER", timeout_s=0.01, limit_s=3.0)
    with pytest.raises(ValueError, match="no command line"):
        modem.command("nonsense")


def test_the_states_can_be_seen(modem: Modem, stack: FakeStack) -> None:
    """By name for the modem and its ladder, by chart and key for all."""
    assert ("unknown", "unknown") == (modem.state, modem.recovery)
    stack.now = {("modem", ""): "registering", ("recovery", ""): "in_service"}
    says(modem, stack, Moved("modem", "", 1, "unknown", "x", "registering"))

    assert ("registering", "in_service") == (modem.state, modem.recovery)
    assert stack.now == modem.states
    assert modem.port_trouble is None


# -------------------------------------------------------------------------------------- hooks


class _Hooks:
    """What an application hangs in."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.may_go_on = threading.Event()
        self.is_done = threading.Event()
        self.begins = threading.Event()

    def on_enter_connected(self, event: Moved) -> None:
        """Note it."""
        self.told.append(f"connected {event.machine}")

    def on_enter_tcp_connected(self, event: Moved) -> None:
        """Note it."""
        self.told.append(f"tcp_connected {event.before}")

    def on_enter_wobble_refused(self, event: Moved) -> None:
        """Fail."""
        raise RuntimeError(event.state)

    def on_enter_busy(self, event: Moved) -> None:
        """Take long."""
        del event
        self.begins.set()
        assert self.may_go_on.wait(LIMIT_S)

    def on_enter_closed(self, event: Moved) -> None:
        """Come last."""
        del event
        self.is_done.set()


def _moved(state: str, before: str = "x") -> Moved:
    return Moved("tcp", "1", 1, before, "fact", state)


def test_hooks_are_called_in_order_and_hurt_nobody(
    made: Made, stack: FakeStack, caplog: pytest.LogCaptureFixture
) -> None:
    """By state, and by machine and state; one that raises is logged; same state is no entry."""
    hooks = _Hooks()
    modem = made(hooks=hooks)
    states = ("wobble_refused", "connected", "closed")
    says(modem, stack, _moved("connected", "connected"), *map(_moved, states))

    assert hooks.is_done.wait(LIMIT_S)
    assert ["connected tcp", "tcp_connected x"] == hooks.told
    assert "a hook failed on tcp wobble_refused" in caplog.text


def test_slow_hooks_do_not_stall_the_line(
    made: Made, stack: FakeStack, caplog: pytest.LogCaptureFixture
) -> None:
    """What they cannot keep up with is dropped, counted and logged."""
    hooks = _Hooks()
    modem = made(hooks=hooks)
    says(modem, stack, _moved("busy"))
    assert hooks.begins.wait(LIMIT_S)
    says(modem, stack, *[_moved("closed")] * (EVENTS_AT_MOST + 3))
    hooks.may_go_on.set()
    assert hooks.is_done.wait(LIMIT_S)
    while hooks_wait(modem):
        pass
    says(modem, stack, _moved("closed"))

    assert "hooks are too slow" in caplog.text
    assert "3 events were not told" in caplog.text


def hooks_wait(modem: Modem) -> bool:
    """Whether events wait for hooks."""
    return not modem._engine._hooks._events.empty()


@pytest.mark.parametrize("fails", [True, False])
def test_the_power_hook_takes_its_time(
    made: Made, stack: FakeStack, caplog: pytest.LogCaptureFixture, *, fails: bool
) -> None:
    """It has a thread of its own; whether it returns or raises, the stack learns of it."""
    begins, may_return, causes = threading.Event(), threading.Event(), []

    def power_cycle(cause: object) -> None:
        causes.append(cause)
        begins.set()
        assert may_return.wait(LIMIT_S)
        if fails:
            raise OSError("the relay is stuck")

    modem = made(power_cycle=power_cycle)
    says(modem, stack, CutPower(CAUSE))
    assert begins.wait(LIMIT_S)
    assert modem.command("AT+CSQ").ok
    assert [] == stack.named("power_returned")
    may_return.set()
    stack.was_asked("power_returned")

    assert [CAUSE] == causes
    assert stack.began is not None
    assert (True, False) == (
        stack.began[0].has_power_hook,
        stack.began[0].asks_before_reset,
    )
    assert fails is ("the relay is stuck" in caplog.text)


@pytest.mark.parametrize(
    ("verdict", "granted", "wait_s"),
    [
        (True, True, None),
        (False, False, None),
        (30, False, 30.0),
        (2.5, False, 2.5),
        (None, True, None),
        (OSError("no"), True, None),
    ],
)
def test_a_veto_holds_back_a_reset(
    made: Made, stack: FakeStack, verdict: object, *, granted: bool, wait_s: float | None
) -> None:
    """True, False or seconds; a hook that fails, or says nothing, holds back nothing."""
    asked: list[object] = []

    def may_reset(rung: Rung, cause: object) -> Any:  # noqa: ANN401  wrong ones, too
        asked.append((rung, cause))
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    modem = made(may_reset=may_reset)
    says(modem, stack, AskReset(Rung.MODEM, CAUSE))
    stack.was_asked("permit", granted, wait_s)

    assert [(Rung.MODEM, CAUSE)] == asked
    assert stack.began is not None
    assert stack.began[0].asks_before_reset


def test_what_happens_is_logged(
    modem: Modem, stack: FakeStack, caplog: pytest.LogCaptureFixture
) -> None:
    """A log alone says what was reset, why, after which lines, and what it waits for."""
    with caplog.at_level(logging.DEBUG, "atfsm"):
        says(
            *(modem, stack, RESET, NeedsHuman(CAUSE), InService()),
            Waiting(Rung.POWER, time.monotonic() + 60.4, "ration"),
        )

    assert "reset of the socket: tcp 1 was connected; dropped: +KTCP_NOTIF: 1,4" in caplog.text
    assert "before it: < +KTCP_NOTIF" in caplog.text
    assert "somebody has to look" in caplog.text
    assert "in service" in caplog.text
    assert "power waits 60 s (ration)" in caplog.text
    assert logging.getLogger("transitions").level == logging.WARNING


# -------------------------------------------------------------------------------------- disks


def test_outputs_are_carried_out_in_order(
    made: Made, stack: FakeStack, device: Terminal, tmp_path: Path
) -> None:
    """The journal comes first, and what must be remembered is durable before the next write."""
    order: list[str] = []
    path = tmp_path / "memory"

    class Noted(Journal):
        def write(self, outputs: Any, now_s: float) -> None:  # noqa: ANN401  as inherited
            order.extend(f"journal {type(o).__name__}" for o in outputs)
            super().write(outputs, now_s)

    journal = Noted(tmp_path / "journal")
    modem = made(journal=journal, memory=path)
    write = modem._engine.write

    def noted(data: bytes) -> None:
        kept = load(path, now_s=time.monotonic())
        order.append(f"write {data!r}, remembering {kept.resets}")
        write(data)

    modem._engine.write = noted  # type: ignore[method-assign]
    memory = Memory({"modem": 1})
    says(modem, stack, Written(b"a"), Remember(memory), Written(b"b"))

    assert b"ab" == device.read(2)
    modem.close(0.0)
    journal.close()
    assert [
        *("journal Written", "journal Remember", "journal Written"),
        *("write b'a', remembering {}", "write b'b', remembering {'modem': 1}"),
    ] == order


def test_a_restarted_process_remembers(made: Made, stack: FakeStack, tmp_path: Path) -> None:
    """The ration of costly resets is not new because the process is."""
    path = tmp_path / "memory"
    modem = made(memory=path)
    says(modem, stack, Remember(Memory({"modem": 2}, restarts_s=(time.monotonic() - 5,))))
    modem.close(0.0)
    made(memory=path)

    assert stack.began is not None
    assert {"modem": 2} == stack.began[1].resets
    assert 1 == len(stack.began[1].restarts_s)


def test_a_disk_that_refuses_costs_what_it_holds_and_no_more(
    made: Made,
    stack: FakeStack,
    device: Terminal,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The modem is driven on, and the log says so once."""
    fails = [True]

    class Full(Journal):
        def write(self, outputs: Any, now_s: float) -> None:  # noqa: ANN401  as inherited
            if fails[0]:
                raise JournalError("the journal cannot be written: the disk is full")
            super().write(outputs, now_s)

    journal = Full(tmp_path / "journal")
    modem = made(journal=journal, memory=tmp_path / "no" / "memory")
    says(modem, stack, Remember(Memory()), Written(b"a"))
    says(modem, stack, Written(b"b"))
    fails[0] = False
    says(modem, stack, Written(b"c"))

    written = device.read(3)
    modem.close(0.0)
    journal.close()

    assert b"abc" == written
    assert 1 == caplog.text.count("the disk is full; going on without")
    assert "cannot be remembered" in caplog.text
    assert b'"c"' in (tmp_path / "journal").read_bytes()


def test_what_is_posted_is_sent_until_the_modem_took_it(
    made: Made, stack: FakeStack, tmp_path: Path
) -> None:
    """In order, one at a time, again after a reset; and a post raises no reset."""
    modem = made(outbox=tmp_path / "outbox")
    socket = modem.tcp("192.0.2.1", 7)
    ids = [socket.post(b"one"), socket.post(b"two")]
    stack.was_asked("send", 1, b"one")
    says(modem, stack, Unsent(1, 1, True, CAUSE), RESET, Opened(1, 2))
    stack.was_asked("send", 1, b"one", times=2)
    says(modem, stack, Sent(1, 2))
    stack.was_asked("send", 1, b"two")
    with pytest.raises(SocketReset):
        socket.recv(timeout_s=LIMIT_S)
    modem.close(0.0)

    assert sorted(set(ids)) == ids
    with Outbox(tmp_path / "outbox") as outbox:
        assert [(b"two", 1)] == [
            (m.payload, m.tries) for m in [outbox.first("tcp 192.0.2.1:7")] if m
        ]
        assert 1 == outbox.pending()


def test_what_an_earlier_process_posted_is_sent_when_there_is_a_way(
    made: Made, stack: FakeStack, tmp_path: Path
) -> None:
    """A message waits for a socket to its peer, and for no other."""
    with Outbox(tmp_path / "outbox") as outbox:
        outbox.put("udp 192.0.2.1:7", b"kept")
        modem = made(outbox=outbox)
        modem.udp("192.0.2.1", 8)
        first = modem.udp("192.0.2.1", 7)
        stack.was_asked("send", 2, b"kept")
        modem.udp("192.0.2.1", 7)
        first.close()
        stack.was_asked("send", 3, b"kept")
        says(modem, stack, Sent(3, 2))
        modem.close(0.0)

        assert 0 == outbox.pending()


def test_a_message_that_can_never_be_sent_is_refused(
    made: Made, stack: FakeStack, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It would hold up all behind it, as one of another configuration does."""
    with Outbox(tmp_path / "outbox") as outbox:
        outbox.put("udp 192.0.2.1:7", b"x" * 1021)
        modem = made(outbox=outbox)
        socket = modem.udp("192.0.2.1", 7)
        with pytest.raises(ValueError, match="at most 1020"):
            socket.post(b"x" * 1021)
        socket.post(b"behind")
        end_s = time.monotonic() + LIMIT_S
        while "holds up all" not in caplog.text:
            assert time.monotonic() < end_s
        socket.close()
        with pytest.raises(SocketClosed):
            socket.post(b"late")
        modem.close(0.0)
        with pytest.raises(ModemClosed):
            socket.post(b"later")

        assert 2 == outbox.pending()
    assert [] == stack.named("send")


class _FullOutbox(Outbox):
    """An outbox on a disk that is full, now and then."""

    refusals: list[str]

    def tried(self, message_id: int) -> None:
        """Refuse, if it is time for that."""
        self._refuse("tried")
        super().tried(message_id)

    def done(self, message_id: int) -> None:
        """Refuse, if it is time for that."""
        self._refuse("done")
        super().done(message_id)

    def _refuse(self, what: str) -> None:
        if self.refusals and self.refusals[0] == what:
            raise OutboxFullError(f"the disk is full for {self.refusals.pop(0)}")


def test_an_outbox_that_refuses_is_asked_again(
    made: Made,
    stack: FakeStack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Nothing is lost by a full disk, though something may be sent twice."""
    monkeypatch.setattr(courier, "RETRY_S", 0.01)
    stack.holds_sends = False
    with _FullOutbox(tmp_path / "outbox") as outbox:
        outbox.refusals = ["tried", "done", "tried"]
        modem = made(outbox=outbox)
        modem.tcp("192.0.2.1", 7).post(b"x")
        stack.was_asked("send", 1, b"x", times=2)
        end_s = time.monotonic() + LIMIT_S
        while outbox.pending():
            assert time.monotonic() < end_s
        modem.close(0.0)

    assert [] == outbox.refusals
    assert "the disk is full for done" in caplog.text
    assert 2 == len(stack.named("send"))


def test_a_peer_that_the_stack_refuses_is_told_by_every_call(
    made: Made, stack: FakeStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A socket that could not even be asked for does not wait for ever."""

    def refuse(host: str, port: int, now_s: float) -> int:
        raise ValueError(f"{host}:{port} is not allowed at {now_s > 0}")

    monkeypatch.setattr(stack, "open_tcp", refuse)
    socket = made().tcp("192.0.2.1", 7)
    for call in (socket.recv, lambda: socket.send(b"x")):
        with pytest.raises(SocketClosed, match="not allowed"):
            call()
    assert socket.close(LIMIT_S)


def test_without_an_outbox_nothing_can_be_posted(modem: Modem) -> None:
    """Nobody believes a message to be durable that is not."""
    with pytest.raises(ModemError, match="there is no outbox"):
        modem.udp("192.0.2.1", 7).post(b"x")


def test_what_cannot_be_opened_is_said_at_once(device: Terminal, tmp_path: Path) -> None:
    """A wrong path is the caller's mistake, and nothing is left open."""
    with pytest.raises(atfsm.AtfsmError, match="no folder"):
        atfsm.open(str(device.path), outbox=tmp_path / "no" / "outbox")
    with pytest.raises(atfsm.AtfsmError, match="cannot be opened"):
        atfsm.open(str(device.path), outbox=tmp_path / "o", journal=tmp_path / "no" / "journal")

    Outbox(tmp_path / "o").close()


# ---------------------------------------------------------------------- the port and the clock


def test_a_port_that_goes_and_comes_is_told_to_the_stack(
    modem: Modem, stack: FakeStack, device: Terminal
) -> None:
    """What comes is heard again, by the same stack."""
    device.write(b"+KSUP: 0\r\n")
    stack.was_asked("receive", b"+KSUP: 0\r\n")
    device.pull_out()
    stack.was_asked("port_lost")
    assert modem.port_trouble
    device.plug_in()
    stack.was_asked("port_returned")
    device.write(b"OK\r\n")
    stack.was_asked("receive", b"OK\r\n")

    assert 1 == len(stack.named("start"))


def test_a_deadline_wakes_the_thread(modem: Modem, stack: FakeStack) -> None:
    """No byte and no request need come."""
    stack.due_s = time.monotonic() + 0.05
    says(modem, stack)

    stack.was_asked("advance")


# ------------------------------------------------------------------------------ coming to an end


def test_ctrl_c_ends_a_call_at_once(modem: Modem, stack: FakeStack) -> None:
    """Whatever it waits for; a send is taken back, and the modem is as it was."""
    socket = modem.tcp("192.0.2.1", 7)
    main = threading.get_ident()

    def interrupt_send() -> None:
        stack.was_asked("send", 1, b"x")
        signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=interrupt_send)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        socket.send(b"x")
    thread.join()
    stack.was_asked("cancel", 1, 1)

    def interrupt_recv() -> None:
        waits(socket)
        signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=interrupt_recv)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        socket.recv()
    thread.join()
    says(modem, stack, Received(1, b"kept"))
    assert b"kept" == socket.recv(timeout_s=LIMIT_S)


def test_a_wait_without_end_looks_up_now_and_then(
    modem: Modem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signal that came just before a wait began is seen when it is over, so none is for ever."""
    engine = modem._engine
    waited: list[float] = []
    monkeypatch.setattr(engine.changed, "wait", waited.append)

    with engine.changed:
        engine.until(lambda: len(waited) == 3, None)

    assert 3 == len(waited)
    assert all(0 < slice_s <= 1.0 for slice_s in waited)


def test_a_modem_that_is_dropped_ends(device: Terminal, stack: FakeStack) -> None:
    """A socket keeps its modem; without both, thread and port go."""
    modem = Modem(str(device.path), make_stack=stack.make)
    stack.was_asked("start")
    thread, socket = modem._engine._thread, modem.tcp("192.0.2.1", 7)
    del modem
    gc.collect()
    stack.was_asked("open", "tcp", "192.0.2.1", 7)
    assert thread.is_alive()
    del socket
    gc.collect()
    thread.join(LIMIT_S)

    assert not thread.is_alive()


@pytest.mark.parametrize("ends", ["pass", "sys.exit(3)", "raise KeyError"])
def test_the_interpreter_ends_promptly(device: Terminal, tmp_path: Path, ends: str) -> None:
    """Nobody has to close anything for a script to end, and its journal is whole."""
    script = (
        "import sys, atfsm\n"
        f"modem = atfsm.open({str(device.path)!r}, hooks=object(), journal={str(tmp_path / 'j')!r})\n"
        "socket = modem.udp('192.0.2.1', 7)\n"
        "while modem.port_trouble: pass\n"
        f"{ends}\n"
    )
    began_s = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        check=False,
        timeout=LIMIT_S,
        env=os.environ | {"PYTHONDEVMODE": ""},
    )

    assert {"pass": 0, "sys.exit(3)": 3}.get(ends, 1) == ended.returncode, ended.stderr.decode()
    assert time.monotonic() - began_s < 10.0
    assert (tmp_path / "j").read_bytes().endswith(b"}\n")
    assert b"Fatal" not in ended.stderr


def test_errors_can_be_pickled() -> None:
    """An application hands them from process to process."""
    import pickle

    cause = replace(CAUSE)
    for error in (
        SocketReset(cause, may_have_left=True, unread=b"x"),
        SendTimeoutError(may_have_left=True),
        ModemClosed("x"),
    ):
        twin = pickle.loads(pickle.dumps(error))  # noqa: S301  our own

        assert str(error) == str(twin)
        assert vars(error) == vars(twin)
