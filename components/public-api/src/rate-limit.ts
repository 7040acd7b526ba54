/** Token buckets by name: a burst of a minute's worth, refilled evenly. The number of buckets is bounded. */

interface Bucket {
  tokens: number;
  at: number;
}

const MOST_BUCKETS = 50_000;

export class RateLimit {
  readonly #perMinute: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perMinute: number, now: () => number = Date.now) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Undefined when the request may pass; else the seconds after which one may. */
  take(name: string): number | undefined {
    const now = this.#now();
    const known = this.#buckets.get(name);
    const bucket = known ?? { tokens: this.#perMinute, at: now };
    bucket.tokens = Math.min(this.#perMinute, bucket.tokens + ((now - bucket.at) / 60_000) * this.#perMinute);
    bucket.at = now;
    // The least recently used goes first.
    this.#buckets.delete(name);
    this.#buckets.set(name, bucket);
    if (this.#buckets.size > MOST_BUCKETS) {
      const oldest = this.#buckets.keys().next();
      if (oldest.done !== true) this.#buckets.delete(oldest.value);
    }
    if (bucket.tokens < 1) return Math.max(1, Math.ceil(((1 - bucket.tokens) / this.#perMinute) * 60));
    bucket.tokens -= 1;
    return undefined;
  }
}
