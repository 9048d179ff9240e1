"""Other people's programs drive the simulated modem: chat of pppd, socat and pyserial.

They know nothing of atfsm, so what they agree with is the wire itself.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import serial

from tests.sim import serving
from tests.sim.serving import LIMIT_S, Host

#: A whole TCP session as a script of chat(8): what is expected, and what is sent then. ``\c``
#: sends no CR, and alone it sends nothing; a ``-`` in what is expected is escaped.
SESSION = r"""
TIMEOUT 20
ABORT ERROR
ABORT 'NO CARRIER'
''                          'AT'
OK                          'AT+CMEE=1'
OK                          'AT+KCNXCFG=1,"GPRS","apn"'
OK                          'AT+KTCPCFG=1,0,"127.0.0.1",{port}'
'+KTCPCFG: 1'               '\c'
OK                          'AT+KTCPCNX=1'
OK                          '\c'
'+KTCP_IND: 1,1'            'AT+KTCPSND=1,11'
CONNECT                     'hello\swor\rd--EOF--Pattern--\c'
OK                          '\c'
'+KTCP_DATA: 1,11'          'AT+KTCPRCV=1,11'
CONNECT                     '\c'
'hello wor\rd\-\-EOF\-\-Pattern\-\-'  '\c'
OK                          'AT+KTCPCLOSE=1,1'
OK                          'AT+KTCPDEL=1'
CLR_ABORT ERROR
OK                          'AT+KTCPSTAT=1'
'+CME\sERROR:\s910'         '\c'
"""

PACKAGES = {"chat": "ppp", "socat": "socat"}


def program(name: str) -> str:
    """Find a program, or skip the test; where CI runs it has to be there."""
    path = os.environ.get("PATH", os.defpath)
    found = shutil.which(name, path=os.pathsep.join((path, "/usr/sbin", "/sbin")))
    if found is None:
        message = f"{name} is missing: apt-get install {PACKAGES[name]}"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture
def echo_port() -> Iterator[int]:
    """Provide a TCP server that sends back what it gets."""
    yield from serving.echo_server()


def chatted(script: str, folder: Path, link: Path) -> subprocess.CompletedProcess[bytes]:
    """Let chat run a script on the modem's terminal."""
    (folder / "script").write_text(script)
    descriptor = os.open(link, os.O_RDWR | os.O_NOCTTY)
    try:
        return subprocess.run(
            [program("chat"), "-s", "-v", "-f", str(folder / "script")],
            stdin=descriptor,
            stdout=descriptor,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    finally:
        os.close(descriptor)


def test_chat_drives_a_whole_session(tmp_path: Path, echo_port: int) -> None:
    """What dialled modems for thirty years gets its bytes to a real server and back."""
    program("chat")
    link = tmp_path / "modem"
    with serving.simulated("--profile", "rc76", "--pty", str(link)):
        done = chatted(SESSION.format(port=echo_port), tmp_path, link)

    assert 0 == done.returncode, done.stderr.decode(errors="replace")


def test_chat_drives_two_sessions_one_after_the_other(tmp_path: Path, echo_port: int) -> None:
    """The second chat finds the modem as a modem is: still on, its terminal open again."""
    program("chat")
    link = tmp_path / "modem"
    with serving.simulated("--profile", "hl78", "--pty", str(link)):
        first = SESSION.format(port=echo_port)
        # The profile is still up, so that it must not be configured again (2.1 [NBI]).
        second = "\n".join(line for line in first.splitlines() if "KCNXCFG" not in line)
        codes = [chatted(script, tmp_path, link).returncode for script in (first, second)]

    assert [0, 0] == codes


def test_chat_meets_a_fault(tmp_path: Path, echo_port: int) -> None:
    """A fault that was asked for is what chat aborts on (4: its first ABORT string)."""
    program("chat")
    link = tmp_path / "modem"
    with serving.simulated("--pty", str(link), "--fault", "cme_923_on_send:after=0"):
        script = SESSION.format(port=echo_port).replace(
            "ABORT ERROR", r"ABORT '+CME\sERROR:\s923'", 1
        )
        done = chatted(script, tmp_path, link)

    assert 4 == done.returncode, done.stderr.decode(errors="replace")


@contextmanager
def socat(address: str) -> Iterator[Host]:
    """Let socat connect its standard input and output to the modem."""
    with subprocess.Popen(
        [program("socat"), "-", address], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield Host(process.stdout.fileno(), process.stdin.fileno())
        finally:
            process.stdin.close()
            process.terminate()
            process.wait(LIMIT_S)


def session_by_hand(host: Host, port: int) -> None:
    """Drive a whole session, line by line."""
    assert host.ask(b"ATE0").endswith(b"\r\nOK\r\n")
    assert host.ask(b"AT+CMEE=1") == b"\r\nOK\r\n"
    assert host.ask(b'AT+KCNXCFG=1,"GPRS","apn"') == b"\r\nOK\r\n"
    assert host.ask(b'AT+KTCPCFG=1,0,"127.0.0.1",%d' % port).endswith(
        b"\r\n+KTCPCFG: 1\r\n\r\nOK\r\n"
    )
    host.ask(b"AT+KTCPCNX=1")
    host.read_until(b"+KTCP_IND: 1,1\r\n")
    payload = bytes(range(256)) * 4
    host.ask(b"AT+KTCPSND=1,%d" % len(payload), b"\r\nCONNECT\r\n")
    host.write(payload + b"--EOF--Pattern--")
    host.read_until(b"OK\r\n")
    received = b""
    while len(received) < len(payload):
        host.read_until(b"+KTCP_DATA: 1,")
        host.read_until(b"\r\n")
        while True:
            status = host.ask(b"AT+KTCPSTAT=1")
            waiting = int(status.split(b"\r\n\r\nOK")[0].rpartition(b",")[2])
            if not waiting:
                break
            host.ask(b"AT+KTCPRCV=1,%d" % waiting, b"\r\nCONNECT\r\n")
            received += host.read_exactly(waiting)
            host.read_until(b"--EOF--Pattern--\r\nOK\r\n")
    assert payload == received
    host.ask(b"AT+KTCPCLOSE=1,1")
    host.ask(b"AT+KTCPDEL=1")
    assert b"+CME ERROR: 910" in host.ask(b"AT+KTCPSTAT=1", b"910\r\n")


def test_socat_drives_a_session_on_the_terminal(tmp_path: Path, echo_port: int) -> None:
    """Bytes of every value pass through socat, the terminal, the modem and a real server."""
    program("socat")
    link = tmp_path / "modem"
    with serving.simulated("--pty", str(link)), socat(f"OPEN:{link},rawer") as host:
        session_by_hand(host, echo_port)


def test_socat_drives_a_session_over_tcp(echo_port: int) -> None:
    """The same over a TCP port."""
    program("socat")
    with serving.simulated("--tcp", "0") as sim, socat(f"TCP:127.0.0.1:{sim.port}") as host:
        session_by_hand(host, echo_port)


def test_pyserial_opens_the_terminal(tmp_path: Path) -> None:
    """The library that most hosts use opens the link like any serial port, and again."""
    link = tmp_path / "modem"
    with serving.simulated("--pty", str(link)):
        for _ in range(2):
            with serial.Serial(str(link), 115_200, timeout=LIMIT_S, rtscts=True) as host:
                host.write(b"AT\r")
                assert host.read_until(b"OK\r\n").endswith(b"\r\nOK\r\n")


def test_pyserial_opens_the_tcp_port() -> None:
    """The address that is printed is one that pyserial takes."""
    with serving.simulated("--tcp", "0") as sim:
        where = sim.ready.partition(" on ")[2].partition(";")[0]
        with serial.serial_for_url(where, timeout=LIMIT_S) as host:
            host.write(b"AT\r")
            assert host.read_until(b"OK\r\n").endswith(b"\r\nOK\r\n")


@pytest.mark.parametrize("name", PACKAGES)
def test_a_missing_program_is_a_failure_where_ci_runs(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test that is skipped for ever is no test: CI says what to install."""
    monkeypatch.setattr(shutil, "which", lambda *_args, **_words: None)
    message = f"{name} is missing: apt-get install {PACKAGES[name]}"
    monkeypatch.setenv("CI", "1")
    with pytest.raises(pytest.fail.Exception, match=message):
        program(name)
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match=message):
        program(name)
