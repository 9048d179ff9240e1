"""The modem families, one data module each.

The K commands mean the same to all three families, and their differences (session ids, restart
verbs, quirks) do not change what a line means. So a capture is read with `ANY`, the widest of
them, and need not say which modem wrote it.
"""

from __future__ import annotations

from atfsm.at.dialects.hl75 import HL75
from atfsm.at.dialects.hl78 import HL78
from atfsm.at.dialects.rc76 import RC76

__all__ = ["ANY", "DIALECTS", "HL75", "HL78", "RC76"]

#: The families, newest first.
DIALECTS = (HL78, RC76, HL75)

#: What captures are read with: the family with the widest ranges.
ANY = HL75
