"""Faults: what goes wrong in the field, by name, and when it shall.

A fault has *opportunities*, counted from 1; its row names the :class:`Point` at which they come.
Position and probability say which of them it takes; with the same seed it takes the same ones.

>>> parse_fault("cme_923_on_send:after=300,p=0.01,times=3")
Fault(name='cme_923_on_send', at=None, after=300, p=0.01, times=3, params={})
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from atfsm.errors import AtfsmError

__all__ = ["FAULTS", "Fault", "FaultKind", "Fired", "Injector", "Point", "parse_fault"]


class Point(Enum):
    """Where in the modem faults have their opportunities."""

    COMMAND = "command"  #: each command line, before it is executed
    RESTART = "restart"  #: each ``AT+CFUN=`` in any form
    SEND = "send"  #: each KTCPSND and KUDPSND
    CLOSE = "close"  #: each KTCPCLOSE and KUDPCLOSE of a session that is up
    CONNECT = "connect"  #: each CONNECT, before it goes out
    PAYLOAD = "payload"  #: each payload of the host, once it is complete
    PLUS = "plus"  #: each of those with two bytes or more behind a ``+``
    REPLY = "reply"  #: each answer, before it goes out
    URC = "urc"  #: each unsolicited result code, before it goes out
    DATA_URC = "data urc"  #: each of those that says that data came
    OUTPUT = "output"  #: each piece of output that is no payload, echo included
    BOOT = "boot"  #: each restart, power cuts included; for a fuse, each that blows it


@dataclass(frozen=True, slots=True)
class FaultKind:
    """One row of the catalogue.

    Attributes:
        name: What the user calls it.
        point: Where its opportunities come.
        about: What happens.
        source: A section of the protocol reference, a key, or "ours".
        params: What can be set, with its default.
    """

    name: str
    point: Point
    about: str
    source: str = "ours"
    params: Mapping[str, float] = field(default_factory=dict)


# fmt: off
_P = Point
_ROWS: Final = (
    FaultKind("reply_lost",             _P.REPLY,    "the command is done, its answer never comes"),
    FaultKind("reply_late",             _P.REPLY,    "the answer comes late, and the port is busy until then", "q11 [Z#43580]", {"delay_s": 20.0}),
    FaultKind("reply_duplicated",       _P.REPLY,    "the answer comes twice"),
    FaultKind("final_missing",          _P.REPLY,    "information text comes, the result does not", "q18 [NBI]"),
    FaultKind("echo_only",              _P.COMMAND,  "from now on only the echo comes, until the power is cut", "q4 [FLOCK]"),
    FaultKind("echo_off_silently",      _P.COMMAND,  "echo is off from now on"),
    FaultKind("error_instead",          _P.COMMAND,  "ERROR, and nothing is done"),
    FaultKind("cme_random",             _P.COMMAND,  "a code of 902 to 932 is refused with, and nothing is done", "5.1 [LEG-E]"),
    FaultKind("cme_923_on_send",        _P.SEND,     "+CME ERROR: 923", "q2 [F923]"),
    FaultKind("connect_missing",        _P.CONNECT,  "CONNECT never comes; the port takes payload all the same, and what was to be read is lost", "q3 [FCON]"),
    FaultKind("connect_after_nudge",    _P.CONNECT,  "CONNECT comes when more is typed, which counts as payload", "q3 [FCON]"),
    FaultKind("prompt_split",           _P.CONNECT,  "CONNECT comes in two pieces", "q21 [ZO]", {"delay_s": 0.5}),
    FaultKind("urc_inside_reply",       _P.REPLY,    "+CREG: 1 stands before the result", "1.2"),
    FaultKind("urc_before_reply",       _P.REPLY,    "+CREG: 1 stands before the answer", "1.2"),
    FaultKind("urc_lost",               _P.URC,      "it never comes"),
    FaultKind("urc_duplicated",         _P.URC,      "it comes twice"),
    FaultKind("urc_reordered",          _P.URC,      "the next one overtakes it; without a next one it never comes"),
    FaultKind("urc_malformed",          _P.URC,      "its first comma is a semicolon, or its last byte is missing"),
    FaultKind("notif_any_code",         _P.SEND,     "a notification comes in place of CONNECT, and no result", "3.4 [M207]", {"code": 6}),
    FaultKind("data_urc_once_then_silent", _P.DATA_URC, "neither it comes nor any other, until a restart", "q9 [F8]"),
    FaultKind("length_mismatch_notif8", _P.PAYLOAD,  "code 8 in spite of the right count", "q9 [F8]"),
    FaultKind("byte_dropped_after_plus", _P.PLUS,    "the two bytes behind the + are lost, and code 8 says so", "forum 20546"),
    FaultKind("byte_garbled",           _P.OUTPUT,   "one bit of it is wrong"),
    FaultKind("non_utf8",               _P.OUTPUT,   "bytes that are no text stand before it"),
    FaultKind("line_torn",              _P.OUTPUT,   "its second half is lost"),
    FaultKind("slow_bytes",             _P.OUTPUT,   "it comes byte by byte, slowly", "ours", {"gap_s": 0.05}),
    FaultKind("burst_without_newline",  _P.OUTPUT,   "a burst of noise stands before it", "ours", {"count": 3000}),
    FaultKind("no_carrier_on_close",    _P.CLOSE,    "NO CARRIER; another close gets 922", "q8 [FNC]"),
    FaultKind("session_ghost_after_reboot", _P.BOOT, "sessions are listed still", "q19"),
    FaultKind("reboot_banner",          _P.COMMAND,  "it restarts by itself, and says +KSUP where KSREP wants it", "6.1 [ZN]"),
    FaultKind("reboot_without_banner",  _P.COMMAND,  "it restarts by itself, and says nothing"),
    FaultKind("half_deaf_families",     _P.COMMAND,  "from now on K commands are not answered, until a restart", "q10 [FRCV]"),
    FaultKind("port_vanish_and_return", _P.COMMAND,  "it restarts by itself, and the port is gone for a while", "q4 [FLOCK]", {"gone_s": 12.0}),
    # Beyond the 33: a dead modem, one that refuses to restart, and the fuses that punish resets.
    FaultKind("silent",                 _P.COMMAND,  "from now on nothing comes, until the power is cut; for_ever=1: then neither", "q5 [FUNR]", {"for_ever": 0}),
    FaultKind("restart_refused",        _P.RESTART,  "ERROR", "q6 [FPPP]"),
    FaultKind("boot_hold_after_n_resets", _P.BOOT,   "the nth restart within a while is not left, until the power is cut", "6.1 MC7700", {"n": 5, "within_s": 600.0}),
    FaultKind("attach_blocked_30min",   _P.BOOT,     "after the nth restart within a while there is no registration", "6.1 nRF91", {"n": 7, "within_s": 3600.0, "for_s": 1800.0}),
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
        times: How often it may happen; None: once with *at*, else as often as it likes.
        params: What its kind leaves open.

    Raises:
        AtfsmError: There is no such fault, or a setting of it is none.
    """

    name: str
    at: int | None = None
    after: int = 0
    p: float = 1.0
    times: int | None = None
    params: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        kind = FAULTS.get(self.name)
        if kind is None:
            raise AtfsmError(
                f"there is no fault {self.name!r}; 'atfsm sim --list-faults' lists them"
            )
        if strange := sorted(set(self.params) - set(kind.params)):
            known = ", ".join(("at", "after", "p", "times", *kind.params))
            raise AtfsmError(f"fault {self.name} has no {strange[0]!r}; it has {known}")
        if not 0.0 <= self.p <= 1.0:
            raise AtfsmError(f"fault {self.name}: p is a probability, from 0 to 1, not {self.p}")
        for key, count, least in (("at", self.at, 1), ("times", self.times, 0)):
            if count is not None and count < least:
                raise AtfsmError(f"fault {self.name}: {key} is at least {least}, not {count}")
        if self.after < 0:
            raise AtfsmError(f"fault {self.name}: after is at least 0, not {self.after}")
        if bad := [key for key, value in self.params.items() if not 0 <= value < 1e9]:
            raise AtfsmError(f"fault {self.name}: {bad[0]} is from 0 to below 1e9")

    def param(self, name: str) -> float:
        """What it leaves open, or its default."""
        return self.params.get(name, FAULTS[self.name].params[name])


def parse_fault(text: str) -> Fault:
    """Read ``name:at=3,after=300,p=0.5,times=1,delay_s=30``.

    Raises:
        AtfsmError: There is no such fault, or a setting of it is none.
    """
    name, _, settings = text.partition(":")
    counts: dict[str, int] = {}
    params: dict[str, float] = {}
    for setting in filter(None, settings.split(",")):
        key, _, value = setting.partition("=")
        try:
            if key in {"at", "after", "times"}:
                counts[key] = int(value)
            else:
                params[key] = float(value)
        except ValueError:
            kind = "whole number" if key in {"at", "after", "times"} else "number"
            raise AtfsmError(f"fault {text!r}: {key}={value!r} is no {kind}") from None
    return Fault(
        name,
        at=counts.get("at"),
        after=counts.get("after", 0),
        p=params.pop("p", 1.0),
        times=counts.get("times"),
        params=params,
    )


@dataclass(frozen=True, slots=True)
class Fired:
    """A fault that happened: when, which, and at which of its opportunities."""

    time_s: float
    name: str
    opportunity: int


def _always(fault: Fault) -> bool:
    del fault
    return True


class Injector:
    """Decides at each opportunity which faults happen.

    Attributes:
        fired: What happened so far.
    """

    def __init__(self, faults: Iterable[Fault], chance: random.Random) -> None:
        self._chance = chance
        self._at_points: dict[Point, list[int]] = {}
        self._faults: list[Fault] = []
        self._seen: list[int] = []
        self._happened: list[int] = []
        self.fired: list[Fired] = []
        for fault in faults:
            self.add(fault)

    def add(self, fault: Fault) -> None:
        """Let one more thing go wrong: its opportunities count from here."""
        self._at_points.setdefault(FAULTS[fault.name].point, []).append(len(self._faults))
        self._faults.append(fault)
        self._seen.append(0)
        self._happened.append(0)

    def at(
        self, point: Point, now_s: float, applies: Callable[[Fault], bool] = _always
    ) -> dict[str, Fault]:
        """Give the faults that happen at this opportunity, by name.

        Args:
            point: What it is.
            now_s: The time.
            applies: Whether it is one for this fault.
        """
        happens = {}
        for index in self._at_points.get(point, ()):
            fault = self._faults[index]
            if not applies(fault):
                continue
            self._seen[index] += 1
            if self._takes(index, fault):
                self._happened[index] += 1
                self.fired.append(Fired(now_s, fault.name, self._seen[index]))
                happens[fault.name] = fault
        return happens

    def _takes(self, index: int, fault: Fault) -> bool:
        seen = self._seen[index]
        times = 1 if fault.times is None and fault.at is not None else fault.times
        if seen <= fault.after or (fault.at is not None and seen != fault.at):
            return False
        if times is not None and self._happened[index] >= times:
            return False
        return fault.p >= 1.0 or self._chance.random() < fault.p
