"""From what was seen to rows: the text of each, with what is secret hidden."""

from __future__ import annotations

import re
from collections import deque
from typing import Final

from atfsm.at.exchange import What
from atfsm.at.secrets import ANNOUNCING, KEY, MESSAGE, PAYLOAD, PROMPTING
from atfsm.machine import table
from atfsm.replay.automaton import Edge
from atfsm.replay.payload import FORUM_PATTERN, Held
from atfsm.replay.records import Direction
from atfsm.replay.trace import Piece, Seen
from atfsm.stack import TABLED
from atfsm.stack.written import Run
from atfsm.view import wording
from atfsm.view.pack import ANEW, COMMENT, DIRECTIONS, PUT, WHATS, Log, Look, StoredMove
from atfsm.view.veil import Veil
from atfsm.view.wording import Kept

#: Looks that are remembered by what they were made of; ours: an edge keeps much in memory.
REMEMBERED_AT_MOST: Final = 20_000
#: Lines of payload that are looked for in comments, and how much of each; ours.
RECENT_AT_MOST: Final = 32
COMPARED_BYTES: Final = 64
REPEATED_FROM_BYTES: Final = 6
NUMBERS: Final = {what: WHATS.index(what.value) for what in What}
COMMENT_WHAT: Final = WHATS.index(COMMENT)
KEY_BEGINS, KEY_ENDS = "-----BEGIN ", "-----END "
#: What ends a message in a capture of which no line is known to be AT.
AT_AGAIN: Final = re.compile(r"(?:^|[\s:>\]])(?:AT[+^$&!#*\dA-Z]|\+[A-Z]|OK\s*$|ERROR\s*$)")
_UNKNOWN: Final = frozenset({What.NOISE, What.INFORMATION})
#: What is no more of a payload, whatever was announced.
_OTHER: Final = frozenset({What.RESULT, What.COMMAND, What.CONNECT, What.STRAY})


class Rows:
    """Adds rows to a log.

    Args:
        log: Where to.
        veil: What hides secrets; None shows them.
        complete: Whether the capture is a journal.
    """

    def __init__(self, log: Log, veil: Veil | None, *, complete: bool) -> None:
        self._log = log
        self._veil = veil
        self._complete = complete
        self._of_edge: dict[Edge, int] = {}
        self._of_raw: dict[bytes, int] = {}
        self._of_payload: dict[tuple[Edge, Direction, str], int] = {}
        self._is_message_due = False
        self._is_key_due = False
        self._is_rest_due = False  # of payload that is longer than was announced
        self._recent: deque[bytes] = deque(maxlen=RECENT_AT_MOST)  # payload and messages
        self._states: dict[int, int] = {}  # of a journal: where each machine is
        # Machines that moved on lines without a row: from where, and to where.
        self._missed: dict[int, tuple[int, int]] = {}

    def add(self, seen: Seen) -> int:
        """Add the row of what was seen; return its number."""
        look = None
        is_one = len(seen.edges) == 1 == len(seen.pieces)
        if is_one:
            if self._is_rest_due and seen.pieces[0].what in _OTHER:
                self._is_rest_due = False
            if not self._goes_on():
                look = self._of_edge.get(seen.edges[0])
        if look is None:
            look = self._look(seen, is_one=is_one)
        return self._log.add(seen.line, seen.time_s, look)

    def overhear(self, seen: Seen) -> None:
        """Learn what is secret in a line that gets no row, and where it leaves the machines."""
        for number, before, _, after, _, _ in self._moves(seen):
            first = self._missed.get(number, (before, after))[0]
            self._missed[number] = first, after
        if not seen.pieces and not self._complete:
            self._comment(seen)
        for piece in seen.pieces:
            self._text(piece, seen.edges)

    def _moves(self, seen: Seen) -> tuple[StoredMove, ...]:
        moves = self._log.stored(move for edge in seen.edges for move in edge.moves)
        return self._followed(seen, moves) if self._complete else moves

    def _look(self, seen: Seen, *, is_one: bool) -> int:
        is_comment = not seen.pieces and not self._complete and not self._missed
        if is_comment and not _has_moves(seen.edges):
            return self._of_comment(seen)
        if is_one and seen.pieces[0].what is What.PAYLOAD and self._is_plain():
            return self._of_payload_line(seen)
        was_between = self._goes_on()
        number = self._log.look(self._made(seen))
        # Payload is counted line by line; entries of a journal are seldom alike.
        is_alike = is_one and seen.pieces[0].what is not What.PAYLOAD and not self._complete
        if is_alike and not was_between and not self._goes_on():
            if len(self._of_edge) >= REMEMBERED_AT_MOST:
                self._of_edge.clear()
            self._of_edge[seen.edges[0]] = number
        return number

    def _goes_on(self) -> bool:
        """Whether what a line shows depends on the lines before it."""
        is_between = self._is_message_due or self._is_key_due or self._is_rest_due
        return is_between or bool(self._missed)

    def _is_plain(self) -> bool:
        """Whether a line of payload is shown by nothing but its size."""
        return self._veil is not None and not self._complete and not self._missed

    def _of_payload_line(self, seen: Seen) -> int:
        """Payload, of which every line is another, and all of one size look alike."""
        (edge,), (piece,) = seen.edges, seen.pieces
        shown = self._pass_payload(piece, seen.edges)
        at = (edge, piece.direction, shown.text)
        number = self._of_payload.get(at)
        if number is None:
            moves = self._log.stored(edge.moves)
            look = Look(DIRECTIONS[piece.direction], NUMBERS[What.PAYLOAD], shown, moves)
            number = self._log.look(look)
            if len(self._of_payload) >= REMEMBERED_AT_MOST:
                self._of_payload.clear()
            self._of_payload[at] = number
        return number

    def _of_comment(self, seen: Seen) -> int:
        raw = seen.raw
        alone = not seen.is_in_data and not self._goes_on() and not self._repeats(raw)
        number = self._of_raw.get(raw) if alone else None
        if number is None:
            number = self._log.look(Look(0, COMMENT_WHAT, self._comment(seen), ()))
            if alone and len(raw) <= wording.KEPT_CHARS and not self._goes_on():
                if len(self._of_raw) >= REMEMBERED_AT_MOST:
                    self._of_raw.clear()
                self._of_raw[raw] = number
        return number

    def _made(self, seen: Seen) -> Look:
        moves = self._moves(seen)
        if self._missed:
            missed = sorted(self._missed.items())
            moved = [(n, a, 0, b, PUT, 0) for n, (a, b) in missed if a != b]
            self._missed.clear()
            moves = (*moved, *moves)
        what = seen.what
        if not seen.pieces and what is not None:  # a limit that passed
            return Look(0, NUMBERS[what], wording.kept(seen.edges[0].text), moves)
        if not seen.pieces:
            return Look(0, COMMENT_WHAT, self._beside(seen), moves)
        texts = [self._text(piece, seen.edges) for piece in seen.pieces]
        told = next((p for p in seen.pieces if p.what is what), seen.pieces[0])
        number = NUMBERS[What.NOISE if what is None else what]
        return Look(DIRECTIONS[told.direction], number, wording.joined(texts), moves)

    def _beside(self, seen: Seen) -> Kept:
        if not self._complete:
            return self._comment(seen)
        text = wording.beside(seen.raw, seen.said)
        return Kept(text if self._veil is None else self._veil.sentence(text))

    def _comment(self, seen: Seen) -> Kept:
        """A line that is none of the wire's, as far as its format can tell."""
        text = wording.kept(seen.raw.rstrip(b"\r"))  # which ended the line
        if self._veil is None or not text.text.strip():
            return text
        if seen.is_in_data or self._is_rest_due or self._repeats(seen.raw):
            return self._passed(PAYLOAD, len(seen.raw))
        if key := self._key(text):
            return key
        if _announces(text.text):
            self._is_message_due = True
        elif self._is_message_due and not AT_AGAIN.search(text.text):
            return self._passed(MESSAGE, len(seen.raw))
        else:
            self._is_message_due = False
        return text._replace(text=self._veil.line(text.text))

    def _text(self, piece: Piece, edges: tuple[Edge, ...]) -> Kept:
        """What is shown of a piece of the wire."""
        text = wording.kept(piece.text)
        veil = self._veil
        if veil is None:
            return text
        if piece.what in _OTHER:
            self._is_rest_due = False
        if piece.what is What.PAYLOAD:
            return self._pass_payload(piece, edges)
        if piece.what is None:
            return Kept(f"{_bytes(len(piece.text))} of a line")
        if key := self._key(text):
            return key
        is_rest = self._is_rest_due and not text.text.startswith("+")
        if piece.what in _UNKNOWN and (is_rest or _ends_payload(piece.text, edges)):
            return self._passed(PAYLOAD, len(piece.text))
        if self._is_message(piece, text.text):
            self._recent.append(piece.text.strip()[:COMPARED_BYTES])
            return self._passed(MESSAGE, len(piece.text))
        sent = piece.in_flight
        asked = () if sent is None else [line.name.decode("latin-1") for line in sent.lines]
        return text._replace(text=veil.line(text.text, asked))

    def _pass_payload(self, piece: Piece, edges: tuple[Edge, ...]) -> Kept:
        self._is_rest_due = True
        payload = piece.text[: _without_end(piece.text, edges)]
        self._recent.append(payload.strip()[:COMPARED_BYTES])
        return self._passed(PAYLOAD, len(payload))

    def _repeats(self, raw: bytes) -> bool:
        """Whether a comment repeats what just passed: other layers log it once more."""
        return any(len(text) >= REPEATED_FROM_BYTES and text in raw for text in self._recent)

    def _passed(self, kind: str, size_bytes: int) -> Kept:
        assert self._veil is not None
        self._veil.pass_over(kind)
        return Kept(f"{kind}, {_bytes(size_bytes)}")

    def _is_message(self, piece: Piece, text: str) -> bool:
        """Whether a line is the text of a message."""
        sent = piece.in_flight
        is_unknown = piece.what in _UNKNOWN and not text.startswith("+")
        if not is_unknown:
            self._is_message_due = _announces(text)
            return False
        asked = () if sent is None else [line.name.decode("latin-1") for line in sent.lines]
        return self._is_message_due or not PROMPTING.isdisjoint(asked)

    def _key(self, text: Kept) -> Kept | None:
        """What is shown of a line of a key or a certificate."""
        begins, ends = KEY_BEGINS in text.text, KEY_ENDS in text.text
        is_key, self._is_key_due = self._is_key_due, (self._is_key_due or begins) and not ends
        if not is_key or begins or ends:
            return None
        return self._passed(KEY, len(text.text) + text.unread)

    def _followed(self, seen: Seen, moves: tuple[StoredMove, ...]) -> tuple[StoredMove, ...]:
        """Keep where each machine of a journal is, and put it back where a run begins."""
        if isinstance(seen.said, Run):
            back = []
            for number, state in self._states.items():
                rules = table(TABLED[self._log.machines[number][0]])
                first = rules.state_number[str(rules.chart.initial)]
                if state != first:
                    back.append((number, state, 0, first, ANEW | PUT, 0))
            self._states.clear()
            return (*back, *moves)
        self._states.update((number, after) for number, _, _, after, _, _ in moves)
        return moves


def _announces(text: str) -> bool:
    """Whether the next line is the text of a message."""
    return any(name in text.upper() for name in ANNOUNCING)


def _has_moves(edges: tuple[Edge, ...]) -> bool:
    return any(edge.moves for edge in edges)


def _ends_payload(text: bytes, edges: tuple[Edge, ...]) -> bool:
    """Whether a line ends payload, though one that read like a result seemed to end it."""
    return FORUM_PATTERN in text or any(edge.node.exchange.pattern in text for edge in edges)


def _without_end(text: bytes, edges: tuple[Edge, ...]) -> int:
    """How many bytes of payload a line holds."""
    for edge in edges:
        pattern = edge.node.exchange.pattern
        if edge.what is What.PAYLOAD and Held.end_in(text, pattern) == b"":
            size_bytes = max(text.rfind(end) for end in (pattern, FORUM_PATTERN))
            return max(size_bytes, 0)
    return len(text)


def _bytes(number: int) -> str:
    return f"{number:,} byte{'' if number == 1 else 's'}"
