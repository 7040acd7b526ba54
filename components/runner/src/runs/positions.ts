/** Where the newest runs begin in the log, so that a client that asks for one finds it. */
import { EventType, type Event } from "@pilothouse/agui";

const KEPT = 200;

export class RunPositions {
  readonly #starts = new Map<string, number>();

  see(event: Event, seq: number): void {
    if (event.type !== EventType.RUN_STARTED) return;
    this.#starts.set(event.runId, seq);
    const [oldest] = this.#starts.keys();
    if (this.#starts.size > KEPT && oldest !== undefined) this.#starts.delete(oldest);
  }

  /** The number before the run's first event; undefined when the run has not begun or was long ago. */
  before(runId: string): number | undefined {
    const start = this.#starts.get(runId);
    return start === undefined ? undefined : start - 1;
  }
}
