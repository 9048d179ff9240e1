// The selected row in full: what it was, what it did to each machine, and who decided that.

import {DIRECTION, MOVE} from "./capture.js";
import {count, dateOf, duration, lineLink, make, moment, sentence, shown} from "./words.js";

const FROM = {[DIRECTION.tx]: "→ host to modem", [DIRECTION.rx]: "← modem to host", [DIRECTION.none]: "no direction"};

/** What decided a move: {by, cell}; *by* says who in words, *cell* is it as the table writes it. */
export function decisionOf(capture, move) {
  const chart = capture.chartOf(move.machine);
  if (move.flags & MOVE.put) {
    const why = move.flags & MOVE.anew ? "a run begins, and everything with it" : "lines are left out: it came here on them";
    return {kind: "put", cell: "", by: why};
  }
  const state = chart.states[move.before].name;
  const fact = chart.facts[move.fact];
  const target = chart.states[chart.target[move.before][move.fact]].name;
  const cell = `row(${state}, ${fact.name}, ${target})`;
  switch (capture.cellKind(move.machine, move.before, move.fact)) {
    case "row":
      return {kind: "row", cell, by: "a row of the table"};
    case "ignored":
      return {
        kind: "ignored",
        cell: `ignore(${state}, ${fact.name})`,
        by: `ignored by the table: ${chart.why[`${move.before},${move.fact}`] ?? "no reason given"}`,
      };
    case "wobble":
      return {kind: "wobble", cell, by: `closed world: ${state} does not list ${fact.name}; what is ${fact.kind} and unlisted is a wobble`};
    case "request":
      return {kind: "request", cell, by: `closed world: ${state} does not list this command; nothing changes, the modem’s answer decides`};
    case "reset":
      return {kind: "reset", cell, by: "every wobble goes straight into the full reset"};
    default:
      return {kind: "deaf", cell, by: "the full reset is deaf to everything but its answers"};
  }
}

/** What was due in the state before a move, as the wire has it. */
export function expectedOf(capture, move) {
  return [...new Set(capture.chartOf(move.machine).expected[move.before] ?? [])];
}

/** The limit of a state in words; empty where it has none. */
export function limitOf(capture, machine, state) {
  const {limit_s: limitS} = capture.chartOf(machine).states[state];
  return limitS === null ? "" : `≤ ${limitS} s`;
}

/** The pane with id *detail*. */
export class Detail {
  constructor(element, capture) {
    this.element = element;
    this.capture = capture;
    this.isScrolled = false;
    element.addEventListener("scroll", () => {
      this.isScrolled = element.scrollTop > 0;
    });
  }

  show(row) {
    const {capture} = this;
    const parts = [this.head(row)];
    const wobbles = capture.wobblesByRow.get(row) ?? [];
    // The header tells the first of them in sentences.
    for (const [at, number] of wobbles.entries()) parts.push(this.wobble(capture.meta.wobbles[number], at > 0));
    const moves = capture.moves(row);
    const weight = (move) => this.weightOf(move, moves);
    const ordered = moves.map((move, at) => ({move, at})).sort((a, b) => weight(a.move) - weight(b.move) || a.at - b.at);
    let machine = -1;
    for (const {move} of ordered) {
      parts.push(this.move(move, row, move.machine !== machine));
      ({machine} = move);
    }
    if (moves.length === 0) parts.push(make("p", "quiet", "No machine is told anything by this line."));
    this.element.replaceChildren(...parts);
    if (this.isScrolled) this.element.scrollTop = 0;
  }

  /** Machines that wobbled first, then those that changed; the AT line last. */
  weightOf({machine}, moves) {
    const own = moves.filter((move) => move.machine === machine);
    if (own.some((move) => this.capture.roleOf(machine, move.after) === "wobble")) return 0;
    if (this.capture.chartOf(machine).name === "line") return 3;
    return own.some((move) => move.before !== move.after) ? 1 : 2;
  }

  head(row) {
    const {capture} = this;
    const what = capture.what(row);
    const direction = capture.direction(row);
    const title = capture.isLimit(row) ? `before line ${count(capture.line(row))}` : `line ${count(capture.line(row))}`;
    const facts = capture.isLimit(row) ? ["a limit passed"] : [FROM[direction], what];
    if (capture.clock !== "none") {
      const ms = capture.clockMs(row);
      facts.push(`${dateOf(ms, capture.clock)} ${moment(ms, capture.clock)}`.trim());
      facts.push(`${duration(capture.elapsedMs(row))} from the start`);
      if (row > 0) facts.push(`${duration(capture.gapMs(row))} after the row before`);
    }
    return make("div", "detail-head", make("h2", "", title), make("p", "quiet", facts.join(" · ")), make("pre", "wire", capture.text(row)));
  }

  /** A wobble, with the lines that prove it, and in sentences where they stand nowhere else. */
  wobble(wobble, isTold) {
    const name = this.capture.nameOf(wobble.machine);
    const list = make("dl", "");
    const put = (term, ...what) => list.append(make("dt", "", term), make("dd", "", ...what));
    put("got", make("code", "", shown(wobble.got)));
    if (wobble.expected.length) put("due", ...joined(wobble.expected, " or "));
    put("why", isTold ? sentence(wobble.why) : make("span", "quiet", "told at the top"));
    if (isTold) put("do", sentence(wobble.do));
    for (const [at, {line, row, text}] of wobble.evidence.entries()) {
      const where = row === null ? `line ${line}` : lineLink(line);
      put(at === 0 ? "proof" : "", where, " ", make("code", "", shown(text)));
    }
    const head = make("h3", "", make("span", "tag", "wobble"), ` ${name} ${wobble.kind} in ${wobble.state}, since `, lineLink(wobble.since_line));
    return make("section", "told", head, list);
  }

  /** One fact that reached one machine, and who decided what it did. */
  move(move, row, isFirst) {
    const {capture} = this;
    const {machine, before, after} = move;
    const chart = capture.chartOf(machine);
    const fact = chart.facts[move.fact];
    const name = (state) => make("span", `state ${capture.roleOf(machine, state)}`, capture.stateName(machine, state));
    const way = make("p", "way", name(before));
    way.append(before === after ? " stays" : " → ", ...(before === after ? [] : [name(after)]));
    const decision = decisionOf(capture, move);
    const list = make("dl", "");
    const put = (term, ...what) => list.append(make("dt", "", term), make("dd", "", ...what));
    if (decision.cell) put("fact", make("code", "", fact.name), fact.wire ? ` ${fact.wire}` : "");
    put("decided", ...(decision.cell ? [make("code", "", decision.cell), " "] : []), decision.by);
    const expected = expectedOf(capture, move);
    if (expected.length && !["reset", "put"].includes(decision.kind)) put("due", ...joined(expected, ", "));
    this.putLimit(put, "limit", machine, before);
    if (before !== after) this.putLimit(put, "limit now", machine, after);
    if (move.sweptBy >= 0) put("from", `${capture.nameOf(move.sweptBy)}, ${move.flags & MOVE.swept ? "which fell" : "which showed it"}`);
    if (move.flags & MOVE.renamed) put("named", `the wire shows the name: it is ${capture.nameOf(machine)} from here on`);
    if (move.flags & MOVE.anew) put("new", "a new generation of this machine begins");
    const head = isFirst ? [make("h3", "", capture.nameOf(machine), make("span", "quiet", ` since line ${this.sinceLine(machine, row)}`))] : [];
    return make("section", `move by-${decision.kind}`, ...head, way, list);
  }

  putLimit(put, term, machine, state) {
    const {source, name} = this.capture.chartOf(machine).states[state];
    const limit = limitOf(this.capture, machine, state);
    if (limit) put(term, `${name} ${limit}`, source ? make("span", "quiet", ` ${source}`) : "");
  }

  /** The line on which a machine entered the state that it was in before a row. */
  sinceLine(machine, row) {
    const {capture} = this;
    return row > 0 ? count(capture.line(capture.since(machine, row - 1))) : count(capture.line(row));
  }
}

function joined(words, between) {
  return words.flatMap((word, at) => [...(at ? [between] : []), make("code", "", shown(word))]);
}
