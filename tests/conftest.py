"""What every test module runs under."""

from __future__ import annotations

import os
import signal
from functools import partial

import pytest
from hypothesis import settings

from tests.calling import Run, called

# No deadline: no test may depend on how fast the machine is. CI draws the same examples each
# time, so that it judges the change and not its luck; elsewhere new ones are drawn in each run.
settings.register_profile("dev", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

# A shell that starts the tests in the background has them ignore Ctrl-C, which some tests send.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run atfsm in this process; give its exit code, stdout and stderr."""
    return partial(called, capsys.readouterr)
