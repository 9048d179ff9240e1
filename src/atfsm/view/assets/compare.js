// The page of two logs: one selected line, and where both stand on it.

import {Capture} from "./capture.js";
import {FilterLine} from "./filterline.js";
import {restoreTheme, turnTheme} from "./kept.js";
import {turnHelp, wire} from "./keys.js";
import {Link, readTwinLink, writeTwinLink} from "./link.js";
import {say, sayFailed} from "./status.js";
import {TwinCharts} from "./twincharts.js";
import {Twins} from "./twindata.js";
import {answerOfBoth, TWIN_FILTER_NOTES} from "./twinfilter.js";
import {TwinList} from "./twinlist.js";
import {TwinTicks} from "./twinticks.js";
import {nextTask, unpackLog} from "./unpack.js";
import {byId, bytes, count, counted, make, quoted, redactedWords, shown} from "./words.js";

class Comparison {
  constructor(twins) {
    this.twins = twins;
    this.item = -1;
    this.number = -1;
    this.charts = new TwinCharts(byId("charts"), twins);
    this.list = new TwinList(byId("rows"), twins, (item) => this.select(item));
    this.ticks = new TwinTicks(byId("ticks"), this.list, twins, (item) => this.select(item, true));
    this.link = new Link((hash) => this.goTo(readTwinLink(hash)));
    this.filter = new FilterLine(this.list, (text) => answerOfBoth(text, twins), {
      onFiltered: () => this.filtered(),
      onEntered: () => this.filter.hits?.length && !this.list.isShown(this.item) && this.hit(1),
    });
    this.listen();
  }

  /** The first thing shown: what the address asks for, else the first difference, else the top. */
  open() {
    const asked = readTwinLink(location.hash);
    const [first] = this.twins.differences;
    this.filter.showCount();
    if (this.twins.rows === 0) {
      byId("rows-none").textContent = "There are no lines to show.";
      byId("rows-none").hidden = false;
      byId("rows").hidden = true;
      return;
    }
    this.charts.focusMachines(this.twins, first?.machines ?? [null, null]);
    if (!this.goTo(asked)) this.select(first?.item ?? 0, true);
  }

  /** Go where an address asks; false where it names no line that the page has. */
  goTo({places, query}) {
    this.filter.ask(query ?? "");
    if (places.every((place) => place === null)) return false;
    const item = this.twins.itemOfPlaces(places);
    if (item < 0) {
      const named = places.flatMap((place, side) => (place ? [`line ${count(place.line)} of ${"AB"[side]}`] : []));
      say(`Not on this page: ${named.join(", ")}.`);
      return false;
    }
    this.show(item);
    return true;
  }

  /** The address of the selected item under the filter. */
  get address() {
    const places = this.item < 0 ? [null, null] : this.twins.placesOf(this.item);
    return writeTwinLink({places, query: this.filter.query});
  }

  /** Select a line of the list: everything on the page follows. */
  select(item, isCentered = false) {
    this.item = item;
    this.list.select(item, isCentered);
    this.charts.show(item);
    this.tellDifference(this.twins.differenceAt(item));
    this.link.update(this.address);
  }

  /** Select a line that may be far away, and say so where the filter hides it. */
  show(item, isCentered = true) {
    this.select(item, isCentered);
    if (!this.list.isShown(item)) say("The filter hides this line.");
  }

  /** Another filter, or none: what stands beside the list follows. */
  filtered() {
    this.ticks.hits = this.filter.marked;
    this.ticks.mark();
    if (this.item >= 0) this.list.select(this.item, true);
    this.link.update(this.address);
  }

  /** Say what a difference is, once the reader has come to it. */
  tellDifference(difference) {
    if (difference === null || difference.number === this.number) return;
    this.number = difference.number;
    const said = difference.sentence ?? "This difference is too far behind the first to be told in a sentence.";
    byId("finding-why").replaceChildren(quoted(said));
    byId("finding-do").replaceChildren(quoted((difference.why ?? []).join(" ")));
    byId("finding-where").textContent = difference.where ? `last common state: ${shown(difference.where)}` : "";
    byId("finding-count").textContent = `${count(this.number + 1)} of ${counted(this.twins.meta.difference_count, "difference")}`;
  }

  // ---------------------------------------------------------------- steps

  seekDifference(step) {
    const {differences} = this.twins;
    const next = step > 0 ? differences.find(({item}) => item > this.item) : differences.findLast(({item}) => item < this.item);
    if (!next) {
      say(`No difference ${step > 0 ? "after" : "before"} this line.`);
      return;
    }
    if (next.machines) this.charts.focusMachines(this.twins, next.machines);
    this.show(next.item, false);
  }

  seekChange(step) {
    const item = this.twins.seekChange(this.item, step, (at) => this.list.isShown(at));
    if (item >= 0) {
      this.select(item);
      return;
    }
    const isHidden = this.twins.seekChange(this.item, step, () => true) >= 0;
    const where = step > 0 ? "after" : "before";
    say(`No change of a machine ${where} this line${isHidden ? " among the lines that the filter shows" : ""}.`);
  }

  hit(step) {
    const item = this.filter.next(this.item, step);
    if (item >= 0) this.select(item);
  }

  walk(step) {
    const item = this.list.neighbour(this.item, step);
    if (item >= 0) this.select(item);
  }

  // ---------------------------------------------------------------- hands

  keys() {
    const scrolls = (event) => event.target.closest?.(".paper, #help-body");
    return [
      {group: "Go to", keys: ["d"], words: "next difference", run: () => this.seekDifference(1)},
      {group: "Go to", keys: ["D"], words: "previous difference", run: () => this.seekDifference(-1)},
      {group: "Go to", keys: ["."], words: "next line on which a machine changed, in either log", run: () => this.seekChange(1)},
      {group: "Go to", keys: [","], words: "previous such line", run: () => this.seekChange(-1)},
      {group: "Go to", keys: ["j", "ArrowDown"], words: "next line", isNative: scrolls, run: () => this.walk(1)},
      {group: "Go to", keys: ["k", "ArrowUp"], words: "previous line", isNative: scrolls, run: () => this.walk(-1)},
      {group: "Go to", keys: ["PageDown"], words: "a page on", isNative: scrolls, run: () => this.walk(this.list.pageRows)},
      {group: "Go to", keys: ["PageUp"], words: "a page back", isNative: scrolls, run: () => this.walk(-this.list.pageRows)},
      {group: "Go to", keys: ["Home"], words: "first line", isNative: scrolls, run: () => this.walk(-this.twins.rows)},
      {group: "Go to", keys: ["End"], words: "last line", isNative: scrolls, run: () => this.walk(this.twins.rows)},
      {group: "Find", keys: ["/"], words: "to the filter line", run: () => byId("query").select()},
      {group: "Find", keys: ["n"], words: "next line that answers the filter", run: () => this.hit(1)},
      {group: "Find", keys: ["N"], words: "previous line that answers the filter", run: () => this.hit(-1)},
      {group: "Find", keys: ["Escape"], words: "empty the filter; in the empty filter line: back to the logs", run: () => this.filter.escape()},
      {group: "Look", keys: ["f"], words: "large drawing of what the line changed, then the next drawing", run: () => this.charts.focusNext(this.item)},
      {group: "Look", keys: ["t"], words: "light or dark", run: () => this.turn()},
      {group: "Look", keys: ["y"], words: "copy a link to the line", run: () => this.link.copy(this.address)},
      {group: "Look", keys: ["?"], words: "this help; Esc closes it", run: turnHelp},
    ];
  }

  turn() {
    turnTheme();
    this.ticks.later();
  }

  listen() {
    wire(this.keys(), [
      ["In the middle", MIDDLE_NOTES],
      ["Filter terms", TWIN_FILTER_NOTES],
    ]);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.ticks.later());
  }
}

const MIDDLE_NOTES = [
  ["=", "the last common state before a difference"],
  ["≠", "here they differ"],
  ["‹", "only A has this line"],
  ["›", "only B has this line"],
];

/** Fill the strip with how they differ on the whole, and what is known of both. */
function fillFoot(strip, meta) {
  const list = make("dl", "");
  const put = (term, words) => list.append(make("div", "", make("dt", "", term), make("dd", "", quoted(words))));
  for (const [label, words] of meta.facts) put(label, words);
  for (const [name, {capture, omitted_words: omitted}] of [["A", meta.a], ["B", meta.b]]) {
    put(name, `${capture.name} (${bytes(capture.size_bytes)}), ${capture.format || "format not known"}, ${counted(capture.lines, "line")}, ${capture.verdict}`);
    if (omitted.length) put(`left out of ${name}`, omitted.join(" "));
  }
  put("redacted", redactedWords(meta.redacted));
  put("made by", `atfsm ${meta.version}: ${meta.command}`);
  strip.append(list);
}

/** Build the page behind the header, which is on the screen already. */
async function startComparison() {
  restoreTheme();
  await nextTask();
  const meta = JSON.parse(byId("atfsm-meta").textContent);
  const common = {charts: meta.charts, whats: meta.whats, cell_kinds: meta.cell_kinds};
  const metas = [{...meta.a, ...common}, {...meta.b, ...common}];
  const logs = [await unpackLog(metas[0].log, byId("atfsm-log")), await unpackLog(metas[1].log, byId("atfsm-other"))];
  const [a, b] = metas.map((own, side) => new Capture(own, logs[side]));
  byId("name-a").textContent = shown(meta.a.capture.name);
  byId("name-b").textContent = shown(meta.b.capture.name);
  const comparison = new Comparison(new Twins(meta, a, b));
  fillFoot(byId("strip"), meta);
  comparison.open();
  comparison.ticks.mark();
  document.documentElement.dataset.ready = "yes";
}

startComparison().catch(sayFailed);
