// What was found, by severity and kind: counted once per look, not once per row.

import {DIRECTION, MOVE} from "./capture.js";
import {shown} from "./words.js";

/** From the gravest to the least. */
export const SEVERITIES = Object.freeze(["reset", "wobble", "warning", "note"]);
const CODED = /\+CM[ES] ERROR: ?\d+|\bERROR\b|NO CARRIER/;

/** Group what happened: [{severity, words, about, looks, count}], the gravest first. */
export function groupFindings(capture) {
  const groups = new Map();
  const put = (look, severity, words, about = "") => {
    const key = `${severity} ${words}`;
    const group = groups.get(key) ?? {severity, words, about, looks: [], count: 0};
    groups.set(key, group);
    if (group.looks[group.looks.length - 1] !== look) group.looks.push(look);
    group.count += capture.lookCounts[look];
  };
  for (let look = 0; look < capture.lookCounts.length; look += 1) {
    const moves = capture.movesOf(look);
    for (const move of moves) groupMove(capture, look, move, put);
    groupLine(capture, look, moves, put);
  }
  const grave = (group) => SEVERITIES.indexOf(group.severity);
  return [...groups.values()].sort((a, b) => grave(a) - grave(b) || b.count - a.count);
}

function groupMove(capture, look, move, put) {
  const {machine, before, fact, after} = move;
  if (move.flags & MOVE.put) return;
  const chart = capture.chartOf(machine);
  const from = capture.roleOf(machine, before);
  const to = capture.roleOf(machine, after);
  const {wire} = chart.facts[fact];
  if (before !== after) {
    if (to === "wobble") put(look, "wobble", `${chart.name} ${kindOf(chart.states[after])} · ${came(capture, look, move)}`);
    if (to === "reset" && from !== "reset") put(look, "reset", `${chart.name} full reset begun`);
    if (from === "reset" && to !== "reset") put(look, "note", `${chart.name} full reset over`);
    return;
  }
  const cell = capture.cellKind(machine, before, fact);
  if (cell === "request" && chart.name !== "line" && before !== 0) {
    // Of what there is one only, most commands change nothing; a socket is not ready for them.
    const severity = capture.machines[machine].key ? "warning" : "note";
    put(look, severity, `${chart.name} ${wire} while ${chart.states[before].name}`, "not listed in this state: the modem's answer decides");
  }
  if (cell === "ignored" && chart.name !== "line") {
    put(look, "note", `${chart.name} ignored ${wire}`, chart.why[`${before},${fact}`] ?? "");
  }
  if (cell === "deaf") put(look, "note", `${chart.name} full reset heard no more`, "what is not its answer is not heard");
}

/** What is worth a word though no machine wobbled at it. */
function groupLine(capture, look, moves, put) {
  const what = capture.whats[capture.log.look_what[look]];
  if (what === "stray") put(look, "warning", "result without a logged command");
  if (what === "noise") put(look, "note", "line that is no AT");
  if (what !== "result" || capture.log.look_dir[look] === DIRECTION.tx) return;
  if (moves.some((move) => capture.roleOf(move.machine, move.after) === "wobble")) return;
  const code = CODED.exec(capture.textOf(look));
  if (code) put(look, "warning", `${code[0]} without a wobble`, "a refusal that no machine was waiting on");
}

function kindOf(state) {
  return shown(state.name.replace(/^wobble_/, ""));
}

function came(capture, look, move) {
  if (move.flags & MOVE.swept && move.sweptBy >= 0) return `by ${capture.chartOf(move.sweptBy).name}`;
  const code = CODED.exec(capture.textOf(look));
  return code ? code[0] : capture.chartOf(move.machine).facts[move.fact].wire;
}
