"""A device without a clock begins in 1970, or in January, until somebody tells it the time."""

from __future__ import annotations

import pytest

from atfsm.replay.formats import Format, format_of
from atfsm.replay.report import Wobble
from atfsm.replay.session import Session

LABELLED = "{} TX: AT+KCNXUP=1\n{} RX: OK\n{} RX: +KCNX_IND: 1,1,0\n{} TX: AT+CSQ\n{} RX: OK\n"
CHAT = "{} gw chat[300]: send (AT+CSQ^M)\n{} gw chat[300]: ^M\n{} gw chat[300]: OK^M\n"

# fmt: off
#: The log, its stamps, and the lines on which a wait was in vain.
CASES: dict[str, tuple[str, list[str], list[int]]] = {
    "set within a wait": (LABELLED, ["1970-01-01 00:00:40", "1970-01-01 00:00:41", "2024-05-01 10:00:00", "2024-05-01 10:00:01", "2024-05-01 10:00:02"], []),
    "set, then a wait":  (LABELLED, ["1980-01-06 00:00:40", "2024-05-01 10:00:01", "2024-05-01 10:00:02", "2024-05-01 10:00:03", "2024-05-01 10:00:33"], [5]),
    "a wait, then set":  (LABELLED, ["1970-01-01 00:00:40", "1970-01-01 00:10:40", "2024-05-01 10:00:00", "2024-05-01 10:00:01", "2024-05-01 10:00:02"], [2]),
    "never set":         (LABELLED, ["2024-05-01 10:00:00", "2024-05-01 10:00:01", "2024-05-02 10:00:00", "2024-05-02 10:00:01", "2024-05-02 10:00:02"], [3]),
    "a week is a wait":  (LABELLED, ["2024-05-01 10:00:00", "2024-05-08 10:00:01", "2024-05-08 10:00:02", "2024-05-08 10:00:03", "2024-05-08 10:00:04"], [2]),
    "a syslog":          (CHAT, ["Jan  1 00:00:40", "May 20 14:22:24", "May 20 14:22:25"], []),
    "a syslog, a wait":  (CHAT, ["May 20 14:00:40", "May 20 14:22:24", "May 20 14:22:25"], [3]),
}
# fmt: on


def wobbles(capture_format: Format, lines: list[bytes], *, exact: bool) -> list[Wobble]:
    """Replay lines, the fast way or not."""
    session = Session("capture", capture_format)
    if exact:
        session._runner._is_fast = False
    session.feed(lines)
    return session.close().wobbles


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("exact", [True, False], ids=["exact", "fast"])
def test_a_clock_that_was_set_is_no_silence(case: str, exact: bool) -> None:
    """Waits are counted anew where the clock was set, and only there."""
    text, stamps, expected = CASES[case]
    lines = text.format(*stamps).encode().splitlines()
    found = format_of(lines)
    assert found is not None

    assert expected == [
        wobble.line
        for wobble in wobbles(found, lines, exact=exact)
        if wobble.kind == "silent" and wobble.machine in {"line", "pdp"}
    ]
