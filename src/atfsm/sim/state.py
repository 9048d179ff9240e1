"""What a simulated modem is at the moment: settings, boot, registration, contexts, sessions."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from math import inf
from typing import Final, Protocol

from atfsm.at.grammar import CommandLine, parse_command_line
from atfsm.sim.answers import STANDARD_ERRORS, Answer, Framing
from atfsm.sim.faults import Fault, Injector
from atfsm.sim.network import Connected, Data, Failed, Network, PeerClosed
from atfsm.sim.profiles import Profile
from atfsm.sim.sessions import Context, Session
from atfsm.sim.transfer import Transfer

__all__ = ["Port", "State"]

PATTERN: Final = b"--EOF--Pattern--"  # 1.6 [all drivers]
NO_SESSION, LIVE_SESSION, NONE_LEFT, WRONG_STATE, NO_DATA_MODE = 910, 911, 912, 922, 923  # 5.1
CONTEXT_S: Final = 0.4  # ours: from the attempt to the address
REGISTRATION_S: Final = 3.0  # ours: from the banner to registered
INBOX_AT_MOST: Final = 32_000  # 0.2 [M192]: data-mode RX buffer
REGISTERED, SEARCHING, NOT_REGISTERED = 1, 2, 0


class Port(Protocol):
    """What the state asks of the modem around it."""

    def later(self, at_s: float, do: Callable[[float], None]) -> None:
        """Do something at a time."""
        ...

    def say_unasked(self, text: bytes, now_s: float) -> None:
        """Say an unsolicited result code."""
        ...

    def say_banner(self, text: bytes, now_s: float) -> None:
        """Say what stands at the end of a boot."""
        ...

    def drop_data_mode(self, sid: int, now_s: float) -> None:
        """A link failed under its data mode."""
        ...

    def resume(self) -> Transfer | None:
        """Take up what was suspended."""
        ...

    def restart(self, now_s: float, *, says_banner: bool, keeps_sessions: bool = False) -> None:
        """Restart."""
        ...


class State:
    """Settings and books.

    Args:
        profile: The family.
        network: Where sessions lead.
        chance: Where the faults' choices come from.
        port: The modem around it.
    """

    def __init__(
        self, profile: Profile, network: Network, chance: random.Random, port: Port
    ) -> None:
        self.profile = profile
        self.network = network
        self.chance = chance
        self.port = port
        self.framing = Framing(wraps_twice=profile.wraps_twice)
        self.contexts: dict[int, Context] = {1: Context(b"internet", idle_s=profile.idle_s)}
        self.sessions: dict[int, Session] = {}
        self.reports_start = False  # KSREP: stored
        self.settings: dict[bytes, tuple[bytes, ...]] = {}
        self.echo = True
        self.cmee = 0
        self.pattern = PATTERN
        self.reporting = {b"+CREG": 0, b"+CGREG": 0, b"+CEREG": 0}
        self.stat = NOT_REGISTERED
        self.functionality = 1
        self.says_data = True
        self.is_booting = False
        self.code_left = b""
        self._restarts_s: list[float] = []
        self._blocked_until_s = -inf
        self._boot = 0

    # ------------------------------------------------------------------ start-up

    def come_up(self, now_s: float) -> None:
        """It is up and registered already."""
        del now_s
        self.stat = REGISTERED

    def begin_boot(
        self,
        now_s: float,
        faults: Mapping[str, Fault],
        *,
        says_banner: bool,
        keeps_sessions: bool,
    ) -> bool:
        """Everything volatile is lost; say whether a fuse holds it."""
        self._boot += 1
        self.is_booting = True
        self.framing = Framing(wraps_twice=self.profile.wraps_twice)
        self.echo, self.cmee, self.pattern, self.says_data = True, 0, PATTERN, True
        self.reporting = dict.fromkeys(self.reporting, 0)
        self.stat, self.functionality = NOT_REGISTERED, 1
        self.settings.clear()
        for context in self.contexts.values():
            context.is_up, context.idle_until_s = False, inf
        for session in list(self.sessions.values()):
            if session.link is not None:
                session.link.close(now_s)
                session.link = None
            session.status, session.inbox = 5, type(session.inbox)()
        if not keeps_sessions:
            self.sessions.clear()
        boot = self._boot
        end_s = now_s + self.profile.boot_s
        self.port.later(end_s, lambda at_s: self._end_boot(boot, at_s, says=says_banner))
        return self._is_held(now_s, faults)

    def _is_held(self, now_s: float, faults: Mapping[str, Fault]) -> bool:
        self._restarts_s.append(now_s)
        blocked = faults.get("attach_blocked_30min")
        if blocked is not None and self._too_many(now_s, blocked):
            self._blocked_until_s = now_s + blocked.param("for_s")
        held = faults.get("boot_hold_after_n_resets")
        return held is not None and self._too_many(now_s, held)

    def _too_many(self, now_s: float, fault: Fault) -> bool:
        recent = [t for t in self._restarts_s if t > now_s - fault.param("within_s")]
        return len(recent) >= fault.param("n")

    def forget_restarts(self) -> None:
        """Only a power cut clears the fuse of boot-hold."""
        self._restarts_s.clear()

    def _end_boot(self, boot: int, now_s: float, *, says: bool) -> None:
        if boot != self._boot:
            return
        self.is_booting = False
        if self.reports_start and says:
            self.port.say_banner(b"+KSUP: 0", now_s)
        self.register(SEARCHING, now_s)
        ready_s = max(now_s + REGISTRATION_S, self._blocked_until_s)
        self.port.later(ready_s, lambda at_s: self._end_search(boot, at_s))

    def _end_search(self, boot: int, now_s: float) -> None:
        if boot == self._boot and self.functionality == 1:
            self.register(REGISTERED, now_s)

    def register(self, stat: int, now_s: float) -> None:
        """The registration is another one, and who wants to know is told."""
        if stat == self.stat:
            return
        self.stat = stat
        for name, mode in self.reporting.items():
            if mode:
                self.port.say_unasked(name + b": %d" % stat, now_s)

    # ------------------------------------------------------------------ commands

    def execute(self, text: bytes, now_s: float, injector: Injector) -> Answer:
        """Execute a command line; the first member that fails ends it (1.1 [M18, LEG-A])."""
        from atfsm.sim.commands import execute_member

        line = parse_command_line(text)
        if line is None:
            return self.refused(3)
        lines: tuple[bytes, ...] = ()
        answer = Answer()
        for member in line.members:
            answer = execute_member(self, member, now_s, injector)
            lines += answer.lines
            if answer.transfer is not None or answer.final != b"OK":
                break
        return Answer(lines, answer.final, answer.transfer, answer.then)

    def refused(self, code: int) -> Answer:
        """A refusal, as CMEE wants it said (1.5)."""
        if self.cmee == 0:
            return Answer(final=b"ERROR")
        if self.cmee == 2 and code in STANDARD_ERRORS:
            return Answer(final=b"+CME ERROR: " + STANDARD_ERRORS[code])
        return Answer(final=b"+CME ERROR: %d" % code)

    # ------------------------------------------------------------------ contexts

    def raise_context(self, cnx: int, now_s: float, then: Callable[[float], None]) -> None:
        """Raise a profile, and do something when it is up (2.2)."""
        context = self.contexts[cnx]
        if context.is_up:
            if context.idle_until_s != inf:
                context.idle_until_s = inf
                self.port.say_unasked(b"+KCNX_IND: %d,6" % cnx, now_s)
            then(now_s)
            return
        self.port.say_unasked(b"+KCNX_IND: %d,4,1" % cnx, now_s)
        boot = self._boot

        def up(at_s: float) -> None:
            if boot == self._boot:
                if not context.is_up:
                    context.is_up = True
                    self.port.say_unasked(b"+KCNX_IND: %d,1,0" % cnx, at_s)
                then(at_s)

        self.port.later(now_s + CONTEXT_S, up)

    def lower_context(self, cnx: int, now_s: float, status: bytes) -> None:
        """A profile goes down, and its sessions with it."""
        context = self.contexts[cnx]
        context.is_up, context.idle_until_s = False, inf
        self.port.say_unasked(b"+KCNX_IND: %d,%s" % (cnx, status), now_s)
        for session in self.sessions.values():
            if session.cnx == cnx and session.status in {2, 3}:
                self.fail(session, 0, now_s)

    def start_idling(self, cnx: int, now_s: float) -> None:
        """The last session of a profile was closed: its timer runs."""
        context = self.contexts[cnx]
        live = any(s.cnx == cnx and s.status in {2, 3} for s in self.sessions.values())
        if live or not context.is_up or context.idle_until_s != inf:
            return
        context.idle_until_s = now_s + context.idle_s
        self.port.say_unasked(b"+KCNX_IND: %d,5,%d" % (cnx, context.idle_s), now_s)

    # ------------------------------------------------------------------ sessions

    def new_session(self, kind: bytes, cnx: int) -> Session | None:
        """A session with the lowest free id (q19); None: there is none."""
        for sid in self.profile.session_ids:
            if sid not in self.sessions:
                session = self.sessions[sid] = Session(sid, kind, cnx)
                return session
        return None

    def session(self, line: CommandLine, kind: bytes) -> Session | None:
        """The session that the first parameter names."""
        first = line.parameters[0] if line.parameters else b""
        found = self.sessions.get(int(first)) if first.isdigit() else None
        return found if found is not None and found.kind == kind else None

    def fail(self, session: Session, code: int, now_s: float) -> None:
        """A session is lost, and says why (3.4)."""
        if session.link is not None:
            session.link.close(now_s)
            session.link = None
        session.status, session.notif = 5, code
        self.port.drop_data_mode(session.sid, now_s)
        self.say_notif(session, code, now_s)

    def say_notif(self, session: Session, code: int, now_s: float) -> None:
        """``+KTCP_NOTIF`` or ``+KUDP_NOTIF``."""
        self.port.say_unasked(b"+K%s_NOTIF: %d,%d" % (session.kind, session.sid, code), now_s)

    def announce(self, session: Session, now_s: float) -> None:
        """``+KTCP_DATA`` or ``+KUDP_DATA``: once, until it is read (3.3)."""
        if not session.inbox or session.is_announced or not self.says_data:
            return
        if session.data_mode == 1:
            data = session.read(1500)
            text = b"+K%s_DATA: %d,%d," % (session.kind, session.sid, len(data))
            self.port.say_unasked(text + data, now_s)
            return
        session.is_announced = True
        count = session.unread_bytes if session.kind == b"TCP" else len(session.inbox[0][0])
        self.port.say_unasked(b"+K%s_DATA: %d,%d" % (session.kind, session.sid, count), now_s)

    def poll(self, now_s: float) -> None:
        """What happened on the links, and which timers ran out."""
        self.network.advance(now_s)
        for session in list(self.sessions.values()):
            if session.link is not None and session.unread_bytes < INBOX_AT_MOST:
                for event in session.link.poll(now_s):
                    self._happen(session, event, now_s)
        for cnx, context in self.contexts.items():
            if context.idle_until_s <= now_s:
                end = b"3" if self.profile.idle_end == 3 else b"0,0"
                self.lower_context(cnx, now_s, end)

    def _happen(self, session: Session, event: object, now_s: float) -> None:
        match event:
            case Connected() if session.status == 2:
                session.status = 3
                self.port.say_unasked(b"+KTCP_IND: %d,1" % session.sid, now_s)
            case Failed(code):
                self.fail(session, code, now_s)
            case Data(data, source):
                session.inbox.append((data, source))
                self.announce(session, now_s)
            case PeerClosed() if session.status == 3:
                session.status, session.notif = 5, 4
                self.port.drop_data_mode(session.sid, now_s)
                self.say_notif(session, 4, now_s)
                self.start_idling(session.cnx, now_s)
            case _:
                pass

    def deadline_s(self) -> float | None:
        """When a timer runs out, or the network has something."""
        times = [c.idle_until_s for c in self.contexts.values()]
        network_s = self.network.deadline_s()
        due_s = min((*times, inf if network_s is None else network_s))
        return None if due_s == inf else due_s

    # ------------------------------------------------------------------ payload

    def pass_on(self, transfer: Transfer, now_s: float) -> None:
        """Direct data goes out as it comes."""
        session = self.sessions.get(transfer.sid)
        if session is not None and session.link is not None and transfer.payload:
            session.link.send(bytes(transfer.payload), None, now_s)
        transfer.payload.clear()

    def payload_came(
        self, transfer: Transfer, happens: Mapping[str, Fault], now_s: float
    ) -> Answer:
        """Payload is complete: it goes out, and the count is judged (1.6 [M207])."""
        session = self.sessions.get(transfer.sid)
        if session is None or session.link is None:
            return Answer(final=b"NO CARRIER")
        payload = bytes(transfer.payload)
        plus = payload.find(b"+")
        if "byte_dropped_after_plus" in happens and 0 <= plus < len(payload) - 2:
            payload = payload[: plus + 1] + payload[plus + 3 :]
        if payload:
            session.link.send(payload, transfer.to, now_s)
        is_wrong = len(payload) != transfer.count or "length_mismatch_notif8" in happens

        def then(at_s: float) -> None:
            if is_wrong:
                self.say_notif(session, 8, at_s)
            if session.says_ack:
                self.port.say_unasked(b"+KTCP_ACK: %d,1" % session.sid, at_s)

        return Answer(then=then, after_payload=True)
