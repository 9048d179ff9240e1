"""The port: bytes both ways, its loss, and its return."""

from __future__ import annotations

import logging
import os
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from atfsm.live.clocks import Clock
from atfsm.live.port import WRITE_LIMIT_S, Came, Lost, Opened, Port, PortEvent
from tests.live.fakes import LIMIT_S, Terminal, terminal

WATCHED = pytest.mark.parametrize("is_watched", [True, False], ids=["watched", "pumped"])


class Owner:
    """Owns a port: waits for its descriptor or its call, as an engine does."""

    def __init__(self, url: str, *, is_watched: bool = True, **settings: Any) -> None:  # noqa: ANN401  of Port
        self._heard, self._bell = os.pipe()
        self.events: list[PortEvent] = []
        self.port = Port(url, self._ring, is_watched=is_watched, **settings)
        self.port.open()

    def _ring(self) -> None:
        os.write(self._bell, b"\0")

    @property
    def came(self) -> bytes:
        """All bytes that came."""
        return b"".join(event.data for event in self.events if isinstance(event, Came))

    def count(self, kind: type[PortEvent]) -> int:
        """How often something happened."""
        return sum(isinstance(event, kind) for event in self.events)

    def until(self, holds: Callable[[], bool]) -> None:
        """Look around until *holds*."""
        end_s = time.monotonic() + LIMIT_S
        while not holds():
            assert time.monotonic() < end_s, f"waited in vain; {self.port.trouble}; {self.events}"
            at = self.port.descriptor
            reads = [self._heard] if at is None else [self._heard, at]
            writes = [at] if at is not None and self.port.is_full else []
            ready, _, _ = select.select(reads, writes, [], 1.0)
            if self._heard in ready:
                os.read(self._heard, 4096)
            for event in self.port.look():
                self.events.append(event)
                if isinstance(event, Lost):
                    self.port.reopen()

    def close(self) -> None:
        """Let go."""
        self.port.close()


@pytest.fixture
def device(tmp_path: Path) -> Iterator[Terminal]:
    """A pseudo-terminal."""
    with terminal(tmp_path) as found:
        yield found


@pytest.fixture
def owned() -> Iterator[Callable[..., Owner]]:
    """Makes ports that are closed at the end."""
    owners: list[Owner] = []

    def made(url: object, **settings: Any) -> Owner:  # noqa: ANN401  of Owner
        owners.append(Owner(str(url), **settings))
        return owners[-1]

    yield made
    for owner in owners:
        owner.close()


@WATCHED
def test_bytes_go_both_ways(
    device: Terminal, owned: Callable[..., Owner], *, is_watched: bool
) -> None:
    """Every byte arrives as it is, in order, whatever the kernel makes of its blocks."""
    everything = bytes(range(256)) * 64
    owner = owned(device.path, is_watched=is_watched)
    owner.until(lambda: owner.port.is_open)
    writer = threading.Thread(target=device.write, args=(everything,), daemon=True)
    writer.start()
    owner.until(lambda: len(owner.came) >= len(everything))
    reader: list[bytes] = []
    thread = threading.Thread(target=lambda: reader.append(device.read(len(everything))))
    thread.start()
    owner.port.write(everything[:5])
    owner.port.write(everything[5:])
    owner.until(lambda: not thread.is_alive() or not owner.port.is_full)
    thread.join(LIMIT_S)

    assert everything == owner.came
    assert [everything] == reader
    assert (None, True) == (owner.port.trouble, owner.port.is_open)


@WATCHED
def test_a_port_that_vanishes_is_opened_again_by_its_path(
    device: Terminal, owned: Callable[..., Owner], *, is_watched: bool
) -> None:
    """The loss is an event, and another device behind the same path is found."""
    owner = owned(device.path, is_watched=is_watched)
    owner.until(lambda: owner.port.is_open)
    device.write(b"before")
    owner.until(lambda: owner.came == b"before")
    device.pull_out()
    owner.until(lambda: owner.count(Lost) == 1)

    assert not owner.port.is_open
    assert owner.port.trouble
    owner.port.write(b"this is lost, as with a modem that is silent")
    device.plug_in()
    owner.until(lambda: owner.count(Opened) == 2)
    owner.port.write(b"again")
    assert b"again" == device.read(5)
    device.write(b"after")
    owner.until(lambda: owner.came == b"beforeafter")


def test_a_port_that_is_not_there_yet_is_waited_for(
    device: Terminal, owned: Callable[..., Owner], caplog: pytest.LogCaptureFixture
) -> None:
    """Who starts before the device enumerates is served; why it waits is said, once."""
    device.pull_out()
    owner = owned(device.path)
    before = owner.port.trouble
    with caplog.at_level(logging.WARNING, "atfsm"):
        owner.until(lambda: "cannot be opened" in caplog.text)
        device.plug_in()
        owner.until(lambda: owner.port.is_open)

    assert before
    assert 1 == caplog.text.count("cannot be opened")
    assert str(device.path) in caplog.text


def test_a_port_is_opened_by_one_only(device: Terminal, owned: Callable[..., Owner]) -> None:
    """Two that talk to one modem would take each other's answers."""
    first = owned(device.path)
    first.until(lambda: first.port.is_open)
    second = owned(device.path)
    second.until(lambda: "lock" in (second.port.trouble or ""))
    first.close()
    second.until(lambda: second.port.is_open)

    assert 0 == second.count(Lost)


def test_a_stuck_line_costs_bytes_and_no_time(
    device: Terminal, owned: Callable[..., Owner], caplog: pytest.LogCaptureFixture
) -> None:
    """Where flow control holds for ever, what waits is thrown away, and nobody waited."""
    hour_s = [0.0]
    owner = owned(device.path, clock=Clock(monotonic_s=lambda: hour_s[0]))
    owner.until(lambda: owner.port.is_open)
    owner.port.write(b"x" * (1 << 20))

    assert owner.port.is_full
    assert WRITE_LIMIT_S == owner.port.deadline_s()
    for _ in range(100):  # what the terminal still takes counts as progress
        hour_s[0] += WRITE_LIMIT_S
        assert [] == owner.port.look()
    assert (False, None) == (owner.port.is_full, owner.port.deadline_s())
    assert "bytes thrown away" in caplog.text
    while select.select([device.master], [], [], 0)[0]:
        os.read(device.master, 1 << 16)
    owner.port.write(b"on")
    assert b"on" == device.read(2)


def test_a_socket_is_a_port(owned: Callable[..., Owner]) -> None:
    """A terminal server is reached, and reached again after it hung up."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(LIMIT_S)
        owner = owned(f"socket://127.0.0.1:{server.getsockname()[1]}")
        owner.until(lambda: owner.port.is_open)
        first, _ = server.accept()
        with first:
            first.sendall(b"one")
            owner.until(lambda: owner.came == b"one")
            owner.port.write(b"two")
            assert b"two" == first.recv(3, socket.MSG_WAITALL)
        owner.until(lambda: owner.count(Opened) == 2)
        second, _ = server.accept()
        with second:
            second.sendall(b"three")
            owner.until(lambda: owner.came == b"onethree")

    assert 1 == owner.count(Lost)


def test_a_spy_sees_everything(
    device: Terminal, owned: Callable[..., Owner], tmp_path: Path
) -> None:
    """``spy://`` is not gone round: its log holds what was written and read."""
    log = tmp_path / "spy.log"
    owner = owned(f"spy://{device.path}?file={log}")
    owner.until(lambda: owner.port.is_open)
    owner.port.write(b"AT+CSQ\r")
    assert b"AT+CSQ\r" == device.read(7)
    device.write(b"\r\nOK\r\n")
    owner.until(lambda: owner.came == b"\r\nOK\r\n")
    text = log.read_text()
    device_of_pyserial: Any = owner.port._device
    device_of_pyserial.formatter.output.close()  # pyserial leaves it open

    assert "AT+CSQ" in text
    assert "TX" in text
    assert "OK" in text


def test_an_unknown_kind_of_url_is_the_callers_mistake() -> None:
    """What can never work is said at once."""
    with pytest.raises(ValueError, match="pigeon"):
        Port("pigeon://coop", lambda: None)


class _Odd:
    """A device without a descriptor whose handler raises what it likes."""

    timeout = 0.0
    write_timeout = 0.0
    in_waiting = 0

    def __init__(self) -> None:
        self.opened = 0

    def open(self) -> None:
        """Count."""
        self.opened += 1
        if self.opened == 2:
            raise RuntimeError("no")

    def close(self) -> None:
        """Refuse even that."""
        raise RuntimeError("not even this")

    def read(self, count_bytes: int) -> bytes:
        """Raise what no port should."""
        del count_bytes
        raise TypeError("a handler has a bug")

    def write(self, data: bytes) -> None:
        """Be stuck."""
        raise serial.SerialTimeoutException(data)


def test_nothing_that_a_handler_raises_ends_the_reader(
    owned: Callable[..., Owner], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever pyserial raises, anywhere, is a loss, and the port is opened again."""
    odd = _Odd()
    monkeypatch.setattr(serial, "serial_for_url", lambda *_, **__: odd)
    owner = owned("odd")
    owner.until(lambda: owner.count(Lost) == 2)
    owner.port.write(b"x")

    assert odd.opened >= 3
    assert "a handler has a bug" == owner.events[1].why  # type: ignore[union-attr]


class _Slow(_Odd):
    """A device that takes its time to open."""

    def __init__(self) -> None:
        super().__init__()
        self.begins = threading.Event()
        self.may_end = threading.Event()
        self.is_closed = threading.Event()

    def open(self) -> None:
        """Wait for the test."""
        self.begins.set()
        assert self.may_end.wait(LIMIT_S)

    def close(self) -> None:
        """Say so."""
        self.is_closed.set()


def test_to_close_does_not_wait_for_an_opening(
    owned: Callable[..., Owner], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that does not answer holds nobody; what opens too late is closed again."""
    slow = _Slow()
    monkeypatch.setattr(serial, "serial_for_url", lambda *_, **__: slow)
    owner = owned("slow")
    assert slow.begins.wait(LIMIT_S)
    owner.close()
    slow.is_closed.clear()
    slow.may_end.set()

    assert slow.is_closed.wait(LIMIT_S)
    assert (False, "closed") == (owner.port.is_open, owner.port.trouble)
