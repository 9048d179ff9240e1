"""The rows of a batch, as tests look at them."""

from __future__ import annotations

import pyarrow as pa

from atfsm.fleet.columns import Columns


def columns_of(part: bytes) -> Columns:
    """All that `replay_batch` gave, in one piece."""
    columns: Columns = pa.ipc.open_stream(part).read_all().to_pydict()
    return columns
