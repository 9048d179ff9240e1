// The page as a whole: one selected row, and everything that follows it.

import {Capture, MARK} from "./capture.js";
import {Charts} from "./charts.js";
import {Detail} from "./detail.js";
import {Finding} from "./finding.js";
import {FILTER_NOTES, readFilter, rowsThrough} from "./filter.js";
import {keep, kept, restoreTheme, turnTheme} from "./kept.js";
import {turnHelp, wire} from "./keys.js";
import {Link, readLink, writeLink} from "./link.js";
import {fillPrint} from "./print.js";
import {RowList, shareWords} from "./rows.js";
import {say, sayFailed} from "./status.js";
import {fillStrip, fillSummary} from "./summary.js";
import {Ticks} from "./ticks.js";
import {copyText, ticketOf} from "./ticket.js";
import {TimeLine} from "./timeline.js";
import {nextTask, unpackLog} from "./unpack.js";
import {count, upperBound} from "./words.js";

const TYPING_MS = 120;
const byId = (id) => document.getElementById(id);

class App {
  constructor(capture) {
    this.capture = capture;
    this.row = -1;
    this.query = "";
    this.hits = null;
    this.finding = new Finding(capture);
    this.charts = new Charts(byId("charts"), capture);
    this.detail = new Detail(byId("detail"), capture);
    this.list = new RowList(byId("rows"), capture, (row) => this.select(row));
    this.ticks = new Ticks(byId("ticks"), this.list, capture, (row) => this.select(row, {isCentered: true}));
    this.time = new TimeLine(byId("time"), capture, {
      onPick: (row) => row !== this.row && this.select(row),
      onFocus: (machine) => this.charts.focusMachine(machine),
    });
    this.link = new Link((asked) => this.goTo(asked));
    this.listen();
  }

  /** The first thing shown: what the address asks for, else the first wobble, else the end. */
  open() {
    const asked = readLink(location.hash);
    if (asked.query) {
      byId("query").value = asked.query;
      this.filter();
    } else this.showCount();
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
    this.link.update(this.place());
  }

  place() {
    if (this.row < 0) return {line: null, before: 0, query: this.query};
    return {line: this.capture.line(this.row), before: this.capture.rowsBeforeLine(this.row), query: this.query};
  }

  /** Go where an address asks; false where it names no line that the page has. */
  goTo({line, before, query}) {
    if ((query ?? "") !== this.query) {
      byId("query").value = query ?? "";
      this.filter();
    }
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
    if (!this.hits) {
      say("Nothing is looked for: / leads to the filter.");
      return;
    }
    if (this.hits.length === 0) {
      say("No line answers the filter.");
      return;
    }
    const at = step > 0 ? upperBound(this.hits, this.row) : upperBound(this.hits, this.row - 1) - 1;
    const isBehind = at < 0 || at >= this.hits.length;
    if (isBehind) say(step > 0 ? "From the top again." : "From the end again.");
    this.select(this.hits[isBehind ? (step > 0 ? 0 : this.hits.length - 1) : at]);
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

  // ---------------------------------------------------------------- the filter

  filter() {
    const text = byId("query").value.trim();
    const {terms, words, problem} = readFilter(text, this.capture);
    const note = byId("filter-problem");
    note.textContent = problem;
    note.hidden = !problem;
    byId("query").setAttribute("aria-invalid", String(Boolean(problem)));
    if (problem) return;
    this.query = text;
    this.hits = rowsThrough(terms, this.capture);
    this.list.setRows(byId("hide").checked ? this.hits : null, words);
    this.ticks.hits = byId("hide").checked ? null : this.hits;
    this.ticks.mark();
    this.showCount();
    if (this.row >= 0) this.list.select(this.row, true);
    this.link.update(this.place());
  }

  showCount() {
    const isHiding = byId("hide").checked || !this.hits;
    byId("filter-count").textContent = isHiding ? shareWords(this.list) : `${count(this.hits.length)} of ${count(this.capture.rows)}`;
    const isEmpty = this.capture.rows > 0 && this.list.shownCount === 0;
    byId("rows-none").hidden = !isEmpty;
    byId("rows-none").textContent = isEmpty ? "No line answers the filter." : "";
  }

  // ---------------------------------------------------------------- what is said and copied

  async copy(text, what) {
    const isDone = await copyText(text);
    say(isDone ? `${what} copied.` : "This browser gives a page from a file no clipboard.");
  }

  copyTicket() {
    if (this.row >= 0) this.copy(ticketOf(this.capture, this.row), `Line ${count(this.capture.line(this.row))}`);
  }

  copyLink() {
    const hash = writeLink(this.place());
    this.link.replace(hash);
    this.copy(location.href.replace(/#.*$/, "") + hash, "Link");
  }

  escape() {
    const field = byId("query");
    if (document.activeElement === field && field.value === "") byId("rows").focus();
    else if (field.value !== "") {
      field.value = "";
      this.filter();
    }
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
      {group: "Find", keys: ["Escape"], words: "empty the filter; in the empty filter line: back to the log", run: () => this.escape()},
      {group: "Look", keys: ["f"], words: "large drawing of what the row changed, then the next drawing", run: () => this.charts.focusNext(this.row)},
      {group: "Look", keys: ["t"], words: "light or dark", run: () => this.turnTheme()},
      {group: "Look", keys: ["c"], words: "copy the row for a ticket", run: () => this.copyTicket()},
      {group: "Look", keys: ["y"], words: "copy a link to the row", run: () => this.copyLink()},
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
    byId("query").addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.filter(), TYPING_MS);
    });
    byId("hide").addEventListener("change", () => this.filter());
    byId("filter").addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(this.typing);
      this.filter();
      if (this.hits?.length && !this.list.isShown(this.row)) this.hit(1);
      byId("rows").focus();
    });
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
