// The drawings with two lights: where each machine stands in A, and where in B.
//
// Colour alone tells nothing: A has a plain frame and a round badge, B a dashed one and a square.

import {GONE} from "./capture.js";
import {Gallery} from "./gallery.js";
import {Paper} from "./paper.js";
import {make} from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const SIDES = ["a", "b"];
const BADGE = 11; // half of its size, in the units of the drawing

/** One drawing, and the machine of each side that it shows. */
class TwinCard {
  constructor(figure, chart, twins, onFocus) {
    this.figure = figure;
    this.chart = chart;
    this.twins = twins;
    this.name = twins.meta.charts[chart].name;
    this.machines = twins.sides.map((side) => side.machines.findIndex((machine) => machine.chart === chart));
    const svg = figure.querySelector("svg");
    this.drawn = svg.getAttribute("aria-label") ?? "";
    this.states = twins.meta.charts[chart].states.map(({name}) => document.getElementById(`${this.name}-state-${name}`));
    for (const [number, element] of this.states.entries()) element?.classList.add("box", "visited", twins.sides[0].roles[chart][number]);
    for (const element of svg.querySelectorAll(`[id^="${this.name}-way-"]`)) element.classList.add("way", "visited");
    this.badges = SIDES.map((side) => makeBadge(side));
    this.now = [null, null];
    this.build(svg, onFocus);
  }

  build(svg, onFocus) {
    const title = this.figure.querySelector("figcaption").textContent;
    this.button = make("button", "card-name", this.name);
    this.button.type = "button";
    this.button.title = `${title}: show it large`;
    this.button.addEventListener("click", () => onFocus(this));
    this.words = make("span", "card-state");
    this.paper = new Paper(svg, `drawing of ${title}`);
    this.figure.replaceChildren(make("figcaption", "", this.button, this.words, this.paper.tools), this.paper.element);
    this.figure.classList.add("card");
    this.paper.element.addEventListener("click", () => {
      if (!this.figure.classList.contains("focused")) onFocus(this);
    });
  }

  /** Show these machines from now on; the partner of one where only one is given. */
  turnTo(machines) {
    for (const side of [0, 1]) {
      const own = machines[side] ?? (machines[1 - side] === null ? null : this.twins.partner(side, machines[1 - side]));
      if (own !== null && own >= 0) this.machines[side] = own;
    }
  }

  /** The machine of a side that changed on an item. */
  changedOn(side, item) {
    const row = this.twins.rowOf[side][item];
    if (row < 0) return null;
    const capture = this.twins.sides[side];
    const isOwn = ({machine, before, after}) => before !== after && capture.machines[machine].chart === this.chart;
    return capture.moves(row).find(isOwn)?.machine ?? null;
  }

  show(item) {
    const changed = [0, 1].map((side) => this.changedOn(side, item));
    if (changed[0] !== null || changed[1] !== null) this.turnTo(changed);
    const states = [0, 1].map((side) => this.stateOn(side, item));
    for (const side of [0, 1]) this.light(side, states[side]);
    this.tell(states);
    const targets = states.map((state) => this.states[state]).filter(Boolean);
    if (targets.length) this.paper.aimAt(targets[0], targets[1]);
  }

  /** The state of a side's machine on an item, a wobble before what follows; -1: it has none. */
  stateOn(side, item) {
    const machine = this.machines[side];
    if (machine < 0) return -1;
    const capture = this.twins.sides[side];
    const own = this.twins.rowOf[side][item];
    const isWobble = (move) => move.machine === machine && capture.roleOf(machine, move.after) === "wobble";
    const wobble = own < 0 ? undefined : capture.moves(own).find(isWobble);
    if (wobble) return wobble.after;
    const row = this.twins.rowUntil(side, item);
    const state = row < 0 ? 0 : capture.stateAt(machine, row);
    return state === GONE ? -1 : state;
  }

  light(side, state) {
    const element = this.states[state] ?? null;
    const old = this.now[side];
    if (old === element) return;
    old?.classList.remove(`now-${SIDES[side]}`);
    element?.classList.add(`now-${SIDES[side]}`);
    this.now[side] = element;
    if (element) placeBadge(this.badges[side], element, side);
    else this.badges[side].remove();
  }

  /** Write the states in the caption; once where both are in the same. */
  tell(states) {
    const isOne = states[0] === states[1];
    const parts = (isOne ? [0] : [0, 1]).map((side) => {
      const state = states[side];
      const capture = this.twins.sides[side];
      const machine = this.machines[side];
      const role = state < 0 ? "" : capture.roleOf(machine, state);
      const name = state < 0 ? "not seen" : capture.stateName(machine, state);
      const key = machine < 0 ? "" : capture.nameOf(machine);
      const word = make("span", `state ${role}`, name);
      word.title = key;
      const badges = (isOne ? SIDES : [SIDES[side]]).flatMap((own) => [make("b", `of-${own}`, own.toUpperCase()), " "]);
      return make("span", "", ...badges, word, " ");
    });
    this.words.replaceChildren(...parts);
    this.words.title = this.words.textContent;
    this.paper.describe(`${this.drawn} Here: ${this.words.textContent}`);
  }
}

/** All drawings of the page. */
export class TwinCharts extends Gallery {
  constructor(section, twins) {
    super(section, twins.meta.charts, (figure, chart, focus) => new TwinCard(figure, chart, twins, focus));
  }

  /** Give the large place to the drawing of a machine of each side; either may be null. */
  focusMachines(twins, machines) {
    const side = machines[0] === null ? 1 : 0;
    const machine = machines[side];
    const chart = machine === null ? -1 : twins.sides[side].machines[machine].chart;
    const card = this.cards.find((each) => each.chart === chart) ?? this.cards[0];
    if (!card) return;
    if (card.chart === chart) card.turnTo(machines);
    this.focus(card);
  }

  /** Give the large place to the next drawing, or to one that an item changed. */
  focusNext(item) {
    if (this.cards.length === 0) return;
    const order = this.following;
    const changed = order.find((card) => card !== this.focused && [0, 1].some((side) => card.changedOn(side, item) !== null));
    this.focus(changed ?? order[0]);
  }
}

function makeBadge(side) {
  const badge = document.createElementNS(SVG, "g");
  badge.setAttribute("class", `badge badge-${side}`);
  const shape = document.createElementNS(SVG, side === "a" ? "circle" : "rect");
  const sizes = side === "a" ? {r: BADGE} : {x: -BADGE, y: -BADGE, width: 2 * BADGE, height: 2 * BADGE};
  for (const [name, value] of Object.entries(sizes)) shape.setAttribute(name, value);
  const text = document.createElementNS(SVG, "text");
  text.setAttribute("y", "5");
  text.textContent = side.toUpperCase();
  badge.append(shape, text);
  return badge;
}

/** Put a badge on a corner of a state: A on the left, B on the right. */
function placeBadge(badge, element, side) {
  badge.remove();
  const {x, y, width} = element.getBBox();
  badge.setAttribute("transform", `translate(${side === 0 ? x : x + width} ${y})`);
  element.parentNode.append(badge);
}
