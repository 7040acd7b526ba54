/**
 * Gathers writes into one transaction. A durable commit costs a disk flush of about two milliseconds, whatever its size:
 * writes that arrive while one is being made wait for the next, together.
 */

interface Waiting<T> {
  readonly work: () => T;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

export class GroupCommit {
  readonly #transaction: (work: () => void) => void;
  readonly #pauseMilliseconds: number;
  #waiting: Waiting<unknown>[] = [];
  #timer: NodeJS.Timeout | undefined;
  #lastCommit = 0;

  /** `transaction` runs its argument between BEGIN and COMMIT, synchronously. */
  constructor(transaction: (work: () => void) => void, pauseMilliseconds = 8) {
    this.#transaction = transaction;
    this.#pauseMilliseconds = pauseMilliseconds;
  }

  /** Resolves with what `work` returned, once it is durable. A work that throws fails alone. */
  async run<T>(work: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
    const pause = Math.max(0, this.#lastCommit + this.#pauseMilliseconds - performance.now());
    this.#timer ??= setTimeout(() => this.flush(), pause);
    return promise;
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const batch = this.#waiting;
    this.#waiting = [];
    if (batch.length === 0) return;
    const outcomes: (() => void)[] = [];
    try {
      this.#transaction(() => {
        for (const { work, resolve, reject } of batch) {
          try {
            const value = work();
            outcomes.push(() => resolve(value));
          } catch (error) {
            outcomes.push(() => reject(error));
          }
        }
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
      return;
    } finally {
      this.#lastCommit = performance.now();
    }
    for (const settle of outcomes) settle();
  }
}
