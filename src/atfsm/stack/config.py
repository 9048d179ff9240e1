"""What an application decides: the profile, the end pattern, the periods and the ladder."""

from __future__ import annotations

from dataclasses import dataclass, field

from atfsm.at.dialect import Dialect
from atfsm.at.dialects import ANY


@dataclass(frozen=True, slots=True, kw_only=True)
class Spacing:
    """How often a rung may be taken (peers punish reset storms: boot-hold, attach bans).

    Attributes:
        tries: Resets of one rung without service in between, before the next rung is due.
        socket_s: Shortest and longest wait before a socket is opened again; it doubles.
        context_s: The same, before a context is raised again.
        restarts_free: Modem restarts of one outage that are not rationed.
        restarts_an_hour: Modem restarts within any hour after those.
        power_s: Shortest and longest time between two power cuts; it doubles.
        jitter: Part of each wait that is left to chance, so that a fleet does not act as one.
        proof_s: A socket that stays open so long proves service, even if no data passes.
        veto_s: How long a veto holds where the hook does not say.
    """

    tries: int = 2
    socket_s: tuple[float, float] = (1.0, 300.0)
    context_s: tuple[float, float] = (2.0, 300.0)
    restarts_free: int = 2
    restarts_an_hour: int = 4
    power_s: tuple[float, float] = (60.0, 3600.0)
    jitter: float = 0.25
    proof_s: float = 60.0
    veto_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """How the stack drives one modem.

    Attributes:
        apn: Access point name of the profile; empty where the modem holds one already.
        user: Login of the profile.
        password: Its password.
        context: Profile number ``<cnx>``.
        pin: Of the SIM; empty for none. One that is refused is not sent again.
        end_pattern: What ends payload (KPATTERN). Payload that holds it cannot be sent.
        dialect: Modem family.
        echo: Whether every answer must come after the echo of its command, which is what tells
            a doubled answer from a true one.
        poll_s: Period of the polls that make up for lost URCs: KTCPSTAT of each open socket,
            ``KUDPCFG?``, ``CEREG?``.
        chunk_bytes: Longest payload of one KTCPSND; longer ones fail on HL7800 (q9).
        datagram_bytes: Longest UDP payload; the modem cuts longer ones (2.1, KIPOPT).
        has_power_hook: Whether `CutPower` does anything.
        asks_before_reset: Whether `AskReset` comes before a modem restart or a power cut.
        spacing: How often a rung may be taken.
        seed: Of the jitter; None for one from the system.
    """

    apn: str = ""
    user: str = ""
    password: str = ""
    context: int = 1
    pin: str = ""
    end_pattern: bytes = b"--EOF--Pattern--"
    dialect: Dialect = ANY
    echo: bool = True
    poll_s: float = 30.0
    chunk_bytes: int = 1460
    datagram_bytes: int = 1020
    has_power_hook: bool = False
    asks_before_reset: bool = False
    spacing: Spacing = field(default_factory=Spacing)
    seed: int | None = None
