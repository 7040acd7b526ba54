// Which failures may be tried again without the caller's knowledge, and when.
//
// Any request: when the server says it did not take it (429), or it certainly never arrived.
// Reads alone: when the outcome is unknown (5xx that asks for patience, a lost connection); a write that
// may have happened is the caller's to judge.
import { setTimeout as sleep } from "node:timers/promises";
import { ConnectionError, KubernetesError } from "../errors.ts";

export interface RetryPolicy {
  /** Tries in all, the first one included. 1 = never again. */
  readonly attempts: number;
  /** First pause when the server names none; it doubles each time. */
  readonly baseMilliseconds: number;
  /** A server that asks for longer than this is answered by giving up. */
  readonly maximumMilliseconds: number;
}

export const DEFAULT_RETRY: RetryPolicy = { attempts: 5, baseMilliseconds: 100, maximumMilliseconds: 10_000 };
export const NO_RETRY: RetryPolicy = { attempts: 1, baseMilliseconds: 0, maximumMilliseconds: 0 };

/** Pause before the next try in milliseconds, or undefined when the error is final. `failures` counts from 1. */
export function retryDelay(
  error: unknown,
  readOnly: boolean,
  failures: number,
  policy: RetryPolicy,
  random: () => number = Math.random,
): number | undefined {
  if (failures >= policy.attempts || !isRetriable(error, readOnly)) return undefined;
  const asked = error instanceof KubernetesError ? error.retryAfterSeconds : undefined;
  const exponential = policy.baseMilliseconds * 2 ** (failures - 1);
  const delay =
    asked === undefined ? exponential * (0.5 + random() / 2) : asked * 1000 + random() * policy.baseMilliseconds;
  return delay > policy.maximumMilliseconds + policy.baseMilliseconds ? undefined : delay;
}

function isRetriable(error: unknown, readOnly: boolean): boolean {
  if (error instanceof KubernetesError) {
    if (error.status === 429) return true;
    return readOnly && error.status >= 500 && error.retryAfterSeconds !== undefined;
  }
  if (error instanceof ConnectionError) {
    if (error.code === "CLOSED" || error.code === "TLS") return false;
    return error.notSent || (readOnly && error.code === "CONNECTION_LOST");
  }
  return false;
}

export async function withRetry<T>(
  attempt: () => Promise<T>,
  options: { readonly readOnly: boolean; readonly policy: RetryPolicy; readonly signal?: AbortSignal },
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      const delay =
        options.signal?.aborted === true ? undefined : retryDelay(error, options.readOnly, failures, options.policy);
      if (delay === undefined) throw error;
      await sleep(delay, undefined, { signal: options.signal });
    }
  }
}
