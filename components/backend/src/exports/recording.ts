/**
 * A transcript as a recording that the replay runner type plays: one line of JSON per event, `at` in milliseconds since
 * its run began.
 */
import type { Feedback } from "@pilothouse/contracts";
import { z } from "zod";
import type { StoredEvent } from "../store/store.ts";

const Timed = z.looseObject({ type: z.string(), timestamp: z.number().optional() });

/** Lines for events in order; the state of one call carries over to the next by the returned object. */
export class RecordingWriter {
  #runBegan: number | undefined;
  #at = 0;

  lines(events: readonly StoredEvent[]): string {
    return events.map(({ data }) => `{"at":${this.#time(data)},"event":${data}}\n`).join("");
  }

  /** What belongs to no run, and is not played: it stands after the last one. */
  feedback(items: readonly Feedback[]): string {
    const events = items.map((value) => ({ at: this.#at, event: { type: "CUSTOM", name: "feedback", value } }));
    return events.map((line) => `${JSON.stringify(line)}\n`).join("");
  }

  #time(data: string): number {
    const event = Timed.safeParse(JSON.parse(data));
    const { type, timestamp } = event.success ? event.data : {};
    if (type === "RUN_STARTED" || this.#runBegan === undefined) {
      this.#runBegan = timestamp;
      this.#at = 0;
    }
    // Clocks may be set back; a recording's time does not.
    if (timestamp !== undefined && this.#runBegan !== undefined)
      this.#at = Math.max(this.#at, timestamp - this.#runBegan);
    return this.#at;
  }
}
