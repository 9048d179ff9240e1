// The page of two logs: one selected line, and where both stand on it.

import {Capture} from "./capture.js";
import {restoreTheme, turnTheme} from "./kept.js";
import {turnHelp, wire} from "./keys.js";
import {say, sayFailed} from "./status.js";
import {TwinCharts} from "./twincharts.js";
import {Twins} from "./twindata.js";
import {TwinList} from "./twinlist.js";
import {TwinTicks} from "./twinticks.js";
import {nextTask, unpackLog} from "./unpack.js";
import {bytes, count, counted, make, quoted, redactedWords, shown} from "./words.js";

const element = (id) => document.getElementById(id);

class Comparison {
  constructor(twins) {
    this.twins = twins;
    this.item = -1;
    this.number = -1;
    this.charts = new TwinCharts(element("charts"), twins);
    this.list = new TwinList(element("rows"), twins, (item) => this.select(item));
    this.ticks = new TwinTicks(element("ticks"), twins, this.list, (item) => this.select(item, true));
    this.listen();
  }

  /** The first thing shown: the first difference; where there is none, the first line. */
  open() {
    const [first] = this.twins.differences;
    if (this.twins.rows === 0) {
      element("rows-none").textContent = "There are no lines to show.";
      element("rows-none").hidden = false;
      element("rows").hidden = true;
      return;
    }
    this.charts.focusMachines(this.twins, first?.machines ?? [null, null]);
    this.select(first?.item ?? 0, true);
  }

  /** Select a line of the list: everything on the page follows. */
  select(item, isCentered = false) {
    this.item = item;
    this.list.select(item, isCentered);
    this.charts.show(item);
    this.ticks.draw();
    this.tellDifference(this.twins.differenceAt(item));
  }

  /** Say what a difference is, once the reader has come to it. */
  tellDifference(difference) {
    if (difference === null || difference.number === this.number) return;
    this.number = difference.number;
    const said = difference.sentence ?? "This difference is too far behind the first to be told in a sentence.";
    element("finding-why").replaceChildren(quoted(said));
    element("finding-do").replaceChildren(quoted((difference.why ?? []).join(" ")));
    element("finding-where").textContent = difference.where ? `last common state: ${shown(difference.where)}` : "";
    element("finding-count").textContent = `${count(this.number + 1)} of ${counted(this.twins.meta.difference_count, "difference")}`;
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
    this.select(next.item);
  }

  seekChange(step) {
    const item = this.twins.seekChange(this.item, step);
    if (item >= 0) this.select(item);
    else say(`No change of a machine ${step > 0 ? "after" : "before"} this line.`);
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
      {group: "Look", keys: ["f"], words: "large drawing of what the line changed, then the next drawing", run: () => this.charts.focusNext(this.item)},
      {group: "Look", keys: ["t"], words: "light or dark", run: () => this.turn()},
      {group: "Look", keys: ["?"], words: "this help; Esc closes it", run: turnHelp},
    ];
  }

  turn() {
    turnTheme();
    this.ticks.draw();
  }

  listen() {
    wire(this.keys(), [["In the middle", MIDDLE_NOTES]]);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.ticks.draw());
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
  const meta = JSON.parse(element("atfsm-meta").textContent);
  const common = {charts: meta.charts, whats: meta.whats, cell_kinds: meta.cell_kinds};
  const metas = [{...meta.a, ...common}, {...meta.b, ...common}];
  const logs = [await unpackLog(metas[0].log, element("atfsm-log")), await unpackLog(metas[1].log, element("atfsm-other"))];
  const [a, b] = metas.map((own, side) => new Capture(own, logs[side]));
  element("name-a").textContent = shown(meta.a.capture.name);
  element("name-b").textContent = shown(meta.b.capture.name);
  const comparison = new Comparison(new Twins(meta, a, b));
  fillFoot(element("strip"), meta);
  comparison.open();
  document.documentElement.dataset.ready = "yes";
}

startComparison().catch(sayFailed);
