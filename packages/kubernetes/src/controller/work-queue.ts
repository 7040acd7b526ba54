// Keys that wait to be reconciled. A key waits once however often it is added, is never worked on by two workers
// at a time, and comes back if it was added while it was being worked on. Failures push a key back exponentially.
import { backoffDelay, type BackoffOptions } from "../backoff.ts";
import { DelayHeap } from "./delay-heap.ts";

export interface QueueObserver {
  depth(value: number): void;
  added(): void;
  retried(): void;
  /** Seconds between becoming ready and being taken. */
  waited(seconds: number): void;
}

export interface WorkQueueOptions {
  /** Default: 50 ms doubling to 5 minutes. */
  readonly backoff?: BackoffOptions;
  readonly observer?: QueueObserver;
  /** Milliseconds of a clock that never goes back. */
  readonly now?: () => number;
  readonly random?: () => number;
}

const DEFAULT_BACKOFF: BackoffOptions = { baseMilliseconds: 50, maximumMilliseconds: 300_000 };
/** Node clamps longer timers to 1 ms. */
const LONGEST_TIMER = 2 ** 31 - 1;

export class WorkQueue {
  /** Ready keys, oldest first, with the time since which they wait. */
  readonly #ready = new Map<string, number>();
  readonly #working = new Set<string>();
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #later = new DelayHeap();
  readonly #takers: ((key: string | undefined) => void)[] = [];
  readonly #backoff: BackoffOptions;
  readonly #observer: QueueObserver | undefined;
  readonly #now: () => number;
  readonly #random: () => number;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: WorkQueueOptions = {}) {
    this.#backoff = options.backoff ?? DEFAULT_BACKOFF;
    this.#observer = options.observer;
    this.#now = options.now ?? (() => performance.now());
    this.#random = options.random ?? Math.random;
  }

  /** Keys that are ready to be taken. */
  get depth(): number {
    return this.#ready.size;
  }

  /** Keys that wait for their time. */
  get delayed(): number {
    return this.#later.size;
  }

  /** No key is ready, none is being worked on; some may become due later. */
  get idle(): boolean {
    return this.#ready.size === 0 && this.#working.size === 0;
  }

  add(key: string): void {
    if (this.#closed) return;
    if (this.#working.has(key)) {
      this.#again.add(key);
      return;
    }
    if (this.#ready.has(key)) return;
    this.#observer?.added();
    this.#ready.set(key, this.#now());
    this.#hand();
  }

  /** The earliest of several times for one key counts. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#closed) return;
    if (milliseconds <= 0) {
      this.add(key);
      return;
    }
    this.#later.add(key, this.#now() + milliseconds);
    this.#schedule();
  }

  /** After a failure: comes back later the more often it has failed in a row. Returns the pause. */
  addRateLimited(key: string): number {
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    this.#observer?.retried();
    const delay = backoffDelay(failures, this.#backoff, this.#random);
    this.addAfter(key, delay);
    return delay;
  }

  /** The key went well: its next failure is its first. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The next key, when there is one; undefined once the queue is closed. Give it back with `done`. */
  async take(): Promise<string | undefined> {
    if (this.#closed) return undefined;
    const key = this.#next();
    if (key !== undefined) return key;
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  done(key: string): void {
    this.#working.delete(key);
    if (this.#again.delete(key)) this.add(key);
  }

  /** Nothing more is handed out or taken in; takers that wait get undefined. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#ready.clear();
    this.#observer?.depth(0);
    for (const taker of this.#takers.splice(0)) taker(undefined);
  }

  #next(): string | undefined {
    const [entry] = this.#ready;
    if (entry === undefined) return undefined;
    const [key, since] = entry;
    this.#ready.delete(key);
    this.#working.add(key);
    this.#observer?.waited(Math.max(0, this.#now() - since) / 1000);
    this.#observer?.depth(this.#ready.size);
    return key;
  }

  #hand(): void {
    while (this.#takers.length > 0 && this.#ready.size > 0) this.#takers.shift()?.(this.#next());
    this.#observer?.depth(this.#ready.size);
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    const due = this.#later.peek();
    if (due === undefined || this.#closed) return;
    const wait = Math.min(LONGEST_TIMER, Math.max(1, Math.ceil(due - this.#now())));
    this.#timer = setTimeout(() => this.#release(), wait);
  }

  #release(): void {
    const now = this.#now();
    for (let key = this.#later.pop(now); key !== undefined; key = this.#later.pop(now)) this.add(key);
    this.#schedule();
  }
}
