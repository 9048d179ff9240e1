"""``atfsm pipe``: what goes in comes out at a real peer, and every end has its exit code."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from atfsm import Modem, Socket, SocketReset, cli
from atfsm.cli.pipe import _lines, _Pipe, _power_hook
from atfsm.live.outbox import Outbox
from atfsm.sim.faults import Fault
from atfsm.stack.outputs import Cause
from tests.calling import Run
from tests.live.fakes import LIMIT_S, terminal
from tests.live.scripted import simulated
from tests.sim import serving
from tests.sim.serving import datagram_sink, listening

HERE = "127.0.0.1"


@pytest.fixture
def echo_port() -> Iterator[int]:
    """Provide a TCP server that sends back what it gets."""
    yield from serving.echo_server()


class Piped:
    """``atfsm pipe`` as a process; all that it says is read by threads of the test."""

    def __init__(self, process: subprocess.Popen[bytes], *, listens: bool) -> None:
        self.process = process
        self.out = self.err = b""
        self._changed = threading.Condition()
        self._threads = [
            threading.Thread(target=self._read, args=(name,), daemon=True)
            for name in ("stdout", "stderr")[not listens :]
        ]
        for thread in self._threads:
            thread.start()

    def _read(self, name: str) -> None:
        descriptor = getattr(self.process, name).fileno()
        while data := os.read(descriptor, 1 << 16):
            with self._changed:
                setattr(self, name[3:], getattr(self, name[3:]) + data)
                self._changed.notify_all()

    def says(self, text: bytes) -> None:
        """Wait until it has said something, on either of the two."""
        with self._changed:
            found = self._changed.wait_for(lambda: text in self.out + self.err, LIMIT_S)
        assert found, f"waited in vain for {text!r}, there is {self.out + self.err!r}"

    def give(self, data: bytes) -> None:
        """Write to its stdin."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def end(self) -> int:
        """End its stdin; give the exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.wait()

    def wait(self) -> int:
        """Give the exit code."""
        code = self.process.wait(LIMIT_S)
        for thread in self._threads:
            thread.join(LIMIT_S)
        assert b"Traceback" not in self.err, self.err.decode()
        return code


@contextmanager
def piped(*arguments: object, listens: bool = True) -> Iterator[Piped]:
    """Run ``atfsm pipe``; kill it at the end of the block, should it still run."""
    command = [sys.executable, "-m", "atfsm", "pipe", *map(str, arguments)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        try:
            yield Piped(process, listens=listens)
        finally:
            process.kill()


def peer(port: int) -> str:
    """A port of this host."""
    return f"{HERE}:{port}"


def port_of(sink: socket.socket) -> int:
    """The number of a port."""
    number: int = sink.getsockname()[1]
    return number


def received(sink: socket.socket, count: int) -> list[bytes]:
    """So many datagrams."""
    return [sink.recv(2000) for _ in range(count)]


# ---------------------------------------------------------------------------------- it carries


def test_a_stream_comes_back(tmp_path: Path, echo_port: int) -> None:
    """Bytes as they are, binary ones too; states are told on stderr with their time."""
    data = bytes(range(256)) * 40
    with (
        simulated(tmp_path) as (path, _),
        piped("--port", path, "--apn", "internet", "tcp", peer(echo_port)) as pipe,
    ):
        pipe.give(data)
        code = pipe.end()

    assert (0, data) == (code, pipe.out)
    assert b" s  tcp 1 connected\n" in pipe.err
    assert b" s  modem registered\n" in pipe.err
    assert b"line" not in pipe.err


def test_what_is_typed_goes_out_at_once(tmp_path: Path, echo_port: int) -> None:
    """Nothing waits for the end of stdin, as with a terminal."""
    with (
        simulated(tmp_path) as (path, _),
        piped("--port", path, "--linger", "0", "tcp", peer(echo_port)) as pipe,
    ):
        for word in (b"one\n", b"two\n"):
            pipe.give(word)
            pipe.says(word)
        assert 0 == pipe.end()


def test_a_line_is_a_datagram(tmp_path: Path) -> None:
    """Without its end; empty lines are none, the last needs no end; answers are printed."""
    with (
        datagram_sink() as sink,
        simulated(tmp_path) as (path, _),
        piped("--port", path, "-q", "udp", peer(port_of(sink))) as pipe,
    ):
        pipe.give(b"one\r\n\ntwo\nthree")
        first, address = sink.recvfrom(2000)
        sink.sendto(b"heard", address)
        pipe.says(b"heard")
        code = pipe.end()
        assert [b"one", b"two", b"three"] == [first, *received(sink, 2)]

    assert (0, b"heard", b"") == (code, pipe.out, pipe.err)


def test_the_end_of_the_peer_is_the_end(tmp_path: Path) -> None:
    """What the peer sent last is printed, though stdin is still open; exit code 0."""
    with (
        listening() as listener,
        simulated(tmp_path) as (path, _),
        piped("--port", path, "tcp", peer(port_of(listener))) as pipe,
    ):
        client, _ = listener.accept()
        with client:
            client.sendall(b"so long")
        assert 0 == pipe.wait()

    assert b"so long" == pipe.out
    assert b"the peer has closed the connection\n" in pipe.err


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_an_address_of_ipv6_stands_in_brackets(tmp_path: Path) -> None:
    """It is handed to the modem without them."""
    with (
        simulated(tmp_path) as (path, _),
        piped("--port", path, "-v", "--journal", tmp_path / "j", "udp", "[::1]:7") as pipe,
    ):
        pipe.give(b"x\n")
        pipe.says(b" send_offered\n")
        pipe.process.send_signal(signal.SIGINT)
        pipe.wait()

    assert b'AT+KUDPSND=1,\\"::1\\",7,1' in (tmp_path / "j").read_bytes()


def test_the_settings_reach_the_modem(tmp_path: Path) -> None:
    """Name of the access point, login and end pattern."""
    with (
        datagram_sink() as sink,
        simulated(tmp_path) as (path, modem),
        piped(
            *("--port", path, "--apn", "apn", "--user", "me", "--password", "pw"),
            *("--end-pattern=--over-and-out--", "--linger", "0", "udp", peer(port_of(sink))),
        ) as pipe,
    ):
        pipe.give(b"x\n")
        assert 0 == pipe.end()
        assert b"--over-and-out--" == modem._state.pattern
        context = modem._state.contexts.known[1]
        assert (b"apn", b"me", b"pw") == (context.apn, context.login, context.password)


# ------------------------------------------------------------------------------ it goes wrong


def test_a_923_costs_no_line(tmp_path: Path) -> None:
    """A datagram that was refused did not leave, so it is sent again: all arrive, in order."""
    lines = [b"%d" % number for number in range(8)]
    with (
        datagram_sink() as sink,
        simulated(tmp_path, [Fault("cme_923_on_send", at=4)]) as (path, _),
        piped("--port", path, "udp", peer(port_of(sink))) as pipe,
    ):
        pipe.give(b"\n".join(lines))
        code = pipe.end()
        assert lines == received(sink, len(lines))

    assert 0 == code
    assert b"reset of the socket: udp 1 was send_offered; refused: +CME ERROR: 923\n" in pipe.err


def test_a_lost_connection_is_told_and_gone_on_with(tmp_path: Path) -> None:
    """What was lost is said; the next bytes go over the next connection; exit code 1."""
    with (
        listening() as listener,
        simulated(tmp_path, [Fault("cme_923_on_send", at=2)]) as (path, _),
        piped("--port", path, "--linger", "0", "tcp", peer(port_of(listener))) as pipe,
    ):
        pipe.give(b"first")
        first, _ = listener.accept()
        assert b"first" == first.recv(100)
        pipe.give(b"lost")
        pipe.says(b"4 bytes are lost: tcp 1 was send_offered; refused: +CME ERROR: 923\n")
        pipe.give(b"third")
        second, _ = listener.accept()
        second.settimeout(LIMIT_S)
        assert b"third" == second.recv(100)
        assert 1 == pipe.end()
        first.close()
        second.close()


def test_a_lost_answer_costs_no_line(tmp_path: Path) -> None:
    """The line is made sure of once more, and the line of stdin goes out."""
    with (
        datagram_sink() as sink,
        simulated(tmp_path, [Fault("reply_lost", at=1)]) as (path, _),
        piped("--port", path, "--linger", "0", "udp", peer(port_of(sink))) as pipe,
    ):
        pipe.give(b"x\n")
        assert 0 == pipe.end()
        assert [b"x"] == received(sink, 1)


def test_a_connection_that_breaks_while_it_rests_is_told(tmp_path: Path) -> None:
    """The modem took the bytes and then lost them: nobody knows what arrived; exit code 1."""
    with (
        listening() as listener,
        simulated(tmp_path, [Fault("length_mismatch_notif8", at=1)]) as (path, _),
        piped("--port", path, "--linger", "0", "tcp", peer(port_of(listener))) as pipe,
    ):
        pipe.give(b"first")
        first, _ = listener.accept()
        pipe.says(b"the connection was lost, with what was on its way: tcp 1 was connected; ")
        second, _ = listener.accept()
        assert 1 == pipe.end()
        first.close()
        second.close()


class Doubtful:
    """A socket whose first send may have left, or not."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def send(self, data: bytes, timeout_s: float | None = None) -> None:
        """Send."""
        del timeout_s
        self.sent.append(data)
        if len(self.sent) == 1:
            raise SocketReset(Cause("udp", "1", "sending", "silent", "limit_passed", "OK"), True)


def test_what_may_have_left_is_told_so() -> None:
    """It is neither called lost nor sent again, and what comes next is sent."""
    said: list[str] = []
    arguments = cli.parser().parse_args(["pipe", "--port", "x", "udp", "host:7"])
    pipe = _Pipe(arguments, cast("Modem", None), None, said.append)
    for data in (b"early", b"late", None):
        pipe._inputs.put(data)
    socket = Doubtful()
    pipe._send_all(cast("Socket", socket))

    assert [b"early", b"late"] == socket.sent
    assert ["5 bytes may have left in part: udp 1 was sending; silent: OK"] == said
    assert pipe._has_lost


def test_a_datagram_that_is_too_long_is_told(tmp_path: Path) -> None:
    """It is not cut in two, and does not keep the others back; exit code 1."""
    with (
        datagram_sink() as sink,
        simulated(tmp_path) as (path, _),
        piped("--port", path, "-q", "--linger", "0", "udp", peer(port_of(sink))) as pipe,
    ):
        pipe.give(b"x" * 2000 + b"\nshort\n")
        assert 1 == pipe.end()
        assert [b"short"] == received(sink, 1)

    assert b"not sent: a datagram of 2000 bytes is too long: at most 1020\n" in pipe.err


def test_a_send_may_be_given_up(tmp_path: Path) -> None:
    """Where nothing answers, --timeout ends it with exit code 1."""
    with (
        terminal(tmp_path) as device,
        piped("--port", device.path, "--timeout", "0.3", "udp", peer(9)) as pipe,
    ):
        pipe.give(b"x\n")
        assert 1 == pipe.wait()

    assert b"given up: the modem did not take the bytes in time; the send was taken back" in (
        pipe.err
    )


@pytest.mark.parametrize("is_silent", [False, True])
def test_ctrl_c_ends_it_at_once(is_silent: bool, tmp_path: Path, echo_port: int) -> None:
    """Exit code 130, while it waits for stdin as well as while it waits for the modem."""
    faults = [Fault("silent", after=1)] if is_silent else []
    with (
        simulated(tmp_path, faults) as (path, _),
        piped("--port", path, "-v", "tcp", peer(echo_port)) as pipe,
    ):
        pipe.give(b"hello")
        pipe.says(b"line full_reset_probing\n" if is_silent else b"hello")
        pipe.process.send_signal(signal.SIGINT)
        assert 130 == pipe.wait()


def test_a_closed_standard_output_ends_it(tmp_path: Path) -> None:
    """As with head: no message, exit code 0."""
    with (
        listening() as listener,
        simulated(tmp_path) as (path, _),
        piped("--port", path, "-q", "tcp", peer(port_of(listener)), listens=False) as pipe,
    ):
        assert pipe.process.stdout is not None
        pipe.process.stdout.close()
        client, _ = listener.accept()
        with client:
            client.sendall(b"first")
            assert 0 == pipe.wait()

    assert b"" == pipe.err


# ------------------------------------------------------------------------------------- its files


def test_its_journal_can_be_replayed(tmp_path: Path, run: Run) -> None:
    """A run that went well is clean; one with a 923 is explained."""
    codes = []
    with datagram_sink() as sink:
        for number, faults in enumerate(([], [Fault("cme_923_on_send", at=1)])):
            journal = tmp_path / f"journal{number}"
            with (
                simulated(tmp_path, faults) as (path, _),
                piped(
                    *("--port", path, "--journal", journal, "--linger", "0"),
                    *("udp", peer(port_of(sink))),
                ) as pipe,
            ):
                pipe.give(b"x\n")
                assert 0 == pipe.end()
            codes.append(run("replay", "-q", journal))

    assert [0, 1] == [code for code, _, _ in codes]
    assert "did not open data mode" in codes[1][1]
    assert all("and no other" in out for _, out, _ in codes)


def test_posted_lines_are_all_taken(tmp_path: Path) -> None:
    """With an outbox the exit waits until the modem took every line, resets or not."""
    faults = [Fault("cme_923_on_send", at=2)]
    with (
        datagram_sink() as sink,
        simulated(tmp_path, faults) as (path, _),
        piped(
            *("--port", path, "--outbox", tmp_path / "outbox", "--linger", "0"),
            *("udp", peer(port_of(sink))),
        ) as pipe,
    ):
        pipe.give(b"a\nb\nc\n")
        assert 0 == pipe.end()
        assert [b"a", b"b", b"c"] == received(sink, 3)
    with Outbox(tmp_path / "outbox") as outbox:
        assert 0 == outbox.pending()


def test_what_was_not_taken_waits_for_the_next_run(tmp_path: Path) -> None:
    """A run that gives up says how much is left; the next one sends that first."""
    box = ("--outbox", tmp_path / "outbox", "--linger", "0")
    with datagram_sink() as sink:
        with (
            terminal(tmp_path) as device,
            piped(
                "--port", device.path, *box, "--timeout", "0.3", "udp", peer(port_of(sink))
            ) as p,
        ):
            p.give(b"a\nb\n")
            assert 1 == p.end()
            assert b"2 messages wait in " in p.err
        with (
            simulated(tmp_path) as (path, _),
            piped("--port", path, *box, "udp", peer(port_of(sink))) as p,
        ):
            p.give(b"c\n")
            assert 0 == p.end()
        assert [b"a", b"b", b"c"] == received(sink, 3)


# ------------------------------------------------------------------------------------ bad usage


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("tcp", "127.0.0.1"), "HOST:PORT"),
        (("tcp", "::1:7"), "[IPv6]:PORT"),
        (("tcp", "[host]:7"), "[IPv6]:PORT"),
        (("tcp", "host:0"), "0 is no port"),
        (("tcp", 'a"b:7'), "no host name"),
        (("icmp", "host:7"), "invalid choice"),
        (("--linger", "long", "tcp", "host:7"), "not 'long'"),
        (("--end-pattern", 'a"b', "tcp", "host:7"), "no end pattern"),
        (("--power-cycle", "no-such-program", "tcp", "host:7"), "no-such-program"),
        (("--apn", 'a"b', "tcp", "host:7"), "--apn"),
        (("-q", "-v", "tcp", "host:7"), "not allowed with"),
        (("tcp", "host:7"), "there is no such port"),
    ],
)
def test_bad_usage_is_one_line(
    arguments: Sequence[str], said: str, tmp_path: Path, run: Run
) -> None:
    """Exit code 2; a port that does not exist is one, too."""
    code, out, err = run("pipe", "--port", tmp_path / "none", *arguments)

    assert (2, "", 1) == (code, out, err.count("\n"))
    assert said in err


def test_a_journal_that_cannot_be_written_is_told(tmp_path: Path, run: Run) -> None:
    """Exit code 2, before anything is written to the modem."""
    with terminal(tmp_path) as device:
        journal = tmp_path / "none" / "journal"
        code, out, err = run("pipe", "--port", device.path, "--journal", journal, "udp", "host:7")

    assert (2, "", 1) == (code, out, err.count("\n"))
    assert str(journal.parent) in err


# ----------------------------------------------------------------------------------------- parts


@pytest.mark.parametrize("size_bytes", [1, 3, 100_000])
def test_lines_are_the_same_however_they_come(size_bytes: int) -> None:
    """A line without end is kept no longer than any datagram is, and is still one line."""
    data = b"a\n\nb\r\n" + b"x" * 70_000 + b"\nc"
    blocks = (data[at : at + size_bytes] for at in range(0, len(data), size_bytes))
    a, b, long, c = _lines(blocks)

    assert (b"a", b"b", b"c") == (a, b, c)
    assert 65_536 < len(long) <= 70_000


@pytest.mark.parametrize(
    ("words", "said"), [(["true"], ""), (["false"], "false ended with exit code 1")]
)
def test_the_power_command_is_run(
    words: list[str],
    said: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Without a shell; what it comes to is told, and the reset goes on in any case."""
    del capfd
    hook = _power_hook(words)
    assert hook is not None
    hook(Cause("modem", "", "full_reset", "silent", "limit_passed", "AT"))

    assert ["power cut: modem was full_reset; silent: AT", *filter(None, [said])] == [
        record.getMessage() for record in caplog.records
    ]


def test_the_commands_start_lightly() -> None:
    """Whoever asks for the help of one command does not wait for what drives a modem."""
    code = "import sys; from atfsm import cli; cli.parser(); print(*sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout

    assert set() == {"serial", "transitions", "sqlite3", "atfsm.live"} & set(said.decode().split())
