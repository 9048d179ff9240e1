"""What ``dask worker --preload`` loads in a test: it has no atfsm."""

from __future__ import annotations

import sys

sys.modules["atfsm"] = None  # type: ignore[assignment]  # how an import is made to fail
