// Exponential back-off with jitter, and a sleep that ends quietly when its signal aborts.
import { setTimeout as delay } from "node:timers/promises";

export interface BackoffOptions {
  readonly baseMilliseconds: number;
  readonly maximumMilliseconds: number;
  /** Share of the pause that is random, so that many clients do not come back at once. Default 0.2. */
  readonly jitter?: number;
}

/** Pause after the n-th failure in a row, n from 1. */
export function backoffDelay(failures: number, options: BackoffOptions, random: () => number = Math.random): number {
  const exponential = Math.min(options.maximumMilliseconds, options.baseMilliseconds * 2 ** Math.min(failures - 1, 30));
  return exponential * (1 - (options.jitter ?? 0.2) * random());
}

/** Resolves after the pause, or at once when the signal aborts. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
