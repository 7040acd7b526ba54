// Splits a byte stream into lines: a watch is JSON values, one a line, cut at random by the network.

/** Longest line that is accepted; etcd's own limit of 1.5 MB for an object leaves much room. */
const MAXIMUM_LINE_BYTES = 64 * 1024 * 1024;
const NEWLINE = 0x0a;

export async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const piece = chunk.subarray(start, end);
      const line = held.length === 0 ? text(piece) : text(Buffer.concat([...held, piece]));
      held = [];
      heldBytes = 0;
      start = end + 1;
      if (line !== "") yield line;
    }
    if (start < chunk.length) {
      const rest = chunk.subarray(start);
      held.push(rest);
      heldBytes += rest.length;
      if (heldBytes > MAXIMUM_LINE_BYTES) throw new RangeError(`a line is longer than ${MAXIMUM_LINE_BYTES} bytes`);
    }
  }
  if (held.length > 0) yield text(Buffer.concat(held));
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

export async function readText(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return text(parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts));
}
