// Text to paste into a ticket: what happened on a row, who decided it, and the lines around.

import {DIRECTION} from "./capture.js";
import {decisionOf, expectedOf, limitOf} from "./detail.js";
import {dateOf, duration, moment, shown} from "./words.js";

const ARROWS_ASCII = {[DIRECTION.tx]: "->", [DIRECTION.rx]: "<-", [DIRECTION.none]: "  "};
const LINES_AROUND = 8;

/** The block of text for a row. */
export function ticketOf(capture, row) {
  const {meta} = capture;
  const head = [
    `atfsm ${meta.version}: ${shown(meta.capture.name)}, line ${capture.line(row)}`,
    `model ${meta.capture.model || "not recorded"}, firmware ${meta.capture.firmware || "not recorded"}, format ${meta.capture.format || "unknown"}`,
  ];
  const wobbles = (capture.wobblesByRow.get(row) ?? []).flatMap((number) => wobbleLines(capture, meta.wobbles[number]));
  const moves = capture.moves(row).flatMap((move) => moveLines(capture, move));
  return [...head, ...wobbles, "", "MACHINES ON THIS LINE", ...(moves.length ? moves : ["  none"]), "", "LOG", ...logLines(capture, row), ""].join("\n");
}

function wobbleLines(capture, wobble) {
  return [
    "",
    `WOBBLE ${capture.nameOf(wobble.machine)} ${wobble.kind} in ${wobble.state}, since line ${wobble.since_line}`,
    `  got   ${shown(wobble.got)}`,
    ...(wobble.expected.length ? [`  due   ${wobble.expected.map(shown).join(" or ")}`] : []),
    `  why   ${shown(wobble.why)}`,
    `  do    ${shown(wobble.do)}`,
    ...wobble.evidence.map(({line, text}) => `  proof line ${line}: ${shown(text)}`),
  ];
}

function moveLines(capture, move) {
  const {machine, before, after} = move;
  const {cell, by} = decisionOf(capture, move);
  const way = before === after ? `stays ${capture.stateName(machine, after)}` : `${capture.stateName(machine, before)} -> ${capture.stateName(machine, after)}`;
  const limit = limitOf(capture, machine, before);
  const expected = expectedOf(capture, move);
  return [
    `  ${capture.nameOf(machine)}: ${way}`,
    `    ${cell}${cell && ": "}${by}`,
    ...(expected.length ? [`    due there: ${expected.join(", ")}${limit ? `; limit ${limit.replace("≤", "<=")}` : ""}`] : []),
  ];
}

/** The lines up to a row and a few behind it, the row marked. */
function logLines(capture, row) {
  const lines = [];
  const last = Math.min(capture.rows - 1, row + 3);
  for (let at = Math.max(0, row - LINES_AROUND); at <= last; at += 1) {
    if (at > row - LINES_AROUND && capture.gapMs(at) >= 5000) lines.push(`          (${duration(capture.gapMs(at))} silence)`);
    const ms = capture.clockMs(at);
    const time = `${dateOf(ms, capture.clock)} ${moment(ms, capture.clock)}`.trim();
    const mark = at === row ? ">" : " ";
    const number = capture.isLimit(at) ? "" : String(capture.line(at));
    lines.push(`${mark} ${number.padStart(7)} ${time}${time ? " " : ""}${ARROWS_ASCII[capture.direction(at)]} ${capture.text(at)}`.trimEnd());
  }
  return lines;
}
