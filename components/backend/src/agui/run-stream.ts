/** Hands the events of one run from the runner to the client that started it. */
import type { Readable } from "node:stream";
import { formatMessage, readMessages, type SseWriter } from "@pilothouse/agui";

/** Ends the response when the runner ends its own, or breaks off: the client then finds the rest in the thread. */
export async function passRunThrough(body: Readable, writer: SseWriter): Promise<void> {
  writer.closed.addEventListener("abort", () => body.destroy(), { once: true });
  try {
    for await (const { id, data } of readMessages(body)) {
      writer.sendFormatted(formatMessage(id === "" ? { data } : { id, data }));
    }
  } catch {
    // Cut off by either side.
  }
  writer.end();
}
