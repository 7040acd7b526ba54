/** Keeps messages on their way over a reload. Pictures are left out: they are in the workspace, and storage is small. */
import { list } from "@/lib/api/shape";
import { type Outbox, readOutgoing } from "./outbox";

const readStored = list(readOutgoing);
const keyOf = (thread: string) => `outbox:${thread}`;

export function readOutbox(thread: string): Outbox {
  try {
    return readStored(JSON.parse(localStorage.getItem(keyOf(thread)) ?? "[]"));
  } catch {
    return []; // Switched off, or not ours.
  }
}

export function writeOutbox(thread: string, outbox: Outbox): void {
  try {
    if (outbox.length === 0) localStorage.removeItem(keyOf(thread));
    else
      localStorage.setItem(
        keyOf(thread),
        JSON.stringify(outbox, (key, value: unknown) => (key === "image" ? undefined : value)),
      );
  } catch {
    // Full or switched off: the messages are still on the page.
  }
}
