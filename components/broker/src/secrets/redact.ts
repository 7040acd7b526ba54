/**
 * Takes a key out of what goes to the agent: a provider, or whatever answers in its place, might send back what it was
 * sent. Works on a stream: a key that is cut over two chunks is found, and nothing else is held back.
 */

import { secretForms } from "@pilothouse/contracts/runner/secret-forms";

const REPLACEMENT = Buffer.from("[redacted]");
export interface Redactor {
  /** What may go out now. */
  push(chunk: Buffer): Buffer;
  /** The rest, at the end of the stream. */
  end(): Buffer;
}

/** Length of the longest end of `text` with which `pattern` begins. */
function overlap(text: Buffer, pattern: Buffer): number {
  for (let length = Math.min(text.length, pattern.length - 1); length > 0; length -= 1) {
    // Comparing the first byte first makes the common case, no overlap, cheap.
    const start = text.length - length;
    if (text[start] === pattern[0] && text.subarray(start).equals(pattern.subarray(0, length))) return length;
  }
  return 0;
}

function replace(text: Buffer, pattern: Buffer): Buffer {
  let at = text.indexOf(pattern);
  if (at < 0) return text;
  const parts: Buffer[] = [];
  let from = 0;
  while (at >= 0) {
    parts.push(text.subarray(from, at), REPLACEMENT);
    from = at + pattern.length;
    at = text.indexOf(pattern, from);
  }
  parts.push(text.subarray(from));
  return Buffer.concat(parts);
}

export function redactor(secrets: readonly string[]): Redactor {
  const patterns = [...new Set(secrets.flatMap(secretForms))].map((form) => Buffer.from(form));
  let held = Buffer.alloc(0);
  const clean = (text: Buffer): Buffer => patterns.reduce(replace, text);
  return {
    push(chunk) {
      const text = clean(held.length === 0 ? chunk : Buffer.concat([held, chunk]));
      const keep = patterns.reduce((most, pattern) => Math.max(most, overlap(text, pattern)), 0);
      held = Buffer.from(text.subarray(text.length - keep));
      return text.subarray(0, text.length - keep);
    },
    end() {
      const rest = clean(held);
      held = Buffer.alloc(0);
      return rest;
    },
  };
}

export function redactText(text: string, secrets: readonly string[]): string {
  let result = text;
  for (const secret of secrets) {
    for (const form of secretForms(secret)) result = result.replaceAll(form, REPLACEMENT.toString());
  }
  return result;
}
