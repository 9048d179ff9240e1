"""``atfsm explain``: the same knowledge as in a report, without a log."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from atfsm import cli
from atfsm.at.dialects import ANY
from atfsm.at.errors import CME, KSUP, TCP_NOTIF, UDP_NOTIF, Meaning
from atfsm.chart import CellKind, Chart
from atfsm.charts import CHARTS
from atfsm.replay.causes import CAUSES, CAUSES_BY_CODE, Cause
from atfsm.replay.lookup import look_up, near
from atfsm.replay.remarks import REMARKS, Remark
from atfsm.replay.templates import plain


def explained(*words: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Run the command: exit code, stdout, stderr."""
    code = cli.main(["explain", *words])
    out, err = capsys.readouterr()
    return code, out, err


def asked(*words: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Run the command for a program."""
    code, out, _ = explained("--json", *words, capsys=capsys)
    assert code == 0
    assert out.count("\n") == 1
    answer: dict[str, Any] = json.loads(out)
    return answer


@pytest.mark.parametrize(
    ("text", "title", "causes"),
    [
        ("923", "+CME ERROR: 923", ["tcp.923.connecting", "udp.923.established"]),
        ("+CME ERROR: 923", "+CME ERROR: 923", ["tcp.923.connecting"]),
        ("+CME ERROR: 910", "+CME ERROR: 910", ["tcp.910.sleep", "tcp.absent", "pdp.910"]),
        ("910", "+CME ERROR: 910", ["udp.910"]),
        ("+KTCP_NOTIF: 1,8", "+KTCP_NOTIF: 1,8", ["tcp.notif.8.exact", "tcp.notif.8"]),
        ("+KTCP_NOTIF:1, 4", "+KTCP_NOTIF: 1, 4", ["tcp.notif.4.busy", "tcp.notif.4.late"]),
        ("+KUDP_NOTIF: 2,5", "+KUDP_NOTIF: 2,5", ["udp.notif.5"]),
        ("NO CARRIER", "NO CARRIER", ["tcp.no_carrier.data", "udp.no_carrier"]),
        ("ERROR", "ERROR", ["tcp.error", "tcp.error.receive"]),
        ("CONNECT", "CONNECT", ["tcp.silent.connect_withheld", "tcp.out_of_step.connect"]),
        ("KTCP_IND", "+KTCP_IND", ["tcp.923.connecting", "tcp.silent.connecting", "tcp.ind"]),
        ("+KTCP_IND: 1,1", "+KTCP_IND: 1,1", ["tcp.out_of_step.late_ind"]),
        ("+KCNX_IND: 1,0,0", "+KCNX_IND: 1,0,0", ["pdp.lost", "pdp.lost.activating"]),
        ("+KSUP: 2", "+KSUP: 2", ["modem.sim.after_ready", "modem.sim.absent"]),
        ("+KSUP: 0", "+KSUP: 0", ["modem.restarted.sleep", "modem.restarted"]),
        ("+CEREG: 3", "+CEREG: 3", ["modem.denied"]),
        ("+KTCPSTAT: 5,6,0,0", "+KTCPSTAT: 5,6,0,0", ["tcp.status.closed"]),
        ("30", "+CME ERROR: 30", ["tcp.cme.service", "pdp.cme.service"]),
        ("10", "+CME ERROR: 10", ["modem.sim.absent", "tcp.cme.sim"]),
        ("16", "+CME ERROR: 16", ["modem.sim.pin"]),
        ("no network service", "+CME ERROR: 30", ["tcp.cme.service"]),
        ("+CME ERROR: no network service", "+CME ERROR: 30", ["udp.cme.service"]),
        ("100", "+CME ERROR: 100", ["tcp.refused", "udp.refused"]),
        ("AT+KTCPSND=1,5", "AT+KTCPSND=", ["tcp.923.connecting", "tcp.no_carrier.data"]),
        ("ktcpsnd", "AT+KTCPSND=", ["tcp.923.established"]),
        ("wobble_silent", "wobble_silent", ["line.silent.at", "udp.silent.opening"]),
        ("silent", "wobble_silent", ["line.silent.at"]),
        ("connecting", "connecting", ["tcp.923.connecting", "tcp.silent.connecting"]),
        ("send_refused", "send_refused", ["tcp.923.connecting", "udp.910"]),
        ("tcp.923", "tcp.923", ["tcp.923.connecting", "tcp.923.unseen"]),
        ("tcp.910", "tcp.910", ["tcp.910", "tcp.910.sleep"]),
        ("line", "line", ["line.dropped"]),
        ("q3", "q3", ["tcp.silent.connect_withheld"]),
        ("FLOCK", "FLOCK", ["tcp.silent.echo_only"]),
        ("Rx: +CME ERROR: 923", "+CME ERROR: 923", ["tcp.923.connecting"]),
        ("[2024-01-02 12:00:01.123] Rx: +KTCP_NOTIF: 1,5", "+KTCP_NOTIF: 1,5", ["tcp.notif.5"]),
        ("12:00:01 Tx: AT+KTCPSND=1,28", "AT+KTCPSND=", ["tcp.923.connecting"]),
        ("10:00 < NO CARRIER", "NO CARRIER", ["tcp.no_carrier.data"]),
        ("CME 923", "+CME ERROR: 923", ["tcp.923.connecting"]),
        ("error 923", "+CME ERROR: 923", ["tcp.923.connecting"]),
        ("KTCP_NOTIF 8", "+KTCP_NOTIF: 1,8", ["tcp.notif.8"]),
        ("timeout", "wobble_silent", ["tcp.silent.connecting"]),
        ("sleep", "sleep", ["tcp.910.sleep", "modem.restarted.sleep"]),
        ("SIM", "SIM", ["modem.sim.absent", "pdp.cme.sim"]),
        ("flow control", "flow control", ["tcp.notif.8"]),
        ("dns", "dns", ["tcp.notif.3", "udp.notif.3"]),
        ("firmware at fault", "firmware at fault", ["tcp.notif.8.exact"]),
    ],
)
def test_what_is_asked_is_found(
    text: str, title: str, causes: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A number, a line, a name, a command, a state, a quirk: each gives its causes."""
    answer = asked(text, capsys=capsys)
    found = [cause["cause"] for topic in answer["topics"] for cause in topic["causes"]]

    assert answer["schema"] == "atfsm.explain/1"
    assert answer["query"] == text
    assert title == answer["topics"][0]["title"]
    assert set() == set(causes) - set(found)
    code, out, err = explained(text, capsys=capsys)
    assert (0, "") == (code, err)
    assert causes[0] in out


@pytest.mark.parametrize("row", CAUSES, ids=lambda row: row.code)
def test_every_cause_is_written_out(row: Cause, capsys: pytest.CaptureFixture[str]) -> None:
    """The code of a cause gives all of its row: shown, likely, what to do, what to ask, source."""
    _, out, _ = explained(row.code, capsys=capsys)
    text = re.sub(r"\s+", " ", out)

    assert f"{row.code}: {row.title}" in text
    for said in (row.proved, row.likely, row.do, row.settle, row.remedy, row.first, row.source):
        assert re.sub(r"\s+", " ", plain(said, row.chart)) in text
    assert not re.search(r"[{}]|\[\[|\]\]", out)


@pytest.mark.parametrize("remark", REMARKS.values(), ids=REMARKS)
def test_every_remark_is_found(remark: Remark, capsys: pytest.CaptureFixture[str]) -> None:
    """What is no failure can be asked for, too."""
    answer = asked(remark.code, capsys=capsys)

    assert [remark.code] == [note["code"] for note in answer["topics"][0]["notes"]]


@pytest.mark.parametrize("code", sorted(CME))
def test_every_error_code_has_its_meaning(code: int) -> None:
    """The words are those of the table, and there is a cause."""
    topic = look_up(str(code))[0]

    assert (f"+CME ERROR: {code}", CME[code].text) == (topic.title, topic.meaning)
    assert topic.causes
    assert topic.told


@pytest.mark.parametrize(
    ("name", "table"),
    [("+KTCP_NOTIF", TCP_NOTIF), ("+KUDP_NOTIF", UDP_NOTIF), ("+KSUP", KSUP)],
)
def test_every_value_of_a_field_has_its_meaning(name: str, table: Mapping[int, Meaning]) -> None:
    """The name lists the values; a line with a value gives the one."""
    assert list(table.values()) == list(look_up(name)[0].values)
    for code, meaning in table.items():
        line = f"{name}: {code}" if name == "+KSUP" else f"{name}: 1,{code}"
        assert meaning.text == look_up(line)[0].meaning


@pytest.mark.parametrize("text", ["7", "8"])
def test_a_small_number_is_a_notification_too(text: str) -> None:
    """Who types a bare 8 may mean ``+KTCP_NOTIF: 1,8``."""
    titles = [topic.title for topic in look_up(text)]

    assert f"+KTCP_NOTIF: 1,{text}" in titles


def test_a_countdown_is_said_to_be_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    """``1,5,30`` is no reason of a rejection (2.2)."""
    _, out, _ = explained("+KCNX_IND: 1,5,30", capsys=capsys)

    assert "is no error: its last number is the idle countdown" in re.sub(r"\s+", " ", out)


@pytest.mark.parametrize("chart", CHARTS, ids=lambda chart: chart.name)
def test_where_a_fact_fits_is_read_from_the_matrix(
    chart: Chart, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is said of the states is what the charts do, cell for cell."""
    for fact in chart.facts:
        answer = asked(str(fact), capsys=capsys)
        told = [t for t in answer["topics"][0]["told"] if t["machine"] == chart.name]
        if not told:
            continue  # a state, or a kind of wobble, bears this name
        cells = {s: c for (s, f), c in chart.matrix.items() if f is fact}
        fits = [s for s, c in cells.items() if c.kind in {CellKind.ROW, CellKind.IGNORED}]
        wobbles = {s: c.target for s, c in cells.items() if c.kind is CellKind.WOBBLE}
        if told[0]["fact"] == str(fact):
            assert (fits, wobbles) == (told[0]["fits_in"], told[0]["wobbles_in"])


def test_every_command_and_text_of_the_dialect_is_known() -> None:
    """Whatever a machine is told by, can be asked about."""
    names = [text.name for text in ANY.texts] + [c.name for c in ANY.commands if c.name]

    assert [] == [name for name in names if not look_up(name.decode())]


# ------------------------------------------------------------------------- what is not known


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("KTCP_INT", "KTCP_IND"),
        ("tcp.923.konnecting", "tcp.923.connecting"),
        ("wobble_silnt", "wobble_silent"),
        ("NO CARRIR", "NO CARRIER"),
        ("901", "the modem's own error codes are 902 to 932"),
        ("+CME ERROR: 9999", "902 to 932"),
        ("xyzzy", "923"),
        ("", "923"),
    ],
)
def test_what_is_unknown_gives_one_line_and_a_hint(
    text: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who mistypes is told what was meant, in one line, with exit code 2."""
    code, out, err = explained(text, capsys=capsys)

    assert (2, "") == (code, out)
    assert err.startswith("atfsm: nothing is known of ")
    assert hint in err
    assert 1 == err.count("\n")


# fmt: off
USUAL = {
    "923":                  "data was offered too early",
    "+KCNX_IND: 1,1,0":     "It says nothing of a socket",
    "+KCNX_IND: 1,0,0":     "the ordinary end of the idle countdown",
    "+KCNX_IND: 1,2,1,2,60": "the modem tries again by itself",
    "+KTCP_IND: 1,1":       "now data may be offered",
    "+KUDP_IND: 1,1":       "now data may be offered",
    "+KTCP_DATA: 1,34":     "wait to be read",
    "+KTCP_NOTIF: 1,4":     "read what is left",
    "+KTCPSTAT: 5,4,0,12":  "bytes not sent yet, bytes to be read",
    "+KSUP: 0":             "Ordinary after power-on",
    "+CSQ: 99,99":          "no signal, or not measured yet",
    "+CEER: 33":            "Why the last call or context failed",
    "+CPIN: READY":         "The SIM is usable",
    "+CPIN: SIM PUK2":      "service is not blocked",
    "+CGEV: ME PDN ACT 1":  "A context came up",
    '+KUDP_RCV: "1.2.3.4",7': "from where the datagram came",
}
# fmt: on


@pytest.mark.parametrize("text", USUAL)
def test_what_a_line_says_on_the_happy_path_comes_first(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """And what it does not say: the line that the thread fell over is no connection."""
    out = " ".join(explained(text, capsys=capsys)[1].split())
    usual = out.index("usual ")

    assert USUAL[text] in out[usual:]
    assert usual < out.find(" shown ") or " shown " not in out
    (topic, *_) = asked(text, capsys=capsys)["topics"]
    assert USUAL[text] in topic["usual"]["text"]
    assert topic["usual"]["source"]


@pytest.mark.parametrize("text", ["+KSUP: 9", "+KCNX_IND: 1,7", "+CGEV: ME CLASS B"])
def test_a_value_that_nobody_knows_is_said_to_be_so(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is known of the name is not passed off as what is known of the value."""
    code, out, _ = explained(text, capsys=capsys)

    assert 0 == code
    assert out.startswith(
        f"{text}\n  means  nothing is known of this value; of {text.partition(':')[0]}:"
    )


@pytest.mark.parametrize("words", [("923", "910"), ("+KTCP_NOTIF: 1,8", "+KCNX_IND: 1,5,30")])
def test_several_are_answered_one_by_one(
    words: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of what was asked is lost."""
    expected = [topic for word in words for topic in asked(word, capsys=capsys)["topics"]]

    assert expected == asked(*words, capsys=capsys)["topics"]


@pytest.mark.parametrize(
    "row", [row for row in CAUSES if row.chart == "udp"], ids=lambda r: r.code
)
def test_a_row_of_udp_names_no_command_of_tcp(
    row: Cause, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor does a row that stands for both name one of them alone."""
    code, out, _ = explained(row.code, capsys=capsys)
    said = re.split(r"\n(?=\w)", out)[0]

    assert 0 == code
    assert not set(re.findall(r"AT\+KTCP\w+|\+KTCP_\w+", said)) - {"AT+KTCPCFG"}
    for both in explained("923", capsys=capsys)[1].split("\n\n"):
        if both.startswith("tcp.923") and ", udp.923" in both.split(":")[0]:
            assert not re.search(r"AT\+K(TCP|UDP)|\+K(TCP|UDP)_", both)


def test_words_need_no_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    """``atfsm explain NO CARRIER`` is typed as it reads."""
    assert explained("NO", "CARRIER", capsys=capsys) == explained("NO CARRIER", capsys=capsys)


@given(st.text(max_size=40))
@example("\udcff")
@example("+KTCP_NOTIF: 1,99999999999999999999999")
@example("AT+KTCPSND=" + "9" * 30)
@example("+KTCPSTAT: ,,,,,,")
@example("+CME ERROR: \x00")
@example("9" * 400)
def test_any_text_is_answered(text: str) -> None:
    """Whatever is typed: topics, or none; never an exception."""
    topics = look_up(text)

    assert isinstance(topics, tuple)
    assert all(topic.title for topic in topics)
    assert len(near(text)) <= 5


@given(st.sampled_from(sorted(CAUSES_BY_CODE)), st.integers(0, 3))
def test_the_beginning_of_a_code_gives_all_that_begin_so(code: str, length: int) -> None:
    """Groups of causes are asked for by the first parts of their codes."""
    begin = ".".join(code.split(".")[: length + 1])
    causes = {row.code for topic in look_up(begin) for row in topic.causes}

    assert code in causes


@pytest.mark.parametrize("line", ["KSUP: 2", "ktcp_notif: 1,8", "KCNX_IND: 1,5,30"])
def test_a_line_may_be_quoted_without_its_sign(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """As people do in a forum."""
    expected = explained(f"+{line.upper()}", capsys=capsys)

    assert 0 == expected[0]
    assert expected == explained(line, capsys=capsys)


def test_without_a_log_no_line_has_a_number(capsys: pytest.CaptureFixture[str]) -> None:
    """What is said without a log names no line of one."""
    for code in (*CAUSES_BY_CODE, *REMARKS):
        _, out, _ = explained(code, capsys=capsys)

        assert "line <n>" not in " ".join(out.split()), code
