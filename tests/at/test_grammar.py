"""Lines to words: the forms of a command, fields and quotes, result codes."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atfsm.at.grammar import (
    CommandLine,
    Form,
    InformationText,
    Result,
    ResultKind,
    parse_command_line,
    parse_information,
    parse_result,
    read_integer,
    split_fields,
)

EXECUTE, READ, TEST, SET = Form.EXECUTE, Form.READ, Form.TEST, Form.SET
LEFT, RIGHT = b"\xe2\x80\x9c", b"\xe2\x80\x9d"  # the curly quotes of forum software

Member = tuple[bytes, Form, tuple[bytes, ...]]


def members(line: bytes) -> list[Member] | None:
    """Parse *line* and list name, form and parameters of each member."""
    parsed = parse_command_line(line)
    if parsed is None:
        return None
    return [(member.name, member.form, member.parameters) for member in parsed.members]


# --------------------------------------------------------------------------- command lines

# fmt: off
COMMANDS: dict[bytes, list[Member]] = {
    # plain
    b"AT":                                   [(b"", EXECUTE, ())],
    b"at":                                   [(b"", EXECUTE, ())],
    b" \x00\r\nAt \r\n":                     [(b"", EXECUTE, ())],
    b"AT;;":                                 [(b"", EXECUTE, ())],
    # the four forms
    b"AT+KTCPCNX=1":                         [(b"+KTCPCNX", SET, (b"1",))],
    b"at+ktcpcnx=1":                         [(b"+KTCPCNX", SET, (b"1",))],
    b"AT+KPATTERN?":                         [(b"+KPATTERN", READ, ())],
    b"AT+CGDCONT=?":                         [(b"+CGDCONT", TEST, ())],
    b"AT+KTCPSTAT":                          [(b"+KTCPSTAT", EXECUTE, ())],
    b"AT+KTCPCLOSE=":                        [(b"+KTCPCLOSE", SET, (b"",))],
    b"AT!SCACT?1":                           [(b"!SCACT", READ, (b"1",))],
    b"AT+WS46=?":                            [(b"+WS46", TEST, ())],
    # the signs
    b"AT!RESET":                             [(b"!RESET", EXECUTE, ())],
    b'AT$QCPDPP=5,1,"pw","user"':            [(b"$QCPDPP", SET, (b"5", b"1", b"pw", b"user"))],
    b"AT#SGACT=1,1":                         [(b"#SGACT", SET, (b"1", b"1"))],
    b"AT^SYSCFG=2,0":                        [(b"^SYSCFG", SET, (b"2", b"0"))],
    b"AT%X":                                 [(b"%X", EXECUTE, ())],
    b"AT*PSTEST=1":                          [(b"*PSTEST", SET, (b"1",))],
    b"AT&K3":                                [(b"&K", EXECUTE, (b"3",))],
    b"AT\\Q3":                               [(b"\\Q", EXECUTE, (b"3",))],
    # parameters
    b'AT+KCNXCFG=1,"GPRS","apn","",""':      [(b"+KCNXCFG", SET, (b"1", b"GPRS", b"apn", b"", b""))],
    b'AT+KTCPCFG=1,0,"host",80,,1,1,0':      [(b"+KTCPCFG", SET, (b"1", b"0", b"host", b"80", b"", b"1", b"1", b"0"))],
    b'AT+KPATTERN="--EOF--Pattern--"':       [(b"+KPATTERN", SET, (b"--EOF--Pattern--",))],
    b'AT+KPATTERN="a,b;c?=d e"':             [(b"+KPATTERN", SET, (b"a,b;c?=d e",))],
    b'AT+KPATTERN="?"':                      [(b"+KPATTERN", SET, (b"?",))],
    b'AT +cgdcont = 1 , "IP" , "my apn"':    [(b"+CGDCONT", SET, (b"1", b"IP", b"my apn"))],
    b'AT+KTCPCFG=1,0,"host':                 [(b"+KTCPCFG", SET, (b"1", b"0", b"host"))],
    b"AT+KPATTERN=" + LEFT + b"a,b" + RIGHT: [(b"+KPATTERN", SET, (b"a,b",))],
    b"AT+KPATTERN=" + RIGHT + b"a" + RIGHT + b",1": [(b"+KPATTERN", SET, (b"a", b"1"))],
    b"AT+KPATTERN=" + LEFT + b'a",1':        [(b"+KPATTERN", SET, (b"a", b"1"))],
    b'AT+KPATTERN="' + LEFT + b'",1':        [(b"+KPATTERN", SET, (LEFT, b"1"))],
    b"AT+KPATTERN=\xe2\x82\xac,1":           [(b"+KPATTERN", SET, (b"\xe2\x82\xac", b"1"))],
    # several in a line
    b"AT+CREG?;+CSQ;+CGATT=1":               [(b"+CREG", READ, ()), (b"+CSQ", EXECUTE, ()), (b"+CGATT", SET, (b"1",))],
    b"ATE0V1&D2+IFC=2,2":                    [(b"E", EXECUTE, (b"0",)), (b"V", EXECUTE, (b"1",)),
                                              (b"&D", EXECUTE, (b"2",)), (b"+IFC", SET, (b"2", b"2"))],
    b'AT+CGDCONT=1,"a;b";E0':                [(b"+CGDCONT", SET, (b"1", b"a;b")), (b"E", EXECUTE, (b"0",))],
    b"ATE0;+CMEE=1":                         [(b"E", EXECUTE, (b"0",)), (b"+CMEE", SET, (b"1",))],
    b"AT&F&C1":                              [(b"&F", EXECUTE, ()), (b"&C", EXECUTE, (b"1",))],
    b"ATHZ":                                 [(b"H", EXECUTE, ()), (b"Z", EXECUTE, ())],
    b"AT+COPS=?;":                           [(b"+COPS", TEST, ())],
    # basic
    b"ATI9":                                 [(b"I", EXECUTE, (b"9",))],
    b"ATO1":                                 [(b"O", EXECUTE, (b"1",))],
    b"ATZ":                                  [(b"Z", EXECUTE, ())],
    b"ATK":                                  [(b"K", EXECUTE, ())],
    b"AT&K?":                                [(b"&K", READ, ())],
    b"ATE=?":                                [(b"E", TEST, ())],
    b"ATS0=1":                               [(b"S0", SET, (b"1",))],
    b"ATS3?":                                [(b"S3", READ, ())],
    b"ATS10=7":                              [(b"S10", SET, (b"7",))],
    b"ATS7=60E0":                            [(b"S7", SET, (b"60",)), (b"E", EXECUTE, (b"0",))],
    # dialling
    b"ATD*99***1#":                          [(b"D", EXECUTE, (b"*99***1#",))],
    b"ATDT 555 1234":                        [(b"D", EXECUTE, (b"T5551234",))],
    b"ATD+15551234;":                        [(b"D", EXECUTE, (b"+15551234;",))],
    b'ATD>"Bob";':                           [(b"D", EXECUTE, (b">Bob;",))],
    b"ATDL":                                 [(b"D", EXECUTE, (b"L",))],
    b"ATD":                                  [(b"D", EXECUTE, (b"",))],
    b"ATX4D123":                             [(b"X", EXECUTE, (b"4",)), (b"D", EXECUTE, (b"123",))],
    # malformed, but sent: such a name is no command's
    b"AT+":                                  [(b"+", EXECUTE, ())],
    b"AT?":                                  [(b"?", EXECUTE, ())],
    b"AT+CSQ,1":                             [(b"+CSQ,1", EXECUTE, ())],
    b"ATE0+":                                [(b"E", EXECUTE, (b"0",)), (b"+", EXECUTE, ())],
}

NO_COMMANDS = (
    b"", b"A", b"OK", b"A/", b"+CSQ", b"\xff", b"xAT", b"--EOF--Pattern--AT", b"T", b"AAT",
    b"Attached", b"ATTENTION", b"AT HOME", b"AT OK", b"at 10:00", b"AT: sent", b"at Dave",
)
# fmt: on


@pytest.mark.parametrize("line", list(COMMANDS), ids=repr)
def test_a_command_line_has_these_members(line: bytes) -> None:
    """Each member of a command line has its name, form and parameters."""
    assert COMMANDS[line] == members(line)


@pytest.mark.parametrize("line", list(COMMANDS), ids=repr)
@pytest.mark.parametrize("ending", [b"\r", b"\r\n", b" \r\n", b"\x00"], ids=repr)
def test_what_surrounds_a_command_line_does_not_matter(line: bytes, ending: bytes) -> None:
    """Control bytes and blanks before AT and at the end of the line are no part of it."""
    if line.count(b'"') % 2 == 0:  # an open quote takes what follows
        assert COMMANDS[line] == members(b"\x00\n " + line + ending)


@pytest.mark.parametrize("line", NO_COMMANDS, ids=repr)
def test_other_text_is_no_command_line(line: bytes) -> None:
    """A line that does not begin with AT, and prose that does, is not a command."""
    assert None is parse_command_line(line)


def test_text_is_as_received() -> None:
    """The text of the line is evidence: only its ends are cleaned; a member has its own part."""
    line = parse_command_line(b"\r\n at+csq ; +creg? \r\n")

    assert (
        CommandLine(b"at+csq ; +creg?", b"+CSQ", rest=(CommandLine(b"+creg?", b"+CREG", READ),))
        == line
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"ATD123;", True),
        (b"ATD*99#", False),
        (b"ATD", False),
        (b"AT+CSQ;", False),
        (b"AT", False),
    ],
)
def test_a_semicolon_makes_a_voice_call(line: bytes, expected: bool) -> None:
    """A dial string that ends in a semicolon asks for voice, and no other command does."""
    parsed = parse_command_line(line)

    assert parsed is not None
    assert expected is parsed.is_voice_call


# -------------------------------------------------------------------------------- fields

# fmt: off
FIELDS = {
    b"":                             (b"",),
    b",":                            (b"", b""),
    b"1,-1,0,0":                     (b"1", b"-1", b"0", b"0"),
    b" 1 , 4 ":                      (b"1", b"4"),
    b'0,0,"Optus AU IoT eSim",2':    (b"0", b"0", b"Optus AU IoT eSim", b"2"),
    b'"a,b",c':                      (b"a,b", b"c"),
    b'" a ", "b" ,':                 (b" a ", b"b", b""),
    b'x"y,z"w v ,1':                 (b"xy,zw v", b"1"),
    b'"a""b"':                       (b"ab",),
    b'"a"b"c"':                      (b"abc",),
    LEFT + b'a",b':                  (b"a", b"b"),
    b'""':                           (b"",),
    b'"open, to the end':            (b"open, to the end",),
    LEFT + b"a,b" + RIGHT + b",c":   (b"a,b", b"c"),
    b"\xe2\x80,\xe2":                (b"\xe2\x80", b"\xe2"),
    b"(0,1)":                        (b"(0", b"1)"),
    b"ME PDN ACT 1":                 (b"ME PDN ACT 1",),
}

INTEGERS = {
    b"0": 0, b"-1": -1, b"+7": 7, b"007": 7, b"4294967295": 4294967295,
    b"": None, b"-": None, b"1A": None, b"1.5": None, b" 1": None, b"1_0": None, b"0x10": None,
    b"1\n": None, b"\xd9\xa1": None, b"\xb2": None, b"9" * 20: int("9" * 20), b"9" * 21: None, b"9" * 5000: None,
}

INFORMATION = {
    b"+KTCP_NOTIF: 1,4":                 (b"+KTCP_NOTIF", (b"1", b"4")),
    b"+KTCP_NOTIF:1,4":                  (b"+KTCP_NOTIF", (b"1", b"4")),
    b"+KTCP_NOTIF: 1, 4":                (b"+KTCP_NOTIF", (b"1", b"4")),
    b'+cops: 0,0,"EE",7':              (b"+COPS", (b"0", b"0", b"EE", b"7")),
    b'+KPATTERN: "--EOF--Pattern--"':  (b"+KPATTERN", (b"--EOF--Pattern--",)),
    b"+KSUP: 0":                         (b"+KSUP", (b"0",)),
    b"+KTCPCFG:":                        (b"+KTCPCFG", (b"",)),
    b"+CPIN : READY":                    (b"+CPIN", (b"READY",)),
    b"^MODE: 17":                        (b"^MODE", (b"17",)),
    b"$GPSACP: 1":                       (b"$GPSACP", (b"1",)),
    b"%CGEV: 1":                         (b"%CGEV", (b"1",)),
    b"#QSS: 0":                          (b"#QSS", (b"0",)),
    b"*PSUTTZ: 1":                       (b"*PSUTTZ", (b"1",)),
    b"!GSTATUS: ":                       (b"!GSTATUS", (b"",)),
    b"\x00+CSQ: 9,99 \r\n":              (b"+CSQ", (b"9", b"99")),
}
# fmt: on


@pytest.mark.parametrize("text", list(FIELDS), ids=repr)
def test_fields_are_split_outside_quotes(text: bytes) -> None:
    """Quotes protect commas and blanks, and are removed."""
    assert FIELDS[text] == split_fields(text)


@pytest.mark.parametrize("field", list(INTEGERS), ids=lambda field: repr(field)[:30])
def test_an_integer_is_ascii_digits_and_a_sign(field: bytes) -> None:
    """Anything else is no integer, and absurd lengths are none either."""
    assert INTEGERS[field] == read_integer(field)


@pytest.mark.parametrize("text", list(INFORMATION), ids=repr)
def test_information_text_has_a_name_and_fields(text: bytes) -> None:
    """A name with its sign, a colon, fields; the blank behind the colon may be missing."""
    parsed = parse_information(text)

    assert parsed is not None
    assert INFORMATION[text] == (parsed.name, parsed.fields)


@pytest.mark.parametrize(
    "text",
    [
        *(
            b"",
            b"OK",
            b"+CSQ",
            b"+: 1",
            b"+1: 2",
            b"CSQ: 1",
            b": 1",
            b"&K: 3",
            b"\xff: 1",
            b"+A B: 1",
        ),
        *(b"+CME ERROR: 923", b"+CMS ERROR: 300", b"+cme error:3", b"+CME_ERROR: 912"),
    ],
    ids=repr,
)
def test_other_lines_are_no_information_text(text: bytes) -> None:
    """A line of another shape is not information text, nor is an error result."""
    assert None is parse_information(text)


def test_the_value_is_as_received() -> None:
    """Inline data is cut from the value by its length, since its bytes mean nothing."""
    parsed = parse_information(b'+KTCP_DATA: 1,5,a,"b\xff')

    assert InformationText(b"+KTCP_DATA", (b"1", b"5", b"a", b"b\xff"), b'1,5,a,"b\xff') == parsed


def test_an_integer_field_may_be_absent() -> None:
    """A field that is not there, and one that is no integer, is None."""
    parsed = parse_information(b'+KCNX_IND: 1,"4",x,,7')

    assert parsed is not None
    assert [None, 1, 4, None, None, 7, None] == [parsed.integer(i) for i in range(-1, 6)]


# ------------------------------------------------------------------------------- results

# fmt: off
K = ResultKind
RESULTS = {
    b"OK":                       Result(K.OK, b"OK"),
    b"ok":                       Result(K.OK, b"ok"),
    b"\x00\r\nOK \r\n":          Result(K.OK, b"OK"),
    b"ERROR":                    Result(K.ERROR, b"ERROR"),
    b"+CME ERROR: 923":          Result(K.CME_ERROR, b"+CME ERROR: 923", 923, b"923"),
    b"+CME ERROR:923":           Result(K.CME_ERROR, b"+CME ERROR:923", 923, b"923"),
    b"+cme error: 923":          Result(K.CME_ERROR, b"+cme error: 923", 923, b"923"),
    b"+CME ERROR 912":           Result(K.CME_ERROR, b"+CME ERROR 912", 912, b"912"),
    b"+CME_ERROR 912":           Result(K.CME_ERROR, b"+CME_ERROR 912", 912, b"912"),
    b"+CME ERROR: no network service":
                                 Result(K.CME_ERROR, b"+CME ERROR: no network service", None, b"no network service"),
    b"+CME ERROR:":              Result(K.CME_ERROR, b"+CME ERROR:"),
    b"+CME ERROR: " + b"9" * 10: Result(K.CME_ERROR, b"+CME ERROR: " + b"9" * 10, None, b"9" * 10),
    b"+CMS ERROR: 300":          Result(K.CMS_ERROR, b"+CMS ERROR: 300", 300, b"300"),
    b"+cms error: ME failure":   Result(K.CMS_ERROR, b"+cms error: ME failure", None, b"ME failure"),
    b"CONNECT":                  Result(K.CONNECT, b"CONNECT"),
    b"Connect":                  Result(K.CONNECT, b"Connect"),
    b"CONNECT 115200":           Result(K.CONNECT, b"CONNECT 115200", None, b"115200"),
    b"NO CARRIER":               Result(K.NO_CARRIER, b"NO CARRIER"),
    b"BUSY":                     Result(K.BUSY, b"BUSY"),
    b"NO DIALTONE":              Result(K.NO_DIALTONE, b"NO DIALTONE"),
    b"NO DIAL TONE":             Result(K.NO_DIALTONE, b"NO DIAL TONE"),
    b"NO ANSWER":                Result(K.NO_ANSWER, b"NO ANSWER"),
    b"ABORTED":                  Result(K.ABORTED, b"ABORTED"),
    b"SEND OK":                  Result(K.SEND_OK, b"SEND OK"),
    b"SEND FAIL":                Result(K.SEND_FAIL, b"SEND FAIL"),
    b"COMMAND NOT SUPPORT":      Result(K.COMMAND_NOT_SUPPORT, b"COMMAND NOT SUPPORT"),
    b"TOO MANY PARAMETERS":      Result(K.TOO_MANY_PARAMETERS, b"TOO MANY PARAMETERS"),
}

NUMERIC = {
    b"0": K.OK, b"1": K.CONNECT, b"2": K.RING, b"3": K.NO_CARRIER, b"4": K.ERROR,
    b"6": K.NO_DIALTONE, b"7": K.BUSY, b"8": K.NO_ANSWER,
}

NO_RESULTS = (
    b"", b"OK?", b"OKAY", b"OK OK", b"NOT OK", b"ERROR: 3", b"+CME ERROR", b"+CME ERROR x",
    b"+CME ERRORS: 3", b"x+CME ERROR: 3", b"CONNECTED", b"CONNECT OK", b"CONNECT FAIL", b"Connect failed",
    b"CONNECT ERROR", b"NO  CARRIER", b"NOCARRIER", b"RING", b"SEND", b"5", b"9", b"00", b"-1",
    b"+KTCP_NOTIF: 1,4", b"> ", b"\xff",
)
# fmt: on

NOT_FINAL = {K.CONNECT, K.RING}
SUCCESSES = {K.OK, K.SEND_OK}


@pytest.mark.parametrize("numeric", [False, True])
@pytest.mark.parametrize("text", list(RESULTS), ids=lambda text: repr(text)[:40])
def test_a_result_is_the_whole_line(text: bytes, numeric: bool) -> None:
    """A result code is read in any letter case, whatever ATV says."""
    assert RESULTS[text] == parse_result(text, numeric=numeric)


@pytest.mark.parametrize("numeric", [False, True])
@pytest.mark.parametrize("text", NO_RESULTS, ids=repr)
def test_other_lines_are_no_results(text: bytes, numeric: bool) -> None:
    """A line that only resembles a result code is none."""
    assert None is parse_result(text, numeric=numeric)


@pytest.mark.parametrize("text", list(NUMERIC), ids=repr)
def test_a_digit_is_a_result_only_at_atv0(text: bytes) -> None:
    """Whether a lone digit is a result depends on what the modem was told."""
    assert None is parse_result(text)
    assert Result(NUMERIC[text], text) == parse_result(text, numeric=True)


@pytest.mark.parametrize("kind", list(K), ids=str)
def test_every_kind_is_a_success_a_refusal_or_not_final(kind: ResultKind) -> None:
    """Exactly one of the three holds for a result."""
    result = Result(kind, b"")
    expected = (kind in NOT_FINAL, kind in SUCCESSES, kind not in NOT_FINAL | SUCCESSES)

    assert expected == (not result.is_final, result.is_success, result.is_refusal)


def test_every_kind_can_be_read() -> None:
    """No kind is listed that no line gives."""
    assert set(K) == {result.kind for result in RESULTS.values()} | set(NUMERIC.values())


# ----------------------------------------------------------------------------- any bytes

PIECES = [b"AT", b"at", b"+K", b"D", b'"', b",", b";", b"=", b"?", b":", b" ", b"\xe2\x80", LEFT]
PIECES += [b"+CME ERROR: ", b"CONNECT ", b"1", b"\x00", b"&", b"S3", RIGHT]
ANY = st.binary(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=25).map(b"".join)


@given(text=ANY)
@example(text=b"AT" + b'"' * 99)
@example(text=b"AT+K=" + LEFT * 99)
def test_any_bytes_are_read_and_nothing_is_raised(text: bytes) -> None:
    """A log may hold anything: it parses or it does not, and names are never lower case."""
    line = parse_command_line(text)
    for member in () if line is None else line.members:
        assert member.name.upper() == member.name
        assert (member.form in {SET, READ} or member.name == b"D") or len(member.parameters) <= 1
    information = parse_information(text)
    if information is not None:
        assert split_fields(information.value) == information.fields
        assert all(information.integer(i) is None for i in (-1, len(information.fields)))
    result = parse_result(text, numeric=True)
    assert result is None or information is None


@given(fields=st.lists(st.binary(max_size=8).filter(lambda field: b'"' not in field), min_size=1))
def test_quoted_fields_come_back(fields: list[bytes]) -> None:
    """What was put in quotes is read as it was, in a command and in an answer alike."""
    text = b",".join(b'"' + field + b'"' for field in fields)
    line = parse_command_line(b"AT+X=" + text)

    assert tuple(fields) == split_fields(text)
    assert line is not None
    assert tuple(fields) == line.parameters


@given(lines=st.lists(st.sampled_from([k for k in COMMANDS if k.startswith(b"AT+")]), min_size=1))
def test_members_do_not_disturb_one_another(lines: list[bytes]) -> None:
    """A concatenated line is its members, in order."""
    whole = [line for line in lines if line.count(b'"') % 2 == 0 and line != b"AT+"]
    expected = [member for line in whole for member in COMMANDS[line]]

    assert (expected or [(b"", EXECUTE, ())]) == members(b"AT" + b";".join(x[2:] for x in whole))
