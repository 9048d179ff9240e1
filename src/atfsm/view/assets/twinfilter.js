// The filter line over two logs: an item of the list answers where a line of it does.

import {answer, FILTER_NOTES} from "./filter.js";

/** What the help says of the terms. */
export const TWIN_FILTER_NOTES = [
  ["is:different", "a line that only one of the two has, or that says something else in each"],
  ...FILTER_NOTES,
];

/** What a filter line asks both for: {rows, words, problem}, the rows being items of the list. */
export function answerOfBoth(text, twins) {
  const answers = twins.sides.map((side) => answer(text, side));
  // What makes no sense for one of them (a time, where it has no clock) is asked of the other.
  const [first] = answers.filter(({problem}) => !problem);
  if (!first) return answers[0];
  if (first.rows === null) return first;
  const through = new Uint8Array(twins.rows);
  for (const [side, {rows}] of answers.entries()) {
    for (const row of rows ?? []) through[twins.items[side][row]] = 1;
  }
  const items = new Uint32Array(twins.rows);
  let size = 0;
  for (let item = 0; item < through.length; item += 1) {
    if (!through[item]) continue;
    items[size] = item;
    size += 1;
  }
  return {rows: items.slice(0, size), words: first.words, problem: ""};
}
