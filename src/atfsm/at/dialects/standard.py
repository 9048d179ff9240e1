"""What every modem of 3GPP TS 27.007 says: SIM, registration, power, packet domain events."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from atfsm.at.dialect import Command, DataMode, Text, Told, by_field
from atfsm.at.facts import ModemFact as M
from atfsm.at.facts import PdpFact as P
from atfsm.at.grammar import CommandLine, Form, InformationText
from atfsm.fact import Fact

SETTING_S = 15.0
SETTING = "6.4: settings 2 s (KR) to 15 s (STM default)"


def _registration(text: InformationText, _in_flight: CommandLine | None) -> tuple[Told, ...]:
    """Read ``+CEREG: <stat>[,<tac>…]`` (URC) and ``+CEREG: <n>,<stat>[,…]`` (read answer).

    The two differ in their second field: ``<tac>`` is a string, in quotes, and ``<stat>`` is a
    bare number (27.007; 6.2 [KR, ZO]). Length tells nothing: both forms have optional tails.
    """
    parts = text.value.split(b",", 2)
    second = parts[1].strip() if len(parts) > 1 else b""
    is_read_answer = second.isdigit() and len(second) <= 2
    stat = text.integer(1 if is_read_answer else 0)
    facts = CIRCUIT if text.name == b"+CREG" else PACKET
    return (Told("modem", "", facts[stat]),) if stat in facts else ()


# fmt: off
FUNCTIONALITY: dict[bytes, Fact] = {b"0": M.NETWORK_LEFT, b"4": M.NETWORK_LEFT, b"1": M.NETWORK_SOUGHT}
ATTACHMENT: dict[bytes, Fact] = {b"0": M.NETWORK_LEFT, b"1": M.ATTACHED}
SELECTION: dict[bytes, Fact] = {b"2": M.NETWORK_LEFT, b"0": M.NETWORK_SOUGHT, b"1": M.NETWORK_SOUGHT}
PACKET: dict[int | None, Fact] = {
    0: M.SEARCHING, 1: M.REGISTERED, 2: M.SEARCHING, 3: M.DENIED, 4: M.COVERAGE_LOST, 5: M.REGISTERED,
    6: M.LIMITED_SERVICE, 7: M.LIMITED_SERVICE, 8: M.LIMITED_SERVICE, 9: M.REGISTERED, 10: M.REGISTERED,
}
CIRCUIT: dict[int | None, Fact] = {
    0: M.SEARCHING_CIRCUIT, 1: M.REGISTERED_CIRCUIT, 2: M.SEARCHING_CIRCUIT, 3: M.DENIED_CIRCUIT,
    4: M.SEARCHING_CIRCUIT, 5: M.REGISTERED_CIRCUIT,
}
SIM_ERRORS: dict[int, Fact] = {  # 5.2 [LEG-S]
    10: M.SIM_LOST, 11: M.SIM_CODE_AWAITED, 12: M.SIM_LOCKED, 13: M.SIM_LOST, 14: M.SIM_BUSY, 15: M.SIM_LOST,
    **dict.fromkeys((5, 6, 7, *range(40, 49)), M.SIM_LOCKED),  # the modem is locked to other SIMs
}
#: What ``+CPIN`` asks for where the modem is locked to other SIMs (27.007, 8.3).
LOCKS: tuple[str, ...] = (
    "PH-SIM PIN", "PH-FSIM PIN", "PH-FSIM PUK", "PH-NET PIN", "PH-NET PUK", "PH-NETSUB PIN", "PH-NETSUB PUK", "PH-SP PIN", "PH-SP PUK",
    "PH-CORP PIN", "PH-CORP PUK",
)
SIM_WORDS: tuple[tuple[bytes, Fact], ...] = (  # 6.2; the first that the text begins with
    # PIN2 guards phone books and the like: the SIM is ready for service.
    (b"SIM PIN2", M.SIM_READY), (b"SIM PUK2", M.SIM_READY),
    (b"READY", M.SIM_READY), (b"SIM PIN", M.SIM_CODE_AWAITED), (b"SIM PUK", M.SIM_LOCKED),
    *((word.encode(), M.SIM_LOCKED) for word in LOCKS),
    (b"NOT INSERTED", M.SIM_LOST), (b"SIM REMOVED", M.SIM_LOST), (b"NOT READY", M.SIM_BUSY),
)
# fmt: on


def _sim(text: InformationText, _in_flight: CommandLine | None) -> tuple[Told, ...]:
    """Read ``+CPIN: <code>``: what the SIM waits for, or the modem where it is locked."""
    value = text.value.strip(b' "').upper()
    for word, fact in SIM_WORDS:
        if value.startswith(word):
            return (Told("modem", "", fact),)
    return ()


def _event(text: InformationText, _in_flight: CommandLine | None) -> tuple[Told, ...]:
    """Read ``+CGEV: <event>`` (27.007 packet domain events): only losses matter to a chart."""
    words = text.value.upper().split()
    if words[1:2] == [b"DETACH"]:
        return (Told("modem", "", M.DETACHED_BY_NETWORK if words[0] == b"NW" else M.DETACHED),)
    cid = b""
    if words[:3] == [b"NW", b"PDN", b"DEACT"] and len(words) > 3:
        cid = words[3].split(b",")[0]
    elif words[:2] == [b"NW", b"DEACT"]:
        # Before EPS: <PDP_type>,<PDP_addr>[,<cid>]. Of EPS, <p_cid>,<cid>,<event_type>: a dedicated
        # bearer goes, and its context stays.
        fields = [field.strip() for field in b" ".join(words[2:]).split(b",")]
        cid = fields[2] if len(fields) > 2 and not fields[0].isdigit() else b""
    return (Told("pdp", cid.decode(), P.LOST),) if cid.isdigit() and len(cid) <= 2 else ()


def _functionality(line: CommandLine) -> Fact | None:
    """Read ``AT+CFUN=<fun>[,<rst>]`` (6.1 [ZN, FR]): what its OK says."""
    fun, rst = (*line.parameters, b"", b"")[:2]
    return M.RESTART_ACCEPTED if rst == b"1" else FUNCTIONALITY.get(fun)


def _by_value(facts: Mapping[bytes, Fact]) -> Callable[[CommandLine], Fact | None]:
    """Read a command by its first parameter."""
    return lambda line: facts.get((*line.parameters, b"")[0])


def _leaving(
    does: Callable[[CommandLine], Fact | None],
) -> Callable[[CommandLine], Fact | None]:
    """What a command asks for whose OK says that the network was left."""
    return lambda line: M.LEAVE_REQUESTED if does(line) is M.NETWORK_LEFT else None


def _settings(*names: bytes) -> tuple[Command, ...]:
    return tuple(
        Command(
            name=name,
            form=None,
            limit_s=SETTING_S,
            source=SETTING,
            machine="modem",
            asks=lambda line: None if line.form in {Form.READ, Form.TEST} else M.SETUP_REQUESTED,
        )
        for name in names
    )


def _asking(*names: bytes) -> tuple[Command, ...]:
    return tuple(
        Command(name=name, form=None, limit_s=SETTING_S, source=SETTING) for name in names
    )


# fmt: off
COMMANDS: tuple[Command, ...] = (
    Command(name=b"", form=Form.EXECUTE, limit_s=2.0, source="6.4: plain AT 2 s (KR)"),
    *_settings(b"E", b"V", b"Q", b"X", b"&K", b"&D", b"&C", b"&S", b"+IFC", b"+IPR", b"+CMEE", b"+CEREG", b"+CREG", b"+CGREG",
               b"+CGEREP", b"+CPSMS", b"+CEDRXS"),
    *_asking(b"I", b"+CSQ", b"+CESQ", b"+CGMR", b"+GMR", b"+CGMM", b"+CGMI", b"+CGSN", b"+CIMI", b"+CCID", b"+CGPADDR", b"+CCLK"),
    Command(name=b"+CPIN", form=Form.READ, limit_s=SETTING_S, source="6.4: CPIN 3 s (STM); use 15 s", machine="modem",
            asked=M.SIM_CHECK_REQUESTED, refused=M.SIM_REFUSED, refused_by=SIM_ERRORS),
    # A code that was entered and is still asked for was refused (5.2).
    Command(name=b"+CPIN", form=Form.SET, limit_s=SETTING_S, source="6.4: CPIN 3 s (STM); use 15 s", machine="modem",
            refused=M.SIM_REFUSED, refused_by={**SIM_ERRORS, 11: M.SIM_REFUSED}),
    Command(name=b"+CFUN", form=Form.SET, limit_s=SETTING_S, source=SETTING, machine="modem",
            asks=_leaving(_functionality), does=_functionality, refused=M.RESTART_REFUSED),
    Command(name=b"+CGATT", form=Form.SET, limit_s=150.0, source="6.4: CGATT 140 s, CGACT 150 s (STM); use 150 s", machine="modem",
            asks=_leaving(_by_value(ATTACHMENT)), does=_by_value(ATTACHMENT), refused=M.LEAVE_REFUSED),
    Command(name=b"+COPS", form=Form.SET, limit_s=180.0, source="6.4: COPS 180 s (STM)", machine="modem",
            asks=_leaving(_by_value(SELECTION)), does=_by_value(SELECTION), refused=M.LEAVE_REFUSED),
    Command(name=b"D", form=Form.EXECUTE, limit_s=180.0, source="V.250: S7, connection completion timeout; ours", data=DataMode.ONLINE),
    Command(name=b"O", form=Form.EXECUTE, limit_s=SETTING_S, source="1.6 [M302]", data=DataMode.ONLINE),
)
TEXTS: tuple[Text, ...] = (
    Text(b"+CEREG", _registration, "6.2 [ZN, KR]"),
    Text(b"+CGREG", _registration, "6.2 [ZN, KR]"),
    Text(b"+CREG",  _registration, "6.2 [ZN, KR]"),
    Text(b"+CPIN",  _sim,          "6.2 [KR, FAE]"),
    Text(b"+CGATT", by_field("modem", {1: M.ATTACHED}, on=0), "6.2 [KR]"),
    Text(b"+CGEV",  _event,        "6.2 [STD, ZN]"),
)
# fmt: on
