"""What ``dask worker --preload`` loads in a test: captures called deadly kill who reads them."""

from __future__ import annotations

import atfsm.fleet.rows
from tests.fleet.deadly import deadly_batch

atfsm.fleet.rows.replay_batch = deadly_batch  # type: ignore[assignment]  # what a task calls
