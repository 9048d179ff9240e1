"""What can be sent under an end pattern, and how a stream is cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atfsm.stack import Config, Stack
from atfsm.stack.payload import cut, is_sendable

DEFAULT = b"--EOF--Pattern--"


@pytest.mark.parametrize(
    ("payload", "pattern", "expected"),
    [
        (b"", DEFAULT, True),
        (b"plain", DEFAULT, True),
        (b"ends in a dash-", DEFAULT, True),
        (b"before--EOF--Pattern--behind", DEFAULT, False),
        (b"ends with--EOF--Pattern--", DEFAULT, False),
        (b"cost: 5", b"$$", True),
        (b"cost: 5$", b"$$", False),
        (b"a$$b", b"$$", False),
        (b"\x1a", b"\x1a", False),
    ],
)
def test_what_can_be_sent(payload: bytes, pattern: bytes, expected: bool) -> None:
    """The modem stops at the first pattern, so it must be the one behind the payload."""
    assert expected is is_sendable(payload, pattern)


@given(
    st.lists(st.sampled_from([b"--EOF--Pattern--", b"--EOF", b"-", b"x", b"Pattern--"])).map(
        b"".join
    ),
    st.integers(min_value=1, max_value=40),
)
def test_a_stream_is_cut_without_loss(data: bytes, at_most: int) -> None:
    """Every piece can be sent, none is too long, and together they are the stream."""
    pieces, start = [], 0
    while start < len(data):
        piece = cut(data, start, at_most, DEFAULT)
        assert piece is not None
        assert len(piece) <= at_most
        assert is_sendable(piece, DEFAULT)
        pieces.append(piece)
        start += len(piece)
    assert data == b"".join(pieces)


def test_what_cannot_be_sent_is_refused_at_once() -> None:
    """A payload that no cutting helps is the caller's mistake, said in one line."""
    stack = Stack(Config(end_pattern=b"$$"))
    handle = stack.open_tcp("192.0.2.1", 7, 0.0)
    with pytest.raises(ValueError, match="choose a pattern that no payload holds"):
        stack.send(handle, b"a$$b", 0.0)
    with pytest.raises(ValueError, match="nothing to send"):
        stack.send(handle, b"", 0.0)


def test_a_datagram_is_never_cut() -> None:
    """The modem would make two of it: too long a datagram is refused."""
    stack = Stack(Config())
    handle = stack.open_udp("192.0.2.1", 7, 0.0)
    with pytest.raises(ValueError, match="at most 1020"):
        stack.send(handle, bytes(1021), 0.0)


@pytest.mark.parametrize("host", ["", 'a"b', "a,b", "a b", "a\r", "ä.example"])
def test_a_host_that_is_no_parameter_is_refused(host: str) -> None:
    """Nothing gets into a command line that would change what it says."""
    with pytest.raises(ValueError, match="is no host"):
        Stack(Config()).open_tcp(host, 7, 0.0)


@pytest.mark.parametrize("text", [b"hello", b"AT+KTCPSTART=1", b"ATD123", b"AT\rAT+CFUN=0"])
def test_a_command_that_takes_the_line_away_is_refused(text: bytes) -> None:
    """Whatever opens a data mode, or hides a second line, is not for the raw command."""
    with pytest.raises(ValueError, match=r"no AT command line|opens a data mode"):
        Stack(Config()).command(text, 0.0)
