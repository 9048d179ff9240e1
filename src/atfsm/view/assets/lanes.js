// One lane of the time line: the states of one machine as spans, its wobbles and resets as marks.

import {GONE} from "./capture.js";
import {upperBound} from "./words.js";

export const LANE_PX = 19;
const TEXT_PX = 11;

/** Machines in the order in which they are worth a look. */
export function inOrderOfInterest(capture) {
  const weight = capture.machines.map((_, machine) => {
    const {rows, after} = capture.changes[machine];
    let wobbles = 0;
    for (const state of after) wobbles += capture.roleOf(machine, state) === "wobble" ? 1 : 0;
    const isEnded = after[after.length - 1] === GONE;
    const isLine = capture.chartOf(machine).name === "line";
    return {machine, wobbles, rank: isEnded ? 3 : isLine ? 2 : rows.length === 0 ? 1 : 0, changes: rows.length};
  });
  const isAtWork = ({machine, changes}) => changes > 0 || capture.firstRows[machine] < capture.rows;
  return weight
    .filter(isAtWork)
    .sort((a, b) => b.wobbles - a.wobbles || a.rank - b.rank || b.changes - a.changes || a.machine - b.machine)
    .map(({machine}) => machine);
}

/** The colours of the spans and marks, as the style sheet has them. */
export function paints(element) {
  const style = getComputedStyle(element);
  const of = (name) => style.getPropertyValue(name).trim();
  return {
    font: `${TEXT_PX}px ${style.fontFamily}`,
    happy: [of("--span-a"), of("--span-b")],
    unknown: of("--span-unknown"),
    wobble: of("--wobble"),
    reset: of("--span-reset"),
    resetEdge: of("--reset"),
    ink: of("--ink"),
    paper: of("--paper"),
    muted: of("--muted"),
    accent: of("--accent"),
    tx: of("--tx"),
    rx: of("--rx"),
  };
}

/** Draw the lane of a machine, its top at *y*: first what it was while it had no name. */
export function drawLane(pen, capture, axis, paint, machine, y) {
  const first = capture.firstRows[machine];
  if (first >= capture.rows) return;
  pen.font = paint.font;
  pen.textBaseline = "middle";
  const before = capture.beforeName(machine);
  if (before) drawSpans(pen, capture, axis, paint, before.machine, y, before.first, axis.rowX(first));
  drawSpans(pen, capture, axis, paint, machine, y, first, axis.right);
}

/** Draw the states of a machine from a row to a pixel. */
function drawSpans(pen, capture, axis, paint, machine, y, first, end) {
  const {rows, after} = capture.changes[machine];
  const right = Math.min(end, axis.right);
  let from = Math.max(axis.left, axis.rowX(first));
  let at = upperBound(rows, Math.max(first, axis.rowAtX(from + 0.01) - 1)) - 1;
  while (from < right) {
    let to = at + 1 < rows.length ? axis.rowX(rows[at + 1]) : right;
    if (to < from + 1) {
      // Many changes on one pixel: the last of them stands for all; marks are drawn apart.
      at = Math.max(at + 1, upperBound(rows, axis.rowAtX(from + 1) - 1) - 1);
      to = from + 1;
      drawSpan(pen, capture, paint, machine, after[at], y, from, to);
    } else {
      to = Math.min(to, right);
      drawSpan(pen, capture, paint, machine, at >= 0 ? after[at] : 0, y, from, to);
      at += 1;
    }
    from = to;
  }
}

function drawSpan(pen, capture, paint, machine, state, y, from, to) {
  if (state === GONE) return;
  const role = capture.roleOf(machine, state);
  const width = to - from;
  const top = y + 2;
  const height = LANE_PX - 4;
  pen.fillStyle = spanPaint(paint, role, state);
  pen.fillRect(from, top, Math.max(width, 1), height);
  if (width > 3) {
    pen.fillStyle = paint.paper;
    pen.fillRect(to - 1, top, 1, height);
  }
  if (role === "reset" && width > 5) {
    pen.strokeStyle = paint.resetEdge;
    pen.lineWidth = 1;
    pen.strokeRect(from + 0.5, top + 0.5, width - 2, height - 1);
  }
  if (width < 24) return;
  pen.save();
  pen.beginPath();
  pen.rect(from, top, width - 3, height);
  pen.clip();
  pen.fillStyle = role === "wobble" ? paint.paper : paint.ink;
  // A wobble's mark stands where its reset begins: the name keeps clear of it.
  pen.fillText(capture.stateName(machine, state), from + (role === "reset" ? 10 : 4), top + height / 2 + 0.5);
  pen.restore();
}

function spanPaint(paint, role, state) {
  if (role === "wobble") return paint.wobble;
  if (role === "reset") return paint.reset;
  return state === 0 ? paint.unknown : paint.happy[state % 2];
}

/** Draw the marks of a lane: a wobble is a triangle, the end of a full reset a hollow square. */
export function drawMarks(pen, capture, axis, paint, machine, y) {
  const marks = marksOf(capture, machine);
  drawEach(axis, marks.over, (x) => drawSquare(pen, x, y, paint));
  drawEach(axis, marks.wobble, (x) => drawTriangle(pen, x, y, paint));
}

/** Draw rows of a list that are in sight, those that fall on one another once. */
function drawEach(axis, rows, draw) {
  const apart = 4;
  let at = upperBound(rows, axis.rowFrom(axis.from) - 1);
  while (at < rows.length) {
    const x = axis.rowX(rows[at]);
    if (x > axis.right) return;
    draw(x);
    at = Math.max(at + 1, upperBound(rows, axis.rowAtX(x + apart) - 1));
  }
}

function drawTriangle(pen, x, y, paint) {
  pen.beginPath();
  pen.moveTo(x - 6, y + 1);
  pen.lineTo(x + 6, y + 1);
  pen.lineTo(x, y + 12);
  pen.closePath();
  pen.fillStyle = paint.wobble;
  pen.strokeStyle = paint.paper;
  pen.lineWidth = 1.5;
  pen.stroke();
  pen.fill();
}

function drawSquare(pen, x, y, paint) {
  pen.fillStyle = paint.paper;
  pen.strokeStyle = paint.resetEdge;
  pen.lineWidth = 1.5;
  pen.fillRect(x - 4, y + 6, 8, 8);
  pen.strokeRect(x - 3.25, y + 6.75, 6.5, 6.5);
}

/** Rows on which a machine wobbled, and on which a full reset of it was over. */
function marksOf(capture, machine) {
  capture.laneMarks ??= new Map();
  const kept = capture.laneMarks.get(machine);
  if (kept) return kept;
  const {rows, before, after} = capture.changes[machine];
  const wobble = [];
  const over = [];
  for (let at = 0; at < rows.length; at += 1) {
    const to = capture.roleOf(machine, after[at]);
    if (to === "wobble") wobble.push(rows[at]);
    else if (to === "happy" && before[at] !== GONE && capture.roleOf(machine, before[at]) === "reset") over.push(rows[at]);
  }
  const found = {wobble: Uint32Array.from(wobble), over: Uint32Array.from(over)};
  capture.laneMarks.set(machine, found);
  return found;
}

/** Draw how many lines there were: the host's upwards, the modem's downwards. */
export function drawHistogram(pen, capture, axis, paint, y, height) {
  const totals = runningTotals(capture);
  const width = Math.max(2, axis.byTime ? 0 : axis.x(axis.from + 1) - axis.left);
  const bars = [];
  let most = 1;
  // By line a bar begins where a row does, so that a row is one bar.
  const shift = axis.byTime || width <= 2 ? 0 : axis.rowX(Math.floor(axis.from)) - axis.left;
  let first = axis.rowAtX(axis.left + shift);
  for (let x = axis.left + shift; x < axis.right; x += width) {
    const end = Math.max(first, axis.rowFrom(axis.at(x + width) - (axis.byTime ? 0 : 1e-6)));
    const tx = totals.tx[end] - totals.tx[first];
    const rx = end - first - tx - (totals.none[end] - totals.none[first]);
    most = Math.max(most, tx, rx);
    if (tx || rx) bars.push([x, tx, rx]);
    first = end;
  }
  const half = height / 2;
  const wide = width > 6 ? width - 2 : width;
  for (const [x, tx, rx] of bars) {
    const up = tx ? Math.max(1, (tx / most) * (half - 1)) : 0;
    const down = rx ? Math.max(1, (rx / most) * (half - 1)) : 0;
    pen.fillStyle = paint.tx;
    pen.fillRect(x, y + half - up, wide, up);
    pen.fillStyle = paint.rx;
    pen.fillRect(x, y + half, wide, down);
  }
}

function runningTotals(capture) {
  if (capture.totals) return capture.totals;
  const tx = new Uint32Array(capture.rows + 1);
  const none = new Uint32Array(capture.rows + 1);
  for (let row = 0; row < capture.rows; row += 1) {
    const direction = capture.direction(row);
    tx[row + 1] = tx[row] + (direction === 1 ? 1 : 0);
    none[row + 1] = none[row] + (direction === 0 ? 1 : 0);
  }
  capture.totals = {tx, none};
  return capture.totals;
}

/** What a lane says in words. */
export function laneWords(capture, machine) {
  const {wobble} = marksOf(capture, machine);
  const last = capture.stateAt(machine, capture.rows - 1);
  const end = last === GONE ? "it has a name now" : `ends in ${capture.stateName(machine, last)}`;
  const wobbles = wobble.length === 0 ? "no wobble" : wobble.length === 1 ? "1 wobble" : `${wobble.length} wobbles`;
  return `${capture.nameOf(machine)}: ${wobbles}, ${end}`;
}
