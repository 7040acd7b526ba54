/**
 * How many pods a node starts at the same time. A hundred that start at once on a few cores are all ready late, and each is
 * probed all the while; a few after the other are ready one by one, and the last of them sooner.
 */
import { availableParallelism } from "node:os";

export interface StartSlots {
  /** Resolves when the pod may begin; with undefined when the signal aborts first. The slot is left by calling what came. */
  enter(signal: AbortSignal): Promise<(() => void) | undefined>;
}

const PER_CORE = 4;
/** A pod that takes longer waits for something else than the processor, and holds up nobody. */
const LONGEST_MILLISECONDS = 10_000;

export function startSlots(
  limit = PER_CORE * availableParallelism(),
  longestMilliseconds = LONGEST_MILLISECONDS,
): StartSlots {
  let free = limit;
  const waiting: (() => void)[] = [];
  const release = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  const taken = (): (() => void) => {
    let held = true;
    const leave = (): void => {
      clearTimeout(timer);
      if (held) release();
      held = false;
    };
    const timer = setTimeout(leave, longestMilliseconds);
    return leave;
  };
  return {
    async enter(signal) {
      if (signal.aborted) return undefined;
      if (free > 0) {
        free -= 1;
        return taken();
      }
      const { promise, resolve } = Promise.withResolvers<(() => void) | undefined>();
      const take = (): void => {
        signal.removeEventListener("abort", giveUp);
        resolve(taken());
      };
      const giveUp = (): void => {
        const index = waiting.indexOf(take);
        if (index >= 0) waiting.splice(index, 1);
        resolve(undefined);
      };
      waiting.push(take);
      signal.addEventListener("abort", giveUp, { once: true });
      return promise;
    },
  };
}
