"""The words of a drawing: in the boxes, on the arrows, and under it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from atfsm.chart import OF_COMMAND, CellKind, State, Wait
from atfsm.diagrams import style
from atfsm.diagrams.model import Arrow, Note, Picture, wobble_cells
from atfsm.diagrams.style import Block, Text
from atfsm.fact import Fact, FactKind

ARROW_CHARS = 18
UPRIGHT_CHARS = 27
WOBBLE_CHARS = 42
BOX_CHARS = 20


def limit(state: State) -> Block:
    """How long a state may last; nothing where it rests."""
    if isinstance(state.limit_s, Wait):
        return (Text("≤ limit of the command"),) if state.limit_s is OF_COMMAND else ()
    return (Text(f"≤ {state.limit_s:g} s"),)


def happy_box(picture: Picture, state: State) -> Block:
    """What stands in the box of a state: name, limit, what it stays at, where notes lead in."""
    stays = [row.fact.wire for row in picture.inside if row.state == state.name]
    notes = [note for note in picture.notes if note.target == state.name]
    return (
        style.name(state.name),
        *limit(state),
        *style.stacked(style.broken(f"stays at {w}", BOX_CHARS, style.GREY, " ") for w in stays),
        *(
            Text(f"({note.number}) from {len(note.states)} states", color=style.GREY)
            for note in notes
        ),
    )


def on_evidence(picture: Picture) -> Block:
    """What stands on the one arrow for all rows out of the initial state."""
    words = f"{len(picture.evidence)} facts are evidence: each leads to the state that it implies"
    return style.broken(words, 34)


def wobble_box(picture: Picture, state: State) -> Block:
    """What stands in the box of a wobble state: which facts lead there, and how many cells."""
    assert state.kind
    cells = wobble_cells(picture.chart, state.name)
    kind = {FactKind.STEP: "line out of step"}.get(state.kind, state.kind.name.lower())
    shared = any(w.kind is state.kind and w.catches for w in picture.chart.wobbles)
    caught = ", ".join(fact.wire for fact in state.catches)
    which = caught or f"any {'other ' if shared else ''}{kind}"
    return (
        style.name(state.name),
        *style.broken(state.about, WOBBLE_CHARS),
        *style.broken(f"{which} · {cells} cells", WOBBLE_CHARS, style.GREY),
    )


def reset_box(state: State) -> Block:
    """What stands in the box of a reset step: the command first, it is what is done."""
    return (style.name(state.about), Text(state.name, color=style.GREY), *limit(state))


def on_arrow(facts: Iterable[Fact], *, upright: bool = False) -> Block:
    """The AT text of the facts of an arrow; beside an upright one, there is more room."""
    chars = UPRIGHT_CHARS if upright else ARROW_CHARS
    return style.stacked(style.itemized(fact.wire, chars, "  ") for fact in facts)


def facts(arrow: Arrow) -> str:
    """The names of the facts of an arrow, for a pointer that rests on it."""
    return ", ".join(str(row.fact) for row in arrow.rows)


def about(picture: Picture, name: str) -> dict[str, str]:
    """What a pointer that rests on a box is told, and a mark for pages that build on the SVG."""
    told = next(s.about for s in picture.chart.states if s.name == name)
    return {"id": f"state-{name}", "tooltip": f"{name}: {told}"}


def on_reset_arrow(arrow: Arrow, *, last: bool) -> Block:
    """What stands on an arrow of the full reset; the *last* ones lead out of it."""
    how = (Text("any answer"),) if arrow.any_answer else on_arrow(row.fact for row in arrow.rows)
    return (Text("start again", bold=True, color=style.RED), *how) if last else how


def legend(picture: Picture, chars: int) -> Block:
    """What is told in words, in lines of at most *chars*."""
    counts = picture.chart.counts()
    said = [f"{picture.chart.summary()}."]
    if picture.evidence:
        said.append(
            f"One arrow for the {_rows(len(picture.evidence))} out of {picture.chart.initial}: "
            "a fact seen there is evidence, and leads to the state that it implies."
        )
    said += [_note(note) for note in picture.notes]
    if counts[CellKind.WOBBLE]:
        said.append(
            f"One dashed arrow for {counts[CellKind.WOBBLE]} cells: whatever a state does not "
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


def _note(note: Note) -> str:
    too = ", too" if note.more else ""
    return (
        f"({note.number})  From {listed(note.states, 'and')} to {note.target}{too}: "
        f"{listed((fact.wire for fact in note.facts), 'or')} ({_rows(len(note.rows))})."
    )


def _rows(count: int) -> str:
    rows = "row" if count == 1 else "rows"
    return f"{count}\N{NO-BREAK SPACE}{rows}"  # never on two lines


def listed(names: Iterable[str | StrEnum], word: str) -> str:
    """Join names as a sentence does."""
    *most, last = [str(name) for name in names]
    return f"{', '.join(most)} {word} {last}" if most else last
