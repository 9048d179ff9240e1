"""Facts: everything that a chart can be told, one enum a chart, each with its evidence.

A fact is news in the chart's own words; the AT text that carries it is the second column. A
question about a field's value is answered where the line is parsed (`atfsm.at.dialects`), which
then names a different fact: ``+KTCP_NOTIF: 1,4`` and ``+KTCP_NOTIF: 1,5`` are two.

The third column is the evidence: keys and sections are those of ``docs/sources.md``.
"""

from __future__ import annotations

from enum import unique

from atfsm.fact import Fact, FactKind

__all__ = ["LineFact", "ModemFact", "PdpFact", "RecoveryFact", "TcpFact", "UdpFact"]

REQUEST = FactKind.REQUEST
STEP = FactKind.STEP
ANSWER = FactKind.ANSWER
REFUSAL = FactKind.REFUSAL
LOSS = FactKind.LOSS
SILENCE = FactKind.SILENCE
SWEEP = FactKind.SWEEP
RESET = FactKind.RESET

# fmt: off


@unique
class LineFact(Fact):
    """What the AT channel itself can be told: that something was said, not what it meant."""

    COMMAND_SENT        = (REQUEST, "→ AT<command>", "1.1 [LEG-S]")
    PROBE_SENT          = (REQUEST, "→ AT", "9 [KR]: the first command after boot may be swallowed")
    RESULT_RECEIVED     = (ANSWER,  "OK, ERROR, +CME ERROR: <n>, NO CARRIER", "1.5 [LEG-S, M302]")
    DATA_OUT_OPENED     = (STEP,    "CONNECT to KTCPSND, KUDPSND", "1.6 [M213]")
    DATA_IN_OPENED      = (STEP,    "CONNECT to KTCPRCV, KUDPRCV", "1.6 [M207]")
    ONLINE_OPENED       = (STEP,    "CONNECT to ATD, KTCPSTART", "1.6 [M213], V.250")
    STRAY_RESULT        = (STEP,    "a result with no command in flight", "9: duplicated OK")
    COMMAND_OVERLAPPED  = (STEP,    "→ AT<command> over an unanswered one", "1.1 [LEG-S]")
    PORT_LOST           = (LOSS,    "the serial port vanished", "[FLOCK]: USB gone too")
    QUARANTINE_IMPOSED  = (STEP,    "silence, charged to the socket or context", "q11 [Z#43580]")
    MODEM_RESTARTED     = (STEP,    "the modem restarts because it was asked to", "9 [KR]")
    LIMIT_PASSED        = (SILENCE, "limit passed", "6.4")
    FULL_RESET          = (RESET,   "at once", "[F923]")


@unique
class ModemFact(Fact):
    """What the modem as a whole can be told: start-up, SIM, registration."""

    SETUP_REQUESTED     = (REQUEST, "→ ATE0, AT+CMEE=1, AT+KPATTERN=…", "7.1 [QA-TCP, ZN]")
    SIM_CHECK_REQUESTED = (REQUEST, "→ AT+CPIN?", "6.2 [KR]")
    RESTART_ACCEPTED    = (ANSWER,  "OK to AT+CFUN=1,1, AT!RESET", "6.1 [ZN, FR, FPPP]")
    RESTART_REFUSED     = (ANSWER,  "ERROR, +CME ERROR: <n>", "q6 [FPPP]")
    LEAVE_REQUESTED     = (REQUEST, "→ AT+CFUN=0|4, AT+CGATT=0, AT+COPS=2", "6.1 [ZN], 2.3 [QA-TCP]")
    LEAVE_REFUSED       = (ANSWER,  "ERROR, +CME ERROR: <n>", "2.3, 7.1 [QA-TCP]: failure tolerated")
    NETWORK_LEFT        = (STEP,    "OK to AT+CFUN=0|4, AT+CGATT=0, AT+COPS=2", "6.1 [ZN], 2.3 [QA-TCP]")
    NETWORK_SOUGHT      = (STEP,    "OK to AT+CFUN=1, AT+COPS=0|1", "6.1 [ZN], 6.4 [STM]")
    POWER_TURNED_OFF    = (STEP,    "OK to AT+CPWROFF, AT!POWERDOWN", "6.1 [ZN, KR]")
    POWER_CUT_DUE       = (ANSWER,  "2 restarts brought nothing", "8, q3, q4 [FLOCK, FCON]")
    POWER_CUT           = (ANSWER,  "the power hook has returned", "6.1 [FLOCK, FCON]")
    LINE_ANSWERS        = (STEP,    "the AT line answers again", "6.1: AT until it answers (KR)")
    SIM_READY           = (STEP,    "+CPIN: READY", "6.2 [KR, FAE]")
    SIM_CODE_AWAITED    = (STEP,    "+CPIN: SIM PIN", "6.2 [KR, FAE]")
    SIM_BUSY            = (STEP,    "+CME ERROR: 14", "5.2 [LEG-S]")
    REGISTERED          = (STEP,    "+CEREG: 1|5, +CGREG: 1|5", "6.2 [ZN]")
    ATTACHED            = (STEP,    "+CGATT: 1, OK to AT+CGATT=1", "6.2 [KR], 2.3 [QA-TCP]")
    REGISTERED_CIRCUIT  = (STEP,    "+CREG: 1|5", "6.2 [KR, ZN]")
    SEARCHING           = (STEP,    "+CEREG: 0|2, +CGREG: 0|2", "6.2 [ZN]")
    SEARCHING_CIRCUIT   = (STEP,    "+CREG: 0|2|4", "6.2 [ZN]")
    COVERAGE_LOST       = (STEP,    "+CEREG: 4", "6.2 [ZN carrier_on_deregistered_psm]")
    LIMITED_SERVICE     = (STEP,    "+CEREG: 6|7|8", "6.2 [STD]")
    RUNNING_PROVED      = (STEP,    "a context or a socket was defined", "6.1: only a running modem answers")
    SERVICE_PROVED      = (STEP,    "a context or a socket is up", "2: sessions need a registered modem")
    DENIED              = (REFUSAL, "+CEREG: 3", "6.2 [ZN, KR]")
    DENIED_CIRCUIT      = (REFUSAL, "+CREG: 3", "6.2 [ZN, KR]")
    SIM_REFUSED         = (REFUSAL, "ERROR to AT+CPIN", "6.2 [KR, FAE]")
    BOOT_REPORTED       = (LOSS,    "+KSUP: 0|5", "6.1 [ZN restart event]")
    BOOT_CODE_AWAITED   = (LOSS,    "+KSUP: 1", "6.1 [ZN]")
    SIM_LOST            = (LOSS,    "+KSUP: 2|6, +CPIN: NOT INSERTED", "6.1 [ZN], 6.2, 5.2")
    SIM_LOCKED          = (LOSS,    "+KSUP: 3, +CPIN: SIM PUK|PH-…", "6.1 [ZN], 6.2")
    FAILURE_REPORTED    = (LOSS,    "+KSUP: 4", "6.1 [ZN]")
    DETACHED            = (LOSS,    "+CGEV: ME DETACH", "6.2 [STD]")
    DETACHED_BY_NETWORK = (LOSS,    "+CGEV: NW DETACH", "6.2 [STD]")
    LINE_LOST           = (LOSS,    "the AT line was reset and stays silent", "q3, q4 [FLOCK, FCON]")
    LIMIT_PASSED        = (SILENCE, "limit passed", "6.4")
    FULL_RESET          = (RESET,   "at once", "[F923]")


@unique
class PdpFact(Fact):
    """What a PDP context (a connection profile ``<cnx>``) can be told."""

    CONFIGURE_REQUESTED  = (REQUEST, "→ AT+KCNXCFG=<cnx>,…", "2.1 [QA-CNX, TG, RIL]")
    ACTIVATE_REQUESTED   = (REQUEST, "→ AT+KCNXUP=<cnx>", "2.1 [QA-CNX, LPWA, KR]")
    DEACTIVATE_REQUESTED = (REQUEST, "→ AT+KCNXDOWN=<cnx>,1", "2.1 [QA-CNX, LPWA]")
    CONFIGURED           = (STEP,    "OK", "2.1 [QA-CNX]")
    STATUS_UP            = (STEP,    "+KCNXCFG: <cnx>,…,2", "2.1 [RIL]")
    ACTIVATE_ACCEPTED    = (STEP,    "OK", "2.1 [QA-CNX, KR]")
    DEACTIVATE_ANSWERED  = (ANSWER,  "OK", "2.1 [LPWA]")
    DEACTIVATE_REFUSED   = (ANSWER,  "ERROR, +CME ERROR: <n>", "2.1 [QA-CNX]: mode 0 while in use")
    CONNECTING_REPORTED  = (STEP,    "+KCNX_IND: <cnx>,4,<attempt>", "2.2 [M197, F923]")
    UP_REPORTED          = (STEP,    "+KCNX_IND: <cnx>,1,<af>", "2.2 [F923, F8]")
    ATTEMPT_FAILED       = (STEP,    "+KCNX_IND: <cnx>,2,<attempt>,…", "2.2 [M197], 7.7 f12")
    IDLE_STARTED         = (STEP,    "+KCNX_IND: <cnx>,5,<idletime>", "2.2 [M197, FRCV]")
    IDLE_CANCELLED       = (STEP,    "+KCNX_IND: <cnx>,6", "2.2 [M197], q24")
    CLOSED_REPORTED      = (STEP,    "+KCNX_IND: <cnx>,3", "2.2 [M197, QA-TCP, LPWA]")
    SOCKET_CONNECTED     = (STEP,    "a socket on it connected", "11.2, 2.2 [FRCV]")
    MODEM_RESTARTED      = (STEP,    "the modem restarts because it was asked to", "6.1 [ZN]")
    CONFIGURE_REFUSED    = (REFUSAL, "ERROR, +CME ERROR: <n>", "7.7 f15 [NBI]")
    ACTIVATE_REFUSED     = (REFUSAL, "ERROR, +CME ERROR: <n>", "2.1 [QA-CNX]")
    STRAY_REFUSAL        = (REFUSAL, "a refusal with no command in flight", "7.2 [F923]")
    LOST                 = (LOSS,    "+KCNX_IND: <cnx>,0,<af>", "2.2 [M197, QA-TCP], 7.7 f11")
    ACTIVATION_FAILED    = (LOSS,    "+KCNX_IND: <cnx>,2,<nbtrial>,<nbtrial>,…", "2.2 [M197], f12")
    LIMIT_PASSED         = (SILENCE, "limit passed", "6.4")
    SWEPT                = (SWEEP,   "the modem left service", "11.1")
    FULL_RESET           = (RESET,   "at once", "[F923]")


@unique
class TcpFact(Fact):
    """What a TCP socket (a session ``<sid>``) can be told."""

    DEFINE_REQUESTED   = (REQUEST, "→ AT+KTCPCFG=<cnx>,…", "3.1 [ZN, RIL, M214]")
    CONNECT_REQUESTED  = (REQUEST, "→ AT+KTCPCNX=<sid>", "3.1 [QA-TCP]")
    SEND_REQUESTED     = (REQUEST, "→ AT+KTCPSND=<sid>,<n>", "3.1 [QA-TCP, QA-UDP]")
    RECEIVE_REQUESTED  = (REQUEST, "→ AT+KTCPRCV=<sid>,<n>", "3.1 [M207]")
    CLOSE_REQUESTED    = (REQUEST, "→ AT+KTCPCLOSE=<sid>,1", "3.1 [M209]")
    DELETE_REQUESTED   = (REQUEST, "→ AT+KTCPDEL=<sid>", "3.1 [M209]")
    NAMED              = (STEP,    "+KTCPCFG: <sid>", "3.1, 1.2 [QA-BX, QA-TCP]")
    DEFINED            = (STEP,    "OK", "3.1 [QA-TCP]")
    CONNECT_ACCEPTED   = (STEP,    "OK", "3.1 [QA-TCP, F923]: not yet a connection")
    CONNECTED          = (STEP,    "+KTCP_IND: <sid>,1", "3.3 [FR, QA-TCP, F923]")
    SEND_OPENED        = (STEP,    "CONNECT", "1.6 [M213]")
    SENT               = (STEP,    "OK", "1.6 [F8, QA-TCP]")
    RECEIVE_OPENED     = (STEP,    "CONNECT", "1.6 [M207]")
    RECEIVED           = (STEP,    "OK", "1.6 [FLOCK, M207]")
    DATA_ARRIVED       = (STEP,    "+KTCP_DATA: <sid>,<n>", "3.3 [RIL, QA-BX]")
    ACKNOWLEDGED       = (STEP,    "+KTCP_ACK: <sid>,<result>", "3.3 [M214, RIL], q17")
    CLIENT_REQUESTED   = (STEP,    "+KTCP_SRVREQ: <sid>,<child>,…", "3.3 [QA-BX, QA-TLS]")
    CLOSE_ANSWERED     = (ANSWER,  "OK, +CME ERROR: <n>, NO CARRIER", "3.1 [M209], q8 [FNC]")
    DELETE_ANSWERED    = (ANSWER,  "OK, +CME ERROR: <n>", "3.1 [M209], 8")
    READ_BACK          = (ANSWER,  "+CME ERROR: 910", "5.1 [QA-TCP, M213]")
    STATUS_DEFINED     = (STEP,    "+KTCPSTAT: 1,…", "3.2 [QA-TCP]")
    STATUS_CONNECTING  = (STEP,    "+KTCPSTAT: 2,…", "3.2 [QA-TCP]")
    STATUS_CONNECTED   = (STEP,    "+KTCPSTAT: 3,…", "3.2 [QA-TCP]")
    UNLOGGED_OK        = (STEP,    "OK to a command that the capture hides", "[F923], 7.2")
    NO_ERROR_REPORTED  = (STEP,    "+KTCP_NOTIF: <sid>,-1", "3.4 [TAB, FR, TG, RIL]")
    PEER_CLOSED        = (LOSS,    "+KTCP_NOTIF: <sid>,4", "3.4 [M207]")
    STATUS_CLOSED      = (LOSS,    "+KTCPSTAT: 4|5,…", "3.2 [TAB, FR, QA-TCP]")
    ABSENT             = (LOSS,    "+KTCPSTAT: 0,…, +CME ERROR: 910", "3.2 [TAB, FR], 5.1")
    FAILED             = (LOSS,    "+KTCP_NOTIF: <sid>,<code>", "3.4 [M207, ZO, FR, TAB, ZN]")
    CONNECT_FAILED     = (LOSS,    "+KTCP_IND: <sid>,0|3", "3.3 [NBI]")
    DEFINE_REFUSED     = (REFUSAL, "ERROR, +CME ERROR: <n>", "5.1 [LEG-E, TMS]")
    CONNECT_REFUSED    = (REFUSAL, "ERROR, +CME ERROR: <n>", "5.1 [LEG-E, NBI]")
    SEND_REFUSED       = (REFUSAL, "+CME ERROR: <n>, NO CARRIER", "5.1 [F923], 1.6 [M302]")
    RECEIVE_REFUSED    = (REFUSAL, "+CME ERROR: <n>, NO CARRIER", "3.1 [M207], q10 [FRCV]")
    STRAY_REFUSAL      = (REFUSAL, "a refusal with no command in flight", "q8 [FNC], 7.2 [F923]")
    LIMIT_PASSED       = (SILENCE, "limit passed", "6.4")
    SWEPT              = (SWEEP,   "the context or the modem fell", "7.7 f11")
    FULL_RESET         = (RESET,   "at once", "[F923]")


@unique
class UdpFact(Fact):
    """What a UDP socket (a session ``<sid>``) can be told."""

    DEFINE_REQUESTED   = (REQUEST, "→ AT+KUDPCFG=<cnx>,…", "4 [ZN, QA-UDP, RIL]")
    SEND_REQUESTED     = (REQUEST, "→ AT+KUDPSND=<sid>,…,<n>", "4 [QA-UDP]")
    RECEIVE_REQUESTED  = (REQUEST, "→ AT+KUDPRCV=<sid>,<n>", "4 [QA-UDP, LPWA]")
    CLOSE_REQUESTED    = (REQUEST, "→ AT+KUDPCLOSE=<sid>", "4 [ZN, QA-UDP]")
    DELETE_REQUESTED   = (REQUEST, "→ AT+KUDPDEL=<sid>", "4 [QA-UDP]")
    NAMED              = (STEP,    "+KUDPCFG: <sid>", "4, 9 [QA-UDP, ZN]")
    DEFINED            = (STEP,    "OK", "4, 9 [QA-UDP]")
    OPENED             = (STEP,    "+KUDP_IND: <sid>,1", "4 [M220]")
    SEND_OPENED        = (STEP,    "CONNECT", "4 [QA-UDP]")
    SENT               = (STEP,    "OK", "4 [QA-UDP]")
    RECEIVE_OPENED     = (STEP,    "CONNECT", "4 [QA-UDP, LPWA]")
    RECEIVED           = (STEP,    "OK", "4 [QA-UDP, LPWA]")
    DATA_ARRIVED       = (STEP,    "+KUDP_DATA: <sid>,<n>", "4 [M220]")
    CLOSE_ANSWERED     = (ANSWER,  "OK, +CME ERROR: <n>, NO CARRIER", "4 [ZN, QA-UDP]")
    DELETE_ANSWERED    = (ANSWER,  "OK, +CME ERROR: <n>", "4 [QA-UDP]")
    READ_BACK          = (ANSWER,  "OK to AT+KUDPCFG?", "4 [QA-BX], 8")
    UNLOGGED_OK        = (STEP,    "OK to a command that the capture hides", "[F923], 7.2")
    FAILED             = (LOSS,    "+KUDP_NOTIF: <sid>,<code>", "4 [ZO, TMS]")
    OPEN_FAILED        = (LOSS,    "+KUDP_IND: <sid>,0", "4 [M220]: only 1 is documented")
    DEFINE_REFUSED     = (REFUSAL, "ERROR, +CME ERROR: <n>", "5.1 [LEG-E, ZN]")
    SEND_REFUSED       = (REFUSAL, "+CME ERROR: <n>, NO CARRIER", "5.1 [F923], 1.6 [M302]")
    RECEIVE_REFUSED    = (REFUSAL, "+CME ERROR: <n>, NO CARRIER", "5.1, 1.6 [M302]")
    STRAY_REFUSAL      = (REFUSAL, "a refusal with no command in flight", "7.2 [F923]")
    LIMIT_PASSED       = (SILENCE, "limit passed", "6.4")
    SWEPT              = (SWEEP,   "the context or the modem fell", "7.7 f11")
    FULL_RESET         = (RESET,   "at once", "[F923]")


@unique
class RecoveryFact(Fact):
    """What the ladder can be told. Which rung is due is counted outside and named here."""

    SOCKET_RESET_DUE   = (STEP,    "a socket wobbled", "8, design: the ladder")
    CONTEXT_RESET_DUE  = (STEP,    "a context wobbled, or 2 socket resets brought nothing", "8")
    MODEM_RESTART_DUE  = (STEP,    "the modem wobbled, or 2 context resets brought nothing", "8")
    POWER_CUT_DUE      = (STEP,    "2 modem restarts brought nothing", "8, q3, q4 [FLOCK, FCON]")
    HUMAN_DUE          = (STEP,    "2 power cuts brought nothing", "design: the ladder")
    SPACING_DUE        = (STEP,    "the last reset was too short ago", "peers 6.1")
    SPACING_PASSED     = (STEP,    "the wait is over", "peers 6.1")
    RESET_COMPLETED    = (STEP,    "the last step of the reset was answered", "8")
    SERVICE_RETURNED   = (STEP,    "data passed again", "design: the ladder")
    LIMIT_PASSED       = (SILENCE, "limit passed", "6.4")
