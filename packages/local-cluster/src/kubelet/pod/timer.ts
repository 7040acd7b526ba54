/** One timer that can be set again, for any span (Node's own end at 24 days and fire at once beyond). */
const LONGEST = 2 ** 31 - 1;

export class LongTimer {
  #timer: NodeJS.Timeout | undefined;

  /** Replaces what was set before. */
  set(milliseconds: number, callback: () => void): void {
    clearTimeout(this.#timer);
    const rest = Math.max(milliseconds, 0);
    this.#timer = setTimeout(
      () => (rest > LONGEST ? this.set(rest - LONGEST, callback) : callback()),
      Math.min(rest, LONGEST),
    );
  }

  clear(): void {
    clearTimeout(this.#timer);
  }

  /** Resolves after the time, when `earlier` does, or when the signal aborts. */
  async sleep(milliseconds: number, earlier: Promise<void>, signal: AbortSignal): Promise<void> {
    const due = Promise.withResolvers<void>();
    this.set(milliseconds, due.resolve);
    const abort = () => due.resolve();
    signal.addEventListener("abort", abort, { once: true });
    await Promise.race([due.promise, earlier]);
    signal.removeEventListener("abort", abort);
    this.clear();
  }
}
