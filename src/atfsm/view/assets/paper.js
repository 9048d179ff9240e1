// A drawing on its paper: zoomed, panned, and moved so that what is lit can be seen and read.

import {make} from "./words.js";

const SMALLEST = 0.02;
const LARGEST = 2.5;
const STEP = 1.2;
// Between these the zoom is chosen; at the smaller one a state and its wobble are both in sight.
const READABLE = 0.56;
const NATURAL = 1;
const PX_A_POINT = 4 / 3;

/** The scrolling element around one svg, and the buttons that zoom it. */
export class Paper {
  constructor(svg, name) {
    this.svg = svg;
    this.box = svg.viewBox.baseVal;
    this.element = make("div", "paper", svg);
    this.name = name;
    this.isLarge = false;
    this.isByHand = false;
    this.targets = [];
    this.areas = new Map();
    svg.removeAttribute("width");
    svg.removeAttribute("height");
    this.tools = make("span", "card-tools");
    this.tools.hidden = true;
    for (const [words, title, act] of [
      ["−", "smaller", () => this.zoomBy(1 / STEP)],
      ["+", "larger", () => this.zoomBy(STEP)],
      ["fit", "the lit state in sight, readable", () => this.fit()],
      ["all", "the whole drawing", () => this.whole()],
    ]) {
      const button = make("button", "", words);
      button.type = "button";
      button.title = title;
      button.setAttribute("aria-label", `${words}: ${title}`);
      button.addEventListener("click", act);
      this.tools.append(button);
    }
    this.listen();
    this.width = 0;
    this.height = 0;
    new ResizeObserver(() => {
      this.measure();
      this.settle();
    }).observe(this.element);
  }

  describe(words) {
    this.svg.setAttribute("aria-label", words);
  }

  /** Make it large or small; what follows from its size follows when the browser knows that. */
  setLarge(isLarge) {
    if (isLarge === this.isLarge) return;
    this.width = 0;
    this.isLarge = isLarge;
    this.isByHand = false;
    this.left = NaN;
    this.tools.hidden = !isLarge;
    if (isLarge) {
      this.element.tabIndex = 0;
      this.element.setAttribute("role", "group");
      this.element.setAttribute("aria-label", this.name);
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) this.element.removeAttribute(name);
      this.element.scrollTo(0, 0);
    }
  }

  /** Asking for a size makes the browser lay the page out: it is asked for when it changes. */
  measure() {
    this.width = this.element.clientWidth;
    this.height = this.element.clientHeight;
  }

  /** What has to be in sight: a state, and the one before it. */
  aimAt(main, before) {
    this.targets = [main, before].filter(Boolean);
    this.settle();
  }

  /** Where it is by hand, keep the zoom and move no further than needed. */
  settle() {
    if (this.width === 0 || this.height === 0) return;
    if (!this.isLarge) this.setZoom(this.wholeZoom());
    else if (this.targets.length === 0) this.whole();
    else if (this.isByHand) this.center(this.zoom);
    else this.fit();
  }

  /** The width of the drawing, but readable; the same at every step, so that nothing jumps. */
  fit() {
    this.isByHand = false;
    const across = (this.width - 2) / (this.box.width * PX_A_POINT);
    this.center(Math.max(READABLE, Math.min(across, NATURAL)));
  }

  whole() {
    this.isByHand = true;
    this.setZoom(this.wholeZoom());
    this.scrollTo(0, 0);
  }

  wholeZoom() {
    const {width, height} = this.box;
    return Math.min((this.width - 2) / (width * PX_A_POINT), (this.height - 2) / (height * PX_A_POINT));
  }

  center(zoom) {
    this.setZoom(zoom);
    const all = union(this.targets.map((target) => this.areaOf(target)));
    const scale = zoom * PX_A_POINT;
    const isRoom = all.width * scale <= this.width && all.height * scale <= this.height;
    const area = isRoom ? all : this.areaOf(this.targets[0]);
    if (this.isByHand && this.isInSight(area, scale)) return;
    this.scrollTo((area.x + area.width / 2) * scale - this.width / 2, (area.y + area.height / 2) * scale - this.height / 2);
  }

  isInSight(area, scale) {
    const {left, top} = this;
    return (
      area.x * scale >= left &&
      area.y * scale >= top &&
      (area.x + area.width) * scale <= left + this.width &&
      (area.y + area.height) * scale <= top + this.height
    );
  }

  /** Scroll, as far as the paper goes; not at all where it stands there already. */
  scrollTo(left, top) {
    const scale = this.zoom * PX_A_POINT;
    const x = Math.round(Math.max(0, Math.min(this.box.width * scale - this.width, left)));
    const y = Math.round(Math.max(0, Math.min(this.box.height * scale - this.height, top)));
    if (x === this.left && y === this.top) return;
    [this.left, this.top] = [x, y];
    this.element.scrollTo(x, y);
  }

  /** Sizes are set in pixels: a drawing that took its size from the page would be laid out anew,
      letter by letter, whenever anything on the page changed. */
  setZoom(zoom) {
    const bounded = Math.max(SMALLEST, Math.min(LARGEST, zoom));
    if (this.zoom === bounded && this.svg.style.width) return;
    this.zoom = bounded;
    this.svg.style.width = `${this.box.width * PX_A_POINT * bounded}px`;
    this.svg.style.height = `${this.box.height * PX_A_POINT * bounded}px`;
    this.left = NaN; // the browser may have moved it
  }

  /** Zoom about a point of the element; about its middle where none is given. */
  zoomBy(factor, x = this.width / 2, y = this.height / 2) {
    const {scrollLeft, scrollTop} = this.element;
    const before = this.zoom;
    this.isByHand = true;
    this.setZoom(before * factor);
    const scale = this.zoom / before;
    this.scrollTo((scrollLeft + x) * scale - x, (scrollTop + y) * scale - y);
  }

  /** Where an element of the drawing is, in the units of the drawing, from its upper left. */
  areaOf(element) {
    const kept = this.areas.get(element);
    if (kept) return kept;
    const {x, y, width, height} = element.getBBox();
    const {a, d, e, f} = this.svg.getScreenCTM().inverse().multiply(element.getScreenCTM());
    const area = {x: a * x + e - this.box.x, y: d * y + f - this.box.y, width: a * width, height: d * height};
    this.areas.set(element, area);
    return area;
  }

  listen() {
    const {element} = this;
    let hold = null;
    element.addEventListener(
      "wheel",
      (event) => {
        if (!this.isLarge || event.shiftKey) return;
        event.preventDefault();
        const frame = element.getBoundingClientRect();
        this.zoomBy(event.deltaY < 0 ? STEP : 1 / STEP, event.clientX - frame.left, event.clientY - frame.top);
      },
      {passive: false},
    );
    element.addEventListener("pointerdown", (event) => {
      if (!this.isLarge || event.button !== 0 || event.pointerType === "touch") return;
      hold = {x: event.clientX + element.scrollLeft, y: event.clientY + element.scrollTop};
      element.setPointerCapture(event.pointerId);
    });
    element.addEventListener("scroll", () => {
      this.left = Math.round(element.scrollLeft);
      this.top = Math.round(element.scrollTop);
    });
    element.addEventListener("pointermove", (event) => {
      if (!hold) return;
      this.isByHand = true;
      element.scrollLeft = hold.x - event.clientX;
      element.scrollTop = hold.y - event.clientY;
    });
    for (const end of ["pointerup", "pointercancel"]) {
      element.addEventListener(end, () => {
        hold = null;
      });
    }
  }
}

/** The smallest area around some areas. */
function union(areas) {
  const x = Math.min(...areas.map((area) => area.x));
  const y = Math.min(...areas.map((area) => area.y));
  const right = Math.max(...areas.map((area) => area.x + area.width));
  const bottom = Math.max(...areas.map((area) => area.y + area.height));
  return {x, y, width: right - x, height: bottom - y};
}
