"""The table of causes: every row is reached, tells the truth, and hides no other."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from atfsm.at.errors import CME, TCP_NOTIF, UDP_NOTIF, CmeGroup
from atfsm.at.facts import TcpFact, UdpFact
from atfsm.at.secrets import without_codes
from atfsm.chart import CellKind, Chart
from atfsm.charts import CHARTS, RECOVERY
from atfsm.fact import Fact
from atfsm.replay.causes import CAUSES, CAUSES_BY_CODE, CAUSES_OF, Cause
from atfsm.replay.causes.model import Code
from atfsm.replay.explain import LIKELY
from atfsm.replay.formats import detect, format_named
from atfsm.replay.observer import Observer
from atfsm.replay.remarks import REMARKS
from atfsm.replay.report import Report, Wobble
from atfsm.replay.session import Session
from atfsm.replay.templates import CONDITIONS, PLACEHOLDERS
from tests.replay.cause_cases import (
    ASLEEP,
    BEFORE,
    CASES,
    CLOSED,
    DELETED,
    NEUTRAL,
    PASSED,
    READ,
    READY,
    SEND,
    UP,
    Log,
    refused,
    waited,
)
from tests.replay.test_captures import CAPTURES, CONNECTED, CONNECTING, DEFINED, judge
from tests.replay.test_replay_properties import damaged, lines_of

JUDGED = [chart for chart in CHARTS if chart is not RECOVERY]
every_case = pytest.mark.parametrize(("code", "log"), CASES.items(), ids=CASES)
every_row = pytest.mark.parametrize("row", CAUSES, ids=lambda row: row.code)
every_chart = pytest.mark.parametrize("chart", JUDGED, ids=lambda chart: chart.name)

LINE_NUMBER = re.compile(r"\blines? (\d+)")
QUOTED = (
    re.compile(r"`([^`]+)` \(line (\d+)\)"),
    re.compile(r"`([^`]+)`, line (\d+)"),
)
QUOTED_AFTER = (
    re.compile(r"line (\d+): `([^`]+)`"),
    re.compile(r"line (\d+) \(`([^`]+)`\)"),
)
#: Words that the program fills in from what it knows beside the log.
KNOWN = {"here", "since", "name", "id", "kind", "ask", "whole"}


def judged(log: Log) -> Report:
    """Replay a log."""
    return judge(log.text.splitlines(), log.format)


def the_wobble(log: Log, code: str) -> Wobble:
    """The wobble of a log that a row explains."""
    return next(w for w in judged(log).wobbles if w.cause == code)


def quotations(text: str) -> Iterator[tuple[int, str]]:
    """Line number and text of everything that a sentence quotes."""
    for pattern in QUOTED:
        for said, line in pattern.findall(text):
            yield int(line), said
    for pattern in QUOTED_AFTER:
        for line, said in pattern.findall(text):
            yield int(line), said


def said_of(wobble: Wobble) -> str:
    """Everything that is said of a wobble."""
    return f"{wobble.why} {wobble.do} {wobble.settle}"


# ---------------------------------------------------------------------------- echo, and more

# fmt: off
#: Something came behind the echo, so that it is not true that only the echo came.
ECHOED: dict[str, tuple[str, str, float, str]] = {
    "CONNECT to a send":       (READY["tcp"] + SEND["tcp"],                "Rx: CONNECT\nTx: hello--EOF--Pattern--\n",  63, "tcp.silent.sending"),
    "CONNECT to a datagram":   (READY["udp"] + SEND["udp"],                "Rx: CONNECT\nTx: hello--EOF--Pattern--\n",  63, "udp.silent.sending"),
    "CONNECT to a read":       (READY["tcp"] + READ["tcp"],                "Rx: CONNECT\n",                             51, "tcp.silent.receiving"),
    "an id":                   ('Tx: AT+KTCPCFG=1,0,"203.0.113.5",7\n',    "Rx: +KTCPCFG: 1\n",                         11, "tcp.silent.defining"),
    "an URC of a context":     (READY["tcp"] + "Tx: AT+KTCPCLOSE=1,1\n",   UP,                                           63, "tcp.silent.closing"),
    "nothing":                 (READY["tcp"] + "Tx: AT+KTCPCLOSE=1,1\n",   "",                                           63, "tcp.silent.echo_only"),
}
# fmt: on


@pytest.mark.parametrize("name", ECHOED)
def test_only_the_echo_came_where_nothing_came_behind_it(name: str) -> None:
    """A wait on a modem that echoes is explained by what came last."""
    asked, came, after_s, expected = ECHOED[name]
    echo = asked.splitlines()[-1].replace("Tx:", "Rx:") + "\n"
    first = min(judged(waited(asked + echo + came, after_s)).wobbles, key=lambda w: w.line)

    assert expected == first.cause


# ------------------------------------------------------------------------- every row is reached


def test_every_row_has_a_log_that_leads_to_it() -> None:
    """No row is dead, and no log stands for a row that is gone."""
    assert set(CASES) == set(CAUSES_BY_CODE)


@every_case
def test_a_log_is_explained_by_its_row(code: str, log: Log) -> None:
    """The last thing that happens in the log has this cause, and says what it has to."""
    wobbles = judged(log).wobbles
    last = max(wobble.line for wobble in wobbles)

    assert code in [wobble.cause for wobble in wobbles if wobble.line == last]
    wobble = the_wobble(log, code)
    for words in log.holds:
        assert words in wobble.why
    assert CAUSES_BY_CODE[code].source == wobble.source
    assert code.partition(".")[0] == wobble.machine


@pytest.mark.parametrize(
    ("text", "code"),
    [
        # 923 is early only while the connection is not reported
        (refused(CONNECTING + "Rx: +KTCP_IND: 1,1\n" + SEND["tcp"], 923), "tcp.923.established"),
        (refused(CONNECTED + SEND["tcp"] + PASSED + "Rx: OK\n" + SEND["tcp"], 923),
         "tcp.923.established"),
        (refused(BEFORE["udp"] + "Rx: +KUDP_IND: 1,1\n" + SEND["udp"], 923), "udp.923.established"),
        # a connection that was closed and is made anew is not the one before
        (refused(CLOSED["tcp"] + "Tx: AT+KTCPCNX=1\nRx: OK\n" + SEND["tcp"], 923),
         "tcp.923.connecting"),
        # a context that is up again does not move
        (refused(CONNECTED + "Rx: +KCNX_IND: 1,5,30\nRx: +KCNX_IND: 1,6\n" + SEND["tcp"], 923),
         "tcp.923.established"),
        # a session that is younger than the sleep was not lost in it
        (refused(ASLEEP + CONNECTED + SEND["tcp"], 910), "tcp.910"),
        # an echo of another command, or none
        (waited(READY["tcp"] + SEND["tcp"] + "Rx: AT+CSQ\n", 11).text,
         "tcp.silent.connect_withheld"),
        # something was answered since the read was refused
        (waited(refused(CONNECTED + READ["tcp"], "ERROR") + "Tx: AT\nRx: OK\nTx: AT+CSQ\n", 20).text,
         "line.silent"),
        # a payload over several lines is not counted
        (CONNECTED + "Tx: AT+KTCPSND=1,5\nRx: CONNECT\nTx: he\nTx: llo--EOF--Pattern--\nRx: OK\n"
         "Rx: +KTCP_NOTIF: 1,8\n", "tcp.notif.8"),
        # nor is one of which the logger may have taken a blank
        (CONNECTED + "Tx: AT+KTCPSND=1,5\nRx: CONNECT\nTx:  ello--EOF--Pattern--\nRx: OK\n"
         "Rx: +KTCP_NOTIF: 1,8\n", "tcp.notif.8"),
        ("Rx: +CEREG: 1\nRx: +KSUP: 0\n", "modem.restarted"),
        ("Rx: +KSUP: 2\n", "modem.sim.absent"),
        (refused("Tx: AT+KCNXUP=1\n", "NO CARRIER"), "pdp.refused.activate"),
        (refused(CONNECTED + SEND["tcp"], "+CME ERROR: no network service"), "tcp.cme.service"),
        (refused(CONNECTED + SEND["tcp"], 999), "tcp.refused"),
        (DELETED["tcp"] + CONNECTED + "Rx: +KTCP_NOTIF: 1,0\n", "tcp.notif.0"),
    ],
)  # fmt: skip
def test_a_row_does_not_speak_where_its_evidence_is_missing(text: str, code: str) -> None:
    """What a narrow row leans on has to be in the log; otherwise a wider one speaks."""
    assert code == judge(text.splitlines()).wobbles[-1].cause


# ----------------------------------------------------------------------- what is said is true


@every_case
def test_every_line_that_is_named_exists(code: str, log: Log) -> None:
    """No sentence sends a reader to a line that is not there."""
    wobble = the_wobble(log, code)
    lines = log.text.splitlines()
    numbers = [int(number) for number in LINE_NUMBER.findall(said_of(wobble))]

    assert [] == [number for number in numbers if not 1 <= number <= min(wobble.line, len(lines))]


@every_case
def test_what_is_quoted_stands_on_its_line(code: str, log: Log) -> None:
    """A quotation with a line number is what that line says."""
    wobble = the_wobble(log, code)
    lines = log.text.splitlines()
    wrong = [
        (line, said)
        for line, said in quotations(said_of(wobble))
        if said.replace('"', '\\"' if log.format == "journal" else '"') not in lines[line - 1]
    ]

    assert [] == wrong
    if log.format != "journal" and wobble.kind not in {"silent", "swept"}:
        assert wobble.got in lines[wobble.line - 1]


@every_case
def test_no_blank_stays_unfilled(code: str, log: Log) -> None:
    """A sentence is whole: no brace, no bracket, no doubled blank, no word ``None``."""
    wobble = the_wobble(log, code)
    for text in (wobble.proved, wobble.likely, wobble.do, wobble.settle):
        assert re.findall(r"[{}]|\[\[|\]\]|  | ,|None", text) == []
    assert wobble.proved.endswith(".")
    assert wobble.proved[0] in "`0123456789" or wobble.proved[0].isupper()
    assert wobble.likely == wobble.likely.strip(" .;,")


@every_case
def test_a_guess_is_said_to_be_one(code: str, log: Log) -> None:
    """What the log shows and what is only likely are two fields, and two parts of the sentence."""
    wobble = the_wobble(log, code)
    guess = LIKELY.format(guess=wobble.likely)

    assert wobble.why == (f"{wobble.proved} {guess}" if wobble.likely else wobble.proved)
    assert re.findall(r"(?i)\b(?:likely|probably|perhaps|presumably|maybe)\b", wobble.proved) == []


@every_case
def test_nothing_is_claimed_without_its_line(code: str, log: Log) -> None:
    """Blank a line that a sentence leans on, and no sentence cites what stood there."""
    if log.format == "journal":
        pytest.skip("a journal without one of its entries is another journal")
    wobble = the_wobble(log, code)
    lines = log.text.splitlines()
    for mark in wobble.evidence:
        text = mark.text.decode()
        blanked = [*lines]
        blanked[mark.line - 1] = lines[mark.line - 1].replace(text, NEUTRAL).replace("Tx:", "Rx:")
        for other in judge(blanked, log.format).wobbles:
            assert (mark.line, text) not in set(quotations(said_of(other)))
            assert text not in [m.text.decode() for m in other.evidence if m.line == mark.line]


@every_case
def test_the_proof_holds_what_is_quoted(code: str, log: Log) -> None:
    """Each quoted line but that of the wobble and of payload is among the lines that prove it."""
    wobble = the_wobble(log, code)
    proof = {mark.line for mark in wobble.evidence}
    cited = {line for line, _ in quotations(wobble.why)}

    assert set() == cited - proof - {wobble.line}


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_a_damaged_log_is_quoted_as_it_is(path: Path) -> None:
    """Whatever was done to a log, its explanations quote its lines right, without codes."""
    way = detect(path.read_bytes().splitlines()).format
    assert way is not None
    for seed in range(10):
        lines = lines_of(damaged(path.read_bytes(), random.Random(seed)))
        shown = [line.decode("utf-8", "backslashreplace") for line in lines]
        for wobble in judge(lines, way.name).wobbles:
            numbers = [int(number) for number in LINE_NUMBER.findall(wobble.why)]
            assert all(1 <= number <= wobble.line for number in numbers), (seed, wobble)
            assert not re.search(r"\S  \S", f"{wobble.do}\n{wobble.settle}"), (seed, wobble)
            assert [
                (line, said)
                for line, said in quotations(wobble.proved)
                if said not in without_codes(without_dress(shown[line - 1]))
            ] == [], (seed, wobble)


def without_dress(line: str) -> str:
    """A line as a format hands it on: without byte order marks and escapes of a terminal."""
    return re.sub(r"\x1b\[[\d;]*[A-Za-z]|\ufeff", "", line)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (DELETED["tcp"] + CONNECTING + SEND["tcp"], "tcp.923.connecting"),
        (DELETED["tcp"] + DEFINED + SEND["tcp"], "tcp.923.not_connected"),
        (DELETED["udp"] + BEFORE["udp"] + SEND["udp"], "udp.923.opening"),
        (CLOSED["tcp"] + "Tx: AT+KTCPCNX=1\nRx: OK\n" + SEND["tcp"], "tcp.923.connecting"),
    ],
)
def test_what_an_earlier_session_did_is_not_denied(text: str, code: str) -> None:
    """An earlier session of the same id was connected: nobody says "never" of the log."""
    wobble = judge(refused(text, 923).splitlines()).wobbles[-1]

    assert code == wobble.cause
    assert "never" not in wobble.proved
    assert re.search("for this session|Since then|last seen on line 6, before", wobble.proved)


# ----------------------------------------------------------------------------- it is complete


def wobbling_cells(chart: Chart) -> Iterator[tuple[str, Fact]]:
    """Every cell of a chart that is a wobble."""
    for (state, fact), cell in chart.matrix.items():
        if cell.kind is CellKind.WOBBLE:
            yield str(state), fact


@every_chart
def test_every_cell_that_can_wobble_has_a_row(chart: Chart) -> None:
    """Whatever the log holds beside it, a wobble is explained."""
    bare = [
        (state, str(fact))
        for state, fact in wobbling_cells(chart)
        if not any(
            not row.codes and not row.needs and not row.by and state in (row.states or {state})
            for row in CAUSES_OF.get(fact, ())
        )
    ]

    assert [] == bare


@every_chart
def test_every_kind_of_wobble_has_more_than_the_last_resort(chart: Chart) -> None:
    """For each wobble state there is a row that says more than that a wobble happened."""
    last_resorts = {
        chart.name + "." + kind for kind in ("refused", "silent", "out_of_step", "swept")
    }
    for state in chart.wobbles:
        facts = {
            fact
            for (_, fact), cell in chart.matrix.items()
            if cell.kind is CellKind.WOBBLE and cell.target == state.name
        }
        codes = {row.code for row in CAUSES if row.facts & facts} - last_resorts
        assert codes, state.name
        assert codes & set(CASES)


PROTOCOL = [code for code, row in CME.items() if row.group is CmeGroup.PROTOCOL]


@pytest.mark.parametrize("kind", ["tcp", "udp"])
@pytest.mark.parametrize("code", PROTOCOL)
def test_every_code_of_the_protocol_range_has_a_row(kind: str, code: int) -> None:
    """902 to 932, whichever of the two sorts of socket it refuses."""
    report = judge(refused(READY[kind] + SEND[kind], code).splitlines())

    assert [code in CAUSES_BY_CODE[w.cause].codes for w in report.wobbles] == [True]


@pytest.mark.parametrize(
    ("kind", "code"),
    [("tcp", code) for code in TCP_NOTIF if code not in {-1, 4}]
    + [("udp", code) for code in UDP_NOTIF],
)
def test_every_notification_has_a_row(kind: str, code: int) -> None:
    """Each code of the tables; 4 is a row of the chart, and -1 says that there is no error."""
    for start in (READY[kind], BEFORE[kind]):
        report = judge([*start.splitlines(), f"Rx: +K{kind.upper()}_NOTIF: 1,{code}"])
        assert [code in CAUSES_BY_CODE[w.cause].codes for w in report.wobbles] == [True]


#: Standard codes that say nothing about a socket; the general row gives their meaning.
SAYS_NOTHING = {
    *(0, 1, 2, 20, 21, 22, 23, 49, 52, 56, 60, 62, 63, 100, 150, 171),
}


@pytest.mark.parametrize("code", sorted(CME))
def test_every_error_code_is_placed(code: int) -> None:
    """A standard code belongs to a group, or is known to say nothing more than its words."""
    report = judge(refused(CONNECTED + SEND["tcp"], code).splitlines())
    row = CAUSES_BY_CODE[report.wobbles[0].cause]
    is_general = code in SAYS_NOTHING or CME[code].group is CmeGroup.AVMS

    assert is_general is (row.code == "tcp.refused")
    if row.code != "tcp.923.established":
        assert CME[code].text in report.wobbles[0].proved


def test_every_story_of_the_field_is_told() -> None:
    """Each quirk of the page of sources that a log can show is cited by a row or a remark."""
    told = " ".join([row.source for row in CAUSES] + [row.source for row in REMARKS.values()])
    # q16 to q22 but q17 to q19 are matters of the host; the framer and the charts see to them.
    quirks = [*range(1, 14), 15, 17, 18, 19, 24, 25]

    assert [] == [f"q{n}" for n in quirks if not re.search(rf"\bq{n}\b", told)]


# -------------------------------------------------------------- no row hides another unnoticed


def overlap(one: Cause, other: Cause) -> bool:
    """Whether a wobble can fit both rows, as far as facts, states, codes and neighbours go."""
    pairs = ((one.states, other.states), (one.codes, other.codes), (one.by, other.by))
    return bool(one.facts & other.facts) and all(not a or not b or a & b for a, b in pairs)


def within(
    inner: frozenset[str] | frozenset[Code], outer: frozenset[str] | frozenset[Code]
) -> bool:
    """Whether one condition is as narrow as another; an empty one holds always."""
    return not outer or (bool(inner) and inner <= outer)


def narrower(one: Cause, other: Cause) -> bool:
    """Whether a row is as narrow as another in each of its conditions."""
    return (
        one.facts <= other.facts
        and within(one.states, other.states)
        and within(one.codes, other.codes)
        and within(one.by, other.by)
    )


#: Pairs of which neither is the narrower: the first speaks where both fit, and is meant to.
RANKED = {
    # silence: what came (an echo, nothing to AT) says more than the state
    ("tcp.silent.echo_only", "tcp.silent.connect_withheld"),
    ("tcp.silent.echo_only", "tcp.silent.sending"),
    ("tcp.silent.echo_only", "tcp.silent.receiving"),
    ("tcp.silent.echo_only", "tcp.silent.closing"),
    ("tcp.silent.echo_only", "tcp.silent.connecting"),
    ("udp.silent.echo_only", "udp.silent.connect_withheld"),
    ("udp.silent.echo_only", "udp.silent.sending"),
    ("udp.silent.echo_only", "udp.silent.receiving"),
    ("udp.silent.echo_only", "udp.silent.closing"),
    ("udp.silent.echo_only", "udp.silent.opening"),
    ("tcp.silent.echo_only", "tcp.silent.defining"),
    ("tcp.silent.echo_only", "tcp.silent.connecting.command"),
    ("udp.silent.echo_only", "udp.silent.defining"),
    ("pdp.silent.echo_only", "pdp.silent.activating.command"),
    ("pdp.silent.echo_only", "pdp.silent.deactivating.command"),
    ("pdp.silent.echo_only", "pdp.silent.activating"),
    ("pdp.silent.echo_only", "pdp.silent.deactivating"),
    ("line.silent.echo_only", "line.silent.at"),
    ("line.silent.echo_only", "line.silent.after_receive"),
    ("line.silent.at", "line.silent.after_receive"),
    # what the payload shows says more than the code
    ("tcp.notif.8.pattern", "tcp.notif.8.exact"),
    ("tcp.notif.8.pattern", "tcp.notif.8.wrong"),
    ("tcp.notif.8.pattern", "tcp.notif.8.fewer"),
    ("udp.notif.8.pattern", "udp.notif.8.exact"),
    ("udp.notif.8.pattern", "udp.notif.8.wrong"),
    ("udp.notif.8.pattern", "udp.notif.8.fewer"),
    ("tcp.notif.8.exact", "tcp.notif.8.wrong"),
    ("tcp.notif.8.exact", "tcp.notif.8.fewer"),
    ("tcp.notif.8.wrong", "tcp.notif.8.fewer"),
    ("udp.notif.8.exact", "udp.notif.8.wrong"),
    ("udp.notif.8.exact", "udp.notif.8.fewer"),
    ("udp.notif.8.wrong", "udp.notif.8.fewer"),
    # what is only refused has not fallen, and what the host took away did not fall by itself
    ("tcp.swept.context_left", "tcp.swept.context"),
    ("tcp.swept.context_left", "tcp.swept.context_down"),
    ("tcp.swept.context_refused", "tcp.swept.context"),
    ("tcp.swept.context_refused", "tcp.swept.context_down"),
    ("tcp.swept.context_refused", "tcp.swept.context_left"),
    ("tcp.swept.modem_refused", "tcp.swept.modem"),
    ("udp.swept.context_left", "udp.swept.context"),
    ("udp.swept.context_left", "udp.swept.context_down"),
    ("udp.swept.context_refused", "udp.swept.context"),
    ("udp.swept.context_refused", "udp.swept.context_down"),
    ("udp.swept.context_refused", "udp.swept.context_left"),
    ("udp.swept.modem_refused", "udp.swept.modem"),
    # what the context did last
    ("tcp.923.context", "tcp.923.idle"),
    ("udp.923.context", "udp.923.idle"),
    # a context that fell did not go down in order, even where the host had asked
    ("tcp.swept.context", "tcp.swept.context_down"),
    ("udp.swept.context", "udp.swept.context_down"),
}


def test_a_row_hides_another_only_where_it_is_narrower() -> None:
    """Of two rows that both fit, the one with more conditions stands first, or is listed here."""
    ranked, dead = set(), []
    for one, other in combinations(CAUSES, 2):
        if not overlap(one, other):
            continue
        if narrower(other, one) and one.needs <= other.needs:
            dead.append((one.code, other.code))
        has_code_alone = bool(one.codes) and not other.codes
        is_strict = narrower(one, other) and not narrower(other, one)
        is_first_by_right = is_strict or (narrower(one, other) and one.needs >= other.needs)
        if not has_code_alone and not is_first_by_right:
            ranked.add((one.code, other.code))

    assert [] == dead
    assert RANKED == ranked


def test_the_rows_of_a_code_stand_before_the_rows_of_a_state() -> None:
    """A number says more than where it came: the law that the module states."""
    late = [
        (one.code, other.code)
        for one, other in combinations(CAUSES, 2)
        if overlap(one, other) and other.codes and not one.codes and not one.needs
    ]

    assert [] == late


# --------------------------------------------------------------------------- the rows themselves


def test_codes_are_unique_and_well_formed() -> None:
    """A code is a name for ever: chart, then what, then where, in small letters and digits."""
    codes = [row.code for row in CAUSES] + list(REMARKS)
    names = "|".join(chart.name for chart in JUDGED)
    pattern = rf"(?:{names}|note)(?:\.[a-z0-9_]+){{1,3}}"

    assert sorted(set(codes)) == sorted(codes)
    assert [] == [code for code in codes if not re.fullmatch(pattern, code)]


@every_row
def test_a_row_speaks_of_one_chart_and_its_states(row: Cause) -> None:
    """Its facts and states are those of the chart that its code begins with."""
    chart = next(chart for chart in JUDGED if chart.name == row.chart)

    assert all(isinstance(fact, chart.facts) for fact in row.facts)
    assert row.facts
    assert set() == row.states - {str(state.name) for state in chart.states}
    assert set() == row.by - {chart.name for chart in JUDGED}


@every_row
def test_a_row_uses_words_that_there_are(row: Cause) -> None:
    """A word that no log fills in would vanish without a trace."""
    words = set()
    for template in (row.proved, row.likely, row.do, row.settle, row.remedy, row.first):
        words |= set(re.findall(r"\{(\w+)\}", template))
    known = KNOWN | set(PLACEHOLDERS) | set(CONDITIONS)
    stems = {re.sub(r"_(?:line|text)$", "", word) for word in words}

    assert set() == stems - known - {"pattern", "echo", "unlogged", "unread", "sent", "shown"}
    assert row.title
    assert row.title[0].isupper() or row.title[0].isdigit()
    assert len(row.title) <= 70
    assert row.source


def test_no_reset_is_steered_by_a_code() -> None:
    """The table explains; that it exists changes no move of any machine."""
    for code in (910, 923, 999):
        report = judge(refused(CONNECTED + SEND["tcp"], code).splitlines())
        assert ["full_reset_closing"] == [m.state for m in report.machines if m.machine == "tcp"]


# ---------------------------------------------------------------------------- what is counted


GOOD = {kind: SEND[kind] + PASSED + "Rx: OK\n" for kind in ("tcp", "udp")}


def observed(text: str) -> Report:
    """Replay record by record, without the fast way."""
    capture_format = format_named("txrx")
    session = Session("capture", capture_format)
    reader = capture_format.reader()
    lines = text.encode().splitlines()
    session.report.lines = len(lines)
    session._shown.feed(lines)  # what feed() would do, but for the runner
    observer: Observer = session._observer
    for number, line in enumerate(lines, 1):
        for record in reader.read(line, number):
            observer.read(record)
    return session.close()


@pytest.mark.parametrize("rounds", [1, 2, 312, 5_000])
@pytest.mark.parametrize("kind", ["tcp", "udp"])
def test_good_sends_are_counted(kind: str, rounds: int) -> None:
    """How often it went well before is part of the story, on the fast way and on the exact one."""
    text = READY[kind] + GOOD[kind] * rounds + refused(SEND[kind], 923)
    expected = "one send" if rounds == 1 else f"{rounds} sends"

    for report in (judge(text.splitlines()), observed(text)):
        assert f"; {expected} on it ended well, the last on line" in report.wobbles[0].proved
    assert observed(text).to_json() == judge(text.splitlines()).to_json()


def test_sends_are_counted_of_one_session() -> None:
    """A session id that is given out again starts from nothing, and other ids do not count."""
    other = READY["udp"].replace("+KUDPCFG: 1", "+KUDPCFG: 2").replace("_IND: 1", "_IND: 2")
    text = (
        READY["tcp"]
        + GOOD["tcp"] * 7
        + "Tx: AT+KTCPCLOSE=1,1\nRx: OK\nTx: AT+KTCPDEL=1\nRx: OK\n"
        + READY["tcp"]
        + other
        + (GOOD["tcp"] + GOOD["udp"].replace("KUDPSND=1", "KUDPSND=2")) * 3
        + refused(SEND["tcp"], 923)
    )
    for report in (judge(text.splitlines()), observed(text)):
        assert "; 3 sends on it ended well" in report.wobbles[-1].proved


def test_a_send_that_was_refused_is_not_a_good_one() -> None:
    """Only an OK behind the payload ends a send well."""
    text = READY["tcp"] + SEND["tcp"] + PASSED + refused("", 910)

    assert 0 == sum("ended well" in w.proved for w in judge(text.splitlines()).wobbles)


@pytest.mark.parametrize("fact", [TcpFact.SEND_REFUSED, UdpFact.SEND_REFUSED])
def test_rows_are_found_by_their_fact(fact: Fact) -> None:
    """The index has each row once, in the order of the table."""
    rows = [row for row in CAUSES if fact in row.facts]

    assert rows == list(CAUSES_OF[fact])


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("AT+CPSMS=1", True), ("AT+KSLEEP=1", True), ("AT+CPSMS=0", False), ("AT+KSLEEP=2", False)],
)
def test_a_setting_that_allows_sleep_is_evidence(setting: str, *, expected: bool) -> None:
    """A session that is gone may have been lost in a sleep, which somebody had allowed."""
    text = f"Tx: {setting}\nRx: OK\n" + refused(CONNECTED + SEND["tcp"], 910)
    wobble = judge(text.splitlines()).wobbles[0]

    assert expected is (f"a sleep, which `{setting}` (line 1) allows" in wobble.likely)
    assert expected is (1 in [mark.line for mark in wobble.evidence])


# ------------------------------------------------------------------------------------- notes


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (CONNECTED + "Tx: AT+KTCPCLOSE=1,1\nRx: NO CARRIER\n", "note.close_no_carrier", 8),
        (CONNECTED + "Tx: AT+KTCPCLOSE=1,1\nRx: +CME ERROR: 922\n", "note.close_refused", 8),
        (CONNECTED + "Tx: AT+KTCPCLOSE=1,1\nRx: NO CARRIER\nRx: +CME ERROR: 922\n",
         "note.close_twice", 9),
        (CLOSED["tcp"] + "Tx: AT+KTCPDEL=1\nRx: +CME ERROR: 911\n", "note.delete_refused", 10),
        (UP + "Rx: +KCNX_IND: 1,5,30\nRx: +KTCP_NOTIF: 1,0\n", "note.idle_countdown", 2),
        (UP + 'Tx: AT+KCNXCFG=1,"GPRS","apn.example"\nRx: ERROR\n', "note.profile_active", 3),
        ("Tx: AT+CFUN=1,1\nRx: ERROR\n", "note.restart_refused", 2),
        (CONNECTED + SEND["tcp"] + "Tx: AT\nRx: CONNECT\n", "note.connect_released", 9),
        (DELETED["tcp"] + "Rx: +KTCP_NOTIF: 1,4\n", "note.late_urc", 11),
        (DEFINED + "Rx: +KTCP_NOTIF: 1,0\n", "note.late_urc", 4),
        (CONNECTED + "Rx: +KTCP_ACK: 1,0\n", "note.not_acknowledged", 7),
        ('Tx: AT+KCNXCFG=1,"GPRS","x"\nRx: ERROR\n', "note.profile_refused", 2),
        (refused("Tx: AT+CPIN=1234\n", 16) + "Tx: AT+CPIN?\nRx: +CPIN: SIM PUK\nRx: OK\n",
         "note.sim_locked_later", 4),
        (CONNECTED + "Rx: +KTCP_DATA: 1,24\nTx: AT+KTCPCLOSE=1,1\nRx: OK\n", "note.unread", 7),
        ("Tx: AT\nRx: \0OK\n", "note.framing", 2),
    ],
)  # fmt: skip
def test_what_looks_like_trouble_becomes_a_note(text: str, code: str, line: int) -> None:
    """A story that is no failure is told as a note, with its line, and wobbles nothing more."""
    lines = text.splitlines()
    report = judge(lines)
    said = REMARKS[code].says.format(text=lines[line - 1][4:], line=line)

    assert said in report.notes
    assert all(wobble.line != line for wobble in report.wobbles)
    assert said in observed(text).notes


@pytest.mark.parametrize(
    "between",
    [
        "",  # nothing was closed
        READ["tcp"] + "Rx: CONNECT\nRx: hello--EOF--Pattern--\nRx: OK\nTx: AT+KTCPCLOSE=1,1\nRx: OK\n",
        "Rx: +KTCP_DATA: 1,3,abc\nTx: AT+KTCPCLOSE=1,1\nRx: OK\n",
    ],
)  # fmt: skip
def test_data_that_was_read_is_not_missed(between: str) -> None:
    """Asked for, or told in the line itself, or still there to be read: nothing is lost."""
    report = judge((CONNECTED + "Rx: +KTCP_DATA: 1,24\n" + between).splitlines())

    assert [] == [note for note in report.notes if "data waits" in note]


def test_every_remark_is_made_somewhere() -> None:
    """No remark is dead; that of the framing of bytes is made of bytes, too."""
    framing = b"<\r\n\r\n+KTCP_DATA: 1,24\r\n\r\n"
    capture = [b"10:00:00.000 %a" % b">AT\r", b"10:00:00.100 %a" % b"<AT\r\r\nOK\r\n",
               b"10:00:00.200 %a" % framing]  # fmt: skip
    report = judge(capture, "python-bytes")

    assert ["note.framing"] == [c for c, r in REMARKS.items() for n in report.notes
                                if n == r.says.format(text="", line=3)]  # fmt: skip


def test_a_countdown_is_not_explained_to_who_looks_for_nothing() -> None:
    """In a log without a wobble nobody takes ``1,5,30`` for a failure."""
    report = judge((UP + "Rx: +KCNX_IND: 1,5,30\n").splitlines())

    assert [] == report.notes


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CONNECTED + "Tx: AT+CSQ\nRx: AT+CSQ\n", True),
        (CONNECTED + "Tx: AT+CSQ\nRx: AT+CSQ\nRx: OK\nTx: AT+COPS?\n", False),
        (CONNECTED + "Tx: AT+CSQ\n", False),
    ],
)
def test_a_capture_that_ends_behind_an_echo_says_so(text: str, expected: bool) -> None:
    """Only the echo came back: that is what a locked-up RC7611 looks like (q4)."""
    notes = judge(text.splitlines()).notes

    assert expected is any("Its echo came (line 8)" in note for note in notes)
