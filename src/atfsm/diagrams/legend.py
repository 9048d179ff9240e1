"""The words of a drawing: in the boxes, on the arrows, and under it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from atfsm.chart import OF_COMMAND, CellKind, Fact, FactKind, State, Wait
from atfsm.diagrams import style
from atfsm.diagrams.model import Arrow, Note, Picture, wobble_cells
from atfsm.diagrams.style import Block, Text

ARROW_CHARS = 22
BOX_CHARS = 24


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


def initial_box(picture: Picture) -> Block:
    """What stands in the box of an initial state off the happy path."""
    initial = picture.chart.state(picture.chart.initial)
    return (
        *happy_box(picture, initial),
        Text("a fact is evidence of the state that it implies", color=style.GREY),
    )


def wobble_box(picture: Picture, state: State) -> Block:
    """What stands in the box of a wobble state: which facts lead there, and how many cells."""
    assert state.kind
    cells = wobble_cells(picture.chart, state.name)
    kind = {FactKind.STEP: "line out of step"}.get(state.kind, state.kind.name.lower())
    caught = style.broken(", ".join(f.wire for f in state.catches), 34, style.GREY)
    return (
        style.name(state.name),
        *style.broken(state.about, 34),
        *(caught or (Text(f"any other {kind}", color=style.GREY),)),
        Text(f"{cells} cells", color=style.GREY),
    )


def reset_box(state: State) -> Block:
    """What stands in the box of a reset step: the command first, it is what is done."""
    return (style.name(state.about), Text(state.name, color=style.GREY), *limit(state))


def on_arrow(facts: Iterable[Fact]) -> Block:
    """The AT text of the facts of an arrow."""
    return style.stacked(style.broken(fact.wire, ARROW_CHARS, indent="  ") for fact in facts)


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
            f"{picture.chart.initial}: any fact of {_rows(len(picture.evidence))} is evidence, "
            "and leads to the state that it implies."
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
    too = " too" if note.more else ""
    facts = listed((fact.wire for fact in note.facts), "or")
    return (
        f"({note.number})  {facts} leads to {note.target} from {listed(note.states, 'and')}{too} "
        f"({_rows(len(note.rows))})."
    )


def _rows(count: int) -> str:
    return f"{count} row" if count == 1 else f"{count} rows"


def listed(names: Iterable[str | StrEnum], word: str) -> str:
    """Join names as a sentence does."""
    *most, last = [str(name) for name in names]
    return f"{', '.join(most)} {word} {last}" if most else last
