/**
 * A session's whole thread for one reader: history from the store, then live from the runner, over stops and starts of
 * the session. Each event is written once, in order: `position` is the number of the last one, and only its successor
 * may follow. The stream ends when the reader goes, the session is deleted, or the reader may no longer see it.
 */
import type { Identity } from "../identity/identity.ts";
import type { Session } from "../sessions/present.ts";
import type { Store } from "../store/store.ts";
import type { Feeds, Attachment } from "./feeds.ts";
import type { Frame } from "./frames.ts";
import { stored, storedCompact } from "./history.ts";
import type { Tail } from "./tail.ts";

/** Where frames go. */
export interface FrameSink {
  readonly closed: AbortSignal;
  /** Text that goes out as soon as it can. */
  write(text: string): void;
  /** Resolves when the reader has taken what was written. */
  drained(): Promise<void>;
}

/** The session as the reader's own watch sees it. */
export interface SessionView {
  readonly session: Session;
  /** Calls the listener at each change. Returns how to stop listening. */
  onChange(listener: () => void): () => void;
}

export interface ThreadOptions {
  readonly store: Store;
  readonly feeds: Feeds;
  readonly identity: Identity;
  readonly view: SessionView;
  readonly sink: FrameSink;
  /** The reader has events up to here; undefined = a new reader, whose history is made short. */
  readonly after: number | undefined;
  /** Which events this reader wants; all when absent. The last one ends the stream. */
  readonly select?: (frame: Frame) => "skip" | "send" | "last";
}

/** Written in one piece at most, so that what a reader has not taken can be judged between two. */
const PIECE_CHARACTERS = 256 * 1024;
/** How often the store is asked when no runner lives: another replica may have taken the last events. */
const IDLE_MILLISECONDS = 2_000;
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 1_000;
/** After so many times without the missing events, they are taken to be lost and the stream goes on. */
const PATIENCE = 20;

export async function streamThread(options: ThreadOptions): Promise<void> {
  const { sink, view } = options;
  const thread = new Thread(options);
  const wake = (): void => thread.wake();
  sink.closed.addEventListener("abort", wake, { once: true });
  const unwatch = view.onChange(wake);
  try {
    await thread.sendHistory();
    while (!sink.closed.aborted && !thread.done) await thread.step();
  } catch (error) {
    if (!sink.closed.aborted) throw error;
  } finally {
    unwatch();
    sink.closed.removeEventListener("abort", wake);
  }
}

class Thread {
  readonly #options: ThreadOptions;
  readonly #uid: string;
  #position: number;
  /** How often in a row nothing came of an attempt to go on. */
  #idle = 0;
  #alone = false;
  #done = false;
  #waiter: (() => void) | undefined;

  constructor(options: ThreadOptions) {
    this.#options = options;
    this.#uid = options.view.session.metadata.uid;
    this.#position = options.after ?? 0;
  }

  /** True after the last event that the reader wants. */
  get done(): boolean {
    return this.#done;
  }

  /** Ends the wait that is under way, if any: something has changed. Spurious calls cost a look around. */
  wake(): void {
    this.#waiter?.();
  }

  async sendHistory(): Promise<void> {
    const { store, after } = this.#options;
    if (after !== undefined) return this.#sendStored();
    for await (const frames of storedCompact(store, this.#uid)) await this.#sendPieces(frames);
  }

  /** One attempt to get further: from the store, then from the runner, or by waiting for either. */
  async step(): Promise<void> {
    const { feeds, identity, view, sink } = this.#options;
    const before = this.#position;
    await this.#sendStored();
    if (this.#done) return;
    const { session } = view;
    if (session.status?.endpoint === undefined) {
      await this.#wait(IDLE_MILLISECONDS);
      return;
    }
    const attachment = this.#alone
      ? feeds.attachPrivately(session, identity, this.#position)
      : feeds.attach(session, identity, this.#position);
    try {
      await this.#sendLive(attachment, session);
    } finally {
      attachment.release();
    }
    this.#idle = this.#position === before ? this.#idle + 1 : 0;
    if (!sink.closed.aborted && this.#idle > 0) {
      await this.#wait(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(this.#idle, 6)));
    }
  }

  async #sendStored(): Promise<void> {
    for await (const frames of stored(this.#options.store, this.#uid, this.#position)) await this.#sendPieces(frames);
  }

  /** Until the connection ends, the session's runner is another one, or events are missing in between. */
  async #sendLive({ tail }: Attachment, session: Session): Promise<void> {
    const { view } = this.#options;
    const endpoint = session.status?.endpoint;
    const unlisten = tail.onAdvance(() => this.wake());
    try {
      await this.#takeLive(tail, () => view.session.status?.endpoint !== endpoint);
    } finally {
      unlisten();
    }
  }

  async #takeLive(tail: Tail, isOver: () => boolean): Promise<void> {
    for (;;) {
      if (this.#done || this.#options.sink.closed.aborted) return;
      const taken = tail.take(this.#position);
      if (taken.type === "frames") {
        this.#sendLiveText(taken.frames, taken.text);
        continue;
      }
      if (taken.type === "behind") {
        const lost = this.#alone && this.#idle >= PATIENCE;
        this.#alone = true;
        if (!lost) return;
        this.#position = tail.base;
        continue;
      }
      this.#alone = false;
      if (tail.ended || isOver()) return;
      await this.#woken();
    }
  }

  /** Frames that follow directly, with their text made once for all readers. */
  #sendLiveText(frames: readonly Frame[], text: string): void {
    const last = frames.at(-1);
    if (last === undefined || this.#options.select !== undefined) return this.#send(frames);
    this.#position = last.seq;
    this.#options.sink.write(text);
  }

  async #sendPieces(frames: readonly Frame[]): Promise<void> {
    let piece: Frame[] = [];
    let characters = 0;
    for (const frame of frames) {
      piece.push(frame);
      characters += frame.text.length;
      if (characters < PIECE_CHARACTERS) continue;
      this.#send(piece);
      await this.#options.sink.drained();
      this.#options.sink.closed.throwIfAborted();
      piece = [];
      characters = 0;
    }
    this.#send(piece);
    await this.#options.sink.drained();
    this.#options.sink.closed.throwIfAborted();
  }

  #send(frames: readonly Frame[]): void {
    const { select } = this.#options;
    let text = "";
    for (const frame of frames) {
      if (frame.seq <= this.#position || this.#done) continue;
      this.#position = frame.seq;
      const choice = select?.(frame) ?? "send";
      if (choice !== "skip") text += frame.text;
      this.#done = choice === "last";
    }
    if (text !== "") this.#options.sink.write(text);
  }

  async #wait(milliseconds: number): Promise<void> {
    const giveUp = this.#options.feeds.onStored(this.#uid, () => this.wake());
    const timer = setTimeout(() => this.wake(), milliseconds);
    timer.unref();
    try {
      await this.#woken();
    } finally {
      giveUp();
      clearTimeout(timer);
    }
  }

  /** Until {@link wake}; at once when the reader has gone. Nothing may be awaited between a look around and this. */
  async #woken(): Promise<void> {
    if (this.#options.sink.closed.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiter = resolve;
    await promise;
    this.#waiter = undefined;
  }
}
