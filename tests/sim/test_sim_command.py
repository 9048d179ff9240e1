"""``atfsm sim``: how it begins, what it says, how it ends, and that its log is a capture."""

from __future__ import annotations

import io
import random
import re
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from atfsm.replay.formats import FORMATS, detect
from atfsm.replay.records import Direction
from atfsm.sim.wirelog import RECORD_BYTES, WireLog
from tests.calling import Run
from tests.sim import serving
from tests.sim.serving import LOOPBACK, Host


@pytest.fixture
def echo_port() -> Iterator[int]:
    """Provide a TCP server that sends back what it gets."""
    yield from serving.echo_server()


@pytest.fixture
def http_port() -> Iterator[int]:
    """Provide an HTTP server."""
    yield from serving.http_server()


@pytest.fixture
def link(tmp_path: Path) -> Path:
    """Where the modem is to be found."""
    return tmp_path / "modem"


def connect_tcp(host: Host, port: int) -> None:
    """Bring up session 1 to a port of this host."""
    host.ask(b"ATE0")
    host.ask(b'AT+KCNXCFG=1,"GPRS","apn"')
    host.ask(b'AT+KTCPCFG=1,0,"127.0.0.1",%d' % port)
    host.ask(b"AT+KTCPCNX=1")
    host.read_until(b"+KTCP_IND: 1,1\r\n")


def send(host: Host, payload: bytes) -> None:
    """Send *payload* on session 1."""
    host.ask(b"AT+KTCPSND=1,%d" % len(payload), b"\r\nCONNECT\r\n")
    host.write(payload + b"--EOF--Pattern--")
    host.read_until(b"\r\nOK\r\n")


def receive(host: Host, size_bytes: int) -> bytes:
    """Read so many bytes of session 1, as +KTCP_DATA and KTCPSTAT announce them."""
    received = b""
    while len(received) < size_bytes:
        host.read_until(b"+KTCP_DATA: 1,")
        host.read_until(b"\r\n")
        while waiting := status(host)[3]:
            host.ask(b"AT+KTCPRCV=1,%d" % waiting, b"\r\nCONNECT\r\n")
            received += host.read_exactly(waiting)
            host.read_until(b"--EOF--Pattern--\r\nOK\r\n")
    return received


def status(host: Host) -> list[int]:
    """Ask for the four numbers of session 1."""
    answer = host.ask(b"AT+KTCPSTAT=1")
    found = re.search(rb"\+KTCPSTAT: (-?\d+),(-?\d+),(-?\d+),(-?\d+)", answer)
    assert found is not None, answer
    return [int(number) for number in found.groups()]


# -------------------------------------------------------------------------- how it begins and ends


def test_it_says_in_one_line_that_it_is_ready(link: Path) -> None:
    """The line names the profile, the link and the terminal; the seed stands before it."""
    with serving.simulated("--profile", "rc76", "--pty", str(link), "--seed", "7") as sim:
        expected = f"atfsm sim: rc76 on {link} -> {link.readlink()}; Ctrl-C stops"

        assert ["atfsm sim: seed 7", expected] == sim.said.splitlines()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(number: signal.Signals, link: Path) -> None:
    """Exit code 0, the link is gone, and nothing more is said."""
    with serving.simulated("--pty", str(link)) as sim:
        before = sim.said
        assert 0 == sim.stop(number)

    assert not link.is_symlink()
    assert before == sim.said


def test_a_killed_server_is_replaced_by_the_next(link: Path) -> None:
    """SIGKILL leaves a link that leads nowhere; the next start takes its place."""
    with serving.simulated("--pty", str(link)) as sim:
        sim.process.kill()
        sim.process.wait()
        assert link.is_symlink()
        assert not link.exists()
    with serving.simulated("--pty", str(link)), serving.opened(link) as host:
        assert host.ask(b"AT").endswith(b"\r\nOK\r\n")


def test_a_name_that_is_taken_is_refused(link: Path, run: Run) -> None:
    """One line, exit code 2, and the file is as it was."""
    link.write_text("precious")

    assert (
        2,
        "",
        f"atfsm: {link}: is there already, and is not a link; name another\n",
    ) == run("sim", "--pty", link)
    assert "precious" == link.read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--pty LINK or --tcp PORT"),
        (("--pty", "x", "--tcp", "7"), "not allowed with"),
        (("--tcp", "many"), "a port is a number up to 65535, not 'many'"),
        (("--tcp", "65536"), "a port is a number up to 65535"),
        (("--tcp", "0", "--profile", "hl99"), "there is no profile 'hl99'; there are: "),
        (("--tcp", "0", "--fault", "gremlins"), "gremlins"),
        (("--tcp", "0", "--chunks", "some"), "invalid choice"),
        (("--tcp", "0", "--log", "no/such/folder"), "no/such/folder: cannot be written"),
    ],
)
def test_bad_usage_is_one_line(arguments: tuple[str, ...], said: str, run: Run) -> None:
    """Exit code 2, and the line says what is wrong."""
    code, out, err = run("sim", *arguments)

    assert (2, "") == (code, out)
    assert said in err
    assert 1 == err.count("\n")


def test_the_faults_are_listed(run: Run) -> None:
    """Every fault stands in the list, with what it does, and nothing is started."""
    code, out, err = run("sim", "--list-faults")

    assert (0, "") == (code, err)
    assert "cme_923_on_send" in out
    assert "port_vanish_and_return" in out


def test_the_help_names_the_switch_of_the_power(run: Run) -> None:
    """Whoever wants to cut the power finds out how."""
    assert "SIGUSR1 cuts its power" in " ".join(run("sim", "--help")[1].split())


# ----------------------------------------------------------------------------- what it does


def test_the_sessions_of_a_host_reach_an_http_server(link: Path, http_port: int) -> None:
    """A page comes back through the modem, and the server's close after its last byte."""
    with serving.simulated("--pty", str(link)), serving.opened(link) as host:
        connect_tcp(host, http_port)
        send(host, b"GET /modem HTTP/1.0\r\n\r\n")
        host.read_until(b"+KTCP_NOTIF: 1,4\r\n")
        waiting = status(host)[3]
        host.ask(b"AT+KTCPRCV=1,%d" % waiting, b"\r\nCONNECT\r\n")
        page = host.read_exactly(waiting)
        host.read_until(b"--EOF--Pattern--\r\nOK\r\n")

    assert page.startswith(b"HTTP/1.0 200 OK\r\n")
    assert page.endswith(b"\r\n\r\nserved at /modem")


@pytest.mark.parametrize("chunks", ["whole", "random", "bytes"])
def test_megabytes_come_back_as_they_went(chunks: str, link: Path, echo_port: int) -> None:
    """However the modem cuts what it says, the payload is whole."""
    payload = random.Random(5).randbytes(50_000 if chunks == "bytes" else 1_000_000)
    with (
        serving.simulated("--pty", str(link), "--chunks", chunks),
        serving.opened(link) as host,
    ):
        connect_tcp(host, echo_port)
        send(host, payload)

        assert payload == receive(host, len(payload))


def test_a_refused_connection_is_notified(link: Path) -> None:
    """Nobody listens there: OK at first, then +KTCP_NOTIF with 5."""
    with serving.simulated("--pty", str(link)), serving.opened(link) as host:
        host.ask(b'AT+KCNXCFG=1,"GPRS","apn"')
        host.ask(b'AT+KTCPCFG=1,0,"127.0.0.1",%d' % serving.free_port())
        host.ask(b"AT+KTCPCNX=1")

        assert host.read_until(b"+KTCP_NOTIF: 1,5\r\n")


def test_datagrams_reach_a_sink_and_come_back(link: Path) -> None:
    """One KUDPSND is one datagram; an answer is announced and read."""
    with (
        serving.simulated("--pty", str(link)),
        serving.opened(link) as host,
        serving.datagram_sink() as sink,
    ):
        host.ask(b"ATE0")
        host.ask(b'AT+KCNXCFG=1,"GPRS","apn"')
        host.ask(b"AT+KUDPCFG=1,0")
        host.read_until(b"+KUDP_IND: 1,1\r\n")
        port = sink.getsockname()[1]
        source = None
        for data in (b"one", b"three" * 100):
            command = b'AT+KUDPSND=1,"127.0.0.1",%d,%d' % (port, len(data))
            host.ask(command, b"\r\nCONNECT\r\n")
            host.write(data + b"--EOF--Pattern--")
            host.read_until(b"\r\nOK\r\n")
            received, source = sink.recvfrom(2048)
            assert data == received
        assert source is not None
        sink.sendto(b"answer", (LOOPBACK, source[1]))
        host.read_until(b"+KUDP_DATA: 1,6\r\n")
        host.ask(b"AT+KUDPRCV=1,6", b"\r\nCONNECT\r\n")

        assert b"answer--EOF--Pattern--\r\nOK\r\n" == host.read_until(b"OK\r\n")


def test_the_power_is_cut_by_a_signal(link: Path) -> None:
    """SIGUSR1: the modem boots, and a fault that belongs to a boot has its opportunity."""
    with serving.simulated("--pty", str(link), "--fault", "session_ghost_after_reboot") as sim:
        sim.process.send_signal(signal.SIGUSR1)

        assert "session_ghost_after_reboot" in sim.hears("\n")


def test_a_modem_may_begin_with_its_boot(link: Path) -> None:
    """With --boot the power was just switched on; the same fault tells."""
    with serving.simulated(
        *("--pty", str(link)), "--boot", *("--fault", "session_ghost_after_reboot")
    ) as sim:
        assert "session_ghost_after_reboot" in sim.hears("\n")


def test_a_fault_is_told_as_it_fires(link: Path, echo_port: int) -> None:
    """Whoever watches the simulator sees which fault the host has met, and when."""
    with (
        serving.simulated("--pty", str(link), "--fault", "cme_923_on_send:after=1") as sim,
        serving.opened(link) as host,
    ):
        host.ask(b"AT+CMEE=1")
        connect_tcp(host, echo_port)
        send(host, b"once")
        host.ask(b"AT+KTCPSND=1,4", b"+CME ERROR: 923\r\n")

        assert "cme_923_on_send" in sim.hears("\n")


def test_a_port_that_vanishes_comes_back(link: Path) -> None:
    """The fault that takes the port away: a hang-up, no link, and then a port again."""
    with serving.simulated(
        *("--pty", str(link)), *("--fault", "port_vanish_and_return:at=2,gone_s=0.1")
    ):
        with serving.opened(link) as host:
            assert host.ask(b"AT").endswith(b"OK\r\n")
            host.write(b"AT\r")
            host.read_to_the_end()
            serving.until(link.exists, "the link to come back")
            new = link.readlink()
        with serving.opened(link):
            assert link.readlink() == new


# ----------------------------------------------------------------------------- the log


def reread(log: bytes) -> list[tuple[Direction, bytes]]:
    """Read a log the way replay does, and join the pieces of each side's turn."""
    lines = log.split(b"\n")
    found = detect(lines).format
    assert found is not None
    assert "particle-gen2" == found.name
    reader = found.reader()
    turns: list[tuple[Direction, bytes]] = []
    records = [r for number, line in enumerate(lines, 1) for r in reader.read(line, number)]
    for record in [*records, *reader.close()]:
        if turns and turns[-1][0] is record.direction:
            turns[-1] = record.direction, turns[-1][1] + record.data
        else:
            turns.append((record.direction, record.data))
    return turns


HARD_TO_WRITE = (
    bytes(range(256)),
    b'say "AT" \\r and \\x41 and \\\\',
    b'a log in a log      1.000 AT send   3 "AT\\r"\n     1.234 AT read   6 "\\r\\nOK\\r\\n"\n',
    b"   blanks at both ends   ",
    b"\0\0\0",
    random.Random(6).randbytes(3 * RECORD_BYTES + 1),
)


@pytest.mark.parametrize("payload", HARD_TO_WRITE, ids=range(len(HARD_TO_WRITE)))
def test_the_log_comes_back_to_the_byte(payload: bytes) -> None:
    """Whatever crosses the wire, replay reads what crossed the wire."""
    file = io.BytesIO()
    log = WireLog(file, began_s=50.0)
    log.host_wrote(b"AT+KTCPSND=1,9\r", 50.0)
    log.modem_wrote(b"\r\nCONNECT\r\n", 50.01)
    log.host_wrote(payload, 50.5)
    log.modem_wrote(payload, 61.0)
    expected = [
        (Direction.TX, b"AT+KTCPSND=1,9\r"),
        (Direction.RX, b"\r\nCONNECT\r\n"),
        (Direction.TX, payload),
        (Direction.RX, payload),
    ]

    assert expected == reread(file.getvalue())
    assert any(entry.name == "particle-gen2" for entry in FORMATS)


def test_the_log_of_a_session_is_a_clean_capture(
    link: Path, tmp_path: Path, echo_port: int, run: Run
) -> None:
    """``atfsm replay`` reads the log, and finds nothing wrong with a session that went well."""
    log = tmp_path / "wire.log"
    with (
        serving.simulated("--pty", str(link), "--log", str(log)),
        serving.opened(link) as host,
    ):
        connect_tcp(host, echo_port)
        send(host, bytes(range(256)))
        assert bytes(range(256)) == receive(host, 256)
        host.ask(b"AT+KTCPCLOSE=1,1")
        host.ask(b"AT+KTCPDEL=1")

    turns = reread(log.read_bytes())
    assert (Direction.TX, b"ATE0\r") == turns[0]
    assert (Direction.TX, bytes(range(256)) + b"--EOF--Pattern--") in turns
    code, out, err = run("replay", log)
    assert (0, "") == (code, err), out


def test_the_log_says_when(link: Path, tmp_path: Path) -> None:
    """A log line begins with the seconds since the start, so that limits can be judged."""
    log = tmp_path / "wire.log"
    with serving.simulated("--pty", str(link), "--log", str(log)), serving.opened(link) as host:
        host.ask(b"AT")

    assert re.fullmatch(rb' +\d+\.\d{3} AT send   3 "AT\\r"', log.read_bytes().split(b"\n")[0])


def test_a_host_that_leaves_in_the_middle_does_no_harm(echo_port: int) -> None:
    """A client that breaks off in data mode leaves a modem that the next one can bring back."""
    with serving.simulated("--tcp", "0") as sim:
        with serving.connected(sim.port) as host:
            connect_tcp(host, echo_port)
            host.ask(b"AT+KTCPSND=1,1000", b"\r\nCONNECT\r\n")
            host.write(b"half of it")
        with socket.create_connection((LOOPBACK, sim.port)) as client:
            host = Host(client.fileno())
            host.write(b"--EOF--Pattern--")
            host.read_until(b"+KTCP_NOTIF: 1,8\r\n")
            assert host.ask(b"AT").endswith(b"OK\r\n")


def test_it_listens_on_nothing_but_its_port() -> None:
    """With a pseudo-terminal or without, nothing of the simulator can be reached from outside."""
    with serving.simulated("--tcp", "0") as sim:
        descriptors = Path(f"/proc/{sim.process.pid}/fd")
        sockets = {str(entry.readlink()) for entry in descriptors.iterdir()}
        table = Path(f"/proc/{sim.process.pid}/net/tcp").read_text().splitlines()[1:]
        listening = [row.split() for row in table if row.split()[3] == "0A"]
        ours = [row[1] for row in listening if f"socket:[{row[9]}]" in sockets]

    assert [f"0100007F:{sim.port:04X}"] == ours
