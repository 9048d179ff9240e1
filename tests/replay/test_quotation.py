"""A log that was quoted in a mail or a forum is the log that it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atfsm.replay.formats.quotation import DEPTH_AT_MOST, depth_of, unquoted
from atfsm.replay.trace import Trace
from tests.replay.renderers import RENDERERS
from tests.replay.replaying import Replayed
from tests.replay.test_formats_round_trip import SESSION

#: What does not show whole words, or ends a line within a sequence of its own.
HARD = {"mbed", "spy-raw"}


@pytest.mark.parametrize("mark", [b"> ", b">> ", b"> > ", b"\t> ", b"> >> "])
@pytest.mark.parametrize("name", sorted(set(RENDERERS) - HARD))
def test_what_was_quoted_is_read_as_what_it_was(
    name: str, mark: bytes, replayed: Replayed
) -> None:
    """Whatever the format, and however often: the same format, verdict and lines."""
    capture, _ = RENDERERS[name](SESSION)
    plain = replayed(capture)
    quoted = replayed(b"".join(mark + line + b"\n" for line in capture.split(b"\n")[:-1]))

    assert plain.to_json() == quoted.to_json()


# fmt: off
DEPTHS: dict[str, tuple[int, str]] = {
    "nothing":                      (0, ""),
    "no quotation":                 (0, "AT\nOK\n"),
    "a mail":                       (1, "She wrote:\n> AT+CSQ\n> OK\n\nI see.\n\n> AT+CREG?\n> ERROR\n"),
    "a thread":                     (2, "> > AT+CSQ\n> > OK\n> Why?\nI know.\n"),
    "without a blank":              (1, ">AT+CSQ\n>OK\n"),
    "answers only":                 (1, "> +CSQ: 20,99\n> OK\n"),
    "marks of one side, quoted":    (1, "> >>> AT+CSQ\n> +CSQ: 20,99\n> OK\n"),
    "marks of both, quoted":        (1, "> > AT+CSQ\n> < +CSQ: 20,99\n> < OK\n"),
    "marks of one side":            (0, ">>> AT+CSQ\n+CSQ: 20,99\nOK\n"),
    "marks of both":                (0, "> AT+CSQ\n< +CSQ: 20,99\n< OK\n"),
    "the prompt of a shell":        (0, "> AT+CSQ\n+CSQ: 20,99\nOK\n> AT\nOK\n"),
    "the prompt for a message":     (0, 'AT+CMGS="1"\n> all is OK\n+CMGS: 5\nOK\nAT\nOK\n'),
    "another log, one line quoted": (0, "Tx: AT\nRx: OK\nTx: AT\nRx: OK\n> OK\n"),
    "heads of socat":               (0, "> 2024/05/01 10:00:00.120123  length=3 from=0 to=2\nAT\\r--\n< 2024/05/01 10:00:00.13  length=6 from=0 to=5\n\\r\nOK\\r\n--\n"),
    "literals of bytes":            (0, ">> b'AT\\r'\n<< b'\\r\\nOK\\r\\n'\n"),
    "deeper than anybody quotes":   (DEPTH_AT_MOST, ">" * 30 + " AT\n" + ">" * 30 + " OK\n"),
}
# fmt: on


@pytest.mark.parametrize("case", DEPTHS)
def test_how_often_it_was_quoted(case: str) -> None:
    """A mark before commands alone says whose they are, or is a prompt."""
    depth, text = DEPTHS[case]

    assert depth == depth_of(text.encode().split(b"\n"))


def test_a_trace_shows_what_was_quoted(tmp_path: Path) -> None:
    """Line for line, without the marks; what was not quoted stays."""
    path = tmp_path / "capture"
    path.write_bytes(b"She wrote:\n> AT+CSQ\n>> OK\n")

    assert [b"She wrote:", b"AT+CSQ", b"> OK"] == [seen.raw for seen in Trace(str(path))]


@given(st.lists(st.binary(max_size=30) | st.sampled_from([b"> AT", b">> OK", b"OK", b">"])))
def test_any_bytes_are_unquoted(lines: list[bytes]) -> None:
    """Nothing but marks and blanks is taken, whatever the lines are."""
    depth = depth_of(lines)
    taken = [
        line[: len(line) - len(rest)]
        for line, rest in zip(lines, unquoted(lines, max(depth, 1)), strict=True)
    ]

    assert 0 <= depth <= DEPTH_AT_MOST
    assert all(set(head) <= set(b"> \t\xef\xbb\xbf") for head in taken)
