// Beside the scroll bar: where the differences are, and which part is in sight.

const TICK_PX = 3;

/** The canvas beside the list. */
export class TwinTicks {
  constructor(canvas, twins, list, onPick) {
    this.canvas = canvas;
    this.twins = twins;
    this.list = list;
    canvas.addEventListener("click", (event) => {
      const share = event.offsetY / canvas.clientHeight;
      if (twins.rows > 0) onPick(Math.min(twins.rows - 1, Math.floor(share * twins.rows)));
    });
    new ResizeObserver(() => this.draw()).observe(canvas);
    list.onMove = () => this.draw();
  }

  draw() {
    const {canvas, twins, list} = this;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const pen = canvas.getContext("2d");
    const colour = (name) => getComputedStyle(canvas).getPropertyValue(name);
    pen.scale(ratio, ratio);
    const most = Math.max(1, twins.rows);
    const y = (item) => (item / most) * height;
    pen.fillStyle = colour("--window");
    const first = (list.top / Math.max(1, list.total)) * height;
    const shownShare = Math.min(1, list.height / Math.max(1, list.total));
    pen.fillRect(0, first, width, Math.max(TICK_PX, shownShare * height));
    pen.fillStyle = colour("--wobble");
    let drawn = -1;
    for (const item of twins.starts) {
      const at = Math.round(y(item));
      if (at !== drawn) pen.fillRect(2, at, width - 4, TICK_PX);
      drawn = at;
    }
    pen.fillStyle = colour("--accent");
    if (list.selected >= 0) pen.fillRect(0, Math.round(y(list.selected)), width, 2);
  }
}
