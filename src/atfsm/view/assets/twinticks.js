// The strip beside the scroll bar of two logs: where in the list the differences are.

import {Ticks} from "./ticks.js";

/** Draws the differences of a list on a canvas as high as the list. */
export class TwinTicks extends Ticks {
  putMarks(put) {
    for (const item of this.capture.starts) if (this.list.isShown(item)) put("wobble", item);
  }
}
