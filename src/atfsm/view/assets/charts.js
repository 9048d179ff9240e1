// The drawings with their lights: where each machine stands at the selected row.
//
// A drawing is one picture for all machines of its chart; its card says which of them is shown.
// One card is large (it has the focus), the others are overviews.

import {GONE} from "./capture.js";
import {Gallery} from "./gallery.js";
import {make} from "./words.js";
import {Paper} from "./paper.js";


/** One drawing: its card, its machines, its lights. */
class Card {
  constructor(figure, chart, capture, onFocus) {
    this.figure = figure;
    this.chart = chart;
    this.capture = capture;
    this.name = capture.charts[chart].name;
    this.machines = capture.machines.map((_, machine) => machine).filter((m) => capture.machines[m].chart === chart);
    this.machine = this.machines.find((machine) => capture.changes[machine].after.at(-1) !== GONE) ?? this.machines[0];
    this.pinned = -1;
    this.row = 0;
    const svg = figure.querySelector("svg");
    this.drawn = svg.getAttribute("aria-label") ?? "";
    this.states = capture.charts[chart].states.map(({name}) => this.find(`state-${name}`));
    for (const [number, element] of this.states.entries()) {
      element?.classList.add("box", capture.roles[chart][number]);
    }
    for (const element of svg.querySelectorAll(`[id^="${this.name}-way-"]`)) element.classList.add("way");
    this.lit = new Map();
    this.build(svg, onFocus);
  }

  find(id) {
    return document.getElementById(`${this.name}-${id}`);
  }

  build(svg, onFocus) {
    const title = this.figure.querySelector("figcaption").textContent;
    this.button = make("button", "card-name");
    this.button.type = "button";
    this.button.title = `${title}: show it large`;
    this.button.addEventListener("click", () => onFocus(this));
    this.words = make("span", "card-state");
    this.paper = new Paper(svg, `drawing of ${title}`);
    const caption = make("figcaption", "", this.button, ...this.choice(), this.words);
    this.figure.replaceChildren(caption, this.paper.tools, this.paper.element);
    this.figure.classList.add("card");
    this.paper.element.addEventListener("click", () => {
      if (!this.figure.classList.contains("focused")) onFocus(this);
    });
  }

  /** Where there are several machines of a chart: which one is shown. */
  choice() {
    const named = this.machines.filter((machine) => this.capture.changes[machine].after.at(-1) !== GONE);
    if (named.length < 2) return [];
    const select = make("select", "");
    select.setAttribute("aria-label", `which ${this.name} is shown`);
    const option = (value, words) => {
      const element = make("option", "", words);
      element.value = value;
      return element;
    };
    select.append(option("-1", "follow"));
    for (const machine of named) {
      select.append(option(String(machine), this.capture.nameOf(machine)));
    }
    select.addEventListener("change", () => {
      this.pinned = Number(select.value);
      if (this.pinned >= 0) this.machine = this.pinned;
      this.show(this.row);
    });
    this.select = select;
    return [select];
  }

  /** Show a machine from now on, until another one of the chart changes. */
  turnTo(machine) {
    if (this.pinned >= 0 && this.pinned !== machine) {
      this.pinned = -1;
      this.select.value = "-1";
    }
    this.machine = machine;
  }

  /** Light the drawing for a row. */
  show(row) {
    const {capture} = this;
    this.row = row;
    if (this.pinned < 0) this.machine = this.changedOn(row) ?? this.machine;
    const {machine} = this;
    const [first, end] = capture.changesOn(machine, row);
    const {before, after} = capture.changes[machine];
    const now = capture.stateAt(machine, row);
    const way = [];
    for (let at = first; at < end; at += 1) if (before[at] !== after[at]) way.push([before[at], after[at]]);
    this.light(this.lights(machine, row, now, way));
    this.tell(way, now);
    const wobbled = way.map(([, to]) => to).find((to) => capture.roleOf(machine, to) === "wobble");
    this.paper.aimAt(this.states[wobbled ?? now], way.length ? this.states[way[0][0]] : null);
  }

  /** What is lit and how: the classes of each element. */
  lights(machine, row, now, way) {
    const {capture} = this;
    const lit = new Map();
    const put = (element, name) => {
      if (element) lit.set(element, `${lit.get(element) ?? ""} ${name}`.trim());
    };
    const {states, ways} = capture.visits(machine);
    for (const [state, first] of states) if (first <= row && state !== GONE) put(this.states[state], "visited");
    for (const [key, first] of ways) {
      if (first <= row) for (const arrow of this.arrows(key >> 8, key & 255)) if (!lit.has(arrow)) put(arrow, "visited");
    }
    if (now !== GONE) put(this.states[now], "now");
    for (const [, to] of way) {
      if (to !== now && capture.roleOf(machine, to) === "wobble") put(this.states[to], "wobbled");
    }
    if (way.length && way[0][0] !== now && way[0][0] !== GONE) put(this.states[way[0][0]], "from");
    for (const [from, to] of way) for (const arrow of this.arrows(from, to)) put(arrow, "now");
    return lit;
  }

  /** Change the classes of those elements whose light changed, and of no other: each costs time. */
  light(lit) {
    for (const [element, names] of this.lit) {
      if (!lit.has(element)) element.classList.remove(...names.split(" "));
    }
    for (const [element, names] of lit) {
      const old = this.lit.get(element) ?? "";
      if (old === names) continue;
      if (old) element.classList.remove(...old.split(" "));
      element.classList.add(...names.split(" "));
    }
    this.lit = lit;
  }

  /** Which machine of the chart a row changed: the one shown, if it did. */
  changedOn(row) {
    const changed = [];
    for (const {machine, before, after, flags} of this.capture.moves(row)) {
      const isHere = this.capture.machines[machine].chart === this.chart;
      if (isHere && (before !== after || flags & 4)) changed.push(machine);
    }
    return changed.includes(this.machine) ? this.machine : changed[0];
  }

  /** The arrows that were taken from one state to another. */
  arrows(from, to) {
    if (to === GONE || from === GONE) return [];
    const role = (state) => this.capture.roles[this.chart][state];
    const name = (state) => this.capture.charts[this.chart].states[state].name;
    const found = (...ids) => ids.map((id) => this.find(id)).filter(Boolean);
    if (role(to) === "wobble") return found("way-wobble");
    if (role(from) === "wobble") return found("way-reset");
    const own = found(`way-${name(from)}-${name(to)}`, `way-${name(from)}-${name(to)}-2`);
    return own.length || from !== 0 ? own : found("way-evidence");
  }

  /** Say it in words: which machine, and where it stands. */
  tell(way, now) {
    const {capture, machine} = this;
    const name = capture.nameOf(machine);
    this.button.textContent = name;
    const states = way.length ? [way[0][0], ...way.map(([, to]) => to)] : [now];
    const said = `${name} ${states.join()}`;
    if (this.said === said) return;
    this.said = said;
    const parts = states.flatMap((state, at) => {
      const word = make("span", `state ${capture.roleOf(machine, state)}`, capture.stateName(machine, state));
      return at < states.length - 1 ? [make("span", "past", word, " → ")] : [word];
    });
    this.words.replaceChildren(...parts);
    this.words.title = this.words.textContent;
    this.figure.classList.toggle("changed", way.length > 0);
    this.paper.describe(`${this.drawn} Here: ${name}, ${this.words.textContent}.`);
  }
}

/** All drawings of the page. */
export class Charts extends Gallery {
  constructor(section, capture) {
    super(section, capture.charts, (figure, chart, focus) => {
      const isThere = capture.machines.some((machine) => machine.chart === chart);
      return chart >= 0 && isThere ? new Card(figure, chart, capture, focus) : null;
    });
    this.capture = capture;
  }

  /** Give the large place to the drawing of a machine. */
  focusMachine(machine) {
    const card = this.cards.find(({chart}) => chart === this.capture.machines[machine]?.chart);
    if (!card) return;
    card.turnTo(machine);
    card.show(card.row);
    if (card !== this.focused) this.focus(card);
  }

  /** Give the large place to what the row changed, or to the next drawing. */
  focusNext(row) {
    if (this.cards.length === 0) return;
    const order = this.following;
    const changed = order.filter((card) => card.changedOn(row) !== undefined && card !== this.focused);
    const isOnChanged = this.focused?.changedOn(row) !== undefined;
    this.focus((!isOnChanged && changed[0]) || order[0]);
  }

  /** Whether the AT line's own drawing has the large place. */
  get isLineFocused() {
    return this.focused?.name === "line";
  }
}
