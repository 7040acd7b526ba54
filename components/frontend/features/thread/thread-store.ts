/** Holds a thread's state for React: gathers events and applies them once per frame, in slices when there are many. */
import type { WireEvent } from "./fields.ts";
import { reduceThread } from "./reduce/index.ts";
import { type ThreadState, emptyThread } from "./thread-state.ts";

/** How long one slice may take: half a frame, so that typing and scrolling stay smooth during a replay. */
const SLICE_MS = 8;

export interface ThreadStore {
  /** Adds an event; readers see it with the next frame. */
  receive: (event: WireEvent, seq: number | undefined) => void;
  getState: () => ThreadState;
  /** The newest number received, applied or not: where a reconnect goes on from. */
  lastReceived: () => number;
  subscribe: (listener: () => void) => () => void;
}

export interface Scheduler {
  /** Calls back before the next frame is drawn, or soon when no frame is due. */
  requestFrame: (callback: () => void) => void;
  now: () => number;
}

export function createThreadStore(scheduler: Scheduler): ThreadStore {
  let state = emptyThread();
  let waiting: { event: WireEvent; seq: number | undefined }[] = [];
  let received = 0;
  let isScheduled = false;
  const listeners = new Set<() => void>();

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    scheduler.requestFrame(applySlice);
  }

  function applySlice(): void {
    isScheduled = false;
    const until = scheduler.now() + SLICE_MS;
    let next = state;
    let applied = 0;
    while (applied < waiting.length) {
      const item = waiting[applied];
      if (item !== undefined) next = reduceThread(next, item.event, item.seq);
      applied += 1;
      if (applied % 64 === 0 && scheduler.now() > until) break;
    }
    waiting = waiting.slice(applied);
    if (waiting.length > 0) schedule();
    if (next === state) return;
    state = next;
    for (const listener of listeners) listener();
  }

  return {
    receive(event, seq) {
      if (seq !== undefined) received = Math.max(received, seq);
      waiting.push({ event, seq });
      schedule();
    },
    getState: () => state,
    lastReceived: () => received,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Frames of the browser; a hidden tab draws none, so a timer stands in there. */
export const browserScheduler: Scheduler = {
  requestFrame(callback) {
    if (document.visibilityState === "hidden") setTimeout(callback, 200);
    else requestAnimationFrame(callback);
  },
  now: () => performance.now(),
};
