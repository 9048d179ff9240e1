"""Several ports in one log: exchanges one after another, and no port that is not one."""

from __future__ import annotations

import pytest

from atfsm.replay.formats import format_named
from atfsm.replay.formats.reader import WAITING_AT_MOST
from atfsm.replay.records import Direction
from atfsm.replay.session import Session

TX, RX = Direction.TX, Direction.RX

Turn = tuple[str, str, str]  # port, who writes, what

# fmt: off
#: What is said on the ports; the numbers of lines in the order in which they are read; the notes.
TALKS: dict[str, tuple[list[Turn], list[int], list[str]]] = {
    "one port": (
        [("A", ">", "AT"), ("A", "<", "OK"), ("A", "<", "+CREG: 1"), ("A", ">", "ATI")], [1, 2, 3, 4], []),
    "one port that never answers": ([("A", ">", "AT"), ("A", ">", "AT"), ("A", ">", "ATI")], [1, 2, 3], []),
    "side by side": (
        [("A", ">", "AT+COPS=?"), ("B", ">", "AT"), ("B", "<", "OK"), ("B", ">", "ATI"), ("A", "<", "OK"),
         ("B", "<", "OK")], [2, 3, 1, 5, 4, 6], []),
    "unasked between": (
        [("A", ">", "AT"), ("B", "<", "+CREG: 1"), ("A", "<", "+CSQ: 1"), ("B", "<", "RING"), ("A", "<", "OK")],
        [2, 4, 1, 3, 5], []),
    "unasked on the port that is asked": (
        [("A", ">", "AT"), ("A", "<", "+CREG: 1"), ("A", "<", "OK")], [1, 2, 3], []),
    "a port that is none": (
        [("A", ">", "AT"), ("B", ">", "AT"), ("B", "<", "OK"), ("A", ">", "AT"), ("A", ">", "AT"), ("B", ">", "ATI"),
         ("B", "<", "OK")], [2, 3, 6, 7], ["Port A never answered: it is left out (3 lines)."]),
    "a port that wakes up late": (
        [("B", ">", "AT"), ("A", ">", "AT"), ("A", ">", "ATI"), ("B", "<", "OK"), ("A", "<", "OK")], [1, 4, 3, 5], []),
    "asked again, unanswered": (
        [("A", ">", "AT"), ("A", "<", "OK"), ("A", ">", "ATI"), ("A", ">", "ATZ"), ("A", "<", "OK")],
        [1, 2, 3, 4, 5], []),
    "payload behind CONNECT": (
        [("A", ">", "AT+KTCPSND=1,5"), ("A", "<", "CONNECT"), ("A", ">", "hello--EOF--Pattern--"), ("A", "<", "OK")],
        [1, 2, 3, 4], []),
}
# fmt: on


def written(turns: list[Turn], second_s: float = 0.1) -> list[bytes]:
    """The log of a manager."""
    lines = []
    for number, (port, side, text) in enumerate(turns):
        arrow = "-->" if side == ">" else "<--"
        data = f"{text}<CR>" if side == ">" else f"<CR><LF>{text}<CR><LF>"
        time_s = 1714557600 + number * second_s
        lines.append(f"<dbg> [{time_s:.6f}] [modem0/{port}/at] {arrow} '{data}'".encode())
    return lines


@pytest.mark.parametrize(("turns", "expected", "notes"), TALKS.values(), ids=TALKS)
def test_exchanges_are_read_one_after_another(
    turns: list[Turn], expected: list[int], notes: list[str]
) -> None:
    """A command is kept until it is answered; what comes unasked is given at once."""
    reader = format_named("mm-1x").reader()
    lines = written(turns)
    records = [r for number, line in enumerate(lines, 1) for r in reader.read(line, number)]
    records += reader.close()

    assert expected == [record.line for record in records]
    assert notes == reader.notes


@pytest.mark.parametrize(("turns", "expected", "notes"), TALKS.values(), ids=TALKS)
def test_what_is_kept_is_known(turns: list[Turn], expected: list[int], notes: list[str]) -> None:
    """A trace waits for a line as long as something of it may still come."""
    del notes
    reader = format_named("mm-1x").reader()
    given: set[int] = set()
    for number, line in enumerate(written(turns), 1):
        given |= {record.line for record in reader.read(line, number)}
        late = set(expected) - given - set(range(number + 1, len(turns) + 1))
        held_from = number + 1 if reader.held_from is None else reader.held_from

        assert held_from <= min(late, default=number + 1)


def test_time_goes_on_from_port_to_port() -> None:
    """An exchange that is read late is not before the one that was read already."""
    reader = format_named("mm-1x").reader()
    lines = written(TALKS["side by side"][0], 1.0)
    records = [r for number, line in enumerate(lines, 1) for r in reader.read(line, number)]
    times = [record.time_s for record in records]

    assert times == sorted(time_s for time_s in times if time_s is not None)


def test_side_by_side_is_no_wobble() -> None:
    """Two ports that are asked at once are two lines, each in step."""
    turns = [
        ("A", ">", "AT+CSQ"),
        ("B", ">", "AT"),
        ("A", "<", "+CSQ: 1,1"),
        ("B", "<", "OK"),
        ("A", "<", "OK"),
    ]
    session = Session("capture", format_named("mm-1x"))
    session.feed(written(turns * 5))

    assert "clean" == session.close().verdict.value


def test_what_is_kept_is_bounded() -> None:
    """A port that is asked for ever and never answers takes no memory for ever."""
    reader = format_named("mm-1x").reader()
    lines = written([("A", ">", "AT")] * (3 * WAITING_AT_MOST))
    given = [r for number, line in enumerate(lines, 1) for r in reader.read(line, number)]

    assert 2 * WAITING_AT_MOST == len(given)
    assert WAITING_AT_MOST == len(reader.close())


def test_text_that_was_cut_is_said() -> None:
    """A tracer shows 32 bytes of a string, unless it is told otherwise."""
    reader = format_named("strace").reader()
    line = b'write(3, "AT+KTCPCFG=1,0,\\"203.0.113.5\\",101"..., 35) = 35'
    for number in (1, 2):
        reader.read(line, number)
    reader.close()

    assert ["The logger has cut text short, on 2 lines."] == reader.notes


def test_text_that_was_cut_counts_on_ports_only() -> None:
    """What strace shows of the files that a program opens is none of ours."""
    reader = format_named("strace").reader()
    reader.read(b'read(3, "\\177ELF\\2\\1"..., 832) = 832', 1)
    reader.read(b'write(4, "AT\\r", 3) = 3', 2)
    reader.close()

    assert [] == reader.notes


def test_a_call_whose_beginning_is_missing_is_said() -> None:
    """A capture that begins while a thread waits does not say on which file."""
    reader = format_named("strace").reader()
    lines = [
        b'101 write(3, "AT\\r", 3) = 3',
        b'102 <... read resumed>"\\r\\nOK\\r\\n", 256) = 6',
        b"102 read(3,  <unfinished ...>",
        b'102 <... read resumed>"\\r\\nRING\\r\\n", 256) = 6',
    ]
    records = [r for number, line in enumerate(lines, 1) for r in reader.read(line, number)]
    records += reader.close()

    assert [1, 4] == [record.line for record in records]
    assert "left out is what it read, on one line" in reader.notes[0]


def test_a_port_that_never_answers_is_left_out_however_long() -> None:
    """A program that prints all it reads asks nothing, be it a thousand commands."""
    reader = format_named("strace").reader()
    for number in range(0, 9 * WAITING_AT_MOST, 3):
        reader.read(b'write(3, "AT\\r", 3) = 3', number + 1)
        reader.read(b'write(1, "AT\\r", 3) = 3', number + 2)
        records = reader.read(b'read(3, "\\r\\nOK\\r\\n", 256) = 6', number + 3)

        assert [number + 1, number + 3] == [record.line for record in records]
    reader.close()

    assert ["Port 1 never answered: it is left out (1200 lines)."] == reader.notes


def test_threads_that_wait_are_bounded() -> None:
    """However many threads a capture names, the first of them are forgotten."""
    reader = format_named("strace").reader()
    for number in range(1, 2_000):
        reader.read(b"%d read(3,  <unfinished ...>" % number, number)
    reader.read(b'5000 write(3, "AT\\r", 3) = 3', 2_000)
    reader.read(b'1 <... read resumed>"\\r\\nOK\\r\\n", 256) = 6', 2_001)
    records = reader.read(b'1999 <... read resumed>"\\r\\nOK\\r\\n", 256) = 6', 2_002)

    assert [2_000, 2_002] == [record.line for record in records]
