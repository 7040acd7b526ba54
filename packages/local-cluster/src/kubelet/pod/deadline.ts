/** A moment that can be moved forward while others already wait for it: the end of a grace period. */
export class Deadline {
  readonly #now: () => number;
  readonly #expired = Promise.withResolvers<void>();
  #at: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(at: number, now: () => number) {
    this.#at = at;
    this.#now = now;
    this.#arm();
  }

  get remainingMilliseconds(): number {
    return Math.max(this.#at - this.#now(), 0);
  }

  /** Moves the deadline; a later time than the present one is ignored. */
  shorten(at: number): void {
    if (at >= this.#at) return;
    this.#at = at;
    this.#arm();
  }

  get expired(): Promise<void> {
    return this.#expired.promise;
  }

  /** No longer needed: whoever still waits is let go at once. */
  close(): void {
    clearTimeout(this.#timer);
    this.#expired.resolve();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#expired.resolve(), this.remainingMilliseconds);
  }
}
