// The axis of the time line: from rows to places and back, by time or by line.

import {count, duration, moment} from "./words.js";

const STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 12e4, 3e5, 6e5, 18e5, 36e5, 72e5, 216e5, 432e5, 864e5];
const BACK_AT_MOST_MS = 1000; // a clock may jitter that far back before it is no axis

/** Why a capture cannot be shown by time; empty where it can. */
export function whyNotByTime(capture) {
  const {time} = capture.log;
  if (capture.clock === "none") return "the capture has no clock";
  let highest = -Infinity;
  for (let row = 0; row < capture.rows; row += 1) {
    if (time[row] < highest - BACK_AT_MOST_MS) return "its clock steps back";
    if (time[row] > highest) highest = time[row];
  }
  return capture.rows && highest > time[0] ? "" : "its clock stands still";
}

/** Where rows stand, in a unit of its own: milliseconds since the first row, or rows. */
export class Axis {
  constructor(capture, byTime) {
    this.capture = capture;
    this.byTime = byTime;
    this.first = 0;
    this.last = byTime ? Math.max(1, capture.elapsedMs(capture.rows - 1)) : Math.max(1, capture.rows);
    this.from = this.first;
    this.to = this.last;
    this.left = 0;
    this.right = 1;
  }

  /** Pixel of a place. */
  x(place) {
    return this.left + ((place - this.from) / (this.to - this.from)) * (this.right - this.left);
  }

  /** Place of a pixel. */
  at(x) {
    return this.from + ((x - this.left) / (this.right - this.left)) * (this.to - this.from);
  }

  /** Pixel on which a row begins. */
  rowX(row) {
    return this.x(this.place(row));
  }

  /** Pixel on which a row is pointed at. */
  cursorX(row) {
    return this.x(this.place(row) + (this.byTime ? 0 : 0.5));
  }

  /** The first row at a pixel or right of it. */
  rowAtX(x) {
    return this.rowFrom(this.at(x));
  }

  /** Place of a row; by line a row is as wide as 1. */
  place(row) {
    return this.byTime ? this.capture.elapsedMs(row) : row;
  }

  /** The first row at a place or behind it. */
  rowFrom(place) {
    const {capture} = this;
    if (!this.byTime) return Math.max(0, Math.min(capture.rows, Math.ceil(place)));
    let low = 0;
    let high = capture.rows;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (capture.elapsedMs(middle) < place) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The row next to a place. */
  rowNear(place) {
    const {capture} = this;
    if (!this.byTime) return Math.max(0, Math.min(capture.rows - 1, Math.floor(place)));
    const after = Math.min(capture.rows - 1, this.rowFrom(place));
    if (after === 0) return 0;
    return place - this.place(after - 1) < this.place(after) - place ? after - 1 : after;
  }

  /** Zoom by a factor about a place. */
  zoom(factor, about) {
    const least = this.byTime ? 10 : Math.min(8, this.last);
    const width = Math.max(least, Math.min(this.last - this.first, (this.to - this.from) * factor));
    const share = (about - this.from) / (this.to - this.from);
    this.moveTo(about - share * width, width);
  }

  /** Pan by a share of what is in sight. */
  pan(share) {
    const width = this.to - this.from;
    this.moveTo(this.from + share * width, width);
  }

  moveTo(from, width) {
    this.from = Math.max(this.first, Math.min(this.last - width, from));
    this.to = this.from + width;
  }

  /** Bring a row into sight, with as much on both sides where it was out of it. */
  include(row) {
    const place = this.place(row);
    const width = this.to - this.from;
    if (place < this.from || place > this.to) this.moveTo(place - width / 2, width);
  }

  get isWhole() {
    return this.from <= this.first && this.to >= this.last;
  }

  /** Round places with words, at most so many: [[place, words]]. */
  labels(most) {
    return this.byTime ? this.timeLabels(most) : this.lineLabels(most);
  }

  timeLabels(most) {
    const {capture} = this;
    const width = this.to - this.from;
    const step = STEPS_MS.find((size) => width / size <= most) ?? Math.ceil(width / most / 864e5) * 864e5;
    const start = capture.clockMs(0);
    const isClock = capture.clock !== "elapsed";
    const origin = isClock ? start : 0;
    const found = [];
    for (let at = Math.ceil((this.from + origin) / step) * step - origin; at <= this.to; at += step) {
      const words = isClock ? moment(start + at, capture.clock).slice(0, step < 1000 ? 12 : 8) : duration(at);
      found.push([at, words]);
    }
    return found;
  }

  lineLabels(most) {
    const {capture} = this;
    const width = this.to - this.from;
    const power = 10 ** Math.max(0, Math.floor(Math.log10(width / most)));
    const step = [1, 2, 5, 10].map((size) => size * power).find((size) => width / size <= most) ?? 10 * power;
    const found = [];
    for (let row = Math.ceil(this.from / step) * step; row < this.to && row < capture.rows; row += step) {
      found.push([row, count(capture.line(row))]);
    }
    return found;
  }
}
