// The header: what is to be read first. It follows the wobble that is selected.

import {byId, count, counted, lineLink, make, sentence} from "./words.js";

/** Shows one wobble at a time in the header that the page came with. */
export class Finding {
  constructor(capture) {
    this.capture = capture;
    this.parts = {};
    for (const name of ["why", "do", "where", "count"]) this.parts[name] = byId(`finding-${name}`);
  }

  /** Tell the wobbles of a row; a row without any leaves the header as it is. */
  show(row) {
    const numbers = this.capture.wobblesByRow.get(row);
    if (numbers) this.tell(numbers);
  }

  tell(numbers) {
    const {capture, parts} = this;
    const wobble = capture.meta.wobbles[numbers[0]];
    parts.why.replaceChildren(sentence(wobble.why));
    parts.do.replaceChildren(sentence(wobble.do));
    const way = [make("span", "state", wobble.state), " → ", make("span", "state wobble", wobble.entered || "wobble")];
    parts.where.replaceChildren(lineLink(wobble.line), ` · ${capture.nameOf(wobble.machine)} · `, ...way);
    const total = capture.meta.wobble_count;
    const also = numbers.length > 1 ? `, and ${count(numbers.length - 1)} more on this line` : "";
    parts.count.textContent = `${count(numbers[0] + 1)} of ${counted(total, "wobble")}${also}`;
  }
}
