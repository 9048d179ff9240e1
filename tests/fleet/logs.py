"""Small logs of many modems, generated: the same seed writes the same bytes."""

from __future__ import annotations

import datetime as dt
import gzip
import random
from collections.abc import Iterator
from pathlib import Path

FOLDER_FILES = 1_000  # in one folder
MODEMS = (
    ("RC7620", "SWI9X07H_00.08.07.00"),
    ("RC7620", "SWI9X07H_00.08.19.00"),
    ("RC7611", "SWI9X07H_00.08.07.00"),
    ("HL7800", "HL7800.4.6.9.4"),
)


class _Log:
    """Stamped Tx/Rx lines."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.lines: list[str] = []
        self._now = dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC) + dt.timedelta(
            seconds=chance.randrange(86_400)
        )

    def _write(self, side: str, text: str, after_ms: int) -> None:
        self._now += dt.timedelta(milliseconds=after_ms)
        stamp = f"{self._now:%Y-%m-%d %H:%M:%S}.{self._now.microsecond // 1000:03d}"
        self.lines.append(f"[{stamp}] {side}: {text}\n")

    def ask(self, command: str, *answers: str) -> None:
        """A command, and what comes."""
        self._write("Tx", command, self.chance.randrange(15, 400))
        for answer in answers:
            self._write("Rx", answer, self.chance.randrange(2, 40))

    def send(self, number: int) -> None:
        """Data goes out over TCP session 1."""
        payload = f"t={self.chance.randrange(-200, 400) / 10};n={number:05d}"
        self.ask(f"AT+KTCPSND=1,{len(payload)}", "CONNECT")
        self._write("Tx", f"{payload}--EOF--Pattern--", 2)
        self._write("Rx", "OK", 9)


def small_log(seed: int) -> str:
    """A session of some forty lines; one in five goes wrong."""
    chance = random.Random(seed)
    log = _Log(chance)
    model, firmware = chance.choice(MODEMS)
    # The older firmware fails more often: something for a report to find.
    fails = chance.random() < (0.35 if "08.07" in firmware else 0.1)
    log.ask("AT+CGMM", model, "OK")
    log.ask("AT+CGMR", f"{firmware} r1 gcc", "OK")
    log.ask("AT+CGSN", f"35265309{seed % 10**7:07d}", "OK")
    log.ask("AT+CPIN?", "+CPIN: READY", "OK")
    log.ask("AT+CEREG?", "+CEREG: 0,1", "OK")
    log.ask('AT+KCNXCFG=1,"GPRS","internet"', "OK")
    log.ask('AT+KTCPCFG=1,0,"203.0.113.5",7', "+KTCPCFG: 1", "OK")
    cause = chance.choice(("early", "early", "early", "923", "notif", "notif", "lost", "restart"))
    if fails and cause == "early":
        log.ask("AT+KTCPCNX=1", "OK", "+KCNX_IND: 1,4,1", "+KCNX_IND: 1,1,0")
        log.ask("AT+KTCPSND=1,15", "+CME ERROR: 923")
        log.ask("AT+KTCPCLOSE=1,1", "OK")
        return "".join(log.lines)
    log.ask("AT+KTCPCNX=1", "OK", "+KCNX_IND: 1,4,1", "+KCNX_IND: 1,1,0", "+KTCP_IND: 1,1")
    for number in range(chance.randrange(1, 5)):
        log.send(number)
    match cause if fails else "":
        case "923":
            log.ask("AT+KTCPSND=1,15", "+CME ERROR: 923")
        case "notif":
            log.ask("AT+CSQ", "+CSQ: 17,99", "OK", f"+KTCP_NOTIF: 1,{chance.choice((5, 6, 8))}")
        case "lost":
            log.ask("AT+CSQ", "+CSQ: 4,99", "OK", "+KCNX_IND: 1,0,0")
        case "restart":
            log.ask("AT+CSQ", "+CSQ: 9,99", "OK", "+KSUP: 0")
        case _:
            log.ask("AT+CSQ", "+CSQ: 21,99", "OK")
    log.ask("AT+KTCPCLOSE=1,1", "OK")
    log.ask("AT+KTCPDEL=1", "OK")
    return "".join(log.lines)


def write_fleet(folder: Path, count: int, *, seed: int = 0) -> Iterator[Path]:
    """Write *count* small logs into folders of a thousand, and name each."""
    for number in range(count):
        if number % FOLDER_FILES == 0:
            below = folder / f"{number // FOLDER_FILES:04d}"
            below.mkdir(parents=True, exist_ok=True)
        path = below / f"{number % FOLDER_FILES:03d}.log"
        path.write_text(small_log(seed + number), "utf-8")
        yield path


def write_mixed_fleet(folder: Path, count: int) -> None:
    """Write small logs, and beside them everything that a folder of logs may hold."""
    for _ in write_fleet(folder, count):
        pass
    (folder / "empty.log").write_bytes(b"")
    (folder / "prose.txt").write_text("Nothing of this is AT.\n" * 3, "utf-8")
    (folder / "packed.log.gz").write_bytes(gzip.compress(small_log(3).encode(), mtime=0))
    (folder / "torn.log.gz").write_bytes(gzip.compress(small_log(4).encode(), mtime=0)[:200])
    (folder / "gone.log").symlink_to(folder / "no-such-file")
    (folder / "noise.bin").write_bytes(random.Random(1).randbytes(5_000))
