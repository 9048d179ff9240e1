"""Nothing secret reaches a page: not in a row, not in a sentence, not in what is packed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atfsm.replay.records import Direction
from tests.replay.renderers import RENDERERS
from tests.replay.test_journal_replay import connected, journal_of, receive_payload, send_payload
from tests.view.reading import Page
from tests.view.writing import paged

TX, RX = Direction.TX, Direction.RX
Wire = tuple[float, Direction, bytes]


class Plant(NamedTuple):
    """Somewhere that a secret is put.

    Attributes:
        kind: What it is.
        turns: What is said there; ``{}`` is the secret, and a leading blank the modem's.
    """

    kind: str
    turns: tuple[str, ...]


# fmt: off
PLANTS = (
    Plant("PIN",          ('AT+CPIN="{}"', " OK")),
    Plant("PIN",          ("at+cmee=1;+cpin={}", " +CME ERROR: 16")),
    Plant("PIN",          ('AT+CPIN="12345678","{}"', " ERROR")),
    Plant("PIN",          ('AT+CLCK="SC",1,"{}"', " OK")),
    Plant("PIN",          ('AT+CPWD="SC","00000000","{}"', " OK")),
    Plant("PIN",          ("ATD**04*0000*{0}*{0}#;", " OK")),
    Plant("password",     ('AT+KCNXCFG=1,"GPRS","apn.example","u","{}"', " OK")),
    Plant("password",     ('AT+KCNXCFG=1,"GPRS","apn.example","{}","p"', " ERROR")),
    Plant("password",     ("AT+KCNXCFG?", ' +KCNXCFG: 1,"GPRS","apn.example","u","{}","IPV4"', " OK")),
    Plant("password",     ('AT+CGAUTH=1,1,"user","{}"', " OK")),
    Plant("password",     ('AT$QCPDPP=1,1,"{}","user"', " OK")),
    Plant("password",     ('AT+WPPP=1,1,"user","{}"', " OK")),
    Plant("IMEI",         ("AT+CGSN", " {}", " OK")),
    Plant("IMEI",         ("AT+GSN", " {}", " OK")),
    Plant("IMEI",         ("AT+KGSN=0", " +KGSN: {}", " OK")),
    Plant("IMEI",         ("AT+CGSN=1", ' +CGSN: "{}"', " OK")),
    Plant("IMEI",         ("ATI", " Model: RC7620", " IMEI: {}", " OK")),
    Plant("IMEI",         (" {}",)),
    Plant("IMEI",         ("AT+KUNKNOWN={}", " OK")),
    Plant("IMSI",         ("AT+CIMI", " {}", " OK")),
    Plant("ICCID",        ("AT+CCID", " +CCID: {}", " OK")),
    Plant("ICCID",        ("AT!ICCID?", " !ICCID: {}", " OK")),
    Plant("ICCID",        ("AT+ICCID", " {}", " OK")),
    Plant("ICCID",        (" {}",)),
    Plant("phone number", ("ATD{};", " OK")),
    Plant("phone number", ("AT+CNUM", ' +CNUM: "me","{}",145', " OK")),
    Plant("phone number", (' +CLIP: "{}",145',)),
    Plant("phone number", ("AT+CPBR=1", ' +CPBR: 1,"{}",145,"Bob"', " OK")),
    Plant("phone number", ('AT+CSCA="{}"', " OK")),
    Plant("message",      ('AT+CMGS="+31600000000"', "{}\x1a", " +CMGS: 1", " OK")),
    Plant("message",      (' +CMT: "+31600000000",,"26/11/22,10:00:00+04"', " {}")),
    Plant("message",      ("AT+CMGR=1", ' +CMGR: "REC READ","+31600000000",,"26/11/22"', " {}", " OK")),
    Plant("payload",      ("AT+KTCPSND=1,{n}", " CONNECT", "{}--EOF--Pattern--", " OK")),
    Plant("payload",      ("AT+KTCPSND=1,{n}", " CONNECT", "{}\r\nOK\r\n{}--EOF--Pattern--", " OK")),
    Plant("payload",      ("AT+KTCPSND=1,{n}", " CONNECT", "{}")),
    Plant("payload",      ("AT+KTCPRCV=1,{n}", " CONNECT", " {}--EOF--Pattern--", " OK")),
    Plant("payload",      (" +KTCP_DATA: 1,5,{}",)),
    Plant("payload",      ("ATD*99***1#", " CONNECT", "{}", " {}", " +URC: {}", " NO CARRIER")),
)
# fmt: on

#: Kinds whose values are found again wherever they stand.
REMEMBERED = frozenset({"PIN", "password", "IMEI", "IMSI", "ICCID", "phone number"})
PATTERN = "--EOF--Pattern--"
LETTERS = "abcdefghkmnpqrstuvwxyzABCDEFGHKMNPQRSTUVWXYZ"


def value(kind: str, chance: random.Random) -> str:
    """Make up a secret that stands nowhere by accident."""
    digits = "".join(chance.choice("0123456789") for _ in range(30))
    match kind:
        case "PIN":
            return f"7{digits[:7]}"
        case "IMEI" | "IMSI":
            return f"3{digits[:14]}"
        case "ICCID":
            return f"89{digits[: chance.choice((17, 18))]}"
        case "phone number":
            return f"{chance.choice(('+', ''))}3{digits[:10]}"
        case _:
            marks = chance.choice(("", "!", "$%", " ")) if kind == "password" else ""
            word = "".join(chance.choice(LETTERS) for _ in range(12))
            return f"{word[:6]}{marks}{word[6:]}"


def chunks_of(plants: Sequence[tuple[Plant, str]]) -> list[Wire]:
    """Say everything, a tenth of a second apart."""
    wire: list[Wire] = []
    for plant, secret in plants:
        for turn in plant.turns:
            text = turn.replace("{}", secret).replace("{0}", secret)
            sent = [t.removesuffix(PATTERN) for t in plant.turns if "{" in t]
            size = len(sent[-1].strip(" ").replace("{}", secret))
            data = text.replace("{n}", str(size)).encode()
            is_payload = text.endswith(PATTERN)
            if turn.startswith(" "):
                wire.append((len(wire) / 10, RX, b"\r\n" + data[1:] + b"\r\n"))
            else:
                wire.append((len(wire) / 10, TX, data if is_payload else data + b"\r"))
    return wire


def written(plants: Sequence[tuple[Plant, str]], format_name: str) -> bytes:
    """Write a capture in which each secret is planted, and those that are known again, again."""
    capture = RENDERERS[format_name](chunks_of(plants))[0]
    known = [secret for plant, secret in plants if plant.kind in REMEMBERED]
    if format_name != "txrx":
        return capture
    notes = [f"// {secret} was used, x{secret}y, ({secret})" for secret in known]
    answers = [f'Rx: +FOO: "{secret}",{secret}' for secret in known]
    return "\n".join([*notes, capture.decode(), *notes, *answers]).encode() + b"\n"


def leaks(page: Page, secrets: Sequence[str]) -> list[str]:
    """The secrets that a page shows or holds."""
    held = "\n".join((page.html, page.everything(), page.blob.decode("latin-1")))
    return [secret for secret in secrets if secret.lstrip("+") in held]


PLANTED = st.lists(
    st.tuples(st.sampled_from(PLANTS), st.integers(0, 1 << 30)).map(
        lambda drawn: (drawn[0], value(drawn[0].kind, random.Random(drawn[1])))
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize("format_name", sorted(RENDERERS))
@given(plants=PLANTED, lines=st.sampled_from((1, 5, 1_000_000)))
@settings(max_examples=25)
def test_no_secret_of_a_capture_is_on_its_page(
    format_name: str,
    plants: list[tuple[Plant, str]],
    lines: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Whatever the logger, and however much of the capture the page leaves out."""
    folder = tmp_path_factory.mktemp("page")
    page = paged(written(plants, format_name), folder, lines_at_most=lines)

    assert [] == leaks(page, [secret for _, secret in plants])


def test_payload_that_an_ok_in_it_seemed_to_end_is_hidden(tmp_path: Path) -> None:
    """Where sizes do not add up, a line that reads OK ends the payload too early."""
    sent = [plant for plant in PLANTS if plant.turns[0].startswith("AT+KTCPSND")]
    unended, broken = sent[2], sent[1]
    page = paged(written([(unended, "FyVWrRKGPudR"), (broken, "FyVWrRKGPudR")], "bare"), tmp_path)

    assert [] == leaks(page, ["FyVWrRKGPudR"])


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: " ".join(plant.turns)[:50])
def test_each_secret_is_there_without_the_veil(plant: Plant, tmp_path: Path) -> None:
    """What hides it is the veil and not an accident; and the shape of the line stays."""
    secret = value(plant.kind, random.Random(plant.kind))
    capture = written([(plant, secret)], "txrx")
    shown, hidden = paged(capture, tmp_path, redact=False), paged(capture, tmp_path)

    assert [secret] == leaks(shown, [secret])
    assert [] == leaks(hidden, [secret])
    assert shown.meta["redacted"] is None
    assert 0 < sum(hidden.meta["redacted"].values())
    assert len(shown.rows()) == len(hidden.rows())


def test_the_payload_of_a_journal_is_not_on_its_page(tmp_path: Path) -> None:
    """Written, read, and cut into several entries."""
    driver = connected()
    send_payload(driver, b"gehEimEs hinaus")
    receive_payload(driver, b"gehEimEs herein")
    driver.write(b'AT+CPIN="71234567"')
    driver.read(b"\r\n+CME ERROR: 16\r\n")
    driver.write(b"AT+KTCPRCV=1,40")
    driver.read(b"\r\nCONNECT\r\ngehEim")
    driver.read(b"Es und mehr")
    page = paged(journal_of(driver), tmp_path)

    assert [] == leaks(page, ["gehEim", "71234567"])
    assert 'AT+CPIN="[PIN]"' in page.texts()


def test_the_name_of_the_capture_is_veiled(tmp_path: Path) -> None:
    """Logs are named after the modem that wrote them."""
    name = "modem-352099001761481.log"
    page = paged(b"Tx: AT\nRx: OK\n", tmp_path, name=name, command=f"atfsm view {name}")

    assert [] == leaks(page, ["352099001761481"])


def test_a_key_is_not_on_the_page(tmp_path: Path) -> None:
    """The lines between BEGIN and END, whoever wrote them."""
    lines = ["-----BEGIN PRIVATE KEY-----", "MIIEvQIBADANBgkqhkiG9w0", "-----END PRIVATE KEY-----"]
    text = "".join(f"Tx: {line}\n" for line in lines)
    page = paged(f"Tx: AT\nRx: OK\n{text}Tx: AT\nRx: OK\n".encode(), tmp_path)

    assert [] == leaks(page, ["MIIEvQIBADANBgkqhkiG9w0"])
    assert "key, 23 bytes" in page.texts()


def test_a_secret_at_the_cut_is_not_halved(tmp_path: Path) -> None:
    """A long line is cut behind its secrets were hidden, never through one."""
    secret = "352099001761481"  # noqa: S105  an IMEI that is nobody's
    rows = []
    for size in range(350, 560, 7):
        padding = "".join(f"{n:x}," for n in range(size))[:size]
        rows.append(f"Rx: +LONG: {padding} {secret} {padding}")
    page = paged(("Tx: AT\nRx: OK\n" + "\n".join(rows)).encode(), tmp_path)
    halves = [secret[:n] for n in range(8, 16)] + [secret[n:] for n in range(8)]

    assert [] == leaks(page, halves)
    assert max(map(len, page.texts())) < 440
