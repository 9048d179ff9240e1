"""The words of a drawing: in the boxes, on the arrows, and under it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Final

from atfsm.chart import OF_COMMAND, CellKind, Role, Row, State, Wait
from atfsm.diagrams import style, traffic
from atfsm.diagrams.model import Arrow, Note, Picture, filled
from atfsm.diagrams.style import Block, Text
from atfsm.fact import FactKind

ARROW_CHARS = 18
UPRIGHT_CHARS = 27
WOBBLE_CHARS = 42
BOX_CHARS = 20

COLOR: Final = {Role.HAPPY: style.BLUE, Role.WOBBLE: style.AMBER, Role.RESET: style.RED}


def limit(state: State) -> Block:
    """How long a state may last; nothing where it rests."""
    if isinstance(state.limit_s, Wait):
        return (Text("≤ limit of the command"),) if state.limit_s is OF_COMMAND else ()
    return (Text(f"≤ {state.limit_s:g} s"),)


def happy_box(picture: Picture, state: State) -> Block:
    """What stands in the box of a state: name, limit, what it stays at, where notes lead in."""
    stays: dict[str, list[Row]] = {}
    for row in picture.inside:
        if row.state == state.name:
            stays.setdefault(row.fact.wire, []).append(row)
    times, color = picture.traffic.times, picture.traffic.color
    text = (
        style.name(state.name),
        *limit(state),
        *style.stacked(
            style.broken(f"{times(rows)}stays at {wire}", BOX_CHARS, color(rows), " ")
            for wire, rows in stays.items()
        ),
        *(
            Text(
                f"{times(note.rows)}({note.number}) from {len(note.states)} states",
                color=color(note.rows),
            )
            for note in picture.notes
            if note.target == state.name
        ),
    )
    return _in_box(picture, state, text)


def on_evidence(picture: Picture) -> Block:
    """What stands on the one arrow for all rows out of the initial state."""
    words = f"{len(picture.evidence)} facts are evidence: each leads to the state that it implies"
    return picture.traffic.on(picture.evidence, style.broken(words, 34))


def wobble_box(picture: Picture, state: State) -> Block:
    """What stands in the box of a wobble state: which facts lead there, and how many cells."""
    assert state.kind
    cells = filled(picture.chart, CellKind.WOBBLE, state.name)
    taken = picture.traffic.taken(cells)
    of = f"{len(taken)} of " if picture.traffic.is_counted else ""
    kind = {FactKind.STEP: "line out of step"}.get(state.kind, state.kind.name.lower())
    shared = any(w.kind is state.kind and w.catches for w in picture.chart.wobbles)
    caught = ", ".join(fact.wire for fact in state.catches)
    which = caught or f"any {'other ' if shared else ''}{kind}"
    number = picture.traffic.number(cells)
    text = (
        style.name(state.name),
        *((Text(number, bold=True, color=style.AMBER),) if taken else ()),
        *style.broken(state.about, WOBBLE_CHARS),
        *style.broken(f"{which} · {of}{len(cells)} cells", WOBBLE_CHARS, style.GREY),
    )
    return _in_box(picture, state, text)


def reset_box(picture: Picture, state: State) -> Block:
    """What stands in the box of a reset step: the command first, it is what is done."""
    text = (style.name(state.about), Text(state.name, color=style.GREY), *limit(state))
    return _in_box(picture, state, text)


def _in_box(picture: Picture, state: State, text: Block) -> Block:
    """The text of a box: grey where nobody was, and that was to be shown."""
    entered = picture.traffic.is_entered(picture.chart, state.name)
    return text if entered else traffic.faded(text)


def on_arrow(picture: Picture, rows: Sequence[Row], *, upright: bool = False) -> Block:
    """What stands on the arrow for *rows*; beside an upright one, there is more room."""
    return picture.traffic.on(rows, _wires(picture, rows, upright=upright))


def _wires(picture: Picture, rows: Sequence[Row], *, upright: bool = False) -> Block:
    """The AT text of *rows*; grey where it was never seen there, and others were."""
    chars = UPRIGHT_CHARS if upright else ARROW_CHARS
    fades = picture.traffic.fades
    blocks = {row.fact.wire: style.itemized(row.fact.wire, chars, "  ") for row in rows}
    return style.stacked(
        traffic.faded(block) if fades(rows, wire) else block for wire, block in blocks.items()
    )


def facts(arrow: Arrow) -> str:
    """The names of the facts of an arrow, for a pointer that rests on it."""
    return ", ".join(str(row.fact) for row in arrow.rows)


def about(picture: Picture, name: str) -> dict[str, str]:
    """What a pointer that rests on a box is told, and a mark for pages that build on the SVG.

    Where it was counted who was there, a box that nobody entered gets its looks from here, too.
    """
    state = next(s for s in picture.chart.states if s.name == name)
    look = picture.traffic.box(picture.chart, state.name, COLOR[state.role])
    told = f"{name}: {state.about}"
    if picture.traffic.is_counted:
        inside = [row for row in picture.inside if row.state == name]
        noted = [row for note in picture.notes if note.target == name for row in note.rows]
        caught = picture.traffic.taken(filled(picture.chart, CellKind.WOBBLE, state.name))
        told = traffic.LINE_END.join([told, *picture.traffic.told([*inside, *noted, *caught])])
    return {"id": f"state-{name}", "tooltip": told, **look}


def on_reset_arrow(picture: Picture, arrow: Arrow, *, last: bool) -> Block:
    """What stands on an arrow of the full reset; the *last* ones lead out of it."""
    how = (Text("any answer"),) if arrow.any_answer else _wires(picture, arrow.rows)
    text = (Text("start again", bold=True, color=style.RED), *how) if last else how
    return picture.traffic.on(arrow.rows, text, style.RED)


def legend(picture: Picture, chars: int) -> Block:
    """What is told in words, in lines of at most *chars*."""
    counts = picture.chart.counts()
    said = [traffic.LEGEND] if picture.traffic.is_counted else []
    said.append(f"{picture.chart.summary()}.")
    if picture.evidence:
        said.append(
            f"One arrow for the {_rows(len(picture.evidence))} out of {picture.chart.initial}: "
            "a fact seen there is evidence, and leads to the state that it implies."
        )
    said += [_note(note, picture) for note in picture.notes]
    if counts[CellKind.WOBBLE]:
        dashed = "" if picture.traffic.is_counted else "dashed "
        said.append(
            f"One {dashed}arrow for {counts[CellKind.WOBBLE]} cells: whatever a state does not "
            "list is a wobble of its kind, and every wobble goes straight to the full reset. "
            "A step of the full reset goes on at any answer listed for it and at its limit, and "
            "is deaf to the rest."
        )
    if counts[CellKind.IGNORED]:
        said.append(
            f"Not drawn: {counts[CellKind.IGNORED]} ignored cells, which change nothing; the "
            "table has the reason of each."
        )
    return tuple(
        line for words in said for line in style.broken(words, chars, style.GREY, "      ")
    )


def _note(note: Note, picture: Picture) -> str:
    too = ", too" if note.more else ""
    taken = ""
    if picture.traffic.is_counted:
        part = picture.traffic.part(note.rows)
        taken = f", {picture.traffic.number(note.rows)}{part and f', {part} taken'}"
    return (
        f"({note.number})  From {listed(note.states, 'and')} to {note.target}{too}: "
        f"{listed((fact.wire for fact in note.facts), 'or')} ({_rows(len(note.rows))}{taken})."
    )


def _rows(count: int) -> str:
    rows = "row" if count == 1 else "rows"
    return f"{count}\N{NO-BREAK SPACE}{rows}"  # never on two lines


def listed(names: Iterable[str | StrEnum], word: str) -> str:
    """Join names as a sentence does."""
    *most, last = [str(name) for name in names]
    return f"{', '.join(most)} {word} {last}" if most else last
