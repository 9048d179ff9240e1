// How numbers, times, machines and text of the wire are written on the page.

const whole = new Intl.NumberFormat("en");
// What would change how the text around it is read: control characters and marks of direction.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
// AT text in a sentence, and lines of the capture that a sentence names.
const QUOTED = /`([^`]+)`|\blines? (\d+)\b/g;
const QUOTED_AT = /`([^`]+)`/g;
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A number with thousands apart: 3,480. */
export function count(number) {
  return whole.format(number);
}

/** "1 wobble", "3 wobbles". */
export function counted(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** Text of the capture, with what cannot be seen written out. */
export function shown(text) {
  return text.replace(UNSEEN, (char) => `\\u{${char.codePointAt(0).toString(16)}}`);
}

/** The element of the page with an id. */
export function byId(id) {
  return document.getElementById(id);
}

/** An element: its class, and what stands in it (text is only ever text). */
export function make(tag, name, ...children) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  element.append(...children);
  return element;
}

/** A link to a line of the capture. */
export function lineLink(line, words = `line ${line}`) {
  const link = make("a", "", words);
  link.href = `#l=${line}`;
  return link;
}

/** A sentence whose backquoted AT text stands out and whose lines can be followed. */
export function sentence(text) {
  return marked(text, QUOTED);
}

/** A sentence of which a line may be of either of two captures: AT text stands out alone. */
export function quoted(text) {
  return marked(text, QUOTED_AT);
}

function marked(text, pattern) {
  const parts = document.createDocumentFragment();
  let end = 0;
  for (const found of text.matchAll(pattern)) {
    parts.append(shown(text.slice(end, found.index)));
    parts.append(found[1] ? make("code", "", shown(found[1])) : lineLink(found[2], found[0]));
    end = found.index + found[0].length;
  }
  parts.append(shown(text.slice(end)));
  return parts;
}

/** A span of time: "20 ms", "75.0 s", "12 min 05 s", "3 h 20 min", "2 d 3 h". */
export function duration(ms) {
  const sign = ms < 0 ? "−" : "";
  const size = Math.abs(ms);
  if (size < SECOND_MS) return `${sign}${Math.round(size)} ms`;
  if (size < 2 * MINUTE_MS) return `${sign}${(size / SECOND_MS).toFixed(size < 10 * SECOND_MS ? 2 : 1)} s`;
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  if (size < HOUR_MS) return `${sign}${Math.floor(size / MINUTE_MS)} min ${two((size % MINUTE_MS) / SECOND_MS)} s`;
  if (size < 2 * DAY_MS) return `${sign}${Math.floor(size / HOUR_MS)} h ${two((size % HOUR_MS) / MINUTE_MS)} min`;
  return `${sign}${count(Math.floor(size / DAY_MS))} d ${Math.floor((size % DAY_MS) / HOUR_MS)} h`;
}

/** A moment on the clock of the capture, to the millisecond; empty where it has none. */
export function moment(ms, clock) {
  if (clock === "none") return "";
  if (clock === "elapsed") return (ms / SECOND_MS).toFixed(3);
  return isoTime(ms).slice(11, 23);
}

/** The date of a moment; empty where the capture knows none. */
export function dateOf(ms, clock) {
  return clock === "date" ? isoTime(ms).slice(0, 10) : "";
}

function isoTime(ms) {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "????-??-?? ??:??:??.???" : date.toISOString();
}

/** A size: "812 bytes", "4.1 MB". */
export function bytes(size) {
  if (size < 10_000) return counted(size, "byte");
  if (size < 1e6) return `${(size / 1e3).toFixed(1)} kB`;
  return `${(size / 1e6).toFixed(1)} MB`;
}

/** What was hidden, and how often. */
export function redactedWords(redacted) {
  if (redacted === null) return "nothing: redaction is switched off";
  const found = Object.entries(redacted).filter(([, number]) => number > 0);
  return found.length ? found.map(([what, number]) => `${what} ${count(number)}×`).join(", ") : "nothing was found to redact";
}

/** The first index of a sorted array whose value is greater than *value*. */
export function upperBound(array, value, low = 0, high = array.length) {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (array[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
