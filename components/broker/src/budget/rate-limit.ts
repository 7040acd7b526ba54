/** A token bucket: so many requests a minute, and as many at once after a pause. */
export interface RateLimit {
  /** 0 when the request may go on, else the seconds to wait. */
  take(): number;
}

/** @param now milliseconds, only ever growing */
export function rateLimit(perMinute: number, now: () => number): RateLimit {
  const perMillisecond = perMinute / 60_000;
  let tokens = perMinute;
  let last = now();
  return {
    take() {
      const time = now();
      tokens = Math.min(perMinute, tokens + (time - last) * perMillisecond);
      last = time;
      if (tokens >= 1) {
        tokens -= 1;
        return 0;
      }
      return Math.ceil((1 - tokens) / perMillisecond / 1000);
    },
  };
}
