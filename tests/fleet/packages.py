"""What ``dask worker --preload`` loads in a test: its other packages are old ones."""

from __future__ import annotations

from typing import Any

import distributed.worker

_get_versions = distributed.worker.get_versions


def get_versions() -> dict[str, Any]:
    """What is installed, but for one."""
    told: dict[str, Any] = _get_versions()
    return told | {"packages": told["packages"] | {"toolz": "0.0.1"}}


distributed.worker.get_versions = get_versions
