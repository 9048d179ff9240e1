"""What is said to the modem: the command of each step, and the settings of each start.

A step of a full reset names its command in the chart (``→ AT+KTCPCLOSE=<sid>,1``); here is how it
is written. Settings are made anew whenever the modem may have lost them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from atfsm.charts import ModemState, PdpState, TcpState, UdpState
from atfsm.stack.config import Config


class Purpose(Enum):
    """Why a command is written: what its answer is good for."""

    PROBE = auto()  #: AT, until it is answered
    SETTING = auto()  #: without it nothing works: refused, the modem is restarted
    WISH = auto()  #: a setting that a family may not know
    STEP = auto()  #: a step of a full reset
    LIST_TCP = auto()  #: which TCP sessions are there
    LIST_UDP = auto()  #: which UDP sessions are there
    SIM = auto()
    PIN = auto()
    REGISTRATION = auto()
    CONFIGURE = auto()
    WORK = auto()  #: of a socket: define, connect, send, receive, close, delete, poll
    COMMAND = auto()  #: asked for by the application


@dataclass(frozen=True, slots=True)
class Ask:
    """A command to be written.

    Attributes:
        text: The command line, without its end.
        purpose: Why.
        machine: The machine that it is for; empty: none.
        key: Which one.
        ticket: Of a `Purpose.COMMAND`.
        limit_s: Its limit, where the declared one is not to hold.
        handle: The socket that it works for.
    """

    text: bytes
    purpose: Purpose
    machine: str = ""
    key: str = ""
    ticket: int = 0
    limit_s: float | None = None
    handle: int = 0


# fmt: off
#: The command of each step, by chart and state; ``{key}`` is the session id or the profile.
STEPS: Final[Mapping[tuple[str, str], str]] = {
    ("tcp",   TcpState.FULL_RESET_CLOSING):      "AT+KTCPCLOSE={key},1",
    ("tcp",   TcpState.FULL_RESET_DELETING):     "AT+KTCPDEL={key}",
    ("tcp",   TcpState.FULL_RESET_READING_BACK): "AT+KTCPSTAT={key}",
    ("udp",   UdpState.FULL_RESET_CLOSING):      "AT+KUDPCLOSE={key}",
    ("udp",   UdpState.FULL_RESET_DELETING):     "AT+KUDPDEL={key}",
    ("udp",   UdpState.FULL_RESET_READING_BACK): "AT+KUDPCFG?",
    ("pdp",   PdpState.FULL_RESET_DEACTIVATING): "AT+KCNXDOWN={key},1",
    ("modem", ModemState.FULL_RESET_RESTARTING): "AT+CFUN=1,1",
    ("modem", ModemState.FULL_RESET_RESETTING):  "AT!RESET",
}
#: What a socket wants done in a state of its way out, in order.
GOING: Final[Mapping[tuple[str, str], str]] = {
    ("tcp", TcpState.DEFINED):     "AT+KTCPCLOSE={key},1",
    ("tcp", TcpState.CONNECTING):  "AT+KTCPCLOSE={key},1",
    ("tcp", TcpState.CONNECTED):   "AT+KTCPCLOSE={key},1",
    ("tcp", TcpState.PEER_CLOSED): "AT+KTCPCLOSE={key},1",
    ("tcp", TcpState.CLOSED):      "AT+KTCPDEL={key}",
    ("udp", UdpState.OPENING):     "AT+KUDPCLOSE={key}",
    ("udp", UdpState.READY):       "AT+KUDPCLOSE={key}",
    ("udp", UdpState.CLOSED):      "AT+KUDPDEL={key}",
}
LISTS: Final[Mapping[str, tuple[str, Purpose]]] = {
    "tcp": ("AT+KTCPCFG?", Purpose.LIST_TCP),
    "udp": ("AT+KUDPCFG?", Purpose.LIST_UDP),
}
# fmt: on


def settings(config: Config) -> tuple[Ask, ...]:
    """The settings of a start, in order (7.1 [QA-TCP, ZN]; 6.3 [ZN])."""
    pattern = config.end_pattern.decode("latin-1")
    needed = ("ATE1" if config.echo else "ATE0", "AT+CMEE=1", f'AT+KPATTERN="{pattern}"')
    wished = (
        "AT+KSREP=1",
        'AT+KURCCFG="TCP",1,1',
        'AT+KURCCFG="UDP",1,1',
        "AT+KSLEEP=2",
        "AT+CPSMS=0",
        "AT+CEDRXS=0",
        "AT+CEREG=1",
    )
    return (
        *(Ask(text.encode("latin-1"), Purpose.SETTING, "modem") for text in needed),
        *(Ask(text.encode("latin-1"), Purpose.WISH, "modem") for text in wished),
    )


def configuration(config: Config) -> Ask:
    """The command that stores the profile (2.1)."""
    fields = [config.apn]
    if config.user or config.password:
        fields += [config.user, config.password]
    quoted = ",".join(f'"{field}"' for field in fields)
    text = f'AT+KCNXCFG={config.context},"GPRS",{quoted}'
    return Ask(text.encode("latin-1"), Purpose.CONFIGURE, "pdp", str(config.context))
