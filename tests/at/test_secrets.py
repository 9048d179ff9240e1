"""The table of secrets: each row finds its field, and no line takes long to look at."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atfsm.at.secrets import KINDS, PAYLOAD, TABLE, Row, secrets_in
from tests.effort import LONG_BYTES, runs_away
from tests.test_sources import unknown_in

VALUES = {
    **dict.fromkeys(("PIN", "password", "login", "payload"), "secret"),
    "IMEI": "352099001761481",
    "IMSI": "262011234567890",
    "phone number": "+31612345678",
    "ICCID": "89310410106543789301",
}


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_row_finds_its_fields(row: Row) -> None:
    """Quoted or not, in any letter case, whatever stands in the other fields."""
    for sign in row.signs:
        for number, kind in row.fields.items():
            value = VALUES[kind]
            for shape in (f'"{value}"', f" {value}"):
                before = [f'"{n}, x"' for n in range(number)]
                after = [] if kind == PAYLOAD else ['"x"', "1"]
                text = f"AT{row.name.lower()}{sign}" + ",".join([*before, shape, *after])
                found = {(s.kind, text[s.start : s.end].strip('" ')) for s in secrets_in(text)}

                assert (kind, value) in found, text


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.name)
def test_every_row_cites_what_the_page_of_sources_has(row: Row) -> None:
    """As every other table does; what is recalled says so."""
    assert row.source
    assert [] == unknown_in(row.source)


@given(text=st.text(max_size=200), asked=st.sampled_from(("", "+CGSN", "+CIMI", "+CCID")))
def test_any_text_is_veiled_in_place(text: str, asked: str) -> None:
    """Secrets are found in order, apart, and within the text; nothing is raised."""
    found = secrets_in(text, [asked])

    assert all(0 <= s.start < s.end <= len(text) and s.kind in KINDS for s in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


@pytest.mark.parametrize(
    "make",
    [
        lambda n: "+" + " " * n,
        lambda n: "+CPIN=" * (n // 6),
        lambda n: "AT+KCNXCFG=" + "," * n,
        lambda n: '"' * n,
        lambda n: "IMEI " * (n // 5),
        lambda n: "ATD" + "*" * n,
        lambda n: "8" * n,
        lambda n: "+ C" * (n // 3),
    ],
)
def test_no_line_takes_long(make: Callable[[int], str]) -> None:
    """No expression runs away."""
    assert not runs_away(lambda line: secrets_in(line.decode()), make(LONG_BYTES).encode())
