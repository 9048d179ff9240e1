"""``atfsm pipe``: standard input and output over a modem, as netcat does over a network."""

from __future__ import annotations

import argparse
import errno
import logging
import os
import queue
import shlex
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Final

from atfsm.cli.at import add_port_to, seconds
from atfsm.cli.parser import Commands
from atfsm.cli.terms import CLEAN, WOBBLE
from atfsm.errors import AtfsmError, ModemError, SendTimeoutError, SocketClosed, SocketReset

if TYPE_CHECKING:
    from atfsm.live.outbox import Outbox
    from atfsm.live.threads import Modem, Socket
    from atfsm.stack.config import Config
    from atfsm.stack.outputs import Cause, Moved

BLOCK_BYTES: Final = 1 << 14  # ours: what is read of stdin at once, and lost at once at worst
BLOCKS_AT_MOST: Final = 4  # ours: read ahead of the modem
LINE_BYTES_AT_MOST: Final = 1 << 16  # ours: longer ones are no datagrams
CLOSE_S: Final = 10.0  # ours: how long the modem has to close the socket in order
LOOK_S: Final = 0.05  # ours: how often is looked whether the outbox is empty
SLICE_S: Final = 0.5  # ours: a wait of Windows cannot be interrupted, so it is cut
#: What is told without -v: where things stand, and not each send.
TOLD: Final = frozenset(
    {
        *("booting", "registering", "registered", "activating", "up", "connecting"),
        *("connected", "opening", "ready", "peer_closed", "needs_human", "waiting"),
    }
)


def add_to(commands: Commands) -> None:
    """Add the command."""
    pipe = commands.add_parser(
        "pipe",
        help="send stdin to a TCP or UDP peer over a modem, and print what comes back",
        description="Netcat over a modem. TCP: bytes as they come; UDP: one datagram a line, "
        "without its end. What comes goes to stdout, states and resets to stderr. Exit code: 0 "
        "all was taken by the modem, 1 something was lost, 2 bad usage or a port that cannot be "
        "opened, 130 interrupted.",
    )
    pipe.add_argument("kind", choices=("tcp", "udp"))
    pipe.add_argument("peer", metavar="HOST:PORT", type=_peer, help="IPv6: [2001:db8::1]:7")
    add_port_to(pipe)
    pipe.add_argument("--apn", default="", metavar="NAME", help="of the profile (default: stored)")
    pipe.add_argument("--user", default="", metavar="NAME")
    pipe.add_argument("--password", default="", metavar="WORD")
    pipe.add_argument("--pin", default="", metavar="PIN", help="of the SIM")
    pipe.add_argument("--end-pattern", type=_pattern, metavar="PAT", help="what ends payload")
    pipe.add_argument("--journal", metavar="FILE", help="write down what happens, for replay")
    pipe.add_argument("--outbox", metavar="FILE", help="keep what is to be sent until it is taken")
    pipe.add_argument("--memory", metavar="FILE", help="remember costly resets")
    pipe.add_argument("--power-cycle", metavar="COMMAND", type=_words, help="cuts the power")
    pipe.add_argument("--timeout", type=seconds, metavar="S", help="give up a send after so long")
    pipe.add_argument(
        "--linger", type=seconds, default=2.0, metavar="S",
        help="after stdin ends, wait until nothing came for so long (default: 2)",
    )  # fmt: skip
    much = pipe.add_mutually_exclusive_group()
    much.add_argument("-q", "--quiet", action="store_true", help="tell resets and losses only")
    much.add_argument("-v", "--verbose", action="store_true", help="tell every machine's states")
    pipe.set_defaults(run=_run)


def _peer(text: str) -> tuple[str, int]:
    from atfsm.stack.requests import check_peer

    host, _, port = text.rpartition(":")
    is_bracketed = host.startswith("[") and host.endswith("]")
    if is_bracketed:
        host = host[1:-1]
    if not port.isdecimal() or is_bracketed != (":" in host):
        raise argparse.ArgumentTypeError(f"a peer is HOST:PORT or [IPv6]:PORT, not {text!r}")
    try:
        check_peer(host, int(port))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return host, int(port)


def _pattern(text: str) -> bytes:
    if not text or not text.isascii() or not text.isprintable() or '"' in text:
        raise argparse.ArgumentTypeError(f"{text!r} is no end pattern: printable, without quotes")
    return text.encode("ascii")


def _words(text: str) -> list[str]:
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error
    if not words or shutil.which(words[0]) is None:
        raise argparse.ArgumentTypeError(f"there is no program {words[:1] or text!r}")
    return words


def _run(arguments: argparse.Namespace) -> int:
    from atfsm.live.ask import Asker
    from atfsm.live.outbox import Outbox
    from atfsm.live.threads import open as open_modem

    config, speed = _config(arguments), arguments.baud or 115_200
    # A port that is not there is waited for by the modem; who types a name wants to hear of it.
    Asker(arguments.port, baudrate=speed, rtscts=arguments.rtscts).close()
    teller = _Teller(quiet=arguments.quiet, verbose=arguments.verbose)
    with ExitStack() as stack:
        stack.enter_context(teller)
        outbox = stack.enter_context(Outbox(arguments.outbox)) if arguments.outbox else None
        modem = stack.enter_context(
            open_modem(
                arguments.port,
                config,
                baudrate=speed,
                rtscts=arguments.rtscts,
                power_cycle=_power_hook(arguments.power_cycle),
                hooks=teller.hooks,
                journal=arguments.journal,
                outbox=outbox,
                memory=arguments.memory,
            )
        )
        try:
            return _Pipe(arguments, modem, outbox, teller.say).run()
        except ModemError as error:
            if error.__cause__ is not None:  # a bug of ours, and no mistake of the user's
                raise error.__cause__ from None
            raise


def _config(arguments: argparse.Namespace) -> Config:
    from atfsm.stack.config import Config

    for name in ("apn", "user", "password", "pin"):
        value = getattr(arguments, name)
        if not value.isascii() or not value.isprintable() or '"' in value:
            raise AtfsmError(f"--{name}: this cannot stand in a command")
    return Config(
        apn=arguments.apn,
        user=arguments.user,
        password=arguments.password,
        pin=arguments.pin,
        end_pattern=arguments.end_pattern or Config().end_pattern,
    )


def _power_hook(words: list[str] | None) -> Callable[[Cause], None] | None:
    if words is None:
        return None

    def cut_power(cause: Cause) -> None:
        logger = logging.getLogger("atfsm")
        logger.warning("power cut: %s", cause)
        try:
            done = subprocess.run(  # noqa: S603  what the user named, without a shell
                words, stdin=subprocess.DEVNULL, stdout=sys.stderr.fileno(), check=False
            )
        except OSError as error:
            logger.error("%s: %s", words[0], error.strerror)  # noqa: TRY400  one line says it
            return
        if done.returncode:
            logger.error("%s ended with exit code %d", words[0], done.returncode)

    return cut_power


# ----------------------------------------------------------------------------------- what is told


class _Teller(logging.Handler):
    """Tells states and resets on stderr, a line each, with the time since the start."""

    def __init__(self, *, quiet: bool, verbose: bool) -> None:
        super().__init__(logging.WARNING)
        self._began_s = time.monotonic()
        self._verbose = verbose
        self._shown: dict[tuple[str, str], str] = {}
        self.hooks = None if quiet else _hooks(self._moved)

    def __enter__(self) -> None:
        logger = logging.getLogger("atfsm")
        logger.addHandler(self)
        logger.propagate = False

    def __exit__(self, *error: object) -> None:
        logger = logging.getLogger("atfsm")
        logger.removeHandler(self)
        logger.propagate = True

    def emit(self, record: logging.LogRecord) -> None:
        """Tell a reset, or whatever else the log warns of."""
        self.say(record.getMessage())

    def say(self, message: str) -> None:
        """Say one line."""
        passed_s = time.monotonic() - self._began_s
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{passed_s:.1f} s  {message}\n")
            sys.stderr.flush()

    def _moved(self, moved: Moved) -> None:
        name, state = (moved.machine, moved.key), moved.state
        is_told = self._verbose or (state in TOLD and moved.machine != "line")
        if is_told and (self._verbose or self._shown.get(name) != state):
            self._shown[name] = state
            self.say(" ".join((*(part for part in name if part not in {"", "?"}), state)))
        elif moved.is_wobble:
            self._shown.pop(name, None)


def _hooks(tell: Callable[[Moved], None]) -> object:
    """An object with a hook for each state of each machine."""
    from atfsm.charts import CHARTS

    names = {f"on_enter_{chart.name}_{state.name}" for chart in CHARTS for state in chart.states}
    return type("Hooks", (), dict.fromkeys(names, staticmethod(tell)))()


# ---------------------------------------------------------------------------------------- the work


class _Pipe:
    """Standard input to a socket, and the socket to standard output.

    The main thread sends, so that Ctrl-C ends it; one thread reads stdin, and one the socket.
    """

    def __init__(
        self,
        arguments: argparse.Namespace,
        modem: Modem,
        outbox: Outbox | None,
        say: Callable[[str], None],
    ) -> None:
        self._kind: str = arguments.kind
        self._host, self._port = arguments.peer
        self._timeout_s: float | None = arguments.timeout
        self._linger_s: float = arguments.linger
        self._outbox_name: str | None = arguments.outbox
        self._outbox = outbox
        self._modem = modem
        self._say = say
        self._inputs: queue.Queue[bytes | None] = queue.Queue(BLOCKS_AT_MOST)
        self._changed = threading.Condition()
        self._is_over = False
        self._broken: OSError | None = None
        self._heard_s = 0.0
        self._has_lost = False

    def run(self) -> int:
        opens = self._modem.tcp if self._kind == "tcp" else self._modem.udp
        socket = opens(self._host, self._port)
        for work in (lambda: self._receive(socket), self._read):
            threading.Thread(target=work, name="atfsm pipe", daemon=True).start()
        try:
            self._send_all(socket)
        except SendTimeoutError as error:
            self._lose(f"given up: {error}")
        except SocketClosed as error:
            self._lose(f"not sent: {error}")
        else:
            self._linger()
        if self._broken is not None:
            raise self._broken
        if not socket.close(CLOSE_S):
            self._say("the modem did not close the socket in time; its next driver does")
        return WOBBLE if self._has_lost else CLEAN

    def _lose(self, message: str) -> None:
        self._has_lost = True
        self._say(message)

    # ------------------------------------------------------------------ out

    def _send_all(self, socket: Socket) -> None:
        """Send what comes from stdin until it ends, or the peer closes."""
        for data in self._given():
            try:
                if self._outbox is None:
                    socket.send(data, self._timeout_s)
                else:
                    socket.post(data)
            except SocketReset as reset:
                self._write(reset.unread)
                left = "may have left in part" if reset.may_have_left else "are lost"
                self._lose(f"{len(data)} bytes {left}: {reset.cause}")
            except ValueError as error:
                self._lose(f"not sent: {error}")
        if self._outbox is not None:
            self._await_outbox(self._outbox)

    def _given(self) -> Iterator[bytes]:
        """What stdin gives, until it ends or all is over."""
        while not self._is_over:
            with suppress(queue.Empty):
                data = self._inputs.get(timeout=SLICE_S)
                if data is None:
                    return
                yield data
        if not self._inputs.empty() and self._inputs.get() is not None:
            self._lose("what stdin gave meanwhile is not sent")

    def _await_outbox(self, outbox: Outbox) -> None:
        """Wait until the modem took all that was posted."""
        name = f"{self._kind} {self._host}:{self._port}"
        end_s = None if self._timeout_s is None else time.monotonic() + self._timeout_s
        with self._changed:
            while left := outbox.pending(name):
                if self._is_over or (end_s is not None and time.monotonic() >= end_s):
                    self._lose(f"{left} messages wait in {self._outbox_name} for the next time")
                    return
                self._changed.wait(LOOK_S)

    def _linger(self) -> None:
        """Wait until the peer closes, or nothing came for a while."""
        ended_s = time.monotonic()
        with self._changed:
            while not self._is_over:
                left_s = max(ended_s, self._heard_s) + self._linger_s - time.monotonic()
                if left_s <= 0:
                    return
                self._changed.wait(min(left_s, SLICE_S))

    # ------------------------------------------------------------------ the two threads

    def _read(self) -> None:
        """Read stdin: as it comes for TCP, by lines for UDP."""
        blocks = _blocks()
        for data in blocks if self._kind == "tcp" else _lines(blocks):
            self._inputs.put(data)
        self._inputs.put(None)

    def _receive(self, socket: Socket) -> None:
        """Write what comes to stdout, until the peer closes."""
        try:
            while data := self._received(socket):
                self._heard_s = time.monotonic()
                self._write(data)
            self._say("the peer has closed the connection")
        except ModemError:
            pass  # it is over, and the main thread knows why
        except OSError as error:
            self._broken = error
        finally:
            with self._changed:
                self._is_over = True
                self._changed.notify_all()

    def _received(self, socket: Socket) -> bytes:
        while True:
            try:
                return socket.recv()
            except SocketReset as reset:
                self._lose(f"the connection was lost, with what was on its way: {reset.cause}")

    def _write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(sys.stdout.fileno(), left) :]


def _blocks() -> Iterator[bytes]:
    """Stdin as it comes; unbuffered, since a thread that waits in a buffer cannot be left."""
    while True:
        try:
            data = os.read(0, BLOCK_BYTES)
        except OSError as error:
            if error.errno in {errno.EBADF, errno.EIO}:  # closed; of a terminal that is gone
                return
            raise
        if not data:
            return
        yield data


def _lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Lines without their end; empty ones are none, and the last one needs no end."""
    kept = b""
    for block in blocks:
        *whole, kept = (kept + block).split(b"\n")
        yield from filter(None, (line.removesuffix(b"\r") for line in whole))
        kept = kept[: LINE_BYTES_AT_MOST + 1]  # too long for a datagram, and refused as one
    if kept:
        yield kept
