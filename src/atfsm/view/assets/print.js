// What is printed beside the header and the drawings: every wobble in sentences, and the rows
// around the first one.

import {drawChips} from "./rows.js";
import {count, dateOf, make, moment, sentence, shown} from "./words.js";

const WOBBLES_AT_MOST = 40;
const ROWS_BEFORE = 20;
const ROWS_AFTER = 10;

/** Fill the part of the page that is seen on paper only. */
export function fillPrint(element, capture) {
  const {wobbles, wobble_count: total} = capture.meta;
  if (capture.rows === 0) return;
  if (total) element.append(make("h2", "", total === 1 ? "The wobble" : `${count(total)} wobbles`));
  for (const wobble of wobbles.slice(0, WOBBLES_AT_MOST)) element.append(printedWobble(capture, wobble));
  if (total > WOBBLES_AT_MOST) element.append(make("p", "", `${count(total - WOBBLES_AT_MOST)} more are not printed.`));
  const middle = wobbles[0]?.row ?? 0;
  const first = Math.max(0, middle - ROWS_BEFORE);
  const last = Math.min(capture.rows - 1, middle + ROWS_AFTER);
  const heading = wobbles.length ? "Lines around the first wobble" : "The first lines";
  const body = make("tbody", "");
  for (let row = first; row <= last; row += 1) body.append(printedRow(capture, row, row === middle && wobbles.length > 0));
  element.append(make("h2", "", heading), make("table", "", body));
}

function printedWobble(capture, wobble) {
  const {line, kind, state, since_line: since, got, expected, why, evidence} = wobble;
  const name = capture.nameOf(wobble.machine);
  const list = make("dl", "");
  const put = (term, ...what) => list.append(make("dt", "", term), make("dd", "", ...what));
  put("got", make("code", "", shown(got)));
  if (expected.length) put("due", expected.map(shown).join(" or "));
  if (capture.meta.wobble_count > 1) {
    put("why", sentence(why)); // a single one is told at the top
    put("do", sentence(wobble.do));
  }
  put("proof", evidence.map((mark) => `line ${mark.line}: ${shown(mark.text)}`).join("; "));
  return make("section", "", make("h3", "", `Line ${count(line)}: ${name} ${kind} in ${state}, since line ${count(since)}`), list);
}

function printedRow(capture, row, isMiddle) {
  const ms = capture.clockMs(row);
  const time = `${dateOf(ms, capture.clock)} ${moment(ms, capture.clock)}`.trim();
  const arrow = ["", "→", "←"][capture.direction(row)];
  return make(
    "tr",
    isMiddle ? "middle" : "",
    make("td", "number", capture.isLimit(row) ? "limit" : String(capture.line(row))),
    make("td", "", time),
    make("td", "", arrow),
    make("td", "text", capture.text(row)),
    make("td", "", drawChips(capture, row)),
  );
}
