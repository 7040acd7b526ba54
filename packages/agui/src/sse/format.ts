/** The text of server-sent events (WHATWG HTML, section 9.2): pure, and safe against fields that carry line breaks. */
import { AguiError } from "../errors.ts";
import type { SequencedEvent } from "../event/event.ts";

export interface SseMessage {
  readonly data: string;
  readonly id?: string;
  readonly event?: string;
  /** Milliseconds that a client should wait before it connects again. */
  readonly retry?: number;
}

/**
 * @example formatMessage({ id: "7", data: "hello" }) // "id: 7\ndata: hello\n\n"
 * @throws AguiError SSE_FIELD when id or event holds CR, LF or NUL, which would let its author add fields
 */
export function formatMessage(message: SseMessage): string {
  let text = "";
  if (message.id !== undefined) text += `id: ${oneLine("id", message.id)}\n`;
  if (message.event !== undefined) text += `event: ${oneLine("event", message.event)}\n`;
  if (message.retry !== undefined) text += `retry: ${Math.max(0, Math.trunc(message.retry))}\n`;
  for (const line of message.data.split(/\r\n|\r|\n/)) text += `data: ${line}\n`;
  return `${text}\n`;
}

/** An AG-UI event as it goes over the wire: `id` is its number. JSON has no raw line breaks. */
export function formatEvent(entry: SequencedEvent): string {
  return `id: ${entry.seq}\ndata: ${JSON.stringify(entry.event)}\n\n`;
}

/** A comment, which clients ignore and proxies count as traffic. */
export function formatComment(text = ""): string {
  return `: ${oneLine("comment", text)}\n\n`;
}

function oneLine(field: string, value: string): string {
  if (/[\r\n\0]/.test(value)) throw new AguiError("SSE_FIELD", `server-sent events: ${field} must be one line`);
  return value;
}
