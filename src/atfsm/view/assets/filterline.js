// The filter line: what is typed into it, which rows answer, and which of them comes next.

import {say} from "./status.js";
import {byId, count, upperBound} from "./words.js";

const TYPING_MS = 120;

/** The field with its count and its complaint; *answer* makes of a text {rows, words, problem}. */
export class FilterLine {
  constructor(list, answer, {onFiltered, onEntered}) {
    this.list = list;
    this.answer = answer;
    this.onFiltered = onFiltered;
    this.field = byId("query");
    this.hide = byId("hide");
    this.query = "";
    this.hits = null; // rows that answer, ascending; null where nothing is looked for
    this.listen(onEntered);
  }

  listen(onEntered) {
    this.field.addEventListener("input", () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.apply(), TYPING_MS);
    });
    this.hide.addEventListener("change", () => this.apply());
    byId("filter").addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(this.typing);
      this.apply();
      onEntered();
      byId("rows").focus();
    });
  }

  /** The hits that are marked among the others: none where the others are hidden. */
  get marked() {
    return this.hide.checked ? null : this.hits;
  }

  /** Put a text into the line, unless it is what is looked for already. */
  ask(text) {
    if (text === this.query) return;
    this.field.value = text;
    this.apply();
  }

  /** Do what the line says. */
  apply() {
    const text = this.field.value.trim();
    const {rows, words, problem} = this.answer(text);
    const note = byId("filter-problem");
    note.textContent = problem;
    note.hidden = !problem;
    this.field.setAttribute("aria-invalid", String(Boolean(problem)));
    if (problem) return;
    this.query = text;
    this.hits = rows;
    this.list.setRows(this.hide.checked ? rows : null, words);
    this.showCount();
    this.onFiltered();
  }

  /** Say how many rows there are, and that there are none. */
  showCount() {
    const {list, hits} = this;
    const shown = this.hide.checked || !hits ? list.shownCount : hits.length;
    byId("filter-count").textContent = `${count(shown)} of ${count(list.capture.rows)}`;
    const isEmpty = list.capture.rows > 0 && list.shownCount === 0;
    byId("rows-none").hidden = !isEmpty;
    byId("rows-none").textContent = isEmpty ? "No line answers the filter." : "";
  }

  /** The next row that answers, in steps of 1 or -1, from the other end again; -1: none. */
  next(row, step) {
    const {hits} = this;
    if (!hits?.length) {
      say(hits ? "No line answers the filter." : "Nothing is looked for: / leads to the filter.");
      return -1;
    }
    const at = step > 0 ? upperBound(hits, row) : upperBound(hits, row - 1) - 1;
    const isBehind = at < 0 || at >= hits.length;
    if (isBehind) say(step > 0 ? "From the top again." : "From the end again.");
    return hits[isBehind ? (step > 0 ? 0 : hits.length - 1) : at];
  }

  /** Empty the line; leave it where it is empty. */
  escape() {
    if (document.activeElement === this.field && this.field.value === "") byId("rows").focus();
    else if (this.field.value !== "") {
      this.field.value = "";
      this.apply();
    }
  }
}
