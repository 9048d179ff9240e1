// The log as a windowed list: of a million rows, those in sight are in the document.
//
// An item is a row, or a silence before a row. Scroll bars of browsers end at some millions of
// pixels: above that, the bar is a scale model of the list, and the wheel is followed here.

import {DIRECTION, MARK, SILENCE_MS} from "./capture.js";
import {duration, make, moment, upperBound} from "./words.js";

const ROW_PX = 22;
const MOST_PX = 2_000_000; // of a scroll bar; every browser takes eight times as much
const AROUND = 4; // rows kept ready above and below
const CONTEXT = 6; // rows left between a selected row and the edge, where there is room
const SILENCE = 0x8000_0000;
const ARROWS = {[DIRECTION.tx]: "→", [DIRECTION.rx]: "←", [DIRECTION.none]: "·"};
const SAID = {[DIRECTION.tx]: "host to modem", [DIRECTION.rx]: "modem to host", [DIRECTION.none]: ""};

/** The list, in a scrolling element with role listbox. */
export class RowList {
  constructor(scroller, capture, onPick) {
    this.scroller = scroller;
    this.capture = capture;
    this.space = scroller.querySelector(".space");
    this.layer = scroller.querySelector(".layer");
    this.drawn = new Map();
    this.top = 0;
    this.selected = -1;
    this.bookmarks = new Set();
    this.words = [];
    this.shownRows = null;
    this.onMove = () => undefined;
    scroller.addEventListener("scroll", () => this.follow());
    scroller.addEventListener("wheel", (event) => this.wheel(event), {passive: false});
    scroller.addEventListener("click", (event) => {
      const row = event.target.closest("[data-row]");
      if (row) onPick(Number(row.dataset.row));
    });
    new ResizeObserver(() => this.measure()).observe(scroller);
    this.setRows(null);
  }

  /** Show some rows only (ascending), or all of them (null). */
  setRows(rows, words = []) {
    this.shownRows = rows;
    this.words = words.map((word) => word.toLowerCase());
    this.items = withSilences(rows, this.capture);
    this.clear();
    this.measure();
  }

  get shownCount() {
    return this.shownRows ? this.shownRows.length : this.capture.rows;
  }

  /** Whether a row is in the list. */
  isShown(row) {
    if (!this.shownRows) return true;
    const at = upperBound(this.shownRows, row) - 1;
    return at >= 0 && this.shownRows[at] === row;
  }

  /** The row *step* places on from a row in the list, whether it is in the list itself or not. */
  neighbour(row, step) {
    if (this.shownCount === 0) return -1;
    const place = this.rank(row);
    const on = this.isShown(row) || step < 0 ? place + step : place + step - 1;
    const inside = Math.max(0, Math.min(this.shownCount - 1, on));
    return this.shownRows ? this.shownRows[inside] : inside;
  }

  /** How many rows of the list stand before a row. */
  rank(row) {
    return this.shownRows ? upperBound(this.shownRows, row - 1) : row;
  }

  /** Rows that fit into sight. */
  get pageRows() {
    return Math.max(1, Math.floor(this.height / ROW_PX) - 1);
  }

  /** Height of the list, or of its frame where that is higher. */
  get span() {
    return Math.max(1, this.total, this.height);
  }

  /** Where a row stands in that, from 0 to 1. */
  share(row) {
    return (this.itemOf(row) * ROW_PX) / this.span;
  }

  /** The row that stands at a share of it; the last one below the end. */
  rowAt(share) {
    const item = Math.floor((share * this.span) / ROW_PX);
    return this.items.length ? this.items[Math.max(0, Math.min(this.items.length - 1, item))] & ~SILENCE : -1;
  }

  itemOf(row) {
    return itemAt(this.items, row);
  }

  /** Select a row and bring it into sight. */
  select(row, isCentered = false) {
    const old = this.selected;
    this.selected = row;
    if (old !== row) {
      this.refresh(old);
      this.refresh(row);
    }
    if (this.isShown(row)) this.reveal(row, isCentered);
    this.announce();
  }

  reveal(row, isCentered) {
    const y = this.itemOf(row) * ROW_PX;
    const room = Math.min(CONTEXT, Math.floor(this.pageRows / 3)) * ROW_PX;
    const isFar = y < this.top - this.height || y > this.top + 2 * this.height;
    if (isCentered || isFar) this.setTop(y - this.height * 0.55);
    else if (y < this.top + room) this.setTop(y - room);
    else if (y + ROW_PX > this.top + this.height - room) this.setTop(y + ROW_PX + room - this.height);
    else this.render();
  }

  toggleBookmark(row) {
    if (!this.bookmarks.delete(row)) this.bookmarks.add(row);
    this.refresh(row);
    this.render();
  }

  // ---------------------------------------------------------------- scrolling

  /** Take the size of the frame; a selected row that was in sight stays in sight. */
  measure() {
    const isSeen = this.selected >= 0 && this.isShown(this.selected) && this.isInSight(this.selected);
    this.height = this.scroller.clientHeight;
    this.total = this.items.length * ROW_PX;
    const spread = Math.min(this.total, MOST_PX);
    this.space.style.height = `${spread}px`;
    this.mostTop = Math.max(0, this.total - this.height);
    const mostScroll = Math.max(0, spread - this.height);
    this.scale = mostScroll > 0 ? this.mostTop / mostScroll : 1;
    this.setTop(this.top);
    if (isSeen) this.reveal(this.selected, false);
  }

  isInSight(row) {
    const y = this.itemOf(row) * ROW_PX - this.top;
    return y >= 0 && y + ROW_PX <= this.height;
  }

  setTop(top) {
    this.top = Math.max(0, Math.min(this.mostTop, Math.round(top)));
    const scroll = Math.round(this.top / this.scale);
    if (scroll !== this.ownScroll) {
      this.ownScroll = scroll;
      this.scroller.scrollTop = scroll;
    }
    this.render();
  }

  /** The reader moved the bar. */
  follow() {
    const at = this.scroller.scrollTop;
    if (Math.abs(at - this.ownScroll) <= 1) return;
    this.ownScroll = Math.round(at);
    this.top = Math.max(0, Math.min(this.mostTop, Math.round(at * this.scale)));
    this.render();
  }

  wheel(event) {
    if (this.scale <= 1 || event.ctrlKey || event.deltaY === 0) return;
    event.preventDefault();
    const unit = event.deltaMode === 1 ? ROW_PX : event.deltaMode === 2 ? this.height : 1;
    this.setTop(this.top + event.deltaY * unit);
  }

  // ---------------------------------------------------------------- drawing

  render() {
    const first = Math.max(0, Math.floor(this.top / ROW_PX) - AROUND);
    const end = Math.min(this.items.length, Math.ceil((this.top + this.height) / ROW_PX) + AROUND);
    for (const [item, element] of this.drawn) {
      if (item >= first && item < end) continue;
      element.remove();
      this.drawn.delete(item);
    }
    for (let item = first; item < end; item += 1) {
      let element = this.drawn.get(item);
      if (!element) {
        element = this.draw(item);
        this.drawn.set(item, element);
        this.layer.append(element);
      }
      element.style.transform = `translateY(${item * ROW_PX - this.top}px)`;
    }
    this.onMove();
  }

  clear() {
    for (const element of this.drawn.values()) element.remove();
    this.drawn.clear();
  }

  /** Draw a row anew. */
  refresh(row) {
    if (row < 0) return;
    const item = this.itemOf(row);
    const element = this.drawn.get(item);
    if (!element) return;
    const anew = this.draw(item);
    anew.style.transform = element.style.transform;
    element.replaceWith(anew);
    this.drawn.set(item, anew);
  }

  draw(item) {
    const value = this.items[item];
    const row = value & ~SILENCE;
    return value >= SILENCE ? drawSilence(this.capture.gapMs(row)) : this.drawRow(row);
  }

  drawRow(row) {
    const {capture} = this;
    const marks = capture.marks(row);
    const direction = capture.direction(row);
    const what = capture.what(row);
    const element = make("div", `row dir-${direction} what-${what}`);
    element.id = `row-${row}`;
    element.dataset.row = row;
    element.setAttribute("role", "option");
    element.setAttribute("aria-setsize", this.shownCount);
    element.setAttribute("aria-posinset", this.rank(row) + 1);
    element.setAttribute("aria-selected", row === this.selected);
    const isWobble = (marks & MARK.wobble) !== 0;
    if (isWobble) element.classList.add("wobbles");
    const time = moment(capture.clockMs(row), capture.clock);
    const said = SAID[direction];
    element.append(
      make("span", "number", capture.isLimit(row) ? "limit" : String(capture.line(row))),
      make("span", "flag", this.bookmarks.has(row) ? "★" : ""),
      ...(time ? [make("span", "time", time)] : []),
      make("span", "arrow", ARROWS[direction], ...(said ? [make("span", "heard", ` ${said} `)] : [])),
      ...(isWobble ? [make("span", "tag", "wobble")] : []),
      make("span", "text", ...this.highlight(capture.text(row))),
      drawChips(capture, row),
    );
    return element;
  }

  /** The text of a row, with the words that were asked for marked. */
  highlight(text) {
    const lower = text.toLowerCase();
    if (!this.words.length || lower.length !== text.length) return [text];
    const parts = [];
    let end = 0;
    while (end < text.length) {
      let best = -1;
      let size = 0;
      for (const word of this.words) {
        const found = lower.indexOf(word, end);
        if (found >= 0 && (best < 0 || found < best)) [best, size] = [found, word.length];
      }
      if (best < 0) break;
      parts.push(text.slice(end, best), make("mark", "", text.slice(best, best + size)));
      end = best + size;
    }
    return [...parts, text.slice(end)];
  }

  /** Tell a screen reader which option is meant. */
  announce() {
    const id = `row-${this.selected}`;
    if (this.selected >= 0 && document.getElementById(id)) {
      this.scroller.setAttribute("aria-activedescendant", id);
    } else this.scroller.removeAttribute("aria-activedescendant");
  }
}

function drawSilence(ms) {
  const element = make("div", "silence", make("span", "", `${duration(ms)} silence`));
  element.setAttribute("aria-hidden", "true");
  return element;
}

/** The transitions of a row, one chip a machine. */
export function drawChips(capture, row) {
  const chips = make("span", "chips");
  const ways = new Map();
  for (const {machine, before, after, flags} of capture.moves(row)) {
    if (before === after && !(flags & 4)) continue;
    const way = ways.get(machine) ?? [before];
    if (after !== way[way.length - 1]) way.push(after);
    ways.set(machine, way);
  }
  for (const [machine, way] of ways) {
    const roles = way.map((state) => capture.roleOf(machine, state));
    const isUsual = capture.chartOf(machine).name === "line" && roles.every((role) => role === "happy");
    if (isUsual) continue;
    const role = roles.includes("wobble") ? "wobble" : roles[roles.length - 1];
    const names = way.map((state) => capture.stateName(machine, state));
    const wobbled = roles.indexOf("wobble");
    const to = wobbled > 0 ? names[wobbled] : names[names.length - 1];
    const chip = make("span", `chip ${role}`, make("b", "", capture.nameOf(machine)), " ");
    if (names.length > 1) chip.append(make("span", "from", `${names[0]} `), `→ ${to}`);
    else chip.append(`named, ${names[0]}`);
    chip.title = `${capture.nameOf(machine)}: ${names.join(" → ")}`;
    chips.append(chip, " ");
  }
  return chips;
}

/** The items of some rows: each row, and before it the silence that it ended. */
function withSilences(rows, capture) {
  const {time} = capture.log;
  const size = rows ? rows.length : capture.rows;
  const items = new Uint32Array(size * 2);
  let used = 0;
  for (let at = 0; at < size; at += 1) {
    const row = rows ? rows[at] : at;
    if (row > 0 && time[row] - time[row - 1] >= SILENCE_MS) {
      items[used] = row | SILENCE; // stored as an unsigned number
      used += 1;
    }
    items[used] = row;
    used += 1;
  }
  return items.slice(0, used);
}

/** The last item that belongs to a row or to one before it. */
function itemAt(items, row) {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((items[middle] & ~SILENCE) <= row) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
