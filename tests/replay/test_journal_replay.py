"""A journal, replayed, gives the run that was recorded: transition for transition."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atfsm import cli
from atfsm.at.correlation import end_payload, hear, send, silence
from atfsm.at.dialect import EVERY, NAMELESS, DataMode, Told
from atfsm.at.dialects import ANY
from atfsm.at.exchange import Exchange, Heard
from atfsm.at.facts import LineFact, ModemFact, PdpFact, RecoveryFact, TcpFact
from atfsm.at.framing import Framer, Line, Payload
from atfsm.fact import Fact
from atfsm.live.clocks import Clock
from atfsm.live.journal import Journal, Ring
from atfsm.machine import table
from atfsm.replay import Report, Session, Verdict
from atfsm.replay.automaton import Edge
from atfsm.replay.formats import format_named
from atfsm.replay.formats.journal import JournalReader
from atfsm.replay.report import Wobble
from atfsm.replay.text import TextReport
from atfsm.stack.config import Config
from atfsm.stack.coupling import TABLED
from atfsm.stack.limits import slots
from atfsm.stack.outputs import (
    Cause,
    CutPower,
    Injected,
    InService,
    LimitPassed,
    Moved,
    NeedsHuman,
    Output,
    Read,
    Reset,
    Rung,
    Written,
)
from atfsm.stack.whole import Whole, follow_name, start
from tests.effort import runs_away

Step = tuple[str, str, str, str, str]
CLOCK = Clock(monotonic_s=lambda: 0.0, wall_s=lambda: 1_795_400_553.0)
CONFIG = Config(echo=False)
PATTERN = ANY.end_pattern
CAUSE = Cause("tcp", "1", "connected", "refused", "send_refused", "+CME ERROR: 923")


class Driver:
    """The least that drives: it writes, hears, keeps limits, and says all of it.

    Attributes:
        out: What it said, each with its time.
    """

    def __init__(self, *, echo: bool = False) -> None:
        self.exchange = Exchange(PATTERN, verifies_echo=echo)
        self.places = start()
        self.framer = Framer(max_line_bytes=4096)
        self.out: list[tuple[float, Output]] = []
        self.now_s = 0.0

    def write(self, text: bytes) -> None:
        """Write a command line."""
        self._say(Written(text + b"\r"))
        self._take(send(self.exchange, text, ANY, timed=True))

    def write_payload(self, data: bytes) -> None:
        """Write payload, and its end pattern."""
        self._say(Written(data + self.exchange.pattern))
        self._take(end_payload(self.exchange))

    def read(self, data: bytes) -> None:
        """Hear what came."""
        self._say(Read(data))
        self.framer.feed(data)
        while (token := self.framer.next()) is not None:
            match token:
                case Line():
                    self._take(hear(self.exchange, token.text, ANY, timed=True))
                case Payload(last=True) if self._is_incoming:
                    self._take(end_payload(self.exchange))
                case _:
                    pass

    def pass_limit(self, index: int = 0) -> None:
        """Have one of the limits that run pass."""
        running = list(slots(self.exchange, self.places, resets=True))
        if not running:
            return
        slot = running[index % len(running)]
        self.now_s += slot.limit_s
        self._say(LimitPassed(slot.machine, slot.key, self.now_s, slot.limit_s))
        if slot.is_command:
            self._take(silence(self.exchange))
        else:
            fact = TABLED[slot.machine].limit_passed
            self._tell((Told(slot.machine, slot.key, fact),))

    def inject(self, machine: str, key: str, fact: Fact, context: str = "") -> None:
        """Tell a machine what the wire does not carry."""
        self._say(Injected(machine, key, str(fact), context))
        self._tell((Told(machine, key, fact, context),))

    @property
    def is_outgoing(self) -> bool:
        """Whether payload is due from us."""
        return self.exchange.data is not None and self.exchange.data.mode is DataMode.OUT

    @property
    def _is_incoming(self) -> bool:
        return self.exchange.data is not None and self.exchange.data.mode is DataMode.IN

    def _take(self, heard: Heard) -> None:
        self.exchange = heard.exchange
        data = self.exchange.data
        if data is not None and self._is_incoming and not self.framer.expects_payload:
            self.framer.expect_payload(
                count=data.count_bytes, pattern=data.pattern, followed_by_result=True
            )
        elif self.framer.expects_payload and not self._is_incoming:
            self.framer.abandon_payload()
        self._tell(heard.told)

    def _tell(self, told: Iterable[Told]) -> None:
        whole = Whole(self.places)
        for fact in told:
            whole.tell(fact)
        self.places = whole.places
        self.exchange = follow_name(self.exchange, whole.moves)
        for move in whole.moves:
            rules = table(TABLED[move.machine])
            before, after = rules.states[move.before], rules.states[move.after]
            if move.before != move.after or move.origin:
                is_wobble = rules.is_wobble[move.after]
                fact_name = str(move.fact)
                moved = Moved(move.machine, move.key, 1, before, fact_name, after, is_wobble)
                self._say(replace(moved, swept_by=move.swept_by))

    def _say(self, output: Output) -> None:
        self.out.append((self.now_s, output))


def journal_of(*drivers: Driver, echo: bool = False) -> bytes:
    """Write one run a driver."""
    file = io.BytesIO()
    with Journal(file, clock=CLOCK) as journal:
        for driver in drivers:
            journal.begin(replace(CONFIG, echo=echo), "/dev/ttyUSB2", 0.0)
            for now_s, output in driver.out:
                journal.write([output], now_s)
    return file.getvalue()


def replayed(journal: bytes) -> tuple[Report, list[Step]]:
    """Replay a journal; list what its machines did."""
    steps: list[Step] = []

    def teller(_line: int, edge: Edge, _wobbles: tuple[Wobble, ...]) -> None:
        for move in edge.moves:
            states = table(TABLED[move.machine]).states
            if move.before != move.after:
                before, after = states[move.before], states[move.after]
                steps.append((move.machine, move.key, before, str(move.fact), after))

    session = Session("run.journal", format_named("journal"), teller, timeline=True)
    session.feed(journal.split(b"\n"))
    return session.close(), steps


def recorded(*drivers: Driver) -> list[Step]:
    """List what the machines of the live runs did."""
    return [
        (o.machine, o.key, o.before, o.fact, o.state)
        for driver in drivers
        for _, o in driver.out
        if isinstance(o, Moved) and o.before != o.state
    ]


def agreement(report: Report) -> list[str]:
    """The notes about the moves."""
    return [n for n in report.notes if "replay" in n.lower() or "compared" in n]


def connected(*, echo: bool = False) -> Driver:
    """A driver with a connected socket."""
    driver = Driver(echo=echo)
    for text, answer in (
        (b"AT", b"\r\nOK\r\n"),
        (b'AT+KTCPCFG=1,0,"192.0.2.1",7', b"\r\n+KTCPCFG: 1\r\n\r\nOK\r\n"),
        (b"AT+KTCPCNX=1", b"\r\nOK\r\n\r\n+KCNX_IND: 1,1,0\r\n\r\n+KTCP_IND: 1,1\r\n"),
    ):
        driver.write(text)
        driver.now_s += 0.1
        driver.read(answer)
    return driver


def send_payload(driver: Driver, payload: bytes) -> None:
    """Send payload over session 1."""
    driver.write(b"AT+KTCPSND=1,%d" % len(payload))
    driver.read(b"\r\nCONNECT\r\n")
    driver.write_payload(payload)
    driver.read(b"\r\nOK\r\n")


def receive_payload(driver: Driver, payload: bytes) -> None:
    """Receive payload over session 1."""
    driver.write(b"AT+KTCPRCV=1,%d" % len(payload))
    driver.read(b"\r\nCONNECT\r\n" + payload + PATTERN + b"\r\nOK\r\n")


# ---------------------------------------------------------------------------- the same run again


@pytest.mark.parametrize(
    "payload", [b"hello", b"AT\r", b"\r\nOK\r\n", b"\r\nERROR\r\n", b"AT+X\r"]
)
def test_payload_is_payload(payload: bytes) -> None:
    """What is sent and received is never taken for AT, whatever it looks like."""
    driver = connected()
    send_payload(driver, payload)
    receive_payload(driver, payload)
    report, steps = replayed(journal_of(driver))

    assert recorded(driver) == steps
    assert Verdict.CLEAN is report.verdict
    assert ["connected"] == [m.state for m in report.machines if m.machine == "tcp"]
    assert [f"The replay gives the {len(steps)} moves that were recorded, and no other."] == (
        agreement(report)
    )


def test_a_refused_send_is_explained_as_in_any_capture() -> None:
    """A wobble of a journal has its line, its reason and its remedy."""
    driver = connected()
    driver.write(b"AT+KTCPSND=1,5")
    driver.read(b"\r\n+CME ERROR: 923\r\n")
    journal = journal_of(driver)
    report, steps = replayed(journal)
    (wobble,) = report.wobbles

    assert recorded(driver) == steps
    assert b'"rx", "data": "\\r\\n+CME ERROR: 923\\r\\n"' in journal.split(b"\n")[wobble.line - 1]
    assert ("tcp", "1", "refused", "send_offered") == (
        wobble.machine,
        wobble.key,
        wobble.kind,
        wobble.state,
    )
    assert "did not open data mode" in wobble.why
    assert wobble.do


def test_a_full_reset_has_limits_and_ends_by_its_own_rows() -> None:
    """The steps of a reset pass their limits where the journal says so."""
    driver = connected()
    driver.read(b"\r\n+KTCP_NOTIF: 1,5\r\n")
    for text in (b"AT+KTCPCLOSE=1,1", b"AT+KTCPDEL=1", b"AT+KTCPCFG?"):
        driver.write(text)
        driver.pass_limit(0)
        driver.pass_limit(1)
        driver.pass_limit(0)
    _, steps = replayed(journal_of(driver))

    assert recorded(driver) == steps
    assert {"full_reset_closing", "full_reset_deleting"} <= {step[2] for step in steps}
    assert "limit_passed" in {step[3] for step in steps}


def test_no_limit_passes_by_a_clock() -> None:
    """Hours of silence are nothing, where nobody said that a limit passed."""
    driver = connected()
    driver.write(b"AT+KTCPCNX=1")
    driver.now_s += 99_999.0
    driver.read(b"\r\nOK\r\n")
    report, steps = replayed(journal_of(driver))

    assert recorded(driver) == steps
    assert [] == [w for w in report.wobbles if w.kind == "silent"]


@pytest.mark.parametrize("silent", [b"AT+KTCPCLOSE=1,1", b"AT+CSQ", b"AT+KCNXUP=1"])
def test_a_limit_of_the_command_in_flight_is_charged_to_its_owner(silent: bytes) -> None:
    """The silence after a command, its late answer and the next command go the same way."""
    driver = connected()
    driver.write(silent)
    driver.pass_limit(0)
    driver.write(b"AT")
    driver.read(b"\r\nOK\r\n\r\nOK\r\n")
    _, steps = replayed(journal_of(driver))

    assert recorded(driver) == steps
    assert ("line", "", "idle", "command_sent", "command_in_flight") in steps


def test_nobody_comes_back_in_by_another_way() -> None:
    """A modem in its full reset stays there, though the network says that it is registered."""
    driver = connected()
    driver.inject("modem", "", ModemFact.FULL_RESET)
    driver.read(b"\r\n+CEREG: 1\r\n\r\n+KCNX_IND: 1,1,0\r\n")
    report, steps = replayed(journal_of(driver))

    assert recorded(driver) == steps
    assert ["full_reset_restarting"] == [m.state for m in report.machines if m.machine == "modem"]


def test_what_machines_were_told_is_told_again() -> None:
    """Facts beside the wire, sweeps and the ladder are part of the run."""
    driver = connected()
    driver.inject("recovery", "", RecoveryFact.SOCKET_RESET_DUE)
    driver.inject("line", "", LineFact.PORT_LOST)
    driver.inject("pdp", "1", PdpFact.LOST)
    driver.inject("tcp", EVERY, TcpFact.SWEPT)
    driver.inject("tcp", NAMELESS, TcpFact.DEFINE_REQUESTED, "1")
    _, steps = replayed(journal_of(driver))

    assert recorded(driver) == steps
    assert ("recovery", "", "in_service", "socket_reset_due", "resetting_socket") in steps


def test_a_run_starts_everything_anew() -> None:
    """Two runs in one file are two runs: nothing of the first is known in the second."""
    first, second = connected(), connected()
    first.write(b'AT+KPATTERN="$$"')
    first.read(b"\r\nOK\r\n+KSUP: 0")  # torn: the rest would make a restart of it
    second.read(b"\r\n+KTCP_NOTIF: 1,4\r\n")
    report, steps = replayed(journal_of(first, second))

    assert recorded(first, second) == steps
    assert 1 == len([n for n in agreement(report) if f"{len(steps)} moves" in n])
    assert [1] == [m.generation for m in report.machines if m.machine == "tcp"]


def test_the_end_pattern_in_force_is_followed() -> None:
    """Payload ends by the pattern that the modem confirmed."""
    driver = connected()
    driver.write(b'AT+KPATTERN="$$"')
    driver.read(b"\r\nOK\r\n")
    send_payload(driver, b"5 dollars")
    driver.write(b"AT")
    driver.read(b"\r\nOK\r\n")
    report, steps = replayed(journal_of(driver))

    assert recorded(driver) == steps
    assert Verdict.CLEAN is report.verdict


@pytest.mark.parametrize("echo", [False, True])
def test_the_rule_of_the_echo_is_the_one_of_the_run(echo: bool) -> None:
    """Whether an answer counts before its echo is said by the head of the run."""
    driver = connected(echo=echo)
    driver.write(b"ATE1")
    driver.read(b"\r\nOK\r\n")
    driver.write(b"AT+CSQ")
    driver.read(b"\r\nOK\r\nAT+CSQ\r\r\nOK\r\n")
    _, steps = replayed(journal_of(driver, echo=echo))

    assert recorded(driver) == steps


def test_a_pattern_on_a_line_of_its_own_is_no_payload() -> None:
    """The reset of a line writes the end pattern as a line: no data mode ends by that."""
    driver = connected()
    driver.write(b"AT+KTCPRCV=1,9")
    driver.read(b"\r\nCONNECT\r\nabc")
    driver.write(PATTERN)
    driver.read(b"def" + PATTERN + b"\r\nOK\r\n")
    _, steps = replayed(journal_of(driver))

    assert recorded(driver) == steps


def test_a_pattern_on_a_line_of_its_own_is_not_the_end_of_what_is_sent() -> None:
    """The same while payload is due from us, and none was written."""
    driver = connected()
    driver.write(b"AT+KTCPSND=1,9")
    driver.read(b"\r\nCONNECT\r\n")
    driver.write(PATTERN)
    driver.pass_limit(0)
    driver.read(b"\r\n+CSQ: 1,1\r\n\r\nOK\r\n")
    driver.write(b"AT+CSQ")
    driver.read(b"\r\nOK\r\n")
    _, steps = replayed(journal_of(driver))

    assert recorded(driver) == steps


def test_a_long_run_is_forgotten_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory stays flat, and what is forgotten is worked out again."""
    monkeypatch.setattr("atfsm.replay.automaton.EDGES_AT_MOST", 5)
    driver = connected()
    for number in range(20):
        send_payload(driver, b"%d" % number)
    report, steps = replayed(journal_of(driver))

    assert recorded(driver) == steps
    assert Verdict.CLEAN is report.verdict


LINES = st.sampled_from(
    [
        *(b"OK", b"ERROR", b"CONNECT", b"+CME ERROR: 923", b"NO CARRIER", b"+KSUP: 0", b"RING"),
        *(b"+KTCPCFG: 1", b"+KTCP_IND: 1,1", b"+KTCP_NOTIF: 1,4", b"+KTCP_DATA: 1,9"),
        *(b"+KUDPCFG: 2", b"+KUDP_IND: 2,1", b"+KUDP_NOTIF: 2,8", b"+KCNX_IND: 1,1,0"),
        *(
            b"+KCNX_IND: 1,0,0",
            b"+CEREG: 0,1",
            b"+CEREG: 3",
            b"+CPIN: READY",
            b"+KTCPSTAT: 3,0,0,0",
        ),
    ]
).map(lambda text: b"\r\n" + text + b"\r\n")
COMMANDS = st.sampled_from(
    [
        *(b"AT", b"ATE1", b"AT+CSQ", b"AT+CPIN?", b"AT+CEREG?", b"AT+CFUN=1,1", PATTERN, b"+++"),
        *(b'AT+KPATTERN="$$"', b'AT+KCNXCFG=1,"GPRS","a"', b"AT+KCNXUP=1", b"AT+KCNXDOWN=1,1"),
        *(b'AT+KTCPCFG=1,0,"192.0.2.1",7', b"AT+KTCPCNX=1", b"AT+KTCPSND=1,5", b"AT+KTCPRCV=1,5"),
        *(b"AT+KTCPCLOSE=1,1", b"AT+KTCPDEL=1", b"AT+KTCPSTAT=1", b"AT+KTCPCFG?"),
        *(
            b"AT+KUDPCFG=1,0",
            b'AT+KUDPSND=2,"192.0.2.1",7,5',
            b"AT+KUDPRCV=2,5",
            b"AT+KUDPCLOSE=2",
        ),
    ]
)
FACTS = st.sampled_from([(name, f) for name, chart in TABLED.items() for f in chart.facts])
PIECES = st.one_of(
    st.lists(LINES, min_size=1, max_size=3).map(b"".join),
    st.binary(max_size=30),
    st.tuples(LINES, st.integers(0, 20)).map(lambda cut: cut[0][: cut[1]]),
    st.just(b"hello" + PATTERN + b"\r\nOK\r\n"),
)
ACTS: st.SearchStrategy[tuple[str, object]] = st.one_of(
    st.tuples(st.just("write"), COMMANDS),
    st.tuples(st.just("read"), PIECES),
    st.tuples(st.just("read"), PIECES),
    st.tuples(st.just("limit"), st.integers(0, 9)),
    st.tuples(st.just("inject"), FACTS),
)


def perform(driver: Driver, acts: list[tuple[str, object]]) -> None:
    """Do what was drawn."""
    for what, drawn in acts:
        driver.now_s += 0.25
        match what, drawn:
            case "read", bytes() as data:
                driver.read(data)
            case "write", bytes() as text:
                driver.write(text)
            case "limit", int() as index:
                driver.pass_limit(index)
            case "inject", (str() as machine, Fact() as fact):
                key = {"tcp": "1", "udp": "2", "pdp": "1"}.get(machine, "")
                driver.inject(machine, key, fact)
            case _:
                raise AssertionError(what)
        if driver.is_outgoing:
            driver.write_payload(b"hello")


@given(acts=st.lists(ACTS, max_size=40), echo=st.booleans())
def test_any_run_comes_back(acts: list[tuple[str, object]], echo: bool) -> None:
    """Whatever is written, heard in any pieces, told and waited for: the moves are the same."""
    driver = Driver(echo=echo)
    perform(driver, acts)
    report, steps = replayed(journal_of(driver, echo=echo))

    assert recorded(driver) == steps
    assert [] == [n for n in agreement(report) if "gives the" not in n]


@given(acts=st.lists(ACTS, max_size=20), data=st.data())
def test_a_damaged_journal_is_read_to_its_end(
    acts: list[tuple[str, object]], data: st.DataObject
) -> None:
    """Lines that are cut, doubled, lost, swapped or made up raise nothing."""
    driver = connected()
    perform(driver, acts)
    lines = journal_of(driver).split(b"\n")
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(lines) - 1))
        cut = data.draw(st.integers(0, 200))
        lines[at : at + 1] = data.draw(
            st.sampled_from(
                [
                    [],
                    [lines[at][:cut]],
                    [lines[at], lines[at]],
                    [lines[at], lines[0]],
                    [lines[at], data.draw(st.binary(max_size=20))],
                ]
            )
        )
        if not lines:
            break
    report, _ = replayed(b"\n".join(lines))

    assert report.verdict in Verdict


# ------------------------------------------------------------------------ where it is not the run


def altered(journal: bytes, change: Callable[[dict[str, object]], bool]) -> tuple[bytes, int]:
    """Change the first entry that lets itself be changed; give the journal and the line."""
    lines = journal.split(b"\n")
    for number, line in enumerate(lines[:-1], 1):
        entry = json.loads(line)
        if change(entry):
            lines[number - 1] = json.dumps(entry).encode()
            return b"\n".join(lines), number
    raise AssertionError("nothing was changed")


def test_the_first_difference_is_named() -> None:
    """Whoever replays with other charts reads where they part, and the verdict is the replay's."""

    def change(entry: dict[str, object]) -> bool:
        is_it = entry["kind"] == "move" and entry["state"] == "connected"
        entry.update({"state": "wobble_refused"} if is_it else {})
        return is_it

    journal, line = altered(journal_of(connected()), change)
    report, _ = replayed(journal)

    words = (
        f"line {line}: the journal says tcp 1 connecting → wobble_refused (connected), this "
        "version goes tcp 1 connecting → connected (connected)"
    )

    assert [words in note for note in agreement(report)] == [True]
    assert Verdict.CLEAN is report.verdict


def test_a_move_that_this_version_does_not_make_is_named() -> None:
    """A recorded move with nothing that causes it is a difference, too."""
    driver = connected()
    driver.out.append((1.0, Moved("tcp", "2", 1, "unknown", "connected", "connected")))
    report, _ = replayed(journal_of(driver))

    assert "this version makes no such move" in agreement(report)[0]


def test_a_journal_without_moves_is_told_apart_from_a_short_one() -> None:
    """A few moves may be lost in a kill; where none is recorded, the journal is not whole."""
    driver = connected()
    for number in range(400):
        send_payload(driver, b"%d" % number)
    driver.out = [(now_s, o) for now_s, o in driver.out if not isinstance(o, Moved)]
    report, _ = replayed(journal_of(driver))

    assert "the journal records no such move" in agreement(report)[0]


def test_a_flood_of_moves_is_cut_short() -> None:
    """Moves that nothing causes are not kept for ever."""
    driver = Driver()
    moved = Moved("tcp", "2", 1, "unknown", "connected", "connected")
    driver.out = [(0.0, moved)] * 1_500
    report, _ = replayed(journal_of(driver))

    assert "line 2: " in agreement(report)[0]


def test_moves_that_were_not_written_any_more_are_no_difference() -> None:
    """A process that was killed behind its last cause has not recorded what came of it."""
    driver = connected()
    whole = journal_of(driver)
    last = whole.rstrip(b"\n").rfind(b"\n")
    count = whole.count(b"\n")
    report, _ = replayed(whole[: last + 30])

    assert "gives the" in agreement(report)[0]
    assert f"One line of the journal cannot be read: {count}." in report.notes


def test_a_journal_without_its_beginning_cannot_be_compared() -> None:
    """The end of a journal is judged like a capture that begins in the middle."""
    driver = connected()
    driver.read(b"\r\n+KTCP_NOTIF: 1,5\r\n")
    tail = b"\n".join(journal_of(driver).split(b"\n")[6:])
    report, _ = replayed(tail)

    assert ["cannot be compared" in note for note in agreement(report)] == [True]
    assert Verdict.WOBBLE is report.verdict


def test_the_dump_of_a_ring_is_a_journal(tmp_path: Path) -> None:
    """What the flight recorder held is replayed; it says whether it holds the beginning."""
    driver = connected()
    for size, expected in ((9, "cannot be compared"), (999, "and no other")):
        ring = Ring(size, clock=CLOCK)
        ring.begin(CONFIG, "p")
        for now_s, output in driver.out:
            ring.add([output], now_s)
        ring.dump(tmp_path / "ring")
        report, _ = replayed((tmp_path / "ring").read_bytes())

        assert [expected in note for note in agreement(report)] == [True]


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("dialect", "of nobody", "dialect 'of nobody' is not known"),
        ("journal", "atfsm/2", "form 'atfsm/2'; this version reads atfsm/1"),
    ],
)
def test_a_head_of_another_version_is_told(field: str, value: str, expected: str) -> None:
    """What is not known is said, and the rest is read as well as it can be."""

    def change(entry: dict[str, object]) -> bool:
        entry[field] = value
        return True

    journal, _ = altered(journal_of(connected()), change)
    report, steps = replayed(journal)

    assert any(expected in note for note in report.notes)
    assert recorded(connected()) == steps


# fmt: off
NOBODIES = [
    Injected("tcp", "999999999999", "connected"), Injected("tcp", "x", "connected"),
    Injected("tcp", "", "connected"), Injected("modem", "1", "registered"), Injected("no", "", "x"),
    Injected("tcp", "1", "no such fact"), Injected("tcp", "1", "define_requested", "x"),
    Injected("tcp", "٣", "connected"), Injected("line", "*", "no such fact"),
    LimitPassed("tcp", "999", 0.0, 1.0), LimitPassed("no", "", 0.0, 1.0), LimitPassed("line", "?", 0.0, 1.0),
]
# fmt: on


@pytest.mark.parametrize("output", NOBODIES, ids=str)
def test_a_machine_that_cannot_be_is_not_told(output: Output) -> None:
    """A journal is input like any other: made-up names make no machines."""
    driver = Driver()
    driver.out.append((0.0, output))
    report, steps = replayed(journal_of(driver))

    assert [] == steps
    assert ["line", "modem"] == [m.machine for m in report.machines]


# --------------------------------------------------------------------------------- what is shown


def test_resets_show_in_the_time_line() -> None:
    """Where the stack acted, a reader sees it between the transitions."""
    driver = connected()
    driver.out += [
        (1.0, Reset(Rung.SOCKET, CAUSE, (1,))),
        (1.0, CutPower(CAUSE)),
        (1.0, NeedsHuman(CAUSE)),
        (1.0, InService()),
    ]
    lines: list[str] = []
    text = TextReport(lines.append)
    session = Session("j", format_named("journal"), text.tell, timeline=True)
    session.feed(journal_of(driver).split(b"\n"))
    shown = "\n".join(lines)

    assert "run of atfsm" in shown
    cause = "tcp 1 was connected; refused: +CME ERROR: 923"
    for words in (
        f"RESET of the socket: {cause}",
        f"POWER CUT: {cause}",
        f"NEEDS A HUMAN: {cause}",
    ):
        assert words in shown
    assert shown.index("tcp 1    connecting → connected") < shown.index("RESET of the socket")
    assert shown.rstrip().endswith("in service")


def test_the_command_line_reads_it_like_any_capture(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is recognised by itself, and the exit code is that of its wobble."""
    clean, wobbling = connected(), connected()
    wobbling.read(b"\r\n+KTCP_NOTIF: 1,5\r\n")
    (tmp_path / "clean").write_bytes(journal_of(clean))
    (tmp_path / "wobbling").write_bytes(journal_of(wobbling))

    assert 0 == cli.main(["replay", "-q", str(tmp_path / "clean")])
    assert "format journal" in capsys.readouterr().out
    assert 1 == cli.main(["replay", "--json", str(tmp_path / "wobbling")])
    assert "journal" == json.loads(capsys.readouterr().out)["format"]


def test_a_write_of_many_pieces_is_put_together_once() -> None:
    """A hostile journal cuts a write into thousands of entries."""
    reader = JournalReader(format_named("journal"))

    def work(data: bytes) -> None:
        for number in range(60_000):
            reader._given(number, 0.0, Written(data), goes_on=True)

    assert not runs_away(work, b"0123456789abcdef")
    (record,) = reader.close()
    assert 60_000 * 16 == len(record.data)
