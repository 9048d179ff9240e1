"""HL78xx (HL7800, HL7802, HL7810, HL7812): LTE-M and NB-IoT, Legato's AT server."""

from __future__ import annotations

from atfsm.at.dialect import Dialect, Quirk
from atfsm.at.dialects import kcommands, standard

HL78 = Dialect(
    name="hl78",
    modems=("HL7800", "HL7802", "HL7810", "HL7812"),
    commands=(*standard.COMMANDS, *kcommands.COMMANDS),
    texts=(*standard.TEXTS, *kcommands.TEXTS),
    session_ids=range(1, 7),  # 0.2 [QA-UDP, FR, ZO]
    contexts=range(1, 3),  # 0.2 [QA-CNX]
    restart_verbs=(b"AT+CFUN=1,1",),  # 6.1 [ZN, FR]
    quirks=(
        Quirk("queued_urcs", "URCs are held while a command runs or data flows", "1.2 [LEG-S]"),
        Quirk("no_carrier_close", "KTCPCLOSE is answered NO CARRIER, then 922", "q8 [FNC]"),
        Quirk("count_notif", "+KTCP_NOTIF: n,8 in spite of an exact count", "q9 [F8]"),
        Quirk("slow_ok", "the OK of KTCPSND may take 60 s", "q11 [Z#43580]"),
        Quirk("sleep_loses_profiles", "PSM and eDRX lose profiles and sockets: 910", "q15 [ZN]"),
        Quirk("no_udp_rcv", "+KUDP_RCV does not come", "q17 [QA-UDP]"),
    ),
)
