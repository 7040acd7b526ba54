"use client";
/** The present, for things that count up. One timer per interval serves the whole page. */
import { useSyncExternalStore } from "react";

const clocks = new Map<number, ReturnType<typeof createClock>>();

function createClock(interval: number) {
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    get: () => now,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      timer ??= setInterval(() => {
        now = Date.now();
        for (const tell of listeners) tell();
      }, interval);
      now = Date.now();
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

const noClock = { get: () => 0, subscribe: () => () => undefined };

/** Milliseconds since the epoch, as of the last tick; 0 while the server draws the page, and when not running. */
export function useNow(interval: number, isRunning = true): number {
  let clock = clocks.get(interval);
  if (clock === undefined) clocks.set(interval, (clock = createClock(interval)));
  const source = isRunning ? clock : noClock;
  return useSyncExternalStore(source.subscribe, source.get, () => 0);
}
