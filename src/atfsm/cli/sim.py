"""``atfsm sim``: a simulated modem on a pseudo-terminal or a TCP port."""

from __future__ import annotations

import argparse
import selectors
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

from atfsm.cli.parser import Commands
from atfsm.cli.terms import CLEAN
from atfsm.errors import AtfsmError

if TYPE_CHECKING:
    from atfsm.sim import SimulatedModem
    from atfsm.sim.ports import Port
    from atfsm.sim.wirelog import WireLog

CHUNKS: Final = ("whole", "random", "bytes")
PORT_AT_MOST: Final = 65_535


def add_to(commands: Commands) -> None:
    """Add the command."""
    sim = commands.add_parser(
        "sim",
        help="simulate a modem, faults included, on a pseudo-terminal or a TCP port",
        description="Simulate a modem whose TCP and UDP sessions reach real sockets. It runs "
        "until Ctrl-C or SIGTERM; SIGUSR1 cuts its power, and gives it back. Exit code: 0 "
        "stopped, 2 bad usage.",
    )
    sim.add_argument(
        "--profile", default="rc76", metavar="NAME", help="family of modem (default: rc76)"
    )
    where = sim.add_mutually_exclusive_group()
    where.add_argument(
        "--pty",
        metavar="LINK",
        help="make a pseudo-terminal, and a symbolic link to it while the modem runs",
    )
    where.add_argument(
        "--tcp",
        metavar="PORT",
        type=_port,
        help="serve one client at a time on this port of 127.0.0.1 (0: any that is free)",
    )
    sim.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[:KEY=VALUE,...]",
        help="let this go wrong, such as cme_923_on_send:after=300; may be given again",
    )
    sim.add_argument("--list-faults", action="store_true", help="list the faults, and stop")
    sim.add_argument(
        "--seed", type=int, default=0, metavar="N", help="what chance is drawn from (default: 0)"
    )
    sim.add_argument(
        "--chunks",
        choices=CHUNKS,
        default="whole",
        help="how the modem cuts what it says (default: whole)",
    )
    sim.add_argument("--boot", action="store_true", help="begin with the power just switched on")
    sim.add_argument(
        "--log", metavar="FILE", help="write what crosses the wire, for 'atfsm replay'"
    )
    sim.set_defaults(run=_run)


def _port(text: str) -> int:
    port = int(text) if text.isdecimal() else -1
    if not 0 <= port <= PORT_AT_MOST:
        raise argparse.ArgumentTypeError(f"a port is a number up to {PORT_AT_MOST}, not {text!r}")
    return port


def _run(arguments: argparse.Namespace) -> int:
    if arguments.list_faults:
        return _list_faults()
    if arguments.pty is None and arguments.tcp is None:
        raise AtfsmError("say where the modem is to be: --pty LINK or --tcp PORT")
    from atfsm.sim import PROFILES, Chunks, SimulatedModem, parse_fault
    from atfsm.sim.serve import Server, obeying_signals
    from atfsm.sim.sockets import SocketNetwork

    profile = PROFILES.get(arguments.profile)
    if profile is None:
        known = ", ".join(PROFILES)
        raise AtfsmError(f"there is no profile {arguments.profile!r}; there are: {known}")
    faults = [parse_fault(text) for text in arguments.fault]
    began_s = time.monotonic()
    with ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        network = SocketNetwork(selector)
        stack.callback(network.close)
        modem = SimulatedModem(
            profile,
            network,
            faults=faults,
            seed=arguments.seed,
            chunks=Chunks(arguments.chunks),
            now_s=began_s,
            booted=not arguments.boot,
        )
        port = _port_of(arguments, selector)
        stack.callback(port.vanish)
        port.appear()
        log = _log(arguments.log, began_s, stack)
        server = Server(modem, port, network, log=log, after=_Teller(modem, began_s).tell)
        stack.callback(server.close)
        stack.enter_context(obeying_signals(server))
        _say(f"seed {arguments.seed}")
        _say(f"{arguments.profile} on {port.where}; Ctrl-C stops")
        server.run()
    return CLEAN


def _list_faults() -> int:
    from atfsm.sim import FAULTS

    print("NAME:at=N,after=N,p=X,times=N counts opportunities; with no setting it takes each one.")
    for kind in FAULTS.values():
        own = "".join(f", {name}={value:g}" for name, value in kind.params.items())
        print(f"{kind.name:<26} {kind.point.value:<8} {kind.about}{own}")
    return CLEAN


def _port_of(arguments: argparse.Namespace, selector: selectors.BaseSelector) -> Port:
    from atfsm.sim.ports import PtyPort, TcpPort

    if arguments.pty is None:
        return TcpPort(arguments.tcp, selector)
    return PtyPort(arguments.pty, selector)


def _log(name: str | None, began_s: float, stack: ExitStack) -> WireLog | None:
    """Open the log, for as long as *stack* stands."""
    from atfsm.sim.wirelog import WireLog

    if name is None:
        return None
    try:
        file = Path(name).open("wb")  # noqa: SIM115  the stack closes it
    except OSError as error:
        raise AtfsmError(f"{name}: cannot be written: {error.strerror}") from error
    return WireLog(stack.enter_context(file), began_s=began_s)


class _Teller:
    """Tells the faults as they happen."""

    def __init__(self, modem: SimulatedModem, began_s: float) -> None:
        self._modem = modem
        self._began_s = began_s
        self._told = 0

    def tell(self) -> None:
        for fired in self._modem.fired[self._told :]:
            at_s = fired.time_s - self._began_s
            _say(f"{at_s:.3f} s: {fired.name}, at its opportunity {fired.opportunity}")
            self._told += 1


def _say(message: str) -> None:
    """Say one line of progress."""
    print(f"atfsm sim: {message}", file=sys.stderr, flush=True)
