"""Outputs as they are written down in a journal, and read again.

An entry is a plain dictionary that JSON can hold; bytes stand in it as text of the same code
points (latin-1), so that nothing is lost and ``OK`` can be read by people. What moves machines
(`Read`, `Written`, `LimitPassed`, `Injected`) and what they came to (`Moved`) comes back exactly;
of the rest only what a time line shows does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Final, NoReturn, TypeAlias, assert_never

from atfsm.stack.outputs import (
    Answered,
    AskReset,
    Cause,
    Closed,
    CutPower,
    Injected,
    InService,
    LimitPassed,
    Moved,
    NeedsHuman,
    Opened,
    Output,
    PeerClosed,
    Read,
    Received,
    Remember,
    Reset,
    Rung,
    Sent,
    Unsent,
    Waiting,
    Written,
)

#: The form that is written, and the only one that is read. Kinds may be added within it.
FORM: Final = "atfsm/1"
#: Bytes of the wire that one entry holds at most; ours: escaped, they are still less than the
#: 64 KiB of a line at which captures are cut.
PIECE_BYTES: Final = 8_192
#: How much is kept of each text of a cause, and of how many lines; ours: the lines themselves
#: are in the journal.
TEXT_AT_MOST: Final = 200
LINES_AT_MOST: Final = 20
#: The kinds that say what became of a request: written for people, not needed for a replay.
TOLD_ONLY: Final = frozenset(
    {
        *("ask_reset", "remember", "opened", "received", "sent", "unsent"),
        *("peer_closed", "closed", "waiting", "answered"),
    }
)

Entry: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The head of a run: all machines start anew behind it.

    Attributes:
        version: Of atfsm.
        port: The port that was opened.
        dialect: Name of the modem family.
        end_pattern: What ends payload, by the configuration.
        echo: Whether every answer had to come after the echo of its command.
        complete: Whether the run is written from its beginning on.
        form: The form of what follows.
    """

    version: str
    port: str
    dialect: str
    end_pattern: bytes
    echo: bool
    complete: bool = True
    form: str = FORM


def entries_of(output: Output | Run) -> list[Entry]:
    """Write one output down: one entry, or more where it holds many bytes of the wire."""
    match output:
        case Read():
            return _pieces("rx", output.data)
        case Written():
            return _pieces("tx", output.data)
        case _:
            return [_entry_of(output)]


#: What is no piece of the wire.
_Beside: TypeAlias = (
    Run
    | LimitPassed
    | Injected
    | Moved
    | CutPower
    | AskReset
    | Remember
    | Opened
    | Received
    | Sent
    | Unsent
    | PeerClosed
    | Closed
    | Reset
    | NeedsHuman
    | InService
    | Waiting
    | Answered
)


def _pieces(kind: str, data: bytes) -> list[Entry]:
    starts = range(0, len(data), PIECE_BYTES)
    pieces: list[Entry] = [
        {"kind": kind, "data": text_of(data[at : at + PIECE_BYTES]), "more": True} for at in starts
    ]
    if pieces:
        del pieces[-1]["more"]
    return pieces


def _entry_of(output: _Beside) -> Entry:
    match output:
        case Run():
            head = asdict(output)
            form, pattern = head.pop("form"), text_of(head.pop("end_pattern"))
            return {"kind": "run", "journal": form, **head, "end_pattern": pattern}
        case LimitPassed():
            return {"kind": "limit", **asdict(output)}
        case Injected():
            return {"kind": "injected", **asdict(output)}
        case Moved():
            return {"kind": "move", **asdict(output)}
        case Reset():
            head = {"rung": output.rung.value, "handles": list(output.handles)}
            return {"kind": "reset", **head, "cause": _cause(output.cause)}
        case CutPower() | NeedsHuman():
            kind = "cut_power" if isinstance(output, CutPower) else "needs_human"
            return {"kind": kind, "cause": _cause(output.cause)}
        case AskReset():
            return {
                "kind": "ask_reset",
                "rung": output.rung.value,
                "cause": _cause(output.cause),
            }
        case Remember():
            kept = output.memory
            return {
                "kind": "remember",
                "resets": dict(kept.resets),
                "restarts": len(kept.restarts_s),
                "power_cuts": len(kept.power_cuts_s),
            }
        case Opened():
            return {"kind": "opened", **asdict(output)}
        case Received():
            return {"kind": "received", "handle": output.handle, "bytes": len(output.data)}
        case Sent():
            return {"kind": "sent", **asdict(output)}
        case Unsent():
            cause = None if output.cause is None else _cause(output.cause)
            return {"kind": "unsent", **asdict(output), "cause": cause}
        case PeerClosed():
            return {"kind": "peer_closed", **asdict(output)}
        case Closed():
            return {"kind": "closed", **asdict(output)}
        case InService():
            return {"kind": "in_service"}
        case Waiting():
            return {"kind": "waiting", **asdict(output), "rung": output.rung.value}
        case Answered():
            return {
                "kind": "answered",
                "ticket": output.ticket,
                "lines": len(output.lines),
                "result": text_of(output.result),
            }
        case _:
            assert_never(output)


def output_of(entry: Mapping[str, object]) -> Output | Run | None:
    """Read one entry, whoever wrote it.

    Returns:
        What it says; None where it is of a kind that a replay has no use for.

    Raises:
        ValueError: It is of no known kind, or what it must hold is missing or of another type.
    """
    kind = _str(entry, "kind")
    match kind:
        case "run":
            return Run(
                version=_str(entry, "version"),
                port=_str(entry, "port"),
                dialect=_str(entry, "dialect"),
                end_pattern=bytes_of(_str(entry, "end_pattern")),
                echo=_bool(entry, "echo"),
                complete=_bool(entry, "complete"),
                form=_str(entry, "journal"),
            )
        case "rx":
            return Read(bytes_of(_str(entry, "data")))
        case "tx":
            return Written(bytes_of(_str(entry, "data")))
        case "limit":
            at_s, limit_s = number_in(entry, "at_s"), number_in(entry, "limit_s")
            return LimitPassed(_str(entry, "machine"), _str(entry, "key"), at_s, limit_s)
        case "injected":
            names = (_str(entry, n) for n in ("machine", "key", "fact", "context"))
            return Injected(*names)
        case "move":
            return _moved(entry)
        case "reset":
            handles = tuple(_int(h) for h in _list(entry, "handles"))
            return Reset(Rung(_str(entry, "rung")), _read_cause(entry), handles)
        case "cut_power":
            return CutPower(_read_cause(entry))
        case "needs_human":
            return NeedsHuman(_read_cause(entry))
        case "in_service":
            return InService()
        case _:
            return None if kind in TOLD_ONLY else _refuse(f"there is no kind {kind!r:.40}")


def _moved(entry: Mapping[str, object]) -> Moved:
    swept_by = None
    if entry.get("swept_by") is not None:
        machine, key = (_is_str(name) for name in _list(entry, "swept_by"))
        swept_by = (machine, key)
    return Moved(
        _str(entry, "machine"),
        _str(entry, "key"),
        _int(entry.get("generation")),
        _str(entry, "before"),
        _str(entry, "fact"),
        _str(entry, "state"),
        _bool(entry, "is_wobble"),
        swept_by,
    )


def text_of(data: bytes) -> str:
    """Bytes as text of the same code points."""
    return data.decode("latin-1")


def bytes_of(text: str) -> bytes:
    """The way back.

    Raises:
        ValueError: A character is no byte.
    """
    return text.encode("latin-1")


def number_in(entry: Mapping[str, object], name: str) -> float:
    """A finite number.

    Raises:
        ValueError: It is none, or is not there.
    """
    value = entry.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(f"{name} is no number")
    try:
        number = float(value)
    except OverflowError as error:
        raise ValueError(f"{name} is beyond all numbers") from error
    if not isfinite(number):
        _refuse(f"{name} is not finite")
    return number


def _cause(cause: Cause) -> Entry:
    texts: Entry = {name: _cut(text) for name, text in asdict(cause).items() if name != "lines"}
    return {**texts, "lines": [_cut(line) for line in cause.lines[-LINES_AT_MOST:]]}


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_AT_MOST else text[: TEXT_AT_MOST - 1] + "…"


def _read_cause(entry: Mapping[str, object]) -> Cause:
    cause = entry.get("cause")
    if not isinstance(cause, dict):
        _refuse("cause is missing")
    lines = tuple(_is_str(line) for line in _list(cause, "lines"))
    machine, key = _str(cause, "machine"), _str(cause, "key")
    state, kind = _str(cause, "state"), _str(cause, "kind")
    return Cause(machine, key, state, kind, _str(cause, "fact"), _str(cause, "line"), lines)


def _refuse(why: str) -> NoReturn:
    raise ValueError(why)


def _str(entry: Mapping[str, object], name: str) -> str:
    return _is_str(entry.get(name))


def _is_str(value: object) -> str:
    if not isinstance(value, str):
        _refuse(f"{value!r:.40} is no text")
    return value


def _bool(entry: Mapping[str, object], name: str) -> bool:
    value = entry.get(name)
    if not isinstance(value, bool):
        _refuse(f"{name} is neither true nor false")
    return value


def _int(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        _refuse("a number is missing")
    return value


def _list(entry: Mapping[str, object], name: str) -> list[object]:
    value = entry.get(name)
    if not isinstance(value, list):
        _refuse(f"{name} is no list")
    return value
