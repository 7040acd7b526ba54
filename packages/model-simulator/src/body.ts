// Reads a request's body as JSON, bounded.
import type { IncomingMessage } from "node:http";

const MAXIMUM_BYTES = 64 * 1024 * 1024;

/** Undefined for an empty body; the text itself when it is not JSON, so that the wire can refuse it. */
export async function readBody(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAXIMUM_BYTES) throw new Error(`request body is larger than ${MAXIMUM_BYTES} bytes`);
    chunks.push(bytes);
  }
  if (size === 0) return undefined;
  const source = Buffer.concat(chunks).toString("utf8");
  try {
    return JSON.parse(source);
  } catch {
    return source;
  }
}
