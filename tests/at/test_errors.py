"""The code tables: complete, cited, and honest about what nobody knows."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atfsm.at.errors import (
    CME,
    KCNX_STATUS,
    KSUP,
    KTCPSTAT_STATUS,
    REGISTRATION_STAT,
    TCP_NOTIF,
    UDP_NOTIF,
    CmeCode,
    CmeGroup,
    Meaning,
    cme_code_of_text,
    cme_meaning,
    code_meaning,
)
from atfsm.at.grammar import parse_result

# fmt: off
MET_IN_PRACTICE = {  # 5.2
    3, 4, 10, 11, 12, 13, 14, 15, 16, 20, 21, 22, 23, 30, 31, 32, 50, 53, 100, 103, 106, 107,
    111, 112, 113, *range(126, 135), 148, 149, 150, 171,
}

TABLES = {
    "TCP_NOTIF":         (TCP_NOTIF, set(range(-1, 16))),
    "UDP_NOTIF":         (UDP_NOTIF, set(range(12)) - {4, 7}),
    "KSUP":              (KSUP, set(range(7))),
    "KTCPSTAT_STATUS":   (KTCPSTAT_STATUS, set(range(6))),
    "REGISTRATION_STAT": (REGISTRATION_STAT, set(range(11))),
    "KCNX_STATUS":       (KCNX_STATUS, set(range(7))),
}

LINES = {  # a line as received: its meaning
    b"+CME ERROR: 923":                 "invalid state of the terminal port data mode",
    b"+CME ERROR:910":                  "bad session id: no such session",
    b"+CME ERROR: 3":                   "Operation not allowed",
    b"+CME ERROR: no network service":  "No network service",
    b"+CME ERROR: No Network Service":  "No network service",
    b"+CME ERROR: SIM busy":            "SIM busy",
    b"+CME ERROR: 901":                 "unknown code 901",
    b"+CME ERROR: 933":                 "unknown code 933",
    b"+CME ERROR: -5":                  "unknown code -5",
    b"+CME ERROR: Congestion":          "Congestion",
    b"+CME ERROR: oops \xff":           'unknown error "oops \\xff"',
    b"+CME ERROR:":                     "no code given",
}
# fmt: on


@pytest.mark.parametrize(
    ("group", "codes"),
    [
        (CmeGroup.PROTOCOL, set(range(902, 933))),
        (CmeGroup.AVMS, set(range(650, 657))),
        (CmeGroup.SIM, {800}),
    ],
)
def test_the_ranges_of_the_family_have_no_gap(group: CmeGroup, codes: set[int]) -> None:
    """Every code of the range has its own entry, and nothing beyond the range is invented."""
    assert codes == {code for code, entry in CME.items() if entry.group is group}


def test_the_standard_codes_are_there() -> None:
    """Every standard code that is met in practice has an entry."""
    standard = {code for code, entry in CME.items() if entry.group is CmeGroup.STANDARD}

    assert set() == MET_IN_PRACTICE - standard


def test_the_code_of_the_field_report_is_explained() -> None:
    """923 is about the data mode of the port, with the thread that asked about it as a source."""
    expected = CmeCode(
        923, "invalid state of the terminal port data mode", CmeGroup.PROTOCOL, "LEG-E, F923"
    )

    assert expected == CME[923]


@pytest.mark.parametrize("code", list(CME))
def test_every_cme_code_is_filed_and_cited(code: int) -> None:
    """An entry stands under its own number, says something and names who said it."""
    entry = CME[code]

    assert code == entry.code
    assert entry.text.strip() == entry.text != ""
    assert entry.source


@pytest.mark.parametrize("name", list(TABLES))
def test_a_table_holds_exactly_the_documented_values(name: str) -> None:
    """All values that a source gives are there, under their number and cited, and no others."""
    table, codes = TABLES[name]

    assert codes == set(table)
    assert list(table) == [meaning.code for meaning in table.values()]
    assert all(meaning.text and meaning.source for meaning in table.values())


@pytest.mark.parametrize("table", [CME, *(table for table, _ in TABLES.values())])
def test_no_table_can_be_changed(table: Mapping[int, CmeCode | Meaning]) -> None:
    """What one part of a program knows, no other part can alter."""
    assert not hasattr(table, "__setitem__")


@pytest.mark.parametrize("line", list(LINES), ids=repr)
def test_a_line_has_a_meaning(line: bytes) -> None:
    """Numbers and words get the same phrase, and what is unknown is said to be unknown."""
    result = parse_result(line)

    assert result is not None
    assert LINES[line] == cme_meaning(result.code, result.detail)
    assert LINES[line] == cme_meaning(result.code, line)


@pytest.mark.parametrize("code", list(CME))
def test_words_lead_back_to_their_code(code: int) -> None:
    """A text is matched in any letter case, whole line or words; no two codes share one."""
    text = CME[code].text

    for spelled in (text, text.upper(), text.lower(), f"+CME ERROR: {text}", f" {text}\r"):
        assert code == cme_code_of_text(spelled.encode())


def test_the_words_of_the_guide_are_known() -> None:
    """The guide's own sentence for 923 is matched, which users quote."""
    quoted = b"Error due to invalid state of terminate port data mode"

    assert 923 == cme_code_of_text(quoted)


@pytest.mark.parametrize(
    ("code", "expected"), [(4, "disconnected by the remote side"), (99, "unknown code 99")]
)
def test_a_notification_has_a_meaning(code: int, expected: str) -> None:
    """A documented value has its phrase, another one is said to be unknown."""
    assert expected == code_meaning(TCP_NOTIF, code)


def test_an_absent_value_is_said_to_be_absent() -> None:
    """A field that the modem left out is not taken for a value."""
    assert "no code given" == code_meaning(KSUP, None)


@given(code=st.none() | st.integers(), text=st.binary())
def test_any_code_and_any_bytes_have_a_phrase(code: int | None, text: bytes) -> None:
    """Whatever a modem writes, the reader gets a phrase and nothing is raised."""
    assert cme_meaning(code, text)
    assert code_meaning(UDP_NOTIF, code)
