"""Faults: what goes wrong in the field, by name, and when it shall.

Every fault has *opportunities*, counted from 1, of the kind that its row names: a command line, a
send, a reply, an unsolicited result code, a piece of output. Position and probability say which
of them it takes; with the same seed it takes the same ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from atfsm.errors import AtfsmError

__all__ = ["FAULTS", "Fault", "FaultKind", "Fired", "Injector", "Point", "parse_fault"]


class Point(Enum):
    """Where in the modem a fault has its opportunity."""

    COMMAND = "command"  #: a command line, before it is executed
    SEND = "send"  #: KTCPSND or KUDPSND
    RECEIVE = "receive"  #: KTCPRCV or KUDPRCV
    CLOSE = "close"  #: KTCPCLOSE or KUDPCLOSE
    REPLY = "reply"  #: an answer, with its result, before it goes out
    CONNECT = "connect"  #: CONNECT, before it goes out
    PAYLOAD = "payload"  #: payload from the host, complete
    URC = "urc"  #: an unsolicited result code, before it goes out
    OUTPUT = "output"  #: a piece of output that is no payload
    BOOT = "boot"  #: a restart, however it came


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One row of the catalogue."""

    name: str
    point: Point
    about: str
    params: Mapping[str, float] = field(default_factory=dict)


# fmt: off
_ROWS: Final = (
    FaultKind("reply_lost",             Point.REPLY,   "the answer never comes"),
    FaultKind("reply_late",             Point.REPLY,   "the answer comes late", {"delay_s": 20.0}),
    FaultKind("reply_duplicated",       Point.REPLY,   "the answer comes twice"),
    FaultKind("final_missing",          Point.REPLY,   "the final result does not come; information text does"),
    FaultKind("echo_only",              Point.COMMAND, "from now on only the echo comes, until the power is cut (q4 [FLOCK])"),
    FaultKind("echo_off_silently",      Point.COMMAND, "echo is off from now on"),
    FaultKind("error_instead",          Point.COMMAND, "ERROR, and nothing is done"),
    FaultKind("cme_random",             Point.COMMAND, "+CME ERROR with a random code, and nothing is done"),
    FaultKind("cme_923_on_send",        Point.SEND,    "+CME ERROR: 923 (q2 [F923])"),
    FaultKind("connect_missing",        Point.CONNECT, "CONNECT never comes; the port waits for payload (q3)"),
    FaultKind("connect_after_nudge",    Point.CONNECT, "CONNECT comes when more is typed (q3 [FCON])"),
    FaultKind("prompt_split",           Point.CONNECT, "CONNECT comes in two pieces", {"delay_s": 0.5}),
    FaultKind("urc_inside_reply",       Point.REPLY,   "an unsolicited result code splits the answer"),
    FaultKind("urc_before_reply",       Point.REPLY,   "an unsolicited result code comes just before the answer"),
    FaultKind("urc_lost",               Point.URC,     "it never comes"),
    FaultKind("urc_duplicated",         Point.URC,     "it comes twice"),
    FaultKind("urc_reordered",          Point.URC,     "the next one overtakes it"),
    FaultKind("urc_malformed",          Point.URC,     "its fields are torn"),
    FaultKind("notif_any_code",         Point.SEND,    "+KTCP_NOTIF or +KUDP_NOTIF with a code instead of CONNECT", {"code": 6}),
    FaultKind("data_urc_once_then_silent", Point.URC,  "from now on no data URC comes, for this boot"),
    FaultKind("length_mismatch_notif8", Point.PAYLOAD, "+KTCP_NOTIF: n,8 in spite of the right count (q9 [F8])"),
    FaultKind("byte_dropped_after_plus", Point.PAYLOAD, "two bytes behind a + are lost, and code 8 says so"),
    FaultKind("byte_garbled",           Point.OUTPUT,  "one bit of it is wrong"),
    FaultKind("non_utf8",               Point.OUTPUT,  "bytes that are no text stand before it"),
    FaultKind("line_torn",              Point.OUTPUT,  "its second half is lost"),
    FaultKind("slow_bytes",             Point.OUTPUT,  "it comes byte by byte, slowly", {"gap_s": 0.05}),
    FaultKind("burst_without_newline",  Point.OUTPUT,  "a burst of noise stands before it", {"count": 3000}),
    FaultKind("no_carrier_on_close",    Point.CLOSE,   "NO CARRIER, and then 922 (q8 [FNC])"),
    FaultKind("session_ghost_after_reboot", Point.BOOT, "sessions are still listed after the restart"),
    FaultKind("reboot_banner",          Point.COMMAND, "it restarts by itself, and says +KSUP"),
    FaultKind("reboot_without_banner",  Point.COMMAND, "it restarts by itself, and says nothing"),
    FaultKind("half_deaf_families",     Point.COMMAND, "from now on K commands are not answered, until a restart (q10 [FRCV])"),
    FaultKind("port_vanish_and_return", Point.COMMAND, "the port is gone for a while, the modem restarts", {"gone_s": 12.0}),
    # Beyond the catalogue: a modem that is dead, and the fuses that punish resets.
    FaultKind("silent",                 Point.COMMAND, "from now on nothing comes, until the power is cut", {"for_ever": 0}),
    FaultKind("restart_refused",        Point.COMMAND, "AT+CFUN is refused (q6 [FPPP])"),
    FaultKind("boot_hold_after_n_resets", Point.BOOT,  "n restarts within a while: it stays in boot-hold until the power is cut", {"n": 5, "within_s": 600.0}),
    FaultKind("attach_blocked_30min",   Point.BOOT,    "n restarts within a while: no registration for half an hour", {"n": 7, "within_s": 3600.0, "for_s": 1800.0}),
)
# fmt: on
FAULTS: Final[Mapping[str, FaultKind]] = {kind.name: kind for kind in _ROWS}


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault that shall happen.

    Attributes:
        name: Of its kind.
        at: Its one opportunity, counted from 1; None: any.
        after: How many opportunities pass before it may happen.
        p: How probable it is at each opportunity that it may take.
        times: How often it may happen; None: as often as it likes.
        params: What its kind leaves open.
    """

    name: str
    at: int | None = None
    after: int = 0
    p: float = 1.0
    times: int | None = None
    params: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            raise AtfsmError(
                f"there is no fault {self.name!r}; 'atfsm sim --list-faults' lists them"
            )

    def param(self, name: str) -> float:
        """What it leaves open, or its default."""
        return self.params.get(name, FAULTS[self.name].params[name])


def parse_fault(text: str) -> Fault:
    """Read ``name:at=3,after=300,p=0.5,times=1,delay_s=30``.

    Raises:
        AtfsmError: There is no such fault, or a setting of it is none.
    """
    name, _, settings = text.partition(":")
    fault = Fault(name)
    known: dict[str, float] = {}
    for setting in filter(None, settings.split(",")):
        key, _, value = setting.partition("=")
        try:
            known[key] = float(value)
        except ValueError:
            raise AtfsmError(f"fault {text!r}: {key}={value!r} is no number") from None
        if key not in {"at", "after", "p", "times", *FAULTS[name].params}:
            own = ", ".join(("at", "after", "p", "times", *FAULTS[name].params))
            raise AtfsmError(f"fault {text!r}: {name} has no {key!r}; it has {own}")
    if not 0.0 <= known.get("p", 1.0) <= 1.0:
        raise AtfsmError(f"fault {text!r}: p is a probability, from 0 to 1")
    at = known.pop("at", None)
    times = known.pop("times", None)
    return Fault(
        fault.name,
        at=None if at is None else int(at),
        after=int(known.pop("after", 0)),
        p=known.pop("p", 1.0),
        times=None if times is None else int(times),
        params=known,
    )


@dataclass(frozen=True, slots=True)
class Fired:
    """A fault that happened: when, which, and at which of its opportunities."""

    time_s: float
    name: str
    opportunity: int


class Injector:
    """Decides at each opportunity which faults happen.

    Attributes:
        fired: What happened so far.
    """

    def __init__(self, faults: Iterable[Fault], chance: random.Random) -> None:
        self._chance = chance
        self._faults = [(fault, FAULTS[fault.name].point) for fault in faults]
        self._seen = [0] * len(self._faults)
        self._happened = [0] * len(self._faults)
        self.fired: list[Fired] = []

    def add(self, fault: Fault) -> None:
        """One more fault: its opportunities count from here."""
        self._faults.append((fault, FAULTS[fault.name].point))
        self._seen.append(0)
        self._happened.append(0)

    def at(self, point: Point, now_s: float) -> dict[str, Fault]:
        """The faults that happen at this opportunity, by name."""
        happens = {}
        for index, (fault, where) in enumerate(self._faults):
            if where is not point:
                continue
            self._seen[index] += 1
            seen = self._seen[index]
            times = fault.times if fault.at is None else 1
            if seen <= fault.after or (fault.at is not None and seen != fault.at):
                continue
            if times is not None and self._happened[index] >= times:
                continue
            if fault.p < 1.0 and self._chance.random() >= fault.p:
                continue
            self._happened[index] += 1
            self.fired.append(Fired(now_s, fault.name, seen))
            happens[fault.name] = fault
        return happens
