"""RC76xx (RC7611, RC7620): the module of the 923 report, and its sibling."""

from __future__ import annotations

from atfsm.at.dialect import Dialect, Quirk
from atfsm.at.dialects import kcommands, standard

RC76 = Dialect(
    name="rc76",
    modems=("RC7611", "RC7620"),
    commands=(*standard.COMMANDS, *kcommands.COMMANDS),
    texts=(*standard.TEXTS, *kcommands.TEXTS),
    session_ids=range(1, 11),  # 0.2 [QA-UDP]: 1-10 on phase-0 firmware; RC76 itself is open
    contexts=range(1, 2),  # 0.2 [F923, KR]: profile 1 in all logs
    restart_verbs=(b"AT+CFUN=1,1", b"AT!RESET"),  # 6.1 [FPPP, KR]
    quirks=(
        Quirk("early_send", "KTCPSND before +KTCP_IND is answered 923", "q1 [F923]"),
        Quirk("late_923", "KUDPSND is answered 923 after hundreds of good ones", "q2 [F923]"),
        Quirk("withheld_connect", "CONNECT is held back until another command", "q3 [FCON]"),
        Quirk("lock_up", "RC7611: only the echo comes back; power cycle", "q4 [FLOCK]"),
        Quirk("cfun_error", "RC7620: CFUN is refused after PPP; AT!RESET works", "q6 [FPPP]"),
        Quirk("double_wrap", "RC7611: extra CRLF around lines, NUL before OK", "q7, 1.4 [FLOCK]"),
    ),
)
