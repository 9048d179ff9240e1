"""The shell for asyncio, over a stack that does what the test says."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

import atfsm
from atfsm import (
    ModemClosed,
    ModemError,
    SendTimeoutError,
    SocketClosed,
    SocketReset,
    aio,
)
from atfsm.live.hooks import EVENTS_AT_MOST
from atfsm.live.mailbox import TOP_UP_BYTES, WINDOW_BYTES
from atfsm.live.outbox import Outbox
from atfsm.stack.outputs import (
    AskReset,
    CutPower,
    Moved,
    Opened,
    Output,
    PeerClosed,
    Received,
    Reset,
    Rung,
    Sent,
    Unsent,
    Written,
)
from tests.live.fakes import CAUSE, LIMIT_S, FakeStack, Terminal, terminal

RESET = Reset(Rung.SOCKET, CAUSE, (1,))
T = TypeVar("T")


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a test in a loop of its own, for so long at most."""
    return asyncio.run(asyncio.wait_for(work, 3 * LIMIT_S))


class World:
    """A modem over a fake stack, and what a test does with it."""

    def __init__(self, modem: aio.Modem, stack: FakeStack, device: Terminal) -> None:
        self.modem = modem
        self.stack = stack
        self.device = device

    def says(self, *outputs: Output) -> None:
        """Let the stack say something."""
        self.stack.out.extend(outputs)
        self.modem._engine.do(lambda session: session.advance())

    async def until(self, holds: Callable[[], bool]) -> None:
        """Let the loop run until *holds*."""
        end_s = time.monotonic() + LIMIT_S
        while not holds():
            assert time.monotonic() < end_s, f"waited in vain; asked were {self.stack.asked}"
            await asyncio.sleep(0)

    async def asked(self, *request: object, times: int = 1) -> None:
        """Wait until the stack was asked for something."""
        await self.until(lambda: self.stack.asked.count(request) >= times)


@asynccontextmanager
async def world(folder: Path, **settings: Any) -> AsyncIterator[World]:  # noqa: ANN401  of Modem
    """A modem whose stack answers sends only when a test does."""
    stack = FakeStack(holds_sends=True)
    with terminal(folder) as device:
        async with aio.Modem(str(device.path), make_stack=stack.make, **settings) as modem:
            made = World(modem, stack, device)
            await made.asked("start")
            yield made
            await modem.close(0.0)


def test_a_send_returns_when_the_modem_took_the_bytes(tmp_path: Path) -> None:
    """Not before its OK."""

    async def scenario() -> None:
        async with world(tmp_path) as w, w.modem.tcp("192.0.2.1", 7) as socket:
            task = asyncio.create_task(socket.send(b"hello"))
            await w.asked("send", 1, b"hello")
            assert not task.done()
            w.says(Sent(1, 1))
            await task
            assert (True, 1) == (socket.is_open, socket.generation)
            assert "<Socket tcp 192.0.2.1:7, generation 1>" == repr(socket)

    run(scenario())


def test_a_reset_is_raised_once(tmp_path: Path) -> None:
    """To the send that it cost, to the call that waits, or to the next; then it goes on."""

    async def scenario() -> None:
        async with world(tmp_path) as w:
            socket = w.modem.tcp("192.0.2.1", 7)
            sending = asyncio.create_task(socket.send(b"x"))
            await w.asked("send", 1, b"x")
            w.says(Received(1, b"old"), Unsent(1, 1, True, CAUSE), RESET, Opened(1, 2))
            with pytest.raises(SocketReset) as caught:
                await sending
            assert (True, b"old") == (caught.value.may_have_left, caught.value.unread)

            receiving = asyncio.create_task(socket.recv())
            await w.until(lambda: socket._box._waiting == 1)
            w.says(RESET, Opened(1, 3), Received(1, b"new"))
            with pytest.raises(SocketReset):
                await receiving
            assert b"new" == await socket.recv()

            w.says(RESET)
            with pytest.raises(SocketReset):
                await socket.send(b"y")
            with pytest.raises(TimeoutError):
                await socket.recv(timeout_s=0.0)

    run(scenario())


def test_a_cancelled_call_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """A send is taken back, bytes wait for the next call, and a loss is still told."""

    async def scenario() -> None:
        async with world(tmp_path) as w:
            socket = w.modem.tcp("192.0.2.1", 7)
            sending = asyncio.create_task(socket.send(b"x"))
            receiving = asyncio.create_task(socket.recv())
            await w.asked("send", 1, b"x")
            await w.until(lambda: socket._box._waiting == 1)
            sending.cancel()
            receiving.cancel()
            # What comes between the cancellation and its arrival is not lost.
            w.says(Received(1, b"kept"))
            await asyncio.wait((sending, receiving))
            assert sending.cancelled()
            assert receiving.cancelled()
            assert [("cancel", 1, 1)] == w.stack.named("cancel")
            assert b"kept" == await socket.recv()

            receiving = asyncio.create_task(socket.recv())
            await w.until(lambda: socket._box._waiting == 1)
            w.says(RESET, Opened(1, 2), Received(1, b"new"))
            receiving.cancel()
            await asyncio.wait((receiving,))
            with pytest.raises(SocketReset):
                await socket.recv()
            assert b"new" == await socket.recv()

            sending = asyncio.create_task(socket.send(b"y"))
            await w.asked("send", 1, b"y")
            w.says(Received(1, b"old"), Unsent(1, 2, False, CAUSE), RESET)
            sending.cancel()
            await asyncio.wait((sending,))
            assert b"old" == await socket.recv()
            with pytest.raises(SocketReset):
                await socket.recv()

    run(scenario())


def test_time_runs_out(tmp_path: Path) -> None:
    """It is known whether a send was taken back; to wait for bytes costs none."""

    async def scenario() -> None:
        async with world(tmp_path) as w:
            socket = w.modem.udp("192.0.2.1", 7)
            with pytest.raises(SendTimeoutError) as caught:
                await socket.send(b"x", timeout_s=0.01)
            assert not caught.value.may_have_left
            w.stack.refuses_cancel = True
            with pytest.raises(SendTimeoutError) as caught:
                await socket.send(b"x", timeout_s=0.01)
            assert caught.value.may_have_left
            with pytest.raises(TimeoutError):
                await socket.recv(timeout_s=0.01)
            with pytest.raises(ValueError, match="0 is no number"):
                await socket.recv(0)
            with pytest.raises(ValueError, match="nothing to send"):
                await socket.send(b"")

    run(scenario())


def test_an_orderly_end_is_empty_and_a_close_is_told(tmp_path: Path) -> None:
    """As with threads."""

    async def scenario() -> None:
        async with world(tmp_path) as w:
            first, second = w.modem.tcp("192.0.2.1", 7), w.modem.tcp("192.0.2.1", 8)
            w.says(Received(1, b"bye"), PeerClosed(1))
            assert [b"bye", b"", b""] == [await first.recv() for _ in range(3)]
            with pytest.raises(SocketClosed, match="the peer closed"):
                await first.send(b"x")
            receiving = asyncio.create_task(second.recv())
            sending = asyncio.create_task(second.send(b"x"))
            await w.asked("send", 2, b"x")
            assert await second.close(LIMIT_S)
            for task in (receiving, sending):
                with pytest.raises(SocketClosed):
                    await task
            with pytest.raises(SocketClosed):
                await second.recv()
            assert await second.close()

    run(scenario())


def test_an_application_that_does_not_read_fills_no_memory(tmp_path: Path) -> None:
    """So much may come as there is room for; there is more room when it was read."""

    async def scenario() -> None:
        async with world(tmp_path) as w:
            socket = w.modem.tcp("192.0.2.1", 7)
            w.says(Received(1, b"x" * WINDOW_BYTES))
            assert [("grant", 1, WINDOW_BYTES)] == w.stack.named("grant")
            await socket.recv(TOP_UP_BYTES)
            assert ("grant", 1, TOP_UP_BYTES) == w.stack.asked[-1]

    run(scenario())


def test_a_command_gives_its_answer(tmp_path: Path) -> None:
    """A refusal is an answer, too."""

    async def scenario() -> None:
        async with world(tmp_path) as w:
            assert (await w.modem.command("AT+CSQ")).ok
            assert "+CME ERROR: 30" == (await w.modem.command(b"AT+COPS=9")).result
            with pytest.raises(TimeoutError, match="no final result"):
                await w.modem.command("AT+SILENT")
            with pytest.raises(TimeoutError):
                await w.modem.command("AT+NEVER", timeout_s=0.01)
            with pytest.raises(ValueError, match="no command line"):
                await w.modem.command("nonsense")

    run(scenario())


def test_a_modem_is_driven_inside_its_block(tmp_path: Path) -> None:
    """Before and after it, every call says so; states and port can be seen in between."""

    async def scenario() -> None:
        modem = aio.open(str(tmp_path / "modem"))
        with pytest.raises(ModemClosed):
            modem.tcp("192.0.2.1", 7)
        await modem.close()
        async with world(tmp_path) as w:
            w.stack.now = {("modem", ""): "registered", ("recovery", ""): "in_service"}
            w.says(Moved("modem", "", 1, "x", "y", "registered"))
            assert ("registered", "in_service") == (w.modem.state, w.modem.recovery)
            assert w.stack.now == w.modem.states
            assert w.modem.port_trouble is None
            socket = w.modem.tcp("192.0.2.1", 7)
            socket.report_dead()
            await w.asked("report_dead", 1)
            waiting = asyncio.create_task(w.modem.command("AT+NEVER"))
            await w.asked("command", b"AT+NEVER", None)
            await w.modem.close()
            assert [("shut_down",)] == w.stack.named("shut_down")
            with pytest.raises(ModemClosed):
                await waiting
            with pytest.raises(ModemClosed):
                await w.modem.command("AT")
            with pytest.raises(SocketClosed):
                await socket.recv()
            with pytest.raises(ModemClosed):
                async with w.modem:
                    pass

    run(scenario())


def test_a_bug_of_ours_ends_every_call(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody waits for a stack that is broken, and everybody sees why."""

    async def scenario() -> None:
        async with world(tmp_path) as w:
            waiting = asyncio.create_task(w.modem.command("AT+NEVER"))
            await w.asked("command", b"AT+NEVER", None)
            w.stack.bug = AssertionError("a hole in a table")
            with pytest.raises(ModemError, match="a hole in a table"):
                w.says()
            with pytest.raises(ModemError, match="a hole in a table") as caught:
                await waiting
            assert w.stack.bug is caught.value.__cause__
        assert "atfsm has a bug" in caplog.text

    run(scenario())


# -------------------------------------------------------------------------------------- hooks


def _moved(state: str) -> Moved:
    return Moved("tcp", "1", 1, "x", "fact", state)


def test_hooks_may_be_coroutines(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """They are called in order, one at a time; one that raises, or is slow, hurts nobody."""
    told: list[str] = []
    go_on = asyncio.Event()

    class Hooks:
        async def on_enter_connected(self, event: Moved) -> None:
            await go_on.wait()
            told.append(event.state)

        def on_enter_closed(self, event: Moved) -> None:
            told.append(event.state)

        async def on_enter_wobble_refused(self, event: Moved) -> None:
            raise RuntimeError(event.state)

    async def scenario() -> None:
        async with world(tmp_path, hooks=Hooks()) as w:
            w.says(_moved("connected"))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            w.says(*map(_moved, ("wobble_refused", *["closed"] * (EVENTS_AT_MOST + 1))))
            assert "hooks are too slow" in caplog.text
            assert [] == told
            go_on.set()
            await w.until(lambda: len(told) == EVENTS_AT_MOST)
            w.says(_moved("closed"))
            await w.until(lambda: len(told) == EVENTS_AT_MOST + 1)
            assert "connected" == told[0]
            assert "a hook failed on tcp wobble_refused" in caplog.text
            assert "2 events were not told" in caplog.text

    run(scenario())


@pytest.mark.parametrize("is_coroutine", [True, False])
@pytest.mark.parametrize("fails", [True, False])
def test_power_and_veto_hooks_do_not_hold_up_the_loop(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, *, is_coroutine: bool, fails: bool
) -> None:
    """Coroutines run in the loop, anything else on a thread; what they raise is logged."""
    may_return = threading.Event()

    def power(cause: object) -> None:
        assert cause is CAUSE
        assert may_return.wait(LIMIT_S)
        if fails:
            raise OSError("the relay is stuck")

    def veto(rung: Rung, cause: object) -> object:
        assert (Rung.MODEM, CAUSE) == (rung, cause)
        if fails:
            raise OSError("nobody is asked")
        return 30

    class Veto:
        async def __call__(self, rung: Rung, cause: object) -> object:
            return veto(rung, cause)

    async def power_coroutine(cause: object) -> None:
        await asyncio.get_running_loop().run_in_executor(None, power, cause)

    async def scenario() -> None:
        hooks = (power_coroutine, Veto()) if is_coroutine else (power, veto)
        async with world(tmp_path, power_cycle=hooks[0], may_reset=hooks[1]) as w:
            w.says(CutPower(CAUSE), AskReset(Rung.MODEM, CAUSE))
            await w.asked("permit", *((True, None) if fails else (False, 30.0)))
            assert (await w.modem.command("AT+CSQ")).ok
            assert [] == w.stack.named("power_returned")
            may_return.set()
            await w.asked("power_returned")

    run(scenario())
    assert fails is ("the relay is stuck" in caplog.text)


# ------------------------------------------------------------------------------ disk and port


def test_what_is_posted_is_sent_until_the_modem_took_it(tmp_path: Path) -> None:
    """In order, again after a reset, and not from the loop: it does not wait for a disk."""

    async def scenario() -> None:
        async with world(tmp_path, outbox=tmp_path / "outbox") as w:
            socket = w.modem.udp("192.0.2.1", 7)
            ids = [await socket.post(b"one"), await socket.post(b"two")]
            assert sorted(set(ids)) == ids
            await w.asked("send", 1, b"one")
            w.says(Unsent(1, 1, True, CAUSE), RESET, Opened(1, 2))
            await w.asked("send", 1, b"one", times=2)
            w.says(Sent(1, 2))
            await w.asked("send", 1, b"two")
            with pytest.raises(ValueError, match="at most"):
                await socket.post(b"x" * 2000)
            await socket.close()
            with pytest.raises(SocketClosed):
                await socket.post(b"x")
            other = w.modem.udp("192.0.2.1", 8)
            await w.modem.close(0.0)
            with pytest.raises(ModemClosed):
                await other.post(b"x")
        async with world(tmp_path) as w:
            with pytest.raises(ModemError, match="there is no outbox"):
                await w.modem.udp("192.0.2.1", 7).post(b"x")

    run(scenario())
    with Outbox(tmp_path / "outbox") as outbox:
        assert 1 == outbox.pending()


@pytest.mark.parametrize("url", ["{}", "spy://{}?file=/dev/null"], ids=["watched", "pumped"])
def test_the_port_wakes_the_loop(tmp_path: Path, url: str) -> None:
    """Bytes both ways, more than fit at once, a loss, a return, and a deadline."""

    async def scenario() -> None:
        stack = FakeStack()
        with terminal(tmp_path) as device:
            place = url.format(device.path)
            async with aio.Modem(place, make_stack=stack.make) as modem:
                w = World(modem, stack, device)
                await w.asked("start")
                device.write(b"OK\r\n")
                await w.asked("receive", b"OK\r\n")
                many = b"0123456789abcdef" * 4096
                w.says(Written(many), Written(b"!"))
                read = asyncio.get_running_loop().run_in_executor(None, device.read, len(many) + 1)
                assert many + b"!" == await read
                stack.due_s = time.monotonic() + 0.02
                w.says()
                await w.asked("advance")
                device.pull_out()
                await w.asked("port_lost")
                assert modem.port_trouble
                device.plug_in()
                await w.asked("port_returned")
                w.says(Written(b"again"))
                assert b"again" == await asyncio.to_thread(device.read, 5)
                spied: Any = modem._engine.port._device
                if hasattr(spied, "formatter"):
                    spied.formatter.output.close()  # pyserial leaves it open
                await modem.close(0.0)

    run(scenario())


def test_a_loop_that_is_closed_hears_no_more(tmp_path: Path) -> None:
    """Threads that wake it find it gone, and say nothing."""
    kept: list[Any] = []

    async def scenario() -> None:
        async with world(tmp_path, outbox=tmp_path / "outbox") as w:
            kept.append(w.modem._engine)

    run(scenario())
    kept[0]._wake_loop()
    kept[0]._turn()
    kept[0].stop(ModemClosed("again"))
    with pytest.raises(ModemClosed):
        kept[0]._submit(lambda session: session.advance())


def test_what_cannot_be_opened_is_said_at_once(tmp_path: Path) -> None:
    """A wrong path is the caller's mistake."""

    async def scenario() -> None:
        with pytest.raises(atfsm.AtfsmError, match="cannot be opened"):
            async with aio.open("/dev/null", journal=tmp_path / "no" / "journal"):
                pass
        async with aio.open(str(tmp_path / "not-there")) as modem:
            assert modem.port_trouble

    run(scenario())
