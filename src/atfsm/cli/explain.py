"""``atfsm explain``: what is known of a code, a line, a command or a cause, without a log."""

from __future__ import annotations

import argparse
import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from atfsm.cli.parser import Commands
from atfsm.cli.terms import CLEAN
from atfsm.errors import AtfsmError

if TYPE_CHECKING:
    from atfsm.replay.causes import Cause
    from atfsm.replay.topic import Spoken, Topic

SCHEMA: Final = "atfsm.explain/1"
LABEL: Final = 9
#: Causes that are written out; ours: of more than these, one line each.
WRITTEN_OUT: Final = 8
QUERY_AT_MOST: Final = 400  # ours: as long as a line that replay remembers


def add_to(commands: Commands) -> None:
    """Add the command."""
    explain = commands.add_parser(
        "explain",
        help="say what a code, a line, a state or a cause means, and what to do",
        description="Say what is known of a number (923), a line (+KTCP_NOTIF: 1,8; NO CARRIER), a "
        "name (KTCP_IND), a command, a state (wobble_silent), the code of a cause "
        "(tcp.923.connecting), or a word (sleep). Exit code: 0 known, 2 unknown.",
    )
    explain.add_argument("text", nargs="+", metavar="TEXT")
    explain.add_argument("--json", action="store_true", help="one JSON object")
    explain.add_argument(
        "-v", "--verbose", action="store_true", help="also where in the charts it fits"
    )
    explain.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from atfsm.replay.lookup import look_up, near
    from atfsm.replay.text import readable_columns

    text = " ".join(arguments.text)[:QUERY_AT_MOST]
    topics = _each(arguments.text) or look_up(text)
    if not topics:
        meant = near(text)
        hint = f"; near it: {', '.join(meant)}" if meant else "; try 923, KTCP_IND or NO CARRIER"
        if re.fullmatch(r"(?:\+CME ERROR: ?)?\d+", text):
            hint = "; the modem's own error codes are 902 to 932"
        raise AtfsmError(f"nothing is known of {text!r}{hint}")
    if arguments.json:
        print(json.dumps(_json(text, topics)))
        return CLEAN
    columns = readable_columns()
    for number, topic in enumerate(topics):
        if number:
            print()
        for line in _text(topic, columns, verbose=arguments.verbose):
            print(line)
    return CLEAN


def _each(texts: list[str]) -> tuple[Topic, ...]:
    """Several codes or lines: each for itself; nothing where the words are one text."""
    from atfsm.replay.lookup import look_up

    if len(texts) < 2 or not all(re.search(r"^\d+$|[:=]", text) for text in texts):
        return ()
    found = [look_up(text[:QUERY_AT_MOST]) for text in texts]
    return tuple(topic for topics in found for topic in topics) if all(found) else ()


# ------------------------------------------------------------------------------------- text


def _text(topic: Topic, columns: int, *, verbose: bool = False) -> Iterator[str]:
    from atfsm.replay.templates import without_lines

    causes = list(_merged(topic.causes))
    names = {code for codes, _, _ in causes for code in codes} | {r.code for r in topic.remarks}
    if topic.title not in names:
        yield topic.title
    if topic.meaning:
        yield from _row("means", f"{topic.meaning}{_cited(topic.source)}", columns)
    if topic.ordinary[0]:
        said, evidence = topic.ordinary
        yield from _row("usual", f"{said}{_cited(evidence)}", columns)
    for value in topic.values:
        yield from _row(str(value.code), f"{value.text}{_cited(value.source)}", columns)
    for chart, state in topic.states:
        limit = "" if state.timed_limit_s is None else f"; at most {state.timed_limit_s:g} s"
        yield from _row(chart.name, f"{state.about}{limit}{_cited(state.source)}", columns)
    # A code of its own is written out, however many narrower ones begin with it.
    is_short = len(causes) <= WRITTEN_OUT
    written = [cause for cause in causes if is_short or topic.title in cause[0]]
    for codes, row, either in written:
        if topic.title not in codes:
            yield ""
        yield f"{', '.join(codes)}: {row.title}"
        yield from _cause(row, either, columns)
    if not is_short:
        yield ""
        yield "Causes (atfsm explain CODE says more of each):"
        for codes, row, _ in causes:
            if topic.title not in codes:
                yield from _row("", f"{', '.join(codes)}: {row.title}", columns, width=2)
    yield from _remedies([row for _, row, _ in written], columns)
    for remark in topic.remarks:
        if topic.title != remark.code:
            yield ""
        yield f"{remark.code}: {remark.title}"
        said = without_lines(remark.says.format(text="<line>", line="<n>"))
        yield from _row("note", said, columns)
        yield from _row("source", remark.source, columns)
    if topic.told and (verbose or not (topic.causes or topic.remarks)):
        yield ""
        yield "In the charts:"
        for told in _told(topic.told):
            yield from _row("", told, columns, width=2)


def _cited(source: str) -> str:
    """Evidence behind what rests on it, in brackets of which none stand within their like."""
    if not source:
        return ""
    return f" ({source})" if "[" in source else f" [{source}]"


def _cause(row: Cause, chart: str, columns: int) -> Iterator[str]:
    from atfsm.replay.templates import plain

    for label, text in (
        ("shown", row.proved),
        ("likely", row.likely),
        ("first", row.first),
        ("do", " ".join(part for part in (row.remedy, row.do) if part)),
        ("ask", row.settle),
    ):
        if text:
            yield from _row(label, plain(text, chart), columns)
    yield from _row("source", row.source, columns)


def _remedies(causes: Sequence[Cause], columns: int) -> Iterator[str]:
    """The full reset of each machine that a cause may be about, once."""
    from atfsm.replay.causes import REMEDY
    from atfsm.replay.causes.advice import NOT_IN_DATA_MODE, NOTHING_DEFINED
    from atfsm.replay.templates import plain

    if not causes:
        return
    charts = dict.fromkeys(row.chart for row in causes if not row.remedy)
    yield ""
    yield "Whatever the cause, the full reset:" if charts else "Whatever the cause:"
    yield from _row("first", NOT_IN_DATA_MODE, columns)
    for chart in charts:
        yield from _row(chart, plain(REMEDY[chart], chart), columns)
    if any(fact.name == "DEFINE_REFUSED" for row in causes for fact in row.facts):
        refused = f"Where AT+KTCPCFG or AT+KUDPCFG itself was refused: {NOTHING_DEFINED}"
        yield from _row("but", refused, columns)


def _told(told: Iterable[Spoken]) -> Iterator[str]:
    """In which states facts fit, and where they are a wobble; what fits alike, in one line."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for spoken in told:
        fits, wobbles = _places(spoken)
        kinds = sorted({target.removeprefix("wobble_") for target in wobbles.values()})
        if not wobbles:
            where = "no wobble anywhere"
        elif fits:
            where = f"fits in {', '.join(fits)}; elsewhere a wobble ({', '.join(kinds)})"
        else:
            where = f"everywhere a wobble ({', '.join(kinds)})"
        what = f"{spoken.chart.name} {spoken.fact} ({spoken.fact.wire})"
        if spoken.commands:
            what = ", ".join(spoken.commands)
        alike.setdefault((where, "in answer to " if spoken.commands else ""), []).append(what)
    for (where, before), spoken_alike in alike.items():
        yield f"{before}{', '.join(spoken_alike)}: {where}"


def _places(spoken: Spoken) -> tuple[list[str], dict[str, str]]:
    """The states that list a fact, and those in which it is a wobble, with where it leads."""
    from atfsm.chart import CellKind

    fits, wobbles = [], {}
    for (state, fact), cell in spoken.chart.matrix.items():
        if fact is not spoken.fact:
            continue
        if cell.kind in {CellKind.ROW, CellKind.IGNORED}:
            fits.append(str(state))
        elif cell.kind is CellKind.WOBBLE:
            wobbles[str(state)] = str(cell.target)
    return fits, wobbles


def _merged(causes: Iterable[Cause]) -> Iterator[tuple[list[str], Cause, str]]:
    """Rows that say the same of TCP and of UDP, once; with the chart that they are of, or both."""
    from atfsm.replay.templates import EITHER

    found: dict[tuple[object, ...], tuple[list[str], Cause]] = {}
    for row in causes:
        same = (
            row.title,
            row.proved,
            row.likely,
            row.do,
            row.settle,
            row.source,
            row.remedy,
            row.first,
        )
        codes, _ = found.setdefault(same, ([], row))
        codes.append(row.code)
    for codes, row in found.values():
        charts = {code.partition(".")[0] for code in codes}
        yield codes, row, EITHER if charts == {"tcp", "udp"} else row.chart


def _row(label: str, text: str, columns: int, *, width: int = LABEL) -> list[str]:
    indent = " " * width
    lines = textwrap.wrap(text, columns - width, break_on_hyphens=False, break_long_words=False)
    head = f"  {label}".ljust(width)
    return [f"{head if n == 0 else indent}{line}" for n, line in enumerate(lines)]


# ------------------------------------------------------------------------------------- JSON


def _json(text: str, topics: tuple[Topic, ...]) -> dict[str, object]:
    return {"schema": SCHEMA, "query": text, "topics": [_topic_json(topic) for topic in topics]}


def _topic_json(topic: Topic) -> dict[str, object]:
    return {
        "title": topic.title,
        "meaning": topic.meaning,
        "source": topic.source,
        "usual": {"text": topic.ordinary[0], "source": topic.ordinary[1]},
        "values": [{"code": v.code, "text": v.text, "source": v.source} for v in topic.values],
        "states": [
            {
                "machine": chart.name,
                "state": str(state.name),
                "about": state.about,
                "limit_s": state.timed_limit_s,
                "source": state.source,
            }
            for chart, state in topic.states
        ],
        "told": [_told_json(spoken) for spoken in topic.told],
        "causes": [_cause_json(row) for row in topic.causes],
        "notes": [
            {"code": r.code, "title": r.title, "says": r.says, "source": r.source}
            for r in topic.remarks
        ],
    }


def _told_json(spoken: Spoken) -> dict[str, object]:
    fits, wobbles = _places(spoken)
    return {
        "machine": spoken.chart.name,
        "fact": str(spoken.fact),
        "wire": spoken.fact.wire,
        "commands": list(spoken.commands),
        "fits_in": fits,
        "wobbles_in": wobbles,
    }


def _cause_json(row: Cause) -> dict[str, object]:
    from atfsm.replay.templates import plain, remedy

    return {
        "cause": row.code,
        "title": row.title,
        "states": sorted(row.states),
        "codes": sorted(row.codes, key=str),
        "proved": plain(row.proved, row.chart),
        "likely": plain(row.likely, row.chart),
        "do": remedy(row),
        "settle": plain(row.settle, row.chart),
        "source": row.source,
    }
