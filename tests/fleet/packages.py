"""What ``dask worker --preload`` loads in a test: its other packages are old ones."""

from __future__ import annotations

from typing import Any

import distributed.worker
from distributed.versions import get_versions


def outdated() -> dict[str, Any]:
    """What is installed, but for one."""
    told = get_versions()
    return told | {"packages": told["packages"] | {"toolz": "0.0.1"}}


vars(distributed.worker)["get_versions"] = outdated
