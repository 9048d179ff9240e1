"""No wrong reply is ever attributed to a command."""

from __future__ import annotations

import pytest

from tests.stack.late import ask_a_late_modem


@pytest.mark.parametrize("seed", range(8))
def test_no_answer_is_taken_for_another(seed: int) -> None:
    """Answers come late, twice, in halves or never: each that is believed is the right one."""
    tally = ask_a_late_modem(seed, 150)
    assert 0 == tally.wrong
    assert 150 <= tally.injected
    assert tally.right > 0
