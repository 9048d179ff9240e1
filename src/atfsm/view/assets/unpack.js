// The rows of the capture: base64 of gzip of columns in the page, typed arrays here.

const VIEWS = {u8: Uint8Array, u16: Uint16Array, u32: Uint32Array, f64: Float64Array, utf8: Uint8Array};
// Characters decoded before the page may draw again; a multiple of four.
const PIECE_CHARS = 1 << 21;

/** Unpack the log of the page, and free the text that it was packed in. */
export async function unpackLog(described, element) {
  const packed = element.textContent.trim();
  element.textContent = "";
  const pieces = [];
  for (let start = 0; start < packed.length; start += PIECE_CHARS) {
    pieces.push(fromBase64(packed.slice(start, start + PIECE_CHARS)));
    await nextTask();
  }
  const stream = new Blob(pieces).stream().pipeThrough(new DecompressionStream("gzip"));
  const buffer = await new Response(stream).arrayBuffer();
  const columns = {};
  for (const {name, type, offset, length} of described.sections) {
    columns[name] = new VIEWS[type](buffer, offset, length);
  }
  sumUp(columns.line);
  sumUp(columns.time);
  return columns;
}

/** Let the page draw and hear keys before what follows. */
export function nextTask() {
  return new Promise((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(0);
  });
}

function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const raw = atob(text);
  const found = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at += 1) found[at] = raw.charCodeAt(at);
  return found;
}

/** Differences back into values, in place. */
function sumUp(column) {
  for (let at = 1; at < column.length; at += 1) column[at] += column[at - 1];
}
