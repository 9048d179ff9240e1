// Two captures as one list: which row of the one stands beside which row of the other.

import {MARK} from "./capture.js";
import {upperBound} from "./words.js";

/** What stands in a stretch of rows. */
export const SORT = Object.freeze({beside: 0, aloneA: 1, aloneB: 2, facing: 3});
const NONE = -1;

/** The list of both: its items, and where the differences are. */
export class Twins {
  constructor(meta, a, b) {
    this.meta = meta;
    this.sides = [a, b];
    const size = sizeOf(meta.stretches);
    this.rows = size; // as RowList asks for it
    this.log = {time: new Float64Array(size)}; // silences stand in neither of the two
    this.rowOf = [new Int32Array(size), new Int32Array(size)];
    this.sorts = new Uint8Array(size);
    this.items = [new Uint32Array(a.rows), new Uint32Array(b.rows)]; // of each row, its item
    this.fill(meta.stretches);
    this.differences = meta.differences.map((told, number) => this.placed(told, number));
    this.starts = Int32Array.from(this.differences, ({item}) => item);
    for (const side of [0, 1]) this.sides[side].different = this.differentRows(side);
    this.commons = new Set();
    for (const {common} of this.differences) if (common >= 0) this.commons.add(common);
  }

  fill(stretches) {
    const rows = [0, 0];
    let item = 0;
    for (let at = 0; at < stretches.length; at += 2) {
      for (let end = item + stretches[at + 1]; item < end; item += 1) {
        this.sorts[item] = stretches[at];
        const has = [stretches[at] !== SORT.aloneB, stretches[at] !== SORT.aloneA];
        for (const side of [0, 1]) {
          this.rowOf[side][item] = has[side] ? rows[side] : NONE;
          if (!has[side]) continue;
          this.items[side][rows[side]] = item;
          rows[side] += 1;
        }
      }
    }
  }

  /** The rows of a side that the other has not, or has otherwise: 1, else 0. */
  differentRows(side) {
    const different = Uint8Array.from(this.items[side], (item) => (this.sorts[item] === SORT.beside ? 0 : 1));
    for (const {items} of this.differences) {
      for (const item of items) if (this.rowOf[side][item] !== NONE) different[this.rowOf[side][item]] = 1;
    }
    return different;
  }

  /** The item of a line of each side, as near as an address names it; -1 if the page has none. */
  itemOfPlaces(places) {
    for (const side of [0, 1]) {
      const row = places[side] ? this.sides[side].rowOfLine(places[side].line, places[side].before) : NONE;
      if (row !== NONE) return this.items[side][row];
    }
    return NONE;
  }

  /** The lines of both sides on an item: {line, before}; null for a side that has none there. */
  placesOf(item) {
    return this.sides.map((side, number) => {
      const row = this.rowOf[number][item];
      return row === NONE ? null : {line: side.line(row), before: side.rowsBeforeLine(row)};
    });
  }

  /** A difference with the items that it is about. */
  placed(told, number) {
    const items = [told.a_row, told.b_row].flatMap((row, side) => (row === null ? [] : [this.items[side][row]]));
    const common = told.common === null ? NONE : Math.max(...told.common.map((row, side) => this.items[side][row]));
    return {...told, number, item: Math.min(...items), items: new Set(items), common};
  }

  /** The row of a side on an item, or the last one before it; -1 where there is none yet. */
  rowUntil(side, item) {
    for (let at = item; at >= 0; at -= 1) if (this.rowOf[side][at] !== NONE) return this.rowOf[side][at];
    return NONE;
  }

  /** Whether a row of an item is where a difference begins. */
  differs(item) {
    const difference = this.differenceAt(item);
    return difference !== null && difference.items.has(item);
  }

  /** The difference that an item belongs to: the last one that begins at it or before. */
  differenceAt(item) {
    const at = upperBound(this.starts, item) - 1;
    return at >= 0 ? this.differences[at] : null;
  }

  /** The next item, in steps of *step*, that is shown and on which a machine changed; -1: none. */
  seekChange(item, step, isShown) {
    for (let at = item + step; at >= 0 && at < this.rows; at += step) {
      if (!isShown(at)) continue;
      const marks = this.sides.map((side, number) => (this.rowOf[number][at] === NONE ? 0 : side.marks(this.rowOf[number][at])));
      if ((marks[0] | marks[1]) & MARK.change) return at;
    }
    return NONE;
  }

  /** The machine of a side that plays the part of one of the other. */
  partner(side, machine) {
    const pair = this.meta.partners.find((both) => both[1 - side] === machine);
    if (pair) return pair[side];
    const other = this.sides[1 - side].machines[machine];
    return this.sides[side].machines.findIndex(({chart, key}) => chart === other.chart && key === other.key);
  }
}

function sizeOf(stretches) {
  let size = 0;
  for (let at = 1; at < stretches.length; at += 2) size += stretches[at];
  return size;
}
