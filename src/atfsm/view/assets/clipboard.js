// The clipboard: text from the page into a ticket or a mail.

import {say} from "./status.js";
import {make} from "./words.js";

/** Put text where it can be pasted from, and say so. */
export async function copy(text, what) {
  const isDone = await isCopied(text);
  say(isDone ? `${what} copied.` : "This browser gives a page from a file no clipboard.");
}

async function isCopied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** The way of browsers that give a page from a file no clipboard. */
function copyBySelection(text) {
  const area = make("textarea", "heard");
  area.value = text;
  const focused = document.activeElement;
  document.body.append(area);
  area.select();
  const isDone = document.execCommand("copy");
  area.remove();
  focused?.focus();
  return isDone;
}
