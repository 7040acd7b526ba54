/** One event as it goes to readers: its number and its server-sent text, made once and written to all of them. */
import type { StoredEvent } from "../store/store.ts";

export interface Frame {
  readonly seq: number;
  readonly text: string;
}

/** `data` is one line of JSON, which holds no raw line break. */
export function toFrame({ seq, data }: StoredEvent): Frame {
  return { seq, text: `id: ${seq}\ndata: ${data}\n\n` };
}
