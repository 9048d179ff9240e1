"""What a row of the table of causes is.

A row separates what a log *proves* from what is only *likely*: the first sentence holds nothing
that is not on a line of the log or in a table of meanings; the second is a guess of an expert, and
the report says so. Words in ``{braces}`` are filled in from the log (`atfsm.replay.evidence` lists
them); a part in ``[[double brackets]]`` vanishes where the log does not show what it would name.

Nothing here steers: a code is interpreted to explain, never to decide whether to reset.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, TypedDict, Unpack

from atfsm.at.facts import TcpFact as T
from atfsm.at.facts import UdpFact as U
from atfsm.charts import TCP, UDP
from atfsm.fact import Fact

#: A word that is filled in, and a part that may vanish.
WORD: Final = re.compile(r"\{(\w+)\}")
OPTIONAL: Final = re.compile(r"\[\[(.*?)\]\]")
#: What a refusal, a notification or a status carries: its number, or its words where it has none.
Code = int | str


@dataclass(frozen=True, slots=True)
class Cause:
    """One row.

    Attributes:
        code: Its stable name: chart, then what, then where; words are joined by dots. A number in
            second place is a ``+CME ERROR``, behind ``notif`` a code of ``NOTIF``.
        title: What went wrong, in a few words.
        facts: The facts that it explains, all of one chart.
        proved: What the log shows, in a sentence or two.
        likely: What an expert would guess, as the end of a sentence that begins with "Likely:";
            empty where there is nothing to guess.
        do: What to do beside the full reset of the machine; may be empty.
        settle: What to log or to ask the modem next, so that a guess becomes a fact; may be empty.
        source: Evidence, as in ``docs/sources.md``.
        states: The states that it explains them in; empty: all.
        codes: What the line has to carry; empty: anything.
        needs: Words that the log has to fill in.
        by: Charts of the neighbour that has to have taken the machine along; empty: any, or none.
        remedy: What to do instead of the machine's full reset; empty: the full reset.
        first: What to do before that; may be empty.
    """

    code: str
    title: str
    facts: frozenset[Fact]
    proved: str
    likely: str
    do: str
    settle: str
    source: str
    states: frozenset[str]
    codes: frozenset[Code]
    needs: frozenset[str]
    by: frozenset[str]
    remedy: str
    first: str

    @property
    def chart(self) -> str:
        """Name of the chart whose wobbles it explains."""
        return self.code.partition(".")[0]


def cause(
    code: str,
    title: str,
    facts: Fact | tuple[Fact, ...],
    proved: str,
    *,
    source: str,
    likely: str = "",
    do: str = "",
    settle: str = "",
    states: tuple[str, ...] = (),
    codes: tuple[Code, ...] = (),
    needs: tuple[str, ...] = (),
    by: tuple[str, ...] = (),
    remedy: str = "",
    first: str = "",
) -> Cause:
    """Declare one row; see `Cause`."""
    facts = facts if isinstance(facts, tuple) else (facts,)
    return Cause(
        code=code,
        title=title,
        facts=frozenset(facts),
        proved=proved,
        likely=likely,
        do=do,
        settle=settle,
        source=source,
        states=frozenset(map(str, states)),
        codes=frozenset(codes),
        needs=frozenset(needs),
        by=frozenset(by),
        remedy=remedy,
        first=first,
    )


#: What TCP and UDP sockets have in common, so that one row can be written for both.
TWINS: Final[dict[str, tuple[T, U | None]]] = {
    "define_refused": (T.DEFINE_REFUSED, U.DEFINE_REFUSED),
    "connect_refused": (T.CONNECT_REFUSED, None),
    "send_refused": (T.SEND_REFUSED, U.SEND_REFUSED),
    "receive_refused": (T.RECEIVE_REFUSED, U.RECEIVE_REFUSED),
    "stray_refusal": (T.STRAY_REFUSAL, U.STRAY_REFUSAL),
    "failed": (T.FAILED, U.FAILED),
    "limit_passed": (T.LIMIT_PASSED, U.LIMIT_PASSED),
    "send_opened": (T.SEND_OPENED, U.SEND_OPENED),
    "sent": (T.SENT, U.SENT),
    "receive_opened": (T.RECEIVE_OPENED, U.RECEIVE_OPENED),
    "received": (T.RECEIVED, U.RECEIVED),
    "close_answered": (T.CLOSE_ANSWERED, U.CLOSE_ANSWERED),
    "delete_answered": (T.DELETE_ANSWERED, U.DELETE_ANSWERED),
    "swept": (T.SWEPT, U.SWEPT),
}
REFUSED: Final = (
    *("define_refused", "connect_refused", "send_refused", "receive_refused", "stray_refusal"),
)


class Both(NamedTuple):
    """Words that are not the same for TCP and for UDP."""

    tcp: str
    udp: str


class Rest(TypedDict, total=False):
    """What a row may hold besides; see `Cause`."""

    likely: str | Both
    do: str | Both
    settle: str | Both
    states: tuple[str, ...]
    codes: tuple[Code, ...]
    needs: tuple[str, ...]
    by: tuple[str, ...]
    remedy: str | Both
    first: str | Both


def twins(
    code: str,
    title: str,
    facts: tuple[str, ...],
    proved: str,
    *,
    source: str,
    **rest: Unpack[Rest],
) -> tuple[Cause, ...]:
    """Declare one row for TCP and one for UDP.

    *facts* are keys of `TWINS`; of the states each chart takes those that it has.
    """
    rows = []
    for index, chart in enumerate((TCP, UDP)):
        names = {str(state.name) for state in chart.states}
        told = (TWINS[name][index] for name in facts)
        row = cause(
            f"{chart.name}.{code}",
            title,
            tuple(fact for fact in told if fact is not None),
            proved,
            source=source,
            **{key: each[index] if isinstance(each, Both) else each for key, each in rest.items()},  # type: ignore[arg-type]
        )
        rows.append(replace(row, states=row.states & names))
    return tuple(rows)
