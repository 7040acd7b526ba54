/**
 * The live end of one session's events: one connection to the runner, whose newest frames any number of readers take.
 * A reader that has fallen behind what is held is told so, and goes back to the store.
 */
import { readMessageBatches } from "@pilothouse/agui";
import { toFrame, type Frame } from "./frames.ts";
import { Listeners } from "./listeners.ts";

const HELD_CHARACTERS = 2 * 1024 * 1024;

export type Taken =
  | { readonly type: "frames"; readonly frames: readonly Frame[]; readonly text: string }
  /** Nothing new yet. */
  | { readonly type: "none" }
  /** Events between the position and what is held are not here. */
  | { readonly type: "behind" };

export class Tail {
  #frames: Frame[] = [];
  #characters = 0;
  #base: number;
  #ended = false;
  #notice: NodeJS.Immediate | undefined;
  readonly #listeners = new Listeners();
  /** What the last reader took: those that are woken with it mostly take the same. */
  #taken:
    | { readonly position: number; readonly end: number; readonly frames: readonly Frame[]; readonly text: string }
    | undefined;

  /** `after`: what the connection was opened to continue from. */
  constructor(after: number) {
    this.#base = after;
  }

  /** True once the connection is over; what is held can still be taken. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Number of the event before the oldest that is held, or that will come. */
  get base(): number {
    return this.#base;
  }

  /** Calls the listener at each new frame, and when the connection ends. Returns how to stop listening. */
  onAdvance(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /** Takes the runner's stream in until it ends. Never rejects: how it ended does not matter to readers. */
  async consume(bytes: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const messages of readMessageBatches(bytes)) {
        for (const { id, data } of messages) {
          const seq = Number(id);
          if (Number.isSafeInteger(seq) && seq > 0) this.#push(toFrame({ seq, data }));
        }
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
    if (position < this.#base) return { type: "behind" };
    const end = this.#base + this.#frames.length;
    if (position >= end) return { type: "none" };
    if (this.#taken?.position !== position || this.#taken.end !== end) {
      const frames = this.#frames.slice(position - this.#base);
      this.#taken = { position, end, frames, text: frames.map(({ text }) => text).join("") };
    }
    const { frames, text } = this.#taken;
    return { type: "frames", frames, text };
  }

  #push(frame: Frame): void {
    const next = this.#base + this.#frames.length + 1;
    if (frame.seq < next) return;
    if (frame.seq > next) {
      // A hole in the runner's own log: what came before it is in the store.
      this.#frames = [];
      this.#characters = 0;
      this.#base = frame.seq - 1;
    }
    this.#frames.push(frame);
    this.#characters += frame.text.length;
    if (this.#characters > HELD_CHARACTERS * 1.5) this.#trim();
    // Events that arrive together wake the readers together.
    this.#notice ??= setImmediate(() => this.#notify());
  }

  #trim(): void {
    let drop = 0;
    while (drop < this.#frames.length - 1 && this.#characters > HELD_CHARACTERS) {
      this.#characters -= this.#frames[drop]?.text.length ?? 0;
      drop += 1;
    }
    this.#frames = this.#frames.slice(drop);
    this.#base += drop;
  }

  #notify(): void {
    clearImmediate(this.#notice);
    this.#notice = undefined;
    this.#listeners.notify();
  }
}
