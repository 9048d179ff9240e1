"""The live stack against the simulated modem: sockets, sweeps, polls, drains, vetoes, noise."""

from __future__ import annotations

import random
import re
import tracemalloc
from functools import partial
from itertools import pairwise

import pytest

from atfsm.sim import Echo, Fault, Sink, VirtualNetwork
from atfsm.stack import (
    Answered,
    AskReset,
    Closed,
    Config,
    Memory,
    Opened,
    PeerClosed,
    Received,
    Reset,
    Rung,
    Sent,
    Stack,
    Unsent,
    Waiting,
    Written,
)
from tests.stack.noise import feed_noise
from tests.stack.world import World

CONFIG = Config(apn="internet", has_power_hook=True)


def world(*faults: Fault, config: Config = CONFIG, **given: object) -> tuple[World, Echo, Sink]:
    """A world with an echo server at 192.0.2.1:7 (TCP and UDP) and a sink at :9."""
    network = VirtualNetwork(seed=1)
    echo, sink = Echo(), Sink()
    network.serve_tcp("192.0.2.1", 7, echo)
    network.serve_udp("192.0.2.1", 7, echo)
    network.serve_tcp("192.0.2.1", 9, sink)
    network.serve_udp("192.0.2.1", 9, sink)
    return World(config, faults=faults, network=network, **given), echo, sink  # type: ignore[arg-type]


def open_socket(it: World, kind: str = "tcp", port: int = 7) -> int:
    """Open a socket and wait until it is open."""
    opener = it.stack.open_tcp if kind == "tcp" else it.stack.open_udp
    handle = opener("192.0.2.1", port, it.now_s)
    it.stack.grant(handle, 1 << 20, it.now_s)
    it.carry_out()
    assert it.run(60.0, lambda: any(o.handle == handle for o in it.of(Opened)))
    return handle


def send(it: World, handle: int, data: bytes) -> int:
    """Send, and wait until it was taken."""
    ticket = it.stack.send(handle, data, it.now_s)
    it.carry_out()
    assert it.run(60.0, lambda: Sent(handle, ticket) in it.of(Sent))
    return ticket


@pytest.mark.parametrize("size", [1, 1460, 1461, 100_000])
def test_a_stream_arrives_whole_and_comes_back(size: int) -> None:
    """Any length: cut into sends, read back in pieces, byte for byte."""
    it, echo, _ = world()
    handle = open_socket(it)
    data = random.Random(size).randbytes(size)
    send(it, handle, data)
    it.run(60.0, lambda: size <= sum(len(o.data) for o in it.of(Received)))
    assert data == echo.stream
    assert data == b"".join(o.data for o in it.of(Received))


def test_nothing_is_read_that_nobody_has_room_for() -> None:
    """Without credit the bytes stay in the modem; with credit they come."""
    it, _, _ = world()
    handle = it.stack.open_tcp("192.0.2.1", 7, it.now_s)
    it.carry_out()
    it.run(10.0, lambda: bool(it.of(Opened)))
    send(it, handle, b"abcde")
    it.run(10.0)
    assert [] == it.of(Received)
    it.stack.grant(handle, 3, it.now_s)
    it.carry_out()
    it.run(10.0)
    assert [Received(handle, b"abc")] == it.of(Received)


def test_a_session_left_behind_is_closed_and_deleted() -> None:
    """What another process left is swept before anything is opened."""
    it, _, _ = world(before=(b'AT+KTCPCFG=1,0,"192.0.2.1",7', b"AT+KTCPCNX=1", b"AT+KUDPCFG=1,0"))
    open_socket(it)
    assert b"AT+KTCPCLOSE=1,1\rAT+KTCPDEL=1\rAT+KTCPSTAT=1\r" in bytes(it.written)
    assert b"AT+KUDPCLOSE=2\rAT+KUDPDEL=2\r" in bytes(it.written)


def test_unread_bytes_are_read_before_anything_is_deleted() -> None:
    """The peer sends and closes: all of it is handed over, then PeerClosed, then the delete."""
    it, _, sink = world()
    handle = open_socket(it, port=9)
    (link,) = sink.links
    link.push(b"x" * 4000, it.now_s)
    link.close_by_peer(it.now_s)
    assert it.run(30.0, lambda: bool(it.of(Closed)))
    kinds = [type(o) for _, o in it.outputs if isinstance(o, Received | PeerClosed | Closed)]
    assert [Received] * (len(kinds) - 2) + [PeerClosed, Closed] == kinds
    assert b"x" * 4000 == b"".join(o.data for o in it.of(Received))
    assert bytes(it.written).index(b"KTCPRCV") < bytes(it.written).index(b"KTCPDEL=1")
    assert handle not in {o.handle for o in it.of(Opened)[1:]}


@pytest.mark.parametrize("lost", ["urc_lost"])
def test_lost_urcs_are_made_up_for_by_polls(lost: str) -> None:
    """No URC ever comes: the connection, the data and the peer's close are found by polling."""
    it, _, sink = world(Fault(lost))
    handle = it.stack.open_tcp("192.0.2.1", 9, it.now_s)
    it.stack.grant(handle, 1 << 20, it.now_s)
    it.carry_out()
    assert it.run(100.0, lambda: bool(it.of(Opened)))
    (link,) = sink.links
    link.push(b"hello", it.now_s)
    asked_s = it.now_s
    assert it.run(100.0, lambda: bool(it.of(Received)))
    assert it.now_s - asked_s <= CONFIG.poll_s + 1.0
    link.close_by_peer(it.now_s)
    asked_s = it.now_s
    assert it.run(100.0, lambda: bool(it.of(PeerClosed)))
    assert it.now_s - asked_s <= CONFIG.poll_s + 1.0


def test_one_of_six_sockets_fails_and_costs_the_others_nothing() -> None:
    """One peer refuses again and again; five streams go on without a reset and without a gap."""
    it, echo, _ = world()
    five = [open_socket(it) for _ in range(5)]
    failing = it.stack.open_tcp("192.0.2.66", 66, it.now_s)
    it.carry_out()
    for number in range(40):
        for handle in five:
            send(it, handle, b"%d %d;" % (handle, number))
        it.run(10.0)
    resets = it.of(Reset)
    assert {(failing,)} == {o.handles for o in resets}
    assert {Rung.SOCKET} == {o.rung for o in resets}
    assert len(resets) > 2
    assert [] == it.of(Unsent)
    got = sorted(
        b"".join(o.data for o in it.of(Received) if o.handle == handle) for handle in five
    )
    assert got == sorted(b"".join(b"%d %d;" % (h, n) for n in range(40)) for h in five)
    assert 200 == len(echo.received)


def test_a_lonely_socket_climbs_the_ladder() -> None:
    """A peer that refuses, and nobody else to prove the context: socket, context, modem, power."""
    it, _, _ = world()
    it.stack.open_tcp("192.0.2.66", 66, it.now_s)
    it.carry_out()
    it.run(3600.0)
    rungs = [o.rung for o in it.of(Reset)]
    assert [Rung.SOCKET, Rung.SOCKET, Rung.SOCKET, Rung.CONTEXT] == rungs[:4]
    assert rungs.index(Rung.CONTEXT) < rungs.index(Rung.MODEM)


def test_what_may_have_left_is_said() -> None:
    """A reset after the payload was written: nobody knows whether it left."""
    it, _, _ = world()
    handle = open_socket(it)
    it.modem.inject(Fault("reply_lost", times=1))
    ticket = it.stack.send(handle, b"hello", it.now_s)
    it.carry_out()
    assert it.run(300.0, lambda: bool(it.of(Unsent)))
    (unsent,) = it.of(Unsent)
    assert (ticket, True) == (unsent.ticket, unsent.may_have_left)
    assert unsent.cause is not None
    assert "silent" == unsent.cause.kind


def test_a_datagram_that_cannot_have_left_is_sent_again() -> None:
    """923 comes before CONNECT: the stack sends it again, and the application hears nothing."""
    it, _, sink = world(Fault("cme_923_on_send", at=3))
    handle = open_socket(it, "udp", 9)
    for number in range(6):
        send(it, handle, b"%d" % number)
    it.run(5.0)
    assert [b"%d" % number for number in range(6)] == sink.received
    assert [] == it.of(Unsent)
    assert 1 == len(it.of(Reset))
    assert [1, 2] == [o.generation for o in it.of(Opened)]


def test_a_veto_holds_back_a_restart() -> None:
    """The application says no, twice, and then yes: the restart waits, and is asked for anew."""
    config = Config(apn="internet", has_power_hook=True, asks_before_reset=True)
    stack = Stack(config)
    stack.start(0.0)
    stack.advance(40.0)  # nobody answers: the line is dead
    asked: list[float] = []
    now_s = 40.0
    while len(asked) < 3:
        for output in stack.take():
            if isinstance(output, AskReset):
                asked.append(now_s)
                stack.permit(granted=len(asked) == 3, now_s=now_s, wait_s=100.0)
            assert not (isinstance(output, Written) and b"CFUN" in output.data)
        deadline_s = stack.deadline_s()
        assert deadline_s is not None
        now_s = max(now_s, deadline_s)
        stack.advance(now_s)
    assert [b - a for a, b in pairwise(asked)] == [100.0, 100.0]
    written = [o.data for o in stack.take() if isinstance(o, Written)]
    assert b"AT+CFUN=1,1\r" in written


def test_a_spent_ration_is_waited_for_and_said() -> None:
    """What an earlier process spent holds back this one."""
    memory = Memory({}, restarts_s=(-100.0, -50.0))
    stack = Stack(Config(has_power_hook=False), memory=memory)
    stack.start(0.0)
    waiting: list[Waiting] = []
    while not waiting:
        stack.advance(stack.deadline_s() or 0.0)
        waiting = [o for o in stack.take() if isinstance(o, Waiting)]
    assert (Rung.MODEM, "ration", -50.0 + 900.0) == (
        waiting[0].rung,
        waiting[0].why,
        waiting[0].until_s,
    )


def test_a_command_of_the_application_goes_through_the_line() -> None:
    """One at a time, with its own lines and its own result."""
    it, _, _ = world()
    ticket = it.stack.command(b"AT+CSQ", it.now_s)
    refused = it.stack.command(b"AT+NONSENSE", it.now_s)
    it.carry_out()
    assert it.run(20.0, lambda: len(it.of(Answered)) == 2)
    assert [
        Answered(ticket, (b"+CSQ: 20,99",), b"OK"),
        Answered(refused, (), b"+CME ERROR: 3"),
    ] == it.of(Answered)


def test_a_dead_peer_can_be_reported() -> None:
    """The application knows better than the modem: its socket is reset."""
    it, _, _ = world()
    handle = open_socket(it)
    it.stack.report_dead(handle, it.now_s)
    it.carry_out()
    assert it.run(60.0, lambda: len(it.of(Opened)) == 2)
    (reset,) = it.of(Reset)
    assert "the application says it is dead" == reset.cause.line


def test_a_shut_down_leaves_no_session_behind() -> None:
    """Every socket is closed and deleted; then the stack is idle."""
    it, _, _ = world()
    for kind in ("tcp", "udp", "tcp"):
        open_socket(it, kind)
    it.stack.shut_down(it.now_s)
    it.carry_out()
    assert it.run(30.0, lambda: it.stack.is_idle)
    assert {} == it.modem._state.sessions
    assert 3 == len(it.of(Closed))


def test_each_close_yields_one_word() -> None:
    """Closing twice, or closing what is gone, is no mistake and says nothing more."""
    it, _, _ = world()
    handle = open_socket(it)
    for _ in range(3):
        it.stack.close(handle, it.now_s)
        it.carry_out()
    it.run(10.0)
    it.stack.close(handle, it.now_s)
    it.carry_out()
    assert [Closed(handle)] == it.of(Closed)


def was_settled(it: World, ticket: int) -> bool:
    """Whether a send was taken or given up."""
    return ticket in {o.ticket for o in it.of(Sent)} | {o.ticket for o in it.of(Unsent)}


def test_no_handle_of_an_older_generation_gets_a_byte() -> None:
    """After a restart the same session id is another session: each word names its generation."""
    it, _, _ = world(Fault("reboot_banner", at=40))
    handle = open_socket(it)
    for number in range(30):
        ticket = it.stack.send(handle, b"%02d" % number, it.now_s)
        it.carry_out()
        it.run(60.0, partial(was_settled, it, ticket))
        it.run(1.0)
    generations = [o.generation for o in it.of(Opened)]
    assert [1, 2] == generations


@pytest.mark.parametrize("seed", range(4))
def test_noise_neither_raises_nor_grows(seed: int) -> None:
    """Random bytes, of every kind, into a stack with sockets: no exception, no growth."""
    feed_noise(seed, 200_000)
    tracemalloc.start()
    grown_bytes = feed_noise(seed + 100, 400_000)
    tracemalloc.stop()
    assert grown_bytes < 2_000_000


def test_a_wrong_pin_is_tried_once() -> None:
    """Three wrong ones lock the SIM: the stack sends one, and says that a human is needed."""
    it, _, _ = world(config=Config(apn="internet", pin="9999", has_power_hook=True))
    it.modem._state.code_left = b"1234"
    it.stack.open_tcp("192.0.2.1", 7, it.now_s)
    it.carry_out()
    it.run(120.0)
    assert 1 == len(re.findall(rb'AT\+CPIN="9999"', bytes(it.written)))
