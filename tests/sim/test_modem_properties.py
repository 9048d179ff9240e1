"""What holds for the simulated modem whatever is written to it, and whatever goes wrong."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atfsm.sim import FAULTS, PROFILES, Chunks, Fault
from tests.sim.terminal import PATTERN, Terminal

WORDS = (
    *(b"AT", b"\r", b"+", b"+++", b"=", b"?", b";", b",", b'"', b"1", b"0", b"\x7f", b"\xff\x00"),
    *(b"AT+KTCPSND=1,5\r", b"AT+KTCPRCV=1,99\r", b"AT+KTCPSTAT=1\r", b"AT+KTCPCLOSE=1\r"),
    *(b"AT+KTCPDEL=1\r", b'AT+KTCPCFG=1,0,"203.0.113.5",7\r', b"AT+KTCPCNX=1\r"),
    *(b"AT+KTCPSTART=1\r", b"ATO\r", b"AT+KUDPCFG=1,0\r", b"AT+KCNXDOWN=1,1\r", b"AT+CFUN=1,1\r"),
    *(b'AT+KUDPSND=2,"203.0.113.5",7,3\r', b"AT+KUDPRCV=2,3\r", b"AT+KUDPCLOSE=2\r", PATTERN),
    *(b'AT+KCNXCFG=1,"GPRS","apn"\r', b"AT+CMEE=1\r", b"AT+KCNXUP=1\r", b"AT+CFUN=0\r"),
)
WRITTEN = st.lists(
    st.tuples(
        st.one_of(st.sampled_from(WORDS), st.binary(max_size=40)),
        st.sampled_from((0.0, 0.01, 0.3, 2.0, 40.0)),
    ),
    max_size=25,
)
FAULTY = st.lists(
    st.builds(Fault, st.sampled_from(sorted(FAULTS)), p=st.sampled_from((0.1, 1.0))), max_size=3
)


def session(
    profile: str, faults: list[Fault], written: list[tuple[bytes, float]], chunks: Chunks
) -> tuple[bytes, list[bytes], list[float]]:
    """Write it all; give everything that was read, in its pieces, and when faults happened."""
    terminal = Terminal(profile, faults, seed=5, chunks=chunks)
    heard = b"".join(terminal.type(data, for_s) for data, for_s in written)
    heard += terminal.run(50.0)
    assert b"".join(terminal.chunks) == heard
    return heard, terminal.chunks, [fired.time_s for fired in terminal.modem.fired]


@settings(max_examples=150, deadline=None)
@given(profile=st.sampled_from(sorted(PROFILES)), faults=FAULTY, written=WRITTEN)
def test_nothing_raises_and_the_cuts_change_nothing(
    profile: str, faults: list[Fault], written: list[tuple[bytes, float]]
) -> None:
    """Any host, any fault: no exception, no endless moment; the same bytes however they come."""
    heard, _, fired_s = session(profile, faults, written, Chunks.WHOLE)
    for chunks in (Chunks.RANDOM, Chunks.BYTES):
        other, pieces, other_s = session(profile, faults, written, chunks)

        assert (heard, fired_s) == (other, other_s)
        if chunks is Chunks.BYTES:
            assert all(len(piece) == 1 for piece in pieces)


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_the_same_seed_gives_the_same_bytes(name: str) -> None:
    """Each fault by chance: two runs are the same, pieces and times included."""
    sends = [(b"AT+KTCPSND=1,3\r", 0.1), (b"a+b" + PATTERN, 1.0), (b"AT+KTCPRCV=1,9\r", 0.3)] * 3
    written = [
        (b"ATE0\r", 0.1),
        (b'AT+KCNXCFG=1,"GPRS","apn"\r', 0.1),
        (b'AT+KTCPCFG=1,0,"203.0.113.5",7\r', 0.1),
        (b"AT+KTCPCNX=1\r", 2.0),
        *sends,
        (b"AT+KTCPCLOSE=1\r", 0.1),
        (b"AT+CFUN=1,1\r", 20.0),
    ]
    faults = [Fault(name, p=0.3)]
    runs = [session("rc76", faults, written, Chunks.RANDOM) for _ in range(2)]

    assert runs[0] == runs[1]


@pytest.mark.parametrize("seed", range(3))
def test_noise_does_not_grow_it(seed: int) -> None:
    """A million bytes of noise leave no more than a line's worth in memory."""
    terminal = Terminal("hl78", seed=seed)
    terminal.ask(b"ATE0")
    noise = random.Random(seed)
    for _ in range(1000):
        terminal.type(noise.randbytes(1000), 0.0)
        assert len(terminal.modem._collector._line) <= 2048


def test_seeds_differ() -> None:
    """Another seed is another modem: its latencies are others."""
    due_s = set()
    for seed in range(10):
        terminal = Terminal("hl78", seed=seed)
        terminal.type(b"AT\r", 0.0)
        terminal.modem.read(0.0)
        due_s.add(terminal.modem.deadline_s())

    assert 10 == len(due_s)
