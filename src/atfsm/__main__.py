"""``python -m atfsm`` is the ``atfsm`` command."""

from __future__ import annotations

import sys

from atfsm.cli import main

sys.exit(main())
