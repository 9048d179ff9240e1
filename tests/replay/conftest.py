"""What tests of replay share."""

from __future__ import annotations

from pathlib import Path

import pytest

from atfsm.replay.report import Report
from atfsm.replay.session import replay
from tests.replay.replaying import Replayed


@pytest.fixture
def replayed(tmp_path: Path) -> Replayed:
    """Replays bytes."""

    def replayed(data: bytes) -> Report:
        path = tmp_path / "capture"
        path.write_bytes(data)
        return replay(str(path))

    return replayed
