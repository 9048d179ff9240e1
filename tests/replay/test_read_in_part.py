"""A capture of which only a part is read is not judged by that part alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from atfsm.replay.report import Report, Verdict
from atfsm.replay.session import replay
from atfsm.replay.trace import Trace
from atfsm.replay.unanswered import KEPT_AT_MOST

STAMPED = "[2024-05-01 10:00:{:02}] {}\n"

Replayed = Callable[[str], Report]


@pytest.fixture
def replayed(tmp_path: Path) -> Replayed:
    """Replays a text."""

    def replayed(text: str) -> Report:
        path = tmp_path / "capture.log"
        path.write_text(text, "utf-8")
        return replay(str(path))

    return replayed


def stamped(*texts: str) -> str:
    """Lines of a terminal, a second apart."""
    return "".join(STAMPED.format(at, text) for at, text in enumerate(texts))


# ------------------------------------------------------------------ commands, and not one answer

SENT = ('AT+KTCPCFG=1,0,"203.0.113.5",10113', "AT+KTCPCNX=1", "AT+KTCPSND=1,28")

# fmt: off
UNANSWERED: dict[str, tuple[str, int]] = {
    "what was sent, stamped":      (stamped(*SENT), 3),
    "what was sent, bare":         ("\n".join(SENT), 3),
    "answers behind other marks":  (stamped("AT+CSQ", "<~ OK", "AT+KTCPCNX=1", "<~ OK"), 2),
    "each with its echo":          ("AT\nAT\nATI\nATI\n", 2),
    "prose between":               ("hello\nAT\nno luck\nATI\nbye\n", 2),
}
# fmt: on


@pytest.mark.parametrize("case", UNANSWERED)
def test_commands_alone_are_not_judged(case: str, replayed: Replayed) -> None:
    """Where nothing says who wrote a line, the answers may only not have been recognised."""
    text, commands = UNANSWERED[case]
    report = replayed(text)

    assert (Verdict.UNDECIDED, 0, commands) == (
        report.verdict,
        report.wobble_count,
        report.events,
    )
    assert report.notes[0].startswith(f"{commands} commands were read and no answer to any")
    assert "No AT traffic was found." not in report.notes


def test_one_command_is_an_open_end(replayed: Replayed) -> None:
    """An excerpt may end behind its first command."""
    report = replayed("AT+CSQ\nAT+CSQ\n")

    assert Verdict.UNDECIDED is report.verdict
    assert report.notes[0].startswith("The capture ends while AT+CSQ is unanswered.")


@pytest.mark.parametrize("answer", ["OK", "+CME ERROR: 923", "0", "+KTCP_IND: 1,1"])
def test_the_first_answer_has_all_judged(answer: str, replayed: Replayed) -> None:
    """A silence in front of it is a silence, on the line where it ended."""
    text = stamped("AT+KTCPCNX=1") + STAMPED.format(50, "AT+CSQ") + STAMPED.format(51, answer)

    assert [2] == [wobble.line for wobble in replayed(text).wobbles][:1]


def test_marked_commands_alone_are_judged(replayed: Replayed) -> None:
    """Whoever marks both sides would have shown an answer."""
    assert Verdict.WOBBLE is replayed("Tx: AT\nTx: ATI\nTx: AT\n").verdict


def test_what_waits_for_an_answer_is_bounded(replayed: Replayed) -> None:
    """Of commands without end the last ones are kept."""
    text = "".join(f"AT+KTCPCLOSE={at}\n" for at in range(KEPT_AT_MOST + 50))

    assert KEPT_AT_MOST + 50 == replayed(text).events
    assert Verdict.WOBBLE is replayed(text + "OK\n").verdict


def test_what_is_not_judged_is_shown(tmp_path: Path) -> None:
    """A trace has every line, once."""
    path = tmp_path / "capture.log"
    path.write_text(stamped(*SENT), "utf-8")

    assert [1, 2, 3] == [seen.line for seen in Trace(str(path))]


# ---------------------------------------------------------------------- lines that nobody reads

CSQ = ("AT+CSQ", "+CSQ: 20,99", "OK")
LABELLED = "Tx: AT+CSQ\nRx: +CSQ: 20,99\nRx: OK\n"
FAILED = """\
AT+KTCPCFG=1,0,"203.0.113.5",10113
+KTCPCFG: 1
OK
AT+KTCPCNX=1
OK
AT+KTCPSND=1,28
+CME ERROR: 923
"""
MANAGED = (
    "ModemManager[612]: <debug> [1714557600.12] [modem0/ttyUSB2/at] --> 'AT+KTCPCNX=1<CR>'\n"
    "ModemManager[612]: <debug> [1714557600.15] [modem0/ttyUSB2/at] <-- '<CR><LF>ERROR<CR><LF>'\n"
)
ARDUINO = "10:00:00.120 -> AT+KTCPCNX=1\n10:00:00.154 -> +CME ERROR: 923\n"
CHAT = "[00:00:28.{:03},000] <dbg> modem_chat: modem_chat_{}: {}\n"
ZEPHYR = CHAT.format(1, "script_next", "sending: AT+CSQ") + CHAT.format(
    9, "on_unknown_command_received", "OK"
)

# fmt: off
TWO_LOGGERS: dict[str, tuple[str, str, str]] = {
    "labels, then a terminal": ("txrx", LABELLED * 4 + "By hand:\n" + FAILED, "5 lines look like AT and were not read: 14, 15, 17, 19, 20"),
    "a terminal, then labels": ("bare", "\n".join(CSQ * 2) + "\nTx: AT+KTCPCNX=1\n", "One line looks like AT and was not read: 7"),
    "stamps of two terminals": ("iso-bare", stamped(*CSQ * 3) + ARDUINO, "2 lines look like AT and were not read: 10, 11"),
    "the other way round":     ("arduino", ARDUINO.replace("923", "3") * 9 + stamped("AT+CGMI"), "One line looks like AT and was not read: 19"),
    "a manager, pasted":       ("txrx", LABELLED * 4 + MANAGED, "2 lines look like AT and were not read: 13, 14"),
    "firmware, then a terminal": ("zephyr-chat", ZEPHYR * 9 + FAILED, "5 lines look like AT and were not read: 19, 20, 22, 24, 25"),
    "a stamp without a label": ("txrx", LABELLED * 4 + stamped("AT+KTCPCNX=1"), "One line looks like AT and was not read: 13"),
}

#: Logs in which the same is shown twice, or nothing of AT is left out.
ONE_LOGGER: dict[str, tuple[str, str]] = {
    "prose and comments":      ("txrx", "I sent AT+CSQ, and OK came:\n# AT+CREG?\n// ERROR\n" + LABELLED),
    "the same once more":      ("txrx", LABELLED + "AT+CSQ\n+CSQ: 20,99\nOK\n"),
    "a copy in front":         ("txrx", "AT+CSQ\nOK\n" + LABELLED * 2),
    "RILJ beside AT":          ("android-ril", "07-12 01:10:33.862 945 1043 D AT : AT> AT+CSQ\n07-12 01:10:33.862 945 1043 D AT : AT< OK\n07-12 01:10:33.862 945 1043 D RILJ : [0001]< OK +CREG: 7\n"),
    "a program and its modem": ("bare", "Sending -> AT+CSQ\nAT+CSQ\n> AT+CSQ\n+CSQ: 20,99\nOK\n"),
    "interpreted once more":   ("unimodem", "10-19-2007 07:21:59.222 - Send: AT<cr>\n10-19-2007 07:21:59.320 - Recv: <cr><lf>OK<cr><lf>\n10-19-2007 07:21:59.320 - Interpreted response: OK\n"),
    "payload":                 ("txrx", LABELLED + 'Tx: AT+KTCPCFG=1,0,"192.0.2.1",7\nRx: +KTCPCFG: 1\nRx: OK\nTx: AT+KTCPCNX=1\nRx: OK\nRx: +KTCP_IND: 1,1\nTx: AT+KTCPSND=1,9\nRx: CONNECT\n+CME ERROR: 5\nTx: --EOF--Pattern--\nRx: OK\n'),
}
# fmt: on


@pytest.mark.parametrize("case", TWO_LOGGERS)
def test_what_nobody_reads_is_counted(case: str, replayed: Replayed) -> None:
    """A second logger in the file is named by its lines, and the file is never called clean."""
    name, text, note = TWO_LOGGERS[case]
    report = replayed(text)

    assert name == report.format
    assert Verdict.CLEAN is not report.verdict
    assert [note] == [said.split(".")[0] for said in report.notes if "not read" in said]


@pytest.mark.parametrize("case", ONE_LOGGER)
def test_what_is_read_elsewhere_is_no_loss(case: str, replayed: Replayed) -> None:
    """What a logger repeats, what people say about it, and what was sent are left alone."""
    name, text = ONE_LOGGER[case]
    report = replayed(text)

    assert (name, Verdict.CLEAN, []) == (report.format, report.verdict, report.notes)


def test_a_wobble_stays_one(replayed: Replayed) -> None:
    """What was read is judged, whatever else was not."""
    refused = "Tx: AT+KTCPCNX=1\nRx: +CME ERROR: 913\n"

    assert Verdict.WOBBLE is replayed(LABELLED * 4 + refused + "AT+CGMI\n").verdict


# ------------------------------------------------------------------------------- lone refusals


@pytest.mark.parametrize("refusal", ["+CME ERROR: 923", "ERROR", "+CMS ERROR: 500"])
def test_a_refusal_of_nobody_knows_what_is_undecided(refusal: str, replayed: Replayed) -> None:
    """An excerpt of one line proves nothing, least of all that all is well."""
    report = replayed(f"{refusal}\n")

    assert Verdict.UNDECIDED is report.verdict
    assert report.notes[0].startswith("Nobody is charged with the refusal on line 1:")


@pytest.mark.parametrize("text", ["OK\n", "NO CARRIER\n", "AT+CFUN=9\nERROR\nAT\nOK\n"])
def test_what_refuses_nothing_or_something_that_is_shown_is_clean(
    text: str, replayed: Replayed
) -> None:
    """Stray results of other sorts are noted as ever; ERROR to a set-up command is usual."""
    assert Verdict.CLEAN is replayed(text).verdict
