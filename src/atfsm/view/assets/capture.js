// The capture as the page asks for it: rows, machines, and where each machine stood at each row.

import {shown, upperBound} from "./words.js";

/** What a row can be marked with; the marks of a row are those of its look. */
export const MARK = Object.freeze({
  change: 1, // a machine changed, and not just the AT line from command to command
  anyChange: 2,
  wobble: 4,
  reset: 8, // a full reset began, went a step on, or is over
  limit: 16, // a limit passed
  lineChange: 32,
});
/** How a direction is stored. */
export const DIRECTION = Object.freeze({none: 0, tx: 1, rx: 2});
/** Flags of a move. */
export const MOVE = Object.freeze({swept: 1, anew: 2, renamed: 4, put: 8}); // put: not by a fact, a run begins or lines are left out
/** State of what was nameless, once the wire has shown its name. */
export const GONE = 255;
/** Shortest time without a line that is told as a silence; ours. */
export const SILENCE_MS = 5000;

/** Everything that the page knows of one capture. */
export class Capture {
  constructor(meta, log) {
    this.meta = meta;
    this.log = log;
    this.rows = log.line.length;
    this.clock = meta.capture.clock;
    this.charts = meta.charts;
    this.machines = meta.machines;
    this.whats = meta.whats;
    this.decoder = new TextDecoder();
    this.roles = this.charts.map((chart) => chart.states.map((state) => state.role));
    this.markLooks();
    this.indexMoves();
    this.wobblesByRow = new Map();
    for (const [number, wobble] of meta.wobbles.entries()) {
      if (log.line[wobble.row] !== wobble.line) continue; // its line is not on the page
      const same = this.wobblesByRow.get(wobble.row);
      if (same) same.push(number);
      else this.wobblesByRow.set(wobble.row, [number]);
    }
  }

  // ---------------------------------------------------------------- rows

  /** Physical line of a row. */
  line(row) {
    return this.log.line[row];
  }

  /** Milliseconds since the first stamp. */
  elapsedMs(row) {
    return this.log.time[row] - this.log.time[0];
  }

  /** Milliseconds on the clock of the capture. */
  clockMs(row) {
    return this.meta.log.start_ms + this.log.time[row];
  }

  /** Milliseconds since the row before. */
  gapMs(row) {
    return row > 0 ? this.log.time[row] - this.log.time[row - 1] : 0;
  }

  direction(row) {
    return this.log.look_dir[this.log.look[row]];
  }

  what(row) {
    return this.whats[this.log.look_what[this.log.look[row]]];
  }

  text(row) {
    return this.textOf(this.log.look[row]);
  }

  textOf(look) {
    const {look_text: at, text} = this.log;
    return shown(this.decoder.decode(text.subarray(at[look], at[look + 1])));
  }

  marks(row) {
    return this.lookMarks[this.log.look[row]];
  }

  isLimit(row) {
    return (this.marks(row) & MARK.limit) !== 0;
  }

  /** The row of a physical line, or of what was noticed on it; -1 where the page has it not. */
  rowOfLine(line, before = 0) {
    const after = upperBound(this.log.line, line);
    const row = after - 1 - before;
    return row >= 0 && this.log.line[row] === line ? row : -1;
  }

  /** How many rows of the same line follow a row: what was noticed on a line stands before it. */
  rowsBeforeLine(row) {
    return upperBound(this.log.line, this.log.line[row], row) - 1 - row;
  }

  /** The next row, in steps of *step*, whose marks have a bit of *bits*; -1 if there is none. */
  seek(row, step, bits, isShown) {
    const {look} = this.log;
    for (let at = row + step; at >= 0 && at < this.rows; at += step) {
      if (this.lookMarks[look[at]] & bits && (!isShown || isShown(at))) return at;
    }
    return -1;
  }

  // ---------------------------------------------------------------- moves

  /** The moves of a row, in order. */
  moves(row) {
    return this.movesOf(this.log.look[row]);
  }

  movesOf(look) {
    const {log} = this;
    const found = [];
    for (let at = log.look_moves[look]; at < log.look_moves[look + 1]; at += 1) {
      found.push({
        machine: log.move_machine[at],
        before: log.move_before[at],
        fact: log.move_fact[at],
        after: log.move_after[at],
        flags: log.move_flags[at],
        sweptBy: log.move_swept[at] - 1,
      });
    }
    return found;
  }

  /** The chart of a machine. */
  chartOf(machine) {
    return this.charts[this.machines[machine].chart];
  }

  /** "tcp 1"; "modem" where there is one only. */
  nameOf(machine) {
    return `${this.chartOf(machine).name} ${shown(this.machines[machine].key)}`.trim();
  }

  /** "happy", "wobble" or "reset". */
  roleOf(machine, state) {
    return state === GONE ? "gone" : this.roles[this.machines[machine].chart][state];
  }

  stateName(machine, state) {
    return state === GONE ? "has its name now" : this.chartOf(machine).states[state].name;
  }

  /** Number of the state of a machine when a row is over. */
  stateAt(machine, row) {
    const {rows, after} = this.changes[machine];
    const at = upperBound(rows, row);
    return at > 0 ? after[at - 1] : 0;
  }

  /** Which of its changes happened on a row: [first, end). */
  changesOn(machine, row) {
    const {rows} = this.changes[machine];
    return [upperBound(rows, row - 1), upperBound(rows, row)];
  }

  /** The row on which a machine entered the state that it has when a row is over. */
  since(machine, row) {
    const {rows} = this.changes[machine];
    const at = upperBound(rows, row);
    return at > 0 ? rows[at - 1] : 0;
  }

  /** How a cell was decided: "row", "ignored", "wobble", "request", "reset" or "deaf". */
  cellKind(machine, state, fact) {
    return this.meta.cell_kinds[this.chartOf(machine).cell[state][fact]];
  }

  /** For each state of a machine the first row on which it was there, and for each way, too. */
  visits(machine) {
    const kept = this.visited.get(machine);
    if (kept) return kept;
    const states = new Map();
    const ways = new Map();
    const {rows, before, after} = this.changes[machine];
    if (rows.length) this.inherit(machine, rows[0], before[0], states, ways);
    for (let at = 0; at < rows.length; at += 1) {
      if (!states.has(after[at])) states.set(after[at], rows[at]);
      const way = before[at] * 256 + after[at];
      if (!ways.has(way)) ways.set(way, rows[at]);
    }
    const found = {states, ways};
    this.visited.set(machine, found);
    return found;
  }

  /** What a machine was while it had no name: {machine, first}, or null. */
  beforeName(machine) {
    const old = this.nameless[this.machines[machine].chart];
    const named = this.firstRows[machine];
    if (old < 0 || old === machine) return null;
    const {rows, after} = this.changes[old];
    const end = upperBound(rows, named) - 1;
    if (end < 1 || rows[end] !== named || after[end] !== GONE) return null;
    let first = end;
    while (first > 0 && after[first - 1] !== GONE) first -= 1;
    return {machine: old, first: rows[first]};
  }

  /** Where a machine was before its first change: what it was while it had no name, too. */
  inherit(machine, row, before, states, ways) {
    const old = this.nameless[this.machines[machine].chart];
    if (before !== 0 && old >= 0 && old !== machine) {
      const was = this.visits(old);
      for (const [state, first] of was.states) if (first <= row) states.set(state, first);
      for (const [way, first] of was.ways) if (first <= row) ways.set(way, first);
    }
    if (!states.has(before)) states.set(before, Math.min(row, this.firstRows[machine]));
  }

  // ---------------------------------------------------------------- what is worked out once

  /** Mark every look by what its moves did. */
  markLooks() {
    const {log} = this;
    const looks = log.look_dir.length;
    const lineChart = this.charts.findIndex((chart) => chart.name === "line");
    const limit = this.whats.indexOf("silence");
    this.lookMarks = new Uint8Array(looks);
    for (let look = 0; look < looks; look += 1) {
      let marks = log.look_what[look] === limit ? MARK.limit : 0;
      for (let at = log.look_moves[look]; at < log.look_moves[look + 1]; at += 1) {
        marks |= this.marksOf(at, lineChart);
      }
      this.lookMarks[look] = marks;
    }
  }

  marksOf(at, lineChart) {
    const {log} = this;
    const before = log.move_before[at];
    const after = log.move_after[at];
    if (before === after) return log.move_flags[at] & MOVE.renamed ? MARK.anyChange | MARK.change : 0;
    const {chart} = this.machines[log.move_machine[at]];
    const from = this.roles[chart][before];
    const to = this.roles[chart][after];
    let marks = MARK.anyChange;
    if (chart === lineChart) marks |= MARK.lineChange;
    if (log.move_flags[at] & MOVE.put) return chart === lineChart ? marks : marks | MARK.change;
    if (chart !== lineChart || from !== "happy" || to !== "happy") marks |= MARK.change;
    if (to === "wobble") marks |= MARK.wobble;
    if (to === "reset" || from === "reset") marks |= MARK.reset;
    return marks;
  }

  /** List the changes of every machine by row, so that a state at a row is a binary search. */
  indexMoves() {
    const machines = this.machines.length;
    this.lookCounts = new Uint32Array(this.log.look_dir.length);
    this.firstRows = new Uint32Array(machines).fill(this.rows);
    this.nameless = this.charts.map((_, chart) =>
      this.machines.findIndex((machine) => machine.chart === chart && machine.key === "?"),
    );
    const sizes = new Uint32Array(machines);
    this.walk((machine) => {
      sizes[machine] += 1;
    });
    this.changes = Array.from(sizes, (size) => ({
      rows: new Uint32Array(size),
      before: new Uint8Array(size),
      after: new Uint8Array(size),
    }));
    sizes.fill(0);
    this.walk((machine, row, before, after) => {
      const change = this.changes[machine];
      const place = sizes[machine];
      sizes[machine] += 1;
      change.rows[place] = row;
      change.before[place] = before;
      change.after[place] = after;
    });
    for (const look of this.log.look) this.lookCounts[look] += 1;
    this.visited = new Map();
  }

  /** Tell every change of a machine, also where lines before it are not on the page. */
  walk(tell) {
    const {log} = this;
    const {look_moves: at, move_machine: machines, move_before: before, move_after: after} = log;
    const present = new Uint8Array(this.machines.length);
    for (let row = 0; row < this.rows; row += 1) {
      const look = log.look[row];
      for (let move = at[look]; move < at[look + 1]; move += 1) {
        const machine = machines[move];
        if (this.firstRows[machine] > row) this.firstRows[machine] = row;
        if (before[move] !== after[move] || present[machine] !== after[move]) {
          tell(machine, row, before[move], after[move]);
          present[machine] = after[move];
        }
        if (log.move_flags[move] & MOVE.renamed) {
          const old = this.nameless[this.machines[machine].chart];
          if (old >= 0 && old !== machine && present[old] !== GONE) {
            tell(old, row, present[old], GONE);
            present[old] = GONE;
          }
        }
      }
    }
  }
}
