"""What ``dask worker --preload`` loads in a test: its atfsm is an old one."""

from __future__ import annotations

import atfsm

atfsm.__version__ = "0.0.1"
