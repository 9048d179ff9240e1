"""What the numbers mean: error codes, notification codes and status values.

Data and lookup. These tables explain, they never steer: no chart asks a code what to do, it
asks only whether a command was refused. A number that no source gives is said to be unknown.

Source:
    Keys in square brackets are those of ``docs/sources.md``. [HL78] is the AirPrime HL78xx AT
    Commands Interface Guide, document 41111821 revision 11, section 14.3.1, as gammu/gammu
    restates it (``libgammu/phone/at/at-error.c``); it agrees with [LEG-E] from 902 to 932.
    Texts of the standard codes are those that the Legato AT server writes at ``CMEE=2``
    [LEG-S], which follow 3GPP TS 27.007.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

__all__ = [
    "CME",
    "KCNX_STATUS",
    "KSUP",
    "KTCPSTAT_STATUS",
    "REGISTRATION_STAT",
    "TCP_NOTIF",
    "UDP_NOTIF",
    "CmeCode",
    "CmeGroup",
    "Meaning",
    "cme_code_of_text",
    "cme_meaning",
    "code_meaning",
]


@enum.unique
class CmeGroup(enum.Enum):
    """Which part of the modem a ``+CME ERROR`` comes from."""

    STANDARD = "standard"  #: 3GPP TS 27.007
    AVMS = "avms"  #: AirVantage device management, 650 to 656
    SIM = "sim"  #: SIM security, 800
    PROTOCOL = "protocol"  #: TCP, UDP, HTTP and FTP of the K-commands, 902 to 932


@dataclass(frozen=True, slots=True)
class CmeCode:
    """One ``<err>`` of ``+CME ERROR``.

    Attributes:
        code: The number.
        text: The modem's own words where it has words, else the meaning in ours.
        group: Where it comes from.
        source: Who says so, as keys of ``docs/sources.md``.
    """

    code: int
    text: str
    group: CmeGroup
    source: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """One value of a numeric field.

    Attributes:
        code: The value.
        text: The meaning in a few words.
        source: Who says so, as keys of ``docs/sources.md``.
    """

    code: int
    text: str
    source: str


AVMS, SIM, PROTOCOL = CmeGroup.AVMS, CmeGroup.SIM, CmeGroup.PROTOCOL

# fmt: off
_STANDARD = {  # [LEG-S]; the headings are the parts of 3GPP TS 27.007 that it names
    # general errors
    0: "Phone failure",
    1: "No connection to phone",
    2: "Phone-adaptor link reserved",
    3: "Operation not allowed",
    4: "Operation not supported",
    5: "PH-SIM PIN required",
    6: "PH-FSIM PIN required",
    7: "PH-FSIM PUK required",
    10: "SIM not inserted",
    11: "SIM PIN required",
    12: "SIM PUK required",
    13: "SIM failure",
    14: "SIM busy",
    15: "SIM wrong",
    16: "Incorrect password",
    17: "SIM PIN2 required",
    18: "SIM PUK2 required",
    20: "Memory full",
    21: "Invalid index",
    22: "Not found",
    23: "Memory failure",
    24: "Text string too long",
    25: "Invalid characters in text string",
    26: "Dial string too long",
    27: "Invalid characters in dial string",
    30: "No network service",
    31: "Network timeout",
    32: "Network not allowed - emergency calls only",
    40: "Network personalization PIN required",
    41: "Network personalization PUK required",
    42: "Network subset personalization PIN required",
    43: "Network subset personalization PUK required",
    44: "Service provider personalization PIN required",
    45: "Service provider personalization PUK required",
    46: "Corporate personalization PIN required",
    47: "Corporate personalization PUK required",
    48: "Hidden key required",
    49: "EAP method not supported",
    50: "Incorrect parameters",
    51: "Command implemented but currently disabled",
    52: "Command aborted by user",
    53: "Not attached to network due to MT functionality restrictions",
    54: "Modem not allowed - MT restricted to emergency calls only",
    55: "Operation not allowed because of MT functionality restrictions",
    56: "Fixed dial number only allowed - called number is not a fixed dial number",
    57: "Temporarily out of service due to other MT usage",
    58: "Language/alphabet not supported",
    59: "Unexpected data value",
    60: "System failure",
    61: "Data missing",
    62: "Call barred",
    63: "Message waiting indication subscription failure",
    100: "Unknown",
    # attach rejected
    103: "Illegal MS",
    106: "Illegal ME",
    107: "GPRS services not allowed",
    108: "GPRS services and non-GPRS services not allowed",
    111: "PLMN not allowed",
    112: "Location area not allowed",
    113: "Roaming not allowed in this location area",
    114: "GPRS services not allowed in this PLMN",
    115: "No Suitable Cells In Location Area",
    122: "Congestion",
    125: "Not authorized for this CSG",
    # context not activated
    126: "Insufficient resources",
    127: "Missing or unknown APN",
    128: "Unknown PDP address or PDP type",
    129: "User authentication failed",
    130: "Activation rejected by GGSN, Serving GW or PDN GW",
    131: "Activation rejected, unspecified",
    132: "Service option not supported",
    133: "Requested service option not subscribed",
    134: "Service option temporarily out of order",
    140: "Feature not supported",
    141: "Semantic error in the TFT operation",
    142: "Syntactical error in the TFT operation",
    143: "Unknown PDP context",
    144: "Semantic errors in packet filter(s)",
    145: "Syntactical errors in packet filter(s)",
    146: "PDP context without TFT already activated",
    # other packet domain errors
    148: "Unspecified GPRS error",
    149: "PDP authentication failure",
    150: "Invalid mobile class",
    171: "Last PDN disconnection not allowed",
    172: "Semantically incorrect message",
    173: "Mandatory information element error",
    174: "Information element non-existent or not implemented",
    175: "Conditional IE error",
    176: "Protocol error, unspecified",
    177: "Operator Determined Barring",
    178: "Maximum number of PDP contexts reached",
    179: "Requested APN not supported in current RAT and PLMN combination",
    180: "Request rejected, Bearer Control Mode violation",
    181: "Unsupported QCI value",
    182: "User data transmission via control plane is congested",
}

_SIERRA = (
    #        code  meaning                                       group     source
    # The enum of LEG-E has six names for seven numbers: compiled, it gives 653 to "deactivated"
    # and 655 to "to be provisioned"; its comments and HL78 give 654 and 656, and leave out 653.
    CmeCode(650, "AVMS general error",                           AVMS,     "LEG-E, HL78"),
    CmeCode(651, "AVMS communication error",                     AVMS,     "LEG-E, HL78"),
    CmeCode(652, "AVMS session in progress",                     AVMS,     "LEG-E, HL78"),
    CmeCode(653, "AVMS error that no guide lists",               AVMS,     "LEG-E"),
    CmeCode(654, "AVMS services deactivated",                    AVMS,     "LEG-E, HL78"),
    CmeCode(655, "AVMS services prohibited",                     AVMS,     "LEG-E, HL78"),
    CmeCode(656, "AVMS services to be provisioned",              AVMS,     "LEG-E, HL78"),
    CmeCode(800, "SIM security, unspecified error",              SIM,      "LEG-E, HL78"),
    CmeCode(902, "no socket available",                          PROTOCOL, "LEG-E, HL78"),
    CmeCode(903, "memory problem",                               PROTOCOL, "LEG-E, HL78"),
    CmeCode(904, "DNS error",                                    PROTOCOL, "LEG-E, HL78"),
    CmeCode(905, "TCP disconnected by the remote side",          PROTOCOL, "LEG-E, HL78"),
    CmeCode(906, "TCP or UDP connection error",                  PROTOCOL, "LEG-E, HL78"),
    CmeCode(907, "generic error",                                PROTOCOL, "LEG-E, HL78"),
    CmeCode(908, "failed to accept the client's request",        PROTOCOL, "LEG-E, HL78"),
    CmeCode(909, "incoherent data: not as many bytes as told",   PROTOCOL, "LEG-E, HL78"),
    CmeCode(910, "bad session id: no such session",              PROTOCOL, "QA-TCP, M213, ZN"),
    CmeCode(911, "session already running",                      PROTOCOL, "LEG-E, NBI, QA-BX"),
    CmeCode(912, "all sessions used",                            PROTOCOL, "LEG-E, TMS"),
    CmeCode(913, "socket connection timeout",                    PROTOCOL, "LEG-E, HL78"),
    CmeCode(914, "control socket connection timeout",            PROTOCOL, "LEG-E, HL78"),
    CmeCode(915, "parameter not expected",                       PROTOCOL, "LEG-E, QA-BX"),
    CmeCode(916, "parameter of invalid type or range",           PROTOCOL, "LEG-E, QA-BX, NBI"),
    CmeCode(917, "missing parameter",                            PROTOCOL, "LEG-E, QA-BX"),
    CmeCode(918, "feature is not supported",                     PROTOCOL, "LEG-E, HL78"),
    CmeCode(919, "feature not available",                        PROTOCOL, "LEG-E, HL78"),
    CmeCode(920, "protocol not supported",                       PROTOCOL, "LEG-E, HL78"),
    CmeCode(921, "invalid state of the bearer connection",       PROTOCOL, "LEG-E, HL78"),
    CmeCode(922, "invalid state of the session",                 PROTOCOL, "LEG-E, QA-BX, FNC"),
    CmeCode(923, "invalid state of the terminal port data mode", PROTOCOL, "LEG-E, F923"),
    CmeCode(924, "session busy",                                 PROTOCOL, "LEG-E, HL78, NBI"),
    CmeCode(925, "HTTP header name error",                       PROTOCOL, "LEG-E, HL78"),
    CmeCode(926, "HTTP header value error",                      PROTOCOL, "LEG-E, HL78"),
    CmeCode(927, "HTTP header name empty",                       PROTOCOL, "LEG-E, HL78"),
    CmeCode(928, "HTTP header value empty",                      PROTOCOL, "LEG-E, HL78"),
    CmeCode(929, "input data format invalid",                    PROTOCOL, "LEG-E, HL78"),
    CmeCode(930, "input data content invalid",                   PROTOCOL, "LEG-E, HL78"),
    CmeCode(931, "parameter length invalid",                     PROTOCOL, "LEG-E, HL78"),
    CmeCode(932, "parameter format invalid",                     PROTOCOL, "LEG-E, HL78"),
)

_TCP_NOTIF = (
    Meaning(-1, "no error",                                                  "TAB, FR"),
    Meaning(0,  "network error",                                             "ZO, FR, TAB"),
    Meaning(1,  "no more sockets available",                                 "ZO, FR, TAB"),
    Meaning(2,  "memory problem",                                            "ZO, FR, TAB"),
    Meaning(3,  "DNS error",                                                 "ZO, FR, TAB"),
    Meaning(4,  "disconnected by the remote side",                           "M207"),
    Meaning(5,  "connection error: refused or unreachable",                  "M207"),
    Meaning(6,  "generic error",                                             "M207"),
    Meaning(7,  "failed to accept the client's request",                     "M207"),
    Meaning(8,  "data sent, but not as many bytes as KTCPSND announced",     "M207, F8"),
    Meaning(9,  "bad session id",                                            "M207"),
    Meaning(10, "session already running",                                   "M207"),
    Meaning(11, "all sessions used",                                         "M207"),
    Meaning(12, "socket connection timeout",                                 "FR, TAB"),
    Meaning(13, "SSL connection error",                                      "FR, TAB"),
    Meaning(14, "SSL initialisation error",                                  "FR, TAB"),
    Meaning(15, "SSL certificate error",                                     "ZN"),
)

_UDP_NOTIF = (  # 4 and 7, the remote side's disconnection and the server's client, do not exist
    Meaning(0,  "network error",                                             "ZO, TMS"),
    Meaning(1,  "no more sockets available",                                 "ZO, TMS"),
    Meaning(2,  "memory problem",                                            "ZO, TMS"),
    Meaning(3,  "DNS error",                                                 "ZO, TMS"),
    Meaning(5,  "connection error: host unreachable",                        "ZO, TMS"),
    Meaning(6,  "generic error",                                             "ZO, TMS"),
    Meaning(8,  "data sent, but not as many bytes as KUDPSND announced",     "ZO, TMS"),
    Meaning(9,  "bad session id",                                            "ZO, TMS"),
    Meaning(10, "session already running",                                   "ZO, TMS"),
    Meaning(11, "all sessions used",                                         "ZO, TMS"),
)

_KSUP = (
    Meaning(0,  "ready, no access code needed",                              "ZN"),
    Meaning(1,  "waiting for an access code",                                "ZN"),
    Meaning(2,  "SIM not present",                                           "ZN, FSIM"),
    Meaning(3,  "SIM lock",                                                  "ZN"),
    Meaning(4,  "unrecoverable error",                                       "ZN"),
    Meaning(5,  "unknown state",                                             "ZN"),
    Meaning(6,  "inactive SIM",                                              "ZN"),
)

_KTCPSTAT_STATUS = (
    Meaning(0,  "not defined",                                               "TAB, FR"),
    Meaning(1,  "defined, not used",                                         "QA-TCP"),
    Meaning(2,  "connecting",                                                "QA-TCP"),
    Meaning(3,  "connected",                                                 "QA-TCP"),
    Meaning(4,  "closing",                                                   "TAB, FR"),
    Meaning(5,  "closed",                                                    "QA-TCP"),
)

_REGISTRATION_STAT = (
    Meaning(0,  "not registered, not searching",                             "ZN"),
    Meaning(1,  "registered, home network",                                  "ZN"),
    Meaning(2,  "not registered, searching",                                 "ZN"),
    Meaning(3,  "registration denied",                                       "ZN"),
    Meaning(4,  "unknown, for example out of coverage",                      "ZN"),
    Meaning(5,  "registered, roaming",                                       "ZN"),
    Meaning(6,  "registered for SMS only, home network",                     "STD"),
    Meaning(7,  "registered for SMS only, roaming",                          "STD"),
    Meaning(8,  "attached for emergency bearer services only",               "STD"),
    Meaning(9,  "registered, CSFB not preferred, home network",              "STD"),
    Meaning(10, "registered, CSFB not preferred, roaming",                   "STD"),
)

_KCNX_STATUS = (
    Meaning(0,  "disconnected by the network",                               "M197, QA-TCP"),
    Meaning(1,  "connected",                                                 "M197, F923"),
    Meaning(2,  "connection attempt failed",                                 "M197"),
    Meaning(3,  "closed",                                                    "M197, QA-TCP"),
    Meaning(4,  "connecting",                                                "M197, F923"),
    Meaning(5,  "idle countdown started",                                    "M197, FRCV"),
    Meaning(6,  "idle countdown cancelled",                                  "M197"),
)
# fmt: on


def _by_code(rows: tuple[Meaning, ...]) -> Mapping[int, Meaning]:
    return MappingProxyType({row.code: row for row in rows})


#: ``<err>`` of ``+CME ERROR``. 901 and 933 and above are not here: no source gives them. Nor are
#: 151 to 165, errors of voice group calls, whose words would hide those of the packet domain.
CME: Mapping[int, CmeCode] = MappingProxyType(
    {code: CmeCode(code, text, CmeGroup.STANDARD, "LEG-S") for code, text in _STANDARD.items()}
    | {row.code: row for row in _SIERRA}
)

#: ``<tcp_notif>`` of ``+KTCP_NOTIF`` and ``+KTCPSTAT``; -1 stands in ``+KTCPSTAT`` only.
TCP_NOTIF = _by_code(_TCP_NOTIF)

#: ``<udp_notif>`` of ``+KUDP_NOTIF``.
UDP_NOTIF = _by_code(_UDP_NOTIF)

#: ``<stat>`` of ``+KSUP``.
KSUP = _by_code(_KSUP)

#: ``<status>`` of ``+KTCPSTAT``.
KTCPSTAT_STATUS = _by_code(_KTCPSTAT_STATUS)

#: ``<stat>`` of ``+CREG``, ``+CGREG`` and ``+CEREG``.
REGISTRATION_STAT = _by_code(_REGISTRATION_STAT)

#: ``<status>`` of ``+KCNX_IND``.
KCNX_STATUS = _by_code(_KCNX_STATUS)

# What stands before the words of a CMEE=2 line, if the whole line is handed in.
_PREFIX = re.compile(r"\s*\+CME[ _]ERROR\s*:?", re.IGNORECASE)

_CODE_OF_WORDS = {entry.text.casefold(): entry.code for entry in CME.values()} | {
    "invalid state of terminate port data mode": 923,  # [HL78]; [F923] quotes the same words
    "error due to invalid state of terminate port data mode": 923,
}


def cme_code_of_text(text: bytes) -> int | None:
    """Find the code that a modem put into words (``CMEE=2``).

    Args:
        text: The words, or the whole line. Letter case does not matter: RC7620 writes
            ``no network service`` [JOF], the Legato AT server ``No network service``.

    Returns:
        The code; None for words of no code.

    >>> cme_code_of_text(b"+CME ERROR: no network service")
    30
    """
    words = _PREFIX.sub("", text.decode("utf-8", "backslashreplace"), count=1)
    return _CODE_OF_WORDS.get(" ".join(words.split()).casefold())


def cme_meaning(code: int | None, text: bytes) -> str:
    """Say in a few words what a ``+CME ERROR`` means.

    Args:
        code: The number, if the modem gave one.
        text: What the modem wrote after the colon; used only where *code* is None.

    >>> cme_meaning(910, b"910")
    'bad session id: no such session'
    >>> cme_meaning(960, b"960"), cme_meaning(None, b"Oops"), cme_meaning(None, b"")
    ('unknown code 960', 'unknown error "Oops"', 'no code given')
    """
    known = cme_code_of_text(text) if code is None else code
    if known is not None:
        return CME[known].text if known in CME else f"unknown code {known}"
    words = _PREFIX.sub("", text.decode("utf-8", "backslashreplace"), count=1).strip()
    return f'unknown error "{words}"' if words else "no code given"


def code_meaning(meanings: Mapping[int, Meaning], code: int | None) -> str:
    """Say in a few words what a value of one of these tables means.

    >>> code_meaning(TCP_NOTIF, 4), code_meaning(UDP_NOTIF, 4), code_meaning(KSUP, None)
    ('disconnected by the remote side', 'unknown code 4', 'no code given')
    """
    if code is None:
        return "no code given"
    return meanings[code].text if code in meanings else f"unknown code {code}"
