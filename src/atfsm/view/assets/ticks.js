// The strip beside the scroll bar: where in the list wobbles, resets, bookmarks and hits are, and
// the selected row.

import {MARK} from "./capture.js";

// What stands later is drawn over what stands earlier.
const LAYERS = [
  {name: "hit", css: "--hit"},
  {name: "reset", css: "--reset"},
  {name: "wobble", css: "--wobble"},
  {name: "bookmark", css: "--accent"},
];

/** Draws the marks of a list on a canvas as high as the list. */
export class Ticks {
  constructor(canvas, list, capture, onPick) {
    this.canvas = canvas;
    this.list = list;
    this.capture = capture;
    this.hits = null;
    this.frame = 0;
    list.onMove = () => this.later();
    new ResizeObserver(() => this.mark()).observe(canvas);
    canvas.addEventListener("click", (event) => {
      const row = this.nearest(event.offsetY);
      if (row >= 0) onPick(row);
    });
  }

  /** Work the marks out anew: the list, the hits, the bookmarks or the size changed. */
  mark() {
    const height = this.canvas.clientHeight;
    this.at = new Map(LAYERS.map(({name}) => [name, new Int32Array(height).fill(-1)]));
    if (height === 0) return;
    const put = (name, row) => {
      const pixels = this.at.get(name);
      const y = Math.min(height - 1, Math.floor(this.list.share(row) * height));
      if (pixels[y] < 0) pixels[y] = row;
    };
    this.putMarks(put);
    for (const row of this.list.bookmarks) if (this.list.isShown(row)) put("bookmark", row);
    for (const row of this.hits ?? []) put("hit", row);
    this.later();
  }

  /** Put a mark for each row that is worth one. */
  putMarks(put) {
    const {capture, list} = this;
    const {look} = capture.log;
    const rows = list.shownRows;
    const size = list.shownCount;
    for (let at = 0; at < size; at += 1) {
      const row = rows ? rows[at] : at;
      const marks = capture.lookMarks[look[row]];
      if (marks & MARK.wobble) put("wobble", row);
      else if (marks & MARK.reset) put("reset", row);
    }
  }

  later() {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  draw() {
    const {canvas, list} = this;
    const {clientWidth: width, clientHeight: height} = canvas;
    if (!this.at || width === 0 || height === 0) return;
    const ratio = window.devicePixelRatio || 1;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext("2d");
    const style = getComputedStyle(canvas);
    pen.scale(ratio, ratio);
    const share = height / list.span;
    pen.fillStyle = style.getPropertyValue("--window");
    pen.fillRect(0, list.top * share, width, Math.max(4, list.height * share));
    if (list.selected >= 0 && list.isShown(list.selected)) {
      pen.fillStyle = style.getPropertyValue("--accent");
      pen.fillRect(0, Math.round(list.share(list.selected) * height), width, 2);
    }
    for (const {name, css} of LAYERS) {
      pen.fillStyle = style.getPropertyValue(css);
      const pixels = this.at.get(name);
      const [x, w] = name === "hit" ? [0, 4] : name === "bookmark" ? [width - 5, 5] : [2, width - 4];
      for (let y = 0; y < pixels.length; y += 1) if (pixels[y] >= 0) pen.fillRect(x, y - 1, w, 3);
    }
  }

  /** The marked row next to a place on the strip, or the row that stands there. */
  nearest(y) {
    for (let away = 0; away < 6; away += 1) {
      for (const {name} of [...LAYERS].reverse()) {
        const pixels = this.at.get(name);
        for (const place of [y - away, y + away]) {
          if (pixels[Math.round(place)] >= 0) return pixels[Math.round(place)];
        }
      }
    }
    return this.list.rowAt(y / this.canvas.clientHeight);
  }
}
