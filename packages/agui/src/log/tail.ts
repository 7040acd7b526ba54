/** The newest events in memory, so that a reader who keeps up never touches the disk. Bounded by count. */
import type { SequencedEvent } from "../event/event.ts";

export class Tail {
  readonly #capacity: number;
  #events: SequencedEvent[] = [];

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Trims only when twice the capacity is held: a splice per event would cost more than the events. */
  push(batch: readonly SequencedEvent[]): void {
    for (const entry of batch) this.#events.push(entry);
    if (this.#events.length > 2 * this.#capacity) this.#events = this.#events.slice(-this.#capacity);
  }

  clear(): void {
    this.#events = [];
  }

  /** Up to `limit` events after `seq`, or undefined when the first of them is no longer held. */
  after(seq: number, limit: number): SequencedEvent[] | undefined {
    const first = this.#events[0];
    if (first === undefined || seq + 1 < first.seq) return undefined;
    const index = seq + 1 - first.seq;
    return this.#events.slice(index, index + limit);
  }
}
