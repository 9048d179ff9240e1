"""Which modem it is, by what it was asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from atfsm.fleet.rows import device_of
from atfsm.replay import replay
from atfsm.replay.identity import Acquaintance, Identity

IMEI = "352653090123458"


# fmt: off
TOLD = (
    (b"+CGMM", b"RC7620",                                  Identity(model="RC7620")),
    (b"+CGMM", b'+CGMM: "HL7802"',                         Identity(model="HL7802")),
    (b"+GMM",  b"  EC25  ",                                Identity(model="EC25")),
    (b"+cgmm", b"SIMCOM_SIM7600E-H",                       Identity(model="SIMCOM_SIM7600E-H")),
    (b"+CGMR", b"SWI9X07H_00.08.19.00",                    Identity(firmware="SWI9X07H_00.08.19.00")),
    (b"+CGMR", b"SWI9X30C_02.33.03.00 r8209 CARMD-EV-FRMWR2 2019/08/28 20:59:30", Identity(firmware="SWI9X30C_02.33.03.00")),
    (b"+GMR",  b"Revision: EC25EFAR06A01M4G",              Identity(firmware="EC25EFAR06A01M4G")),
    (b"+CGMR", b"+CGMR: LE20B04SIM7600M22",                Identity(firmware="LE20B04SIM7600M22")),
    (b"+KGSN", b"+KGSN: 352653090123458",                  Identity(imei=IMEI)),
    (b"+CGSN", b"352653090123458",                         Identity(imei=IMEI)),
    (b"+CGSN", b"IMEI: 352653090123458",                   Identity(imei=IMEI)),
    (b"+KGSN", b"+KGSN: RF93710045",                       Identity()),
    (b"I",     b"Model: RC7620",                           Identity(model="RC7620")),
    (b"I",     b"Revision: SWI9X07H_00.08.07.00 abc",      Identity(firmware="SWI9X07H_00.08.07.00")),
    (b"I",     b"IMEI: 352653090123458",                   Identity(imei=IMEI)),
    (b"I",     b"HL7800",                                  Identity(model="HL7800")),
    (b"I",     b"Manufacturer: Sierra Wireless, Incorporated", Identity()),
    (b"I",     b"Quectel",                                 Identity()),
    (b"+CGMM", b"+CREG: 1",                                Identity()),
    (b"+CGMM", b"+KTCP_IND: 1,1",                          Identity()),
    (b"+CGMM", b"",                                        Identity()),
    (b"+CGMM", b"x" * 500,                                 Identity()),
    (b"+CGMM", b"RC\x0076",                                Identity()),
)
# fmt: on


@pytest.mark.parametrize(("command", "text", "expected"), TOLD)
def test_an_answer_tells_what_it_was_asked_for(
    command: bytes, text: bytes, expected: Identity
) -> None:
    """A line of an answer tells model, firmware or serial number, or nothing."""
    assert expected == Identity().after(command, text)


def test_what_was_said_last_holds() -> None:
    """A modem whose firmware was updated has the new one."""
    told = Identity().after(b"+CGMR", b"OLD.1").after(b"+CGMR", b"NEW.2")

    assert Identity(firmware="NEW.2") == told


STAMP = "[2026-11-22 10:00:00.100] "
LOGS = {
    "tx and rx": (
        "Tx: AT+CGMM\nRx: RC7620\nRx: OK\nTx: AT+CGMR\nRx: A.1\nRx: OK\n"
        f"Tx: AT+CGSN\nRx: {IMEI}\nRx: OK\n"
    ),
    "a terminal": f"AT+CGMM\nRC7620\n\nOK\nAT+CGMR\nA.1\n\nOK\nAT+CGSN\n{IMEI}\n\nOK\n",
    "ATI": f"Tx: ATI\nRx: Model: RC7620\nRx: Revision: A.1\nRx: IMEI: {IMEI}\nRx: OK\n",
    "a line between": (
        "Tx: AT+GMM\nRx: +CREG: 1\nRx: RC7620\nRx: OK\nTx: AT+GMR\nRx: A.1\nRx: OK\n"
        f"Tx: AT+KGSN\nRx: +KGSN: {IMEI}\nRx: OK\n"
    ),
    "stamps": (
        f"{STAMP}Tx: ATI\n{STAMP}Rx: Model: RC7620\n{STAMP}Rx: Revision: A.1\n"
        f"{STAMP}Rx: IMEI: {IMEI}\n{STAMP}Rx: OK\n"
    ),
}


@pytest.mark.parametrize("log", LOGS.values(), ids=LOGS)
def test_a_replay_learns_which_modem_it_is(log: str, tmp_path: Path) -> None:
    """Whatever the log looks like and whichever commands were asked."""
    path = tmp_path / "a.log"
    path.write_text(log, "utf-8")
    met = Acquaintance()

    replay(str(path), tally=met)

    assert Identity("RC7620", "A.1", IMEI) == met.identity


def test_a_device_is_not_its_imei() -> None:
    """The digits stand for one IMEI and one salt, and show nothing of either."""
    digits = {device_of(IMEI), device_of(IMEI, "a"), device_of(IMEI, "b"), device_of("1" * 15)}

    assert device_of(IMEI) == device_of(IMEI)
    assert 4 == len(digits)
    assert all(d is not None and len(d) == 12 and IMEI[-6:] not in d for d in digits)
    assert device_of("") is None
