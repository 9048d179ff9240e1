// The page as a whole: one selected row, and everything that follows it.

import {Capture, MARK} from "./capture.js";
import {Charts} from "./charts.js";
import {copy} from "./clipboard.js";
import {Detail} from "./detail.js";
import {Finding} from "./finding.js";
import {answer, FILTER_NOTES} from "./filter.js";
import {FilterLine} from "./filterline.js";
import {keep, kept, restoreTheme, turnTheme} from "./kept.js";
import {turnHelp, wire} from "./keys.js";
import {Link, readLink, writeLink} from "./link.js";
import {fillPrint} from "./print.js";
import {RowList} from "./rows.js";
import {say, sayFailed} from "./status.js";
import {fillStrip, fillSummary} from "./summary.js";
import {Ticks} from "./ticks.js";
import {ticketOf} from "./ticket.js";
import {TimeLine} from "./timeline.js";
import {nextTask, unpackLog} from "./unpack.js";
import {byId, count} from "./words.js";


class App {
  constructor(capture) {
    this.capture = capture;
    this.row = -1;
    this.finding = new Finding(capture);
    this.charts = new Charts(byId("charts"), capture);
    this.detail = new Detail(byId("detail"), capture);
    this.list = new RowList(byId("rows"), capture, (row) => this.select(row));
    this.ticks = new Ticks(byId("ticks"), this.list, capture, (row) => this.select(row, {isCentered: true}));
    this.time = new TimeLine(byId("time"), capture, {
      onPick: (row) => row !== this.row && this.select(row),
      onFocus: (machine) => this.charts.focusMachine(machine),
    });
    this.link = new Link((hash) => this.goTo(readLink(hash)));
    this.filter = new FilterLine(this.list, (text) => answer(text, capture), {
      onFiltered: () => this.filtered(),
      onEntered: () => this.filter.hits?.length && !this.list.isShown(this.row) && this.hit(1),
    });
    this.listen();
  }

  /** The first thing shown: what the address asks for, else the first wobble, else the end. */
  open() {
    const asked = readLink(location.hash);
    if (asked.query) this.filter.ask(asked.query);
    else this.filter.showCount();
    const wobble = this.capture.seek(-1, 1, MARK.wobble);
    const machine = wobble >= 0 ? this.machineOf(wobble, MARK.wobble) : this.time.order[0];
    this.charts.focusMachine(machine ?? 0);
    for (const line of (kept(this.shelf) ?? "").split(" ").filter(Boolean)) {
      const row = this.capture.rowOfLine(Number(line));
      if (row >= 0) this.list.bookmarks.add(row);
    }
    if (this.capture.rows === 0) this.nothing();
    else if (asked.line === null || !this.goTo(asked)) this.select(this.opening(wobble), {isCentered: true});
  }

  /** The row to open on: the first wobble; the end where there is none. */
  opening(wobble) {
    const first = this.capture.meta.wobbles[0];
    if (first && this.capture.line(first.row) !== first.line) say(`Line ${count(first.line)}, the first wobble, is not on this page.`);
    if (wobble >= 0) return wobble;
    return first?.row ?? this.capture.rows - 1;
  }

  nothing() {
    byId("rows-none").textContent = "There are no lines to show.";
    byId("rows-none").hidden = false;
    byId("rows").hidden = true;
  }

  // ---------------------------------------------------------------- the selection

  /** Select a row: everything on the page follows. */
  select(row, {isCentered = false, machine = -1} = {}) {
    if (row < 0 || this.capture.rows === 0) return;
    this.row = row;
    this.list.select(row, isCentered);
    this.charts.show(row);
    if (machine >= 0) this.charts.focusMachine(machine);
    this.detail.show(row);
    this.finding.show(row);
    this.time.show(row);
    this.link.update(this.address);
  }

  /** The address of the selected row under the filter. */
  get address() {
    const {query} = this.filter;
    if (this.row < 0) return writeLink({line: null, before: 0, query});
    return writeLink({line: this.capture.line(this.row), before: this.capture.rowsBeforeLine(this.row), query});
  }

  /** Go where an address asks; false where it names no line that the page has. */
  goTo({line, before, query}) {
    this.filter.ask(query ?? "");
    if (line === null) return false;
    const row = this.capture.rowOfLine(line, before);
    if (row < 0) {
      say(`Line ${count(line)} is not on this page.`);
      return false;
    }
    this.select(row, {isCentered: true, machine: this.capture.marks(row) & MARK.wobble ? this.machineOf(row, MARK.wobble) : -1});
    if (!this.list.isShown(row)) say(`Line ${count(line)} is hidden by the filter.`);
    return true;
  }

  /** The machine of a row that its mark is about. */
  machineOf(row, bits) {
    const {capture} = this;
    const changes = capture.moves(row).filter((move) => move.before !== move.after);
    const wobbles = changes.find(({machine, after}) => capture.roleOf(machine, after) === "wobble");
    const first = capture.wobblesByRow.get(row)?.[0];
    if (bits & MARK.wobble && first !== undefined) return capture.meta.wobbles[first].machine;
    const other = changes.find(({machine}) => capture.chartOf(machine).name !== "line");
    return (wobbles ?? other ?? changes[0] ?? {machine: 0}).machine;
  }

  // ---------------------------------------------------------------- steps

  /** Go to the next row, forwards or backwards, that is marked so. */
  seek(step, bits, what, {isFollowed = false} = {}) {
    const row = this.capture.seek(this.row, step, bits, (at) => this.list.isShown(at));
    if (row >= 0) {
      this.select(row, {machine: isFollowed ? this.machineOf(row, bits) : -1});
      return;
    }
    const isHidden = this.capture.seek(this.row, step, bits) >= 0;
    const where = step > 0 ? "after" : "before";
    say(`No ${what} ${where} this line${isHidden ? " among the lines that the filter shows" : ""}.`);
  }

  change(step) {
    const bits = this.charts.isLineFocused ? MARK.change | MARK.lineChange : MARK.change;
    this.seek(step, bits, "change of a machine");
  }

  walk(step) {
    const row = this.list.neighbour(this.row, step);
    if (row >= 0) this.select(row);
  }

  hit(step) {
    const row = this.filter.next(this.row, step);
    if (row >= 0) this.select(row);
  }

  /** The next row whose look is one of a mask, from the top again behind the last one. */
  jump(mask) {
    const {look} = this.capture.log;
    for (let away = 1; away <= this.capture.rows; away += 1) {
      const row = (this.row + away) % this.capture.rows;
      if (!mask[look[row]] || !this.list.isShown(row)) continue;
      const isWobble = this.capture.marks(row) & MARK.wobble;
      this.select(row, {machine: isWobble ? this.machineOf(row, MARK.wobble) : -1});
      return;
    }
    say("The filter hides every line of this kind.");
  }

  get shelf() {
    return `bookmarks.${this.capture.meta.capture.name}`;
  }

  bookmark() {
    if (this.row < 0) return;
    this.list.toggleBookmark(this.row);
    this.ticks.mark();
    keep(this.shelf, [...this.list.bookmarks].map((row) => this.capture.line(row)).join(" "));
    const isSet = this.list.bookmarks.has(this.row);
    say(`Bookmark ${isSet ? "set on" : "taken off"} line ${count(this.capture.line(this.row))}.`);
  }

  toBookmark() {
    const rows = [...this.list.bookmarks].sort((a, b) => a - b);
    const row = rows.find((at) => at > this.row) ?? rows[0];
    if (row === undefined) say("There is no bookmark: u sets one.");
    else this.select(row);
  }

  /** Another filter, or none: what stands beside the list follows. */
  filtered() {
    this.ticks.hits = this.filter.marked;
    this.ticks.mark();
    if (this.row >= 0) this.list.select(this.row, true);
    this.link.update(this.address);
  }

  copyTicket() {
    if (this.row >= 0) copy(ticketOf(this.capture, this.row), `Line ${count(this.capture.line(this.row))}`);
  }

  // ---------------------------------------------------------------- hands

  keys() {
    const isAtList = (event) => !event.target.closest?.("#rows, body:focus") && event.target !== document.body;
    const scrolls = (event) => isAtList(event) && event.target.closest?.("#detail, #summary, .paper, #help-body");
    return [
      {group: "Go to", keys: ["e"], words: "next wobble", run: () => this.seek(1, MARK.wobble, "wobble", {isFollowed: true})},
      {group: "Go to", keys: ["E"], words: "previous wobble", run: () => this.seek(-1, MARK.wobble, "wobble", {isFollowed: true})},
      {group: "Go to", keys: ["w"], words: "next row on which a full reset begins, goes a step on, or is over", run: () => this.seek(1, MARK.reset, "row of a full reset")},
      {group: "Go to", keys: ["W"], words: "previous such row", run: () => this.seek(-1, MARK.reset, "row of a full reset")},
      {group: "Go to", keys: ["."], words: "next row on which a machine changed; the AT line counts only while its drawing has the focus, or where it wobbles", run: () => this.change(1)},
      {group: "Go to", keys: [","], words: "previous such row", run: () => this.change(-1)},
      {group: "Go to", keys: ["j", "ArrowDown"], words: "next row", isNative: scrolls, run: () => this.walk(1)},
      {group: "Go to", keys: ["k", "ArrowUp"], words: "previous row", isNative: scrolls, run: () => this.walk(-1)},
      {group: "Go to", keys: ["PageDown"], words: "a page on", isNative: scrolls, run: () => this.walk(this.list.pageRows)},
      {group: "Go to", keys: ["PageUp"], words: "a page back", isNative: scrolls, run: () => this.walk(-this.list.pageRows)},
      {group: "Go to", keys: ["Home"], words: "first row", isNative: scrolls, run: () => this.walk(-this.capture.rows)},
      {group: "Go to", keys: ["End"], words: "last row", isNative: scrolls, run: () => this.walk(this.capture.rows)},
      {group: "Find", keys: ["/"], words: "to the filter line", run: () => byId("query").select()},
      {group: "Find", keys: ["n"], words: "next row that answers the filter", run: () => this.hit(1)},
      {group: "Find", keys: ["N"], words: "previous row that answers the filter", run: () => this.hit(-1)},
      {group: "Find", keys: ["u"], words: "set a bookmark, or take it off", run: () => this.bookmark()},
      {group: "Find", keys: ["U"], words: "next bookmark, from the top again behind the last", run: () => this.toBookmark()},
      {group: "Find", keys: ["Escape"], words: "empty the filter; in the empty filter line: back to the log", run: () => this.filter.escape()},
      {group: "Look", keys: ["f"], words: "large drawing of what the row changed, then the next drawing", run: () => this.charts.focusNext(this.row)},
      {group: "Look", keys: ["t"], words: "light or dark", run: () => this.turnTheme()},
      {group: "Look", keys: ["c"], words: "copy the row for a ticket", run: () => this.copyTicket()},
      {group: "Look", keys: ["y"], words: "copy a link to the row", run: () => this.link.copy(this.address)},
      {group: "Look", keys: ["?"], words: "this help; Esc closes it", run: turnHelp},
      {group: "Time line (while it has the focus)", keys: ["W", "S"], words: "zoom in and out, as the wheel does"},
      {group: "Time line (while it has the focus)", keys: ["A", "D"], words: "pan, as the wheel does with Shift"},
      {group: "Time line (while it has the focus)", keys: ["0"], words: "the whole capture"},
      {group: "Time line (while it has the focus)", keys: ["ArrowLeft", "ArrowRight"], words: "previous and next row"},
    ];
  }

  turnTheme() {
    turnTheme();
    this.time.later();
    this.ticks.later();
  }

  listen() {
    wire(this.keys(), [["Filter terms", FILTER_NOTES]]);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.time.later();
      this.ticks.later();
    });
  }
}

/** Build the page behind the header, which is on the screen already. */
async function start() {
  restoreTheme();
  await new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, 200); // a page in the background draws no frame
  });
  const meta = JSON.parse(byId("atfsm-meta").textContent);
  const capture = new Capture(meta, await unpackLog(meta.log, byId("atfsm-log")));
  fillStrip(byId("strip"), meta);
  const app = new App(capture);
  fillSummary(byId("summary"), capture, (mask) => app.jump(mask));
  app.open();
  app.ticks.mark();
  document.documentElement.dataset.ready = "yes";
  await nextTask();
  fillPrint(byId("print"), capture);
}

start().catch(sayFailed);
