"""The whole, live: both shells, the stack, and a simulated modem on a pseudo-terminal."""

from __future__ import annotations

import asyncio
import random
import socket
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import atfsm
from atfsm import Config, SocketReset, aio
from atfsm.sim.faults import Fault
from atfsm.stack.config import Spacing
from tests.live.fakes import LIMIT_S, Running
from tests.live.simulated import simulated
from tests.sim.serving import datagram_sink, listening

CONFIG = Config(apn="internet", spacing=Spacing(socket_s=(0.05, 1.0)))
HERE = "127.0.0.1"
EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"


@pytest.fixture
def sink() -> Iterator[socket.socket]:
    """A real UDP socket that hears what the modem sends."""
    with datagram_sink() as found:
        yield found


def port_of(peer: socket.socket) -> int:
    """The number of a port."""
    number: int = peer.getsockname()[1]
    return number


def test_datagrams_and_a_stream_go_both_ways(tmp_path: Path, sink: socket.socket) -> None:
    """A peer hears what is sent, and is heard; an orderly end is seen on both sides."""
    with (
        simulated(tmp_path) as (path, _),
        listening() as listener,
        atfsm.open(path, CONFIG, journal=tmp_path / "journal") as modem,
    ):
        with modem.udp(HERE, port_of(sink)) as uplink:
            uplink.send(b"over", timeout_s=LIMIT_S)
            data, address = sink.recvfrom(2000)
            sink.sendto(b"and out", address)
            assert (b"over", b"and out") == (data, uplink.recv(timeout_s=LIMIT_S))
        stream = modem.tcp(HERE, port_of(listener))
        many = random.Random(1).randbytes(20_000)
        sending = Running(lambda: stream.send(many, timeout_s=LIMIT_S))
        peer, _ = listener.accept()
        with peer:
            heard = b""
            while len(heard) < len(many):
                heard += peer.recv(1 << 16)
            sending.outcome()
            peer.sendall(many)
            peer.shutdown(socket.SHUT_WR)
            back = b""
            while piece := stream.recv(timeout_s=LIMIT_S):
                back += piece
        assert many == heard
        assert many == back
        assert ("registered", 1) == (modem.state, stream.generation)
        assert modem.command("AT+CSQ", timeout_s=LIMIT_S).ok


def test_a_923_costs_one_exception_and_the_socket_goes_on(tmp_path: Path) -> None:
    """The connection is built up again behind the same object, and the peer sees a new one."""
    with (
        simulated(tmp_path, [Fault("cme_923_on_send", at=2)]) as (path, _),
        listening() as listener,
        atfsm.open(path, CONFIG) as modem,
    ):
        stream = modem.tcp(HERE, port_of(listener))
        stream.send(b"one", timeout_s=LIMIT_S)
        first, _ = listener.accept()
        with first, pytest.raises(SocketReset, match="923") as caught:
            stream.send(b"two", timeout_s=LIMIT_S)
        assert not caught.value.may_have_left
        assert any("923" in line for line in caught.value.lines)
        stream.send(b"three", timeout_s=LIMIT_S)
        second, _ = listener.accept()
        with second:
            assert b"three" == second.recv(100)
        assert 2 == stream.generation


def test_a_datagram_that_was_refused_is_sent_again(tmp_path: Path, sink: socket.socket) -> None:
    """It cannot have left, so nobody need know."""
    with (
        simulated(tmp_path, [Fault("cme_923_on_send", at=2)]) as (path, _),
        atfsm.open(path, CONFIG) as modem,
        modem.udp(HERE, port_of(sink)) as uplink,
    ):
        for number in range(4):
            uplink.send(b"%d" % number, timeout_s=LIMIT_S)
        assert [b"%d" % n for n in range(4)] == [sink.recv(100) for _ in range(4)]
        assert 2 == uplink.generation


def test_a_port_that_vanishes_comes_back(tmp_path: Path, sink: socket.socket) -> None:
    """The modem restarts and its port is gone for a while; a send waits that out."""
    fault = Fault("port_vanish_and_return", at=20, params={"gone_s": 1.0})
    with (
        simulated(tmp_path, [fault]) as (path, simulation),
        atfsm.open(path, CONFIG) as modem,
        modem.udp(HERE, port_of(sink)) as uplink,
    ):
        end_s = time.monotonic() + 3 * LIMIT_S
        number = 0
        while not simulation.fired:
            assert time.monotonic() < end_s
            with suppress(SocketReset):
                uplink.send(b"%d" % number, timeout_s=3 * LIMIT_S)
            number += 1
        uplink.send(b"last", timeout_s=3 * LIMIT_S)
        while sink.recv(100) != b"last":
            pass


def test_messages_outlive_a_process(tmp_path: Path, sink: socket.socket) -> None:
    """What one process posted, and could not send, another sends."""
    where = (HERE, port_of(sink))
    with (
        atfsm.open(str(tmp_path / "modem"), CONFIG, outbox=tmp_path / "outbox") as modem,
        modem.udp(*where) as uplink,
    ):
        for number in range(3):
            uplink.post(b"%d" % number)
    with (
        simulated(tmp_path) as (path, _),
        atfsm.open(path, CONFIG, outbox=tmp_path / "outbox") as modem,
        modem.udp(*where),
    ):
        assert [b"0", b"1", b"2"] == [sink.recv(100) for _ in range(3)]


def test_asyncio_drives_it_as_well(tmp_path: Path) -> None:
    """Several sockets at once, in one loop, without a thread of ours in the way of bytes."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 16):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def talk(modem: aio.Modem, port: int, seed: int) -> None:
        data = random.Random(seed).randbytes(6_000)
        async with modem.tcp(HERE, port) as stream:
            sending = asyncio.create_task(stream.send(data, timeout_s=LIMIT_S))
            back = b""
            while len(back) < len(data):
                back += await stream.recv(timeout_s=LIMIT_S)
            await sending
            assert data == back

    async def scenario(path: str) -> None:
        server = await asyncio.start_server(echo, HERE, 0)
        async with server, aio.open(path, CONFIG) as modem:
            port = server.sockets[0].getsockname()[1]
            await asyncio.gather(*(talk(modem, port, seed) for seed in range(3)))
            assert (await modem.command("AT+CSQ")).ok

    with simulated(tmp_path) as (path, _):
        asyncio.run(scenario(path))


def test_calls_may_be_cancelled_at_any_point(tmp_path: Path, sink: socket.socket) -> None:
    """200 of them: each ends at once, none is sent twice, and the order stays."""
    chance = random.Random(7)
    slowest_s = 0.0

    async def scenario(path: str) -> int:
        nonlocal slowest_s
        done = 0
        async with aio.open(path, CONFIG) as modem, modem.udp(HERE, port_of(sink)) as uplink:
            await uplink.send(b"-1", timeout_s=LIMIT_S)
            for number in range(200):
                call: Coroutine[Any, Any, object] = uplink.send(b"%d" % number)
                if number % 4 == 3:
                    call.close()
                    call = uplink.recv()
                task = asyncio.create_task(call)
                await asyncio.wait((task,), timeout=chance.uniform(0.0, 0.02))
                if task.done():
                    done += 1
                    continue
                began_s = time.monotonic()
                task.cancel()
                await asyncio.wait((task,))
                slowest_s = max(slowest_s, time.monotonic() - began_s)
                assert task.cancelled()
            await uplink.send(b"200", timeout_s=LIMIT_S)
            assert 1 == uplink.generation
        return done

    with simulated(tmp_path) as (path, _):
        done = asyncio.run(scenario(path))
    heard = [-1]
    assert b"-1" == sink.recv(100)
    while heard[-1] != 200:
        heard.append(int(sink.recv(100)))

    assert sorted(set(heard)) == heard
    assert 0 < done < 200
    assert slowest_s < 0.1


@pytest.mark.parametrize("name", ["udp_forever.py", "udp_forever_asyncio.py"])
def test_an_example_sends_for_ever(tmp_path: Path, sink: socket.socket, name: str) -> None:
    """Fifteen lines of application outlive the 923 that ends others."""
    faults = [Fault("cme_923_on_send", at=2)]
    lines = [line for line in (EXAMPLES / name).read_text().splitlines() if line.strip()]
    assert len(lines) <= 15
    with simulated(tmp_path, faults) as (path, _):
        command = [sys.executable, str(EXAMPLES / name), path, HERE, str(port_of(sink))]
        with subprocess.Popen(command) as process:
            try:
                heard = [sink.recv(100) for _ in range(3)]
                assert process.poll() is None
            finally:
                process.kill()

    assert all(heard)
