"""What the log shows around one wobble: the words that a row of the table of causes may use.

============== ===============================================================================
got            the line that decided it; here is its number
meaning        what its code means, by the tables of `atfsm.at.errors`; notification, what the
               notification means that AT+KTCPSTAT reports
whole          the machine in words: ``TCP socket 1``
kind, name, id ``TCP``, ``1``; where the log never shows the id, what it is taken to be
ask            what asks the modem about the session
state, since   where the machine was, and since which line
generation     which session of its id it is in the log, where it is not the first
command(_line) the command that the line answers; in_flight(_line) the one that another overran
expected       what was due
waited         how silence was judged; no_answer what that says of the command
up_            the last word of the socket's PDP context that it is up, as _text and _line
context_       the last word of that context, whatever it was; cnx is its number
moved_         the same, where it came after the socket was last seen at work, and is neither "up"
               nor the idle countdown; idle_ the idle countdown, likewise
down_          the last AT+KCNXDOWN of that context, since it was last up
usable_        what shows that the socket was connected or open
opened_        an earlier connection of the same session
connect_, defined_, peer_, offered_, received_
               its last AT+KTCPCNX, definition, close by the peer, offer of data, refused read
unread_        data that was announced on it, and not read since
leaving_       a command in flight that takes the modem off the network, or restarts it
outgoing_, incoming_
               a send or a read of whatever socket that is under way on the port
sends          how many sends on it ended well; sent_line the last of them
announced      bytes that the offer announced; shown_bytes and shown_line what went by; pattern_at
               the bytes before an end pattern within the payload
unlogged_line  an OK to a command that the log hides, if that led here
echo_line      the echo of a command that has no answer
slept_         what HL7800 says before it sleeps; allowed_ a setting that allows it to
ready_         the modem's last report that it is ready
unregistered_  the modem's last word that it is not registered, if that still holds
cmee_          the setting of error codes; pattern, pattern_line the end pattern in force
neighbour      the machine that took this one along
============== ===============================================================================

These are empty where they hold, and only choose what is said: no_command (no command was logged),
known (its state is), shown or hidden (what led there), never and again (no connection was seen),
reused and first (of its id), by_clock and by_command (what judged silence), plain_at, fell (a
neighbour), reading (what the silent command was to do), payload_out (payload was going out),
unsent (no byte of it), defined (the session exists), entered (a PIN was entered), no_service (not
registered), no_meaning and unexplained (no table has the code), exact, fewer, wrong and no_end
(the payload).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from operator import ne
from typing import Final

from atfsm.at.dialect import NAMELESS, DataMode
from atfsm.at.errors import TCP_NOTIF, code_meaning
from atfsm.at.exchange import What
from atfsm.at.facts import LineFact, ModemFact, PdpFact, TcpFact, UdpFact
from atfsm.at.grammar import parse_command_line, parse_information
from atfsm.fact import FactKind
from atfsm.machine import table
from atfsm.replay.automaton import Edge
from atfsm.replay.bearer import leaving, said_by
from atfsm.replay.ledger import Chronicle, Ledger, Mark
from atfsm.replay.meanings import code_of, decode, quoted
from atfsm.replay.payload import DEFAULT_PATTERN
from atfsm.replay.transfer import Look, Send, under_way, unread
from atfsm.stack import TABLED, Move

WHOLE: Final = {
    "line": "the AT line",
    "modem": "the modem",
    "pdp": "PDP context",
    "tcp": "TCP socket",
    "udp": "UDP socket",
}
#: States whose names say little in a sentence.
SPOKEN: Final = {
    "send_offered": "about to send",
    "receive_offered": "about to read",
    "idle_countdown": "in its idle countdown",
    "command_in_flight": "waiting for an answer",
    "data_mode_out": "in data mode",
    "data_mode_in": "in data mode",
    "peer_closed": "closed by its peer",
    "setting_up": "being set up",
    "checking_sim": "checking its SIM",
}
OPENED: Final = (TcpFact.CONNECTED, TcpFact.STATUS_CONNECTED, UdpFact.OPENED)
AT_WORK: Final = (
    *(TcpFact.SENT, TcpFact.RECEIVED, TcpFact.DATA_ARRIVED, TcpFact.ACKNOWLEDGED),
    *(UdpFact.SENT, UdpFact.RECEIVED, UdpFact.DATA_ARRIVED),
)
NAMED: Final = (TcpFact.NAMED, UdpFact.NAMED)
DEFINED: Final = (TcpFact.DEFINED, UdpFact.DEFINED)
ENDED: Final = (
    *(TcpFact.CLOSE_ANSWERED, TcpFact.DELETE_ANSWERED),
    *(UdpFact.CLOSE_ANSWERED, UdpFact.DELETE_ANSWERED),
)
OFFERS: Final = (TcpFact.SEND_REQUESTED, UdpFact.SEND_REQUESTED)
SENDS_REFUSED: Final = frozenset({TcpFact.SEND_REFUSED, UdpFact.SEND_REFUSED})
#: What the modem says of its registration.
SERVED: Final = (ModemFact.REGISTERED, ModemFact.ATTACHED)
UNSERVED: Final = (
    *(ModemFact.SEARCHING, ModemFact.COVERAGE_LOST, ModemFact.LIMITED_SERVICE),
    *(ModemFact.DENIED, ModemFact.DETACHED, ModemFact.DETACHED_BY_NETWORK),
)
#: What shows that a session still worked.
WORKED: Final = (
    *(TcpFact.CONNECTED, TcpFact.SENT, TcpFact.RECEIVED),
    *(UdpFact.OPENED, UdpFact.SENT, UdpFact.RECEIVED),
)
#: Refusals behind which a context may be up, and a modem in service, as before.
ONLY_REFUSED: Final = (
    *(ModemFact.SIM_REFUSED, PdpFact.ACTIVATE_REFUSED),
    *(PdpFact.CONFIGURE_REFUSED, PdpFact.STRAY_REFUSAL),
)
RAISED: Final = frozenset({"up", "idle_countdown"})
DEFINING: Final = frozenset({"defining", "opening"})
DEFINITIONS_REFUSED: Final = (TcpFact.DEFINE_REFUSED, UdpFact.DEFINE_REFUSED)
CODES_ON: Final = frozenset({b"1", b"2"})  # AT+CMEE
SLEEP_SETTINGS: Final = {b"+CPSMS": b"0", b"+CEDRXS": b"0", b"+KSLEEP": b"2"}  # what forbids it


class Case:
    """One wobble, and what the ledger says around it.

    Args:
        line: Physical line that decided it.
        edge: What that line did.
        move: The move into the wobble state, one of the edge's.
        ledger: As it was before that line.
        look: Gives the payload that stands alone on a line of the log.
    """

    def __init__(self, line: int, edge: Edge, move: Move, ledger: Ledger, look: Look) -> None:
        self.line = line
        self.edge = edge
        self.move = move
        self.ledger = ledger
        self.own = ledger.of(move.machine, move.key)
        self.chart = TABLED[move.machine]
        self.state = table(self.chart).states[move.before]
        self.code, self.meaning = code_of(edge.text)
        self.is_silence = move.fact.kind is FactKind.SILENCE
        self._look = look
        self._modem = ledger.of("modem", "")
        self._since = self.own.since_line or line
        context = next(
            (p.context for p in edge.node.places if (p.machine, p.key) == move[:2] and p.context),
            "",
        )
        known = ledger.keys("pdp")
        self._cnx = context or (known[0] if len(known) == 1 else "")
        self._context = ledger.of("pdp", self._cnx) if self._cnx else Chronicle()
        self._asked = self._find_asked()

    def _find_asked(self) -> Mark | None:
        """The command that was in flight when the line came, where the ledger still has it."""
        if not self.edge.asked:
            return None
        return self._mark_of(self.edge.asked)

    def _mark_of(self, text: bytes) -> Mark | None:
        """The last line that wrote a command, where the ledger still has it."""
        known = (*self.ledger.of("line", "").marks.values(), *self.own.marks.values())
        return max((m for m in known if text and m.text.strip() == text), default=None)

    @property
    def lacks_session(self) -> bool:
        """Whether a definition was asked for, and no id of it is known."""
        is_defining = self.state in DEFINING or self.move.fact in DEFINITIONS_REFUSED
        named = self.own.latest((*NAMED, *DEFINED))
        return is_defining and (named is None or named.line < self._since)

    @cached_property
    def got(self) -> str:
        """What came."""
        if self.is_silence and self.edge.what is What.COMMAND:
            return f"no answer before {quoted(self.edge.text)}"
        return quoted(self.edge.text) or f"({self.edge.what.value})"

    @property
    def id(self) -> str:
        """The session id; where the log hides it, the first that the modem hands out (q19)."""
        if self.move.key != NAMELESS:
            return self.move.key
        return "<sid>" if "1" in self.ledger.keys(self.move.machine) else "1"

    @property
    def _name(self) -> str:
        if self.move.key != NAMELESS:
            return self.move.key
        return "(its id is not shown" + (")" if self.id == "<sid>" else "; taken to be 1)")

    def words(self, expected: tuple[str, ...]) -> dict[str, str | None]:
        """The words, filled in; None where the log does not show it."""
        words: dict[str, str | None] = {
            "got": self.got,
            "here": str(self.line),
            "meaning": self.meaning,
            "whole": f"{WHOLE[self.move.machine]} {self._name if self.move.key else ''}".strip(),
            "kind": self.move.machine.upper(),
            "name": self._name,
            "id": self.id,
            "ask": f"AT+KTCPSTAT={self.id}" if self.move.machine == "tcp" else "AT+KUDPCFG?",
            "state": SPOKEN.get(self.state, self.state.replace("_", " ")),
            "known": _flag(self.state != "unknown"),
            "since": str(self._since),
            "expected": " or ".join(f"`{e}`" for e in expected) or None,
            "cnx": self._cnx or "<cnx>",
            "no_meaning": _flag(self.meaning is None),
            "unexplained": _flag(self.meaning is None and isinstance(self.code, int)),
        }
        self._add_conversation(words)
        self._add_session(words)
        self._add_context(words)
        self._add_modem(words)
        self._add_neighbour(words)
        self._add_transfer(words)
        return words

    def _add_conversation(self, words: dict[str, str | None]) -> None:
        """Commands, answers, echo and silence."""
        answers = self.edge.what not in {What.STRAY, What.URC}
        command = self._asked if answers else None
        echo = self.ledger.echo
        is_echoed = (
            self.is_silence
            and command is not None
            and echo is not None
            and echo.line >= command.line
            and echo.text == command.text
            and not self.ledger.is_touched_behind(echo.line)
        )
        _add(words, "command", command)
        _add(words, "in_flight", self._asked)
        words["command"] = words.pop("command_text")
        words["in_flight"] = words.pop("in_flight_text")
        words["no_command"] = _flag(self.edge.what is What.STRAY or command is None)
        words["echo_line"] = str(echo.line) if is_echoed and echo is not None else None
        words["plain_at"] = _flag(command is not None and command.text.upper() == b"AT")
        by_command = self.edge.what is not What.SILENCE
        words["by_command"], words["by_clock"] = _flag(by_command), _flag(not by_command)
        words["waited"] = f"{self.got.removeprefix('nothing within ')} passed"
        words["no_answer"] = "has no final result"
        if by_command:
            words["waited"] = f"the next command (`{quoted(self.edge.text)}`) went out"
            words["no_answer"] = "had no final result by then"
        is_pin = command is not None and command.text.upper().startswith(b"AT+CPIN=")
        words["entered"] = _flag(is_pin)
        _add(words, "cmee", self._setting(b"+CMEE", CODES_ON.__contains__))
        pattern = self.edge.node.exchange.pattern
        words["pattern"] = None if pattern == DEFAULT_PATTERN else decode(pattern)
        set_pattern = self.ledger.settings.get(b"+KPATTERN")
        words["pattern_line"] = None if set_pattern is None else str(set_pattern.line)

    def _add_session(self, words: dict[str, str | None]) -> None:
        """What the session itself went through."""
        own = self.own
        began = own.latest((TcpFact.CONNECT_REQUESTED,))
        # A request that moved nothing began nothing: the state is older.
        since = 0 if began is None or self._since < began.line else began.line
        opened = own.latest(OPENED)
        is_now = opened is not None and opened.line > since
        at_work = own.latest(AT_WORK)
        usable = opened if is_now else at_work
        if usable is not None and usable.line <= since:
            usable = None
        _add(words, "usable", usable)
        _add(words, "opened", None if is_now else opened)
        words["never"] = _flag(opened is None and own.generation == 1)
        words["again"] = _flag(opened is None and own.generation > 1)
        _add(words, "connect", began)
        _add(words, "defined", own.latest(NAMED) or own.latest(DEFINED))
        _add(words, "peer", own.latest((TcpFact.PEER_CLOSED,)))
        _add(words, "offered", own.latest(OFFERS))
        _add(words, "received", _refused_read(self.ledger))
        sent = own.latest((TcpFact.SENT, UdpFact.SENT))
        words["sent_line"] = str(sent.line) if sent is not None and own.sends else None
        words["sends"] = None if not own.sends else _counted(own.sends)
        hidden = own.latest((TcpFact.UNLOGGED_OK, UdpFact.UNLOGGED_OK))
        is_hidden = hidden is not None and hidden.line == own.since_line
        words["unlogged_line"] = str(hidden.line) if is_hidden and hidden is not None else None
        words["shown"], words["hidden"] = _flag(not is_hidden), _flag(is_hidden)
        words["generation"] = str(own.generation) if own.generation > 1 else None
        is_reused = own.generation > 1 or own.latest(ENDED) is not None
        words["reused"], words["first"] = _flag(is_reused), _flag(not is_reused)
        words["notification"] = None
        information = parse_information(self.edge.text)
        if information is not None and information.name == b"+KTCPSTAT":
            notif = information.integer(2 if len(information.fields) > 4 else 1)
            is_one = notif is not None and notif >= 0
            words["notification"] = code_meaning(TCP_NOTIF, notif) if is_one else None

    def _add_context(self, words: dict[str, str | None]) -> None:
        """What the PDP context said."""
        worked = [words[w] for w in ("usable_line", "sent_line") if words.get(w) is not None]
        since = max((int(line) for line in worked if line is not None), default=0)
        for name, mark in said_by(self._context, since)._asdict().items():
            _add(words, name, mark)

    def _add_modem(self, words: dict[str, str | None]) -> None:
        """Registration, sleep and restart."""
        served = self._modem.latest(SERVED)
        gone = self._modem.latest(UNSERVED)
        if gone is not None and served is not None and served.line > gone.line:
            gone = None
        _add(words, "unregistered", gone)
        words["no_service"] = _flag(gone is not None)
        words["was_up"] = _flag(self.move.fact in ONLY_REFUSED and self.state in RAISED)
        _add(words, "leaving", self._mark_of(leaving(self.edge)))
        slept = self._modem.latest((ModemFact.COVERAGE_LOST,))
        awake = (ModemFact.REGISTERED,) if self.own is self._modem else (*NAMED, *DEFINED, *WORKED)
        worked = self.own.latest(awake)
        if slept is not None and worked is not None and worked.line > slept.line:
            slept = None  # it was awake since, and the session there
        _add(words, "slept", slept)
        booted = self._modem.latest((ModemFact.BOOT_REPORTED,))
        report = None if booted is None else parse_information(booted.text)
        is_ready = report is not None and report.integer(0) == 0  # 5 is "unknown" (6.1)
        _add(words, "ready", booted if is_ready else None)
        allowed = [
            mark
            for name, never in SLEEP_SETTINGS.items()
            if (mark := self._setting(name, partial(ne, never))) is not None
        ]
        _add(words, "allowed", max(allowed, default=None))

    def _add_transfer(self, words: dict[str, str | None]) -> None:
        """How far a transfer had come, and the payload beside the number that was announced."""
        words["reading"] = _flag(self.state == "receive_offered")
        words["payload_out"] = _flag(self.state == "sending")
        words["defined"] = _flag(not self.lacks_session)
        words["lacking"] = _flag(self.lacks_session)
        _add(words, "unread", unread(self.own))
        mode, command = under_way(self.edge)
        for name, way in (("outgoing", DataMode.OUT), ("incoming", DataMode.IN)):
            _add(words, name, self._mark_of(command) if mode is way else None)
        words["unsent"] = _flag(self.move.fact in SENDS_REFUSED and self.state != "sending")
        if self.code == 8 and self.move.fact in {TcpFact.FAILED, UdpFact.FAILED}:
            offered = self.own.latest(OFFERS)
            opened = self.own.latest((TcpFact.SEND_OPENED, UdpFact.SEND_OPENED))
            sent = self.own.latest((TcpFact.SENT, UdpFact.SENT))
            send = Send(offered, opened, sent, self.ledger.payload)
            words.update(send.words(self.line, self._look, self.edge.node.exchange.pattern))

    def _add_neighbour(self, words: dict[str, str | None]) -> None:
        fallen = self.move.swept_by
        words["neighbour"] = words["fell"] = words["in_vain"] = None
        if fallen is not None:
            words["neighbour"] = f"{WHOLE[fallen[0]]} {fallen[1]}".strip()
            falls = [m for m in self.edge.moves if m[:2] == fallen and _wobbles(m)]
            words["fell"] = _flag(bool(falls))
            words["in_vain"] = _flag(any(m.fact in ONLY_REFUSED for m in falls))

    def _setting(self, name: bytes, fits: Callable[[bytes], bool]) -> Mark | None:
        """The command line that last asked for a setting, if its value *fits*."""
        mark = self.ledger.settings.get(name)
        command = None if mark is None else parse_command_line(mark.text)
        if command is None:
            return None
        values = [m.parameters[0] for m in command.members if m.name == name and m.parameters]
        return mark if values and fits(values[-1]) else None

    def marks(self) -> tuple[Mark, ...]:
        """Every line that a sentence can cite, in order, each once."""
        chronicles = (self.ledger.of("line", ""), self._modem, self._context, self.own)
        found = {mark.line: mark for chronicle in chronicles for mark in chronicle.marks.values()}
        others = (self.ledger.echo, _refused_read(self.ledger), *self.ledger.settings.values())
        for mark in others:
            if mark is not None:
                found.setdefault(mark.line, mark)
        return tuple(found[line] for line in sorted(found))


def _add(words: dict[str, str | None], name: str, mark: Mark | None) -> None:
    words[f"{name}_text"] = None if mark is None else quoted(mark.text)
    words[f"{name}_line"] = None if mark is None else str(mark.line)


def _flag(holds: bool) -> str | None:  # noqa: FBT001  a word is there or not
    return "" if holds else None


def _wobbles(move: Move) -> bool:
    return table(TABLED[move.machine]).is_wobble[move.after]


def _counted(sends: int) -> str:
    return "one send" if sends == 1 else f"{sends} sends"


def _refused_read(ledger: Ledger) -> Mark | None:
    """The line that refused to read from a socket, where no command was answered since."""
    refused = (TcpFact.RECEIVE_REFUSED,)
    marks = [ledger.of("tcp", key).latest(refused) for key in ledger.keys("tcp")]
    last = ledger.of("line", "").latest((LineFact.RESULT_RECEIVED,))
    return max((m for m in marks if m is not None and m == last), default=None)
