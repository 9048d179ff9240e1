// The line that says what a key could not do: for a while, or for good.

import {byId} from "./words.js";

const STAYS_MS = 4000;
let staying;

/** Say something for a while. */
export function say(words) {
  const status = show(words);
  clearTimeout(staying);
  staying = setTimeout(() => status.classList.remove("said"), STAYS_MS);
}

/** Say for good that the page could not be built, and why. */
export function sayFailed(error) {
  show(`This page could not be built: ${error.message}`);
  throw error;
}

function show(words) {
  const status = byId("status");
  status.textContent = words;
  status.classList.add("said");
  return status;
}
