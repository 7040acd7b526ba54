/**
 * Token buckets, one per name, in a table of bounded size. A bucket that has filled up again is as good as none, so
 * what is forgotten first is what was asked for longest ago. State is of this process: each replica counts for itself.
 */
export interface RateLimit {
  /** Requests per minute in the long run. */
  readonly perMinute: number;
  /** Requests that may come at once. */
  readonly burst: number;
}

interface Bucket {
  left: number;
  at: number;
}

const MOST_BUCKETS = 50_000;

export class RateLimiter {
  readonly #perMillisecond: number;
  readonly #burst: number;
  readonly #now: () => number;
  readonly #mostBuckets: number;
  /** In the order of their last use. */
  readonly #buckets = new Map<string, Bucket>();

  /** `now` is in milliseconds and never goes back. */
  constructor(
    { perMinute, burst }: RateLimit,
    now: () => number = () => performance.now(),
    mostBuckets = MOST_BUCKETS,
  ) {
    this.#perMillisecond = perMinute / 60_000;
    this.#burst = burst;
    this.#now = now;
    this.#mostBuckets = mostBuckets;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Counts one request. @returns 0 when it may pass, else the whole seconds after which the next one may */
  take(name: string): number {
    const now = this.#now();
    const known = this.#buckets.get(name);
    const left = known === undefined ? this.#burst : this.#refilled(known, now);
    const pass = left >= 1;
    this.#buckets.delete(name);
    this.#buckets.set(name, { left: pass ? left - 1 : left, at: now });
    this.#forget(now);
    return pass ? 0 : Math.max(1, Math.ceil((1 - left) / this.#perMillisecond / 1000));
  }

  #refilled({ left, at }: Bucket, now: number): number {
    return Math.min(this.#burst, left + (now - at) * this.#perMillisecond);
  }

  /** Drops what is full again, and beyond the bound whatever was used longest ago. */
  #forget(now: number): void {
    for (const [name, bucket] of this.#buckets) {
      if (this.#buckets.size <= this.#mostBuckets && this.#refilled(bucket, now) < this.#burst) return;
      this.#buckets.delete(name);
    }
  }
}
