// The time line: a lane a machine, the lines over time below, and the cursor of the selection.

import {Axis, whyNotByTime} from "./axis.js";
import {LANE_PX, drawHistogram, drawLane, drawMarks, inOrderOfInterest, laneWords, paints} from "./lanes.js";
import {count, counted, dateOf, make, moment} from "./words.js";

const HISTOGRAM_PX = 26;
const LABELS_PX = 15;
const APART_PX = 110; // between two labels of the axis
const LANES_TALL = 8;
const LANES_LOW = 4;
const TALL_PX = 900;
const LANES_AT_MOST = 200;
const ZOOM = 1.25;
const PAN = 0.12;

/** The section with id *time*: names of the lanes left, two canvases right of them. */
export class TimeLine {
  constructor(section, capture, {onPick, onFocus}) {
    this.capture = capture;
    this.onPick = onPick;
    this.base = section.querySelector("#time-base");
    this.front = section.querySelector("#time-front");
    this.names = section.querySelector("#time-lanes");
    this.more = section.querySelector("#time-more");
    this.unit = section.querySelector("#time-unit");
    this.order = inOrderOfInterest(capture);
    this.onFocus = onFocus;
    this.row = 0;
    this.frame = 0;
    const why = whyNotByTime(capture);
    this.axes = {line: new Axis(capture, false), time: why ? null : new Axis(capture, true)};
    this.axis = this.axes.time ?? this.axes.line;
    this.isExpanded = false;
    this.unit.title = why ? `by line: ${why}` : "";
    this.unit.disabled = Boolean(why);
    this.unit.addEventListener("click", () => this.turnAxis());
    this.more.addEventListener("click", () => {
      this.isExpanded = !this.isExpanded;
      this.layOut();
    });
    this.listen();
    this.width = 0;
    new ResizeObserver(() => {
      this.width = this.base.clientWidth;
      this.layOut();
    }).observe(section);
    this.layOut();
    this.describe(section.querySelector("#time-words"));
  }

  turnAxis() {
    this.axis = this.axis.byTime ? this.axes.line : this.axes.time;
    this.axis.include(this.row);
    this.layOut();
  }

  // ---------------------------------------------------------------- lanes

  layOut() {
    const most = window.innerHeight >= TALL_PX ? LANES_TALL : LANES_LOW;
    const lanes = this.order.slice(0, this.isExpanded ? LANES_AT_MOST : most);
    const hidden = this.order.length - lanes.length;
    if (lanes.join() !== this.lanes?.join()) {
      this.lanes = lanes;
      this.names.replaceChildren(...lanes.map((machine) => this.nameOf(machine)));
    }
    this.more.hidden = hidden === 0 && !this.isExpanded;
    this.more.textContent = hidden ? `${count(hidden)} more…` : "fewer";
    this.more.title = hidden ? `${counted(hidden, "more machine")} not shown: show the lanes` : "show fewer lanes";
    this.more.disabled = this.isExpanded && this.order.length <= most;
    this.unit.textContent = this.axis.byTime ? "by time" : "by line";
    const height = lanes.length * LANE_PX + HISTOGRAM_PX + LABELS_PX;
    for (const canvas of [this.base, this.front]) canvas.style.height = `${height}px`;
    this.height = height;
    this.later();
  }

  nameOf(machine) {
    const name = make("button", "lane", this.capture.nameOf(machine));
    name.type = "button";
    name.title = laneWords(this.capture, machine);
    name.addEventListener("click", () => this.onFocus(machine));
    return name;
  }

  /** The same in words, for who does not see the canvas. */
  describe(element) {
    const {capture} = this;
    element.replaceChildren(
      make("p", "", `${counted(capture.rows, "line")} from ${this.wordsAt(0)} to ${this.wordsAt(capture.rows - 1)}.`),
      make("ul", "", ...this.order.slice(0, LANES_AT_MOST).map((machine) => make("li", "", laneWords(capture, machine)))),
    );
  }

  wordsAt(row) {
    const {capture} = this;
    if (row < 0) return "nothing";
    const time = moment(capture.clockMs(row), capture.clock);
    return `line ${count(capture.line(row))}${time ? `, ${dateOf(capture.clockMs(row), capture.clock)} ${time}` : ""}`;
  }

  // ---------------------------------------------------------------- drawing

  later() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  draw() {
    const {capture, axis} = this;
    const pen = this.penOf(this.base);
    if (!pen) return;
    const {width} = this;
    axis.left = 4;
    axis.right = width - 4;
    const paint = paints(this.base);
    this.lanes.forEach((machine, number) => drawLane(pen, capture, axis, paint, machine, number * LANE_PX));
    this.lanes.forEach((machine, number) => drawMarks(pen, capture, axis, paint, machine, number * LANE_PX));
    const top = this.lanes.length * LANE_PX;
    drawHistogram(pen, capture, axis, paint, top, HISTOGRAM_PX);
    this.drawLabels(pen, paint, top + HISTOGRAM_PX, width);
    this.drawCursor();
  }

  drawLabels(pen, paint, y, width) {
    const {axis} = this;
    pen.font = paint.font;
    pen.textBaseline = "top";
    for (const [place, words] of axis.labels(Math.max(2, Math.floor(width / APART_PX)))) {
      const x = axis.x(place + (axis.byTime ? 0 : 0.5));
      const half = pen.measureText(words).width / 2;
      if (x < 0 || x > width) continue;
      pen.fillStyle = paint.muted;
      pen.fillRect(Math.round(x), y, 1, 3);
      pen.fillText(words, Math.max(1, Math.min(width - 2 * half - 1, x - half)), y + 3);
    }
  }

  drawCursor() {
    const pen = this.penOf(this.front);
    if (!pen || this.capture.rows === 0) return;
    const {axis, row} = this;
    const x = Math.round(axis.cursorX(row));
    if (x < axis.left - 1 || x > axis.right + 1) return;
    const paint = paints(this.front);
    pen.fillStyle = paint.accent;
    const edge = Math.round(axis.rowX(row));
    const wide = axis.byTime ? 0 : axis.rowX(row + 1) - edge;
    if (wide > 5) {
      pen.strokeStyle = paint.accent;
      pen.lineWidth = 2;
      pen.strokeRect(edge, 1, wide - 1, this.height - LABELS_PX - 2);
    } else pen.fillRect(x - 1, 0, 2, this.height - LABELS_PX);
    pen.font = `600 ${paint.font}`;
    pen.textBaseline = "top";
    const words = this.cursorWords();
    const width = pen.measureText(words).width + 8;
    const left = Math.max(0, Math.min(this.width - width, x - width / 2));
    pen.fillRect(left, this.height - LABELS_PX + 1, width, LABELS_PX - 1);
    pen.fillStyle = paint.paper;
    pen.fillText(words, left + 4, this.height - LABELS_PX + 3);
  }

  cursorWords() {
    const {capture, row, axis} = this;
    const line = `line ${count(capture.line(row))}`;
    return axis.byTime ? `${line} · ${moment(capture.clockMs(row), capture.clock)}` : line;
  }

  penOf(canvas) {
    const ratio = window.devicePixelRatio || 1;
    const {width} = this;
    if (width === 0) return null;
    const [w, h] = [Math.round(width * ratio), Math.round(this.height * ratio)];
    if (canvas.width !== w) canvas.width = w;
    if (canvas.height !== h) canvas.height = h;
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, this.height);
    return pen;
  }

  /** Point at a row. */
  show(row) {
    this.row = row;
    const before = this.axis.from;
    this.axis.include(row);
    if (this.axis.from === before) this.drawCursor();
    else this.later();
    this.front.setAttribute("aria-valuenow", String(row + 1));
    this.front.setAttribute("aria-valuetext", this.wordsAt(row));
  }

  // ---------------------------------------------------------------- hands

  listen() {
    const {front} = this;
    front.setAttribute("aria-valuemin", "1");
    front.setAttribute("aria-valuemax", String(Math.max(1, this.capture.rows)));
    const go = (event) => {
      if (this.capture.rows) this.onPick(this.axis.rowNear(this.axis.at(event.offsetX)));
    };
    front.addEventListener("pointerdown", (event) => {
      front.setPointerCapture(event.pointerId);
      go(event);
    });
    front.addEventListener("pointermove", (event) => {
      if (event.buttons & 1) go(event);
    });
    front.addEventListener(
      "wheel",
      (event) => {
        event.preventDefault();
        if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
          this.axis.pan(Math.sign(event.deltaX || event.deltaY) * PAN);
        } else this.axis.zoom(event.deltaY > 0 ? ZOOM : 1 / ZOOM, this.axis.at(event.offsetX));
        this.later();
      },
      {passive: false},
    );
    front.addEventListener("keydown", (event) => this.key(event));
  }

  /** Keys of the time line, while it has the focus: W and S zoom, A and D pan. */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const about = this.axis.place(this.row);
    const acts = {
      w: () => this.axis.zoom(1 / ZOOM, about),
      s: () => this.axis.zoom(ZOOM, about),
      a: () => this.axis.pan(-PAN),
      d: () => this.axis.pan(PAN),
      0: () => this.axis.zoom(Infinity, about),
      arrowleft: () => this.onPick(Math.max(0, this.row - 1)),
      arrowright: () => this.onPick(Math.min(this.capture.rows - 1, this.row + 1)),
    };
    const act = acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
    this.later();
  }
}
