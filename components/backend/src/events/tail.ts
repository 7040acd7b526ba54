/**
 * The live end of one session's events: one connection to the runner, whose newest frames any number of readers take.
 * A reader that has fallen behind what is held is told so, and goes back to the store.
 */
import { readMessages } from "@pilothouse/agui";
import { toFrame, type Frame } from "./frames.ts";

const HELD_CHARACTERS = 2 * 1024 * 1024;

export type Taken =
  | { readonly type: "frames"; readonly frames: readonly Frame[] }
  /** Nothing new yet. */
  | { readonly type: "none" }
  /** Events between the position and what is held are not here. */
  | { readonly type: "behind" };

export class Tail {
  #frames: Frame[] = [];
  #characters = 0;
  #ended = false;
  #advance = Promise.withResolvers<void>();

  /** True once the connection is over; what is held can still be taken. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Number of the oldest frame that is held. */
  get firstSeq(): number | undefined {
    return this.#frames[0]?.seq;
  }

  /** Resolves at the next frame, or when the connection ends. */
  get advanced(): Promise<void> {
    return this.#advance.promise;
  }

  /** Takes the runner's stream in until it ends. Never rejects: how it ended does not matter to readers. */
  async consume(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const message of readMessages(bytes)) {
        const seq = Number(message.id);
        if (!Number.isSafeInteger(seq) || seq < 1) continue;
        this.#push(toFrame({ seq, data: message.data }));
      }
    } catch {
      // A connection that breaks is a connection that ends.
    }
    this.end();
  }

  end(): void {
    this.#ended = true;
    this.#notify();
  }

  take(position: number): Taken {
    const first = this.#frames[0];
    const last = this.#frames.at(-1);
    if (first === undefined || last === undefined || last.seq <= position) return { type: "none" };
    if (first.seq > position + 1) return { type: "behind" };
    return { type: "frames", frames: this.#frames.slice(position + 1 - first.seq) };
  }

  #push(frame: Frame): void {
    const last = this.#frames.at(-1);
    if (last !== undefined && frame.seq !== last.seq + 1) {
      if (frame.seq <= last.seq) return;
      // A hole in the runner's own log: what came before it is in the store.
      this.#frames = [];
      this.#characters = 0;
    }
    this.#frames.push(frame);
    this.#characters += frame.text.length;
    if (this.#characters > HELD_CHARACTERS * 1.5) this.#trim();
    this.#notify();
  }

  #trim(): void {
    let drop = 0;
    while (drop < this.#frames.length - 1 && this.#characters > HELD_CHARACTERS) {
      this.#characters -= this.#frames[drop]?.text.length ?? 0;
      drop += 1;
    }
    this.#frames = this.#frames.slice(drop);
  }

  #notify(): void {
    this.#advance.resolve();
    this.#advance = Promise.withResolvers<void>();
  }
}
