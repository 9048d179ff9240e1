// Both logs in one windowed list: A on the left, B on the right, gaps where one has nothing.

import {DIRECTION, MARK} from "./capture.js";
import {drawChips, RowList} from "./rows.js";
import {SORT} from "./twindata.js";
import {make, moment} from "./words.js";

const HALF_ARROWS = {[DIRECTION.tx]: "→", [DIRECTION.rx]: "←", [DIRECTION.none]: "·"};
const NAMES = ["A", "B"];

/** The list, in a scrolling element with role listbox. */
export class TwinList extends RowList {
  drawRow(item) {
    const twins = this.capture;
    const sort = twins.sorts[item];
    const isDifference = twins.differs(item);
    const isCommon = !isDifference && twins.commons.has(item);
    const element = make("div", `row twin${isDifference ? " differs" : ""}${isCommon ? " common" : ""}`);
    element.id = `row-${item}`;
    element.dataset.row = item;
    element.setAttribute("role", "option");
    element.setAttribute("aria-setsize", this.shownCount);
    element.setAttribute("aria-posinset", this.rank(item) + 1);
    element.setAttribute("aria-selected", item === this.selected);
    const gutter = make("span", "gutter", gutterOf(sort, isDifference, isCommon));
    gutter.title = isDifference ? "here they part" : isCommon ? "the last common state" : "";
    element.append(this.drawHalf(0, item), gutter, this.drawHalf(1, item));
    return element;
  }

  drawHalf(side, item) {
    const row = this.capture.rowOf[side][item];
    if (row < 0) {
      const empty = make("div", "half empty", make("span", "heard", `${NAMES[side]}: nothing`));
      return empty;
    }
    const capture = this.capture.sides[side];
    const isWobble = (capture.marks(row) & MARK.wobble) !== 0;
    const half = make("div", `half dir-${capture.direction(row)} what-${capture.what(row)}${isWobble ? " wobbles" : ""}`);
    const time = moment(capture.clockMs(row), capture.clock);
    half.append(
      make("span", "heard", `${NAMES[side]} `),
      make("span", "number", capture.isLimit(row) ? "limit" : String(capture.line(row))),
      ...(time ? [make("span", "time", time)] : []),
      make("span", "arrow", HALF_ARROWS[capture.direction(row)]),
      ...(isWobble ? [make("span", "tag", "wobble")] : []),
      make("span", "text", ...this.highlight(capture.text(row))),
      drawChips(capture, row),
    );
    return half;
  }
}

function gutterOf(sort, isDifference, isCommon) {
  if (isDifference) return "≠";
  if (isCommon) return "=";
  return {[SORT.aloneA]: "‹", [SORT.aloneB]: "›", [SORT.facing]: "≠"}[sort] ?? "";
}
