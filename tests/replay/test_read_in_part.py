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
    "answers behind other marks":  (stamped("AT+CSQ", "<== OK", "AT+KTCPCNX=1", "<== OK"), 2),
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
