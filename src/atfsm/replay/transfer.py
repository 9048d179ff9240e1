"""Transfers: the payload of a send beside the announced number, and data that nobody read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from atfsm.at.dialect import DataMode
from atfsm.at.dialects import ANY
from atfsm.at.exchange import What
from atfsm.at.facts import TcpFact, UdpFact
from atfsm.at.grammar import parse_command_line, parse_information, read_integer
from atfsm.replay.automaton import Edge
from atfsm.replay.ledger import Chronicle, Mark, Passed

ARRIVED: Final = (TcpFact.DATA_ARRIVED, UdpFact.DATA_ARRIVED)
READ: Final = (TcpFact.RECEIVED, UdpFact.RECEIVED)
#: ``+KTCP_DATA: <sid>,<n>``: with more fields the data stands in the line itself (3.3).
FIELDS_WITHOUT_DATA: Final = 2
#: Gives the payload on a physical line which went by lately; None where the line does not show it.
Look = Callable[[int, bytes], Passed | None]


class Send(NamedTuple):
    """The last send of a socket, by the lines that the log has of it.

    Attributes:
        offered: The command that announced it.
        opened: CONNECT.
        sent: The result after its payload.
        passed: The payload, in a capture that shows bytes.
    """

    offered: Mark | None
    opened: Mark | None
    sent: Mark | None
    passed: Passed | None

    def words(self, line: int, look: Look, pattern: bytes) -> dict[str, str | None]:
        """Compare what was announced with what went by.

        Args:
            line: Line of the wobble: what passed after it is of no interest.
            look: Gives the payload that stands alone on a line of the log.
            pattern: The end pattern in force.

        Returns:
            Those of the words of `atfsm.replay.evidence` that speak of the payload.
        """
        announced = None if self.offered is None else _announced(self.offered.text)
        passed = self._passed(line, look, pattern)
        words: dict[str, str | None] = {
            "announced": None if announced is None else str(announced),
            "shown_bytes": None,
            "shown_line": None,
            "pattern_at": None,
        }
        if passed is None or announced is None:
            return words
        words["shown_line"] = str(passed.line)
        words["shown_bytes"] = str(passed.size_bytes) if passed.has_end else None
        words["pattern_at"] = None if passed.pattern_at is None else str(passed.pattern_at)
        is_exact = passed.has_end and passed.size_bytes == announced
        # A log of text does not show control characters: there may have been more.
        is_fewer = passed is not self.passed and passed.size_bytes < announced
        holds = {
            "no_end": not passed.has_end,
            "exact": is_exact,
            "fewer": is_fewer,
            "wrong": not is_exact and not is_fewer,
        }
        return words | {word: "" if held else None for word, held in holds.items()}

    def _passed(self, line: int, look: Look, pattern: bytes) -> Passed | None:
        """The payload behind the offer; None where the log does not show its length."""
        offered, opened, sent, passed = self
        if offered is None:
            return None
        if passed is not None and offered.line < passed.line <= line:
            return passed
        if opened is None or not offered.line < opened.line:
            return None
        # Its result may still be due (12, point 6): then all behind the payload is the modem's.
        over = line if sent is None or sent.line < opened.line else sent.line
        if over != opened.line + 2:
            return None  # line ends within the payload, which such a log does not count
        return look(opened.line + 1, pattern)


def _announced(offer: bytes) -> int | None:
    """How many bytes a command announced."""
    line = parse_command_line(offer)
    for member in () if line is None else line.members:
        command = ANY.command(member)
        at = None if command is None else command.count
        if at is not None and len(member.parameters) > at:
            return read_integer(member.parameters[at])
    return None


def under_way(edge: Edge) -> tuple[DataMode | None, bytes]:
    """The transfer that goes on behind a line, of whatever socket: its way, and its command.

    A transfer that was given up, or that another command went out over, is none: nobody knows.
    """
    sent = edge.node.exchange.in_flight
    if sent is None or sent.is_charged or edge.what is What.COMMAND:
        return None, b""
    return next((m.command.data for m in sent.members if m.command.data), None), sent.text


def unread(own: Chronicle) -> Mark | None:
    """The line that announced data of which nothing was read since; None where something was."""
    arrived, read = own.latest(ARRIVED), own.latest(READ)
    if arrived is None or (read is not None and read.line > arrived.line):
        return None
    text = parse_information(arrived.text)
    is_announced = text is not None and len(text.fields) <= FIELDS_WITHOUT_DATA
    return arrived if is_announced else None
