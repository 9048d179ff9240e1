// The filter line: terms into a question, the question into the rows that answer it.
//
// A term asks about the look of a row (its text, direction, moves) and is answered once per look,
// or about its line, its time or the states around it, and is answered per row.

import {DIRECTION, MARK, SILENCE_MS} from "./capture.js";

const TERM = /(-?)(?:"([^"]*)"?|([^\s"]+(?:"[^"]*"?)?))/g;
const FIELD = /^(machine|key|state|dir|is|cme):(.*)$/s;
const BOUND = /^(line|t)(>=|<=|>|<|=|:)(.*)$/s;
const LIKE_FIELD = /^[a-z]+:(?!\/\/)./i;
const TERMS = "machine: key: state: dir: is: cme: line> t>";
const CLOCK_TIME = /^(?:(\d{4}-\d\d-\d\d)T)?(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d+)?))?$/;
const SECONDS = /^(\d+(?:\.\d+)?)s$/;
const A_DAY_MS = 86_400_000;

const DIRECTIONS = {tx: DIRECTION.tx, rx: DIRECTION.rx};
const MARKED = {wobble: MARK.wobble, reset: MARK.reset, change: MARK.change};
const WHATS = {payload: "payload", urc: "urc", command: "command"};
const IS_WORDS = [...Object.keys(MARKED), "silence", ...Object.keys(WHATS)];
const TESTS = {
  ">": (a, b) => a > b,
  "<": (a, b) => a < b,
  ">=": (a, b) => a >= b,
  "<=": (a, b) => a <= b,
  "=": (a, b) => a === b,
  ":": (a, b) => a === b,
};

/** What the help says of the terms. */
export const FILTER_NOTES = [
  ["words", "the text has them, whatever the case"],
  ['"some words"', "the text has exactly these, blanks and all"],
  ["machine:tcp key:1", "a machine of this chart, with this key, is told something; together they mean one machine"],
  ["state:connecting", "a machine is in this state behind the row, or passes through it; machine: and key: say which"],
  ["dir:tx dir:rx", "host to modem, modem to host"],
  ["is:wobble is:reset is:change", "as the keys e, w and . find them"],
  ["is:silence", "a limit passed, or 5 s and more without a line before it"],
  ["is:command is:urc is:payload", "what the line is"],
  ["cme:923", "+CME ERROR or +CMS ERROR with this code"],
  ["line>100 line<=200", "number of the line"],
  ["t>10:00 t<10:00:05.250", "time of day, on the first day of the capture; t>2026-11-22T10:00 on another"],
  ["t>12.5s", "seconds since the first line"],
  ["-is:payload", "a minus before a term turns it round; terms side by side must all be true"],
];

/** A term that cannot be understood, with a sentence that says why. */
class BadTerm extends Error {}

/** What a filter line asks a capture for: {rows, words, problem}; no rows (null) where for nothing. */
export function answer(text, capture) {
  const {terms, words, problem} = readFilter(text, capture);
  return {rows: problem ? null : rowsThrough(terms, capture), words, problem};
}

/** Read a filter line: {terms, words, problem}. */
function readFilter(text, capture) {
  const terms = [];
  const words = [];
  try {
    for (const found of text.matchAll(TERM)) {
      const isNot = found[1] === "-";
      const quoted = found[2] !== undefined;
      if (quoted && found[2] === "") continue;
      const term = quoted ? {field: "text", value: found[2]} : readTerm(found[3], capture);
      terms.push({...term, isNot});
      if (term.field === "text" && !isNot) words.push(term.value);
    }
  } catch (error) {
    if (!(error instanceof BadTerm)) throw error;
    return {terms: [], words: [], problem: error.message};
  }
  return {terms, words, problem: ""};
}

function readTerm(term, capture) {
  const bound = BOUND.exec(term);
  if (bound) return readBound(bound[1], bound[2], bound[3], capture);
  const named = FIELD.exec(term);
  if (!named) {
    if (!LIKE_FIELD.test(term)) return {field: "text", value: term};
    throw new BadTerm(`${term} is no term: the terms are ${TERMS}. To look for it as text, quote it.`);
  }
  const [, field, raw] = named;
  const value = raw.replace(/^"(.*?)"?$/s, "$1");
  if (value === "") throw new BadTerm(`${field}: needs a value behind the colon, as in ${EXAMPLES[field]}.`);
  CHECKS[field](value, capture);
  return {field, value};
}

const EXAMPLES = {
  machine: "machine:tcp",
  key: "key:1",
  state: "state:connecting",
  dir: "dir:tx",
  is: "is:wobble",
  cme: "cme:923",
};

const CHECKS = {
  machine: (value, capture) => oneOf("machine", value, capture.charts.map((chart) => chart.name)),
  key: () => undefined,
  state(value, capture) {
    const names = capture.charts.flatMap((chart) => chart.states.map((state) => state.name));
    if (names.includes(value)) return;
    const part = value.toLowerCase();
    const near = [...new Set(names)].filter((name) => name.includes(part)).sort((a, b) => a.indexOf(part) - b.indexOf(part));
    const hint = near.length ? ` Did you mean ${near.slice(0, 3).join(" or ")}?` : " The drawings have the names.";
    throw new BadTerm(`state:${value} is not a state of the charts on this page.${hint}`);
  },
  dir: (value) => oneOf("dir", value, Object.keys(DIRECTIONS)),
  is: (value, capture) => oneOf("is", value, isWords(capture)),
  cme(value) {
    if (!/^\d+$/.test(value)) throw new BadTerm(`cme:${value} is not an error code: it is a number, as in cme:923.`);
  },
};

function isWords(capture) {
  return capture.different ? [...IS_WORDS, "different"] : IS_WORDS;
}

function oneOf(field, value, values) {
  if (values.includes(value)) return;
  throw new BadTerm(`${field}:${value} is not known: it can be ${values.join(", ")}.`);
}

function readBound(field, operator, value, capture) {
  if (field === "line") {
    if (!/^\d+$/.test(value)) throw new BadTerm(`line${operator}${value} needs the number of a line, as in line>100.`);
    return {field, operator, value: Number(value)};
  }
  const seconds = SECONDS.exec(value);
  if (capture.clock === "none") throw new BadTerm("This capture has no clock: t cannot be asked for; line>100 can.");
  if (seconds) return {field: "elapsed", operator, value: Number(seconds[1]) * 1000};
  const time = CLOCK_TIME.exec(value);
  if (!time) throw new BadTerm(`t${operator}${value} is no time: write t>10:00, t>10:00:05.250, or t>12.5s since the start.`);
  if (capture.clock === "elapsed") {
    throw new BadTerm(`t${operator}${value} is a time of day, and this capture has none: write seconds since its start, as in t>12.5s.`);
  }
  return {field: "clock", operator, value: clockMs(time, capture)};
}

/** A time of day is one of the first day of the capture, unless a date stands before it. */
function clockMs([, date, hours, minutes, seconds], capture) {
  const start = capture.meta.log.start_ms;
  const day = date ? Date.parse(`${date}T00:00:00Z`) : Math.floor(start / A_DAY_MS) * A_DAY_MS;
  return day + ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds ?? 0)) * 1000;
}

/** The rows that all terms let through; null where there are no terms. */
function rowsThrough(terms, capture) {
  if (terms.length === 0) return null;
  const looks = looksThrough(terms, capture);
  const perRow = terms.map((term) => rowTest(term, terms, capture)).filter(Boolean);
  const {look} = capture.log;
  const found = new Uint32Array(capture.rows);
  let size = 0;
  for (let row = 0; row < capture.rows; row += 1) {
    if (looks[look[row]] && perRow.every((test) => test(row))) {
      found[size] = row;
      size += 1;
    }
  }
  return found.slice(0, size);
}

// -------------------------------------------------------------------- once per look

function looksThrough(terms, capture) {
  const through = new Uint8Array(capture.lookCounts.length).fill(1);
  for (const term of terms) {
    const hits = lookHits(term, terms, capture);
    if (!hits) continue;
    for (let look = 0; look < through.length; look += 1) {
      if (Boolean(hits[look]) === term.isNot) through[look] = 0;
    }
  }
  return through;
}

function lookHits(term, terms, capture) {
  const {log} = capture;
  const each = (test) => Uint8Array.from(capture.lookMarks, (marks, look) => (test(look, marks) ? 1 : 0));
  switch (term.field) {
    case "text":
      return textHits(term.value, capture);
    case "cme":
      return codeHits(term.value, capture);
    case "dir":
      return each((look) => log.look_dir[look] === DIRECTIONS[term.value]);
    case "machine":
    case "key": {
      const machines = machinesOf(term, terms, capture);
      return each((look) => {
        for (let at = log.look_moves[look]; at < log.look_moves[look + 1]; at += 1) {
          if (machines[log.move_machine[at]]) return true;
        }
        return false;
      });
    }
    case "is":
      if (term.value in MARKED) return each((_, marks) => marks & MARKED[term.value]);
      if (term.value in WHATS) {
        const what = capture.whats.indexOf(WHATS[term.value]);
        return each((look) => log.look_what[look] === what);
      }
      return null; // silence, different: what stands around a row is its own
    default:
      return null;
  }
}

/** Which machines a term means; machine: and key: that stand together mean the same machine. */
function machinesOf(term, terms, capture) {
  const together = term.isNot ? [term] : terms.filter((t) => !t.isNot && (t.field === "machine" || t.field === "key"));
  return Uint8Array.from(capture.machines, ({chart, key}) =>
    together.every((t) => (t.field === "key" ? key === t.value : capture.charts[chart].name === t.value)) ? 1 : 0,
  );
}

/** Looks whose text contains some words, whatever the case of its ASCII letters. */
function textHits(words, capture) {
  capture.lowered ??= lowered(capture.log.text);
  const needle = lowered(new TextEncoder().encode(words));
  const {look_text: at} = capture.log;
  const hits = new Uint8Array(at.length - 1);
  let look = 0;
  for (let found = capture.lowered.indexOf(needle); found >= 0; ) {
    while (at[look + 1] <= found) look += 1;
    const isInside = found + needle.length <= at[look + 1];
    if (isInside) hits[look] = 1;
    found = capture.lowered.indexOf(needle, isInside ? at[look + 1] : found + 1);
  }
  return hits;
}

/** Bytes as a string of as many characters, so that a place in one is a place in the other. */
function lowered(bytes) {
  const lower = bytes.map((byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte));
  return new TextDecoder("windows-1252").decode(lower);
}

function codeHits(code, capture) {
  const hits = textHits(" ERROR:", capture);
  const pattern = new RegExp(`\\+CM[ES] ERROR: ?${code}(?!\\d)`, "i");
  for (let look = 0; look < hits.length; look += 1) {
    if (hits[look] && !pattern.test(capture.textOf(look))) hits[look] = 0;
  }
  return hits;
}

// -------------------------------------------------------------------- once per row

function rowTest(term, terms, capture) {
  const {line, time} = capture.log;
  const {start_ms: startMs} = capture.meta.log;
  let test;
  if (term.field === "line") test = (row) => TESTS[term.operator](line[row], term.value);
  else if (term.field === "elapsed") test = (row) => TESTS[term.operator](time[row] - time[0], term.value);
  else if (term.field === "clock") test = (row) => TESTS[term.operator](startMs + time[row], term.value);
  else if (term.field === "is" && term.value === "silence") {
    test = (row) => capture.isLimit(row) || capture.gapMs(row) >= SILENCE_MS;
  } else if (term.field === "is" && term.value === "different") {
    test = (row) => capture.different[row] === 1;
  } else if (term.field === "state") {
    const inside = rowsInState(term, terms, capture);
    test = (row) => inside[row] === 1;
  } else return null;
  return term.isNot ? (row) => !test(row) : test;
}

/** Rows after which a machine is in a state, and rows on which it passes through it. */
function rowsInState(term, terms, capture) {
  const inside = new Uint8Array(capture.rows);
  const narrowed = terms.some((t) => !t.isNot && (t.field === "machine" || t.field === "key"));
  const meant = narrowed && !term.isNot ? machinesOf({isNot: false}, terms, capture) : null;
  for (let machine = 0; machine < capture.machines.length; machine += 1) {
    if (meant && !meant[machine]) continue;
    const state = capture.chartOf(machine).states.findIndex(({name}) => name === term.value);
    if (state >= 0) fillState(inside, capture, machine, state);
  }
  return inside;
}

function fillState(inside, capture, machine, state) {
  const {rows, after} = capture.changes[machine];
  const first = capture.firstRows[machine];
  if (state === 0) inside.fill(1, first, rows.length ? Math.max(rows[0], first) : capture.rows);
  for (let at = 0; at < rows.length; at += 1) {
    if (after[at] !== state) continue;
    const end = at + 1 < rows.length ? rows[at + 1] : capture.rows;
    inside.fill(1, rows[at], Math.max(end, rows[at] + 1));
  }
}
