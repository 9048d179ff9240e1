// The keys: one table that is both what they do and what the help says of them.

import {byId, make} from "./words.js";

const FIELDS = "input, textarea, select";

const helpOf = () => byId("help");

/** Have keys, buttons and the help do and say what one table says; *notes* stand below it. */
export function wire(table, notes) {
  for (const button of document.querySelectorAll("button[data-key]")) {
    const own = table.find((entry) => entry.run && entry.keys.includes(button.dataset.key));
    button.addEventListener("click", () => own.run(button.dataset.key));
  }
  listenToKeys(table, () => helpOf().open);
  fillHelp(byId("help-body"), table, notes);
}

/** Open the help, or close it. */
export function turnHelp() {
  const help = helpOf();
  if (help.open) help.close();
  else help.showModal();
}

/** Listen for the keys of a table: [{group, keys, words, run}], run is told which key it was. */
function listenToKeys(table, isOpen) {
  const byKey = new Map();
  for (const entry of table) for (const key of entry.keys) if (entry.run) byKey.set(key, entry);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key !== "Escape" && event.target.closest?.(FIELDS)) return;
    if (isOpen() && event.key !== "?") return;
    const entry = byKey.get(event.key);
    if (!entry) return;
    if (entry.isNative?.(event)) return;
    event.preventDefault();
    entry.run(event.key);
  });
}

/** Write the help from the same table. */
function fillHelp(element, table, notes) {
  const groups = new Map();
  for (const entry of table) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry]);
  for (const [group, entries] of groups) {
    const list = make("dl", "");
    for (const {keys, words} of entries) {
      const names = keys.flatMap((key, at) => [...(at ? [" "] : []), make("kbd", "", nameOfKey(key))]);
      list.append(make("dt", "", ...names), make("dd", "", words));
    }
    element.append(make("section", "", make("h3", "", group), list));
  }
  for (const [title, rows] of notes) {
    const list = make("dl", "");
    for (const [term, words] of rows) list.append(make("dt", "", make("code", "", term)), make("dd", "", words));
    element.append(make("section", "", make("h3", "", title), list));
  }
}

function nameOfKey(key) {
  const names = {ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", PageDown: "Page ↓", PageUp: "Page ↑", Escape: "Esc"};
  return names[key] ?? key;
}
