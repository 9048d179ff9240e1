"""Each capture of ours, replayed: verdict, wobbles, and the sentences that explain them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from atfsm.at.errors import TCP_NOTIF, UDP_NOTIF, code_meaning
from atfsm.replay.formats import detect, format_named
from atfsm.replay.report import Report, Verdict, Wobble
from atfsm.replay.session import Session, replay

FOLDER = Path(__file__).parent.parent / "captures"
CAPTURES = sorted(FOLDER.glob("*.log"))
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "expected.toml").read_text("utf-8"))
HEALTHY = [path for path in CAPTURES if EXPECTED.get(path.stem, {}).get("verdict") == "clean"]

every_capture = pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)

#: Sessions without anything at which a reader who comes late could take one thing for another:
#: no payload that looks like AT, no loss that a context survives, no stray answer to a close.
GOLDEN = [
    path
    for path in HEALTHY
    if path.stem
    not in {
        "healthy-asked-restart",  # behind AT+CFUN=1,1 nobody knows that the banner was asked for
        "healthy-context-up-and-down",  # nor, of a profile, that it was active
        "healthy-idle-context-ends-with-status-0",
        "healthy-numeric-results",  # nor that digits are results
        "healthy-payload-looks-like-results",
        "healthy-payload-looks-like-results-bare",
        "healthy-peer-closed-drained",  # nor that the peer closed
        "healthy-peer-closed-read-to-refusal",
    }
]

DEFINED = """\
Tx: AT+KTCPCFG=1,0,"203.0.113.5",7007
Rx: +KTCPCFG: 1
Rx: OK
"""
CONNECTING = DEFINED + "Tx: AT+KTCPCNX=1\nRx: OK\n"
CONNECTED = CONNECTING + "Rx: +KTCP_IND: 1,1\n"
OPEN = "Tx: AT+KUDPCFG=1,0,1234\nRx: +KUDPCFG: 1\nRx: OK\nRx: +KUDP_IND: 1,1\n"


def judge(lines: Sequence[str | bytes], format_name: str = "txrx") -> Report:
    """Replay lines of one format."""
    session = Session("capture", format_named(format_name))
    session.feed([line.encode() if isinstance(line, str) else line for line in lines])
    return session.close()


def judge_text(text: str) -> Report:
    """Replay a labelled text."""
    return judge(text.splitlines())


def standing(report: Report) -> dict[str, str]:
    """Where each machine stands: ``tcp 1`` to its state."""
    return {f"{m.machine} {m.key}".strip(): m.state for m in report.machines}


def summary(wobble: Wobble) -> tuple[int, str, str, str]:
    """Line, machine, key and kind of a wobble."""
    return wobble.line, wobble.machine, wobble.key, wobble.kind


def test_every_capture_is_expected_to_say_something() -> None:
    """A capture without an entry in expected.toml proves nothing, an entry without one neither."""
    assert {path.stem for path in CAPTURES} == set(EXPECTED)


@every_capture
def test_a_capture_says_what_is_expected(path: Path) -> None:
    """Verdict, wobbles in order, and where the machines stand."""
    expected = EXPECTED[path.stem]
    report = replay(str(path))
    told = [(w["line"], w["machine"], w["key"], w["kind"]) for w in expected.get("wobbles", [])]

    assert told == [summary(w) for w in report.wobbles]
    assert expected["verdict"] == report.verdict.value
    where = standing(report)
    for end in expected.get("ends", []):
        machine, _, state = end.partition(" = ")
        assert (machine, state) == (machine, where.get(machine))


@every_capture
def test_a_wobble_is_explained(path: Path) -> None:
    """The sentence names what matters, says what to do, and leaves no blank unfilled."""
    report = replay(str(path))
    wobbles = EXPECTED[path.stem].get("wobbles", [])
    for wobble, expected in zip(report.wobbles, wobbles, strict=False):
        assert expected["cause"] == wobble.cause
        for words in expected["why"]:
            assert words in wobble.why
        assert wobble.do
        for text in (wobble.why, wobble.do, wobble.got, *wobble.expected):
            assert not re.search(r"[{}]|\[\[|\]\]", text), text


@every_capture
def test_a_wobble_is_proved(path: Path) -> None:
    """The lines that prove a wobble stand before it, in order, and are quoted as they are."""
    lines = path.read_text("utf-8").splitlines()
    for wobble in replay(str(path)).wobbles:
        numbers = [mark.line for mark in wobble.evidence]
        assert numbers, f"line {wobble.line}: nothing proves it"
        assert numbers == sorted(set(numbers))
        assert 0 < wobble.since_line <= wobble.line <= len(lines)
        for mark in wobble.evidence:
            assert mark.line < wobble.line
            assert mark.text.decode("utf-8") in lines[mark.line - 1]


@every_capture
def test_the_address_of_a_capture_is_nobodys(path: Path) -> None:
    """Captures of ours hold documentation addresses only (RFC 5737)."""
    found = re.findall(r"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", path.read_text("utf-8"))
    allowed = ("203.0.113.", "198.51.100.")
    assert [a for a in found if not a.startswith(allowed) and a != "00.08.19.00"] == []


# --------------------------------------------------------------- beginning and end anywhere


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_capture_may_begin_anywhere(path: Path) -> None:
    """Machines start in ``unknown``: a healthy session seen from any line on stays clean."""
    lines = path.read_bytes().splitlines()
    way = detect(lines).format
    assert way is not None
    for start in range(len(lines)):
        report = judge(lines[start:], way.name)
        assert [] == [(start + 1, w.line + start, w.got) for w in report.wobbles]


@pytest.mark.parametrize(
    "path", [p for p in HEALTHY if "payload" not in p.stem], ids=lambda path: path.stem
)
def test_a_capture_may_end_anywhere(path: Path) -> None:
    """A healthy session that breaks off is clean or undecided, never a wobble."""
    assert_no_end_wobbles(path)


@pytest.mark.parametrize(
    "path", [p for p in HEALTHY if "payload" in p.stem], ids=lambda path: path.stem
)
def test_a_capture_may_end_within_a_payload(path: Path) -> None:
    """Payload that reads like results, and breaks off before its end, is undecided."""
    assert_no_end_wobbles(path)


def assert_no_end_wobbles(path: Path) -> None:
    """See that no beginning of a capture wobbles."""
    lines = path.read_bytes().splitlines()
    way = detect(lines).format
    assert way is not None
    for end in range(len(lines)):
        report = judge(lines[:end], way.name)
        assert [] == [(end, w.line, w.got) for w in report.wobbles]


def test_a_capture_that_ends_in_a_command_is_undecided() -> None:
    """What the modem would have answered, nobody knows."""
    report = judge_text(CONNECTED + "Tx: AT+KTCPSND=1,5\n")

    assert report.verdict is Verdict.UNDECIDED
    assert any("AT+KTCPSND=1,5" in note for note in report.notes)


# --------------------------------------------------------------------- the two field reports


@pytest.mark.parametrize("rounds", [1, 300])
def test_the_second_report_of_the_thread(rounds: int) -> None:
    """Hundreds of good rounds, then 923: known facts, the remedy, and no invented cause."""
    good = 'Tx: AT+KUDPSND=1,"203.0.113.5",7,5\nRx: CONNECT\nTx: hello$$\nRx: OK\n'
    bad = 'Tx: AT+KUDPSND=1,"203.0.113.5",7,5\nRx: +CME ERROR: 923\n'
    text = 'Tx: AT+KPATTERN="$$"\nRx: OK\n' + OPEN + good * rounds + bad
    report = judge_text(text)
    last = len(text.splitlines())

    assert [(last, "udp", "1", "refused")] == [summary(w) for w in report.wobbles]
    wobble = report.wobbles[0]
    assert "not known" in wobble.why
    assert f"line {last - 2}" in wobble.why
    assert "`$$`" in wobble.why
    assert "For TCP a user of this modem advises to rebuild the session" in wobble.do
    assert "AT+KUDPCLOSE=1" in wobble.do


def test_the_thread_says_what_a_colleague_would() -> None:
    """The sentence says that the context is not the socket, and what to wait for."""
    wobble = replay(str(FOLDER / "rc7620-thread-complete.log")).wobbles[0]

    assert "reports the PDP context, not the socket" in wobble.why
    assert (
        "`+KTCP_IND: 1,1`, which says that the socket is connected, was never seen" in wobble.why
    )
    assert ("+KTCP_IND: 1,1",) == wobble.expected
    assert "AT+KTCPCLOSE=1,1 (never skip it" in wobble.do
    assert "wait for `+KTCP_IND: 1,1`" in wobble.do
    assert "connecting" == wobble.state
    assert 4 == wobble.since_line


# ------------------------------------------------------------------------------ notifications


@pytest.mark.parametrize("code", range(16))
@pytest.mark.parametrize("start", [CONNECTING, CONNECTED], ids=["connecting", "connected"])
def test_a_notification_ends_its_session(code: int, start: str) -> None:
    """Each code but 4 in a connected session wobbles it, on its line, and says what it means."""
    report = judge_text(start + f"Rx: +KTCP_NOTIF: 1,{code}\n")
    if code == 4 and start is CONNECTED:
        assert Verdict.CLEAN is report.verdict
        assert "peer_closed" == standing(report)["tcp 1"]
        return
    line = len(start.splitlines()) + 1
    assert [(line, "tcp", "1", "dropped")] == [summary(w) for w in report.wobbles]
    assert f"+KTCP_NOTIF: 1,{code}" in report.wobbles[0].why
    if code not in {4, 8}:
        assert code_meaning(TCP_NOTIF, code) in report.wobbles[0].why


@pytest.mark.parametrize("code", [0, 1, 2, 3, 5, 6, 8, 9, 10, 11])
def test_a_udp_notification_ends_its_session(code: int) -> None:
    """Each documented code wobbles the session that it names."""
    report = judge_text(OPEN + f"Rx: +KUDP_NOTIF: 1,{code}\n")

    assert [(5, "udp", "1", "dropped")] == [summary(w) for w in report.wobbles]
    if code != 8:
        assert code_meaning(UDP_NOTIF, code) in report.wobbles[0].why


@pytest.mark.parametrize("code", [10, 16])
def test_a_sentence_does_not_claim_what_a_code_does_not_say(code: int) -> None:
    """Code 10 says that the session runs (3.4), an unknown code says nothing: neither is gone."""
    report = judge_text(CONNECTED + f"Rx: +KTCP_NOTIF: 1,{code}\n")

    assert "is gone" not in report.wobbles[0].why


def test_minus_one_is_no_error() -> None:
    """Code -1 says that there is none."""
    assert Verdict.CLEAN is judge_text(CONNECTED + "Rx: +KTCP_NOTIF: 1,-1\n").verdict


# ----------------------------------------------------------------------------------- silence


@dataclass(frozen=True)
class Wait:
    """A state that waits: what leads there, how long it may last, whose wobble it is."""

    lines: tuple[str, ...]
    limit_s: float
    machine: str
    key: str


WAITS = {
    "KTCPCFG": Wait(('Tx: AT+KTCPCFG=1,0,"203.0.113.5",7',), 10, "tcp", "?"),
    "KTCPCNX": Wait(("Tx: AT+KTCPCNX=1",), 30, "tcp", "1"),
    "KTCP_IND": Wait(("Tx: AT+KTCPCNX=1", "Rx: OK"), 90, "tcp", "1"),
    "KTCPSND": Wait(("Rx: +KTCP_IND: 1,1", "Tx: AT+KTCPSND=1,5"), 10, "tcp", "1"),
    "payload": Wait(
        ("Rx: +KTCP_IND: 1,1", "Tx: AT+KTCPSND=1,5", "Rx: CONNECT", "Tx: hello--EOF--Pattern--"),
        62,
        "tcp",
        "1",
    ),
    "KTCPRCV": Wait(("Rx: +KTCP_IND: 1,1", "Tx: AT+KTCPRCV=1,5"), 10, "tcp", "1"),
    "KTCPCLOSE": Wait(("Tx: AT+KTCPCLOSE=1,1",), 62, "tcp", "1"),
    "KTCPDEL": Wait(("Tx: AT+KTCPDEL=1",), 5, "tcp", "1"),
    "KUDP_IND": Wait(("Tx: AT+KUDPCFG=1,0,1", "Rx: +KUDPCFG: 1", "Rx: OK"), 60, "udp", "1"),
    "KCNXCFG": Wait(('Tx: AT+KCNXCFG=1,"GPRS","apn.example"',), 10, "pdp", "1"),
    "KCNXUP": Wait(("Tx: AT+KCNXUP=1", "Rx: OK"), 150, "pdp", "1"),
    "KCNXDOWN": Wait(("Tx: AT+KCNXDOWN=1,1", "Rx: OK"), 30, "pdp", "1"),
    "KSUP": Wait(("Tx: AT", "Rx: OK", "Tx: AT+CFUN=1,1", "Rx: OK"), 30, "modem", ""),
    "AT+CSQ": Wait(("Tx: AT+CSQ",), 15, "line", ""),
}


@pytest.mark.parametrize("wait", WAITS.values(), ids=WAITS)
@pytest.mark.parametrize("late_s", [-0.01, 0.0, 0.01])
def test_silence_is_judged_by_the_stamps(wait: Wait, late_s: float) -> None:
    """The first line after a limit decides; a line at the limit or before it is in time."""
    times = [0.0] * len(wait.lines) + [wait.limit_s + late_s, wait.limit_s + late_s]
    texts = [*wait.lines, "Rx: +QIURC: 1", "Rx: +QIURC: 2"]
    lines = [f"{t:010.3f} {text}" for t, text in zip(times, texts, strict=True)]
    report = judge(lines)
    first = len(wait.lines) + 1

    expected = [(first, wait.machine, wait.key, "silent")] if late_s > 0 else []
    assert expected == [summary(w) for w in report.wobbles]
    if expected:
        assert f"{wait.limit_s:g} s" in report.wobbles[0].why


@pytest.mark.parametrize(
    "name", ["KTCPCFG", "KTCPCNX", "KTCPSND", "KTCPRCV", "KTCPCLOSE", "KTCPDEL", "KCNXCFG"]
)
def test_silence_without_stamps_is_judged_by_the_next_command(name: str) -> None:
    """Without a clock, the command that goes out over an unanswered one decides."""
    wait = WAITS[name]
    report = judge([*wait.lines, "Rx: +QIURC: 1", "Tx: AT+CSQ", "Rx: +CSQ: 1,1", "Rx: OK"])

    line = len(wait.lines) + 2
    assert [(line, wait.machine, wait.key, "silent")] == [summary(w) for w in report.wobbles]


def test_one_silence_is_one_wobble() -> None:
    """However many lines come after a limit, it passed once."""
    text = CONNECTED + "Tx: AT+KTCPSND=1,5\n" + "Rx: +QIURC: 1\n" * 5
    times = [*range(6), 6, 12, 18, 24, 30, 36]
    lines = [f"{t:06}.000 {line}" for t, line in zip(times, text.splitlines(), strict=True)]

    assert [(9, "tcp", "1", "silent")] == [summary(w) for w in judge(lines).wobbles]


def test_a_late_answer_is_not_the_answer_to_the_next_command() -> None:
    """An OK that comes after its limit, before another command, changes nothing more (q11)."""
    text = (
        "0000.000 Tx: AT+KTCPCLOSE=1,1\n0070.000 Rx: OK\n0071.000 Tx: AT+CSQ\n"
        "0071.100 Rx: +CSQ: 1,1\n0071.200 Rx: OK\n"
    )
    report = judge_text(text)

    assert [(2, "tcp", "1", "silent")] == [summary(w) for w in report.wobbles]


# ------------------------------------------------------------------------ who is touched


def test_a_refusal_without_command_is_charged_to_the_object_last_spoken_to() -> None:
    """Captures have holes: the refusal is that of the socket that was spoken to last."""
    report = judge_text(CONNECTED + "Rx: +CME ERROR: 923\n")

    assert [(7, "tcp", "1", "refused")] == [summary(w) for w in report.wobbles]
    assert any("line 7" in note for note in report.notes)


def test_a_context_takes_only_its_own_sockets() -> None:
    """Sockets on another profile stay as they are."""
    second = CONNECTED.replace("CFG=1", "CFG=2").replace(": 1", ": 2").replace("CNX=1", "CNX=2")
    report = judge_text(
        CONNECTED + second + "Rx: +KCNX_IND: 1,1,0\nRx: +KCNX_IND: 2,1,0\nRx: +KCNX_IND: 2,0,0\n"
    )

    assert [("pdp", "2", "dropped"), ("tcp", "2", "swept")] == [
        summary(w)[1:] for w in report.wobbles
    ]
    assert "connected" == standing(report)["tcp 1"]
    assert "up" == standing(report)["pdp 1"]


@pytest.mark.parametrize("status", range(7))
def test_every_unasked_start_up_report_takes_everything(status: int) -> None:
    """Whatever ``+KSUP`` says: nothing that was open survives a restart."""
    report = judge_text("Rx: +CEREG: 1\n" + CONNECTED + f"Rx: +KSUP: {status}\n")
    told = [summary(w)[1:] for w in report.wobbles]

    assert ("modem", "", "dropped") == told[0]
    assert ("tcp", "1", "swept") in told


def test_a_wobbled_machine_waits_for_the_tear_down() -> None:
    """An observer has no power to act: the noise after a wobble wobbles nothing again."""
    noise = "Rx: +KTCP_NOTIF: 1,0\nRx: +CME ERROR: 923\nRx: +KTCP_IND: 1,1\n" * 10
    report = judge_text(CONNECTING + "Tx: AT+KTCPSND=1,5\nRx: +CME ERROR: 923\n" + noise)

    assert 1 == len(report.wobbles)


def test_generations_are_counted() -> None:
    """A session id that is given out again is another session."""
    again = CONNECTED + "Tx: AT+KTCPCLOSE=1,1\nRx: OK\nTx: AT+KTCPDEL=1\nRx: OK\n"
    report = judge_text(again * 3 + CONNECTED + "Rx: +KTCP_NOTIF: 1,0\n")

    assert [4] == [w.generation for w in report.wobbles]
    assert [4] == [m.generation for m in report.machines if m.machine == "tcp"]


@pytest.mark.parametrize(
    "answer", ["OK", "ERROR", "+CME ERROR: 922", "+CME ERROR: 910", "NO CARRIER"]
)
def test_any_answer_to_a_close_will_do(answer: str) -> None:
    """Closing in an orderly way is not a matter of what the modem says to it."""
    text = CONNECTED + f"Tx: AT+KTCPCLOSE=1,1\nRx: {answer}\nTx: AT+KTCPDEL=1\nRx: {answer}\n"

    assert [] == judge_text(text).wobbles


@pytest.mark.parametrize("code", [3, 50, 902, 910, 911, 912, 915, 921, 922, 923, 924, 932, 999])
@pytest.mark.parametrize(
    ("start", "command"),
    [
        ("", 'AT+KTCPCFG=1,0,"203.0.113.5",7007'),
        (DEFINED, "AT+KTCPCNX=1"),
        (CONNECTED, "AT+KTCPSND=1,5"),
        (CONNECTED, "AT+KTCPRCV=1,5"),
    ],
    ids=["KTCPCFG", "KTCPCNX", "KTCPSND", "KTCPRCV"],
)
def test_no_code_decides_whether_to_reset(code: int, start: str, command: str) -> None:
    """A refusal is a refusal: codes explain, they do not steer."""
    report = judge_text(start + f"Tx: {command}\nRx: +CME ERROR: {code}\n")

    assert ["refused"] == [w.kind for w in report.wobbles]
    assert "full_reset_closing" in standing(report).values()


@pytest.mark.parametrize(
    "command", ["AT+CFUN=1,1", "AT!RESET", "AT+KCNXDOWN=1,0"], ids=["CFUN", "RESET", "KCNXDOWN"]
)
def test_a_request_that_is_refused_sweeps_nobody(command: str) -> None:
    """AT responses drive the machines: what the modem refused to do has not happened (q6)."""
    text = (
        CONNECTED
        + f"Tx: {command}\nRx: ERROR\nTx: AT+KTCPSTAT=1\nRx: +KTCPSTAT: 3,-1,0,0\nRx: OK\n"
    )
    report = judge_text(text)

    assert [] == [summary(w) for w in report.wobbles if w.machine == "tcp"]


def test_a_restart_that_was_asked_for_is_not_called_a_fall() -> None:
    """What the host did itself, the sentence says so, and does not blame the modem."""
    report = judge_text(CONNECTED + "Tx: AT+CFUN=1,1\nRx: OK\nRx: +KSUP: 0\n")

    assert [] == [w.why for w in report.wobbles if "modem fell" in w.why]


def test_define_and_connect_in_one_line() -> None:
    """One OK may answer both: the session is then connecting, and +KTCP_IND connects it (1.1)."""
    report = judge_text(
        'Tx: AT+KTCPCFG=1,0,"203.0.113.5",7007;+KTCPCNX=1\n'
        "Rx: +KTCPCFG: 1\nRx: OK\nRx: +KTCP_IND: 1,1\n"
    )

    assert Verdict.CLEAN is report.verdict
    assert "connected" == standing(report)["tcp 1"]
