"""Bytes to tokens: byte-exact transcripts under every chunking, and the rules of payload."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atfsm.at.framing import Framer, Line, Payload, Prompt, Token

PATTERN = b"--EOF--Pattern--"  # KPATTERN's default, 1.6


@dataclass(frozen=True)
class Expecting:
    """What the owner says once it has met a CONNECT line."""

    count: int | None = None
    pattern: bytes | None = PATTERN
    followed_by_result: bool = True


@dataclass(frozen=True)
class Row:
    """A stream, and the tokens that it holds."""

    name: str
    stream: bytes
    tokens: tuple[Token, ...]
    expecting: Expecting = Expecting()

    def __str__(self) -> str:
        return self.name


def drive(chunks: Iterable[bytes], expecting: Expecting = Expecting()) -> Iterator[Token]:
    """Feed *chunks*, announce payload behind each CONNECT, and yield the tokens as they come."""
    framer = Framer()
    for chunk in chunks:
        framer.feed(chunk)
        while (token := framer.next()) is not None:
            yield token
            if isinstance(token, Line) and token.text.startswith(b"CONNECT"):
                framer.expect_payload(
                    count=expecting.count,
                    pattern=expecting.pattern,
                    followed_by_result=expecting.followed_by_result,
                )


def joined(tokens: Iterable[Token]) -> list[Token]:
    """Join the pieces of a payload, since how it is cut means nothing."""
    result: list[Token] = []
    for token in tokens:
        before = result[-1] if result else None
        if isinstance(token, Payload) and isinstance(before, Payload) and not before.last:
            assert before.offset + len(before.data) == token.offset
            data = before.data + token.data
            result[-1] = Payload(data, before.offset, token.last, token.complete)
        else:
            result.append(token)
    return result


def bytewise(stream: bytes) -> list[bytes]:
    """Cut a stream into single bytes."""
    return [bytes([byte]) for byte in stream]


def moved(tokens: Iterable[Token], distance: int) -> list[Token]:
    """Say where *tokens* are in a stream that has *distance* more bytes in front."""
    result: list[Token] = []
    for token in tokens:
        match token:
            case Line(text, offset, overlong):
                result.append(Line(text, offset + distance, overlong))
            case Prompt(offset):
                result.append(Prompt(offset + distance))
            case Payload(data, offset, last, complete):
                result.append(Payload(data, offset + distance, last, complete))
    return result


@st.composite
def cut(draw: Callable[[st.SearchStrategy[set[int]]], set[int]], stream: bytes) -> list[bytes]:
    """Draw a way to cut *stream* into chunks."""
    borders = sorted(draw(st.sets(st.integers(0, len(stream)))) | {0, len(stream)})
    return [stream[a:b] for a, b in itertools.pairwise(borders)]


# fmt: off
ROWS = (
    # 1.2, as the Legato AT server writes it
    Row("1.2 information text and OK", b"\r\n+KTCPSTAT: 3,-1,0,0\r\n\r\nOK\r\n",
        (Line(b"+KTCPSTAT: 3,-1,0,0", 2), Line(b"OK", 25))),
    Row("1.2 two information texts", b'\r\n+KURCCFG: "TCPC",1,1\r\n+KURCCFG: "TCPS",1,1\r\n\r\nOK\r\n',
        (Line(b'+KURCCFG: "TCPC",1,1', 2), Line(b'+KURCCFG: "TCPS",1,1', 24), Line(b"OK", 48))),
    Row("1.2 create", b"\r\n+KTCPCFG: 1\r\n\r\nOK\r\n",
        (Line(b"+KTCPCFG: 1", 2), Line(b"OK", 17))),
    Row("1.2 pattern as text", b'\r\n+KPATTERN: "--EOF--Pattern--"\r\n\r\nOK\r\n',
        (Line(b'+KPATTERN: "--EOF--Pattern--"', 2), Line(b"OK", 35))),
    Row("1.2 test command", b"\r\n+KTCPSND: (1-6),(1-4294967295)\r\n\r\nOK\r\n",
        (Line(b"+KTCPSND: (1-6),(1-4294967295)", 2), Line(b"OK", 36))),
    Row("1.2 prompt", b"\r\n> ", (Prompt(2),)),
    Row("two prompts, text, control-Z", b"\r\n> one\r\n> two\x1a\r\n\r\n+CMGS: 7\r\n",
        (Prompt(2), Line(b"one", 4), Prompt(9), Line(b"two\x1a", 11), Line(b"+CMGS: 7", 19))),
    Row("a lone > is a line", b"\r\n>\r\n>x\r\n", (Line(b">", 2), Line(b">x", 5))),
    # 1.3
    Row("ATV0", b"0\r3\r+CSQ: 9,99\r\n0\r",
        (Line(b"0", 0), Line(b"3", 2), Line(b"+CSQ: 9,99", 4), Line(b"0", 16))),
    # 1.4, RC7611
    Row("1.4 NUL before OK", b"\x00\r\nOK\r\n", (Line(b"OK", 3),)),
    Row("NUL at the very OK", b"\r\n\x00O\x00K\x00\r\n", (Line(b"OK", 3),)),
    Row("1.4 URC wrapped twice", b"\r\n\r\n+KTCP_DATA: 1,171\r\n\r\n",
        (Line(b"+KTCP_DATA: 1,171", 4),)),
    Row("1.4 echo, extra CRLF", b"AT+KTCPSTAT=1\r\r\n\r\n+KTCPSTAT: 3,-1,0,0\r\n\r\nOK\r\n",
        (Line(b"AT+KTCPSTAT=1", 0), Line(b"+KTCPSTAT: 3,-1,0,0", 18), Line(b"OK", 41))),
    Row("1.4 read", b"AT+KTCPRCV=1,4\r\r\nCONNECT\r\nabcd--EOF--Pattern--\r\nOK\r\n",
        (Line(b"AT+KTCPRCV=1,4", 0), Line(b"CONNECT", 17), Payload(b"abcd", 26, True, True),
         Line(b"OK", 48)), Expecting(4)),
    # 7.x
    Row("7.1 start", b"\r\n+KSUP: 0\r\nATE0\r\r\nOK\r\n",
        (Line(b"+KSUP: 0", 2), Line(b"ATE0", 12), Line(b"OK", 19))),
    Row("7.1 connect", b"\r\nOK\r\n\r\n+KCNX_IND: 1,4,1\r\n\r\n+KCNX_IND: 1,1,0\r\n\r\n+KTCP_IND: 1,1\r\n",
        (Line(b"OK", 2), Line(b"+KCNX_IND: 1,4,1", 8), Line(b"+KCNX_IND: 1,1,0", 28),
         Line(b"+KTCP_IND: 1,1", 48))),
    Row("7.2 refusal", b"\r\n+CME ERROR: 923\r\n", (Line(b"+CME ERROR: 923", 2),)),
    Row("7.6 inline data", b"\r\n+KTCP_DATA: 1,3,abc\r\n", (Line(b"+KTCP_DATA: 1,3,abc", 2),)),
    Row("blanks around a line", b"\r\n  \t+CSQ: 9,99 \t \r\n \r\n", (Line(b"+CSQ: 9,99", 5),)),
    Row("escape inside a line", b"\x1b\x7fa\x1bb\r", (Line(b"a\x1bb", 2),)),
    Row("not UTF-8", b"\r\n+COPS: \xff\xfe\x80\r\n", (Line(b"+COPS: \xff\xfe\x80", 2),)),
    Row("LF only", b"\nOK\n\nOK\n", (Line(b"OK", 1), Line(b"OK", 5))),
    # payload, modem to host
    Row("q23 fewer than asked", b"\r\nCONNECT\r\nab--EOF--Pattern--\r\nOK\r\n",
        (Line(b"CONNECT", 2), Payload(b"ab", 11, True, True), Line(b"OK", 31)), Expecting(1500)),
    Row("nothing to read", b"\r\nCONNECT\r\n--EOF--Pattern--\r\nOK\r\n",
        (Line(b"CONNECT", 2), Payload(b"", 11, True, True), Line(b"OK", 29)), Expecting(1500)),
    Row("count 0", b"\r\nCONNECT\r\n--EOF--Pattern--\r\nOK\r\n",
        (Line(b"CONNECT", 2), Payload(b"", 11, True, True), Line(b"OK", 29)), Expecting(0)),
    Row("q22 results and URCs in payload",
        b"\r\nCONNECT\r\n\r\nOK\r\n+KTCP_NOTIF: 1,4\r\n--EOF--Pattern--\r\nOK\r\n",
        (Line(b"CONNECT", 2), Payload(b"\r\nOK\r\n+KTCP_NOTIF: 1,4\r\n", 11, True, True),
         Line(b"OK", 53)), Expecting(24)),
    Row("payload begins with LF", b"CONNECT\r\n\n\r--EOF--Pattern--\r\nOK\r\n",
        (Line(b"CONNECT", 0), Payload(b"\n\r", 9, True, True), Line(b"OK", 29)), Expecting(2)),
    Row("payload begins with CR LF", b"CONNECT\r\n\r\n--EOF--Pattern--\r\nOK\r\n",
        (Line(b"CONNECT", 0), Payload(b"\r\n", 9, True, True), Line(b"OK", 29)), Expecting(2)),
    Row("CONNECT ended by LF alone", b"CONNECT\n\n--EOF--Pattern--\r\nOK\r\n",
        (Line(b"CONNECT", 0), Payload(b"\n", 8, True, True), Line(b"OK", 27)), Expecting(1)),
    Row("CONNECT ended by CR alone", b"CONNECT\rab--EOF--Pattern--\r\nOK\r\n",
        (Line(b"CONNECT", 0), Payload(b"ab", 8, True, True), Line(b"OK", 28)), Expecting(2)),
    Row("CONNECT with a rate", b"CONNECT 115200\r\n\n--EOF--Pattern--\r\n",
        (Line(b"CONNECT 115200", 0), Payload(b"\n", 16, True, True)), Expecting(1)),
    Row("q20 payload ends like the pattern begins", b"CONNECT\r\n---EOF--Pattern--\r\nOK\r\n",
        (Line(b"CONNECT", 0), Payload(b"-", 9, True, True), Line(b"OK", 28)), Expecting(1)),
    Row("q20 by pattern alone", b"CONNECT\r\n--EOF----EOF--Pattern--\r\nOK\r\n",
        (Line(b"CONNECT", 0), Payload(b"--EOF--", 9, True, True), Line(b"OK", 34))),
    Row("short pattern inside payload", b"CONNECT\r\na$$b$$\r\nOK\r\n",
        (Line(b"CONNECT", 0), Payload(b"a$$b", 9, True, True), Line(b"OK", 17)), Expecting(4, b"$$")),
    Row("short pattern, payload ends with half of it", b"CONNECT\r\na$$$\r\nOK\r\n",
        (Line(b"CONNECT", 0), Payload(b"a$", 9, True, True), Line(b"OK", 15)), Expecting(2, b"$$")),
    Row("short pattern, fewer bytes than asked", b"CONNECT\r\na$$b$$\r\nOK\r\n",
        (Line(b"CONNECT", 0), Payload(b"a$$b", 9, True, True), Line(b"OK", 17)), Expecting(9, b"$$")),
    Row("one-byte pattern", b"CONNECT\r\na\x1ab\x1a\r\nOK\r\n",
        (Line(b"CONNECT", 0), Payload(b"a\x1ab", 9, True, True), Line(b"OK", 15)), Expecting(3, b"\x1a")),
    Row("no CR LF is asked for at exactly count", b"CONNECT\r\nab$$OK\r\n",
        (Line(b"CONNECT", 0), Payload(b"ab", 9, True, True), Line(b"OK", 13)), Expecting(2, b"$$")),
    Row("more bytes than asked", b"CONNECT\r\nabc\r\nOK\r\n",
        (Line(b"CONNECT", 0), Payload(b"ab", 9, True, False), Line(b"c", 11), Line(b"OK", 14)), Expecting(2)),
    Row("the link fails behind the last byte", b"CONNECT\r\nab\r\nNO CARRIER\r\n",
        (Line(b"CONNECT", 0), Payload(b"ab", 9, True, False), Line(b"NO CARRIER", 13)), Expecting(2)),
    Row("by count alone", b"CONNECT\r\nab\r\nOK\r\n",
        (Line(b"CONNECT", 0), Payload(b"ab", 9, True, True), Line(b"OK", 13)), Expecting(2, None)),
    Row("direct mode", b"CONNECT\r\nab--EOF--Pattern--\r\nOK\r\n",
        (Line(b"CONNECT", 0), Payload(b"ab--EOF--Pattern--\r\nOK\r\n", 9)), Expecting(None, None)),
    # payload, host to modem: CONNECT stands for the moment at which the owner met the other's
    Row("first pattern ends what a modem takes", b"CONNECT\r\nhe--EOF--Pattern--llo\r\n",
        (Line(b"CONNECT", 0), Payload(b"he", 9, True, True), Line(b"llo", 27)), Expecting(5, PATTERN, False)),
    Row("host by pattern alone", b"CONNECT\r\nhello--EOF--Pattern--AT\r",
        (Line(b"CONNECT", 0), Payload(b"hello", 9, True, True), Line(b"AT", 30)), Expecting(None, PATTERN, False)),
    Row("host sends too much", b"CONNECT\r\nhello!--EOF--Pattern--\r",
        (Line(b"CONNECT", 0), Payload(b"hello", 9, True, False), Line(b"!--EOF--Pattern--", 14)),
        Expecting(5, PATTERN, False)),
    Row("host, half a pattern over the end", b"CONNECT\r\n$$\r",
        (Line(b"CONNECT", 0), Payload(b"", 9, True, True)), Expecting(1, b"$$", False)),
)

URCS = (
    b"\r\n+KTCP_NOTIF: 1,4\r\n", b"\r\n\r\n+KTCP_DATA: 1,171\r\n\r\n", b"\x00\r\n+KSUP: 0\r\n",
    b"\r\n+KCNX_IND: 1,5,30\r\n",
)
# fmt: on

each_row = pytest.mark.parametrize("row", ROWS, ids=str)


@each_row
def test_a_row_fed_whole(row: Row) -> None:
    """A stream holds the tokens of its row, with the offsets where they began."""
    assert list(row.tokens) == joined(drive([row.stream], row.expecting))


@each_row
def test_a_row_fed_byte_by_byte(row: Row) -> None:
    """Nothing depends on where a read ends, not even inside CONNECT, CR LF or the pattern."""
    assert list(row.tokens) == joined(drive(bytewise(row.stream), row.expecting))


@each_row
@given(data=st.data())
def test_a_row_fed_in_random_chunks(row: Row, data: st.DataObject) -> None:
    """Any chunking gives the same tokens."""
    chunks = data.draw(cut(row.stream))

    assert list(row.tokens) == joined(drive(chunks, row.expecting))


@each_row
@pytest.mark.parametrize("junk", [b"\r\n\x00\x00garbage", b"\xff\xfe", b"AT", b"-", b"\r\n> x"])
def test_junk_behind_a_row_changes_nothing_in_it(row: Row, junk: bytes) -> None:
    """What comes later does not change what was there."""
    if not isinstance(row.tokens[-1], Payload):  # junk is more of an unfinished payload
        tokens = joined(drive(bytewise(row.stream + junk), row.expecting))

        assert list(row.tokens) == tokens[: len(row.tokens)]


@each_row
@pytest.mark.parametrize("urc", URCS, ids=repr)
def test_a_urc_may_stand_around_every_row(row: Row, urc: bytes) -> None:
    """An unsolicited line before and behind a stream is told apart from it."""
    [urc_line] = drive([urc])
    expected = [urc_line, *moved(row.tokens, len(urc))]
    if not isinstance(row.tokens[-1], Payload):
        expected += moved([urc_line], len(urc + row.stream))
        tokens = joined(drive(bytewise(urc + row.stream + urc), row.expecting))
    else:
        tokens = joined(drive(bytewise(urc + row.stream), row.expecting))

    assert expected == tokens


# ------------------------------------------------------------------------- command state


def test_a_line_is_reported_at_its_cr() -> None:
    """A reader need not wait for the LF, which a modem at ATV0 never sends."""
    framer = Framer()
    framer.feed(b"OK\r")

    assert Line(b"OK", 0) == framer.next()


def test_an_overlong_line_is_cut_and_the_next_one_is_whole() -> None:
    """A line beyond the limit is given out cut and marked, its remainder is lost."""
    stream = b"\r\n" + b"x" * 12 + b"\r\nOK\r\n"
    for chunks in ([stream], bytewise(stream)):
        framer = Framer(max_line_bytes=8)
        tokens = []
        for chunk in chunks:
            framer.feed(chunk)
            while (token := framer.next()) is not None:
                tokens.append(token)

        assert [Line(b"x" * 8, 2, overlong=True), Line(b"OK", 16)] == tokens


def test_a_line_of_exactly_the_limit_is_whole() -> None:
    """The limit is the length of the longest line that is kept, whenever its end comes."""
    framer = Framer(max_line_bytes=8)
    framer.feed(b"x" * 8)
    assert None is framer.next()

    framer.feed(b"\r\n")
    assert Line(b"x" * 8, 0) == framer.next()


def test_an_overlong_line_is_reported_before_its_end() -> None:
    """A modem that never ends a line does not make the reader wait."""
    framer = Framer(max_line_bytes=8)
    framer.feed(b"x" * 9)

    assert Line(b"x" * 8, 0, overlong=True) == framer.next()
    assert 1 >= framer.buffered_bytes


def test_payload_may_begin_behind_an_overlong_line() -> None:
    """Announcing payload ends the search for the end of an overlong line."""
    framer = Framer(max_line_bytes=8)
    framer.feed(b"x" * 8 + b"y")
    framer.next()
    framer.expect_payload(count=2, pattern=None, followed_by_result=True)
    framer.feed(b"zOK\r\n")

    assert Payload(b"yz", 8, last=True, complete=True) == framer.next()
    assert Line(b"OK", 10) == framer.next()


def test_a_limit_that_holds_no_prompt_is_refused() -> None:
    """The caller learns at once that the limit makes no sense."""
    with pytest.raises(ValueError, match="at least 2, not 1"):
        Framer(max_line_bytes=1)


def test_the_prompt_needs_no_line_end() -> None:
    """The prompt is reported as soon as its blank is there, and not before."""
    framer = Framer()
    framer.feed(b"\r\n>")
    assert None is framer.next()

    framer.feed(b" ")
    assert Prompt(2) == framer.next()


# --------------------------------------------------------------------- online data state


def test_the_lf_of_connect_is_its_own_even_if_late() -> None:
    """A read may end between the CR and the LF of CONNECT."""
    framer = Framer()
    framer.feed(b"CONNECT\r")
    framer.next()
    assert None is framer.next()
    framer.expect_payload(count=2, pattern=None, followed_by_result=True)
    framer.feed(b"\n")
    assert None is framer.next()

    framer.feed(b"ab")
    assert Payload(b"ab", 9, last=True, complete=True) == framer.next()


def test_one_lf_belongs_to_connect_and_no_more() -> None:
    """Where the LF of CONNECT was read with a further pull, the next LF is payload."""
    framer = Framer()
    framer.feed(b"CONNECT\r\n")
    framer.next()
    assert None is framer.next()
    framer.expect_payload(count=1, pattern=None, followed_by_result=True)
    framer.feed(b"\n")

    assert Payload(b"\n", 9, last=True, complete=True) == framer.next()


@pytest.mark.parametrize("line", [b"1\r", b"AT+KTCPSND=1,2\r"])
def test_an_lf_behind_another_line_is_payload(line: bytes) -> None:
    """A numeric CONNECT, and a command line, end with CR alone: an LF is the first byte."""
    framer = Framer()
    framer.feed(line)
    framer.next()
    framer.expect_payload(count=2, pattern=None, followed_by_result=False)
    framer.feed(b"\na")

    assert Payload(b"\na", len(line), last=True, complete=True) == framer.next()


def test_expects_payload_says_which_state_it_is() -> None:
    """The owner can ask whether bytes are payload."""
    framer = Framer()
    seen = [framer.expects_payload]
    framer.expect_payload(count=1, pattern=None, followed_by_result=True)
    seen.append(framer.expects_payload)
    framer.feed(b"x")
    framer.next()
    seen.append(framer.expects_payload)

    assert [False, True, False] == seen


def test_abandoned_payload_gives_back_what_was_held() -> None:
    """After a timeout, bytes that looked like a pattern are read as command state."""
    framer = Framer()
    framer.expect_payload(count=None, pattern=b"NO WAY", followed_by_result=False)
    framer.feed(b"abcNO ")
    assert Payload(b"abc", 0) == framer.next()
    assert None is framer.next()

    framer.abandon_payload()
    framer.feed(b"CARRIER\r\n")
    assert Line(b"NO CARRIER", 3) == framer.next()


def test_abandoning_in_command_state_changes_nothing() -> None:
    """An owner may abandon without asking, and no half line is lost."""
    framer = Framer()
    framer.feed(b"O")
    assert None is framer.next()
    framer.abandon_payload()
    framer.feed(b"K\r")

    assert Line(b"OK", 0) == framer.next()


def test_direct_mode_ends_when_the_owner_says_so() -> None:
    """Without count and pattern all is payload, until the owner abandons it."""
    framer = Framer()
    framer.expect_payload(count=None, pattern=None, followed_by_result=False)
    framer.feed(b"\r\nOK\r\n")
    assert Payload(b"\r\nOK\r\n", 0) == framer.next()

    framer.abandon_payload()
    framer.feed(b"\r\nOK\r\n")
    assert Line(b"OK", 8) == framer.next()


@pytest.mark.parametrize(
    ("count", "pattern", "message"),
    [(-1, PATTERN, "count must not be negative"), (1, b"", "pattern must not be empty")],
)
def test_what_no_payload_can_be_is_refused(count: int, pattern: bytes, message: str) -> None:
    """A mistake of the caller is told to the caller, and command state goes on."""
    framer = Framer()
    with pytest.raises(ValueError, match=message):
        framer.expect_payload(count=count, pattern=pattern, followed_by_result=True)

    assert not framer.expects_payload


def test_a_large_payload_comes_in_few_pieces() -> None:
    """A payload is handed on as large as it came, not byte by byte."""
    stream = b"CONNECT\r\n" + b"-" * 1_000_000 + PATTERN + b"\r\nOK\r\n"

    assert 3 == len(list(drive([stream], Expecting(1_000_000))))


def payload_end(stream: bytes, rule: Expecting) -> tuple[int, int, bool] | None:
    """Say where the payload and its pattern end, reading the rules as they are written.

    Returns None where the stream is too short to tell. Tries every place in turn: slow, and on
    purpose nothing like the framer.
    """
    pattern = rule.pattern or b""
    needle = pattern + (b"\r\n" if rule.followed_by_result else b"")
    for place in range(len(stream) + 1):
        if place == rule.count:
            behind = stream[place : place + len(pattern)]
            if behind == pattern:
                return place, place + len(pattern), True
            return None if pattern.startswith(behind) else (place, place, False)
        if rule.pattern is not None:
            behind = stream[place : place + len(needle)]
            if behind == needle:
                return place, place + len(pattern), True
            if needle.startswith(behind):
                return None
    return None


SOUP = st.lists(st.sampled_from([b"$", b"-", b"a", b"\r", b"\n"]), max_size=30).map(b"".join)
PATTERNS = st.sampled_from([b"$", b"$$", b"-$-", b"$\r", b"\r", b"$$-$$a", b"\r\n", None])


@given(
    stream=SOUP,
    count=st.none() | st.integers(0, 12),
    pattern=PATTERNS,
    followed_by_result=st.booleans(),
    data=st.data(),
)
@example(stream=b"$$\r\n", count=1, pattern=b"$$", followed_by_result=True, data=None)
def test_payload_ends_where_the_rules_say(
    *,
    stream: bytes,
    count: int | None,
    pattern: bytes | None,
    followed_by_result: bool,
    data: st.DataObject | None,
) -> None:
    """The framer and a plain reading of the rules agree on every stream and every chunking."""
    rule = Expecting(count, pattern, followed_by_result)
    whole = b"CONNECT\r\n" + stream
    chunks = bytewise(whole) if data is None else data.draw(cut(whole))
    tokens = joined(drive(chunks, rule))
    payload = tokens[1] if len(tokens) > 1 else Payload(b"", 9)
    assert isinstance(payload, Payload)

    end = payload_end(stream, rule)
    if end is None:
        assert not payload.last
        assert stream.startswith(payload.data)
        held = len(stream) - len(payload.data)
        assert len(pattern or b"") + 2 >= held
    else:
        place, behind, complete = end
        assert Payload(stream[:place], 9, last=True, complete=complete) == payload
        expected = moved(joined(drive([stream[behind:]])), 9 + behind)
        assert expected == tokens[2:]


# ---------------------------------------------------------------------------- any bytes

ANY = st.lists(
    st.binary(max_size=8)
    | st.sampled_from([b"\r\n", b"CONNECT\r\n", PATTERN, b"> ", b"\x00", b"x" * 70]),
    max_size=20,
).map(b"".join)


@given(stream=ANY, data=st.data())
def test_any_bytes_in_any_chunks_give_the_same_tokens(stream: bytes, data: st.DataObject) -> None:
    """Chunking means nothing for any bytes whatever, and no bytes raise."""
    expected = joined(drive([stream], Expecting(5)))

    assert expected == joined(drive(data.draw(cut(stream)), Expecting(5)))


@given(chunks=st.lists(ANY, max_size=10), payload=st.booleans())
def test_memory_stays_bounded(*, chunks: list[bytes], payload: bool) -> None:
    """What is kept between two reads is a line or a pattern, however much was fed."""
    framer = Framer(max_line_bytes=64)
    if payload:
        framer.expect_payload(count=100, pattern=PATTERN, followed_by_result=True)
    for chunk in chunks:
        framer.feed(chunk)
        while framer.next() is not None:
            pass
        limit = len(PATTERN) + 2 if framer.expects_payload else 64

        assert limit >= framer.buffered_bytes


@given(stream=ANY)
def test_a_line_has_no_end_no_nul_and_no_outer_blank(stream: bytes) -> None:
    """What the owner gets as a line is clean, is not empty, and stands where it says."""
    for token in drive([stream], Expecting(5)):
        if isinstance(token, Line):
            assert token.text
            assert not set(b"\r\n\0") & set(token.text)
            assert token.text.strip(b" \t") == token.text
            assert stream[token.offset] == token.text[0]
