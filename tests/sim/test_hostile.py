"""Hosts and peers that mean no good: nothing raises, and nothing grows without bound."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atfsm.sim import FAULTS, PROFILES, Data, Fault, SimulatedModem
from atfsm.sim.faults import Point
from atfsm.sim.virtual import VirtualLink
from tests.sim.terminal import PATTERN, Terminal
from tests.sim.test_modem_properties import WRITTEN

MEGABYTE = 1_000_000
CONNECTED = [
    (b"ATE0\r", 0.1),
    (b'AT+KCNXCFG=1,"GPRS","apn"\r', 0.1),
    (b'AT+KTCPCFG=1,0,"203.0.113.5",7\r', 0.1),
    (b"AT+KTCPCNX=1\r", 2.0),
    (b"AT+KUDPCFG=1,0\r", 2.0),
]
#: From scratch, or with a session of each kind.
ANYTHING = st.one_of(WRITTEN, WRITTEN.map(lambda written: CONNECTED + written))
MEMORY_BYTES = 2_000_000  # ours: the output's mebibyte, and every other buffer beside it

#: What a fault takes from is not the same where the host's bytes are echoed in other pieces.
CUT_BY_ECHO = {name for name, kind in FAULTS.items() if kind.point is Point.OUTPUT}
#: What was not read is gone with the port, so that it matters when somebody looked.
GONE_WITH_THE_PORT = {"port_vanish_and_return"}


def faults_but(names: set[str]) -> st.SearchStrategy[list[Fault]]:
    """Up to three faults that are none of these."""
    known = sorted(FAULTS.keys() - names)
    fault = st.builds(Fault, st.sampled_from(known), p=st.sampled_from((0.1, 1.0)))
    return st.lists(fault, max_size=3)


def held_bytes(modem: SimulatedModem) -> int:
    """How much a modem keeps of what was written to it, came to it, and is to be read."""
    payloads = (each.payload for each in (modem._transfer, modem._suspended) if each is not None)
    sessions = modem._state.sessions.values()
    return (
        len(modem._collector._line)
        + sum(map(len, payloads))
        + sum(map(len, modem._unasked._held))
        + sum(len(piece.data) for piece in modem._output._pieces)
        + sum(session.unread_bytes + 32 * len(session.inbox) for session in sessions)
        + 100 * len(modem._agenda._entries)
    )


# ------------------------------------------------------------------------------ the host


@settings(max_examples=100, deadline=None)
@given(
    profile=st.sampled_from(sorted(PROFILES)),
    faults=faults_but(CUT_BY_ECHO),
    written=ANYTHING,
    step=st.integers(min_value=1, max_value=9),
)
def test_the_cuts_of_the_host_change_nothing(
    profile: str, faults: list[Fault], written: list[tuple[bytes, float]], step: int
) -> None:
    """A host may write in any pieces: the modem hears bytes."""
    heard = []
    for cut in (10_000, step):
        terminal = Terminal(profile, faults, seed=5)
        said = b""
        for data, for_s in written:
            for start in range(0, len(data), cut):
                terminal.modem.write(data[start : start + cut], terminal.now_s)
            said += terminal.run(for_s)
        heard.append((said + terminal.run(50.0), list(terminal.modem.fired)))

    assert heard[0] == heard[1]


@settings(max_examples=100, deadline=None)
@given(
    profile=st.sampled_from(sorted(PROFILES)),
    faults=faults_but(GONE_WITH_THE_PORT),
    written=ANYTHING,
)
def test_it_does_not_matter_when_somebody_looks(
    profile: str, faults: list[Fault], written: list[tuple[bytes, float]]
) -> None:
    """The time may pass in steps of any length; what is read late is what was said in time."""
    attentive = Terminal(profile, faults, seed=5)
    expected = b"".join(attentive.type(data, for_s) for data, for_s in written)
    expected += attentive.run(50.0)
    idle = Terminal(profile, faults, seed=5)
    for data, for_s in written:
        idle.modem.write(data, idle.now_s)
        idle.now_s += for_s
    idle.modem.advance(idle.now_s + 50.0)

    assert expected == b"".join(idle.modem.read(idle.now_s + 50.0))
    assert list(attentive.modem.fired) == list(idle.modem.fired)


@settings(max_examples=100, deadline=None)
@given(
    profile=st.sampled_from(sorted(PROFILES)),
    faults=faults_but(set()),
    written=ANYTHING,
    repeated=st.integers(min_value=1, max_value=200),
)
def test_no_host_makes_it_grow(
    profile: str, faults: list[Fault], written: list[tuple[bytes, float]], repeated: int
) -> None:
    """Whatever is written, however often, and even if nobody reads."""
    terminal = Terminal(profile, faults, seed=5)
    for data, for_s in written:
        terminal.modem.write(data * repeated, terminal.now_s)
        terminal.now_s += for_s
        assert held_bytes(terminal.modem) < MEMORY_BYTES


def opened(command: bytes) -> Terminal:
    """A host in the data mode of a session that nothing ends."""
    terminal = Terminal("hl78")
    if b"UDP" in command:
        terminal.connect_udp()
    else:
        terminal.connect(9)
    assert b"\r\nCONNECT\r\n" == terminal.ask(command)
    return terminal


@pytest.mark.parametrize(
    "command",
    [b"AT+KTCPSND=1,5", b"AT+KTCPSTART=1", b'AT+KUDPSND=1,"203.0.113.5",9,5'],
    ids=["tcp", "direct", "udp"],
)
@pytest.mark.parametrize("noise", [b"x", b"-", b"+", b"--EOF--Patternx"])
def test_ten_megabytes_without_a_pattern(command: bytes, noise: bytes) -> None:
    """What is beyond the buffer goes out before its end is known, and not one byte is lost."""
    terminal = opened(command)
    block = (noise * MEGABYTE)[:MEGABYTE]
    for _ in range(10):
        terminal.modem.write(block, terminal.now_s)
        assert held_bytes(terminal.modem) < 100_000
        terminal.run(0.1)
    terminal.run(2.0)
    server = terminal.datagrams if b"UDP" in command else terminal.sink
    assert 10 * MEGABYTE - 100_000 < sum(map(len, server.received))
    if b"START" not in command:
        heard = terminal.type(PATTERN, 1.0)
        assert heard.startswith(b"\r\nOK\r\n")
        assert b"_NOTIF: 1,8\r\n" in heard
        assert 10 * MEGABYTE == sum(map(len, server.received))


@pytest.mark.parametrize("faults", [(), ("slow_bytes",), ("burst_without_newline",)])
def test_ten_megabytes_of_echo_that_nobody_reads(faults: tuple[str, ...]) -> None:
    """The host is told a mebibyte at most of what it did not read; then all is as before."""
    terminal = Terminal("hl78", [Fault(name, times=2000) for name in faults])
    noise = random.Random(1)
    for _ in range(10_000):
        terminal.modem.write(noise.randbytes(1000).replace(b"\r", b"."), terminal.now_s)
    assert held_bytes(terminal.modem) < MEMORY_BYTES
    terminal.now_s += 200_000.0
    terminal.run(0.0)

    assert terminal.ask(b"\rAT", 100.0).endswith(b"AT\r\r\nOK\r\n")


def test_urcs_that_wait_for_ever_are_forgotten() -> None:
    """A host that stays in data mode finds the last of them, not all."""
    terminal = opened(b"AT+KTCPSND=1,5")
    for number in range(5000):
        terminal.modem.say_unasked(b"+CEREG: %d" % number, terminal.now_s)
    assert held_bytes(terminal.modem) < 100_000
    heard = terminal.type(b"hello" + PATTERN)

    assert b"+CEREG: 4999\r\n" in heard
    assert b"+CEREG: 4000\r\n" not in heard
    assert heard.startswith(b"\r\nOK\r\n")


# ------------------------------------------------------------------------------ the peer


@pytest.mark.parametrize("settings_", [b"", b",,1"], ids=["counted", "inline"])
def test_ten_megabytes_of_a_peer(settings_: bytes) -> None:
    """Unread data stays with the peer; read bit by bit, all of it comes."""
    terminal = Terminal("hl78")
    terminal.connect(9, settings=settings_)
    link = terminal.sink.links[0]
    for _ in range(1000):
        link.push(b"x" * 10_000, terminal.now_s)
    terminal.modem.advance(terminal.now_s + 1.0)
    assert held_bytes(terminal.modem) < MEMORY_BYTES


def test_a_peer_that_sends_more_than_is_kept_loses_nothing() -> None:
    """0.2 [M192]: 32000 bytes wait in the modem, the rest with the peer, and all is read."""
    terminal = Terminal("hl78")
    terminal.connect(9)
    link = terminal.sink.links[0]
    body = random.Random(2).randbytes(200_000).replace(b"-", b"_")
    for start in range(0, len(body), 1000):
        link.push(body[start : start + 1000], terminal.now_s)
    terminal.run(20.0)
    assert b"+KTCPSTAT: 3,-1,0,32000\r\n" in terminal.ask(b"AT+KTCPSTAT=1")
    taken = b""
    while len(taken) < len(body):
        heard = terminal.ask(b"AT+KTCPRCV=1,1500")
        data, pattern, _ = heard.removeprefix(b"\r\nCONNECT\r\n").partition(PATTERN)
        assert pattern
        assert data
        taken += data

    assert body == taken


def test_empty_datagrams_do_not_pile_up() -> None:
    """Sixty-four wait in the modem; a read takes one, and the next comes after it."""
    terminal = Terminal("hl78")
    terminal.connect_udp()
    session = terminal.modem._state.sessions[1]
    assert isinstance(session.link, VirtualLink)
    for _ in range(1000):
        session.link.put(Data(b"", ("203.0.113.5", 9)))
    terminal.run(1.0)

    assert 64 == len(session.inbox)
    assert terminal.ask(b"AT+KUDPRCV=1,1").endswith(b"\r\n+KUDP_DATA: 1,0\r\n")
