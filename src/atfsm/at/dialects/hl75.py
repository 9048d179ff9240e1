"""HL7518, HL7548, HL76xx, HL85xx: the older generation of the same commands."""

from __future__ import annotations

from atfsm.at.dialect import Dialect, Quirk
from atfsm.at.dialects import kcommands, standard

HL75 = Dialect(
    name="hl75",
    modems=("HL7518", "HL7548", "HL7648", "HL8518", "HL8548"),
    commands=(*standard.COMMANDS, *kcommands.COMMANDS),
    texts=(*standard.TEXTS, *kcommands.TEXTS),
    session_ids=range(1, 33),  # 0.2 [M192]
    contexts=range(1, 6),  # 0.2 [M197]
    restart_verbs=(b"AT+CFUN=1,1",),  # 6.1 [FR]
    quirks=(
        Quirk("inline_data", "+KTCP_DATA and +KUDP_DATA may carry the bytes", "3.3 [RIL, QA-BX]"),
        Quirk("no_abort", "KTCPCLOSE cannot abort (closing_type 0)", "3.1 [M209]"),
        Quirk("udp_rcv", "+KUDP_RCV follows the OK of KUDPRCV", "4 [M220]"),
        Quirk("urcs_anywhere", "a URC may come between the lines of an answer", "1.2"),
    ),
)
