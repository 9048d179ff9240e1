"""The modem families that can be simulated: what differs between them, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["PROFILES", "Profile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One family.

    What is not stored over a restart has its default again: echo on, numeric errors off, the
    end pattern ``--EOF--Pattern--``. KSREP is stored by all of them (ours: a driver that sets it
    once still sees the next ``+KSUP`` [ZN]).

    Attributes:
        name: What the user calls it.
        model: What ``AT+CGMM`` says.
        revision: What ``AT+CGMR`` says.
        session_ids: What it hands out, lowest free first (q19).
        context_ids: Its connection profiles (0.2).
        boot_s: From reset to ``+KSUP`` (6.1).
        restart_verbs: Beside ``AT+CFUN=1,1`` (6.1).
        idle_end: What ``+KCNX_IND`` says where its idle time ends (2.2: 3, or 0,0 on phase-0
            firmware).
        stores_contexts: Whether connection profiles outlive a restart (0.2, q15).
        stores_reporting: Whether ``+CEREG=n`` does, so that it speaks before ``+KSUP`` (9).
        holds_urcs: Whether unsolicited result codes wait for the final result (1.2 [LEG-S]).
        wraps_twice: Whether there are extra CRLFs, and a NUL before OK (1.4 [FLOCK]).
        says_udp_source: Whether ``+KUDP_RCV`` follows a read (4 [M220]).
        aborts: Whether ``AT+KTCPCLOSE=<sid>,0`` exists (3.1 [M209]).
        line_bytes: Longest command line (0.2).
        knows_numeric: Whether ATV0 does anything (1.3).
    """

    name: str
    model: str
    revision: str
    session_ids: range
    context_ids: range = range(1, 6)
    boot_s: float = 7.0
    restart_verbs: tuple[bytes, ...] = ()
    idle_end: bytes = b"3"
    stores_contexts: bool = False
    stores_reporting: bool = False
    holds_urcs: bool = True
    wraps_twice: bool = False
    says_udp_source: bool = False
    aborts: bool = True
    line_bytes: int = 2047
    knows_numeric: bool = False


PROFILES: Final[Mapping[str, Profile]] = {
    profile.name: profile
    for profile in (
        Profile(
            name="hl78",
            model="HL7800",
            revision="HL7800.4.6.9.4",
            session_ids=range(1, 7),  # 0.2 [QA-UDP, FR, ZO]
            context_ids=range(1, 3),  # 0.2 [QA-CNX]
            boot_s=6.5,  # 6.1 [Z#75398]
            stores_reporting=True,  # 9 [Z#75398]
        ),
        Profile(
            name="rc76",
            model="RC7620",
            revision="SWI9X07H_00.08.19.00",
            session_ids=range(1, 11),  # 0.2 [QA-UDP]
            boot_s=7.0,  # 6.1 [KR]
            restart_verbs=(b"!RESET",),
            stores_contexts=True,  # 0.2 [F923]
        ),
        Profile(
            name="rc7611",
            model="RC7611",
            revision="SWI9X07H_00.08.07.00",
            session_ids=range(1, 11),
            boot_s=7.0,
            restart_verbs=(b"!RESET",),
            stores_contexts=True,
            wraps_twice=True,
        ),
        Profile(
            name="hl75",
            model="HL7518",
            revision="RHL75xx.4.04.142600",
            session_ids=range(1, 33),  # 0.2 [M192]
            boot_s=10.0,  # ours: half of what the driver of its sister waits at most (6.1 [RIL])
            idle_end=b"0,0",
            holds_urcs=False,
            says_udp_source=True,
            aborts=False,
            line_bytes=1023,  # 0.2 [M192]
            knows_numeric=True,
        ),
    )
}
